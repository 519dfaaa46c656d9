//! `plenary report`: one HTML file about results.
//!
//! **Input**: a results folder, and folders of validations. **Output**: an HTML file. **Refused**: to replace a file that is not a report.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use plenary_report::{MARK, ReportOptions, Validation, report};

use super::Verbosity;
use super::correct::write_whole;
use super::output::message;
use crate::table::{Check, Results};

/// Write a report: one HTML file to look at, send and print, with charts, tables, sentences behind the numbers, and transcripts.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ReportArgs {
    /// Results folder that a run wrote.
    #[arg(value_name = "RESULTS")]
    results: PathBuf,
    /// The file [default: the name of the results folder with `.html`, beside it]. A report is replaced; another file is not.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Column of `speakers` or `documents` by whose values segments are compared [default: the first single column of the study's
    /// [[estimates.by]], or else the first of party, country, affiliation and role with several values and fewer than there are speakers].
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    /// Folder that `plenary agree --tables`, `plenary score --out` or `plenary estimate --out` wrote; may be repeated.
    #[arg(long, value_name = "FOLDER")]
    validation: Vec<PathBuf>,
    /// Replace the file even if it is not a report.
    #[arg(long)]
    force: bool,
}

const AFTER_HELP: &str = "Examples:
  plenary report results     Write results.html
  plenary report results --by party --validation validation
                             Compare parties, and show how good the labels are";

pub(crate) fn run(args: &ReportArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let out = args.out.clone().unwrap_or_else(|| beside(&args.results));
    if !args.force {
        check_place(&out)?;
    }
    let results = Results::open(&args.results, Check::Quick)?;
    let validation: Vec<Validation> =
        args.validation.iter().map(|folder| Validation::read(folder)).collect::<Result<_, _>>()?;
    let mut options = ReportOptions::default();
    options.by.clone_from(&args.by);
    write(&results, &validation, &options, &out)?;
    if !verbosity.quiet {
        message(&format!("wrote {}. Open it in a browser", out.display()), "");
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a report.
pub(super) fn write(
    results: &Results,
    validation: &[Validation],
    options: &ReportOptions,
    out: &Path,
) -> anyhow::Result<()> {
    write_whole(out, report(results, validation, options)?.as_bytes())
}

/// The file of the report of a results folder, unless another one is named.
pub(super) fn beside(results: &Path) -> PathBuf {
    // The folder itself may be `.`, which has no name.
    let named = results.canonicalize().ok().filter(|_| results.file_name().is_none());
    let folder = named.as_deref().unwrap_or(results);
    let mut name = folder.file_name().unwrap_or_else(|| "results".as_ref()).to_owned();
    name.push(".html");
    folder.with_file_name(name)
}

/// Refuses a path at which there is something other than a page that plenary wrote.
pub(super) fn check_place(path: &Path) -> anyhow::Result<()> {
    // What cannot be opened does not exist, or cannot be replaced, which is reported when it is written.
    let Ok(file) = File::open(path) else { return Ok(()) };
    let mut start = Vec::new();
    let read = file.take(4096).read_to_end(&mut start);
    if read.is_ok() && String::from_utf8_lossy(&start).contains(MARK) {
        return Ok(());
    }
    bail!("{} exists and is not a report of plenary; name another file, or pass --force to replace it", path.display())
}
