//! Thresholds of `neither`: from a share that the study states, from hand codes, and the default.

use std::collections::BTreeMap;

use crate::common::{Place, Row};

const TARGET: &str = "\
[study]
language = \"en\"

[[targets]]
id = \"open_borders\"
proposition = \"Borders should be open.\"
negation = \"Borders should not be open.\"
";

/// No label but by the threshold.
const STANCE: &str = "\
[stance]
confidence_floor = 0.0
neutral_questions = false
";

/// Forty turns of one sentence each by four people.
fn debate() -> String {
    let said = [
        "Borders should be open to everybody",
        "Our border guards meet on Mondays",
        "I reject open borders",
        "The border is long",
        "Lunch is at noon",
    ];
    let turn = |n: usize| format!("d{},Person {},{} in year {}.\n", n / 20, n % 4, said[n % 5], 1900 + n);
    "document,speaker,text\n".to_owned() + &(0..40).map(turn).collect::<String>()
}

fn measured(study: &str) -> Place {
    let place = Place::with(&[("talks.csv", &debate()), ("study.toml", study)]);
    place.run_well(&["run", "talks.csv", "--study", "study.toml", "--out", "results", "--quiet", "--format", "csv"]);
    place
}

/// A text without its line breaks.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The only threshold of results.
fn threshold(place: &Place, results: &str) -> Row {
    let mut rows = place.rows(&format!("{results}/neither_thresholds.csv"));
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

/// Number of rows of a table of results by label, or by reason without a label.
fn labels(place: &Place, table: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for row in place.rows(&format!("results/{table}.csv")) {
        let label = if row["label"].is_empty() { &row["reason"] } else { &row["label"] };
        *counts.entry(label.clone()).or_default() += 1;
    }
    counts
}

#[test]
fn a_stated_share_is_the_share_of_neither_in_all_tables() {
    let place = measured(&format!("{TARGET}neither_share = 0.55\n\n{STANCE}"));
    let found = threshold(&place, "results");
    assert_eq!((found["source"].as_str(), found["stated_share"].as_str()), ("stated_share", "0.55"));
    assert_eq!(found["n_codes"], "");
    let of_codings = labels(&place, "codings");
    let n = |label: &str| of_codings.get(label).copied().unwrap_or(0);
    assert_eq!(n("neither") + n("off_topic"), 22, "{of_codings:?}");
    assert_eq!(n("favor") + n("against"), 18, "{of_codings:?}");
    assert_eq!(labels(&place, "stance"), of_codings);

    let codings = place.rows("results/codings.csv");
    let analysis = place.rows("results/analysis.csv");
    let number = |row: &Row, column: &str| row[column].parse::<f64>().expect("a number");
    for (coding, shown) in codings.iter().zip(&analysis) {
        assert_eq!(coding["segment_id"], shown["segment_id"]);
        let expected = if coding["label"].is_empty() { "" } else { coding["score"].as_str() };
        assert_eq!(shown["stance_open_borders"], expected);
        if coding["label"].is_empty() {
            continue;
        }
        let sides = [number(coding, "favor"), number(coding, "against"), number(coding, "neither")];
        assert!((sides.iter().sum::<f64>() - 1.0).abs() < 1e-5);
        let largest = sides.iter().copied().fold(0.0, f64::max);
        let at = ["favor", "against", "neither"].iter().position(|side| coding["label"] == *side).expect("a side");
        assert!((sides[at] - largest).abs() < 1e-6, "the label is the most probable: {coding:?}");
    }
    let of_people = place.rows("results/group_stance.csv");
    let of_people = of_people.iter().filter(|row| row["level"] == "speaker_target");
    let n_sides: f64 = of_people.map(|row| number(row, "n_favor") + number(row, "n_against")).sum();
    assert_eq!(n_sides, 18.0, "labels of speakers count the labels of the tables");
    let estimates = place.rows("results/estimates.csv");
    let of_corpus = estimates.iter().find(|row| row["level"] == "corpus_target").expect("the mean of the corpus");
    let scores: Vec<f64> =
        codings.iter().filter(|row| !row["label"].is_empty()).map(|row| number(row, "score")).collect();
    let mean = scores.iter().sum::<f64>() / scores.len() as f64;
    assert!((number(of_corpus, "mean") - mean).abs() < 1e-5, "{} and {mean}", of_corpus["mean"]);
}

#[test]
fn hand_codes_move_the_threshold_and_say_how_good_it_is() {
    let place = measured(&format!("{TARGET}\n{STANCE}"));
    let before = threshold(&place, "results");
    assert_eq!((before["source"].as_str(), before["threshold"].as_str()), ("default", "0.0"));
    let coded = |row: &Row| match row["text"].split(' ').next() {
        Some("Borders") => "favor",
        Some("I") => "against",
        _ => "neither",
    };
    let mut codes = "segment_id,label,inclusion_probability\n".to_owned();
    for row in place.rows("results/segments.csv").iter().rev().take(35) {
        codes.push_str(&format!("{},{},1\n", row["segment_id"], coded(row)));
    }
    place.write("codes.csv", &codes);
    place.write("study.toml", format!("{TARGET}\n{STANCE}coded = \"codes.csv\"\n"));
    let run = ["run", "talks.csv", "--study", "study.toml", "--out", "results", "--format", "csv"];
    let said = words(&place.run_well(&run).out);
    assert!(said.contains("Threshold of neither for open_borders:") && said.contains("from 35 hand codes"), "{said}");
    let found = threshold(&place, "results");
    assert_eq!((found["source"].as_str(), found["n_codes"].as_str()), ("hand_codes", "35"));
    let number = |column: &str| found[column].parse::<f64>().expect("a number");
    for column in ["accuracy", "macro_f1", "accuracy_of_default", "macro_f1_of_default"] {
        assert!((0.0..=1.0).contains(&number(column)), "{column}");
    }
    let n_sides = labels(&place, "codings")
        .iter()
        .filter(|(label, _)| *label == "favor" || *label == "against")
        .map(|(_, n)| n)
        .sum::<usize>();
    // Fourteen of the 35 codes are sides, as sixteen of the forty segments.
    assert!((14..=19).contains(&n_sides), "{n_sides}");

    let run_id = |place: &Place| place.rows("results/runs.csv")[0]["run_id"].clone();
    let first = run_id(&place);
    place.write("codes.csv", codes.replacen(",neither,", ",favor,", 1));
    place.run_well(&run);
    assert_ne!(run_id(&place), first, "other codes are another run");
}

#[test]
fn codes_of_other_segments_leave_the_default_with_a_finding() {
    let codes: String = (0..30).map(|n| format!("no-such-u{n:04}-s001,favor,1\n")).collect();
    let study = format!("{TARGET}\n[stance]\ncoded = \"codes.csv\"\n");
    let place = Place::with(&[("talks.csv", &debate()), ("study.toml", &study)]);
    place.write("codes.csv", format!("segment_id,label,inclusion_probability\n{codes}"));
    let run = ["run", "talks.csv", "--study", "study.toml", "--out", "results", "--format", "csv"];
    let said = words(&place.run_well(&run).out);
    assert!(said.contains("The threshold of neither: the default, not fitted to these texts"), "{said}");
    assert_eq!(threshold(&place, "results")["source"], "default");
    let issues = place.rows("results/issues.csv");
    let issue = issues.iter().find(|row| row["kind"] == "threshold_not_fitted").expect("a finding");
    assert!(issue["message"].contains("0 of the codes belong to segments of this run"), "{}", issue["message"]);
}

#[test]
fn thresholds_that_cannot_be_used_are_refused_before_anything_runs() {
    let refused = |study: &str, parts: &[&str]| {
        let place = Place::with(&[("talks.csv", &debate()), ("study.toml", study)]);
        place.write("codes.csv", "segment_id,label\na,favor\nb,neither\n");
        place.run(&["run", "talks.csv", "--study", "study.toml", "--out", "results"]).says(2, parts);
    };
    refused(
        &format!("{TARGET}neither_share = 70\n"),
        &["target `open_borders`: neither_share", "found 70", "between 0 and 1"],
    );
    refused("[stance]\nneither_share = 0.5\n", &["[stance] neither_share", "a study with [[targets]]"]);
    let of_stance = |keys: &str| format!("{TARGET}\n[stance]\n{keys}\n");
    refused(&of_stance("neither_share = 0.5\nneither = \"relevance\""), &["beside neither = \"relevance\""]);
    refused(&of_stance("neither_share = 0.5\ncoded = \"codes.csv\""), &["one source of thresholds"]);
    refused(&of_stance("coded = \"none.csv\""), &["[stance] coded", "none.csv"]);
    refused(&of_stance("coded = \"codes.csv\""), &["too few codes: `open_borders` has 2; expected at least 30 codes"]);
    let chat = "[[coders]]\nkind = \"chat\"\nendpoint = \"http://127.0.0.1:9/v1\"\nmodel = \"m\"\n";
    refused(&format!("{TARGET}neither_share = 0.5\n\n{chat}"), &["without an inference model"]);
    let cascade =
        format!("[[coders]]\nkind = \"inference\"\nid = \"small\"\n\n{chat}only_where = {{ coder = \"small\" }}\n");
    refused(&format!("{TARGET}neither_share = 0.5\n\n{cascade}"), &["coders without `only_where`"]);
}
