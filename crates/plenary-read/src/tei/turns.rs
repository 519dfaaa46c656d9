//! The turns of one `TEI`.
//!
//! **Input:** turns with references to persons and points in time, and the header. **Output:** turns with speakers and times.

use std::collections::{HashMap, HashSet};

use super::header::Header;
use super::people::Known;
use super::timeline::id_of;
use plenary_corpus::text::collapse_white_space;
use plenary_corpus::{Declared, Details, FrontMatter, Interrupts, Role, Turn, Variables};
use plenary_names::labels::is_honorific;
use plenary_names::lexicon::Lexicon;
use plenary_names::offices::is_party;

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
    /// Its id, and references to the part of the same turn after and before it.
    pub(crate) id: Option<String>,
    pub(crate) next: Option<String>,
    pub(crate) prev: Option<String>,
    pub(crate) interrupts: Option<Interrupts>,
}

/// Finds the speaker and the times of each turn, and warns of persons that are not listed.
pub(crate) fn resolve(
    raw: Vec<RawTurn>,
    header: &Header,
    front: &FrontMatter,
    lexicon: &Lexicon,
) -> (Vec<Turn>, Vec<String>) {
    let mut warnings = Vec::new();
    let mut people = People { header, front, lexicon, known: HashMap::new() };
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
        turns.push(Turn { speaker, time_start_s, time_end_s, carried: None, interrupts: turn.interrupts });
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
    lexicon: &'h Lexicon,
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
                sex: known.sex.clone(),
                ..Details::default()
            },
        );
        let variables = ids.first().filter(|_| ids.len() == 1).and_then(|id| self.known(id));
        let variables = variables.map_or_else(Variables::default, |known| known.variables.clone());
        let around =
            printed.as_deref().filter(|_| self.lists(&who)).and_then(|printed| around(self.lexicon, printed, &name));
        let (printed, details) = match around {
            Some(around) => {
                let mut details = details;
                details.fill_from(&Details { title: around.title, party: around.party, ..Details::default() });
                (Some(around.label), details)
            }
            None => (printed, details),
        };
        Declared {
            label: printed.unwrap_or_else(|| name.clone()),
            name: self.lists(&who).then_some(name),
            details,
            id: Some(who),
            variables,
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

/// What a printed label has around the listed name of the person.
#[derive(Debug, PartialEq)]
struct Around {
    /// The label without the party.
    label: String,
    title: Option<String>,
    party: Option<String>,
}

/// "Abgeordnete Dr. Ann Lee (GRÜNE)" around "Ann Lee": an office before the name, a party in brackets after it. `None` if the
/// label does not have the whole name, or has it in brackets.
fn around(lexicon: &Lexicon, printed: &str, name: &str) -> Option<Around> {
    const LONGEST_TITLE: usize = 6;
    let printed = printed.trim().trim_end_matches(':').trim_end();
    let (lower, name) = (printed.to_lowercase(), name.to_lowercase());
    // Some letters change their length in lower case.
    let at = lower.find(&name).filter(|_| lower.len() == printed.len() && !name.is_empty())?;
    let (before, end) = (printed.get(..at)?, at + name.len());
    let after = printed.get(end..)?.trim();
    if before.contains('(') || before.ends_with(char::is_alphanumeric) {
        return None;
    }
    let is_office = |word: &&str| {
        !word.ends_with('.') && !is_honorific(lexicon, word) && !word.contains(|c: char| c.is_ascii_digit())
    };
    let words: Vec<&str> = before.split_whitespace().filter(is_office).collect();
    let is_title =
        words.len() <= LONGEST_TITLE && words.first().is_some_and(|word| word.starts_with(char::is_uppercase));
    let party =
        after.strip_prefix('(').and_then(|after| after.strip_suffix(')')).map(str::trim).filter(|text| is_party(text));
    Some(Around {
        label: if party.is_some() { printed[..end].to_string() } else { printed.to_string() },
        title: is_title.then(|| words.join(" ")),
        party: party.map(str::to_string),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offices_and_parties_stand_around_the_listed_name() {
        let around = |printed: &str, name: &str| {
            around(Lexicon::builtin(), printed, name).map(|found| (found.label, found.title, found.party))
        };
        let found = |label: &str, title: Option<&str>, party: Option<&str>| {
            Some((label.to_string(), title.map(str::to_string), party.map(str::to_string)))
        };
        assert_eq!(
            around("Abgeordneter MMag. DDr. Bo van der Tal (GRÜNE):", "Bo van der Tal"),
            found("Abgeordneter MMag. DDr. Bo van der Tal", Some("Abgeordneter"), Some("GRÜNE"))
        );
        assert_eq!(
            around("Anf. 2 Finansminister EVA LIND (S):", "Eva Lind"),
            found("Anf. 2 Finansminister EVA LIND", Some("Finansminister"), Some("S"))
        );
        assert_eq!(around("Mr. Bo Hill", "Bo Hill"), found("Mr. Bo Hill", None, None));
        assert_eq!(
            around("Bo Hill (Member for the Western Isles)", "Bo Hill"),
            found("Bo Hill (Member for the Western Isles)", None, None)
        );
        assert_eq!(around("The Minister (Bo Hill)", "Bo Hill"), None);
        assert_eq!(around("Mr. McKay", "John McKay"), None);
    }
}
