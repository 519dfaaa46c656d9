//! The options of a study that concern models: their ids, the engine and the device.
//!
//! **Input**: the section `[models]` of a study. **Output**: options with defaults. **Refused**, by `check`: ids that
//! cannot be the name of a folder. Finding the models is left to `folder`.

use serde::{Deserialize, Serialize};

use plenary_corpus::OptionError;
use plenary_engine::{Device, EngineChoice};

use crate::id::{ID_RULE, check_id};

/// Used in place of a model id: leaves the measure out.
pub const NO_MODEL: &str = "none";

/// Which models a study uses, and on which engine and device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelOptions {
    /// Id of the model that embeds segments.
    pub embedding: String,
    /// Id of the model that scores sentiment; `none` leaves sentiment out.
    pub sentiment: String,
    /// Id of the inference model that scores stance.
    pub stance: String,
    /// The engine that runs the models.
    pub engine: EngineChoice,
    /// The device on which they run.
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
    pub fn check(&self) -> Result<(), OptionError> {
        for (key, id) in [("embedding", &self.embedding), ("sentiment", &self.sentiment), ("stance", &self.stance)] {
            let wrong =
                |expected: &str| Err(OptionError::new(format!("[models] {key}"), format!("\"{id}\""), expected));
            if check_id(id).is_err() {
                return wrong(ID_RULE);
            }
            if id == NO_MODEL && key == "embedding" {
                return wrong("the id of a model; embedding cannot be left out");
            }
        }
        Ok(())
    }
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
            assert_eq!((error.place.as_str(), error.found), ("[models] stance", format!("\"{id}\"")));
        }
        let error = ModelOptions { embedding: NO_MODEL.into(), ..ModelOptions::default() }.check().unwrap_err();
        assert!(error.to_string().contains("embedding cannot be left out"), "{error}");
    }
}
