//! Blocks of numbers to one row of comparable features.
//!
//! **Input:** rows of blocks, such as a vector of a text and the logits of a model. **Output:** a [`Standardiser`], which
//! centres each block over the corpus, scales it to mean squared norm 1, multiplies it by the block's weight and joins the
//! blocks. The features of a row depend on the row and the standardiser alone. **Refused:** rows whose blocks have other
//! widths. **Left to others:** where the numbers come from.

use serde::{Deserialize, Serialize};

/// Name, width and weight of a block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Name, for people and for files.
    pub name: String,
    /// Number of numbers.
    pub width: usize,
    /// Weight of the block among the others.
    pub weight: f64,
}

/// The blocks of a unit, in the order of the standardiser's; `None` for a block that the unit does not have. Such a block
/// counts as the corpus's mean.
pub type Row = Vec<Option<Vec<f64>>>;

/// Means and spread of the blocks over a corpus, collected row by row.
#[derive(Debug, Clone)]
pub struct Moments {
    blocks: Vec<Block>,
    n: Vec<u64>,
    sums: Vec<Vec<f64>>,
    squares: Vec<f64>,
}

impl Moments {
    /// No rows yet.
    pub fn new(blocks: Vec<Block>) -> Self {
        let sums = blocks.iter().map(|block| vec![0.0; block.width]).collect();
        Self { n: vec![0; blocks.len()], squares: vec![0.0; blocks.len()], sums, blocks }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`ShapeError`] if the row has other blocks.
    pub fn add(&mut self, row: &Row) -> Result<(), ShapeError> {
        check(&self.blocks, row)?;
        for (at, values) in row.iter().enumerate() {
            let Some(values) = values else { continue };
            self.n[at] += 1;
            self.squares[at] += values.iter().map(|value| value * value).sum::<f64>();
            for (sum, value) in self.sums[at].iter_mut().zip(values) {
                *sum += value;
            }
        }
        Ok(())
    }

    /// The standardiser for the corpus whose rows were added. A block that is the same in all rows gets the scale 0.
    pub fn finish(self) -> Standardiser {
        let blocks = self.blocks.into_iter().zip(self.n).zip(self.sums.into_iter().zip(self.squares));
        let scaled = blocks.map(|((block, n), (sum, squares))| {
            let n = n.max(1) as f64;
            let mean: Vec<f64> = sum.iter().map(|sum| sum / n).collect();
            let of_mean: f64 = mean.iter().map(|mean| mean * mean).sum();
            let spread = squares / n - of_mean;
            // A difference of equal numbers is rounding.
            let scale = if spread > 1e-12 * (squares / n) { block.weight / spread.sqrt() } else { 0.0 };
            ScaledBlock { block, mean, scale }
        });
        Standardiser { blocks: scaled.collect() }
    }
}

/// A block with its mean over the corpus and the factor that its centred numbers are multiplied by.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaledBlock {
    /// The block.
    pub block: Block,
    /// Mean of each number over the corpus.
    pub mean: Vec<f64>,
    /// Weight of the block, divided by the root of the mean squared norm of its centred rows.
    pub scale: f64,
}

/// Rows of blocks to rows of features.
#[derive(Debug, Clone, PartialEq)]
pub struct Standardiser {
    /// The blocks, in the order of a row's.
    pub blocks: Vec<ScaledBlock>,
}

impl Standardiser {
    /// Number of features.
    pub fn width(&self) -> usize {
        self.blocks.iter().map(|block| block.mean.len()).sum()
    }

    /// The features of a row.
    ///
    /// # Errors
    /// [`ShapeError`] if the row has other blocks.
    pub fn features(&self, row: &Row) -> Result<Vec<f64>, ShapeError> {
        check_row(self.blocks.iter().map(|scaled| &scaled.block), row)?;
        let mut features = Vec::with_capacity(self.width());
        for (block, values) in self.blocks.iter().zip(row) {
            match values {
                Some(values) => {
                    features.extend(values.iter().zip(&block.mean).map(|(value, mean)| (value - mean) * block.scale));
                }
                None => features.extend(std::iter::repeat_n(0.0, block.mean.len())),
            }
        }
        Ok(features)
    }
}

/// A row does not have the blocks that are expected.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("features: {found}; expected {expected}")]
pub struct ShapeError {
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

fn check(blocks: &[Block], row: &Row) -> Result<(), ShapeError> {
    check_row(blocks.iter(), row)
}

fn check_row<'b>(blocks: impl ExactSizeIterator<Item = &'b Block>, row: &Row) -> Result<(), ShapeError> {
    let wrong = |found: String, expected: String| Err(ShapeError { found, expected });
    if blocks.len() != row.len() {
        return wrong(format!("{} blocks", row.len()), format!("{} blocks", blocks.len()));
    }
    for (block, values) in blocks.zip(row) {
        let Some(values) = values else { continue };
        if values.len() != block.width {
            return wrong(
                format!("{} numbers in the block `{}`", values.len(), block.name),
                format!("{} numbers", block.width),
            );
        }
        if values.iter().any(|value| !value.is_finite()) {
            return wrong(
                format!("a number in the block `{}` that is not finite", block.name),
                "finite numbers".into(),
            );
        }
    }
    Ok(())
}

/// Logarithms of probabilities less their mean: the logits of a softmax, up to a constant. Probabilities under 1e-6 count
/// as 1e-6.
pub fn logits<const N: usize>(probabilities: [f32; N]) -> [f64; N] {
    let logs = probabilities.map(|p| f64::from(p).max(1e-6).ln());
    let mean = logs.iter().sum::<f64>() / N as f64;
    logs.map(|log| log - mean)
}

/// The mean over the other members of a group, given the sum over all and the row's own values; `None` if the row is
/// alone.
pub fn mean_of_others(sum: &[f64], n: usize, own: &[f64]) -> Option<Vec<f64>> {
    (n > 1).then(|| sum.iter().zip(own).map(|(sum, own)| (sum - own) / (n - 1) as f64).collect())
}
