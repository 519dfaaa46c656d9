//! Utterances to segments: sentences, paragraphs or the whole, as the study says, each with its span in the source.
//!
//! Sentences are found by `sentencex`; paragraphs and list items end one in any case.

use std::ops::Range;

use sentencex::languages::Language;

use super::shown::Shown;
use crate::corpus::{Segment, Utterance, ids};
use crate::study::Unit;

/// Cuts the utterances of one document, which is in one language.
pub struct Cutter {
    unit: Unit,
    language: Box<dyn Language>,
}

impl Cutter {
    /// `language` is an ISO 639-1 code; a language without rules of its own is cut like its nearest relative, or English.
    pub fn new(unit: Unit, language: &str) -> Self {
        Self { unit, language: sentencex::language_factory(language) }
    }

    /// Adds the segments of an utterance to `out`. `shown` leads from its text back to the source; `index` is the
    /// utterance's place in the transcript.
    pub fn cut(&self, utterance: &Utterance, index: usize, shown: &Shown<'_>, out: &mut Vec<Segment>) {
        let text = utterance.text.as_str();
        let ranges = match self.unit {
            Unit::Utterance => vec![trim(text, 0..text.len())],
            Unit::Paragraph => paragraphs(text),
            Unit::Sentence => {
                paragraphs(text).into_iter().flat_map(|range| sentences(text, range, &*self.language)).collect()
            }
        };
        out.extend(ranges.into_iter().filter(|range| !range.is_empty()).enumerate().map(|(i, range)| {
            let segment_text = &text[range.clone()];
            Segment {
                segment_id: ids::segment(&utterance.utterance_id, i + 1),
                utterance: index,
                position: i + 1,
                text: segment_text.to_string(),
                span: shown.source_span(range.start, range.end),
                n_words: n_words(segment_text),
            }
        }));
    }
}

/// Words as Unicode counts them (UAX #29): runs between word boundaries that hold a letter or digit.
pub fn n_words(text: &str) -> usize {
    use unicode_segmentation::UnicodeSegmentation;
    let bytes = text.as_bytes();
    let (mut n, mut in_word, mut counted) = (0, false, false);
    // No word goes across a blank; what stands between two of them and is not ASCII is counted by the book.
    let (mut part, mut n_before) = (0, 0);
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match SIGNS[usize::from(byte)] {
            Sign::Word => {
                n += usize::from(!counted);
                (in_word, counted) = (true, true);
            }
            Sign::Joiner => in_word = true,
            Sign::Between => {
                in_word = in_word && joins(bytes, at);
                counted &= in_word;
            }
            Sign::Other => (in_word, counted) = (false, false),
            Sign::Blank => {
                (in_word, counted) = (false, false);
                (part, n_before) = (at + 1, n);
            }
            Sign::Beyond => {
                let length = bytes[at..].iter().position(|byte| matches!(byte, b' ' | b'\n'));
                at = length.map_or(bytes.len(), |length| at + length);
                n = n_before + text[part..at].unicode_words().count();
                (in_word, counted) = (false, false);
                continue;
            }
        }
        at += 1;
    }
    n
}

/// What a byte is to words.
#[derive(Clone, Copy)]
enum Sign {
    /// A letter or digit.
    Word,
    /// `_` joins words and is none.
    Joiner,
    /// A sign that may stand inside a word.
    Between,
    Blank,
    Other,
    /// Part of a character beyond ASCII.
    Beyond,
}

const SIGNS: [Sign; 256] = {
    let mut signs = [Sign::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        signs[byte] = match byte as u8 {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => Sign::Word,
            b'_' => Sign::Joiner,
            b'.' | b'\'' | b':' | b',' | b';' => Sign::Between,
            b' ' | b'\n' => Sign::Blank,
            128.. => Sign::Beyond,
            _ => Sign::Other,
        };
        byte += 1;
    }
    signs
};

/// Whether a sign joins what stands beside it: `.` and `'` join letters and digits, `:` letters, `,` and `;` digits.
fn joins(bytes: &[u8], at: usize) -> bool {
    let (before, after) = (bytes[at.saturating_sub(1)], bytes.get(at + 1).copied().unwrap_or(b' '));
    let letters = before.is_ascii_alphabetic() && after.is_ascii_alphabetic();
    let digits = before.is_ascii_digit() && after.is_ascii_digit();
    match bytes[at] {
        b':' => letters,
        b',' | b';' => digits,
        _ => letters || digits,
    }
}

fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..(start + part.trim().len())
}

fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        out.push(trim(text, start..start + line.len()));
        start += line.len();
    }
    out.retain(|range| !range.is_empty());
    out
}

/// Sentences of one paragraph. What holds no letter or digit stays with the sentence before it.
fn sentences(text: &str, paragraph: Range<usize>, language: &dyn Language) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut start = paragraph.start;
    for sentence in language.segment(&text[paragraph.clone()]) {
        let range = start..(start + sentence.len()).min(paragraph.end);
        start = range.end;
        let has_words = sentence.chars().any(char::is_alphanumeric);
        match out.last_mut() {
            Some(last) if !has_words || is_marker(&text[last.clone()]) => last.end = range.end,
            _ => out.push(range),
        }
    }
    out.into_iter().map(|range| trim(text, range)).filter(|range| !range.is_empty()).collect()
}

/// The number or letter of a list item, cut off from its text.
fn is_marker(text: &str) -> bool {
    let text = text.trim();
    text.chars().count() <= 4
        && text.ends_with(['.', ')'])
        && text.chars().filter(|c| c.is_alphanumeric()).all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    proptest! {
        #[test]
        fn the_short_way_counts_as_unicode_does(text in "[a-cA-B0-9_.,;:' \\-\n\"é’\u{301}\u{200D}א王]{0,40}") {
            prop_assert_eq!(n_words(&text), text.unicode_words().count());
        }
    }

    fn cut(text: &str, unit: Unit) -> Vec<String> {
        let mut shown = Shown::default();
        shown.push(text, crate::corpus::Span::new(0, text.len()));
        let utterance = Utterance {
            utterance_id: "d-u0001".into(),
            position: 1,
            speaker: None,
            label: None,
            text: text.into(),
            span: crate::corpus::Span::new(0, text.len()),
            time_start_s: None,
            time_end_s: None,
            n_words: n_words(text),
            boundary_confidence: 1.0,
            needs_review: false,
            evidence: String::new(),
        };
        let mut segments = Vec::new();
        Cutter::new(unit, "en").cut(&utterance, 0, &shown, &mut segments);
        assert!(segments.iter().all(|segment| segment.span.of(text) == segment.text));
        segments.into_iter().map(|segment| segment.text).collect()
    }

    #[test]
    fn abbreviations_initials_quotes_and_lists() {
        let text = "Dr. J. Hill met Mr. Stone at 5 p.m. in Washington, D.C. on Monday. \"Why?\" she asked. He said no.\n\n1. one thing\n2. another thing";
        assert_eq!(
            cut(text, Unit::Sentence),
            [
                "Dr. J. Hill met Mr. Stone at 5 p.m. in Washington, D.C. on Monday.",
                "\"Why?\" she asked.",
                "He said no.",
                "1. one thing",
                "2. another thing"
            ]
        );
        assert_eq!(cut(text, Unit::Paragraph).len(), 3);
        assert_eq!(cut(text, Unit::Utterance), [text]);
    }
}
