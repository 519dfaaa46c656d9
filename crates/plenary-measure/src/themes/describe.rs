//! Themes to words: the terms that distinguish a theme from the others, and its label.
//!
//! **Input:** the distinct texts of each theme. **Output:** terms with weights, and a label. Words are Unicode words
//! (UAX 29) in lower case; languages without spaces between words are cut into single characters and get poor labels.
//! Vectors are not used.

use std::collections::{BTreeSet, HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use super::Wording;

const TERMS: usize = 10;
const LABEL_TERMS: usize = 3;
/// Separator between the terms of a label.
const LABEL_JOINT: &str = " · ";
/// Minimum number of texts of the theme in which a term occurs; if too few terms for a label remain, terms of single
/// texts are used too.
const REPEATED: u64 = 2;
/// A word is left out if at least this share of its occurrences is in one phrase.
const ABSORBED: f64 = 0.6;

/// Terms and label of a theme.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Description {
    pub label: String,
    /// Sorted by decreasing weight.
    pub terms: Vec<String>,
    pub weights: Vec<f32>,
}

/// Describes each theme by class-based TF-IDF (Grootendorst 2022, equation 2) over words and pairs of adjacent words:
///
/// `weight = tf / L * ln(1 + A / f)`
///
/// where `tf` is the number of occurrences of the term in the theme, `L` that of all terms in the theme, `f` that of
/// the term in all themes, and `A` the mean of `L` over themes. Stop words, numbers and terms that are too similar to a
/// better one are left out; a theme that has only stop words is described by them. The label of a theme without words
/// is empty.
pub(super) fn describe(themes: &[Vec<&str>], wording: &Wording) -> Vec<Description> {
    let mut stop: HashSet<&str> = stop_words(wording.language.unwrap_or("en"));
    let names = names_in(themes, &wording.names);
    stop.extend(names.iter().map(String::as_str));
    let mut described = weigh(themes, &stop);
    let none = HashSet::new();
    let bare: Vec<usize> = (0..themes.len()).filter(|&t| described[t].terms.is_empty()).collect();
    if !bare.is_empty() {
        let with_stop_words = weigh(themes, &none);
        for theme in bare {
            described[theme] = with_stop_words[theme].clone();
        }
    }
    described
}

/// The words of the texts that are among `names`, whatever their accents, and that have a capital letter in more than half of their
/// occurrences within a sentence: names of people, and not words that are also names.
fn names_in(themes: &[Vec<&str>], names: &BTreeSet<String>) -> HashSet<String> {
    let names: HashSet<String> = names.iter().map(|name| without_accents(name)).collect();
    let mut counts: HashMap<String, (usize, usize)> = HashMap::new();
    for text in themes.iter().flatten() {
        for (at, raw) in text.unicode_word_indices() {
            let Some(word) = word_of(raw).filter(|word| names.contains(&without_accents(word))) else { continue };
            let before = text[..at].trim_end().chars().next_back();
            let (capital, within) = counts.entry(word).or_default();
            if before.is_some_and(|before| !".!?:\"\u{201c}\u{201d}".contains(before)) {
                *capital += usize::from(raw.chars().next().is_some_and(char::is_uppercase));
                *within += 1;
            }
        }
    }
    // A name that only begins sentences is a name.
    let is_name = |(capital, within): &(usize, usize)| *within == 0 || 2 * capital > *within;
    counts.into_iter().filter(|(_, count)| is_name(count)).map(|(word, _)| word).collect()
}

fn without_accents(word: &str) -> String {
    word.nfd().filter(|c| !is_combining_mark(*c)).collect()
}

/// The stop words of a language, by the first part of its ISO code; empty for a language without a list.
fn stop_words(language: &str) -> HashSet<&'static str> {
    let code = language.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    stop_words::lookup(code).unwrap_or_default().iter().copied().collect()
}

/// A word, or two adjacent words, by their numbers in the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Term {
    Word(u32),
    Pair(u32, u32),
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// Occurrences.
    tf: u64,
    /// Texts in which the term occurs.
    df: u64,
    /// The last text that was counted, so that `df` counts each text once.
    last_text: usize,
}

fn weigh(themes: &[Vec<&str>], stop: &HashSet<&str>) -> Vec<Description> {
    let mut vocabulary = Vocabulary::default();
    let counts: Vec<HashMap<Term, Count>> = themes.iter().map(|texts| count(texts, stop, &mut vocabulary)).collect();
    let mut everywhere: HashMap<Term, u64> = HashMap::new();
    let mut lengths = Vec::with_capacity(themes.len());
    for theme in &counts {
        lengths.push(theme.values().map(|count| count.tf).sum::<u64>());
        for (term, count) in theme {
            *everywhere.entry(*term).or_default() += count.tf;
        }
    }
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
                let ranked = candidates(counts, least_texts, &vocabulary, |term, count| weight(term, count, length));
                choose(ranked, &vocabulary)
            };
            let repeated = terms(REPEATED);
            if repeated.terms.len() < LABEL_TERMS { terms(1) } else { repeated }
        })
        .collect()
}

/// The terms that can describe a theme, sorted by decreasing weight, then by spelling: words in at least `least_texts`
/// texts that do not mostly occur in one phrase, and repeated phrases.
fn candidates(
    counts: &HashMap<Term, Count>,
    least_texts: u64,
    vocabulary: &Vocabulary,
    weight: impl Fn(&Term, &Count) -> f64,
) -> Vec<(Term, f64)> {
    // How often the most frequent phrase of each word occurs.
    let mut in_phrase: HashMap<u32, u64> = HashMap::new();
    for (term, count) in counts {
        if let Term::Pair(a, b) = *term
            && count.df >= REPEATED
        {
            for word in [a, b] {
                let most = in_phrase.entry(word).or_default();
                *most = (*most).max(count.tf);
            }
        }
    }
    let fit = |term: &Term, count: &Count| match term {
        Term::Pair(..) => count.df >= REPEATED,
        Term::Word(word) => {
            let in_phrase = in_phrase.get(word).copied().unwrap_or(0) as f64;
            count.df >= least_texts && in_phrase < ABSORBED * count.tf as f64
        }
    };
    let mut ranked: Vec<(Term, f64)> = counts
        .iter()
        .filter(|(term, count)| fit(term, count))
        .map(|(term, count)| (*term, weight(term, count)))
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| vocabulary.spell(a.0).cmp(&vocabulary.spell(b.0))));
    ranked
}

/// The best terms, no two of which share a word or a form of it.
fn choose(ranked: Vec<(Term, f64)>, vocabulary: &Vocabulary) -> Description {
    let mut chosen = Description::default();
    let mut used: Vec<&str> = Vec::new();
    for (term, weight) in ranked {
        let words = vocabulary.words_of(term);
        if words.iter().any(|word| used.iter().any(|other| same_stem(word, other))) {
            continue;
        }
        used.extend(words);
        chosen.terms.push(vocabulary.spell(term));
        chosen.weights.push(weight as f32);
        if chosen.terms.len() == TERMS {
            break;
        }
    }
    chosen.label = chosen.terms[..chosen.terms.len().min(LABEL_TERMS)].join(LABEL_JOINT);
    chosen
}

/// Whether two words look like forms of one word ("company", "companies"): they share all letters of the shorter word
/// except possibly the last, and the longer has at most three letters after the shared ones. Made for suffixes; an
/// occasional error only costs a term.
fn same_stem(a: &str, b: &str) -> bool {
    let (a_len, b_len) = (a.chars().count(), b.chars().count());
    let common = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let (short, long) = (a_len.min(b_len), a_len.max(b_len));
    match short {
        0..=2 => a == b,
        3 => common == 3 && long <= 4,
        _ => common + 1 >= short && long - common <= 3,
    }
}

#[derive(Default)]
struct Vocabulary {
    number: HashMap<String, u32>,
    words: Vec<String>,
}

impl Vocabulary {
    fn intern(&mut self, word: String) -> u32 {
        if let Some(&number) = self.number.get(&word) {
            return number;
        }
        let number = self.words.len() as u32;
        self.words.push(word.clone());
        self.number.insert(word, number);
        number
    }

    fn words_of(&self, term: Term) -> Vec<&str> {
        match term {
            Term::Word(word) => vec![&self.words[word as usize]],
            Term::Pair(a, b) => vec![&self.words[a as usize], &self.words[b as usize]],
        }
    }

    fn spell(&self, term: Term) -> String {
        self.words_of(term).join(" ")
    }
}

fn count(texts: &[&str], stop: &HashSet<&str>, vocabulary: &mut Vocabulary) -> HashMap<Term, Count> {
    let mut counts: HashMap<Term, Count> = HashMap::new();
    for (number, text) in texts.iter().enumerate() {
        let mut add = |term: Term| {
            let count = counts.entry(term).or_default();
            if count.tf == 0 || count.last_text != number {
                count.df += 1;
            }
            count.tf += 1;
            count.last_text = number;
        };
        // The previous word and its end, if it may begin a phrase.
        let mut before: Option<(u32, usize)> = None;
        for (start, raw) in text.unicode_word_indices() {
            let Some(word) = word_of(raw).filter(|word| !stop.contains(word.as_str())) else {
                before = None;
                continue;
            };
            let word = vocabulary.intern(word);
            add(Term::Word(word));
            if let Some((first, end)) = before
                && first != word
                && joins(&text[end..start])
            {
                add(Term::Pair(first, word));
            }
            before = Some((word, start + raw.len()));
        }
    }
    counts
}

/// A word as it is counted: in lower case, without a possessive; `None` for numbers and single letters.
fn word_of(raw: &str) -> Option<String> {
    let lower = raw.to_lowercase().replace('\u{2019}', "'");
    let word = lower.strip_suffix("'s").unwrap_or(&lower);
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    // A single ideograph can be a word; a single letter of an alphabet cannot.
    let enough = letters >= 2 || (letters == 1 && (word.chars().count() > 1 || !word.is_ascii()));
    enough.then(|| word.to_string())
}

/// Whether two words with this text between them form a phrase: only spaces or a hyphen.
fn joins(between: &str) -> bool {
    between.chars().all(|c| c.is_whitespace() || matches!(c, '-' | '\u{2010}' | '\u{2011}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_language(language: Option<&str>) -> Wording<'_> {
        Wording { language, ..Wording::default() }
    }

    #[test]
    fn a_phrase_stands_for_its_words_and_no_two_terms_overlap() {
        let climate = vec![
            "Climate change threatens the coast.",
            "We must adapt to climate change, and emissions must fall.",
            "Climate change is about emissions.",
        ];
        let trade = vec!["Tariffs hurt trade.", "Free trade needs lower tariffs.", "The tariff on steel hurts trade."];
        let found = describe(&[climate, trade], &in_language(Some("en")));
        assert_eq!(found[0].terms[0], "climate change");
        assert!(found[0].label.starts_with("climate change · emissions"), "{}", found[0].label);
        let words: Vec<&str> = found[1].terms.iter().flat_map(|t| t.split(' ')).collect();
        assert_eq!(words.iter().filter(|w| w.starts_with("tariff")).count(), 1, "{words:?}");
        assert!(found[0].weights.is_sorted_by(|a, b| a >= b));
    }

    #[test]
    fn names_of_people_are_not_terms_but_words_that_are_also_names_are() {
        let texts = vec![
            "I ask Siân about the bank.",
            "Thank you, Sian. The bank on the hill pays.",
            "The hill and the bank, Siân.",
        ];
        let names = ["sian", "hill"].map(String::from).into_iter().collect();
        let found = describe(&[texts], &Wording { language: Some("en"), names });
        assert!(found[0].terms.iter().all(|term| !term.contains("si")), "{:?}", found[0].terms);
        assert!(found[0].terms.contains(&"hill".to_owned()) && found[0].terms.contains(&"bank".to_owned()));
    }

    #[test]
    fn stop_words_numbers_and_phrases_over_a_comma_are_left_out() {
        let found = describe(
            &[vec!["In 2017 the courts, judges and 300 of the juries", "The courts, judges, juries"]],
            &in_language(None),
        );
        assert_eq!(found[0].terms, ["courts", "judges", "juries"]);
    }

    #[test]
    fn a_theme_of_stop_words_is_still_described() {
        let found = describe(
            &[vec!["We were there.", "They were not."], vec!["Budget deficits grow."]],
            &in_language(Some("en")),
        );
        assert!(!found[0].label.is_empty());
        assert_eq!(describe(&[vec!["...", "12"]], &in_language(None))[0].label, "");
        assert!(describe(&[], &in_language(None)).is_empty());
    }

    #[test]
    fn forms_of_a_word_are_one() {
        for (a, b) in [("company", "companies"), ("server", "servers"), ("tax", "tax"), ("law", "laws")] {
            assert!(same_stem(a, b) && same_stem(b, a), "{a} {b}");
        }
        for (a, b) in [("internet", "international"), ("trade", "tariff"), ("eu", "europe"), ("war", "warming")] {
            assert!(!same_stem(a, b), "{a} {b}");
        }
    }

    #[test]
    fn stop_words_follow_the_language() {
        let found = describe(
            &[vec!["der Haushalt und die Steuer", "der Haushalt und die Steuer"]],
            &in_language(Some("de-DE")),
        );
        assert_eq!(found[0].terms, ["haushalt", "steuer"]);
    }
}
