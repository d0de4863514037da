#!/usr/bin/env python3
"""Compare pitch with Praat's on real voices: compare_praat.py VOICE_PROBE PITCH_PROBE SOURCE_ROOT

Every utterance of 8 s and more of the shared corpus's voices (213, each of another voice), brought to 8 kHz, looked at
in its talkspurts. Praat's autocorrelation method with its standard settings and the same floor and ceiling is the yardstick.
Praat gets the voice without mains hum (narrow notches at 50 and 60 Hz), ours as it is: where there is hum under a voice,
Praat takes the hum for the pitch of what is quiet (a quarter to a half of the voiced time of five of these voices).
What Praat makes of the voice with its hum is printed beside it.

  - where both hear a pitch: the median of ours within half a semitone of Praat's for every voice, and no more than
    2 % of the values further than a semitone from Praat's;
  - the voice as a whole, which also tells whether the same speech is taken for voiced: the median within half a semitone
    of Praat's for every one of forty voices (each fifth) and for 97 of 100 of all, 0.15 on average. What is left are
    voices of two humps, whose median moves with a few values: Praat's own follows the breath of fricatives at
    the ceiling (400 to 500 Hz) and the hum's second harmonic;
  - cut to 300-3400 Hz, which takes most fundamentals away: the mean distance from what Praat finds in the uncut
    voice within half a semitone. What Praat itself makes of the cut voice is printed beside it.

Exit code 77 where praat, sox or the voices are missing. Standard library only.
"""
import array
import bisect
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
MEAN_ST = 0.15      # of all voices
MOST = 0.97         # of all voices keep LIMIT_ST
FAR_ST = 1.0        # a value further from Praat's has another period
FAR_MOST = 0.02
N_VOICES = 40       # of which every one must keep LIMIT_ST
MIN_S = 8           # a median of few values says more of the values than of the method
NEAR_S = 0.0075     # Praat has a value each 10 ms, ours is one in 20 ms
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
    return [(t, hz) for t, hz in track if any(a <= t < b for a, b in spans)]


def median(track):
    return statistics.median(hz for _, hz in track)


def spread(track):
    st = [semitones(hz, median(track)) for _, hz in track]
    return statistics.pstdev([s for s in st if abs(s) <= 12])


def heard_by_both(ours, praat):
    """[(ours, Praat's)] in hertz at our times; where two of Praat's are near, their mean."""
    times, pairs = [t for t, _ in praat], []
    for t, hz in ours:
        k = bisect.bisect(times, t)
        near = [praat[j][1] for j in (k - 1, k) if 0 <= j < len(praat) and abs(times[j] - t) < NEAR_S]
        if hz > 0 and near:
            pairs.append((hz, statistics.fmean(near)))
    return pairs


def prepare(tmp, voices):
    """Wave files at 8 kHz: as they are, without hum, cut to the telephone band."""
    files = {kind: [os.path.join(tmp, f"{i}-{kind}.wav") for i in range(len(voices))] for kind in ("plain", "clean", "cut")}
    for voice, a, b, c in zip(voices, files["plain"], files["clean"], files["cut"]):
        subprocess.run(["sox", "-D", "-v", "0.7", voice, "-r", "8000", "-b", "16", a], check=True)
        subprocess.run(["sox", "-D", a, b, "bandreject", "50", "20h", "bandreject", "60", "20h"], check=True)
        subprocess.run(["sox", "-D", "-v", "0.7", a, c, "sinc", "-n", "511", "300-3400"], check=True)
    return files


def main():
    voice_probe, pitch_probe, root = sys.argv[1:4]
    shared = os.environ.get("CALLQA_SHARED") or os.path.join(root, "..", "shared")
    voices = sorted(glob.glob(os.path.join(shared, "corpus", "voices", "**", "*.flac"), recursive=True))
    if not voices or not shutil.which("praat") or not shutil.which("sox"):
        print("skipped: needs praat, sox and the shared corpus's voices")
        return 77
    seconds = subprocess.run(["sox", "--i", "-D", *voices], check=True, capture_output=True, text=True).stdout
    voices = [v for v, s in zip(voices, seconds.split()) if float(s) >= MIN_S]
    each = max(1, len(voices) // N_VOICES)
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pitch.praat")
    run = lambda data, *command: subprocess.run(command, input=data, check=True, capture_output=True).stdout  # noqa: E731

    st = {key: [] for key in ("whole", "with hum", "both", "cut", "praat cut")}
    far = []
    with tempfile.TemporaryDirectory() as tmp:
        files = prepare(tmp, voices)
        listed = os.path.join(tmp, "files.txt")
        with open(listed, "w", encoding="utf-8") as f:
            f.write("\n".join(sum(files.values(), [])) + "\n")
        subprocess.run(["praat", "--run", script, listed, str(FLOOR), str(CEILING)], check=True, capture_output=True)

        print(f"{'':24} {'-------- as it is, 8 kHz --------':>50}   {'--- 300-3400 Hz, against Praat uncut ---':>40}")
        print(f"{'voice':24} {'Praat Hz':>9} {'ours':>7} {'diff st':>8} {'with hum':>8} {'both':>6} {'SD st':>6} {'ours':>6}"
              f"   {'ours':>7} {'diff st':>8} {'Praat':>7} {'diff st':>8}")
        for i, voice in enumerate(voices):
            raw, x = pcm(files["plain"][i])
            spans = talkspurts(x)
            arguments = [f"{t:.2f}" for span in spans for t in span]
            ours, cut = [json.loads(run(data, voice_probe, *arguments)) for data in (raw, pcm(files["cut"][i])[0])]
            track = [tuple(map(float, line.split())) for line in run(raw, pitch_probe, *arguments).decode().splitlines()]
            praat = {kind: praat_track(files[kind][i], spans) for kind in files}
            pairs = heard_by_both(track, praat["clean"])
            hz, cut_hz, m = ours["pitch_median_hz"], cut["pitch_median_hz"], median(praat["clean"])
            st["whole"].append(semitones(hz, m))
            st["with hum"].append(semitones(hz, median(praat["plain"])))
            st["both"].append(semitones(statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)))
            st["cut"].append(semitones(cut_hz, m))
            st["praat cut"].append(semitones(median(praat["cut"]), m))
            far.append(sum(abs(semitones(a, b)) > FAR_ST for a, b in pairs) / len(pairs))
            print(f"{os.path.basename(voice):24} {m:9.1f} {hz:7.1f} {st['whole'][-1]:8.2f} {st['with hum'][-1]:8.2f}"
                  f" {st['both'][-1]:6.2f} {spread(praat['clean']):6.2f} {ours['pitch_sd_st']:6.2f}   {cut_hz:7.1f}"
                  f" {st['cut'][-1]:8.2f} {median(praat['cut']):7.1f} {st['praat cut'][-1]:8.2f}")

    mean = lambda v: statistics.fmean(map(abs, v))  # noqa: E731
    within = lambda v: sum(abs(s) <= LIMIT_ST for s in v)  # noqa: E731
    forty = st["whole"][::each][:N_VOICES]
    for name, v in (("where both hear one", st["both"]), ("as it is", st["whole"]), (f"as it is, each {each}th", forty),
                    ("as it is, Praat with hum", st["with hum"]), ("300-3400 Hz", st["cut"]),
                    ("300-3400 Hz, Praat", st["praat cut"])):
        print(f"{name:25}: {len(v)} voices, mean {mean(v):.3f} st (signed {statistics.fmean(v):+.3f}),"
              f" greatest {max(map(abs, v)):.2f}, within {LIMIT_ST} st {within(v)}")
    print(f"values more than {FAR_ST} st from Praat's where both hear one: {100 * statistics.fmean(far):.2f} %")
    good = (within(st["both"]) == len(voices) and statistics.fmean(far) <= FAR_MOST and within(forty) == len(forty)
            and within(st["whole"]) >= MOST * len(voices) and mean(st["whole"]) <= MEAN_ST and mean(st["cut"]) <= LIMIT_ST)
    print(f"limits (both: every voice and {100 * FAR_MOST:.0f} % far; whole: every one of {len(forty)}, {100 * MOST:.0f} % of all,"
          f" mean {MEAN_ST} st; cut: mean {LIMIT_ST} st): {'kept' if good else 'NOT KEPT'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
