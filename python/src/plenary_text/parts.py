"""A corpus in parts, on any number of machines that share a folder: the command `plenary part` as functions.

    from plenary_text import parts

    n = parts.plan("work", ["talks"], "study.toml", parts=64)
    for part in range(n):                   # on any machine, in any order
        parts.measure("work", part)
    results = parts.combine("work", "results")

Every function starts a process of the program, so that memory is free afterwards and a document that ends the process does not end this one.
Functions take only texts and numbers, so that schedulers can send them to other machines. All machines must see the work folder, and have one
version of this package. Where they see the inputs and the study under other paths than the machine that planned, `measure` takes these.
"""
from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, cast

from ._errors import InputError, MeasureError
from ._package import program
from ._results import Results
from ._results import open as _open

if TYPE_CHECKING:
    from ._inputs import StrPath


class Needs(TypedDict):
    """The files that machines need to measure parts, beside `plan.json` and the lists in the folder `inputs` of the work folder."""

    inputs_below: str
    """The folder from which relative paths of inputs begin."""
    parts: list[list[str]]
    """The inputs of each part."""
    shared: list[str]
    """The inputs that every part reads."""
    study_folder: str | None
    """The folder from which the files of the study begin; `None` without a study."""
    study: list[str]
    """The files that the study names."""


# Exit codes of the program for "all done" and "done, but some inputs failed".
_DONE = (0, 1)


def plan(
    work: StrPath,
    inputs: StrPath | Iterable[StrPath],
    study: StrPath | None = None,
    *,
    parts: int,
    models: StrPath | None = None,
    cwd: StrPath | None = None,
) -> int:
    """Divides files and folders into parts by the content of their documents, in the folder `work`. Returns the number of parts.

    `study` is the path of a study file. Paths of inputs begin at `cwd`, by default the current folder. Repeated with the same arguments, it
    does nothing.
    """
    named = [inputs] if isinstance(inputs, (str, os.PathLike)) else list(inputs)
    inputs_and_study = [*(os.fspath(path) for path in named), *_option("--study", path_of_study(study))]
    _run("plan", work, *inputs_and_study, "--parts", str(parts), *_option("--models", models), cwd=cwd)
    return parts


def path_of_study(study: StrPath | None) -> str | None:
    """The path of a study file; other machines do not see a study in memory."""
    if study is None or isinstance(study, (str, os.PathLike)):
        return None if study is None else os.fspath(study)
    raise InputError(
        f"the study is a value of the type {type(study).__name__}; expected the path of a study file",
        hint="Write it into a file: Path('study.toml').write_text(study.to_toml())",
    )


def measure(
    work: StrPath,
    part: int | Sequence[int],
    *,
    models: StrPath | None = None,
    threads: int | None = None,
    cache: bool | StrPath = False,
    inputs_below: StrPath | None = None,
    study_folder: StrPath | None = None,
) -> None:
    """Reads and measures the documents of a part, or of several. A part that is measured already is left as it is.

    `inputs_below` is the folder from which relative paths of inputs begin on this machine, and `study_folder` that of the files which the
    study names; without them they are where they were when the plan was made.
    """
    places = ["--no-cache"] if cache is False else [] if cache is True else ["--cache", os.fspath(cache)]
    found = [*_option("--inputs-below", inputs_below), *_option("--study-folder", study_folder)]
    _run("run", work, "--part", _numbers(part), *_option("--models", models), *_option("--threads", threads), *places, *found)


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


def files(work: StrPath) -> Needs:
    """The files that a machine needs if it does not see the inputs."""
    return cast(Needs, json.loads(_run("files", work)))


def status(work: StrPath) -> str:
    """How far the work is, for people."""
    return _run("status", work)


def _numbers(part: int | Sequence[int]) -> str:
    return str(part) if isinstance(part, int) else ",".join(map(str, part))


def _option(name: str, value: StrPath | int | None) -> list[str]:
    if value is None:
        return []
    return [name, str(value) if isinstance(value, int) else os.fspath(value)]


def _run(step: str, work: StrPath, *arguments: str, cwd: StrPath | None = None) -> str:
    """What the program prints. Its messages are the error if it fails."""
    command = [*program(), "part", step, os.path.abspath(work), *arguments, "-q"]
    done = subprocess.run(
        command, capture_output=True, cwd=cwd, stdin=subprocess.DEVNULL, encoding="utf-8", errors="replace"
    )
    if done.returncode not in _DONE:
        said = done.stderr.strip().removeprefix("error: ") or f"the program ended with the code {done.returncode}"
        raise MeasureError(said, path=str(Path(work)))
    return done.stdout
