//! A request to fetch a model.
//!
//! **Input**: the options of the user. **Output**: [`Request`], with defaults. Nothing is refused here.

use std::time::Duration;

use plenary_engine::Task;

use crate::choose::Wanted;

/// Environment variable that names another endpoint than the Hugging Face hub.
pub const ENDPOINT: &str = "HF_ENDPOINT";
/// Environment variable with the user's token.
pub const TOKEN: &str = "HF_TOKEN";

/// A model to fetch, and the options of fetching it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `ORG/NAME` or `ORG/NAME@REVISION`. A revision is a branch, a tag or a commit; `main` by default.
    pub name: String,
    /// Name of the model's folder; `ORG--NAME` by default.
    pub id: Option<String>,
    /// What the model is for, if its files do not say it.
    pub task: Option<Task>,
    /// What its labels mean, in their order, if its files do not say it.
    pub labels: Option<Vec<String>>,
    /// Which files to take.
    pub wanted: Wanted,
    /// Whether to take another commit of a revision that has moved on, and to replace an existing folder.
    pub force: bool,
    /// Address of the server; the Hugging Face hub by default.
    pub endpoint: Option<String>,
    /// Token for private and gated models.
    pub token: Option<String>,
    /// How long to wait while nothing arrives; a minute by default. In the same process another fetch of a file can begin only
    /// when the connection that was given up has ended.
    pub patience: Option<Duration>,
}

/// Whether a text can be a part of an address and of a path.
pub(crate) fn is_part(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(['.', '-'])
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}
