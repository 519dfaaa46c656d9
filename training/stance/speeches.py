#!/usr/bin/env python3
"""Check stretches of speech that are labelled sentence by sentence (`speeches/*.txt`), and write them as rows of speech.

    speeches.py [FILES or FOLDERS ...] [--out FILE.jsonl[.gz]]      (default: the folder speeches beside this file)

A file holds stretches, separated by blank lines:

    P: Proposition. | Its negation.           one line per proposition
    @ Speaker
    fn<TAB>A sentence.                        one label per proposition (f favor, a against, n neither), then the sentence

A row is a sentence towards a proposition, with the eight sentences before it. Malformed lines are printed as FILE:LINE: what is wrong;
then nothing is written and the exit code is 1.
"""
import argparse, glob, gzip, json, os, sys
from collections import Counter

LABEL = {"f": "favor", "a": "against", "n": "neither"}
SENTENCES_BEFORE = 8


def parse(path):
    """(rows, errors) of a file."""
    rows, errors, propositions, said, speaker = [], [], [], [], None
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\n")
            if line.startswith("P: "):
                if said:
                    propositions, said, speaker = [], [], None
                parts = [part.strip() for part in line[3:].split("|")]
                if len(parts) != 2 or not all(parts):
                    errors.append(f"{path}:{number}: expected 'P: proposition | negation'")
                propositions.append(parts)
            elif line.startswith("@ "):
                speaker = line[2:].strip()
            elif "\t" in line:
                labels, text = line.split("\t", 1)
                if len(labels) != len(propositions) or set(labels) - set(LABEL):
                    errors.append(f"{path}:{number}: found the labels {labels!r}, expected one of f, a, n for each of {len(propositions)} propositions")
                elif speaker is None:
                    errors.append(f"{path}:{number}: a sentence before the first '@ Speaker'")
                elif all(len(parts) == 2 for parts in propositions):
                    rows += [{"proposition": proposition, "negation": negation, "speaker": speaker, "context": said[-SENTENCES_BEFORE:],
                              "text": text.strip(), "label": LABEL[label]} for label, (proposition, negation) in zip(labels, propositions)]
                said = said + [{"speaker": speaker, "text": text.strip()}]
            elif line.strip():
                errors.append(f"{path}:{number}: expected 'P: ', '@ ' or labels, a tab and a sentence: {line[:40]!r}")
    return rows, errors


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("paths", nargs="*", default=[os.path.join(os.path.dirname(os.path.abspath(__file__)), "speeches")]); a.add_argument("--out")
    o = a.parse_args()
    rows, errors = [], []
    for path in o.paths:
        for file in sorted(glob.glob(f"{path}/*.txt")) if os.path.isdir(path) else [path]:
            found, wrong = parse(file)
            rows += found; errors += wrong
    print(*errors, sep="\n", end="\n" if errors else "")
    if errors:
        sys.exit(1)
    if o.out:
        with (gzip.open if o.out.endswith(".gz") else open)(o.out, "wt", encoding="utf-8") as out:
            for row in rows:
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
    print(f"{len(rows)} labels, {len({row['proposition'] for row in rows})} propositions", dict(Counter(row["label"] for row in rows)))


if __name__ == "__main__":
    main()
