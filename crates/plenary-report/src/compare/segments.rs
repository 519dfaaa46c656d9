//! Segments of two runs with the same text, and their labels.
//!
//! **Input:** the tables `analysis`, `stance` and `variable_codes`, and which documents are the same. **Output:** for each label, how many segments changed from
//! which to which, with examples. Of each segment a number for its text and one for each label are kept.

use std::collections::BTreeMap;

use plenary_tables::schema::{AnalysisRow, StanceRow, VariableCodeRow};
use plenary_tables::{OpenError, Results};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::documents::{DocumentFacts, Pair};
use super::read::{Reader, cells};
use crate::ReportError;

/// Examples of each change of a label.
const EXAMPLES: usize = 3;

/// How many segments both runs have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Segments {
    /// Segments of the earlier run.
    pub n_old: usize,
    /// Segments of the later run.
    pub n_new: usize,
    /// Segments with the same text in the same document; a text that occurs several times is matched in its order.
    pub n_both: usize,
}

/// What is labelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "target", rename_all = "snake_case")]
pub enum Measure {
    /// The tone of a segment.
    Sentiment,
    /// The theme of a segment.
    Theme,
    /// The stance towards a target.
    Stance(String),
    /// The label of a variable of the study's own.
    Code(String),
}

impl Measure {
    /// In words.
    pub fn in_words(&self) -> String {
        match self {
            Self::Sentiment => "Tone".to_owned(),
            Self::Theme => "Theme".to_owned(),
            Self::Stance(target) => format!("Stance towards {target}"),
            Self::Code(id) => format!("Code {id}"),
        }
    }
}

/// How a label changed, over the segments that both runs have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LabelChanges {
    /// What is labelled.
    pub measure: Measure,
    /// Segments that both runs have.
    pub n_compared: usize,
    /// Segments whose label is another one, or is there in only one of the runs.
    pub n_changed: usize,
    /// The changes, the most frequent first.
    pub transitions: Vec<Transition>,
}

/// A change of a label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transition {
    /// Label in the earlier run; `None` for no label.
    pub from: Option<String>,
    /// Label in the later run.
    pub to: Option<String>,
    /// Segments that changed so.
    pub n: usize,
    /// Some of them, the first of the later run.
    pub examples: Vec<Example>,
}

/// A segment of the later run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Example {
    /// Its id.
    pub segment_id: String,
    /// Its document.
    pub document: String,
    /// Who speaks, if that is known.
    pub speaker: Option<String>,
    /// Its text.
    pub text: String,
}

/// Numbers of labels, from 1; 0 stands for no label.
#[derive(Debug, Default)]
struct Names {
    names: Vec<String>,
    numbers: FxHashMap<String, u16>,
}

impl Names {
    fn number(&mut self, name: Option<&str>) -> u16 {
        let Some(name) = name else { return 0 };
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.names.push(name.to_owned());
        // Labels beyond the largest number share it; a study has some hundred at most.
        let number = u16::try_from(self.names.len()).unwrap_or(u16::MAX);
        self.numbers.insert(name.to_owned(), number);
        number
    }

    fn name(&self, number: u16) -> Option<&str> {
        self.names.get(usize::from(number.checked_sub(1)?)).map(String::as_str)
    }
}

/// A document, the start of the sha256 of a text, and how often the text came before in the document.
type Key = (u32, u128, u32);

/// The segments of one run that are in documents of both.
struct Labelled {
    n: usize,
    keys: Vec<Option<Key>>,
    /// For each segment the theme, the tone, the stance towards each target, and the label of each variable of the study's own.
    labels: Vec<u16>,
}

/// The segments of both runs, side by side.
pub(super) struct Matched {
    pub(super) counts: Segments,
    names: Names,
    /// Row in the later run, labels in the earlier one and in the later one.
    pairs: Vec<(u32, Vec<u16>, Vec<u16>)>,
}

const THEME: usize = 0;
const TONE: usize = 1;
const STANCE: usize = 2;

/// What both studies have of their own, in the order of the later one.
pub(super) struct Common {
    targets: Vec<String>,
    /// Variables.
    codes: Vec<String>,
}

impl Common {
    pub(super) fn of(old: &Results, new: &Results) -> Self {
        let [theirs, ours] = [old, new].map(Results::study);
        let targets = theirs.targets.iter().map(|target| target.id.as_str()).collect();
        let codes = theirs.codes.iter().map(|code| code.id.as_str()).collect();
        let both = |known: FxHashSet<&str>, ids: Vec<&str>| {
            ids.into_iter().filter(|id| known.contains(id)).map(str::to_owned).collect()
        };
        Self {
            targets: both(targets, ours.targets.iter().map(|target| target.id.as_str()).collect()),
            codes: both(codes, ours.codes.iter().map(|code| code.id.as_str()).collect()),
        }
    }

    /// The first variable among the labels of a segment.
    fn first_code(&self) -> usize {
        STANCE + self.targets.len()
    }

    /// The number of labels of a segment.
    fn width(&self) -> usize {
        self.first_code() + self.codes.len()
    }
}

pub(super) fn matched(
    old: &mut Reader,
    new: &mut Reader,
    documents: &[Pair<DocumentFacts>],
    common: &Common,
) -> Result<Matched, ReportError> {
    let number = |id: fn(&Pair<DocumentFacts>) -> Option<&DocumentFacts>| -> FxHashMap<&str, u32> {
        let both = documents.iter().zip(0..).filter(|(pair, _)| pair.old.is_some() && pair.new.is_some());
        both.filter_map(|(pair, at)| Some((id(pair)?.document_id.as_str(), at))).collect()
    };
    let mut names = Names::default();
    let before = labelled(old, &number(|pair| pair.old.as_ref()), common, &mut names)?;
    let after = labelled(new, &number(|pair| pair.new.as_ref()), common, &mut names)?;
    let width = common.width();
    let rows: FxHashMap<Key, usize> =
        before.keys.iter().enumerate().filter_map(|(row, key)| Some(((*key)?, row))).collect();
    let of = |labels: &[u16], row: usize| labels[row * width..(row + 1) * width].to_vec();
    let pair = |(row, key): (usize, &Option<Key>)| {
        let earlier = *rows.get(&(*key)?)?;
        Some((row as u32, of(&before.labels, earlier), of(&after.labels, row)))
    };
    let pairs: Vec<_> = after.keys.iter().enumerate().filter_map(pair).collect();
    let counts = Segments { n_old: before.n, n_new: after.n, n_both: pairs.len() };
    Ok(Matched { counts, names, pairs })
}

fn labelled(
    reader: &mut Reader,
    documents: &FxHashMap<&str, u32>,
    common: &Common,
    names: &mut Names,
) -> Result<Labelled, ReportError> {
    let Common { targets, codes } = common;
    let width = common.width();
    let mut rows: FxHashMap<String, usize> = FxHashMap::default();
    let mut times: FxHashMap<(u32, u128), u32> = FxHashMap::default();
    let mut found = Labelled { n: 0, keys: Vec::new(), labels: Vec::new() };
    let columns = ["segment_id", "document_id", "text", "theme_id", "sentiment_label"];
    reader.each(AnalysisRow::TABLE, &columns, |frame| {
        let (ids, of_documents) = (cells::<&str>(frame, "segment_id")?, cells::<&str>(frame, "document_id")?);
        let (texts, themes) = (cells::<&str>(frame, "text")?, cells::<&str>(frame, "theme_id")?);
        let tones = cells::<&str>(frame, "sentiment_label")?;
        for ((((id, document), text), theme), tone) in
            ids.into_iter().zip(of_documents).zip(texts).zip(themes).zip(tones)
        {
            if let Some(id) = id.filter(|_| width > STANCE) {
                rows.insert(id.to_owned(), found.n);
            }
            let document = document.and_then(|document| documents.get(document));
            found.keys.push(document.map(|document| {
                let text = number_of(text.unwrap_or_default());
                let before = times.entry((*document, text)).or_default();
                *before += 1;
                (*document, text, *before)
            }));
            found.labels.extend([names.number(theme), names.number(tone)]);
            found.labels.extend(std::iter::repeat_n(0, width - STANCE));
            found.n += 1;
        }
        Ok(())
    })?;
    let tables = [
        (StanceRow::TABLE, "target_id", targets, STANCE),
        (VariableCodeRow::TABLE, "code_id", codes, common.first_code()),
    ];
    for (table, column, known, first) in tables.into_iter().filter(|(_, _, known, _)| !known.is_empty()) {
        reader.each(table, &["segment_id", column, "label"], |frame| {
            let (ids, of) = (cells::<&str>(frame, "segment_id")?, cells::<&str>(frame, column)?);
            for ((id, of), label) in ids.into_iter().zip(of).zip(cells::<&str>(frame, "label")?) {
                let row = id.and_then(|id| rows.get(id));
                let at = of.and_then(|of| known.iter().position(|one| one == of));
                if let (Some(row), Some(at)) = (row, at) {
                    found.labels[row * width + first + at] = names.number(label);
                }
            }
            Ok(())
        })?;
    }
    Ok(found)
}

/// The first half of the sha256 of a text.
fn number_of(text: &str) -> u128 {
    let hash = Sha256::digest(text);
    hash[..16].iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
}

impl Matched {
    /// The segments of each pair of themes.
    pub(super) fn themes(&self) -> BTreeMap<(&str, &str), usize> {
        let mut counts = BTreeMap::new();
        for (_, old, new) in &self.pairs {
            if let (Some(old), Some(new)) = (self.names.name(old[THEME]), self.names.name(new[THEME])) {
                *counts.entry((old, new)).or_default() += 1;
            }
        }
        counts
    }

    /// The segments of each theme of the earlier run, or of the later one, that both runs have.
    pub(super) fn of_theme(&self, in_new: bool) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for (_, old, new) in &self.pairs {
            if let Some(name) = self.names.name(if in_new { new } else { old }[THEME]) {
                *counts.entry(name).or_default() += 1;
            }
        }
        counts
    }
}

/// The changes of all labels. `again` has the ids in the later run of the themes that were found again: these are no change, whatever
/// their ids are. Labels that only one of the runs has at all are not compared.
pub(super) fn labels(
    new: &mut Reader,
    matched: &Matched,
    common: &Common,
    again: &FxHashMap<&str, &str>,
) -> Result<Vec<LabelChanges>, ReportError> {
    let Matched { names, pairs, .. } = matched;
    let is_changed = |at: usize, old: u16, new: u16| match (at, names.name(old), names.name(new)) {
        (THEME, Some(old), Some(new)) => again.get(old) != Some(&new),
        _ => old != new,
    };
    let measures = [(THEME, Measure::Theme), (TONE, Measure::Sentiment)]
        .into_iter()
        .chain(common.targets.iter().cloned().map(Measure::Stance).zip(STANCE..).map(|(measure, at)| (at, measure)))
        .chain(
            common
                .codes
                .iter()
                .cloned()
                .map(Measure::Code)
                .zip(common.first_code()..)
                .map(|(measure, at)| (at, measure)),
        );
    let mut all = Vec::new();
    let mut wanted: FxHashMap<u32, Vec<(usize, usize)>> = FxHashMap::default();
    for (at, measure) in measures {
        let mut counts: BTreeMap<(u16, u16), (usize, Vec<u32>)> = BTreeMap::new();
        let mut labelled = [false; 2];
        for (row, old, new) in pairs {
            labelled = [labelled[0] || old[at] != 0, labelled[1] || new[at] != 0];
            if is_changed(at, old[at], new[at]) {
                let (n, rows) = counts.entry((old[at], new[at])).or_default();
                *n += 1;
                if rows.len() < EXAMPLES {
                    rows.push(*row);
                }
            }
        }
        if labelled != [true; 2] {
            continue;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        // The order of the numbers is that of first use.
        counts.sort_by_key(|(key, (n, _))| (usize::MAX - n, *key));
        let mut changes = LabelChanges { measure, n_compared: pairs.len(), n_changed: 0, transitions: Vec::new() };
        for ((from, to), (n, rows)) in counts {
            for row in &rows {
                wanted.entry(*row).or_default().push((all.len(), changes.transitions.len()));
            }
            let [from, to] = [from, to].map(|number| names.name(number).map(str::to_owned));
            changes.n_changed += n;
            changes.transitions.push(Transition { from, to, n, examples: Vec::new() });
        }
        all.push(changes);
    }
    read_examples(new, &wanted, &mut all)?;
    Ok(all)
}

/// Reads the texts of the examples.
fn read_examples(
    new: &mut Reader,
    wanted: &FxHashMap<u32, Vec<(usize, usize)>>,
    all: &mut [LabelChanges],
) -> Result<(), OpenError> {
    if wanted.is_empty() {
        return Ok(());
    }
    let mut row = 0;
    new.each(AnalysisRow::TABLE, &["segment_id", "document", "name", "text"], |frame| {
        let (ids, documents) = (cells::<&str>(frame, "segment_id")?, cells::<&str>(frame, "document")?);
        let (names, texts) = (cells::<&str>(frame, "name")?, cells::<&str>(frame, "text")?);
        for at in 0..frame.height() {
            for (changes, transition) in wanted.get(&row).into_iter().flatten() {
                all[*changes].transitions[*transition].examples.push(Example {
                    segment_id: ids[at].unwrap_or_default().to_owned(),
                    document: documents[at].unwrap_or_default().to_owned(),
                    speaker: names[at].map(str::to_owned),
                    text: texts[at].unwrap_or_default().to_owned(),
                });
            }
            row += 1;
        }
        Ok(())
    })
}
