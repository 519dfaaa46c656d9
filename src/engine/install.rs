//! Copies models into the user's data folder, so that they are found wherever the program runs.
//!
//! A model appears there whole or not at all: it is copied under another name, hashed, renamed, and then pinned in the
//! folder's manifest. What is there already and differs is kept unless the caller forces it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::error::EngineError;
use super::folder::{FILES, Facts, MANIFEST, Manifest, ModelFolder, manifest_in, read};
use super::load::{sha256, verify};

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
        if manifest.models.contains(&facts) {
            continue;
        }
        manifest.models.retain(|known| known.id != facts.id);
        manifest.models.push(facts);
        write_manifest(&manifest, target)?;
    }
    Ok(done)
}

/// The model's facts with the sha256 of its files, which were checked against the manifest where it has one.
fn pinned(model: &ModelFolder) -> Result<Facts, EngineError> {
    let mut facts = model.facts.clone();
    for check in verify(model) {
        facts.sha256.insert(check.file.to_owned(), check.result?);
    }
    Ok(facts)
}

fn outcome(facts: &Facts, folder: &Path) -> Result<Installed, EngineError> {
    if !folder.exists() {
        return Ok(Installed::Copied);
    }
    for file in FILES {
        match read(&facts.id, &folder.join(file)) {
            Ok(bytes) if facts.sha256.get(file).is_some_and(|expected| *expected == sha256(&bytes)) => {}
            Ok(_) | Err(EngineError::MissingFile { .. }) => return Ok(Installed::Replaced),
            Err(error) => return Err(error),
        }
    }
    Ok(Installed::Unchanged)
}

fn copy(model: &ModelFolder, facts: &Facts, target: &Path) -> Result<(), EngineError> {
    // Names with a leading dot are no ids, so that a folder left behind by a killed run is never taken for a model.
    let hidden = |what: &str| target.join(format!(".{}.{}.{what}", facts.id, std::process::id()));
    let (fresh, old, place) = (hidden("new"), hidden("old"), target.join(&facts.id));
    let copied = fill(model, facts, &fresh).and_then(|()| {
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
    for file in FILES {
        let to = folder.join(file);
        write(&to, &read(&facts.id, &model.path.join(file))?)?;
    }
    let card = model.path.join(CARD);
    if card.is_file() {
        write(&folder.join(CARD), &read(&facts.id, &card)?)?;
    }
    let copy = ModelFolder { path: folder.to_owned(), place: model.place.clone(), facts: facts.clone() };
    verify(&copy).into_iter().try_for_each(|check| check.result.map(|_| ()))
}

fn write_manifest(manifest: &Manifest, target: &Path) -> Result<(), EngineError> {
    let path = target.join(MANIFEST);
    let text = toml::to_string(manifest)
        .map_err(|e| EngineError::BadManifest { path: path.clone(), reason: e.to_string() })?;
    let fresh = target.join(format!(".{MANIFEST}.{}.new", std::process::id()));
    write(&fresh, text.as_bytes())?;
    fs::rename(&fresh, &path).map_err(at(&path))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), EngineError> {
    let mut file = fs::File::create(path).map_err(at(path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(at(path))
}

fn at(path: &Path) -> impl Fn(std::io::Error) -> EngineError + use<> {
    let path: PathBuf = path.to_owned();
    move |source| EngineError::Io { path: path.clone(), source }
}
