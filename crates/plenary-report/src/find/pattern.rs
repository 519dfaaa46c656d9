//! Patterns and their matches in a text.
//!
//! **Input:** a pattern and how it is meant; texts with their document. **Output:** the matches, as ranges of bytes at borders of characters,
//! never empty. **Refused:** a pattern without words, or that is not a valid regular expression. **Left to others:** where texts come from.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use plenary_measure::stems::LanguageStemmer;
use regex::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;
use unicode_segmentation::UnicodeSegmentation;

use super::FindOptions;
use crate::ReportError;

/// What a pattern is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// Words as they are; any white space fits the white space between them.
    #[default]
    Phrase,
    /// A regular expression.
    Regex,
    /// Words in all their forms, by the stemmer of the document's language. A match is one of whole words.
    Stem,
}

/// Largest number of words of a pattern of [`Kind::Stem`]: one bit each.
const MOST_WORDS: usize = 64;

/// A pattern that is ready.
pub(super) enum Matcher {
    Regex(Regex),
    Stems(Stems),
}

/// Words to compare by their stems.
pub(super) struct Stems {
    words: Vec<String>,
    /// The language of each document.
    languages: FxHashMap<String, String>,
}

impl Matcher {
    pub(super) fn new(options: &FindOptions, languages: FxHashMap<String, String>) -> Result<Self, ReportError> {
        let pattern = options.pattern.as_str();
        if pattern.trim().is_empty() {
            return Err(ReportError::NoPattern);
        }
        if options.kind == Kind::Stem {
            let words: Vec<String> = pattern.unicode_words().map(str::to_lowercase).collect();
            if words.is_empty() {
                return Err(ReportError::NoPattern);
            }
            if words.len() > MOST_WORDS {
                let found = format!("one of {} words", words.len());
                return Err(ReportError::Option { option: "pattern", found, expected: "at most 64 words" });
            }
            return Ok(Self::Stems(Stems { words, languages }));
        }
        let expression = match options.kind {
            Kind::Regex => pattern.to_owned(),
            _ => pattern.split_whitespace().map(regex::escape).collect::<Vec<_>>().join(r"\s+"),
        };
        let expression =
            if options.word { format!(r"\b{{start-half}}(?:{expression})\b{{end-half}}") } else { expression };
        let built = RegexBuilder::new(&expression).case_insensitive(!options.case).build();
        let wrong = |error: regex::Error| ReportError::Regex {
            pattern: pattern.to_owned(),
            // The last line says what is wrong; those before it show the expression.
            problem: error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
        };
        Ok(Self::Regex(built.map_err(wrong)?))
    }

    /// What one thread needs to search.
    pub(super) fn scanner(&self) -> Scanner<'_> {
        match self {
            // A clone has memory of its own, so that threads do not wait for each other.
            Self::Regex(regex) => Scanner::Regex(regex.clone()),
            Self::Stems(stems) => Scanner::Stems(StemScanner { stems, by_language: HashMap::new() }),
        }
    }

    /// Languages of documents without a stemmer.
    pub(super) fn without_stemmer(&self) -> BTreeSet<String> {
        match self {
            Self::Regex(_) => BTreeSet::new(),
            Self::Stems(stems) => {
                stems.languages.values().filter(|language| !LanguageStemmer::of(language).is_known()).cloned().collect()
            }
        }
    }
}

pub(super) enum Scanner<'m> {
    Regex(Regex),
    Stems(StemScanner<'m>),
}

impl Scanner<'_> {
    pub(super) fn matches(&mut self, text: &str, document: Option<&str>) -> Vec<Range<usize>> {
        match self {
            Self::Regex(regex) => {
                regex.find_iter(text).filter(|found| !found.is_empty()).map(|found| found.range()).collect()
            }
            Self::Stems(scanner) => scanner.matches(text, document),
        }
    }
}

pub(super) struct StemScanner<'m> {
    stems: &'m Stems,
    by_language: HashMap<&'m str, OfLanguage>,
}

/// The words of the pattern in one language.
struct OfLanguage {
    stemmer: LanguageStemmer,
    wanted: Vec<String>,
    /// For each word seen so far, the words of the pattern that have the same stem, one bit each.
    seen: FxHashMap<String, u64>,
}

impl OfLanguage {
    fn new(language: &str, words: &[String]) -> Self {
        let stemmer = LanguageStemmer::of(language);
        let wanted = words.iter().map(|word| stemmer.stem(word)).collect();
        Self { stemmer, wanted, seen: FxHashMap::default() }
    }

    fn bits(&mut self, word: &str) -> u64 {
        if let Some(bits) = self.seen.get(word) {
            return *bits;
        }
        let stem = self.stemmer.stem(&word.to_lowercase());
        let bits = self.wanted.iter().enumerate().filter(|(_, wanted)| **wanted == stem).map(|(at, _)| 1 << at).sum();
        self.seen.insert(word.to_owned(), bits);
        bits
    }
}

impl StemScanner<'_> {
    fn matches(&mut self, text: &str, document: Option<&str>) -> Vec<Range<usize>> {
        let stems = self.stems;
        let language = document.and_then(|document| stems.languages.get(document)).map_or("", String::as_str);
        let of_language = self.by_language.entry(language).or_insert_with(|| OfLanguage::new(language, &stems.words));
        let n = stems.words.len();
        let words: Vec<(Range<usize>, u64)> = text
            .unicode_word_indices()
            .map(|(start, word)| (start..start + word.len(), of_language.bits(word)))
            .collect();
        let mut found = Vec::new();
        let mut first = 0;
        while first + n <= words.len() {
            if (0..n).all(|at| words[first + at].1 >> at & 1 == 1) {
                found.push(words[first].0.start..words[first + n - 1].0.end);
                first += n;
            } else {
                first += 1;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched<'t>(options: &FindOptions, text: &'t str, language: &str) -> Vec<&'t str> {
        let languages = [("d".to_owned(), language.to_owned())].into_iter().collect();
        let matcher = Matcher::new(options, languages).unwrap();
        matcher.scanner().matches(text, Some("d")).into_iter().map(|at| &text[at]).collect()
    }

    fn phrase(pattern: &str) -> FindOptions {
        FindOptions { pattern: pattern.into(), ..FindOptions::default() }
    }

    #[test]
    fn a_phrase_is_literal_and_white_space_is_any() {
        assert_eq!(matched(&phrase("a.b (c)"), "axb (c) A.B\u{a0}(C)", "en"), ["A.B\u{a0}(C)"]);
        assert_eq!(matched(&phrase("tax"), "Taxes and a TAX", "en"), ["Tax", "TAX"]);
        assert_eq!(matched(&FindOptions { word: true, ..phrase("tax") }, "Taxes and a TAX", "en"), ["TAX"]);
        assert_eq!(matched(&FindOptions { word: true, ..phrase("$5") }, "cost $5, not $50", "en"), ["$5"]);
        assert_eq!(matched(&FindOptions { case: true, ..phrase("Tax") }, "Taxes, taxes", "en"), ["Tax"]);
        assert_eq!(matched(&phrase("straße"), "STRASSE Straße", "de"), ["Straße"]);
    }

    #[test]
    fn a_regular_expression_has_no_empty_matches() {
        let options = FindOptions { kind: Kind::Regex, ..phrase("b.d|x*") };
        assert_eq!(matched(&options, "bad xx 😀", "en"), ["bad", "xx"]);
    }

    #[test]
    fn stems_find_word_forms_of_the_language() {
        let options = FindOptions { kind: Kind::Stem, ..phrase("paying taxes") };
        assert_eq!(
            matched(&options, "He pays the tax. They Paid, pay tax; paying taxes.", "en"),
            ["pay tax", "paying taxes"]
        );
        assert_eq!(matched(&options, "pay tax, paying taxes", "zz"), ["paying taxes"]);
        let options = FindOptions { kind: Kind::Stem, ..phrase("Steuern") };
        assert_eq!(matched(&options, "Die Steuer, eine Steuerung", "de"), ["Steuer"]);
    }

    #[test]
    fn patterns_that_find_nothing_are_refused() {
        for (pattern, kind) in [(" ", Kind::Phrase), ("", Kind::Regex), ("?!", Kind::Stem)] {
            let refused = Matcher::new(&FindOptions { kind, ..phrase(pattern) }, FxHashMap::default());
            assert!(matches!(refused, Err(ReportError::NoPattern)), "{pattern}");
        }
        let Err(error) = Matcher::new(&FindOptions { kind: Kind::Regex, ..phrase("a(b") }, FxHashMap::default()) else {
            panic!("an invalid expression was accepted")
        };
        assert!(error.to_string().contains("unclosed group"), "{error}");
    }
}
