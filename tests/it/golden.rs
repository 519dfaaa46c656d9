//! The complete attribution of the sample transcript, against an expectation that was checked by reading the document.
//!
//! To update the expectation after an intended change: `UPDATE_GOLDEN=1 cargo test --release --test it golden`, then
//! compare each changed line with the document before committing.

use std::fmt::Write;
use std::path::Path;

use plenary::attribute::attribute;
use plenary::corpus::Transcript;
use plenary::read::read;

fn seed() -> Transcript {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(root.join("data/shanghai-forum-2017.md")).unwrap();
    attribute(read("data/shanghai-forum-2017.md", &bytes).unwrap(), &plenary::attribute::Options::default())
}

/// Everything that attribution says about a document, in a form that a person can compare with the page.
fn written_out(transcript: &Transcript) -> String {
    let mut out = String::new();
    let or_dash = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".into());
    let front = &transcript.front;
    writeln!(out, "title: {}", or_dash(&front.title)).unwrap();
    writeln!(out, "event: {}", or_dash(&front.event)).unwrap();
    writeln!(out, "panel: {}", or_dash(&front.panel)).unwrap();
    writeln!(out, "session: {}", or_dash(&front.session)).unwrap();
    writeln!(out, "date: {:?} from {:?} to {:?}", front.date, front.time_start, front.time_end).unwrap();
    writeln!(
        out,
        "language: {}, style: {}",
        or_dash(&transcript.language),
        plenary::corpus::style_name(transcript.style)
    )
    .unwrap();
    for speaker in &transcript.speakers {
        writeln!(out, "\nspeaker: {} ({})", speaker.name, speaker.role.as_str()).unwrap();
        writeln!(out, "  as printed: {}", speaker.name_as_printed).unwrap();
        writeln!(out, "  title: {}", or_dash(&speaker.details.title)).unwrap();
        writeln!(out, "  affiliation: {}", or_dash(&speaker.details.affiliation)).unwrap();
        writeln!(out, "  utterances: {}, words: {}", speaker.n_utterances, speaker.n_words).unwrap();
    }
    for (at, utterance) in transcript.utterances.iter().enumerate() {
        let speaker = utterance.speaker.map_or("-", |speaker| transcript.speakers[speaker].name.as_str());
        writeln!(out, "\nutterance {}: {speaker}, review: {}", utterance.position, utterance.needs_review).unwrap();
        for segment in transcript.segments.iter().filter(|segment| segment.utterance == at) {
            writeln!(out, "  {}", segment.text).unwrap();
        }
    }
    writeln!(out, "\nblocks").unwrap();
    for block in &transcript.blocks {
        let text = block.span.of(&transcript.document.text);
        let words: Vec<&str> = text.split_whitespace().take(6).collect();
        writeln!(
            out,
            "  {}..{} lines {}-{} {} [{}] {}",
            block.span.start,
            block.span.end,
            block.line_start,
            block.line_end,
            block.kind.as_str(),
            block.utterance.map_or("-".into(), |utterance| (utterance + 1).to_string()),
            words.join(" "),
        )
        .unwrap();
    }
    out
}

#[test]
fn the_sample_transcript_is_attributed_as_a_reader_would() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/shanghai-forum-2017.txt");
    let found = written_out(&seed());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    for (line, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "line {} of {}", line + 1, path.display());
    }
    assert_eq!(found.lines().count(), expected.lines().count());
}

#[test]
fn no_word_of_the_sample_is_lost_or_moved() {
    let transcript = seed();
    let text = &transcript.document.text;
    // Blocks partition the text.
    let mut end = 0;
    for block in &transcript.blocks {
        assert_eq!(block.span.start, end);
        end = block.span.end;
    }
    assert_eq!(end, text.len());
    // The sample has no divided words, no wrapped speech and no furniture inside a turn, so each text is a slice of the
    // source.
    for utterance in &transcript.utterances {
        assert_eq!(utterance.span.of(text), utterance.text);
    }
    for segment in &transcript.segments {
        assert_eq!(segment.span.of(text), segment.text);
    }
    // Speech and sentences contain the same words.
    let words = |text: &str| text.split_whitespace().map(str::to_string).collect::<Vec<_>>();
    let spoken: Vec<String> = transcript.utterances.iter().flat_map(|utterance| words(&utterance.text)).collect();
    let cut: Vec<String> = transcript.segments.iter().flat_map(|segment| words(&segment.text)).collect();
    assert_eq!(spoken, cut);
}
