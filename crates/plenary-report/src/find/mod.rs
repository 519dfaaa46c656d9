//! Words in context: every place where a pattern occurs in the segments of results.
//!
//! **Input:** opened results, a pattern, conditions on columns of `analysis`. **Output:** the places in the order of the text or sorted by what
//! stands left or right of them, each with its speaker, document, page and lines; or counts by the values of a column. Texts are searched in
//! parallel, and of groups of rows without a match nothing else is read. **Refused:** an empty pattern, an invalid regular expression, a column
//! that does not exist. **Left to others:** printing.

mod around;
mod pattern;
mod rows;
mod sheet;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;
use plenary_tables::schema::{AnalysisRow, DocumentRow, SegmentRow};
use plenary_tables::{Results, column};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::ReportError;
use crate::place::{Place, places};

pub use pattern::Kind;
use pattern::Matcher;
pub use rows::Unmet;
use rows::{Condition, conditions};
pub use sheet::{csv, html};

/// Maximum number of segments that are read before and after a place.
pub const MOST_AROUND: usize = 50;

/// What is searched and how the places are sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindOptions {
    /// The pattern.
    pub pattern: String,
    /// What the pattern is.
    pub kind: Kind,
    /// Whether capital and small letters differ.
    pub case: bool,
    /// Whether a match must begin and end at the border of a word.
    pub word: bool,
    /// Conditions on columns of `analysis`: name and value. Conditions on one column are alternatives; all columns must fit. An empty value is a
    /// missing one, and a date may be shortened to a year or month.
    pub conditions: Vec<(String, String)>,
    /// The order of the places.
    pub order: Order,
    /// Segments before and after each place that are read with it, not more than [`MOST_AROUND`].
    pub around: usize,
}

/// The order of places.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// That of the text.
    #[default]
    Text,
    /// By the words to the left, from the match outwards.
    Left,
    /// By the words to the right.
    Right,
}

/// A place where the pattern occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hit {
    /// Segment.
    pub segment_id: String,
    /// Document.
    pub document_id: String,
    /// Title of the document, or the name of its file.
    pub document: String,
    /// Date of the event.
    pub date: Option<Date>,
    /// Name of the speaker.
    pub speaker: Option<String>,
    /// Role of the speaker.
    pub role: Option<String>,
    /// Party of the speaker.
    pub party: Option<String>,
    /// Page and lines.
    pub place: Option<Place>,
    /// The segment.
    pub text: String,
    /// The match in the segment, in bytes, at borders of characters.
    pub at: Range<usize>,
    /// The segments before it in the document, as many as were asked for.
    pub before: Vec<Arc<Neighbour>>,
    /// The segments after it.
    pub after: Vec<Arc<Neighbour>>,
}

/// A segment beside a place.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Neighbour {
    /// Name of the speaker.
    pub speaker: Option<String>,
    /// The segment.
    pub text: String,
}

impl Hit {
    /// What stands left of the match in the segment.
    pub fn left(&self) -> &str {
        self.text.get(..self.at.start).unwrap_or_default()
    }

    /// The match.
    pub fn matched(&self) -> &str {
        self.text.get(self.at.clone()).unwrap_or_default()
    }

    /// What stands right of the match in the segment.
    pub fn right(&self) -> &str {
        self.text.get(self.at.end..).unwrap_or_default()
    }
}

/// The places of a pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// The places.
    pub hits: Vec<Hit>,
    /// Number of segments with a match.
    pub n_segments: usize,
    /// Segments that were asked for before and after each place.
    pub around: usize,
    /// Languages of documents for which there is no stemmer, so that their words were compared as they are.
    pub without_stemmer: BTreeSet<String>,
}

/// Counts of a pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// For each value of the column, the empty text being a missing one; a single row with an empty value if there is no column.
    pub rows: BTreeMap<String, Count>,
    /// As in [`Found`].
    pub without_stemmer: BTreeSet<String>,
}

/// A count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Places.
    pub matches: usize,
    /// Segments with a place.
    pub segments: usize,
    /// Segments that were searched.
    pub searched: usize,
}

/// Where the segment of a place is.
#[derive(Debug, Clone, Copy)]
struct At {
    /// The byte of the document where it begins.
    start: i64,
    /// Its row.
    row: usize,
}

/// The segments of one group of rows that have a match.
struct Matches {
    /// Rows of the group.
    n: usize,
    /// Position in the group, and the matches.
    found: Vec<(usize, Vec<Range<usize>>)>,
}

/// Every place where the pattern occurs.
///
/// # Errors
/// [`ReportError`] for a pattern or a column that is not valid, and if the tables cannot be read.
pub fn find(results: &Results, options: &FindOptions) -> Result<Found, ReportError> {
    let search = Search::new(results, options)?;
    let of_groups: Vec<Vec<(Hit, At)>> = search.groups(|at, matches| search.hits(at, &matches))?;
    let (mut hits, at): (Vec<Hit>, Vec<At>) = of_groups.into_iter().flatten().unzip();
    let mut n_segments = 0;
    for (at, hit) in hits.iter().enumerate() {
        // The places of a segment are adjacent.
        n_segments += usize::from(at == 0 || hits[at - 1].segment_id != hit.segment_id);
    }
    add_places(results, &mut hits, &at)?;
    if options.around > 0 {
        let rows: Vec<usize> = at.iter().map(|at| at.row).collect();
        around::add(results, &mut hits, &rows, options.around)?;
    }
    match options.order {
        Order::Text => {}
        Order::Left => hits.sort_by_cached_key(|hit| words(hit.left().split_whitespace().rev())),
        Order::Right => hits.sort_by_cached_key(|hit| words(hit.right().split_whitespace())),
    }
    Ok(Found { hits, n_segments, around: options.around, without_stemmer: search.matcher.without_stemmer() })
}

/// How often the pattern occurs, by the values of a column of `analysis` if there is one.
///
/// # Errors
/// As [`find()`].
pub fn count(results: &Results, options: &FindOptions, by: Option<&str>) -> Result<Counts, ReportError> {
    let search = Search::new(results, options)?;
    if let Some(name) = by {
        rows::check_column(results, name)?;
    }
    let of_groups: Vec<BTreeMap<String, Count>> = search.groups(|at, matches| search.counts(at, &matches, by))?;
    let mut rows: BTreeMap<String, Count> = BTreeMap::new();
    for (value, count) in of_groups.into_iter().flatten() {
        let all = rows.entry(value).or_default();
        all.matches += count.matches;
        all.segments += count.segments;
        all.searched += count.searched;
    }
    Ok(Counts { rows, without_stemmer: search.matcher.without_stemmer() })
}

/// The first condition that no segment meets, whatever its text; `None` if each is met by some segment.
///
/// # Errors
/// [`ReportError`] if a column does not exist or the tables cannot be read.
pub fn unmet(results: &Results, options: &FindOptions) -> Result<Option<Unmet>, ReportError> {
    rows::unmet(results, &conditions(results, &options.conditions)?)
}

/// Words in small letters, for sorting.
fn words<'w>(words: impl Iterator<Item = &'w str>) -> Vec<String> {
    words.map(str::to_lowercase).collect()
}

/// A search that is ready.
struct Search<'r> {
    results: &'r Results,
    matcher: Matcher,
    conditions: Vec<Condition>,
    texts: plenary_tables::Groups,
}

impl<'r> Search<'r> {
    fn new(results: &'r Results, options: &FindOptions) -> Result<Self, ReportError> {
        let languages = if options.kind == Kind::Stem { languages(results)? } else { FxHashMap::default() };
        let matcher = Matcher::new(options, languages)?;
        let columns: &[&str] = if options.kind == Kind::Stem { &["document_id", "text"] } else { &["text"] };
        Ok(Self {
            results,
            matcher,
            conditions: conditions(results, &options.conditions)?,
            texts: results.groups(AnalysisRow::TABLE, Some(columns))?,
        })
    }

    /// Applies a function to the matches of each group of rows, in parallel; the results are in the order of the text.
    fn groups<T: Send>(
        &self,
        take: impl Fn(usize, Matches) -> Result<T, ReportError> + Sync,
    ) -> Result<Vec<T>, ReportError> {
        (0..self.texts.n_groups()).into_par_iter().map(|at| take(at, self.matches(at)?)).collect()
    }

    fn matches(&self, at: usize) -> Result<Matches, ReportError> {
        let (_, frame) = self.texts.group(at)?;
        let texts = column::<&str>(&frame, "text")?;
        let documents = if frame.width() > 1 { Some(column::<&str>(&frame, "document_id")?) } else { None };
        let mut scanner = self.matcher.scanner();
        let mut matches = Matches { n: texts.len(), found: Vec::new() };
        for (row, text) in texts.into_iter().enumerate() {
            let document = documents.as_ref().and_then(|documents| documents[row]);
            let found = scanner.matches(text.unwrap_or_default(), document);
            if !found.is_empty() {
                matches.found.push((row, found));
            }
        }
        if !matches.found.is_empty() && !self.conditions.is_empty() {
            let fits = rows::fitting(self.results, &self.conditions, at)?;
            matches.found.retain(|(row, _)| fits[*row]);
        }
        Ok(matches)
    }

    /// The places in a group of rows, with those of their segments.
    fn hits(&self, at: usize, matches: &Matches) -> Result<Vec<(Hit, At)>, ReportError> {
        if matches.found.is_empty() {
            return Ok(Vec::new());
        }
        let columns = ["segment_id", "document_id", "text", "document", "date", "name", "role", "party"];
        let (first_row, frame) = self.results.groups(AnalysisRow::TABLE, Some(&columns))?.group(at)?;
        let text = |name: &str| column::<&str>(&frame, name);
        let (segments, documents, texts, titles) =
            (text("segment_id")?, text("document_id")?, text("text")?, text("document")?);
        let (names, roles, parties) = (text("name")?, text("role")?, text("party")?);
        let dates = column::<Date>(&frame, "date")?;
        // The rows of `segments` are in the same order.
        let (_, frame) = self.results.groups(SegmentRow::TABLE, Some(&["segment_id", "start"]))?.group(at)?;
        let (ids, starts) = (column::<&str>(&frame, "segment_id")?, column::<i64>(&frame, "start")?);
        let owned = |cell: Option<&str>| cell.map(str::to_owned);
        let mut hits = Vec::new();
        for (row, found) in &matches.found {
            let row = *row;
            let id = segments[row].unwrap_or_default();
            let same = ids.get(row).copied().flatten();
            let start = starts.get(row).copied().flatten().filter(|_| same == Some(id));
            let Some(start) = start else {
                let problem = format!("`segments` has `{}` where `analysis` has `{id}`", same.unwrap_or_default());
                return Err(ReportError::Misfit { problem });
            };
            for range in found {
                let hit = Hit {
                    segment_id: id.to_owned(),
                    document_id: owned(documents[row]).unwrap_or_default(),
                    document: owned(titles[row]).unwrap_or_default(),
                    date: dates[row],
                    speaker: owned(names[row]),
                    role: owned(roles[row]),
                    party: owned(parties[row]),
                    place: None,
                    text: owned(texts[row]).unwrap_or_default(),
                    at: range.clone(),
                    before: Vec::new(),
                    after: Vec::new(),
                };
                hits.push((hit, At { start, row: first_row + row }));
            }
        }
        Ok(hits)
    }

    fn counts(&self, at: usize, matches: &Matches, by: Option<&str>) -> Result<BTreeMap<String, Count>, ReportError> {
        let n = matches.n;
        let fits =
            if self.conditions.is_empty() { vec![true; n] } else { rows::fitting(self.results, &self.conditions, at)? };
        let values = match by {
            Some(name) => rows::values(self.results, name, at)?,
            None => vec![String::new(); n],
        };
        let mut counts: BTreeMap<String, Count> = BTreeMap::new();
        for (value, _) in values.iter().zip(fits).filter(|(_, fits)| *fits) {
            match counts.get_mut(value) {
                Some(count) => count.searched += 1,
                None => drop(counts.insert(value.clone(), Count { searched: 1, ..Count::default() })),
            }
        }
        for (row, found) in &matches.found {
            let count = counts.entry(values[*row].clone()).or_default();
            count.matches += found.len();
            count.segments += 1;
        }
        Ok(counts)
    }
}

/// Adds pages and lines to places.
fn add_places(results: &Results, hits: &mut [Hit], at: &[At]) -> Result<(), ReportError> {
    if hits.is_empty() {
        return Ok(());
    }
    let positions: Vec<(&str, i64)> =
        hits.iter().zip(at).map(|(hit, at)| (hit.document_id.as_str(), at.start)).collect();
    let found = places(results, &positions)?;
    for (hit, place) in hits.iter_mut().zip(found) {
        hit.place = place;
    }
    Ok(())
}

/// The language of each document.
fn languages(results: &Results) -> Result<FxHashMap<String, String>, ReportError> {
    let frame = results.columns(DocumentRow::TABLE, &["document_id", "language"])?;
    let ids = column::<&str>(&frame, "document_id")?;
    let languages = column::<&str>(&frame, "language")?;
    let known =
        ids.into_iter().zip(languages).filter_map(|(id, language)| Some((id?.to_owned(), language?.to_owned())));
    Ok(known.collect())
}
