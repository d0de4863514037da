"""Voices for the training calls: only the sources that the model card names, cut into speech and silence.

A voice variant is a dict: name, group ("libri", "prompt", "words", "espeak"), split ("train" or "valid") and
utts, a list of int16 arrays at 8 kHz whose active level is ACTIVE_DBOV and whose silences are faded to zero. The
truth is taken from these clean samples alone (see speech_mask): that is the rule of the product's measures.
"""
import glob
import hashlib
import os
import pickle
import subprocess
import sys

import numpy as np
from scipy import signal

RATE = 8000
HOP = 80
ACTIVE_DBOV = -26.0
SPEECH_DB = 30.0   # frames this far under the voice's level are still speech (the rule of the measures' truth)
UNSURE_DB = 38.0   # from there to here nobody can say: half the loss, no score
LOUD_PERCENTILE = 95.0  # of the active frames: the level of a voice's vowels
ACTIVE_DB = 30.0   # margin of the mean active level; P.56's idea
KEPT_DB = 38.0     # sound this far under the active level stays in the pieces, speech by the truth or not
LIBRI = os.path.join(os.environ.get("CALLQA_SHARED", "../shared"), "corpus/voices")
HIGH_PASS = signal.butter(2, 90, "high", fs=RATE, output="sos")
ESPEAK_TEXT = {
    "en": "Thank you for calling, how can I help you today? Yes, I would like to ask about my last bill, please. "
          "Could you tell me your account number? Let me check that for you, one moment.",
    "cmn": "您好，请问有什么可以帮您？我想查一下我的账单。好的，请您稍等一下。没问题，谢谢您的来电，再见。",
    "de": "Guten Tag, was kann ich für Sie tun? Ich habe eine Frage zu meiner Rechnung. Einen Moment bitte, ich sehe nach.",
    "fr": "Bonjour, que puis-je faire pour vous? J'ai une question sur ma facture. Un instant, je vérifie tout de suite.",
    "pl": "Dzień dobry, w czym mogę pomóc? Mam pytanie dotyczące rachunku. Proszę chwilę poczekać, już sprawdzam.",
    "pt": "Bom dia, em que posso ajudar? Tenho uma pergunta sobre a minha conta. Um momento, por favor, vou verificar.",
    "tr": "İyi günler, size nasıl yardımcı olabilirim? Faturam hakkında bir sorum var. Bir dakika lütfen.",
    "vi": "Xin chào, tôi có thể giúp gì cho bạn? Tôi muốn hỏi về hóa đơn của tôi. Xin vui lòng chờ một chút.",
    "hi": "नमस्ते, मैं आपकी क्या मदद कर सकता हूँ? मुझे अपने बिल के बारे में पूछना है। कृपया एक क्षण रुकिए।",
    "ar": "مرحبا كيف يمكنني مساعدتك؟ لدي سؤال عن الفاتورة. لحظة من فضلك سأتحقق من ذلك.",
}


def decode(path, rate):
    out = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", path, "-ac", "1", "-ar", str(rate), "-f", "f32le", "-"],
                         stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(out, np.float32)


def decode_many(paths, rate):
    """One ffmpeg start for many short files: the concat filter would fail on mixed formats, so sox reads them."""
    res = []
    for p in paths:
        try:
            res.append(decode(p, rate))
        except subprocess.CalledProcessError:
            continue
    return res


def frame_db(x):
    n = len(x) // HOP
    p = (x[:n * HOP].reshape(n, HOP) ** 2).mean(1)
    return 10 * np.log10(p + 1e-12)


def active_level(db):
    """Mean level of the frames within ACTIVE_DB of it (the idea of P.56 with a margin)."""
    lev = db.max() - 6
    for _ in range(4):
        a = db[db > lev - ACTIVE_DB]
        lev = 10 * np.log10((10 ** (a / 10)).mean())
    return lev


def close_gaps(mask, gap):
    """Fill runs of False shorter than `gap` frames between Trues."""
    m = mask.copy()
    idx = np.flatnonzero(np.diff(np.r_[0, m.astype(np.int8), 0]))
    on, off = idx[::2], idx[1::2]
    for e, s in zip(off[:-1], on[1:]):
        if s - e < gap:
            m[e:s] = True
    return m


def drop_short(mask, least):
    m = mask.copy()
    idx = np.flatnonzero(np.diff(np.r_[0, m.astype(np.int8), 0]))
    for s, e in zip(idx[::2], idx[1::2]):
        if e - s < least:
            m[s:e] = False
    return m


def loud_level(db):
    """Level of a voice's vowels: a percentile of its active frames."""
    return np.percentile(db[db > active_level(db) - ACTIVE_DB], LOUD_PERCENTILE)


def voice_level(db):
    """The level that "under the voice" counts from.

    The rule names none. A voice's level is read in two ways, as the mean power of its active frames (P.56) or as the
    level of its vowels, 5 to 7 dB higher. Half way between, whichever is meant, the error is 3.5 dB at most.
    """
    return (active_level(db) + loud_level(db)) / 2


def speech_mask(x, voice=None):
    """(speech, unsure, audible, active level) of a clean signal per 10 ms frame, by level alone.

    `voice` is its voice's level where that is known better than from x alone. `audible` is all within ACTIVE_DB of
    the mean: breaths and tails too.
    """
    db = frame_db(signal.sosfilt(HIGH_PASS, x))
    lev = active_level(db)
    voice = voice_level(db) if voice is None else voice
    speech = db > voice - SPEECH_DB
    return speech, (db > voice - UNSURE_DB) & ~speech, db > lev - ACTIVE_DB, lev


def clean_up(x):
    """Normalise and silence what is neither speech nor unsure. None where the recording itself is too noisy."""
    if len(x) < RATE // 4:
        return None
    x = signal.sosfilt(HIGH_PASS, x).astype(np.float32)
    _, _, audible, lev = speech_mask(x)
    if lev < -60 or audible.sum() < 8:
        return None
    db = frame_db(x)
    if len(db) > 100 and np.percentile(db, 6) > lev - 35:
        return None
    kept = frame_db(signal.sosfilt(HIGH_PASS, x)) > lev - KEPT_DB  # twice through the filter, as the levels are
    keep = np.convolve(kept.astype(float), np.ones(7), "same") > 0
    g = np.repeat(keep.astype(np.float32), HOP)
    g = np.convolve(g, np.ones(81, np.float32) / 81, "same")
    x = x[:len(g)] * g * 10 ** ((ACTIVE_DBOV - lev) / 20)
    nz = np.flatnonzero(g > 0)
    x = x[nz[0]:nz[-1] + 1]
    return np.clip(np.round(x * 32768), -32767, 32767).astype(np.int16)


def shifted(x16, ratio):
    """16 kHz -> 8 kHz with pitch, formants and rate scaled by `ratio`."""
    return signal.resample_poly(x16, 100, int(round(200 * ratio))).astype(np.float32)


def split_of(name, share=0.1):
    return "valid" if int(hashlib.md5(name.encode()).hexdigest(), 16) % 1000 < share * 1000 else "train"


def phrases(words, rng, n):
    out = []
    for _ in range(n):
        parts = []
        for k in rng.integers(0, len(words), rng.integers(3, 12)):
            parts.append(words[k])
            gap = max(0.0, rng.normal(0.03, 0.06)) if rng.random() < 0.8 else rng.uniform(0.1, 0.6)
            parts.append(np.zeros(int(gap * RATE), np.int16))
        out.append(np.concatenate(parts))
    return out


def variants(name, group, raw16, rng, ratios, join_words=0, split=None):
    res = []
    for r in ratios:
        utts = [u for u in (clean_up(shifted(x, r)) for x in raw16) if u is not None]
        if join_words and len(utts) > 4:
            utts = phrases(utts, rng, join_words)
        if utts:
            res.append(dict(name=f"{name}@{r:.2f}", voice=name, group=group, split=split or split_of(name), utts=utts))
    return res


def build(path, seed):
    rng = np.random.default_rng(seed)
    pick = lambda n: rng.uniform(0.86, 1.17, n)  # noqa: E731
    voices = []
    for f in sorted(glob.glob(LIBRI + "/*.flac")):
        name = "libri-" + os.path.basename(f).split("-")[0]
        voices += variants(name, "libri", [decode(f, 16000)], rng, np.r_[1.0, pick(4)])
    print("libri", len(voices), flush=True)
    for lang in ("en_US_f_Allison", "es_MX_f_Allison", "es*", "it*"):
        for d in sorted(glob.glob("/usr/share/asterisk/sounds/" + lang)):
            if any(v["voice"] == "ast-" + os.path.basename(d) for v in voices) or os.path.islink(d):
                continue
            fs = sorted(f for f in glob.glob(d + "/**/*.wav", recursive=True)
                        if "silence" not in f and os.path.getsize(f) > 14000)
            fs = [fs[i] for i in rng.permutation(len(fs))[:110]]
            voices += variants("ast-" + os.path.basename(d), "prompt", decode_many(fs, 16000), rng, np.r_[1.0, pick(5)],
                               split="train")
    print("prompts", len(voices), flush=True)
    words = [(f"tub-{os.path.basename(d)}", sorted(glob.glob(d + "/*"))) for d in
             sorted(glob.glob("/usr/share/ktuberling/sounds/*")) if os.path.isdir(d)]
    words += [("klet-" + d.split("/")[-2] + "-" + d.split("/")[-1], sorted(glob.glob(d + "/*"))) for d in
              sorted(glob.glob("/usr/share/klettres/*/*")) if os.path.isdir(d)]
    gc = sorted(glob.glob("/usr/share/gcin-voice/ogg/**/*.ogg", recursive=True))
    words.append(("gcin", gc))
    for name, fs in words:
        fs = [f for f in fs if f.lower().endswith((".wav", ".ogg", ".mp3"))]
        if len(fs) < 10:
            continue
        fs = [fs[i] for i in rng.permutation(len(fs))[:160 if name == "gcin" else 70]]
        voices += variants(name, "words", decode_many(fs, 16000), rng, np.r_[1.0, pick(2)], join_words=24)
    print("words", len(voices), flush=True)
    for lang, text in ESPEAK_TEXT.items():
        for var in ("m3", "f2", "m7", "f4"):
            out = subprocess.run(["espeak-ng", "-v", f"{lang}+{var}", "-s", str(int(rng.integers(140, 200))), "-p",
                                  str(int(rng.integers(30, 70))), "--stdout", text], stdout=subprocess.PIPE).stdout
            if len(out) < 5000:
                continue
            x = np.frombuffer(out[44:], np.int16).astype(np.float32) / 32768
            x = signal.resample_poly(x, 320, 441)
            voices += variants(f"espeak-{lang}-{var}", "espeak", [x], rng, [1.0])
    with open(path, "wb") as f:
        pickle.dump(voices, f, protocol=4)
    secs = {}
    for v in voices:
        k = (v["group"], v["split"])
        secs[k] = secs.get(k, 0) + sum(map(len, v["utts"])) / RATE
    print({k: round(s / 60) for k, s in secs.items()}, "minutes;", len(voices), "variants")


if __name__ == "__main__":
    build(sys.argv[1], int(sys.argv[2]))
