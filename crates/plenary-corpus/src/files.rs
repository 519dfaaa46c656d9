//! The bytes of a file that a person names.
//!
//! **Input**: a path. **Output**: the bytes. A file that does not exist and one that cannot be read are different errors of
//! the caller. What the file contains is left to the caller.

use std::io::{Error, ErrorKind};
use std::path::Path;

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
