#!/bin/sh
# train-mono.sh WORK_DIR BUILD_DIR - a successor of models/mono-1.bin, after train.sh or with its voices.pkl. See README.md.
#
# To see that every step works: CALLS=8 MINUTES=0.2 tools/train/train-mono.sh WORK_DIR BUILD_DIR
set -eu
mkdir -p "$1"
work=$(cd "$1" && pwd)
build=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-/usr/bin/python3}
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
export CALLQA_SHARED="${CALLQA_SHARED:-$here/../../../shared}"
ninja -C "$build" tools/train/mono_dump
cd "$here"
[ -e "$work/voices.pkl" ] || $python voices.py "$work/voices.pkl" 1

least() { [ "$1" -lt "$2" ] && echo "$1" || echo "$2"; }
calls() { # OUT SEED COUNT [OPTIONS]
    out=$1 seed=$2 count=$(least "$3" "${CALLS:-$3}")
    shift 3
    $python mono_data.py "$work/voices.pkl" "$build/tools/train/mono_dump" "$work/$out" --seed "$seed" --calls "$count" "$@"
}
calls mono-valid.npz 177 64 --seconds 75 --split valid
for seed in 41 42 43 44; do
    calls "mono-$seed.npz" "$seed" 500
done
$python mono_train.py "$work"/mono-4[1-4].npz --valid "$work/mono-valid.npz" --out "$work/mono.pt" --minutes "${MINUTES:-35}"
$python mono_export.py "$work/mono.pt" "$work/mono-2.bin"
$python mono_vectors.py "$work/mono.pt" "$work/mono_vectors.h"
echo "now: cp $work/mono-2.bin models/; cp $work/mono_vectors.h tests/unit/activity/"
