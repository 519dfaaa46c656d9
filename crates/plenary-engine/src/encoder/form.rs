//! The error for a graph that the encoder does not run.

/// Why a graph does not have the form that the encoder runs.
#[derive(Debug, thiserror::Error)]
#[error("not the form that the encoder runs: {0}")]
pub(crate) struct NotThisForm(pub(crate) String);
