//! `plenary run`: transcripts to tables, with a summary.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::engine::cache::Cache;
use crate::engine::{Device, EngineChoice};
use crate::measure::themes::RegistryMode;
use crate::models::{CACHE_VARIABLE, cache_folder};
use crate::pipeline::{self, Options, Outcome, RunError};
use crate::study::{CoderOptions, Corrections, Study};
use anyhow::bail;
use clap::Args;
use plenary_report::ReportOptions;

use super::figures::Figures;
use super::output::{message, print};
use super::progress::{TerminalProgress, handle_ctrl_c};
use super::reading::ReadingArgs;
use super::summary::{CacheCounts, language_models, summary};
use super::{Verbosity, print_failures, print_skipped, report};

/// Read transcripts, measure them, write the tables and print a summary.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Transcripts, or folders that contain them.
    #[arg(required = true, value_name = "INPUT", long_help = super::inputs_help())]
    inputs: Vec<PathBuf>,
    /// Study file; `plenary init` writes one [default: no study, everything except stance is measured].
    #[arg(long, value_name = "FILE")]
    study: Option<PathBuf>,
    /// Results folder: new, empty, or written by an earlier run, which is then replaced.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Folder of models; no other folder is searched [default: your data folder, then folders
    /// `models` beside or above the program and the current folder].
    #[arg(long, value_name = "DIR", env = crate::models::VARIABLE)]
    models: Option<PathBuf>,
    /// Engine that runs the models: auto, encoder, rten, static (one vector per word, made by `plenary models distill`) or
    /// rust-bert (libtorch, in programs built with it) [default: as in the study].
    #[arg(long, value_name = "ENGINE")]
    engine: Option<EngineChoice>,
    /// Device to compute on: cpu or cuda (through rust-bert) [default: as in the study].
    #[arg(long, value_name = "DEVICE")]
    device: Option<Device>,
    /// Number of threads; the results do not depend on it [default: one per core].
    #[arg(long, value_name = "N", value_parser = super::threads)]
    threads: Option<NonZeroUsize>,
    /// Cache folder, where earlier model results are looked up [default: PLENARY_CACHE, then your cache folder].
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Do not read or write the cache.
    #[arg(long, conflicts_with = "cache")]
    no_cache: bool,
    /// Maximum cost of each language model behind an endpoint, in the currency of the study's prices; the run ends before it is
    /// exceeded, and answers are kept [default: as in the study].
    #[arg(long, value_name = "COST")]
    max_cost: Option<f64>,
    /// Results of an earlier run, or their file themes.registry, whose themes are continued [default: as in the study].
    #[arg(long, value_name = "PREVIOUS")]
    themes: Option<PathBuf>,
    /// How the earlier themes are continued: extend (they stay, and new ones are found among what does not fit), freeze (they stay,
    /// and what does not fit is unassigned) or refit (found anew, and matched with the earlier ones) [default: as in the study].
    #[arg(long, value_name = "MODE")]
    theme_mode: Option<RegistryMode>,
    /// Write Parquet only, or CSV (without vectors) as well [default: as in the study].
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
    /// Write a report as well: the name of the results folder with `.html`, beside it (`plenary report`). A report is replaced; another file is
    /// not.
    #[arg(long)]
    report: bool,
    #[command(flatten)]
    reading: ReadingArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Parquet,
    Csv,
}

pub(crate) fn run(args: &RunArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let mut study = match &args.study {
        Some(path) => Study::load(path)?,
        None => Study::default(),
    };
    if let Some(format) = args.format {
        study.output.csv = format == Format::Csv;
    }
    if let Some(engine) = args.engine {
        study.models.engine = engine;
    }
    if let Some(device) = args.device {
        study.models.device = device;
    }
    if let Some(mode) = args.theme_mode {
        study.themes.mode = mode;
    }
    if let Some(previous) = &args.themes {
        let earlier = if previous.is_file() { previous.parent().unwrap_or(previous) } else { previous };
        if let (Ok(earlier), Ok(out)) = (earlier.canonicalize(), args.out.canonicalize())
            && earlier == out
        {
            bail!(
                "{} holds the earlier themes, which the new results would replace; name another folder with --out",
                args.out.display()
            )
        }
        study.themes.registry = previous.display().to_string();
        let sha256 = study.continue_themes(previous, "--themes")?;
        study.sha256 = study.sha256.map(|own| crate::corpus::hash::sha256(format!("{own}{sha256}").as_bytes()));
    }
    if study.theme_registry.is_none() && (args.theme_mode.is_some() || study.themes.mode != RegistryMode::Extend) {
        bail!(
            "the mode of themes has no effect, because the run does not continue earlier themes; name these with --themes or in the \
             study ([themes] registry)"
        )
    }
    let codes = study.all_coders().any(|coder| matches!(coder, CoderOptions::Chat(_)));
    if args.max_cost.is_some() && !codes && study.theme_labels.is_none() {
        bail!(
            "--max-cost: the study asks no language model; it needs a coder of the kind \"chat\" or a section [theme_labels]"
        )
    }
    let report = args.report.then(|| report::beside(&args.out));
    if let Some(path) = &report {
        // Before anything is computed.
        report::check_place(path)?;
    }
    let threads = args
        .threads
        .map_or_else(|| std::thread::available_parallelism().map_or(1, NonZeroUsize::get), NonZeroUsize::get);
    let cache = if args.no_cache { None } else { open_cache(args.cache.as_deref())? };
    let corrections = study.corrections.clone();
    let options = Options {
        study,
        models: args.models.clone(),
        out: Some(args.out.clone()),
        threads,
        cache,
        isolation: args.reading.isolation(),
        max_cost: args.max_cost,
    };
    handle_ctrl_c();
    let progress = TerminalProgress::new(verbosity.quiet);
    let outcome = pipeline::run(&args.inputs, &options, &progress);
    progress.finish();
    match outcome {
        Ok(outcome) => {
            print_skipped(&outcome.skipped, verbosity);
            let cache = CacheCounts { found: outcome.n_cached, computed: outcome.n_computed };
            if !verbosity.quiet
                && let Err(error) = print_summary(&outcome, &args.out, cache, corrections.as_ref())
            {
                // The tables were written, so the run succeeded.
                tracing::warn!("{error:#}");
            }
            if let Some(path) = &report {
                report::write(&outcome.results, &[], &ReportOptions::default(), path)?;
                if !verbosity.quiet {
                    message(&format!("wrote {}. Open it in a browser", path.display()), "");
                }
            }
            Ok(super::exit_code(outcome.results.run().n_documents as usize, &outcome.skipped.failures))
        }
        Err(RunError::NothingRead { failures }) => {
            print_failures(&failures);
            bail!("no transcript could be read, and nothing was written")
        }
        Err(error) => Err(error.into()),
    }
}

/// Prints the summary of the results that were just written, after a note on corrections of documents that were not read.
fn print_summary(
    outcome: &Outcome,
    folder: &Path,
    cache: CacheCounts,
    corrections: Option<&Corrections>,
) -> anyhow::Result<()> {
    let figures = Figures::of(&outcome.results)?;
    super::warn_of_corrections(corrections, figures.documents.iter().map(|document| document.path.as_str()));
    print(&(summary(&figures, folder, Some(cache)) + &language_models(&outcome.chats)))
}

/// Opens the cache that the user named, or the default one. A problem with the default one is only a warning.
pub(super) fn open_cache(named: Option<&Path>) -> anyhow::Result<Option<Cache>> {
    let is_named = named.is_some() || std::env::var_os(CACHE_VARIABLE).is_some();
    let opened = cache_folder(named).map_err(anyhow::Error::from).and_then(|folder| Ok(Cache::open(&folder)?));
    match opened {
        Ok(cache) => Ok(Some(cache)),
        Err(error) if is_named => Err(error),
        Err(error) => {
            tracing::warn!("{error}; the run continues without it");
            Ok(None)
        }
    }
}
