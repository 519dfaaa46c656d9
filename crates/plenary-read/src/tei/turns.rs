//! The turns of one `TEI`.
//!
//! **Input:** turns with references to persons and points in time, and the header. **Output:** turns with speakers and times.

use std::collections::{HashMap, HashSet};

use super::header::Header;
use super::people::Known;
use super::timeline::id_of;
use plenary_corpus::text::collapse_white_space;
use plenary_corpus::{Declared, Details, FrontMatter, Role, Turn};

/// Number of ids that a warning shows.
const SHOWN: usize = 5;

/// A turn with references as they are written in the file.
#[derive(Debug, Default)]
pub(crate) struct RawTurn {
    pub(crate) who: Option<String>,
    pub(crate) printed: Option<String>,
    pub(crate) role: Option<Role>,
    /// Party that the turn itself names.
    pub(crate) party: Option<String>,
    pub(crate) start: Option<String>,
    pub(crate) end: Option<String>,
    pub(crate) first_anchor: Option<String>,
    pub(crate) last_anchor: Option<String>,
}

/// Finds the speaker and the times of each turn, and warns of persons that are not listed.
pub(crate) fn resolve(raw: Vec<RawTurn>, header: &Header, front: &FrontMatter) -> (Vec<Turn>, Vec<String>) {
    let mut warnings = Vec::new();
    let mut people = People { header, front, known: HashMap::new() };
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
            (None, Some(label)) => {
                Some(Declared { label, role: turn.role, details: of_party(turn.party), ..Declared::default() })
            }
            (Some(who), printed) => {
                let role = if chairs.contains(&who) { Some(Role::Chair) } else { turn.role };
                let printed = printed.or_else(|| printed_of.get(&who).filter(|_| !people.lists(&who)).cloned());
                let declared = people.declared(who, printed);
                let mut details = of_party(turn.party);
                details.overrule_by(&declared.details);
                Some(Declared { role, details, ..declared })
            }
        };
        turns.push(Turn { speaker, time_start_s, time_end_s, carried: None });
    }
    warnings.extend(people.warning());
    (turns, warnings)
}

fn of_party(party: Option<String>) -> Details {
    Details { party, ..Details::default() }
}

/// The ids in a reference. A value that refers to nothing and has blanks is a name, not a list of ids.
fn ids(who: &str) -> Vec<&str> {
    if who.contains(['#', ':']) { who.split_whitespace().map(id_of).collect() } else { vec![who] }
}

/// What the lists say of the people on the day of the text.
struct People<'h> {
    header: &'h Header,
    front: &'h FrontMatter,
    known: HashMap<String, Option<Known>>,
}

impl People<'_> {
    /// Whether the lists have every person that a reference names.
    fn lists(&self, who: &str) -> bool {
        ids(who).iter().all(|id| self.header.register.lists(id))
    }

    fn known(&mut self, id: &str) -> Option<&Known> {
        if !self.known.contains_key(id) {
            let known = self.header.register.known(id, self.front.date, self.front.language.as_deref());
            self.known.insert(id.to_string(), known);
        }
        self.known.get(id)?.as_ref()
    }

    /// The person or persons that a reference names, by the lists or else by their ids.
    fn declared(&mut self, who: String, printed: Option<String>) -> Declared {
        let ids = ids(&who);
        let names: Vec<String> =
            ids.iter().map(|id| self.known(id).map_or_else(|| readable(id), |known| known.name.clone())).collect();
        let name = names.join(" and ");
        let details = ids.first().filter(|_| ids.len() == 1).and_then(|id| self.known(id)).map_or_else(
            Details::default,
            |known| Details {
                title: known.title.clone(),
                affiliation: known.affiliation.clone(),
                party: known.party.clone(),
                ..Details::default()
            },
        );
        Declared {
            label: printed.unwrap_or_else(|| name.clone()),
            name: self.lists(&who).then_some(name),
            details,
            id: Some(who),
            ..Declared::default()
        }
    }

    /// A warning about ids that the lists of the file do not have.
    fn warning(&self) -> Option<String> {
        let mut missing: Vec<&str> =
            self.known.iter().filter(|(_, known)| known.is_none()).map(|(id, _)| id.as_str()).collect();
        if missing.is_empty() || self.header.register.is_empty() {
            return None;
        }
        missing.sort_unstable();
        let shown = missing.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
        let more = if missing.len() > SHOWN { ", ..." } else { "" };
        Some(format!(
            "{} speakers are not in the lists of persons, and their ids were read as names: {shown}{more}",
            missing.len()
        ))
    }
}

/// An id as a name: `BorisJohnson`, `Boris.Johnson` and `BorisJohnson1964` are Boris Johnson.
pub(crate) fn readable(id: &str) -> String {
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
