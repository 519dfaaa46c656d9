//! The lists of persons and organisations of TEI.
//!
//! **Input:** the elements and texts of `person` and `org`, one by one. **Output:** for a person and a day: name, sex, title,
//! party and affiliation. What the lists do not say of that day is `None`. **Left to others:** who speaks, to `turns`.

use std::collections::HashMap;

use jiff::civil::Date;

use super::Element;
use super::timeline::id_of;
use plenary_corpus::Variables;

/// Persons and organisations by their ids.
#[derive(Debug, Default)]
pub(crate) struct Register {
    persons: HashMap<String, Person>,
    organisations: HashMap<String, Organisation>,
    relations: Vec<Relation>,
}

/// That organisations belong to the government, or are against it, in a period.
#[derive(Debug)]
pub(crate) struct Relation {
    pub(crate) organisations: Vec<String>,
    pub(crate) status: &'static str,
    pub(crate) period: Period,
}

/// A person of a list.
#[derive(Debug, Default)]
pub(crate) struct Person {
    pub(crate) names: Vec<Name>,
    pub(crate) sex: Option<String>,
    pub(crate) affiliations: Vec<Affiliation>,
    /// Birth, occupation and education, as the list writes them.
    pub(crate) variables: Variables,
}

/// A name of a person, and when it was used.
#[derive(Debug, Default)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) title: Option<String>,
    pub(crate) period: Period,
}

/// That a person belongs to an organisation.
#[derive(Debug, Default)]
pub(crate) struct Affiliation {
    /// Ids of the organisation.
    pub(crate) organisation: Option<String>,
    pub(crate) role: Option<String>,
    /// Name of the role for readers.
    pub(crate) role_name: Option<String>,
    /// What is written in the element, beside the name of the role.
    pub(crate) text: Option<String>,
    pub(crate) period: Period,
}

/// An organisation of a list.
#[derive(Debug, Default)]
pub(crate) struct Organisation {
    pub(crate) kind: Option<String>,
    /// Language, whether it is an abbreviation, and the name.
    pub(crate) names: Vec<(Option<String>, bool, String)>,
}

/// Names of the variables that the lists give: of a person, and on a day.
pub(crate) const BIRTH: &str = "birth";
pub(crate) const OCCUPATION: &str = "occupation";
pub(crate) const EDUCATION: &str = "education";
const ROLES: &str = "roles";
const PARTY_STATUS: &str = "party_status";

/// All variables of the lists, with what they are.
pub(crate) const VARIABLES: [(&str, &str); 5] = [
    (BIRTH, "Date of birth, from the list of persons of TEI."),
    (OCCUPATION, "Occupation, from the list of persons of TEI."),
    (EDUCATION, "Education, from the list of persons of TEI."),
    (
        ROLES,
        "Roles of the affiliations on the day of the document, separated by `; `, from the list of persons of TEI.",
    ),
    (
        PARTY_STATUS,
        "`coalition` or `opposition`: what the relations of organisations in TEI say of the person's parties on the day of the \
         document.",
    ),
];

/// The days from a first to a last one, each of which may be open.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct Period {
    from: Option<Date>,
    to: Option<Date>,
}

impl Period {
    pub(crate) fn of(element: &Element) -> Self {
        let first = |names: [&str; 3]| names.iter().find_map(|name| element.get(name));
        let from = first(["from", "when", "notBefore"]).and_then(|text| day(text, false));
        let to = first(["to", "when", "notAfter"]).and_then(|text| day(text, true));
        Self { from, to }
    }

    fn holds(self, date: Date) -> bool {
        self.from.is_none_or(|from| from <= date) && self.to.is_none_or(|to| date <= to)
    }
}

/// A day of a date that may lack its day or month: the first or the last day that it can mean.
fn day(text: &str, is_last: bool) -> Option<Date> {
    let mut parts = text.get(..10).unwrap_or(text).splitn(3, '-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next().map_or(Ok(if is_last { 12 } else { 1 }), str::parse).ok()?;
    let day = parts.next().map(str::parse).transpose().ok()?;
    let first = Date::new(year, month, day.unwrap_or(1)).ok()?;
    Some(if is_last && day.is_none() { first.last_of_month() } else { first })
}

/// What the lists say of a person on a day.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Known {
    pub(crate) name: String,
    pub(crate) sex: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) party: Option<String>,
    pub(crate) affiliation: Option<String>,
    pub(crate) variables: Variables,
}

/// The kinds of organisations that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A party, or its group in parliament.
    Party,
    Group,
    /// The parliament itself.
    Parliament,
    Government,
    Other,
}

impl Register {
    pub(crate) fn is_empty(&self) -> bool {
        self.persons.is_empty()
    }

    pub(crate) fn lists(&self, person: &str) -> bool {
        self.persons.get(person).is_some_and(|person| !person.names.is_empty())
    }

    pub(crate) fn person(&mut self, id: &str) -> &mut Person {
        self.persons.entry(id.to_string()).or_default()
    }

    pub(crate) fn organisation(&mut self, id: &str) -> &mut Organisation {
        self.organisations.entry(id.to_string()).or_default()
    }

    /// What is known of a person on a day. Without a day, only what held at all times.
    pub(crate) fn known(&self, id: &str, date: Option<Date>, language: Option<&str>) -> Option<Known> {
        let person = self.persons.get(id)?;
        let current = |period: Period| match date {
            Some(date) => period.holds(date),
            None => period == Period::default(),
        };
        // The first name is used; others are of other languages.
        let name = person.names.iter().find(|name| current(name.period)).or(person.names.first())?;
        let mut known =
            Known { name: name.text.clone(), sex: person.sex.clone(), title: name.title.clone(), ..Known::default() };
        let current: Vec<(Kind, &Affiliation)> = person
            .affiliations
            .iter()
            .filter(|affiliation| current(affiliation.period))
            .map(|affiliation| (self.kind(affiliation), affiliation))
            .collect();
        let of =
            |kind: Kind| current.iter().filter(move |(other, _)| *other == kind).map(|(_, affiliation)| *affiliation);
        known.party = of(Kind::Group).chain(of(Kind::Party)).find_map(|one| self.name_of(one, language, true));
        let office = of(Kind::Government).chain(of(Kind::Other)).chain(of(Kind::Parliament)).find_map(office);
        known.title = office.or(known.title);
        known.variables = person.variables.clone();
        let mut roles: Vec<&str> = current.iter().filter_map(|(_, one)| one.role.as_deref()).collect();
        roles.sort_unstable();
        roles.dedup();
        if !roles.is_empty() {
            known.variables.insert(ROLES.into(), roles.join("; "));
        }
        if let Some(status) = self.party_status(&current, date) {
            known.variables.insert(PARTY_STATUS.into(), status.into());
        }
        known.affiliation =
            of(Kind::Other).chain(of(Kind::Government)).find_map(|one| self.name_of(one, language, false));
        Some(known)
    }

    /// Adds a relation between organisations.
    pub(crate) fn relate(&mut self, relation: Relation) {
        self.relations.push(relation);
    }

    /// Whether the parties and groups of a person belong to the government or to the opposition on a day; `None` if the lists do not say, or
    /// say both.
    fn party_status(&self, current: &[(Kind, &Affiliation)], date: Option<Date>) -> Option<&'static str> {
        let ids: Vec<&str> = current
            .iter()
            .filter(|(kind, _)| matches!(kind, Kind::Party | Kind::Group))
            .filter_map(|(_, affiliation)| affiliation.organisation.as_deref())
            .collect();
        let holds = |relation: &&Relation| match date {
            Some(date) => relation.period.holds(date),
            None => relation.period == Period::default(),
        };
        let names = |relation: &&Relation| relation.organisations.iter().any(|id| ids.contains(&id.as_str()));
        let mut found = self.relations.iter().filter(holds).filter(names).map(|relation| relation.status);
        let first = found.next()?;
        found.all(|status| status == first).then_some(first)
    }

    /// The kind of the organisation: as the list says, or by the first part of its id, as in `party.LAB`.
    fn kind(&self, affiliation: &Affiliation) -> Kind {
        let id = affiliation.organisation.as_deref().unwrap_or_default();
        let listed = self.organisations.get(id).and_then(|organisation| organisation.kind.as_deref());
        let kind = listed.or_else(|| id.split_once('.').map(|(kind, _)| kind)).unwrap_or_default().to_ascii_lowercase();
        if kind.contains("group") || kind.contains("fraction") || kind.contains("caucus") {
            Kind::Group
        } else if kind.contains("party") || kind.contains("coalition") {
            Kind::Party
        } else if kind.contains("parliament") || kind.contains("chamber") || kind.contains("house") {
            Kind::Parliament
        } else if kind.contains("government") || kind.contains("ministry") || kind.contains("cabinet") {
            Kind::Government
        } else {
            Kind::Other
        }
    }

    /// The name of the organisation in the language of the text: short or in full, if the list gives both.
    fn name_of(&self, affiliation: &Affiliation, language: Option<&str>, is_short: bool) -> Option<String> {
        let id = affiliation.organisation.as_deref();
        let names = id.and_then(|id| self.organisations.get(id)).map_or(&[][..], |listed| listed.names.as_slice());
        let rank = |(own, short, _): &&(Option<String>, bool, String)| {
            (*short != is_short, own.is_some() && own.as_deref() != language)
        };
        let listed = names.iter().min_by_key(rank).map(|(.., name)| name.clone());
        let from_id = || id.map(|id| id.rsplit_once('.').map_or(id, |(_, name)| name).to_string());
        listed.or_else(|| affiliation.text.clone()).or_else(from_id)
    }
}

/// The office that an affiliation gives a person: its name for readers, or a role that is more than membership.
fn office(affiliation: &Affiliation) -> Option<String> {
    let is_office = |role: &&String| !matches!(role.as_str(), "member" | "representative" | "replacement" | "verifier");
    affiliation.role_name.clone().or_else(|| affiliation.role.as_ref().filter(is_office).cloned())
}

/// The id of an organisation in a list of references.
pub(crate) fn first_reference(references: &str) -> Option<String> {
    references.split_whitespace().next().map(|reference| id_of(reference).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_may_lack_days_and_months() {
        let period = |from: Option<&str>, to: Option<&str>| Period {
            from: from.and_then(|text| day(text, false)),
            to: to.and_then(|text| day(text, true)),
        };
        let date = jiff::civil::date;
        assert!(period(Some("2015"), Some("2015")).holds(date(2015, 12, 31)));
        assert!(!period(Some("2015-03"), Some("2015-05")).holds(date(2015, 6, 1)));
        assert!(period(Some("2015-03"), None).holds(date(2024, 6, 1)));
        assert!(period(Some("2015-05-07T10:00:00"), None).holds(date(2015, 5, 7)));
        assert_eq!(day("soon", true), None);
        assert_eq!(day("2015-02", true), Some(date(2015, 2, 28)));
    }
}
