use crate::read;
use plenary_corpus::Document;

fn document(json: &str) -> Document {
    read("a.json", json.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

/// Speaker, start, end and text of each turn.
fn turns(json: &str) -> Vec<(String, f64, f64, String)> {
    let document = document(json);
    let said = |at: usize| {
        let lines = document.lines.iter().filter(|line| line.turn == Some(at));
        lines.map(|line| line.span.of(&document.text).trim()).collect::<Vec<_>>().join(" ")
    };
    let hundredths = |time: Option<f64>| time.map_or(-1.0, |time| (time * 100.0).round() / 100.0);
    let turn = |(at, turn): (usize, &plenary_corpus::Turn)| {
        let label = turn.speaker.as_ref().map_or("?", |speaker| &speaker.label).to_string();
        (label, hundredths(turn.time_start_s), hundredths(turn.time_end_s), said(at))
    };
    document.turns.iter().enumerate().map(turn).collect()
}

fn turn(label: &str, start: f64, end: f64, text: &str) -> (String, f64, f64, String) {
    (label.into(), start, end, text.into())
}

fn error(json: &str) -> String {
    read("a.json", json.as_bytes()).unwrap_err().to_string()
}

#[test]
fn segments_are_read_once_although_their_words_are_listed_again() {
    let json = r#"{"segments": [
        {"start": 0.5, "end": 3.5, "text": " So, tell me.", "words": [{"word": "So,", "start": 0.5, "end": 0.6, "speaker": "S0"}], "speaker": "S0"},
        {"start": 3.9, "end": 6.0, "text": " Right.", "words": [{"word": "Right.", "start": 3.9, "end": 4.0}]}],
        "word_segments": [{"word": "So,", "start": 0.5, "end": 0.6}], "language": "en"}"#;
    assert_eq!(turns(json), [turn("S0", 0.5, 3.5, "So, tell me."), turn("?", 3.9, 6.0, "Right.")]);
    assert_eq!(document(json).front.language.as_deref(), Some("en"));
}

#[test]
fn a_segment_is_divided_where_its_words_change_the_speaker() {
    let json = r#"{"segments": [{"start": 0.5, "end": 3.5, "text": " Did you? Yes.", "words": [
        {"word": "Did", "start": 0.5, "end": 0.6, "speaker": "S0"}, {"word": "you?", "start": 0.7, "end": 0.9},
        {"word": "Yes.", "start": 2.0, "end": 2.5, "speaker": "S1"}]}]}"#;
    assert_eq!(turns(json), [turn("S0", 0.5, 0.9, "Did you?"), turn("S1", 2.0, 3.5, "Yes.")]);
}

#[test]
fn whole_numbers_that_are_too_long_for_seconds_are_milliseconds() {
    let json = r#"{"utterances": [{"speaker": "A", "text": "How did you come?", "start": 500, "end": 2000},
        {"speaker": "B", "text": "By ship.", "start": 2100, "end": 2900}]}"#;
    assert_eq!(turns(json), [turn("A", 0.5, 2.0, "How did you come?"), turn("B", 2.1, 2.9, "By ship.")]);
}

#[test]
fn services_with_words_alone_are_read() {
    let amazon = r#"{"results": {"transcripts": [{"transcript": "So how? By ship."}], "items": [
        {"start_time": "0.5", "end_time": "0.9", "type": "pronunciation", "alternatives": [{"content": "So"}], "speaker_label": "spk_0"},
        {"start_time": "0.9", "end_time": "1.2", "type": "pronunciation", "alternatives": [{"content": "how"}], "speaker_label": "spk_0"},
        {"type": "punctuation", "alternatives": [{"content": "?"}], "speaker_label": "spk_0"},
        {"start_time": "2.0", "end_time": "2.2", "type": "pronunciation", "alternatives": [{"content": "By"}], "speaker_label": "spk_1"},
        {"start_time": "2.2", "end_time": "2.6", "type": "pronunciation", "alternatives": [{"content": "ship"}], "speaker_label": "spk_1"},
        {"type": "punctuation", "alternatives": [{"content": "."}], "speaker_label": "spk_1"}]}}"#;
    assert_eq!(turns(amazon), [turn("spk_0", 0.5, 1.2, "So how?"), turn("spk_1", 2.0, 2.6, "By ship.")]);
    let rev = r#"{"monologues": [{"speaker": 0, "elements": [{"type": "text", "value": "So", "ts": 0.5, "end_ts": 0.9},
        {"type": "punct", "value": " "}, {"type": "text", "value": "how", "ts": 1.0, "end_ts": 1.2}, {"type": "punct", "value": "?"}]},
        {"speaker": 1, "elements": [{"type": "text", "value": "By", "ts": 61.5, "end_ts": 62.0}]}], "speakers": [{"id": 1, "name": "Bo Hill"}]}"#;
    assert_eq!(turns(rev), [turn("0", 0.5, 1.2, "So how?"), turn("Bo Hill", 61.5, 62.0, "By")]);
    let deepgram = r#"{"results": {"channels": [{"alternatives": [{"transcript": "so how by ship", "words": [
        {"word": "so", "punctuated_word": "So", "start": 0.5, "end": 0.9, "speaker": 0}, {"word": "how", "punctuated_word": "how?", "start": 0.9, "end": 1.2, "speaker": 0},
        {"word": "by", "punctuated_word": "By ship.", "start": 2.0, "end": 2.6, "speaker": 1}]}]}]}}"#;
    assert_eq!(turns(deepgram), [turn("0", 0.5, 1.2, "So how?"), turn("1", 2.0, 2.6, "By ship.")]);
    let google = r#"{"results": [{"alternatives": [{"transcript": "so how by ship"}]}, {"alternatives": [{"words": [
        {"startTime": "0.500s", "endTime": "0.900s", "word": "So", "speakerTag": 1}, {"startTime": "0.900s", "endTime": "1.200s", "word": "how?", "speakerTag": 1},
        {"startTime": "2s", "endTime": "2.600s", "word": "Ship.", "speakerTag": 2}]}]}]}"#;
    assert_eq!(turns(google), [turn("1", 0.5, 1.2, "So how?"), turn("2", 2.0, 2.6, "Ship.")]);
}

#[test]
fn words_of_a_transcript_without_times_are_not_lost() {
    let json = r#"{"results": {"transcripts": [{"transcript": "So how did you come? By ship."}], "items": [
        {"start_time": "0.5", "end_time": "0.9", "alternatives": [{"content": "So"}], "type": "pronunciation"}]}}"#;
    let document = document(json);
    assert_eq!(document.text, "So how did you come? By ship.\n");
    assert!(document.warnings[0].contains("only 1 of the 7 words"), "{:?}", document.warnings);
}

#[test]
fn times_that_run_backwards_are_warned_about() {
    let json = r#"[{"start": 9.5, "end": 3.5, "speaker": "A", "text": "Late."}, {"start": 1.0, "end": 2.0, "speaker": "B", "text": "Early."}]"#;
    assert_eq!(turns(json), [turn("B", 1.0, 2.0, "Early."), turn("A", 9.5, 9.5, "Late.")]);
    let warnings = document(json).warnings.join("\n");
    assert!(
        warnings.contains("1 of 2 stretches start before") && warnings.contains("segment 1: it ends before"),
        "{warnings}"
    );
}

#[test]
fn json_of_other_kinds_is_refused_with_what_was_found() {
    assert!(
        error(r#"{"name": "plenary", "version": 3}"#).contains("an object with the keys `name`, `version`; expected")
    );
    assert!(error(r#"[{"id": "a1", "colour": "red", "text": "I open."}]"#).contains("a list of 1 values"));
    assert!(error(r#"{"segments": []}"#).contains("without a transcript"));
    assert!(error("[1, 2]").contains("a list of 2 values, of which the first is text or a number"));
    assert!(
        error("{\"segments\": [\n{\"start\": 1.0, \"te")
            .contains("line 2, column 18: this is not JSON: the file ends inside"),
        "{}",
        error("{\"segments\": [\n{\"start\": 1.0, \"te")
    );
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    assert!(error(&deep).contains("recursion limit"), "{}", error(&deep));
}

#[test]
fn a_speaker_named_only_where_it_changes_continues() {
    let json = r#"{"segments": [{"speaker": "Ann", "startTime": 0.0, "endTime": 1.0, "body": "We begin."},
        {"startTime": 1.0, "endTime": 2.0, "body": "It is late."}, {"speaker": "Bo", "startTime": 2.0, "endTime": 3.0, "body": "Is it?"},
        {"speaker": "Ann", "startTime": 3.0, "endTime": 4.0, "body": "It is."}, {"startTime": 4.0, "endTime": 5.0, "body": "Good night."}]}"#;
    let expected = [
        turn("Ann", 0.0, 2.0, "We begin. It is late."),
        turn("Bo", 2.0, 3.0, "Is it?"),
        turn("Ann", 3.0, 5.0, "It is. Good night."),
    ];
    assert_eq!(turns(json), expected);
    assert!(document(json).warnings.iter().any(|warning| warning.starts_with("2 of 5 stretches name no speaker")));
    // A speaker who is named twice in a row shows that a missing one is unknown. One that is null is nobody.
    for other in [
        json.replace(r#""speaker": "Bo""#, r#""speaker": "Ann""#),
        json.replace(r#"{"startTime": 4.0"#, r#"{"speaker": null, "startTime": 4.0"#),
    ] {
        assert!(turns(&other).iter().any(|turn| turn.0 == "?"), "{other}");
    }
}

#[test]
fn participants_of_a_meeting_have_their_words_and_times() {
    let json = r#"[{"participant": {"id": 1, "name": "Ann Lee"}, "words": [
        {"text": "We", "start_timestamp": {"relative": 0.5, "absolute": "2031-03-04T10:00:00Z"}, "end_timestamp": {"relative": 0.7}},
        {"text": "begin.", "start_timestamp": {"relative": 0.7}, "end_timestamp": {"relative": 1.25}}]},
        {"participant": {"id": 2, "name": null}, "words": [
        {"text": "Good.", "start_timestamp": {"relative": 2.0}, "end_timestamp": {"relative": 2.5}}]}]"#;
    assert_eq!(turns(json), [turn("Ann Lee", 0.5, 1.25, "We begin."), turn("?", 2.0, 2.5, "Good.")]);
}

#[test]
fn turns_are_found_in_lists_inside_lists() {
    let json = r#"{"id": 3, "hearing": {"parts": [
        {"turns": [
            {"start": 0, "stop": 4.5, "speaker": {"id": 1, "name": "Ann Lee", "roles": null}, "text_blocks": [{"start": 0, "stop": 2, "text": "Good day."}, {"start": 2, "stop": 4.5, "text": "Sit down."}]},
            {"start": 4.5, "stop": 6.5, "speaker": null, "text_blocks": [{"text": "Where?"}]}]},
        {"turns": [{"start": 6.5, "stop": 8.25, "speaker": {"name": "Bo Hill"}, "text_blocks": ["Here.", "There."]}]}]}}"#;
    assert_eq!(
        turns(json),
        [
            turn("Ann Lee", 0.0, 4.5, "Good day. Sit down."),
            turn("?", 4.5, 6.5, "Where?"),
            turn("Bo Hill", 6.5, 8.25, "Here. There.")
        ]
    );
    assert!(document(json).warnings.is_empty(), "{:?}", document(json).warnings);
}

#[test]
fn annotations_that_repeat_parts_of_the_text_are_not_turns() {
    let json = r#"[{"annotations": [{"result": [{"value": {"start": 0, "text": "Good", "labels": ["Mood"]}, "author": 3}]}],
        "data": {"talk": [{"author": "Ann", "text": "Good day."}, {"author": "Bo", "text": "Is it?"}, {"text": "Yes."}]}}]"#;
    assert_eq!(
        turns(json),
        [turn("Ann", -1.0, -1.0, "Good day."), turn("Bo", -1.0, -1.0, "Is it?"), turn("?", -1.0, -1.0, "Yes.")]
    );
}

#[test]
fn the_path_with_most_words_is_read_and_others_are_named() {
    let json = r#"[{"talk": [{"author": "Ann", "text": "Good day to all of you."}, {"author": "Bo", "text": "Is it?", "replies":
        [{"author": "Cy", "text": "It is."}, {"author": "Di", "text": "Why?"}]}, {"author": "Bo"}]}]"#;
    assert_eq!(turns(json).len(), 2);
    assert_eq!(
        document(json).warnings,
        [
            "1 of 3 values at `[*].talk` have no text and were omitted",
            "`[*].talk[*].replies` also has texts with speakers, about 3 words; they were not read"
        ]
    );
}

#[test]
fn dialogues_whose_times_begin_anew_keep_their_order() {
    let json = r#"[{"talk": [{"author": "Ann", "text": "Hello.", "start": 1.5}, {"author": "Bo", "text": "Who?", "start": 3.5}]},
        {"talk": [{"author": "Bo", "text": "Me.", "start": 0.5}, {"author": "Ann", "text": "Oh.", "start": 2.5}]}]"#;
    let texts: Vec<String> = turns(json).into_iter().map(|turn| turn.3).collect();
    assert_eq!(texts.join(" "), "Hello. Who? Me. Oh.");
    assert!(document(json).warnings[0].contains("begin anew"), "{:?}", document(json).warnings);
}

#[test]
fn lists_inside_lists_without_speakers_are_refused() {
    for json in [
        r#"{"pages": [{"items": [{"text": "One.", "label": "a"}, {"text": "Two.", "label": "b"}]}]}"#,
        r#"{"pages": [{"items": [{"name": "One", "text": "One."}, {"name": "Two", "text": "Two."}]}]}"#,
        r#"{"pages": [{"items": [{"author": 1, "text": "One."}, {"author": 2, "text": "Two."}]}]}"#,
        r#"{"pages": [{"items": [{"author": null, "text": "One."}, {"author": null, "text": "Two."}]}]}"#,
        r#"{"pages": [{"items": [{"author": "Ann", "tags": ["One."]}, {"author": "Bo", "tags": ["Two."]}]}]}"#,
    ] {
        assert!(error(json).contains("without a transcript"), "{json}: {}", error(json));
    }
}

#[test]
fn remarks_with_times_beside_longer_turns_are_not_the_transcript() {
    let json = r#"{"marks": [{"start": 1, "text": "Why", "label": "call"}, {"start": 2, "text": "So", "label": "call"}],
        "parts": [{"turns": [{"speaker": "Ann", "text": "Good day to you all."}, {"speaker": "Bo", "text": "Why is it shut?"}]}]}"#;
    assert_eq!(turns(json).len(), 2);
    assert_eq!(turns(json)[0].0, "Ann");
    assert_eq!(document(json).warnings, ["`marks` also has texts with speakers, about 2 words; they were not read"]);
}
