//! Cuts stretches without punctuation into pieces of a bounded length.
//!
//! **Input**: a sentence in the text of a turn, and where cues begin in that text. **Output**: the sentence, or its pieces with what ends
//! each. Captions and recognisers often write no punctuation: a sentence is cut if it has more words than punctuated speech has between
//! two signs. Pieces slice the sentence at the beginnings of words; nothing is lost. Nothing is refused.

use std::ops::Range;

use super::count::{n_words, word_starts};
use crate::page::MappedText;
use plenary_corpus::text::{ends_sentence, is_blankless};
use plenary_corpus::{CueTime, Document, SegmentEnd, Utterance};

/// Largest number of words of a piece, and of a stretch without punctuation that is not cut.
const MOST_WORDS: usize = 40;
/// Smallest number of words of a piece.
const FEWEST_WORDS: usize = 12;
/// Largest number of words of a stretch that ends with a sign and has few others.
const MOST_WORDS_WITH_END: usize = 80;
/// Largest number of words of a sentence with signs inside it.
const MOST_WORDS_WITH_SIGNS: usize = 200;
/// Punctuated speech has at least one sign in this number of words.
const WORDS_PER_SIGN: usize = 25;
/// Silence between two cues, in seconds, that ends a piece.
const PAUSE_S: f64 = 0.7;
/// Signs inside a sentence.
const SIGNS: [char; 15] = [',', ';', ':', '—', '–', '…', '(', ')', '，', '、', '；', '：', '،', '؛', '·'];
/// Opening signs, which belong to the word after them.
const OPENING: [char; 12] = ['(', '[', '"', '“', '‘', '«', '「', '『', '（', '《', '【', '¿'];

/// Where a cue begins in the text of a turn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CueStart {
    /// Offset in the text.
    offset: usize,
    /// Silence before it, in seconds.
    pause_s: f64,
}

/// The cues of a document: those that the format gives, or else the turns with times that several lines of an utterance have.
pub(crate) fn cues(document: &Document) -> Vec<CueTime> {
    if !document.cues.is_empty() {
        return document.cues.clone();
    }
    let mut last = None;
    let begins = document
        .lines
        .iter()
        .filter(|line| line.turn.is_some() && std::mem::replace(&mut last, line.turn) != line.turn);
    let cue = |(start, turn): (usize, usize)| {
        let turn = &document.turns[turn];
        Some(CueTime { start, time_start_s: turn.time_start_s?, time_end_s: turn.time_end_s? })
    };
    begins.filter_map(|line| Some((line.span.start, line.turn?))).filter_map(cue).collect()
}

/// Where the cues of an utterance begin in its text, without the first one.
pub(crate) fn cue_starts(cues: &[CueTime], utterance: &Utterance, mapped: &MappedText<'_>) -> Vec<CueStart> {
    let from = cues.partition_point(|cue| cue.start <= utterance.span.start);
    let until = cues.partition_point(|cue| cue.start < utterance.span.end);
    let start = |at: usize| CueStart {
        offset: mapped.offset_of(cues[at].start),
        pause_s: at.checked_sub(1).map_or(0.0, |before| cues[at].time_start_s - cues[before].time_end_s),
    };
    (from..until.max(from)).map(start).collect()
}

/// The pieces of a sentence, and what ends each; `None` for the last one, which ends where the sentence does.
pub(crate) fn pieces(text: &str, sentence: Range<usize>, cues: &[CueStart]) -> Vec<(Range<usize>, Option<SegmentEnd>)> {
    if !is_too_long(&text[sentence.clone()]) {
        return vec![(sentence, None)];
    }
    let words = Words::of(text, sentence.clone());
    let mut out = Vec::new();
    let mut from = 0;
    while let Some((at, end)) = words.cut(text, from, cues) {
        out.push((words.starts[from].offset..words.starts[at].offset, Some(end)));
        from = at;
    }
    let start = if from == 0 { sentence.start } else { words.starts[from].offset };
    out.push((start..sentence.end, None));
    if let Some((first, _)) = out.first_mut() {
        first.start = sentence.start;
    }
    out
}

/// Whether a sentence is too long for the punctuation that it has: its punctuation is missing.
fn is_too_long(sentence: &str) -> bool {
    // No script writes a word with fewer bytes, blanks included.
    const FEWEST_BYTES: usize = 2;
    let most_without_signs = if ends_sentence(sentence) { MOST_WORDS_WITH_END } else { MOST_WORDS };
    if sentence.len() < most_without_signs * FEWEST_BYTES {
        return false;
    }
    let n_words = n_words(sentence);
    let n_signs = sentence.matches(SIGNS).count();
    let has_signs = n_signs * WORDS_PER_SIGN >= n_words;
    n_words > if has_signs { MOST_WORDS_WITH_SIGNS } else { most_without_signs }
}

/// A place where a piece may begin.
struct Start {
    offset: usize,
    /// Number of words of the sentence before it.
    n_before: usize,
}

/// The beginnings of the words of a sentence.
struct Words {
    starts: Vec<Start>,
    n_words: usize,
}

impl Words {
    fn of(text: &str, sentence: Range<usize>) -> Words {
        let mut starts: Vec<Start> = Vec::new();
        let mut n = 0;
        let mut at = sentence.start;
        for chunk in text[sentence].split_inclusive(char::is_whitespace) {
            let word = chunk.trim_end();
            if word.contains(is_blankless) {
                for inside in word_starts(word) {
                    let before = &word[..inside];
                    let opening = before.len() - before.trim_end_matches(OPENING).len();
                    starts.push(Start { offset: at + inside - opening, n_before: n });
                    n += 1;
                }
            } else {
                let n_here = n_words(word);
                // A sign on its own belongs to the word before it.
                if n_here > 0 || starts.is_empty() {
                    starts.push(Start { offset: at, n_before: n });
                }
                n += n_here;
            }
            at += chunk.len();
        }
        Words { starts, n_words: n }
    }

    /// Where the piece that begins at `from` ends, and what ends it; `None` if the rest is one piece. The longest pause is preferred,
    /// then the last sign or, in scripts without blanks, the last blank, then the last end of a cue.
    fn cut(&self, text: &str, from: usize, cues: &[CueStart]) -> Option<(usize, SegmentEnd)> {
        let first = self.starts.get(from)?.n_before;
        let left = self.n_words - first;
        if left <= MOST_WORDS {
            return None;
        }
        let most = MOST_WORDS.min(left - FEWEST_WORDS);
        let after = from + 1;
        let low = after + self.starts[after..].partition_point(|start| start.n_before - first < FEWEST_WORDS);
        let high = after + self.starts[after..].partition_point(|start| start.n_before - first <= most);
        if low >= high {
            // One word of many parts fills the piece.
            return (high < self.starts.len()).then_some((high, SegmentEnd::Limit));
        }
        let window = low..high;
        let cue =
            |at: usize| cues.binary_search_by_key(&self.starts[at].offset, |cue| cue.offset).ok().map(|at| cues[at]);
        let mut longest: Option<(usize, f64)> = None;
        for at in window.clone() {
            if let Some(pause) = cue(at).map(|cue| cue.pause_s).filter(|pause| *pause >= PAUSE_S)
                && longest.is_none_or(|(_, longest)| pause > longest)
            {
                longest = Some((at, pause));
            }
        }
        if let Some((at, _)) = longest {
            return Some((at, SegmentEnd::Pause));
        }
        let closes_clause = |at: &usize| {
            let before = &text[..self.starts[*at].offset];
            let last = before.trim_end();
            last.ends_with(SIGNS) || (last.len() < before.len() && last.ends_with(is_blankless))
        };
        if let Some(at) = window.clone().rev().find(closes_clause) {
            return Some((at, SegmentEnd::Clause));
        }
        if let Some(at) = window.clone().rev().find(|at| cue(*at).is_some()) {
            return Some((at, SegmentEnd::Cue));
        }
        let even = left.div_ceil(left.div_ceil(MOST_WORDS));
        let at = window.clone().find(|at| self.starts[*at].n_before - first >= even).unwrap_or(window.end - 1);
        Some((at, SegmentEnd::Limit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &str, cues: &[CueStart]) -> Vec<(usize, Option<SegmentEnd>)> {
        let pieces = pieces(text, 0..text.len(), cues);
        pieces.into_iter().map(|(range, end)| (n_words(&text[range]), end)).collect()
    }

    #[test]
    fn only_text_without_punctuation_is_cut() {
        let words = |n: usize| vec!["word"; n].join(" ");
        assert_eq!(cut(&words(40), &[]), [(40, None)]);
        assert_eq!(cut(&words(41), &[]), [(21, Some(SegmentEnd::Limit)), (20, None)]);
        assert_eq!(cut(&format!("{}.", words(70)), &[]), [(70, None)], "one long sentence");
        assert_eq!(cut(&format!("{}.", words(81)), &[]).len(), 3);
        let clauses = vec![words(20); 9].join(", ");
        assert_eq!(cut(&clauses, &[]), [(180, None)], "a long sentence with signs");
        let longer = vec![words(20); 12].join(", ");
        assert!(cut(&longer, &[]).iter().all(|(n, end)| *n <= 40 && end.is_none_or(|end| end == SegmentEnd::Clause)));
    }

    #[test]
    fn pauses_are_preferred_to_cues_and_cues_to_the_limit() {
        let text = ["seven words that are in one cue"; 10].join(" ");
        let cue = "seven words that are in one cue ".len();
        let mut cues: Vec<CueStart> = (1..10).map(|at| CueStart { offset: at * cue, pause_s: 0.0 }).collect();
        assert_eq!(cut(&text, &cues), [(35, Some(SegmentEnd::Cue)), (35, None)]);
        cues[2].pause_s = 0.8;
        cues[3].pause_s = 1.5;
        cues[1].pause_s = 0.6;
        let limit = [(28, Some(SegmentEnd::Pause)), (28, Some(SegmentEnd::Cue)), (14, None)];
        assert_eq!(cut(&text, &cues), limit);
    }

    #[test]
    fn scripts_without_blanks_are_cut_at_words() {
        let text = "现在开会请王明先生发言他来自北京大学".repeat(9);
        let pieces = cut(&text, &[]);
        assert!(pieces.len() > 2 && pieces.iter().all(|(n, _)| *n <= 40), "{pieces:?}");
    }

    #[test]
    fn captions_without_punctuation_become_segments_that_slice_the_speech() {
        let mut captions = String::from("WEBVTT\n");
        for cue in 0..60 {
            // After every third cue nobody speaks for two seconds.
            let start = cue * 3 + cue / 3 * 2;
            let time = |seconds: usize| format!("{:02}:{:02}.000", seconds / 60, seconds % 60);
            captions += &format!("\n{} --> {}\nso we went out to the harbour again\n", time(start), time(start + 3));
        }
        let document = plenary_read::read("talk.vtt", captions.as_bytes()).unwrap();
        let transcript = crate::attribute(document, &crate::Options::default());
        assert_eq!(transcript.utterances.len(), 1);
        assert_eq!(transcript.segments.len(), 20);
        let (last, others) = transcript.segments.split_last().unwrap();
        assert!(others.iter().all(|segment| segment.ends == SegmentEnd::Pause && segment.n_words == 24));
        assert_eq!(last.ends, SegmentEnd::Paragraph);
        let joined: Vec<&str> = transcript.segments.iter().map(|segment| segment.text.as_str()).collect();
        assert_eq!(joined.join(" "), transcript.utterances[0].text);
    }

    proptest! {
        #[test]
        fn pieces_slice_the_text(text in "[a-c王,. \\-「]{0,600}", n in 0usize..9) {
            let cues: Vec<CueStart> = (1..n).map(|at| CueStart { offset: at * 31, pause_s: at as f64 / 3.0 }).collect();
            let pieces = pieces(&text, 0..text.len(), &cues);
            let mut end = 0;
            for (range, _) in &pieces {
                prop_assert_eq!(range.start, end);
                end = range.end;
            }
            prop_assert_eq!(end, text.len());
        }
    }
}
