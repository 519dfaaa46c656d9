//! Means and shares by group of opened results, for groups that the study did not name.
//!
//! **Input:** opened results, a measure, columns and options. **Output:** [`GroupMeans`]: the mean of every group and the difference of every
//! pair, with intervals, as the table `group_estimates` has them for the groups of the study; a test compares them. **Refused:** unknown
//! columns, as many groups as a run refuses, options out of range. **Left to others:** the intervals (`plenary_measure::groups`), corrections
//! with hand codes ([`crate::validate::estimate`]), printing and files.

use std::collections::{BTreeMap, HashMap};

use plenary_corpus::Hint;
use plenary_corpus::findings::{ClusterLevel, GroupEstimate, Weight};
use plenary_measure::groups::{GroupOptions, TurnSums, means};
use plenary_tables::export::{Cells, Export};
use plenary_tables::schema::{DocumentRow, SentimentRow, StanceRow, VariableCodeRow};
use plenary_tables::{OpenError, Results};

use crate::pipeline::MOST_GROUPS_OF_PAIRS;
use crate::validate::segments::{Measure, Segment, SegmentsError, segments};
use crate::variables::MOST_GROUPS;

/// What is averaged, in which groups.
#[derive(Debug, Clone, PartialEq)]
pub struct MeansOptions {
    /// What is averaged.
    pub measure: Measure,
    /// Columns of `analysis`, `speakers` or `documents`, or `year`; without a column there is one group, all segments.
    pub by: Vec<String>,
    /// What weighs the same.
    pub weight: Weight,
    /// Whether the differences of all pairs of groups are estimated.
    pub differences: bool,
    /// Coverage of the intervals, in (0, 1).
    pub confidence_level: f64,
}

/// The means of all groups.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupMeans {
    /// What was asked for.
    pub options: MeansOptions,
    /// The values of the columns in each group, sorted. Segments without a value in one of the columns are in no group.
    pub groups: Vec<Vec<String>>,
    /// The mean of each group, and after them the differences.
    pub estimates: Vec<GroupEstimate>,
}

/// Why there are no means.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MeansError {
    /// The segments cannot be read, or a column does not exist.
    #[error(transparent)]
    Segments(#[from] SegmentsError),
    /// There are too many groups.
    #[error("{found} groups by {by}; at most {most}{of}. Group by a column with fewer values")]
    Many {
        /// The columns.
        by: String,
        /// Their number.
        found: usize,
        /// How many are possible.
        most: usize,
        /// For what.
        of: &'static str,
    },
    /// There is no group.
    #[error("no segment has a value in every column of {by}")]
    NoGroup {
        /// The columns.
        by: String,
    },
    /// The coverage is out of range.
    #[error("the coverage of intervals is {} %; expected more than 0 and less than 100 %", 100.0 * found)]
    Level {
        /// The number.
        found: f64,
    },
}

impl From<OpenError> for MeansError {
    fn from(error: OpenError) -> Self {
        Self::Segments(error.into())
    }
}

impl MeansError {
    /// What the user can do about it, if the message does not say it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            MeansError::Segments(error) => error.hint(),
            MeansError::Many { .. } | MeansError::NoGroup { .. } | MeansError::Level { .. } => None,
        }
    }
}

/// The means of all groups.
///
/// # Errors
/// [`MeansError`].
pub fn group_means(results: &Results, options: MeansOptions) -> Result<GroupMeans, MeansError> {
    if !(options.confidence_level > 0.0 && options.confidence_level < 1.0) {
        return Err(MeansError::Level { found: options.confidence_level });
    }
    let rows = segments(results, &options.by)?;
    let scores = scores(results, &options.measure)?;
    let has_values = |row: &&Segment| row.values.iter().all(|value| !value.is_empty());
    // Groups are numbered by their sorted values.
    let mut number: BTreeMap<&[String], u32> =
        rows.iter().filter(has_values).map(|row| (row.values.as_slice(), 0)).collect();
    let too_many = |most, of| MeansError::Many { by: options.by.join(", "), found: number.len(), most, of };
    if number.len() > MOST_GROUPS {
        return Err(too_many(MOST_GROUPS, ""));
    }
    if options.differences && number.len() > MOST_GROUPS_OF_PAIRS {
        return Err(too_many(MOST_GROUPS_OF_PAIRS, " for differences"));
    }
    if number.is_empty() {
        return Err(MeansError::NoGroup { by: options.by.join(", ") });
    }
    number.values_mut().zip(0..).for_each(|(number, at)| *number = at);

    let (mut documents, mut persons): (HashMap<&str, u32>, HashMap<&str, u32>) = Default::default();
    let mut turns: Vec<TurnSums> = Vec::new();
    let mut first = 0;
    // A turn whose segments belong to several groups, such as themes, is a turn of each.
    for same in rows.chunk_by(|a, b| a.utterance_id == b.utterance_id && a.values == b.values) {
        let scores = &scores[first.min(scores.len())..(first + same.len()).min(scores.len())];
        first += same.len();
        let row = &same[0]; // chunks are not empty
        let Some(&group) = number.get(row.values.as_slice()) else { continue };
        let (mut sum, mut n) = (0.0, 0);
        for score in scores.iter().flatten() {
            sum += f64::from(*score);
            n += 1;
        }
        let document = place(&mut documents, &row.document_id);
        let person = row.person_id.as_deref().map(|id| place(&mut persons, id));
        turns.push(TurnSums { document, person, group, sum, n, n_all: same.len() as u32 });
    }
    let estimates = means(
        &|take: &mut dyn FnMut(TurnSums)| turns.iter().for_each(|turn| take(*turn)),
        number.len(),
        &GroupOptions {
            weight: options.weight,
            differences: options.differences,
            confidence_level: options.confidence_level,
            of_persons: of_persons(results, &options.by)?,
            // Differences have twice this range.
            range: if options.measure.code().is_some() { (0.0, 1.0) } else { (-1.0, 1.0) },
        },
    );
    let groups = number.into_keys().map(<[String]>::to_vec).collect();
    Ok(GroupMeans { options, groups, estimates })
}

fn place<'t>(places: &mut HashMap<&'t str, u32>, id: &'t str) -> u32 {
    let next = u32::try_from(places.len()).unwrap_or(u32::MAX);
    *places.entry(id).or_insert(next)
}

/// Whether a column is one of persons or segments, and not of documents alone.
fn of_persons(results: &Results, by: &[String]) -> Result<bool, OpenError> {
    let head = results.head(DocumentRow::TABLE, None, 0)?;
    let of_document = |name: &str| head.get_column_names().iter().any(|column| column.as_str() == name);
    Ok(by.is_empty() || by.iter().any(|name| name != "year" && !of_document(name)))
}

/// The score of every segment; `None` without a label.
fn scores(results: &Results, measure: &Measure) -> Result<Vec<Option<f32>>, OpenError> {
    let mut scores = Vec::new();
    match measure {
        Measure::Sentiment => {
            for frame in results.groups(SentimentRow::TABLE, None)? {
                scores.extend(SentimentRow::rows(&frame?)?.iter().map(|row| Some(row.score)));
            }
        }
        Measure::Code { id, label: counted } => {
            for frame in results.groups(VariableCodeRow::TABLE, None)? {
                let frame = frame?;
                let rows = VariableCodeRow::rows(&frame)?;
                let of_variable = rows.iter().filter(|row| row.code_id == id);
                scores.extend(of_variable.map(|row| row.label.map(|label| f32::from(u8::from(label == counted)))));
            }
        }
        Measure::Stance(target) => {
            for frame in results.groups(StanceRow::TABLE, None)? {
                let frame = frame?;
                let rows = StanceRow::rows(&frame)?;
                let of_target = rows.iter().filter(|row| row.target_id == target);
                scores.extend(of_target.map(|row| row.score.filter(|_| row.label.is_some())));
            }
        }
    }
    Ok(scores)
}

impl GroupMeans {
    /// The table `group_means`: one row per group or difference.
    pub fn table(&self) -> Export {
        let all = &self.estimates;
        let text = |of: &dyn Fn(&GroupEstimate) -> Option<String>| Cells::Text(all.iter().map(of).collect());
        let number = |of: fn(&GroupEstimate) -> Option<f64>| Cells::Number(all.iter().map(of).collect());
        let count = |of: fn(&GroupEstimate) -> usize| Cells::from(all.iter().map(of).collect::<Vec<usize>>());
        let measure = &self.options.measure;
        let mut columns: Vec<(String, Cells)> = vec![
            ("measure".into(), text(&|_| Some(measure.kind().to_owned()))),
            ("target_id".into(), text(&|_| measure.target().map(str::to_owned))),
            ("code_id".into(), text(&|_| measure.code().map(|(id, _)| id.to_owned()))),
            ("label".into(), text(&|_| measure.code().map(|(_, label)| label.to_owned()))),
        ];
        for (at, name) in self.options.by.iter().enumerate() {
            columns.push((name.clone(), text(&|one| Some(self.groups[one.group][at].clone()))));
        }
        for (at, name) in self.options.by.iter().enumerate() {
            let of_other = |one: &GroupEstimate| one.other.map(|other| self.groups[other][at].clone());
            columns.push((format!("minus_{name}"), text(&of_other)));
        }
        columns.extend([
            ("weight".into(), text(&|_| Some(self.options.weight.as_str().to_owned()))),
            ("estimate".into(), number(|one| one.estimate)),
            ("ci_low".into(), number(|one| one.ci_low)),
            ("ci_high".into(), number(|one| one.ci_high)),
            ("resampled".into(), text(&|one| one.level.map(ClusterLevel::as_str).map(str::to_owned))),
            ("n_clusters".into(), count(|one| one.n_clusters)),
            ("n_segments".into(), count(|one| one.n_segments)),
            ("n_turns".into(), count(|one| one.n_turns)),
            ("n_persons".into(), count(|one| one.n_persons)),
            ("n_documents".into(), count(|one| one.n_documents)),
            ("share_abstained".into(), number(|one| Some(one.share_abstained))),
        ]);
        Export { name: "group_means", columns }
    }
}
