//! Constant regular expressions, and capitals.
//!
//! Input: text. Output: the expression, or the text. Nothing is refused. White space and the ends of sentences are left to
//! `plenary_corpus::text`.

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

/// The text with a capital at its beginning.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
