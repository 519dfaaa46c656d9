use super::*;
use proptest::prelude::*;
use serde::Deserialize;

/// Computed by `evaluation/group_estimates.py` with numpy, scipy and statsmodels.
const REFERENCE: &str = include_str!("groups_reference.json");

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
    welch: Samples,
    paired: Samples,
}

#[derive(Deserialize)]
struct Case {
    n_groups: usize,
    turns: Vec<Turn>,
    expected: Vec<Expected>,
}

#[derive(Deserialize)]
struct Turn {
    document: u32,
    person: Option<u32>,
    group: u32,
    values: Vec<Option<f64>>,
    words: f64,
}

#[derive(Deserialize)]
struct Expected {
    of_persons: bool,
    #[serde(default)]
    weight: Option<Weight>,
    #[serde(default)]
    means: Vec<Row>,
    #[serde(default)]
    shares: Vec<Row>,
}

#[derive(Debug, Deserialize)]
struct Row {
    group: usize,
    other: Option<usize>,
    estimate: f64,
    low: f64,
    high: f64,
    level: String,
    n: usize,
}

#[derive(Deserialize)]
struct Samples {
    a: Vec<f64>,
    b: Vec<f64>,
    low: f64,
    high: f64,
}

fn options(weight: Weight, of_persons: bool, range: (f64, f64)) -> GroupOptions {
    GroupOptions { weight, differences: true, confidence_level: 0.95, of_persons, range }
}

fn sums(turn: &Turn) -> TurnSums {
    let known: Vec<f64> = turn.values.iter().copied().flatten().collect();
    TurnSums {
        document: turn.document,
        person: turn.person,
        group: turn.group,
        sum: known.iter().sum(),
        n: known.len() as u32,
        n_all: turn.values.len() as u32,
    }
}

fn words(turn: &Turn) -> TurnSums {
    TurnSums { sum: turn.words, n: 1, n_all: 1, ..sums(turn) }
}

fn assert_rows(found: &[GroupEstimate], expected: &[Row]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!((found.group, found.other, found.n_clusters), (expected.group, expected.other, expected.n));
        assert_eq!(found.level.map(ClusterLevel::as_str), Some(expected.level.as_str()), "{expected:?}");
        let values = [found.estimate, found.ci_low, found.ci_high].map(Option::unwrap);
        for (found, expected) in values.into_iter().zip([expected.estimate, expected.low, expected.high]) {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }
}

#[test]
fn means_differences_and_shares_equal_those_of_statsmodels_and_scipy() {
    let reference: Reference = serde_json::from_str(REFERENCE).unwrap();
    let mut n = 0;
    for case in &reference.cases {
        for expected in &case.expected {
            if let Some(weight) = expected.weight {
                let turns = |take: &mut dyn FnMut(TurnSums)| case.turns.iter().map(sums).for_each(take);
                let options = options(weight, expected.of_persons, (-1.0, 1.0));
                assert_rows(&means(&turns, case.n_groups, &options), &expected.means);
            } else {
                let turns = |take: &mut dyn FnMut(TurnSums)| case.turns.iter().map(words).for_each(take);
                let options = options(Weight::Segment, expected.of_persons, (0.0, 1.0));
                assert_rows(&shares(&turns, case.n_groups, &options), &expected.shares);
            }
            n += 1;
        }
    }
    assert_eq!(n, 24);
}

/// One turn of one segment for each value, in the given documents.
fn single(group: u32, value: f64, place: u32, person: u32) -> TurnSums {
    TurnSums { document: place, person: Some(person), group, sum: value, n: 1, n_all: 1 }
}

#[test]
fn with_one_segment_per_cluster_a_difference_is_welchs_and_with_common_clusters_the_paired_one() {
    let Reference { welch, paired, .. } = serde_json::from_str(REFERENCE).unwrap();
    let interval = |rows: &[TurnSums]| {
        let turns = |take: &mut dyn FnMut(TurnSums)| rows.iter().copied().for_each(take);
        let found = means(&turns, 2, &options(Weight::Segment, true, (-9.0, 9.0)));
        (found[2].ci_low.unwrap(), found[2].ci_high.unwrap(), found[2].level)
    };
    // Each person in a document of their own.
    let numbered = |values: &[f64], group: u32, first: u32| -> Vec<TurnSums> {
        let numbers = first..;
        values.iter().zip(numbers).map(|(value, at)| single(group, *value, at, at)).collect()
    };
    let rows = [numbered(&welch.a, 0, 0), numbered(&welch.b, 1, 100)].concat();
    let (low, high, level) = interval(&rows);
    assert!((low - welch.low).abs() < 1e-9 && (high - welch.high).abs() < 1e-9, "{low} {high}");
    assert_eq!(level, Some(ClusterLevel::Document));
    // Both groups in each document.
    let mut rows = [numbered(&paired.a, 0, 0), numbered(&paired.b, 1, 0)].concat();
    rows.sort_by_key(|turn| turn.document);
    let (low, high, _) = interval(&rows);
    assert!((low - paired.low).abs() < 1e-9 && (high - paired.high).abs() < 1e-9, "{low} {high}");
}

#[test]
fn groups_without_labels_clusters_or_variance_have_no_interval() {
    let rows = [
        TurnSums { n: 0, sum: 0.0, ..single(0, 0.0, 0, 0) },
        single(1, 0.5, 0, 1),
        single(2, 0.25, 0, 2),
        single(2, 0.25, 1, 3),
        single(9, 1.0, 1, 3),
    ];
    let turns = |take: &mut dyn FnMut(TurnSums)| rows.iter().copied().for_each(take);
    let found = means(&turns, 3, &options(Weight::Turn, true, (-1.0, 1.0)));
    assert_eq!((found[0].estimate, found[0].share_abstained, found[0].n_segments), (None, 1.0, 0));
    assert_eq!((found[1].estimate, found[1].ci_low, found[1].level), (Some(0.5), None, None));
    assert_eq!((found[2].estimate, found[2].ci_low, found[2].n_documents), (Some(0.25), None, 2));
    assert!(found[3..].iter().all(|difference| difference.ci_low.is_none()));
    let none = |_: &mut dyn FnMut(TurnSums)| {};
    assert_eq!(shares(&none, 1, &options(Weight::Turn, true, (0.0, 1.0)))[0].estimate, None);
    assert_eq!(means(&none, 1, &options(Weight::Turn, true, (0.0, 1.0)))[0].estimate, None);
}

proptest! {
    #[test]
    fn any_turns_give_finite_intervals_around_the_estimate(
        rows in prop::collection::vec((0..6_u32, prop::option::of(0..5_u32), 0..3_u32, -1.0..1.0_f64, 0..4_u32), 0..60),
        of_persons in any::<bool>(),
        weight in prop::sample::select(Weight::ALL),
    ) {
        let mut rows: Vec<TurnSums> = rows
            .into_iter()
            .map(|(document, person, group, value, n)| TurnSums {
                document, person, group, sum: value * f64::from(n), n, n_all: n + 1,
            })
            .collect();
        rows.sort_by_key(|turn| turn.document);
        let turns = |take: &mut dyn FnMut(TurnSums)| rows.iter().copied().for_each(take);
        let options = options(weight, of_persons, (-1.0, 1.0));
        let positive = |take: &mut dyn FnMut(TurnSums)| {
            rows.iter().map(|turn| TurnSums { sum: turn.sum.abs(), ..*turn }).for_each(take);
        };
        let found = means(&turns, 3, &options).into_iter().chain(shares(&positive, 3, &options));
        for estimate in found {
            prop_assert_eq!(estimate.ci_low.is_some(), estimate.level.is_some());
            if let (Some(low), Some(high)) = (estimate.ci_low, estimate.ci_high) {
                let value = estimate.estimate.unwrap();
                prop_assert!(low.is_finite() && high.is_finite());
                prop_assert!(low <= value + 1e-9 && value <= high + 1e-9, "{low} {value} {high}");
            }
            prop_assert!(estimate.share_abstained >= 0.0 && estimate.share_abstained <= 1.0);
        }
    }
}
