//! The commands of `plenary`, one file each. They print for people and hold no logic worth testing alone.

pub mod init;
pub mod models;
mod progress;
pub mod run;
pub mod segment;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use comfy_table::{ContentArrangement, Table, presets};
use plenary::table::Failure;

/// How much is said on standard error.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Verbosity {
    /// Say nothing but errors.
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Say what is going on; twice for more.
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

/// Says on standard error what was not taken, and why.
fn report(other_paths: &BTreeMap<String, Vec<String>>, failures: &[Failure], passed_over: &[Failure]) {
    for paths in other_paths.values() {
        eprintln!("note: {} has the same bytes as another input and was analysed once", paths.join(", "));
    }
    const SHOWN: usize = 10;
    for failure in passed_over.iter().take(SHOWN) {
        eprintln!("passed over: {}: {}", failure.path, failure.error);
    }
    if passed_over.len() > SHOWN {
        eprintln!("passed over: {} more files", passed_over.len() - SHOWN);
    }
    for failure in failures {
        let error = &failure.error;
        let prefix = if error.starts_with(&failure.path) { String::new() } else { format!("{}: ", failure.path) };
        eprintln!("failed: {prefix}{error}\n        {}", failure.hint);
    }
}

/// A table without frames, as wide as the terminal.
fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(header.to_vec());
    table
}

/// The file name of a path without its extension.
fn stem(path: &str) -> &str {
    Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or(path)
}
