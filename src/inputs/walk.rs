//! The files of a folder.
//!
//! **Input:** a folder that the user named. **Output:** the inputs in it. **Refused**, each with a reason in [`Skipped`]: links, results of
//! plenary, folders without a visible file. **Left to others:** reading them.

use std::path::Path;

use plenary_read::convokit;
use plenary_tables::{is_part, is_results};
use walkdir::WalkDir;

use super::{Pending, Skipped, display_path, failure};

/// Adds the visible files of a folder, and of the folders in it, to `pending`.
pub(super) fn walk(folder: &Path, pending: &mut Vec<Pending>, skipped: &mut Skipped) {
    let before = (pending.len(), skipped.ignored.len());
    let visible =
        |entry: &walkdir::DirEntry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.');
    let mut entries = WalkDir::new(folder).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        match entry {
            Ok(entry) if !visible(&entry) => {
                if entry.file_type().is_dir() {
                    entries.skip_current_dir();
                }
            }
            // The codebook of earlier results would otherwise be read as a transcript.
            Ok(entry) if entry.file_type().is_dir() && (is_results(entry.path()) || is_part(entry.path())) => {
                skipped.ignored.push(failure(
                    &display_path(entry.path()),
                    "this folder holds results of plenary",
                    "name a folder with transcripts, or files",
                ));
                entries.skip_current_dir();
            }
            // Other files in the folder of a corpus are found like any other file.
            Ok(entry) if entry.file_type().is_dir() && convokit::is_corpus_folder(entry.path()) => {
                pending.push(Pending { in_folder: true, ..Pending::file(entry.into_path()) });
            }
            Ok(entry) if is_part_of_corpus(entry.path()) => {}
            Ok(entry) if entry.file_type().is_file() => {
                let is_deep = entry.depth() > 1;
                pending.push(Pending { in_folder: true, is_deep, ..Pending::file(entry.into_path()) });
            }
            Ok(entry) if entry.file_type().is_symlink() => skipped.ignored.push(failure(
                &display_path(entry.path()),
                "this is a link, and links in folders are not followed",
                "name the file itself as an input",
            )),
            Ok(_) => {}
            Err(error) => {
                let path = error.path().map_or_else(|| display_path(folder), display_path);
                skipped.failures.push(failure(&path, &error.to_string(), "check that you have permission to read it"));
            }
        }
    }
    if (pending.len(), skipped.ignored.len()) == before {
        skipped.failures.push(failure(
            &display_path(folder),
            "the folder holds no visible files",
            "name a folder with transcripts, or files",
        ));
    }
}

/// Whether a file is one of the files of a corpus folder.
fn is_part_of_corpus(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(convokit::is_part)
        && path.parent().is_some_and(convokit::is_corpus_folder)
}
