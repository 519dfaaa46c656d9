//! `plenary init`: writes a commented study.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use plenary::study::EXAMPLE;

/// Write a commented study file with every choice and its default.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// Where to write it; `-` for standard output.
    #[arg(default_value = "study.toml", value_name = "FILE")]
    file: PathBuf,
    /// Replace the file if it exists.
    #[arg(long)]
    force: bool,
}

pub fn run(args: &InitArgs) -> anyhow::Result<ExitCode> {
    if args.file.as_os_str() == "-" {
        std::io::stdout().write_all(EXAMPLE.as_bytes()).context("cannot write to standard output")?;
        return Ok(ExitCode::SUCCESS);
    }
    let shown = args.file.display();
    if args.file.exists() && !args.force {
        bail!("{shown} exists; name another file, or replace it with --force");
    }
    std::fs::write(&args.file, EXAMPLE).with_context(|| format!("cannot write {shown}"))?;
    println!(
        "Wrote {shown}. Add your propositions under [[targets]], then:\n\n    plenary run TRANSCRIPTS --study {shown} --out results"
    );
    Ok(ExitCode::SUCCESS)
}
