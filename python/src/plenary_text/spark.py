"""A corpus on Apache Spark: `plenary_text.spark.run(spark, ["/share/talks"], "/share/study.toml", "/share/results", work="/share/work")`.

Spark decides which machine measures which part and repeats tasks that fail. The work folder, the inputs and the study are on a file system
that all machines see under the same paths (NFS, or a mounted object store); nothing but numbers of parts goes through Spark. Every machine
needs this package, of one version, and pyarrow.
"""
from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from . import parts as _parts
from ._results import Results

if TYPE_CHECKING:
    from ._inputs import StrPath


def run(
    spark: Any,
    inputs: StrPath | Iterable[StrPath],
    study: StrPath | None,
    out: StrPath,
    *,
    work: StrPath,
    parts: int | None = None,
    models: StrPath | None = None,
    cache: bool | StrPath = False,
) -> Results:
    """Measures a corpus on the executors of `spark`, a SparkSession, and writes the results into `out`: the same bytes as one run, apart from
    the table `runs`.

    `work` is a folder for what is not complete yet; run again with the same folder, the work continues. `parts` is the number of parts, by
    default four for each core of the cluster. A task uses `spark.task.cpus` threads. The driver fits the themes and combines the tables.
    """
    n_parts = parts or 4 * spark.sparkContext.defaultParallelism
    work = os.path.abspath(work)
    threads = int(spark.conf.get("spark.task.cpus", "1"))
    models = None if models is None else os.fspath(models)
    n_parts = _parts.plan(work, inputs, study, parts=n_parts, models=models)
    _on_executors(spark, n_parts, partial(_parts.measure, work, models=models, threads=threads, cache=cache))
    _parts.fit(work)
    _on_executors(spark, n_parts, partial(_parts.assign, work, threads=threads))
    return _parts.combine(work, out)


def _on_executors(spark: Any, n_parts: int, step: Callable[[int], None]) -> None:
    """Does a step for every part, one part per task."""

    def do(batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            for part in batch.column(0).to_pylist():
                step(part)
            yield batch

    spark.range(0, n_parts, 1, n_parts).mapInArrow(do, "id long").count()
