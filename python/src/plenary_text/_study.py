"""Studies."""
from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from . import _native
from ._errors import InputError, StudyError

if TYPE_CHECKING:
    from ._inputs import StrPath


class Study:
    """What is measured, and how. The sections and keys are those of the study file.

    >>> study = Study(targets=[{"id": "open", "proposition": "Borders should be open."}], segments={"unit": "sentence"})
    >>> study.to_dict()["targets"][0]["id"]
    'open'
    """

    _native: _native.Study

    def __init__(self, *given: NoReturn, **sections: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
        """A study of these sections, such as `targets`, `segments`, `models`, `themes` and `estimates`. Files that it names are searched
        from the current folder."""
        if given:
            raise InputError(
                "a study is made of sections, such as Study(targets=[...])",
                hint="Study.load(path) reads a study file, Study.from_toml(text) its text, and Study(**sections) takes a dictionary",
            )
        try:
            text = _native.toml_of(json.dumps(_without_nothing(sections), default=_plain))
        except (TypeError, ValueError) as error:
            raise StudyError(f"Study(...): {error}; expected sections of texts, numbers, truth values and lists") from None
        self._make(text, "Study(...)", os.curdir)

    def _make(self, text: str, name: str, folder: str) -> None:
        self._native = _native.Study.parse(text, name, folder)
        self._origin = (name, folder)

    @classmethod
    def from_toml(cls, text: str, *, folder: StrPath = os.curdir, name: str = "the study") -> Study:
        """A study from the text of a study file. Files that it names are searched from `folder`; `name` names the study in messages."""
        if not isinstance(text, str):
            raise InputError(f"the study is a value of the type {type(text).__name__}; expected the text of a study file")
        study = cls.__new__(cls)
        study._make(text, name, os.fspath(folder))
        return study

    @classmethod
    def load(cls, path: StrPath) -> Study:
        """Reads a study file."""
        study = cls.__new__(cls)
        study._native = _native.Study.load(os.fspath(path))
        study._origin = (os.fspath(path), str(Path(path).parent))
        return study

    @property
    def name(self) -> str:
        """Name of the study."""
        return str(self.to_dict()["study"]["name"])

    @property
    def sha256(self) -> str:
        """sha256 of the study and of the files that it names, as the table `runs` has it."""
        return self._native.sha256 or ""

    def to_toml(self) -> str:
        """The text of the study, which the program reads as well."""
        return self._native.text

    def to_dict(self) -> dict[str, Any]:
        """Every setting, those with their defaults included."""
        settings: dict[str, Any] = json.loads(self._native.json())
        return settings

    def __repr__(self) -> str:
        settings = self.to_dict()
        targets = ", ".join(target["id"] for target in settings["targets"]) or "none"
        return f"<Study {self.name!r}: segments are {settings['segments']['unit']}s; targets: {targets}>"

    def __reduce__(self) -> tuple[Any, ...]:
        name, folder = self._origin
        return _again, (self.to_toml(), folder, name)


def _again(text: str, folder: str, name: str) -> Study:
    return Study.from_toml(text, folder=folder, name=name)


def native_of(study: Study | StrPath | None) -> _native.Study | None:
    """The study of an argument: a study, the path of a study file, or `None`."""
    if study is None:
        return None
    if isinstance(study, (str, os.PathLike)):
        study = Study.load(study)
    if not isinstance(study, Study):
        raise InputError(f"the study is a value of the type {type(study).__name__}; expected a Study, or the path of a study file")
    return study._native


def _without_nothing(value: Any) -> Any:
    """TOML has no null: what is `None` is left out."""
    if isinstance(value, Mapping):
        return {str(key): _without_nothing(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_without_nothing(item) for item in value]
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    # Scalars of numpy.
    if hasattr(value, "item") and type(value).__module__ == "numpy":
        return value.item()
    raise TypeError(f"it holds a value of the type {type(value).__name__}")
