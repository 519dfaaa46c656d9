//! The terms of what a turn says.
//!
//! **Input**: utterances, and the labels of their document. **Output**: the values of terms that depend on the text alone: how it begins
//! and ends, its length, its paragraphs, and the names in it. Lines that begin like bylines are left to `sources`.

use std::collections::HashSet;

use super::sources::ends_sentence;
use super::terms::{TermKind as T, Values, saturated};
use plenary_corpus::Utterance;
use plenary_names::labels::{self, LabelKind};

/// The terms of turns with several paragraphs where most turns have one: the last may be a note or a heading. The items of a list
/// are no paragraphs of their own.
pub(crate) fn set_paragraphs(all: &mut [Values], utterances: &[Utterance]) {
    const MANY: f32 = 0.4;
    const FEWEST: usize = 4;
    let has_several = |utterance: &Utterance| utterance.text.lines().skip(1).any(|paragraph| !is_list_item(paragraph));
    let n = utterances.len();
    let share = utterances.iter().filter(|utterance| has_several(utterance)).count() as f32 / n.max(1) as f32;
    let odd = (1.0 - share / MANY).max(0.0);
    if odd == 0.0 || n < FEWEST {
        return;
    }
    for (values, _) in all.iter_mut().zip(utterances).filter(|(_, utterance)| has_several(utterance)) {
        values.set(T::OddParagraphs, odd);
    }
}

/// Whether a paragraph begins with a number, a letter or a sign of a list: "1. the operation", "(a) the aim", "- the aim".
fn is_list_item(paragraph: &str) -> bool {
    const LONGEST: usize = 5;
    let Some(mark) = paragraph.split_whitespace().next() else { return true };
    let inner = mark.trim_start_matches('(').trim_end_matches(['.', ')']);
    let is_number = inner.len() < mark.len() && inner.chars().count() == 1 || inner.chars().all(|c| c.is_ascii_digit());
    matches!(mark, "-" | "–" | "—" | "•" | "*") || is_number && mark.chars().count() <= LONGEST
}

/// Whether speech is written without capitals, as recognisers and chats do: then a small letter says nothing about a turn. Letters
/// without case do not count.
pub(crate) fn has_no_capitals(utterances: &[Utterance]) -> bool {
    const ENOUGH: usize = 10_000;
    let letters = utterances.iter().flat_map(|utterance| utterance.text.chars()).take(ENOUGH);
    let (small, capital) = letters.fold((0, 0), |(small, capital), c| {
        (small + usize::from(c.is_lowercase()), capital + usize::from(c.is_uppercase()))
    });
    capital * 100 < small
}

/// The median number of words of a turn.
pub(crate) fn median_words(utterances: &[Utterance]) -> usize {
    let mut words: Vec<usize> = utterances.iter().map(|utterance| utterance.n_words).collect();
    let middle = words.len() / 2;
    if words.is_empty() { 0 } else { *words.select_nth_unstable(middle).1 }
}

/// The terms of the text.
pub(crate) fn set_text(values: &mut Values, utterance: &Utterance, before: Option<&Utterance>, median: usize) {
    const LONG: usize = 100;
    const TIMES: f32 = 8.0;
    let text = utterance.text.as_str();
    let first = text.chars().next().unwrap_or(' ');
    let is_low =
        first.is_lowercase() || matches!(first, ',' | ';' | ':' | ')' | ']' | '.' | '-' | '–' | '—' | '|' | '/');
    values.mark(T::StartsLow, is_low);
    values.mark(T::BeforeOpen, before.is_some_and(|before| !ends_sentence(&before.text)));
    values.mark(T::EndsOpen, !ends_sentence(text));
    values.mark(T::ShortTurn, utterance.n_words <= 2);
    if utterance.n_words >= LONG {
        let times = utterance.n_words as f32 / median.max(1) as f32;
        values.set(T::LongTurn, (times / TIMES).log2() / 4.0);
    }
    values.mark(T::EndsColon, text.ends_with([':', '：']));
    values.mark(T::TextOfNames, is_of_names(text));
    values.set(T::InsideColon, saturated(n_announced(text)));
    values.mark(T::OddLast, ends_with_note(text));
    values.set(T::InsideAnswer, saturated(n_answered(text)));
}

/// Whether every longer word of a text begins with a capital, as in a list of people: "Gareth Owen, Director, Bus Users Wales."
fn is_of_names(text: &str) -> bool {
    const FEWEST: usize = 3;
    const LONGEST: usize = 30;
    const SHORT: usize = 3;
    let mut n = 0;
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.starts_with(char::is_alphabetic)) {
        let is_long = word.chars().count() > SHORT;
        if word.starts_with(char::is_uppercase) {
            n += usize::from(is_long);
        } else if is_long || !word.starts_with(char::is_lowercase) {
            return false;
        }
    }
    (FEWEST..=LONGEST).contains(&n) && text.contains(char::is_lowercase)
}

/// Number of short paragraphs before the last that end with a colon: they may be bylines.
fn n_announced(text: &str) -> usize {
    const LONGEST: usize = 10;
    let mut paragraphs: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    paragraphs.pop();
    let is_short = |line: &&str| line.split_whitespace().nth(LONGEST).is_none();
    paragraphs.iter().filter(|line| line.trim_end().ends_with([':', '：'])).filter(|line| is_short(line)).count()
}

/// Whether the last paragraph of several begins with a number, a bracket or another sign, and the one before it does not.
fn ends_with_note(text: &str) -> bool {
    let begins_oddly = |line: &str| {
        line.starts_with(|c: char| {
            !c.is_alphabetic()
                && !matches!(c, '"' | '“' | '„' | '«' | '»' | '‘' | '\'' | '’' | '「' | '『' | '¿' | '¡' | '…' | '.')
        })
    };
    let mut paragraphs = text.lines().rev().map(str::trim).filter(|line| !line.is_empty());
    let (Some(last), Some(before)) = (paragraphs.next(), paragraphs.next()) else { return false };
    begins_oddly(last) && !begins_oddly(before)
}

/// Number of questions that are followed by a dash: "Where do you live? - In Langa."
fn n_answered(text: &str) -> usize {
    const DASHES: [char; 4] = ['-', '–', '—', '―'];
    text.match_indices('?').filter(|(at, _)| text[at + 1..].trim_start_matches([' ', '\n']).starts_with(DASHES)).count()
}

/// The last words of the labels of a document that are names.
pub(crate) struct Surnames(HashSet<String>);

impl Surnames {
    /// The surnames among labels.
    pub(crate) fn of<'l>(labels: impl Iterator<Item = (&'l str, Option<LabelKind>)>) -> Self {
        let is_name = |kind: Option<LabelKind>| matches!(kind, Some(LabelKind::Person | LabelKind::Word));
        Self(labels.filter(|(_, kind)| is_name(*kind)).filter_map(|(label, _)| surname(label)).collect())
    }

    /// The terms of names in the text: names of speakers before a colon inside a line, and the speaker's own name.
    pub(crate) fn set_names(&self, values: &mut Values, utterance: &Utterance) {
        values.set(T::InsideNamed, saturated(self.n_named(&utterance.text)));
        let own = utterance.label.as_deref().and_then(surname).filter(|own| self.0.contains(own));
        values.mark(T::NamesItself, own.is_some_and(|own| addresses(&utterance.text, &own)));
    }

    /// Whether one of the names is a word of a text.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '\'' | '’'))
            .any(|word| word.starts_with(|c: char| !c.is_lowercase()) && self.0.contains(&word.to_lowercase()))
    }

    /// Number of colons inside lines that follow the name of a speaker.
    fn n_named(&self, text: &str) -> usize {
        let is_named = |line: &str| {
            line.match_indices([':', '：'])
                .filter(|(at, _)| {
                    let mut words = line[..*at].split_whitespace().rev();
                    let last = words.next().and_then(surname);
                    // At the beginning of a line, labels are counted with its shape.
                    last.is_some_and(|last| self.0.contains(&last)) && words.nth(1).is_some()
                })
                .count()
        };
        text.lines().map(is_named).sum()
    }
}

/// The last word of a label, in lower case, if it has at least three letters.
fn surname(label: &str) -> Option<String> {
    const SHORTEST: usize = 3;
    labels::words(label).pop().filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() >= SHORTEST)
}

/// Whether a text addresses somebody by a surname: the name follows a comma or begins a sentence, alone or after one short word with a
/// capital, and a sign follows it.
fn addresses(text: &str, surname: &str) -> bool {
    const LONGEST: usize = 9;
    let ends_clause = |text: &str| text.is_empty() || text.ends_with([',', '.', '?', '!', '…']);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.iter().enumerate().any(|(at, word)| {
        let is_called = word.ends_with([',', '.', '?', '!']) && self::surname(word).as_deref() == Some(surname);
        let before = |n: usize| at.checked_sub(n).map_or("", |at| words[at]);
        let is_form = |word: &str| word.starts_with(char::is_uppercase) && word.chars().count() <= LONGEST;
        is_called && (before(1).ends_with(',') || is_form(before(1)) && ends_clause(before(2)) || at == 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_names_are_not_speech() {
        assert!(is_of_names("Gareth Owen, Director, Bus Users of Wales."));
        assert!(!is_of_names("Gareth Owen spoke first."));
        assert!(!is_of_names("Thank you, Chair."));
        assert!(!is_of_names("BUS USERS OF WALES"));
    }

    #[test]
    fn notes_at_the_end_begin_with_a_sign() {
        assert!(ends_with_note("Without objection.\n\n[1]/ Note: the remarks are below."));
        assert!(!ends_with_note("These are the points.\n\n1. Roads\n\n2. Wells"));
        assert!(!ends_with_note("Without objection.\n\n\"We agree.\""));
    }

    #[test]
    fn questions_before_a_dash_are_counted() {
        assert_eq!(n_answered("Where do you live? --- In Langa. Alone? – Yes."), 2);
        assert_eq!(n_answered("Where do you live? I live in Langa - alone."), 0);
    }

    #[test]
    fn short_lines_with_a_colon_announce_something() {
        assert_eq!(n_announced("He answers.\n\nSecretary of State Bo Hill:\n\nThere is no wind."), 1);
        assert_eq!(n_announced("There is no wind. I ask this:"), 0);
    }

    #[test]
    fn names_in_a_text_are_found() {
        let surnames =
            Surnames::of([("Ann Lee", Some(LabelKind::Person)), ("Mr. Hill", Some(LabelKind::Person))].into_iter());
        assert_eq!(surnames.n_named("So it was said. BO HILL: No."), 1);
        assert_eq!(surnames.n_named("Bo Hill: No. We ask: why?"), 0);
        for text in ["Thank you, Mr. Hill.", "Mr. Hill, please.", "Yes. Mr. Hill, please.", "Thank you, Hill."] {
            assert!(addresses(text, "hill"), "{text}");
        }
        assert!(!addresses("The plan of Bo Hill, as it stands.", "hill"));
    }
}
