//! Offices in the words of bylines: which piece is a title, which a body, what stands before a name or behind "at".

use super::bylines::{Byline, pieces, place, split_honorific};
use super::labels;
use super::words::{ARTICLES, BODIES, CHAIRS, FUNCTION_WORDS, OFFICE_WORDS, OFFICES, POSITIONS, SESSION_BODIES};

/// What somebody is, in words that a text uses of them: title, and affiliation where it is told.
pub fn set_office(byline: &mut Byline, office: &str) {
    place(byline, &pieces(office));
    split_title(byline);
}

/// An office without article and address: "The Acting Chair", "El señor PRESIDENTE", "M. le président".
pub fn without_article(office: &str) -> String {
    let tokens: Vec<&str> = office.split_whitespace().collect();
    let is_address = |token: &&str| {
        let word = token.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        ARTICLES.contains(&word) || matches!(word.as_str(), "hon") || labels::is_honorific(token) && !is_title(token)
    };
    let n = tokens.iter().take_while(|token| is_address(token)).count();
    if n < tokens.len() { tokens[n..].join(" ") } else { office.to_string() }
}

/// An office that somebody holds outside these proceedings: "The Minister of Roads", not "The Witness".
pub fn names_position(office: &str) -> bool {
    let words = labels::words(office);
    is_title(office)
        && !words.iter().any(|word| {
            matches!(
                word.as_str(),
                "witness"
                    | "resident"
                    | "student"
                    | "expert"
                    | "operator"
                    | "speaker"
                    | "interpreter"
                    | "candidate"
                    | "participant"
            )
        })
}

/// Honorifics that are offices: "Mayor", "Minister".
pub fn office_among(honorific: &str) -> Option<String> {
    const OFFICES: [&str; 7] = ["mayor", "governor", "minister", "ambassador", "commissioner", "bishop", "archbishop"];
    honorific
        .split_whitespace()
        .map(|token| token.trim_matches(|c: char| !c.is_alphabetic()))
        .find(|token| OFFICES.contains(&token.to_lowercase().as_str()))
        .map(str::to_string)
}

/// "City Manager Hatch", "Präsidentin Dr. Ulla Brenner": an office before a name, and the name.
pub fn split_office(name: &str) -> (Option<String>, String) {
    let tokens: Vec<&str> = name.split_whitespace().collect();
    let is_position = |token: &&str| {
        let word = token.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        POSITIONS.contains(&word) || CHAIRS.contains(&word) || OFFICES.contains(&word)
    };
    let Some(at) = tokens.iter().rposition(is_position).filter(|at| at + 1 < tokens.len()) else {
        return (None, name.to_string());
    };
    let (office, rest) = (tokens[..=at].join(" "), tokens[at + 1..].join(" "));
    let named = labels::words(&rest).iter().all(|word| !OFFICE_WORDS.contains(word) && !FUNCTION_WORDS.contains(word))
        && tokens[at + 1..]
            .iter()
            .all(|token| token.chars().filter(|c| c.is_alphabetic()).count() >= 2 || token.ends_with('.'))
        && tokens[at + 1].starts_with(char::is_uppercase);
    if !named {
        return (None, name.to_string());
    }
    // "CHIEF JUSTICE ROWE"
    let (honorific, name) = split_honorific(&rest);
    let office = match honorific.filter(|text| is_title(text)) {
        Some(more) => format!("{office} {more}"),
        None => office,
    };
    (Some(office), name)
}

/// "Professor at the University of Loenen": what a title says of where somebody works, where nothing else says it.
pub fn split_title(byline: &mut Byline) {
    let Some(title) = &byline.details.title else { return };
    let lower = title.to_lowercase();
    if lower.len() != title.len() {
        return;
    }
    let mut places: Vec<(usize, &str)> =
        [" at ", " of ", " for ", " with "].iter().flat_map(|word| lower.match_indices(word)).collect();
    places.sort_unstable();
    for (at, word) in places {
        let rest = title[at + word.len()..].trim_start_matches("the ").trim_start_matches("THE ").trim();
        let words = labels::words(rest);
        let is_body =
            |word: Option<&String>| word.is_some_and(|word| BODIES.contains(word) && !SESSION_BODIES.contains(word));
        let names_body = words.len() >= 2
            && rest.starts_with(char::is_uppercase)
            && (is_body(words.first()) || is_body(words.last()));
        let is_at = word == " at " && rest.starts_with(char::is_uppercase);
        if is_title(&title[..at])
            && (is_at || names_body && byline.details.affiliation.is_none() && byline.details.country.is_none())
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

pub fn without_the(title: &str) -> String {
    title.strip_prefix("The ").or_else(|| title.strip_prefix("THE ")).unwrap_or(title).to_string()
}

/// A short label of a party: "Lib.", "NDP", "S&D".
pub fn is_party(text: &str) -> bool {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).collect();
    let capitals = letters.iter().filter(|c| c.is_uppercase()).count();
    (1..=10).contains(&letters.len())
        && text.split_whitespace().count() == 1
        && (capitals * 2 > letters.len() || text.ends_with('.') || letters.len() <= 4)
}

/// Whether the first telling word of a piece names a position.
pub fn is_title(piece: &str) -> bool {
    for word in labels::words(piece) {
        if POSITIONS.contains(&word) || CHAIRS.contains(&word) {
            return true;
        }
        if BODIES.contains(&word) || matches!(word.as_str(), "of" | "for") {
            // "Faculty of Law Dean" is rare; "University of the Deputy" is no title.
            return false;
        }
    }
    false
}

/// Whether a piece behind a name says who somebody is: evidence that a line is a byline.
pub fn is_telling(piece: &str) -> bool {
    is_title(piece) || BODIES.any(&labels::words(piece))
}

/// Offices that only conduct: a moderator of some body moderates here.
pub fn leads(title: &str) -> bool {
    labels::words(title).first().is_some_and(|word| !word.starts_with("chair") && !word.starts_with("pr"))
}

pub fn is_session_chair(title: &str) -> bool {
    let words = labels::words(title);
    let Some(first) = words.first() else { return false };
    let body = words.iter().rev().find(|word| !matches!(word.as_str(), "the" | "of"));
    let presides = matches!(first.as_str(), "president" | "speaker")
        && body.is_some_and(|body| {
            matches!(body.as_str(), "assembly" | "session" | "conference" | "sitting" | "meeting" | "house")
        });
    presides || CHAIRS.contains(first) && (words.len() == 1 || body.is_some_and(|body| SESSION_BODIES.contains(body)))
}
