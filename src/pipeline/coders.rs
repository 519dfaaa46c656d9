//! The coders of a study, ready to code.
//!
//! **Input:** the study and the loaded models. **Output:** one [`Coder`] per section `[[coders]]`, in their order; the first is
//! the primary coder. **Refused:** a coder whose model cannot be used. **Left to others:** the codings.

use plenary_engine::EngineError;
use plenary_measure::coder::Coder;
use plenary_measure::stance::InferenceCoder;
use plenary_models::Models;

use crate::study::{CoderOptions, Study};

/// The coders of the study; none if the study has no targets.
pub(super) fn coders<'r>(models: &'r Models, study: &'r Study) -> Result<Vec<Box<dyn Coder + 'r>>, EngineError> {
    let Some(model) = &models.stance else { return Ok(Vec::new()) };
    if study.coders.is_empty() {
        return Ok(vec![Box::new(InferenceCoder::new(None, model, &study.stance)?)]);
    }
    let coder = |options: &CoderOptions| -> Result<Box<dyn Coder + 'r>, EngineError> {
        match options {
            CoderOptions::Inference { id } => {
                Ok(Box::new(InferenceCoder::new((!id.is_empty()).then_some(id.as_str()), model, &study.stance)?))
            }
        }
    };
    study.coders.iter().map(coder).collect()
}
