//! Stretches of speech with speaker and time, to lines and turns.
//!
//! **Input:** what a format says was said, by whom and when. **Output:** a line for each stretch; stretches of one
//! speaker that follow each other are one turn, which lasts from the start of the first to the end of the last; sounds
//! and comments are lines of no turn. An end before its start is left out with a warning. Nothing is refused.

use std::collections::HashMap;

use super::parts::{Parts, Piece};
use plenary_corpus::{Declared, Layout, Turn};

/// What one speaker said without a break, as one line.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Spoken {
    /// `None` where the file does not name the speaker.
    pub(crate) speaker: Option<Declared>,
    pub(crate) start_s: Option<f64>,
    pub(crate) end_s: Option<f64>,
    pub(crate) text: String,
    /// Sounds and comments, which follow the text and belong to no turn.
    pub(crate) notes: Vec<String>,
    /// Where it is in the file, for warnings: `line 7`, `segment 3`.
    pub(crate) place: String,
}

impl Spoken {
    /// A speaker that is known by a label alone.
    pub(crate) fn by(label: &str) -> Option<Declared> {
        let label = label.trim();
        (!label.is_empty()).then(|| Declared { label: label.to_string(), ..Declared::default() })
    }
}

/// Orders stretches by their starts; one without a start stays behind the one above it. Returns how many started before
/// the one above them.
pub(crate) fn sort(spoken: &mut Vec<Spoken>) -> usize {
    let mut last = f64::NEG_INFINITY;
    let mut n_early = 0;
    let mut keyed: Vec<(f64, Spoken)> = std::mem::take(spoken)
        .into_iter()
        .map(|one| {
            let start = one.start_s.unwrap_or(last);
            n_early += usize::from(start < last);
            last = start;
            (start, one)
        })
        .collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    *spoken = keyed.into_iter().map(|(_, one)| one).collect();
    n_early
}

/// Lines and turns of stretches of speech, in their order.
pub(crate) fn parts(spoken: Vec<Spoken>) -> Parts {
    const LISTED: usize = 5;
    let mut parts = Parts::default();
    let mut current: Option<usize> = None;
    let mut n_backwards = 0;
    for mut one in spoken {
        if one.end_s.zip(one.start_s).is_some_and(|(end, start)| end < start) {
            n_backwards += 1;
            if n_backwards <= LISTED {
                parts.warnings.push(format!("{}: it ends before it starts; its end was not read", one.place));
            }
            one.end_s = None;
        }
        if !one.text.trim().is_empty() {
            let turn = match current.filter(|turn| parts.turns[*turn].speaker == one.speaker) {
                Some(turn) => turn,
                None => {
                    parts.new_paragraph();
                    parts.turns.push(Turn { speaker: one.speaker.take(), ..Turn::default() });
                    parts.turns.len() - 1
                }
            };
            current = Some(turn);
            let declared = &mut parts.turns[turn];
            declared.time_start_s = declared.time_start_s.or(one.start_s);
            let end = one.end_s.or(one.start_s);
            declared.time_end_s = match (declared.time_end_s, end) {
                (Some(known), Some(end)) => Some(known.max(end)),
                (known, end) => known.or(end),
            };
            parts.line(Layout::Text, Some(turn), &[Piece::plain(one.text)]);
        }
        for note in one.notes.iter().filter(|note| !note.trim().is_empty()) {
            parts.new_paragraph();
            parts.line(Layout::Text, None, &[Piece::plain(note.as_str())]);
            parts.new_paragraph();
        }
    }
    if n_backwards > LISTED {
        parts.warnings.push(format!("{} more of this kind: an end before its start", n_backwards - LISTED));
    }
    parts
}

/// Whether times without a unit are milliseconds: all are whole numbers, and read as seconds they would leave more than
/// [`LONGEST_WORD_S`] for each word. Speech has two or three words in a second; a word of a recording of milliseconds takes
/// hundreds.
pub(crate) fn are_milliseconds(times: impl Iterator<Item = (f64, f64, usize)>) -> bool {
    let (mut length, mut n_words, mut is_whole) = (0.0, 0, true);
    for (start, end, words) in times {
        is_whole &= start.fract() == 0.0 && end.fract() == 0.0;
        length += (end - start).max(0.0);
        n_words += words;
    }
    is_whole && n_words > 0 && length / n_words as f64 > LONGEST_WORD_S
}

/// More seconds than a word of speech takes, pauses included.
const LONGEST_WORD_S: f64 = 30.0;

/// Number of words, for [`are_milliseconds`]; where words are not divided by spaces, characters stand for them.
pub(crate) fn rough_words(text: &str) -> usize {
    let unspaced =
        text.chars().filter(|c| matches!(*c as u32, 0x0E00..=0x0EFF | 0x3040..=0x30FF | 0x3400..=0x9FFF)).count();
    text.split_whitespace().count().max(unspaced / 2)
}

/// Counts by kind, for one warning about all of a kind.
#[derive(Debug, Default)]
pub(crate) struct Counts<'a>(HashMap<&'a str, usize>);

impl<'a> Counts<'a> {
    pub(crate) fn add(&mut self, kind: &'a str, n: usize) {
        *self.0.entry(kind).or_default() += n;
    }

    /// The kinds with their numbers, in the order of their names: `gloss@LM (12), mor (3)`.
    pub(crate) fn listed(&self) -> Option<String> {
        let mut kinds: Vec<_> = self.0.iter().collect();
        kinds.sort_unstable();
        let listed: Vec<String> = kinds.into_iter().map(|(kind, n)| format!("{kind} ({n})")).collect();
        (!listed.is_empty()).then(|| listed.join(", "))
    }
}

/// An ISO 639-1 code for a language as formats declare it: `en`, `en-GB`, `deu`, `english`.
pub(crate) fn language_code(declared: &str) -> Option<String> {
    let primary = declared.split(['-', '_', ',', ' ', ';']).find(|part| !part.is_empty())?.to_lowercase();
    let language = match primary.len() {
        2 => isolang::Language::from_639_1(&primary),
        3 => isolang::Language::from_639_3(&primary),
        _ => None,
    };
    language?.to_639_1().map(str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(label: &str, start: f64, end: f64, text: &str) -> Spoken {
        Spoken {
            speaker: Spoken::by(label),
            start_s: Some(start),
            end_s: Some(end),
            text: text.into(),
            place: "segment 1".into(),
            ..Spoken::default()
        }
    }

    #[test]
    fn stretches_of_one_speaker_are_one_turn() {
        let parts = parts(vec![said("A", 0.0, 1.0, "One."), said("A", 1.0, 2.5, "Two."), said("", 3.0, 4.0, "Three.")]);
        assert_eq!(parts.text, "One.\nTwo.\nThree.\n");
        let times: Vec<_> = parts.turns.iter().map(|turn| (turn.time_start_s, turn.time_end_s)).collect();
        assert_eq!(times, [(Some(0.0), Some(2.5)), (Some(3.0), Some(4.0))]);
        assert_eq!(parts.turns[1].speaker, None);
    }

    #[test]
    fn an_end_before_the_start_is_left_out_with_a_warning() {
        let parts = parts(vec![said("A", 5.0, 1.0, "One.")]);
        assert_eq!((parts.turns[0].time_start_s, parts.turns[0].time_end_s), (Some(5.0), Some(5.0)));
        assert_eq!(parts.warnings, ["segment 1: it ends before it starts; its end was not read"]);
    }

    #[test]
    fn stretches_are_ordered_by_their_starts() {
        let mut spoken = vec![
            said("A", 5.0, 6.0, "b"),
            Spoken { start_s: None, ..said("A", 0.0, 0.0, "c") },
            said("B", 1.0, 2.0, "a"),
        ];
        assert_eq!(sort(&mut spoken), 1);
        let texts: Vec<&str> = spoken.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(texts, ["a", "b", "c"]);
    }

    #[test]
    fn milliseconds_are_told_from_seconds() {
        assert!(are_milliseconds([(0.0, 4800.0, 9), (4800.0, 7150.0, 4)].into_iter()));
        assert!(!are_milliseconds([(0.0, 5.0, 9), (5.0, 8.0, 4)].into_iter()));
        assert!(!are_milliseconds([(0.5, 4800.0, 9)].into_iter()));
        // A long silence in seconds is no reason.
        assert!(!are_milliseconds([(0.0, 60.0, 3), (60.0, 65.0, 12)].into_iter()));
        assert!(!are_milliseconds(std::iter::empty()));
    }

    #[test]
    fn languages_are_codes_of_two_letters() {
        for (declared, code) in
            [("en", Some("en")), ("en-GB", Some("en")), ("deu", Some("de")), ("xx-none", None), ("", None)]
        {
            assert_eq!(language_code(declared).as_deref(), code, "{declared}");
        }
    }
}
