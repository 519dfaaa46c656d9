//! An embedding model to a static model: a vector per token in place of a network (Tulkens & van Dongen 2024, *Model2Vec*).
//!
//! **Input**: a model folder for embedding. **Output**: the folder of a static model, which the library Model2Vec reads too. Each
//! token of the vocabulary is run through the model alone, between the special tokens; the mean of its states is reduced by
//! principal components and weighted by the token's rank, as an estimate of its frequency. Special and reserved tokens have rows
//! of zeros. Models for other tasks and static models are refused.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use nalgebra::{DMatrix, SymmetricEigen};
use regex::Regex;
use safetensors::Dtype;
use safetensors::tensor::{TensorView, serialize};

use plenary_engine::{
    CONFIG, EMBEDDINGS, EngineChoice, EngineError, Form, Model, ModelProblem, PassError, Pooling, TOKENIZER, Task,
    Tokens, WEIGHTS, Work, map_distinct,
};

use crate::config::MODEL2VEC;
use crate::error::{FileError, FileProblem, FindError, MakeError};
use crate::facts::Facts;
use crate::folder::{ModelFolder, find};
use crate::install::{pin, put};
use crate::load::load;
use crate::places::Place;
use crate::verify::checked_bytes;

/// The end of the id of a distilled model.
pub const DISTILLED: &str = "-static";
/// Default width of a distilled model's vectors.
pub const DIMENSIONS: usize = 256;

/// Coefficient of smooth inverse frequency, as in Arora, Liang & Ma 2017 and in Model2Vec.
const SIF: f64 = 1e-4;
/// Maximum number of tokens of a static model; a sum over tokens has no limit.
const NO_LIMIT: usize = 1_000_000;
/// BERT's reserved tokens, which occur in no text.
static UNUSED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\[unused\d+\]$").expect("the pattern is a constant that compiles"));

/// Distils the model into the folder `ID-static` under `target`, with vectors of `dimensions` numbers, or of as many as the
/// model's vectors have if that is fewer. Returns the folder. Reports the stage `distilling`, one unit per token. The numbers do
/// not depend on the number of threads.
///
/// # Errors
/// The model is not for embedding or is static, a pass fails, the folder exists and `force` is not set, or the user asks for
/// the work to end.
pub fn distill(
    folder: &ModelFolder,
    target: &Path,
    dimensions: usize,
    force: bool,
    work: Work,
) -> Result<PathBuf, MakeError> {
    let facts = &folder.facts;
    let id = format!("{}{DISTILLED}", facts.id);
    let there = target.join(&id);
    if there.exists() && !force {
        return Err(FileError::of(&id, there, FileProblem::Occupied).into());
    }
    let model = load(folder, EngineChoice::Auto)?;
    model.expect_task(Task::Embedding)?;
    let bad = |file: &str, reason: &str| {
        MakeError::File(FileError::of(&facts.id, folder.path.join(file), FileProblem::Source(reason.to_owned())))
    };
    if facts.form == Form::Static {
        return Err(bad(WEIGHTS, "the model is static already; distil the model that it was made from"));
    }
    let (tokenizer, _) = checked_bytes(folder, TOKENIZER)?;
    let ids = meaningful_tokens(&model);
    if ids.len() < 2 {
        return Err(bad(TOKENIZER, "it has no tokens with a meaning"));
    }
    let states = states_of(&model, &ids, work)?;
    let mut rows = principal_components(states, dimensions.clamp(1, facts.dimensions));
    let width = rows.first().map_or(0, Vec::len);
    for (row, weight) in rows.iter_mut().zip(frequency_weights(ids.len())) {
        for x in row {
            *x *= weight;
        }
    }

    let n_tokens = model.tokenizer().n_rows();
    let mut table = vec![0f32; n_tokens * width];
    for (id, row) in ids.iter().zip(&rows) {
        let start = *id as usize * width;
        for (to, from) in table[start..start + width].iter_mut().zip(row) {
            *to = *from as f32;
        }
    }
    let table: Vec<u8> = table.iter().flat_map(|x| x.to_le_bytes()).collect();
    let view = TensorView::new(Dtype::F32, vec![n_tokens, width], &table);
    let weights =
        view.and_then(|view| serialize([(EMBEDDINGS, &view)], None)).map_err(|e| bad(TOKENIZER, &e.to_string()))?;
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

/// The static model of an embedding model: the model itself if it is static, else the model that [`distill`] made from it.
///
/// # Errors
/// There is no such model ([`FindError::NotDistilled`]), or as for [`find`].
pub fn find_static(places: &[Place], id: &str) -> Result<ModelFolder, FindError> {
    if let Ok(folder) = find(places, id)
        && folder.facts.form == Form::Static
    {
        return Ok(folder);
    }
    match find(places, &format!("{id}{DISTILLED}")) {
        Err(FindError::UnknownModel { id: distilled, searched, .. }) => {
            Err(FindError::NotDistilled { id: distilled, model: id.to_owned(), searched })
        }
        other => other,
    }
}

/// Ids of the tokens with a meaning, ascending. In trained vocabularies this is the order of their frequency, the most frequent
/// first.
fn meaningful_tokens(model: &Model) -> Vec<u32> {
    let tokenizer = model.tokenizer();
    let has_meaning = |token: &str, id: &u32| !tokenizer.silent().contains(id) && !UNUSED.is_match(token);
    let vocabulary = tokenizer.vocabulary().into_iter();
    let mut ids: Vec<u32> = vocabulary.filter(|(token, id)| has_meaning(token, id)).map(|(_, id)| id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The mean of the hidden states of each token and the special tokens around it. The special tokens are swapped, the last before
/// and the first after the token, as in Model2Vec's code: the states then depend more on the token between them, and
/// neighbours agree more often with human labels (docs/howto/own-models.md has the figures).
fn states_of(model: &Model, ids: &[u32], work: Work) -> Result<Vec<Vec<f64>>, EngineError> {
    work.progress.begin("distilling", ids.len() as u64);
    let failed_model = |problem| EngineError::Model { model: model.id.clone(), problem };
    let (before, after) = model.tokenizer().frame().map_err(failed_model)?;
    let failed = |id: u32, error: PassError| {
        let text = model.tokenizer().token(id).unwrap_or_default();
        failed_model(ModelProblem::Pass { text, reason: error.0 })
    };
    map_distinct(ids, work, |&id| {
        let all: Vec<u32> = after.iter().chain([&id]).chain(&before).copied().collect();
        let hidden = model.forward(&Tokens::of(all)).map_err(|error| failed(id, error))?;
        let n = hidden.nrows() as f64;
        let mean: Vec<f64> =
            hidden.columns().into_iter().map(|column| column.iter().map(|&x| f64::from(x)).sum::<f64>() / n).collect();
        let is_finite = mean.iter().all(|x| x.is_finite());
        if is_finite { Ok(mean) } else { Err(failed(id, PassError("its hidden states are not finite numbers".into()))) }
    })
}

/// Centred rows on their first `n` principal components (Pearson 1901), by decreasing variance. The sign of a component is such
/// that its largest number is positive, so that the result is unique. Sums are computed in a fixed order.
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

/// The weight of each token by its rank: a / (a + p), where p is its frequency under Zipf's law (Arora, Liang & Ma 2017, *A
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
    fn components_are_sorted_by_variance_and_have_a_unique_sign() {
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
