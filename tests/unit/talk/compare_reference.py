#!/usr/bin/env python3
"""Compare the talk layer with the reference rules, to 1 ms, every field.

compare_reference.py TALK_PROBE SOURCE_ROOT [N]

The calls: the true segments of every recording of the corpus, and N (10,000) patterns of two parties made to
hit edges: touching and nested talk, equal onsets, bits under 50 ms, silences and overlaps exactly at each
threshold, holds anywhere. The rules come from truth/talkref.py of the shared folder ($CALLQA_SHARED, else
SOURCE_ROOT/../shared); without it the test is skipped (exit code 77). Standard library only.
"""
import glob
import importlib.util
import json
import os
import random
import subprocess
import sys

TOLERANCE = 0.0005 + 1e-6       # half a millisecond: the two round to the same one, or to neighbours
PARTIES = ("agent", "customer")
# Silences, lengths and overlaps at which a rule of measures.md changes its mind.
EDGES = (0.05, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0)
OURS_ALONE = ("long_response", "monologue", "tone", "music", "announcement")


def load_reference(root):
    shared = os.environ.get("CALLQA_SHARED") or os.path.join(root, "..", "shared")
    path = os.path.join(shared, "truth", "talkref.py")
    if not os.path.exists(path):
        print("skipped: no reference at truth/talkref.py; set CALLQA_SHARED to the folder that has it")
        sys.exit(77)
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("talkref", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module, shared


def corpus_calls(shared):
    for path in sorted(glob.glob(os.path.join(shared, "corpus", "*", "*.truth.json"))):
        with open(path, encoding="utf-8") as f:
            truth = json.load(f)
        speech = {p: [(s["start"], s["end"]) for s in truth["segments"] if s["party"] == p] for p in PARTIES}
        holds = [(e["start"], e["end"]) for e in truth["events"] if e["type"] == "hold"]
        yield os.path.basename(path), speech, truth["duration_s"], holds


def stretch(rng, grid, longest):
    """A length: half the time next to an edge, else anything."""
    if rng.random() < 0.5:
        x = rng.choice(EDGES) + rng.choice((-grid, 0, 0, grid))
    else:
        x = rng.random() ** 2 * longest
    return max(grid, round(x / grid) * grid)


def free_pattern(rng, grid):
    """Each party talks on its own: every kind of overlap comes up."""
    speech = {}
    for p in PARTIES:
        t, spans = rng.random() * 3, []
        for _ in range(rng.randrange(0, 14)):
            t = round(t / grid) * grid
            e = t + stretch(rng, grid, rng.choice((0.3, 2, 8)))
            spans.append((round(t, 3), round(e, 3)))
            t = e + stretch(rng, grid, rng.choice((0.3, 2, 8)))
        speech[p] = spans
    return speech


def linked_pattern(rng, grid):
    """A dialogue whose onsets hang on the other party's edges: thresholds are hit exactly."""
    speech = {p: [] for p in PARTIES}
    marks, t = [1.0], 1.0
    for _ in range(rng.randrange(2, 24)):
        p = rng.choice(PARTIES)
        at = rng.choice(marks[-4:]) + rng.choice((-1, 1)) * rng.choice((0, 0, *EDGES)) \
            + rng.choice((0, 0, 0, -grid, grid))
        s = max(0.0, round(at / grid) * grid)
        e = s + stretch(rng, grid, 4)
        speech[p].append((round(s, 3), round(e, 3)))
        marks += [s, e]
        t = max(t, e)
    return speech


def dialogue_pattern(rng, grid):
    """Turn after turn with natural gaps, backchannels inside, now and then a long silence."""
    speech, t, p = {q: [] for q in PARTIES}, 0.5, rng.choice(PARTIES)
    for _ in range(rng.randrange(1, 10)):
        other = PARTIES[p == PARTIES[0]]
        for _ in range(rng.randrange(1, 5)):
            n = rng.random() * 4 + 0.3
            speech[p].append((round(t, 3), round(t + n, 3)))
            if rng.random() < 0.4:
                s = t + rng.random() * n
                speech[other].append((round(s, 3), round(s + 0.2 + rng.random() * 0.9, 3)))
            t += n + rng.random() * 0.7
        t += rng.choice((-0.8, -0.2, 0.0, 0.1, 0.4, 1.2, 3.0, 5.0, 7.5))
        t = max(t, 0.0)
        p = other
    return {q: [(round(s / grid) * grid, round(e / grid) * grid) for s, e in v if e > s] for q, v in speech.items()}


def random_calls(n):
    for k in range(n):
        rng = random.Random(k)
        grid = rng.choice((0.01, 0.01, 0.001))
        speech = rng.choice((free_pattern, linked_pattern, dialogue_pattern))(rng, grid)
        speech = {p: [(round(s, 3), round(e, 3)) for s, e in v if round(e, 3) > round(s, 3)]
                  for p, v in speech.items()}
        ends = [e for v in speech.values() for _, e in v]
        holds, t = [], 0.0
        for _ in range(rng.choice((0, 0, 0, 1, 2))):
            t += rng.random() * 20
            e = t + rng.random() * 12
            holds.append((round(t, 3), round(e, 3)))
            t = e
        duration = round(max(ends, default=0) + rng.random() * 8, 3)
        for v in speech.values():
            rng.shuffle(v)
        yield f"random {k}", speech, duration, holds


def text_of(call):
    _, speech, duration, holds = call
    lines = [f"call {duration!r}"]
    for p in PARTIES:
        lines += [f"{p} {s!r} {e!r}" for s, e in speech[p]]
    lines += [f"hold {s!r} {e!r}" for s, e in holds]
    return "\n".join(lines + ["end", ""])


def same(want, got, where):
    """Everything the reference says must be there and equal; what we say beyond it is checked elsewhere."""
    if isinstance(want, dict):
        for k, v in want.items():
            same(v, got[k] if k in got else None, f"{where}.{k}")
    elif isinstance(want, (list, tuple)):
        if len(want) != len(got):
            raise AssertionError(f"{where}: {len(want)} wanted, {len(got)} found\n  {want}\n  {got}")
        for i, (a, b) in enumerate(zip(want, got)):
            same(a, b, f"{where}[{i}]")
    elif isinstance(want, (int, float)) and not isinstance(want, bool):
        if got is None or abs(want - got) > TOLERANCE:
            raise AssertionError(f"{where}: {want} wanted, {got} found")
    elif want != got:
        raise AssertionError(f"{where}: {want!r} wanted, {got!r} found")


def extra_rules(ref, got, holds):
    """Events and measures that the reference does not have, by their definition."""
    late, begun = [], {p: 0.0 for p in PARTIES}
    for t in ref["transitions"]:
        gap = max(0.0, t["fto"])
        held = any(hs < t["at"] and he > t["at"] - gap for hs, he in holds)
        if gap >= 3.0 - 1e-6 and not held:
            late.append((t["to"], t["at"] - gap, t["at"], gap))
    same(sorted(late, key=lambda x: x[1]),
         [(e["by"], e["start"], e["end"], e["value"]) for e in got["events"] if e["type"] == "long_response"],
         "long_response")
    same([(t["party"], t["start"], t["end"]) for t in
          sorted(ref["turns"], key=lambda t: (t["start"], t["party"])) if t["end"] - t["start"] >= 60 - 1e-6],
         [(e["by"], e["start"], e["end"]) for e in got["events"] if e["type"] == "monologue"], "monologue")
    spurts = {p: [(s["start"], s["end"]) for s in ref["segments"] if s["party"] == p] for p in PARTIES}
    for a0, a1 in spurts["agent"]:
        for c0, c1 in spurts["customer"]:
            both = min(a1, c1) - max(a0, c0)
            if both >= 0.05 - 1e-6 and abs(a0 - c0) > 1e-6:
                begun["agent" if a0 > c0 else "customer"] += both
    for p in PARTIES:
        same(begun[p], got["metrics"][p]["talk_over_s"], f"metrics.{p}.talk_over_s")
    for e in got["events"]:            # what the reference leaves out must be empty here
        if e["type"] != "interruption" and (e["outcome"] or e["early_cut_in"] or e["restart"] or e["cost_s"]):
            raise AssertionError(f"fields of an interruption on {e}")
        if e["type"] in ("backchannel", "dead_air", "hold", *OURS_ALONE) and e["overlap_s"]:
            raise AssertionError(f"overlap on {e}")


def normal(ref):
    """The reference's events with every optional field spelt out."""
    for e in ref["events"]:
        e.setdefault("outcome", None)
        for k in ("early_cut_in", "restart"):
            e.setdefault(k, False)
        for k in ("cost_s", "overlap_s"):
            e.setdefault(k, 0.0)
    return ref


def main():
    probe, root = sys.argv[1], sys.argv[2]
    reference, shared = load_reference(root)
    calls = list(corpus_calls(shared))
    n_corpus = len(calls)
    if not n_corpus:
        print("no *.truth.json in the shared corpus")
        return 1
    calls += random_calls(int(sys.argv[3]) if len(sys.argv) > 3 else 10000)
    run = subprocess.run([probe], input="".join(map(text_of, calls)), capture_output=True, text=True, check=False)
    if run.returncode:
        print(run.stderr)
        return 1
    answers = run.stdout.splitlines()
    if len(answers) != len(calls):
        print(f"{len(calls)} calls in, {len(answers)} answers out")
        return 1

    bad, seen = 0, {}
    for call, line in zip(calls, answers):
        name, speech, duration, holds = call
        ref, got = normal(reference.analyse(speech, duration, holds)), json.loads(line)
        for e in ref["events"]:
            key = e["type"] + ("/" + e["outcome"] if e["outcome"] else "")
            seen[key] = seen.get(key, 0) + 1
        try:
            extra_rules(ref, got, holds)
            got["events"] = [e for e in got["events"] if e["type"] not in OURS_ALONE]
            same(ref, got, name)
        except (AssertionError, TypeError) as error:
            bad += 1
            if bad <= 5:
                print(f"NOT EQUAL {error}\n{text_of(call)}")
    print(f"{n_corpus} corpus calls and {len(calls) - n_corpus} random ones compared, {bad} differ")
    print("events of the reference:", ", ".join(f"{k} {v}" for k, v in sorted(seen.items())))
    if len(seen) < 8:
        print("the patterns do not cover every event type")
        return 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
