//! Why a step on a work folder was not done.

use std::io;
use std::path::PathBuf;

use plenary_corpus::Hint;

use super::plan::MOST_PARTS;
use crate::pipeline::RunError;
use crate::study::StudyError;

/// A step that is done for every part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Reading and measuring.
    Run,
    /// Assigning segments to themes.
    Assign,
}

impl Step {
    /// What a part is after the step.
    fn done(self) -> &'static str {
        match self {
            Step::Run => "measured",
            Step::Assign => "assigned to themes",
        }
    }
}

/// Why a step on a work folder was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PartsError {
    /// The folder has no plan.
    #[error("{}: this is not a work folder: it has no plan.json; plan the corpus first", folder.display())]
    NoPlan {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder has files, but no plan.
    #[error("{}: the folder has files that do not belong to a plan, such as {found}; name a new or empty folder", folder.display())]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// A file in it.
        found: String,
    },
    /// The folder has another plan.
    #[error("{}: the work folder has another plan: {what}; name a new folder, or remove this one", folder.display())]
    OtherPlan {
        /// The folder.
        folder: PathBuf,
        /// What differs.
        what: String,
    },
    /// The work folder is among the inputs.
    #[error("{}: the work folder is in the input {}; name a folder outside the inputs", folder.display(), input.display())]
    AmongInputs {
        /// The folder.
        folder: PathBuf,
        /// The input.
        input: PathBuf,
    },
    /// Another version made the plan.
    #[error("{}: the plan was made by plenary {found}, and this is plenary {expected}; use one version on all machines", folder.display())]
    Version {
        /// The folder.
        folder: PathBuf,
        /// The version of the plan.
        found: String,
        /// The version of this program.
        expected: &'static str,
    },
    /// A file of the folder is damaged.
    #[error("{}: {problem}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A number of parts is out of range.
    #[error("{n} parts; expected a number from 1 to {MOST_PARTS}")]
    NumberOfParts {
        /// The number.
        n: usize,
    },
    /// There is no such part.
    #[error("there is no part {part}; the plan has {n_parts}, from 0 to {}", n_parts - 1)]
    NoSuchPart {
        /// The number that was named.
        part: usize,
        /// Number of parts.
        n_parts: usize,
    },
    /// Parts are missing.
    #[error("{} of {n_parts} parts {} not {} yet: {}", parts.len(), if parts.len() == 1 { "is" } else { "are" }, step.done(), list(parts))]
    Missing {
        /// What was not done.
        step: Step,
        /// The parts.
        parts: Vec<usize>,
        /// Number of parts.
        n_parts: usize,
    },
    /// Themes were not fitted.
    #[error("the themes are not fitted yet; fit them first")]
    NotFitted,
    /// The study changed.
    #[error(
        "{path}: the study, or a file that it names, has changed since the plan was made; restore it, or plan again in a new work folder"
    )]
    StudyChanged {
        /// The file, or the study if it is not known which file changed.
        path: String,
    },
    /// An input changed.
    #[error(
        "{path}: the input has changed, or is gone, since the plan was made; restore it, or plan again in a new work folder"
    )]
    InputChanged {
        /// The input, as it was named.
        path: String,
    },
    /// The engine does not give the same bits twice.
    #[error(
        "the engine {engine} does not promise the same bits on two machines, so parts would not equal one run; use the engine encoder"
    )]
    Engine {
        /// The engine.
        engine: String,
    },
    /// The themes were fitted on another kind of processor.
    #[error(
        "the themes were fitted on a processor of the kind {expected}, and this one is {found}: the last digits of products of \
         vectors could differ; assign on machines of the first kind, or remove themes.json from the work folder to fit again"
    )]
    Processor {
        /// This processor.
        found: String,
        /// That on which the themes were fitted.
        expected: String,
    },
    /// A process ended again and again before it read an input.
    #[error("part {part}: its process ended twice before it read an input ({how})")]
    Ended {
        /// The part.
        part: usize,
        /// How it ended.
        how: String,
    },
    /// A process could not be started.
    #[error("cannot start {}: {source}", program.display())]
    NotStarted {
        /// The program.
        program: PathBuf,
        /// The message of the operating system.
        source: io::Error,
    },
    /// A file of the folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The message of the operating system.
        source: io::Error,
    },
    /// The study cannot be used.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// Nothing was measured or combined.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl PartsError {
    /// What the user can do about it, if the message does not already say it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            PartsError::Study(error) => error.hint(),
            PartsError::Run(error) => error.hint(),
            _ => None,
        }
    }
}

/// Numbers of parts; of many, the first.
fn list(parts: &[usize]) -> String {
    const SHOWN: usize = 20;
    let shown: Vec<String> = parts.iter().take(SHOWN).map(usize::to_string).collect();
    let more = parts.len().saturating_sub(SHOWN);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}
