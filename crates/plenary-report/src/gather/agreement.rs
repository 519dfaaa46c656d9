//! The segments on which coders of the run are compared.
//!
//! **Input:** the table `codings`, some thousand rows at a time. **Output:** for each row of `agreement` the segments that both coders labelled.
//! **Refused:** segments that `analysis` does not have. **Left to others:** coefficients, which `agreement` has.

use plenary_tables::schema::CodingRow;
use plenary_tables::{Results, column};

use super::StudyFacts;
use super::sets::{Set, Sets, hash};
use crate::ReportError;

/// Draws segments. `hashes` are those of all segments, in the order of the tables.
pub(super) fn draw(results: &Results, study: &StudyFacts, hashes: &[u64], sets: &mut Sets) -> Result<(), ReportError> {
    if study.agreement.is_empty() {
        return Ok(());
    }
    let mut row = 0;
    // For each row of `agreement`, whether its first and its second coder labelled the segment.
    let mut labelled = vec![[false; 2]; study.agreement.len()];
    let mut add = |labelled: &mut Vec<[bool; 2]>, row: usize| {
        for (both, at) in labelled.iter_mut().zip(0..) {
            if *both == [true; 2] {
                sets.add(Set::BothLabelled(at), hashes[row], row as u32);
            }
            *both = [false; 2];
        }
    };
    for group in results.groups(CodingRow::TABLE, Some(&["segment_id", "target_id", "coder_id", "label"]))? {
        let frame = group?;
        let text = |name: &str| column::<&str>(&frame, name);
        let (ids, targets, coders) = (text("segment_id")?, text("target_id")?, text("coder_id")?);
        let mut last: Option<&str> = None;
        for (((id, target), coder), label) in ids.into_iter().zip(targets).zip(coders).zip(text("label")?) {
            // The rows of a segment are adjacent, and segments are in the order of the tables.
            if id != last {
                last = id;
                let wanted = hash(id.unwrap_or_default());
                if hashes.get(row) != Some(&wanted) {
                    add(&mut labelled, row);
                    let skipped = hashes.iter().skip(row).position(|hash| *hash == wanted);
                    row += skipped.ok_or_else(|| {
                        let id = id.unwrap_or_default();
                        ReportError::Misfit { problem: format!("`analysis` has no segment `{id}` of `codings`") }
                    })?;
                }
            }
            if label.is_none() {
                continue;
            }
            for (both, pair) in labelled.iter_mut().zip(&study.agreement) {
                if Some(pair.target_id.as_str()) == target {
                    both[0] |= coder == Some(pair.coder_a.as_str());
                    both[1] |= coder == Some(pair.coder_b.as_str());
                }
            }
        }
    }
    if !hashes.is_empty() {
        add(&mut labelled, row);
    }
    Ok(())
}
