//! Stage directions: texts in brackets that are not spoken, such as marks of interpreters, languages and times.
//!
//! **Input**: the text between two brackets, and the lexicon. **Output**: whether it describes what happens in the
//! room. Nothing is refused. Interjections in brackets are left to attribution.

use std::sync::LazyLock;

use regex::Regex;

use crate::labels;
use crate::lexicon::Lexicon;
use crate::offices;
use crate::text::constant_regex;

/// Longer texts in brackets are speech.
pub const LONGEST_BRACKET: usize = 320;

/// A time, or a range of times.
pub static CLOCK: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?(?:\s*(?:-->|[-–—])\s*[\d:.,]+)?$"));
/// Whether a text in brackets describes what happens in the room and is not spoken: "Applause", "laughs", "spoke in
/// French", "Beifall bei der SPD".
pub fn is_direction(lexicon: &Lexicon, inner: &str) -> bool {
    let inner =
        inner.trim().trim_matches(|c: char| matches!(c, '.' | '!' | '*' | '_' | ',' | ' ' | '…' | '-' | '–' | '—'));
    if inner.is_empty() || inner.len() > LONGEST_BRACKET {
        return false;
    }
    const SENTENCE: usize = 16;
    let patterns = lexicon.patterns();
    let is_short = || inner.split_whitespace().nth(SENTENCE).is_none();
    if patterns.examined_in_brackets.is_match(inner) || patterns.interpreted.is_match(inner) && is_short() {
        return true;
    }
    let all = labels::words(inner);
    if is_language(lexicon, &all) {
        return true;
    }
    let words: Vec<&String> = all.iter().skip_while(|word| lexicon.is_loudness(word)).collect();
    let Some(first) = words.first() else { return false };
    // "applause is not an argument" has a verb, and many sentences have a pronoun.
    let is_clause = || all.iter().any(|word| lexicon.is_clause_opener(word) && !lexicon.is_no_clause(word));
    if lexicon.is_stage_word(first) {
        return words.len() <= 2 || !is_clause();
    }
    let acts = |word: &String| lexicon.is_stage_verb(word) || lexicon.is_stage_word(word);
    let applauds = || all.iter().any(|word| lexicon.is_applause(word)) && !lexicon.is_function_word(first);
    all.len() <= 4 && !is_clause() && (acts(first) || all.last().is_some_and(acts))
        || all.len() <= 12 && !is_clause() && applauds()
}

/// Whether a text beside a name says how or where the person speaks: "off mic", "sitting down", "via telephone", "BYLINE".
/// Such a text begins with a small letter or is in capitals.
pub fn is_manner(lexicon: &Lexicon, text: &str) -> bool {
    const LONGEST: usize = 6;
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    if text.split_whitespace().nth(LONGEST).is_some() {
        return false;
    }
    if lexicon.patterns().manner.is_match(text) {
        return true;
    }
    // "(sitting down)", but not "(visiting fellow)".
    let first = text.split_whitespace().next().unwrap_or("");
    text.starts_with(char::is_lowercase) && lexicon.ends_as_participle(first) && !offices::is_telling(lexicon, text)
}

/// "English", "in French", "spoke in Arabic; English text provided by the delegation".
fn is_language(lexicon: &Lexicon, words: &[String]) -> bool {
    let Some(at) = words.iter().position(|word| lexicon.is_language(word)) else { return false };
    words[..at].iter().all(|word| lexicon.is_before_language(word) || lexicon.is_speaking(word))
        && (words.len() == at + 1 || at > 0 && lexicon.is_speaking(&words[0]))
}

/// Whether a text is a time, or a range of times.
pub fn is_clock(inner: &str) -> bool {
    CLOCK.is_match(inner.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_beside_a_name_are_directions_in_portuguese_and_norwegian() {
        let lexicon = Lexicon::builtin();
        for text in
            ["interrompendo", "interrompendo o orador", "rindo", "avbryter", "avbrutt av presidenten", "hvisker"]
        {
            assert!(is_direction(lexicon, text), "{text}");
        }
        for text in ["Oslo", "Høyre", "Porto", "PSD"] {
            assert!(!is_direction(lexicon, text), "{text}");
        }
    }
}
