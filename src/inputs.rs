//! Paths the user named to files to read: folders are walked, the same bytes are taken once. A folder that is a
//! ConvoKit corpus is read as one.
//!
//! Links inside folders are not followed, so that nothing outside them is read. What is not taken says why.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::corpus::Document;
use crate::read::{Options, ReadError, Reading, content_id, convokit, read_all};
use crate::table::{Failure, is_results};

/// What the user's paths hold.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Documents sorted by path, so that nothing depends on the order of the arguments.
    pub documents: Vec<Document>,
    /// Other names of the same bytes, by document id.
    pub other_paths: BTreeMap<String, Vec<String>>,
    /// Files that were named more than once by the same name, or together with their folder.
    pub repeated: Vec<String>,
    /// Inputs that should have been read and could not.
    pub failures: Vec<Failure>,
    /// Files in folders that are no transcripts, each with the reason.
    pub passed_over: Vec<Failure>,
    /// Documents of the files that were read, by the id of each file's bytes.
    taken: HashMap<String, Vec<String>>,
    /// Places of the documents by their ids.
    places: HashMap<String, usize>,
}

/// Larger files are refused before they are read: text of this size is a corpus, not a transcript.
const LARGEST_FILE: u64 = 2 << 30;

/// Extensions of files that a folder is expected to hold as transcripts.
const TRANSCRIPT_EXTENSIONS: [&str; 26] = [
    "docx",
    "odt",
    "pdf",
    "md",
    "markdown",
    "mdown",
    "txt",
    "text",
    "transcript",
    "vtt",
    "srt",
    "sbv",
    "html",
    "htm",
    "xhtml",
    "xml",
    "tei",
    "csv",
    "tsv",
    "tab",
    "jsonl",
    "ndjson",
    "xlsx",
    "parquet",
    "gz",
    "zip",
];

/// Finds and reads the files that paths name. Never fails as a whole: what cannot be read is listed.
pub fn gather(paths: &[PathBuf], options: &Options) -> Inputs {
    let mut files: Vec<(PathBuf, bool)> = Vec::new();
    let mut inputs = Inputs::default();
    for path in paths {
        if path.is_dir() && convokit::is_corpus_folder(path) {
            files.push((path.clone(), false));
        } else if path.is_dir() {
            walk(path, &mut files, &mut inputs);
        } else {
            files.push((path.clone(), false));
        }
    }
    // A file that was named comes before the same file met in a folder, and is then read whatever its extension.
    files.sort_by_cached_key(|(path, in_folder)| (shown(path), *in_folder));
    files.dedup_by(|later, earlier| {
        let same = shown(&later.0) == shown(&earlier.0);
        if same {
            inputs.repeated.push(shown(&later.0));
        }
        same
    });
    for (path, in_folder) in files {
        if path.is_dir() {
            take_corpus(&path, options, &mut inputs);
        } else {
            take(&path, in_folder, options, &mut inputs);
        }
    }
    inputs.repeated.dedup();
    for list in [&mut inputs.failures, &mut inputs.passed_over] {
        list.sort_by(|a, b| a.path.cmp(&b.path));
        list.dedup_by(|later, earlier| later.path == earlier.path);
    }
    inputs
}

fn walk(folder: &Path, files: &mut Vec<(PathBuf, bool)>, inputs: &mut Inputs) {
    let before = files.len();
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
            Ok(entry) if entry.file_type().is_dir() && is_results(entry.path()) => {
                inputs.passed_over.push(failure(
                    &shown(entry.path()),
                    "this folder holds results of plenary",
                    "name a folder of transcripts, or files",
                ));
                entries.skip_current_dir();
            }
            Ok(entry) if entry.file_type().is_dir() && convokit::is_corpus_folder(entry.path()) => {
                entries.skip_current_dir();
                files.push((entry.into_path(), true));
            }
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

fn take(path: &Path, in_folder: bool, options: &Options, inputs: &mut Inputs) {
    let name = shown(path);
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default();
    let expected = !in_folder || is_expected(&name);
    if !expected && !extension.is_empty() {
        inputs.passed_over.push(failure(
            &name,
            &format!("files with the extension .{extension} are not read yet"),
            "save it as plain text (UTF-8) or Markdown and run again",
        ));
        return;
    }
    let Some(bytes) = bytes_of(path, &name, inputs) else { return };
    let (file_id, _) = content_id(&bytes);
    if let Some(ids) = inputs.taken.get(&file_id) {
        for id in ids.clone() {
            inputs.name_again(&id, &name);
        }
        return;
    }
    match read_all(&name, &bytes, options) {
        Ok(Reading { documents, refused }) => {
            inputs.taken.insert(file_id, documents.iter().map(|document| document.document_id.clone()).collect());
            inputs.add(documents);
            for (member, error) in refused {
                inputs.refuse(&member, &error, is_expected(&member) && !holds_nothing(&error));
            }
        }
        Err(error) => inputs.refuse(&name, &error, expected && !(in_folder && holds_nothing(&error))),
    }
}

/// Reads a folder that is a ConvoKit corpus.
fn take_corpus(folder: &Path, options: &Options, inputs: &mut Inputs) {
    let name = shown(folder);
    let part = |file: &str| -> Result<Option<Vec<u8>>, ()> {
        let path = folder.join(file);
        if path.is_file() { bytes_of(&path, &shown(&path), inputs).map(Some).ok_or(()) } else { Ok(None) }
    };
    // A file that cannot be read has been listed by then.
    let Ok(parts) = convokit::Parts::collect(part) else { return };
    match convokit::read(&name, &parts, &options.columns) {
        Ok(documents) => inputs.add(documents),
        Err(error) => inputs.refuse(&name, &error, true),
    }
}

/// The bytes of a file; what hinders it is listed.
fn bytes_of(path: &Path, name: &str, inputs: &mut Inputs) -> Option<Vec<u8>> {
    match read_bytes(path) {
        Ok(Some(bytes)) => Some(bytes),
        Ok(None) => {
            inputs.failures.push(failure(
                name,
                &format!("the file is larger than {LARGEST_FILE} bytes, and larger ones are not read"),
                "split it into one file per document",
            ));
            None
        }
        Err(error) => {
            inputs.failures.push(unreadable(name, &error));
            None
        }
    }
}

/// The bytes of a file, or `None` where there are more than [`LARGEST_FILE`]. Counts while it reads: pipes and devices
/// do not say how long they are.
fn read_bytes(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = File::open(path)?;
    if file.metadata()?.len() > LARGEST_FILE {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= LARGEST_FILE).then_some(bytes))
}

impl Inputs {
    /// Takes documents; one that is known already gives its path to the one that was taken.
    fn add(&mut self, documents: Vec<Document>) {
        for document in documents {
            if self.places.contains_key(&document.document_id) {
                self.name_again(&document.document_id, &document.path);
            } else {
                self.places.insert(document.document_id.clone(), self.documents.len());
                self.documents.push(document);
            }
        }
    }

    /// Notes another path of a document.
    fn name_again(&mut self, document_id: &str, path: &str) {
        let known = self.places.get(document_id).and_then(|at| self.documents.get(*at));
        if known.is_some_and(|document| document.path != path) {
            self.other_paths.entry(document_id.to_string()).or_default().push(path.to_string());
        }
    }

    fn refuse(&mut self, name: &str, error: &ReadError, expected: bool) {
        let list = if expected || !(holds_nothing(error) || matches!(error, ReadError::Binary { .. })) {
            &mut self.failures
        } else {
            &mut self.passed_over
        };
        list.push(failure(name, &error.to_string(), error.hint()));
    }
}

/// Whether a file is none of those that hold transcripts, rather than a broken one.
fn holds_nothing(error: &ReadError) -> bool {
    matches!(
        error,
        ReadError::Unsupported { .. }
            | ReadError::NotTei { .. }
            | ReadError::NothingSaid { .. }
            | ReadError::NoTextColumn { .. }
    )
}

/// Whether a file of this name is expected to hold a transcript.
fn is_expected(name: &str) -> bool {
    let name = name.rsplit('/').next().unwrap_or(name);
    name.rsplit_once('.')
        .is_some_and(|(_, extension)| TRANSCRIPT_EXTENSIONS.contains(&extension.to_lowercase().as_str()))
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
    let text = path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
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
        write("picture.png", b"\x89PNG....");
        write(".hidden.txt", b"hidden\n");
        write("empty.txt", b"");
        let inputs = gather(&[folder.path().to_path_buf()], &Options::default());
        assert_eq!(inputs.documents.len(), 1);
        assert!(inputs.documents[0].path.ends_with("a.txt"));
        assert_eq!(inputs.other_paths.values().next().unwrap().len(), 1);
        assert_eq!(inputs.passed_over.len(), 2, "{:?}", inputs.passed_over);
        assert_eq!(inputs.failures.len(), 1, "{:?}", inputs.failures);
    }

    #[test]
    fn corpus_folders_are_read_as_one_and_the_same_bytes_once() {
        let folder = tempfile::tempdir().unwrap();
        let corpus = folder.path().join("inner/corpus");
        std::fs::create_dir_all(&corpus).unwrap();
        let utterance = "{\"id\":\"1\",\"conversation_id\":\"c\",\"text\":\"Hi.\",\"speaker\":\"s\"}\n";
        std::fs::write(corpus.join("utterances.jsonl"), utterance).unwrap();
        std::fs::write(corpus.join("speakers.json"), "{\"s\":{\"meta\":{}}}").unwrap();
        let table = "debate,speaker,text\nD1,A,One.\nD2,A,Two.\n";
        std::fs::write(folder.path().join("a.csv"), table).unwrap();
        std::fs::write(folder.path().join("b.csv"), table).unwrap();
        let inputs = gather(&[folder.path().to_path_buf()], &Options::default());
        assert!(inputs.failures.is_empty() && inputs.passed_over.is_empty(), "{:?}", inputs.failures);
        let ends: Vec<bool> = ["a.csv/D1", "a.csv/D2", "inner/corpus/c"]
            .iter()
            .zip(&inputs.documents)
            .map(|(end, document)| document.path.ends_with(end))
            .collect();
        assert_eq!(ends, [true; 3]);
        assert_eq!(inputs.other_paths.len(), 2);
        let named = gather(&[corpus], &Options::default());
        assert_eq!(named.documents.len(), 1);
    }

    #[test]
    fn a_missing_file_is_a_failure_with_a_way_out() {
        let inputs = gather(&[PathBuf::from("no/such/file.md")], &Options::default());
        assert!(inputs.failures[0].error.contains("no such file"));
    }
}
