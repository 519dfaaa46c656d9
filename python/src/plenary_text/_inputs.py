"""What users pass as input: paths, texts, bytes and data frames, as paths or names and contents of files."""
from __future__ import annotations

import csv
import io
import operator
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, Union, runtime_checkable

from ._errors import InputError

if TYPE_CHECKING:
    from ._native import Given

    StrPath: TypeAlias = Union[str, os.PathLike[str]]


@runtime_checkable
class ArrowStream(Protocol):
    """A table of any library that exports Arrow streams."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


Source: TypeAlias = Union[
    "StrPath",
    bytes,
    bytearray,
    memoryview,
    Mapping[str, Any],
    ArrowStream,
    Iterable[Any],
]
"""A path, a text (a string with a line break), the bytes of a file, a data frame, a mapping of names to texts or bytes, a mapping of
columns to values, or several of these."""

_FRAME = "frame.csv"
_TEXT = "text.txt"
_BYTES = "content"
# Longer than the longest path of usual systems.
_LONGEST_PATH = 8192
# A string of more words without an extension is speech, unless there is such a file.
_WORDS_OF_A_NAME = 3


def inputs_of(source: Source, name: str | None = None) -> list[Given]:
    """The inputs as the extension takes them. `name` names a text, bytes or a data frame."""
    if isinstance(source, (list, tuple, set, frozenset)) or isinstance(source, Iterator):
        return _several(list(source), name)
    return _one(source, name)


def _several(sources: Sequence[Source], name: str | None) -> list[Given]:
    if name is not None:
        raise InputError("`name` names one input, and there are several; pass a mapping of names to contents")
    if not sources:
        raise InputError("there is no input: the list is empty")
    given: list[Given] = []
    for position, source in enumerate(sources, 1):
        usual = _usual_name(source)
        stem, dot, extension = usual.partition(".")
        given += _one(source, f"{stem}-{position}{dot}{extension}" if usual else None)
    return given


def _usual_name(source: Source) -> str:
    """The name of what is in memory; empty for other inputs."""
    if isinstance(source, str):
        return _TEXT if "\n" in source else ""
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _BYTES
    return _FRAME if _is_frame(source) else ""


def _one(source: Source, name: str | None) -> list[Given]:
    if isinstance(source, str):
        if "\n" in source:
            return [(name or _TEXT, _encoded(source, "the text"))]
        if len(source) > _LONGEST_PATH:
            raise InputError("a string without a line break is a path, and this one is too long for a path; pass a text as bytes")
        _refuse_no_path(source)
        return [_path(source, name)]
    if isinstance(source, os.PathLike):
        return [_path(source, name)]
    if isinstance(source, (bytes, bytearray, memoryview)):
        return [(name or _BYTES, bytes(source))]
    if isinstance(source, Mapping):
        return _mapping(source, name)
    if _is_frame(source):
        return [(name or _FRAME, csv_of(columns_of(source)))]
    found = "None" if source is None else f"a value of the type {type(source).__name__}"
    raise InputError(
        f"the input is {found}; expected a path, a text with a line break, bytes, a data frame, or a list of these"
    )


def threads_of(threads: int | None) -> int | None:
    """A number of threads."""
    if threads is None:
        return None
    try:
        # Whole numbers of other libraries, such as NumPy, are numbers of threads as well; yes and no are not.
        number = 0 if isinstance(threads, bool) else operator.index(threads)
    except TypeError:
        number = 0
    if number < 1:
        raise InputError(f"threads is {threads!r}; expected 1 or more, or None for one per core")
    return number


def _encoded(text: str, what: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"{what} holds half a character at position {error.start} (a surrogate), which UTF-8 cannot write; decode the text again"
        ) from None


def _path(path: StrPath, name: str | None) -> str:
    if name is not None:
        raise InputError("`name` names a text, bytes or a data frame; a file has its own name")
    path = os.fspath(path)
    if not isinstance(path, str):
        raise InputError("a path is bytes; expected a string, or os.fsdecode(path)")
    if not path.strip():
        raise InputError("a path is empty")
    return path


def _refuse_no_path(text: str) -> None:
    """Refuses strings that are meant as something else than a path."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text):
        raise InputError(f"{text!r} is an address, and nothing is downloaded", hint="Get the file first, and pass its path or its bytes")
    is_speech = len(text.split()) > _WORDS_OF_A_NAME and not os.path.splitext(text)[1].strip(".")
    if is_speech and not os.path.exists(text):
        raise InputError(
            f"there is no file {text!r}; a string without a line break is a path",
            hint='Pass a text of one line with a name: {"talk.txt": text}',
        )


def _mapping(source: Mapping[str, Any], name: str | None) -> list[Given]:
    values = list(source.values())
    if values and all(isinstance(value, (str, bytes, bytearray, memoryview)) for value in values):
        return [
            (str(key), _encoded(value, f"the text `{key}`") if isinstance(value, str) else bytes(value))
            for key, value in source.items()
        ]
    return [(name or _FRAME, csv_of(columns_of(source)))]


def _is_frame(source: object) -> bool:
    if _class(source) == ("polars", "LazyFrame"):
        return True
    if hasattr(source, "columns"):
        return hasattr(source, "__arrow_c_stream__") or _library(source) == "pandas"
    # Columns of tables, such as a series of polars, export streams as well.
    return hasattr(source, "__arrow_c_stream__") and "Series" not in type(source).__name__


def _library(source: object) -> str:
    return type(source).__module__.partition(".")[0]


def _class(source: object) -> tuple[str, str]:
    return _library(source), type(source).__name__


def columns_of(frame: Any) -> dict[str, list[Any]]:
    """The columns of a data frame as lists."""
    if isinstance(frame, Mapping):
        return _columns_of_mapping(frame)
    library = _library(frame)
    if library == "polars":
        if type(frame).__name__ == "LazyFrame":
            frame = frame.collect()
        columns: dict[str, list[Any]] = frame.to_dict(as_series=False)
        return columns
    if library == "pandas":
        names = [str(name) for name in frame.columns]
        if len(set(names)) < len(names):
            doubled = next(name for name in names if names.count(name) > 1)
            raise InputError(f"the data frame has two columns `{doubled}`; rename one")
        return {name: frame.iloc[:, at].tolist() for at, name in enumerate(names)}
    if hasattr(frame, "to_pydict"):
        columns = frame.to_pydict()
        return columns
    return _columns_of_stream(frame)


def _columns_of_mapping(frame: Mapping[str, Any]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {}
    for name, values in frame.items():
        if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
            raise InputError(
                f"`{name}` is a value of the type {type(values).__name__}; expected a list of values for each column, or texts and "
                "bytes alone for a mapping of names to contents"
            )
        columns[str(name)] = list(values)
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InputError(f"the columns have different lengths: {', '.join(f'{name} {n}' for name, n in lengths.items())}")
    return columns


def _columns_of_stream(frame: ArrowStream) -> dict[str, list[Any]]:
    try:
        import polars

        return dict(polars.DataFrame(frame).to_dict(as_series=False))
    except ImportError:
        pass
    try:
        import pyarrow

        return dict(pyarrow.table(frame).to_pydict())
    except ImportError:
        raise InputError(
            f"a table of the type {type(frame).__name__} needs polars or pyarrow to be read",
            hint="Install one of them, or pass a mapping of columns to lists",
        ) from None


def csv_of(columns: Mapping[str, list[Any]]) -> bytes:
    """Columns as a CSV file, by which data frames are read. The same values give the same bytes, whatever library holds them."""
    if not columns:
        raise InputError("the data frame has no columns")
    texts = [_texts(name, values) for name, values in columns.items()]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*texts))
    return _encoded(out.getvalue(), "the data frame")


def _texts(name: str, values: list[Any]) -> list[str]:
    texts = []
    first_kind = ""
    for row, value in enumerate(values, 1):
        kind, text = _cell(value)
        if not kind:
            found = f"row {row} holds a value of the type {type(value).__name__}"
            raise InputError(f"column `{name}`: {found}; expected texts, numbers, truth values, dates or nothing")
        if kind != "nothing":
            first_kind = first_kind or kind
            if kind != first_kind:
                raise InputError(f"column `{name}` mixes types: row {row} holds a {kind}, earlier rows a {first_kind}")
        texts.append(text)
    return texts


def _cell(value: Any) -> tuple[str, str]:
    """Kind and text of a value; the kind is empty if a table cannot hold it."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return "nothing", ""
    if isinstance(value, str):
        return "text", value
    # Scalars of numpy.
    if hasattr(value, "item") and type(value).__module__ == "numpy":
        return _cell(value.item())
    if isinstance(value, bool):
        return "truth value", "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return "number", str(value)
    if isinstance(value, float):
        return ("nothing", "") if value != value else ("number", repr(value))
    if isinstance(value, datetime):
        is_day = value.tzinfo is None and value.time() == time()
        return "date", value.date().isoformat() if is_day else value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return "date", value.isoformat()
    return "", ""
