//! `plenary show`: the summary again, tables, and folders that are refused.

use std::fs;

use serde_json::Value;

use super::common::{Ended, OTHER_TALK, Place, STUDY, TALK};

/// Results of two talks.
fn results() -> Place {
    let place = Place::with(&[("a.md", TALK), ("b.txt", OTHER_TALK), ("study.toml", STUDY)]);
    place.run_well(&["run", "a.md", "b.txt", "--study", "study.toml", "--out", "results", "--format", "csv"]);
    place
}

#[test]
fn show_prints_the_summary_of_the_run_but_for_its_cache() {
    let place = Place::with(&[("a.md", TALK), ("b.txt", OTHER_TALK), ("study.toml", STUDY)]);
    let run = |more: &[&str]| {
        place.run_well(&[&["run", "a.md", "b.txt", "--study", "study.toml", "--out", "results"], more].concat()).out
    };
    let cold = run(&[]);
    assert_eq!(place.run_well(&["show", "results"]).out, cold);
    assert_eq!(place.run_well(&["show", "results", "--quick"]).out, cold);
    for part in ["2 documents, 4 speakers", "Ann Lee", "95 % interval", "open_borders", "files in results"] {
        assert!(cold.contains(part), "{part} is not in\n{cold}");
    }
    // The summary of the second run reports what was found in the cache; the results do not contain it.
    let warm = run(&[]);
    let without_cache: String =
        warm.lines().filter(|line| !line.contains("found in the cache")).map(|line| format!("{line}\n")).collect();
    assert_ne!(warm, without_cache);
    assert_eq!(place.run_well(&["show", "results"]).out, without_cache.replace("\n\n\n", "\n\n"));
}

#[test]
fn show_gives_the_figures_as_json() {
    let place = results();
    let figures: Value = serde_json::from_str(&place.run_well(&["show", "results", "--json"]).out).unwrap();
    let count = |name: &str| figures[name].as_u64().unwrap();
    assert_eq!((count("n_documents"), count("n_speakers"), count("n_segments")), (2, 4, 11));
    assert_eq!(figures["speakers"][0]["name"], "Ann Lee");
    assert_eq!(figures["speakers"][0]["document"], "a.md");
    let target = &figures["targets"][0];
    let labels = ["favor", "against", "neither", "no_label"].map(|label| target[label].as_u64().unwrap());
    assert_eq!(labels.iter().sum::<u64>(), 11, "{target}");
    let means = place.texts("results/estimates.parquet", "mean");
    let levels = place.texts("results/estimates.parquet", "level");
    let corpus = levels.iter().position(|level| level == "corpus_target").unwrap();
    let mean = target["stance"]["mean"].as_f64().unwrap();
    assert!((mean - means[corpus].parse::<f64>().unwrap()).abs() < 1e-12, "{mean}");
}

#[test]
fn show_prints_tables() {
    let place = results();
    let show = |arguments: &[&str]| place.run_well(&[&["show", "results", "--table"], arguments].concat()).out;
    // The CSV is the same as in the file.
    for table in ["speakers", "analysis", "themes", "failures", "runs"] {
        let file = fs::read_to_string(place.path(&format!("results/{table}.csv"))).unwrap();
        assert_eq!(show(&[table, "--format", "csv"]), file, "{table}");
    }
    let text = show(&["speakers", "--columns", "name,n_words", "--limit", "1"]);
    assert!(text.contains("name") && text.contains("Ann Lee") && !text.contains("Bo Chen"), "{text}");
    assert!(text.contains("and 3 more rows"), "{text}");
    let csv = show(&["segments", "--columns", "n_words,segment_id", "--limit", "2", "--format", "csv"]);
    assert_eq!((csv.lines().next(), csv.lines().count()), (Some("n_words,segment_id"), 3));
    let rows: Value = serde_json::from_str(&show(&["embeddings", "--limit", "2", "--format", "json"])).unwrap();
    assert_eq!((rows.as_array().unwrap().len(), rows[1]["vector"].as_array().unwrap().len()), (2, 384));
    let none: Value = serde_json::from_str(&show(&["failures", "--format", "json"])).unwrap();
    assert_eq!(none, Value::Array(Vec::new()));
    let header = show(&["failures", "--limit", "0"]);
    assert_eq!(header.split_whitespace().collect::<Vec<_>>(), ["path", "stage", "error", "hint"]);
}

#[test]
fn show_names_what_there_is_instead_of_what_there_is_not() {
    let place = results();
    let show = |arguments: &[&str]| place.run(&[&["show"], arguments].concat());
    show(&["results", "--table", "speaker"]).says(2, &["no table `speaker`", "speakers, people"]);
    show(&["results", "--table", "analysis", "--columns", "stance"])
        .says(2, &["no column `stance`", "stance_open_borders"]);
    show(&["results", "--columns", "name"]).says(2, &["--table"]);
    show(&["results", "--json", "--table", "speakers"]).says(2, &["cannot be used with"]);
    let vectors = show(&["results", "--table", "embeddings", "--columns", "vector", "--format", "csv"]);
    vectors.says(2, &["CSV cannot hold vectors", "--format json"]);
}

#[test]
fn show_refuses_what_is_not_whole_and_says_what_to_do() {
    let place = results();
    let refused = |name: &str, parts: &[&str]| -> Ended {
        let ended = place.run(&["show", name]);
        ended.says(2, parts);
        assert!(!ended.err.contains("panicked"), "{}", ended.err);
        ended
    };
    refused("nowhere", &["nowhere: there is no such folder", "Name a folder that `plenary run` wrote"]);
    refused("a.md", &["a.md: this is a file", "Name a folder"]);
    place.write("notes/mine.txt", "mine");
    refused("notes", &["notes: the folder has no `run.json`", "Name a folder"]);

    let speakers = fs::read(place.path("results/speakers.parquet")).unwrap();
    let again = "Copy the folder again, or run `plenary run` again with the same --out";
    let mut flipped = speakers.clone();
    flipped[speakers.len() / 2] ^= 1;
    place.write("results/speakers.parquet", &flipped);
    refused("results", &["speakers.parquet: the content is not what the run wrote", again]);
    place.run(&["show", "results", "--quick"]).says(2, &["speakers.parquet: the content is not what the run wrote"]);
    place.run_well(&["show", "results", "--quick", "--table", "themes"]);
    place.write("results/speakers.parquet", &speakers[1..]);
    refused("results", &["speakers.parquet: the file has", "expected", again]);
    fs::remove_file(place.path("results/speakers.parquet")).unwrap();
    refused("results", &["speakers.parquet: the file is missing", again]);
    place.write("results/speakers.parquet", &speakers);
    place.run_well(&["show", "results"]);

    let record = fs::read_to_string(place.path("results/run.json")).unwrap();
    place.write("results/run.json", &record[..record.len() / 2]);
    refused("results", &["run.json: the record of the run is damaged", again]);
    place.write("results/run.json", record.replace("\"schema_version\": 1", "\"schema_version\": 2"));
    refused("results", &["format 2", "this version reads format 1", "a newer one"]);
}
