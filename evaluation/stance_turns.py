#!/usr/bin/env python3
"""How to label a turn from its sentences: rules compared on texts of several sentences that people labelled as a whole.

    evaluation/stance_turns.py EVALUATION [--models FOLDER] [--model ID] [--sets NAME ...]

EVALUATION is the folder of the evaluation data. Each text is read as one turn; its sentences are coded in their context as in a run,
and the turn is also coded as one text, in windows if it is too long for the model. Texts of one sentence are left out. A turn without
a label counts as neither. Intervals are those of `stance.py`. Needs numpy.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from stance import LABELS, LONGEST, ROOT, accuracy, interval, macro_f1, read

SETS = ["handeset_dev", "valueeval_political_dev", "vast_dev"]
SIDES = LABELS[:2]


def code(rows, models, model, *more):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        for row in rows:
            cut = {key: " ".join(row[key].split()[:LONGEST]) for key in ("proposition", "negation") if row.get(key)}
            file.write(json.dumps({**cut, "text": row["text"]}) + "\n")
        file.flush()
        command = ["cargo", "run", "--release", "--quiet", "--example", "stance", "--", str(models), file.name, "--model", model, *more]
        out = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def score(segment):
    return segment["probabilities"]["favor"] - segment["probabilities"]["against"]


def of_sign(number):
    return "favor" if number > 0 else "against" if number < 0 else "neither"


def mean(labelled):
    means = {side: sum(s["probabilities"][side] for s in labelled) / len(labelled) for side in LABELS}
    return max(LABELS, key=means.get)


def majority(labelled):
    counts = Counter(s["label"] for s in labelled)
    return max(reversed(LABELS), key=lambda label: counts[label])


def majority_of_sides(sided):
    """The rule of the program."""
    counts = Counter(s["label"] for s in sided)
    return of_sign(counts["favor"] - counts["against"] or sum(map(score, sided)))


def labels(segments, whole):
    """What each rule says of a turn."""
    labelled = [s for s in segments if s["label"]]
    sided = [s for s in labelled if s["label"] in SIDES]
    of = lambda rule, rows: rule(rows) if rows else "neither"
    return {
        "sign of the mean score of the labelled": of(lambda rows: of_sign(sum(map(score, rows))), labelled),
        "largest mean probability of the labelled": of(mean, labelled),
        "strongest labelled": of(lambda rows: of_sign(score(max(rows, key=lambda s: abs(score(s))))), labelled),
        "last labelled": of(lambda rows: rows[-1]["label"], labelled),
        "majority of the labelled": of(majority, labelled),
        "first with a side": of(lambda rows: rows[0]["label"], sided),
        "last with a side": of(lambda rows: rows[-1]["label"], sided),
        "strongest with a side": of(lambda rows: max(rows, key=lambda s: s["probabilities"][s["label"]])["label"], sided),
        "sum of the scores with a side": of(lambda rows: of_sign(sum(map(score, rows))), sided),
        "majority of the sides, ties by their scores": of(majority_of_sides, sided),
        "the whole turn as one text": whole["label"] or "neither",
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluation", type=Path)
    parser.add_argument("--models", type=Path, default=ROOT / "models")
    parser.add_argument("--model", default="nli-minilm-l6")
    parser.add_argument("--sets", nargs="*", default=SETS)
    arguments = parser.parse_args()
    percent = lambda value: f"{100 * value:.0f}"
    for name in arguments.sets:
        rows = read(arguments.evaluation / "stance" / f"{name}.jsonl.gz")
        sentences = code(rows, arguments.models, arguments.model, "--sentences")
        wholes = code(rows, arguments.models, arguments.model)
        kept = [at for at, segments in enumerate(sentences) if len(segments) > 1]
        found = [labels(sentences[at], wholes[at]) for at in kept]
        gold = [rows[at]["label"] for at in kept]
        groups = [rows[at]["proposition"] for at in kept]
        counts = Counter(gold)
        print(f"\n{name}: {len(kept)} turns, {sum(len(sentences[at]) for at in kept)} sentences; "
              + ", ".join(f"{label} {counts[label]}" for label in LABELS))
        print("\n| rule | accuracy | macro-F1 | turns with a side | sides right |\n|---|---|---|---|---|")
        for rule in found[0]:
            of_rule = [row[rule] for row in found]
            sided = [g == f for g, f in zip(gold, of_rule) if f in SIDES]
            span = lambda measure: f"{percent(measure(gold, of_rule))} ({'–'.join(map(percent, interval(gold, of_rule, groups, measure)))})"
            right = percent(sum(sided) / len(sided)) if sided else ""
            print(f"| {rule} | {span(accuracy)} | {span(macro_f1)} | {percent(len(sided) / len(gold))} | {right} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
