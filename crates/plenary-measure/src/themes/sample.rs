//! The texts that themes are fitted to.
//!
//! **Input:** vectors and texts of segments, in any order and any number of lots. **Output:** a [`Fitted`]. The sample keeps no
//! more than [`FITTED_AT_MOST`] texts, chosen by content and seed, so that samples of parts merge into the sample of the whole.

use std::collections::{BTreeMap, HashSet};
use std::io::{Read, Write};

use ndarray::{Array2, ArrayView2};
use plenary_corpus::findings::Assignment;
use plenary_corpus::progress::Progress;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::fit::Node;
use super::fitted::{Draft, Fitted, place};
use super::{FITTED_AT_MOST, ThemeError, ThemeOptions, assign, describe, fit, neighbours};

/// Number of exemplars of a theme.
const EXEMPLARS: usize = 3;

/// Increases when the file format changes.
const STORED_VERSION: u32 = 1;

/// The file format of a sample.
#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    options: ThemeOptions,
    seed: u64,
    at_most: usize,
    n_rows: usize,
    texts: Vec<(Box<str>, Vec<f32>)>,
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
    /// The bytes are not a sample.
    #[error("the sample for themes is damaged: {0}")]
    Damaged(String),
    /// The sample cannot be written.
    #[error("the sample for themes cannot be written: {0}")]
    Write(String),
}

/// The texts that themes are fitted to: all distinct texts or, if there are more than [`FITTED_AT_MOST`], the first in
/// an order given by content and seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    options: ThemeOptions,
    seed: u64,
    pub(super) at_most: usize,
    /// The unit vector of each text.
    nodes: BTreeMap<Node, Vec<f32>>,
    n_rows: usize,
}

impl Sample {
    /// An empty sample.
    ///
    /// # Errors
    /// [`ThemeError::Option`] if an option is out of range.
    pub fn new(options: &ThemeOptions, seed: u64) -> Result<Self, ThemeError> {
        options.check()?;
        Ok(Self { options: options.clone(), seed, at_most: FITTED_AT_MOST, nodes: BTreeMap::new(), n_rows: 0 })
    }

    /// Adds segments; `vectors` has the shape `[segments, dimensions]`, `texts` has one entry per segment.
    ///
    /// # Errors
    /// [`ThemeError`] if the two do not fit together or a vector is not finite.
    pub fn add(&mut self, vectors: ArrayView2<f32>, texts: &[&str]) -> Result<(), ThemeError> {
        if vectors.nrows() != texts.len() {
            return Err(ThemeError::Mismatch { vectors: vectors.nrows(), texts: texts.len(), speakers: texts.len() });
        }
        if let Some(row) = vectors.rows().into_iter().position(|row| row.iter().any(|v| !v.is_finite())) {
            return Err(ThemeError::NotFinite { row: self.n_rows + row });
        }
        self.n_rows += texts.len();
        let nodes: Vec<Node> = texts.par_iter().map(|text| Node::of(text, self.seed)).collect();
        for (node, vector) in nodes.into_iter().zip(vectors.rows()) {
            if self.admits(&node) {
                self.insert(node, fit::unit(vector));
            }
        }
        Ok(())
    }

    /// Whether a text is in the sample, or would be if it were added.
    fn admits(&self, node: &Node) -> bool {
        self.nodes.len() < self.at_most || self.nodes.last_key_value().is_some_and(|(last, _)| node <= last)
    }

    fn insert(&mut self, node: Node, vector: Vec<f32>) {
        // If a text has several vectors, the same one is kept whatever the order in which they are added.
        let bits = |vector: &[f32]| vector.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        let known = self.nodes.entry(node).or_insert_with(|| vector.clone());
        if vector != *known && bits(&vector) < bits(known) {
            *known = vector;
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
        if let (Some(own), Some(others)) = (self.width(), other.width())
            && own != others
        {
            return Err(SampleError::Width { expected: own, found: others });
        }
        self.n_rows += other.n_rows;
        for (node, vector) in other.nodes {
            if self.admits(&node) {
                self.insert(node, vector);
            }
        }
        Ok(())
    }

    /// Number of dimensions of the vectors; `None` for an empty sample.
    fn width(&self) -> Option<usize> {
        self.nodes.values().next().map(Vec::len)
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
            texts: self.nodes.iter().map(|(node, vector)| (node.text.clone(), vector.clone())).collect(),
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
        let Stored { options, seed, at_most, n_rows, texts, .. } = stored;
        options.check().map_err(|error| SampleError::Damaged(error.to_string()))?;
        let width = texts.first().map_or(0, |(_, vector)| vector.len());
        if texts.len() > at_most || texts.iter().any(|(_, v)| v.len() != width || v.iter().any(|x| !x.is_finite())) {
            return Err(SampleError::Damaged("its vectors do not fit together".into()));
        }
        let nodes = texts.into_iter().map(|(text, vector)| (Node::of(&text, seed), vector)).collect();
        Ok(Self { options, seed, at_most, nodes, n_rows })
    }

    /// Finds the communities of the sample and describes them.
    ///
    /// # Errors
    /// [`ThemeError::Stopped`] if `progress` asks to stop.
    pub fn fit(self, language: Option<&str>, progress: &dyn Progress) -> Result<Fitted, ThemeError> {
        let n = self.nodes.len();
        let width = self.nodes.values().next().map_or(0, Vec::len);
        let (nodes, vectors): (Vec<Node>, Vec<Vec<f32>>) = self.nodes.into_iter().unzip();
        let unit = Array2::from_shape_vec((n, width), vectors.concat()).map_err(|_| ThemeError::Mismatch {
            vectors: n,
            texts: n,
            speakers: n,
        })?;
        let options = self.options;
        let k = match options.neighbours {
            0 => fit::neighbours_for(n),
            pinned => pinned.min(n.saturating_sub(1)),
        };
        progress.begin("comparing segments", n as u64);
        let near = neighbours::of_each(unit.view(), k, progress)?;
        progress.begin("finding themes", (fit::ROUNDS * fit::STARTS + 1) as u64);
        let edges = fit::shared_neighbour_graph(&near);
        let found = fit::consensus(n, edges, options.resolution, self.seed, progress)?;

        let least = if options.min_segments == 0 { assign::least_size(n) } else { options.min_segments };
        let members = assign::memberships(unit.view(), &found.community, least);
        let n_themes = members.iter().map(|m| m.theme + 1).max().unwrap_or(0);
        let place = |node: usize| place(members[node], &near[node], &members, n_themes, &options);
        let placed: Vec<Assignment> = (0..n).map(place).collect();

        let mut of_theme: Vec<Vec<usize>> = vec![Vec::new(); n_themes];
        for (node, assignment) in placed.iter().enumerate() {
            of_theme[assignment.theme].push(node);
        }
        let texts: Vec<Vec<&str>> =
            of_theme.iter().map(|theme| theme.iter().map(|&node| &*nodes[node].text).collect()).collect();
        let means = assign::mean_vectors(unit.view(), placed.iter().map(|a| Some(a.theme)), n_themes);
        let drafts = describe::describe(&texts, language)
            .into_iter()
            .zip(&of_theme)
            .enumerate()
            .map(|(theme, (description, members))| {
                let cosine = |node: usize, theme: usize| assign::cosine(unit.view(), node, &means, theme);
                let mut by_cosine: Vec<(usize, f64)> =
                    members.iter().map(|&node| (node, cosine(node, theme))).collect();
                let cohesion = mean(by_cosine.iter().map(|(_, cosine)| *cosine));
                let other = nearest_other(&means, theme);
                let to_other = other.map(|other| mean(members.iter().map(|&node| cosine(node, other))));
                by_cosine.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                Draft {
                    description,
                    cohesion: cohesion as f32,
                    separation: to_other.map(|to_other| (cohesion - to_other) as f32),
                    stability: stability(members, &found.starts),
                    exemplars: by_cosine.into_iter().take(EXEMPLARS).map(|(node, _)| node).collect(),
                    first_node: members.first().copied().unwrap_or(usize::MAX),
                    n_segments: 0,
                    speakers: HashSet::new(),
                }
            })
            .collect();
        let first_rows = vec![None; n];
        Ok(Fitted {
            options,
            seed: self.seed,
            nodes,
            unit,
            members,
            placed,
            drafts,
            first_rows,
            assignments: Vec::new(),
        })
    }
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

/// Share of pairs of `members` that a start puts into one community, over all starts; 1 if there are no pairs.
fn stability(members: &[usize], starts: &[Vec<usize>]) -> f32 {
    let pairs = |n: u64| n * n.saturating_sub(1) / 2;
    let all = pairs(members.len() as u64) * starts.len() as u64;
    if all == 0 {
        return 1.0;
    }
    let together: u64 = starts
        .iter()
        .map(|start| {
            let mut of_members: Vec<usize> = members.iter().map(|&node| start[node]).collect();
            of_members.sort_unstable();
            of_members.chunk_by(|a, b| a == b).map(|same| pairs(same.len() as u64)).sum::<u64>()
        })
        .sum();
    (together as f64 / all as f64) as f32
}
