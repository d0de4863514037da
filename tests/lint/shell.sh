#!/bin/sh
# shell.sh ROOT - shellcheck of every shell script.
cd "$1" || exit 1
command -v shellcheck >/dev/null || exit 77
grep -rlZE '^#!/bin/(ba)?sh' tools tests .ci | xargs -0 shellcheck
