use serde::Deserialize;

use super::features::{Block, Moments, Row, Standardiser};
use super::*;

#[derive(Deserialize)]
struct Case {
    block_weights: Vec<f64>,
    n_classes: usize,
    rows: Vec<Row>,
    classes: Vec<usize>,
    weights: Vec<f64>,
    penalty: f64,
    scores: Vec<Vec<f64>>,
    probabilities: Vec<Vec<f64>>,
    labels: Vec<usize>,
    left_out: Vec<Vec<f64>>,
    left_out_labels: Vec<usize>,
}

impl Case {
    fn all() -> Vec<Case> {
        serde_json::from_str(include_str!("reference.json")).unwrap()
    }

    fn standardiser(&self) -> Standardiser {
        let width = |at: usize| self.rows.iter().find_map(|row| row[at].as_ref()).unwrap().len();
        let blocks = self.block_weights.iter().enumerate().map(|(at, weight)| Block {
            name: format!("block {at}"),
            width: width(at),
            weight: *weight,
        });
        let mut moments = Moments::new(blocks.collect());
        for row in &self.rows {
            moments.add(row).unwrap();
        }
        moments.finish()
    }

    fn training(&self) -> Vec<TrainingRow> {
        let rows = self.rows.iter().zip(self.classes.iter().zip(&self.weights));
        rows.map(|(blocks, (class, weight))| TrainingRow { blocks: blocks.clone(), class: *class, weight: *weight })
            .collect()
    }

    fn names(&self) -> Vec<String> {
        (0..self.n_classes).map(|class| format!("class {class}")).collect()
    }

    fn fit(&self) -> Fitted {
        fit(self.standardiser(), &self.training(), &self.names(), 1).unwrap()
    }
}

fn close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-6, "{found} instead of {expected}");
    }
}

#[test]
fn scores_and_probabilities_are_those_of_the_reference() {
    for case in Case::all() {
        let fitted = case.fit();
        assert!((fitted.head.penalty - case.penalty).abs() < 1e-9 * case.penalty);
        let new = &case.rows[case.classes.len()..];
        for (at, row) in new.iter().enumerate() {
            close(&fitted.head.scores(row).unwrap(), &case.scores[at]);
            let prediction = fitted.head.predict(row).unwrap();
            close(&prediction.probabilities, &case.probabilities[at]);
            assert_eq!(prediction.label, case.labels[at]);
        }
        for (at, prediction) in fitted.left_out.iter().enumerate() {
            close(&prediction.probabilities, &case.left_out[at]);
            assert_eq!(prediction.label, case.left_out_labels[at]);
        }
    }
}

/// The formula of the leave-one-out scores against regressions that leave the row out.
#[test]
fn leave_one_out_scores_are_those_of_heads_without_the_row() {
    use nalgebra::{DMatrix, DVector};
    let case = &Case::all()[1];
    let standardiser = case.standardiser();
    let n = case.classes.len();
    let features: Vec<Vec<f64>> = case.rows[..n].iter().map(|row| standardiser.features(row).unwrap()).collect();
    let width = standardiser.width();
    let x = |of: &[usize]| DMatrix::from_fn(of.len(), width, |i, j| features[of[i]][j]);
    let y = |of: &[usize]| DMatrix::from_fn(of.len(), 2, |i, k| f64::from(u8::from(case.classes[of[i]] == k)));
    let w = |of: &[usize]| DVector::from_fn(of.len(), |i, _| case.weights[of[i]]);
    let all: Vec<usize> = (0..n).collect();
    let whole = ridge::ridge(&ridge::product(&x(&all), &x(&all).transpose()), &y(&all), &w(&all)).unwrap();
    for left_out in [0, 7, n - 1] {
        let others: Vec<usize> = all.iter().copied().filter(|at| *at != left_out).collect();
        // Weighted ridge regression with an intercept in its primal form.
        let (x, y, w) = (x(&others), y(&others), w(&others));
        let total = w.sum();
        let mean_x = x.transpose() * &w / total;
        let mean_y = y.transpose() * &w / total;
        let centred = DMatrix::from_fn(others.len(), width, |i, j| x[(i, j)] - mean_x[j]);
        let of_y = DMatrix::from_fn(others.len(), 2, |i, k| y[(i, k)] - mean_y[k]);
        let weighted = DMatrix::from_fn(others.len(), width, |i, j| centred[(i, j)] * w[i]);
        let gram = weighted.transpose() * &centred + DMatrix::identity(width, width) * whole.penalty;
        let beta = gram.lu().solve(&(weighted.transpose() * of_y)).unwrap();
        let own = DVector::from_fn(width, |j, _| features[left_out][j] - mean_x[j]);
        let scores = beta.transpose() * own;
        close(&[whole.loo[(left_out, 0)], whole.loo[(left_out, 1)]], &[scores[0], scores[1]]);
    }
}

#[test]
fn weights_count_by_their_ratios_and_fits_repeat_bit_by_bit() {
    let case = &Case::all()[1];
    let fitted = case.fit();
    assert_eq!(fitted, case.fit());
    let mut doubled = case.training();
    for row in &mut doubled {
        row.weight *= 2.0;
    }
    assert_eq!(fit(case.standardiser(), &doubled, &case.names(), 1).unwrap(), fitted);
    let mut unweighted = case.training();
    for row in &mut unweighted {
        row.weight = 1.0;
    }
    assert_ne!(fit(case.standardiser(), &unweighted, &case.names(), 1).unwrap().head, fitted.head);
}

/// Codes without any relation to the numbers: the quality must not look better than chance. The scores of the row left out
/// would show its class if the mean of the others were not taken off.
#[test]
fn codes_at_random_have_the_quality_of_chance() {
    use rand::rngs::ChaCha8Rng;
    use rand::{RngExt, SeedableRng};
    let mut accuracies = Vec::new();
    for seed in 0..10 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut moments = Moments::new(vec![Block { name: "noise".into(), width: 100, weight: 1.0 }]);
        let mut training = Vec::new();
        for _ in 0..60 {
            let blocks: Row = vec![Some((0..100).map(|_| random.random_range(-1.0..1.0)).collect())];
            moments.add(&blocks).unwrap();
            training.push(TrainingRow { blocks, class: random.random_range(0..3), weight: 1.0 });
        }
        let classes = ["a", "b", "c"].map(String::from);
        accuracies.push(fit(moments.finish(), &training, &classes, 1).unwrap().quality.accuracy);
    }
    let mean = accuracies.iter().sum::<f64>() / 10.0;
    assert!(mean < 0.42, "{accuracies:?}");
}

#[test]
fn quality_counts_codes_and_warns() {
    let case = &Case::all()[0];
    let quality = case.fit().quality;
    assert_eq!(quality.n_codes, 40);
    assert_eq!(quality.n_of_class.iter().sum::<usize>(), 40);
    assert_eq!(quality.confusion.iter().flatten().sum::<usize>(), 40);
    for (of_class, row) in quality.n_of_class.iter().zip(&quality.confusion) {
        assert_eq!(row.iter().sum::<usize>(), *of_class);
    }
    let right: usize = (0..3).map(|class| quality.confusion[class][class]).sum();
    close(&[quality.accuracy], &[right as f64 / 40.0]);
    let sizes: Vec<usize> = quality.learning_curve.iter().map(|point| point.n_codes).collect();
    assert_eq!(sizes, [30, 40]);
    assert!(quality.warnings.contains(&Warning::FewCodes { n: 40 }));
    assert!(quality.calibration_error > 0.0 && quality.calibration_error < 1.0);
}

#[test]
fn too_few_codes_one_class_and_wrong_weights_are_refused() {
    let case = &Case::all()[0];
    let (standardiser, training, names) = (case.standardiser(), case.training(), case.names());
    let refused = |rows: &[TrainingRow]| fit(standardiser.clone(), rows, &names, 1).unwrap_err();
    assert_eq!(refused(&training[..29]), HeadError::FewCodes { n: 29 });
    let mut rows = training.clone();
    for row in &mut rows {
        row.class = 1;
    }
    assert_eq!(refused(&rows), HeadError::OneClass { class: "class 1".into() });
    let mut rows = training.clone();
    rows[3].weight = 0.0;
    assert_eq!(refused(&rows), HeadError::Weight { weight: 0.0 });
    let mut rows = training.clone();
    rows[3].class = 3;
    assert_eq!(refused(&rows), HeadError::Class { class: 3, n_classes: 3 });
    let mut rows = training.clone();
    rows[3].blocks[0] = Some(vec![1.0]);
    assert!(refused(&rows).to_string().contains("1 numbers in the block `block 0`; expected 4 numbers"));
    let mut rows = training;
    rows[3].blocks[0] = Some(vec![f64::NAN; 4]);
    assert!(refused(&rows).to_string().contains("not finite"));
}

#[test]
fn a_class_without_codes_is_left_out() {
    let case = &Case::all()[1];
    let names = ["a", "never", "b"].map(String::from);
    let mut rows = case.training();
    for row in &mut rows {
        row.class *= 2;
    }
    let fitted = fit(case.standardiser(), &rows, &names, 1).unwrap();
    assert_eq!(fitted.head.classes, ["a", "b"]);
    assert_eq!(fitted.head.coefficients, case.fit().head.coefficients);
}

#[test]
fn a_block_that_never_varies_has_no_influence() {
    let mut moments = Moments::new(vec![Block { name: "same".into(), width: 2, weight: 1.0 }]);
    for _ in 0..3 {
        moments.add(&vec![Some(vec![0.1, 0.7])]).unwrap();
    }
    let standardiser = moments.finish();
    assert_eq!(standardiser.features(&vec![Some(vec![5.0, 5.0])]).unwrap(), [0.0, 0.0]);
    assert_eq!(standardiser.features(&vec![None]).unwrap(), [0.0, 0.0]);
}

#[test]
fn logits_sum_to_zero_and_means_leave_the_unit_out() {
    let found = features::logits([0.5, 0.25, 0.25]);
    close(&[found.iter().sum::<f64>(), found[0] - found[1]], &[0.0, 2f64.ln()]);
    assert!(features::logits([1.0, 0.0, 0.0]).iter().all(|logit| logit.is_finite()));
    assert_eq!(features::mean_of_others(&[6.0], 3, &[2.0]), Some(vec![2.0]));
    assert_eq!(features::mean_of_others(&[2.0], 1, &[2.0]), None);
}
