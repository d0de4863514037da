"""Assembled two-channel calls with exact truth: calls.py VOICES.pkl OUT_DIR SEED FIRST COUNT [valid] [wide|lines]

Writes NNNNN.s16 (interleaved, 8 kHz), NNNNN.lab (uint8, frames x 2 channels, bits below) and NNNNN.json (what was done).
"""
import json
import os
import pickle
import sys
import time

import numpy as np

import line
import sounds
from sounds import db
from voices import HOP, RATE, close_gaps, drop_short, frame_db, speech_mask

SPURT, FINE, UNSURE, MUSIC, MACHINE, NO_MUSIC_LOSS = 1, 2, 4, 8, 16, 32
FINE_GAP, SPURT_GAP, MIN_SPURT = 8, 20, 5

# What `wide` draws more of: noise of people and traffic, holds with long fades, gates, bad lines of one side, laughs.
BASE = dict(noise_p=[0.2, 0.2, 0.15, 0.15, 0.08, 0.06, 0.12, 0.04], snr_p=(0.3, 0.7, 0.9), holds=0.22, two_holds=0.05,
            fade_s=1.0, body=sounds.BODY, body_rate=(0, 0, 0.03, 0.1, 0.25), breaths=0.4, leak=0.5, gate=0.12, one_bad=0.0,
            codecs=line.COMMON_CODECS, agc=0.12, loss=(0.12, 0.06), by_pitch=False, songs=0.0)
WIDE = dict(noise_p=[0.1, 0.1, 0.25, 0.25, 0.06, 0.03, 0.17, 0.04], snr_p=(0.15, 0.5, 0.9), holds=0.4, two_holds=0.15,
            fade_s=3.0, body=sounds.BODY_WIDE, body_rate=(0, 0.05, 0.1, 0.2, 0.4), breaths=0.6, leak=0.6, gate=0.3, one_bad=0.2,
            codecs=line.COMMON_CODECS, agc=0.12, loss=(0.12, 0.06), by_pitch=False, songs=0.0)
# What `lines` draws more of: mobile and low-rate codecs, lost packets with and without concealment, gain control, songs.
LINES = dict(WIDE, snr_p=(0.35, 0.75, 0.93), holds=0.3, leak=0.5, gate=0.2, one_bad=0.1, codecs=line.MOBILE_CODECS, agc=0.35,
             loss=(0.4, 0.25), by_pitch=True, songs=0.5)
KINDS = {"wide": WIDE, "lines": LINES}


def flag(bit, mask):
    return np.where(mask, np.uint8(bit), np.uint8(0))


class Party:
    """One party's clean track, filled from pieces of one voice."""

    def __init__(self, rng, voice, n, pauses):
        self.rng, self.voice, self.n = rng, voice, n
        self.x = np.zeros(n + 30 * RATE, np.float32)
        self.end = -1.0
        self.pauses = pauses
        self.pieces = [self.cut(u) for u in voice["utts"]]
        self.short = [p for ps in self.pieces for p in ps if 0.15 <= len(p[0]) / RATE <= 0.95]

    @staticmethod
    def cut(u):
        """Pieces between silences >= 0.07 s and the silence after each."""
        on = np.repeat(close_gaps(np.abs(u[:len(u) // HOP * HOP].reshape(-1, HOP)).max(1) > 40, 7), HOP)
        edges = np.flatnonzero(np.diff(np.r_[0, on.astype(np.int8), 0]))
        res = []
        for i in range(0, len(edges), 2):
            nxt = edges[i + 2] if i + 2 < len(edges) else edges[i + 1] + 4000
            res.append((u[edges[i]:edges[i + 1]], (nxt - edges[i + 1]) / RATE))
        return res

    def say(self, at, secs, stop=None):
        """Talk from `at` for about `secs`; returns (start, end). Pauses as spoken, or redrawn."""
        at = max(at, self.end + 0.21)
        t = at
        while t - at < secs:
            ps = self.pieces[int(self.rng.integers(len(self.pieces)))]
            if not ps:
                continue
            k = int(self.rng.integers(len(ps)))
            while k < len(ps) and t - at < secs:
                seg, gap = ps[k]
                left = secs - (t - at)
                if len(seg) / RATE > left + 0.8:
                    seg = self.fade(seg[:int((left + self.rng.uniform(0, 0.4)) * RATE)])
                self.put(t, seg)
                t += len(seg) / RATE
                last = t
                if self.pauses == "redrawn":
                    gap = self.rng.choice([self.rng.uniform(0.05, 0.2), self.rng.uniform(0.18, 0.5), self.rng.uniform(0.4, 1.0)],
                                          p=[0.5, 0.4, 0.1])
                t += gap
                k += 1
        self.end = last
        return at, last

    def brief(self, at):
        """One short piece, for backchannels."""
        at = max(at, self.end + 0.25)
        if not self.short:
            return self.say(at, 0.4)
        t = at
        for _ in range(1 if self.rng.random() < 0.75 else 2):
            seg = self.short[int(self.rng.integers(len(self.short)))][0]
            self.put(t, seg)
            t += len(seg) / RATE + self.rng.uniform(0, 0.15)
        self.end = t
        return at, t

    def fade(self, seg):
        seg = seg.astype(np.float32)
        k = min(len(seg), int(self.rng.uniform(0.005, 0.06) * RATE))
        seg[len(seg) - k:] *= np.linspace(1, 0, k)
        return seg

    def put(self, t, seg):
        i = int(t * RATE)
        if i < len(self.x):
            seg = seg[:len(self.x) - i]
            self.x[i:i + len(seg)] += seg.astype(np.float32) / 32768


def talk(rng, parties, n, style, holds):
    """Fill both tracks with turns. Returns nothing: truth is taken from the tracks."""
    secs = n / RATE
    t = rng.uniform(0.3, 2.5) if not holds or holds[0][0] > 0 else holds[0][1] + rng.uniform(0.2, 2)
    who = int(rng.integers(2))
    holds = list(holds)
    while t < secs - 1:
        for h0, h1 in holds:
            if h0 - 1.0 < t < h1:
                t = h1 + rng.uniform(0.2, 2.5)
        a, b = parties[who], parties[1 - who]
        want = float(np.clip(rng.lognormal(np.log(style["turn_s"]), 0.8), 0.3, 22))
        nxt = [h0 for h0, _ in holds if h0 > t]
        if nxt:
            want = max(0.3, min(want, nxt[0] - t - 0.5))
        cut_in = want > 1.5 and rng.random() < style["cut_in"]
        s, e = a.say(t, want)
        if cut_in:
            c = rng.uniform(s + 0.5, max(s + 0.6, e - 0.3))
            if rng.random() < 0.5:                          # takes the floor: the holder gives way
                cs, ce = b.say(c, max(1.0, e - c + rng.uniform(0.5, 4)))
                t, who = max(ce, e), 1 - who
            else:
                cs, ce = b.say(c, rng.uniform(0.4, max(0.5, min(3.0, e - c))))
                t = max(ce, e)
        else:
            k = s + rng.exponential(style["bc_s"]) + 0.8
            while k < e - 0.5:
                b.brief(k)
                k = b.end + 0.6 + rng.exponential(style["bc_s"])
            t = e
        u = rng.random()
        if u < style["same"]:
            t += rng.uniform(0.25, 2.0)
            continue
        who = 1 - who
        v = rng.random()
        if v < style["overlap"]:
            t -= rng.uniform(0.02, 0.7)
        elif v < style["overlap"] + 0.5:
            t += abs(rng.normal(0.15, 0.25))
        elif v < 0.93:
            t += rng.exponential(0.8)
        else:
            t += rng.uniform(2, style["dead_s"])


def draw_style(rng):
    kind = rng.choice(["calm", "lively", "fight", "slow", "monologue", "one"], p=[0.3, 0.3, 0.2, 0.08, 0.07, 0.05])
    base = dict(turn_s=2.4, cut_in=0.08, bc_s=5.0, same=0.2, overlap=0.15, dead_s=7)
    if kind == "lively":
        base.update(turn_s=1.7, cut_in=0.2, bc_s=3.0, overlap=0.35)
    elif kind == "fight":
        base.update(turn_s=2.5, cut_in=0.55, bc_s=6.0, overlap=0.5)
    elif kind == "slow":
        base.update(turn_s=3.5, dead_s=14, same=0.4)
    elif kind == "monologue":
        base.update(turn_s=9, bc_s=3.0, cut_in=0.15)
    return str(kind), base


def place(x, at, y):
    i = int(at)
    if i < 0:
        y, i = y[-i:], 0
    y = y[:max(0, len(x) - i)]
    x[i:i + len(y)] += y


def loud_noise(rng, n, pool, level, snr, kinds_p):
    """Background of one channel at `snr` dB under the voice's active level."""
    kind = rng.choice(["flat", "flat", "street", "babble", "one", "hum", "mix", "music"],
                      p=kinds_p)
    if kind == "flat":
        x = sounds.coloured(rng, n)
        if rng.random() < 0.4:
            x *= sounds.modulation(rng, n, rng.uniform(0.05, 0.5), rng.uniform(1, 5))
    elif kind == "street":
        x = sounds.street(rng, n)
    elif kind == "babble":
        x = sounds.babble(rng, n, pool["voices"], int(rng.integers(3, 12)))
        x = line.reverb(rng, x)
    elif kind == "one":
        x = line.tilt(rng, line.reverb(rng, sounds.babble(rng, n, pool["voices"], 1)))
        snr = max(snr, rng.uniform(15, 30))
    elif kind == "hum":
        x = sounds.hum(rng, n)
    elif kind == "music":
        x = pool["music"].excerpt(rng, n / RATE + 0.1)[:n]
        snr = max(snr, 12)
    else:
        x = sounds.coloured(rng, n) + db(rng.uniform(-6, 6)) * sounds.babble(rng, n, pool["voices"], int(rng.integers(2, 8)))
    x = x / (sounds.rms(x) + 1e-9) * db(level - snr)
    return x.astype(np.float32), str(kind), snr


def draw_snr(rng, p):
    u = rng.random()
    return rng.uniform(42, 65) if u < p[0] else rng.uniform(20, 42) if u < p[1] else rng.uniform(8, 20) if u < p[2] else rng.uniform(-2, 8)


def body_sounds(rng, n, audible, level, pool, wish):
    """Breaths before talk, coughs, clicks, keys: never speech."""
    x = np.zeros(n, np.float32)
    rate = rng.choice(wish["body_rate"])
    on = np.flatnonzero(np.diff(np.r_[0, audible.astype(np.int8)]) == 1) * HOP
    if rng.random() < wish["breaths"]:
        g = level - rng.uniform(22, 42)
        for o in on[rng.random(len(on)) < 0.5]:
            y, _ = sounds.breath(rng)
            place(x, o - len(y) - rng.uniform(0, 0.12) * RATE, y / (sounds.rms(y) + 1e-9) * db(g + rng.normal(0, 3)))
    for _ in range(rng.poisson(rate * n / RATE)):
        y, kind = wish["body"][int(rng.integers(len(wish["body"])))](rng)
        lev = level - {"breath": 28, "cough": 6, "rustle": 26, "laugh": 20}.get(kind, 16) + rng.normal(0, 7)
        place(x, rng.uniform(0, n), y / (sounds.rms(y) + 1e-9) * db(min(lev, level + 3)))
    if rng.random() < 0.12:
        for _ in range(int(rng.integers(1, 6))):
            y, _ = pool["keys"].typing(rng)
            place(x, rng.uniform(0, n), y / (np.abs(y).max() + 1e-9) * db(level - rng.uniform(-4, 24)))
    return x


def leak_path(rng):
    d = rng.uniform(0, 6) if rng.random() < 0.4 else rng.uniform(15, 320)
    h = np.zeros(int(d * RATE / 1000) + 160, np.float32)
    k = len(h) - 160
    taps = int(rng.integers(1, 8))
    for i in range(taps):
        h[k + (0 if i == 0 else int(rng.integers(0, 120)))] += rng.choice([-1, 1]) * (1.0 if i == 0 else rng.uniform(0.05, 0.6))
    h /= np.sqrt((h * h).sum())
    return h, d


def draw_holds(rng, secs, wish):
    u = rng.random()
    if u > wish["holds"]:
        return []
    n = 1 if u > wish["two_holds"] else 2
    out, t = [], (0.0 if rng.random() < 0.15 else rng.uniform(5, secs * 0.4))
    for _ in range(n):
        d = rng.uniform(8, 30)
        if t + d > secs - 4:
            break
        out.append((t, t + d))
        t += d + rng.uniform(6, 25)
    return out


def sing(rng, y, pool, gap_s=(0.2, 4.0)):
    """Add a singer, or an advertiser, to music `y` of level 1: no party, whatever the words."""
    v = pool["draw"](rng)
    ratio, g, at = int(rng.uniform(80, 150)), db(rng.uniform(-8, 3)), rng.uniform(0, 6)
    while at * RATE < len(y):
        u = v["utts"][int(rng.integers(len(v["utts"])))].astype(np.float32)
        u = line.reverb(rng, line.signal.resample_poly(u[:6 * RATE], ratio, 100).astype(np.float32))
        place(y, at * RATE, u / (sounds.rms(u) + 1e-9) * g)
        at += len(u) / RATE + rng.uniform(*gap_s)


def hold_sound(rng, n, holds, pool, level, wish):
    """Music (or a comfort tone, or an announcement between music) on one channel; labels by frame."""
    fade_s = wish["fade_s"]
    x, music, machine = np.zeros(n, np.float32), np.zeros(n // HOP, bool), np.zeros(n // HOP, bool)
    kind = rng.choice(["music", "music", "music", "silence", "beeps"])
    g = level + rng.uniform(-16, 4)
    for h0, h1 in holds:
        if kind == "silence":
            continue
        if kind == "beeps":
            t, f = h0, rng.uniform(400, 1400)
            per, ln = rng.uniform(2, 8), rng.uniform(0.1, 0.6)
            while t < h1 - ln:
                place(x, t * RATE, sounds.sines([f], ln) * db(g))
                music[int(t * 100):int((t + ln) * 100)] = True
                t += per
            continue
        y = pool["music"].excerpt(rng, h1 - h0)
        if wish["songs"] and rng.random() < wish["songs"]:
            sing(rng, y, pool)
        y *= db(g)
        k = int(rng.uniform(0.01, fade_s) * RATE)
        y[:k] *= np.linspace(0, 1, k)
        y[len(y) - k:] *= np.linspace(1, 0, k)
        i0, i1 = int(h0 * 100), int(h1 * 100)
        lab = frame_db(y) > level - 45
        lab = close_gaps(lab, 60)
        music[i0:i0 + len(lab)] |= lab[:max(0, len(music) - i0)]
        if rng.random() < 0.35:
            v = pool["prompts"][int(rng.integers(len(pool["prompts"])))]
            ann = np.concatenate([v["utts"][int(rng.integers(len(v["utts"])))] for _ in range(3)])[:int(rng.uniform(2, 7) * RATE)]
            at = int(rng.uniform(1, max(1.1, h1 - h0 - len(ann) / RATE - 1)) * RATE)
            duck = db(-rng.uniform(6, 60))
            y[at:at + len(ann)] *= duck
            ann = ann.astype(np.float32) / 32768 * db(level + 26 + rng.uniform(-6, 4))
            place(y, at, ann)
            m0 = i0 + at // HOP
            machine[m0:m0 + len(ann) // HOP] = True
            if duck < db(-18):
                music[m0:m0 + len(ann) // HOP] = False
        place(x, h0 * RATE, y)
    return x, music, machine, str(kind)


def spoil_one_side(rng, out):
    """A bad line of one party alone: its level drops now and then, or the top of its band is missing."""
    c, n = int(rng.integers(2)), len(out[0])
    if rng.random() < 0.6:
        out[c] = (out[c] * np.minimum(1, sounds.modulation(rng, n, rng.uniform(0.2, 2), 8))).astype(np.float32)
    else:
        out[c] = line.muffled(rng, out[c])


def one_call(rng, pool, tmp, wish=BASE):
    secs = float(rng.uniform(40, 150))
    n = int(secs * RATE) // HOP * HOP
    frames = n // HOP
    info = {}
    info["style"], style = draw_style(rng)
    holds = draw_holds(rng, secs, wish)
    chosen = [pool["draw"](rng), pool["draw"](rng)]
    while chosen[1]["voice"] == chosen[0]["voice"]:
        chosen[1] = pool["draw"](rng)
    parties = [Party(rng, v, n, "redrawn" if rng.random() < 0.35 else "spoken") for v in chosen]
    talk(rng, parties, n, style, holds)
    clean = [p.x[:n] for p in parties]
    if info["style"] == "one":
        clean[int(rng.integers(2))] *= 0
    level = [rng.uniform(-40, -17) if rng.random() < 0.85 else rng.uniform(-48, -12) for _ in range(2)]
    lab = np.zeros((frames, 2), np.uint8)
    voice, audible = [], [np.zeros(frames, bool) for _ in range(2)]
    for c in range(2):
        x = clean[c]
        if rng.random() < 0.7:
            x = line.tilt(rng, x, rng.uniform(1, 7))
        if rng.random() < 0.15:
            x = x * sounds.modulation(rng, n, 0.15, rng.uniform(1, 4))
        if np.any(x):
            speech, unsure, heard, lev = speech_mask(x)
            audible[c] = drop_short(close_gaps(heard, SPURT_GAP), MIN_SPURT)
            spurt = drop_short(close_gaps(speech, SPURT_GAP), MIN_SPURT)
            fine = close_gaps(speech, FINE_GAP) & spurt
            lab[:, c] |= flag(SPURT, spurt) | flag(FINE, fine) | flag(UNSURE, unsure & ~spurt)
            x = x * db(level[c] - lev)
            if rng.random() < 0.25:
                x = line.reverb(rng, x)
        voice.append(x.astype(np.float32))
    extra = [np.zeros(n, np.float32) for _ in range(2)]
    if holds:
        c = int(rng.integers(2))
        y, music, machine, info["hold"] = hold_sound(rng, n, holds, pool, level[c], wish)
        extra[c] += y
        lab[:, c] |= flag(MUSIC, music[:frames]) | flag(MACHINE, machine[:frames])
    if rng.random() < 0.35:
        for _ in range(int(rng.integers(1, 4))):
            c = int(rng.integers(2))
            y, kind = sounds.tone(rng)
            at = rng.uniform(0, max(0.1, secs - len(y) / RATE)) if kind != "ringback" else rng.uniform(0, 1.5)
            y = y * db(level[c] + rng.uniform(-18, 3))
            on = close_gaps(frame_db(y) > level[c] - 45, 3)
            i = int(at * 100)
            place(extra[c], i * HOP, y)
            on = on[:max(0, frames - i)]
            lab[i:i + len(on), c] |= flag(MUSIC, on)
    noise, info["noise"], info["snr"] = [], [], []
    snr0 = draw_snr(rng, wish["snr_p"])
    for c in range(2):
        snr = snr0 if rng.random() < 0.4 else draw_snr(rng, wish["snr_p"])
        y, kind, snr = loud_noise(rng, n, pool, level[c], snr, wish["noise_p"])
        if rng.random() < 0.06:
            y, kind, snr = y * 0, "none", 99
        if kind == "music" and snr < 30:
            lab[:, c] |= np.uint8(NO_MUSIC_LOSS)
        noise.append(y + body_sounds(rng, n, audible[c], level[c], pool, wish))
        info["noise"].append(kind)
        info["snr"].append(round(float(snr), 1))
    out = [voice[c] + extra[c] + noise[c] for c in range(2)]
    info["leak"], info["delay"] = [None, None], [None, None]
    near = [x.copy() for x in out]
    both = rng.random() < 0.4
    if rng.random() < wish["leak"]:
        first = int(rng.integers(2))
        for c in ((first, 1 - first) if both else (first,)):
            h, d = leak_path(rng)
            loss = rng.uniform(8, 35) if rng.random() < 0.7 else rng.uniform(35, 50)
            src = near[1 - c]
            if rng.random() < 0.25:
                src = np.tanh(src * 8) / 8
            if rng.random() < 0.2:
                src = line.codec(rng, src, rng.choice(["ulaw", "gsm", "opus12"]), tmp)
            y = line.signal.oaconvolve(src, h)[:n]
            if rng.random() < 0.25:
                y = line.tilt(rng, y, 6)
            if rng.random() < 0.25:
                y = y * sounds.modulation(rng, n, 0.1, rng.uniform(1, 4))
            out[c] = out[c] + (y * db(-loss + (level[c] - level[1 - c]) * rng.choice([0, 0, 1]))).astype(np.float32)
            info["leak"][c], info["delay"][c] = round(loss, 1), round(d, 1)
    if wish["one_bad"] and rng.random() < wish["one_bad"]:
        spoil_one_side(rng, out)
    same = rng.random() < 0.6
    name = str(rng.choice(wish["codecs"]))
    info["codec"], info["line"] = [], []
    res = np.zeros((n, 2), np.int16)
    for c in range(2):
        x, did = out[c], []
        x = line.band_limit(rng, x)
        if rng.random() < 0.08:
            x = line.lost_band(rng, x)
        if rng.random() < wish["agc"]:
            x, did = line.agc(rng, x), did + ["agc"]
        if rng.random() < wish["gate"]:
            x, did = line.gate(rng, x, frame_db(x), level[c]), did + ["gate"]
        if rng.random() < 0.05:
            x, did = np.clip(x * db(rng.uniform(6, 16)), -0.9, 0.9) * db(-rng.uniform(0, 12)), did + ["clip"]
        if rng.random() < 0.06:
            x = x + (sounds.hum(rng, n) * db(rng.uniform(-75, -45))).astype(np.float32)
        if rng.random() < 0.05:
            x = x + np.float32(rng.normal(0, 0.01))
        if not same:
            name = str(rng.choice(wish["codecs"]))
        if rng.random() < wish["loss"][0]:
            x, did = line.lose_packets(rng, x, wish["by_pitch"]), did + ["loss"]
        x = line.codec(rng, x, name, tmp)
        if rng.random() < wish["loss"][1]:
            x, did = line.lose_packets(rng, x, wish["by_pitch"]), did + ["loss"]
        info["codec"].append(name)
        info["line"].append(did)
        res[:, c] = np.clip(np.round(x * 32768), -32768, 32767).astype(np.int16)
    info["voices"] = [v["name"] for v in chosen]
    info["level"] = [round(float(v), 1) for v in level]
    info["holds"] = [[round(float(a), 2), round(float(b), 2)] for a, b in holds]
    return res, lab, info


def make_pool(voices, split, rng):
    mine = [v for v in voices if v["split"] == split] if split == "valid" else [v for v in voices if v["split"] == "train"]
    groups = {g: [v for v in mine if v["group"] == g] for g in ("libri", "prompt", "words", "espeak")}
    names = [g for g in groups if groups[g]]
    share = np.array([{"libri": 0.62, "prompt": 0.12, "words": 0.2, "espeak": 0.06}[g] for g in names])

    def draw(r):
        vs = groups[names[int(r.choice(len(names), p=share / share.sum()))]]
        return vs[int(r.integers(len(vs)))]
    prompts = [v for v in voices if v["group"] == "prompt"]
    return dict(voices=groups["libri"], draw=draw, prompts=prompts, music=sounds.Music(rng), keys=sounds.Keyboard())


def main(argv):
    with open(argv[1], "rb") as f:
        voices = pickle.load(f)
    out, seed, first, count = argv[2], int(argv[3]), int(argv[4]), int(argv[5])
    os.makedirs(out, exist_ok=True)
    pool = make_pool(voices, "valid" if "valid" in argv[6:] else "train", np.random.default_rng([seed, first, 77]))
    wish = next((KINDS[a] for a in argv[6:] if a in KINDS), BASE)
    t0, secs = time.time(), 0.0
    for k in range(first, first + count):
        rng = np.random.default_rng([seed, k])
        pcm, lab, info = one_call(rng, pool, f"/tmp/cq-amr-{os.getpid()}.amr", wish)
        base = os.path.join(out, f"{k:05d}")
        pcm.tofile(base + ".s16")
        lab.tofile(base + ".lab")
        info["seed"] = [seed, k]
        with open(base + ".json", "w") as f:
            json.dump(info, f)
        secs += len(pcm) / RATE
        if (k - first) % 20 == 19:
            print(f"{k - first + 1} calls, {secs / 3600:.2f} h, {time.time() - t0:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv)
