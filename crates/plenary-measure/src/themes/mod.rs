//! Vectors to themes: communities of segments, their labels, and how surely each segment belongs.
//!
//! One vector, one text and perhaps a speaker per segment come in; the themes and every segment's place among them go
//! out. [`find`] does it at once; a corpus larger than memory goes by twice, some segments at a time: into a [`Sample`],
//! whose fit ([`Fitted`]) then places every segment. The result depends on the set of segments, the options and the seed
//! alone: not on the order of the segments, on how they are cut into parts, and not on the number of threads. Vectors that are not finite and options outside their range are refused. Where the
//! vectors come from and who reads the themes is left to others. `docs/explanation/themes.md` says how it works and what it cannot.

mod assign;
mod describe;
mod fit;
mod neighbours;

use std::collections::{BTreeMap, HashSet};

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use assign::Membership;
use describe::Description;
use fit::Node;
use neighbours::Neighbour;
use plenary_corpus::findings::{Assignment, Theme, Themes};
use plenary_corpus::progress::Progress;
use serde::{Deserialize, Serialize};

/// Distinct texts that are fitted at the most; beyond, the rest is assigned by the vote of its neighbours.
pub const FITTED_AT_MOST: usize = 50_000;
/// Neighbours that a study may ask for at the most; the graph grows with them.
pub const NEIGHBOURS_AT_MOST: usize = 500;
/// Exemplars of a theme.
const EXEMPLARS: usize = 3;

/// How themes are found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThemeOptions {
    /// Resolution of the community search: higher finds more and smaller themes.
    pub resolution: f64,
    /// Neighbours per segment in the graph; 0 chooses by the number of segments.
    pub neighbours: usize,
    /// Segments under which a community joins its nearest neighbour; 0 chooses by the number of segments.
    pub min_segments: usize,
    /// Probability under which a segment is assigned with the reason `low_confidence`.
    pub confidence_floor: f32,
}

impl Default for ThemeOptions {
    fn default() -> Self {
        Self { resolution: 1.0, neighbours: 0, min_segments: 0, confidence_floor: 0.3 }
    }
}

/// Why there are no themes.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    #[error("themes: {vectors} vectors, {texts} texts and {speakers} speakers; expected one of each per segment")]
    Mismatch { vectors: usize, texts: usize, speakers: usize },
    #[error("themes: the vector of segment {row} holds a value that is not finite; embed the segments again")]
    NotFinite { row: usize },
    #[error("study, [themes] {key}: found {found}, expected {expected}")]
    Option { key: &'static str, found: String, expected: String },
    #[error("themes: the community search failed; this is a fault of plenary, please report it")]
    Search(#[from] leiden_rs::LeidenError),
    #[error("themes: stopped as asked, nothing was kept")]
    Stopped,
}

/// Finds the themes of segments.
///
/// `vectors` has shape `[segments, dimensions]` and any length per row (rows are scaled to length 1); `texts` and
/// `speakers` (any key that tells speakers apart) have one entry per segment; `language` is an ISO 639-1 code for the
/// stop words of the labels, English where `None`. The assignments come back in the order of the segments. Of segments
/// with the same text the vectors should be the same: one of them counts.
///
/// # Errors
/// [`ThemeError`] where the inputs do not fit together, a vector is not finite, an option is out of range, or
/// `progress` asks to stop.
pub fn find(
    vectors: ArrayView2<f32>,
    texts: &[&str],
    speakers: &[Option<&str>],
    language: Option<&str>,
    options: &ThemeOptions,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Themes, ThemeError> {
    if speakers.len() != texts.len() {
        return Err(ThemeError::Mismatch { vectors: vectors.nrows(), texts: texts.len(), speakers: speakers.len() });
    }
    let mut sample = Sample::new(options, seed)?;
    sample.add(vectors, texts)?;
    let mut fitted = sample.fit(language, progress)?;
    fitted.assign(vectors, texts, speakers, progress)?;
    Ok(fitted.themes())
}

fn check(options: &ThemeOptions) -> Result<(), ThemeError> {
    if !(options.resolution.is_finite() && options.resolution > 0.0) {
        let (found, expected) = (options.resolution.to_string(), "a number over 0".to_string());
        return Err(ThemeError::Option { key: "resolution", found, expected });
    }
    if options.neighbours > NEIGHBOURS_AT_MOST {
        let expected = format!("0 (chosen by the number of segments) or at most {NEIGHBOURS_AT_MOST}");
        return Err(ThemeError::Option { key: "neighbours", found: options.neighbours.to_string(), expected });
    }
    if !(0.0..=1.0).contains(&options.confidence_floor) {
        let (found, expected) = (options.confidence_floor.to_string(), "a number from 0 to 1".to_string());
        return Err(ThemeError::Option { key: "confidence_floor", found, expected });
    }
    Ok(())
}

/// The texts that themes are fitted to: all distinct ones, or those of [`FITTED_AT_MOST`] that come first in an order
/// which content and seed choose. Holds no more than these.
#[derive(Debug)]
pub struct Sample {
    options: ThemeOptions,
    seed: u64,
    at_most: usize,
    /// The unit vector of each text.
    nodes: BTreeMap<Node, Vec<f32>>,
    n_rows: usize,
}

impl Sample {
    /// An empty sample.
    ///
    /// # Errors
    /// [`ThemeError::Option`] where an option is out of range.
    pub fn new(options: &ThemeOptions, seed: u64) -> Result<Self, ThemeError> {
        check(options)?;
        Ok(Self { options: options.clone(), seed, at_most: FITTED_AT_MOST, nodes: BTreeMap::new(), n_rows: 0 })
    }

    /// Takes segments into account; `vectors` has the shape `[segments, dimensions]`, `texts` one entry per segment.
    ///
    /// # Errors
    /// [`ThemeError`] where the two do not fit together or a vector is not finite.
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
            let comes_in =
                self.nodes.len() < self.at_most || self.nodes.last_key_value().is_some_and(|(last, _)| node < *last);
            if comes_in {
                let vector = fit::unit(vector);
                // Whichever of several vectors of one text comes first, the same one counts.
                let bits = |vector: &[f32]| vector.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
                let known = self.nodes.entry(node).or_insert_with(|| vector.clone());
                if vector != *known && bits(&vector) < bits(known) {
                    *known = vector;
                }
                if self.nodes.len() > self.at_most {
                    self.nodes.pop_last();
                }
            }
        }
        Ok(())
    }

    /// Finds the communities of the sample and describes them.
    ///
    /// # Errors
    /// [`ThemeError::Stopped`] where `progress` asks to stop.
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

/// A theme before all segments have been counted.
#[derive(Debug)]
struct Draft {
    description: describe::Description,
    cohesion: f32,
    separation: Option<f32>,
    stability: f32,
    /// Nodes nearest to the mean vector.
    exemplars: Vec<usize>,
    /// The first of its nodes in canonical order.
    first_node: usize,
    n_segments: usize,
    /// First halves of the sha256 of the speakers' keys: they are told apart without being kept.
    speakers: HashSet<[u8; 16]>,
}

/// Themes of a sample, by which every segment is placed.
#[derive(Debug)]
pub struct Fitted {
    options: ThemeOptions,
    seed: u64,
    nodes: Vec<Node>,
    unit: Array2<f32>,
    members: Vec<Membership>,
    placed: Vec<Assignment>,
    drafts: Vec<Draft>,
    /// The first segment with the text of each node.
    first_rows: Vec<Option<usize>>,
    /// Of the segments so far, in their order.
    assignments: Vec<Assignment>,
}

impl Fitted {
    /// Places the next segments: those in the sample as they were fitted, others by the vote of their neighbours there.
    /// Shapes as for [`find`]. `progress` advances by one for each segment outside the sample.
    ///
    /// # Errors
    /// [`ThemeError`] where the inputs do not fit together or `progress` asks to stop.
    pub fn assign(
        &mut self,
        vectors: ArrayView2<f32>,
        texts: &[&str],
        speakers: &[Option<&str>],
        progress: &dyn Progress,
    ) -> Result<(), ThemeError> {
        if vectors.nrows() != texts.len() || speakers.len() != texts.len() {
            let (vectors, texts, speakers) = (vectors.nrows(), texts.len(), speakers.len());
            return Err(ThemeError::Mismatch { vectors, texts, speakers });
        }
        let known: Vec<Option<usize>> =
            texts.par_iter().map(|text| self.nodes.binary_search(&Node::of(text, self.seed)).ok()).collect();
        let others: Vec<usize> = (0..texts.len()).filter(|&row| known[row].is_none()).collect();
        let block = |start: usize, end: usize| {
            let rows = others[start..end].iter().flat_map(|&row| fit::unit(vectors.row(row)));
            // As many numbers as rows times columns, by construction.
            Array2::from_shape_vec((end - start, vectors.ncols()), rows.collect()).unwrap_or_default()
        };
        let near = neighbours::of_queries(others.len(), block, self.unit.view(), assign::VOTERS, progress)?;
        let n_themes = self.drafts.len();
        let mut voted = near.iter().map(|near| {
            let member = Membership { theme: assign::vote(near, &self.members, n_themes), core: false };
            place(member, near, &self.members, n_themes, &self.options)
        });
        let first = self.assignments.len();
        for (row, node) in known.iter().enumerate() {
            let assignment = match node {
                Some(node) => {
                    self.first_rows[*node].get_or_insert(first + row);
                    Some(self.placed[*node])
                }
                None => voted.next(),
            };
            self.assignments.extend(assignment);
        }
        for (assignment, speaker) in self.assignments[first..].iter().zip(speakers) {
            let draft = &mut self.drafts[assignment.theme];
            draft.n_segments += 1;
            draft.speakers.extend(speaker.map(key_of));
        }
        Ok(())
    }

    /// The themes from the largest to the smallest, and every segment's place among them.
    pub fn themes(self) -> Themes {
        let mut order: Vec<usize> = (0..self.drafts.len()).collect();
        order.sort_by_key(|&theme| (std::cmp::Reverse(self.drafts[theme].n_segments), self.drafts[theme].first_node));
        let mut rank = vec![0; order.len()];
        for (place, theme) in order.iter().enumerate() {
            rank[*theme] = place;
        }
        let mut themes: Vec<(usize, Theme)> = self
            .drafts
            .into_iter()
            .enumerate()
            .map(|(theme, draft)| {
                let theme_id = format!("t{:02}", rank[theme] + 1);
                let Description { label, terms, weights } = draft.description;
                let made = Theme {
                    label: if label.is_empty() { theme_id.clone() } else { label },
                    theme_id,
                    terms,
                    term_weights: weights,
                    n_segments: draft.n_segments,
                    n_speakers: draft.speakers.len(),
                    exemplars: draft.exemplars.iter().filter_map(|&node| self.first_rows[node]).collect(),
                    cohesion: draft.cohesion,
                    separation: draft.separation,
                    stability: draft.stability,
                };
                (rank[theme], made)
            })
            .collect();
        themes.sort_by_key(|(rank, _)| *rank);
        let mut assignments = self.assignments;
        for assignment in &mut assignments {
            assignment.theme = rank[assignment.theme];
        }
        Themes { themes: themes.into_iter().map(|(_, theme)| theme).collect(), assignments }
    }
}

fn key_of(speaker: &str) -> [u8; 16] {
    let mut key = [0; 16];
    key.copy_from_slice(&Sha256::digest(speaker)[..16]);
    key
}

/// The assignment of a node with its neighbours among the fitted ones.
fn place(
    member: Membership,
    near: &[Neighbour],
    members: &[Membership],
    n_themes: usize,
    options: &ThemeOptions,
) -> Assignment {
    let probability = assign::probability(member.theme, near, members, n_themes);
    let reason = assign::reason(member.core, probability, options.confidence_floor);
    Assignment { theme: member.theme, probability, reason }
}

/// Mean in the order given; 0 of nothing.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = values.fold((0.0, 0), |(sum, n), value| (sum + value, n + 1));
    if n == 0 { 0.0 } else { sum / f64::from(n) }
}

fn nearest_other(means: &ndarray::Array2<f64>, theme: usize) -> Option<usize> {
    let cosine = |other: usize| means.row(theme).iter().zip(means.row(other)).map(|(a, b)| a * b).sum::<f64>();
    // `max_by` keeps the last of equals: the order is turned so that the first stays.
    (0..means.nrows()).rev().filter(|&other| other != theme).max_by(|&a, &b| cosine(a).total_cmp(&cosine(b)))
}

/// Share of pairs of `members` that a start keeps together, over all starts; 1 where there is no pair.
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

#[cfg(test)]
mod tests;
