"""train.py OUT.pt VALID_PREFIX TRAIN_PATTERN --steps N --seed S [--init A.pt[,B.pt]] [--lr X]

TRAIN_PATTERN is a glob for parts' prefixes ("part*"); parts that appear while training are taken up.
Several --init files are averaged. Saves the running average of the weights (EMA), the validation figures beside it.
"""
import argparse
import glob
import time

import numpy as np
import torch
from torch.nn import functional as F

import data
from model import FINE, MUSIC, SPURT, Net

SEGMENT, BATCH, EMA = 1200, 16, 0.998


def load_average(paths):
    sds = [torch.load(p) for p in paths]
    return {k: sum(s[k] for s in sds) / len(sds) for k in sds[0]}


def near_edges(t, d):
    """Frames within d of a change of t [.., time]."""
    e = F.pad((t[..., 1:] != t[..., :-1]).float(), (1, 0))
    return F.max_pool1d(e, 2 * d, 1, d)[..., :t.shape[-1]] > 0


@torch.no_grad()
def validate(net, calls, most=400):
    """Frame errors of bare thresholds: {name: rate}."""
    net.eval()
    tot = dict(speech=0.0, err=0.0, err50=0.0, both=0.0, both_miss=0.0, alone=0.0, alone_false=0.0, music=0.0, music_err=0.0, loss=0.0, n=0)
    for a, m in calls.idx[:most]:
        m = int(m) // 8 * 8
        x = torch.from_numpy(np.swapaxes(calls.feat[a:a + m], 0, 1).astype(np.float32) / data.ONE)[None]
        t, w = data.targets(calls.lab[a:a + m][None])
        z = net(x)
        tot["loss"] += float((F.binary_cross_entropy_with_logits(z, t, reduction="none") * w).mean()) * m
        tot["n"] += m
        s, ok, got = t[0, :, :, SPURT], w[0, :, :, SPURT] > data.UNSURE_WEIGHT, z[0, :, :, SPURT] > 0
        wrong = (got != (s > 0)) & ok
        tot["speech"] += float((s * ok).sum())
        tot["err"] += float(wrong.sum())
        tot["err50"] += float((wrong & ~near_edges(s, 5)).sum())
        far = ok & ~near_edges(s, 5)
        o = s.flip(0)
        tot["both"] += float(((s > 0) & (o > 0) & far).sum())
        tot["both_miss"] += float((wrong & (s > 0) & (o > 0) & far).sum())
        tot["alone"] += float(((s == 0) & (o > 0) & far).sum())
        tot["alone_false"] += float((wrong & (s == 0) & (o > 0) & far).sum())
        tot["music"] += float((t[..., MUSIC] * w[..., MUSIC]).sum())
        tot["music_err"] += float((((z[..., MUSIC] > 0) != (t[..., MUSIC] > 0)) * w[..., MUSIC]).sum())
    net.train()
    r = lambda a, b: round(tot[a] / max(1, tot[b]), 4)  # noqa: E731
    return dict(loss=r("loss", "n"), der0=r("err", "speech"), der50=r("err50", "speech"), both_miss=r("both_miss", "both"),
                alone_false=r("alone_false", "alone"), music=r("music_err", "music"))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("out")
    p.add_argument("valid")
    p.add_argument("train")
    p.add_argument("--steps", type=int, default=3000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--lr", type=float, default=2e-3)
    p.add_argument("--minutes", type=float, default=0, help="stop early, but finish the cosine by time")
    p.add_argument("--init", default="")
    a = p.parse_args()
    torch.manual_seed(a.seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(a.seed)
    sets, valid = {}, data.Calls(a.valid)

    def look():
        for x in sorted(glob.glob(a.train + ".idx")):
            if x not in sets:
                sets[x] = data.Calls(x[:-4])
                print("from", x, round(len(sets[x].lab) / 360000, 2), "h", flush=True)
    look()
    net = Net()
    if a.init:
        net.load_state_dict(load_average(a.init.split(",")))
    else:
        m, s = next(iter(sets.values())).stats()
        net.mean.copy_(torch.from_numpy(m))
        net.scale.copy_(torch.from_numpy(s))
    print(sum(q.numel() for q in net.parameters()), "parameters", flush=True)
    ema = {k: v.clone() for k, v in net.state_dict().items()}
    opt = torch.optim.AdamW(net.parameters(), lr=a.lr, weight_decay=0.02)
    t0, run = time.time(), 0.0
    for step in range(1, a.steps + 1):
        done = max(step / a.steps, (time.time() - t0) / (60 * a.minutes) if a.minutes else 0)
        if done >= 1 and step < a.steps:
            break
        lr = a.lr * min(1, step / 100) * (0.5 + 0.5 * np.cos(np.pi * min(1, done))) + 1e-5
        for g in opt.param_groups:
            g["lr"] = lr
        x, lab = data.batch(list(sets.values()), rng, BATCH, SEGMENT)
        t, w = data.targets(lab)
        loss = (F.binary_cross_entropy_with_logits(net(x, 0.1), t, reduction="none") * w).mean()
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        opt.step()
        decay = min(EMA, (1 + step) / (10 + step))
        for k, v in net.state_dict().items():
            ema[k].lerp_(v, 1 - decay)
        run = loss.item() if step == 1 else 0.98 * run + 0.02 * loss.item()
        if step % 50 == 0:
            look()
            print(f"{step} loss {run:.4f} lr {lr:.5f} {time.time() - t0:.0f} s", flush=True)
        if step % 400 == 0:
            keep = {k: v.clone() for k, v in net.state_dict().items()}
            net.load_state_dict(ema)
            print(step, validate(net, valid, 40), flush=True)
            torch.save(ema, a.out)
            net.load_state_dict(keep)
    net.load_state_dict(ema)
    torch.save(ema, a.out)
    print("end", step, validate(net, valid), flush=True)


if __name__ == "__main__":
    main()
