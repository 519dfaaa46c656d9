//! What is known about a model: one entry of a manifest, or the contents of the files of its folder.

use std::collections::BTreeMap;

use plenary_engine::{Form, Pooling, Task};

/// What is known about a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Name of the model's folder, by which a study refers to it.
    pub id: String,
    /// The task of the model.
    pub task: Task,
    /// What the model is made of.
    pub form: Form,
    /// Labels in the order of the model's logits; none for an embedding.
    pub labels: Vec<String>,
    /// How an embedding is made; without meaning for the other tasks.
    pub pooling: Pooling,
    /// Tokens that the model takes in a pass, special tokens included.
    pub max_tokens: usize,
    /// Width of the hidden states.
    pub dimensions: usize,
    /// Licence of the model; empty if it is not stated.
    pub licence: String,
    /// Where the model comes from; empty if it is not stated.
    pub source: String,
    /// How the files were made; empty if it is not stated.
    pub made_by: String,
    /// sha256 of each file, 64 hex digits; empty for a folder in neither a manifest nor a lock.
    pub sha256: BTreeMap<String, String>,
}
