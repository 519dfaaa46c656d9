//! An input that could not be used.

use serde::{Deserialize, Serialize};

/// The stage in which an input failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// Reading and decoding the file.
    Read,
}

impl Stage {
    /// The name that the tables use.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Read => "read",
        }
    }
}

/// An input that could not be used, or not completely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The path as the user gave it.
    pub path: String,
    /// The stage in which it failed.
    pub stage: Stage,
    /// What went wrong.
    pub error: String,
    /// What the user can do about it.
    pub hint: String,
}
