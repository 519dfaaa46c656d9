//! Words of patterns: which of them match a word.
//!
//! **Input:** words with `*` (any letters, also none) and `?` (one letter), in the form in which words are compared. **Output:** the numbers of
//! those that match a word. **Refused:** nothing. **Left to others:** phrases, case.

use std::collections::HashMap;

/// Globs by number.
#[derive(Debug, Default)]
pub(super) struct Globs {
    numbers: HashMap<String, u32>,
    exact: HashMap<String, u32>,
    /// Globs whose only wildcard is a `*` at the end, by the letters before it.
    prefixes: HashMap<String, u32>,
    others: Vec<(Vec<char>, u32)>,
}

impl Globs {
    /// The number of a glob; `next` if it is new.
    pub(super) fn number(&mut self, glob: &str, next: u32) -> u32 {
        if let Some(known) = self.numbers.get(glob) {
            return *known;
        }
        self.numbers.insert(glob.to_owned(), next);
        let is_wild = |text: &str| text.contains(['*', '?']);
        match glob.strip_suffix('*') {
            _ if !is_wild(glob) => {
                self.exact.insert(glob.to_owned(), next);
            }
            Some(prefix) if !is_wild(prefix) => {
                self.prefixes.insert(prefix.to_owned(), next);
            }
            _ => self.others.push((glob.chars().collect(), next)),
        }
        next
    }

    /// Adds the globs that match a word.
    pub(super) fn matching(&self, word: &str, found: &mut Vec<u32>) {
        found.extend(self.exact.get(word));
        if !self.prefixes.is_empty() {
            let ends = word.char_indices().map(|(at, _)| at).chain([word.len()]);
            found.extend(ends.filter_map(|end| self.prefixes.get(&word[..end])));
        }
        if !self.others.is_empty() {
            let letters: Vec<char> = word.chars().collect();
            found.extend(self.others.iter().filter(|(glob, _)| matches(glob, &letters)).map(|(_, number)| number));
        }
    }
}

/// Whether a glob matches a whole word.
fn matches(glob: &[char], word: &[char]) -> bool {
    let (mut in_glob, mut in_word) = (0, 0);
    // The last `*`, and where the letters that it takes end.
    let mut last: Option<(usize, usize)> = None;
    while in_word < word.len() {
        match glob.get(in_glob) {
            Some('*') => {
                last = Some((in_glob, in_word));
                in_glob += 1;
            }
            Some(letter) if *letter == '?' || *letter == word[in_word] => {
                in_glob += 1;
                in_word += 1;
            }
            _ => {
                let Some((star, end)) = last else { return false };
                last = Some((star, end + 1));
                (in_glob, in_word) = (star + 1, end + 1);
            }
        }
    }
    glob[in_glob..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_whole_words() {
        for (glob, word, expected) in [
            ("tax*", "taxation", true),
            ("tax*", "tax", true),
            ("tax*", "syntax", false),
            ("tax", "taxes", false),
            ("*tax", "syntax", true),
            ("*a*b", "xaybzb", true),
            ("*a*b", "xaybz", false),
            ("lab?r", "labor", true),
            ("lab?r", "labour", false),
            ("lab*r", "labour", true),
            ("?", "é", true),
            ("??*", "é", false),
            ("a**", "a", true),
        ] {
            let mut globs = Globs::default();
            globs.number(glob, 7);
            let mut found = Vec::new();
            globs.matching(word, &mut found);
            assert_eq!(found == [7], expected, "{glob} {word}");
        }
    }
}
