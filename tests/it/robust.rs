//! `plenary robust`: every specification equals a run that made the same choices.

use std::collections::BTreeMap;
use std::fs;

use crate::common::{Place, Row, assert_same};

const STUDY: &str = "\
[study]
language = \"en\"

[[targets]]
id = \"open_borders\"
proposition = \"Borders should be open.\"
negation = \"Borders should not be open.\"
paraphrases = [\"Everybody should be allowed to cross borders.\"]

[[estimates.by]]
columns = [\"affiliation\"]
differences = true
";

const FOR: [&str; 3] =
    ["Borders should be open to everybody", "I welcome open borders", "Let people cross every border"];
const AGAINST: [&str; 3] = ["Borders should be closed", "I reject open borders", "No stranger may cross our border"];
const NEITHER: [&str; 2] = ["Lunch is at noon", "The choir sings on Sunday"];

/// Three documents with a chair and eight people of two clubs, who speak twice in each. The people of the first club are more often for
/// open borders.
fn debate() -> String {
    let mut text = "document,speaker,affiliation,role,text\n".to_owned();
    for document in 0..3 {
        text.push_str(&format!(
            "d{document},Cora Chair,Rowing Club,chair,Should borders be open in hour {document}?\n"
        ));
        for turn in 0..16 {
            let person = turn % 8;
            let club = if person % 2 == 0 { "Rowing Club" } else { "Chess Club" };
            let name = ["Ann", "Bo", "Cy", "Dee", "Eli", "Fay", "Gus", "Hal"][person];
            let sentence = |at: usize| {
                let nth = document + turn / 2 + at;
                let said = match (person % 2, nth % 4) {
                    (_, 0) => NEITHER[nth % 2],
                    (0, 1 | 2) | (1, 1) => FOR[nth % 3],
                    _ => AGAINST[nth % 3],
                };
                format!("{said} in year {}.", 1900 + 48 * document + 3 * turn + at)
            };
            let mut said = [0, 1, 2].map(sentence).join(" ");
            if turn == 4 {
                said.insert_str(0, "Thank you very much. ");
            }
            text.push_str(&format!("d{document},{name} {name}son,{club},speaker,{said}\n"));
        }
    }
    text
}

/// Estimate, interval, resampled clusters and their number, as text.
const FIGURES: [&str; 5] = ["estimate", "ci_low", "ci_high", "resampled", "n_clusters"];

/// The difference between the clubs in the results of a study.
fn of_run(place: &Place, study: &str) -> [String; 5] {
    place.write("other.toml", study);
    place.run_well(&["run", "talks.csv", "--study", "other.toml", "--out", "other", "--quiet", "--format", "csv"]);
    let rows = place.rows("other/group_estimates.csv");
    let wanted = |row: &&Row| row["measure"] == "stance_score" && row["minus_1"] == "Rowing Club";
    let row = rows.iter().find(wanted).expect("the difference is estimated");
    assert_eq!(row["value_1"], "Chess Club");
    FIGURES.map(|column| row[column].clone())
}

const ROBUST: [&str; 8] = ["robust", "results", "--by", "affiliation", "--of", "Chess Club", "--minus", "Rowing Club"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ROBUST.into_iter().chain(more.iter().copied()).collect()
}

fn measured() -> Place {
    let place = Place::with(&[("talks.csv", &debate()), ("study.toml", STUDY)]);
    place.run_well(&["run", "talks.csv", "--study", "study.toml", "--out", "results", "--quiet"]);
    place
}

#[test]
fn every_specification_is_what_a_run_with_these_choices_estimates() {
    let place = measured();
    let before = place.files("results");
    let ended = place.run_well(&with(&["--out", "robust"]));
    assert_same(&place.files("results"), &before, "the results after `robust`");
    // Unit 2 x wording 2 x confidence 4 x relevance 3 x score 2 x chair 2 x procedure 2, with 3 weights of sentences and 2 of turns.
    let all = place.rows("robust/specifications.csv");
    assert_eq!(all.len(), 2 * 4 * 3 * 2 * 2 * 2 * (3 + 2), "{}", ended.out);
    let estimates: Vec<f64> = all.iter().filter_map(|row| row["estimate"].parse().ok()).collect();
    assert!(estimates.is_sorted());

    let of_study = [
        ("unit", "sentence"),
        ("wording", "Borders should be open."),
        ("confidence_floor", "0.4"),
        ("relevance_floor", "0.15"),
        ("score", "probabilities"),
        ("weight", "segment"),
        ("chair", "with"),
        ("procedure", "with"),
    ];
    let row_with = |changed: &[(&str, &str)]| -> &Row {
        let choices: BTreeMap<&str, &str> = of_study.iter().chain(changed).copied().collect();
        let mut found = all.iter().filter(|row| choices.iter().all(|(column, value)| row[*column] == *value));
        let row = found.next().unwrap_or_else(|| panic!("there is a specification with {changed:?}"));
        assert!(found.next().is_none(), "one specification with {changed:?}");
        row
    };
    let paraphrase = "Everybody should be allowed to cross borders.";
    let other_wording =
        STUDY.replace("proposition = \"Borders should be open.\"", &format!("proposition = \"{paraphrase}\""));
    let in_turns = |study: &str| format!("[segments]\nunit = \"utterance\"\n{study}");
    let floors = "[stance]\nconfidence_floor = 0.7\nrelevance_floor = 0.35\n";
    let by_person = STUDY.replace("differences = true", "differences = true\nweight = \"person\"");
    let cases: [(&[(&str, &str)], String); 6] = [
        (&[], STUDY.to_owned()),
        (&[("wording", paraphrase)], other_wording.clone()),
        (&[("unit", "utterance")], in_turns(STUDY)),
        (&[("unit", "utterance"), ("wording", paraphrase)], in_turns(&other_wording)),
        (&[("confidence_floor", "0.7"), ("relevance_floor", "0.35")], format!("{floors}{STUDY}")),
        (&[("weight", "person")], by_person),
    ];
    let mut seen = Vec::new();
    for (changed, study) in cases {
        let row = row_with(changed);
        assert_eq!(row["is_study"], changed.is_empty().to_string());
        let found = FIGURES.map(|column| row[column].clone());
        assert_eq!(found, of_run(&place, &study), "{changed:?}");
        seen.push(found);
    }
    assert!((1..seen.len()).all(|at| seen[at] != seen[0]), "every choice changes something: {seen:?}");
    assert_ne!(row_with(&[("chair", "without")])["n_units"], row_with(&[])["n_units"]);
    let without_procedure = row_with(&[("procedure", "without")]);
    let n_units = |row: &Row| row["n_units"].parse::<usize>().unwrap();
    assert!(n_units(without_procedure) < n_units(row_with(&[])), "{without_procedure:?}");
    let labels: f64 = row_with(&[("score", "labels")])["estimate"].parse().unwrap();
    assert!((-2.0..0.0).contains(&labels), "{labels}");

    for part in
        ["As in the study: ", "The sign is that of the study in", "wording", "Everybody should", "coder: one coder"]
    {
        assert!(ended.out.contains(part), "`{part}` is missing:\n{}", ended.out);
    }
    let curve = fs::read_to_string(place.path("robust/specification_curve.svg")).unwrap();
    assert!(curve.starts_with("<svg") && curve.contains("as in the study") && !curve.contains("href"), "{curve}");
    let by_choice = place.rows("robust/robustness.csv");
    assert_eq!(by_choice[0]["n_specifications"], estimates.len().to_string());
    let of_units = by_choice.iter().filter(|row| row["choice"] == "unit");
    let n_of_units: usize = of_units.map(|row| row["n_specifications"].parse::<usize>().unwrap()).sum();
    assert_eq!(n_of_units, estimates.len());
}

#[test]
fn choices_are_limited_and_wrong_ones_are_refused() {
    let place = measured();
    let vary = ["--vary", "weight,score", "--out", "robust", "--models", "nowhere"];
    let ended = place.run_well(&with(&vary));
    assert!(ended.out.contains(": 6 specifications"), "no model is needed: {}", ended.out);
    place.run(&with(&vary)).says(2, &["exists already", "--force"]);
    let again = place.run_well(&with(&["--vary", "weight,score", "--out", "robust", "--force"]));
    assert_eq!(again.out, ended.out);
    let tone = place.run_well(&["robust", "results", "--measure", "sentiment", "--quiet"]);
    // Unit x score x chair x procedure, with 3 weights of sentences and 2 of turns.
    assert!(tone.out.contains("Tone, all segments: 40 specifications"), "{}", tone.out);
    assert!(tone.out.contains("wording: tone has no proposition"), "{}", tone.out);

    place.run(&["robust", "results", "--by", "affiliation", "--of", "Golf Club"]).says(
        2,
        &["no segment has the value `Golf Club` in the column `affiliation`; there are Chess Club, Rowing Club"],
    );
    place.run(&["robust", "results", "--by", "shoe_size", "--of", "41"]).says(2, &["no column `shoe_size`"]);
    place
        .run(&with(&["--relevance-floors", "0.1"]))
        .says(2, &["the relevance floor 0.1 is below that of the study (0.15)", "infer_off_topic = true"]);
    place
        .run(&with(&["--confidence-floors", "1.5"]))
        .says(2, &["confidence floors: found 1.5; expected numbers from 0 to 1"]);
    place.write("else.toml", STUDY.replace("should be open.", "should be shut."));
    place.run(&with(&["--study", "else.toml"])).says(2, &["no target `open_borders` with the proposition"]);
    place.run(&with(&["--models", "nowhere"])).says(2, &["nowhere"]);
}
