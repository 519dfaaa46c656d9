//! Rows that continue the turn above: in a table whose turns have numbers, rows without a number and a speaker.
//!
//! **Input:** a table and the use of its columns. **Output:** the table with the speaker of the row above in such rows, and a warning that
//! counts them. Nothing is refused. Left alone are tables without a column that counts the turns, and rows without the time that
//! the other rows have, such as sums below the table.

use super::Table;
use super::columns::Use;

/// Minimum number of rows with a number.
const FEWEST: usize = 4;

/// Fills in the speakers of continued turns.
pub(super) fn fill(table: &mut Table, found: &Use) {
    let Some(speaker) = found.speaker else { return };
    let Some(number) = (0..table.names.len()).find(|column| counts_turns(table, found, *column)) else { return };
    let mut n = 0;
    let mut above: Option<String> = None;
    for row in &mut table.rows {
        let is_filled = |column: usize| row.cells.get(column).is_some_and(Option::is_some);
        let continues = !is_filled(speaker)
            && !is_filled(number)
            && is_filled(found.text)
            && found.time_start.is_none_or(is_filled);
        if is_filled(speaker) {
            above.clone_from(&row.cells[speaker]);
        } else if continues && above.is_some() {
            // A row may end before the column of speakers.
            row.cells.resize(row.cells.len().max(speaker + 1), None);
            row.cells[speaker].clone_from(&above);
            n += 1;
        }
    }
    if n > 0 {
        table.warnings.push(format!("{n} rows without a number and a speaker continue the turn above"));
    }
}

/// Whether a column numbers the rows that have a speaker, one after the other.
fn counts_turns(table: &Table, found: &Use, column: usize) -> bool {
    let others = [found.speaker, Some(found.text), found.time_start, found.time_end, found.speaker_id];
    if others.contains(&Some(column)) {
        return false;
    }
    let spoken = |row: &&super::Row| {
        let is_filled = |column: Option<usize>| column.and_then(|at| row.cells.get(at)).is_some_and(Option::is_some);
        is_filled(found.speaker) && is_filled(Some(found.text))
    };
    let number = |row: &super::Row| row.cells.get(column)?.as_deref()?.trim().trim_end_matches('.').parse::<u32>().ok();
    let numbers: Vec<Option<u32>> = table.rows.iter().filter(spoken).map(number).collect();
    let counts_on = |pair: &[Option<u32>]| pair[0].is_some_and(|above| pair[1] == above.checked_add(1));
    numbers.len() >= FEWEST && numbers.iter().all(Option::is_some) && numbers.windows(2).all(counts_on)
}
