//! Nothing lost: the blocks of any text partition it, and what is spoken stands in the utterances letter by letter.

use proptest::prelude::*;

use plenary::attribute::attribute;
use plenary::corpus::{Span, Transcript};
use plenary::read::read;
use plenary::study::Study;

fn transcribe(path: &str, bytes: &[u8]) -> Option<Transcript> {
    read(path, bytes).ok().map(|document| attribute(document, &Study::default()))
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphabetic()).collect()
}

/// Letters that are to be read in some stretches of the source: those of the lines' runs, without marks and links.
fn letters_shown(transcript: &Transcript, stretches: &[Span]) -> String {
    let mut out = String::new();
    for run in transcript.document.lines.iter().flat_map(|line| &line.runs) {
        for stretch in stretches {
            let (start, end) = (run.span.start.max(stretch.start), run.span.end.min(stretch.end));
            if start < end {
                out.push_str(&letters(&transcript.document.text[start..end]));
            }
        }
    }
    out
}

fn spoken_blocks(transcript: &Transcript, utterance: usize) -> Vec<Span> {
    let blocks = transcript.blocks.iter();
    blocks
        .filter(|block| block.kind.is_spoken() && block.utterance == Some(utterance))
        .map(|block| block.span)
        .collect()
}

fn check(transcript: &Transcript) -> Result<(), TestCaseError> {
    let text = transcript.document.text.as_str();
    let mut end = 0;
    for block in &transcript.blocks {
        prop_assert_eq!(block.span.start, end, "blocks leave a gap or overlap");
        prop_assert!(text.is_char_boundary(block.span.end));
        end = block.span.end;
        prop_assert!(!block.kind.is_spoken() || block.utterance.is_some(), "{:?} is nobody's", block);
    }
    prop_assert_eq!(end, text.len(), "blocks end before the text");
    let lies_in_text =
        |span: Span| span.start <= span.end && text.is_char_boundary(span.start) && text.is_char_boundary(span.end);
    for (at, utterance) in transcript.utterances.iter().enumerate() {
        prop_assert!(lies_in_text(utterance.span));
        let spoken = letters_shown(transcript, &spoken_blocks(transcript, at));
        prop_assert_eq!(letters(&utterance.text), spoken, "utterance {}", utterance.position);
    }
    let mut spoken = vec![String::new(); transcript.utterances.len()];
    for segment in &transcript.segments {
        prop_assert!(lies_in_text(segment.span));
        let utterance = &transcript.utterances[segment.utterance];
        prop_assert!(utterance.span.contains(segment.span), "{:?} is not in {:?}", segment, utterance);
        spoken[segment.utterance].push_str(&letters(&segment.text));
        let blocks: Vec<Span> = spoken_blocks(transcript, segment.utterance)
            .into_iter()
            .filter_map(|block| {
                let (start, end) = (block.start.max(segment.span.start), block.end.min(segment.span.end));
                (start < end).then(|| Span::new(start, end))
            })
            .collect();
        prop_assert_eq!(letters(&segment.text), letters_shown(transcript, &blocks), "{}", &segment.segment_id);
    }
    for (utterance, spoken) in transcript.utterances.iter().zip(spoken) {
        prop_assert_eq!(letters(&utterance.text), spoken, "segments of utterance {}", utterance.position);
    }
    Ok(())
}

/// A piece of a transcript: a turn in one of many prints, or what stands between turns.
fn piece() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "Ann Lee",
        "ANN LEE",
        "Mr. Stone",
        "Dr. Rosa Díaz",
        "The Chair",
        "THE COURT",
        "Q",
        "Q",
        "P1",
        "王小明",
        "M. Roux",
        "El señor PRESIDENTE",
        "Note",
    ]);
    let speech = prop::sample::select(vec![
        "Yes.",
        "We met at 10:30, and I said so. It was late: nobody came.",
        "One thing is certain.\n\nIt will not be cheap, and a word divided at the house-\nhold's end goes on.",
        "Three reasons:\n\n1. the river,\n2. the rent.",
        "*Never.* That is **too** much. (Laughter.)",
        "[inaudible]",
        "水很重要。我们都知道。",
        "\"Anna: I come for the warmth.\"",
        "",
    ]);
    let print = prop::sample::select(vec![
        "{n}: {s}",
        "{n} : {s}",
        "{n}. {s}",
        "{n}. – {s}",
        "{n} – {s}",
        "{n}\t{s}",
        "**{n}**\n\n{s}",
        "**{n}** (Acme)\n\n{s}",
        "**{n}:** {s}",
        "**{n}**\n*Director, Acme*\n\n{s}",
        "### {n}, Director\n\n{s}",
        "{n}\n{s}",
        "{n} (00:12)\n{s}",
        "[00:00:12] {n}: {s}",
        ">> {n}: {s}",
        "12 {n}: {s}",
        "# A heading",
        "- 14 -\n\u{0C}RUNNING HEADER      7",
        "(Applause.)",
        "___",
        "> {s}",
    ]);
    (name, speech, print).prop_map(|(name, speech, print)| print.replace("{n}", name).replace("{s}", speech))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_is_lost_of_any_text(text in "\\PC{0,60}|([a-zA-Z*_#>:.|,()\\[\\]\\- \\n\\t\\r\u{e9}王\u{0C}]{0,300})") {
        for path in ["talk.md", "talk.txt"] {
            if let Some(transcript) = transcribe(path, text.as_bytes()) {
                check(&transcript)?;
            }
        }
    }

    #[test]
    fn nothing_is_lost_of_transcripts(
        pieces in prop::collection::vec(piece(), 1..12),
        between in prop::sample::select(vec!["\n", "\n\n", "\r\n\r\n"]),
    ) {
        let text = pieces.join(between);
        for path in ["talk.md", "talk.txt"] {
            if let Some(transcript) = transcribe(path, text.as_bytes()) {
                check(&transcript)?;
            }
        }
    }

    #[test]
    fn nothing_panics_on_arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for path in ["talk.md", "talk.txt"] {
            if let Some(transcript) = transcribe(path, &bytes) {
                check(&transcript)?;
            }
        }
    }
}
