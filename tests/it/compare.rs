//! `plenary compare`: what changed between two runs.

use std::fs;

use crate::common::{OTHER_TALK, Place, STUDY, TALK};

/// A place with the results of a first and of a second run: one document stayed, one has changed, one went, one came.
fn measured() -> Place {
    let gone = "**Eve Long**\n\nI have nothing to say about borders.\n";
    let place =
        Place::with(&[("one/a.md", TALK), ("one/b.txt", OTHER_TALK), ("one/gone.md", gone), ("study.toml", STUDY)]);
    place.run_well(&["run", "one", "--study", "study.toml", "--out", "first", "--quiet"]);
    place.write("two/a.md", TALK);
    place.write("two/b.txt", OTHER_TALK.replace("Teachers are tired and angry.", "Teachers are weary."));
    place.write("two/came.md", "**Fay Rose**\n\nOpen borders make us safe. We should be proud of them.\n");
    place.write("second.toml", format!("{STUDY}\n[stance]\nconfidence_floor = 0.9\n"));
    place.run_well(&["run", "two", "--study", "second.toml", "--out", "second", "--quiet"]);
    place
}

fn json(place: &Place, old: &str, new: &str) -> serde_json::Value {
    serde_json::from_str(&place.run_well(&["compare", old, new, "--json"]).out).unwrap()
}

#[test]
fn documents_people_and_segments_are_matched_by_content() {
    let place = measured();
    let found = json(&place, "first", "second");
    let changes: Vec<(&str, &str)> = found["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| {
            let shown = if pair["new"].is_null() { &pair["old"] } else { &pair["new"] };
            (pair["change"].as_str().unwrap(), shown["path"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        changes,
        [("moved", "two/a.md"), ("changed", "two/b.txt"), ("removed", "one/gone.md"), ("added", "two/came.md")]
    );
    // Six segments of a.md, and four of the five of b.txt.
    assert_eq!(found["segments"]["n_both"], 10);
    let people = found["people"].as_array().unwrap();
    let of =
        |name: &str| people.iter().find(|pair| pair["old"]["name"] == name || pair["new"]["name"] == name).unwrap();
    assert_eq!(of("Ann Lee")["change"], "same");
    assert_eq!(of("David")["change"], "changed");
    assert_eq!(of("Eve Long")["change"], "removed");
    assert_eq!(of("Fay Rose")["change"], "added");
    assert_eq!(found["settings"][0]["key"], "stance.confidence_floor");
    assert_eq!((&found["settings"][0]["old"], &found["settings"][0]["new"]), (&"0.4".into(), &"0.9".into()));
}

#[test]
fn labels_and_estimates_change_with_the_settings() {
    let place = measured();
    place.run_well(&["run", "one", "--study", "second.toml", "--out", "floor", "--quiet"]);
    let found = json(&place, "first", "floor");
    let stance =
        found["labels"].as_array().unwrap().iter().find(|labels| labels["measure"]["kind"] == "stance").unwrap();
    let n_changed = stance["n_changed"].as_u64().unwrap();
    assert!(n_changed > 0);
    let transitions = stance["transitions"].as_array().unwrap();
    // A higher floor only takes labels away.
    assert!(transitions.iter().all(|transition| transition["to"].is_null() && !transition["from"].is_null()));
    assert_eq!(transitions.iter().map(|transition| transition["n"].as_u64().unwrap()).sum::<u64>(), n_changed);
    let example = &transitions[0]["examples"][0];
    assert!(!example["text"].as_str().unwrap().is_empty());
    let tone =
        found["labels"].as_array().unwrap().iter().find(|labels| labels["measure"]["kind"] == "sentiment").unwrap();
    assert_eq!((&tone["n_changed"], &tone["n_compared"]), (&0.into(), &12.into()));
    let estimates = found["estimates"].as_array().unwrap();
    let of = |level: &str, measure: &str| {
        estimates.iter().find(|estimate| estimate["level"] == level && estimate["measure"] == measure).unwrap()
    };
    assert_eq!(of("corpus", "sentiment_score")["difference"], 0.0);
    let stance = of("corpus_target", "stance_score");
    let number = |side: &str| stance[side]["value"].as_f64().unwrap();
    assert!((stance["difference"].as_f64().unwrap() - (number("new") - number("old"))).abs() < 1e-12);
    assert!(stance["difference"].as_f64().unwrap() != 0.0);
}

#[test]
fn a_run_and_itself_are_the_same() {
    let place = measured();
    let out = place.run_well(&["compare", "first", "first"]).out;
    assert!(out.contains("Settings: the same study, models and version."), "{out}");
    assert!(out.contains("Documents: 3 the same."), "{out}");
    assert!(out.contains("of which 0 differ"), "{out}");
}

#[test]
fn pages_and_csv_files_have_all_and_replace_nothing_else() {
    let place = measured();
    place.run_well(&["compare", "first", "second", "--html", "changes.html", "--csv", "changes"]);
    let page = fs::read_to_string(place.path("changes.html")).unwrap();
    for part in
        ["What changed between first and second", "Content-Security-Policy", "stance.confidence_floor", "two/came.md"]
    {
        assert!(page.contains(part), "no `{part}`");
    }
    assert!(!page.contains("<script"), "the page has no script");
    let names: Vec<String> = place.files("changes").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), 9, "the tables and the record: {names:?}");
    let labels = fs::read_to_string(place.path("changes/labels.csv")).unwrap();
    assert!(labels.starts_with("measure,from,to,n_segments,n_compared\n"), "{labels}");
    place.run(&["compare", "first", "second", "--csv", "changes"]).says(2, &["exists already", "--force"]);
    place.run_well(&["compare", "first", "second", "--csv", "changes", "--html", "changes.html", "--force"]);
    // The rule is that of all folders of tables.
    let record = fs::read_to_string(place.path("changes/made_from.json")).unwrap();
    assert!(record.contains("\"command\": \"compare\"") && record.contains("old_run_id"), "{record}");
    place.write("notes/mine.txt", "x");
    place
        .run(&["compare", "first", "second", "--csv", "notes", "--force"])
        .says(2, &["notes holds files that plenary did not write (`mine.txt`)"]);
    assert_eq!(place.files("notes").len(), 1);
    place.write("mine.html", "<p>mine</p>");
    place.run(&["compare", "first", "second", "--html", "mine.html"]).says(2, &["is not a report of plenary"]);
    place.run(&["compare", "first", "one"]).says(2, &["has no `run.json`"]);
}

/// Results of a version that lacks tables and columns, and of an earlier format, are compared as far as they go.
#[test]
fn what_only_one_version_has_is_said() {
    let place = measured();
    let path = place.path("first/run.json");
    let mut record: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    record["run"]["plenary_version"] = "0.0.9".into();
    record["plenary_version"] = "0.0.9".into();
    record["schema_version"] = 0.into();
    let files = record["files"].as_array_mut().unwrap();
    files.retain(|file| file["name"] != "people.parquet" && file["name"] != "group_estimates.parquet");
    fs::write(&path, record.to_string()).unwrap();
    let found = json(&place, "first", "second");
    let missing: Vec<String> = found["missing"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| format!("{}.{} {}", column["table"], column["column"], column["missing_in"]).replace('"', ""))
        .collect();
    assert!(missing.contains(&"people.name old".to_owned()), "{missing:?}");
    assert!(found["people"].as_array().unwrap().iter().all(|pair| pair["change"] == "added"));
    let out = place.run_well(&["compare", "first", "second"]).out;
    assert!(out.contains("plenary 0.0.9 and"), "{out}");
    assert!(out.contains("people.name (missing in the old run)"), "{out}");
    place.run(&["show", "first"]).says(2, &["format"]);
}

#[test]
fn themes_are_matched_by_id_where_they_were_continued_and_else_by_segments() {
    let place = measured();
    let apart = json(&place, "first", "second");
    assert_eq!(apart["theme_matching"], "shared_segments");
    place.run_well(&["run", "one", "two", "--study", "study.toml", "--themes", "first", "--out", "third", "--quiet"]);
    let found = json(&place, "first", "third");
    let themes = found["themes"].as_array().unwrap();
    if !themes.is_empty() {
        assert_eq!(found["theme_matching"], "continued");
        assert!(
            themes.iter().all(|pair| pair["old"].is_null() || pair["old"]["id"] == pair["new"]["id"]),
            "{themes:?}"
        );
    }
}
