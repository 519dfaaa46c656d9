//! The tables that `plenary agree`, `plenary score` and `plenary estimate` write.
//!
//! **Input:** a folder with their CSV files, and the record of what they were made from. **Output:** rows as texts, with the names of their
//! columns. **Refused:** a folder without any of the tables, files that are not CSV, and tables that were made from another run. **Left to
//! others:** what the figures mean.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use plenary_corpus::findings::Target;
use plenary_corpus::hash::sha256;
use plenary_tables::made::{self, Made, MadeFrom};
use plenary_tables::schema::SegmentRow;
use plenary_tables::{Results, column};

use crate::ReportError;

/// The table of the agreement of people.
const AGREEMENT: &str = "coefficients";

/// The tables, with what they are.
pub(crate) const TABLES: [(&str, &str); 7] = [
    (AGREEMENT, "How far the people who coded agree"),
    ("scores", "How good the labels are, compared with hand codes"),
    ("confusion", "Hand codes and labels"),
    ("calibration", "Confidence and share of right labels"),
    ("floors", "What a floor on the confidence would give"),
    ("errors_by_group", "Share of right labels by group"),
    ("corrected_estimates", "Estimates, raw, by hand, and corrected for the errors of the labels"),
];

/// Labels of tone, in words.
pub(crate) const TONE: &str = "tone";

/// Labels of the stance towards a target, in words.
pub(crate) fn stance_in_words(target: &str) -> String {
    format!("stance towards {target}")
}

/// Labels of a variable of the study's own, in words.
pub(crate) fn code_in_words(id: &str) -> String {
    format!("code {id}")
}

/// The tables of one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Validation {
    /// The folder.
    pub folder: PathBuf,
    /// Tables by name, in the order in which they are shown.
    pub tables: Vec<ValidationTable>,
}

/// A table of a validation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValidationTable {
    /// Name of the table.
    pub name: &'static str,
    /// What it is.
    pub title: &'static str,
    /// Names of its columns.
    pub columns: Vec<String>,
    /// Its cells as texts.
    pub rows: Vec<Vec<String>>,
    /// The command that wrote it, and what it was made from; `None` if the folder does not say it, or the file was changed afterwards.
    pub made: Option<Made>,
}

impl Validation {
    /// Reads the tables of a folder.
    ///
    /// # Errors
    /// [`ReportError::NoValidation`] if the folder has none of them, [`ReportError::Validation`] if one cannot be read.
    pub fn read(folder: &Path) -> Result<Self, ReportError> {
        let recorded = made::made(folder);
        let mut tables = Vec::new();
        for (name, title) in TABLES {
            let file_name = format!("{name}.csv");
            let path = folder.join(&file_name);
            let wrong = |problem: String| ReportError::Validation { path: path.clone(), problem };
            let bytes = match fs::read(&path) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(wrong(error.to_string())),
            };
            let content = sha256(&bytes);
            let is_of = |made: &&Made| made.files.iter().any(|file| file.name == file_name && file.sha256 == content);
            let made = recorded.iter().find(is_of).cloned();
            let mut reader = csv::Reader::from_reader(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes));
            let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
            let columns = texts(reader.headers().map_err(|error| wrong(error.to_string()))?);
            let rows: Result<Vec<Vec<String>>, csv::Error> =
                reader.records().map(|record| record.map(|record| texts(&record))).collect();
            tables.push(ValidationTable {
                name,
                title,
                columns,
                rows: rows.map_err(|error| wrong(error.to_string()))?,
                made,
            });
        }
        if tables.is_empty() {
            return Err(ReportError::NoValidation { path: folder.to_owned() });
        }
        Ok(Self { folder: folder.to_owned(), tables })
    }

    /// Whether labels were compared with hand codes; agreement among people says nothing about labels.
    pub(crate) fn is_of_labels(&self) -> bool {
        self.tables.iter().any(|table| table.name != AGREEMENT)
    }

    /// Whether labels of the stance towards a target were compared with hand codes.
    pub(crate) fn is_of_target(&self, target: &str) -> bool {
        let is_of = |table: &ValidationTable| {
            let (measures, targets) = (table.column("measure"), table.column("target_id"));
            // A table without these columns is about one measure only.
            measures.is_empty() || measures.iter().zip(&targets).any(|row| row == (&"stance", &target))
        };
        self.tables.iter().any(|table| table.name != AGREEMENT && is_of(table))
    }

    /// The labels that were compared with hand codes, in words, as far as the tables say it.
    pub(crate) fn compared(&self) -> BTreeSet<String> {
        let mut compared = BTreeSet::new();
        for table in self.tables.iter().filter(|table| table.name != AGREEMENT) {
            let (targets, codes) = (table.column("target_id"), table.column("code_id"));
            for (row, measure) in table.column("measure").into_iter().enumerate() {
                let cell = |column: &[&str]| column.get(row).copied().unwrap_or_default().to_owned();
                match measure {
                    "stance" => compared.insert(stance_in_words(&cell(&targets))),
                    "sentiment" => compared.insert(TONE.to_owned()),
                    "code" => compared.insert(code_in_words(&cell(&codes))),
                    _ => false,
                };
            }
        }
        compared
    }

    /// Refuses tables that were made from another run, from codes of segments that the results do not have, or from codes of other
    /// propositions.
    pub(crate) fn check(&self, results: &Results) -> Result<(), ReportError> {
        for table in &self.tables {
            let Some(made) = &table.made else { continue };
            let problem = match &made.from {
                MadeFrom::Results { run_id, .. } if *run_id == results.run().run_id => continue,
                MadeFrom::Results { run_id, study } => format!(
                    "was made from the run {run_id} of the study \"{study}\", and these results are those of the run {} of \"{}\"",
                    results.run().run_id,
                    results.study().name
                ),
                // No table of a validation is made from two runs.
                MadeFrom::Comparison { .. } => continue,
                MadeFrom::Codes { segment_ids, propositions } => match unknown(results, segment_ids)? {
                    (0, _) => match other_proposition(results, propositions) {
                        None => continue,
                        Some((target, coded)) => format!(
                            "was made from codes of the target `{}` when its proposition was \"{coded}\", and in these results it is \"{}\"",
                            target.id, target.proposition
                        ),
                    },
                    (n, first) => format!(
                        "was made from codes of {} segments, of which these results do not have {n}, such as `{first}`",
                        segment_ids.len()
                    ),
                },
            };
            let path = self.folder.join(format!("{}.csv", table.name));
            return Err(ReportError::OtherRun { path, problem, command: made.command.clone() });
        }
        Ok(())
    }
}

/// A target of the results that had another proposition when it was coded, with that one.
fn other_proposition<'r>(
    results: &'r Results,
    propositions: &'r BTreeMap<String, String>,
) -> Option<(&'r Target, &'r String)> {
    let targets = results.study().targets.iter();
    let mut coded = targets.filter_map(|target| Some((target, propositions.get(&target.id)?)));
    coded.find(|(target, coded)| target.proposition != **coded)
}

/// How many of some segments the results do not have, and the first of them.
fn unknown(results: &Results, segment_ids: &[String]) -> Result<(usize, String), ReportError> {
    let mut unknown: BTreeSet<&str> = segment_ids.iter().map(String::as_str).collect();
    for group in results.groups(SegmentRow::TABLE, Some(&["segment_id"]))? {
        for id in column::<&str>(&group?, "segment_id")?.into_iter().flatten() {
            unknown.remove(id);
        }
    }
    Ok((unknown.len(), unknown.first().map_or_else(String::new, |first| (*first).to_owned())))
}

/// Tables of which nobody can tell from which results they are.
pub(crate) fn of_unknown_origin(validation: &[Validation]) -> Vec<String> {
    let mut unknown = Vec::new();
    for one in validation {
        let folder = one.folder.file_name().unwrap_or(one.folder.as_os_str()).to_string_lossy();
        let tables = one.tables.iter().filter(|table| table.made.is_none());
        unknown.extend(tables.map(|table| format!("{folder}/{}.csv", table.name)));
    }
    unknown
}

/// Tables of the agreement on the stance towards targets of which nobody can tell what their propositions were.
pub(crate) fn of_unknown_propositions(validation: &[Validation]) -> Vec<String> {
    let mut unknown = Vec::new();
    for one in validation {
        let folder = one.folder.file_name().unwrap_or(one.folder.as_os_str()).to_string_lossy();
        for table in one.tables.iter().filter(|table| table.name == AGREEMENT) {
            let Some(Made { from: MadeFrom::Codes { propositions, .. }, .. }) = &table.made else { continue };
            let rows = table.column("item").into_iter().zip(table.column("variable"));
            // Codes without a column of targets are those of the only one.
            let is_known =
                |item: &str| propositions.contains_key(item) || (item.is_empty() && !propositions.is_empty());
            let is_unknown = |(item, variable): (&str, &str)| variable == "stance" && !is_known(item);
            if rows.into_iter().any(is_unknown) {
                unknown.push(format!("{folder}/{}.csv", table.name));
            }
        }
    }
    unknown
}

impl ValidationTable {
    /// The cells of a column; empty if there is no such column.
    pub(crate) fn column(&self, name: &str) -> Vec<&str> {
        let Some(at) = self.columns.iter().position(|column| column == name) else { return Vec::new() };
        self.rows.iter().map(|row| row.get(at).map_or("", String::as_str)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_labels_that_were_compared_are_known_by_their_columns() {
        let table = |name: &'static str, columns: &[&str], rows: &[[&str; 3]]| ValidationTable {
            name,
            title: "",
            columns: columns.iter().map(ToString::to_string).collect(),
            rows: rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect(),
            made: None,
        };
        let columns = ["measure", "target_id", "code_id"];
        let compared = |tables: Vec<ValidationTable>| Validation { folder: PathBuf::new(), tables }.compared();
        let scores =
            table("scores", &columns, &[["code", "", "health"], ["stance", "tax", ""], ["code", "", "health"]]);
        assert_eq!(compared(vec![scores]).into_iter().collect::<Vec<_>>(), ["code health", "stance towards tax"]);
        assert!(compared(vec![table(AGREEMENT, &columns, &[["sentiment", "", ""]])]).is_empty());
        assert!(compared(vec![table("floors", &["floor", "share", "right"], &[["0.5", "1", "1"]])]).is_empty());
    }
}
