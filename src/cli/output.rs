//! Text output of the commands: wrapped prose, tables without frames, messages on standard error.
//!
//! **Input**: text and rows. **Output**: standard output or standard error. A closed pipe (`| head`) is not an error.
//! Text is wrapped only on a terminal, so that other programs find one message per line.

use std::borrow::Cow;
use std::io::{self, ErrorKind, IsTerminal, Write};

use anyhow::Context;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};

use crate::corpus::rounding::{decimal, rounded};
use crate::validate::segments::Measure;

/// Maximum width of prose; longer lines are hard to read.
const MAX_WIDTH: usize = 120;

/// Prints results on standard output.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    ignore_broken_pipe(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
        .context("cannot write to standard output")
}

/// Treats a pipe that its reader has closed as success.
pub(crate) fn ignore_broken_pipe(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Prints a message on standard error; lines after the first are indented.
pub(crate) fn message(text: &str, indent: &str) {
    let text = wrap(text, "", indent, io::stderr().is_terminal());
    // If standard error cannot be written, there is no place left to report it.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Columns of the terminal on standard output; `None` if it is not a terminal.
pub(crate) fn terminal_width() -> Option<usize> {
    io::stdout().is_terminal().then(textwrap::termwidth)
}

/// Text wrapped to the terminal on standard output.
pub(crate) fn wrapped(text: &str, first: &str, rest: &str) -> String {
    wrap(text, first, rest, io::stdout().is_terminal())
}

fn wrap(text: &str, first: &str, rest: &str, on_terminal: bool) -> String {
    let width = if on_terminal { textwrap::termwidth().clamp(20, MAX_WIDTH) } else { usize::MAX };
    // Paths, ids and numbers are never broken, so that they can be copied.
    let options = textwrap::Options::new(width)
        .initial_indent(first)
        .subsequent_indent(rest)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    textwrap::fill(text, options)
}

/// A table without frames, as wide as the terminal. The columns `numbers` are right-aligned and never wrapped.
pub(crate) fn table(header: &[&str], numbers: std::ops::Range<usize>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(header.to_vec());
    for position in numbers {
        if let Some(column) = table.column_mut(position) {
            column.set_cell_alignment(CellAlignment::Right);
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    table
}

/// Keeps columns of ids or intervals from being wrapped.
pub(crate) fn no_wrap(table: &mut Table, columns: &[usize]) {
    for position in columns {
        if let Some(column) = table.column_mut(*position) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
}

/// `1 document`, `2 documents`.
pub(crate) fn plural(n: usize, noun: &str) -> String {
    let ending = match (n, noun.ends_with('s')) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{n} {noun}{ending}")
}

/// A number with its sign and two decimals; a number that rounds to zero has no sign.
pub(crate) fn signed(number: f64) -> String {
    let text = format!("{:+.2}", rounded(number));
    if text == "-0.00" || text == "+0.00" { " 0.00".into() } else { text }
}

/// A mean of a measure, or a difference of two means: shares have no sign.
pub(crate) fn mean(number: f64, measure: &Measure, is_difference: bool) -> String {
    if measure.code().is_some() && !is_difference { decimal(number) } else { signed(number) }
}

/// A message on one line.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains('\n') { text.split_whitespace().collect::<Vec<_>>().join(" ").into() } else { text.into() }
}
