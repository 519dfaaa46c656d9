//! The speakers of a document.
//!
//! **Input**: the people and the explained utterances. **Output**: speakers with ids, counts, confidence and the evidence of their links;
//! utterances refer to them. People who are only named in lists are left out.

use std::collections::HashSet;

use crate::link::across;
use crate::link::people::Person;
use crate::options::{LinkPeople, Options};
use plenary_corpus::{Document, LinkRule, PersonRule, Role, Speaker, Utterance, ids};
use plenary_names::labels;
use plenary_names::lexicon::Lexicon;
use plenary_names::text::{has_dotless_i, title_case};

/// The people who speak, and chairs who do not, in the order of `people`. `first_block` finds the block that first mentions a
/// person.
pub(crate) fn speakers(
    document: &Document,
    people: &[Person],
    n_chairs: usize,
    options: &Options,
    utterances: &mut [Utterance],
    first_block: impl Fn(&Person) -> Option<usize>,
) -> Vec<Speaker> {
    let lexicon = &options.lexicon;
    let document_id = document.document_id.as_str();
    let has_dotless_i = has_dotless_i(&document.text);
    let mut place: Vec<Option<usize>> = vec![None; people.len()];
    let mut out: Vec<Speaker> = Vec::new();
    let mut spoken_by: Vec<Vec<&Utterance>> = vec![Vec::new(); people.len()];
    for utterance in utterances.iter() {
        if let Some(spoken) = utterance.speaker.and_then(|at| spoken_by.get_mut(at)) {
            spoken.push(utterance);
        }
    }
    for (at, (person, spoken)) in people.iter().zip(&spoken_by).enumerate() {
        if spoken.is_empty() && at >= n_chairs && !person.presides {
            continue;
        }
        place[at] = Some(out.len());
        let byline = &person.byline;
        let speaker_id = ids::speaker(document_id, out.len() + 1);
        let best = spoken.iter().map(|utterance| utterance.boundary_confidence).fold(0.0f32, f32::max);
        let (link_rule, link_confidence) = weakest_link(spoken).unwrap_or((LinkRule::FirstMention, person.confidence));
        let evidence = if spoken.is_empty() { first_block(person).into_iter().collect() } else { evidence(spoken) };
        let known = known_elsewhere(person, options);
        out.push(Speaker {
            person_rule: known.is_some().then_some(PersonRule::PeopleList),
            person_id: known.unwrap_or_else(|| speaker_id.clone()),
            speaker_id,
            name_as_printed: byline.printed.clone(),
            label: byline.label.clone(),
            name: readable_name(&byline.name, has_dotless_i || byline.name.contains('İ')),
            details: byline.details.clone(),
            role: role(lexicon, person),
            n_utterances: spoken.len(),
            n_words: spoken.iter().map(|utterance| utterance.n_words).sum(),
            confidence: if spoken.is_empty() { person.confidence } else { best * person.confidence },
            link_rule,
            link_confidence,
            variables: person.variables.clone(),
            list_line: person.listed.and_then(|at| Some(options.people.as_ref()?.people().get(at)?.line)),
            doubts: person.doubts.clone(),
            evidence_block_ids: evidence.into_iter().map(|at| ids::block(document_id, at + 1)).collect(),
        });
    }
    for utterance in utterances {
        utterance.speaker = utterance.speaker.and_then(|at| place[at]);
    }
    out
}

/// Rule and confidence of the link with the lowest confidence; ties go to the first turn.
fn weakest_link(spoken: &[&Utterance]) -> Option<(LinkRule, f32)> {
    let links = spoken.iter().filter_map(|utterance| utterance.explanation.link.as_ref());
    links
        .map(|link| (link.rule, link.confidence))
        .reduce(|weakest, next| if next.1 < weakest.1 { next } else { weakest })
}

/// Indices of the blocks that support a person's links: for each label and rule those of its first turn.
fn evidence(spoken: &[&Utterance]) -> Vec<usize> {
    let mut seen = HashSet::new();
    let mut blocks: Vec<usize> = spoken
        .iter()
        .filter_map(|utterance| Some((utterance.label.as_deref(), utterance.explanation.link.as_ref()?)))
        .filter(|(label, link)| seen.insert((*label, link.rule)))
        .flat_map(|(_, link)| link.blocks.iter().copied())
        .collect();
    blocks.sort_unstable();
    blocks.dedup();
    blocks
}

/// The person id according to the study's list: the id given there or, if people are followed across documents, one made from the name.
fn known_elsewhere(person: &Person, options: &Options) -> Option<String> {
    let lexicon = &options.lexicon;
    let listed = options.people.as_ref()?.people().get(person.listed?)?;
    let is_followed = listed.person_id.is_some() || options.transcript.link_people == LinkPeople::Corpus;
    is_followed.then(|| across::listed_person_id(lexicon, listed))
}

/// The role of a person in the proceedings.
fn role(lexicon: &Lexicon, person: &Person) -> Role {
    let label = &person.byline.label;
    if let Some(role) = person.byline.role {
        role
    } else if person.presides {
        Role::Chair
    } else if labels::is_unknown_label(lexicon, label) {
        Role::Unknown
    } else if labels::is_questioner_label(lexicon, label) {
        Role::Questioner
    } else if labels::is_interjector_label(lexicon, label) {
        Role::Interjector
    } else {
        Role::Speaker
    }
}

/// A name printed in capitals in its usual spelling; the printed form is kept in `name_as_printed`.
fn readable_name(name: &str, has_dotless_i: bool) -> String {
    let has_lower = name.chars().any(char::is_lowercase);
    if has_lower || name.contains('_') || name.chars().filter(|c| c.is_alphabetic()).count() < 3 {
        return name.to_string();
    }
    title_case(name, has_dotless_i)
}
