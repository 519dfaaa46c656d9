#!/usr/bin/env python3
"""Runs the Python of a page of the docs, in an environment that has what the page uses, and compares what it prints with what the page shows.

    .ci/run_python_page.py PAGE [--update] [--pictures FOLDER]

Blocks of Python run in their order, in one session, in a temporary folder with a copy of data/. As in a notebook, the value of the last
expression of a block is shown. A block of text (```text) after a block of Python is what that prints. With --update such blocks are
written anew. --pictures is where pictures that the page draws are left. Warnings are errors.
"""
import argparse
import ast
import contextlib
import io
import os
import shutil
import sys
import tempfile
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(code, names, at):
    """What a block prints, with the value of its last expression."""
    body = ast.parse(code, at).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(ast.Module(body, []), at, "exec"), names)
        if last and (value := eval(compile(ast.Expression(last.value), at, "eval"), names)) is not None:
            print(value)
    return [line.rstrip() for line in out.getvalue().rstrip().splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--pictures", type=Path)
    args = parser.parse_args()
    path, pictures = args.page.resolve(), args.pictures and args.pictures.resolve()
    os.environ["MPLBACKEND"] = "Agg"
    warnings.simplefilter("error")
    page, names, printed, n_blocks, wrong = [], {"__name__": "__main__"}, [], 0, 0
    lines = iter(path.read_text(encoding="utf-8").splitlines())
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "data", Path(folder, "data"))
        os.environ["PLENARY_CACHE"] = f"{folder}/.cache"
        os.chdir(folder)
        for line in lines:
            page.append(line)
            if line not in ("```python", "```text"):
                continue
            block = list(iter(lambda: next(lines), "```"))
            if line == "```python":
                printed = run("\n".join(block), names, f"{path.name}, line {len(page) + 1}")
                n_blocks += 1
            elif [shown.rstrip() for shown in block] != printed:
                if args.update:
                    block = printed
                else:
                    wrong += 1
                    print("the page shows\n", *block, "and Python prints\n", *printed, sep="\n")
            page.extend([*block, "```"])
        for picture in sorted(Path(folder).glob("*.png")):
            print(f"{picture.name}: {picture.stat().st_size} bytes")
            if pictures:
                shutil.copy(picture, pictures)
        os.chdir(ROOT)
    if args.update:
        path.write_text("\n".join(page) + "\n", encoding="utf-8")
    if wrong or not n_blocks:
        sys.exit(f"{args.page}: {wrong} blocks differ; run again with --update")
    print(f"{args.page}: {n_blocks} blocks ran")


if __name__ == "__main__":
    main()
