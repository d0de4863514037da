#!/bin/sh
# train.sh WORK_DIR BUILD_DIR - make the calls, train, average, export: the whole of models/activity-1.bin. See README.md.
set -eu
work=$1
build=$(cd "$2" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-/usr/bin/python3}
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
export CALLQA_SHARED="${CALLQA_SHARED:-$here/../../../shared}"
mkdir -p "$work"
ninja -C "$build" tools/train/cq-features tools/train/cq-decode
cd "$here"
[ -e "$work/voices.pkl" ] || $python voices.py "$work/voices.pkl" 1
$python calls.py "$work/voices.pkl" "$work/valid.calls" 7 0 90 valid
for part in "11 0 195" "12 2000 155" "13 4000 788" "14 6000 595"; do # seed, first number, calls: those of activity-1
    # shellcheck disable=SC2086
    $python calls.py "$work/voices.pkl" "$work/train.calls" $part
done
$python data.py "$build/tools/train/cq-features" "$work/valid.calls" "$work/valid"
$python data.py "$build/tools/train/cq-features" "$work/train.calls" "$work/part1"
run() { # OUT SEED STEPS RATE [INIT]
    $python train.py "$work/$1.pt" "$work/valid" "$work/part*" --seed "$2" --steps "$3" --lr "$4" --init "${5:-}"
}
run run1 1 4400 2e-3
run run2 2 4600 1.6e-3 "$work/run1.pt"
run run3 3 3100 1e-3 "$work/run2.pt"
run run4 4 2700 1e-3 "$work/run2.pt,$work/run3.pt"
$python avg.py "$work/activity.pt" "$work/run3.pt" "$work/run4.pt"
$python export.py "$work/activity.pt" "$work/valid" "$work/activity-1.bin" "$work/network.vec"
$python tune.py "$build" "$work/activity-1.bin" "$work/valid"
echo "now: cp $work/activity-1.bin models/; cp $work/network.vec tests/unit/activity/"
