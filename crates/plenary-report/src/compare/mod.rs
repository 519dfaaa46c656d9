//! What changed between two runs.
//!
//! **Input:** two opened results, of one study or of two, also of an earlier version. **Output:** a [`Comparison`]: settings, models,
//! documents, people, labels, themes and estimates side by side; as [`sheets`], or as a [`page`]. Documents are matched by their content, then
//! by their path; segments by the document and their text, so that ids and rows may differ. **Refused:** tables that are not those of their
//! record, or that do not fit each other. **Left to others:** opening results, terminals, files.

mod documents;
mod draw;
mod estimates;
mod read;
mod segments;
mod settings;
mod sheet;
mod summary;
mod themes;

use plenary_tables::Results;
use plenary_tables::schema::ThemeRow;
use serde::Serialize;

pub use documents::{DocumentFacts, Pair, PersonFacts};
pub use draw::page;
pub use estimates::{EstimateChange, Value};
pub use segments::{Example, LabelChanges, Measure, Segments, Transition};
pub use settings::SettingChange;
pub use sheet::{Sheet, SheetCell, sheets};
pub use summary::summary;
pub use themes::{ThemeFacts, ThemeMatching, ThemePair};

use crate::ReportError;
use read::Reader;

/// What changed between two runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The earlier run.
    pub old: Side,
    /// The later run.
    pub new: Side,
    /// Columns that only one of the two has, so that they are not compared.
    pub missing: Vec<MissingColumn>,
    /// Settings of the study that differ, by their keys.
    pub settings: Vec<SettingChange>,
    /// Models that differ, by their ids; the values are their sha256.
    pub models: Vec<SettingChange>,
    /// All documents.
    pub documents: Vec<Pair<DocumentFacts>>,
    /// All people.
    pub people: Vec<Pair<PersonFacts>>,
    /// How many segments both runs have.
    pub segments: Segments,
    /// How the theme of one run is found in the other.
    pub theme_matching: ThemeMatching,
    /// All themes.
    pub themes: Vec<ThemePair>,
    /// Labels of the segments that both runs have.
    pub labels: Vec<LabelChanges>,
    /// Estimates of the corpus, documents, speakers, themes and groups.
    pub estimates: Vec<EstimateChange>,
}

/// A run that is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Side {
    /// Id of the run.
    pub run_id: String,
    /// Version of plenary that wrote the results.
    pub plenary_version: String,
    /// Name of the study.
    pub study: String,
    /// sha256 of the study.
    pub study_sha256: String,
    /// Engines that ran the models.
    pub engine: String,
    /// When the run began, in ISO 8601.
    pub started_at: String,
}

/// Which of the two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// The earlier one.
    Old,
    /// The later one.
    New,
}

impl Which {
    /// `old` or `new`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }
}

/// A column that only one of two results has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingColumn {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// The results that lack it.
    pub missing_in: Which,
}

/// What became of a document or person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// In both, alike.
    Same,
    /// In both, with other content or facts.
    Changed,
    /// In both, under another path.
    Moved,
    /// Only in the later run.
    Added,
    /// Only in the earlier run.
    Removed,
}

impl Change {
    /// The changes, in the order in which they are listed.
    pub const ALL: [Change; 5] = [Change::Same, Change::Changed, Change::Moved, Change::Added, Change::Removed];

    /// In one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::Moved => "moved",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }
}

/// Compares two runs.
///
/// # Errors
/// [`ReportError`] if a table is not the one that its record lists, or the tables of a run do not fit each other.
pub fn compare(old: &Results, new: &Results) -> Result<Comparison, ReportError> {
    let (mut before, mut after) = (Reader::new(old), Reader::new(new));
    let documents = documents::documents(&mut before, &mut after)?;
    let people = documents::people(&mut before, &mut after)?;
    let common = segments::Common::of(old, new);
    let matched = segments::matched(&mut before, &mut after, &documents, &common)?;
    let [theirs, ours] = [themes::facts(&mut before)?, themes::facts(&mut after)?];
    let (theme_matching, themes) = themes::themes(old, &mut after, &matched, theirs, ours)?;
    let labels = segments::labels(&mut after, &matched, &common, &themes::found_again(&themes))?;
    let estimates = estimates::estimates(&mut before, &mut after, &documents, &themes)?;
    let missing = read::only_on_one_side(before.missing, after.missing);
    Ok(Comparison {
        old: side(old),
        new: side(new),
        missing,
        settings: settings::settings(&old.study().json, &new.study().json),
        models: settings::models(&old.run().models, &new.run().models),
        documents,
        people,
        segments: matched.counts,
        theme_matching,
        themes,
        labels,
        estimates,
    })
}

fn side(results: &Results) -> Side {
    let run = results.run();
    Side {
        run_id: run.run_id.clone(),
        plenary_version: run.plenary_version.clone(),
        study: results.study().name.clone(),
        study_sha256: run.study_sha256.clone(),
        engine: run.engine.clone(),
        started_at: run.started_at.to_string(),
    }
}

impl Comparison {
    /// Whether nothing that was computed differs: documents, people, labels, themes and estimates.
    pub fn is_same(&self) -> bool {
        let same = |change: Change| change == Change::Same;
        self.documents.iter().all(|pair| same(pair.change))
            && self.people.iter().all(|pair| same(pair.change))
            && self.segments.n_old == self.segments.n_both
            && self.segments.n_new == self.segments.n_both
            && self.labels.iter().all(|labels| labels.n_changed == 0)
            && self.estimates.iter().all(EstimateChange::is_same)
    }
}
