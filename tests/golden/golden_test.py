#!/usr/bin/env python3
"""golden_test.py CALLQA SAMPLES GOLDEN - every sample call gives exactly its stored result, to the millisecond."""
import difflib
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import golden  # noqa: E402


def main():
    callqa, samples, folder = sys.argv[1:]
    found = golden.analyze(callqa, samples)
    stored = {os.path.splitext(n)[0] for n in os.listdir(folder) if n.endswith('.json')}
    status = 0
    for name in sorted(set(found) | stored):
        path = os.path.join(folder, name + '.json')
        want = ''
        if name in stored:
            with open(path, encoding='utf-8') as f:
                want = f.read()
        have = golden.text_of(found[name]) if name in found else ''
        if want != have:
            status = 1
            diff = difflib.unified_diff(want.splitlines(True), have.splitlines(True), f'golden/{name}.json', 'now')
            sys.stdout.writelines(list(diff)[:80])
    if status:
        print('If the change is meant: tools/update-golden')
    return status


if __name__ == '__main__':
    sys.exit(main())
