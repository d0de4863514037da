#!/bin/sh
# format.sh ROOT - every C file is as clang-format leaves it.
cd "$1" || exit 1
command -v clang-format >/dev/null || exit 77
find src include tests tools -name '*.[ch]' -exec clang-format --dry-run -Werror {} +
