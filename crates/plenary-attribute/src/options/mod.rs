//! Options of attribution.
//!
//! **Input**: the sections `[transcript]` and `[segments]` of a study. **Output**: options with defaults. **Refused**, by `check`: a style
//! that does not exist or does not fit the pattern.

pub(crate) mod corrections;
pub(crate) mod documents;
pub(crate) mod own_pattern;
pub(crate) mod people_list;
pub(crate) mod sheet;

use serde::{Deserialize, Serialize};

use corrections::Corrections;
use documents::{DocumentOptions, DocumentsTable};
use own_pattern::Pattern;
use people_list::PeopleList;
use plenary_corpus::{DateOrder, OptionError, Style};
use plenary_names::lexicon::Lexicon;

/// How speakers are recognised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TranscriptOptions {
    /// How speakers are printed: the name of a [`Style`], or `auto` to determine it for each document.
    pub style: String,
    /// A regular expression that matches the byline at the start of a line. If it is given, nothing else opens a turn.
    #[serde(serialize_with = "own_pattern::serialize", deserialize_with = "own_pattern::deserialize")]
    pub pattern: Option<Pattern>,
    /// Path of a CSV file of people, relative to the folder of the study; empty for none.
    pub people: String,
    /// Path of a TOML file with further words, relative to the folder of the study; empty for none.
    pub lexicon: String,
    /// Path of a CSV file of corrections, relative to the folder of the study; empty for none.
    pub corrections: String,
    /// Which number of a date such as `03/04/2025` is the day.
    pub date_order: DateOrder,
    /// Whether people are linked across documents.
    pub link_people: LinkPeople,
}

impl Default for TranscriptOptions {
    fn default() -> Self {
        Self {
            style: "auto".into(),
            pattern: None,
            people: String::new(),
            lexicon: String::new(),
            corrections: String::new(),
            date_order: DateOrder::Auto,
            link_people: LinkPeople::Document,
        }
    }
}

/// The scope in which people are linked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkPeople {
    /// Within each document. Documents share only people to whom the list of people gives an id.
    #[default]
    Document,
    /// Across the documents of a run.
    Corpus,
}

impl TranscriptOptions {
    /// The style that the study asks for; `None` if it is determined for each document.
    pub fn style(&self) -> Option<Style> {
        if self.pattern.is_some() { Some(Style::Pattern) } else { Style::from_name(&self.style) }
    }

    /// Checks that the style exists and fits the pattern.
    ///
    /// # Errors
    /// [`OptionError`] names the option, what was found and what was expected.
    pub fn check(&self) -> Result<(), OptionError> {
        let wrong = |found: String, expected: String| Err(OptionError::new("[transcript] style", found, expected));
        let style = &self.style;
        let by_pattern = style == Style::Pattern.as_str();
        if style != "auto" && self.style().is_none() && !by_pattern {
            let known = Style::ALL.map(Style::as_str).join("\", \"");
            let expected = format!("\"auto\", one of \"{known}\", or \"pattern\" together with `pattern`");
            return wrong(format!("\"{style}\""), expected);
        }
        if by_pattern && self.pattern.is_none() {
            let expected = "`pattern = '''...'''` under [transcript], a regular expression with a group (?P<name>...)";
            return wrong("\"pattern\" without `pattern`".into(), expected.into());
        }
        if !by_pattern && style != "auto" && self.pattern.is_some() {
            let expected = "only one of them: without `style`, or with the style \"pattern\", the pattern is used";
            return wrong(format!("\"{style}\" and a `pattern`"), expected.into());
        }
        Ok(())
    }
}

/// Unit of analysis.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// One sentence.
    #[default]
    Sentence,
    /// One paragraph of an utterance.
    Paragraph,
    /// A whole utterance.
    Utterance,
}

impl Unit {
    /// The name that studies use.
    pub fn as_str(self) -> &'static str {
        match self {
            Unit::Sentence => "sentence",
            Unit::Paragraph => "paragraph",
            Unit::Utterance => "utterance",
        }
    }
}

/// How utterances are cut into segments.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SegmentOptions {
    /// Unit of analysis: `sentence`, `paragraph` or `utterance`.
    pub unit: Unit,
}

/// The inputs of attribution other than the document.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Language of the transcripts (ISO 639-1), or `auto`.
    pub language: String,
    /// How speakers are recognised.
    pub transcript: TranscriptOptions,
    /// How utterances are cut into segments.
    pub segments: SegmentOptions,
    /// The list of people that `transcript.people` names.
    pub people: Option<PeopleList>,
    /// What the study says of documents by their file names.
    pub documents: DocumentOptions,
    /// The table of documents that `documents.table` names.
    pub documents_table: Option<DocumentsTable>,
    /// The words of the languages, with those of the file that `transcript.lexicon` names.
    pub lexicon: Lexicon,
    /// The corrections of the file that `transcript.corrections` names.
    pub corrections: Option<Corrections>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            language: "auto".into(),
            transcript: TranscriptOptions::default(),
            segments: SegmentOptions::default(),
            people: None,
            documents: DocumentOptions::default(),
            documents_table: None,
            lexicon: Lexicon::default(),
            corrections: None,
        }
    }
}
