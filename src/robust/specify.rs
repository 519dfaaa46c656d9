//! Specifications: one decision on every choice.
//!
//! **Input:** what was measured, and the alternatives of each choice. **Output:** every combination of them that makes sense, once.
//! **Left to others:** their estimates.

use plenary_corpus::findings::Weight;

use super::options::Choice;
use crate::study::Unit;

/// What the score of a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Score {
    /// The difference of the probabilities of the two sides, as in `stance` and `sentiment`.
    Probabilities,
    /// 1, 0 or -1 for the label.
    Labels,
}

impl Score {
    /// Name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Probabilities => "probabilities",
            Self::Labels => "labels",
        }
    }
}

/// Whether some units count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// They count.
    With,
    /// They are left out.
    Without,
}

impl Counted {
    /// Name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::With => "with",
            Self::Without => "without",
        }
    }
}

/// The floors of an inference model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Floors {
    /// Minimum of the largest probability.
    pub confidence: f32,
    /// Minimum of the relevance.
    pub relevance: f32,
}

/// One decision on every choice.
#[derive(Debug, Clone, PartialEq)]
pub struct Specification {
    /// The unit of analysis.
    pub unit: Unit,
    /// The proposition or a paraphrase of it; `None` for tone.
    pub wording: Option<String>,
    /// Who codes.
    pub coder: String,
    /// The floors; `None` for coders that have none.
    pub floors: Option<Floors>,
    /// What the score of a unit is.
    pub score: Score,
    /// What weighs the same.
    pub weight: Weight,
    /// Whether the turns of those who conduct the meeting count.
    pub chair: Counted,
    /// Whether procedural units count.
    pub procedure: Counted,
}

impl Specification {
    /// The decision on a choice, as tables name it; `None` if the choice does not concern the coder or the measure.
    pub fn decision(&self, choice: Choice) -> Option<String> {
        match choice {
            Choice::Unit => Some(self.unit.as_str().to_owned()),
            Choice::Wording => self.wording.clone(),
            Choice::Coder => Some(self.coder.clone()),
            Choice::ConfidenceFloor => self.floors.map(|floors| floors.confidence.to_string()),
            Choice::RelevanceFloor => self.floors.map(|floors| floors.relevance.to_string()),
            Choice::Score => Some(self.score.as_str().to_owned()),
            Choice::Weight => Some(self.weight.as_str().to_owned()),
            Choice::Chair => Some(self.chair.as_str().to_owned()),
            Choice::Procedure => Some(self.procedure.as_str().to_owned()),
        }
    }
}

/// The alternatives of the choices that need no model. The first of each is that of the study.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Alternatives {
    pub(super) confidence_floors: Vec<f32>,
    pub(super) relevance_floors: Vec<f32>,
    pub(super) scores: Vec<Score>,
    pub(super) weights: Vec<Weight>,
    pub(super) chairs: Vec<Counted>,
    pub(super) procedures: Vec<Counted>,
}

/// The decisions on the choices that need no model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Decisions {
    pub(super) floors: Option<Floors>,
    pub(super) score: Score,
    pub(super) weight: Weight,
    pub(super) chair: Counted,
    pub(super) procedure: Counted,
}

impl Alternatives {
    /// The alternatives for a unit of analysis: where each unit is a turn, weighting both equally is one alternative.
    pub(super) fn of_unit(&self, unit: Unit) -> Self {
        let mut weights = self.weights.clone();
        if unit == Unit::Utterance {
            let is_of_pair = |weight: &Weight| matches!(weight, Weight::Segment | Weight::Turn);
            let kept = weights.iter().copied().find(is_of_pair);
            weights.retain(|weight| !is_of_pair(weight) || Some(*weight) == kept);
        }
        Self { weights, ..self.clone() }
    }

    /// The combinations of these alternatives; the first is that of the study. `has_floors` is whether the coder has floors.
    pub(super) fn crossed(&self, has_floors: bool) -> Vec<Decisions> {
        let floors: Vec<Option<Floors>> = if has_floors {
            let of = |confidence: &f32| {
                let confidence = *confidence;
                self.relevance_floors.iter().map(move |relevance| Some(Floors { confidence, relevance: *relevance }))
            };
            self.confidence_floors.iter().flat_map(of).collect()
        } else {
            vec![None]
        };
        let mut crossed = Vec::with_capacity(self.n(has_floors));
        for &floors in &floors {
            for &score in &self.scores {
                for &weight in &self.weights {
                    for &chair in &self.chairs {
                        let of = |&procedure: &Counted| Decisions { floors, score, weight, chair, procedure };
                        crossed.extend(self.procedures.iter().map(of));
                    }
                }
            }
        }
        crossed
    }

    /// Number of combinations, without making them.
    pub(super) fn n(&self, has_floors: bool) -> usize {
        let floors = if has_floors { self.confidence_floors.len() * self.relevance_floors.len() } else { 1 };
        floors * self.scores.len() * self.weights.len() * self.chairs.len() * self.procedures.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_is_made_once_and_the_study_is_first() {
        let alternatives = Alternatives {
            confidence_floors: vec![0.4, 0.6],
            relevance_floors: vec![0.15, 0.25, 0.35],
            scores: vec![Score::Probabilities, Score::Labels],
            weights: vec![Weight::Person],
            chairs: vec![Counted::With, Counted::Without],
            procedures: vec![Counted::With, Counted::Without],
        };
        let all = alternatives.crossed(true);
        assert_eq!((all.len(), alternatives.n(true)), (48, 48));
        let study = Floors { confidence: 0.4, relevance: 0.15 };
        let of_study = Decisions {
            floors: Some(study),
            score: Score::Probabilities,
            weight: Weight::Person,
            chair: Counted::With,
            procedure: Counted::With,
        };
        assert_eq!(all[0], of_study);
        assert!((1..all.len()).all(|at| !all[..at].contains(&all[at])));
        let weights = vec![Weight::Turn, Weight::Segment, Weight::Person];
        let of_turns = Alternatives { weights, ..alternatives.clone() }.of_unit(Unit::Utterance);
        assert_eq!(of_turns.weights, [Weight::Turn, Weight::Person]);
        let without = alternatives.crossed(false);
        assert_eq!((without.len(), alternatives.n(false)), (8, 8));
        assert!(without.iter().all(|decisions| decisions.floors.is_none()));
    }
}
