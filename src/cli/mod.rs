//! The commands of `plenary`, one file each. They print for people and hold no logic worth testing alone.

pub mod cache;
pub mod init;
pub mod models;
mod progress;
pub mod run;
pub mod say;
pub mod segment;
mod summary;

use std::path::Path;
use std::process::ExitCode;

use plenary::corpus::Failure;
use plenary::inputs::Skipped;

/// How much is said on standard error.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Verbosity {
    /// Print nothing but errors (and what was asked for).
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Tell more of what is going on; twice for still more.
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// Exit code 0: all done; 1: done, but some inputs failed; 2: nothing done.
fn exit_code(n_done: usize, failures: &[Failure]) -> ExitCode {
    match (n_done, failures.len()) {
        (0, _) => ExitCode::from(2),
        (_, 0) => ExitCode::SUCCESS,
        _ => ExitCode::from(1),
    }
}

/// Says on standard error what was not taken, and why; what is no fault is not worth a word to the quiet.
fn say_skipped(skipped: &Skipped, verbosity: Verbosity) {
    if !verbosity.quiet {
        say_notes(skipped, verbosity);
    }
    say_failures(&skipped.failures);
}

fn say_failures(failures: &[Failure]) {
    for Failure { path, error, hint, .. } in failures {
        let error = say::one_line(error);
        let prefix = if error.starts_with(path) { String::new() } else { format!("{path}: ") };
        say::say(&format!("failed: {prefix}{error}; {hint}"), "        ");
    }
}

fn say_notes(skipped: &Skipped, verbosity: Verbosity) {
    for path in &skipped.repeated {
        say::say(&format!("note: {path} was named more than once and is taken once"), "      ");
    }
    for paths in skipped.other_paths.values() {
        let paths = paths.join(", ");
        say::say(&format!("note: {paths}: the same bytes as another input, which is taken once"), "      ");
    }
    let shown = if verbosity.verbose > 0 { usize::MAX } else { 10 };
    for Failure { path, error, .. } in skipped.ignored.iter().take(shown) {
        let error = error.strip_prefix(&format!("{path}: ")).unwrap_or(error);
        say::say(&format!("passed over: {path}: {}", say::one_line(error)), "             ");
    }
    if let Some(more @ 1..) = skipped.ignored.len().checked_sub(shown) {
        say::say(&format!("passed over: {} (-v names all)", say::many(more, "more file")), "");
    }
}

/// The file name of a path without its extension.
fn stem(path: &str) -> &str {
    Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or(path)
}
