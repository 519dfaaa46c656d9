"""Results of runs."""
from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from . import _native
from ._errors import InputError, WriteError
from ._inputs import Source, inputs_of, threads_of
from ._progress import Progress, reporting
from ._study import Study, native_of
from ._table import Table, _number

if TYPE_CHECKING:
    from ._inputs import StrPath


def _path(path: StrPath | None) -> str | None:
    return None if path is None else os.fspath(path)


def means(
    out: StrPath | None,
    models: StrPath | None,
    threads: int | None,
    cache: bool | StrPath,
    isolate: bool,
    max_cost: float | None,
) -> _native.Means:
    """The options of a run, as the extension takes them."""
    if not isinstance(cache, (bool, str, os.PathLike)):
        raise InputError(f"cache is {cache!r}; expected True, False or a folder")
    return {
        "out": _path(out),
        "models": _path(models),
        "threads": threads_of(threads),
        "cache": cache if isinstance(cache, bool) else os.fspath(cache),
        "isolate": isolate,
        "max_cost": max_cost,
    }


class Results(Mapping[str, Table]):
    """The results of a run: a mapping of names to tables."""

    def __init__(self, native: _native.Results) -> None:
        self._native = native

    def __getitem__(self, name: str) -> Table:
        if name not in self._native.names():
            raise KeyError(f"{name!r}; the tables are {', '.join(self._native.names())}")
        return Table(self._native.table(name))

    # Type checkers know the attributes.
    if not TYPE_CHECKING:

        def __getattr__(self, name):
            hint = f"; the table is results[{name!r}]" if name in _native.Results.names() else ""
            raise AttributeError(f"Results has no attribute {name!r}{hint}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._native.names())

    def __len__(self) -> int:
        return len(self._native.names())

    @property
    def run(self) -> dict[str, Any]:
        """The run: the row of the table `runs`."""
        return self["runs"].rows()[0]

    @property
    def study(self) -> dict[str, Any]:
        """The settings of the study."""
        import json

        settings: dict[str, Any] = json.loads(self._native.study_json())
        return settings

    @property
    def folder(self) -> Path | None:
        """The folder; `None` if the results are in memory."""
        return self._native.folder

    def save(self, folder: StrPath) -> Results:
        """Writes the results into a folder, as a run does that writes there, and returns those in the folder."""
        return Results(self._native.save(os.fspath(folder)))

    def report(self, out: StrPath, *, by: str | None = None) -> Path:
        """Writes the report, one HTML file to open in a browser, as `plenary report` does, and returns its path. A file of this name is
        replaced. `by` is the column of `speakers` or `documents` whose values are compared."""
        page = self._native.report(by)
        path = Path(out)
        try:
            path.write_text(page, encoding="utf-8")
        except OSError as error:
            raise WriteError(f"cannot write the report {path}: {error.strerror or error}", path=str(path)) from error
        return path

    def score(
        self,
        codes: Source,
        *,
        measure: str | None = None,
        by: Sequence[str] = ("party", "document"),
        adjudicator: str | None = None,
        simple_random: bool = False,
        sample: StrPath | None = None,
        resamples: int = 1000,
        seed: int = 0,
    ) -> dict[str, Table]:
        """How good the labels of all coders are, compared with hand codes of a sample: the tables `scores`, `confusion`, `calibration`,
        `floors` and `errors_by_group`. Arguments are the options of `plenary score`; `codes` are CSV files or data frames."""
        hand = _hand(codes, measure, by, adjudicator, simple_random, sample, seed)
        return _named(_native.score(self._native, hand, resamples))

    def estimate(
        self,
        codes: Source | None = None,
        *,
        by: Sequence[str] = (),
        measure: str | None = None,
        coder: str | None = None,
        differences: bool = False,
        clusters: Literal["speaker", "document", "turn"] | None = None,
        weights: Literal["segment", "turn", "speaker"] = "segment",
        adjudicator: str | None = None,
        simple_random: bool = False,
        sample: StrPath | None = None,
        confidence_level: float = 0.95,
        seed: int = 0,
    ) -> dict[str, Table]:
        """Means by group, corrected for the errors of a coder with hand codes of a sample: the tables `corrected_estimates` and `units`.
        Arguments are the options of `plenary estimate`; `codes` are CSV files or data frames. Without codes: means of the labels as they
        are, the table `group_means` of `plenary means`."""
        if differences and not by:
            raise InputError("differences are those of groups; pass the columns of the groups as by")
        if codes is None:
            of_codes = {"coder": coder, "clusters": clusters, "adjudicator": adjudicator, "sample": sample}
            named = [name for name, value in of_codes.items() if value is not None] + ["simple_random"] * simple_random
            if named:
                raise InputError(f"{named[0]} concerns hand codes; pass them as codes, or leave it out")
            averaging: _native.Averaging = {
                "by": _names(by, "by"),
                "measure": measure,
                "weights": weights,
                "differences": differences,
                "confidence_level": confidence_level,
            }
            return _named(_native.means(self._native, averaging))
        hand = _hand(codes, measure, by, adjudicator, simple_random, sample, seed)
        estimating: _native.Estimating = {
            "coder": coder,
            "weights": weights,
            "clusters": clusters,
            "differences": differences,
            "confidence_level": confidence_level,
        }
        return _named(_native.estimate(self._native, hand, estimating))

    def __repr__(self) -> str:
        run = self.run
        place = f"in {self.folder}" if self.folder else "in memory"
        counted = ", ".join(_number(run[f"n_{noun}s"], noun) for noun in ("document", "speaker", "utterance", "segment", "theme", "failure"))
        return f"<Results {place}: {counted}; plenary {run['plenary_version']}>"

    def _repr_html_(self) -> str:
        import html

        rows = "".join(f"<tr><td>{name}</td><td>{len(table):,}</td></tr>" for name, table in self.items())
        head = "<thead><tr><th>table</th><th>rows</th></tr></thead>"
        return f"<p>{html.escape(repr(self)[1:-1])}</p><table>{head}<tbody>{rows}</tbody></table>"


def _names(names: Sequence[str], of: str) -> list[str]:
    if isinstance(names, str):
        raise InputError(f"{of} is the text {names!r}; expected a list of names, such as [{names!r}]")
    return list(names)


def _hand(
    codes: Source,
    measure: str | None,
    by: Sequence[str],
    adjudicator: str | None,
    simple_random: bool,
    sample: StrPath | None,
    seed: int,
) -> _native.Hand:
    return {
        "codes": inputs_of(codes),
        "measure": measure,
        "by": _names(by, "by"),
        "adjudicator": adjudicator,
        "simple_random": simple_random,
        "sample": _path(sample),
        "seed": seed,
    }


def _named(tables: list[_native.Table]) -> dict[str, Table]:
    return {table.name: Table(table) for table in tables}


def run(
    source: Source,
    study: Study | StrPath | None = None,
    *,
    out: StrPath | None = None,
    name: str | None = None,
    models: StrPath | None = None,
    threads: int | None = None,
    cache: bool | StrPath = True,
    isolate: bool = True,
    max_cost: float | None = None,
    on_error: Literal["collect", "raise"] = "collect",
    progress: Progress = None,
) -> Results:
    """Reads transcripts, measures them and returns the tables: the command `plenary run` as a function.

    `source` and `name` are as in `read`. Without a study everything except stance is measured. Results are written into the folder
    `out`, or kept in memory. `models` is a folder of models; without it those of the package are used, or others of your data folder.
    `cache` is `True` for the cache of the program, a folder, or `False`. The results do not depend on `threads`, `cache` and `isolate`.

    Corpora of any size can be run with `on_error="collect"`: inputs that cannot be read are rows of the table `failures`. With `"raise"`
    all inputs are read first, and the first one that cannot be read is an error before anything is measured.
    """
    if on_error == "collect":
        with reporting(progress) as report:
            given = means(out, models, threads, cache, isolate, max_cost)
            return Results(_native.run(inputs_of(source, name), native_of(study), given, report))
    from ._corpus import read

    corpus = read(source, study, name=name, threads=threads, isolate=isolate, on_error=on_error, progress=progress)
    return corpus.measure(
        out=out, models=models, threads=threads, cache=cache, max_cost=max_cost, progress=progress
    )


def open(folder: StrPath, *, quick: bool = False) -> Results:
    """Opens a results folder. Its files are checked; with `quick`, those that are read are checked when they are read."""
    if not isinstance(folder, (str, os.PathLike)):
        raise InputError(f"the folder is a value of the type {type(folder).__name__}; expected a path")
    return Results(_native.open(os.fspath(folder), quick))


def agree(
    codes: Source,
    *,
    variable: str | None = None,
    order: Sequence[str] = (),
    resamples: int = 1000,
    seed: int = 0,
) -> dict[str, Table]:
    """How far people who coded the same segments agree: the tables `coefficients` and `disagreements`.

    `codes` are CSV files or data frames with the columns `segment_id` and `label`, one per coder or with a column `coder`. `variable` is
    `"stance"`, `"sentiment"` or the name of a variable of your own; without it the labels show it. `order` are the labels of a variable of
    your own from the lowest to the highest.
    """
    return _named(_native.agree(inputs_of(codes), variable, _names(order, "order"), resamples, seed))
