//! People over all documents, and what a person should check about them and about variables.
//!
//! **Input:** the summaries of all documents, with people linked, and the study with its lists. **Output:** the rows of `people` and `issues`, the
//! same whatever the order of the inputs. Nothing is refused. **Left to others:** finding people (plenary-attribute), columns
//! (plenary-tables).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use plenary_corpus::{Doubt, DoubtKind, Speaker, Summary, Variables, contradict};
use plenary_tables::{Issue, Person};

use super::ledger::Document;
use crate::study::{ListedPerson, PeopleList, Study};

/// A value that may differ between the documents of a person.
#[derive(Debug, Clone, Default, PartialEq)]
enum Common {
    #[default]
    Unknown,
    Same(String),
    Differs,
}

impl Common {
    fn note(&mut self, value: Option<&str>) {
        let Some(value) = value else { return };
        *self = match std::mem::take(self) {
            Common::Unknown => Common::Same(value.to_owned()),
            Common::Same(known) if known == value => Common::Same(known),
            Common::Same(_) | Common::Differs => Common::Differs,
        };
    }

    fn value(self) -> Option<String> {
        match self {
            Common::Same(value) => Some(value),
            Common::Unknown | Common::Differs => None,
        }
    }
}

/// A person while documents are read.
#[derive(Default)]
struct Gathered {
    person: Person,
    last_document: Option<usize>,
    party: Common,
    country: Common,
    sex: Common,
    variables: BTreeMap<String, Common>,
}

/// The people of all documents, in the order of their first document.
pub(super) fn people(study: &Study, documents: &[Document]) -> Vec<Person> {
    let has_list = study.people_list.is_some();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut people: Vec<Gathered> = Vec::new();
    for (at, Document { summary, .. }) in documents.iter().enumerate() {
        for speaker in &summary.speakers {
            let place = *places.entry(&speaker.person_id).or_insert_with(|| {
                let person = Person {
                    person_id: speaker.person_id.clone(),
                    name: speaker.name.clone(),
                    listed: has_list.then_some(false),
                    ..Person::default()
                };
                people.push(Gathered { person, ..Gathered::default() });
                people.len() - 1
            });
            people[place].add(at, summary, speaker);
        }
    }
    people.into_iter().map(Gathered::done).collect()
}

impl Gathered {
    fn add(&mut self, at: usize, document: &Summary, speaker: &Speaker) {
        let person = &mut self.person;
        if self.last_document.replace(at) != Some(at) {
            person.n_documents += 1;
            if let Some(date) = document.front.date {
                person.first_date = Some(person.first_date.map_or(date, |first| first.min(date)));
                person.last_date = Some(person.last_date.map_or(date, |last| last.max(date)));
            }
        }
        person.n_utterances += speaker.n_utterances;
        person.n_words += speaker.n_words;
        if speaker.list_line.is_some() {
            person.listed = Some(true);
        }
        self.party.note(speaker.details.party.as_deref());
        self.country.note(speaker.details.country.as_deref());
        self.sex.note(speaker.details.sex.as_deref());
        for (name, value) in &speaker.variables {
            self.variables.entry(name.clone()).or_default().note(Some(value));
        }
    }

    fn done(self) -> Person {
        let variables = self.variables.into_iter().filter_map(|(name, value)| Some((name, value.value()?)));
        Person {
            party: self.party.value(),
            country: self.country.value(),
            sex: self.sex.value(),
            variables: variables.collect::<Variables>(),
            ..self.person
        }
    }
}

/// Everything to check about people, documents and their variables, by kind.
pub(super) fn issues(study: &Study, documents: &[Document]) -> Vec<Issue> {
    let mut issues = Vec::new();
    if let Some(list) = &study.people_list {
        let file = study.transcript.people.as_str();
        issues.extend(listed_not_found(list, file, documents));
        issues.extend(not_listed(file, documents));
        issues.extend(rows_that_differ(list, file));
    }
    for Document { summary, .. } in documents {
        for speaker in &summary.speakers {
            issues.extend(speaker.doubts.iter().map(|doubt| doubtful(study, summary, speaker, doubt)));
        }
    }
    issues.extend(documents_that_differ(study, documents));
    issues.extend(of_table(study, documents));
    issues.extend(of_pattern(study, documents));
    issues
}

fn listed_not_found(list: &PeopleList, file: &str, documents: &[Document]) -> Vec<Issue> {
    let speakers = documents.iter().flat_map(|document| &document.summary.speakers);
    let found: HashSet<u64> = speakers.filter_map(|speaker| speaker.list_line).collect();
    let missing = list.people().iter().filter(|person| !found.contains(&person.line));
    let issue = |person: &ListedPerson| Issue {
        kind: "listed_not_found",
        name: Some(person.name.clone()),
        file: Some(file.to_owned()),
        line: Some(person.line),
        message: format!("{} is on the list of people and speaks in no document.", person.name),
        ..Issue::default()
    };
    missing.map(issue).collect()
}

/// Who speaks and is not on the list, by name, those with the most words first.
fn not_listed(file: &str, documents: &[Document]) -> Vec<Issue> {
    struct Unlisted<'s> {
        speaker: &'s Speaker,
        document_id: &'s str,
        n_words: usize,
        documents: BTreeSet<usize>,
    }
    let mut by_name: BTreeMap<String, Unlisted> = BTreeMap::new();
    for (at, Document { summary, .. }) in documents.iter().enumerate() {
        let unlisted = |speaker: &&Speaker| speaker.list_line.is_none() && speaker.n_utterances > 0;
        for speaker in summary.speakers.iter().filter(unlisted) {
            let known = by_name.entry(speaker.name.to_lowercase()).or_insert_with(|| Unlisted {
                speaker,
                document_id: &summary.document_id,
                n_words: 0,
                documents: BTreeSet::new(),
            });
            known.n_words += speaker.n_words;
            known.documents.insert(at);
        }
    }
    let mut unlisted: Vec<Unlisted> = by_name.into_values().collect();
    unlisted.sort_by_key(|one| std::cmp::Reverse(one.n_words));
    let issue = |one: Unlisted| Issue {
        kind: "not_listed",
        person_id: Some(one.speaker.person_id.clone()),
        name: Some(one.speaker.name.clone()),
        document_id: Some(one.document_id.to_owned()),
        file: Some(file.to_owned()),
        message: format!(
            "{} is not on the list of people: {} in {}.",
            one.speaker.name,
            counted(one.n_words, "word"),
            counted(one.documents.len(), "document")
        ),
        ..Issue::default()
    };
    unlisted.into_iter().map(issue).collect()
}

fn counted(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

fn rows_that_differ(list: &PeopleList, file: &str) -> Vec<Issue> {
    let issue = |(person, conflict): (&ListedPerson, plenary_attribute::ListConflict)| {
        let (first, second) = conflict.lines;
        let (used, other) = conflict.values;
        Issue {
            kind: "rows_differ",
            name: Some(person.name.clone()),
            message: format!(
                "{}, lines {first} and {second} hold on the same day and give the {} \"{used}\" and \"{other}\"; neither is used on \
                 such days.",
                person.name, conflict.variable
            ),
            variable: Some(conflict.variable),
            other: Some(format!("{used}; {other}")),
            file: Some(file.to_owned()),
            line: Some(second),
            ..Issue::default()
        }
    };
    list.conflicts().map(issue).collect()
}

fn doubtful(study: &Study, document: &Summary, speaker: &Speaker, doubt: &Doubt) -> Issue {
    let variable = doubt.variable.as_deref().unwrap_or_default();
    let used = doubt.used.as_deref().unwrap_or_default();
    let other = doubt.other.as_deref().unwrap_or_default();
    let (name, path) = (&speaker.name, &document.path);
    let message = match doubt.kind {
        DoubtKind::ListAndDocument => {
            format!("{name}: the list of people gives the {variable} \"{used}\", {path} \"{other}\".")
        }
        DoubtKind::Turns => format!("{name}: turns of {path} give the {variable} \"{used}\" and \"{other}\"."),
        DoubtKind::NoDate => {
            format!("{name}: the rows of the list differ in {variable}, and {path} has no date to choose one by.")
        }
        DoubtKind::NoRow => {
            let date = document.front.date.map_or_else(String::new, |date| date.to_string());
            format!("{name}: no row of the list holds on {date}, the date of {path}.")
        }
    };
    Issue {
        kind: doubt.kind.as_str(),
        person_id: Some(speaker.person_id.clone()),
        name: Some(name.clone()),
        document_id: Some(document.document_id.clone()),
        variable: doubt.variable.clone(),
        used: doubt.used.clone(),
        other: doubt.other.clone(),
        file: doubt.line.map(|_| study.transcript.people.clone()),
        line: doubt.line,
        message,
    }
}

/// Facts in which documents contradict each other about one person and the list does not decide.
fn documents_that_differ(study: &Study, documents: &[Document]) -> Vec<Issue> {
    let of_list: HashMap<u64, &ListedPerson> =
        study.people_list.iter().flat_map(PeopleList::people).map(|person| (person.line, person)).collect();
    let decides = |speaker: &Speaker, name: &str| {
        let person = speaker.list_line.and_then(|line| of_list.get(&line));
        person.is_some_and(|person| {
            person.rows.iter().any(|row| {
                row.variables.contains_key(name)
                    || row.details.named().iter().any(|(known, value)| *known == name && value.is_some())
            })
        })
    };
    // The first document that gives a fact, and whether another one was found to differ.
    let mut firsts: HashMap<(&str, &str), (&str, usize, bool)> = HashMap::new();
    let mut issues = Vec::new();
    for (at, Document { summary, .. }) in documents.iter().enumerate() {
        for speaker in &summary.speakers {
            let details = speaker.details.named().into_iter();
            let details = details.filter(|(name, _)| !matches!(*name, "honorific" | "title"));
            let details = details.filter_map(|(name, value)| Some((name, value?)));
            let variables = speaker.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            for (name, value) in details.chain(variables) {
                let first = firsts.entry((&speaker.person_id, name)).or_insert((value, at, false));
                if first.2 || !contradict(first.0, value) || decides(speaker, name) {
                    continue;
                }
                first.2 = true;
                let earlier = &documents[first.1].summary;
                issues.push(Issue {
                    kind: "documents_differ",
                    person_id: Some(speaker.person_id.clone()),
                    name: Some(speaker.name.clone()),
                    document_id: Some(summary.document_id.clone()),
                    variable: Some(name.to_owned()),
                    used: None,
                    other: Some(format!("{}; {value}", first.0)),
                    message: format!(
                        "{}: {} gives the {name} \"{}\", {} \"{value}\".",
                        speaker.name, earlier.path, first.0, summary.path
                    ),
                    ..Issue::default()
                });
            }
        }
    }
    issues
}

fn of_table(study: &Study, documents: &[Document]) -> Vec<Issue> {
    let Some(table) = &study.documents_table else { return Vec::new() };
    let file = || Some(study.documents.table.clone());
    // The inputs to whose documents each row belongs.
    let mut inputs: Vec<Vec<&Summary>> = vec![Vec::new(); table.n_rows()];
    let mut without = Vec::new();
    for Document { summary, .. } in documents {
        match table.find(&summary.document_id, &summary.path, &summary.source) {
            Some(found) => {
                let of_row = &mut inputs[found.row];
                if of_row.last().is_none_or(|last| last.source != summary.source) {
                    of_row.push(summary);
                }
            }
            None => without.push(Issue {
                kind: "document_without_row",
                document_id: Some(summary.document_id.clone()),
                file: file(),
                message: format!("{} has no row in the table of documents.", summary.path),
                ..Issue::default()
            }),
        }
    }
    let mut issues = Vec::new();
    for (row, of_row) in inputs.iter().enumerate() {
        let Some((line, key)) = table.row(row) else { continue };
        let issue = |kind: &'static str, message: String| Issue {
            kind,
            file: file(),
            line: Some(line),
            document_id: of_row.first().map(|document| document.document_id.clone()),
            message,
            ..Issue::default()
        };
        match of_row.as_slice() {
            [] => issues.push(issue(
                "row_without_document",
                format!("The row of \"{key}\" belongs to no document; expected a path, a file name with or without extension, or a \
                         document_id."),
            )),
            [_] => {}
            [first, .., last] => issues.push(issue(
                "row_of_several_documents",
                format!(
                    "The row of \"{key}\" belongs to {} inputs, from {} to {}; write more of the path to tell them apart.",
                    of_row.len(),
                    first.path,
                    last.path
                ),
            )),
        }
    }
    issues.extend(without);
    issues
}

fn of_pattern(study: &Study, documents: &[Document]) -> Vec<Issue> {
    let Some(pattern) = &study.documents.pattern else { return Vec::new() };
    let other = documents.iter().filter(|document| pattern.of_path(&document.summary.path).is_none());
    let issue = |Document { summary, .. }: &Document| Issue {
        kind: "document_without_match",
        document_id: Some(summary.document_id.clone()),
        message: format!("The name of {} does not match the pattern of [documents].", summary.path),
        ..Issue::default()
    };
    other.map(issue).collect()
}
