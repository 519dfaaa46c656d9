"""A corpus in parts, on any number of machines that share a folder: the command `plenary part` as functions.

    from plenary_text import parts

    n = parts.plan("work", ["talks"], "study.toml", parts=64)
    for part in range(n):                   # on any machine, in any order
        parts.measure("work", part)
    results = parts.combine("work", "results")

Every function starts a process of the program, so that memory is free afterwards and a document that ends the process does not end this one.
Functions take only texts and numbers, so that schedulers can send them to other machines. All machines must see the work folder, the inputs
and the study under the same paths, and have one version of this package.
"""
from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ._errors import MeasureError
from ._package import program
from ._results import Results
from ._results import open as _open

if TYPE_CHECKING:
    from ._inputs import StrPath

# Exit codes of the program for "all done" and "done, but some inputs failed".
_DONE = (0, 1)


def plan(
    work: StrPath,
    inputs: StrPath | Iterable[StrPath],
    study: StrPath | None = None,
    *,
    parts: int,
    models: StrPath | None = None,
) -> int:
    """Divides files and folders into parts by the content of their documents, in the folder `work`. Returns the number of parts.

    `study` is the path of a study file. Repeated with the same arguments, it does nothing.
    """
    named = [inputs] if isinstance(inputs, (str, os.PathLike)) else list(inputs)
    _run("plan", work, *(os.fspath(path) for path in named), *_option("--study", study), "--parts", str(parts), *_option("--models", models))
    return parts


def measure(
    work: StrPath,
    part: int | Sequence[int],
    *,
    models: StrPath | None = None,
    threads: int | None = None,
    cache: bool | StrPath = False,
) -> None:
    """Reads and measures the documents of a part, or of several. A part that is measured already is left as it is."""
    places = ["--no-cache"] if cache is False else [] if cache is True else ["--cache", os.fspath(cache)]
    _run("run", work, "--part", _numbers(part), *_option("--models", models), *_option("--threads", threads), *places)


def fit(work: StrPath, *, threads: int | None = None) -> None:
    """Fits the themes of all parts, once all are measured."""
    _run("fit", work, *_option("--threads", threads))


def assign(work: StrPath, part: int | Sequence[int], *, threads: int | None = None) -> None:
    """Assigns the segments of a part, or of several, to the themes."""
    _run("assign", work, "--part", _numbers(part), *_option("--threads", threads))


def combine(work: StrPath, out: StrPath, *, threads: int | None = None) -> Results:
    """Writes the results into the folder `out`: the same bytes as one run, apart from the table `runs`. Fits and assigns first what is left."""
    _run("combine", work, "--out", os.fspath(out), *_option("--threads", threads))
    return _open(out)


def status(work: StrPath) -> str:
    """How far the work is, for people."""
    return _run("status", work)


def _numbers(part: int | Sequence[int]) -> str:
    return str(part) if isinstance(part, int) else ",".join(map(str, part))


def _option(name: str, value: StrPath | int | None) -> list[str]:
    if value is None:
        return []
    return [name, str(value) if isinstance(value, int) else os.fspath(value)]


def _run(step: str, work: StrPath, *arguments: str) -> str:
    """What the program prints. Its messages are the error if it fails."""
    command = [*program(), "part", step, os.fspath(work), *arguments, "-q"]
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, encoding="utf-8", errors="replace")
    if done.returncode not in _DONE:
        said = done.stderr.strip().removeprefix("error: ") or f"the program ended with the code {done.returncode}"
        raise MeasureError(said, path=str(Path(work)))
    return done.stdout
