//! A learned coder as a coder of a run.
//!
//! **Input:** a coder of stance, the models of the run and the study's targets. **Output:** a [`Coder`]: the label and
//! probabilities of the head. **Refused:** coders of other variables, other models than those that the coder was learned with,
//! targets that it was not learned for. **Left to others:** reading the coder's folder.

use plenary_corpus::findings::{
    CoderId, CoderKind, Coding, Codings, Evidence, Inference, Stance, StanceProbabilities, Target, Verdict,
};
use plenary_engine::{EngineError, Work};
use plenary_measure::coder::{CodeError, Coder, Units};
use plenary_measure::head::unit::Unit;
use plenary_measure::stance::InferenceCoder;
use plenary_models::Models;

use super::folder::{LearnedCoder, LeftOut, Variable};

/// A learned coder with the inference model that its heads read. Inferences of a coder that comes before it in the study are used
/// again.
pub(crate) struct HeadCoder<'m> {
    id: CoderId,
    learned: LearnedCoder,
    left_out: LeftOut,
    inference: InferenceCoder<'m>,
}

impl<'m> HeadCoder<'m> {
    /// `inference` reads texts off the topic as well.
    pub(crate) fn new(
        id: &str,
        learned: LearnedCoder,
        inference: InferenceCoder<'m>,
        models: &Models,
        targets: &[Target],
    ) -> Result<Self, CodeError> {
        let wrong = |problem: String| CodeError::Coder { coder: id.to_owned(), problem: problem.into() };
        if learned.variable != Variable::Stance {
            return Err(wrong(format!(
                "it codes {}, but [[coders]] code stance; name a variable of your own under [[codes]], or use `plenary code`",
                learned.variable
            )));
        }
        learned.check_models(models).map_err(wrong)?;
        learned.check_targets(targets, targets).map_err(wrong)?;
        let id = CoderId { id: id.to_owned(), kind: CoderKind::Learned };
        let left_out = LeftOut::of(&learned);
        Ok(Self { id, learned, left_out, inference })
    }

    fn stance(
        &self,
        target: &Target,
        text: &str,
        unit: &Unit,
        relevance: f32,
        n_windows: u32,
    ) -> Result<Coding, CodeError> {
        let wrong = |problem: String| CodeError::Coder { coder: self.id.id.clone(), problem: problem.into() };
        // Checked when the coder was made.
        let of = self
            .learned
            .head_of(Some(&target.id))
            .ok_or_else(|| wrong(format!("it has no head for the target `{}`", target.id)))?;
        let (prediction, rule) =
            self.left_out.predict(of, Some(&target.id), text, unit).map_err(|error| wrong(error.to_string()))?;
        let class = |stance: Stance| of.head.classes.iter().position(|class| class == stance.as_str());
        let probability = |stance: Stance| class(stance).map_or(0.0, |at| prediction.probabilities[at] as f32);
        let label = Stance::from_name(&of.head.classes[prediction.label])
            .ok_or_else(|| wrong(format!("its class `{}` is not a stance", of.head.classes[prediction.label])))?;
        Ok(Coding {
            verdict: Verdict::Labelled(label),
            relevance,
            context_relevance: None,
            probabilities: Some(StanceProbabilities {
                favor: probability(Stance::Favor),
                against: probability(Stance::Against),
                neither: probability(Stance::Neither),
            }),
            rule,
            evidence: Evidence::None,
            n_windows,
        })
    }
}

impl Coder for HeadCoder<'_> {
    fn id(&self) -> &CoderId {
        &self.id
    }

    fn reads_context(&self) -> bool {
        self.inference.reads_context()
    }

    fn reads_turns(&self) -> bool {
        true
    }

    fn n_passes(&self, n_texts: usize, targets: &[Target]) -> usize {
        self.inference.n_passes(n_texts, targets)
    }

    /// Every unit has a label and probabilities; units with a hand code that the coder was trained on have those of a head without this
    /// code. The label is not always the most probable class; see
    /// [`plenary_measure::head::Prediction`].
    fn code(&self, units: Units, targets: &[Target], work: Work) -> Result<Codings, CodeError> {
        let n = units.texts.len();
        let is_inference = |codings: &&Codings| codings.coder.kind == CoderKind::Inference;
        let earlier = units.earlier.iter().find(is_inference);
        let inferred = |target: usize, text: usize| {
            let coding = earlier.map(|codings| &codings.of_target[target][text])?;
            Some((inference_of(&coding.evidence)?, coding.n_windows))
        };
        let is_missing = |target, text| units.is_asked(target, text) && inferred(target, text).is_none();
        let missing: Vec<Vec<bool>> =
            (0..targets.len()).map(|target| (0..n).map(|text| is_missing(target, text)).collect()).collect();
        let own = self.inference.code(Units { asked: Some(&missing), ..units }, targets, work)?;
        if units.vectors.nrows() != n || units.turns.len() != n || units.relevance.dim() != (targets.len(), n) {
            return Err(CodeError::Engine(EngineError::Shape {
                what: "the vectors, turns and relevance of texts to code",
                expected: format!("{n} rows, {n} turns and {} x {n}", targets.len()),
                found: format!(
                    "{} rows, {} turns and {} x {}",
                    units.vectors.nrows(),
                    units.turns.len(),
                    units.relevance.nrows(),
                    units.relevance.ncols()
                ),
            }));
        }
        let propositions = self.learned.propositions_of(targets);
        let vectors = units.vectors.as_standard_layout();
        let mut of_target = Vec::with_capacity(targets.len());
        for (at, target) in targets.iter().enumerate() {
            let codings = (0..n).map(|text| {
                if !units.is_asked(at, text) {
                    return Ok(Coding::not_asked(units.relevance[(at, text)]));
                }
                let own = &own.of_target[at][text];
                let (inference, n_windows) = inferred(at, text)
                    .map_or((inference_of(&own.evidence), own.n_windows), |(numbers, n)| (Some(numbers), n));
                let unit = Unit {
                    vector: vectors.row(text).to_slice().unwrap_or_default(),
                    turn: units.turns[text].as_deref(),
                    sentiment: units.sentiment.map(|sentiment| {
                        let score = &sentiment.scores[text];
                        [score.negative, score.neutral, score.positive]
                    }),
                    inference,
                    proposition: propositions.row(at).to_slice(),
                };
                self.stance(target, units.texts[text], &unit, units.relevance[(at, text)], n_windows)
            });
            of_target.push(codings.collect::<Result<Vec<_>, _>>()?);
        }
        Ok(Codings { coder: self.id.clone(), follows: None, of_target })
    }
}

fn inference_of(evidence: &Evidence) -> Option<(Inference, Option<Inference>)> {
    match evidence {
        Evidence::Inference { proposition, negation } => Some((*proposition, *negation)),
        _ => None,
    }
}
