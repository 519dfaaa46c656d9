//! Labels to people: a surname alone is the full name's, an office is its holder's where the document says who holds
//! it, a listed name is who the study's list says.
//!
//! Each print's link comes with the rule that made it and where on the page it rests. What could be several people
//! stays apart from all of them.

use std::collections::HashMap;

use crate::candidate::Found as FoundBylines;
use crate::options::people_list::{ListedPerson, PeopleList};
use plenary_corpus::{Details, LinkRule, Role};
use plenary_names::bylines::Byline;
use plenary_names::compare::{name_words, titles_agree};
use plenary_names::labels::{self, LabelKind};

/// A person of the document with all bylines that stand for them.
#[derive(Debug, Clone)]
pub struct Person {
    pub byline: Byline,
    pub presides: bool,
    pub confidence: f32,
    /// Where the page first tells of the person.
    pub told: Mention,
    /// Where it tells that the person presides.
    pub presides_by: Option<Mention>,
    /// Index into the people of the study's list.
    pub listed: Option<usize>,
}

impl Person {
    pub fn new(byline: Byline, confidence: f32, told: Mention) -> Self {
        let presides = byline.presides();
        Self { presides, presides_by: presides.then_some(told), byline, confidence, told, listed: None }
    }
}

/// A place that tells of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mention {
    /// A line of the page that is no byline: the chair's, or one of those present.
    Line(usize),
    /// One of the bylines that are linked, by its index.
    Byline(usize),
}

/// Whose a byline is, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Bond {
    /// Index into [`Linked::people`].
    pub person: usize,
    pub rule: LinkRule,
    /// Where the link rests, besides on the byline itself.
    pub rests_on: Option<Mention>,
    /// Names of others whom the print may stand for.
    pub others: Vec<String>,
}

/// The people of a document, and for each byline whose it is.
#[derive(Debug, Clone, Default)]
pub struct Linked {
    /// Those of the chair line first, then everybody in the order of their first byline.
    pub people: Vec<Person>,
    pub bonds: Vec<Bond>,
}

/// Groups bylines to people. `chairs` are people the document names as conducting the meeting; they come first. `list` is
/// the study's list of people, which wins over what the page says.
pub fn link(chairs: &[Byline], bylines: &[Byline], list: Option<&PeopleList>) -> Linked {
    let mut known = Known { list, ..Known::default() };
    let listed = |byline: &Byline| list.and_then(|list| listed(list, byline));
    for chair in chairs {
        let words = name_words(&chair.name);
        if !known.names.contains(&words) {
            let told = Mention::Line(chair.line.unwrap_or(0));
            let mut person = Person { presides: true, ..Person::new(chair.clone(), 0.9, told) };
            (person.presides_by, person.listed) = (Some(told), listed(chair));
            known.add(person, words);
        }
    }
    let all_names: Vec<Vec<String>> = bylines.iter().map(|byline| name_words(&byline.name)).collect();
    let all_listed: Vec<Option<usize>> = bylines.iter().map(listed).collect();
    let is_full = |i: usize| all_names[i].len() >= 2 && !labels::is_chair_label(&bylines[i].name);
    // Who is listed first, then full names, so that a surname alone finds its person wherever it stands.
    let pass_of = |i: usize| if all_listed[i].is_some() { 0 } else { 2 - u8::from(is_full(i)) };
    let mut bonds: Vec<Option<Bond>> = vec![None; bylines.len()];
    let mut resolved: HashMap<(Option<&str>, &str), Bond> = HashMap::new();
    for pass in 0..3 {
        for (i, byline) in bylines.iter().enumerate().filter(|(i, _)| pass_of(*i) == pass) {
            let name = if pass < 2 { byline.name.as_str() } else { byline.label.as_str() };
            let bond = resolved.entry((byline.details.honorific.as_deref(), name)).or_insert_with(|| {
                let found = match all_listed[i] {
                    Some(listed) => known.of_listed(listed),
                    None if pass == 1 => known.of_name(&all_names[i], byline),
                    None => known.of_part(&all_names[i], byline),
                };
                known.take(found, byline, i, &all_names[i])
            });
            bonds[i] = Some(bond.clone());
            enrich(&mut known.people[bond.person], byline, Mention::Byline(i));
            // The same print again has nothing to be linked with but the first.
            if bond.rule == LinkRule::FirstMention {
                (bond.rule, bond.rests_on) = (LinkRule::SameLabel, Some(Mention::Byline(i)));
            }
        }
    }
    let mut linked = reorder(known.people, bonds.into_iter().flatten().collect(), chairs.len());
    for person in &mut linked.people {
        overrule_by(person, list);
    }
    linked
}

/// The person of the list that a byline names: by the name, the label, or all that stands outside brackets.
pub fn listed(list: &PeopleList, byline: &Byline) -> Option<usize> {
    let printed = byline.printed.split(['(', '[']).next().unwrap_or("");
    [byline.name.as_str(), byline.label.as_str(), printed].into_iter().find_map(|print| list.of_name(print))
}

/// What a look-up found: a person known already or somebody new, and why.
struct Found {
    person: Option<usize>,
    listed: Option<usize>,
    rule: LinkRule,
    rests_on: Option<Mention>,
    others: Vec<String>,
}

impl Found {
    fn somebody_new(rule: LinkRule) -> Self {
        Self { person: None, listed: None, rule, rests_on: None, others: Vec::new() }
    }
}

/// The people found so far, with ways to look them up.
#[derive(Default)]
struct Known<'l> {
    list: Option<&'l PeopleList>,
    people: Vec<Person>,
    names: Vec<Vec<String>>,
    by_ends: HashMap<(String, String), Vec<usize>>,
    by_surname: HashMap<String, Vec<usize>>,
    by_label: HashMap<String, usize>,
    /// How a label was linked when it first stood, with the others whom it may stand for.
    rule_of_label: HashMap<String, (LinkRule, Vec<String>)>,
    by_listed: HashMap<usize, usize>,
}

impl Known<'_> {
    fn add(&mut self, mut person: Person, words: Vec<String>) -> usize {
        let at = self.people.len();
        self.by_label.entry(person.byline.label.to_lowercase()).or_insert(at);
        let mut name = words.clone();
        if let Some((listed, entry)) = person.listed.and_then(|listed| Some((listed, self.entry(listed)?))) {
            name = name_words(&entry.name);
            if entry.role == Some(Role::Chair) && !person.presides {
                (person.presides, person.presides_by) = (true, Some(person.told));
            }
            self.by_listed.entry(listed).or_insert(at);
        }
        if let [first, .., last] = name.as_slice() {
            self.by_ends.entry((first.clone(), last.clone())).or_default().push(at);
            self.by_surname.entry(last.clone()).or_default().push(at);
        }
        self.people.push(person);
        self.names.push(words);
        at
    }

    fn entry(&self, listed: usize) -> Option<&ListedPerson> {
        self.list.and_then(|list| list.people().get(listed))
    }

    /// The bond of a byline with what was found, who is added to the people where new.
    fn take(&mut self, found: Found, byline: &Byline, i: usize, words: &[String]) -> Bond {
        let Found { person, listed, rule, rests_on, others } = found;
        let label = byline.label.to_lowercase();
        self.rule_of_label.entry(label).or_insert_with(|| (rule, others.clone()));
        let person = person.unwrap_or_else(|| {
            let new = Person { listed, ..Person::new(byline.clone(), 1.0, Mention::Byline(i)) };
            self.add(new, words.to_vec())
        });
        Bond { person, rule, rests_on, others }
    }

    fn known(&self, at: usize, rule: LinkRule) -> Found {
        Found { person: Some(at), rests_on: Some(self.people[at].told), ..Found::somebody_new(rule) }
    }

    /// Somebody of the study's list.
    fn of_listed(&self, listed: usize) -> Found {
        let known = self.by_listed.get(&listed).map(|at| self.known(*at, LinkRule::PeopleList));
        known.unwrap_or(Found { listed: Some(listed), ..Found::somebody_new(LinkRule::PeopleList) })
    }

    /// The person of a full name.
    fn of_name(&self, words: &[String], byline: &Byline) -> Found {
        let of_ends = || {
            let (first, last) = (words.first()?, words.last()?);
            let same_ends = self.by_ends.get(&(first.clone(), last.clone()))?;
            same_ends.iter().copied().find(|at| same_name(&self.names[*at], words))
        };
        of_ends().map_or_else(|| Found::somebody_new(rule_of_new(byline)), |at| self.known(at, LinkRule::SameFullName))
    }

    /// The person that an office or a surname alone stands for, where there is only one.
    fn of_part(&self, words: &[String], byline: &Byline) -> Found {
        let label = byline.label.to_lowercase();
        if let Some(at) = self.by_label.get(&label) {
            // In other capitals the label is what it was when it first stood.
            return match self.rule_of_label.get(&label) {
                None | Some((LinkRule::FirstMention, _)) => self.known(*at, LinkRule::SameLabel),
                Some((rule, others)) => Found { others: others.clone(), ..self.known(*at, *rule) },
            };
        }
        if labels::is_chair_label(&byline.label) {
            return self.of_office();
        }
        match words {
            [surname] => self.of_surname(surname, byline),
            _ => Found::somebody_new(rule_of_new(byline)),
        }
    }

    fn of_office(&self) -> Found {
        let presides = |person: &Person| person.presides && !labels::is_chair_label(&person.byline.name);
        let presiding: Vec<usize> = (0..self.people.len()).filter(|at| presides(&self.people[*at])).collect();
        match presiding.as_slice() {
            [] => Found::somebody_new(LinkRule::UnnamedOffice),
            [only] => {
                let by = self.people[*only].presides_by;
                let rule = match by {
                    Some(Mention::Line(_)) => LinkRule::OfficeInChairLine,
                    _ => LinkRule::OfficeBesideName,
                };
                Found { rests_on: by, ..self.known(*only, rule) }
            }
            several => {
                let others = self.names_of(several);
                Found { others, ..Found::somebody_new(LinkRule::AmbiguousOffice) }
            }
        }
    }

    fn of_surname(&self, surname: &str, byline: &Byline) -> Found {
        let of_surname = self.by_surname.get(surname).map_or(&[][..], Vec::as_slice);
        let in_document: Vec<usize> = of_surname
            .iter()
            .copied()
            .filter(|at| titles_agree(&self.people[*at].byline.details.honorific, &byline.details.honorific))
            .collect();
        match in_document.as_slice() {
            [only] => return self.known(*only, LinkRule::UniqueSurname),
            [] => {}
            several => {
                let others = self.names_of(several);
                return Found { others, ..Found::somebody_new(LinkRule::AmbiguousSurname) };
            }
        }
        let on_list = self.list.map_or(&[][..], |list| list.of_surname(surname)).iter().copied();
        let on_list: Vec<(usize, &ListedPerson)> = on_list
            .filter_map(|listed| Some((listed, self.entry(listed)?)))
            .filter(|(_, entry)| titles_agree(&entry.details.honorific, &byline.details.honorific))
            .collect();
        match on_list.as_slice() {
            [] => Found::somebody_new(rule_of_new(byline)),
            [(only, _)] => Found { rule: LinkRule::PeopleListSurname, ..self.of_listed(*only) },
            several => {
                let others = several.iter().map(|(_, entry)| entry.name.clone()).collect();
                Found { others, ..Found::somebody_new(LinkRule::AmbiguousSurname) }
            }
        }
    }

    fn names_of(&self, people: &[usize]) -> Vec<String> {
        people.iter().map(|at| self.people[*at].byline.name.clone()).collect()
    }
}

/// By what somebody is known who is linked with nobody: a name, or an office or label that bears none.
fn rule_of_new(byline: &Byline) -> LinkRule {
    match labels::judge(&byline.label).map(|judgement| judgement.kind) {
        // "Speaker 2" is somebody, "A member of the audience" may be several people.
        Some(LabelKind::Anonymous) if !byline.label.contains(|c: char| c.is_ascii_digit()) => LinkRule::AnonymousLabel,
        Some(LabelKind::Office) if byline.name == byline.label => LinkRule::UnnamedOffice,
        _ => LinkRule::FirstMention,
    }
}

/// What the study's list says of a person counts more than what the page says.
pub fn overrule_by(person: &mut Person, list: Option<&PeopleList>) {
    let Some(listed) = person.listed.and_then(|at| list.and_then(|list| list.people().get(at))) else { return };
    let byline = &mut person.byline;
    byline.name.clone_from(&listed.name);
    byline.details.overrule_by(&listed.details);
    if listed.role.is_some() {
        byline.role = listed.role;
        person.presides = listed.role == Some(Role::Chair);
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

/// A later byline fills what the first did not say.
fn enrich(person: &mut Person, byline: &Byline, told: Mention) {
    let known = &mut person.byline;
    // "The Chair" is no title of the person beside an office of their own.
    let title = byline.details.title.clone().filter(|_| !labels::is_chair_label(&byline.label));
    known.details.fill_from(&Details { title, ..byline.details.clone() });
    known.role = known.role.or(byline.role);
    if byline.presides() && !person.presides {
        (person.presides, person.presides_by) = (true, Some(told));
    }
}

/// Fills in what a list of those present says of people known by the same surname; a full name takes the place of the
/// surname alone where one person on the list bears it.
pub fn enrich_from(people: &mut [Person], present: &[Byline]) {
    for listed in present {
        let words = name_words(&listed.name);
        let Some(surname) = words.last() else { continue };
        let of_surname: Vec<usize> =
            (0..people.len()).filter(|at| name_words(&people[*at].byline.name).last() == Some(surname)).collect();
        let [only] = of_surname.as_slice() else { continue };
        let person = &mut people[*only];
        let own = name_words(&person.byline.name);
        let bears_it = |other: &&Byline| name_words(&other.name).last() == Some(surname);
        let is_meant = match own.len() {
            1 => present.iter().filter(bears_it).count() == 1,
            _ => same_name(&own, &words),
        };
        if is_meant && titles_agree(&person.byline.details.honorific, &listed.details.honorific) {
            enrich(person, listed, Mention::Line(listed.line.unwrap_or(0)));
            if own.len() == 1 && person.listed.is_none() {
                person.byline.name.clone_from(&listed.name);
            }
        }
    }
}

/// A part that is not printed as a label counts for people who have no byline of their own; an office that stands for
/// somebody is their title where nothing else is.
pub fn settle_parts(linked: &mut Linked, found: &FoundBylines) {
    for (byline, bond) in found.bylines.iter().zip(&linked.bonds) {
        // What the study's list says of somebody stands.
        let Some(person) = linked.people.get_mut(bond.person).filter(|person| person.listed.is_none()) else {
            continue;
        };
        if byline.parts.role.is_none() && person.byline.role == Some(Role::Interjector) {
            person.byline.role = None;
        }
        if labels::is_chair_label(&byline.label) {
            person.byline.details.title =
                person.byline.details.title.take().or_else(|| byline.parts.details.title.clone());
        }
    }
}

/// People of the chair line first, then everybody in the order of their first byline.
fn reorder(people: Vec<Person>, mut bonds: Vec<Bond>, n_chairs: usize) -> Linked {
    let n = bonds.len();
    let mut rank: Vec<usize> = (0..people.len()).map(|at| if at < n_chairs { at } else { n + n_chairs + at }).collect();
    for (i, bond) in bonds.iter().enumerate() {
        rank[bond.person] = rank[bond.person].min(n_chairs + i);
    }
    let mut order: Vec<usize> = (0..people.len()).collect();
    order.sort_by_key(|at| rank[*at]);
    let mut place = vec![0; people.len()];
    for (new, old) in order.iter().enumerate() {
        place[*old] = new;
    }
    for bond in &mut bonds {
        bond.person = place[bond.person];
    }
    Linked { people: order.iter().map(|old| people[*old].clone()).collect(), bonds }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plenary_names::bylines::split;

    fn linked(bylines: &[&str], list: Option<&PeopleList>) -> Linked {
        link(&[], &bylines.iter().map(|text| split(text)).collect::<Vec<_>>(), list)
    }

    fn owners(linked: &Linked) -> Vec<usize> {
        linked.bonds.iter().map(|bond| bond.person).collect()
    }

    #[test]
    fn a_surname_and_an_office_find_their_person() {
        let linked = linked(
            &["Justice (ret.) Ellen Hill (Chair)", "Viktor Stone (Roads Agency)", "The Chair", "Mr Stone"],
            None,
        );
        assert_eq!(linked.people.len(), 2);
        assert_eq!(owners(&linked), [0, 1, 0, 1]);
        let rules: Vec<LinkRule> = linked.bonds.iter().map(|bond| bond.rule).collect();
        assert_eq!(
            rules,
            [LinkRule::FirstMention, LinkRule::FirstMention, LinkRule::OfficeBesideName, LinkRule::UniqueSurname]
        );
        assert_eq!(linked.bonds[2].rests_on, Some(Mention::Byline(0)));
        assert_eq!(linked.bonds[3].rests_on, Some(Mention::Byline(1)));
    }

    #[test]
    fn two_people_with_one_surname_stay_two() {
        let stones = linked(&["Ann Stone", "Bob Stone", "Mr Stone"], None);
        assert_eq!(owners(&stones), [0, 1, 2]);
        assert_eq!(stones.bonds[2].rule, LinkRule::AmbiguousSurname);
        assert_eq!(stones.bonds[2].others, ["Ann Stone", "Bob Stone"]);
        assert_eq!(linked(&["Mr. Michael Stone", "Mrs. Stone"], None).people.len(), 2);
    }

    #[test]
    fn a_list_of_people_wins_over_the_page() {
        let list = PeopleList::parse(
            b"name,aliases,title,party,role\nAnn Hill,The Chair;A. Hill,Dean,Reform,chair\nBo Stone,,,,\n",
            "people.csv",
        )
        .unwrap();
        let linked = linked(
            &["A. Hill (Acme, Professor)", "MR. STONE", "The Chair", "Cy Wood (Acme)", "Ms Hill", "Mr. Stone"],
            Some(&list),
        );
        assert_eq!(owners(&linked), [0, 1, 0, 2, 0, 1]);
        let ann = &linked.people[0].byline;
        assert_eq!(
            (ann.name.as_str(), ann.details.title.as_deref(), ann.details.party.as_deref()),
            ("Ann Hill", Some("Dean"), Some("Reform"))
        );
        assert_eq!(ann.details.affiliation.as_deref(), Some("Acme"), "what the list does not say is the page's");
        assert_eq!(linked.people[1].byline.name, "Bo Stone");
        assert_eq!((linked.people[2].byline.name.as_str(), linked.people[2].listed), ("Cy Wood", None));
        let rules: Vec<LinkRule> = linked.bonds.iter().map(|bond| bond.rule).collect();
        use LinkRule::{FirstMention, PeopleListSurname, UniqueSurname};
        assert_eq!(
            rules,
            [
                LinkRule::PeopleList,
                PeopleListSurname,
                LinkRule::PeopleList,
                FirstMention,
                UniqueSurname,
                PeopleListSurname
            ]
        );
    }

    #[test]
    fn a_listed_surname_counts_only_where_nobody_else_bears_it() {
        let list = PeopleList::parse(b"name\nAnn Hill\nBo Stone\nCy Stone\n", "people.csv").unwrap();
        let hills = linked(&["Dee Hill", "Mr. Hill"], Some(&list));
        assert_eq!(owners(&hills), [0, 0], "the document's own Hill, who is not listed");
        assert_eq!(hills.people[0].listed, None);
        let stone = linked(&["Mr. Stone"], Some(&list));
        assert_eq!((stone.people[0].listed, stone.bonds[0].rule), (None, LinkRule::AmbiguousSurname));
        assert_eq!(stone.bonds[0].others, ["Bo Stone", "Cy Stone"]);
    }
}
