//! Means with intervals.
//!
//! **Input:** the sums of turns, and the table `estimates`. **Output:** the mean tone and stance of the corpus as the table has them; those of
//! people and groups as `plenary run` estimates them for a study that names the column (`[[estimates.by]]`, weight `segment`). People with a
//! single turn have no such interval; theirs is that of the table, which draws the segments of the turn. **Left to others:** the formulas
//! (plenary-measure).

use plenary_corpus::findings::{ClusterLevel, GroupEstimate, Level, Measure, Resampled, Weight};
use plenary_measure::groups::{GroupOptions, TurnSums, means as group_means};
use plenary_tables::Results;
use plenary_tables::schema::EstimateRow;
use rustc_hash::FxHashMap;

use super::counts::{Counted, NONE, TurnRow, TurnValues};
use super::study::StudyFacts;
use super::{Corpus, MOST_ROWS};
use crate::ReportError;

/// A mean with its interval.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Mean {
    /// `None` if no segment has a value.
    pub(crate) value: Option<f64>,
    pub(crate) interval: Option<(f64, f64)>,
    /// What was left out in turn for the interval, and their number; `None` for means of the table `estimates`.
    pub(crate) clusters: Option<(ClusterLevel, usize)>,
    /// Whether the interval describes the variation within a single turn.
    pub(crate) within_turn: bool,
    /// Segments with a value.
    pub(crate) n: usize,
}

/// The means of a report.
pub(crate) struct Means {
    pub(crate) tone: Option<Mean>,
    /// Of the people that are shown.
    pub(crate) tone_people: Vec<Mean>,
    pub(crate) tone_groups: Vec<Mean>,
    /// Of each target.
    pub(crate) stance: Vec<Option<Mean>>,
    pub(crate) stance_people: Vec<Vec<Mean>>,
    pub(crate) stance_groups: Vec<Vec<Mean>>,
}

pub(super) fn means(
    results: &Results,
    corpus: &Corpus,
    counted: &Counted,
    study: &StudyFacts,
) -> Result<Means, ReportError> {
    let table = OfTable::read(results, study, corpus)?;
    let n_people = corpus.people.len().min(MOST_ROWS);
    let by_person = |turn: &TurnRow| turn.person(corpus).filter(|person| (*person as usize) < n_people);
    let people =
        |values: &TurnValues| by(corpus, counted, values, &by_person, n_people, (true, study.confidence_level));
    let groups = |values: &TurnValues| match &corpus.grouping {
        None => Vec::new(),
        Some(grouping) => {
            let options = (grouping.of_persons, study.confidence_level);
            by(corpus, counted, values, &|turn| group(corpus, turn), grouping.values.len(), options)
        }
    };
    let with_turns = |mut means: Vec<Mean>, of_target: Option<usize>| {
        for (person, mean) in means.iter_mut().enumerate().filter(|(_, mean)| mean.interval.is_none()) {
            mean.interval = table.of_people.get(&(person as u32, of_target)).copied();
            mean.within_turn = mean.interval.is_some();
        }
        means
    };
    Ok(Means {
        tone: table.tone,
        tone_people: with_turns(people(&counted.tone), None),
        tone_groups: groups(&counted.tone),
        stance_people: counted
            .stance
            .iter()
            .enumerate()
            .map(|(at, values)| with_turns(people(values), Some(at)))
            .collect(),
        stance_groups: counted.stance.iter().map(groups).collect(),
        stance: table.stance,
    })
}

fn group(corpus: &Corpus, turn: &TurnRow) -> Option<u32> {
    let speaker = (turn.speaker != NONE).then(|| &corpus.speakers[turn.speaker as usize]);
    speaker.and_then(|speaker| speaker.group).or(corpus.documents[turn.document as usize].group)
}

fn by(
    corpus: &Corpus,
    counted: &Counted,
    values: &TurnValues,
    group_of: &(dyn Fn(&TurnRow) -> Option<u32> + Sync),
    n_groups: usize,
    (of_persons, confidence_level): (bool, f64),
) -> Vec<Mean> {
    let turns = |take: &mut dyn FnMut(TurnSums)| {
        for (turn, (sum, n)) in counted.turns.iter().zip(values) {
            if let Some(group) = group_of(turn) {
                let (document, person) = (turn.document, turn.person(corpus));
                take(TurnSums { document, person, group, sum: *sum, n: *n, n_all: turn.n_rows });
            }
        }
    };
    let options =
        GroupOptions { weight: Weight::Segment, differences: false, confidence_level, of_persons, range: (-1.0, 1.0) };
    let mean = |estimate: GroupEstimate| Mean {
        value: estimate.estimate,
        interval: estimate.ci_low.zip(estimate.ci_high),
        clusters: estimate.level.map(|level| (level, estimate.n_clusters)),
        within_turn: false,
        n: estimate.n_segments,
    };
    group_means(&turns, n_groups, &options).into_iter().map(mean).collect()
}

/// What the table `estimates` has of the corpus, and of people with a single turn.
struct OfTable {
    tone: Option<Mean>,
    stance: Vec<Option<Mean>>,
    /// Intervals of the tone (`None`) and of the stance towards a target, by person.
    of_people: FxHashMap<(u32, Option<usize>), (f64, f64)>,
}

impl OfTable {
    fn read(results: &Results, study: &StudyFacts, corpus: &Corpus) -> Result<Self, ReportError> {
        let mut table = Self { tone: None, stance: vec![None; study.targets.len()], of_people: FxHashMap::default() };
        for group in results.groups(EstimateRow::TABLE, None)? {
            let frame = group?;
            let of_labels = |row: &EstimateRow| {
                matches!(Measure::from_name(row.measure), Some(Measure::Sentiment | Measure::Stance))
            };
            for row in EstimateRow::rows(&frame)?.into_iter().filter(of_labels) {
                let interval = row.ci_low.zip(row.ci_high);
                let mean = Mean { value: row.mean, interval, n: row.n_segments as usize, ..Mean::default() };
                let target = row.target_id.and_then(|id| study.targets.iter().position(|target| target.id == id));
                let within_turn = row.resampled.and_then(Resampled::from_name) == Some(Resampled::Segments);
                match (Level::from_name(row.level), target, row.speaker_id) {
                    (Some(Level::Corpus), _, _) => table.tone = Some(mean),
                    (Some(Level::CorpusTarget), Some(at), _) => table.stance[at] = Some(mean),
                    (Some(Level::Speaker | Level::SpeakerTarget), _, Some(id)) if within_turn => {
                        let person = corpus.speakers[corpus.speaker(id)? as usize].person;
                        if let (1, Some(interval)) = (corpus.people[person as usize].n_turns, interval) {
                            table.of_people.insert((person, target), interval);
                        }
                    }
                    _ => {}
                }
            }
        }
        Ok(table)
    }
}
