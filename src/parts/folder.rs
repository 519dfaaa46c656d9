//! The files of a work folder.
//!
//! **Input:** a path. **Output:** the places of files, and files that are there completely or not at all. **Left to others:** their content.
//!
//! | file | content |
//! |---|---|
//! | `plan.json` | the plan; written last when planning |
//! | `inputs/NNNN.json`, `inputs/shared.json` | the files of a part, and those that every part reads |
//! | `attempts/NAME/` | a part that is being measured; it stays if the process is killed, until the part is measured or all are combined |
//! | `attempts/NAME/lock` | locked while the process of the attempt runs |
//! | `parts/NNNN/` | a measured part |
//! | `themes.json`, `themes-*.bin` | the fitted themes |
//! | `combined.json` | where the results are |
//! | `placed/NNNN.json`, `placed/NNNN.bin` | the themes of the segments of a part |

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::PartsError;

pub(super) const PLAN: &str = "plan.json";
pub(super) const INPUTS: &str = "inputs";
pub(super) const SHARED: &str = "shared";
const LOCK: &str = "lock";

/// A work folder.
#[derive(Debug, Clone)]
pub(super) struct WorkFolder(pub(super) PathBuf);

impl WorkFolder {
    pub(super) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub(super) fn plan(&self) -> PathBuf {
        self.0.join(PLAN)
    }

    /// The list of the files of a part, or of all parts.
    pub(super) fn inputs(&self, name: &str) -> PathBuf {
        self.0.join(INPUTS).join(format!("{name}.json"))
    }

    /// The folder of a measured part.
    pub(super) fn part(&self, part: usize) -> PathBuf {
        self.0.join("parts").join(name_of(part))
    }

    /// Whether a part is measured.
    pub(super) fn has_part(&self, part: usize) -> bool {
        plenary_tables::is_part(&self.part(part))
    }

    /// The folder of an attempt to measure a part.
    pub(super) fn attempt(&self, name: &str) -> PathBuf {
        self.0.join("attempts").join(name)
    }

    /// The attempts to measure a part, of processes that are active or were killed.
    pub(super) fn attempts(&self, part: usize) -> Vec<PathBuf> {
        let prefix = format!("{}-", name_of(part));
        let entries = fs::read_dir(self.0.join("attempts")).into_iter().flatten().filter_map(Result::ok);
        entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix)).map(|e| e.path()).collect()
    }

    /// Removes the attempts to measure a part whose processes have ended. Those of processes that run, also on other machines, are left to
    /// them. An attempt whose lock cannot be asked for, because the file system has none, is taken to run.
    pub(super) fn remove_ended_attempts(&self, part: usize) {
        for attempt in self.attempts(part) {
            // Some file systems lock only files that can be written.
            let has_ended = match fs::OpenOptions::new().write(true).open(attempt.join(LOCK)) {
                Ok(lock) => lock.try_lock().is_ok(),
                Err(error) => error.kind() == io::ErrorKind::NotFound,
            };
            if has_ended {
                // What cannot be removed now is removed by the next process that measures or combines.
                let _ = fs::remove_dir_all(attempt);
            }
        }
    }

    /// The record of the results into which the parts were combined.
    pub(super) fn combined(&self) -> PathBuf {
        self.0.join("combined.json")
    }

    pub(super) fn themes(&self) -> PathBuf {
        self.0.join("themes.json")
    }

    /// The fitted themes, by the sha256 of the file.
    pub(super) fn themes_file(&self, sha256: &str) -> PathBuf {
        self.0.join(format!("themes-{}.bin", sha256.get(..16).unwrap_or(sha256)))
    }

    /// The record of the placements of a part.
    pub(super) fn placed(&self, part: usize) -> PathBuf {
        self.0.join("placed").join(format!("{}.json", name_of(part)))
    }

    /// The placements of a part.
    pub(super) fn placed_file(&self, part: usize) -> PathBuf {
        self.placed(part).with_extension("bin")
    }
}

/// The folder of an attempt to measure a part, for as long as its process runs: it is locked, and removed at the end.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) path: PathBuf,
    /// Other processes know by it that this one has not ended, however it ends.
    _lock: Option<fs::File>,
}

impl Attempt {
    pub(super) fn begin(work: &WorkFolder, name: &str) -> Result<Self, PartsError> {
        let path = work.attempt(name);
        fs::create_dir_all(&path).map_err(io_error(&path))?;
        let place = path.join(LOCK);
        let lock = fs::File::create(&place).map_err(io_error(&place))?;
        // A file system without locks is no reason not to measure.
        let lock = lock.lock().is_ok().then_some(lock);
        Ok(Self { path, _lock: lock })
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// The name of a part in file names.
pub(super) fn name_of(part: usize) -> String {
    format!("{part:04}")
}

/// A name that no other process uses.
pub(super) fn unique(part: usize) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos());
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{}-{:x}-{time:x}-{next}", name_of(part), std::process::id())
}

pub(super) fn io_error(path: &Path) -> impl Fn(io::Error) -> PartsError + '_ {
    |source| PartsError::Io { path: path.to_owned(), source }
}

/// Writes a file that is there completely or not at all.
pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), PartsError> {
    let new = path.with_file_name(format!(".{}", unique(0)));
    let written = (|| {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut file = fs::File::create(&new)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&new, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written.map_err(io_error(path))
}

pub(super) fn write_json(path: &Path, content: &impl Serialize) -> Result<(), PartsError> {
    write(path, &to_json(path, content)?)
}

pub(super) fn to_json(path: &Path, content: &impl Serialize) -> Result<Vec<u8>, PartsError> {
    serde_json::to_vec_pretty(content)
        .map_err(|error| PartsError::Damaged { path: path.to_owned(), problem: error.to_string() })
}

/// Reads a file that [`write_json`] wrote; `None` if there is none.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, PartsError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(PartsError::Io { path: path.to_owned(), source }),
    };
    let damaged = |error: serde_json::Error| PartsError::Damaged {
        path: path.to_owned(),
        problem: format!("the file is damaged: {error}"),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(damaged)
}

/// sha256 of a file, 64 hex digits, without reading it into memory.
pub(super) fn sha256_of(path: &Path) -> Result<String, PartsError> {
    let mut file = fs::File::open(path).map_err(io_error(path))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer).map_err(io_error(path))? {
            0 => return Ok(format!("{:x}", hash.finalize())),
            n => hash.update(&buffer[..n]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_removed_at_their_end_and_never_while_their_process_runs() {
        let folder = tempfile::tempdir().expect("a folder");
        let work = WorkFolder::new(folder.path());
        let running = Attempt::begin(&work, "0001-a").expect("writable");
        let other = Attempt::begin(&work, "0002-a").expect("writable");
        // Of a process that was killed: its lock is free; and of one that was killed before it had a lock.
        fs::create_dir_all(work.attempt("0001-b").join("part")).expect("writable");
        fs::write(work.attempt("0001-b").join(LOCK), "").expect("writable");
        fs::create_dir_all(work.attempt("0001-c")).expect("writable");
        fs::create_dir_all(work.attempt("0002-b")).expect("writable");
        work.remove_ended_attempts(1);
        assert_eq!(work.attempts(1), std::slice::from_ref(&running.path));
        assert_eq!(work.attempts(2).len(), 2, "another part");
        drop(running);
        assert_eq!(work.attempts(1).len(), 0);
        drop(other);
        assert_eq!(work.attempts(2), [work.attempt("0002-b")]);
    }
}
