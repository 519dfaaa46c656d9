//! Raw means of a target beside those that are corrected for the errors of the labels, as `plenary estimate` wrote them.
//!
//! **Input:** tables of a validation. **Output:** a chart and a table; nothing where no table is about the target. **Left to others:** the
//! estimates themselves.

use super::chart;
use super::html::{Cell, Grid, figure};
use crate::Validation;
use crate::gather::Mean;
use crate::validation::ValidationTable;

/// Groups in the chart, which has two rows for each.
const SHOWN: usize = 10;

/// What `plenary estimate` says of a group, or of a difference of two.
#[derive(Default)]
struct Entry {
    name: String,
    is_difference: bool,
    raw: Figure,
    by_hand: Figure,
    corrected: Figure,
    n_coded: Option<u64>,
    /// Why there is no corrected estimate.
    reason: String,
}

/// An estimate with its interval.
#[derive(Default, Clone, Copy)]
struct Figure {
    value: Option<f64>,
    interval: Option<(f64, f64)>,
}

impl Figure {
    fn mean(self) -> Mean {
        Mean { value: self.value, interval: self.interval, clusters: None, within_turn: false, n: 0 }
    }

    fn cells(self) -> [Cell; 2] {
        [Cell::signed(self.value), Cell::interval(&self.mean())]
    }
}

/// Raw and corrected means of the stance towards a target.
pub(super) fn of_target(target: &str, validation: &[Validation]) -> String {
    let tables = validation.iter().flat_map(|one| &one.tables).filter(|table| table.name == "corrected_estimates");
    tables.map(|table| drawn(target, &entries(target, table))).collect()
}

fn entries(target: &str, table: &ValidationTable) -> Vec<Entry> {
    let at = |name: &str| table.columns.iter().position(|column| column == name);
    let (Some(level), Some(estimator)) = (at("level"), at("estimator")) else { return Vec::new() };
    // The columns of the groups, then those of the groups that are subtracted.
    let (minus, by): (Vec<usize>, Vec<usize>) =
        (level + 1..estimator).partition(|at| table.columns[*at].starts_with("minus_"));
    let mut entries: Vec<Entry> = Vec::new();
    for row in &table.rows {
        let cell = |name: &str| at(name).and_then(|at| row.get(at)).map_or("", String::as_str);
        if cell("measure") != "stance" || !["", target].contains(&cell("target_id")) {
            continue;
        }
        let values = |columns: &[usize]| {
            let value = |at: &usize| row.get(*at).filter(|cell| !cell.is_empty()).map_or("(none)", String::as_str);
            columns.iter().map(value).collect::<Vec<_>>().join(", ")
        };
        let (name, is_difference) = match cell("level") {
            "all" => ("all segments".to_owned(), false),
            "difference" => (format!("{} minus {}", values(&by), values(&minus)), true),
            _ => (values(&by), false),
        };
        let number = |name: &str| cell(name).parse::<f64>().ok();
        let figure = Figure { value: number("estimate"), interval: number("ci_low").zip(number("ci_high")) };
        let known = entries.iter().position(|entry| entry.name == name && entry.is_difference == is_difference);
        let known = known.unwrap_or_else(|| {
            entries.push(Entry { name, is_difference, ..Entry::default() });
            entries.len() - 1
        });
        let entry = &mut entries[known];
        match cell("estimator") {
            "raw" => entry.raw = figure,
            "hand_coded" => entry.by_hand = figure,
            "dsl" => {
                entry.corrected = figure;
                entry.n_coded = cell("n_coded").parse().ok();
                cell("no_estimate_because").replace('_', " ").clone_into(&mut entry.reason);
            }
            _ => {}
        }
    }
    entries
}

fn drawn(target: &str, entries: &[Entry]) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let title = "Raw and corrected for the errors of the labels";
    let columns = [
        "group",
        "#raw",
        "interval",
        "#hand-coded",
        "interval",
        "#corrected",
        "interval",
        "#coded",
        "no correction, as",
    ];
    let mut grid = Grid::new(format!("{title}: {target}"), &columns);
    let mut rows = Vec::new();
    for entry in entries {
        let mut cells = vec![Cell::text(&entry.name)];
        for figure in [entry.raw, entry.by_hand, entry.corrected] {
            cells.extend(figure.cells());
        }
        cells.push(entry.n_coded.map_or(Cell::Empty, Cell::whole));
        cells.push(if entry.reason.is_empty() { Cell::Empty } else { Cell::text(&entry.reason) });
        grid.row(cells);
        if !entry.is_difference && entry.corrected.value.is_some() && rows.len() < 2 * SHOWN {
            rows.push((format!("{}, raw", entry.name), entry.raw.mean()));
            rows.push((format!("{}, corrected", entry.name), entry.corrected.mean()));
        }
    }
    let note = "Corrected with hand codes (design-based supervised learning). Where the two differ, the raw mean has the errors of the labels.";
    let chart = if rows.is_empty() { String::new() } else { chart::intervals(title, ("against", "favor"), &rows) };
    figure(title, note, &chart, &grid)
}
