//! The settings of a study.
//!
//! **Input:** a TOML file, with the list of people and the lexicon that it names. **Output:** a checked [`Study`],
//! which contains the options of all stages. Every key has a default, so that a run without a study measures everything
//! except stance. **Refused:** unknown keys, values out of range, targets without a proposition and repeated ids, with
//! the file, the line or key and what was expected. `plenary init` writes the commented example [`EXAMPLE`]; a test
//! checks that it equals the defaults.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use crate::coded_stance::{CodedStance, CodedStanceError};
use crate::dictionaries::{self, DictionaryFileError};
use crate::learn::{FolderError, LearnedCoder};
pub use crate::themes::CodedTexts;
use crate::themes::{self, CodedTextsError, ThemeEditsError};
use crate::variables;
use plenary_attribute as attribute;
pub use plenary_attribute::{
    Corrections, CorrectionsError, DocumentOptions, DocumentsError, DocumentsTable, LinkPeople, ListedPerson,
    NamePattern, NamePatternError, Pattern, PatternError, PeopleError, PeopleList, SegmentOptions, TranscriptOptions,
    Unit,
};
pub use plenary_chat::{ChatOptions, Codebook};
pub use plenary_corpus::OnlyWhere;
use plenary_corpus::findings::Stance;
pub use plenary_corpus::findings::Target;
use plenary_corpus::hash::sha256;
use plenary_corpus::{Hint, OptionError};
pub use plenary_measure::dictionaries::Category;
use plenary_measure::dictionaries::categories;
use plenary_measure::themes::{Registry, RegistryError};
pub use plenary_measure::{
    DictionaryOptions, EstimateOptions, GroupBy, KeynessOptions, NeitherRule, StanceOptions, ThemeOptions,
};
pub use plenary_models::ModelOptions;
use plenary_names::lexicon::{Lexicon, LexiconError};
use plenary_names::toml_error::TomlError;
pub use plenary_read::{Columns, TimeUnit};
pub use plenary_tables::OutputOptions;
use plenary_tables::{Origin, StudyFile, StudyFileRole, StudyInfo, THEME_REGISTRY};

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
        self.files.push(StudyFile { role, name: name.to_owned(), path: path.display().to_string(), sha256 });
    }
}

/// A coder of stance.
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

/// What is wrong with a study file.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// There is no such file.
    #[error("{path}: there is no such study file")]
    Missing {
        /// The study file.
        path: String,
    },
    /// The file cannot be read, or is not UTF-8.
    #[error("{path}: cannot read the study: {source}")]
    Unreadable {
        /// The study file.
        path: String,
        /// The message of the operating system.
        source: std::io::Error,
    },
    /// A section or key that does not exist in studies.
    #[error("{path}, line {line}: unknown key `{key}`{suggestion}; known here: {known}")]
    UnknownKey {
        /// The study file.
        path: String,
        /// Line, from 1.
        line: usize,
        /// The key.
        key: String,
        /// The most similar known key, as a question, or an empty text.
        suggestion: String,
        /// All keys that are known there.
        known: String,
    },
    /// The file is not TOML, or a value has another type than its key.
    #[error("{path}, line {line}: {message}")]
    Syntax {
        /// The study file.
        path: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A value is out of range, or does not fit another one.
    #[error("{path}: {problem}")]
    Value {
        /// The study file.
        path: String,
        /// Section and key, what was found and what was expected.
        problem: OptionError,
    },
    /// The list of people cannot be used.
    #[error("{path}: [transcript] people: {problem}")]
    People {
        /// The study file.
        path: String,
        /// What is wrong with it.
        problem: PeopleError,
    },
    /// The table of documents cannot be used.
    #[error("{path}: [documents] table: {problem}")]
    Documents {
        /// The study file.
        path: String,
        /// What is wrong with it.
        problem: DocumentsError,
    },
    /// A variable has a name that is taken, or groups are formed by a column that does not exist.
    #[error("{path}{}{problem}", if problem.starts_with("line ") { ", " } else { ": " })]
    Variables {
        /// The study file.
        path: String,
        /// The place, what was found and what was expected.
        problem: String,
    },
    /// The corrections cannot be used.
    #[error("{path}: [transcript] corrections: {problem}")]
    Corrections {
        /// The study file.
        path: String,
        /// What is wrong with them.
        problem: CorrectionsError,
    },
    /// The lexicon cannot be used.
    #[error("{path}: [transcript] lexicon: {problem}")]
    Lexicon {
        /// The study file.
        path: String,
        /// What is wrong with it.
        problem: LexiconError,
    },
    /// The registry of themes cannot be used.
    #[error("{path}: [themes] registry: {file}: {problem}")]
    ThemeRegistry {
        /// The study file.
        path: String,
        /// The registry.
        file: String,
        /// What is wrong with it.
        problem: RegistryError,
    },
    /// The registry of themes cannot be read.
    #[error("{path}: [themes] registry: {file}: {source}")]
    ThemesUnreadable {
        /// The study file.
        path: String,
        /// The file.
        file: String,
        /// The message of the operating system, or what is expected.
        source: std::io::Error,
    },
    /// The decisions about themes beside the registry cannot be used.
    #[error("{path}: [themes] registry: {problem}")]
    ThemeEdits {
        /// The study file.
        path: String,
        /// What is wrong with them.
        problem: ThemeEditsError,
    },
    /// The coded texts cannot be used.
    #[error("{path}: [themes] coded: {problem}")]
    CodedTexts {
        /// The study file.
        path: String,
        /// What is wrong with them.
        problem: CodedTextsError,
    },
    /// The codes for thresholds cannot be used.
    #[error("{path}: [stance] coded: {problem}")]
    CodedStance {
        /// The study file.
        path: String,
        /// What is wrong with them.
        problem: CodedStanceError,
    },
    /// The file of a dictionary cannot be used.
    #[error("{path}: [[dictionaries]] file: {problem}")]
    Dictionary {
        /// The study file.
        path: String,
        /// What is wrong with it.
        problem: DictionaryFileError,
    },
    /// The folder of a coder cannot be used.
    #[error("{path}: [[coders]] folder: {problem}")]
    Coder {
        /// The study file.
        path: String,
        /// What is wrong with it.
        problem: FolderError,
    },
    /// Two coders have the same id.
    #[error("{path}: two coders have the id `{id}`; give each of [[coders]] an `id` of its own")]
    DoubledCoder {
        /// The study file.
        path: String,
        /// The id.
        id: String,
    },
    /// Two targets have the same id.
    #[error("{path}: two targets have the id `{id}`; give each target an id of its own")]
    DoubledTarget {
        /// The study file.
        path: String,
        /// The id.
        id: String,
    },
}

impl StudyError {
    /// The study file, as it was named.
    pub fn path(&self) -> &str {
        match self {
            StudyError::Missing { path }
            | StudyError::Unreadable { path, .. }
            | StudyError::UnknownKey { path, .. }
            | StudyError::Syntax { path, .. }
            | StudyError::Value { path, .. }
            | StudyError::People { path, .. }
            | StudyError::Documents { path, .. }
            | StudyError::Variables { path, .. }
            | StudyError::Corrections { path, .. }
            | StudyError::Lexicon { path, .. }
            | StudyError::ThemeRegistry { path, .. }
            | StudyError::ThemesUnreadable { path, .. }
            | StudyError::ThemeEdits { path, .. }
            | StudyError::CodedTexts { path, .. }
            | StudyError::CodedStance { path, .. }
            | StudyError::Dictionary { path, .. }
            | StudyError::Coder { path, .. }
            | StudyError::DoubledCoder { path, .. }
            | StudyError::DoubledTarget { path, .. } => path,
        }
    }

    /// The line in the study file, from 1, if it is known.
    pub fn line(&self) -> Option<usize> {
        match self {
            StudyError::UnknownKey { line, .. } | StudyError::Syntax { line, .. } => Some(*line),
            _ => None,
        }
    }

    /// What the user can do about it, if the message does not already say it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            StudyError::Missing { path } => Some(Hint::WriteStudy { path: path.clone() }),
            _ => None,
        }
    }
}

/// The fields of a study as JSON that hold the contents of files, which it also names.
pub(crate) const CONTENTS_OF_FILES: [&str; 4] = ["people_list", "documents_table", "lexicon", "corrections"];

impl Study {
    /// The study that results or parts contain as JSON, without the contents of the files that it names.
    pub(crate) fn from_json(mut json: serde_json::Value) -> Result<Self, serde_json::Error> {
        if let Some(fields) = json.as_object_mut() {
            for name in CONTENTS_OF_FILES {
                fields.remove(name);
            }
        }
        serde_json::from_value(json)
    }

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
        Study::parse_in(&text, &shown, path.parent().unwrap_or(Path::new("")))
    }

    /// Parses and checks the text of a study, and reads the files that it names from `folder`; `path` names it in messages.
    ///
    /// # Errors
    /// As [`Study::load`].
    pub fn parse_in(text: &str, path: &str, folder: &Path) -> Result<Study, StudyError> {
        let mut study = Study::parse(text, path)?;
        study.sources.text = Some(text.to_owned());
        study.sources.add(StudyFileRole::Study, path, Path::new(path), sha256(text.as_bytes()));
        study.folder = Some(folder.to_owned());
        study.read_files(text, path, |_, name| folder.join(name))?;
        Ok(study)
    }

    /// The study of a run, by the record of the run: the settings as the run used them, with those of the command line, and the files
    /// that they name, from the paths by which the run read them.
    ///
    /// # Errors
    /// As [`Study::load`] for files that cannot be used, and if the settings are not those of a study of this version.
    pub fn of_record(json: &serde_json::Value, origin: &Origin) -> Result<Study, StudyError> {
        let shown = "the study in run.json";
        let wrong = |error: serde_json::Error| StudyError::Syntax {
            path: shown.to_owned(),
            line: 1,
            message: format!("it is not a study of this version: {error}"),
        };
        let mut study = Study::from_json(json.clone()).map_err(wrong)?;
        study.check(shown)?;
        let file_of_study = origin.files.iter().find(|file| file.role == StudyFileRole::Study);
        let folder = file_of_study.and_then(|file| Path::new(&file.path).parent());
        study.folder = folder.map(Path::to_owned);
        study.sources.text.clone_from(&origin.study_text);
        study.sources.files.extend(file_of_study.cloned());
        let text = origin.study_text.as_deref().unwrap_or_default();
        study.read_files(text, shown, |role, name| {
            let recorded = origin.files.iter().find(|file| file.role == role && file.name == name);
            recorded.map_or_else(|| folder.unwrap_or(Path::new("")).join(name), |file| PathBuf::from(&file.path))
        })?;
        Ok(study)
    }

    /// Reads the files that the study names, and sets its sha256. `text` is its own text, `shown` names it in messages, and `locate`
    /// gives the path of a file by its name in the study.
    fn read_files(
        &mut self,
        text: &str,
        shown: &str,
        locate: impl Fn(StudyFileRole, &str) -> PathBuf,
    ) -> Result<(), StudyError> {
        let path = || shown.to_owned();
        let mut hashed = text.as_bytes().to_vec();
        let missing = &self.columns.missing.clone();
        // The names on the list of people are compared with the words of the lexicon.
        if !self.transcript.lexicon.is_empty() {
            let wrong = |problem| StudyError::Lexicon { path: path(), problem };
            let file = locate(StudyFileRole::Lexicon, &self.transcript.lexicon);
            let bytes = Lexicon::bytes(&file).map_err(wrong)?;
            self.lexicon = Lexicon::with_file(&bytes, &file.display().to_string()).map_err(wrong)?;
            self.sources.add(StudyFileRole::Lexicon, &self.transcript.lexicon, &file, sha256(&bytes));
            hashed.extend(bytes);
        }
        if !self.transcript.people.is_empty() {
            let wrong = |problem| StudyError::People { path: path(), problem };
            let list = locate(StudyFileRole::People, &self.transcript.people);
            let bytes = PeopleList::bytes(&list).map_err(wrong)?;
            self.people_list = Some(
                PeopleList::parse_without(&bytes, &list.display().to_string(), &self.lexicon, missing)
                    .map_err(wrong)?,
            );
            self.sources.add(StudyFileRole::People, &self.transcript.people, &list, sha256(&bytes));
            hashed.extend(bytes);
        }
        if !self.documents.table.is_empty() {
            let wrong = |problem| StudyError::Documents { path: path(), problem };
            let file = locate(StudyFileRole::Documents, &self.documents.table);
            let bytes = DocumentsTable::bytes(&file).map_err(wrong)?;
            self.documents_table =
                Some(DocumentsTable::parse(&bytes, &file.display().to_string(), missing).map_err(wrong)?);
            self.sources.add(StudyFileRole::Documents, &self.documents.table, &file, sha256(&bytes));
            hashed.extend(bytes);
        }
        for dictionary in self.dictionaries.iter_mut().filter(|dictionary| !dictionary.file.is_empty()) {
            let wrong = |problem| StudyError::Dictionary { path: path(), problem };
            let file = locate(StudyFileRole::Dictionary, &dictionary.file);
            let (categories, bytes) = dictionaries::read(&file).map_err(wrong)?;
            dictionary.categories = categories;
            self.sources.add(StudyFileRole::Dictionary, &dictionary.file, &file, sha256(&bytes));
            hashed.extend(bytes);
        }
        self.check_categories(shown)?;
        self.check_variables(text, shown)?;
        if !self.transcript.corrections.is_empty() {
            let wrong = |problem| StudyError::Corrections { path: path(), problem };
            let file = locate(StudyFileRole::Corrections, &self.transcript.corrections);
            let bytes = Corrections::bytes(&file).map_err(wrong)?;
            self.corrections = Some(Corrections::parse(&bytes, &file.display().to_string()).map_err(wrong)?);
            self.sources.add(StudyFileRole::Corrections, &self.transcript.corrections, &file, sha256(&bytes));
            hashed.extend(bytes);
        }
        if !self.themes.registry.is_empty() {
            let file = locate(StudyFileRole::ThemeRegistry, &self.themes.registry);
            hashed.extend(self.continue_themes(&file, shown)?.into_bytes());
        }
        if !self.themes.coded.is_empty() {
            let wrong = |problem| StudyError::CodedTexts { path: path(), problem };
            let file = locate(StudyFileRole::CodedTexts, &self.themes.coded);
            let (coded, bytes) = CodedTexts::load(&file, &self.themes.codes).map_err(wrong)?;
            self.coded_texts = Some(coded);
            self.sources.add(StudyFileRole::CodedTexts, &self.themes.coded, &file, sha256(&bytes));
            hashed.extend(bytes);
        }
        if !self.stance.coded.is_empty() {
            let wrong = |problem| StudyError::CodedStance { path: path(), problem };
            let file = locate(StudyFileRole::CodedStance, &self.stance.coded);
            let (coded, bytes) = CodedStance::load(&file, &self.targets).map_err(wrong)?;
            self.coded_stance = Some(coded);
            self.sources.add(StudyFileRole::CodedStance, &self.stance.coded, &file, sha256(&bytes));
            hashed.extend(bytes);
        }
        for coder in &mut self.coders {
            if let CoderOptions::Learned { folder: of_coder, learned, .. } = coder {
                let wrong = |problem| StudyError::Coder { path: path(), problem };
                let folder = locate(StudyFileRole::Coder, of_coder);
                let read = LearnedCoder::load(&folder).map_err(wrong)?;
                self.sources.add(StudyFileRole::Coder, of_coder, &folder, read.sha256());
                hashed.extend(read.sha256().into_bytes());
                *learned = Some(Box::new(read));
            }
        }
        self.sha256 = Some(sha256(&hashed));
        Ok(())
    }

    /// Continues the themes of earlier results, a folder or its file `themes.registry`, with the decisions that the file
    /// `themes.toml` beside it holds; `path` names the study in messages. Returns the sha256 of what was read.
    ///
    /// # Errors
    /// [`StudyError`] if the registry or the decisions cannot be used.
    pub fn continue_themes(&mut self, registry: &Path, path: &str) -> Result<String, StudyError> {
        let path = path.to_owned();
        let file = if registry.is_dir() { registry.join(THEME_REGISTRY) } else { registry.to_owned() };
        let shown = file.display().to_string();
        let bytes = std::fs::read(&file).map_err(|source| {
            let source = match source.kind() {
                std::io::ErrorKind::NotFound => std::io::Error::other(
                    "there is no such file; expected the results of an earlier run, or their file themes.registry",
                ),
                _ => source,
            };
            StudyError::ThemesUnreadable { path: path.clone(), file: shown.clone(), source }
        })?;
        let read = Registry::from_bytes(&bytes).map_err(|problem| StudyError::ThemeRegistry {
            path: path.clone(),
            file: shown,
            problem,
        })?;
        let edits = themes::load_edits(&file.with_file_name(themes::EDITS))
            .and_then(|edits| Ok(read.edited(&edits, self.themes.confidence_floor)?))
            .map_err(|problem| StudyError::ThemeEdits { path, problem })?;
        let sha256 = edits.sha256();
        self.theme_registry = Some(Arc::new(edits));
        // A registry of the command line takes the place of that of the file.
        self.sources.files.retain(|file| file.role != StudyFileRole::ThemeRegistry);
        self.sources.add(StudyFileRole::ThemeRegistry, &self.themes.registry, registry, sha256.clone());
        Ok(sha256)
    }

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

    fn check_variables(&self, text: &str, path: &str) -> Result<(), StudyError> {
        let line_of_by = |at: usize| {
            let is_by = |line: &&str| line.split_whitespace().collect::<String>().starts_with("[[estimates.by]]");
            text.lines().zip(1..).filter(|(line, _)| is_by(line)).nth(at).map(|(_, line)| line)
        };
        let checked = variables::check(self, line_of_by);
        checked.map_err(|problem| StudyError::Variables { path: path.into(), problem })
    }

    /// The categories of all dictionaries, in the order of their columns. Those of files that were not read are missing.
    pub fn categories(&self) -> Vec<Category> {
        // A study that was read has been checked.
        categories(&self.dictionaries).unwrap_or_default()
    }

    fn check_categories(&self, path: &str) -> Result<(), StudyError> {
        let checked = categories(&self.dictionaries);
        checked.map(drop).map_err(|problem| StudyError::Value { path: path.into(), problem })
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

    fn check(&self, path: &str) -> Result<(), StudyError> {
        let wrong = |place: String, found: String, expected: &str| {
            Err(StudyError::Value { path: path.into(), problem: OptionError::new(place, found, expected) })
        };
        let language = &self.study.language;
        if language != "auto" && isolang::Language::from_639_1(language).is_none() {
            return wrong(
                "[study] language".into(),
                format!("\"{language}\""),
                "\"auto\" or a two-letter code (ISO 639-1), such as \"en\"",
            );
        }
        let wrong = |problem| StudyError::Value { path: path.into(), problem };
        self.transcript.check().map_err(wrong)?;
        self.models.check().map_err(wrong)?;
        self.stance.check().map_err(wrong)?;
        self.themes.check().map_err(wrong)?;
        if let Some(options) = &self.theme_labels {
            options.check_labels("[theme_labels]").map_err(wrong)?;
        }
        self.estimates.check().map_err(wrong)?;
        self.keyness.check().map_err(wrong)?;
        for dictionary in &self.dictionaries {
            dictionary.check_source().map_err(wrong)?;
        }
        self.check_coders(path)?;
        self.check_targets(path)?;
        self.check_thresholds().map_err(wrong)
    }

    /// Whether thresholds of `neither` are fitted to the texts.
    pub fn fits_thresholds(&self) -> bool {
        let states = self.targets.iter().any(|target| target.neither_share.is_some());
        states || self.stance.neither_share.is_some() || !self.stance.coded.is_empty()
    }

    /// Refuses thresholds without effect, and coders that are asked after one whose labels are decided last.
    fn check_thresholds(&self) -> Result<(), OptionError> {
        if !self.fits_thresholds() {
            return Ok(());
        }
        let of_target = self.targets.iter().find(|target| target.neither_share.is_some());
        let place = match of_target {
            Some(target) => format!("target `{}`: neither_share", target.id),
            None if self.stance.neither_share.is_some() => "[stance] neither_share".to_owned(),
            None => "[stance] coded".to_owned(),
        };
        let wrong = |found: &str, expected: &str| Err(OptionError::new(place.clone(), found, expected));
        if self.targets.is_empty() {
            return wrong("it without a target", "a study with [[targets]]");
        }
        if self.stance.neither == NeitherRule::Relevance {
            return wrong("it beside neither = \"relevance\"", "neither = \"model\", whose threshold it changes");
        }
        if self.stance.neither_share.is_some() && !self.stance.coded.is_empty() {
            return wrong("it beside `coded`", "one source of thresholds: a share, or codes of people");
        }
        if !self.coders.is_empty() && self.coders.iter().all(CoderOptions::is_learned_or_chat) {
            return wrong("it without an inference model", "a coder of kind \"inference\", whose threshold it changes");
        }
        if self.coders.iter().any(|coder| coder.only_where().is_some()) {
            let expected = "coders without `only_where`: the labels are decided when all segments are known";
            return wrong("it beside coders that are asked after others", expected);
        }
        Ok(())
    }

    fn check_coders(&self, path: &str) -> Result<(), StudyError> {
        for (at, coder) in self.coders.iter().enumerate() {
            if matches!(coder, CoderOptions::Learned { folder, .. } if folder.is_empty()) {
                let expected = "the folder that `plenary learn` wrote";
                let problem = OptionError::new(format!("coder {}, folder", at + 1), "\"\"", expected);
                return Err(StudyError::Value { path: path.into(), problem });
            }
        }
        let mut ids = std::collections::HashSet::new();
        let id = |coder: &CoderOptions| match coder {
            CoderOptions::Inference { id, .. } if id.is_empty() => self.models.stance.clone(),
            other => other.id().to_owned(),
        };
        for coder in &self.coders {
            let CoderOptions::Chat(options) = coder else { continue };
            let checked = options.check().and_then(|()| check_sides(options));
            checked.map_err(|problem| StudyError::Value { path: path.into(), problem })?;
        }
        if let Some(id) = self.coders.iter().map(id).find(|id| !ids.insert(id.clone())) {
            return Err(StudyError::DoubledCoder { path: path.into(), id });
        }
        let ids: Vec<String> = self.coders.iter().map(id).collect();
        for (at, coder) in self.coders.iter().enumerate() {
            let Some(only_where) = coder.only_where() else { continue };
            let checked = check_order(only_where, &ids, at);
            checked.map_err(|problem| StudyError::Value { path: path.into(), problem })?;
        }
        Ok(())
    }

    /// Whether a run needs the inference model of `models.stance`: whether it has targets, and a coder that reads inferences.
    pub fn needs_inference(&self) -> bool {
        let reads = |coder: &CoderOptions| match coder {
            CoderOptions::Inference { .. } | CoderOptions::Learned { .. } => true,
            CoderOptions::Chat(_) => false,
        };
        !self.targets.is_empty() && (self.coders.is_empty() || self.coders.iter().any(reads))
    }

    fn check_targets(&self, path: &str) -> Result<(), StudyError> {
        let mut ids = std::collections::HashSet::new();
        for (i, target) in self.targets.iter().enumerate() {
            let place =
                if target.id.is_empty() { format!("target {}", i + 1) } else { format!("target `{}`", target.id) };
            target.check(&place).map_err(|problem| StudyError::Value { path: path.into(), problem })?;
            if !ids.insert(target.id.as_str()) {
                return Err(StudyError::DoubledTarget { path: path.into(), id: target.id.clone() });
            }
        }
        Ok(())
    }
}

/// Whether a coder, at position `at` of those with these ids, is asked after one that comes before it.
fn check_order(only_where: &OnlyWhere, ids: &[String], at: usize) -> Result<(), OptionError> {
    let place = format!("coder `{}`", ids[at]);
    only_where.check(&place)?;
    let list = |ids: &[String]| ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    let place = format!("{place}: only_where");
    if at == 0 {
        let expected = "a coder that is asked for all units; name the coder that it follows before it";
        return Err(OptionError::new(place, "it on the first of [[coders]]", expected));
    }
    let place = format!("{place}, coder");
    match ids.iter().position(|id| *id == only_where.coder) {
        Some(earlier) if earlier < at => Ok(()),
        Some(_) => {
            let found = format!("`{}`, which does not come before it", only_where.coder);
            Err(OptionError::new(place, found, format!("one of the coders before it: {}", list(&ids[..at]))))
        }
        None => {
            let found = if only_where.coder.is_empty() { "no id".into() } else { format!("`{}`", only_where.coder) };
            Err(OptionError::new(place, found, format!("the id of a coder before it: {}", list(&ids[..at]))))
        }
    }
}

/// Whether the codes of a language model are the sides of stance, in the order in which the tables have them.
fn check_sides(options: &ChatOptions) -> Result<(), OptionError> {
    let found = options.codebook.codes.iter().map(|code| code.id.as_str());
    if found.clone().eq(Stance::ALL.iter().map(|side| side.as_str())) {
        return Ok(());
    }
    let place = format!("coder `{}`: codebook codes", options.name());
    let found = found.collect::<Vec<_>>().join(", ");
    Err(OptionError::new(place, found, "the three codes favor, against and neither, in this order"))
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
