#!/usr/bin/env python3
"""Measures whether the inference model could code a yes/no variable from its definition alone, without hand codes.

    cargo build --release
    evaluation/own_codes.py EVALUATION [--plenary target/release/plenary] [--rows 500]

Each variable is one label of a labelled set against all others: topics, tone, and the side of a sentence. The definition is the
hypothesis. The model says yes if the probability of entailment is above that of the two other answers together (`entailment`), or if
entailment is the likeliest of the three (`likeliest`). Beside it are labels that need no inference: the commonest answer (`majority`), yes
if the text has a content word of the definition (`keywords`), and yes if the cosine of the vectors of text and definition is above 0.25
(`relevance`). Figures are macro-F1 of yes and no, in per cent. Needs polars.
"""
import argparse
import gzip
import json
import random
import re
import subprocess
import tempfile
from pathlib import Path

import polars as pl

# Id, definition, and the label that is yes.
TOPICS_US = [
    ("economy", "The speaker talks about the state of the economy: inflation, unemployment, the budget, debt or taxes.", "macroeconomics"),
    ("defense", "The speaker talks about the military and national security: armed forces, weapons, veterans, war or terrorism.", "defense"),
    ("world", "The speaker talks about relations with other countries, foreign aid, treaties or international organizations.", "international affairs"),
    ("labor", "The speaker talks about work and employment: wages, working conditions, job training, trade unions or pensions.", "labor"),
    ("crime", "The speaker talks about crime and justice: police, courts, prisons, drugs or guns.", "law and crime"),
    ("health", "The speaker talks about health: health care, insurance, hospitals, doctors, medicines or disease.", "health"),
    ("education", "The speaker talks about schools, teachers, students, colleges or universities.", "education"),
]
TOPICS_UK = [
    ("health", "The question is about the health service, hospitals, doctors, dentists, medicines or social care.", "department of health and social care"),
    ("forces", "The question is about the armed forces, military equipment, bases or veterans.", "ministry of defence"),
    ("transport", "The question is about railways, buses, roads, aviation or ports.", "department for transport"),
    ("education", "The question is about schools, teachers, pupils, child care, universities or student loans.", "department for education"),
    ("home", "The question is about police, crime, immigration, asylum, visas or passports.", "home office"),
    ("benefits", "The question is about benefits, universal credit, pensions or job centres.", "department for work and pensions"),
]
TONE = [
    ("criticism", "The writer criticizes somebody or something.", "negative"),
    ("praise", "The writer praises somebody or something.", "positive"),
]
MILITARY = [("pro", "The speaker wants a stronger military.", "favor"), ("anti", "The speaker wants to reduce the military.", "against")]
TRADE = [("pro", "The speaker wants to protect domestic markets.", "favor"), ("anti", "The speaker wants free trade.", "against")]
SETS = [
    ("topics/cap_sotu", TOPICS_US),
    ("topics/cap_us_congress_bills", TOPICS_US),
    ("topics/uk_written_questions", TOPICS_UK),
    ("sentiment/hutto_dev", TONE),
    ("sentiment/newsmtsc_rw_dev", TONE),
    ("stance/manifesto_military_dev", MILITARY),
    ("stance/manifesto_protectionism_dev", TRADE),
]
STUDY = """
[study]
language = "en"

[segments]
unit = "utterance"

[stance]
infer_off_topic = true
"""
COMMON = set("the a an and or of in about is are speaker talks question writer wants to somebody something state".split())


def macro_f1(gold: list[bool], found: list[bool]) -> float:
    scores = []
    for label in (True, False):
        both = sum(g == label and f == label for g, f in zip(gold, found))
        n = sum(g == label for g in gold) + sum(f == label for f in found)
        scores.append(2 * both / max(1, n))
    return 100 * sum(scores) / 2


def has_keyword(definition: str, text: str) -> bool:
    # Words agree if they are the same up to a plural ending.
    def words(of: str) -> set[str]:
        return {word.rstrip("s") for word in re.findall(r"[a-z]+", of.lower())}

    return bool((words(definition) - {word.rstrip("s") for word in COMMON}) & words(text))


def codings(plenary: str, rows: list[dict], variables: list, folder: Path) -> pl.DataFrame:
    lines = (json.dumps({"speaker": f"Speaker {at}", "text": " ".join(row["text"].split())}) for at, row in enumerate(rows))
    (folder / "rows.jsonl").write_text("\n".join(lines) + "\n")
    targets = "".join(f"\n[[targets]]\nid = {json.dumps(name)}\nproposition = {json.dumps(text)}\n" for name, text, _ in variables)
    (folder / "study.toml").write_text(STUDY + targets)
    command = [plenary, "run", "rows.jsonl", "--study", "study.toml", "--out", "out", "--quiet"]
    subprocess.run(command, check=True, cwd=folder)
    found = pl.read_parquet(folder / "out/codings.parquet")
    texts = pl.read_parquet(folder / "out/segments.parquet", columns=["segment_id", "utterance_id"])
    turns = pl.read_parquet(folder / "out/utterances.parquet", columns=["utterance_id", "position"])
    return found.join(texts, on="segment_id").join(turns, on="utterance_id")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluation", type=Path)
    parser.add_argument("--plenary", default="target/release/plenary")
    parser.add_argument("--rows", type=int, default=500, help="rows drawn from each set")
    arguments = parser.parse_args()
    plenary = str(Path(arguments.plenary).resolve())
    names = ["majority", "keywords", "relevance", "entailment", "likeliest"]
    print("| set | variables | rows | " + " | ".join(names) + " |\n|" + "---|" * (3 + len(names)))
    means: dict[str, list[float]] = {name: [] for name in names}
    for name, variables in SETS:
        lines = gzip.decompress((arguments.evaluation / f"{name}.jsonl.gz").read_bytes()).decode().splitlines()
        rows = [row for row in map(json.loads, lines) if row["label"] and len(row["text"].split()) > 2]
        rows = random.Random(0).sample(rows, min(arguments.rows, len(rows)))
        variables = [one for one in variables if sum(row["label"].lower() == one[2] for row in rows) >= 10]
        with tempfile.TemporaryDirectory() as folder:
            found = codings(plenary, rows, variables, Path(folder))
        of_set: dict[str, list[float]] = {name: [] for name in names}
        for variable, definition, label in variables:
            own = found.filter(pl.col("target_id") == variable).sort("position")
            assert own.height == len(rows), f"{own.height} of {len(rows)} rows are segments"
            gold = [row["label"].lower() == label for row in rows]
            entailed, contradicted = own["proposition_entailment"], own["proposition_contradiction"]
            neither = 1 - entailed - contradicted
            answers = {
                "majority": [2 * sum(gold) > len(gold)] * len(gold),
                "keywords": [has_keyword(definition, row["text"]) for row in rows],
                "relevance": (own["relevance"] > 0.25).to_list(),
                "entailment": (entailed > 0.5).to_list(),
                "likeliest": ((entailed > contradicted) & (entailed > neither)).to_list(),
            }
            for key, answer in answers.items():
                of_set[key].append(macro_f1(gold, answer))
        for key, scores in of_set.items():
            means[key].extend(scores)
        figures = [f"{sum(of_set[key]) / len(of_set[key]):.0f}" for key in names]
        print(f"| {name.split('/')[1]} | {len(variables)} | {len(rows)} | " + " | ".join(figures) + " |", flush=True)
    figures = [f"{sum(scores) / len(scores):.0f}" for scores in means.values()]
    print(f"| mean over variables | {len(means['majority'])} | | " + " | ".join(figures) + " |")


if __name__ == "__main__":
    main()
