//! A model of the Hugging Face hub, or of a mirror of it, to a folder of models.
//!
//! In comes `ORG/NAME[@REVISION]`, out goes a model folder whose files are pinned in `models.lock` by commit and sha256. The
//! folder appears whole or not at all. Refused: a repository without a graph, and other bytes than the lock knows for the
//! same revision. How files come is `hub`'s business.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::choice::EngineChoice;
use super::choose::{Choice, Wanted, choose};
use super::config::Config;
use super::error::EngineError;
use super::folder::{CONFIG, Task, check_id, find};
use super::hub::Hub;
use super::install::{Installed, at, swap};
use super::load::{load, sha256};
use super::lock::{Locked, lock_in};
use super::manifest::describe_by_hand;
use super::places::Place;
use plenary_corpus::progress::Progress;

/// The variable that names another endpoint than the hub's.
pub const ENDPOINT: &str = "HF_ENDPOINT";
/// The variable that holds the user's token.
pub const TOKEN: &str = "HF_TOKEN";

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
    /// How long nothing may come before the hub is given up; a minute where none is said. In the same process another
    /// fetch of the file can begin only when the connection that was given up has ended.
    pub patience: Option<Duration>,
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
    let (commit, files) = hub.files(&revision, progress)?;
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
pub(super) fn is_part(text: &str) -> bool {
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
