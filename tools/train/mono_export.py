"""Write a trained one-channel network as the product's weights file: mono_export.py NET.pt [NET2.pt...] OUT.bin

Several networks of one line of training are averaged. Format: "CQMONO01"; then for every layer, in the order of
src/activity/mono_net.c, the weights [outputs][inputs] and the biases [outputs] as IEEE half floats, little endian;
then the SHA-256 of all that in 64 hex digits.
"""
import hashlib
import sys

import numpy as np
import torch

from mono_net import Net


def average(files):
    states = [torch.load(f) for f in files]
    return {k: sum(s[k] for s in states) / len(states) for k in states[0]}


def layers(net):
    yield from (net.stem, net.mid, net.wide)
    for b in net.blocks:
        yield from (b.w, b.v)
    yield from (net.emb, net.up, net.skip, net.out, net.p_in)
    for b in net.p_blocks:
        yield from (b.w, b.v)
    yield from (net.p_up, net.p_skip, net.p_out)


def main(argv):
    net = Net()
    net.load_state_dict(average(argv[:-1]))
    data = b"CQMONO01"
    for layer in layers(net):
        data += layer.weight.detach().numpy().astype("<f2").tobytes() + layer.bias.detach().numpy().astype("<f2").tobytes()
    with open(argv[-1], "wb") as f:
        f.write(data + hashlib.sha256(data).hexdigest().encode())
    print(argv[-1], len(data) + 64, "bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
