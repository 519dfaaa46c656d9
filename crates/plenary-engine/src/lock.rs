//! `models.lock`: where the fetched models of a folder come from, and which bytes they are.
//!
//! One entry per model, with the commit of the repository and the sha256 of every file. Written by `fetch`, read when a
//! model is found: its files are checked against it before they are used.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::EngineError;
use super::folder::check_id;
use super::install::replace_file;
use super::manifest::{is_inside, is_sha256};

/// Name of the lock in a folder of models.
pub const LOCK: &str = "models.lock";

const HEAD: &str =
    "# Written by `plenary models fetch`: which bytes the fetched models are. Do not edit it by hand.\n\n";

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lock {
    #[serde(default)]
    pub models: Vec<Locked>,
}

/// A fetched model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Locked {
    /// Name of the model's folder.
    pub id: String,
    /// `ORG/NAME` on the hub.
    pub repository: String,
    /// Branch, tag or commit that was asked for.
    pub revision: String,
    /// Commit that the revision stood for.
    pub commit: String,
    /// Which file of the repository each of the model's files is, where the two have different names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub taken_from: BTreeMap<String, String>,
    /// sha256 of each file of the model's folder, 64 hex digits.
    pub sha256: BTreeMap<String, String>,
}

/// The lock of a folder of models; empty where there is none.
pub(crate) fn lock_in(models: &Path) -> Result<Lock, EngineError> {
    let path = models.join(LOCK);
    let bad = |reason: String| EngineError::BadManifest { path: path.clone(), reason };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Lock::default()),
        Err(source) => return Err(EngineError::Io { path, source }),
    };
    let lock: Lock = toml::from_str(&text).map_err(|e| bad(e.to_string()))?;
    for locked in &lock.models {
        check_id(&locked.id)?;
        let right = |(file, hash): (&String, &String)| is_inside(file) && is_sha256(hash);
        if locked.sha256.is_empty() || !locked.sha256.iter().all(right) {
            return Err(bad(format!(
                "the model `{}` has no sha256 (64 hex digits) for files of its folder",
                locked.id
            )));
        }
    }
    Ok(lock)
}

impl Lock {
    /// Writes the lock whole: it never stands half written.
    pub fn write(&self, models: &Path) -> Result<(), EngineError> {
        let path = models.join(LOCK);
        let text = toml::to_string(self)
            .map_err(|e| EngineError::BadManifest { path: path.clone(), reason: e.to_string() })?;
        replace_file(&path, format!("{HEAD}{text}").as_bytes())
    }
}
