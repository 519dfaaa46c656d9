//! Texts to unit vectors.
//!
//! **Input**: texts and an embedding model. **Output**: a vector of length 1 per text, and cosines of vectors.
//! **Refused**: models for other tasks, and vectors of different widths.

use ndarray::{Array2, ArrayView2};

use plenary_corpus::findings::Embeddings;
use plenary_engine::{EngineError, Input, Model, Task, Work, rows};

/// The vector of each text: the mean of the last hidden states over its tokens, divided by its length (Reimers &
/// Gurevych 2019). Texts that are longer than the model's maximum are read in several windows, which `n_windows`
/// counts. Reports the stage `embedding segments`, one unit per text. Fails if the model is not for embedding, a pass
/// fails, or the user stops the work.
pub fn embed(model: &Model, texts: &[&str], work: Work) -> Result<Embeddings, EngineError> {
    model.expect_task(Task::Embedding)?;
    let inputs: Vec<Input> = texts.iter().map(|&text| (text, None)).collect();
    let rows = rows("embedding segments", model, &inputs, work)?;
    let mut vectors = Array2::zeros((texts.len(), model.dimensions));
    for (mut to, from) in vectors.rows_mut().into_iter().zip(&rows) {
        for (to, from) in to.iter_mut().zip(&from.numbers) {
            *to = *from;
        }
    }
    Ok(Embeddings {
        model_id: model.id.clone(),
        vectors,
        n_tokens: rows.iter().map(|row| row.n_tokens).collect(),
        n_windows: rows.iter().map(|row| row.n_windows).collect(),
    })
}

/// Cosine of each row of `a` with each row of `b`, both of length 1: shape `[rows of a, rows of b]`, in [-1, 1]. Each
/// cosine is summed separately in a fixed order, so that it does not depend on the other rows. Fails if the widths
/// differ.
pub fn cosines(a: ArrayView2<f32>, b: ArrayView2<f32>) -> Result<Array2<f32>, EngineError> {
    if a.ncols() != b.ncols() {
        return Err(EngineError::Shape {
            what: "the width of vectors to compare",
            expected: a.ncols().to_string(),
            found: b.ncols().to_string(),
        });
    }
    Ok(Array2::from_shape_fn((a.nrows(), b.nrows()), |(i, j)| {
        let products = a.row(i).into_iter().zip(b.row(j)).map(|(x, y)| f64::from(*x) * f64::from(*y));
        (products.sum::<f64>() as f32).clamp(-1.0, 1.0)
    }))
}
