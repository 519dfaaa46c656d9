//! The label before a colon: "Ann Lee: Good morning."
//!
//! **Input**: the text of a line. **Output**: the text before the first colon outside brackets, and where the speech
//! begins. **Refused**: texts that are too long for a label, and texts in which a sentence ends before the colon.
//! Whether the text names a speaker is left to `labels`.

use crate::labels;
use crate::lexicon::Lexicon;
use crate::text::folded;

/// Maximum length of a byline with its brackets, in bytes.
pub const LONGEST_BYLINE: usize = 240;

/// The text before the first colon outside brackets that may name a speaker, and the offset at which the speech begins.
pub fn speaker_before_colon(lexicon: &Lexicon, text: &str) -> Option<(String, usize)> {
    colon_label(lexicon, text)
}

/// The label before the first colon outside brackets, and the offset at which the speech begins.
pub fn colon_label(lexicon: &Lexicon, text: &str) -> Option<(String, usize)> {
    let loud = text.split([':', '：']).next().unwrap_or("");
    let is_loud = !loud.contains(char::is_lowercase) && loud.len() < LONGEST_BYLINE;
    label_before_colon(text, |text, at| {
        ends_sentence(lexicon, text, at) && !(is_loud && is_abbreviated_in_capitals(text, at))
    })
}

/// Whether the full stop at an offset follows a short word and precedes another one in capitals: "MHE. KOMBO:".
fn is_abbreviated_in_capitals(text: &str, at: usize) -> bool {
    const LONGEST: usize = 4;
    let word = text[..at].rsplit(char::is_whitespace).next().unwrap_or("");
    let next = text[at + 1..].trim_start();
    text[at..].starts_with('.') && word.chars().count() <= LONGEST && next.starts_with(char::is_uppercase)
}

/// The same; `ends` returns whether the sign at an offset of the text ends a sentence.
pub fn label_before_colon(text: &str, ends: impl Fn(&str, usize) -> bool) -> Option<(String, usize)> {
    let (mut depth, mut in_brackets) = (0usize, 0usize);
    for (at, c) in text.char_indices().take_while(|(at, _)| *at < LONGEST_BYLINE) {
        match c {
            '(' | '[' | '（' | '［' => depth += 1,
            ')' | ']' | '）' | '］' => depth = depth.saturating_sub(1),
            ':' | '：' if depth == 0 => {
                let after = at + c.len_utf8();
                let rest = &text[after..];
                let separates = rest.is_empty()
                    || rest.starts_with(char::is_whitespace)
                    || c == '：'
                    || rest.starts_with(['"', '“']);
                let label = &text[..at];
                let outside = at - in_brackets;
                if !separates {
                    continue;
                }
                if outside > 90 || label.trim().is_empty() {
                    return None;
                }
                let speech = after + (rest.len() - rest.trim_start().len());
                return Some((label.to_string(), speech));
            }
            '.' | '!' | '?' if depth == 0 && ends(text, at) => return None,
            _ => {}
        }
        in_brackets += if depth > 0 { c.len_utf8() } else { 0 };
    }
    None
}

/// Whether the sign at an offset of a text ends a sentence; a full stop after an initial or an abbreviation does not.
pub fn ends_sentence(lexicon: &Lexicon, text: &str, at: usize) -> bool {
    let word = text[..at].rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '[')).next().unwrap_or("");
    // "Senator Hill (L). I rise": the letter in brackets is no initial.
    let is_closed = text[..at].ends_with([')', ']']);
    let is_short = !is_closed && word.chars().count() <= 2 && word.starts_with(char::is_uppercase)
        || labels::is_honorific(lexicon, word)
        || labels::is_post_nominal(lexicon, word)
        || lexicon.is_legal_form(&folded(word))
        || word.contains('.');
    let then_dash = text[at + 1..].trim_start().starts_with(['–', '—', '-']);
    text[at..].starts_with(['!', '?']) || then_dash || (!is_short && text[at + 1..].starts_with(char::is_whitespace))
}
