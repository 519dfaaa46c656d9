//! The codebook: what every column means, as a table and as text.
//!
//! **Input:** the schema, and for a run the targets of its study. **Output:** the rows of `codebook`, the text of `codebook.md`
//! beside the tables, and of `docs/reference/tables.md`. **Left to others:** every fact about a column (`schema`).

use std::fmt::Write as _;

use super::declare::Table;
use super::schema::{
    AnalysisRow, CODE_KIND, CODE_NULL, CodebookRow, DICTIONARY_KIND, DICTIONARY_UNIT, DocumentRow,
    PERSON_VARIABLE_NULL, PersonRow, STANCE_KIND, STANCE_NULL, STANCE_UNIT, SpeakerRow, TABLES, VARIABLE_NULL,
    code_column, stance_column,
};
use crate::StudyInfo;
use plenary_corpus::findings::{CodedVariable, Target};

/// One row per column of every table, including the columns that the targets of the study add.
pub fn rows(study: &StudyInfo) -> Vec<CodebookRow<'static>> {
    let mut rows = Vec::new();
    for table in TABLES {
        rows.extend(table.columns.iter().map(|column| CodebookRow {
            table: table.name,
            column: column.name.to_owned(),
            r#type: column.kind.as_str(),
            unit: column.unit,
            null_means: column.null_means,
            description: column.description.to_owned(),
        }));
        let is_people = *table == PersonRow::TABLE;
        let variables = study.variables.iter().filter(|variable| variable.is_in(table)).map(|variable| CodebookRow {
            table: table.name,
            column: variable.name.clone(),
            r#type: variable.r#type.kind().as_str(),
            unit: None,
            null_means: Some(if is_people { PERSON_VARIABLE_NULL } else { VARIABLE_NULL }),
            description: variable.source.clone(),
        });
        if *table == AnalysisRow::TABLE {
            rows.extend(study.targets.iter().map(|target| CodebookRow {
                table: table.name,
                column: stance_column(target),
                r#type: STANCE_KIND.as_str(),
                unit: Some(STANCE_UNIT),
                null_means: Some(STANCE_NULL),
                description: describe(target),
            }));
            rows.extend(study.codes.iter().map(|variable| CodebookRow {
                table: table.name,
                column: code_column(&variable.id),
                r#type: CODE_KIND.as_str(),
                unit: None,
                null_means: Some(CODE_NULL),
                description: describe_code(variable),
            }));
        }
        if *table == AnalysisRow::TABLE {
            rows.extend(study.dictionaries.iter().map(|column| CodebookRow {
                table: table.name,
                column: column.name.clone(),
                r#type: DICTIONARY_KIND.as_str(),
                unit: Some(DICTIONARY_UNIT),
                null_means: None,
                description: column.description.clone(),
            }));
        }
        rows.extend(variables);
    }
    rows
}

fn describe(target: &Target) -> String {
    let mut text = format!("Stance, `favor - against`, towards the proposition: \"{}\"", target.proposition.trim());
    if let Some(negation) = &target.negation {
        let _ = write!(text, " Also scored with the negation: \"{}\"", negation.trim());
    }
    if let Some(note) = &target.note {
        let _ = write!(text, " Note in the study: {}", note.trim());
    }
    text
}

fn describe_code(variable: &CodedVariable) -> String {
    let labels: Vec<String> = variable.labels.iter().map(|label| format!("`{label}`")).collect();
    format!("Label, one of {}: {}", labels.join(", "), variable.definition.trim())
}

/// The text of `codebook.md`, which is written beside the tables of a run.
pub fn codebook_md(study: &StudyInfo, csv: bool) -> String {
    let mut text = format!("# Codebook: {}\n\n", study.name);
    let _ = writeln!(
        text,
        "Written by plenary {}. Every table is a Parquet file of the same name. `run.json` holds the study, the models \
         and the sha256 of each file.{}\n",
        super::VERSION,
        if csv {
            " The CSV files hold the same rows: UTF-8, separated by commas, with the names of the columns in the first line. \
             Missing values are empty, lists are joined with `; `, and the vectors of `embeddings` are only in the Parquet \
             file."
        } else {
            ""
        }
    );
    text.push_str(CONVENTIONS);
    let rows = rows(study);
    for table in TABLES {
        let columns = rows.iter().filter(|row| row.table == table.name);
        describe_table(&mut text, table, columns);
    }
    text
}

/// The text of `docs/reference/tables.md`, the same for every study.
pub fn tables_md() -> String {
    let mut text = String::from(
        "# The tables\n\n<!-- Generated from crates/plenary-tables/src/schema. Change it there, then run: UPDATE_DOCS=1 cargo \
         test --release --test it tables_doc -->\n\n`plenary run` writes one Parquet file (zstd) per table into the results \
         folder. `codebook.md` has the same content as this page and describes the targets of the study. `run.json` holds \
         the study, the models and the sha256 of each file. With `[output] csv = true` there is a CSV file beside each \
         Parquet file: UTF-8, missing values empty, lists joined with `; `, without the vectors of `embeddings`.\n\n",
    );
    text.push_str(CONVENTIONS);
    let rows = rows(&StudyInfo::default());
    for table in TABLES {
        let columns = rows.iter().filter(|row| row.table == table.name);
        describe_table(&mut text, table, columns);
        if *table == AnalysisRow::TABLE {
            let _ = writeln!(
                text,
                "\nOne more column per target of the study follows, `stance_<target id>` ({}, {STANCE_UNIT}): `favor - \
                 against`; missing where {STANCE_NULL}. Then one per variable of the study's own, `code_<code id>` ({}): its label; \
                 missing where {CODE_NULL}. Then one per category of the study's dictionaries, \
                 `dictionary_<dictionary>_<category>` ({}, {DICTIONARY_UNIT}): how often it occurs in the segment.",
                STANCE_KIND.as_str(),
                CODE_KIND.as_str(),
                DICTIONARY_KIND.as_str()
            );
        }
        let added = if [SpeakerRow::TABLE, PersonRow::TABLE].contains(table) {
            "person"
        } else if *table == DocumentRow::TABLE {
            "document"
        } else if *table == AnalysisRow::TABLE {
            "person and document"
        } else {
            continue;
        };
        let _ = writeln!(
            text,
            "\nOne more column per variable of the {added} follows, with the name that the study's list, table, pattern or source \
             gives it: int64, float64 or date if all values are such, else string. `codebook.md` of the results says where each \
             comes from."
        );
    }
    text
}

const CONVENTIONS: &str = "\
Ids are strings and join across tables: `segments.utterance_id` refers to `utterances.utterance_id`, and so on. The id of \
a document is computed from its bytes, so that a file has the same ids in every run; ids of themes hold within a run. \
Positions count from 1. `start` and `end` are byte offsets into the decoded text of the document, half-open, on \
character boundaries. Probabilities are between 0 and 1 and sum to one; scores are between -1 and 1. Values that are not \
known are missing, never invented, and each column says what a missing value means.

All tables except `runs` are the same, byte for byte, whenever inputs, study, models and version are the same.
";

fn describe_table<'r>(text: &mut String, table: &Table, columns: impl Iterator<Item = &'r CodebookRow<'static>>) {
    let _ = writeln!(text, "\n## {}\n\nOne row per {}.\n", table.name, table.row);
    text.push_str("| column | type | unit | missing means | description |\n|---|---|---|---|---|\n");
    for row in columns {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} |",
            row.column,
            row.r#type,
            row.unit.unwrap_or(""),
            row.null_means.map_or_else(|| "*never missing*".to_owned(), in_a_cell),
            in_a_cell(&row.description),
        );
    }
}

/// Text that fits into a cell of a Markdown table.
fn in_a_cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
