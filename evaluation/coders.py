#!/usr/bin/env python3
"""Every coder on every labelled set, in one table with 95 % intervals.

    evaluation/coders.py EVALUATION [--work FOLDER] [--limit N] [--draws N] [--sets NAME ...]

EVALUATION is the folder of the evaluation data (`stance/*_dev.jsonl.gz`, `sentiment/*_dev.jsonl.gz`); the behavioural set and the set of
description and evaluation are in `evaluation/stance` and `evaluation/tone`. The numbers of each text come from the shipped models as a run
computes them (`examples/stance.rs`), in context where a set has it, and are kept in FOLDER for the next time.

Coders that need no codes: the commonest label of the set; a lexicon of tone (VADER; positive words favor, negative words against); the
default of the program, where "off topic" counts as neither and "low confidence" as wrong; the most probable of the three without both
floors; and the threshold of `neither` from the true share of the set. Coders that need codes are learned from random rows and measured on
the others, `--draws` times: the threshold of `neither` from codes; TF-IDF and logistic regression; the learned head
(`evaluation/head_reference.py`, which equals the program's). With several propositions a head is shared, as `plenary learn` does.

Intervals are 95 % percentile bootstraps: over propositions where a set has at least 15 of them and no codes are drawn, else over rows, and
for coders with codes over draws and rows. Needs numpy, scikit-learn and vaderSentiment.
"""
import argparse
import json
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

import stance
import thresholds_reference as thresholds
from head_reference import Head, Standardiser, logits

SIDES, TONES = ["favor", "against", "neither"], ["negative", "neutral", "positive"]
ROOT = Path(__file__).resolve().parent.parent
SIZES = (50, 100, 200)
LEAST = 60  # rows without codes, without which nothing is measured
RESAMPLES = 500


def numbers(rows, models):
    """What the shipped models say of each row, as the program computes it."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        for row in rows:
            kept = {key: row[key] for key in ("text", "turns", "probe") if row.get(key) is not None}
            for key in ("proposition", "negation"):
                if row.get(key):
                    kept[key] = " ".join(row[key].split()[:stance.LONGEST])
            file.write(json.dumps(kept) + "\n")
        file.flush()
        command = ["cargo", "run", "--release", "--quiet", "--example", "stance", "--", str(models), file.name, "--off-topic", "--features"]
        out = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


class Set:
    """A labelled set with the numbers of its rows; labels are positions in `classes`."""

    def __init__(self, name, rows, answers, classes):
        self.name, self.rows, self.answers, self.classes = name, rows, answers, classes
        self.gold = np.array([classes.index(row["label"]) for row in rows])
        self.groups = [row.get("proposition", str(at)) for at, row in enumerate(rows)]
        self.n_groups = len(set(self.groups)) if classes is SIDES else 0

    def features(self):
        """The blocks of the head, centred and scaled over the set."""
        of = [answer["features"] for answer in self.answers]
        column = lambda values, width: np.array([np.full(width, np.nan) if value is None else value for value in values], float)
        vectors = column([f["vector"] for f in of], 384)
        blocks, weights = [vectors, column([f["turn"] for f in of], 384), logits(column([f["tone"] for f in of], 3))], [1, 1, 0.5]
        if self.classes is SIDES:
            propositions = column([f["proposition"] for f in of], 384)
            inferences = []
            for at in (0, 1):
                one = column([f["inferences"][at] for f in of], 3)
                inferences += [logits(one), one]
            cosine = (vectors * propositions).sum(axis=1, keepdims=True)
            blocks, weights = blocks + [np.hstack(inferences), cosine], weights + [0.5, 0.1]
            if self.n_groups > 1:
                blocks, weights = blocks + [np.hstack([vectors * propositions, propositions])], weights + [1]
        return Standardiser(blocks, weights).features(blocks)

    def probabilities(self):
        """Of favor, against and neither, before any floor."""
        return np.array([[answer["probabilities"][side] for side in SIDES] for answer in self.answers])


def likelier(probabilities):
    return np.where(probabilities[:, 0] > probabilities[:, 1], 0, 1)


def without_codes(of):
    """Name and labels of each coder that needs no codes; -1 is a label that is wrong in any case."""
    gold = of.gold
    yield "commonest label", np.full(len(gold), Counter(gold.tolist()).most_common(1)[0][0])
    tone = stance.lexicon(of.rows)
    as_tone = {"favor": 2, "against": 0, "neither": 1}
    yield "lexicon", np.array([SIDES.index(label) if of.classes is SIDES else as_tone[label] for label in tone])
    if of.classes is TONES:
        scores = np.array([answer["features"]["tone"] for answer in of.answers])
        yield "shipped model", scores.argmax(axis=1)
        return
    default = [a["label"] or ("neither" if a["reason"] == "off_topic" else None) for a in of.answers]
    yield "zero-shot, default", np.array([SIDES.index(label) if label else -1 for label in default])
    probabilities = of.probabilities()
    yield "zero-shot, most probable", probabilities.argmax(axis=1)
    threshold = thresholds.of_share(thresholds.evidence(probabilities), (gold == 2).mean())
    yield "zero-shot, true share", np.where(thresholds.evidence(probabilities) < threshold, 2, likelier(probabilities))


def threshold_of_codes(of, size):
    probabilities = of.probabilities()
    values, sides = thresholds.evidence(probabilities), likelier(probabilities)

    def label(coded, others):
        threshold = thresholds.fit(values[coded], of.gold[coded], np.ones(len(coded)))
        return np.where(values[others] < threshold, 2, sides[others])
    return label


def tfidf(of, size):
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    texts = np.array([stance.sentence(row) + " " + row.get("proposition", "") * (of.n_groups > 1) for row in of.rows])

    def label(coded, others):
        words, letters = TfidfVectorizer(ngram_range=(1, 2)), TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), min_df=2)
        fitted = hstack([words.fit_transform(texts[coded]), letters.fit_transform(texts[coded])])
        if len(set(of.gold[coded])) == 1:
            return np.full(len(others), of.gold[coded][0])
        model = LogisticRegression(max_iter=300, class_weight="balanced").fit(fitted, of.gold[coded])
        return model.predict(hstack([words.transform(texts[others]), letters.transform(texts[others])]))
    return label


def head(of, size):
    features = of.features()

    def label(coded, others):
        known = np.unique(of.gold[coded])
        if len(known) == 1:
            return np.full(len(others), known[0])
        fitted = Head(features[coded], np.searchsorted(known, of.gold[coded]), len(known))
        return known[fitted.labels(fitted.probabilities(features[others]))]
    return label


def accuracy(gold, found):
    return float(np.mean(gold == found))


def macro_f1(gold, found):
    return float(np.mean([2 * np.sum((gold == c) & (found == c)) / (np.sum(gold == c) + np.sum(found == c)) for c in np.unique(gold)]))


def cell(measure, of_draws, units):
    """The mean over draws, and the interval over draws and units."""
    rng = np.random.default_rng(1)
    resampled = []
    for _ in range(RESAMPLES):
        gold, found = of_draws[rng.integers(len(of_draws))]
        own = units or [[at] for at in range(len(gold))]
        rows = np.concatenate([own[at] for at in rng.integers(0, len(own), len(own))])
        resampled.append(measure(gold[rows], found[rows]))
    low, high = 100 * np.percentile(resampled, [2.5, 97.5])
    return f"{100 * np.mean([measure(*pair) for pair in of_draws]):.0f} ({low:.0f}–{high:.0f})"


def row(of, coder, of_draws, by_group=False):
    units = None
    if by_group and of.n_groups >= 15:
        units = [np.flatnonzero([name == group for name in of.groups]) for group in sorted(set(of.groups))]
    print(f"| {of.name} | {coder} | {cell(accuracy, of_draws, units)} | {cell(macro_f1, of_draws, units)} |", flush=True)


def measure(of, draws):
    for coder, found in without_codes(of):
        row(of, coder, [(of.gold, found)], by_group=True)
    learned = [("threshold of {} codes", threshold_of_codes, (100,))] if of.classes is SIDES else []
    learned += [("TF-IDF, {} codes", tfidf, (100, 200)), ("learned, {} codes", head, SIZES)]
    for title, learn, sizes in learned:
        for size in sizes:
            if len(of.gold) < size + LEAST:
                continue
            label, of_draws = learn(of, size), []
            for draw in range(draws):
                order = np.random.default_rng(draw).permutation(len(of.gold))
                coded, others = order[:size], order[size:]
                of_draws.append((of.gold[others], label(coded, others)))
            row(of, title.format(size), of_draws)


def sets(evaluation, chosen):
    found = [(path.name.removesuffix(".jsonl.gz"), stance.read, path, SIDES) for path in sorted((evaluation / "stance").glob("*_dev.jsonl.gz"))]
    found.append(("behaviour", stance.behaviour, ROOT / "evaluation" / "stance" / "behaviour.txt", SIDES))
    found += [(path.name.removesuffix(".jsonl.gz"), stance.read, path, TONES) for path in sorted((evaluation / "sentiment").glob("*_dev.jsonl.gz"))]
    return [one for one in found if not chosen or one[0] in chosen]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluation", type=Path)
    parser.add_argument("--models", type=Path, default=ROOT / "models")
    parser.add_argument("--work", type=Path, help="folder in which the numbers of texts are kept")
    parser.add_argument("--limit", type=int, default=500, help="rows of a set at most, drawn at random; 0 for all")
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--sets", nargs="*")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", category=FutureWarning)
    print("| set | coder | accuracy | macro-F1 |\n|---|---|---|---|")
    for name, read, path, classes in sets(arguments.evaluation, arguments.sets):
        rows = read(path)
        if arguments.limit and len(rows) > arguments.limit:
            rows = [rows[at] for at in sorted(np.random.default_rng(1).choice(len(rows), arguments.limit, replace=False))]
        kept = arguments.work / f"{name}-{len(rows)}.json" if arguments.work else None
        if kept and kept.exists():
            answers = json.loads(kept.read_text(encoding="utf-8"))
        else:
            # A tone has no proposition; any will do, because its numbers are not used.
            answers = numbers([{"proposition": "This is so.", **row} for row in rows], arguments.models)
            if kept:
                kept.write_text(json.dumps(answers), encoding="utf-8")
        measure(Set(name, rows, answers, classes), arguments.draws)


if __name__ == "__main__":
    sys.exit(main())
