//! Predictions on the scale of the codes, by models that have not seen the cluster of the unit.
//!
//! **Input:** units. **Output:** a calibrated prediction for each. **Refused:** nothing: where codings do not suffice for a part of
//! the model, that part is left out. **Left to others:** the correction, which is valid for any prediction; a better one makes it
//! more precise.

use std::collections::BTreeMap;

use rand::seq::SliceRandom;

use super::{CorrectOptions, Unit};
use crate::draws::stream_of;

/// Number of codings by which the offset of a group is pulled towards zero: a group with as many codings gets half of it.
const SHRINKAGE: f64 = 5.0;

/// Calibrated predictions.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibrated {
    /// One per unit.
    pub predictions: Vec<f64>,
    /// The fold of each unit; its prediction is that of a model fitted on the codings of the other folds.
    pub folds: Vec<usize>,
}

/// A linear model of the code: `intercept + slope * prediction + offset of the group`.
struct Model {
    intercept: f64,
    slope: f64,
    offsets: Vec<f64>,
}

/// Calibrates the predictions of the units. Clusters are assigned to folds at random, such that the folds have about equal numbers of
/// codings. For each fold a linear model is fitted on the codings of the other folds, by least squares with weights `weight /
/// probability`. Group offsets are mean residuals, multiplied by `n / (n + 5)` for `n` codings of the group.
pub fn calibrate(units: &[Unit], n_groups: usize, options: &CorrectOptions) -> Calibrated {
    let mut n_coded: BTreeMap<usize, usize> = BTreeMap::new();
    for unit in units {
        *n_coded.entry(unit.cluster).or_default() += usize::from(unit.code.is_some());
    }
    let mut clusters: Vec<usize> = n_coded.keys().copied().collect();
    clusters.shuffle(&mut stream_of(options.seed, &["correct", "folds"]));
    // Large clusters first; the order of equal ones is random, because the sort is stable.
    clusters.sort_by_key(|cluster| std::cmp::Reverse(n_coded[cluster]));
    let mut fold_of: BTreeMap<usize, usize> = BTreeMap::new();
    let mut sizes = vec![(0, 0); options.folds];
    for cluster in clusters {
        let fold = (0..options.folds).min_by_key(|fold| sizes[*fold]).unwrap_or_default();
        sizes[fold].0 += n_coded[&cluster];
        sizes[fold].1 += 1;
        fold_of.insert(cluster, fold);
    }
    let folds: Vec<usize> = units.iter().map(|unit| fold_of[&unit.cluster]).collect();
    let models: Vec<Model> = (0..options.folds)
        .map(|fold| {
            let others = units.iter().zip(&folds).filter(|(_, of)| **of != fold);
            Model::fit(others.map(|(unit, _)| unit), n_groups)
        })
        .collect();
    let predictions = units.iter().zip(&folds).map(|(unit, fold)| models[*fold].predict(unit)).collect();
    Calibrated { predictions, folds }
}

impl Model {
    fn fit<'u>(units: impl Iterator<Item = &'u Unit>, n_groups: usize) -> Self {
        // Weight, prediction, code and group of each coding.
        let coded: Vec<(f64, f64, f64, usize)> = units
            .filter_map(|unit| {
                let code = unit.code?;
                Some((unit.weight / code.probability, unit.prediction, code.value, unit.group))
            })
            .collect();
        let total: f64 = coded.iter().map(|(weight, ..)| weight).sum();
        if total <= 0.0 {
            // Nothing is known: the prediction is used as it is.
            return Self { intercept: 0.0, slope: 1.0, offsets: vec![0.0; n_groups] };
        }
        let mean_x = coded.iter().map(|(weight, x, ..)| weight * x).sum::<f64>() / total;
        let mean_y = coded.iter().map(|(weight, _, y, _)| weight * y).sum::<f64>() / total;
        let squares = coded.iter().map(|(weight, x, ..)| weight * (x - mean_x).powi(2)).sum::<f64>() / total;
        let products = coded.iter().map(|(weight, x, y, _)| weight * (x - mean_x) * (y - mean_y)).sum::<f64>() / total;
        let slope = if squares > 1e-12 { products / squares } else { 0.0 };
        let intercept = mean_y - slope * mean_x;
        let (mut sums, mut weights, mut counts) = (vec![0.0; n_groups], vec![0.0; n_groups], vec![0.0; n_groups]);
        for (weight, x, y, group) in &coded {
            sums[*group] += weight * (y - intercept - slope * x);
            weights[*group] += weight;
            counts[*group] += 1.0;
        }
        let offset = |group: usize| {
            if counts[group] > 0.0 {
                sums[group] / weights[group] * counts[group] / (counts[group] + SHRINKAGE)
            } else {
                0.0
            }
        };
        Self { intercept, slope, offsets: (0..n_groups).map(offset).collect() }
    }

    fn predict(&self, unit: &Unit) -> f64 {
        self.intercept + self.slope * unit.prediction + self.offsets[unit.group]
    }
}
