//! The options of a study that concern models: their ids, the engine and the device.

use serde::{Deserialize, Serialize};

use plenary_engine::{Device, EngineChoice};

/// In place of a model id: leaves the measure out.
pub const NO_MODEL: &str = "none";

/// Which models a study uses and what runs them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelOptions {
    /// Id of the model that embeds segments.
    pub embedding: String,
    /// Id of the model that scores sentiment; `none` leaves sentiment out.
    pub sentiment: String,
    /// Id of the inference model that scores stance.
    pub stance: String,
    /// What runs the models.
    pub engine: EngineChoice,
    /// What they run on.
    pub device: Device,
}

impl Default for ModelOptions {
    fn default() -> Self {
        Self {
            embedding: "all-minilm-l6-v2".into(),
            sentiment: "sentiment-minilm-l6".into(),
            stance: "nli-minilm-l6".into(),
            engine: EngineChoice::Auto,
            device: Device::Cpu,
        }
    }
}

/// A model option with a value that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("[models] {key}: found {found}; expected {expected}")]
pub struct BadModelOption {
    /// Name of the option.
    pub key: &'static str,
    /// The value, as a person would write it.
    pub found: String,
    /// The values that can be used.
    pub expected: &'static str,
}

impl ModelOptions {
    /// Whether sentiment is scored.
    pub fn scores_sentiment(&self) -> bool {
        self.sentiment != NO_MODEL
    }

    /// Checks that every id can be the name of a folder of a model. Whether there is such a model, and whether this
    /// program has the engine, is checked when the models are found.
    ///
    /// # Errors
    /// The first option that cannot be used.
    pub fn check(&self) -> Result<(), BadModelOption> {
        for (key, id) in [("embedding", &self.embedding), ("sentiment", &self.sentiment), ("stance", &self.stance)] {
            if !is_model_id(id) {
                let expected = "the name of a model's folder, without `/`, `\\`, `:` or a leading dot";
                return Err(BadModelOption { key, found: format!("\"{id}\""), expected });
            }
            if id == NO_MODEL && key == "embedding" {
                let expected = "the id of a model; embedding cannot be left out";
                return Err(BadModelOption { key, found: format!("\"{id}\""), expected });
            }
        }
        Ok(())
    }
}

/// Whether a text can be the id of a model: the name of a folder directly below the folder of models.
fn is_model_id(id: &str) -> bool {
    !id.is_empty() && !id.starts_with('.') && !id.contains(['/', '\\', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_valid_and_sentiment_can_be_left_out() {
        let options = ModelOptions::default();
        assert_eq!((options.check(), options.scores_sentiment()), (Ok(()), true));
        let without = ModelOptions { sentiment: NO_MODEL.into(), ..options };
        assert_eq!((without.check(), without.scores_sentiment()), (Ok(()), false));
    }

    #[test]
    fn ids_that_cannot_name_a_folder_are_refused_with_their_key() {
        for id in ["", ".hidden", "../elsewhere", "a\\b", "C:model"] {
            let error = ModelOptions { stance: id.into(), ..ModelOptions::default() }.check().unwrap_err();
            assert_eq!((error.key, error.found), ("stance", format!("\"{id}\"")));
        }
        let error = ModelOptions { embedding: NO_MODEL.into(), ..ModelOptions::default() }.check().unwrap_err();
        assert!(error.to_string().contains("embedding cannot be left out"), "{error}");
    }
}
