//! Opening results from folders and from memory; folders that are not what a run wrote are refused.

use polars_arrow::array::StructArray;
use polars_arrow::ffi::ArrowArrayStreamReader;
use serde_json::{Value, json};

use super::folder::copy;
use super::*;
use plenary_corpus::findings::{CoderId, CoderKind, Coding, Codings, Stance, Verdict};

use crate::schema::{CodingRow, DocumentRow, EmbeddingRow, RunRow, SegmentRow, SpeakerRow, StanceRow, ThemeRow};
use crate::text::{json_rows, text_rows};

/// A results folder with CSV, and its path.
fn results_folder() -> (tempfile::TempDir, std::path::PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("results");
    let mut sample = sample();
    sample.study.csv = true;
    sample.write(&path).unwrap();
    (parent, path)
}

#[track_caller]
fn refused(folder: &Path, check: Check) -> OpenError {
    Results::open(folder, check).unwrap_err()
}

/// Changes `run.json`.
fn edit_record(folder: &Path, edit: impl FnOnce(&mut Value)) {
    let path = folder.join("run.json");
    let mut record: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    edit(&mut record);
    fs::write(path, record.to_string()).unwrap();
}

/// Replaces a table and lists the new file in `run.json`.
fn replace_table(folder: &Path, table: &str, frame: &mut DataFrame) {
    let path = folder.join(format!("{table}.parquet"));
    ParquetWriter::new(File::create(&path).unwrap()).finish(frame).unwrap();
    let bytes = fs::read(&path).unwrap();
    edit_record(folder, |record| {
        let files = record["files"].as_array_mut().unwrap();
        let file = files.iter_mut().find(|file| file["name"] == format!("{table}.parquet")).unwrap();
        file["bytes"] = json!(bytes.len());
        file["sha256"] = json!(plenary_corpus::hash::sha256(&bytes));
        file["rows"] = json!(frame.height());
    });
}

#[test]
fn an_opened_folder_says_what_the_run_and_the_study_were() {
    let (_parent, folder) = results_folder();
    let sample = sample();
    for check in [Check::Quick, Check::Full] {
        let results = Results::open(&folder, check).unwrap();
        let run = results.run();
        assert_eq!((run.run_id.as_str(), run.plenary_version.as_str()), ("r1", VERSION));
        assert_eq!(run.models, sample.record.models);
        assert_eq!((run.started_at, run.finished_at), (sample.record.started_at, sample.record.finished_at));
        assert_eq!((run.n_documents, run.n_segments, run.n_themes), (2, 4, 1));
        let expected = StudyInfo { csv: true, ..sample.study.clone() };
        assert_eq!(*results.study(), expected);
        assert_eq!(results.folder(), Some(folder.as_path()));
        assert_eq!(results.n_rows("segments").unwrap(), 4);
        // The codebook and the registry of themes.
        assert_eq!(results.files().len(), TABLES.len() * 2 + 2);
    }
}

#[test]
fn rows_are_read_as_they_were_written() {
    let (_parent, folder) = results_folder();
    let results = Results::open(&folder, Check::Quick).unwrap();
    let frame = results.frame(SegmentRow::TABLE).unwrap();
    let segments = SegmentRow::rows(&frame).unwrap();
    assert_eq!(segments[3].text, "Tides rise; \"fast\".");
    assert_eq!((segments[1].start, segments[1].n_windows, segments[3].n_windows), (24, 1, 2));
    let frame = results.frame("documents").unwrap();
    let documents = DocumentRow::rows(&frame).unwrap();
    assert_eq!(documents[0].date, Some(jiff::civil::date(1969, 12, 30)));
    assert_eq!(documents[0].other_paths, ["copies/a.md", "copies/b.md"]);
    assert_eq!(documents[0].title, None);
    let frame = results.frame("themes").unwrap();
    assert_eq!(ThemeRow::rows(&frame).unwrap()[0].term_weights, [0.5, 0.25]);
    let frame = results.frame("embeddings").unwrap();
    assert_eq!(EmbeddingRow::rows(&frame).unwrap()[2].vector, [0.6, 0.8]);
    let frame = results.frame("runs").unwrap();
    assert_eq!(RunRow::rows(&frame).unwrap()[0].finished_at, "2024-05-01T08:00:02.5Z".parse().unwrap());
    let frame = results.frame("stance").unwrap();
    let labels: Vec<_> = StanceRow::rows(&frame).unwrap().iter().map(|row| row.label.or(row.reason)).collect();
    assert_eq!(labels, [Some("favor"), Some("favor"), Some("against"), Some("off_topic")]);
    // Rows that are written again give the same frame.
    let frame = results.frame("speakers").unwrap();
    assert!(SpeakerRow::frame(&SpeakerRow::rows(&frame).unwrap()).unwrap().equals_missing(&frame));
}

#[test]
fn rows_of_a_frame_that_lacks_a_column_are_refused() {
    let results = sample().in_memory().unwrap();
    let frame = results.columns("segments", &["segment_id", "text"]).unwrap();
    let error = SegmentRow::rows(&frame).unwrap_err();
    assert!(error.to_string().contains("segments.parquet") && error.to_string().contains("utterance_id"), "{error}");
    let mut frame = results.frame("segments").unwrap();
    frame.with_column(polars_core::prelude::Column::full_null("text".into(), 4, &DataType::String)).unwrap();
    let error = SegmentRow::rows(&frame).unwrap_err();
    assert!(error.to_string().contains("`text` has a null"), "{error}");
}

#[test]
fn results_in_memory_are_those_of_a_folder() {
    let (parent, folder) = results_folder();
    let mut sample = sample();
    sample.study.csv = true;
    let memory = sample.in_memory().unwrap();
    let opened = Results::open(&folder, Check::Full).unwrap();
    assert_eq!(memory.folder(), None);
    assert_eq!((memory.run(), memory.study(), memory.files()), (opened.run(), opened.study(), opened.files()));
    for table in TABLES {
        let (kept, read) = (memory.frame(*table).unwrap(), opened.frame(table.name).unwrap());
        assert_eq!(kept.schema(), read.schema());
        assert!(kept.equals_missing(&read), "{}", table.name);
    }
    let saved = parent.path().join("saved");
    memory.save(&saved).unwrap();
    assert_eq!(snapshot(&saved), snapshot(&folder));
    // A folder can be saved too, also over other results.
    let saved_again = parent.path().join("again");
    super::sample().write(&saved_again).unwrap();
    let copied = opened.save(&saved_again).unwrap();
    assert_eq!(copied.folder(), Some(saved_again.as_path()));
    assert_eq!(snapshot(&saved_again), snapshot(&folder));
}

#[test]
fn damaged_results_are_not_saved() {
    let (parent, folder) = results_folder();
    let opened = Results::open(&folder, Check::Quick).unwrap();
    flip_a_byte(&folder.join("blocks.parquet"));
    let target = parent.path().join("target");
    let error = opened.save(&target).unwrap_err();
    assert!(matches!(&error, TableError::Open(OpenError { kind: OpenErrorKind::Sha256 { .. }, .. })), "{error}");
    assert!(!target.exists());
}

#[test]
fn record_batches_have_the_schema_of_the_file() {
    let (_parent, folder) = results_folder();
    let memory = sample().in_memory().unwrap();
    let opened = Results::open(&folder, Check::Quick).unwrap();
    for table in TABLES {
        // The Arrow schema that Arrow libraries use to read the file.
        let mut file = ParquetReader::new(File::open(folder.join(format!("{}.parquet", table.name))).unwrap());
        let metadata = file.get_metadata().unwrap().key_value_metadata().clone().unwrap();
        let written = metadata.into_iter().find(|entry| entry.key == "ARROW:schema").unwrap().value;
        for results in [&memory, &opened] {
            let batches = results.record_batches(*table).unwrap();
            let schema = batches.schema().clone();
            assert_eq!(polars_parquet::write::schema_to_metadata_key(&schema).value, written, "{}", table.name);
            let mut n_rows = 0;
            for batch in batches {
                let batch = batch.unwrap();
                assert_eq!(*batch.schema(), *schema);
                n_rows += batch.len();
            }
            assert_eq!(n_rows, results.n_rows(*table).unwrap());
        }
    }
}

#[test]
fn a_table_goes_through_the_c_stream() {
    let results = sample().in_memory().unwrap();
    for (table, n_rows) in [("segments", 4), ("embeddings", 4), ("themes", 1), ("documents", 2)] {
        let stream = results.arrow_stream(table).unwrap();
        // SAFETY: the stream was exported by this program and is read once.
        let mut reader = unsafe { ArrowArrayStreamReader::try_new(Box::new(stream)) }.unwrap();
        let mut found = 0;
        // SAFETY: as above.
        while let Some(array) = unsafe { reader.next() } {
            let array = array.unwrap();
            let rows = array.as_any().downcast_ref::<StructArray>().unwrap();
            assert_eq!(rows.fields().len(), results.frame(table).unwrap().width());
            found += rows.len();
        }
        assert_eq!(found, n_rows, "{table}");
    }
}

#[test]
fn tables_and_columns_are_known_by_name() {
    let results = sample().in_memory().unwrap();
    let error = results.frame("segment").unwrap_err();
    assert!(error.to_string().contains("no table `segment`") && error.to_string().contains("segments,"), "{error}");
    let error = results.columns("analysis", &["name", "stance_bay"]).unwrap_err();
    assert!(error.to_string().contains("no column `stance_bay`"), "{error}");
    assert!(error.to_string().contains("stance_port"), "columns that the study adds are known: {error}");
    let frame = results.columns("analysis", &["stance_port", "name"]).unwrap();
    assert_eq!(frame.get_column_names(), ["stance_port", "name"]);
}

fn flip_a_byte(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(path, bytes).unwrap();
}

#[test]
fn what_is_not_a_results_folder_is_refused() {
    let parent = tempfile::tempdir().unwrap();
    let error = refused(&parent.path().join("nowhere"), Check::Full);
    assert!(matches!(error.kind, OpenErrorKind::Missing), "{error}");
    fs::write(parent.path().join("notes.txt"), "mine").unwrap();
    assert!(matches!(refused(&parent.path().join("notes.txt"), Check::Full).kind, OpenErrorKind::NotAFolder));
    let error = refused(parent.path(), Check::Full);
    assert!(matches!(error.kind, OpenErrorKind::NotResults), "{error}");
    assert_eq!(error.hint(), Some(Hint::NameResultsFolder));
    fs::write(parent.path().join("run.json"), r#"{"run": "somebody else's"}"#).unwrap();
    let error = refused(parent.path(), Check::Full);
    assert!(matches!(error.kind, OpenErrorKind::ForeignRecord) && error.path.ends_with("run.json"), "{error}");
}

#[test]
fn unfinished_runs_are_refused() {
    let (parent, folder) = results_folder();
    // A run that was killed while it wrote into a new folder, and one that was killed while tables were moved.
    let begun = parent.path().join("begun");
    fs::create_dir_all(begun.join(".plenary-staging")).unwrap();
    assert!(matches!(refused(&begun, Check::Quick).kind, OpenErrorKind::Unfinished));
    let moving = parent.path().join("moving");
    fs::create_dir(&moving).unwrap();
    copy(&folder, &moving.join(".plenary-ready"));
    fs::rename(moving.join(".plenary-ready/blocks.parquet"), moving.join("blocks.parquet")).unwrap();
    let error = refused(&moving, Check::Quick);
    assert!(matches!(error.kind, OpenErrorKind::NotMoved), "{error}");
    assert_eq!(error.hint(), Some(Hint::RunAgain));
    drop(OutputFolder::prepare(&moving, false).unwrap());
    Results::open(&moving, Check::Full).unwrap();
    // While another run writes beside them, the earlier results can be opened.
    copy(&begun.join(".plenary-staging"), &folder.join(".plenary-staging"));
    Results::open(&folder, Check::Full).unwrap();
}

#[test]
fn a_damaged_record_is_refused() {
    let (_parent, folder) = results_folder();
    let path = folder.join("run.json");
    let whole = fs::read(&path).unwrap();
    // Cut off at any place except before the final line break.
    for length in (0..whole.len() - 1).step_by(97) {
        fs::write(&path, &whole[..length]).unwrap();
        let error = refused(&folder, Check::Full);
        assert!(matches!(error.kind, OpenErrorKind::RecordDamaged { .. }), "{length}: {error}");
        assert_eq!(error.hint(), Some(Hint::CopyAgainOrRunAgain));
    }
    for (name, edit) in [
        ("no run", (|record: &mut Value| drop(record["run"].take())) as fn(&mut Value)),
        ("a file elsewhere", |record| record["files"][0]["name"] = json!("../secret.parquet")),
        ("a file with a folder", |record| record["files"][0]["name"] = json!("/etc/secret.parquet")),
        ("a file twice", |record| {
            let file = record["files"][0].clone();
            record["files"].as_array_mut().unwrap().push(file);
        }),
        ("a format that is no number", |record| record["schema_version"] = json!("one")),
        ("a time that is none", |record| record["run"]["started_at"] = json!("yesterday")),
    ] {
        fs::write(&path, &whole).unwrap();
        edit_record(&folder, edit);
        let error = refused(&folder, Check::Quick);
        assert!(matches!(error.kind, OpenErrorKind::RecordDamaged { .. }), "{name}: {error}");
    }
    fs::write(&path, &whole).unwrap();
    edit_record(&folder, |record| {
        record["files"].as_array_mut().unwrap().retain(|file| file["name"] != "themes.parquet");
    });
    let error = refused(&folder, Check::Quick);
    assert!(matches!(&error.kind, OpenErrorKind::NotListed { table } if table == "themes"), "{error}");
}

#[test]
fn other_formats_are_refused() {
    let (_parent, folder) = results_folder();
    edit_record(&folder, |record| record["schema_version"] = json!(SCHEMA_VERSION + 1));
    let error = refused(&folder, Check::Quick);
    assert!(matches!(error.kind, OpenErrorKind::Format { .. }), "{error}");
    assert_eq!(error.hint(), Some(Hint::UseNewerVersion));
    edit_record(&folder, |record| record["schema_version"] = json!(SCHEMA_VERSION - 1));
    assert_eq!(refused(&folder, Check::Quick).hint(), Some(Hint::RunAgain));
    edit_record(&folder, |record| drop(record.as_object_mut().unwrap().remove("schema_version")));
    let error = refused(&folder, Check::Quick);
    assert!(matches!(error.kind, OpenErrorKind::BeforeFormats { .. }), "{error}");
    assert_eq!(error.hint(), Some(Hint::RunAgain));
}

#[test]
fn a_file_that_is_missing_or_has_another_size_is_refused() {
    let (parent, folder) = results_folder();
    for file in snapshot(&folder).keys().filter(|name| *name != "run.json") {
        let damaged = parent.path().join(format!("damaged-{file}"));
        copy(&folder, &damaged);
        let path = damaged.join(file);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        let error = refused(&damaged, Check::Quick);
        let expected = bytes.len() as u64;
        assert!(
            matches!(&error.kind, OpenErrorKind::Size { found, expected: e } if *e == expected && found + 1 == *e),
            "{error}"
        );
        assert_eq!(error.path, path);
        fs::remove_file(&path).unwrap();
        let error = refused(&damaged, Check::Quick);
        assert!(matches!(error.kind, OpenErrorKind::FileMissing) && error.path == path, "{error}");
        fs::create_dir(&path).unwrap();
        assert!(matches!(refused(&damaged, Check::Quick).kind, OpenErrorKind::Unreadable { .. }));
    }
}

#[test]
fn a_changed_byte_is_found_when_the_table_is_read() {
    let (parent, folder) = results_folder();
    for file in snapshot(&folder).keys().filter(|name| *name != "run.json") {
        let damaged = parent.path().join(format!("damaged-{file}"));
        copy(&folder, &damaged);
        flip_a_byte(&damaged.join(file));
        let error = refused(&damaged, Check::Full);
        assert!(matches!(error.kind, OpenErrorKind::Sha256 { .. }) && error.path.ends_with(file), "{error}");
        let opened = Results::open(&damaged, Check::Quick).unwrap();
        if let Some(table) = file.strip_suffix(".parquet") {
            assert!(matches!(opened.frame(table).unwrap_err().kind, OpenErrorKind::Sha256 { .. }));
            assert!(opened.record_batches(table).is_err() && opened.arrow_stream(table).is_err());
            assert!(opened.groups(table, None).is_err());
        }
    }
}

#[test]
fn a_table_of_another_run_is_refused() {
    let (parent, folder) = results_folder();
    let other = parent.path().join("other");
    let mut sample = sample();
    sample.study.csv = true;
    sample.transcripts[0].speakers[0].name = "Eva".into();
    sample.write(&other).unwrap();
    let mixed = parent.path().join("mixed");
    copy(&folder, &mixed);
    for file in ["speakers.parquet", "run.json"] {
        fs::copy(other.join(file), mixed.join(file)).unwrap();
        let error = refused(&mixed, Check::Full);
        assert!(matches!(error.kind, OpenErrorKind::Sha256 { .. } | OpenErrorKind::Size { .. }), "{error}");
        copy(&folder, &mixed);
    }
    // A table of the same results under another name.
    fs::copy(folder.join("sentiment.parquet"), mixed.join("stance.parquet")).unwrap();
    assert!(refused(&mixed, Check::Full).path.ends_with("stance.parquet"));
}

#[test]
fn other_columns_and_rows_are_refused() {
    let (parent, folder) = results_folder();
    let change = |name: &str, change: fn(&mut DataFrame)| {
        let changed = parent.path().join(name);
        copy(&folder, &changed);
        let mut frame = read(&changed, "segments");
        change(&mut frame);
        replace_table(&changed, "segments", &mut frame);
        changed
    };
    let columns = |folder: &Path| match refused(folder, Check::Full).kind {
        OpenErrorKind::Column { position, found, expected } => (position, found, expected),
        other => panic!("{other}"),
    };
    let missing = change("missing", |frame| drop(frame.drop_in_place("n_windows").unwrap()));
    assert_eq!(columns(&missing), (12, "`context` (str)".into(), "`n_windows` (u32)".into()));
    let more = change("more", |frame| {
        frame.with_column(polars_core::prelude::Column::new("mood".into(), [1i32, 2, 3, 4])).unwrap();
    });
    assert_eq!(columns(&more), (14, "`mood` (i32)".into(), "none".into()));
    let renamed = change("renamed", |frame| {
        frame.rename("text", "words".into()).unwrap();
    });
    assert_eq!(columns(&renamed).0, 6);
    // If only sizes are checked first, the table is refused when it is read.
    let quick = Results::open(&renamed, Check::Quick).unwrap();
    assert!(matches!(quick.frame("segments").unwrap_err().kind, OpenErrorKind::Column { .. }));
    let shorter = change("shorter", |frame| *frame = frame.head(Some(3)));
    edit_record(&shorter, |record| {
        let files = record["files"].as_array_mut().unwrap();
        files.iter_mut().find(|file| file["name"] == "segments.parquet").unwrap()["rows"] = json!(4);
    });
    assert!(matches!(refused(&shorter, Check::Full).kind, OpenErrorKind::Rows { found: 3, expected: 4 }));
}

#[test]
fn what_is_not_parquet_is_refused_also_with_the_right_hash() {
    let (_parent, folder) = results_folder();
    let whole = fs::read(folder.join("segments.parquet")).unwrap();
    for at in [0, 4, whole.len() / 3, whole.len() / 2, whole.len() - 100, whole.len() - 40, whole.len() - 6] {
        let mut bytes = whole.clone();
        bytes[at..].iter_mut().take(8).for_each(|byte| *byte ^= 0xA5);
        fs::write(folder.join("segments.parquet"), &bytes).unwrap();
        edit_record(&folder, |record| {
            let files = record["files"].as_array_mut().unwrap();
            files.iter_mut().find(|file| file["name"] == "segments.parquet").unwrap()["sha256"] =
                json!(plenary_corpus::hash::sha256(&bytes));
        });
        // Some of these files can still be read; none ends the program.
        let _ = Results::open(&folder, Check::Full).and_then(|results| results.frame("segments"));
    }
}

#[test]
fn a_coding_without_a_place_is_refused() {
    let sample = sample();
    let results = sample.in_memory().unwrap();
    let frame = results.frame("codings").unwrap();
    let codings = CodingRow::rows(&frame).unwrap();
    let ids: Vec<&str> = codings.iter().map(|coding| coding.segment_id).collect();
    let view = |codings: &[CodingRow]| {
        let codings: Vec<&CodingRow> = codings.iter().collect();
        crate::rows::stance_view(&codings, &ids, &sample.study).map(|view| view.rows.len())
    };
    assert_eq!(view(&codings).unwrap(), 4);
    let unknown = [CodingRow { target_id: "bay", ..codings[0].clone() }];
    assert!(view(&unknown).unwrap_err().to_string().contains("no such target"));
    let elsewhere = [CodingRow { segment_id: "x", ..codings[0].clone() }];
    assert!(view(&elsewhere).unwrap_err().to_string().contains("no such segment"));
    let twice = [codings[0].clone(), codings[0].clone()];
    let error = view(&twice).unwrap_err();
    assert!(error.to_string().contains("there is another one"), "{error}");
    assert_eq!(error.hint(), Some(Hint::ReportDefect));
}

#[test]
fn other_paths_of_an_unknown_document_are_refused() {
    let mut sample = sample();
    sample.other_paths.insert("ffffffffffff".into(), vec!["copy.md".into()]);
    let error = sample.in_memory().unwrap_err();
    assert!(error.to_string().contains("`ffffffffffff`, which has no row"), "{error}");
}

#[test]
fn cells_as_json_and_text() {
    let results = sample().in_memory().unwrap();
    let frame = results.columns("themes", &["theme_id", "terms", "cohesion", "separation"]).unwrap();
    let rows = json_rows(&frame).unwrap();
    assert_eq!(
        Value::from(rows[0].clone()),
        json!({"theme_id": "t01", "terms": ["port", "bay"], "cohesion": 0.7, "separation": null})
    );
    assert_eq!(text_rows(&frame).unwrap(), [["t01", "port; bay", "0.7", ""]]);
    let frame = results.columns("runs", &["started_at"]).unwrap();
    assert_eq!(text_rows(&frame).unwrap(), [["2024-05-01T08:00:00Z"]]);
    let frame = results.columns("embeddings", &["vector"]).unwrap();
    assert_eq!(json_rows(&frame).unwrap()[2]["vector"], json!([0.6, 0.8]));
    for table in TABLES {
        json_rows(&results.frame(*table).unwrap()).unwrap();
    }
}

#[test]
fn a_cascade_shows_the_coder_that_was_asked_last() {
    let mut sample = sample();
    let second = |id: &str, follows: Option<&str>, labels: [Option<Stance>; 4]| {
        let coding = |label: Option<Stance>| match label {
            Some(label) => Coding { verdict: Verdict::Labelled(label), ..Coding::not_asked(0.5) },
            None => Coding::not_asked(0.5),
        };
        Codings {
            coder: CoderId { id: id.into(), kind: CoderKind::Chat },
            follows: follows.map(str::to_owned),
            of_target: vec![labels.into_iter().map(coding).collect()],
        }
    };
    let (favor, against) = (Some(Stance::Favor), Some(Stance::Against));
    sample.codings.push(second("apart", None, [favor; 4]));
    sample.codings.push(second("llm", Some("m"), [against, None, None, favor]));
    sample.codings.push(second("large", Some("llm"), [None, None, None, against]));
    let results = sample.in_memory().unwrap();
    assert_eq!(results.n_rows("codings").unwrap(), 16);
    let frame = results.frame("stance").unwrap();
    let rows = StanceRow::rows(&frame).unwrap();
    let shown: Vec<(&str, Option<&str>)> = rows.iter().map(|row| (row.model_id, row.label)).collect();
    let first = |at: usize| sample.codings[0].of_target[0][at].verdict.label().map(Stance::as_str);
    assert_eq!(shown, [("llm", Some("against")), ("m", first(1)), ("m", first(2)), ("large", Some("against"))]);
    let analysis = results.frame("analysis").unwrap();
    let scores: Vec<Option<f32>> = analysis.column("stance_port").unwrap().f32().unwrap().iter().collect();
    assert_eq!((scores[0], scores[3]), (Some(-1.0), Some(-1.0)));
}
