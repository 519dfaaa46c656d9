#!/usr/bin/env python3
"""Checks a results folder independently of plenary: needs only Python and polars.

    python .ci/check_tables.py results/ [--transcript FILE ...]

Every table has the columns listed in codebook.parquet, ids are unique and join, counts add up, probabilities sum to
one, and estimates are the means of the scores that they name. For the UTF-8 transcripts that are named, blocks make up
the whole text and every segment equals the text in the file. Prints what is wrong and exits with 1, else with 0.
"""

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path

import polars as pl

TABLES = (
    "runs documents speakers blocks utterances segments embeddings sentiment stance variable_codes themes segment_themes group_stance "
    "agreement coder_inputs theme_groups theme_codes themes_over_time theme_history exchanges dictionary_terms keyness estimates analysis failures codebook"
).split()
TYPES = {
    "string": pl.String,
    "float32": pl.Float32,
    "float64": pl.Float64,
    "uint32": pl.UInt32,
    "uint64": pl.UInt64,
    "int64": pl.Int64,
    "bool": pl.Boolean,
    "date": pl.Date,
    "datetime[us, UTC]": pl.Datetime("us", "UTC"),
    "list[string]": pl.List(pl.String),
    "list[float32]": pl.List(pl.Float32),
}
UNIQUE = {
    "documents": ["document_id"],
    "speakers": ["speaker_id"],
    "blocks": ["block_id"],
    "utterances": ["utterance_id"],
    "segments": ["segment_id"],
    "embeddings": ["segment_id", "model_id"],
    "sentiment": ["segment_id", "model_id"],
    "stance": ["segment_id", "target_id"],
    "variable_codes": ["segment_id", "code_id"],
    "themes": ["theme_id"],
    "theme_groups": ["group_id"],
    "theme_codes": ["segment_id"],
    "themes_over_time": ["theme_id", "period"],
    "segment_themes": ["segment_id"],
    "dictionary_terms": ["dictionary", "category", "pattern", "form"],
    "keyness": ["by", "group_id", "language", "term"],
    "analysis": ["segment_id"],
    "codebook": ["table", "column"],
    "group_stance": ["level", "speaker_id", "utterance_id", "target_id"],
    "coder_inputs": ["coder_id"],
    "agreement": ["target_id", "coder_a", "coder_b"],
    "estimates": ["level", "measure", "document_id", "speaker_id", "utterance_id", "theme_id", "target_id"],
}
HOMES = {
    "document_id": "documents",
    "speaker_id": "speakers",
    "utterance_id": "utterances",
    "segment_id": "segments",
    "theme_id": "themes",
}
SPOKEN = ["speech", "list_item"]
TOLERANCE = 1e-5


class Report:
    """Collects what is wrong; the first few cases of each kind are shown."""

    def __init__(self):
        self.problems = []
        self.checks = 0

    def check(self, holds, problem):
        self.checks += 1
        if not holds:
            self.problems.append(problem)

    def none(self, rows, problem, show=3):
        """`rows` are the cases in which something is wrong."""
        cases = rows.head(show).rows() if rows.height else ""
        self.check(rows.height == 0, f"{problem}: {rows.height} case(s), e.g. {cases}")


def read_tables(folder, report):
    tables = {}
    for name in TABLES:
        try:
            tables[name] = pl.read_parquet(folder / f"{name}.parquet")
        except (OSError, pl.exceptions.PolarsError) as error:
            report.check(False, f"{name}.parquet cannot be read: {error}")
    return tables


def check_run_json(folder, report):
    try:
        record = json.loads((folder / "run.json").read_text())
    except (OSError, ValueError) as error:
        report.check(False, f"run.json cannot be read: {error}")
        return
    report.check("plenary_version" in record and "study" in record, "run.json: version or study is missing")
    for file in record.get("files", []):
        path = folder / file["name"]
        found = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "no file"
        report.check(found == file["sha256"], f"{file['name']}: sha256 is not what run.json says ({found})")
        if path.suffix == ".csv" and path.exists():
            rows = pl.read_csv(path, infer_schema=False).height
            report.check(rows == file["rows"], f"{file['name']}: {rows} rows, run.json says {file['rows']}")


def check_codebook(tables, report):
    codebook = tables["codebook"]
    for name, table in tables.items():
        described = codebook.filter(pl.col("table") == name)
        columns = described["column"].to_list()
        report.check(table.columns == columns, f"{name}: columns {table.columns}, codebook says {columns}")
        for row in described.filter(pl.col("column").is_in(table.columns)).iter_rows(named=True):
            found = table.schema[row["column"]]
            if row["type"] == "array[float32]":
                fits = isinstance(found, pl.Array) and found.inner == pl.Float32
            else:
                fits = found == TYPES.get(row["type"])
            where = f"{name}.{row['column']}"
            report.check(fits, f"{where}: type {found}, codebook says {row['type']}")
            nulls = table[row["column"]].null_count()
            report.check(row["null_means"] or not nulls, f"{where}: {nulls} null(s), codebook says never missing")
            if found in (pl.Float32, pl.Float64):
                report.check(table[row["column"]].is_finite().all(), f"{where}: not all numbers are finite")
    for row in codebook.iter_rows(named=True):
        report.check(bool(row["description"].strip()), f"{row['table']}.{row['column']}: no description")


def check_ids(tables, report):
    for name, key in UNIQUE.items():
        doubled = tables[name].select(key).filter(pl.struct(key).is_duplicated())
        report.none(doubled, f"{name}: {key} not unique")
    for name, table in tables.items():
        for id_column, home in HOMES.items():
            if id_column in table.columns:
                lost = table.select(id_column).drop_nulls().join(tables[home], on=id_column, how="anti")
                report.none(lost, f"{name}.{id_column}: not in {home}")
    exemplars = tables["themes"].select(segment_id=pl.col("exemplars").explode()).drop_nulls()
    report.none(exemplars.join(tables["segments"], on="segment_id", how="anti"), "themes.exemplars: not in segments")
    # The evidence of links exists, and a byline is a block of that kind.
    evidence = tables["speakers"].select(block_id=pl.col("evidence_block_ids").explode()).drop_nulls()
    report.none(evidence.join(tables["blocks"], on="block_id", how="anti"), "speakers.evidence_block_ids: not in blocks")
    bylines = tables["utterances"].select(block_id="byline_block_id", owner="utterance_id").drop_nulls("block_id")
    bylines = bylines.join(tables["blocks"], on="block_id", how="left").filter(
        pl.col("kind").ne_missing("byline") | pl.col("utterance_id").ne_missing(pl.col("owner")))
    report.none(bylines.select("owner"), "utterances.byline_block_id: not the byline of the utterance")
    # A person without a rule occurs in one document only.
    alone = tables["speakers"].filter(pl.col("person_rule").is_null()).select("person_id", "document_id")
    others = tables["speakers"].select("person_id", other="document_id")
    shared = alone.join(others, on="person_id").filter(pl.col("document_id") != pl.col("other"))
    report.none(shared, "speakers.person_id: shared by documents without a person_rule")
    # The values of a segment agree with those of its utterance.
    joined = tables["segments"].join(tables["utterances"], on="utterance_id", suffix="_u")
    for column in ["document_id", "speaker_id"]:
        differ = joined.filter(pl.col(column).ne_missing(pl.col(f"{column}_u"))).select("segment_id")
        report.none(differ, f"segments.{column}: not that of the utterance")


def check_counts(tables, report):
    run = tables["runs"].row(0, named=True) if tables["runs"].height == 1 else None
    report.check(run is not None, f"runs: {tables['runs'].height} rows, expected 1")
    for name in ["documents", "speakers", "utterances", "segments", "themes", "failures"]:
        if run:
            found, expected = run[f"n_{name}"], tables[name].height
            report.check(found == expected, f"runs.n_{name}: {found}, but {name} has {expected} rows")

    def compare(table, key, column, expected):
        both = tables[table].select(key, column).join(expected.rename({"n": "expected"}), on=key, how="left")
        wrong = both.filter(pl.col(column) != pl.col("expected").fill_null(0))
        report.none(wrong, f"{table}.{column} is not what the rows add up to")

    def count(table, key):
        return tables[table].drop_nulls(key).group_by(key).agg(n=pl.len())

    def words(table, key):
        return tables[table].drop_nulls(key).group_by(key).agg(n=pl.col("n_words").sum())

    for name in ["speakers", "utterances", "segments"]:
        compare("documents", "document_id", f"n_{name}", count(name, "document_id"))
    compare("documents", "document_id", "n_words", words("utterances", "document_id"))
    compare("speakers", "speaker_id", "n_utterances", count("utterances", "speaker_id"))
    compare("speakers", "speaker_id", "n_words", words("utterances", "speaker_id"))
    compare("utterances", "utterance_id", "n_words", words("segments", "utterance_id"))
    members = tables["segment_themes"].join(tables["segments"], on="segment_id")
    members = members.join(tables["speakers"].select("speaker_id", "person_id"), on="speaker_id", how="left")
    speakers = members.group_by("theme_id").agg(n=pl.col("person_id").drop_nulls().n_unique())
    compare("themes", "theme_id", "n_segments", count("segment_themes", "theme_id"))
    compare("themes", "theme_id", "n_speakers", speakers)

    silent = tables["utterances"].join(tables["segments"], on="utterance_id", how="anti").select("utterance_id")
    report.none(silent, "utterances without a segment")
    for name in ["utterances", "segments"]:
        id_column = name.removesuffix("s") + "_id"
        for row in tables[name].select(id_column, "text", "n_words").iter_rows(named=True):
            low, high = word_bounds(row["text"])
            holds = low <= row["n_words"] <= high
            report.check(holds, f"{name}.n_words of {row[id_column]}: {row['n_words']}, expected {low} to {high}")
    for name, within in [("blocks", "document_id"), ("utterances", "document_id"), ("segments", "utterance_id")]:
        ordered = tables[name].sort(within, "start", maintain_order=True)
        ordered = ordered.with_columns(expected=pl.col("position").cum_count().over(within))
        wrong = ordered.filter(pl.col("position") != pl.col("expected")).select(within, "position", "expected")
        report.none(wrong, f"{name}.position does not count from 1 in the order of the text")


def word_bounds(text):
    """Lower and upper bound of the number of words, by the usual rules."""
    ideographs = len(re.findall(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", text))
    chunks = sum(any(c.isalnum() for c in chunk) for chunk in text.split())
    return chunks, len(re.findall(r"\w+", text)) + ideographs


def check_spans(tables, report):
    for name in ["blocks", "utterances", "segments"]:
        report.none(tables[name].filter(pl.col("start") > pl.col("end")).select("start", "end"), f"{name}: span")
    ordered = tables["blocks"].sort("document_id", "position")
    previous = pl.col("end").shift(1, fill_value=0).over("document_id")
    gaps = ordered.filter(pl.col("start") != previous).select("block_id", "start", "end")
    report.none(gaps, "blocks do not follow each other without gap or overlap from 0")
    joined = tables["segments"].join(tables["utterances"], on="utterance_id", suffix="_u")
    outside = joined.filter((pl.col("start") < pl.col("start_u")) | (pl.col("end") > pl.col("end_u")))
    report.none(outside.select("segment_id"), "segments outside of their utterance")
    previous = pl.col("end").shift(1, fill_value=0).over("utterance_id")
    overlap = tables["segments"].sort("utterance_id", "position").filter(pl.col("start") < previous)
    report.none(overlap.select("segment_id"), "segments that overlap the one before")


def check_scores(tables, report):
    sentiment, stance = tables["sentiment"], tables["stance"]
    inferences = [[f"{side}_{name}" for name in ("entailment", "neutral", "contradiction")] for side in
                  ("proposition", "negation")]
    for name, table, columns in [
        ("sentiment", sentiment, ["negative", "neutral", "positive"]),
        ("stance", stance, ["favor", "against", "neither"]),
        ("stance", stance, inferences[0]),
        ("stance", stance.drop_nulls(inferences[1]), inferences[1]),
    ]:
        total = pl.sum_horizontal(columns)
        outside = pl.any_horizontal([(pl.col(c) < 0) | (pl.col(c) > 1) for c in columns])
        wrong = table.filter(((total - 1).abs() > TOLERANCE) | outside).select("segment_id", *columns)
        report.none(wrong, f"{name}: {columns} are not probabilities that sum to one")
    for name, table, plus, minus in [("sentiment", sentiment, "positive", "negative"),
                                     ("stance", stance, "favor", "against")]:
        wrong = table.filter(((pl.col(plus) - pl.col(minus) - pl.col("score")).abs() > TOLERANCE)
                             | (pl.col("score").abs() > 1))
        report.none(wrong.select("segment_id", "score"), f"{name}.score is not {plus} - {minus}")
    for name, table, labels in [("sentiment", sentiment, ["negative", "neutral", "positive"]),
                                ("stance", stance, ["favor", "against", "neither"])]:
        given = pl.coalesce([pl.when(pl.col("label") == label).then(pl.col(label)) for label in labels])
        wrong = table.filter(pl.col("label").is_not_null()
                             & (given.is_null() | (given < pl.max_horizontal(labels))))
        report.none(wrong.select("segment_id", "label"), f"{name}.label is not the most probable of {labels}")
    one_of = stance.filter(pl.col("label").is_null() == pl.col("reason").is_null())
    report.none(one_of.select("segment_id", "target_id"), "stance: label and reason both given or both missing")
    unknown = stance.filter(~pl.col("reason").is_in(["off_topic", "low_confidence"])).select("reason")
    report.none(unknown, "stance.reason unknown")
    unread = stance.filter(pl.col("favor").is_null() & pl.col("reason").ne_missing("off_topic"))
    report.none(unread.select("segment_id", "reason"), "stance: no probabilities, although the segment is on the topic")
    questions = stance.filter((pl.col("rule") == "question") & (pl.col("neither") < 0.97 - TOLERANCE))
    report.none(questions.select("segment_id", "neither"), "stance: a question that may take a side")
    # The calibration divides the mean logits by a constant: the log odds of the sides have one ratio to those of the inferences.
    log = lambda plus, minus: pl.col(plus).log() - pl.col(minus).log()
    # Nor do the sides of a question, which keep their ratio.
    odds = stance.select(
        "segment_id", "target_id", found=log("favor", "against"),
        inferred=(log("proposition_entailment", "proposition_contradiction") + log("negation_contradiction", "negation_entailment")) / 2,
    ).filter(pl.col("inferred").abs() > 0.5).with_columns(ratio=pl.col("found") / pl.col("inferred"))
    wrong = odds.filter((pl.col("ratio") - pl.col("ratio").median()).abs() > 0.01)
    report.none(wrong, "stance: favor and against do not follow from the two inferences")
    segments, targets = tables["segments"].height, stance["target_id"].n_unique()
    report.check(sentiment.height in (0, segments), f"sentiment: {sentiment.height} rows for {segments} segments")
    report.check(stance.height == segments * targets, f"stance: {stance.height} rows, expected {segments} x {targets}")
    report.none(tables["segment_themes"].filter(~pl.col("probability").is_between(0, 1)), "segment_themes.probability")

    embeddings = tables["embeddings"]
    report.check(embeddings.height == segments, f"embeddings: {embeddings.height} rows for {segments} segments")
    if embeddings.height:
        wide = embeddings.with_columns(vector=pl.col("vector").arr.to_list()).explode("vector")
        lengths = wide.group_by("segment_id", "model_id").agg(
            length=pl.col("vector").cast(pl.Float64).pow(2).sum().sqrt())
        report.none(lengths.filter((pl.col("length") - 1).abs() > 1e-4), "embeddings.vector: length is not 1")


def check_analysis(tables, report):
    analysis, stance = tables["analysis"], tables["stance"]
    report.check(analysis["segment_id"].equals(tables["segments"]["segment_id"]), "analysis: other rows than segments")
    joined = (analysis.join(tables["segments"], on="segment_id", suffix="_segments")
              .join(tables["sentiment"], on="segment_id", how="left", suffix="_sentiment")
              .join(tables["segment_themes"], on="segment_id", how="left", suffix="_segment_themes")
              .join(tables["speakers"], on="speaker_id", how="left", suffix="_speakers"))
    for ours, theirs in [("text", "text_segments"), ("utterance_id", "utterance_id_segments"),
                         ("document_id", "document_id_segments"), ("speaker_id", "speaker_id_segments"),
                         ("sentiment_score", "score"), ("sentiment_label", "label"),
                         ("theme_id", "theme_id_segment_themes"), ("name", "name_speakers"), ("role", "role_speakers"),
                         ("affiliation", "affiliation_speakers"), ("n_words", "n_words_segments")]:
        wrong = joined.filter(pl.col(ours).ne_missing(pl.col(theirs))).select("segment_id", ours, theirs)
        report.none(wrong, f"analysis.{ours} is not what its own table says")
    for (target,), rows in stance.group_by("target_id"):
        column = f"stance_{target}"
        if column not in analysis.columns:
            report.check(False, f"analysis: no column {column}")
            continue
        expected = rows.select("segment_id", score=pl.when(pl.col("label").is_not_null()).then("score"))
        both = analysis.select("segment_id", column).join(expected, on="segment_id")
        wrong = both.filter(pl.col(column).ne_missing(pl.col("score")))
        report.none(wrong, f"analysis.{column} is not the score, missing where there is no label")


def check_words(tables, report):
    terms = tables["dictionary_terms"].group_by("dictionary", "category").agg(pl.col("n").sum())
    sums = {f"dictionary_{dictionary}_{category}": n for dictionary, category, n in terms.iter_rows()}
    columns = [column for column in tables["analysis"].columns if column.startswith("dictionary_")]
    for column in {*columns, *sums}:
        found = tables["analysis"][column].cast(pl.UInt64).sum() if column in columns else None
        report.check(found == sums.get(column, 0), f"analysis.{column}: {found} matches, dictionary_terms has {sums.get(column, 0)}")
    keyness = tables["keyness"]
    half = (pl.col("ci_high") - pl.col("ci_low")) / 2
    error = pl.col("log_odds") / pl.col("z")
    wrong = keyness.filter((pl.col("z").abs() > 0.01) & ((half / error - (half / error).median()).abs() > TOLERANCE))
    report.none(wrong.select("by", "group_id", "term"), "keyness: the interval is not around log_odds by its standard error")
    outside = keyness.filter((pl.col("n") > pl.col("n_words")) | (pl.col("n_elsewhere") > pl.col("n_words_elsewhere"))
                             | (pl.col("n") + pl.col("n_elsewhere") == 0) | ~pl.col("q_value").is_between(0, 1))
    report.none(outside.select("by", "group_id", "term"), "keyness: counts or q values out of range")


def check_exchanges(tables, report):
    exchanges, speakers = tables["exchanges"], tables["speakers"].select("speaker_id", "document_id", "person_id")
    for side in ["from", "to"]:
        both = exchanges.join(speakers, left_on=[f"{side}_speaker_id", "document_id"], right_on=["speaker_id", "document_id"], how="left")
        known = both.filter(pl.col(f"{side}_speaker_id").is_not_null())
        wrong = known.filter(pl.col(f"{side}_person_id").ne_missing(pl.col("person_id"))).select("utterance_id", "kind")
        report.none(wrong, f"exchanges: no speaker of the document with {side}_person_id")
    nobody = exchanges.filter(pl.col("from_speaker_id").is_null())
    report.none(nobody.filter(~pl.col("rule").is_in(["marked", "marked_overlap"]) | pl.col("from_person_id").is_not_null()).select("utterance_id"), "exchanges: from nobody, and not marked")
    elsewhere = exchanges.filter(pl.col("to_speaker_id").is_null())
    report.none(elsewhere.filter(~pl.col("rule").str.ends_with("_elsewhere")).select("utterance_id"), "exchanges: to nobody of the document, and not elsewhere")
    here = elsewhere.join(speakers, left_on=["document_id", "to_person_id"], right_on=["document_id", "person_id"], how="semi")
    report.none(here.select("utterance_id"), "exchanges: elsewhere, and a speaker of the document")
    report.none(exchanges.filter(pl.col("from_person_id") == pl.col("to_person_id")).select("utterance_id"), "exchanges: with themselves")
    before = ["document_id", "speaker_id", "person_id"]
    turns = tables["utterances"].join(speakers, on=["speaker_id", "document_id"], how="left", maintain_order="left")
    turns = turns.with_columns(*(pl.col(name).shift(1).alias(f"{name}_before") for name in before))
    follows = turns.filter((pl.col("document_id") == pl.col("document_id_before")) & (pl.col("person_id") != pl.col("person_id_before")))
    follows = follows.join(tables["segments"].select("utterance_id").unique(), on="utterance_id", how="semi")
    pairs = lambda table, names: set(table.select(names).iter_rows())
    found = pairs(exchanges.filter(pl.col("kind") == "follows"), ["utterance_id", "from_person_id", "to_person_id"])
    expected = pairs(follows, ["utterance_id", "person_id", "person_id_before"])
    report.check(found == expected, f"exchanges: {len(found ^ expected)} turns follow in one of the tables only")


def check_group_stance(tables, report):
    given = tables["group_stance"]
    rows = tables["stance"].join(tables["segments"].select("segment_id", "utterance_id", "document_id", "speaker_id"), on="segment_id")
    label = pl.col("label")
    counts = dict(n_favor=(label == "favor").sum(), n_against=(label == "against").sum(), n_neither=(label == "neither").sum(),
                  n_unlabelled=label.is_null().sum(), sides=pl.col("score").cast(pl.Float64).filter(label.is_in(["favor", "against"])).sum())
    for level, key in [("utterance_target", "utterance_id"), ("speaker_target", "speaker_id")]:
        expected = rows.drop_nulls(key).group_by(key, "target_id").agg(**counts)
        found = given.filter(pl.col("level") == level)
        report.check(found.height == expected.height, f"group_stance {level}: {found.height} rows, expected {expected.height}")
        both = found.join(expected, on=[key, "target_id"], suffix="_expected")
        differ = pl.any_horizontal([pl.col(n) != pl.col(f"{n}_expected") for n in counts if n != "sides"])
        report.none(both.filter(differ).select(key, "target_id"), f"group_stance {level}: not the counts of the segments")
        more = pl.col("n_favor").cast(pl.Int64) - pl.col("n_against").cast(pl.Int64)
        side = pl.when(more != 0).then(more.cast(pl.Float64)).otherwise(pl.col("sides"))
        expected = (pl.when(pl.col("n_favor") + pl.col("n_against") + pl.col("n_neither") == 0).then(None)
                    .when(side > 0).then(pl.lit("favor")).when(side < 0).then(pl.lit("against")).otherwise(pl.lit("neither")))
        wrong = both.with_columns(expected=expected).filter(label.ne_missing(pl.col("expected")))
        report.none(wrong.select(key, "target_id", "label", "expected"), f"group_stance {level}: another label")


def check_estimates(tables, report):
    estimates = tables["estimates"]
    ordered = (pl.col("ci_low") <= pl.col("mean") + 1e-9) & (pl.col("mean") <= pl.col("ci_high") + 1e-9)
    report.none(estimates.filter(~ordered).select("level", "mean", "ci_low", "ci_high"), "estimates: mean outside")
    half = estimates.filter(pl.col("ci_low").is_null() != pl.col("ci_high").is_null())
    report.none(half.select("level"), "estimates: half an interval")
    drawn = pl.when(pl.col("n_utterances") >= 2).then(pl.lit("utterances"))
    drawn = drawn.when(pl.col("n_segments") >= 2).then(pl.lit("segments"))
    wrong = estimates.filter(pl.col("resampled").ne_missing(drawn) & pl.col("ci_low").is_not_null())
    report.none(wrong.select("level", "speaker_id", "n_utterances", "resampled"), "estimates: not what was drawn")
    half = estimates.filter(pl.col("resampled").is_null() != pl.col("ci_low").is_null())
    report.none(half.select("level", "resampled"), "estimates: interval without what was drawn, or the other way")

    ids = tables["segments"].select("segment_id", "utterance_id", "document_id", "speaker_id")
    ids = ids.join(tables["segment_themes"].select("segment_id", "theme_id"), on="segment_id", how="left")
    scores = {
        "sentiment_score": tables["sentiment"].select("segment_id", "label", "score",
                                                      target_id=pl.lit(None, pl.String)),
        "stance_score": tables["stance"].select("segment_id", "label", "score", "target_id"),
        "procedure_share": tables["segment_themes"].select(
            "segment_id", label=pl.col("procedural"), score=pl.col("procedural").cast(pl.Float32), target_id=pl.lit(None, pl.String)),
    }
    keys = ["document_id", "speaker_id", "utterance_id", "theme_id", "target_id"]
    for (level, measure), given in estimates.group_by("level", "measure"):
        rows = scores[measure].join(ids, on="segment_id")
        # `document_id` of a speaker follows from the speaker; only columns that are set in every row define the group.
        by = [key for key in keys if given[key].null_count() == 0]
        labelled = pl.col("label").is_not_null()
        expected = rows.group_by(by or [pl.lit(0).alias("_")]).agg(
            m=pl.col("score").filter(labelled).cast(pl.Float64).mean(),
            n=labelled.sum(), u=pl.col("utterance_id").filter(labelled).n_unique(), a=1 - labelled.mean())
        both = given.join(expected, on=by, how="left") if by else given.join(expected, how="cross")
        wrong = both.filter(
            (pl.col("mean").is_null() != pl.col("m").is_null()) | ((pl.col("mean") - pl.col("m")).abs() > TOLERANCE)
            | (pl.col("n_segments") != pl.col("n").fill_null(0))
            | (pl.col("n_utterances") != pl.col("u").fill_null(0))
            | ((pl.col("share_abstained") - pl.col("a")).abs() > TOLERANCE))
        wrong = wrong.select(*by, "mean", "m", "n_segments", "n", "n_utterances", "u", "share_abstained", "a")
        report.none(wrong, f"estimates {level} {measure}: not what the scores give (ours, then expected)")


def letters(text):
    return "".join(c for c in text if c.isalnum())


def check_source(tables, path, report):
    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    found = tables["documents"].filter(pl.col("sha256") == sha256)
    report.check(found.height == 1, f"{path}: not among the documents")
    if found.height != 1:
        return
    document = found.row(0, named=True)
    report.check(sha256.startswith(document["document_id"]), f"{path}: document_id is not the start of the sha256")
    report.check(document["bytes"] == len(data), f"{path}: {document['bytes']} bytes, the file has {len(data)}")
    if document["encoding"].upper() != "UTF-8":
        print(f"{path} is in {document['encoding']}: its spans are not checked")
        return
    text = data.removeprefix(b"\xef\xbb\xbf")
    blocks = tables["blocks"].filter(pl.col("document_id") == document["document_id"]).sort("start")
    end = blocks["end"].max() or 0
    report.check(end == len(text), f"{path}: blocks end at {end}, the text at {len(text)}")
    report.check("\ufffd" not in text.decode("utf-8", "replace"), f"{path}: not UTF-8")
    for row in blocks.iter_rows(named=True):
        last = row["start"] + max(len(text[row["start"] : row["end"]].rstrip()) - 1, 0)
        lines = 1 + text[: row["start"]].count(b"\n"), 1 + text[:last].count(b"\n")
        holds = lines == (row["line_start"], row["line_end"])
        report.check(holds, f"{row['block_id']}: lines {row['line_start']} to {row['line_end']}, expected {lines}")
    other = [(row["start"], row["end"]) for row in blocks.iter_rows(named=True) if row["kind"] not in SPOKEN]
    for name in ["utterances", "segments"]:
        id_column = name.removesuffix("s") + "_id"
        for row in tables[name].filter(pl.col("document_id") == document["document_id"]).iter_rows(named=True):
            start, end = row["start"], row["end"]
            try:
                whole = text[start:end].decode()
                inside = [(max(a, start), min(b, end)) for a, b in other if a < end and b > start]
                edges = [start, *(edge for span in inside for edge in span), end]
                spoken = "".join(text[a:b].decode() for a, b in zip(edges[::2], edges[1::2]))
            except UnicodeDecodeError:
                report.check(False, f"{row[id_column]}: span {start}..{end} cuts a character")
                continue
            same = " ".join(whole.split()) == " ".join(row["text"].split())
            holds = same or letters(spoken) == letters(row["text"])
            report.check(holds, f"{row[id_column]}: text {row['text']!r} is not what the file has: {whole!r}")
    # Nothing is lost: all speech is in some segment.
    covered = tables["segments"].filter(pl.col("document_id") == document["document_id"]).sort("start")
    spans = covered.select("start", "end").rows()
    for row in blocks.filter(pl.col("kind").is_in(SPOKEN)).iter_rows(named=True):
        place, left = row["start"], ""
        for start, end in [span for span in spans if span[0] < row["end"] and span[1] > row["start"]]:
            left += text[place:max(start, place)].decode("utf-8", "replace")
            place = max(place, end)
        left += text[place:max(row["end"], place)].decode("utf-8", "replace")
        # The marker of a list item need not be part of the speech.
        lost = re.sub(r"^\s*(\d+|[a-zA-Z]|[ivxIVX]+)[.)]\s", "", left)
        report.check(not letters(lost), f"{row['block_id']}: spoken, but in no segment: {lost.strip()!r}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--transcript", type=Path, action="append", default=[], help="an input of the run")
    options = parser.parse_args()
    report = Report()
    tables = read_tables(options.results, report)
    if len(tables) == len(TABLES):
        check_run_json(options.results, report)
        for check in [check_codebook, check_ids, check_counts, check_spans, check_scores, check_analysis, check_words,
                      check_exchanges, check_group_stance, check_estimates]:
            try:
                check(tables, report)
            except pl.exceptions.PolarsError as error:
                report.check(False, f"{check.__name__} could not be done: {error}")
        for path in options.transcript:
            check_source(tables, path, report)
    if report.problems:
        print(f"{len(report.problems)} problem(s) in {options.results}:")
        for problem in report.problems[:100]:
            print(f"- {problem}")
        return 1
    sizes = ", ".join(f"{table.height} {name}" for name, table in tables.items() if name != "codebook")
    print(f"{options.results}: {report.checks} checks hold ({sizes})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
