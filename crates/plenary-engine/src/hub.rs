//! A connection to the Hugging Face hub, or to a mirror of it: the only place that opens one.
//!
//! In come a repository and a revision, out go the names of its files and then files on disk, in a folder for what is not
//! yet whole. A download that broke off goes on where it stopped. The client (hf-hub) knows no limit of time, so it works
//! on a thread of its own: whoever waits for it gives it up when nothing has come for as long as the request is patient,
//! or when the user wants the work to end.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use hf_hub::api::sync::{Api, ApiBuilder, ApiError, ApiRepo};
use hf_hub::{Repo, RepoType};

use super::choose::Choice;
use super::error::EngineError;
use super::fetch::{ENDPOINT, Request, TOKEN, is_part};
use super::install::at;
use super::load::sha256;
use super::manifest::is_sha256;
use plenary_corpus::disk::is_full;
use plenary_corpus::progress::{Progress, Stopped};

const HUB: &str = "https://huggingface.co";
/// Folder for what is not yet whole, in the folder of models; no model has such a name.
const STAGING: &str = ".fetch";
/// Times that a download which breaks off is taken up again.
const ATTEMPTS: u32 = 5;
/// How long nothing may come, where the request does not say it.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is asked whether the work should end.
const ASKED_EVERY: Duration = Duration::from_millis(100);

/// A connection to the hub, for one repository.
pub(super) struct Hub<'r> {
    api: Api,
    repository: &'r str,
    endpoint: String,
    staging: PathBuf,
    patience: Duration,
}

impl<'r> Hub<'r> {
    pub fn new(request: &Request, repository: &'r str, target: &Path) -> Result<Self, EngineError> {
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
        let patience = request.patience.unwrap_or(PATIENCE);
        let hub = |api| Self { api, repository, endpoint: endpoint.to_owned(), staging: staging.clone(), patience };
        api.map(hub)
            .map_err(|error| EngineError::Fetch { repository: repository.to_owned(), reason: error.to_string() })
    }

    /// The commit that a revision stands for, and the files it has.
    pub fn files(&self, revision: &str, progress: &dyn Progress) -> Result<(String, Vec<String>), EngineError> {
        let info = self.apart(revision, None, progress, |repo, _| repo.info())?.map_err(|e| self.told(&e, None))?;
        if !is_part(&info.sha) {
            return Err(
                self.error(format!("{} answered with the commit \"{}\", which is none", self.endpoint, info.sha))
            );
        }
        Ok((info.sha, info.siblings.into_iter().map(|file| file.rfilename).collect()))
    }

    pub fn at<'h>(&'h self, commit: &'h str) -> Source<'h> {
        Source { hub: self, commit }
    }

    /// Lets the client work on a thread of its own. One that is given up goes on until its connection ends, and holds what it
    /// was fetching until then; the end of the program ends it too.
    fn apart<T: Send + 'static>(
        &self,
        revision: &str,
        file: Option<&str>,
        progress: &dyn Progress,
        job: impl FnOnce(&ApiRepo, Sender<News<T>>) -> T + Send + 'static,
    ) -> Result<T, EngineError> {
        progress.check_stop()?;
        let repo = Repo::with_revision(self.repository.to_owned(), RepoType::Model, revision.to_owned());
        let repo = self.api.repo(repo);
        let (sender, news) = channel();
        std::thread::spawn(move || {
            let done = job(&repo, sender.clone());
            // Nobody waits any more where it was given up.
            let _ = sender.send(News::Done(done));
        });
        let what = file.map_or_else(String::new, |file| format!("{file}: "));
        let mut last = Instant::now();
        let mut begun = false;
        loop {
            match news.recv_timeout(ASKED_EVERY) {
                Ok(News::Done(done)) => return Ok(done),
                Ok(News::Size(size)) => {
                    // The client begins twice.
                    if !begun {
                        progress.begin(&format!("fetching {}", file.unwrap_or_default()), size as u64);
                    }
                    (begun, last) = (true, Instant::now());
                }
                Ok(News::Came(n)) => {
                    progress.advance(n as u64);
                    last = Instant::now();
                    progress.check_stop()?;
                }
                Err(RecvTimeoutError::Timeout) if progress.stop_requested() => return Err(Stopped.into()),
                Err(RecvTimeoutError::Timeout) if last.elapsed() < self.patience => {}
                Err(RecvTimeoutError::Timeout) => {
                    return Err(self.error(format!(
                        "{what}nothing came from {} for {} seconds. Check the network, or be more patient with --timeout; what \
                         came so far stays, the next fetch goes on there",
                        self.endpoint,
                        self.patience.as_secs_f32()
                    )));
                }
                // The client takes some answers for impossible and panics.
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(self.error(format!("{what}{} answered with what no hub answers", self.endpoint)));
                }
            }
        }
    }

    fn error(&self, reason: String) -> EngineError {
        EngineError::Fetch { repository: self.repository.to_owned(), reason }
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
            None if no_room(error) => format!(
                "{what}no space is left in {}, or files there may not grow so large; what came so far stays, the next fetch goes on there",
                self.staging.display()
            ),
            None if matches!(error, ApiError::LockAcquisition(_)) => {
                format!("{what}another fetch, or one that was given up, still holds it; wait for it to end")
            }
            None => format!(
                "{what}{endpoint} cannot be reached or broke off ({said}). Check the network and the variable {ENDPOINT}; \
                 what came so far stays, the next fetch goes on there"
            ),
        };
        self.error(reason)
    }

    /// Takes away what is whole by now.
    pub fn clean(&self) -> Result<(), EngineError> {
        let own = self.staging.join(Repo::model(self.repository.to_owned()).folder_name());
        if own.exists() {
            fs::remove_dir_all(&own).map_err(at(&own))?;
        }
        // Another fetch may still be under way in it.
        let _ = fs::remove_dir(&self.staging);
        Ok(())
    }
}

/// What the thread of a client tells.
enum News<T> {
    /// The bytes of a file, before the first of them comes.
    Size(usize),
    /// So many more bytes have come.
    Came(usize),
    Done(T),
}

/// One commit of a repository.
pub(super) struct Source<'h> {
    hub: &'h Hub<'h>,
    commit: &'h str,
}

impl Source<'_> {
    /// Where each file of the model lies once it is here, by its name in the model's folder.
    pub fn download_all(
        &self,
        choice: &Choice,
        there: &[String],
        progress: &dyn Progress,
    ) -> Result<BTreeMap<String, PathBuf>, EngineError> {
        choice.files.iter().map(|(name, from)| Ok((name.clone(), self.download(from, there, progress)?))).collect()
    }

    /// Downloads a file, or the rest of it, and checks what came as far as the hub says what it should be.
    pub fn download(&self, file: &str, there: &[String], progress: &dyn Progress) -> Result<PathBuf, EngineError> {
        if !there.iter().any(|name| name == file) {
            return Err(EngineError::NoGraph {
                repository: self.hub.repository.to_owned(),
                missing: file.to_owned(),
                files: there.to_vec(),
            });
        }
        let mut last = None;
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                std::thread::sleep(Duration::from_millis(200 * u64::from(attempt)));
            }
            let (size, downloaded) = self.attempt(file, progress)?;
            match downloaded {
                Ok(path) => match damage(&path, size) {
                    None => return Ok(path),
                    Some(reason) => {
                        self.discard();
                        last = Some(self.hub.error(reason));
                    }
                },
                // A part that is whole already, or longer than the file: nothing can follow it.
                Err(error) if status(&error) == Some(416) || matches!(error, ApiError::InvalidResume) => {
                    self.discard();
                    last = Some(self.hub.told(&error, Some(file)));
                }
                Err(error) if is_final(&error) => {
                    return Err(self.hub.told(&error, Some(file)));
                }
                Err(error) => {
                    tracing::info!("{file} broke off: {error}");
                    last = Some(self.hub.told(&error, Some(file)));
                }
            }
        }
        Err(last.unwrap_or(Stopped.into()))
    }

    /// One attempt at a file: its size as far as the hub said it, and where it lies.
    fn attempt(&self, file: &str, progress: &dyn Progress) -> Result<Attempt, EngineError> {
        let name = file.to_owned();
        self.hub.apart(self.commit, Some(file), progress, move |repo, news| {
            let mut size = None;
            let downloaded = repo.download_with_progress(&name, Teller { news, size: &mut size });
            (size, downloaded)
        })
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

/// Whether another attempt would end in the same way.
fn is_final(error: &ApiError) -> bool {
    let refused = status(error).is_some_and(|code| code < 500);
    refused || no_room(error) || matches!(error, ApiError::LockAcquisition(_))
}

fn no_room(error: &ApiError) -> bool {
    matches!(error, ApiError::IoError(io) if is_full(io))
}

/// Size of a file, and what became of its download.
type Attempt = (Option<usize>, Result<PathBuf, ApiError>);

/// Passes the client's progress on to who waits for it.
struct Teller<'s, T> {
    news: Sender<News<T>>,
    size: &'s mut Option<usize>,
}

impl<T> hf_hub::api::Progress for Teller<'_, T> {
    fn init(&mut self, size: usize, _filename: &str) {
        *self.size = Some(size);
        let _ = self.news.send(News::Size(size));
    }

    fn update(&mut self, size: usize) {
        let _ = self.news.send(News::Came(size));
    }

    fn finish(&mut self) {}
}
