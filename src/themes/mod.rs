//! What researchers know of themes: names, descriptions, merges and splits of the themes of results, and their own codes.
//!
//! **Input:** a file `themes.toml` beside the registry of themes; a file of coded texts; results with themes and codes. **Output:**
//! [`ThemeEdits`], and the same file with one decision more; [`CodedTexts`]; how themes and codes overlap ([`Overlap`]). **Refused:** files
//! of another form, themes that do not exist, themes that are named or merged twice or cannot be split, and texts with codes that do not exist
//! or with two codes. **Left to others:** applying them, which runs do.

mod coded;
mod overlap;
mod split;

use std::path::{Path, PathBuf};

pub use coded::{CodedTexts, CodedTextsError};
pub use overlap::{CodeOverlap, Overlap, OverlapError, Part, ThemeKind, ThemeOverlap, overlap};
use plenary_measure::themes::{
    EditError, Merge, NamedTheme, Registry, RegistryError, ThemeEdits, ThemeError, ThemeOptions,
};
use plenary_names::toml_error::TomlError;
use plenary_tables::{OpenError, THEME_REGISTRY};
pub use split::{Decided, SplitInto, SplitTheme, split};

/// The file with decisions, beside the registry.
pub const EDITS: &str = "themes.toml";
/// What the file begins with.
const HEAD: &str = "# Decisions about the themes of these results. Runs that continue the themes apply them.\n\n";

/// Why decisions about themes cannot be read, made or applied.
#[derive(Debug, thiserror::Error)]
pub enum ThemeEditsError {
    /// A file cannot be read or written.
    #[error("{file}: {source}")]
    File {
        /// The file.
        file: String,
        /// The message of the operating system.
        source: std::io::Error,
    },
    /// The file has another form.
    #[error(
        "{file}, line {line}: {problem}; expected sections [[theme]] with id, name and description, [[merge]] with into and themes, and [[split]] with theme, stays and [[split.parts]]"
    )]
    Syntax {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// The registry cannot be used.
    #[error("{file}: {problem}")]
    Registry {
        /// The registry.
        file: String,
        /// What is wrong with it.
        problem: RegistryError,
    },
    /// The decisions do not fit the themes.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The segments of results cannot be read.
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

/// A decision about themes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Gives a theme a name and, if it is not empty, a description.
    Name {
        /// The theme.
        id: String,
        /// Its name.
        name: String,
        /// What it is about.
        description: String,
    },
    /// Makes several themes one.
    Merge {
        /// The theme that remains.
        into: String,
        /// The themes whose texts it receives.
        themes: Vec<String>,
    },
}

/// Reads a file of decisions; a file that is missing holds none.
///
/// # Errors
/// [`ThemeEditsError`] if the file cannot be read or has another form.
pub fn load_edits(file: &Path) -> Result<ThemeEdits, ThemeEditsError> {
    let shown = file.display().to_string();
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(ThemeEdits::default()),
        Err(source) => return Err(ThemeEditsError::File { file: shown, source }),
    };
    toml::from_str(&text).map_err(|error| match TomlError::of(&error, &text) {
        TomlError::UnknownKey { line, key, .. } => {
            ThemeEditsError::Syntax { file: shown, line, problem: format!("unknown key `{key}`") }
        }
        TomlError::Other { line, message } => ThemeEditsError::Syntax { file: shown, line, problem: message },
    })
}

/// Adds a decision to the file beside the registry of results, after checking it against the themes; an earlier name of the theme
/// is replaced. Returns the path of the file.
///
/// # Errors
/// [`ThemeEditsError`] if the results have no registry, or the decision does not fit its themes.
pub fn decide(results: &Path, decision: Decision) -> Result<PathBuf, ThemeEditsError> {
    let themes = registry_of(results)?;
    let mut edits = load_edits(&results.join(EDITS))?;
    match decision {
        Decision::Name { id, name, description } => {
            let earlier = edits.themes.iter().position(|theme| theme.id == id).map(|at| edits.themes.remove(at));
            let kept = earlier.filter(|_| description.is_empty()).map_or(description, |earlier| earlier.description);
            edits.themes.push(NamedTheme { id, name, description: kept });
        }
        Decision::Merge { into, themes } => edits.merge.push(Merge { into, themes }),
    }
    save(results, themes, &edits)
}

/// The registry of results.
fn registry_of(results: &Path) -> Result<Registry, ThemeEditsError> {
    let registry = results.join(THEME_REGISTRY);
    let shown = registry.display().to_string();
    let bytes = std::fs::read(&registry).map_err(|source| ThemeEditsError::File { file: shown.clone(), source })?;
    Registry::from_bytes(&bytes).map_err(|problem| ThemeEditsError::Registry { file: shown, problem })
}

/// Writes the file of decisions after checking them. Returns its path.
fn save(results: &Path, themes: Registry, edits: &ThemeEdits) -> Result<PathBuf, ThemeEditsError> {
    themes.edited(edits, ThemeOptions::default().confidence_floor)?;
    let file = results.join(EDITS);
    let unwritable = |source| ThemeEditsError::File { file: file.display().to_string(), source };
    let text = toml::to_string(edits).map_err(|error| unwritable(std::io::Error::other(error)))?;
    std::fs::write(&file, format!("{HEAD}{text}")).map_err(unwritable)?;
    Ok(file)
}
