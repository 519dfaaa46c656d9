//! A model of the Hugging Face hub, or of a mirror of it, to a folder of models: the only place that opens a connection.
//!
//! In comes `ORG/NAME[@REVISION]`, out goes a model folder whose files are pinned in `models.lock` by commit and sha256. A
//! download that broke off goes on where it stopped. The folder appears whole or not at all. Refused: a repository without
//! a graph, and other bytes than the lock knows for the same revision.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use hf_hub::api::sync::{Api, ApiBuilder, ApiError, ApiRepo};
use hf_hub::{Repo, RepoType};

use super::choice::EngineChoice;
use super::choose::{Choice, Wanted, choose};
use super::config::Config;
use super::error::EngineError;
use super::folder::{CONFIG, Task, check_id, find};
use super::install::{Installed, at, swap};
use super::load::{load, sha256};
use super::lock::{Locked, lock_in};
use super::manifest::{describe_by_hand, is_sha256};
use super::places::Place;
use crate::progress::Progress;

/// The variable that names another endpoint than the hub's.
pub const ENDPOINT: &str = "HF_ENDPOINT";
/// The variable that holds the user's token.
pub const TOKEN: &str = "HF_TOKEN";
const HUB: &str = "https://huggingface.co";
/// Folder for what is not yet whole, in the folder of models; no model has such a name.
const STAGING: &str = ".fetch";
/// Times that a download which breaks off is taken up again.
const ATTEMPTS: u32 = 5;

/// What is to be fetched.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `ORG/NAME` or `ORG/NAME@REVISION`; a revision is a branch, a tag or a commit, `main` where none is said.
    pub name: String,
    /// Name of the model's folder; `ORG--NAME` where none is said.
    pub id: Option<String>,
    /// What the model is for, where its own files do not say it.
    pub task: Option<Task>,
    /// What its labels mean, in their order, where they do not say it.
    pub labels: Option<Vec<String>>,
    /// Which files.
    pub wanted: Wanted,
    /// Take another commit of a revision that has moved on, and replace what is there.
    pub force: bool,
    /// The hub where none is said.
    pub endpoint: Option<String>,
    pub token: Option<String>,
}

/// A fetched model.
#[derive(Debug)]
pub struct Fetched {
    pub id: String,
    pub path: PathBuf,
    pub commit: String,
    pub outcome: Installed,
    /// Why the model cannot be used as it is: labels that say nothing, an operator that the engine does not know.
    pub problem: Option<EngineError>,
}

/// Fetches a model into the folder of models `target`, which is created. Reports each file as a stage, one unit per byte.
///
/// # Errors
/// [`EngineError::Fetch`] says what the hub answered, or why it cannot be reached; see [`EngineError::NoGraph`] and
/// [`EngineError::OtherBytes`] for what is refused.
pub fn fetch(request: &Request, target: &Path, progress: &dyn Progress) -> Result<Fetched, EngineError> {
    let (repository, revision) = parse(&request.name)?;
    let id = request.id.clone().unwrap_or_else(|| repository.replace('/', "--"));
    check_id(&id)?;
    fs::create_dir_all(target).map_err(at(target))?;
    let mut lock = lock_in(target)?;
    let known = lock.models.iter().find(|locked| locked.id == id).cloned();
    let path = target.join(&id);
    if path.exists() && !request.force && known.as_ref().is_none_or(|known| known.repository != repository) {
        return Err(EngineError::WouldOverwrite { model: id, path });
    }

    let hub = Hub::new(request, &repository, target)?;
    let (commit, files) = hub.files(&revision)?;
    let source = hub.at(&commit);
    let config_path = source.download(CONFIG, &files, progress)?;
    let config = fs::read(&config_path).map_err(at(&config_path))?;
    let is_static = Config::from_bytes(&id, &config_path, &config)?.is_static();
    let choice = choose(&repository, &files, &request.wanted, is_static)?;

    let mut outcome = if path.exists() { Installed::Replaced } else { Installed::Copied };
    if known.as_ref().is_some_and(|known| known.commit == commit && whole(&path, known, &choice)) {
        outcome = Installed::Unchanged;
    } else {
        let staged = source.download_all(&choice, &files, progress)?;
        let locked = Locked {
            id: id.clone(),
            repository: repository.clone(),
            revision,
            commit: commit.clone(),
            taken_from: choice.renamed(),
            sha256: hashes(&staged)?,
        };
        if let Some(known) = known.filter(|known| known.repository == repository) {
            unchanged_or_allowed(&known, &locked, request.force)?;
        }
        swap(target, &id, |fresh| {
            staged.iter().try_for_each(|(name, from)| {
                let to = fresh.join(name);
                let above = to.parent().unwrap_or(fresh);
                fs::create_dir_all(above).map_err(at(above))?;
                fs::copy(from, &to).map(|_| ()).map_err(at(&to))
            })
        })?;
        lock.models.retain(|known| known.id != id);
        lock.models.push(locked);
        lock.models.sort_by(|a, b| a.id.cmp(&b.id));
        lock.write(target)?;
    }
    if request.task.is_some() || request.labels.is_some() {
        describe_by_hand(target, &id, request.task, request.labels.clone())?;
    }
    hub.clean()?;
    let problem =
        find(&[Place::new(target, "fetched")], &id).and_then(|folder| load(&folder, EngineChoice::Auto)).err();
    Ok(Fetched { id, path, commit, outcome, problem })
}

/// `ORG/NAME@REVISION` in its parts.
fn parse(name: &str) -> Result<(String, String), EngineError> {
    let (repository, revision) = name.split_once('@').unwrap_or((name, "main"));
    let named = repository.split('/').all(is_part) && repository.split('/').count() <= 2;
    if !named || !revision.split('/').all(is_part) {
        let reason = "it is not of the form ORG/NAME or ORG/NAME@REVISION".to_owned();
        return Err(EngineError::Fetch { repository: name.to_owned(), reason });
    }
    Ok((repository.to_owned(), revision.to_owned()))
}

/// Whether a text can stand between two slashes of an address, and of a path.
fn is_part(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(['.', '-'])
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// Whether every file that would be fetched is there already, as the lock has it.
fn whole(path: &Path, known: &Locked, choice: &Choice) -> bool {
    let as_locked =
        |(file, hash): (&String, &String)| fs::read(path.join(file)).is_ok_and(|bytes| sha256(&bytes) == *hash);
    choice.files.keys().eq(known.sha256.keys())
        && known.taken_from == choice.renamed()
        && known.sha256.iter().all(as_locked)
}

fn hashes(staged: &BTreeMap<String, PathBuf>) -> Result<BTreeMap<String, String>, EngineError> {
    let hash = |(name, path): (&String, &PathBuf)| Ok((name.clone(), sha256(&fs::read(path).map_err(at(path))?)));
    staged.iter().map(hash).collect()
}

/// A commit names its bytes for good; a branch may move on, but not unasked.
fn unchanged_or_allowed(known: &Locked, now: &Locked, force: bool) -> Result<(), EngineError> {
    let both = known.sha256.iter().filter_map(|(file, hash)| Some((file, hash, now.sha256.get(file)?)));
    // Another graph of the same commit, on request, is another file and not other bytes.
    let same_source = |file: &str| known.taken_from.get(file) == now.taken_from.get(file);
    let Some((file, expected, found)) = both.into_iter().find(|(file, a, b)| a != b && same_source(file)) else {
        return Ok(());
    };
    if force && known.commit != now.commit {
        return Ok(());
    }
    Err(EngineError::OtherBytes {
        model: now.id.clone(),
        file: file.clone(),
        revision: now.revision.clone(),
        locked_commit: known.commit.clone(),
        commit: now.commit.clone(),
        expected: expected.clone(),
        found: found.clone(),
    })
}

/// A connection to the hub, for one repository.
struct Hub<'r> {
    api: Api,
    repository: &'r str,
    endpoint: String,
    staging: PathBuf,
}

impl<'r> Hub<'r> {
    fn new(request: &Request, repository: &'r str, target: &Path) -> Result<Self, EngineError> {
        let endpoint = request.endpoint.as_deref().filter(|e| !e.is_empty()).unwrap_or(HUB).trim_end_matches('/');
        let builder = ApiBuilder::from_env();
        let builder = match &request.token {
            Some(token) => builder.with_token(Some(token.clone())),
            None => builder,
        };
        let staging = target.join(STAGING);
        let api = builder
            .with_endpoint(endpoint.to_owned())
            .with_cache_dir(staging.clone())
            .with_progress(false)
            .with_user_agent("plenary", env!("CARGO_PKG_VERSION"))
            .build();
        let hub = |api| Self { api, repository, endpoint: endpoint.to_owned(), staging: staging.clone() };
        api.map(hub)
            .map_err(|error| EngineError::Fetch { repository: repository.to_owned(), reason: error.to_string() })
    }

    fn repo(&self, revision: &str) -> ApiRepo {
        self.api.repo(Repo::with_revision(self.repository.to_owned(), RepoType::Model, revision.to_owned()))
    }

    /// The commit that a revision stands for, and the files it has.
    fn files(&self, revision: &str) -> Result<(String, Vec<String>), EngineError> {
        let info = self.repo(revision).info().map_err(|error| self.told(&error, None))?;
        if !is_part(&info.sha) {
            let reason = format!("{} answered with the commit \"{}\", which is none", self.endpoint, info.sha);
            return Err(EngineError::Fetch { repository: self.repository.to_owned(), reason });
        }
        Ok((info.sha, info.siblings.into_iter().map(|file| file.rfilename).collect()))
    }

    fn at(&self, commit: &str) -> Source<'_> {
        Source { hub: self, repo: self.repo(commit) }
    }

    /// What an error means, for people.
    fn told(&self, error: &ApiError, file: Option<&str>) -> EngineError {
        let what = file.map_or_else(String::new, |file| format!("{file}: "));
        let endpoint = &self.endpoint;
        let said = error.to_string();
        let reason = match status(error) {
            Some(401) => format!(
                "{what}{endpoint} wants to know who asks (401): there is no such model, or it is private or gated. Check \
                 the name; for a gated one accept its terms on its page and set {TOKEN} to your token"
            ),
            Some(403) => format!(
                "{what}{endpoint} refuses it (403): the model is gated or your token may not read it. Accept its terms on \
                 its page, and give {TOKEN} a token that may read it"
            ),
            Some(404) => format!("{what}{endpoint} has no such model, revision or file (404); check the name"),
            Some(429) => format!("{what}{endpoint} is asked too often (429); try again later"),
            Some(code) => format!("{what}{endpoint} answered with the status {code}; try again later"),
            None if is_full(error) => format!(
                "{what}there is no space left for it in {}; what came so far stays, the next fetch goes on there",
                self.staging.display()
            ),
            None => format!(
                "{what}{endpoint} cannot be reached or broke off ({said}). Check the network and the variable {ENDPOINT}; \
                 what came so far stays, the next fetch goes on there"
            ),
        };
        EngineError::Fetch { repository: self.repository.to_owned(), reason }
    }

    /// Takes away what is whole by now.
    fn clean(&self) -> Result<(), EngineError> {
        let own = self.staging.join(Repo::model(self.repository.to_owned()).folder_name());
        if own.exists() {
            fs::remove_dir_all(&own).map_err(at(&own))?;
        }
        // Another fetch may still be under way in it.
        let _ = fs::remove_dir(&self.staging);
        Ok(())
    }
}

/// One commit of a repository.
struct Source<'h> {
    hub: &'h Hub<'h>,
    repo: ApiRepo,
}

impl Source<'_> {
    /// Where each file of the model lies once it is here, by its name in the model's folder.
    fn download_all(
        &self,
        choice: &Choice,
        there: &[String],
        progress: &dyn Progress,
    ) -> Result<BTreeMap<String, PathBuf>, EngineError> {
        choice.files.iter().map(|(name, from)| Ok((name.clone(), self.download(from, there, progress)?))).collect()
    }

    /// Downloads a file, or the rest of it, and checks what came as far as the hub says what it should be.
    fn download(&self, file: &str, there: &[String], progress: &dyn Progress) -> Result<PathBuf, EngineError> {
        if !there.iter().any(|name| name == file) {
            return Err(EngineError::NoGraph {
                repository: self.hub.repository.to_owned(),
                missing: file.to_owned(),
                files: there.to_vec(),
            });
        }
        let mut last = None;
        for attempt in 0..ATTEMPTS {
            if progress.stop_requested() {
                return Err(EngineError::Stopped);
            }
            if attempt > 0 {
                std::thread::sleep(Duration::from_millis(200 * u64::from(attempt)));
            }
            let mut size = None;
            let told = Told { progress, stage: format!("fetching {file}"), size: &mut size, begun: false };
            // The client takes some answers for impossible and panics.
            let download = AssertUnwindSafe(|| self.repo.download_with_progress(file, told));
            let Ok(downloaded) = catch_unwind(download) else {
                let reason = format!("{file}: {} answered with what no hub answers", self.hub.endpoint);
                return Err(EngineError::Fetch { repository: self.hub.repository.to_owned(), reason });
            };
            match downloaded {
                Ok(path) => match damage(&path, size) {
                    None => return Ok(path),
                    Some(reason) => {
                        self.discard();
                        last = Some(EngineError::Fetch { repository: self.hub.repository.to_owned(), reason });
                    }
                },
                // A part that is whole already, or longer than the file: nothing can follow it.
                Err(error) if status(&error) == Some(416) || matches!(error, ApiError::InvalidResume) => {
                    self.discard();
                    last = Some(self.hub.told(&error, Some(file)));
                }
                Err(error) if status(&error).is_some_and(|code| code < 500) || is_full(&error) => {
                    return Err(self.hub.told(&error, Some(file)));
                }
                Err(error) => {
                    tracing::info!("{file} broke off: {error}");
                    last = Some(self.hub.told(&error, Some(file)));
                }
            }
        }
        Err(last.unwrap_or(EngineError::Stopped))
    }

    /// Throws away what came of this repository so far.
    fn discard(&self) {
        let own = self.hub.staging.join(Repo::model(self.hub.repository.to_owned()).folder_name());
        // What cannot be removed shows itself at the next attempt.
        let _ = fs::remove_dir_all(own);
    }
}

/// Why what came is not what the hub announced: another length, or another sha256 where the hub names it (large files are
/// stored under theirs).
fn damage(path: &Path, size: Option<usize>) -> Option<String> {
    let file = path.canonicalize().ok()?;
    let name = file.file_name()?.to_str()?;
    let bytes = fs::read(&file).ok()?;
    if size.is_some_and(|size| size != bytes.len()) {
        return Some(format!("{} bytes came, {} were announced", bytes.len(), size.unwrap_or_default()));
    }
    let named = is_sha256(name) && sha256(&bytes) != name;
    named.then(|| format!("what came has not the sha256 {name} that the hub names; the line or the mirror damages it"))
}

/// The status of an answer that was no success. The client's error has no other way to tell it than its message.
fn status(error: &ApiError) -> Option<u16> {
    match error {
        ApiError::RequestError(request) => request.to_string().strip_prefix("http status: ")?.trim().parse().ok(),
        ApiError::TooManyRetries(inner) => status(inner),
        _ => None,
    }
}

fn is_full(error: &ApiError) -> bool {
    matches!(error, ApiError::IoError(io) if io.kind() == std::io::ErrorKind::StorageFull)
}

/// Passes the client's progress on.
struct Told<'p> {
    progress: &'p dyn Progress,
    stage: String,
    size: &'p mut Option<usize>,
    begun: bool,
}

impl hf_hub::api::Progress for Told<'_> {
    fn init(&mut self, size: usize, _filename: &str) {
        // The client begins twice.
        if !self.begun {
            self.progress.begin(&self.stage, size as u64);
        }
        self.begun = true;
        *self.size = Some(size);
    }

    fn update(&mut self, size: usize) {
        self.progress.advance(size as u64);
    }

    fn finish(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_an_organisation_a_name_and_perhaps_a_revision() {
        let parsed = |name| parse(name).unwrap();
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(parsed("org/name"), pair("org/name", "main"));
        assert_eq!(parsed("org/name.v2@refs/pr/1"), pair("org/name.v2", "refs/pr/1"));
        assert_eq!(parsed("name@abc123"), pair("name", "abc123"));
        for wrong in ["", "a/b/c", "org/", "../etc", "org/na me", "org/name@", "https://hub/org/name", "org/name@a?b"] {
            assert!(matches!(parse(wrong), Err(EngineError::Fetch { .. })), "{wrong}");
        }
    }
}
