//! The program: arguments to exit code.
//!
//! **Input**: the command line. **Output**: results on standard output, progress and messages on standard error, and an
//! exit code (0: all done; 1: done, but some inputs failed, or nothing was found; 2: nothing done). Each command has a separate file, which
//! parses its arguments, calls the library and prints the result. The library never names a flag: hints are worded
//! here.

mod agree;
mod cache;
mod check_study;
mod code;
mod compare;
mod completions;
mod correct;
mod estimate;
mod export;
mod figures;
mod find;
mod hand_codes;
mod hint;
mod init;
mod learn;
mod man;
mod means;
mod models;
mod output;
mod part;
mod progress;
mod reading;
mod report;
mod robust;
mod run;
mod sample;
mod score;
mod segment;
mod show;
mod summary;
mod themes;
mod verify;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::attribute::Corrections;
use crate::corpus::Failure;
use crate::inputs::Skipped;
use crate::isolation::READER_ARGUMENT;

/// Turn transcripts of speech into tables: who said what, in which tone, for or against what, on which themes.
#[derive(Debug, Parser)]
#[command(name = "plenary", version, arg_required_else_help = true, after_help = AFTER_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    verbosity: Verbosity,
}

const AFTER_HELP: &str = "Examples:
  plenary segment talk.md    Show who speaks, without a model
  plenary init               Write study.toml, which explains every setting
  plenary run talks/ --study study.toml --out results
                             Write the tables and print a summary
  plenary report results     Write a report as one HTML file
  plenary find \"free trade\" results
                             Find words in context

Exit codes: 0 all done; 1 done, but some inputs failed; 2 nothing done";

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::RunArgs),
    Part(part::PartArgs),
    CheckStudy(check_study::CheckStudyArgs),
    Show(show::ShowArgs),
    Export(export::ExportArgs),
    Report(report::ReportArgs),
    Find(find::FindArgs),
    Compare(compare::CompareArgs),
    Verify(verify::VerifyArgs),
    Themes(themes::ThemesArgs),
    Segment(segment::SegmentArgs),
    Correct(correct::CorrectArgs),
    Sample(sample::SampleArgs),
    Agree(agree::AgreeArgs),
    Score(score::ScoreArgs),
    Means(means::MeansArgs),
    Estimate(estimate::EstimateArgs),
    Robust(robust::RobustArgs),
    Learn(learn::LearnArgs),
    Code(code::CodeArgs),
    Init(init::InitArgs),
    Models(models::ModelsArgs),
    Cache(cache::CacheArgs),
    Man(man::ManArgs),
    Completions(completions::CompletionsArgs),
}

/// Runs the program with the arguments of the process. With [`READER_ARGUMENT`] alone it reads files for another process.
pub fn main() -> ExitCode {
    main_of(std::env::args_os().collect())
}

/// As [`main`], with these arguments, the first of which is the name of the program, for programs in other languages. Returns the exit
/// code: 0, 1 or 2. Where help or an error of the arguments is printed, the process ends.
pub fn run_as(arguments: Vec<OsString>) -> u8 {
    let code = main_of(arguments);
    [0, 1].into_iter().find(|known| ExitCode::from(*known) == code).unwrap_or(2)
}

fn main_of(arguments: Vec<OsString>) -> ExitCode {
    if arguments.iter().skip(1).eq([READER_ARGUMENT]) {
        return crate::isolation::serve();
    }
    let arguments = Arguments::parse_from(arguments);
    log(arguments.verbosity);
    let outcome = match &arguments.command {
        Command::Run(args) => run::run(args, arguments.verbosity),
        Command::Part(args) => part::run(args, arguments.verbosity),
        Command::CheckStudy(args) => check_study::run(args, arguments.verbosity),
        Command::Show(args) => show::run(args),
        Command::Export(args) => export::run(args, arguments.verbosity),
        Command::Report(args) => report::run(args, arguments.verbosity),
        Command::Find(args) => find::run(args, arguments.verbosity),
        Command::Compare(args) => compare::run(args, arguments.verbosity),
        Command::Verify(args) => verify::run(args, arguments.verbosity),
        Command::Themes(args) => themes::run(args, arguments.verbosity),
        Command::Segment(args) => segment::run(args, arguments.verbosity),
        Command::Correct(args) => correct::run(args),
        Command::Sample(args) => sample::run(args, arguments.verbosity),
        Command::Agree(args) => agree::run(args, arguments.verbosity),
        Command::Score(args) => score::run(args, arguments.verbosity),
        Command::Means(args) => means::run(args, arguments.verbosity),
        Command::Estimate(args) => estimate::run(args, arguments.verbosity),
        Command::Robust(args) => robust::run(args, arguments.verbosity),
        Command::Learn(args) => learn::run(args, arguments.verbosity),
        Command::Code(args) => code::run(args, arguments.verbosity),
        Command::Init(args) => init::run(args, arguments.verbosity),
        Command::Models(args) => models::run(args, arguments.verbosity),
        Command::Cache(args) => cache::run(args),
        Command::Man(args) => man::run(args),
        Command::Completions(args) => completions::run(args),
    };
    outcome.unwrap_or_else(|error| {
        output::message(&format!("error: {}", causes(&error)), "       ");
        if let Some(hint) = hint::hint_of(&error) {
            output::message(&format!("hint: {hint}"), "      ");
        }
        ExitCode::from(2)
    })
}

/// The number of threads that an argument names.
fn threads(text: &str) -> Result<NonZeroUsize, String> {
    text.parse()
        .map_err(|_| "expected a whole number, 1 or more; leave the option out for one thread per core".to_owned())
}

/// An error with its causes, except causes that its text already contains.
fn causes(error: &anyhow::Error) -> String {
    error.chain().skip(1).fold(error.to_string(), |text, cause| {
        let cause = cause.to_string();
        if text.contains(&cause) { text } else { format!("{text}: {cause}") }
    })
}

/// The program's commands and options as data, from which the reference pages, man pages and shell completions are generated.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Writes log lines to standard error, coloured on a terminal unless `NO_COLOR` is set. `RUST_LOG` overrides the level.
fn log(verbosity: Verbosity) {
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
        .try_init()
        // A process that uses the library as well has a subscriber already.
        .ok();
}

/// How much is printed on standard error.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Verbosity {
    /// Print only errors, and output that was asked for.
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Increase log verbosity; -vv prints debug messages.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

impl Verbosity {
    /// The same verbosity as arguments of another process.
    fn as_arguments(self) -> Vec<OsString> {
        let verbose = std::iter::repeat_n("-v", usize::from(self.verbose));
        self.quiet.then_some("-q").into_iter().chain(verbose).map(OsString::from).collect()
    }
}

/// Help for the arguments that name transcripts, with the extensions of all formats.
fn inputs_help() -> String {
    let extensions = crate::read::formats::extensions_for_people();
    format!(
        "Transcripts, or folders that contain them. In a folder, files with one of these extensions, or with none, are read: \
         {extensions}"
    )
}

/// Exit code 0: all done; 1: done, but some inputs failed; 2: nothing done.
fn exit_code(n_done: usize, failures: &[Failure]) -> ExitCode {
    match (n_done, failures.len()) {
        (0, _) => ExitCode::from(2),
        (_, 0) => ExitCode::SUCCESS,
        _ => ExitCode::from(1),
    }
}

/// The coverage of intervals in per cent. A share such as 0.95 is refused, because it would be less than one per cent.
fn percent(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (1.0..100.0).contains(number));
    number.ok_or_else(|| "expected per cent, from 1 to below 100, such as 95".to_owned())
}

/// Prints on standard error which inputs were skipped or failed, and why. With `--quiet` only failures are printed.
fn print_skipped(skipped: &Skipped, verbosity: Verbosity) {
    if !verbosity.quiet {
        print_notes(skipped, verbosity);
    }
    print_failures(&skipped.failures);
}

/// Reports corrections of documents that were not read.
fn warn_of_corrections<'p>(corrections: Option<&Corrections>, paths: impl Iterator<Item = &'p str>) {
    let Some(corrections) = corrections else { return };
    for (document, lines) in corrections.of_other_documents(paths) {
        let lines: Vec<String> = lines.iter().map(u64::to_string).collect();
        output::message(
            &format!(
                "note: the corrections of {document} (lines {}) were not used: no such document was read",
                lines.join(", ")
            ),
            "      ",
        );
    }
}

fn print_failures(failures: &[Failure]) {
    for Failure { path, error, hint, .. } in failures {
        let error = output::one_line(error);
        let prefix = if error.starts_with(path) { String::new() } else { format!("{path}: ") };
        output::message(&format!("failed: {prefix}{error}; {hint}"), "        ");
    }
}

fn print_notes(skipped: &Skipped, verbosity: Verbosity) {
    for path in &skipped.repeated {
        output::message(&format!("note: {path} was named more than once and is read once"), "      ");
    }
    for paths in skipped.other_paths.values() {
        let paths = paths.join(", ");
        output::message(&format!("note: {paths}: the same bytes as another input, which is read once"), "      ");
    }
    let shown = if verbosity.verbose > 0 { usize::MAX } else { 10 };
    for Failure { path, error, .. } in skipped.ignored.iter().take(shown) {
        let error = error.strip_prefix(&format!("{path}: ")).unwrap_or(error);
        output::message(&format!("skipped: {path}: {}", output::one_line(error)), "         ");
    }
    if let Some(more @ 1..) = skipped.ignored.len().checked_sub(shown) {
        output::message(&format!("skipped: {} (-v lists all)", output::plural(more, "more file")), "");
    }
}

/// The file name of a path without its extension.
fn stem(path: &str) -> &str {
    Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or(path)
}
