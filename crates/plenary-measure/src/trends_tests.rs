use super::*;
use proptest::prelude::*;
use serde::Deserialize;

/// Computed by `evaluation/theme_bursts.py` with numpy and scipy; bursts by trying all sequences of states.
const REFERENCE: &str = include_str!("trends_reference.json");

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    n_periods: usize,
    /// Period, segments, words, segments and words of the theme.
    documents: Vec<[u64; 5]>,
    rows: Vec<Row>,
    /// The weight of each period's burst, if it is in one; `None` if bursts cannot be looked for.
    bursts: Option<Vec<Option<f64>>>,
}

#[derive(Deserialize)]
struct Row {
    segments: [Option<f64>; 3],
    words: [Option<f64>; 3],
}

fn document([period, n_segments, n_words, own_segments, own_words]: [u64; 5]) -> DocumentCounts {
    DocumentCounts {
        period: period as usize,
        all: Counts { n_segments, n_words },
        of_theme: Counts { n_segments: own_segments, n_words: own_words },
    }
}

fn assert_near(found: Option<f64>, expected: Option<f64>) {
    match (found, expected) {
        (Some(found), Some(expected)) => assert!((found - expected).abs() < 1e-9, "{found}, expected {expected}"),
        other => assert_eq!(other.0, other.1),
    }
}

#[test]
fn shares_intervals_and_bursts_equal_the_reference() {
    let reference: Reference = serde_json::from_str(REFERENCE).unwrap();
    let mut n_bursts = 0;
    for case in reference.cases {
        let documents: Vec<DocumentCounts> = case.documents.iter().copied().map(document).collect();
        let found = trend(&documents, case.n_periods, 0.95);
        assert_eq!(found.len(), case.n_periods);
        for (at, (trend, row)) in found.iter().zip(&case.rows).enumerate() {
            for (share, [estimate, low, high]) in [(trend.segments, row.segments), (trend.words, row.words)] {
                assert_near(share.estimate, estimate);
                assert_near(share.interval.map(|(low, _)| low), low);
                assert_near(share.interval.map(|(_, high)| high), high);
            }
            match (trend.burst, case.bursts.as_ref().map(|bursts| bursts[at])) {
                (Some(Burst::Inside { weight }), Some(Some(expected))) => {
                    n_bursts += 1;
                    assert_near(Some(weight), Some(expected));
                }
                (found, Some(None)) => assert_eq!(found, Some(Burst::Outside)),
                (found, expected) => assert!(found.is_none() && expected.is_none(), "{found:?}, expected {expected:?}"),
            }
        }
    }
    assert!(n_bursts > 2);
}

#[test]
fn a_single_document_on_a_theme_is_no_burst_but_several_are() {
    let months = 12;
    let corpus = |on_theme: &[(usize, usize)]| -> Vec<Option<Burst>> {
        let of = |at: usize| {
            let own = if on_theme.contains(&(at / 6, at % 6)) { 60 } else { 2 };
            document([(at / 6) as u64, 100, 2000, own, own * 20])
        };
        let documents: Vec<DocumentCounts> = (0..months * 6).map(of).collect();
        trend(&documents, months, 0.95).into_iter().map(|trend| trend.burst).collect()
    };
    assert!(corpus(&[(4, 1)]).iter().all(|burst| *burst == Some(Burst::Outside)));
    let all_of_two_months: Vec<(usize, usize)> = (4..6).flat_map(|month| (0..6).map(move |at| (month, at))).collect();
    let found = corpus(&all_of_two_months);
    for (month, burst) in found.iter().enumerate() {
        let is_inside = matches!(burst, Some(Burst::Inside { weight }) if *weight > 0.0);
        assert_eq!(is_inside, (4..6).contains(&month), "{month}: {burst:?}");
    }
}

#[test]
fn without_documents_or_segments_there_is_nothing() {
    assert!(trend(&[], 0, 0.95).is_empty());
    let found = trend(&[document([1, 0, 0, 0, 0])], 2, 0.95);
    assert!(found.iter().all(|trend| trend.segments == Share::default() && trend.burst.is_none()));
}

proptest! {
    #[test]
    fn any_counts_give_shares_between_0_and_1_around_which_the_interval_lies(
        counts in proptest::collection::vec((0..5_u64, 0..60_u64, 0..60_u64), 0..30)
    ) {
        let documents: Vec<DocumentCounts> =
            counts.iter().map(|&(period, n, own)| document([period, n, 7 * n, own.min(n), 7 * own.min(n)])).collect();
        for trend in trend(&documents, 5, 0.9) {
            for share in [trend.segments, trend.words] {
                let Some(estimate) = share.estimate else { continue };
                prop_assert!((0.0..=1.0).contains(&estimate));
                if let Some((low, high)) = share.interval {
                    prop_assert!(0.0 <= low && low <= estimate && estimate <= high && high <= 1.0);
                }
            }
            prop_assert_eq!(trend.segments.estimate.is_some(), trend.words.estimate.is_some());
            if let Some(Burst::Inside { weight }) = trend.burst {
                prop_assert!(weight.is_finite());
            }
        }
    }
}
