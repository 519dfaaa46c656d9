//! Folders of models: finding a model and what is known about it, before anything is loaded.
//!
//! **Input**: places and an id. **Output**: a [`ModelFolder`]. A folder of models holds one folder per model (`model.onnx`, or
//! `model.safetensors` of a static model, `tokenizer.json`, `config.json`). A `manifest.toml` may contain the sha256 of each
//! model's files and what config.json does not say; a `models.lock` contains the sha256 of fetched models. A model in neither
//! is described by its config. Unknown ids and models whose task cannot be determined are errors. Checking and loading files
//! is left to `verify` and `load`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plenary_engine::{CONFIG, Form, GRAPH, LabelMap, Pooling, Task, WEIGHTS, label_advice};

use crate::config::{Config, pooling, stated_max_tokens, static_width};
use crate::error::{FileError, FindError};
use crate::facts::Facts;
use crate::files::read;
use crate::id::check_id;
use crate::lock::{Lock, lock_in};
use crate::manifest::{Entry, Manifest, manifest_in};
use crate::places::Place;

/// A model that was found; its files were not checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFolder {
    /// The model's folder.
    pub path: PathBuf,
    /// The place in which it was found.
    pub place: Place,
    /// What is known about it.
    pub facts: Facts,
}

impl ModelFolder {
    /// Whether a manifest or a lock contains the sha256 of the files.
    pub fn is_pinned(&self) -> bool {
        !self.facts.sha256.is_empty()
    }
}

/// The model `id`, from the first place that has it.
///
/// # Errors
/// No place exists or has the model, or its folder does not determine the task of the model.
pub fn find(places: &[Place], id: &str) -> Result<ModelFolder, FindError> {
    check_id(id)?;
    let there = existing(places)?;
    for place in &there {
        let manifest = manifest_in(&place.path)?;
        if ids_in(place, &manifest)?.iter().any(|known| known == id) {
            return open(place, &manifest, &lock_in(&place.path)?, id);
        }
    }
    let mut known = Vec::new();
    for place in &there {
        known.extend(ids_in(place, &manifest_in(&place.path)?)?);
    }
    known.sort();
    known.dedup();
    Err(FindError::UnknownModel { id: id.to_owned(), searched: describe(&there), known })
}

/// An entry of [`list`].
#[derive(Debug)]
pub struct Listed {
    /// Name of the folder.
    pub id: String,
    /// The model, or why its folder cannot be used.
    pub folder: Result<ModelFolder, FindError>,
}

/// The models of all places, those of earlier places first. Where several places have a model with the same id, only the one
/// that [`find`] returns is listed.
///
/// # Errors
/// No place exists, or a manifest or lock cannot be read.
pub fn list(places: &[Place]) -> Result<Vec<Listed>, FindError> {
    let mut found: Vec<Listed> = Vec::new();
    for place in existing(places)? {
        let (manifest, lock) = (manifest_in(&place.path)?, lock_in(&place.path)?);
        for id in ids_in(&place, &manifest)? {
            if found.iter().all(|known| known.id != id) {
                let folder = open(&place, &manifest, &lock, &id);
                found.push(Listed { id, folder });
            }
        }
    }
    Ok(found)
}

/// The places that exist; an error that lists all places if none exists.
fn existing(places: &[Place]) -> Result<Vec<Place>, FindError> {
    let there: Vec<Place> = places.iter().filter(|p| p.path.is_dir()).cloned().collect();
    if there.is_empty() {
        return Err(FindError::NoModelsFolder { searched: describe(places) });
    }
    Ok(there)
}

fn describe(places: &[Place]) -> Vec<String> {
    places.iter().map(Place::describe).collect()
}

/// Ids of the models of a place: those of the manifest, in its order, then the names of other folders with a graph or a table,
/// sorted.
fn ids_in(place: &Place, manifest: &Manifest) -> Result<Vec<String>, FileError> {
    let mut ids: Vec<String> = manifest.models.iter().map(|m| m.id.clone()).collect();
    let failed = FileError::io(&place.path);
    let mut own = Vec::new();
    for entry in std::fs::read_dir(&place.path).map_err(&failed)? {
        let entry = entry.map_err(&failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let holds = |file: &str| entry.path().join(file).is_file();
        if check_id(&name).is_ok() && !ids.contains(&name) && (holds(GRAPH) || (holds(WEIGHTS) && holds(CONFIG))) {
            own.push(name);
        }
    }
    own.sort();
    ids.append(&mut own);
    Ok(ids)
}

fn open(place: &Place, manifest: &Manifest, lock: &Lock, id: &str) -> Result<ModelFolder, FindError> {
    let path = place.path.join(id);
    let entry = manifest.models.iter().find(|entry| entry.id == id);
    let mut facts = match entry.map(Entry::complete) {
        Some(Some(facts)) => facts,
        _ => facts_of_folder(id, &path, entry)?,
    };
    if let Some(locked) = lock.models.iter().find(|locked| locked.id == id) {
        if facts.sha256.is_empty() {
            facts.sha256.clone_from(&locked.sha256);
        }
        if facts.source.is_empty() {
            facts.source = format!("{} at {}", locked.repository, locked.commit);
        }
    }
    Ok(ModelFolder { path, place: place.clone(), facts })
}

/// The facts in the files of a folder; an entry of the manifest takes precedence. A model with the labels of a task is
/// for that task, a model without labels is for embedding.
fn facts_of_folder(id: &str, folder: &Path, entry: Option<&Entry>) -> Result<Facts, FindError> {
    let path = folder.join(CONFIG);
    let config = Config::from_bytes(id, &path, &read(id, &path)?)?;
    let holds = |file: &str| folder.join(file).is_file();
    let form = entry.and_then(|e| e.form).unwrap_or(match config.is_static() {
        true => Form::Static,
        false if holds(WEIGHTS) && !holds(GRAPH) => Form::Weights,
        false => Form::Onnx,
    });
    let labels = match entry.and_then(|e| e.labels.clone()) {
        Some(labels) => labels,
        None if form == Form::Static || config.is_headless() => Vec::new(),
        None => config.labels(id, &path)?,
    };
    let by_labels = [Task::Embedding, Task::Inference, Task::Sentiment]
        .into_iter()
        .find(|&task| LabelMap::of(task, &labels).is_some() && !(task == Task::Embedding && config.is_classifier()));
    let task = entry.and_then(|e| e.task).or(by_labels).ok_or_else(|| FindError::UnknownLabels {
        model: id.to_owned(),
        labels: labels.clone(),
        advice: label_advice(&labels),
    })?;
    let (max_tokens, dimensions) = match form {
        Form::Static => (config.seq_length.unwrap_or(STATIC_TOKENS), static_width(id, &folder.join(WEIGHTS))?),
        Form::Onnx | Form::Weights => {
            let positions = config.positions(id, &path)?;
            (stated_max_tokens(id, folder)?.map_or(positions, |stated| stated.min(positions)), config.width(id, &path)?)
        }
    };
    let pooling = match (entry.and_then(|e| e.pooling), task, form) {
        (Some(pooling), ..) => pooling,
        (None, Task::Embedding, Form::Onnx | Form::Weights) => pooling(id, folder)?,
        _ => Pooling::Mean,
    };
    Ok(Facts {
        id: id.to_owned(),
        task,
        form,
        labels,
        pooling,
        max_tokens: entry.and_then(|e| e.max_tokens).unwrap_or(max_tokens),
        dimensions: entry.and_then(|e| e.dimensions).unwrap_or(dimensions),
        licence: entry.map_or_else(String::new, |e| e.licence.clone()),
        source: entry.map_or_else(String::new, |e| e.source.clone()),
        made_by: entry.map_or_else(String::new, |e| e.made_by.clone()),
        sha256: entry.map_or_else(BTreeMap::new, |e| e.sha256.clone()),
    })
}

/// Maximum number of tokens of a static model whose config does not give it; a sum over tokens has no limit.
const STATIC_TOKENS: usize = 1_000_000;
