"""Measuring: tables, folders, the same bytes as the program, and what is refused."""
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT, TALK, TARGET, sha256_of_tables

import plenary_text
from plenary_text import InputError, MeasureError, ModelError, OpenError, ReadError, Results, Study, StudyError, WriteError


def test_results_are_a_mapping_of_tables(results: Results) -> None:
    assert "analysis" in results and len(results) == len(list(results)) > 15
    assert len(results["segments"]) == 4
    assert results.run["n_segments"] == 4 and results.study["targets"][0]["id"] == "open"
    assert results.folder is None and "4 segments" in repr(results) and "<table>" in results._repr_html_()
    with pytest.raises(KeyError, match="the tables are"):
        results["nothing"]
    assert results.get("nothing") is None


def test_tables_in_memory_are_those_of_a_folder(results: Results, study: Study, in_new_folder: Path) -> None:
    plenary_text.run({"talk.md": TALK}, study, out="direct")
    saved = results.save("saved")
    assert saved.folder == Path("saved") and sha256_of_tables("saved") == sha256_of_tables("direct")
    opened = plenary_text.open("saved")
    assert all(opened[name].rows() == results[name].rows() for name in results)
    assert plenary_text.open("saved", quick=True)["speakers"].rows() == results["speakers"].rows()


def test_a_report_is_one_page_and_wrong_columns_and_places_are_errors(results: Results, in_new_folder: Path) -> None:
    page = results.report("page.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") and "Ann Lee" in page
    with pytest.raises(OpenError, match="no column `shoe_size`"):
        results.report("page.html", by="shoe_size")
    with pytest.raises(plenary_text.WriteError, match="cannot write the report"):
        results.report("no/such/folder/page.html")


def test_a_corpus_in_memory_or_from_files_gives_the_bytes_of_a_run(study: Study, in_new_folder: Path) -> None:
    Path("talks").mkdir()
    Path("talks/a.md").write_text(TALK)
    Path("talks/b.md").write_text(TALK.replace("Ann Lee", "Cy Dahl"))
    Path("talks/empty.md").write_text("")
    plenary_text.run("talks", study, out="run", cache=False)
    expected = sha256_of_tables("run")
    plenary_text.read("talks", study).measure(out="measured", threads=1)
    plenary_text.read("talks").measure(study, out="later")
    contents = {f"talks/{path.name}": path.read_bytes() for path in Path("talks").iterdir()}
    plenary_text.run(contents, study, out="contents")
    for out in ["measured", "later", "contents"]:
        assert sha256_of_tables(out) == expected, out


@pytest.mark.skipif("PLENARY_RESULTS" not in os.environ, reason="needs the results of the program on the sample")
def test_the_sample_gives_the_bytes_of_the_program(in_new_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = in_new_folder / "out"
    monkeypatch.chdir(ROOT)
    plenary_text.run("data/shanghai-forum-2017.md", "data/cyber-governance.toml", out=out)
    assert sha256_of_tables(out) == sha256_of_tables(os.environ["PLENARY_RESULTS"])


def test_the_command_gives_the_same_bytes(study: Study, in_new_folder: Path) -> None:
    Path("talk.md").write_text(TALK)
    Path("study.toml").write_text(study.to_toml())
    command = [sys.executable, "-m", "plenary_text"]
    done = subprocess.run([*command, "run", "talk.md", "--study", "study.toml", "--out", "command"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    plenary_text.run("talk.md", "study.toml", out="function")
    assert sha256_of_tables("command") == sha256_of_tables("function")
    for arguments, code in [(["--version"], 0), (["show", "nothing"], 2), (["segment", "nothing.md"], 2), (["--nonsense"], 2)]:
        assert subprocess.run([*command, *arguments], capture_output=True).returncode == code, arguments
    script = Path(sys.executable).with_name("plenary")
    version = subprocess.run([script, "--version"], capture_output=True, text=True).stdout
    assert version == f"plenary {plenary_text.__version__}\n"


def test_tables_become_data_frames(results: Results, in_new_folder: Path) -> None:
    results.save("results")
    for name in results:
        table = results[name]
        file = f"results/{name}.parquet"
        assert table.to_polars().equals(pl.read_parquet(file), null_equal=True), name
        assert pl.DataFrame(table).shape == table.shape == (len(table), len(table.columns))
        arrow = table.to_arrow()
        assert arrow.equals(pq.read_table(file).cast(arrow.schema)), name
        pd.testing.assert_frame_equal(table.to_pandas(), arrow.to_pandas())
    batches = pa.RecordBatchReader.from_stream(results["segments"])
    assert batches.read_all().num_rows == 4
    vectors = results["embeddings"].to_polars()["vector"].to_numpy()
    assert vectors.shape == (4, 384)


def test_tables_need_no_other_package(results: Results) -> None:
    speakers = results["speakers"]
    assert speakers.column("name") == speakers.to_pydict()["name"] == ["Ann Lee", "Bo Hill"]
    assert speakers.rows()[0]["name"] == "Ann Lee"
    with pytest.raises(InputError, match="no column `nothing`"):
        speakers.column("nothing")
    assert repr(speakers).startswith("Table speakers: 2 rows, 21 columns\nspeaker_id")
    assert "Ann Lee" in speakers._repr_html_() and len(speakers._repr_html_()) < 20_000


def test_libraries_that_are_not_installed_are_named(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ["polars", "pandas", "pyarrow", "tqdm", "tqdm.auto"]:
        monkeypatch.setitem(sys.modules, package, None)
    for method, needed in [("to_polars", "polars"), ("to_pandas", "pandas pyarrow"), ("to_arrow", "pyarrow")]:
        with pytest.raises(plenary_text.MissingPackageError, match=f"pip install {needed}"):
            getattr(results["speakers"], method)()
    with pytest.raises(plenary_text.MissingPackageError, match="pip install tqdm"):
        plenary_text.read(TALK, progress=True)
    assert plenary_text.read({"speaker": ["Ann"], "text": ["Hello."]}).speakers.column("name") == ["Ann"]


def test_inputs_that_fail_are_rows_or_an_error_before_anything_is_measured(study: Study, in_new_folder: Path) -> None:
    sources = {"a.md": TALK, "empty.md": ""}
    assert plenary_text.run(sources, study)["failures"].column("path") == ["empty.md"]
    with pytest.raises(ReadError) as raised:
        plenary_text.run(sources, study, out="out", on_error="raise")
    assert raised.value.path == "empty.md" and not Path("out").exists()
    assert len(plenary_text.run({"a.md": TALK}, study, on_error="raise")["failures"]) == 0
    with pytest.raises(InputError, match="on_error"):
        plenary_text.run(sources, study, on_error="ignore")  # type: ignore[arg-type]


def test_errors_say_what_is_wrong_and_what_to_do(results: Results, study: Study) -> None:
    with pytest.raises(OpenError) as opening:
        plenary_text.open("nothing")
    assert opening.value.path == "nothing" and "`run`" in str(opening.value)
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("mine")
    with pytest.raises(WriteError) as writing:
        results.save("mine")
    assert writing.value.path == "mine" and "thesis.txt" in str(writing.value) and "as out" in str(writing.value)
    with pytest.raises(ModelError, match="PLENARY_MODELS"):
        plenary_text.run(TALK, study, models="mine/none")
    with pytest.raises(ModelError, match="there is no model `missing`"):
        plenary_text.run(TALK, Study(models={"embedding": "missing"}))
    with pytest.raises(MeasureError, match="read them with this study"):
        plenary_text.read(TALK).measure(Study(columns={"text": "what"}))
    with pytest.raises(MeasureError, match="asks no language model"):
        plenary_text.run(TALK, study, max_cost=1.0)
    with pytest.raises(StudyError, match="does not continue earlier themes"):
        plenary_text.run(TALK, Study(themes={"mode": "freeze"}))
    with pytest.raises(InputError, match="threads is 0"):
        plenary_text.run(TALK, study, threads=0)
    with pytest.raises(InputError, match="type int"):
        plenary_text.open(3)  # type: ignore[arg-type]
    results.save("results")
    damaged = Path("results/speakers.parquet")
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"\0")
    with pytest.raises(OpenError) as opening:
        plenary_text.open("results")
    assert opening.value.path == "results/speakers.parquet"
    assert len(plenary_text.open("results", quick=True)["utterances"].rows()) == 2


def test_hand_codes_are_compared_with_each_other_and_with_results() -> None:
    talks = {f"{at}.md": TALK.replace("Lee", f"Lee{at}").replace("Hill", f"Hill{at}") for at in range(12)}
    results = plenary_text.run(talks, Study(targets=[TARGET]), cache=False)
    segments = results["segments"].rows()
    label = {"Ann": "favor", "Bo": "against"}
    name = {row["speaker_id"]: row["name"] for row in results["speakers"].rows()}
    codes = pl.DataFrame({
        "segment_id": [row["segment_id"] for row in segments],
        "label": [label[name[row["speaker_id"]].split()[0]] for row in segments],
        "target": ["open"] * len(segments),
    })
    other = codes.with_columns(label=pl.when(pl.int_range(pl.len()) % 5 == 0).then(pl.lit("neither")).otherwise("label"))
    agreed = plenary_text.agree([codes, other.to_pandas()], resamples=0)
    assert sorted(agreed) == ["coefficients", "disagreements"]
    percent = [row for row in agreed["coefficients"].rows() if row["coefficient"] == "percent" and row["coder_1"] is None]
    assert percent[0]["value"] == pytest.approx(38 / 48)
    assert len(agreed["disagreements"]) == 2 * 10
    scored = results.score(codes, simple_random=True, resamples=0, by=["role"])
    assert sorted(scored) == ["calibration", "confusion", "errors_by_group", "floors", "scores"]
    assert {row["coder_id"] for row in scored["scores"].rows()} >= {"nli-minilm-l6"}
    estimated = results.estimate(codes, simple_random=True, by=["document"], differences=False, weights="turn", clusters="turn")
    assert sorted(estimated) == ["corrected_estimates", "units"] and len(estimated["units"]) == 48
    means = results.estimate(by=["document"], measure="stance:open", weights="speaker")["group_means"]
    assert len(means) == 12 and means.rows()[0]["weight"] == "person"
    whole = results.estimate()["group_means"].rows()
    assert [row["n_documents"] for row in whole] == [12] and -1 <= whole[0]["ci_low"] <= whole[0]["estimate"] <= 1
    with pytest.raises(InputError, match="clusters concerns hand codes"):
        results.estimate(by=["document"], clusters="turn")
    with pytest.raises(plenary_text.CodesError, match="no column `shoe_size`"):
        results.estimate(by=["shoe_size"])
    with pytest.raises(plenary_text.CodesError) as raised:
        results.estimate(codes.with_columns(label=pl.lit("maybe")), simple_random=True)
    assert raised.value.line == 2 and raised.value.path == "frame.csv"
    with pytest.raises(plenary_text.CodesError, match="inclusion_probability"):
        results.estimate(codes)
    with pytest.raises(plenary_text.CodesError, match="none.csv"):
        plenary_text.agree("none.csv")
    with pytest.raises(InputError, match="list of names"):
        results.score(codes, by="party")
    with pytest.raises(ValueError, match="speaker"):
        results.estimate(codes, clusters="persons")  # type: ignore[arg-type]


def test_columns_are_items_and_wrong_names_are_explained(results: plenary_text.Results) -> None:
    assert results["speakers"]["name"] == results["speakers"].column("name")
    with pytest.raises(AttributeError, match=r"the table is results\['analysis'\]"):
        results.analysis  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="to_pandas"):
        results["analysis"].head()  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="not iterable"):
        iter(results["analysis"])  # type: ignore[call-overload]
    with pytest.raises(plenary_text.InputError, match="expected True, False or a folder"):
        plenary_text.run({"talk.md": "Ann Lee: Hello.\n"}, cache=None)  # type: ignore[arg-type]
    assert "1 document, 2 speakers" in repr(results)
