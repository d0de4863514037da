"""Voices for the one-channel network: those of voices.py, cut into phrases with their speech truth.

voices.py reads, cleans and gates the recordings (speech lies at most 30 dB under the active level, to 38 dB nobody can
say); its pickle is all that is used here, so both networks of the product learn from one truth.
"""
import pickle

import numpy as np

from voices import ACTIVE_DBOV, HOP, RATE, close_gaps, frame_db, speech_mask

MIN_PAUSE = 20          # frames: a shorter silence belongs to the talkspurt (docs/measures.md)
MIN_SPURT = 5
HELD_OUT = ("it_IT", "tub-fr", "klet-he")   # beside every tenth LibriSpeech voice


def runs(mask):
    """[(start, end)] of the true stretches."""
    d = np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))
    return list(zip(np.flatnonzero(d == 1), np.flatnonzero(d == -1)))


def truth(x):
    """(speech, unsure) per frame: talkspurts of a cleaned recording."""
    speech, unsure, _ = speech_mask(x, ACTIVE_DBOV)
    speech = close_gaps(speech, MIN_PAUSE)
    for s, e in runs(speech):
        if e - s < MIN_SPURT:
            speech[s:e] = False
            unsure[s:e] = True
    return speech, unsure & ~speech


def load(path, split):
    """[(group, speaker, [(samples, speech, unsure), ...])] of one split; a phrase is a talkspurt with its edges."""
    with open(path, "rb") as f:
        voices = pickle.load(f)
    libri = sorted({v["voice"] for v in voices if v["group"] == "libri"})
    held = set(libri[::10]) | {v["voice"] for v in voices if any(h in v["voice"] for h in HELD_OUT)}
    out = []
    for v in voices:
        if (v["voice"] in held) != (split == "valid"):
            continue
        phrases = []
        for utt in v["utts"]:
            x = utt.astype("f4") / 32768
            sp, un = truth(x)
            for s, e in runs(sp):
                a, b = max(0, s - 6), min(len(sp), e + 8)
                if sp[a:b].sum() >= 8:
                    phrases.append((x[a * HOP:b * HOP], sp[a:b].copy(), un[a:b].copy()))
        if phrases:
            out.append((v["group"], v["voice"], phrases))
    return out
