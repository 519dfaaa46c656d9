//! The files of one table, to which rows are added some at a time.
//!
//! In: frames of one schema. Out: a Parquet file, a CSV file where wanted, with sizes and sha256. Rows are written in groups
//! of one size, so that the bytes do not depend on how the frames were cut. What the rows mean is `rows`' and `schema`'s.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use polars_core::prelude::*;
use polars_io::parquet::write::{BatchedWriter, KeyValueMetadata};
use polars_io::prelude::*;
use sha2::{Digest, Sha256};

use super::TableError;
use super::folder::write_error;
use super::writer::WrittenFile;

/// Rows of a group, and so the most that are held back.
pub(super) const GROUP: usize = 16_384;

/// A table that is being written.
pub(super) struct Sheet {
    schema: SchemaRef,
    parquet: BatchedWriter<HashedFile>,
    file: HashedFile,
    csv: Option<HashedFile>,
    /// Rows that do not fill a group yet.
    pending: Option<DataFrame>,
    n_rows: usize,
}

impl Sheet {
    /// Begins `NAME.parquet`, and `NAME.csv` where wanted, in a folder.
    pub fn begin(folder: &Path, name: &str, schema: Schema, csv: bool) -> Result<Self, TableError> {
        let file = HashedFile::create(folder.join(format!("{name}.parquet")))?;
        let csv = if csv { Some(HashedFile::create(folder.join(format!("{name}.csv")))?) } else { None };
        let parquet = ParquetWriter::new(file.clone())
            .with_compression(ParquetCompression::Zstd(None))
            .with_row_group_size(Some(GROUP))
            .with_key_value_metadata(Some(arrow_schema(&schema)))
            .batched(&schema);
        let parquet = file.checked(parquet)?;
        Ok(Self { schema: Arc::new(schema), parquet, file, csv, pending: None, n_rows: 0 })
    }

    /// Rows so far.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Adds the rows of a frame.
    pub fn add(&mut self, rows: DataFrame) -> Result<(), TableError> {
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
            let first = csv.lock().bytes == 0;
            let written = without_nesting(&rows)
                .and_then(|mut flat| CsvWriter::new(csv.clone()).include_header(first).finish(&mut flat));
            csv.checked(written)?;
        }
        Ok(())
    }

    /// Writes what is held back and forces the files to disk.
    pub fn finish(mut self) -> Result<Vec<WrittenFile>, TableError> {
        let empty =
            self.csv.as_ref().is_some_and(|_| self.n_rows == 0).then(|| DataFrame::empty_with_schema(&self.schema));
        if let Some(rows) = self.pending.take().or(empty) {
            self.write(rows)?;
        }
        self.file.checked(self.parquet.finish())?;
        let rows = Some(self.n_rows);
        let mut files = vec![self.file.finish(rows)?];
        if let Some(csv) = self.csv {
            files.push(csv.finish(rows)?);
        }
        Ok(files)
    }
}

/// The Arrow types that readers are told to use. polars would name its own, string views, which Arrow for R cannot turn
/// into vectors and which pyarrow cannot filter (pola-rs/polars#26435, apache/arrow#45523); large strings work in both.
fn arrow_schema(schema: &Schema) -> KeyValueMetadata {
    let schema = schema.to_arrow(CompatLevel::oldest());
    KeyValueMetadata::Static(vec![polars_parquet::write::schema_to_metadata_key(&schema)])
}

/// A file that knows the hash of what went into it, and what the system said when it failed (the formats' writers
/// wrap that in errors of their own). Its clones write to the same file.
#[derive(Clone)]
pub(super) struct HashedFile(Arc<Mutex<Open>>);

pub(super) struct Open {
    path: PathBuf,
    buffer: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
    error: Option<io::Error>,
}

impl HashedFile {
    pub fn create(path: PathBuf) -> Result<Self, TableError> {
        let file = File::create(&path).map_err(|source| write_error(&path, source))?;
        let open = Open { path, buffer: BufWriter::new(file), hash: Sha256::new(), bytes: 0, error: None };
        Ok(Self(Arc::new(Mutex::new(open))))
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        // A writer that panicked leaves the file as far as it was written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A writer's result, with what the system said where it failed.
    pub fn checked<T>(&self, result: PolarsResult<T>) -> Result<T, TableError> {
        let mut open = self.lock();
        match open.error.take() {
            Some(error) => Err(write_error(&open.path, error)),
            None => result.map_err(|source| TableError::Store { table: name_of(&open.path), source }),
        }
    }

    /// Forces the file to disk.
    pub fn finish(self, rows: Option<usize>) -> Result<WrittenFile, TableError> {
        let mut open = self.lock();
        let flushed = open.buffer.flush().and_then(|()| open.buffer.get_ref().sync_all());
        flushed.map_err(|source| write_error(&open.path, source))?;
        let sha256 = format!("{:x}", open.hash.clone().finalize());
        Ok(WrittenFile { name: name_of(&open.path), rows, bytes: open.bytes, sha256 })
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

impl Write for HashedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut open = self.lock();
        match open.buffer.write(bytes) {
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
        open.buffer.flush().map_err(|error| open.note(error))
    }
}

impl Open {
    fn note(&mut self, error: io::Error) -> io::Error {
        let kind = error.kind();
        self.error = Some(error);
        kind.into()
    }
}

/// The table as CSV can hold it: lists as text joined with `; `, instants in ISO 8601, no vectors.
fn without_nesting(data: &DataFrame) -> PolarsResult<DataFrame> {
    let mut columns = Vec::new();
    for column in data.columns() {
        let series = column.as_materialized_series();
        let name = series.name().clone();
        let flat = match series.dtype() {
            DataType::Array(..) => continue,
            DataType::List(_) => {
                let lists = series.list()?.series_iter();
                lists.map(|list| list.map(|list| joined(&list)).transpose()).collect::<PolarsResult<StringChunked>>()?
            }
            DataType::Date => {
                let days = series.to_physical_repr();
                let epoch = Date::constant(1970, 1, 1);
                let texts = days.i32()?.iter().map(|days| {
                    let date = days.and_then(|days| epoch.checked_add(jiff::Span::new().days(days)).ok());
                    date.map(|date| date.to_string())
                });
                texts.collect()
            }
            DataType::Datetime(..) => {
                let instants = series.to_physical_repr();
                let texts = instants.i64()?.iter().map(|instant| {
                    let timestamp = instant.and_then(|micros| Timestamp::from_microsecond(micros).ok());
                    timestamp.map(|timestamp| timestamp.to_string())
                });
                texts.collect()
            }
            _ => {
                columns.push(column.clone());
                continue;
            }
        };
        columns.push(flat.with_name(name).into_series().into_column());
    }
    DataFrame::new(data.height(), columns)
}

fn joined(list: &Series) -> PolarsResult<String> {
    let texts = list.cast(&DataType::String)?;
    let texts: Vec<&str> = texts.str()?.iter().flatten().collect();
    Ok(texts.join("; "))
}
