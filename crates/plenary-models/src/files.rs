//! Reading and writing files of models.
//!
//! **Input**: paths and bytes. **Output**: bytes, or files and folders that appear complete or not at all. Missing and
//! unreadable files are errors that name the model and the path.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Component, Path};

use crate::error::{FileError, FileProblem};

/// The bytes of a model's file.
pub(crate) fn read(model: &str, path: &Path) -> Result<Vec<u8>, FileError> {
    fs::read(path).map_err(|source| read_error(model, path, source))
}

/// The error for a model's file that could not be read.
pub(crate) fn read_error(model: &str, path: &Path, source: std::io::Error) -> FileError {
    let problem = match source.kind() {
        ErrorKind::NotFound => FileProblem::Missing,
        _ => FileProblem::Io(source),
    };
    FileError::of(model, path, problem)
}

/// The text of a file; `None` if there is none.
pub(crate) fn read_optional(path: &Path) -> Result<Option<String>, FileError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FileError::io(path)(error)),
    }
}

/// Fills a new folder and moves it to its place, so that it appears complete or not at all.
pub(crate) fn replace_folder<E: From<FileError>>(
    target: &Path,
    id: &str,
    fill: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<(), E> {
    // Names with a leading dot are not ids, so that a folder left behind by a killed program is never read as a model.
    let hidden = |what: &str| target.join(format!(".{id}.{}.{what}", std::process::id()));
    let (fresh, old, place) = (hidden("new"), hidden("old"), target.join(id));
    let filled = fill(&fresh).and_then(|()| {
        if place.exists() {
            fs::rename(&place, &old).map_err(FileError::io(&place))?;
        }
        let moved = fs::rename(&fresh, &place).map_err(FileError::io(&place)).inspect_err(|_| {
            // Restore the old folder; the first error is the one to report.
            let _ = fs::rename(&old, &place);
        });
        Ok(moved?)
    });
    for leftover in [&fresh, &old] {
        if leftover.exists() {
            fs::remove_dir_all(leftover).map_err(FileError::io(leftover))?;
        }
    }
    filled
}

/// Writes a file beside its place and moves it there, so that it is never half written.
pub(crate) fn replace_file(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let fresh = path.with_file_name(format!(".{name}.{}.new", std::process::id()));
    write(&fresh, bytes)?;
    fs::rename(&fresh, path).map_err(FileError::io(path))
}

/// Writes a file and waits until it is stored on the disk.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mut file = fs::File::create(path).map_err(FileError::io(path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(FileError::io(path))
}

/// Creates a folder and those above it.
pub(crate) fn create_folder(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(FileError::io(path))
}

/// Whether the name of a file stays inside its model's folder.
pub(crate) fn is_inside(file: &str) -> bool {
    let mut parts = Path::new(file).components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// Whether a text is 64 hex digits.
pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}
