//! `plenary run`: transcripts to tables, with a summary.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use plenary::engine::cache::{self, Cache};
use plenary::engine::{Device, EngineChoice};
use plenary::pipeline::{self, Options, RunError};
use plenary::study::Study;

use super::progress::{Shown, listen};
use super::say::print;
use super::summary::summary;
use super::{Verbosity, say_failures, say_skipped};

/// Read transcripts, measure them and write the tables.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Transcripts, or folders of them.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Study file, which `plenary init` writes [default: none; everything but stance is measured].
    #[arg(long, value_name = "FILE")]
    study: Option<PathBuf>,
    /// Folder for the tables: a new one, an empty one, or that of an earlier run, which is replaced.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Folder of models, the only one looked into [default: your data folder, then where plenary was built].
    #[arg(long, value_name = "DIR", env = plenary::engine::VARIABLE)]
    models: Option<PathBuf>,
    /// What runs the models: auto, encoder, rten, static (a vector per word, which `plenary models distill` makes), or rust-bert
    /// (libtorch, where plenary was built with it) [default: what the study says].
    #[arg(long, value_name = "ENGINE")]
    engine: Option<EngineChoice>,
    /// What the models run on: cpu, or cuda (through rust-bert) [default: what the study says].
    #[arg(long, value_name = "DEVICE")]
    device: Option<Device>,
    /// Threads to work with; the results do not depend on it [default: one per core].
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Folder of the cache, in which numbers that were computed once are found again [default: PLENARY_CACHE, else your
    /// folder for caches].
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Compute everything, and keep nothing for the next run.
    #[arg(long, conflicts_with = "cache")]
    no_cache: bool,
    /// Write Parquet alone, or CSV (without vectors) beside it [default: what the study says].
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Parquet,
    Csv,
}

pub fn run(args: &RunArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
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
    let threads = args
        .threads
        .map_or_else(|| std::thread::available_parallelism().map_or(1, NonZeroUsize::get), NonZeroUsize::get);
    let cache = if args.no_cache { None } else { open_cache(args.cache.as_deref())? };
    let options = Options { study, models: args.models.clone(), out: args.out.clone(), threads, cache };
    listen();
    let progress = Shown::new(verbosity.quiet);
    let outcome = pipeline::run(&args.inputs, &options, &progress);
    progress.finish();
    match outcome {
        Ok(report) => {
            say_skipped(&report.skipped, verbosity);
            if !verbosity.quiet
                && let Err(error) = print(&summary(&report, &options))
            {
                // The tables are there all the same.
                tracing::warn!("{error:#}");
            }
            Ok(super::exit_code(report.documents.len(), &report.skipped.failures))
        }
        Err(RunError::NothingRead { failures }) => {
            say_failures(&failures);
            bail!("no transcript could be read; nothing was written")
        }
        Err(error) => Err(error.into()),
    }
}

/// The cache that the user named, or the usual one. What hinders the usual one is no reason not to compute.
fn open_cache(named: Option<&Path>) -> anyhow::Result<Option<Cache>> {
    let asked_for = named.is_some() || std::env::var_os(cache::VARIABLE).is_some();
    let opened = cache::folder(named).and_then(|folder| Cache::open(&folder));
    match opened {
        Ok(cache) => Ok(Some(cache)),
        Err(error) if asked_for => Err(error.into()),
        Err(error) => {
            tracing::warn!("{error}; the run goes on without it");
            Ok(None)
        }
    }
}
