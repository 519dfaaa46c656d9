//! Estimates by the columns that the study names.
//!
//! **Input:** the ledger with its documents, people linked, and the themes. **Output:** for each `[[estimates.by]]` the groups and their
//! estimates, and issues where there are too many groups. Only sums per group and person are kept beside the ledger. **Left to others:** the
//! estimates themselves (plenary-measure), columns (plenary-tables).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use plenary_corpus::findings::{GroupEstimate, GroupMeasure, Themes, Weight};
use plenary_measure::GroupBy;
use plenary_measure::groups::{GroupOptions, TurnSums, means, shares};
use plenary_tables::{GroupRow, Issue, VariableOf};
use rayon::prelude::*;

use super::ledger::{Ledger, LedgerTurn};
use super::words::CountedWords;
use crate::study::Study;
use crate::variables::{self, Column, MOST_GROUPS};

/// Maximum number of groups of which all pairs are compared.
pub(crate) const MOST_GROUPS_OF_PAIRS: usize = 40;

/// The group of a speaker who belongs to none.
const NONE: u32 = u32::MAX;

/// The groups of one section `[[estimates.by]]`.
pub(super) struct Grouping<'s> {
    pub(super) by: &'s GroupBy,
    /// Values of the columns for each group, sorted.
    pub(super) values: Vec<Vec<String>>,
    /// The group of each speaker of each document; the last one is that of turns without a known speaker.
    group_of: Vec<Vec<u32>>,
    of_persons: bool,
    differences: bool,
}

/// The groups of every section, and what is wrong with them.
pub(super) fn groupings<'s>(study: &'s Study, ledger: &Ledger) -> (Vec<Grouping<'s>>, Vec<Issue>) {
    let mut issues = Vec::new();
    let mut groupings = Vec::new();
    if study.estimates.by.is_empty() {
        return (groupings, issues);
    }
    // Who speaks at all, so that no group is empty.
    let mut speaks: Vec<BTreeSet<Option<u32>>> = vec![BTreeSet::new(); ledger.documents.len()];
    ledger.turns(|turn| {
        speaks[turn.document as usize].insert(turn.speaker);
    });
    for (at, by) in study.estimates.by.iter().enumerate() {
        let columns: Option<Vec<Column>> = by.columns.iter().map(|name| variables::column(study, name)).collect();
        let of_section = |kind: &'static str, message: String| Issue {
            kind,
            variable: Some(by.columns.join(", ")),
            message: format!("[[estimates.by]] {}: {message}", at + 1),
            ..Issue::default()
        };
        // A study that was not loaded from a file may name any column.
        let Some(columns) = columns else {
            issues.push(of_section("too_many_groups", "a column does not exist; there are no estimates by it.".into()));
            continue;
        };
        match grouping(by, &columns, ledger, &speaks) {
            Ok(mut grouping) => {
                let n = grouping.values.len();
                if by.differences && n > MOST_GROUPS_OF_PAIRS {
                    grouping.differences = false;
                    issues.push(of_section(
                        "too_many_pairs",
                        format!("{n} groups; differences are estimated for at most {MOST_GROUPS_OF_PAIRS}."),
                    ));
                }
                groupings.push(grouping);
            }
            Err(n) => issues.push(of_section(
                "too_many_groups",
                format!(
                    "more than {n} groups; there are no estimates by these columns. Name columns with fewer values."
                ),
            )),
        }
    }
    (groupings, issues)
}

fn grouping<'s>(
    by: &'s GroupBy,
    columns: &[Column],
    ledger: &Ledger,
    speaks: &[BTreeSet<Option<u32>>],
) -> Result<Grouping<'s>, usize> {
    let mut numbers: HashMap<Vec<String>, u32> = HashMap::new();
    let mut group_of: Vec<Vec<u32>> = Vec::with_capacity(ledger.documents.len());
    for (document, speaks) in ledger.documents.iter().zip(speaks) {
        let summary = &document.summary;
        let mut of_document = vec![NONE; summary.speakers.len() + 1];
        for &at in speaks {
            let speaker = at.and_then(|at| summary.speakers.get(at as usize));
            let values: Option<Vec<String>> = columns.iter().map(|column| column.value(summary, speaker)).collect();
            let Some(values) = values else { continue };
            let next = numbers.len() as u32;
            let number = *numbers.entry(values).or_insert(next);
            if numbers.len() > MOST_GROUPS {
                return Err(MOST_GROUPS);
            }
            let place = at.map_or(summary.speakers.len(), |at| at as usize);
            if let Some(group) = of_document.get_mut(place) {
                *group = number;
            }
        }
        group_of.push(of_document);
    }
    // Groups are numbered by their sorted values.
    let sorted: BTreeMap<Vec<String>, u32> = numbers.into_iter().collect();
    let mut place = vec![NONE; sorted.len()];
    for (new, old) in sorted.values().enumerate() {
        place[*old as usize] = new as u32;
    }
    for group in group_of.iter_mut().flatten().filter(|group| **group != NONE) {
        *group = place[*group as usize];
    }
    Ok(Grouping {
        by,
        values: sorted.into_keys().collect(),
        group_of,
        of_persons: columns.iter().any(|column| column.of == VariableOf::Person),
        differences: by.differences,
    })
}

/// What is estimated of a grouping.
#[derive(Debug, Clone, Copy)]
struct Task<'s> {
    measure: GroupMeasure,
    target: Option<(usize, &'s str)>,
    theme: Option<(usize, &'s str)>,
    category: Option<(usize, &'s str)>,
    /// Positions and names of a variable of the study's own and of a label.
    code: Option<([usize; 2], (&'s str, &'s str))>,
}

/// The estimates of a grouping, measure by measure.
pub(super) fn estimates<'s>(
    grouping: &Grouping,
    study: &'s Study,
    ledger: &Ledger,
    themes: &'s Themes,
    words: &'s CountedWords,
) -> Vec<GroupRow<'s>> {
    let of = |measure| Task { measure, target: None, theme: None, category: None, code: None };
    let mut tasks: Vec<Task> = Vec::new();
    if study.models.scores_sentiment() {
        tasks.push(of(GroupMeasure::Sentiment));
    }
    let targets = study.targets.iter().enumerate();
    tasks.extend(targets.map(|(at, target)| Task { target: Some((at, &target.id)), ..of(GroupMeasure::Stance) }));
    let all_themes = themes.themes.iter().enumerate();
    if study.themes.procedure {
        tasks.push(of(GroupMeasure::Procedure));
    }
    tasks.extend(
        all_themes.map(|(at, theme)| Task { theme: Some((at, &theme.theme_id)), ..of(GroupMeasure::ThemeShare) }),
    );
    for (at, code) in study.codes.iter().enumerate() {
        let labels =
            code.labels.iter().enumerate().map(|(label, name)| ([at, label], (code.id.as_str(), name.as_str())));
        tasks.extend(labels.map(|code| Task { code: Some(code), ..of(GroupMeasure::CodeShare) }));
    }
    let categories = words.columns.iter().map(|column| column.name.as_str()).enumerate();
    tasks.extend(categories.map(|category| Task { category: Some(category), ..of(GroupMeasure::DictionaryRate) }));
    tasks.extend([of(GroupMeasure::WordsPerTurn), of(GroupMeasure::ShareOfWords)]);
    if ledger.has_times() {
        tasks.extend([of(GroupMeasure::SecondsPerTurn), of(GroupMeasure::ShareOfTime)]);
    }
    let persons = ledger.person_numbers();
    let rows = tasks.par_iter().map(|task| {
        let (weight, estimates) = estimate(task, grouping, study, (ledger, themes, words), &persons);
        let row = |estimate: GroupEstimate| GroupRow {
            measure: task.measure,
            target_id: task.target.map(|(_, id)| id),
            theme_id: task.theme.map(|(_, id)| id),
            category: task.category.map(|(_, column)| column),
            code: task.code.map(|(_, names)| names),
            weight,
            estimate,
        };
        estimates.into_iter().map(row).collect::<Vec<_>>()
    });
    rows.flatten().collect()
}

fn estimate(
    task: &Task,
    grouping: &Grouping,
    study: &Study,
    (ledger, themes, words): (&Ledger, &Themes, &CountedWords),
    persons: &[Vec<u32>],
) -> (Option<Weight>, Vec<GroupEstimate>) {
    let range = match task.measure {
        GroupMeasure::Sentiment | GroupMeasure::Stance => (-1.0, 1.0),
        GroupMeasure::ThemeShare
        | GroupMeasure::Procedure
        | GroupMeasure::CodeShare
        | GroupMeasure::ShareOfWords
        | GroupMeasure::ShareOfTime => (0.0, 1.0),
        GroupMeasure::WordsPerTurn | GroupMeasure::SecondsPerTurn | GroupMeasure::DictionaryRate => {
            (0.0, f64::INFINITY)
        }
    };
    let of_turns = matches!(task.measure, GroupMeasure::WordsPerTurn | GroupMeasure::SecondsPerTurn);
    let weight = match grouping.by.weight {
        // A turn is one unit there.
        Weight::Segment if of_turns => Weight::Turn,
        weight => weight,
    };
    let options = GroupOptions {
        weight,
        differences: grouping.differences,
        confidence_level: study.estimates.confidence_level,
        of_persons: grouping.of_persons,
        range,
    };
    let turns = |take: &mut dyn FnMut(TurnSums)| {
        ledger.turns(|turn| {
            let of_document = &grouping.group_of[turn.document as usize];
            let place = turn.speaker.map_or(of_document.len() - 1, |at| at as usize);
            let group = of_document[place];
            if group == NONE {
                return;
            }
            let (sum, n, n_all) = sums(task, &turn, (ledger, themes, words));
            let person = turn.speaker.map(|at| persons[turn.document as usize][at as usize]);
            take(TurnSums { document: turn.document, person, group, sum, n, n_all });
        });
    };
    let n_groups = grouping.values.len();
    match task.measure {
        GroupMeasure::ShareOfWords | GroupMeasure::ShareOfTime => (None, shares(&turns, n_groups, &options)),
        _ => (Some(weight), means(&turns, n_groups, &options)),
    }
}

/// Sum and number of the values of a turn, and number of its units.
fn sums(task: &Task, turn: &LedgerTurn, (ledger, themes, words): (&Ledger, &Themes, &CountedWords)) -> (f64, u32, u32) {
    let n_all = turn.segments.len() as u32;
    let of_segments = |value: &dyn Fn(usize) -> Option<f64>| {
        let (mut sum, mut n) = (0.0, 0);
        for value in turn.segments.clone().filter_map(value) {
            sum += value;
            n += 1;
        }
        (sum, n, n_all)
    };
    let of_turn = |value: Option<f64>| (value.unwrap_or_default(), u32::from(value.is_some()), 1);
    if let Some((category, _)) = task.category {
        // The units are words, so that the mean of all units is the rate.
        let n: u32 = turn.segments.clone().map(|at| words.of_category(category, at)).sum();
        let n_words = turn.n_words as u32;
        return (1000.0 * f64::from(n), n_words, n_words);
    }
    if let Some(([code, label], _)) = task.code {
        return of_segments(&|at| ledger.has_label(code, label, at));
    }
    match (task.measure, task.target, task.theme) {
        (GroupMeasure::Sentiment, ..) => of_segments(&|at| ledger.sentiment(at)),
        (GroupMeasure::Procedure, ..) => of_segments(&|at| ledger.is_procedural(at)),
        (GroupMeasure::Stance, Some((target, _)), _) => of_segments(&|at| ledger.stance(target, at)),
        (GroupMeasure::ThemeShare, _, Some((theme, _))) => of_segments(&|at| {
            themes.assignments.get(at).map(|assignment| f64::from(u8::from(assignment.theme == Some(theme))))
        }),
        (GroupMeasure::WordsPerTurn | GroupMeasure::ShareOfWords, ..) => of_turn(Some(turn.n_words)),
        (GroupMeasure::SecondsPerTurn | GroupMeasure::ShareOfTime, ..) => of_turn(turn.seconds),
        // They have the target, theme, category or label that is missing here.
        (
            GroupMeasure::Stance | GroupMeasure::ThemeShare | GroupMeasure::DictionaryRate | GroupMeasure::CodeShare,
            ..,
        ) => of_turn(None),
    }
}
