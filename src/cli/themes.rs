//! `plenary themes`: the themes of results, decisions about them, and how they overlap with the study's codes.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Verbosity;
use super::figures::{n_unassigned, unassigned_in_words};
use super::output::{print, table};
use crate::corpus::progress::Silent;
use crate::corpus::rounding::percent;
use crate::table::schema::{ThemeHistoryRow, ThemeRow};
use crate::table::{Check, Results};
use crate::themes::{
    Decision, EDITS, Overlap, Part, SplitInto, ThemeKind, decide, decisions, overlap, registry_of, waiting,
};

/// Codes of a theme, and themes of a code, that are listed.
const SHOWN: usize = 3;
/// Share from which they are listed.
const SHOWN_FROM: f64 = 0.1;

/// List the themes of results, compare them with the study's codes, and name, merge or split them for runs that continue them (`plenary run
/// --themes`).
#[derive(Debug, Args)]
pub(crate) struct ThemesArgs {
    #[command(subcommand)]
    command: ThemesCommand,
}

#[derive(Debug, Clone, Subcommand)]
enum ThemesCommand {
    /// List the themes with their sizes, what became of the earlier ones, and which splits and merges wait for the next run.
    List {
        /// Results folder.
        #[arg(value_name = "RESULTS")]
        results: PathBuf,
    },
    /// Compare the themes that were found with the codes of the study.
    Suggest {
        /// Results folder of a run whose study has codes for themes.
        #[arg(value_name = "RESULTS")]
        results: PathBuf,
        /// Print everything as JSON.
        #[arg(long)]
        json: bool,
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
    /// Split a theme around segments that you name, or into a number of parts that its texts fall into.
    ///
    /// The theme keeps its id and the texts that are nearest to what stays. Each new theme gets the next free id.
    #[command(group = clap::ArgGroup::new("how").required(true).args(["part", "into"]))]
    Split {
        /// Results folder.
        #[arg(value_name = "RESULTS")]
        results: PathBuf,
        /// The theme, such as t03.
        #[arg(value_name = "THEME")]
        id: String,
        /// Ids of segments of a new theme, separated by commas; repeated for each further theme.
        #[arg(long, value_name = "SEGMENT,...")]
        part: Vec<String>,
        /// Ids of segments that stay, separated by commas [default: all other segments stand for what stays].
        #[arg(long, value_name = "SEGMENT,...", value_delimiter = ',', conflicts_with = "into")]
        stays: Vec<String>,
        /// Number of themes that it becomes, at most; they are the communities of its texts.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=100))]
        into: Option<u16>,
    },
}

pub(crate) fn run(args: &ThemesArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let (results, decision) = match args.command.clone() {
        ThemesCommand::List { results } => return list(&results),
        ThemesCommand::Suggest { results, json } => return suggest(&results, json),
        ThemesCommand::Name { results, id, name, description } => (results, Decision::Name { id, name, description }),
        ThemesCommand::Merge { results, into, themes } => (results, Decision::Merge { into, themes }),
        ThemesCommand::Split { results, id, part, stays, into } => {
            let segments = |list: String| list.split(',').map(|id| id.trim().to_owned()).collect();
            let into = match into {
                Some(n) => SplitInto::Number(n.into()),
                None => SplitInto::Segments { stays, parts: part.into_iter().map(segments).collect() },
            };
            return split(&results, &id, &into, verbosity);
        }
    };
    let file = decide(&results, decision)?;
    if !verbosity.quiet {
        print(&wrote(&results, &file))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn split(results: &Path, id: &str, into: &SplitInto, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let seed = crate::study::Study::default().study.seed;
    let decided = crate::themes::split(results, id, into, seed, &Silent)?;
    if verbosity.quiet {
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = String::new();
    for theme in &decided.themes {
        text.push_str(&format!("{:<9} {:>7} texts\n", theme.theme_id, theme.n_texts));
        for typical in &theme.texts {
            text.push_str(&format!("    {}\n", typical.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    print(&(text + &wrote(results, &decided.file)))?;
    Ok(ExitCode::SUCCESS)
}

fn wrote(results: &Path, file: &Path) -> String {
    let shown = results.display();
    format!("Wrote {}. Runs with `--themes {shown}` apply it; the tables in {shown} are unchanged.\n", file.display())
}

fn list(folder: &Path) -> anyhow::Result<ExitCode> {
    let results = Results::open(folder, Check::Quick)?;
    let (themes, history) = (results.frame(ThemeRow::TABLE)?, results.frame(ThemeHistoryRow::TABLE)?);
    let (themes, history) = (ThemeRow::rows(&themes)?, ThemeHistoryRow::rows(&history)?);
    let file = folder.join(EDITS);
    let registry = registry_of(folder)?;
    let decided = decisions(&file, &registry)?;
    let next = waiting(&registry, &decided);
    let mut text = String::new();
    for theme in &themes {
        let given = decided.themes.iter().find(|named| named.id == theme.theme_id).map(|named| named.name.as_str());
        let title = given.or(theme.name).unwrap_or(theme.label);
        let own = |row: &&ThemeHistoryRow| row.theme_id == Some(theme.theme_id);
        let change = history.iter().find(own).map_or("", |row| row.change);
        let n = theme.n_segments;
        let asked = theme.endpoint_label.zip(theme.endpoint_label_model);
        let asked = asked.map_or_else(String::new, |(label, model)| format!(" ({model}: {label})"));
        text.push_str(&format!("{:<9} {n:>7} segments  {change:<7} {title}{asked}\n", theme.theme_id));
    }
    for row in history.iter().filter(|row| row.theme_id.is_none()) {
        text.push_str(&format!("{:<9} {:>16}  {}\n", row.previous_theme_id.unwrap_or_default(), "", row.change));
    }
    let splits = next.splits.iter().map(|(theme, new)| format!("{theme} is split into {theme}, {}", new.join(", ")));
    let merges = next.merges.iter().map(|(theme, into)| format!("{theme} is merged into {into}"));
    let applied: Vec<String> = splits.chain(merges).collect();
    if !applied.is_empty() {
        text.push_str(&format!("Decided, for runs that continue these themes: {}.\n", applied.join("; ")));
    }
    for one in &next.not_applicable {
        text.push_str(&format!("Not applicable: {}: {}.\n", one.decision, one.why));
    }
    if !next.not_applicable.is_empty() {
        let refused = next.not_applicable.iter().any(|one| one.is_refused);
        let until = if refused { "; runs that continue these themes refuse the file until then" } else { "" };
        text.push_str(&format!("Correct or remove these sections of {}{until}.\n", file.display()));
    }
    if let Some(unassigned) = unassigned_in_words(n_unassigned(&results)?) {
        text.push_str(&format!("{unassigned}\n"));
    }
    if themes.is_empty() {
        text.push_str("The results have no themes.\n");
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn suggest(folder: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let found = overlap(&Results::open(folder, Check::Quick)?)?;
    let text = if json { serde_json::to_string_pretty(&found)? + "\n" } else { suggestions(&found) };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// Themes with their codes, codes with their themes, and what follows from them.
fn suggestions(found: &Overlap) -> String {
    let percent_of = |n: usize, all: usize| percent(n as f64 / all.max(1) as f64);
    let parts = |parts: &[Part]| {
        let shown = parts.iter().filter(|part| part.share >= SHOWN_FROM).take(SHOWN);
        shown.map(|part| format!("{} {}", part.id, percent(part.share))).collect::<Vec<_>>().join(", ")
    };
    let mut themes = table(&["theme", "segments", "no code", "codes", "label"], 1..3);
    for theme in &found.themes {
        let without = percent_of(theme.n_without_code, theme.n_segments);
        themes.add_row([&theme.theme_id, &theme.n_segments.to_string(), &without, &parts(&theme.codes), &theme.title]);
    }
    let mut codes = table(&["code", "segments", "themes", "name"], 1..2);
    for code in &found.codes {
        codes.add_row([&code.code_id, &code.n_segments.to_string(), &parts(&code.themes), &code.title]);
    }
    let (n_coded, n) = (found.n_coded, found.n_segments);
    let mut text =
        format!("{n_coded} of {n} segments ({}) have a code.\n\n{themes}\n\n{codes}\n", percent_of(n_coded, n));
    let of_kind = |kind: ThemeKind| {
        let themes = found.themes.iter().filter(|theme| theme.kind == Some(kind));
        themes.map(|theme| theme.theme_id.as_str()).collect::<Vec<_>>().join(", ")
    };
    let unused: Vec<&str> =
        found.codes.iter().filter(|code| code.n_segments == 0).map(|code| code.code_id.as_str()).collect();
    let notes = [
        ("Themes of which most segments have no code (is a code missing?)", of_kind(ThemeKind::Uncovered)),
        ("Themes that several codes share", of_kind(ThemeKind::Mixed)),
        ("Codes without a segment (do their descriptions use the words of the texts?)", unused.join(", ")),
    ];
    for (note, ids) in notes.iter().filter(|(_, ids)| !ids.is_empty()) {
        text.push_str(&format!("\n{note}: {ids}"));
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}
