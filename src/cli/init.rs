//! `plenary init`: writes a commented study.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use crate::study::EXAMPLE;
use anyhow::{Context, bail};
use clap::Args;

use super::Verbosity;
use super::output::print;

/// Write a study file that lists every setting with its default and a comment.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// File to write; `-` writes to standard output.
    #[arg(default_value = "study.toml", value_name = "FILE")]
    file: PathBuf,
    /// Replace an existing file.
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(args: &InitArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
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
            bail!("{shown} already exists and was not changed; name another file, or pass --force to replace it")
        }
        other => {
            other.with_context(|| format!("cannot write {shown}; check that its folder exists and can be written"))?;
        }
    }
    if !verbosity.quiet {
        print(&format!(
            "Wrote {shown}. Add your propositions under [[targets]], then:\n\n    \
             plenary run TRANSCRIPTS --study {shown} --out results\n"
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
