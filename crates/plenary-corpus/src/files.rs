//! Reading a file that a person names, and writing one as a whole.
//!
//! **Input**: a path, and the bytes to write. **Output**: the bytes that were read. A file that does not exist and one that cannot be
//! read are different errors of the caller. What the file contains is left to the caller.

use std::io::{Error, ErrorKind};
use std::path::Path;

/// The ending of a file while it is being written.
pub const PART: &str = ".part";

/// Writes a file completely or not at all: first under its name with [`PART`] at the end, which is then renamed.
///
/// # Errors
/// The error of the operating system, or [`ErrorKind::InvalidInput`] if the path does not end in the name of a file.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_owned();
    name.push(PART);
    let beside = path.with_file_name(name);
    std::fs::write(&beside, bytes).and_then(|()| std::fs::rename(&beside, path)).inspect_err(|_| {
        // The error of writing is the one to report.
        let _ = std::fs::remove_file(&beside);
    })
}

/// Reads a file. `missing` and `unreadable` make the error from the path and the problem.
///
/// # Errors
/// The error that `missing` makes if there is no such file, and the one that `unreadable` makes if it cannot be read.
pub fn read_file<E>(
    path: &Path,
    missing: impl FnOnce(String) -> E,
    unreadable: impl FnOnce(String, Error) -> E,
) -> Result<Vec<u8>, E> {
    std::fs::read(path).map_err(|problem| {
        let path = path.display().to_string();
        if problem.kind() == ErrorKind::NotFound { missing(path) } else { unreadable(path, problem) }
    })
}
