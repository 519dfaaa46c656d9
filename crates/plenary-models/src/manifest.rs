//! `manifest.toml`: what is known about the models in a folder of models, and the sha256 of their files.
//!
//! **Input**: a folder of models. **Output**: a [`Manifest`]. An entry may be complete, as those of installed models are, or
//! contain only what the model's files do not say, such as the meaning of its labels. Repeated ids, unknown keys and hashes for
//! only some of a model's files are refused.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use plenary_engine::{Form, Pooling, Task};

use crate::error::{FileError, FileProblem};
use crate::facts::Facts;
use crate::files::{is_inside, is_sha256, read_optional, replace_file};
use crate::id::check_id;

/// File name of the manifest in a folder of models.
pub const MANIFEST: &str = "manifest.toml";

/// The manifest of a folder of models.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    #[serde(default)]
    pub(crate) models: Vec<Entry>,
}

/// One entry of a manifest as written; what it omits is read from the model's folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) task: Option<Task>,
    #[serde(default)]
    pub(crate) form: Option<Form>,
    #[serde(default)]
    pub(crate) labels: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) pooling: Option<Pooling>,
    #[serde(default)]
    pub(crate) max_tokens: Option<usize>,
    #[serde(default)]
    pub(crate) dimensions: Option<usize>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) licence: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) source: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) made_by: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) sha256: BTreeMap<String, String>,
}

impl Entry {
    /// The entry as facts; `None` if it omits what has to be read from the model's folder.
    pub(crate) fn complete(&self) -> Option<Facts> {
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

/// The manifest of a folder of models; empty if there is none.
pub(crate) fn manifest_in(models: &Path) -> Result<Manifest, FileError> {
    let path = models.join(MANIFEST);
    let bad = |reason: String| FileError { model: None, path: path.clone(), problem: FileProblem::Manifest(reason) };
    let Some(text) = read_optional(&path)? else {
        return Ok(Manifest::default());
    };
    let manifest: Manifest = toml::from_str(&text).map_err(|e| bad(e.to_string()))?;
    for (position, entry) in manifest.models.iter().enumerate() {
        check_id(&entry.id).map_err(|e| bad(e.to_string()))?;
        if manifest.models[..position].iter().any(|earlier| earlier.id == entry.id) {
            return Err(bad(format!("it lists the model `{}` twice; keep one of the two", entry.id)));
        }
        // All files or none: an entry without hashes only adds to what the folder says.
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

/// Writes into the manifest of a folder of models what a model is for and what its labels mean.
pub(crate) fn describe(
    models: &Path,
    id: &str,
    task: Option<Task>,
    labels: Option<Vec<String>>,
) -> Result<(), FileError> {
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
    /// Writes the manifest; it is never half written.
    pub(crate) fn write(&self, models: &Path) -> Result<(), FileError> {
        let path = models.join(MANIFEST);
        let text = toml::to_string(self).map_err(|e| FileError {
            model: None,
            path: path.clone(),
            problem: FileProblem::Manifest(e.to_string()),
        })?;
        replace_file(&path, text.as_bytes())
    }
}
