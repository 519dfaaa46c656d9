//! Whether a proposition is one affirmative sentence.
//!
//! **Input:** a target, and what is known of its language. **Output:** findings. No model is asked.

use plenary_corpus::text::ends_sentence;

use super::language::LanguageTests;
use super::{OfTarget, Severity, Test};

/// Words of a proposition below which it is a heading rather than a sentence.
const WORDS_AT_LEAST: usize = 3;

pub(super) fn check(of: &mut OfTarget, language: Option<&LanguageTests>) {
    let target = of.target;
    let proposition = target.proposition.trim();
    let n_before = of.findings.len();
    let is_question = |text: &str| text.trim_end().ends_with(['?', '？', '؟']);
    if is_question(proposition) {
        let message = format!("\"{proposition}\" is a question, which nobody can be for or against");
        of.find(Severity::Warning, Test::Form, message, "Say what those who are for it say: \"X should be done.\"");
    }
    let n_words = proposition.split_whitespace().count();
    // In scripts without blanks a sentence is one word here.
    if n_words < WORDS_AT_LEAST && proposition.is_ascii() {
        let message = format!("\"{proposition}\" is not a sentence");
        of.find(Severity::Warning, Test::Form, message, "Write a sentence with a verb: \"X should be done.\"");
    } else if !ends_sentence(proposition) {
        let message = format!("\"{proposition}\" does not end like a sentence");
        of.find(Severity::Advice, Test::Form, message, "End it with a full stop: the model was trained on sentences.");
    }
    if let Some(language) = language {
        if let Some(word) = language.conjunction(proposition) {
            let message = format!("\"{proposition}\" may make two claims, joined by \"{word}\"");
            let advice = "Make a target of each claim: a speaker can be for the one and against the other.";
            of.find(Severity::Advice, Test::Form, message, advice);
        }
        if language.denies(proposition) {
            let message = format!("\"{proposition}\" is denied");
            let advice = "Exchange proposition and negation: \"against\" a denial is hard to read in tables.";
            of.find(Severity::Advice, Test::Form, message, advice);
        }
    }
    let same = |text: &String| text.trim().eq_ignore_ascii_case(proposition);
    if target.negation.as_ref().is_some_and(same) {
        let message = "negation and proposition are the same".to_owned();
        of.find(Severity::Warning, Test::Form, message, "Give the opposite of the proposition as negation, or none.");
    }
    if target.paraphrases.iter().any(same) {
        let message = "a paraphrase is the proposition itself".to_owned();
        of.find(Severity::Advice, Test::Form, message, "Say it in other words, or leave it out.");
    }
    of.count(Test::Form, of.findings.len() == n_before);
}
