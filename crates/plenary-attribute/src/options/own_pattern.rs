//! The study's own regular expression for bylines.
//!
//! **Input**: the text of an expression. **Output**: a checked [`Pattern`]. **Refused**: text that is not a regular expression, an
//! expression without a group `name`, and unknown groups. Applying the pattern is left to `find`.

use regex::{Captures, Regex};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The named groups that a pattern may have. The first is required.
pub const GROUPS: [&str; 10] =
    ["name", "honorific", "title", "role", "affiliation", "country", "constituency", "party", "time", "speech"];

/// A regular expression that matches the byline at the start of a line. It has a group `name`, and no named groups but
/// [`GROUPS`].
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    /// The expression, anchored at the start of the text.
    regex: Regex,
}

/// What is wrong with a pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// The text is not a regular expression.
    #[error("not a regular expression: {problem}")]
    Syntax {
        /// The message of the parser.
        problem: String,
    },
    /// There is no group `name`.
    #[error("there is no group `name`; write (?P<name>...) around the speaker's name. {}", groups())]
    Nameless,
    /// A group has no meaning.
    #[error("the group `{group}` is unknown. {}", groups())]
    Unknown {
        /// Name of the group.
        group: String,
    },
}

fn groups() -> String {
    format!("Known groups: {} (required), {}", GROUPS[0], GROUPS[1..].join(", "))
}

impl Pattern {
    /// Compiles and checks a pattern.
    ///
    /// # Errors
    /// [`PatternError`] if it is not a regular expression, has no group `name` or has unknown groups.
    pub fn new(source: &str) -> Result<Self, PatternError> {
        let wrong = |error: regex::Error| PatternError::Syntax { problem: problem(&error) };
        let own = Regex::new(source).map_err(wrong)?;
        for group in own.capture_names().flatten() {
            if !GROUPS.contains(&group) {
                return Err(PatternError::Unknown { group: group.to_string() });
            }
        }
        if !own.capture_names().flatten().any(|group| group == GROUPS[0]) {
            return Err(PatternError::Nameless);
        }
        // With the flag x, a comment at the end of a pattern would extend over the bracket; the line break ends it.
        let anchored = Regex::new(&format!("^(?:{source})"))
            .or_else(|_| Regex::new(&format!("^(?:{source}\n)")))
            .map_err(wrong)?;
        Ok(Self { source: source.to_string(), regex: anchored })
    }

    /// The expression as written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// The match at the start of a line.
    pub fn at_start<'t>(&self, line: &'t str) -> Option<Captures<'t>> {
        self.regex.captures(line)
    }
}

/// The last line of the message of the parser, which states the problem; the lines above show its place.
pub(super) fn problem(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    last.trim().trim_start_matches("error: ").to_string()
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

/// Writes no pattern as an empty one, so that the example study can contain the key.
#[expect(clippy::ref_option, reason = "serde asks for a reference to the field")]
pub(crate) fn serialize<S: Serializer>(pattern: &Option<Pattern>, serializer: S) -> Result<S::Ok, S::Error> {
    pattern.as_ref().map_or("", Pattern::as_str).serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Pattern>, D::Error> {
    let source = String::deserialize(deserializer)?;
    if source.trim().is_empty() {
        return Ok(None);
    }
    let read = Pattern::new(&source);
    read.map(Some).map_err(|error| serde::de::Error::custom(format!("[transcript] pattern: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(source: &str) -> String {
        Pattern::new(source).unwrap_err().to_string()
    }

    #[test]
    fn only_the_start_of_a_line_matches() {
        let pattern = Pattern::new(r"<(?P<name>[^>]+)>").unwrap();
        assert_eq!(&pattern.at_start("<Ann Lee> Yes.").unwrap()["name"], "Ann Lee");
        assert!(pattern.at_start("Yes, <Ann Lee>.").is_none());
        let either = Pattern::new("(?P<name>A)|x(?P<title>B)").unwrap();
        assert!(either.at_start("yA").is_none(), "the anchor holds for every alternative");
    }

    #[test]
    fn a_pattern_may_be_written_over_several_lines_with_comments() {
        let pattern = Pattern::new("(?x) ^ (?P<name>\\w+) # who\n \\s* = # then what").unwrap();
        assert_eq!(&pattern.at_start("Ann = Yes.").unwrap()["name"], "Ann");
    }

    #[test]
    fn errors_name_the_known_groups() {
        insta::assert_snapshot!(error("(?P<name>["), @"not a regular expression: unclosed character class");
        insta::assert_snapshot!(error("^([A-Z]+):"), @"there is no group `name`; write (?P<name>...) around the speaker's name. Known groups: name (required), honorific, title, role, affiliation, country, constituency, party, time, speech");
        insta::assert_snapshot!(error("(?P<nmae>x)"), @"the group `nmae` is unknown. Known groups: name (required), honorific, title, role, affiliation, country, constituency, party, time, speech");
        assert!(error("(?P<name>a)(?=b)").contains("look-around"));
        assert!(error("(?P<name>a{1000}{1000}{1000})").contains("size limit"));
    }
}
