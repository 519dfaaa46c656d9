//! `plenary compare`: what changed between two runs.
//!
//! **Input**: two results folders. **Output**: sentences and tables, JSON, CSV files or a page. **Refused**: folders without results, to replace
//! files that plenary did not write.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{ArgGroup, Args};
use plenary_report::compare::{Comparison, Sheet, SheetCell, compare, page, sheets, summary};

use super::Verbosity;
use super::correct::write_whole;
use super::output::{message, no_wrap, one_line, plural, print, table, wrapped};
use super::report::check_place;
use crate::table::made::{MadeFolder, MadeFrom};
use crate::table::{Check, Results};

/// Show what changed between two runs: documents, people, labels, themes, estimates, settings.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP, group(ArgGroup::new("written").multiple(true)))]
pub(crate) struct CompareArgs {
    /// Results folder of the earlier run.
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// Results folder of the later run.
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Print JSON.
    #[arg(long, conflicts_with = "html")]
    json: bool,
    /// Write the tables `settings`, `columns`, `documents`, `people`, `labels`, `examples`, `themes` and `estimates` as CSV files into a folder.
    #[arg(long, value_name = "DIR", group = "written")]
    csv: Option<PathBuf>,
    /// Write a page. A page of plenary is replaced; another file is not.
    #[arg(long, value_name = "FILE", group = "written")]
    html: Option<PathBuf>,
    /// Replace files that exist.
    #[arg(long, requires = "written")]
    force: bool,
}

const AFTER_HELP: &str = "Examples:
  plenary compare results-1 results-2
                             What changed, in sentences and short tables
  plenary compare results-1 results-2 --html changes.html
                             The same as a page, with all tables

Segments are matched by document and text. The exit code is 0 whether or not something changed; `plenary verify` is for checks.";

/// Rows of a table that are printed.
const MOST: usize = 12;

pub(crate) fn run(args: &CompareArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    if let Some(out) = args.html.as_ref().filter(|_| !args.force) {
        check_place(out)?;
    }
    let [old, new] = [Results::open(&args.old, Check::Record)?, Results::open(&args.new, Check::Record)?];
    let comparison = compare(&old, &new)?;
    let sheets = sheets(&comparison);
    if let Some(folder) = &args.csv {
        let files: Vec<(String, Vec<u8>)> = sheets.iter().map(csv_file).collect::<Result<_, _>>()?;
        let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
        MadeFolder::prepare(folder, "compare", &names, args.force)?.write(MadeFrom::comparison(&old, &new), &files)?;
        if !verbosity.quiet {
            message(&format!("wrote {} into {}", plural(sheets.len(), "table"), folder.display()), "");
        }
    }
    if let Some(out) = &args.html {
        let title = format!("What changed between {} and {}", args.old.display(), args.new.display());
        write_whole(out, page(&comparison, &title).as_bytes())?;
        if !verbosity.quiet {
            message(&format!("wrote {}. Open it in a browser", out.display()), "");
        }
    }
    if args.json {
        print(&(serde_json::to_string_pretty(&comparison)? + "\n"))?;
    } else if args.html.is_none() && args.csv.is_none() {
        print(&in_words(&comparison, &sheets))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn csv_file(sheet: &Sheet) -> anyhow::Result<(String, Vec<u8>)> {
    let bytes = sheet.csv().with_context(|| format!("cannot write the table {}", sheet.name))?;
    Ok((format!("{}.csv", sheet.name), bytes))
}

fn in_words(comparison: &Comparison, sheets: &[Sheet]) -> String {
    let mut text: String = summary(comparison).iter().map(|line| wrapped(line, "", "  ") + "\n").collect();
    // The columns of the tables that fit into a terminal.
    let shown: [(&str, &[&str]); 5] = [
        ("settings", &["key", "old", "new"]),
        ("documents", &["change", "path_old", "path_new"]),
        ("labels", &["measure", "from", "to", "n_segments"]),
        ("themes", &["theme_old", "theme_new", "label_new", "n_segments_old", "n_segments_new", "n_shared", "history"]),
        (
            "estimates",
            &[
                "group",
                "measure",
                "target",
                "category",
                "code",
                "label",
                "old",
                "new",
                "difference",
                "intervals_overlap",
            ],
        ),
    ];
    for (name, columns) in shown {
        let Some(sheet) = sheets.iter().find(|sheet| sheet.name == name) else { continue };
        text.push_str(&table_of(sheet, columns));
    }
    text
}

/// The first rows of a table that say something changed; nothing if none does.
fn table_of(sheet: &Sheet, columns: &[&str]) -> String {
    let at = |name: &str| sheet.columns.iter().position(|(column, _)| *column == name);
    let cell = |row: &[SheetCell], name: &str| at(name).and_then(|at| row.get(at)).cloned().unwrap_or(SheetCell::Empty);
    let is_change = |row: &&Vec<SheetCell>| match sheet.name {
        "documents" => cell(row, "change") != SheetCell::Text("same".to_owned()),
        "themes" => cell(row, "n_segments_old") != cell(row, "n_segments_new"),
        "estimates" => matches!(cell(row, "difference"), SheetCell::Number(difference) if difference != 0.0),
        _ => true,
    };
    let mut rows: Vec<&Vec<SheetCell>> = sheet.rows.iter().filter(is_change).collect();
    if sheet.name == "estimates" {
        // Whole corpus first, then the largest differences.
        let size = |row: &[SheetCell]| match cell(row, "difference") {
            SheetCell::Number(difference) => difference.abs(),
            _ => 0.0,
        };
        let is_part =
            |row: &[SheetCell]| !matches!(cell(row, "level"), SheetCell::Text(level) if level.starts_with("corpus"));
        rows.sort_by(|a, b| is_part(a).cmp(&is_part(b)).then(size(b).total_cmp(&size(a))));
    }
    if rows.is_empty() {
        return String::new();
    }
    // A terminal is too narrow for columns without a value.
    let has_value = |name: &&&str| rows.iter().any(|row| cell(row, name) != SheetCell::Empty);
    let columns: Vec<&str> = columns.iter().filter(has_value).copied().collect();
    let names: Vec<String> = columns.iter().map(|name| name.replace('_', " ")).collect();
    let mut shown = table(&names.iter().map(String::as_str).collect::<Vec<_>>(), 0..0);
    let is_number = |name: &&&str| at(name).is_some_and(|at| sheet.columns[at].1);
    let numbers: Vec<usize> =
        columns.iter().enumerate().filter(|(_, name)| is_number(name)).map(|(at, _)| at).collect();
    no_wrap(&mut shown, &numbers);
    for row in rows.iter().take(MOST) {
        shown.add_row(columns.iter().map(|name| match cell(row, name) {
            SheetCell::Number(number) if *name == "difference" => format!("{number:+.2}"),
            SheetCell::Number(number) => format!("{number:.2}"),
            other => one_line(&other.in_full()).into_owned(),
        }));
    }
    let more = match rows.len().checked_sub(MOST) {
        Some(more @ 1..) => format!("and {more} more (--csv, --html and --json have all)\n"),
        _ => String::new(),
    };
    format!("\n{}\n{}\n{more}", sheet.title, shown.trim_fmt())
}
