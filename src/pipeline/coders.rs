//! The coders of a study, ready to code.
//!
//! **Input:** the study and the loaded models. **Output:** one [`Coder`] per section `[[coders]]`, in their order; the first is
//! the primary coder. One [`CodeCoder`] per section `[[codes]]`. **Refused:** a coder whose model or folder of answers cannot be used. **Left to others:** the codings.

use std::path::Path;
use std::sync::Arc;

use plenary_chat::{ChatCoder, ChatOptions};
use plenary_corpus::OnlyWhere;
use plenary_measure::coder::{CodeError, Coder};
use plenary_measure::drift::InputReference;
use plenary_measure::stance::InferenceCoder;
use plenary_models::Models;

use super::chat::ChatStance;
use super::codes::{CodeCoder, read_learned};
use crate::learn::HeadCoder;
use crate::study::{CoderOptions, StanceOptions, Study};

/// The coders of a run.
#[derive(Default)]
pub(super) struct Coders<'r> {
    /// Those of stance, in the order of the study, the primary coder first; empty if the study has no targets.
    pub(super) all: Vec<StudyCoder<'r>>,
    /// Those of the researcher's own variables, in the order of the study.
    pub(super) of_codes: Vec<CodeCoder>,
    /// Those that are language models behind an endpoint, with their names for people.
    pub(super) chats: Vec<(String, Arc<ChatCoder>)>,
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
    for code in &study.codes {
        coders.of_codes.push(match &code.coder {
            CoderOptions::Chat(options) => {
                let chat = Arc::new(open_chat(code.chat(options), study, max_cost)?);
                coders.chats.push((format!("{} ({})", options.name(), code.id), Arc::clone(&chat)));
                CodeCoder::chat(chat)
            }
            CoderOptions::Learned { folder, .. } => {
                let learned = read_learned(&code.coder, folder)?;
                let inputs = learned.inputs.clone();
                coders.references.extend(inputs.map(|inputs| (code.coder.id().to_owned(), inputs)));
                CodeCoder::learned(code, &learned, models)?
            }
            // Refused when the study is read.
            CoderOptions::Inference { id, .. } => {
                let problem = format!("it codes stance, but not `{}`", code.id);
                return Err(CodeError::Coder { coder: id.clone(), problem: problem.into() });
            }
        });
    }
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
                let codebook = options.codebook.with_targets(&study.targets);
                let options = ChatOptions { codebook, ..ChatOptions::clone(options) };
                let chat = Arc::new(open_chat(options, study, max_cost)?);
                coders.chats.push((chat.options().name().to_owned(), Arc::clone(&chat)));
                Box::new(ChatStance::new(chat))
            }
            CoderOptions::Learned { folder, .. } => {
                let id = options.id();
                let learned = read_learned(options, folder)?;
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

fn open_chat(mut options: ChatOptions, study: &Study, max_cost: Option<f64>) -> Result<ChatCoder, CodeError> {
    options.max_cost = max_cost.unwrap_or(options.max_cost);
    let coder = options.name().to_owned();
    let base = study.folder.as_deref().unwrap_or(Path::new(""));
    ChatCoder::open(options, base).map_err(|error| CodeError::Coder { coder, problem: Box::new(error) })
}
