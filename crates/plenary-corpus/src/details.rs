//! What is known about a person besides the name.

use serde::{Deserialize, Serialize};

use crate::variables::contradict;

/// Description of a person as a byline, a format or the study's list of people gives it. What a source does not give is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Details {
    /// Words of address before the name: "Dr.", "Mr", "The Rt Hon".
    pub honorific: Option<String>,
    /// Position: "Director", "Minister of Transport".
    pub title: Option<String>,
    /// Organisation that the person belongs to.
    pub affiliation: Option<String>,
    /// Country that the person represents.
    pub country: Option<String>,
    /// Constituency, seat or state that the person represents in a parliament.
    pub constituency: Option<String>,
    /// Party or parliamentary group.
    pub party: Option<String>,
    /// Sex or gender, as the source writes it: "F", "female".
    pub sex: Option<String>,
}

impl Details {
    /// Fills in values that are missing here from `other`.
    pub fn fill_from(&mut self, other: &Details) {
        for (own, other) in self.pairs(other) {
            if own.is_none() {
                own.clone_from(other);
            }
        }
    }

    /// Takes all values that `other` has, and replaces values that are known here.
    pub fn overrule_by(&mut self, other: &Details) {
        for (own, other) in self.pairs(other) {
            if other.is_some() {
                own.clone_from(other);
            }
        }
    }

    /// The values with their names in the tables.
    pub fn named(&self) -> [(&'static str, Option<&str>); 7] {
        [
            ("honorific", self.honorific.as_deref()),
            ("title", self.title.as_deref()),
            ("affiliation", self.affiliation.as_deref()),
            ("country", self.country.as_deref()),
            ("constituency", self.constituency.as_deref()),
            ("party", self.party.as_deref()),
            ("sex", self.sex.as_deref()),
        ]
    }

    /// The values that contradict those of `other`: name, own value, other value. Honorifics and titles never do, because a person may
    /// have several.
    pub fn contradictions<'d>(&'d self, other: &'d Details) -> Vec<(&'static str, &'d str, &'d str)> {
        let own = self.named().into_iter().zip(other.named());
        let both = own.filter_map(|((name, own), (_, other))| Some((name, own?, other?)));
        both.filter(|(name, own, other)| !matches!(*name, "honorific" | "title") && contradict(own, other)).collect()
    }

    fn pairs<'d>(&'d mut self, other: &'d Details) -> [(&'d mut Option<String>, &'d Option<String>); 7] {
        let Details { honorific, title, affiliation, country, constituency, party, sex } = self;
        [
            (honorific, &other.honorific),
            (title, &other.title),
            (affiliation, &other.affiliation),
            (country, &other.country),
            (constituency, &other.constituency),
            (party, &other.party),
            (sex, &other.sex),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details(title: Option<&str>, party: Option<&str>) -> Details {
        Details { title: title.map(str::to_string), party: party.map(str::to_string), ..Details::default() }
    }

    #[test]
    fn filling_keeps_what_is_known_and_overruling_replaces_it() {
        let (page, list) = (details(Some("Dean"), None), details(Some("Professor"), Some("Reform")));
        let mut filled = page.clone();
        filled.fill_from(&list);
        assert_eq!(filled, details(Some("Dean"), Some("Reform")));
        let mut overruled = page.clone();
        overruled.overrule_by(&list);
        assert_eq!(overruled, list);
        overruled.overrule_by(&Details::default());
        assert_eq!(overruled, list, "what a source does not give overrules nothing");
    }
}
