"""The network of the two-channel detector. src/activity/network.c runs the same graph in 16-bit integers.

Input: int16 features / 2048 of both channels, [batch, 2, time, 68], time a multiple of 8. The graph runs once for each
channel with (own, other) features; weights are shared. A U of four rates: 10, 20, 40 and 80 ms. Output: logits
[batch, 2, time, 4]: speech with pauses >= 0.08 s ending it, talkspurt, music or tone, the other party's talkspurt.
"""
import torch
from torch import nn
from torch.nn import functional as F

FEATURES = 68
WIDTHS = (32, 40, 56, 64)
DEEP_DILATIONS = (1, 2, 4, 8, 16, 1)
OUTPUTS = 4
CLIP = 15.9  # activations stay below 16, so that 16 bits hold them with eleven after the point
FINE, SPURT, MUSIC, OTHER = range(OUTPUTS)


def rectify(x):
    return x.clamp(0, CLIP)


class Block(nn.Module):
    """x + relu(conv3(x)), clipped"""

    def __init__(self, width, dilation):
        super().__init__()
        self.conv = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)

    def forward(self, x):
        return (x + rectify(self.conv(x))).clamp(max=CLIP)


class Up(nn.Module):
    """Two output frames from one: relu(skip + W_phase x)."""

    def __init__(self, narrow, wide):
        super().__init__()
        self.lin = nn.Conv1d(wide, 2 * narrow, 1)
        self.narrow = narrow

    def forward(self, x, skip):
        b, _, t = x.shape
        y = self.lin(x).view(b, 2, self.narrow, t).permute(0, 2, 3, 1).reshape(b, self.narrow, 2 * t)
        return rectify(skip + y)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        w0, w1, w2, w3 = WIDTHS
        self.register_buffer("mean", torch.zeros(FEATURES))
        self.register_buffer("scale", torch.ones(FEATURES))
        self.own, self.other = nn.Linear(FEATURES, w0), nn.Linear(FEATURES, w0, bias=False)
        self.down1 = nn.Conv1d(w0, w1, 2, stride=2)
        self.mid1 = Block(w1, 1)
        self.down2 = nn.Conv1d(w1, w2, 2, stride=2)
        self.mid2a, self.mid2b = Block(w2, 1), Block(w2, 2)
        self.down3 = nn.Conv1d(w2, w3, 2, stride=2)
        self.deep = nn.ModuleList(Block(w3, d) for d in DEEP_DILATIONS)
        self.up2 = Up(w2, w3)
        self.post2 = Block(w2, 1)
        self.up1 = Up(w1, w2)
        self.post1 = Block(w1, 1)
        self.up0 = Up(w0, w1)
        self.post0 = Block(w0, 1)
        self.head = nn.Conv1d(w0, OUTPUTS, 1)

    def one(self, s0, drop=0.0):
        s1 = self.mid1(rectify(self.down1(s0)))
        s2 = self.mid2b(self.mid2a(rectify(self.down2(s1))))
        y = rectify(self.down3(s2))
        for b in self.deep:
            y = b(y)
        if drop:
            y = F.dropout(y, drop, self.training)
        y = self.post2(self.up2(y, s2))
        y = self.post1(self.up1(y, s1))
        y = self.post0(self.up0(y, s0))
        return self.head(y)

    def forward(self, x, drop=0.0):
        b, _, t, _ = x.shape
        x = (x - self.mean) * self.scale
        s0 = rectify(self.own(x) + self.other(x).flip(1)).reshape(2 * b, t, WIDTHS[0]).transpose(1, 2).contiguous()
        return self.one(s0, drop).view(b, 2, OUTPUTS, t).transpose(2, 3)
