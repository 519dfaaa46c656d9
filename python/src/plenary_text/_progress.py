"""Progress: a function of the user, or a bar of tqdm."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias, Union

from ._errors import InputError, MissingPackageError

Report: TypeAlias = Callable[[str, int, int], object]
"""Receives the name of the stage, the number of units that are done, and their total. It can raise an exception to stop the work."""

Progress: TypeAlias = Union[bool, Report, None]
"""`True` for a bar of tqdm, a function, or `None`."""


@contextmanager
def reporting(progress: Progress) -> Iterator[Report | None]:
    """The function that the extension calls."""
    if progress is None or progress is False:
        yield None
    elif progress is True:
        bar = _Bar()
        try:
            yield bar.report
        finally:
            bar.close()
    elif callable(progress):
        yield progress
    else:
        raise InputError(f"`progress` is a value of the type {type(progress).__name__}; expected True, False or a function")


class _Bar:
    """A bar of tqdm for each stage."""

    def __init__(self) -> None:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            raise MissingPackageError(
                "progress=True needs the package tqdm", hint="Install it with `pip install tqdm`, or pass a function"
            ) from None
        self._make: Any = tqdm
        self._stage = ""
        self._bar: Any = None

    def report(self, stage: str, done: int, total: int) -> None:
        if stage != self._stage:
            self.close()
            self._stage = stage
            self._bar = self._make(total=total, desc=stage)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
