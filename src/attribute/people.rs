//! Labels to people: a surname alone is the full name's, an office is its holder's where the document says who holds
//! it.

use std::collections::HashMap;

use super::bylines::Byline;
use super::labels;

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
    let mut known = Known::default();
    for chair in chairs {
        let words = name_words(chair);
        if !known.names.contains(&words) {
            known.add(Person { byline: chair.clone(), presides: true, confidence: 0.9 }, words);
        }
    }
    let all_names: Vec<Vec<String>> = bylines.iter().map(name_words).collect();
    let is_full = |i: usize| all_names[i].len() >= 2 && !labels::is_chair_label(&bylines[i].name);
    let mut of: Vec<Option<usize>> = vec![None; bylines.len()];
    let mut resolved: HashMap<(Option<&str>, &str), usize> = HashMap::new();
    // Full names first, so that a surname alone finds its person wherever it stands.
    for full in [true, false] {
        for (i, byline) in bylines.iter().enumerate().filter(|(i, _)| is_full(*i) == full) {
            let key = (byline.honorific.as_deref(), if full { byline.name.as_str() } else { byline.label.as_str() });
            let at = resolved
                .get(&key)
                .copied()
                .or_else(|| if full { known.of_name(&all_names[i]) } else { known.of_part(byline, &all_names[i]) });
            let at = at.unwrap_or_else(|| {
                let person = Person { byline: byline.clone(), presides: byline.presides(), confidence: 1.0 };
                known.add(person, all_names[i].clone())
            });
            resolved.insert(key, at);
            of[i] = Some(at);
            enrich(&mut known.people[at], byline);
        }
    }
    reorder(known.people, of, bylines.len(), chairs.len())
}

/// The people found so far, with ways to look them up.
#[derive(Default)]
struct Known {
    people: Vec<Person>,
    names: Vec<Vec<String>>,
    by_ends: HashMap<(String, String), Vec<usize>>,
    by_surname: HashMap<String, Vec<usize>>,
    by_label: HashMap<String, usize>,
}

impl Known {
    fn add(&mut self, person: Person, words: Vec<String>) -> usize {
        let at = self.people.len();
        self.by_label.entry(person.byline.label.to_ascii_lowercase()).or_insert(at);
        if let ([first, .., last], true) = (words.as_slice(), words.len() > 1) {
            self.by_ends.entry((first.clone(), last.clone())).or_default().push(at);
            self.by_surname.entry(last.clone()).or_default().push(at);
        }
        self.people.push(person);
        self.names.push(words);
        at
    }

    /// The person of a full name.
    fn of_name(&self, words: &[String]) -> Option<usize> {
        let (first, last) = (words.first()?, words.last()?);
        let same_ends = self.by_ends.get(&(first.clone(), last.clone()))?;
        same_ends.iter().copied().find(|at| same_name(&self.names[*at], words))
    }

    /// The person that an office or a surname alone stands for, where there is only one.
    fn of_part(&self, byline: &Byline, words: &[String]) -> Option<usize> {
        if let Some(at) = self.by_label.get(&byline.label.to_ascii_lowercase()) {
            return Some(*at);
        }
        if labels::is_chair_label(&byline.label) {
            let presiding = self
                .people
                .iter()
                .enumerate()
                .filter(|(_, person)| person.presides && !labels::is_chair_label(&person.byline.name));
            return only(presiding.map(|(at, _)| at));
        }
        let [surname] = words else { return None };
        let of_surname = self.by_surname.get(surname)?.iter().copied();
        only(of_surname.filter(|at| titles_agree(&self.people[*at].byline, byline)))
    }
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
