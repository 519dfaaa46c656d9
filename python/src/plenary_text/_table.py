"""Tables, and what other libraries make of them."""
from __future__ import annotations

import html
import json
import shutil
from typing import TYPE_CHECKING, Any

from ._errors import InputError, MissingPackageError

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from . import _native

_SHOWN_ROWS = 10
_SHOWN_CELL = 32
_WIDTH_AT_MOST = 160


class Table:
    """A table. Its rows are read when they are asked for.

    Libraries that know the Arrow capsule interface read it directly: `polars.DataFrame(table)`, `pyarrow.table(table)`,
    `duckdb.from_arrow(table.to_arrow())`.
    """

    def __init__(self, native: _native.Table) -> None:
        self._native = native

    @property
    def name(self) -> str:
        """Name of the table."""
        return self._native.name

    @property
    def schema(self) -> dict[str, str]:
        """Names of the columns with their types."""
        return dict(self._native.schema())

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return [name for name, _ in self._native.schema()]

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of rows and columns."""
        return len(self), len(self._native.schema())

    def __len__(self) -> int:
        return len(self._native)

    def __getitem__(self, name: str) -> list[Any]:
        """The values of a column as a list: `column(name)`."""
        return self.column(name)

    # With the above, Python would otherwise ask for columns 0, 1 and so on.
    __iter__ = None

    # Type checkers know the attributes.
    if not TYPE_CHECKING:

        def __getattr__(self, name):
            raise AttributeError(f"Table has no attribute {name!r}; to_pandas() and to_polars() make data frames, rows() dictionaries")

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The rows as a capsule of an Arrow stream."""
        return self._native.__arrow_c_stream__(requested_schema)

    def to_polars(self) -> polars.DataFrame:
        """The table as a data frame of polars."""
        try:
            import polars
        except ImportError:
            raise _missing("to_polars", "polars") from None
        return polars.DataFrame(self)

    def to_arrow(self) -> pyarrow.Table:
        """The table as a table of pyarrow."""
        try:
            import pyarrow
        except ImportError:
            raise _missing("to_arrow", "pyarrow") from None
        return pyarrow.table(self)

    def to_pandas(self) -> pandas.DataFrame:
        """The table as a data frame of pandas. pyarrow makes it, so that types are those of the table."""
        try:
            import pandas  # noqa: F401
            import pyarrow
        except ImportError:
            raise _missing("to_pandas", "pandas pyarrow") from None
        frame: pandas.DataFrame = pyarrow.table(self).to_pandas()
        return frame

    def rows(self) -> list[dict[str, Any]]:
        """The rows as dictionaries, without any other package. Dates and instants are texts in ISO 8601."""
        rows: list[dict[str, Any]] = json.loads(self._native.json())
        return rows

    def to_pydict(self) -> dict[str, list[Any]]:
        """The columns as lists, without any other package. Dates and instants are texts in ISO 8601."""
        rows = self.rows()
        return {column: [row[column] for row in rows] for column in self.columns}

    def column(self, name: str) -> list[Any]:
        """The values of a column as a list, as in `to_pydict`."""
        if name not in self.columns:
            known = ", ".join(self.columns)
            raise InputError(f"table `{self.name}` has no column `{name}`; its columns are {known}")
        return [row[name] for row in self.rows()]

    def __repr__(self) -> str:
        n_rows, n_columns = self.shape
        head = f"Table {self.name}: {_number(n_rows, 'row')}, {_number(n_columns, 'column')}"
        columns, rows = self.columns, self._native.texts(_SHOWN_ROWS)
        width = min(shutil.get_terminal_size((100, 24)).columns, _WIDTH_AT_MOST)
        shown: list[list[str]] = []
        used = 0
        for at, name in enumerate(columns):
            cells = [_shortened(name), *(_shortened(row[at]) for row in rows)]
            needed = max(map(len, cells)) + 2
            if used + needed > width:
                break
            used += needed
            shown.append([cell.ljust(needed) for cell in cells])
        lines = ["".join(cells).rstrip() for cells in zip(*shown)]
        if n_rows > len(rows):
            lines.append("...")
        if len(shown) < n_columns:
            lines.append(f"({_number(n_columns - len(shown), 'more column')}: {', '.join(columns[len(shown):])})")
        return "\n".join([head, *lines])

    def _repr_html_(self) -> str:
        n_rows, n_columns = self.shape
        rows = self._native.texts(_SHOWN_ROWS)

        def line(tag: str, cells: list[str]) -> str:
            return "<tr>" + "".join(f"<{tag}>{html.escape(_shortened(cell, 80))}</{tag}>" for cell in cells) + "</tr>"

        more = "<p>...</p>" if n_rows > len(rows) else ""
        return (
            f"<p><b>{html.escape(self.name)}</b>: {_number(n_rows, 'row')}, {_number(n_columns, 'column')}</p>"
            f"<table><thead>{line('th', self.columns)}</thead><tbody>{''.join(line('td', row) for row in rows)}</tbody></table>{more}"
        )


def _shortened(cell: str, length: int = _SHOWN_CELL) -> str:
    cell = " ".join(cell.split())
    return cell if len(cell) <= length else cell[: length - 1] + "…"


def _number(n: int, of: str) -> str:
    return f"{n:,} {of}" if n == 1 else f"{n:,} {of}s"


def _missing(method: str, packages: str) -> MissingPackageError:
    return MissingPackageError(
        f"{method} needs {' and '.join(packages.split())}",
        hint=f"Install with `pip install {packages}`; rows() and to_pydict() need no other package",
    )
