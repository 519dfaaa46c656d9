//! Why no specification was estimated.

use plenary_corpus::progress::Stopped;
use plenary_corpus::{Hint, OptionError};
use plenary_engine::EngineError;
use plenary_measure::coder::CodeError;
use plenary_models::{FindError, LoadError};
use plenary_tables::OpenError;

use crate::validate::segments::SegmentsError;

/// Why no specification was estimated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RobustError {
    /// The segments or codings cannot be read.
    #[error(transparent)]
    Segments(#[from] SegmentsError),
    /// An option is out of range.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// The study in the results cannot be read.
    #[error("{results}: {problem}; run the study again")]
    Study {
        /// The results folder.
        results: String,
        /// What is wrong.
        problem: String,
    },
    /// There is no such group.
    #[error("no segment has the value `{value}` in the column `{by}`; there are {known}")]
    Group {
        /// The column.
        by: String,
        /// The value.
        value: String,
        /// The values that exist.
        known: String,
    },
    /// The study that was named measures something else.
    #[error(
        "the study has no target `{target}` with the proposition \"{proposition}\"; name the study of these results"
    )]
    OtherStudy {
        /// The target.
        target: String,
        /// Its proposition in the results.
        proposition: String,
    },
    /// Probabilities of some segments are missing.
    #[error(
        "the relevance floor {found} is below that of the study ({floor}), and segments below that were not read; run the study with \
         `infer_off_topic = true` under [stance], or name higher floors"
    )]
    Unread {
        /// The floor that was asked for.
        found: f32,
        /// The floor of the study.
        floor: f32,
    },
    /// There are too many combinations.
    #[error("{found} specifications; expected at most {most}. Vary fewer choices, or name fewer floors")]
    Many {
        /// Number of specifications.
        found: usize,
        /// Maximum number.
        most: usize,
    },
    /// A model is another one than that of the results.
    #[error(
        "{results}: measured with the model {id} ({expected}), but the model here is {found}; install that model, or vary neither unit nor \
         wording"
    )]
    Model {
        /// The results folder.
        results: String,
        /// Id of the model.
        id: String,
        /// First digits of its sha256 in the results.
        expected: String,
        /// What was found.
        found: String,
    },
    /// A model was not found.
    #[error(transparent)]
    Find(#[from] FindError),
    /// A model was found but not loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A model failed.
    #[error(transparent)]
    Engine(EngineError),
    /// A coder could not go on.
    #[error(transparent)]
    Coder(CodeError),
    /// The user stopped the work.
    #[error(
        "stopped; nothing was written. What was inferred so far is in the cache, if there is one; the same command continues from there"
    )]
    Stopped,
}

impl RobustError {
    /// What the user can do about it, if the message does not say it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            RobustError::Segments(error) => error.hint(),
            RobustError::Find(error) => error.hint(),
            RobustError::Load(error) => error.hint(),
            _ => None,
        }
    }
}

impl From<OpenError> for RobustError {
    fn from(error: OpenError) -> Self {
        RobustError::Segments(error.into())
    }
}

impl From<Stopped> for RobustError {
    fn from(_: Stopped) -> Self {
        RobustError::Stopped
    }
}

impl From<EngineError> for RobustError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Stopped(_) => RobustError::Stopped,
            other => RobustError::Engine(other),
        }
    }
}

impl From<CodeError> for RobustError {
    fn from(error: CodeError) -> Self {
        match error {
            CodeError::Engine(engine) => engine.into(),
            other => RobustError::Coder(other),
        }
    }
}
