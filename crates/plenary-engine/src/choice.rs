//! The user's choice of an engine and a device.
//!
//! **Input**: a word. **Output**: [`EngineChoice`] or [`Device`]. Other words are refused with the list of known ones.
//! Whether this program has the engine is checked by [`resolve`](crate::resolve).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The engine that is requested for a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineChoice {
    /// The encoder if the graph has its form, else rten.
    #[default]
    Auto,
    /// plenary's own encoder; a graph of another form is an error.
    Encoder,
    /// rten, for any graph.
    Rten,
    /// For embedding, the static model that was distilled from the study's embedding model; for the other models, as `auto`.
    Static,
    /// libtorch through rust-bert, in programs that were built with it.
    RustBert,
}

impl EngineChoice {
    /// All choices.
    pub const ALL: [Self; 5] = [Self::Auto, Self::Encoder, Self::Rten, Self::Static, Self::RustBert];

    /// The name of the choice in studies.
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

/// A word that does not name an engine.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not an engine; expected one of {}", EngineChoice::ALL.map(EngineChoice::name).join(", "))]
pub struct UnknownEngine {
    /// The word.
    pub word: String,
}

impl FromStr for EngineChoice {
    type Err = UnknownEngine;

    fn from_str(word: &str) -> Result<Self, UnknownEngine> {
        let found = Self::ALL.into_iter().find(|choice| choice.name() == word);
        found.ok_or_else(|| UnknownEngine { word: word.to_owned() })
    }
}

/// The device that a model runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Device {
    /// The processor.
    #[default]
    Cpu,
    /// The first NVIDIA graphics card; only the engine rust-bert runs there.
    Cuda,
}

impl Device {
    /// All devices.
    pub const ALL: [Self; 2] = [Self::Cpu, Self::Cuda];

    /// The name of the device in studies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
        }
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that does not name a device.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not a device; expected one of {}", Device::ALL.map(Device::name).join(", "))]
pub struct UnknownDevice {
    /// The word.
    pub word: String,
}

impl FromStr for Device {
    type Err = UnknownDevice;

    fn from_str(word: &str) -> Result<Self, UnknownDevice> {
        let found = Self::ALL.into_iter().find(|device| device.name() == word);
        found.ok_or_else(|| UnknownDevice { word: word.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_and_devices_are_parsed_by_name() {
        for choice in EngineChoice::ALL {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
        let error = "onnx".parse::<EngineChoice>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`onnx` is not an engine; expected one of auto, encoder, rten, static, rust-bert"
        );
        for device in Device::ALL {
            assert_eq!(device.to_string().parse(), Ok(device));
        }
        let error = "gpu".parse::<Device>().unwrap_err();
        assert_eq!(error.to_string(), "`gpu` is not a device; expected one of cpu, cuda");
    }
}
