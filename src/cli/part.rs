//! `plenary part`: a corpus in parts, on any number of machines.
//!
//! **Input**: a work folder that all machines see. **Output**: files in it, and at the end the results of one run. **Refused**: what differs from
//! the plan. Each part is measured by a process of its own, which is started again if it is killed; `part run --attempt` is that process.

use std::ffi::OsString;
use std::io::Read;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};

use super::figures::Figures;
use super::output::{message, plural, print, table};
use super::progress::{TerminalProgress, handle_ctrl_c, leave_ctrl_c};
use super::reading::ReadingArgs;
use super::run::open_cache;
use super::summary::summary;
use super::{Verbosity, print_failures, print_skipped};
use crate::parts::{self, Measured, PartsError, PlanOptions, RunOptions, Status, Worker, supervise};
use crate::pipeline::{CombineOptions, RunError, all_cores};
use plenary_corpus::progress::Progress as _;

/// Measure a corpus in parts, on any number of machines that share a folder.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct PartArgs {
    #[command(subcommand)]
    step: StepArgs,
}

const AFTER_HELP: &str = "Examples:
  plenary part plan work talks/ --study study.toml --parts 64
  plenary part run work --part 17        on any machine, in any order
  plenary part run work                  all parts that nobody has measured
  plenary part status work
  plenary part combine work --out results";

#[derive(Debug, Subcommand)]
enum StepArgs {
    /// Divide the inputs into parts, by the content of their documents.
    Plan(PlanArgs),
    /// Read and measure the documents of parts.
    Run(RunArgs),
    /// Fit the themes of all parts, once all are measured.
    Fit(WorkArgs),
    /// Assign the segments of parts to the themes.
    Assign(AssignArgs),
    /// Write the results. Fits and assigns first what is left of that.
    Combine(CombineArgs),
    /// Show how far the work is.
    Status(StatusArgs),
    /// List, as JSON, the files that a machine needs if it does not see the inputs.
    Files(StatusArgs),
}

#[derive(Debug, Args)]
struct PlanArgs {
    /// Work folder: a new or empty one, outside the inputs.
    #[arg(value_name = "WORK")]
    work: PathBuf,
    /// Transcripts, or folders that contain them. Every machine must see them and the study under the same paths.
    #[arg(required = true, value_name = "INPUT", long_help = super::inputs_help())]
    inputs: Vec<PathBuf>,
    /// Study file [default: no study, everything except stance is measured].
    #[arg(long, value_name = "FILE")]
    study: Option<PathBuf>,
    /// Number of parts: a few times the number of machines, so that all are busy to the end.
    #[arg(long, value_name = "N")]
    parts: usize,
    #[command(flatten)]
    machine: MachineArgs,
}

#[derive(Debug, Args)]
struct MachineArgs {
    /// Folder of models; no other folder is searched [default: your data folder, then folders
    /// `models` beside or above the program and the current folder].
    #[arg(long, value_name = "DIR", env = crate::models::VARIABLE)]
    models: Option<PathBuf>,
    /// Number of threads; the results do not depend on it [default: one per core].
    #[arg(long, value_name = "N", value_parser = super::threads)]
    threads: Option<NonZeroUsize>,
}

#[derive(Debug, Args)]
struct RunArgs {
    /// Work folder.
    #[arg(value_name = "WORK")]
    work: PathBuf,
    /// Numbers of parts, from 0 [default: all parts that are not measured, one after the other].
    #[arg(long, value_name = "N,...", value_delimiter = ',')]
    part: Vec<usize>,
    #[command(flatten)]
    machine: MachineArgs,
    /// Cache folder, where earlier model results are looked up [default: PLENARY_CACHE, then your cache folder].
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Do not read or write the cache.
    #[arg(long, conflicts_with = "cache")]
    no_cache: bool,
    /// Maximum cost of each language model behind an endpoint, for each part [default: as in the study].
    #[arg(long, value_name = "COST")]
    max_cost: Option<f64>,
    #[command(flatten)]
    reading: ReadingArgs,
    /// Folder from which relative paths of inputs begin on this machine [default: the folder in which `part plan` ran].
    #[arg(long, value_name = "DIR")]
    inputs_below: Option<PathBuf>,
    /// Folder of the files that the study names, on this machine [default: the folder of the study file].
    #[arg(long, value_name = "DIR")]
    study_folder: Option<PathBuf>,
    /// Measure a single part in this process, as the attempt with this name.
    #[arg(long, value_name = "NAME", hide = true)]
    attempt: Option<String>,
}

#[derive(Debug, Args)]
struct WorkArgs {
    /// Work folder.
    #[arg(value_name = "WORK")]
    work: PathBuf,
    /// Number of threads; the results do not depend on it [default: one per core].
    #[arg(long, value_name = "N", value_parser = super::threads)]
    threads: Option<NonZeroUsize>,
}

#[derive(Debug, Args)]
struct AssignArgs {
    #[command(flatten)]
    work: WorkArgs,
    /// Numbers of parts, from 0 [default: all parts that are not assigned].
    #[arg(long, value_name = "N,...", value_delimiter = ',')]
    part: Vec<usize>,
}

#[derive(Debug, Args)]
struct CombineArgs {
    #[command(flatten)]
    work: WorkArgs,
    /// Results folder: new, empty, or written by an earlier run, which is then replaced.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Maximum cost of the endpoint that labels themes [default: as in the study].
    #[arg(long, value_name = "COST")]
    max_cost: Option<f64>,
}

#[derive(Debug, Args)]
struct StatusArgs {
    /// Work folder.
    #[arg(value_name = "WORK")]
    work: PathBuf,
}

fn threads(named: Option<NonZeroUsize>) -> usize {
    named.map_or_else(all_cores, NonZeroUsize::get)
}

pub(crate) fn run(args: &PartArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    match &args.step {
        StepArgs::Run(args) if args.attempt.is_some() => leave_ctrl_c(),
        _ => handle_ctrl_c(),
    }
    let progress = TerminalProgress::new(verbosity.quiet);
    let code = match &args.step {
        StepArgs::Plan(args) => plan(args, verbosity, &progress),
        StepArgs::Run(args) if args.attempt.is_some() => attempt(args, verbosity, &progress),
        StepArgs::Run(args) => run_parts(args, verbosity, &progress),
        StepArgs::Fit(args) => {
            parts::fit(&args.work, threads(args.threads), &progress)?;
            note(verbosity, "the themes are fitted");
            Ok(ExitCode::SUCCESS)
        }
        StepArgs::Assign(args) => assign(args, verbosity, &progress),
        StepArgs::Combine(args) => combine(args, verbosity, &progress),
        StepArgs::Status(args) => status(args),
        StepArgs::Files(args) => {
            print(&format!("{}\n", serde_json::to_string(&parts::needed(&args.work)?)?))?;
            Ok(ExitCode::SUCCESS)
        }
    };
    progress.finish();
    code
}

fn note(verbosity: Verbosity, text: &str) {
    if !verbosity.quiet {
        message(text, "");
    }
}

fn plan(args: &PlanArgs, verbosity: Verbosity, progress: &TerminalProgress) -> anyhow::Result<ExitCode> {
    let options = PlanOptions {
        study: args.study.clone(),
        models: args.machine.models.clone(),
        n_parts: args.parts,
        threads: threads(args.machine.threads),
    };
    match parts::plan(&args.work, &args.inputs, &options, progress) {
        Ok(plan) => {
            progress.finish();
            let files = plural(plan.n_files, "file");
            note(verbosity, &format!("planned {} of {files} in {}", plural(plan.n_parts, "part"), args.work.display()));
            if plan.n_shared > 0 {
                note(
                    verbosity,
                    &format!("{} can hold several documents; every part reads them", plural(plan.n_shared, "file")),
                );
            }
            print_failures(&plan.missing);
            Ok(if plan.missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
        }
        Err(error) => nothing_read(error, "no transcript was found, and nothing was planned"),
    }
}

/// Measures parts, each in a process of its own.
fn run_parts(args: &RunArgs, verbosity: Verbosity, progress: &TerminalProgress) -> anyhow::Result<ExitCode> {
    let parts: Vec<usize> = if args.part.is_empty() {
        let status = parts::status(&args.work)?;
        status.parts.iter().filter(|part| part.measured.is_none()).map(|part| part.part).collect()
    } else {
        args.part.clone()
    };
    if parts.is_empty() {
        note(verbosity, "all parts are measured");
    }
    let n = parts.len();
    for (n_done, part) in parts.into_iter().enumerate() {
        let worker = Worker::of_this_program(worker_arguments(args, part, verbosity))?;
        let Some(code) = supervise(&args.work, part, &worker, progress)? else {
            note(verbosity, &format!("part {part} is measured already"));
            continue;
        };
        if code != 0 && progress.stop_requested() {
            progress.finish();
            bail!(
                "stopped by the user; {n_done} of {} of this command were measured and are kept. The same command goes on with part {part}",
                plural(n, "part")
            );
        }
        if code != 0 {
            // The process has said why.
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The arguments of the process that measures a part; the name of the attempt follows.
fn worker_arguments(args: &RunArgs, part: usize, verbosity: Verbosity) -> Vec<OsString> {
    let mut all: Vec<OsString> = vec!["part".into(), "run".into(), args.work.clone().into()];
    let mut add = |name: &str, value: Option<OsString>| {
        if let Some(value) = value {
            all.extend([OsString::from(name), value]);
        }
    };
    add("--part", Some(part.to_string().into()));
    add("--models", args.machine.models.clone().map(Into::into));
    add("--threads", args.machine.threads.map(|n| n.to_string().into()));
    add("--cache", args.cache.clone().map(Into::into));
    add("--inputs-below", args.inputs_below.clone().map(Into::into));
    add("--study-folder", args.study_folder.clone().map(Into::into));
    add("--max-cost", args.max_cost.map(|cost| cost.to_string().into()));
    if args.no_cache {
        all.push("--no-cache".into());
    }
    all.extend(args.reading.as_arguments());
    all.extend(verbosity.as_arguments());
    all.push("--attempt".into());
    all
}

/// Measures one part in this process, which ends with the process that started it.
fn attempt(args: &RunArgs, verbosity: Verbosity, progress: &TerminalProgress) -> anyhow::Result<ExitCode> {
    let [part] = args.part[..] else { bail!("an attempt measures a single part") };
    std::thread::spawn(|| {
        // Standard input ends with the other process. Files that are not complete are of no use to anyone.
        let _ = std::io::stdin().lock().read_to_end(&mut Vec::new());
        std::process::exit(2);
    });
    let options = RunOptions {
        models: args.machine.models.clone(),
        threads: threads(args.machine.threads),
        cache: if args.no_cache { None } else { open_cache(args.cache.as_deref())? },
        isolation: args.reading.isolation(),
        max_cost: args.max_cost,
        inputs_below: args.inputs_below.clone(),
        study_folder: args.study_folder.clone(),
    };
    let measured = parts::run(&args.work, part, args.attempt.as_deref(), options, progress)?;
    progress.finish();
    match measured {
        Measured::Already => note(verbosity, &format!("part {part} was measured by another process")),
        Measured::Now { n_documents, n_segments, skipped } => {
            print_failures(&skipped.failures);
            let (documents, segments) = (plural(n_documents, "document"), plural(n_segments, "segment"));
            note(verbosity, &format!("measured part {part}: {documents}, {segments}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn assign(args: &AssignArgs, verbosity: Verbosity, progress: &TerminalProgress) -> anyhow::Result<ExitCode> {
    let WorkArgs { work, threads: n } = &args.work;
    let parts = Some(args.part.as_slice()).filter(|parts| !parts.is_empty());
    let n_assigned = parts::assign(work, parts, threads(*n), progress)?;
    progress.finish();
    note(verbosity, &format!("assigned the segments of {}", plural(n_assigned, "part")));
    Ok(ExitCode::SUCCESS)
}

fn combine(args: &CombineArgs, verbosity: Verbosity, progress: &TerminalProgress) -> anyhow::Result<ExitCode> {
    let options = CombineOptions {
        out: Some(args.out.clone()),
        threads: threads(args.work.threads),
        max_cost: args.max_cost,
        ..CombineOptions::default()
    };
    match parts::combine(&args.work.work, &options, progress) {
        Ok(outcome) => {
            progress.finish();
            print_skipped(&outcome.skipped, verbosity);
            if !verbosity.quiet {
                print(&summary(&Figures::of(&outcome.results)?, &args.out, None))?;
            }
            Ok(super::exit_code(outcome.results.run().n_documents as usize, &outcome.skipped.failures))
        }
        Err(error) => nothing_read(error, "no transcript could be read, and nothing was written"),
    }
}

/// The error, after the inputs that failed if nothing was read.
fn nothing_read(error: PartsError, what: &str) -> anyhow::Result<ExitCode> {
    match error {
        PartsError::Run(RunError::NothingRead { failures }) => {
            print_failures(&failures);
            bail!("{what}")
        }
        other => Err(other.into()),
    }
}

fn status(args: &StatusArgs) -> anyhow::Result<ExitCode> {
    let status = parts::status(&args.work)?;
    let mut rows = table(&["part", "files", "segments", "failed", "state"], 0..4);
    for part in &status.parts {
        let (segments, failed) = match part.measured {
            Some((segments, failed)) => (segments.to_string(), failed.to_string()),
            None => (String::new(), String::new()),
        };
        let mut state = match (part.measured, part.is_assigned, part.n_attempts) {
            (Some(_), true, _) => "assigned".to_owned(),
            (Some(_), false, _) => "measured".to_owned(),
            (None, _, 0) => "not measured".to_owned(),
            (None, _, n) => format!("begun by {}", super::output::plural(n, "process")),
        };
        if !part.passed_over.is_empty() {
            state.push_str(&format!("; passes over {}", part.passed_over.join(", ")));
        }
        rows.add_row([part.part.to_string(), part.n_files.to_string(), segments, failed, state]);
    }
    print(&format!("{rows}\n\n{}", summary_of(&status, &args.work)))?;
    Ok(ExitCode::SUCCESS)
}

/// How far the work is, and what comes next.
fn summary_of(status: &Status, work: &Path) -> String {
    let n = status.plan.n_parts;
    let measured = status.parts.iter().filter(|part| part.measured.is_some()).count();
    let assigned = status.parts.iter().filter(|part| part.is_assigned).count();
    let work = work.display();
    let next = match (measured == n, status.is_fitted, assigned == n) {
        (false, _, _) => format!("plenary part run {work}"),
        (true, false, _) => format!("plenary part fit {work}, or at once plenary part combine {work} --out DIR"),
        (true, true, false) => format!("plenary part assign {work}, or at once plenary part combine {work} --out DIR"),
        (true, true, true) => format!("plenary part combine {work} --out DIR"),
    };
    if let Some(combined) = &status.combined {
        return format!(
            "all {} are combined in {}\nnext: plenary show {}\n",
            plural(n, "part"),
            combined.results,
            combined.results
        );
    }
    let themes = if status.is_fitted { "fitted" } else { "not fitted" };
    format!("{measured} of {} measured; themes {themes}; {assigned} assigned\nnext: {next}\n", plural(n, "part"))
}
