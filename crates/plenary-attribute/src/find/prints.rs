//! The labels of candidates as their page prints them: surnames before first names, and misread letters.
//!
//! **Input**: all candidates of a page, and the study's list of people. **Output**: the same with corrected labels.
//! Whether two prints are one label is decided by `plenary_names::misreadings`; which style the document uses is left to
//! `styles`.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::candidate::Candidate;
use crate::link::people;
use crate::options::people_list::PeopleList;
use crate::page::{Page, PageLine};
use crate::weights::form;
use plenary_corpus::{Reason, Style};
use plenary_names::compare::name_words;
use plenary_names::damage::is_recognised_print;
use plenary_names::labels::LabelKind;
use plenary_names::misreadings::{Print, canonical_labels};
use plenary_names::surname_first::{split_surname_first, surname_first};

/// Reads labels such as "Hill, Ann" as names if the page confirms it: the name is also printed with the first name first,
/// or at least two labels of the style have this form, and so do most labels of the style.
pub(crate) fn read_surnames_first(page: &Page<'_>, all: &mut [Candidate]) {
    const SURE: f32 = 0.8;
    let lexicon = page.lexicon;
    let mut inverted: HashMap<Style, BTreeMap<String, String>> = HashMap::new();
    let mut labels: HashMap<Style, HashSet<String>> = HashMap::new();
    for candidate in all.iter().filter(|candidate| candidate.confidence() > 0.0) {
        let printed = &candidate.parts.printed;
        labels.entry(candidate.style).or_default().insert(printed.clone());
        if let Some((first, surname)) = surname_first(lexicon, printed) {
            inverted.entry(candidate.style).or_default().insert(printed.clone(), format!("{first} {surname}"));
        }
    }
    inverted.retain(|style, names| {
        let n = labels.get(style).map_or(0, HashSet::len);
        let surnames: HashSet<&str> = names.keys().filter_map(|printed| printed.split(',').next()).collect();
        names.len() >= 2 && names.len() * 2 > n && (names.len() >= 3 || surnames.len() < names.len())
            || names.values().any(|name| page.source.contains(name.as_str()))
    });
    for candidate in all.iter_mut() {
        if inverted.get(&candidate.style).is_some_and(|names| names.contains_key(&candidate.parts.printed)) {
            candidate.parts = split_surname_first(lexicon, &candidate.parts.printed);
            candidate.label.clone_from(&candidate.parts.label);
            candidate.kind = LabelKind::Person;
            candidate.raise(SURE, Reason::Form(form(LabelKind::Person)));
        }
    }
}

/// The full names that bylines give beside an office: "The Minister of Roads (Bo Hill)". Such a name is a label where it
/// is printed alone.
pub(crate) fn holders(page: &Page<'_>, all: &[Candidate]) -> Vec<String> {
    let is_holder = |candidate: &&Candidate| {
        let name = name_words(page.lexicon, &candidate.parts.name);
        candidate.confidence() > 0.0
            && candidate.parts.details.title.is_some()
            && name.len() >= 2
            && name.last().is_some_and(|surname| !name_words(page.lexicon, &candidate.label).contains(surname))
    };
    all.iter().filter(is_holder).map(|candidate| candidate.parts.name.clone()).collect()
}

/// Corrects misread labels, and gives them the kind and at least the confidence of the correct one.
pub(crate) fn correct_labels(page: &Page<'_>, list: Option<&PeopleList>, all: &mut [Candidate]) {
    let is_label = |candidate: &Candidate| candidate.confidence() > 0.0;
    let print =
        |candidate: &'_ Candidate| (candidate.label.clone(), is_label(candidate), is_listed(page, list, candidate));
    let prints: Vec<(String, bool, bool)> = all.iter().map(print).collect();
    let prints =
        prints.iter().map(|(label, is_label, is_listed)| Print { label, is_label: *is_label, is_listed: *is_listed });
    let is_recognised = || is_recognised_print(page.lines.iter().map(PageLine::text));
    let canonical = canonical_labels(page.lexicon, prints, is_recognised);
    let targets: HashSet<&String> = canonical.values().collect();
    let forms: HashMap<String, (LabelKind, f32)> = all
        .iter()
        .filter(|candidate| is_label(candidate) && targets.contains(&candidate.label))
        .map(|candidate| (candidate.label.clone(), (candidate.kind, candidate.confidence())))
        .collect();
    for candidate in all.iter_mut() {
        let Some(label) = canonical.get(&candidate.label) else { continue };
        if let Some((kind, confidence)) = forms.get(label) {
            candidate.kind = *kind;
            candidate.raise(*confidence, Reason::Misread);
        }
        candidate.label.clone_from(label);
    }
}

/// Whether the study's list of people has the person of a byline, by the name or by the surname alone.
fn is_listed(page: &Page<'_>, list: Option<&PeopleList>, candidate: &Candidate) -> bool {
    let Some(list) = list else { return false };
    let surname = || match name_words(page.lexicon, &candidate.parts.name).as_slice() {
        [only] => !list.of_surname(only).is_empty(),
        _ => false,
    };
    people::listed(list, &candidate.parts).is_some() || surname()
}
