//! The folder of an export.
//!
//! **Input:** a path, and whether an earlier export may be replaced. **Output:** files that are written beside their places and moved there
//! at the end. **Refused:** a file, a folder with files that were not exported, an earlier export that may not be replaced, places that
//! cannot be written. **Left to others:** the content of the files.
//!
//! A hidden marker lists what belongs to the export, so that an export can be replaced, also one whose last step was interrupted, while
//! files that a person added are never removed. It is hidden because other programs read every visible file of a folder.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{ExportError, Form};

/// Lists what belongs to an export.
const MARKER: &str = ".plenary-export.json";
/// Holds the files until all are complete.
const STAGING: &str = ".plenary-export-staging";

#[derive(Debug, Serialize)]
struct Marker<'f> {
    plenary_version: &'static str,
    form: &'f Form,
    entries: &'f [&'f Entry],
}

#[derive(Debug, Deserialize)]
struct EarlierMarker {
    #[serde(rename = "plenary_version")]
    _version: String,
    entries: Vec<Entry>,
}

/// A file or a folder of an export.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    name: String,
    /// Number of files of a folder; `None` for a file.
    n_files: Option<usize>,
}

/// A folder to which files are written; without [`Place::publish`] none of them stays.
#[derive(Debug)]
pub(crate) struct Place {
    out: PathBuf,
    staging: PathBuf,
    earlier: Vec<Entry>,
    /// Folders that were created for this export, the innermost first; they are removed if they stay empty.
    created: Vec<PathBuf>,
}

impl Place {
    /// Checks a folder, creates it if it is missing, and prepares the place for the files.
    pub(crate) fn prepare(out: &Path, replace: bool) -> Result<Self, ExportError> {
        let not_writable = |source| ExportError::NotWritable { path: out.to_owned(), source };
        let created = match fs::metadata(out) {
            Ok(found) if !found.is_dir() => return Err(ExportError::NotAFolder { path: out.to_owned() }),
            Ok(_) => Vec::new(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let missing = out.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
                missing.map(Path::to_owned).collect()
            }
            Err(error) => return Err(not_writable(error)),
        };
        let earlier = if created.is_empty() { earlier(out, replace)? } else { Vec::new() };
        let place = Self { out: out.to_owned(), staging: out.join(STAGING), earlier, created };
        fs::create_dir_all(out).map_err(not_writable)?;
        remove(&place.staging).and_then(|()| fs::create_dir(&place.staging)).map_err(not_writable)?;
        Ok(place)
    }

    /// Creates a folder for files.
    pub(crate) fn folder(&self, name: &str) -> Result<(), ExportError> {
        let path = self.staging.join(name);
        fs::create_dir(&path).map_err(|source| ExportError::write(&path, source))
    }

    /// Starts a file.
    pub(crate) fn create(&self, name: &str) -> Result<Sheet, ExportError> {
        self.begin(name, File::options().create(true).write(true).truncate(true))
    }

    /// Opens a file to add to its end; starts it if it is new.
    pub(crate) fn append(&self, name: &str) -> Result<Sheet, ExportError> {
        self.begin(name, File::options().create(true).append(true))
    }

    fn begin(&self, name: &str, options: &fs::OpenOptions) -> Result<Sheet, ExportError> {
        let path = self.staging.join(name);
        match options.open(&path) {
            Ok(file) => Ok(Sheet { path, file: BufWriter::new(file) }),
            Err(source) => Err(ExportError::write(&path, source)),
        }
    }

    /// Moves the files to their places. Before this, an earlier export is unchanged.
    pub(crate) fn publish(&self, form: &Form) -> Result<(), ExportError> {
        let failed = |source| ExportError::write(&self.staging, source);
        let entries = entries(&self.staging).map_err(failed)?;
        let marker = |entries: &[&Entry]| {
            serde_json::to_vec_pretty(&Marker { plenary_version: plenary_tables::VERSION, form, entries })
                .map_err(io::Error::from)
        };
        let new: Vec<&Entry> = entries.iter().collect();
        fs::write(self.staging.join(MARKER), marker(&new).map_err(failed)?).map_err(failed)?;
        let install = || -> io::Result<()> {
            let both: Vec<&Entry> = self.earlier.iter().chain(&entries).collect();
            fs::write(self.out.join(MARKER), marker(&both)?)?;
            for entry in &self.earlier {
                remove(&self.out.join(&entry.name))?;
            }
            for entry in &entries {
                fs::rename(self.staging.join(&entry.name), self.out.join(&entry.name))?;
            }
            fs::rename(self.staging.join(MARKER), self.out.join(MARKER))
        };
        install().map_err(|source| ExportError::Install { path: self.out.clone(), source })
    }
}

impl Drop for Place {
    /// Removes what was not published. What cannot be removed now is removed by the next export.
    fn drop(&mut self) {
        let _ = remove(&self.staging);
        for folder in &self.created {
            // Fails if the folder is not empty, which is intended.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// The entries of an earlier export in a folder; none if the folder is empty.
fn earlier(out: &Path, replace: bool) -> Result<Vec<Entry>, ExportError> {
    let not_readable = |source| ExportError::NotWritable { path: out.to_owned(), source };
    let mut found = entries(out).map_err(not_readable)?;
    found.retain(|entry| entry.name != STAGING && entry.name != MARKER);
    let marker = fs::read(out.join(MARKER)).ok().and_then(|bytes| serde_json::from_slice::<EarlierMarker>(&bytes).ok());
    let is_exported = |entry: &Entry| {
        let mut listed = marker.iter().flat_map(|marker| &marker.entries);
        listed.any(|listed| listed.name == entry.name && listed.n_files == entry.n_files)
    };
    if let Some(foreign) = found.iter().find(|entry| !is_exported(entry)) {
        return Err(ExportError::Foreign { path: out.to_owned(), found: foreign.name.clone() });
    }
    if !found.is_empty() && !replace {
        return Err(ExportError::Exists { path: out.to_owned() });
    }
    Ok(found)
}

/// What a folder holds, sorted by name.
fn entries(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_folder = entry.file_type()?.is_dir();
        let n_files = if is_folder { Some(fs::read_dir(entry.path())?.count()) } else { None };
        entries.push(Entry { name: entry.file_name().to_string_lossy().into_owned(), n_files });
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

/// Removes a file or a folder; does nothing if there is none. A link is removed, not what it leads to.
fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// A file that is being written.
#[derive(Debug)]
pub(crate) struct Sheet {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Sheet {
    /// Writes bytes, and reports failures with the path of the file.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<(), ExportError> {
        self.with(|file| file.write_all(bytes))
    }

    /// Writes with a function, and reports failures with the path of the file.
    pub(crate) fn with<T>(
        &mut self,
        write: impl FnOnce(&mut BufWriter<File>) -> io::Result<T>,
    ) -> Result<T, ExportError> {
        write(&mut self.file).map_err(|source| self.error(source))
    }

    /// A failure with the path of the file.
    pub(crate) fn error(&self, source: io::Error) -> ExportError {
        ExportError::write(&self.path, source)
    }

    /// Completes the file.
    pub(crate) fn finish(mut self) -> Result<(), ExportError> {
        self.with(Write::flush)
    }
}

impl Write for Sheet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
