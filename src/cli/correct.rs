//! `plenary correct`: the answers of a sheet become corrections that a study names.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;

use super::output::{message, plural, print};
use crate::attribute::{Answer, Corrections};
use crate::corpus::files::write_file;
use crate::review::{Sheet, UNSURE, corrections};

/// Turn the answers of a review sheet into a corrections file that the study names.
#[derive(Debug, Args)]
pub(crate) struct CorrectArgs {
    /// Sheet with answers: the CSV file of `plenary segment --review`, or the one that its page saved.
    #[arg(value_name = "SHEET")]
    sheet: PathBuf,
    /// Corrections file. If it exists, the answers are added to it; a new answer about a turn replaces the old one.
    #[arg(long, value_name = "FILE", default_value = "corrections.csv")]
    out: PathBuf,
}

pub(crate) fn run(args: &CorrectArgs) -> anyhow::Result<ExitCode> {
    let sheet = read_sheet(&args.sheet)?;
    let answers = corrections(&sheet)?;
    if answers.is_empty() {
        bail!(
            "{}: no turn has an answer yet; write one of {} into the column `answer`",
            args.sheet.display(),
            Answer::NAMES.join(", ")
        );
    }
    let shown = args.out.display().to_string();
    let known = if args.out.exists() {
        Corrections::parse(&Corrections::bytes(&args.out)?, &shown)?
    } else {
        Corrections::default()
    };
    let n_known = known.corrections().len();
    let all = known.with(answers.clone());
    write_whole(&args.out, &all.to_csv())?;
    let counts: Vec<String> = Answer::NAMES
        .iter()
        .map(|name| (name, answers.iter().filter(|correction| correction.answer.name() == *name).count()))
        .filter(|(_, n)| *n > 0)
        .map(|(name, n)| format!("{n} {name}"))
        .collect();
    print(&format!("{}: {}\n", plural(answers.len(), "answer"), counts.join(", ")))?;
    let n_open = sheet.rows.iter().filter(|row| row.answer.is_empty() || row.answer == UNSURE).count();
    if n_open > 0 {
        message(&format!("{} without an answer or unsure: left as they are", plural(n_open, "turn")), "");
    }
    let grown = if n_known == 0 { "wrote" } else { "added to" };
    message(
        &format!(
            "{grown} {shown}, which has {} now; name it in the study under [transcript]: corrections = \"...\"",
            plural(all.corrections().len(), "answer")
        ),
        "",
    );
    Ok(ExitCode::SUCCESS)
}

/// Reads a sheet.
pub(super) fn read_sheet(path: &Path) -> anyhow::Result<Sheet> {
    let bytes = std::fs::read(path).with_context(|| format!("{}: cannot read the sheet", path.display()))?;
    Ok(Sheet::parse(&bytes, &path.display().to_string())?)
}

/// Writes a file as a whole or not at all: beside its place first, then moved there.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if path.is_dir() {
        bail!("{} is a folder; expected the name of a file. Nothing was changed", path.display());
    }
    write_file(path, bytes).with_context(|| {
        format!("{}: the file cannot be written; expected a folder that exists and may be written", path.display())
    })
}
