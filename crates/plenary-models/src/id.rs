//! Ids of models.
//!
//! **Input**: a text. **Refused**: texts that cannot be an id, with [`BadId`]. An id is the name of a folder directly
//! below a folder of models, never a path to another folder.

/// A text that cannot be the id of a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{id}` cannot be the id of a model; expected {ID_RULE}")]
pub struct BadId {
    /// The text.
    pub id: String,
}

/// What an id looks like, in words.
pub(crate) const ID_RULE: &str = "the name of a folder, without `/`, `\\`, `:` or a leading dot";

/// Refuses a text that cannot be the id of a model.
pub(crate) fn check_id(id: &str) -> Result<(), BadId> {
    if id.is_empty() || id.starts_with('.') || id.contains(['/', '\\', ':']) {
        return Err(BadId { id: id.to_owned() });
    }
    Ok(())
}
