#!/usr/bin/env python3
"""Compare pitch with Praat's on real voices: compare_praat.py VOICE_PROBE SOURCE_ROOT

Forty utterances of 8 s and more of the shared corpus's voices, brought to 8 kHz, looked at in their talkspurts. Praat's
autocorrelation method with its standard settings and the same floor and ceiling is the yardstick:

  - as it is: the median within half a semitone of Praat's, 0.2 on average, for 19 of 20 voices (a voice with hum
    under it or with two humps of pitch has no one median);
  - cut to 300-3400 Hz, which takes most fundamentals away: the mean distance from what Praat finds in the uncut
    voice within half a semitone. What Praat itself makes of the cut voice is printed beside it.

Exit code 77 where praat, sox or the voices are missing. Standard library only.
"""
import array
import glob
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

LIMIT_ST = 0.5
MEAN_ST = 0.2
N_VOICES = 40
MIN_S = 8       # a median of few values says more of the values than of the method
FLOOR, CEILING = 60, 500


def semitones(a, b):
    return 12 * math.log2(a / b)


def pcm(path):
    raw = subprocess.run(["sox", path, "-t", "s16", "-L", "-"], check=True, capture_output=True).stdout
    x = array.array("h", raw)
    if sys.byteorder == "big":
        x.byteswap()
    return raw, x


def talkspurts(x):
    """Stretches within 27 dB of the loudest 10 ms frames, pauses under 0.2 s closed: [(start, end)] in seconds."""
    power = [sum(v * v for v in x[i:i + 80]) / 80 + 1 for i in range(0, len(x) - 79, 80)]
    power = [sum(power[max(0, i - 2):i + 3]) / 5 for i in range(len(power))]
    limit = sorted(power)[int(len(power) * 0.98)] / 10 ** 2.7
    loud, spans = [i for i, p in enumerate(power) if p > limit], []
    for i in loud:
        if spans and i - spans[-1][1] < 20:
            spans[-1][1] = i + 1
        else:
            spans.append([i, i + 1])
    return [(a / 100, b / 100) for a, b in spans if b - a >= 10]


def praat_track(path, spans):
    with open(path + ".f0", encoding="utf-8") as f:
        track = [tuple(map(float, line.split())) for line in f]
    hertz = [hz for t, hz in track if any(a <= t < b for a, b in spans)]
    median = statistics.median(hertz)
    st = [semitones(hz, median) for hz in hertz]
    return median, statistics.pstdev([s for s in st if abs(s) <= 12])


def main():
    probe, root = sys.argv[1], sys.argv[2]
    shared = os.environ.get("CALLQA_SHARED") or os.path.join(root, "..", "shared")
    voices = sorted(glob.glob(os.path.join(shared, "corpus", "voices", "**", "*.flac"), recursive=True))
    if not voices or not shutil.which("praat") or not shutil.which("sox"):
        print("skipped: needs praat, sox and the shared corpus's voices")
        return 77
    seconds = subprocess.run(["sox", "--i", "-D", *voices], check=True, capture_output=True, text=True).stdout
    voices = [v for v, s in zip(voices, seconds.split()) if float(s) >= MIN_S]
    voices = voices[::max(1, len(voices) // N_VOICES)][:N_VOICES]
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pitch.praat")

    with tempfile.TemporaryDirectory() as tmp:
        plain = [os.path.join(tmp, f"{i}.wav") for i in range(len(voices))]
        phone = [os.path.join(tmp, f"{i}-phone.wav") for i in range(len(voices))]
        for voice, a, b in zip(voices, plain, phone):
            subprocess.run(["sox", "-D", "-v", "0.7", voice, "-r", "8000", "-b", "16", a], check=True)
            subprocess.run(["sox", "-D", "-v", "0.7", a, b, "sinc", "-n", "511", "300-3400"], check=True)
        listed = os.path.join(tmp, "files.txt")
        with open(listed, "w", encoding="utf-8") as f:
            f.write("\n".join(plain + phone) + "\n")
        subprocess.run(["praat", "--run", script, listed, str(FLOOR), str(CEILING)], check=True, capture_output=True)

        print(f"{'':24} {'--- as it is, 8 kHz ---':>38}   {'--- 300-3400 Hz, against Praat uncut ---':>40}")
        print(f"{'voice':24} {'Praat Hz':>9} {'ours':>7} {'diff st':>8} {'SD st':>6} {'ours':>6}"
              f"   {'ours':>7} {'diff st':>8} {'Praat':>7} {'diff st':>8}")
        plain_st, phone_st, praat_st = [], [], []
        for voice, a, b in zip(voices, plain, phone):
            raw, x = pcm(a)
            spans = talkspurts(x)
            arguments = [f"{t:.2f}" for span in spans for t in span]
            ours = [json.loads(subprocess.run([probe, *arguments], input=data, check=True,
                                              capture_output=True).stdout) for data in (raw, pcm(b)[0])]
            median, sd = praat_track(a, spans)
            cut = praat_track(b, spans)[0]
            hz = [o["pitch_median_hz"] for o in ours]
            plain_st.append(semitones(hz[0], median))
            phone_st.append(semitones(hz[1], median))
            praat_st.append(semitones(cut, median))
            print(f"{os.path.basename(voice):24} {median:9.1f} {hz[0]:7.1f} {plain_st[-1]:8.2f} {sd:6.2f}"
                  f" {ours[0]['pitch_sd_st']:6.2f}   {hz[1]:7.1f} {phone_st[-1]:8.2f} {cut:7.1f} {praat_st[-1]:8.2f}")

    size = lambda v: (statistics.fmean(map(abs, v)), max(map(abs, v)))  # noqa: E731
    for name, v in (("as it is, ours", plain_st), ("300-3400 Hz, ours", phone_st), ("300-3400 Hz, Praat", praat_st)):
        print(f"{len(v)} voices, {name:19}: mean {size(v)[0]:.2f} st, greatest {size(v)[1]:.2f} st")
    near = sum(abs(st) <= LIMIT_ST for st in plain_st)
    good = near >= 0.95 * len(plain_st) and size(plain_st)[0] <= MEAN_ST and size(phone_st)[0] <= LIMIT_ST
    print(f"within {LIMIT_ST} st as it is: {near} of {len(plain_st)}; limits (19 of 20, mean {MEAN_ST} st, mean {LIMIT_ST} st"
          f" cut): {'kept' if good else 'NOT KEPT'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
