"""Mixed one-channel calls with exact truth, as features by the product's own code (mono_dump).

python3 mono_data.py VOICES.pkl DUMP OUT.npz --calls N --seconds S --split train|valid --seed K

VOICES.pkl is what voices.py writes, DUMP the built mono_dump.c. Turn timing, levels, lines and noises are drawn far
wider than life, so that no one kind of call is learnt. The voices that voices.py keeps for validation are never mixed
for training.
"""
import argparse
import glob
import subprocess
import tempfile

import numpy as np
from scipy import signal

import mono_voices as mv
from voices import decode

RATE, FRAME = mv.RATE, mv.HOP


def pick_voice(rng, voices):
    """Three in four from LibriSpeech, one in sixteen synthetic, the rest from the other sources."""
    u = rng.random()
    kinds = ("libri",) if u < 0.74 else ("espeak",) if u < 0.8 else ("prompt", "words")
    pool = [v for v in voices if v[0] in kinds]
    return pool[rng.integers(len(pool))] if pool else voices[rng.integers(len(voices))]


class Party:
    """A voice on its way: resampled, coloured, levelled; hands out phrases in order."""

    def __init__(self, rng, voice):
        self.rng, self.name = rng, voice[1]
        self.ratio = int(round(100 * 2 ** rng.uniform(-0.12, 0.12))) if rng.random() < 0.3 else 100
        self.phrases, self.at = voice[2], rng.integers(len(voice[2]))
        self.level = rng.uniform(-36, -14)
        self.breaks = rng.random() < 0.6

    def phrase(self, limit_s):
        x, sp, un = self.phrases[self.at % len(self.phrases)]
        self.at += 1
        if self.breaks and len(sp) > limit_s * 100 and limit_s > 0.3:
            x, sp, un = cut(x, sp, un, limit_s)
        if self.ratio != 100:
            x = signal.resample_poly(x, 100, self.ratio).astype("f4")
            n = len(x) // FRAME
            k = np.minimum((np.arange(n) * self.ratio / 100).astype(int), len(sp) - 1)
            sp, un = sp[k], un[k]
        return x, sp, un


def cut(x, sp, un, limit_s):
    """End a long phrase at the quietest place near limit_s, with a short fade."""
    db = mv.frame_db(x)
    a = max(10, int(limit_s * 70))
    b = min(len(db) - 5, int(limit_s * 130))
    if b <= a:
        return x, sp, un
    k = a + int(np.argmin(db[a:b]))
    y = x[:k * FRAME].copy()
    y[-FRAME:] *= np.linspace(1, 0, FRAME, dtype="f4")
    return y, sp[:k], un[:k]


def place(rng, n_frames, parties, quiet):
    """Lay the parties' phrases out in time: {k: (samples, speech, unsure)}. Telephone-like turn taking."""
    out = [(np.zeros(n_frames * FRAME, "f4"), np.zeros(n_frames, bool), np.zeros(n_frames, bool)) for _ in parties]
    t, who, free = rng.uniform(0, 1.5), int(rng.integers(len(parties))), [0.0] * len(parties)
    scale = [np.exp(rng.normal(0, 0.6)) for _ in parties]
    p_over, p_back = rng.choice([0.05, 0.15, 0.35]), rng.choice([0.0, 0.15, 0.4])
    end_s = n_frames / 100

    def put(k, at_s, limit_s):
        at_s = max(at_s, free[k])
        x, sp, un = parties[k].phrase(limit_s)
        s = int(at_s * RATE)
        f = int(round(at_s * 100))
        m = min(len(x), n_frames * FRAME - s)
        q = min(len(sp), n_frames - f)
        if m <= 0 or q <= 0:
            return at_s
        out[k][0][s:s + m] += x[:m] * 10 ** (rng.normal(0, 1.5) / 20)
        out[k][1][f:f + q] |= sp[:q]
        out[k][2][f:f + q] |= un[:q]
        free[k] = at_s + len(x) / RATE + 0.02
        return at_s + len(x) / RATE

    while t < end_s:
        want, begin = min(20, rng.lognormal(0.9, 0.8)) * scale[who], t
        while t - begin < want and t < end_s:
            t = put(who, t, min(want, 8)) + (rng.exponential(0.35) + 0.1 if rng.random() < .7 else 0.2)
            if len(parties) > 1 and rng.random() < p_back and t - begin > 1:
                other = int(rng.choice([k for k in range(len(parties)) if k != who]))
                put(other, rng.uniform(begin + 0.5, t), rng.uniform(0.3, 0.9))
        if len(parties) > 1:
            who = int(rng.choice([k for k in range(len(parties)) if k != who]))
        if rng.random() < p_over:
            t -= rng.uniform(0.2, 1.8)
        else:
            t += max(-0.3, rng.normal(0.15, 0.35)) if rng.random() > quiet else rng.exponential(3.0)
        t = max(t, 0)
    return out


def colour(rng, strength_db):
    """A random smooth FIR with telephone band edges."""
    f = np.linspace(0, RATE / 2, 65)
    g = np.interp(f, np.linspace(0, RATE / 2, 8), rng.normal(0, strength_db, 8))
    g += rng.uniform(-6, 6) * (f / 4000 - .5)
    lo, hi = rng.choice([60, 150, 300]), rng.choice([3300, 3600, 3950])
    g -= np.where(f < lo, (lo - f) / lo * 40, 0) + np.where(f > hi, (f - hi) / 100 * 10, 0)
    return signal.firwin2(127, f / (RATE / 2), 10 ** (g / 20), fs=2).astype("f4")


def noise(rng, n, voices):
    """Stationary coloured noise, swelling noise, babble or clatter, power 1."""
    kind = rng.choice(["steady", "swell", "babble", "street", "clatter", "hum"], p=[.4, .1, .2, .12, .1, .08])
    if kind == "babble":
        x = np.zeros(n, "f4")
        for _ in range(rng.integers(3, 9)):
            ph = voices[rng.integers(len(voices))][2]
            y = np.concatenate([ph[k][0] for k in rng.permutation(len(ph))[:40]])
            y = np.resize(np.roll(y, rng.integers(len(y))), n)
            x += y * rng.uniform(.3, 1)
        x = signal.fftconvolve(x, np.exp(-np.arange(1600) / 400) * rng.normal(0, 1, 1600), "same").astype("f4")
    elif kind == "clatter":
        x = np.zeros(n + 800, "f4")
        for at in rng.integers(0, n, int(n / RATE * rng.uniform(1, 8))):
            m = int(rng.integers(40, 800))
            x[at:at + m] += rng.normal(0, 1, m) * np.exp(-np.arange(m) / (m / 4)) * rng.uniform(.2, 1)
        x = x[:n]
    elif kind == "hum":
        t = np.arange(n) / RATE
        x = sum(rng.uniform(0, 1) / k * np.sin(2 * np.pi * rng.choice([50, 60]) * k * t) for k in range(1, 7))
        x = x + 0.05 * rng.normal(0, 1, n)
    else:
        x = np.fft.irfft(np.fft.rfft(rng.normal(0, 1, n)) /
                         np.maximum(1, np.arange(n // 2 + 1)) ** rng.uniform(0, .8), n)
        if kind != "steady":
            env = np.interp(np.arange(n), np.linspace(0, n, max(3, n // 12000)),
                            rng.normal(0, 5 if kind == "swell" else 8, max(3, n // 12000)))
            x = x * 10 ** (env / 20)
    x = np.asarray(x, "f4")
    return x / (np.sqrt((x ** 2).mean()) + 1e-9)


def tone(rng, n):
    """Ringback, busy, DTMF or a beep: (samples of at most n, name)."""
    t = np.arange(n) / RATE
    kind = rng.choice(["ring", "busy", "dtmf", "beep"])
    if kind == "ring":
        f = [(440, 480), (425,), (400, 450), (450,)][rng.integers(4)]
        on, period = [(2, 6), (1, 5), (1, 4), (0.4, 3)][rng.integers(4)]
        gate = (t % period) < on
    elif kind == "busy":
        f, gate = [(480, 620), (425,)][rng.integers(2)], (t % 1.0) < .5
    elif kind == "dtmf":
        f = (rng.choice([697, 770, 852, 941]), rng.choice([1209, 1336, 1477]))
        gate = ((t % .3) < .12) & (t < rng.uniform(.3, 3))
    else:
        f, gate = (rng.choice([800, 1000, 1400, 2100]),), t < rng.uniform(.1, 1.2)
    return sum(np.sin(2 * np.pi * k * t) for k in f).astype("f4") * gate, gate


def add_sounds(rng, x, busy, music_files):
    """Hold music or tones where nobody speaks for a while. Returns the frames in which they sound."""
    n = len(busy)
    other = np.zeros(n, bool)
    for s, e in mv.runs(~busy):
        if e - s < 60 or rng.random() < .5:
            continue
        s, e = s + 15, e - 15
        level = 10 ** (rng.uniform(-38, -14) / 20)
        if e - s > 200 and rng.random() < .6:
            m = music_files[rng.integers(len(music_files))]
            at = rng.integers(0, max(1, len(m) - (e - s) * FRAME))
            y = m[at:at + (e - s) * FRAME].copy()
            gate = np.ones(len(y), bool)
            y *= 3
        else:
            y, gate = tone(rng, (e - s) * FRAME)
        y = y * level
        x[s * FRAME:s * FRAME + len(y)] += y
        g = gate[:len(gate) // FRAME * FRAME].reshape(-1, FRAME).any(1)
        other[s:s + len(g)] |= g
    return other


def line(rng, x):
    """The mixed recording's own faults: gain, clipping, companding, GSM, loss, compressor."""
    if rng.random() < .15:
        env = signal.lfilter([.002], [1, -.998], np.abs(x)) + 1e-3
        x = x * (env / .05) ** -rng.uniform(.1, .6)
    x = x * 10 ** (rng.uniform(-12, 8) / 20)
    if rng.random() < .15:
        for at in rng.integers(0, len(x), int(len(x) / RATE * rng.uniform(.1, 1.5))):
            x[at:at + 160 * rng.integers(1, 4)] = 0
    x = np.clip(x, -1, 1).astype("f4")
    u = rng.random()
    if u < .2:
        codec = rng.choice(["gsm", "gsm", "ima"])
        kind = ["-t", "gsm"] if codec == "gsm" else ["-t", "wav", "-e", "ima-adpcm"]
        raw = ["-t", "f32", "-r", str(RATE), "-c", "1", "-"]
        with tempfile.NamedTemporaryFile(dir="/tmp") as f:
            subprocess.run(["sox", "-V1", *raw, *kind, f.name], input=x.tobytes(), check=True, capture_output=True)
            back = ["-t", "gsm", "-r", str(RATE)] if codec == "gsm" else ["-t", "wav"]
            y = subprocess.run(["sox", "-V1", *back, f.name, *raw], check=True, capture_output=True).stdout
        y = np.frombuffer(y, "<f4")
        x = np.resize(np.concatenate((y, np.zeros(max(0, len(x) - len(y)), "f4"))), len(x))
    elif u < .8:
        x = np.sign(x) * np.round(np.log1p(255 * np.abs(x)) / np.log(256) * 127) / 127
        x = np.sign(x) * (256 ** np.abs(x) - 1) / 255
    return x.astype("f4")


def rms(x, mask):
    y = x[:len(mask) * FRAME].reshape(-1, FRAME)[mask]
    return float(np.sqrt((y ** 2).mean())) if len(y) else 1e-3


def call(rng, voices, n_frames, music, hard=1.0):
    n_parties = int(rng.choice([1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]))
    names, parties = [], []
    while len(parties) < n_parties:
        v = pick_voice(rng, voices)
        if v[1] not in names:
            names.append(v[1])
            parties.append(Party(rng, v))
    laid = place(rng, n_frames, parties, rng.choice([0.05, 0.1, 0.3]))
    spread, shared = rng.choice([2., 5., 8.]), colour(rng, 3)
    base, same_line = rng.uniform(-30, -16), rng.random() < .25
    n = n_frames * FRAME
    mix = np.zeros(n, "f4")
    levels = []
    for x, sp, _ in laid:
        x = signal.fftconvolve(x, shared if same_line else colour(rng, 3), "same").astype("f4")
        if rng.random() < .2:
            h = rng.normal(0, 1, 2400) * np.exp(-np.arange(2400) / rng.uniform(150, 700))
            h = np.concatenate(([1.0], h / np.sqrt((h ** 2).sum()) * 10 ** (rng.uniform(-14, -3) / 20)))
            x = signal.fftconvolve(x, h)[:n].astype("f4")
        level = base + np.clip(rng.normal(0, spread), -10, 10)
        levels.append(level)
        x *= 10 ** (level / 20) / rms(x, sp)
        if rng.random() < .3:
            x += noise(rng, n, voices) * 10 ** ((level - rng.uniform(12, 40)) / 20)
        mix += x
    busy = np.logical_or.reduce([sp | un for _, sp, un in laid])
    other = add_sounds(rng, mix, busy, music) if rng.random() < .35 else np.zeros(n_frames, bool)
    u = rng.random()
    if u < .7:
        snr = rng.uniform(0, 35) if u < .5 else rng.uniform(-3, 15)
        mix += noise(rng, n, voices) * 10 ** ((np.mean(levels) - snr) / 20)
    mix = line(rng, mix)
    sp = np.zeros((n_frames, 2), bool)
    for k, (_, s, _) in enumerate(laid):
        sp[:, k] = s
    unsure = np.logical_or.reduce([u & ~s for _, s, u in laid])
    names += ["-"] * (2 - len(names))
    return mix, sp, unsure, other, names


def features(dump, x):
    out = subprocess.run([dump], input=x.astype("<f4").tobytes(), capture_output=True, check=True).stdout
    return np.frombuffer(out, "<f4").reshape(-1, 65)


def music_tracks(part):
    tracks = []
    for f in sorted(glob.glob("/usr/share/asterisk/moh/macroform*.wav")):
        x = decode(f, RATE)
        half = len(x) // 2
        x = x[:half] if part == "train" else x[half:]
        tracks.append(x / (np.sqrt((x ** 2).mean()) * 3 + 1e-9))
    return tracks


def main():
    p = argparse.ArgumentParser()
    p.add_argument("voices")
    p.add_argument("dump")
    p.add_argument("out")
    p.add_argument("--calls", type=int, default=200)
    p.add_argument("--seconds", type=float, default=30)
    p.add_argument("--split", default="train")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--wav", help="also keep the first calls' sound in this folder")
    a = p.parse_args()
    voices = mv.load(a.voices, a.split)
    music, n = music_tracks(a.split), int(a.seconds * 100)
    mel, pitch, sp, un, ot, names = [], [], [], [], [], []
    for k in range(a.calls):
        rng = np.random.default_rng([a.seed, k])
        x, s, u, o, nm = call(rng, voices, n, music)
        f = features(a.dump, x)[:n]
        mel.append(f[:, :41].astype("f2"))
        pitch.append(f[1::2, 41:].astype("f2"))
        sp.append(s)
        un.append(u)
        ot.append(o)
        names.append(nm)
        if a.wav:
            np.save(f"{a.wav}/{k:03d}.npy", x)
    np.savez(a.out, mel=np.array(mel), pitch=np.array(pitch), speech=np.array(sp), unsure=np.array(un),
             other=np.array(ot), names=np.array(names))


if __name__ == "__main__":
    main()
