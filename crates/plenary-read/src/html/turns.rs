//! Tables of turns in a page.
//!
//! **Input:** the rows of a page. **Output:** the rows, in which those of a table of turns are marked with their turn and have
//! only the speech, and the turns. Nothing is refused; a page that is not mostly such tables stays as it is.

use super::rows::{Cell, Row};
use crate::turn_table::TurnColumns;
use plenary_corpus::{Layout, Turn};

/// Share of the words of a page that the turns must have, so that nobody is searched for elsewhere: 7 of 10.
const MOST: (usize, usize) = (7, 10);

/// Number of columns beyond which a table is not one of turns.
const MOST_COLUMNS: usize = 50;

/// Rows of a page that belong to one row of a table.
struct TableRow {
    rows: Vec<usize>,
    /// The rows of each cell, and its text.
    cells: Vec<(Vec<usize>, String)>,
}

/// Marks the tables of turns.
pub(super) fn mark(rows: Vec<Row>) -> (Vec<Row>, Vec<Turn>) {
    if rows.iter().all(|row| row.cell.is_none()) {
        return (rows, Vec::new());
    }
    let words = |row: &Row| row.text().split_whitespace().count();
    let mut turns = Vec::new();
    let mut marked = rows.clone();
    let mut is_dropped = vec![false; rows.len()];
    let mut n_words = 0;
    let mut from = 0;
    while from < rows.len() {
        let Some(Cell { table, .. }) = rows[from].cell else {
            from += 1;
            continue;
        };
        let n = rows[from..].iter().take_while(|row| row.cell.is_some_and(|cell| cell.table == table)).count();
        let lines = table_rows(&rows, from, n);
        let texts: Vec<Vec<String>> =
            lines.iter().map(|line| line.cells.iter().map(|(_, text)| text.clone()).collect()).collect();
        if let Some(columns) = TurnColumns::of(&texts) {
            for (at, (line, texts)) in lines.iter().zip(&texts).enumerate() {
                if columns.names == Some(at) {
                    line.rows.iter().for_each(|row| marked[*row].layout = Layout::Ornament);
                    n_words += line.rows.iter().map(|row| words(&rows[*row])).sum::<usize>();
                }
                let speech = line.cells.get(columns.text).map_or(&[][..], |(rows, _)| rows.as_slice());
                let (Some(first), true) = (speech.first(), columns.is_turn(at, texts.len())) else { continue };
                n_words += line.rows.iter().map(|row| words(&rows[*row])).sum::<usize>();
                let turn = columns.turn(texts, &turns);
                turns.push(turn);
                line.rows.iter().for_each(|row| is_dropped[*row] = !speech.contains(row));
                for row in speech {
                    marked[*row].turn = Some(turns.len() - 1);
                    marked[*row].cell = None;
                }
                marked[*first].beside = columns.beside(texts);
            }
        }
        from += n;
    }
    let all: usize = rows.iter().map(words).sum();
    if turns.is_empty() || n_words * MOST.1 < all * MOST.0 {
        return (rows, Vec::new());
    }
    let kept = marked.into_iter().zip(is_dropped).filter(|(_, is_dropped)| !is_dropped);
    (kept.map(|(row, _)| row).collect(), turns)
}

/// The rows of a table among the rows of a page. Blank cells have no row of the page.
fn table_rows(rows: &[Row], from: usize, n: usize) -> Vec<TableRow> {
    let mut lines: Vec<(usize, TableRow)> = Vec::new();
    let mut width = 0;
    for (at, row) in rows.iter().enumerate().skip(from).take(n) {
        let Some(cell) = row.cell else { continue };
        if lines.last().is_none_or(|(number, _)| *number != cell.row) {
            lines.push((cell.row, TableRow { rows: Vec::new(), cells: Vec::new() }));
        }
        let Some((_, line)) = lines.last_mut() else { continue };
        line.rows.push(at);
        let cell = cell.column.max(1);
        if line.cells.len() < cell {
            line.cells.resize(cell, (Vec::new(), String::new()));
        }
        let (own, text) = &mut line.cells[cell - 1];
        own.push(at);
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(row.text().trim());
        width = width.max(cell);
    }
    if width > MOST_COLUMNS {
        return Vec::new();
    }
    // Cells at the end of a row may be blank.
    for (_, line) in &mut lines {
        if line.cells.len() > 1 {
            line.cells.resize(width, (Vec::new(), String::new()));
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}
