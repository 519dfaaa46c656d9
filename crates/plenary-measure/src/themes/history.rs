//! What became of the themes of earlier results.
//!
//! **Input:** the themes of this run with the theme of each distinct text, and the registry of the earlier themes. **Output:** one
//! row per theme of this run, per earlier theme that ended, and per part of an earlier theme that is in another theme now.

use std::collections::BTreeMap;

use plenary_corpus::findings::{Assignment, Theme, ThemeChange, ThemeChangeKind};

use super::registry::{Key, Registry};

/// Minimum share of an earlier theme's texts that is listed when they are in another theme now.
const PART: f64 = 0.1;
/// Share of an earlier theme's texts in a theme above which it was merged with that theme.
const MOST: f64 = 0.5;

/// The rows, in the order of the themes, then of the earlier themes that ended.
pub(super) fn of(themes: &[Theme], of_run: &BTreeMap<Key, Assignment>, registry: &Registry) -> Vec<ThemeChange> {
    let before = registry.themes();
    let n_before = registry.n_texts();
    // Distinct texts of this run: by earlier theme and theme, and those without an earlier theme by theme.
    let mut shared = vec![vec![0_usize; themes.len()]; before.len()];
    let mut n_again = vec![0_usize; before.len()];
    let mut n_new = vec![0_usize; themes.len()];
    for (key, assignment) in of_run {
        match (registry.place(key), assignment.theme) {
            (Some(place), theme) => {
                n_again[place.theme as usize] += 1;
                if let Some(theme) = theme {
                    shared[place.theme as usize][theme] += 1;
                }
            }
            (None, Some(theme)) => n_new[theme] += 1,
            (None, None) => {}
        }
    }
    let n_known: Vec<usize> = (0..themes.len()).map(|theme| shared.iter().map(|of| of[theme]).sum()).collect();
    let row = |change: ThemeChangeKind, earlier: usize, theme: Option<usize>| {
        let both = theme.map_or(0, |theme| shared[earlier][theme]);
        let either = n_again[earlier] + theme.map_or(0, |theme| n_known[theme]) - both;
        let known = &before[earlier];
        ThemeChange {
            theme_id: theme.map(|theme| themes[theme].theme_id.clone()),
            previous_theme_id: Some(known.theme_id.clone()),
            change,
            n_before: n_before[earlier],
            n_again: n_again[earlier],
            n_shared: both,
            n_new: theme.map_or(0, |theme| n_new[theme]),
            share: (n_again[earlier] > 0).then(|| both as f64 / n_again[earlier] as f64),
            jaccard: (n_again[earlier] > 0).then(|| both as f64 / either.max(1) as f64),
            centroid_cosine: theme.map(|theme| cosine(&known.centroid, &themes[theme].centroid)),
            terms_kept: theme.map(|theme| terms_kept(&known.terms, &themes[theme].terms)),
        }
    };
    let own = |earlier: usize| themes.iter().position(|theme| theme.theme_id == before[earlier].theme_id);
    let mut rows = Vec::new();
    for (at, theme) in themes.iter().enumerate() {
        let earlier = before.iter().position(|known| known.theme_id == theme.theme_id);
        match earlier {
            Some(earlier) => {
                let change = if theme.n_segments == 0 {
                    ThemeChangeKind::Absent
                } else if n_new[at] > 0 {
                    ThemeChangeKind::Grown
                } else {
                    ThemeChangeKind::Kept
                };
                rows.push(row(change, earlier, Some(at)));
            }
            None => rows.push(ThemeChange {
                theme_id: Some(theme.theme_id.clone()),
                previous_theme_id: None,
                change: ThemeChangeKind::New,
                n_before: 0,
                n_again: 0,
                n_shared: 0,
                n_new: n_new[at],
                share: None,
                jaccard: None,
                centroid_cosine: None,
                terms_kept: None,
            }),
        }
        for other in 0..before.len() {
            let n = shared[other][at];
            let share = n as f64 / n_again[other].max(1) as f64;
            if Some(other) != earlier && n > 0 && share >= PART {
                let merged = own(other).is_none() && share > MOST;
                rows.push(row(if merged { ThemeChangeKind::Merged } else { ThemeChangeKind::Split }, other, Some(at)));
            }
        }
    }
    for earlier in 0..before.len() {
        if own(earlier).is_none() {
            let merged = shared[earlier].iter().any(|&n| n as f64 > MOST * n_again[earlier] as f64);
            if !merged {
                rows.push(row(ThemeChangeKind::Ended, earlier, None));
            }
        }
    }
    rows
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let norms = (dot(a, a) * dot(b, b)).sqrt();
    if norms > 0.0 { dot(a, b) / norms } else { 0.0 }
}

fn terms_kept(before: &[String], now: &[String]) -> f64 {
    let kept = before.iter().filter(|term| now.contains(term)).count();
    kept as f64 / before.len().max(1) as f64
}
