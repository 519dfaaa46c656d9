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
    shown_of("talk.md", text)
}

fn shown_of(path: &str, text: &str) -> String {
    let study = Study::default();
    let document = plenary::read::read(path, text.as_bytes()).unwrap();
    let transcript = attribute(document, &study.attribution());
    let name = |speaker: usize| transcript.speakers[speaker].name.as_str();
    let lines = exchanges(&transcript, |word| study.lexicon.is_form_of_address(word)).into_iter().map(|exchange| {
        let words = exchange.words.map(|words| format!(" \"{words}\"")).unwrap_or_default();
        let (from, to) = (exchange.from.map_or("somebody", name), name(exchange.to));
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
fn a_dash_says_more_than_an_ellipsis() {
    let ends = |end: &str, last: &str| {
        let text = format!(
            "**Ann Lee**\n\nWe say{end}\n\n**Bo Hill**\n\nNo.\n\n**{last}**\n\nIt is late.\n\n**Cy Fox**\n\nYes.\n"
        );
        let found = shown(&text);
        let line = found.lines().find(|line| line.contains("interrupts")).unwrap_or_default().to_owned();
        line.rsplit(' ').next().unwrap_or_default().to_owned()
    };
    for (end, resumed, not) in [
        (" —", "cut_off_and_resumed", "cut_off"),
        ("-", "cut_off_and_resumed", "cut_off"),
        (" --", "cut_off_and_resumed", "cut_off"),
        (" …", "cut_off_and_resumed", ""),
        (".", "", ""),
        (" 12-", "", ""),
    ] {
        assert_eq!((ends(end, "Ann Lee").as_str(), ends(end, "Cy Fox").as_str()), (resumed, not), "{end:?}");
    }
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
fn marks_of_the_file_come_before_guesses() {
    let tei = |body: &str| {
        let person = |id: &str, name: &str| format!("<person xml:id=\"{id}\"><persName>{name}</persName></person>");
        let people = [("A", "Ann Lee"), ("B", "Bo Hill"), ("C", "Cy Fox")].map(|(id, name)| person(id, name)).concat();
        format!(
            "<TEI><teiHeader><profileDesc><particDesc><listPerson>{people}</listPerson></particDesc></profileDesc></teiHeader>\
             <text><body>{body}</body></text></TEI>"
        )
    };
    let unmarked =
        r##"<u who="#A"><seg>We say —</seg></u><u who="#B"><seg>No!</seg></u><u who="#A"><seg>it now.</seg></u>"##;
    assert!(shown_of("a.xml", &tei(unmarked)).contains("2 Bo Hill interrupts Ann Lee, cut_off_and_resumed"));
    // The turn that ends with a dash is not marked, and another one is.
    let marked =
        format!(r##"{unmarked}<u who="#C" trans="overlap"><seg>So!</seg></u><u who="#A"><seg>I do.</seg></u>"##);
    insta::assert_snapshot!(shown_of("a.xml", &tei(&marked)), @r#"
    2 Bo Hill follows Ann Lee, next_turn
    3 Ann Lee follows Bo Hill, next_turn
    4 Cy Fox follows Ann Lee, next_turn
    4 Cy Fox interrupts Ann Lee, marked_overlap
    5 Ann Lee follows Cy Fox, next_turn
    "#);
    let notes = r##"<u who="#A"><seg>We go <vocal type="interruption"><desc>Bo Hill: No!</desc></vocal> on.</seg>
        <kinesic type="applause"><desc>Applause.</desc></kinesic></u><vocal type="laughter" who="#C"/>
        <head>Next</head><kinesic type="applause"/><u who="#B"><seg>I agree.</seg><vocal type="speaking" who="#B"/></u>
        <u who="#C"><seg>So do I.</seg></u>"##;
    insta::assert_snapshot!(shown_of("a.xml", &tei(notes)), @r#"
    1 Bo Hill interrupts Ann Lee, marked "Bo Hill: No!"
    1 somebody applauds Ann Lee, marked "Applause."
    1 Cy Fox laughs Ann Lee, marked
    2 Bo Hill follows Ann Lee, next_turn
    3 Cy Fox follows Bo Hill, next_turn
    "#);
    let parts = r##"<u who="#A" xml:id="x" next="#y"><seg>We say</seg></u><u who="#B"><seg>No!</seg></u><u who="#C"><seg>Yes!</seg></u>
        <u who="#A" xml:id="y"><seg>it.</seg></u>"##;
    let shown = shown_of("a.xml", &tei(parts));
    assert!(shown.contains("2 Bo Hill interrupts Ann Lee, marked\n"), "{shown}");
    assert!(shown.contains("3 Cy Fox interrupts Ann Lee, marked\n"), "{shown}");
}

#[test]
fn people_of_other_documents_are_found_by_names_that_nobody_else_has() {
    let first = "**Ann Lee**\n\nAs Dee Fox said, and Mr. Hill, and Cy Wells, it is late. The Dee Fox Foundation agrees, and so does Mr. Bo.\n\n\
        **Ed Bo**\n\nI agree with Eve Stone.\n";
    let second = "**Dee Fox**\n\nIt is late.\n\n**Gus Hill**\n\nIt is.\n\n**Cy Wells**\n\nSo it is, Madam Chair.\n";
    let third = "**Cy Wells**\n\nAnd here.\n\n**Moderator**\n\nThank you.\n";
    let people = "name,person_id\nEve Stone,stone\n";
    let study = "[models]\nsentiment = \"none\"\n[transcript]\npeople = \"people.csv\"\n";
    let place = Place::with(&[
        ("1.md", first),
        ("2.md", second),
        ("3.md", third),
        ("people.csv", people),
        ("study.toml", study),
    ]);
    place.run_well(&["run", "1.md", "2.md", "3.md", "--study", "study.toml", "--out", "results", "--no-cache"]);
    let results = Results::open(&place.path("results"), Check::Full).unwrap();
    let frame = results.frame("exchanges").unwrap();
    let rows = ExchangeRow::rows(&frame).unwrap();
    let elsewhere: Vec<(&str, &str)> = rows
        .iter()
        .filter(|row| row.rule.ends_with("_elsewhere"))
        .map(|row| (row.rule, row.words.unwrap_or_default()))
        .collect();
    // Cy Wells is two people, as people are not followed over documents. Mr. Bo speaks here.
    let expected = [
        ("full_name_elsewhere", "Dee Fox"),
        ("form_of_address_elsewhere", "Mr. Hill"),
        ("full_name_elsewhere", "Eve Stone"),
    ];
    assert_eq!(elsewhere, expected);
    // Eve Stone is only on the list of people.
    place.run_well(&["report", "results"]);
    let html = std::fs::read_to_string(place.path("results.html")).unwrap();
    assert!(
        html.contains("Not in this table: <button")
            && html.contains("</button> naming of people who speak in no document.")
    );
    assert!(rows.iter().any(|row| row.to_person_id == "stone" && row.to_speaker_id.is_none()));
    assert!(rows.iter().any(|row| row.rule == "form_of_address" && row.words == Some("Mr. Bo")));
    place.run_well(&["report", "results"]);
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
        assert_ne!(row.from_person_id, Some(row.to_person_id));
    }
}

#[test]
fn a_report_shows_only_kinds_of_reactions_that_were_found() {
    let study = "[models]\nsentiment = \"none\"\n";
    let place = Place::with(&[("talk.md", TALK), ("study.toml", study)]);
    place.run_well(&["run", "talk.md", "--study", "study.toml", "--out", "results", "--no-cache", "--report"]);
    let html = std::fs::read_to_string(place.path("results.html")).unwrap();
    assert!(html.contains("None found: calls, applause, laughter."));
    assert!(html.contains(">interruptions<") && !html.contains(">laughter<"));
}
