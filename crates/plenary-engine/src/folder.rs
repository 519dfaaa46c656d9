//! Model folders: what is known of a model and where it lies, before anything is loaded.
//!
//! A folder of models holds one folder per model (`model.onnx`, or `model.safetensors` of a static model,
//! `tokenizer.json`, `config.json`). A `manifest.toml` may pin each model's files by sha256 and say what config.json does
//! not; a `models.lock` pins those that were fetched. A model folder that neither names works too: what it is for is read
//! from its config. Loading and its checks are `load.rs`'s.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::config::{Config, pooling, stated_max_tokens};
use super::error::EngineError;
use super::labels::{LabelMap, advice};
use super::lock::{Lock, lock_in};
use super::manifest::{Entry, Manifest, manifest_in};
use super::places::Place;
use super::weights::static_width;

pub const GRAPH: &str = "model.onnx";
pub const TOKENIZER: &str = "tokenizer.json";
pub const CONFIG: &str = "config.json";
/// The table of a static model, or the weights of a graph for engines that build the graph themselves.
pub const WEIGHTS: &str = "model.safetensors";
/// The files that make a model that is a graph.
pub const FILES: [&str; 3] = [GRAPH, TOKENIZER, CONFIG];

/// What a model is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// An ONNX graph.
    #[default]
    Onnx,
    /// A table with a vector per token, as Model2Vec writes it.
    Static,
    /// The weights of an encoder without its graph, for engines that build the graph themselves.
    Weights,
}

impl Form {
    /// The files that make a model, the numbers first.
    pub fn files(self) -> [&'static str; 3] {
        match self {
            Form::Onnx => FILES,
            Form::Static | Form::Weights => [WEIGHTS, TOKENIZER, CONFIG],
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_default(&self) -> bool {
        *self == Form::default()
    }
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// A text to a vector.
    Embedding,
    /// A premise and a hypothesis to entailment, neutral or contradiction.
    Inference,
    /// A text to negative, neutral or positive.
    Sentiment,
}

impl Task {
    pub fn as_str(self) -> &'static str {
        match self {
            Task::Embedding => "embedding",
            Task::Inference => "inference",
            Task::Sentiment => "sentiment",
        }
    }

    /// The labels of the task, in the order in which plenary keeps probabilities; none for vectors.
    pub fn labels(self) -> &'static [&'static str] {
        match self {
            Task::Embedding => &[],
            Task::Inference => &["entailment", "neutral", "contradiction"],
            Task::Sentiment => &["negative", "neutral", "positive"],
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How hidden states become one vector.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// Mean over the attention mask, divided by its length.
    #[default]
    Mean,
    /// State of the first token, divided by its length.
    Cls,
}

/// What is known of a model: one entry of the manifest, or what a folder's own config says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Name of the model's folder, which is how a study calls it.
    pub id: String,
    pub task: Task,
    #[serde(default, skip_serializing_if = "Form::is_default")]
    pub form: Form,
    /// Labels in the order of the model's logits; none for an embedding.
    #[serde(default)]
    pub labels: Vec<String>,
    /// How an embedding is made; without meaning for the other tasks.
    #[serde(default)]
    pub pooling: Pooling,
    /// Tokens the model takes, special tokens included.
    pub max_tokens: usize,
    /// Width of the hidden states.
    pub dimensions: usize,
    #[serde(default)]
    pub licence: String,
    #[serde(default)]
    pub source: String,
    /// How the files were made.
    #[serde(default)]
    pub made_by: String,
    /// sha256 of each file, 64 hex digits; empty for a folder that neither a manifest nor a lock names.
    #[serde(default)]
    pub sha256: BTreeMap<String, String>,
}

/// A model that was found: its facts and its files, not yet checked against each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFolder {
    pub path: PathBuf,
    pub place: Place,
    pub facts: Facts,
}

impl ModelFolder {
    /// Whether the manifest fixes the contents of the files.
    pub fn is_pinned(&self) -> bool {
        !self.facts.sha256.is_empty()
    }
}

/// The model `id`, from the first place that has it.
pub fn find(places: &[Place], id: &str) -> Result<ModelFolder, EngineError> {
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
    Err(EngineError::UnknownModel { id: id.to_owned(), looked: describe(&there), known })
}

/// A model that [`list`] came upon.
#[derive(Debug)]
pub struct Listed {
    pub id: String,
    /// The model, or why its folder is no usable one.
    pub folder: Result<ModelFolder, EngineError>,
}

/// Every model of every place, those of earlier places first; a model that [`find`] would pass over because an earlier
/// place has one of that name is left out.
pub fn list(places: &[Place]) -> Result<Vec<Listed>, EngineError> {
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

/// The places that exist; an error that lists all of them where none does.
fn existing(places: &[Place]) -> Result<Vec<Place>, EngineError> {
    let there: Vec<Place> = places.iter().filter(|p| p.path.is_dir()).cloned().collect();
    if there.is_empty() {
        return Err(EngineError::NoModelsFolder { looked: describe(places) });
    }
    Ok(there)
}

fn describe(places: &[Place]) -> Vec<String> {
    places.iter().map(Place::describe).collect()
}

/// Ids of a place: the manifest's, in its order, then those of other folders with a graph or a table, by name.
fn ids_in(place: &Place, manifest: &Manifest) -> Result<Vec<String>, EngineError> {
    let mut ids: Vec<String> = manifest.models.iter().map(|m| m.id.clone()).collect();
    let failed = |source| EngineError::Io { path: place.path.clone(), source };
    let mut own = Vec::new();
    for entry in std::fs::read_dir(&place.path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
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

fn open(place: &Place, manifest: &Manifest, lock: &Lock, id: &str) -> Result<ModelFolder, EngineError> {
    let path = place.path.join(id);
    let entry = manifest.models.iter().find(|entry| entry.id == id);
    let mut facts = match entry.map(Entry::whole) {
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

/// What the files of a folder tell; what an entry of the manifest says comes first. A model with the labels of a task is for
/// that task, one without labels embeds.
fn facts_of_folder(id: &str, folder: &Path, entry: Option<&Entry>) -> Result<Facts, EngineError> {
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
    let task = entry.and_then(|e| e.task).or(by_labels).ok_or_else(|| EngineError::UnknownLabels {
        model: id.to_owned(),
        labels: labels.clone(),
        advice: advice(&labels),
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

/// Tokens that a static model takes where its config does not say; the sum over them has no limit of its own.
const STATIC_TOKENS: usize = 1_000_000;

/// The bytes of a model's file.
pub(crate) fn read(model: &str, path: &Path) -> Result<Vec<u8>, EngineError> {
    std::fs::read(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => EngineError::MissingFile { model: model.to_owned(), path: path.to_owned() },
        _ => EngineError::Io { path: path.to_owned(), source },
    })
}

/// An id names a folder directly under the folder of models, never one elsewhere.
pub(crate) fn check_id(id: &str) -> Result<(), EngineError> {
    if id.is_empty() || id.starts_with('.') || id.contains(['/', '\\', ':']) {
        return Err(EngineError::BadId { id: id.to_owned() });
    }
    Ok(())
}
