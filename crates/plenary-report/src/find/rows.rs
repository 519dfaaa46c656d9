//! Conditions on rows, and values of columns.
//!
//! **Input:** opened results and the position of a group of rows of `analysis`. **Output:** one value per row. **Refused:** columns that
//! `analysis` does not have. **Left to others:** what is searched.

use plenary_tables::schema::{AnalysisRow, stance_column};
use plenary_tables::{Kind, Results, column, text};

use crate::ReportError;

/// Values that a column must have.
pub(super) struct Condition {
    column: String,
    values: Vec<String>,
    is_date: bool,
}

impl Condition {
    fn fits(&self, cell: &str) -> bool {
        self.values.iter().any(|value| {
            cell == value
                || self.is_date
                    && !value.is_empty()
                    && cell.strip_prefix(value.as_str()).is_some_and(|rest| rest.starts_with('-'))
        })
    }
}

/// Conditions by column.
pub(super) fn conditions(results: &Results, given: &[(String, String)]) -> Result<Vec<Condition>, ReportError> {
    let mut conditions: Vec<Condition> = Vec::new();
    for (name, value) in given {
        match conditions.iter_mut().find(|known| known.column == *name) {
            Some(known) => known.values.push(value.clone()),
            None => {
                let is_date = check_column(results, name)? == Kind::Date;
                conditions.push(Condition { column: name.clone(), values: vec![value.clone()], is_date });
            }
        }
    }
    Ok(conditions)
}

/// The type of a column of `analysis`.
pub(super) fn check_column(results: &Results, name: &str) -> Result<Kind, ReportError> {
    let study = results.study();
    let own = AnalysisRow::TABLE.columns.iter().map(|column| (column.name.to_owned(), column.kind));
    let stance = study.targets.iter().map(|target| (stance_column(target), Kind::Float32));
    let variables = study.variables.iter().map(|variable| (variable.name.clone(), variable.r#type.kind()));
    let all: Vec<(String, Kind)> = own.chain(stance).chain(variables).collect();
    all.iter().find(|(known, _)| known == name).map(|(_, kind)| *kind).ok_or_else(|| ReportError::UnknownColumn {
        name: name.to_owned(),
        whose: "of `analysis`",
        known: all.iter().map(|(known, _)| known.as_str()).collect::<Vec<_>>().join(", "),
    })
}

/// Which rows of a group fit all conditions.
pub(super) fn fitting(results: &Results, conditions: &[Condition], at: usize) -> Result<Vec<bool>, ReportError> {
    let mut fits: Vec<bool> = Vec::new();
    for condition in conditions {
        let values = values(results, &condition.column, at)?;
        fits.resize(values.len(), true);
        for (fits, value) in fits.iter_mut().zip(&values) {
            *fits = *fits && condition.fits(value);
        }
    }
    Ok(fits)
}

/// The values of a column in a group of rows as texts; a missing one is empty.
pub(super) fn values(results: &Results, name: &str, at: usize) -> Result<Vec<String>, ReportError> {
    let (_, frame) = results.groups(AnalysisRow::TABLE, Some(&[name]))?.group(at)?;
    if let Ok(texts) = column::<&str>(&frame, name) {
        return Ok(texts.into_iter().map(|text| text.unwrap_or_default().to_owned()).collect());
    }
    let misfit = |problem: String| ReportError::Misfit { problem };
    let rows = text::text_rows(&frame).map_err(|error| misfit(error.to_string()))?;
    Ok(rows.into_iter().map(|row| row.into_iter().next().unwrap_or_default()).collect())
}
