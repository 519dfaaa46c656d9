//! Reading columns that a table may lack.

use plenary_tables::{DataFrame, OpenError, ReadValue, Results, Table, column};

use super::{MissingColumn, Which};

/// Results, and the columns that they were found to lack.
pub(super) struct Reader<'r> {
    pub(super) results: &'r Results,
    pub(super) missing: Vec<(&'static str, String)>,
}

impl<'r> Reader<'r> {
    pub(super) fn new(results: &'r Results) -> Self {
        Self { results, missing: Vec::new() }
    }

    /// Gives the rows of a table, some thousand at a time, with the columns that it has of `columns`.
    pub(super) fn each(
        &mut self,
        table: Table,
        columns: &[&str],
        mut take: impl FnMut(&DataFrame) -> Result<(), OpenError>,
    ) -> Result<(), OpenError> {
        let stored = self.results.stored(table, Some(columns))?;
        for column in stored.missing {
            if !self.missing.iter().any(|(of, name)| *of == table.name && *name == column) {
                self.missing.push((table.name, column));
            }
        }
        for frame in stored.groups {
            take(&frame?)?;
        }
        Ok(())
    }
}

/// The cells of a column; nulls if the table has no such column.
pub(super) fn cells<'s, T: ReadValue<'s> + Clone>(
    frame: &'s DataFrame,
    name: &str,
) -> Result<Vec<Option<T>>, OpenError> {
    if frame.column(name).is_ok() { column(frame, name) } else { Ok(vec![None; frame.height()]) }
}

/// The columns that one of two results lacks and the other has.
pub(super) fn only_on_one_side(
    old: Vec<(&'static str, String)>,
    new: Vec<(&'static str, String)>,
) -> Vec<MissingColumn> {
    let column = |(table, column): &(&'static str, String), missing_in| MissingColumn {
        table: (*table).to_owned(),
        column: column.clone(),
        missing_in,
    };
    let of_old = old.iter().filter(|missing| !new.contains(missing)).map(|missing| column(missing, Which::Old));
    let of_new = new.iter().filter(|missing| !old.contains(missing)).map(|missing| column(missing, Which::New));
    of_old.chain(of_new).collect()
}
