//! Errors in the options of a study.

use std::fmt::Display;

/// An option that is out of range, or does not fit another one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: found {found}; expected {expected}")]
pub struct OptionError {
    /// Section and key, such as `[themes] resolution`.
    pub place: String,
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

impl OptionError {
    /// An error at a place, with what was found and what was expected there.
    pub fn new(place: impl Into<String>, found: impl Display, expected: impl Into<String>) -> Self {
        Self { place: place.into(), found: found.to_string(), expected: expected.into() }
    }
}
