//! Whether a text was produced by optical character recognition and has misread letters.
//!
//! **Input**: the lines of a document. **Output**: whether the share of damaged words is so large that names may be
//! damaged too. Nothing is refused. Which labels are misread is left to `misreadings`.
//!
//! A word counts as damaged if a digit is printed among its letters ("wor1d"), or if it is rare and one misread letter
//! away from a word that is frequent in the same document ("tbis" beside "this"). No list of words is needed. Vowels
//! are not exchanged, because the endings of many languages differ in them ("buena", "bueno").

use std::collections::HashMap;

/// Number of words that are considered, from the start of the text.
const SAMPLE: usize = 100_000;
/// Shorter words are one letter away from too many others.
const SHORTEST: usize = 4;
/// Smallest number of damaged words of recognised print.
const FEWEST: usize = 4;
/// Smallest share of damaged words of recognised print, in words per 1,000. Clean transcripts in ten languages have
/// less than 0.4; print with errors in 2 % of its letters has more than 15.
const PER_THOUSAND: usize = 4;

/// Letters and what they are misread as.
const MISREAD: [(char, char); 8] =
    [('l', '1'), ('e', 'c'), ('c', 'e'), ('n', 'u'), ('u', 'n'), ('h', 'b'), ('i', 'l'), ('t', 'f')];

/// Whether a text has the errors of recognised print.
pub fn is_recognised_print<'t>(lines: impl Iterator<Item = &'t str>) -> bool {
    let words = lines
        .flat_map(|line| line.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| {
            word.chars().nth(SHORTEST - 1).is_some()
                && word.starts_with(|c: char| c.is_lowercase() || c.is_ascii_digit())
                && word.contains(char::is_alphabetic)
        })
        .take(SAMPLE);
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut n = 0;
    for word in words {
        *counts.entry(word).or_default() += 1;
        n += 1;
    }
    let n_damaged: usize =
        counts.iter().filter(|(word, times)| is_damaged(word, **times, &counts)).map(|(_, times)| times).sum();
    n_damaged >= FEWEST && n_damaged * 1000 >= n * PER_THOUSAND
}

fn is_damaged(word: &str, times: usize, counts: &HashMap<&str, usize>) -> bool {
    const MOST_TIMES: usize = 2;
    if times > MOST_TIMES {
        return false;
    }
    if has_digit_inside(word) {
        return true;
    }
    let needed = 3 * times;
    let is_frequent = |word: &str| counts.get(word).is_some_and(|n| *n >= needed);
    let replaced = |at: usize, length: usize, by: &str| format!("{}{by}{}", &word[..at], &word[at + length..]);
    word.match_indices("rn").any(|(at, found)| is_frequent(&replaced(at, found.len(), "m")))
        || word.char_indices().any(|(at, c)| {
            let originals = MISREAD.iter().filter(|(_, misread)| *misread == c);
            originals.into_iter().any(|(original, _)| is_frequent(&replaced(at, c.len_utf8(), &original.to_string())))
        })
}

/// Whether a digit that is mistaken for a letter is between two letters of a word: "wor1d".
pub(crate) fn has_digit_inside(word: &str) -> bool {
    let mut before = ('\0', '\0');
    for c in word.chars() {
        if before.0.is_alphabetic() && matches!(before.1, '0' | '1' | '5') && c.is_alphabetic() {
            return true;
        }
        before = (before.1, c);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: &str = "this house believes that the harbour belongs to this town and that those who use the harbour \
                         should care for this harbour because that harbour feeds this town and that is what this \
                         house has said that this town should hear";

    #[test]
    fn damaged_words_show_recognised_print() {
        assert!(!is_recognised_print(CLEAN.lines()));
        let damaged = CLEAN.replacen("this", "tbis", 1).replacen("harbour", "barbour", 1);
        assert!(!is_recognised_print(damaged.lines()), "two words may be errors of the typist");
        let damaged = damaged.replacen("that", "thaf", 1).replacen("feeds", "fe1eds", 1);
        assert!(is_recognised_print(damaged.lines()));
    }

    #[test]
    fn endings_and_numbers_are_not_damage() {
        let text = "buena buena buena buena bueno covid19 mp3s 10am 25th 1st 3d b2b la2n jlopez83 \
                    stando stando stando standa 2nd hour5 gate4 gate4";
        assert!(!is_recognised_print(text.lines()));
    }
}
