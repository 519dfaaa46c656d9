//! Paths to documents.
//!
//! **Input:** the files and folders that the user names, and contents of files in memory ([`Input`]). **Output:** their documents, a batch at a time and in the order of
//! their paths; folders are walked, a folder that is a `ConvoKit` corpus is read as one input, and files with the same
//! bytes are read once. With [`Isolation`], files that could end the process are read in processes of their own. **Refused**, each with a reason in [`Skipped`]: files that cannot be read, files over 2 GiB,
//! files that are not transcripts, links inside folders (nothing outside a named folder is read). **Left to others:** the
//! formats, to `plenary-read`.

mod planned;
mod tries;

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use crate::isolation::{FileReading, Isolation, Pool, Refusal, RefusalKind, read_here};
use plenary_corpus::Document;
use plenary_corpus::progress::{Progress, Silent, Stopped};
use plenary_corpus::{Failure, Stage};
use plenary_read::formats::has_transcript_extension;
use plenary_read::{Companion, Options, content_id, convokit};
use plenary_tables::{is_part, is_results};

pub(crate) use planned::{PlannedFile, Share};
pub(crate) use tries::{Tries, Watch};

/// All documents that the user's paths hold.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Sorted by path, so that nothing depends on the order of the arguments.
    pub documents: Vec<Document>,
    /// What was not read.
    pub skipped: Skipped,
}

/// What the user names as input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file, or a folder with files.
    Path(PathBuf),
    /// The content of a file that is in memory.
    Bytes {
        /// The name by which its documents are known; its extension names the format, as that of a file does.
        name: String,
        /// The content.
        bytes: Arc<[u8]>,
    },
}

impl<P: AsRef<Path>> From<P> for Input {
    fn from(path: P) -> Self {
        Input::Path(path.as_ref().to_owned())
    }
}

/// Inputs that were not read, or were read under another path.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Skipped {
    /// Further paths of the same bytes, by document id. The bytes were read once.
    pub other_paths: BTreeMap<String, Vec<String>>,
    /// Paths that were named more than once, or both directly and through their folder.
    pub repeated: Vec<String>,
    /// Inputs that should have been read and could not be.
    pub failures: Vec<Failure>,
    /// Files in folders that are not transcripts, each with the reason.
    pub ignored: Vec<Failure>,
}

/// The files that the user's paths name. They are read in batches, in the order of their paths.
#[derive(Debug, Default)]
pub struct Sources {
    /// Inputs still to be read, the next one last.
    pending: Vec<Pending>,
    /// Documents that were read before, the next one last.
    documents: Vec<Document>,
    skipped: Skipped,
    /// Ids of the documents of each file that was read, by the id of the file's bytes.
    documents_of_file: HashMap<String, Vec<String>>,
    /// Paths of the documents that were read, by document id.
    path_of_document: HashMap<String, String>,
    /// Bytes of the files that complete others, by path; `None` where there is no such file.
    companion_bytes: HashMap<PathBuf, Option<Arc<[u8]>>>,
    /// Positions of documents that are not the first of their input, by document id.
    places: HashMap<String, u32>,
    /// The folder from which relative paths begin; empty for the current one.
    base: PathBuf,
    /// Notes which inputs are read; `None` if nobody wants to know.
    watch: Option<Watch>,
    /// The files and folders that the user named, sorted.
    named: Vec<String>,
    n_bytes: u64,
    n_bytes_read: u64,
    /// The processes that read files; `None` reads them in this process.
    pool: Option<Pool>,
}

/// A file, or a folder that is one corpus.
#[derive(Debug)]
struct Pending {
    path: PathBuf,
    /// The content, if it is in memory.
    bytes: Option<Arc<[u8]>>,
    /// Found in a folder, not named by the user.
    in_folder: bool,
    /// The folder above its own is in the folder that the user named.
    is_deep: bool,
    /// It completes another file, which need not be beside it here.
    completes: bool,
    /// The documents that are read of it; `None` for all.
    share: Option<Share>,
}

/// Size of a batch in bytes. A larger file is a separate batch.
const BATCH_BYTES: u64 = 8 << 20;

/// Larger files are refused before they are read: a text of this size is a corpus, not a transcript.
const LARGEST_FILE: u64 = 2 << 30;

/// Finds and reads all files that `inputs` name. Never fails as a whole: what cannot be read is listed.
///
/// Files are read in processes of their own if `isolation` says how, and otherwise in this process.
pub fn gather<I: Into<Input>>(
    inputs: impl IntoIterator<Item = I>,
    options: &Options,
    isolation: Option<&Isolation>,
) -> Inputs {
    let sources = Sources::find(inputs).isolated(isolation);
    // Nobody asks to stop.
    sources.read_all(options, &Silent).unwrap_or_default()
}

/// An input whose bytes are in memory and not decoded yet.
enum Loaded {
    File {
        path: String,
        bytes: Arc<[u8]>,
        companions: Vec<Companion>,
        file_id: String,
        is_expected: bool,
        in_folder: bool,
        share: Option<Share>,
    },
    Corpus {
        path: String,
        parts: convokit::Parts,
        share: Option<Share>,
    },
}

impl Sources {
    /// Finds the files; nothing is read yet.
    pub fn find<I: Into<Input>>(inputs: impl IntoIterator<Item = I>) -> Self {
        let mut sources = Self::default();
        let mut pending: Vec<Pending> = Vec::new();
        for input in inputs {
            let input = input.into();
            if let Input::Path(path) = &input {
                sources.named.push(display_path(path));
            }
            match input {
                Input::Path(path) if path.is_dir() => walk(&path, &mut pending, &mut sources.skipped),
                Input::Path(path) => pending.push(Pending::file(path)),
                Input::Bytes { name, bytes } => {
                    pending.push(Pending { bytes: Some(bytes), ..Pending::file(name.into()) });
                }
            }
        }
        // A file that was named is sorted before the same file found in a folder, and is then read whatever its extension.
        pending.sort_by_cached_key(|input| (display_path(&input.path), input.in_folder));
        pending.dedup_by(|later, earlier| {
            let is_same = display_path(&later.path) == display_path(&earlier.path) && later.bytes == earlier.bytes;
            if is_same {
                sources.skipped.repeated.push(display_path(&later.path));
            }
            is_same
        });
        sources.skipped.repeated.dedup();
        sources.named.sort();
        sources.named.dedup();
        pending.reverse();
        sources.n_bytes = pending.iter().map(|input| input.n_bytes(Path::new(""))).sum();
        sources.pending = pending;
        sources
    }

    /// Documents that were read before, in the order of their paths, with what was skipped then.
    pub fn read_before(mut documents: Vec<Document>, skipped: Skipped) -> Self {
        let n_bytes = documents.iter().map(|document| document.n_bytes).sum();
        documents.reverse();
        Self { documents, skipped, n_bytes, ..Self::default() }
    }

    /// Reads files in processes of their own; `None` reads them in this process. The documents are the same.
    #[must_use]
    pub fn isolated(self, isolation: Option<&Isolation>) -> Self {
        Self { pool: isolation.map(Pool::new), ..self }
    }

    /// Notes which inputs are read, and passes over those that ended a process twice.
    #[must_use]
    pub(crate) fn watched(self, watch: Option<Watch>) -> Self {
        Self { watch, ..self }
    }

    /// Whether an input is read only when all before it are measured.
    pub(crate) fn is_one_at_a_time(&self) -> bool {
        self.watch.as_ref().is_some_and(|watch| watch.tries.one_at_a_time)
    }

    /// Positions of the documents that were read and are not the first of their input, by document id.
    pub(crate) fn places(&self) -> &HashMap<String, u32> {
        &self.places
    }

    /// The files and folders that the user named, sorted; contents in memory and documents that were read before are not among them.
    pub fn named(&self) -> &[String] {
        &self.named
    }

    /// Size of all files in bytes, as reported by the file system.
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// Size in bytes of the files that were read so far.
    pub fn n_bytes_read(&self) -> u64 {
        self.n_bytes_read
    }

    /// Reads the next batch of files on the threads of the current pool. `None` when all are read; an empty list where the
    /// batch held no new document. If the user stops the work, files of the batch may be missing.
    pub fn read_some(&mut self, options: &Options, progress: &dyn Progress) -> Option<Vec<Document>> {
        let mut loaded = Vec::new();
        let mut documents = Vec::new();
        let mut n_bytes = 0;
        while let Some(document) =
            self.documents.pop_if(|document| n_bytes == 0 || n_bytes + document.n_bytes <= BATCH_BYTES)
        {
            self.n_bytes_read += document.n_bytes;
            n_bytes += document.n_bytes.max(1);
            documents.push(document);
        }
        let mut inputs = Vec::new();
        let most = if self.is_one_at_a_time() { 0 } else { BATCH_BYTES };
        while let Some(input) = self.pending.pop_if(|input| n_bytes == 0 || n_bytes + input.n_bytes(&self.base) <= most)
        {
            let size = input.n_bytes(&self.base);
            self.n_bytes_read += size;
            n_bytes += size.max(1);
            if !self.passes_over(&input) {
                inputs.push(input);
            }
        }
        if let Some(watch) = self.watch.as_mut().filter(|_| !inputs.is_empty()) {
            watch.begin(inputs.iter().map(|input| display_path(&input.path)).collect());
        }
        for input in &inputs {
            let is_corpus = input.bytes.is_none() && self.base.join(&input.path).is_dir();
            loaded.extend(if is_corpus { self.load_corpus(input) } else { self.load_file(input) });
        }
        if n_bytes == 0 {
            return None;
        }
        let pool = self.pool.as_ref();
        let read_file = |path: &str, bytes: &[u8], options: &Options| match pool {
            Some(pool) => pool.read(path, bytes, options, progress),
            None => read_here(path, bytes, options),
        };
        let readings: Vec<Result<FileReading, Refusal>> = loaded
            .par_iter()
            .map(|loaded| match loaded {
                Loaded::File { path, bytes, companions, .. } if companions.is_empty() => {
                    read_file(path, bytes, options)
                }
                Loaded::File { path, bytes, companions, .. } => {
                    read_file(path, bytes, &Options { companions: companions.clone(), ..options.clone() })
                }
                Loaded::Corpus { path, parts, .. } => {
                    Ok(FileReading { documents: convokit::read(path, parts, options)?, refused: Vec::new() })
                }
            })
            .collect();
        for (loaded, reading) in loaded.into_iter().zip(readings) {
            self.record(loaded, reading, &mut documents);
        }
        Some(documents)
    }

    /// Reads all files on the threads of the current pool.
    ///
    /// # Errors
    /// [`Stopped`] if the user stops the work.
    pub fn read_all(mut self, options: &Options, progress: &dyn Progress) -> Result<Inputs, Stopped> {
        let mut documents = Vec::new();
        loop {
            let before = self.n_bytes_read;
            let batch = self.read_some(options, progress);
            progress.check_stop()?;
            progress.advance(self.n_bytes_read - before);
            match batch {
                Some(batch) => documents.extend(batch),
                None => return Ok(Inputs { documents, skipped: self.finish() }),
            }
        }
    }

    /// What was skipped, sorted by path. Complete once [`Sources::read_some`] has returned `None`.
    pub fn finish(mut self) -> Skipped {
        for list in [&mut self.skipped.failures, &mut self.skipped.ignored] {
            list.sort_by(|a, b| a.path.cmp(&b.path));
            list.dedup_by(|later, earlier| later.path == earlier.path);
        }
        self.skipped
    }
}

impl Pending {
    /// A file that the user named.
    fn file(path: PathBuf) -> Self {
        Self { path, bytes: None, in_folder: false, is_deep: false, completes: false, share: None }
    }

    /// Size in bytes. `base` is the folder from which relative paths begin.
    fn n_bytes(&self, base: &Path) -> u64 {
        self.bytes.as_ref().map_or_else(|| size_of(&base.join(&self.path)), |bytes| bytes.len() as u64)
    }
}

/// Size in bytes of a file, or of all files in a folder.
fn size_of(path: &Path) -> u64 {
    if !path.is_dir() {
        return fs::metadata(path).map_or(0, |file| file.len());
    }
    let files = WalkDir::new(path).into_iter().filter_map(Result::ok).filter_map(|entry| entry.metadata().ok());
    files.filter(fs::Metadata::is_file).map(|file| file.len()).sum()
}

/// Names and paths of the files that could complete a file: beside it, and in the folder above if `is_deep`.
fn companion_places(path: &Path, is_deep: bool) -> Vec<(String, PathBuf)> {
    let mut places = Vec::new();
    for name in plenary_read::companions(&display_path(path)) {
        let (folder, name) = match name.strip_prefix("../") {
            Some(_) if !is_deep => continue,
            Some(name) => (path.parent().and_then(Path::parent), name.to_owned()),
            None => (path.parent(), name),
        };
        if let Some(place) = folder.map(|folder| folder.join(&name)).filter(|place| place != path) {
            places.push((name, place));
        }
    }
    places
}

/// Adds the visible files of a folder, and of the folders in it, to `pending`.
fn walk(folder: &Path, pending: &mut Vec<Pending>, skipped: &mut Skipped) {
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

impl Sources {
    /// Whether an input ended a process twice. It is listed.
    fn passes_over(&mut self, input: &Pending) -> bool {
        let path = display_path(&input.path);
        let end = self.watch.as_ref().and_then(|watch| watch.tries.passed_over.get(&path));
        let Some(end) = end else { return false };
        self.skipped.failures.push(failure(
            &path,
            &format!("the process that read and measured it ended twice ({end}), so it was passed over"),
            "see whether the machine ran out of memory; split the file, or report it as a defect of plenary",
        ));
        true
    }

    /// Reads the bytes of a file; `None` if the file is skipped.
    fn load_file(&mut self, input: &Pending) -> Option<Loaded> {
        let path = display_path(&input.path);
        let (in_folder, share) = (input.in_folder, input.share);
        if let Some(bytes) = &input.bytes {
            let (file_id, _) = content_id(bytes);
            let (bytes, companions) = (Arc::clone(bytes), Vec::new());
            return Some(Loaded::File { path, bytes, companions, file_id, is_expected: true, in_folder, share });
        }
        let extension = input.path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        let is_expected = !input.in_folder || has_transcript_extension(&path);
        if !is_expected && !extension.is_empty() {
            self.skipped.ignored.push(failure(
                &path,
                &format!("files with the extension .{extension} are not read yet"),
                "save it as plain text (UTF-8) or Markdown and run again",
            ));
            return None;
        }
        let place = self.base.join(&input.path);
        let is_completing = |name: &String| input.completes || place.with_file_name(name).is_file();
        if let Some(completed) = plenary_read::completes(&path).filter(is_completing) {
            self.skipped.ignored.push(failure(
                &path,
                &format!("this file completes `{completed}`, with which it is read"),
                "name the folder, or the other file",
            ));
            return None;
        }
        let bytes: Arc<[u8]> = self.skipped.bytes_of(&place, &path)?.into();
        let (file_id, _) = content_id(&bytes);
        let companions = self.companions(input);
        Some(Loaded::File { path, bytes, companions, file_id, is_expected, in_folder, share })
    }

    /// The files beside a file that complete it, and those in the folder above if the user named that too. They are kept, as
    /// many files may have the same.
    fn companions(&mut self, input: &Pending) -> Vec<Companion> {
        let mut companions = Vec::new();
        for (name, path) in companion_places(&self.base.join(&input.path), input.is_deep) {
            let bytes = self.companion_bytes.entry(path).or_insert_with_key(|path| {
                // A link may lead out of the folder.
                let is_file = fs::symlink_metadata(path).is_ok_and(|file| file.is_file());
                is_file.then(|| read_bytes(path).ok().flatten()).flatten().map(Into::into)
            });
            companions.extend(bytes.clone().map(|bytes| Companion { name, bytes }));
        }
        companions
    }

    /// Reads the bytes of the files of a `ConvoKit` corpus; `None` if one cannot be read.
    fn load_corpus(&mut self, input: &Pending) -> Option<Loaded> {
        let folder = &input.path;
        let part = |file: &str| -> Result<Option<Vec<u8>>, ()> {
            let path = self.base.join(folder).join(file);
            if path.is_file() {
                self.skipped.bytes_of(&path, &display_path(&folder.join(file))).map(Some).ok_or(())
            } else {
                Ok(None)
            }
        };
        // `bytes_of` has listed the file that cannot be read.
        let parts = convokit::Parts::collect(part).ok()?;
        Some(Loaded::Corpus { path: display_path(folder), parts, share: input.share })
    }

    /// Adds the documents of an input to `out`, unless the same bytes were read before, and lists what failed.
    fn record(&mut self, loaded: Loaded, reading: Result<FileReading, Refusal>, out: &mut Vec<Document>) {
        match (loaded, reading) {
            (Loaded::File { path, file_id, .. }, _) if self.documents_of_file.contains_key(&file_id) => {
                for id in self.documents_of_file.get(&file_id).cloned().unwrap_or_default() {
                    self.add_path(&id, &path);
                }
            }
            (Loaded::File { path, file_id, share, .. }, Ok(FileReading { documents, refused })) => {
                let ids = documents.iter().map(|document| document.document_id.clone()).collect();
                self.documents_of_file.insert(file_id, ids);
                self.add_documents(&path, documents, share, out);
                for member in refused {
                    let is_failure =
                        has_transcript_extension(&member.path) && member.kind != RefusalKind::NotATranscript;
                    self.skipped.refuse(member, is_failure);
                }
            }
            (Loaded::File { path, is_expected, in_folder, .. }, Err(refusal)) => {
                let is_other = in_folder && refusal.kind == RefusalKind::NotATranscript;
                self.skipped.refuse(Refusal { path, ..refusal }, is_expected && !is_other);
            }
            (Loaded::Corpus { path, share, .. }, Ok(reading)) => {
                self.add_documents(&path, reading.documents, share, out);
            }
            (Loaded::Corpus { path, .. }, Err(refusal)) => self.skipped.refuse(Refusal { path, ..refusal }, true),
        }
    }

    /// Adds the documents of an input to `out`. Of a document that was read before, only the path is recorded.
    fn add_documents(&mut self, input: &str, documents: Vec<Document>, share: Option<Share>, out: &mut Vec<Document>) {
        for (mut document, place) in documents.into_iter().zip(0..) {
            if share.is_some_and(|share| !share.has(&document.document_id)) {
                continue;
            }
            document.source = input.to_string();
            if self.path_of_document.contains_key(&document.document_id) {
                self.add_path(&document.document_id, &document.path);
            } else {
                self.path_of_document.insert(document.document_id.clone(), document.path.clone());
                if place > 0 {
                    self.places.insert(document.document_id.clone(), place);
                }
                out.push(document);
            }
        }
    }

    /// Records a further path of a document.
    fn add_path(&mut self, document_id: &str, path: &str) {
        if self.path_of_document.get(document_id).is_some_and(|known| known != path) {
            self.skipped.other_paths.entry(document_id.to_string()).or_default().push(path.to_string());
        }
    }
}

impl Skipped {
    /// The bytes of a file; `None`, and an entry in `failures`, if it cannot be read.
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

    /// Lists a file that could not be read: as a failure, or as ignored if it may not be a transcript.
    fn refuse(&mut self, refusal: Refusal, is_failure: bool) {
        let may_be_ignored = refusal.kind != RefusalKind::Failed;
        let list = if is_failure || !may_be_ignored { &mut self.failures } else { &mut self.ignored };
        list.push(failure(&refusal.path, &refusal.error, &refusal.hint));
    }
}

/// The bytes of a file, or `None` if there are more than [`LARGEST_FILE`]. The limit is checked while reading, because
/// pipes and devices do not report a length.
fn read_bytes(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = File::open(path)?;
    if file.metadata()?.len() > LARGEST_FILE {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= LARGEST_FILE).then_some(bytes))
}

fn failure(path: &str, error: &str, hint: &str) -> Failure {
    Failure { path: path.into(), stage: Stage::Read, error: error.into(), hint: hint.into() }
}

/// The failure of an input that does not exist.
pub(crate) fn missing(path: &Path) -> Failure {
    unreadable(&display_path(path), &std::io::ErrorKind::NotFound.into())
}

fn unreadable(path: &str, error: &std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::NotFound => failure(
            path,
            &format!("{path}: no such file or folder"),
            "check the name; relative paths start at the current folder",
        ),
        std::io::ErrorKind::PermissionDenied => failure(
            path,
            &format!("{path}: you do not have permission to read it"),
            "change its permissions, or read a copy",
        ),
        _ => failure(path, &format!("{path}: {error}"), "check the disk and the name"),
    }
}

/// A path as the tables write it: `/` between its parts, without a leading `./`.
pub fn display_path(path: &Path) -> String {
    let text = path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    text.strip_prefix("./").map_or(text.clone(), str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_each_transcript_once_and_lists_what_it_ignored() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).unwrap();
        write("b.md", b"**Ann Lee**\n\nHello.\n");
        write("a.txt", b"**Ann Lee**\n\nHello.\n");
        write("table.csv", b"a,b\n");
        write("picture.png", b"\x89PNG....");
        write(".hidden.txt", b"hidden\n");
        write("empty.txt", b"");
        let inputs = gather(&[folder.path().to_path_buf()], &Options::default(), None);
        assert_eq!(inputs.documents.len(), 1);
        assert!(inputs.documents[0].path.ends_with("a.txt"));
        assert_eq!(inputs.skipped.other_paths.values().next().unwrap().len(), 1);
        assert_eq!(inputs.skipped.ignored.len(), 2, "{:?}", inputs.skipped.ignored);
        assert_eq!(inputs.skipped.failures.len(), 1, "{:?}", inputs.skipped.failures);
    }

    #[test]
    fn a_corpus_folder_is_one_input_and_the_same_bytes_are_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let corpus = folder.path().join("inner/corpus");
        std::fs::create_dir_all(&corpus).unwrap();
        let utterance = "{\"id\":\"1\",\"conversation_id\":\"c\",\"text\":\"Hi.\",\"speaker\":\"s\"}\n";
        std::fs::write(corpus.join("utterances.jsonl"), utterance).unwrap();
        std::fs::write(corpus.join("speakers.json"), "{\"s\":{\"meta\":{}}}").unwrap();
        let table = "debate,speaker,text\nD1,A,One.\nD2,A,Two.\n";
        std::fs::write(folder.path().join("a.csv"), table).unwrap();
        std::fs::write(folder.path().join("b.csv"), table).unwrap();
        let inputs = gather(&[folder.path().to_path_buf()], &Options::default(), None);
        assert!(
            inputs.skipped.failures.is_empty() && inputs.skipped.ignored.is_empty(),
            "{:?}",
            inputs.skipped.failures
        );
        let ends: Vec<bool> = ["a.csv/D1", "a.csv/D2", "inner/corpus/c"]
            .iter()
            .zip(&inputs.documents)
            .map(|(end, document)| document.path.ends_with(end))
            .collect();
        assert_eq!(ends, [true; 3]);
        assert_eq!(inputs.skipped.other_paths.len(), 2);
        std::fs::write(corpus.join("notes.txt"), "**Ann Lee**\n\nHello.\n").unwrap();
        std::fs::write(corpus.join("vectors.bin"), b"\x00\x01").unwrap();
        let named = gather(std::slice::from_ref(&corpus), &Options::default(), None);
        assert_eq!(
            (named.documents.len(), named.skipped.ignored.len()),
            (2, 1),
            "other files in the folder are read or listed"
        );
        std::fs::remove_file(corpus.join("notes.txt")).unwrap();
        let named = gather(&[corpus], &Options::default(), None);
        assert_eq!(named.documents.len(), 1);
    }

    #[test]
    fn files_are_completed_by_those_beside_and_above_them() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        std::fs::create_dir_all(folder.path().join("2031")).unwrap();
        write("X_1.txt", "X_1.u1\tOrder!\nX_1.u2\tYes.\n");
        write("X_1-meta.tsv", "ID\tSpeaker_name\nX_1.u1\tAnn Lee\nX_1.u2\tBo Hill\n");
        write(
            "C-listPerson.xml",
            "<listPerson><person xml:id=\"a\"><persName>Cy Dahl</persName></person></listPerson>",
        );
        write("2031/C_2.xml", "<TEI><text><body><u who=\"#a\">We begin.</u></body></text></TEI>");
        let inputs = gather(&[folder.path().to_path_buf()], &Options::default(), None);
        assert!(inputs.skipped.failures.is_empty(), "{:?}", inputs.skipped.failures);
        let names = |inputs: &Inputs| -> Vec<String> {
            let turns = inputs.documents.iter().flat_map(|document| &document.turns);
            turns.flat_map(|turn| &turn.speaker).map(|speaker| speaker.label.clone()).collect()
        };
        assert_eq!(names(&inputs), ["Cy Dahl", "Ann Lee", "Bo Hill"]);
        let ignored: Vec<&str> = inputs.skipped.ignored.iter().map(|ignored| ignored.error.as_str()).collect();
        assert_eq!(ignored.len(), 2, "{ignored:?}");
        assert!(ignored.iter().any(|error| error.contains("completes `X_1.txt`")), "{ignored:?}");
        let named = gather(&[folder.path().join("X_1.txt")], &Options::default(), None);
        assert_eq!(names(&named), ["Ann Lee", "Bo Hill"]);
        let outside = gather(&[folder.path().join("2031")], &Options::default(), None);
        assert_eq!(names(&outside), ["a"], "nothing outside a named folder is read");
    }

    #[test]
    fn contents_in_memory_are_read_like_files_and_documents_are_given_again() {
        let bytes = |text: &str| Arc::from(text.as_bytes());
        let talk = Input::Bytes { name: "talk.md".into(), bytes: bytes("**Ann Lee**\n\nHello.\n") };
        let other = Input::Bytes { name: "talk.md".into(), bytes: bytes("**Bo Hill**\n\nHello.\n") };
        let empty = Input::Bytes { name: "empty.md".into(), bytes: bytes("") };
        let inputs = gather([talk.clone(), talk, other, empty], &Options::default(), None);
        assert_eq!(inputs.documents.iter().map(|document| &document.path).collect::<Vec<_>>(), ["talk.md"; 2]);
        assert_eq!((inputs.skipped.failures.len(), inputs.skipped.repeated.len()), (1, 1));
        let again = Sources::read_before(inputs.documents.clone(), inputs.skipped.clone());
        let again = again.read_all(&Options::default(), &Silent).unwrap();
        let ids = |inputs: &Inputs| inputs.documents.iter().map(|d| d.document_id.clone()).collect::<Vec<_>>();
        assert_eq!((ids(&again), &again.skipped), (ids(&inputs), &inputs.skipped));
    }

    #[test]
    fn a_missing_file_is_a_failure() {
        let inputs = gather(&[PathBuf::from("no/such/file.md")], &Options::default(), None);
        assert!(inputs.skipped.failures[0].error.contains("no such file"));
    }
}
