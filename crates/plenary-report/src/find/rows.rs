//! Conditions on rows, and values of columns.
//!
//! **Input:** opened results and the position of a group of rows of `analysis`. **Output:** one value per row. **Refused:** columns that
//! `analysis` does not have. **Left to others:** what is searched.

use std::collections::BTreeSet;

use plenary_tables::schema::{AnalysisRow, DICTIONARY_KIND, stance_column};
use plenary_tables::{Kind, Results, column, text};

use crate::ReportError;

/// Values that a column must have.
pub(super) struct Condition {
    column: String,
    values: Vec<String>,
    is_date: bool,
}

/// A condition that no segment meets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unmet {
    /// The column.
    pub column: String,
    /// The values that were asked for.
    pub values: Vec<String>,
    /// Some values that the column has, the most similar first; none if it has no value at all.
    pub has: Vec<String>,
}

/// Values of a column that are compared with the one that was asked for.
const MOST_VALUES: usize = 10_000;
/// Values that are suggested.
const SUGGESTED: usize = 5;

impl Condition {
    fn similarity(&self, cell: &str) -> f64 {
        let cell = cell.to_lowercase();
        self.values.iter().map(|value| strsim::jaro_winkler(&value.to_lowercase(), &cell)).fold(0.0, f64::max)
    }

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
    let counts = study.dictionaries.iter().map(|column| (column.name.clone(), DICTIONARY_KIND));
    let all: Vec<(String, Kind)> = own.chain(stance).chain(variables).chain(counts).collect();
    all.iter().find(|(known, _)| known == name).map(|(_, kind)| *kind).ok_or_else(|| ReportError::UnknownColumn {
        name: name.to_owned(),
        whose: "of `analysis`",
        known: all.iter().map(|(known, _)| known.as_str()).collect::<Vec<_>>().join(", "),
    })
}

/// The first condition that no segment meets on its own, with values that its column has: those most similar to one of the condition's.
pub(super) fn unmet(results: &Results, conditions: &[Condition]) -> Result<Option<Unmet>, ReportError> {
    for condition in conditions {
        let mut near: Vec<(f64, String)> = Vec::new();
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut is_met = false;
        for at in 0..results.groups(AnalysisRow::TABLE, Some(&[&condition.column]))?.n_groups() {
            for value in values(results, &condition.column, at)? {
                is_met |= condition.fits(&value);
                // A column such as the text has a value for each segment; some are enough.
                if value.is_empty() || seen.len() >= MOST_VALUES || seen.contains(&value) {
                    continue;
                }
                near.push((condition.similarity(&value), value.clone()));
                seen.insert(value);
            }
            if is_met {
                break;
            }
        }
        if !is_met {
            near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            let has = near.into_iter().take(SUGGESTED).map(|(_, value)| value).collect();
            return Ok(Some(Unmet { column: condition.column.clone(), values: condition.values.clone(), has }));
        }
    }
    Ok(None)
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
