"""tune.py BUILD_DIR MODEL.bin VALID_PREFIX [NAME=VALUE...] [--search]: figures of the decoder on the validation calls.

Truth are the made calls' own labels; events by the rules of measures.md (../shared/truth/talkref.py).
--search changes one setting at a time and keeps what lowers `cost`.
"""
import os
import subprocess
import sys

import numpy as np

import data

sys.path.insert(0, os.path.join(os.environ.get("CALLQA_SHARED", "../shared"), "truth"))
import talkref  # noqa: E402

GRID = {"spurt_weight": (0.3, 0.45, 0.6, 0.8, 1.0), "fine_weight": (0.0, 0.1, 0.2, 0.3, 0.5), "other_weight": (0.0, 0.1, 0.2, 0.3),
        "bias": (-0.6, -0.3, -0.15, 0.0, 0.15, 0.3, 0.6), "begin_cost": (1, 2, 3, 4, 6, 8), "end_cost": (0.5, 1, 2, 3, 4, 6),
        "both_cost": (-0.1, 0.0, 0.05, 0.1, 0.2, 0.4), "onset_shift_s": (-0.01, -0.005, 0.0, 0.005, 0.01),
        "offset_shift_s": (-0.01, -0.005, 0.0, 0.005, 0.01), "min_spurt_s": (0.05, 0.06, 0.08, 0.1),
        "min_pause_s": (0.16, 0.18, 0.2, 0.22)}
EVENTS = ("interruption", "backchannel", "terminal_overlap")


def runs(mask):
    e = np.flatnonzero(np.diff(np.r_[0, mask.astype(np.int8), 0]))
    return [(a / 100, b / 100) for a, b in zip(e[::2], e[1::2])]


def fill(spans, n):
    g = np.zeros(n, bool)
    for s, e in spans:
        g[round(s * 100):round(e * 100)] = True
    return g


def match(true, found):
    used, hits = set(), 0
    for t in true:
        best = None
        for k, f in enumerate(found):
            if k not in used and f["by"] == t["by"] and (min(t["end"], f["end"]) > max(t["start"], f["start"]) or
                                                         abs(t["start"] - f["start"]) <= 0.3):
                d = abs(t["start"] - f["start"])
                best = min(best or (9, 0), (d, k))
        if best:
            used.add(best[1])
            hits += 1
    return hits


class Bench:
    def __init__(self, build, model, prefix):
        self.tool = os.path.join(build, "tools/train/cq-decode")
        self.calls = data.Calls(prefix)
        self.logits = prefix + ".logits"
        subprocess.run([os.path.join(build, "tools/train/cq-features"), "--model", model, self.logits] +
                       [c + ".s16" for c in self.calls.names], check=True, stdout=subprocess.DEVNULL)
        self.truth = []
        for a, m in self.calls.idx:
            lab = self.calls.lab[a:a + m]
            spans = [runs((lab[:, c] & data.SPURT) > 0) for c in range(2)]
            self.truth.append((lab, spans, self.analyse(spans, m / 100)))

    @staticmethod
    def analyse(spans, secs):
        return talkref.analyse(dict(agent=spans[0], customer=spans[1]), secs)

    def run(self, **opts):
        text = subprocess.run([self.tool, self.logits] + [str(m) for _, m in self.calls.idx] + ["--"] +
                              [f"{k}={v}" for k, v in opts.items()], check=True, stdout=subprocess.PIPE).stdout.decode()
        got = [([], []) for _ in self.truth]
        for line in text.split("\n"):
            if " s " in line:
                k, c, _, s, e = line.split()
                got[int(k)][int(c)].append((float(s), float(e)))
        tot = dict(speech=0, err=0, speech50=0, err50=0, over=0.0, over_err=0.0)
        ev = {k: [0, 0, 0] for k in EVENTS}
        lat, on, off = [], [], []
        for (lab, spans, ref), found in zip(self.truth, got):
            n = len(lab)
            hyp = self.analyse(found, n / 100)
            for c in range(2):
                t, f = fill(spans[c], n), fill(found[c], n)
                ok = ~(((lab[:, c] & (data.UNSURE | data.MACHINE)) > 0) & ~t)
                near = np.convolve(np.abs(np.diff(np.r_[0, t.astype(int)])) > 0, np.ones(11), "same") > 0
                tot["speech"] += t.sum()
                tot["err"] += ((t != f) & ok).sum()
                tot["speech50"] += (t & ~near).sum()
                tot["err50"] += ((t != f) & ok & ~near).sum()
                starts, ends = np.array([x[0] for x in found[c]] or [-9]), np.array([x[1] for x in found[c]] or [-9])
                for s, e in spans[c]:
                    for v, a, b in ((starts, s, on), (ends, e, off)):
                        d = v[np.argmin(np.abs(v - a))] - a
                        if abs(d) < 0.1:
                            b.append(d)
            o, p = ref["metrics"]["talk_over_s"], hyp["metrics"]["talk_over_s"]
            tot["over"] += o
            tot["over_err"] += abs(o - p)
            for k in EVENTS:
                tr, fo = ([x for x in d["events"] if x["type"] == k] for d in (ref, hyp))
                h = match(tr, fo)
                ev[k] = [a + b for a, b in zip(ev[k], (h, len(tr), len(fo)))]
            for q in talkref.PARTIES:
                a, b = (d["metrics"][q]["response_latency_median_s"] for d in (ref, hyp))
                if a is not None and b is not None:
                    lat.append(abs(a - b))
        f1 = {k: 2 * h / max(1, t + f) for k, (h, t, f) in ev.items()}
        r = dict(der0=tot["err"] / tot["speech"], der50=tot["err50"] / tot["speech50"], over=tot["over_err"] / tot["over"],
                 lat=float(np.median(lat)), onset=float(np.median(on)), offset=float(np.median(off)), **f1)
        r["cost"] = 4 * r["der0"] + 8 * r["der50"] + r["over"] + sum(1 - v for v in f1.values()) + 2 * r["lat"]
        return r


def show(r):
    return " ".join(f"{k}={v:.4f}" for k, v in r.items())


def main(argv):
    opts = dict(a.split("=") for a in argv if "=" in a)
    b = Bench(*[a for a in argv if "=" not in a and a != "--search"][:3])
    best = b.run(**opts)
    print(show(best), flush=True)
    while "--search" in argv:
        before = best["cost"]
        for k, grid in GRID.items():
            for v in grid:
                if str(v) == str(opts.get(k)):
                    continue
                r = b.run(**{**opts, k: v})
                if r["cost"] < best["cost"] - 1e-4:
                    best, opts = r, {**opts, k: v}
                    print(k, v, show(best), flush=True)
        print("settings", opts, flush=True)
        if best["cost"] > before - 2e-3:
            break


if __name__ == "__main__":
    main(sys.argv[1:])
