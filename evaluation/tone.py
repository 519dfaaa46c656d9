#!/usr/bin/env python3
"""What the tone model makes of description and evaluation, and of two parties in one sentence.

    evaluation/tone.py --plenary target/release/plenary --work FOLDER [EVALUATION]

Sentences of `evaluation/tone`, each a turn of its own. `description.txt` has kinds of sentences with the tone that the speaker expresses
himself: facts, demands, reports of what others think and courtesies are neutral. Both codings were made by reading, by the same reader (a large
language model), the second in random order and without the kinds; sentences with different codes are left out. Printed are the shipped model
by kind; the same with the odds of neutral multiplied by exp(t); and a learned head (`head_reference.py`), for each kind learned from the
other kinds, and leave-one-out. `targets.txt` has the tone towards three parties; printed are the tone of the sentence, and stance towards
"THE PARTY does good work." EVALUATION adds the labelled sets of tone for the thresholds. Needs numpy and polars.
"""
import argparse
import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl

from head_reference import Head, Standardiser, logits

TONES = ["negative", "neutral", "positive"]
PARTIES = {"M": "ministry", "U": "union", "Y": "mayor"}
SIDES = {"f": "favor", "a": "against", "n": "neither"}
THRESHOLDS = (0, 1, 2, 3)
FOLDER = Path(__file__).resolve().parent / "tone"


def description():
    rows, kind = [], None
    for line in (FOLDER / "description.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            kind, label = (part.strip() for part in line[2:].split("="))
        elif line.strip():
            rows.append({"text": line.strip(), "kind": kind, "label": label})
    return rows


def targets():
    rows = []
    for line in (FOLDER / "targets.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            text, codes = line.split("|")
            rows.append({"text": text.strip(), "codes": dict(code.split() for code in codes.strip().split(", "))})
    return rows


def measured(plenary, work, name, rows, study=""):
    """The results of a run over texts, each of which is a turn."""
    folder = work / name
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "texts.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["speaker", "text"], *(["A", " ".join(row["text"].split())] for row in rows)])
    (folder / "study.toml").write_text('[study]\nlanguage = "en"\n[segments]\nunit = "utterance"\n' + study, encoding="utf-8")
    run = [plenary, "run", folder / "texts.csv", "--study", folder / "study.toml", "--out", folder / "results", "--quiet"]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL)
    table = lambda name: pl.read_parquet(folder / "results" / f"{name}.parquet")
    texts = table("segments")["text"].to_list()
    if texts != [" ".join(row["text"].split()) for row in rows]:
        sys.exit(f"{name}: the segments are not the texts")
    return table


def scores(gold, found):
    f1 = [2 * np.sum((gold == c) & (found == c)) / (np.sum(gold == c) + np.sum(found == c)) for c in np.unique(gold)]
    return f"{100 * np.mean(gold == found):.0f} / {100 * np.mean(f1):.0f}"


def shifted(probabilities, threshold):
    return (probabilities * np.array([1, np.exp(threshold), 1])).argmax(axis=1)


def numbers(table, rows):
    probabilities = table("sentiment").select(TONES).to_numpy()
    return probabilities, np.array([TONES.index(row["label"]) for row in rows])


def of_description(plenary, work):
    rows = description()
    table = measured(plenary, work, "description", rows)
    probabilities, gold = numbers(table, rows)
    blocks = [np.array(table("embeddings")["vector"].to_list()), logits(probabilities)]
    features = Standardiser(blocks, [1, 0.5]).features(blocks)
    kinds = np.array([f"{row['kind']}: {row['label']}" for row in rows])
    of_others = np.zeros(len(rows), int)
    for kind in np.unique(kinds):
        own = kinds == kind
        head = Head(features[~own], gold[~own], 3)
        of_others[own] = head.labels(head.probabilities(features[own]))
    whole = Head(features, gold, 3)
    left_out = whole.labels(whole.left_out)
    print("| kind | sentences | " + " | ".join(f"t = {t}" for t in THRESHOLDS) + " | learned from other kinds | leave-one-out |")
    print("|---|---|" + "---|" * (len(THRESHOLDS) + 2))
    found = [*(shifted(probabilities, t) for t in THRESHOLDS), of_others, left_out]
    for kind in dict.fromkeys(kinds):
        own = kinds == kind
        print(f"| {kind} | {own.sum()} | " + " | ".join(f"{100 * np.mean(one[own] == gold[own]):.0f}" for one in found) + " |")
    print(f"| all: accuracy / macro-F1 | {len(rows)} | " + " | ".join(scores(gold, one) for one in found) + " |")


def of_sets(plenary, work, evaluation):
    print("\n| set | rows | " + " | ".join(f"t = {t}" for t in THRESHOLDS) + " |\n|---|---|" + "---|" * len(THRESHOLDS))
    for path in sorted((evaluation / "sentiment").glob("*_dev.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        rows = [row for row in rows if row["text"].strip()]
        rows = [rows[at] for at in sorted(np.random.default_rng(1).choice(len(rows), min(500, len(rows)), replace=False))]
        probabilities, gold = numbers(measured(plenary, work, path.stem, rows), rows)
        cells = (scores(gold, shifted(probabilities, t)) for t in THRESHOLDS)
        print(f"| {path.name.removesuffix('_dev.jsonl.gz')} | {len(rows)} | " + " | ".join(cells) + " |")


def of_targets(plenary, work):
    rows = targets()
    study = "[stance]\ninfer_off_topic = true\n" + "".join(
        f'[[targets]]\nid = "{name}"\nproposition = "The {name} does good work."\nnegation = "The {name} does bad work."\n'
        for name in PARTIES.values())
    table = measured(plenary, work, "targets", rows, study)
    tone = table("sentiment").select(TONES).to_numpy().argmax(axis=1)
    codings = {(row["segment_id"], row["target_id"]): row for row in table("codings").iter_rows(named=True)}
    segments = table("segments")["segment_id"].to_list()
    gold, of_sentence, of_stance, forced = [], [], [], []
    for at, row in enumerate(rows):
        for party, code in row["codes"].items():
            coding = codings[segments[at], PARTIES[party]]
            gold.append(SIDES[code])
            of_sentence.append({0: "against", 1: "neither", 2: "favor"}[tone[at]])
            of_stance.append(coding["label"] or ("neither" if coding["reason"] == "off_topic" else "none"))
            forced.append("favor" if coding["favor"] > coding["against"] else "against")
    gold, of_sentence, of_stance, forced = map(np.array, (gold, of_sentence, of_stance, forced))
    sided = gold != "neither"
    print(f"\n{len(gold)} parties named in {len(rows)} sentences, {sided.sum()} with a side: accuracy / macro-F1")
    print(f"tone of the sentence {scores(gold, of_sentence)}; stance {scores(gold, of_stance)}")
    both = lambda found: 100 * np.mean(found[sided] == gold[sided])
    print(f"side right where there is one: tone {both(of_sentence):.0f}, stance {both(of_stance):.0f}, stance if a side must be named {both(forced):.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluation", nargs="?", type=Path)
    parser.add_argument("--plenary", required=True, help="the program")
    parser.add_argument("--work", type=Path, required=True, help="folder for results")
    arguments = parser.parse_args()
    of_description(arguments.plenary, arguments.work)
    if arguments.evaluation:
        of_sets(arguments.plenary, arguments.work, arguments.evaluation)
    of_targets(arguments.plenary, arguments.work)


if __name__ == "__main__":
    sys.exit(main())
