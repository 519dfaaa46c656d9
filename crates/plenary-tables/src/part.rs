//! The tables of the documents of a part of a corpus, and combining those of several parts.
//!
//! **Input:** what a [`Writer`](crate::Writer) wrote, or the folder of a part. **Output:** a [`Closed`] that contains
//! the documents of all parts in the order in which one run over everything writes them; its bytes do not depend on how
//! the corpus was cut. **Refused:** a folder of a part that is not complete, and tables that do not contain the rows of
//! their documents. **Left to others:** the order of the documents (the caller), and computing themes and estimates.

use std::collections::BTreeSet;
use std::path::Path;

use ndarray::ArrayView2;
use plenary_corpus::hash::sha256;
use polars_core::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::folder::{OutputFolder, PART_MARKER, is_plain_name};
use super::open_error::{OpenError, OpenErrorKind};
use super::record::WrittenFile;
use super::schema::{AddedColumns, BlockRow, EmbeddingRow, SegmentRow, UtteranceRow};
use super::sheet::{Csv, GROUP, Sheet};
use super::sink::Sink;
use super::source::Source;
use super::writer::{Closed, DRAFT, OF_PART, read_again, schema_of, store_error};
use super::{StudyInfo, TableError};

/// Minimum number of rows of a table that are read together.
const FEWEST_ROWS: usize = 1024;

/// Consecutive documents of one part, by the number of their rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentRun {
    /// Position of the part.
    pub part: usize,
    /// Rows of `blocks`.
    pub n_blocks: usize,
    /// Rows of `utterances`.
    pub n_utterances: usize,
    /// Rows of `segments`.
    pub n_segments: usize,
}

impl DocumentRun {
    /// This run and the next one of the same part as one run.
    #[must_use]
    pub fn then(self, next: DocumentRun) -> DocumentRun {
        DocumentRun {
            part: self.part,
            n_blocks: self.n_blocks + next.n_blocks,
            n_utterances: self.n_utterances + next.n_utterances,
            n_segments: self.n_segments + next.n_segments,
        }
    }
}

/// The tables of the documents of a part, complete.
pub struct PartTables<'r> {
    /// Where the tables were written; `None` if they were opened.
    pub(super) sink: Option<Sink<'r>>,
    pub(super) source: Source,
    pub(super) study: StudyInfo,
    pub(super) vector_width: usize,
    pub(super) files: Vec<WrittenFile>,
}

impl std::fmt::Debug for PartTables<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PartTables").field("source", &self.source).field("files", &self.files).finish_non_exhaustive()
    }
}

/// The content of the record of a part, in addition to the caller's values.
#[derive(serde::Serialize, serde::Deserialize)]
struct Record<T> {
    plenary_version: String,
    vector_width: usize,
    #[serde(flatten)]
    of_caller: T,
    files: Vec<WrittenFile>,
}

impl OutputFolder {
    /// Locks a folder for a part of a corpus, as [`OutputFolder::prepare`] does for results. `names` are files that the
    /// caller adds to the tables.
    ///
    /// # Errors
    /// As [`OutputFolder::prepare`].
    pub fn prepare_part(path: &Path, csv: bool, names: &[&str]) -> Result<Self, TableError> {
        let extensions: &[&str] = if csv { &["parquet", "csv"] } else { &["parquet"] };
        let tables = OF_PART.iter().map(|table| table.name).chain([DRAFT]);
        let of_tables = tables.flat_map(|table| extensions.iter().map(move |e| format!("{table}.{e}")));
        let names: Vec<String> = of_tables.chain(names.iter().map(|name| (*name).to_owned())).collect();
        Self::take(path, PART_MARKER, &names)
    }
}

impl<'r> PartTables<'r> {
    /// Number of dimensions of the vectors.
    pub fn vector_width(&self) -> usize {
        self.vector_width
    }

    /// The tables of a part that were started in memory.
    ///
    /// # Errors
    /// If they were started in a folder.
    pub fn in_memory(self) -> Result<PartTables<'static>, TableError> {
        let Self { source: source @ Source::Memory(_), study, vector_width, files, .. } = self else {
            return Err(TableError::Misfit { what: "tables in memory".into(), found: 0, expected: 1 });
        };
        Ok(PartTables { sink: None, source, study, vector_width, files })
    }

    /// Moves the tables of a part, further files and its record into the folder in which the tables were started.
    ///
    /// # Errors
    /// If a file cannot be written, or the tables were not started in a folder of a part.
    pub fn publish(
        mut self,
        more: &[(&str, &[u8])],
        record: &impl Serialize,
    ) -> Result<PartTables<'static>, TableError> {
        let Some(mut sink) = self.sink.take() else {
            return Err(TableError::Misfit { what: "places of a part".into(), found: 0, expected: 1 });
        };
        for (name, content) in more {
            self.files.push(sink.write(name, content)?);
        }
        self.files.sort_by(|a, b| a.name.cmp(&b.name));
        let record = Record {
            plenary_version: super::VERSION.to_owned(),
            vector_width: self.vector_width,
            of_caller: record,
            files: self.files,
        };
        let text = serde_json::to_string_pretty(&record).map_err(|source| TableError::Record { source })?;
        sink.write(PART_MARKER, format!("{text}\n").as_bytes())?;
        let source = sink.publish()?;
        Ok(PartTables { sink: None, source, study: self.study, vector_width: self.vector_width, files: record.files })
    }

    /// Opens the folder of a part: its tables, what the caller put into its record, and the content of further files.
    /// `study` makes the study from that record. Sizes and sha256 of all files are checked.
    ///
    /// # Errors
    /// [`OpenError`] if the folder does not hold a complete part of this version.
    pub fn open<T: DeserializeOwned>(
        folder: &Path,
        more: &[&str],
        study: impl FnOnce(&T) -> StudyInfo,
    ) -> Result<(PartTables<'static>, T, Vec<Vec<u8>>), OpenError> {
        Self::open_checking(folder, more, |_| true, study)
    }

    /// As [`PartTables::open`], but size and sha256 only of the further files and of the vectors and texts, if `again` is set, are
    /// checked: of what [`PartTables::again`] reads.
    ///
    /// # Errors
    /// As [`PartTables::open`].
    pub fn open_some<T: DeserializeOwned>(
        folder: &Path,
        more: &[&str],
        again: bool,
        study: impl FnOnce(&T) -> StudyInfo,
    ) -> Result<(PartTables<'static>, T, Vec<Vec<u8>>), OpenError> {
        let of_again = [EmbeddingRow::TABLE.name, DRAFT].map(|table| format!("{table}.parquet"));
        let is_read = |name: &str| more.contains(&name) || again && of_again.iter().any(|table| table == name);
        Self::open_checking(folder, more, is_read, study)
    }

    fn open_checking<T: DeserializeOwned>(
        folder: &Path,
        more: &[&str],
        is_checked: impl Fn(&str) -> bool,
        study: impl FnOnce(&T) -> StudyInfo,
    ) -> Result<(PartTables<'static>, T, Vec<Vec<u8>>), OpenError> {
        let source = Source::Folder(folder.to_owned());
        let marker = folder.join(PART_MARKER);
        let damaged = |problem: String| OpenError::new(&marker, OpenErrorKind::RecordDamaged { problem });
        if !folder.is_dir() {
            let kind = if folder.exists() { OpenErrorKind::PartNotAFolder } else { OpenErrorKind::PartMissing };
            return Err(OpenError::new(folder, kind));
        }
        let bytes = source.bytes(PART_MARKER).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => OpenError::new(folder, OpenErrorKind::NotAPart),
            _ => OpenError::new(&marker, OpenErrorKind::Unreadable { source: error }),
        })?;
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        let Some(version) = value.get("plenary_version").and_then(serde_json::Value::as_str) else {
            return Err(OpenError::new(&marker, OpenErrorKind::ForeignRecord));
        };
        if version != super::VERSION {
            let plenary_version = version.to_owned();
            return Err(OpenError::new(folder, OpenErrorKind::PartVersion { plenary_version }));
        }
        let record: Record<T> = serde_json::from_value(value).map_err(|error| damaged(error.to_string()))?;
        let expected: BTreeSet<String> = OF_PART
            .iter()
            .map(|table| table.name)
            .chain([DRAFT])
            .map(|table| format!("{table}.parquet"))
            .chain(more.iter().map(|name| (*name).to_owned()))
            .collect();
        let listed: BTreeSet<&str> = record.files.iter().map(|file| file.name.as_str()).collect();
        if let Some(missing) = expected.iter().find(|name| !listed.contains(name.as_str())) {
            return Err(damaged(format!("it does not list {missing}")));
        }
        if let Some(odd) = listed.iter().find(|name| !is_plain_name(name)) {
            return Err(damaged(format!("it lists a file with the name {odd}")));
        }
        for file in record.files.iter().filter(|file| is_checked(&file.name)) {
            let wrong = |kind| OpenError::new(source.path(&file.name), kind);
            let unreadable = |error: std::io::Error| match error.kind() {
                std::io::ErrorKind::NotFound => wrong(OpenErrorKind::FileMissing),
                _ => wrong(OpenErrorKind::Unreadable { source: error }),
            };
            let found = source.size(&file.name).map_err(unreadable)?;
            if found != file.bytes {
                return Err(wrong(OpenErrorKind::Size { found, expected: file.bytes }));
            }
            let found = source.sha256(&file.name).map_err(unreadable)?;
            if found != file.sha256 {
                return Err(wrong(OpenErrorKind::Sha256 { found, expected: file.sha256.clone() }));
            }
        }
        let mut contents = Vec::new();
        for name in more {
            let content = source
                .bytes(name)
                .map_err(|error| OpenError::new(source.path(name), OpenErrorKind::Unreadable { source: error }))?;
            contents.push(content);
        }
        let Record { vector_width, of_caller, files, .. } = record;
        let study = study(&of_caller);
        Ok((PartTables { sink: None, source, study, vector_width, files }, of_caller, contents))
    }

    /// The documents of this part as those of a whole run, in the place where they were written; `added` are the columns that the study
    /// adds.
    ///
    /// # Errors
    /// If a table cannot be started, or the part was opened instead of written.
    pub fn close(self, added: &AddedColumns) -> Result<Closed<'r>, TableError> {
        match self.sink {
            Some(sink) => Closed::begin(sink, self.study, self.vector_width, self.files, added),
            None => Err(TableError::Misfit { what: "places of a run".into(), found: 0, expected: 1 }),
        }
    }

    /// Reads vectors (`[segments, dimensions]`) and texts of all segments again, some at a time and in their order.
    ///
    /// # Errors
    /// The errors of `take`, and [`TableError`] if the files cannot be read.
    pub fn again<E: From<TableError>>(
        &self,
        take: impl FnMut(ArrayView2<f32>, &[&str]) -> Result<(), E>,
    ) -> Result<(), E> {
        read_again(&self.source, self.n_rows(SegmentRow::TABLE.name), self.vector_width, take)
    }

    fn n_rows(&self, table: &str) -> usize {
        let name = format!("{table}.parquet");
        self.files.iter().find(|file| file.name == name).and_then(|file| file.rows).unwrap_or(0)
    }
}

impl<'r> Closed<'r> {
    /// The documents of several parts, in the order of `runs`, in a folder.
    ///
    /// # Errors
    /// If a table cannot be read or written, or the parts do not hold the documents of `runs`.
    pub fn combine(
        folder: &'r OutputFolder,
        parts: &[PartTables],
        runs: &[DocumentRun],
        study: &StudyInfo,
        added: &AddedColumns,
    ) -> Result<Self, TableError> {
        Self::combine_in(Sink::folder(folder)?, parts, runs, study, added)
    }

    /// The documents of several parts, in the order of `runs`, in memory.
    ///
    /// # Errors
    /// As [`Closed::combine`].
    pub fn combine_in_memory(
        parts: &[PartTables],
        runs: &[DocumentRun],
        study: &StudyInfo,
        added: &AddedColumns,
    ) -> Result<Closed<'static>, TableError> {
        Closed::combine_in(Sink::memory(), parts, runs, study, added)
    }

    fn combine_in<'s>(
        mut sink: Sink<'s>,
        parts: &[PartTables],
        runs: &[DocumentRun],
        study: &StudyInfo,
        added: &AddedColumns,
    ) -> Result<Closed<'s>, TableError> {
        let vector_width = parts.first().map_or(0, PartTables::vector_width);
        for part in parts {
            if part.vector_width != vector_width {
                let (found, expected) = (part.vector_width, vector_width);
                return Err(TableError::Misfit { what: "dimensions of vectors of a part".into(), found, expected });
            }
        }
        let mut done = Vec::new();
        let tables = OF_PART.iter().map(|table| (table.name, schema_of(table, study, vector_width), Csv::of(study)));
        let analysis = super::schema::AnalysisRow::TABLE;
        let draft = (DRAFT, schema_of(&analysis, study, vector_width), None);
        for (name, schema, csv) in tables.chain([draft]) {
            let mut sheet = Sheet::begin(&sink, name, schema, csv)?;
            merge_table(name, parts, runs, |rows| sheet.add(rows))?;
            done.extend(sheet.finish(&mut sink)?);
        }
        Closed::begin(sink, study.clone(), vector_width, done, added)
    }
}

/// Passes on the rows of one table of all parts, in the order of `runs`.
fn merge_table(
    table: &str,
    parts: &[PartTables],
    runs: &[DocumentRun],
    mut give: impl FnMut(DataFrame) -> Result<(), TableError>,
) -> Result<(), TableError> {
    let misfit = |what: String, found, expected| TableError::Misfit { what, found, expected };
    let rows_at_once = (GROUP / parts.len().max(1)).clamp(FEWEST_ROWS, GROUP);
    let mut cursors: Vec<Cursor> = parts.iter().map(|part| Cursor::new(&part.source, table, rows_at_once)).collect();
    // Tables that are not of blocks, utterances or segments have the same number of rows for every segment.
    let mut rows_per_segment = Vec::new();
    for part in parts {
        let (n_rows, n_segments) = (part.n_rows(table), part.n_rows(SegmentRow::TABLE.name));
        let per_segment = n_rows.checked_div(n_segments).unwrap_or(0);
        let is_of_segments = table != BlockRow::TABLE.name && table != UtteranceRow::TABLE.name;
        if is_of_segments && per_segment * n_segments != n_rows {
            return Err(misfit(format!("rows of `{table}` of a part"), n_rows, per_segment * n_segments));
        }
        rows_per_segment.push(per_segment);
    }
    for run in runs {
        let Some((cursor, per_segment)) = cursors.get_mut(run.part).zip(rows_per_segment.get(run.part)) else {
            return Err(misfit("position of a part".into(), run.part, parts.len()));
        };
        let n = if table == BlockRow::TABLE.name {
            run.n_blocks
        } else if table == UtteranceRow::TABLE.name {
            run.n_utterances
        } else {
            run.n_segments * per_segment
        };
        cursor.take(n, &mut give)?;
    }
    for (part, cursor) in parts.iter().zip(&cursors) {
        let (found, expected) = (cursor.given, part.n_rows(table));
        if found != expected {
            return Err(misfit(format!("rows of `{table}` of a part that its documents have"), found, expected));
        }
    }
    Ok(())
}

/// A table of a part that is read from its first row to its last.
struct Cursor<'s> {
    source: &'s Source,
    table: &'s str,
    rows_at_once: usize,
    /// Rows that were read.
    read: usize,
    /// Number of rows that were passed on.
    given: usize,
    pending: Option<DataFrame>,
}

impl<'s> Cursor<'s> {
    fn new(source: &'s Source, table: &'s str, rows_at_once: usize) -> Self {
        Self { source, table, rows_at_once, read: 0, given: 0, pending: None }
    }

    /// Passes the next `n` rows to `give`.
    fn take(
        &mut self,
        mut n: usize,
        give: &mut impl FnMut(DataFrame) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        while n > 0 {
            let rows = if let Some(rows) = self.pending.take() {
                rows
            } else {
                let name = format!("{}.parquet", self.table);
                let rows = self
                    .source
                    .rows(&name, None, self.read, self.rows_at_once)
                    .map_err(|source| store_error(self.table, source))?;
                if rows.height() == 0 {
                    let what = format!("rows of `{}` of a part", self.table);
                    return Err(TableError::Misfit { what, found: self.given, expected: self.given + n });
                }
                self.read += rows.height();
                rows
            };
            let taken = rows.height().min(n);
            if taken < rows.height() {
                self.pending = Some(rows.slice(taken as i64, rows.height() - taken));
            }
            n -= taken;
            self.given += taken;
            give(rows.slice(0, taken))?;
        }
        Ok(())
    }
}

/// sha256 of some values as JSON, to check that parts belong to the same study.
pub fn fingerprint(value: &impl Serialize) -> String {
    // Plain data with string keys, which always serialises to JSON.
    sha256(&serde_json::to_vec(value).unwrap_or_default())
}
