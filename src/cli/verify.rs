//! `plenary verify`: whether results are what their inputs, models and study give.
//!
//! **Input**: a results folder. **Output**: what differs from the record, in words or as JSON; exit code 1 if anything does. **Refused**: a
//! folder without a record of a run.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use plenary_tables::TableDifference;
use serde::Serialize;

use super::Verbosity;
use super::output::{plural, print, wrapped};
use super::progress::{TerminalProgress, handle_ctrl_c};
use super::reading::ReadingArgs;
use crate::engine::cache::Cache;
use crate::verify::{Change, Recomputation, SourceCheck, SourceState, TableCheck, Verified, VerifyOptions, verify};

/// Check that results are what their inputs, models and study give: compare hashes, compute everything again, and name what differs.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct VerifyArgs {
    /// Results folder that a run wrote.
    #[arg(value_name = "RESULTS")]
    results: PathBuf,
    /// Compare only the hashes of tables, inputs, study files and models; compute nothing again.
    #[arg(long)]
    hashes: bool,
    /// Study file to compute with [default: the settings in the record of the results].
    #[arg(long, value_name = "FILE")]
    study: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Folder of models; no other folder is searched [default: as for a run].
    #[arg(long, value_name = "DIR", env = crate::models::VARIABLE)]
    models: Option<PathBuf>,
    /// Number of threads; the results do not depend on it [default: one per core].
    #[arg(long, value_name = "N", value_parser = super::threads)]
    threads: Option<NonZeroUsize>,
    /// Cache folder, from which numbers of models are taken [default: none, so that everything is computed again].
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingArgs,
}

const AFTER_HELP: &str = "Verify where the run was made: relative paths of inputs begin at the current folder.

Examples:
  plenary verify results     Compute everything again, and compare
  plenary verify results --hashes
                             Only compare hashes, which takes seconds

Exit codes: 0 nothing differs; 1 something differs; 2 error";

/// Documents that are listed; the JSON has all.
const MOST: usize = 20;

pub(crate) fn run(args: &VerifyArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let options = VerifyOptions {
        hashes_only: args.hashes,
        study: args.study.clone(),
        models: args.models.clone(),
        threads: args.threads.map_or_else(crate::pipeline::all_cores, NonZeroUsize::get),
        cache: args.cache.as_deref().map(Cache::open).transpose()?,
        isolation: args.reading.isolation(),
    };
    handle_ctrl_c();
    let progress = TerminalProgress::new(verbosity.quiet);
    let verified = verify(&args.results, options, &progress);
    progress.finish();
    let verified = verified?;
    if args.json {
        let (differs, causes) = (verified.differs(), verified.causes());
        print(&(serde_json::to_string_pretty(&Printed { differs, causes, verified: &verified })? + "\n"))?;
    } else {
        print(&in_words(&verified))?;
    }
    Ok(if verified.differs() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// The JSON: what was verified, and what follows from it.
#[derive(Serialize)]
struct Printed<'v> {
    differs: bool,
    /// Likely causes of tables that differ.
    causes: Vec<String>,
    #[serde(flatten)]
    verified: &'v Verified,
}

fn in_words(verified: &Verified) -> String {
    let mut lines = Vec::new();
    let in_list = |text: String| format!("- {text}");
    let files = plural(verified.files.len(), "file");
    let damaged: Vec<String> =
        verified.files.iter().filter_map(|file| Some(format!("{}: {}", file.name, file.problem.as_deref()?))).collect();
    match damaged.len() {
        0 => lines.push(format!("{files}: as recorded.")),
        n => lines.push(format!("{n} of {files} differ from the record:")),
    }
    lines.extend(damaged.into_iter().map(in_list));
    let changed = verified.changed();
    let n_same = verified.sources.iter().filter(|source| source.state == SourceState::Same).count();
    let sources = plural(verified.sources.len(), "source");
    let is_missing = |source: &&SourceCheck| matches!(source.state, SourceState::Missing { .. });
    let missing = match verified.sources.iter().filter(is_missing).count() {
        0 => String::new(),
        n => format!(", {n} not at hand"),
    };
    lines.push(format!("{n_same} of {sources} as recorded (inputs, study files, models){missing}."));
    lines.extend(changed.iter().take(MOST).map(|source| in_list(source.in_words())));
    if changed.len() > MOST {
        lines.push(in_list(format!("and {} more (--json lists all)", changed.len() - MOST)));
    }
    lines.extend(verified.notes.iter().cloned());
    match &verified.recomputation {
        Recomputation::NotAsked => lines.push("Nothing was computed again.".to_owned()),
        Recomputation::NotPossible { reasons } => {
            lines.push("Nothing was computed again:".to_owned());
            lines.extend(reasons.iter().cloned().map(in_list));
        }
        Recomputation::Done { n_same, differing } => {
            let same = plural(*n_same, "file");
            if differing.is_empty() {
                lines.push(format!("Computed again: {same} the same, byte for byte."));
            } else {
                lines.push(format!("Computed again: {same} the same, {} differ:", differing.len()));
                lines.extend(differing.iter().map(|table| in_list(table_in_words(table))));
                lines.push("Likely because:".to_owned());
                lines.extend(verified.causes().into_iter().take(MOST).map(in_list));
            }
        }
    }
    let lines: String = lines.iter().map(|line| wrapped(line, "  ", "    ") + "\n").collect();
    let end = if verified.differs() { "Something differs." } else { "Nothing differs." };
    format!("Run {}, written by plenary {}\n{lines}{end}\n", verified.run_id, verified.written_by)
}

fn table_in_words(check: &TableCheck) -> String {
    let name = &check.name;
    match &check.change {
        Change::None => format!("{name}: the same"),
        Change::ChangedAfterTheRun => format!("{name}: computed as recorded; the file was changed after the run"),
        Change::NotComputed => format!("{name}: only in the results"),
        Change::NotRecorded => format!("{name}: only computed again"),
        Change::Bytes => format!("{name}: other bytes"),
        Change::NotReadable { problem } => format!("{name}: {problem}"),
        Change::Table(difference) => format!("{name}: {}", difference_in_words(difference)),
    }
}

fn difference_in_words(of: &TableDifference) -> String {
    let mut parts = Vec::new();
    if of.n_rows != of.n_rows_second {
        parts.push(format!("{} recorded, {} computed", plural(of.n_rows, "row"), of.n_rows_second));
    }
    for (whose, columns) in [("recorded", &of.only_first), ("computed", &of.only_second)] {
        if !columns.is_empty() {
            parts.push(format!("columns only {whose}: {}", columns.join(", ")));
        }
    }
    if let Some(first) = &of.first {
        parts.push(format!(
            "first in row {} ({}), {}: {} recorded, {} computed",
            first.row,
            first.key,
            first.column,
            shortened(&first.value),
            shortened(&first.value_second)
        ));
        let columns: Vec<String> = of.columns.iter().take(5).map(|(name, n)| format!("{name} ({n})")).collect();
        let more = if of.columns.len() > 5 { format!(" and {} more", of.columns.len() - 5) } else { String::new() };
        parts.push(format!("rows that differ by column: {}{more}", columns.join(", ")));
    }
    parts.join("; ")
}

/// The start of a long cell.
fn shortened(cell: &str) -> String {
    match cell.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &cell[..end]),
        None => cell.to_owned(),
    }
}
