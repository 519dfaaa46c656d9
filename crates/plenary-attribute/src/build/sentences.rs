//! Utterances to segments.
//!
//! **Input**: an utterance, the map from its text to the source, and where cues begin in it. **Output**: sentences, paragraphs or the whole
//! utterance, each with its span in the source and what ends it. Sentences are found by `sentencex`; the ends of paragraphs and of items
//! of lists always end a sentence. Stretches without punctuation are left to `cuts`.

use std::ops::Range;

use sentencex::languages::Language;

use super::breaks::Breaks;
use super::count::n_words;
use super::cuts::{CueStart, pieces};
use super::items::items;
use crate::options::Unit;
use crate::page::MappedText;
use plenary_corpus::text::ends_sentence;
use plenary_corpus::{Segment, SegmentEnd, Utterance, ids};
use plenary_names::lexicon::Lexicon;

/// Cuts the utterances of one document, which is in one language.
pub(crate) struct Cutter<'l> {
    unit: Unit,
    language: Box<dyn Language>,
    breaks: Breaks<'l>,
}

impl<'l> Cutter<'l> {
    /// `language` is an ISO 639-1 code; a language without rules is cut like its nearest relative, or like English.
    pub(crate) fn new(unit: Unit, language: &'l str, lexicon: &'l Lexicon) -> Self {
        Self { unit, language: sentencex::language_factory(language), breaks: Breaks::of(language, lexicon) }
    }

    /// Adds the segments of an utterance to `out`. `mapped` maps its text to the source, `cues` are the beginnings of cues in its
    /// text; `index` is its index in the transcript.
    pub(crate) fn cut(
        &self,
        utterance: &Utterance,
        index: usize,
        (mapped, cues): (&MappedText<'_>, &[CueStart]),
        out: &mut Vec<Segment>,
    ) {
        let text = utterance.text.as_str();
        let ranges = match self.unit {
            Unit::Utterance => vec![(trim(text, 0..text.len()), None)],
            Unit::Paragraph => paragraphs(text).into_iter().map(|range| (range, None)).collect(),
            Unit::Sentence => paragraphs(text)
                .into_iter()
                .flat_map(|range| items(text, range, self.breaks.has_dotted_ordinals))
                .flat_map(|range| sentences(text, range, &*self.language, &self.breaks))
                .flat_map(|range| pieces(text, range, cues))
                .map(|(range, end)| (trim(text, range), end))
                .collect(),
        };
        out.extend(ranges.into_iter().filter(|(range, _)| !range.is_empty()).enumerate().map(|(i, (range, end))| {
            let segment_text = &text[range.clone()];
            let printed = if ends_sentence(segment_text) { SegmentEnd::Sentence } else { SegmentEnd::Paragraph };
            Segment {
                segment_id: ids::segment(&utterance.utterance_id, i + 1),
                utterance: index,
                position: i + 1,
                text: segment_text.to_string(),
                span: mapped.source_span(range.start, range.end),
                ends: end.unwrap_or(printed),
                n_words: n_words(segment_text),
            }
        }));
    }
}

/// A range of a text without white space at both ends.
fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..(start + part.trim().len())
}

/// The lines of a text that are not blank.
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

/// The sentences of one paragraph. Text without a letter or digit belongs to the sentence before it.
fn sentences(text: &str, paragraph: Range<usize>, language: &dyn Language, breaks: &Breaks<'_>) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut start = paragraph.start;
    let parts = language.segment(&text[paragraph.clone()]).into_iter().flat_map(|sentence| {
        let range = start..(start + sentence.len()).min(paragraph.end);
        start = range.end;
        breaks.split(text, range)
    });
    for range in parts {
        let sentence = &text[range.clone()];
        let has_words = sentence.chars().any(char::is_alphanumeric);
        match out.last_mut() {
            Some(last) if !has_words || is_marker(&text[last.clone()]) || breaks.joins(text, last.clone(), &range) => {
                last.end = range.end;
            }
            Some(last) => {
                let dots = leading_ellipsis(&text[last.clone()]);
                last.end -= dots;
                out.push(range.start - dots..range.end);
            }
            None => out.push(range),
        }
    }
    out.into_iter().map(|range| trim(text, range)).filter(|range| !range.is_empty()).collect()
}

/// Number of bytes at the end of a sentence that belong to the next one: of four spaced dots the first, without a space before it,
/// ends the sentence, and the other three mark an omission ("compounds. . . . The practice").
fn leading_ellipsis(sentence: &str) -> usize {
    const DOTS: &str = ". . .";
    let Some(rest) = sentence.trim_end().strip_suffix(DOTS) else { return 0 };
    let closes = rest.strip_suffix(". ").is_some_and(|rest| rest.ends_with(char::is_alphanumeric));
    if closes { sentence.len() - rest.len() } else { 0 }
}

/// Whether a text is the number of a list item that was cut off from its text.
fn is_marker(text: &str) -> bool {
    let text = text.trim();
    text.chars().count() <= 4
        && text.ends_with(['.', ')'])
        && text.chars().filter(|c| c.is_alphanumeric()).all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    fn cut(text: &str, unit: Unit) -> Vec<String> {
        cut_in("en", text, unit)
    }

    fn cut_in(language: &str, text: &str, unit: Unit) -> Vec<String> {
        let mut mapped = MappedText::default();
        mapped.push(text, plenary_corpus::Span::new(0, text.len()));
        let utterance = Utterance {
            utterance_id: "d-u0001".into(),
            position: 1,
            speaker: None,
            label: None,
            text: text.into(),
            span: plenary_corpus::Span::new(0, text.len()),
            time_start_s: None,
            time_end_s: None,
            n_words: n_words(text),
            boundary_confidence: 1.0,
            needs_review: false,
            ..Utterance::default()
        };
        let mut segments = Vec::new();
        Cutter::new(unit, language, Lexicon::builtin()).cut(&utterance, 0, (&mapped, &[]), &mut segments);
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

    #[test]
    fn items_on_one_line_and_spaced_dots() {
        for (text, expected) in [
            (
                "I thank Ms. Rowe for that. It took 5 ms. Then we left.",
                vec!["I thank Ms. Rowe for that.", "It took 5 ms.", "Then we left."],
            ),
            (
                "1. the river 2. The rent is due. 3. the rest",
                vec!["1. the river", "2. The rent is due.", "3. the rest"],
            ),
            ("⁃9. The first item ⁃10. The second item", vec!["⁃9. The first item", "⁃10. The second item"]),
            ("a) one b) two", vec!["a) one", "b) two"]),
            ("1. As section 3 says, we wait.", vec!["1. As section 3 says, we wait."]),
            ("We left. . . . Nobody stayed. . . .", vec!["We left.", ". . . Nobody stayed. . . ."]),
            ("We left . . . . Nobody stayed.", vec!["We left . . . .", "Nobody stayed."]),
        ] {
            assert_eq!(cut(text, Unit::Sentence), expected);
        }
    }

    #[test]
    fn sentences_of_many_languages() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/sentences");
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let (mut n, mut wrong) = (0, Vec::new());
        for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "txt")) {
            let language = file.file_stem().unwrap().to_str().unwrap();
            for line in std::fs::read_to_string(file).unwrap().lines().filter(|line| !line.starts_with('#')) {
                let expected: Vec<&str> = line.split('‖').map(str::trim).collect();
                let found = cut_in(language, &line.replace('‖', ""), Unit::Sentence);
                n += 1;
                if found != expected {
                    wrong.push(format!("{language}: {found:#?}"));
                }
            }
        }
        assert!(n > 150 && wrong.is_empty(), "{} of {n} passages are wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
}
