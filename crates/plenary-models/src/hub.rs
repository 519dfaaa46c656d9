//! A connection to the Hugging Face hub or a mirror of it. No other module opens connections.
//!
//! **Input**: a repository and a revision. **Output**: the names of its files, then files on disk, in a folder for incomplete
//! downloads. An interrupted download continues where it stopped. The client (hf-hub) has no time limit, so it works on its own
//! thread: the waiting thread abandons it when nothing arrives for the time that the request allows, or when the user asks for
//! the work to end. Damaged files and refusals of the server are errors.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use hf_hub::api::sync::{Api, ApiBuilder, ApiError, ApiRepo};
use hf_hub::{Repo, RepoType};

use plenary_corpus::disk::is_full;
use plenary_corpus::hash::sha256;
use plenary_corpus::progress::{Progress, Stopped};

use crate::choose::Choice;
use crate::error::{FetchError, FetchProblem, FileError};
use crate::files::is_sha256;
use crate::request::{ENDPOINT, Request, TOKEN, is_part};

const HUB: &str = "https://huggingface.co";
/// Folder of incomplete downloads, in the folder of models; no id begins with a dot.
const STAGING: &str = ".fetch";
/// Number of attempts at a download that is interrupted.
const ATTEMPTS: u32 = 5;
/// How long to wait while nothing arrives, if the request does not set it.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often to check whether the work should end.
const CHECK_EVERY: Duration = Duration::from_millis(100);

/// A connection to the hub, for one repository.
pub(crate) struct Hub<'r> {
    api: Api,
    repository: &'r str,
    endpoint: String,
    staging: PathBuf,
    patience: Duration,
}

impl<'r> Hub<'r> {
    /// Prepares the client; nothing is sent yet.
    pub(crate) fn new(request: &Request, repository: &'r str, target: &Path) -> Result<Self, FetchError> {
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
        api.map(hub).map_err(|error| FetchError::Repository {
            repository: repository.to_owned(),
            problem: FetchProblem::Client(error.to_string()),
        })
    }

    /// The commit that a revision names, and its files.
    pub(crate) fn files(&self, revision: &str, progress: &dyn Progress) -> Result<(String, Vec<String>), FetchError> {
        let info = self.on_thread(revision, None, progress, |repo, _| repo.info())?;
        let info = info.map_err(|e| self.explain(&e, None))?;
        if !is_part(&info.sha) {
            return Err(self.error(FetchProblem::BadCommit { endpoint: self.endpoint.clone(), commit: info.sha }));
        }
        Ok((info.sha, info.siblings.into_iter().map(|file| file.rfilename).collect()))
    }

    /// One commit of the repository.
    pub(crate) fn at<'h>(&'h self, commit: &'h str) -> Source<'h> {
        Source { hub: self, commit }
    }

    /// Runs the client on its own thread. An abandoned client continues until its connection ends, and locks its file until then;
    /// the end of the program ends it too.
    fn on_thread<T: Send + 'static>(
        &self,
        revision: &str,
        file: Option<&str>,
        progress: &dyn Progress,
        job: impl FnOnce(&ApiRepo, Sender<News<T>>) -> T + Send + 'static,
    ) -> Result<T, FetchError> {
        progress.check_stop()?;
        let repo = Repo::with_revision(self.repository.to_owned(), RepoType::Model, revision.to_owned());
        let repo = self.api.repo(repo);
        let (sender, news) = channel();
        std::thread::spawn(move || {
            let done = job(&repo, sender.clone());
            // If the client was abandoned, the message has no receiver.
            let _ = sender.send(News::Done(done));
        });
        let mut last = Instant::now();
        let mut begun = false;
        loop {
            match news.recv_timeout(CHECK_EVERY) {
                Ok(News::Done(done)) => return Ok(done),
                Ok(News::Size(size)) => {
                    // The client reports the size twice.
                    if !begun {
                        progress.begin(&format!("fetching {}", file.unwrap_or_default()), size as u64);
                    }
                    (begun, last) = (true, Instant::now());
                }
                Ok(News::Received(n)) => {
                    progress.advance(n as u64);
                    last = Instant::now();
                    progress.check_stop()?;
                }
                Err(RecvTimeoutError::Timeout) if progress.stop_requested() => return Err(Stopped.into()),
                Err(RecvTimeoutError::Timeout) if last.elapsed() < self.patience => {}
                Err(RecvTimeoutError::Timeout) => {
                    return Err(self.error(FetchProblem::Silent {
                        file: file.map(str::to_owned),
                        endpoint: self.endpoint.clone(),
                        seconds: self.patience.as_secs_f32(),
                    }));
                }
                // The client panics on some answers.
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(self.refused(file, "sent an answer that a hub does not send"));
                }
            }
        }
    }

    fn error(&self, problem: FetchProblem) -> FetchError {
        FetchError::Repository { repository: self.repository.to_owned(), problem }
    }

    fn refused(&self, file: Option<&str>, answer: impl Into<String>) -> FetchError {
        let (file, endpoint) = (file.map(str::to_owned), self.endpoint.clone());
        self.error(FetchProblem::Refused { file, endpoint, answer: answer.into() })
    }

    /// The meaning of an error of the client, and what to do about it.
    fn explain(&self, error: &ApiError, file: Option<&str>) -> FetchError {
        let name = || file.map(str::to_owned);
        let answer = match status(error) {
            Some(401) => format!(
                "requires authentication (401): there is no such model, or it is private or gated. Check the name; for a \
                 gated model, accept its terms on its page and set {TOKEN} to your token"
            ),
            Some(403) => format!(
                "denied access (403): the model is gated or your token does not allow reading it. Accept its terms on its \
                 page, and set {TOKEN} to a token that allows reading it"
            ),
            Some(404) => "has no such model, revision or file (404); check the name".into(),
            Some(429) => "received too many requests (429); try again later".into(),
            Some(code) => format!("answered with the status {code}; try again later"),
            None if is_disk_full(error) => {
                return self.error(FetchProblem::NoSpace { file: name(), folder: self.staging.clone() });
            }
            None if matches!(error, ApiError::LockAcquisition(_)) => {
                return self.error(FetchProblem::Held { file: name() });
            }
            None => format!(
                "cannot be reached or the connection was interrupted ({error}). Check the network and the variable \
                 {ENDPOINT}; what was received is kept and the next fetch continues there"
            ),
        };
        self.refused(file, answer)
    }

    /// Removes the downloads of this repository.
    pub(crate) fn clean(&self) -> Result<(), FetchError> {
        let own = self.staging.join(Repo::model(self.repository.to_owned()).folder_name());
        if own.exists() {
            fs::remove_dir_all(&own).map_err(FileError::io(&own))?;
        }
        // Another fetch may still be using it.
        let _ = fs::remove_dir(&self.staging);
        Ok(())
    }
}

/// Messages of the thread of a client.
enum News<T> {
    /// The size of a file in bytes, before any are received.
    Size(usize),
    /// Number of further bytes received.
    Received(usize),
    /// The client has finished.
    Done(T),
}

/// One commit of a repository.
pub(crate) struct Source<'h> {
    hub: &'h Hub<'h>,
    commit: &'h str,
}

impl Source<'_> {
    /// Downloads all files; returns where each is stored, by its name in the model's folder.
    pub(crate) fn download_all(
        &self,
        choice: &Choice,
        there: &[String],
        progress: &dyn Progress,
    ) -> Result<BTreeMap<String, PathBuf>, FetchError> {
        choice.files.iter().map(|(name, from)| Ok((name.clone(), self.download(from, there, progress)?))).collect()
    }

    /// Downloads a file, or the rest of it, and checks its size and sha256 as far as the hub states them.
    pub(crate) fn download(
        &self,
        file: &str,
        there: &[String],
        progress: &dyn Progress,
    ) -> Result<PathBuf, FetchError> {
        if !there.iter().any(|name| name == file) {
            return Err(self.hub.error(FetchProblem::MissingFile {
                repository: self.hub.repository.to_owned(),
                missing: file.to_owned(),
                files: there.to_vec(),
            }));
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
                        last = Some(self.hub.error(FetchProblem::Damaged(reason)));
                    }
                },
                // The part is complete already, or longer than the file: it cannot be continued.
                Err(error) if status(&error) == Some(416) || matches!(error, ApiError::InvalidResume) => {
                    self.discard();
                    last = Some(self.hub.explain(&error, Some(file)));
                }
                Err(error) if is_final(&error) => {
                    return Err(self.hub.explain(&error, Some(file)));
                }
                Err(error) => {
                    tracing::info!("{file} was interrupted: {error}");
                    last = Some(self.hub.explain(&error, Some(file)));
                }
            }
        }
        Err(last.unwrap_or(Stopped.into()))
    }

    /// One attempt at a file: its size as far as the hub stated it, and where it is stored.
    fn attempt(&self, file: &str, progress: &dyn Progress) -> Result<Attempt, FetchError> {
        let name = file.to_owned();
        self.hub.on_thread(self.commit, Some(file), progress, move |repo, news| {
            let mut size = None;
            let downloaded = repo.download_with_progress(&name, Reporter { news, size: &mut size });
            (size, downloaded)
        })
    }

    /// Discards what was received of this repository.
    fn discard(&self) {
        let own = self.hub.staging.join(Repo::model(self.hub.repository.to_owned()).folder_name());
        // Where this fails, the next attempt fails.
        let _ = fs::remove_dir_all(own);
    }
}

/// How a file differs from what the hub announced: another size, or another sha256 if the hub states it (large files are
/// stored under their sha256).
fn damage(path: &Path, size: Option<usize>) -> Option<String> {
    let file = path.canonicalize().ok()?;
    let name = file.file_name()?.to_str()?;
    let bytes = fs::read(&file).ok()?;
    if size.is_some_and(|size| size != bytes.len()) {
        return Some(format!("received {} bytes, {} were announced", bytes.len(), size.unwrap_or_default()));
    }
    let named = is_sha256(name) && sha256(&bytes) != name;
    named.then(|| {
        format!("a file was received whose sha256 is not {name}, which the hub states; the connection or the mirror damages it")
    })
}

/// The HTTP status of a refusal. The client's error contains it only in its message.
fn status(error: &ApiError) -> Option<u16> {
    match error {
        ApiError::RequestError(request) => request.to_string().strip_prefix("http status: ")?.trim().parse().ok(),
        ApiError::TooManyRetries(inner) => status(inner),
        _ => None,
    }
}

/// Whether another attempt would fail in the same way.
fn is_final(error: &ApiError) -> bool {
    let refused = status(error).is_some_and(|code| code < 500);
    refused || is_disk_full(error) || matches!(error, ApiError::LockAcquisition(_))
}

fn is_disk_full(error: &ApiError) -> bool {
    matches!(error, ApiError::IoError(io) if is_full(io))
}

/// Size of a file, and the result of its download.
type Attempt = (Option<usize>, Result<PathBuf, ApiError>);

/// Sends the client's progress to the waiting thread.
struct Reporter<'s, T> {
    news: Sender<News<T>>,
    size: &'s mut Option<usize>,
}

impl<T> hf_hub::api::Progress for Reporter<'_, T> {
    fn init(&mut self, size: usize, _filename: &str) {
        *self.size = Some(size);
        let _ = self.news.send(News::Size(size));
    }

    fn update(&mut self, size: usize) {
        let _ = self.news.send(News::Received(size));
    }

    fn finish(&mut self) {}
}
