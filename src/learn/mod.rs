//! Coders learned from hand codes.
//!
//! **Input:** opened results, codes of segments by people, and the embedding model of the run. **Output:** a
//! [`LearnedCoder`], which a study names as a coder and which codes the segments of other results ([`Coded`]). **Refused:** codes
//! that do not belong to the results, that contradict each other, or that are too few. **Left to others:** which segments
//! people code, and the comparison with other coders.

mod coder;
mod codes;
mod folder;
mod units;

use std::collections::BTreeMap;

use ndarray::Array2;
use plenary_corpus::Hint;
use plenary_corpus::findings::Target;
use plenary_corpus::hash::sha256;
use plenary_engine::{EngineError, Model, Work};
use plenary_measure::drift::{InputFeatures, InputReference, InputSums};
use plenary_measure::head::features::{Moments, Row, ShapeError};
use plenary_measure::head::unit::Plan;
use plenary_measure::head::{CODES_ADVISED, Fitted, HeadError, TrainingRow, fit};
use plenary_tables::{OpenError, Results};

pub(crate) use coder::HeadCoder;
pub use codes::{Code, Codes, CodesError, Unit};
pub(crate) use folder::LeftOut;
pub use folder::{FolderError, LearnedCoder, ModelUsed, OfHead, TrainedOn, Variable};
pub use units::lacks_inferences;
use units::{Measured, Rest, visit};

/// Version of the format of coder folders.
pub const FORMAT: u32 = 1;

/// Whether targets share a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sharing {
    /// A head for each target if each has at least [`CODES_ADVISED`] codes, or else one for all.
    #[default]
    Auto,
    /// A head for each target.
    Apart,
    /// One head for all targets.
    Shared,
}

/// Why a coder was not learned, or cannot code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LearnError {
    /// The results cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The codes cannot be used.
    #[error(transparent)]
    Codes(#[from] CodesError),
    /// A head cannot be learned.
    #[error("{of}: {problem}")]
    Head {
        /// The variable, or the target.
        of: String,
        /// What is wrong.
        problem: HeadError,
    },
    /// The results lack something that the coder needs.
    #[error("{results}: {problem}")]
    Results {
        /// The results folder.
        results: String,
        /// What is missing, and what to do.
        problem: String,
    },
    /// The measurements do not fit the coder.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The propositions could not be embedded.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl LearnError {
    /// What the user can do about it, if the message does not say it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            LearnError::Open(error) => error.hint(),
            _ => None,
        }
    }
}

/// A unit coded by a learned coder.
#[derive(Debug, Clone, PartialEq)]
pub struct Coded {
    /// The segment.
    pub segment_id: String,
    /// The target; `None` if the variable has none.
    pub target_id: Option<String>,
    /// Position of the label among the coder's classes.
    pub label: usize,
    /// Probability of each of the coder's classes.
    pub probabilities: Vec<f64>,
}

/// What a coder is learned from, besides the codes.
#[derive(Debug)]
pub struct Basis<'b> {
    /// The results in which the segments were coded.
    pub results: &'b Results,
    /// The embedding model of that run; it embeds the propositions.
    pub embedder: &'b Model,
    /// Whether targets share a head.
    pub sharing: Sharing,
    /// Seed of the subsamples of the learning curve.
    pub seed: u64,
    /// How inferences are computed that the run did not.
    pub inference: Inference<'b>,
}

/// The inference model, for segments that the run did not read because they are off the topic; see [`lacks_inferences`].
#[derive(Clone, Copy)]
pub struct Inference<'b> {
    /// The model of the run; `None` if no inference is missing.
    pub model: Option<&'b Model>,
    /// Threads and cache.
    pub work: Work<'b>,
}

impl std::fmt::Debug for Inference<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inference").field("model", &self.model).finish_non_exhaustive()
    }
}

/// Learns a coder. Rows are sorted by segment and target, so that the order of the codes does not matter.
///
/// # Errors
/// [`LearnError`].
pub fn learn(basis: &Basis, codes: &Codes) -> Result<LearnedCoder, LearnError> {
    let results = basis.results;
    let measured = Measured::of(results)?;
    let variable = codes.variable.clone();
    let targets: Vec<Target> = match variable {
        Variable::Stance => results.study().targets.iter().filter(|t| codes.of_target(&t.id) > 0).cloned().collect(),
        Variable::Sentiment | Variable::Code(_) => Vec::new(),
    };
    if variable == Variable::Stance && !measured.inference {
        return Err(lacks(
            results,
            "there is no coding by an inference model, which a head of stance builds on; run the study with a coder of kind \"inference\"",
        ));
    }
    let embedding = Measured::model(results, "embedding")?;
    let mut models = vec![embedding];
    if measured.sentiment {
        models.push(Measured::model(results, "sentiment")?);
    }
    if variable == Variable::Stance {
        models.push(Measured::model(results, "stance")?);
    }
    check_model(results, &models[0], basis.embedder)?;
    let rest = rest(results, &targets, &basis.inference)?;
    let propositions = propositions(basis.embedder, &targets)?;
    let classes = codes.classes();
    let groups: Vec<Vec<usize>> = match targets.len() {
        0 => vec![Vec::new()],
        1 => vec![vec![0]],
        n => {
            let enough = targets.iter().all(|target| codes.of_target(&target.id) >= CODES_ADVISED);
            let apart = basis.sharing == Sharing::Apart || (basis.sharing == Sharing::Auto && enough);
            if apart { (0..n).map(|at| vec![at]).collect() } else { vec![(0..n).collect()] }
        }
    };
    let plans: Vec<Plan> = groups
        .iter()
        .map(|of| Plan {
            dimensions: basis.embedder.dimensions,
            sentiment: measured.sentiment,
            of_targets: variable == Variable::Stance,
            negation: !of.is_empty() && of.iter().all(|at| targets[*at].negation.is_some()),
            shared: of.len() > 1,
        })
        .collect();

    let mut moments: Vec<Moments> = plans.iter().map(|plan| Moments::new(plan.blocks())).collect();
    let mut coded: BTreeMap<Unit, CodedRow> = BTreeMap::new();
    let features = InputFeatures::new(basis.embedder.dimensions);
    let mut inputs: Vec<(String, InputSums)> = Vec::new();
    visit(results, &measured, &targets, &propositions, &rest, |unit| {
        // The segments of a document are adjacent.
        if inputs.last().is_none_or(|(id, _)| id != unit.document_id) {
            inputs.push((unit.document_id.to_owned(), InputSums::default()));
        }
        if let Some((_, sums)) = inputs.last_mut() {
            features.add(unit.vector, sums);
        }
        for ((of, plan), moments) in groups.iter().zip(&plans).zip(&mut moments) {
            let of: Vec<Option<usize>> =
                if of.is_empty() { vec![None] } else { of.iter().copied().map(Some).collect() };
            for target in of {
                let blocks = plan.row(&unit.of(target))?;
                moments.add(&blocks)?;
                let key = (unit.segment_id.to_owned(), target.map(|at| targets[at].id.clone()));
                if let Some(code) = codes.get(&key) {
                    let text_sha256 = sha256(unit.text.as_bytes());
                    coded.insert(key, CodedRow { code: code.clone(), blocks, text_sha256 });
                }
            }
        }
        Ok(())
    })?;
    codes.check_found(results, |key| coded.contains_key(key))?;

    let mut heads = Vec::new();
    let mut trained_on = Vec::new();
    for ((of, plan), moments) in groups.iter().zip(plans).zip(moments) {
        let ids: Vec<String> = of.iter().map(|at| targets[*at].id.clone()).collect();
        let of_head = |unit: &Unit| unit.1.as_ref().is_none_or(|target| ids.contains(target));
        let rows: Vec<(&Unit, &CodedRow)> = coded.iter().filter(|(unit, _)| of_head(unit)).collect();
        let name = if ids.len() == 1 { format!("target `{}`", ids[0]) } else { variable.to_string() };
        let Fitted { head, quality, left_out } =
            fit(moments.finish(), &training(&rows, &classes), &classes, basis.seed)
                .map_err(|problem| LearnError::Head { of: name, problem })?;
        trained_on.extend(rows.into_iter().zip(left_out).map(|((unit, row), left_out)| {
            let of_class = head.classes.iter().position(|class| *class == row.code.label);
            TrainedOn {
                segment_id: unit.0.clone(),
                target_id: unit.1.clone(),
                text_sha256: row.text_sha256.clone(),
                label: row.code.label.clone(),
                weight: row.code.weight,
                coder: row.code.coder.clone(),
                left_out_label: head.classes[left_out.label].clone(),
                left_out_probability: of_class.map_or(0.0, |at| left_out.probabilities[at]),
                left_out_probabilities: left_out.probabilities,
            }
        }));
        heads.push(OfHead { targets: ids, plan, head, quality });
    }
    Ok(LearnedCoder {
        plenary_version: env!("CARGO_PKG_VERSION").to_owned(),
        run_id: results.run().run_id.clone(),
        variable,
        targets,
        propositions,
        models,
        heads,
        trained_on,
        inputs: InputReference::of(&inputs, basis.seed),
    })
}

/// A coded unit with its blocks.
struct CodedRow {
    code: Code,
    blocks: Row,
    text_sha256: String,
}

/// The rows of a fit.
fn training(rows: &[(&Unit, &CodedRow)], classes: &[String]) -> Vec<TrainingRow> {
    let row = |(_, row): &(&Unit, &CodedRow)| TrainingRow {
        blocks: row.blocks.clone(),
        // A class that is not among the classes is refused by the fit.
        class: classes.iter().position(|class| *class == row.code.label).unwrap_or(classes.len()),
        weight: row.code.weight,
    };
    rows.iter().map(row).collect()
}

/// Codes all segments of results, in the order of the table `segments`; for stance, target by target in the order of the study.
///
/// # Errors
/// [`LearnError`] if the results were measured with other models, or lack a proposition or a measurement.
pub fn code(
    coder: &LearnedCoder,
    results: &Results,
    inference: &Inference,
    mut take: impl FnMut(Coded),
) -> Result<(), LearnError> {
    let measured = Measured::of(results)?;
    for model in &coder.models {
        let found = Measured::model(results, &model.task)?;
        if found != *model {
            return Err(lacks(
                results,
                &format!(
                    "measured with the {} model {} ({}), but the coder was learned with {} ({}); run the study with that model",
                    model.task,
                    found.id,
                    found.short(),
                    model.id,
                    model.short()
                ),
            ));
        }
    }
    let mut targets = Vec::new();
    if coder.variable == Variable::Stance {
        let known = coder.targets.iter().filter(|target| results.study().targets.iter().any(|t| t.id == target.id));
        targets.extend(known.cloned());
        if targets.is_empty() {
            return Err(lacks(
                results,
                &format!("none of the study's targets is one that the coder was learned for: {}", coder.ids()),
            ));
        }
        coder.check_targets(&targets, &results.study().targets).map_err(|problem| lacks(results, &problem))?;
    }
    let classes = coder.classes();
    let propositions = coder.propositions_of(&targets);
    let rest = rest(results, &targets, inference)?;
    let left_out = LeftOut::of(coder);
    visit(results, &measured, &targets, &propositions, &rest, |unit| {
        let rows: Vec<Option<usize>> =
            if targets.is_empty() { vec![None] } else { (0..targets.len()).map(Some).collect() };
        for target in rows {
            let id = target.map(|at| targets[at].id.as_str());
            let Some(of) = coder.head_of(id) else { continue };
            let (prediction, _) = left_out.predict(of, id, unit.text, &unit.of(target))?;
            let place = |class: &String| classes.iter().position(|one| one == class).unwrap_or_default();
            let mut probabilities = vec![0.0; classes.len()];
            for (class, probability) in of.head.classes.iter().zip(&prediction.probabilities) {
                probabilities[place(class)] = *probability;
            }
            take(Coded {
                segment_id: unit.segment_id.to_owned(),
                target_id: id.map(str::to_owned),
                label: place(&of.head.classes[prediction.label]),
                probabilities,
            });
        }
        Ok(())
    })
}

/// The vectors of the propositions, one row per target.
fn propositions(embedder: &Model, targets: &[Target]) -> Result<Array2<f32>, EngineError> {
    use plenary_corpus::progress::Silent;
    let texts: Vec<&str> = targets.iter().map(|target| target.proposition.as_str()).collect();
    let work = Work { threads: 1, progress: &Silent, cache: None };
    Ok(plenary_measure::embedding::embed(embedder, &texts, work)?.vectors)
}

/// The inference model if a target needs it and an inference is missing.
fn rest<'r>(results: &Results, targets: &[Target], inference: &Inference<'r>) -> Result<Rest<'r>, LearnError> {
    let Inference { model, work } = *inference;
    if targets.is_empty() || !lacks_inferences(results)? {
        return Ok(Rest { model: None, work });
    }
    let Some(model) = model else {
        return Err(lacks(
            results,
            "segments that are off the topic were not read by the inference model, which is needed to read them now",
        ));
    };
    check_model(results, &Measured::model(results, "stance")?, model)?;
    Ok(Rest { model: Some(model), work })
}

/// Whether a model is the one with which the results were measured.
fn check_model(results: &Results, used: &ModelUsed, model: &Model) -> Result<(), LearnError> {
    let found = model.weights_sha256().unwrap_or_default();
    if used.id != model.id || used.sha256 != found {
        let short = found.get(..12).unwrap_or(found);
        let problem = format!(
            "measured with the {} model {} ({}), but the model here is {} ({short}); install that model, or run the study again",
            used.task,
            used.id,
            used.short(),
            model.id,
        );
        return Err(lacks(results, &problem));
    }
    Ok(())
}

fn lacks(results: &Results, problem: &str) -> LearnError {
    let folder = results.folder().map_or_else(|| "results".into(), |folder| folder.display().to_string());
    LearnError::Results { results: folder, problem: problem.to_owned() }
}
