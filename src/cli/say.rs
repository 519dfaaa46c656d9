//! How commands speak: prose wrapped to the terminal, tables without frames, on standard output or standard error.
//!
//! A reader that has gone away (`| head`) ends nothing and panics nowhere. Off a terminal nothing is wrapped, so that
//! other programs find one message on one line.

use std::borrow::Cow;
use std::io::{self, ErrorKind, IsTerminal, Write};

use anyhow::Context;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};

/// Prose is easier to read when lines are not as long as a wide terminal.
const WIDEST: usize = 120;

/// Prints results on standard output.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    forgive_absence(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
        .context("cannot write to standard output")
}

/// A reader that has gone away is no error.
pub fn forgive_absence(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Says something on standard error; what follows the first line is indented.
pub fn say(text: &str, indent: &str) {
    let text = wrap(text, "", indent, io::stderr().is_terminal());
    // Where standard error cannot be written, nobody can be told.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Columns of the terminal that standard output is; `None` where it is none.
pub fn width() -> Option<usize> {
    io::stdout().is_terminal().then(textwrap::termwidth)
}

/// Text wrapped to the terminal of standard output.
pub fn wrapped(text: &str, first: &str, rest: &str) -> String {
    wrap(text, first, rest, io::stdout().is_terminal())
}

fn wrap(text: &str, first: &str, rest: &str, on_terminal: bool) -> String {
    let width = if on_terminal { textwrap::termwidth().clamp(20, WIDEST) } else { usize::MAX };
    // Paths, ids and numbers stay whole, so that they can be copied.
    let options = textwrap::Options::new(width)
        .initial_indent(first)
        .subsequent_indent(rest)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    textwrap::fill(text, options)
}

/// A table without frames, as wide as the terminal; the columns `numbers` hold numbers. On a narrow terminal text is
/// wrapped, numbers are not.
pub fn table(header: &[&str], numbers: std::ops::Range<usize>) -> Table {
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
pub fn keep_whole(table: &mut Table, columns: &[usize]) {
    for position in columns {
        if let Some(column) = table.column_mut(*position) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
}

/// `1 document`, `2 documents`.
pub fn many(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// A number with its sign and two digits; what rounds to nothing has no sign.
pub fn signed(number: f64) -> String {
    let text = format!("{number:+.2}");
    if text == "-0.00" || text == "+0.00" { " 0.00".into() } else { text }
}

/// A message that may hold several lines as one.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains('\n') { text.split_whitespace().collect::<Vec<_>>().join(" ").into() } else { text.into() }
}
