//! Results: the tables of a run, opened from a folder or kept in memory.
//!
//! **Input:** a results folder, or what a [`Writer`](crate::Writer) wrote to memory. **Output:** the run, the study and
//! every table, as frames, as typed rows and as Arrow. **Refused:** a folder that is foreign, unfinished, damaged, or
//! of another format. **Left to others:** the use of the tables.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use polars_core::prelude::*;

use super::arrow::{self, RecordBatches};
use super::declare::Table;
use super::folder::{self, MARKER, OutputFolder};
use super::open_error::{OpenError, OpenErrorKind};
use super::record::{self, Formats, Run, WrittenFile};
use super::schema::TABLES;
use super::sheet::GROUP;
use super::sink::Sink;
use super::source::Source;
use super::writer::schema_of;
use super::{StudyInfo, TableError};

/// How thoroughly results are checked when they are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Check {
    /// Only `run.json`, which may be of an earlier format. A table is checked when it is read with [`Results::stored`]; its columns may be
    /// others than those of this version.
    Record,
    /// Every file is there and has its size. Content and columns of a table are checked when it is first read.
    Quick,
    /// The sha256 of every file, and the columns of every table, as well.
    #[default]
    Full,
}

/// The results of a run, in a folder or in memory. Tables of a folder are read when they are asked for.
///
/// ```no_run
/// use plenary_tables::schema::SpeakerRow;
/// use plenary_tables::{Check, OpenError, Results};
///
/// # fn main() -> Result<(), OpenError> {
/// let results = Results::open("results".as_ref(), Check::Full)?;
/// let frame = results.frame(SpeakerRow::TABLE)?;
/// for speaker in SpeakerRow::rows(&frame)? {
///     println!("{}: {} words", speaker.name, speaker.n_words);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Results {
    source: Source,
    run: Run,
    study: StudyInfo,
    files: Vec<WrittenFile>,
    /// Names of files whose content is known to be what `run.json` lists.
    checked: Mutex<BTreeSet<String>>,
}

impl Results {
    /// Opens a results folder.
    ///
    /// # Errors
    /// [`OpenError`] if the folder does not hold results that are complete, undamaged and of this version's format.
    pub fn open(folder: &Path, check: Check) -> Result<Self, OpenError> {
        let wrong = |kind| Err(OpenError::new(folder, kind));
        match fs::metadata(folder) {
            Ok(found) if !found.is_dir() => return wrong(OpenErrorKind::NotAFolder),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return wrong(OpenErrorKind::Missing),
            Err(source) => return wrong(OpenErrorKind::Unreadable { source }),
        }
        if folder::awaits_move(folder) {
            return wrong(OpenErrorKind::NotMoved);
        }
        let source = Source::Folder(folder.to_owned());
        let bytes = match source.bytes(MARKER) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound && folder::is_staged(folder) => {
                return wrong(OpenErrorKind::Unfinished);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return wrong(OpenErrorKind::NotResults),
            Err(source) => return Err(OpenError::new(folder.join(MARKER), OpenErrorKind::Unreadable { source })),
        };
        Self::new(source, &bytes, check)
    }

    /// Results whose files were just written, and are not checked again.
    pub(super) fn written(source: Source, record: &[u8]) -> Result<Self, OpenError> {
        let record = record::read(record, Formats::Own).map_err(|kind| OpenError::new(source.path(MARKER), kind))?;
        let checked = record.files.iter().map(|file| file.name.clone()).collect();
        Ok(Self { source, run: record.run, study: record.study, files: record.files, checked: Mutex::new(checked) })
    }

    fn new(source: Source, record: &[u8], check: Check) -> Result<Self, OpenError> {
        let formats = if check == Check::Record { Formats::OwnAndEarlier } else { Formats::Own };
        let record = record::read(record, formats).map_err(|kind| OpenError::new(source.path(MARKER), kind))?;
        let results =
            Self { source, run: record.run, study: record.study, files: record.files, checked: Mutex::default() };
        if check == Check::Record {
            return Ok(results);
        }
        for table in TABLES {
            results.listed(table)?;
        }
        for file in &results.files {
            results.check_size(file)?;
        }
        if check == Check::Full {
            for file in &results.files {
                results.check_content(file)?;
            }
        }
        Ok(results)
    }

    /// The run that computed the results.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// The study: the values that the tables depend on, and the whole study as JSON.
    pub fn study(&self) -> &StudyInfo {
        &self.study
    }

    /// The files besides `run.json`, by name.
    pub fn files(&self) -> &[WrittenFile] {
        &self.files
    }

    /// The folder; `None` if the results are in memory.
    pub fn folder(&self) -> Option<&Path> {
        match &self.source {
            Source::Folder(folder) => Some(folder),
            Source::Memory(_) => None,
        }
    }

    /// How a file is, compared with what `run.json` lists. The file is read whole if it has its size.
    pub fn state(&self, file: &WrittenFile) -> FileState {
        match self.source.size(&file.name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return FileState::Missing,
            Err(error) => return FileState::Unreadable { problem: error.to_string() },
            Ok(found) if found != file.bytes => return FileState::OtherSize { found },
            Ok(_) => {}
        }
        match self.source.sha256(&file.name) {
            Err(error) => FileState::Unreadable { problem: error.to_string() },
            Ok(found) if found != file.sha256 => FileState::OtherContent { found },
            Ok(_) => FileState::Same,
        }
    }

    /// Some columns of a table as it is stored, some thousand rows at a time, in the order of the table: the columns that it has of
    /// `columns`, or all of them. A table that these results do not have has no rows and no columns.
    ///
    /// # Errors
    /// [`OpenError`] if the file is not the one that `run.json` lists, or cannot be read.
    pub fn stored(&self, table: Table, columns: Option<&[&str]>) -> Result<Stored, OpenError> {
        let name = file_of(&table);
        let Some(file) = self.files.iter().find(|file| file.name == name) else {
            let groups = Groups { source: self.source.clone(), table: table.name, columns: None, next: 0, n_rows: 0 };
            let missing = columns.unwrap_or_default().iter().map(|column| (*column).to_owned()).collect();
            return Ok(Stored { groups, columns: Vec::new(), missing });
        };
        self.check_bytes(file)?;
        let (n_rows, schema) =
            self.source.shape(&name).map_err(|source| self.wrong(&name, OpenErrorKind::Stored { source }))?;
        let all: Vec<String> = schema.iter_names().map(ToString::to_string).collect();
        let (columns, missing): (Vec<String>, Vec<String>) = match columns {
            None => (all, Vec::new()),
            Some(wanted) => wanted.iter().map(|name| (*name).to_owned()).partition(|name| all.contains(name)),
        };
        let groups = Groups {
            source: self.source.clone(),
            table: table.name,
            columns: Some(columns.clone()),
            next: 0,
            // Rows without columns would be frames without rows.
            n_rows: if columns.is_empty() { 0 } else { n_rows },
        };
        Ok(Stored { groups, columns, missing })
    }

    /// Rows of a table.
    ///
    /// # Errors
    /// [`OpenErrorKind::UnknownTable`].
    pub fn n_rows(&self, table: impl AsRef<str>) -> Result<usize, OpenError> {
        Ok(self.listed(&self.table(table.as_ref())?)?.rows.unwrap_or_default())
    }

    /// A table as a frame.
    ///
    /// # Errors
    /// [`OpenError`] if there is no such table or its file is damaged.
    pub fn frame(&self, table: impl AsRef<str>) -> Result<DataFrame, OpenError> {
        self.read_rows(table.as_ref(), None, usize::MAX)
    }

    /// Some columns of a table as a frame, in the order of `columns`.
    ///
    /// # Errors
    /// [`OpenError`] if there is no such table or column or its file is damaged.
    pub fn columns(&self, table: impl AsRef<str>, columns: &[&str]) -> Result<DataFrame, OpenError> {
        self.read_rows(table.as_ref(), Some(columns), usize::MAX)
    }

    /// The first rows of a table, at most `n` of them; all columns, or those that `columns` names, in that order.
    ///
    /// # Errors
    /// [`OpenError`] if there is no such table or column or its file is damaged.
    pub fn head(&self, table: impl AsRef<str>, columns: Option<&[&str]>, n: usize) -> Result<DataFrame, OpenError> {
        self.read_rows(table.as_ref(), columns, n)
    }

    /// A table as frames of some thousand rows each, in the order of the table, so that the whole table is never in memory;
    /// all columns, or those that `columns` names, in the order of the table.
    ///
    /// # Errors
    /// [`OpenError`] if there is no such table or column or its file is damaged.
    pub fn groups(&self, table: impl AsRef<str>, columns: Option<&[&str]>) -> Result<Groups, OpenError> {
        let table = self.table(table.as_ref())?;
        let file = self.listed(&table)?;
        self.check_content(file)?;
        if let Some(columns) = columns {
            self.check_names(&table, columns)?;
        }
        let columns = columns.map(|columns| columns.iter().map(|column| (*column).to_owned()).collect());
        let n_rows = file.rows.unwrap_or_default();
        Ok(Groups { source: self.source.clone(), table: table.name, columns, next: 0, n_rows })
    }

    /// A table as Arrow record batches of some thousand rows each, with the schema that the Parquet file names.
    ///
    /// # Errors
    /// [`OpenError`] if there is no such table or its file is damaged.
    pub fn record_batches(&self, table: impl AsRef<str>) -> Result<RecordBatches, OpenError> {
        let empty = self.read_rows(table.as_ref(), None, 0)?;
        Ok(RecordBatches::new(self.groups(table, None)?, empty.schema()))
    }

    /// A table through the Arrow C stream interface, for consumers in other languages.
    ///
    /// # Errors
    /// [`OpenError`] if there is no such table or its file is damaged.
    pub fn arrow_stream(&self, table: impl AsRef<str>) -> Result<polars_arrow::ffi::ArrowArrayStream, OpenError> {
        Ok(arrow::stream(self.record_batches(table)?))
    }

    /// Writes the results into a folder: the same bytes as a run that writes there.
    ///
    /// # Errors
    /// [`TableError`] if the folder is refused or cannot be written, or a file of these results is damaged. Earlier
    /// results in the folder are unchanged then.
    pub fn save(&self, path: &Path) -> Result<Self, TableError> {
        let folder = OutputFolder::prepare(path, self.study.csv)?;
        let mut sink = Sink::folder(&folder)?;
        for file in &self.files {
            self.check_content(file)?;
            sink.write(&file.name, &self.bytes(&file.name)?)?;
        }
        let record = self.bytes(MARKER)?;
        sink.write(MARKER, &record)?;
        Ok(Self::written(sink.publish()?, &record)?)
    }

    fn bytes(&self, name: &str) -> Result<Vec<u8>, OpenError> {
        self.source.bytes(name).map_err(|source| self.unreadable(name, source))
    }

    fn table(&self, name: &str) -> Result<Table, OpenError> {
        TABLES.iter().find(|table| table.name == name).copied().ok_or_else(|| {
            let known = TABLES.iter().map(|table| table.name).collect::<Vec<_>>().join(", ");
            let path = self.folder().unwrap_or(Path::new(MARKER));
            OpenError::new(path, OpenErrorKind::UnknownTable { name: name.to_owned(), known })
        })
    }

    fn check_names(&self, table: &Table, columns: &[&str]) -> Result<(), OpenError> {
        let schema = schema_of(table, &self.study, 1);
        match columns.iter().find(|column| !schema.contains(column)) {
            None => Ok(()),
            Some(name) => {
                let known = schema.iter_names().map(PlSmallStr::as_str).collect::<Vec<_>>().join(", ");
                let kind = OpenErrorKind::UnknownColumn { name: (*name).to_owned(), known };
                Err(OpenError::new(self.source.path(&file_of(table)), kind))
            }
        }
    }

    fn listed(&self, table: &Table) -> Result<&WrittenFile, OpenError> {
        let name = file_of(table);
        self.files.iter().find(|file| file.name == name).ok_or_else(|| {
            OpenError::new(self.source.path(MARKER), OpenErrorKind::NotListed { table: table.name.to_owned() })
        })
    }

    fn read_rows(&self, table: &str, columns: Option<&[&str]>, n: usize) -> Result<DataFrame, OpenError> {
        let groups = self.groups(table, columns)?;
        let n = n.min(groups.n_rows);
        let frame = groups.rows(0, n)?;
        // The reader returns columns in the order of the file.
        match columns {
            None => Ok(frame),
            Some(columns) => frame.select(columns.iter().copied()).map_err(|source| OpenError::stored(table, source)),
        }
    }

    fn check_size(&self, file: &WrittenFile) -> Result<(), OpenError> {
        match self.source.size(&file.name) {
            Ok(found) if found == file.bytes => Ok(()),
            Ok(found) => Err(self.wrong(&file.name, OpenErrorKind::Size { found, expected: file.bytes })),
            Err(error) => Err(self.unreadable(&file.name, error)),
        }
    }

    /// Checks sha256, rows and columns of a file, unless that was done before.
    fn check_content(&self, file: &WrittenFile) -> Result<(), OpenError> {
        // The set is valid whenever the lock is free: a panic cannot leave a name half inserted.
        if self.checked.lock().unwrap_or_else(PoisonError::into_inner).contains(&file.name) {
            return Ok(());
        }
        self.check_bytes(file)?;
        if let Some(table) = TABLES.iter().find(|table| file_of(table) == file.name) {
            self.check_columns(table, file)?;
        }
        self.checked.lock().unwrap_or_else(PoisonError::into_inner).insert(file.name.clone());
        Ok(())
    }

    fn check_bytes(&self, file: &WrittenFile) -> Result<(), OpenError> {
        let found = self.source.sha256(&file.name).map_err(|source| self.unreadable(&file.name, source))?;
        if found != file.sha256 {
            return Err(self.wrong(&file.name, OpenErrorKind::Sha256 { found, expected: file.sha256.clone() }));
        }
        Ok(())
    }

    fn check_columns(&self, table: &Table, file: &WrittenFile) -> Result<(), OpenError> {
        let (n_rows, schema) =
            self.source.shape(&file.name).map_err(|source| self.wrong(&file.name, OpenErrorKind::Stored { source }))?;
        let expected_rows = file.rows.unwrap_or_default();
        if n_rows != expected_rows {
            return Err(self.wrong(&file.name, OpenErrorKind::Rows { found: n_rows, expected: expected_rows }));
        }
        // The model sets the width of vectors: the width in the file is used.
        let width = schema.iter_values().find_map(|kind| match kind {
            DataType::Array(_, width) => Some(*width),
            _ => None,
        });
        let expected = schema_of(table, &self.study, width.unwrap_or(1));
        let shown = |column: Option<(&PlSmallStr, &DataType)>, nothing: &str| {
            column.map_or_else(|| nothing.to_owned(), |(name, kind)| format!("`{name}` ({kind})"))
        };
        for at in 0..expected.len().max(schema.len()) {
            let (found, expected) = (schema.get_at_index(at), expected.get_at_index(at));
            if found != expected {
                let (found, expected) = (shown(found, "missing"), shown(expected, "none"));
                return Err(self.wrong(&file.name, OpenErrorKind::Column { position: at + 1, found, expected }));
            }
        }
        Ok(())
    }

    fn wrong(&self, name: &str, kind: OpenErrorKind) -> OpenError {
        OpenError::new(self.source.path(name), kind)
    }

    fn unreadable(&self, name: &str, source: io::Error) -> OpenError {
        let missing = source.kind() == io::ErrorKind::NotFound;
        self.wrong(name, if missing { OpenErrorKind::FileMissing } else { OpenErrorKind::Unreadable { source } })
    }
}

fn file_of(table: &Table) -> String {
    format!("{}.parquet", table.name)
}

/// How a file of results is, compared with what `run.json` lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileState {
    /// Size and sha256 are those of the record.
    Same,
    /// The file is not there.
    Missing,
    /// It has another size.
    OtherSize {
        /// Its size in bytes.
        found: u64,
    },
    /// It has its size and another content.
    OtherContent {
        /// Its sha256, 64 hex digits.
        found: String,
    },
    /// It cannot be read.
    Unreadable {
        /// The message of the operating system.
        problem: String,
    },
}

/// A table as it is stored, which may be of another version.
#[derive(Debug)]
pub struct Stored {
    /// Its rows, with the columns that it has.
    pub groups: Groups,
    /// The columns that it has of those that were asked for.
    pub columns: Vec<String>,
    /// The columns that it lacks of those that were asked for.
    pub missing: Vec<String>,
}

/// The rows of a table, some thousand at a time: one after the other, or by position from several threads.
#[derive(Debug)]
pub struct Groups {
    source: Source,
    table: &'static str,
    columns: Option<Vec<String>>,
    next: usize,
    n_rows: usize,
}

impl Groups {
    /// Number of frames.
    pub fn n_groups(&self) -> usize {
        self.n_rows.div_ceil(GROUP)
    }

    /// Number of rows of each frame but the last.
    pub fn group_size(&self) -> usize {
        GROUP
    }

    /// The frame at a position, counted from 0, and the position of its first row in the table. A position past the end is an empty frame.
    ///
    /// # Errors
    /// [`OpenError`] if the file is damaged.
    pub fn group(&self, at: usize) -> Result<(usize, DataFrame), OpenError> {
        let first = at.saturating_mul(GROUP).min(self.n_rows);
        Ok((first, self.rows(first, GROUP)?))
    }

    fn rows(&self, first: usize, n: usize) -> Result<DataFrame, OpenError> {
        let name = format!("{}.parquet", self.table);
        let read = self.source.rows(&name, self.columns.as_deref(), first, n);
        read.map_err(|source| OpenError::new(self.source.path(&name), OpenErrorKind::Stored { source }))
    }
}

impl Iterator for Groups {
    type Item = Result<DataFrame, OpenError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.n_rows {
            return None;
        }
        let first = self.next;
        self.next += GROUP;
        Some(self.rows(first, GROUP))
    }
}
