//! Whether results are what their inputs, models and study give.
//!
//! **Input:** a results folder. **Output:** [`Verified`]: the state of every file of the folder, of every input, of the models and of the files
//! of the study, and how the tables differ from those that are computed again. **Refused:** a folder without a record of a run. What is not
//! at hand is reported and not computed. **Left to others:** reading, measuring and writing, as in a run.

mod sources;
mod tables;

use std::path::{Path, PathBuf};

use plenary_corpus::Hint;
use plenary_corpus::progress::Progress;
use plenary_engine::cache::Cache;
use plenary_tables::schema::RunRow;
use plenary_tables::{Check, FileState, OpenError, Results, VERSION};
use serde::Serialize;

use crate::isolation::Isolation;
use crate::pipeline::{self, Options, RunError};
use crate::study::{CoderOptions, Study, StudyError};

pub use sources::{SourceCheck, SourceKind, SourceState};
pub use tables::{Change, TableCheck};

/// How results are verified.
#[derive(Debug)]
pub struct VerifyOptions {
    /// Compare hashes only; compute nothing again.
    pub hashes_only: bool,
    /// Study to compute with instead of the settings in the record.
    pub study: Option<PathBuf>,
    /// Folder of models named by the user; `None` searches the usual places.
    pub models: Option<PathBuf>,
    /// Threads for reading and inference, at least 1.
    pub threads: usize,
    /// Cache of computed numbers; `None` computes everything.
    pub cache: Option<Cache>,
    /// Processes in which files are read that could end this process.
    pub isolation: Option<Isolation>,
}

/// What was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Id of the run.
    pub run_id: String,
    /// Version of plenary that wrote the results.
    pub written_by: String,
    /// Version of plenary that verified them.
    pub verified_by: String,
    /// The files of the folder, in the order of their names.
    pub files: Vec<FileCheck>,
    /// Inputs, study files and models.
    pub sources: Vec<SourceCheck>,
    /// The tables that were computed again.
    pub recomputation: Recomputation,
    /// What is not known, and why.
    pub notes: Vec<String>,
}

/// A file of the results, compared with its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileCheck {
    /// Name of the file.
    pub name: String,
    /// What differs from the record, in words; `None` if nothing does.
    pub problem: Option<String>,
}

/// What became of computing the tables again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Recomputation {
    /// Only hashes were to be compared.
    NotAsked,
    /// Something that is needed is not at hand.
    NotPossible {
        /// What, in sentences.
        reasons: Vec<String>,
    },
    /// Everything was computed again.
    Done {
        /// Number of files that are the same, byte for byte.
        n_same: usize,
        /// The others.
        differing: Vec<TableCheck>,
    },
}

/// Why results cannot be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The folder has no record of a run, or a damaged one.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The study that was named cannot be used.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// The work was stopped, or its threads did not start.
    #[error(transparent)]
    Run(RunError),
}

impl VerifyError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            Self::Open(error) => error.hint(),
            Self::Study(error) => error.hint(),
            Self::Run(error) => error.hint(),
        }
    }
}

impl Verified {
    /// Whether anything differs: a file of the folder, a source, or a table that was computed again. Sources that are not at hand do not
    /// count unless others of their kind are.
    pub fn differs(&self) -> bool {
        let tables = match &self.recomputation {
            Recomputation::Done { differing, .. } => !differing.is_empty(),
            Recomputation::NotAsked | Recomputation::NotPossible { .. } => false,
        };
        tables || self.files.iter().any(|file| file.problem.is_some()) || !self.changed().is_empty()
    }

    /// The sources that are others than those of the run.
    pub fn changed(&self) -> Vec<&SourceCheck> {
        self.sources.iter().filter(|source| source.state.differs()).collect()
    }

    /// What probably made something differ, in sentences; empty if nothing does.
    pub fn causes(&self) -> Vec<String> {
        if !self.differs() {
            return Vec::new();
        }
        let mut causes: Vec<String> = self.changed().into_iter().map(SourceCheck::in_words).collect();
        if self.written_by != self.verified_by {
            causes.push(format!(
                "the results were written by plenary {}; this is plenary {}",
                self.written_by, self.verified_by
            ));
        }
        let are_others = matches!(&self.recomputation, Recomputation::Done { differing, .. }
            if differing.iter().any(|table| table.change != Change::ChangedAfterTheRun));
        if causes.is_empty() && are_others {
            causes.push(
                "no input, model or setting has changed, and the version is the same. Another processor or engine can round the last digit in \
                 another way; otherwise this is a defect of plenary"
                    .to_owned(),
            );
        }
        if self.files.iter().any(|file| file.problem.is_some()) {
            causes.push("files of the results were changed or removed after the run".to_owned());
        }
        causes
    }
}

/// Compares a results folder with its record and its sources, and computes its tables again if everything for it is at hand.
///
/// # Errors
/// [`VerifyError`] if the folder has no record of a run, the study that was named cannot be used, or the user stopped the work.
pub fn verify(folder: &Path, options: VerifyOptions, progress: &dyn Progress) -> Result<Verified, VerifyError> {
    let results = Results::open(folder, Check::Record)?;
    let files = check_files(&results, progress)?;
    let run = results.run();
    let mut notes = Vec::new();
    if run.origin.is_empty() {
        notes.push(
            "The record does not say which inputs and study file were named; it was written by an earlier version, or by a program. Inputs are \
             looked for by the paths of the documents."
                .to_owned(),
        );
    }
    let mut reasons = Vec::new();
    let study = match &options.study {
        Some(path) => Some(Study::load(path)?),
        None => Study::of_record(&results.study().json, &run.origin)
            .map_err(|error| reasons.push(format!("the study of the run cannot be read again: {error}")))
            .ok(),
    };
    let mut sources = sources::study_files(run, options.study.as_deref().zip(study.as_ref()));
    sources.extend(sources::models(run, &results.study().json, options.models.as_deref()));
    let names = sources::input_names(&results, &mut notes)?;
    let reading = study.clone().or_else(|| Study::from_json(results.study().json.clone()).ok()).unwrap_or_default();
    let inputs = sources::inputs(&results, &names, &reading, &options, progress)?;
    if !inputs.is_empty() && inputs.iter().all(|input| matches!(input.state, SourceState::Missing { .. })) {
        reasons.push(
            "the inputs are not at hand; relative paths begin at the current folder, so verify where the run was made"
                .to_owned(),
        );
    }
    sources.extend(inputs);
    let missing =
        |source: &&SourceCheck| source.kind == SourceKind::Model && matches!(source.state, SourceState::Missing { .. });
    reasons.extend(sources.iter().filter(missing).map(SourceCheck::in_words));
    let recomputation = match study {
        _ if options.hashes_only => Recomputation::NotAsked,
        Some(study) if reasons.is_empty() => recompute(&results, study, &names, options, progress)?,
        _ => Recomputation::NotPossible { reasons },
    };
    let (written_by, verified_by) = (run.plenary_version.clone(), VERSION.to_owned());
    Ok(Verified { run_id: run.run_id.clone(), written_by, verified_by, files, sources, recomputation, notes })
}

fn check_files(results: &Results, progress: &dyn Progress) -> Result<Vec<FileCheck>, VerifyError> {
    progress.begin("hashing the tables", results.files().iter().map(|file| file.bytes).sum());
    let mut checks = Vec::new();
    for file in results.files() {
        progress.check_stop().map_err(|stopped| VerifyError::Run(stopped.into()))?;
        let problem = match results.state(file) {
            FileState::Same => None,
            FileState::Missing => Some("the file is missing".to_owned()),
            FileState::OtherSize { found } => Some(format!("it has {found} bytes, in the record {}", file.bytes)),
            FileState::OtherContent { found } => {
                Some(format!("its sha256 is {}, in the record {}", short(&found), short(&file.sha256)))
            }
            FileState::Unreadable { problem } => Some(problem),
        };
        checks.push(FileCheck { name: file.name.clone(), problem });
        progress.advance(file.bytes);
    }
    Ok(checks)
}

/// The start of a sha256, for people.
fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}

fn recompute(
    results: &Results,
    study: Study,
    names: &[String],
    options: VerifyOptions,
    progress: &dyn Progress,
) -> Result<Recomputation, VerifyError> {
    if let Some(coder) = study.all_coders().find(|coder| matches!(coder, CoderOptions::Chat(_))) {
        let reason = format!(
            "the coder `{}` is a language model behind an endpoint, which would be asked again where answers were not kept",
            coder.id()
        );
        return Ok(Recomputation::NotPossible { reasons: vec![reason] });
    }
    if study.theme_labels.is_some() {
        let reason = "the labels of themes are those of a language model behind an endpoint, which would be asked again where answers \
                      were not kept";
        return Ok(Recomputation::NotPossible { reasons: vec![reason.to_owned()] });
    }
    let run_options = Options {
        models: options.models,
        threads: options.threads,
        cache: options.cache,
        isolation: options.isolation,
        ..Options::in_memory(study)
    };
    let outcome = match pipeline::run(names.iter().map(PathBuf::from), &run_options, progress) {
        Ok(outcome) => outcome,
        Err(error @ (RunError::Stopped { .. } | RunError::Threads { .. })) => return Err(VerifyError::Run(error)),
        Err(error) => return Ok(Recomputation::NotPossible { reasons: vec![error.to_string()] }),
    };
    progress.begin("comparing the tables", results.files().len() as u64);
    // The table `runs` holds times.
    let is_compared = |name: &str| name.rsplit_once('.').is_none_or(|(table, _)| table != RunRow::TABLE.name);
    let checks = tables::compare(results, &outcome.results, is_compared, progress);
    let n_same = checks.iter().filter(|check| check.change == Change::None).count();
    let differing = checks.into_iter().filter(|check| check.change != Change::None).collect();
    Ok(Recomputation::Done { n_same, differing })
}
