//! Static models: a vector per token, summed without a network (Tulkens & van Dongen 2024, *Model2Vec*).
//!
//! **Input**: a table in the format of Model2Vec (`embeddings`, optionally `weights` and `mapping`). **Output**: an [`Engine`]
//! that gives each token its row. The rows of special tokens and of the token for unknown words are zero. The vector of a text
//! with no other tokens is zero, so that its cosine to every vector is 0. Tables of another shape are refused.

use std::collections::HashSet;

use ndarray::Array2;
use safetensors::SafeTensors;

use crate::engine::{Engine, PassError};
use crate::tensors::{EMBEDDINGS, floats, integers};
use crate::tokens::Tokens;

/// A loaded table.
pub(crate) struct StaticEngine {
    table: Array2<f32>,
    /// Row of each token, where several tokens share a row.
    rows: Option<Vec<usize>>,
    /// Factor of each token's row.
    weights: Option<Vec<f32>>,
    /// Tokens without a vector.
    silent: HashSet<u32>,
}

impl StaticEngine {
    /// From the bytes of a `model.safetensors`; the error is the reason in words.
    pub(crate) fn load(bytes: &[u8]) -> Result<Self, String> {
        let tensors = SafeTensors::deserialize(bytes).map_err(|e| e.to_string())?;
        let (shape, numbers) = floats(&tensors, EMBEDDINGS)?.ok_or("it has no tensor `embeddings`")?;
        let &[n_rows, width] = shape.as_slice() else {
            return Err(format!("its tensor `embeddings` has {} dimensions, expected 2", shape.len()));
        };
        let table = Array2::from_shape_vec((n_rows, width), numbers).map_err(|e| e.to_string())?;
        let rows = match integers(&tensors, "mapping")? {
            None => None,
            Some(mapping) => {
                let row = |n: i64| usize::try_from(n).ok().filter(|row| *row < n_rows);
                let rows: Option<Vec<usize>> = mapping.into_iter().map(row).collect();
                Some(rows.ok_or_else(|| format!("its tensor `mapping` names rows that `embeddings` ({n_rows}) lacks"))?)
            }
        };
        let weights = floats(&tensors, "weights")?.map(|(_, weights)| weights);
        let engine = Self { table, rows, weights, silent: HashSet::new() };
        let n_tokens = engine.n_tokens();
        if engine.weights.as_ref().is_some_and(|weights| weights.len() != n_tokens) {
            return Err(format!("its tensor `weights` does not have one number for each of its {n_tokens} tokens"));
        }
        Ok(engine)
    }

    /// Tokens that have a vector.
    pub(crate) fn n_tokens(&self) -> usize {
        self.rows.as_ref().map_or(self.table.nrows(), Vec::len)
    }

    /// The same table without vectors for these tokens.
    pub(crate) fn without(self, silent: HashSet<u32>) -> Self {
        Self { silent, ..self }
    }
}

impl Engine for StaticEngine {
    fn name(&self) -> &'static str {
        "static"
    }

    fn version(&self) -> u32 {
        1
    }

    fn knows_every_text(&self) -> bool {
        false
    }

    fn is_cheap(&self) -> bool {
        true
    }

    fn forward(&self, tokens: &Tokens) -> Result<Array2<f32>, PassError> {
        let mut hidden = Array2::zeros((tokens.ids.len(), self.table.ncols()));
        for (mut to, id) in hidden.rows_mut().into_iter().zip(&tokens.ids) {
            if self.silent.contains(id) {
                continue;
            }
            let at = *id as usize;
            let row = match &self.rows {
                None => Some(at),
                Some(rows) => rows.get(at).copied(),
            };
            let Some(row) = row.filter(|row| *row < self.table.nrows()) else {
                return Err(PassError(format!("it has no vector for token {id}, only for {}", self.n_tokens())));
            };
            to.assign(&self.table.row(row));
            if let Some(weight) = self.weights.as_ref().and_then(|weights| weights.get(at)) {
                to *= *weight;
            }
        }
        Ok(hidden)
    }
}

#[cfg(test)]
mod tests {
    use safetensors::Dtype;
    use safetensors::tensor::{TensorView, serialize};

    use super::*;

    fn bytes(numbers: &[f32]) -> Vec<u8> {
        numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
    }

    fn tokens(ids: &[u32]) -> Tokens {
        Tokens::of(ids.to_vec())
    }

    #[test]
    fn each_token_has_its_row_and_silent_tokens_none() {
        let table = bytes(&[1.0, 2.0, 3.0, 4.0]);
        let view = TensorView::new(Dtype::F32, vec![2, 2], &table).unwrap();
        let engine = StaticEngine::load(&serialize([("embeddings", &view)], None).unwrap()).unwrap();
        assert_eq!(engine.forward(&tokens(&[1, 0])).unwrap(), ndarray::array![[3.0, 4.0], [1.0, 2.0]]);
        assert!(engine.forward(&tokens(&[2])).unwrap_err().to_string().contains("no vector for token 2, only for 2"));
        let engine = engine.without(HashSet::from([0]));
        assert_eq!(engine.forward(&tokens(&[1, 0])).unwrap(), ndarray::array![[3.0, 4.0], [0.0, 0.0]]);
    }

    #[test]
    fn several_tokens_may_share_a_row_with_weights_of_their_own() {
        let (table, weights) = (bytes(&[1.0, 2.0]), bytes(&[1.0, 0.5, 3.0]));
        let mapping: Vec<u8> = [0i64, 0, 0].iter().flat_map(|n| n.to_le_bytes()).collect();
        let views = [
            ("embeddings", TensorView::new(Dtype::F32, vec![1, 2], &table).unwrap()),
            ("weights", TensorView::new(Dtype::F32, vec![3], &weights).unwrap()),
            ("mapping", TensorView::new(Dtype::I64, vec![3], &mapping).unwrap()),
        ];
        let engine = StaticEngine::load(&serialize(views.iter().map(|(n, v)| (*n, v)), None).unwrap()).unwrap();
        assert_eq!(engine.n_tokens(), 3);
        assert_eq!(engine.forward(&tokens(&[2, 1])).unwrap(), ndarray::array![[3.0, 6.0], [0.5, 1.0]]);
    }

    #[test]
    fn a_file_without_the_table_is_refused() {
        let table = bytes(&[1.0]);
        let view = TensorView::new(Dtype::F32, vec![1], &table).unwrap();
        let refused = |name: &str| StaticEngine::load(&serialize([(name, &view)], None).unwrap()).err().unwrap();
        assert!(refused("other").contains("no tensor `embeddings`"));
        assert!(refused("embeddings").contains("1 dimensions"));
        assert!(StaticEngine::load(b"no file").is_err());
    }
}
