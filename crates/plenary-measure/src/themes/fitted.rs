//! The themes of a sample, and the assignment of every segment to them.
//!
//! **Input:** the fit of a [`Sample`](super::Sample), then all segments in their order. **Output:** the themes from the
//! largest to the smallest, and the theme of every segment.

use std::collections::HashSet;

use ndarray::{Array2, ArrayView2};
use plenary_corpus::findings::{Assignment, Theme, Themes};
use plenary_corpus::progress::Progress;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::assign::{self, Membership};
use super::describe::{self, Description};
use super::fit::{self, Node};
use super::neighbours::{self, Neighbour};
use super::{ThemeError, ThemeOptions};

/// A theme before all segments are counted.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) description: describe::Description,
    pub(super) cohesion: f32,
    pub(super) separation: Option<f32>,
    pub(super) stability: f32,
    /// Nodes nearest to the mean vector.
    pub(super) exemplars: Vec<usize>,
    /// The first of its nodes in canonical order.
    pub(super) first_node: usize,
    pub(super) n_segments: usize,
    /// First halves of the sha256 of the speakers' keys, so that speakers are counted without storing their keys.
    pub(super) speakers: HashSet<[u8; 16]>,
}

/// The themes of a sample, to which every segment is assigned.
#[derive(Debug)]
pub struct Fitted {
    pub(super) options: ThemeOptions,
    pub(super) seed: u64,
    pub(super) nodes: Vec<Node>,
    pub(super) unit: Array2<f32>,
    pub(super) members: Vec<Membership>,
    pub(super) placed: Vec<Assignment>,
    pub(super) drafts: Vec<Draft>,
    /// The first segment with the text of each node.
    pub(super) first_rows: Vec<Option<usize>>,
    /// Assignments of the segments so far, in their order.
    pub(super) assignments: Vec<Assignment>,
}

impl Fitted {
    /// Assigns the next segments: those whose text is in the sample as they were fitted, others by the vote of their
    /// neighbours in the sample. Shapes as for [`find`](super::find). `progress` advances by one for each segment
    /// outside the sample.
    ///
    /// # Errors
    /// [`ThemeError`] if the inputs do not fit together or `progress` asks to stop.
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
            // The number of values is rows times columns by construction.
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

    /// The themes from the largest to the smallest, and the assignment of every segment to them.
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
pub(super) fn place(
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
