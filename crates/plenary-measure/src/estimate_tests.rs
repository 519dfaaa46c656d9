use super::*;
use proptest::prelude::*;

fn segment<'a>(document_id: &'a str, utterance_id: &'a str, score: f64, stance: Option<f64>) -> ScoredSegment<'a> {
    ScoredSegment {
        document_id,
        speaker_id: None,
        utterance_id,
        theme_id: None,
        sentiment: Some(score),
        procedural: None,
        stance: vec![stance],
    }
}

fn options(resamples: usize) -> EstimateOptions {
    EstimateOptions { resamples, ..EstimateOptions::default() }
}

fn of<'e>(estimates: &'e [Estimate], level: &str) -> Vec<&'e Estimate> {
    estimates.iter().filter(|e| e.level.as_str() == level).collect()
}

#[test]
fn a_small_corpus_by_hand() {
    let mut rows = vec![
        segment("d1", "d1-u1", 0.5, Some(1.0)),
        segment("d1", "d1-u1", 0.5, None),
        segment("d1", "d1-u2", -0.25, Some(-1.0)),
        segment("d2", "d2-u1", 0.25, None),
    ];
    rows[0].speaker_id = Some("d1-p1");
    rows[0].theme_id = Some("t01");
    let found = estimate(&rows, &["tax"], &options(1000), 1).unwrap();
    let levels: Vec<&str> = found.iter().map(|e| e.level.as_str()).collect();
    assert_eq!(
        levels,
        [
            "corpus",
            "document",
            "document",
            "speaker",
            "theme",
            "utterance",
            "utterance",
            "utterance",
            "utterance",
            "corpus_target",
            "document_target",
            "document_target",
            "speaker_target",
            "theme_target",
            "utterance_target",
            "utterance_target",
            "utterance_target",
            "utterance_target",
        ]
    );
    let corpus = &found[0];
    assert_eq!((corpus.mean, corpus.n_segments, corpus.n_utterances), (Some(0.25), 4, 3));
    assert_eq!(corpus.share_abstained, 0.0);
    // The extreme resamples are three times the lowest and three times the highest utterance, each with probability
    // 1/27: more than 2.5 %.
    assert_eq!((corpus.ci_low, corpus.ci_high), (Some(-0.25), Some(0.5)));
    let stance = of(&found, "corpus_target")[0];
    assert_eq!((stance.mean, stance.share_abstained, stance.n_segments), (Some(0.0), 0.5, 2));
    assert_eq!((stance.target_id.as_deref(), stance.measure), (Some("tax"), Measure::Stance));
    // A single segment cannot be resampled.
    assert_eq!((found[2].document_id.as_deref(), found[2].mean, found[2].ci_low), (Some("d2"), Some(0.25), None));
    // Only abstentions.
    let silent = of(&found, "document_target")[1];
    assert_eq!((silent.mean, silent.ci_low, silent.ci_high), (None, None, None));
    assert_eq!((silent.share_abstained, silent.n_segments, silent.n_utterances), (1.0, 0, 0));
}

#[test]
fn an_utterance_is_drawn_whole() {
    // Two utterances, with 1 segment of score 1 and 9 of score 0: a resample has 2 of 2, 1 of 10 or 0 of 18.
    let mut rows = vec![segment("d", "u1", 1.0, None)];
    rows.extend((0..9).map(|_| segment("d", "u2", 0.0, None)));
    let found = estimate(
        &rows,
        &["t"],
        &EstimateOptions { resamples: 400, confidence_level: 0.3, ..EstimateOptions::default() },
        3,
    )
    .unwrap();
    assert_eq!((found[0].mean, found[0].ci_low, found[0].ci_high), (Some(0.1), Some(0.1), Some(0.1)));
}

#[test]
fn a_single_utterance_draws_its_segments_and_says_so() {
    let rows: Vec<_> = [0.0, 0.25, 0.5, 0.75].iter().map(|score| segment("d", "u1", *score, None)).collect();
    let found = estimate(&rows, &["t"], &options(1000), 3).unwrap();
    assert_eq!((found[0].mean, found[0].resampled), (Some(0.375), Some(Resampled::Segments)));
    let (low, high) = (found[0].ci_low.unwrap(), found[0].ci_high.unwrap());
    assert!(low > 0.0 && low < 0.3 && high > 0.45 && high < 0.75, "{low} {high}");
}

#[test]
fn nothing_gives_nothing_and_no_draws_give_no_interval() {
    assert!(estimate(&[], &["t"], &options(1000), 1).unwrap().is_empty());
    let rows = [segment("d", "u1", 0.1, None), segment("d", "u2", 0.3, None)];
    let found = estimate(&rows, &["t"], &options(0), 1).unwrap();
    assert!(found[0].mean.is_some() && found[0].ci_low.is_none());
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    let row = segment("d", "d-u7", f64::NAN, None);
    let error = estimate(std::slice::from_ref(&row), &["t"], &options(100), 1).unwrap_err();
    assert!(error.to_string().contains("d-u7"), "{error}");
    assert!(matches!(estimate(&[row], &[], &options(100), 1), Err(EstimateError::Targets { found: 1, .. })));
    let error = estimate(&[], &[], &options(5), 1).unwrap_err();
    assert!(error.to_string().contains("resamples"), "{error}");
    for confidence_level in [0.0, 1.0, f64::NAN] {
        let options = EstimateOptions { resamples: 100, confidence_level, ..EstimateOptions::default() };
        assert!(matches!(estimate(&[], &[], &options, 1), Err(EstimateError::Option { .. })));
    }
}

#[test]
fn quantiles_interpolate() {
    assert_eq!(quantile(&mut [1.0, 2.0, 3.0, 4.0], 0.5), 2.5);
    assert_eq!(quantile(&mut [1.0, 2.0, 3.0, 4.0, 5.0], 0.1), 1.4);
    assert_eq!(quantile(&mut [7.0], 0.975), 7.0);
}

/// 300 corpora of 30 utterances with 1 to 7 segments that share their utterance's tone; the true mean is 0.1.
#[test]
fn intervals_cover_the_truth_about_as_often_as_they_say() {
    let mut random = ChaCha8Rng::seed_from_u64(42);
    let ids: Vec<String> = (0..30).map(|i| format!("u{i:02}")).collect();
    let mut covered = 0;
    for corpus in 0..300 {
        let mut rows = Vec::new();
        for id in &ids {
            let tone = random.random_range(-0.5..0.5);
            for _ in 0..random.random_range(1..8) {
                rows.push(segment("d", id, 0.1 + tone + random.random_range(-0.2..0.2), None));
            }
        }
        let found = estimate(&rows, &["t"], &options(300), corpus).unwrap();
        let (low, high) = (found[0].ci_low.unwrap(), found[0].ci_high.unwrap());
        covered += usize::from(low <= 0.1 && 0.1 <= high);
    }
    let share = f64::from(covered as u32) / 300.0;
    assert!((0.88..=0.98).contains(&share), "{share}");
}

const DOCUMENTS: [&str; 3] = ["a", "b", "c"];
const SPEAKERS: [Option<&str>; 3] = [None, Some("p1"), Some("p2")];
const UTTERANCES: [&str; 5] = ["u1", "u2", "u3", "u4", "u5"];
const THEMES: [Option<&str>; 3] = [None, Some("t01"), Some("t02")];

prop_compose! {
    fn any_segment()(
        (d, s, u, t) in (0..3_usize, 0..3_usize, 0..5_usize, 0..3_usize),
        sentiment in prop::option::of(-1.0..1.0_f64),
        stance in prop::collection::vec(prop::option::of(-1.0..1.0_f64), 2),
    ) -> ScoredSegment<'static> {
        ScoredSegment {
            document_id: DOCUMENTS[d], speaker_id: SPEAKERS[s], utterance_id: UTTERANCES[u], theme_id: THEMES[t],
            sentiment, procedural: None, stance,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_rows_does_not_matter(
        (rows, shuffled) in prop::collection::vec(any_segment(), 0..60)
            .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        seed in any::<u64>(),
    ) {
        let first = estimate(&rows, &["x", "y"], &options(100), seed).unwrap();
        prop_assert_eq!(first, estimate(&shuffled, &["x", "y"], &options(100), seed).unwrap());
    }

    #[test]
    fn a_group_does_not_depend_on_the_others(rows in prop::collection::vec(any_segment(), 1..60), seed in any::<u64>()) {
        let all = estimate(&rows, &["x", "y"], &options(100), seed).unwrap();
        let alone: Vec<_> = rows.iter().filter(|row| row.document_id == "a").cloned().collect();
        let alone = estimate(&alone, &["x", "y"], &options(100), seed).unwrap();
        let of_a = |found: &[Estimate]| -> Vec<Estimate> {
            found.iter().filter(|e| e.document_id.as_deref() == Some("a")).cloned().collect()
        };
        prop_assert_eq!(of_a(&all), of_a(&alone));
    }

    #[test]
    fn figures_stay_in_their_ranges(rows in prop::collection::vec(any_segment(), 1..60)) {
        for e in estimate(&rows, &["x", "y"], &options(100), 5).unwrap() {
            prop_assert!((0.0..=1.0).contains(&e.share_abstained));
            prop_assert!([e.mean, e.ci_low, e.ci_high].into_iter().flatten().all(|v| (-1.0..=1.0).contains(&v)));
            prop_assert_eq!(e.mean.is_none(), e.n_segments == 0);
            let drawn = match (e.n_utterances, e.n_segments) {
                (2.., _) => Some(Resampled::Utterances),
                (1, 2..) => Some(Resampled::Segments),
                _ => None,
            };
            prop_assert_eq!(e.resampled, drawn);
            prop_assert_eq!(e.ci_low.is_some(), drawn.is_some());
            prop_assert!(e.ci_low <= e.ci_high);
        }
    }
}
