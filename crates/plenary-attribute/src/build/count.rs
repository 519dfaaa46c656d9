//! Counting words.
//!
//! **Input**: a text. **Output**: the number of words according to UAX #29, and by the dictionaries of ICU in scripts without blanks
//! between words, where UAX #29 has no rules. ASCII text, which is most of a transcript, is counted by a faster method with the same
//! result.

use std::sync::LazyLock;

use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};
use unicode_segmentation::UnicodeSegmentation;

use plenary_corpus::text::is_blankless;

/// Words of Chinese, Japanese, Thai, Lao, Khmer and Burmese by dictionary. The models of ICU compute with floating point numbers;
/// dictionaries give the same words on every machine.
static BY_DICTIONARY: LazyLock<WordSegmenterBorrowed<'static>> =
    LazyLock::new(|| WordSegmenter::new_dictionary(WordBreakInvariantOptions::default()));

/// Where the words of a text in a script without blanks begin. As in UAX #29, a word contains a letter or number; the word types of
/// ICU leave out numbers that are not digits, such as U+17F0.
pub(crate) fn word_starts(text: &str) -> impl Iterator<Item = usize> + '_ {
    let mut last = 0;
    BY_DICTIONARY.segment_str(text).filter_map(move |end| {
        let start = std::mem::replace(&mut last, end);
        text[start..end].contains(char::is_alphanumeric).then_some(start)
    })
}

/// The number of words of a text that is not ASCII.
fn n_other_words(text: &str) -> usize {
    if text.contains(is_blankless) { word_starts(text).count() } else { text.unicode_words().count() }
}

/// The number of words: runs between word boundaries that contain a letter or digit.
pub(crate) fn n_words(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\n');
    let (mut n, mut at) = (0, 0);
    // Words do not extend over white space: text between two spaces that is not ASCII is counted by the full rules.
    while let Some(beyond) = bytes[at..].iter().position(|byte| !byte.is_ascii()).map(|length| at + length) {
        let start = bytes[at..beyond].iter().rposition(is_blank).map_or(at, |blank| at + blank + 1);
        let stop = bytes[beyond..].iter().position(is_blank).map_or(bytes.len(), |blank| beyond + blank);
        n += n_ascii_words(&bytes[at..start]) + n_other_words(&text[start..stop]);
        at = stop;
    }
    n + n_ascii_words(&bytes[at..])
}

/// The same for ASCII text: a word begins where a letter or digit follows another character, unless a sign joins the two. Counted in
/// short runs, which the compiler vectorises.
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

/// The same for ASCII text with `_`, which joins words and is not a word itself.
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

/// Whether a sign joins its neighbours: `.` and `'` join letters and digits, `:` letters, `,` and `;` digits.
#[expect(clippy::needless_bitwise_bool, reason = "without branches the loops over bytes are vectorised")]
fn joins(before: u8, sign: u8, after: u8) -> bool {
    let letters = is_letter(before) & is_letter(after);
    let digits = (before.wrapping_sub(b'0') < 10) & (after.wrapping_sub(b'0') < 10);
    let of_both = (sign == b'.') | (sign == b'\'');
    let of_digits = (sign == b',') | (sign == b';');
    ((of_both | (sign == b':')) & letters) | ((of_both | of_digits) & digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_fast_method_counts_like_unicode(text in "[a-cA-B0-9_.,;:' \\-\n\"é’\u{301}\u{200D}אж]{0,40}") {
            prop_assert_eq!(n_words(&text), text.unicode_words().count());
        }
    }

    #[test]
    fn words_of_scripts_without_blanks_are_counted_by_dictionary() {
        for (text, expected) in [
            ("他来自北京大学。", 4),
            ("现在开会，请王明先生发言。", 7),
            ("ただいまから会議を開きます。", 6),
            ("เปิดประชุมแล้ว", 3),
            ("ກອງປະຊຸມເລີ່ມຕົ້ນ", 3),
            ("Dr. Smith 来自 London 大学", 5),
            ("안녕하세요 여러분", 2),
            ("\u{17F0}", 1),
        ] {
            assert_eq!(n_words(text), expected, "{text}");
        }
    }
}
