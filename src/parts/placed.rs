//! The file with the placements of the segments of a part.
//!
//! **Input:** placements, some at a time. **Output:** a file, and the same placements from it, any number at a time. A group is its length in
//! bytes as four bytes, the lowest first, and the group in the format of postcard. **Refused:** files that end early.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use plenary_measure::themes::Placement;
use serde::{Deserialize, Serialize};

use super::PartsError;
use super::folder::io_error;

/// The record of the placements of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PlacedRecord {
    /// sha256 of the file with the placements.
    pub(super) sha256: String,
    /// sha256 of the themes in which the segments are placed.
    pub(super) themes: String,
    pub(super) n_segments: usize,
}

/// Writes placements.
pub(super) struct PlacedWriter {
    path: PathBuf,
    file: BufWriter<File>,
}

impl PlacedWriter {
    pub(super) fn create(path: &Path) -> Result<Self, PartsError> {
        Ok(Self { file: BufWriter::new(File::create(path).map_err(io_error(path))?), path: path.to_owned() })
    }

    pub(super) fn add(&mut self, placements: &[Placement]) -> Result<(), PartsError> {
        let damaged = |problem: String| PartsError::Damaged { path: self.path.clone(), problem };
        let bytes = postcard::to_stdvec(placements).map_err(|error| damaged(error.to_string()))?;
        let length = u32::try_from(bytes.len()).map_err(|error| damaged(error.to_string()))?;
        let written = self.file.write_all(&length.to_le_bytes()).and_then(|()| self.file.write_all(&bytes));
        written.map_err(io_error(&self.path))
    }

    pub(super) fn finish(mut self) -> Result<(), PartsError> {
        self.file.flush().and_then(|()| self.file.get_ref().sync_all()).map_err(io_error(&self.path))
    }
}

/// Reads placements in their order.
pub(super) struct PlacedReader {
    path: PathBuf,
    file: BufReader<File>,
    /// Placements that were read, the next one last.
    pending: Vec<Placement>,
}

impl PlacedReader {
    pub(super) fn open(path: &Path) -> Result<Self, PartsError> {
        let file = File::open(path).map_err(io_error(path))?;
        Ok(Self { file: BufReader::new(file), path: path.to_owned(), pending: Vec::new() })
    }

    /// The next `n` placements.
    pub(super) fn next(&mut self, n: usize) -> Result<Vec<Placement>, PartsError> {
        let mut next = Vec::with_capacity(n);
        while next.len() < n {
            match self.pending.pop() {
                Some(placement) => next.push(placement),
                None => self.read_group()?,
            }
        }
        Ok(next)
    }

    fn read_group(&mut self) -> Result<(), PartsError> {
        let mut length = [0; 4];
        self.file.read_exact(&mut length).map_err(io_error(&self.path))?;
        let mut bytes = Vec::new();
        let length = u64::from(u32::from_le_bytes(length));
        self.file.by_ref().take(length).read_to_end(&mut bytes).map_err(io_error(&self.path))?;
        let damaged =
            |error: postcard::Error| PartsError::Damaged { path: self.path.clone(), problem: error.to_string() };
        self.pending = postcard::from_bytes(&bytes).map_err(damaged)?;
        self.pending.reverse();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placements_are_read_in_groups_of_any_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("placed.bin");
        let all: Vec<Placement> = (0..100)
            .map(|n| if n % 3 == 0 { Placement::Fragment { key: [1; 16] } } else { Placement::Sample(n) })
            .collect();
        let mut writer = PlacedWriter::create(&path).unwrap();
        for group in all.chunks(7) {
            writer.add(group).unwrap();
        }
        writer.add(&[]).unwrap();
        writer.finish().unwrap();
        let mut reader = PlacedReader::open(&path).unwrap();
        let mut read = reader.next(1).unwrap();
        read.extend(reader.next(50).unwrap());
        read.extend(reader.next(0).unwrap());
        read.extend(reader.next(49).unwrap());
        assert_eq!(read, all);
        assert!(reader.next(1).is_err(), "the file has ended");
    }
}
