"""Everything on a line that is not speech: noises, music, tones, bodily and desk sounds. 8 kHz float32, made here."""
import glob

import numpy as np
from scipy import signal

from voices import RATE, decode

LOOP = 1 << 18  # stationary noise is made as a loop of 32 s


def db(x):
    return 10 ** (x / 20)


def rms(x):
    return float(np.sqrt(np.mean(x * x) + 1e-20))


def smooth_curve(rng, n, depth_db, knots=7):
    """Random smooth gain over n frequency bins, in amplitude."""
    k = np.linspace(0, n - 1, knots)
    return db(np.interp(np.arange(n), k, rng.normal(0, depth_db, knots)))


def coloured(rng, n, slope_db_per_oct=None, depth_db=4.0):
    slope = rng.uniform(-9, 2) if slope_db_per_oct is None else slope_db_per_oct
    f = np.arange(LOOP // 2 + 1) * RATE / LOOP
    mag = (np.maximum(f, 40) / 1000) ** (slope / 6.02) * smooth_curve(rng, len(f), depth_db)
    spec = mag * np.exp(2j * np.pi * rng.random(len(f)))
    x = np.fft.irfft(spec).astype(np.float32)
    x = np.tile(x, n // LOOP + 2)[int(rng.integers(LOOP)):][:n]
    return x / rms(x)


def modulation(rng, n, rate_hz, depth_db):
    """Slow random gain curve."""
    k = max(2, int(n / RATE * rate_hz) + 2)
    return db(np.interp(np.arange(n), np.linspace(0, n, k), rng.normal(0, depth_db, k))).astype(np.float32)


def street(rng, n):
    """Engines passing by, with gusts."""
    x = coloured(rng, n, rng.uniform(-9, -3)) * modulation(rng, n, rng.uniform(0.1, 0.6), rng.uniform(3, 9))
    for _ in range(int(rng.integers(0, 3))):
        f = rng.uniform(60, 200) * (1 + 0.05 * np.sin(2 * np.pi * rng.uniform(0.05, 0.3) * np.arange(n) / RATE))
        ph = 2 * np.pi * np.cumsum(f) / RATE
        eng = sum(np.sin(k * ph) / k for k in range(1, 5)).astype(np.float32)
        x += 0.5 * eng * modulation(rng, n, 0.2, 8)
    return x / rms(x)


def hum(rng, n):
    f0 = rng.choice([50.0, 60.0])
    t = np.arange(n) / RATE
    x = np.zeros(n, np.float32)
    for k in range(1, int(rng.integers(3, 14))):
        x += (db(-rng.uniform(0, 5) * k ** 0.7) * np.sin(2 * np.pi * k * f0 * t + rng.uniform(0, 6.28))).astype(np.float32)
    return x / rms(x)


def babble(rng, n, voices, talkers):
    x = np.zeros(n, np.float32)
    for _ in range(talkers):
        v = voices[int(rng.integers(len(voices)))]
        at = -int(rng.integers(0, 4 * RATE))
        g = db(rng.normal(0, 4))
        while at < n:
            u = v["utts"][int(rng.integers(len(v["utts"])))].astype(np.float32) / 32768
            s, e = max(0, at), min(n, at + len(u))
            if e > s:
                x[s:e] += g * u[s - at:e - at]
            at += len(u) + int(abs(rng.normal(0, 0.6)) * RATE)
    return x / rms(x)


def envelope(n, attack, decay):
    a = min(max(1, int(attack * RATE)), n)
    e = np.exp(-np.arange(n) / max(1, decay * RATE)).astype(np.float32)
    e[:a] *= np.linspace(0, 1, a) ** 1.5
    return e


def burst(rng, n, lo, hi):
    x = rng.standard_normal(n).astype(np.float32)
    sos = signal.butter(1, [lo, min(hi, 3900)], "band", fs=RATE, output="sos")
    return signal.sosfilt(sos, x).astype(np.float32)


def breath(rng):
    d = rng.uniform(0.15, 0.7)
    n = int(d * RATE)
    lo = rng.uniform(250, 900)
    x = burst(rng, n, lo, lo * rng.uniform(2.5, 6))
    w = np.hanning(n).astype(np.float32) ** rng.uniform(0.5, 1.5)
    return x * w, "breath"


def cough(rng):
    parts = []
    for _ in range(int(rng.integers(1, 4))):
        n = int(rng.uniform(0.12, 0.35) * RATE)
        x = burst(rng, n, rng.uniform(150, 500), rng.uniform(1500, 3500)) * envelope(n, 0.01, rng.uniform(0.03, 0.12))
        parts += [x, np.zeros(int(rng.uniform(0.02, 0.25) * RATE), np.float32)]
    return np.concatenate(parts), "cough"


def clatter(rng):
    n = int(rng.uniform(0.05, 0.5) * RATE)
    t = np.arange(n) / RATE
    x = np.zeros(n, np.float32)
    for _ in range(int(rng.integers(2, 9))):
        x += (rng.random() * np.sin(2 * np.pi * rng.uniform(300, 3800) * t) * np.exp(-t / rng.uniform(0.005, 0.12))).astype(np.float32)
    return x + 0.3 * burst(rng, n, 300, 3500) * envelope(n, 0.001, 0.02), "clatter"


def thump(rng):
    n = int(rng.uniform(0.05, 0.4) * RATE)
    return burst(rng, n, 60, rng.uniform(120, 600)) * envelope(n, 0.004, rng.uniform(0.02, 0.12)), "thump"


def click(rng):
    n = int(rng.uniform(0.002, 0.03) * RATE) + 8
    return burst(rng, n, rng.uniform(200, 1500), 3800) * envelope(n, 0.0005, 0.004), "click"


def rustle(rng):
    n = int(rng.uniform(0.3, 2.0) * RATE)
    x = burst(rng, n, rng.uniform(500, 1500), 3800)
    return x * np.interp(np.arange(n), np.linspace(0, n, 30), rng.random(30) ** 3).astype(np.float32), "rustle"


def laugh(rng):
    """Voiceless: a row of breathy bursts that die away, four to six a second."""
    n_bursts, rate = int(rng.integers(2, 9)), rng.uniform(3.8, 6.2)
    lo = rng.uniform(300, 900)
    parts = []
    for k in range(n_bursts):
        n = int(RATE / rate * rng.uniform(0.85, 1.15))
        x = burst(rng, n, lo, lo * rng.uniform(2, 5)) * envelope(n, rng.uniform(0.01, 0.04), rng.uniform(0.03, 0.08))
        parts.append(x * db(-rng.uniform(0.5, 3) * k))
    return np.concatenate(parts), "laugh"


def lips(rng):
    """Lip smack or tongue click before talk: two or three clicks close together."""
    x = np.zeros(int(0.12 * RATE), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        y, _ = click(rng)
        i = int(rng.integers(0, len(x) - len(y)))
        x[i:i + len(y)] += y * db(rng.normal(0, 4))
    return x, "lips"


class Keyboard:
    def __init__(self):
        self.keys = [decode(f, RATE) for f in sorted(glob.glob("/usr/share/buckle/wav/*.wav"))[:120]]

    def typing(self, rng):
        out = np.zeros(int(rng.uniform(0.5, 5) * RATE), np.float32)
        at = 0
        while at < len(out):
            k = self.keys[int(rng.integers(len(self.keys)))]
            e = min(len(out), at + len(k))
            out[at:e] += k[:e - at] * db(rng.normal(0, 3))
            at += int(rng.gamma(2.0, 0.09) * RATE) + 200
        return out, "keys"


BODY = (breath, breath, breath, cough, clatter, thump, click, click, rustle)
BODY_WIDE = BODY + (laugh, laugh, lips, breath, cough)

# ------------------------------------------------------------------------------------------------ tones
RINGBACK = {"eu": ([425], 1, 4), "us": ([440, 480], 2, 4), "uk": ([400, 450], (0.4, 0.2, 0.4), 2), "cn": ([450], 1, 4),
            "jp": ([400, 416], 1, 2), "fr": ([440], 1.5, 3.5), "es": ([425], 1.5, 3), "au": ([400, 425], (0.4, 0.2, 0.4), 2)}
BUSY = {"eu": ([425], 0.5, 0.5), "us": ([480, 620], 0.5, 0.5), "uk": ([400], 0.375, 0.375), "cn": ([450], 0.35, 0.35),
        "jp": ([400], 0.5, 0.5), "es": ([425], 0.2, 0.2), "reorder": ([480, 620], 0.25, 0.25)}
DTMF = ((697, 770, 852, 941), (1209, 1336, 1477, 1633))


def sines(freqs, secs, rng=None, twist=0.0):
    n = int(secs * RATE)
    t = np.arange(n) / RATE
    x = sum(np.sin(2 * np.pi * f * t + (rng.uniform(0, 6.28) if rng else 0)) * db(twist * i) for i, f in enumerate(freqs))
    x = x.astype(np.float32)
    r = min(24, n // 2)
    x[:r] *= np.linspace(0, 1, r)
    x[n - r:] *= np.linspace(1, 0, r)
    return x


def cadence(freqs, on, off, cycles, rng):
    parts = []
    for _ in range(cycles):
        if isinstance(on, tuple):
            parts += [sines(freqs, on[0], rng), np.zeros(int(on[1] * RATE), np.float32), sines(freqs, on[2], rng)]
        else:
            parts.append(sines(freqs, on, rng))
        parts.append(np.zeros(int(off * RATE), np.float32))
    return np.concatenate(parts)


def jitter(rng, freqs):
    k = rng.uniform(0.97, 1.03)
    return [f * k for f in freqs]


def tone(rng, kind=None):
    kind = kind or rng.choice(["ringback", "busy", "dtmf", "dtmf", "beep", "beep", "sit", "fax", "chime"])
    if kind == "ringback":
        f, on, off = RINGBACK[rng.choice(list(RINGBACK))]
        return cadence(jitter(rng, f), on, off, int(rng.integers(1, 4)), rng), kind
    if kind == "busy":
        f, on, off = BUSY[rng.choice(list(BUSY))]
        return cadence(jitter(rng, f), on, off, int(rng.integers(3, 10)), rng), kind
    if kind == "dtmf":
        parts = []
        for _ in range(int(rng.integers(1, 9))):
            parts += [sines([rng.choice(DTMF[0]), rng.choice(DTMF[1])], rng.uniform(0.05, 0.25), rng, rng.uniform(-4, 4)),
                      np.zeros(int(rng.uniform(0.05, 0.5) * RATE), np.float32)]
        return np.concatenate(parts), kind
    if kind == "beep":
        f = rng.uniform(350, 2500)
        return cadence([f], rng.uniform(0.08, 1.0), rng.uniform(0.1, 3), int(rng.integers(1, 4)), rng), kind
    if kind == "sit":
        return np.concatenate([sines([f], 0.33, rng) for f in (950, 1400, 1800)]), kind
    if kind == "fax":
        if rng.random() < 0.5:
            return sines([2100], rng.uniform(1, 3), rng), kind
        return cadence([1100], 0.5, 3, 2, rng), kind
    parts = []
    base = rng.uniform(400, 1200)
    for k in range(int(rng.integers(2, 6))):
        x = sines([base * 2 ** (rng.integers(0, 13) / 12)], rng.uniform(0.1, 0.5), rng)
        parts.append(x * np.exp(-np.arange(len(x)) / (0.15 * RATE)).astype(np.float32))
    return np.concatenate(parts), "chime"


# ------------------------------------------------------------------------------------------------ music
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9), (0, 3, 5, 7, 10), (0, 2, 3, 5, 7, 9, 10))


def note(rng, f, secs, timbre):
    n = int(secs * RATE)
    t = np.arange(n) / RATE
    vib = 1 + timbre["vib"] * np.sin(2 * np.pi * timbre["vib_hz"] * t)
    ph = 2 * np.pi * f * np.cumsum(vib) / RATE
    x = np.zeros(n, np.float32)
    for k, a in enumerate(timbre["harm"], 1):
        if k * f < 3900:
            x += (a * np.sin(k * ph) * np.exp(-t * k * timbre["damp"])).astype(np.float32)
    return x * envelope(n, timbre["attack"], timbre["decay"])


def timbre(rng):
    return dict(harm=[db(-rng.uniform(0, 8) * k ** rng.uniform(0.4, 1)) for k in range(int(rng.integers(1, 12)))],
                damp=rng.choice([0, 0.3, 1.5]), attack=rng.choice([0.004, 0.02, 0.1]), decay=rng.choice([0.12, 0.4, 1.5, 6]),
                vib=rng.choice([0, 0.003, 0.012]), vib_hz=rng.uniform(4, 7))


def tune(rng, secs):
    """A few bars over and over: chords, melody, bass, drums; every part may be missing."""
    beat = 60 / rng.uniform(55, 160)
    scale = SCALES[int(rng.integers(len(SCALES)))]
    root = 110 * 2 ** (rng.integers(0, 12) / 12)
    deg = lambda d, octave: root * 2 ** (octave + d // len(scale) + scale[d % len(scale)] / 12)  # noqa: E731
    parts = [p for p, q in (("chord", 0.75), ("tune", 0.75), ("bass", 0.6), ("drum", 0.55)) if rng.random() < q] or ["chord"]
    tim = {p: timbre(rng) for p in parts}
    n = int(secs * RATE)
    x = np.zeros(n + 8 * RATE, np.float32)
    prog = rng.integers(0, 7, 4)
    step, bars = beat / 2, int(secs / (beat * 4)) + 1
    kick = thump(rng)[0]
    hat = burst(rng, int(0.05 * RATE), 2000, 3900) * envelope(int(0.05 * RATE), 0.001, 0.012)

    def put(at, y, g):
        i = int(at * RATE)
        x[i:i + len(y)] += g * y[:max(0, len(x) - i)]
    for b in range(bars):
        t0, d0 = b * beat * 4, int(prog[b % 4])
        for part in parts:
            if part == "chord":
                hits = [0] if tim[part]["decay"] > 0.3 else [0, 1, 2, 3]
                for h in hits:
                    for d in (0, 2, 4):
                        put(t0 + h * beat, note(rng, deg(d0 + d, 1), beat * 4 / len(hits), tim[part]), 0.25)
            elif part == "bass":
                for h in range(0, 4, int(rng.integers(1, 3))):
                    put(t0 + h * beat, note(rng, deg(d0, 0), beat, tim[part]), 0.5)
            elif part == "drum":
                for h in range(8):
                    if h % 4 == 0 or rng.random() < 0.1:
                        put(t0 + h * step, kick, 2.0)
                    if rng.random() < 0.8:
                        put(t0 + h * step, hat, 0.5)
            else:
                h = 0.0
                while h < 4:
                    ln = float(rng.choice([0.5, 0.5, 1, 1, 2]))
                    if rng.random() < 0.8:
                        put(t0 + h * beat, note(rng, deg(d0 + int(rng.integers(0, 7)), 2), ln * beat, tim[part]), 0.5)
                    h += ln
    x = x[:n]
    return x / (rms(x) + 1e-9)


class Music:
    """Macroform's three tracks (CC BY-SA 3.0) and tunes made here."""

    def __init__(self, rng, n_tunes=60):
        fs = sorted(glob.glob("/usr/share/asterisk/moh/macroform-*.wav"))
        self.tracks = [decode(f, RATE) for f in fs]
        self.tunes = [tune(rng, rng.uniform(15, 35)) for _ in range(n_tunes)]

    def excerpt(self, rng, secs):
        n = int(secs * RATE)
        if rng.random() < 0.35:
            t = self.tracks[int(rng.integers(len(self.tracks)))]
            at = int(rng.integers(0, max(1, len(t) - n)))
            x = np.resize(t[at:], n) if at + n > len(t) else t[at:at + n].copy()
            if rng.random() < 0.5:
                x = np.resize(signal.resample_poly(x, 100, int(rng.uniform(85, 118))).astype(np.float32), n)
        else:
            x = np.resize(self.tunes[int(rng.integers(len(self.tunes)))], n)
            x = np.roll(x, int(rng.integers(n)))
        return (x / (rms(x) + 1e-6)).astype(np.float32)
