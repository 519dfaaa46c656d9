//! `plenary show`: the summary of results, or the rows of a table.
//!
//! **Input**: a results folder. **Output**: the summary as text or JSON, or a table as text, CSV or JSON. **Refused**:
//! a folder that is not complete and undamaged.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};

use super::figures::Figures;
use super::output::{ignore_broken_pipe, one_line, plural, print, table};
use super::summary::summary;
use crate::table::{Check, DataFrame, Results, text};

/// Print the summary of results again, or look at a table.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// Results folder that a run wrote.
    #[arg(value_name = "RESULTS")]
    results: PathBuf,
    /// Print the figures of the summary as JSON.
    #[arg(long, conflicts_with = "table")]
    json: bool,
    /// Print the rows of this table, such as analysis or speakers.
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// Print only these columns, in this order.
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', requires = "table")]
    columns: Vec<String>,
    /// Maximum number of rows [default: 20 as text, all rows as CSV or JSON].
    #[arg(long, value_name = "N", requires = "table")]
    limit: Option<usize>,
    /// How to print the table [default: text].
    #[arg(long, value_enum, value_name = "FORMAT", requires = "table")]
    format: Option<Format>,
    /// Check the sizes of all files, but the content only of the tables that are read.
    #[arg(long)]
    quick: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// Aligned columns, long cells shortened
    #[default]
    Text,
    /// CSV, lists joined with `; `, without vectors
    Csv,
    /// An array of objects
    Json,
}

/// Rows of a table as text, unless the user asks for more.
const TEXT_ROWS: usize = 20;
/// Maximum number of characters of a cell in a table as text.
const TEXT_CELL: usize = 60;

pub(crate) fn run(args: &ShowArgs) -> anyhow::Result<ExitCode> {
    let results = Results::open(&args.results, if args.quick { Check::Quick } else { Check::Full })?;
    match &args.table {
        Some(name) => print_table(&results, name, args)?,
        None => {
            let figures = Figures::of(&results)?;
            let text = if args.json {
                serde_json::to_string_pretty(&figures).context("cannot write the figures as JSON")? + "\n"
            } else {
                summary(&figures, &args.results, None)
            };
            print(&text)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn print_table(results: &Results, name: &str, args: &ShowArgs) -> anyhow::Result<()> {
    let format = args.format.unwrap_or_default();
    let n_rows = results.n_rows(name)?;
    let shown = n_rows.min(args.limit.unwrap_or(if format == Format::Text { TEXT_ROWS } else { usize::MAX }));
    let columns: Vec<&str> = args.columns.iter().map(|column| column.trim()).collect();
    let columns = (!columns.is_empty()).then_some(columns.as_slice());
    match format {
        Format::Text => {
            let rows = results.head(name, columns, shown)?;
            print(&as_text(&rows, n_rows)?)
        }
        Format::Csv => {
            let header = csv(&results.head(name, columns, 0)?, true)?;
            if header.trim_ascii().is_empty() {
                bail!("CSV cannot hold vectors; pass --format json");
            }
            print_pieces(results, name, columns, shown, header, |rows, _| csv(rows, false), b"")
        }
        Format::Json => print_pieces(results, name, columns, shown, b"[".to_vec(), json, b"\n]\n"),
    }
}

/// Prints the first rows of a table piece by piece, so that the table is never in memory as a whole.
fn print_pieces(
    results: &Results,
    name: &str,
    columns: Option<&[&str]>,
    n: usize,
    start: Vec<u8>,
    write: impl Fn(&DataFrame, bool) -> anyhow::Result<Vec<u8>>,
    end: &[u8],
) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let mut print = |bytes: &[u8]| ignore_broken_pipe(out.write_all(bytes)).context("cannot write to standard output");
    print(&start)?;
    let mut printed = 0;
    for group in results.groups(name, columns)? {
        if printed == n {
            break;
        }
        let rows = in_order(&group?, columns)?.head(Some(n - printed));
        print(&write(&rows, printed == 0)?)?;
        printed += rows.height();
    }
    print(end)
}

/// The columns in the order in which they were asked for.
fn in_order(rows: &DataFrame, columns: Option<&[&str]>) -> anyhow::Result<DataFrame> {
    Ok(match columns {
        Some(columns) => rows.select(columns.iter().copied())?,
        None => rows.clone(),
    })
}

fn csv(rows: &DataFrame, header: bool) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    text::write_csv(rows, &mut bytes, header)?;
    Ok(bytes)
}

/// Rows as objects of an array, one per line.
fn json(rows: &DataFrame, first: bool) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for (position, row) in text::json_rows(rows)?.iter().enumerate() {
        bytes.extend(if first && position == 0 { &b"\n"[..] } else { b",\n" });
        serde_json::to_writer(&mut bytes, row)?;
    }
    Ok(bytes)
}

fn as_text(rows: &DataFrame, n_rows: usize) -> anyhow::Result<String> {
    let names: Vec<&str> = rows.get_column_names().into_iter().map(AsRef::as_ref).collect();
    let mut shown = table(&names, 0..0);
    for row in text::text_rows(rows)? {
        shown.add_row(row.iter().map(|cell| shortened(&one_line(cell))));
    }
    let mut text = format!("{}\n", shown.trim_fmt());
    if let Some(more @ 1..) = n_rows.checked_sub(rows.height()) {
        text += &format!(" ... and {} (--limit N shows N)\n", plural(more, "more row"));
    }
    Ok(text)
}

fn shortened(cell: &str) -> String {
    match cell.char_indices().nth(TEXT_CELL) {
        Some(_) => cell.chars().take(TEXT_CELL - 1).chain(['…']).collect(),
        None => cell.to_owned(),
    }
}
