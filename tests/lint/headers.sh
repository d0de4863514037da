#!/bin/sh
# headers.sh ROOT - each public header compiles alone, and so does each header of a layer.
cd "$1" || exit 1
failed=0
check() {
    header=$1
    shift
    printf '#include "%s"\nextern int callqa_nothing;\n' "$header" |
        ${CC:-cc} -std=c11 -pedantic -Wall -Wextra -Werror -D_POSIX_C_SOURCE=200809L -fsyntax-only "$@" -x c - || {
        printf '%s does not compile alone\n' "$header"
        failed=1
    }
}
for path in include/callqa/*.h; do
    check "${path#include/}" -Iinclude
done
for path in src/*/*.h; do
    check "${path#src/}" -Iinclude -Isrc
done
exit $failed
