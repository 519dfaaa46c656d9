//! A language model behind an endpoint as a coder of stance.
//!
//! **Input:** segments in their context, and targets. **Output:** codings whose evidence is the key of the answer in the folder of
//! answers. A unit without a usable answer is an abstention with its reason. **Refused:** see [`ChatError`]. **Left to others:**
//! asking and keeping answers (`plenary-chat`).

use std::sync::Arc;

use plenary_chat::{ChatCoder, ChatError, FailureReason, Outcome, Probabilities, Unit, UnitAnswer};
use plenary_corpus::Context;
use plenary_corpus::findings::{
    AbstentionReason, CoderId, CoderKind, Coding, Codings, Evidence, Stance, StanceProbabilities, Target, Verdict,
};
use plenary_corpus::ids;
use plenary_engine::{EngineError, Work};
use plenary_measure::coder::{CodeError, Coder, Units};

/// A language model behind an endpoint.
pub(super) struct ChatStance {
    id: CoderId,
    chat: Arc<ChatCoder>,
}

impl ChatStance {
    /// A coder of stance; the study checks that the codes of its codebook are [`Stance::ALL`].
    pub(super) fn new(chat: Arc<ChatCoder>) -> Self {
        Self { id: CoderId { id: chat.options().name().to_owned(), kind: CoderKind::Chat }, chat }
    }
}

impl Coder for ChatStance {
    fn id(&self) -> &CoderId {
        &self.id
    }

    fn reads_context(&self) -> bool {
        true
    }

    fn n_passes(&self, n_texts: usize, targets: &[Target]) -> usize {
        n_texts * targets.len() * self.chat.options().repeat as usize
    }

    /// The verdict on a unit does not depend on others if a call holds one unit; otherwise the model sees the units of the call
    /// together.
    fn code(&self, units: Units, targets: &[Target], work: Work) -> Result<Codings, CodeError> {
        let asked: Vec<Unit> =
            targets.iter().enumerate().flat_map(|(at, target)| units_of(units, at, target)).collect();
        let answers = self.chat.code(&asked, work.progress).map_err(|error| match error {
            ChatError::Stopped(stopped) => CodeError::Engine(EngineError::Stopped(stopped)),
            error => CodeError::Coder { coder: self.id.id.clone(), problem: Box::new(error) },
        })?;
        let n = units.texts.len();
        let mut answers = answers.into_iter();
        let of_target = |target: usize| {
            let of_unit = |unit: usize| {
                let relevance = units.relevance[(target, unit)];
                let seen = !units.contexts[unit].before.is_empty();
                let context = seen.then(|| units.context_relevance[(target, unit)]);
                // The language model returns an answer for each unit that it is asked for.
                let answer = if units.is_asked(target, unit) { answers.next() } else { None };
                answer.map_or_else(|| Coding::not_asked(relevance), |answer| coding(answer, relevance, context))
            };
            (0..n).map(of_unit).collect()
        };
        Ok(Codings { coder: self.id.clone(), follows: None, of_target: (0..targets.len()).map(of_target).collect() })
    }
}

/// The units that are asked for towards a target, which is at this position.
fn units_of(units: Units, at: usize, target: &Target) -> Vec<Unit> {
    let before =
        |context: &Context| context.lines().map(|lines| lines.lines().map(str::to_owned).collect()).unwrap_or_default();
    let of_text = |((id, text), context): ((&&str, &&str), &Context)| Unit {
        id: (*id).to_owned(),
        group: ids::document_of(id).to_owned(),
        text: (*text).to_owned(),
        before: before(context),
        proposition: Some(target.proposition.clone()),
        negation: target.negation.clone(),
    };
    let all = units.ids.iter().zip(units.texts).zip(units.contexts).enumerate();
    all.filter(|(unit, _)| units.is_asked(at, *unit)).map(|(_, text)| of_text(text)).collect()
}

fn coding(answer: UnitAnswer, relevance: f32, context_relevance: Option<f32>) -> Coding {
    let (verdict, probabilities) = match answer.outcome {
        Outcome::Coded { code, probabilities } => (Verdict::Labelled(Stance::ALL[code]), sides(&probabilities)),
        Outcome::Failed(failure) => {
            let reason = match failure.reason {
                FailureReason::NoMajority => AbstentionReason::NoMajority,
                reason if reason.is_of_endpoint() => AbstentionReason::NoAnswer,
                _ => AbstentionReason::InvalidAnswer,
            };
            (Verdict::Abstained(reason), None)
        }
    };
    Coding {
        verdict,
        relevance,
        context_relevance,
        probabilities,
        rule: None,
        evidence: Evidence::Answer { key: answer.key },
        n_windows: 1,
    }
}

fn sides(probabilities: &Probabilities) -> Option<StanceProbabilities> {
    match probabilities {
        Probabilities::OfTokens(values) | Probabilities::OfRepeats(values) => match values[..] {
            [favor, against, neither] => Some(StanceProbabilities { favor, against, neither }),
            _ => None,
        },
        Probabilities::NotOffered => None,
    }
}
