//! Who names people that do not speak in the same document.
//!
//! **Input:** the texts of all segments, which are read again, the ledger with people linked, and the list of people. **Output:** exchanges with people
//! who speak in other documents or are only on the list. **Refused:** nothing; names that several people have are left out. **Left to others:** names of
//! speakers of the same document, and how names are recognised (plenary-measure).

use std::collections::HashMap;

use plenary_attribute::listed_person_id;
use plenary_corpus::findings::ExchangeKind;
use plenary_corpus::progress::Progress;
use plenary_measure::exchanges::{Elsewhere, Named, People};
use plenary_names::labels::{LabelKind, judge};
use plenary_tables::{Closed, Other, PlacedExchange};
use rayon::prelude::*;

use super::RunError;
use super::ledger::Ledger;
use crate::study::{PeopleList, Study};

/// The exchanges, each with the position of its document, in the order of the text.
pub(super) fn elsewhere(
    closed: &Closed,
    ledger: &Ledger,
    study: &Study,
    progress: &dyn Progress,
) -> Result<Vec<(usize, PlacedExchange)>, RunError> {
    let (ids, people) = people(ledger, study);
    let is_single = ledger.documents.len() == 1 && study.people_list.is_none();
    if is_single || people.is_empty() {
        return Ok(Vec::new());
    }
    let names = |at: usize| ledger.documents[at].summary.speakers.iter().map(|speaker| speaker.name.as_str());
    let speaks = |document: usize, person: usize| {
        ledger.documents[document].summary.speakers.iter().any(|speaker| speaker.person_id == ids[person])
    };
    let is_form_of_address = |word: &str| study.lexicon.is_form_of_address(word);
    let mut places = ledger.segment_places();
    let mut all = Vec::new();
    progress.begin("looking for names", ledger.n_segments() as u64);
    closed.texts(|texts| {
        progress.check_stop()?;
        let of_texts: Vec<_> = texts.iter().zip(places.by_ref()).collect();
        // Of the documents of these texts only, because a corpus may have many.
        let mut here: HashMap<usize, Named> = HashMap::new();
        for (_, place) in &of_texts {
            here.entry(place.document).or_insert_with(|| Named::new(names(place.document)));
        }
        let named =
            of_texts.into_par_iter().filter(|(_, place)| place.speaker.is_some()).flat_map_iter(|(text, place)| {
                let found = people.in_text(text, &here[&place.document], &is_form_of_address);
                found.into_iter().map(move |found| (place, found))
            });
        let named: Vec<_> = named.collect();
        // Somebody may speak here under another name of the same person.
        let absent = named.into_iter().filter(|(place, found)| !speaks(place.document, found.person));
        all.extend(absent.map(|(place, Elsewhere { person, rule, words })| {
            let exchange = PlacedExchange {
                turn: place.turn,
                from: place.speaker,
                to: Other::Elsewhere(ids[person].as_str().into()),
                kind: ExchangeKind::Names,
                rule,
                evidence_turn: place.turn,
                evidence_position: place.position,
                words: Some(words.into_boxed_str()),
            };
            (place.document, exchange)
        }));
        progress.advance(texts.len() as u64);
        Ok::<_, RunError>(())
    })?;
    Ok(all)
}

/// The ids of the people of the corpus and of the list, and their names. Labels that are not names are left out: "The Chair".
fn people(ledger: &Ledger, study: &Study) -> (Vec<String>, People) {
    let mut ids: Vec<String> = Vec::new();
    let mut of_id: HashMap<String, usize> = HashMap::new();
    let mut names: Vec<(usize, &str)> = Vec::new();
    let mut add = |id: &str, name| {
        let person = *of_id.entry(id.to_owned()).or_insert_with(|| {
            ids.push(id.to_owned());
            ids.len() - 1
        });
        names.push((person, name));
    };
    let is_name = |name: &str| {
        judge(&study.lexicon, name).is_some_and(|found| matches!(found.kind, LabelKind::Person | LabelKind::Word))
    };
    let mut listed: HashMap<u64, &str> = HashMap::new();
    for speaker in ledger.documents.iter().flat_map(|document| &document.summary.speakers) {
        if is_name(&speaker.name) {
            add(&speaker.person_id, &speaker.name);
        }
        if let Some(line) = speaker.list_line {
            listed.insert(line, &speaker.person_id);
        }
    }
    for person in study.people_list.iter().flat_map(PeopleList::people) {
        let id = match listed.get(&person.line) {
            Some(id) => (*id).to_owned(),
            None => listed_person_id(&study.lexicon, person),
        };
        add(&id, &person.name);
        for alias in person.aliases.iter().filter(|alias| is_name(alias)) {
            add(&id, alias);
        }
    }
    let people = People::new(names.into_iter());
    (ids, people)
}
