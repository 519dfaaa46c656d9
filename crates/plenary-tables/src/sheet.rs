//! The files of one table, to which rows are added some at a time.
//!
//! **Input:** frames of one schema. **Output:** a Parquet file and, if requested, a CSV file, with sizes and sha256, on
//! disk or in memory. Rows are written in groups of a fixed size, so that the bytes do not depend on how the frames
//! were cut. **Refused:** writes that the operating system refuses. **Left to others:** the meaning of the rows
//! (`rows`, `schema`), the text of a cell in CSV (`text`).

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use polars_core::prelude::*;
use polars_io::parquet::write::{BatchedWriter, KeyValueMetadata};
use polars_io::prelude::*;
use sha2::{Digest, Sha256};

use super::folder::write_error;
use super::record::WrittenFile;
use super::sink::Sink;
use super::text::without_nesting;
use super::{StudyInfo, TableError};

/// Rows of a row group, and the maximum number of rows that wait in memory.
pub(super) const GROUP: usize = 16_384;

/// A table that is being written.
pub(super) struct Sheet {
    schema: SchemaRef,
    parquet: BatchedWriter<HashedFile>,
    file: HashedFile,
    csv: Option<HashedFile>,
    /// The form of the CSV file while nothing is written to it.
    csv_begins: Option<Csv>,
    /// Rows that do not fill a row group yet.
    pending: Option<DataFrame>,
    n_rows: usize,
}

/// The form of CSV files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Csv {
    Plain,
    /// With a byte order mark at the start.
    WithMark,
}

impl Csv {
    /// The form that a study asks for; `None` if it asks for no CSV.
    pub(super) fn of(study: &StudyInfo) -> Option<Self> {
        study.csv.then_some(if study.csv_bom { Self::WithMark } else { Self::Plain })
    }
}

/// The byte order mark of UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl Sheet {
    /// Starts `NAME.parquet` and, if requested, `NAME.csv`.
    pub(super) fn begin(sink: &Sink, name: &str, schema: Schema, csv: Option<Csv>) -> Result<Self, TableError> {
        let file = sink.create(&format!("{name}.parquet"))?;
        let csv_begins = csv;
        let csv = if csv.is_some() { Some(sink.create(&format!("{name}.csv"))?) } else { None };
        let parquet = ParquetWriter::new(file.clone())
            .with_compression(ParquetCompression::Zstd(None))
            .with_row_group_size(Some(GROUP))
            .with_key_value_metadata(Some(arrow_schema(&schema)))
            .batched(&schema);
        let parquet = file.checked(parquet)?;
        Ok(Self { schema: Arc::new(schema), parquet, file, csv, csv_begins, pending: None, n_rows: 0 })
    }

    /// Number of rows so far.
    pub(super) fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Adds the rows of a frame.
    pub(super) fn add(&mut self, rows: DataFrame) -> Result<(), TableError> {
        if rows.height() == 0 {
            return Ok(());
        }
        self.n_rows += rows.height();
        let mut pending = match self.pending.take() {
            None => rows,
            Some(mut pending) => {
                let stacked = pending.vstack_mut(&rows).map(|_| ());
                self.file.checked(stacked)?;
                pending
            }
        };
        while pending.height() >= GROUP {
            let rest = pending.slice(GROUP as i64, usize::MAX);
            self.write(pending.slice(0, GROUP))?;
            pending = rest;
        }
        self.pending = Some(pending).filter(|rows| rows.height() > 0);
        Ok(())
    }

    fn write(&mut self, mut rows: DataFrame) -> Result<(), TableError> {
        rows.rechunk_mut();
        self.file.checked(self.parquet.write_batch(&rows))?;
        if let Some(csv) = &mut self.csv {
            let begins = self.csv_begins.take();
            if begins == Some(Csv::WithMark) {
                let written = csv.write_all(BYTE_ORDER_MARK).map_err(PolarsError::from);
                csv.checked(written)?;
            }
            let first = begins.is_some();
            let written = without_nesting(&rows)
                .and_then(|mut flat| CsvWriter::new(csv.clone()).include_header(first).finish(&mut flat));
            csv.checked(written)?;
        }
        Ok(())
    }

    /// Writes the remaining rows and completes the files.
    pub(super) fn finish(mut self, sink: &mut Sink) -> Result<Vec<WrittenFile>, TableError> {
        let empty =
            self.csv.as_ref().is_some_and(|_| self.n_rows == 0).then(|| DataFrame::empty_with_schema(&self.schema));
        if let Some(rows) = self.pending.take().or(empty) {
            self.write(rows)?;
        }
        self.file.checked(self.parquet.finish())?;
        let rows = Some(self.n_rows);
        let mut files = vec![sink.finish(self.file, rows)?];
        if let Some(csv) = self.csv {
            files.push(sink.finish(csv, rows)?);
        }
        Ok(files)
    }
}

/// The Arrow types that are declared to readers. polars would declare its own type, string views, which Arrow for R
/// cannot turn into vectors and which pyarrow cannot filter (pola-rs/polars#26435, apache/arrow#45523); large strings
/// work in both.
pub(super) fn arrow_schema(schema: &Schema) -> KeyValueMetadata {
    let schema = schema.to_arrow(arrow_types());
    KeyValueMetadata::Static(vec![polars_parquet::write::schema_to_metadata_key(&schema)])
}

/// The Arrow types of files and of record batches: large strings instead of string views.
pub(super) fn arrow_types() -> CompatLevel {
    CompatLevel::oldest()
}

/// A file that keeps the sha256 of its content and the system's error if writing fails (the writers of the formats
/// wrap that in errors of their own). Its clones write to the same file.
#[derive(Clone)]
pub(super) struct HashedFile(Arc<Mutex<Open>>);

pub(super) struct Open {
    path: PathBuf,
    buffer: Buffer,
    hash: Sha256,
    bytes: u64,
    error: Option<io::Error>,
}

enum Buffer {
    File(BufWriter<File>),
    Memory(Vec<u8>),
}

impl HashedFile {
    /// Creates a file on disk.
    pub(super) fn create(path: PathBuf) -> Result<Self, TableError> {
        let file = File::create(&path).map_err(|source| write_error(&path, source))?;
        Ok(Self::new(path, Buffer::File(BufWriter::new(file))))
    }

    /// A file that is kept in memory.
    pub(super) fn in_memory(name: &str) -> Self {
        Self::new(PathBuf::from(name), Buffer::Memory(Vec::new()))
    }

    fn new(path: PathBuf, buffer: Buffer) -> Self {
        Self(Arc::new(Mutex::new(Open { path, buffer, hash: Sha256::new(), bytes: 0, error: None })))
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        // A writer that panicked leaves the part of the file that it wrote.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The result of a writer, with the system's error if it failed.
    pub(super) fn checked<T>(&self, result: PolarsResult<T>) -> Result<T, TableError> {
        let mut open = self.lock();
        match open.error.take() {
            Some(error) => Err(write_error(&open.path, error)),
            None => result.map_err(|source| TableError::Store { table: name_of(&open.path), source }),
        }
    }

    /// Completes the file: flushes it to disk, or returns its bytes if it is kept in memory.
    pub(super) fn finish(self, rows: Option<usize>) -> Result<(WrittenFile, Option<Vec<u8>>), TableError> {
        let mut open = self.lock();
        let bytes = match &mut open.buffer {
            Buffer::Memory(bytes) => Ok(Some(std::mem::take(bytes))),
            Buffer::File(file) => file.flush().and_then(|()| file.get_ref().sync_all()).map(|()| None),
        };
        let bytes = bytes.map_err(|source| write_error(&open.path, source))?;
        let sha256 = format!("{:x}", open.hash.clone().finalize());
        Ok((WrittenFile { name: name_of(&open.path), rows, bytes: open.bytes, sha256 }, bytes))
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

impl Write for HashedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut open = self.lock();
        let written = match &mut open.buffer {
            Buffer::File(file) => file.write(bytes),
            Buffer::Memory(memory) => memory.write(bytes),
        };
        match written {
            Ok(n) => {
                open.hash.update(&bytes[..n]);
                open.bytes += n as u64;
                Ok(n)
            }
            Err(error) => Err(open.note(error)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut open = self.lock();
        match &mut open.buffer {
            Buffer::File(file) => file.flush(),
            Buffer::Memory(_) => Ok(()),
        }
        .map_err(|error| open.note(error))
    }
}

impl Open {
    /// Keeps an error; the writer gets its kind.
    fn note(&mut self, error: io::Error) -> io::Error {
        let kind = error.kind();
        self.error = Some(error);
        kind.into()
    }
}
