//! `plenary man`: man pages, generated from the arguments.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::output::print;

/// Print the man page, or write one page per command into a folder.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  plenary man --out ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// Write plenary.1, plenary-run.1 and the other pages into this folder; create it if needed, and replace earlier pages.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &ManArgs) -> anyhow::Result<ExitCode> {
    let command = super::command();
    if let Some(folder) = &args.out {
        std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder)).with_context(
            || format!("cannot write man pages into {}; name a folder that can be written", folder.display()),
        )?;
    } else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page).context("cannot generate the man page")?;
        print(&String::from_utf8_lossy(&page))?;
    }
    Ok(ExitCode::SUCCESS)
}
