//! The columns that a study adds to the tables: stance per target, labels of its own variables, counts of dictionaries, variables.

use jiff::civil::Date;
use polars_core::prelude::{Column, IntoColumn, NamedFrom, PolarsResult, Series};
use serde::{Deserialize, Serialize};

use super::{AnalysisRow, DocumentRow, PersonRow, SpeakerRow};
use crate::cells::Kind;
use crate::declare::Table;
use plenary_corpus::findings::Target;

/// Unit of the columns that `analysis` has per target.
pub const STANCE_UNIT: &str = "score, -1 to 1";
/// Type of these columns.
pub const STANCE_KIND: Kind = Kind::Float32;
/// What a null in them means.
pub const STANCE_NULL: &str = "the coder abstains; `stance.reason` says why";

/// Name of the column of `analysis` that holds the stance towards a target.
pub fn stance_column(target: &Target) -> String {
    format!("stance_{}", target.id)
}

/// Type of the columns that `analysis` has per variable of the study's own.
pub const CODE_KIND: Kind = Kind::String;
/// What a null in them means.
pub const CODE_NULL: &str = "the coder gives no label; `variable_codes.reason` says why";

/// Name of the column of `analysis` that holds the label of a variable of the study's own.
pub fn code_column(id: &str) -> String {
    format!("code_{id}")
}

/// A column of `analysis` with the counts of a category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DictionaryColumn {
    /// Name of the column.
    pub name: String,
    /// What it counts, as a sentence.
    pub description: String,
}

/// Unit of these columns.
pub const DICTIONARY_UNIT: &str = "matches";
/// Type of these columns.
pub const DICTIONARY_KIND: Kind = Kind::UInt32;

/// The columns that a study adds, apart from those of its targets and of its own variables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddedColumns {
    /// Columns of people and documents.
    pub variables: Vec<Variable>,
    /// Counts of the study's dictionaries.
    pub dictionaries: Vec<DictionaryColumn>,
}

/// The theme columns of `analysis`.
pub(crate) fn analysis_themes(
    theme_id: Vec<Option<String>>,
    theme: Vec<Option<String>>,
    theme_label: Vec<Option<String>>,
    theme_probability: Vec<Option<f32>>,
    procedural: Vec<Option<bool>>,
) -> Vec<Column> {
    vec![
        Series::new("theme_id".into(), theme_id).into_column(),
        Series::new("theme".into(), theme).into_column(),
        Series::new("theme_label".into(), theme_label).into_column(),
        Series::new("theme_probability".into(), theme_probability).into_column(),
        Series::new("procedural".into(), procedural).into_column(),
    ]
}

/// The person of every segment, for the column of `analysis`.
pub(crate) fn analysis_persons(person_id: Vec<Option<&str>>) -> Column {
    Series::new("person_id".into(), person_id).into_column()
}

/// The type of a variable: that of all its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariableType {
    /// Text, and values of more than one type.
    Text,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Number,
    /// Dates.
    Date,
}

impl VariableType {
    /// The type that all values have. Numbers with a zero in front, as in codes, are text.
    pub fn of<'v>(values: impl Iterator<Item = &'v str> + Clone) -> Self {
        let all = |is: fn(&str) -> bool| values.clone().next().is_some() && values.clone().all(is);
        if all(|value| integer(value).is_some()) {
            VariableType::Integer
        } else if all(|value| number(value).is_some()) {
            VariableType::Number
        } else if all(|value| date(value).is_some()) {
            VariableType::Date
        } else {
            VariableType::Text
        }
    }

    /// The type of the column.
    pub fn kind(self) -> Kind {
        match self {
            VariableType::Text => Kind::String,
            VariableType::Integer => Kind::Int64,
            VariableType::Number => Kind::Float64,
            VariableType::Date => Kind::Date,
        }
    }
}

/// What a variable describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariableOf {
    /// A person: a column of `people`, `speakers` and `analysis`.
    Person,
    /// A document: a column of `documents` and `analysis`.
    Document,
}

/// A column that the study adds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Name of the column, as the source has it.
    pub name: String,
    /// Type of its values.
    pub r#type: VariableType,
    /// What it describes.
    pub of: VariableOf,
    /// Where the values come from, as a sentence.
    pub source: String,
}

/// What a null in the column of a variable means.
pub const VARIABLE_NULL: &str = "no source gives it";
/// What a null in `people` means.
pub const PERSON_VARIABLE_NULL: &str =
    "no source gives it, or it differs between documents; `speakers` has it for each";

impl Variable {
    /// Whether a table has the column.
    pub fn is_in(&self, table: &Table) -> bool {
        *table == AnalysisRow::TABLE
            || match self.of {
                VariableOf::Person => *table == SpeakerRow::TABLE || *table == PersonRow::TABLE,
                VariableOf::Document => *table == DocumentRow::TABLE,
            }
    }

    /// The column with these values; a value of another type is null.
    pub(crate) fn column<'v>(&self, values: impl Iterator<Item = Option<&'v str>>) -> PolarsResult<Column> {
        let name = self.name.as_str();
        let series = match self.r#type {
            VariableType::Text => {
                let values: Vec<Option<&str>> = values.collect();
                Series::new(name.into(), values)
            }
            VariableType::Integer => {
                let values: Vec<Option<i64>> = values.map(|value| value.and_then(integer)).collect();
                Series::new(name.into(), values)
            }
            VariableType::Number => {
                let values: Vec<Option<f64>> = values.map(|value| value.and_then(number)).collect();
                Series::new(name.into(), values)
            }
            VariableType::Date => {
                let values: Vec<Option<Date>> = values.map(|value| value.and_then(date)).collect();
                <Date as crate::cells::Value>::series(name, values.iter().map(Option::as_ref))?
            }
        };
        Ok(series.into_column())
    }
}

fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = digits == "0" || !digits.starts_with('0');
    (is_plain && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = !digits.starts_with('0') || digits == "0" || digits.starts_with("0.");
    let is_decimal = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    (is_plain && is_decimal).then(|| text.parse().ok())?.filter(|number: &f64| number.is_finite())
}

fn date(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| text.parse().ok())?
}

/// The table with a column that a variable of this name would clash with; names are compared without regard to case. `added` are the columns
/// that dictionaries and own variables add to `analysis`.
pub fn clash(name: &str, of: VariableOf, targets: &[Target], added: &[String]) -> Option<&'static str> {
    let name = name.to_lowercase();
    let tables = match of {
        VariableOf::Person => vec![AnalysisRow::TABLE, SpeakerRow::TABLE, PersonRow::TABLE],
        VariableOf::Document => vec![AnalysisRow::TABLE, DocumentRow::TABLE],
    };
    let has = |table: &&Table| table.columns.iter().any(|column| column.name == name);
    let of_targets = targets.iter().map(stance_column);
    if of_targets.chain(added.iter().cloned()).any(|column| column.to_lowercase() == name) {
        return Some(AnalysisRow::TABLE.name);
    }
    tables.iter().find(has).map(|table| table.name)
}
