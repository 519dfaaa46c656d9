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
static WRONG_TYPE: LazyLock<Regex> =
    LazyLock::new(|| constant_regex("^invalid type: ([a-z ]*?)(?: [\"`](.*)[\"`])?, expected (.*)$"));
static UNKNOWN_VARIANT: LazyLock<Regex> = LazyLock::new(|| constant_regex("^unknown variant `(.*)`, expected (.*)$"));
/// A key, at the beginning of a line or in an inline table.
static KEY: LazyLock<Regex> = LazyLock::new(|| constant_regex("(?:^|[{,])\\s*([A-Za-z0-9_.-]+)\\s*="));
static BACKTICKED: LazyLock<Regex> = LazyLock::new(|| constant_regex("`([^`]+)`"));

/// The message about a value of the wrong type, or about a name that is none of those that are possible, with the key; `None` for other
/// messages, and where no key is before the value. `before` is the line up to the value.
fn of_value(message: &str, before: &str) -> Option<String> {
    let key = KEY.captures_iter(before).last()?.get(1)?.as_str();
    if let Some(found) = UNKNOWN_VARIANT.captures(message) {
        return Some(format!("{key}: found `{}`; expected {}", &found[1], &found[2]));
    }
    let found = WRONG_TYPE.captures(message)?;
    let value = found.get(2).map_or("", |value| value.as_str());
    let (is_number, expected) = match &found[3] {
        "f32" | "f64" => (true, "a number"),
        "u8" | "u16" | "u32" | "u64" | "usize" => (true, "a whole number, 0 or more"),
        "i8" | "i16" | "i32" | "i64" | "isize" => (true, "a whole number"),
        "a string" | "string" => (false, "a text in quotes"),
        "a boolean" => (false, "true or false"),
        "a sequence" => (false, "a list in square brackets"),
        other => (false, other),
    };
    let shown = match &found[1] {
        "string" => format!("the text \"{value}\""),
        "sequence" => "a list".to_owned(),
        "map" => "a section".to_owned(),
        _ if value.is_empty() => found[1].to_owned(),
        _ => format!("`{value}`"),
    };
    let remedy =
        if is_number && &found[1] == "string" && value.parse::<f64>().is_ok() { "; remove the quotes" } else { "" };
    Some(format!("{key}: found {shown}; expected {expected}{remedy}"))
}

impl TomlError {
    /// Explains an error of the parser; `text` is the text that was parsed.
    pub fn of(error: &toml::de::Error, text: &str) -> Self {
        const ALIKE: f64 = 0.75;
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let message = error.message().lines().collect::<Vec<_>>().join("; ");
        let Some(found) = UNKNOWN_FIELD.captures(&message) else {
            let above = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let before = above.rsplit('\n').next().unwrap_or_default();
            let message = of_value(&message, before).unwrap_or(message);
            return Self::Other { line, message };
        };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Values {
        #[serde(default)]
        _share: f64,
        #[serde(default)]
        _n: usize,
        #[serde(default)]
        _name: String,
        #[serde(default)]
        _list: Vec<String>,
        #[serde(default)]
        _is: bool,
        _side: Option<Side>,
        _inner: Option<Inner>,
    }

    #[derive(Debug, serde::Deserialize)]
    struct Inner {
        _n: usize,
        _share: f64,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Side {
        Left,
        Right,
    }

    fn message(line: &str) -> String {
        let text = format!("# A comment.\n{line}\n");
        let error = toml::from_str::<Values>(&text).expect_err("the value is wrong");
        match TomlError::of(&error, &text) {
            TomlError::Other { line: 2, message } => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn wrong_values_are_named_with_their_key() {
        for (line, expected) in [
            ("_share = \"0.9\"", "_share: found the text \"0.9\"; expected a number; remove the quotes"),
            ("_share = \"much\"", "_share: found the text \"much\"; expected a number"),
            ("_share = true", "_share: found `true`; expected a number"),
            ("_n = [1]", "_n: found a list; expected a whole number, 0 or more"),
            ("_n = 1.5", "_n: found `1.5`; expected a whole number, 0 or more"),
            ("_name = 3", "_name: found `3`; expected a text in quotes"),
            ("_list = \"a\"", "_list: found the text \"a\"; expected a list in square brackets"),
            ("_is = \"yes\"", "_is: found the text \"yes\"; expected true or false"),
            (
                "_inner = { _n = 1, _share = \"0.5\" }",
                "_share: found the text \"0.5\"; expected a number; remove the quotes",
            ),
            ("_side = \"up\"", "_side: found `up`; expected `left` or `right`"),
        ] {
            assert_eq!(message(line), expected);
        }
        assert!(message("_n = ").contains("value"), "messages about the syntax stay those of the parser");
    }
}
