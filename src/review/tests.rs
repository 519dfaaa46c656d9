use super::*;
use plenary_attribute::{Corrections, Options, attribute};
use plenary_read::read;

const TALK: &str = "Ann Lee: Welcome to the meeting. We have three items today.\n\n\
                    Bo Hill: Thank you. The bridge is closed.\nNo question: it will stay closed.\n\n\
                    Ann Lee: Is that so? Yes, I am afraid. Then we go on.\n\n\
                    Bo Hill: We go on with the second item.\n";

fn transcript(text: &str, corrections: Option<Corrections>) -> Transcript {
    let options = Options { corrections, ..Options::default() };
    attribute(read("talk.txt", text.as_bytes()).unwrap(), &options)
}

fn turns(transcript: &Transcript) -> Vec<(String, String)> {
    transcript.utterances.iter().map(|turn| (speaker(transcript, turn), turn.text.clone())).collect()
}

/// The sheet of all turns, after it was written and read.
fn sheet(text: &str) -> Sheet {
    let all = sample(&[transcript(text, None)], 500, 1);
    Sheet::parse(&all.to_csv(), "sheet.csv").unwrap()
}

fn answered(text: &str, turn: usize, answer: (&str, &str, &str)) -> Corrections {
    let mut sheet = sheet(text);
    let row = &mut sheet.rows[turn];
    (row.answer, row.correct_speaker, row.from_words) = (answer.0.into(), answer.1.into(), answer.2.into());
    let answers = Corrections::new(corrections(&sheet).unwrap());
    Corrections::parse(&answers.to_csv(), "fixes.csv").unwrap()
}

#[test]
fn a_sheet_survives_its_file() {
    let all = sample(&[transcript(TALK, None)], 500, 1);
    let read = Sheet::parse(&all.to_csv(), "sheet.csv").unwrap();
    assert_eq!(all.rows.len(), 4, "500 draws reach every turn");
    assert_eq!(all.rows.iter().map(|row| row.n_draws).sum::<usize>(), 500);
    for (written, read) in all.rows.iter().zip(&read.rows) {
        assert_eq!(written.fields(), read.fields());
    }
    assert!(all.to_html("sheet.html").contains("Is that so?"));
}

#[test]
fn answers_change_the_turns() {
    let before = turns(&transcript(TALK, None));
    assert_eq!(before.len(), 4);
    let after = |turn, answer| turns(&transcript(TALK, Some(answered(TALK, turn, answer))));
    assert_eq!(after(1, ("right", "", "")), before);
    assert_eq!(after(1, ("speaker", "Cy Dahl", ""))[1].0, "Cy Dahl");
    let split = after(2, ("split", "Bo Hill", "Yes, I am afraid"));
    assert_eq!(split[2], ("Ann Lee".into(), "Is that so?".into()));
    assert_eq!(split[3], ("Bo Hill".into(), "Yes, I am afraid. Then we go on.".into()));
    let joined = after(2, ("join", "", ""));
    assert_eq!(joined.len(), 3);
    assert!(joined[1].1.contains("Ann Lee: Is that so?"), "the words of the byline are speech: {joined:?}");
    let silent = after(3, ("not_speech", "", ""));
    assert_eq!(silent.len(), 3);
    assert!(!silent.iter().any(|(_, text)| text.contains("second item")));
}

#[test]
fn corrections_survive_new_pages_at_the_front_and_are_counted() {
    let fixes = answered(TALK, 2, ("split", "Bo Hill", "Yes, I am afraid"));
    let pages =
        "Cy Dahl: We had a long debate. It went on for hours.\n\nBo Hill: And nobody was the wiser.\n\n".repeat(40);
    let transcript = transcript(&format!("{pages}{TALK}"), Some(fixes));
    assert_eq!((transcript.n_corrections, transcript.warnings.len()), (1, 0), "{:?}", transcript.warnings);
    let turn = transcript.utterances.iter().find(|turn| turn.text.starts_with("Yes, I am afraid")).unwrap();
    assert_eq!(
        (speaker(&transcript, turn).as_str(), turn.boundary_confidence, turn.needs_review),
        ("Bo Hill", 1.0, false)
    );
    assert!(turn.evidence.contains("fixes.csv, line 2"), "{}", turn.evidence);
}

#[test]
fn an_answer_without_a_place_is_a_warning() {
    let fixes = answered(TALK, 2, ("right", "", ""));
    let other = transcript("Ann Lee: Good morning to everybody here.\n\nBo Hill: Good morning, Ann.\n", Some(fixes));
    assert_eq!(other.n_corrections, 0);
    assert!(
        other.warnings.iter().any(|w| w.contains("fixes.csv, line 2") && w.contains("no such words")),
        "{:?}",
        other.warnings
    );
    let fixes = answered("Ann Lee: Yes.\n\nBo Hill: And then?\n", 0, ("right", "", ""));
    let twice = "Bo Hill: And then?\n\nAnn Lee: Yes.\n\n".repeat(3);
    let ambiguous = transcript(&twice, Some(fixes));
    assert!(ambiguous.warnings.iter().any(|w| w.contains("fit equally well")), "{:?}", ambiguous.warnings);
}

#[test]
fn turns_that_the_format_declares_are_corrected_too() {
    let table =
        "speaker,text\nAnn,Welcome to the meeting today.\nBo,The bridge is closed for good.\nAnn,Then we go on.\n";
    let read_table = |corrections| {
        let options = Options { corrections, ..Options::default() };
        attribute(read("talk.csv", table.as_bytes()).unwrap(), &options)
    };
    let mut rows = sample(&[read_table(None)], 200, 1);
    rows.rows[1].answer = "speaker".into();
    rows.rows[1].correct_speaker = "Ann".into();
    rows.rows[2].answer = "join".into();
    let fixes = Corrections::new(corrections(&rows).unwrap());
    let corrected = read_table(Some(fixes));
    assert_eq!(corrected.n_corrections, 2);
    assert_eq!(corrected.speakers.len(), 1);
    assert!(turns(&corrected)[1].1.ends_with("Then we go on."));
}

#[test]
fn wrong_answers_are_refused_with_their_line() {
    let mut sheet = sheet(TALK);
    sheet.rows[0].answer = "perhaps".into();
    let error = corrections(&sheet).unwrap_err().to_string();
    assert_eq!(
        error,
        "sheet.csv, line 2: unknown answer `perhaps`; expected one of right, speaker, join, not_speech, split, or unsure"
    );
    sheet.rows[0].answer = "split".into();
    (sheet.rows[0].correct_speaker, sheet.rows[0].from_words) = ("Bo".into(), "nowhere to be seen".into());
    assert!(corrections(&sheet).unwrap_err().to_string().contains("has no words \"nowhere to be seen\""));
    assert!(Sheet::parse(b"a,b\n1,2\n", "x.csv").unwrap_err().to_string().contains("no column `document`"));
    assert!(Sheet::parse(b"<!DOCTYPE html>", "x.html").unwrap_err().to_string().contains("Save answers"));
}

#[test]
fn an_audit_counts_wrong_words() {
    let mut sheet = sheet(TALK);
    let error = audit(&sheet).unwrap_err().to_string();
    assert!(error.contains("4 of the 4 turns") && error.contains("lines 2, 3, 5, 6"), "{error}");
    for row in &mut sheet.rows {
        row.answer = "right".into();
    }
    assert_eq!(audit(&sheet).unwrap().share, 0.0);
    (sheet.rows[2].answer, sheet.rows[2].correct_speaker, sheet.rows[2].from_words) =
        ("split".into(), "Bo Hill".into(), "Yes, I am afraid".into());
    let found = audit(&sheet).unwrap();
    let expected = sheet.rows[2].n_draws as f64 / 500.0 * 8.0 / 11.0;
    assert!((found.share - expected).abs() < 1e-12 && found.interval.0 < expected && expected < found.interval.1);
    assert_eq!((found.n_wrong, found.n_unsure, found.n_turns), (1, 0, 4));
    sheet.rows[0].answer = UNSURE.into();
    assert!(audit(&sheet).unwrap().share > expected, "unsure answers count as wrong");
    assert!(matches!(audit(&doubtful(&[transcript(TALK, None)])), Err(SheetError::NoSample { .. })));
}

#[test]
fn a_sample_depends_on_the_seed_alone() {
    let transcripts = [transcript(TALK, None)];
    assert_eq!(sample(&transcripts, 3, 7), sample(&transcripts, 3, 7));
    let draws: Vec<Sheet> = (0..20).map(|seed| sample(&transcripts, 2, seed)).collect();
    assert!(draws.iter().any(|draw| draw != &draws[0]));
}
