"""Voices for training the one-channel network: phrases with exact speech truth, cached as one file.

Sources (all with licences that allow it, see models/mono-1.md): LibriSpeech utterances of a folder given on the
command line, and Debian's asterisk-core-sounds-{en,es,it}-wav, gcin-voice, ktuberling-data, klettres-data and
espeak-ng. A voice is one speaker of one source. Truth: a 10 ms frame is speech where it lies at most 30 dB under
the voice's 95th percentile, sure non-speech where it lies 38 dB under it, unsure between.
"""
import glob
import os
import subprocess
import zlib

import numpy as np

RATE = 8000
SPEECH_DB = -30.0
SILENCE_DB = -38.0
MIN_PAUSE = 20          # frames: a shorter silence belongs to the talkspurt
FRAME = 80


def decode(path, rate=RATE):
    """Any sound file -> float samples at `rate`, one channel."""
    out = subprocess.run(["sox", "-V1", path, "-t", "f32", "-r", str(rate), "-c", "1", "-"],
                         capture_output=True, check=False).stdout
    return np.frombuffer(out, "<f4").copy()


def frame_db(x):
    n = len(x) // FRAME
    p = (x[:n * FRAME].reshape(n, FRAME) ** 2).mean(1)
    p = np.convolve(np.pad(p, 1, mode="edge"), [.25, .5, .25], "valid") if n > 2 else p
    return 10 * np.log10(p + 1e-10)


def runs(mask):
    """[(start, end)] of the true stretches."""
    d = np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))
    return list(zip(np.flatnonzero(d == 1), np.flatnonzero(d == -1)))


def truth(x, top_db):
    """(speech, unsure) per frame. Silences under 0.2 s inside are speech, spurts under 0.05 s are not."""
    db = frame_db(x) - top_db
    speech = db > SPEECH_DB
    unsure = (db > SILENCE_DB) & ~speech
    for s, e in runs(~speech):
        if e - s < MIN_PAUSE and s > 0 and e < len(speech):
            speech[s:e] = True
    for s, e in runs(speech):
        if e - s < 5:
            speech[s:e] = False
            unsure[s:e] = True
    return speech, unsure & ~speech


def espeak_voices(n, rng):
    langs = ["en", "en-us", "de", "fr", "es", "it", "cmn", "pt-br", "hi", "ru", "nl", "cs", "pl", "tr", "sv", "ar"]
    text = {"cmn": "你好 請問 您 需要 什麼 幫助 我 想 查詢 一下 我的 訂單 好的 請 稍等 今天 天氣 不錯 謝謝 您 的 來電",
            "hi": "नमस्ते मैं आपकी क्या सहायता कर सकता हूँ कृपया प्रतीक्षा करें धन्यवाद मेरा नाम राम है",
            "ru": "Здравствуйте, чем я могу вам помочь? Подождите, пожалуйста, одну минуту. Спасибо за звонок.",
            "ar": "مرحبا كيف يمكنني مساعدتك من فضلك انتظر لحظة شكرا لك"}
    plain = ("Good morning, how can I help you today? I would like to ask about my last invoice. Please hold the line, "
             "one moment. That is number four seven two one. Thank you very much, goodbye. Yes. No, not yet. Okay.")
    for k in range(n):
        lang = langs[k % len(langs)]
        variant = rng.choice(["m1", "m2", "m3", "m4", "m5", "m6", "m7", "f1", "f2", "f3", "f4", "f5"])
        wav = subprocess.run(["espeak-ng", "-v", f"{lang}+{variant}", "-p", str(rng.integers(20, 80)),
                              "-s", str(rng.integers(130, 210)), "--stdout", text.get(lang, plain)],
                             capture_output=True, check=False).stdout
        p = subprocess.run(["sox", "-V1", "-t", "wav", "-", "-t", "f32", "-r", str(RATE), "-c", "1", "-"],
                           input=wav, capture_output=True, check=False).stdout
        yield f"espeak-{k}-{lang}-{variant}", [np.frombuffer(p, "<f4").copy()]


def folder_voices(pattern, name, limit_s):
    """One voice a folder: its files in hashed order up to limit_s seconds."""
    for folder in sorted(glob.glob(pattern)):
        files = sorted(glob.glob(folder + "/**/*.wav", recursive=True) + glob.glob(folder + "/**/*.ogg", recursive=True),
                       key=lambda f: zlib.crc32(f.encode()))
        xs, have = [], 0.0
        for f in files:
            if have > limit_s:
                break
            x = decode(f)
            if len(x) > RATE // 4:
                xs.append(x)
                have += len(x) / RATE
        if have > 8:
            yield f"{name}-{os.path.basename(folder)}", xs


def build(libri, rng):
    """[(voice, [phrase...])]; phrase: (samples, speech frames, unsure frames), cut at silences >= 0.2 s."""
    raw = []
    for f in sorted(glob.glob(os.path.join(libri, "*.flac"))):
        raw.append(("libri-" + os.path.basename(f).split("-")[0], [decode(f)]))
    merged = {}
    for v, xs in raw:
        merged.setdefault(v, []).extend(xs)
    raw = list(merged.items())
    allison = [x for lang in ("en_US_f_Allison", "es_MX_f_Allison")
               for _, xs in folder_voices("/usr/share/asterisk/sounds/" + lang, "x", 150) for x in xs]
    raw.append(("asterisk-allison", allison))
    raw += [("asterisk-carlo", xs) for _, xs in folder_voices("/usr/share/asterisk/sounds/it_IT*", "x", 150)]
    raw += list(folder_voices("/usr/share/gcin-voice/ogg", "gcin", 90))
    raw += [(n, xs) for n, xs in folder_voices("/usr/share/ktuberling/sounds/*", "ktuberling", 60)
            if "sr@" not in n]
    raw += list(folder_voices("/usr/share/klettres/[a-z][a-z]*", "klettres", 60))
    raw += list(espeak_voices(24, rng))
    out = []
    for name, xs in raw:
        xs = [x - x.mean() for x in xs]
        top = np.percentile(np.concatenate([frame_db(x) for x in xs]), 95)
        phrases = []
        for x in xs:
            sp, un = truth(x, top)
            for s, e in runs(sp):
                a, b = max(0, s - 6), min(len(sp), e + 8)   # keep the voice's own onset and release
                phrases.append((x[a * FRAME:b * FRAME].astype("f4"), sp[a:b].copy(), un[a:b].copy()))
        gain = 10 ** (-(top + 20) / 20)
        phrases = [(p * np.float32(gain), s, u) for p, s, u in phrases if s.sum() >= 8]
        if phrases:
            out.append((name, phrases))
    return out
