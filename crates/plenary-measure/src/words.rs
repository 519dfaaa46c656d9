//! Texts to words, for dictionaries and keyness.
//!
//! **Input:** a text. **Output:** its tokens (words and marks) in their order, and words in the form in which they are counted. Words are those
//! of UAX #29 and, in scripts without blanks between words, of the dictionaries of ICU. **Refused:** nothing. **Left to others:** counting.

use std::sync::LazyLock;

use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};
use plenary_corpus::text::is_blankless;
use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_segmentation::UnicodeSegmentation;

/// The dictionaries give the same words on every machine; the models of ICU compute with floating point numbers.
static BY_DICTIONARY: LazyLock<WordSegmenterBorrowed<'static>> =
    LazyLock::new(|| WordSegmenter::new_dictionary(WordBreakInvariantOptions::default()));

/// The words and marks of a text with their positions in bytes, without white space.
pub(crate) fn pieces(text: &str) -> Vec<(usize, &str)> {
    let is_visible = |(_, piece): &(usize, &str)| !piece.chars().all(char::is_whitespace);
    if !text.contains(is_blankless) {
        return text.split_word_bound_indices().filter(is_visible).collect();
    }
    let mut start = 0;
    let ends = BY_DICTIONARY.segment_str(text);
    let piece = |end: usize| (start, &text[std::mem::replace(&mut start, end)..end]);
    ends.filter(|end| *end > 0).map(piece).filter(is_visible).collect()
}

/// The words and marks of a text. As in quanteda, words that hyphens join are one word: `well-known`.
pub(crate) fn tokens(text: &str) -> Vec<&str> {
    let pieces = pieces(text);
    let mut tokens: Vec<(usize, usize)> = Vec::with_capacity(pieces.len());
    let mut at = 0;
    while let Some(&(start, piece)) = pieces.get(at) {
        let mut end = start + piece.len();
        at += 1;
        if is_word(piece) {
            while let [(hyphen_at, hyphen), (next_at, next), ..] = pieces[at..]
                && hyphen_at == end
                && next_at == end + hyphen.len()
                && matches!(hyphen, "-" | "\u{2010}" | "\u{2011}")
                && is_word(next)
            {
                end = next_at + next.len();
                at += 2;
            }
        }
        tokens.push((start, end));
    }
    tokens.into_iter().map(|(start, end)| &text[start..end]).collect()
}

/// Whether a token is a word: it has a letter or digit.
pub(crate) fn is_word(token: &str) -> bool {
    token.contains(char::is_alphanumeric)
}

/// A word as it is compared: composed (NFC), with straight apostrophes, and in lower case unless case matters.
pub(crate) fn compared(word: &str, case_sensitive: bool) -> String {
    let composed = if is_nfc(word) { word.to_owned() } else { word.nfc().collect() };
    let plain = composed.replace('\u{2019}', "'");
    if case_sensitive { plain } else { plain.to_lowercase() }
}

/// A word as it is counted: in lower case, without a possessive; `None` for numbers and single letters.
pub(crate) fn word_of(raw: &str) -> Option<String> {
    let lower = raw.to_lowercase().replace('\u{2019}', "'");
    let word = lower.strip_suffix("'s").unwrap_or(&lower);
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    // A single ideograph can be a word; a single letter of an alphabet cannot.
    let enough = letters >= 2 || (letters == 1 && (word.chars().count() > 1 || !word.is_ascii()));
    enough.then(|| word.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyphens_between_words_join_them_and_marks_are_tokens() {
        assert_eq!(
            tokens("A well-known, state-of-the-art tax."),
            ["A", "well-known", ",", "state-of-the-art", "tax", "."]
        );
        assert_eq!(tokens("yes - no -x y-"), ["yes", "-", "no", "-", "x", "y", "-"]);
        assert_eq!(tokens("the United_States don’t"), ["the", "United_States", "don’t"]);
        assert_eq!(tokens(""), [""; 0]);
    }

    #[test]
    fn scripts_without_blanks_have_the_words_of_a_dictionary() {
        assert_eq!(tokens("他来自北京大学。"), ["他", "来自", "北京", "大学", "。"]);
    }

    #[test]
    fn words_are_compared_composed_and_with_straight_apostrophes() {
        assert_eq!(compared("E\u{301}cole", false), "école");
        assert_eq!(compared("Don’t", true), "Don't");
    }
}
