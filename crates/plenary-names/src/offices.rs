//! Offices in bylines: titles and bodies, beside a name or alone.
//!
//! **Input**: a piece of a byline or a title, and the lexicon. **Output**: what kind of piece it is, or its parts:
//! title, affiliation, name. Nothing is refused. Splitting a byline into pieces is left to `bylines`.

use super::bylines::{Byline, pieces, place, split_honorific};
use super::labels;
use crate::lexicon::Lexicon;
use crate::text::{capitalised, folded};

/// Sets what a text says of a person: the title and, if it is named, the affiliation.
pub fn set_office(lexicon: &Lexicon, byline: &mut Byline, office: &str) {
    place(lexicon, byline, &pieces(office));
    split_title(lexicon, byline);
}

/// An office without its article and form of address: "The Acting Chair", "El señor PRESIDENTE", "M. le président".
pub fn without_article(lexicon: &Lexicon, office: &str) -> String {
    let tokens: Vec<&str> = office.split_whitespace().collect();
    let is_address = |token: &&str| {
        let word = folded(token.trim_matches(|c: char| !c.is_alphanumeric()));
        lexicon.is_article(&word) || labels::is_honorific(lexicon, token) && !is_title(lexicon, token)
    };
    let n = tokens.iter().take_while(|token| is_address(token)).count();
    if n < tokens.len() { tokens[n..].join(" ") } else { office.to_string() }
}

/// Whether an office is a position outside these proceedings: "The Minister of Roads", not "The Witness".
pub fn names_position(lexicon: &Lexicon, office: &str) -> bool {
    is_title(lexicon, office) && !labels::words(office).iter().any(|word| lexicon.is_no_position(word))
}

/// The office in an honorific: "Mayor", "Minister".
pub fn office_among(lexicon: &Lexicon, honorific: &str) -> Option<String> {
    honorific
        .split_whitespace()
        .map(|token| token.trim_matches(|c: char| !c.is_alphabetic()))
        .find(|token| lexicon.is_office_honorific(&folded(token)))
        .map(str::to_string)
}

/// "City Manager Hatch", "Präsidentin Dr. Ulla Brenner": an office before a name, and the name.
pub fn split_office(lexicon: &Lexicon, name: &str) -> (Option<String>, String) {
    let tokens: Vec<&str> = name.split_whitespace().collect();
    let is_position = |token: &&str| {
        let word = folded(token.trim_matches(|c: char| !c.is_alphanumeric()));
        lexicon.is_position(&word) || lexicon.is_chair(&word) || lexicon.is_office(&word)
    };
    let Some(mut at) = tokens.iter().rposition(is_position).filter(|at| at + 1 < tokens.len()) else {
        return (None, name.to_string());
    };
    // "Przewodniczący Rady Jan Nowak": the body of the office is before the name.
    let is_body = |token: &str| {
        let word = folded(token.trim_matches(|c: char| !c.is_alphanumeric()));
        let is_small = lexicon.is_of_office(&word) || lexicon.is_article(&word) || lexicon.is_function_word(&word);
        lexicon.is_beside_office(&word) && !is_small && !labels::is_honorific(lexicon, token)
    };
    while at + 2 < tokens.len() && is_body(tokens[at + 1]) {
        at += 1;
    }
    let (office, rest) = (tokens[..=at].join(" "), tokens[at + 1..].join(" "));
    let is_of_name = |word: &String| !lexicon.is_beside_office(word) && !lexicon.is_function_word(word);
    let named = labels::words(&rest).iter().all(is_of_name)
        && tokens[at + 1..]
            .iter()
            .all(|token| token.chars().filter(|c| c.is_alphabetic()).count() >= 2 || token.ends_with('.'))
        && tokens[at + 1].starts_with(char::is_uppercase);
    if !named {
        return (None, name.to_string());
    }
    // "CHIEF JUSTICE ROWE"
    let (honorific, name) = split_honorific(lexicon, &rest);
    let office = match honorific.filter(|text| is_title(lexicon, text)) {
        Some(more) => format!("{office} {more}"),
        None => office,
    };
    (Some(office), name)
}

/// "Professor at the University of Loenen": moves the place of work from the title to the affiliation. A body after a
/// word such as "of" is moved only if the byline has no affiliation or constituency.
pub fn split_title(lexicon: &Lexicon, byline: &mut Byline) {
    let Some(title) = &byline.details.title else { return };
    let lower = title.to_lowercase();
    if lower.len() != title.len() {
        return;
    }
    let mut places: Vec<(usize, usize, bool)> = Vec::new();
    for (word, is_at) in lexicon.words_before_place() {
        let spaced = format!(" {word} ");
        places.extend(lower.match_indices(&spaced).map(|(at, found)| (at, found.len(), is_at)));
    }
    places.sort_unstable();
    for (at, length, is_at) in places {
        let rest = without_leading_articles(lexicon, &title[at + length..]).trim();
        let words = labels::words(rest);
        let is_body =
            |word: Option<&String>| word.is_some_and(|word| lexicon.is_body(word) && !lexicon.is_session_body(word));
        let names_body = words.len() >= 2
            && rest.starts_with(char::is_uppercase)
            && (is_body(words.first()) || is_body(words.last()));
        let is_at = is_at && rest.starts_with(char::is_uppercase);
        if is_title(lexicon, &title[..at])
            && (is_at || names_body && byline.details.affiliation.is_none() && byline.details.constituency.is_none())
        {
            let place = match &byline.details.affiliation {
                Some(more) => format!("{rest}, {more}"),
                None => rest.to_string(),
            };
            let office = title[..at].trim().to_string();
            (byline.details.title, byline.details.affiliation) = (Some(office), Some(place));
            return;
        }
    }
}

/// A title without the article before it, if the article begins with a capital: "The Acting Chair".
pub fn without_the(lexicon: &Lexicon, title: &str) -> String {
    match title.split_once(' ') {
        Some((article, rest)) if is_capital_article(lexicon, article) => rest.to_string(),
        _ => title.to_string(),
    }
}

/// Whether a text begins with a capitalised article that is not part of a title: "The Bishop of Tarnley".
pub fn starts_with_article(lexicon: &Lexicon, text: &str) -> bool {
    text.split_once(' ').is_some_and(|(article, _)| {
        lexicon.is_dropped_article(&article.to_lowercase()) && article == capitalised(&article.to_lowercase())
    })
}

fn is_capital_article(lexicon: &Lexicon, word: &str) -> bool {
    let lower = word.to_lowercase();
    lexicon.is_dropped_article(&lower) && (word == capitalised(&lower) || word == lower.to_uppercase())
}

/// A text without the articles at its beginning, in lower case or in capitals: "the Bank of Norland".
pub fn without_leading_articles<'t>(lexicon: &Lexicon, mut text: &'t str) -> &'t str {
    while let Some((article, rest)) = text.split_once(' ') {
        let lower = article.to_lowercase();
        if !(lexicon.is_dropped_article(&lower) && (article == lower || article == lower.to_uppercase())) {
            break;
        }
        text = rest;
    }
    text
}

/// Whether a text looks like the abbreviation of a party: "Lib.", "NDP", "S&D".
pub fn is_party(text: &str) -> bool {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).collect();
    let capitals = letters.iter().filter(|c| c.is_uppercase()).count();
    (1..=10).contains(&letters.len())
        && text.split_whitespace().count() == 1
        && (capitals * 2 > letters.len() || text.ends_with('.') || letters.len() <= 4)
}

/// Whether a piece names a position. The first word that names a position or a body decides.
pub fn is_title(lexicon: &Lexicon, piece: &str) -> bool {
    for word in labels::words(piece) {
        if lexicon.is_position(&word) || lexicon.is_chair(&word) {
            return true;
        }
        // "Faculty of Law Dean" is rare; "University of the Deputy" is not a title.
        if lexicon.is_body(&word) || lexicon.is_of_position(&word) {
            return false;
        }
    }
    labels::is_caseless(piece) && lexicon.closes_with_position(piece.trim())
}

/// Whether a piece after a name describes a person: evidence that a line is a byline.
pub fn is_telling(lexicon: &Lexicon, piece: &str) -> bool {
    is_title(lexicon, piece) || labels::words(piece).iter().any(|word| lexicon.is_body(word))
}

/// Whether an office only exists in a meeting: a person with the title of moderator conducts this meeting, whatever
/// body is named beside it.
pub fn leads(lexicon: &Lexicon, title: &str) -> bool {
    labels::words(title).first().is_some_and(|word| !lexicon.is_chair_of_bodies(word))
}

/// Whether a title means the chair of this meeting: "Chair", "Chair of the Committee", "President of the Assembly".
pub fn is_session_chair(lexicon: &Lexicon, title: &str) -> bool {
    let words = labels::words(title);
    let Some(first) = words.first() else { return false };
    let body = words.iter().rev().find(|word| !lexicon.is_of_body(word) && !lexicon.is_dropped_article(word));
    let presides = lexicon.is_office_of_session(first) && body.is_some_and(|body| lexicon.is_session(body));
    presides || lexicon.is_chair(first) && (words.len() == 1 || body.is_some_and(|body| lexicon.is_session_body(body)))
}
