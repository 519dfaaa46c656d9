"""Inputs of the tests."""
from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import plenary_text

ROOT = Path(__file__).resolve().parents[2]
TALK = "**Ann Lee**\n\nBorders should be open. Trade is good for all.\n\n**Bo Hill**\n\nI do not think so. Borders protect us.\n"
TARGET = {"id": "open", "proposition": "Borders should be open.", "negation": "Borders should be closed."}


@pytest.fixture(autouse=True)
def in_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Every test has a current folder and a cache of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLENARY_CACHE", str(tmp_path / ".cache"))
    yield tmp_path


@pytest.fixture(scope="session")
def study() -> plenary_text.Study:
    return plenary_text.Study(targets=[TARGET])


@pytest.fixture(scope="session")
def results(study: plenary_text.Study) -> plenary_text.Results:
    return plenary_text.run({"talk.md": TALK}, study, cache=False)


@pytest.fixture(scope="session")
def encoder() -> plenary_text.Encoder:
    return plenary_text.Encoder()


def sha256_of_tables(folder: str | os.PathLike[str]) -> dict[str, str]:
    """sha256 of every table of a results folder but `runs`, which holds times."""
    files = sorted(Path(folder).glob("*.parquet"))
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in files if path.stem != "runs"}
