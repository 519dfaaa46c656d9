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
    AbstentionReason, CoderId, CoderKind, Coding, Codings, Evidence, Inference, Rule, Stance, StanceProbabilities,
    Target, Verdict,
};
use plenary_engine::{Calibration, EngineError, Input, Model, Task, Work, rows};
use serde::{Deserialize, Serialize};

/// Share of the questions without a negation, by somebody who conducts a meeting or asks, that people code as neither: 115 of 119 in
/// conversations for training.
pub const QUESTIONS_WITHOUT_SIDE: f32 = 0.97;

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
    /// Share of the texts that take no side towards a target that does not state its own, as far as the researcher knows it, in (0, 1);
    /// `None` for the threshold of the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neither_share: Option<f64>,
    /// A file with codes of people, from which the thresholds of `neither` are fitted; empty for none.
    pub coded: String,
    /// Whether the model also reads texts that are off the topic. They have no label in either case; if they are read, they have
    /// probabilities.
    pub infer_off_topic: bool,
    /// Whether questions without a negation by somebody who conducts the meeting or asks the questions take no side.
    pub neutral_questions: bool,
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
        Self {
            relevance_floor: 0.15,
            confidence_floor: 0.4,
            neither: NeitherRule::Model,
            neither_share: None,
            coded: String::new(),
            infer_off_topic: false,
            neutral_questions: true,
        }
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
        if let Some(share) = self.neither_share.filter(|share| !(*share > 0.0 && *share < 1.0)) {
            return Err(OptionError::new("[stance] neither_share", share, "a share between 0 and 1"));
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

    /// Texts off the topic are not read, and have no probabilities, unless [`StanceOptions::infer_off_topic`]. The label is the most probable of favor, against and neither. There is
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
        let n = texts.len();
        let relevance_of = |target: usize, text: usize| {
            let seen = self.reads_context() && !contexts[text].before.is_empty();
            Relevance { own: relevance[(target, text)], context: seen.then(|| context_relevance[(target, text)]) }
        };
        let is_read = |target: usize, text: usize| {
            let off_topic = relevance_of(target, text).is_off_topic(&self.options);
            units.is_asked(target, text) && (self.options.infer_off_topic || !off_topic)
        };
        let read: Vec<Vec<usize>> =
            (0..targets.len()).map(|target| (0..n).filter(|text| is_read(target, *text)).collect()).collect();
        let asked: Vec<(&str, &Target)> = targets
            .iter()
            .zip(&read)
            .flat_map(|(target, read)| read.iter().map(|&text| (premises[text].as_ref(), target)).collect::<Vec<_>>())
            .collect();
        let mut inferred = infer(self.model, &asked, work)?.into_iter();
        let mut of_target = Vec::with_capacity(targets.len());
        for (at, read) in read.iter().enumerate() {
            let mut read = read.iter().copied().peekable();
            let codings = (0..n).map(|text| {
                if !units.is_asked(at, text) {
                    return Coding::not_asked(relevance[(at, text)]);
                }
                let relevance = relevance_of(at, text);
                let inferred = read.next_if_eq(&text).and_then(|_| inferred.next());
                let Some(Inferred { proposition, negation, n_windows }) = inferred else {
                    return unread(relevance);
                };
                let rule = (self.options.neutral_questions && units.questions.get(text) == Some(&true))
                    .then_some(Rule::Question);
                let of_model = probabilities(proposition, negation, self.model.stance.calibration);
                let (verdict, probabilities) = decide(of_model, rule, relevance, &self.options);
                Coding {
                    verdict,
                    relevance: relevance.own,
                    context_relevance: relevance.context,
                    probabilities: Some(probabilities),
                    rule,
                    evidence: Evidence::Inference { proposition, negation },
                    n_windows,
                }
            });
            of_target.push(codings.collect());
        }
        Ok(Codings { coder: self.id.clone(), follows: None, of_target })
    }
}

/// What a model infers from a premise for a target.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Inferred {
    /// The proposition as hypothesis.
    pub proposition: Inference,
    /// The negation as hypothesis; `None` if the target has none.
    pub negation: Option<Inference>,
    /// Number of windows in which the model read the premise: 1 if it fits.
    pub n_windows: u32,
}

/// The inferences of premises for targets, in their order. Reports the stage `inferring stance`, one unit per pass: a premise with a
/// proposition or a negation.
///
/// # Errors
/// If a pass fails, or the user stops the work.
pub fn infer(model: &Model, asked: &[(&str, &Target)], work: Work) -> Result<Vec<Inferred>, EngineError> {
    // All with their propositions, and then all with their negations.
    let propositions = asked.iter().map(|(premise, target)| (*premise, Some(target.proposition.as_str())));
    let negations = asked.iter().filter_map(|(premise, target)| Some((*premise, Some(target.negation.as_deref()?))));
    let pairs: Vec<Input> = propositions.chain(negations).collect();
    let rows = rows("inferring stance", model, &pairs, work)?;
    let inference = |row: usize| {
        let [entailment, neutral, contradiction] = rows[row].labels();
        Inference { entailment, neutral, contradiction }
    };
    let mut next_negation = asked.len()..;
    let inferred = asked.iter().enumerate().map(|(row, (_, target))| {
        let negation = target.negation.as_ref().and_then(|_| next_negation.next());
        Inferred {
            proposition: inference(row),
            negation: negation.map(inference),
            n_windows: negation.map_or(0, |negation| rows[negation].n_windows).max(rows[row].n_windows),
        }
    });
    Ok(inferred.collect())
}

/// How close a text and what the model saw before it are to a proposition; see [`relevance`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Relevance {
    /// That of the text, in [0, 1].
    pub own: f32,
    /// The largest of the sentences before it; `None` if the model saw nothing before the text.
    pub context: Option<f32>,
}

impl Relevance {
    fn is_off_topic(self, options: &StanceOptions) -> bool {
        self.own.max(self.context.unwrap_or(0.0)) < options.relevance_floor
    }
}

/// The coding of a text off the topic that the model did not read.
fn unread(relevance: Relevance) -> Coding {
    Coding {
        verdict: Verdict::Abstained(AbstentionReason::OffTopic),
        context_relevance: relevance.context,
        ..Coding::not_asked(relevance.own)
    }
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

/// The probabilities that follow from the inferences.
fn probabilities(
    proposition: Inference,
    negation: Option<Inference>,
    calibration: Option<Calibration>,
) -> StanceProbabilities {
    match calibration {
        None => average(proposition, negation),
        Some(calibration) => calibrated(proposition, negation, calibration),
    }
}

/// The probabilities of a text that takes no side by a rule. The sides keep their ratio.
fn by_rule(of_model: StanceProbabilities) -> StanceProbabilities {
    let neither = of_model.neither.max(QUESTIONS_WITHOUT_SIDE);
    let sides = of_model.favor + of_model.against;
    let part = |side: f32| if sides > 0.0 { (1.0 - neither) * side / sides } else { (1.0 - neither) / 2.0 };
    StanceProbabilities { favor: part(of_model.favor), against: part(of_model.against), neither }
}

/// A label or the reason why there is none, and the probabilities after the rule.
fn decide(
    of_model: StanceProbabilities,
    rule: Option<Rule>,
    relevance: Relevance,
    options: &StanceOptions,
) -> (Verdict, StanceProbabilities) {
    let probabilities = match rule {
        Some(Rule::Question) => by_rule(of_model),
        Some(Rule::LeftOut) | None => of_model,
    };
    (verdict(probabilities, rule, relevance, options), probabilities)
}

/// The label that follows from the probabilities of a coding, which a rule may have changed, or the reason why there is none. With the
/// options of the coding it is that of the coding.
pub fn verdict(
    probabilities: StanceProbabilities,
    rule: Option<Rule>,
    relevance: Relevance,
    options: &StanceOptions,
) -> Verdict {
    let StanceProbabilities { favor, against, neither } = probabilities;
    let by_relevance = options.neither == NeitherRule::Relevance && rule.is_none();
    // By relevance the sides are compared with each other only.
    let sides = favor + against;
    let (favor, against, neither) =
        if by_relevance { (favor / sides, against / sides, 0.0) } else { (favor, against, neither) };
    let largest = favor.max(against).max(neither);
    if relevance.is_off_topic(options) {
        Verdict::Abstained(AbstentionReason::OffTopic)
    } else if largest < options.confidence_floor || (favor == against && favor == largest) {
        Verdict::Abstained(AbstentionReason::LowConfidence)
    } else if neither == largest {
        Verdict::Labelled(Stance::Neither)
    } else if favor == largest {
        Verdict::Labelled(Stance::Favor)
    } else {
        Verdict::Labelled(Stance::Against)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    const OPTIONS: StanceOptions = StanceOptions {
        relevance_floor: 0.2,
        confidence_floor: 0.5,
        neither: NeitherRule::Model,
        neither_share: None,
        coded: String::new(),
        infer_off_topic: true,
        neutral_questions: true,
    };

    fn alone(own: f32) -> Relevance {
        Relevance { own, context: None }
    }

    fn verdict_of(
        proposition: Inference,
        negation: Option<Inference>,
        relevance: Relevance,
        options: &StanceOptions,
    ) -> Verdict {
        decide(probabilities(proposition, negation, None), None, relevance, options).0
    }

    fn inference(entailment: f32, neutral: f32, contradiction: f32) -> Inference {
        Inference { entailment, neutral, contradiction }
    }

    #[test]
    fn without_a_negation_the_sides_are_those_of_the_proposition() {
        let sides = probabilities(inference(0.7, 0.2, 0.1), None, None);
        assert_eq!(sides, StanceProbabilities { favor: 0.7, against: 0.1, neither: 0.2 });
        assert_eq!(decide(sides, None, alone(0.5), &OPTIONS), (Verdict::Labelled(Stance::Favor), sides));
    }

    #[test]
    fn a_negation_counts_with_its_sides_exchanged() {
        let sides = probabilities(inference(0.75, 0.25, 0.0), Some(inference(0.5, 0.25, 0.25)), None);
        assert_eq!(sides, StanceProbabilities { favor: 0.5, against: 0.25, neither: 0.25 });
        assert_eq!(sides.score(), 0.25);
    }

    #[test]
    fn no_label_off_the_topic_or_without_a_clear_side() {
        let of = |numbers, own| verdict_of(numbers, None, alone(own), &OPTIONS);
        assert_eq!(of(inference(0.9, 0.1, 0.0), 0.1), Verdict::Abstained(AbstentionReason::OffTopic));
        assert_eq!(of(inference(0.4, 0.3, 0.3), 0.5), Verdict::Abstained(AbstentionReason::LowConfidence));
        assert_eq!(of(inference(0.5, 0.0, 0.5), 0.5), Verdict::Abstained(AbstentionReason::LowConfidence));
    }

    #[test]
    fn an_answer_is_on_the_topic_of_its_question() {
        let answer = |context| verdict_of(inference(0.9, 0.1, 0.0), None, Relevance { own: 0.1, context }, &OPTIONS);
        assert_eq!(answer(Some(0.5)), Verdict::Labelled(Stance::Favor));
        assert_eq!(answer(Some(0.1)), Verdict::Abstained(AbstentionReason::OffTopic));
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
        let of = |own, sides| verdict_of(sides, None, alone(own), &options);
        assert_eq!(of(0.5, inference(0.1, 0.7, 0.2)), Verdict::Labelled(Stance::Against));
        assert_eq!(of(0.1, inference(0.1, 0.1, 0.8)), Verdict::Abstained(AbstentionReason::OffTopic));
        assert_eq!(of(0.5, inference(0.25, 0.5, 0.25)), Verdict::Abstained(AbstentionReason::LowConfidence));
    }

    #[test]
    fn a_question_takes_no_side_and_its_sides_keep_their_ratio() {
        let of_model = StanceProbabilities { favor: 0.6, against: 0.2, neither: 0.2 };
        let of = |options: &StanceOptions, own| decide(of_model, Some(Rule::Question), alone(own), options);
        for neither in [NeitherRule::Model, NeitherRule::Relevance] {
            let options = StanceOptions { neither, ..OPTIONS };
            let (verdict, sides) = of(&options, 0.5);
            assert_eq!(verdict, Verdict::Labelled(Stance::Neither));
            assert!((sides.favor / sides.against - 3.0).abs() < 1e-5 && sides.neither == QUESTIONS_WITHOUT_SIDE);
            assert!((sides.favor + sides.against + sides.neither - 1.0).abs() < 1e-6);
            assert_eq!(of(&options, 0.1).0, Verdict::Abstained(AbstentionReason::OffTopic));
        }
        let certain = by_rule(StanceProbabilities { favor: 0.0, against: 0.0, neither: 1.0 });
        assert_eq!(certain, StanceProbabilities { favor: 0.0, against: 0.0, neither: 1.0 });
    }

    #[test]
    fn relevance_is_the_cosine_without_its_negative_part() {
        let propositions = array![[1.0, 0.0]];
        let segments = array![[0.6, 0.8], [-1.0, 0.0]];
        assert_eq!(relevance(propositions.view(), segments.view()).unwrap(), array![[0.6, 0.0]]);
        assert!(relevance(propositions.view(), array![[1.0]].view()).is_err());
    }
}
