#!/usr/bin/env python3
"""Generates a very large corpus: million.py FOLDER [--files 1000] [--variables]

A thousand sentences per file, all different, in turns of twenty. For measuring time and memory:

    plenary models distill
    printf '[models]\\nengine = "static"\\nsentiment = "none"\\n' > static.toml
    /usr/bin/time -v plenary run FOLDER --study static.toml --no-cache --out results

There are four speakers. With --variables there are 2,000, four in each file, and beside FOLDER are written: people.csv (party, gender, birth
year, and whether in government, which changes with time for every third), documents.csv (date, chamber, term) and variables.toml, a
study with estimates by these columns and a target to which nearly no sentence is relevant, so that the inference model costs nothing:

    for each of: plenary run FOLDER --study variables.toml --no-cache --out results
                 plenary means results --measure stance:harbour --by party,government --differences
                 plenary sample results --out sample --size 400 --by party
                 million.py --fill sample/codes.csv          (enters made-up labels)
                 plenary score results sample/codes.csv --by party,government --out scores
                 plenary estimate results sample/codes.csv --by party --differences --out estimates
"""
import argparse
import csv
from pathlib import Path

SPEAKERS = ["Ann Lee", "Bo Chen", "Carla Diaz", "Dan Moor"]
THINGS = ["harbour", "budget", "teachers", "minister", "river", "network", "school", "rail", "clinic", "farm", "border", "treaty"]
FIRST = ["Ann", "Bo", "Carla", "Dan", "Emma", "Finn", "Greta", "Hugo", "Ida", "Jon", "Karin", "Leo", "Mona", "Nils", "Olga", "Paul", "Rosa", "Sven", "Tina", "Urs"]
LAST = ["Lee", "Chen", "Diaz", "Moor", "Berg", "Falk", "Holm", "Kerr", "Lang", "Nash"]
SYLLABLES = ["ford", "well", "ham", "ton", "by", "dale", "wick", "stead", "bury", "croft"]
PARTIES = ["Lake", "River", "Hill", "Plain", "Shore"]
TURN, TURNS, MEMBERS = 20, 50, 2000
STUDY = """[transcript]
people = "people.csv"
style = "colon"
[documents]
table = "documents.csv"
[models]
engine = "static"
sentiment = "none"
[stance]
relevance_floor = 0.69
[[targets]]
id = "harbour"
proposition = "The harbour should be built."
[[estimates.by]]
columns = ["party"]
differences = true
[[estimates.by]]
columns = ["party", "gender", "government"]
weight = "person"
[[estimates.by]]
columns = ["chamber", "term"]
"""


def member(number):
    return f"{FIRST[number % 20]} {LAST[number // 20 % 10]}{SYLLABLES[number // 200 % 10]}"


def sentence(number):
    return f"The {THINGS[number % 12]} plan {number} needs a {THINGS[number * number * 7 % 12]}."


def sitting(number, speakers):
    lines = [f"Sitting {number} of the assembly"]
    for turn in range(TURNS):
        first = (number * TURNS + turn) * TURN
        said = " ".join(sentence(first + place) for place in range(TURN))
        lines.append(f"{speakers[turn % len(speakers)]}: {said}")
    return "\n\n".join(lines) + "\n"


def write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def variables(folder, n_files):
    """The list of people, the table of documents and the study."""
    people = [("name", "person_id", "party", "gender", "birth_year", "government", "from", "to")]
    for number in range(MEMBERS):
        fixed = member(number), f"m{number}", PARTIES[number % 5], ("female", "male")[number // 5 % 2], 1940 + number % 60
        if number % 3:
            people.append((*fixed, ("yes", "no")[number % 2], "", ""))
        else:
            people += [(*fixed, "yes", "", "2009-12-31"), (*fixed, "no", "2010-01-01", "")]
    write(folder / "people.csv", people)
    rows = ((f"s{n:04}.txt", f"{2000 + n % 20}-{n % 12 + 1:02}-05", ("upper", "lower")[n % 2], n // 50) for n in range(n_files))
    write(folder / "documents.csv", [("file", "date", "chamber", "term"), *rows])
    (folder / "variables.toml").write_text(STUDY, encoding="utf-8")


def fill(path):
    """Labels for a sample, one of three by the place in the file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        row["label"] = ("favor", "neither", "against", "neither", "neither")[number * 7 % 5]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--variables", action="store_true")
    parser.add_argument("--fill", type=Path, metavar="CODES", help="enter labels into a file of `plenary sample` instead")
    arguments = parser.parse_args()
    if arguments.fill:
        return fill(arguments.fill)
    if not arguments.folder:
        parser.error("name a folder")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for number in range(arguments.files):
        speakers = [member((number * 4 + place) % MEMBERS) for place in range(4)] if arguments.variables else SPEAKERS
        (arguments.folder / f"s{number:04}.txt").write_text(sitting(number, speakers), encoding="utf-8")
    if arguments.variables:
        variables(arguments.folder.parent, arguments.files)


if __name__ == "__main__":
    main()
