//! Offices that conduct a meeting: whether two of them are the same.
//!
//! **Input**: the labels and titles of bylines. **Output**: the words of the office that distinguish it from others, and
//! their comparison. "The Chair" and "Chairman" are one office; "Deputy Speaker" and "Speaker", or "SPEAKER pro tempore"
//! and "CHAIRMAN pro tempore", are two. Who holds an office is left to `people`.

use std::collections::BTreeSet;

use plenary_names::bylines::Byline;
use plenary_names::labels;
use plenary_names::lexicon::Lexicon;
use plenary_names::offices::without_article;
use plenary_names::text::folded;

/// The words that distinguish an office from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Office {
    /// Nouns for the office: "chair", "speaker".
    nouns: Vec<String>,
    /// Ranks: "deputy", "acting".
    ranks: BTreeSet<String>,
}

impl Office {
    /// The office in a text; `None` if it names no office that conducts a meeting.
    pub(crate) fn of(lexicon: &Lexicon, text: &str) -> Option<Self> {
        let words = labels::words(text);
        let is_noun = |word: &&String| lexicon.is_chair(word) || lexicon.is_presiding_office(word);
        let nouns: Vec<String> = words.iter().filter(is_noun).cloned().collect();
        let ranks = words.iter().filter(|word| lexicon.is_rank(word)).cloned().collect();
        (!nouns.is_empty()).then_some(Self { nouns, ranks })
    }

    /// The office that a byline gives for its person, in the label, in brackets or as the title.
    pub(crate) fn of_byline(lexicon: &Lexicon, byline: &Byline) -> Option<Self> {
        let label = Some(byline.label.as_str()).filter(|label| labels::is_chair_label(lexicon, label));
        [label, byline.brackets.as_deref(), byline.details.title.as_deref()]
            .into_iter()
            .flatten()
            .find_map(|text| Self::of(lexicon, text))
    }

    /// Whether the ranks are the same.
    pub(crate) fn has_ranks_of(&self, other: &Self) -> bool {
        self.ranks == other.ranks
    }

    /// Whether the office has no rank.
    pub(crate) fn is_without_rank(&self) -> bool {
        self.ranks.is_empty()
    }

    /// Whether the two are the same office, in any gender and with or without an article.
    pub(crate) fn is_same(&self, lexicon: &Lexicon, other: &Self) -> bool {
        let any_same = || self.nouns.iter().any(|a| other.nouns.iter().any(|b| same_noun(lexicon, a, b)));
        self.has_ranks_of(other) && any_same()
    }
}

/// "chair" and "chairman", "présidente" and "président": the words begin alike, or their common beginning is an office.
fn same_noun(lexicon: &Lexicon, a: &str, b: &str) -> bool {
    const SHORTEST: usize = 4;
    let common: String = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
    let (n, shorter) = (common.chars().count(), a.chars().count().min(b.chars().count()));
    a == b || lexicon.is_chair(&common) || n >= SHORTEST && n + 1 >= shorter
}

/// The form in which labels are compared: "The Speaker" and "Mr. Speaker" are one label. Labels of people are compared as
/// printed, in lower case.
pub(crate) fn label_key(lexicon: &Lexicon, label: &str) -> String {
    let is_office =
        || labels::judge(lexicon, label).is_some_and(|judgement| judgement.kind == labels::LabelKind::Office);
    if labels::is_chair_label(lexicon, label) || is_office() {
        folded(&without_article(lexicon, label))
    } else {
        folded(label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offices_differ_in_noun_and_rank() {
        let same = |a: &str, b: &str| {
            let office = |text: &str| Office::of(Lexicon::builtin(), text).unwrap();
            office(a).is_same(Lexicon::builtin(), &office(b))
        };
        for (a, b) in [
            ("The Chair", "Chairman"),
            ("Chairman", "Chairwoman"),
            ("Mr. Speaker", "The Speaker"),
            ("La Présidente", "Président"),
            ("Acting Chair", "The Acting Chairperson"),
        ] {
            assert!(same(a, b), "{a}, {b}");
        }
        for (a, b) in [
            ("The SPEAKER pro tempore", "The CHAIRMAN pro tempore"),
            ("Mr Deputy Speaker", "Mr Speaker"),
            ("The Acting Chair", "The Chair"),
            ("The President", "The Speaker"),
            ("The Vice President", "The President"),
        ] {
            assert!(!same(a, b), "{a}, {b}");
        }
        assert_eq!(Office::of(Lexicon::builtin(), "Ann Lee"), None);
    }
}
