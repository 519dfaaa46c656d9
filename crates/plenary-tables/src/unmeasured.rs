//! Tables of transcripts that are not measured.
//!
//! **Input:** transcripts, and the variables that a study adds. **Output:** frames with the rows and columns of the tables of a run,
//! without the columns that a measurement fills. **Refused:** nothing. **Left to others:** who reads transcripts, and the other tables.

use std::collections::BTreeMap;

use plenary_corpus::{Failure, Summary, Transcript};
use polars_core::prelude::*;

use super::TableError;
use super::declare::Table;
use super::rows;
use super::schema::{DocumentRow, FailureRow, SegmentRow, SpeakerRow, UtteranceRow, Variable};
use super::writer::{store_error, with_variables};

/// The columns of `segments` that only a measurement fills.
const MEASURED: [&str; 3] = ["n_tokens", "n_windows", "context"];

/// A table of transcripts that are not measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnmeasuredTable {
    /// `documents`.
    Documents,
    /// `speakers`, with their persons.
    Speakers,
    /// `utterances`.
    Utterances,
    /// The rows of `utterances` that a person should check.
    Doubtful,
    /// `segments`, without `n_tokens`, `n_windows` and `context`.
    Segments,
    /// `failures`: inputs that were not read.
    Failures,
}

impl UnmeasuredTable {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Documents, Self::Speakers, Self::Utterances, Self::Doubtful, Self::Segments, Self::Failures];

    /// Its name: that of the table of a run, or `doubtful`.
    pub fn name(self) -> &'static str {
        match self {
            UnmeasuredTable::Doubtful => "doubtful",
            other => other.table().name,
        }
    }

    /// The table of a run that has these rows.
    fn table(self) -> Table {
        match self {
            UnmeasuredTable::Documents => DocumentRow::TABLE,
            UnmeasuredTable::Speakers => SpeakerRow::TABLE,
            UnmeasuredTable::Utterances | UnmeasuredTable::Doubtful => UtteranceRow::TABLE,
            UnmeasuredTable::Segments => SegmentRow::TABLE,
            UnmeasuredTable::Failures => FailureRow::TABLE,
        }
    }
}

/// Transcripts with what their tables need.
#[derive(Debug, Clone, Copy)]
pub struct Unmeasured<'a> {
    /// The transcripts.
    pub transcripts: &'a [Transcript],
    /// Their summaries, in the same order.
    pub summaries: &'a [Summary],
    /// Further paths of the same bytes, by document id.
    pub other_paths: &'a BTreeMap<String, Vec<String>>,
    /// Inputs that were not read.
    pub failures: &'a [Failure],
    /// The columns that the study adds.
    pub variables: &'a [Variable],
}

impl Unmeasured<'_> {
    /// The rows of a table.
    ///
    /// # Errors
    /// [`TableError::Store`] if a value does not fit its column.
    pub fn frame(&self, table: UnmeasuredTable) -> Result<DataFrame, TableError> {
        let of_utterances = |is_wanted: fn(&UtteranceRow) -> bool| {
            let rows = self.transcripts.iter().flat_map(rows::utterances).filter(is_wanted);
            UtteranceRow::frame(&rows.collect::<Vec<_>>())
        };
        let frame = match table {
            UnmeasuredTable::Documents => {
                let variables = self.summaries.iter().map(|document| &document.front.variables);
                let frame = DocumentRow::frame(&rows::documents(self.summaries, self.other_paths));
                with_variables(frame, DocumentRow::TABLE, self.variables, variables)
            }
            UnmeasuredTable::Speakers => {
                let variables = self.summaries.iter().flat_map(|document| &document.speakers).map(|s| &s.variables);
                let frame = SpeakerRow::frame(&rows::speakers(self.summaries));
                with_variables(frame, SpeakerRow::TABLE, self.variables, variables)
            }
            UnmeasuredTable::Utterances => of_utterances(|_| true),
            UnmeasuredTable::Doubtful => of_utterances(|row| row.needs_review),
            UnmeasuredTable::Segments => {
                let rows = self.transcripts.iter().flat_map(|transcript| {
                    transcript.segments.iter().map(move |segment| rows::unmeasured_segment(transcript, segment))
                });
                SegmentRow::frame(&rows.collect::<Vec<_>>()).map(|frame| frame.drop_many(MEASURED))
            }
            UnmeasuredTable::Failures => FailureRow::frame(&rows::failures(self.failures)),
        };
        frame.map_err(|source| store_error(table.table().name, source))
    }
}
