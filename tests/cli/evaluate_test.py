#!/usr/bin/env python3
"""evaluate_test.py CALLQA SOURCE-ROOT - callqa evaluate against the reference scorer, number by number.

The true calls of the corpus are blurred at random into analyses; both programs compare them. Skipped (77) without
the corpus, which is not part of the project.
"""
import json
import os
import random
import subprocess
import sys
import tempfile

CALLQA = os.path.abspath(sys.argv[1])
SHARED = os.environ.get('CALLQA_SHARED') or os.path.join(os.path.abspath(sys.argv[2]), '..', 'shared')
TRUTH = os.path.join(SHARED, 'truth')
SKIP = 77
TOLERANCE = 5e-4  # three decimals


def truths(folder):
    for name in sorted(os.listdir(folder)):
        if name.endswith('.truth.json'):
            with open(os.path.join(folder, name), encoding='utf-8') as f:
                yield json.load(f)


def blur(rng, truth, talkref):
    """An analysis that is wrong here and there: edges moved, talk lost, talk made up, parties exchanged."""
    speech = {p: [] for p in talkref.PARTIES}
    exchange = truth.get('mono') and rng.random() < 0.5
    for s in truth['segments']:
        if rng.random() < 0.08:
            continue
        party = talkref.OTHER[s['party']] if exchange else s['party']
        start = max(0.0, s['start'] + rng.gauss(0, 0.06))
        speech[party].append((round(start, 3), round(max(start + 0.05, s['end'] + rng.gauss(0, 0.08)), 3)))
    for party in speech:
        for _ in range(int(truth['duration_s'] / 25)):
            at = rng.uniform(0, truth['duration_s'] - 1)
            speech[party].append((round(at, 3), round(at + rng.uniform(0.1, 0.9), 3)))
    holds = [(e['start'] + rng.gauss(0, 0.2), e['end']) for e in truth['events'] if e['type'] == 'hold']
    got = talkref.analyse(speech, truth['duration_s'], holds)
    got['recording'] = {'path': os.path.join('somewhere', truth['file'])}
    return got


def evaluate(*args):
    env = dict(os.environ, LC_ALL='C.UTF-8')
    done = subprocess.run([CALLQA, 'evaluate', *args], capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 0, (done.returncode, done.stderr)
    return done.stdout


def compare(ours, theirs, where):
    """Every number of the reference must be ours."""
    if isinstance(theirs, dict):
        for key, value in theirs.items():
            compare(ours.get(key) if ours is not None else None, value, where + '.' + key)
    elif theirs is None:
        assert ours is None, (where, ours)
    else:
        assert ours is not None and abs(ours - theirs) < TOLERANCE, (where, ours, theirs)


def check(folder, work, seed, talkref, keep_unsure):
    rng = random.Random(seed)
    truth_folder = os.path.join(work, f'truth-{seed}')
    os.mkdir(truth_folder)
    found = os.path.join(work, f'found-{seed}.jsonl')
    with open(found, 'w', encoding='utf-8') as f:
        for truth in truths(folder):
            if not keep_unsure:
                truth['unsure'] = {}
            with open(os.path.join(truth_folder, truth['file'] + '.truth.json'), 'w', encoding='utf-8') as t:
                json.dump(truth, t, indent=1)
            f.write(json.dumps(blur(rng, truth, talkref)) + '\n')
    reference = json.loads(subprocess.run(
        [sys.executable, os.path.join(TRUTH, 'score.py'), truth_folder, found, '--json'], check=True,
        capture_output=True, text=True).stdout)
    ours = json.loads(evaluate('--json', truth_folder, found))
    compare(ours['two_channels'], reference['stereo'], 'two_channels')
    if 'mono' in reference:
        compare(ours['mixed'], reference['mono'], 'mixed')
    return truth_folder, found


def as_text(got, rttm):
    """The segments of an analysis as RTTM or Audacity labels."""
    name = os.path.basename(got['recording']['path'])
    if rttm:
        return ''.join(f"SPEAKER {name} 1 {s['start']:.3f} {s['end'] - s['start']:.3f} <NA> <NA> {s['party']} <NA> <NA>\n"
                       for s in got['segments'])
    return ''.join(f"{s['start']:.3f}\t{s['end']:.3f}\t{s['party']}\n" for s in got['segments']) + ''.join(
        f"{e['start']:.3f}\t{e['end']:.3f}\thold\n" for e in got['events'] if e['type'] == 'hold')


def check_formats(found, truth_folder, work):
    """The same calls as RTTM and as labels: events are derived, and must come out as those of the reference."""
    labels = os.path.join(work, 'labels')
    os.mkdir(labels)
    with open(found, encoding='utf-8') as f:
        analyses = [json.loads(line) for line in f]
    no_holds = [a for a in analyses if not any(e['type'] == 'hold' for e in a['events'])]
    with open(os.path.join(work, 'all.rttm'), 'w', encoding='utf-8') as f:
        f.write(''.join(as_text(a, True) for a in no_holds))
    with open(os.path.join(work, 'some.jsonl'), 'w', encoding='utf-8') as f:
        f.write(''.join(json.dumps(a) + '\n' for a in no_holds))
    for a in analyses:
        with open(os.path.join(labels, os.path.basename(a['recording']['path']) + '.txt'), 'w', encoding='utf-8') as f:
            f.write(as_text(a, False))
    want = json.loads(evaluate('--json', truth_folder, found))
    compare(json.loads(evaluate('--json', truth_folder, labels)), want, 'labels')
    # The truth in RTTM: an analysis compared with itself is without error (but for a rounded end here and there).
    same = json.loads(evaluate('--json', os.path.join(work, 'all.rttm'), os.path.join(work, 'some.jsonl')))
    assert same['two_channels']['der0'] < 1e-3 and same['two_channels']['talk_over']['error'] < 1e-6, same
    assert same['two_channels']['interruption']['f1'] == 1, same


def main():
    if not os.path.isfile(os.path.join(TRUTH, 'score.py')):
        print('skipped: the corpus is not here (set CALLQA_SHARED)')
        return SKIP
    sys.path.insert(0, TRUTH)
    sys.dont_write_bytecode = True
    import talkref  # pylint: disable=import-outside-toplevel,import-error
    with tempfile.TemporaryDirectory(prefix='callqa-evaluate-') as work:
        for seed in range(3):
            folder = os.path.join(SHARED, 'corpus', ('dev', 'real', 'dev')[seed])
            truth_folder, found = check(folder, work, seed, talkref, keep_unsure=seed == 2)
        check_formats(found, truth_folder, work)
    print('callqa evaluate and the reference agree')
    return 0


sys.exit(main())
