"""The examples of the documentation and of the docstrings give what they show."""
from __future__ import annotations

import doctest
import shutil
from pathlib import Path

import pytest
from conftest import ROOT

import plenary_text._study

PAGES = ["docs/howto/python.md"]


@pytest.mark.parametrize("page", PAGES)
def test_examples_of_a_page(page: str, in_new_folder: Path) -> None:
    shutil.copy(ROOT / "data/shanghai-forum-2017.md", "talk.md")
    shutil.copy(ROOT / "data/cyber-governance.toml", "study.toml")
    done = doctest.testfile(str(ROOT / page), module_relative=False)
    assert done.attempted > 10 and done.failed == 0


def test_examples_of_docstrings() -> None:
    done = doctest.testmod(plenary_text._study)
    assert done.attempted > 0 and done.failed == 0
