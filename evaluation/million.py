#!/usr/bin/env python3
"""Generates a very large corpus: million.py FOLDER [--files 1000]

A thousand sentences per file, all different, by four speakers in turns of twenty. For measuring memory:

    plenary models distill
    printf '[models]\\nengine = "static"\\nsentiment = "none"\\n' > static.toml
    /usr/bin/time -v plenary run FOLDER --study static.toml --no-cache --out results
"""
import argparse
from pathlib import Path

SPEAKERS = ["Ann Lee", "Bo Chen", "Carla Diaz", "Dan Moor"]
THINGS = ["harbour", "budget", "teachers", "minister", "river", "network", "school", "rail", "clinic", "farm", "border", "treaty"]
TURN, TURNS = 20, 50


def sentence(number):
    return f"The {THINGS[number % 12]} plan {number} needs a {THINGS[number * number * 7 % 12]}."


def sitting(number):
    lines = [f"Sitting {number} of the assembly"]
    for turn in range(TURNS):
        first = (number * TURNS + turn) * TURN
        said = " ".join(sentence(first + place) for place in range(TURN))
        lines.append(f"{SPEAKERS[turn % len(SPEAKERS)]}: {said}")
    return "\n\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=1000)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for number in range(arguments.files):
        (arguments.folder / f"s{number:04}.txt").write_text(sitting(number), encoding="utf-8")


if __name__ == "__main__":
    main()
