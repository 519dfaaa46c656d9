//! The plan of a work folder: which files, which study, which models, how many parts.
//!
//! **Input:** files and folders, and a study. **Output:** [`Plan`], in the work folder. A document belongs to a part by the hash of its id,
//! which is made of its content, so that the division depends neither on names nor on order. **Refused:** a folder with another plan or
//! with other files, and engines that do not give the same bits on two machines.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use plenary_corpus::Failure;
use plenary_corpus::hash::sha256;
use plenary_corpus::progress::Progress;
use plenary_models::{Models, places};
use plenary_tables::StudyFileRole;
use serde::{Deserialize, Serialize};

use super::PartsError;
use super::folder::{INPUTS, SHARED, WorkFolder, io_error, name_of, read_json, sha256_of, to_json, write, write_json};
use crate::inputs::{self, PlannedFile, Skipped, Sources, display_path};
use crate::pipeline::{Expected, RunError, all_cores, thread_pool};
use crate::study::{Study, StudyError};

/// Maximum number of parts: `combine` has one file of each part open.
pub(super) const MOST_PARTS: usize = 10_000;

/// The options of a plan.
#[derive(Debug, Clone)]
pub struct PlanOptions {
    /// The study file; `None` measures everything except stance.
    pub study: Option<PathBuf>,
    /// Folder of models named by the user; `None` searches the usual places.
    pub models: Option<PathBuf>,
    /// Number of parts.
    pub n_parts: usize,
    /// Threads for reading files, at least 1.
    pub threads: usize,
}

impl PlanOptions {
    /// A number of parts, without a study, with models from the usual places and all cores.
    pub fn new(n_parts: usize) -> Self {
        Self { study: None, models: None, n_parts, threads: all_cores() }
    }
}

/// The plan of a work folder, as `plan.json` holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    plenary_version: String,
    /// Number of parts.
    pub n_parts: usize,
    /// Number of files, and their size in bytes.
    pub n_files: usize,
    /// Size of the files in bytes.
    pub n_bytes: u64,
    /// Number of files that every part reads, because they can hold several documents or complete others.
    pub n_shared: usize,
    study: Option<PlannedStudy>,
    /// The folder from which relative paths begin.
    base: PathBuf,
    pub(super) expected: Expected,
    /// What was skipped when folders were searched; the first part reports it.
    skipped: Skipped,
    /// sha256 of the lists of files, by their names.
    lists: BTreeMap<String, String>,
    /// Inputs that did not exist when this process planned. Their parts record them as failed, unless they exist then.
    #[serde(skip)]
    pub missing: Vec<Failure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PlannedStudy {
    /// The file, as it was named.
    path: String,
    /// Its folder, absolute, from which the paths that it names begin.
    folder: PathBuf,
    text: String,
    /// sha256 of the file and those that it names.
    sha256: String,
    /// Name and sha256 of the study file, and of the files that it names, from its folder.
    files: Vec<(String, String)>,
}

/// Plans a corpus in a work folder, which is created. With the same arguments it can be repeated.
///
/// # Errors
/// [`PartsError`] if the folder has another plan, or inputs, study or models cannot be used.
pub fn plan(
    folder: &Path,
    inputs: &[PathBuf],
    options: &PlanOptions,
    progress: &dyn Progress,
) -> Result<Plan, PartsError> {
    let work = WorkFolder::new(folder);
    if !(1..=MOST_PARTS).contains(&options.n_parts) {
        return Err(PartsError::NumberOfParts { n: options.n_parts });
    }
    refuse_foreign(&work)?;
    refuse_among_inputs(folder, inputs)?;
    let (study, planned_study) = load_study(options.study.as_deref())?;
    let found = Models::find(&places(options.models.as_deref()), &study.models, study.needs_inference());
    let models = Models::load(&found.map_err(RunError::from)?).map_err(RunError::from)?;
    let expected = Expected::of(&models);
    drop(models);
    if let Some(engine) = expected.engine.split(", ").find(|engine| engine.starts_with("rust-bert")) {
        return Err(PartsError::Engine { engine: engine.to_owned() });
    }
    let base = std::env::current_dir().map_err(io_error(Path::new(".")))?;
    let pool = thread_pool(options.threads)?;
    let sources = Sources::find(inputs);
    progress.begin("reading files", sources.n_bytes().max(1));
    let (files, skipped) = pool.install(|| sources.plan(progress)).map_err(RunError::from)?;
    if files.is_empty() {
        return Err(RunError::nothing_read(skipped).into());
    }
    let missing: Vec<Failure> =
        files.iter().filter(|file| !file.path.exists()).map(|file| inputs::missing(&file.path)).collect();
    if missing.len() == files.len() {
        return Err(RunError::NothingRead { failures: missing }.into());
    }
    let (n_files, n_bytes) = (files.len(), files.iter().map(|file| file.n_bytes).sum());
    let mut lists: BTreeMap<String, Vec<PlannedFile>> =
        (0..options.n_parts).map(name_of).chain([SHARED.to_owned()]).map(|name| (name, Vec::new())).collect();
    for file in files {
        let name = if file.is_shared { SHARED.to_owned() } else { name_of(file.part(options.n_parts)) };
        lists.entry(name).or_default().push(file);
    }
    let n_shared = lists.get(SHARED).map_or(0, Vec::len);
    let mut written = BTreeMap::new();
    for (name, files) in lists {
        let bytes = to_json(&work.inputs(&name), &files)?;
        written.insert(name, bytes);
    }
    let mut plan = Plan {
        plenary_version: plenary_tables::VERSION.to_owned(),
        n_parts: options.n_parts,
        n_files,
        n_bytes,
        n_shared,
        study: planned_study,
        base,
        expected,
        skipped,
        lists: written.iter().map(|(name, bytes)| (name.clone(), sha256(bytes))).collect(),
        missing,
    };
    if work.plan().exists() {
        let known = Plan::read(folder)?;
        let missing = std::mem::take(&mut plan.missing);
        return match difference(&known, &plan) {
            None => Ok(Plan { missing, ..known }),
            Some(what) => Err(PartsError::OtherPlan { folder: folder.to_owned(), what }),
        };
    }
    for (name, bytes) in &written {
        write(&work.inputs(name), bytes)?;
    }
    write_json(&work.plan(), &plan)?;
    Ok(plan)
}

impl Plan {
    /// Reads the plan of a work folder.
    ///
    /// # Errors
    /// [`PartsError`] if there is none, or it was made by another version.
    pub fn read(folder: &Path) -> Result<Self, PartsError> {
        let path = WorkFolder::new(folder).plan();
        let no_plan = || PartsError::NoPlan { folder: folder.to_owned() };
        let damaged = |problem: &dyn std::fmt::Display| PartsError::Damaged {
            path: path.clone(),
            problem: format!("{problem}; plan again in a new work folder"),
        };
        let value: serde_json::Value = match read_json(&path) {
            Ok(value) => value.ok_or_else(no_plan)?,
            Err(PartsError::Damaged { problem, .. }) => return Err(damaged(&problem)),
            Err(error) => return Err(error),
        };
        let found = value.get("plenary_version").and_then(serde_json::Value::as_str).ok_or_else(no_plan)?;
        if found != plenary_tables::VERSION {
            let (folder, found) = (folder.to_owned(), found.to_owned());
            return Err(PartsError::Version { folder, found, expected: plenary_tables::VERSION });
        }
        serde_json::from_value(value).map_err(|error| damaged(&format!("the file is damaged: {error}")))
    }

    /// The study, with the files that it names.
    ///
    /// # Errors
    /// [`PartsError::StudyChanged`] if one of them is not what it was when the plan was made.
    pub fn study(&self) -> Result<Study, PartsError> {
        self.study_in(None)
    }

    /// The study, with the files that it names read from `folder` instead of the folder of the study file.
    ///
    /// # Errors
    /// As [`Plan::study`].
    pub fn study_in(&self, folder: Option<&Path>) -> Result<Study, PartsError> {
        let Some(planned) = &self.study else { return Ok(Study::default()) };
        let study = Study::parse_in(&planned.text, &planned.path, folder.unwrap_or(&planned.folder))?;
        self.check_study(folder)?;
        if study.sha256.as_deref() != Some(&planned.sha256) {
            return Err(PartsError::StudyChanged { path: planned.path.clone() });
        }
        Ok(study)
    }

    /// Fails if the study file, or a file that it names, is there and is not what it was when the plan was made. The plan holds the text of
    /// the study, so that a machine need not have these files. `folder` is the folder of the study on this machine, if it is another one.
    ///
    /// # Errors
    /// [`PartsError::StudyChanged`] names the file.
    pub(super) fn check_study(&self, folder: Option<&Path>) -> Result<(), PartsError> {
        let Some(planned) = &self.study else { return Ok(()) };
        for (name, expected) in &planned.files {
            let path = folder.unwrap_or(&planned.folder).join(name);
            if path.is_file() && sha256_of(&path)? != *expected {
                return Err(PartsError::StudyChanged { path: display_path(&path) });
            }
        }
        Ok(())
    }

    /// Fails if there is no part with this number.
    pub(super) fn check_part(&self, part: usize) -> Result<(), PartsError> {
        if part < self.n_parts { Ok(()) } else { Err(PartsError::NoSuchPart { part, n_parts: self.n_parts }) }
    }

    /// The files of a list.
    pub(super) fn files(&self, work: &WorkFolder, name: &str) -> Result<Vec<PlannedFile>, PartsError> {
        let path = work.inputs(name);
        let damaged = |problem: String| PartsError::Damaged { path: path.clone(), problem };
        let bytes = fs::read(&path).map_err(io_error(&path))?;
        if self.lists.get(name) != Some(&sha256(&bytes)) {
            return Err(damaged("the list of files is not that of the plan".to_owned()));
        }
        serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))
    }

    /// The folder from which relative paths begin.
    pub(super) fn base(&self) -> &Path {
        &self.base
    }

    /// The folder of the study file; `None` without a study.
    pub(super) fn study_folder(&self) -> Option<&Path> {
        self.study.as_ref().map(|study| study.folder.as_path())
    }

    /// What a part has to report of what was skipped while planning.
    pub(super) fn skipped(&self, part: usize) -> Skipped {
        if part == 0 { self.skipped.clone() } else { Skipped::default() }
    }
}

fn load_study(path: Option<&Path>) -> Result<(Study, Option<PlannedStudy>), PartsError> {
    let Some(path) = path else { return Ok((Study::default(), None)) };
    let study = Study::load(path)?;
    let shown = path.display().to_string();
    let unreadable = |source| StudyError::Unreadable { path: shown.clone(), source };
    let text = fs::read_to_string(path).map_err(unreadable)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = std::path::absolute(folder).map_err(unreadable)?;
    let mut files = Vec::new();
    for file in &study.sources.files {
        match file.role {
            // It is named by its path, the others as the study names them, from its folder.
            StudyFileRole::Study => files.push((file_name(path), file.sha256.clone())),
            // Their sha256 is not that of one file.
            StudyFileRole::ThemeRegistry | StudyFileRole::Coder => {}
            _ => files.push((file.name.clone(), file.sha256.clone())),
        }
    }
    let sha256 = study.sha256.clone().unwrap_or_default();
    Ok((study, Some(PlannedStudy { path: shown, folder, text, sha256, files })))
}

/// The name of a file without its folder.
fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Refuses a folder that has files but no plan; lists of files are what a plan that was killed leaves.
fn refuse_foreign(work: &WorkFolder) -> Result<(), PartsError> {
    if work.plan().exists() || !work.0.exists() {
        return Ok(());
    }
    let entries = fs::read_dir(&work.0).map_err(io_error(&work.0))?;
    let names = entries.filter_map(Result::ok).map(|entry| entry.file_name().to_string_lossy().into_owned());
    match names.filter(|name| name != INPUTS && !name.starts_with('.')).min() {
        Some(found) => Err(PartsError::Foreign { folder: work.0.clone(), found }),
        None => Ok(()),
    }
}

/// Refuses a work folder below an input, whose lists would be read as transcripts the next time.
fn refuse_among_inputs(folder: &Path, inputs: &[PathBuf]) -> Result<(), PartsError> {
    let Ok(place) = std::path::absolute(folder) else { return Ok(()) };
    let is_above =
        |input: &&PathBuf| input.is_dir() && std::path::absolute(input).is_ok_and(|it| place.starts_with(it));
    match inputs.iter().find(is_above) {
        Some(input) => Err(PartsError::AmongInputs { folder: folder.to_owned(), input: input.clone() }),
        None => Ok(()),
    }
}

/// In what two plans differ; `None` if they are equal.
fn difference(known: &Plan, new: &Plan) -> Option<String> {
    let name =
        |plan: &Plan| plan.study.as_ref().map_or("no study".to_owned(), |study| format!("the study {}", study.path));
    if known.study != new.study {
        return Some(match name(known) == name(new) {
            true => format!("{}, or a file that it names, had another content", name(known)),
            false => format!("it is of {}, not of {}", name(known), name(new)),
        });
    }
    if known.n_parts != new.n_parts {
        return Some(format!("it has {} parts, not {}", known.n_parts, new.n_parts));
    }
    if known.expected != new.expected {
        return Some(format!("it has the models {}, not {}", known.expected, new.expected));
    }
    (known != new).then(|| {
        let of = |plan: &Plan| {
            format!("{} files with {} bytes below {}", plan.n_files, plan.n_bytes, display_path(&plan.base))
        };
        format!("it is of other inputs: {}, not {}", of(known), of(new))
    })
}
