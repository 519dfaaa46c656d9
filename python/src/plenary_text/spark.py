"""A corpus on Apache Spark, whose executors measure its parts.

Files that all machines see under the same paths (NFS, or a mounted object store), with a work folder that all see as well:

    plenary_text.spark.run(spark, ["/share/talks"], "/share/study.toml", "/share/results", work="/share/work")

Files that only Spark reads, such as those of an object store, with a work folder on the disk of the driver:

    talks = spark.read.format("binaryFile").option("recursiveFileLookup", True).load("s3a://bucket/talks")
    plenary_text.spark.run(spark, talks, "study.toml", "results", work="work", storage="s3a://bucket/plenary")

Spark decides which machine measures which part and repeats tasks that fail. A document belongs to a part by its content, not by Spark's
partitions. Every machine needs this package, of one version, and pyarrow.
"""
from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from . import _spark_files
from . import parts as _parts
from ._errors import InputError
from ._results import Results

if TYPE_CHECKING:
    from ._inputs import StrPath


def run(
    spark: Any,
    inputs: Any,
    study: StrPath | None,
    out: StrPath,
    *,
    work: StrPath,
    storage: str | None = None,
    parts: int | None = None,
    models: StrPath | None = None,
    cache: bool | StrPath = False,
) -> Results:
    """Measures a corpus on the executors of `spark`, a SparkSession, and writes the results into `out`: the same bytes as one run, apart from
    the table `runs`.

    `inputs` are paths of files and folders, or a data frame of Spark with the columns `path` and `content`, as `binaryFile` gives it;
    `content` may be text. The documents of a data frame have the names and bytes of a run over a folder with these files, by their paths
    below the folder that all of them share.

    `work` is a folder for what is not complete yet; run again with the same folder, the work continues. For paths all machines see it, for
    a data frame it is on the disk of the driver, which keeps the transcripts and all measured parts there; `storage` is then a folder
    that Spark can write, such as `s3a://bucket/plenary`, through which inputs and parts go. Remove both when the results are there.
    For a data frame, `work` must be new, empty or of an earlier run. Of `storage`, only `plenary-inputs` and `plenary-parts-*` are written; the
    transcripts must not be in them.

    `parts` is the number of parts, by default four for each core of the cluster. A task uses `spark.task.cpus` threads. The driver fits the
    themes and combines the tables; of a data frame it also assigns the segments to themes.
    """
    n_parts = parts or 4 * spark.sparkContext.defaultParallelism
    threads = int(spark.conf.get("spark.task.cpus", "1"))
    models = None if models is None else os.fspath(models)
    if hasattr(inputs, "mapInArrow"):
        if storage is None:
            raise InputError(
                "the inputs are a data frame, whose parts need a place that Spark can write",
                hint='Pass storage, such as storage="s3a://bucket/plenary"',
            )
        measuring = _spark_files.Measuring(models, threads, cache if isinstance(cache, bool) else os.fspath(cache))
        return _spark_files.run(
            spark, inputs, study, out, work=work, storage=storage, n_parts=n_parts, measuring=measuring
        )
    if storage is not None:
        raise InputError("storage has no effect: the inputs are paths, and their parts go through the folder `work`")
    work = os.path.abspath(work)
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
