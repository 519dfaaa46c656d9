//! Why results cannot be opened or read.
//!
//! **Input:** what was found at a path. **Output:** an error that contains the path, what was found and what was
//! expected, and a typed [`Hint`]. **Left to others:** wording the hint for the command line or for Python.

use std::io;
use std::path::{Path, PathBuf};

use plenary_corpus::Hint;
use polars_core::prelude::PolarsError;

/// Why results cannot be opened or read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {kind}", path.display())]
#[non_exhaustive]
pub struct OpenError {
    /// The folder or the file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub kind: OpenErrorKind,
}

/// What is wrong with results.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenErrorKind {
    /// There is nothing at the path.
    #[error("there is no such folder; expected a results folder of plenary")]
    Missing,
    /// The path is a file.
    #[error("this is a file; expected a results folder of plenary")]
    NotAFolder,
    /// The folder has no `run.json`.
    #[error("the folder has no `run.json`; expected a results folder of plenary")]
    NotResults,
    /// The folder has no `run.json`, but the files of a run that ended before its tables were complete.
    #[error("a run began here and did not finish; there are no results")]
    Unfinished,
    /// A run finished, but not all of its tables were moved to their places.
    #[error(
        "a run finished, but was stopped while its tables were moved to their places; they are complete in \
         `.plenary-ready`"
    )]
    NotMoved,
    /// There is nothing at the path of a part.
    #[error("there is no such folder; expected the folder of a part")]
    PartMissing,
    /// The path of a part is a file.
    #[error("this is a file; expected the folder of a part")]
    PartNotAFolder,
    /// The folder has no `part.json`.
    #[error("the folder has no `part.json`; expected the folder of a part")]
    NotAPart,
    /// Another version wrote the part.
    #[error(
        "plenary {plenary_version} measured this part, and this is plenary {}; parts combine only within one version",
        super::VERSION
    )]
    PartVersion {
        /// The version that measured the part.
        plenary_version: String,
    },
    /// The operating system does not allow the file to be read.
    #[error("cannot be read ({source})")]
    Unreadable {
        /// The message of the operating system.
        source: io::Error,
    },
    /// `run.json` is damaged.
    #[error("the record of the run is damaged: {problem}")]
    RecordDamaged {
        /// What is wrong with it.
        problem: String,
    },
    /// `run.json` was written by another program.
    #[error("the file has no `plenary_version`; plenary did not write it")]
    ForeignRecord,
    /// The results were written before formats had a number.
    #[error(
        "the results have no format number; plenary {plenary_version} wrote them before formats were numbered, and this \
         version does not read them"
    )]
    BeforeFormats {
        /// The version that wrote the results.
        plenary_version: String,
    },
    /// The results have another format.
    #[error(
        "the results have format {found}, written by plenary {plenary_version}; this version reads format {expected}"
    )]
    Format {
        /// Number of the format of the results.
        found: u64,
        /// Number of the format that this version reads.
        expected: u32,
        /// The version that wrote the results.
        plenary_version: String,
    },
    /// `run.json` does not list a table.
    #[error("the record of the run does not list the table `{table}`")]
    NotListed {
        /// Name of the table.
        table: String,
    },
    /// A listed file is missing.
    #[error("the file is missing, but `run.json` lists it")]
    FileMissing,
    /// A file has another size than listed.
    #[error("the file has {found} bytes, expected {expected} (`run.json`)")]
    Size {
        /// Size of the file, in bytes.
        found: u64,
        /// Size that `run.json` lists, in bytes.
        expected: u64,
    },
    /// A file has another content than listed.
    #[error("the content is not what the run wrote: sha256 {found}, expected {expected} (`run.json`)")]
    Sha256 {
        /// sha256 of the file, 64 hex digits.
        found: String,
        /// sha256 that `run.json` lists.
        expected: String,
    },
    /// A table has another number of rows than listed.
    #[error("the table has {found} rows, expected {expected} (`run.json`)")]
    Rows {
        /// Rows of the table.
        found: usize,
        /// Rows that `run.json` lists.
        expected: usize,
    },
    /// A column is missing, has another type or another place, or is unknown.
    #[error("column {position} is {found}, expected {expected}")]
    Column {
        /// Position of the first column that differs, from 1.
        position: usize,
        /// Name and type of the column, or `missing`.
        found: String,
        /// Name and type that the schema has there, or `none`.
        expected: String,
    },
    /// The table cannot be read.
    #[error("the table cannot be read ({source})")]
    Stored {
        /// The message of the Parquet reader.
        source: PolarsError,
    },
    /// A cell has a value that this version does not know.
    #[error("the column `{column}` has the value `{found}`, expected one of {known}")]
    UnknownValue {
        /// The column.
        column: &'static str,
        /// The value.
        found: String,
        /// All values, separated by commas.
        known: String,
    },
    /// There is no table of this name.
    #[error("there is no table `{name}`; the tables are {known}")]
    UnknownTable {
        /// The requested name.
        name: String,
        /// All names, separated by commas.
        known: String,
    },
    /// There is no column of this name.
    #[error("there is no column `{name}`; the columns are {known}")]
    UnknownColumn {
        /// The requested name.
        name: String,
        /// All names, separated by commas.
        known: String,
    },
}

impl OpenError {
    pub(super) fn new(path: impl AsRef<Path>, kind: OpenErrorKind) -> Self {
        Self { path: path.as_ref().to_owned(), kind }
    }

    /// A table whose rows polars cannot read or convert.
    pub fn stored(table: &str, source: PolarsError) -> Self {
        Self::new(format!("{table}.parquet"), OpenErrorKind::Stored { source })
    }

    /// A cell with a value that is none of `known`.
    pub fn unknown_value(table: &str, column: &'static str, found: &str, known: &[&str]) -> Self {
        let kind = OpenErrorKind::UnknownValue { column, found: found.to_owned(), known: known.join(", ") };
        Self::new(format!("{table}.parquet"), kind)
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<Hint> {
        self.kind.hint()
    }
}

impl OpenErrorKind {
    fn hint(&self) -> Option<Hint> {
        match self {
            Self::Missing | Self::NotAFolder | Self::NotResults | Self::ForeignRecord => Some(Hint::NameResultsFolder),
            Self::Format { found, expected, .. } if *found > u64::from(*expected) => Some(Hint::UseNewerVersion),
            Self::Unfinished | Self::NotMoved | Self::BeforeFormats { .. } | Self::Format { .. } => {
                Some(Hint::RunAgain)
            }
            Self::RecordDamaged { .. }
            | Self::NotListed { .. }
            | Self::FileMissing
            | Self::Size { .. }
            | Self::Sha256 { .. }
            | Self::Rows { .. }
            | Self::Column { .. }
            | Self::Stored { .. } => Some(Hint::CopyAgainOrRunAgain),
            Self::UnknownValue { .. } => Some(Hint::UseNewerVersion),
            Self::PartMissing | Self::PartNotAFolder | Self::NotAPart => Some(Hint::NamePartFolder),
            Self::PartVersion { .. } => Some(Hint::MeasurePartAgain),
            Self::Unreadable { .. } => Some(Hint::CheckPermissions),
            // The message lists the names.
            Self::UnknownTable { .. } | Self::UnknownColumn { .. } => None,
        }
    }
}
