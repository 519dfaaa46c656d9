//! Model folders: what is known of a model and where it lies, before anything is loaded.
//!
//! A folder of models holds one folder per model (`model.onnx`, `tokenizer.json`, `config.json`) and may hold a
//! `manifest.toml` that pins each model's files by sha256 and says what config.json does not. A model folder that the
//! manifest does not name works too: what it is for is read from its config. Loading and its checks are `load.rs`'s.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::EngineError;
use super::places::Place;

/// Name of the list of models in a folder of models.
pub const MANIFEST: &str = "manifest.toml";
pub const GRAPH: &str = "model.onnx";
pub const TOKENIZER: &str = "tokenizer.json";
pub const CONFIG: &str = "config.json";
/// The files that make a model.
pub const FILES: [&str; 3] = [GRAPH, TOKENIZER, CONFIG];

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

    /// For each label of the task its position among `labels`, found by name; `None` where the names do not fit.
    pub(crate) fn positions(self, labels: &[String]) -> Option<Vec<usize>> {
        if labels.len() != self.labels().len() {
            return None;
        }
        self.labels().iter().map(|wanted| labels.iter().position(|l| l.eq_ignore_ascii_case(wanted))).collect()
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
}

/// What is known of a model: one entry of the manifest, or what a folder's own config says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Name of the model's folder, which is how a study calls it.
    pub id: String,
    pub task: Task,
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
    /// sha256 of each file, 64 hex digits; empty for a folder that no manifest names.
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

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    #[serde(default)]
    pub models: Vec<Facts>,
}

/// What plenary reads of a `config.json`.
#[derive(Debug, Deserialize)]
pub(crate) struct Config {
    pub hidden_size: usize,
    pub max_position_embeddings: usize,
    #[serde(default)]
    id2label: BTreeMap<String, String>,
}

impl Config {
    pub fn from_bytes(model: &str, path: &Path, bytes: &[u8]) -> Result<Self, EngineError> {
        serde_json::from_slice(bytes).map_err(|e| bad_config(model, path, e.to_string()))
    }

    /// Labels in the order of the logits; an error where `id2label` does not count from 0.
    pub fn labels(&self, model: &str, path: &Path) -> Result<Vec<String>, EngineError> {
        (0..self.id2label.len())
            .map(|i| self.id2label.get(&i.to_string()).cloned())
            .collect::<Option<_>>()
            .ok_or_else(|| bad_config(model, path, "`id2label` does not number its labels from 0".into()))
    }
}

/// The model `id`, from the first place that has it.
pub fn find(places: &[Place], id: &str) -> Result<ModelFolder, EngineError> {
    check_id(id)?;
    let there = existing(places)?;
    for place in &there {
        let manifest = manifest_in(&place.path)?;
        if ids_in(place, &manifest)?.iter().any(|known| known == id) {
            return open(place, &manifest, id);
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
        let manifest = manifest_in(&place.path)?;
        for id in ids_in(&place, &manifest)? {
            if found.iter().all(|known| known.id != id) {
                let folder = open(&place, &manifest, &id);
                found.push(Listed { id, folder });
            }
        }
    }
    Ok(found)
}

/// The manifest of a folder of models; empty where there is none.
pub(crate) fn manifest_in(models: &Path) -> Result<Manifest, EngineError> {
    let path = models.join(MANIFEST);
    let bad = |reason: String| EngineError::BadManifest { path: path.clone(), reason };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Manifest::default()),
        Err(source) => return Err(EngineError::Io { path, source }),
    };
    let manifest: Manifest = toml::from_str(&text).map_err(|e| bad(e.to_string()))?;
    for (position, facts) in manifest.models.iter().enumerate() {
        check_id(&facts.id)?;
        if manifest.models[..position].iter().any(|earlier| earlier.id == facts.id) {
            return Err(bad(format!("it lists the model `{}` twice; keep one of the two", facts.id)));
        }
        for file in FILES {
            if !facts.sha256.get(file).is_some_and(|h| h.len() == 64 && h.bytes().all(|b| b.is_ascii_hexdigit())) {
                return Err(bad(format!("the model `{}` has no sha256 (64 hex digits) for {file}", facts.id)));
            }
        }
    }
    Ok(manifest)
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

/// Ids of a place: the manifest's, in its order, then those of other folders with a graph, by name.
fn ids_in(place: &Place, manifest: &Manifest) -> Result<Vec<String>, EngineError> {
    let mut ids: Vec<String> = manifest.models.iter().map(|m| m.id.clone()).collect();
    let failed = |source| EngineError::Io { path: place.path.clone(), source };
    let mut own = Vec::new();
    for entry in std::fs::read_dir(&place.path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if check_id(&name).is_ok() && !ids.contains(&name) && entry.path().join(GRAPH).is_file() {
            own.push(name);
        }
    }
    own.sort();
    ids.append(&mut own);
    Ok(ids)
}

fn open(place: &Place, manifest: &Manifest, id: &str) -> Result<ModelFolder, EngineError> {
    let path = place.path.join(id);
    let facts = match manifest.models.iter().find(|m| m.id == id) {
        Some(facts) => facts.clone(),
        None => facts_of_config(id, &path)?,
    };
    Ok(ModelFolder { path, place: place.clone(), facts })
}

/// What config.json alone tells: a model with the labels of a task is for that task, one without labels embeds.
fn facts_of_config(id: &str, folder: &Path) -> Result<Facts, EngineError> {
    let path = folder.join(CONFIG);
    let config = Config::from_bytes(id, &path, &read(id, &path)?)?;
    let labels = config.labels(id, &path)?;
    let task = [Task::Embedding, Task::Inference, Task::Sentiment]
        .into_iter()
        .find(|task| task.positions(&labels).is_some())
        .ok_or_else(|| {
            let reason = format!(
                "its labels are {}; an inference model has {}, a sentiment model {}, an embedding model none",
                labels.join(", "),
                Task::Inference.labels().join(", "),
                Task::Sentiment.labels().join(", ")
            );
            bad_config(id, &path, reason)
        })?;
    Ok(Facts {
        id: id.to_owned(),
        task,
        labels,
        pooling: Pooling::Mean,
        max_tokens: config.max_position_embeddings,
        dimensions: config.hidden_size,
        licence: String::new(),
        source: String::new(),
        made_by: String::new(),
        sha256: BTreeMap::new(),
    })
}

/// The bytes of a model's file.
pub(crate) fn read(model: &str, path: &Path) -> Result<Vec<u8>, EngineError> {
    std::fs::read(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => EngineError::MissingFile { model: model.to_owned(), path: path.to_owned() },
        _ => EngineError::Io { path: path.to_owned(), source },
    })
}

pub(crate) fn bad_config(model: &str, path: &Path, reason: String) -> EngineError {
    EngineError::BadConfig { model: model.to_owned(), path: path.to_owned(), reason }
}

/// An id names a folder directly under the folder of models, never one elsewhere.
fn check_id(id: &str) -> Result<(), EngineError> {
    if id.is_empty() || id.starts_with('.') || id.contains(['/', '\\', ':']) {
        return Err(EngineError::BadId { id: id.to_owned() });
    }
    Ok(())
}
