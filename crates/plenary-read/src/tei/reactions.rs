//! What TEI marks of interruptions.
//!
//! **Input:** the attributes of notes, `vocal`s, `kinesic`s, `incident`s and turns. **Output:** what listeners do, and which turns interrupt which.
//! Types are those of `ParlaMint` and words of the guidelines of TEI; words of the notes are not interpreted. Nothing is refused: an unknown type
//! is no reaction. **Left to others:** who the listeners are.

use std::collections::HashMap;

use super::Element;
use super::timeline::id_of;
use super::turns::RawTurn;
use plenary_corpus::{Interrupts, ReactionKind};

/// Elements that mark a reaction by their type.
const TYPED: [&str; 5] = ["vocal", "kinesic", "incident", "note", "stage"];

/// What a type or category says.
fn of_type(name: &str) -> Option<ReactionKind> {
    match name {
        "interruption" | "interrupting" | "interrupt" | "interjection" | "heckle" | "heckling" => {
            Some(ReactionKind::Interruption)
        }
        "speaking" | "question" | "exclamat" | "exclamation" | "shouting" | "clarification" | "greeting" => {
            Some(ReactionKind::Call)
        }
        "applause" | "clapping" => Some(ReactionKind::Applause),
        "laughter" | "laughing" => Some(ReactionKind::Laughter),
        _ => None,
    }
}

/// The types and categories of an element: `type`, `subtype` and `ana`.
fn types(element: &Element) -> impl Iterator<Item = String> {
    let attributes = ["subtype", "type", "ana"].into_iter().filter_map(|name| element.get(name));
    attributes.flat_map(str::split_whitespace).map(|value| id_of(value).to_lowercase())
}

/// What an element that is not speech says of the listeners. A `vocal` without a type is a call if it says who calls.
pub(super) fn reaction(element: &Element) -> Option<ReactionKind> {
    if !TYPED.contains(&element.name.as_str()) {
        return None;
    }
    let is_call = element.name == "vocal" && element.get("who").is_some() && element.get("type").is_none();
    types(element).find_map(|name| of_type(&name)).or_else(|| is_call.then_some(ReactionKind::Call))
}

/// What a turn says of the turn above it, or of the one that is open around it.
pub(super) fn interrupts(element: &Element, around: Option<usize>, above: Option<usize>) -> Option<Interrupts> {
    let is_marked = types(element).any(|name| of_type(&name) == Some(ReactionKind::Interruption));
    match (around, above) {
        (Some(around), _) => Some(Interrupts::Marked(around)),
        (None, Some(above)) if is_marked => Some(Interrupts::Marked(above)),
        (None, Some(above)) if element.get("trans") == Some("overlap") => Some(Interrupts::Overlapping(above)),
        _ => None,
    }
}

/// Marks the turns between two parts of another turn, which `next` and `prev` connect.
pub(super) fn between_parts(turns: &mut [RawTurn]) {
    let of_id: HashMap<String, usize> =
        turns.iter().enumerate().filter_map(|(at, turn)| Some((turn.id.clone()?, at))).collect();
    let place = |reference: &Option<String>| of_id.get(id_of(reference.as_deref()?)).copied();
    let mut until: Vec<Option<usize>> = turns.iter().map(|turn| place(&turn.next)).collect();
    for (at, turn) in turns.iter().enumerate() {
        if let Some(earlier) = place(&turn.prev).filter(|earlier| *earlier < at) {
            until[earlier] = until[earlier].max(Some(at));
        }
    }
    // The part that began last and goes on below.
    let mut open: Option<(usize, usize)> = None;
    for at in 0..turns.len() {
        open = open.filter(|(_, end)| at < *end);
        if let Some((part, _)) = open
            && turns[at].who != turns[part].who
            && turns[at].interrupts.is_none()
        {
            turns[at].interrupts = Some(Interrupts::Marked(part));
        }
        open = until[at].filter(|end| *end > at + 1).map(|end| (at, end)).or(open);
    }
}
