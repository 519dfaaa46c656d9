//! How a document prints its speakers, and what opens a turn.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// A way to print the names of speakers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// A byline in bold on a separate line or lines.
    Bold,
    /// A byline in bold with the speech after it on the same line.
    BoldInline,
    /// `Name: text`, `Name (role): text`, `[00:12:03] Name: text`, `Q: text`; also with a tab instead of the colon.
    Colon,
    /// `Name, role. - text`, `Name – text`.
    Dash,
    /// `Mr. BYRD. Text`, `The PRESIDING OFFICER. Text`, `Q. Text`.
    Period,
    /// `Name (12:31)` or `12:31 Name` on a separate line.
    NameTime,
    /// A name as a heading, at a level of headings that are names.
    Heading,
    /// A name in capitals on a separate line.
    Capitals,
    /// A name on a separate line, with or without title and affiliation beside or below it.
    NameLine,
    /// The document's own template: signs around a name that recur at the beginning of lines.
    Template,
    /// Questions in a different typeface, without labels, with the answers below them.
    Questions,
    /// One speech whose speaker is named in the title.
    Titled,
    /// A sign of a new speaker without a name: `>> text`, `— text`. The speaker is unknown.
    Unnamed,
    /// Letters and comments with the name of the writer below the text.
    Signed,
    /// Paragraphs that begin with a clause that names who speaks: `The chair said that ...`, `Ann Lee opened the debate: text`.
    Clauses,
    /// The study's own regular expression; used only if the study gives one.
    Pattern,
    /// The format itself names the speakers.
    Declared,
}

impl Style {
    /// The styles that can be recognised in a document.
    pub const ALL: [Style; 15] = [
        Style::Bold,
        Style::BoldInline,
        Style::Colon,
        Style::Dash,
        Style::Period,
        Style::NameTime,
        Style::Heading,
        Style::Capitals,
        Style::NameLine,
        Style::Template,
        Style::Questions,
        Style::Titled,
        Style::Unnamed,
        Style::Signed,
        Style::Clauses,
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
            Style::Template => "template",
            Style::Questions => "questions",
            Style::Titled => "titled",
            Style::Unnamed => "unnamed",
            Style::Signed => "signed",
            Style::Clauses => "clauses",
            Style::Pattern => "pattern",
            Style::Declared => "declared",
        }
    }

    /// The style with this name, if a study can ask for it.
    pub fn from_name(name: &str) -> Option<Style> {
        Style::ALL.into_iter().chain([Style::Pattern]).find(|style| style.as_str() == name)
    }
}

/// The shape of the bylines that a document itself establishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Template {
    /// The shape in readable form: `[NAME]: text`, `NAME [TIME] text`. ` / ` is the end of a line, `**` the edge of bold text.
    pub shape: String,
    /// Number of bylines with this shape.
    pub n_lines: usize,
}

/// The name of a style as the tables write it: `none` if no speaker was found.
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
    /// An interjection in brackets inside the turn of another person.
    BracketedInterjection,
    /// The continuation of a turn after an interjection in brackets.
    Continues,
    /// A person says that a turn begins there.
    Corrected,
    /// No sign of a new turn is printed.
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
            TurnRule::Corrected => "corrected",
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
