//! Names of people who do not speak in a document.
//!
//! **Input:** the people of the corpus with their names, the names of the speakers of a document, and a text. **Output:** the people of the corpus whom
//! the text names and who do not speak there. **Refused:** nothing; a name or surname that several people of the corpus have names nobody. **Left to
//! others:** who is one person over several documents.

use std::collections::HashMap;

use plenary_corpus::findings::ExchangeRule;

use super::names::{Named, Words, without_possessive, words_of_name};

/// The people of a corpus by their names.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// The names of several words by their first one.
    by_first: HashMap<String, Vec<FullName>>,
    /// The person whose name ends with a word; `None` if there are several.
    by_last: HashMap<String, Option<usize>>,
}

/// A name of several words.
#[derive(Debug, Clone)]
struct FullName {
    words: Vec<String>,
    /// Whose name it is; `None` if it is that of several people.
    person: Option<usize>,
}

/// A person whom a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// Position among the people.
    pub person: usize,
    /// How they are named.
    pub rule: ExchangeRule,
    /// The words.
    pub words: String,
}

impl People {
    /// The people by their positions and names. A person may have several names.
    pub fn new<'n>(names: impl Iterator<Item = (usize, &'n str)>) -> Self {
        let mut people = Self::default();
        for (person, name) in names {
            let words = words_of_name(name);
            let (Some(first), Some(last)) = (words.first().cloned(), words.last().cloned()) else { continue };
            let same = |known: &mut Option<usize>| *known = known.filter(|of| *of == person);
            people.by_last.entry(last).and_modify(same).or_insert(Some(person));
            if words.len() > 1 {
                let of_first = people.by_first.entry(first).or_default();
                match of_first.iter_mut().find(|known| known.words == words) {
                    Some(known) => same(&mut known.person),
                    None => of_first.push(FullName { words, person: Some(person) }),
                }
            }
        }
        people
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.by_last.is_empty()
    }

    /// The people whom a text names and who are not among the speakers `here`, each once, by the most certain rule. Words that name a speaker name
    /// nobody else.
    pub fn in_text(&self, text: &str, here: &Named, is_form_of_address: &impl Fn(&str) -> bool) -> Vec<Elsewhere> {
        let mut found: Vec<Elsewhere> = Vec::new();
        if !self.may_be_in(text) {
            return found;
        }
        let words = Words::of(text);
        let mut at = 0;
        while at < words.len() {
            if let Some((.., n)) = here.at(at, &words, is_form_of_address) {
                at += n;
                continue;
            }
            let Some((person, rule, n)) = self.at(at, &words, here, is_form_of_address) else {
                at += 1;
                continue;
            };
            if let Some(person) = person {
                match found.iter_mut().find(|known| known.person == person) {
                    Some(known) if known.rule > rule => {
                        *known = Elsewhere { person, rule, words: words.between(at, n).to_owned() };
                    }
                    Some(_) => {}
                    None => found.push(Elsewhere { person, rule, words: words.between(at, n).to_owned() }),
                }
            }
            at += n;
        }
        found
    }

    /// Whether a word with a capital letter is the first or last one of a name. Most texts have none and need not be divided into words.
    fn may_be_in(&self, text: &str) -> bool {
        text.split_whitespace().any(|word| {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric());
            word.starts_with(char::is_uppercase) && {
                let folded = without_possessive(word);
                // "Lee-Hill" and "d'Arc" are several words.
                self.by_first.contains_key(&folded)
                    || self.by_last.contains_key(&folded)
                    || folded.contains(|c: char| !c.is_alphanumeric())
            }
        })
    }

    /// The person whom the words from `at` name, `None` if it may be several, the rule, and the number of these words.
    fn at(
        &self,
        at: usize,
        words: &Words<'_>,
        here: &Named,
        is_form_of_address: &impl Fn(&str) -> bool,
    ) -> Option<(Option<usize>, ExchangeRule, usize)> {
        if words.is_capital(at)
            && let Some(names) = self.by_first.get(&words.folded[at])
        {
            let whole = names.iter().filter(|name| words.folded[at..].starts_with(&name.words));
            if let Some(FullName { words: name, person }) = whole.max_by_key(|name| name.words.len()) {
                let last = at + name.len() - 1;
                // "Ann Lee Square" is not Ann Lee, and "Ann Lee MP" is.
                let goes_on = words.is_beside_capital(last, last + 1) && !words.is_upper(last + 1);
                return Some((person.filter(|_| !goes_on), ExchangeRule::FullNameElsewhere, name.len()));
            }
        }
        let surname = words.folded.get(at + 1)?;
        let is_address = words.is_capital(at + 1) && is_form_of_address(&words.folded[at]);
        let goes_on = words.is_beside_capital(at + 1, at + 2) && !words.is_upper(at + 2);
        if !is_address || goes_on || here.has_last(surname) {
            return None;
        }
        Some((*self.by_last.get(surname)?, ExchangeRule::FormOfAddressElsewhere, 2))
    }
}
