"""The exceptions of the package."""
from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Failure(NamedTuple):
    """An input that could not be read."""

    path: str
    error: str
    hint: str


class PlenaryError(Exception):
    """An error of plenary, with the file and line that it is about and what to do, where they are known."""

    message: str
    path: str | None
    line: int | None
    hint: str | None

    def __init__(
        self, message: str, *, path: str | None = None, line: int | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line
        self.hint = hint

    def __str__(self) -> str:
        if not self.hint:
            return self.message
        return f"{self.message}. {self.hint[0].upper()}{self.hint[1:]}"


class ReadError(PlenaryError):
    """Inputs could not be read."""

    failures: list[Failure]

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        line: int | None = None,
        hint: str | None = None,
        failures: Sequence[tuple[str, str, str]] = (),
    ) -> None:
        super().__init__(message, path=path, line=line, hint=hint)
        self.failures = [Failure(*failure) for failure in failures]


class InputError(PlenaryError, ValueError):
    """An argument is not what the function reads, such as a data frame with mixed types in a column."""


class StudyError(PlenaryError, ValueError):
    """A study cannot be used."""


class ModelError(PlenaryError):
    """A model is missing, damaged, for another task, or fails."""


class MeasureError(PlenaryError):
    """Transcripts cannot be measured."""


class OpenError(PlenaryError):
    """Results cannot be opened or read."""


class WriteError(PlenaryError, OSError):
    """Results cannot be written."""

    def __str__(self) -> str:
        return PlenaryError.__str__(self)


class CodesError(PlenaryError, ValueError):
    """Hand codes cannot be used."""


class ForkError(PlenaryError, RuntimeError):
    """The process was forked from one that used plenary."""


class MissingPackageError(PlenaryError, ImportError):
    """Another package is needed and not installed."""
