//! `plenary`: arguments to command to exit code.

mod cli;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Transcripts of speech to tables: who said what, in which tone, for or against what, on which themes.
#[derive(Debug, Parser)]
#[command(name = "plenary", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    verbosity: cli::Verbosity,
}

const EXAMPLES: &str = "Examples:
  plenary segment talk.md                   who speaks, without a model
  plenary init                              write study.toml, with every choice explained
  plenary run talks/ --study study.toml --out results

Exit codes: 0 all done; 1 done, but some inputs failed; 2 nothing done";

#[derive(Debug, Subcommand)]
enum Command {
    Run(cli::run::RunArgs),
    Segment(cli::segment::SegmentArgs),
    Init(cli::init::InitArgs),
    Models(cli::models::ModelsArgs),
    Cache(cli::cache::CacheArgs),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log(arguments.verbosity);
    let outcome = match &arguments.command {
        Command::Run(args) => cli::run::run(args, arguments.verbosity),
        Command::Segment(args) => cli::segment::run(args, arguments.verbosity),
        Command::Init(args) => cli::init::run(args, arguments.verbosity),
        Command::Models(args) => cli::models::run(args, arguments.verbosity),
        Command::Cache(args) => cli::cache::run(args),
    };
    outcome.unwrap_or_else(|error| {
        cli::say::say(&format!("error: {error:#}"), "       ");
        ExitCode::from(2)
    })
}

/// Log lines go to standard error, coloured on a terminal unless `NO_COLOR` is set; `RUST_LOG` is heeded.
fn log(verbosity: cli::Verbosity) {
    let level = match (verbosity.quiet, verbosity.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "plenary=info",
        (false, _) => "plenary=debug",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| level.into());
    let coloured = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(coloured)
        .with_target(false)
        .without_time()
        .init();
}
