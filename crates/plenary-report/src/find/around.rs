//! The segments around places.
//!
//! **Input:** opened results, places with the rows of their segments, and how many segments to read on each side. **Output:** the segments before and
//! after each place, of the same document. Only the groups of rows that are needed are read, each once. **Refused:** more segments than
//! memory should hold. **Left to others:** printing.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use plenary_tables::schema::AnalysisRow;
use plenary_tables::{Results, column};
use rayon::prelude::*;

use super::{Hit, MOST_AROUND, Neighbour};
use crate::ReportError;

/// Maximum number of segments that are read around all places together; more would need gigabytes.
const MOST_SEGMENTS: usize = 1_000_000;

/// A segment that is near a place.
struct Near {
    document_id: String,
    neighbour: Arc<Neighbour>,
}

/// Adds to each place up to `n` segments before and after it. `rows` are the rows of the places in `analysis`.
pub(super) fn add(results: &Results, hits: &mut [Hit], rows: &[usize], n: usize) -> Result<(), ReportError> {
    let n = n.min(MOST_AROUND);
    let groups = results.groups(AnalysisRow::TABLE, Some(&["document_id", "name", "text"]))?;
    let last = results.run().n_segments as usize;
    let wanted = |row: usize| (row.saturating_sub(n)..row).chain(row + 1..row.saturating_add(n + 1).min(last));
    let size = groups.group_size();
    let mut of_groups: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for row in rows.iter().flat_map(|row| wanted(*row)) {
        of_groups.entry(row / size).or_default().insert(row);
    }
    check(of_groups.values().map(BTreeSet::len).sum(), rows.len(), n, MOST_SEGMENTS)?;
    let read = |(group, rows): (usize, BTreeSet<usize>)| -> Result<Vec<(usize, Near)>, ReportError> {
        let (first, frame) = groups.group(group)?;
        let text = |name: &str| column::<&str>(&frame, name);
        let (documents, names, texts) = (text("document_id")?, text("name")?, text("text")?);
        let near = |row: usize| {
            let at = row - first;
            let document_id = (*documents.get(at)?)?.to_owned();
            let speaker = names[at].map(str::to_owned);
            Some((row, Near { document_id, neighbour: Arc::new(Neighbour { speaker, text: texts[at]?.to_owned() }) }))
        };
        Ok(rows.into_iter().filter_map(near).collect())
    };
    let read: Result<Vec<Vec<(usize, Near)>>, ReportError> = of_groups.into_par_iter().map(read).collect();
    let near: BTreeMap<usize, Near> = read?.into_iter().flatten().collect();
    for (hit, row) in hits.iter_mut().zip(rows) {
        let side = |rows: Range<usize>| -> Vec<Arc<Neighbour>> {
            let of_document = near.range(rows).filter(|(_, near)| near.document_id == hit.document_id);
            of_document.map(|(_, near)| Arc::clone(&near.neighbour)).collect()
        };
        (hit.before, hit.after) = (side(row.saturating_sub(n)..*row), side(row + 1..row.saturating_add(n + 1)));
    }
    Ok(())
}

/// Refuses more segments than `most`.
fn check(n_segments: usize, n_places: usize, around: usize, most: usize) -> Result<(), ReportError> {
    if n_segments <= most {
        return Ok(());
    }
    let found = format!("{around}, which is {n_segments} segments around {n_places} places");
    let expected =
        "at most 1000000 segments in all. Search for a rarer pattern, add conditions, or ask for fewer segments";
    Err(ReportError::Option { option: "the number of segments around a place", found, expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_segments_than_memory_should_hold_are_refused() {
        assert!(check(10, 3, 2, 10).is_ok());
        let error = check(MOST_SEGMENTS + 1, 20_000, 50, MOST_SEGMENTS).expect_err("too many").to_string();
        assert!(error.contains("1000001 segments around 20000 places, expected at most 1000000"), "{error}");
    }
}
