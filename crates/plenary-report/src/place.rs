//! Where sentences are printed.
//!
//! **Input:** documents and positions in their texts. **Output:** the page and the lines of the block that holds each position. **Refused:**
//! nothing; a position outside all blocks has no place. **Left to others:** which positions are asked for.

use plenary_tables::schema::BlockRow;
use plenary_tables::{DataFrame, OpenError, Results, column};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// Where a sentence is printed: the page and the lines of the paragraph in which it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Page, counted from 1; `None` if the source has no pages.
    pub page: Option<u32>,
    /// First line of the paragraph, counted from 1.
    pub line_start: u32,
    /// Last line of the paragraph.
    pub line_end: u32,
}

impl Place {
    /// `page 3, lines 12-14`.
    pub fn in_words(&self) -> String {
        let page = self.page.map(|page| format!("page {page}, ")).unwrap_or_default();
        if self.line_start == self.line_end {
            format!("{page}line {}", self.line_start)
        } else {
            format!("{page}lines {}-{}", self.line_start, self.line_end)
        }
    }
}

/// The places of positions, each given as a document and the byte where a sentence begins.
pub(crate) fn places(results: &Results, positions: &[(&str, i64)]) -> Result<Vec<Option<Place>>, OpenError> {
    let mut wanted: FxHashMap<&str, Vec<(i64, usize)>> = FxHashMap::default();
    for (at, (document, start)) in positions.iter().enumerate() {
        wanted.entry(document).or_default().push((*start, at));
    }
    for of_document in wanted.values_mut() {
        of_document.sort_unstable();
    }
    let columns = ["document_id", "start", "end", "line_start", "line_end", "page"];
    let groups = results.groups(BlockRow::TABLE, Some(&columns))?;
    let found: Result<Vec<Vec<(usize, Place)>>, OpenError> =
        (0..groups.n_groups()).into_par_iter().map(|at| of_blocks(&groups.group(at)?.1, &wanted)).collect();
    let mut places = vec![None; positions.len()];
    for (at, place) in found?.into_iter().flatten() {
        places[at] = Some(place);
    }
    Ok(places)
}

fn of_blocks(
    blocks: &DataFrame,
    wanted: &FxHashMap<&str, Vec<(i64, usize)>>,
) -> Result<Vec<(usize, Place)>, OpenError> {
    let documents = column::<&str>(blocks, "document_id")?;
    let (starts, ends) = (column::<i64>(blocks, "start")?, column::<i64>(blocks, "end")?);
    let (firsts, lasts) = (column::<u32>(blocks, "line_start")?, column::<u32>(blocks, "line_end")?);
    let pages = column::<u32>(blocks, "page")?;
    let mut found = Vec::new();
    // The blocks of a document are adjacent.
    let mut last: (Option<&str>, &[(i64, usize)]) = (None, &[]);
    for (row, document) in documents.into_iter().enumerate() {
        if last.0 != document {
            let of_document = document.and_then(|document| wanted.get(document));
            last = (document, of_document.map_or(&[], Vec::as_slice));
        }
        let (Some(start), Some(end)) = (starts[row], ends[row]) else { continue };
        let first = last.1.partition_point(|(position, _)| *position < start);
        for (_, at) in last.1[first..].iter().take_while(|(position, _)| *position < end) {
            let (line_start, line_end) = (firsts[row].unwrap_or(1), lasts[row].unwrap_or(1));
            found.push((*at, Place { page: pages[row], line_start, line_end }));
        }
    }
    Ok(found)
}
