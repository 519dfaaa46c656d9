//! The coders of a study, ready to code.
//!
//! **Input:** the study and the loaded models. **Output:** one [`Coder`] per section `[[coders]]`, in their order; the first is
//! the primary coder. **Refused:** a coder whose model or folder of answers cannot be used. **Left to others:** the codings.

use std::path::Path;
use std::sync::Arc;

use plenary_chat::{ChatCoder, ChatOptions};
use plenary_measure::coder::{CodeError, Coder};
use plenary_measure::stance::InferenceCoder;
use plenary_models::Models;

use super::chat::ChatStance;
use crate::learn::{HeadCoder, LearnedCoder};
use crate::study::{CoderOptions, Study};

/// The coders of a run.
#[derive(Default)]
pub(super) struct Coders<'r> {
    /// In the order of the study, the primary coder first; empty if the study has no targets.
    pub(super) all: Vec<Box<dyn Coder + 'r>>,
    /// Those that are language models behind an endpoint.
    pub(super) chats: Vec<Arc<ChatCoder>>,
}

/// The coders of the study. `max_cost` replaces the limit of every language model.
pub(super) fn coders<'r>(models: &'r Models, study: &'r Study, max_cost: Option<f64>) -> Result<Coders<'r>, CodeError> {
    let mut coders = Coders::default();
    let Some(model) = &models.stance else { return Ok(coders) };
    if study.coders.is_empty() {
        coders.all.push(Box::new(InferenceCoder::new(None, model, &study.stance)?));
    }
    for (at, options) in study.coders.iter().enumerate() {
        match options {
            CoderOptions::Inference { id } => {
                let id = (!id.is_empty()).then_some(id.as_str());
                coders.all.push(Box::new(InferenceCoder::new(id, model, &study.stance)?));
            }
            CoderOptions::Chat(options) => {
                let chat = Arc::new(chat(options, study, max_cost)?);
                coders.all.push(Box::new(ChatStance::new(Arc::clone(&chat))));
                coders.chats.push(chat);
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
                let coder = HeadCoder::new(id, learned, inference, is_preceded, models, &study.targets)?;
                coders.all.push(Box::new(coder));
            }
        }
    }
    Ok(coders)
}

fn chat(options: &ChatOptions, study: &Study, max_cost: Option<f64>) -> Result<ChatCoder, CodeError> {
    let mut options = options.clone();
    options.max_cost = max_cost.unwrap_or(options.max_cost);
    options.codebook = options.codebook.with_targets(&study.targets);
    let coder = options.name().to_owned();
    let base = study.folder.as_deref().unwrap_or(Path::new(""));
    ChatCoder::open(options, base).map_err(|error| CodeError::Coder { coder, problem: Box::new(error) })
}
