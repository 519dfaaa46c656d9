//! Coder folders.
//!
//! **Input:** a [`LearnedCoder`], or a folder. **Output:** a folder with `coder.toml` (what the coder is, and how good),
//! `heads.safetensors` (its numbers) and `training.csv` (the codes it was learned from, without the texts); or the coder
//! again. **Refused:** to write over a folder that is not a coder's; to read a folder that is damaged, incomplete or of another
//! format. **Left to others:** the models whose numbers the coder reads.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use ndarray::Array2;
use plenary_corpus::findings::{Rule, Target};
use plenary_corpus::hash::sha256;
use plenary_measure::drift::InputReference;
use plenary_measure::head::features::{ScaledBlock, ShapeError, Standardiser};
use plenary_measure::head::unit::{Plan, Unit};
use plenary_measure::head::{Head, Prediction, Quality};
use plenary_models::Models;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde::{Deserialize, Serialize};

use super::FORMAT;
pub use crate::validate::coded::Variable;

const MANIFEST: &str = "coder.toml";
const HEADS: &str = "heads.safetensors";
const TRAINING: &str = "training.csv";

/// A model whose numbers a coder reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelUsed {
    /// What it is for: `embedding`, `sentiment` or `stance`.
    pub task: String,
    /// Id of the model.
    pub id: String,
    /// sha256 of its file, 64 hex digits.
    pub sha256: String,
}

impl ModelUsed {
    /// The first digits of the sha256.
    pub fn short(&self) -> &str {
        self.sha256.get(..12).unwrap_or(&self.sha256)
    }
}

/// A head, the targets that it is for and the blocks that it reads.
#[derive(Debug, Clone, PartialEq)]
pub struct OfHead {
    /// Ids of its targets; none if the variable has no targets.
    pub targets: Vec<String>,
    /// The blocks.
    pub plan: Plan,
    /// The head.
    pub head: Head,
    /// Its quality.
    pub quality: Quality,
}

/// A code that a coder was learned from, with what heads without this code say.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainedOn {
    /// The segment.
    pub segment_id: String,
    /// The target; `None` if the variable has none.
    pub target_id: Option<String>,
    /// sha256 of the segment's text, 64 hex digits.
    pub text_sha256: String,
    /// The label that a person gave.
    pub label: String,
    /// Weight among the codes.
    pub weight: f64,
    /// Who coded.
    pub coder: String,
    /// The label by a head without this code.
    pub left_out_label: String,
    /// Probability of the person's label by a head without this code.
    pub left_out_probability: f64,
    /// Probabilities of all classes by a head without this code, in the order of the classes of its head; empty if the coder was
    /// learned by a version that did not keep them.
    pub left_out_probabilities: Vec<f64>,
}

/// A coder learned from hand codes.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnedCoder {
    /// Version of plenary that learned it.
    pub plenary_version: String,
    /// Id of the run whose segments were coded.
    pub run_id: String,
    /// What it codes.
    pub variable: Variable,
    /// The targets, with their propositions; none if the variable has no targets.
    pub targets: Vec<Target>,
    /// The vectors of the propositions, one row per target.
    pub propositions: Array2<f32>,
    /// The models whose numbers it reads.
    pub models: Vec<ModelUsed>,
    /// Its heads: one, or one per target.
    pub heads: Vec<OfHead>,
    /// The codes that it was learned from, by segment and target.
    pub trained_on: Vec<TrainedOn>,
    /// What is kept of the texts of the results in which it was learned; `None` for a coder of an earlier version.
    pub inputs: Option<InputReference>,
}

/// What heads say of the units that they were trained on, each by a head without the code of the unit. Labels of these units are then
/// as good as those of units that nobody coded, and the same codes can measure the coder and correct its estimates.
#[derive(Debug, Clone, Default)]
pub(crate) struct LeftOut(HashMap<(Option<String>, String), Prediction>);

impl LeftOut {
    /// The predictions that a coder keeps.
    pub(crate) fn of(coder: &LearnedCoder) -> Self {
        let mut all = HashMap::new();
        for row in &coder.trained_on {
            let Some(of) = coder.head_of(row.target_id.as_deref()) else { continue };
            let label = of.head.classes.iter().position(|class| *class == row.left_out_label);
            if let Some(label) = label
                && row.left_out_probabilities.len() == of.head.classes.len()
            {
                let prediction = Prediction { label, probabilities: row.left_out_probabilities.clone() };
                all.entry((row.target_id.clone(), row.text_sha256.clone())).or_insert(prediction);
            }
        }
        Self(all)
    }

    /// The prediction for a text and target, if a code of it is among the training data.
    pub(crate) fn get(&self, target: Option<&str>, text: &str) -> Option<&Prediction> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&(target.map(str::to_owned), sha256(text.as_bytes())))
    }
}

impl LeftOut {
    /// What a head says of a unit: of a text that it was trained on, what a head without its code says, with the rule that says so.
    pub(crate) fn predict(
        &self,
        of: &OfHead,
        target: Option<&str>,
        text: &str,
        unit: &Unit,
    ) -> Result<(Prediction, Option<Rule>), ShapeError> {
        match self.get(target, text) {
            Some(prediction) => Ok((prediction.clone(), Some(Rule::LeftOut))),
            None => Ok((of.head.predict(&of.plan.row(unit)?)?, None)),
        }
    }
}

/// What is wrong with a coder folder.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file or folder.
        path: String,
        /// The message of the operating system.
        source: std::io::Error,
    },
    /// There is no coder.
    #[error("{path}: no coder is here; expected a folder that `plenary learn` wrote, with {MANIFEST}")]
    NoCoder {
        /// The folder.
        path: String,
    },
    /// The folder belongs to something else.
    #[error("{path} is not empty and holds no coder; name a new folder, or that of an earlier coder")]
    Occupied {
        /// The folder.
        path: String,
    },
    /// A file is not as it was written.
    #[error("{path}: {problem}; copy the coder again, or learn it again")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// The folder has another format.
    #[error(
        "{path}: a coder of format {found}, written by plenary {version}; this version reads format {FORMAT}. Learn it again, or use that version"
    )]
    Format {
        /// The manifest.
        path: String,
        /// The format that was found.
        found: u32,
        /// The version that wrote it.
        version: String,
    },
}

/// `coder.toml`.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    plenary_version: String,
    run_id: String,
    n_codes: usize,
    variable: Variable,
    heads_sha256: String,
    training_sha256: String,
    #[serde(default)]
    targets: Vec<Target>,
    models: Vec<ModelUsed>,
    heads: Vec<HeadRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inputs: Option<InputReference>,
}

#[derive(Debug, Serialize, Deserialize)]
struct HeadRecord {
    targets: Vec<String>,
    classes: Vec<String>,
    penalty: f64,
    plan: Plan,
    quality: Quality,
    /// The warnings of the quality, in words.
    warnings: Vec<String>,
}

/// What every version's manifest has.
#[derive(Deserialize)]
struct AnyManifest {
    format: u32,
    plenary_version: String,
}

impl LearnedCoder {
    /// Checks that the models of a run are those whose numbers the coder reads.
    pub(crate) fn check_models(&self, models: &Models) -> Result<(), String> {
        for used in &self.models {
            let model = match used.task.as_str() {
                "embedding" => Some(&models.embedding),
                "sentiment" => models.sentiment.as_ref(),
                _ => models.stance.as_ref(),
            };
            let found = model.map(|model| (model.id.as_str(), model.weights_sha256().unwrap_or_default()));
            if found != Some((used.id.as_str(), used.sha256.as_str())) {
                let found = found.map_or_else(
                    || "none".into(),
                    |(id, sha256)| format!("{id} ({})", sha256.get(..12).unwrap_or(sha256)),
                );
                return Err(format!(
                    "it was learned with the {} model {} ({}), but the study uses {found}; name that model under [models], or learn the coder again",
                    used.task,
                    used.id,
                    used.short()
                ));
            }
        }
        Ok(())
    }

    /// The classes of all heads: those that are known beforehand, or those of the first head.
    pub fn classes(&self) -> Vec<String> {
        let of_heads = || self.heads.first().map(|of| of.head.classes.clone()).unwrap_or_default();
        self.variable.known_classes().unwrap_or_else(of_heads)
    }

    /// The head of a target, or the only head.
    pub fn head_of(&self, target: Option<&str>) -> Option<&OfHead> {
        self.heads.iter().find(|of| match target {
            Some(id) => of.targets.iter().any(|one| one == id),
            None => of.targets.is_empty(),
        })
    }

    /// The ids of the targets, for people.
    pub fn ids(&self) -> String {
        self.targets.iter().map(|target| target.id.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// Checks that the coder was learned for these targets of a study, with the same propositions.
    pub(super) fn check_targets(&self, wanted: &[Target], of_study: &[Target]) -> Result<(), String> {
        for target in wanted {
            let Some(own) = self.targets.iter().find(|own| own.id == target.id) else {
                return Err(format!(
                    "the coder was not learned for the target `{}`, only for {}; a head does not carry over to other targets, so learn one from codes of this target",
                    target.id,
                    self.ids()
                ));
            };
            let Some(asked) = of_study.iter().find(|asked| asked.id == target.id) else { continue };
            if own.proposition != asked.proposition || own.negation != asked.negation {
                return Err(format!(
                    "the target `{}` has another proposition or negation than when the coder was learned (\"{}\"); restore it, or learn the coder again",
                    target.id, own.proposition
                ));
            }
        }
        Ok(())
    }

    /// The vectors of the propositions of some of the coder's targets.
    pub(super) fn propositions_of(&self, targets: &[Target]) -> Array2<f32> {
        let rows: Vec<usize> =
            targets.iter().filter_map(|target| self.targets.iter().position(|own| own.id == target.id)).collect();
        self.propositions.select(ndarray::Axis(0), &rows)
    }

    /// sha256 of the coder's numbers, 64 hex digits.
    pub fn sha256(&self) -> String {
        sha256(&self.numbers())
    }

    /// Writes the coder into a new or empty folder, or over an earlier coder. The folder appears whole or not at all.
    ///
    /// # Errors
    /// [`FolderError`] if the folder holds something else, or cannot be written.
    pub fn save(&self, folder: &Path) -> Result<(), FolderError> {
        let failed = |path: &Path| {
            let path = path.display().to_string();
            move |source| FolderError::File { path, source }
        };
        let exists = folder.exists();
        if exists && !folder.join(MANIFEST).is_file() {
            let is_empty = fs::read_dir(folder).map_err(failed(folder))?.next().is_none();
            if !is_empty {
                return Err(FolderError::Occupied { path: folder.display().to_string() });
            }
        }
        let beside = |ending: &str| -> PathBuf {
            let mut name = folder.file_name().unwrap_or_default().to_owned();
            name.push(ending);
            folder.with_file_name(name)
        };
        let (staged, old) = (beside(".part"), beside(".old"));
        for left in [&staged, &old] {
            if left.exists() {
                return Err(FolderError::Occupied { path: left.display().to_string() });
            }
        }
        let numbers = self.numbers();
        let training = self.training();
        let manifest = toml::to_string_pretty(&self.manifest(&numbers, &training)).map_err(|error| {
            FolderError::File { path: MANIFEST.into(), source: std::io::Error::other(error.to_string()) }
        })?;
        fs::create_dir_all(&staged).map_err(failed(&staged))?;
        let written = [(HEADS, numbers.as_slice()), (TRAINING, &training), (MANIFEST, manifest.as_bytes())]
            .into_iter()
            .try_for_each(|(name, bytes)| fs::write(staged.join(name), bytes).map_err(failed(&staged.join(name))))
            .and_then(|()| if exists { fs::rename(folder, &old).map_err(failed(folder)) } else { Ok(()) })
            .and_then(|()| fs::rename(&staged, folder).map_err(failed(folder)));
        if let Err(error) = written {
            // What was there before is put back; if that fails too, it is in the folder `.old`.
            if !folder.exists() && old.exists() {
                let _ = fs::rename(&old, folder);
            }
            let _ = fs::remove_dir_all(&staged);
            return Err(error);
        }
        if exists {
            fs::remove_dir_all(&old).map_err(failed(&old))?;
        }
        Ok(())
    }

    /// Reads a coder folder.
    ///
    /// # Errors
    /// [`FolderError`] if there is no coder, or its files are not those that were written.
    pub fn load(folder: &Path) -> Result<Self, FolderError> {
        let path = folder.join(MANIFEST);
        let damaged = |name: &str, problem: String| FolderError::Damaged {
            path: folder.join(name).display().to_string(),
            problem,
        };
        let bytes = fs::read(&path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
                FolderError::NoCoder { path: folder.display().to_string() }
            }
            _ => FolderError::File { path: path.display().to_string(), source },
        })?;
        let text = String::from_utf8(bytes).map_err(|error| damaged(MANIFEST, error.to_string()))?;
        let any: AnyManifest = toml::from_str(&text).map_err(|error| damaged(MANIFEST, error.message().to_owned()))?;
        if any.format != FORMAT {
            let path = path.display().to_string();
            return Err(FolderError::Format { path, found: any.format, version: any.plenary_version });
        }
        let manifest: Manifest =
            toml::from_str(&text).map_err(|error| damaged(MANIFEST, error.message().to_owned()))?;
        let checked = |name: &str, expected: &str| {
            let bytes = fs::read(folder.join(name)).map_err(|error| damaged(name, error.to_string()))?;
            let found = sha256(&bytes);
            if found == expected {
                Ok(bytes)
            } else {
                Err(damaged(name, format!("the sha256 is {found}, expected {expected}")))
            }
        };
        let numbers = checked(HEADS, &manifest.heads_sha256)?;
        let training = checked(TRAINING, &manifest.training_sha256)?;
        let trained_on = read_training(&training).map_err(|problem| damaged(TRAINING, problem))?;
        let (propositions, heads) = read_numbers(&numbers, &manifest).map_err(|problem| damaged(HEADS, problem))?;
        let Manifest { plenary_version, run_id, variable, targets, models, inputs, .. } = manifest;
        Ok(Self { plenary_version, run_id, variable, targets, propositions, models, heads, trained_on, inputs })
    }

    fn manifest(&self, numbers: &[u8], training: &[u8]) -> Manifest {
        let heads = self.heads.iter().map(|of| HeadRecord {
            targets: of.targets.clone(),
            classes: of.head.classes.clone(),
            penalty: of.head.penalty,
            plan: of.plan.clone(),
            quality: of.quality.clone(),
            warnings: of.quality.warnings.iter().map(ToString::to_string).collect(),
        });
        Manifest {
            format: FORMAT,
            plenary_version: self.plenary_version.clone(),
            run_id: self.run_id.clone(),
            n_codes: self.trained_on.len(),
            variable: self.variable.clone(),
            heads_sha256: sha256(numbers),
            training_sha256: sha256(training),
            targets: self.targets.clone(),
            models: self.models.clone(),
            heads: heads.collect(),
            inputs: self.inputs.clone(),
        }
    }

    fn numbers(&self) -> Vec<u8> {
        let mut tensors: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = Vec::new();
        let flat: Vec<u8> = self.propositions.iter().flat_map(|number| number.to_le_bytes()).collect();
        tensors.push(("propositions".into(), Dtype::F32, self.propositions.shape().to_vec(), flat));
        for (at, OfHead { head, .. }) in self.heads.iter().enumerate() {
            let mut push = |name: &str, shape: Vec<usize>, numbers: &mut dyn Iterator<Item = f64>| {
                let bytes = numbers.flat_map(f64::to_le_bytes).collect();
                tensors.push((format!("head_{at}.{name}"), Dtype::F64, shape, bytes));
            };
            let blocks = &head.standardiser.blocks;
            let (k, width) = (head.classes.len(), head.standardiser.width());
            push("means", vec![width], &mut blocks.iter().flat_map(|block| block.mean.iter().copied()));
            push("scales", vec![blocks.len()], &mut blocks.iter().map(|block| block.scale));
            push("coefficients", vec![width, k], &mut head.coefficients.iter().flatten().copied());
            push("offsets", vec![k], &mut head.offsets.iter().copied());
            push("scaling", vec![k + 1, k], &mut head.scaling.iter().flatten().copied());
            push("shares", vec![k], &mut head.shares.iter().copied());
        }
        // Shapes and bytes fit each other by construction, which is all that is checked here.
        let views = tensors.iter().filter_map(|(name, dtype, shape, bytes)| {
            Some((name.as_str(), TensorView::new(*dtype, shape.clone(), bytes).ok()?))
        });
        serialize(views.collect::<Vec<_>>(), None).unwrap_or_default()
    }

    fn training(&self) -> Vec<u8> {
        let mut rows = csv::Writer::from_writer(Vec::new());
        // Writing into memory cannot fail.
        let _ = rows.write_record(COLUMNS);
        for row in &self.trained_on {
            let (weight, probability) = (row.weight.to_string(), row.left_out_probability.to_string());
            let target = row.target_id.as_deref().unwrap_or_default();
            let probabilities: Vec<String> = row.left_out_probabilities.iter().map(f64::to_string).collect();
            let _ = rows.write_record([
                row.segment_id.as_str(),
                target,
                &row.text_sha256,
                &row.label,
                &weight,
                &row.coder,
                &row.left_out_label,
                &probability,
                &probabilities.join(" "),
            ]);
        }
        rows.into_inner().unwrap_or_default()
    }
}

const COLUMNS: [&str; 9] = [
    "segment_id",
    "target_id",
    "text_sha256",
    "label",
    "weight",
    "coder",
    "left_out_label",
    "left_out_probability",
    "left_out_probabilities",
];

fn read_training(bytes: &[u8]) -> Result<Vec<TrainedOn>, String> {
    let mut reader = csv::Reader::from_reader(bytes);
    let rows = reader.records().map(|record| {
        let record = record.map_err(|error| error.to_string())?;
        let cell = |at: usize| record.get(at).unwrap_or_default().to_owned();
        let parse = |number: &str| number.parse::<f64>().map_err(|_| format!("`{number}` is not a number"));
        let number = |at: usize| parse(&cell(at));
        Ok(TrainedOn {
            segment_id: cell(0),
            target_id: Some(cell(1)).filter(|id| !id.is_empty()),
            text_sha256: cell(2),
            label: cell(3),
            weight: number(4)?,
            coder: cell(5),
            left_out_label: cell(6),
            left_out_probability: number(7)?,
            left_out_probabilities: cell(8).split_whitespace().map(parse).collect::<Result<_, _>>()?,
        })
    });
    rows.collect()
}

/// The vectors of the propositions and the heads. Every shape is checked, because the manifest may have been edited.
fn read_numbers(bytes: &[u8], manifest: &Manifest) -> Result<(Array2<f32>, Vec<OfHead>), String> {
    let tensors = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let found = |name: &str, dtype: Dtype, shape: &[usize]| {
        let tensor = tensors.tensor(name).map_err(|error| error.to_string())?;
        if tensor.dtype() != dtype || tensor.shape() != shape {
            return Err(format!("`{name}` is {:?} {:?}, expected {dtype:?} {shape:?}", tensor.dtype(), tensor.shape()));
        }
        Ok(tensor.data().to_vec())
    };
    let doubles = |name: &str, shape: &[usize]| -> Result<Vec<f64>, String> {
        let bytes = found(name, Dtype::F64, shape)?;
        let numbers: Vec<f64> = bytes.as_chunks::<8>().0.iter().map(|chunk| f64::from_le_bytes(*chunk)).collect();
        if numbers.iter().all(|number| number.is_finite()) {
            Ok(numbers)
        } else {
            Err(format!("`{name}` has numbers that are not finite"))
        }
    };
    let dimensions = manifest.heads.first().ok_or("there is no head")?.plan.dimensions;
    let n_targets = manifest.targets.len();
    let flat = found("propositions", Dtype::F32, &[n_targets, if n_targets == 0 { 0 } else { dimensions }]).or_else(
        |error| if n_targets == 0 { found("propositions", Dtype::F32, &[0, dimensions]) } else { Err(error) },
    )?;
    let flat: Vec<f32> = flat.as_chunks::<4>().0.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect();
    let width = flat.len().checked_div(n_targets).unwrap_or(dimensions);
    let propositions = Array2::from_shape_vec((n_targets, width), flat).map_err(|error| error.to_string())?;
    let mut heads = Vec::new();
    for (at, record) in manifest.heads.iter().enumerate() {
        if let Some(id) = record.targets.iter().find(|id| manifest.targets.iter().all(|target| target.id != **id)) {
            return Err(format!("head {at} is for the target `{id}`, which the coder does not have"));
        }
        if record.classes.len() < 2 || record.plan.dimensions != dimensions {
            return Err(format!(
                "head {at} has {} classes and {} dimensions",
                record.classes.len(),
                record.plan.dimensions
            ));
        }
        let blocks = record.plan.blocks();
        let width: usize = blocks.iter().map(|block| block.width).sum();
        let k = record.classes.len();
        let of = |name: &str, shape: &[usize]| doubles(&format!("head_{at}.{name}"), shape);
        let (means, scales) = (of("means", &[width])?, of("scales", &[blocks.len()])?);
        let mut rest = means.as_slice();
        let blocks = blocks.into_iter().zip(scales).map(|(block, scale)| {
            // The widths of the blocks sum to the number of means.
            let (mean, after) = rest.split_at(block.width.min(rest.len()));
            rest = after;
            ScaledBlock { mean: mean.to_vec(), block, scale }
        });
        let standardiser = Standardiser { blocks: blocks.collect() };
        let rows = |numbers: Vec<f64>| numbers.chunks(k).map(<[f64]>::to_vec).collect();
        let head = Head {
            classes: record.classes.clone(),
            standardiser,
            coefficients: rows(of("coefficients", &[width, k])?),
            offsets: of("offsets", &[k])?,
            scaling: rows(of("scaling", &[k + 1, k])?),
            shares: of("shares", &[k])?,
            penalty: record.penalty,
        };
        let (targets, plan) = (record.targets.clone(), record.plan.clone());
        heads.push(OfHead { targets, plan, head, quality: record.quality.clone() });
    }
    Ok((propositions, heads))
}
