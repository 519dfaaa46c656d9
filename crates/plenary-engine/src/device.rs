//! Where models run, and whether this program can run them there.
//!
//! In come the user's words for engine and device, out goes the engine that is to be used. Refused before anything is
//! read: an engine that was not built in, a device that is not there or that the engine does not know.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::choice::EngineChoice;
use super::convert::CONVERTED;
use super::error::EngineError;
use super::folder::{Form, ModelFolder, WEIGHTS, find};
use super::places::Place;

/// What a model runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Device {
    /// The processor.
    #[default]
    Cpu,
    /// The first NVIDIA graphics card, for the engine rust-bert alone.
    Cuda,
}

impl Device {
    pub const ALL: [Self; 2] = [Self::Cpu, Self::Cuda];

    /// The word for it.
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

/// A word that is no device.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is no device; there are {}", Device::ALL.map(Device::name).join(", "))]
pub struct UnknownDevice {
    pub word: String,
}

impl FromStr for Device {
    type Err = UnknownDevice;

    fn from_str(word: &str) -> Result<Self, UnknownDevice> {
        let found = Self::ALL.into_iter().find(|device| device.name() == word);
        found.ok_or_else(|| UnknownDevice { word: word.to_owned() })
    }
}

/// The engine that is meant: `auto` on a graphics card is rust-bert, the only one that runs there.
///
/// # Errors
/// This program has no such engine, the engine does not run on such a device, or there is none.
pub fn resolve(choice: EngineChoice, device: Device) -> Result<EngineChoice, EngineError> {
    let meant = match (choice, device) {
        (EngineChoice::Auto, Device::Cuda) => EngineChoice::RustBert,
        (EngineChoice::RustBert, _) | (_, Device::Cpu) => choice,
        (engine, Device::Cuda) => return Err(EngineError::CpuOnly { engine }),
    };
    if meant == EngineChoice::RustBert {
        available(device)?;
    }
    Ok(meant)
}

#[cfg(feature = "rust-bert")]
fn available(device: Device) -> Result<(), EngineError> {
    super::rust_bert::place(device).map(|_| ())
}

#[cfg(not(feature = "rust-bert"))]
fn available(device: Device) -> Result<(), EngineError> {
    let asked = match device {
        Device::Cpu => "the engine rust-bert",
        Device::Cuda => "the device cuda, which the engine rust-bert brings",
    };
    Err(EngineError::NotBuilt { asked })
}

/// The folder with the weights that an engine without graphs needs: the model's own where it holds them, else the one that
/// `plenary models convert` made of it.
pub fn find_weights(places: &[Place], id: &str) -> Result<ModelFolder, EngineError> {
    let own = find(places, id)?;
    if own.facts.form == Form::Weights || own.path.join(WEIGHTS).is_file() {
        return Ok(own);
    }
    match find(places, &format!("{id}{CONVERTED}")) {
        Err(EngineError::UnknownModel { id: converted, looked, .. }) => {
            Err(EngineError::NotConverted { converted, model: id.to_owned(), looked })
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_devices() {
        for device in Device::ALL {
            assert_eq!(device.to_string().parse(), Ok(device));
        }
        let error = "gpu".parse::<Device>().unwrap_err();
        assert_eq!(error.to_string(), "`gpu` is no device; there are cpu, cuda");
    }

    #[test]
    fn engines_that_know_no_graphics_card_say_so() {
        for engine in [EngineChoice::Encoder, EngineChoice::Rten, EngineChoice::Static] {
            assert_eq!(resolve(engine, Device::Cpu).unwrap(), engine);
            let error = resolve(engine, Device::Cuda).unwrap_err().to_string();
            assert!(error.starts_with(&format!("the engine {engine} runs on the processor alone")), "{error}");
        }
        assert_eq!(resolve(EngineChoice::Auto, Device::Cpu).unwrap(), EngineChoice::Auto);
    }

    #[cfg(not(feature = "rust-bert"))]
    #[test]
    fn without_the_feature_the_way_to_it_is_said() {
        for (choice, device) in [(EngineChoice::RustBert, Device::Cpu), (EngineChoice::Auto, Device::Cuda)] {
            let error = resolve(choice, device).unwrap_err().to_string();
            assert!(error.contains("cargo build --release --features rust-bert"), "{error}");
            assert!(error.contains("docs/howto/rust-bert.md"), "{error}");
        }
    }
}
