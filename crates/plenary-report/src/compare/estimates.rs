//! Estimates of two runs.
//!
//! **Input:** the tables `estimates` (without those of single utterances) and `group_estimates`, and which documents, speakers and themes are
//! the same. **Output:** each estimate with its value in both runs. **Left to others:** what is shown of it.

use std::collections::BTreeMap;

use plenary_tables::schema::{EstimateRow, GroupEstimateRow, SpeakerRow};
use plenary_tables::{DataFrame, OpenError};
use rustc_hash::FxHashMap;
use serde::Serialize;

use super::documents::{DocumentFacts, Pair};
use super::read::{Reader, cells};
use super::themes::{ThemeFacts, ThemePair};
use crate::ReportError;

/// An estimate in two runs, of which one may lack it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EstimateChange {
    /// Kind of group: a level of `estimates`, or `group` for a row of `group_estimates`.
    pub level: String,
    /// The group, in words.
    pub group: String,
    /// What is estimated.
    pub measure: String,
    /// Target of the study, if the measure has one.
    pub target: Option<String>,
    /// Category of a dictionary, if the measure has one.
    pub category: Option<String>,
    /// Variable of the study's own, if the measure has one.
    pub code: Option<String>,
    /// Label of this variable.
    pub label: Option<String>,
    /// What weighs the same in the mean; `None` in `estimates`.
    pub weight: Option<String>,
    /// In the earlier run.
    pub old: Option<Value>,
    /// In the later run.
    pub new: Option<Value>,
    /// The later value minus the earlier one, if both are there.
    pub difference: Option<f64>,
    /// Whether the two intervals overlap, if both are there. Intervals that do not overlap differ by more than chance; those that overlap
    /// may as well.
    pub overlap: Option<bool>,
}

impl EstimateChange {
    /// Whether value, interval and number of segments are the same in both.
    pub fn is_same(&self) -> bool {
        self.old == self.new
    }
}

/// A value with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Value {
    /// The estimate; `None` if no segment of the group has a label.
    pub value: Option<f64>,
    /// Bounds of its interval.
    pub interval: Option<(f64, f64)>,
    /// Segments with a label.
    pub n_segments: u32,
}

/// What tells estimates apart, by the names of the later run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Key {
    level: String,
    /// Ids or values of the group.
    group: Vec<String>,
    measure: String,
    target: Option<String>,
    category: Option<String>,
    code: Option<String>,
    label: Option<String>,
    weight: Option<String>,
}

/// How the ids of a run are called in the later run, and what they are in words.
#[derive(Default)]
struct Ids {
    of: FxHashMap<String, String>,
    words: FxHashMap<String, String>,
}

impl Ids {
    fn add(&mut self, id: &str, shared: String, words: String) {
        self.of.insert(id.to_owned(), shared);
        self.words.insert(id.to_owned(), words);
    }

    /// The name that both runs have for an id; an id that only the earlier run has is marked, because the later run may use it for something else.
    fn shared(&self, id: &str) -> String {
        self.of.get(id).cloned().unwrap_or_else(|| format!("? {id}"))
    }

    fn words(&self, id: &str) -> String {
        self.words.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }
}

struct Sought {
    documents: Ids,
    speakers: Ids,
    themes: Ids,
}

/// All estimates of both runs: those of the later run in their order, then those that only the earlier one has.
pub(super) fn estimates(
    old: &mut Reader,
    new: &mut Reader,
    documents: &[Pair<DocumentFacts>],
    themes: &[ThemePair],
) -> Result<Vec<EstimateChange>, ReportError> {
    let of_old = ids(old, documents, themes, |pair| pair.old.as_ref(), |pair| pair.old.as_ref())?;
    let of_new = ids(new, documents, themes, |pair| pair.new.as_ref(), |pair| pair.new.as_ref())?;
    let (before, after) = (values(old, &of_old)?, values(new, &of_new)?);
    let mut earlier: BTreeMap<Key, (String, Value)> =
        before.into_iter().map(|(key, words, value)| (key, (words, value))).collect();
    let mut all: Vec<EstimateChange> = Vec::new();
    for (key, words, value) in after {
        let old = earlier.remove(&key).map(|(_, value)| value);
        all.push(change(key, words, old, Some(value)));
    }
    all.extend(earlier.into_iter().map(|(key, (words, value))| change(key, words, Some(value), None)));
    Ok(all)
}

fn change(key: Key, group: String, old: Option<Value>, new: Option<Value>) -> EstimateChange {
    let both = old.zip(new);
    let difference = both.and_then(|(old, new)| Some(new.value? - old.value?));
    let overlap = both.and_then(|(old, new)| {
        let ((a, b), (c, d)) = (old.interval?, new.interval?);
        Some(a <= d && c <= b)
    });
    let Key { level, measure, target, category, code, label, weight, .. } = key;
    EstimateChange { level, group, measure, target, category, code, label, weight, old, new, difference, overlap }
}

/// The ids of one run.
fn ids(
    reader: &mut Reader,
    documents: &[Pair<DocumentFacts>],
    themes: &[ThemePair],
    document: impl Fn(&Pair<DocumentFacts>) -> Option<&DocumentFacts>,
    theme: impl Fn(&ThemePair) -> Option<&ThemeFacts>,
) -> Result<Sought, ReportError> {
    let mut ids = Sought { documents: Ids::default(), speakers: Ids::default(), themes: Ids::default() };
    for pair in documents {
        if let (Some(own), Some(shown)) = (document(pair), pair.shown()) {
            ids.documents.add(&own.document_id, shown.document_id.clone(), own.path.clone());
        }
    }
    for pair in themes {
        if let (Some(own), Some(shared)) = (theme(pair), pair.new.as_ref()) {
            ids.themes.add(&own.id, shared.id.clone(), format!("{} {}", own.id, own.label));
        } else if let Some(own) = theme(pair) {
            ids.themes.words.insert(own.id.clone(), format!("{} {}", own.id, own.label));
        }
    }
    // A speaker is known by document and name, as ids count the speakers of a document. Speakers of one name are counted.
    let mut times: FxHashMap<(String, String), usize> = FxHashMap::default();
    let Sought { documents, speakers, .. } = &mut ids;
    reader.each(SpeakerRow::TABLE, &["speaker_id", "document_id", "name"], |frame| {
        let (own, of_documents) = (cells::<&str>(frame, "speaker_id")?, cells::<&str>(frame, "document_id")?);
        for ((id, document), name) in own.into_iter().zip(of_documents).zip(cells::<&str>(frame, "name")?) {
            let [id, document, name] = [id, document, name].map(Option::unwrap_or_default);
            let shared = documents.shared(document);
            let before = times.entry((shared.clone(), name.to_owned())).or_default();
            *before += 1;
            speakers.add(id, format!("{shared} {before} {name}"), format!("{name}, {}", documents.words(document)));
        }
        Ok(())
    })?;
    Ok(ids)
}

/// The estimates of one run, with what the groups are in words.
fn values(reader: &mut Reader, ids: &Sought) -> Result<Vec<(Key, String, Value)>, ReportError> {
    let mut all = Vec::new();
    let columns = [
        "level",
        "document_id",
        "speaker_id",
        "utterance_id",
        "theme_id",
        "target_id",
        "measure",
        "mean",
        "ci_low",
        "ci_high",
        "n_segments",
    ];
    reader.each(EstimateRow::TABLE, &columns, |frame| of_estimates(frame, ids, &mut all))?;
    let columns = [
        "by",
        "value_1",
        "value_2",
        "value_3",
        "minus_1",
        "minus_2",
        "minus_3",
        "measure",
        "target_id",
        "theme_id",
        "category",
        "code_id",
        "label",
        "weight",
        "estimate",
        "ci_low",
        "ci_high",
        "n_segments",
    ];
    reader.each(GroupEstimateRow::TABLE, &columns, |frame| of_groups(frame, ids, &mut all))?;
    Ok(all)
}

fn of_estimates(frame: &DataFrame, ids: &Sought, all: &mut Vec<(Key, String, Value)>) -> Result<(), OpenError> {
    let text = |name| cells::<&str>(frame, name);
    let (levels, measures, targets) = (text("level")?, text("measure")?, text("target_id")?);
    let (documents, speakers, themes) = (text("document_id")?, text("speaker_id")?, text("theme_id")?);
    let (utterances, numbers) = (text("utterance_id")?, numbers(frame, "mean")?);
    for row in 0..frame.height() {
        // Estimates of single utterances are too many to read, and follow from the labels.
        if utterances[row].is_some() {
            continue;
        }
        let mut group = Vec::new();
        let mut words = Vec::new();
        let parts = [(speakers[row], &ids.speakers), (documents[row], &ids.documents), (themes[row], &ids.themes)];
        for (id, ids) in parts {
            // The document of a speaker is named with the speaker.
            let Some(id) = id else { continue };
            group.push(ids.shared(id));
            if speakers[row].is_none() || documents[row] != Some(id) {
                words.push(ids.words(id));
            }
        }
        let key = Key {
            level: levels[row].unwrap_or_default().to_owned(),
            group,
            measure: measures[row].unwrap_or_default().to_owned(),
            target: targets[row].map(str::to_owned),
            category: None,
            code: None,
            label: None,
            weight: None,
        };
        let words = if words.is_empty() { "whole corpus".to_owned() } else { words.join(", ") };
        all.push((key, words, numbers[row]));
    }
    Ok(())
}

fn of_groups(frame: &DataFrame, ids: &Sought, all: &mut Vec<(Key, String, Value)>) -> Result<(), OpenError> {
    let text = |name| cells::<&str>(frame, name);
    let (by, measures, targets, themes) = (text("by")?, text("measure")?, text("target_id")?, text("theme_id")?);
    let (categories, codes, labels) = (text("category")?, text("code_id")?, text("label")?);
    let weights = text("weight")?;
    let values = [text("value_1")?, text("value_2")?, text("value_3")?];
    let minus = [text("minus_1")?, text("minus_2")?, text("minus_3")?];
    let numbers = numbers(frame, "estimate")?;
    for row in 0..frame.height() {
        let joined =
            |cells: &[Vec<Option<&str>>; 3]| cells.iter().filter_map(|cells| cells[row]).collect::<Vec<_>>().join(", ");
        let (value, minus) = (joined(&values), joined(&minus));
        let by = by[row].unwrap_or_default();
        let mut words = format!("{by}: {value}");
        if !minus.is_empty() {
            words.push_str(&format!(" minus {minus}"));
        }
        if let Some(theme) = themes[row] {
            words.push_str(&format!(", {}", ids.themes.words(theme)));
        }
        let theme = themes[row].map(|theme| ids.themes.shared(theme)).unwrap_or_default();
        let key = Key {
            level: "group".to_owned(),
            group: vec![by.to_owned(), value, minus, theme],
            measure: measures[row].unwrap_or_default().to_owned(),
            target: targets[row].map(str::to_owned),
            category: categories[row].map(str::to_owned),
            code: codes[row].map(str::to_owned),
            label: labels[row].map(str::to_owned),
            weight: weights[row].map(str::to_owned),
        };
        all.push((key, words, numbers[row]));
    }
    Ok(())
}

fn numbers(frame: &DataFrame, value: &str) -> Result<Vec<Value>, OpenError> {
    let (values, lows) = (cells::<f64>(frame, value)?, cells::<f64>(frame, "ci_low")?);
    let (highs, ns) = (cells::<f64>(frame, "ci_high")?, cells::<u32>(frame, "n_segments")?);
    let rows = values.into_iter().zip(lows).zip(highs).zip(ns);
    Ok(rows
        .map(|(((value, low), high), n)| Value { value, interval: low.zip(high), n_segments: n.unwrap_or_default() })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_that_touch_overlap() {
        let key = Key {
            level: "corpus".into(),
            group: vec![],
            measure: "sentiment_score".into(),
            target: None,
            category: None,
            code: None,
            label: None,
            weight: None,
        };
        let value = |value, low, high| Some(Value { value: Some(value), interval: Some((low, high)), n_segments: 9 });
        let of = |old, new| change(key.clone(), String::new(), old, new);
        let touching = of(value(0.1, 0.0, 0.2), value(0.3, 0.2, 0.4));
        assert_eq!(touching.overlap, Some(true));
        assert!((touching.difference.unwrap() - 0.2).abs() < 1e-12);
        assert_eq!(of(value(0.1, 0.0, 0.2), value(0.4, 0.3, 0.5)).overlap, Some(false));
        let gone = of(value(0.1, 0.0, 0.2), None);
        assert_eq!((gone.overlap, gone.difference, gone.is_same()), (None, None, false));
    }
}
