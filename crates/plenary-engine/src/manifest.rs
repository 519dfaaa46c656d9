//! `manifest.toml`: what is known of the models in a folder of models, and which files they are.
//!
//! An entry may say everything, as those of installed models do, or only what the model's own files do not: what its
//! labels mean, say. Refused: ids that stand twice, unknown keys, hashes for some of a model's files only.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use super::error::EngineError;
use super::folder::{Facts, Form, Pooling, Task, check_id};
use super::install::replace_file;

/// Name of the list of models in a folder of models.
pub const MANIFEST: &str = "manifest.toml";

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    #[serde(default)]
    pub models: Vec<Entry>,
}

/// One entry of a manifest as it is written: what it leaves out is read from the model's folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub id: String,
    #[serde(default)]
    pub task: Option<Task>,
    #[serde(default)]
    pub form: Option<Form>,
    #[serde(default)]
    pub labels: Option<Vec<String>>,
    #[serde(default)]
    pub pooling: Option<Pooling>,
    #[serde(default)]
    pub max_tokens: Option<usize>,
    #[serde(default)]
    pub dimensions: Option<usize>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub licence: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub made_by: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sha256: BTreeMap<String, String>,
}

impl Entry {
    /// The entry as facts; `None` where it leaves out what only the model's folder tells.
    pub fn whole(&self) -> Option<Facts> {
        Some(Facts {
            id: self.id.clone(),
            task: self.task?,
            form: self.form.unwrap_or_default(),
            labels: self.labels.clone().or((self.task? == Task::Embedding).then(Vec::new))?,
            pooling: self.pooling.unwrap_or_default(),
            max_tokens: self.max_tokens?,
            dimensions: self.dimensions?,
            licence: self.licence.clone(),
            source: self.source.clone(),
            made_by: self.made_by.clone(),
            sha256: self.sha256.clone(),
        })
    }
}

impl From<Facts> for Entry {
    fn from(facts: Facts) -> Self {
        Self {
            id: facts.id,
            task: Some(facts.task),
            form: (facts.form != Form::default()).then_some(facts.form),
            labels: Some(facts.labels),
            pooling: Some(facts.pooling),
            max_tokens: Some(facts.max_tokens),
            dimensions: Some(facts.dimensions),
            licence: facts.licence,
            source: facts.source,
            made_by: facts.made_by,
            sha256: facts.sha256,
        }
    }
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
    for (position, entry) in manifest.models.iter().enumerate() {
        check_id(&entry.id)?;
        if manifest.models[..position].iter().any(|earlier| earlier.id == entry.id) {
            return Err(bad(format!("it lists the model `{}` twice; keep one of the two", entry.id)));
        }
        // All files or none: an entry without hashes says what a folder does not, and pins nothing.
        let pinned = if entry.sha256.is_empty() { &[][..] } else { &entry.form.unwrap_or_default().files() };
        if let Some(file) = pinned.iter().find(|file| !entry.sha256.get(**file).is_some_and(|hash| is_sha256(hash))) {
            return Err(bad(format!("the model `{}` has no sha256 (64 hex digits) for {file}", entry.id)));
        }
        if let Some(file) = entry.sha256.keys().find(|file| !is_inside(file)) {
            return Err(bad(format!("the model `{}` names the file {file}, which is not in its folder", entry.id)));
        }
    }
    Ok(manifest)
}

/// Says in the manifest of a folder of models what a model is for and what its labels mean.
pub(crate) fn describe_by_hand(
    models: &Path,
    id: &str,
    task: Option<Task>,
    labels: Option<Vec<String>>,
) -> Result<(), EngineError> {
    let mut manifest = manifest_in(models)?;
    let at = manifest.models.iter().position(|entry| entry.id == id).unwrap_or_else(|| {
        manifest.models.push(Entry { id: id.to_owned(), ..Entry::default() });
        manifest.models.len() - 1
    });
    let entry = &mut manifest.models[at];
    entry.task = task.or(entry.task);
    entry.labels = labels.or(entry.labels.take());
    manifest.write(models)
}

impl Manifest {
    /// Writes the manifest whole: it never stands half written.
    pub fn write(&self, models: &Path) -> Result<(), EngineError> {
        let path = models.join(MANIFEST);
        let text = toml::to_string(self)
            .map_err(|e| EngineError::BadManifest { path: path.clone(), reason: e.to_string() })?;
        replace_file(&path, text.as_bytes())
    }
}

/// Whether a file's name stays in its model's folder.
pub(crate) fn is_inside(file: &str) -> bool {
    let mut parts = Path::new(file).components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// 64 hex digits.
pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}
