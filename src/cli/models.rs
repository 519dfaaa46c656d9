//! `plenary models`: which models there are, whether they are whole, and where they live.
//!
//! Prints for people (or JSON for programs); finding, checking and copying are the library's.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use plenary::engine::{self, FILES, Installed, Listed, ModelFolder, Place};

use super::Verbosity;
use super::say::{keep_whole, many, print, table, wrapped};

/// List, verify and install the models that plenary measures with.
#[derive(Debug, Args)]
pub struct ModelsArgs {
    #[command(subcommand)]
    command: Command,

    /// Folder of models, the only one looked into [default: the variable PLENARY_MODELS; else your data folder, then
    /// where plenary was built]
    #[arg(long, value_name = "DIR", global = true)]
    models: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Which models there are, what they are for, and where they were found
    List {
        #[arg(long, value_enum, default_value_t)]
        format: ListFormat,
    },
    /// Hash every file and compare with the manifest; exit code 2 if one differs
    Verify,
    /// Copy the models that are found into your data folder, so that they are found from everywhere
    Install {
        /// Folder of models to copy from [default: where models are found outside your data folder]
        #[arg(long, value_name = "DIR", conflicts_with = "models")]
        from: Option<PathBuf>,
        /// Replace other files of the same name
        #[arg(long)]
        force: bool,
    },
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum ListFormat {
    /// A table for people
    #[default]
    Table,
    Json,
}

/// Exit code 0, or 2 where `verify` finds something wrong.
pub fn run(args: &ModelsArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let places = engine::places(args.models.as_deref());
    match &args.command {
        Command::List { format } => {
            let models = engine::list(&places)?;
            match format {
                ListFormat::Table => print(&for_people(&models))?,
                ListFormat::Json => print(&format!("{}\n", json(&models)?))?,
            }
            Ok(ExitCode::SUCCESS)
        }
        Command::Verify => verify(&places, verbosity),
        Command::Install { from, force } => install(places, from.as_deref(), *force, verbosity),
    }
}

fn for_people(models: &[Listed]) -> String {
    let mut table = table(&["model", "task", "output", "size", "licence"], 3..4);
    keep_whole(&mut table, &[0]);
    let mut places: Vec<String> = Vec::new();
    let mut unusable = Vec::new();
    for Listed { id, folder } in models {
        match folder {
            Err(error) => unusable.push(format!("{id}: unusable: {error}")),
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
    for fault in unusable {
        text.push_str(&format!("\n{}\n", wrapped(&fault, " ", "   ")));
    }
    text.push_str(&format!("\n{}\n", wrapped(&places.join(", "), " found in ", "   ")));
    text
}

fn json(models: &[Listed]) -> anyhow::Result<String> {
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
    FILES.iter().map(|file| Some(model.path.join(file).metadata().ok()?.len())).sum()
}

fn verify(places: &[Place], verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let (mut right, mut wrong) = (String::new(), String::new());
    let mut n_wrong = 0;
    let models = engine::list(places)?;
    for Listed { id, folder } in &models {
        let model = match folder {
            Ok(model) => model,
            Err(error) => {
                wrong.push_str(&format!("{id}: wrong: {error}\n"));
                n_wrong += 1;
                continue;
            }
        };
        for check in engine::verify(model) {
            match check.result {
                Ok(sha256) if model.is_pinned() => right.push_str(&format!("{id}/{}: ok {sha256}\n", check.file)),
                Ok(sha256) => right.push_str(&format!("{id}/{}: not pinned by a manifest, {sha256}\n", check.file)),
                Err(error) => {
                    wrong.push_str(&format!("{id}/{}: wrong: {error}\n", check.file));
                    n_wrong += 1;
                }
            }
        }
    }
    let counts = format!("{}, {}\n", many(models.len(), "model"), many(n_wrong, "fault"));
    match (verbosity.quiet, n_wrong) {
        (true, 0) => {}
        (true, _) => print(&wrong)?,
        (false, _) => print(&format!("{right}{wrong}{counts}"))?,
    }
    Ok(if n_wrong == 0 { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn install(places: Vec<Place>, from: Option<&Path>, force: bool, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let target = engine::user_folder().context(
        "your home folder is not known, so there is no data folder to install into; set HOME, or copy the models \
         yourself and name their folder with PLENARY_MODELS",
    )?;
    let sources = match from {
        Some(folder) => vec![Place::new(folder, "--from")],
        None => places.into_iter().filter(|place| place.path != target).collect(),
    };
    let models = engine::list(&sources)?.into_iter().map(|listed| listed.folder).collect::<Result<Vec<_>, _>>()?;
    let mut text = String::new();
    for (id, outcome) in engine::install(&models, &target, force)? {
        let what = match outcome {
            Installed::Copied => "copied",
            Installed::Replaced => "replaced",
            Installed::Unchanged => "was there already",
        };
        text.push_str(&format!("{id}: {what}\n"));
    }
    text.push_str(&format!("{} in {}\n", many(models.len(), "model"), target.display()));
    if !verbosity.quiet {
        print(&text)?;
    }
    Ok(ExitCode::SUCCESS)
}
