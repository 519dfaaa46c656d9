//! The units of analysis of results: their segments, or their whole turns.
//!
//! **Input:** opened results and a contrast. **Output:** [`Unit`]s in the order of the tables, with their groups. **Refused:** columns and
//! groups that the results do not have. **Left to others:** what is measured of the units.

use std::collections::{BTreeSet, HashMap};

use plenary_corpus::{Context, Role, Said};
use plenary_measure::context::nearest;
use plenary_tables::schema::{DocumentRow, UtteranceRow};
use plenary_tables::{Results, column};

use super::error::RobustError;
use super::options::Contrast;
use crate::validate::segments::{Segment, segments};

/// A group of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// The group that is estimated.
    First,
    /// The group that is subtracted.
    Second,
    /// Any other group. It is not estimated, but says whether persons speak in several documents.
    Other,
}

impl Group {
    pub(super) const N: usize = 3;
}

/// A unit of analysis: a segment or a whole turn.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) text: String,
    /// Name of the speaker; `None` if unknown.
    pub(super) speaker: Option<String>,
    pub(super) language: String,
    pub(super) role: Option<Role>,
    /// Whether it only conducts the meeting, as far as known; a turn if all its segments do.
    pub(super) is_procedural: bool,
    /// Position of its turn among all turns with segments.
    pub(super) turn: usize,
    /// Position of its turn among all turns of its document.
    pub(super) position: usize,
    /// Position of its document among those with segments.
    pub(super) document: u32,
    /// Number of the person; `None` if it is not known who speaks.
    pub(super) person: Option<u32>,
    /// `None` if the column has no value.
    pub(super) group: Option<Group>,
}

/// The units of results.
#[derive(Debug)]
pub(super) struct Units {
    pub(super) all: Vec<Unit>,
    /// The id of each turn.
    turn_ids: Vec<String>,
    /// Whether the groups are groups of persons, and not of documents alone.
    pub(super) of_persons: bool,
}

/// Columns of every segment beside that of the groups.
const COLUMNS: [&str; 4] = ["name", "role", "language", "procedural"];

impl Units {
    /// The segments of results.
    pub(super) fn segments(results: &Results, contrast: &Contrast) -> Result<Self, RobustError> {
        let mut columns = COLUMNS.map(str::to_owned).to_vec();
        columns.extend(contrast.by().map(str::to_owned));
        let rows = segments(results, &columns)?;
        let positions = positions(results)?;
        let group_of = groups(&rows, contrast)?;
        let (mut persons, mut documents): (HashMap<String, u32>, HashMap<String, u32>) = Default::default();
        let (mut all, mut turn_ids) = (Vec::with_capacity(rows.len()), Vec::<String>::new());
        for row in rows {
            if turn_ids.last() != Some(&row.utterance_id) {
                turn_ids.push(row.utterance_id.clone());
            }
            let group = group_of(&row);
            let mut values = row.values.into_iter();
            let mut next = || values.next().filter(|value| !value.is_empty());
            let (speaker, role, language, procedural) = (next(), next(), next(), next());
            all.push(Unit {
                text: row.text,
                speaker,
                language: language.unwrap_or_default(),
                role: role.and_then(|role| Role::from_name(&role)),
                is_procedural: procedural.is_some_and(|value| value == "true"),
                turn: turn_ids.len() - 1,
                position: positions.get(&row.utterance_id).copied().unwrap_or_default(),
                document: number(&mut documents, &row.document_id),
                person: row.person_id.map(|id| number(&mut persons, &id)),
                group,
            });
        }
        let of_documents = match contrast.by() {
            None => false,
            Some(by) => {
                let names = results.head(DocumentRow::TABLE, None, 0)?;
                matches!(by, "year" | "document") || names.get_column_names().iter().any(|name| name.as_str() == by)
            }
        };
        Ok(Self { all, turn_ids, of_persons: !of_documents })
    }

    /// The turns that have segments, with their whole texts.
    pub(super) fn turns(&self, results: &Results) -> Result<Self, RobustError> {
        let mut texts = HashMap::new();
        for frame in results.groups(UtteranceRow::TABLE, Some(&["utterance_id", "text"]))? {
            let frame = frame?;
            let ids = column::<&str>(&frame, "utterance_id")?;
            for (id, text) in ids.into_iter().zip(column::<&str>(&frame, "text")?) {
                texts.extend(id.zip(text).map(|(id, text)| (id.to_owned(), text.trim().to_owned())));
            }
        }
        let turns = self.all.chunk_by(|a, b| a.turn == b.turn).map(|of_turn| {
            let first = &of_turn[0]; // chunks are not empty
            Unit {
                text: texts.remove(&self.turn_ids[first.turn]).unwrap_or_default(),
                is_procedural: of_turn.iter().all(|unit| unit.is_procedural),
                ..first.clone()
            }
        });
        let all = turns.collect();
        Ok(Self { all, turn_ids: self.turn_ids.clone(), of_persons: self.of_persons })
    }

    /// What coders see before a unit.
    pub(super) fn context(&self, at: usize) -> Context<'_> {
        let unit = &self.all[at];
        let said = |at: usize| {
            let Unit { position, speaker, text, .. } = &self.all[at];
            Said { segment: at, utterance: *position, speaker: speaker.as_deref(), text }
        };
        let earlier = (0..at).rev().take_while(|before| self.all[*before].document == unit.document).map(said);
        Context { speaker: unit.speaker.as_deref(), before: nearest(earlier, unit.position) }
    }
}

fn number(numbers: &mut HashMap<String, u32>, id: &str) -> u32 {
    let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    *numbers.entry(id.to_owned()).or_insert(next)
}

/// The position of every turn in its document, from 1.
fn positions(results: &Results) -> Result<HashMap<String, usize>, RobustError> {
    let mut positions = HashMap::new();
    for frame in results.groups(UtteranceRow::TABLE, Some(&["utterance_id", "position"]))? {
        let frame = frame?;
        let ids = column::<&str>(&frame, "utterance_id")?;
        for (id, position) in ids.into_iter().zip(column::<u32>(&frame, "position")?) {
            positions.extend(id.zip(position).map(|(id, position)| (id.to_owned(), position as usize)));
        }
    }
    Ok(positions)
}

/// The group of a segment, by its last value.
fn groups(rows: &[Segment], contrast: &Contrast) -> Result<impl Fn(&Segment) -> Option<Group> + use<>, RobustError> {
    let (by, first, second) = match contrast {
        Contrast::All => ("", None, None),
        Contrast::Group { by, value } => (by.as_str(), Some(value.clone()), None),
        Contrast::Difference { by, value, minus } => (by.as_str(), Some(value.clone()), Some(minus.clone())),
    };
    for value in [&first, &second].into_iter().flatten() {
        if !rows.iter().any(|row| row.values.last() == Some(value)) {
            let known: BTreeSet<&str> =
                rows.iter().filter_map(|row| row.values.last()).map(String::as_str).filter(|v| !v.is_empty()).collect();
            let more = if known.len() > 20 { format!(" and {} more", known.len() - 20) } else { String::new() };
            let known = known.into_iter().take(20).collect::<Vec<_>>().join(", ") + &more;
            return Err(RobustError::Group { by: by.to_owned(), value: value.clone(), known });
        }
    }
    Ok(move |row: &Segment| match (&first, row.values.last()) {
        (None, _) => Some(Group::First),
        (Some(_), None) => None,
        (Some(_), Some(value)) if value.is_empty() => None,
        (Some(first), Some(value)) if value == first => Some(Group::First),
        (Some(_), value) if value == second.as_ref() => Some(Group::Second),
        (Some(_), Some(_)) => Some(Group::Other),
    })
}
