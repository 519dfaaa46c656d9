//! Names printed with the surname first: "Hill, Ann".
//!
//! **Input**: a byline as printed, and the lexicon. **Output**: the byline with the first name before the surname. By its form alone "Hill,
//! Norland" is such a name too, so that a caller needs the format or other labels as confirmation.

use crate::bylines::{Byline, pieces, place_brackets, split, split_honorific, take_brackets, tidy};
use crate::labels;
use crate::lexicon::Lexicon;
use crate::text::folded;

/// The first name and the surname of "Hill, Ann", "van der Berg, Tessa (External)" or "Hill, Ann, member of the council", if a text
/// has this form; `None` for other texts. By its form alone "Hill, Norland" is the same, so that the form has to be confirmed by the format or
/// by other labels.
pub fn surname_first(lexicon: &Lexicon, text: &str) -> Option<(String, String)> {
    const LONGEST: usize = 4;
    let (outside, _) = take_brackets(lexicon, &tidy(text));
    let mut parts: Vec<&str> = outside.split([',', '，']).map(str::trim).collect();
    while parts.len() > 2 && parts.last().is_some_and(|last| labels::is_post_nominal(lexicon, last)) {
        parts.pop();
    }
    // "Hill, Ann, member of the council"
    if parts.get(2).is_some_and(|office| office.starts_with(char::is_lowercase)) {
        parts.truncate(2);
    }
    let [surname, first] = parts.as_slice() else { return None };
    let is_word = |token: &str| token.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '\'' | '’' | '-'));
    let is_name = |token: &&str| {
        let word = folded(token.trim_matches(|c: char| !c.is_alphanumeric()));
        let is_other = lexicon.is_position(&word)
            || lexicon.is_office(&word)
            || lexicon.is_chair(&word)
            || lexicon.is_body(&word)
            || lexicon.is_legal_form(&word)
            || lexicon.is_function_word(&word) && !lexicon.is_also_name(&word)
            || labels::is_post_nominal(lexicon, token)
            || lexicon.month(&word).is_some();
        is_word(token) && (lexicon.is_particle(&word) || token.starts_with(char::is_uppercase)) && !is_other
    };
    let are_names = |text: &str| {
        let tokens: Vec<&str> = text.split_whitespace().collect();
        (1..=LONGEST).contains(&tokens.len())
            && tokens.iter().all(is_name)
            && tokens.iter().any(|token| token.starts_with(char::is_uppercase))
    };
    let in_capitals = |text: &str| text.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    let n_letters = first.chars().filter(|c| c.is_alphabetic()).count();
    // "Hill, ACME"
    let is_acronym = in_capitals(first) && n_letters > 2 && !in_capitals(surname);
    let (honorific, without) = split_honorific(lexicon, first);
    let is_surname = are_names(surname) && split_honorific(lexicon, surname).0.is_none();
    let fits = is_surname && are_names(&without) && !is_acronym && !lexicon.is_country(first);
    let first = honorific.map_or_else(|| without.clone(), |honorific| format!("{honorific} {without}"));
    fits.then(|| (first, (*surname).to_string()))
}

/// Splits a byline whose name begins with the surname: "Hill, Ann" has the label as printed and the name "Ann Hill". A
/// text without this form is split as any other.
pub fn split_surname_first(lexicon: &Lexicon, text: &str) -> Byline {
    let Some((first, surname)) = surname_first(lexicon, text) else { return split(lexicon, text) };
    let printed = tidy(text);
    let (outside, brackets) = take_brackets(lexicon, &printed);
    let parts: Vec<&str> = outside.splitn(3, [',', '，']).collect();
    let office = parts.get(2).map(|office| office.trim()).filter(|office| office.starts_with(char::is_lowercase));
    let label = if office.is_some() { parts[..2].join(",") } else { outside.clone() };
    let mut byline = split(lexicon, &format!("{first} {surname}"));
    byline.details.title = byline.details.title.or_else(|| office.map(str::to_owned));
    let others: Vec<String> = brackets.iter().flat_map(|text| pieces(text)).collect();
    place_brackets(lexicon, &mut byline, others);
    Byline { printed, label: tidy(&label), brackets: brackets.last().cloned(), ..byline }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surname_before_the_first_name() {
        let name = |text: &str| {
            let byline = split_surname_first(Lexicon::builtin(), text);
            (byline.name, byline.label, byline.details.affiliation)
        };
        let expected = |name: &str, label: &str, affiliation: &str| {
            (name.to_string(), label.to_string(), (!affiliation.is_empty()).then(|| affiliation.to_string()))
        };
        assert_eq!(name("Hill, Ann"), expected("Ann Hill", "Hill, Ann", ""));
        assert_eq!(name("Kim, Dana (External)"), expected("Dana Kim", "Kim, Dana", "External"));
        assert_eq!(name("van der Berg, Tessa"), expected("Tessa van der Berg", "van der Berg, Tessa", ""));
        assert_eq!(name("Lee, Dr. Ann Harriet"), expected("Ann Harriet Lee", "Lee, Dr. Ann Harriet", ""));
        assert_eq!(name("Dale, John G., Jr."), expected("John G. Dale", "Dale, John G., Jr.", ""));
        let member = split_surname_first(Lexicon::builtin(), "Hrončeková, Jarmila, poslankyňa NR SR");
        assert_eq!((member.name.as_str(), member.label.as_str()), ("Jarmila Hrončeková", "Hrončeková, Jarmila"));
        assert_eq!(member.details.title.as_deref(), Some("poslankyňa NR SR"));
        for other in ["Ann Lee, Director", "Lee, Harbour Board", "Lee, ACME", "Ann Lee", "Hill, Chile", "Acme, Inc."] {
            assert_eq!(surname_first(Lexicon::builtin(), other), None, "{other}");
        }
    }
}
