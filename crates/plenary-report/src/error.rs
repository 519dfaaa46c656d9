//! Why a report or a search is not possible.
//!
//! **Input:** what was found. **Output:** an error that names it and what was expected, with a typed [`Hint`] where one helps.

use std::path::PathBuf;

use plenary_corpus::Hint;
use plenary_tables::OpenError;

/// Why a report or a search is not possible.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A table cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Two tables do not fit each other.
    #[error("the tables do not fit each other: {problem}")]
    Misfit {
        /// What does not fit.
        problem: String,
    },
    /// A column does not exist.
    #[error("there is no column `{name}` {whose}; the columns are {known}")]
    UnknownColumn {
        /// The requested name.
        name: String,
        /// Where it was looked for.
        whose: &'static str,
        /// All names, separated by commas.
        known: String,
    },
    /// An option is out of range.
    #[error("{option} is {found}, expected {expected}")]
    Option {
        /// Name of the option.
        option: &'static str,
        /// Its value.
        found: String,
        /// The range.
        expected: &'static str,
    },
    /// The pattern is empty.
    #[error("the pattern is empty; expected a word, a phrase or a regular expression")]
    NoPattern,
    /// The pattern is not a regular expression.
    #[error("`{pattern}` is not a valid regular expression: {problem}")]
    Regex {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A folder has no table of a validation.
    #[error("{} holds no table of a validation; expected `scores.csv`, `corrected_estimates.csv` or others that were written with it", path.display())]
    NoValidation {
        /// The folder.
        path: PathBuf,
    },
    /// A table of a validation is about other results.
    #[error(
        "{} {problem}. Make it again with `plenary {command}` from these results, or leave out its folder", path.display()
    )]
    OtherRun {
        /// The file.
        path: PathBuf,
        /// What it was made from, and what the results are.
        problem: String,
        /// The command that made it.
        command: String,
    },
    /// A table of a validation cannot be read.
    #[error("{}: {problem}", path.display())]
    Validation {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

impl ReportError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            Self::Open(error) => error.hint(),
            Self::Misfit { .. } => Some(Hint::CopyAgainOrRunAgain),
            // The messages say what is expected.
            Self::UnknownColumn { .. }
            | Self::Option { .. }
            | Self::NoPattern
            | Self::Regex { .. }
            | Self::NoValidation { .. }
            | Self::OtherRun { .. }
            | Self::Validation { .. } => None,
        }
    }
}
