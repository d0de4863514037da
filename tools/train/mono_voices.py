"""Voices for the one-channel network: those of voices.py, cut into phrases with their speech truth.

voices.py reads, cleans and gates the recordings (speech lies at most 30 dB under the level of the voice, to 38 dB nobody
can say) and names the voices kept for validation; its pickle is all that is used here, so both networks of the product
learn from one truth and keep the same voices unseen.
"""
import pickle

import numpy as np

from voices import HOP, RATE, close_gaps, frame_db, speech_mask, voice_level  # noqa: F401 (RATE: for mono_data)

MIN_PAUSE = 20          # frames: a shorter silence belongs to the talkspurt (docs/measures.md)
MIN_SPURT = 5


def runs(mask):
    """[(start, end)] of the true stretches."""
    d = np.diff(np.concatenate(([0], mask.astype(np.int8), [0])))
    return list(zip(np.flatnonzero(d == 1), np.flatnonzero(d == -1)))


def truth(x, level):
    """(speech, unsure) per frame: talkspurts of a cleaned recording of a voice whose level is known."""
    speech, unsure, _, _ = speech_mask(x, level)
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
    out = []
    for v in voices:
        if v["split"] != split:
            continue
        phrases = []
        utts = [utt.astype("f4") / 32768 for utt in v["utts"]]
        level = voice_level(np.concatenate([frame_db(x) for x in utts]))
        for x in utts:
            sp, un = truth(x, level)
            for s, e in runs(sp):
                a, b = max(0, s - 6), min(len(sp), e + 8)
                if sp[a:b].sum() >= 8:
                    phrases.append((x[a * HOP:b * HOP], sp[a:b].copy(), un[a:b].copy()))
        if phrases:
            out.append((v["group"], v["voice"], phrases))
    return out
