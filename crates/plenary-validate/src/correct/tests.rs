//! Estimates equal those of published packages; what cannot be estimated is refused.

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Case {
    units: Vec<CaseUnit>,
    calibrated: Vec<f64>,
    pseudo: Vec<f64>,
    means: Vec<CaseMeans>,
    coefficients: Vec<(f64, f64)>,
    t_of_9: f64,
    ppi: Option<CasePpi>,
}

#[derive(Deserialize)]
struct CaseUnit {
    group: usize,
    cluster: usize,
    weight: f64,
    prediction: f64,
    code: Option<(f64, f64)>,
}

#[derive(Deserialize)]
struct CaseMeans {
    raw: (f64, f64),
    hand_coded: (f64, f64),
    dsl: (f64, f64),
    n_coded_clusters: usize,
    design: f64,
}

#[derive(Deserialize)]
struct CasePpi {
    mean: f64,
    lambda: f64,
    standard_error: f64,
    plain: f64,
}

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() < tolerance, "{found}, expected {expected}");
}

/// The numbers are made by `evaluation/corrected_reference.py`.
fn cases() -> Vec<(Case, Vec<Unit>)> {
    let cases: Vec<Case> = serde_json::from_str(include_str!("reference.json")).expect("the file is valid");
    assert_eq!(cases.len(), 2);
    let unit = |unit: &CaseUnit| Unit {
        group: unit.group,
        cluster: unit.cluster,
        weight: unit.weight,
        prediction: unit.prediction,
        code: unit.code.map(|(value, probability)| HandCode { value, probability }),
    };
    cases
        .into_iter()
        .map(|case| (case.units.iter().map(unit).collect(), case))
        .map(|(units, case)| (case, units))
        .collect()
}

fn means_of(units: &[Unit], members: &[usize], calibrated: &[f64]) -> GroupMeans {
    let pseudo = pseudo_outcomes(units, calibrated);
    GroupMeans::new(units, members, calibrated, &pseudo, &CorrectOptions::default())
}

fn members(units: &[Unit], group: Option<usize>) -> Vec<usize> {
    (0..units.len()).filter(|at| group.is_none_or(|group| units[*at].group == group)).collect()
}

#[test]
fn means_equal_those_of_statsmodels() {
    for (case, units) in cases() {
        for (found, expected) in pseudo_outcomes(&units, &case.calibrated).iter().zip(&case.pseudo) {
            near(*found, *expected, 1e-9);
        }
        for (group, expected) in [None, Some(0), Some(1)].into_iter().zip(&case.means) {
            let found = means_of(&units, &members(&units, group), &case.calibrated);
            assert_eq!(found.n_coded_clusters, expected.n_coded_clusters);
            let of = |estimator| found.of(estimator).expect("there are enough codings");
            for (estimator, (value, standard_error)) in [
                (Estimator::Raw, expected.raw),
                (Estimator::HandCoded, expected.hand_coded),
                (Estimator::Dsl, expected.dsl),
            ] {
                near(of(estimator).value, value, 1e-9);
                near(of(estimator).standard_error, standard_error, 1e-9);
            }
            assert_eq!(of(Estimator::Dsl).degrees_of_freedom, expected.n_coded_clusters - 1);
            near(found.power.expect("there is an estimate").standard_error_of_coding, expected.design, 1e-9);
        }
    }
}

#[test]
fn ppi_equals_ppi_py() {
    let mut n_compared = 0;
    for (case, mut units) in cases() {
        let Some(expected) = case.ppi else { continue };
        n_compared += 1;
        let everything = members(&units, None);
        let found = means_of(&units, &everything, &case.calibrated);
        near(found.of(Estimator::Ppi).expect("there are enough codings").value, expected.mean, 1e-9);
        near(found.lambda.expect("there is an estimate"), expected.lambda, 1e-9);
        // DSL without a calibration is PPI without power tuning.
        let predictions: Vec<f64> = units.iter().map(|unit| unit.prediction).collect();
        let plain = means_of(&units, &everything, &predictions);
        near(plain.of(Estimator::Dsl).expect("there are enough codings").value, expected.plain, 1e-9);
        // The standard error of the package is for independent units, and takes the variance within coded and uncoded units.
        for (at, unit) in units.iter_mut().enumerate() {
            unit.cluster = at;
        }
        let independent = means_of(&units, &everything, &case.calibrated);
        let standard_error = independent.of(Estimator::Ppi).expect("there are enough codings").standard_error;
        near(standard_error / expected.standard_error, 1.0, 0.02);
    }
    assert_eq!(n_compared, 1);
}

#[test]
fn coefficients_equal_those_of_statsmodels() {
    for (case, units) in cases() {
        let variables: Vec<Vec<f64>> = units.iter().map(|unit| vec![1.0, unit.group as f64, unit.prediction]).collect();
        let weights: Vec<f64> = units.iter().map(|unit| unit.weight).collect();
        let clusters: Vec<usize> = units.iter().map(|unit| unit.cluster).collect();
        let found =
            regress(&case.pseudo, &variables, &weights, &clusters, 9, 0.95).expect("the variables are independent");
        for (found, (value, standard_error)) in found.estimates.iter().zip(&case.coefficients) {
            near(found.value, *value, 1e-9);
            near(found.standard_error, *standard_error, 1e-9);
            near(found.high - found.value, case.t_of_9 * standard_error, 1e-7);
        }
        let twice: Vec<Vec<f64>> = variables.iter().map(|row| vec![row[0], row[1], 1.0 - row[1]]).collect();
        let refused = regress(&case.pseudo, &twice, &weights, &clusters, 9, 0.95);
        assert_eq!(refused, Err(RegressError::Collinear { variable: 2 }));
        let one = vec![0; units.len()];
        let refused = regress(&case.pseudo, &variables, &weights, &one, 9, 0.95);
        assert_eq!(refused, Err(RegressError::Clusters { found: 1, variables: 3 }));
    }
}

#[test]
fn a_regression_on_a_group_is_the_difference_of_its_means() {
    let (_, units) = cases().swap_remove(1);
    let corrected = correct(&units, 2, &CorrectOptions::default()).expect("there are enough codings");
    let [first, second] = &corrected.groups[..] else { panic!("two groups") };
    let between = difference(second, first, Estimator::Dsl).expect("both have codings");
    let variables: Vec<Vec<f64>> = units.iter().map(|unit| vec![1.0, unit.group as f64]).collect();
    let weights: Vec<f64> = units.iter().map(|unit| unit.weight).collect();
    let clusters: Vec<usize> = units.iter().map(|unit| unit.cluster).collect();
    let slope = regress(&corrected.pseudo_outcomes, &variables, &weights, &clusters, 9, 0.95).expect("two groups");
    near(between.value, slope.estimates[1].value, 1e-9);
    let (n, c) = (units.len() as f64, slope.n_clusters as f64);
    let correction = ((c / (c - 1.0) * (n - 1.0) / (n - 2.0)) / (c / (c - 1.0))).sqrt();
    near(between.standard_error * correction, slope.estimates[1].standard_error, 1e-9);
}

#[test]
fn a_prediction_does_not_depend_on_the_codings_of_its_fold() {
    let (_, units) = cases().swap_remove(0);
    let options = CorrectOptions::default();
    let before = calibrate(&units, 2, &options);
    assert_eq!(before, calibrate(&units, 2, &options));
    let mut sizes = vec![0; options.folds];
    for (unit, fold) in units.iter().zip(&before.folds) {
        sizes[*fold] += usize::from(unit.code.is_some());
        let same = units.iter().zip(&before.folds).filter(|(other, _)| other.cluster == unit.cluster);
        assert!(same.into_iter().all(|(_, of)| of == fold), "clusters are not divided");
    }
    assert!(sizes.iter().all(|n| (8..=16).contains(n)), "{sizes:?}");
    let mut changed = units.clone();
    for (unit, fold) in changed.iter_mut().zip(&before.folds) {
        if let Some(code) = unit.code.as_mut().filter(|_| *fold == 2) {
            code.value = -code.value;
        }
    }
    let after = calibrate(&changed, 2, &options);
    for ((before, after), fold) in before.predictions.iter().zip(&after.predictions).zip(&before.folds) {
        assert_eq!(before == after, *fold == 2, "fold {fold}");
    }
}

/// Units without noise: the code is a linear function of the prediction. One of `every` units is coded.
fn exact(n: usize, every: usize) -> Vec<Unit> {
    let unit = |at: usize| {
        let prediction = (at % 7) as f64 / 7.0;
        let code = at
            .is_multiple_of(every)
            .then_some(HandCode { value: 2.0 * prediction - 1.0, probability: 1.0 / every as f64 });
        Unit { group: at % 2, cluster: at / 2, weight: 1.0, prediction, code }
    };
    (0..n).map(unit).collect()
}

#[test]
fn a_perfect_prediction_leaves_no_error_of_coding() {
    let units = exact(420, 3);
    let corrected = correct(&units, 2, &CorrectOptions::default()).expect("there are enough codings");
    for (unit, g) in units.iter().zip(&corrected.calibrated.predictions) {
        near(*g, 2.0 * unit.prediction - 1.0, 1e-9);
    }
    let power = corrected.overall.power.expect("there is an estimate");
    near(power.standard_error_of_coding, 0.0, 1e-9);
    assert_eq!(power.codings_to_halve, None, "more codings do not help");
    assert!(power.equivalent_codings > 300.0, "{power:?}");
    near(corrected.overall.lambda.expect("there is an estimate"), 1.0, 1e-9);
}

#[test]
fn useless_predictions_are_left_out() {
    let mut units = exact(6000, 20);
    for unit in &mut units {
        unit.prediction = 0.5;
    }
    let corrected = correct(&units, 2, &CorrectOptions::default()).expect("there are enough codings");
    let of = |estimator| corrected.overall.of(estimator).expect("there is an estimate");
    assert_eq!(corrected.overall.lambda, Some(0.0));
    near(of(Estimator::Ppi).value, of(Estimator::HandCoded).value, 1e-12);
    near(of(Estimator::Ppi).standard_error / of(Estimator::HandCoded).standard_error, 1.0, 0.01);
    let power = corrected.overall.power.expect("there is an estimate");
    let halve = power.codings_to_halve.expect("coding is the only source of variance");
    assert!(
        (4.5..5.0).contains(&(halve / 300.0)),
        "four times as many, and more because the corpus is finite: {halve}"
    );
}

#[test]
fn groups_without_codings_say_why_they_have_no_estimate() {
    let mut units = exact(200, 3);
    for (at, unit) in units.iter_mut().enumerate() {
        unit.group = match at {
            0..=99 => 0,
            100..=119 => 1,
            120..=159 => 2,
            _ => 3,
        };
        match (unit.group, &mut unit.code) {
            (2, Some(code)) => code.value = 0.0,
            (3, _) => unit.cluster = 1000,
            _ => {}
        }
    }
    let corrected = correct(&units, 5, &CorrectOptions::default()).expect("there are enough codings");
    let refusals: Vec<Option<Refusal>> = corrected.groups.iter().map(|group| group.of(Estimator::Dsl).err()).collect();
    let expected = [
        None,
        Some(Refusal::TooFewCodings),
        Some(Refusal::OneValue),
        Some(Refusal::OneCluster),
        Some(Refusal::NoUnits),
    ];
    assert_eq!(refusals, expected);
    assert!(corrected.groups[1].of(Estimator::Raw).is_ok(), "predictions need no codings");
    assert_eq!(corrected.groups[3].of(Estimator::Raw), Err(Refusal::OneCluster));
    let [first, second, ..] = &corrected.groups[..] else { panic!("five groups") };
    assert_eq!(difference(first, second, Estimator::Dsl), Err(Refusal::TooFewCodings));
    assert!(difference(first, second, Estimator::Raw).is_ok());
    let single = &corrected.groups[3];
    assert_eq!(difference(first, single, Estimator::Raw), Err(Refusal::OneCluster), "its variation is unknown");
}

#[test]
fn what_cannot_be_estimated_is_refused() {
    let options = CorrectOptions::default();
    let refuse = |change: &dyn Fn(&mut Vec<Unit>)| {
        let mut units = exact(60, 3);
        change(&mut units);
        correct(&units, 2, &options).expect_err("nothing can be estimated").to_string()
    };
    let code = |value, probability| Some(HandCode { value, probability });
    for (change, part) in [
        (&|units: &mut Vec<Unit>| units.truncate(15), "there are 5 codings; at least 10"),
        (&|units: &mut Vec<Unit>| units.clear(), "there are 0 codings"),
        (&|units: &mut Vec<Unit>| units[3].code = code(1.0, 0.0), "unit 3 was drawn with the probability 0;"),
        (&|units: &mut Vec<Unit>| units[3].code = code(1.0, 1.5), "the probability 1.5; expected a number above 0"),
        (&|units: &mut Vec<Unit>| units[3].code = code(f64::NAN, 0.5), "unit 3 has the code NaN"),
        (&|units: &mut Vec<Unit>| units[4].prediction = f64::INFINITY, "unit 4 has the prediction inf"),
        (
            &|units: &mut Vec<Unit>| units[4].weight = 0.0,
            "unit 4 has the weight 0; expected a finite number above zero",
        ),
        (&|units: &mut Vec<Unit>| units[4].group = 2, "unit 4 is in group 2; expected a number below 2"),
    ] as [(&dyn Fn(&mut Vec<Unit>), &str); 8]
    {
        let found = refuse(change);
        assert!(found.contains(part), "{found}");
    }
    let one_value = refuse(&|units| {
        for unit in units {
            unit.code = unit.code.map(|code| HandCode { value: 1.0, ..code });
        }
    });
    assert!(one_value.contains("all 20 codings are the same"), "{one_value}");
    for (options, part) in [
        (CorrectOptions { confidence_level: 1.0, ..options.clone() }, "confidence_level"),
        (CorrectOptions { folds: 1, ..options.clone() }, "folds"),
        (CorrectOptions { codings_at_least: 1, ..options.clone() }, "codings_at_least"),
    ] {
        let found = correct(&exact(60, 3), 2, &options).expect_err("the option is out of range").to_string();
        assert!(found.starts_with(part), "{found}");
    }
}
