//! What is known of people over all documents.
//!
//! **Input:** the people of each document. **Output:** for each person the values that are the same in all documents that have one.
//! Nothing is refused.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::details::Speaker;

/// The people who speak, by `person_id`, each with the values of their columns; `null` where there is none, or where documents differ.
pub(crate) fn people(speakers: &[Speaker]) -> BTreeMap<&str, Map<String, Value>> {
    let mut people: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut differing: Vec<(&str, String)> = Vec::new();
    for speaker in speakers.iter().filter(|speaker| speaker.n_utterances > 0) {
        let facts = speaker.facts.named().map(|(name, value)| (name, value.map_or(Value::Null, Value::from)));
        let role = [("role", Value::from(speaker.role.as_str()))];
        let variables = speaker.variables.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let person = people.entry(&speaker.person_id).or_default();
        person.entry("name").or_insert_with(|| Value::from(speaker.name.as_str()));
        for (name, value) in facts.into_iter().chain(role).chain(variables) {
            match person.get_mut(name) {
                Some(known) if known.is_null() => *known = value,
                Some(known) if !value.is_null() && *known != value => {
                    differing.push((&speaker.person_id, name.to_owned()));
                }
                Some(_) => {}
                None => _ = person.insert(name.to_owned(), value),
            }
        }
    }
    for (person_id, name) in differing {
        if let Some(value) = people.get_mut(person_id).and_then(|person| person.get_mut(&name)) {
            *value = Value::Null;
        }
    }
    people
}
