//! Labels to people within a document.
//!
//! **Input**: the bylines, the people whom the page names as chairs or as present, and the study's list of people. **Output**: the
//! people, and for each byline its person with the rule and the evidence of the link. A surname alone is linked to the only full name
//! with that surname, an office to the person who holds it according to the document, a listed name to the person on the list. A label
//! that may belong to several people is linked to none of them.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use crate::candidate::{Candidate, Found};
use crate::link::offices::{Office, label_key};
use crate::link::shortened::{self, FullNames, Short};
use crate::options::people_list::{ListedPerson, PeopleList};
use plenary_corpus::{Details, Doubt, DoubtKind, LinkRule, Role, Variables, contradict};
use plenary_names::bylines::Byline;
use plenary_names::compare::{name_words, titles_agree};
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;
use plenary_names::text::folded;

/// A person of the document.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// What bylines, lists and the format say about the person.
    pub(crate) byline: Byline,
    /// Whether the person conducts the meeting.
    pub(crate) presides: bool,
    /// Confidence that this is a person who speaks, in [0, 1].
    pub(crate) confidence: f32,
    /// The first mention of the person.
    pub(crate) first_mention: Mention,
    /// The mention that says that the person presides.
    pub(crate) presides_by: Option<Mention>,
    /// Index into the people of the study's list.
    pub(crate) listed: Option<usize>,
    /// Further facts.
    pub(crate) variables: Variables,
    /// What is doubtful about the facts.
    pub(crate) doubts: Vec<Doubt>,
}

impl Person {
    /// A person known by a byline.
    pub(crate) fn new(lexicon: &Lexicon, byline: Byline, confidence: f32, first_mention: Mention) -> Self {
        let presides = byline.presides(lexicon);
        let presides_by = presides.then_some(first_mention);
        Self {
            presides,
            presides_by,
            byline,
            confidence,
            first_mention,
            listed: None,
            variables: Variables::new(),
            doubts: Vec::new(),
        }
    }
}

/// A place that names a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mention {
    /// A line of the page that is not a byline: a chair line, or a list of those present.
    Line(usize),
    /// A byline, by its index.
    Byline(usize),
}

/// The person to whom a byline belongs, and why.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Owner {
    /// Index into [`Linked::people`].
    pub(crate) person: usize,
    /// The rule of the link.
    pub(crate) rule: LinkRule,
    /// The evidence of the link, besides the byline itself.
    pub(crate) supported_by: Option<Mention>,
    /// Names of other people to whom the label may belong.
    pub(crate) others: Vec<String>,
}

/// The people of a document, and the person of each byline.
#[derive(Debug, Clone, Default)]
pub(crate) struct Linked {
    /// The chairs first, then everybody else in the order of their first byline.
    pub(crate) people: Vec<Person>,
    /// The person of each byline; `None` for a byline without a name.
    pub(crate) owners: Vec<Option<Owner>>,
}

/// What bylines of one person have in common: honorific, name, label, and what is beside the label of a person without a name.
type Key<'b> = (Option<&'b str>, &'b str, &'b str, Option<&'b str>);

/// Confidence of a person whom only the chair line names.
const CHAIR_CONFIDENCE: f32 = 0.9;

/// Links bylines to people. `chairs` are the people whom the document names as conducting the meeting; they come first. `list` is the
/// study's list of people, which takes precedence over the page; of its rows those that hold on `date` count.
pub(crate) fn link(
    lexicon: &Lexicon,
    chairs: &[Byline],
    bylines: &[Byline],
    list: Option<&PeopleList>,
    date: Option<Date>,
) -> Linked {
    let mut known = Known::new(lexicon, list, date);
    let listed = |byline: &Byline| list.and_then(|list| listed(list, byline));
    for chair in chairs {
        let words = name_words(lexicon, &chair.name);
        if !known.names.contains(&words) {
            let mention = Mention::Line(chair.line.unwrap_or(0));
            let mut person =
                Person { presides: true, ..Person::new(lexicon, chair.clone(), CHAIR_CONFIDENCE, mention) };
            (person.presides_by, person.listed) = (Some(mention), listed(chair));
            known.add(person, words);
        }
    }
    let all_names: Vec<Vec<String>> = bylines.iter().map(|byline| name_words(lexicon, &byline.name)).collect();
    let all_listed: Vec<Option<usize>> = bylines.iter().map(listed).collect();
    // Listed people first, then full names and those with initials, so that a surname alone finds its person even if it
    // occurs earlier; then offices alone, which find their holders.
    let mut offices: HashMap<(&str, &str), bool> = HashMap::new();
    let mut pass_of = |i: usize| {
        let byline: &Byline = &bylines[i];
        let mut is_office_alone =
            || *offices.entry((&byline.name, &byline.label)).or_insert_with(|| is_office_alone(lexicon, byline));
        match shortened::form(lexicon, byline) {
            _ if all_listed[i].is_some() => 0,
            Some(Short::InitialsAndSurname(..)) => 2,
            None if is_office_alone() => 4,
            None if all_names[i].len() >= 2 => 1,
            Some(_) | None => 3,
        }
    };
    let passes: Vec<usize> = (0..bylines.len()).map(&mut pass_of).collect();
    let mut noted: HashSet<(usize, &str, &str)> = HashSet::new();
    let mut owners: Vec<Option<Owner>> = vec![None; bylines.len()];
    let mut resolved: HashMap<Key<'_>, Owner> = HashMap::new();
    for pass in 0..5 {
        for (i, byline) in bylines.iter().enumerate().filter(|(i, byline)| passes[*i] == pass && !byline.is_empty()) {
            let label = if pass < 3 { "" } else { byline.label.as_str() };
            let aside = if pass < 3 { None } else { aside_of_anonymous(lexicon, byline) };
            let key = (byline.details.honorific.as_deref(), byline.name.as_str(), label, aside);
            let owner = resolved.entry(key).or_insert_with(|| {
                let found = match all_listed[i] {
                    Some(listed) => known.of_listed(listed),
                    None if pass == 1 => known.of_name(&all_names[i], byline),
                    None if pass == 2 => known.of_initials(&all_names[i], byline),
                    None => known.of_part(&all_names[i], byline),
                };
                known.resolve(found, byline, i, &all_names[i])
            });
            owners[i] = Some(owner.clone());
            if byline.line.is_none() && noted.insert((owner.person, &byline.name, &byline.label)) {
                known.add_office(owner.person, byline);
            }
            enrich(lexicon, &mut known.people[owner.person], byline, Mention::Byline(i));
            // Later occurrences of the label are linked to this one.
            if owner.rule == LinkRule::FirstMention {
                (owner.rule, owner.supported_by) = (LinkRule::SameLabel, Some(Mention::Byline(i)));
            }
        }
    }
    let mut linked = reorder(&known.people, owners, chairs.len());
    for person in &mut linked.people {
        overrule_by(person, list, date);
    }
    linked
}

/// The person on the list that a byline names: by the name, the label, or the text outside brackets.
pub(crate) fn listed(list: &PeopleList, byline: &Byline) -> Option<usize> {
    let printed = byline.printed.split(['(', '[']).next().unwrap_or("");
    [byline.name.as_str(), byline.label.as_str(), printed].into_iter().find_map(|name| list.of_name(name))
}

/// The result of a look-up: a known person or a new one, and why.
struct Resolution {
    /// Index of a known person; `None` for a new one.
    person: Option<usize>,
    /// Index of a new person in the study's list.
    listed: Option<usize>,
    rule: LinkRule,
    supported_by: Option<Mention>,
    others: Vec<String>,
}

impl Resolution {
    fn new_person(rule: LinkRule) -> Self {
        Self { person: None, listed: None, rule, supported_by: None, others: Vec::new() }
    }
}

/// The people known so far, with ways to look them up.
struct Known<'l> {
    lexicon: &'l Lexicon,
    list: Option<&'l PeopleList>,
    date: Option<Date>,
    people: Vec<Person>,
    /// The words of their names.
    names: Vec<Vec<String>>,
    /// By first and last word of the name.
    by_ends: HashMap<(String, String), Vec<usize>>,
    by_surname: HashMap<String, Vec<usize>>,
    /// People of whom only the surname is known, by the surname.
    by_surname_alone: HashMap<String, Vec<usize>>,
    by_label: HashMap<String, usize>,
    /// By the label of an office beside which a byline names its holder.
    by_office: HashMap<String, Vec<usize>>,
    /// For each label its first link, with the other people to whom it may belong.
    rule_of_label: HashMap<String, (LinkRule, Vec<String>)>,
    by_listed: HashMap<usize, usize>,
    /// Everybody, by what their names can be shortened to.
    full_names: FullNames,
}

impl<'l> Known<'l> {
    fn new(lexicon: &'l Lexicon, list: Option<&'l PeopleList>, date: Option<Date>) -> Self {
        Self {
            lexicon,
            list,
            date,
            people: Vec::new(),
            names: Vec::new(),
            by_ends: HashMap::new(),
            by_surname: HashMap::new(),
            by_surname_alone: HashMap::new(),
            by_label: HashMap::new(),
            by_office: HashMap::new(),
            rule_of_label: HashMap::new(),
            by_listed: HashMap::new(),
            full_names: FullNames::default(),
        }
    }

    fn add(&mut self, mut person: Person, words: Vec<String>) -> usize {
        let lexicon = self.lexicon;
        let at = self.people.len();
        if !is_named_beside(lexicon, &person.byline) {
            self.by_label.entry(key_of(lexicon, &person.byline)).or_insert(at);
        }
        let mut name = words.clone();
        if let Some((listed, entry)) = person.listed.and_then(|listed| Some((listed, self.entry(listed)?))) {
            name = name_words(lexicon, &entry.name);
            if entry.on(self.date).role == Some(Role::Chair) && !person.presides {
                (person.presides, person.presides_by) = (true, Some(person.first_mention));
            }
            self.by_listed.entry(listed).or_insert(at);
        }
        if let [first, .., last] = name.as_slice() {
            self.by_ends.entry((first.clone(), last.clone())).or_default().push(at);
            self.by_surname.entry(last.clone()).or_default().push(at);
        } else if let [only] = name.as_slice()
            && (person.byline.details.honorific.is_some() || is_named_beside(lexicon, &person.byline))
        {
            self.by_surname_alone.entry(only.clone()).or_default().push(at);
        }
        self.full_names.add(at, &person.byline, &words);
        self.people.push(person);
        self.names.push(words);
        at
    }

    /// Notes the holder of an office that a byline names beside it: "The Minister of Roads (Mr Hill)".
    fn add_office(&mut self, person: usize, byline: &Byline) {
        if is_named_beside(self.lexicon, byline) {
            let holders = self.by_office.entry(label_key(self.lexicon, &byline.label)).or_default();
            if !holders.contains(&person) {
                holders.push(person);
            }
        }
    }

    fn entry(&self, listed: usize) -> Option<&ListedPerson> {
        self.list.and_then(|list| list.people().get(listed))
    }

    /// The owner of a byline. A new person is added to the people.
    fn resolve(&mut self, found: Resolution, byline: &Byline, i: usize, words: &[String]) -> Owner {
        let lexicon = self.lexicon;
        let Resolution { person, listed, rule, supported_by, others } = found;
        let rule = match rule {
            LinkRule::AmbiguousSurname | LinkRule::AmbiguousOffice => rule,
            _ if byline.line.is_some() => LinkRule::NamedPart,
            rule => rule,
        };
        let supported_by = supported_by.or_else(|| byline.line.map(Mention::Line));
        let label = key_of(lexicon, byline);
        self.rule_of_label.entry(label).or_insert_with(|| (rule, others.clone()));
        let person = person.unwrap_or_else(|| {
            let new = Person { listed, ..Person::new(lexicon, byline.clone(), 1.0, Mention::Byline(i)) };
            self.add(new, words.to_vec())
        });
        Owner { person, rule, supported_by, others }
    }

    /// A known person.
    fn known(&self, at: usize, rule: LinkRule) -> Resolution {
        Resolution {
            person: Some(at),
            supported_by: Some(self.people[at].first_mention),
            ..Resolution::new_person(rule)
        }
    }

    /// A person on the study's list.
    fn of_listed(&self, listed: usize) -> Resolution {
        let known = self.by_listed.get(&listed).map(|at| self.known(*at, LinkRule::PeopleList));
        known.unwrap_or(Resolution { listed: Some(listed), ..Resolution::new_person(LinkRule::PeopleList) })
    }

    /// The person with a full name.
    fn of_name(&self, words: &[String], byline: &Byline) -> Resolution {
        let lexicon = self.lexicon;
        let of_ends = || {
            let (first, last) = (words.first()?, words.last()?);
            let same_ends = self.by_ends.get(&(first.clone(), last.clone()))?;
            same_ends.iter().copied().find(|at| same_name(&self.names[*at], words))
        };
        of_ends().map_or_else(
            || Resolution::new_person(rule_of_new(lexicon, byline)),
            |at| self.known(at, LinkRule::SameFullName),
        )
    }

    /// The person with a name whose first names are initials, "J. Hill": the same name, or the only full name that fits.
    fn of_initials(&self, words: &[String], byline: &Byline) -> Resolution {
        let same = self.of_name(words, byline);
        let short = shortened::form(self.lexicon, byline);
        match short.and_then(|short| self.of_shortened(&short, byline)) {
            None => same,
            Some(several) if several.person.is_none() => Resolution { person: same.person, ..several },
            Some(only) => only,
        }
    }

    /// The person to whom an office or a surname alone belongs, if there is only one.
    fn of_part(&self, words: &[String], byline: &Byline) -> Resolution {
        let lexicon = self.lexicon;
        if is_named_beside(lexicon, byline) {
            return match words {
                [surname] => self.of_surname(surname, byline),
                _ => Resolution::new_person(rule_of_new(lexicon, byline)),
            };
        }
        match self.by_office.get(&label_key(lexicon, &byline.label)).map(Vec::as_slice) {
            Some([only]) => return self.known(*only, LinkRule::OfficeBesideName),
            Some(several) => {
                let others = self.names_of(several);
                return Resolution { others, ..Resolution::new_person(LinkRule::AmbiguousOffice) };
            }
            None => {}
        }
        let label = key_of(lexicon, byline);
        if let Some(at) = self.by_label.get(&label) {
            // The same label in other capitals is linked as before.
            return match self.rule_of_label.get(&label) {
                None | Some((LinkRule::FirstMention, _)) => self.known(*at, LinkRule::SameLabel),
                Some((rule, others)) => Resolution { others: others.clone(), ..self.known(*at, *rule) },
            };
        }
        if let Some(short) = shortened::form(lexicon, byline)
            && let Some(found) = self.of_shortened(&short, byline)
        {
            return found;
        }
        if labels::is_chair_label(lexicon, &byline.label) {
            return self.of_office(byline);
        }
        match words {
            [surname] => self.of_surname(surname, byline),
            _ => Resolution::new_person(rule_of_new(lexicon, byline)),
        }
    }

    /// The person who presides with this office, if there is only one. A line that names the chair may use another word
    /// for the office, but not another rank.
    fn of_office(&self, byline: &Byline) -> Resolution {
        let lexicon = self.lexicon;
        let own = Office::of(lexicon, &byline.label);
        let holds = |person: &Person| match (&own, Office::of_byline(lexicon, &person.byline)) {
            (Some(own), Some(held)) if matches!(person.presides_by, Some(Mention::Line(_))) => own.has_ranks_of(&held),
            (Some(own), Some(held)) => own.is_same(lexicon, &held),
            (Some(own), None) => own.is_without_rank(),
            (None, _) => true,
        };
        let presides =
            |person: &Person| person.presides && !labels::is_chair_label(lexicon, &person.byline.name) && holds(person);
        let presiding: Vec<usize> = (0..self.people.len()).filter(|at| presides(&self.people[*at])).collect();
        match presiding.as_slice() {
            [] => Resolution::new_person(LinkRule::UnnamedOffice),
            [only] => {
                let by = self.people[*only].presides_by;
                let rule = match by {
                    Some(Mention::Line(_)) => LinkRule::OfficeInChairLine,
                    _ => LinkRule::OfficeBesideName,
                };
                Resolution { supported_by: by, ..self.known(*only, rule) }
            }
            several => {
                let others = self.names_of(several);
                Resolution { others, ..Resolution::new_person(LinkRule::AmbiguousOffice) }
            }
        }
    }

    /// The only person with a surname: in the document or, if no person there has it, on the list. Who is known by the
    /// same honorific and surname comes first.
    fn of_surname(&self, surname: &str, byline: &Byline) -> Resolution {
        let lexicon = self.lexicon;
        let honorific = |byline: &Byline| byline.details.honorific.as_deref().map(labels::words);
        let alone = self.by_surname_alone.get(surname).map_or(&[][..], Vec::as_slice).iter().copied();
        let alone: Vec<usize> = alone.filter(|at| honorific(&self.people[*at].byline) == honorific(byline)).collect();
        if let [only] = alone.as_slice() {
            return self.known(*only, LinkRule::UniqueSurname);
        }
        let of_surname = self.by_surname.get(surname).map_or(&[][..], Vec::as_slice);
        let in_document: Vec<usize> = of_surname
            .iter()
            .copied()
            .filter(|at| {
                titles_agree(
                    lexicon,
                    self.people[*at].byline.details.honorific.as_deref(),
                    byline.details.honorific.as_deref(),
                )
            })
            .collect();
        match in_document.as_slice() {
            [only] => return self.known(*only, LinkRule::UniqueSurname),
            [] => {}
            several => {
                let others = self.names_of(several);
                return Resolution { others, ..Resolution::new_person(LinkRule::AmbiguousSurname) };
            }
        }
        let on_list = self.list.map_or(&[][..], |list| list.of_surname(surname)).iter().copied();
        let on_list: Vec<(usize, &ListedPerson)> = on_list
            .filter_map(|listed| Some((listed, self.entry(listed)?)))
            .filter(|(_, entry)| titles_agree(lexicon, entry.honorific(), byline.details.honorific.as_deref()))
            .collect();
        match on_list.as_slice() {
            [] => Resolution::new_person(rule_of_new(lexicon, byline)),
            [(only, _)] => Resolution { rule: LinkRule::PeopleListSurname, ..self.of_listed(*only) },
            several => {
                let others = several.iter().map(|(_, entry)| entry.name.clone()).collect();
                Resolution { others, ..Resolution::new_person(LinkRule::AmbiguousSurname) }
            }
        }
    }

    /// The person whose name a label abbreviates; `None` if nobody fits.
    fn of_shortened(&self, short: &shortened::Short, byline: &Byline) -> Option<Resolution> {
        let honorific = byline.details.honorific.as_deref();
        let fits = |at: &usize| {
            let person = &self.people[*at].byline;
            titles_agree(self.lexicon, person.details.honorific.as_deref(), honorific)
                && short.fits(person, &self.names[*at])
        };
        let mut found = self.full_names.candidates(short);
        found.retain(fits);
        match found.as_slice() {
            [] => None,
            [only] => Some(self.known(*only, LinkRule::ShortenedLabel)),
            several => {
                let others = self.names_of(several);
                Some(Resolution { others, ..Resolution::new_person(LinkRule::AmbiguousSurname) })
            }
        }
    }

    fn names_of(&self, people: &[usize]) -> Vec<String> {
        people.iter().map(|at| self.people[*at].byline.name.clone()).collect()
    }
}

/// The key of a label. Labels of people without a name differ in what is printed beside them: "Question (Radio Delta)".
fn key_of(lexicon: &Lexicon, byline: &Byline) -> String {
    let key = label_key(lexicon, &byline.label);
    match aside_of_anonymous(lexicon, byline) {
        Some(aside) => format!("{key} ({})", folded(aside)),
        None => key,
    }
}

/// The affiliation of a person without a name.
fn aside_of_anonymous<'b>(lexicon: &Lexicon, byline: &'b Byline) -> Option<&'b str> {
    let aside = byline.details.affiliation.as_deref()?;
    let kind = labels::judge(lexicon, &byline.label).map(|judgement| judgement.kind);
    (kind == Some(LabelKind::Anonymous)).then_some(aside)
}

/// Whether a byline names a person beside its label: "The Minister of Roads (Mr Hill)", or "Q" below a line that names
/// the examiner.
fn is_named_beside(lexicon: &Lexicon, byline: &Byline) -> bool {
    let name = name_words(lexicon, &byline.name);
    let label = name_words(lexicon, &byline.label);
    name.last().is_some_and(|surname| !label.contains(surname))
}

/// Whether a byline is an office without the name of its holder: "The Chair", "The Minister of Roads".
fn is_office_alone(lexicon: &Lexicon, byline: &Byline) -> bool {
    let is_office =
        || labels::judge(lexicon, &byline.label).is_some_and(|judgement| judgement.kind == LabelKind::Office);
    labels::is_chair_label(lexicon, &byline.name)
        || labels::is_chair_label(lexicon, &byline.label) && !is_named_beside(lexicon, byline)
        || byline.name == byline.label && is_office()
}

/// The rule for a person without a link: known by a name, or by an office or label without a name.
fn rule_of_new(lexicon: &Lexicon, byline: &Byline) -> LinkRule {
    match labels::judge(lexicon, &byline.label).map(|judgement| judgement.kind) {
        // "Speaker 2" is one person, "A member of the audience" may be several.
        Some(LabelKind::Anonymous | LabelKind::Office) if byline.label.contains(|c: char| c.is_ascii_digit()) => {
            LinkRule::FirstMention
        }
        Some(LabelKind::Anonymous) => LinkRule::AnonymousLabel,
        Some(LabelKind::Office) if byline.name == byline.label => LinkRule::UnnamedOffice,
        _ => LinkRule::FirstMention,
    }
}

/// Replaces values from the page by those that the study's list gives for a date, and notes where they contradict each other.
pub(crate) fn overrule_by(person: &mut Person, list: Option<&PeopleList>, date: Option<Date>) {
    let Some(entry) = person.listed.and_then(|at| list.and_then(|list| list.people().get(at))) else { return };
    let listed = entry.on(date);
    let doubt = |name: &str, used: &str, other: &str| Doubt {
        kind: DoubtKind::ListAndDocument,
        variable: Some(name.to_owned()),
        used: Some(used.to_owned()),
        other: Some(other.to_owned()),
        line: Some(entry.line),
    };
    let byline = &mut person.byline;
    let details = listed.details.contradictions(&byline.details);
    person.doubts.extend(details.into_iter().map(|(name, used, other)| doubt(name, used, other)));
    for (name, used) in &listed.variables {
        if let Some(other) = person.variables.get(name).filter(|other| contradict(used, other)) {
            person.doubts.push(doubt(name, used, other));
        }
    }
    person.doubts.extend(listed.doubts);
    byline.name = listed.name;
    byline.details.overrule_by(&listed.details);
    person.variables.extend(listed.variables);
    if listed.role.is_some() {
        byline.role = listed.role;
        person.presides = listed.role == Some(Role::Chair);
    }
}

/// Whether two names are the same, except that one may have additional initials or middle names.
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

/// Adds values from a later mention of a person that earlier mentions did not give.
fn enrich(lexicon: &Lexicon, person: &mut Person, byline: &Byline, mention: Mention) {
    let known = &mut person.byline;
    // "MS. ROWE" is a better label than "Q".
    if known.line.is_some() && byline.line.is_none() && matches!(mention, Mention::Byline(_)) {
        (known.label, known.printed, known.line) = (byline.label.clone(), byline.printed.clone(), None);
    }
    // "The Chair" is a role in the meeting, not the title of the person.
    let title = byline.details.title.clone().filter(|_| !labels::is_chair_label(lexicon, &byline.label));
    known.details.fill_from(&Details { title, ..byline.details.clone() });
    known.role = known.role.or(byline.role);
    if byline.presides(lexicon) && !person.presides {
        (person.presides, person.presides_by) = (true, Some(mention));
    }
}

/// Adds what a list of those present says of people with the same surname. A full name replaces a surname alone if only one person
/// on the list has it.
pub(crate) fn enrich_from(lexicon: &Lexicon, people: &mut [Person], present: &[Byline]) {
    for listed in present {
        let words = name_words(lexicon, &listed.name);
        let Some(surname) = words.last() else { continue };
        let of_surname: Vec<usize> = (0..people.len())
            .filter(|at| name_words(lexicon, &people[*at].byline.name).last() == Some(surname))
            .collect();
        let [only] = of_surname.as_slice() else { continue };
        let person = &mut people[*only];
        let own = name_words(lexicon, &person.byline.name);
        let has_surname = |other: &&Byline| name_words(lexicon, &other.name).last() == Some(surname);
        let is_meant = match own.len() {
            1 => present.iter().filter(has_surname).count() == 1,
            _ => same_name(&own, &words),
        };
        if is_meant
            && titles_agree(lexicon, person.byline.details.honorific.as_deref(), listed.details.honorific.as_deref())
        {
            enrich(lexicon, person, listed, Mention::Line(listed.line.unwrap_or(0)));
            if own.len() == 1 && person.listed.is_none() {
                person.byline.name.clone_from(&listed.name);
            }
        }
    }
}

/// Corrects roles and titles. The role of an interjector does not apply to people who also have bylines; an office used
/// as a label is the title of its holder if there is no other.
pub(crate) fn correct_roles(lexicon: &Lexicon, linked: &mut Linked, found: &Found) {
    for (byline, owner) in
        found.bylines.iter().zip(&linked.owners).filter_map(|(byline, owner)| Some((byline, owner.as_ref()?)))
    {
        // Values from the study's list are not changed.
        let Some(person) = linked.people.get_mut(owner.person).filter(|person| person.listed.is_none()) else {
            continue;
        };
        if byline.parts.role.is_none() && person.byline.role == Some(Role::Interjector) {
            person.byline.role = None;
        }
        if labels::is_chair_label(lexicon, &byline.label) {
            person.byline.details.title =
                person.byline.details.title.take().or_else(|| byline.parts.details.title.clone());
        }
    }
}

/// Makes "SPEAKER" without an article a person without a name where another office conducts the meeting, or where other
/// labels or turns are those of unidentified people.
pub(crate) fn identify_anybody(lexicon: &Lexicon, linked: &mut Linked, found: &Found) {
    let bare = |label: &str| matches!(labels::words(label).as_slice(), [only] if lexicon.is_anybody(only));
    if !linked.people.iter().any(|person| bare(&person.byline.label)) {
        return;
    }
    let is_unknown = |byline: &Candidate| byline.parts.is_empty() || labels::is_unknown_label(lexicon, &byline.label);
    // "Deputy Speaker" presides in the absence of the Speaker.
    let names_anybody = |label: &str| labels::words(label).iter().any(|word| lexicon.is_anybody(word));
    let presides = |person: &Person| person.presides && !names_anybody(&person.byline.label);
    if !found.bylines.iter().any(is_unknown) && !linked.people.iter().any(presides) {
        return;
    }
    let mut changed = HashSet::new();
    for (at, person) in linked.people.iter_mut().enumerate() {
        if bare(&person.byline.label) && person.byline.name == person.byline.label && person.listed.is_none() {
            (person.presides, person.presides_by, person.byline.role) = (false, None, Some(Role::Unknown));
            person.byline.details.title = None;
            changed.insert(at);
        }
    }
    for owner in linked.owners.iter_mut().flatten().filter(|owner| changed.contains(&owner.person)) {
        owner.rule = LinkRule::AnonymousLabel;
    }
}

/// Orders the people: chairs first, then everybody else in the order of their first byline.
fn reorder(people: &[Person], mut owners: Vec<Option<Owner>>, n_chairs: usize) -> Linked {
    let n = owners.len();
    let mut rank: Vec<usize> = (0..people.len()).map(|at| if at < n_chairs { at } else { n + n_chairs + at }).collect();
    for (i, owner) in owners.iter().enumerate().filter_map(|(i, owner)| Some((i, owner.as_ref()?))) {
        rank[owner.person] = rank[owner.person].min(n_chairs + i);
    }
    let mut order: Vec<usize> = (0..people.len()).collect();
    order.sort_by_key(|at| rank[*at]);
    let mut place = vec![0; people.len()];
    for (new, old) in order.iter().enumerate() {
        place[*old] = new;
    }
    for owner in owners.iter_mut().flatten() {
        owner.person = place[owner.person];
    }
    Linked { people: order.iter().map(|old| people[*old].clone()).collect(), owners }
}

#[cfg(test)]
mod tests;
