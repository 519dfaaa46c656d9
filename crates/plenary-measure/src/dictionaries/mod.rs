//! Dictionaries: categories of words and phrases that are counted in texts.
//!
//! **Input:** the dictionaries of a study. **Output:** their options with checks, the [`Category`]s in the order of their columns, and a
//! [`Counter`] that counts them in texts. **Refused:** names that are taken, empty categories, and patterns without a letter. **Left to
//! others:** reading files of dictionaries, columns.

mod count;
mod glob;

use std::collections::{BTreeMap, HashMap};

use plenary_corpus::OptionError;
use serde::{Deserialize, Serialize};

pub use count::{Counter, Found};

use crate::words::is_word;

/// Joins the names of nested categories, as in quanteda.
pub const NESTED: char = '.';

/// A dictionary of the study: categories here, or in a file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DictionaryOptions {
    /// Name, the first part of the names of its columns.
    pub name: String,
    /// File with the categories, relative to the folder of the study; empty for none.
    #[serde(default)]
    pub file: String,
    /// Whether `Tax` and `tax` are different words.
    #[serde(default)]
    pub case_sensitive: bool,
    /// The categories. Those of a file are here once it has been read.
    #[serde(default)]
    pub categories: Categories,
}

/// Categories by name.
pub type Categories = BTreeMap<String, Entry>;

/// A category: patterns, or categories in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a list of words, such as [\"tax*\", \"public spending\"], or categories with such lists"
)]
pub enum Entry {
    /// Words and phrases. `*` stands for any letters, also none, and `?` for one.
    Patterns(Vec<String>),
    /// Further categories.
    Nested(Categories),
}

/// A category of a dictionary with its patterns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Name of the dictionary.
    pub dictionary: String,
    /// Name of the category, after those of the categories around it: `economy.taxes`.
    pub name: String,
    /// Whether case matters.
    pub case_sensitive: bool,
    /// Words and phrases, each once.
    pub patterns: Vec<String>,
}

impl Category {
    /// The column of `analysis` with the counts.
    pub fn column(&self) -> String {
        format!("dictionary_{}_{}", self.dictionary, self.name)
    }
}

impl DictionaryOptions {
    /// Checks the name, and that there are either categories or a file.
    ///
    /// # Errors
    /// [`OptionError`] names the dictionary, what was found and what was expected.
    pub fn check_source(&self) -> Result<(), OptionError> {
        let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        if self.name.is_empty() || !self.name.chars().all(is_plain) {
            let expected = "letters, digits, `_` and `-`, such as \"policy\"";
            return Err(OptionError::new("[[dictionaries]] name", format!("\"{}\"", self.name), expected));
        }
        let found = match (self.file.is_empty(), self.categories.is_empty()) {
            (true, true) => "neither categories nor a file",
            (false, false) => "categories and a file",
            _ => return Ok(()),
        };
        Err(OptionError::new(self.place(), found, "either [dictionaries.categories] or a `file`"))
    }

    fn place(&self) -> String {
        format!("dictionary `{}`", self.name)
    }

    /// Adds the categories, nested ones with their whole names.
    fn add_to(&self, all: &mut Vec<Category>) {
        // Without recursion, because files may nest deeply. The last of the open entries is the next one.
        let mut open: Vec<(String, &Entry)> =
            self.categories.iter().map(|(name, entry)| (name.clone(), entry)).rev().collect();
        while let Some((name, entry)) = open.pop() {
            match entry {
                Entry::Nested(inner) => {
                    open.extend(inner.iter().map(|(own, entry)| (format!("{name}{NESTED}{own}"), entry)).rev());
                }
                Entry::Patterns(patterns) => {
                    let mut distinct: Vec<String> = Vec::with_capacity(patterns.len());
                    let mut known = std::collections::HashSet::new();
                    for pattern in
                        patterns.iter().map(|pattern| pattern.split_whitespace().collect::<Vec<_>>().join(" "))
                    {
                        if known.insert(pattern.clone()) {
                            distinct.push(pattern);
                        }
                    }
                    let (dictionary, case_sensitive) = (self.name.clone(), self.case_sensitive);
                    all.push(Category { dictionary, name, case_sensitive, patterns: distinct });
                }
            }
        }
    }
}

/// All categories of the dictionaries, in the order of their columns: that of the dictionaries, and in one by name.
///
/// # Errors
/// [`OptionError`] if two have one name, a category has no pattern, or a pattern has no letter.
pub fn categories(dictionaries: &[DictionaryOptions]) -> Result<Vec<Category>, OptionError> {
    let mut all: Vec<Category> = Vec::new();
    for dictionary in dictionaries {
        let before = all.len();
        dictionary.add_to(&mut all);
        if all.len() == before {
            return Err(OptionError::new(dictionary.place(), "no category", "at least one category with words"));
        }
    }
    let mut columns: HashMap<String, &Category> = HashMap::new();
    for category in &all {
        let place = || format!("dictionary `{}`, category `{}`", category.dictionary, category.name);
        if category.name.trim().is_empty() {
            return Err(OptionError::new(place(), "an empty name", "the name of the category"));
        }
        if category.patterns.is_empty() {
            return Err(OptionError::new(place(), "no pattern", "at least one word, such as \"tax*\""));
        }
        if let Some(pattern) = category.patterns.iter().find(|pattern| !is_word(pattern)) {
            let expected = "a word or phrase with at least one letter or digit, such as \"tax*\"";
            return Err(OptionError::new(place(), format!("the pattern \"{pattern}\""), expected));
        }
        if let Some(other) = columns.insert(category.column().to_lowercase(), category) {
            let found = format!(
                "the name of category `{}` of dictionary `{}` (column `{}`)",
                other.name,
                other.dictionary,
                other.column()
            );
            return Err(OptionError::new(
                place(),
                found,
                "a name of its own, different in more than upper and lower case",
            ));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests;
