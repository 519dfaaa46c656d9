//! Copying models into a folder of models, such as the user's data folder.
//!
//! **Input**: found models and a target. **Output**: complete folders and their entries in the manifest. A model appears complete
//! or not at all: it is copied under another name, hashed and renamed. A folder with other files is kept unless the caller
//! replaces it.

use std::path::{Path, PathBuf};

use plenary_corpus::hash::sha256;

use crate::error::{FileError, FileProblem};
use crate::facts::Facts;
use crate::files::{create_folder, read, replace_folder, write};
use crate::folder::ModelFolder;
use crate::manifest::{Entry, Manifest, manifest_in};
use crate::verify::verify;

/// File name of the model card, which a folder may lack.
const CARD: &str = "README.md";

/// What happened to one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installed {
    /// It is new.
    Copied,
    /// A folder with other files was replaced.
    Replaced,
    /// The same files existed already.
    Unchanged,
}

/// Copies each model into a folder named by its id under `target`, which is created. Every model is verified before anything is
/// copied, and again afterwards. Returns the ids with what happened.
///
/// # Errors
/// A file is missing or damaged or cannot be written. Without `force`, nothing is copied if one of the folders holds other
/// files ([`FileProblem::Occupied`]).
pub fn install(models: &[ModelFolder], target: &Path, force: bool) -> Result<Vec<(String, Installed)>, FileError> {
    create_folder(target)?;
    let mut manifest = manifest_in(target)?;
    let mut planned = Vec::with_capacity(models.len());
    for model in models {
        let facts = pinned(model)?;
        let outcome = outcome(&facts, &target.join(&facts.id))?;
        if outcome == Installed::Replaced && !force {
            return Err(FileError::of(&facts.id, target.join(&facts.id), FileProblem::Occupied));
        }
        planned.push((model, facts, outcome));
    }
    let mut done = Vec::with_capacity(planned.len());
    for (model, facts, outcome) in planned {
        if outcome != Installed::Unchanged {
            copy(model, &facts, target)?;
        }
        done.push((facts.id.clone(), outcome));
        record(&mut manifest, facts, target)?;
    }
    Ok(done)
}

/// Adds a model that was made in `target` to the manifest there, with the sha256 of its files.
pub(crate) fn pin(target: &Path, mut facts: Facts) -> Result<(), FileError> {
    for file in facts.form.files() {
        facts.sha256.insert(file.to_owned(), sha256(&read(&facts.id, &target.join(&facts.id).join(file))?));
    }
    record(&mut manifest_in(target)?, facts, target)
}

fn record(manifest: &mut Manifest, facts: Facts, target: &Path) -> Result<(), FileError> {
    let entry = Entry::from(facts);
    if manifest.models.contains(&entry) {
        return Ok(());
    }
    manifest.models.retain(|known| known.id != entry.id);
    manifest.models.push(entry);
    manifest.write(target)
}

/// The model's facts with the sha256 of its files, which are checked against the manifest if it has them.
fn pinned(model: &ModelFolder) -> Result<Facts, FileError> {
    let mut facts = model.facts.clone();
    for check in verify(model) {
        facts.sha256.insert(check.file, check.result?);
    }
    Ok(facts)
}

fn outcome(facts: &Facts, folder: &Path) -> Result<Installed, FileError> {
    if !folder.exists() {
        return Ok(Installed::Copied);
    }
    for file in facts.sha256.keys() {
        match read(&facts.id, &folder.join(file)) {
            Ok(bytes) if facts.sha256.get(file).is_some_and(|expected| *expected == sha256(&bytes)) => {}
            Ok(_) | Err(FileError { problem: FileProblem::Missing, .. }) => return Ok(Installed::Replaced),
            Err(error) => return Err(error),
        }
    }
    Ok(Installed::Unchanged)
}

/// Writes a new model's files into a folder named by its id under `target`, which is created. An existing folder is replaced with
/// `force`, and otherwise an error.
pub(crate) fn put(target: &Path, id: &str, files: &[(&str, &[u8])], force: bool) -> Result<PathBuf, FileError> {
    let path = target.join(id);
    if path.exists() && !force {
        return Err(FileError::of(id, path, FileProblem::Occupied));
    }
    create_folder(target)?;
    replace_folder(target, id, |fresh| {
        create_folder(fresh)?;
        files.iter().try_for_each(|(name, bytes)| write(&fresh.join(name), bytes))
    })?;
    Ok(path)
}

fn copy(model: &ModelFolder, facts: &Facts, target: &Path) -> Result<(), FileError> {
    replace_folder(target, &facts.id, |fresh| fill(model, facts, fresh))
}

/// Copies the files into a new folder and checks the copies.
fn fill(model: &ModelFolder, facts: &Facts, folder: &Path) -> Result<(), FileError> {
    create_folder(folder)?;
    for file in facts.sha256.keys() {
        let to = folder.join(file);
        if let Some(above) = to.parent() {
            create_folder(above)?;
        }
        write(&to, &read(&facts.id, &model.path.join(file))?)?;
    }
    let card = model.path.join(CARD);
    if card.is_file() {
        write(&folder.join(CARD), &read(&facts.id, &card)?)?;
    }
    let copy = ModelFolder { path: folder.to_owned(), place: model.place.clone(), facts: facts.clone() };
    verify(&copy).into_iter().try_for_each(|check| check.result.map(|_| ()))
}
