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
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\n');
    let (mut n, mut at) = (0, 0);
    // No word goes across a blank: what stands between two of them and is not ASCII is counted by the book.
    while let Some(beyond) = bytes[at..].iter().position(|byte| !byte.is_ascii()).map(|length| at + length) {
        let start = bytes[at..beyond].iter().rposition(is_blank).map_or(at, |blank| at + blank + 1);
        let stop = bytes[beyond..].iter().position(is_blank).map_or(bytes.len(), |blank| beyond + blank);
        n += n_ascii_words(&bytes[at..start]) + text[start..stop].unicode_words().count();
        at = stop;
    }
    n + n_ascii_words(&bytes[at..])
}

/// The same for ASCII text, whose rules are few: a word begins where a letter or digit follows something else, unless
/// a sign joins the two. Counted in short runs, which the compiler turns into instructions for many bytes at once.
fn n_ascii_words(bytes: &[u8]) -> usize {
    const RUN: usize = 192;
    if bytes.contains(&b'_') {
        return n_words_with_underscores(bytes);
    }
    let Some(first) = bytes.first() else { return 0 };
    let mut n = usize::from(first.is_ascii_alphanumeric());
    for (left, right) in bytes.chunks(RUN).zip(bytes[1..].chunks(RUN)) {
        let starts = left.iter().zip(right).map(|(left, right)| is_word(*right) & !is_word(*left));
        n += usize::from(starts.map(u8::from).sum::<u8>());
    }
    let (second, third) = (bytes.get(1..).unwrap_or_default(), bytes.get(2..).unwrap_or_default());
    for ((before, sign), after) in bytes.chunks(RUN).zip(second.chunks(RUN)).zip(third.chunks(RUN)) {
        let joined = before.iter().zip(sign).zip(after).map(|((before, sign), after)| joins(*before, *sign, *after));
        n -= usize::from(joined.map(u8::from).sum::<u8>());
    }
    n
}

/// `_` joins words and is none; hardly any text has one.
fn n_words_with_underscores(bytes: &[u8]) -> usize {
    let (mut n, mut in_word) = (0, false);
    for (at, byte) in bytes.iter().enumerate() {
        n += usize::from(is_word(*byte) && !in_word);
        let before = bytes[at.saturating_sub(1)];
        let after = bytes.get(at + 1).copied().unwrap_or(b' ');
        in_word = is_word(*byte) || *byte == b'_' && in_word || joins(before, *byte, after);
    }
    n
}

fn is_word(byte: u8) -> bool {
    byte.wrapping_sub(b'0') < 10 || is_letter(byte)
}

fn is_letter(byte: u8) -> bool {
    (byte | 0x20).wrapping_sub(b'a') < 26
}

/// Whether a sign joins what stands beside it: `.` and `'` join letters and digits, `:` letters, `,` and `;` digits.
fn joins(before: u8, sign: u8, after: u8) -> bool {
    let letters = is_letter(before) & is_letter(after);
    let digits = (before.wrapping_sub(b'0') < 10) & (after.wrapping_sub(b'0') < 10);
    let of_both = (sign == b'.') | (sign == b'\'');
    let of_digits = (sign == b',') | (sign == b';');
    ((of_both | (sign == b':')) & letters) | ((of_both | of_digits) & digits)
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
