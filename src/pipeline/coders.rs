//! The coders of a study, ready to code.
//!
//! **Input:** the study and the loaded models. **Output:** one [`Coder`] per section `[[coders]]`, in their order; the first is
//! the primary coder. **Refused:** a coder whose model or folder of answers cannot be used. **Left to others:** the codings.

use std::path::Path;
use std::sync::Arc;

use plenary_chat::{ChatCoder, ChatOptions};
use plenary_corpus::OnlyWhere;
use plenary_measure::coder::{CodeError, Coder};
use plenary_measure::drift::InputReference;
use plenary_measure::stance::InferenceCoder;
use plenary_models::Models;

use super::chat::ChatStance;
use crate::learn::{HeadCoder, LearnedCoder};
use crate::study::{CoderOptions, StanceOptions, Study};

/// The coders of a run.
#[derive(Default)]
pub(super) struct Coders<'r> {
    /// In the order of the study, the primary coder first; empty if the study has no targets.
    pub(super) all: Vec<StudyCoder<'r>>,
    /// Those that are language models behind an endpoint.
    pub(super) chats: Vec<Arc<ChatCoder>>,
    /// What learned coders keep of the texts from which they were learned, with their ids.
    pub(super) references: Vec<(String, InputReference)>,
}

/// A coder, and for which units it is asked.
pub(super) struct StudyCoder<'r> {
    pub(super) coder: Box<dyn Coder + 'r>,
    /// `None` if it is asked for all units.
    pub(super) only_where: Option<OnlyWhere>,
}

/// The coders of the study. `max_cost` replaces the limit of every language model.
pub(super) fn coders<'r>(models: &'r Models, study: &'r Study, max_cost: Option<f64>) -> Result<Coders<'r>, CodeError> {
    let mut coders = Coders::default();
    if study.targets.is_empty() {
        return Ok(coders);
    }
    let inference = |id: Option<&str>, options: &StanceOptions| match &models.stance {
        Some(model) => Ok(InferenceCoder::new(id, model, options)?),
        // The models of a run are found for its study.
        None => Err(CodeError::Coder {
            coder: id.unwrap_or(&study.models.stance).to_owned(),
            problem: "the inference model is not loaded".into(),
        }),
    };
    if study.coders.is_empty() {
        coders.all.push(StudyCoder { coder: Box::new(inference(None, &study.stance)?), only_where: None });
    }
    for options in &study.coders {
        let coder: Box<dyn Coder + 'r> = match options {
            CoderOptions::Inference { id, .. } => {
                Box::new(inference((!id.is_empty()).then_some(id.as_str()), &study.stance)?)
            }
            CoderOptions::Chat(options) => {
                let chat = Arc::new(chat(options, study, max_cost)?);
                coders.chats.push(Arc::clone(&chat));
                Box::new(ChatStance::new(chat))
            }
            CoderOptions::Learned { folder, learned, .. } => {
                let id = options.id();
                let learned = match learned {
                    Some(learned) => LearnedCoder::clone(learned),
                    // The study was not read from a file.
                    None => LearnedCoder::load(Path::new(folder))
                        .map_err(|problem| CodeError::Coder { coder: id.to_owned(), problem: problem.into() })?,
                };
                coders.references.extend(learned.inputs.clone().map(|inputs| (id.to_owned(), inputs)));
                let options = StanceOptions { infer_off_topic: true, ..study.stance.clone() };
                let inference = inference(None, &options)?;
                Box::new(HeadCoder::new(id, learned, inference, models, &study.targets)?)
            }
        };
        coders.all.push(StudyCoder { coder, only_where: options.only_where().cloned() });
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
