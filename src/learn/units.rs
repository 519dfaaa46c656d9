//! Results to what was measured of each segment.
//!
//! **Input:** opened results, and the inference model where the run did not read segments that are off the topic. **Output:** every segment in the order of the tables with its vector, the mean vector of the rest of its turn,
//! its tone and its inferences. Some thousand rows are in memory at a time, and one turn. **Refused:** tables that do not fit each
//! other. **Left to others:** features and codes.

use std::collections::{HashMap, VecDeque};

use ndarray::Array2;
use plenary_corpus::findings::{CoderKind, Inference, Target};
use plenary_corpus::{Context, Said};
use plenary_engine::{Model, Work};
use plenary_measure::context::{self, nearest};
use plenary_measure::head::unit::{Unit, turn_means};
use plenary_measure::stance::infer;
use plenary_tables::schema::{CodingRow, EmbeddingRow, SegmentRow, SentimentRow, SpeakerRow};
use plenary_tables::{DataFrame, Groups, OpenError, Results, column};

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

/// Infers what the run did not, because the segment is off the topic or the coder was not asked.
pub(super) struct Rest<'r> {
    /// The inference model of the run; `None` if inferences are not needed, or are all there.
    pub(super) model: Option<&'r Model>,
    pub(super) work: Work<'r>,
}

/// Whether the results lack inferences of segments that an inference model coded.
pub fn lacks_inferences(results: &Results) -> Result<bool, OpenError> {
    for group in results.groups(CodingRow::TABLE, Some(&["coder_kind", "proposition_entailment"]))? {
        let frame = group?;
        let kinds = column::<&str>(&frame, "coder_kind")?;
        let found = column::<f32>(&frame, "proposition_entailment")?;
        let lacks =
            |(kind, found): (Option<&str>, Option<f32>)| kind == Some(CoderKind::Inference.as_str()) && found.is_none();
        if kinds.into_iter().zip(found).any(lacks) {
            return Ok(true);
        }
    }
    Ok(false)
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
    pub(super) document_id: &'u str,
    pub(super) text: &'u str,
    pub(super) vector: &'u [f32],
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
    document_id: String,
    utterance_id: String,
    text: String,
    vector: Vec<f32>,
    sentiment: Option<[f32; 3]>,
    /// By target; `None` where the run has none.
    inferences: Vec<Option<(Inference, Option<Inference>)>>,
    /// What the inference model reads; empty if nothing is missing.
    premise: String,
}

/// Number of missing inferences that are computed together.
const TOGETHER: usize = 2048;

/// Calls `take` with every segment.
pub(super) fn visit(
    results: &Results,
    measured: &Measured,
    targets: &[Target],
    propositions: &Array2<f32>,
    rest: &Rest,
    mut take: impl FnMut(&MeasuredUnit) -> Result<(), LearnError>,
) -> Result<(), LearnError> {
    let mut segments = Rows::new(results, SegmentRow::TABLE.name, |frame| {
        let rows = SegmentRow::rows(frame)?;
        Ok(rows.into_iter().map(ReadSegment::of).collect())
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
        Ok(of_coder.map(|row| (row.segment_id.to_owned(), row.target_id.to_owned(), inferences(&row))).collect())
    })?;
    let misfit = |segment: &str, table: &str| {
        lacks(results, &format!("the table {table} has no row for segment {segment}; run the study again"))
    };

    let names = if rest.model.is_some() { names(results)? } else { HashMap::new() };
    let mut before = Before::default();
    let mut turns: Vec<Vec<Read>> = Vec::new();
    let mut n_missing = 0;
    while let Some(ReadSegment { segment_id, utterance_id, document_id, speaker_id, text }) = segments.next()? {
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
                    by_target[at] = inference;
                }
            }
        }
        let n_missing_here = by_target.iter().filter(|inference| inference.is_none()).count();
        let name = speaker_id.and_then(|id| names.get(&id).cloned());
        let premise = match rest.model {
            None if n_missing_here > 0 => return Err(misfit(&segment_id, CodingRow::TABLE.name)),
            Some(model) => before.premise(model, &document_id, &utterance_id, name, &text, n_missing_here > 0),
            None => String::new(),
        };
        let begins = turns.last().and_then(|turn| turn.last()).is_none_or(|last| last.utterance_id != utterance_id);
        if begins {
            if n_missing >= TOGETHER || turns.len() >= TOGETHER {
                take_turns(&mut turns, targets, propositions, rest, &mut take)?;
                n_missing = 0;
            }
            turns.push(Vec::new());
        }
        n_missing += n_missing_here;
        if let Some(turn) = turns.last_mut() {
            turn.push(Read {
                segment_id,
                document_id,
                utterance_id,
                text,
                vector,
                sentiment,
                inferences: by_target,
                premise,
            });
        }
    }
    take_turns(&mut turns, targets, propositions, rest, &mut take)
}

/// Computes the inferences that are missing in whole turns, and calls `take` with their segments.
fn take_turns(
    turns: &mut Vec<Vec<Read>>,
    targets: &[Target],
    propositions: &Array2<f32>,
    rest: &Rest,
    take: &mut impl FnMut(&MeasuredUnit) -> Result<(), LearnError>,
) -> Result<(), LearnError> {
    let asked: Vec<(&str, &Target)> = turns
        .iter()
        .flatten()
        .flat_map(|read| {
            let missing = read.inferences.iter().zip(targets).filter(|(inference, _)| inference.is_none());
            missing.map(|(_, target)| (read.premise.as_str(), target)).collect::<Vec<_>>()
        })
        .collect();
    let mut inferred = match rest.model {
        Some(model) if !asked.is_empty() => infer(model, &asked, rest.work)?,
        _ => Vec::new(),
    }
    .into_iter();
    for turn in std::mem::take(turns) {
        let means = turn_means(turn.iter().map(|read| read.vector.as_slice()));
        for (read, of_turn) in turn.iter().zip(means) {
            // One was computed for each that is missing.
            let filled = read.inferences.iter().filter_map(|inference| {
                inference.or_else(|| inferred.next().map(|inferred| (inferred.proposition, inferred.negation)))
            });
            take(&MeasuredUnit {
                segment_id: &read.segment_id,
                document_id: &read.document_id,
                text: &read.text,
                vector: &read.vector,
                turn: of_turn,
                sentiment: read.sentiment,
                inferences: &filled.collect::<Vec<_>>(),
                propositions,
            })?;
        }
    }
    Ok(())
}

/// A row of `segments`.
struct ReadSegment {
    segment_id: String,
    utterance_id: String,
    document_id: String,
    speaker_id: Option<String>,
    text: String,
}

impl ReadSegment {
    fn of(row: SegmentRow) -> Self {
        let [segment_id, utterance_id, document_id, text] =
            [row.segment_id, row.utterance_id, row.document_id, row.text].map(str::to_owned);
        Self { segment_id, utterance_id, document_id, speaker_id: row.speaker_id.map(str::to_owned), text }
    }
}

/// The names of speakers by their ids.
fn names(results: &Results) -> Result<HashMap<String, String>, LearnError> {
    let frame = results.frame(SpeakerRow::TABLE)?;
    let rows = SpeakerRow::rows(&frame)?.into_iter().filter(|row| !row.name.is_empty());
    Ok(rows.map(|row| (row.speaker_id.to_owned(), row.name.to_owned())).collect())
}

/// The segments of a document before the present one, as far as they can be its context.
#[derive(Default)]
struct Before {
    document_id: String,
    utterance_id: String,
    /// Number of the present turn in the document.
    utterance: usize,
    /// The nearest last: turn, speaker and text.
    segments: VecDeque<(usize, Option<String>, String)>,
}

impl Before {
    /// Enters a segment. The text that the model reads, if it is wanted.
    fn premise(
        &mut self,
        model: &Model,
        document_id: &str,
        utterance_id: &str,
        speaker: Option<String>,
        text: &str,
        is_wanted: bool,
    ) -> String {
        if self.document_id != document_id {
            *self =
                Self { document_id: document_id.to_owned(), utterance_id: utterance_id.to_owned(), ..Self::default() };
        } else if self.utterance_id != utterance_id {
            utterance_id.clone_into(&mut self.utterance_id);
            self.utterance += 1;
        }
        let mut premise = String::new();
        if is_wanted && model.stance.reads_context {
            let earlier = self.segments.iter().rev().map(|(utterance, speaker, text)| Said {
                segment: 0,
                utterance: *utterance,
                speaker: speaker.as_deref(),
                text,
            });
            premise = context::premise(
                &Context { speaker: speaker.as_deref(), before: nearest(earlier, self.utterance) },
                text,
            );
        } else if is_wanted {
            text.clone_into(&mut premise);
        }
        self.segments.push_back((self.utterance, speaker, text.to_owned()));
        let first = self.utterance.saturating_sub(context::TURNS);
        while self.segments.len() > context::WORDS + 1 || self.segments.front().is_some_and(|(turn, ..)| *turn < first)
        {
            self.segments.pop_front();
        }
        premise
    }
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
