//! Constant regular expressions, compiled in one place.

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
