//! The engine for a choice, and whether this program has it.
//!
//! **Input**: the user's choice of engine and device. **Output**: the engine to use. An engine that is not part of this
//! program and a device that the engine cannot use are refused before anything is read.

use crate::choice::{Device, EngineChoice};
use crate::error::UnavailableError;

/// The engine for a choice. `auto` on a graphics card is rust-bert, the only engine that runs there.
///
/// # Errors
/// The program does not have the engine, the engine does not run on the device, or there is no such device.
pub fn resolve(choice: EngineChoice, device: Device) -> Result<EngineChoice, UnavailableError> {
    let engine = match (choice, device) {
        (EngineChoice::Auto, Device::Cuda) => EngineChoice::RustBert,
        (EngineChoice::RustBert, _) | (_, Device::Cpu) => choice,
        (engine, Device::Cuda) => return Err(UnavailableError::CpuOnly { engine }),
    };
    if engine == EngineChoice::RustBert {
        check_rust_bert(device)?;
    }
    Ok(engine)
}

#[cfg(feature = "rust-bert")]
fn check_rust_bert(device: Device) -> Result<(), UnavailableError> {
    crate::rust_bert::torch_device(device).map(|_| ())
}

#[cfg(not(feature = "rust-bert"))]
fn check_rust_bert(device: Device) -> Result<(), UnavailableError> {
    let asked = match device {
        Device::Cpu => "the engine rust-bert",
        Device::Cuda => "the device cuda, which only the engine rust-bert uses",
    };
    Err(UnavailableError::NotBuilt { asked })
}

#[cfg(test)]
mod tests {
    use super::*;
    use plenary_corpus::Hint;

    #[test]
    fn engines_that_do_not_run_on_a_graphics_card_are_refused_there() {
        for engine in [EngineChoice::Encoder, EngineChoice::Rten, EngineChoice::Static] {
            assert_eq!(resolve(engine, Device::Cpu), Ok(engine));
            let error = resolve(engine, Device::Cuda).unwrap_err();
            assert_eq!(error, UnavailableError::CpuOnly { engine });
            assert_eq!(error.hint(), Some(Hint::UseEngine { engine: "rust-bert" }));
        }
        assert_eq!(resolve(EngineChoice::Auto, Device::Cpu), Ok(EngineChoice::Auto));
    }

    #[cfg(not(feature = "rust-bert"))]
    #[test]
    fn without_the_feature_the_error_names_the_feature() {
        for (choice, device) in [(EngineChoice::RustBert, Device::Cpu), (EngineChoice::Auto, Device::Cuda)] {
            let error = resolve(choice, device).unwrap_err();
            assert!(error.to_string().contains("docs/howto/rust-bert.md"), "{error}");
            assert_eq!(error.hint(), Some(Hint::BuildWithFeature { feature: "rust-bert" }));
        }
    }
}
