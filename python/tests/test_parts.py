"""A corpus in parts: the same bytes as one run."""
from __future__ import annotations

from pathlib import Path

import pytest
from conftest import TALK, sha256_of_tables

import plenary_text
from plenary_text import parts

STUDY = "[[targets]]\nid = \"open\"\nproposition = \"Borders should be open.\"\n"


@pytest.fixture
def talks(in_new_folder: Path) -> Path:
    folder = in_new_folder / "talks"
    folder.mkdir()
    (folder / "a.md").write_text(TALK, encoding="utf-8")
    (folder / "b.md").write_text(TALK.replace("Trade", "Fishing"), encoding="utf-8")
    (folder / "t.csv").write_text("document,speaker,text\nx,Ann Lee,Hello there.\ny,Bo Hill,Borders are old.\n", encoding="utf-8")
    (in_new_folder / "study.toml").write_text(STUDY, encoding="utf-8")
    return folder


def test_parts_give_the_tables_of_one_run(talks: Path) -> None:
    plenary_text.run("talks", "study.toml", out="whole")
    n = parts.plan("work", "talks", "study.toml", parts=3)
    for part in reversed(range(n)):
        parts.measure("work", part, cache=True)
    assert "3 of 3 parts measured" in parts.status("work")
    parts.fit("work")
    parts.assign("work", [2, 0])
    results = parts.combine("work", Path("results"))
    assert len(results["documents"]) == 4
    assert sha256_of_tables("results") == sha256_of_tables("whole")


def test_errors_are_those_of_the_program(talks: Path) -> None:
    with pytest.raises(plenary_text.MeasureError, match="not a work folder"):
        parts.measure("work", 0)
    parts.plan("work", ["talks"], parts=2)
    with pytest.raises(plenary_text.MeasureError, match="there is no part 2"):
        parts.measure("work", 2)
    with pytest.raises(plenary_text.MeasureError, match="2 of 2 parts are not measured yet: 0, 1"):
        parts.combine("work", "results")
    with pytest.raises(plenary_text.MeasureError, match="another plan"):
        parts.plan("work", ["talks"], parts=3)


class OneMachine:
    """What `plenary_text.spark.run` uses of a session, on this machine."""

    class Conf:
        @staticmethod
        def get(key: str, default: str) -> str:
            return {"spark.task.cpus": "1"}.get(key, default)

    class Frame:
        def __init__(self, rows: range) -> None:
            self.rows = rows

        def mapInArrow(self, function: object, schema: str) -> OneMachine.Frame:
            import pyarrow as pa

            assert schema == "id long" and callable(function)
            for row in reversed(self.rows):
                batch = pa.RecordBatch.from_pydict({"id": [row]})
                assert [given.to_pydict() for given in function(iter([batch]))] == [{"id": [row]}]
            return self

        def count(self) -> int:
            return len(self.rows)

    conf = Conf()

    def range(self, start: int, end: int, step: int, n_partitions: int) -> OneMachine.Frame:
        assert n_partitions == end
        return OneMachine.Frame(range(start, end, step))


def test_spark_does_every_part_once(talks: Path) -> None:
    pytest.importorskip("pyarrow")
    import plenary_text.spark

    plenary_text.run("talks", "study.toml", out="whole")
    plenary_text.spark.run(OneMachine(), "talks", "study.toml", "results", work="work", parts=2, cache=True)
    assert sha256_of_tables("results") == sha256_of_tables("whole")
