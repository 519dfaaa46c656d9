//! The settings of a study.
//!
//! **Input:** a TOML file, with the list of people and the lexicon that it names. **Output:** a checked [`Study`],
//! which contains the options of all stages. Every key has a default, so that a run without a study measures everything
//! except stance. **Refused:** unknown keys, values out of range, targets without a proposition and repeated ids, with
//! the file, the line or key and what was expected. `plenary init` writes the commented example [`EXAMPLE`]; a test
//! checks that it equals the defaults.

mod checks;
mod codes;
mod error;
mod files;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use crate::coded_stance::{CodedStance, CodedStanceError};
pub use codes::CodeOptions;
pub use error::StudyError;
pub(crate) use files::CONTENTS_OF_FILES;

use crate::learn::LearnedCoder;
pub use crate::themes::CodedTexts;
use plenary_attribute as attribute;
pub use plenary_attribute::{
    Corrections, CorrectionsError, DocumentOptions, DocumentsError, DocumentsTable, LinkPeople, ListedPerson,
    NamePattern, NamePatternError, Pattern, PatternError, PeopleError, PeopleList, SegmentOptions, TranscriptOptions,
    Unit,
};
pub use plenary_chat::{ChatOptions, Codebook};
pub use plenary_corpus::OnlyWhere;
pub use plenary_corpus::findings::Target;
pub use plenary_measure::dictionaries::Category;
use plenary_measure::dictionaries::categories;
use plenary_measure::themes::Registry;
pub use plenary_measure::{
    DictionaryOptions, EstimateOptions, GroupBy, KeynessOptions, NeitherRule, StanceOptions, ThemeOptions,
};
pub use plenary_models::ModelOptions;
use plenary_names::lexicon::Lexicon;
use plenary_names::toml_error::TomlError;
pub use plenary_read::{Columns, TimeUnit};
pub use plenary_tables::OutputOptions;
use plenary_tables::{StudyFile, StudyFileRole, StudyInfo};

/// Everything a study can set. A key that the file does not name has its default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Study {
    /// sha256 of the study file, followed by its lexicon, its list of people, its table of documents, its dictionaries, its corrections and the
    /// sha256 of its learned coders if it names them; 64 hex digits. `None` for
    /// a run without a study.
    #[serde(skip)]
    pub sha256: Option<String>,
    /// The folder of the study file, from which the paths that it names begin; `None` for the current folder.
    #[serde(skip)]
    pub folder: Option<PathBuf>,
    /// What the study was read from: its text, and the files that it consists of. Empty for a study that was not read from files.
    #[serde(skip)]
    pub sources: StudySources,
    /// The people that `transcript.people` names, read by [`Study::load`].
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub people_list: Option<PeopleList>,
    /// The table of documents that `documents.table` names, read by [`Study::load`].
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub documents_table: Option<DocumentsTable>,
    /// The corrections that `transcript.corrections` names, read by [`Study::load`].
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub corrections: Option<Corrections>,
    /// The themes that `themes.registry` names, with the decisions of researchers about them, read by [`Study::load`].
    #[serde(skip)]
    pub theme_registry: Option<Arc<Registry>>,
    /// The coded texts that `themes.coded` names, read by [`Study::load`].
    #[serde(skip)]
    pub coded_texts: Option<CodedTexts>,
    /// The codes from which thresholds of `neither` are fitted that `stance.coded` names, read by [`Study::load`].
    #[serde(skip)]
    pub coded_stance: Option<CodedStance>,
    /// The words of the languages, with those of the file that `transcript.lexicon` names, read by [`Study::load`].
    #[serde(skip_deserializing, skip_serializing_if = "Lexicon::is_builtin")]
    pub lexicon: Lexicon,
    /// What concerns all stages: name, language, seed.
    pub study: General,
    /// How speakers are found.
    pub transcript: TranscriptOptions,
    /// What is known of documents by the names of their files.
    pub documents: DocumentOptions,
    /// Which columns of a table mean what.
    pub columns: Columns,
    /// What one row of the analysis is.
    pub segments: SegmentOptions,
    /// Which models are used, and how they run.
    pub models: ModelOptions,
    /// When a coder gives no label.
    pub stance: StanceOptions,
    /// Who codes stance, the primary coder first; empty for the inference model of `models.stance` alone.
    pub coders: Vec<CoderOptions>,
    /// Propositions towards which stance is coded.
    pub targets: Vec<Target>,
    /// Variables of the researcher's own, with their coders.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<CodeOptions>,
    /// How themes are found.
    pub themes: ThemeOptions,
    /// A language model behind an endpoint that names the themes; `None` for none. It is asked with these options, without those that
    /// concern codes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme_labels: Option<ChatOptions>,
    /// Words and phrases that are counted.
    pub dictionaries: Vec<DictionaryOptions>,
    /// How words of groups are compared.
    pub keyness: KeynessOptions,
    /// How estimates are made.
    pub estimates: EstimateOptions,
    /// What is written beside Parquet.
    pub output: OutputOptions,
}

/// What a study was read from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StudySources {
    /// Text of the study file.
    pub text: Option<String>,
    /// The study file, and the files that it names, in the order in which they were read.
    pub files: Vec<StudyFile>,
}

impl StudySources {
    /// Adds a file, by its name in the study and the path by which it was read.
    fn add(&mut self, role: StudyFileRole, name: &str, path: &Path, sha256: String) {
        let (name, path) = (name.to_owned(), path.display().to_string());
        self.files.push(StudyFile { role, name, path, sha256, themes: None });
    }
}

/// A coder of stance, or of a variable of the researcher's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum CoderOptions {
    /// The inference model that `models.stance` names.
    Inference {
        /// Name of the coder in the tables; empty for the id of the model.
        #[serde(default)]
        id: String,
        /// For which units the coder is asked; `None` for all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        only_where: Option<OnlyWhere>,
    },
    /// A language model behind an endpoint.
    Chat(Box<ChatOptions>),
    /// A coder that `plenary learn` learned from hand codes. It reads the numbers of the study's models, the inference model included.
    Learned {
        /// Name of the coder in the tables; empty for the name of its folder.
        #[serde(default)]
        id: String,
        /// The coder's folder, relative to the folder of the study.
        folder: String,
        /// For which units the coder is asked; `None` for all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        only_where: Option<OnlyWhere>,
        /// The coder, read by [`Study::load`].
        #[serde(skip)]
        learned: Option<Box<LearnedCoder>>,
    },
}

impl CoderOptions {
    /// Name of the coder in the tables; empty for the id of the study's inference model.
    pub fn id(&self) -> &str {
        match self {
            CoderOptions::Chat(options) => options.name(),
            CoderOptions::Learned { id, folder, .. } if id.is_empty() => {
                Path::new(folder).file_name().and_then(|name| name.to_str()).unwrap_or(folder)
            }
            CoderOptions::Inference { id, .. } | CoderOptions::Learned { id, .. } => id,
        }
    }

    /// For which units the coder is asked; `None` for all.
    pub fn only_where(&self) -> Option<&OnlyWhere> {
        match self {
            CoderOptions::Chat(options) => options.only_where.as_ref(),
            CoderOptions::Inference { only_where, .. } | CoderOptions::Learned { only_where, .. } => {
                only_where.as_ref()
            }
        }
    }

    fn is_learned_or_chat(&self) -> bool {
        match self {
            CoderOptions::Chat(_) | CoderOptions::Learned { .. } => true,
            CoderOptions::Inference { .. } => false,
        }
    }

    /// The learned coder, if it is one and was read.
    pub fn learned(&self) -> Option<&LearnedCoder> {
        match self {
            CoderOptions::Learned { learned, .. } => learned.as_deref(),
            CoderOptions::Inference { .. } | CoderOptions::Chat(_) => None,
        }
    }
}

/// What concerns all stages.
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

impl Study {
    /// Parses and checks the text of a study, without the people list and the lexicon that it may name; `path` names it in messages.
    ///
    /// # Errors
    /// As [`Study::load`].
    pub fn parse(text: &str, path: &str) -> Result<Study, StudyError> {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let study: Study = toml::from_str(text).map_err(|error| explain(&error, text, path))?;
        study.check(path)?;
        // Categories and variables of files are known once these are read.
        if study.dictionaries.iter().all(|dictionary| dictionary.file.is_empty()) {
            study.check_categories(path)?;
        }
        if study.transcript.people.is_empty() && study.documents.table.is_empty() {
            study.check_variables(text, path)?;
        }
        Ok(study)
    }

    /// The categories of all dictionaries, in the order of their columns. Those of files that were not read are missing.
    pub fn categories(&self) -> Vec<Category> {
        // A study that was read has been checked.
        categories(&self.dictionaries).unwrap_or_default()
    }

    /// The options of attribution.
    pub fn attribution(&self) -> attribute::Options {
        attribute::Options {
            language: self.study.language.clone(),
            transcript: self.transcript.clone(),
            segments: self.segments.clone(),
            people: self.people_list.clone(),
            documents: self.documents.clone(),
            documents_table: self.documents_table.clone(),
            lexicon: self.lexicon.clone(),
            corrections: self.corrections.clone(),
        }
    }

    /// The options of reading.
    pub fn reading(&self) -> plenary_read::Options {
        plenary_read::Options {
            columns: self.columns.clone(),
            date_order: self.transcript.date_order,
            lexicon: self.lexicon.clone(),
            ..plenary_read::Options::default()
        }
    }

    /// What the tables need to know of the study.
    pub fn info(&self) -> StudyInfo {
        StudyInfo {
            name: self.study.name.clone(),
            seed: self.study.seed,
            people_sha256: self.people_list.as_ref().map(|list| list.sha256.clone()),
            targets: self.targets.clone(),
            codes: self.codes.iter().map(CodeOptions::variable).collect(),
            csv: self.output.csv,
            csv_bom: self.output.csv_bom,
            confidence_level: self.estimates.confidence_level,
            scores_sentiment: self.models.scores_sentiment(),
            variables: Vec::new(),
            dictionaries: Vec::new(),
            // A study is plain data with string keys, so it always serialises to JSON.
            json: serde_json::to_value(self).unwrap_or_default(),
        }
    }

    /// Whether thresholds of `neither` are fitted to the texts.
    pub fn fits_thresholds(&self) -> bool {
        let states = self.targets.iter().any(|target| target.neither_share.is_some());
        states || self.stance.neither_share.is_some() || !self.stance.coded.is_empty()
    }

    /// All coders: those of stance, and those of the researcher's own variables.
    pub fn all_coders(&self) -> impl Iterator<Item = &CoderOptions> {
        self.coders.iter().chain(self.codes.iter().map(|code| &code.coder))
    }

    /// Whether a run needs the inference model of `models.stance`: whether it has targets, and a coder that reads inferences.
    pub fn needs_inference(&self) -> bool {
        let reads = |coder: &CoderOptions| match coder {
            CoderOptions::Inference { .. } | CoderOptions::Learned { .. } => true,
            CoderOptions::Chat(_) => false,
        };
        !self.targets.is_empty() && (self.coders.is_empty() || self.coders.iter().any(reads))
    }
}

fn explain(error: &toml::de::Error, text: &str, path: &str) -> StudyError {
    match TomlError::of(error, text) {
        TomlError::UnknownKey { line, key, nearest, known } => {
            let suggestion = TomlError::suggestion(nearest.as_deref());
            StudyError::UnknownKey { path: path.into(), line, key, suggestion, known: known.join(", ") }
        }
        TomlError::Other { line, message } => StudyError::Syntax { path: path.into(), line, message },
    }
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
        insta::assert_snapshot!(message, @"study.toml, line 2: unknown key `units` (did you mean `unit`?); known here: unit");
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
                EXAMPLE.lines().any(|line| line.starts_with(&format!("{key} = ")))
                    || key == "targets"
                    || key == "by"
                    || key == "codes"
                    || key == "coders"
                    || key == "dictionaries",
                "{key} is missing"
            );
        }
        for key in ["id", "proposition", "negation", "paraphrases", "note", "definition", "edge_cases", "examples"] {
            assert!(EXAMPLE.contains(&format!("# {key} = ")), "{key} is missing");
        }
    }
}
