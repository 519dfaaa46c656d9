//! The codes of a researcher's codebook: which code a segment has.
//!
//! **Input:** for each code the vectors of its description and of examples, and the vectors of segments. **Output:** the nearest code
//! of each segment with a probability, and whether it is given. A segment depends on the codes and on its own vector alone.
//! **Refused:** codes without a description, codes with one id, empty examples. **Left to others:** texts and their vectors, files, and
//! the themes that are found without a codebook.
//!
//! A code is the mean of its description, which counts as [`OF_DESCRIPTION`] examples, and of its examples. With fewer than
//! [`LEARNED_FROM`] examples over all codes the segment has the code with the nearest mean. With more, the codes are distinguished
//! by linear discriminant analysis whose covariance is shrunk towards that of a sphere (Friedman 1989): a direction in which
//! examples of one code differ counts less. The codes have equal prior probabilities, so that rare codes are found.
//! Probabilities are a softmax of the scores, whose temperature is chosen by cross-validation (Guo, Pleiss, Sun & Weinberger
//! 2017) or, without enough examples, is `TEMPERATURE`.

use std::collections::BTreeMap;

use nalgebra::{Cholesky, DMatrix};
use ndarray::ArrayView2;
use plenary_corpus::OptionError;
use plenary_corpus::findings::SegmentCode;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Examples for which the description of a code counts.
pub const OF_DESCRIPTION: f64 = 5.0;
/// Minimum number of examples from which codes are learned.
pub const LEARNED_FROM: usize = 30;
/// Maximum number of examples: time grows with their number.
pub const EXAMPLES_AT_MOST: usize = 10_000;
/// Temperature of the cosines without examples. On three sets with 20 to 27 codes the probabilities were then nearest to the
/// shares of right codes.
const TEMPERATURE: f64 = 0.05;
/// The spherical covariance counts for this number of examples per dimension.
const SPHERE: f64 = 2.0;
/// Parts of the examples for the cross-validation.
const FOLDS: usize = 10;
/// Halves of the powers of two that are tried as temperatures.
const TEMPERATURES: std::ops::RangeInclusive<i32> = -4..=12;

/// A code of a researcher's codebook.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThemeCode {
    /// Its name in the tables.
    pub id: String,
    /// Its name for people; empty for the id.
    pub name: String,
    /// What it is about, in the words of the texts.
    pub description: String,
    /// What somebody says who speaks about it.
    pub examples: Vec<String>,
}

impl ThemeCode {
    /// What people call the code.
    pub fn title(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }
}

/// Checks the codes of a study.
pub(super) fn check(codes: &[ThemeCode]) -> Result<(), OptionError> {
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    let mut of_example: BTreeMap<&str, &str> = BTreeMap::new();
    for (at, code) in codes.iter().enumerate() {
        let ThemeCode { id, description, examples, .. } = code;
        let section = if id.is_empty() { (at + 1).to_string() } else { format!("`{id}`") };
        let wrong = |key: &str, found: String, expected: &str| {
            Err(OptionError::new(format!("[[themes.codes]] {section}, {key}"), found, expected))
        };
        if id.is_empty() || id.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return wrong("id", format!("\"{id}\""), "a name without blanks, such as \"housing\"");
        }
        if let Some(first) = ids.insert(id, at + 1) {
            return wrong("id", format!("it at codes {first} and {}", at + 1), "an id of its own for each code");
        }
        if description.trim().is_empty() {
            return wrong("description", "none".into(), "what the code is about, in a sentence");
        }
        for (place, example) in examples.iter().enumerate() {
            if example.trim().is_empty() {
                return wrong("examples", format!("an empty text at place {}", place + 1), "what somebody says");
            }
            if let Some(other) = of_example.insert(example.trim(), id).filter(|other| other != id) {
                let found = format!("\"{}\", which is an example of `{other}` too", example.trim());
                return wrong("examples", found, "each text at one code");
            }
        }
    }
    if codes.len() == 1 {
        let expected = "at least two, such as one for all other subjects: a single code is always the nearest";
        return Err(OptionError::new("[[themes.codes]]", "one code", expected));
    }
    Ok(())
}

/// The vectors of a code, of length 1.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeVectors {
    /// Of its description.
    pub description: Vec<f32>,
    /// Of its examples, in an order that depends on the examples alone.
    pub examples: Vec<Vec<f32>>,
}

/// Gives segments their codes.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeModel {
    /// Shape `[codes][dimensions]`: coefficients of the scores.
    coefficients: Vec<Vec<f64>>,
    /// What is added to the scores.
    offsets: Vec<f64>,
    /// The means, scaled to length 1.
    centres: Vec<Vec<f64>>,
    /// What the scores are divided by.
    temperature: f64,
    /// Whether there were examples enough to learn from.
    is_learned: bool,
}

/// An example with the position of its code.
type Example<'v> = (usize, &'v [f32]);

impl CodeModel {
    /// Learns from the vectors of codes, all of one width.
    pub fn fit(codes: &[CodeVectors]) -> Self {
        let examples: Vec<Example> = codes
            .iter()
            .enumerate()
            .flat_map(|(code, vectors)| vectors.examples.iter().map(move |example| (code, example.as_slice())))
            .collect();
        let descriptions: Vec<&[f32]> = codes.iter().map(|code| code.description.as_slice()).collect();
        let nearest = Self::nearest_mean(&descriptions, &examples);
        if examples.len() < LEARNED_FROM {
            return nearest;
        }
        let Some(learned) = nearest.learned(&descriptions, &examples) else { return nearest };
        let folds: Vec<Vec<(usize, Vec<f64>)>> = (0..FOLDS)
            .into_par_iter()
            .map(|fold| {
                let of = |is_inside: bool| {
                    let chosen = examples.iter().enumerate().filter(move |(at, _)| (at % FOLDS == fold) == is_inside);
                    chosen.map(|(_, example)| *example).collect::<Vec<Example>>()
                };
                let others = of(false);
                let without = Self::nearest_mean(&descriptions, &others);
                let without = without.learned(&descriptions, &others).unwrap_or(without);
                of(true).into_iter().map(|(code, vector)| (code, without.scores(vector))).collect()
            })
            .collect();
        Self { temperature: temperature(folds.iter().flatten()), ..learned }
    }

    /// Whether there were examples enough to learn from.
    pub fn is_learned(&self) -> bool {
        self.is_learned
    }

    /// The nearest code of each of the vectors, shape `[segments, dimensions]`, which have length 1. A code with at least the probability
    /// `floor` is given.
    pub fn assign(&self, vectors: ArrayView2<f32>, floor: f32) -> Vec<SegmentCode> {
        let assign = |vector: &[f32]| {
            let probabilities = softmax(&self.scores(vector), self.temperature);
            let larger = |best: usize, code: usize| if probabilities[code] > probabilities[best] { code } else { best };
            let nearest = (1..probabilities.len()).fold(0, larger);
            let probability = probabilities.get(nearest).map_or(0.0, |p| *p as f32);
            let similarity = self.centres.get(nearest).map_or(0.0, |centre| dot(centre, vector));
            let is_given = probability >= floor && !probabilities.is_empty();
            SegmentCode { nearest, probability, similarity: similarity.clamp(-1.0, 1.0) as f32, is_given }
        };
        let rows: Vec<_> = vectors.rows().into_iter().collect();
        rows.par_iter().map(|row| row.as_slice().map_or_else(|| assign(&row.to_vec()), assign)).collect()
    }

    fn nearest_mean(descriptions: &[&[f32]], examples: &[Example]) -> Self {
        let mut means: Vec<Vec<f64>> = descriptions
            .iter()
            .map(|vector| vector.iter().map(|value| OF_DESCRIPTION * f64::from(*value)).collect())
            .collect();
        let mut n = vec![OF_DESCRIPTION; descriptions.len()];
        for (code, vector) in examples {
            n[*code] += 1.0;
            add(&mut means[*code], vector, 1.0);
        }
        for (mean, n) in means.iter_mut().zip(n) {
            for value in mean {
                *value /= n;
            }
        }
        Self {
            offsets: means.iter().map(|mean| -0.5 * mean.iter().map(|value| value * value).sum::<f64>()).collect(),
            centres: means.iter().map(|mean| scaled(mean)).collect(),
            coefficients: means,
            temperature: TEMPERATURE,
            is_learned: false,
        }
    }

    /// The same means, distinguished with the covariance of the examples around the mean of the examples of their code. `None` if they do
    /// not differ.
    fn learned(&self, descriptions: &[&[f32]], examples: &[Example]) -> Option<Self> {
        let width = descriptions.first()?.len();
        let mut own: BTreeMap<usize, (Vec<f64>, f64)> = BTreeMap::new();
        for (code, vector) in examples {
            let (sum, n) = own.entry(*code).or_insert_with(|| (vec![0.0; width], 0.0));
            add(sum, vector, 1.0);
            *n += 1.0;
        }
        let n = examples.len();
        if n <= own.len() {
            return None;
        }
        let mut covariance = DMatrix::<f64>::zeros(width, width);
        for (code, vector) in examples {
            let (sum, n_own) = &own[code];
            let rest: Vec<f64> = vector.iter().zip(sum).map(|(value, sum)| f64::from(*value) - sum / n_own).collect();
            for (mut column, factor) in covariance.column_iter_mut().zip(&rest) {
                for (cell, value) in column.iter_mut().zip(&rest) {
                    *cell += value * factor;
                }
            }
        }
        covariance /= (n - own.len()) as f64;
        let variance = covariance.diagonal().iter().sum::<f64>() / width as f64;
        let weight = n as f64 / (n as f64 + SPHERE * width as f64);
        covariance *= weight;
        for at in 0..width {
            covariance[(at, at)] += (1.0 - weight) * variance;
        }
        // Positive definite if the examples differ.
        let inverse = Cholesky::new(covariance).filter(|_| variance > 0.0)?;
        let means = DMatrix::from_fn(width, self.coefficients.len(), |at, code| self.coefficients[code][at]);
        let solved = inverse.solve(&means);
        let coefficients: Vec<Vec<f64>> = solved.column_iter().map(|column| column.iter().copied().collect()).collect();
        let offset = |(mean, solved): (&Vec<f64>, &Vec<f64>)| {
            -0.5 * mean.iter().zip(solved).map(|(mean, solved)| mean * solved).sum::<f64>()
        };
        Some(Self {
            offsets: self.coefficients.iter().zip(&coefficients).map(offset).collect(),
            coefficients,
            centres: self.centres.clone(),
            temperature: 1.0,
            is_learned: true,
        })
    }

    fn scores(&self, vector: &[f32]) -> Vec<f64> {
        self.coefficients.iter().zip(&self.offsets).map(|(row, offset)| dot(row, vector) + offset).collect()
    }
}

/// The temperature with the smallest mean of the negative logarithms of the right codes' probabilities; ties go to the lowest.
fn temperature<'s>(scored: impl Iterator<Item = &'s (usize, Vec<f64>)> + Clone) -> f64 {
    let loss = |temperature: f64| {
        scored
            .clone()
            .map(|(code, scores)| -softmax(scores, temperature)[*code].max(f64::MIN_POSITIVE).ln())
            .sum::<f64>()
    };
    let mut best = (f64::INFINITY, 1.0);
    for half in TEMPERATURES {
        let temperature = 2f64.powf(f64::from(half) / 2.0);
        let found = loss(temperature);
        if found < best.0 {
            best = (found, temperature);
        }
    }
    best.1
}

fn softmax(scores: &[f64], temperature: f64) -> Vec<f64> {
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = scores.iter().map(|score| ((score - largest) / temperature).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

fn dot(row: &[f64], vector: &[f32]) -> f64 {
    row.iter().zip(vector).map(|(a, b)| a * f64::from(*b)).sum()
}

fn add(sum: &mut [f64], vector: &[f32], factor: f64) {
    for (sum, value) in sum.iter_mut().zip(vector) {
        *sum += factor * f64::from(*value);
    }
}

/// A vector scaled to length 1; a zero vector stays zero.
fn scaled(vector: &[f64]) -> Vec<f64> {
    let norm = vector.iter().map(|value| value * value).sum::<f64>().sqrt();
    vector.iter().map(|value| if norm > 0.0 { value / norm } else { 0.0 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;
    use rand::rngs::ChaCha8Rng;
    use rand::{RngExt, SeedableRng};

    fn code(id: &str, description: &str, examples: &[&str]) -> ThemeCode {
        let examples = examples.iter().map(|text| (*text).to_owned()).collect();
        ThemeCode { id: id.into(), description: description.into(), examples, ..ThemeCode::default() }
    }

    fn refused(codes: &[ThemeCode]) -> String {
        check(codes).unwrap_err().to_string()
    }

    #[test]
    fn codes_that_cannot_be_used_are_named_with_their_place() {
        let (a, b) = (code("a", "Housing.", &["Rents rise."]), code("b", "Health.", &[]));
        assert!(check(&[]).is_ok() && check(&[a.clone(), b.clone()]).is_ok());
        insta::assert_snapshot!(
            refused(&[a.clone(), a.clone()]),
            @"[[themes.codes]] `a`, id: found it at codes 1 and 2; expected an id of its own for each code"
        );
        assert!(refused(&[a.clone(), code("c", " ", &[])]).contains("[[themes.codes]] `c`, description: found none"));
        assert!(refused(&[a.clone(), code("", "x", &[])]).contains("[[themes.codes]] 2, id"));
        assert!(refused(&[a.clone(), code("two words", "x", &[])]).contains("without blanks"));
        assert!(refused(&[a.clone(), code("c", "x", &["y", ""])]).contains("an empty text at place 2"));
        assert!(refused(&[a.clone(), code("c", "x", &["Rents rise. "])]).contains("an example of `a` too"));
        assert!(refused(&[a]).contains("found one code; expected at least two"));
    }

    /// Vectors around the axis of their code; they differ much in two further directions, which say nothing of the code.
    fn vectors(n: usize, code: usize, seed: u64) -> Vec<Vec<f32>> {
        let mut random = ChaCha8Rng::seed_from_u64(seed + code as u64);
        let vector = |_| {
            let mut raw: Vec<f64> = (0..8)
                .map(|at| match at {
                    at if at == code => 0.5,
                    6 | 7 => random.random_range(-1.0..1.0),
                    _ => random.random_range(-0.1..0.1),
                })
                .collect();
            raw = scaled(&raw);
            raw.into_iter().map(|value| value as f32).collect()
        };
        (0..n).map(vector).collect()
    }

    fn model(n: usize) -> CodeModel {
        let description = |code: usize| {
            // The description of a code also says something of the direction that says nothing.
            let raw: Vec<f64> =
                (0..8).map(|at| if at == code { 1.0 } else { f64::from(u8::from(at == 6)) * 0.8 }).collect();
            scaled(&raw).into_iter().map(|value| value as f32).collect()
        };
        let of = |code| CodeVectors { description: description(code), examples: vectors(n, code, 5) };
        CodeModel::fit(&(0..3).map(of).collect::<Vec<_>>())
    }

    /// How many of 300 other vectors get their code.
    fn n_right(model: &CodeModel) -> usize {
        let mut right = 0;
        for code in 0..3 {
            let rows = vectors(100, code, 77);
            let rows = Array2::from_shape_vec((100, 8), rows.concat()).unwrap();
            for found in model.assign(rows.view(), 0.0) {
                assert!((0.33..=1.0).contains(&found.probability) && found.similarity.abs() <= 1.0, "{found:?}");
                right += usize::from(found.nearest == code);
            }
        }
        right
    }

    #[test]
    fn examples_teach_which_directions_matter() {
        let (few, many) = (model(2), model(40));
        assert!(!few.is_learned() && many.is_learned());
        let (right_few, right_many) = (n_right(&few), n_right(&many));
        assert!(right_many >= right_few && right_many > 290, "{right_few}, then {right_many} of 300");
    }

    #[test]
    fn a_segment_that_no_code_is_nearer_to_than_others_has_none() {
        let axis = |at: usize| (0..8).map(|place| f32::from(u8::from(place == at))).collect::<Vec<f32>>();
        let rows = Array2::from_shape_vec((2, 8), [axis(7), axis(1)].concat()).unwrap();
        let found = model(0).assign(rows.view(), 0.5);
        assert!(!found[0].is_given && (found[0].probability - 1.0 / 3.0).abs() < 1e-6, "{:?}", found[0]);
        assert!(found[1].is_given && found[1].nearest == 1);
        assert!(model(0).assign(rows.view(), 0.0)[0].is_given);
    }

    #[test]
    fn a_segment_depends_on_its_own_vector_alone() {
        let model = model(40);
        let rows = vectors(5, 1, 3);
        let all = model.assign(Array2::from_shape_vec((5, 8), rows.concat()).unwrap().view(), 0.3);
        for (row, together) in rows.iter().zip(all) {
            let alone = model.assign(Array2::from_shape_vec((1, 8), row.clone()).unwrap().view(), 0.3);
            assert_eq!(alone, [together]);
        }
    }

    #[test]
    fn examples_that_do_not_differ_teach_nothing() {
        let same = |code: usize| {
            let vector: Vec<f32> = (0..4).map(|at| f32::from(u8::from(at == code))).collect();
            CodeVectors { description: vector.clone(), examples: vec![vector; 40] }
        };
        let model = CodeModel::fit(&[same(0), same(1)]);
        assert!(!model.is_learned());
        let found = model.assign(Array2::from_shape_vec((1, 4), vec![0.0, 1.0, 0.0, 0.0]).unwrap().view(), 0.5);
        assert!(found[0].nearest == 1 && found[0].is_given && (found[0].similarity - 1.0).abs() < 1e-6);
    }
}
