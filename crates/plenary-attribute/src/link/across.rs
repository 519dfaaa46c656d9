//! People across documents, if the study asks for it.
//!
//! **Input**: the speakers of all documents of a run. **Output**: a `person_id` that is equal for speakers with the
//! same full name and no contradiction. Surnames alone and offices never link documents; only the study's list of
//! people can do so. The result does not depend on the order of the documents, and two people with the same name are
//! not merged.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sha2::{Digest, Sha256};

use crate::options::people_list::ListedPerson;
use crate::options::{LinkPeople, Options};
use plenary_corpus::{PersonRule, Speaker};
use plenary_names::compare::{name_words, titles_agree};
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;
use plenary_names::text::folded;

/// If more descriptions than this occur with one name, only equal descriptions are linked.
const MOST_DESCRIPTIONS: usize = 256;

/// Gives people who speak in several documents one `person_id`, if the study follows people across documents. Takes the speakers of
/// every document of a run.
pub fn link_documents(documents: &mut [&mut [Speaker]], options: &Options) {
    let lexicon = &options.lexicon;
    if options.transcript.link_people != LinkPeople::Corpus {
        return;
    }
    // Document and speaker of all who have a full name and are not on the list of people.
    let mut by_name: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
    for (d, speakers) in documents.iter().enumerate() {
        let unlisted = |speaker: &Speaker| speaker.person_rule != Some(PersonRule::PeopleList);
        for (s, speaker) in speakers.iter().enumerate().filter(|(_, speaker)| unlisted(speaker)) {
            if let Some(name) = full_name(lexicon, speaker) {
                by_name.entry(name).or_default().push((d, s));
            }
        }
    }
    for (name, places) in by_name {
        for ((d, s), (person_id, rule)) in places.iter().zip(people(lexicon, &name, &places, documents)) {
            let speaker = &mut documents[*d][*s];
            speaker.person_id = person_id.unwrap_or_else(|| speaker.speaker_id.clone());
            speaker.person_rule = rule;
        }
    }
}

/// The name in the form in which it is compared, if it is the full name of a person. In scripts without capitals, offices and names
/// cannot be distinguished by form, so that such names link nothing.
fn full_name(lexicon: &Lexicon, speaker: &Speaker) -> Option<String> {
    let words = name_words(lexicon, &speaker.name);
    // "Witness A", "Speaker 2": a different person in every document.
    let is_marked = speaker.name.contains(|c: char| c.is_ascii_digit())
        || words.last().is_some_and(|last| last.chars().count() < 2);
    let has_capitals = speaker.name.chars().any(char::is_uppercase);
    let kind = labels::judge(lexicon, &speaker.name).map(|judgement| judgement.kind);
    (words.len() >= 2 && !is_marked && has_capitals && kind == Some(LabelKind::Person)).then(|| words.join(" "))
}

/// What a page says about a person in addition to the name, in the form in which it is compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Description {
    honorific: Option<String>,
    /// Words of affiliation, party, country and constituency.
    details: [Option<BTreeSet<String>>; 4],
}

impl Description {
    fn of(speaker: &Speaker) -> Self {
        let words = |text: &Option<String>| {
            let words = text.as_deref()?.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            Some(words.map(folded).collect::<BTreeSet<String>>()).filter(|words| !words.is_empty())
        };
        Self {
            honorific: speaker.details.honorific.clone(),
            details: [
                words(&speaker.details.affiliation),
                words(&speaker.details.party),
                words(&speaker.details.country),
                words(&speaker.details.constituency),
            ],
        }
    }

    /// Whether the two cannot describe one person: they differ in affiliation, party, country or constituency, or in honorifics as Mr
    /// and Mrs do. "Acme" and "Acme Institute" do not differ.
    fn contradicts(&self, lexicon: &Lexicon, other: &Self) -> bool {
        !titles_agree(lexicon, self.honorific.as_deref(), other.honorific.as_deref())
            || self.details.iter().zip(&other.details).any(|pair| match pair {
                (Some(a), Some(b)) => !a.is_subset(b) && !b.is_subset(a),
                _ => false,
            })
    }

    /// Whether both name the same affiliation, party, country or constituency.
    fn agrees(&self, other: &Self) -> bool {
        self.details.iter().zip(&other.details).any(|pair| match pair {
            (Some(a), Some(b)) => a.is_subset(b) || b.is_subset(a),
            _ => false,
        })
    }
}

/// The person id and rule of each speaker with one name; `None` for speakers that are not linked.
///
/// Two speakers are one person if they do not contradict each other. If two speakers contradict each other, a speaker
/// who could be either is kept apart from both, so that the grouping of the others is unambiguous.
fn people(
    lexicon: &Lexicon,
    name: &str,
    places: &[(usize, usize)],
    documents: &[&mut [Speaker]],
) -> Vec<(Option<String>, Option<PersonRule>)> {
    let described: Vec<Description> = places.iter().map(|(d, s)| Description::of(&documents[*d][*s])).collect();
    let distinct: Vec<&Description> = described.iter().collect::<BTreeSet<_>>().into_iter().collect();
    let at: HashMap<&Description, usize> = distinct.iter().enumerate().map(|(i, d)| (*d, i)).collect();
    let which: Vec<usize> = described.iter().map(|description| at[description]).collect();
    let (n, too_many) = (distinct.len(), distinct.len() > MOST_DESCRIPTIONS);
    let near: Vec<Vec<usize>> = (0..n)
        .map(|a| {
            let is_near = |b: &usize| !distinct[a].contradicts(lexicon, distinct[*b]);
            if too_many { vec![a] } else { (0..n).filter(is_near).collect() }
        })
        .collect();
    let distinct_in_document = distinct_in_document(places, &which);
    let is_open = |a: usize| {
        let unlike = |b: &usize| near[a].iter().any(|c| near[*b].binary_search(c).is_err());
        near[a].iter().any(|b| distinct_in_document.contains(&(a, *b))) || near[a].iter().any(unlike)
    };
    let open: Vec<bool> = (0..n).map(is_open).collect();
    // All descriptions of a person have the same neighbours except open ones; the first represents the person.
    let first = |a: usize| near[a].iter().copied().find(|b| !open[*b]).unwrap_or(a);
    let contested = open.contains(&true) || (0..n).any(|a| first(a) != first(0));
    let elsewhere = places.iter().any(|(d, _)| *d != places[0].0);
    let of_description: Vec<(Option<String>, Option<PersonRule>)> = (0..n)
        .map(|a| {
            let kept_apart = elsewhere.then_some(PersonRule::KeptApart);
            if open[a] {
                return (None, kept_apart);
            }
            let person: Vec<usize> = near[a].iter().copied().filter(|b| !open[*b]).collect();
            let details: Vec<&Description> = person.iter().map(|b| distinct[*b]).collect();
            let id = person_id(lexicon, name, if contested { &details } else { &[] });
            let is_repeated = which.iter().filter(|b| **b == a).count() > 1;
            let others: Vec<usize> = person.iter().copied().filter(|b| *b != a || is_repeated).collect();
            let rule = match others.as_slice() {
                [] if contested => kept_apart,
                [] => None,
                _ if others.iter().any(|b| distinct[a].agrees(distinct[*b])) => Some(PersonRule::SameNameAndDetail),
                _ => Some(PersonRule::SameName),
            };
            (Some(id), rule)
        })
        .collect();
    which.iter().map(|a| of_description[*a].clone()).collect()
}

/// Pairs of descriptions that belong to two people with this name in one document.
fn distinct_in_document(places: &[(usize, usize)], which: &[usize]) -> HashSet<(usize, usize)> {
    let mut in_document: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for ((d, _), which) in places.iter().zip(which) {
        in_document.entry(*d).or_default().push(*which);
    }
    let mut pairs = HashSet::new();
    for there in in_document.values() {
        for (i, a) in there.iter().enumerate() {
            pairs.extend(there[i + 1..].iter().flat_map(|b| [(*a, *b), (*b, *a)]));
        }
    }
    pairs
}

/// The person id of a person of the study's list: the one that the list gives, or one made from the name.
pub fn listed_person_id(lexicon: &Lexicon, listed: &ListedPerson) -> String {
    listed.person_id.clone().unwrap_or_else(|| person_id(lexicon, &listed.name, &[]))
}

/// An id made from the name and, if other people have the same name, from what distinguishes the person.
pub(crate) fn person_id(lexicon: &Lexicon, name: &str, details: &[&Description]) -> String {
    let mut hash = Sha256::new();
    hash.update(name_words(lexicon, name).join(" "));
    for Description { honorific, details } in details {
        hash.update(format!("\n{honorific:?} {details:?}"));
    }
    let digits = format!("{:x}", hash.finalize());
    format!("person-{}", &digits[..12])
}
