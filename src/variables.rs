//! The columns that a study adds to the tables of people and documents, and by which groups can be formed.
//!
//! **Input:** a study with its list of people and its table of documents, and at the end of a run the summaries of all documents. **Output:** the
//! [`Variable`]s with their types and sources; the value of a column for a speaker of a document. **Refused:** variables whose names are
//! taken, and columns that nobody knows, with file and line. **Left to others:** reading the values (plenary-attribute, plenary-read).

use std::collections::BTreeSet;

use plenary_corpus::findings::KeyGroups;
use plenary_corpus::{Speaker, Summary, Variables};
use plenary_read::TEI_VARIABLES;
use plenary_tables::schema::{clash, code_column};
use plenary_tables::{Variable, VariableOf, VariableType};

use crate::nearest::did_you_mean;
use crate::study::{Category, PeopleList, Study};

/// Maximum number of groups of one grouping.
pub(crate) const MOST_GROUPS: usize = 1000;

/// A variable that the study names, before any document is read.
#[derive(Debug, Clone)]
struct Named {
    name: String,
    of: VariableOf,
    /// Where its values come from, for the codebook.
    source: String,
    /// The place that names it, for errors.
    place: String,
}

/// The variables that the study names, in the order of the columns. A variable of persons may have several sources.
fn named(study: &Study) -> Vec<Named> {
    let mut all = Vec::new();
    if let Some(list) = &study.people_list {
        all.extend(list.variables.iter().map(|name| Named {
            name: name.clone(),
            of: VariableOf::Person,
            source: format!("From the study's list of people, `{}`.", study.transcript.people),
            place: format!("{}, line {}: the column `{name}`", list.path, list.header_line),
        }));
    }
    let columns = |key: &str, names: &[String], of: VariableOf| -> Vec<Named> {
        let one = |name: &String| Named {
            name: name.trim().to_owned(),
            of,
            source: format!("From the column `{}` of the input.", name.trim()),
            place: format!("`{name}` in [columns] {key}"),
        };
        names.iter().map(one).collect()
    };
    all.extend(columns("speaker_variables", &study.columns.speaker_variables, VariableOf::Person));
    if let Some(table) = &study.documents_table {
        all.extend(table.variables.iter().map(|name| Named {
            name: name.clone(),
            of: VariableOf::Document,
            source: format!("From the study's table of documents, `{}`.", study.documents.table),
            place: format!("{}, line {}: the column `{name}`", table.path, table.header_line),
        }));
    }
    if let Some(pattern) = &study.documents.pattern {
        all.extend(pattern.variables().map(|name| Named {
            name: name.to_owned(),
            of: VariableOf::Document,
            source: format!("From the name of the file, by the pattern `{}`.", pattern.as_str()),
            place: format!("the group `{name}` in [documents] pattern"),
        }));
    }
    all.extend(columns("document_variables", &study.columns.document_variables, VariableOf::Document));
    all
}

/// Checks the names of all variables, and the columns by which groups are formed. `line_of_by` finds the line of a section `[[estimates.by]]`
/// by its number.
///
/// # Errors
/// A sentence with the place, what was found and what was expected.
pub(crate) fn check(study: &Study, line_of_by: impl Fn(usize) -> Option<usize>) -> Result<(), String> {
    let all = named(study);
    let of_codes = study.codes.iter().map(|code| code_column(&code.id));
    let added: Vec<String> = study.categories().iter().map(Category::column).chain(of_codes).collect();
    for (at, variable) in all.iter().enumerate() {
        let Named { name, of, place, .. } = variable;
        if name.is_empty() {
            return Err(format!("{place}: found an empty name; expected the name of a column"));
        }
        if let Some(table) = clash(name, *of, &study.targets, &added) {
            return Err(format!(
                "{place} has the name of a column of the table `{table}`; rename it, for example to `own_{name}`"
            ));
        }
        if *of == VariableOf::Document && TEI_VARIABLES.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return Err(format!(
                "{place} has the name of a variable of people that TEI gives; rename it, for example to `own_{name}`"
            ));
        }
        let same = |other: &&Named| {
            other.name.to_lowercase() == name.to_lowercase()
                && !(other.name == *name && other.of == VariableOf::Person && *of == VariableOf::Person)
        };
        if let Some(other) = all[..at].iter().find(same) {
            return Err(format!("{place} has the name of another variable ({}); rename one of them", other.place));
        }
    }
    for (at, by) in study.estimates.by.iter().enumerate() {
        let place = || match line_of_by(at) {
            Some(line) => format!("line {line}: [[estimates.by]] columns"),
            None => format!("[[estimates.by]] {}, columns", at + 1),
        };
        for name in &by.columns {
            if column(study, name).is_none() {
                return Err(format!("{}: found `{name}`; expected {}", place(), expected(study, name)));
            }
            let n = n_values(study, name);
            if n > MOST_GROUPS {
                return Err(format!(
                    "{}: found `{name}`, which has {n} values; expected a column with at most {MOST_GROUPS}",
                    place()
                ));
            }
        }
    }
    let is_known = |name: &str| KeyGroups::from_name(name).is_some() || column(study, name).is_some();
    if let Some(name) = study.keyness.by.iter().find(|name| !is_known(name)) {
        let special: Vec<&str> = KeyGroups::ALL.iter().map(|groups| groups.as_str()).collect();
        let others = expected(study, name);
        return Err(format!("[keyness] by: found `{name}`; expected {}, or {others}", special.join(", ")));
    }
    Ok(())
}

/// What could be meant by an unknown column.
fn expected(study: &Study, name: &str) -> String {
    let own: Vec<String> = named(study).into_iter().map(|variable| variable.name).collect();
    let fixed = PERSON_COLUMNS.iter().chain(&DOCUMENT_COLUMNS).copied();
    let known: Vec<&str> =
        fixed.chain(TEI_VARIABLES.iter().map(|(name, _)| *name)).chain(own.iter().map(String::as_str)).collect();
    let meant = did_you_mean(name, known.iter().copied());
    format!("one of {}{meant}", known.join(", "))
}

/// Number of distinct values that the list of people or the table of documents has of a variable.
fn n_values(study: &Study, name: &str) -> usize {
    let values: BTreeSet<&str> = given(study, name).collect();
    values.len()
}

/// The values that the list of people and the table of documents have of a variable.
fn given<'s>(study: &'s Study, name: &'s str) -> impl Iterator<Item = &'s str> + Clone {
    let of_list = study.people_list.iter().flat_map(PeopleList::people).flat_map(|person| &person.rows);
    let of_list = of_list.filter_map(move |row| row.variables.get(name));
    let of_table = study.documents_table.iter().flat_map(|table| table.values(name));
    of_list.map(String::as_str).chain(of_table)
}

/// The variables of a corpus with their types: those that the study names, and those of TEI that occur.
pub(crate) fn of_corpus<'d>(study: &Study, documents: impl Iterator<Item = &'d Summary> + Clone) -> Vec<Variable> {
    let mut variables: Vec<Variable> = Vec::new();
    let found = named(study).into_iter().map(|named| (named.name, named.of, named.source));
    let of_tei = TEI_VARIABLES.iter().filter(|(name, _)| {
        documents.clone().any(|d| d.speakers.iter().any(|speaker| speaker.variables.contains_key(*name)))
    });
    let of_tei = of_tei.map(|(name, source)| ((*name).to_owned(), VariableOf::Person, (*source).to_owned()));
    let (people, others): (Vec<_>, Vec<_>) = found.partition(|(_, of, _)| *of == VariableOf::Person);
    for (name, of, source) in people.into_iter().chain(of_tei).chain(others) {
        if let Some(known) = variables.iter_mut().find(|known| known.name == name) {
            known.source.push(' ');
            known.source.push_str(&source);
            continue;
        }
        let values = documents.clone().flat_map(|document| {
            let speakers: &[Speaker] = if of == VariableOf::Person { &document.speakers } else { &[] };
            let own = (of == VariableOf::Document).then_some(&document.front.variables);
            speakers.iter().map(|speaker| &speaker.variables).chain(own)
        });
        let values = values.filter_map(|values: &Variables| values.get(&name)).map(String::as_str);
        let r#type = VariableType::of(given(study, &name).chain(values));
        variables.push(Variable { name, r#type, of, source });
    }
    variables
}

/// The columns of persons by which groups can be formed.
const PERSON_COLUMNS: [&str; 9] =
    ["person_id", "name", "party", "country", "constituency", "affiliation", "title", "sex", "role"];
/// The columns of documents by which groups can be formed. `year` and `month` come from the date.
const DOCUMENT_COLUMNS: [&str; 9] =
    ["document_id", "date", "year", "month", "event", "panel", "session", "language", "format"];

/// A column by which groups are formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column<'n> {
    name: &'n str,
    pub(crate) of: VariableOf,
    is_variable: bool,
}

/// The column of a name; a variable of the study comes before `year` and `month`. `None` if there is no such column.
pub(crate) fn column<'n>(study: &Study, name: &'n str) -> Option<Column<'n>> {
    let own = named(study).into_iter().find(|variable| variable.name == name).map(|variable| variable.of);
    let of_tei = TEI_VARIABLES.iter().any(|(known, _)| *known == name).then_some(VariableOf::Person);
    if let Some(of) = own.or(of_tei) {
        return Some(Column { name, of, is_variable: true });
    }
    let of = if PERSON_COLUMNS.contains(&name) {
        VariableOf::Person
    } else if DOCUMENT_COLUMNS.contains(&name) {
        VariableOf::Document
    } else {
        return None;
    };
    Some(Column { name, of, is_variable: false })
}

impl Column<'_> {
    /// The value for a speaker of a document; `None` if it is not known.
    pub(crate) fn value(&self, document: &Summary, speaker: Option<&Speaker>) -> Option<String> {
        let front = &document.front;
        match (self.of, self.is_variable) {
            (VariableOf::Person, true) => speaker?.variables.get(self.name).cloned(),
            (VariableOf::Document, true) => front.variables.get(self.name).cloned(),
            (VariableOf::Person, false) => {
                let speaker = speaker?;
                match self.name {
                    "person_id" => Some(speaker.person_id.clone()),
                    "name" => Some(speaker.name.clone()),
                    "role" => Some(speaker.role.as_str().to_owned()),
                    name => {
                        let mut details = speaker.details.named().into_iter();
                        details.find(|(known, _)| *known == name)?.1.map(str::to_owned)
                    }
                }
            }
            (VariableOf::Document, false) => match self.name {
                "document_id" => Some(document.document_id.clone()),
                "date" => front.date.map(|date| date.to_string()),
                "year" => front.date.map(|date| format!("{:04}", date.year())),
                "month" => front.date.map(|date| format!("{:04}-{:02}", date.year(), date.month())),
                "event" => front.event.clone(),
                "panel" => front.panel.clone(),
                "session" => front.session.clone(),
                "language" => document.language.clone(),
                "format" => Some(document.format.as_str().to_owned()),
                _ => None,
            },
        }
    }
}
