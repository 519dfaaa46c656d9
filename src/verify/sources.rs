//! Inputs, study files and models, compared with what the run recorded of them.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;

use plenary_corpus::hash::sha256;
use plenary_corpus::progress::Progress;
use plenary_models::{FileError, FileProblem, Models, places, verify as verify_model};
use plenary_tables::schema::DocumentRow;
use plenary_tables::{ModelRecord, Results, Run, StudyFile, StudyFileRole, column};
use serde::Serialize;

use super::{VerifyError, VerifyOptions, short};
use crate::inputs::Sources;
use crate::learn::LearnedCoder;
use crate::pipeline;
use crate::study::{Study, StudySources};

/// Something that the results were made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceCheck {
    /// What it is.
    pub kind: SourceKind,
    /// Path of a document or file, or id of a model.
    pub name: String,
    /// sha256 in the record, 64 hex digits; `None` if the record does not list it.
    pub recorded: Option<String>,
    /// How it is now.
    pub state: SourceState,
}

/// What a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// A document of the inputs.
    Input,
    /// The study file, or a file that it names.
    Study(StudyFileRole),
    /// A model.
    Model,
}

/// How a source is, compared with the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SourceState {
    /// Its sha256 is that of the record.
    Same,
    /// It has another content.
    Changed {
        /// Its sha256, 64 hex digits.
        found: String,
    },
    /// A document with the same content has another path.
    Moved {
        /// The path.
        path: String,
    },
    /// A document of the inputs that the run did not have.
    New,
    /// It is not there, or cannot be read.
    Missing {
        /// Why, if it is known.
        problem: String,
    },
    /// A document that is not there, while others are.
    Gone,
}

impl SourceState {
    /// Whether results that are made from the source now may be others.
    pub fn differs(&self) -> bool {
        match self {
            Self::Changed { .. } | Self::Moved { .. } | Self::New | Self::Gone => true,
            Self::Same | Self::Missing { .. } => false,
        }
    }
}

impl SourceCheck {
    /// What was found, as a sentence.
    pub fn in_words(&self) -> String {
        let kind = match self.kind {
            SourceKind::Input => "input",
            SourceKind::Study(role) => role.in_words(),
            SourceKind::Model => "model",
        };
        let name = &self.name;
        match &self.state {
            SourceState::Same => format!("{kind} {name} is unchanged"),
            SourceState::Changed { found } => format!(
                "{kind} {name} has changed: its sha256 is {}, in the record {}",
                short(found),
                self.recorded.as_deref().map_or("unknown", short)
            ),
            SourceState::Moved { path } => format!("{kind} {name} is {path} now, with the same content"),
            SourceState::New => format!("{kind} {name} is new"),
            SourceState::Gone => format!("{kind} {name} is no longer there"),
            SourceState::Missing { problem } if problem.is_empty() => format!("{kind} {name} is not at hand"),
            SourceState::Missing { problem } => format!("{kind} {name} is not at hand: {problem}"),
        }
    }
}

/// The files of the study, as the run recorded them; `named` is a study that the user named instead.
pub(super) fn study_files(run: &Run, named: Option<(&Path, &Study)>) -> Vec<SourceCheck> {
    if let Some((path, study)) = named {
        let found = study.sha256.clone().unwrap_or_default();
        let is_same = found == run.study_sha256 || of_same_files(&study.sources, run);
        return vec![SourceCheck {
            kind: SourceKind::Study(StudyFileRole::Study),
            name: path.display().to_string(),
            recorded: Some(run.study_sha256.clone()),
            state: if is_same { SourceState::Same } else { SourceState::Changed { found } },
        }];
    }
    run.origin.files.iter().map(study_file).collect()
}

/// Whether a study was read from files with the content of those of the run. Options of the command line change the sha256 of a study,
/// not its files.
fn of_same_files(sources: &StudySources, run: &Run) -> bool {
    let hashes =
        |files: &[StudyFile]| files.iter().map(|file| (file.role as u8, file.sha256.clone())).collect::<Vec<_>>();
    !run.origin.files.is_empty() && hashes(&sources.files) == hashes(&run.origin.files)
}

fn study_file(file: &StudyFile) -> SourceCheck {
    let path = Path::new(&file.path);
    let found = match file.role {
        StudyFileRole::Coder => LearnedCoder::load(path).map(|coder| coder.sha256()).map_err(|error| error.to_string()),
        StudyFileRole::ThemeRegistry => {
            Study::default().continue_themes(path, "the study in run.json").map_err(|error| error.to_string())
        }
        StudyFileRole::Study
        | StudyFileRole::Lexicon
        | StudyFileRole::People
        | StudyFileRole::Documents
        | StudyFileRole::Dictionary
        | StudyFileRole::Corrections
        | StudyFileRole::CodedTexts
        | StudyFileRole::CodedStance => fs::read(path).map(|bytes| sha256(&bytes)).map_err(|error| error.to_string()),
    };
    SourceCheck {
        kind: SourceKind::Study(file.role),
        name: file.path.clone(),
        recorded: Some(file.sha256.clone()),
        state: compared(&file.sha256, found),
    }
}

fn compared(recorded: &str, found: Result<String, String>) -> SourceState {
    match found {
        Ok(found) if found == recorded => SourceState::Same,
        Ok(found) => SourceState::Changed { found },
        Err(problem) => SourceState::Missing { problem },
    }
}

/// The models of the run; learned coders are among the files of the study.
pub(super) fn models(run: &Run, json: &serde_json::Value, named: Option<&Path>) -> Vec<SourceCheck> {
    let Ok(study) = Study::from_json(json.clone()) else { return Vec::new() };
    let folders = Models::find(&places(named), &study.models, study.needs_inference());
    let check = |model: &ModelRecord| {
        let state = match &folders {
            Err(error) => SourceState::Missing { problem: error.to_string() },
            Ok(folders) => {
                let folder = folders.iter().find(|folder| folder.facts.id == model.id);
                folder.map_or(SourceState::Missing { problem: String::new() }, |folder| {
                    let hashes: Result<Vec<String>, _> =
                        verify_model(folder).into_iter().map(|file| file.result).collect();
                    match hashes {
                        // The record has the hash of the weights, one of the files.
                        Ok(found) if found.contains(&model.sha256) => SourceState::Same,
                        Ok(found) => SourceState::Changed { found: found.into_iter().next().unwrap_or_default() },
                        Err(FileError { problem: FileProblem::WrongSha256 { found, .. }, .. }) => {
                            SourceState::Changed { found }
                        }
                        Err(error) => SourceState::Missing { problem: error.to_string() },
                    }
                })
            }
        };
        let (name, recorded) = (model.id.clone(), Some(model.sha256.clone()));
        SourceCheck { kind: SourceKind::Model, name, recorded, state }
    };
    let is_learned = |id: &str| study.all_coders().any(|coder| coder.id() == id);
    run.models.iter().filter(|model| !is_learned(&model.id)).map(check).collect()
}

/// The inputs as the user named them or, where they were not recorded, the files of the documents.
pub(super) fn input_names(results: &Results, notes: &mut Vec<String>) -> Result<Vec<String>, VerifyError> {
    let recorded = &results.run().origin.inputs;
    if !recorded.is_empty() {
        return Ok(recorded.clone());
    }
    let file_of = |path: String| {
        let files = Path::new(&path).ancestors().find(|path| path.is_file());
        files.map_or_else(|| path.clone(), |file| file.display().to_string())
    };
    let mut names: Vec<String> =
        documents(results, notes)?.into_iter().map(|document| file_of(document.path)).collect();
    names.dedup();
    Ok(names)
}

/// A document, by its id, path and sha256.
struct Known {
    id: String,
    path: String,
    sha256: String,
}

/// The documents of the results; none, and a note, if their table is damaged.
fn documents(results: &Results, notes: &mut Vec<String>) -> Result<Vec<Known>, VerifyError> {
    match stored_documents(results) {
        Ok(documents) => Ok(documents),
        Err(VerifyError::Open(error)) => {
            notes.push(format!("The inputs cannot be compared: {error}"));
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}

fn stored_documents(results: &Results) -> Result<Vec<Known>, VerifyError> {
    let mut documents = Vec::new();
    for frame in results.stored(DocumentRow::TABLE, Some(&["document_id", "path", "sha256"]))?.groups {
        let frame = frame?;
        let texts = |name| column::<String>(&frame, name);
        for ((id, path), sha256) in texts("document_id")?.into_iter().zip(texts("path")?).zip(texts("sha256")?) {
            let [id, path, sha256] = [id, path, sha256].map(Option::unwrap_or_default);
            documents.push(Known { id, path, sha256 });
        }
    }
    Ok(documents)
}

/// The documents of the inputs, read again and compared with those of the results.
pub(super) fn inputs(
    results: &Results,
    names: &[String],
    study: &Study,
    options: &VerifyOptions,
    progress: &dyn Progress,
) -> Result<Vec<SourceCheck>, VerifyError> {
    let recorded = documents(results, &mut Vec::new())?;
    let mut sources = Sources::find(names).isolated(options.isolation.as_ref());
    let reading = study.reading();
    let pool = pipeline::thread_pool(options.threads).map_err(VerifyError::Run)?;
    progress.begin("hashing the inputs", sources.n_bytes().max(1));
    let mut found: Vec<Known> = Vec::new();
    let mut before = 0;
    while let Some(documents) = pool.install(|| sources.read_some(&reading, progress)) {
        progress.check_stop().map_err(|stopped| VerifyError::Run(stopped.into()))?;
        found.extend(documents.into_iter().map(|document| Known {
            id: document.document_id,
            path: document.path,
            sha256: document.sha256,
        }));
        progress.advance(sources.n_bytes_read() - before);
        before = sources.n_bytes_read();
    }
    Ok(compare_documents(&recorded, &found))
}

fn compare_documents(recorded: &[Known], found: &[Known]) -> Vec<SourceCheck> {
    let by_path: BTreeMap<&str, &Known> = found.iter().map(|document| (document.path.as_str(), document)).collect();
    let by_id: BTreeMap<&str, &Known> = found.iter().map(|document| (document.id.as_str(), document)).collect();
    let check = |document: &Known| {
        let state = match (by_path.get(document.path.as_str()), by_id.get(document.id.as_str())) {
            (Some(same), _) => compared(&document.sha256, Ok(same.sha256.clone())),
            (None, Some(other)) => SourceState::Moved { path: other.path.clone() },
            (None, None) if found.is_empty() => SourceState::Missing { problem: String::new() },
            (None, None) => SourceState::Gone,
        };
        let (name, recorded) = (document.path.clone(), Some(document.sha256.clone()));
        SourceCheck { kind: SourceKind::Input, name, recorded, state }
    };
    let known: HashSet<&str> =
        recorded.iter().flat_map(|document| [document.path.as_str(), document.id.as_str()]).collect();
    let is_new = |document: &&Known| !known.contains(document.path.as_str()) && !known.contains(document.id.as_str());
    let new = found.iter().filter(is_new).map(|document| SourceCheck {
        kind: SourceKind::Input,
        name: document.path.clone(),
        recorded: None,
        state: SourceState::New,
    });
    recorded.iter().map(check).chain(new).collect()
}
