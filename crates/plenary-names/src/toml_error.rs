//! Errors in TOML files, in words: the line, the unknown key and the known key that may have been meant.
//!
//! **Input**: the error of the parser and the text. **Output**: [`TomlError`]. Naming the file is left to the caller.

use std::sync::LazyLock;

use regex::Regex;

use crate::text::constant_regex;

/// What is wrong with a TOML file, and the line, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TomlError {
    /// A key that is not known in its section.
    UnknownKey {
        /// Line of the key.
        line: usize,
        /// The key as written.
        key: String,
        /// The most similar known key, if one is similar enough.
        nearest: Option<String>,
        /// The keys that are known there.
        known: Vec<String>,
    },
    /// Any other problem, in the words of the parser or of the code that refused a value.
    Other {
        /// Line of the problem.
        line: usize,
        /// What is wrong.
        message: String,
    },
}

static UNKNOWN_FIELD: LazyLock<Regex> = LazyLock::new(|| constant_regex("unknown field `([^`]*)`(?:, expected (.*))?"));
static BACKTICKED: LazyLock<Regex> = LazyLock::new(|| constant_regex("`([^`]+)`"));

impl TomlError {
    /// Explains an error of the parser; `text` is the text that was parsed.
    pub fn of(error: &toml::de::Error, text: &str) -> Self {
        const ALIKE: f64 = 0.75;
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let message = error.message().lines().collect::<Vec<_>>().join("; ");
        let Some(found) = UNKNOWN_FIELD.captures(&message) else { return Self::Other { line, message } };
        let key = found[1].to_string();
        let known: Vec<String> = found.get(2).map_or_else(Vec::new, |expected| {
            BACKTICKED.captures_iter(expected.as_str()).map(|name| name[1].to_string()).collect()
        });
        let nearest = known
            .iter()
            .map(|name| (strsim::jaro_winkler(name, &key), name))
            .filter(|(likeness, _)| *likeness > ALIKE)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, name)| name.clone());
        Self::UnknownKey { line, key, nearest, known }
    }

    /// " (did you mean `months`?)", or an empty text.
    pub fn suggestion(nearest: Option<&str>) -> String {
        nearest.map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"))
    }
}
