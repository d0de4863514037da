#!/bin/sh
# translations.sh ROOT - translations are well formed: formats agree with their originals.
cd "$1" || exit 1
command -v msgfmt >/dev/null || exit 77
failed=0
for po in po/*.po; do
    [ -f "$po" ] || continue
    msgfmt -c -v -o /dev/null "$po" || failed=1
done
exit $failed
