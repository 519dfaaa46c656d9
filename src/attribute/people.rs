//! Labels to people: misread prints of one label are one, a surname alone is the full name's, an office is its
//! holder's where the document says who holds it.

use std::collections::{BTreeMap, HashMap};

use super::bylines::Byline;
use super::labels;

/// Letters that recognition mistakes for one another become one; blanks, punctuation and doubled letters go.
pub fn skeleton(text: &str) -> String {
    let mut out = String::new();
    let lower = text.to_lowercase().replace("rn", "m");
    for c in lower.chars().filter(|c| c.is_alphanumeric()) {
        let c = match c {
            '1' | 'i' | '|' => 'l',
            '0' => 'o',
            '5' => 's',
            'c' => 'e',
            'u' => 'n',
            'h' => 'b',
            't' => 'f',
            'a' => 'o',
            other => other,
        };
        if !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}

/// For each label the label that it is a print of: itself, or a more frequent one that differs only as a misreading
/// does. `labels` holds each print with whether its form is that of a label; one that is not never stands for others.
pub fn canonical_labels(labels: &[(String, bool)]) -> Vec<String> {
    let mut counts: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for (label, is_label) in labels {
        *counts.entry((label, *is_label)).or_default() += 1;
    }
    let mut order: Vec<((&str, bool), usize)> = counts.into_iter().collect();
    order.sort_by(|(a, n), (b, m)| {
        b.1.cmp(&a.1).then(m.cmp(n)).then_with(|| looks(a.0).cmp(&looks(b.0))).then_with(|| a.0.cmp(b.0))
    });
    let mut centres: Vec<(&str, usize, String)> = Vec::new();
    let mut by_skeleton: HashMap<String, usize> = HashMap::new();
    let mut canonical: HashMap<&str, &str> = HashMap::new();
    for ((label, is_label), n) in order {
        let key = skeleton(label);
        let needed = if is_label { 4 * n } else { 2.max(2 * n) };
        let near = || {
            if key.len() < 6 {
                return None;
            }
            centres
                .iter()
                .take_while(|(_, frequent, _)| *frequent >= needed)
                .position(|(_, _, other)| close(&key, other))
        };
        match by_skeleton.get(&key).copied().or_else(near) {
            Some(at) => {
                canonical.insert(label, centres[at].0);
            }
            None => {
                if is_label {
                    by_skeleton.insert(key.clone(), centres.len());
                    centres.push((label, n, key));
                }
                canonical.entry(label).or_insert(label);
            }
        }
    }
    labels.iter().map(|(label, _)| canonical.get(label.as_str()).copied().unwrap_or(label).to_string()).collect()
}

/// Of two prints the one with fewer digits and signs looks more like a name.
fn looks(label: &str) -> usize {
    label.chars().filter(|c| !c.is_alphabetic() && !c.is_whitespace()).count()
}

/// At most one letter in eight differs.
fn close(a: &str, b: &str) -> bool {
    let longest = a.chars().count().max(b.chars().count());
    a.len().abs_diff(b.len()) <= 3 && strsim::levenshtein(a, b) <= (longest / 8).max(1)
}

/// A person of the document with all bylines that stand for them.
#[derive(Debug, Clone)]
pub struct Person {
    pub byline: Byline,
    pub presides: bool,
    pub confidence: f32,
}

/// Words of a name that tell people apart: lower-cased, without honorifics, initials and letters behind it.
fn name_words(byline: &Byline) -> Vec<String> {
    byline
        .name
        .split_whitespace()
        .filter(|token| !labels::is_honorific(token) && !labels::is_post_nominal(token))
        .map(|token| token.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
        .filter(|token| !token.is_empty())
        .collect()
}

/// Groups bylines to people. Returns the people in the order of their first byline, and for each byline its person.
/// `chairs` are people the document names as conducting the meeting; they come first.
pub fn link(chairs: &[Byline], bylines: &[Byline]) -> (Vec<Person>, Vec<usize>) {
    let mut people: Vec<Person> = Vec::new();
    let mut names: Vec<Vec<String>> = Vec::new();
    for chair in chairs {
        let words = name_words(chair);
        if !names.contains(&words) {
            people.push(Person { byline: chair.clone(), presides: true, confidence: 0.9 });
            names.push(words);
        }
    }
    let all_names: Vec<Vec<String>> = bylines.iter().map(name_words).collect();
    // Full names first, so that a surname alone finds its person wherever it stands.
    let mut of: Vec<Option<usize>> = vec![None; bylines.len()];
    for (i, byline) in bylines.iter().enumerate() {
        let words = &all_names[i];
        if words.len() < 2 || labels::is_chair_label(&byline.name) {
            continue;
        }
        of[i] = Some(match names.iter().position(|known| same_name(known, words)) {
            Some(at) => {
                enrich(&mut people[at], byline);
                at
            }
            None => {
                people.push(Person { byline: byline.clone(), presides: byline.presides(), confidence: 1.0 });
                names.push(words.clone());
                people.len() - 1
            }
        });
    }
    for (i, byline) in
        bylines.iter().enumerate().filter(|(i, _)| all_names[*i].len() < 2 || labels::is_chair_label(&bylines[*i].name))
    {
        let words = &all_names[i];
        let is_office = labels::is_chair_label(&byline.label);
        let same_label = |person: &Person| person.byline.label.eq_ignore_ascii_case(&byline.label);
        let at = if let Some(at) = people.iter().position(same_label) {
            Some(at)
        } else if is_office {
            only(
                people
                    .iter()
                    .enumerate()
                    .filter(|(_, person)| person.presides && !labels::is_chair_label(&person.byline.name))
                    .map(|(at, _)| at),
            )
        } else if let [surname] = words.as_slice() {
            only(
                names
                    .iter()
                    .enumerate()
                    .filter(|(at, known)| {
                        known.len() > 1 && known.last() == Some(surname) && titles_agree(&people[*at].byline, byline)
                    })
                    .map(|(at, _)| at),
            )
        } else {
            None
        };
        let at = at.unwrap_or_else(|| {
            people.push(Person { byline: byline.clone(), presides: byline.presides(), confidence: 1.0 });
            names.push(words.clone());
            people.len() - 1
        });
        of[i] = Some(at);
        enrich(&mut people[at], byline);
    }
    reorder(people, of, bylines.len(), chairs.len())
}

/// A first full mention of somebody known from the chair line may carry an initial or a second name more.
fn same_name(known: &[String], words: &[String]) -> bool {
    if known == words {
        return true;
    }
    let (short, long) = if known.len() <= words.len() { (known, words) } else { (words, known) };
    short.len() >= 2
        && short.first() == long.first()
        && short.last() == long.last()
        && short.iter().all(|word| long.contains(word))
}

/// "Mr" and "Mrs" of one surname are two people.
fn titles_agree(person: &Byline, byline: &Byline) -> bool {
    let sex = |honorific: &Option<String>| {
        let words = labels::words(honorific.as_deref().unwrap_or(""));
        match words.first().map(String::as_str) {
            Some("mr" | "sir" | "lord" | "herr" | "monsieur") => Some('m'),
            Some("mrs" | "ms" | "miss" | "dame" | "lady" | "frau" | "madame" | "mme") => Some('f'),
            _ => None,
        }
    };
    match (sex(&person.honorific), sex(&byline.honorific)) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

fn only(mut found: impl Iterator<Item = usize>) -> Option<usize> {
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// A later byline fills what the first did not say.
fn enrich(person: &mut Person, byline: &Byline) {
    let known = &mut person.byline;
    known.honorific = known.honorific.take().or_else(|| byline.honorific.clone());
    if !labels::is_chair_label(&byline.label) {
        known.title = known.title.take().or_else(|| byline.title.clone());
    }
    known.affiliation = known.affiliation.take().or_else(|| byline.affiliation.clone());
    known.country = known.country.take().or_else(|| byline.country.clone());
    known.party = known.party.take().or_else(|| byline.party.clone());
    person.presides |= byline.presides();
}

/// Fills in what a list of those present says of people known by the same surname.
pub fn enrich_from(people: &mut [Person], present: &[Byline]) {
    for listed in present {
        let words = name_words(listed);
        let Some(surname) = words.last() else { continue };
        let of_surname: Vec<usize> =
            (0..people.len()).filter(|at| name_words(&people[*at].byline).last() == Some(surname)).collect();
        if let [only] = of_surname.as_slice()
            && titles_agree(&people[*only].byline, listed)
        {
            enrich(&mut people[*only], listed);
        }
    }
}

/// People of the chair line first, then everybody in the order of their first byline.
fn reorder(people: Vec<Person>, of: Vec<Option<usize>>, n: usize, n_chairs: usize) -> (Vec<Person>, Vec<usize>) {
    let mut rank: Vec<usize> = (0..people.len()).map(|at| if at < n_chairs { at } else { n + n_chairs + at }).collect();
    for (i, at) in of.iter().enumerate() {
        if let Some(at) = at {
            rank[*at] = rank[*at].min(n_chairs + i);
        }
    }
    let mut order: Vec<usize> = (0..people.len()).collect();
    order.sort_by_key(|at| rank[*at]);
    let mut place = vec![0; people.len()];
    for (new, old) in order.iter().enumerate() {
        place[*old] = new;
    }
    let sorted = order.iter().map(|old| people[*old].clone()).collect();
    (sorted, of.into_iter().map(|at| at.map_or(0, |at| place[at])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attribute::bylines::split;

    fn labels(texts: &[&str]) -> Vec<(String, bool)> {
        texts.iter().map(|text| (text.to_string(), true)).collect()
    }

    #[test]
    fn misread_prints_are_one_label() {
        let labels = labels(&[
            "Kirsty Williams",
            "Kirsty Wi1liams",
            "Kirsty Williams",
            "Kirsty WiIliams",
            "Kirsty Williams",
            "Kirsty Wiliams",
            "Huw Morris",
        ]);
        let canonical = canonical_labels(&labels);
        assert!(canonical[..6].iter().all(|label| label == "Kirsty Williams"), "{canonical:?}");
        assert_eq!(canonical[6], "Huw Morris");
    }

    #[test]
    fn a_surname_and_an_office_find_their_person() {
        let bylines: Vec<Byline> =
            ["Justice (ret.) Ellen Hill (Chair)", "Viktor Stone (Roads Agency)", "The Chair", "Mr Stone"]
                .iter()
                .map(|text| split(text))
                .collect();
        let (people, of) = link(&[], &bylines);
        assert_eq!(people.len(), 2);
        assert_eq!(of, [0, 1, 0, 1]);
    }

    #[test]
    fn two_people_with_one_surname_stay_two() {
        let bylines: Vec<Byline> = ["Ann Stone", "Bob Stone", "Mr Stone"].iter().map(|text| split(text)).collect();
        assert_eq!(link(&[], &bylines).0.len(), 3);
        let bylines: Vec<Byline> = ["Mr. Michael Stone", "Mrs. Stone"].iter().map(|text| split(text)).collect();
        assert_eq!(link(&[], &bylines).0.len(), 2);
    }
}
