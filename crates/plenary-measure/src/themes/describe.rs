//! Themes to words: the terms that distinguish a theme from the others, and its label.
//!
//! **Input:** the distinct texts of each theme. **Output:** terms with weights, and a label. Words are Unicode words
//! (UAX 29) in lower case; languages without spaces between words are cut into single characters and get poor labels.
//! Forms of a word are one term, by the stemmer of the language. Vectors are not used. **Left to others:** which words are names.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use super::Wording;
use super::names::{Names, Seats};
use crate::stems::LanguageStemmer;
use crate::words::word_of;

const TERMS: usize = 10;
const LABEL_TERMS: usize = 3;
/// Separator between the terms of a label.
const LABEL_JOINT: &str = " · ";
/// Minimum number of texts of the theme in which a term occurs; if too few terms for a label remain, terms of single
/// texts are used too.
const REPEATED: u64 = 2;
/// A word is left out if at least this share of its occurrences is in one phrase.
const ABSORBED: f64 = 0.6;
/// Minimum normalised pointwise mutual information of the two words of a phrase.
const ASSOCIATED: f64 = 0.2;

/// Terms and label of a theme.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Description {
    pub label: String,
    /// Sorted by decreasing weight.
    pub terms: Vec<String>,
    pub weights: Vec<f32>,
}

/// Describes each theme by class-based TF-IDF (Grootendorst 2022, equation 2) over words and phrases:
///
/// `weight = tf / L * ln(1 + A / f)`
///
/// where `tf` is the number of occurrences of the term in the theme, `L` that of all terms in the theme, `f` that of
/// the term in all themes, and `A` the mean of `L` over themes. A phrase is a pair of adjacent words whose normalised pointwise mutual
/// information (Bouma 2009) over all texts is at least [`ASSOCIATED`]. Stop words, numbers, names of people and terms that share a word with
/// a better one are left out; a theme that has only stop words is described by them. A term is written in its most frequent form.
///
/// The label is the best term that is not the first of another label, then the next best ones. `known_labels` are labels that themes
/// have already; they are not changed. The label of a theme without words is empty. `procedure` is the theme of procedure.
pub(super) fn describe(
    themes: &[Vec<&str>],
    procedure: Option<usize>,
    known_labels: &[Option<&str>],
    wording: Wording,
) -> Vec<Description> {
    let language = wording.language.unwrap_or("en");
    let names = Names::find(themes, procedure, &wording);
    let mut vocabulary = Vocabulary::new(language);
    let mut leave_out: HashSet<&str> = stop_words(language);
    leave_out.extend(names.words());
    let seats = Seats::new(wording.seats);
    let mut chosen = weigh(themes, &leave_out, &seats, &mut vocabulary);
    let bare: Vec<usize> = (0..themes.len()).filter(|&theme| chosen[theme].is_empty()).collect();
    if !bare.is_empty() {
        let with_stop_words = weigh(themes, &HashSet::new(), &seats, &mut vocabulary);
        for theme in bare {
            chosen[theme].clone_from(&with_stop_words[theme]);
        }
    }
    let heads = heads(&chosen, procedure, known_labels, &mut vocabulary);
    chosen.iter().zip(heads).map(|(terms, head)| description(terms, head)).collect()
}

/// A term of a theme.
#[derive(Debug, Clone, PartialEq)]
struct Chosen {
    term: Term,
    spelling: String,
    weight: f64,
}

fn description(terms: &[Chosen], head: usize) -> Description {
    let rest = (0..terms.len()).filter(|&at| at != head);
    let of_label: Vec<&str> = terms
        .get(head)
        .map(|_| head)
        .into_iter()
        .chain(rest)
        .take(LABEL_TERMS)
        .map(|at| &*terms[at].spelling)
        .collect();
    Description {
        label: of_label.join(LABEL_JOINT),
        terms: terms.iter().map(|term| term.spelling.clone()).collect(),
        weights: terms.iter().map(|term| term.weight as f32).collect(),
    }
}

/// The position of the first term of each label. The theme for which a term weighs most has it first; if all terms of a theme are the first
/// of others, its best one.
fn heads(
    chosen: &[Vec<Chosen>],
    procedure: Option<usize>,
    known_labels: &[Option<&str>],
    vocabulary: &mut Vocabulary,
) -> Vec<usize> {
    let mut taken: HashSet<Term> = known_labels
        .iter()
        .flatten()
        .filter_map(|label| vocabulary.term_of(label.split(LABEL_JOINT).next()?))
        .collect();
    let mut heads = vec![0; chosen.len()];
    let is_open = |theme: &usize| known_labels.get(*theme).is_none_or(Option::is_none) && Some(*theme) != procedure;
    let mut open: Vec<usize> = (0..chosen.len()).filter(is_open).collect();
    while !open.is_empty() {
        let free = |theme: usize| chosen[theme].iter().position(|term| !taken.contains(&term.term));
        let weight = |theme: usize| free(theme).map_or(f64::NEG_INFINITY, |at| chosen[theme][at].weight);
        // `max_by` keeps the last of equal elements: the order is reversed so that ties go to the first theme.
        let Some(place) = (0..open.len()).rev().max_by(|&a, &b| weight(open[a]).total_cmp(&weight(open[b]))) else {
            break;
        };
        let theme = open.remove(place);
        if let Some(at) = free(theme) {
            heads[theme] = at;
            taken.insert(chosen[theme][at].term);
        }
    }
    heads
}

/// The stop words of a language, by the first part of its ISO code; empty for a language without a list.
fn stop_words(language: &str) -> HashSet<&'static str> {
    let code = language.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    stop_words::lookup(code).unwrap_or_default().iter().copied().collect()
}

/// A word, or two adjacent words, by the numbers of their stems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Term {
    Word(u32),
    Pair(u32, u32),
}

#[derive(Debug, Clone, Default)]
struct Count {
    /// Occurrences.
    tf: u64,
    /// Texts in which the term occurs.
    df: u64,
    /// The last text that was counted, so that `df` counts each text once.
    last_text: usize,
    /// How often each form occurs, by the numbers of its words.
    forms: Vec<(Term, u64)>,
}

impl Count {
    fn add(&mut self, text: usize, form: Term) {
        if self.tf == 0 || self.last_text != text {
            self.df += 1;
        }
        self.tf += 1;
        self.last_text = text;
        match self.forms.iter_mut().find(|(known, _)| *known == form) {
            Some((_, n)) => *n += 1,
            None => self.forms.push((form, 1)),
        }
    }
}

type Counts = HashMap<Term, Count>;

fn weigh(
    themes: &[Vec<&str>],
    leave_out: &HashSet<&str>,
    seats: &Seats,
    vocabulary: &mut Vocabulary,
) -> Vec<Vec<Chosen>> {
    let counts: Vec<Counts> = themes.iter().map(|texts| count(texts, leave_out, seats, vocabulary)).collect();
    let mut everywhere: HashMap<Term, u64> = HashMap::new();
    let mut lengths = Vec::with_capacity(themes.len());
    for theme in &counts {
        lengths.push(theme.values().map(|count| count.tf).sum::<u64>());
        for (term, count) in theme {
            *everywhere.entry(*term).or_default() += count.tf;
        }
    }
    let n_words: u64 = everywhere.iter().filter(|(term, _)| matches!(term, Term::Word(_))).map(|(_, n)| n).sum();
    let is_associated = |a: u32, b: u32| {
        let n = |term: Term| everywhere.get(&term).copied().unwrap_or(0) as f64;
        npmi(n(Term::Pair(a, b)), n(Term::Word(a)), n(Term::Word(b)), n_words as f64) >= ASSOCIATED
    };
    let mean_length = lengths.iter().sum::<u64>() as f64 / themes.len().max(1) as f64;
    let weight = |term: &Term, count: &Count, length: u64| {
        let f = everywhere.get(term).copied().unwrap_or(count.tf) as f64;
        count.tf as f64 / length as f64 * (mean_length / f).ln_1p()
    };
    counts
        .iter()
        .zip(&lengths)
        .map(|(counts, &length)| {
            let terms = |least_texts| {
                let weight = |term: &Term, count: &Count| weight(term, count, length);
                let ranked = candidates(counts, least_texts, vocabulary, is_associated, weight);
                choose(ranked, vocabulary)
            };
            let repeated = terms(REPEATED);
            if repeated.len() < LABEL_TERMS { terms(1) } else { repeated }
        })
        .collect()
}

/// Normalised pointwise mutual information of two adjacent words, in [-1, 1] (Bouma 2009), from how often the pair, each of them and all
/// words occur.
fn npmi(pair: f64, first: f64, second: f64, all: f64) -> f64 {
    if pair >= all {
        return 1.0;
    }
    (pair * all / (first * second)).ln() / -(pair / all).ln()
}

/// The terms that can describe a theme, sorted by decreasing weight, then by spelling: words in at least `least_texts`
/// texts that do not mostly occur in one phrase, and repeated phrases whose words belong together.
fn candidates(
    counts: &Counts,
    least_texts: u64,
    vocabulary: &Vocabulary,
    is_associated: impl Fn(u32, u32) -> bool,
    weight: impl Fn(&Term, &Count) -> f64,
) -> Vec<Chosen> {
    let is_phrase = |a: u32, b: u32, count: &Count| count.df >= REPEATED && is_associated(a, b);
    // How often the most frequent phrase of each word occurs.
    let mut in_phrase: HashMap<u32, u64> = HashMap::new();
    for (term, count) in counts {
        if let Term::Pair(a, b) = *term
            && is_phrase(a, b, count)
        {
            for word in [a, b] {
                let most = in_phrase.entry(word).or_default();
                *most = (*most).max(count.tf);
            }
        }
    }
    let fit = |term: &Term, count: &Count| match *term {
        Term::Pair(a, b) => is_phrase(a, b, count),
        Term::Word(word) => {
            let in_phrase = in_phrase.get(&word).copied().unwrap_or(0) as f64;
            count.df >= least_texts && in_phrase < ABSORBED * count.tf as f64
        }
    };
    let mut ranked: Vec<Chosen> = counts
        .iter()
        .filter(|(term, count)| fit(term, count))
        .map(|(term, count)| Chosen { term: *term, spelling: vocabulary.spell(count), weight: weight(term, count) })
        .collect();
    ranked.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.spelling.cmp(&b.spelling)));
    ranked
}

/// The best terms, no two of which share a word or a form of it.
fn choose(ranked: Vec<Chosen>, vocabulary: &Vocabulary) -> Vec<Chosen> {
    let mut chosen: Vec<Chosen> = Vec::new();
    let mut used: Vec<u32> = Vec::new();
    for term in ranked {
        let words = match term.term {
            Term::Word(word) => vec![word],
            Term::Pair(a, b) => vec![a, b],
        };
        if words.iter().any(|word| used.iter().any(|other| vocabulary.is_same(*word, *other))) {
            continue;
        }
        used.extend(words);
        chosen.push(term);
        if chosen.len() == TERMS {
            break;
        }
    }
    chosen
}

/// Numbers for words and for their stems.
struct Vocabulary {
    stemmer: LanguageStemmer,
    /// Number of a word, and of its stem.
    number: HashMap<String, (u32, u32)>,
    words: Vec<String>,
    stem_number: HashMap<String, u32>,
    stems: Vec<String>,
}

impl Vocabulary {
    fn new(language: &str) -> Self {
        let (number, stem_number) = (HashMap::new(), HashMap::new());
        Self { stemmer: LanguageStemmer::of(language), number, words: Vec::new(), stem_number, stems: Vec::new() }
    }

    /// The numbers of a word and of its stem.
    fn intern(&mut self, word: String) -> (u32, u32) {
        if let Some(&numbers) = self.number.get(&word) {
            return numbers;
        }
        let stem = self.stemmer.stem(&word);
        let next = self.stems.len() as u32;
        let stem_number = *self.stem_number.entry(stem.clone()).or_insert(next);
        if stem_number == next {
            self.stems.push(stem);
        }
        let numbers = (self.words.len() as u32, stem_number);
        self.words.push(word.clone());
        self.number.insert(word, numbers);
        numbers
    }

    /// The term that is written like this; `None` if it does not have one or two words.
    fn term_of(&mut self, spelling: &str) -> Option<Term> {
        let mut stems = spelling.split(' ').map(|word| self.intern(word.to_owned()).1).collect::<Vec<_>>().into_iter();
        match (stems.next(), stems.next(), stems.next()) {
            (Some(word), None, None) => Some(Term::Word(word)),
            (Some(a), Some(b), None) => Some(Term::Pair(a, b)),
            _ => None,
        }
    }

    /// Whether two stems are of the same word.
    fn is_same(&self, a: u32, b: u32) -> bool {
        a == b || self.stemmer.are_forms(&self.stems[a as usize], &self.stems[b as usize])
    }

    /// The most frequent form of a term; of equally frequent ones the shortest, then the first of the alphabet.
    fn spell(&self, count: &Count) -> String {
        let spelled = count.forms.iter().map(|(form, n)| {
            let spelling = match *form {
                Term::Word(word) => self.words[word as usize].clone(),
                Term::Pair(a, b) => format!("{} {}", self.words[a as usize], self.words[b as usize]),
            };
            (std::cmp::Reverse(*n), spelling.chars().count(), spelling)
        });
        spelled.min().map(|(.., spelling)| spelling).unwrap_or_default()
    }
}

fn count(texts: &[&str], leave_out: &HashSet<&str>, seats: &Seats, vocabulary: &mut Vocabulary) -> Counts {
    let words: Vec<Vec<Word>> = texts.par_iter().map(|text| words_of(text, leave_out, seats)).collect();
    let mut counts: Counts = HashMap::new();
    for (number, words) in words.into_iter().enumerate() {
        let mut before: Option<(u32, u32)> = None;
        for Word { word, is_joined } in words {
            let (word, stem) = vocabulary.intern(word);
            counts.entry(Term::Word(stem)).or_default().add(number, Term::Word(word));
            if let Some((first, first_stem)) = before.filter(|(_, first)| is_joined && *first != stem) {
                counts.entry(Term::Pair(first_stem, stem)).or_default().add(number, Term::Pair(first, word));
            }
            before = Some((word, stem));
        }
    }
    counts
}

/// A word that may be a term.
struct Word {
    word: String,
    /// It may be the second word of a phrase with the one before.
    is_joined: bool,
}

/// The words of a text that may be terms.
fn words_of(text: &str, leave_out: &HashSet<&str>, seats: &Seats) -> Vec<Word> {
    let raw: Vec<(usize, &str)> = text.unicode_word_indices().collect();
    let in_seat = seats.places(&raw);
    let mut words = Vec::with_capacity(raw.len());
    // The end of the word before, if it may begin a phrase.
    let mut before: Option<usize> = None;
    for ((start, raw), in_seat) in raw.into_iter().zip(in_seat) {
        let word = word_of(raw).filter(|word| !in_seat && !leave_out.contains(word.as_str()));
        let end = word.is_some().then_some(start + raw.len());
        let is_joined = before.is_some_and(|before| joins(&text[before..start]));
        words.extend(word.map(|word| Word { word, is_joined }));
        before = end;
    }
    words
}

/// Whether two words with this text between them form a phrase: only spaces or a hyphen.
fn joins(between: &str) -> bool {
    between.chars().all(|c| c.is_whitespace() || matches!(c, '-' | '\u{2010}' | '\u{2011}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(themes: &[Vec<&str>], language: Option<&str>) -> Vec<Description> {
        describe(themes, None, &[], Wording { language, ..Wording::default() })
    }

    #[test]
    fn a_phrase_stands_for_its_words_and_no_two_terms_overlap() {
        let climate = vec![
            "Climate change threatens the coast.",
            "We must adapt to climate change, and emissions must fall.",
            "Climate change is about emissions.",
        ];
        let trade = vec!["Tariffs hurt trade.", "Free trade needs lower tariffs.", "The tariff on steel hurts trade."];
        let found = described(&[climate, trade], Some("en"));
        assert_eq!(found[0].terms[0], "climate change");
        assert!(found[0].label.starts_with("climate change · emissions"), "{}", found[0].label);
        let words: Vec<&str> = found[1].terms.iter().flat_map(|t| t.split(' ')).collect();
        assert_eq!(words.iter().filter(|w| w.starts_with("tariff")).count(), 1, "{words:?}");
        assert!(found[0].weights.is_sorted_by(|a, b| a >= b));
    }

    #[test]
    fn stop_words_numbers_and_phrases_over_a_comma_are_left_out() {
        let found =
            described(&[vec!["In 2017 the courts, judges and 300 of the juries", "The courts, judges, juries"]], None);
        assert_eq!(found[0].terms, ["courts", "judges", "juries"]);
    }

    #[test]
    fn a_theme_of_stop_words_is_still_described() {
        let found = described(&[vec!["We were there.", "They were not."], vec!["Budget deficits grow."]], Some("en"));
        assert!(!found[0].label.is_empty());
        assert_eq!(described(&[vec!["...", "12"]], None)[0].label, "");
        assert!(described(&[], None).is_empty());
    }

    #[test]
    fn forms_of_a_word_are_one_term_in_its_most_frequent_form() {
        let texts = vec![
            "The right of tenants, and the rights of landlords.",
            "Rights come with the tenant.",
            "Human rights, tenant rights.",
        ];
        let found = described(&[texts], Some("en"));
        assert_eq!(found[0].terms[..2], ["rights", "tenant"]);
        let german = vec!["Die Schule und die Schulen.", "Viele Schulen, eine Schule, alle Schulen, der Lehrer."];
        assert_eq!(described(&[german], Some("de"))[0].terms[0], "schulen");
    }

    #[test]
    fn words_that_only_happen_to_be_adjacent_are_no_phrase() {
        assert!((npmi(10.0, 10.0, 10.0, 1000.0) - 1.0).abs() < 1e-12, "always together");
        assert!(npmi(4.0, 200.0, 20.0, 1000.0).abs() < 1e-12, "as often as by chance");
        assert!(npmi(1.0, 200.0, 200.0, 1000.0) < 0.0);
        assert_eq!(npmi(1.0, 1.0, 1.0, 1.0), 1.0);
    }

    #[test]
    fn no_two_labels_begin_with_the_same_term() {
        let water = |other: &'static str| vec![other, other, "Water is short.", "Water costs money, water rises."];
        let themes = [water("Water for crops and wheat."), water("Water in mains and sewers."), water("Water, rents.")];
        let known = [None, None, Some("water · rents")];
        let found = describe(&themes, None, &known, Wording { language: Some("en"), ..Wording::default() });
        let head = |at: usize| found[at].label.split(LABEL_JOINT).next().unwrap().to_owned();
        assert!(head(0) != head(1) && head(0) != "water" && head(1) != "water", "{found:?}");
        assert!(found.iter().all(|theme| theme.weights.is_sorted_by(|a, b| a >= b)));
        let found = described(&themes, Some("en"));
        let heads: HashSet<&str> = found.iter().filter_map(|theme| theme.label.split(LABEL_JOINT).next()).collect();
        assert_eq!(heads.len(), themes.len(), "{found:?}");
    }

    #[test]
    fn stop_words_follow_the_language() {
        let found = described(&[vec!["der Haushalt und die Steuer", "der Haushalt und die Steuer"]], Some("de-DE"));
        assert_eq!(found[0].terms, ["haushalt", "steuer"]);
    }
}
