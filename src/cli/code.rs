//! `plenary code`: a learned coder applied to results.
//!
//! **Input**: a results folder and a coder folder. **Output**: a CSV file with a label and probabilities for every segment.
//! **Refused**: results that were measured with other models than the coder's; an existing file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use super::Verbosity;
use super::correct::write_whole;
use super::learn::model_options;
use super::output::{message, plural};
use super::run::open_cache;
use crate::corpus::progress::Silent;
use crate::engine::{Model, Work};
use crate::learn::{Inference, LearnedCoder, Variable, code, lacks_inferences};
use crate::models::{ModelOptions, find, load_on, places};
use crate::pipeline::all_cores;
use crate::table::{Check, Results};

/// Apply a learned coder to the segments of results, and write its labels as CSV.
#[derive(Debug, Args)]
pub(crate) struct CodeArgs {
    /// Results folder that a run wrote, with the models that the coder was learned with.
    #[arg(value_name = "RESULTS")]
    results: PathBuf,
    /// Coder folder that `plenary learn` wrote.
    #[arg(long, value_name = "FOLDER")]
    coder: PathBuf,
    /// CSV file for the labels.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Replace the file if it exists.
    #[arg(long)]
    force: bool,
    /// Folder of models, for segments that the run did not read because they are off the topic [default: the usual places].
    #[arg(long, value_name = "FOLDER")]
    models: Option<PathBuf>,
}

pub(crate) fn run(args: &CodeArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    if args.out.exists() && !args.force {
        bail!("{} exists already; name another file, or pass --force to replace it", args.out.display());
    }
    let results = Results::open(&args.results, Check::Full)?;
    let coder = LearnedCoder::load(&args.coder)?;
    let classes = coder.classes();
    let mut rows = csv::Writer::from_writer(Vec::new());
    let probabilities: Vec<String> = classes.iter().map(|class| format!("p_{class}")).collect();
    let header = ["segment_id", "target_id", "label"].into_iter().chain(probabilities.iter().map(String::as_str));
    rows.write_record(header).context("cannot write the labels")?;
    let mut n = 0;
    let options = model_options(&results);
    let needs_inference = coder.variable == Variable::Stance && lacks_inferences(&results)?;
    let model = needs_inference.then(|| inference_model(&options, args.models.as_deref())).transpose()?;
    let cache = if needs_inference { open_cache(None)? } else { None };
    let work = Work { threads: all_cores(), progress: &Silent, cache: cache.as_ref() };
    code(&coder, &results, &Inference { model: model.as_ref(), work }, |coded| {
        n += 1;
        let numbers: Vec<String> = coded.probabilities.iter().map(|p| format!("{p:.6}")).collect();
        let target = coded.target_id.as_deref().unwrap_or_default();
        let row = [coded.segment_id.as_str(), target, &classes[coded.label]].into_iter();
        // Writing into memory cannot fail, and all rows have as many cells as the header.
        let _ = rows.write_record(row.chain(numbers.iter().map(String::as_str)));
    })?;
    write_whole(&args.out, &rows.into_inner().context("cannot write the labels")?)?;
    if !verbosity.quiet {
        message(&format!("wrote {} into {}", plural(n, "label"), args.out.display()), "");
    }
    Ok(ExitCode::SUCCESS)
}

/// The inference model of a run.
fn inference_model(options: &ModelOptions, folder: Option<&Path>) -> anyhow::Result<Model> {
    let folder = find(&places(folder), &options.stance)?;
    Ok(load_on(&folder, options.engine, options.device)?)
}
