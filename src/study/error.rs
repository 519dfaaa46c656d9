//! What is wrong with a study.

use plenary_attribute::{CorrectionsError, DocumentsError, PeopleError};
use plenary_corpus::{Hint, OptionError};
use plenary_measure::themes::RegistryError;
use plenary_names::lexicon::LexiconError;

use crate::coded_stance::CodedStanceError;
use crate::dictionaries::DictionaryFileError;
use crate::learn::FolderError;
use crate::themes::{CodedTextsError, ThemeEditsError};

/// What follows the name of the study where a message is about its registry of themes.
pub(super) const REGISTRY_KEY: &str = ": [themes] registry";

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
    /// There is no registry of themes.
    #[error(
        "{path}: there is no file {file}; expected the folder of an earlier run's results, or the file themes.registry of one"
    )]
    NoThemes {
        /// Where the registry is named.
        path: String,
        /// The registry.
        file: String,
    },
    /// The registry of themes cannot be used.
    #[error("{path}: {file}: {problem}")]
    ThemeRegistry {
        /// Where the registry is named.
        path: String,
        /// The registry.
        file: String,
        /// What is wrong with it.
        problem: RegistryError,
    },
    /// The registry of themes cannot be read.
    #[error("{path}: {file} cannot be read: {source}")]
    ThemesUnreadable {
        /// Where the registry is named.
        path: String,
        /// The file.
        file: String,
        /// The message of the operating system.
        source: std::io::Error,
    },
    /// The decisions about themes beside the registry cannot be used.
    #[error("{path}: {problem}")]
    ThemeEdits {
        /// Where the registry is named.
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
    /// The folder of the coder of a variable cannot be used.
    #[error("{path}: code `{id}`: coder, folder: {problem}")]
    CoderOfCode {
        /// The study file.
        path: String,
        /// The variable.
        id: String,
        /// What is wrong with it.
        problem: FolderError,
    },
    /// Two variables have the same id.
    #[error("{path}: two of [[codes]] have the id `{id}`; give each an id of its own")]
    DoubledCode {
        /// The study file.
        path: String,
        /// The id.
        id: String,
    },
    /// Two coders have the same id.
    #[error("{path}: two coders have the id `{id}`; give each coder an `id` of its own")]
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
            | StudyError::NoThemes { path, .. }
            | StudyError::ThemeRegistry { path, .. }
            | StudyError::ThemesUnreadable { path, .. }
            | StudyError::ThemeEdits { path, .. }
            | StudyError::CodedTexts { path, .. }
            | StudyError::CodedStance { path, .. }
            | StudyError::Dictionary { path, .. }
            | StudyError::Coder { path, .. }
            | StudyError::CoderOfCode { path, .. }
            | StudyError::DoubledCode { path, .. }
            | StudyError::DoubledCoder { path, .. }
            | StudyError::DoubledTarget { path, .. } => path.strip_suffix(REGISTRY_KEY).unwrap_or(path),
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
