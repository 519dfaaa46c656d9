"""Studies, and what is refused of them."""
from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest
from conftest import ROOT, TARGET

from plenary_text import InputError, Study, StudyError


def test_a_study_of_sections_is_that_of_its_text_and_of_its_file(in_new_folder: Path) -> None:
    study = Study(study={"name": "borders", "seed": None}, targets=[TARGET], segments={"unit": "paragraph"})
    Path("study.toml").write_text(study.to_toml())
    for other in [Study.load("study.toml"), Study.from_toml(study.to_toml()), pickle.loads(pickle.dumps(study)), copy.copy(study)]:
        assert other.to_dict() == study.to_dict() and other.sha256 == study.sha256
    assert study.name == "borders"
    assert repr(study) == "<Study 'borders': segments are paragraphs; targets: open>"
    assert Study().to_dict()["segments"] == {"unit": "sentence"}


def test_files_that_a_study_names_are_read(in_new_folder: Path) -> None:
    Path("people.csv").write_text("name,party\nAnn Lee,Reform\n")
    study = Study(transcript={"people": Path("people.csv")})
    assert study.sha256 != Study().sha256
    Path("inner").mkdir()
    with pytest.raises(StudyError, match="people.csv"):
        Study.from_toml(study.to_toml(), folder="inner")


def test_errors_have_path_line_and_hint(in_new_folder: Path) -> None:
    Path("study.toml").write_text("[segments]\nunits = \"sentence\"\n")
    with pytest.raises(StudyError) as raised:
        Study.load("study.toml")
    assert (raised.value.path, raised.value.line) == ("study.toml", 2)
    assert "did you mean `unit`?" in str(raised.value)
    with pytest.raises(StudyError) as raised:
        Study.load("none.toml")
    assert raised.value.hint and "plenary init none.toml" in raised.value.hint and raised.value.hint in str(raised.value)
    again = pickle.loads(pickle.dumps(raised.value))
    assert (str(again), again.path, again.hint) == (str(raised.value), "none.toml", raised.value.hint)


@pytest.mark.parametrize("sections, expected", [
    ({"segments": {"unit": "word"}}, "word"),
    ({"targets": [{"id": "open"}]}, "found no proposition"),
    ({"tragets": []}, "did you mean `targets`"),
    ({"segments": {"unit": object()}}, "type object"),
    ({"targets": TARGET}, "expected a sequence"),
], ids=str)
def test_sections_that_are_not_a_study_are_refused(sections: dict[str, object], expected: str) -> None:
    with pytest.raises(StudyError, match=expected):
        Study(**sections)  # type: ignore[arg-type]


def test_a_text_is_expected() -> None:
    with pytest.raises(InputError, match="bytes"):
        Study.from_toml(b"")  # type: ignore[arg-type]


def test_the_study_of_the_repository_is_read() -> None:
    study = Study.load(ROOT / "data/cyber-governance.toml")
    assert study.to_dict()["targets"]


def test_a_study_is_made_of_named_sections() -> None:
    for given in ("study.toml", {"targets": []}):
        with pytest.raises(InputError, match="is made of sections"):
            Study(given)  # type: ignore[arg-type]


def test_numbers_of_numpy_are_numbers() -> None:
    import numpy as np

    assert Study(keyness={"min_count": np.int64(3)}).to_dict()["keyness"]["min_count"] == 3
