//! The segments that can be drawn.
//!
//! **Input:** opened results and a design. **Output:** the ids of the population, the group of each segment, and its relevance for each
//! target if the design asks for it. The tables are read some thousand rows at a time. **Refused:** columns that do not exist,
//! conditions that no segment meets, results without segments. **Left to others:** the draw.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use plenary_tables::schema::{AnalysisRow, SegmentRow, StanceRow};
use plenary_tables::{Results, column, text};
use sha2::{Digest, Sha256};

use super::error::shown;
use super::{Condition, Design, Questions, SampleError};

/// The segments that can be drawn, in the order of the tables.
#[derive(Debug)]
pub(super) struct Population {
    pub(super) segments_sha256: String,
    pub(super) ids: Vec<String>,
    /// The values of the columns of the design, as `column = value`; empty without columns.
    pub(super) groups: Vec<String>,
    /// For each question the relevance of each segment; none if the design does not ask for it.
    pub(super) relevance: Vec<Vec<f64>>,
}

impl Population {
    pub(super) fn read(results: &Results, design: &Design, questions: &Questions) -> Result<Self, SampleError> {
        let segments_sha256 = segments_sha256(results)?;
        let (ids, groups) = ids_and_groups(results, design)?;
        let relevance = if design.relevance { relevance(results, &ids, questions)? } else { Vec::new() };
        Ok(Self { segments_sha256, ids, groups, relevance })
    }
}

/// sha256 of the ids and texts of all segments; it does not depend on their order.
pub(super) fn segments_sha256(results: &Results) -> Result<String, SampleError> {
    let mut digests: Vec<[u8; 32]> = Vec::new();
    for group in results.groups(SegmentRow::TABLE, Some(&["segment_id", "text"]))? {
        let group = group?;
        let (ids, texts) = (column::<&str>(&group, "segment_id")?, column::<&str>(&group, "text")?);
        for (id, text) in ids.into_iter().zip(texts) {
            let (id, text) = (id.unwrap_or_default(), text.unwrap_or_default());
            // The length separates the id from the text.
            let hash = Sha256::new().chain_update((id.len() as u64).to_le_bytes()).chain_update(id).chain_update(text);
            digests.push(hash.finalize().into());
        }
    }
    digests.sort_unstable();
    let mut hash = Sha256::new();
    for digest in &digests {
        hash.update(digest);
    }
    Ok(format!("{:x}", hash.finalize()))
}

fn ids_and_groups(results: &Results, design: &Design) -> Result<(Vec<String>, Vec<String>), SampleError> {
    let conditions = || design.only.iter().chain(&design.without);
    let mut names: BTreeSet<&str> = design.by.iter().map(String::as_str).collect();
    names.extend(conditions().map(|condition| condition.column.as_str()));
    names.insert("segment_id");
    let names: Vec<&str> = names.into_iter().collect();
    let mut seen: BTreeMap<&str, BTreeSet<String>> =
        conditions().map(|condition| (condition.column.as_str(), BTreeSet::new())).collect();

    let (mut ids, mut groups, mut n_all) = (Vec::new(), Vec::new(), 0);
    for frame in results.groups(AnalysisRow::TABLE, Some(&names))? {
        let frame = frame?;
        let place: HashMap<&str, usize> =
            frame.get_column_names().into_iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        let rows = text::text_rows(&frame)
            .map_err(|error| SampleError::Table { results: shown(results), problem: error.to_string() })?;
        for row in rows {
            n_all += 1;
            for (column, values) in &mut seen {
                // Enough to name some in a message, and to know whether those of a condition occur.
                let value = &row[place[column]];
                let is_asked = || conditions().any(|one| one.column == *column && one.values.contains(value));
                if !values.contains(value) && (values.len() < 20 || is_asked()) {
                    values.insert(value.clone());
                }
            }
            let holds = |condition: &Condition| condition.values.contains(&row[place[condition.column.as_str()]]);
            if design.only.iter().all(holds) && !design.without.iter().any(holds) {
                let value = |column: &String| match row[place[column.as_str()]].as_str() {
                    "" => format!("{column} missing"),
                    value => format!("{column} = {value}"),
                };
                groups.push(design.by.iter().map(value).collect::<Vec<_>>().join(", "));
                ids.push(row[place["segment_id"]].clone());
            }
        }
    }
    if n_all == 0 {
        return Err(SampleError::NoSegments { results: shown(results) });
    }
    for condition in conditions() {
        let of_column = &seen[condition.column.as_str()];
        if let Some(value) = condition.values.iter().find(|value| !of_column.contains(*value)) {
            let some: Vec<String> = of_column.iter().take(8).map(|value| format!("\"{value}\"")).collect();
            let problem = format!("is never \"{value}\"; it is {}", some.join(", "));
            return Err(SampleError::Column { column: condition.column.clone(), results: shown(results), problem });
        }
    }
    if let (true, Some(condition)) = (ids.is_empty(), conditions().next()) {
        let problem = "leaves no segment together with the other conditions; change them".into();
        return Err(SampleError::Column { column: condition.column.clone(), results: shown(results), problem });
    }
    Ok((ids, groups))
}

fn relevance(results: &Results, ids: &[String], questions: &Questions) -> Result<Vec<Vec<f64>>, SampleError> {
    let position: HashMap<&str, usize> = ids.iter().enumerate().map(|(at, id)| (id.as_str(), at)).collect();
    let targets: Vec<&str> =
        questions.all.iter().map(|question| question.target.as_deref().unwrap_or_default()).collect();
    let mut values = vec![vec![f64::NAN; ids.len()]; targets.len()];
    for frame in results.groups(StanceRow::TABLE, Some(&["segment_id", "target_id", "relevance"]))? {
        let frame = frame?;
        let segments = column::<&str>(&frame, "segment_id")?;
        let of_targets = column::<&str>(&frame, "target_id")?;
        let relevance = column::<f32>(&frame, "relevance")?;
        for ((segment, target), relevance) in segments.into_iter().zip(of_targets).zip(relevance) {
            let at = segment.and_then(|segment| position.get(segment));
            let question = targets.iter().position(|one| Some(*one) == target);
            if let (Some(at), Some(question), Some(relevance)) = (at, question, relevance) {
                values[question][*at] = f64::from(relevance);
            }
        }
    }
    match values.iter().position(|of| of.iter().any(|value| value.is_nan())) {
        Some(at) => Err(SampleError::NoRelevance { results: shown(results), target: targets[at].to_owned() }),
        None => Ok(values),
    }
}
