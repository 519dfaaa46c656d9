#!/usr/bin/env python3
"""Runs the commands of a page of the docs and compares what they print with what the page shows.

    .ci/run_page.py PAGE --plenary PROGRAM [--update]

A command is an indented line that begins with `plenary` or `cat`. The commands run in the order of the page, in a temporary folder with a
copy of data/. A block of text (```text) between a command and the next one is what the command prints to both streams. In such a block
the line `...` stands for any number of lines. With --update, blocks are written anew; those that end with this line keep their length,
and those with one in their middle stay as they are.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = re.compile(r"    ((?:plenary|cat) .*)")


def run(command, folder, program):
    """What a command of a page prints."""
    bin_folder = folder / "bin"
    if not bin_folder.exists():
        bin_folder.mkdir()
        (bin_folder / "plenary").symlink_to(program)
    env = os.environ | {
        "PATH": f"{bin_folder}:{os.environ['PATH']}",
        "PLENARY_MODELS": str(ROOT / "models"),
        "COLUMNS": "120",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        ["bash", "-e", "-c", command], cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        sys.exit(f"`{command}` ended with {done.returncode}:\n{done.stdout}")
    return [line.rstrip() for line in done.stdout.rstrip().splitlines()]


def fits(shown, printed):
    """Whether lines are those of an output. `...` stands for any number of lines."""
    if not shown:
        return not printed
    if shown[0] == "...":
        return any(fits(shown[1:], printed[at:]) for at in range(len(printed) + 1))
    return bool(printed) and shown[0] == printed[0] and fits(shown[1:], printed[1:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path)
    parser.add_argument("--plenary", type=Path, required=True)
    parser.add_argument("--update", action="store_true")
    args = parser.parse_args()
    page, printed, wrong = [], None, 0
    lines = iter(args.page.read_text(encoding="utf-8").splitlines())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "data", folder / "data")
        for line in lines:
            page.append(line)
            if command := COMMAND.fullmatch(line):
                print(f"$ {command[1]}", flush=True)
                printed = run(command[1], folder, args.plenary.resolve())
            elif line == "```text" and printed is not None:
                shown = []
                for line in lines:
                    if line == "```":
                        break
                    shown.append(line.rstrip())
                if not fits(shown, printed):
                    if args.update and "..." not in shown[:-1]:
                        shown = [*printed[: len(shown) - 1], "..."] if shown[-1:] == ["..."] else printed
                    else:
                        wrong += 1
                        print("the page shows\n", *shown, "and the program prints\n", *printed, sep="\n")
                page.extend([*shown, "```"])
                printed = None
    if args.update:
        args.page.write_text("\n".join(page) + "\n", encoding="utf-8")
    if wrong:
        sys.exit(f"{args.page}: {wrong} blocks differ; run again with --update")


if __name__ == "__main__":
    main()
