//! Numbers that were computed before, by model, engine and exact input.
//!
//! In: a model and inputs. Out: the rows that are known; new ones are kept for the next run. A row is found under the sha256
//! of its input in a table of its model's files, limits and engine, so that nothing stale can be met; what does not bear its
//! own checksum is computed again. Several programs may use one cache at once, and one that is killed harms nothing: that is
//! the store's (redb's) doing. A cache that fails in the middle of a run is left alone, with a warning: no number depends on
//! it.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use etcetera::BaseStrategy;
use redb::{
    ConcurrencyMode, Database, DatabaseError, ReadableDatabase, ReadableTable, ReadableTableMetadata, StorageError,
    TableDefinition, TableError,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Model;
use super::folder::Task;
use super::run::{Input, Row};
use plenary_corpus::disk::is_full;

/// The variable that names another folder for the cache.
pub const VARIABLE: &str = "PLENARY_CACHE";
const FILE: &str = "passes.redb";
/// Where a damaged cache is put, so that it can be looked at; the next one takes its place.
const DAMAGED: &str = "passes.damaged";
/// Rises when the form of what is stored changes.
const FORMAT: u32 = 1;
const NO_ROOM: &str = "no space is left, or it may not grow further";
/// Memory for pages of the store.
const PAGES: usize = 32 << 20;

const ABOUT: TableDefinition<&str, u32> = TableDefinition::new("about");
/// Which model a table of rows belongs to, as JSON.
const MODELS: TableDefinition<&str, &str> = TableDefinition::new("models");
/// Rows of one model by key: 8 bytes of checksum, day, tokens, windows, numbers (little endian).
type Rows<'n> = TableDefinition<'n, &'static [u8; 16], &'static [u8]>;
const HEAD: usize = 8 + 4 + 4 + 4;

/// The first half of the sha256 of an input.
pub(crate) type Key = [u8; 16];

/// Why a cache cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    #[error(
        "the cache {} was made by a newer plenary (format {found}, this one knows {FORMAT}); update plenary, name another \
         folder with --cache, or go without with --no-cache",
        path.display()
    )]
    Newer { path: PathBuf, found: u32 },
    #[error(
        "the cache {} is held by another program; wait for it to end, name another folder with --cache, or go without with \
         --no-cache",
        path.display()
    )]
    Held { path: PathBuf },
    #[error(
        "the cache {} cannot be read or written ({reason}); name another folder with --cache, or go without with --no-cache",
        path.display()
    )]
    Unusable { path: PathBuf, reason: String },
    #[error("there is no cache in {}", path.display())]
    Missing { path: PathBuf },
    #[error("no folder for a cache is known on this system; name one with --cache or the variable {VARIABLE}")]
    NoPlace,
}

/// An open cache. Lookups that fail count as misses.
pub struct Cache {
    path: PathBuf,
    database: Database,
    /// Set when the store failed: it is then neither read nor written for the rest of the run.
    left_alone: AtomicBool,
    found: AtomicU64,
    computed: AtomicU64,
    /// Of the computed ones those that are stored.
    kept: AtomicU64,
}

/// What a model has in a cache.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Share {
    /// Id of the model.
    pub model: String,
    pub engine: String,
    /// Numeric version of the engine.
    pub version: u32,
    /// sha256 of the model's graph.
    pub sha256: String,
    #[serde(default)]
    pub n_rows: u64,
}

/// What a cache holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    pub path: PathBuf,
    /// Size of the file.
    pub bytes: u64,
    /// By model and engine.
    pub shares: Vec<Share>,
}

/// The folder for the cache: the one named, else the variable's, else the user's folder for caches.
pub fn folder(named: Option<&Path>) -> Result<PathBuf, CacheError> {
    let named =
        named.map(Path::to_owned).or_else(|| std::env::var_os(VARIABLE).filter(|v| !v.is_empty()).map(Into::into));
    match named {
        Some(folder) => Ok(folder),
        None => {
            let places = etcetera::choose_base_strategy().map_err(|_| CacheError::NoPlace)?;
            Ok(places.cache_dir().join("plenary"))
        }
    }
}

impl std::fmt::Debug for Cache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cache").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Cache {
    /// Opens the cache in `folder`, or begins one. A damaged one is put aside, with a warning, and a new one begun.
    pub fn open(folder: &Path) -> Result<Self, CacheError> {
        let path = folder.join(FILE);
        let unusable = |reason: String| CacheError::Unusable { path: path.clone(), reason };
        fs::create_dir_all(folder).map_err(|error| unusable(error.to_string()))?;
        let database = match open_database(&path) {
            Err(Trouble::Damaged(reason)) => {
                tracing::warn!("the cache {} is damaged ({reason}); it is put aside and begun anew", path.display());
                fs::rename(&path, folder.join(DAMAGED)).map_err(|error| unusable(error.to_string()))?;
                open_database(&path)
            }
            other => other,
        };
        let database = database.map_err(|trouble| trouble.error(&path))?;
        Ok(Self {
            path,
            database,
            left_alone: AtomicBool::new(false),
            found: AtomicU64::new(0),
            computed: AtomicU64::new(0),
            kept: AtomicU64::new(0),
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Rows that were found, and rows that were computed, since the cache was opened.
    pub fn counts(&self) -> (u64, u64) {
        (self.found.load(Ordering::Relaxed), self.computed.load(Ordering::Relaxed))
    }

    /// Rows that were stored since the cache was opened.
    pub fn n_kept(&self) -> u64 {
        self.kept.load(Ordering::Relaxed)
    }

    /// The key of each input.
    pub(crate) fn keys(&self, inputs: &[Input]) -> Vec<Key> {
        inputs.iter().map(key).collect()
    }

    /// The rows that are known, in the order of the keys.
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
        if n_damaged > 0 {
            tracing::warn!(
                "{n_damaged} entries of the cache {} are damaged and are computed again",
                self.path.display()
            );
        }
        self.found.fetch_add(rows.iter().flatten().count() as u64, Ordering::Relaxed);
        rows
    }

    /// Keeps rows that were computed.
    pub(crate) fn keep<'r>(&self, model: &Model, rows: impl Iterator<Item = (&'r Key, &'r Row)>) {
        let rows: Vec<_> = rows.collect();
        let n_rows = rows.len() as u64;
        self.computed.fetch_add(n_rows, Ordering::Relaxed);
        self.guarded("written", || {
            let name = table_of(model);
            let transaction = self.database.begin_write()?;
            {
                let mut models = transaction.open_table(MODELS)?;
                if models.get(name.as_str())?.is_none() {
                    // A plain struct of strings and numbers, which JSON takes without fail.
                    let share = serde_json::to_string(&share_of(model)).unwrap_or_default();
                    models.insert(name.as_str(), share.as_str())?;
                }
                let mut table = transaction.open_table(Rows::new(&name))?;
                for (key, row) in rows {
                    table.insert(key, encode(key, row, today()).as_slice())?;
                }
            }
            transaction.commit()?;
            self.kept.fetch_add(n_rows, Ordering::Relaxed);
            Ok(())
        });
    }

    /// Does something with the store. When that fails, or panics, the store is left alone from then on; a damaged one is put
    /// aside, so that the next run begins anew.
    fn guarded(&self, what: &str, job: impl FnOnce() -> Result<(), redb::Error>) {
        if self.left_alone.load(Ordering::Relaxed) {
            return;
        }
        let (reason, is_damaged) = match catch_unwind(AssertUnwindSafe(job)) {
            Ok(Ok(())) => return,
            Ok(Err(redb::Error::Io(error))) if is_full(&error) => (NO_ROOM.to_string(), false),
            Ok(Err(error)) => (error.to_string(), matches!(error, redb::Error::Corrupted(_))),
            Err(_) => ("it is damaged".to_string(), true),
        };
        if !self.left_alone.swap(true, Ordering::Relaxed) {
            if is_damaged {
                // Where it cannot be moved the next run finds it as this one did.
                let _ = fs::rename(&self.path, self.path.with_file_name(DAMAGED));
            }
            let path = self.path.display();
            tracing::warn!("the cache {path} cannot be {what} ({reason}); the run goes on without it");
        }
    }
}

/// What the cache in `folder` holds.
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

/// Removes rows that were computed more than `older_than` ago and, where more than `at_most` bytes of numbers are left, the
/// oldest of them; then makes the file smaller. Returns how many rows went and how many are left.
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
        // Bytes by day, so that the oldest days can go.
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
        // Where another program is at work the file stays as large as it is; its free pages are used again.
        let _ = catch_unwind(AssertUnwindSafe(|| cache.database.compact()));
    }
    Ok(outcome)
}

/// Removes the cache in `folder`, a damaged one put aside too. Returns the bytes that were freed.
pub fn clear(folder: &Path) -> Result<u64, CacheError> {
    let mut freed = 0;
    let mut any = false;
    for name in [FILE, DAMAGED] {
        let path = folder.join(name);
        if let Ok(file) = fs::metadata(&path) {
            fs::remove_file(&path)
                .map_err(|error| CacheError::Unusable { path: path.clone(), reason: error.to_string() })?;
            freed += file.len();
            any = true;
        }
    }
    if any { Ok(freed) } else { Err(CacheError::Missing { path: folder.to_owned() }) }
}

fn existing(folder: &Path) -> Result<Cache, CacheError> {
    if folder.join(FILE).is_file() { Cache::open(folder) } else { Err(CacheError::Missing { path: folder.to_owned() }) }
}

impl Cache {
    /// For commands about the cache itself, where a failure is the answer.
    fn attempt<T>(&self, job: impl FnOnce(&Database) -> Result<T, redb::Error>) -> Result<T, CacheError> {
        let unusable = |reason| CacheError::Unusable { path: self.path.clone(), reason };
        match catch_unwind(AssertUnwindSafe(|| job(&self.database))) {
            Ok(done) => done.map_err(|error| unusable(error.to_string())),
            Err(_) => Err(unusable("it is damaged; `plenary cache clear` removes it".into())),
        }
    }
}

enum Trouble {
    Damaged(String),
    Newer(u32),
    Held,
    Other(String),
}

impl Trouble {
    fn error(self, path: &Path) -> CacheError {
        let path = path.to_owned();
        match self {
            Trouble::Newer(found) => CacheError::Newer { path, found },
            Trouble::Held => CacheError::Held { path },
            Trouble::Damaged(reason) | Trouble::Other(reason) => CacheError::Unusable { path, reason },
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
            redb::Error::Io(io) if is_full(&io) => Trouble::Other(NO_ROOM.into()),
            other => Trouble::Other(other.to_string()),
        }
    }
}

/// Bytes that are no database, or the beginning of one.
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
        older => Err(Trouble::Damaged(format!("format {older} is no longer read"))),
    }
}

/// Name of the table of a model: everything that its numbers depend on but the input.
fn table_of(model: &Model) -> String {
    let mut hash = Sha256::new();
    for (file, sha256) in &model.sha256 {
        hash.update(format!("{file} {sha256}\n"));
    }
    let (engine, version) = (model.engine.name(), model.engine.version());
    hash.update(format!("{engine} {version}\n{}\n{:?}\n", model.max_tokens, model.task));
    // What a manifest says of a model beyond its files.
    hash.update(format!("{:?} {:?}\n", model.pooling, model.labels));
    let digits = format!("{:x}", hash.finalize());
    format!("rows-{}", &digits[..32])
}

fn share_of(model: &Model) -> Share {
    Share {
        model: model.id.clone(),
        engine: model.engine.name().to_owned(),
        version: model.engine.version(),
        sha256: model.weights_sha256().unwrap_or_default().to_owned(),
        n_rows: 0,
    }
}

fn key((text, second): &Input) -> Key {
    let mut hash = Sha256::new();
    // The length keeps a text and its second apart; no second is not an empty one.
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text);
    if let Some(second) = second {
        hash.update([1]);
        hash.update(second);
    }
    let mut key = [0; 16];
    key.copy_from_slice(&hash.finalize()[..16]);
    key
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
    let mut bytes = vec![0; 8];
    for number in [day, row.n_tokens, row.n_windows] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(row.numbers.iter().flat_map(|number| number.to_le_bytes()));
    let sum = checksum(key, &bytes[8..]);
    bytes[..8].copy_from_slice(&sum);
    bytes
}

/// The row, if the bytes are those of one of this key with so many numbers.
fn decode(key: &Key, bytes: &[u8], width: usize) -> Option<Row> {
    if bytes.len() != HEAD + 4 * width || bytes[..8] != checksum(key, &bytes[8..]) {
        return None;
    }
    let (numbers, _) = bytes[HEAD..].as_chunks::<4>();
    Some(Row {
        numbers: numbers.iter().map(|number| f32::from_le_bytes(*number)).collect(),
        n_tokens: word(bytes, 12),
        n_windows: word(bytes, 16),
    })
}

fn day_of(bytes: &[u8]) -> u32 {
    word(bytes, 8)
}

/// The number at a place of a row; 0 where the row is too short to be one.
fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()).map_or(0, |number| u32::from_le_bytes(*number))
}

#[cfg(test)]
mod tests;
