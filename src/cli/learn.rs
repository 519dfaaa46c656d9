//! `plenary learn`: a coder from hand codes.
//!
//! **Input**: a results folder and a file of codes. **Output**: a coder folder, and its quality in words. **Refused**: codes
//! that do not belong to the results, contradict each other or are too few; nothing is written then.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::Verbosity;
use super::output::{message, plural, print, table};
use super::run::open_cache;
use crate::corpus::findings::is_id;
use crate::corpus::progress::Silent;
use crate::corpus::rounding::{decimal, percent};
use crate::engine::Work;
use crate::learn::{Basis, Codes, Inference, LearnedCoder, OfHead, Sharing, Variable, lacks_inferences, learn};
use crate::models::{ModelFolder, ModelOptions, Models, load_on, places};
use crate::pipeline::all_cores;
use crate::table::{Check, Results};
use crate::validate::coded::CodedFile;
use crate::validate::drawn::{sample_of, variable_of};

/// Learn a coder from hand codes of segments, and measure how good it is.
#[derive(Debug, Args)]
pub(crate) struct LearnArgs {
    /// Results folder of the run whose segments were coded.
    #[arg(value_name = "RESULTS")]
    results: PathBuf,
    /// Hand codes: a CSV or XLSX file with the columns `segment_id`, `label`, for several targets `target`, and optionally `weight`
    /// and `coder`.
    #[arg(long, value_name = "FILE")]
    codes: PathBuf,
    /// Folder for the coder: a new or empty one, or that of an earlier coder, which is replaced.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// The codes are of a variable of your own, such as `claims_credit`, with any labels; if the file has a column `code`, its
    /// rows of this name are used. Without this option or --sentiment they are of what `plenary sample` drew them for, or else of stance.
    #[arg(long, value_name = "NAME", conflicts_with = "sentiment")]
    code: Option<String>,
    /// The codes are of tone: negative, neutral or positive.
    #[arg(long)]
    sentiment: bool,
    /// Coder of hand codes whose code counts where coders disagree [default: a disagreement is an error].
    #[arg(long, value_name = "NAME")]
    adjudicator: Option<String>,
    /// Whether the targets share what is learned.
    #[arg(long, value_enum, value_name = "HOW", default_value_t)]
    targets: Targets,
    /// Folder of models [default: the usual places].
    #[arg(long, value_name = "FOLDER")]
    models: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Targets {
    /// Apart if every target has at least 50 codes, or else shared
    #[default]
    Auto,
    /// A classifier for each target
    Apart,
    /// One classifier for all targets
    Shared,
}

pub(crate) fn run(args: &LearnArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let results = Results::open(&args.results, Check::Full)?;
    let asked = match (&args.code, args.sentiment) {
        (Some(name), _) => Some(Variable::Code(name.clone())),
        (None, true) => Some(Variable::Sentiment),
        (None, false) => None,
    };
    let file = CodedFile::load(&args.codes)?;
    let sample = sample_of(None, std::slice::from_ref(&file))?;
    let variable = variable_of(&file, sample.as_ref(), asked)?;
    let is_stance = variable == Variable::Stance;
    let codes = Codes::of(&file, variable, &results.study().targets, args.adjudicator.as_deref())?;
    let options = model_options(&results);
    let needs_inference = is_stance && lacks_inferences(&results)?;
    let folders = Models::find(&places(args.models.as_deref()), &options, needs_inference)?;
    let load = |folder: &ModelFolder| load_on(folder, folders.engine, folders.device);
    let stance = folders.stance.as_ref().map(load).transpose()?;
    let cache = if stance.is_some() { open_cache(None)? } else { None };
    let embedder = load(&folders.embedding)?;
    let basis = Basis {
        results: &results,
        embedder: &embedder,
        sharing: match args.targets {
            Targets::Auto => Sharing::Auto,
            Targets::Apart => Sharing::Apart,
            Targets::Shared => Sharing::Shared,
        },
        seed: results.study().seed,
        inference: Inference {
            model: stance.as_ref(),
            work: Work { threads: all_cores(), progress: &Silent, cache: cache.as_ref() },
        },
    };
    let coder = learn(&basis, &codes)?;
    coder.save(&args.out)?;
    print(&summary(&coder))?;
    if verbosity.quiet {
        return Ok(ExitCode::SUCCESS);
    }
    if codes.n_open > 0 {
        message(&format!("{} without a label: left out", plural(codes.n_open, "row")), "");
    }
    let next = match &coder.variable {
        Variable::Stance => "name it in the study: [[coders]] kind = \"learned\", folder = \"...\"",
        Variable::Code(name) if is_id(name) => {
            "name it in the study under [[codes]], or let `plenary code` apply it to results"
        }
        Variable::Sentiment | Variable::Code(_) => "`plenary code` applies it to results",
    };
    message(&format!("wrote {}; {next}", args.out.display()), "");
    Ok(ExitCode::SUCCESS)
}

/// The options of the models with which results were measured.
pub(super) fn model_options(results: &Results) -> ModelOptions {
    let options = results.study().json.get("models");
    options.and_then(|models| serde_json::from_value(models.clone()).ok()).unwrap_or_default()
}

/// The quality of every head, in words.
fn summary(coder: &LearnedCoder) -> String {
    let mut text = String::new();
    for OfHead { targets, head, quality, .. } in &coder.heads {
        let of = match targets.as_slice() {
            [] => coder.variable.to_string(),
            [one] => format!("stance towards {one}"),
            several => format!("stance towards {} (shared)", several.join(", ")),
        };
        let counts = head.classes.iter().zip(&quality.n_of_class).map(|(class, n)| format!("{n} {class}"));
        text.push_str(&format!(
            "Learned {of} from {}: {}\n",
            plural(quality.n_codes, "code"),
            counts.collect::<Vec<_>>().join(", ")
        ));
        text.push_str(&format!(
            "Measured on each code by a classifier that did not see it:\n  accuracy {} (always the commonest class: {}), macro-F1 {}, \
             calibration error {}\n",
            percent(quality.accuracy),
            percent(quality.majority),
            percent(quality.macro_f1),
            decimal(quality.calibration_error)
        ));
        if let [points @ .., _] = quality.learning_curve.as_slice()
            && !points.is_empty()
        {
            let points: Vec<String> =
                points.iter().map(|point| format!("{} with {}", percent(point.accuracy), point.n_codes)).collect();
            text.push_str(&format!("  accuracy with fewer codes: {}\n", points.join(", ")));
        }
        let mut header = vec!["  by hand"];
        let said: Vec<String> = head.classes.iter().map(|class| format!("learned: {class}")).collect();
        header.extend(said.iter().map(String::as_str));
        let mut rows = table(&header, 1..header.len());
        for (class, row) in head.classes.iter().zip(&quality.confusion) {
            rows.add_row(std::iter::once(format!("  {class}")).chain(row.iter().map(ToString::to_string)));
        }
        text.push_str(&format!("{rows}\n"));
        for warning in &quality.warnings {
            text.push_str(&format!("Warning: {warning}\n"));
        }
    }
    text
}
