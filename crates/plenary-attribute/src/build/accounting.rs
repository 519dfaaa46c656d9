//! Word counts by kind of block, and text outside the turns that looks like speech.
//!
//! **Input**: the page, its blocks and the words of its utterances. **Output**: [`WordCounts`], and the lines outside
//! the turns that address somebody or are prose. Nothing is refused. The wording of the warning is left to `warnings`.

use std::collections::HashSet;

use unicode_segmentation::UnicodeSegmentation;

use super::count::n_words;
use crate::page::Page;
use plenary_corpus::text::SENTENCE_ENDS;
use plenary_corpus::{Block, BlockKind, Utterance, WordCounts};
use plenary_names::addresses::addresses;
use plenary_names::lexicon::Lexicon;

/// Text outside the turns that looks like speech.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outside {
    /// Words in sentences with a word for the speaker or the addressee ("I", "your"), or with a question mark.
    pub(crate) n_addressed: usize,
    /// Words in sentences of any kind.
    pub(crate) n_prose: usize,
    /// First and last line of the blocks with such sentences, from 1.
    pub(crate) lines: Vec<(usize, usize)>,
}

/// Blocks outside the turns with their visible text.
fn unspoken<'b>(page: &Page<'_>, blocks: &'b [Block]) -> Vec<(&'b Block, String)> {
    let mut out: Vec<(&Block, String)> = Vec::new();
    let mut at = 0;
    for line in &page.lines {
        if let Some((_, text)) = out.last_mut() {
            text.push('\n');
        }
        for span in line.mapped.spans() {
            let mut from = span.start;
            while from < span.end {
                while blocks.get(at).is_some_and(|block| block.span.end <= from) {
                    at += 1;
                }
                let Some(block) = blocks.get(at) else { return out };
                let end = span.end.min(block.span.end);
                if !block.kind.is_spoken() {
                    if out.last().is_none_or(|(last, _)| last.position != block.position) {
                        out.push((block, String::new()));
                    }
                    if let Some((_, text)) = out.last_mut() {
                        text.push_str(&page.source[from..end]);
                    }
                }
                from = end;
            }
        }
    }
    out
}

/// Counts the words of a document, and finds the text outside its turns that looks like speech.
pub(crate) fn account(page: &Page<'_>, blocks: &[Block], utterances: &[Utterance]) -> (WordCounts, Outside) {
    let mut words =
        WordCounts { spoken: utterances.iter().map(|utterance| utterance.n_words).sum(), ..WordCounts::default() };
    let mut outside = Outside::default();
    let mut seen = HashSet::new();
    for (block, text) in unspoken(page, blocks) {
        let n = n_words(&text);
        words.add(block.kind, n);
        let mut is_new = || seen.insert(text.trim().to_string());
        if !may_hold_speech(block.kind, n) || !is_new() {
            continue;
        }
        let found = speech_in(page.lexicon, &text);
        if found.n_prose + found.n_addressed > 0 {
            outside.n_addressed += found.n_addressed;
            outside.n_prose += found.n_prose;
            outside.lines.push((block.line_start, block.line_end));
        }
    }
    (words, outside)
}

/// Whether a block of a kind and length can hold speech: a label of usual length cannot.
fn may_hold_speech(kind: BlockKind, n: usize) -> bool {
    const LONGEST_LABEL: usize = 20;
    n > 0 && (kind != BlockKind::Byline || n > LONGEST_LABEL)
}

/// The words of a text that are in sentences. A text without marks of sentences counts if it is long.
fn speech_in(lexicon: &Lexicon, text: &str) -> Outside {
    const LONG: usize = 25;
    let mut found = Outside::default();
    for sentence in text.split_inclusive(SENTENCE_ENDS) {
        let n = n_words(sentence);
        let is_closed = !sentence.ends_with(|c: char| c.is_alphanumeric() || c.is_whitespace());
        if !is_closed && n < LONG || !is_sentence(sentence) {
            continue;
        }
        let asks = sentence.ends_with(['?', '？', '؟']);
        if asks || addresses(lexicon, sentence) {
            found.n_addressed += n;
        }
        found.n_prose += n;
    }
    found
}

/// Whether a text has the form of a sentence: some words, and most of them not capitalised like names and titles.
fn is_sentence(text: &str) -> bool {
    const SHORTEST: usize = 4;
    let (mut n, mut n_capitalised) = (0, 0);
    for word in text.unicode_words() {
        n += 1;
        let mut letters = word.chars();
        let first = letters.next();
        n_capitalised += usize::from(
            first.is_some_and(|c| c.is_uppercase() || c.is_numeric()) && letters.any(char::is_lowercase)
                || word.chars().all(char::is_numeric),
        );
    }
    n >= SHORTEST && n_capitalised * 2 <= n
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (usize, usize) {
        let outside = speech_in(Lexicon::builtin(), text);
        (outside.n_addressed, outside.n_prose)
    }

    #[test]
    fn sentences_to_somebody_differ_from_prose_and_from_lists() {
        assert_eq!(found("I thank you for the bridge."), (6, 6));
        assert_eq!(found("WE SHALL NOT BE MOVED."), (5, 5));
        assert_eq!(found("Wir haben die Brücke gebaut."), (5, 5));
        assert_eq!(found("我住在河邊，每天都看着這條橋。").0, 10);
        assert_eq!(found("The committee met in the hall and rose at noon."), (0, 10));
        assert_eq!(found("The US army left the town."), (0, 6));
        assert_eq!(found("Ann Lee, Bo Hill, Cy Lark and Dee Moss."), (0, 0));
        assert_eq!(found("Acme Reporting, Inc.  555-0100"), (0, 0));
        assert_eq!(found("Our friends in the north"), (0, 0), "a heading is not closed");
    }
}
