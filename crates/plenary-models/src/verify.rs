//! Checking the files of a model against the manifest or the lock.
//!
//! **Input**: a found model. **Output**: the sha256 of each file, or what is wrong with it. Nothing is loaded.

use plenary_corpus::hash::sha256;

use crate::error::{FileError, FileProblem};
use crate::files::read;
use crate::folder::ModelFolder;

/// The result of checking one file of a model.
#[derive(Debug)]
pub struct FileCheck {
    /// Name of the file in the model's folder.
    pub file: String,
    /// The sha256 of the file, 64 hex digits, or what is wrong with the file. A file without a sha256 in a manifest or lock is
    /// only hashed.
    pub result: Result<String, FileError>,
}

/// Hashes every file of a model and compares the hashes with the manifest or the lock.
pub fn verify(folder: &ModelFolder) -> Vec<FileCheck> {
    let own = folder.facts.form.files();
    // Further files that a lock contains, such as the config of the pooling.
    let more = folder.facts.sha256.keys().map(String::as_str).filter(|file| !own.contains(file));
    let check =
        |file: &str| FileCheck { file: file.to_owned(), result: checked_bytes(folder, file).map(|(_, sha256)| sha256) };
    own.into_iter().chain(more).map(check).collect()
}

/// A file's bytes and their sha256, which is that of the manifest or the lock if there is one.
pub(crate) fn checked_bytes(folder: &ModelFolder, file: &str) -> Result<(Vec<u8>, String), FileError> {
    let path = folder.path.join(file);
    let bytes = read(&folder.facts.id, &path)?;
    let found = sha256(&bytes);
    match folder.facts.sha256.get(file) {
        Some(expected) if !expected.eq_ignore_ascii_case(&found) => {
            let problem = FileProblem::WrongSha256 { expected: expected.clone(), found };
            Err(FileError::of(&folder.facts.id, path, problem))
        }
        _ => Ok((bytes, found)),
    }
}
