//! Who follows, answers, interrupts and names whom.

use plenary::attribute::attribute;
use plenary::measure::exchanges::exchanges;
use plenary::study::Study;
use plenary::table::schema::ExchangeRow;
use plenary::table::{Check, Results};

use crate::common::Place;

const TALK: &str = "\
**Ann Lee**

Do you agree with Mr. Hill, Dee?

**Dee Fox**

I agree with Bo Hill's point, and as Mrs. Lee said, it is late —

**Bo Hill**

It is not late!

**Dee Fox**

It is late. Will it rain? Hill country is wet.

**Bo Hill**

Dee, it rains.
";

/// The exchanges of a text, one per line.
fn shown(text: &str) -> String {
    let study = Study::default();
    let document = plenary::read::read("talk.md", text.as_bytes()).unwrap();
    let transcript = attribute(document, &study.attribution());
    let name = |speaker: usize| transcript.speakers[speaker].name.as_str();
    let lines = exchanges(&transcript, |word| study.lexicon.is_form_of_address(word)).into_iter().map(|exchange| {
        let words = exchange.words.map(|words| format!(" \"{words}\"")).unwrap_or_default();
        let (from, to) = (name(exchange.from), name(exchange.to));
        format!("{} {from} {} {to}, {}{words}", exchange.turn + 1, exchange.kind, exchange.rule)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn each_exchange_has_its_rule() {
    insta::assert_snapshot!(shown(TALK), @r#"
    1 Ann Lee names Bo Hill, form_of_address "Mr. Hill"
    1 Ann Lee names Dee Fox, single_name "Dee"
    2 Dee Fox follows Ann Lee, next_turn
    2 Dee Fox answers Ann Lee, after_question
    2 Dee Fox names Bo Hill, full_name "Bo Hill's"
    2 Dee Fox names Ann Lee, form_of_address "Mrs. Lee"
    3 Bo Hill follows Dee Fox, next_turn
    3 Bo Hill interrupts Dee Fox, cut_off_and_resumed
    4 Dee Fox follows Bo Hill, next_turn
    5 Bo Hill follows Dee Fox, next_turn
    5 Bo Hill names Dee Fox, single_name "Dee"
    "#);
}

#[test]
fn names_that_two_people_have_name_nobody() {
    let text = "**Ann Lee**\n\nMr. Hill is right, and so is Bo.\n\n**Bo Hill**\n\nThank you.\n\n**Bo Fox**\n\nI am here.\n\n**Cy Hill**\n\nSo am I.\n";
    assert!(!shown(text).contains("names"), "{}", shown(text));
}

#[test]
fn a_name_that_is_part_of_another_one_is_not_that_of_a_speaker() {
    let text =
        "**Ann Lee MP**\n\nI met Suzy Hill and Bo Wells there.\n\n**Bo Hill AM**\n\nAs Ann Lee said, so did Sue.\n";
    let names: Vec<String> = shown(text).lines().filter(|line| line.contains("names")).map(str::to_owned).collect();
    assert!(names.len() == 1 && names[0].contains("full_name \"Ann Lee\""), "{names:?}");
}

#[test]
fn exchanges_are_a_table() {
    let place = Place::with(&[("talk.md", TALK), ("study.toml", "[models]\nsentiment = \"none\"\n")]);
    place.run_well(&["run", "talk.md", "--study", "study.toml", "--out", "results", "--no-cache"]);
    let results = Results::open(&place.path("results"), Check::Full).unwrap();
    let frame = results.frame("exchanges").unwrap();
    let rows = ExchangeRow::rows(&frame).unwrap();
    assert_eq!(rows.len(), 11);
    let interrupts = rows.iter().find(|row| row.kind == "interrupts").unwrap();
    // The evidence is the end of the turn that is cut off.
    assert!(interrupts.utterance_id.ends_with("-u0003") && interrupts.segment_id.ends_with("-u0002-s001"));
    assert!(interrupts.confidence < 1.0 && interrupts.words.is_none());
    let segments = place.texts("results/segments.parquet", "segment_id");
    let people = place.texts("results/people.parquet", "person_id");
    for row in &rows {
        assert!(segments.contains(&row.segment_id) && people.iter().any(|id| id == row.to_person_id), "{row:?}");
        assert_ne!(row.from_person_id, row.to_person_id);
    }
}
