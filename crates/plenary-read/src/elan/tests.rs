use crate::read;

/// An ELAN file with these tiers. Slots `t0` to `t9` are at 0 to 9 s.
fn file(tiers: &str) -> String {
    let slots: String =
        (0..10).map(|n| format!("<TIME_SLOT TIME_SLOT_ID=\"t{n}\" TIME_VALUE=\"{}\"/>", n * 1000)).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ANNOTATION_DOCUMENT>\n<TIME_ORDER>{slots}</TIME_ORDER>\n{tiers}</ANNOTATION_DOCUMENT>\n"
    )
}

fn aligned(id: &str, from: usize, to: usize, text: &str) -> String {
    format!(
        "<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID=\"{id}\" TIME_SLOT_REF1=\"t{from}\" TIME_SLOT_REF2=\"t{to}\">\
         <ANNOTATION_VALUE>{text}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>\n"
    )
}

fn referring(id: &str, to: &str, text: &str) -> String {
    format!(
        "<ANNOTATION><REF_ANNOTATION ANNOTATION_ID=\"{id}\" ANNOTATION_REF=\"{to}\"><ANNOTATION_VALUE>{text}</ANNOTATION_VALUE>\
         </REF_ANNOTATION></ANNOTATION>\n"
    )
}

fn tier(attributes: &str, annotations: &str) -> String {
    format!("<TIER {attributes}>\n{annotations}</TIER>\n")
}

/// Speaker, start and text of each turn, and the warnings.
fn turns(text: &str) -> (Vec<(String, f64, String)>, String) {
    let document = read("a.eaf", text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let said = |at: usize| {
        let lines = document.lines.iter().filter(|line| line.turn == Some(at));
        lines.map(|line| line.span.of(&document.text).trim()).collect::<Vec<_>>().join(" ")
    };
    let turns = document.turns.iter().enumerate().map(|(at, turn)| {
        let label = turn.speaker.as_ref().map_or("?", |speaker| &speaker.label).to_string();
        (label, turn.time_start_s.unwrap_or(-1.0), said(at))
    });
    (turns.collect(), document.warnings.join("\n"))
}

#[test]
fn tiers_are_read_in_the_order_of_their_times() {
    let text = file(
        &[
            tier(
                "TIER_ID=\"orth@LM\" PARTICIPANT=\"Lena Mark\" LINGUISTIC_TYPE_REF=\"orth\"",
                &aligned("a1", 3, 5, "my father\n worked there"),
            ),
            tier(
                "TIER_ID=\"orth@INT\" PARTICIPANT=\"Interviewer\" LINGUISTIC_TYPE_REF=\"orth\"",
                &[aligned("a2", 0, 3, "so how?"), aligned("a3", 5, 6, "and then?")].concat(),
            ),
            tier(
                "TIER_ID=\"gloss@LM\" PARENT_REF=\"orth@LM\" PARTICIPANT=\"Lena Mark\" LINGUISTIC_TYPE_REF=\"gloss\"",
                &referring("a4", "a1", "POSS father"),
            ),
            tier("TIER_ID=\"notes\" LINGUISTIC_TYPE_REF=\"note\"", &aligned("a5", 1, 2, "a door")),
        ]
        .concat(),
    );
    let (turns, warnings) = turns(&text);
    assert_eq!(
        turns,
        [
            ("Interviewer".into(), 0.0, "so how?".into()),
            ("Lena Mark".into(), 3.0, "my father worked there".into()),
            ("Interviewer".into(), 5.0, "and then?".into())
        ]
    );
    assert_eq!(warnings, "tiers that were not read, with the number of their annotations: gloss@LM (1)");
    assert!(read("a.eaf", text.as_bytes()).unwrap().text.contains("a door\n"));
}

#[test]
fn a_tier_of_numbers_gives_its_times_to_the_words_below_it() {
    let text = file(
        &[
            tier(
                "TIER_ID=\"ref@A\" PARTICIPANT=\"A\" LINGUISTIC_TYPE_REF=\"ref\"",
                &[aligned("a1", 2, 3, "text.001"), aligned("a2", 4, 5, "text.002")].concat(),
            ),
            tier(
                "TIER_ID=\"tx@A\" PARENT_REF=\"ref@A\" PARTICIPANT=\"A\" LINGUISTIC_TYPE_REF=\"tx\"",
                &[referring("a3", "a1", "one two"), referring("a4", "a2", "three")].concat(),
            ),
        ]
        .concat(),
    );
    assert_eq!(turns(&text).0, [("A".to_string(), 2.0, "one two three".to_string())]);
}

#[test]
fn tiers_without_participants_are_named_by_the_tier() {
    let text = file(&tier("TIER_ID=\"Lena\" LINGUISTIC_TYPE_REF=\"default-lt\"", &aligned("a1", 1, 2, "yes")));
    assert_eq!(turns(&text).0, [("Lena".to_string(), 1.0, "yes".to_string())]);
}

#[test]
fn references_that_lead_nowhere_are_warned_about() {
    let text = file(&tier("TIER_ID=\"A\"", &aligned("a1", 77, 2, "yes")));
    let (turns, warnings) = turns(&text);
    assert_eq!(turns[0].2, "yes");
    assert!(warnings.contains("line 5: the annotation refers to a time slot"), "{warnings}");
    let error = read("a.eaf", file("").as_bytes()).unwrap_err().to_string();
    assert!(error.contains("no annotation with words"), "{error}");
    let cut = read("a.eaf", &text.as_bytes()[..text.len() - 31]).unwrap_err().to_string();
    assert!(cut.contains("ends inside"), "{cut}");
}
