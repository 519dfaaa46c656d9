//! Paths to documents.
//!
//! **Input:** the files and folders that the user names, and contents of files in memory ([`Input`]). **Output:** their documents, a batch at a time and in the order of
//! their paths; folders are walked, a folder that is a `ConvoKit` corpus is read as one input, and files with the same
//! bytes are read once. With [`Isolation`], files that could end the process are read in processes of their own. **Refused**, each with a reason in [`Skipped`]: files that cannot be read, files over 2 GiB,
//! files that are not transcripts, links inside folders (nothing outside a named folder is read). **Left to others:** the
//! formats, to `plenary-read`.

mod load;
mod planned;
mod record;
mod tries;
mod walk;

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use crate::isolation::{FileReading, Isolation, Pool, Refusal, read_here};
use plenary_corpus::Document;
use plenary_corpus::progress::{Progress, Silent, Stopped};
use plenary_corpus::{Failure, Stage};
use plenary_read::{Options, convokit};

use load::Loaded;
pub(crate) use planned::{PlannedFile, Share};
pub(crate) use tries::{Tries, Watch};
use walk::walk;

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
mod tests;
