//! Statements of the record itself: that the meeting opens, votes and closes, who examines whom, applause.
//!
//! **Input**: the text of a paragraph or line. **Output**: whether it is such a statement, judged by its formulas alone. Claiming the
//! lines is left to `furniture`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::candidate::in_capitals;
use plenary_names::addresses::addresses;
use plenary_names::directions;
use plenary_names::labels;
use plenary_names::lexicon::Lexicon;
use plenary_names::text::{constant_regex, folded};

/// Maximum length of such a statement in bytes; longer sentences that begin in the same way are speech.
const LONGEST_CLOSING: usize = 240;

/// An entry of a table of contents or index: dots before a page number.
static LEADERS: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"(?:\.\s?){5,}\s*\d{1,4}$"));

/// A count of votes: words, dots, a number, and at most one word for the votes.
static TALLY: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^\p{L}[^.:!?]+\s?(?:\.\s?){3,}\s*\d{1,4}(?:\s+\p{L}{2,14})?\.?$"));

/// The words and numbers of a count of votes.
static COUNTED: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"[\p{L}\p{M}]+(?:[-'’\u{200c}][\p{L}\p{M}]+)*|\d+"));

/// Whether a paragraph is a statement of the record itself.
pub(crate) fn is_record(lexicon: &Lexicon, text: &str) -> bool {
    // "- Se practica la votación.": records that print their own statements after a dash.
    let text = text.trim_start_matches(['-', '–', '—', ' ']);
    text.len() <= LONGEST_CLOSING
        && (lexicon.patterns().closing.is_match(text) || is_applause(lexicon, text) || is_of_recorder(lexicon, text))
        || is_statement(lexicon, text)
        || lexicon.patterns().formula.is_match(text)
        || lexicon.patterns().decision.is_match(text)
        || is_vote(lexicon, text)
        || is_count(lexicon, text)
}

/// Whether a whole line is a statement of the record: "There was no objection."
pub(crate) fn is_statement(lexicon: &Lexicon, text: &str) -> bool {
    const LONGEST: usize = 240;
    let patterns = lexicon.patterns();
    text.len() <= LONGEST
        && (patterns.sentence.is_match(text) || patterns.formula.is_match(text))
        && !addresses(lexicon, text)
}

/// Whether a text is a list of votes: "In favour: Castoria, Norlandia". Most words after the label are names.
fn is_vote(lexicon: &Lexicon, text: &str) -> bool {
    if !lexicon.patterns().votes.is_match(text) {
        return false;
    }
    let value = text.split_once(':').map_or("", |(_, value)| value);
    let (mut n, mut n_small) = (0, 0);
    for word in value.split_whitespace() {
        n += 1;
        n_small += usize::from(word.starts_with(char::is_lowercase) && !lexicon.is_particle(word));
    }
    n_small * 3 <= n
}

/// Whether a text only counts votes: "Vote: 6 for, 3 against, 1 abstention." It has at least two sides and numbers, and no other words
/// than such counts have.
fn is_count(lexicon: &Lexicon, text: &str) -> bool {
    const LONGEST: usize = 160;
    const FEWEST: usize = 2;
    if text.len() > LONGEST || !text.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let mut sides = BTreeSet::new();
    let mut n_numbers = 0;
    for word in COUNTED.find_iter(text) {
        let word = folded(word.as_str());
        if word.starts_with(char::is_numeric) {
            n_numbers += 1;
        } else if lexicon.is_side(&word) {
            sides.insert(word);
        } else if !lexicon.is_count_word(&word) {
            return false;
        }
    }
    sides.len() >= FEWEST && n_numbers >= FEWEST
}

/// Whether lines are the result of a vote: "Voting yes ... 102 votes", "Voting no ... 88 votes", possibly below a heading.
pub(crate) fn is_tally<'t>(lines: impl Iterator<Item = &'t str>) -> bool {
    const FEWEST: usize = 2;
    const MOST_OTHERS: usize = 2;
    let (n, n_others) = lines.fold((0, 0), |(n, n_others), text| {
        let text = text.trim();
        let is_count = TALLY.is_match(text);
        let is_remark = text.starts_with('(') && text.ends_with(')');
        (n + usize::from(is_count), n_others + usize::from(!is_count && !is_remark))
    });
    n >= FEWEST && n_others <= MOST_OTHERS && n >= n_others
}

/// Whether a line is a notice of meeting software: "Ann Lee started recording".
fn is_of_recorder(lexicon: &Lexicon, text: &str) -> bool {
    const LONGEST: usize = 10;
    lexicon.is_of_recorder(text) && text.split_whitespace().count() <= LONGEST && !addresses(lexicon, text)
}

/// Whether a line marks the recording: "END OF TAPE", "Mr Lee / abc / END OF TAKE".
pub(crate) fn is_recording_mark(lexicon: &Lexicon, text: &str) -> bool {
    let Some(found) = lexicon.patterns().recording_mark.captures(text) else { return false };
    let before = found.get(1).map_or("", |before| before.as_str());
    let mark = &text[before.len()..];
    !before.chars().any(char::is_alphabetic) && !mark.ends_with('.') || !mark.chars().any(char::is_lowercase)
}

/// Whether a text only names the language of the speech that follows: "Afrikaans:".
pub(crate) fn is_language_mark(lexicon: &Lexicon, text: &str) -> bool {
    const LONGEST: usize = 40;
    let label = text.trim_end_matches([':', '：']).trim();
    text.len() <= LONGEST
        && label.len() < text.len()
        && labels::words(label).last().is_some_and(|word| lexicon.is_language(word))
        && directions::is_direction(lexicon, label)
}

/// Whether a line is the name of an examination: "CROSS-EXAMINATION".
pub(crate) fn is_examination_heading(lexicon: &Lexicon, text: &str) -> bool {
    const LONGEST: usize = 60;
    text.len() <= LONGEST && text.starts_with(char::is_uppercase) && lexicon.patterns().examination_alone.is_match(text)
}

/// Whether a line or short paragraph says who examines whom.
pub(crate) fn is_examination(lexicon: &Lexicon, text: &str) -> bool {
    const LONGEST: usize = 300;
    const SHORT: usize = 120;
    // Most lines can be excluded cheaply by their beginning and end.
    let patterns = lexicon.patterns();
    if introduced_witness(lexicon, text).is_some() || is_marked(text) {
        return true;
    }
    let text = without_oath(lexicon, text).filter(|rest| rest.ends_with(':')).unwrap_or(text);
    let signs = &patterns.examination_signs;
    let may_be = text.ends_with(')')
        || signs.iter().any(|sign| text.starts_with(sign.trim_start()))
        || text.len() <= SHORT && signs.iter().any(|sign| text.contains(sign.as_str()))
        || patterns.having_been.is_match(text);
    text.len() <= LONGEST && may_be && patterns.examination.is_match(text)
}

/// Whether a line is a note in capitals behind an angle bracket that is not closed, as records of inquiries mark them: "<THE WITNESS
/// WITHDREW".
fn is_marked(text: &str) -> bool {
    const LONGEST: usize = 120;
    let Some(note) = text.trim().strip_prefix('<').filter(|_| text.len() <= LONGEST) else { return false };
    let note = note.split('[').next().unwrap_or(note);
    in_capitals(note) && note.starts_with(char::is_uppercase) && !text.contains('>') && note.contains(' ')
}

/// The name of the witness in such a note: "<ANN LEE, SWORN   \[10.06 am\]".
fn marked_witness<'t>(lexicon: &Lexicon, text: &'t str) -> Option<&'t str> {
    let note = text.trim().strip_prefix('<').filter(|_| is_marked(text))?;
    let (name, state) = note.split('[').next()?.split_once(',')?;
    lexicon.patterns().oath.is_match(state.trim()).then(|| name.trim())
}

/// The text before a last bracket in square signs with a word for the state of an examination: `Examination by Mr. Lee: [Continued]`.
fn without_oath<'t>(lexicon: &Lexicon, text: &'t str) -> Option<&'t str> {
    let (before, inside) = text.trim_end().strip_suffix(']')?.rsplit_once('[')?;
    lexicon.patterns().oath.is_match(inside.trim()).then(|| before.trim_end())
}

/// The name of the witness whom a line calls: `WITNESS:  ANN LEE [Resumed]`.
pub(crate) fn introduced_witness<'t>(lexicon: &Lexicon, text: &'t str) -> Option<&'t str> {
    const LONGEST: usize = 6;
    if let Some(name) = marked_witness(lexicon, text) {
        return Some(name);
    }
    let (label, name) = without_oath(lexicon, text)?.split_once(':')?;
    let (words, name) = (labels::words(label), name.trim());
    let calls = words.last().is_some_and(|word| lexicon.is_witness(word)) && words.len() <= 3;
    (calls && !name.is_empty() && name.split_whitespace().count() <= LONGEST).then_some(name)
}

/// Whether a line is an entry of a table of contents or index.
pub(crate) fn is_index_entry(text: &str) -> bool {
    text.ends_with(|c: char| c.is_ascii_digit())
        && text.contains(". .") | text.contains("...")
        && LEADERS.is_match(text)
}

/// Whether a text reports applause without brackets: "Aplausos do PS."
fn is_applause(lexicon: &Lexicon, text: &str) -> bool {
    const LONGEST: usize = 8;
    let words = labels::words(text);
    words.len() <= LONGEST
        && words.first().is_some_and(|word| lexicon.is_applause(word))
        && (words.len() > 1 || text.ends_with('.'))
        && directions::is_direction(lexicon, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_of_procedure_differ_from_speech() {
        for text in [
            "The meeting was called to order at 3.05 p.m.",
            "House adjourned at 3.15 pm.",
            "La seduta è tolta (ore 17,04).",
            "The motion was carried on a show of hands.",
            "In favour: Castoria, Norlandia",
            "Aplausos do PS.",
            "Ann Lee stopped transcription",
            "Vote: 6 for, 3 against, 1 abstention.",
            "For – 6, against – 3, abstained – 0.",
            "Abstimmungsergebnis: 11 Ja, 5 Nein, 1 Enthaltung.",
            "Résultat du vote : 15 voix pour, 4 contre",
            "賛成6名、反対3名",
            "Голосовали: за — 7, против — 2, воздержались — 1.",
            "Carried unanimously.",
            "Adopté à l'unanimité.",
        ] {
            assert!(is_record(Lexicon::builtin(), text), "{text}");
        }
        for text in [
            "The meeting was long, and nobody spoke of what we had come for.",
            "La séance est ouverte.",
            "Applause is not an argument.",
            "The motion asks for three things.",
            "For 6 of 10 people nothing changes.",
            "Clerk: 6 for, 3 against.",
            "Six people spoke for it, 3 against.",
            "In 2 years, 6 votes for the pool.",
        ] {
            assert!(!is_record(Lexicon::builtin(), text), "{text}");
        }
    }

    #[test]
    fn lines_of_courts_say_who_is_examined() {
        assert!(is_examination(Lexicon::builtin(), "BY MS. HILL:"));
        assert!(is_examination(Lexicon::builtin(), "Questions from MR LEE"));
        assert!(is_examination(Lexicon::builtin(), "MRS JEAN TOLL (sworn)"));
        assert!(is_examination(Lexicon::builtin(), "having been first duly sworn, testified as follows:"));
        assert!(!is_examination(Lexicon::builtin(), "I have questions from the public, and I was sworn at."));
        assert!(is_index_entry("MRS JEAN TOLL (sworn) ........... 1"));
        assert!(!is_index_entry("It took ... well, until 1997"));
    }
}
