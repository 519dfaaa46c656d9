//! What is known of a language to test the wording of studies.
//!
//! **Input:** a file per language. **Output:** [`LanguageTests`]: denials of propositions by rule, frames and unrelated sentences.
//! **Refused:** denials of propositions whose opposite is not certain. **Left to others:** the tests.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The files, by ISO 639-1 code. A further language is a further row.
const FILES: [(&str, &str); 1] = [("en", include_str!("en.toml"))];

/// The place of the proposition in a frame.
const PLACE: &str = "{}";

/// What is known of a language.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LanguageTests {
    auxiliaries: Vec<String>,
    joined: BTreeMap<String, String>,
    not: String,
    r#unsafe: Vec<String>,
    conjunctions: Vec<String>,
    agree: Vec<String>,
    disagree: Vec<String>,
    pub(super) unrelated: Vec<String>,
}

impl LanguageTests {
    /// That of a language; `None` if there is no file of it.
    pub(super) fn of(code: &str) -> Option<Self> {
        let (_, text) = FILES.iter().find(|(known, _)| *known == code)?;
        // A test reads every file.
        toml::from_str(text).ok()
    }

    /// The proposition denied by rule; `None` where the rule could say something else than its opposite.
    pub(super) fn denied(&self, proposition: &str) -> Option<String> {
        let words: Vec<&str> = proposition.split_whitespace().collect();
        let plain: Vec<String> = words.iter().map(|word| bare(word)).collect();
        if plain.iter().any(|word| self.r#unsafe.contains(word)) || self.denies(proposition) {
            return None;
        }
        let mut auxiliaries = (0..words.len()).filter(|at| self.auxiliaries.contains(&plain[*at]));
        let at = auxiliaries.next().filter(|at| *at > 0 && auxiliaries.next().is_none())?;
        let mut denied: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        match self.joined.get(&plain[at]) {
            Some(joined) => denied[at].clone_from(joined),
            None => denied.insert(at + 1, self.not.clone()),
        }
        Some(denied.join(" "))
    }

    /// Whether the proposition itself is denied.
    pub(super) fn denies(&self, proposition: &str) -> bool {
        let is_not = |word: String| word == self.not || self.joined.values().any(|joined| *joined == word);
        proposition.split_whitespace().map(bare).any(is_not)
    }

    /// The first word that joins two claims.
    pub(super) fn conjunction(&self, proposition: &str) -> Option<String> {
        proposition.split_whitespace().map(bare).find(|word| self.conjunctions.contains(word))
    }

    /// What somebody says who agrees.
    pub(super) fn agreeing(&self, proposition: &str) -> Vec<String> {
        self.agree.iter().map(|frame| frame.replace(PLACE, proposition)).collect()
    }

    /// What somebody says who disagrees.
    pub(super) fn disagreeing(&self, proposition: &str) -> Vec<String> {
        self.disagree.iter().map(|frame| frame.replace(PLACE, proposition)).collect()
    }
}

/// A word without punctuation, in small letters.
fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_complete() {
        for (code, text) in FILES {
            let language: LanguageTests = toml::from_str(text).unwrap();
            assert_eq!(LanguageTests::of(code).as_ref(), Some(&language));
            assert!(language.unrelated.len() >= 30, "{code}");
            for frame in language.agree.iter().chain(&language.disagree) {
                assert!(frame.contains(PLACE), "{code}: {frame}");
            }
        }
        assert_eq!(LanguageTests::of("xx"), None);
    }

    #[test]
    fn only_propositions_with_a_certain_opposite_are_denied() {
        let english = LanguageTests::of("en").unwrap();
        let denied = |text: &str| english.denied(text);
        for (proposition, expected) in [
            ("Borders should be open.", "Borders should not be open."),
            ("Nuclear power is safe.", "Nuclear power is not safe."),
            ("The state can pay for it.", "The state cannot pay for it."),
            ("Taxes ought to rise.", "Taxes ought not to rise."),
        ] {
            assert_eq!(denied(proposition).as_deref(), Some(expected));
        }
        for proposition in [
            "Every country should be sovereign.",
            "More stakeholders should take part.",
            "Borders should be open and taxes low.",
            "Borders should not be open.",
            "He who is poor should pay less.",
            "Taxes rise.",
            "Should borders be open?",
            "",
        ] {
            assert_eq!(denied(proposition), None, "{proposition}");
        }
        assert_eq!(english.conjunction("Schools And roads need money.").as_deref(), Some("and"));
        assert_eq!(english.conjunction("Handy sandals."), None);
    }
}
