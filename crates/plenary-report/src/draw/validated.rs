//! How good the labels are, as far as anybody checked.

use plenary_tables::made::RECORD;

use super::chart;
use super::html::{Cell, Grid, figure, notice, paragraph, tabulated};
use crate::Validation;
use crate::gather::{Gathered, Set};
use crate::validation::{ValidationTable, of_unknown_origin, of_unknown_propositions};

/// Rows of a table that are shown.
const MOST: usize = 300;

pub(super) fn page(of: &Gathered, validation: &[Validation]) -> String {
    let mut page = String::new();
    if !validation.iter().any(Validation::is_of_labels) {
        page.push_str(&notice(
            "Nothing was validated. Nobody compared the labels in these results with hand codes, so that nobody knows how many are wrong.",
        ));
        page.push_str(&paragraph(
            "`plenary sample` draws segments to code, `plenary agree` and `plenary score` say how good people and models are, and `plenary \
             estimate` takes the errors out of the findings. `plenary report --validation FOLDER` shows what they wrote here.",
        ));
    }
    page.push_str(&unknown_origin(validation));
    page.push_str(&unknown_propositions(validation));
    if of.study.validations.iter().any(|validation| validation == "leave_one_out") {
        page.push_str(&paragraph(
            "A coder of this run was learned from hand codes; its folder has its figures on these codes.",
        ));
    }
    page.push_str(&agreement(of));
    for one in validation {
        for table in &one.tables {
            page.push_str(&tables(table));
        }
    }
    page
}

/// A warning about tables that may be about other results; nothing if there are none.
pub(super) fn unknown_origin(validation: &[Validation]) -> String {
    let tables = of_unknown_origin(validation);
    if tables.is_empty() {
        return String::new();
    }
    notice(&format!(
        "It is not known from which results these tables were made, because `{RECORD}` does not stand beside them or they were changed \
         afterwards: {}. Their figures may be about other labels than those in this report.",
        tables.join(", ")
    ))
}

/// A remark on codes whose propositions are not known; nothing if there are none.
fn unknown_propositions(validation: &[Validation]) -> String {
    let tables = of_unknown_propositions(validation);
    if tables.is_empty() {
        return String::new();
    }
    notice(&format!(
        "It is not known which propositions these codes are about, because the sample did not lie beside them: {}. Check that the targets had \
         the same propositions when they were coded.",
        tables.join(", ")
    ))
}

fn agreement(of: &Gathered) -> String {
    let columns = ["target", "coders", "#segments", "#equal", "#kappa", "#alpha"];
    let mut grid = Grid::new("Agreement of the coders", &columns);
    for (pair, at) in of.study.agreement.iter().zip(0..) {
        grid.row(vec![
            Cell::text(&pair.target_id),
            Cell::text(format!("{}, {}", pair.coder_a, pair.coder_b)),
            Cell::counted(pair.n_segments, Set::BothLabelled(at), of),
            pair.share_equal.map_or(Cell::Empty, |share| Cell::share(share, 1.0)),
            Cell::decimal(pair.kappa, 2),
            Cell::decimal(pair.alpha, 2),
        ]);
    }
    if grid.is_empty() {
        return String::new();
    }
    let note = "On the segments that both coders of the run labelled. Agreement of models is not validity: they can share their errors.";
    tabulated("Agreement of the coders of the run", note, &grid)
}

fn tables(table: &ValidationTable) -> String {
    let is_number = |cells: &[&str]| {
        cells.iter().any(|cell| !cell.is_empty())
            && cells.iter().all(|cell| cell.is_empty() || cell.parse::<f64>().is_ok())
    };
    let numbers: Vec<bool> = table.columns.iter().map(|name| is_number(&table.column(name))).collect();
    let names: Vec<String> = table
        .columns
        .iter()
        .zip(&numbers)
        .map(|(name, is_number)| format!("{}{}", if *is_number { "#" } else { "" }, name.replace('_', " ")))
        .collect();
    let mut grid = Grid::new(table.title, &names.iter().map(String::as_str).collect::<Vec<_>>());
    for row in table.rows.iter().take(MOST) {
        let cell = |((text, is_number), name): ((&String, &bool), &String)| match text.parse::<f64>() {
            Ok(_) if *is_number && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                Cell::Number(text.clone(), text.clone())
            }
            Ok(number) if *is_number => {
                // Two decimals of a standard error would be one digit at most.
                Cell::decimal(Some(number), if name.starts_with("standard_error") { 3 } else { 2 })
            }
            _ if text.is_empty() => Cell::Empty,
            _ => Cell::text(text),
        };
        grid.row(row.iter().zip(&numbers).zip(&table.columns).map(cell).collect());
    }
    let note = if table.rows.len() > MOST {
        format!("The first {MOST} of {} rows of `{}`.", table.rows.len(), table.name)
    } else {
        format!("The table `{}`.", table.name)
    };
    if table.name != "calibration" {
        return tabulated(table.title, &note, &grid);
    }
    let column =
        |name: &str| table.column(name).into_iter().map(|cell| cell.parse::<f64>().unwrap_or(0.0)).collect::<Vec<_>>();
    let points: Vec<(f64, f64, f64)> = column("mean_confidence")
        .into_iter()
        .zip(column("accuracy"))
        .zip(column("n_codes"))
        .map(|((confidence, accuracy), n)| (confidence, accuracy, n))
        .collect();
    figure(table.title, &note, &chart::reliability(table.title, &points), &grid)
}
