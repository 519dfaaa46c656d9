//! Errors of finding, checking, loading, fetching and making models.
//!
//! One enum per job. [`FileError`] contains the model and the file once and is contained in the others. The texts state
//! what was found and expected; what to do is a [`Hint`] if it depends on how plenary is used.

use std::path::{Path, PathBuf};

use plenary_corpus::Hint;
use plenary_corpus::progress::Stopped;
use plenary_engine::{BuildError, EngineError, Task, UnavailableError, WrongVocabulary};

use crate::id::BadId;

/// A file or folder that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}{} {problem}", of_model(model.as_deref()), path.display())]
pub struct FileError {
    /// Id of the model that the file belongs to; `None` for files that belong to no single model.
    pub model: Option<String>,
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: FileProblem,
}

/// What is wrong with a file or folder.
#[derive(Debug, thiserror::Error)]
pub enum FileProblem {
    /// There is no such file.
    #[error(
        "is missing; the folder of a model holds model.onnx (of a static model, model.safetensors), tokenizer.json and \
         config.json"
    )]
    Missing,
    /// It cannot be read or written.
    #[error("cannot be read or written: {0}")]
    Io(std::io::Error),
    /// Its sha256 is not that of the manifest or the lock.
    #[error(
        "is not the file that the manifest names: expected sha256 {expected}, found {found}. It is damaged or another \
         version; a changed model needs its own folder and id"
    )]
    WrongSha256 {
        /// The sha256 of the manifest or the lock, 64 hex digits.
        expected: String,
        /// The sha256 of the file, 64 hex digits.
        found: String,
    },
    /// It is not a list of models.
    #[error("is not a list of models that plenary can read: {0}")]
    Manifest(String),
    /// It describes a model that plenary cannot use.
    #[error("does not describe a model that plenary can use: {0}")]
    Config(String),
    /// It is not a tokenizer.
    #[error("is not a tokenizer: {0}")]
    Tokenizer(BuildError),
    /// The engine cannot run it.
    #[error("cannot be run: {0}")]
    Numbers(BuildError),
    /// It cannot be converted or distilled.
    #[error("cannot be used to make another model: {0}")]
    Source(String),
    /// It exists and holds other files.
    #[error("already holds other files; nothing was changed there")]
    Occupied,
}

fn of_model(model: Option<&str>) -> String {
    model.map_or_else(String::new, |model| format!("model `{model}`: "))
}

impl FileError {
    /// An error about a file of a model.
    pub(crate) fn of(model: &str, path: impl Into<PathBuf>, problem: FileProblem) -> Self {
        Self { model: Some(model.to_owned()), path: path.into(), problem }
    }

    /// Turns an I/O error into one about a file that belongs to no single model.
    pub(crate) fn io(path: &Path) -> impl Fn(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self { model: None, path: path.clone(), problem: FileProblem::Io(source) }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<Hint> {
        match self.problem {
            FileProblem::Missing | FileProblem::WrongSha256 { .. } => Some(Hint::ReinstallModels),
            FileProblem::Occupied => Some(Hint::ReplaceExisting),
            FileProblem::Io(_)
            | FileProblem::Manifest(_)
            | FileProblem::Config(_)
            | FileProblem::Tokenizer(_)
            | FileProblem::Numbers(_)
            | FileProblem::Source(_) => None,
        }
    }
}

/// Why a model was not found.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// None of the places exists.
    #[error("no folder of models was found; searched, in this order: {}", list(searched))]
    NoModelsFolder {
        /// The places, first to last.
        searched: Vec<String>,
    },
    /// No place has a model with this id.
    #[error(
        "there is no model `{id}`; searched: {}; models found: {}. Correct the id in the study's [models] section, or put a \
         folder `{id}` with model.onnx, tokenizer.json and config.json there",
        list(searched),
        list(known)
    )]
    UnknownModel {
        /// The id.
        id: String,
        /// The places that exist, first to last.
        searched: Vec<String>,
        /// Ids of the models in these places.
        known: Vec<String>,
    },
    /// The id cannot name a folder.
    #[error(transparent)]
    Id(#[from] BadId),
    /// The labels of a model do not determine what it is for.
    #[error(
        "model `{model}`: its labels are {}, from which plenary cannot determine the task: inference needs entailment, \
         neutral and contradiction; sentiment needs negative and positive, with or without neutral. {advice}. State their \
         meaning, in their order, in manifest.toml beside the model's folder: [[models]] id = \"{model}\", task = \
         \"sentiment\", labels = [\"negative\", \"neutral\", \"positive\"]",
        list(labels)
    )]
    UnknownLabels {
        /// Id of the model.
        model: String,
        /// Its labels, in the order of the logits.
        labels: Vec<String>,
        /// What the labels leave open.
        advice: String,
    },
    /// There is no static model for an embedding model.
    #[error("there is no static model `{id}`; it can be made from `{model}`. Searched: {}", list(searched))]
    NotDistilled {
        /// Id of the static model.
        id: String,
        /// Id of the embedding model.
        model: String,
        /// The places that exist, first to last.
        searched: Vec<String>,
    },
    /// There are no weights for an engine that builds the graph itself.
    #[error(
        "the engine rust-bert needs the weights of `{model}` (model.safetensors), and there is no model `{id}`; it can be \
         made from the graph of `{model}`. Searched: {}",
        list(searched)
    )]
    NotConverted {
        /// Id of the model with the weights.
        id: String,
        /// Id of the model with the graph.
        model: String,
        /// The places that exist, first to last.
        searched: Vec<String>,
    },
    /// This program does not have the engine or the device.
    #[error(transparent)]
    Unavailable(#[from] UnavailableError),
    /// A file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
}

impl FindError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            FindError::NoModelsFolder { .. } => Some(Hint::NameModelsFolder),
            FindError::NotDistilled { model, .. } => Some(Hint::DistillModel { model: model.clone() }),
            FindError::NotConverted { model, .. } => Some(Hint::ConvertModel { model: model.clone() }),
            FindError::Unavailable(error) => error.hint(),
            FindError::File(error) => error.hint(),
            FindError::UnknownModel { .. } | FindError::Id(_) | FindError::UnknownLabels { .. } => None,
        }
    }
}

/// Why a model was found but not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The files of a model do not fit together.
    #[error("model `{model}`: {mismatch}")]
    Mismatch {
        /// Id of the model.
        model: String,
        /// What does not fit.
        mismatch: Mismatch,
    },
    /// This program does not have the engine or the device.
    #[error(transparent)]
    Unavailable(#[from] UnavailableError),
    /// A file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Files of a model that do not fit together.
#[derive(Debug, thiserror::Error)]
pub enum Mismatch {
    /// The labels are not those of the task.
    #[error(
        "its labels are {}, but {task} needs {} (in any order and case). Name them in `id2label` of config.json, and in the \
         same order in the manifest",
        list(found),
        list(expected)
    )]
    Labels {
        /// The task of the model.
        task: Task,
        /// Its labels.
        found: Vec<String>,
        /// The labels of the task or of the manifest.
        expected: Vec<String>,
    },
    /// The tokenizer belongs to another model.
    #[error("its tokenizer belongs to another model: {0}. Take both files from the same source")]
    Vocabulary(WrongVocabulary),
}

impl LoadError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            LoadError::Mismatch { .. } => None,
            LoadError::Unavailable(error) => error.hint(),
            LoadError::File(error) => error.hint(),
        }
    }
}

/// Why a model cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UnusableError {
    /// It was not found, or its task is not known.
    #[error(transparent)]
    Find(#[from] FindError),
    /// It does not load.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// It is for another task.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl UnusableError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            UnusableError::Find(error) => error.hint(),
            UnusableError::Load(error) => error.hint(),
            UnusableError::Engine(_) => None,
        }
    }
}

/// Why a model was not converted or distilled.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// The source model does not load.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The source model does not run.
    #[error(transparent)]
    Engine(EngineError),
    /// A file cannot be used, or the target exists.
    #[error(transparent)]
    File(#[from] FileError),
    /// The user asked for the work to end.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

impl From<EngineError> for MakeError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Stopped(stopped) => MakeError::Stopped(stopped),
            other => MakeError::Engine(other),
        }
    }
}

impl MakeError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            MakeError::Load(error) => error.hint(),
            MakeError::File(error) => error.hint(),
            MakeError::Engine(_) | MakeError::Stopped(_) => None,
        }
    }
}

/// Why a model was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The repository, or the connection to it, is not usable.
    #[error("`{repository}` was not fetched: {problem}")]
    Repository {
        /// The repository as the user named it.
        repository: String,
        /// What is wrong.
        problem: FetchProblem,
    },
    /// A file has other bytes than the lock names for the same revision.
    #[error(
        "model `{model}` was not fetched: {file} has other bytes than models.lock names for {revision}: sha256 {found}, \
         locked {expected} (commit {locked_commit}, now {commit}); nothing was changed{}",
        if commit == locked_commit {
            ". One commit has one content: do not trust this source. To trust it nevertheless, remove the model from models.lock"
        } else {
            ""
        }
    )]
    OtherBytes {
        /// Id of the model.
        model: String,
        /// Name of the file.
        file: String,
        /// Branch, tag or commit that was requested.
        revision: String,
        /// Commit in the lock.
        locked_commit: String,
        /// Commit that the revision names now.
        commit: String,
        /// sha256 in the lock, 64 hex digits.
        expected: String,
        /// sha256 of the file, 64 hex digits.
        found: String,
    },
    /// The id cannot name a folder.
    #[error(transparent)]
    Id(#[from] BadId),
    /// A file cannot be used, or the target exists.
    #[error(transparent)]
    File(#[from] FileError),
    /// The user asked for the work to end.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// What is wrong with a repository or with the connection to it.
#[derive(Debug, thiserror::Error)]
pub enum FetchProblem {
    /// The name has another form.
    #[error("its name is not of the form ORG/NAME or ORG/NAME@REVISION")]
    Name,
    /// A file is missing.
    #[error(
        "it has no {missing}; it has {}. A model of transformers is exported to a graph with `optimum-cli export onnx \
         --model {repository} DIR`; `AutoTokenizer` writes a tokenizer.json with `save_pretrained`",
        shortened(files)
    )]
    MissingFile {
        /// The repository.
        repository: String,
        /// The file.
        missing: String,
        /// The files that the repository has.
        files: Vec<String>,
    },
    /// A graph was requested of a static model.
    #[error("it is a static model, which has no graph")]
    StaticWithoutGraph,
    /// The graph is stored in several files.
    #[error("{graph} stores its weights in a separate file; plenary reads graphs of one file")]
    GraphInParts {
        /// Path of the graph in the repository.
        graph: String,
    },
    /// The server named a commit that is not one.
    #[error("{endpoint} answered with \"{commit}\", which is not a commit")]
    BadCommit {
        /// Address of the server.
        endpoint: String,
        /// The answer.
        commit: String,
    },
    /// The server sent nothing for too long.
    #[error(
        "{}received nothing from {endpoint} for {seconds} seconds. Check the network; {RESUMES}",
        of_file(file.as_deref())
    )]
    Silent {
        /// Name of the file.
        file: Option<String>,
        /// Address of the server.
        endpoint: String,
        /// Seconds without an answer.
        seconds: f32,
    },
    /// The server refused the request or failed; the text says what to do.
    #[error("{}{endpoint} {answer}", of_file(file.as_deref()))]
    Refused {
        /// Name of the file.
        file: Option<String>,
        /// Address of the server.
        endpoint: String,
        /// The answer and what it means.
        answer: String,
    },
    /// The disk is full.
    #[error("{}no space is left in {}, or the size of files is limited; {RESUMES}", of_file(file.as_deref()), folder.display())]
    NoSpace {
        /// Name of the file.
        file: Option<String>,
        /// Folder of incomplete files.
        folder: PathBuf,
    },
    /// Another fetch of the file is running.
    #[error("{}another fetch, or an abandoned one, still holds it; wait until it ends", of_file(file.as_deref()))]
    Held {
        /// Name of the file.
        file: Option<String>,
    },
    /// A file arrived damaged.
    #[error("{0}")]
    Damaged(String),
    /// The client cannot be set up.
    #[error("{0}")]
    Client(String),
}

/// The text that all interrupted downloads share.
const RESUMES: &str = "what was received is kept and the next fetch continues there";

fn of_file(file: Option<&str>) -> String {
    file.map_or_else(String::new, |file| format!("{file}: "))
}

impl FetchError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            FetchError::Repository { problem: FetchProblem::Silent { .. }, .. } => Some(Hint::WaitLonger),
            FetchError::Repository { problem: FetchProblem::StaticWithoutGraph, .. } => Some(Hint::OmitGraph),
            FetchError::OtherBytes { locked_commit, commit, .. } if locked_commit != commit => {
                Some(Hint::AcceptNewerCommit)
            }
            FetchError::File(error) => error.hint(),
            FetchError::Repository { .. }
            | FetchError::OtherBytes { .. }
            | FetchError::Id(_)
            | FetchError::Stopped(_) => None,
        }
    }
}

/// The first names of a long list.
fn shortened(items: &[String]) -> String {
    const SHOWN: usize = 20;
    match items.len().checked_sub(SHOWN) {
        Some(more @ 1..) => format!("{} and {more} more", items[..SHOWN].join(", ")),
        _ => list(items),
    }
}

fn list(items: &[String]) -> String {
    if items.is_empty() { "none".into() } else { items.join(", ") }
}
