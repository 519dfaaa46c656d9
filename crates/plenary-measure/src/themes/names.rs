//! Which words of texts are names of people, and where they name the seat of somebody.
//!
//! **Input:** the texts of each theme, and what the corpus knows of its speakers. **Output:** words that are not terms ([`Names`]), and
//! places where they are not ([`Seats`]). Languages without capital letters have no such words. **Left to others:** forms of address of a
//! language.

use std::collections::{BTreeSet, HashMap, HashSet};

use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use super::Wording;
use crate::words::word_of;

/// Maximum number of words of a name after a form of address.
const NAME_WORDS: usize = 3;
/// Minimum number of uses that show that a word is a name.
const SEEN: usize = 2;

/// How often a word occurs.
#[derive(Debug, Clone, Copy, Default)]
struct Uses {
    /// Within a sentence.
    within: usize,
    /// Within a sentence, with a capital letter.
    capital: usize,
    /// With a capital letter, in a name after a form of address.
    addressed: usize,
    /// With a capital letter.
    all_capital: usize,
    /// In procedural texts.
    procedural: usize,
    all: usize,
}

impl Uses {
    fn add(&mut self, more: Uses) {
        self.within += more.within;
        self.capital += more.capital;
        self.addressed += more.addressed;
        self.all_capital += more.all_capital;
        self.procedural += more.procedural;
        self.all += more.all;
    }

    /// Whether the word is mostly written with a capital letter; also if it only begins sentences.
    fn is_capital(self) -> bool {
        self.within == 0 || 2 * self.capital > self.within
    }

    /// Whether the word is the name of somebody who is addressed.
    fn is_addressee(self) -> bool {
        let mostly_addressed = 2 * self.addressed >= self.all_capital && self.addressed >= SEEN;
        // A capital letter within sentences, and mostly in thanks and calls.
        let called = self.within >= SEEN && 2 * self.procedural > self.all;
        self.is_capital() && (mostly_addressed || called)
    }
}

/// The uses of each word.
#[derive(Debug, Default)]
struct AllUses(HashMap<String, Uses>);

impl AllUses {
    /// Counts the words of a text.
    fn count(&mut self, text: &str, is_procedural: bool, wording: &Wording) {
        // Words of a name that may still follow, and whether the word before is a form of address.
        let (mut left, mut after_address) = (0, false);
        for (at, raw) in text.unicode_word_indices() {
            let before = text[..at].trim_end();
            let is_capital = raw.chars().next().is_some_and(char::is_uppercase);
            let lower = raw.to_lowercase();
            let is_address = wording.is_form_of_address.is_some_and(|is| is(&lower));
            // "Mr. Lee" goes on after the full stop, "Mr. Lee. Thanks" does not.
            let goes_on = after_address || !before.ends_with(['.', ',', ';', ':', '!', '?']);
            // "Mr.Lee" is one word.
            let is_joined =
                |is: &(dyn Fn(&str) -> bool + Sync)| lower.split_once('.').is_some_and(|(first, _)| is(first));
            let joined = wording.is_form_of_address.is_some_and(is_joined);
            let addressed = joined || (left > 0 && goes_on && is_capital && !is_address);
            left = match (is_address, addressed) {
                (true, _) => NAME_WORDS,
                (false, true) => left - 1,
                (false, false) => 0,
            };
            after_address = is_address;
            let Some(word) = word_of(raw) else { continue };
            let within = before.chars().next_back().is_some_and(|last| !".!?:\"\u{201c}\u{201d}".contains(last));
            self.0.entry(word).or_default().add(Uses {
                all: 1,
                procedural: usize::from(is_procedural),
                all_capital: usize::from(is_capital),
                addressed: usize::from(addressed),
                within: usize::from(within),
                capital: usize::from(within && is_capital),
            });
        }
    }

    /// The uses in two sets of texts together.
    fn with(self, other: Self) -> Self {
        let (mut more, fewer) = if self.0.len() < other.0.len() { (other, self) } else { (self, other) };
        for (word, uses) in fewer.0 {
            more.0.entry(word).or_default().add(uses);
        }
        more
    }
}

/// Words that are names of people.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// The words of the texts that are names: those of `wording.names`, whatever their accents, that are mostly written with a capital
    /// letter within sentences, and such words that mostly follow a form of address or mostly occur in procedural texts.
    pub(super) fn find(themes: &[Vec<&str>], procedure: Option<usize>, wording: &Wording) -> Self {
        let names: HashSet<String> = wording.names.into_iter().flatten().map(|name| without_accents(name)).collect();
        let texts: Vec<(bool, &str)> = (themes.iter().enumerate())
            .flat_map(|(theme, texts)| texts.iter().map(move |text| (Some(theme) == procedure, *text)))
            .collect();
        let uses = texts
            .par_iter()
            .fold(AllUses::default, |mut uses, (is_procedural, text)| {
                uses.count(text, *is_procedural, wording);
                uses
            })
            .reduce(AllUses::default, AllUses::with)
            .0;
        let is_name = |(word, uses): &(String, Uses)| {
            (uses.is_capital() && names.contains(&without_accents(word))) || uses.is_addressee()
        };
        Self(uses.into_iter().filter(is_name).map(|(word, _)| word).collect())
    }

    /// The words, in lower case.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

fn without_accents(word: &str) -> String {
    word.nfd().filter(|c| !is_combining_mark(*c)).collect()
}

/// Names of places of several words by which people are called, such as constituencies.
#[derive(Debug, Default)]
pub(super) struct Seats(HashMap<String, Vec<Vec<String>>>);

impl Seats {
    /// The seats with at least two words, and their parts between dashes that have at least two.
    pub(super) fn new(seats: Option<&BTreeSet<String>>) -> Self {
        let mut by_first: HashMap<String, Vec<Vec<String>>> = HashMap::new();
        for seat in seats.into_iter().flatten() {
            let parts = seat.split(['\u{2014}', '\u{2013}', ',', '(', ')', '/']).chain([seat.as_str()]);
            for part in parts {
                let words: Vec<String> = part.unicode_words().map(str::to_lowercase).collect();
                if let [first, _, ..] = words.as_slice() {
                    by_first.entry(first.clone()).or_default().push(words);
                }
            }
        }
        // The longest first.
        for names in by_first.values_mut() {
            names.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
            names.dedup();
        }
        Self(by_first)
    }

    /// For each word of a text whether it is in the name of a seat.
    pub(super) fn places(&self, words: &[(usize, &str)]) -> Vec<bool> {
        let mut found = vec![false; words.len()];
        if self.0.is_empty() {
            return found;
        }
        let lower: Vec<String> = words.iter().map(|(_, word)| word.to_lowercase()).collect();
        for at in 0..lower.len() {
            let names = self.0.get(&lower[at]).into_iter().flatten();
            if let Some(name) = names.into_iter().find(|name| lower[at..].starts_with(name)) {
                found[at..at + name.len()].fill(true);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn found(themes: &[Vec<&str>], procedure: Option<usize>, wording: &Wording) -> BTreeSet<String> {
        Names::find(themes, procedure, wording).words().map(str::to_owned).collect()
    }

    #[test]
    fn speakers_are_names_but_words_that_are_also_names_are_not() {
        let texts = vec![
            "I ask Siân about the bank.",
            "Thank you, Sian. The bank on the hill pays.",
            "The hill and the bank, Siân.",
        ];
        let names = set(&["sian", "hill"]);
        let wording = Wording { names: Some(&names), ..Wording::default() };
        assert_eq!(found(&[texts], None, &wording), set(&["sian", "siân"]));
    }

    #[test]
    fn a_word_after_a_form_of_address_is_a_name() {
        let texts = vec![
            "I thank Mr. Garnett Genuis for the water bill.",
            "What Mr. Genuis said about Green energy, Ms. Green, is green.",
            "As Mrs Green knows, Water is wet. Mr. Water is not. The water of Mr. Garnett.",
        ];
        let is_form_of_address = |word: &str| ["mr", "ms", "mrs"].contains(&word);
        let wording = Wording { is_form_of_address: Some(&is_form_of_address), ..Wording::default() };
        assert_eq!(found(std::slice::from_ref(&texts), None, &wording), set(&["garnett", "genuis", "green"]));
        assert_eq!(found(&[texts], None, &Wording::default()), BTreeSet::new());
    }

    #[test]
    fn a_capital_word_that_mostly_occurs_in_procedure_is_a_name() {
        let procedure = vec!["Thank you, Brub, for that.", "Over to Brub, please.", "Thank you, NATO, for the slides."];
        let substance = vec!["As Brub says, NATO is expensive.", "We joined NATO and left NATO in one year."];
        assert_eq!(found(&[substance.clone(), procedure.clone()], Some(1), &Wording::default()), set(&["brub"]));
        assert_eq!(found(&[substance, procedure], None, &Wording::default()), BTreeSet::new());
    }

    #[test]
    fn a_seat_is_a_place_where_people_are_called_by_it() {
        let seats = Seats::new(Some(&set(&["Central Okanagan\u{2014}Similkameen\u{2014}Nicola", "Carleton"])));
        let text = "The member for Central Okanagan\u{2014}Similkameen\u{2014}Nicola likes central banks in Carleton.";
        let words: Vec<(usize, &str)> = text.unicode_word_indices().collect();
        let places = seats.places(&words);
        let marked: Vec<&str> = words.iter().zip(places).filter(|(_, is)| *is).map(|((_, word), _)| *word).collect();
        assert_eq!(marked, ["Central", "Okanagan", "Similkameen", "Nicola"]);
    }
}
