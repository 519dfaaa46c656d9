//! Results that other versions wrote are opened, or refused with the reason.
//!
//! `tests/compat/` holds one results folder for each format of results, named after the number of the format. `README.md` there says
//! when to add one.

use std::fs;
use std::path::{Path, PathBuf};

use plenary::table::{Check, OpenErrorKind, Results, SCHEMA_VERSION};

use crate::common::{OTHER_TALK, Place, STUDY, TALK};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat")
}

/// The kept folders with the numbers of their formats, the oldest first.
fn kept() -> Vec<(u32, PathBuf)> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let number = |path: &Path| path.file_name().unwrap().to_string_lossy().strip_prefix("format-")?.parse().ok();
    let mut kept: Vec<_> = entries.filter_map(|path| Some((number(&path)?, path))).collect();
    kept.sort();
    kept
}

/// Writes the folder of the current format again.
fn update() {
    let place = Place::with(&[("talk.md", TALK), ("school.txt", OTHER_TALK), ("study.toml", STUDY)]);
    place.run_well(&["run", "talk.md", "school.txt", "--study", "study.toml", "--no-cache", "--out", "results"]);
    let to = folder().join(format!("format-{SCHEMA_VERSION}"));
    if to.exists() {
        fs::remove_dir_all(&to).unwrap();
    }
    fs::create_dir_all(&to).unwrap();
    for (name, bytes) in place.files("results") {
        fs::write(to.join(name), bytes).unwrap();
    }
}

#[test]
fn results_of_every_format_are_opened_or_refused_with_the_reason() {
    if std::env::var_os("UPDATE_COMPAT").is_some() {
        update();
    }
    let kept = kept();
    let current = kept.last().map(|(format, _)| *format);
    assert_eq!(
        current,
        Some(SCHEMA_VERSION),
        "tests/compat has no folder of the current format: UPDATE_COMPAT=1 cargo test --release --test it compat"
    );
    for (format, path) in &kept {
        let opened = Results::open(path, Check::Full);
        if *format == SCHEMA_VERSION {
            let results = opened.unwrap_or_else(|error| panic!("{error}"));
            for file in results.files().iter().filter(|file| file.name.ends_with(".parquet")) {
                let table = file.name.trim_end_matches(".parquet");
                assert_eq!(Some(results.frame(table).unwrap().height()), file.rows, "{table}");
            }
            assert_eq!(results.n_rows("documents").unwrap(), 2);
            assert_eq!(results.n_rows("speakers").unwrap(), 4);
        } else {
            let error = opened.unwrap_err();
            let expected = matches!(&error.kind, OpenErrorKind::Format { found, .. } if *found == u64::from(*format));
            assert!(expected, "{}: {error}", path.display());
            assert!(error.hint().is_some(), "{error}");
        }
    }
}

#[test]
fn a_damaged_copy_of_kept_results_is_refused() {
    let (_, kept) = kept().pop().unwrap();
    let place = Place::new();
    for entry in fs::read_dir(kept).unwrap() {
        let path = entry.unwrap().path();
        place.write(&path.file_name().unwrap().to_string_lossy(), fs::read(&path).unwrap());
    }
    assert!(Results::open(&place.path(""), Check::Full).is_ok());
    let mut bytes = fs::read(place.path("speakers.parquet")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    place.write("speakers.parquet", bytes);
    let error = Results::open(&place.path(""), Check::Full).unwrap_err();
    assert!(error.to_string().contains("speakers.parquet"), "{error}");
}
