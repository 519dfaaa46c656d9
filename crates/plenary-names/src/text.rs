//! Constant regular expressions, and capitalisation.
//!
//! **Input**: an expression or a text. **Output**: the compiled expression, or the text with a capital. Nothing is
//! refused. White space and the ends of sentences are left to `plenary_corpus::text`.

use regex::Regex;

/// Compiles a regular expression that is written in the code.
///
/// # Panics
/// If the expression does not compile; the first test that uses it then fails.
pub fn constant_regex(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant that compiles")
}

/// Compiles a regular expression over bytes that is written in the code.
///
/// # Panics
/// If the expression does not compile; the first test that uses it then fails.
pub fn constant_byte_regex(text: &str) -> regex::bytes::Regex {
    regex::bytes::Regex::new(text).expect("the pattern is a constant that compiles")
}

/// The text with its first letter as a capital.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
