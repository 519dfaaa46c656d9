//! The output folder: who may write to it, and how a set of files replaces another as a whole.
//!
//! **Input:** a path. **Output:** a folder that is locked for one run until the run ends. **Refused:** a file, a folder
//! with files that plenary did not write, one that cannot be written and one in use, all before anything is computed.
//! **Left to others:** the content of the files (`writer`), opening results (`results`).
//!
//! How tables stay complete: `run.json` marks a complete set of files and lists them. A run writes all files into
//! `.plenary-staging`, flushes them to disk and renames that folder to `.plenary-ready`. From this point on the new
//! tables exist. Then the `run.json` of the earlier results is moved away, the tables are renamed into place one by
//! one, and the new `run.json` is moved last. A run that is killed before the first renaming leaves the earlier results
//! unchanged. A run that is killed after it leaves a folder without `run.json`; the next run completes the move before
//! it begins. A folder with `run.json` is always complete.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use super::TableError;
use plenary_corpus::disk::is_full;

/// Marks a complete set of tables.
pub(super) const MARKER: &str = "run.json";
/// Marks a complete part of a corpus.
pub(super) const PART_MARKER: &str = "part.json";
/// Name of the marker of the earlier results while they are replaced.
const EARLIER: &str = "earlier-run.json";
const STAGING: &str = ".plenary-staging";
const READY: &str = ".plenary-ready";
const LOCK: &str = ".plenary-lock";

/// A folder that was checked and is locked for one run; dropping this unlocks it.
#[derive(Debug)]
pub struct OutputFolder {
    path: PathBuf,
    /// Folders that this run created, outermost first. They are removed again if they stay empty.
    created: Vec<PathBuf>,
    lock: File,
    /// The file that marks a complete set.
    marker: &'static str,
}

/// The files that `run.json` lists.
#[derive(Debug, Default, Deserialize)]
struct Marker {
    #[serde(default)]
    files: Vec<MarkedFile>,
}

#[derive(Debug, Deserialize)]
struct MarkedFile {
    name: String,
}

impl OutputFolder {
    /// Locks a folder for a run: creates it if it is missing, and completes what a killed run left unfinished.
    ///
    /// `marker` is the file that marks a complete set, `names` are the other files that the run will write.
    ///
    /// # Errors
    /// If the path is a file, the folder has files that plenary did not write, another run uses it, or it cannot be
    /// written. Nothing is changed then.
    pub(super) fn take(path: &Path, marker: &'static str, names: &[String]) -> Result<Self, TableError> {
        let not_writable = |source| TableError::NotWritable { path: path.to_owned(), source };
        let created = match fs::metadata(path) {
            Ok(found) if !found.is_dir() => return Err(TableError::NotAFolder { path: path.to_owned() }),
            Ok(_) => Vec::new(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let missing = path.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
                let mut missing: Vec<PathBuf> = missing.map(Path::to_owned).collect();
                missing.reverse();
                fs::create_dir_all(path).map_err(not_writable)?;
                missing
            }
            Err(error) => return Err(not_writable(error)),
        };
        refuse_foreign(path, marker)?;

        let lock_path = path.join(LOCK);
        let lock = File::options().create(true).truncate(false).write(true).open(&lock_path).map_err(not_writable)?;
        match lock.try_lock() {
            // A file system without locks does not show that another run is active; the tables stay complete
            // nevertheless.
            Ok(()) | Err(TryLockError::Error(_)) => {}
            Err(TryLockError::WouldBlock) => return Err(TableError::Busy { path: path.to_owned() }),
        }
        let folder = Self { path: path.to_owned(), created, lock, marker };
        folder.install().map_err(|source| TableError::Install { path: path.join(READY), source })?;
        remove_folder(&path.join(STAGING)).map_err(not_writable)?;
        folder.refuse_occupied(names)?;
        Ok(folder)
    }

    /// Path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Creates an empty folder for the files of a new set, including `run.json`.
    pub(super) fn staging(&self) -> Result<PathBuf, TableError> {
        let staging = self.path.join(STAGING);
        let failed = |source| write_error(&staging, source);
        remove_folder(&staging).map_err(failed)?;
        fs::create_dir(&staging).map_err(failed)?;
        Ok(staging)
    }

    /// Removes a set that could not be written. What cannot be removed now is removed by the next run.
    pub(super) fn discard(&self) {
        let _ = remove_folder(&self.path.join(STAGING));
    }

    /// Replaces the earlier set by the complete, flushed new one.
    pub(super) fn publish(&self) -> Result<(), TableError> {
        let (staging, ready) = (self.path.join(STAGING), self.path.join(READY));
        let staged = flush_folder(&staging).and_then(|()| fs::rename(&staging, &ready));
        staged.map_err(|source| write_error(&staging, source))?;
        flush_folder(&self.path)
            .and_then(|()| self.install())
            .map_err(|source| TableError::Install { path: ready, source })
    }

    /// Moves the files of `.plenary-ready` to their places; does nothing if there are none. A kill can follow any step:
    /// repeating steps that are done changes nothing.
    fn install(&self) -> io::Result<()> {
        let ready = self.path.join(READY);
        let (marker, new_marker) = (self.path.join(self.marker), ready.join(self.marker));
        if new_marker.exists() {
            let earlier_marker = ready.join(EARLIER);
            if marker.exists() && !earlier_marker.exists() {
                fs::rename(&marker, &earlier_marker)?;
                flush_folder(&self.path)?;
            }
            let new = read_names(&new_marker);
            for name in read_names(&earlier_marker).iter().filter(|name| !new.contains(name)) {
                ignore_missing(fs::remove_file(self.path.join(name)))?;
            }
            for name in &new {
                ignore_missing(fs::rename(ready.join(name), self.path.join(name)))?;
            }
            flush_folder(&self.path)?;
            fs::rename(&new_marker, &marker)?;
            flush_folder(&self.path)?;
        }
        remove_folder(&ready)
    }

    /// Refuses to overwrite a file that has the name of one to be written but was not written by plenary.
    fn refuse_occupied(&self, names: &[String]) -> Result<(), TableError> {
        let ours = read_names(&self.path.join(self.marker));
        match names.iter().find(|name| !ours.contains(name) && self.path.join(name).exists()) {
            Some(name) => Err(TableError::Occupied { path: self.path.join(name) }),
            None => Ok(()),
        }
    }
}

impl Drop for OutputFolder {
    /// Unlocks the folder. What cannot be removed is harmless: the next run reuses it.
    fn drop(&mut self) {
        let _ = fs::remove_file(self.path.join(LOCK));
        let _ = self.lock.unlock();
        for folder in self.created.iter().rev() {
            // Fails if the folder is not empty, which is intended.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// A folder belongs to plenary when it has plenary's marker, what a killed run leaves, or nothing at all.
fn refuse_foreign(path: &Path, marker: &str) -> Result<(), TableError> {
    let not_readable = |source| TableError::NotWritable { path: path.to_owned(), source };
    if is_marker(&path.join(marker)) || is_marker(&path.join(READY).join(marker)) {
        return Ok(());
    }
    let mut foreign = Vec::new();
    for entry in fs::read_dir(path).map_err(not_readable)? {
        let name = entry.map_err(not_readable)?.file_name().to_string_lossy().into_owned();
        if ![STAGING, READY, LOCK].contains(&name.as_str()) {
            foreign.push(name);
        }
    }
    match foreign.into_iter().min() {
        Some(found) => Err(TableError::Foreign { path: path.to_owned(), found }),
        None => Ok(()),
    }
}

/// Whether a folder holds a complete set of tables, of any version.
pub fn is_results(folder: &Path) -> bool {
    is_marker(&folder.join(MARKER))
}

/// Whether a folder holds a complete part of a corpus, of any version.
pub fn is_part(folder: &Path) -> bool {
    is_marker(&folder.join(PART_MARKER))
}

/// Whether a run finished in the folder but its tables were not all moved to their places.
pub(super) fn awaits_move(folder: &Path) -> bool {
    is_marker(&folder.join(READY).join(MARKER))
}

/// Whether the folder contains files of a run that did not finish or is still active.
pub(super) fn is_staged(folder: &Path) -> bool {
    folder.join(STAGING).exists()
}

fn is_marker(path: &Path) -> bool {
    #[derive(Deserialize)]
    struct Version {
        #[serde(rename = "plenary_version")]
        _version: String,
    }
    fs::read(path).is_ok_and(|bytes| serde_json::from_slice::<Version>(&bytes).is_ok())
}

/// The files that a marker lists and that have plain names of tables or of the codebook. A marker that is missing or cannot
/// be read lists none.
fn read_names(marker: &Path) -> Vec<String> {
    let files = fs::read(marker).ok().and_then(|bytes| serde_json::from_slice::<Marker>(&bytes).ok());
    let names = files.unwrap_or_default().files.into_iter().map(|file| file.name);
    names.filter(|name| is_plain_name(name)).collect()
}

/// Whether a name is that of a file of results: of a table or a text, without a folder.
pub(super) fn is_plain_name(name: &str) -> bool {
    let name = Path::new(name);
    let mut components = name.components();
    let plain = matches!((components.next(), components.next()), (Some(Component::Normal(_)), None));
    plain
        && name.extension().is_some_and(|extension| {
            ["parquet", "csv", "md", "bin", "registry"].iter().any(|known| extension == *known)
        })
}

/// Distinguishes a full disk from other failures.
pub(super) fn write_error(path: &Path, source: io::Error) -> TableError {
    let path = path.to_owned();
    if is_full(&source) { TableError::DiskFull { path } } else { TableError::Write { path, source } }
}

fn remove_folder(path: &Path) -> io::Result<()> {
    ignore_missing(fs::remove_dir_all(path))
}

fn ignore_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Flushes the names in a folder to disk, if the system supports that for folders.
fn flush_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}
