//! Where the files of results are read: a folder, or memory.
//!
//! **Input:** the name of a file. **Output:** its bytes, its sha256, or some rows of its table. **Refused:** a file that is
//! missing or that polars cannot read. **Left to others:** whether the content is what `run.json` lists (`results`).

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use polars_core::prelude::*;
use polars_io::mmap::MmapBytesReader;
use polars_io::prelude::{ParquetReader, SerReader};
use sha2::{Digest, Sha256};

/// Files in memory, by name.
pub(super) type Files = BTreeMap<String, Arc<[u8]>>;

/// A source of files. Clones share what they read.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// Files of a folder.
    Folder(PathBuf),
    /// Files in memory.
    Memory(Arc<Files>),
}

impl Source {
    /// The path of a file in messages.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        match self {
            Self::Folder(folder) => folder.join(name),
            Self::Memory(_) => PathBuf::from(name),
        }
    }

    /// A file, to be read from its start.
    fn open(&self, name: &str) -> io::Result<Box<dyn MmapBytesReader>> {
        match self {
            Self::Folder(folder) => Ok(Box::new(File::open(folder.join(name))?)),
            Self::Memory(files) => match files.get(name) {
                Some(bytes) => Ok(Box::new(Cursor::new(Arc::clone(bytes)))),
                None => Err(io::ErrorKind::NotFound.into()),
            },
        }
    }

    /// Size of a file in bytes; an error for what is not a file.
    pub(super) fn size(&self, name: &str) -> io::Result<u64> {
        match self {
            Self::Folder(folder) => {
                let found = std::fs::metadata(folder.join(name))?;
                if found.is_file() { Ok(found.len()) } else { Err(io::Error::other("this is not a file")) }
            }
            Self::Memory(files) => match files.get(name) {
                Some(bytes) => Ok(bytes.len() as u64),
                None => Err(io::ErrorKind::NotFound.into()),
            },
        }
    }

    /// The content of a file.
    pub(super) fn bytes(&self, name: &str) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open(name)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// sha256 of a file, 64 hex digits. The file is read piece by piece.
    pub(super) fn sha256(&self, name: &str) -> io::Result<String> {
        let mut file = self.open(name)?;
        let mut hash = Sha256::new();
        let mut piece = vec![0; 1 << 16];
        loop {
            match file.read(&mut piece) {
                Ok(0) => return Ok(format!("{:x}", hash.finalize())),
                Ok(n) => hash.update(&piece[..n]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Number of rows of a Parquet file, and its columns.
    pub(super) fn shape(&self, name: &str) -> PolarsResult<(usize, SchemaRef)> {
        self.reading(name, |mut reader| {
            let n_rows = reader.num_rows()?;
            Ok((n_rows, reader.with_slice(Some((0, 0))).finish()?.schema().clone()))
        })
    }

    /// The rows `first..first + n` of a Parquet file; `columns` names those that are read, all if it is `None`.
    pub(super) fn rows(
        &self,
        name: &str,
        columns: Option<&[String]>,
        first: usize,
        n: usize,
    ) -> PolarsResult<DataFrame> {
        self.reading(name, |reader| {
            reader.with_slice(Some((first, n))).with_columns(columns.map(<[String]>::to_vec)).finish()
        })
    }

    fn reading<T>(
        &self,
        name: &str,
        read: impl FnOnce(ParquetReader<Box<dyn MmapBytesReader>>) -> PolarsResult<T>,
    ) -> PolarsResult<T> {
        let file = self.open(name)?;
        // polars panics on some damaged files.
        catch_unwind(AssertUnwindSafe(|| read(ParquetReader::new(file))))
            .unwrap_or_else(|_| polars_bail!(ComputeError: "the Parquet reader failed; the file is damaged"))
    }
}
