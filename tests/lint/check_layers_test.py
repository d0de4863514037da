#!/usr/bin/env python3
"""check_layers_test.py CHECK-LAYERS - each kind of broken include is found, and nothing else."""
import os
import subprocess
import sys
import tempfile

TABLE = """
| folder under src/ | what lives there | may use |
|---|---|---|
| base | lowest | - |
| middle | next | base |
| top | all | everything |

| header | only in |
|---|---|
| `sqlite3.h` | top |
| `libav*` | middle |
"""

CLEAN = {
    'docs/architecture.md': TABLE,
    'include/callqa/a.h': '#include <stddef.h>\n#include "callqa/b.h"\n',
    'src/base/base.c': '#include "base/base.h"\n#include "callqa/a.h"\n#include "cq-config.h"\n',
    'src/middle/m.c': '#include "middle/m.h"\n#include "base/base.h"\n#include <libavcodec/avcodec.h>\n',
    'src/top/t.c': '#include "middle/m.h"\n#include <sqlite3.h>\n',
}

BROKEN = [
    ('src/base/base.c', '\n#include "middle/m.h"\n', 'src/base/base.c:2: "middle/m.h": base may not use middle'),
    ('src/middle/m.h', '# include "top/t.h"\n', 'src/middle/m.h:1: "top/t.h": middle may not use top'),
    ('src/middle/m.c', '#include "m.h"\n', 'write the path from src/, "middle/m.h"'),
    ('src/middle/m.c', '#include <sqlite3.h>\n', 'belongs to top alone'),
    ('src/top/t.c', '#include <libavformat/avformat.h>\n', 'belongs to middle alone'),
    ('include/callqa/a.h', '#include "base/base.h"\n', 'a public header may only use other public headers'),
    ('src/new/n.c', 'int x;\n', 'src/new has no row'),
    ('src/loose.c', 'int x;\n', 'has no row'),
]


def run(tool, files):
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = os.path.join(root, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, 'w', encoding='utf-8') as f:
                f.write(text)
        done = subprocess.run([sys.executable, tool, root], capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


def main():
    tool = sys.argv[1]
    wrong = []
    code, out = run(tool, CLEAN)
    if code != 0:
        wrong.append(f'a clean tree is refused: {out}')
    for name, text, expected in BROKEN:
        code, out = run(tool, {**CLEAN, name: text})
        if code != 1 or expected not in out or '1 broken' not in out:
            wrong.append(f'{name} {text!r}: exit {code}, {out}')
    code, out = run(tool, {**CLEAN, 'docs/architecture.md': TABLE.replace('| next | base |', '| next | top |')})
    if code == 0 or 'below it' not in out:
        wrong.append(f'a table that points down is accepted: {out}')
    for text in wrong:
        print(text)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
