//! Corrections of sentence breaks by the rules of a language.
//!
//! **Input**: the breaks that `sentencex` finds, and the words of the lexicon for the language. **Output**: the same breaks without those
//! after abbreviations, ordinal numbers, parts of dates and quotations, and with those after signs that it does not know and after an
//! abbreviation that ends a sentence. Nothing is refused.

use std::ops::Range;

use super::items::DOTTED_ORDINALS;
use plenary_names::lexicon::Lexicon;
use plenary_names::text::folded;

/// Signs that end a sentence in Khmer.
const MORE_SIGNS: [char; 2] = ['។', '៕'];
/// Signs that close a quotation.
const CLOSING_QUOTES: [char; 8] = ['"', '”', '’', '»', '」', '』', '“', '›'];
/// English has rules of its own in `sentencex`.
const ENGLISH: &str = "en";

/// Corrects breaks in one language.
pub(crate) struct Breaks<'l> {
    language: &'l str,
    lexicon: &'l Lexicon,
    /// Ordinal numbers are written with a full stop in the language: "2. Juni" is not an item of a list.
    pub(crate) has_dotted_ordinals: bool,
}

impl<'l> Breaks<'l> {
    pub(crate) fn of(language: &'l str, lexicon: &'l Lexicon) -> Self {
        Self { language, lexicon, has_dotted_ordinals: DOTTED_ORDINALS.contains(&language) }
    }

    /// The parts of a sentence: it ends after a sign that `sentencex` does not know, and after an abbreviation before a word that often
    /// begins a sentence.
    pub(crate) fn split(&self, text: &str, sentence: Range<usize>) -> Vec<Range<usize>> {
        let part = &text[sentence.clone()];
        let mut out = Vec::new();
        let mut start = sentence.start;
        let mut ends: Vec<usize> = Vec::new();
        if !part.is_ascii() {
            ends.extend(part.match_indices(MORE_SIGNS).map(|(at, sign)| at + sign.len()));
        }
        if self.language != ENGLISH && self.lexicon.knows_openers(self.language) {
            ends.extend(part.match_indices(". ").map(|(at, _)| at + 1).filter(|end| {
                let word = last_word(&part[..*end]);
                self.lexicon.is_abbreviation(self.language, &word) && self.opens(&part[*end..])
            }));
            ends.sort_unstable();
        }
        for end in ends.into_iter().map(|end| sentence.start + end).filter(|end| *end < sentence.end) {
            out.push(start..end);
            start = end;
        }
        out.push(start..sentence.end);
        out
    }

    /// Whether two neighbouring parts are one sentence.
    pub(crate) fn joins(&self, text: &str, left: Range<usize>, right: &Range<usize>) -> bool {
        let (above, below) = (&text[left], &text[right.clone()]);
        if self.language == ENGLISH {
            return self.ends_with_title(above.trim_end());
        }
        let adjoins = !above.ends_with(char::is_whitespace) && !below.starts_with(char::is_whitespace);
        let (above, below) = (above.trim_end(), below.trim_start());
        let is_quoted = above.ends_with(CLOSING_QUOTES);
        if is_quoted && adjoins {
            let hangul = |c: char| ('\u{AC00}'..='\u{D7A3}').contains(&c);
            return below.starts_with(hangul) || self.lexicon.continues_quotation(self.language, below);
        }
        if !above.ends_with('.') {
            return false;
        }
        let word = last_word(above);
        let is_abbreviation = self.lexicon.is_abbreviation(self.language, &word) && !self.opens(below);
        (adjoins && below.starts_with(['-', '‐']))
            || is_initials(&word)
            || self.lexicon.is_abbreviated_title(self.language, &word)
            || is_abbreviation
            || self.is_ordinal(&word, below)
            || is_part_of_date(above, below)
            || (begins_in_lower_case(below)
                && !begins_in_lower_case(above.trim_start_matches(|c: char| !c.is_alphanumeric())))
    }

    /// Whether an English text ends with an abbreviated title, in capital and small letters: "thank you, Ms."
    fn ends_with_title(&self, above: &str) -> bool {
        let Some(above) = above.strip_suffix('.') else { return false };
        let word = above.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or("");
        word.starts_with(char::is_uppercase)
            && word.contains(char::is_lowercase)
            && self.lexicon.is_abbreviated_title(self.language, &folded(word))
    }

    /// Whether a text begins with a capital and a word that often begins a sentence.
    fn opens(&self, text: &str) -> bool {
        let text = text.trim_start();
        let word: String = text.chars().take_while(|c| c.is_alphabetic()).collect();
        text.starts_with(char::is_uppercase) && self.lexicon.opens_sentence(self.language, &folded(&word))
    }

    /// Whether a number before a full stop is an ordinal: in languages that write it so, before a word that does not begin a sentence.
    fn is_ordinal(&self, word: &str, below: &str) -> bool {
        const LONGEST: usize = 2;
        let is_number = (1..=LONGEST).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
        self.has_dotted_ordinals
            && is_number
            && below.starts_with(char::is_alphabetic)
            && (begins_in_lower_case(below) || (self.lexicon.knows_openers(self.language) && !self.opens(below)))
    }
}

/// The last word before the full stop at the end of a text, in lower case, without an article that an apostrophe joins to it.
fn last_word(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let word = text.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '[' | '«' | '"' | '“' | '\'' | '’')).next();
    folded(word.unwrap_or(""))
}

/// Whether a word is initials that a hyphen joins: "J.-P."
fn is_initials(word: &str) -> bool {
    word.contains('-') && word.split(['.', '-']).filter(|part| !part.is_empty()).all(|part| part.chars().count() == 1)
}

/// Whether a text begins with a small letter of a script that has capitals.
fn begins_in_lower_case(text: &str) -> bool {
    text.starts_with(char::is_lowercase)
}

/// Whether a break is inside a date with full stops, year first, or directly after one: "2024. 3. 5."
fn is_part_of_date(above: &str, below: &str) -> bool {
    let is_number = |word: &str, lengths: &[usize]| {
        let digits = word.strip_suffix('.').unwrap_or("");
        lengths.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let mut words = above.split_whitespace().rev();
    let last = words.next().unwrap_or("");
    let next = below.split_whitespace().next().unwrap_or("");
    if is_number(last, &[4]) {
        return is_number(next, &[1, 2]);
    }
    if !is_number(last, &[1, 2]) {
        return false;
    }
    let before = words.next().unwrap_or("");
    is_number(before, &[4]) || (is_number(before, &[1, 2]) && words.next().is_some_and(|year| is_number(year, &[4])))
}
