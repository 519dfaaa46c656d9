//! Why results cannot be exported.
//!
//! **Input:** what was found at a path. **Output:** an error with the path, what was found, what was expected, and a typed [`Hint`].
//! **Left to others:** wording the hint.

use std::io;
use std::path::{Path, PathBuf};

use plenary_corpus::Hint;
use plenary_corpus::disk::is_full;
use plenary_tables::OpenError;

/// Why results cannot be exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// A table cannot be read, or there is no such table.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The path of the folder is a file.
    #[error("{} is a file, but an export needs a folder", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// The folder holds an earlier export.
    #[error("{} holds an earlier export; nothing was changed", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// The folder holds files that were not exported.
    #[error("{} holds files that plenary did not export (`{found}`); nothing was changed", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// The first of these files.
        found: String,
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
    #[error("{} could not be written: no space is left, or files may not grow so large", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// A file could not be written.
    #[error("{} could not be written ({source})", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The message of the operating system.
        source: io::Error,
    },
    /// The files were complete but were not all moved to their places.
    #[error("some files of the export could not be moved to their places in {} ({source}); they are missing there", path.display())]
    Install {
        /// The folder.
        path: PathBuf,
        /// The message of the operating system.
        source: io::Error,
    },
    /// Tables of the results do not fit each other.
    #[error("the tables do not fit each other: {problem}")]
    Misfit {
        /// Which rows do not fit.
        problem: String,
    },
    /// There is nothing to export.
    #[error("the results have no turns, so that there is nothing to export")]
    NoTurns,
}

impl ExportError {
    /// The error of writing a file.
    pub(crate) fn write(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        if is_full(&source) { Self::DiskFull { path } } else { Self::Write { path, source } }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            Self::Open(error) => error.hint(),
            Self::NotAFolder { .. } | Self::Foreign { .. } | Self::NotWritable { .. } => {
                Some(Hint::UseOtherOutputFolder)
            }
            Self::Exists { .. } | Self::Install { .. } => Some(Hint::ReplaceExisting),
            Self::DiskFull { .. } => Some(Hint::MakeRoom),
            Self::Write { .. } => Some(Hint::CheckPermissions),
            Self::Misfit { .. } => Some(Hint::CopyAgainOrRunAgain),
            Self::NoTurns => None,
        }
    }
}
