//! The destination of the files of a run: the staging folder, or memory.
//!
//! **Input:** names and contents of files. **Output:** the same bytes in either destination, and a way to read them
//! back. **Left to others:** the content of the files (`writer`), replacing a set of files as a whole (`folder`).

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use polars_core::prelude::PolarsError;

use super::TableError;
use super::folder::{OutputFolder, write_error};
use super::record::WrittenFile;
use super::sheet::HashedFile;
use super::source::{Files, Source};

/// Where the files of a run are written.
pub(super) enum Sink<'r> {
    /// Beside the files that they will replace.
    Folder(Staging<'r>),
    /// In memory.
    Memory(Files),
}

/// The staging place of a folder, emptied on drop.
pub(super) struct Staging<'r> {
    folder: &'r OutputFolder,
    path: PathBuf,
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        self.folder.discard();
    }
}

impl<'r> Sink<'r> {
    /// The staging place of a folder.
    pub(super) fn folder(folder: &'r OutputFolder) -> Result<Self, TableError> {
        Ok(Self::Folder(Staging { folder, path: folder.staging()? }))
    }

    /// A place in memory.
    pub(super) fn memory() -> Self {
        Self::Memory(BTreeMap::new())
    }

    /// Starts a file.
    pub(super) fn create(&self, name: &str) -> Result<HashedFile, TableError> {
        match self {
            Self::Folder(staging) => HashedFile::create(staging.path.join(name)),
            Self::Memory(_) => Ok(HashedFile::in_memory(name)),
        }
    }

    /// Completes a file.
    pub(super) fn finish(&mut self, file: HashedFile, rows: Option<usize>) -> Result<WrittenFile, TableError> {
        let (written, bytes) = file.finish(rows)?;
        if let (Self::Memory(files), Some(bytes)) = (self, bytes) {
            files.insert(written.name.clone(), Arc::from(bytes));
        }
        Ok(written)
    }

    /// Writes a file as a whole.
    pub(super) fn write(&mut self, name: &str, content: &[u8]) -> Result<WrittenFile, TableError> {
        let mut file = self.create(name)?;
        let written = file.write_all(content).map_err(PolarsError::from);
        file.checked(written)?;
        self.finish(file, None)
    }

    /// Removes a complete file.
    pub(super) fn remove(&mut self, name: &str) -> Result<(), TableError> {
        match self {
            Self::Folder(staging) => {
                let path = staging.path.join(name);
                fs::remove_file(&path).map_err(|source| write_error(&path, source))
            }
            Self::Memory(files) => {
                files.remove(name);
                Ok(())
            }
        }
    }

    /// Gives a complete file the name of another one, which it replaces.
    pub(super) fn rename(&mut self, from: &str, to: &str) -> Result<(), TableError> {
        match self {
            Self::Folder(staging) => {
                let path = staging.path.join(to);
                fs::rename(staging.path.join(from), &path).map_err(|source| write_error(&path, source))
            }
            Self::Memory(files) => {
                if let Some(content) = files.remove(from) {
                    files.insert(to.to_owned(), content);
                }
                Ok(())
            }
        }
    }

    /// The complete files, to be read back before they are published.
    pub(super) fn source(&self) -> Source {
        match self {
            Self::Folder(staging) => Source::Folder(staging.path.clone()),
            Self::Memory(files) => Source::Memory(Arc::new(files.clone())),
        }
    }

    /// Puts all files in the place of the earlier ones, and returns where they are.
    pub(super) fn publish(self) -> Result<Source, TableError> {
        match self {
            Self::Folder(staging) => {
                staging.folder.publish()?;
                Ok(Source::Folder(staging.folder.path().to_owned()))
            }
            Self::Memory(files) => Ok(Source::Memory(Arc::new(files))),
        }
    }
}
