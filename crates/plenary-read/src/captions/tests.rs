use proptest::prelude::*;

use crate as read;
use plenary_corpus::Document;

fn document(path: &str, text: &str) -> Document {
    read::read(path, text.as_bytes()).unwrap()
}

/// Speaker, text and times of each turn.
fn turns(document: &Document) -> Vec<(Option<&str>, String, f64, f64)> {
    let said = |at: usize| {
        let lines = document.lines.iter().filter(|line| line.turn == Some(at));
        lines.map(|line| line.span.of(&document.text).trim()).collect::<Vec<_>>().join(" ")
    };
    let all = document.turns.iter().enumerate();
    all.map(|(at, turn)| {
        let name = turn.speaker.as_ref().map(|speaker| speaker.label.as_str());
        (name, said(at), turn.time_start_s.unwrap(), turn.time_end_s.unwrap())
    })
    .collect()
}

fn said(path: &str, text: &str) -> Vec<(Option<String>, String)> {
    turns(&document(path, text)).into_iter().map(|(name, text, ..)| (name.map(str::to_string), text)).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(Option<String>, String)> {
    expected.iter().map(|(name, text)| (Some(name.to_string()).filter(|n| n != "?"), text.to_string())).collect()
}

fn error(path: &str, text: &str) -> String {
    read::read(path, text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn voice_tags_name_the_speakers_and_cues_give_the_times() {
    let text = "WEBVTT - a hearing\n\nNOTE by hand\n\n1\n00:01.000 --> 00:04.200 align:start\n<v.loud Ann Lee>We <i>sell</i> bread\n&amp; salt.</v>\n\n\
                00:01:05.000 --> 00:01:06.500\n<v Ann Lee>Yes.\n<v Leo Kane>No.\n";
    let document = document("a.txt", text);
    assert_eq!(
        turns(&document),
        [
            (Some("Ann Lee"), "We sell bread & salt. Yes.".to_string(), 1.0, 66.5),
            (Some("Leo Kane"), "No.".into(), 65.0, 66.5)
        ]
    );
    assert_eq!((document.format.as_str(), document.front.title.as_deref()), ("web_vtt", Some("a hearing")));
}

#[test]
fn text_outside_every_voice_tag_has_no_speaker() {
    let text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann Lee>One.</v>\n\n00:02.000 --> 00:03.000\nTwo.\n";
    assert_eq!(said("a.vtt", text), pairs(&[("Ann Lee", "One."), ("?", "Two.")]));
}

#[test]
fn names_before_colons_are_speakers_and_other_words_are_not() {
    let text = "1\n00:00:01,000 --> 00:00:02,000\nANN LEE: The report is thin.\n\n2\n00:00:02,000 --> 00:00:03,000\nNobody kept minutes: that is it.\n\n\
                3\n00:00:03,000 --> 00:00:04,000\n[Dr. Kane] At 11: coffee.\n";
    let expected =
        [("ANN LEE", "The report is thin. Nobody kept minutes: that is it."), ("Dr. Kane", "At 11: coffee.")];
    assert_eq!(said("a.srt", text), pairs(&expected));
}

#[test]
fn a_mark_without_a_name_is_another_speaker() {
    let text = "00:00:01,000 --> 00:00:02,000\n>> ANN LEE: I yield. >> Point of\norder! >> ANN LEE: State it.\n\n00:00:02.000 --> 00:00:03.000\n- Did you?\n- Twice.\n";
    let expected = [
        ("ANN LEE", "I yield."),
        ("?", "Point of order!"),
        ("ANN LEE", "State it."),
        ("?", "Did you?"),
        ("?", "Twice."),
    ];
    assert_eq!(said("a.srt", text), pairs(&expected));
}

#[test]
fn sounds_and_music_are_lines_of_no_turn() {
    let text = "0:00:01.000,0:00:02.000\n[APPLAUSE]\n\n0:00:02.000,0:00:03.000\nHost: Thank you. (laughs) Sit (all of you).\n\n0:00:03.000,0:00:04.000\n♪ la la ♪\n";
    assert_eq!(said("a.sbv", text), pairs(&[("Host", "Thank you. Sit (all of you).")]));
    let document = document("a.sbv", text);
    let notes: Vec<&str> = document
        .lines
        .iter()
        .filter(|line| line.turn.is_none())
        .map(|line| line.span.of(&document.text).trim())
        .collect();
    assert_eq!(notes, ["[APPLAUSE]", "(laughs)", "♪ la la ♪"]);
}

#[test]
fn a_line_that_rolls_up_is_said_once_and_a_repeated_word_twice() {
    let text = "WEBVTT\n\n00:00.000 --> 00:02.000\nthe harbour was built\n\n00:02.000 --> 00:04.000\nthe harbour was built\nby many hands\n";
    assert_eq!(said("a.vtt", text), pairs(&[("?", "the harbour was built by many hands")]));
    let text = "WEBVTT\n\n00:00.000 --> 00:02.000\nNo.\n\n00:02.000 --> 00:04.000\nNo.\n";
    assert_eq!(said("a.vtt", text), pairs(&[("?", "No. No.")]));
}

#[test]
fn malformed_files_are_refused_with_the_line() {
    let two = |times: &str| format!("1\n00:00:01,000 --> 00:00:02,000\nOne.\n\n2\n{times}\nTwo.\n");
    assert!(error("a.srt", &two("00:00:04,000 --> 00:00:0x,000")).contains("line 6"));
    assert!(error("a.srt", &two("00:00:08,000 --> 00:00:05,000")).contains("line 6: the cue ends (5.000 s) before"));
    assert!(error("a.vtt", &two("00:00:08,000 --> 00:00:09,000")).contains("line 1"));
    assert!(error("a.vtt", "WEBVTT\n\nNOTE nothing\n").contains("line 1: the file has no cues"));
}

#[test]
fn warnings_name_the_line() {
    let text = "WEBVTT\n\n00:05,000 --> 00:06.000\n<v A>Late.\n\n00:01.000 --> 00:02.000\n<v B>Early.\n\n00:07.000 --> 00:08.000\n\nstray words\n\n00:09.000 --> 00:\n";
    let document = document("a.vtt", text);
    assert_eq!(said("a.vtt", text), pairs(&[("B", "Early."), ("A", "Late.")]));
    for (line, about) in
        [(3, "comma"), (6, "before the one above"), (9, "no text"), (11, "outside"), (13, "ends inside")]
    {
        let is_named =
            document.warnings.iter().any(|text| text.starts_with(&format!("line {line}: ")) && text.contains(about));
        assert!(is_named, "line {line}: {about}: {:?}", document.warnings);
    }
}

#[test]
fn labels_of_one_form_are_speakers_whatever_their_words() {
    let cues = |all: &[&str]| -> String {
        let cue = |(at, text): (usize, &&str)| format!("00:0{at}.000 --> 00:0{at}.900\n{text}\n\n");
        format!("WEBVTT\n\n{}", all.iter().enumerate().map(cue).collect::<String>())
    };
    let text =
        cues(&["Room 204: We hear.", "kp: One thing: money.", "Room 204: Yes.", "+1 415***2291: Where?", "kp: Here."]);
    let expected = [
        ("Room 204", "We hear."),
        ("kp", "One thing: money."),
        ("Room 204", "Yes."),
        ("+1 415***2291", "Where?"),
        ("kp", "Here."),
    ];
    assert_eq!(said("a.vtt", &text), pairs(&expected));
    let text = cues(&["[S_00]: We hear.", "Right.", "[S_01]: Yes.", "[S_00]: 10:30: now."]);
    assert_eq!(said("a.vtt", &text), pairs(&[("S_00", "We hear. Right."), ("S_01", "Yes."), ("S_00", "10:30: now.")]));
    let text = cues(&["Note: not a name.", "One thing: money.", "Another: time.", "That is all: thank you."]);
    assert!(said("a.vtt", &text).iter().all(|(name, _)| name.is_none()), "{:?}", said("a.vtt", &text));
    let text = cues(&["Ann Dale: The Bill (Fish", "and Animals) Bill: session one.", "Bo Hill: Yes."]);
    assert_eq!(
        said("a.vtt", &text),
        pairs(&[("Ann Dale", "The Bill (Fish and Animals) Bill: session one."), ("Bo Hill", "Yes.")])
    );
}

#[test]
fn identifiers_and_voices_name_the_speakers_once() {
    let text = "WEBVTT\n\nSpeaker 1\n00:01.000 --> 00:02.000\nGood.\n\nSpeaker 2\n00:02.000 --> 00:03.000\nYes.\n\nSpeaker 1\n00:03.000 --> 00:04.000\nSo.\n";
    assert_eq!(said("a.vtt", text), pairs(&[("Speaker 1", "Good."), ("Speaker 2", "Yes."), ("Speaker 1", "So.")]));
    let text = "WEBVTT\n\nPart 1\n00:01.000 --> 00:02.000\nGood.\n\nPart 2\n00:02.000 --> 00:03.000\nYes.\n";
    assert_eq!(said("a.vtt", text), pairs(&[("?", "Good. Yes.")]));
    let text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v S00>S00: \n\n00:01.000 --> 00:02.000\n<v S00>[00:00:01]\n\n00:01.000 --> 00:02.000\n<v S00>S00: Good.\n";
    assert_eq!(said("a.vtt", text), pairs(&[("S00", "Good.")]));
    let text =
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Hill, Ann>Good.\n\n00:02.000 --> 00:03.000\n<v Kim, Bo (Guest)>Yes.\n";
    assert_eq!(said("a.vtt", text), pairs(&[("Ann Hill", "Good."), ("Bo Kim (Guest)", "Yes.")]));
}

#[test]
fn other_arrows_are_times_and_a_header_may_be_missing() {
    let text = "1\n00:00:01.000 -> 00:00:02.000\nANN: One.\n\n2\n00:00:02,000 → 00:00:03,000\nBO: Two.\n\n3\n00:00:03,000 --> 00:00:03,500\n\n";
    assert_eq!(said("a.srt", text), pairs(&[("ANN", "One."), ("BO", "Two.")]));
    let warnings = document("a.srt", text).warnings.join("\n");
    for part in ["line 2: the times are not divided", "line 6: ", "cue 3 has no text"] {
        assert!(warnings.contains(part), "{part}: {warnings}");
    }
    let text = "00:01.000 --> 00:02.000\n\nGood.\n\n00:02.000 --> 00:03.000\n\nYes.\n";
    assert_eq!(said("a.vtt", text), pairs(&[("?", "Good. Yes.")]));
}

proptest! {
    #[test]
    fn no_text_panics_and_lines_partition_what_is_read(
        noise in proptest::collection::vec("[-><v/ A-Za-z:\\[\\]().♪#&;\u{e9}0-9]{0,24}\n?", 0..20),
        kind in 0usize..3,
    ) {
        let (name, head, times) = [
            ("a.vtt", "WEBVTT\n\n", "00:01.000 --> 00:02.000\n"),
            ("a.srt", "", "00:00:01,000 --> 00:00:02,000\n"),
            ("a.sbv", "", "0:00:01.000,0:00:02.000\n"),
        ][kind];
        let body: Vec<String> = noise.iter().map(|text| format!("{times}{text}\n\n")).collect();
        let body = body.concat();
        if let Ok(document) = read::read(name, format!("{head}{body}").as_bytes()) {
            let mut end = 0;
            for line in &document.lines {
                prop_assert_eq!(line.span.start, end);
                end = line.span.end;
            }
            prop_assert_eq!(end, document.text.len());
        }
    }
}

#[test]
fn cues_keep_their_times_where_lines_of_one_speaker_are_joined() {
    let text =
        "WEBVTT\n\n00:01.000 --> 00:03.000\nwe go out\nand come back\n\n00:04.500 --> 00:06.000\nto the harbour\n";
    let document = crate::read("a.vtt", text.as_bytes()).unwrap();
    assert_eq!(document.turns.len(), 1);
    let cues: Vec<(&str, f64, f64)> = document
        .cues
        .iter()
        .map(|cue| (&document.text[cue.start..cue.start + 5], cue.time_start_s, cue.time_end_s))
        .collect();
    assert_eq!(cues, [("we go", 1.0, 3.0), ("to th", 4.5, 6.0)]);
}

const EVENTS: &str = "[Script Info]\n; made by hand\nTitle: A hearing\n\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: Default,Arial\n\n\
    [Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n\
    Comment: 0,0:00:00.00,0:00:00.00,Default,,0,0,0,,spell it Lee\n\
    Dialogue: 1,0:00:00.10,0:00:00.90,Credits,,0,0,0,,{\\an8}Captions by Harbour Radio\n\
    Dialogue: 0,0:00:01.00,0:00:02.50,Default,Ann Lee,0,0,0,,{\\i1}We sell{\\i0} bread,\\Nand salt.\n\
    Dialogue: 0,0:00:03.25,0:00:04.00,Default,Leo Kane,0,0,0,,Since when?\n\
    Dialogue: 0,0:00:03.25,0:00:04.00,Default,Leo Kane,0,0,0,,{\\blur3}Since when?\n\
    Dialogue: 0,0:00:03.30,0:00:04.00,Default,,0,0,0,,{\\p1}m 0 0 l 10 0 10 10{\\p0}\n\
    Dialogue: 0,0:00:04.00,0:00:05.00,Default,Ann Lee,0,0,0,,Monday.\n";

#[test]
fn events_name_their_speakers_and_titles_are_notes() {
    for path in ["a.ass", "a.ssa", "a.txt"] {
        let document = document(path, EVENTS);
        assert_eq!((document.format.as_str(), document.front.title.as_deref()), ("sub_station", Some("A hearing")));
        assert_eq!(
            turns(&document),
            [
                (Some("Ann Lee"), "We sell bread, and salt.".to_string(), 1.0, 2.5),
                (Some("Leo Kane"), "Since when?".into(), 3.25, 4.0),
                (Some("Ann Lee"), "Monday.".into(), 4.0, 5.0),
            ]
        );
        assert!(document.text.contains("Captions by Harbour Radio"));
    }
}

#[test]
fn events_without_names_are_read_like_other_captions() {
    let text = EVENTS.replace("Ann Lee,0", ",0").replace("Leo Kane,0", ",0").replace("We sell", "ANN LEE: We sell");
    let text = text.replace("Since when", "LEO KANE: Since when").replace(",Monday", ",ANN LEE: Monday");
    let found = said("a.ass", &text);
    assert_eq!(found[found.len() - 2..], pairs(&[("LEO KANE", "Since when?"), ("ANN LEE", "Monday.")]));
    assert_eq!(found[1], (Some("ANN LEE".to_string()), "We sell bread, and salt.".to_string()));
}

#[test]
fn events_with_wrong_times_are_refused_or_warned_about() {
    let wrong = error("a.ass", &EVENTS.replace("0:00:03.25", "0:00:3x"));
    assert!(wrong.contains("line 14") && wrong.contains("0:00:3x"), "{wrong}");
    let turned = document("a.ass", &EVENTS.replace("0:00:04.00,0:00:05.00", "0:00:04.00,0:00:03.00"));
    assert!(turned.warnings[0].contains("ends before it starts"), "{:?}", turned.warnings);
    assert!(error("a.ass", "[Script Info]\nTitle: x\n").contains("no captions"));
}
