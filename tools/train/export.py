"""export.py NET.pt VALID_PREFIX MODEL.bin [VECTORS.bin]: 16-bit weights in the format of src/activity/network.h.

VECTORS gets a stretch of features and this framework's logits, with the weights as rounded, for the unit test: "CQVEC\\0\\0\\0", uint32 frames, int16 rows
[frame][2][68], float32 logits [frame][2][4].
"""
import hashlib
import struct
import sys

import numpy as np
import torch

import data
from model import FEATURES, Net

LOGIT_Q = 10
FORMAT, FEATURE_VERSION = 1, 1
ACTIVATION_Q = 11  # int16 saturates where the model clips


def taps_last(conv):
    """[out, in, k] -> [out, k, in]"""
    return conv.weight.detach().numpy().transpose(0, 2, 1).astype(np.float64), conv.bias.detach().numpy().astype(np.float64)


def down(conv):
    w, b = taps_last(conv)
    return w.reshape(w.shape[0], 1, -1), b


def layers(net):
    """(name, weights [out, taps, in], bias) in the order of the file."""
    scale, mean = net.scale.numpy().astype(np.float64), net.mean.numpy().astype(np.float64)
    wa, wb = (m.weight.detach().numpy().astype(np.float64) * scale for m in (net.own, net.other))
    res = [("in", np.stack([wa, wb], 1), net.own.bias.detach().numpy() - (wa + wb) @ mean)]
    res += [("down1", *down(net.down1)), ("mid1", *taps_last(net.mid1.conv)), ("down2", *down(net.down2))]
    res += [("mid2a", *taps_last(net.mid2a.conv)), ("mid2b", *taps_last(net.mid2b.conv))]
    res += [("down3", *down(net.down3))] + [(f"deep{i}", *taps_last(b.conv)) for i, b in enumerate(net.deep)]
    for k in (2, 1, 0):
        res += [(f"up{k}", *taps_last(getattr(net, f"up{k}").lin)), (f"post{k}", *taps_last(getattr(net, f"post{k}").conv))]
    return res + [("head", *taps_last(net.head))]


def largest_sum(iw, last_index):
    """Bound of |sum of products|: features reach 2^14 with any sign; activations are 0 to 2^15 - 1."""
    flat = iw.reshape(len(iw), -1)
    if last_index == 0:
        return np.abs(flat).sum(1) * 16384.0
    return np.maximum(np.where(flat > 0, flat, 0).sum(1), np.where(flat < 0, -flat, 0).sum(1)) * 32767.0


def put_back(net, name, w, b):
    """The rounded weights into the framework's network, so that its answers differ by arithmetic alone."""
    ten = lambda x: torch.from_numpy(np.ascontiguousarray(x)).float()  # noqa: E731
    if name == "in":
        scale, mean = net.scale.numpy(), net.mean.numpy()
        net.own.weight.data, net.other.weight.data = ten(w[:, 0] / scale), ten(w[:, 1] / scale)
        net.own.bias.data = ten(b + w.sum(1) @ mean)
        return
    m = getattr(net, name) if hasattr(net, name) else net.deep[int(name[4:])]
    m = getattr(m, "conv", getattr(m, "lin", m))
    m.weight.data = ten(w.reshape(w.shape[0], m.weight.shape[2], -1).transpose(0, 2, 1))
    m.bias.data = ten(b)


def main(argv):
    net = Net()
    net.load_state_dict(torch.load(argv[1]))
    net.eval()
    calls = data.Calls(argv[2])
    every = layers(net)
    out = b"CQMODEL\n" + struct.pack("<III", FORMAT, FEATURE_VERSION, len(every))
    for name, w, b in every:
        last = name == "head"
        qx, qy = ACTIVATION_Q, LOGIT_Q if last else ACTIVATION_Q
        flat = np.abs(w).reshape(len(w), -1)
        for qw in range(15, -1, -1):
            iw, ib = np.round(w * 2.0 ** qw), np.round(b * 2.0 ** (qx + qw))
            shift = qx + qw - qy
            total = largest_sum(iw, 0 if name == "in" else 1) + np.abs(ib) + 2.0 ** max(0, shift - 1)
            if np.abs(iw).max() <= 32767 and total.max() < 2 ** 31 - 1:
                break
        assert 1 <= shift <= 24, (name, shift)
        put_back(net, name, iw / 2.0 ** qw, ib / 2.0 ** (qx + qw))
        print(f"{name:6s} {w.shape} weights 2^-{qw} shift {shift} largest {flat.max():.2f}")
        out += struct.pack("<HHHH", w.shape[1], w.shape[2], w.shape[0], shift)
        out += ib.astype("<i4").tobytes() + iw.astype("<i2").tobytes()
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
