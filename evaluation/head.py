#!/usr/bin/env python3
"""Quality of learned coders on labelled texts, by the number of hand codes.

    evaluation/head.py --plenary target/release/plenary --work FOLDER SET.jsonl.gz...

A set has a row per text with `id`, `text`, `target`, `proposition`, `negation` and `label` (favor, against, neither); of several
targets the commonest one is used. Each text becomes a document of one segment. For 20 random draws of 50, 100 and 200 codes,
`plenary learn` learns a coder and `plenary code` labels the other rows: mean accuracy / macro-F1 in per cent, and the mean accuracy
that `plenary learn` itself measured by leave-one-out, which should be close. The line `zero-shot` is the inference model's most
probable side. Needs Python 3.11; the models as `plenary run` finds them.
"""
import argparse
import csv
import gzip
import json
import random
import subprocess
import tomllib
from collections import Counter
from pathlib import Path

SIZES = (50, 100, 200)
DRAWS = 20


def write(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def scores(pairs):
    """Accuracy and macro-F1 of pairs of label and answer."""
    f1 = []
    for label in sorted({label for label, _ in pairs}):
        both = sum(a == b == label for a, b in pairs)
        either = sum(a == label for a, _ in pairs) + sum(b == label for _, b in pairs)
        f1.append(2 * both / either)
    return sum(a == b for a, b in pairs) / len(pairs), sum(f1) / len(f1)


def mean(numbers):
    return 100 * sum(numbers) / len(numbers)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--plenary", required=True, help="the program")
    parser.add_argument("--work", type=Path, required=True, help="folder for results and coders")
    parser.add_argument("sets", nargs="+", type=Path)
    options = parser.parse_args()

    def plenary(*arguments):
        subprocess.run([options.plenary, *map(str, arguments), "--quiet"], check=True, stdout=subprocess.DEVNULL)

    print(f"{'set':28} {'codes':>10} {'accuracy':>9} {'macro-F1':>9} {'leave-one-out':>14}")
    for path in options.sets:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        target = Counter(row["target"] for row in rows).most_common(1)[0][0]
        rows = [row for row in rows if row["target"] == target]
        name = path.name.removesuffix(".jsonl.gz")
        folder = options.work / name
        folder.mkdir(parents=True, exist_ok=True)
        write(folder / "texts.csv", ["text", "speaker", "document"], [[row["text"], "A", row["id"]] for row in rows])
        settings = [f"{key} = {json.dumps(rows[0][key])}" for key in ("proposition", "negation")]
        study = '[study]\nlanguage = "en"\n[segments]\nunit = "utterance"\n[[targets]]\nid = "t"\n' + "\n".join(settings) + "\n"
        (folder / "study.toml").write_text(study, encoding="utf-8")
        plenary("run", folder / "texts.csv", "--study", folder / "study.toml", "--out", folder / "results")
        tables = {}
        for table in ("documents", "segments", "codings"):
            command = [options.plenary, "show", folder / "results", "--table", table, "--format", "csv"]
            (folder / f"{table}.csv").write_bytes(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
            tables[table] = read(folder / f"{table}.csv")
        # The path of a document inside a table ends with the document's name.
        of_document = {row["document_id"]: row["path"].rsplit("/", 1)[-1] for row in tables["documents"]}
        labels = {row["id"]: row["label"] for row in rows}
        gold = {row["segment_id"]: labels[of_document[row["document_id"]]] for row in tables["segments"]}
        sides = sorted(set(gold.values()))
        zero_shot = [(gold[row["segment_id"]], max(sides, key=lambda side: float(row[side]))) for row in tables["codings"]]
        accuracy, macro_f1 = scores(zero_shot)
        print(f"{name:28} {'zero-shot':>10} {100 * accuracy:9.1f} {100 * macro_f1:9.1f}", flush=True)
        segments = sorted(gold)
        for size in SIZES:
            found = []
            for draw in range(DRAWS):
                drawn = random.Random(draw).sample(segments, size)
                write(folder / "codes.csv", ["segment_id", "label"], [[one, gold[one]] for one in drawn])
                plenary("learn", folder / "results", "--codes", folder / "codes.csv", "--out", folder / "coder")
                plenary("code", folder / "results", "--coder", folder / "coder", "--out", folder / "labels.csv", "--force")
                of_others = [row for row in read(folder / "labels.csv") if row["segment_id"] not in set(drawn)]
                by_itself = tomllib.loads((folder / "coder" / "coder.toml").read_text(encoding="utf-8"))
                found.append((*scores([(gold[row["segment_id"]], row["label"]) for row in of_others]),
                              by_itself["heads"][0]["quality"]["accuracy"]))
            accuracy, macro_f1, left_out = (mean(column) for column in zip(*found))
            print(f"{name:28} {size:>10} {accuracy:9.1f} {macro_f1:9.1f} {left_out:14.1f}", flush=True)


if __name__ == "__main__":
    main()
