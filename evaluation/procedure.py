#!/usr/bin/env python3
"""Measures the classifier of procedure on sentences of real meetings.

    procedure.py PLENARY EVALUATION [--models DIR] [--work FOLDER]

EVALUATION is the folder that evaluation/segmentation.py reads, with the turns of real transcripts as JSONL (`document`, `order`, `speaker`,
perhaps `role`, `text`). evaluation/procedure/gold.tsv names 1,498 sentences of them by document, turn and position, drawn at random within each set,
and how they were coded (p procedural, s substantive, u cannot be told) in two passes; it holds no text. The turns with these sentences
are given to `plenary run`, with their speakers, and each sentence is compared with the segment that covers most of it.

Printed: agreement of the passes (Cohen's kappa), and for each set precision, recall and F1 of `segment_themes.procedural`, with percentile
intervals of 2,000 bootstrap draws of documents (of sentences in a set with fewer than five documents). Sentences on which the passes
differ, or that cannot be told, are left out. Needs numpy and polars.
"""
import argparse
import csv
import gzip
import json
import re
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import polars as pl

HERE = Path(__file__).resolve().parent
FILES = {
    "qmsum": "qmsum_committees.jsonl.gz", "winnipeg": "winnipeg_checked.jsonl.gz", "us_debates": "us_debates.jsonl.gz", "tei": "tei.jsonl.gz",
    "record": "congressional_record_checked.jsonl.gz", "forum": "forum.jsonl", "forum_long": "forum_long.jsonl",
}
ABBREVIATION = re.compile(r"\b(Mr|Mrs|Ms|Dr|Hon|St|No|Sen|Rep|Gov|Prof|U\.S|vs|[A-Z])\.$")
STUDY = """[study]
name = "procedure"
language = "en"
[models]
sentiment = "none"
"""


def sentences(text):
    """The sentences that were coded: the rule by which they were drawn, not that of the program."""
    text = re.sub(r"\s+", " ", text).strip()
    found, current = [], ""
    for piece in re.split(r"(?<=[.!?])[\"”')\]]*\s+(?=[A-Z0-9\"“(\[])", text):
        current = (current + " " + piece).strip()
        if not ABBREVIATION.search(current):
            found.append(current)
            current = ""
    return found + ([current] if current else [])


def letters(text):
    return re.sub(r"\W+", "", text.lower())


def kappa(a, b):
    observed = np.mean([x == y for x, y in zip(a, b)])
    expected = sum(np.mean([x == c for x in a]) * np.mean([y == c for y in b]) for c in set(a) | set(b))
    return (observed - expected) / (1 - expected)


def figures(rows):
    hit = sum(gold and found for gold, found in rows)
    precision = hit / max(1, sum(found for _, found in rows))
    recall = hit / max(1, sum(gold for gold, _ in rows))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def intervals(rows, clusters, rng, draws=2000):
    groups = defaultdict(list)
    for row, cluster in zip(rows, clusters):
        groups[cluster].append(row)
    groups = list(groups.values())
    if len(groups) < 5:
        groups = [[row] for row in rows]
    values = [figures([row for g in rng.integers(0, len(groups), len(groups)) for row in groups[g]]) for _ in range(draws)]
    return np.percentile(values, [2.5, 97.5], axis=0).T


def best_segment(sentence, segments):
    """The segment of a turn that covers most of a sentence: longest common run of letters by position."""
    wanted = letters(sentence)
    score = lambda segment: len(wanted) if wanted in segment else len(segment) if segment and segment in wanted else 0
    places = [score(letters(segment)) for segment, _ in segments]
    return segments[int(np.argmax(places))] if places and max(places) else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plenary")
    parser.add_argument("evaluation")
    parser.add_argument("--models")
    parser.add_argument("--work")
    args = parser.parse_args()
    gold = list(csv.DictReader(open(HERE / "procedure/gold.tsv", encoding="utf-8"), delimiter="\t"))
    first, second = [row["pass_1"] for row in gold], [row["pass_2"] for row in gold]
    print(f"{len(gold)} sentences; equal codes {np.mean([a == b for a, b in zip(first, second)]):.3f}, kappa {kappa(first, second):.3f}\n")

    wanted = defaultdict(list)
    for row in gold:
        wanted[row["set"], row["document"], int(row["order"])].append(row)
    work = Path(args.work or tempfile.mkdtemp())
    inputs = work / "inputs"
    inputs.mkdir(parents=True, exist_ok=True)
    text_of, order_of = {}, {}
    for name, file in FILES.items():
        path = Path(args.evaluation) / file
        turns = [json.loads(line) for line in (gzip.open if file.endswith("gz") else open)(path, "rt", encoding="utf-8")]
        by_document = defaultdict(list)
        for turn in turns:
            rows = wanted.get((name, turn["document"], turn["order"]))
            if rows:
                by_document[turn["document"]].append(turn)
                for row in rows:
                    text_of[id(row)] = sentences(turn["text"])[int(row["sentence"])]
        for document, turns in by_document.items():
            lines = [{key: turn.get(key) for key in ("speaker", "role", "text")} for turn in turns]
            file = inputs / f"{name}--{document}.jsonl"
            file.write_text("".join(json.dumps({k: v for k, v in line.items() if v}) + "\n" for line in lines), encoding="utf-8")
            order_of[file.name] = (name, document, [turn["order"] for turn in turns])
    missing = [row for row in gold if id(row) not in text_of]
    if missing:
        raise SystemExit(f"{len(missing)} sentences are not in {args.evaluation}, the first in {missing[0]['document']}")
    (work / "study.toml").write_text(STUDY, encoding="utf-8")
    models = ["--models", args.models] if args.models else []
    subprocess.run([args.plenary, "run", inputs, "--study", work / "study.toml", "--out", work / "results", *models], check=True)

    table = lambda name: pl.read_parquet(work / "results" / f"{name}.parquet")
    documents = {row["document_id"]: Path(row["path"]).name for row in table("documents").iter_rows(named=True)}
    marks = dict(table("segment_themes").select("segment_id", "procedural").iter_rows())
    utterances = table("utterances").select("utterance_id", "document_id", "position", "text").sort("document_id", "position")
    segments = table("segments").select("segment_id", "utterance_id", "text", "position").sort("utterance_id", "position")
    of_utterance = defaultdict(list)
    for row in segments.iter_rows(named=True):
        of_utterance[row["utterance_id"]].append((row["text"], marks[row["segment_id"]]))
    # All segments of a document, by the turn whose letters contain them: utterances may have been joined or divided.
    of_document = defaultdict(list)
    for row in utterances.iter_rows(named=True):
        of_document[documents[row["document_id"]]].append((letters(row["text"]), of_utterance[row["utterance_id"]]))

    outcomes = defaultdict(list)
    lost = 0
    for row in gold:
        if row["pass_1"] != row["pass_2"] or row["pass_1"] == "u":
            continue
        key = letters(text_of[id(row)])
        turns = of_document[f"{row['set']}--{row['document']}.jsonl"]
        place = order_of[f"{row['set']}--{row['document']}.jsonl"][2].index(int(row["order"]))
        # The turn at the same place first, then any other.
        near = sorted(range(len(turns)), key=lambda at: abs(at - place))
        found = next((best for at in near if key and key in turns[at][0] for best in [best_segment(text_of[id(row)], turns[at][1])] if best), None)
        if found is None or found[1] is None:
            lost += 1
            continue
        outcomes[row["set"]].append(((row["pass_1"] == "p", bool(found[1])), row["document"]))
    print(f"\n{lost} sentences were not found among the segments or have no mark\n")
    rng = np.random.default_rng(0)
    outcomes["all"] = [outcome for rows in outcomes.values() for outcome in rows]
    print("| set | sentences | procedural | precision | recall | F1 |\n|---|---|---|---|---|---|")
    for name, rows in outcomes.items():
        pairs, clusters = [pair for pair, _ in rows], [f"{name}{document}" for _, document in rows]
        cells = [f"{value:.2f} ({low:.2f}–{high:.2f})" for value, (low, high) in zip(figures(pairs), intervals(pairs, clusters, rng))]
        print(f"| {name} | {len(rows)} | {sum(g for g, _ in pairs)} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
