#!/usr/bin/env python3
"""Errors of raw, hand-coded and corrected means on labelled sets, of which samples are drawn again and again.

    evaluation/corrected_redraws.py EVALUATION [--models FOLDER] [--model ID] [--sets NAME ...] [--limit N]

EVALUATION is the folder of the evaluation data (`stance/*_dev.jsonl.gz`). The inference coder codes every row; its prediction is
`favor - against`, and 0 where it abstains as off topic. `plenary-validate`'s example `redraws` draws 50, 100 and 200 codings from the
labels 1,000 times and prints root mean square errors. Clusters are the rows. Needs numpy.
"""
import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np

from stance import ROOT, code, read

CODES = {"favor": 1.0, "against": -1.0, "neither": 0.0}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluation", type=Path)
    parser.add_argument("--models", type=Path, default=ROOT / "models")
    parser.add_argument("--model", default="nli-minilm-l6")
    parser.add_argument("--sets", nargs="*")
    parser.add_argument("--limit", type=int, default=1000, help="rows of a set at most, drawn at random; 0 for all")
    arguments = parser.parse_args()
    is_first = True
    for path in sorted((arguments.evaluation / "stance").glob("*_dev.jsonl.gz")):
        name = path.name.removesuffix("_dev.jsonl.gz")
        if arguments.sets and name not in arguments.sets:
            continue
        rows = read(path)
        if arguments.limit and len(rows) > arguments.limit:
            rows = [rows[at] for at in sorted(np.random.default_rng(1).choice(len(rows), arguments.limit, replace=False))]
        units, right = [], 0
        for at, (row, answer) in enumerate(zip(rows, code(rows, arguments.models, arguments.model))):
            p = answer["probabilities"]
            prediction = 0.0 if answer["reason"] == "off_topic" or not p else p["favor"] - p["against"]
            right += (answer["label"] or "neither") == row["label"]
            units.append(f"{at}\t{prediction}\t{CODES[row['label']]}\n")
        command = ["cargo", "run", "--release", "--quiet", "-p", "plenary-validate", "--example", "redraws"]
        out = subprocess.run(command, cwd=ROOT, check=True, input="".join(units), capture_output=True, text=True).stdout.splitlines()
        if is_first:
            print("| set | right " + out[0] + "\n|---|---" + out[1])
            is_first = False
        for line in out[2:]:
            print(f"| {name} | {100 * right / len(rows):.0f} % {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
