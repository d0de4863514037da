#!/bin/sh
# train.sh WORK_DIR BUILD_DIR - make the calls, train, average, export: the whole of models/activity-3.bin. See README.md.
#
# To see that every step works, in minutes: CALLS=4 STEPS=20 tools/train/train.sh WORK_DIR BUILD_DIR
# (at most CALLS calls of each part, at most STEPS steps of each run; the result is worth nothing).
set -eu
mkdir -p "$1"
work=$(cd "$1" && pwd)
build=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-/usr/bin/python3}
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
export CALLQA_SHARED="${CALLQA_SHARED:-$here/../../../shared}"
ninja -C "$build" tools/train/cq-features tools/train/cq-decode
cd "$here"
[ -e "$work/voices.pkl" ] || $python voices.py "$work/voices.pkl" 1

least() { [ "$1" -lt "$2" ] && echo "$1" || echo "$2"; }
calls() { # FOLDER SEED FIRST COUNT [valid] [wide]
    folder=$1 seed=$2 first=$3 count=$(least "$4" "${CALLS:-$4}")
    shift 4
    $python calls.py "$work/voices.pkl" "$work/$folder" "$seed" "$first" "$count" "$@"
}
calls valid.calls 7 0 90 valid
calls valid.calls 22 20000 40 valid wide
calls valid.calls 32 40000 30 valid lines
calls train.calls 11 0 195
calls train.calls 12 2000 155
calls train.calls 13 4000 788
calls train.calls 14 6000 595
calls train.calls 21 10000 388 wide
calls train.calls 31 30000 300 lines
$python data.py "$build/tools/train/cq-features" "$work/valid.calls" "$work/valid"
$python data.py "$build/tools/train/cq-features" "$work/train.calls" "$work/part1"

run() { # OUT SEED STEPS RATE [INIT]
    $python train.py "$work/$1.pt" "$work/valid" "$work/part*" --seed "$2" --steps "$(least "$3" "${STEPS:-$3}")" \
        --lr "$4" --init "${5:-}"
}
run run1 1 4400 2e-3
run run2 2 4600 1.6e-3 "$work/run1.pt"
run run3 3 3100 1e-3 "$work/run2.pt"
run run4 4 2700 1e-3 "$work/run2.pt,$work/run3.pt"
run run5 5 6000 8e-4 "$work/run3.pt,$work/run4.pt"
run run6 6 4000 5e-4 "$work/run5.pt"
run run7 7 3200 6e-4 "$work/run6.pt"
run run8 8 3400 6e-4 "$work/run5.pt"
run run9 9 2200 4e-4 "$work/run7.pt,$work/run8.pt"
$python avg.py "$work/activity-3.pt" "$work/run7.pt" "$work/run8.pt" "$work/run9.pt"
$python export.py "$work/activity-3.pt" "$work/valid" "$work/activity-3.bin" "$work/network.vec"
$python tune.py "$build" "$work/activity-3.bin" "$work/valid"
echo "now: cp $work/activity-3.bin models/; cp $work/network.vec tests/unit/activity/"
