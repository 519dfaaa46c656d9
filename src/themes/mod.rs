//! What researchers know of themes: names, descriptions, merges and splits of the themes of results, and their own codes.
//!
//! **Input:** a file `themes.toml` beside the registry of themes; a file of coded texts; results with themes and codes. **Output:** the
//! decisions in it, and the same file with one decision more; [`CodedTexts`]; how themes and codes overlap ([`Overlap`]). **Refused:** files
//! of another form or about other themes, themes that do not exist, themes that are named or merged twice or cannot be split, and texts with
//! codes that do not exist or with two codes. **Left to others:** applying them, which runs do.

mod coded;
mod decisions;
mod overlap;
mod split;

pub use coded::{CodedTexts, CodedTextsError};
pub(crate) use decisions::set_aside;
pub use decisions::{Decision, EDITS, NotApplicable, Waiting, decide, decisions, registry_of, waiting};
pub use overlap::{CodeOverlap, Overlap, OverlapError, Part, ThemeKind, ThemeOverlap, overlap};
use plenary_corpus::Hint;
use plenary_measure::themes::{EditError, RegistryError, ThemeError};
use plenary_tables::OpenError;
pub use split::{Decided, SplitInto, SplitTheme, split};

/// Why decisions about themes cannot be read, made or applied.
#[derive(Debug, thiserror::Error)]
pub enum ThemeEditsError {
    /// A file cannot be read.
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        /// The file.
        file: String,
        /// The message of the operating system.
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error("{file} cannot be written: {source}; nothing was decided")]
    Unwritable {
        /// The file.
        file: String,
        /// The message of the operating system.
        source: std::io::Error,
    },
    /// The file has another form.
    #[error(
        "{file}, line {line}: {problem}; expected the line registry = \"sha256\", and sections [[theme]] with id, name and description, [[merge]] with into and themes, and [[split]] with theme, stays and [[split.parts]]"
    )]
    Syntax {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// The file does not name a registry.
    #[error(
        "{file} does not say about which themes it is; expected the line registry = \"{expected}\" before its first section (the sha256 of themes.registry beside it). Add the line if the file is about these themes, and remove the file if not"
    )]
    Unnamed {
        /// The file.
        file: String,
        /// sha256 of the registry beside it.
        expected: String,
    },
    /// The file names another registry.
    #[error(
        "{file} is about other themes: it names the registry with the sha256 {found}, and themes.registry beside it is {expected} and does not continue that one. Move the file to the results that it is about, or remove it; if it is about these themes after all, change its line to registry = \"{expected}\""
    )]
    OtherThemes {
        /// The file.
        file: String,
        /// sha256 of the registry that it names.
        found: String,
        /// sha256 of the registry beside it.
        expected: String,
    },
    /// The results have no registry.
    #[error(
        "{results} has no themes.registry, so that its themes cannot be changed; expected the file that the run wrote. Copy it there, or make the results again with a run"
    )]
    NoRegistry {
        /// The results.
        results: String,
    },
    /// The registry cannot be used.
    #[error("{file}: {problem}")]
    Registry {
        /// The registry.
        file: String,
        /// What is wrong with it.
        problem: RegistryError,
    },
    /// A name is empty.
    #[error(
        "the name of the theme `{id}` is empty; expected a word or more. To take a name back, delete its section in {file}"
    )]
    NoName {
        /// The theme.
        id: String,
        /// The file of decisions.
        file: String,
    },
    /// A theme is to be named that the next run merges into another one.
    #[error(
        "the theme `{id}` is merged into `{into}` by the next run that continues the themes; name `{into}`, or remove the merge from {file} first"
    )]
    WaitsForMerge {
        /// The theme.
        id: String,
        /// The theme that remains.
        into: String,
        /// The file of decisions.
        file: String,
    },
    /// The decisions do not fit the themes.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The decisions in a file do not fit the themes.
    #[error("{file}: {problem}; correct or remove this section of the file")]
    InFile {
        /// The file.
        file: String,
        /// What does not fit.
        problem: EditError,
    },
    /// The results cannot be read.
    #[error(transparent)]
    Results(#[from] OpenError),
    /// There is no such segment.
    #[error("there is no segment `{id}` in {results}; expected ids of the column segment_id of its table segments")]
    NoSegment {
        /// The id.
        id: String,
        /// The results.
        results: String,
    },
    /// A theme cannot be divided.
    #[error(transparent)]
    Themes(#[from] ThemeError),
}

impl ThemeEditsError {
    /// What the user can do about it, if the message does not already say it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            Self::Results(error) => error.hint(),
            _ => None,
        }
    }
}
