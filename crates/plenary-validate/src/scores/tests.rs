//! Scores equal those of scikit-learn; baselines learn from other clusters only.

use serde::Deserialize;

use super::baselines::{bag_of_words, by_group, folds, majority};
use super::*;

#[derive(Deserialize)]
struct Case {
    truth: Vec<usize>,
    label: Vec<usize>,
    probabilities: Vec<Vec<f64>>,
    weight: Vec<f64>,
    accuracy: f64,
    macro_f1: f64,
    precision: Vec<f64>,
    recall: Vec<f64>,
    f1: Vec<f64>,
    calibration_error: f64,
    precision_at_06: f64,
    coverage_at_06: f64,
}

fn near(found: Option<f64>, expected: f64) {
    let found = found.expect("the figure is defined");
    assert!((found - expected).abs() < 1e-9, "{found}, expected {expected}");
}

/// The numbers are made by `evaluation/scores_reference.py`.
#[test]
fn scores_equal_those_of_scikit_learn() {
    let case: Case = serde_json::from_str(include_str!("reference.json")).expect("the file is valid");
    let codes: Vec<Scored> = (0..case.truth.len())
        .map(|at| Scored {
            truth: case.truth[at],
            label: case.label[at],
            probabilities: Some(case.probabilities[at].clone()),
            weight: case.weight[at],
            cluster: at / 3,
        })
        .collect();
    let found = score(&codes, 3, &ScoreOptions::default(), "x").expect("the codes are valid");
    assert_eq!((found.n, found.n_clusters), (120, 40));
    near(found.accuracy.value, case.accuracy);
    near(found.macro_f1.value, case.macro_f1);
    for (class, scores) in found.classes.iter().enumerate() {
        near(scores.precision.value, case.precision[class]);
        near(scores.recall.value, case.recall[class]);
        near(scores.f1.value, case.f1[class]);
        let (low, high) = scores.f1.interval.expect("there are draws");
        assert!(low < case.f1[class] && case.f1[class] < high);
    }
    let calibration = found.calibration.expect("there are probabilities");
    near(Some(calibration.error), case.calibration_error);
    assert_eq!(calibration.bins.iter().map(|bin| bin.n).sum::<usize>(), 120);
    let floor = calibration.floors.iter().find(|floor| floor.floor == 0.6).expect("0.6 is a floor");
    near(Some(floor.coverage), case.coverage_at_06);
    near(floor.precision.value, case.precision_at_06);
    assert_eq!(calibration.floors[0].coverage, 1.0);
}

fn code(truth: usize, label: usize, cluster: usize) -> Scored {
    Scored { truth, label, probabilities: None, weight: 1.0, cluster }
}

#[test]
fn intervals_of_clustered_codes_are_wider() {
    // Clusters are wholly right or wholly wrong.
    let codes: Vec<Scored> = (0..200).map(|at| code(0, usize::from(at / 10 % 2 == 0), at / 10)).collect();
    let apart: Vec<Scored> = codes.iter().enumerate().map(|(at, one)| Scored { cluster: at, ..one.clone() }).collect();
    let width = |codes: &[Scored]| {
        let found = score(codes, 2, &ScoreOptions::default(), "x").expect("the codes are valid");
        let (low, high) = found.accuracy.interval.expect("there are draws");
        high - low
    };
    let ratio = width(&codes) / width(&apart);
    assert!((2.5..4.0).contains(&ratio), "the standard error is sqrt(10) times larger: {ratio}");
}

#[test]
fn figures_of_classes_that_never_occur_are_undefined() {
    let codes = [code(0, 0, 0), code(0, 1, 1), code(1, 1, 2)];
    let found = score(&codes, 3, &ScoreOptions::default(), "x").expect("the codes are valid");
    let undefined = Score { value: None, interval: None };
    assert_eq!(
        (found.classes[2].precision, found.classes[2].recall, found.classes[2].f1),
        (undefined, undefined, undefined)
    );
    near(found.macro_f1.value, 2.0 / 3.0);
    assert_eq!(found.calibration, None);
    // A unit off the topic has no probabilities; the others are calibrated.
    let certain = Scored { probabilities: Some(vec![0.95, 0.05, 0.0]), ..code(0, 0, 0) };
    let found = score(&[certain, code(0, 1, 1), code(1, 1, 2)], 3, &ScoreOptions::default(), "x").expect("valid");
    let calibration = found.calibration.expect("one has probabilities");
    near(Some(calibration.error), 0.05);
    near(Some(calibration.floors[0].coverage), 1.0 / 3.0);
    assert_eq!(found.confusion, [[1, 1, 0], [0, 1, 0], [0, 0, 0]]);
}

#[test]
fn codes_that_do_not_fit_are_refused() {
    let refuse = |codes: &[Scored]| score(codes, 2, &ScoreOptions::default(), "x").expect_err("refused").to_string();
    assert_eq!(refuse(&[]), "there are no codes to compare with");
    assert_eq!(refuse(&[code(0, 2, 0)]), "code 0 has the class 2; expected a number below 2");
    assert!(refuse(&[Scored { weight: 0.0, ..code(0, 0, 0) }]).contains("the weight is not"));
    let probabilities = |of: &[f64]| Scored { probabilities: Some(of.to_vec()), ..code(0, 0, 0) };
    assert!(refuse(&[probabilities(&[1.0])]).contains("the number of probabilities"));
    assert!(refuse(&[probabilities(&[1.5, 0.0])]).contains("not between 0 and 1"));
    let few = ScoreOptions { resamples: 7, ..ScoreOptions::default() };
    assert!(score(&[code(0, 0, 0)], 2, &few, "x").expect_err("refused").to_string().starts_with("resamples"));
}

#[test]
fn baselines_learn_from_other_clusters() {
    // Group and words show the class.
    let codes: Vec<Scored> = (0..60).map(|at| code(at % 2, 0, at / 2)).collect();
    let groups: Vec<String> = codes.iter().map(|code| code.truth.to_string()).collect();
    let words: Vec<Vec<String>> = codes
        .iter()
        .map(|code| {
            format!("the {} of it", if code.truth == 0 { "sea" } else { "hill" })
                .split(' ')
                .map(str::to_owned)
                .collect()
        })
        .collect();
    let truths: Vec<usize> = codes.iter().map(|code| code.truth).collect();
    assert_eq!(by_group(&codes, &groups, 2, 0), truths);
    assert_eq!(bag_of_words(&codes, &words, 2, 0), truths);
    let of = folds(&codes, 0);
    assert!(of.chunks(2).all(|pair| pair[0] == pair[1]), "clusters are not divided");
    // If only one cluster has a group, nothing is known of it elsewhere: the commonest class is assigned.
    let mut alone: Vec<Scored> = (0..20).map(|at| code(1, 0, at)).collect();
    alone[7].truth = 0;
    let mut groups = vec!["a".to_owned(); 20];
    groups[7] = "b".into();
    assert_eq!(majority(&alone, 2), 1);
    assert_eq!(by_group(&alone, &groups, 2, 0)[7], 1);
}
