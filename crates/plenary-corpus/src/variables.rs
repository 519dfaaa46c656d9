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

/// Whether two values of one fact cannot both be right. Upper and lower case and signs do not count, and "Acme" and "Acme University" do
/// not differ.
pub fn contradict(a: &str, b: &str) -> bool {
    if a == b {
        return false;
    }
    let words = |text: &str| {
        let lower = text.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_owned).collect::<std::collections::BTreeSet<String>>()
    };
    let (a, b) = (words(a), words(b));
    !a.is_subset(&b) && !b.is_subset(&a)
}

#[cfg(test)]
mod tests {
    use super::contradict;

    #[test]
    fn a_part_of_a_name_does_not_contradict_it() {
        assert!(!contradict("Acme", "ACME University"));
        assert!(!contradict("Lab.", "lab"));
        assert!(contradict("Labour", "Reform"));
        assert!(contradict("female", "male"));
    }
}
