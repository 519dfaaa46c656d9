//! What can be wrong with a sample.

use plenary_corpus::Hint;
use plenary_tables::{OpenError, Results};
use plenary_validate::sampling::SamplingError;

/// Why a sample was not drawn, written or read, or does not fit the results.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SampleError {
    /// The results cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The results have no segments.
    #[error("{results} has no segments, so that there is nothing to code")]
    NoSegments {
        /// The results.
        results: String,
    },
    /// A table has values that cannot be written as text.
    #[error("{results}: cannot read the table analysis: {problem}")]
    Table {
        /// The results.
        results: String,
        /// The message of the reader.
        problem: String,
    },
    /// There is nothing to ask.
    #[error(
        "the study of the results has no targets; run it with [[targets]], or draw a sample for tone or for a variable of your own"
    )]
    NoQuestions,
    /// A target that the study does not have.
    #[error("unknown target `{target}`; the study of the results has {known}")]
    UnknownTarget {
        /// The target.
        target: String,
        /// The targets of the study.
        known: String,
    },
    /// A variable that the study does not have.
    #[error(
        "the study of the results has no [[codes]] with the id `{code}`{}; name a codebook of the variable, with `definition` and [[codes]]",
        if known.is_empty() { String::new() } else { format!("; it has {known}") }
    )]
    UnknownCode {
        /// The variable.
        code: String,
        /// The variables of the study.
        known: String,
    },
    /// A condition or a column cannot be used.
    #[error("the column `{column}` of {results} {problem}")]
    Column {
        /// The column.
        column: String,
        /// The results.
        results: String,
        /// What is wrong, and what to do.
        problem: String,
    },
    /// The design contradicts itself.
    #[error("{problem}; found {found}")]
    Design {
        /// What was expected.
        problem: String,
        /// What was found.
        found: String,
    },
    /// The population cannot fill the design.
    #[error("{problem}{}", if_many(.problem, .strata))]
    Draw {
        /// What is wrong.
        problem: SamplingError,
        /// The columns of the strata.
        strata: String,
    },
    /// A coder did not measure relevance.
    #[error(
        "{results} has no relevance for the target `{target}`, because the primary coder does not measure it; draw without strata of relevance"
    )]
    NoRelevance {
        /// The results.
        results: String,
        /// The target.
        target: String,
    },
    /// The codebook of a variable cannot be used.
    #[error("{path}: {problem}")]
    Codebook {
        /// The file.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// The folder is not empty.
    #[error(
        "{path} is not empty ({found}); it may hold codes, which are never overwritten. Name a new folder, or move this one away"
    )]
    Occupied {
        /// The folder.
        path: String,
        /// What is in it.
        found: String,
    },
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file or folder.
        path: String,
        /// The message of the operating system.
        source: std::io::Error,
    },
    /// There is no sample.
    #[error("{path}: no sample is here; expected a folder that `plenary sample` wrote, with sample.toml")]
    NoSample {
        /// The folder.
        path: String,
    },
    /// `sample.toml` is not as it was written.
    #[error("{path}: {problem}; copy the sample again")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// The sample has another format.
    #[error(
        "{path}: a sample of format {found}, written by plenary {version}; this version reads format {expected}. Use that version"
    )]
    Format {
        /// The file.
        path: String,
        /// The format that was found.
        found: u32,
        /// The format that this version reads.
        expected: u32,
        /// The version that wrote it.
        version: String,
    },
    /// The results are not those of the sample.
    #[error(
        "the sample was not drawn from {results} as they are now: {what}. Name the results of which the sample was drawn, or draw a new sample"
    )]
    Changed {
        /// The results.
        results: String,
        /// What is different.
        what: String,
    },
}

impl SampleError {
    /// What the user can do about it, if the message does not already say it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            SampleError::Open(error) => error.hint(),
            _ => None,
        }
    }
}

fn if_many(problem: &SamplingError, strata: &str) -> String {
    match problem {
        SamplingError::TooSmall { .. } if !strata.is_empty() => {
            format!(". Draw more segments, lower the minimum, or use columns with fewer values than {strata}")
        }
        SamplingError::TooSmall { .. } => ". Draw more segments, or lower the minimum".into(),
        SamplingError::TooLarge { .. } => ". Draw fewer segments, or widen the population".into(),
        _ => String::new(),
    }
}

/// The results, for messages.
pub(super) fn shown(results: &Results) -> String {
    results.folder().map_or_else(|| "the results".into(), |folder| folder.display().to_string())
}
