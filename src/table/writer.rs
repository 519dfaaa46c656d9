//! The tables of a run to files: Parquet, the codebook, `run.json`, and CSV where wanted.
//!
//! In: a [`Run`] and the folder that was taken for it. Out: what was written, with sizes and sha256. The same tables
//! give the same bytes. What the tables hold is `rows`' and `schema`'s; that they appear whole is `folder`'s.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use jiff::Timestamp;
use polars::io::parquet::write::KeyValueMetadata;
use polars::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::codebook::codebook_md;
use super::declare::Frame;
use super::folder::{MARKER, OutputFolder, write_error};
use super::rows::{Run, rows};
use super::schema::{RunRow, TABLES};
use super::{TableError, VERSION};
use crate::study::Study;

const CODEBOOK: &str = "codebook.md";

/// A file of the results.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WrittenFile {
    pub name: String,
    /// Rows of the table; `None` for a text.
    pub rows: Option<usize>,
    pub bytes: u64,
    /// 64 hex digits.
    pub sha256: String,
}

/// What a run wrote besides `run.json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub files: Vec<WrittenFile>,
}

/// What `run.json` holds: enough to say where a number comes from.
#[derive(Serialize)]
struct Record<'a> {
    plenary_version: &'a str,
    /// The row of `runs`.
    run: &'a RunRow<'a>,
    study: &'a Study,
    files: &'a [WrittenFile],
}

impl OutputFolder {
    /// Takes a folder for the results of a run, with or without CSV: creates it if it is missing and completes or
    /// removes what a killed run left behind. To be called before anything is computed.
    ///
    /// # Errors
    /// When the path is a file, the folder has files that plenary did not write, another run uses it, or it cannot be
    /// written. Nothing that was there is changed then.
    pub fn prepare(path: &Path, csv: bool) -> Result<Self, TableError> {
        let extensions: &[&str] = if csv { &["parquet", "csv"] } else { &["parquet"] };
        let of_tables = TABLES.iter().flat_map(|table| extensions.iter().map(move |e| format!("{}.{e}", table.name)));
        let names: Vec<String> = of_tables.chain([CODEBOOK.to_owned()]).collect();
        Self::take(path, &names)
    }
}

/// Writes the tables of a run, with CSV beside Parquet if the study wants it, in the place of earlier results.
///
/// # Errors
/// When a file cannot be written: the earlier results are then as they were, except after [`TableError::Install`],
/// which the next run repairs.
pub fn write(run: &Run, out: &OutputFolder) -> Result<Written, TableError> {
    let rows = rows(run)?;
    let frames = rows.frames(run.embeddings.vectors.ncols()).map_err(|source| store_error("all tables", source))?;
    let staging = out.staging()?;
    let csv = run.study.output.csv;
    let written = write_files(&staging, frames, &codebook_md(run.study, csv), csv).and_then(|files| {
        for run_row in &rows.runs {
            let record = Record { plenary_version: VERSION, run: run_row, study: run.study, files: &files };
            write_file(&staging, MARKER, None, |file| {
                serde_json::to_writer_pretty(&mut *file, &record).map_err(io::Error::from)?;
                Ok(file.write_all(b"\n")?)
            })?;
        }
        Ok(Written { files })
    });
    match written {
        Ok(written) => out.publish().map(|()| written),
        Err(error) => {
            out.discard();
            Err(error)
        }
    }
}

fn write_files(folder: &Path, frames: Vec<Frame>, codebook: &str, csv: bool) -> Result<Vec<WrittenFile>, TableError> {
    let mut files = Vec::new();
    for Frame { table, mut data } in frames {
        let height = Some(data.height());
        if csv {
            let mut flat = without_nesting(&data).map_err(|source| store_error(table.name, source))?;
            files.push(write_file(folder, &format!("{}.csv", table.name), height, |file| {
                CsvWriter::new(file).finish(&mut flat)
            })?);
        }
        files.push(write_file(folder, &format!("{}.parquet", table.name), height, |file| {
            let writer = ParquetWriter::new(file).with_compression(ParquetCompression::Zstd(None));
            writer.with_key_value_metadata(Some(arrow_schema(&data))).finish(&mut data)?;
            Ok(())
        })?);
    }
    files.push(write_file(folder, CODEBOOK, None, |file| Ok(file.write_all(codebook.as_bytes())?))?);
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// The Arrow types that readers are told to use. polars would name its own, string views, which Arrow for R cannot turn
/// into vectors and which pyarrow cannot filter (pola-rs/polars#26435, apache/arrow#45523); large strings work in both.
fn arrow_schema(data: &DataFrame) -> KeyValueMetadata {
    let schema = data.schema().to_arrow(CompatLevel::oldest());
    KeyValueMetadata::Static(vec![polars_parquet::write::schema_to_metadata_key(&schema)])
}

/// Writes one file to its end and forces it to disk.
fn write_file(
    folder: &Path,
    name: &str,
    rows: Option<usize>,
    content: impl FnOnce(&mut HashedFile) -> PolarsResult<()>,
) -> Result<WrittenFile, TableError> {
    let path = folder.join(name);
    let failed = |source: io::Error| write_error(&path, source);
    let mut file = HashedFile::create(&path).map_err(failed)?;
    let stored = content(&mut file);
    if let Some(error) = file.error.take() {
        return Err(failed(error));
    }
    stored.map_err(|source| store_error(name, source))?;
    file.buffer.flush().and_then(|()| file.buffer.get_ref().sync_all()).map_err(failed)?;
    let sha256 = file.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(WrittenFile { name: name.to_owned(), rows, bytes: file.bytes, sha256 })
}

fn store_error(table: &str, source: PolarsError) -> TableError {
    TableError::Store { table: table.to_owned(), source }
}

/// A file that knows the hash of what went into it, and what the system said when it failed (the formats' writers
/// wrap that in errors of their own).
struct HashedFile {
    buffer: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
    error: Option<io::Error>,
}

impl HashedFile {
    fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { buffer: BufWriter::new(File::create(path)?), hash: Sha256::new(), bytes: 0, error: None })
    }

    fn keep<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            self.error = Some(error);
            kind.into()
        })
    }
}

impl Write for HashedFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.buffer.write(bytes);
        let n = self.keep(written)?;
        self.hash.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.buffer.flush();
        self.keep(flushed)
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
