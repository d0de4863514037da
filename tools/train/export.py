"""export.py NET.pt VALID_PREFIX MODEL.bin [VECTORS.bin]: 16-bit weights in the format of src/activity/network.h.

Each input and each activation gets the unit that its largest value on calls of VALID asks for, each output a multiplier
of its own; weights are rounded one after the other, each error made good by those still to come as far as the inputs' covariance
allows (Frantar et al., GPTQ, 2022), what is left of its mean by the bias. VECTORS gets a stretch of features and this framework's logits,
with the weights as trained, for the unit test: "CQVEC\\0\\0\\0", uint32 frames, int16 rows [frame][2][68], float32 logits
[frame][2][4].
"""
import hashlib
import struct
import sys

import numpy as np
import torch
from torch.nn import functional as F

import data
from model import CLIP, DEEP_DILATIONS, FEATURES, Net

FORMAT, FEATURE_VERSION = 2, 1
LOGIT_UNIT = 2.0 ** -10
TOP = 32767            # largest activation in its unit
FEATURE_LIMIT = 16384  # CQ_FEAT_LIMIT
LARGEST_MULTIPLIER = 0.5
SUM_LIMIT = 2 ** 31 - 2 ** 24
MARGIN = 1.5           # room over the largest activation seen in calibration
FEATURE_MARGIN = 1.25  # the same over a feature's largest distance from its mean
DAMPING = 0.001        # of each input's variance, so that no rounding leans on what calibration hardly varied
STRETCH, SEED = 1200, 1

# One unit for the channels of a chain, because its blocks add to their input; up_k adds skip_k by a factor instead.
CHAINS = (("in",), ("down1", "mid1"), ("down2", "mid2a", "mid2b"), ("down3",) + tuple(f"deep{i}" for i in range(len(DEEP_DILATIONS))),
          ("up2", "post2"), ("up1", "post1"), ("up0", "post0"))
SKIPS = {"up2": "mid2b", "up1": "mid1", "up0": "in"}


def taps_last(conv):
    """[out, in, k] -> [out, k, in]"""
    return conv.weight.detach().numpy().transpose(0, 2, 1).astype(np.float64), conv.bias.detach().numpy().astype(np.float64)


def down(conv):
    w, b = taps_last(conv)
    return w.reshape(w.shape[0], 1, -1), b


def layers(net):
    """(name, weights [out, taps, in], bias) in the order of the file, for features as they are."""
    scale, mean = net.scale.numpy().astype(np.float64), net.mean.numpy().astype(np.float64)
    wa, wb = (m.weight.detach().numpy().astype(np.float64) * scale for m in (net.own, net.other))
    res = [("in", np.stack([wa, wb], 1), net.own.bias.detach().numpy() - (wa + wb) @ mean)]
    res += [("down1", *down(net.down1)), ("mid1", *taps_last(net.mid1.conv)), ("down2", *down(net.down2))]
    res += [("mid2a", *taps_last(net.mid2a.conv)), ("mid2b", *taps_last(net.mid2b.conv))]
    res += [("down3", *down(net.down3))] + [(f"deep{i}", *taps_last(b.conv)) for i, b in enumerate(net.deep)]
    for k in (2, 1, 0):
        res += [(f"up{k}", *taps_last(getattr(net, f"up{k}").lin)), (f"post{k}", *taps_last(getattr(net, f"post{k}").conv))]
    return res + [("head", *taps_last(net.head))]


class Calibration:
    """Largest output and covariance of the inputs of each layer, while the framework's own network runs."""

    def __init__(self, net):
        self.most, self.sum, self.square, self.n = {}, {}, {}, {}
        blocks = [("mid1", net.mid1), ("mid2a", net.mid2a), ("mid2b", net.mid2b)] + [(f"deep{i}", b) for i, b in enumerate(net.deep)]
        blocks += [(f"post{k}", getattr(net, f"post{k}")) for k in (2, 1, 0)]
        self.hooks = [m.register_forward_hook(lambda m, i, o, n=n: self.output(n, o)) for n, m in blocks]
        self.hooks += [getattr(net, f"up{k}").register_forward_hook(lambda m, i, o, k=k: self.output(f"up{k}", o)) for k in (2, 1, 0)]
        convs = [(n, m.conv) for n, m in blocks] + [(f"up{k}", getattr(net, f"up{k}").lin) for k in (2, 1, 0)] + [("head", net.head)]
        for k in (1, 2, 3):
            convs.append((f"down{k}", getattr(net, f"down{k}")))
        for n, m in convs:
            self.hooks.append(m.register_forward_hook(lambda m, i, o, n=n: self.input(n, m, i[0], o)))

    def output(self, name, y):
        self.most[name] = np.maximum(self.most.get(name, 0), y.amax((0, 2)).numpy())

    def columns(self, name, x):
        x = x.double().numpy()
        self.sum[name] = self.sum.get(name, 0) + x.sum(1)
        self.square[name] = self.square.get(name, 0) + x @ x.T
        self.n[name] = self.n.get(name, 0) + x.shape[1]

    def input(self, name, conv, x, y):
        if name.startswith("down"):
            self.output(name, y.clamp(0, CLIP))
        if name == "down1":
            self.output("in", x)
        k, d, step = conv.kernel_size[0], conv.dilation[0], conv.stride[0]
        x = F.pad(x, (conv.padding[0],) * 2)
        n = (x.shape[2] - (k - 1) * d - 1) // step + 1
        parts = [x[:, :, i * d:i * d + (n - 1) * step + 1:step] for i in range(k)]
        self.columns(name, torch.cat(parts, 1).transpose(0, 1).flatten(1))

    def features(self, x):
        """x [2, time, 68] of both channels, as it comes"""
        self.columns("in", torch.cat([torch.cat([x, x.flip(0)], 2)], 0).reshape(-1, 2 * FEATURES).T)

    def moments(self, name):
        mean = self.sum[name] / self.n[name]
        return mean, self.square[name] / self.n[name] - np.outer(mean, mean)


def calibrate(net, calls):
    cal = Calibration(net)
    rng = np.random.default_rng(SEED)
    for a, n in calls.idx:
        at = a + int(rng.integers(0, max(1, n - STRETCH)))
        rows = calls.feat[at:at + min(STRETCH, int(n)) // 8 * 8].astype(np.float32) / data.ONE
        x = torch.from_numpy(np.ascontiguousarray(np.swapaxes(rows, 0, 1)))
        with torch.no_grad():
            net(x[None])
        cal.features(x)
    for h in cal.hooks:
        h.remove()
    return cal


def compensated(w, step, cov):
    """w rounded to multiples of step, in the order of what each rounding would cost."""
    cov = cov + np.diag(DAMPING * np.diag(cov) + 1e-12 + 1e-6 * np.diag(cov).mean())
    order = np.argsort(-np.diag(cov) * step ** 2)
    inv = np.linalg.inv(cov[np.ix_(order, order)])
    v, s = w[order].copy(), step[order]
    q = np.empty(len(w))
    for i in range(len(w)):
        q[i] = np.round(v[i] / s[i])
        v[i + 1:] -= (v[i] - q[i] * s[i]) / inv[0, 0] * inv[0, 1:]
        inv = (inv - np.outer(inv[:, 0], inv[0]) / inv[0, 0])[1:, 1:]
    res = np.empty(len(w))
    res[order] = q
    return res


def largest_sum(iw, limit, signed):
    """Bound of |sum of products|: features have either sign, activations none."""
    if signed:
        return float(np.abs(iw) @ limit)
    return float(max(np.where(iw > 0, iw, 0) @ limit, np.where(iw < 0, -iw, 0) @ limit))


def quantise(w, b, unit_in, limit, signed, unit_out, moments):
    """One output: integer weights, bias and the multiplier that takes the sum to unit_out. Inputs are centred where signed."""
    mean, cov = moments
    top = min(TOP / np.abs(w * unit_in).max(), SUM_LIMIT / (largest_sum(w * unit_in, limit, signed) + abs(b)))
    for shrink in (1, 0.99, 0.98, 0.96, 0.92, 0.85, 0.7, 0.5, 0.3):
        factor = max(top * shrink, unit_out ** -1 / LARGEST_MULTIPLIER)  # sums in units of 1 / factor
        q = compensated(w, 1 / (factor * unit_in), cov)
        off = q / (factor * unit_in) - w
        bias = np.round((b - off @ mean) * factor)
        if np.abs(q).max() <= TOP and largest_sum(q, limit, signed) + abs(bias) < SUM_LIMIT:
            return q, bias, 1 / (factor * unit_out)
    raise ValueError("the weights of an output are too far apart")


def feature_units(cal):
    """Centre, limit of the distance from it and shift of each feature, in integers."""
    mean = cal.moments("in")[0].reshape(2, FEATURES).mean(0)
    far = cal.far * FEATURE_MARGIN * data.ONE
    centre = np.clip(np.round(mean * data.ONE), -FEATURE_LIMIT + 1, FEATURE_LIMIT - 1)
    limit = np.clip(np.ceil(far), 16, FEATURE_LIMIT + np.abs(centre)).clip(max=TOP)
    shift = np.floor(np.log2(TOP / limit))
    return centre, limit, shift


def farthest(calls, mean):
    far = np.zeros(FEATURES)
    for a in range(0, len(calls.feat), 1 << 16):
        x = calls.feat[a:a + (1 << 16)].astype(np.float32) / data.ONE
        far = np.maximum(far, np.abs(x - mean).max((0, 1)))
    return far


def main(argv):
    net = Net()
    net.load_state_dict(torch.load(argv[1]))
    net.eval()
    calls = data.Calls(argv[2])
    torch.set_num_threads(1)
    cal = calibrate(net, calls)
    cal.far = farthest(calls, cal.moments("in")[0].reshape(2, FEATURES).mean(0))
    centre, limit, shift = feature_units(cal)
    unit = {}
    for chain in CHAINS:
        most = np.maximum(0.05, np.maximum.reduce([cal.most[n] for n in chain])) * MARGIN
        unit.update({n: np.minimum(most, CLIP) / TOP for n in chain})
    every = layers(net)
    out = b"CQMODEL\n" + struct.pack("<III", FORMAT, FEATURE_VERSION, len(every))
    out += centre.astype("<i2").tobytes() + limit.astype("<i2").tobytes() + shift.astype("<i2").tobytes()
    before = None
    for name, w, b in every:
        flat = w.reshape(len(w), -1)
        if name == "in":
            unit_in = np.tile(1 / (data.ONE * 2 ** shift), 2)
            b = b + flat @ np.tile(centre / data.ONE, 2)
            mean, cov = cal.moments(name)
            moments, lim = (mean - np.tile(centre / data.ONE, 2), cov), np.tile(limit * 2 ** shift, 2)
        else:
            unit_in = np.tile(unit[before], flat.shape[1] // len(unit[before]))
            moments, lim = cal.moments(name), np.full(flat.shape[1], float(TOP))
        phases = 2 if name in SKIPS else 1
        unit_out = np.full(len(w), LOGIT_UNIT) if name == "head" else np.tile(unit[name], phases)
        skip = np.tile(unit[SKIPS[name]] / unit[name], phases) if name in SKIPS else np.zeros(len(w))
        rows = [quantise(flat[o], b[o], unit_in, lim, name == "in", unit_out[o], moments) for o in range(len(w))]
        q, bias, multiplier = (np.array(v) for v in zip(*rows))
        off = q * multiplier[:, None] * unit_out[:, None] / unit_in - flat
        print(f"{name:6s} {w.shape} error {np.sqrt(np.mean(np.einsum('oi,ij,oj->o', off, moments[1], off))):.6f}")
        out += struct.pack("<HHHH", w.shape[1], w.shape[2], w.shape[0], 0)
        out += multiplier.astype("<f4").tobytes() + skip.astype("<f4").tobytes() + bias.astype("<i4").tobytes() + q.astype("<i2").tobytes()
        before = name
    out += hashlib.sha256(out).hexdigest().encode()
    with open(argv[3], "wb") as f:
        f.write(out)
    print(argv[3], len(out), "bytes")
    if len(argv) > 4:
        a, _ = calls.idx[3]
        rows = calls.feat[a + 1000:a + 1160]
        with torch.no_grad():
            z = net(torch.from_numpy(np.swapaxes(rows, 0, 1).astype(np.float32) / data.ONE)[None])[0]
        with open(argv[4], "wb") as f:
            f.write(b"CQVEC\0\0\0" + struct.pack("<I", len(rows)) + rows.astype("<i2").tobytes())
            f.write(np.ascontiguousarray(z.numpy().transpose(1, 0, 2)).astype("<f4").tobytes())


if __name__ == "__main__":
    assert FEATURES % 2 == 0
    main(sys.argv)
