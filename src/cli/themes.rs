//! `plenary themes`: the themes of results, and decisions about them.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::output::print;
use crate::table::schema::{ThemeHistoryRow, ThemeRow};
use crate::table::{Check, Results};
use crate::themes::{Decision, decide, load_edits};

/// List the themes of results, name them, or merge them for runs that continue them (`plenary run --themes`).
#[derive(Debug, Args)]
pub(crate) struct ThemesArgs {
    #[command(subcommand)]
    command: ThemesCommand,
}

#[derive(Debug, Clone, Subcommand)]
enum ThemesCommand {
    /// List the themes with their sizes, and what became of the earlier ones.
    List {
        /// Results folder.
        #[arg(value_name = "RESULTS")]
        results: PathBuf,
    },
    /// Name a theme.
    Name {
        /// Results folder.
        #[arg(value_name = "RESULTS")]
        results: PathBuf,
        /// The theme, such as t03.
        #[arg(value_name = "THEME")]
        id: String,
        /// Its name.
        #[arg(value_name = "NAME")]
        name: String,
        /// What it is about.
        #[arg(long, value_name = "TEXT", default_value = "")]
        description: String,
    },
    /// Make several themes one.
    Merge {
        /// Results folder.
        #[arg(value_name = "RESULTS")]
        results: PathBuf,
        /// The theme that remains.
        #[arg(value_name = "INTO")]
        into: String,
        /// The themes whose segments it receives.
        #[arg(value_name = "THEME", required = true)]
        themes: Vec<String>,
    },
}

pub(crate) fn run(args: &ThemesArgs) -> anyhow::Result<ExitCode> {
    let (results, decision) = match args.command.clone() {
        ThemesCommand::List { results } => return list(&results),
        ThemesCommand::Name { results, id, name, description } => (results, Decision::Name { id, name, description }),
        ThemesCommand::Merge { results, into, themes } => (results, Decision::Merge { into, themes }),
    };
    let file = decide(&results, decision)?;
    let shown = results.display();
    print(&format!(
        "Wrote {}. Runs with `--themes {shown}` apply it; the tables in {shown} are unchanged.\n",
        file.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn list(folder: &std::path::Path) -> anyhow::Result<ExitCode> {
    let results = Results::open(folder, Check::Quick)?;
    let (themes, history) = (results.frame(ThemeRow::TABLE)?, results.frame(ThemeHistoryRow::TABLE)?);
    let (themes, history) = (ThemeRow::rows(&themes)?, ThemeHistoryRow::rows(&history)?);
    let decided = load_edits(&folder.join(crate::themes::EDITS))?;
    let mut text = String::new();
    for theme in &themes {
        let next = decided.themes.iter().find(|named| named.id == theme.theme_id).map(|named| named.name.as_str());
        let title = next.or(theme.name).unwrap_or(theme.label);
        let own = |row: &&ThemeHistoryRow| row.theme_id == Some(theme.theme_id);
        let change = history.iter().find(own).map_or("", |row| row.change);
        let n = theme.n_segments;
        text.push_str(&format!("{:<9} {n:>7} segments  {change:<7} {title}\n", theme.theme_id));
    }
    for row in history.iter().filter(|row| row.theme_id.is_none()) {
        text.push_str(&format!("{:<9} {:>16}  {}\n", row.previous_theme_id.unwrap_or_default(), "", row.change));
    }
    if themes.is_empty() {
        text.push_str("The results have no themes.\n");
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}
