//! `plenary init`: writes a commented study.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use plenary::study::EXAMPLE;

use super::Verbosity;
use super::say::print;

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

pub fn run(args: &InitArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    if args.file.as_os_str() == "-" {
        print(EXAMPLE)?;
        return Ok(ExitCode::SUCCESS);
    }
    let shown = args.file.display();
    let created = if args.force {
        std::fs::write(&args.file, EXAMPLE)
    } else {
        File::create_new(&args.file).and_then(|mut file| file.write_all(EXAMPLE.as_bytes()))
    };
    match created {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{shown} exists and was not touched; name another file, or replace it with --force")
        }
        other => other.with_context(|| format!("cannot write {shown}; check that its folder exists"))?,
    }
    if !verbosity.quiet {
        print(&format!(
            "Wrote {shown}. Add your propositions under [[targets]], then:\n\n    \
             plenary run TRANSCRIPTS --study {shown} --out results\n"
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
