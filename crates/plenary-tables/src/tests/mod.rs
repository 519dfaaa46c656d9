//! A small run, made by hand, through the public functions: written, read back and compared.

mod folder;
mod results;
mod sample;
mod words;

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::path::Path;

use ndarray::Array2;
use polars_core::prelude::*;
use polars_io::prelude::*;

use super::schema::{NeitherThresholdRow, TABLES, stance_column};
use super::*;
use plenary_corpus::findings::{AssignmentReason, ThemeChangeKind, Themes};
use plenary_corpus::findings::{Embeddings, Sentiment, ThresholdSource};
use plenary_corpus::*;
use sample::{Sample, sample, transcript};

fn read(folder: &Path, table: &str) -> DataFrame {
    ParquetReader::new(File::open(folder.join(format!("{table}.parquet"))).unwrap()).finish().unwrap()
}

fn strings(data: &DataFrame, column: &str) -> Vec<Option<String>> {
    data.column(column).unwrap().str().unwrap().iter().map(|value| value.map(str::to_owned)).collect()
}

/// Every file of the folder with its content.
fn snapshot(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn every_table_has_the_columns_of_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let sample = sample();
    sample.write(folder.path()).unwrap();
    for table in TABLES {
        let mut expected: Vec<(String, DataType)> =
            table.columns.iter().map(|column| (column.name.to_owned(), column.kind.dtype(2))).collect();
        if table.name == "analysis" {
            expected.push((stance_column(&sample.study.targets[0]), DataType::Float32));
            expected.push(("code_names_place".into(), DataType::String));
        }
        let data = read(folder.path(), table.name);
        let found: Vec<(String, DataType)> =
            data.schema().iter().map(|(name, dtype)| (name.to_string(), dtype.clone())).collect();
        assert_eq!(found, expected, "columns of {}", table.name);
        for column in table.columns.iter().filter(|column| column.null_means.is_none()) {
            assert_eq!(data.column(column.name).unwrap().null_count(), 0, "{}.{}", table.name, column.name);
        }
    }
}

#[test]
fn the_description_of_the_format_names_all_formats() {
    let documents = TABLES.iter().find(|table| table.name == "documents").unwrap();
    let column = documents.columns.iter().find(|column| column.name == "format").unwrap();
    let named: Vec<&str> = column.description.split('`').skip(1).step_by(2).collect();
    let formats: Vec<&str> = Format::ALL.iter().map(|format| format.as_str()).collect();
    assert_eq!(named, formats);
}

#[test]
fn every_table_is_there_without_documents() {
    let folder = tempfile::tempdir().unwrap();
    let mut sample = sample();
    sample.transcripts.clear();
    sample.other_paths.clear();
    sample.embeddings = Embeddings {
        model_id: "m".into(),
        vectors: Array2::zeros((0, 384)),
        n_tokens: Vec::new(),
        n_windows: Vec::new(),
    };
    sample.sentiment.scores.clear();
    sample.sentiment.n_windows.clear();
    sample.codings.clear();
    sample.variable_codes[0].of_texts.clear();
    sample.theme_codes.of_segments.clear();
    sample.themes = Themes::default();
    sample.estimates.clear();
    sample.write(folder.path()).unwrap();
    let embeddings = read(folder.path(), "embeddings");
    assert_eq!(embeddings.height(), 0);
    assert_eq!(embeddings.column("vector").unwrap().dtype(), &Kind::Vector.dtype(384));
    let analysis = read(folder.path(), "analysis");
    assert_eq!(analysis.column("stance_port").unwrap().dtype(), &DataType::Float32);
    assert_eq!(read(folder.path(), "failures").height(), 1);
}

#[test]
fn ids_join() {
    let folder = tempfile::tempdir().unwrap();
    sample().write(folder.path()).unwrap();
    let homes = [
        ("document_id", "documents"),
        ("speaker_id", "speakers"),
        ("utterance_id", "utterances"),
        ("segment_id", "segments"),
        ("theme_id", "themes"),
    ];
    for (id, home) in homes {
        let known: HashSet<_> = strings(&read(folder.path(), home), id).into_iter().flatten().collect();
        assert_eq!(known.len(), read(folder.path(), home).height(), "{id} is unique in {home}");
        for table in TABLES.iter().filter(|table| table.columns.iter().any(|column| column.name == id)) {
            for value in strings(&read(folder.path(), table.name), id).into_iter().flatten() {
                assert!(known.contains(&value), "{}.{id}: {value} is not in {home}", table.name);
            }
        }
    }
}

#[test]
fn tables_hold_what_the_stages_returned() {
    let folder = tempfile::tempdir().unwrap();
    let sample = sample();
    sample.write(folder.path()).unwrap();

    let segments = read(folder.path(), "segments");
    let texts: Vec<_> = strings(&segments, "text").into_iter().flatten().collect();
    assert_eq!(texts, ["Ports bring trade.", "We should build one.", "It harms the bay.", "Tides rise; \"fast\"."]);
    let starts: Vec<_> = segments.column("start").unwrap().i64().unwrap().iter().flatten().collect();
    assert_eq!(starts, [5, 24, 50, 4]);

    let windows = segments.column("n_windows").unwrap().u32().unwrap();
    assert_eq!(windows.iter().flatten().collect::<Vec<_>>(), [1, 1, 1, 2]);

    let analysis = read(folder.path(), "analysis");
    let stances: Vec<_> = analysis.column("stance_port").unwrap().f32().unwrap().iter().collect();
    assert_eq!(stances, [Some(0.6 - 0.1), Some(0.8 - 0.1), Some(0.1 - 0.7), None]);
    assert_eq!(strings(&analysis, "document")[3].as_deref(), Some("tides"));
    assert_eq!(strings(&analysis, "theme")[0].as_deref(), Some("t01 port, bay"));

    let documents = read(folder.path(), "documents");
    let dates = documents.column("date").unwrap().as_materialized_series().to_physical_repr().into_owned();
    assert_eq!(dates.i32().unwrap().get(0), Some(-2));
    assert_eq!(strings(&documents, "time_start")[0].as_deref(), Some("09:05"));
    assert_eq!(strings(&documents, "title")[0], None);

    let exemplars =
        read(folder.path(), "themes").column("exemplars").unwrap().list().unwrap().get_as_series(0).unwrap();
    let exemplars: Vec<_> = exemplars.str().unwrap().iter().flatten().map(str::to_owned).collect();
    assert_eq!(exemplars, ["0123456789ab-u0002-s001", "0123456789ab-u0001-s001"]);

    let runs = read(folder.path(), "runs");
    let counts = ["n_documents", "n_speakers", "n_utterances", "n_segments", "n_themes", "n_failures"];
    let counts = counts.map(|count| runs.column(count).unwrap().u32().unwrap().get(0).unwrap());
    assert_eq!(counts, [2, 3, 3, 4, 1, 1]);

    let vector = read(folder.path(), "embeddings").column("vector").unwrap().array().unwrap().get_as_series(2).unwrap();
    assert_eq!(vector.f32().unwrap().iter().flatten().collect::<Vec<_>>(), [0.6, 0.8]);
}

#[test]
fn a_segment_nobody_is_known_to_have_said_has_no_speaker() {
    let folder = tempfile::tempdir().unwrap();
    let mut sample = sample();
    sample.transcripts[1] = transcript("abcdefabcdef", "talks/tides.md", &[("", &["Tides rise."])]);
    sample.write(folder.path()).unwrap();
    for (table, column) in [("utterances", "speaker_id"), ("segments", "speaker_id"), ("analysis", "name")] {
        assert_eq!(strings(&read(folder.path(), table), column).last().unwrap(), &None, "{table}.{column}");
    }
}

#[test]
fn codebook_describes_every_column() {
    let folder = tempfile::tempdir().unwrap();
    sample().write(folder.path()).unwrap();
    let codebook = read(folder.path(), "codebook");
    let described: Vec<_> = strings(&codebook, "table").into_iter().zip(strings(&codebook, "column")).collect();
    let text = fs::read_to_string(folder.path().join("codebook.md")).unwrap();
    let mut columns = Vec::new();
    for table in TABLES {
        for name in read(folder.path(), table.name).get_column_names() {
            assert!(text.contains(&format!("| `{name}` |")), "codebook.md describes {}.{name}", table.name);
            columns.push((Some(table.name.to_owned()), Some(name.to_string())));
        }
    }
    assert_eq!(described, columns);
    assert!(text.contains("The port should not be built.") && text.contains("Said \\| at the first reading."));
}

#[test]
fn closed_vocabularies_are_described() {
    let described = |table: &str, column: &str| {
        let table = TABLES.iter().find(|found| found.name == table).unwrap();
        table.columns.iter().find(|found| found.name == column).unwrap().description
    };
    for kind in BlockKind::ALL {
        assert!(described("blocks", "kind").contains(&format!("`{}`", kind.as_str())), "{kind:?}");
    }
    for role in [Role::Chair, Role::Speaker, Role::Questioner, Role::Interjector, Role::Unknown] {
        assert!(described("speakers", "role").contains(&format!("`{}`", role.as_str())), "{role:?}");
    }
    for change in ThemeChangeKind::ALL {
        assert!(described("theme_history", "change").contains(&format!("`{}`", change.as_str())), "{change:?}");
    }
    for reason in AssignmentReason::ALL {
        assert!(described("segment_themes", "reason").contains(&format!("`{}`", reason.as_str())), "{reason:?}");
    }
    for rule in [
        LinkRule::FirstMention,
        LinkRule::SameLabel,
        LinkRule::OcrVariant,
        LinkRule::SameFullName,
        LinkRule::UniqueSurname,
        LinkRule::ShortenedLabel,
        LinkRule::OfficeInChairLine,
        LinkRule::OfficeBesideName,
        LinkRule::NamedPart,
        LinkRule::PeopleList,
        LinkRule::PeopleListSurname,
        LinkRule::Declared,
        LinkRule::UnnamedOffice,
        LinkRule::AnonymousLabel,
        LinkRule::AmbiguousSurname,
        LinkRule::AmbiguousOffice,
    ] {
        assert!(described("utterances", "link_rule").contains(&format!("`{}`", rule.as_str())), "{rule:?}");
    }
    assert!(described("failures", "stage").contains(&format!("`{}`", Stage::Read.as_str())));
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut sample = sample();
    sample.study.csv = true;
    let first_files = sample.write(first.path()).unwrap().files().to_vec();
    assert_eq!(sample.write(second.path()).unwrap().files(), first_files);
    sample.write(second.path()).unwrap();
    assert_eq!(snapshot(first.path()), snapshot(second.path()));
}

#[test]
fn how_segments_are_cut_into_parts_changes_no_byte() {
    let (whole, parts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut sample = sample();
    sample.study.csv = true;
    sample.study.codes.clear();
    let n = 2 * sheet::GROUP + 5;
    sample.transcripts.truncate(1);
    let text = &mut sample.transcripts[0];
    let segment = text.segments[0].clone();
    let numbered = |i: usize| Segment { segment_id: format!("s{i}"), ..segment.clone() };
    text.segments = (0..n).map(numbered).collect();
    let write = |folder: &Path, at: usize| {
        let out = OutputFolder::prepare(folder, true).unwrap();
        let mut writer = Writer::begin(&out, &sample.study, 2).unwrap();
        for range in [0..at, at..n] {
            let n = range.len();
            let text = &sample.transcripts[0];
            let segments: Vec<_> = text.segments[range.clone()].iter().map(|segment| (text, segment)).collect();
            let vectors = Array2::from_shape_fn((n, 2), |(row, _)| (range.start + row) as f32);
            let embeddings = Embeddings { model_id: "m".into(), vectors, n_tokens: vec![3; n], n_windows: vec![1; n] };
            let tone = sample.sentiment.scores[0];
            let sentiment = Sentiment { model_id: "m".into(), scores: vec![tone; n], n_windows: vec![1; n] };
            let part = Measured {
                segments: &segments,
                embeddings: &embeddings,
                sentiment: Some(&sentiment),
                codings: &[],
                contexts: &[],
                theme_codes: None,
                variable_codes: &[],
            };
            writer.segments(&part).unwrap();
        }
        let closed = writer.finish().unwrap().close(&AddedColumns::default()).unwrap();
        let mut seen = 0;
        closed
            .again(|vectors, texts| {
                assert_eq!(vectors.nrows(), texts.len());
                assert_eq!(vectors[[texts.len() - 1, 1]].to_bits(), ((seen + texts.len() - 1) as f32).to_bits());
                seen += texts.len();
                Ok::<_, TableError>(())
            })
            .unwrap();
        assert_eq!(seen, n);
        let closing = Closing {
            record: &sample.record,
            documents: &[],
            other_paths: &BTreeMap::new(),
            people: &[],
            issues: &[],
            failures: &[],
            registry: b"themes",
        };
        closed.publish(&closing).unwrap();
    };
    write(whole.path(), 1);
    write(parts.path(), sheet::GROUP + 1);
    assert_eq!(snapshot(whole.path()), snapshot(parts.path()));
    assert_eq!(read(whole.path(), "segments").height(), n);
}

#[test]
fn run_json_has_the_study_and_the_hash_of_every_file() {
    let folder = tempfile::tempdir().unwrap();
    sample().write(folder.path()).unwrap();
    let mut files = snapshot(folder.path());
    let record: serde_json::Value = serde_json::from_slice(&files.remove("run.json").unwrap()).unwrap();
    assert_eq!(record["study"]["targets"][0]["note"], "Said | at the first reading.");
    assert_eq!(record["run"]["models"][0], format!("m {}", "6".repeat(64)));
    let listed: BTreeMap<&str, &serde_json::Value> =
        record["files"].as_array().unwrap().iter().map(|file| (file["name"].as_str().unwrap(), file)).collect();
    assert_eq!(listed.keys().copied().collect::<Vec<_>>(), files.keys().map(String::as_str).collect::<Vec<_>>());
    for (name, content) in &files {
        let sha256 = plenary_corpus::hash::sha256(content);
        assert_eq!(listed[name.as_str()]["sha256"], sha256, "{name}");
        assert_eq!(listed[name.as_str()]["bytes"], content.len(), "{name}");
    }
    assert_eq!(listed["segments.parquet"]["rows"], 4);
}

#[test]
fn csv_leaves_vectors_out_and_joins_lists() {
    let folder = tempfile::tempdir().unwrap();
    let mut sample = sample();
    sample.study.csv = true;
    sample.write(folder.path()).unwrap();
    let csv = |table: &str| fs::read_to_string(folder.path().join(format!("{table}.csv"))).unwrap();
    assert_eq!(csv("embeddings").lines().next(), Some("segment_id,model_id"));
    assert_eq!(
        csv("themes").lines().nth(1),
        Some(
            "t01,found,\"port, bay\",,,Ports and bays,,small,abababababababababababababababababababababababababababababababab,port; bay,0.5; 0.25,4,3,2,,,0123456789ab-u0002-s001; 0123456789ab-u0001-s001,0.7,,1.0,g01"
        )
    );
    assert!(csv("runs").contains("2024-05-01T08:00:02.5Z"));
    assert!(csv("documents").contains("1969-12-30"));
    assert!(csv("segments").contains("\"Tides rise; \"\"fast\"\".\""));

    // The next run does not write these files: they belong to the earlier results.
    sample.study.csv_bom = true;
    sample.write(folder.path()).unwrap();
    let speakers = fs::read_to_string(folder.path().join("speakers.csv")).unwrap();
    assert!(speakers.starts_with("\u{FEFF}speaker_id,"), "{speakers}");
    assert_eq!(speakers.matches('\u{FEFF}').count(), 1);
    sample.study.csv = false;
    sample.write(folder.path()).unwrap();
    assert!(snapshot(folder.path()).keys().all(|name| Path::new(name).extension() != Some("csv".as_ref())));
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut sample = sample();
    sample.sentiment.scores.pop();
    let error = sample.write(folder.path()).unwrap_err();
    assert!(matches!(error, TableError::Misfit { found: 3, expected: 4, .. }), "{error}");
    assert!(snapshot(folder.path()).is_empty());
}

#[test]
fn an_unknown_source_of_a_threshold_is_an_error() {
    let row = |source| NeitherThresholdRow {
        coder_id: "coder",
        target_id: "t",
        source,
        threshold: 0.0,
        stated_share: None,
        n_codes: None,
        accuracy: None,
        macro_f1: None,
        accuracy_of_default: None,
        macro_f1_of_default: None,
    };
    assert_eq!(row("hand_codes").known_source().expect("a known source"), ThresholdSource::HandCodes);
    let error = row("guess").known_source().expect_err("an unknown source").to_string();
    assert_eq!(
        error,
        "neither_thresholds.parquet: the column `source` has the value `guess`, expected one of default, stated_share, hand_codes"
    );
}
