//! The coders of a study, ready to code.
//!
//! **Input:** the study and the loaded models. **Output:** one [`Coder`] per section `[[coders]]`, in their order; the first is
//! the primary coder. **Refused:** a coder whose model cannot be used. **Left to others:** the codings.

use std::path::Path;

use plenary_measure::coder::{CodeError, Coder};
use plenary_measure::stance::InferenceCoder;
use plenary_models::Models;

use crate::learn::{HeadCoder, LearnedCoder};
use crate::study::{CoderOptions, Study};

/// The coders of the study; none if the study has no targets.
pub(super) fn coders<'r>(models: &'r Models, study: &'r Study) -> Result<Vec<Box<dyn Coder + 'r>>, CodeError> {
    let Some(model) = &models.stance else { return Ok(Vec::new()) };
    if study.coders.is_empty() {
        return Ok(vec![Box::new(InferenceCoder::new(None, model, &study.stance)?)]);
    }
    let coder = |(at, options): (usize, &CoderOptions)| -> Result<Box<dyn Coder + 'r>, CodeError> {
        match options {
            CoderOptions::Inference { id } => {
                Ok(Box::new(InferenceCoder::new((!id.is_empty()).then_some(id.as_str()), model, &study.stance)?))
            }
            CoderOptions::Learned { folder, learned, .. } => {
                let id = options.id();
                let learned = match learned {
                    Some(learned) => LearnedCoder::clone(learned),
                    // The study was not read from a file.
                    None => LearnedCoder::load(Path::new(folder))
                        .map_err(|problem| CodeError::Coder { coder: id.to_owned(), problem: problem.into() })?,
                };
                let inference = InferenceCoder::new(None, model, &study.stance)?;
                let is_preceded =
                    study.coders[..at].iter().any(|earlier| matches!(earlier, CoderOptions::Inference { .. }));
                Ok(Box::new(HeadCoder::new(id, learned, inference, is_preceded, models, &study.targets)?))
            }
        }
    };
    study.coders.iter().enumerate().map(coder).collect()
}
