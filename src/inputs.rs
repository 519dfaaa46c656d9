//! Paths the user named to files to read, and those to documents, some at a time: folders are walked, the same bytes are
//! taken once. A folder that is a ConvoKit corpus is read as one.
//!
//! Links inside folders are not followed, so that nothing outside them is read. What is not taken says why.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use walkdir::WalkDir;

use plenary_corpus::Document;
use plenary_corpus::{Failure, Stage};
use plenary_read::{Options, ReadError, Reading, content_id, convokit, read_all};
use plenary_tables::is_results;

/// What the user's paths hold, all of it at once.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Documents sorted by path, so that nothing depends on the order of the arguments.
    pub documents: Vec<Document>,
    pub untaken: Untaken,
}

/// What was not taken, or not under its own name.
#[derive(Debug, Default)]
pub struct Untaken {
    /// Other names of the same bytes, by document id.
    pub other_paths: BTreeMap<String, Vec<String>>,
    /// Files that were named more than once by the same name, or together with their folder.
    pub repeated: Vec<String>,
    /// Inputs that should have been read and could not.
    pub failures: Vec<Failure>,
    /// Files in folders that are no transcripts, each with the reason.
    pub passed_over: Vec<Failure>,
}

/// The files that paths name, read some at a time, in the order of their paths.
#[derive(Debug, Default)]
pub struct Sources {
    /// Files, folders that are one corpus, and whether they were met in a folder; the next one last.
    waiting: Vec<(PathBuf, bool)>,
    untaken: Untaken,
    /// Documents of the files that were read, by the id of each file's bytes.
    taken: HashMap<String, Vec<String>>,
    /// Paths of the documents that were read, by their ids.
    paths: HashMap<String, String>,
    n_bytes: u64,
    n_bytes_read: u64,
}

/// Bytes that are read together, unless a single file is larger.
const READ_TOGETHER: u64 = 8 << 20;

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
    let mut sources = Sources::find(paths);
    let mut documents = Vec::new();
    while let Some(some) = sources.read_some(options) {
        documents.extend(some);
    }
    Inputs { documents, untaken: sources.finish() }
}

/// A file whose bytes were read, or a folder that is one corpus.
enum Held {
    File { name: String, bytes: Vec<u8>, file_id: String, expected: bool, in_folder: bool },
    Corpus { name: String, parts: convokit::Parts },
}

impl Sources {
    /// Finds the files; nothing is read yet.
    pub fn find(paths: &[PathBuf]) -> Self {
        let mut files: Vec<(PathBuf, bool)> = Vec::new();
        let mut sources = Self::default();
        for path in paths {
            if path.is_dir() {
                walk(path, &mut files, &mut sources.untaken);
            } else {
                files.push((path.clone(), false));
            }
        }
        // A file that was named comes before the same file met in a folder, and is then read whatever its extension.
        files.sort_by_cached_key(|(path, in_folder)| (shown(path), *in_folder));
        files.dedup_by(|later, earlier| {
            let same = shown(&later.0) == shown(&earlier.0);
            if same {
                sources.untaken.repeated.push(shown(&later.0));
            }
            same
        });
        sources.untaken.repeated.dedup();
        files.reverse();
        sources.n_bytes = files.iter().map(|(path, _)| size_of(path)).sum();
        sources.waiting = files;
        sources
    }

    /// Bytes of all files together, as far as their folders say.
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// Bytes of the files that were read so far.
    pub fn n_bytes_read(&self) -> u64 {
        self.n_bytes_read
    }

    /// Reads the next files, several megabytes of them, over the threads of the current pool. `None` when all are read; an
    /// empty list where these held no new document.
    pub fn read_some(&mut self, options: &Options) -> Option<Vec<Document>> {
        let mut held = Vec::new();
        let mut n_bytes = 0;
        while let Some((path, in_folder)) =
            self.waiting.pop_if(|(path, _)| n_bytes == 0 || n_bytes + size_of(path) <= READ_TOGETHER)
        {
            let size = size_of(&path);
            self.n_bytes_read += size;
            n_bytes += size.max(1);
            let next = if path.is_dir() { self.hold_corpus(&path) } else { self.hold(&path, in_folder) };
            held.extend(next);
        }
        if n_bytes == 0 {
            return None;
        }
        let readings: Vec<Result<Reading, ReadError>> = held
            .par_iter()
            .map(|held| match held {
                Held::File { name, bytes, .. } => read_all(name, bytes, options),
                Held::Corpus { name, parts } => convokit::read(name, parts, &options.columns)
                    .map(|documents| Reading { documents, refused: Vec::new() }),
            })
            .collect();
        let mut documents = Vec::new();
        for (held, reading) in held.into_iter().zip(readings) {
            self.take(held, reading, &mut documents);
        }
        Some(documents)
    }

    /// What was not taken. To be asked when all is read.
    pub fn finish(mut self) -> Untaken {
        for list in [&mut self.untaken.failures, &mut self.untaken.passed_over] {
            list.sort_by(|a, b| a.path.cmp(&b.path));
            list.dedup_by(|later, earlier| later.path == earlier.path);
        }
        self.untaken
    }
}

/// Bytes of a file, or of the files in a folder.
fn size_of(path: &Path) -> u64 {
    if !path.is_dir() {
        return fs::metadata(path).map_or(0, |file| file.len());
    }
    let files = WalkDir::new(path).into_iter().filter_map(Result::ok).filter_map(|entry| entry.metadata().ok());
    files.filter(|file| file.is_file()).map(|file| file.len()).sum()
}

fn walk(folder: &Path, files: &mut Vec<(PathBuf, bool)>, untaken: &mut Untaken) {
    let before = (files.len(), untaken.passed_over.len());
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
                untaken.passed_over.push(failure(
                    &shown(entry.path()),
                    "this folder holds results of plenary",
                    "name a folder of transcripts, or files",
                ));
                entries.skip_current_dir();
            }
            // What else lies in the folder of a corpus is met like any other file.
            Ok(entry) if entry.file_type().is_dir() && convokit::is_corpus_folder(entry.path()) => {
                files.push((entry.into_path(), true));
            }
            Ok(entry) if is_part_of_corpus(entry.path()) => {}
            Ok(entry) if entry.file_type().is_file() => files.push((entry.into_path(), true)),
            Ok(entry) if entry.file_type().is_symlink() => untaken.passed_over.push(failure(
                &shown(entry.path()),
                "this is a link, and links in folders are not followed",
                "name the file itself as an input",
            )),
            Ok(_) => {}
            Err(error) => {
                let path = error.path().map_or_else(|| shown(folder), shown);
                untaken.failures.push(failure(&path, &error.to_string(), "check that you may read it"));
            }
        }
    }
    if (files.len(), untaken.passed_over.len()) == before {
        untaken.failures.push(failure(
            &shown(folder),
            "the folder holds no visible files",
            "name a folder with transcripts, or files",
        ));
    }
}

/// Whether a file is one of those that make its folder a corpus.
fn is_part_of_corpus(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(convokit::is_part)
        && path.parent().is_some_and(convokit::is_corpus_folder)
}

impl Sources {
    /// The bytes of a file, unless it is passed over, cannot be read, or the same bytes were taken before.
    fn hold(&mut self, path: &Path, in_folder: bool) -> Option<Held> {
        let name = shown(path);
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        let expected = !in_folder || is_expected(&name);
        if !expected && !extension.is_empty() {
            self.untaken.passed_over.push(failure(
                &name,
                &format!("files with the extension .{extension} are not read yet"),
                "save it as plain text (UTF-8) or Markdown and run again",
            ));
            return None;
        }
        let bytes = self.untaken.bytes_of(path, &name)?;
        let (file_id, _) = content_id(&bytes);
        Some(Held::File { name, bytes, file_id, expected, in_folder })
    }

    /// The files of a folder that is a ConvoKit corpus.
    fn hold_corpus(&mut self, folder: &Path) -> Option<Held> {
        let part = |file: &str| -> Result<Option<Vec<u8>>, ()> {
            let path = folder.join(file);
            if path.is_file() { self.untaken.bytes_of(&path, &shown(&path)).map(Some).ok_or(()) } else { Ok(None) }
        };
        // A file that cannot be read has been listed by then.
        let parts = convokit::Parts::collect(part).ok()?;
        Some(Held::Corpus { name: shown(folder), parts })
    }

    fn take(&mut self, held: Held, reading: Result<Reading, ReadError>, out: &mut Vec<Document>) {
        match (held, reading) {
            (Held::File { name, file_id, .. }, _) if self.taken.contains_key(&file_id) => {
                for id in self.taken.get(&file_id).cloned().unwrap_or_default() {
                    self.name_again(&id, &name);
                }
            }
            (Held::File { file_id, .. }, Ok(Reading { documents, refused })) => {
                let ids = documents.iter().map(|document| document.document_id.clone()).collect();
                self.taken.insert(file_id, ids);
                self.add(documents, out);
                for (member, error) in refused {
                    let expected = is_expected(&member) && !holds_nothing(&error);
                    self.untaken.refuse(&member, &error, expected);
                }
            }
            (Held::File { name, expected, in_folder, .. }, Err(error)) => {
                self.untaken.refuse(&name, &error, expected && !(in_folder && holds_nothing(&error)));
            }
            (Held::Corpus { .. }, Ok(reading)) => self.add(reading.documents, out),
            (Held::Corpus { name, .. }, Err(error)) => self.untaken.refuse(&name, &error, true),
        }
    }

    /// Takes documents; one that is known already gives its path to the one that was taken.
    fn add(&mut self, documents: Vec<Document>, out: &mut Vec<Document>) {
        for document in documents {
            if self.paths.contains_key(&document.document_id) {
                self.name_again(&document.document_id, &document.path);
            } else {
                self.paths.insert(document.document_id.clone(), document.path.clone());
                out.push(document);
            }
        }
    }

    /// Notes another path of a document.
    fn name_again(&mut self, document_id: &str, path: &str) {
        if self.paths.get(document_id).is_some_and(|known| known != path) {
            self.untaken.other_paths.entry(document_id.to_string()).or_default().push(path.to_string());
        }
    }
}

impl Untaken {
    /// The bytes of a file; what hinders it is listed.
    fn bytes_of(&mut self, path: &Path, name: &str) -> Option<Vec<u8>> {
        match read_bytes(path) {
            Ok(Some(bytes)) => Some(bytes),
            Ok(None) => {
                self.failures.push(failure(
                    name,
                    &format!("the file is larger than {LARGEST_FILE} bytes, and larger ones are not read"),
                    "split it into one file per document",
                ));
                None
            }
            Err(error) => {
                self.failures.push(unreadable(name, &error));
                None
            }
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
    Failure { path: path.into(), stage: Stage::Read, error: error.into(), hint: hint.into() }
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
        assert_eq!(inputs.untaken.other_paths.values().next().unwrap().len(), 1);
        assert_eq!(inputs.untaken.passed_over.len(), 2, "{:?}", inputs.untaken.passed_over);
        assert_eq!(inputs.untaken.failures.len(), 1, "{:?}", inputs.untaken.failures);
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
        assert!(
            inputs.untaken.failures.is_empty() && inputs.untaken.passed_over.is_empty(),
            "{:?}",
            inputs.untaken.failures
        );
        let ends: Vec<bool> = ["a.csv/D1", "a.csv/D2", "inner/corpus/c"]
            .iter()
            .zip(&inputs.documents)
            .map(|(end, document)| document.path.ends_with(end))
            .collect();
        assert_eq!(ends, [true; 3]);
        assert_eq!(inputs.untaken.other_paths.len(), 2);
        std::fs::write(corpus.join("notes.txt"), "**Ann Lee**\n\nHello.\n").unwrap();
        std::fs::write(corpus.join("vectors.bin"), b"\x00\x01").unwrap();
        let named = gather(std::slice::from_ref(&corpus), &Options::default());
        assert_eq!((named.documents.len(), named.untaken.passed_over.len()), (2, 1), "what else is there is told");
        std::fs::remove_file(corpus.join("notes.txt")).unwrap();
        let named = gather(&[corpus], &Options::default());
        assert_eq!(named.documents.len(), 1);
    }

    #[test]
    fn a_missing_file_is_a_failure_with_a_way_out() {
        let inputs = gather(&[PathBuf::from("no/such/file.md")], &Options::default());
        assert!(inputs.untaken.failures[0].error.contains("no such file"));
    }
}
