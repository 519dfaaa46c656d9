//! The tables of a run to files, some rows at a time: Parquet, the codebook, `run.json`, and CSV where wanted.
//!
//! In: transcripts with their numbers, as they come, then what only the whole corpus tells. Out: what was written, with
//! sizes and sha256. The same tables give the same bytes. No more is held in memory than some groups of rows: what the
//! second half needs of the first is read back from its files. What the tables hold is `rows`' and `schema`'s; that they
//! appear whole is `folder`'s.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ndarray::ArrayView2;
use polars_core::prelude::*;
use polars_io::prelude::{ParquetReader, SerReader};
use serde::Serialize;

use super::codebook::{self, codebook_md};
use super::declare::Table;
use super::folder::{MARKER, OutputFolder, write_error};
use super::rows::{self, Closing, Measured};
use super::schema::*;
use super::sheet::{GROUP, HashedFile, Sheet};
use super::{TableError, VERSION};
use crate::StudyInfo;
use plenary_corpus::Transcript;
use plenary_corpus::findings::Estimate;
use plenary_corpus::findings::Themes;

const CODEBOOK: &str = "codebook.md";
/// `analysis` without its themes, which are known only when all segments are.
const DRAFT: &str = "analysis-draft";

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
    study: &'a serde_json::Value,
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

/// The tables of a run while they are written, beside the place that they will take. Dropped before [`Closed::publish`],
/// they are gone and earlier results are as they were.
pub struct Writer<'r> {
    place: Staging<'r>,
    study: &'r StudyInfo,
    vector_width: usize,
    /// The tables that are open, by name.
    sheets: BTreeMap<&'static str, Sheet>,
    draft: Sheet,
    done: Vec<WrittenFile>,
}

/// A place for the files, emptied when it is dropped.
struct Staging<'r> {
    folder: &'r OutputFolder,
    path: PathBuf,
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        self.folder.discard();
    }
}

impl<'r> Writer<'r> {
    /// Begins the tables of a run; `vector_width` is the number of dimensions of the embedding. CSV comes beside Parquet if
    /// the study wants it.
    pub fn begin(folder: &'r OutputFolder, study: &'r StudyInfo, vector_width: usize) -> Result<Self, TableError> {
        let path = folder.staging()?;
        let place = Staging { folder, path };
        let mut sheets = BTreeMap::new();
        for table in TABLES {
            let schema = schema_of(table, study, vector_width);
            sheets.insert(table.name, Sheet::begin(&place.path, table.name, schema, study.csv)?);
        }
        let draft = Sheet::begin(&place.path, DRAFT, schema_of(&AnalysisRow::TABLE, study, vector_width), false)?;
        Ok(Self { place, study, vector_width, sheets, draft, done: Vec::new() })
    }

    /// Adds the blocks and utterances of a document.
    pub fn transcript(&mut self, transcript: &Transcript) -> Result<(), TableError> {
        self.add(BlockRow::TABLE, BlockRow::frame(&rows::blocks(transcript)))?;
        self.add(UtteranceRow::TABLE, UtteranceRow::frame(&rows::utterances(transcript)))
    }

    /// Adds segments with everything that was measured of them.
    pub fn segments(&mut self, part: &Measured) -> Result<(), TableError> {
        part.check(self.study)?;
        self.add(SegmentRow::TABLE, SegmentRow::frame(&rows::segments(part)))?;
        self.add(EmbeddingRow::TABLE, EmbeddingRow::frame(&rows::embeddings(part)))?;
        self.add(SentimentRow::TABLE, SentimentRow::frame(&rows::sentiment(part)))?;
        let codings = rows::codings(part, self.study);
        self.add(CodingRow::TABLE, CodingRow::frame(&codings))?;
        self.add(StanceRow::TABLE, StanceRow::frame(&rows::stance(&codings)))?;
        let draft = rows::analysis(part);
        let scores = rows::stance_columns(part, self.study);
        let frame = AnalysisRow::frame(&draft).and_then(|mut frame| {
            for (target, scores) in scores {
                frame.with_column(Series::new(stance_column(target).into(), scores).into_column())?;
            }
            Ok(frame)
        });
        self.draft.add(frame.map_err(|source| store_error(AnalysisRow::TABLE.name, source))?)
    }

    fn add(&mut self, table: Table, frame: PolarsResult<DataFrame>) -> Result<(), TableError> {
        let frame = frame.map_err(|source| store_error(table.name, source))?;
        match self.sheets.get_mut(table.name) {
            Some(sheet) => sheet.add(frame),
            // Every table has a sheet until `closed` takes those of the segments.
            None => {
                Err(TableError::Misfit { what: format!("rows after the end of {}", table.name), found: 1, expected: 0 })
            }
        }
    }

    /// All segments are there: they can be read again.
    pub fn closed(mut self) -> Result<Closed<'r>, TableError> {
        let n_segments = self.draft.n_rows();
        for table in [SegmentRow::TABLE, EmbeddingRow::TABLE, SentimentRow::TABLE, CodingRow::TABLE, StanceRow::TABLE] {
            if let Some(sheet) = self.sheets.remove(table.name) {
                self.done.extend(sheet.finish()?);
            }
        }
        self.draft.finish()?;
        let Self { place, study, vector_width, sheets, done, .. } = self;
        Ok(Closed { place, study, vector_width, sheets, done, n_segments })
    }
}

/// The tables of a run whose segments are complete.
pub struct Closed<'r> {
    place: Staging<'r>,
    study: &'r StudyInfo,
    vector_width: usize,
    sheets: BTreeMap<&'static str, Sheet>,
    done: Vec<WrittenFile>,
    n_segments: usize,
}

impl Closed<'_> {
    /// Reads vectors (`[segments, dimensions]`) and texts of all segments again, some at a time and in their order.
    ///
    /// # Errors
    /// What `take` returns, and [`TableError`] where the files cannot be read.
    pub fn again<E: From<TableError>>(
        &self,
        mut take: impl FnMut(ArrayView2<f32>, &[&str]) -> Result<(), E>,
    ) -> Result<(), E> {
        for first in (0..self.n_segments).step_by(GROUP) {
            let vectors = self.read(EmbeddingRow::TABLE.name, &["vector"], first)?;
            let texts = self.read(DRAFT, &["text"], first)?;
            let fail = |source| store_error(DRAFT, source);
            let lists = vectors.column("vector").and_then(|c| Ok(c.array()?.rechunk().get_inner())).map_err(fail)?;
            let numbers = lists.f32().map_err(fail)?.rechunk();
            let numbers = numbers.cont_slice().map_err(fail)?;
            let texts = texts.column("text").and_then(|c| Ok(c.str()?.rechunk().into_owned())).map_err(fail)?;
            let texts: Vec<&str> = texts.iter().map(Option::unwrap_or_default).collect();
            let vectors = ArrayView2::from_shape((texts.len(), self.vector_width), numbers).map_err(|_| {
                let (found, expected) = (numbers.len(), texts.len() * self.vector_width);
                TableError::Misfit { what: "numbers of vectors read again".into(), found, expected }
            })?;
            take(vectors, &texts)?;
        }
        Ok(())
    }

    fn read(&self, name: &str, columns: &[&str], first: usize) -> Result<DataFrame, TableError> {
        let path = self.place.path.join(format!("{name}.parquet"));
        let file = File::open(&path).map_err(|source| write_error(&path, source))?;
        let mut reader = ParquetReader::new(file).with_slice(Some((first, GROUP)));
        if !columns.is_empty() {
            reader = reader.with_columns(Some(columns.iter().map(|column| (*column).to_owned()).collect()));
        }
        reader.finish().map_err(|source| store_error(name, source))
    }

    /// Adds the themes: their table, and every segment's place in `segment_themes` and `analysis`.
    pub fn themes(&mut self, themes: &Themes) -> Result<(), TableError> {
        rows::check_themes(themes, self.n_segments)?;
        let mut exemplars: BTreeMap<usize, String> =
            themes.themes.iter().flat_map(|theme| &theme.exemplars).map(|&row| (row, String::new())).collect();
        for first in (0..self.n_segments).step_by(GROUP) {
            let mut part = self.read(DRAFT, &[], first)?;
            let n = part.height();
            let assigned = themes.assignments.get(first..first + n).unwrap_or_default();
            let fail = |source| store_error(AnalysisRow::TABLE.name, source);
            let ids = part.column("segment_id").and_then(|c| Ok(c.str()?.rechunk().into_owned())).map_err(fail)?;
            let ids: Vec<&str> = ids.iter().map(Option::unwrap_or_default).collect();
            for (row, id) in exemplars.range_mut(first..first + n) {
                *id = ids[row - first].to_owned();
            }
            let places = rows::segment_themes(themes, &ids, assigned);
            self.add(SegmentThemeRow::TABLE, SegmentThemeRow::frame(&places))?;
            for column in rows::theme_columns(themes, assigned, n) {
                part.with_column(column).map_err(fail)?;
            }
            self.add(AnalysisRow::TABLE, Ok(part))?;
        }
        self.add(ThemeRow::TABLE, ThemeRow::frame(&rows::themes(themes, &exemplars)))
    }

    /// Adds estimates.
    pub fn estimates(&mut self, estimates: &[Estimate]) -> Result<(), TableError> {
        let rows: Vec<EstimateRow> = estimates.iter().map(rows::estimate).collect();
        self.add(EstimateRow::TABLE, EstimateRow::frame(&rows))
    }

    fn add(&mut self, table: Table, frame: PolarsResult<DataFrame>) -> Result<(), TableError> {
        let frame = frame.map_err(|source| store_error(table.name, source))?;
        // Every table but those of the segments is open until `publish`.
        self.sheets.get_mut(table.name).map_or(Ok(()), |sheet| sheet.add(frame))
    }

    /// Adds what the run as a whole was and puts all tables in the place of earlier results.
    ///
    /// # Errors
    /// When a file cannot be written: the earlier results are then as they were, except after [`TableError::Install`],
    /// which the next run repairs.
    pub fn publish(mut self, closing: &Closing) -> Result<Written, TableError> {
        self.add(DocumentRow::TABLE, DocumentRow::frame(&rows::documents(closing)))?;
        self.add(SpeakerRow::TABLE, SpeakerRow::frame(&rows::speakers(closing)))?;
        self.add(FailureRow::TABLE, FailureRow::frame(&rows::failures(closing)))?;
        self.add(CodebookRow::TABLE, CodebookRow::frame(&codebook::rows(self.study)))?;
        let n_rows = |table: Table| match self.sheets.get(table.name) {
            Some(sheet) => sheet.n_rows(),
            None => self.n_segments,
        };
        let run = rows::run(closing, self.study, n_rows);
        self.add(RunRow::TABLE, RunRow::frame(std::slice::from_ref(&run)))?;

        let path = &self.place.path;
        let mut files = self.done;
        for (_, sheet) in self.sheets {
            files.extend(sheet.finish()?);
        }
        let draft = path.join(format!("{DRAFT}.parquet"));
        fs::remove_file(&draft).map_err(|source| write_error(&draft, source))?;
        files.push(write_text(path, CODEBOOK, codebook_md(self.study, self.study.csv).as_bytes())?);
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let record = Record { plenary_version: VERSION, run: &run, study: &self.study.json, files: &files };
        let json = serde_json::to_string_pretty(&record).map_err(|error| write_error(path, io::Error::from(error)))?;
        write_text(path, MARKER, format!("{json}\n").as_bytes())?;
        self.place.folder.publish()?;
        Ok(Written { files })
    }
}

fn write_text(folder: &Path, name: &str, text: &[u8]) -> Result<WrittenFile, TableError> {
    let mut file = HashedFile::create(folder.join(name))?;
    let written = file.write_all(text).map_err(PolarsError::from);
    file.checked(written)?;
    file.finish(None)
}

/// The columns of a table with those that the study adds.
fn schema_of(table: &Table, study: &StudyInfo, vector_width: usize) -> Schema {
    let fixed = table.columns.iter().map(|column| Field::new(column.name.into(), column.kind.dtype(vector_width)));
    let of_targets = study.targets.iter().filter(|_| *table == AnalysisRow::TABLE);
    let added = of_targets.map(|target| Field::new(stance_column(target).into(), STANCE_KIND.dtype(vector_width)));
    fixed.chain(added).collect()
}

fn store_error(table: &str, source: PolarsError) -> TableError {
    TableError::Store { table: table.to_owned(), source }
}
