//! Misread labels: in scans and bad copies, one label is printed in several ways. The most frequent one is taken as
//! correct.
//!
//! **Input**: the labels of a document, one for each occurrence, and whether its text is recognised print. **Output**:
//! for each misread label the correct one. Two names that can both be names are joined only in recognised print, and
//! only if one is much rarer; a label with the form of a misreading ("Wi1liams") is joined in any text. Single letters,
//! numbers, short names, scripts without capitals and people on the study's list are never joined. Nothing is refused.
//! What a label means is left to `labels`, and how a text is found to be recognised print to `damage`.

use std::cell::LazyCell;
use std::collections::HashMap;

use crate::bylines::split_honorific;
use crate::compare::{name_words, titles_agree};
use crate::damage::has_digit_inside;
use crate::labels::is_caseless;
use crate::lexicon::Lexicon;

/// A misread label is at least this many times rarer than the correct one, if it could also be the name of another
/// person.
const RARER: usize = 4;
/// The same for a full name: two people whose full names differ in one letter are rare.
const RARER_IF_FULL: usize = 2;
/// The same for a label with the form of a misreading.
const RARER_IF_ODD: usize = 3;
/// One misread form of a label occurs once, or at most once in this number of occurrences of the correct one.
const ONE_FORM_IN: usize = 8;
/// Largest number of labels that a label is compared with, letter by letter.
const MOST_CENTRES: usize = 2000;
/// Smallest number of letters of a name that can be misread as another name.
const SHORTEST_NAME: usize = 6;
/// Smallest number of letters of a full name, of at least two words.
const SHORTEST_FULL_NAME: usize = 10;
/// Smallest number of letters and digits of a name with the form of a misreading.
const SHORTEST_ODD: usize = 4;

/// A label reduced to what misreading does not change: letters that are mistaken for one another become one letter;
/// spaces, punctuation and doubled letters are dropped.
pub fn skeleton(text: &str) -> String {
    let mut out = String::new();
    let lower = text.to_lowercase().replace("rn", "m");
    for c in lower.chars().filter(|c| c.is_alphanumeric()) {
        let c = mistaken(c);
        if !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}

fn mistaken(c: char) -> char {
    match c {
        '1' | 'i' | '|' => 'l',
        '0' | 'a' => 'o',
        '5' => 's',
        'c' => 'e',
        'u' => 'n',
        'h' => 'b',
        't' => 'f',
        other => other,
    }
}

/// Whether two labels differ only in spaces, punctuation and capitals: "MR BALL" and "Mr. Ball".
pub fn is_same_spelling(a: &str, b: &str) -> bool {
    spelling(a) == spelling(b)
}

/// The letters of a label in lower case, and its numbers, which remain apart: "1.1" is not "11".
fn spelling(label: &str) -> String {
    let mut out = String::new();
    let mut divides = false;
    for c in label.chars().flat_map(char::to_lowercase) {
        if !c.is_alphanumeric() {
            divides = true;
            continue;
        }
        if divides && c.is_ascii_digit() && out.ends_with(|last: char| last.is_ascii_digit()) {
            out.push(' ');
        }
        out.push(c);
        divides = false;
    }
    out
}

/// A label at one place of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Print<'l> {
    /// The label as printed.
    pub label: &'l str,
    /// Whether it has the form of a label; one without that form is never the correct label of others.
    pub is_label: bool,
    /// Whether the study's list of people has the name; it is never a misread one.
    pub is_listed: bool,
}

/// The number or letter that distinguishes people: the 2 of "Speaker 2" and "P2", the B of "Witness B".
#[derive(Debug, PartialEq, Eq)]
enum Mark {
    /// A number, letter or Roman numeral as the last word.
    Word {
        mark: String,
        /// Skeleton of the words before it.
        stem: String,
    },
    /// Digits at the end of the last word, which may also be a misread letter: "Hil1".
    Tail(String),
    None,
}

impl Mark {
    fn of(label: &str) -> Mark {
        let label = label.to_lowercase();
        let mut words = label.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
        let Some(last) = words.next_back().filter(|last| !last.is_empty()) else { return Mark::None };
        let marks = last.chars().all(|c| c.is_ascii_digit())
            || last.chars().count() == 1
            || last.len() <= 4 && last.chars().all(|c| matches!(c, 'i' | 'v' | 'x'));
        let letters = last.trim_end_matches(|c: char| c.is_ascii_digit());
        match &last[letters.len()..] {
            _ if marks && words.next().is_some() => {
                let stem = label.trim_end().rsplit_once(char::is_whitespace).map_or("", |(stem, _)| stem);
                Mark::Word { mark: last.to_string(), stem: skeleton(stem) }
            }
            "" => Mark::None,
            tail => Mark::Tail(tail.to_string()),
        }
    }

    /// Whether two labels with these marks can be variants of one label; `skeletons` are the skeletons of the two
    /// labels. "Speaker" and "Speaker 2" are different labels, but "Ann Hill A" may be a misread "Ann Hill AM", and
    /// "Hil1" a misread "Hill".
    fn agrees(&self, other: &Mark, skeletons: [&str; 2]) -> bool {
        match (self, other) {
            (Mark::Word { mark: a, .. } | Mark::Tail(a), Mark::Word { mark: b, .. } | Mark::Tail(b)) => a == b,
            (Mark::Word { stem, .. }, Mark::None) => stem != skeletons[1],
            (Mark::None, Mark::Word { stem, .. }) => stem != skeletons[0],
            (Mark::Tail(_), Mark::None) | (Mark::None, Mark::Tail(_)) => skeletons[0] == skeletons[1],
            (Mark::None, Mark::None) => true,
        }
    }
}

/// A label with what decides whether it is a misread one.
struct Shape<'l> {
    print: Print<'l>,
    n: usize,
    skeleton: String,
    /// The set of letters of the skeleton, as one bit for each of 64 classes of letters: a quick bound on the
    /// similarity of two skeletons.
    letters: u64,
    mark: Mark,
    honorific: Option<String>,
    /// The letters and digits, with letters that are mistaken for one another as one letter.
    classes: Vec<char>,
    /// The letters of the skeleton.
    single: Vec<char>,
    /// Number of letters and digits without honorifics and post-nominals.
    n_letters: usize,
    /// Whether it is a first name with a surname.
    is_full: bool,
    /// Whether the label has the form of a misreading: "Wi1liams".
    is_odd: bool,
    /// Whether misreading cannot be told from another name at all: scripts without capitals.
    is_caseless: bool,
}

impl<'l> Shape<'l> {
    fn of(lexicon: &Lexicon, print: Print<'l>, n: usize) -> Self {
        let skeleton = skeleton(print.label);
        let name = name_words(lexicon, print.label);
        let n_letters: usize = name.iter().map(|word| word.chars().count()).sum();
        Self {
            n,
            letters: skeleton.chars().fold(0, |letters, c| letters | 1 << (u32::from(c) % 64)),
            single: skeleton.chars().collect(),
            skeleton,
            mark: Mark::of(print.label),
            honorific: split_honorific(lexicon, print.label).0,
            classes: classes(print.label),
            n_letters,
            is_full: name.len() >= 2 && n_letters >= SHORTEST_FULL_NAME,
            is_odd: print.label.split_whitespace().any(is_odd),
            is_caseless: is_caseless(print.label),
            print,
        }
    }

    /// Whether this label may be a misreading of a more frequent one, apart from how similar they are.
    fn may_be(&self, lexicon: &Lexicon, centre: &Shape<'_>) -> bool {
        let other_address = match (&self.honorific, &centre.honorific) {
            // "Mrs Hill" and "Ms Hill" may be two people, "Mrs Ann Hill" and "Ms Ann Hill" are one.
            (Some(a), Some(b)) if self.is_full && centre.is_full => !titles_agree(lexicon, Some(a), Some(b)),
            (Some(a), Some(b)) => !is_same_spelling(a, b),
            _ => false,
        };
        !self.print.is_listed
            && !self.is_caseless
            && !centre.is_caseless
            && !other_address
            && self.mark.agrees(&centre.mark, [&self.skeleton, &centre.skeleton])
    }

    /// "Hou. Bill Blair" and "Hon. Bill Blair": the full name is the same, and only the honorific is misread.
    fn differs_only_in_honorific(&self, centre: &Shape<'_>) -> bool {
        let parts = |label: &'l str| label.trim().split_once(char::is_whitespace);
        let (Some((first, name)), Some((honorific, known))) =
            (parts(self.print.label), centre.print.label.trim().split_once(char::is_whitespace))
        else {
            return false;
        };
        centre.honorific.as_deref() == Some(honorific)
            && self.honorific.is_none()
            && skeleton(first) == skeleton(honorific)
            && name.split_whitespace().nth(1).is_some()
            && is_same_spelling(name, known)
    }

    /// Whether this label is so much rarer than the correct one that it is a misreading of it.
    fn is_rarer(&self, centre: &Shape<'_>, is_alike: bool, is_recognised: impl Fn() -> bool) -> bool {
        let (n, most) = (self.n, centre.n);
        if is_alike && most >= n && self.differs_only_in_honorific(centre) {
            return true;
        }
        let is_odd = self.is_odd && !centre.is_odd && self.n_letters.min(centre.n_letters) >= SHORTEST_ODD;
        if is_odd && is_alike && most >= RARER_IF_ODD * n {
            return true;
        }
        // The same error twice is likely only in a frequent label, or if no other name is as similar.
        let (rarer, at_least) = if self.is_full && centre.is_full { (RARER_IF_FULL, 2) } else { (RARER, 1) };
        let is_much_rarer = most >= rarer * n && n <= (most / ONE_FORM_IN).max(at_least);
        let is_long = self.n_letters.min(centre.n_letters) >= SHORTEST_NAME;
        let is_rarer = match (self.print.is_label, is_odd) {
            (false, _) => (is_long || is_odd) && most >= 2.max(2 * n),
            (true, true) => most >= n,
            (true, false) => is_long && is_much_rarer && !differs_in_last_vowel(self.print.label, centre.print.label),
        };
        is_rarer && is_recognised()
    }
}

/// Whether a word has the form of a misreading: a digit or sign among its letters, a letter three times in a row, a
/// capital I among small letters.
fn is_odd(word: &str) -> bool {
    const SIGNS: [char; 11] = ['|', '¦', '`', '~', '^', '£', '\\', '_', '+', '=', '#'];
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let letters: Vec<char> = word.chars().collect();
    let has_small = letters.iter().any(|c| c.is_lowercase());
    let in_three = |is: &dyn Fn(&[char]) -> bool| letters.windows(3).any(is);
    // "Hil1", "0'Neill"
    let ends_with_digit = letters.len() >= 4
        && matches!(letters[letters.len() - 1], '0' | '1' | '5')
        && letters[..letters.len() - 1].iter().all(|c| c.is_alphabetic());
    let begins_with_digit = letters.len() >= 3
        && matches!(letters[0], '0' | '1' | '5')
        && letters[1..].iter().all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-'));
    has_digit_inside(word)
        || ends_with_digit
        || begins_with_digit
        || in_three(&|w| w[0].is_alphabetic() && SIGNS.contains(&w[1]) && w[2].is_alphabetic())
        || in_three(&|w| w[0].is_lowercase() && w[1] == 'I' && w[2].is_lowercase())
        || has_small && in_three(&|w| w[0].is_alphabetic() && w[0] == w[1] && w[1] == w[2])
}

/// Whether words of two labels differ only in their last letters, which are vowels: "Claudia" and "Claudio".
fn differs_in_last_vowel(a: &str, b: &str) -> bool {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    a.split_whitespace().zip(b.split_whitespace()).filter(|(a, b)| a != b).any(|(a, b)| {
        let ends = |word: &str| word.char_indices().next_back();
        let vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
        matches!((ends(a), ends(b)), (Some((i, c)), Some((j, d))) if vowel(c) && vowel(d) && a[..i] == b[..j])
    })
}

/// Misread labels, each with the correct label: a more frequent one that differs only as misread letters do, or in
/// spaces, punctuation and capitals. `prints` are all printed labels; `is_recognised` says whether the text is
/// recognised print and is called only if that decides something.
pub fn canonical_labels<'l>(
    lexicon: &Lexicon,
    prints: impl Iterator<Item = Print<'l>>,
    is_recognised: impl FnOnce() -> bool,
) -> HashMap<String, String> {
    let is_recognised = LazyCell::new(is_recognised);
    let is_recognised = || *LazyCell::force(&is_recognised);
    let mut counts: HashMap<Print<'_>, usize> = HashMap::new();
    for print in prints {
        *counts.entry(print).or_default() += 1;
    }
    let mut order: Vec<(Print<'_>, usize)> = counts.into_iter().collect();
    order.sort_by(|(a, n), (b, m)| {
        b.is_label
            .cmp(&a.is_label)
            .then(m.cmp(n))
            .then_with(|| signs(a.label).cmp(&signs(b.label)))
            .then_with(|| a.label.cmp(b.label))
    });
    let mut centres = Centres::default();
    let mut canonical: HashMap<&str, &str> = HashMap::new();
    for (print, n) in order {
        let spelling = spelling(print.label);
        if let Some(at) = centres.by_spelling.get(&spelling) {
            canonical.insert(print.label, centres.all[*at].print.label);
            continue;
        }
        let shape = Shape::of(lexicon, print, n);
        match centres.correct(lexicon, &shape, &is_recognised) {
            Some(at) => {
                canonical.insert(print.label, centres.all[at].print.label);
            }
            None => {
                canonical.entry(print.label).or_insert(print.label);
                if print.is_label {
                    centres.add(shape, spelling);
                }
            }
        }
    }
    let differs = canonical.into_iter().filter(|(print, label)| print != label);
    differs.map(|(print, label)| (print.to_string(), label.to_string())).collect()
}

/// Labels of which others may be misread variants, the most frequent first.
#[derive(Default)]
struct Centres<'l> {
    all: Vec<Shape<'l>>,
    by_spelling: HashMap<String, usize>,
    by_skeleton: HashMap<String, Vec<usize>>,
}

impl<'l> Centres<'l> {
    fn add(&mut self, shape: Shape<'l>, spelling: String) {
        self.by_spelling.insert(spelling, self.all.len());
        self.by_skeleton.entry(shape.skeleton.clone()).or_default().push(self.all.len());
        self.all.push(shape);
    }

    /// The only label of which a label can be a misreading. If there are several, the most similar of the frequent ones,
    /// unless two are equally similar.
    fn correct(&self, lexicon: &Lexicon, shape: &Shape<'_>, is_recognised: &impl Fn() -> bool) -> Option<usize> {
        const SHORTEST_SKELETON: usize = 6;
        let alike = self.by_skeleton.get(&shape.skeleton).into_iter().flatten().copied();
        let alike: Vec<usize> = alike
            .filter(|at| shape.may_be(lexicon, &self.all[*at]) && shape.is_rarer(&self.all[*at], true, is_recognised))
            .collect();
        if !alike.is_empty() {
            return self.most_similar(shape, &alike);
        }
        if shape.skeleton.len() < SHORTEST_SKELETON {
            return None;
        }
        // `is_rarer` is true only of these. The most frequent ones suffice: a document with more labels has no people.
        let at_least = if shape.is_odd { shape.n } else { 2 * shape.n };
        let frequent = self.all.iter().take(MOST_CENTRES).take_while(|centre| centre.n >= at_least);
        let near: Vec<usize> = frequent
            .enumerate()
            .filter(|(_, centre)| {
                lacks_letters(shape, centre)
                    && shape.may_be(lexicon, centre)
                    && shape.is_rarer(centre, false, is_recognised)
            })
            .map(|(at, _)| at)
            .collect();
        self.most_similar(shape, &near)
    }

    fn most_similar(&self, shape: &Shape<'_>, among: &[usize]) -> Option<usize> {
        let most = among.iter().map(|at| self.all[*at].n).max()?;
        let frequent = || among.iter().copied().filter(|at| 2 * self.all[*at].n > most);
        let distance = |at: &usize| strsim::levenshtein(shape.print.label, self.all[*at].print.label);
        let best = frequent().min_by_key(distance)?;
        let is_only = frequent().filter(|at| distance(at) == distance(&best)).count() == 1;
        is_only.then_some(best)
    }
}

/// Number of digits and signs in a label, without the full stops of abbreviations. Of two variants, the one with fewer
/// of them looks more like a name.
fn signs(label: &str) -> usize {
    label.chars().filter(|c| !c.is_alphabetic() && !c.is_whitespace() && *c != '.').count()
}

/// Whether two labels differ by at most one missing or additional letter in eight; another letter counts as two.
fn lacks_letters(shape: &Shape<'_>, centre: &Shape<'_>) -> bool {
    let allowed = (shape.classes.len().max(centre.classes.len()) / 8).max(1);
    // An edit changes one class of the set, and "rn" beside "m" two more.
    if (shape.letters ^ centre.letters).count_ones() as usize > allowed + 2 {
        return false;
    }
    let differ = |a: &[char], b: &[char]| {
        a.len().abs_diff(b.len()) <= allowed && a.len() + b.len() - 2 * common_letters(a, b) <= allowed
    };
    // Doubled letters count once in one of the two comparisons.
    differ(&shape.classes, &centre.classes) || differ(&shape.single, &centre.single)
}

/// The letters and digits of a label in order, with letters that are mistaken for one another as one letter.
fn classes(label: &str) -> Vec<char> {
    label.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).map(mistaken).collect()
}

/// Length of the longest common subsequence.
fn common_letters(a: &[char], b: &[char]) -> usize {
    let mut above = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let here = if x == y { diagonal + 1 } else { above[j].max(above[j + 1]) };
            diagonal = std::mem::replace(&mut above[j + 1], here);
        }
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(labels: &[(&'static str, usize)], is_recognised: bool) -> Vec<(String, String)> {
        joined_beside(labels, &[], is_recognised)
    }

    fn joined_beside(labels: &[(&'static str, usize)], list: &[&str], is_recognised: bool) -> Vec<(String, String)> {
        let prints = labels.iter().flat_map(|(label, n)| {
            std::iter::repeat_n(Print { label, is_label: true, is_listed: list.contains(label) }, *n)
        });
        let mut joined: Vec<_> = canonical_labels(Lexicon::builtin(), prints, || is_recognised).into_iter().collect();
        joined.sort();
        joined
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(print, label)| (print.to_string(), label.to_string())).collect()
    }

    #[test]
    fn forms_of_misreadings_are_joined_in_any_text() {
        let labels = [("Kirsty Williams", 4), ("Kirsty Wi1liams", 1), ("Kirsty WiIliams", 1), ("Huw Morris", 1)];
        let expected = pairs(&[("Kirsty Wi1liams", "Kirsty Williams"), ("Kirsty WiIliams", "Kirsty Williams")]);
        assert_eq!(joined(&labels, false), expected);
        assert_eq!(joined(&labels, true), expected);
        let honorifics = [("Hon. Bill Blair", 2), ("Hou. Bill Blair", 1)];
        assert_eq!(joined(&honorifics, false), pairs(&[("Hou. Bill Blair", "Hon. Bill Blair")]));
        assert_eq!(joined(&[("Mr. Hill", 9), ("Mr. Hil1", 2)], false), pairs(&[("Mr. Hil1", "Mr. Hill")]));
    }

    #[test]
    fn two_names_are_joined_only_in_recognised_print() {
        let labels = [("Kirsty Williams", 9), ("Kirsty Wiliams", 1), ("Kirsfy Williams", 1), ("Kisty Williams", 1)];
        assert_eq!(joined(&labels, false), []);
        assert_eq!(joined(&labels, true).len(), 3);
        let labels = [("Nicola Edwards", 19), ("Nicola Ewards", 1), ("Carol Shill", 20), ("Caol Shill", 2)];
        assert_eq!(joined(&labels, true).len(), 2);
    }

    #[test]
    fn two_people_are_never_joined() {
        let people: [&[(&str, usize)]; 13] = [
            &[("Claudia", 5), ("Claudio", 5)],
            &[("MR. BALL", 40), ("MR. HALL", 1)],
            &[("MR. HANSEN", 9), ("MR. HANSON", 1), ("MS. CHEN", 8), ("MS. CHAN", 1)],
            &[("Speaker C", 30), ("Speaker E", 1), ("Speaker 1", 30), ("Speaker l", 1)],
            &[("主席", 30), ("出席", 1), ("王明", 20), ("王朋", 1)],
            &[("Mr. Petersen", 40), ("Mrs. Petersen", 1)],
            &[("Marianne Holt", 12), ("Mariana Holt", 4)],
            &[("JH", 20), ("JB", 1)],
            &[("Speaker", 40), ("Speaker1", 1), ("Speaker 11", 30)],
            &[("Christina Moss", 40), ("Christine Moss", 1)],
            &[("Claudia Moss", 40), ("Claudio Moss", 1)],
            &[("Mario Antonelli", 12), ("Maria Antonelli", 4)],
            &[("Room 2.1", 12), ("Room 21", 1)],
        ];
        for labels in people {
            assert_eq!(joined(labels, false), [], "{labels:?}");
            assert_eq!(joined(labels, true), [], "{labels:?}");
        }
    }

    #[test]
    fn people_of_the_list_are_never_joined() {
        let labels = [("Kirsty Williams", 9), ("Kirsfy Williams", 1), ("Kirsty Wi1liams", 1)];
        assert_eq!(
            joined_beside(&labels, &["Kirsfy Williams"], true),
            pairs(&[("Kirsty Wi1liams", "Kirsty Williams")])
        );
    }

    #[test]
    fn spaces_points_and_capitals_make_no_other_label() {
        let labels = [("Mr. Ball", 2), ("MR BALL", 2), ("Speaker 1", 3), ("Speaker1", 1), ("SPEAKER 1", 1)];
        assert_eq!(
            joined(&labels, false),
            pairs(&[("Mr. Ball", "MR BALL"), ("SPEAKER 1", "Speaker 1"), ("Speaker1", "Speaker 1")])
        );
    }

    #[test]
    fn the_numbers_and_letters_of_people_are_no_misreadings() {
        let few = [
            "Mary Stone A",
            "MaryStone A",
            "Speaker 2",
            "Speaker 11",
            "Witness B",
            "Speaker",
            "Part II",
            "P12",
            "Speaker l",
        ];
        let many = ["Mary Stone AM", "Speaker 1", "Witness A", "Part I", "P1", "P11"];
        let labels: Vec<_> = few.map(|label| (label, 1)).into_iter().chain(many.map(|label| (label, 9))).collect();
        assert_eq!(
            joined(&labels, true),
            pairs(&[("Mary Stone A", "Mary Stone AM"), ("MaryStone A", "Mary Stone AM")])
        );
    }
}
