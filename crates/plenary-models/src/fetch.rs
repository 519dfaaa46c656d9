//! A model of the Hugging Face hub, or of a mirror of it, to a folder of models.
//!
//! **Input**: `ORG/NAME[@REVISION]`. **Output**: a model folder whose commit and sha256 are in `models.lock`. The folder appears
//! complete or not at all. A repository without a graph, and other bytes than the lock names for the same revision, are refused.
//! Connections are left to `hub`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use plenary_corpus::hash::sha256;
use plenary_corpus::progress::Progress;
use plenary_engine::{CONFIG, EngineChoice};

use crate::choose::{Choice, choose};
use crate::config::Config;
use crate::error::{FetchError, FetchProblem, FileError, FileProblem, UnusableError};
use crate::files::{create_folder, replace_folder};
use crate::folder::find;
use crate::hub::Hub;
use crate::id::check_id;
use crate::install::Installed;
use crate::load::load;
use crate::lock::{Locked, lock_in};
use crate::manifest::describe;
use crate::places::Place;
use crate::request::{Request, is_part};

/// A fetched model.
#[derive(Debug)]
pub struct Fetched {
    /// Name of the model's folder.
    pub id: String,
    /// The model's folder.
    pub path: PathBuf,
    /// The commit of the repository.
    pub commit: String,
    /// What happened to the folder.
    pub outcome: Installed,
    /// Why the model cannot be used as it is, such as labels without a known meaning or an operator that no engine has.
    pub problem: Option<UnusableError>,
}

/// Fetches a model into the folder of models `target`, which is created. Reports each file as a stage, one unit per byte.
///
/// # Errors
/// [`FetchError::Repository`] if the server refuses, cannot be reached or has no model that plenary can use;
/// [`FetchError::OtherBytes`] if the bytes are not those of the lock; [`FileProblem::Occupied`] if the folder exists.
pub fn fetch(request: &Request, target: &Path, progress: &dyn Progress) -> Result<Fetched, FetchError> {
    let (repository, revision) = parse(&request.name)?;
    let id = request.id.clone().unwrap_or_else(|| repository.replace('/', "--"));
    check_id(&id)?;
    create_folder(target)?;
    let mut lock = lock_in(target)?;
    let known = lock.models.iter().find(|locked| locked.id == id).cloned();
    let path = target.join(&id);
    if path.exists() && !request.force && known.as_ref().is_none_or(|known| known.repository != repository) {
        return Err(FileError::of(&id, path, FileProblem::Occupied).into());
    }

    let hub = Hub::new(request, &repository, target)?;
    let (commit, files) = hub.files(&revision, progress)?;
    let source = hub.at(&commit);
    let config_path = source.download(CONFIG, &files, progress)?;
    let config = fs::read(&config_path).map_err(FileError::io(&config_path))?;
    let is_static = Config::from_bytes(&id, &config_path, &config)?.is_static();
    let choice = choose(&repository, &files, &request.wanted, is_static)
        .map_err(|problem| FetchError::Repository { repository: repository.clone(), problem })?;

    let mut outcome = if path.exists() { Installed::Replaced } else { Installed::Copied };
    if known.as_ref().is_some_and(|known| known.commit == commit && is_complete(&path, known, &choice)) {
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
        replace_folder(target, &id, |fresh| {
            staged.iter().try_for_each(|(name, from)| {
                let to = fresh.join(name);
                let above = to.parent().unwrap_or(fresh);
                create_folder(above)?;
                fs::copy(from, &to).map(|_| ()).map_err(FileError::io(&to))
            })
        })?;
        lock.models.retain(|known| known.id != id);
        lock.models.push(locked);
        lock.models.sort_by(|a, b| a.id.cmp(&b.id));
        lock.write(target)?;
    }
    if request.task.is_some() || request.labels.is_some() {
        describe(target, &id, request.task, request.labels.clone())?;
    }
    hub.clean()?;
    let problem = try_to_load(target, &id).err();
    Ok(Fetched { id, path, commit, outcome, problem })
}

fn try_to_load(target: &Path, id: &str) -> Result<(), UnusableError> {
    let folder = find(&[Place::new(target, "fetched")], id)?;
    load(&folder, EngineChoice::Auto)?;
    Ok(())
}

/// Repository and revision of `ORG/NAME@REVISION`.
fn parse(name: &str) -> Result<(String, String), FetchError> {
    let (repository, revision) = name.split_once('@').unwrap_or((name, "main"));
    let named = repository.split('/').all(is_part) && repository.split('/').count() <= 2;
    if !named || !revision.split('/').all(is_part) {
        return Err(FetchError::Repository { repository: name.to_owned(), problem: FetchProblem::Name });
    }
    Ok((repository.to_owned(), revision.to_owned()))
}

/// Whether every file that would be fetched exists already and has the sha256 of the lock.
fn is_complete(path: &Path, known: &Locked, choice: &Choice) -> bool {
    let as_locked =
        |(file, hash): (&String, &String)| fs::read(path.join(file)).is_ok_and(|bytes| sha256(&bytes) == *hash);
    choice.files.keys().eq(known.sha256.keys())
        && known.taken_from == choice.renamed()
        && known.sha256.iter().all(as_locked)
}

fn hashes(staged: &BTreeMap<String, PathBuf>) -> Result<BTreeMap<String, String>, FileError> {
    let hash =
        |(name, path): (&String, &PathBuf)| Ok((name.clone(), sha256(&fs::read(path).map_err(FileError::io(path))?)));
    staged.iter().map(hash).collect()
}

/// Refuses other bytes of the same commit, and the bytes of a newer commit unless they are asked for.
fn unchanged_or_allowed(known: &Locked, now: &Locked, force: bool) -> Result<(), FetchError> {
    let both = known.sha256.iter().filter_map(|(file, hash)| Some((file, hash, now.sha256.get(file)?)));
    // Where another graph of the same commit was requested, other bytes are expected.
    let same_source = |file: &str| known.taken_from.get(file) == now.taken_from.get(file);
    let Some((file, expected, found)) = both.into_iter().find(|(file, a, b)| a != b && same_source(file)) else {
        return Ok(());
    };
    if force && known.commit != now.commit {
        return Ok(());
    }
    Err(FetchError::OtherBytes {
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
    fn names_have_an_organisation_a_name_and_an_optional_revision() {
        let parsed = |name| parse(name).unwrap();
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(parsed("org/name"), pair("org/name", "main"));
        assert_eq!(parsed("org/name.v2@refs/pr/1"), pair("org/name.v2", "refs/pr/1"));
        assert_eq!(parsed("name@abc123"), pair("name", "abc123"));
        for wrong in ["", "a/b/c", "org/", "../etc", "org/na me", "org/name@", "https://hub/org/name", "org/name@a?b"] {
            assert!(matches!(parse(wrong), Err(FetchError::Repository { problem: FetchProblem::Name, .. })), "{wrong}");
        }
    }
}
