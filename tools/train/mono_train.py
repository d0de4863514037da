"""Train the one-channel network: mono_train.py TRAIN.npz... --valid VALID.npz --out net.pt --minutes 30

One CPU thread. AdamW, cosine rate, averaged weights (EMA). Losses: cross entropies of speech, overlap, other sound and
each party's speech (frames that the truth calls unsure left out), and for the embedding a softmax over the voices of
the batch, each frame against centroids from another part of the call, with the call's other voice counted once more.
"""
import argparse
import copy
import time

import numpy as np
import torch
from torch.nn import functional as F

from mono_net import Net, inputs


def load(files):
    ds = [np.load(f) for f in files]
    return {k: np.concatenate([d[k] for d in ds]) for k in ds[0]}


def batch(d, idx, rng, augment=True):
    mel = torch.from_numpy(d["mel"][idx].astype("f4"))
    pitch = torch.from_numpy(d["pitch"][idx].astype("f4"))
    sp, un, ot = (torch.from_numpy(d[k][idx]) for k in ("speech", "unsure", "other"))
    if augment:
        k = rng.normal(0, 2.5, (len(idx), 7))
        at = np.linspace(0, 6, 40)
        eq = np.stack([np.interp(at, np.arange(7), x) for x in k]).astype("f4")
        mel[..., :40] += torch.from_numpy(eq)[:, None]
    ref = torch.quantile(mel[..., 40], 0.95, dim=1)
    low = torch.quantile(mel[..., 40], 0.10, dim=1)
    if augment:
        ref = ref + torch.from_numpy(rng.normal(0, 2.5, len(idx)).astype("f4"))
    return inputs(mel, ref, low), pitch, sp, un, ot


def at40(x):
    """Share of each 40 ms frame in which x holds: (B, T) bool -> (B, T/4)."""
    return x.float().reshape(x.shape[0], -1, 4).mean(-1)


def centroid(e, w):
    """e (B, T, D), w (B, T) -> unit (B, D)."""
    return F.normalize((e * w[..., None]).sum(1) + 1e-6, dim=1)


def blocks_mask(b, t, rng):
    """Random 2 s blocks of a call: True for one half of it."""
    m = torch.from_numpy(rng.random((b, t // 50 + 1)) < .5)
    return m.repeat_interleave(50, 1)[:, :t]


def embedding_loss(e, solo, names, scale, rng):
    """e (B, T4, D), solo (B, 2, T4) frames with that party alone; names (B, 2)."""
    b, t, _ = e.shape
    half = blocks_mask(b, t, rng)
    cents, keys, owner = [], [], []
    for k in range(2):
        c1, c2 = centroid(e, solo[:, k] * half), centroid(e, solo[:, k] * ~half)
        n1, n2 = (solo[:, k] * half).sum(1), (solo[:, k] * ~half).sum(1)
        for i in range(b):
            if n1[i] >= 15 and n2[i] >= 15:
                cents.append((c1[i], c2[i]))
                keys.append(names[i][k])
                owner.append((i, k))
    if len(owner) < 2:
        return e.sum() * 0, 0.0
    c1, c2 = torch.stack([c for c, _ in cents]), torch.stack([c for _, c in cents])
    keys = np.array(keys)
    loss, hit, n = 0.0, 0.0, 0
    for j, (i, k) in enumerate(owner):
        mine = np.array([o == j or keys[o] != keys[j] for o in range(len(owner))])
        mates = [o for o, (q, kk) in enumerate(owner) if q == i and kk != k]
        for half_now, c in ((half[i], c2), (~half[i], c1)):
            pick = torch.nonzero((solo[i, k] > .99) & half_now)[:, 0]
            pick = pick[torch.from_numpy(rng.permutation(len(pick))[:24])]
            if len(pick) == 0:
                continue
            lg = scale * (e[i][pick] @ c.T)
            lg = lg.masked_fill(~torch.from_numpy(mine)[None], -1e4)
            y = torch.full((len(pick),), j)
            loss = loss + 0.5 * F.cross_entropy(lg, y)
            if mates:
                duo = lg[:, [j] + mates]
                loss = loss + F.cross_entropy(duo, torch.zeros(len(pick), dtype=torch.long))
                hit += (duo.argmax(1) == 0).float().sum().item()
                n += len(pick)
    return loss / (2 * len(owner)), hit / max(1, n)


def bce(logit, y, keep, pos=1.0):
    l = F.binary_cross_entropy_with_logits(logit, y.float(), reduction="none", pos_weight=torch.tensor(pos))
    return (l * keep).sum() / keep.sum()


def step_loss(net, bt, names, rng, augment=True):
    mel, pitch, sp, un, ot = bt
    s, h, e, y = net.trunk(mel, pitch)
    keep = (~un).float()
    any_sp, both = sp.any(-1), sp.all(-1)
    l_sp = bce(y[..., 0], any_sp, keep)
    l_ov = bce(y[..., 1], both, keep)
    l_ot = bce(y[..., 2], ot, keep)
    solo = torch.stack([(at40(sp[..., k] & ~sp[..., 1 - k]) > .99).float() for k in range(2)], 1)
    l_em, acc = embedding_loss(e, solo, names, net_scale, rng)
    cs = []
    for k in range(2):
        w = solo[:, k]
        if augment:
            w = w * (blocks_mask(*w.shape, rng) | (torch.rand(len(w), 1) < .5))
            w = w + solo[:, 1 - k] * (torch.rand(len(w), 1) * .3 * (torch.rand(len(w), 1) < .4))
            w = w + 1e-3 * solo[:, k]
        cs.append(centroid(e, w))
    empty = solo.sum(-1) < 10
    for k in range(2):                   # a party that is silent here has some other voice: that of another call
        cs[k] = torch.where(empty[:, k, None], cs[1 - k].roll(1, 0), cs[k])
    l_p = 0.0
    for k in range(2):
        own, other = (c + .06 * torch.randn_like(c) if augment else c for c in (cs[k], cs[1 - k]))
        lg = net.party(s, h, e, F.normalize(own, dim=1), F.normalize(other, dim=1))
        l_p = l_p + .5 * bce(lg, sp[..., k], keep)
    return dict(speech=l_sp, overlap=l_ov, other=l_ot, emb=l_em, party=l_p), acc


net_scale = 12.0
WEIGHT = dict(speech=1.0, overlap=1.0, other=.5, emb=.5, party=2.0)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("train", nargs="+")
    p.add_argument("--valid", required=True)
    p.add_argument("--out", required=True)
    p.add_argument("--minutes", type=float, default=30)
    p.add_argument("--batch", type=int, default=8)
    p.add_argument("--rate", type=float, default=2e-3)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--start", help="weights to begin with")
    a = p.parse_args()
    torch.manual_seed(a.seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(a.seed)
    d, v = load(a.train), load([a.valid])
    net = Net()
    if a.start:
        net.load_state_dict(torch.load(a.start))
    ema = copy.deepcopy(net)
    print("parameters", sum(x.numel() for x in net.parameters()), "calls", len(d["mel"]), flush=True)
    opt = torch.optim.AdamW(net.parameters(), lr=a.rate, weight_decay=.02)
    t0, step, log = time.time(), 0, []
    while True:
        share = (time.time() - t0) / 60 / a.minutes
        if share >= 1:
            break
        for g in opt.param_groups:
            g["lr"] = a.rate * min(1, (step + 1) / 100) * (.5 + .5 * np.cos(np.pi * share))
        idx = rng.choice(len(d["mel"]), a.batch, replace=False)
        parts, acc = step_loss(net, batch(d, idx, rng), d["names"][idx], rng)
        loss = sum(WEIGHT[k] * x for k, x in parts.items())
        opt.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        opt.step()
        step += 1
        decay = min(.998, step / (step + 20))
        with torch.no_grad():
            for x, y in zip(ema.parameters(), net.parameters()):
                x.mul_(decay).add_(y, alpha=1 - decay)
        log.append([float(x) for x in parts.values()] + [acc])
        if step % 100 == 0:
            m = np.mean(log[-100:], 0)
            print(f"{(time.time() - t0) / 60:5.1f} min step {step}", dict(zip(list(parts) + ["duo"], m.round(3))),
                  flush=True)
        if step % 400 == 0:
            check(ema, v, rng)
            torch.save(ema.state_dict(), a.out)
    check(ema, v, rng)
    torch.save(ema.state_dict(), a.out)


def check(net, v, rng):
    with torch.no_grad():
        rows = []
        for i in range(0, len(v["mel"]), 8):
            idx = np.arange(i, min(i + 8, len(v["mel"])))
            parts, acc = step_loss(net, batch(v, idx, rng, False), v["names"][idx], np.random.default_rng(3), False)
            rows.append([float(x) for x in parts.values()] + [acc])
    print("   valid", dict(zip(list(parts) + ["duo"], np.mean(rows, 0).round(3))), flush=True)


if __name__ == "__main__":
    main()
