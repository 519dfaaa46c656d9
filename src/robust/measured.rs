//! What is known of every unit by each coder, wording and unit of analysis.
//!
//! **Input:** the tables of results; for other wordings and units the models of the run, with a cache. **Output:** [`Value`]s, one per unit.
//! **Refused:** models that are not those of the run. **Left to others:** which of them are combined with which floors.

use ndarray::{Array2, ArrayView2, s};
use plenary_corpus::Context;
use plenary_corpus::findings::{AbstentionReason, CoderKind, Coding, Rule, Stance, StanceProbabilities, Target, Tone};
use plenary_corpus::progress::{Progress, Silent};
use plenary_engine::{Model, Work};
use plenary_measure::coder::{self, Coder as _};
use plenary_measure::embedding::embed;
use plenary_measure::sentiment;
use plenary_measure::stance::{InferenceCoder, Relevance, StanceOptions, relevance, verdict};
use plenary_measure::threshold::shifted;
use plenary_models::Models;
use plenary_names::lexicon::Lexicon;
use plenary_tables::schema::{CodingRow, EmbeddingRow, SentimentRow, StanceRow, VariableCodeRow};
use plenary_tables::{OpenError, Results};

use super::error::RobustError;
use super::specify::{Floors, Score};
use super::units::Units;
use crate::pipeline::asks_openly;
use crate::study::{Study, Unit};
use crate::validate::segments::Measure;

/// What is known of a unit.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    /// What an inference model says: its label depends on the floors. `None` if it did not read the unit.
    Inference(Option<Inferred>),
    /// A label and a score; `None` if the coder abstains.
    Label(Option<(Stance, f32)>),
    /// Tone.
    Tone(Tone, f32),
    /// Of a variable of the study's own, whether the unit has the label, and its probability; `None` if the coder abstains.
    Code(Option<(bool, f32)>),
}

/// What an inference model says of a unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inferred {
    probabilities: StanceProbabilities,
    rule: Option<Rule>,
    relevance: Relevance,
}

impl Value {
    /// The score of the unit; `None` if it has no label.
    pub(super) fn score(&self, score: Score, floors: Option<Floors>, options: &StanceOptions) -> Option<f32> {
        let of_label = |label: Stance, probable: f32| match score {
            Score::Probabilities => probable,
            Score::Labels => label.score(),
        };
        match *self {
            Value::Inference(inferred) => {
                let Inferred { probabilities, rule, relevance } = inferred?;
                let options = match floors {
                    Some(Floors { confidence, relevance }) => {
                        StanceOptions { confidence_floor: confidence, relevance_floor: relevance, ..options.clone() }
                    }
                    None => options.clone(),
                };
                let label = verdict(probabilities, rule, relevance, &options).label()?;
                Some(of_label(label, probabilities.score()))
            }
            Value::Label(label) => label.map(|(label, probable)| of_label(label, probable)),
            Value::Tone(tone, probable) => Some(match (score, tone) {
                (Score::Probabilities, _) => probable,
                (Score::Labels, Tone::Positive) => 1.0,
                (Score::Labels, Tone::Neutral) => 0.0,
                (Score::Labels, Tone::Negative) => -1.0,
            }),
            Value::Code(label) => label.map(|(has_label, probability)| match score {
                Score::Probabilities => probability,
                Score::Labels => f32::from(u8::from(has_label)),
            }),
        }
    }

    fn of_coding(coding: &Coding, threshold: f64) -> Self {
        let relevance = Relevance { own: coding.relevance, context: coding.context_relevance };
        let after = |of_model| {
            // As in the run: the default and rules leave the probabilities as they are.
            if threshold == 0.0 || coding.rule.is_some() { of_model } else { shifted(of_model, threshold) }
        };
        let inferred = |of_model| Inferred { probabilities: after(of_model), rule: coding.rule, relevance };
        Value::Inference(coding.probabilities.map(inferred))
    }
}

/// Who codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CoderOfRun {
    /// Its name: that of `codings`, or of what `stance` shows where coders follow each other.
    pub(super) name: String,
    /// Whether it is the inference model, so that floors apply and other texts can be read.
    pub(super) infers: bool,
}

/// The name of the codings that `stance` shows where coders are asked one after the other.
const CASCADE: &str = "cascade";

/// The codings of the results: the coders, the one that `stance` shows first, and their values by unit.
pub(super) fn of_results(
    results: &Results,
    measure: &Measure,
    n_units: usize,
) -> Result<Vec<(CoderOfRun, Vec<Value>)>, RobustError> {
    let mut found: Vec<(CoderOfRun, Vec<Value>)> = Vec::new();
    match measure {
        Measure::Sentiment => {
            for frame in results.groups(SentimentRow::TABLE, None)? {
                let frame = frame?;
                for row in SentimentRow::rows(&frame)? {
                    let at = place(&mut found, row.model_id, false, n_units);
                    let tone = Tone::from_name(row.label).unwrap_or(Tone::Neutral);
                    found[at].1.push(Value::Tone(tone, row.score));
                }
            }
        }
        Measure::Code { id, label } => {
            let variable = results.study().codes.iter().find(|variable| variable.id == *id);
            let wanted = variable.and_then(|variable| variable.position(label));
            for frame in results.groups(VariableCodeRow::TABLE, None)? {
                let frame = frame?;
                for row in VariableCodeRow::rows(&frame)?.into_iter().filter(|row| row.code_id == id) {
                    let at = place(&mut found, row.coder_id, false, n_units);
                    let has_label = row.label == Some(label);
                    let probability = row.probabilities.as_ref().zip(wanted).and_then(|(all, at)| all.get(at).copied());
                    let probability = probability.unwrap_or(f32::from(u8::from(has_label)));
                    found[at].1.push(Value::Code(row.label.map(|_| (has_label, probability))));
                }
            }
        }
        Measure::Stance(target) => {
            let mut selective: Vec<String> = Vec::new();
            for frame in results.groups(CodingRow::TABLE, None)? {
                let frame = frame?;
                for row in CodingRow::rows(&frame)?.iter().filter(|row| row.target_id == target) {
                    if row.reason == Some(AbstentionReason::NotAsked.as_str())
                        && !selective.iter().any(|id| id == row.coder_id)
                    {
                        selective.push(row.coder_id.to_owned());
                    }
                    let infers = row.coder_kind == CoderKind::Inference.as_str();
                    let at = place(&mut found, row.coder_id, infers, n_units);
                    found[at].1.push(if infers { inferred(row) } else { labelled(row.label, row.score) });
                }
            }
            // A coder that was asked for some units only is part of what is shown, and has no mean of its own.
            found.retain(|(coder, _)| !selective.contains(&coder.name));
            if !selective.is_empty() {
                let shown = shown(results, target)?;
                found.insert(0, (CoderOfRun { name: CASCADE.into(), infers: false }, shown));
            }
        }
    }
    found.retain(|(_, values)| values.len() == n_units);
    Ok(found)
}

fn place(found: &mut Vec<(CoderOfRun, Vec<Value>)>, id: &str, infers: bool, n_units: usize) -> usize {
    found.iter().position(|(coder, _)| coder.name == id).unwrap_or_else(|| {
        found.push((CoderOfRun { name: id.to_owned(), infers }, Vec::with_capacity(n_units)));
        found.len() - 1
    })
}

fn inferred(row: &CodingRow) -> Value {
    let probabilities =
        (|| Some(StanceProbabilities { favor: row.favor?, against: row.against?, neither: row.neither? }))();
    Value::Inference(probabilities.map(|probabilities| Inferred {
        probabilities,
        rule: row.rule.and_then(Rule::from_name),
        relevance: Relevance { own: row.relevance.unwrap_or_default(), context: row.context_relevance },
    }))
}

fn labelled(label: Option<&str>, score: Option<f32>) -> Value {
    let label = label.and_then(Stance::from_name);
    Value::Label(label.map(|label| (label, score.unwrap_or_else(|| label.score()))))
}

fn shown(results: &Results, target: &str) -> Result<Vec<Value>, OpenError> {
    let mut values = Vec::new();
    for frame in results.groups(StanceRow::TABLE, None)? {
        let frame = frame?;
        let rows = StanceRow::rows(&frame)?;
        values.extend(rows.iter().filter(|row| row.target_id == target).map(|row| labelled(row.label, row.score)));
    }
    Ok(values)
}

/// The models of the results, to read other texts and wordings.
pub(super) struct Reader<'r> {
    pub(super) results: &'r Results,
    pub(super) study: &'r Study,
    pub(super) lexicon: &'r Lexicon,
    pub(super) models: &'r Models,
    pub(super) work: Work<'r>,
    /// The lowest relevance floor: units below it are not read.
    pub(super) relevance_floor: f32,
    /// The threshold of `neither` in the results; 0 for the default.
    pub(super) threshold: f64,
}

/// Number of units that are read together.
const TOGETHER: usize = 4096;

impl Reader<'_> {
    /// Refuses models that are not those of the results.
    pub(super) fn check(&self) -> Result<(), RobustError> {
        for model in self.models.iter() {
            let expected = self.results.run().models.iter().find(|used| used.id == model.id);
            let found = model.weights_sha256().unwrap_or_default();
            if expected.is_none_or(|used| used.sha256 != found) {
                let short = |sha256: &str| sha256.get(..12).unwrap_or(sha256).to_owned();
                return Err(RobustError::Model {
                    results: super::shown(self.results),
                    id: model.id.clone(),
                    expected: expected.map_or_else(|| "none".into(), |used| short(&used.sha256)),
                    found: short(found),
                });
            }
        }
        Ok(())
    }

    /// The tone of units.
    pub(super) fn tone(&self, units: &Units) -> Result<Vec<Value>, RobustError> {
        let Some(model) = &self.models.sentiment else { return Ok(Vec::new()) };
        let mut values = Vec::with_capacity(units.all.len());
        self.work.progress.begin("scoring sentiment", units.all.len() as u64);
        let steps = Steps(self.work.progress);
        for lot in units.all.chunks(TOGETHER) {
            let texts: Vec<&str> = lot.iter().map(|unit| unit.text.as_str()).collect();
            let scored = sentiment::score(model, &texts, Work { progress: &steps, ..self.work })?;
            values.extend(scored.scores.iter().map(|score| Value::Tone(score.label(), score.score())));
        }
        Ok(values)
    }

    /// For each wording, what the inference model says of each unit. The vectors of segments come from the results.
    pub(super) fn stance(
        &self,
        units: &Units,
        unit: Unit,
        wordings: &[Target],
        coder: &str,
    ) -> Result<Vec<Vec<Value>>, RobustError> {
        let Some(model) = &self.models.stance else { return Ok(Vec::new()) };
        let texts: Vec<&str> = wordings.iter().map(|wording| wording.proposition.as_str()).collect();
        let hidden = Steps(self.work.progress);
        let quiet = Work { progress: &Silent, ..self.work };
        let propositions = embed(&self.models.embedding, &texts, quiet)?.vectors;
        let relevance = if unit == self.study.segments.unit {
            self.relevance_of_segments(propositions.view(), units.all.len())?
        } else {
            self.work.progress.begin("embedding turns", units.all.len() as u64);
            let work = Work { progress: &hidden, ..self.work };
            relevance_of_texts(&self.models.embedding, propositions.view(), units, work)?
        };
        let options = StanceOptions { relevance_floor: self.relevance_floor, ..self.study.stance.clone() };
        let inference = InferenceCoder::new(Some(coder), model, &options)?;
        let passes = inference.n_passes(units.all.len(), wordings) as u64;
        self.work.progress.begin("inferring stance", passes.max(1));
        let mut values: Vec<Vec<Value>> = vec![Vec::with_capacity(units.all.len()); wordings.len()];
        for first in (0..units.all.len()).step_by(TOGETHER) {
            let lot = first..(first + TOGETHER).min(units.all.len());
            let texts: Vec<&str> = units.all[lot.clone()].iter().map(|unit| unit.text.as_str()).collect();
            let contexts: Vec<Context> = lot
                .clone()
                .map(|at| if inference.reads_context() { units.context(at) } else { Context::default() })
                .collect();
            let largest = largest_of_context(&relevance, &contexts);
            let asks = |at: usize| {
                let of = &units.all[at];
                asks_openly(of.role, (&of.language, &of.text), unit, self.lexicon)
            };
            let questions: Vec<bool> = lot.clone().map(asks).collect();
            let codings = inference.code(
                coder::Units {
                    ids: &[],
                    texts: &texts,
                    contexts: &contexts,
                    relevance: relevance.slice(s![.., lot.clone()]),
                    context_relevance: largest.view(),
                    // An inference model does not read vectors, turns and tone.
                    vectors: relevance.slice(s![..0, ..0]),
                    turns: &[],
                    sentiment: None,
                    earlier: &[],
                    questions: &questions,
                    asked: None,
                },
                wordings,
                Work { progress: &hidden, ..self.work },
            )?;
            for (values, codings) in values.iter_mut().zip(&codings.of_target) {
                values.extend(codings.iter().map(|coding| Value::of_coding(coding, self.threshold)));
            }
        }
        Ok(values)
    }

    /// The relevance of the segments of the results, shape `[wordings, segments]`.
    fn relevance_of_segments(&self, propositions: ArrayView2<f32>, n: usize) -> Result<Array2<f32>, RobustError> {
        let mut all = Array2::zeros((propositions.nrows(), n));
        let mut first = 0;
        for frame in self.results.groups(EmbeddingRow::TABLE, None)? {
            let frame = frame?;
            let rows = EmbeddingRow::rows(&frame)?;
            let flat: Vec<f32> = rows.iter().flat_map(|row| row.vector.iter().copied()).collect();
            let vectors = Array2::from_shape_vec((rows.len(), propositions.ncols()), flat).map_err(|error| {
                RobustError::Study { results: super::shown(self.results), problem: error.to_string() }
            })?;
            let end = (first + rows.len()).min(n);
            let of_rows = relevance(propositions, vectors.view())?;
            all.slice_mut(s![.., first..end]).assign(&of_rows.slice(s![.., ..end - first]));
            first = end;
        }
        Ok(all)
    }
}

/// The relevance of other texts, shape `[wordings, texts]`.
fn relevance_of_texts(
    model: &Model,
    propositions: ArrayView2<f32>,
    units: &Units,
    work: Work,
) -> Result<Array2<f32>, RobustError> {
    let mut all = Array2::zeros((propositions.nrows(), units.all.len()));
    for (at, lot) in units.all.chunks(TOGETHER).enumerate() {
        let texts: Vec<&str> = lot.iter().map(|unit| unit.text.as_str()).collect();
        let vectors = embed(model, &texts, work)?.vectors;
        let first = at * TOGETHER;
        all.slice_mut(s![.., first..first + lot.len()]).assign(&relevance(propositions, vectors.view())?);
    }
    Ok(all)
}

/// The largest relevance of the units of each context, 0 without a context; shape `[wordings, contexts]`.
fn largest_of_context(relevance: &Array2<f32>, contexts: &[Context]) -> Array2<f32> {
    Array2::from_shape_fn((relevance.nrows(), contexts.len()), |(wording, at)| {
        let of_context = contexts[at].before.iter().map(|said| relevance[(wording, said.segment)]);
        of_context.fold(0.0, f32::max)
    })
}

/// Reports the steps of many calls as those of one stage.
struct Steps<'p>(&'p dyn Progress);

impl Progress for Steps<'_> {
    fn begin(&self, _stage: &str, _total: u64) {}

    fn advance(&self, n: u64) {
        self.0.advance(n);
        self.0.passes(n);
    }

    fn stop_requested(&self) -> bool {
        self.0.stop_requested()
    }
}
