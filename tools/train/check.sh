#!/bin/sh
# check.sh WORK_DIR BUILD_DIR - train.sh and train-mono.sh from an empty folder in small, to weights that callqa loads.
#
# Some quarter of an hour of one core. The weights know nothing; what is seen is that every step works and hands on what the next
# one reads. Exit 77: python3-torch or the sounds are not installed (README.md).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$2" && pwd)
root=$here/../..
${PYTHON:-/usr/bin/python3} -c 'import numpy, scipy, torch' 2>/dev/null || exit 77
[ -d /usr/share/asterisk/moh ] || exit 77
[ ! -e "$1" ] || { echo "check.sh: $1 is there already; name a folder that is not" >&2; exit 2; }

CALLS=4 STEPS=20 "$here/train.sh" "$1" "$build"
CALLS=8 MINUTES=0.2 "$here/train-mono.sh" "$1" "$build"

ninja -C "$build" src/cli/callqa
data=$1/data
mkdir "$data"
cp -r "$root/models/rubrics" "$data"
stereo=$(basename "$root"/models/activity-*.bin)
mono=$(basename "$root"/models/mono-*.bin)
analyze() { # LAYOUT
    CALLQA_DATADIR=$data "$build/src/cli/callqa" analyze --json --quiet --layout "$1" "$root/data/samples/good-en.flac"
}
refused() { # LAYOUT: without its weights the product says so, so that those it takes below are these
    if analyze "$1" >/dev/null 2>&1; then
        echo "check.sh: analysed without weights" >&2
        exit 1
    fi
}
refused agent-left
cp "$1"/activity-*.bin "$data/$stereo"
analyze agent-left | grep -q "\"detector\": *\"neural ${stereo%.bin}/"
refused mixed
cp "$1"/mono-*.bin "$data/$mono"
analyze mixed | grep -q '"diarized": *true'
echo "check.sh: both trainings made weights that callqa loads"
