//! A language model behind an endpoint as a coder of stance, or of a variable of the researcher's own.
//!
//! **Input:** segments in their context, and targets. **Output:** codings whose evidence is the key of the answer in the folder of
//! answers. A unit without a usable answer is an abstention with its reason. **Refused:** see [`ChatError`]. **Left to others:**
//! asking and keeping answers (`plenary-chat`).

use std::sync::Arc;

use plenary_chat::{ChatCoder, ChatError, FailureReason, Outcome, Probabilities, Unit, UnitAnswer};
use plenary_corpus::findings::{
    AbstentionReason, CoderId, CoderKind, Coding, Codings, Evidence, Stance, StanceProbabilities, Target,
    VariableCoding, Verdict,
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
        let answers = ask(&self.chat, &asked, work)?;
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

/// What a language model says of every unit for a variable of the researcher's own, whose labels are the codes of its codebook.
pub(super) fn code_variable(chat: &ChatCoder, units: Units, work: Work) -> Result<Vec<VariableCoding>, CodeError> {
    let asked: Vec<Unit> = (0..units.texts.len()).map(|unit| unit_of(units, unit, None)).collect();
    let n_labels = chat.options().codebook.codes.len();
    let coding = |answer: UnitAnswer| {
        let (label, probabilities) = match answer.outcome {
            Outcome::Coded { code, probabilities } => (Ok(code), values(&probabilities).map(<[f32]>::to_vec)),
            Outcome::Failed(failure) => (Err(abstention(failure.reason)), None),
        };
        let probabilities = probabilities.filter(|values| values.len() == n_labels);
        VariableCoding { label, probabilities, rule: None, answer: Some(answer.key) }
    };
    Ok(ask(chat, &asked, work)?.into_iter().map(coding).collect())
}

fn ask(chat: &ChatCoder, units: &[Unit], work: Work) -> Result<Vec<UnitAnswer>, CodeError> {
    chat.code(units, work.progress).map_err(|error| match error {
        ChatError::Stopped(stopped) => CodeError::Engine(EngineError::Stopped(stopped)),
        error => CodeError::Coder { coder: chat.options().name().to_owned(), problem: Box::new(error) },
    })
}

/// The units that are asked for towards a target, which is at this position.
fn units_of(units: Units, at: usize, target: &Target) -> Vec<Unit> {
    let asked = (0..units.texts.len()).filter(|unit| units.is_asked(at, *unit));
    asked.map(|unit| unit_of(units, unit, Some(target))).collect()
}

/// A unit, with the proposition of the target towards which it is coded.
fn unit_of(units: Units, unit: usize, target: Option<&Target>) -> Unit {
    let id = units.ids[unit];
    let before = units.contexts[unit].lines();
    Unit {
        id: id.to_owned(),
        group: ids::document_of(id).to_owned(),
        text: units.texts[unit].to_owned(),
        before: before.map(|lines| lines.lines().map(str::to_owned).collect()).unwrap_or_default(),
        proposition: target.map(|target| target.proposition.clone()),
        negation: target.and_then(|target| target.negation.clone()),
    }
}

fn coding(answer: UnitAnswer, relevance: f32, context_relevance: Option<f32>) -> Coding {
    let (verdict, probabilities) = match answer.outcome {
        Outcome::Coded { code, probabilities } => (Verdict::Labelled(Stance::ALL[code]), sides(&probabilities)),
        Outcome::Failed(failure) => (Verdict::Abstained(abstention(failure.reason)), None),
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

fn abstention(reason: FailureReason) -> AbstentionReason {
    match reason {
        FailureReason::NoMajority => AbstentionReason::NoMajority,
        reason if reason.is_of_endpoint() => AbstentionReason::NoAnswer,
        _ => AbstentionReason::InvalidAnswer,
    }
}

fn sides(probabilities: &Probabilities) -> Option<StanceProbabilities> {
    match *values(probabilities)? {
        [favor, against, neither] => Some(StanceProbabilities { favor, against, neither }),
        _ => None,
    }
}

/// The probabilities of the codes, in the order of the codebook.
fn values(probabilities: &Probabilities) -> Option<&[f32]> {
    match probabilities {
        Probabilities::OfTokens(values) | Probabilities::OfRepeats(values) => Some(values),
        Probabilities::NotOffered => None,
    }
}
