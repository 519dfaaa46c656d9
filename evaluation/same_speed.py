#!/usr/bin/env python3
"""Compares the processor time of two builds of plenary on the same inputs, in paired rounds.

    evaluation/same_speed.py OLD NEW --models MODELS [--pdf FILE...] [--files N] [--rounds N]

OLD and NEW are programs, MODELS a folder that holds a static model (`plenary models distill` makes it). Jobs:

- start: `plenary --version`
- tables: a run with the static engine over N generated sittings of 1,000 segments each: reading, attribution, vectors, writing all tables
- parquet: `plenary segment` of a Parquet table with N * 1,000 rows (needs Python with polars; skipped without it)
- pdf: `plenary segment` of the PDF files

Prints the smallest user + system seconds of each program over the rounds, and NEW / OLD. The two programs take turns.
"""
import argparse
import os
import resource
import subprocess
import tempfile
from pathlib import Path

import million


def seconds(command, folder, models):
    """User and system seconds of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    env = os.environ | {"PLENARY_MODELS": str(models)}
    done = subprocess.run(command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def jobs(folder, files, pdf):
    """Names of jobs with their arguments; writes the inputs of the jobs."""
    (folder / "sittings").mkdir()
    for number in range(files):
        (folder / "sittings" / f"{number:04}.txt").write_text(million.sitting(number), encoding="utf-8")
    (folder / "study.toml").write_text('[models]\nengine = "static"\nsentiment = "none"\n', encoding="utf-8")
    yield "start", ["--version"]
    yield "tables", ["run", "sittings", "--study", "study.toml", "--no-cache", "--out", "results"]
    try:
        import polars
    except ImportError:
        print("parquet: left out, this Python has no polars")
    else:
        n_rows = files * 1000
        speakers = [million.SPEAKERS[row % len(million.SPEAKERS)] for row in range(n_rows)]
        table = polars.DataFrame({"speaker": speakers, "text": [million.sentence(row) for row in range(n_rows)]})
        table.write_parquet(folder / "turns.parquet")
        yield "parquet", ["segment", "turns.parquet", "--format", "jsonl"]
    if pdf:
        yield "pdf", ["segment", *pdf, "--format", "jsonl"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--pdf", type=Path, nargs="*", default=[])
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    programs = [path.resolve() for path in (arguments.old, arguments.new)]
    print("| job | old | new | new / old |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, options in jobs(folder, arguments.files, [path.resolve() for path in arguments.pdf]):
            rounds = [[seconds([program, *options], folder, arguments.models.resolve()) for program in programs]
                      for _ in range(arguments.rounds)]
            old, new = (min(times) for times in zip(*rounds))
            print(f"| {name} | {old:.2f} s | {new:.2f} s | {new / old if old else 1:.2f} |", flush=True)


if __name__ == "__main__":
    main()
