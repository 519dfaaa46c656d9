//! plenary's own engine, for BERT encoders in the int8 form of `training/export.py`.
//!
//! **Input**: the bytes of an ONNX graph of that form, then tokens, one or some texts or pairs per pass. **Output**: hidden states or
//! logits. A graph of any other form is refused ([`NotThisForm`]); another engine can run it.
//!
//! A pass, for each token's row `x` (Devlin et al. 2019, after Vaswani et al. 2017):
//!
//! ```text
//! x   = norm(word + type + position)
//! for each layer
//!     q, k, v = linear(x)                      one product with 3 * width outputs
//!     x       = norm(x + linear(softmax(q k^T * scale) v))        head by head, in float32
//!     x       = norm(x + linear(gelu(linear(x))))
//! logits = classifier(tanh(pooler(x of the first token)))         of classifiers only, in float32
//! ```
//!
//! A linear layer first divides the channels by their smoothing factors (Xiao et al. 2023, *SmoothQuant*) and quantises
//! each row to bytes with its own scale, then multiplies by int8 weights in exact integers, and converts back to float32:
//! `sum * scale of the column * scale of the row + bias`. The numbers of a token therefore depend only on its text, and texts that
//! share a pass have the same bits as alone.
//!
//! | file | content |
//! |---|---|
//! | `graph`, `form` | recognise the form in an ONNX graph |
//! | `weights` | the layout of weights in memory |
//! | `layers`, `attention`, `math` | the steps, in plain Rust |
//! | `kernel` | integer products and registers of each instruction set, and the choice of one |
//!
//! The same tokens give the same bits on every processor and with every instruction set; `math` explains why.

// The steps of a pass are compiled into one function per instruction set, and constants of a graph are compared bit by bit.
#![allow(clippy::inline_always, clippy::float_cmp)]

mod attention;
mod form;
mod graph;
mod kernel;
mod layers;
mod math;
mod weights;

use std::cell::RefCell;
use std::ops::Range;

use ndarray::Array2;

use self::attention::Cut;
use self::form::NotThisForm;
use self::kernel::Path;
use self::layers::Rows;
use self::weights::Weights;
use crate::engine::{Engine, PassError};
use crate::tokens::Tokens;

/// A loaded model.
pub(crate) struct Encoder {
    weights: Weights,
    path: Path,
}

/// Buffers for the numbers of a pass, kept from one pass to the next.
#[derive(Default)]
struct Scratch {
    x: Vec<f32>,
    heads: Vec<f32>,
    context: Vec<f32>,
    attention: Vec<f32>,
    wide: Vec<f32>,
    bytes: Vec<u8>,
    scales: Vec<f32>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Encoder {
    /// From the bytes of an ONNX graph.
    pub(crate) fn load(bytes: &[u8]) -> Result<Self, NotThisForm> {
        let path = kernel::paths()[0];
        tracing::debug!("the encoder uses {}", path.name());
        Self::with(bytes, path)
    }

    fn with(bytes: &[u8], path: Path) -> Result<Self, NotThisForm> {
        Ok(Self { weights: graph::read(bytes, path.order())?, path })
    }

    /// Refuses tokens that have no row in the embeddings, and padding.
    fn check(&self, tokens: &Tokens) -> Result<(), PassError> {
        let (n, width) = (tokens.ids.len(), self.weights.width);
        let embeddings = &self.weights.embeddings;
        let most = embeddings.positions.len() / width;
        if n == 0 || n > most {
            return Err(PassError(format!("found {n} tokens, expected 1 to {most}")));
        }
        if tokens.type_ids.len() != n || tokens.attention_mask.len() != n {
            return Err(PassError("the lists of tokens have different lengths".into()));
        }
        if tokens.attention_mask.contains(&0) {
            return Err(PassError("the text is padded; the encoder takes one text per pass, without padding".into()));
        }
        let words = embeddings.word_scales.len();
        if let Some(id) = tokens.ids.iter().find(|&&id| id as usize >= words) {
            return Err(PassError(format!("found the token {id}, expected a number below {words}")));
        }
        let types = embeddings.types.len() / width;
        match tokens.type_ids.iter().find(|&&id| id as usize >= types) {
            Some(id) => Err(PassError(format!("found the token type {id}, expected a number below {types}"))),
            None => Ok(()),
        }
    }

    /// Writes the hidden states of some texts to `scratch.x`, text by text; for a classifier only those of the first token of each.
    fn hidden(&self, texts: &[&Tokens], scratch: &mut Scratch) {
        let (n, width, path) = (texts.iter().map(|text| text.ids.len()).sum(), self.weights.width, self.path);
        let Scratch { x, heads, context, attention, wide, bytes, scales } = scratch;
        let x = room(x, n * width);
        let heads = room(heads, n * 3 * width);
        let context = room(context, n * width);
        for (tokens, rows) in texts.iter().zip(rows_of(texts)) {
            let x = &mut x[rows.start * width..rows.end * width];
            path.embed(&self.weights.embeddings, &tokens.ids, &tokens.type_ids, x);
        }
        let last = self.weights.layers.len() - 1;
        for (number, layer) in self.weights.layers.iter().enumerate() {
            let chunk = path.even_chunk(n);
            for (x, heads) in x.chunks_mut(chunk * width).zip(heads.chunks_mut(chunk * 3 * width)) {
                let rows = quantised(path, x, &layer.attention_inverse, bytes, scales);
                path.linear(&layer.attention, rows, heads);
            }
            // A classifier uses only the first tokens, so that the others are not needed after the keys and values of the last layer.
            let only_first = number == last && self.weights.head.is_some();
            let mut n_queries = 0;
            for rows in rows_of(texts) {
                let cut = Cut {
                    n_tokens: rows.len(),
                    n_queries: if only_first { 1 } else { rows.len() },
                    width,
                    head_width: self.weights.head_width,
                    scale: layer.attention_scale,
                };
                if only_first {
                    x.copy_within(rows.start * width..(rows.start + 1) * width, n_queries * width);
                }
                let heads = &heads[rows.start * 3 * width..rows.end * 3 * width];
                let context = &mut context[n_queries * width..(n_queries + cut.n_queries) * width];
                path.attention(cut, heads, room(attention, cut.scratch()), context);
                n_queries += cut.n_queries;
            }
            let (x, context) = (&mut x[..n_queries * width], &mut context[..n_queries * width]);
            let chunk = path.even_chunk(n_queries);
            for (x, context) in x.chunks_mut(chunk * width).zip(context.chunks(chunk * width)) {
                let (narrow, inner) = (x.len(), x.len() / width * layer.inner.outputs());
                let wide = room(wide, narrow.max(inner));
                let rows = quantised(path, context, &layer.context_inverse, bytes, scales);
                path.linear(&layer.context, rows, &mut wide[..narrow]);
                path.add_norm(&wide[..narrow], &layer.context_norm, x);
                let rows = quantised(path, x, &layer.inner_inverse, bytes, scales);
                path.linear_gelu(&layer.inner, rows, &mut wide[..inner]);
                let rows = quantised(path, &wide[..inner], &layer.output_inverse, bytes, scales);
                path.linear(&layer.output, rows, &mut wide[..narrow]);
                path.add_norm(&wide[..narrow], &layer.output_norm, x);
            }
        }
    }

    /// Hidden states or logits of some texts from one pass.
    fn pass(&self, texts: &[&Tokens]) -> Vec<Result<Array2<f32>, PassError>> {
        SCRATCH.with_borrow_mut(|scratch| {
            self.hidden(texts, scratch);
            let width = self.weights.width;
            let of_text = |(number, rows): (usize, Range<usize>)| {
                let (rows, columns, numbers) = match &self.weights.head {
                    None => (rows.len(), width, scratch.x[rows.start * width..rows.end * width].to_vec()),
                    Some(head) => {
                        let mut pooled = vec![0.0; head.pooler.bias.len()];
                        self.path.dense(&head.pooler, &scratch.x[number * width..][..width], &mut pooled);
                        for x in &mut pooled {
                            *x = math::tanh(*x);
                        }
                        let mut logits = vec![0.0; head.classifier.bias.len()];
                        self.path.dense(&head.classifier, &pooled, &mut logits);
                        (1, logits.len(), logits)
                    }
                };
                Array2::from_shape_vec((rows, columns), numbers).map_err(|e| PassError(e.to_string()))
            };
            rows_of(texts).enumerate().map(of_text).collect()
        })
    }
}

impl Engine for Encoder {
    fn name(&self) -> &'static str {
        "encoder"
    }

    fn version(&self) -> u32 {
        2
    }

    fn forward(&self, tokens: &Tokens) -> Result<Array2<f32>, PassError> {
        self.check(tokens)?;
        self.pass(&[tokens]).pop().unwrap_or_else(|| Err(PassError("a pass without a text".into())))
    }

    /// Texts that fit share a pass, the longest first, because a few rows take nearly as long as many.
    fn forward_all(&self, all: &[&Tokens]) -> Vec<Result<Array2<f32>, PassError>> {
        let mut found: Vec<Option<Result<Array2<f32>, PassError>>> =
            all.iter().map(|tokens| self.check(tokens).err().map(Err)).collect();
        let mut left: Vec<usize> = (0..all.len()).filter(|&text| found[text].is_none()).collect();
        left.sort_by_key(|&text| std::cmp::Reverse(all[text].ids.len()));
        while !left.is_empty() {
            let mut room = self.path.rows_together();
            let (mut together, mut later) = (Vec::new(), Vec::new());
            for text in left {
                let n = all[text].ids.len();
                if n <= room || together.is_empty() {
                    room = room.saturating_sub(n);
                    together.push(text);
                } else {
                    later.push(text);
                }
            }
            let texts: Vec<&Tokens> = together.iter().map(|&text| all[text]).collect();
            for (text, numbers) in together.into_iter().zip(self.pass(&texts)) {
                found[text] = Some(numbers);
            }
            left = later;
        }
        // Every text was refused or computed.
        found.into_iter().flatten().collect()
    }
}

/// The rows of each text of a pass.
fn rows_of(texts: &[&Tokens]) -> impl Iterator<Item = Range<usize>> {
    texts.iter().scan(0, |start, text| {
        let rows = *start..*start + text.ids.len();
        *start = rows.end;
        Some(rows)
    })
}

/// The first `n` numbers of a buffer, which grows if necessary.
fn room<T: Clone + Default>(buffer: &mut Vec<T>, n: usize) -> &mut [T] {
    if buffer.len() < n {
        buffer.resize(n, T::default());
    }
    &mut buffer[..n]
}

fn quantised<'a>(path: Path, x: &[f32], inverse: &[f32], bytes: &'a mut Vec<u8>, scales: &'a mut Vec<f32>) -> Rows<'a> {
    let (bytes, scales) = (room(bytes, x.len()), room(scales, x.len() / inverse.len()));
    path.quantise(x, inverse, bytes, scales);
    Rows { bytes, scales }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(model: &str) -> Vec<u8> {
        let models = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
        std::fs::read(models.join(model).join("model.onnx")).unwrap()
    }

    fn tokens(n: usize) -> Tokens {
        let ids = std::iter::once(101).chain((0..n as u32 - 2).map(|i| 1996 + i * i * 7919 % 20_000)).chain([102]);
        let type_ids = (0..n).map(|i| u32::from(i > n / 2)).collect();
        Tokens { ids: ids.collect(), type_ids, attention_mask: vec![1; n] }
    }

    fn bits(encoder: &Encoder, tokens: &Tokens) -> Vec<u32> {
        encoder.forward(tokens).unwrap().iter().map(|x| x.to_bits()).collect()
    }

    #[test]
    fn every_path_gives_the_same_bits() {
        for model in ["all-minilm-l6-v2", "nli-minilm-l6"] {
            let graph = graph(model);
            let encoders: Vec<_> = kernel::paths().iter().map(|&path| Encoder::with(&graph, path).unwrap()).collect();
            for n in [2, 3, 5, 16, 23, 50, 130] {
                let found: Vec<_> = encoders.iter().map(|encoder| bits(encoder, &tokens(n))).collect();
                let names: Vec<&str> = kernel::paths().iter().map(|path| path.name()).collect();
                assert!(found.iter().all(|bits| *bits == found[0]), "{names:?} differ on {n} tokens of {model}");
            }
        }
    }

    #[test]
    fn a_pass_does_not_depend_on_earlier_passes() {
        let encoder = Encoder::load(&graph("all-minilm-l6-v2")).unwrap();
        let alone = bits(&encoder, &tokens(7));
        bits(&encoder, &tokens(200));
        assert_eq!(bits(&encoder, &tokens(7)), alone);
    }

    #[test]
    fn texts_that_share_a_pass_have_the_bits_that_they_have_alone() {
        for model in ["all-minilm-l6-v2", "nli-minilm-l6"] {
            let graph = graph(model);
            for &path in kernel::paths() {
                let encoder = Encoder::with(&graph, path).unwrap();
                let texts = [3, 17, 70, 2, 25, 513, 9, 31].map(tokens);
                let all: Vec<&Tokens> = texts.iter().collect();
                for (text, found) in texts.iter().zip(encoder.forward_all(&all)) {
                    match found {
                        Ok(numbers) => {
                            let found: Vec<u32> = numbers.iter().map(|x| x.to_bits()).collect();
                            assert_eq!(found, bits(&encoder, text), "{} tokens, {}", text.ids.len(), path.name());
                        }
                        Err(error) => assert!(text.ids.len() == 513 && error.0.contains("513"), "{error}"),
                    }
                }
            }
        }
    }

    #[test]
    fn tokens_that_the_model_does_not_have_are_reported() {
        let encoder = Encoder::load(&graph("all-minilm-l6-v2")).unwrap();
        let refused = |change: fn(&mut Tokens)| {
            let mut tokens = tokens(4);
            change(&mut tokens);
            encoder.forward(&tokens).unwrap_err().to_string()
        };
        assert_eq!(refused(|t| t.ids[1] = 30_522), "found the token 30522, expected a number below 30522");
        assert_eq!(refused(|t| t.type_ids[1] = 2), "found the token type 2, expected a number below 2");
        assert!(refused(|t| t.attention_mask[3] = 0).contains("padded"));
        assert!(refused(|t| t.type_ids.truncate(1)).contains("different lengths"));
        assert_eq!(refused(|t| *t = super::tests::tokens(513)), "found 513 tokens, expected 1 to 512");
    }

    #[test]
    fn graphs_of_another_form_are_refused() {
        assert!(Encoder::load(b"").is_err() && Encoder::load(b"no graph").is_err());
        let whole = graph("all-minilm-l6-v2");
        assert!(Encoder::load(&whole[..whole.len() / 2]).is_err());
        // The same length and names, but another operator or another constant.
        let swapped = |from: &[u8], to: &[u8]| {
            let at = whole.windows(from.len()).position(|w| w == from).unwrap();
            [&whole[..at], to, &whole[at + from.len()..]].concat()
        };
        assert!(Encoder::load(&swapped(b"\"\x07Softmax", b"\"\x07Hardmax")).is_err());
        assert!(Encoder::load(&swapped(&12_582_912f32.to_le_bytes(), &12_582_913f32.to_le_bytes())).is_err());
    }
}
