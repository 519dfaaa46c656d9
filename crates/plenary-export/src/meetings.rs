//! The turns of results, document by document, with their segments and measures.
//!
//! **Input:** opened results. **Output:** a [`Meeting`] for each document with turns, in the order of the tables; one is in memory at a
//! time. **Refused:** tables whose rows do not fit each other. **Left to others:** what is written of it.
//!
//! `utterances`, `analysis`, `stance` and `variable_codes` have the same order, so that they are read side by side, some thousand rows at a time.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use plenary_tables::schema::{AnalysisRow, StanceRow, UtteranceRow, VariableCodeRow};
use plenary_tables::{DataFrame, Groups, OpenError, Results};

use crate::ExportError;
use crate::details::{Document, Speaker, documents, speakers};

/// A document with its turns.
#[derive(Debug)]
pub(crate) struct Meeting<'d> {
    pub(crate) document: &'d Document,
    pub(crate) turns: Vec<Turn<'d>>,
}

/// A turn at speech.
#[derive(Debug)]
pub(crate) struct Turn<'d> {
    pub(crate) utterance_id: String,
    /// `None` where the document does not say who speaks.
    pub(crate) speaker: Option<&'d Speaker>,
    pub(crate) position: u32,
    pub(crate) text: String,
    pub(crate) time_start_s: Option<f64>,
    pub(crate) time_end_s: Option<f64>,
    /// Other columns of the source, as a JSON object.
    pub(crate) carried: Option<String>,
    pub(crate) n_words: u32,
    pub(crate) boundary_confidence: f32,
    pub(crate) needs_review: bool,
    pub(crate) link_rule: Option<String>,
    pub(crate) segments: Vec<Segment>,
}

/// A segment with its measures.
#[derive(Debug)]
pub(crate) struct Segment {
    /// `segment_id`.
    pub(crate) id: String,
    /// Where its text is in that of the turn.
    pub(crate) range: Range<usize>,
    /// Score and label.
    pub(crate) sentiment: Option<(f32, String)>,
    /// Id and probability.
    pub(crate) theme: Option<(String, f32)>,
    /// One for each target of the study, in their order.
    pub(crate) stances: Vec<Stance>,
    /// One for each variable of the study's own, in their order.
    pub(crate) codes: Vec<Code>,
}

/// The label of a segment for a variable of the study's own.
#[derive(Debug)]
pub(crate) struct Code {
    /// `None` if the coder gives none.
    pub(crate) label: Option<String>,
    /// Its probability; `None` if the coder gives none.
    pub(crate) probability: Option<f32>,
}

/// The stance of a segment towards a target.
#[derive(Debug)]
pub(crate) struct Stance {
    /// `None` if the coder abstains.
    pub(crate) label: Option<String>,
    pub(crate) score: Option<f32>,
}

/// What the tables say of documents and of the people in them.
#[derive(Debug)]
pub(crate) struct Known {
    /// Sorted by path.
    pub(crate) documents: Vec<Document>,
    pub(crate) speakers: Vec<Speaker>,
    position_of_document: HashMap<String, usize>,
    position_of_speaker: HashMap<String, usize>,
    /// Where the people of a document are; they are adjacent.
    range_of_document: HashMap<String, Range<usize>>,
}

impl Known {
    pub(crate) fn of(results: &Results) -> Result<Self, ExportError> {
        let (documents, speakers) = (documents(results)?, speakers(results)?);
        let of_document = documents.iter().enumerate().map(|(at, one)| (one.id.clone(), at)).collect();
        let of_speaker = speakers.iter().enumerate().map(|(at, one)| (one.id.clone(), at)).collect();
        let mut ranges: HashMap<String, Range<usize>> = HashMap::new();
        for (at, speaker) in speakers.iter().enumerate() {
            ranges.entry(speaker.document_id.clone()).or_insert(at..at).end = at + 1;
        }
        Ok(Self {
            documents,
            speakers,
            position_of_document: of_document,
            position_of_speaker: of_speaker,
            range_of_document: ranges,
        })
    }

    /// The people of a document, in the order of the table.
    pub(crate) fn speakers_of(&self, document_id: &str) -> &[Speaker] {
        self.range_of_document.get(document_id).map_or(&[], |range| &self.speakers[range.clone()])
    }
}

/// The documents with turns, one after the other.
#[derive(Debug)]
pub(crate) struct Meetings<'d> {
    known: &'d Known,
    n_targets: usize,
    n_codes: usize,
    utterances: Rows<Row>,
    segments: Rows<SegmentRow>,
    stances: Rows<(String, Stance)>,
    codes: Rows<(String, Code)>,
    /// For each document, whether its turns were read.
    is_read: Vec<bool>,
}

/// A row of `utterances`, without the values that the turn refers to.
#[derive(Debug)]
struct Row {
    document_id: String,
    speaker_id: Option<String>,
    turn: Turn<'static>,
}

/// A row of `analysis`, without its stances and its place in the turn.
#[derive(Debug)]
struct SegmentRow {
    utterance_id: String,
    text: String,
    segment: Segment,
}

impl<'d> Meetings<'d> {
    pub(crate) fn of(results: &Results, known: &'d Known) -> Result<Self, ExportError> {
        Ok(Self {
            known,
            n_targets: results.study().targets.len(),
            n_codes: results.study().codes.len(),
            utterances: Rows::new(results, UtteranceRow::TABLE.name, utterance_rows)?,
            segments: Rows::new(results, AnalysisRow::TABLE.name, segment_rows)?,
            stances: Rows::new(results, StanceRow::TABLE.name, stance_rows)?,
            codes: Rows::new(results, VariableCodeRow::TABLE.name, code_rows)?,
            is_read: vec![false; known.documents.len()],
        })
    }

    /// The next document with turns; `None` after the last one.
    pub(crate) fn next(&mut self) -> Result<Option<Meeting<'d>>, ExportError> {
        let Some(first) = self.utterances.peek()? else {
            return match self.segments.peek()? {
                None => Ok(None),
                Some(row) => {
                    Err(misfit(format!("a segment belongs to the turn `{}`, which is not there", row.utterance_id)))
                }
            };
        };
        let id = first.document_id.clone();
        let at = self.known.position_of_document.get(&id).copied();
        let at = at.ok_or_else(|| misfit(format!("turns belong to the document `{id}`, which is not there")))?;
        if std::mem::replace(&mut self.is_read[at], true) {
            return Err(misfit(format!("the turns of the document `{id}` are not adjacent")));
        }
        let mut turns = Vec::new();
        while let Some(row) = self.utterances.next_if(|row| row.document_id == id)? {
            turns.push(self.turn(row)?);
        }
        Ok(Some(Meeting { document: &self.known.documents[at], turns }))
    }

    fn turn(&mut self, row: Row) -> Result<Turn<'d>, ExportError> {
        let known = self.known;
        let speaker = match &row.speaker_id {
            None => None,
            Some(id) => {
                let at = known.position_of_speaker.get(id).copied();
                let at = at.ok_or_else(|| misfit(format!("a turn belongs to the speaker `{id}`, who is not there")))?;
                Some(&known.speakers[at])
            }
        };
        let mut turn: Turn<'d> = row.turn;
        turn.speaker = speaker;
        let mut end = 0;
        while let Some(SegmentRow { mut segment, text, .. }) =
            self.segments.next_if(|row| row.utterance_id == turn.utterance_id)?
        {
            let start = turn.text[end..].find(&text).map(|at| end + at);
            let start = start
                .ok_or_else(|| misfit(format!("segment `{}` is not a part of the text of its turn", segment.id)))?;
            end = start + text.len();
            segment.range = start..end;
            while let Some((_, stance)) = self.stances.next_if(|(id, _)| *id == segment.id)? {
                segment.stances.push(stance);
            }
            if segment.stances.len() != self.n_targets {
                let (id, n) = (&segment.id, segment.stances.len());
                return Err(misfit(format!("segment `{id}` has {n} stances, expected {}", self.n_targets)));
            }
            while let Some((_, code)) = self.codes.next_if(|(id, _)| *id == segment.id)? {
                segment.codes.push(code);
            }
            if segment.codes.len() != self.n_codes {
                let (id, n) = (&segment.id, segment.codes.len());
                return Err(misfit(format!("segment `{id}` has {n} codes of variables, expected {}", self.n_codes)));
            }
            turn.segments.push(segment);
        }
        Ok(turn)
    }

    /// Paths of the documents that had no turns, once all were read.
    pub(crate) fn without_turns(&self) -> Vec<&'d str> {
        let documents = self.known.documents.iter().zip(&self.is_read);
        documents.filter(|(_, is_read)| !**is_read).map(|(document, _)| document.path.as_str()).collect()
    }
}

fn misfit(problem: String) -> ExportError {
    ExportError::Misfit { problem }
}

/// The rows of a table, of which some thousand are in memory.
#[derive(Debug)]
struct Rows<T> {
    groups: Groups,
    convert: fn(&DataFrame) -> Result<Vec<T>, OpenError>,
    waiting: VecDeque<T>,
}

impl<T> Rows<T> {
    fn new(
        results: &Results,
        table: &str,
        convert: fn(&DataFrame) -> Result<Vec<T>, OpenError>,
    ) -> Result<Self, OpenError> {
        Ok(Self { groups: results.groups(table, None)?, convert, waiting: VecDeque::new() })
    }

    fn peek(&mut self) -> Result<Option<&T>, OpenError> {
        while self.waiting.is_empty() {
            match self.groups.next() {
                None => return Ok(None),
                Some(group) => self.waiting = (self.convert)(&group?)?.into(),
            }
        }
        Ok(self.waiting.front())
    }

    fn next_if(&mut self, is_next: impl FnOnce(&T) -> bool) -> Result<Option<T>, OpenError> {
        match self.peek()? {
            Some(row) if is_next(row) => Ok(self.waiting.pop_front()),
            _ => Ok(None),
        }
    }
}

fn utterance_rows(frame: &DataFrame) -> Result<Vec<Row>, OpenError> {
    let turn = |row: &UtteranceRow| Turn {
        utterance_id: row.utterance_id.to_owned(),
        speaker: None,
        position: row.position,
        text: row.text.to_owned(),
        time_start_s: row.time_start_s,
        time_end_s: row.time_end_s,
        carried: row.carried.map(str::to_owned),
        n_words: row.n_words,
        boundary_confidence: row.boundary_confidence,
        needs_review: row.needs_review,
        link_rule: row.link_rule.map(str::to_owned),
        segments: Vec::new(),
    };
    let rows = UtteranceRow::rows(frame)?.into_iter().map(|row| Row {
        document_id: row.document_id.to_owned(),
        speaker_id: row.speaker_id.map(str::to_owned),
        turn: turn(&row),
    });
    Ok(rows.collect())
}

fn segment_rows(frame: &DataFrame) -> Result<Vec<SegmentRow>, OpenError> {
    let segment = |row: AnalysisRow| SegmentRow {
        utterance_id: row.utterance_id.to_owned(),
        text: row.text.to_owned(),
        segment: Segment {
            id: row.segment_id.to_owned(),
            range: 0..0,
            sentiment: row.sentiment_score.zip(row.sentiment_label.map(str::to_owned)),
            theme: row.theme_id.map(str::to_owned).zip(row.theme_probability),
            stances: Vec::new(),
            codes: Vec::new(),
        },
    };
    Ok(AnalysisRow::rows(frame)?.into_iter().map(segment).collect())
}

/// Stances, each with the id of its segment.
fn stance_rows(frame: &DataFrame) -> Result<Vec<(String, Stance)>, OpenError> {
    let stance = |row: StanceRow| {
        let stance = Stance { label: row.label.map(str::to_owned), score: row.score };
        (row.segment_id.to_owned(), stance)
    };
    Ok(StanceRow::rows(frame)?.into_iter().map(stance).collect())
}

/// Codes of variables, each with the id of its segment.
fn code_rows(frame: &DataFrame) -> Result<Vec<(String, Code)>, OpenError> {
    let code = |row: VariableCodeRow| {
        let code = Code { label: row.label.map(str::to_owned), probability: row.probability };
        (row.segment_id.to_owned(), code)
    };
    Ok(VariableCodeRow::rows(frame)?.into_iter().map(code).collect())
}
