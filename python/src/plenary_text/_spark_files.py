"""Transcripts that lie where only Spark reads them, such as an object store: contents come to the executors as rows of a data frame, and
measured parts go back as rows.

The driver stages the files on its own disk and plans them, so that parts are those of a shared folder. A task receives the files of a part,
measures the part in a folder of its own, and returns its files in pieces. What all tasks need goes to each executor once. The functions
without a session know nothing of Spark.

Only folders with names of plenary's own are removed or overwritten: those of `work`, which has a mark, and `plenary-*` of `storage`. Refused:
a work folder with other files, and transcripts in one of these folders.
"""
from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain, groupby
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from . import parts as _parts
from ._errors import InputError, WriteError
from ._results import Results

if TYPE_CHECKING:
    from ._inputs import StrPath

# Folders of a task. The plan has this name on the driver as well.
_PLAN, _INPUTS, _STUDY = "plan", "inputs", "study"
# Folders of the work folder that are removed and written again.
_STAGED, _FETCHED = "plenary-inputs", "plenary-fetched"
# The file that says that plenary made a work folder.
_MARK = "plenary-work.txt"
_MARK_TEXT = f"""plenary made this folder, and removes and writes the folders {_STAGED}, {_FETCHED} and plan in it.
Remove all of it when the results are complete.
"""
# Folders of the storage that are overwritten.
_COPIES, _MEASURED = "plenary-inputs", "plenary-parts-"
# A writer of Parquet holds some hundred rows before it looks at their size.
_PIECE_BYTES = 1 << 20
# Rows of files that are in the memory of a task at once.
_ROWS_AT_ONCE = "16"
_RECORDS = "spark.sql.execution.arrow.maxRecordsPerBatch"
# Parts are hashed onto partitions. Few of them meet in a partition if there are several times as many; an empty one costs little.
_PARTITIONS_PER_PART = 8
_MOST_PARTITIONS = 4096
_PIECES = "part int, name string, position long, content binary"


class Measuring(NamedTuple):
    """How a task measures a part."""

    models: str | None
    threads: int
    cache: bool | str


def run(
    spark: Any,
    frame: Any,
    study: StrPath | None,
    out: StrPath,
    *,
    work: StrPath,
    storage: str,
    n_parts: int,
    measuring: Measuring,
) -> Results:
    """`plenary_text.spark.run` for a data frame with the columns `path` and `content`."""
    _check_columns(frame)
    study = _parts.path_of_study(study)
    folder, study = Path(work).absolute(), None if study is None else os.path.abspath(study)
    storage = storage.rstrip("/")
    _check_places(spark, frame, folder, storage)
    claim(folder)

    from pyspark.sql import functions as F

    kept = frame.select("path", F.col("content").cast("binary").alias("content"))
    kept.write.mode("overwrite").parquet(f"{storage}/{_COPIES}")
    stored = spark.read.parquet(f"{storage}/{_COPIES}")
    names = names_of([row.path for row in stored.select("path").toLocalIterator()])
    staged = stage(((names[row.path], row.content) for row in stored.toLocalIterator(prefetchPartitions=True)), folder)
    plan = folder / _PLAN
    _parts.plan(plan, os.curdir, study, parts=n_parts, models=measuring.models, cwd=staged)

    key = hashlib.sha256((plan / "plan.json").read_bytes()).hexdigest()[:16]
    pieces, done = f"{storage}/{_MEASURED}{key}", f"{storage}/{_MEASURED}{key}-done"
    if not _is_there(spark, done):
        paths = {name: path for path, name in names.items()}
        needs = _parts.files(plan)
        wanted = [(paths[name], part, f"{_INPUTS}/{name}") for part, name in inputs_of_parts(needs)]
        rows = stored.join(spark.createDataFrame(wanted, "path string, part int, name string"), "path")
        rows = rows.select("part", "name", "content").union(
            spark.createDataFrame(lists_of_parts(plan, n_parts), "part int, name string, content binary")
        )
        n_partitions = max(n_parts, min(_PARTITIONS_PER_PART * n_parts, _MOST_PARTITIONS))
        rows = rows.repartition(n_partitions, "part").sortWithinPartitions("part")
        common = spark.sparkContext.broadcast(common_files(plan, needs))
        with _few_rows_at_once(spark):
            measured_rows = rows.mapInArrow(partial(measured, common=common, measuring=measuring), _PIECES)
            measured_rows.write.mode("overwrite").option("compression", "none").parquet(pieces)
        common.destroy()
        spark.createDataFrame([(key,)], "plan string").write.mode("overwrite").parquet(done)
    if not all((plan / "parts" / f"{part:04}").exists() for part in range(n_parts)):
        fetched = spark.read.parquet(pieces).toLocalIterator(prefetchPartitions=True)
        restore(((row.part, row.name, row.position, row.content) for row in fetched), folder)
    return _parts.combine(plan, out)


def _check_columns(frame: Any) -> None:
    """Fails unless the data frame has the columns of Spark's format `binaryFile`, or texts in place of contents."""
    found = dict(frame.dtypes)
    if found.get("path") != "string" or found.get("content") not in ("binary", "string"):
        columns = ", ".join(f"{name} {kind}" for name, kind in frame.dtypes)
        raise InputError(
            f"the data frame has the columns {columns}; expected path (string) and content (binary or string)",
            hint='Read files with spark.read.format("binaryFile"), or rename the columns',
        )


def _check_places(spark: Any, frame: Any, work: Path, storage: str) -> None:
    """Fails if something that is read lies where this run writes."""
    place = _qualified(spark, storage)
    if place_of(place) == place_of(f"file:{work}") and place.startswith("file:"):
        raise InputError(
            f"work and storage are the same folder {storage}; expected two folders", hint="Pass another storage", path=storage
        )
    # A data frame can read files that its paths do not name, and have paths of files that it no longer reads.
    refuse_copies((row.path for row in frame.select("path").toLocalIterator()), place)
    refuse_copies(map(unquote, frame.inputFiles()), place)


def refuse_copies(paths: Iterable[str | None], storage: str) -> None:
    """Fails if a path lies in a folder of the storage that a run overwrites. Schemes are not compared: a store can have several."""
    root = place_of(storage)
    folders = {path.rpartition("/")[0]: path for path in paths if path}
    for folder, path in folders.items():
        if f"{place_of(folder)}/".startswith((f"{root}/{_COPIES}/", f"{root}/{_MEASURED}")):
            raise InputError(
                f"the data frame reads {path}, which is in a folder of the storage {storage} that is overwritten",
                hint="Read the transcripts from another folder, or pass another storage",
                path=path,
            )


def place_of(path: str) -> str:
    """The path of a folder without its scheme; on this machine without links."""
    found = re.fullmatch(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", path, re.DOTALL)
    scheme, rest = found.groups() if found else ("", path)
    rest = "/" + "/".join(part for part in rest.split("/") if part)
    return os.path.realpath(rest) if scheme in ("", "file") else rest


def _qualified(spark: Any, path: str) -> str:
    """A path as Spark writes it, with its scheme."""
    place = spark.sparkContext._jvm.org.apache.hadoop.fs.Path(path)
    system = place.getFileSystem(spark.sparkContext._jsc.hadoopConfiguration())
    return str(system.makeQualified(place).toString())


def names_of(paths: Sequence[str | None]) -> dict[str, str]:
    """The names of files below the folder that all of them share, by their paths."""
    if not paths:
        raise InputError("the data frame has no rows")
    folders = []
    for path in paths:
        if not path:
            raise InputError("a row of the data frame has no path")
        folders.append(path.split("/")[:-1])
    first, last = min(folders), max(folders)
    n_shared = next((at for at, (a, b) in enumerate(zip(first, last)) if a != b), min(len(first), len(last)))
    names: dict[str, str] = {}
    for path in filter(None, paths):
        parts_of_name = path.split("/")[n_shared:]
        if any(part in ("", ".", "..") or "\0" in part for part in parts_of_name):
            raise InputError(f"the path {path!r} cannot be the path of a file", path=path)
        if path in names:
            raise InputError(f"two rows of the data frame have the path {path!r}", path=path)
        names[path] = "/".join(parts_of_name)
    # An object store has no folders, so that a file can have the name of one.
    taken = set(names.values())
    for path, name in names.items():
        if above := next((str(folder) for folder in PurePosixPath(name).parents if str(folder) in taken), None):
            raise InputError(f"the path {path!r} is below {above!r}, which is a file", path=path)
    return names


def claim(work: Path) -> None:
    """Makes a work folder and marks it. Fails if it has files and no mark: they belong to others."""
    mark = work / _MARK
    try:
        work.mkdir(parents=True, exist_ok=True)
        if mark.exists():
            return
        # As for `plenary part plan`, hidden files may be there.
        found = min((path.name for path in work.iterdir() if not path.name.startswith(".")), default=None)
        if found is None:
            mark.write_text(_MARK_TEXT, encoding="utf-8")
            return
    except OSError as error:
        raise WriteError(f"the work folder {work} cannot be written: {error}", path=str(work)) from error
    raise InputError(
        f"the work folder {work} has {found!r} and was not made by plenary; expected a new or empty folder, or one of an earlier run",
        hint="Pass a new folder as work",
        path=str(work),
    )


def _new_folder(work: Path, name: str) -> Path:
    """An empty folder of a work folder, in place of the one that an earlier run made."""
    claim(work)
    folder = work / name
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise InputError(
            f"{folder} is not a folder that plenary made", hint="Move it away, or pass a new folder as work", path=str(folder)
        )
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir()
    except OSError as error:
        raise WriteError(f"the folder {folder} cannot be replaced: {error}", path=str(folder)) from error
    return folder


def stage(files: Iterable[tuple[str, bytes | None]], work: Path) -> Path:
    """Writes files into a folder of the work folder, in which nothing else is afterwards, and returns it."""
    folder = _new_folder(work, _STAGED)
    for name, content in files:
        if content is None:
            raise InputError(f"the file {name!r} has no content", path=name)
        _write(folder / name, content)
    return folder


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def inputs_of_parts(needs: _parts.Needs) -> Iterator[tuple[int, str]]:
    """The number of a part and the name of an input that it needs, for all parts."""
    for part, names in enumerate(needs["parts"]):
        for name in sorted({*names, *needs["shared"]}):
            yield part, name.removeprefix("./")


def lists_of_parts(plan: Path, n_parts: int) -> list[tuple[int, str, bytes]]:
    """The lists of inputs of all parts: number of the part, name in the folder of its task, content."""
    names = ((part, f"inputs/{part:04}.json") for part in range(n_parts))
    return [(part, f"{_PLAN}/{name}", (plan / name).read_bytes()) for part, name in names]


def common_files(plan: Path, needs: _parts.Needs) -> list[tuple[str, bytes]]:
    """The files of the plan and of the study that every task needs, by their names in the folder of a task."""
    files = [(f"{_PLAN}/{name}", (plan / name).read_bytes()) for name in ("plan.json", "inputs/shared.json")]
    for name in needs["study"]:
        if os.path.isabs(name) or ".." in Path(name).parts:
            raise InputError(
                f"the study names the file {name!r} outside its folder, which cannot be moved to other machines",
                hint="Put the file beside the study",
                path=name,
            )
        files.append((f"{_STUDY}/{name}", (Path(needs["study_folder"] or os.curdir) / name).read_bytes()))
    return files


def measured(batches: Iterator[Any], common: Any, measuring: Measuring) -> Iterator[Any]:
    """Measures parts on an executor: batches with the columns part, name, content of the files of each part, part after part, to batches
    with the files of the measured parts in pieces. `common` is a broadcast variable of Spark with the files of every task."""
    import pyarrow as pa

    def rows() -> Iterator[tuple[int, str, bytes]]:
        for batch in batches:
            yield from zip(*(batch.column(at).to_pylist() for at in range(3)))

    for part, files in groupby(rows(), key=lambda row: row[0]):
        # Spark removes its local folders when an executor ends, however it ends.
        local = os.environ.get("SPARK_LOCAL_DIRS", "").split(",")[0] or None
        with tempfile.TemporaryDirectory(prefix="plenary-part-", dir=local) as name_of_folder:
            folder = Path(name_of_folder)
            for name, content in chain(common.value, (file[1:] for file in files)):
                _write(folder / name, content)
            _parts.measure(
                folder / _PLAN,
                part,
                models=measuring.models,
                threads=measuring.threads,
                cache=measuring.cache,
                inputs_below=folder / _INPUTS,
                study_folder=folder / _STUDY,
            )
            for name, position, content in pieces_of(folder / _PLAN / "parts" / f"{part:04}"):
                columns = {"part": pa.array([part], pa.int32()), "name": [name], "position": [position], "content": [content]}
                yield pa.RecordBatch.from_pydict(columns)


def pieces_of(folder: Path) -> Iterator[tuple[str, int, bytes]]:
    """Names, positions and contents of the pieces of the files in a folder. An empty file is one empty piece."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name, position = path.relative_to(folder).as_posix(), 0
        with path.open("rb") as file:
            while (content := file.read(_PIECE_BYTES)) or position == 0:
                yield name, position, content
                position += len(content)
                if not content:
                    break


def restore(pieces: Iterable[tuple[int, str, int, bytes]], work: Path) -> None:
    """Writes the pieces of measured parts, in any order, and moves the parts to their place in the plan when all are complete."""
    new, plan = _new_folder(work, _FETCHED), work / _PLAN
    for part, name, position, content in pieces:
        path = new / f"{part:04}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("r+b" if path.exists() else "wb") as file:
            file.seek(position)
            file.write(content)
    (plan / "parts").mkdir(exist_ok=True)
    for folder in sorted(new.iterdir()):
        place = plan / "parts" / folder.name
        if not place.exists():
            folder.rename(place)
    shutil.rmtree(new)


@contextmanager
def _few_rows_at_once(spark: Any) -> Iterator[None]:
    """While this lasts, Spark gives few rows at a time to functions of Python: a row is a file."""
    before = spark.conf.get(_RECORDS)
    spark.conf.set(_RECORDS, _ROWS_AT_ONCE)
    try:
        yield
    finally:
        spark.conf.set(_RECORDS, before)


def _is_there(spark: Any, path: str) -> bool:
    """Whether Spark has written a table."""
    from pyspark.errors import AnalysisException

    try:
        return bool(spark.read.parquet(path).count())
    except AnalysisException:
        return False
