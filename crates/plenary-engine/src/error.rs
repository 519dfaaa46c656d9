//! Errors of running a model.
//!
//! [`EngineError`] says which model failed and why; [`UnavailableError`] says why this program cannot use an engine or a
//! device. Errors of finding and loading models belong to `plenary-models`.

use plenary_corpus::Hint;
use plenary_corpus::progress::Stopped;

use crate::choice::EngineChoice;
use crate::task::Task;

/// Why a model did not give numbers.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A model cannot do what it is used for.
    #[error("model `{model}` {problem}")]
    Model {
        /// Id of the model.
        model: String,
        /// What is wrong.
        problem: ModelProblem,
    },
    /// Two arrays do not fit together.
    #[error("{what}: expected {expected} rows and columns, found {found}")]
    Shape {
        /// Which array.
        what: &'static str,
        /// The shape that fits.
        expected: String,
        /// The shape of the array.
        found: String,
    },
    /// The user asked for the work to end.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// What is wrong with a model or with its input.
#[derive(Debug, thiserror::Error)]
pub enum ModelProblem {
    /// The model is for another task.
    #[error("is made for {found}, but is used for {expected}; name another model in the study's [models]")]
    Task {
        /// The task of the model.
        found: Task,
        /// The task for which it was used.
        expected: Task,
    },
    /// The proposition takes all tokens of a pass.
    #[error(
        "cannot take the proposition \"{proposition}\": no tokens are left for a text. The two have {n_tokens} tokens \
         together and the model takes {max_tokens}; shorten the proposition"
    )]
    PropositionTooLong {
        /// The beginning of the proposition.
        proposition: String,
        /// Tokens of text and proposition, special tokens included.
        n_tokens: usize,
        /// Tokens that the model takes in a pass.
        max_tokens: usize,
    },
    /// A pass of the model failed.
    #[error("failed on the text \"{text}\": {reason}")]
    Pass {
        /// The beginning of the text.
        text: String,
        /// The reason that the engine gave.
        reason: String,
    },
}

/// Why this program cannot use an engine or a device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnavailableError {
    /// The engine is not part of this program.
    #[error(
        "this program was built without {asked}. The engine rust-bert needs libtorch; docs/howto/rust-bert.md describes how to \
         install both"
    )]
    NotBuilt {
        /// The engine or device that was requested.
        asked: &'static str,
    },
    /// The engine does not run on a graphics card.
    #[error("the engine {engine} runs on the processor only, not on the device cuda")]
    CpuOnly {
        /// The engine.
        engine: EngineChoice,
    },
    /// libtorch reports no CUDA device.
    #[error(
        "no CUDA device was found: libtorch found no graphics card or no driver for it, or was built for the processor \
         only. docs/howto/rust-bert.md lists the requirements"
    )]
    NoCuda,
}

impl UnavailableError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<Hint> {
        Some(match self {
            UnavailableError::NotBuilt { .. } => Hint::BuildWithFeature { feature: "rust-bert" },
            UnavailableError::CpuOnly { .. } => Hint::UseEngine { engine: EngineChoice::RustBert.name() },
            UnavailableError::NoCuda => Hint::UseCpu,
        })
    }
}

/// Why the bytes of a file are not a model or a tokenizer that an engine can use, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BuildError(pub String);

impl From<String> for BuildError {
    fn from(reason: String) -> Self {
        Self(reason)
    }
}

/// The beginning of a text, on one line, to identify it in a message.
pub(crate) fn excerpt(text: &str) -> String {
    const LENGTH: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
