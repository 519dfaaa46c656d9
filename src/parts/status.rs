//! How far the work on a folder is.
//!
//! **Input:** a work folder. **Output:** [`Status`]: what is known of each part, and which steps are done. Nothing is changed; tables are
//! not read. **Refused:** a folder without a plan.

use std::fs;
use std::path::Path;

use plenary_tables::{Check, Results};
use serde::Deserialize;

use super::PartsError;
use super::folder::{WorkFolder, name_of, read_json};
use super::plan::Plan;
use super::steps::{Combined, ThemesRecord, is_placed};
use super::supervise::TRIES;
use crate::inputs::Tries;

/// How far a part is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartStatus {
    /// Number of the part, from 0.
    pub part: usize,
    /// Number of files that only this part reads.
    pub n_files: usize,
    /// What is known of it once it is measured: number of segments, and number of inputs that failed.
    pub measured: Option<(usize, usize)>,
    /// Whether its segments are assigned to the themes.
    pub is_assigned: bool,
    /// Number of processes that measure it, or were killed.
    pub n_attempts: usize,
    /// Inputs that were passed over, because a process ended twice at them.
    pub passed_over: Vec<String>,
}

/// How far the work is.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// The plan.
    pub plan: Plan,
    /// All parts.
    pub parts: Vec<PartStatus>,
    /// Whether the themes are fitted.
    pub is_fitted: bool,
    /// The results into which the parts were combined; `None` if that was not done, or their folder has other results now.
    pub combined: Option<Combined>,
}

/// The record of a part, as far as it is shown.
#[derive(Deserialize)]
struct Record {
    skipped: Failures,
    files: Vec<File>,
}

#[derive(Deserialize)]
struct Failures {
    failures: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct File {
    name: String,
    rows: Option<usize>,
}

/// Looks how far the work is.
///
/// # Errors
/// [`PartsError`] if there is no plan, or a file is damaged.
pub fn status(folder: &Path) -> Result<Status, PartsError> {
    let work = WorkFolder::new(folder);
    let plan = Plan::read(folder)?;
    let themes: Option<ThemesRecord> = read_json(&work.themes())?;
    let mut parts = Vec::with_capacity(plan.n_parts);
    for part in 0..plan.n_parts {
        let record: Option<Record> = read_json(&work.part(part).join("part.json"))?;
        let measured = record.map(|record| {
            let segments = record.files.iter().find(|file| file.name == "segments.parquet");
            (segments.and_then(|file| file.rows).unwrap_or(0), record.skipped.failures.len())
        });
        let attempts = work.attempts(part);
        let passed_over = attempts
            .iter()
            // A file that is being replaced at this moment says nothing.
            .filter_map(|attempt| Tries::read(&attempt.join(TRIES)).ok())
            .flat_map(|tries| tries.passed_over.into_keys());
        parts.push(PartStatus {
            part,
            n_files: plan.files(&work, &name_of(part))?.len(),
            measured,
            is_assigned: match &themes {
                Some(themes) => is_placed(&work, part, themes)?,
                None => false,
            },
            passed_over: passed_over.collect(),
            n_attempts: attempts.iter().filter(|attempt| fs::metadata(attempt).is_ok()).count(),
        });
    }
    let combined: Option<Combined> = read_json(&work.combined())?;
    let is_there = |combined: &Combined| {
        Results::open(Path::new(&combined.results), Check::Quick)
            .is_ok_and(|results| results.run().run_id == combined.run_id)
    };
    Ok(Status { plan, parts, is_fitted: themes.is_some(), combined: combined.filter(is_there) })
}
