//! Small helpers for text that several crates need: constant expressions, white space, the ends of sentences, capitals.
//!
//! Input: text. Output: text or yes and no. Nothing is refused. What is a name is left to the other modules.

use regex::Regex;

/// A regular expression that is written in the code.
///
/// # Panics
/// When the expression does not compile, which the first test that uses it shows.
pub fn constant_regex(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant that compiles")
}

/// A regular expression over bytes that is written in the code.
///
/// # Panics
/// When the expression does not compile, which the first test that uses it shows.
pub fn constant_byte_regex(text: &str) -> regex::bytes::Regex {
    regex::bytes::Regex::new(text).expect("the pattern is a constant that compiles")
}

/// The text on one line, with single blanks between its words and none at its ends.
pub fn collapse_blanks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The text with a capital at its beginning.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
