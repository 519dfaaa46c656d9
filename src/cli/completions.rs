//! `plenary completions`: completion scripts for shells, generated from the arguments.

use std::process::ExitCode;

use clap::Args;
use clap_complete::Shell;

use super::output::print;

/// Print a completion script for a shell.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  plenary completions bash > ~/.local/share/bash-completion/completions/plenary")]
pub(crate) struct CompletionsArgs {
    /// Shell to print the script for.
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "plenary", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
