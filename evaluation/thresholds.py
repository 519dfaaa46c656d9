#!/usr/bin/env python3
"""How right labels of stance are with each source of the threshold of `neither`.

    evaluation/thresholds.py EVALUATION [--limit N] [--draws N] [--sets NAME ...]

EVALUATION is the folder of the evaluation data (`stance/*_dev.jsonl.gz`); the behavioural set is in `evaluation/stance`. The shipped coder labels each
set as `evaluation/stance.py` does. Printed are accuracy and macro-F1 with the default threshold, with the one that gives the true share of `neither`,
and with thresholds from 50 and 100 random codes, measured on the other rows, mean over the draws (`thresholds_reference.py`, which equals the program).
Texts off the topic are `neither` in all of them. Intervals are 95 % percentile bootstraps over propositions where a set has at least 15 of them, else
over rows, for the default and the true share. Needs numpy.
"""
import argparse
import sys
from pathlib import Path

import numpy as np

import stance
import thresholds_reference as thresholds

SIDES = stance.LABELS
LEAST = 60  # rows without codes, without which nothing is measured


def labels(answers, threshold):
    found = []
    for answer in answers:
        of = answer["probabilities"]
        if of is None or answer["reason"] == "off_topic":
            found.append("neither")
            continue
        after = thresholds.shifted(np.array([[of[side] for side in SIDES]]), threshold)[0]
        found.append(SIDES[int(after.argmax())])
    return found


def evidence(answers):
    none = lambda answer: answer["probabilities"] is None or answer["reason"] == "off_topic"
    of = lambda answer: thresholds.evidence(np.array([[answer["probabilities"][side] for side in SIDES]]))[0]
    return np.array([-np.inf if none(answer) else of(answer) for answer in answers])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluation", type=Path)
    parser.add_argument("--models", type=Path, default=stance.ROOT / "models")
    parser.add_argument("--model", default="nli-minilm-l6")
    parser.add_argument("--limit", type=int, default=400, help="rows of a set at most, drawn at random; 0 for all")
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--sets", nargs="*")
    arguments = parser.parse_args()
    sets = {path.name.removesuffix("_dev.jsonl.gz"): path for path in sorted((arguments.evaluation / "stance").glob("*_dev.jsonl.gz"))}
    sets["behaviour"] = stance.ROOT / "evaluation" / "stance" / "behaviour.txt"
    print("| set | rows | neither | default | true share | 50 codes | 100 codes |\n|---|---|---|---|---|---|---|")
    totals = []
    for name, path in sets.items():
        if arguments.sets and name not in arguments.sets:
            continue
        rows = stance.behaviour(path) if path.suffix == ".txt" else stance.read(path)
        if arguments.limit and len(rows) > arguments.limit:
            rows = [rows[at] for at in sorted(np.random.default_rng(1).choice(len(rows), arguments.limit, replace=False))]
        answers = stance.code(rows, arguments.models, arguments.model)
        gold, groups = [row["label"] for row in rows], [row["proposition"] for row in rows]
        values, codes = evidence(answers), np.array([SIDES.index(label) for label in gold])
        share = float(np.mean(codes == thresholds.NEITHER))
        both = lambda found, own: (100 * stance.accuracy(own, found), 100 * stance.macro_f1(own, found))

        def cell(threshold):
            found = labels(answers, threshold)
            spans = [stance.interval(gold, found, groups, measure) for measure in (stance.accuracy, stance.macro_f1)]
            scores = both(found, gold)
            return scores, " / ".join(f"{score:.0f} ({100 * low:.0f}–{100 * high:.0f})" for score, (low, high) in zip(scores, spans))

        (of_default, default), (of_share, true_share) = cell(0.0), cell(thresholds.of_share(values, share) or 0.0)
        cells, of_sizes = [default, true_share], []
        for size in (50, 100):
            if len(rows) < size + LEAST:
                cells.append("")
                of_sizes.append((np.nan, np.nan))
                continue
            scores = []
            for draw in range(arguments.draws):
                order = np.random.default_rng(draw).permutation(len(rows))
                threshold = thresholds.fit(values[order[:size]], codes[order[:size]], np.ones(size))
                others = order[size:]
                scores.append(both(labels([answers[at] for at in others], threshold), [gold[at] for at in others]))
            of_sizes.append(tuple(np.mean(scores, axis=0)))
            cells.append("{:.0f} / {:.0f}".format(*of_sizes[-1]))
        totals.append([of_default, of_share, *of_sizes])
        print(f"| {name} | {len(rows)} | {100 * share:.0f} | " + " | ".join(cells) + " |", flush=True)
    means = np.nanmean(np.array(totals), axis=0)
    print("| mean | | | " + " | ".join("{:.0f} / {:.0f}".format(*mean) for mean in means) + " |")


if __name__ == "__main__":
    sys.exit(main())
