//! The turns of one `TEI`.
//!
//! **Input:** turns with references to persons and points in time, and the header. **Output:** turns with speakers and times.

use std::collections::{HashMap, HashSet};

use super::header::Header;
use super::timeline::id_of;
use plenary_corpus::text::collapse_white_space;
use plenary_corpus::{Declared, Details, Role, Turn};

/// A turn with references as they are written in the file.
#[derive(Debug, Default)]
pub(crate) struct RawTurn {
    pub(crate) who: Option<String>,
    pub(crate) printed: Option<String>,
    pub(crate) role: Option<Role>,
    pub(crate) start: Option<String>,
    pub(crate) end: Option<String>,
    pub(crate) first_anchor: Option<String>,
    pub(crate) last_anchor: Option<String>,
}

/// Finds the speaker and the times of each turn.
pub(crate) fn resolve(raw: Vec<RawTurn>, header: &Header) -> Vec<Turn> {
    let is_chair = |turn: &&RawTurn| turn.role == Some(Role::Chair);
    let chairs: HashSet<String> = raw.iter().filter(is_chair).filter_map(|turn| turn.who.clone()).collect();
    // A label that is printed at one turn of a speaker is used for the turns without a label.
    let mut printed_of: HashMap<String, String> = HashMap::new();
    let mut turns = Vec::with_capacity(raw.len());
    for turn in raw {
        if let (Some(who), Some(printed)) = (&turn.who, &turn.printed) {
            printed_of.insert(who.clone(), printed.clone());
        }
        let point = |own: &Option<String>, anchor: &Option<String>| {
            own.as_deref().or(anchor.as_deref()).and_then(|point| header.timeline.seconds(point))
        };
        let (time_start_s, time_end_s) = (point(&turn.start, &turn.first_anchor), point(&turn.end, &turn.last_anchor));
        let speaker = match (turn.who, turn.printed) {
            (None, None) => None,
            (None, Some(label)) => Some(Declared { label, role: turn.role, ..Declared::default() }),
            (Some(who), printed) => {
                let role = if chairs.contains(&who) { Some(Role::Chair) } else { turn.role };
                let printed = printed.or_else(|| printed_of.get(&who).filter(|_| !is_known(&who, header)).cloned());
                Some(Declared { role, ..declared(who, printed, header) })
            }
        };
        turns.push(Turn { speaker, time_start_s, time_end_s, carried: None });
    }
    turns
}

/// Whether the header lists every person that a reference names.
fn is_known(who: &str, header: &Header) -> bool {
    who.split_whitespace().all(|who| header.persons.contains_key(id_of(who)))
}

/// The person or persons that a reference names, by the header's list or else by their ids.
fn declared(who: String, printed: Option<String>, header: &Header) -> Declared {
    let ids = || who.split_whitespace().map(id_of);
    let names = ids().map(|id| header.persons.get(id).map_or_else(|| readable(id), |person| person.name.clone()));
    let name = names.collect::<Vec<_>>().join(" and ");
    Declared {
        label: printed.unwrap_or_else(|| name.clone()),
        name: is_known(&who, header).then_some(name),
        details: Details {
            title: ids().next().and_then(|id| header.persons.get(id)?.title.clone()),
            ..Details::default()
        },
        id: Some(who),
        ..Declared::default()
    }
}

/// An id as a name: `BorisJohnson`, `Boris.Johnson` and `BorisJohnson1964` are Boris Johnson.
fn readable(id: &str) -> String {
    let trimmed = id.trim_end_matches(|c: char| c.is_ascii_digit());
    let id = if trimmed.chars().any(char::is_alphabetic) { trimmed } else { id };
    let mut out = String::with_capacity(id.len() + 4);
    let mut before: Option<char> = None;
    for c in id.chars() {
        let c = if matches!(c, '_' | '.') { ' ' } else { c };
        let word = out.rsplit([' ', '-']).next().unwrap_or("");
        if c.is_uppercase() && before.is_some_and(char::is_lowercase) && !matches!(word, "Mc" | "Mac") {
            out.push(' ');
        }
        out.push(c);
        before = Some(c);
    }
    collapse_white_space(&out)
}
