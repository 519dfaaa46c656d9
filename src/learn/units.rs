//! Results to what was measured of each segment.
//!
//! **Input:** opened results. **Output:** every segment in the order of the tables with its vector, the mean vector of the rest of its turn,
//! its tone and its inferences. Some thousand rows are in memory at a time, and one turn. **Refused:** tables that do not fit each
//! other. **Left to others:** features and codes.

use std::collections::VecDeque;

use ndarray::Array2;
use plenary_corpus::findings::{CoderKind, Inference, Target};
use plenary_measure::head::unit::{Unit, turn_means};
use plenary_tables::schema::{CodingRow, EmbeddingRow, SegmentRow, SentimentRow};
use plenary_tables::{DataFrame, Groups, OpenError, Results};

use super::folder::ModelUsed;
use super::{LearnError, lacks};

/// What the results contain.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) sentiment: bool,
    pub(super) inference: bool,
    /// The id of the coder whose inferences are used.
    coder_id: String,
}

impl Measured {
    pub(super) fn of(results: &Results) -> Result<Self, LearnError> {
        let first = results.head(CodingRow::TABLE, None, 10_000)?;
        let inference = CodingRow::rows(&first)?
            .into_iter()
            .find(|row| row.coder_kind == CoderKind::Inference.as_str())
            .map(|row| row.coder_id.to_owned());
        Ok(Self {
            sentiment: results.n_rows(SentimentRow::TABLE)? > 0,
            inference: inference.is_some(),
            coder_id: inference.unwrap_or_default(),
        })
    }

    /// The model of a task, as the run recorded it.
    pub(super) fn model(results: &Results, task: &str) -> Result<ModelUsed, LearnError> {
        let id =
            results.study().json.pointer(&format!("/models/{task}")).and_then(|id| id.as_str()).unwrap_or_default();
        let found = results.run().models.iter().find(|model| model.id == id || model.id == format!("{id}-static"));
        match found {
            Some(model) => Ok(ModelUsed { task: task.to_owned(), id: model.id.clone(), sha256: model.sha256.clone() }),
            None => Err(lacks(
                results,
                &format!("the run used no {task} model, which the coder needs; run the study with one"),
            )),
        }
    }
}

/// A segment with everything that was measured of it.
pub(super) struct MeasuredUnit<'u> {
    pub(super) segment_id: &'u str,
    pub(super) text: &'u str,
    vector: &'u [f32],
    turn: Option<Vec<f64>>,
    sentiment: Option<[f32; 3]>,
    inferences: &'u [(Inference, Option<Inference>)],
    propositions: &'u Array2<f32>,
}

impl MeasuredUnit<'_> {
    /// The unit towards a target, or without one.
    pub(super) fn of(&self, target: Option<usize>) -> Unit<'_> {
        Unit {
            vector: self.vector,
            turn: self.turn.as_deref(),
            sentiment: self.sentiment,
            inference: target.and_then(|at| self.inferences.get(at).copied()),
            proposition: target.and_then(|at| self.propositions.row(at).to_slice()),
        }
    }
}

/// A segment as read, until its turn is complete.
struct Read {
    segment_id: String,
    utterance_id: String,
    text: String,
    vector: Vec<f32>,
    sentiment: Option<[f32; 3]>,
    inferences: Vec<(Inference, Option<Inference>)>,
}

/// Calls `take` with every segment.
pub(super) fn visit(
    results: &Results,
    measured: &Measured,
    targets: &[Target],
    propositions: &Array2<f32>,
    mut take: impl FnMut(&MeasuredUnit) -> Result<(), LearnError>,
) -> Result<(), LearnError> {
    let mut segments = Rows::new(results, SegmentRow::TABLE.name, |frame| {
        let rows = SegmentRow::rows(frame)?;
        Ok(rows.into_iter().map(|row| [row.segment_id, row.utterance_id, row.text].map(str::to_owned)).collect())
    })?;
    let mut vectors = Rows::new(results, EmbeddingRow::TABLE.name, |frame| {
        let rows = EmbeddingRow::rows(frame)?;
        Ok(rows.into_iter().map(|row| (row.segment_id.to_owned(), row.vector.to_vec())).collect())
    })?;
    let mut tones = Rows::new(results, SentimentRow::TABLE.name, |frame| {
        let rows = SentimentRow::rows(frame)?;
        Ok(rows.into_iter().map(|row| (row.segment_id.to_owned(), [row.negative, row.neutral, row.positive])).collect())
    })?;
    let coder_id = measured.coder_id.clone();
    let mut codings = Rows::new(results, CodingRow::TABLE.name, move |frame| {
        let rows = CodingRow::rows(frame)?;
        let of_coder = rows.into_iter().filter(|row| row.coder_id == coder_id);
        Ok(of_coder
            .filter_map(|row| Some((row.segment_id.to_owned(), row.target_id.to_owned(), inferences(&row)?)))
            .collect())
    })?;
    let misfit = |segment: &str, table: &str| {
        lacks(results, &format!("the table {table} has no row for segment {segment}; run the study again"))
    };

    let mut turn: Vec<Read> = Vec::new();
    while let Some([segment_id, utterance_id, text]) = segments.next()? {
        let vector = match vectors.next()? {
            Some((id, vector)) if id == segment_id => vector,
            _ => return Err(misfit(&segment_id, EmbeddingRow::TABLE.name)),
        };
        let sentiment = if measured.sentiment {
            match tones.next()? {
                Some((id, tone)) if id == segment_id => Some(tone),
                _ => return Err(misfit(&segment_id, SentimentRow::TABLE.name)),
            }
        } else {
            None
        };
        let mut by_target: Vec<Option<(Inference, Option<Inference>)>> = vec![None; targets.len()];
        if !targets.is_empty() {
            while let Some((_, target, inference)) = codings.next_if(|(id, ..)| *id == segment_id)? {
                if let Some(at) = targets.iter().position(|one| one.id == target) {
                    by_target[at] = Some(inference);
                }
            }
        }
        let inferences: Option<Vec<_>> = by_target.into_iter().collect();
        let inferences = inferences.ok_or_else(|| misfit(&segment_id, CodingRow::TABLE.name))?;
        if turn.last().is_some_and(|last| last.utterance_id != utterance_id) {
            take_turn(&std::mem::take(&mut turn), propositions, &mut take)?;
        }
        turn.push(Read { segment_id, utterance_id, text, vector, sentiment, inferences });
    }
    take_turn(&turn, propositions, &mut take)
}

fn take_turn(
    turn: &[Read],
    propositions: &Array2<f32>,
    take: &mut impl FnMut(&MeasuredUnit) -> Result<(), LearnError>,
) -> Result<(), LearnError> {
    let means = turn_means(turn.iter().map(|read| read.vector.as_slice()));
    for (read, turn) in turn.iter().zip(means) {
        take(&MeasuredUnit {
            segment_id: &read.segment_id,
            text: &read.text,
            vector: &read.vector,
            turn,
            sentiment: read.sentiment,
            inferences: &read.inferences,
            propositions,
        })?;
    }
    Ok(())
}

fn inferences(row: &CodingRow) -> Option<(Inference, Option<Inference>)> {
    let of = |entailment: Option<f32>, neutral: Option<f32>, contradiction: Option<f32>| {
        Some(Inference { entailment: entailment?, neutral: neutral?, contradiction: contradiction? })
    };
    let proposition = of(row.proposition_entailment, row.proposition_neutral, row.proposition_contradiction)?;
    Some((proposition, of(row.negation_entailment, row.negation_neutral, row.negation_contradiction)))
}

/// The rows of a table, one at a time.
struct Rows<T, F> {
    groups: Groups,
    waiting: VecDeque<T>,
    convert: F,
}

impl<T, F: Fn(&DataFrame) -> Result<Vec<T>, OpenError>> Rows<T, F> {
    fn new(results: &Results, table: &str, convert: F) -> Result<Self, OpenError> {
        Ok(Self { groups: results.groups(table, None)?, waiting: VecDeque::new(), convert })
    }

    fn next(&mut self) -> Result<Option<T>, OpenError> {
        self.next_if(|_| true)
    }

    /// The next row if it is as expected; otherwise it stays the next one.
    fn next_if(&mut self, expected: impl Fn(&T) -> bool) -> Result<Option<T>, OpenError> {
        while self.waiting.is_empty() {
            match self.groups.next() {
                None => return Ok(None),
                Some(frame) => self.waiting.extend((self.convert)(&frame?)?),
            }
        }
        Ok(self.waiting.pop_front_if(|row| expected(row)))
    }
}
