//! Results folders of earlier versions are opened, or refused with an error that says what to do.

use std::fs;
use std::path::{Path, PathBuf};

use plenary::table::schema::{DocumentRow, EstimateRow, SpeakerRow, StanceRow, TABLES};
use plenary::table::{Check, OpenErrorKind, Results};

use super::common::Place;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat").join(name)
}

/// The sample of the results folders, and a run of it that writes to `results`.
fn run_sample() -> Place {
    let read = |name: &str| fs::read_to_string(folder(name)).unwrap();
    let place = Place::with(&[("talk.md", &read("talk.md")), ("study.toml", &read("study.toml"))]);
    place.run_well(&["run", "talk.md", "--study", "study.toml", "--out", "results", "--no-cache"]);
    place
}

#[test]
fn results_of_version_0_1_0_are_opened() {
    let kept = folder("0.1.0");
    if std::env::var_os("UPDATE_COMPAT").is_some() {
        let place = run_sample();
        let _ = fs::remove_dir_all(&kept);
        fs::create_dir_all(&kept).unwrap();
        for (name, bytes) in place.files("results") {
            fs::write(kept.join(name), bytes).unwrap();
        }
    }
    let results = Results::open(&kept, Check::Full).unwrap();
    assert_eq!(results.run().plenary_version, "0.1.0");
    assert_eq!((results.run().n_documents, results.run().n_speakers, results.run().n_segments), (1, 2, 6));
    assert_eq!(results.run().models.len(), 3);
    assert_eq!(results.study().targets[0].id, "open_borders");
    assert_eq!(results.study().json["segments"]["unit"], "sentence");
    assert!((results.study().confidence_level - 0.95).abs() < 1e-9 && results.study().scores_sentiment);
    for table in TABLES {
        assert_eq!(results.frame(*table).unwrap().height(), results.n_rows(*table).unwrap(), "{}", table.name);
    }
    let frame = results.frame(DocumentRow::TABLE).unwrap();
    assert_eq!(DocumentRow::rows(&frame).unwrap()[0].path, "talk.md");
    let frame = results.frame(SpeakerRow::TABLE).unwrap();
    let names: Vec<_> = SpeakerRow::rows(&frame).unwrap().iter().map(|row| row.name).collect();
    assert_eq!(names, ["Ann Lee", "Bo Chen"]);
    let frame = results.frame(StanceRow::TABLE).unwrap();
    assert_eq!(StanceRow::rows(&frame).unwrap()[0].label, Some("favor"));
    let frame = results.frame(EstimateRow::TABLE).unwrap();
    assert!(EstimateRow::rows(&frame).unwrap().iter().any(|row| row.level == "corpus_target"));
}

/// The present version writes the same tables as the folder contains, unless the program has changed them without a new
/// folder.
#[test]
fn results_of_version_0_1_0_are_up_to_date() {
    let place = run_sample();
    let (kept, new) = (Results::open(&folder("0.1.0"), Check::Quick).unwrap(), place.path("results"));
    let new = Results::open(&new, Check::Quick).unwrap();
    for table in TABLES.iter().filter(|table| !["runs", "codebook"].contains(&table.name)) {
        let (kept, new) = (kept.frame(*table).unwrap(), new.frame(*table).unwrap());
        assert_eq!(kept.schema(), new.schema(), "{}: see tests/compat/README.md", table.name);
        assert_eq!(kept.height(), new.height(), "{}: see tests/compat/README.md", table.name);
    }
}

#[test]
fn results_without_a_format_number_are_refused() {
    let error = Results::open(&folder("before-formats"), Check::Full).unwrap_err();
    assert!(matches!(error.kind, OpenErrorKind::BeforeFormats { .. }), "{error}");
    let place = Place::new();
    let path = folder("before-formats").display().to_string();
    place.run(&["show", &path]).says(
        2,
        &["no format number", "this version does not read them", "Run `plenary run` again with the same --out"],
    );
    // What the error says to do works.
    for entry in fs::read_dir(folder("before-formats")).unwrap().map(Result::unwrap) {
        place.write(&format!("results/{}", entry.file_name().display()), fs::read(entry.path()).unwrap());
    }
    place.write("talk.md", fs::read(folder("talk.md")).unwrap());
    place.run_well(&["run", "talk.md", "--out", "results"]);
    place.run_well(&["show", "results"]);
}
