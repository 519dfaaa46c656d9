//! What was measured of a unit, as blocks of features.
//!
//! **Input:** the vector of a unit, that of its turn, its tone, and for a target its inference and the vector of the proposition.
//! **Output:** a [`Row`] of the blocks that a [`Plan`] names. **Refused:** units without a measurement that the plan needs.
//! **Left to others:** measuring.

use plenary_corpus::findings::Inference;
use serde::{Deserialize, Serialize};

use super::features::{Block, Row, ShapeError, logits, mean_of_others};

/// Weight of the blocks of vectors; of inference and tone; of the cosine of unit and proposition.
const WEIGHTS: (f64, f64, f64) = (1.0, 0.5, 0.1);

/// Which blocks the units of a head have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Width of the vectors.
    pub dimensions: usize,
    /// Whether tone is a block.
    pub sentiment: bool,
    /// Whether inference and the cosine with the proposition are blocks: the head is about targets.
    pub of_targets: bool,
    /// Whether inference on the negation is part of the block.
    pub negation: bool,
    /// Whether the proposition's vector and its product with the unit's, number by number, are blocks: several targets share the
    /// head.
    pub shared: bool,
}

/// What was measured of a unit.
#[derive(Debug, Clone, Copy)]
pub struct Unit<'u> {
    /// The unit's vector, of length 1.
    pub vector: &'u [f32],
    /// Mean vector of the other units of its turn; `None` if it is the only one.
    pub turn: Option<&'u [f64]>,
    /// Probabilities of the tones: negative, neutral, positive.
    pub sentiment: Option<[f32; 3]>,
    /// The inference on the proposition of the target and on its negation.
    pub inference: Option<(Inference, Option<Inference>)>,
    /// Vector of the proposition, of length 1.
    pub proposition: Option<&'u [f32]>,
}

impl Plan {
    /// The blocks, in the order of a row's.
    pub fn blocks(&self) -> Vec<Block> {
        let (vectors, models, cosine) = WEIGHTS;
        let block = |name: &str, width: usize, weight: f64| Block { name: name.into(), width, weight };
        let mut blocks = vec![block("vector", self.dimensions, vectors), block("turn", self.dimensions, vectors)];
        if self.sentiment {
            blocks.push(block("sentiment", 3, models));
        }
        if self.of_targets {
            blocks.push(block("inference", if self.negation { 12 } else { 6 }, models));
            blocks.push(block("cosine", 1, cosine));
        }
        if self.shared {
            blocks.push(block("product", self.dimensions, vectors));
            blocks.push(block("proposition", self.dimensions, vectors));
        }
        blocks
    }

    /// The blocks of a unit.
    ///
    /// # Errors
    /// [`ShapeError`] if the unit lacks a measurement that the plan names.
    pub fn row(&self, unit: &Unit) -> Result<Row, ShapeError> {
        let missing = |what: &str| ShapeError {
            found: format!("a unit without {what}"),
            expected: format!("{what}, as when the head was learned"),
        };
        let mut row = vec![Some(doubles(unit.vector)), unit.turn.map(<[f64]>::to_vec)];
        if self.sentiment {
            row.push(Some(logits(unit.sentiment.ok_or_else(|| missing("its tone"))?).to_vec()));
        }
        if self.of_targets {
            let (proposition, negation) = unit.inference.ok_or_else(|| missing("inference on the proposition"))?;
            let mut numbers = of_inference(proposition);
            if self.negation {
                numbers.extend(of_inference(negation.ok_or_else(|| missing("inference on the negation"))?));
            }
            row.push(Some(numbers));
        }
        if self.of_targets || self.shared {
            let proposition = unit.proposition.ok_or_else(|| missing("the vector of the proposition"))?;
            if proposition.len() != unit.vector.len() {
                return Err(ShapeError {
                    found: format!(
                        "a vector of {} numbers beside a proposition's of {}",
                        unit.vector.len(),
                        proposition.len()
                    ),
                    expected: "vectors of one model".into(),
                });
            }
            let product: Vec<f64> =
                unit.vector.iter().zip(proposition).map(|(a, b)| f64::from(*a) * f64::from(*b)).collect();
            if self.of_targets {
                row.push(Some(vec![product.iter().sum()]));
            }
            if self.shared {
                row.push(Some(product));
                row.push(Some(doubles(proposition)));
            }
        }
        Ok(row)
    }
}

/// For each vector of a turn the mean of the others; `None` if it is the only one. Sums are in the order of the turn.
pub fn turn_means<'v>(vectors: impl Iterator<Item = &'v [f32]> + Clone) -> Vec<Option<Vec<f64>>> {
    let mut sum: Vec<f64> = Vec::new();
    let mut n = 0;
    for vector in vectors.clone() {
        n += 1;
        sum.resize(vector.len(), 0.0);
        for (sum, value) in sum.iter_mut().zip(vector) {
            *sum += f64::from(*value);
        }
    }
    vectors
        .map(|vector| {
            let own: Vec<f64> = vector.iter().copied().map(f64::from).collect();
            mean_of_others(&sum, n, &own)
        })
        .collect()
}

fn of_inference(inference: Inference) -> Vec<f64> {
    let Inference { entailment, neutral, contradiction } = inference;
    let probabilities = [entailment, neutral, contradiction];
    logits(probabilities).into_iter().chain(probabilities.map(f64::from)).collect()
}

fn doubles(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().copied().map(f64::from).collect()
}
