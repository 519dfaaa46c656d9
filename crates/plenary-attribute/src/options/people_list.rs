//! The study's list of people.
//!
//! **Input**: a CSV file. **Output**: a checked [`PeopleList`]: who the people are, and what holds of each on a date. **Refused**, with the
//! line: a list without a column `name`, one name for two people, dates that cannot be read, and rows that cannot be read. Linking labels
//! to the list is left to `link`; whether the name of a further column is free is left to the caller, who knows the tables.

use std::collections::HashMap;
use std::path::Path;

use csv::StringRecord;
use jiff::civil::Date;
use serde::Serialize;

use super::sheet::{Sheet, SheetError, plain_name, variable_name};
use plenary_corpus::files::read_file;
use plenary_corpus::{Details, Doubt, DoubtKind, Role, Variables, day_of_period};
use plenary_names::compare::name_words;
use plenary_names::lexicon::Lexicon;
use plenary_names::roles::role_named;

/// The columns that plenary itself reads. The first is required. All others are variables of the study.
pub(crate) const COLUMNS: [&str; 13] = [
    "name",
    "aliases",
    "role",
    "title",
    "affiliation",
    "party",
    "country",
    "constituency",
    "honorific",
    "sex",
    "person_id",
    "from",
    "to",
];

/// Maximum number of contradictions of one person that are listed.
const MOST_CONFLICTS: usize = 100;

/// A person on the list, with one row for each period that the list distinguishes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedPerson {
    /// The full name, as the first row has it.
    pub name: String,
    /// Other names and labels of the person.
    pub aliases: Vec<String>,
    /// Id of the person across documents.
    pub person_id: Option<String>,
    /// Line of the first row, from 1.
    pub line: u64,
    /// The rows, in the order of the file; there is at least one.
    pub rows: Vec<ListedRow>,
}

/// A row of the list: what holds of a person from a first to a last day. What the row does not contain is `None` and is taken from the
/// page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedRow {
    /// Line of the file, from 1.
    pub line: u64,
    /// First day; `None` if the period has no beginning.
    pub from: Option<Date>,
    /// Last day; `None` if the period has no end.
    pub to: Option<Date>,
    /// The full name.
    pub name: String,
    /// Role in the proceedings.
    pub role: Option<Role>,
    /// Honorific, title, affiliation, country, constituency, party and sex.
    pub details: Details,
    /// The values of the further columns.
    pub variables: Variables,
}

impl ListedRow {
    fn holds_on(&self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date <= to)
    }

    fn overlaps(&self, other: &Self) -> bool {
        let before = |end: Option<Date>, start: Option<Date>| end.zip(start).is_some_and(|(end, start)| end < start);
        !before(self.to, other.from) && !before(other.to, self.from)
    }

    /// All values with the names of their columns.
    fn facts(&self) -> impl Iterator<Item = (&str, &str)> {
        let details = self.details.named().into_iter().filter_map(|(name, value)| Some((name, value?)));
        let role = self.role.map(|role| ("role", role.as_str()));
        details.chain(role).chain(self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }

    fn fact(&self, name: &str) -> Option<&str> {
        self.facts().find(|(other, _)| *other == name).map(|(_, value)| value)
    }
}

/// What the list says of a person on a date.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// The full name.
    pub name: String,
    /// Role in the proceedings.
    pub role: Option<Role>,
    /// Honorific, title, affiliation, country, constituency, party and sex.
    pub details: Details,
    /// The values of the further columns.
    pub variables: Variables,
    /// Why the list says nothing, or not everything.
    pub doubts: Vec<Doubt>,
}

impl ListedPerson {
    /// What holds of the person on a date. Without a date, what all rows have in common; where rows contradict each other, neither value.
    pub fn on(&self, date: Option<Date>) -> Listed {
        let rows: Vec<&ListedRow> = match date {
            Some(date) => self.rows.iter().filter(|row| row.holds_on(date)).collect(),
            None => self.rows.iter().collect(),
        };
        let Some(first) = rows.first() else {
            let doubt =
                Doubt { kind: DoubtKind::NoRow, variable: None, used: None, other: None, line: Some(self.line) };
            return Listed { name: self.name.clone(), doubts: vec![doubt], ..Listed::default() };
        };
        let mut listed = Listed {
            name: first.name.clone(),
            role: first.role,
            details: first.details.clone(),
            variables: first.variables.clone(),
            doubts: Vec::new(),
        };
        for row in &rows[1..] {
            listed.details.fill_from(&row.details);
            listed.role = listed.role.or(row.role);
            for (name, value) in &row.variables {
                listed.variables.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        // Where two rows that hold differ, the list does not decide.
        for conflict in conflicts(&rows, |_, _| true) {
            if date.is_none() {
                listed.doubts.push(Doubt {
                    kind: DoubtKind::NoDate,
                    variable: Some(conflict.variable.clone()),
                    used: None,
                    other: None,
                    line: Some(self.line),
                });
            }
            listed.forget(&conflict.variable);
        }
        listed.doubts.sort();
        listed.doubts.dedup();
        listed
    }

    /// The honorific of the first row.
    pub(crate) fn honorific(&self) -> Option<&str> {
        self.rows.first()?.details.honorific.as_deref()
    }
}

impl Listed {
    fn forget(&mut self, name: &str) {
        match name {
            "role" => self.role = None,
            "honorific" => self.details.honorific = None,
            "title" => self.details.title = None,
            "affiliation" => self.details.affiliation = None,
            "country" => self.details.country = None,
            "constituency" => self.details.constituency = None,
            "party" => self.details.party = None,
            "sex" => self.details.sex = None,
            other => drop(self.variables.remove(other)),
        }
    }
}

/// Two rows of a person that hold on one day and give different values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListConflict {
    /// Name of the column.
    pub variable: String,
    /// Lines of the rows.
    pub lines: (u64, u64),
    /// Their values.
    pub values: (String, String),
}

/// The different values of rows, among the pairs for which `is_pair` is true.
fn conflicts(rows: &[&ListedRow], is_pair: impl Fn(&ListedRow, &ListedRow) -> bool) -> Vec<ListConflict> {
    let mut found = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        for earlier in rows[..at].iter().filter(|earlier| is_pair(earlier, row)) {
            for (name, value) in row.facts() {
                if let Some(other) = earlier.fact(name).filter(|other| *other != value) {
                    found.push(ListConflict {
                        variable: name.to_owned(),
                        lines: (earlier.line, row.line),
                        values: (other.to_owned(), value.to_owned()),
                    });
                    if found.len() >= MOST_CONFLICTS {
                        return found;
                    }
                }
            }
        }
    }
    found
}

/// The people known to a study. No name or alias belongs to two of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PeopleList {
    /// sha256 of the file, 64 hex digits.
    pub sha256: String,
    /// Path of the file, for messages.
    #[serde(skip)]
    pub path: String,
    /// The text of the file.
    #[serde(skip)]
    pub text: String,
    /// The further columns, in the order of the file.
    #[serde(skip)]
    pub variables: Vec<String>,
    /// Line of the names of the columns.
    #[serde(skip)]
    pub header_line: u64,
    /// The lexicon that is used to compare names.
    #[serde(skip)]
    lexicon: Lexicon,
    #[serde(skip)]
    people: Vec<ListedPerson>,
    /// The person for each name and alias, in the form in which names are compared.
    #[serde(skip)]
    by_name: HashMap<String, usize>,
    #[serde(skip)]
    /// The people with each surname.
    by_surname: HashMap<String, Vec<usize>>,
    /// The person for each `person_id`.
    #[serde(skip)]
    by_id: HashMap<String, usize>,
}

/// What is wrong with a list of people.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// There is no such file.
    #[error("{path}: there is no such file; the path is relative to the folder of the study")]
    Missing {
        /// Path of the list.
        path: String,
    },
    /// The file cannot be read.
    #[error("{path}: cannot be read: {problem}")]
    Unreadable {
        /// Path of the list.
        path: String,
        /// What the problem is.
        problem: std::io::Error,
    },
    /// The file is not UTF-8.
    #[error("{path}, line {line}: not UTF-8; save the list as CSV in UTF-8")]
    NotUtf8 {
        /// Path of the list.
        path: String,
        /// Line, from 1.
        line: usize,
    },
    /// There is no column `name`.
    #[error("{path}: there is no column `name`; found {found}; known columns: name (required), {}", COLUMNS[1..].join(", "))]
    NoNames {
        /// Path of the list.
        path: String,
        /// The columns that were found.
        found: String,
    },
    /// The name of a column is almost that of a known one.
    #[error("{path}: unknown column `{column}`; did you mean `{known}`?")]
    Misspelt {
        /// Path of the list.
        path: String,
        /// The column.
        column: String,
        /// The known column.
        known: &'static str,
    },
    /// A column occurs twice.
    #[error("{path}: the column `{column}` occurs twice; remove one of them")]
    DoubledColumn {
        /// Path of the list.
        path: String,
        /// The column.
        column: String,
    },
    /// A row cannot be used.
    #[error("{path}, line {line}: {problem}")]
    Row {
        /// Path of the list.
        path: String,
        /// Line, from 1.
        line: u64,
        /// What the problem is.
        problem: String,
    },
    /// A name belongs to two people.
    #[error(
        "{path}, line {line}: \"{name}\" already stands for the person of line {first}; a name or alias can stand for one \
             person only. Several rows of one person need the columns `from` and `to`, and the same person_id in each"
    )]
    TwoPeople {
        /// Path of the list.
        path: String,
        /// Line, from 1.
        line: u64,
        /// Line of the other person.
        first: u64,
        /// The name.
        name: String,
    },
    /// Two people have the same id.
    #[error(
        "{path}, line {line}: the person_id \"{id}\" is also used in line {first}; write other names of a person under \
             `aliases`, and the dates of rows that change under `from` and `to`"
    )]
    DoubledId {
        /// Path of the list.
        path: String,
        /// Line, from 1.
        line: u64,
        /// Line of the other person.
        first: u64,
        /// The id.
        id: String,
    },
}

impl PeopleList {
    /// Reads the bytes of a list.
    ///
    /// # Errors
    /// [`PeopleError`] if there is no such file or it cannot be read.
    pub fn bytes(path: &Path) -> Result<Vec<u8>, PeopleError> {
        read_file(path, |path| PeopleError::Missing { path }, |path, problem| PeopleError::Unreadable { path, problem })
    }

    /// Parses and checks the bytes of a list; `path` names it in messages.
    ///
    /// # Errors
    /// [`PeopleError`] names the file, the line, what was found and what was expected.
    pub fn parse(bytes: &[u8], path: &str, lexicon: &Lexicon) -> Result<Self, PeopleError> {
        Self::parse_without(bytes, path, lexicon, &[])
    }

    /// As [`PeopleList::parse`]; cells that hold one of `missing` and nothing else are empty.
    ///
    /// # Errors
    /// As [`PeopleList::parse`].
    pub fn parse_without(bytes: &[u8], path: &str, lexicon: &Lexicon, missing: &[String]) -> Result<Self, PeopleError> {
        let row_error = |line: u64, problem: String| PeopleError::Row { path: path.into(), line, problem };
        let sheet = Sheet::read(bytes).map_err(|error| match error {
            SheetError::NotUtf8 { line } => PeopleError::NotUtf8 { path: path.into(), line },
            SheetError::Row { line, problem } => row_error(line, problem),
        })?;
        let Some(header) = &sheet.header else {
            return Err(PeopleError::NoNames { path: path.into(), found: "an empty file".into() });
        };
        let columns = columns_of(header, path)?;
        let mut list = Self {
            sha256: plenary_corpus::hash::sha256(bytes),
            path: path.into(),
            text: String::from_utf8_lossy(bytes).into_owned(),
            variables: columns.further.iter().map(|(_, name)| name.clone()).collect(),
            header_line: sheet.header_line,
            lexicon: lexicon.clone(),
            ..Self::default()
        };
        let has_periods = columns.known.iter().any(|(_, name)| matches!(*name, "from" | "to"));
        for (line, record) in &sheet.rows {
            let (row, aliases, person_id) =
                row(lexicon, record, &columns, missing, *line).map_err(|problem| row_error(*line, problem))?;
            list.add(row, aliases, person_id, has_periods)?;
        }
        Ok(list)
    }

    /// Adds a row: to its person, if the rows of the list have periods and the person is known, or as a new person.
    fn add(
        &mut self,
        row: ListedRow,
        aliases: Vec<String>,
        person_id: Option<String>,
        has_periods: bool,
    ) -> Result<(), PeopleError> {
        let path = self.path.clone();
        let known_name = self.by_name.get(&self.key(&row.name)).copied();
        let same_id = person_id.as_ref().and_then(|id| self.by_id.get(id).copied());
        let at = if let Some(at) = same_id {
            if !has_periods {
                let (line, first) = (row.line, self.people[at].line);
                return Err(PeopleError::DoubledId { path, line, first, id: person_id.unwrap_or_default() });
            }
            at
        } else if let Some(at) = known_name.filter(|at| has_periods && self.people[*at].person_id == person_id) {
            at
        } else {
            self.people.push(ListedPerson {
                name: row.name.clone(),
                person_id: person_id.clone(),
                line: row.line,
                ..ListedPerson::default()
            });
            self.people.len() - 1
        };
        if let Some(id) = person_id {
            self.by_id.insert(id, at);
        }
        for name in std::iter::once(&row.name).chain(&aliases) {
            let words = name_words(&self.lexicon, name);
            let known = *self.by_name.entry(words.join(" ")).or_insert(at);
            if known != at {
                let first = self.people[known].line;
                return Err(PeopleError::TwoPeople { path, line: row.line, first, name: name.clone() });
            }
            if let [_, .., surname] = words.as_slice() {
                let of_surname = self.by_surname.entry(surname.clone()).or_default();
                if !of_surname.contains(&at) {
                    of_surname.push(at);
                }
            }
        }
        let person = &mut self.people[at];
        for alias in aliases {
            if !person.aliases.contains(&alias) {
                person.aliases.push(alias);
            }
        }
        person.rows.push(row);
        Ok(())
    }

    /// The people, in the order of the file.
    pub fn people(&self) -> &[ListedPerson] {
        &self.people
    }

    /// The pairs of rows of one person that hold on the same day and give different values, with their person.
    pub fn conflicts(&self) -> impl Iterator<Item = (&ListedPerson, ListConflict)> {
        self.people.iter().flat_map(|person| {
            let rows: Vec<&ListedRow> = person.rows.iter().collect();
            conflicts(&rows, ListedRow::overlaps).into_iter().map(move |conflict| (person, conflict))
        })
    }

    /// Index of the person with a name or alias. Case, honorifics and punctuation do not matter.
    pub fn of_name(&self, name: &str) -> Option<usize> {
        if self.by_name.is_empty() {
            return None;
        }
        self.by_name.get(&self.key(name)).copied()
    }

    /// Indices of the people with a surname, given in lower case: the last word of a name or alias.
    pub fn of_surname(&self, surname: &str) -> &[usize] {
        self.by_surname.get(surname).map_or(&[], Vec::as_slice)
    }

    /// A name in the form in which names are compared.
    fn key(&self, name: &str) -> String {
        name_words(&self.lexicon, name).join(" ")
    }
}

/// The columns of a list with their positions.
struct Columns {
    known: Vec<(usize, &'static str)>,
    further: Vec<(usize, String)>,
}

/// The columns of the file: known ones, and those that are variables. Columns without a name are left out.
fn columns_of(header: &StringRecord, path: &str) -> Result<Columns, PeopleError> {
    let mut known: Vec<(usize, &'static str)> = Vec::new();
    let mut further: Vec<(usize, String)> = Vec::new();
    let doubled = |name: &str| Err(PeopleError::DoubledColumn { path: path.into(), column: name.to_string() });
    for (at, name) in header.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
        let lower = plain_name(name);
        match COLUMNS.into_iter().find(|known| *known == lower) {
            Some(column) if known.iter().any(|(_, other)| *other == column) => return doubled(name),
            Some(column) => known.push((at, column)),
            None => {
                let variable = variable_name(name);
                if further.iter().any(|(_, other)| other.to_lowercase() == variable.to_lowercase()) {
                    return doubled(name);
                }
                further.push((at, variable));
            }
        }
    }
    if !known.iter().any(|(_, name)| *name == COLUMNS[0]) {
        let found = match header.iter().filter(|name| !name.is_empty()).collect::<Vec<_>>() {
            names if names.is_empty() => "an empty row".to_string(),
            names => format!("`{}`", names.join("`, `")),
        };
        return Err(PeopleError::NoNames { path: path.into(), found });
    }
    for (_, name) in &further {
        let lower = plain_name(name);
        // `party_family` and `title2` are variables.
        let is_more = |known: &str| {
            lower
                .strip_prefix(known)
                .is_some_and(|rest| rest.starts_with(['_', '.']) || rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        let missing = COLUMNS.into_iter().filter(|column| !known.iter().any(|(_, other)| other == column));
        let near = |known: &&str| strsim::jaro_winkler(known, &lower) > 0.92 && known.len() > 4 && !is_more(known);
        if let Some(known) = missing.into_iter().find(near) {
            return Err(PeopleError::Misspelt { path: path.into(), column: name.clone(), known });
        }
    }
    Ok(Columns { known, further })
}

/// A row with the aliases and the `person_id` of its person.
fn row(
    lexicon: &Lexicon,
    record: &StringRecord,
    columns: &Columns,
    missing: &[String],
    line: u64,
) -> Result<(ListedRow, Vec<String>, Option<String>), String> {
    let cell_at = |at: usize| record.get(at).filter(|cell| !cell.is_empty());
    let written = |name: &str| {
        let (at, _) = columns.known.iter().find(|(_, column)| *column == name)?;
        cell_at(*at)
    };
    let is_known = |cell: &&str| !missing.iter().any(|missing| missing == cell);
    let cell = |name: &str| written(name).filter(is_known).map(str::to_string);
    let name = written("name").ok_or("there is no name; each row must name a person")?.to_string();
    if name_words(lexicon, &name).is_empty() {
        return Err(format!("the name \"{name}\" contains no letters"));
    }
    let mut title = cell("title");
    let role = match cell("role") {
        None => None,
        Some(word) => match (role_named(lexicon, &word), &title) {
            (Some(role), _) => Some(role),
            // Many lists have offices in the column of roles.
            (None, None) => {
                title = Some(word);
                None
            }
            (None, Some(_)) => {
                return Err(format!(
                    "found the role \"{word}\"; expected chair, speaker, questioner, interjector or unknown (offices \
                     belong under `title`)"
                ));
            }
        },
    };
    let day = |column: &str, is_last: bool| match cell(column) {
        None => Ok(None),
        Some(text) => match day_of_period(&text, is_last) {
            Some(day) => Ok(Some(day)),
            None => Err(format!("found \"{text}\" in `{column}`; expected a date as YYYY-MM-DD, YYYY-MM or YYYY")),
        },
    };
    let (from, to) = (day("from", false)?, day("to", true)?);
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return Err(format!("the period ends on {to}, before it begins on {from}; exchange `from` and `to`"));
    }
    let aliases = written("aliases").unwrap_or_default();
    let aliases = aliases.split(';').map(str::trim).filter(|alias| !name_words(lexicon, alias).is_empty());
    let variables = columns.further.iter().filter_map(|(at, name)| {
        let value = cell_at(*at).filter(is_known)?;
        Some((name.clone(), value.to_string()))
    });
    let row = ListedRow {
        line,
        from,
        to,
        name,
        role,
        details: Details {
            honorific: cell("honorific"),
            title,
            affiliation: cell("affiliation"),
            country: cell("country"),
            constituency: cell("constituency"),
            party: cell("party"),
            sex: cell("sex"),
        },
        variables: variables.collect(),
    };
    Ok((row, aliases.map(str::to_string).collect(), cell("person_id")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> PeopleList {
        PeopleList::parse(text.as_bytes(), "people.csv", Lexicon::builtin()).unwrap()
    }

    fn error(text: &str) -> String {
        PeopleList::parse(text.as_bytes(), "people.csv", Lexicon::builtin()).unwrap_err().to_string()
    }

    #[test]
    fn case_and_honorifics_do_not_matter_for_names_and_aliases() {
        let list = list("name,aliases,party\nAnn Lee,\"The Chair; A. Lee\",NDP\nBo Hill,,\n");
        for name in ["Ann Lee", "DR. ANN LEE", "the chair", "Ms. A. Lee"] {
            assert_eq!(list.of_name(name), Some(0), "{name}");
        }
        assert_eq!(list.of_name("Lee"), None);
        assert_eq!((list.of_surname("lee"), list.of_surname("hill")), (&[0usize][..], &[1usize][..]));
        assert_eq!(list.people()[0].rows[0].details.party.as_deref(), Some("NDP"));
        assert_eq!(list.people()[1].rows[0].details.party, None);
    }

    #[test]
    fn semicolons_tabs_and_byte_order_marks_are_accepted() {
        let list = list("\u{FEFF}Name;Aliases\nAnn Lee;\"A. Lee; Lee\"\n\n;\nBo Hill;\n");
        assert_eq!(list.people().len(), 2);
        assert_eq!(list.of_name("Lee"), Some(0));
        assert_eq!(list.people()[1].line, 5);
        assert_eq!(
            super::tests::list("name\tcountry\nAnn Lee\tChile\n").people()[0].rows[0].details.country.as_deref(),
            Some("Chile")
        );
    }

    #[test]
    fn an_office_among_the_roles_is_the_title() {
        let list = list("name,role\nAnn Lee,chair\nBo Hill,Minister of Roads\n");
        assert_eq!(list.people()[0].rows[0].role, Some(Role::Chair));
        assert_eq!(
            (list.people()[1].rows[0].role, list.people()[1].rows[0].details.title.as_deref()),
            (None, Some("Minister of Roads"))
        );
        assert!(error("name,role,title\nBo Hill,Minister,Dean\n").contains("line 2: found the role \"Minister\""));
    }

    #[test]
    fn errors_name_the_line() {
        insta::assert_snapshot!(error("nom,parti\nAnn Lee,NDP\n"), @"people.csv: there is no column `name`; found `nom`, `parti`; known columns: name (required), aliases, role, title, affiliation, party, country, constituency, honorific, sex, person_id, from, to");
        insta::assert_snapshot!(error("name,aliases\nAnn Lee,Lee\nBo Lee,Mr. Lee\n"), @r#"people.csv, line 3: "Mr. Lee" already stands for the person of line 2; a name or alias can stand for one person only. Several rows of one person need the columns `from` and `to`, and the same person_id in each"#);
        insta::assert_snapshot!(error("name,person_id\nAnn Lee,p1\nBo Hill,p1\n"), @r#"people.csv, line 3: the person_id "p1" is also used in line 2; write other names of a person under `aliases`, and the dates of rows that change under `from` and `to`"#);
        assert!(error("name,afiliation\nAnn Lee,Acme\n").contains("did you mean `affiliation`?"));
        assert!(error("name,Name\nAnn Lee,Bo\n").contains("the column `Name` occurs twice"));
        assert!(error("name,party\nAnn Lee,NDP,x\n").contains("line 2: found 3 cells but the list has 2 columns"));
        assert!(error("name,party\n,NDP\n").contains("line 2: there is no name"));
        assert!(error("name,party\n--,NDP\n").contains("contains no letters"));
        assert!(error("name\n\"Ann Lee\nBo Hill\n").contains("line 2: a quotation mark in this row"));
        assert!(error("").contains("an empty file"));
        let latin =
            PeopleList::parse(b"name\nAnn\nJos\xE9 Hill\n", "people.csv", Lexicon::builtin()).unwrap_err().to_string();
        assert_eq!(latin, "people.csv, line 3: not UTF-8; save the list as CSV in UTF-8");
    }

    #[test]
    fn further_columns_are_variables_under_their_names() {
        let list = PeopleList::parse_without(
            b"name,Gender,party_family,birth year,sex\nAnn Lee,female,left,1970,F\nBo Hill,NA,,1980,NA\n",
            "people.csv",
            Lexicon::builtin(),
            &["NA".into()],
        )
        .unwrap();
        assert_eq!(list.variables, ["Gender", "party_family", "birth year"]);
        let (ann, bo) = (&list.people()[0].rows[0], &list.people()[1].rows[0]);
        assert_eq!(ann.variables["birth year"], "1970");
        assert_eq!(ann.details.sex.as_deref(), Some("F"));
        assert_eq!((bo.variables.len(), bo.details.sex.as_deref()), (1, None));
        assert!(error("name,Age,age\nAnn Lee,1,2\n").contains("the column `age` occurs twice"));
    }

    #[test]
    fn the_row_that_holds_on_the_date_counts() {
        let list = list(
            "name,aliases,party,from,to,office,person_id\nAnn Lee,,Reform,,2019-12-31,whip,ann\nAnn Lee-Hill,A. Lee,Green,2020-01,,whip,ann\n",
        );
        assert_eq!(list.people().len(), 1);
        assert_eq!((list.of_name("A. Lee"), list.of_name("Ann Lee")), (Some(0), Some(0)));
        let on = |date: Option<Date>| list.people()[0].on(date);
        let (before, after) = (on(Some(jiff::civil::date(2019, 12, 31))), on(Some(jiff::civil::date(2020, 1, 1))));
        assert_eq!((before.details.party.as_deref(), before.name.as_str()), (Some("Reform"), "Ann Lee"));
        assert_eq!((after.details.party.as_deref(), after.name.as_str()), (Some("Green"), "Ann Lee-Hill"));
        let undated = on(None);
        assert_eq!(undated.details.party, None, "the list cannot decide");
        assert_eq!(undated.variables["office"], "whip", "what all rows have in common holds on all days");
        assert_eq!(undated.doubts[0].kind, DoubtKind::NoDate);
        assert_eq!(undated.doubts[0].variable.as_deref(), Some("party"));
        assert_eq!(list.conflicts().count(), 0);
    }

    #[test]
    fn rows_of_one_day_that_differ_are_conflicts_and_neither_counts() {
        let list = list(
            "name,party,from,to,gender\nAnn Lee,Reform,2015,2020,f\nAnn Lee,Green,2020-06-01,,f\nBo Hill,X,2000,2001,m\nBo Hill,Y,2002,,m\n",
        );
        let found: Vec<ListConflict> = list.conflicts().map(|(_, conflict)| conflict).collect();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].variable.as_str(), found[0].lines), ("party", (2, 3)));
        let on = |year, month| list.people()[0].on(Some(jiff::civil::date(year, month, 1)));
        assert_eq!(on(2020, 7).details.party, None);
        assert_eq!(on(2020, 7).variables["gender"], "f");
        assert_eq!(on(2021, 1).details.party.as_deref(), Some("Green"));
        assert_eq!(on(2010, 1).doubts[0].kind, DoubtKind::NoRow);
    }

    #[test]
    fn dates_that_cannot_be_read_or_end_before_they_begin_are_refused_with_the_line() {
        insta::assert_snapshot!(error("name,from\nAnn Lee,3/4/2020\n"), @r#"people.csv, line 2: found "3/4/2020" in `from`; expected a date as YYYY-MM-DD, YYYY-MM or YYYY"#);
        insta::assert_snapshot!(error("name,from,to\nBo Hill,,\nAnn Lee,2020-05,2020-04\n"), @"people.csv, line 3: the period ends on 2020-04-30, before it begins on 2020-05-01; exchange `from` and `to`");
        assert!(error("name,to\nAnn Lee,2020-02-30\n").contains("line 2"));
        assert!(
            error("name,from,to,person_id\nAnn Lee,,,a\nAnn Lee,,,b\n").contains("line 3: \"Ann Lee\" already stands")
        );
    }
}
