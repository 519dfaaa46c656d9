//! The texts that themes are fitted to.
//!
//! **Input:** vectors and texts of segments, in any order and any number of lots. **Output:** a [`Fitted`]. The sample keeps no
//! more than [`FITTED_AT_MOST`] texts, chosen by content and seed, so that samples of parts merge into the sample of the whole.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{Read, Write};
use std::sync::Arc;

use ndarray::{Array2, ArrayView2};
use plenary_corpus::progress::Progress;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::arrange::{self, Arrangement};
use super::fit::Node;
use super::fitted::{Draft, Fitted};
use super::registry::{self, Registry, RegistryError};
use super::{FITTED_AT_MOST, ThemeError, ThemeOptions, Wording, assign, describe, fit};

/// Number of exemplars of a theme.
const EXEMPLARS: usize = 3;

/// Increases when the file format changes.
const STORED_VERSION: u32 = 2;

/// The file format of a sample.
#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    options: ThemeOptions,
    seed: u64,
    at_most: usize,
    n_rows: usize,
    texts: Vec<(Box<str>, Vec<f32>, u64)>,
    /// The bytes of the registry.
    registry: Option<Vec<u8>>,
}

/// Why samples cannot be merged, written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    /// Two samples were made with different options or seeds.
    #[error("the samples for themes were made with other options or another seed")]
    Options,
    /// Two samples have vectors of different widths, so they belong to different embedding models.
    #[error("the samples for themes have vectors of {expected} and of {found} dimensions")]
    Width {
        /// Width of the sample to which the other was to be added.
        expected: usize,
        /// Width of the other sample.
        found: usize,
    },
    /// Two samples continue different themes.
    #[error("the samples for themes continue the themes of different registries")]
    Registries,
    /// The bytes are not a sample.
    #[error("the sample for themes is damaged: {0}")]
    Damaged(String),
    /// The sample cannot be written.
    #[error("the sample for themes cannot be written: {0}")]
    Write(String),
}

/// What is kept of a text.
#[derive(Debug, Clone, PartialEq)]
struct Kept {
    /// Its unit vector.
    vector: Vec<f32>,
    /// Key of its document; of several documents, the smallest.
    document: u64,
}

/// The texts that themes are fitted to: all distinct texts or, if there are more than [`FITTED_AT_MOST`], the first in
/// an order given by content and seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    options: ThemeOptions,
    seed: u64,
    pub(super) at_most: usize,
    nodes: BTreeMap<Node, Kept>,
    n_rows: usize,
    /// The themes that are continued.
    registry: Option<Arc<Registry>>,
}

impl Sample {
    /// An empty sample.
    ///
    /// # Errors
    /// [`ThemeError::Option`] if an option is out of range.
    pub fn new(options: &ThemeOptions, seed: u64) -> Result<Self, ThemeError> {
        options.check()?;
        Ok(Self {
            options: options.clone(),
            seed,
            at_most: FITTED_AT_MOST,
            nodes: BTreeMap::new(),
            n_rows: 0,
            registry: None,
        })
    }

    /// The same sample, whose themes continue those of a registry.
    #[must_use]
    pub fn continuing(mut self, registry: Option<Arc<Registry>>) -> Self {
        self.registry = registry;
        self
    }

    /// Adds segments; `vectors` has the shape `[segments, dimensions]`, `texts` and `documents` (any key that distinguishes
    /// documents) have one entry per segment.
    ///
    /// # Errors
    /// [`ThemeError`] if they do not fit together or a vector is not finite.
    pub fn add(&mut self, vectors: ArrayView2<f32>, texts: &[&str], documents: &[&str]) -> Result<(), ThemeError> {
        if vectors.nrows() != texts.len() || documents.len() != texts.len() {
            return Err(ThemeError::Mismatch { vectors: vectors.nrows(), texts: texts.len(), speakers: texts.len() });
        }
        if let Some(row) = vectors.rows().into_iter().position(|row| row.iter().any(|v| !v.is_finite())) {
            return Err(ThemeError::NotFinite { row: self.n_rows + row });
        }
        self.n_rows += texts.len();
        let nodes: Vec<Node> = texts.par_iter().map(|text| Node::of(text, self.seed)).collect();
        for ((node, vector), document) in nodes.into_iter().zip(vectors.rows()).zip(documents) {
            if self.admits(&node) {
                self.insert(node, Kept { vector: fit::unit(vector), document: document_key(document) });
            }
        }
        Ok(())
    }

    /// Whether a text is in the sample, or would be if it were added.
    fn admits(&self, node: &Node) -> bool {
        self.nodes.len() < self.at_most || self.nodes.last_key_value().is_some_and(|(last, _)| node <= last)
    }

    fn insert(&mut self, node: Node, kept: Kept) {
        // If a text has several vectors, the same one is kept whatever the order in which they are added.
        let bits = |vector: &[f32]| vector.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        let known = self.nodes.entry(node).or_insert_with(|| kept.clone());
        known.document = known.document.min(kept.document);
        if kept.vector != known.vector && bits(&kept.vector) < bits(&known.vector) {
            known.vector = kept.vector;
        }
        if self.nodes.len() > self.at_most {
            self.nodes.pop_last();
        }
    }

    /// Adds the texts of another sample. The merged samples of two parts of a corpus equal the sample of the whole.
    ///
    /// # Errors
    /// [`SampleError::Options`] if the two were made with different options or seeds, [`SampleError::Width`] if their
    /// vectors have different numbers of dimensions.
    pub fn merge(&mut self, other: Sample) -> Result<(), SampleError> {
        if self.options != other.options || self.seed != other.seed || self.at_most != other.at_most {
            return Err(SampleError::Options);
        }
        if self.registry != other.registry {
            return Err(SampleError::Registries);
        }
        if let (Some(own), Some(others)) = (self.width(), other.width())
            && own != others
        {
            return Err(SampleError::Width { expected: own, found: others });
        }
        self.n_rows += other.n_rows;
        for (node, kept) in other.nodes {
            if self.admits(&node) {
                self.insert(node, kept);
            }
        }
        Ok(())
    }

    /// Number of dimensions of the vectors; `None` for an empty sample.
    fn width(&self) -> Option<usize> {
        self.nodes.values().next().map(|kept| kept.vector.len())
    }

    /// Writes the sample; the same sample gives the same bytes.
    ///
    /// # Errors
    /// If `to` cannot be written.
    pub fn write(&self, to: impl Write) -> Result<(), SampleError> {
        let stored = Stored {
            version: STORED_VERSION,
            options: self.options.clone(),
            seed: self.seed,
            at_most: self.at_most,
            n_rows: self.n_rows,
            texts: self
                .nodes
                .iter()
                .map(|(node, kept)| (node.text.clone(), kept.vector.clone(), kept.document))
                .collect(),
            registry: self.registry.as_ref().map(|registry| registry.to_bytes()),
        };
        postcard::to_io(&stored, to).map(drop).map_err(|error| SampleError::Write(error.to_string()))
    }

    /// Reads what [`Sample::write`] wrote.
    ///
    /// # Errors
    /// [`SampleError::Damaged`] if the bytes are not a sample of this version.
    pub fn read(mut from: impl Read) -> Result<Self, SampleError> {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).map_err(|error| SampleError::Damaged(error.to_string()))?;
        let (stored, rest): (Stored, &[u8]) =
            postcard::take_from_bytes(&bytes).map_err(|error| SampleError::Damaged(error.to_string()))?;
        if !rest.is_empty() || stored.version != STORED_VERSION {
            return Err(SampleError::Damaged("it has another version, or more bytes than a sample".into()));
        }
        let Stored { options, seed, at_most, n_rows, texts, registry, .. } = stored;
        options.check().map_err(|error| SampleError::Damaged(error.to_string()))?;
        let width = texts.first().map_or(0, |(_, vector, _)| vector.len());
        if texts.len() > at_most || texts.iter().any(|(_, v, _)| v.len() != width || v.iter().any(|x| !x.is_finite())) {
            return Err(SampleError::Damaged("its vectors do not fit together".into()));
        }
        let kept = |(text, vector, document): (Box<str>, _, _)| (Node::of(&text, seed), Kept { vector, document });
        let nodes = texts.into_iter().map(kept).collect();
        let registry = registry
            .map(|bytes| Registry::from_bytes(&bytes).map(Arc::new))
            .transpose()
            .map_err(|error| SampleError::Damaged(error.to_string()))?;
        Ok(Self { options, seed, at_most, nodes, n_rows, registry })
    }

    /// Finds the themes of the sample, or continues those of the registry, and describes them.
    ///
    /// # Errors
    /// [`ThemeError::Stopped`] if `progress` asks to stop, [`ThemeError::Registry`] if the vectors of the registry have another
    /// number of dimensions.
    pub fn fit(self, wording: &Wording, progress: &dyn Progress) -> Result<Fitted, ThemeError> {
        let n = self.nodes.len();
        let width = self.width().unwrap_or(0);
        let (nodes, kept): (Vec<Node>, Vec<Kept>) = self.nodes.into_iter().unzip();
        let documents: Vec<u64> = kept.iter().map(|kept| kept.document).collect();
        let vectors: Vec<Vec<f32>> = kept.into_iter().map(|kept| kept.vector).collect();
        let unit = Array2::from_shape_vec((n, width), vectors.concat()).map_err(|_| ThemeError::Mismatch {
            vectors: n,
            texts: n,
            speakers: n,
        })?;
        let options = self.options;
        let keys: Vec<registry::Key> = nodes.par_iter().map(|node| registry::key_of(&node.text)).collect();
        let prior = self.registry;
        if let Some(prior) = &prior
            && n > 0
            && ![0, width].contains(&prior.n_dimensions())
        {
            let found = format!("its vectors have {} dimensions, those of the texts {width}", prior.n_dimensions());
            return Err(RegistryError::Damaged(found).into());
        }
        let arrangement = match &prior {
            Some(prior) if prior.is_continued(&options) => {
                arrange::continued(unit.view(), &keys, &documents, prior, &options, self.seed, progress)?
            }
            prior => arrange::found(unit.clone(), &keys, prior.as_deref(), &options, self.seed, progress)?,
        };
        let drafts = drafts(&nodes, &unit, &arrangement, wording);
        Ok(Fitted {
            options,
            seed: self.seed,
            first_rows: vec![None; n],
            nodes,
            keys,
            arrangement,
            drafts,
            prior,
            seen: HashMap::new(),
            assignments: Vec::new(),
        })
    }
}

/// The first eight bytes of the sha256 of a document's key.
fn document_key(document: &str) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&Sha256::digest(document)[..8]);
    u64::from_be_bytes(bytes)
}

/// The themes with what describes them.
fn drafts(nodes: &[Node], unit: &Array2<f32>, arrangement: &Arrangement, wording: &Wording) -> Vec<Draft> {
    let n_themes = arrangement.themes.len();
    let mut of_theme: Vec<Vec<usize>> = vec![Vec::new(); n_themes];
    for (node, assignment) in arrangement.placed.iter().enumerate() {
        if let Some(theme) = assignment.theme {
            of_theme[theme].push(node);
        }
    }
    let texts: Vec<Vec<&str>> =
        of_theme.iter().map(|theme| theme.iter().map(|&node| &*nodes[node].text).collect()).collect();
    let themes = arrangement.members.iter().map(|member| Some(member.theme));
    let means = assign::mean_vectors(arrangement.base.view(), themes, n_themes);
    describe::describe(&texts, wording)
        .into_iter()
        .zip(&of_theme)
        .enumerate()
        .map(|(theme, (description, members))| {
            let cosine = |node: usize, theme: usize| assign::cosine(unit.view(), node, &means, theme);
            let mut by_cosine: Vec<(usize, f64)> = members.iter().map(|&node| (node, cosine(node, theme))).collect();
            let cohesion = mean(by_cosine.iter().map(|(_, cosine)| *cosine));
            let other = nearest_other(&means, theme);
            let to_other = other.map(|other| mean(members.iter().map(|&node| cosine(node, other))));
            by_cosine.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            Draft {
                description,
                cohesion: cohesion as f32,
                separation: to_other.map(|to_other| (cohesion - to_other) as f32),
                stability: arrangement.stability[theme],
                centroid: means.row(theme).iter().map(|&value| value as f32).collect(),
                exemplars: by_cosine.into_iter().take(EXEMPLARS).map(|(node, _)| node).collect(),
                first_node: members.first().copied().unwrap_or(usize::MAX),
                n_segments: 0,
                speakers: HashSet::new(),
            }
        })
        .collect()
}

/// Mean, summed in the given order; 0 without values.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0), |(sum, n), value| (sum + value, n + 1));
    if n == 0 { 0.0 } else { sum / f64::from(n) }
}

fn nearest_other(means: &ndarray::Array2<f64>, theme: usize) -> Option<usize> {
    let cosine = |other: usize| means.row(theme).iter().zip(means.row(other)).map(|(a, b)| a * b).sum::<f64>();
    // `max_by` keeps the last of equal elements: the order is reversed so that ties go to the first.
    (0..means.nrows()).rev().filter(|&other| other != theme).max_by(|&a, &b| cosine(a).total_cmp(&cosine(b)))
}
