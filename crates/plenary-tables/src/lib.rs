//! The tables of a run: schema, codebook, writing and opening.
//!
//! **Input:** segments with their measurements, some at a time ([`Writer`]), then what is known only of the whole
//! corpus ([`Closed`]); or a results folder. **Output:** [`Results`], in a folder or in memory. **Refused:** a folder
//! that contains files that plenary did not write, rows that have no place, results that are damaged or of another
//! format. **Left to others:** computing the numbers.
//!
//! `schema` names the columns, `rows` fills them, `sheet` writes the files of a table, `sink` and `source` are the
//! destinations and sources of files, `writer` decides when each table is written, `relabel` changes codings, `folder` keeps
//! the folder complete, `made` writes folders of tables that are made from results, `record` is `run.json`, `results` opens what was written, `arrow` and `text` convert it, `unmeasured` makes the tables
//! of transcripts without measurements, `difference` compares a table of two results, and `codebook` explains the
//! columns.

mod arrow;
mod cells;
pub mod codebook;
mod declare;
mod difference;
pub mod export;
mod folder;
pub mod made;
mod open_error;
mod part;
mod record;
mod relabel;
mod results;
mod rows;
pub mod schema;
mod sheet;
mod sink;
mod source;
#[cfg(test)]
mod tests;
pub mod text;
mod unmeasured;
mod writer;

use std::io;
use std::path::{Path, PathBuf};

use polars_core::prelude::PolarsError;

pub use arrow::{RecordBatches, arrow_stream};
pub use cells::{Kind, ReadValue, column};
pub use declare::{Column, Table};
pub use difference::{FirstDifference, TableDifference, difference};
pub use folder::{OutputFolder, is_part, is_results};
pub use open_error::{OpenError, OpenErrorKind};
pub use part::{DocumentRun, PartTables, fingerprint};
pub use polars_arrow::ffi::ArrowArrayStream;
pub use polars_arrow::record_batch::RecordBatch;
pub use polars_core::prelude::DataFrame;
pub use record::{ContinuedThemes, ModelRecord, Origin, Run, SCHEMA_VERSION, StudyFile, StudyFileRole, WrittenFile};
pub use relabel::Labelling;
pub use results::{Check, FileState, Groups, Results, Stored};
pub use rows::{
    Closing, Coefficients, DictionaryTerm, DocumentsOfThemes, GroupRow, Groups as GroupRows, Issue, KeyTerm, Measured,
    Other, PeriodOfTime, Person, PlacedExchange, ProcedureMark, RunRecord, ThemePeriod,
};
pub use schema::{AddedColumns, DictionaryColumn, Variable, VariableOf, VariableType};
pub use unmeasured::{Unmeasured, UnmeasuredTable};
pub use writer::{Closed, THEME_REGISTRY, Writer};

use plenary_corpus::Hint;
use plenary_corpus::findings::{CodedVariable, Target};
use serde::{Deserialize, Serialize};

/// The formats that are written in addition to Parquet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutputOptions {
    /// Write CSV beside Parquet.
    pub csv: bool,
    /// Begin CSV files with a byte order mark, without which Excel does not read them as UTF-8.
    pub csv_bom: bool,
}

/// What the tables and their readers need to know of the study.
#[derive(Debug, Clone, PartialEq)]
pub struct StudyInfo {
    /// Name of the study.
    pub name: String,
    /// Seed of all random draws.
    pub seed: u64,
    /// sha256 of the people list, 64 hex digits; `None` if the study names none.
    pub people_sha256: Option<String>,
    /// The targets, in the order of the study.
    pub targets: Vec<Target>,
    /// The variables of the study's own, in its order.
    pub codes: Vec<CodedVariable>,
    /// Whether CSV is written beside Parquet.
    pub csv: bool,
    /// Whether CSV files begin with a byte order mark.
    pub csv_bom: bool,
    /// Confidence level of the intervals of estimates, in (0, 1).
    pub confidence_level: f64,
    /// Whether sentiment is scored.
    pub scores_sentiment: bool,
    /// The columns that the study adds to the tables of people and documents; empty while a part is measured, because the types depend on
    /// the whole corpus.
    pub variables: Vec<Variable>,
    /// The columns of `analysis` with the counts of the study's dictionaries; empty while a part is measured, because words are counted last.
    pub dictionaries: Vec<DictionaryColumn>,
    /// The whole study, for `run.json`.
    pub json: serde_json::Value,
}

impl Default for StudyInfo {
    /// A study without a name or targets: intervals of 95 %, with sentiment.
    fn default() -> Self {
        Self {
            name: String::new(),
            seed: 0,
            people_sha256: None,
            targets: Vec::new(),
            codes: Vec::new(),
            csv: false,
            csv_bom: false,
            confidence_level: 0.95,
            scores_sentiment: true,
            variables: Vec::new(),
            dictionaries: Vec::new(),
            json: serde_json::Value::Null,
        }
    }
}

/// The version of plenary, as in `runs` and `run.json`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Why tables could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The path of the output folder is a file.
    #[error("{} is a file, but tables need a folder", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// The folder contains files that plenary did not write.
    #[error("{} holds files that plenary did not write (`{found}`); nothing was changed", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// The first of these files.
        found: String,
    },
    /// A file of the user has the name of a table.
    #[error("{} has the name of a table but was not written by plenary; nothing was changed", path.display())]
    Occupied {
        /// The file.
        path: PathBuf,
    },
    /// A folder for tables that are made from results contains files that plenary did not write.
    #[error(
        "{} holds files that plenary did not write (`{found}`); nothing was changed. Name a new or empty folder, or one with tables that were written there earlier",
        path.display()
    )]
    ForeignBeside {
        /// The folder.
        path: PathBuf,
        /// The first of these files.
        found: String,
    },
    /// A table exists and may not be replaced.
    #[error("{} exists already; nothing was changed", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Another run uses the folder.
    #[error("another run of plenary is using {}", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// The folder cannot be created or written.
    #[error("{} cannot be created or written ({source}); its parent must exist and be writable", path.display())]
    NotWritable {
        /// The folder.
        path: PathBuf,
        /// The message of the operating system.
        source: io::Error,
    },
    /// The disk is full.
    #[error(
        "{} could not be written: no space is left, or files may not grow so large. Earlier results in the folder are \
         unchanged",
        path.display()
    )]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// A file could not be written.
    #[error("{} could not be written ({source}). Earlier results in the folder are unchanged", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The message of the operating system.
        source: io::Error,
    },
    /// The new tables are complete but were not all moved to their places.
    #[error(
        "the new tables are complete in {} but could not all be moved to their places ({source}). The next run into the \
         folder finishes the move before it begins",
        path.display()
    )]
    Install {
        /// The folder that holds the new tables.
        path: PathBuf,
        /// The message of the operating system.
        source: io::Error,
    },
    /// polars refused to store a table.
    #[error("table `{table}` could not be stored: {source}")]
    Store {
        /// Name of the table.
        table: String,
        /// The message of polars.
        source: PolarsError,
    },
    /// The record of the run could not be written as JSON.
    #[error("the record of the run could not be written as JSON: {source}")]
    Record {
        /// The message of the JSON writer.
        source: serde_json::Error,
    },
    /// Parts of the results do not fit each other.
    #[error("the results of a run do not fit each other: {what}: {found}, expected {expected} (a bound for an index)")]
    Misfit {
        /// What does not fit.
        what: String,
        /// Its number.
        found: usize,
        /// The number that fits, or the bound for an index.
        expected: usize,
    },
    /// A row has no place in its table.
    #[error("the results of a run do not fit each other: table `{table}` has no place for {problem}")]
    NoPlace {
        /// Name of the table.
        table: &'static str,
        /// The row that has no place, and why.
        problem: String,
    },
    /// Results that were to be saved, or that were just written, cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl TableError {
    /// The folder or file that it is about, if it is about one.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::NotAFolder { path }
            | Self::Foreign { path, .. }
            | Self::ForeignBeside { path, .. }
            | Self::Exists { path }
            | Self::Occupied { path }
            | Self::Busy { path }
            | Self::NotWritable { path, .. }
            | Self::DiskFull { path }
            | Self::Write { path, .. }
            | Self::Install { path, .. } => Some(path),
            Self::Open(error) => Some(&error.path),
            Self::Store { .. } | Self::Record { .. } | Self::Misfit { .. } | Self::NoPlace { .. } => None,
        }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            Self::NotAFolder { .. } | Self::Occupied { .. } | Self::NotWritable { .. } => {
                Some(Hint::UseOtherOutputFolder)
            }
            Self::Foreign { .. } => Some(Hint::UseNewOutputFolder),
            Self::ForeignBeside { .. } => None,
            Self::Exists { .. } => Some(Hint::ReplaceExisting),
            Self::Busy { .. } => Some(Hint::WaitOrUseOtherOutputFolder),
            Self::DiskFull { .. } => Some(Hint::MakeRoom),
            Self::Write { .. } => Some(Hint::RunAgain),
            Self::Install { .. } => Some(Hint::CloseProgramsAndRunAgain),
            Self::Store { .. } | Self::Record { .. } | Self::Misfit { .. } | Self::NoPlace { .. } => {
                Some(Hint::ReportDefect)
            }
            Self::Open(error) => error.hint(),
        }
    }
}
