//! What a study can choose about attribution.

pub(crate) mod own_pattern;
pub(crate) mod people_list;

use serde::{Deserialize, Serialize};

use own_pattern::Pattern;
use people_list::PeopleList;
use plenary_corpus::Style;
use plenary_names::lexicon::Lexicon;

/// Utterances with a lower confidence, and documents whose style has a lower one, need review.
pub const REVIEW_BELOW: f32 = 0.6;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TranscriptOptions {
    /// How speakers are printed: `auto` learns it from each document; see `attribute::styles` for the names.
    pub style: String,
    /// The user's own way: a regular expression that matches the byline at the start of a line. Nothing else opens a
    /// turn then.
    #[serde(serialize_with = "own_pattern::serialize", deserialize_with = "own_pattern::deserialize")]
    pub pattern: Option<Pattern>,
    /// Path of a CSV file of people, from the folder of the study; empty for none.
    pub people: String,
    /// Path of a TOML file with words of the user's own, from the folder of the study; empty for none.
    pub lexicon: String,
    /// How far a person is followed.
    pub link_people: LinkPeople,
}

impl Default for TranscriptOptions {
    fn default() -> Self {
        Self {
            style: "auto".into(),
            pattern: None,
            people: String::new(),
            lexicon: String::new(),
            link_people: LinkPeople::Document,
        }
    }
}

/// How far a person is followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkPeople {
    /// Within a document; two documents share nobody whom the people list does not give an id.
    #[default]
    Document,
    /// Across the documents of a run.
    Corpus,
}

impl TranscriptOptions {
    /// The pinned style; `None` where each document is to show its own.
    pub fn style(&self) -> Option<Style> {
        if self.pattern.is_some() { Some(Style::Pattern) } else { Style::from_name(&self.style) }
    }
}

/// What one row of the analysis is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    #[default]
    Sentence,
    Paragraph,
    Utterance,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SegmentOptions {
    /// Unit of analysis: `sentence`, `paragraph` or `utterance`.
    pub unit: Unit,
}

/// Everything that attribution depends on beside the document.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Language of the transcripts (ISO 639-1), or `auto`.
    pub language: String,
    pub transcript: TranscriptOptions,
    pub segments: SegmentOptions,
    /// The people that `transcript.people` names.
    pub people: Option<PeopleList>,
    /// The words of the languages, with those of the file that `transcript.lexicon` names.
    pub lexicon: Lexicon,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            language: "auto".into(),
            transcript: TranscriptOptions::default(),
            segments: SegmentOptions::default(),
            people: None,
            lexicon: Lexicon::default(),
        }
    }
}
