"""Reading: what can be passed, tables of a corpus, and what is refused."""
from __future__ import annotations

import datetime
import decimal
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import TALK

import plenary_text
from plenary_text import InputError, ReadError, Study

COLUMNS = {"speaker": ["Ann Lee", "Bo Hill"], "text": ["The sea is cold. We go out.", "Good."], "year": [2001, 2002]}


def names(corpus: plenary_text.Corpus) -> list[str]:
    return corpus.speakers.column("name")


def test_a_path_a_text_bytes_and_mappings_give_the_same_document(in_new_folder: Path) -> None:
    Path("talk.md").write_text(TALK)
    sources = ["talk.md", Path("talk.md"), {"talk.md": TALK}, {"talk.md": TALK.encode()}, [Path("talk.md")], ("talk.md",)]
    corpora = [plenary_text.read(source) for source in sources]
    assert [names(corpus) for corpus in corpora] == [["Ann Lee", "Bo Hill"]] * len(sources)
    assert len({str(corpus.documents.rows()) for corpus in corpora}) == 1
    assert names(plenary_text.read(TALK)) == names(plenary_text.read(TALK.encode(), name="talk.md")) == ["Ann Lee", "Bo Hill"]
    assert plenary_text.read(TALK.encode(), name="a/b.md").documents.column("path") == ["a/b.md"]


def test_several_contents_without_names_are_numbered() -> None:
    corpus = plenary_text.read([TALK, TALK.replace("Ann", "Cy"), pl.DataFrame(COLUMNS)])
    assert corpus.documents.column("path") == ["frame-3.csv", "text-1.txt", "text-2.txt"]


@pytest.mark.parametrize("frame", [
    pl.DataFrame(COLUMNS),
    pl.DataFrame(COLUMNS).lazy(),
    pd.DataFrame(COLUMNS),
    pd.DataFrame(COLUMNS).astype({"speaker": "category"}),
    pd.DataFrame(COLUMNS).astype({"year": "Int64"}),
    pa.table(COLUMNS),
    COLUMNS,
    {name: np.array(values, dtype=object) for name, values in COLUMNS.items()},
], ids=["polars", "polars lazy", "pandas", "categories", "nullable", "pyarrow", "columns", "numpy"])
def test_data_frames_of_all_libraries_give_the_same_document(frame: object) -> None:
    corpus = plenary_text.read(frame)  # type: ignore[arg-type]
    assert corpus.utterances.column("text") == COLUMNS["text"]
    assert names(corpus) == COLUMNS["speaker"]
    assert corpus.documents.column("document_id") == plenary_text.read(pl.DataFrame(COLUMNS)).documents.column("document_id")


def test_a_data_frame_is_read_as_the_csv_file_of_its_columns(in_new_folder: Path) -> None:
    frame = pl.DataFrame({**COLUMNS, "text": ["Yes, \"we\" go.\nNow.", "No."]})
    frame.write_csv("frame.csv")
    assert plenary_text.read(frame).documents.rows() == plenary_text.read("frame.csv").documents.rows()
    own = Study(columns={"text": "what", "speaker": "who"})
    renamed = pd.DataFrame({"who": COLUMNS["speaker"], "what": COLUMNS["text"]})
    assert names(plenary_text.read(renamed, own)) == COLUMNS["speaker"]


def test_values_of_cells_become_texts() -> None:
    from plenary_text._inputs import csv_of

    columns = {
        "a": [None, float("nan"), pd.NA, pd.NaT],
        "b": [1, 2.5, decimal.Decimal("0.10"), np.int64(3)],
        "c": [datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2), datetime.datetime(2020, 1, 2, 3, 4), pd.Timestamp(2020, 1, 2)],
        "d": [True, False, None, np.True_],
    }
    rows = csv_of(columns).decode().splitlines()
    assert rows == ["a,b,c,d", ",1,2020-01-02,true", ",2.5,2020-01-02,false", ",0.10,2020-01-02 03:04:00,", ",3,2020-01-02,true"]


def test_tables_of_a_corpus_have_the_columns_of_those_of_a_run(results: plenary_text.Results) -> None:
    corpus = plenary_text.read({"talk.md": TALK})
    for name in ["documents", "speakers", "utterances"]:
        table = getattr(corpus, name)
        assert table.rows() == results[name].rows(), name
        assert table.schema == results[name].schema
    measured = {"n_tokens", "n_windows", "context"}
    unmeasured = [{key: row[key] for key in row if key not in measured} for row in results["segments"].rows()]
    assert corpus.segments.rows() == unmeasured
    assert len(corpus) == 1


def test_doubtful_utterances_are_those_that_need_review() -> None:
    corpus = plenary_text.read({"a.md": TALK, "b.txt": "He said it.\nThen they left, and nobody spoke.\n"})
    expected = [row for row in corpus.utterances.rows() if row["needs_review"]]
    assert corpus.doubtful().rows() == expected


def test_a_corpus_says_what_is_in_it(in_new_folder: Path) -> None:
    corpus = plenary_text.read({"a.md": TALK, "empty.md": ""})
    assert repr(corpus) == (
        "<Corpus of 1 document: 2 speakers, 2 utterances (0 doubtful), 4 segments; 1 input failed, see .failures>"
    )
    assert "<table>" in corpus._repr_html_()


def test_inputs_that_fail_are_collected_or_raised() -> None:
    sources = {"a.md": TALK, "empty.md": ""}
    failures = plenary_text.read(sources).failures
    assert [failure.path for failure in failures] == ["empty.md"] and failures[0].error and failures[0].hint
    with pytest.raises(ReadError) as raised:
        plenary_text.read(sources, on_error="raise")
    error = raised.value
    assert (error.path, error.hint, error.failures) == ("empty.md", failures[0].hint, failures)
    with pytest.raises(ReadError) as raised:
        plenary_text.read(["no/such/file.md", "nor/this.md"])
    assert [failure.path for failure in raised.value.failures] == ["no/such/file.md", "nor/this.md"]
    assert "no such file" in str(raised.value)


@pytest.mark.parametrize("source, expected", [
    (None, "the input is None"),
    (3, "type int"),
    ([TALK, None], "None"),
    ("", "a path is empty"),
    ({"speaker": "Ann", "text": ["a"]}, "expected a list of values"),
    ({"speaker": ["Ann"], "text": ["a", "b"]}, "different lengths: speaker 1, text 2"),
    ({}, "no columns"),
    (pd.DataFrame({"speaker": ["Ann", 3], "text": ["a", "b"]}), "column `speaker` mixes types: row 2 holds a number"),
    (pd.DataFrame({"text": ["a", ["b"]]}), "column `text`: row 2 holds a value of the type list"),
    (pd.DataFrame([["a", "b"]], columns=["text", "text"]), "two columns `text`"),
    ("Hello.\n\ud800", "position 7 (a surrogate)"),
    ({"text": ["Hello.\ud800"]}, "the data frame holds half a character"),
    ("a" * 10_000, "too long for a path"),
    ([], "no input"),
    (pl.Series("text", ["a"]), "type Series"),
    (pd.Series(["a"]), "type Series"),
], ids=lambda value: repr(value)[:20])
def test_other_inputs_are_refused_with_what_was_expected(source: object, expected: str) -> None:
    with pytest.raises(InputError, match=re.escape(expected)):
        plenary_text.read(source)  # type: ignore[arg-type]


def test_a_data_frame_without_a_column_of_texts_is_refused() -> None:
    with pytest.raises(ReadError) as raised:
        plenary_text.read(pl.DataFrame({"speaker": ["Ann"], "year": [2001]}))
    assert raised.value.path == "frame.csv" and "text" in str(raised.value)


def test_arguments_are_checked(in_new_folder: Path) -> None:
    Path("talk.md").write_text(TALK)
    with pytest.raises(InputError, match="collect"):
        plenary_text.read(TALK, on_error="ignore")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="a file has its own name"):
        plenary_text.read("talk.md", name="other.md")
    with pytest.raises(InputError, match="mapping of names"):
        plenary_text.read([TALK, TALK], name="other.md")
    with pytest.raises(InputError, match="expected a Study"):
        plenary_text.read(TALK, 3)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="progress"):
        plenary_text.read(TALK, progress="yes")  # type: ignore[arg-type]


def test_files_are_read_in_processes_of_their_own(in_new_folder: Path) -> None:
    page = "<html><body><p><b>Ann Lee</b></p><p>The sea is cold.</p><p><b>Bo Hill</b></p><p>Good.</p></body></html>"
    Path("page.html").write_text(page)
    apart, here = plenary_text.read("page.html"), plenary_text.read("page.html", isolate=False)
    assert apart.utterances.rows() == here.utterances.rows() and len(apart.utterances) == 2


def test_strings_that_are_no_paths_are_explained() -> None:
    with pytest.raises(plenary_text.InputError, match="nothing is downloaded"):
        plenary_text.read("https://example.org/talk.md")
    with pytest.raises(plenary_text.InputError, match="a string without a line break is a path") as caught:
        plenary_text.read("Ann Lee: Good morning.")
    assert caught.value.hint is not None and "talk.txt" in caught.value.hint
    with pytest.raises(plenary_text.ReadError, match="no such file"):
        plenary_text.read("minutes of the third meeting.txt")


@pytest.mark.parametrize("threads", [0, -1, "2", True, 1.5])
def test_numbers_of_threads_are_checked(threads: Any) -> None:
    for function in (plenary_text.read, plenary_text.run, lambda _, threads: plenary_text.Encoder(threads=threads)):
        with pytest.raises(plenary_text.InputError, match="expected 1 or more"):
            function({"talk.md": TALK}, threads=threads)
