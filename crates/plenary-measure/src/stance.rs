//! Texts and propositions to stance.
//!
//! **Input:** texts, how close each is to each proposition ([`relevance`]), and the targets. **Output:** a label or the
//! reason why there is none, with probabilities. **Refused:** shapes that do not fit together, and options out of
//! range.
//!
//! Each text is the premise and each proposition the hypothesis of natural language inference (Yin, Hay & Roth 2019,
//! EMNLP): entailment counts as for the proposition, contradiction as against it. If the study gives a negation, it is
//! used as a hypothesis as well, and the two results are averaged with the sides exchanged for the negation.

use std::borrow::Cow;

use ndarray::{Array2, ArrayView2};

use super::embedding::cosines;
use crate::coder::{CodeError, Coder, Units};
use crate::context::premise;
use plenary_corpus::OptionError;
use plenary_corpus::findings::{
    AbstentionReason, CoderId, CoderKind, Coding, Codings, Evidence, Inference, Stance, StanceProbabilities, Target,
    Verdict,
};
use plenary_engine::{Calibration, EngineError, Input, Model, Task, Work, rows};
use serde::{Deserialize, Serialize};

/// How close each text is to each proposition: cosine of their unit vectors, negative values set to 0. `propositions`
/// has a row per target, `segments` a row per text; the result has the shape `[targets, texts]` and values in [0, 1].
pub fn relevance(propositions: ArrayView2<f32>, segments: ArrayView2<f32>) -> Result<Array2<f32>, EngineError> {
    Ok(cosines(propositions, segments)?.mapv_into(|cosine| cosine.max(0.0)))
}

/// When a coder gives no label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StanceOptions {
    /// Minimum relevance (cosine of segment and proposition, in [0, 1]) for a label; below it the reason is
    /// `off_topic`.
    pub relevance_floor: f32,
    /// Minimum of the largest probability for a label; below it the reason is `low_confidence`.
    pub confidence_floor: f32,
    /// What decides that a text takes no side.
    pub neither: NeitherRule,
}

/// What decides that a text takes no side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeitherRule {
    /// The model: a text takes no side if `neither` is the most probable of the three.
    Model,
    /// Relevance: a text with at least the minimum relevance takes the likelier side.
    Relevance,
}

impl Default for StanceOptions {
    fn default() -> Self {
        Self { relevance_floor: 0.15, confidence_floor: 0.4, neither: NeitherRule::Model }
    }
}

impl StanceOptions {
    /// Checks every option.
    ///
    /// # Errors
    /// [`OptionError`] names the first option that is out of range.
    pub fn check(&self) -> Result<(), OptionError> {
        for (place, value) in
            [("[stance] relevance_floor", self.relevance_floor), ("[stance] confidence_floor", self.confidence_floor)]
        {
            if !(0.0..=1.0).contains(&value) {
                return Err(OptionError::new(place, value, "a number from 0 to 1"));
            }
        }
        Ok(())
    }
}

/// An inference model as a coder.
pub struct InferenceCoder<'m> {
    id: CoderId,
    model: &'m Model,
    options: StanceOptions,
}

impl<'m> InferenceCoder<'m> {
    /// A coder that labels by the inference of `model`. Fails if the model is not for inference.
    ///
    /// # Errors
    /// As in its first sentence.
    pub fn new(id: Option<&str>, model: &'m Model, options: &StanceOptions) -> Result<Self, EngineError> {
        model.expect_task(Task::Inference)?;
        let id = CoderId { id: id.unwrap_or(&model.id).to_owned(), kind: CoderKind::Inference };
        Ok(Self { id, model, options: options.clone() })
    }
}

impl Coder for InferenceCoder<'_> {
    fn id(&self) -> &CoderId {
        &self.id
    }

    fn reads_context(&self) -> bool {
        self.model.stance.reads_context
    }

    fn n_passes(&self, n_texts: usize, targets: &[Target]) -> usize {
        n_texts * targets.iter().map(|target| 1 + usize::from(target.negation.is_some())).sum::<usize>()
    }

    /// Probabilities are given for every pair. The label is the most probable of favor, against and neither. There is
    /// no label if the relevance is below its threshold, or else if the largest probability is below its threshold or
    /// favor and against are equal. Reports the stage `inferring stance`, one unit per pass: texts x propositions and
    /// negations.
    fn code(&self, units: Units, targets: &[Target], work: Work) -> Result<Codings, CodeError> {
        let Units { texts, contexts, relevance, context_relevance, .. } = units;
        for (what, found) in [
            ("the relevance of texts to targets", relevance.dim()),
            ("the relevance of contexts to targets", context_relevance.dim()),
        ] {
            if found != (targets.len(), texts.len()) {
                return Err(CodeError::Engine(EngineError::Shape {
                    what,
                    expected: format!("{} x {}", targets.len(), texts.len()),
                    found: format!("{} x {}", found.0, found.1),
                }));
            }
        }
        if contexts.len() != texts.len() {
            return Err(CodeError::Engine(EngineError::Shape {
                what: "the contexts of texts",
                expected: texts.len().to_string(),
                found: contexts.len().to_string(),
            }));
        }
        let premises: Vec<Cow<str>> = texts
            .iter()
            .zip(contexts)
            .map(|(&text, context)| if self.reads_context() { premise(context, text).into() } else { text.into() })
            .collect();
        // Pass by pass: all texts with a proposition, then all with its negation, then the next target.
        let hypotheses = targets.iter().flat_map(|t| [Some(t.proposition.as_str()), t.negation.as_deref()]).flatten();
        let pairs: Vec<Input> =
            hypotheses.flat_map(|h| premises.iter().map(move |text| (text.as_ref(), Some(h)))).collect();
        let rows = rows("inferring stance", self.model, &pairs, work)?;

        let n = texts.len();
        let inference = |pass: usize, text: usize| {
            let row = &rows[pass * n + text];
            let [entailment, neutral, contradiction] = row.labels();
            (Inference { entailment, neutral, contradiction }, row.n_windows)
        };
        let mut of_target = Vec::with_capacity(targets.len());
        let mut pass = 0;
        for (at, target) in targets.iter().enumerate() {
            let codings = (0..n).map(|text| {
                let seen = self.reads_context() && !contexts[text].before.is_empty();
                let relevance =
                    Relevance { own: relevance[(at, text)], context: seen.then(|| context_relevance[(at, text)]) };
                let (proposition, n_windows) = inference(pass, text);
                let negation = target.negation.as_ref().map(|_| inference(pass + 1, text));
                let n_windows = negation.map_or(n_windows, |(_, n)| n.max(n_windows));
                let negation = negation.map(|(inference, _)| inference);
                decide(proposition, negation, relevance, n_windows, self.model.stance.calibration, &self.options)
            });
            of_target.push(codings.collect());
            pass += 1 + usize::from(target.negation.is_some());
        }
        Ok(Codings { coder: self.id.clone(), of_target })
    }
}

/// How close a text and what the model saw before it are to a proposition.
#[derive(Debug, Clone, Copy)]
struct Relevance {
    own: f32,
    /// `None` if the model saw nothing before the text.
    context: Option<f32>,
}

/// The inference of the proposition and that of the negation with the sides exchanged, averaged.
fn average(proposition: Inference, negation: Option<Inference>) -> StanceProbabilities {
    let Inference { entailment: favor, contradiction: against, neutral: neither } = proposition;
    match negation {
        None => StanceProbabilities { favor, against, neither },
        Some(negation) => StanceProbabilities {
            favor: (favor + negation.contradiction) / 2.0,
            against: (against + negation.entailment) / 2.0,
            neither: (neither + negation.neutral) / 2.0,
        },
    }
}

/// Softmax of (mean logits / temperature + (0, 0, bias)) in the order favor, against, neither. The mean is that of the logits of
/// the proposition and, with the sides exchanged, of the negation.
fn calibrated(proposition: Inference, negation: Option<Inference>, calibration: Calibration) -> StanceProbabilities {
    // Probabilities that were rounded to 0 would have an infinite logit.
    let logit = |probability: f32| f64::from(probability.max(1e-9)).ln();
    let mean = |of: f32, exchanged: Option<f32>| match exchanged {
        None => logit(of),
        Some(exchanged) => f64::midpoint(logit(of), logit(exchanged)),
    };
    let temperature = f64::from(calibration.temperature);
    let logits = [
        mean(proposition.entailment, negation.map(|n| n.contradiction)) / temperature,
        mean(proposition.contradiction, negation.map(|n| n.entailment)) / temperature,
        mean(proposition.neutral, negation.map(|n| n.neutral)) / temperature + f64::from(calibration.neither_bias),
    ];
    let largest = logits.into_iter().fold(f64::NEG_INFINITY, f64::max);
    let powers = logits.map(|logit| (logit - largest).exp());
    let [favor, against, neither] = powers.map(|power| (power / powers.iter().sum::<f64>()) as f32);
    StanceProbabilities { favor, against, neither }
}

/// Gives probabilities, and a label or the reason why there is none.
fn decide(
    proposition: Inference,
    negation: Option<Inference>,
    relevance: Relevance,
    n_windows: u32,
    calibration: Option<Calibration>,
    options: &StanceOptions,
) -> Coding {
    let probabilities = match calibration {
        None => average(proposition, negation),
        Some(calibration) => calibrated(proposition, negation, calibration),
    };
    let StanceProbabilities { favor, against, neither } = probabilities;
    let by_relevance = options.neither == NeitherRule::Relevance;
    // By relevance the sides are compared with each other only.
    let sides = favor + against;
    let (favor, against, neither) =
        if by_relevance { (favor / sides, against / sides, 0.0) } else { (favor, against, neither) };
    let largest = favor.max(against).max(neither);
    let verdict = if relevance.own.max(relevance.context.unwrap_or(0.0)) < options.relevance_floor {
        Verdict::Abstained(AbstentionReason::OffTopic)
    } else if largest < options.confidence_floor || (favor == against && favor == largest) {
        Verdict::Abstained(AbstentionReason::LowConfidence)
    } else if neither == largest {
        Verdict::Labelled(Stance::Neither)
    } else if favor == largest {
        Verdict::Labelled(Stance::Favor)
    } else {
        Verdict::Labelled(Stance::Against)
    };
    Coding {
        verdict,
        relevance: relevance.own,
        context_relevance: relevance.context,
        probabilities: Some(probabilities),
        evidence: Evidence::Inference { proposition, negation },
        n_windows,
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    const OPTIONS: StanceOptions =
        StanceOptions { relevance_floor: 0.2, confidence_floor: 0.5, neither: NeitherRule::Model };

    fn alone(own: f32) -> Relevance {
        Relevance { own, context: None }
    }

    fn inference(entailment: f32, neutral: f32, contradiction: f32) -> Inference {
        Inference { entailment, neutral, contradiction }
    }

    #[test]
    fn without_a_negation_the_sides_are_those_of_the_proposition() {
        let score = decide(inference(0.7, 0.2, 0.1), None, alone(0.5), 1, None, &OPTIONS);
        assert_eq!(score.probabilities, Some(StanceProbabilities { favor: 0.7, against: 0.1, neither: 0.2 }));
        assert_eq!(score.verdict, Verdict::Labelled(Stance::Favor));
    }

    #[test]
    fn a_negation_counts_with_its_sides_exchanged() {
        let score = decide(inference(0.75, 0.25, 0.0), Some(inference(0.5, 0.25, 0.25)), alone(0.5), 1, None, &OPTIONS);
        assert_eq!(score.probabilities, Some(StanceProbabilities { favor: 0.5, against: 0.25, neither: 0.25 }));
        assert_eq!(score.score(), Some(0.25));
    }

    #[test]
    fn no_label_off_the_topic_or_without_a_clear_side() {
        let off = decide(inference(0.9, 0.1, 0.0), None, alone(0.1), 1, None, &OPTIONS);
        assert_eq!(off.verdict, Verdict::Abstained(AbstentionReason::OffTopic));
        assert_eq!(off.probabilities.map(|sides| sides.favor), Some(0.9));
        let unsure = decide(inference(0.4, 0.3, 0.3), None, alone(0.5), 1, None, &OPTIONS);
        assert_eq!(unsure.verdict, Verdict::Abstained(AbstentionReason::LowConfidence));
        let torn = decide(inference(0.5, 0.0, 0.5), None, alone(0.5), 1, None, &OPTIONS);
        assert_eq!(torn.verdict, Verdict::Abstained(AbstentionReason::LowConfidence));
    }

    #[test]
    fn an_answer_is_on_the_topic_of_its_question() {
        let answer =
            |context| decide(inference(0.9, 0.1, 0.0), None, Relevance { own: 0.1, context }, 1, None, &OPTIONS);
        assert_eq!(answer(Some(0.5)).verdict, Verdict::Labelled(Stance::Favor));
        assert_eq!(answer(Some(0.1)).verdict, Verdict::Abstained(AbstentionReason::OffTopic));
    }

    #[test]
    fn calibration_divides_logits_and_shifts_neither() {
        let of = |neither_bias| {
            let calibration = Calibration { temperature: 2.0, neither_bias };
            calibrated(inference(0.6, 0.3, 0.1), Some(inference(0.1, 0.3, 0.6)), calibration)
        };
        // The roots of the probabilities are left.
        let roots = [0.6_f32.sqrt(), 0.1_f32.sqrt(), 0.3_f32.sqrt()];
        let (sum, sides) = (roots.iter().sum::<f32>(), of(0.0));
        for (found, root) in [sides.favor, sides.against, sides.neither].into_iter().zip(roots) {
            assert!((found - root / sum).abs() < 1e-6, "{sides:?}");
        }
        assert!(of(1.0).neither > sides.neither);
    }

    #[test]
    fn by_relevance_a_text_on_the_topic_has_the_likelier_side() {
        let options = StanceOptions { neither: NeitherRule::Relevance, ..OPTIONS };
        let of = |own, sides| decide(sides, None, alone(own), 1, None, &options).verdict;
        assert_eq!(of(0.5, inference(0.1, 0.7, 0.2)), Verdict::Labelled(Stance::Against));
        assert_eq!(of(0.1, inference(0.1, 0.1, 0.8)), Verdict::Abstained(AbstentionReason::OffTopic));
        assert_eq!(of(0.5, inference(0.25, 0.5, 0.25)), Verdict::Abstained(AbstentionReason::LowConfidence));
    }

    #[test]
    fn relevance_is_the_cosine_without_its_negative_part() {
        let propositions = array![[1.0, 0.0]];
        let segments = array![[0.6, 0.8], [-1.0, 0.0]];
        assert_eq!(relevance(propositions.view(), segments.view()).unwrap(), array![[0.6, 0.0]]);
        assert!(relevance(propositions.view(), array![[1.0]].view()).is_err());
    }
}
