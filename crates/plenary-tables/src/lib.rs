//! Everything a run computed to tables on disk: Parquet, a codebook, and CSV where wanted.
//!
//! In: an [`OutputFolder`], segments with their numbers as they come ([`Writer`]), then what only the whole corpus tells
//! ([`Closed`]). Out: the files of the tables, whole or not at all. Refuses a folder that is not plenary's before anything
//! is computed. Says nothing of how a number came about.
//!
//! `schema` names the columns, `rows` fills them, `sheet` writes the files of a table, `writer` knows when which table is
//! written, `folder` keeps the folder whole and `codebook` explains the columns.

mod cells;
pub mod codebook;
mod declare;
mod folder;
mod rows;
pub mod schema;
mod sheet;
#[cfg(test)]
mod tests;
mod writer;

use std::io;
use std::path::PathBuf;

use polars_core::prelude::PolarsError;

pub use cells::{Kind, Value};
pub use declare::{Column, Table};
pub use folder::{OutputFolder, is_results};
pub use rows::{Closing, Measured, ModelRecord, RunRecord};
pub use writer::{Closed, Writer, Written, WrittenFile};

use plenary_corpus::findings::Target;
use serde::{Deserialize, Serialize};

/// What is written beside Parquet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutputOptions {
    /// Write CSV beside Parquet.
    pub csv: bool,
}

/// What the tables say of the study.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StudyInfo {
    pub name: String,
    /// Seed of everything that draws at random.
    pub seed: u64,
    /// sha256 of the people list, 64 hex digits; `None` where the study names none.
    pub people_sha256: Option<String>,
    /// The targets, in the order of the study.
    pub targets: Vec<Target>,
    /// Whether CSV is written beside Parquet.
    pub csv: bool,
    /// The whole study, for `run.json`.
    pub json: serde_json::Value,
}

/// The version that stands in `runs` and in `run.json`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Why tables could not be written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error(
        "{} is a file, but tables need a folder; name another folder with --out",
        path.display()
    )]
    NotAFolder { path: PathBuf },
    #[error(
        "{} holds files that plenary did not write (`{found}`); nothing was touched. Name a new or empty folder \
         with --out, or the folder of an earlier run",
        path.display()
    )]
    Foreign { path: PathBuf, found: String },
    #[error(
        "{} has the name of a table but was not written by plenary; move or rename it, or name another folder \
         with --out",
        path.display()
    )]
    Occupied { path: PathBuf },
    #[error("another run of plenary is using {}; wait for it to end, or name another folder with --out", path.display())]
    Busy { path: PathBuf },
    #[error(
        "{} cannot be created or written ({source}); check that its parent exists and that you may write there, or \
         name another folder with --out",
        path.display()
    )]
    NotWritable { path: PathBuf, source: io::Error },
    #[error(
        "{} could not be written: no space is left, or files may not grow so large. Earlier results in the folder are as \
         they were; make room and run again",
        path.display()
    )]
    DiskFull { path: PathBuf },
    #[error(
        "{} could not be written ({source}). Earlier results in the folder are as they were; remove the cause and \
         run again",
        path.display()
    )]
    Write { path: PathBuf, source: io::Error },
    #[error(
        "the new tables are complete in {} but could not all be moved to their places ({source}). Close programs that \
         have the tables open and run again: the next run finishes the move before it begins",
        path.display()
    )]
    Install { path: PathBuf, source: io::Error },
    #[error("table `{table}` could not be stored: {source}; this is a defect of plenary, please report it")]
    Store { table: String, source: PolarsError },
    #[error(
        "the results of a run do not fit each other: {what}: {found}, expected {expected} (a bound for an index); this \
         is a defect of plenary, please report it"
    )]
    Misfit { what: String, found: usize, expected: usize },
}
