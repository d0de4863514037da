"""Outputs of the training framework for tests/unit/activity/test_mono_net.c: mono_vectors.py NET.pt [NET2.pt...] OUT.h

Inputs are made by the same small generator here and in the test; weights are rounded to half floats as in the file.
"""
import sys

import numpy as np
import torch

from mono_export import average
from mono_net import EMB, Net, inputs

FRAMES, REF, LOW = 64, -20.0, -55.0


def uniform(n, seed=12345):
    out = np.empty(n)
    for i in range(n):
        seed = (seed * 1664525 + 1013904223) % 2 ** 32
        out[i] = (seed >> 8) / 2 ** 24
    return out.astype("f4")


def table(name, x):
    rows = [", ".join(f"{v:.6f}f" for v in x.ravel()[i:i + 8]) for i in range(0, x.size, 8)]
    return f"static const float {name}[{x.size}] = {{\n    " + ",\n    ".join(rows) + "};\n"


def main(argv):
    net = Net()
    net.load_state_dict(average(argv[:-1]))
    with torch.no_grad():
        for p in net.parameters():
            p.copy_(p.half().float())
        u = uniform(FRAMES * 41 + FRAMES // 2 * 24 + 2 * EMB)
        mel = torch.from_numpy(-70 + 55 * u[:FRAMES * 41]).reshape(1, FRAMES, 41)
        pitch = torch.from_numpy(u[FRAMES * 41:-2 * EMB] * 2 - 1).reshape(1, FRAMES // 2, 24)
        c = u[-2 * EMB:].reshape(2, EMB) - np.float32(0.5)
        c = torch.from_numpy(c / np.linalg.norm(c, axis=1, keepdims=True))
        s, h, e, y = net.trunk(inputs(mel, torch.tensor([REF]), torch.tensor([LOW])), pitch)
        p = net.party(s, h, e, c[:1], c[1:])
    with open(argv[-1], "w", encoding="ascii") as f:
        f.write("/* Made by tools/train/mono_vectors.py from the weights in models/mono-1.bin. */\n"
                "/* clang-format off */\n")
        f.write(table("want_logits", y[0].numpy()) + table("want_embeddings", e[0].numpy())
                + table("want_party", p[0].numpy()))


if __name__ == "__main__":
    main(sys.argv[1:])
