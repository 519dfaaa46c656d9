#!/usr/bin/env python3
"""Who speaks in layouts that nobody tuned for: the documents of evaluation/unseen against their gold turns.

    evaluation/unseen.py EVALUATION [--plenary PROGRAM] [--set NAME] [--names] [--each]

EVALUATION is a folder with `score.py` (evaluation/quality.md says which). A document is without a fault if all boundaries are
found, at least 99.5 % of the words have the right speaker (a surname counts for a full name), and less than 1 % are invented. A turn
without a speaker in the gold is right without one. `score.py` joins turns in a row with one speaker; for the boundaries, turns without
a speaker are kept apart here. With --names the person's name is judged, else the label as printed at the turn. Prints Markdown. Needs Python 3 with numpy, and the program built with `cargo build --release`.
"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SETS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth",
    "thirteenth", "fourteenth", "fifteenth", "sixteenth",
)
MEASURES = {
    "boundary F1": "boundary_f1",
    "words to the right speaker": "words_to_right_speaker_lenient",
    "words invented": "words_invented_share",
}


def predicted(options, file):
    run = subprocess.run([options.plenary, "segment", str(file), "--format", "jsonl"], capture_output=True, text=True)
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    kept = ("text", "boundary_confidence", "needs_review")
    label = "name" if options.names else "speaker"
    return [
        {"document": file.name, "order": at, "speaker": row[label], **{key: row[key] for key in kept}} for at, row in enumerate(rows)
    ]


def apart(turns):
    """The turns with a different name for each turn without a speaker."""
    return [{**turn, "speaker": f"nobody {at}", "aliases": []} if turn["speaker"] is None else turn for at, turn in enumerate(turns)]


def ruler(options, command, gold, turns, folder):
    for name, rows in (("gold", gold), ("predicted", turns)):
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    score = [sys.executable, str(options.evaluation / "score.py"), command, folder / "gold", folder / "predicted", "--json"]
    return json.loads(subprocess.run(score, check=True, stdout=subprocess.PIPE).stdout)


def score_set(options, name, folder):
    gold = [json.loads(line) for line in (HERE / "unseen" / f"{name}.jsonl").open(encoding="utf-8")]
    sums, n_right, everything = dict.fromkeys(MEASURES, 0.0), 0, []
    files = sorted((HERE / "unseen" / name).iterdir())
    for file in files:
        turns = predicted(options, file)
        everything += turns
        own = [row for row in gold if row["document"] == file.name]
        found = ruler(options, "segmentation", own, turns, folder)
        if any(turn["speaker"] is None for turn in own + turns):
            found["boundary_f1"] = ruler(options, "segmentation", apart(own), apart(turns), folder)["boundary_f1"]
        values = {title: found[key] or 0.0 for title, key in MEASURES.items()}
        f1, right, invented = values.values()
        n_right += f1 == 1 and right >= 0.995 and invented < 0.01
        for title, value in values.items():
            sums[title] += value
        if options.each:
            print(f"| {file.name} | " + " | ".join(f"{value:.2f}" for value in values.values()) + " |")
    doubt = ruler(options, "doubt", gold, everything, folder)
    means = " | ".join(f"{value / len(files):.3f}" for value in sums.values())
    flags = f"{doubt['wrong']} of {doubt['turns']} | {doubt['recall_of_wrong']:.2f} | {doubt['flagged_share']:.2f} | {doubt['ece']:.3f}"
    print(f"| {name} | {n_right} of {len(files)} | {means} | {flags} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluation", type=Path)
    parser.add_argument("--plenary", default="target/release/plenary")
    parser.add_argument("--set", choices=SETS, help="only this set")
    parser.add_argument("--names", action="store_true", help="judge the person's name instead of the label as printed")
    parser.add_argument("--each", action="store_true", help="also a row for each document")
    options = parser.parse_args()
    print("| set | without a fault | " + " | ".join(MEASURES) + " | wrong turns | flagged of them | flagged of all | ECE |")
    print("|---|---|" + "---|" * (len(MEASURES) + 4))
    with tempfile.TemporaryDirectory() as folder:
        for name in [options.set] if options.set else SETS:
            score_set(options, name, Path(folder))


if __name__ == "__main__":
    main()
