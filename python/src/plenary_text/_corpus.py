"""Transcripts whose speech is attributed."""
from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from . import _native
from ._errors import Failure, InputError, ReadError
from ._inputs import Source, inputs_of, threads_of
from ._progress import Progress, reporting
from ._results import Results, means
from ._study import Study, native_of
from ._table import Table, _number

if TYPE_CHECKING:
    from ._inputs import StrPath

OnError = Literal["collect", "raise"]


class Corpus:
    """Transcripts whose speech is attributed, without measurements."""

    def __init__(self, native: _native.Corpus) -> None:
        self._native = native

    @cached_property
    def documents(self) -> Table:
        """One row per document."""
        return Table(self._native.table("documents"))

    @cached_property
    def speakers(self) -> Table:
        """One row per document and speaker."""
        return Table(self._native.table("speakers"))

    @cached_property
    def utterances(self) -> Table:
        """One row per turn of a speaker."""
        return Table(self._native.table("utterances"))

    @cached_property
    def segments(self) -> Table:
        """One row per unit of analysis, without the columns that a measurement fills."""
        return Table(self._native.table("segments"))

    def doubtful(self) -> Table:
        """The utterances that a person should check."""
        return Table(self._native.table("doubtful"))

    @property
    def failures(self) -> list[Failure]:
        """Inputs that could not be read."""
        return [Failure(*failure) for failure in self._native.failures()]

    def __len__(self) -> int:
        """Number of documents."""
        return len(self._native)

    def measure(
        self,
        study: Study | StrPath | None = None,
        *,
        out: StrPath | None = None,
        models: StrPath | None = None,
        threads: int | None = None,
        cache: bool | StrPath = True,
        max_cost: float | None = None,
        progress: Progress = None,
    ) -> Results:
        """Measures the transcripts: the results that `run` gives for the same inputs. Without a study that of the corpus is used.
        Arguments are those of `run`."""
        with reporting(progress) as report:
            given = means(out, models, threads, cache, False, max_cost)
            return Results(self._native.measure(native_of(study), given, report))

    def __repr__(self) -> str:
        speakers, utterances, doubtful, segments = self._native.counts()
        failed = len(self.failures)
        more = f"; {_number(failed, 'input')} failed, see .failures" if failed else ""
        return (
            f"<Corpus of {_number(len(self), 'document')}: {_number(speakers, 'speaker')}, {_number(utterances, 'utterance')} "
            f"({doubtful:,} doubtful), {_number(segments, 'segment')}{more}>"
        )

    def _repr_html_(self) -> str:
        import html

        return f"<p>{html.escape(repr(self)[1:-1])}</p>{self.documents._repr_html_()}"


def read(
    source: Source,
    study: Study | StrPath | None = None,
    *,
    name: str | None = None,
    threads: int | None = None,
    isolate: bool = True,
    on_error: OnError = "collect",
    progress: Progress = None,
) -> Corpus:
    """Reads transcripts and attributes their speech. No model is loaded.

    `source` is a path of a file or folder, a text (a string with a line break), the bytes of a file, a data frame, a mapping of names to
    texts or bytes, or a list of these. A data frame is read as the CSV file of its columns; `Study(columns=...)` says which column is what.
    `name` names a text, bytes or a data frame; its extension says the format.

    With `on_error="collect"` inputs that cannot be read are in `Corpus.failures`, and it is an error only if none can be read; with
    `"raise"` the first one is an error. `isolate=False` reads all files in this process instead of processes of their own.
    """
    if on_error not in ("collect", "raise"):
        raise InputError(f"on_error is {on_error!r}; expected 'collect' or 'raise'")
    with reporting(progress) as report:
        corpus = Corpus(_native.read(inputs_of(source, name), native_of(study), threads_of(threads), isolate, report))
    failures = corpus.failures
    if on_error == "raise" and failures:
        first = failures[0]
        more = f" (and {len(failures) - 1} more, see .failures)" if len(failures) > 1 else ""
        raise ReadError(f"{first.error}{more}", path=first.path, hint=first.hint, failures=failures)
    return corpus
