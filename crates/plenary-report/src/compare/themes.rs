//! Themes of two runs.

use std::collections::{BTreeMap, BTreeSet};

use plenary_tables::schema::ThemeHistoryRow;
use plenary_tables::{Results, THEME_REGISTRY};
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::ThemeRow;
use super::read::{Reader, cells};
use super::segments::Matched;
use crate::ReportError;

/// What became of a theme that researchers split off.
const SPLIT: &str = "split";
/// What became of a theme that researchers merged into another one.
const MERGED: &str = "merged";

/// How the theme of one run is found in the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeMatching {
    /// The later run continues the themes of the earlier one: a theme keeps its id.
    Continued,
    /// The themes of the two runs were found apart: two themes are the same if each has most of the other's segments among all themes.
    SharedSegments,
}

/// A theme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ThemeFacts {
    /// Its id.
    pub id: String,
    /// Its name, or its label if it has none.
    pub label: String,
    /// Its segments.
    pub n_segments: u32,
}

/// A theme in two runs, of which one may lack it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ThemePair {
    /// In the earlier run.
    pub old: Option<ThemeFacts>,
    /// In the later run.
    pub new: Option<ThemeFacts>,
    /// Segments that both runs have and that are in both themes.
    pub n_shared: usize,
    /// `n_shared` over the segments that both runs have and that are in either theme (Jaccard); `None` without such segments.
    pub jaccard: Option<f64>,
    /// If the later run continues the earlier one: what its `theme_history` says of the theme, or `split` or `merged` where researchers split
    /// the theme off or merged it into another one in between.
    pub history: Option<String>,
}

/// The themes of a run, in their order.
pub(super) fn facts(reader: &mut Reader) -> Result<Vec<ThemeFacts>, ReportError> {
    let mut all = Vec::new();
    reader.each(ThemeRow::TABLE, &["theme_id", "label", "name", "n_segments"], |frame| {
        let (ids, labels) = (cells::<String>(frame, "theme_id")?, cells::<String>(frame, "label")?);
        let rows = ids.into_iter().zip(labels).zip(cells::<String>(frame, "name")?);
        all.extend(rows.zip(cells::<u32>(frame, "n_segments")?).map(|(((id, label), name), n)| ThemeFacts {
            id: id.unwrap_or_default(),
            label: name.or(label).unwrap_or_default(),
            n_segments: n.unwrap_or_default(),
        }));
        Ok(())
    })?;
    Ok(all)
}

/// The themes of both runs: those of the earlier one in their order, then those that only the later one has.
pub(super) fn themes(
    old: &Results,
    new: &mut Reader,
    matched: &Matched,
    before: Vec<ThemeFacts>,
    after: Vec<ThemeFacts>,
) -> Result<(ThemeMatching, Vec<ThemePair>), ReportError> {
    let history = history(new)?;
    let known: BTreeSet<&str> = before.iter().map(|theme| theme.id.as_str()).collect();
    let is_continued = continues(new.results, old);
    let shared = matched.themes();
    let (of_old, of_new) = (matched.of_theme(false), matched.of_theme(true));
    let partner: BTreeMap<String, String> = if is_continued {
        let now: BTreeSet<&str> = after.iter().map(|theme| theme.id.as_str()).collect();
        known.iter().filter(|id| now.contains(*id)).map(|id| ((*id).to_owned(), (*id).to_owned())).collect()
    } else {
        mutual_best(&shared)
    };
    let pair = |old: Option<ThemeFacts>, new: Option<ThemeFacts>| {
        let n_shared = old.as_ref().zip(new.as_ref());
        let n_shared = n_shared
            .and_then(|(old, new)| shared.get(&(old.id.as_str(), new.id.as_str())))
            .copied()
            .unwrap_or_default();
        let count = |of: &BTreeMap<&str, usize>, theme: &Option<ThemeFacts>| {
            theme.as_ref().and_then(|theme| of.get(theme.id.as_str())).copied().unwrap_or_default()
        };
        let either = count(&of_old, &old) + count(&of_new, &new) - n_shared;
        let both = old.is_some() && new.is_some() && either > 0;
        let of_history = |row: &&HistoryRow| match (&old, &new) {
            (_, Some(new)) => row.theme.as_deref() == Some(new.id.as_str()) && row.is_of_theme(),
            (Some(old), None) => row.theme.is_none() && row.previous.as_deref() == Some(old.id.as_str()),
            (None, None) => false,
        };
        // The history begins with the themes as researchers had changed them.
        let history = match (history.iter().find(of_history), &old) {
            _ if !is_continued => None,
            (Some(row), None) if row.previous.is_some() => Some(SPLIT.to_owned()),
            (Some(row), _) => Some(row.change.clone()),
            (None, Some(_)) if new.is_none() => Some(MERGED.to_owned()),
            (None, _) => None,
        };
        ThemePair { n_shared, jaccard: both.then(|| n_shared as f64 / either as f64), history, old, new }
    };
    let mut left: BTreeMap<String, ThemeFacts> = after.iter().map(|theme| (theme.id.clone(), theme.clone())).collect();
    let mut pairs = Vec::new();
    for theme in before {
        let other = partner.get(&theme.id).and_then(|id| left.remove(id));
        pairs.push(pair(Some(theme), other));
    }
    for theme in after {
        if let Some(theme) = left.remove(&theme.id) {
            pairs.push(pair(None, Some(theme)));
        }
    }
    let matching = if is_continued { ThemeMatching::Continued } else { ThemeMatching::SharedSegments };
    Ok((matching, pairs))
}

/// Whether the themes of a run continue those of another one, whose registry it read.
fn continues(new: &Results, old: &Results) -> bool {
    let registry = old.files().iter().find(|file| file.name == THEME_REGISTRY);
    let continued = new.run().origin.continued_themes();
    registry.zip(continued).is_some_and(|(registry, (_, continued))| registry.sha256 == continued.registry_sha256)
}

/// The ids in the later run of the themes that both runs have, by those of the earlier one.
pub(super) fn found_again(pairs: &[ThemePair]) -> FxHashMap<&str, &str> {
    pairs.iter().filter_map(|pair| Some((pair.old.as_ref()?.id.as_str(), pair.new.as_ref()?.id.as_str()))).collect()
}

/// Pairs of which each is the one with which the other shares most; ties go to the smaller id.
fn mutual_best(shared: &BTreeMap<(&str, &str), usize>) -> BTreeMap<String, String> {
    let mut best_new: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    let mut best_old: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    for ((old, new), n) in shared {
        let better = |known: &mut (&str, usize)| *n > known.1;
        let of_old = best_new.entry(old).or_insert((new, *n));
        if better(of_old) {
            *of_old = (new, *n);
        }
        let of_new = best_old.entry(new).or_insert((old, *n));
        if better(of_new) {
            *of_new = (old, *n);
        }
    }
    let mutual = best_new.into_iter().filter(|(old, (new, _))| best_old.get(new).is_some_and(|(back, _)| back == old));
    mutual.map(|(old, (new, _))| (old.to_owned(), new.to_owned())).collect()
}

/// A row of `theme_history`.
struct HistoryRow {
    theme: Option<String>,
    previous: Option<String>,
    change: String,
}

impl HistoryRow {
    /// Whether the row is about what became of a theme as a whole, not about a part that came from another one.
    fn is_of_theme(&self) -> bool {
        self.previous.is_none() || self.previous == self.theme
    }
}

fn history(reader: &mut Reader) -> Result<Vec<HistoryRow>, ReportError> {
    let mut rows = Vec::new();
    reader.each(ThemeHistoryRow::TABLE, &["theme_id", "previous_theme_id", "change"], |frame| {
        let (themes, previous) = (cells::<String>(frame, "theme_id")?, cells::<String>(frame, "previous_theme_id")?);
        let changes = cells::<String>(frame, "change")?;
        rows.extend(themes.into_iter().zip(previous).zip(changes).map(|((theme, previous), change)| HistoryRow {
            theme,
            previous,
            change: change.unwrap_or_default(),
        }));
        Ok(())
    })?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn themes_are_paired_if_each_is_the_best_of_the_other() {
        let shared = BTreeMap::from([
            (("t1", "u1"), 8),
            (("t1", "u2"), 5),
            (("t2", "u2"), 4),
            (("t3", "u1"), 3),
            (("t4", "u4"), 2),
        ]);
        let pairs = mutual_best(&shared);
        assert_eq!(pairs, BTreeMap::from([("t1".into(), "u1".into()), ("t4".into(), "u4".into())]));
    }
}
