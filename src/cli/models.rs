//! `plenary models`: list, verify, install, fetch and make models.
//!
//! **Input**: arguments. **Output**: a table, or JSON for programs. Finding, checking, copying and making models is
//! left to the library.

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use crate::engine::{Task, Work};
use crate::models::{self, Installed, Listed, ModelFolder, Place, Request, Wanted};
use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};

use super::Verbosity;
use super::hint::with_hint;
use super::output::{message, no_wrap, plural, print, table, wrapped};
use super::progress::{TerminalProgress, handle_ctrl_c};

/// List, verify, install, fetch and make the models that plenary measures with.
#[derive(Debug, Args)]
pub(crate) struct ModelsArgs {
    #[command(subcommand)]
    command: Command,

    /// Folder of models; no other folder is searched [default: the variable PLENARY_MODELS; else your data folder, then
    /// folders `models` beside or above the program and the current folder]
    #[arg(long, value_name = "DIR", global = true)]
    models: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the models with their task and where they were found
    List {
        /// Format of the list
        #[arg(long, value_enum, default_value_t)]
        format: ListFormat,
    },
    /// Hash every file and compare the hashes with the manifest and models.lock; exit code 2 if one differs
    Verify,
    /// Copy the models that are found into your data folder, so that they are found from every folder
    Install {
        /// Folder of models to copy from [default: the folders of models that are found outside your data folder]
        #[arg(long, value_name = "DIR", conflicts_with = "models")]
        from: Option<PathBuf>,
        /// Replace existing models with the same id
        #[arg(long)]
        force: bool,
    },
    /// Fetch a model from the Hugging Face hub; the only command that uses the network
    Fetch(FetchArgs),
    /// Make a static model (one vector per token) of an embedding model, for millions of segments (Model2Vec)
    Distill {
        /// Id of the embedding model
        #[arg(default_value = "all-minilm-l6-v2", value_name = "MODEL")]
        id: String,
        /// Numbers per vector
        #[arg(long, value_name = "N", default_value_t = models::DIMENSIONS, value_parser = at_least_one)]
        dimensions: usize,
        #[command(flatten)]
        made: MadeArgs,
        /// Number of threads; the result does not depend on it [default: one per core]
        #[arg(long, value_name = "N", value_parser = super::threads)]
        threads: Option<NonZeroUsize>,
    },
    /// Write the weights of a model as fp32 model.safetensors with Hugging Face's names, for other engines
    Convert {
        /// Id of the model
        #[arg(value_name = "MODEL")]
        id: String,
        #[command(flatten)]
        made: MadeArgs,
    },
}

#[derive(Debug, Args)]
struct FetchArgs {
    /// Model on the hub; a revision is a branch, a tag or a commit [default revision: main]
    #[arg(value_name = "ORG/NAME[@REVISION]")]
    name: String,
    /// Name of the model's folder, by which a study refers to it [default: ORG--NAME]
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// What the model is for, where its files do not say it
    #[arg(long, value_enum)]
    task: Option<TaskName>,
    /// What its labels mean, in their order, where they do not say it (as LABEL_0 does not)
    #[arg(long, value_name = "LABEL,...", value_delimiter = ',')]
    labels: Option<Vec<String>>,
    /// Take a quantised graph
    #[arg(long, conflicts_with = "graph")]
    quantised: bool,
    /// Take this graph, by its path in the repository
    #[arg(long, value_name = "PATH")]
    graph: Option<String>,
    /// Also take model.safetensors, for engines that build the graph themselves
    #[arg(long)]
    weights: bool,
    /// Give up after this many seconds without an answer [default: 60]
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<NonZeroU64>,
    #[command(flatten)]
    made: MadeArgs,
}

#[derive(Debug, Args)]
struct MadeArgs {
    /// Folder of models to write to [default: --models, then PLENARY_MODELS, then your data folder]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
    /// Replace an existing model; `fetch` also takes the newer commit of a branch
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TaskName {
    Embedding,
    Inference,
    Sentiment,
}

impl From<TaskName> for Task {
    fn from(name: TaskName) -> Self {
        match name {
            TaskName::Embedding => Task::Embedding,
            TaskName::Inference => Task::Inference,
            TaskName::Sentiment => Task::Sentiment,
        }
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "expected a number of 1 or more".to_owned())
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum ListFormat {
    /// A table
    #[default]
    Table,
    /// JSON, for programs
    Json,
}

/// Exit code 0; 1 where `fetch` gets a model that cannot be used yet; 2 where `verify` finds a problem.
pub(crate) fn run(args: &ModelsArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let places = models::places(args.models.as_deref());
    match &args.command {
        Command::List { format } => {
            let models = models::list(&places)?;
            match format {
                ListFormat::Table => print(&list_as_table(&models))?,
                ListFormat::Json => print(&format!("{}\n", list_as_json(&models)?))?,
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Verify => verify(&places, verbosity),
        Command::Install { from, force } => install(places, from.as_deref(), *force, verbosity),
        Command::Fetch(fetch) => self::fetch(fetch, &fetch.made.target(args)?, verbosity),
        Command::Distill { id, dimensions, made, threads } => {
            let folder = models::find(&places, id)?;
            let threads = threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
            handle_ctrl_c();
            let progress = TerminalProgress::new(verbosity.quiet);
            let work = Work { threads, progress: &progress, cache: None };
            let path = models::distill(&folder, &made.target(args)?, *dimensions, made.force, work);
            progress.finish();
            print_made(
                &path?,
                "to use it, name it as [models] embedding in a study or run with --engine static",
                verbosity,
            )
        }
        Command::Convert { id, made } => {
            let folder = models::find(&places, id)?;
            let path = models::convert(&folder, &made.target(args)?, made.force)?;
            print_made(&path, "fp32 weights with the names of transformers", verbosity)
        }
    }
}

impl MadeArgs {
    /// The folder of models for a new model.
    fn target(&self, args: &ModelsArgs) -> anyhow::Result<PathBuf> {
        let named = || std::env::var_os(models::VARIABLE).filter(|name| !name.is_empty()).map(PathBuf::from);
        let target = self.to.clone().or_else(|| args.models.clone()).or_else(named).or_else(models::user_folder);
        target.context("there is no data folder, as your home folder is unknown; name a folder of models with --to DIR")
    }
}

fn print_made(path: &Path, what: &str, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    if !verbosity.quiet {
        let id = path.file_name().unwrap_or_default().to_string_lossy();
        print(&format!("{id}: {what}\n in {}\n", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Exit code 0, or 1 where the model was fetched but cannot be used as it is.
fn fetch(args: &FetchArgs, target: &Path, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let request = Request {
        name: args.name.clone(),
        id: args.id.clone(),
        task: args.task.map(Task::from),
        labels: args.labels.clone(),
        wanted: Wanted { quantised: args.quantised, weights: args.weights, graph: args.graph.clone() },
        force: args.made.force,
        endpoint: variable(models::ENDPOINT),
        token: variable(models::TOKEN),
        patience: args.timeout.map(|seconds| Duration::from_secs(seconds.get())),
    };
    let progress = TerminalProgress::new(verbosity.quiet);
    let fetched = models::fetch(&request, target, &progress);
    progress.finish();
    let fetched = fetched?;
    if !verbosity.quiet {
        let what = match fetched.outcome {
            Installed::Copied => "fetched",
            Installed::Replaced => "fetched, replaced the earlier files",
            Installed::Unchanged => "already up to date",
        };
        print(&format!("{}: {what}, commit {}\n in {}\n", fetched.id, fetched.commit, fetched.path.display()))?;
    }
    match fetched.problem {
        None => Ok(ExitCode::SUCCESS),
        Some(error) => {
            let text = with_hint(&format!("cannot be used yet: {error}"), error.hint().as_ref());
            message(&text, "  ");
            Ok(ExitCode::from(1))
        }
    }
}

fn list_as_table(models: &[Listed]) -> String {
    let mut table = table(&["model", "task", "output", "size", "licence"], 3..4);
    no_wrap(&mut table, &[0]);
    let mut places: Vec<String> = Vec::new();
    let mut unusable = Vec::new();
    for Listed { id, folder } in models {
        match folder {
            Err(error) => unusable.push(with_hint(&format!("{id}: unusable: {error}"), error.hint().as_ref())),
            Ok(model) => {
                let facts = &model.facts;
                let output = match facts.labels.is_empty() {
                    true => format!("{} dimensions", facts.dimensions),
                    false => facts.labels.join(", "),
                };
                let licence = if facts.licence.is_empty() { "not stated" } else { &facts.licence };
                let size = size(model).map_or("incomplete".into(), |bytes| format!("{:.1} MB", bytes as f64 / 1e6));
                table.add_row([id.as_str(), facts.task.as_str(), &output, &size, licence]);
                let place = format!("{} ({})", model.place.path.display(), model.place.origin);
                if !places.contains(&place) {
                    places.push(place);
                }
            }
        }
    }
    let mut text = format!("{}\n", table.trim_fmt());
    for problem in unusable {
        text.push_str(&format!("\n{}\n", wrapped(&problem, " ", "   ")));
    }
    text.push_str(&format!("\n{}\n", wrapped(&places.join(", "), " found in ", "   ")));
    text
}

fn list_as_json(models: &[Listed]) -> anyhow::Result<String> {
    let rows: Vec<serde_json::Value> = models
        .iter()
        .map(|Listed { id, folder }| match folder {
            Err(error) => serde_json::json!({ "id": id, "error": error.to_string() }),
            Ok(model) => serde_json::json!({
                "id": id,
                "task": model.facts.task,
                "labels": model.facts.labels,
                "dimensions": model.facts.dimensions,
                "max_tokens": model.facts.max_tokens,
                "licence": model.facts.licence,
                "source": model.facts.source,
                "made_by": model.facts.made_by,
                "sha256": model.facts.sha256,
                "bytes": size(model),
                "folder": model.path,
                "found_in": model.place.origin,
            }),
        })
        .collect();
    Ok(serde_json::to_string_pretty(&rows)?)
}

/// Bytes of the model's files; `None` where one is missing.
fn size(model: &ModelFolder) -> Option<u64> {
    let files = model.facts.form.files();
    files.iter().map(|file| Some(model.path.join(file).metadata().ok()?.len())).sum()
}

fn verify(places: &[Place], verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let (mut intact, mut damaged) = (String::new(), String::new());
    let mut n_wrong = 0;
    let models = models::list(places)?;
    for Listed { id, folder } in &models {
        let model = match folder {
            Ok(model) => model,
            Err(error) => {
                let text = with_hint(&format!("{id}: wrong: {error}"), error.hint().as_ref());
                damaged.push_str(&format!("{text}\n"));
                n_wrong += 1;
                continue;
            }
        };
        for check in models::verify(model) {
            match check.result {
                Ok(sha256) if model.is_pinned() => intact.push_str(&format!("{id}/{}: ok {sha256}\n", check.file)),
                Ok(sha256) => intact.push_str(&format!("{id}/{}: in no manifest or lock, {sha256}\n", check.file)),
                Err(error) => {
                    let text = with_hint(&format!("{id}/{}: wrong: {error}", check.file), error.hint().as_ref());
                    damaged.push_str(&format!("{text}\n"));
                    n_wrong += 1;
                }
            }
        }
    }
    let counts = format!("{}, {}\n", plural(models.len(), "model"), plural(n_wrong, "problem"));
    match (verbosity.quiet, n_wrong) {
        (true, 0) => {}
        (true, _) => print(&damaged)?,
        (false, _) => print(&format!("{intact}{damaged}{counts}"))?,
    }
    Ok(if n_wrong == 0 { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn install(places: Vec<Place>, from: Option<&Path>, force: bool, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let target = models::user_folder().context(
        "there is no data folder to install into, as your home folder is unknown; set HOME, or copy the models \
         yourself and name their folder with PLENARY_MODELS",
    )?;
    let sources = match from {
        Some(folder) => vec![Place::new(folder, "--from")],
        None => places.into_iter().filter(|place| place.path != target).collect(),
    };
    let models = models::list(&sources)?.into_iter().map(|listed| listed.folder).collect::<Result<Vec<_>, _>>()?;
    let mut text = String::new();
    for (id, outcome) in models::install(&models, &target, force)? {
        let what = match outcome {
            Installed::Copied => "copied",
            Installed::Replaced => "replaced",
            Installed::Unchanged => "already installed",
        };
        text.push_str(&format!("{id}: {what}\n"));
    }
    text.push_str(&format!("{} in {}\n", plural(models.len(), "model"), target.display()));
    if !verbosity.quiet {
        print(&text)?;
    }
    Ok(ExitCode::SUCCESS)
}
