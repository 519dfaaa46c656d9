//! The file `themes.toml`: what researchers decided about the themes of results.
//!
//! **Input:** the file beside a registry, and the registry. **Output:** its [`ThemeEdits`]; the same file with one decision more and with the
//! comments that people wrote in it. **Refused:** files of another form, and files that do not name this registry or one that it continues:
//! ids of themes are given anew by every run that continues nothing, so that the decisions would be applied to other themes. **Left to
//! others:** applying them.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::{fs, io};

use plenary_measure::themes::{EditError, Merge, NamedTheme, Registry, Split, ThemeEdits, ThemeOptions};
use plenary_names::toml_error::TomlError;
use plenary_tables::{Check, Results, THEME_REGISTRY};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, Value, value};

use super::ThemeEditsError;

/// The file with decisions, beside the registry.
pub const EDITS: &str = "themes.toml";
/// What the file begins with.
const HEAD: &str =
    "# Decisions about the themes of these results. Runs that continue the themes apply them.\n\nregistry = \"\"\n";

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

/// Decisions that no run has applied to a registry yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Themes that are split, each with the new themes.
    pub splits: Vec<(String, Vec<String>)>,
    /// Themes that are merged, each with the theme that remains.
    pub merges: Vec<(String, String)>,
    /// Decisions that do not fit the themes.
    pub not_applicable: Vec<NotApplicable>,
}

/// A decision that does not fit the themes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotApplicable {
    /// The decision, such as `the name of t77`.
    pub decision: String,
    /// Why it cannot be applied.
    pub why: EditError,
    /// Whether runs that continue the themes refuse the file because of it; others have no effect.
    pub is_refused: bool,
}

impl Waiting {
    fn not_applicable(&mut self, decision: String, why: EditError, is_refused: bool) {
        self.not_applicable.push(NotApplicable { decision, why, is_refused });
    }
}

/// The registry of results.
///
/// # Errors
/// [`ThemeEditsError`] if there are no results in the folder, or their registry cannot be read.
pub fn registry_of(results: &Path) -> Result<Registry, ThemeEditsError> {
    Results::open(results, Check::Record)?;
    let file = results.join(THEME_REGISTRY);
    let shown = file.display().to_string();
    let bytes = fs::read(&file).map_err(|source| match source.kind() {
        ErrorKind::NotFound => ThemeEditsError::NoRegistry { results: results.display().to_string() },
        _ => ThemeEditsError::Unreadable { file: shown.clone(), source },
    })?;
    Registry::from_bytes(&bytes).map_err(|problem| ThemeEditsError::Registry { file: shown, problem })
}

/// The decisions in a file about the themes of the registry beside it; a file that is missing holds none.
///
/// # Errors
/// [`ThemeEditsError`] if the file cannot be read, has another form, or is about other themes.
pub fn decisions(file: &Path, themes: &Registry) -> Result<ThemeEdits, ThemeEditsError> {
    Ok(DecisionsFile::read(file, themes)?.edits)
}

/// Adds a decision to the file beside the registry of results, after checking it against the themes; an earlier name of the theme
/// is replaced. Returns the path of the file.
///
/// # Errors
/// [`ThemeEditsError`] if the results have no registry, or the decision does not fit its themes.
pub fn decide(results: &Path, decision: Decision) -> Result<PathBuf, ThemeEditsError> {
    let themes = registry_of(results)?;
    let mut file = DecisionsFile::read(&results.join(EDITS), &themes)?;
    match decision {
        Decision::Name { id, name, .. } if name.trim().is_empty() => {
            return Err(ThemeEditsError::NoName { id, file: file.path.display().to_string() });
        }
        Decision::Name { id, name, description } => {
            themes.check_not_merged(&id)?;
            let into = survivor(&file.edits, &id);
            if into != id {
                let (into, file) = (into.to_owned(), file.path.display().to_string());
                return Err(ThemeEditsError::WaitsForMerge { id, into, file });
            }
            file.name(&id, &name, &description);
        }
        Decision::Merge { into, themes: merged } => {
            merged.iter().chain([&into]).try_for_each(|id| themes.check_not_merged(id))?;
            file.merge(&Merge { into, themes: merged });
        }
    }
    file.save(themes)
}

/// The decisions that no run has applied to a registry yet, and those that none can apply.
pub fn waiting(themes: &Registry, edits: &ThemeEdits) -> Waiting {
    let ids =
        |registry: &Registry| -> Vec<String> { registry.themes().iter().map(|theme| theme.theme_id.clone()).collect() };
    let mut found = Waiting::default();
    let mut after = themes.clone();
    for split in &edits.split {
        let before = ids(&after);
        let one = ThemeEdits { split: vec![split.clone()], ..ThemeEdits::default() };
        match after.clone().edited(&one, ThemeOptions::default().confidence_floor) {
            Err(why) => found.not_applicable(format!("the split of {}", split.theme), why, true),
            Ok(edited) => {
                after = edited;
                let new: Vec<String> = ids(&after).into_iter().filter(|id| !before.contains(id)).collect();
                if !new.is_empty() {
                    found.splits.push((split.theme.clone(), new));
                }
            }
        }
    }
    let known = ids(&after);
    let is_known = |id: &String| match themes.check_not_merged(id) {
        Ok(()) if !known.contains(id) => Err(EditError::Unknown { id: id.clone(), known: known.join(", ") }),
        checked => checked,
    };
    for NamedTheme { id, .. } in &edits.themes {
        if let Err(why) = is_known(id) {
            // The name of a theme that was merged later is no mistake.
            let is_refused = !matches!(why, EditError::Merged { .. });
            found.not_applicable(format!("the name of {id}"), why, is_refused);
        }
    }
    for Merge { into, themes: merged } in &edits.merge {
        for id in merged {
            match is_known(id) {
                Err(EditError::Merged { into: place, .. }) if place == *into => {}
                checked => match checked.and_then(|()| is_known(into)) {
                    Ok(()) => found.merges.push((id.clone(), into.clone())),
                    Err(why) => {
                        let is_refused = !matches!(&why, EditError::Merged { id: gone, .. } if gone == id);
                        found.not_applicable(format!("the merge of {id} into {into}"), why, is_refused);
                    }
                },
            }
        }
    }
    found
}

/// The theme that remains of a theme once the merges are applied.
fn survivor<'e>(edits: &'e ThemeEdits, id: &'e str) -> &'e str {
    let mut theme = id;
    // Merges that lead back to a theme have no end.
    for _ in &edits.merge {
        match edits.merge.iter().find(|merge| merge.themes.iter().any(|merged| merged == theme)) {
            Some(merge) => theme = &merge.into,
            None => break,
        }
    }
    theme
}

/// Renames the file of decisions in a folder whose results were replaced, unless it is about the new themes or those that they continue.
/// Returns its new path if it was renamed.
///
/// # Errors
/// The message of the operating system if it cannot be renamed.
pub(crate) fn set_aside(folder: &Path, themes: &Registry) -> io::Result<Option<PathBuf>> {
    let file = folder.join(EDITS);
    match DecisionsFile::read(&file, themes) {
        Err(ThemeEditsError::OtherThemes { .. } | ThemeEditsError::Unnamed { .. }) if file.exists() => {}
        // A file with another fault is refused, with the fault, where it would be applied.
        _ => return Ok(None),
    }
    let numbered = (2..).map(|n| format!("themes-earlier-{n}.toml"));
    let names = std::iter::once("themes-earlier.toml".to_owned()).chain(numbered);
    let mut free = names.map(|name| folder.join(name)).filter(|path| !path.exists());
    let Some(path) = free.next() else { return Ok(None) };
    fs::rename(&file, &path)?;
    Ok(Some(path))
}

/// The file as it is written, and what it says.
pub(super) struct DecisionsFile {
    path: PathBuf,
    document: DocumentMut,
    pub(super) edits: ThemeEdits,
}

impl DecisionsFile {
    pub(super) fn read(file: &Path, themes: &Registry) -> Result<Self, ThemeEditsError> {
        let shown = || file.display().to_string();
        let text = match fs::read_to_string(file) {
            Ok(text) => text,
            Err(source) if source.kind() == ErrorKind::NotFound => String::new(),
            Err(source) => return Err(ThemeEditsError::Unreadable { file: shown(), source }),
        };
        let edits = parsed(&text, file)?;
        match &edits.registry {
            None if edits == ThemeEdits::default() => {}
            None => return Err(ThemeEditsError::Unnamed { file: shown(), expected: themes.sha256() }),
            Some(found) if themes.continues(found) => {}
            Some(found) => {
                let (found, expected) = (found.clone(), themes.sha256());
                return Err(ThemeEditsError::OtherThemes { file: shown(), found, expected });
            }
        }
        let text = if text.trim().is_empty() { HEAD } else { &text };
        let document = text.parse::<DocumentMut>().map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            ThemeEditsError::Syntax { file: shown(), line, problem: error.message().to_owned() }
        })?;
        Ok(Self { path: file.to_owned(), document, edits })
    }

    fn name(&mut self, id: &str, name: &str, description: &str) {
        change(&mut self.document, "theme", |themes| {
            let is_known = |theme: &Table| theme.get("id").and_then(Item::as_str) == Some(id);
            if !themes.iter().any(is_known) {
                themes.push(Table::from_iter([("id", id)]));
            }
            for theme in themes.iter_mut().filter(|theme| is_known(theme)) {
                set(theme, "name", name.trim());
                if !description.trim().is_empty() {
                    set(theme, "description", description.trim());
                }
            }
        });
    }

    fn merge(&mut self, merge: &Merge) {
        let mut table = Table::new();
        table.insert("into", value(&merge.into));
        table.insert("themes", value(array(&merge.themes)));
        change(&mut self.document, "merge", |merges| merges.push(table));
    }

    pub(super) fn split(&mut self, split: &Split) {
        let mut parts = ArrayOfTables::new();
        for part in &split.parts {
            let mut table = Table::new();
            table.insert("seeds", value(array(&part.seeds)));
            parts.push(table);
        }
        let mut table = Table::new();
        table.insert("theme", value(&split.theme));
        table.insert("stays", value(array(&split.stays)));
        table.insert("parts", Item::ArrayOfTables(parts));
        change(&mut self.document, "split", |splits| splits.push(table));
    }

    /// Writes the file after checking what it says. Returns its path.
    pub(super) fn save(mut self, themes: Registry) -> Result<PathBuf, ThemeEditsError> {
        set(self.document.as_table_mut(), "registry", &themes.sha256());
        let text = self.document.to_string();
        themes.edited(&parsed(&text, &self.path)?, ThemeOptions::default().confidence_floor)?;
        match fs::write(&self.path, text) {
            Ok(()) => Ok(self.path),
            Err(source) => Err(ThemeEditsError::Unwritable { file: self.path.display().to_string(), source }),
        }
    }
}

fn parsed(text: &str, file: &Path) -> Result<ThemeEdits, ThemeEditsError> {
    toml::from_str(text).map_err(|error| {
        let (line, problem) = match TomlError::of(&error, text) {
            TomlError::UnknownKey { line, key, .. } => (line, format!("unknown key `{key}`")),
            TomlError::Other { line, message } => (line, message),
        };
        ThemeEditsError::Syntax { file: file.display().to_string(), line, problem }
    })
}

/// Changes the sections of this name, which may have been written as an array of inline tables.
fn change(document: &mut DocumentMut, name: &str, change: impl FnOnce(&mut ArrayOfTables)) {
    let item = document.entry(name).or_insert(Item::None);
    // Anything but tables was refused when the file was read.
    let mut sections = std::mem::take(item).into_array_of_tables().unwrap_or_default();
    change(&mut sections);
    *item = Item::ArrayOfTables(sections);
}

/// Sets a text, and keeps the comment after it.
fn set(table: &mut Table, key: &str, text: &str) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(known) => {
            let decor = known.decor().clone();
            *known = Value::from(text);
            *known.decor_mut() = decor;
        }
        None => {
            table.insert(key, value(text));
        }
    }
}

fn array(texts: &[String]) -> Array {
    texts.iter().map(String::as_str).collect()
}
