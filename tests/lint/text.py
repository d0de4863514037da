#!/usr/bin/env python3
"""text.py ROOT - line lengths, file lengths, spaces at ends of lines, final newlines, in every text of the project."""
import os
import sys

MAX_LINE_C = 112
MAX_LINES_C = 800
CHECKED = ('.c', '.h', '.md', '.py', '.sh', '.build', '.json', '.txt', '.sql', '.po', '.pot')
SKIPPED_DIRS = {'.git', '__pycache__', 'data', 'golden', 'node_modules'}


def is_text(path, name):
    if name.endswith(CHECKED):
        return True
    if '.' in name.strip('.'):
        return False
    with open(path, 'rb') as f:
        return f.read(2) == b'#!'


def files(root):
    for at, dirs, names in os.walk(root):
        dirs[:] = sorted(d for d in dirs
                         if d not in SKIPPED_DIRS and not (at == root and d.startswith('build')))
        for name in sorted(names):
            path = os.path.join(at, name)
            if os.path.isfile(path) and not os.path.islink(path) and is_text(path, name):
                yield path


def check(path, rel):
    with open(path, encoding='utf-8') as f:
        text = f.read()
    code = path.endswith(('.c', '.h'))
    if text and not text.endswith('\n'):
        yield f'{rel}: no newline at its end'
    if '\r' in text:
        yield f'{rel}: carriage returns'
    lines = text.split('\n')[:-1]
    if code and len(lines) > MAX_LINES_C:
        yield f'{rel}: {len(lines)} lines, more than {MAX_LINES_C}: split it'
    for i, line in enumerate(lines, 1):
        if line != line.rstrip():
            yield f'{rel}:{i}: space at the end of the line'
        if code and '\t' in line:
            yield f'{rel}:{i}: a tab'
        if code and len(line) > MAX_LINE_C and 'http' not in line:
            yield f'{rel}:{i}: {len(line)} characters, more than {MAX_LINE_C}'


def main():
    root = sys.argv[1]
    wrong = [w for path in files(root) for w in check(path, os.path.relpath(path, root))]
    for w in wrong:
        print(w)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
