//! Themes, their places on a map, and what became of earlier ones.
//!
//! **Input:** the tables `themes` and `theme_history`. **Output:** themes in the order of the table. **Left to others:** their segments.

use plenary_tables::Results;
use plenary_tables::schema::{ThemeHistoryRow, ThemeRow};

use super::map;
use crate::ReportError;

/// A theme.
pub(crate) struct Theme {
    pub(crate) id: String,
    /// Name, or label where it has none.
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) terms: Vec<(String, f32)>,
    pub(crate) n_segments: u32,
    pub(crate) n_speakers: u32,
    pub(crate) cohesion: f32,
    pub(crate) separation: Option<f32>,
    pub(crate) stability: Option<f32>,
    /// Ids of typical segments, the closest to the mean first.
    pub(crate) exemplars: Vec<String>,
    /// Place on the map.
    pub(crate) place: (f64, f64),
}

/// A row of the history.
pub(crate) struct ThemeChange {
    pub(crate) theme_id: Option<String>,
    pub(crate) previous_theme_id: Option<String>,
    pub(crate) change: String,
    pub(crate) n_before: u32,
    pub(crate) n_shared: u32,
    pub(crate) n_new: u32,
    pub(crate) jaccard: Option<f64>,
}

pub(super) fn themes(results: &Results) -> Result<Vec<Theme>, ReportError> {
    let frame = results.frame(ThemeRow::TABLE)?;
    let rows = ThemeRow::rows(&frame)?;
    let centroids: Vec<&[f32]> = rows.iter().map(|row| row.centroid).collect();
    let places = map::project(&centroids);
    let theme = |(row, place): (ThemeRow, (f64, f64))| Theme {
        id: row.theme_id.to_owned(),
        name: row.name.unwrap_or(row.label).to_owned(),
        description: row.description.map(str::to_owned),
        terms: row.terms.into_iter().zip(row.term_weights).collect(),
        n_segments: row.n_segments,
        n_speakers: row.n_speakers,
        cohesion: row.cohesion,
        separation: row.separation,
        stability: row.stability,
        exemplars: row.exemplars,
        place,
    };
    Ok(rows.into_iter().zip(places).map(theme).collect())
}

pub(super) fn changes(results: &Results) -> Result<Vec<ThemeChange>, ReportError> {
    let frame = results.frame(ThemeHistoryRow::TABLE)?;
    let change = |row: ThemeHistoryRow| ThemeChange {
        theme_id: row.theme_id.map(str::to_owned),
        previous_theme_id: row.previous_theme_id.map(str::to_owned),
        change: row.change.to_owned(),
        n_before: row.n_before,
        n_shared: row.n_shared,
        n_new: row.n_new,
        jaccard: row.jaccard,
    };
    Ok(ThemeHistoryRow::rows(&frame)?.into_iter().map(change).collect())
}
