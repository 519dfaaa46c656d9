//! The cache: numbers of earlier runs, by model, engine and exact input, and results of later stages.
//!
//! **Input**: a model and inputs. **Output**: the rows that are stored; new rows are stored for the next run. The key of a row
//! is the sha256 of its input, in a table for the model's files, limits and engine, so that an outdated row is never found.
//! A [`Stage`] stores bytes by the sha256 of all that they depend on. What has a wrong checksum is computed again. Several programs
//! can use a cache at the same time, and a program that is killed does not damage it (the store, redb, ensures both). A cache that fails during a run is no longer used, with a
//! warning; no number depends on it. Where the cache is stored is left to the caller.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redb::{
    ConcurrencyMode, Database, DatabaseError, ReadableDatabase, ReadableTable, ReadableTableMetadata, StorageError,
    TableDefinition, TableError,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use plenary_corpus::Hint;
use plenary_corpus::disk::is_full;

use crate::model::{Input, Model, Row};
use crate::task::Task;

const FILE: &str = "passes.redb";
/// New name of a damaged cache, so that it can be examined; a new cache replaces it.
const DAMAGED: &str = "passes.damaged";
/// Increases when the format of the rows changes.
const FORMAT: u32 = 1;
const NO_SPACE: &str = "no space is left on the disk, or the size of files is limited";
/// Bytes of memory for pages of the store.
const PAGES: usize = 32 << 20;

const ABOUT: TableDefinition<&str, u32> = TableDefinition::new("about");
/// The model that a table of rows belongs to, as JSON.
const MODELS: TableDefinition<&str, &str> = TableDefinition::new("models");
/// Rows of one model by key: 8 bytes of checksum, then day, tokens, windows and numbers (little endian).
type Rows<'n> = TableDefinition<'n, &'static [u8; 16], &'static [u8]>;
const HEAD: usize = 8 + 4 + 4 + 4;

/// The first half of the sha256 of an input.
pub(crate) type Key = [u8; 16];

/// Why a cache cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the cache {} {problem}", path.display())]
pub struct CacheError {
    /// The file or folder of the cache.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: CacheProblem,
}

/// What is wrong with a cache.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CacheProblem {
    /// A newer program made it.
    #[error("was made by a newer version of plenary (format {found}; this version reads {FORMAT}). Update plenary")]
    Newer {
        /// The format of the cache.
        found: u32,
    },
    /// Another program uses it and does not share it.
    #[error("is in use by another program. Wait until that program ends")]
    Held,
    /// It cannot be read or written.
    #[error("cannot be read or written: {0}")]
    Unusable(String),
    /// It is damaged.
    #[error("is damaged")]
    Damaged,
    /// There is no cache.
    #[error("does not exist")]
    Missing,
}

impl CacheError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<Hint> {
        match self.problem {
            CacheProblem::Newer { .. } | CacheProblem::Held | CacheProblem::Unusable(_) => Some(Hint::UseOtherCache),
            CacheProblem::Damaged => Some(Hint::ClearCache),
            CacheProblem::Missing => None,
        }
    }
}

/// An open cache. A look-up that fails counts as a miss.
pub struct Cache {
    path: PathBuf,
    database: Database,
    /// Set when the store failed: it is neither read nor written for the rest of the run.
    disabled: AtomicBool,
    found: AtomicU64,
    computed: AtomicU64,
    /// Computed rows that were stored.
    kept: AtomicU64,
}

/// A stage after the models whose results are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// What it finds.
    pub name: &'static str,
    /// By which method.
    pub method: &'static str,
    /// Increases when the same input gives another result.
    pub version: u32,
}

/// The rows of one model, or the results of one stage, in a cache.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Share {
    /// Id of the model, or name of the stage.
    pub model: String,
    /// Name of the engine, or method of the stage.
    pub engine: String,
    /// Numeric version of the engine or the stage.
    pub version: u32,
    /// sha256 of the file with the model's numbers, 64 hex digits; empty for a stage.
    pub sha256: String,
    /// Number of rows.
    #[serde(default)]
    pub n_rows: u64,
}

/// The contents of a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// The file.
    pub path: PathBuf,
    /// Size of the file, in bytes.
    pub bytes: u64,
    /// By model and engine.
    pub shares: Vec<Share>,
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Cache {
    /// Opens the cache in `folder`, or creates one. A damaged cache is renamed, with a warning, and replaced by a new one.
    ///
    /// # Errors
    /// The cache is in use, was made by a newer version, or cannot be read or written.
    pub fn open(folder: &Path) -> Result<Self, CacheError> {
        let path = folder.join(FILE);
        let unusable = |reason: String| CacheError { path: path.clone(), problem: CacheProblem::Unusable(reason) };
        fs::create_dir_all(folder).map_err(|error| unusable(error.to_string()))?;
        let database = match open_database(&path) {
            Err(Trouble::Damaged(reason)) => {
                tracing::warn!(
                    "the cache {} is damaged ({reason}); it is renamed to {DAMAGED} and recreated",
                    path.display()
                );
                fs::rename(&path, folder.join(DAMAGED)).map_err(|error| unusable(error.to_string()))?;
                open_database(&path)
            }
            other => other,
        };
        let database = database.map_err(|trouble| CacheError { path: path.clone(), problem: trouble.problem() })?;
        Ok(Self {
            path,
            database,
            disabled: AtomicBool::new(false),
            found: AtomicU64::new(0),
            computed: AtomicU64::new(0),
            kept: AtomicU64::new(0),
        })
    }

    /// The file of the cache.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Number of rows found and number of rows computed since the cache was opened.
    pub fn counts(&self) -> (u64, u64) {
        (self.found.load(Ordering::Relaxed), self.computed.load(Ordering::Relaxed))
    }

    /// Number of rows stored since the cache was opened.
    pub fn n_kept(&self) -> u64 {
        self.kept.load(Ordering::Relaxed)
    }

    /// The key of each input.
    pub(crate) fn keys(inputs: &[Input]) -> Vec<Key> {
        inputs.iter().map(key).collect()
    }

    /// The stored rows, in the order of the keys.
    pub(crate) fn find(&self, model: &Model, keys: &[Key]) -> Vec<Option<Row>> {
        let mut rows: Vec<Option<Row>> = vec![None; keys.len()];
        let width = match model.task {
            Task::Embedding => model.dimensions,
            Task::Inference | Task::Sentiment => model.task.labels().len(),
        };
        let mut n_damaged = 0;
        self.guarded("read", || {
            let name = table_of(model);
            let table = match self.database.begin_read()?.open_table(Rows::new(&name)) {
                Err(TableError::TableDoesNotExist(_)) => return Ok(()),
                other => other?,
            };
            for (row, key) in rows.iter_mut().zip(keys) {
                if let Some(stored) = table.get(key)? {
                    *row = decode(key, stored.value(), width);
                    n_damaged += usize::from(row.is_none());
                }
            }
            Ok(())
        });
        self.tell_damaged(n_damaged);
        self.found.fetch_add(rows.iter().flatten().count() as u64, Ordering::Relaxed);
        rows
    }

    /// Stores rows that were computed.
    pub(crate) fn keep<'r>(&self, model: &Model, rows: impl Iterator<Item = (&'r Key, &'r Row)>) {
        let rows: Vec<_> = rows.collect();
        let n_rows = rows.len() as u64;
        self.computed.fetch_add(n_rows, Ordering::Relaxed);
        self.guarded("written", || {
            let rows = rows.iter().map(|(key, row)| (*key, encode(key, row, today())));
            self.insert(&table_of(model), &share_of(model), rows)?;
            self.kept.fetch_add(n_rows, Ordering::Relaxed);
            Ok(())
        });
    }

    /// The result of a stage that is stored under the sha256 of its input.
    pub fn result(&self, stage: Stage, input: &[u8; 32]) -> Option<Vec<u8>> {
        let (mut found, mut n_damaged) = (None, 0);
        self.guarded("read", || {
            let name = table_of_stage(stage);
            let table = match self.database.begin_read()?.open_table(Rows::new(&name)) {
                Err(TableError::TableDoesNotExist(_)) => return Ok(()),
                other => other?,
            };
            let key = half(input);
            if let Some(stored) = table.get(&key)? {
                found = unsealed(&key, stored.value()).map(<[u8]>::to_vec);
                n_damaged = usize::from(found.is_none());
            }
            Ok(())
        });
        self.tell_damaged(n_damaged);
        found
    }

    /// Stores the result of a stage under the sha256 of its input, which includes everything that the result depends on.
    pub fn keep_result(&self, stage: Stage, input: &[u8; 32], result: &[u8]) {
        self.guarded("written", || {
            let Stage { name, method, version } = stage;
            let share = Share { model: name.into(), engine: method.into(), version, sha256: String::new(), n_rows: 0 };
            let key = half(input);
            let row = sealed(&key, [today(), 0, 0], result.iter().copied());
            self.insert(&table_of_stage(stage), &share, std::iter::once((&key, row)))
        });
    }

    /// Adds rows to a table, and the table to the list of tables.
    fn insert<'r>(
        &self,
        name: &str,
        share: &Share,
        rows: impl Iterator<Item = (&'r Key, Vec<u8>)>,
    ) -> Result<(), redb::Error> {
        let transaction = self.database.begin_write()?;
        {
            let mut models = transaction.open_table(MODELS)?;
            if models.get(name)?.is_none() {
                // A struct of strings and numbers always serialises.
                models.insert(name, serde_json::to_string(share).unwrap_or_default().as_str())?;
            }
            let mut table = transaction.open_table(Rows::new(name))?;
            for (key, row) in rows {
                table.insert(key, row.as_slice())?;
            }
        }
        Ok(transaction.commit()?)
    }

    fn tell_damaged(&self, n_damaged: usize) {
        if n_damaged > 0 {
            tracing::warn!("{n_damaged} rows of the cache {} are damaged and are computed again", self.path.display());
        }
    }

    /// Runs a job on the store. When the job fails or panics, the store is no longer used; a damaged store is renamed, so that
    /// the next run creates a new one.
    fn guarded(&self, what: &str, job: impl FnOnce() -> Result<(), redb::Error>) {
        if self.disabled.load(Ordering::Relaxed) {
            return;
        }
        let (reason, is_damaged) = match catch_unwind(AssertUnwindSafe(job)) {
            Ok(Ok(())) => return,
            Ok(Err(redb::Error::Io(error))) if is_full(&error) => (NO_SPACE.to_string(), false),
            Ok(Err(error)) => (error.to_string(), matches!(error, redb::Error::Corrupted(_))),
            Err(_) => ("it is damaged".to_string(), true),
        };
        if !self.disabled.swap(true, Ordering::Relaxed) {
            if is_damaged {
                // Where renaming fails, the next run finds the same damage.
                let _ = fs::rename(&self.path, self.path.with_file_name(DAMAGED));
            }
            let path = self.path.display();
            tracing::warn!("the cache {path} cannot be {what} ({reason}); the run continues without it");
        }
    }
}

/// The contents of the cache in `folder`.
///
/// # Errors
/// There is no cache, or it cannot be read.
pub fn stats(folder: &Path) -> Result<Stats, CacheError> {
    let cache = existing(folder)?;
    let bytes = fs::metadata(&cache.path).map_or(0, |file| file.len());
    let shares = cache.attempt(|database| {
        let transaction = database.begin_read()?;
        let models = match transaction.open_table(MODELS) {
            Err(TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
            other => other?,
        };
        let mut shares = Vec::new();
        for entry in models.iter()? {
            let (name, share) = entry?;
            if let Ok(share) = serde_json::from_str::<Share>(share.value()) {
                let n_rows = transaction.open_table(Rows::new(name.value()))?.len()?;
                shares.push(Share { n_rows, ..share });
            }
        }
        shares.sort_by(|a, b| {
            (&a.model, &a.engine, a.version, &a.sha256).cmp(&(&b.model, &b.engine, b.version, &b.sha256))
        });
        Ok(shares)
    })?;
    Ok(Stats { path: cache.path.clone(), bytes, shares })
}

/// Removes rows that were computed longer than `older_than` ago and, if more than `at_most` bytes of numbers are left, the
/// oldest of them; then shrinks the file. Returns the number of rows removed and the number left.
///
/// # Errors
/// There is no cache, or it cannot be read or written.
pub fn prune(folder: &Path, older_than: Option<Duration>, at_most: Option<u64>) -> Result<(u64, u64), CacheError> {
    let mut cache = existing(folder)?;
    let today = today();
    let first_kept =
        older_than.map_or(0, |age| today.saturating_sub(u32::try_from(age.as_secs() / DAY).unwrap_or(u32::MAX)));
    let outcome = cache.attempt(|database| {
        let transaction = database.begin_write()?;
        let mut names = Vec::new();
        {
            for entry in transaction.open_table(MODELS)?.iter()? {
                names.push(entry?.0.value().to_string());
            }
        }
        // Bytes by day, so that the oldest days can be removed.
        let mut bytes_of_day = std::collections::BTreeMap::<u32, u64>::new();
        for name in &names {
            for entry in transaction.open_table(Rows::new(name))?.iter()? {
                let (key, stored) = entry?;
                let size = (key.value().len() + stored.value().len()) as u64;
                *bytes_of_day.entry(day_of(stored.value())).or_default() += size;
            }
        }
        // The first day that is kept, and how much of it.
        let (mut from_day, mut room) = (first_kept, u64::MAX);
        let mut left = at_most.unwrap_or(u64::MAX);
        for (&day, &bytes) in bytes_of_day.iter().rev().take_while(|(day, _)| **day >= first_kept) {
            if bytes > left {
                (from_day, room) = (day, left);
                break;
            }
            left -= bytes;
        }
        let (mut n_gone, mut n_left) = (0, 0);
        for name in &names {
            let mut table = transaction.open_table(Rows::new(name))?;
            let before = table.len()?;
            table.retain(|key, stored| {
                if day_of(stored) != from_day {
                    return day_of(stored) > from_day;
                }
                let fits = room.checked_sub((key.len() + stored.len()) as u64);
                room = fits.unwrap_or(room);
                fits.is_some()
            })?;
            let after = table.len()?;
            (n_gone, n_left) = (n_gone + before - after, n_left + after);
            drop(table);
            if after == 0 {
                transaction.delete_table(Rows::new(name))?;
                transaction.open_table(MODELS)?.remove(name.as_str())?;
            }
        }
        transaction.commit()?;
        Ok((n_gone, n_left))
    })?;
    if outcome.0 > 0 {
        // While another program uses the cache, the file keeps its size; its free pages are used again.
        let _ = catch_unwind(AssertUnwindSafe(|| cache.database.compact()));
    }
    Ok(outcome)
}

/// Removes the cache in `folder`, and the renamed one that was damaged. Returns the number of bytes freed.
///
/// # Errors
/// There is no cache, or it cannot be removed.
pub fn clear(folder: &Path) -> Result<u64, CacheError> {
    let mut freed = 0;
    let mut any = false;
    for name in [FILE, DAMAGED] {
        let path = folder.join(name);
        if let Ok(file) = fs::metadata(&path) {
            fs::remove_file(&path)
                .map_err(|e| CacheError { path: path.clone(), problem: CacheProblem::Unusable(e.to_string()) })?;
            freed += file.len();
            any = true;
        }
    }
    if any { Ok(freed) } else { Err(missing(folder)) }
}

fn missing(folder: &Path) -> CacheError {
    CacheError { path: folder.join(FILE), problem: CacheProblem::Missing }
}

fn existing(folder: &Path) -> Result<Cache, CacheError> {
    if folder.join(FILE).is_file() { Cache::open(folder) } else { Err(missing(folder)) }
}

impl Cache {
    /// Runs a job for a command about the cache itself, which reports a failure.
    fn attempt<T>(&self, job: impl FnOnce(&Database) -> Result<T, redb::Error>) -> Result<T, CacheError> {
        let result = match catch_unwind(AssertUnwindSafe(|| job(&self.database))) {
            Ok(done) => done.map_err(|error| CacheProblem::Unusable(error.to_string())),
            Err(_) => Err(CacheProblem::Damaged),
        };
        result.map_err(|problem| CacheError { path: self.path.clone(), problem })
    }
}

enum Trouble {
    Damaged(String),
    Newer(u32),
    Held,
    Other(String),
}

impl Trouble {
    fn problem(self) -> CacheProblem {
        match self {
            Trouble::Newer(found) => CacheProblem::Newer { found },
            Trouble::Held => CacheProblem::Held,
            Trouble::Damaged(reason) | Trouble::Other(reason) => CacheProblem::Unusable(reason),
        }
    }
}

impl From<redb::Error> for Trouble {
    fn from(error: redb::Error) -> Self {
        match error {
            redb::Error::DatabaseAlreadyOpen => Trouble::Held,
            redb::Error::Corrupted(_) | redb::Error::UpgradeRequired(_) | redb::Error::TableTypeMismatch { .. } => {
                Trouble::Damaged(error.to_string())
            }
            redb::Error::Io(io) if is_format(&io) => Trouble::Damaged(io.to_string()),
            redb::Error::Io(io) if is_full(&io) => Trouble::Other(NO_SPACE.into()),
            other => Trouble::Other(other.to_string()),
        }
    }
}

/// Whether the bytes are not a database, or only the beginning of one.
fn is_format(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof)
}

/// Opens the store, shared with other programs, and checks its format.
fn open_database(path: &Path) -> Result<Database, Trouble> {
    let open = || -> Result<(Database, u32), redb::Error> {
        let mut builder = Database::builder();
        let builder = builder.set_cache_size(PAGES).set_concurrency_mode(ConcurrencyMode::MultiWriter);
        let database = builder.create(path).map_err(|error| match error {
            DatabaseError::LockProtocolMismatch => DatabaseError::DatabaseAlreadyOpen,
            DatabaseError::RepairAborted => DatabaseError::Storage(StorageError::Corrupted("not repairable".into())),
            other => other,
        })?;
        let known = match database.begin_read()?.open_table(ABOUT) {
            Ok(about) => about.get("format")?.map(|format| format.value()),
            Err(TableError::TableDoesNotExist(_)) => None,
            Err(error) => return Err(error.into()),
        };
        if known.is_none() {
            let transaction = database.begin_write()?;
            transaction.open_table(ABOUT)?.insert("format", FORMAT)?;
            transaction.open_table(MODELS)?;
            transaction.commit()?;
        }
        Ok((database, known.unwrap_or(FORMAT)))
    };
    let (database, format) = match catch_unwind(open) {
        Ok(opened) => opened.map_err(Trouble::from)?,
        Err(_) => return Err(Trouble::Damaged("it cannot be read".into())),
    };
    match format {
        FORMAT => Ok(database),
        newer if newer > FORMAT => Err(Trouble::Newer(newer)),
        older => Err(Trouble::Damaged(format!("format {older} is no longer supported"))),
    }
}

/// Name of the table of a model, made of everything except the input that its numbers depend on.
fn table_of(model: &Model) -> String {
    let mut hash = Sha256::new();
    for (file, sha256) in &model.sha256 {
        hash.update(format!("{file} {sha256}\n"));
    }
    let (engine, version) = (model.engine().name(), model.engine().version());
    hash.update(format!("{engine} {version}\n{}\n{:?}\n", model.max_tokens, model.task));
    let (pooling, labels) = model.pooling_and_labels();
    hash.update(format!("{pooling:?} {labels:?}\n"));
    let digits = format!("{:x}", hash.finalize());
    format!("rows-{}", &digits[..32])
}

fn table_of_stage(stage: Stage) -> String {
    format!("stage-{}-{}-{}", stage.name, stage.method, stage.version)
}

/// The first half of a sha256.
fn half(hash: &[u8; 32]) -> Key {
    let mut key = [0; 16];
    key.copy_from_slice(&hash[..16]);
    key
}

fn share_of(model: &Model) -> Share {
    Share {
        model: model.id.clone(),
        engine: model.engine_name().to_owned(),
        version: model.engine().version(),
        sha256: model.weights_sha256().unwrap_or_default().to_owned(),
        n_rows: 0,
    }
}

fn key((text, second): &Input) -> Key {
    let mut hash = Sha256::new();
    // The length separates the two texts; a missing second text differs from an empty one.
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text);
    if let Some(second) = second {
        hash.update([1]);
        hash.update(second);
    }
    half(&hash.finalize().into())
}

const DAY: u64 = 24 * 60 * 60;

/// Days since 1970.
fn today() -> u32 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u32::try_from(since.as_secs() / DAY).unwrap_or(u32::MAX)
}

fn checksum(key: &Key, content: &[u8]) -> [u8; 8] {
    let mut sum = [0; 8];
    sum.copy_from_slice(&Sha256::new().chain_update(key).chain_update(content).finalize()[..8]);
    sum
}

fn encode(key: &Key, row: &Row, day: u32) -> Vec<u8> {
    sealed(key, [day, row.n_tokens, row.n_windows], row.numbers.iter().flat_map(|number| number.to_le_bytes()))
}

/// The content with its checksum, the day and two further numbers before it.
fn sealed(key: &Key, head: [u32; 3], content: impl Iterator<Item = u8>) -> Vec<u8> {
    let mut bytes = vec![0; 8];
    bytes.extend(head.iter().flat_map(|number| number.to_le_bytes()));
    bytes.extend(content);
    let sum = checksum(key, &bytes[8..]);
    bytes[..8].copy_from_slice(&sum);
    bytes
}

/// The content of sealed bytes, if they are of this key.
fn unsealed<'b>(key: &Key, bytes: &'b [u8]) -> Option<&'b [u8]> {
    let content = bytes.get(HEAD..)?;
    (bytes[..8] == checksum(key, &bytes[8..])).then_some(content)
}

/// The row, if the bytes are a row of this key with `width` numbers.
fn decode(key: &Key, bytes: &[u8], width: usize) -> Option<Row> {
    let (numbers, rest) = unsealed(key, bytes)?.as_chunks::<4>();
    if numbers.len() != width || !rest.is_empty() {
        return None;
    }
    Some(Row {
        numbers: numbers.iter().map(|number| f32::from_le_bytes(*number)).collect(),
        n_tokens: word(bytes, 12),
        n_windows: word(bytes, 16),
    })
}

fn day_of(bytes: &[u8]) -> u32 {
    word(bytes, 8)
}

/// The number at a position of a row; 0 if the row is too short.
fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()).map_or(0, |number| u32::from_le_bytes(*number))
}

#[cfg(test)]
mod tests;
