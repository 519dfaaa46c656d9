"""A corpus in parts: the same bytes as one run."""
from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import TALK, sha256_of_tables

import plenary_text
from plenary_text import _spark_files, parts

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


def test_files_that_only_spark_reads_give_the_tables_of_one_run(talks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pa = pytest.importorskip("pyarrow")
    (talks / "deep").mkdir()
    (talks / "deep" / "c.md").write_text(TALK.replace("Trade", "Farming"), encoding="utf-8")
    (talks.parent / "people.csv").write_text("name,party\nAnn Lee,Reform\n", encoding="utf-8")
    study = talks.parent / "study.toml"
    study.write_text('[transcript]\npeople = "people.csv"\n' + STUDY, encoding="utf-8")
    with monkeypatch.context() as inside:
        inside.chdir(talks)
        plenary_text.run(".", study, out="../whole")

    contents = {f"s3a://bucket/{path.relative_to(talks.parent).as_posix()}": path.read_bytes() for path in talks.rglob("*.*")}
    names = _spark_files.names_of(list(contents))
    assert set(names.values()) == {"a.md", "b.md", "t.csv", "deep/c.md"}
    work = talks.parent / "work"
    staged = _spark_files.stage(((names[path], content) for path, content in contents.items()), work)
    parts.plan(work / "plan", ".", study, parts=3, cwd=staged)
    needs = parts.files(work / "plan")
    assert (needs["shared"], needs["study"]) == (["./t.csv"], ["people.csv"])
    common = _spark_files.common_files(work / "plan", needs)
    assert [name for name, _ in common] == ["plan/plan.json", "plan/inputs/shared.json", "study/people.csv"]
    rows = _spark_files.lists_of_parts(work / "plan", 3)
    assert [(part, name) for part, name, _ in rows] == [(part, f"plan/inputs/{part:04}.json") for part in range(3)]
    by_name = {names[path]: content for path, content in contents.items()}
    rows += [(part, f"inputs/{name}", by_name[name]) for part, name in _spark_files.inputs_of_parts(needs)]
    # What the tasks do not receive is gone.
    (talks.parent / "people.csv").unlink()
    talks.rename(talks.parent / "elsewhere")
    staged.rename(work / "elsewhere")
    # Several parts can come to one task, and batches can end anywhere.
    batches = [pa.RecordBatch.from_pylist([dict(zip(("part", "name", "content"), row))]) for row in sorted(rows)]
    measuring = _spark_files.Measuring(models=None, threads=1, cache=True)
    pieces = [row for batch in _spark_files.measured(iter(batches), SimpleNamespace(value=common), measuring) for row in batch.to_pylist()]
    random.Random(1).shuffle(pieces)
    (work / "elsewhere").rename(staged)
    (talks.parent / "people.csv").write_text("name,party\nAnn Lee,Reform\n", encoding="utf-8")
    _spark_files.restore(((p["part"], p["name"], p["position"], p["content"]) for p in pieces), work)
    parts.combine(work / "plan", "results")
    assert sha256_of_tables("results") == sha256_of_tables("whole")


def test_pieces_are_small_and_complete(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    content = bytes(range(256)) * (_spark_files._PIECE_BYTES // 256 * 2) + b"end"
    (tmp_path / "large").write_bytes(content)
    pieces = list(_spark_files.pieces_of(tmp_path))
    assert [(name, position) for name, position, _ in pieces] == [
        ("empty", 0),
        ("large", 0),
        ("large", _spark_files._PIECE_BYTES),
        ("large", 2 * _spark_files._PIECE_BYTES),
    ]
    assert b"".join(content for _, _, content in pieces) == content


class Frame:
    """What is looked at before Spark writes anything."""

    def __init__(self, paths: Sequence[str] = (), files: Sequence[str] = (), **columns: str) -> None:
        self.dtypes = list(columns.items())
        self.paths, self.files = paths, files

    def inputFiles(self) -> list[str]:
        return list(self.files)

    def select(self, column: str) -> Frame:
        assert column == "path"
        return self

    def toLocalIterator(self) -> Iterator[SimpleNamespace]:
        return (SimpleNamespace(path=path) for path in self.paths)

    def mapInArrow(self) -> None:
        raise NotImplementedError


def test_data_frames_of_spark_that_cannot_be_used(in_new_folder: Path) -> None:
    import plenary_text.spark

    for paths, says in [
        ([], "no rows"),
        (["s3a://b/a.md", None], "has no path"),
        (["s3a://b/a.md", "s3a://b/a.md"], "two rows"),
        (["s3a://b/x/../a.md", "s3a://b/y/a.md"], "cannot be the path of a file"),
        (["s3a://b/a", "s3a://b/a/b.md"], "is below 'a', which is a file"),
    ]:
        with pytest.raises(plenary_text.InputError, match=says):
            _spark_files.names_of(paths)
    with pytest.raises(plenary_text.InputError, match="'a.md' has no content"):
        _spark_files.stage([("a.md", None)], in_new_folder / "work")
    with pytest.raises(plenary_text.InputError, match="columns id bigint; expected path"):
        _spark_files._check_columns(Frame(id="bigint"))
    with pytest.raises(plenary_text.InputError, match="Pass storage"):
        plenary_text.spark.run(OneMachine(), Frame(path="string"), None, "results", work="work", parts=1)
    with pytest.raises(plenary_text.InputError, match="storage has no effect"):
        plenary_text.spark.run(OneMachine(), "talks", None, "results", work="work", storage="s3a://b/x", parts=1)
    with pytest.raises(plenary_text.InputError, match="expected the path of a study file. Write it into a file"):
        parts.plan("work", "talks", plenary_text.Study(), parts=1)  # type: ignore[arg-type]


def test_work_folders_with_files_of_others_are_refused(in_new_folder: Path) -> None:
    user = in_new_folder / "inputs" / "mine.md"
    user.parent.mkdir()
    user.write_text("mine")
    for use in (
        lambda: _spark_files.claim(in_new_folder),
        lambda: _spark_files.stage([("a.md", b"a")], in_new_folder),
        lambda: _spark_files.restore([(0, "a", 0, b"a")], in_new_folder),
    ):
        with pytest.raises(plenary_text.InputError, match="has 'inputs' and was not made by plenary; expected .* Pass a new folder"):
            use()
    assert [path.name for path in in_new_folder.iterdir()] == ["inputs"] and user.read_text() == "mine"
    with pytest.raises(plenary_text.WriteError, match="mine.md cannot be written"):
        _spark_files.claim(user)


def test_only_folders_of_plenary_are_replaced(in_new_folder: Path) -> None:
    work = in_new_folder / "work"
    staged = _spark_files.stage([("old.md", b"old")], work)
    # After the folder was marked, somebody puts other files into it.
    for name in ("inputs", "fetched"):
        (work / name).mkdir()
        (work / name / "mine.md").write_text("mine")
    assert _spark_files.stage([("a.md", b"a")], work) == staged
    assert [path.name for path in staged.iterdir()] == ["a.md"]
    (work / "plan" / "parts" / "0000").mkdir(parents=True)
    _spark_files.restore([(0, "a", 0, b"new"), (1, "a", 0, b"a")], work)
    assert sorted(path.relative_to(work / "plan").as_posix() for path in (work / "plan").rglob("*")) == [
        "parts",
        "parts/0000",
        "parts/0001",
        "parts/0001/a",
    ]
    assert all((work / name / "mine.md").read_text() == "mine" for name in ("inputs", "fetched"))
    # A link leads to files of others.
    (staged / "a.md").unlink()
    staged.rmdir()
    staged.symlink_to(work / "inputs")
    with pytest.raises(plenary_text.InputError, match="plenary-inputs is not a folder that plenary made. Move it away"):
        _spark_files.stage([("mine.md", b"other")], work)
    assert (work / "inputs" / "mine.md").read_text() == "mine"


def test_transcripts_that_would_be_overwritten_are_refused(in_new_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import plenary_text.spark

    monkeypatch.setattr(_spark_files, "_qualified", lambda spark, path: path)

    def run(frame: Frame, work: str = "work", storage: str = "s3a://b/store/") -> None:
        plenary_text.spark.run(OneMachine(), frame, None, "results", work=work, storage=storage, parts=1)

    def frame(path: str, file: str) -> Frame:
        return Frame([path], [file], path="string", content="binary")

    talk = "s3a://b/talks/a.md"
    for inside in ("s3a://b/store/plenary-inputs/a.md", "s3://b/store/plenary-parts-00/a", "s3a://b//store/plenary-inputs/deep/a.md"):
        with pytest.raises(plenary_text.InputError, match="is overwritten. Read the transcripts from another folder") as raised:
            run(frame(inside, talk))
        assert raised.value.path == inside
        with pytest.raises(plenary_text.InputError, match="is overwritten"):
            run(frame("a.md", inside))
    (in_new_folder / "store").mkdir()
    (in_new_folder / "link").symlink_to("store")
    with pytest.raises(plenary_text.InputError, match="is overwritten"):
        run(frame("a.md", f"file://{in_new_folder}/link/plenary%2Dinputs/a.md"), storage=f"file:{in_new_folder}/store")
    with pytest.raises(plenary_text.InputError, match="the same folder"):
        run(frame(talk, talk), work="link", storage=f"file:{in_new_folder}/store")
    assert not (in_new_folder / "work").exists()
    # Beside these folders the storage may hold what it likes. The work folder is looked at before Spark writes.
    _spark_files.refuse_copies([None, "a.md", "s3a://b/store/plenary-inputs.md", "s3a://b/store/talks/a.md"], "s3a://b/store")
    (in_new_folder / "store" / "mine.md").write_text("mine")
    with pytest.raises(plenary_text.InputError, match="has 'mine.md' and was not made by plenary"):
        run(frame(talk, talk), work="store")
