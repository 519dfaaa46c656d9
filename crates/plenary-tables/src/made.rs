//! Folders of tables that are made from results or from hand codes, such as scores and corrected estimates.
//!
//! **Input:** a folder, the files of a command, and what they were made from. **Output:** the files, each whole or not at all, and beside
//! them [`RECORD`], which says by which command and from what each was made. **Refused:** a folder that holds files which plenary did not
//! write, and tables that may not be replaced, before anything is computed. **Left to others:** the content of the files; whether what they
//! were made from fits the results at hand.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use plenary_corpus::files::{PART, write_file};
use plenary_corpus::hash::sha256;
use serde::{Deserialize, Serialize};

use super::export::Export;
use super::folder::write_error;
use super::{Results, TableError, VERSION};

/// Name of the record.
pub const RECORD: &str = "made_from.json";

/// What tables were made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MadeFrom {
    /// The results of a run.
    Results {
        /// Id of the run. Runs with the same inputs, settings, models and version have the same.
        run_id: String,
        /// Name of its study.
        study: String,
    },
    /// The results of two runs.
    Comparison {
        /// Id of the earlier run.
        old_run_id: String,
        /// Id of the later run.
        new_run_id: String,
    },
    /// Codes of segments, whatever run these are from.
    Codes {
        /// The coded segments, sorted.
        segment_ids: Vec<String>,
        /// The propositions that were coded, by target, as far as they are known.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        propositions: BTreeMap<String, String>,
    },
}

impl MadeFrom {
    /// These results.
    pub fn results(results: &Results) -> Self {
        Self::Results { run_id: results.run().run_id.clone(), study: results.study().name.clone() }
    }

    /// The results of two runs that are compared.
    pub fn comparison(old: &Results, new: &Results) -> Self {
        Self::Comparison { old_run_id: old.run().run_id.clone(), new_run_id: new.run().run_id.clone() }
    }

    /// Codes of these segments, towards these propositions by target.
    pub fn codes<'s>(segment_ids: impl IntoIterator<Item = &'s str>, propositions: BTreeMap<String, String>) -> Self {
        let mut segment_ids: Vec<String> = segment_ids.into_iter().map(str::to_owned).collect();
        segment_ids.sort_unstable();
        segment_ids.dedup();
        Self::Codes { segment_ids, propositions }
    }
}

/// What a command made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The command, such as `score`.
    pub command: String,
    /// What it made the files from.
    pub from: MadeFrom,
    /// The files.
    pub files: Vec<MadeFile>,
}

/// A file that a command made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeFile {
    /// Its name.
    pub name: String,
    /// sha256 of its content, 64 hex digits.
    pub sha256: String,
}

#[derive(Serialize, Deserialize)]
struct Record {
    plenary_version: String,
    made: Vec<Made>,
}

/// What a folder holds by its record; nothing if it has none that can be read.
pub fn made(folder: &Path) -> Vec<Made> {
    let bytes = fs::read(folder.join(RECORD)).ok();
    bytes.and_then(|bytes| serde_json::from_slice::<Record>(&bytes).ok()).map_or_else(Vec::new, |record| record.made)
}

/// A folder that was checked and takes the files of a command.
#[derive(Debug)]
pub struct MadeFolder {
    path: PathBuf,
    command: &'static str,
    earlier: Vec<Made>,
}

impl MadeFolder {
    /// Checks a folder. `names` are the files that `command` will write; `replace` says whether they may replace earlier ones.
    ///
    /// # Errors
    /// If the path is a file, the folder holds files that plenary did not write or cannot be read, or a file may not be replaced.
    pub fn prepare(path: &Path, command: &'static str, names: &[String], replace: bool) -> Result<Self, TableError> {
        let not_readable = |source| TableError::NotWritable { path: path.to_owned(), source };
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries.collect::<Result<Vec<_>, _>>().map_err(not_readable)?,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(_) if path.is_file() => return Err(TableError::NotAFolder { path: path.to_owned() }),
            Err(source) => return Err(not_readable(source)),
        };
        let mut found: Vec<String> =
            entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        found.sort_unstable();
        let earlier = made(path);
        let is_ours = |name: &String| {
            let name = name.strip_suffix(PART).unwrap_or(name);
            name == RECORD || earlier.iter().flat_map(|made| &made.files).any(|file| file.name == name)
        };
        if let Some(foreign) = found.iter().find(|name| !is_ours(name)) {
            return Err(TableError::ForeignBeside { path: path.to_owned(), found: foreign.clone() });
        }
        if let Some(name) = names.iter().find(|name| !replace && found.contains(name)) {
            return Err(TableError::Exists { path: path.join(name) });
        }
        Ok(Self { path: path.to_owned(), command, earlier })
    }

    /// Writes files, each beside its place first. Files that the command wrote earlier and does not write now are removed; those of other
    /// commands stay.
    ///
    /// # Errors
    /// If the folder or a file cannot be written.
    pub fn write(mut self, from: MadeFrom, files: &[(String, Vec<u8>)]) -> Result<(), TableError> {
        let not_writable = |source| TableError::NotWritable { path: self.path.clone(), source };
        fs::create_dir_all(&self.path).map_err(not_writable)?;
        let listed = |(name, bytes): &(String, Vec<u8>)| MadeFile { name: name.clone(), sha256: sha256(bytes) };
        let made = Made { command: self.command.to_owned(), from, files: files.iter().map(listed).collect() };
        let is_new = |name: &str| files.iter().any(|(new, _)| new == name);
        // Until all are written the record lists the earlier files and the new ones, so that a write that was interrupted can be repeated.
        let both: Vec<Made> = self.earlier.iter().cloned().chain([made.clone()]).collect();
        self.record(&both)?;
        for (name, bytes) in files {
            self.put(name, bytes)?;
        }
        for earlier in &mut self.earlier {
            let is_same = earlier.command == self.command;
            for gone in earlier.files.extract_if(.., |file| is_same || is_new(&file.name)) {
                if !is_new(&gone.name) {
                    // A file that cannot be removed is listed no longer, so that the next command names it.
                    let _ = fs::remove_file(self.path.join(&gone.name));
                }
            }
        }
        let made: Vec<Made> =
            self.earlier.iter().filter(|earlier| !earlier.files.is_empty()).cloned().chain([made]).collect();
        self.record(&made)
    }

    fn record(&self, made: &[Made]) -> Result<(), TableError> {
        let record = Record { plenary_version: VERSION.to_owned(), made: made.to_vec() };
        let mut text = serde_json::to_vec_pretty(&record).map_err(|source| TableError::Record { source })?;
        text.push(b'\n');
        self.put(RECORD, &text)
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), TableError> {
        let place = self.path.join(name);
        write_file(&place, bytes).map_err(|source| write_error(&place, source))
    }
}

/// The files of tables, with their names.
///
/// # Errors
/// As [`Export::bytes`].
pub fn files_of(tables: &[Export]) -> Result<Vec<(String, Vec<u8>)>, TableError> {
    let mut files = Vec::new();
    for table in tables {
        files.extend(table.names().into_iter().zip(table.bytes()?));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> Vec<(String, Vec<u8>)> {
        vec![(name.to_owned(), name.into())]
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn prepare(folder: &Path, command: &'static str, name: &str, replace: bool) -> Result<MadeFolder, TableError> {
        MadeFolder::prepare(folder, command, &[name.to_owned()], replace)
    }

    #[test]
    fn a_folder_takes_the_tables_of_several_commands_and_nothing_else() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = parent.path().join("new");
        let from = |run_id: &str| MadeFrom::Results { run_id: run_id.into(), study: "s".into() };
        let score = prepare(&folder, "score", "scores.csv", false).expect("a new folder");
        assert!(!folder.exists(), "nothing is written before there is something to write");
        score.write(from("a"), &[file("scores.csv"), file("picture.svg")].concat()).expect("writable");
        prepare(&folder, "agree", "x.csv", false)
            .and_then(|folder| folder.write(MadeFrom::codes(["b", "a", "b"], BTreeMap::new()), &file("x.csv")))
            .expect("tables of another command");
        let error = prepare(&folder, "score", "scores.csv", false).expect_err("they exist").to_string();
        assert!(error.contains("scores.csv exists already"), "{error}");
        prepare(&folder, "score", "scores.csv", true)
            .and_then(|folder| folder.write(from("b"), &file("scores.csv")))
            .expect("may be replaced");
        assert_eq!(names(&folder), [RECORD, "scores.csv", "x.csv"], "the earlier picture is gone");
        let made = made(&folder);
        assert_eq!(made.iter().map(|made| made.command.as_str()).collect::<Vec<_>>(), ["agree", "score"]);
        assert_eq!(made[0].from, MadeFrom::codes(["a", "b"], BTreeMap::new()));
        assert_eq!(made[1].files, [MadeFile { name: "scores.csv".into(), sha256: sha256(b"scores.csv") }]);
        fs::write(folder.join("mine.txt"), "x").expect("writable");
        let error = prepare(&folder, "score", "scores.csv", true).expect_err("a foreign file").to_string();
        assert!(error.contains("`mine.txt`") && error.contains("nothing was changed"), "{error}");
        let error = prepare(&folder.join("mine.txt"), "score", "scores.csv", true).expect_err("a file").to_string();
        assert!(error.contains("is a file"), "{error}");
    }

    #[test]
    fn a_write_that_was_interrupted_can_be_repeated() {
        let folder = tempfile::tempdir().expect("a folder");
        let prepared = prepare(folder.path(), "score", "scores.csv", false).expect("an empty folder");
        prepared.write(MadeFrom::codes([], BTreeMap::new()), &file("scores.csv")).expect("writable");
        fs::write(folder.path().join("scores.csv.part"), "half").expect("writable");
        let prepared = prepare(folder.path(), "score", "scores.csv", true).expect("its own files");
        prepared.write(MadeFrom::codes([], BTreeMap::new()), &file("scores.csv")).expect("writable");
        assert_eq!(names(folder.path()), [RECORD, "scores.csv"]);
    }
}
