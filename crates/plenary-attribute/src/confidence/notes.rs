//! The terms of paragraphs that may not belong to the turn they stand in: results of votes, closing lines, captions of pictures.
//!
//! **Input**: utterances, and the surnames of their document. **Output**: the values of terms of the second and later paragraphs of each
//! turn. A paragraph that begins like a byline is left to `sources`.

use std::collections::HashMap;

use super::shapes::shape;
use super::sources::{ends_sentence, n_words};
use super::terms::{TermKind as T, Values, saturated};
use super::texts::Surnames;
use plenary_corpus::Utterance;
use plenary_names::addresses::addresses;
use plenary_names::lexicon::Lexicon;
use plenary_names::text::is_in_capitals;

/// What a paragraph shows of whether it is speech.
#[derive(Clone, Copy)]
struct Paragraph<'t> {
    text: &'t str,
    /// It has a word of the first or second person, or it asks.
    addresses: bool,
    is_open: bool,
}

impl<'t> Paragraph<'t> {
    fn of(lexicon: &Lexicon, text: &'t str) -> Self {
        Self { text, addresses: asks(text) || addresses(lexicon, text), is_open: !ends_sentence(text) }
    }

    /// Number of separate numbers.
    fn n_numbers(&self) -> usize {
        let is_digit = |c: char| c.is_numeric();
        self.text.split(|c| !is_digit(c)).filter(|number| !number.is_empty()).count()
    }

    /// Whether a time of day or of the recording is at the beginning or at the end: "12:30 Ann", "Ann, 12:30".
    fn has_time_at_edge(&self) -> bool {
        let is_time = |word: &str| {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric());
            let parts: Vec<&str> = word.split(':').collect();
            matches!(parts.len(), 2 | 3)
                && parts.iter().all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()))
        };
        let mut words = self.text.split_whitespace();
        words.next().is_some_and(is_time) || words.next_back().is_some_and(is_time)
    }

    /// Whether a colon, or a dash after a full stop, follows its first words, and a sentence follows it.
    fn is_introduced(&self) -> bool {
        const MOST_WORDS: usize = 9;
        const LONGEST: usize = 90;
        let text = &self.text[..self.text.floor_char_boundary(LONGEST)];
        let is_closer = |(at, c): &(usize, char)| match c {
            ':' | '：' => true,
            '–' | '—' | '-' => text[..*at].trim_end_matches([' ', '-']).ends_with('.'),
            _ => false,
        };
        let Some((at, closer)) = text.char_indices().find(is_closer) else { return false };
        let rest = self.text[at + closer.len_utf8()..].trim_start_matches(['-', '–', '—', ' ', '"', '“', '«', '„']);
        let begins = |text: &str| text.chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_lowercase());
        let before = text[..at].trim_start_matches(|c: char| !c.is_alphanumeric());
        begins(before) && begins(rest) && before.split_whitespace().nth(MOST_WORDS).is_none() && rest.contains(' ')
    }

    fn begins_with_sign(&self) -> bool {
        self.text.starts_with(|c: char| {
            !c.is_alphanumeric()
                && !matches!(
                    c,
                    '"' | '“'
                        | '”'
                        | '„'
                        | '«'
                        | '»'
                        | '‘'
                        | '\''
                        | '’'
                        | '「'
                        | '『'
                        | '¿'
                        | '¡'
                        | '…'
                        | '.'
                        | '<'
                )
        })
    }
}

/// Whether a text ends with a question mark.
pub(crate) fn asks(text: &str) -> bool {
    text.trim_end().ends_with(['?', '？', '؟', '\u{37e}'])
}

/// The paragraphs of a text.
fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// Sets the terms of later paragraphs. What most turns of the document have counts little.
pub(crate) fn set_notes(all: &mut [Values], utterances: &[Utterance], lexicon: &Lexicon, surnames: &Surnames) {
    const NUMBERS: usize = 2;
    const SHORTEST: usize = 4;
    const COPIES: usize = 3;
    let turns: Vec<Vec<Paragraph<'_>>> = utterances
        .iter()
        .map(|utterance| paragraphs(&utterance.text).map(|text| Paragraph::of(lexicon, text)).collect())
        .collect();
    let share = |holds: &dyn Fn(&[Paragraph<'_>]) -> bool| {
        turns.iter().filter(|turn| holds(turn)).count() as f32 / turns.len().max(1) as f32
    };
    let addressing = share(&|turn| turn.iter().any(|paragraph| paragraph.addresses));
    let closed = 1.0 - share(&|turn| turn.last().is_some_and(|paragraph| paragraph.is_open));
    let n = turns.len();
    let n_in_capitals = utterances.iter().filter(|utterance| is_in_capitals(&utterance.text)).count();
    let in_capitals = n_in_capitals as f32 / n.max(1) as f32;
    let mut copies: HashMap<&str, usize> = HashMap::new();
    turns.iter().flatten().for_each(|paragraph| *copies.entry(paragraph.text).or_default() += 1);
    let is_copy = |paragraph: &&Paragraph<'_>| copies.get(paragraph.text).is_some_and(|n| *n >= COPIES);
    for (at, ((values, turn), utterance)) in all.iter_mut().zip(&turns).zip(utterances).enumerate() {
        values.mark(T::Bracketed, is_in_brackets(&utterance.text));
        values.mark(T::NoteLink, ["http://", "https://", "www.", "©"].iter().any(|sign| utterance.text.contains(sign)));
        values.set(T::InsideTimes, saturated(turn.iter().filter(|paragraph| paragraph.has_time_at_edge()).count()));
        let starts_named = shape(&utterance.text, false).is_some_and(|(shape, _)| shape.introduces());
        values.mark(T::StartsNamed, starts_named);
        if is_in_capitals(&utterance.text) {
            values.set(T::AllCapitals, 1.0 - in_capitals);
        }
        let Some((first, later)) = turn.split_first().filter(|(_, later)| !later.is_empty()) else { continue };
        values.set(T::InsideCopies, saturated(later.iter().filter(is_copy).count()));
        let n_introduced = later.iter().filter(|paragraph| paragraph.is_introduced()).count();
        values.set(T::InsideIntroduced, saturated(n_introduced));
        values.mark(T::NoteNumbers, later.iter().any(|paragraph| paragraph.n_numbers() >= NUMBERS));
        values.mark(T::NoteSign, !first.begins_with_sign() && later.iter().any(Paragraph::begins_with_sign));
        values.mark(T::NoteAtEnd, at + 1 == n && n > 1);
        if later.iter().any(|paragraph| paragraph.is_open) {
            values.set(T::NoteOpen, closed);
        }
        let is_named = |paragraph: &&Paragraph<'_>| !paragraph.addresses && surnames.are_in(paragraph.text);
        values.mark(T::NoteNamed, later.iter().any(|paragraph| is_named(&paragraph)));
        let is_report = |paragraph: &&Paragraph<'_>| !paragraph.addresses && n_words(paragraph.text) >= SHORTEST;
        if later.last().is_some_and(|last| is_report(&last)) {
            values.set(T::NoteReports, addressing);
        }
        let asked = turn.iter().rev().skip(1).any(|paragraph| asks(paragraph.text));
        values.mark(T::InsideQuestion, asked);
    }
}

/// Whether a text is in brackets as a whole.
fn is_in_brackets(text: &str) -> bool {
    let text = text.trim().trim_end_matches('.');
    [('(', ')'), ('[', ']'), ('（', '）'), ('［', '］')].iter().any(|(opener, closer)| {
        text.strip_prefix(*opener)
            .and_then(|rest| rest.strip_suffix(*closer))
            .is_some_and(|inner| !inner.contains(*closer))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use plenary_names::labels::LabelKind;

    /// The terms of the last of some turns, all of Ann Lee.
    fn terms(texts: &[&str]) -> Vec<&'static str> {
        let utterances: Vec<Utterance> =
            texts.iter().map(|text| Utterance { text: (*text).to_string(), ..Utterance::default() }).collect();
        let mut all = vec![Values::default(); texts.len()];
        let surnames = Surnames::of([("Ann Lee", Some(LabelKind::Person))].into_iter());
        set_notes(&mut all, &utterances, Lexicon::builtin(), &surnames);
        all.last().map(|values| values.present().map(|(term, _)| term.as_str()).collect()).unwrap_or_default()
    }

    #[test]
    fn paragraphs_that_are_not_said_leave_traces() {
        let talk = "I thank you, and we go on.";
        assert_eq!(terms(&[talk, talk]), Vec::<&str>::new());
        assert_eq!(
            terms(&[talk, "I close.\n\nThe plan was accepted by 33 votes to 12."]),
            ["note_numbers", "note_reports", "note_at_end"]
        );
        assert_eq!(
            terms(&[talk, "I close.\n\nMs Lee left the hall with her plans."]),
            ["note_named", "note_reports", "note_at_end"]
        );
        assert_eq!(terms(&[talk, "I close.\n\n– People rise"]), ["note_open", "note_sign", "note_at_end"]);
        assert_eq!(terms(&[talk, "Who is there?\n\nIt is me."]), ["note_at_end", "inside_question"]);
        assert_eq!(
            terms(&[talk, "Who answers?\n\nThe speaker of the house Bo Hill: There is no wind."]),
            ["note_reports", "note_at_end", "inside_question", "inside_introduced"]
        );
        assert_eq!(terms(&[talk, "HILL (Docks). I thank you."]), ["starts_named"]);
        assert_eq!(terms(&[talk, "GRAVEL, A GATE, GEESE!"]), ["all_capitals"]);
        assert_eq!(terms(&[talk, "(Sworn in, states)."]), ["bracketed"]);
        assert_eq!(terms(&[talk, "It is at www.example.org, I say."]), ["note_link"]);
    }
}
