//! The layout of weights in memory, made once when a model is loaded.
//!
//! **Input**: weights row by row. **Output**: packed weights, which the kernels read in order. A linear layer's weights
//! `[inputs, outputs]` become panels of 16 outputs. A panel is a row of blocks of 64 bytes (one cache line, one 512-bit
//! or two 256-bit registers), one block for every 4 inputs; in a block the 4 weights of an output are adjacent, as
//! `vpmaddubsw` and `vpdpbusd` require. The blocks are in the order of the inputs ([`Order::Inputs`]). For AVX2 they are in pairs
//! instead ([`Order::Pairs`]), two blocks to a step:
//!
//! ```text
//!                 step 0 of a panel                                                step 1
//!             block of inputs 0..4                     block of inputs 20..24
//!           | w00 w10 w20 w30 | w01 w11 w21 w31 | .. || w200 w210 w220 w230 | .. || ...
//!             output 0          output 1          16     output 0             16
//! positions:  0                                        20
//! ```
//!
//! The two blocks of a pair are chosen so that their sums of products fit into 16 bits together ([`Sizes::fit`]): AVX2
//! then widens to 32 bits once per step instead of once per block, which would take half the time of its multipliers. The
//! inputs of each step are listed in `positions`, panel by panel.
//!
//! Activations are unsigned bytes around 128, so that each sum is too large by 128 times the sum of its column; the sums
//! therefore start at minus that number.

use super::form::NotThisForm;

/// The order of the blocks of a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// That of the inputs.
    Inputs,
    /// In steps whose sums of products fit into 16 bits.
    Pairs,
}

/// Number of outputs of a panel.
pub(crate) const PANEL: usize = 16;
/// Number of inputs of a block.
pub(crate) const GROUP: usize = 4;

/// The weights of 4 inputs for 16 outputs.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Block(pub [i8; PANEL * GROUP]);

/// A linear layer on quantised rows: `y = (integer sum) * scale of the column * scale of the row + bias`.
///
/// Invariants that the kernels rely on: there are as many positions as steps, and each position plus 4 is at most `inputs`.
pub(crate) struct Linear {
    inputs: usize,
    outputs: usize,
    steps: Vec<[Block; 2]>,
    positions: Vec<[u16; 2]>,
    /// End of the steps of each panel.
    ends: Vec<usize>,
    start: Vec<i32>,
    scale: Vec<f32>,
    bias: Vec<f32>,
}

/// 16 outputs of a linear layer.
#[derive(Clone, Copy)]
pub(crate) struct Panel<'a> {
    /// As in the layer, with the same invariants.
    inputs: usize,
    steps: &'a [[Block; 2]],
    positions: &'a [[u16; 2]],
    /// Initial value of the integer sum of each output: -128 times the sum of its weights.
    pub start: &'a [i32; PANEL],
    pub scale: &'a [f32; PANEL],
    pub bias: &'a [f32; PANEL],
}

impl<'a> Panel<'a> {
    #[inline(always)]
    pub(crate) fn inputs(&self) -> usize {
        self.inputs
    }

    /// The blocks one after the other; in [`Order::Inputs`] each has the next [`GROUP`] inputs.
    #[inline(always)]
    pub(crate) fn blocks(&self) -> &'a [Block] {
        self.steps.as_flattened()
    }

    /// Pairs of blocks, and the first input of each: plus 4 it is at most `inputs`.
    #[inline(always)]
    pub(crate) fn steps(&self) -> impl Iterator<Item = (&[Block; 2], [usize; 2])> {
        self.steps.iter().zip(self.positions).map(|(step, position)| (step, position.map(usize::from)))
    }
}

impl Linear {
    /// From the weights `[inputs, outputs]`, row by row. Sizes that are not multiples of 16, and pairs of weights whose
    /// products with two bytes could exceed 16 bits, are refused.
    pub(crate) fn pack(
        weights: &[i8],
        [inputs, outputs]: [usize; 2],
        scale: Vec<f32>,
        bias: Vec<f32>,
        order: Order,
    ) -> Result<Self, NotThisForm> {
        let whole = |n: usize| n > 0 && n.is_multiple_of(PANEL) && u16::try_from(n).is_ok();
        let fits = [scale.len(), bias.len()] == [outputs; 2] && Some(weights.len()) == inputs.checked_mul(outputs);
        if !whole(inputs) || !whole(outputs) || !fits {
            return Err(NotThisForm(format!("a linear layer of {inputs} x {outputs} inputs and outputs")));
        }
        let n_steps = weights.len() / (PANEL * GROUP * 2);
        let mut layer = Self {
            inputs,
            outputs,
            steps: Vec::with_capacity(n_steps),
            positions: Vec::with_capacity(n_steps),
            ends: Vec::with_capacity(outputs / PANEL),
            start: Vec::with_capacity(outputs),
            scale,
            bias,
        };
        for panel in 0..outputs / PANEL {
            let mut blocks = Vec::with_capacity(inputs / GROUP);
            let mut sums = [0; PANEL];
            for (group, rows) in weights.chunks_exact(GROUP * outputs).enumerate() {
                let rows: [&[i8; PANEL]; GROUP] =
                    std::array::from_fn(|i| &rows[i * outputs + panel * PANEL..].as_chunks().0[0]);
                let block: [i8; PANEL * GROUP] = std::array::from_fn(|i| rows[i % GROUP][i / GROUP]);
                for (column, sum) in sums.iter_mut().enumerate() {
                    *sum += rows.iter().map(|row| i32::from(row[column])).sum::<i32>();
                }
                blocks.push((group * GROUP, Block(block), Sizes::of(&block)));
            }
            if let Some((input, ..)) = blocks.iter().find(|(_, _, sizes)| !sizes.fit(&Sizes::NONE)) {
                return Err(NotThisForm(format!("two weights too large for 16 bits, at the input {input}")));
            }
            match order {
                Order::Inputs => layer.add_in_order(&blocks),
                Order::Pairs => layer.add_in_pairs(blocks),
            }
            layer.start.extend(sums.map(|sum| -128 * sum));
        }
        Ok(layer)
    }

    /// Two blocks after one another make a step; their number is even, because the inputs are a multiple of 16.
    fn add_in_order(&mut self, blocks: &[(usize, Block, Sizes)]) {
        for [(position, block, _), (other_position, other, _)] in blocks.as_chunks().0 {
            self.steps.push([*block, *other]);
            // Positions are below `inputs`, which fits.
            self.positions.push([*position as u16, *other_position as u16]);
        }
        self.ends.push(self.steps.len());
    }

    /// Pairs the blocks, the largest first; a block without a partner is paired with zeros.
    fn add_in_pairs(&mut self, mut blocks: Vec<(usize, Block, Sizes)>) {
        blocks.sort_by_cached_key(|(position, _, sizes)| (std::cmp::Reverse(sizes.squares()), *position));
        let mut taken = vec![false; blocks.len()];
        for (i, (position, block, sizes)) in blocks.iter().enumerate() {
            if taken[i] {
                continue;
            }
            let partner = (i + 1..blocks.len()).find(|&j| !taken[j] && sizes.fit(&blocks[j].2));
            let (other_position, other) = match partner {
                Some(j) => {
                    taken[j] = true;
                    (blocks[j].0, blocks[j].1)
                }
                None => (0, Block([0; PANEL * GROUP])),
            };
            self.steps.push([*block, other]);
            // Positions are below `inputs`, which fits.
            self.positions.push([*position as u16, other_position as u16]);
        }
        self.ends.push(self.steps.len());
    }

    /// Adds the outputs of another layer on the same inputs.
    pub(crate) fn append(&mut self, other: Self) -> Result<(), NotThisForm> {
        if other.inputs != self.inputs {
            return Err(NotThisForm(format!("layers of {} and {} inputs on one row", self.inputs, other.inputs)));
        }
        self.outputs += other.outputs;
        self.ends.extend(other.ends.iter().map(|end| self.steps.len() + end));
        self.steps.extend(other.steps);
        self.positions.extend(other.positions);
        self.start.extend(other.start);
        self.scale.extend(other.scale);
        self.bias.extend(other.bias);
        Ok(())
    }

    #[inline(always)]
    pub(crate) fn inputs(&self) -> usize {
        self.inputs
    }

    #[inline(always)]
    pub(crate) fn outputs(&self) -> usize {
        self.outputs
    }

    /// The outputs from `PANEL * number`.
    #[inline(always)]
    pub(crate) fn panel(&self, number: usize) -> Panel<'_> {
        let steps = if number == 0 { 0 } else { self.ends[number - 1] }..self.ends[number];
        Panel {
            inputs: self.inputs,
            steps: &self.steps[steps.clone()],
            positions: &self.positions[steps],
            start: &self.start.as_chunks().0[number],
            scale: &self.scale.as_chunks().0[number],
            bias: &self.bias.as_chunks().0[number],
        }
    }
}

/// For each pair of adjacent weights of a block, the sum of its positive and of its negative weights.
struct Sizes([u8; PANEL * GROUP]);

impl Sizes {
    const NONE: Self = Self([0; PANEL * GROUP]);

    fn of(block: &[i8; PANEL * GROUP]) -> Self {
        let (pairs, _) = block.as_chunks::<2>();
        let mut sizes = [0; PANEL * GROUP];
        for (pair, [a, b]) in pairs.iter().enumerate() {
            let positive = a.max(&0).unsigned_abs() + b.max(&0).unsigned_abs();
            let negative = a.min(&0).unsigned_abs().saturating_add(b.min(&0).unsigned_abs());
            (sizes[pair], sizes[pairs.len() + pair]) = (positive, negative);
        }
        Self(sizes)
    }

    fn squares(&self) -> u32 {
        self.0.iter().map(|&size| u32::from(size) * u32::from(size)).sum()
    }

    /// Whether sums of products with any bytes stay within 16 bits when two blocks are added: 255 times 128 fits.
    fn fit(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).map(|(&a, &b)| a.saturating_add(b)).fold(0, u8::max) <= 128
    }
}

/// Layer normalisation over the width.
pub(crate) struct Norm {
    pub weight: Vec<f32>,
    pub bias: Vec<f32>,
    pub epsilon: f32,
}

/// A small linear layer in float32, weights `[outputs, inputs]`.
pub(crate) struct Dense {
    pub inputs: usize,
    pub weights: Vec<f32>,
    pub bias: Vec<f32>,
}

/// One transformer layer. Each `*_inverse` is one over the smoothing factors of the channels (SmoothQuant) that enter
/// the linear layer of that name.
pub(crate) struct Layer {
    pub attention_inverse: Vec<f32>,
    /// Query, key and value of all heads as one layer with three times the width of outputs.
    pub attention: Linear,
    /// Factor of the products of queries and keys.
    pub attention_scale: f32,
    pub context_inverse: Vec<f32>,
    pub context: Linear,
    pub context_norm: Norm,
    pub inner_inverse: Vec<f32>,
    pub inner: Linear,
    pub output_inverse: Vec<f32>,
    pub output: Linear,
    pub output_norm: Norm,
}

/// The input of the first layer for a token: the normalised sum of three rows.
pub(crate) struct Embeddings {
    /// Bytes of int8 numbers, one row per word piece.
    pub words: Vec<u8>,
    pub word_scales: Vec<f32>,
    pub types: Vec<f32>,
    pub positions: Vec<f32>,
    pub norm: Norm,
}

/// Pooler and classifier on the first token.
pub(crate) struct Head {
    pub pooler: Dense,
    pub classifier: Dense,
}

/// All weights of a model.
pub(crate) struct Weights {
    pub width: usize,
    /// Numbers of a query, key or value of one head.
    pub head_width: usize,
    pub embeddings: Embeddings,
    pub layers: Vec<Layer>,
    /// The head of a classifier; without it the hidden states are the output.
    pub head: Option<Head>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(weights: &[i8], inputs: usize) -> Result<Linear, NotThisForm> {
        Linear::pack(weights, [inputs, 16], vec![1.0; 16], vec![0.0; 16], Order::Pairs)
    }

    #[test]
    fn every_weight_is_found_at_the_position_of_its_input() {
        let weights: Vec<i8> = (0..32 * 16).map(|i| (i * 7 % 101) as i8 - 50).collect();
        let linear = pack(&weights, 32).unwrap();
        let panel = linear.panel(0);
        let mut seen = vec![0; 32];
        for (blocks, positions) in panel.steps() {
            for (block, position) in blocks.iter().zip(positions).filter(|(block, _)| block.0 != [0; 64]) {
                for (i, &weight) in block.0.iter().enumerate() {
                    assert_eq!(weight, weights[(position + i % 4) * 16 + i / 4]);
                }
                (position..position + 4).for_each(|input| seen[input] += 1);
            }
        }
        assert_eq!(seen, [1; 32]);
        let column: i32 = weights.iter().step_by(16).map(|&w| i32::from(w)).sum();
        assert_eq!(panel.start[0], -128 * column);
    }

    #[test]
    fn no_step_exceeds_sixteen_bits() {
        let weights: Vec<i8> = (0..64 * 16).map(|i: i32| ((i * i * 31 + i) % 129 - 64) as i8).collect();
        let linear = pack(&weights, 64).unwrap();
        for (blocks, _) in linear.panel(0).steps() {
            for pair in 0..32 {
                let weights: Vec<i32> =
                    blocks.iter().flat_map(|b| [b.0[2 * pair], b.0[2 * pair + 1]]).map(i32::from).collect();
                let most: i32 = weights.iter().map(|&w| 255 * w.max(0)).sum();
                let least: i32 = weights.iter().map(|&w| 255 * w.min(0)).sum();
                assert!(most <= i32::from(i16::MAX) && least >= i32::from(i16::MIN), "{weights:?}");
            }
        }
    }

    #[test]
    fn weights_that_could_exceed_sixteen_bits_are_refused() {
        let mut weights = vec![0i8; 16 * 16];
        (weights[0], weights[16]) = (64, 64);
        assert!(pack(&weights, 16).is_ok());
        weights[16] = 65;
        assert!(pack(&weights, 16).is_err());
        assert!(pack(&[-128; 16 * 16], 16).is_err());
        assert!(pack(&weights[..15 * 16], 15).is_err());
    }
}
