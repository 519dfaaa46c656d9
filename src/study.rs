//! The researcher's choices: one TOML file in, a checked [`Study`] out.
//!
//! Every key has a default, so that a run without a study works (everything but stance). Unknown keys, targets
//! without a proposition and doubled ids are refused with the place and the way out. The commented example that
//! `plenary init` writes is [`EXAMPLE`]; a test keeps it equal to the defaults.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::attribute::styles::Style;
use crate::engine::{Device, EngineChoice};

mod pattern;
mod people_list;

pub use pattern::{GROUPS, Pattern, PatternError};
pub use people_list::{ListedPerson, PeopleError, PeopleList};

/// Everything a study can set. The defaults are the values that hold when the file does not name a key.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Study {
    /// sha256 of the study file, and of its people list behind it where it names one; 64 hex digits. `None` for a run
    /// without a study.
    #[serde(skip)]
    pub sha256: Option<String>,
    /// The people that `transcript.people` names, read by [`Study::load`].
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub people_list: Option<PeopleList>,
    pub study: General,
    pub transcript: TranscriptOptions,
    pub columns: Columns,
    pub segments: SegmentOptions,
    pub models: ModelOptions,
    pub stance: StanceOptions,
    pub targets: Vec<Target>,
    pub themes: ThemeOptions,
    pub estimates: EstimateOptions,
    pub output: OutputOptions,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct General {
    /// Name of the study, written into the `runs` table.
    pub name: String,
    /// Language of the transcripts (ISO 639-1), or `auto`.
    pub language: String,
    /// Seed of everything that draws at random (themes, bootstrap).
    pub seed: u64,
}

impl Default for General {
    fn default() -> Self {
        Self { name: "unnamed study".into(), language: "auto".into(), seed: 20_170_528 }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TranscriptOptions {
    /// How speakers are printed: `auto` learns it from each document; see `attribute::styles` for the names.
    pub style: String,
    /// The user's own way: a regular expression that matches the byline at the start of a line. Nothing else opens a
    /// turn then.
    #[serde(serialize_with = "pattern::serialize", deserialize_with = "pattern::deserialize")]
    pub pattern: Option<Pattern>,
    /// Path of a CSV file of people, from the folder of the study; empty for none.
    pub people: String,
    /// How far a person is followed.
    pub link_people: LinkPeople,
}

impl Default for TranscriptOptions {
    fn default() -> Self {
        Self { style: "auto".into(), pattern: None, people: String::new(), link_people: LinkPeople::Document }
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

/// Which columns of a table (CSV, JSONL, XLSX, Parquet) mean what, by their names; capitals do not matter. An empty
/// name takes the column from its usual names, which `docs/formats.md` lists.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Columns {
    /// What is said.
    pub text: String,
    /// Name or label of who speaks.
    pub speaker: String,
    /// What tells speakers of one name apart.
    pub speaker_id: String,
    /// Which document a row belongs to; the rows of one document need not stand together.
    pub document: String,
    /// Day of the event.
    pub date: String,
    /// Seconds from the start of the recording, or a clock time `h:mm:ss`.
    pub time_start: String,
    pub time_end: String,
    /// Part in the proceedings, e.g. `chair`.
    pub role: String,
    /// Office or position of the speaker.
    pub position: String,
    pub affiliation: String,
    pub party: String,
    pub country: String,
    /// Further columns to keep beside each utterance.
    pub carry: Vec<String>,
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

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelOptions {
    /// Id of the model that embeds segments.
    pub embedding: String,
    /// Id of the model that scores sentiment; `none` leaves sentiment out.
    pub sentiment: String,
    /// Id of the inference model that scores stance.
    pub stance: String,
    /// What runs the models.
    pub engine: EngineChoice,
    /// What they run on.
    pub device: Device,
}

/// Stands for a model where a measure is left out.
const NO_MODEL: &str = "none";

impl ModelOptions {
    /// Whether sentiment is scored at all.
    pub fn scores_sentiment(&self) -> bool {
        self.sentiment != NO_MODEL
    }
}

impl Default for ModelOptions {
    fn default() -> Self {
        Self {
            embedding: "all-minilm-l6-v2".into(),
            sentiment: "sentiment-minilm-l6".into(),
            stance: "nli-minilm-l6".into(),
            engine: EngineChoice::Auto,
            device: Device::Cpu,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StanceOptions {
    /// Relevance (cosine of segment and proposition, in [0, 1]) under which no label is given: `off_topic`.
    pub relevance_floor: f32,
    /// Largest probability under which no label is given: `low_confidence`.
    pub confidence_floor: f32,
}

impl Default for StanceOptions {
    fn default() -> Self {
        Self { relevance_floor: 0.3, confidence_floor: 0.6 }
    }
}

/// A proposition towards which stance is scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Short name in snake case; it becomes a column of the `analysis` table.
    #[serde(default)]
    pub id: String,
    /// One affirmative sentence that a speaker can be for or against.
    #[serde(default)]
    pub proposition: String,
    /// The same denied; it is scored as well and averaged with the sides exchanged.
    pub negation: Option<String>,
    /// For the reader of the study; carried into the codebook.
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThemeOptions {
    /// Resolution of the community search: higher finds more and smaller themes.
    pub resolution: f64,
    /// Neighbours per segment in the graph; 0 chooses by the number of segments.
    pub neighbours: usize,
    /// Segments under which a community joins its nearest neighbour; 0 chooses by the number of segments.
    pub min_segments: usize,
    /// Probability under which a segment is assigned with the reason `low_confidence`.
    pub confidence_floor: f32,
}

impl Default for ThemeOptions {
    fn default() -> Self {
        Self { resolution: 1.0, neighbours: 0, min_segments: 0, confidence_floor: 0.3 }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EstimateOptions {
    /// Draws of the bootstrap.
    pub resamples: usize,
    /// Coverage of the intervals, between 0 and 1.
    pub confidence_level: f64,
}

impl Default for EstimateOptions {
    fn default() -> Self {
        Self { resamples: 1000, confidence_level: 0.95 }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutputOptions {
    /// Write CSV beside Parquet.
    pub csv: bool,
}

/// What is wrong with a study file.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    #[error("{path}: there is no such study file; `plenary init {path}` writes a commented one")]
    Missing { path: String },
    #[error("{path}: cannot read the study: {source}")]
    Unreadable { path: String, source: std::io::Error },
    #[error("{path}, line {line}: unknown key `{key}`{suggestion}; known here: {known}")]
    UnknownKey { path: String, line: usize, key: String, suggestion: String, known: String },
    #[error("{path}, line {line}: {message}")]
    Syntax { path: String, line: usize, message: String },
    #[error("{path}: {place}: found {found}; expected {expected}")]
    Value { path: String, place: String, found: String, expected: String },
    #[error("{path}: [transcript] people: {problem}")]
    People { path: String, problem: PeopleError },
    #[error("{path}: two targets have the id `{id}`; give each target an id of its own")]
    DoubledTarget { path: String, id: String },
}

impl Study {
    /// Reads and checks a study file.
    ///
    /// # Errors
    /// [`StudyError`] names the file, the line or key, what was found and what was expected.
    pub fn load(path: &Path) -> Result<Study, StudyError> {
        let shown = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => StudyError::Missing { path: shown.clone() },
            _ => StudyError::Unreadable { path: shown.clone(), source },
        })?;
        let text = String::from_utf8(bytes).map_err(|error| StudyError::Unreadable {
            path: shown.clone(),
            source: std::io::Error::new(std::io::ErrorKind::InvalidData, format!("{error}; save the study as UTF-8")),
        })?;
        let mut study = Study::parse(&text, &shown)?;
        let mut hashed = text.into_bytes();
        if !study.transcript.people.is_empty() {
            let wrong = |problem| StudyError::People { path: shown.clone(), problem };
            let list = path.parent().unwrap_or(Path::new("")).join(&study.transcript.people);
            let bytes = PeopleList::bytes(&list).map_err(wrong)?;
            study.people_list = Some(PeopleList::parse(&bytes, &list.display().to_string()).map_err(wrong)?);
            hashed.extend(bytes);
        }
        study.sha256 = Some(crate::read::content_id(&hashed).1);
        Ok(study)
    }

    /// Parses and checks the text of a study, without the people list that it may name; `path` names it in messages.
    ///
    /// # Errors
    /// As [`Study::load`].
    pub fn parse(text: &str, path: &str) -> Result<Study, StudyError> {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let study: Study = toml::from_str(text).map_err(|error| explain(&error, text, path))?;
        study.check(path)?;
        Ok(study)
    }

    fn check(&self, path: &str) -> Result<(), StudyError> {
        let wrong = |place: String, found: String, expected: &str| {
            Err(StudyError::Value { path: path.into(), place, found, expected: expected.into() })
        };
        let language = &self.study.language;
        if language != "auto" && isolang::Language::from_639_1(language).is_none() {
            return wrong(
                "[study] language".into(),
                format!("\"{language}\""),
                "\"auto\" or a two-letter code (ISO 639-1), such as \"en\"",
            );
        }
        let style = &self.transcript.style;
        if style != "auto" && self.transcript.style().is_none() {
            let known = Style::ALL.map(Style::as_str).join("\", \"");
            return wrong(
                "[transcript] style".into(),
                format!("\"{style}\""),
                &format!("\"auto\", one of \"{known}\", or \"pattern\" with a `pattern` beside it"),
            );
        }
        let by_pattern = style == Style::Pattern.as_str();
        if by_pattern && self.transcript.pattern.is_none() {
            return wrong(
                "[transcript] style".into(),
                "\"pattern\" and no `pattern`".into(),
                "`pattern = '''...'''` under [transcript], a regular expression with a group (?P<name>...)",
            );
        }
        if !by_pattern && style != "auto" && self.transcript.pattern.is_some() {
            return wrong(
                "[transcript] style".into(),
                format!("\"{style}\" and a `pattern`"),
                "one of the two: a pattern is a style of its own; leave out `style`, or set it to \"pattern\"",
            );
        }
        for (place, value) in [
            ("[stance] relevance_floor", self.stance.relevance_floor),
            ("[stance] confidence_floor", self.stance.confidence_floor),
            ("[themes] confidence_floor", self.themes.confidence_floor),
        ] {
            if !(0.0..=1.0).contains(&value) {
                return wrong(place.into(), value.to_string(), "a number from 0 to 1");
            }
        }
        if !(self.themes.resolution.is_finite() && self.themes.resolution > 0.0) {
            return wrong(
                "[themes] resolution".into(),
                self.themes.resolution.to_string(),
                "a number above 0, usually from 0.5 to 2",
            );
        }
        if self.themes.neighbours > crate::themes::NEIGHBOURS_AT_MOST {
            return wrong(
                "[themes] neighbours".into(),
                self.themes.neighbours.to_string(),
                &format!("a number up to {}", crate::themes::NEIGHBOURS_AT_MOST),
            );
        }
        if (1..crate::estimate::RESAMPLES_AT_LEAST).contains(&self.estimates.resamples) {
            return wrong(
                "[estimates] resamples".into(),
                self.estimates.resamples.to_string(),
                &format!("0 for no intervals, or at least {}", crate::estimate::RESAMPLES_AT_LEAST),
            );
        }
        if !(self.estimates.confidence_level > 0.0 && self.estimates.confidence_level < 1.0) {
            return wrong(
                "[estimates] confidence_level".into(),
                self.estimates.confidence_level.to_string(),
                "a number between 0 and 1, such as 0.95",
            );
        }
        self.check_targets(path)
    }

    fn check_targets(&self, path: &str) -> Result<(), StudyError> {
        let mut ids = std::collections::HashSet::new();
        for (i, target) in self.targets.iter().enumerate() {
            let place =
                if target.id.is_empty() { format!("target {}", i + 1) } else { format!("target `{}`", target.id) };
            let wrong = |found: String, expected: &str| {
                Err(StudyError::Value { path: path.into(), place: place.clone(), found, expected: expected.into() })
            };
            if !TARGET_ID.is_match(&target.id) {
                let found =
                    if target.id.is_empty() { "no id".to_string() } else { format!("the id \"{}\"", target.id) };
                return wrong(
                    found,
                    "an id of lower-case letters, digits and underscores that begins with a letter, such as \"open_borders\"",
                );
            }
            if target.proposition.trim().is_empty() {
                return wrong(
                    "no proposition".into(),
                    "`proposition = \"...\"`, one affirmative sentence that a speaker can be for or against",
                );
            }
            if target.negation.as_deref().is_some_and(|negation| negation.trim().is_empty()) {
                return wrong("an empty negation".into(), "the proposition denied, or no `negation` at all");
            }
            if !ids.insert(target.id.as_str()) {
                return Err(StudyError::DoubledTarget { path: path.into(), id: target.id.clone() });
            }
        }
        Ok(())
    }
}

static TARGET_ID: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("^[a-z][a-z0-9_]*$").expect("the pattern is a constant that compiles"));
static UNKNOWN_FIELD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("unknown field `([^`]*)`(?:, expected (.*))?").expect("the pattern is a constant that compiles")
});
static BACKTICKED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("`([^`]+)`").expect("the pattern is a constant that compiles"));

fn explain(error: &toml::de::Error, text: &str, path: &str) -> StudyError {
    let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    let message = error.message().lines().collect::<Vec<_>>().join("; ");
    let Some(found) = UNKNOWN_FIELD.captures(&message) else {
        return StudyError::Syntax { path: path.into(), line, message };
    };
    let key = found[1].to_string();
    let known: Vec<String> = found.get(2).map_or_else(Vec::new, |expected| {
        BACKTICKED.captures_iter(expected.as_str()).map(|name| name[1].to_string()).collect()
    });
    let nearest = known
        .iter()
        .map(|name| (strsim::jaro_winkler(name, &key), name))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let suggestion = nearest.map_or_else(String::new, |(_, name)| format!("; did you mean `{name}`?"));
    StudyError::UnknownKey { path: path.into(), line, key, suggestion, known: known.join(", ") }
}

/// The commented study that `plenary init` writes. Every value in it is the default.
pub const EXAMPLE: &str = include_str!("study_example.toml");

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Study::parse(text, "study.toml").unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_key_is_named_with_the_nearest_known_one() {
        let message = error("[segments]\nunits = \"sentence\"\n");
        insta::assert_snapshot!(message, @"study.toml, line 2: unknown key `units`; did you mean `unit`?; known here: unit");
        let message = error("[tragets]\nid = \"a\"\n");
        assert!(message.contains("did you mean `targets`?"), "{message}");
    }

    #[test]
    fn targets_need_an_id_and_a_proposition_of_their_own() {
        assert!(error("[[targets]]\nid = \"open\"\n").contains("target `open`: found no proposition"));
        assert!(error("[[targets]]\nproposition = \"P.\"\n").contains("target 1: found no id"));
        let two = "[[targets]]\nid = \"a\"\nproposition = \"P.\"\n".repeat(2);
        assert!(error(&two).contains("two targets have the id `a`"));
    }

    #[test]
    fn values_out_of_range_are_refused_with_the_range() {
        assert!(error("[estimates]\nconfidence_level = 95\n").contains("a number between 0 and 1"));
        assert!(error("[transcript]\nstyle = \"bald\"\n").contains("\"bold\""));
        assert!(error("[study]\nlanguage = \"english\"\n").contains("ISO 639-1"));
        assert!(error("[segments]\nunit = \"word\"\n").contains("line 2"));
        assert!(error("[segments\n").contains("line 1"));
    }

    #[test]
    fn the_example_names_every_key_with_its_default() {
        let example = Study::parse(EXAMPLE, "example").unwrap();
        assert_eq!(example, Study::default(), "the example's values are the defaults");
        let keys = toml::to_string(&Study::default()).unwrap();
        for key in keys.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key) {
            assert!(
                EXAMPLE.lines().any(|line| line.starts_with(&format!("{key} = "))) || key == "targets",
                "{key} is missing"
            );
        }
        for key in ["id", "proposition", "negation", "note"] {
            assert!(EXAMPLE.contains(&format!("# {key} = ")), "{key} is missing");
        }
    }
}
