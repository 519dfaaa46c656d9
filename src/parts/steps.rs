//! The steps after the plan: measuring parts, fitting themes, assigning segments, combining.
//!
//! **Input:** a work folder with a plan. **Output:** files of the work folder, and results. A step that is done already is not repeated.
//! **Refused:** what differs from the plan, and parts that are missing.

use std::fs;
use std::path::{Path, PathBuf};

use plenary_corpus::progress::Progress;
use plenary_engine::cache::Cache;
use plenary_measure::themes::Fitted;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::folder::{Attempt, SHARED, WorkFolder, io_error, name_of, read_json, sha256_of, unique, write_json};
use super::placed::{PlacedReader, PlacedRecord, PlacedWriter};
use super::plan::Plan;
use super::{PartsError, Step};
use crate::inputs::{PlannedFile, Share, Skipped, Sources, Watch, display_path};
use crate::isolation::Isolation;
use crate::pipeline::{
    CombineOptions, Outcome, PartOptions, RunError, all_cores, apart, measure_sources, processor, thread_pool,
};

/// How a machine measures parts. The results do not depend on it.
#[derive(Debug)]
pub struct RunOptions {
    /// Folder of models named by the user; `None` searches the usual places.
    pub models: Option<PathBuf>,
    /// Threads for reading and inference, at least 1.
    pub threads: usize,
    /// Cache of computed numbers; `None` computes everything.
    pub cache: Option<Cache>,
    /// Processes in which files are read that could end this process; `None` reads everything in this process.
    pub isolation: Option<Isolation>,
    /// Maximum cost of each language model behind an endpoint, instead of that of the study; `None` for that of the study.
    pub max_cost: Option<f64>,
    /// The folder from which relative paths of inputs begin on this machine; `None` for the folder in which the plan was made.
    pub inputs_below: Option<PathBuf>,
    /// The folder of the files that the study names, on this machine; `None` for that of the plan.
    pub study_folder: Option<PathBuf>,
}

impl Default for RunOptions {
    /// Models from the usual places, all cores, no cache, and all files read in this process.
    fn default() -> Self {
        Self {
            models: None,
            threads: all_cores(),
            cache: None,
            isolation: None,
            max_cost: None,
            inputs_below: None,
            study_folder: None,
        }
    }
}

/// The results into which the parts were combined last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Combined {
    /// Their folder, absolute.
    pub results: String,
    /// Id of their run.
    pub run_id: String,
}

/// What became of a part.
#[derive(Debug, Clone, PartialEq)]
pub enum Measured {
    /// It was measured before, or by another process at the same time.
    Already,
    /// It was measured.
    Now {
        /// Number of documents; a part can be empty.
        n_documents: usize,
        /// Number of segments.
        n_segments: usize,
        /// Inputs that were not read, or were read under another path.
        skipped: Skipped,
    },
}

/// Reads and measures the documents of a part. `attempt` is the name of the attempt of a process of [`supervise()`](super::supervise()).
///
/// # Errors
/// [`PartsError`] if the part is not measured: there is no such part, the study, an input or a model differs from the plan, or the user
/// stopped the work.
pub fn run(
    folder: &Path,
    part: usize,
    attempt: Option<&str>,
    options: RunOptions,
    progress: &dyn Progress,
) -> Result<Measured, PartsError> {
    let work = WorkFolder::new(folder);
    let plan = Plan::read(folder)?;
    plan.check_part(part)?;
    if work.has_part(part) {
        work.remove_ended_attempts(part);
        return Ok(Measured::Already);
    }
    let measured = measure(&work, &plan, part, attempt, options, progress);
    // Another process may have measured the part while this one failed.
    if measured.is_err() && work.has_part(part) { Ok(Measured::Already) } else { measured }
}

fn measure(
    work: &WorkFolder,
    plan: &Plan,
    part: usize,
    attempt: Option<&str>,
    options: RunOptions,
    progress: &dyn Progress,
) -> Result<Measured, PartsError> {
    let RunOptions { models, threads, cache, isolation, max_cost, inputs_below, study_folder } = options;
    let study = plan.study_in(study_folder.as_deref())?;
    let base = inputs_below.as_deref().unwrap_or(plan.base());
    let mut files = plan.files(work, &name_of(part))?;
    files.extend(plan.files(work, SHARED)?);
    check_unchanged(&files, base, threads)?;
    let (_own, place) = match attempt {
        // The process that started this one holds its attempt.
        Some(name) => (None, work.attempt(name)),
        None => {
            let own = Attempt::begin(work, &unique(part))?;
            let place = own.path.clone();
            (Some(own), place)
        }
    };
    let watch = match attempt {
        Some(_) => {
            let tries = place.join(super::supervise::TRIES);
            Some(Watch::new(tries.clone()).map_err(io_error(&tries))?)
        }
        None => None,
    };
    let share = Share { part, n_parts: plan.n_parts };
    let sources = Sources::planned(files, base, share, plan.skipped(part)).watched(watch);
    let new = place.join("part");
    let part_options = PartOptions { study, models, folder: Some(new.clone()), threads, cache, isolation, max_cost };
    let measured = measure_sources(sources, &part_options, Some(&plan.expected), progress)?;
    let done = Measured::Now {
        n_documents: measured.n_documents(),
        n_segments: measured.n_segments(),
        skipped: measured.skipped().clone(),
    };
    drop(measured);
    publish(work, part, &new)?;
    work.remove_ended_attempts(part);
    Ok(done)
}

/// Moves a measured part to its place, unless another process was faster.
fn publish(work: &WorkFolder, part: usize, new: &Path) -> Result<(), PartsError> {
    let place = work.part(part);
    if let Some(parts) = place.parent() {
        fs::create_dir_all(parts).map_err(io_error(parts))?;
    }
    match fs::rename(new, &place) {
        Err(_) if work.has_part(part) => Ok(()),
        moved => moved.map_err(io_error(&place)),
    }
}

/// Fails if a file is not what it was when the plan was made.
fn check_unchanged(files: &[PlannedFile], base: &Path, threads: usize) -> Result<(), PartsError> {
    let changed = thread_pool(threads)?.install(|| files.par_iter().find_first(|file| !file.is_unchanged(base)));
    match changed {
        Some(file) => Err(PartsError::InputChanged { path: display_path(&file.path) }),
        None => Ok(()),
    }
}

/// The record of fitted themes, as `themes.json` holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ThemesRecord {
    /// sha256 of the file with the themes.
    sha256: String,
    /// The kind of processor on which they were fitted.
    processor: String,
}

/// Fits the themes of the whole corpus, once.
///
/// # Errors
/// [`PartsError::Missing`] if a part is not measured; [`PartsError::Run`] if parts do not belong together.
pub fn fit(folder: &Path, threads: usize, progress: &dyn Progress) -> Result<(), PartsError> {
    let work = WorkFolder::new(folder);
    let plan = Plan::read(folder)?;
    plan.check_study(None)?;
    let parts = measured_parts(&work, &plan)?;
    if work.themes().exists() {
        return Ok(());
    }
    let fitted = apart::fit(&parts, threads, progress)?;
    let new = work.0.join(format!(".{}", unique(0)));
    let file = fs::File::create(&new).map_err(io_error(&new))?;
    let damaged = |problem: String| PartsError::Damaged { path: new.clone(), problem };
    fitted.write(std::io::BufWriter::new(&file)).map_err(|error| damaged(error.to_string()))?;
    file.sync_all().map_err(io_error(&new))?;
    let sha256 = sha256_of(&new)?;
    let place = work.themes_file(&sha256);
    fs::rename(&new, &place).map_err(io_error(&place))?;
    // If two processes fit, the record of one of them holds.
    if !work.themes().exists() {
        write_json(&work.themes(), &ThemesRecord { sha256, processor: processor() })?;
    }
    Ok(())
}

/// Assigns the segments of parts to the themes; `None` for all parts. Returns the number of parts that were assigned now.
///
/// # Errors
/// [`PartsError::NotFitted`], [`PartsError::Missing`] if one of these parts is not measured, [`PartsError::Processor`] if this machine
/// could give other numbers.
pub fn assign(
    folder: &Path,
    parts: Option<&[usize]>,
    threads: usize,
    progress: &dyn Progress,
) -> Result<usize, PartsError> {
    let work = WorkFolder::new(folder);
    let plan = Plan::read(folder)?;
    plan.check_study(None)?;
    let all: Vec<usize> = (0..plan.n_parts).collect();
    let parts = parts.unwrap_or(&all);
    for part in parts {
        plan.check_part(*part)?;
    }
    let missing: Vec<usize> = parts.iter().copied().filter(|part| !work.has_part(*part)).collect();
    if !missing.is_empty() {
        return Err(PartsError::Missing { step: Step::Run, parts: missing, n_parts: plan.n_parts });
    }
    let record: ThemesRecord = read_json(&work.themes())?.ok_or(PartsError::NotFitted)?;
    let mut to_place = Vec::new();
    for part in parts {
        if !is_placed(&work, *part, &record)? {
            to_place.push(*part);
        }
    }
    if to_place.is_empty() {
        return Ok(0);
    }
    let found = processor();
    if found != record.processor {
        return Err(PartsError::Processor { found, expected: record.processor });
    }
    let fitted = read_themes(&work, &record)?;
    for part in &to_place {
        place(&work, *part, &fitted, &record, threads, progress)?;
    }
    Ok(to_place.len())
}

/// Whether the segments of a part are placed in these themes.
pub(super) fn is_placed(work: &WorkFolder, part: usize, themes: &ThemesRecord) -> Result<bool, PartsError> {
    let record: Option<PlacedRecord> = read_json(&work.placed(part))?;
    Ok(record.is_some_and(|record| record.themes == themes.sha256))
}

fn read_themes(work: &WorkFolder, record: &ThemesRecord) -> Result<Fitted, PartsError> {
    let path = work.themes_file(&record.sha256);
    let damaged = |problem: String| PartsError::Damaged { path: path.clone(), problem };
    if sha256_of(&path)? != record.sha256 {
        return Err(damaged("the themes are not those that were fitted; remove themes.json to fit again".into()));
    }
    let file = fs::File::open(&path).map_err(io_error(&path))?;
    Fitted::read(std::io::BufReader::new(file)).map_err(|error| damaged(error.to_string()))
}

fn place(
    work: &WorkFolder,
    part: usize,
    fitted: &Fitted,
    themes: &ThemesRecord,
    threads: usize,
    progress: &dyn Progress,
) -> Result<(), PartsError> {
    let place = work.placed_file(part);
    let new = place.with_file_name(format!(".{}", unique(part)));
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder).map_err(io_error(folder))?;
    }
    let mut writer = PlacedWriter::create(&new)?;
    let take = |placements: Vec<_>| writer.add(&placements).map_err(RunError::from);
    let placed = apart::place(&work.part(part), fitted, threads, progress, take);
    let written = placed.map_err(PartsError::from).and_then(|n_segments| {
        writer.finish()?;
        let record = PlacedRecord { sha256: sha256_of(&new)?, themes: themes.sha256.clone(), n_segments };
        fs::rename(&new, &place).map_err(io_error(&place))?;
        write_json(&work.placed(part), &record)
    });
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

/// Combines all parts into results. Themes are fitted and segments assigned first, as far as that is not done.
///
/// # Errors
/// [`PartsError::Missing`] if a part is not measured; [`PartsError::Run`] if the results cannot be written, or no document was read.
pub fn combine(folder: &Path, options: &CombineOptions, progress: &dyn Progress) -> Result<Outcome, PartsError> {
    fit(folder, options.threads, progress)?;
    assign(folder, None, options.threads, progress)?;
    let work = WorkFolder::new(folder);
    let plan = Plan::read(folder)?;
    let parts = measured_parts(&work, &plan)?;
    (0..plan.n_parts).for_each(|part| work.remove_ended_attempts(part));
    let themes: ThemesRecord = read_json(&work.themes())?.ok_or(PartsError::NotFitted)?;
    let fitted = read_themes(&work, &themes)?;
    let mut readers = Vec::new();
    for part in 0..plan.n_parts {
        let path = work.placed_file(part);
        let record: Option<PlacedRecord> = read_json(&work.placed(part))?;
        if record.is_none_or(|record| sha256_of(&path).ok() != Some(record.sha256)) {
            let problem = format!("the file is damaged; remove it with {}.json, and assign again", name_of(part));
            return Err(PartsError::Damaged { path, problem });
        }
        // Opened when it is needed: a system allows some hundreds of open files only.
        readers.push((path, None));
    }
    let placements = Box::new(move |part: usize, n: usize| {
        let Some((path, reader)) = readers.get_mut(part) else {
            return Err(RunError::damaged(&part.to_string(), &"there is no such part"));
        };
        let reader: &mut PlacedReader = match reader {
            Some(reader) => reader,
            None => reader.insert(PlacedReader::open(path)?),
        };
        Ok(reader.next(n)?)
    });
    let study_folder = options.study_folder.clone().or(plan.study_folder().map(Path::to_owned));
    let options = CombineOptions { study_folder, ..options.clone() };
    let outcome = apart::combine(&parts, (fitted, placements), &options, progress)?;
    if let Some(out) = &options.out {
        let out = std::path::absolute(out).map_err(io_error(out))?;
        write_json(
            &work.combined(),
            &Combined { results: display_path(&out), run_id: outcome.results.run().run_id.clone() },
        )?;
    }
    Ok(outcome)
}

/// The folders of all parts.
fn measured_parts(work: &WorkFolder, plan: &Plan) -> Result<Vec<PathBuf>, PartsError> {
    let missing: Vec<usize> = (0..plan.n_parts).filter(|part| !work.has_part(*part)).collect();
    if missing.is_empty() {
        return Ok((0..plan.n_parts).map(|part| work.part(part)).collect());
    }
    Err(PartsError::Missing { step: Step::Run, parts: missing, n_parts: plan.n_parts })
}

impl From<PartsError> for RunError {
    /// The error of a file of a part, within a step of the pipeline.
    fn from(error: PartsError) -> Self {
        match error {
            PartsError::Run(error) => error,
            PartsError::Damaged { path, problem } => RunError::damaged(&path.display().to_string(), &problem),
            PartsError::Io { path, source } => RunError::damaged(&path.display().to_string(), &source),
            other => RunError::damaged("the work folder", &other),
        }
    }
}
