//! Which engine is to run a model: the user's word for it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Which engine is to run a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineChoice {
    /// The encoder where the graph has its form, else rten.
    #[default]
    Auto,
    /// The encoder of our own; a graph of another form is an error.
    Encoder,
    /// rten, whatever the graph.
    Rten,
    /// For embedding the static model that was distilled from the study's; the other models as with `auto`.
    Static,
    /// libtorch through rust-bert, where the program was built with it.
    RustBert,
}

impl EngineChoice {
    pub const ALL: [Self; 5] = [Self::Auto, Self::Encoder, Self::Rten, Self::Static, Self::RustBert];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Encoder => "encoder",
            Self::Rten => "rten",
            Self::Static => "static",
            Self::RustBert => "rust-bert",
        }
    }
}

impl fmt::Display for EngineChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that is no engine.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is no engine; there are {}", EngineChoice::ALL.map(EngineChoice::name).join(", "))]
pub struct UnknownEngine {
    pub word: String,
}

impl FromStr for EngineChoice {
    type Err = UnknownEngine;

    fn from_str(word: &str) -> Result<Self, UnknownEngine> {
        Self::ALL
            .into_iter()
            .find(|choice| choice.name() == word)
            .ok_or_else(|| UnknownEngine { word: word.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_engines() {
        for choice in EngineChoice::ALL {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
        let error = "onnx".parse::<EngineChoice>().unwrap_err();
        assert_eq!(error.to_string(), "`onnx` is no engine; there are auto, encoder, rten, static, rust-bert");
    }
}
