//! `plenary check-study`: tests of the wording of studies.

use serde_json::Value;

use crate::common::{Place, STUDY};

fn checked(place: &Place, study: &str) -> Value {
    place.write("study.toml", study);
    serde_json::from_str(&place.run_well(&["check-study", "study.toml", "--json", "--quiet"]).out).unwrap()
}

/// The findings of a test about a target.
fn findings<'v>(checked: &'v Value, target: &str, test: &str) -> Vec<(&'v str, &'v str)> {
    let all = checked["findings"].as_array().unwrap().iter();
    let wanted = all.filter(|finding| finding["target_id"] == target && finding["test"] == test);
    wanted.map(|finding| (finding["severity"].as_str().unwrap(), finding["message"].as_str().unwrap())).collect()
}

/// Passed and all of a test.
fn count(checked: &Value, target: &str, test: &str) -> Option<(u64, u64)> {
    let target = checked["targets"].as_array().unwrap().iter().find(|one| one["target_id"] == target).unwrap();
    let tests = target["tests"].as_array().unwrap();
    let found = tests.iter().find(|pair| pair[0] == test)?;
    Some((found[1]["n_passed"].as_u64().unwrap(), found[1]["n"].as_u64().unwrap()))
}

#[test]
fn a_plain_proposition_passes() {
    let place = Place::new();
    let study = STUDY.replace("[[targets]]", "[study]\nlanguage = \"en\"\n\n[[targets]]");
    let study = format!("{study}paraphrases = [\"All borders ought to be open.\"]\n");
    let study =
        format!("{study}examples = {{ favor = [\"I am for open borders.\"], neither = [\"Lunch is at noon.\"] }}\n");
    let found = checked(&place, &study);
    let expected =
        [("form", 1), ("proposition", 1), ("negation", 3), ("paraphrase", 5), ("unrelated", 40), ("examples", 2)];
    for (test, n) in expected {
        assert_eq!(count(&found, "open_borders", test), Some((n, n)), "{test}: {found:#}");
    }
    assert_eq!(count(&found, "open_borders", "overlap"), None, "there is one target");
    assert_eq!(found["findings"].as_array().unwrap().len(), 0);
    let ended = place.run_well(&["check-study", "study.toml", "--strict"]);
    assert!(ended.out.contains("Nothing was found.") && ended.out.contains("40/40"), "{}", ended.out);
}

#[test]
fn wrong_wordings_are_found() {
    let place = Place::new();
    let study = "\
[study]
language = \"en\"

[[targets]]
id = \"question\"
proposition = \"Should borders be open?\"

[[targets]]
id = \"heading\"
proposition = \"Open borders\"
negation = \"Open borders\"

[[targets]]
id = \"two\"
proposition = \"Every school and every road needs more money.\"

[[targets]]
id = \"open\"
proposition = \"Borders should be open.\"
examples = { against = [\"Borders should be open to everybody.\"] }

[[targets]]
id = \"closed\"
proposition = \"Borders should not be open.\"
negation = \"Borders should be open.\"
";
    let found = checked(&place, study);
    let only = |target: &str, test: &str| -> (&str, &str) {
        let all = findings(&found, target, test);
        assert!(!all.is_empty(), "{target}, {test}: {found:#}");
        all[0]
    };
    assert_eq!(only("question", "form").0, "warning");
    assert!(only("question", "form").1.contains("is a question"));
    assert!(findings(&found, "heading", "form").iter().any(|(_, message)| message.contains("is not a sentence")));
    assert!(findings(&found, "heading", "form").iter().any(|(_, message)| message.contains("are the same")));
    assert!(only("two", "form").1.contains("may make two claims, joined by \"and\""));
    assert_eq!(only("two", "negation"), ("not_tested", "there is no negation, and none can be made by rule"));
    // The negation is made by rule, tested, and advised.
    assert_eq!(only("open", "negation"), ("advice", "the study gives no negation"));
    assert_eq!(count(&found, "open", "negation"), Some((3, 3)));
    assert_eq!(count(&found, "open", "examples"), Some((0, 1)));
    assert!(only("open", "examples").1.contains("is given as against, and is coded favor"));
    assert!(only("closed", "form").1.contains("is denied"));
    let overlaps = found["findings"].as_array().unwrap().iter().filter(|finding| finding["test"] == "overlap");
    let overlaps: Vec<&str> = overlaps.map(|finding| finding["message"].as_str().unwrap()).collect();
    assert!(
        overlaps.iter().any(|message| message.contains("`open`")
            && message.contains("`closed`")
            && message.contains("the other side")),
        "{overlaps:?}"
    );
    let severities: Vec<&str> =
        found["findings"].as_array().unwrap().iter().map(|finding| finding["severity"].as_str().unwrap()).collect();
    let rank = |severity: &&str| ["warning", "advice", "not_tested"].iter().position(|one| one == severity);
    assert!(severities.is_sorted_by_key(rank), "{severities:?}");

    assert_eq!(place.run(&["check-study", "study.toml", "--strict", "--quiet"]).code, Some(1));
    place.run_well(&["check-study", "study.toml", "--quiet"]);
}

#[test]
fn languages_without_sentences_and_studies_without_targets() {
    let place = Place::new();
    let study = STUDY.replace("[[targets]]", "[study]\nlanguage = \"cy\"\n\n[[targets]]");
    let found = checked(&place, &study);
    assert_eq!(found["language"], "cy");
    assert_eq!(count(&found, "open_borders", "unrelated"), None);
    assert_eq!(findings(&found, "open_borders", "unrelated")[0].0, "not_tested");
    assert_eq!(findings(&found, "open_borders", "paraphrase")[0].0, "not_tested");
    assert_eq!(count(&found, "open_borders", "negation"), Some((1, 1)));
    place.write("empty.toml", "[study]\nname = \"none\"\n");
    place.run(&["check-study", "empty.toml"]).says(2, &["the study has no targets", "[[targets]]"]);
    place.run(&["check-study", "missing.toml"]).says(2, &["missing.toml"]);
}
