//! The coders of the researcher's own variables.
//!
//! **Input:** a section `[[codes]]`, the models of the run, and segments with everything that was measured of them. **Output:** a
//! [`VariableCoding`] per segment, which does not depend on the other segments unless a language model sees several in one call. **Refused:**
//! learned coders of other models. **Left to others:** whether a learned coder is one of the variable (`study`), how codings are stored.

use std::path::Path;
use std::sync::Arc;

use plenary_chat::ChatCoder;
use plenary_corpus::findings::{CoderId, CoderKind, VariableCoding, VariableCodings};
use plenary_engine::Work;
use plenary_measure::coder::{CodeError, Units};
use plenary_measure::head::unit::Unit;
use plenary_models::Models;

use super::chat;
use crate::learn::{LearnedCoder, LeftOut, OfHead};
use crate::study::{CodeOptions, CoderOptions};

/// The coder of a variable.
pub(super) struct CodeCoder {
    id: CoderId,
    source: Source,
}

enum Source {
    /// A head that was learned from hand codes, and the place of each of its classes among the labels.
    Learned {
        of: Box<OfHead>,
        left_out: LeftOut,
        places: Vec<usize>,
    },
    Chat(Arc<ChatCoder>),
}

impl CodeCoder {
    pub(super) fn learned(code: &CodeOptions, learned: &LearnedCoder, models: &Models) -> Result<Self, CodeError> {
        let id = code.coder.id();
        let wrong = |problem: String| CodeError::Coder { coder: id.to_owned(), problem: problem.into() };
        learned.check_models(models).map_err(wrong)?;
        let of = learned.head_of(None).ok_or_else(|| wrong("it has no head".into()))?;
        // A coder whose classes are not the labels is refused when the study is read.
        let place = |class: &String| code.labels.iter().position(|label| label == class);
        let places: Option<Vec<usize>> = of.head.classes.iter().map(place).collect();
        let places = places.ok_or_else(|| wrong("it has other classes than the variable has labels".into()))?;
        let id = CoderId { id: id.to_owned(), kind: CoderKind::Learned };
        Ok(Self { id, source: Source::Learned { of: Box::new(of.clone()), left_out: LeftOut::of(learned), places } })
    }

    pub(super) fn chat(chat: Arc<ChatCoder>) -> Self {
        let id = CoderId { id: chat.options().name().to_owned(), kind: CoderKind::Chat };
        Self { id, source: Source::Chat(chat) }
    }

    /// Whether the coder sees what was said before a segment.
    pub(super) fn reads_context(&self) -> bool {
        matches!(self.source, Source::Chat(_))
    }

    /// Whether the coder needs [`Units::turns`].
    pub(super) fn reads_turns(&self) -> bool {
        matches!(self.source, Source::Learned { .. })
    }

    /// Largest number of model passes that [`CodeCoder::code`] reports for `n_texts` texts.
    pub(super) fn n_passes(&self, n_texts: usize) -> usize {
        match &self.source {
            Source::Learned { .. } => 0,
            Source::Chat(chat) => n_texts * chat.options().repeat as usize,
        }
    }

    pub(super) fn code(&self, units: Units, work: Work) -> Result<VariableCodings, CodeError> {
        let of_texts = match &self.source {
            Source::Chat(chat) => chat::code_variable(chat, units, work)?,
            Source::Learned { of, left_out, places } => {
                let vectors = units.vectors.as_standard_layout();
                let of_text = |text: usize| {
                    let unit = Unit {
                        vector: vectors.row(text).to_slice().unwrap_or_default(),
                        turn: units.turns.get(text).and_then(Option::as_deref),
                        sentiment: units.sentiment.map(|sentiment| {
                            let score = &sentiment.scores[text];
                            [score.negative, score.neutral, score.positive]
                        }),
                        inference: None,
                        proposition: None,
                    };
                    let (prediction, rule) = left_out
                        .predict(of, None, units.texts[text], &unit)
                        .map_err(|error| CodeError::Coder { coder: self.id.id.clone(), problem: Box::new(error) })?;
                    let mut probabilities = vec![0.0; places.len()];
                    for (place, probability) in places.iter().zip(&prediction.probabilities) {
                        probabilities[*place] = *probability as f32;
                    }
                    let label = Ok(places[prediction.label]);
                    Ok(VariableCoding { label, probabilities: Some(probabilities), rule, answer: None })
                };
                (0..units.texts.len()).map(of_text).collect::<Result<_, CodeError>>()?
            }
        };
        Ok(VariableCodings { coder: self.id.clone(), of_texts })
    }
}

/// The learned coder of a section of the study, read from its folder if the study was not read from a file.
pub(super) fn read_learned(options: &CoderOptions, folder: &str) -> Result<LearnedCoder, CodeError> {
    match options.learned() {
        Some(learned) => Ok(learned.clone()),
        None => LearnedCoder::load(Path::new(folder))
            .map_err(|problem| CodeError::Coder { coder: options.id().to_owned(), problem: problem.into() }),
    }
}
