//! How the themes that were found and the codes of the study overlap.
//!
//! **Input:** results with themes and codes. **Output:** for each theme the codes of its segments, and for each code the themes of its
//! segments. **Refused:** results without codes. **Left to others:** what the researcher concludes.

use std::collections::BTreeMap;

use plenary_measure::themes::ThemeCode;
use plenary_tables::schema::{SegmentThemeRow, ThemeCodeRow, ThemeRow};
use plenary_tables::{OpenError, Results};
use serde::Serialize;

/// Share of the segments of a theme from which a code, or no code, is that of the theme.
const MOST: f64 = 0.5;

/// Themes and codes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overlap {
    /// Number of segments.
    pub n_segments: usize,
    /// Number of segments with a code.
    pub n_coded: usize,
    /// The themes, from the largest to the smallest.
    pub themes: Vec<ThemeOverlap>,
    /// The codes, in the order of the study.
    pub codes: Vec<CodeOverlap>,
}

/// How far codes cover a theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeKind {
    /// Most of its segments have the same code.
    Covered,
    /// Most of its segments have no code: the codebook may lack one.
    Uncovered,
    /// Neither: several codes share it.
    Mixed,
}

/// A theme with the codes of its segments.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ThemeOverlap {
    /// The theme.
    pub theme_id: String,
    /// What people call it.
    pub title: String,
    /// Its segments.
    pub n_segments: usize,
    /// Those of them without a code.
    pub n_without_code: usize,
    /// How far codes cover it; `None` for a theme without segments.
    pub kind: Option<ThemeKind>,
    /// The codes of its segments, from the most frequent to the least.
    pub codes: Vec<Part>,
}

/// A code with the themes of its segments.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CodeOverlap {
    /// The code.
    pub code_id: String,
    /// What people call it.
    pub title: String,
    /// Its segments.
    pub n_segments: usize,
    /// The themes of its segments, from the most frequent to the least.
    pub themes: Vec<Part>,
}

/// What a theme and a code share.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// The code of a theme, or the theme of a code.
    pub id: String,
    /// Segments in both.
    pub n_segments: usize,
    /// Share of the segments of the theme, or of the code, whose part it is.
    pub share: f64,
    /// Segments in both over segments in either.
    pub jaccard: f64,
}

/// Why themes and codes cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum OverlapError {
    /// The results cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The results have no codes.
    #[error("{results} has no codes; write them into the study as [[themes.codes]], and run it again")]
    NoCodes {
        /// The results.
        results: String,
    },
}

/// Compares the themes and codes of results.
///
/// # Errors
/// [`OverlapError`] if the results cannot be read or have no codes.
pub fn overlap(results: &Results) -> Result<Overlap, OverlapError> {
    let json = results.study().json.pointer("/themes/codes").cloned().unwrap_or_default();
    let codes: Vec<ThemeCode> = serde_json::from_value(json).unwrap_or_default();
    if codes.is_empty() {
        let results = results.folder().map_or_else(|| "the run".into(), |folder| folder.display().to_string());
        return Err(OverlapError::NoCodes { results });
    }
    let of_segments = results.frame(ThemeCodeRow::TABLE)?;
    let code_of: BTreeMap<&str, Option<&str>> =
        ThemeCodeRow::rows(&of_segments)?.iter().map(|row| (row.segment_id, row.code_id)).collect();
    let assigned = results.frame(SegmentThemeRow::TABLE)?;
    let mut pairs: BTreeMap<(Option<&str>, Option<&str>), usize> = BTreeMap::new();
    for row in SegmentThemeRow::rows(&assigned)? {
        *pairs.entry((row.theme_id, code_of.get(row.segment_id).copied().flatten())).or_default() += 1;
    }
    let count = |theme: Option<&str>, code: Option<&str>| {
        let fits = |(own, given): &(Option<&str>, Option<&str>)| {
            theme.is_none_or(|theme| *own == Some(theme)) && code.is_none_or(|code| *given == Some(code))
        };
        pairs.iter().filter(|(pair, _)| fits(pair)).map(|(_, n)| n).sum::<usize>()
    };
    let part = |id: &str, theme: &str, code: &str, n_whole: usize| {
        let n_segments = count(Some(theme), Some(code));
        let n_either = count(Some(theme), None) + count(None, Some(code)) - n_segments;
        (n_segments > 0).then(|| Part {
            id: id.to_owned(),
            n_segments,
            share: n_segments as f64 / n_whole as f64,
            jaccard: n_segments as f64 / n_either as f64,
        })
    };
    let sorted = |mut parts: Vec<Part>| {
        // A stable sort: ties are in the order of the themes or codes.
        parts.sort_by_key(|part| std::cmp::Reverse(part.n_segments));
        parts
    };
    let frame = results.frame(ThemeRow::TABLE)?;
    let found = ThemeRow::rows(&frame)?;
    let theme = |theme: &ThemeRow| {
        let id = theme.theme_id;
        let n_segments = count(Some(id), None);
        let own = codes.iter().filter_map(|code| part(&code.id, id, &code.id, n_segments));
        let own = sorted(own.collect());
        let n_without_code = n_segments - own.iter().map(|part| part.n_segments).sum::<usize>();
        let is_most = |n: usize| n as f64 >= MOST * n_segments as f64;
        let kind = (n_segments > 0).then(|| match own.first() {
            Some(first) if is_most(first.n_segments) => ThemeKind::Covered,
            _ if is_most(n_without_code) => ThemeKind::Uncovered,
            _ => ThemeKind::Mixed,
        });
        let title = theme.name.unwrap_or(theme.label).to_owned();
        ThemeOverlap { theme_id: id.to_owned(), title, n_segments, n_without_code, kind, codes: own }
    };
    let code = |code: &ThemeCode| {
        let n_segments = count(None, Some(&code.id));
        let own = found.iter().filter_map(|theme| part(theme.theme_id, theme.theme_id, &code.id, n_segments));
        let (code_id, title) = (code.id.clone(), code.title().to_owned());
        CodeOverlap { code_id, title, n_segments, themes: sorted(own.collect()) }
    };
    Ok(Overlap {
        n_segments: count(None, None),
        n_coded: codes.iter().map(|code| count(None, Some(&code.id))).sum(),
        themes: found.iter().map(theme).collect(),
        codes: codes.iter().map(code).collect(),
    })
}
