//! What a study or a source says of people and documents beyond what plenary itself names.
//!
//! **Input:** none. **Output:** the types of variables, and of what is doubtful about the facts of a person. **Left to others:** where the
//! values come from, and their types in the tables.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Further facts by their names: `gender` is `female`. What is not known has no entry.
pub type Variables = BTreeMap<String, String>;

/// Why a fact about a speaker is doubtful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoubtKind {
    /// The list of people and the document give different values; that of the list is used.
    ListAndDocument,
    /// Turns of the speaker in the document give different values; the first is used.
    Turns,
    /// The rows of the person on the list differ, and the document has no date by which one could be chosen.
    NoDate,
    /// No row of the person on the list holds on the date of the document.
    NoRow,
}

impl DoubtKind {
    /// The name that the tables use.
    pub fn as_str(self) -> &'static str {
        match self {
            DoubtKind::ListAndDocument => "list_and_document_differ",
            DoubtKind::Turns => "turns_differ",
            DoubtKind::NoDate => "document_without_date",
            DoubtKind::NoRow => "no_row_on_date",
        }
    }
}

/// What is doubtful about a fact of a speaker.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Doubt {
    /// Why.
    pub kind: DoubtKind,
    /// Name of the fact, such as `party`; `None` if all facts are concerned.
    pub variable: Option<String>,
    /// The value that is used.
    pub used: Option<String>,
    /// The value that is not used.
    pub other: Option<String>,
    /// Line of the list of people.
    pub line: Option<u64>,
}

/// Whether two values of one fact cannot both be right.
///
/// Words do not contradict if all words of one value are in the other, in full or shortened: "Acme" and "Acme University", "Lab." and
/// "Labour", "F" and "female". Numbers contradict unless they are equal, and dates unless one is a part of the other (`1970` and
/// `1970-02-03`).
pub fn contradict(a: &str, b: &str) -> bool {
    if a == b {
        return false;
    }
    if !a.contains(char::is_alphabetic) && !b.contains(char::is_alphabetic) {
        let begins = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('-'));
        return match (a.parse::<f64>(), b.parse::<f64>()) {
            (Ok(a), Ok(b)) => a.total_cmp(&b).is_ne(),
            _ => !begins(a, b) && !begins(b, a),
        };
    }
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let words = |text: &'_ str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    };
    let alike = |a: &str, b: &str| {
        let is_shortened = |long: &str, short: &str| long.starts_with(short) && long.chars().all(char::is_alphabetic);
        a == b || is_shortened(a, b) || is_shortened(b, a)
    };
    let (a, b) = (words(&a), words(&b));
    let is_part = |a: &[String], b: &[String]| a.iter().all(|word| b.iter().any(|other| alike(word, other)));
    !is_part(&a, &b) && !is_part(&b, &a)
}

#[cfg(test)]
mod tests {
    use super::contradict;

    #[test]
    fn a_part_of_a_name_or_a_shortened_word_does_not_contradict_it() {
        for (a, b) in [("Acme", "ACME University"), ("Lab.", "lab"), ("Lab", "Labour"), ("F", "female"), ("5", "5.0")] {
            assert!(!contradict(a, b), "{a} {b}");
        }
        assert!(!contradict("1970", "1970-02-03"));
        for (a, b) in [
            ("Labour", "Reform"),
            ("female", "male"),
            ("41", "415"),
            ("35", "35.5"),
            ("2019-03-01", "2019-01-03"),
            ("19", "1970-02-03"),
            ("ward 4", "ward 41"),
        ] {
            assert!(contradict(a, b), "{a} {b}");
        }
    }
}
