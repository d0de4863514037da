"""Features and labels of made calls: data.py CQ_FEATURES CALLS_DIR OUT_PREFIX [OTHER.names...]

Turns the folder's calls, but for those that the other parts hold, into OUT.i16, OUT.lab, OUT.idx, OUT.names.
"""
import glob
import os
import subprocess
import sys

import numpy as np
import torch

from model import FEATURES

ONE = 2048.0
UNSURE_WEIGHT = 0.5  # faint sound beside speech is no speech where a talkspurt's end is asked for, but nobody could swear
SPURT, FINE, UNSURE, MUSIC, MACHINE, NO_MUSIC_LOSS = 1, 2, 4, 8, 16, 32  # as calls.py writes them
LEAK_FIRST, LEAK_END = 54, 67  # features of the measured leak path
LEAK_NONE = np.r_[np.full(6, 2.0), np.zeros(7)]
ABSOLUTE = (37, 43)            # features that move with the level of the whole channel


def build(tool, folder, prefix, *others):
    calls = sorted(c[:-5] for c in glob.glob(os.path.join(folder, "*.json")))
    have = {c for o in others if os.path.exists(o) for c in open(o).read().split("\n")}
    calls = [c for c in calls if c not in have]
    starts, labs = [], []
    at = 0
    with open(prefix + ".i16", "wb") as out:
        for k in range(0, len(calls), 100):
            part = calls[k:k + 100]
            subprocess.run([tool, prefix + ".part"] + [c + ".s16" for c in part], check=True, stdout=subprocess.DEVNULL)
            with open(prefix + ".part", "rb") as f:
                out.write(f.read())
            for c in part:
                lab = np.fromfile(c + ".lab", np.uint8).reshape(-1, 2)
                labs.append(lab)
                starts.append((at, len(lab)))
                at += len(lab)
    os.remove(prefix + ".part")
    np.concatenate(labs).tofile(prefix + ".lab")
    with open(prefix + ".names", "w") as f:
        f.write("\n".join(calls))
    np.array(starts).tofile(prefix + ".idx")
    print(prefix, len(calls), "calls", round(at / 360000, 2), "h")


class Calls:
    def __init__(self, prefix):
        self.feat = np.memmap(prefix + ".i16", np.int16, "r").reshape(-1, 2, FEATURES)
        self.lab = np.fromfile(prefix + ".lab", np.uint8).reshape(-1, 2)
        self.idx = np.fromfile(prefix + ".idx", np.int64).reshape(-1, 2)
        assert len(self.feat) == len(self.lab) == self.idx[:, 1].sum()
        self.names = open(prefix + ".names").read().split("\n")

    def stats(self, n=400000):
        step = max(1, len(self.feat) // n)
        x = self.feat[::step].reshape(-1, FEATURES).astype(np.float32) / ONE
        return x.mean(0), 1 / (x.std(0) + 0.05)


def targets(lab):
    """(target [.., 4], weight [.., 4]) from label bytes [.., time, 2] -> channel-major."""
    lab = torch.from_numpy(np.ascontiguousarray(np.swapaxes(lab, -1, -2)))       # [.., 2, t]
    bit = lambda b: (lab & b) > 0  # noqa: E731
    t = torch.stack([bit(FINE), bit(SPURT), bit(MUSIC), bit(SPURT).flip(-2)], -1).float()
    talk = (~bit(MACHINE)).float() * (1 - (1 - UNSURE_WEIGHT) * bit(UNSURE).float())
    w = torch.stack([talk, talk, (~bit(NO_MUSIC_LOSS)).float(), 0.3 * talk.flip(-2)], -1)
    return t, w


def batch(sets, rng, n, frames):
    """n random stretches from the sets (drawn by length) with cheap changes of the features."""
    sizes = np.array([len(s.lab) for s in sets], float)
    xs, ls = [], []
    for _ in range(n):
        s = sets[int(rng.choice(len(sets), p=sizes / sizes.sum()))]
        c = int(rng.integers(len(s.idx)))
        a, m = s.idx[c]
        k = int(rng.integers(0, max(1, m - frames)))
        f = s.feat[a + k:a + min(m, k + frames)].astype(np.float32) / ONE
        l = s.lab[a + k:a + min(m, k + frames)]
        if len(f) < frames:
            f = np.pad(f, ((0, frames - len(f)), (0, 0), (0, 0)), "edge")
            l = np.pad(l, ((0, frames - len(l)), (0, 0)), constant_values=MACHINE | NO_MUSIC_LOSS)
        if rng.random() < 0.15:
            f[:, :, LEAK_FIRST:LEAK_END] = LEAK_NONE
        if rng.random() < 0.3:
            f[:, :, ABSOLUTE] += rng.normal(0, 0.2, (1, 2, 1)).astype(np.float32)
        if rng.random() < 0.3:
            f[:, :, 0:24] += rng.normal(0, 0.15, (1, 2, 24)).astype(np.float32)
        if rng.random() < 0.3:
            f[:, :, 0:24] *= rng.uniform(0.85, 1.15)
        if rng.random() < 0.15:
            f[:, :, 24:36] += rng.normal(0, 0.3, (1, 2, 1)).astype(np.float32)
        xs.append(np.swapaxes(f, 0, 1))
        ls.append(l)
    return torch.from_numpy(np.stack(xs)), np.stack(ls)


if __name__ == "__main__":
    build(*sys.argv[1:])
