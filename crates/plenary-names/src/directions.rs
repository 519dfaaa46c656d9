//! What stands in brackets and is not said: stage directions, marks of interpreters, languages and clocks.
//!
//! In: the text between two brackets. Out: whether it says what happens in the room. Calls of others in brackets are
//! left to attribution.

use std::sync::LazyLock;

use regex::Regex;

use crate::labels;
use crate::text::constant_regex;
use crate::words::{APPLAUSE, CLAUSE_OPENERS, FUNCTION_WORDS, LANGUAGES, LOUDNESS, STAGE, STAGE_VERBS};

/// Brackets longer than this are speech.
pub const LONGEST_BRACKET: usize = 320;

/// A time, or one time to another.
pub static CLOCK: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?(?:\s*(?:-->|[-–—])\s*[\d:.,]+)?$"));
static INTERPRETED: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"(?i)^(?:through|via|with|par|über|door|mediante)\b.{0,24}\b(?:interpret\w*|translat\w*|interprète|dolmetscher\w*|tolk|intérprete)$|^(?:simultaneous |consecutive )?(?:interpretation|translation|interpreted|translated)\b|^(?:voice of (?:the )?)?(?:interpreter|translator)$|^time expired$",
    )
});
static EXAMINER: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(r"(?i)^(?:by|questions? (?:from|by)) (?:(?:mr|mrs|ms|miss|dr|sir)\b\.?|the (?:court|chair))")
});

/// Whether a text between brackets says what happens in the room, not what is said: "Applause", "laughs", "spoke in
/// French", "Beifall bei der SPD".
pub fn is_direction(inner: &str) -> bool {
    let inner =
        inner.trim().trim_matches(|c: char| matches!(c, '.' | '!' | '*' | '_' | ',' | ' ' | '…' | '-' | '–' | '—'));
    if inner.is_empty() || inner.len() > LONGEST_BRACKET {
        return false;
    }
    const SENTENCE: usize = 16;
    let examines = inner.starts_with(['B', 'b', 'Q', 'q']) && EXAMINER.is_match(inner);
    let is_short = inner.split_whitespace().nth(SENTENCE).is_none();
    if examines || is_short && INTERPRETED.is_match(inner) {
        return true;
    }
    let all = labels::words(inner);
    if is_language(&all) {
        return true;
    }
    let words: Vec<&String> = all.iter().skip_while(|word| LOUDNESS.contains(word)).collect();
    let Some(first) = words.first() else { return false };
    // "applause is not an argument" has a verb of its own, and a sentence its pronouns.
    let is_clause = || {
        all.iter()
            .any(|word| CLAUSE_OPENERS.contains(word) && !matches!(word.as_str(), "as" | "and" | "in" | "no" | "do"))
    };
    if STAGE.contains(first) {
        return words.len() <= 2 || !is_clause();
    }
    let acts = |word: &String| STAGE_VERBS.contains(word) || STAGE.contains(word);
    all.len() <= 4 && !is_clause() && (acts(first) || all.last().is_some_and(acts))
        || all.len() <= 12 && !is_clause() && APPLAUSE.any(&all) && !FUNCTION_WORDS.contains(first)
}

/// "English", "in French", "spoke in Arabic; English text provided by the delegation".
fn is_language(words: &[String]) -> bool {
    let small = |word: &str| matches!(word, "in" | "from" | "into" | "to" | "auf" | "en" | "op" | "på" | "po" | "the");
    let speaks = |word: &str| {
        matches!(
            word,
            "spoke"
                | "speaks"
                | "speaking"
                | "spoken"
                | "continued"
                | "continues"
                | "continuing"
                | "interpretation"
                | "translation"
                | "translated"
                | "interpreted"
                | "original"
                | "resumed"
                | "spricht"
                | "fährt"
        )
    };
    match words.iter().position(|word| LANGUAGES.contains(word)) {
        Some(at) => {
            words[..at].iter().all(|word| small(word) || speaks(word))
                && (words.len() == at + 1 || at > 0 && speaks(&words[0]))
        }
        None => false,
    }
}

/// A time, or one time to another.
pub fn is_clock(inner: &str) -> bool {
    CLOCK.is_match(inner.trim())
}
