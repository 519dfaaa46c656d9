//! `run.json`: the description of a run, its study, and every file with its size and sha256.
//!
//! **Input:** the row of `runs`, the study and the files that were written, or the bytes of a `run.json`. **Output:** the
//! text of `run.json`, or its content with types. **Refused:** what is not JSON, what plenary did not write, and a format that
//! this version does not read. **Left to others:** whether the files are as listed (`results`).

use std::collections::BTreeSet;

use jiff::Timestamp;
use plenary_corpus::findings::{CodedVariable, Target};
use serde::{Deserialize, Serialize};

use super::folder::is_plain_name;
use super::open_error::OpenErrorKind;
use super::schema::{DictionaryColumn, RunRow, Variable};
use crate::StudyInfo;

/// Number of the format of results folders: tables, columns, values and `run.json`. It increases with every change that
/// a reader notices. Folders that were written before it was introduced have no number.
pub const SCHEMA_VERSION: u32 = 1;

/// A file of the results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenFile {
    /// File name, without a folder.
    pub name: String,
    /// Rows of the table; `None` for a text.
    pub rows: Option<usize>,
    /// Size.
    pub bytes: u64,
    /// 64 hex digits.
    pub sha256: String,
}

/// A model that a run used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRecord {
    /// Id of the model.
    pub id: String,
    /// sha256 of the model's file, 64 hex digits.
    pub sha256: String,
}

impl ModelRecord {
    /// The form that `runs` and `run.json` hold: the id, a space, the sha256.
    pub(super) fn joined(&self) -> String {
        format!("{} {}", self.id, self.sha256)
    }

    fn split(joined: &str) -> Self {
        let (id, sha256) = joined.rsplit_once(' ').unwrap_or((joined, ""));
        Self { id: id.to_owned(), sha256: sha256.to_owned() }
    }
}

/// What a run was made from, by the names that the user gave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Origin {
    /// Files and folders that were named as inputs, sorted. Contents in memory are not listed. Empty in results that were written before
    /// this was recorded.
    pub inputs: Vec<String>,
    /// Text of the study file; `None` for a run without a study file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub study_text: Option<String>,
    /// The study file, and the files that it names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<StudyFile>,
}

impl Origin {
    /// The earlier themes that the run continued, with the file that names them.
    pub fn continued_themes(&self) -> Option<(&StudyFile, &ContinuedThemes)> {
        self.files.iter().find_map(|file| Some((file, file.themes.as_ref()?)))
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A file that a study consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StudyFile {
    /// What the file is to the study.
    pub role: StudyFileRole,
    /// The file as the study names it; the study file itself, as the user named it.
    pub name: String,
    /// Path by which it was read.
    pub path: String,
    /// sha256 of its content, 64 hex digits; of a learned coder, of its numbers; of a registry of themes, with the decisions about them.
    pub sha256: String,
    /// Of a registry of themes, what was continued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub themes: Option<ContinuedThemes>,
}

/// The earlier themes that a run continued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContinuedThemes {
    /// sha256 of the file `themes.registry`, 64 hex digits.
    pub registry_sha256: String,
    /// Themes of it that researchers named, before this run or for it.
    pub n_named: usize,
    /// Themes that they merged into others.
    pub n_merged: usize,
    /// Splits that they made.
    pub n_split: usize,
}

/// What a file is to a study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StudyFileRole {
    /// The study file itself.
    Study,
    /// Words of languages.
    Lexicon,
    /// List of people.
    People,
    /// Table of documents.
    Documents,
    /// Categories of a dictionary.
    Dictionary,
    /// Corrections of turns.
    Corrections,
    /// Themes of earlier results that are continued.
    ThemeRegistry,
    /// Texts with codes for themes.
    CodedTexts,
    /// Codes of stance for the thresholds of `neither`.
    CodedStance,
    /// Folder of a learned coder.
    Coder,
}

impl StudyFileRole {
    /// In words, for people.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Study => "study",
            Self::Lexicon => "lexicon",
            Self::People => "list of people",
            Self::Documents => "table of documents",
            Self::Dictionary => "dictionary",
            Self::Corrections => "corrections",
            Self::ThemeRegistry => "earlier themes",
            Self::CodedTexts => "coded texts",
            Self::CodedStance => "coded stance",
            Self::Coder => "learned coder",
        }
    }
}

/// The description of a run: the row of `runs`, and what it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Run {
    /// Id of the run.
    pub run_id: String,
    /// Version of plenary that computed the tables.
    pub plenary_version: String,
    /// sha256 of the study as it was read, 64 hex digits.
    pub study_sha256: String,
    /// Engines that ran the models, separated by commas.
    pub engine: String,
    /// The models.
    pub models: Vec<ModelRecord>,
    /// Documents read.
    pub n_documents: u32,
    /// Rows of `speakers`.
    pub n_speakers: u32,
    /// Rows of `utterances`.
    pub n_utterances: u32,
    /// Rows of `segments`.
    pub n_segments: u32,
    /// Rows of `themes`.
    pub n_themes: u32,
    /// Rows of `failures`.
    pub n_failures: u32,
    /// When the run began.
    pub started_at: Timestamp,
    /// When everything was computed.
    pub finished_at: Timestamp,
    /// What it was made from.
    pub origin: Origin,
}

/// The content of `run.json`.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) run: Run,
    pub(super) study: StudyInfo,
    pub(super) files: Vec<WrittenFile>,
}

/// The part of the study that readers of results need, apart from the row of `runs`.
#[derive(Serialize, Deserialize)]
struct Settings {
    targets: Vec<Target>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    codes: Vec<CodedVariable>,
    csv: bool,
    #[serde(default)]
    csv_bom: bool,
    confidence_level: f64,
    scores_sentiment: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    variables: Vec<Variable>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    dictionaries: Vec<DictionaryColumn>,
}

#[derive(Serialize)]
struct Written<'a> {
    plenary_version: &'a str,
    schema_version: u32,
    run: &'a RunRow<'a>,
    settings: Settings,
    study: &'a serde_json::Value,
    #[serde(skip_serializing_if = "Origin::is_empty")]
    origin: &'a Origin,
    files: &'a [WrittenFile],
}

#[derive(Deserialize)]
struct Read {
    run: ReadRun,
    settings: Settings,
    study: serde_json::Value,
    #[serde(default)]
    origin: Origin,
    files: Vec<WrittenFile>,
}

#[derive(Deserialize)]
struct ReadRun {
    run_id: String,
    plenary_version: String,
    study_name: String,
    study_sha256: String,
    people_sha256: Option<String>,
    engine: String,
    models: Vec<String>,
    seed: u64,
    n_documents: u32,
    n_speakers: u32,
    n_utterances: u32,
    n_segments: u32,
    n_themes: u32,
    n_failures: u32,
    started_at: Timestamp,
    finished_at: Timestamp,
}

/// The text of `run.json`.
pub(super) fn write(
    run: &RunRow,
    study: &StudyInfo,
    origin: &Origin,
    files: &[WrittenFile],
) -> serde_json::Result<String> {
    let settings = Settings {
        targets: study.targets.clone(),
        codes: study.codes.clone(),
        csv: study.csv,
        csv_bom: study.csv_bom,
        confidence_level: study.confidence_level,
        scores_sentiment: study.scores_sentiment,
        variables: study.variables.clone(),
        dictionaries: study.dictionaries.clone(),
    };
    let plenary_version = run.plenary_version;
    let study = &study.json;
    let written = Written { plenary_version, schema_version: SCHEMA_VERSION, run, settings, study, origin, files };
    Ok(serde_json::to_string_pretty(&written)? + "\n")
}

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Formats {
    /// That of this version.
    Own,
    /// That of this version and of all earlier ones that have a number.
    OwnAndEarlier,
}

impl Formats {
    fn include(self, found: u64) -> bool {
        let own = u64::from(SCHEMA_VERSION);
        match self {
            Self::Own => found == own,
            Self::OwnAndEarlier => found <= own,
        }
    }
}

/// The content of a `run.json`.
pub(super) fn read(bytes: &[u8], formats: Formats) -> Result<Record, OpenErrorKind> {
    let damaged = |problem: String| OpenErrorKind::RecordDamaged { problem };
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
    let Some(version) = value.get("plenary_version").and_then(serde_json::Value::as_str) else {
        return Err(OpenErrorKind::ForeignRecord);
    };
    match value.get("schema_version") {
        None => return Err(OpenErrorKind::BeforeFormats { plenary_version: version.to_owned() }),
        Some(format) => match format.as_u64() {
            Some(found) if formats.include(found) => {}
            Some(found) => {
                let plenary_version = version.to_owned();
                return Err(OpenErrorKind::Format { found, expected: SCHEMA_VERSION, plenary_version });
            }
            None => return Err(damaged(format!("schema_version is {format}, expected a number"))),
        },
    }
    let Read { run, settings, study, origin, files } =
        serde_json::from_value(value).map_err(|error| damaged(error.to_string()))?;
    let mut names = BTreeSet::new();
    for file in &files {
        if !is_plain_name(&file.name) {
            return Err(damaged(format!("`{}` is not the name of a file of results", file.name)));
        }
        if !names.insert(&file.name) {
            return Err(damaged(format!("`{}` is listed twice", file.name)));
        }
    }
    let study = StudyInfo {
        name: run.study_name,
        seed: run.seed,
        people_sha256: run.people_sha256,
        targets: settings.targets,
        codes: settings.codes,
        csv: settings.csv,
        csv_bom: settings.csv_bom,
        confidence_level: settings.confidence_level,
        scores_sentiment: settings.scores_sentiment,
        variables: settings.variables,
        dictionaries: settings.dictionaries,
        json: study,
    };
    let run = Run {
        run_id: run.run_id,
        plenary_version: run.plenary_version,
        study_sha256: run.study_sha256,
        engine: run.engine,
        models: run.models.iter().map(|model| ModelRecord::split(model)).collect(),
        n_documents: run.n_documents,
        n_speakers: run.n_speakers,
        n_utterances: run.n_utterances,
        n_segments: run.n_segments,
        n_themes: run.n_themes,
        n_failures: run.n_failures,
        started_at: run.started_at,
        finished_at: run.finished_at,
        origin,
    };
    Ok(Record { run, study, files })
}
