//! Review sheets, corrections and audits, from the command line.

use std::fs;

use crate::common::Place;

const TALK: &str = "Ann Lee: Welcome to the meeting. We have three items today.\n\n\
                    Bo Hill: Thank you. The bridge is closed.\n\n\
                    Ann Lee: Is that so? Yes, I am afraid. Then we go on.\n\n\
                    Bo Hill: We go on with the second item.\n";

/// Fills in the answer of the row whose text begins with some words.
fn answer(sheet: &str, words: &str, answer: [&str; 3]) -> String {
    let mut rows = csv::Reader::from_reader(sheet.trim_start_matches('\u{FEFF}').as_bytes());
    let header = rows.headers().unwrap().clone();
    let place = |name: &str| header.iter().position(|column| column == name).unwrap();
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(&header).unwrap();
    for row in rows.records() {
        let mut fields: Vec<String> = row.unwrap().iter().map(str::to_string).collect();
        let is_it = fields[place("text")].starts_with(words);
        fields[place("answer")] = if is_it { answer[0] } else { "right" }.into();
        if is_it {
            fields[place("correct_speaker")] = answer[1].into();
            fields[place("from_words")] = answer[2].into();
        }
        out.write_record(&fields).unwrap();
    }
    String::from_utf8(out.into_inner().unwrap()).unwrap()
}

#[test]
fn a_sheet_is_answered_corrected_applied_and_audited() {
    let place = Place::new();
    place.write("talk.txt", TALK);
    place.write("study.toml", "[transcript]\ncorrections = \"fixes.csv\"\n");
    place.run_well(&["segment", "talk.txt", "--review", "sheet.csv", "--sample", "200"]);
    let sheet = fs::read_to_string(place.path("sheet.csv")).unwrap();
    // A sheet is not replaced.
    place.run(&["segment", "talk.txt", "--review", "sheet.csv", "--sample", "200"]).says(2, &["--force"]);

    place.run(&["segment", "--audit", "sheet.csv"]).says(2, &["4 of the 4 turns", "have no answer"]);
    place.write("answers.csv", answer(&sheet, "Is that so?", ["split", "Bo Hill", "Yes, I am afraid"]));
    let audit = place.run_well(&["segment", "--audit", "answers.csv", "--format", "jsonl"]);
    let found: serde_json::Value = serde_json::from_str(&audit.out).unwrap();
    assert_eq!((found["n_draws"].as_u64(), found["n_wrong"].as_u64()), (Some(200), Some(1)));
    let share = found["share_wrong"].as_f64().unwrap();
    assert!(found["interval_low"].as_f64().unwrap() < share && share < found["interval_high"].as_f64().unwrap());

    let corrected = place.run_well(&["correct", "answers.csv", "--out", "fixes.csv"]);
    assert_eq!(corrected.out, "4 answers: 3 right, 1 split\n");
    let segment = place.run_well(&["segment", "talk.txt", "--study", "study.toml", "--format", "jsonl"]);
    let turns: Vec<serde_json::Value> = segment.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(turns.len(), 5);
    assert_eq!((turns[3]["speaker"].as_str(), turns[3]["boundary_confidence"].as_f64()), (Some("Bo Hill"), Some(1.0)));

    place.write("other.txt", TALK);
    let other = place.run_well(&["segment", "other.txt", "--study", "study.toml"]);
    assert!(other.err.contains("the corrections of talk.txt (lines 2, 3, 4, 5) were not used"), "{}", other.err);
}

#[test]
fn what_cannot_be_used_is_refused() {
    let place = Place::new();
    place.write("talk.txt", TALK);
    for (arguments, expected) in [
        (vec!["segment", "talk.txt", "--review", "sheet.docx"], "must end in .csv or .html"),
        (vec!["segment", "--audit", "talk.txt"], "no column `document`"),
        (vec!["segment", "--audit", "nowhere.csv"], "cannot read the sheet"),
        (vec!["correct", "talk.txt"], "no column `document`"),
        (vec!["segment"], "required"),
    ] {
        place.run(&arguments).says(2, &[expected]);
    }
    place.write("bad.csv", "document,answer,speaker,from_words,before,words,note\ntalk.txt,perhaps,,,,is that so,\n");
    place.write("study.toml", "[transcript]\ncorrections = \"bad.csv\"\n");
    place
        .run(&["segment", "talk.txt", "--study", "study.toml"])
        .says(2, &["bad.csv, line 2: unknown answer `perhaps`"]);
}
