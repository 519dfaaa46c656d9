//! How the files of a run differ from those that were computed again.

use plenary_corpus::progress::Progress;
use plenary_tables::schema::TABLES;
use plenary_tables::{FileState, Results, TableDifference, WrittenFile, difference};
use serde::Serialize;

/// A file of the results beside the same file of the results that were computed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableCheck {
    /// Name of the file.
    pub name: String,
    /// What differs.
    pub change: Change,
}

/// How a file differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// Not at all, byte for byte.
    None,
    /// It was computed again to what the record lists; the file in the folder was changed after the run.
    ChangedAfterTheRun,
    /// It was not computed again.
    NotComputed,
    /// It was computed, and the results do not have it.
    NotRecorded,
    /// The table has other columns, rows or values.
    Table(TableDifference),
    /// The bytes differ; the values are the same, or the file is not a table.
    Bytes,
    /// The file in the folder is not the one that the record lists, so that its rows are not compared.
    NotReadable {
        /// What is wrong with it.
        problem: String,
    },
}

/// Compares the files of two results, by their sha256 and, where that differs, by their rows. `is_compared` says which files are.
pub(super) fn compare(
    recorded: &Results,
    computed: &Results,
    is_compared: impl Fn(&str) -> bool,
    progress: &dyn Progress,
) -> Vec<TableCheck> {
    let mut checks = Vec::new();
    for file in recorded.files().iter().filter(|file| is_compared(&file.name)) {
        let new = computed.files().iter().find(|other| other.name == file.name);
        let change = new.map_or(Change::NotComputed, |new| change(recorded, computed, file, new));
        checks.push(TableCheck { name: file.name.clone(), change });
        progress.advance(1);
    }
    let is_new =
        |file: &&WrittenFile| is_compared(&file.name) && recorded.files().iter().all(|own| own.name != file.name);
    checks.extend(
        computed
            .files()
            .iter()
            .filter(is_new)
            .map(|file| TableCheck { name: file.name.clone(), change: Change::NotRecorded }),
    );
    checks
}

fn change(recorded: &Results, computed: &Results, old: &WrittenFile, new: &WrittenFile) -> Change {
    if old.sha256 == new.sha256 {
        let is_same = recorded.state(old) == FileState::Same;
        return if is_same { Change::None } else { Change::ChangedAfterTheRun };
    }
    let table = TABLES.iter().find(|table| old.name.strip_suffix(".parquet") == Some(table.name));
    let Some(table) = table else { return Change::Bytes };
    match difference(recorded, computed, *table) {
        Ok(found) if is_empty(&found) => Change::Bytes,
        Ok(found) => Change::Table(found),
        Err(error) => Change::NotReadable { problem: error.to_string() },
    }
}

fn is_empty(found: &TableDifference) -> bool {
    found.n_rows == found.n_rows_second
        && found.only_first.is_empty()
        && found.only_second.is_empty()
        && found.columns.is_empty()
}
