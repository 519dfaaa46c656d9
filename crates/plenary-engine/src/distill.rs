//! An embedding model to a static one: a vector per token instead of a network (Tulkens & van Dongen 2024, *Model2Vec*).
//!
//! Every token of the vocabulary goes through the model by itself, between the special tokens; the mean of the states is
//! reduced by principal components and weighted by the token's rank, which stands for its frequency. Out goes a folder
//! that Model2Vec's own library reads too. Special tokens, and those that are kept for later use, have rows of zeros.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use nalgebra::{DMatrix, SymmetricEigen};
use regex::Regex;
use safetensors::Dtype;
use safetensors::tensor::{TensorView, serialize};

use super::choice::EngineChoice;
use super::config::MODEL2VEC;
use super::error::EngineError;
use super::folder::{CONFIG, Facts, Form, ModelFolder, Pooling, TOKENIZER, Task, WEIGHTS, find};
use super::install::{pin, put};
use super::load::{checked_bytes, load};
use super::places::Place;
use super::run::{Work, spread};
use super::tokens::Tokens;
use super::vocabulary::{rows_needed, silent};
use super::weights::EMBEDDINGS;
use super::{Model, PassError};

/// What the id of a distilled model ends in.
pub const DISTILLED: &str = "-static";
/// Width of a distilled model's vectors where the caller has no wish of his own.
pub const DIMENSIONS: usize = 256;

/// Coefficient of smooth inverse frequency, as Arora, Liang & Ma 2017 and Model2Vec have it.
const SIF: f64 = 1e-4;
/// Tokens that a static model takes: a sum has no limit of its own.
const NO_LIMIT: usize = 1_000_000;
/// BERT's places for tokens to come, which no text has.
static UNUSED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\[unused\d+\]$").expect("the pattern is a constant that compiles"));

/// Distils the model into the folder `ID-static` under `target`, of vectors with `dimensions` numbers (or as many as the
/// model's have, if those are fewer). Returns the folder. Reports the stage `distilling`, one unit per token. The numbers
/// do not depend on the threads.
///
/// # Errors
/// A model that is not for embedding or is static itself, a pass that fails, a folder of that id without `force`, a stop.
pub fn distill(
    folder: &ModelFolder,
    target: &Path,
    dimensions: usize,
    force: bool,
    work: Work,
) -> Result<PathBuf, EngineError> {
    let facts = &folder.facts;
    let id = format!("{}{DISTILLED}", facts.id);
    let there = target.join(&id);
    if there.exists() && !force {
        return Err(EngineError::WouldOverwrite { model: id, path: there });
    }
    let model = load(folder, EngineChoice::Auto)?;
    model.expect_task(Task::Embedding)?;
    let bad = |reason: &str| EngineError::BadTokenizer {
        model: facts.id.clone(),
        path: folder.path.join(TOKENIZER),
        reason: reason.to_owned(),
    };
    if facts.form == Form::Static {
        return Err(bad("the model is static already; distil the one it came from"));
    }
    let (tokenizer, _) = checked_bytes(folder, TOKENIZER)?;
    let ids = meaningful_tokens(&model, &tokenizer);
    if ids.len() < 2 {
        return Err(bad("it has no tokens with a meaning"));
    }
    let states = states_of(&model, &ids, work)?;
    let mut rows = principal_components(states, dimensions.clamp(1, facts.dimensions));
    let width = rows.first().map_or(0, Vec::len);
    for (row, weight) in rows.iter_mut().zip(frequency_weights(ids.len())) {
        row.iter_mut().for_each(|x| *x *= weight);
    }

    let n_tokens = rows_needed(model.tokenizer().inner());
    let mut table = vec![0f32; n_tokens * width];
    for (id, row) in ids.iter().zip(&rows) {
        let start = *id as usize * width;
        for (to, from) in table[start..start + width].iter_mut().zip(row) {
            *to = *from as f32;
        }
    }
    let table: Vec<u8> = table.iter().flat_map(|x| x.to_le_bytes()).collect();
    let view = TensorView::new(Dtype::F32, vec![n_tokens, width], &table);
    let weights = view.and_then(|view| serialize([(EMBEDDINGS, &view)], None)).map_err(|e| bad(&e.to_string()))?;
    let config = serde_json::json!({
        "model_type": MODEL2VEC,
        "architectures": ["StaticModel"],
        "tokenizer_name": facts.id,
        "apply_pca": width,
        "sif_coefficient": SIF,
        "hidden_dim": width,
        "seq_length": NO_LIMIT,
        "normalize": true,
    });
    let config = format!("{config:#}\n");
    let path = put(target, &id, &[(WEIGHTS, &weights), (TOKENIZER, &tokenizer), (CONFIG, config.as_bytes())], force)?;
    let made_by = format!(
        "plenary models distill: Model2Vec's recipe, {width} principal components, smooth inverse frequency {SIF}, from \
         weights with sha256 {}",
        model.weights_sha256().unwrap_or_default()
    );
    let distilled = Facts {
        id,
        form: Form::Static,
        pooling: Pooling::Mean,
        max_tokens: NO_LIMIT,
        dimensions: width,
        made_by,
        sha256: BTreeMap::new(),
        ..facts.clone()
    };
    pin(target, distilled)?;
    Ok(path)
}

/// The static model that stands for an embedding model: itself where it is one, else the one distilled from it.
pub fn find_static(places: &[Place], id: &str) -> Result<ModelFolder, EngineError> {
    if let Ok(folder) = find(places, id)
        && folder.facts.form == Form::Static
    {
        return Ok(folder);
    }
    match find(places, &format!("{id}{DISTILLED}")) {
        Err(EngineError::UnknownModel { id: distilled, looked, .. }) => {
            Err(EngineError::NotDistilled { id: distilled, model: id.to_owned(), looked })
        }
        other => other,
    }
}

/// Ids of the tokens that mean something, ascending: that is the order of their frequency, the most frequent first, in the
/// vocabularies that tokenizers are trained to.
fn meaningful_tokens(model: &Model, json: &[u8]) -> Vec<u32> {
    let tokenizer = model.tokenizer().inner();
    let silent = silent(tokenizer, json);
    let vocabulary = tokenizer.get_vocab(true).into_iter();
    let mut ids: Vec<u32> =
        vocabulary.filter(|(token, id)| !silent.contains(id) && !UNUSED.is_match(token)).map(|(_, id)| id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The mean of the hidden states of each token and the special tokens around it. The special tokens stand the other way
/// round, the last before and the first after, as in Model2Vec's code: their states then say more of the token between
/// them, and neighbours agree more often with human labels (docs/howto/own-models.md has the figures).
fn states_of(model: &Model, ids: &[u32], work: Work) -> Result<Vec<Vec<f64>>, EngineError> {
    work.progress.begin("distilling", ids.len() as u64);
    let (before, after) = frame(model)?;
    let failed = |id: u32, error: PassError| {
        let token = model.tokenizer().inner().id_to_token(id).unwrap_or_default();
        EngineError::Pass { model: model.id.clone(), text: token, reason: error.0 }
    };
    spread(ids, work, |&id| {
        let all: Vec<u32> = after.iter().chain([&id]).chain(&before).copied().collect();
        let hidden = model.engine.forward(&Tokens::of(all)).map_err(|error| failed(id, error))?;
        let n = hidden.nrows() as f64;
        let mean: Vec<f64> =
            hidden.columns().into_iter().map(|column| column.iter().map(|&x| f64::from(x)).sum::<f64>() / n).collect();
        let is_finite = mean.iter().all(|x| x.is_finite());
        if is_finite { Ok(mean) } else { Err(failed(id, PassError("its hidden states are not finite numbers".into()))) }
    })
}

/// The special tokens that stand before and after a text.
fn frame(model: &Model) -> Result<(Vec<u32>, Vec<u32>), EngineError> {
    let failed =
        |e: tokenizers::Error| EngineError::Pass { model: model.id.clone(), text: "a".into(), reason: e.to_string() };
    let encoding = model.tokenizer().inner().encode("a", true).map_err(failed)?;
    let (ids, special) = (encoding.get_ids(), encoding.get_special_tokens_mask());
    let first = special.iter().position(|&s| s == 0).unwrap_or(ids.len());
    let last = special.iter().rposition(|&s| s == 0).map_or(ids.len(), |last| last + 1);
    Ok((ids[..first].to_vec(), ids[last..].to_vec()))
}

/// Rows less their mean, on their first `n` principal components (Pearson 1901), those of most variance first. Each component
/// points to the side of its largest number, so that the result has one form. Sums run in a fixed order.
fn principal_components(mut rows: Vec<Vec<f64>>, n: usize) -> Vec<Vec<f64>> {
    let width = rows.first().map_or(0, Vec::len);
    let mut mean = vec![0f64; width];
    for row in &rows {
        mean.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    }
    let n_rows = rows.len() as f64;
    for row in &mut rows {
        row.iter_mut().zip(&mean).for_each(|(x, sum)| *x -= sum / n_rows);
    }
    let mut covariance = DMatrix::<f64>::zeros(width, width);
    for row in &rows {
        for (i, &x) in row.iter().enumerate() {
            let column = &mut covariance.as_mut_slice()[i * width..][..=i];
            column.iter_mut().zip(row).for_each(|(sum, y)| *sum += x * y);
        }
    }
    covariance /= n_rows - 1.0;
    covariance.fill_lower_triangle_with_upper_triangle();
    let SymmetricEigen { eigenvectors, eigenvalues } = SymmetricEigen::new(covariance);
    let mut order: Vec<usize> = (0..width).collect();
    order.sort_by(|&a, &b| eigenvalues[b].total_cmp(&eigenvalues[a]).then(a.cmp(&b)));
    let components: Vec<Vec<f64>> = order
        .into_iter()
        .take(n)
        .map(|at| {
            let component: Vec<f64> = eigenvectors.column(at).iter().copied().collect();
            let largest =
                component.iter().copied().fold(0.0, |best: f64, x| if x.abs() > best.abs() { x } else { best });
            component.into_iter().map(|x| x * largest.signum()).collect()
        })
        .collect();
    let dot = |row: &[f64], component: &[f64]| row.iter().zip(component).map(|(x, y)| x * y).sum::<f64>();
    rows.iter().map(|row| components.iter().map(|component| dot(row, component)).collect()).collect()
}

/// The weight of each token by its rank: a / (a + p), where p is its share under Zipf's law (Arora, Liang & Ma 2017, *A
/// simple but tough-to-beat baseline for sentence embeddings*; the ranks count from 2, as in Model2Vec).
fn frequency_weights(n: usize) -> impl Iterator<Item = f64> {
    let inverse_rank = |position: usize| 1.0 / (position + 2) as f64;
    let all: f64 = (0..n).map(inverse_rank).sum();
    (0..n).map(move |position| SIF / (SIF + inverse_rank(position) / all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_come_by_variance_and_have_one_sign() {
        // Twice as far along the first diagonal as along the second.
        let rows = vec![vec![5.0, 5.0], vec![1.0, 1.0], vec![2.0, 4.0], vec![4.0, 2.0]];
        let both = principal_components(rows.clone(), 2);
        let length = 8f64.sqrt();
        let expected = [[length, 0.0], [-length, 0.0], [0.0, 2f64.sqrt()], [0.0, 2f64.sqrt()]];
        for (found, expected) in both.iter().zip(expected) {
            assert!((found[0] - expected[0]).abs() < 1e-12 && (found[1].abs() - expected[1]).abs() < 1e-12, "{both:?}");
        }
        let one = principal_components(rows, 1);
        assert!(one.iter().zip(&both).all(|(one, both)| one.as_slice() == &both[..1]));
    }

    #[test]
    fn frequent_tokens_weigh_less() {
        let weights: Vec<f64> = frequency_weights(1000).collect();
        assert!(weights.is_sorted() && weights[0] > 0.0 && weights[999] < 1.0);
        let share = (1.0 / 2.0) / (2..1002).map(|rank| 1.0 / f64::from(rank)).sum::<f64>();
        assert!((weights[0] - SIF / (SIF + share)).abs() < 1e-15);
    }
}
