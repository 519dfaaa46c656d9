//! Labels that are decided when all segments are known.
//!
//! **Input:** the tables of all documents, and what changes in a coding. **Output:** `codings`, `stance` and the stance columns of `analysis` with
//! the changes; everything else in them stays, byte for byte. **Refused:** tables whose rows do not fit each other. **Left to others:** which
//! probabilities and labels the codings get.

use polars_core::prelude::*;

use super::declare::Table;
use super::rows;
use super::schema::{AnalysisRow, CodingRow, StanceRow};
use super::sheet::{Csv, GROUP, Sheet};
use super::writer::{Closed, DRAFT, read, schema_of, store_error};
use super::{StudyInfo, TableError};
use plenary_corpus::findings::{Rule, StanceProbabilities, Verdict};

/// A coding with probabilities, as a coder gave it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Labelling<'a> {
    /// The coder.
    pub coder_id: &'a str,
    /// The target.
    pub target_id: &'a str,
    /// The probabilities.
    pub probabilities: StanceProbabilities,
    /// The rule that changed the probabilities.
    pub rule: Option<Rule>,
    /// Whether the unit is off the topic.
    pub is_off_topic: bool,
}

/// Reads [`Labelling`]s from the rows of a table, and writes what becomes of them.
macro_rules! relabelled {
    ($rows:expr, $coder:ident, $change:expr) => {
        for row in $rows.iter_mut() {
            let (Some(favor), Some(against), Some(neither)) = (row.favor, row.against, row.neither) else { continue };
            let changed = $change(&Labelling {
                coder_id: row.$coder,
                target_id: row.target_id,
                probabilities: StanceProbabilities { favor, against, neither },
                rule: row.rule.and_then(Rule::from_name),
                is_off_topic: row.reason == Some(plenary_corpus::findings::AbstentionReason::OffTopic.as_str()),
            });
            let Some((verdict, probabilities)) = changed else { continue };
            row.favor = Some(probabilities.favor);
            row.against = Some(probabilities.against);
            row.neither = Some(probabilities.neither);
            row.score = Some(probabilities.score());
            row.label = verdict.label().map(plenary_corpus::findings::Stance::as_str);
            row.reason = verdict.reason().map(plenary_corpus::findings::AbstentionReason::as_str);
        }
    };
}

impl Closed<'_> {
    /// Reads the rows of `codings` again, those of some whole segments at a time and in their order.
    ///
    /// # Errors
    /// The errors of `take`, and [`TableError`] if the file cannot be read.
    pub fn codings<E: From<TableError>>(&self, mut take: impl FnMut(&[CodingRow]) -> Result<(), E>) -> Result<(), E> {
        self.by_segment(CodingRow::TABLE, |frame| take(&CodingRow::rows(frame).map_err(TableError::from)?))
    }

    /// Reads the rows of `stance` again, as [`Closed::codings`] does.
    ///
    /// # Errors
    /// As [`Closed::codings`].
    pub fn shown<E: From<TableError>>(&self, mut take: impl FnMut(&[StanceRow]) -> Result<(), E>) -> Result<(), E> {
        self.by_segment(StanceRow::TABLE, |frame| take(&StanceRow::rows(frame).map_err(TableError::from)?))
    }

    /// Gives codings with probabilities the verdict and the probabilities that `change` returns; `None` leaves a coding as it is.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    pub fn relabel(
        &mut self,
        change: impl Fn(&Labelling) -> Option<(Verdict, StanceProbabilities)>,
    ) -> Result<(), TableError> {
        let fail = |table: Table| move |source| store_error(table.name, source);
        self.rewrite(CodingRow::TABLE.name, CodingRow::TABLE, |_, _, frame| {
            let mut rows = CodingRow::rows(&frame)?;
            relabelled!(rows, coder_id, change);
            CodingRow::frame(&rows).map_err(fail(CodingRow::TABLE))
        })?;
        self.rewrite(StanceRow::TABLE.name, StanceRow::TABLE, |_, _, frame| {
            let mut rows = StanceRow::rows(&frame)?;
            relabelled!(rows, model_id, change);
            StanceRow::frame(&rows).map_err(fail(StanceRow::TABLE))
        })?;
        let targets = self.study.targets.clone();
        self.rewrite(DRAFT, AnalysisRow::TABLE, |closed, first, mut frame| {
            let n = targets.len();
            let stance = read(&closed.sink.source(), StanceRow::TABLE.name, None, first * n, frame.height() * n)?;
            let rows = StanceRow::rows(&stance)?;
            for column in rows::stance_columns(&rows, &targets, frame.height())? {
                frame.with_column(column).map_err(fail(AnalysisRow::TABLE))?;
            }
            Ok(frame)
        })
    }

    /// Number of rows of a table of the documents.
    fn n_rows(&self, name: &str) -> usize {
        if name == DRAFT {
            return self.n_segments;
        }
        let name = format!("{name}.parquet");
        self.done.iter().find(|file| file.name == name).and_then(|file| file.rows).unwrap_or(0)
    }

    fn by_segment<E: From<TableError>>(
        &self,
        table: Table,
        mut take: impl FnMut(&DataFrame) -> Result<(), E>,
    ) -> Result<(), E> {
        let n_rows = self.n_rows(table.name);
        let per_segment = n_rows.checked_div(self.n_segments).unwrap_or(0).max(1);
        let at_once = (GROUP / per_segment).max(1) * per_segment;
        for first in (0..n_rows).step_by(at_once) {
            take(&read(&self.sink.source(), table.name, None, first, at_once)?)?;
        }
        Ok(())
    }

    /// Replaces a complete table by what `change` makes of its rows, whose first position it gets.
    fn rewrite(
        &mut self,
        name: &'static str,
        table: Table,
        mut change: impl FnMut(&Self, usize, DataFrame) -> Result<DataFrame, TableError>,
    ) -> Result<(), TableError> {
        // The draft of `analysis` has neither variables nor dictionaries, and no CSV file.
        let study = StudyInfo { variables: Vec::new(), dictionaries: Vec::new(), ..self.study.clone() };
        let csv = if name == DRAFT { None } else { Csv::of(&study) };
        let unfinished = format!("{name}-relabelled");
        let schema = schema_of(&table, &study, self.vector_width);
        let mut sheet = Sheet::begin(&self.sink, &unfinished, schema, csv)?;
        for first in (0..self.n_rows(name)).step_by(GROUP) {
            let frame = read(&self.sink.source(), name, None, first, GROUP)?;
            sheet.add(change(self, first, frame)?)?;
        }
        for mut file in sheet.finish(&mut self.sink)? {
            let known = file.name.replace(&unfinished, name);
            self.sink.rename(&file.name, &known)?;
            file.name = known;
            if let Some(old) = self.done.iter_mut().find(|old| old.name == file.name) {
                *old = file;
            }
        }
        Ok(())
    }
}
