"""What a telephone line does to a signal: filters, gain control, gates, codecs, lost packets. 8 kHz float32."""
import subprocess

import numpy as np
from scipy import signal

from sounds import coloured, db, rms
from voices import HOP, RATE, frame_db

FFMPEG_CODECS = {  # name: encoder arguments, container
    "gsm": (["-c:a", "libgsm"], "gsm"),
    "opus12": (["-c:a", "libopus", "-b:a", "12k", "-application", "voip"], "ogg"),
    "opus20": (["-c:a", "libopus", "-b:a", "20k", "-application", "voip"], "ogg"),
    "opus8": (["-c:a", "libopus", "-b:a", "8k", "-application", "voip"], "ogg"),
    "opus6": (["-c:a", "libopus", "-b:a", "6k", "-application", "voip"], "ogg"),
    "speex": (["-c:a", "libspeex", "-q:a", "4"], "ogg"),
    "mp3": (["-c:a", "libmp3lame", "-b:a", "16k"], "mp3"),
    "g726": (["-c:a", "g726", "-b:a", "32k"], "wav"),
    "g723": (["-c:a", "g723_1", "-b:a", "6300"], "wav"),
    "ima": (["-c:a", "adpcm_ima_wav"], "wav"),
    "codec2": (["-c:a", "libcodec2", "-mode", "3200"], "codec2"),
}
COMMON_CODECS = ["ulaw"] * 6 + ["alaw"] * 4 + ["pcm"] * 4 + ["gsm"] * 2 + ["opus12", "opus20", "opus8", "speex", "mp3",
                 "g726", "g723", "ima", "amr", "codec2"]
MOBILE_CODECS = ["amr"] * 5 + ["gsm"] * 5 + ["opus6"] * 2 + ["opus8"] * 2 + ["ulaw"] * 3 + ["alaw"] * 2 + ["opus12", "speex", "g723",
                 "g726"]


def tilt(rng, x, depth_db=5.0):
    """Random gentle colour: a short minimum-phase FIR."""
    n = 129
    gain = np.interp(np.arange(n), np.linspace(0, n - 1, 7), rng.normal(0, depth_db, 7))
    h = signal.minimum_phase(signal.firwin2(65, np.linspace(0, 1, n), db(gain - gain.mean())), method="homomorphic")
    return signal.lfilter(h, 1, x).astype(np.float32)


def band_limit(rng, x):
    kind = rng.random()
    if kind < 0.55:
        lo, hi = rng.uniform(180, 400), rng.uniform(3000, 3500)
    elif kind < 0.75:
        lo, hi = rng.uniform(40, 150), rng.uniform(3500, 3950)
    elif kind < 0.9:
        lo, hi = rng.uniform(250, 600), rng.uniform(2200, 3200)
    else:
        return x
    sos = signal.butter(int(rng.integers(2, 5)), [lo, min(hi, 3950)], "band", fs=RATE, output="sos")
    return signal.sosfilt(sos, x).astype(np.float32)


def muffled(rng, x):
    sos = signal.butter(int(rng.integers(2, 5)), rng.uniform(900, 1800), "low", fs=RATE, output="sos")
    return signal.sosfilt(sos, x).astype(np.float32)


def lost_band(rng, x):
    f = rng.uniform(500, 2500)
    sos = signal.butter(2, [f, f * rng.uniform(1.15, 1.6)], "bandstop", fs=RATE, output="sos")
    return signal.sosfilt(sos, x).astype(np.float32)


def reverb(rng, x):
    t60 = rng.uniform(0.08, 0.4)
    n = int(t60 * RATE)
    h = rng.standard_normal(n) * np.exp(-6.9 * np.arange(n) / n)
    h *= db(-rng.uniform(6, 20)) / np.sqrt((h * h).sum())
    h[0] = 1.0
    return signal.oaconvolve(x, h)[:len(x)].astype(np.float32)


def agc(rng, x):
    """Slow gain towards one level, never above +max_db."""
    e = 10 ** (frame_db(x) / 10)
    a = np.exp(-0.01 / rng.uniform(0.3, 3.0))
    lev = 10 * np.log10(signal.lfilter([1 - a], [1, -a], e) + 1e-8)
    g = np.clip((rng.uniform(-32, -18) - lev) * rng.uniform(0.2, 0.7), -15, rng.uniform(3, 15))
    g = np.interp(np.arange(len(x)), np.arange(len(g)) * HOP + HOP / 2, g)
    return (x * db(g)).astype(np.float32)


def gate(rng, x, clean_db, level):
    """Voice activity switching: what lies under a threshold is replaced by comfort noise or nothing."""
    thr = level - rng.uniform(30, 42)
    on = clean_db > thr
    hang = int(rng.uniform(5, 40))
    on = np.convolve(on, np.ones(hang + 2), "full")[1:len(on) + 1] > 0
    g = np.repeat(on.astype(np.float32), HOP)
    g = np.r_[g, np.full(len(x) - len(g), g[-1] if len(g) else 0, np.float32)]
    kind = rng.random()
    if kind < 0.4:
        fill = 0.0
    else:
        fill = coloured(rng, len(x), rng.uniform(-4, 0)) * db(level - rng.uniform(40, 60))
    return (x * g + fill * (1 - g)).astype(np.float32)


def repeat_pitch(past, n, fade_s=0.06):
    """What follows `past` by the idea of G.711 Appendix I: its last period again and again, dying away."""
    tail = past[-160:]
    lags = np.arange(40, 121)
    fit = [float(np.dot(tail, past[-160 - k:-k])) for k in lags]
    period = past[-int(lags[int(np.argmax(fit))]):]
    return np.resize(period, n) * np.clip(1 - np.arange(n) / (fade_s * RATE), 0, 1)


def lose_packets(rng, x, by_pitch=False):
    n = HOP * int(rng.choice([1, 2, 2, 3, 4]))
    k = len(x) // n
    rate, burst_len = rng.uniform(0.003, 0.08), rng.uniform(1, 3)
    lost = np.zeros(k, bool)
    for s in np.flatnonzero(rng.random(k) < rate / burst_len):
        lost[s:s + int(rng.geometric(1 / burst_len))] = True
    y = x[:k * n].reshape(k, n).copy()
    mode = rng.random()
    for i in np.flatnonzero(lost):
        if by_pitch and mode >= 0.65 and i * n >= 280 and not lost[i - 1]:
            run = int(np.argmin(np.r_[lost[i:], False]))
            y[i:i + run] = repeat_pitch(y[:i].reshape(-1)[-280:], run * n).reshape(run, n)
        elif not (by_pitch and mode >= 0.65):
            y[i] = 0 if mode < 0.35 or i == 0 else y[i - 1] * rng.uniform(0.4, 1.0)
    return np.r_[y.reshape(-1), x[k * n:]]


def ulaw(x):
    mu = 255.0
    y = np.sign(x) * np.log1p(mu * np.minimum(np.abs(x), 1)) / np.log1p(mu)
    y = (np.floor(y * 127) + 0.5) / 127
    return (np.sign(y) * np.expm1(np.abs(y) * np.log1p(mu)) / mu).astype(np.float32)


def alaw(x):
    a, l1 = np.minimum(np.abs(x), 1), 1 + np.log(87.6)
    y = np.where(a < 1 / 87.6, 87.6 * a / l1, (1 + np.log(np.maximum(a, 1e-9) * 87.6)) / l1)
    y = (np.floor(y * 128) + 0.5) / 128
    back = np.where(y < 1 / l1, y * l1 / 87.6, np.exp(y * l1 - 1) / 87.6)
    return (np.sign(x) * back).astype(np.float32)


def align(y, x, most=600):
    """Undo a codec's delay: shift y by the lag with the largest correlation against x."""
    n = min(len(x), 1 << 17, len(y))
    s = int(np.argmax(np.convolve(x[:len(x) - n + 1] ** 2, [1.0]))) if len(x) > n else 0
    a, b = x[s:s + n], y[s:s + n]
    m = 1 << (2 * n - 1).bit_length()
    c = np.fft.irfft(np.fft.rfft(b, m) * np.conj(np.fft.rfft(a, m)))
    lag = int(np.argmax(np.abs(c[:most])))
    y = y[lag:]
    return np.r_[y, np.zeros(max(0, len(x) - len(y)), np.float32)][:len(x)].astype(np.float32)


def by_ffmpeg(x, codec):
    args, box = FFMPEG_CODECS[codec]
    pcm = np.clip(np.round(x * 32768), -32768, 32767).astype("<i2").tobytes()
    run = lambda a, data: subprocess.run(["ffmpeg", "-v", "error", "-nostdin" if data is None else "-y"] + a,  # noqa: E731
                                         input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    raw = ["-f", "s16le", "-ar", "8000", "-ac", "1"]
    enc = run(raw + ["-i", "-"] + args + ["-ar", "8000", "-f", box, "-"], pcm)
    dec = run((["-f", box] if box in ("gsm", "codec2") else []) + ["-i", "-"] + raw + ["-"], enc)
    y = np.frombuffer(dec[:len(dec) // 2 * 2], "<i2").astype(np.float32) / 32768
    if len(y) < len(x) * 0.8 or rms(y) < 1e-6:
        return ulaw(x)
    return align(y, x)


def by_sox_amr(x, tmp):
    pcm = np.clip(np.round(x * 32768), -32768, 32767).astype("<i2").tobytes()
    raw = ["-t", "raw", "-r", "8000", "-e", "signed", "-b", "16", "-c", "1"]
    enc = subprocess.run(["sox", "-V1"] + raw + ["-", "-t", "amr-nb", "-C", "2", tmp], input=pcm, stderr=subprocess.DEVNULL)
    if enc.returncode:
        return by_ffmpeg(x, "gsm")
    dec = subprocess.run(["sox", "-V1", "-t", "amr-nb", tmp] + raw + ["-"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    y = np.frombuffer(dec[:len(dec) // 2 * 2], "<i2").astype(np.float32) / 32768
    return align(y, x) if len(y) > len(x) * 0.8 and rms(y) > 1e-6 else ulaw(x)


def codec(rng, x, name, tmp):
    if name == "ulaw":
        return ulaw(x)
    if name == "alaw":
        return alaw(x)
    if name == "amr":
        return by_sox_amr(x, tmp)
    return by_ffmpeg(x, name) if name in FFMPEG_CODECS else x
