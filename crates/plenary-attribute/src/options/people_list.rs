//! The study's list of people.
//!
//! **Input**: a CSV file. **Output**: a checked [`PeopleList`]. **Refused**, with the line: a list without a column `name`, one name for two
//! people, and rows that cannot be read. Linking labels to the list is left to `link`.

use std::collections::HashMap;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};
use serde::Serialize;

use plenary_corpus::files::read_file;
use plenary_corpus::{Details, Role};
use plenary_names::compare::name_words;
use plenary_names::lexicon::Lexicon;
use plenary_names::roles::role_named;

/// The columns that a list may have. The first is required.
pub(crate) const COLUMNS: [&str; 10] =
    ["name", "aliases", "role", "title", "affiliation", "party", "country", "constituency", "honorific", "person_id"];

/// A person on the list. What the list does not contain is `None` and is taken from the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedPerson {
    /// The full name.
    pub name: String,
    /// Other names and labels of the person.
    pub aliases: Vec<String>,
    /// Role in the proceedings.
    pub role: Option<Role>,
    /// Honorific, title, affiliation, country, constituency and party.
    pub details: Details,
    /// Id of the person across documents.
    pub person_id: Option<String>,
    /// Line of the file, from 1.
    pub line: u64,
}

/// The people known to a study. No name or alias belongs to two of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PeopleList {
    /// sha256 of the file, 64 hex digits.
    pub sha256: String,
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
             person only"
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
             `aliases`"
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
        let text = std::str::from_utf8(bytes).map_err(|error| PeopleError::NotUtf8 {
            path: path.into(),
            line: bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count(),
        })?;
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let mut list =
            Self { sha256: plenary_corpus::hash::sha256(bytes), lexicon: lexicon.clone(), ..Self::default() };
        for person in people(lexicon, text, path)? {
            list.add(person, path)?;
        }
        Ok(list)
    }

    fn add(&mut self, person: ListedPerson, path: &str) -> Result<(), PeopleError> {
        let at = self.people.len();
        let same_id = |other: &&ListedPerson| other.person_id.is_some() && other.person_id == person.person_id;
        if let (Some(first), Some(id)) = (self.people.iter().find(same_id), &person.person_id) {
            return Err(PeopleError::DoubledId {
                path: path.into(),
                line: person.line,
                first: first.line,
                id: id.clone(),
            });
        }
        for name in std::iter::once(&person.name).chain(&person.aliases) {
            let words = name_words(&self.lexicon, name);
            let known = *self.by_name.entry(words.join(" ")).or_insert(at);
            if known != at {
                let first = self.people[known].line;
                return Err(PeopleError::TwoPeople { path: path.into(), line: person.line, first, name: name.clone() });
            }
            if let [_, .., surname] = words.as_slice() {
                let of_surname = self.by_surname.entry(surname.clone()).or_default();
                if of_surname.last() != Some(&at) {
                    of_surname.push(at);
                }
            }
        }
        self.people.push(person);
        Ok(())
    }

    /// The people, in the order of the file.
    pub fn people(&self) -> &[ListedPerson] {
        &self.people
    }

    /// Index of the person with a name or alias. Case, honorifics and punctuation do not matter.
    pub fn of_name(&self, name: &str) -> Option<usize> {
        if self.by_name.is_empty() {
            return None;
        }
        self.by_name.get(&name_words(&self.lexicon, name).join(" ")).copied()
    }

    /// Indices of the people with a surname, given in lower case: the last word of a name or alias.
    pub fn of_surname(&self, surname: &str) -> &[usize] {
        self.by_surname.get(surname).map_or(&[], Vec::as_slice)
    }
}

/// The rows of a list.
fn people(lexicon: &Lexicon, text: &str, path: &str) -> Result<Vec<ListedPerson>, PeopleError> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(text))
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let row_error = |line: u64, problem: String| PeopleError::Row { path: path.into(), line, problem };
    let mut columns: Option<Vec<(usize, &'static str)>> = None;
    let mut n_columns = 0;
    let mut people = Vec::new();
    let (mut record, mut last_line, mut has_break) = (StringRecord::new(), 1, false);
    loop {
        let more = reader.read_record(&mut record);
        let more = more
            .map_err(|error| row_error(error.position().map_or(last_line, csv::Position::line), error.to_string()))?;
        if !more {
            break;
        }
        let line = record.position().map_or(last_line, csv::Position::line);
        last_line = line;
        has_break = record.iter().any(|cell| cell.contains('\n'));
        if record.iter().all(str::is_empty) {
            continue;
        }
        let Some(columns) = &columns else {
            columns = Some(columns_of(&record, path)?);
            n_columns = record.len();
            continue;
        };
        if record.iter().skip(n_columns).any(|cell| !cell.is_empty()) {
            let problem = format!(
                "found {} cells but the list has {n_columns} columns; a cell that contains the delimiter must be in \
                 quotation marks",
                record.len()
            );
            return Err(row_error(line, problem));
        }
        people.push(person(lexicon, &record, columns, line).map_err(|problem| row_error(line, problem))?);
    }
    // The reader accepts the end of the file as the end of a quoted cell.
    let open = text.matches('"').count() % 2 == 1 && has_break;
    if open {
        return Err(row_error(last_line, "a quotation mark in this row is never closed".into()));
    }
    if columns.is_none() {
        return Err(PeopleError::NoNames { path: path.into(), found: "an empty file".into() });
    }
    Ok(people)
}

/// The delimiter: the one of comma, semicolon and tab that occurs most often in the first row.
fn delimiter(text: &str) -> u8 {
    let head = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let count = |delimiter: u8| head.bytes().filter(|byte| *byte == delimiter).count();
    // Ties go to the first.
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// The positions of the known columns in the file; other columns are ignored.
fn columns_of(header: &StringRecord, path: &str) -> Result<Vec<(usize, &'static str)>, PeopleError> {
    let mut columns: Vec<(usize, &'static str)> = Vec::new();
    let mut others = Vec::new();
    for (at, name) in header.iter().enumerate() {
        let lower = name.to_lowercase().replace([' ', '-'], "_");
        match COLUMNS.into_iter().find(|known| *known == lower) {
            Some(known) if columns.iter().any(|(_, other)| *other == known) => {
                return Err(PeopleError::DoubledColumn { path: path.into(), column: name.to_string() });
            }
            Some(known) => columns.push((at, known)),
            None => others.push((name, lower)),
        }
    }
    if !columns.iter().any(|(_, name)| *name == COLUMNS[0]) {
        let found = match header.iter().filter(|name| !name.is_empty()).collect::<Vec<_>>() {
            names if names.is_empty() => "an empty row".to_string(),
            names => format!("`{}`", names.join("`, `")),
        };
        return Err(PeopleError::NoNames { path: path.into(), found });
    }
    for (name, lower) in others {
        let missing = COLUMNS.into_iter().filter(|known| !columns.iter().any(|(_, column)| column == known));
        if let Some(known) = missing.into_iter().find(|known| strsim::jaro_winkler(known, &lower) > 0.92) {
            return Err(PeopleError::Misspelt { path: path.into(), column: name.to_string(), known });
        }
    }
    Ok(columns)
}

/// The person of a row.
fn person(
    lexicon: &Lexicon,
    record: &StringRecord,
    columns: &[(usize, &'static str)],
    line: u64,
) -> Result<ListedPerson, String> {
    let cell = |name: &str| {
        let (at, _) = columns.iter().find(|(_, column)| *column == name)?;
        record.get(*at).filter(|cell| !cell.is_empty()).map(str::to_string)
    };
    let name = cell("name").ok_or("there is no name; each row must name a person")?;
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
    let aliases = cell("aliases").unwrap_or_default();
    let aliases = aliases.split(';').map(str::trim).filter(|alias| !name_words(lexicon, alias).is_empty());
    Ok(ListedPerson {
        aliases: aliases.map(str::to_string).collect(),
        role,
        details: Details {
            honorific: cell("honorific"),
            title,
            affiliation: cell("affiliation"),
            country: cell("country"),
            constituency: cell("constituency"),
            party: cell("party"),
            ..Details::default()
        },
        person_id: cell("person_id"),
        name,
        line,
    })
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
        assert_eq!(list.people()[0].details.party.as_deref(), Some("NDP"));
        assert_eq!(list.people()[1].details.party, None);
    }

    #[test]
    fn semicolons_tabs_and_byte_order_marks_are_accepted() {
        let list = list("\u{FEFF}Name;Aliases\nAnn Lee;\"A. Lee; Lee\"\n\n;\nBo Hill;\n");
        assert_eq!(list.people().len(), 2);
        assert_eq!(list.of_name("Lee"), Some(0));
        assert_eq!(list.people()[1].line, 5);
        assert_eq!(
            super::tests::list("name\tcountry\nAnn Lee\tChile\n").people()[0].details.country.as_deref(),
            Some("Chile")
        );
    }

    #[test]
    fn an_office_among_the_roles_is_the_title() {
        let list = list("name,role\nAnn Lee,chair\nBo Hill,Minister of Roads\n");
        assert_eq!(list.people()[0].role, Some(Role::Chair));
        assert_eq!(
            (list.people()[1].role, list.people()[1].details.title.as_deref()),
            (None, Some("Minister of Roads"))
        );
        assert!(error("name,role,title\nBo Hill,Minister,Dean\n").contains("line 2: found the role \"Minister\""));
    }

    #[test]
    fn errors_name_the_line() {
        insta::assert_snapshot!(error("nom,parti\nAnn Lee,NDP\n"), @"people.csv: there is no column `name`; found `nom`, `parti`; known columns: name (required), aliases, role, title, affiliation, party, country, constituency, honorific, person_id");
        insta::assert_snapshot!(error("name,aliases\nAnn Lee,Lee\nBo Lee,Mr. Lee\n"), @r#"people.csv, line 3: "Mr. Lee" already stands for the person of line 2; a name or alias can stand for one person only"#);
        insta::assert_snapshot!(error("name,person_id\nAnn Lee,p1\nBo Hill,p1\n"), @r#"people.csv, line 3: the person_id "p1" is also used in line 2; write other names of a person under `aliases`"#);
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
}
