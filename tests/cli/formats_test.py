#!/usr/bin/env python3
"""formats_test.py CALLQA SOURCE-ROOT TEST-AUDIO-FORMATS - a call has the same talkspurts in every format.

The sample calls are written in each format of test_formats.c (its table, from TEST-AUDIO-FORMATS --list) by sox, ffmpeg
or an encoder's library, analysed, and compared with the analysis of the PCM that went in:

  - where no bit is lost, the segments are the same to the millisecond;
  - a lossy codec changes the sound, and with it an edge here and there. Talkspurts are the same where party and
    both edges agree within EDGE_S; the share of others, of the original's and of the codec's, is bounded by how much
    the codec takes away (MOST), and so is the time in which one of both analyses has a party speaking and the other has
    not. All three are printed.

A mixed recording is made for codecs of one channel. What is compared there is when anyone speaks; whose voice it is
rests on the sound of voices, which a codec at 8 kbit/s changes, and is printed only.
Formats whose encoder is not installed are told of and left out. Standard library only.
"""
import array
import ctypes
import ctypes.util
import json
import os
import subprocess
import sys
import tempfile

EDGE_S = 0.1      # the shortest silence that divides two talkspurts is 0.2 s
STEREO = ('good-en', 'cuts-in-zh')
MIXED = ('mono-zh', 'good-en')
# Most of the talkspurts that may differ, and of the speech: about twice what was seen, for edges move with every change
# of the detector. One pause near the least length may come or go.
GENTLE, HARD, ROUGH = (0.08, 0.0025), (0.08, 0.006), (0.45, 0.03)
# Codecs of few bits, and low rates of others.
HARD_FILES = ('gsm', 'g7231', 'g726-16', 'speex', 'amr', 'g729', 'awb', 'vox', 'mp3', 'ima.wav')
# Noise that the codec lays under quiet speech, where talkspurts end: 8 bits without companding, ADPCM with one step size
# for 64 samples, and an MP3 and a WMA that cut a narrow band out of 8 kHz.
ROUGH_FILES = ('u8.wav', 'ima.aifc', 'sox.mp3', 'v2-8k.wma')


def run(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, **more).stdout


def samples_of(path):
    return array.array('h', run('sox', path, '-t', 's16', '-L', '-'))


def write_g729(source, target):
    """ITU-T G.729A at 8 kbit/s, no silence frames, by libbcg729 (in Debian; GPL, used in this test alone)."""
    lib = ctypes.CDLL('libbcg729.so.0')
    lib.initBcg729EncoderChannel.restype = ctypes.c_void_p
    coder = ctypes.c_void_p(lib.initBcg729EncoderChannel(0))
    x, out, size = samples_of(source), ctypes.create_string_buffer(10), ctypes.c_uint8()
    with open(target, 'wb') as f:
        for i in range(0, len(x) - 79, 80):
            lib.bcg729Encoder(coder, (ctypes.c_int16 * 80)(*x[i:i + 80]), out, ctypes.byref(size))
            f.write(out.raw[:size.value])
    lib.closeBcg729EncoderChannel(coder)


def write_amr_wb(source, target):
    """AMR-WB at 12.65 kbit/s by libvo-amrwbenc (in Debian)."""
    lib = ctypes.CDLL('libvo-amrwbenc.so.0')
    lib.E_IF_init.restype = ctypes.c_void_p
    coder = ctypes.c_void_p(lib.E_IF_init())
    x, out = samples_of(source), ctypes.create_string_buffer(64)
    with open(target, 'wb') as f:
        f.write(b'#!AMR-WB\n')
        for i in range(0, len(x) - 319, 320):
            n = lib.E_IF_encode(coder, 2, (ctypes.c_int16 * 320)(*x[i:i + 320]), out, 0)
            f.write(out.raw[:n])
    lib.E_IF_exit(coder)


LIBRARIES = {'.g729': write_g729, '.awb': write_amr_wb}


class Format:
    def __init__(self, line):
        self.file, rate, channels, exact, self.command = line.split('\t')
        self.rate, self.channels, self.exact = int(rate), int(channels), exact == 'exact'

    def make(self, folder, source):
        """The file's path, or None where it cannot be written here."""
        target = os.path.join(folder, self.file)
        if os.path.exists(target):
            os.remove(target)
        try:
            if self.command:
                script = f"I='{source}'; O='{self.file}'; {self.command}"
                subprocess.run(['sh', '-c', script], cwd=folder, check=True, capture_output=True)
            else:
                LIBRARIES[os.path.splitext(self.file)[1]](os.path.join(folder, source), target)
        except (subprocess.CalledProcessError, OSError):
            return None
        return target if os.path.exists(target) else None


class Analyses:
    def __init__(self, callqa):
        self.callqa = callqa

    def segments(self, path):
        a = json.loads(run(self.callqa, 'analyze', '--json', '--quiet', path))
        return [(s['party'], s['start'], s['end']) for s in a['segments']]


def anyone(segments):
    """When anyone speaks, whoever it is."""
    spans = []
    for _, a, b in sorted(segments, key=lambda s: s[1]):
        if spans and a <= spans[-1][2]:
            spans[-1] = ('anyone', spans[-1][1], max(b, spans[-1][2]))
        else:
            spans.append(('anyone', a, b))
    return spans


def without_partner(segments, others):
    left, lost = list(others), 0
    for s in segments:
        near = [o for o in left if o[0] == s[0] and abs(o[1] - s[1]) <= EDGE_S and abs(o[2] - s[2]) <= EDGE_S]
        if near:
            left.remove(min(near, key=lambda o: abs(o[1] - s[1]) + abs(o[2] - s[2])))
        else:
            lost += 1
    return lost


def speech(segments, party):
    return {ms for p, a, b in segments if p == party for ms in range(round(a * 100), round(b * 100))}


def apart(a, b):
    """Seconds in which one has a party speaking and the other has not."""
    return sum(len(speech(a, p) ^ speech(b, p)) for p in {s[0] for s in a + b}) / 100


def limits_of(file):
    if file in ROUGH_FILES:
        return ROUGH
    return HARD if any(c in file.lower() for c in HARD_FILES) else GENTLE


def compare(fmt, found):
    """Of one format: talkspurts, those that differ (of both analyses), seconds of speech, seconds apart, seconds
    apart by party too, and whether all is the same."""
    n = different = 0
    seconds = wrong = by_party = 0.0
    exact = True
    for original, coded in found:
        exact = exact and original == coded
        a, b = (anyone(original), anyone(coded)) if fmt.channels == 1 else (original, coded)
        n += len(a) + len(b)
        different += without_partner(a, b) + without_partner(b, a)
        seconds += sum(e - s for _, s, e in a)
        wrong += apart(a, b)
        by_party += apart(original, coded)
    return n, different, seconds, wrong, by_party, exact


def main():
    analyses, root, formats_test = Analyses(sys.argv[1]), sys.argv[2], sys.argv[3]
    samples = os.path.join(root, 'data', 'samples')
    formats = [Format(line) for line in run(formats_test, '--list').decode().splitlines()]
    failed, skipped, originals = [], [], {}
    print(f"{'format':22} {'talkspurts':>10} {'different':>10} {'speech s':>9} {'apart s':>8} {'limit':>14}")
    with tempfile.TemporaryDirectory(prefix='callqa-formats-') as folder:
        for fmt in formats:
            found = []
            for name in STEREO if fmt.channels == 2 else MIXED:
                source = f'{name}-{fmt.rate}-{fmt.channels}.wav'
                path = os.path.join(folder, source)
                if source not in originals:
                    call = os.path.join(samples, name + '.flac')
                    mix = ['remix', '-'] if fmt.channels == 1 else []
                    run('sox', '-D', call, '-b', '16', path, *mix, 'rate', str(fmt.rate))
                    originals[source] = analyses.segments(path)
                made = fmt.make(folder, source)
                if made:
                    found.append((originals[source], analyses.segments(made)))
            if not found:
                skipped.append(fmt.file)
                continue
            n, different, seconds, wrong, by_party, exact = compare(fmt, found)
            most = limits_of(fmt.file)
            limit = 'exact' if fmt.exact else f'{100 * most[0]:.0f} %, {100 * most[1]:.1f} %'
            good = exact if fmt.exact else different <= most[0] * n and wrong <= most[1] * seconds
            if not good:
                failed.append(fmt.file)
            print(f"{fmt.file:22} {n // 2:10} {different / 2:10.1f} {seconds:9.1f} {wrong:8.2f} {limit:>14}"
                  f"{'' if fmt.channels == 2 else f'   by party {by_party:.1f} s'}{'' if good else '   FAILED'}", flush=True)
    print(f'{len(formats) - len(skipped)} formats, {len(failed)} failed; not written here: {" ".join(skipped) or "none"}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
