//! People who are described in prose and titles: "Speech by Ann Lee, Minister of Roads, at the fair", "Interview with
//! the Commissioner for Data, Ann Lee".
//!
//! **Input**: a text that names a person, and the lexicon. **Output**: the person, with the office before or after the
//! name. A text that does not begin with a person gives `None`. Where such texts are searched for is left to
//! attribution.

use std::ops::Range;

use super::bylines::{self, Byline};
use super::labels::{self, LabelKind};
use super::offices;
use crate::lexicon::Lexicon;
use crate::text::folded;

/// Names of people in a text, with their positions.
pub fn names(lexicon: &Lexicon, text: &str) -> Vec<(Range<usize>, String)> {
    lexicon
        .patterns()
        .name_in_prose
        .find_iter(text)
        .filter_map(|found| {
            // "Engineer Ann Lee": words before a name are capitalised too.
            let starts = std::iter::once(0).chain(found.as_str().match_indices(' ').map(|(at, _)| at + 1));
            starts.into_iter().find_map(|at| {
                let name = found.as_str()[at..].trim_end_matches('.');
                let start = found.start() + at;
                is_name(lexicon, name).then(|| (start..start + name.len(), name.to_string()))
            })
        })
        .collect()
}

/// Two to five words that name a person, none of which means a body, an office or a heading.
pub fn is_name(lexicon: &Lexicon, text: &str) -> bool {
    let words = labels::words(text);
    let honorific = words.iter().take_while(|word| labels::is_honorific(lexicon, word)).count();
    let name = &words[honorific.min(words.len())..];
    (1..=5).contains(&name.len())
        && name.len() + honorific >= 2
        && name.iter().any(|word| word.chars().count() >= 3)
        && name.last().is_some_and(|word| word.chars().count() >= 2)
        && labels::judge(lexicon, text)
            .is_some_and(|judgement| judgement.kind == LabelKind::Person && judgement.quality >= 0.6)
        && !name.iter().any(|word| {
            lexicon.is_body(word)
                || lexicon.is_position(word)
                || lexicon.is_office(word)
                || lexicon.is_heading_noun(word)
                || lexicon.is_session_body(word)
                || lexicon.is_not_speaker(word)
                || lexicon.is_function_word(word)
        })
}

/// The person that a text begins with, with the office before or after the name.
pub fn person(lexicon: &Lexicon, text: &str) -> Option<Byline> {
    let text = text.trim_start();
    let clause = text.split(['.', '\n', ';', '!', '?']).next().filter(|clause| clause.contains(' ')).unwrap_or(text);
    // "Dr. Ann Lee": a full stop after an honorific does not end a clause.
    let clause = if clause.split_whitespace().all(|word| labels::is_honorific(lexicon, word)) { text } else { clause };
    let pieces: Vec<&str> = clause.split([',', '–', '—', '|', '(']).map(str::trim).collect();
    let first = pieces.first()?;
    if let Some(byline) = leading(lexicon, first) {
        let mut byline = byline;
        // "Ann Lee, Minister of Roads, at the fair"
        if let Some(office) = pieces.get(1).map(|piece| without_occasion(lexicon, piece))
            && offices::is_title(lexicon, office)
            && byline.details.title.is_none()
        {
            offices::set_office(lexicon, &mut byline, office);
        }
        return Some(byline);
    }
    // "the Commissioner for Data, Niamh Carrick"
    let office = offices::without_leading_articles(lexicon, first);
    let byline = leading(lexicon, pieces.get(1)?)?;
    if !offices::is_title(lexicon, office) || byline.details.title.is_some() {
        return None;
    }
    let mut byline = byline;
    offices::set_office(lexicon, &mut byline, office);
    Some(byline)
}

/// "Ann Lee at the fair", "Governor Ann Lee": a name, possibly after an office and before an occasion.
fn leading(lexicon: &Lexicon, piece: &str) -> Option<Byline> {
    let words: Vec<&str> = piece.split_whitespace().collect();
    let end = words
        .iter()
        .position(|word| {
            word.starts_with(char::is_lowercase) && !lexicon.is_particle(word)
                || in_capitals(word) && lexicon.ends_name_in_capitals(&folded(word))
        })
        .unwrap_or(words.len());
    let head = words[..end].join(" ");
    let byline = bylines::split(lexicon, &head);
    let is_person = is_name(lexicon, &byline.name) || byline.details.honorific.is_some() && is_name(lexicon, &head);
    is_person.then_some(byline)
}

/// The office that a text begins with: "director of the Museum of Ships, on paint".
pub fn office<'t>(lexicon: &Lexicon, text: &'t str) -> Option<&'t str> {
    let clause = text.split([',', '.', ';', '(', '–', '—']).next()?.trim();
    let office = without_occasion(lexicon, clause);
    (offices::is_title(lexicon, office) && office.split_whitespace().count() <= 14).then_some(office)
}

fn in_capitals(word: &str) -> bool {
    word.chars().all(char::is_uppercase)
}

fn without_occasion<'t>(lexicon: &Lexicon, piece: &'t str) -> &'t str {
    for found in lexicon.patterns().occasion.find_iter(piece) {
        let rest = &piece[found.end()..];
        // "at the University" names a place of work, "at the fair" an occasion.
        let next = labels::words(rest);
        let is_body = next.iter().take(6).any(|word| lexicon.is_body(word) && !lexicon.is_session_body(word));
        let is_field = lexicon.is_field_preposition(found.as_str().trim());
        if !(is_body || is_field && rest.starts_with(char::is_uppercase)) {
            return piece[..found.start()].trim();
        }
    }
    piece.trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<(String, Option<String>, Option<String>)> {
        person(Lexicon::builtin(), text).map(|byline| (byline.name, byline.details.title, byline.details.affiliation))
    }

    #[expect(clippy::unnecessary_wraps, reason = "an expected value, as the function returns it")]
    fn some(name: &str, title: &str, affiliation: &str) -> Option<(String, Option<String>, Option<String>)> {
        let or_none = |text: &str| (!text.is_empty()).then(|| text.to_string());
        Some((name.to_string(), or_none(title), or_none(affiliation)))
    }

    #[test]
    fn a_person_with_an_office_before_or_behind() {
        assert_eq!(
            parts("Ann Smithson, Minister of Fisheries, at the opening of the Fair"),
            some("Ann Smithson", "Minister of Fisheries", "")
        );
        assert_eq!(
            parts("Governor Ines Obregón at the Annual Meeting of the Banks"),
            some("Ines Obregón", "Governor", "")
        );
        assert_eq!(
            parts("THE COMMISSIONER FOR DATA, NIAMH CARRICK"),
            some("NIAMH CARRICK", "COMMISSIONER FOR DATA", "")
        );
        assert_eq!(
            parts("Hanne Bruun, director of the Museum of Small Ships, on paint"),
            some("Hanne Bruun", "director", "Museum of Small Ships")
        );
        assert_eq!(parts("the Annual Meeting of the Banks"), None);
        assert_eq!(parts("Dr. Ann Lee, Director"), some("Ann Lee", "Director", ""));
    }

    #[test]
    fn names_in_prose() {
        let found = |text: &str| names(Lexicon::builtin(), text).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
        assert_eq!(
            found("Ivo Lack has lived here. Mirjana Doll spoke to him in Novi Most."),
            ["Ivo Lack", "Mirjana Doll", "Novi Most"]
        );
        assert_eq!(found("The University of Karoo"), Vec::<String>::new());
    }
}
