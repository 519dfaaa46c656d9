//! The texts that themes are fitted to.
//!
//! **Input:** vectors, texts and kinds of segments, in any order and any number of lots. **Output:** a [`Fitted`]. The sample keeps no
//! more than [`FITTED_AT_MOST`] texts, chosen by content and seed, so that samples of parts merge into the sample of the whole. Of
//! every text it keeps how probably its segments are procedural: a text is procedural if the mean of these probabilities reaches the
//! threshold of the classifier. Of fragments it keeps some, which describe the theme of procedure if they are procedural.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::{Read, Write};
use std::sync::Arc;

use ndarray::{Array2, ArrayView2};
use plenary_corpus::findings::{Assignment, AssignmentReason, PROCEDURE};
use plenary_corpus::progress::Progress;
use plenary_engine::cache::Cache;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::arrange::{self, Arrangement, Origin};
use super::describe::Description;
use super::fit::{Node, Search};
use super::fitted::{Draft, Fitted};
use super::kind::SegmentKind;
use super::registry::{self, Key, Registry, RegistryError};
use crate::procedure::is_procedural;

use super::{FITTED_AT_MOST, ThemeError, ThemeOptions, Wording, assign, describe, fit};

/// Number of exemplars of a theme.
const EXEMPLARS: usize = 3;
/// Maximum number of distinct procedural texts that describe their theme.
const DESCRIBED_AT_MOST: usize = 5_000;

/// Increases when the file format changes.
const STORED_VERSION: u32 = 4;

/// The file format of a sample.
#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    options: ThemeOptions,
    seed: u64,
    at_most: usize,
    n_rows: usize,
    texts: Vec<StoredText>,
    fragments: Vec<StoredText>,
    tallies: Vec<(Key, Tally)>,
    /// The bytes of the registry.
    registry: Option<Vec<u8>>,
}

/// A text, its vector and the key of its document.
type StoredText = (Box<str>, Vec<f32>, u64);

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

/// How probably the segments with a text are procedural.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Tally {
    /// Sum of the probabilities in units of 2^-20, so that it does not depend on the order of the segments.
    sum: u64,
    /// Number of segments with a probability.
    n: u64,
}

impl Tally {
    const UNITS: f64 = (1 << 20) as f64;

    fn of(probability: f32) -> Self {
        Self { sum: (f64::from(probability) * Self::UNITS).round() as u64, n: 1 }
    }

    fn add(&mut self, other: Tally) {
        self.sum = self.sum.saturating_add(other.sum);
        self.n = self.n.saturating_add(other.n);
    }

    fn mean(self) -> f32 {
        (self.sum as f64 / Self::UNITS / self.n.max(1) as f64) as f32
    }
}

/// The texts that themes are fitted to: all distinct texts or, if there are more than [`FITTED_AT_MOST`], the first in
/// an order given by content and seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    options: ThemeOptions,
    seed: u64,
    pub(super) at_most: usize,
    nodes: BTreeMap<Node, Kept>,
    /// The first fragments in the same order, at most [`DESCRIBED_AT_MOST`].
    fragments: BTreeMap<Node, Kept>,
    /// How probably each distinct text is procedural, as far as it is known.
    tallies: BTreeMap<Key, Tally>,
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
            fragments: BTreeMap::new(),
            tallies: BTreeMap::new(),
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

    /// Adds segments; `vectors` has the shape `[segments, dimensions]`, `texts`, `documents` (any key that distinguishes
    /// documents) and `kinds` have one entry per segment.
    ///
    /// # Errors
    /// [`ThemeError`] if they do not fit together or a vector is not finite.
    pub fn add(
        &mut self,
        vectors: ArrayView2<f32>,
        texts: &[&str],
        documents: &[&str],
        kinds: &[SegmentKind],
    ) -> Result<(), ThemeError> {
        if vectors.nrows() != texts.len() || documents.len() != texts.len() || kinds.len() != texts.len() {
            return Err(ThemeError::Mismatch { vectors: vectors.nrows(), texts: texts.len(), speakers: texts.len() });
        }
        if let Some(row) = vectors.rows().into_iter().position(|row| row.iter().any(|v| !v.is_finite())) {
            return Err(ThemeError::NotFinite { row: self.n_rows + row });
        }
        self.n_rows += texts.len();
        let nodes: Vec<Node> = texts.par_iter().map(|text| Node::of(text, self.seed)).collect();
        for (((node, vector), document), kind) in nodes.into_iter().zip(vectors.rows()).zip(documents).zip(kinds) {
            if let Some(probability) = kind.procedural {
                self.tallies.entry(registry::key_of(&node.text)).or_default().add(Tally::of(probability));
            }
            let kept = || Kept { vector: fit::unit(vector), document: document_key(document) };
            if kind.is_fragment {
                insert(&mut self.fragments, DESCRIBED_AT_MOST, node, kept);
            } else {
                insert(&mut self.nodes, self.at_most, node, kept);
            }
        }
        Ok(())
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
            insert(&mut self.nodes, self.at_most, node, || kept);
        }
        for (node, kept) in other.fragments {
            insert(&mut self.fragments, DESCRIBED_AT_MOST, node, || kept);
        }
        for (key, tally) in other.tallies {
            self.tallies.entry(key).or_default().add(tally);
        }
        Ok(())
    }

    /// Number of dimensions of the vectors; `None` for an empty sample.
    fn width(&self) -> Option<usize> {
        self.nodes.values().chain(self.fragments.values()).next().map(|kept| kept.vector.len())
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
            texts: stored(&self.nodes),
            fragments: stored(&self.fragments),
            tallies: self.tallies.iter().map(|(key, tally)| (*key, *tally)).collect(),
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
        let Stored { options, seed, at_most, n_rows, texts, fragments, tallies, registry, .. } = stored;
        options.check().map_err(|error| SampleError::Damaged(error.to_string()))?;
        let width = texts.iter().chain(&fragments).next().map_or(0, |(_, vector, _)| vector.len());
        let misfits = |(_, v, _): &StoredText| v.len() != width || v.iter().any(|x| !x.is_finite());
        if texts.len() > at_most || texts.iter().chain(&fragments).any(misfits) {
            return Err(SampleError::Damaged("its vectors do not fit together".into()));
        }
        let kept = |(text, vector, document): StoredText| (Node::of(&text, seed), Kept { vector, document });
        let (nodes, fragments) = (texts.into_iter().map(kept).collect(), fragments.into_iter().map(kept).collect());
        let tallies = tallies.into_iter().collect();
        let registry = registry
            .map(|bytes| Registry::from_bytes(&bytes).map(Arc::new))
            .transpose()
            .map_err(|error| SampleError::Damaged(error.to_string()))?;
        Ok(Self { options, seed, at_most, nodes, fragments, tallies, n_rows, registry })
    }

    /// Finds the themes of the sample, or continues those of the registry, and describes them. Communities that `cache` has are not searched
    /// again.
    ///
    /// # Errors
    /// [`ThemeError::Stopped`] if `progress` asks to stop, [`ThemeError::Registry`] if the vectors of the registry have another
    /// number of dimensions, [`ThemeError::Option`] if a number of themes cannot be met.
    pub fn fit(self, wording: Wording, cache: Option<&Cache>, progress: &dyn Progress) -> Result<Fitted, ThemeError> {
        let width = self.width().unwrap_or(0);
        let options = self.options;
        let prior = self.registry;
        if let Some(prior) = &prior {
            prior.check_options(&options)?;
        }
        let continued = prior.as_ref().filter(|prior| prior.is_continued(&options));
        // The texts whose theme is that of procedure: those that are procedural, also in documents whose language is not covered, and
        // those that the researcher gave to it. Texts that keep their theme, or that of their turn, are not among them.
        let mut reserved: HashMap<Key, (f32, AssignmentReason)> = self
            .tallies
            .into_iter()
            .filter(|(key, tally)| is_procedural(tally.mean()) && continued.is_none_or(|prior| !prior.knows(key)))
            .map(|(key, tally)| (key, (tally.mean(), AssignmentReason::Procedural)))
            .collect();
        if let Some(prior) = prior.as_ref().filter(|_| continued.is_none()) {
            reserved.extend(prior.given_to_procedure().map(|(key, place)| (*key, (place.probability, place.reason))));
        }
        let all: Vec<(Node, Kept)> = self.nodes.into_iter().collect();
        let keys: Vec<Key> = all.par_iter().map(|(node, _)| registry::key_of(&node.text)).collect();
        let (of_procedure, all): (Vec<_>, Vec<_>) =
            keys.into_iter().zip(all).partition(|(key, _)| reserved.contains_key(key));
        let (keys, all): (Vec<Key>, Vec<(Node, Kept)>) = all.into_iter().unzip();
        let (nodes, kept): (Vec<Node>, Vec<Kept>) = all.into_iter().unzip();
        let mut described: BTreeMap<Node, Kept> = of_procedure.into_iter().map(|(_, text)| text).collect();
        described.extend(
            self.fragments.into_iter().filter(|(node, _)| reserved.contains_key(&registry::key_of(&node.text))),
        );
        let n = nodes.len();
        let documents: Vec<u64> = kept.iter().map(|kept| kept.document).collect();
        let unit = matrix(kept, width)?;
        let (described, of_described): (Vec<Node>, Vec<Kept>) = described.into_iter().take(DESCRIBED_AT_MOST).unzip();
        let of_described = matrix(of_described, width)?;
        if let Some(prior) = &prior
            && n > 0
            && ![0, width].contains(&prior.n_dimensions())
        {
            let found = format!("its vectors have {} dimensions, those of the texts {width}", prior.n_dimensions());
            return Err(RegistryError::Damaged(found).into());
        }
        let search = Search { seed: self.seed, cache, progress };
        let mut arrangement = match &prior {
            Some(prior) if prior.is_continued(&options) => {
                arrange::continued(unit.view(), &keys, &documents, prior, &options, search)?
            }
            prior => arrange::found(unit.clone(), &keys, prior.as_deref(), &options, search)?,
        };
        let groups = describe_groups(&nodes, &arrangement, prior.as_deref(), wording);
        let procedure = place_of_procedure(&mut arrangement, prior.as_deref(), !reserved.is_empty());
        let continued = prior.as_ref().filter(|prior| prior.is_continued(&options));
        let fragments = continued.map_or_else(BTreeSet::new, |prior| prior.fragments().iter().copied().collect());
        let reserved = reserved
            .into_iter()
            .map(|(key, (probability, reason))| (key, Assignment { theme: procedure, probability, reason }))
            .collect();
        let known_labels: Vec<Option<&str>> = arrangement
            .themes
            .iter()
            .map(|origin| match origin {
                Origin::Known(at) => prior
                    .as_ref()?
                    .themes()
                    .get(*at)
                    .map(|theme| theme.label.as_str())
                    .filter(|label| !label.is_empty()),
                Origin::Procedure => Some(PROCEDURE),
                Origin::New => None,
            })
            .collect();
        let texts = Described {
            nodes: nodes.iter().chain(&described).collect(),
            unit: arrange::both(unit.view(), of_described.view())?,
            n_fitted: n,
            procedure,
        };
        let drafts = drafts(&texts, &arrangement, &known_labels, wording)?;
        Ok(Fitted {
            options,
            seed: self.seed,
            first_rows: vec![None; n + described.len()],
            nodes,
            described,
            keys,
            arrangement,
            drafts,
            groups,
            procedure,
            reserved,
            prior,
            seen: HashMap::new(),
            fragments,
            assignments: Vec::new(),
        })
    }
}

/// Adds a text unless it is beyond the first `at_most`.
fn insert(nodes: &mut BTreeMap<Node, Kept>, at_most: usize, node: Node, kept: impl FnOnce() -> Kept) {
    let admits = nodes.len() < at_most || nodes.last_key_value().is_some_and(|(last, _)| node <= *last);
    if !admits {
        return;
    }
    // If a text has several vectors, the same one is kept whatever the order in which they are added.
    let bits = |vector: &[f32]| vector.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    let kept = kept();
    match nodes.entry(node) {
        Entry::Vacant(place) => {
            place.insert(kept);
        }
        Entry::Occupied(mut known) => {
            let known = known.get_mut();
            known.document = known.document.min(kept.document);
            if kept.vector != known.vector && bits(&kept.vector) < bits(&known.vector) {
                known.vector = kept.vector;
            }
        }
    }
    if nodes.len() > at_most {
        nodes.pop_last();
    }
}

fn stored(nodes: &BTreeMap<Node, Kept>) -> Vec<StoredText> {
    nodes.iter().map(|(node, kept)| (node.text.clone(), kept.vector.clone(), kept.document)).collect()
}

/// The vectors of texts, shape `[texts, dimensions]`.
fn matrix(kept: Vec<Kept>, width: usize) -> Result<Array2<f32>, ThemeError> {
    let n = kept.len();
    let vectors: Vec<Vec<f32>> = kept.into_iter().map(|kept| kept.vector).collect();
    Array2::from_shape_vec((n, width), vectors.concat()).map_err(|_| ThemeError::Mismatch {
        vectors: n,
        texts: n,
        speakers: n,
    })
}

/// Position of the theme of procedure, which is added if there are texts for it or the registry has it.
fn place_of_procedure(arrangement: &mut Arrangement, prior: Option<&Registry>, has_texts: bool) -> Option<usize> {
    let known = prior.and_then(Registry::procedure);
    let arranged = known.and_then(|at| arrangement.themes.iter().position(|origin| *origin == Origin::Known(at)));
    if arranged.is_none() && has_texts {
        arrangement.themes.push(known.map_or(Origin::Procedure, Origin::Known));
        arrangement.stability.push(None);
        arrangement.group_of.push(None);
        return Some(arrangement.themes.len() - 1);
    }
    arranged
}

/// The texts that describe the themes: the fitted ones, then procedural ones.
struct Described<'n> {
    nodes: Vec<&'n Node>,
    /// Their unit vectors.
    unit: Array2<f32>,
    n_fitted: usize,
    /// The theme of procedure.
    procedure: Option<usize>,
}

/// The first eight bytes of the sha256 of a document's key.
fn document_key(document: &str) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&Sha256::digest(document)[..8]);
    u64::from_be_bytes(bytes)
}

/// The themes with what describes them.
fn drafts(
    described: &Described,
    arrangement: &Arrangement,
    known_labels: &[Option<&str>],
    wording: Wording,
) -> Result<Vec<Draft>, ThemeError> {
    let Described { nodes, unit, n_fitted, procedure } = described;
    let n_themes = arrangement.themes.len();
    let mut of_theme: Vec<Vec<usize>> = vec![Vec::new(); n_themes];
    for (node, assignment) in arrangement.placed.iter().enumerate() {
        if let Some(theme) = assignment.theme {
            of_theme[theme].push(node);
        }
    }
    if let Some(procedure) = *procedure {
        of_theme[procedure].extend(*n_fitted..nodes.len());
    }
    let texts: Vec<Vec<&str>> =
        of_theme.iter().map(|theme| theme.iter().map(|&node| &*nodes[node].text).collect()).collect();
    let procedural = std::iter::repeat_n(*procedure, nodes.len() - n_fitted);
    let themes = arrangement.members.iter().map(|member| Some(member.theme)).chain(procedural);
    let base = arrange::both(arrangement.base.view(), unit.slice(ndarray::s![*n_fitted.., ..]))?;
    let means = assign::mean_vectors(base.view(), themes, n_themes);
    let drafts = describe::describe(&texts, *procedure, known_labels, wording)
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
        });
    Ok(drafts.collect())
}

/// The words of the groups of themes.
fn describe_groups(
    nodes: &[Node],
    arrangement: &Arrangement,
    prior: Option<&Registry>,
    wording: Wording,
) -> Vec<Description> {
    let mut texts: Vec<Vec<&str>> = vec![Vec::new(); arrangement.groups.len()];
    for (node, assignment) in nodes.iter().zip(&arrangement.placed) {
        if let Some(group) = assignment.theme.and_then(|theme| arrangement.group_of[theme]) {
            texts[group].push(&*node.text);
        }
    }
    let label = |origin: &Origin| match origin {
        Origin::Known(at) => Some(prior?.groups().get(*at)?.label.as_str()),
        Origin::New | Origin::Procedure => None,
    };
    let known_labels: Vec<Option<&str>> = arrangement.groups.iter().map(label).collect();
    describe::describe(&texts, None, &known_labels, wording)
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
