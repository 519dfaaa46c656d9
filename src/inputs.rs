//! Paths the user named to files to read: folders are walked, the same bytes are taken once.
//!
//! Links inside folders are not followed, so that nothing outside them is read. What is not taken says why.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::corpus::Document;
use crate::read::{ReadError, content_id, read};
use crate::table::Failure;

/// What the user's paths hold.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Documents sorted by path, so that nothing depends on the order of the arguments.
    pub documents: Vec<Document>,
    /// Other names of the same bytes, by document id.
    pub other_paths: BTreeMap<String, Vec<String>>,
    /// Inputs that should have been read and could not.
    pub failures: Vec<Failure>,
    /// Files in folders that are no transcripts, each with the reason.
    pub passed_over: Vec<Failure>,
}

/// Larger files are refused before they are read: text of this size is a corpus, not a transcript.
const LARGEST_FILE: u64 = 2 << 30;

/// Extensions of files that a folder is expected to hold as transcripts.
const TRANSCRIPT_EXTENSIONS: [&str; 9] = ["docx", "md", "markdown", "mdown", "odt", "pdf", "txt", "text", "transcript"];

/// Finds and reads the files that paths name. Never fails as a whole: what cannot be read is listed.
pub fn gather(paths: &[PathBuf]) -> Inputs {
    let mut files: Vec<(PathBuf, bool)> = Vec::new();
    let mut inputs = Inputs::default();
    for path in paths {
        if path.is_dir() {
            walk(path, &mut files, &mut inputs);
        } else {
            files.push((path.clone(), false));
        }
    }
    files.sort();
    files.dedup_by(|later, earlier| later.0 == earlier.0);
    for (path, in_folder) in files {
        take(&path, in_folder, &mut inputs);
    }
    inputs
}

fn walk(folder: &Path, files: &mut Vec<(PathBuf, bool)>, inputs: &mut Inputs) {
    let before = files.len();
    let visible =
        |entry: &walkdir::DirEntry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.');
    for entry in WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(visible) {
        match entry {
            Ok(entry) if entry.file_type().is_file() => files.push((entry.into_path(), true)),
            Ok(entry) if entry.file_type().is_symlink() => inputs.passed_over.push(failure(
                &shown(entry.path()),
                "this is a link, and links in folders are not followed",
                "name the file itself as an input",
            )),
            Ok(_) => {}
            Err(error) => {
                let path = error.path().map_or_else(|| shown(folder), shown);
                inputs.failures.push(failure(&path, &error.to_string(), "check that you may read it"));
            }
        }
    }
    if files.len() == before {
        inputs.failures.push(failure(
            &shown(folder),
            "the folder holds no files",
            "name a folder with transcripts, or files",
        ));
    }
}

fn take(path: &Path, in_folder: bool, inputs: &mut Inputs) {
    let name = shown(path);
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default();
    let expected = !in_folder || TRANSCRIPT_EXTENSIONS.contains(&extension.as_str());
    if !expected && !extension.is_empty() {
        inputs.passed_over.push(failure(
            &name,
            &format!("files with the extension .{extension} are not read yet"),
            "save it as plain text (UTF-8) or Markdown and run again",
        ));
        return;
    }
    let bytes = match std::fs::metadata(path).map(|meta| meta.len()) {
        Ok(length) if length > LARGEST_FILE => {
            inputs.failures.push(failure(
                &name,
                &format!("the file has {length} bytes; at most {LARGEST_FILE} are read"),
                "split it into one file per document",
            ));
            return;
        }
        _ => match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                inputs.failures.push(unreadable(&name, &error));
                return;
            }
        },
    };
    let (document_id, _) = content_id(&bytes);
    if let Some(first) = inputs.documents.iter().find(|document| document.document_id == document_id) {
        if first.path != name {
            inputs.other_paths.entry(document_id).or_default().push(name);
        }
        return;
    }
    match read(&name, &bytes) {
        Ok(document) => inputs.documents.push(document),
        Err(error) => {
            let list = if expected || !matches!(error, ReadError::Unsupported { .. } | ReadError::Binary { .. }) {
                &mut inputs.failures
            } else {
                &mut inputs.passed_over
            };
            list.push(failure(&name, &error.to_string(), error.hint()));
        }
    }
}

fn failure(path: &str, error: &str, hint: &str) -> Failure {
    Failure { path: path.into(), stage: "read".into(), error: error.into(), hint: hint.into() }
}

fn unreadable(path: &str, error: &std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::NotFound => failure(
            path,
            &format!("{path}: no such file or folder"),
            "check the name; it is looked for from the folder you are in",
        ),
        std::io::ErrorKind::PermissionDenied => {
            failure(path, &format!("{path}: you may not read it"), "change its permissions or copy it")
        }
        _ => failure(path, &format!("{path}: {error}"), "check the disk and the name"),
    }
}

/// A path as the tables show it: `/` between its parts, without a leading `./`.
pub fn shown(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    text.strip_prefix("./").map_or(text.clone(), str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_transcripts_once_and_says_what_it_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).unwrap();
        write("b.md", b"**Ann Lee**\n\nHello.\n");
        write("a.txt", b"**Ann Lee**\n\nHello.\n");
        write("table.csv", b"a,b\n");
        write(".hidden.txt", b"hidden\n");
        write("empty.txt", b"");
        let inputs = gather(&[folder.path().to_path_buf()]);
        assert_eq!(inputs.documents.len(), 1);
        assert!(inputs.documents[0].path.ends_with("a.txt"));
        assert_eq!(inputs.other_paths.values().next().unwrap().len(), 1);
        assert_eq!(inputs.passed_over.len(), 1, "{:?}", inputs.passed_over);
        assert_eq!(inputs.failures.len(), 1, "{:?}", inputs.failures);
    }

    #[test]
    fn a_missing_file_is_a_failure_with_a_way_out() {
        let inputs = gather(&[PathBuf::from("no/such/file.md")]);
        assert!(inputs.failures[0].error.contains("no such file"));
    }
}
