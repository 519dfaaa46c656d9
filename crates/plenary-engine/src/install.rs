//! Copies models into the user's data folder, so that they are found wherever the program runs.
//!
//! A model appears there whole or not at all: it is copied under another name, hashed, renamed, and then pinned in the
//! folder's manifest. What is there already and differs is kept unless the caller forces it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::error::EngineError;
use super::folder::{Facts, ModelFolder, read};
use super::load::{sha256, verify};
use super::manifest::{Entry, Manifest, manifest_in};

/// The card that may lie beside a model's files.
const CARD: &str = "README.md";

/// What happened to one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installed {
    Copied,
    /// Other files of the same id were there and were replaced.
    Replaced,
    /// The same files were there already.
    Unchanged,
}

/// Copies each model into a folder of its id under `target`, which is created. Every model is verified before anything is
/// copied and again after it. Without `force` nothing at all is copied where one of the folders holds other files.
pub fn install(models: &[ModelFolder], target: &Path, force: bool) -> Result<Vec<(String, Installed)>, EngineError> {
    fs::create_dir_all(target).map_err(at(target))?;
    let mut manifest = manifest_in(target)?;
    let mut planned = Vec::with_capacity(models.len());
    for model in models {
        let facts = pinned(model)?;
        let outcome = outcome(&facts, &target.join(&facts.id))?;
        if outcome == Installed::Replaced && !force {
            return Err(EngineError::WouldOverwrite { model: facts.id.clone(), path: target.join(&facts.id) });
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

/// Puts a model that was made in `target` into the manifest there, with the sha256 of its files as they are.
pub(crate) fn pin(target: &Path, mut facts: Facts) -> Result<(), EngineError> {
    for file in facts.form.files() {
        facts.sha256.insert(file.to_owned(), sha256(&read(&facts.id, &target.join(&facts.id).join(file))?));
    }
    record(&mut manifest_in(target)?, facts, target)
}

fn record(manifest: &mut Manifest, facts: Facts, target: &Path) -> Result<(), EngineError> {
    let entry = Entry::from(facts);
    if manifest.models.contains(&entry) {
        return Ok(());
    }
    manifest.models.retain(|known| known.id != entry.id);
    manifest.models.push(entry);
    manifest.write(target)
}

/// The model's facts with the sha256 of its files, which were checked against the manifest where it has one.
fn pinned(model: &ModelFolder) -> Result<Facts, EngineError> {
    let mut facts = model.facts.clone();
    for check in verify(model) {
        facts.sha256.insert(check.file, check.result?);
    }
    Ok(facts)
}

fn outcome(facts: &Facts, folder: &Path) -> Result<Installed, EngineError> {
    if !folder.exists() {
        return Ok(Installed::Copied);
    }
    for file in facts.sha256.keys() {
        match read(&facts.id, &folder.join(file)) {
            Ok(bytes) if facts.sha256.get(file).is_some_and(|expected| *expected == sha256(&bytes)) => {}
            Ok(_) | Err(EngineError::MissingFile { .. }) => return Ok(Installed::Replaced),
            Err(error) => return Err(error),
        }
    }
    Ok(Installed::Unchanged)
}

/// Writes a new model's files into a folder of its id under `target`, which is created. A folder of that id that is there
/// is replaced if `force` is said, and otherwise an error.
pub(crate) fn put(target: &Path, id: &str, files: &[(&str, &[u8])], force: bool) -> Result<PathBuf, EngineError> {
    let path = target.join(id);
    if path.exists() && !force {
        return Err(EngineError::WouldOverwrite { model: id.to_owned(), path });
    }
    fs::create_dir_all(target).map_err(at(target))?;
    swap(target, id, |fresh| {
        fs::create_dir_all(fresh).map_err(at(fresh))?;
        files.iter().try_for_each(|(name, bytes)| write(&fresh.join(name), bytes))
    })?;
    Ok(path)
}

fn copy(model: &ModelFolder, facts: &Facts, target: &Path) -> Result<(), EngineError> {
    swap(target, &facts.id, |fresh| fill(model, facts, fresh))
}

/// Fills a new folder and moves it to its place, so that it is there whole or not at all.
pub(crate) fn swap(
    target: &Path,
    id: &str,
    fill: impl FnOnce(&Path) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    // Names with a leading dot are no ids, so that a folder left behind by a killed run is never taken for a model.
    let hidden = |what: &str| target.join(format!(".{id}.{}.{what}", std::process::id()));
    let (fresh, old, place) = (hidden("new"), hidden("old"), target.join(id));
    let copied = fill(&fresh).and_then(|()| {
        if place.exists() {
            fs::rename(&place, &old).map_err(at(&place))?;
        }
        fs::rename(&fresh, &place).map_err(at(&place)).inspect_err(|_| {
            // Put back what was there; the first error is the one to tell.
            let _ = fs::rename(&old, &place);
        })
    });
    for leftover in [&fresh, &old] {
        if leftover.exists() {
            fs::remove_dir_all(leftover).map_err(at(leftover))?;
        }
    }
    copied
}

/// Copies the files into a new folder and checks what stands there afterwards.
fn fill(model: &ModelFolder, facts: &Facts, folder: &Path) -> Result<(), EngineError> {
    fs::create_dir_all(folder).map_err(at(folder))?;
    for file in facts.sha256.keys() {
        let to = folder.join(file);
        if let Some(above) = to.parent() {
            fs::create_dir_all(above).map_err(at(above))?;
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

/// Writes a file beside its place and moves it there: it never stands half written.
pub(crate) fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let fresh = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    write(&fresh, bytes)?;
    fs::rename(&fresh, path).map_err(at(path))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    let mut file = fs::File::create(path).map_err(at(path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(at(path))
}

pub(crate) fn at(path: &Path) -> impl Fn(std::io::Error) -> EngineError + use<> {
    let path: PathBuf = path.to_owned();
    move |source| EngineError::Io { path: path.clone(), source }
}
