//! `plenary verify`: what differs, and why.

use std::fs;

use crate::common::{OTHER_TALK, Place, STUDY, TALK};

/// A place with results of two documents and a study.
fn measured() -> Place {
    let place = Place::with(&[("talks/a.md", TALK), ("talks/b.txt", OTHER_TALK), ("study.toml", STUDY)]);
    place.run_well(&["run", "talks", "--study", "study.toml", "--out", "results", "--quiet"]);
    place
}

/// Verifies with the cache that the run filled, so that a test takes less time.
fn verify(place: &Place, arguments: &[&str]) -> crate::common::Ended {
    let all = [&["verify", "results", "--cache", ".cache", "--quiet"], arguments].concat();
    place.run(&all)
}

#[test]
fn unchanged_results_are_computed_again_byte_for_byte() {
    let place = measured();
    let ended = place.run_well(&["verify", "results"]);
    assert!(ended.out.contains("the same, byte for byte"), "{}", ended.out);
    assert!(ended.out.ends_with("Nothing differs.\n"), "{}", ended.out);
    assert!(ended.err.contains("hashing the tables"), "{}", ended.err);
    let record: serde_json::Value = serde_json::from_slice(&fs::read(place.path("results/run.json")).unwrap()).unwrap();
    assert_eq!(record["origin"]["inputs"], serde_json::json!(["talks"]));
    assert_eq!(record["origin"]["study_text"], STUDY);
    assert_eq!(record["origin"]["files"][0]["role"], "study");
    let hashes = verify(&place, &["--hashes"]);
    assert_eq!(hashes.code, Some(0));
    assert!(hashes.out.contains("Nothing was computed again."), "{}", hashes.out);
}

#[test]
fn a_changed_input_is_named_with_the_first_cell_that_differs() {
    let place = measured();
    place.write("talks/b.txt", OTHER_TALK.replace("tired", "weary"));
    let ended = verify(&place, &[]);
    assert_eq!(ended.code, Some(1));
    for part in ["input talks/b.txt has changed: its sha256 is", "segments.parquet", "first in row", "Likely because:"]
    {
        assert!(ended.out.contains(part), "no `{part}`:\n{}", ended.out);
    }
    let json: serde_json::Value = serde_json::from_str(&verify(&place, &["--json"]).out).unwrap();
    let tables = json["recomputation"]["differing"].as_array().unwrap();
    let table = |name: &str| tables.iter().find(|table| table["name"] == name).unwrap()["change"].clone();
    // The document and its ids are others; the first document, of six segments, is the same.
    assert_eq!(table("segments.parquet")["first"]["row"], 7);
    assert!(tables.iter().all(|table| table["name"] != "runs.parquet"));
    assert!(
        json["differs"] == true && json["causes"][0].as_str().unwrap().contains("talks/b.txt"),
        "{}",
        json["causes"]
    );
    fs::remove_file(place.path("talks/b.txt")).unwrap();
    place.write("talks/c.txt", "ANN: We begin.\n\nBO: We do.\n\nANN: It is late.\n");
    let ended = verify(&place, &["--hashes"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.out.contains("input talks/b.txt is no longer there"), "{}", ended.out);
    assert!(ended.out.contains("input talks/c.txt is new"), "{}", ended.out);
}

#[test]
fn a_changed_study_is_named_and_can_be_used() {
    let place = measured();
    place.write("study.toml", format!("{STUDY}\n[stance]\nconfidence_floor = 0.9\n"));
    let ended = verify(&place, &[]);
    assert_eq!(ended.code, Some(1));
    // The settings of the record still give the tables.
    assert!(ended.out.contains("study study.toml has changed"), "{}", ended.out);
    assert!(ended.out.contains("the same, byte for byte"), "{}", ended.out);
    let ended = verify(&place, &["--study", "study.toml"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.out.contains("stance.parquet: first in row"), "{}", ended.out);
    place.run(&["verify", "results", "--study", "none.toml"]).says(2, &["there is no such study file"]);
}

#[test]
fn a_changed_table_is_named() {
    let place = measured();
    let mut bytes = fs::read(place.path("results/people.parquet")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    place.write("results/people.parquet", bytes);
    fs::remove_file(place.path("results/speakers.parquet")).unwrap();
    let ended = verify(&place, &[]);
    assert_eq!(ended.code, Some(1));
    for part in [
        "people.parquet: its sha256 is",
        "speakers.parquet: the file is missing",
        "people.parquet: computed as recorded; the file was changed after the run",
        "- files of the results were changed or removed after the run",
    ] {
        assert!(ended.out.contains(part), "no `{part}`:\n{}", ended.out);
    }
}

#[test]
fn without_inputs_or_models_only_hashes_are_compared() {
    let place = measured();
    fs::remove_dir_all(place.path("talks")).unwrap();
    let ended = verify(&place, &[]);
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    assert!(ended.out.contains("the inputs are not at hand"), "{}", ended.out);
    fs::create_dir_all(place.path("none")).unwrap();
    let ended = verify(&place, &["--models", "none"]);
    assert!(ended.out.contains("model all-minilm-l6-v2 is not at hand"), "{}", ended.out);
}

#[test]
fn folders_without_a_record_are_refused() {
    let place = Place::with(&[("mine/notes.txt", "x")]);
    place
        .run(&["verify", "mine"])
        .says(2, &["the folder has no `run.json`", "hint: Name a folder that `plenary run` wrote"]);
    place.run(&["verify", "nowhere"]).says(2, &["nowhere"]);
    place.write("half/run.json", "{\"plenary_version\": \"0.1.0\", \"schema_version\": 1}");
    place.run(&["verify", "half"]).says(2, &["run.json"]);
}

/// The settings of the command line are in the record, and files that the study names are read again.
#[test]
fn options_and_files_of_the_study_are_those_of_the_run() {
    let place = measured();
    place.write("people.csv", "name,party\nAnn Lee,Lake\nBo Chen,Hill\n");
    place.write("own/study.toml", format!("{STUDY}\n[transcript]\npeople = \"../people.csv\"\n"));
    place.run_well(&[
        "run",
        "talks",
        "--study",
        "own/study.toml",
        "--themes",
        "results",
        "--out",
        "second",
        "--quiet",
        "--format",
        "csv",
    ]);
    let ended = place.run(&["verify", "second", "--cache", ".cache", "--quiet"]);
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    assert!(ended.out.contains("the same, byte for byte"), "{}", ended.out);
    place.write("people.csv", "name,party\nAnn Lee,Lake\nBo Chen,Lake\n");
    let ended = place.run(&["verify", "second", "--cache", ".cache", "--quiet"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.out.contains("list of people own/../people.csv has changed"), "{}", ended.out);
    assert!(ended.out.contains("analysis.csv"), "{}", ended.out);
}
