#!/usr/bin/env python3
"""From transcripts to corrected estimates with the program's own commands, on labelled sets, again and again.

    evaluation/corrected.py EVALUATION --plenary PROGRAM [--sets NAME ...] [--sizes 100 200 400] [--draws 100] [--work FOLDER]

EVALUATION is the folder of the evaluation data (`stance/*_dev.jsonl.gz`). Every proposition of a set with at least 470 rows is a corpus:

1. Its rows become transcripts, one row a turn, with a list of people and a study. In sets of manifestos a document is a manifesto and its
   speaker a party; the variable `grouping` is the party, or the third digit of the party's code in the Manifesto Project, its family. In
   other sets eight rows that follow each other are a speaker and a document, and there are no groups.
2. `plenary run` measures it, with one segment per turn.
3. `plenary sample --seed N` draws segments; the labels of the set are entered into the file that it writes. This is done --draws times.
4. `plenary estimate --by grouping --differences` estimates from that file.

Truth is the mean label of all rows, of a group, or a difference between the two groups with the most rows. Groups with fewer than 100 rows
are not reported. Printed for each corpus, number of codings and quantity: root mean square error of the raw, hand-coded, DSL and PPI++
estimates, and the share of their 95 % intervals that contain the truth; "sampling only" is the interval from
`standard_error_of_coding`, that of the draw of the sample alone, which the table has for DSL and groups. Then the same over all rows of the table, with the root mean square error relative to that of the hand codes. Needs numpy and scipy.
"""
import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from scipy import stats

from corrected_redraws import CODES
from stance import read

LEAST_ROWS, LEAST_GROUP, DEALT = 470, 100, 8
ESTIMATORS = ["raw", "hand_coded", "dsl", "ppi"]


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def plain(text):
    return " ".join(text.split())


def corpora(name, rows):
    """Name, proposition, negation and rows (document, person, group, text, label) of each corpus of a set."""
    of = defaultdict(list)
    for row in rows:
        of[row["proposition"], row.get("negation")].append(row)
    enough = {key: members for key, members in of.items() if len(members) >= LEAST_ROWS}
    for at, ((proposition, negation), members) in enumerate(sorted(enough.items(), key=lambda pair: pair[0][0])):
        placed, seen = [], set()
        for number, row in enumerate(members):
            text = plain(row["text"])
            if text in seen:
                continue  # a segment has one label; the first row of equal texts counts
            seen.add(text)
            if row.get("group"):
                party = row["group"].split()[0]
                place = row["group"], row["group"], party
            elif row.get("document"):
                code = row["document"].split("_")[0]
                place = row["document"], f"party {code}", f"family {code[2]}"
            else:
                place = f"document {number // DEALT}", f"speaker {number // DEALT}", ""
            placed.append((*place, text, row["label"]))
        yield (name if len(enough) == 1 else f"{name} {at + 1}"), proposition, negation, placed


def write(folder, proposition, negation, rows):
    """Transcripts, the list of people and the study."""
    talks = folder / "talks"
    talks.mkdir(parents=True)
    documents = defaultdict(list)
    for document, person, _, text, _ in rows:
        documents[document].append(f"{person}: {text}\n")
    for document, turns in documents.items():
        (talks / f"{document}.txt").write_text("\n".join(turns), encoding="utf-8")
    people = sorted({(person, grouping) for _, person, grouping, _, _ in rows})
    with (folder / "people.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("name", "person_id", "grouping"), *((p, p.replace(" ", "-").lower(), g) for p, g in people)])
    (folder / "study.toml").write_text(
        "[transcript]\npeople = \"people.csv\"\npattern = '(?P<name>[^:]+): '\n[segments]\nunit = \"utterance\"\n"
        '[models]\nsentiment = "none"\n[[targets]]\nid = "target"\n'
        f"proposition = {quoted(proposition)}\n" + (f"negation = {quoted(negation)}\n" if negation else ""), encoding="utf-8")


def call(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fill(codes, labels):
    """Enters the labels of the set into the file that `plenary sample` wrote."""
    rows = rows_of(codes)
    for row in rows:
        row["label"] = labels[row["segment_id"]]
    with codes.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def draw(plenary, folder, labels, size, seed, has_groups):
    """The rows of `corrected_estimates` of one sample."""
    with tempfile.TemporaryDirectory(dir=folder) as where:
        sample, found = Path(where) / "sample", Path(where) / "found"
        call(plenary, "sample", folder / "results", "--out", sample, "--size", size, "--seed", seed, "--quiet")
        fill(sample / "codes.csv", labels)
        by = ["--by", "grouping", "--differences"] if has_groups else []
        call(plenary, "estimate", folder / "results", sample / "codes.csv", *by, "--out", found, "--quiet")
        return rows_of(found / "corrected_estimates.csv")


def truths(rows):
    """The quantities of a corpus: key of the table's rows (group, other group), and the true value."""
    values = defaultdict(list)
    for _, _, grouping, _, label in rows:
        values[""].append(CODES[label])
        if grouping:
            values[grouping].append(CODES[label])
    mean = {group: float(np.mean(codes)) for group, codes in values.items()}
    large = [group for group, codes in Counter({g: len(c) for g, c in values.items() if g}).most_common() if codes >= LEAST_GROUP]
    out = {("", ""): mean[""], **{(group, ""): mean[group] for group in sorted(large)}}
    if len(large) > 1:
        one, other = sorted(large[:2])
        out[one, other] = mean[one] - mean[other]
    return out


def measured(draws, truth):
    """Per estimator: errors, whether the interval contains the truth, whether that of the sampling alone does, and widths."""
    out = {}
    for estimator in ESTIMATORS:
        rows = [row for row in draws if row["estimator"] == estimator and row["estimate"]]
        number = lambda row, column: float(row[column]) if row[column] else np.nan
        errors = np.array([number(row, "estimate") - truth for row in rows])
        inside = np.array([number(row, "ci_low") <= truth <= number(row, "ci_high") for row in rows])
        alone = np.array([number(row, "standard_error_of_coding") * stats.t.ppf(0.975, number(row, "degrees_of_freedom")) for row in rows])
        out[estimator] = errors, inside, np.abs(errors) <= alone, np.array([number(row, "ci_high") - number(row, "ci_low") for row in rows])
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluation", type=Path)
    parser.add_argument("--plenary", type=Path, required=True)
    parser.add_argument("--sets", nargs="*", default=["ibm_argq", "manifesto_military", "manifesto_morality", "manifesto_protectionism", "manifesto_uk_economy"])
    parser.add_argument("--sizes", nargs="*", type=int, default=[100, 200, 400])
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--work", type=Path, help="folder for transcripts and results; else a temporary one")
    arguments = parser.parse_args()
    plenary = arguments.plenary.resolve()
    pooled = defaultdict(lambda: defaultdict(list))
    print("| corpus | right | codings | quantity | truth | RMSE raw | hand-coded | DSL | PPI++ | inside raw | hand-coded | DSL | PPI++ | DSL, sampling only |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(dir=arguments.work) as work:
        for name in arguments.sets:
            for corpus, proposition, negation, rows in corpora(name, read(arguments.evaluation / "stance" / f"{name}_dev.jsonl.gz")):
                folder = Path(work) / corpus.replace(" ", "-")
                write(folder, proposition, negation, rows)
                call(plenary, "run", folder / "talks", "--study", folder / "study.toml", "--out", folder / "results", "--quiet")
                report(corpus, plenary, folder, rows, arguments, pooled)
    print("\n| codings | estimator | RMSE / hand-coded | inside | sampling only | width / hand-coded |\n|---|---|---|---|---|---|")
    for (size, estimator), values in pooled.items():
        alone = f"{np.mean(values['alone']):.3f}" if values.get("alone") else ""
        print(f"| {size} | {estimator} | {np.mean(values['error']):.2f} | {np.mean(values['inside']):.3f} | {alone} | {np.mean(values['width']):.2f} |")


def report(corpus, plenary, folder, rows, arguments, pooled):
    labels, right = exported(folder, plenary, {text: label for _, _, _, text, label in rows})
    quantities = truths(rows)
    has_groups = any(group for group, _ in quantities)
    for size in (size for size in arguments.sizes if size < len(rows)):
        with ThreadPoolExecutor(2) as threads:
            drawn = list(threads.map(lambda seed: draw(plenary, folder, labels, size, seed, has_groups), range(arguments.draws)))
        for (group, other), truth in quantities.items():
            chosen = [row for table in drawn for row in table if row.get("grouping", "") == group and row.get("minus_grouping", "") == other]
            of = measured(chosen, truth)
            error = {estimator: np.sqrt(np.mean(of[estimator][0] ** 2)) for estimator in ESTIMATORS}
            if not other:
                pooled[size, "dsl"]["alone"].append(np.mean(of["dsl"][2]))
            for estimator in ESTIMATORS:
                into = pooled[size, estimator]
                into["error"].append(error[estimator] / error["hand_coded"])
                into["inside"].append(np.mean(of[estimator][1]))
                into["width"].append(np.mean(of[estimator][3]) / np.mean(of["hand_coded"][3]))
            alone = np.mean(of["dsl"][2]) if not other else None
            quantity = f"{group} - {other}" if other else group or "all"
            shown = " | ".join([*(f"{error[e]:.3f}" for e in ESTIMATORS), *(f"{np.mean(of[e][1]):.2f}" for e in ESTIMATORS)])
            print(f"| {corpus} | {100 * right:.0f} % | {size} | {quantity} | {truth:+.3f} | {shown} | {'' if alone is None else f'{alone:.2f}'} |", flush=True)


def exported(folder, plenary, labels):
    """Labels of the set by segment, and the share of the coder's labels that are right; an abstention counts as neither."""
    call(plenary, "export", "csv", folder / "results", "--plain", "--table", "segments,stance", "--out", folder / "csv", "--quiet")
    gold = {row["segment_id"]: labels[plain(row["text"])] for row in rows_of(folder / "csv" / "segments.csv")}
    return gold, np.mean([(row["label"] or "neither") == gold[row["segment_id"]] for row in rows_of(folder / "csv" / "stance.csv")])


if __name__ == "__main__":
    sys.exit(main())
