//! Labels that abbreviate a name that the document prints in full elsewhere: "Hr. Blum.", "Phil.", "J.-M. D.", "J. Hill".
//!
//! **Input**: a byline, and the names of people. **Output**: the form of the abbreviation, and whether a name fits it. An
//! abbreviation ends with a full stop, or has initials for the first names or for all of them. Whether only one person fits
//! is left to `people`.

use std::collections::{BTreeMap, HashMap};

use plenary_names::bylines::Byline;
use plenary_names::compare::name_words;
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;
use plenary_names::text::folded;

/// How a label abbreviates a name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Short {
    /// The beginning of the surname, and of the words before it.
    Beginnings(Vec<String>),
    /// The initials of first names and surname.
    Initials(Vec<char>),
    /// The initials of first names, and the words of the surname.
    InitialsAndSurname(Vec<char>, Vec<String>),
}

/// The form of a label that abbreviates a name; `None` for other labels.
pub(crate) fn form(lexicon: &Lexicon, byline: &Byline) -> Option<Short> {
    const SHORTEST: usize = 2;
    if let Some(initials) = initials(&byline.name) {
        return Some(Short::Initials(initials));
    }
    let words = name_words(lexicon, &byline.name);
    if let Some((initials, surname)) = initials_and_surname(&words) {
        // "A Member" is no Anna Member.
        let is_person = labels::judge(lexicon, &byline.name)
            .is_none_or(|judged| !matches!(judged.kind, LabelKind::Anonymous | LabelKind::Office));
        return is_person.then_some(Short::InitialsAndSurname(initials, surname));
    }
    let printed = byline.printed.trim_end_matches([':', '：', ' ']).strip_suffix('.')?;
    let last = words.last().filter(|last| last.chars().count() >= SHORTEST)?;
    let is_post_nominal = labels::is_post_nominal(lexicon, last) || labels::is_honorific(lexicon, last);
    let ends_with_it = printed.split_whitespace().last().is_some_and(|word| folded(word) == *last);
    let is_cut = ends_with_it && last.chars().all(char::is_alphabetic) && !is_post_nominal;
    is_cut.then_some(Short::Beginnings(words))
}

/// The letters of a label that consists of initials: "J.-M. D.", "A. L.", "AL".
fn initials(name: &str) -> Option<Vec<char>> {
    const LENGTHS: std::ops::RangeInclusive<usize> = 2..=4;
    const LONGEST: usize = 24;
    if name.len() > LONGEST || name.chars().any(char::is_lowercase) {
        return None;
    }
    let parts: Vec<&str> = name.split([' ', '.', '-']).filter(|part| !part.is_empty()).collect();
    let is_single = |part: &&str| part.chars().count() == 1;
    let letters: Vec<char> = parts.concat().chars().collect();
    let is_of_initials = parts.iter().all(is_single) || parts.len() == 1 && !name.contains('.');
    let fits = LENGTHS.contains(&letters.len()) && letters.iter().all(|c| c.is_uppercase());
    (is_of_initials && fits).then_some(letters)
}

/// The initials before a surname: "J. Hill", "J.-M. van Dyke". `words` are the words of the name, folded.
fn initials_and_surname(words: &[String]) -> Option<(Vec<char>, Vec<String>)> {
    // "j.hill"
    let parts =
        words.iter().flat_map(|word| word.split_inclusive('.')).map(|part| part.trim_end_matches('.').to_owned());
    let words: Vec<String> = parts.collect();
    let n = words.iter().take_while(|word| initials_in(word).is_some()).count();
    let initials: Vec<char> = words[..n].iter().filter_map(|word| initials_in(word)).flatten().collect();
    (!initials.is_empty() && n < words.len()).then(|| (initials, words[n..].to_vec()))
}

/// The letters of a folded word that consists of initials: "j", "j.-m".
fn initials_in(word: &str) -> Option<Vec<char>> {
    let mut parts = word.split(['.', '-']).filter(|part| !part.is_empty()).map(str::chars);
    parts.try_fold(Vec::new(), |mut letters, mut part| {
        letters.push(part.next().filter(|c| c.is_lowercase())?);
        part.next().is_none().then_some(letters)
    })
}

/// People by what their names can be shortened to.
#[derive(Debug, Default)]
pub(crate) struct FullNames {
    by_surname: BTreeMap<String, Vec<usize>>,
    by_initials: HashMap<String, Vec<usize>>,
}

impl FullNames {
    /// Adds a person; `words` are the words of the name, folded.
    pub(crate) fn add(&mut self, at: usize, person: &Byline, words: &[String]) {
        if let Some(surname) = words.last() {
            self.by_surname.entry(surname.clone()).or_default().push(at);
        }
        self.by_initials.entry(initials_of(&person.name)).or_default().push(at);
    }

    /// The people whom a label may fit, in the order in which they were added.
    pub(crate) fn candidates(&self, short: &Short) -> Vec<usize> {
        let mut found: Vec<usize> = match short {
            Short::Initials(letters) => {
                self.by_initials.get(&letters.iter().collect::<String>()).cloned().unwrap_or_default()
            }
            Short::InitialsAndSurname(_, surname) => {
                surname.last().and_then(|last| self.by_surname.get(last)).cloned().unwrap_or_default()
            }
            Short::Beginnings(words) => words.last().map_or_else(Vec::new, |last| {
                let from =
                    self.by_surname.range(last.clone()..).take_while(|(surname, _)| surname.starts_with(last.as_str()));
                from.flat_map(|(_, people)| people.iter().copied()).collect()
            }),
        };
        found.sort_unstable();
        found
    }
}

/// The first letters of the words of a name, as capitals.
fn initials_of(name: &str) -> String {
    let letters = name.split([' ', '-']).filter_map(|word| word.chars().find(|c| c.is_alphabetic()));
    letters.flat_map(char::to_uppercase).collect()
}

impl Short {
    /// Whether the label can stand for a person; `words` are the words of the person's name, folded.
    pub(crate) fn fits(&self, person: &Byline, words: &[String]) -> bool {
        const SHORTEST_REST: usize = 1;
        match self {
            Short::Initials(letters) => {
                let is_full = words.iter().filter(|word| word.chars().count() > 1).count() >= 2;
                is_full && initials_of(&person.name).chars().eq(letters.iter().copied())
            }
            Short::InitialsAndSurname(initials, surname) => {
                let Some(first_names) = words.strip_suffix(surname.as_slice()) else { return false };
                let is_full = first_names.first().is_some_and(|first| initials_in(first).is_none());
                let own = first_names.iter().flat_map(|name| name.split('-')).filter_map(|name| name.chars().next());
                is_full && own.zip(initials).all(|(own, initial)| own == *initial)
            }
            Short::Beginnings(short) => {
                let (Some((last, before)), Some((surname, _))) = (short.split_last(), words.split_last()) else {
                    return false;
                };
                let printed: Vec<String> = person.printed.split_whitespace().map(folded).collect();
                let begins = |word: &String| printed.iter().any(|full| full.starts_with(word.as_str()));
                let is_cut = surname.chars().count() >= last.chars().count() + SHORTEST_REST;
                is_cut && surname.starts_with(last.as_str()) && before.iter().all(begins)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plenary_names::bylines::split;

    fn fits(short: &str, full: &str) -> bool {
        let lexicon = Lexicon::builtin();
        let person = split(lexicon, full);
        form(lexicon, &split(lexicon, short))
            .is_some_and(|short| short.fits(&person, &name_words(lexicon, &person.name)))
    }

    #[test]
    fn abbreviations_and_initials_fit_one_name() {
        assert!(fits("Hr. Schnatt.", "Herr Schnatterer"));
        assert!(fits("Schnatt.", "Ferdinand Schnatterer"));
        assert!(fits("J.-M. D.", "Jean-Marc Delorme"));
        assert!(fits("S. A.", "Solange Attal"));
        assert!(fits("SA", "Solange Attal"));
        assert!(!fits("S. B.", "Solange Attal"));
        assert!(fits("J. Hill", "Jane Hill"));
        assert!(fits("J.Hill", "Jane Hill"));
        assert!(fits("J. M. Hill", "Jane Mary Hill"));
        assert!(fits("J.-M. van Dyke", "Jan-Maarten van Dyke"));
        assert!(!fits("J. Hill", "Ann Hill"));
        assert!(!fits("J. A. Hill", "Jane Mary Hill"));
        assert!(!fits("J. Hill", "J. M. Hill"));
        assert!(!fits("J. Hill", "Jane Hilly"));
        assert!(!fits("Schnatterer", "Schnatterer"));
        assert!(!fits("Schna", "Schnatterer"));
        assert!(!fits("Bo Hill, Jr.", "Bo Hillary"));
    }
}
