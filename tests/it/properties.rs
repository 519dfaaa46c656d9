//! Nothing is lost: the blocks of any text partition it, and every spoken letter is in the utterances.

use proptest::prelude::*;

use plenary::attribute::attribute;
use plenary::corpus::Transcript;
use plenary::read::read;

use crate::common::nothing_lost::check;

fn transcribe(path: &str, bytes: &[u8]) -> Option<Transcript> {
    read(path, bytes).ok().map(|document| attribute(document, &plenary::attribute::Options::default()))
}

/// A piece of a transcript: a turn in one of many layouts, or text between turns.
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
