//! How a document prints who speaks, and what opens a turn.

use std::fmt;

use serde::{Serialize, Serializer};

/// A way to print who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// A byline in bold on lines of its own.
    Bold,
    /// A byline in bold, the speech after it on the same line.
    BoldInline,
    /// `Name: text`, `Name (role): text`, `[00:12:03] Name: text`, `Q: text`, and a tab in the colon's place.
    Colon,
    /// `Name, role. - text`, `Name – text`.
    Dash,
    /// `Mr. BYRD. Text`, `The PRESIDING OFFICER. Text`, `Q. Text`.
    Period,
    /// `Name (12:31)` or `12:31 Name` on a line of its own.
    NameTime,
    /// A name as a heading of a level that holds names.
    Heading,
    /// A name in capitals on a line of its own.
    Capitals,
    /// A name on a line of its own, perhaps with title and affiliation beside or below it.
    NameLine,
    /// Questions in a typeface of their own, without labels, and the answers below them.
    Questions,
    /// One speech whose speaker stands in its title.
    Titled,
    /// The study's own regular expression: never learned, only pinned.
    Pattern,
    /// The format itself says who speaks: never learned or pinned.
    Declared,
}

impl Style {
    /// The styles that a document can be learned to be printed in.
    pub const ALL: [Style; 11] = [
        Style::Bold,
        Style::BoldInline,
        Style::Colon,
        Style::Dash,
        Style::Period,
        Style::NameTime,
        Style::Heading,
        Style::Capitals,
        Style::NameLine,
        Style::Questions,
        Style::Titled,
    ];

    /// The name that a study and the tables use.
    pub fn as_str(self) -> &'static str {
        match self {
            Style::Bold => "bold",
            Style::BoldInline => "bold_inline",
            Style::Colon => "colon",
            Style::Dash => "dash",
            Style::Period => "period",
            Style::NameTime => "name_time",
            Style::Heading => "heading",
            Style::Capitals => "capitals",
            Style::NameLine => "name_line",
            Style::Questions => "questions",
            Style::Titled => "titled",
            Style::Pattern => "pattern",
            Style::Declared => "declared",
        }
    }

    /// The style of this name that a study can pin; `None` where there is none.
    pub fn from_name(name: &str) -> Option<Style> {
        Style::ALL.into_iter().chain([Style::Pattern]).find(|style| style.as_str() == name)
    }
}

/// The name of a style as the tables write it: `none` where no speaker was found.
pub fn style_name(style: Option<Style>) -> &'static str {
    style.map_or("none", Style::as_str)
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What opened a turn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TurnRule {
    /// A byline in this style.
    Style(Style),
    /// Somebody calls out, in brackets, inside the turn of another.
    BracketedInterjection,
    /// A turn that a call in brackets interrupted goes on.
    Continues,
    /// Nothing announces the turn.
    #[default]
    Nothing,
}

impl TurnRule {
    /// The name that `--explain` and JSON use.
    pub fn as_str(self) -> &'static str {
        match self {
            TurnRule::Style(style) => style.as_str(),
            TurnRule::BracketedInterjection => "bracketed_interjection",
            TurnRule::Continues => "continues",
            TurnRule::Nothing => "none",
        }
    }
}

impl fmt::Display for TurnRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for TurnRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
