//! Counts of categories in texts.
//!
//! **Input:** [`Category`]s, and texts one after the other. **Output:** for each text how often each category occurs, and for each pattern the
//! forms that it matched. **Refused:** nothing. **Left to others:** which texts, and what is done with the counts.
//!
//! The counts are those of `tokens_lookup` of quanteda with its defaults (`valuetype = "glob"`, `nested_scope = "key"`): phrases are looked up
//! before shorter ones, and the words that a match of a category takes are not counted for this category again. Other categories count them too.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Category;
use super::glob::Globs;
use crate::words::{compared, tokens};

/// A pattern with its words.
#[derive(Debug)]
struct Pattern {
    category: u32,
    case_sensitive: bool,
    text: String,
    /// Numbers of the globs of its words.
    globs: Vec<u32>,
}

/// A word that was read.
#[derive(Debug)]
struct Word {
    /// In lower case.
    folded: String,
    /// As it is written.
    cased: String,
    /// The globs that match it.
    globs: Vec<u32>,
}

/// Counts categories in texts.
#[derive(Debug)]
pub struct Counter {
    n_categories: usize,
    patterns: Vec<Pattern>,
    /// For each glob the patterns that begin with it.
    beginning: Vec<Vec<u32>>,
    /// Numbers of words of patterns, the largest first.
    lengths: Vec<usize>,
    folded: Globs,
    cased: Globs,
    /// Numbers of the words that were read.
    words: HashMap<String, u32>,
    of_words: Vec<Word>,
    /// Whether each pattern occurs, also where another one of its category counts.
    occurs: Vec<bool>,
    /// How often each pattern matched which words.
    forms: HashMap<(u32, Vec<u32>), u64>,
}

/// How often a pattern matched words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Number of the category.
    pub category: usize,
    /// The pattern.
    pub pattern: String,
    /// The words that it matched, in lower case unless case matters.
    pub form: String,
    /// How often.
    pub n: u64,
}

impl Counter {
    /// A counter of these categories, numbered in their order.
    pub fn new(categories: &[Category]) -> Self {
        let (mut folded, mut cased) = (Globs::default(), Globs::default());
        let mut patterns = Vec::new();
        let mut beginning: Vec<Vec<u32>> = Vec::new();
        for (category, number) in categories.iter().zip(0..) {
            let case_sensitive = category.case_sensitive;
            for text in &category.patterns {
                let globs = if case_sensitive { &mut cased } else { &mut folded };
                let mut words = Vec::new();
                for word in text.split_whitespace() {
                    let next = beginning.len() as u32;
                    let glob = globs.number(&compared(word, case_sensitive), next);
                    if glob == next {
                        beginning.push(Vec::new());
                    }
                    words.push(glob);
                }
                if let Some(first) = words.first() {
                    beginning[*first as usize].push(patterns.len() as u32);
                    patterns.push(Pattern { category: number, case_sensitive, text: text.clone(), globs: words });
                }
            }
        }
        let mut lengths: Vec<usize> = patterns.iter().map(|pattern: &Pattern| pattern.globs.len()).collect();
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        lengths.dedup();
        Self {
            n_categories: categories.len(),
            occurs: vec![false; patterns.len()],
            patterns,
            beginning,
            lengths,
            folded,
            cased,
            words: HashMap::new(),
            of_words: Vec::new(),
            forms: HashMap::new(),
        }
    }

    /// How often each category occurs in a text.
    pub fn count(&mut self, text: &str) -> Vec<u32> {
        let mut counts = vec![0; self.n_categories];
        let words: Vec<u32> = tokens(text).into_iter().map(|token| self.word(token)).collect();
        if words.iter().all(|word| self.of_words[*word as usize].globs.is_empty()) {
            return counts;
        }
        // Words that a match of a category takes.
        let mut taken: HashSet<(u32, usize)> = HashSet::new();
        for length in self.lengths.clone() {
            for (first, words) in words.windows(length).enumerate() {
                for number in self.matching(words) {
                    self.occurs[number as usize] = true;
                    let category = self.patterns[number as usize].category;
                    let mut places = first..first + length;
                    if places.clone().any(|place| taken.contains(&(category, place))) {
                        continue;
                    }
                    taken.extend(places.by_ref().map(|place| (category, place)));
                    counts[category as usize] += 1;
                    *self.forms.entry((number, words.to_vec())).or_default() += 1;
                }
            }
        }
        counts
    }

    /// The patterns that match exactly these words, in their order.
    fn matching(&self, words: &[u32]) -> Vec<u32> {
        let globs = |word: u32| &self.of_words[word as usize].globs;
        let Some((first, rest)) = words.split_first() else { return Vec::new() };
        let fits = |number: &&u32| {
            let pattern = &self.patterns[**number as usize];
            pattern.globs.len() == words.len()
                && pattern.globs[1..].iter().zip(rest).all(|(glob, word)| globs(*word).contains(glob))
        };
        let mut found: Vec<u32> =
            globs(*first).iter().flat_map(|glob| &self.beginning[*glob as usize]).filter(fits).copied().collect();
        found.sort_unstable();
        found
    }

    /// The number of a word.
    fn word(&mut self, token: &str) -> u32 {
        if let Some(known) = self.words.get(token) {
            return *known;
        }
        let mut globs = Vec::new();
        let folded = compared(token, false);
        self.folded.matching(&folded, &mut globs);
        let cased = compared(token, true);
        self.cased.matching(&cased, &mut globs);
        let number = self.of_words.len() as u32;
        self.of_words.push(Word { folded, cased, globs });
        self.words.insert(token.to_owned(), number);
        number
    }

    /// The forms that each pattern matched: pattern by pattern in their order, the most frequent first.
    pub fn found(&self) -> Vec<Found> {
        let mut counts: BTreeMap<(u32, String), u64> = BTreeMap::new();
        for ((pattern, words), n) in &self.forms {
            let case_sensitive = self.patterns[*pattern as usize].case_sensitive;
            let form = |word: &u32| {
                let Word { folded, cased, .. } = &self.of_words[*word as usize];
                if case_sensitive { cased.as_str() } else { folded.as_str() }
            };
            let forms: Vec<&str> = words.iter().map(form).collect();
            *counts.entry((*pattern, forms.join(" "))).or_default() += n;
        }
        let mut sorted: Vec<((u32, String), u64)> = counts.into_iter().collect();
        sorted.sort_by_key(|((pattern, _), n)| (*pattern, std::cmp::Reverse(*n)));
        let found = |((pattern, form), n): ((u32, String), u64)| {
            let Pattern { category, text, .. } = &self.patterns[pattern as usize];
            Found { category: *category as usize, pattern: text.clone(), form, n }
        };
        sorted.into_iter().map(found).collect()
    }

    /// The patterns of each category that match no word of the texts.
    pub fn without_match(&self) -> Vec<Vec<&str>> {
        let mut all = vec![Vec::new(); self.n_categories];
        for (pattern, _) in self.patterns.iter().zip(&self.occurs).filter(|(_, occurs)| !**occurs) {
            all[pattern.category as usize].push(pattern.text.as_str());
        }
        all
    }
}
