"""The one-channel network: speech, overlap, other sound, a voice embedding, and each party's speech.

Frames of 10 ms are joined to 20 and 40 ms; residual temporal blocks x + V relu(W[x(t-d), x(t), x(t+d)]) see about
1.3 s to either side. The party head is run once for each party: it is told the voice of that party and of the other
(centroids of embeddings over the call) and gives the party's speech, overlap included.

Tensors are (calls, frames, channels), every layer is a matrix product: fast on a plain CPU.
"""
import torch
from torch import nn
from torch.nn import functional as F

N_MEL, N_PITCH, N_IN = 40, 24, 42
STEM, MID, WIDE, NECK, EMB = 48, 64, 96, 48, 32
DILATIONS = (1, 2, 4, 8, 16, 1)
P_WIDE, P_NECK, P_DILATIONS = 48, 32, (1, 4, 12)
UP, P_UP = 24, 16
VOICE_GAIN = 4.0        # of the products of embedding and centroid, before the party head


def context(x, d):
    """[x(t-d), x(t), x(t+d)], zeros outside the call."""
    z = F.pad(x, (0, 0, d, d))
    t = x.shape[1]
    return torch.cat((z[:, :t], x, z[:, 2 * d:]), -1)


class Block(nn.Module):
    def __init__(self, wide, neck, dilation):
        super().__init__()
        self.w = nn.Linear(3 * wide, neck)
        self.v = nn.Linear(neck, wide)
        self.d = dilation

    def forward(self, x):
        return x + self.v(F.relu(self.w(context(x, self.d))))


def pair(x):
    """(B, T, C) -> (B, T/2, 2C): neighbours side by side, the earlier first."""
    return x.reshape(x.shape[0], x.shape[1] // 2, -1)


def spread(x, phases):
    """(B, T, phases*C) -> (B, phases*T, C)."""
    return x.reshape(x.shape[0], x.shape[1] * phases, -1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Linear(3 * N_IN, STEM)
        self.mid = nn.Linear(2 * STEM + N_PITCH, MID)
        self.wide = nn.Linear(2 * MID, WIDE)
        self.blocks = nn.ModuleList([Block(WIDE, NECK, d) for d in DILATIONS])
        self.emb = nn.Linear(WIDE, EMB)
        self.up = nn.Linear(WIDE, 4 * UP)
        self.skip = nn.Linear(STEM, UP)
        self.out = nn.Linear(UP, 3)
        self.p_in = nn.Linear(WIDE + 2 * EMB, P_WIDE)
        self.p_blocks = nn.ModuleList([Block(P_WIDE, P_NECK, d) for d in P_DILATIONS])
        self.p_up = nn.Linear(P_WIDE, 4 * P_UP)
        self.p_skip = nn.Linear(STEM, P_UP)
        self.p_out = nn.Linear(P_UP, 1)
        with torch.no_grad():
            for b in list(self.blocks) + list(self.p_blocks):
                b.v.weight *= 0.3

    def trunk(self, mel, pitch):
        """mel (B, T, 42), pitch (B, T/2, 24), T a multiple of 4 -> stem (B,T,48), h (B,T/4,96), e (B,T/4,32), logits."""
        s = F.relu(self.stem(context(mel, 1)))
        x = F.relu(self.mid(torch.cat((pair(s), pitch), -1)))
        x = F.relu(self.wide(pair(x)))
        for b in self.blocks:
            x = b(x)
        e = F.normalize(self.emb(x), dim=-1)
        y = self.out(F.relu(spread(self.up(x), 4) + self.skip(s)))
        return s, x, e, y

    def party(self, s, h, e, own, other):
        """own, other (B, EMB) unit centroids -> logits (B, T) of own's speech."""
        z = torch.cat((h, e * own[:, None] * VOICE_GAIN, e * other[:, None] * VOICE_GAIN), -1)
        z = F.relu(self.p_in(z))
        for b in self.p_blocks:
            z = b(z)
        return self.p_out(F.relu(spread(self.p_up(z), 4) + self.p_skip(s)))[..., 0]


def inputs(mel, ref, low):
    """mel (..., T, 41) in dB, ref and low (...,): 95th and 10th percentile of the level -> (..., T, 42)."""
    x = ((mel - ref[..., None, None]) / 20 + 1).clamp(-2, 2)
    c = ((low - ref) / 20 + 1).clamp(-2, 2)[..., None, None].expand(*mel.shape[:-1], 1)
    return torch.cat((x, c), -1)
