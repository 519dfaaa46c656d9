//! The themes of a sample, and the assignment of every segment to them.
//!
//! **Input:** the fit of a [`Sample`](super::Sample), then all segments in their order, then their turns. **Output:** the themes from the
//! largest to the smallest, the theme of every segment, and the registry from which later runs continue.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use ndarray::{Array2, ArrayView2};
use plenary_corpus::findings::{Assignment, AssignmentReason, PROCEDURE, Theme, ThemeGroup, Themes};
use plenary_corpus::progress::Progress;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::arrange::{self, Arrangement, Origin};
use super::assign::{self, Membership};
use super::describe::Description;
use super::fit::{self, Node};
use super::kind::SegmentKind;
use super::neighbours::{self, Neighbour};
use super::registry::{self, Key, KnownGroup, KnownTheme, Place, Registry};
use super::stored::Placement;
use super::{FITTED_AT_MOST, ThemeError, ThemeOptions, history};

/// A theme before all segments are counted.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Draft {
    pub(super) description: Description,
    pub(super) cohesion: f32,
    pub(super) separation: Option<f32>,
    pub(super) stability: Option<f32>,
    pub(super) centroid: Vec<f32>,
    /// Nodes nearest to the mean vector; numbers from the number of nodes on are those of the described texts.
    pub(super) exemplars: Vec<usize>,
    /// The first of its nodes in canonical order; `usize::MAX` without any.
    pub(super) first_node: usize,
    #[serde(skip)]
    pub(super) n_segments: usize,
    /// First halves of the sha256 of the speakers' keys, so that speakers are counted without storing their keys.
    #[serde(skip)]
    pub(super) speakers: HashSet<[u8; 16]>,
}

/// The themes of a sample, to which every segment is assigned.
#[derive(Debug)]
pub struct Fitted {
    pub(super) options: ThemeOptions,
    pub(super) seed: u64,
    pub(super) nodes: Vec<Node>,
    /// Procedural texts that describe their theme, in canonical order.
    pub(super) described: Vec<Node>,
    /// Keys of the nodes.
    pub(super) keys: Vec<Key>,
    pub(super) arrangement: Arrangement,
    pub(super) drafts: Vec<Draft>,
    /// The words of the groups of themes.
    pub(super) groups: Vec<Description>,
    /// The theme of procedure.
    pub(super) procedure: Option<usize>,
    /// The texts of that theme that no registry and no sample gives a theme.
    pub(super) reserved: HashMap<Key, Assignment>,
    /// The themes that were continued.
    pub(super) prior: Option<Arc<Registry>>,
    /// The first segment with the text of each node, then of each described text.
    pub(super) first_rows: Vec<Option<usize>>,
    /// Texts outside the sample with their assignments.
    pub(super) seen: HashMap<Key, Assignment>,
    /// Fragments that have no theme of their own, of this run and of the themes that are continued.
    pub(super) fragments: BTreeSet<Key>,
    /// Assignments of the segments so far, in their order.
    pub(super) assignments: Vec<Assignment>,
}

impl Fitted {
    /// Assigns the next segments: [`place`](Self::place), then [`enter`](Self::enter). Shapes as for [`find`](super::find), and one kind
    /// per segment.
    ///
    /// # Errors
    /// [`ThemeError`] if the inputs do not fit together or `progress` asks to stop.
    pub fn assign(
        &mut self,
        vectors: ArrayView2<f32>,
        texts: &[&str],
        speakers: &[Option<&str>],
        kinds: &[SegmentKind],
        progress: &dyn Progress,
    ) -> Result<(), ThemeError> {
        let placements = self.place(vectors, texts, kinds, progress)?;
        self.enter(placements, speakers)
    }

    /// Places segments, in any order: those whose text is in the sample as they were fitted, those whose text is in the
    /// registry as they were before (unless themes are found anew), procedural ones in their theme, others by the vote of their
    /// neighbours. `progress` advances by one for each segment that is placed by a vote.
    ///
    /// # Errors
    /// [`ThemeError`] if the inputs do not fit together or `progress` asks to stop.
    pub fn place(
        &self,
        vectors: ArrayView2<f32>,
        texts: &[&str],
        kinds: &[SegmentKind],
        progress: &dyn Progress,
    ) -> Result<Vec<Placement>, ThemeError> {
        if vectors.nrows() != texts.len() || kinds.len() != texts.len() {
            return Err(ThemeError::Mismatch { vectors: vectors.nrows(), texts: texts.len(), speakers: kinds.len() });
        }
        let continued = self.prior.as_ref().filter(|prior| prior.is_continued(&self.options));
        let of_text = |(text, kind): (&&str, &SegmentKind)| {
            let node = Node::of(text, self.seed);
            if let Ok(node) = self.nodes.binary_search(&node) {
                return Source::Sample(node);
            }
            let key = registry::key_of(text);
            if let Some(place) = continued.and_then(|registry| registry.place(&key)) {
                let described = self.described.binary_search(&node).ok();
                return Source::Known { key, assignment: place.assignment(), described };
            }
            match self.reserved.get(&key) {
                Some(assignment) => {
                    let described = self.described.binary_search(&node).ok();
                    Source::Known { key, assignment: *assignment, described }
                }
                None if kind.is_fragment => Source::Fragment(key),
                None => Source::Vote(key),
            }
        };
        let sources: Vec<Source> = texts.par_iter().zip(kinds).map(of_text).collect();
        let others: Vec<usize> = (0..texts.len()).filter(|&row| matches!(sources[row], Source::Vote(_))).collect();
        let block = |start: usize, end: usize| {
            let rows = others[start..end].iter().flat_map(|&row| fit::unit(vectors.row(row)));
            // The number of values is rows times columns by construction.
            Array2::from_shape_vec((end - start, vectors.ncols()), rows.collect()).unwrap_or_default()
        };
        let Arrangement { base, members, fit_floor, leaves_unassigned, .. } = &self.arrangement;
        let unplaced = continued.map_or(&[][..], |registry| registry.unplaced());
        let reject_below = |row: usize| match &sources[row] {
            Source::Vote(key) if *leaves_unassigned && unplaced.binary_search(key).is_err() => Some(*fit_floor),
            _ => None,
        };
        let near = neighbours::of_queries(others.len(), block, base.view(), assign::VOTERS, progress)?;
        let n_themes = self.drafts.len();
        let join =
            |(near, row): (&Vec<_>, &usize)| arrange::join(near, members, n_themes, reject_below(*row), &self.options);
        let voted: Vec<Assignment> = near.iter().zip(&others).map(join).collect();
        let mut voted = voted.into_iter();
        let placement = |source| {
            Some(match source {
                Source::Sample(node) => Placement::Sample(node as u32),
                Source::Known { key, assignment, described } => {
                    Placement::Known { key, assignment: assignment.into(), described: described.map(|at| at as u32) }
                }
                Source::Fragment(key) => Placement::Fragment { key },
                Source::Vote(key) => Placement::Voted { key, assignment: voted.next()?.into() },
            })
        };
        Ok(sources.into_iter().filter_map(placement).collect())
    }

    /// Takes the placements of the next segments, in the order of the corpus. Fragments have no theme until
    /// [`join_turns`](Self::join_turns).
    ///
    /// # Errors
    /// [`ThemeError`] if there is not one speaker, known or not, per segment, or a placement is not of these themes.
    pub fn enter(&mut self, placements: Vec<Placement>, speakers: &[Option<&str>]) -> Result<(), ThemeError> {
        let first = self.assignments.len();
        let n_placed = placements.len();
        for (row, placement) in placements.into_iter().enumerate() {
            let assignment = self.entered(first + row, placement);
            self.assignments.extend(assignment);
        }
        if self.assignments.len() - first != speakers.len() {
            let texts = self.assignments.len() - first;
            return Err(ThemeError::Mismatch { vectors: n_placed, texts, speakers: speakers.len() });
        }
        for (assignment, speaker) in self.assignments[first..].iter().zip(speakers) {
            let Some(theme) = assignment.theme else { continue };
            let draft = &mut self.drafts[theme];
            draft.n_segments += 1;
            draft.speakers.extend(speaker.map(speaker_key));
        }
        Ok(())
    }

    /// The assignment of the segment at this position; `None` if its placement is not of these themes.
    fn entered(&mut self, row: usize, placement: Placement) -> Option<Assignment> {
        let is_known = |assignment: &Assignment| assignment.theme.is_none_or(|theme| theme < self.drafts.len());
        match placement {
            Placement::Sample(node) => {
                let node = node as usize;
                let placed = self.arrangement.placed.get(node).copied()?;
                self.first_rows.get_mut(node)?.get_or_insert(row);
                Some(placed)
            }
            Placement::Known { key, assignment, described } => {
                let assignment = Some(Assignment::from(assignment)).filter(is_known)?;
                if let Some(described) = described {
                    self.first_rows.get_mut(self.nodes.len() + described as usize)?.get_or_insert(row);
                }
                self.seen.insert(key, assignment);
                Some(assignment)
            }
            Placement::Fragment { key } => {
                self.fragments.insert(key);
                Some(Assignment { theme: None, probability: 0.0, reason: AssignmentReason::Fragment })
            }
            // Equal texts with different vectors have the theme of the first.
            Placement::Voted { key, assignment } => {
                let assignment = Some(Assignment::from(assignment)).filter(is_known)?;
                Some(*self.seen.entry(key).or_insert(assignment))
            }
        }
    }

    /// Gives fragments the theme of their turn: the theme with the largest sum of probabilities among its other segments, apart from
    /// procedure; ties go to the theme that occurs first. The probability is this sum divided by the number of these segments. `turns` are
    /// the positions of the segments of each turn, with its speaker as for [`assign`](Self::assign).
    pub fn join_turns<'t>(&mut self, turns: impl Iterator<Item = (Range<usize>, Option<&'t str>)>) {
        for (turn, speaker) in turns {
            let Some(segments) = self.assignments.get_mut(turn) else { continue };
            let mut sums: Vec<(usize, f64)> = Vec::new();
            let mut n = 0;
            for assignment in segments.iter() {
                let Some(theme) = assignment.theme.filter(|theme| Some(*theme) != self.procedure) else { continue };
                n += 1;
                match sums.iter_mut().find(|(known, _)| *known == theme) {
                    Some((_, sum)) => *sum += f64::from(assignment.probability),
                    None => sums.push((theme, f64::from(assignment.probability))),
                }
            }
            let Some(&(theme, sum)) = sums.iter().reduce(|best, next| if next.1 > best.1 { next } else { best }) else {
                continue;
            };
            let joins = Assignment {
                theme: Some(theme),
                probability: (sum / f64::from(n)) as f32,
                reason: AssignmentReason::Fragment,
            };
            for segment in segments.iter_mut().filter(|segment| segment.reason == AssignmentReason::Fragment) {
                *segment = joins;
                self.drafts[theme].n_segments += 1;
                self.drafts[theme].speakers.extend(speaker.map(speaker_key));
            }
        }
    }

    /// The themes from the largest to the smallest, the assignment of every segment to them, and the registry. `embedding` is
    /// the sha256 of the weights of the embedding model.
    pub fn finish(self, embedding: &str) -> (Themes, Registry) {
        let Self {
            options,
            nodes,
            described,
            keys,
            arrangement,
            drafts,
            groups,
            procedure,
            prior,
            first_rows,
            seen,
            fragments,
            mut assignments,
            ..
        } = self;
        let text = |node: usize| nodes.get(node).or_else(|| described.get(node - nodes.len())).map(|node| &*node.text);
        let exemplars = |draft: &Draft| -> (Vec<usize>, Vec<String>) {
            let found = draft.exemplars.iter().filter_map(|&node| Some((first_rows[node]?, text(node)?.to_owned())));
            found.unzip()
        };
        let Groups { all: groups, group_of, next_group } = Groups::of(groups, &arrangement, &drafts, prior.as_deref());
        let known = |theme: usize| match arrangement.themes[theme] {
            Origin::Known(at) => prior.as_ref().and_then(|registry| registry.themes().get(at)),
            Origin::New | Origin::Procedure => None,
        };
        let mut order: Vec<usize> = (0..drafts.len()).collect();
        order.sort_by_key(|&theme| {
            let draft = &drafts[theme];
            (Some(theme) == procedure, std::cmp::Reverse(draft.n_segments), draft.first_node, theme)
        });
        let mut rank = vec![0; order.len()];
        for (place, theme) in order.iter().enumerate() {
            rank[*theme] = place;
        }
        let mut next_number = prior.as_ref().map_or(1, |registry| registry.next_number());
        let themes: Vec<Theme> = order
            .iter()
            .map(|&theme| {
                let draft = &drafts[theme];
                let Description { label, terms, weights } = draft.description.clone();
                let known = known(theme);
                let theme_id = match (known, arrangement.themes[theme]) {
                    (Some(known), _) => known.theme_id.clone(),
                    (None, Origin::Procedure) => PROCEDURE.to_owned(),
                    (None, _) => {
                        next_number += 1;
                        format!("t{:02}", next_number - 1)
                    }
                };
                // A theme that was split off by hand has no label yet.
                let label = match known.filter(|known| !known.label.is_empty()) {
                    Some(known) => known.label.clone(),
                    None if Some(theme) == procedure => PROCEDURE.to_owned(),
                    None if label.is_empty() => theme_id.clone(),
                    None => label,
                };
                // A theme without texts in this run is described as it was.
                let as_before = known.filter(|_| terms.is_empty());
                let (exemplars, exemplar_texts) = exemplars(draft);
                Theme {
                    theme_id,
                    label,
                    name: known.and_then(|known| known.name.clone()),
                    description: known.and_then(|known| known.description.clone()),
                    terms: as_before.map_or(terms, |known| known.terms.clone()),
                    term_weights: as_before.map_or(weights, |known| known.term_weights.clone()),
                    n_segments: draft.n_segments,
                    n_speakers: draft.speakers.len(),
                    exemplars,
                    exemplar_texts,
                    endpoint_label: None,
                    cohesion: known
                        .filter(|_| draft.first_node == usize::MAX)
                        .map_or(draft.cohesion, |known| known.cohesion),
                    separation: draft.separation,
                    stability: draft.stability,
                    // The texts of procedure have no vectors in the registry.
                    centroid: known
                        .filter(|_| Some(theme) == procedure && draft.first_node == usize::MAX)
                        .map_or(&draft.centroid, |known| &known.centroid)
                        .clone(),
                    group: group_of[theme],
                }
            })
            .collect();
        for assignment in &mut assignments {
            assignment.theme = assignment.theme.map(|theme| rank[theme]);
        }
        let placed =
            |assignment: &Assignment| Assignment { theme: assignment.theme.map(|theme| rank[theme]), ..*assignment };
        let mut of_run: BTreeMap<Key, Assignment> =
            seen.iter().map(|(key, assignment)| (*key, placed(assignment))).collect();
        of_run.extend(keys.iter().zip(&arrangement.placed).map(|(key, assignment)| (*key, placed(assignment))));
        let history = prior.as_ref().map_or_else(Vec::new, |registry| history::of(&themes, &of_run, registry));

        let parts = registry::Parts {
            embedding,
            themes: themes.iter().map(known_theme).collect(),
            groups: groups.iter().map(known_group).collect(),
            next_number,
            next_group,
            fit_floor: arrangement.fit_floor,
            fitted: BTreeMap::new(),
            others: BTreeMap::new(),
            merged: prior.as_ref().map_or_else(Vec::new, |registry| registry.merged().to_vec()),
            unplaced: prior.as_ref().map_or(&[], |registry| registry.unplaced()),
            splits: prior.as_ref().map_or_else(Vec::new, |registry| registry.splits().to_vec()),
            fragments,
            ancestors: prior.as_ref().map_or_else(Vec::new, |registry| registry.lineage()),
        };
        let registry = registry_of(parts, &options, &arrangement, &keys, &of_run, &rank, prior.as_deref());
        (Themes { themes, groups, assignments, history }, registry)
    }
}

/// The groups of themes in their final order.
struct Groups {
    all: Vec<ThemeGroup>,
    /// The group of each theme; `None` for that of procedure.
    group_of: Vec<Option<usize>>,
    /// Number of the next group that is found.
    next_group: u32,
}

impl Groups {
    fn of(described: Vec<Description>, arrangement: &Arrangement, drafts: &[Draft], prior: Option<&Registry>) -> Self {
        let members: Vec<Vec<usize>> = (0..described.len())
            .map(|group| (0..drafts.len()).filter(|&theme| arrangement.group_of[theme] == Some(group)).collect())
            .collect();
        let n_segments = |group: usize| members[group].iter().map(|&theme| drafts[theme].n_segments).sum::<usize>();
        let first_node = |group: usize| members[group].iter().map(|&theme| drafts[theme].first_node).min();
        let mut order: Vec<usize> = (0..described.len()).collect();
        order.sort_by_key(|&group| (std::cmp::Reverse(n_segments(group)), first_node(group), group));
        let mut rank = vec![0; order.len()];
        for (place, group) in order.iter().enumerate() {
            rank[*group] = place;
        }
        let mut next_group = prior.map_or(1, Registry::next_group);
        let group = |&group: &usize| {
            let Description { label, terms, weights } = described[group].clone();
            let known = match arrangement.groups[group] {
                Origin::Known(at) => prior.and_then(|registry| registry.groups().get(at)),
                Origin::New | Origin::Procedure => None,
            };
            let group_id = known.map_or_else(
                || {
                    next_group += 1;
                    format!("g{:02}", next_group - 1)
                },
                |known| known.group_id.clone(),
            );
            let label = match known {
                Some(known) => known.label.clone(),
                None if label.is_empty() => group_id.clone(),
                None => label,
            };
            // A group without texts in this run is described as it was.
            let as_before = known.filter(|_| terms.is_empty());
            let speakers: HashSet<&[u8; 16]> =
                members[group].iter().flat_map(|&theme| &drafts[theme].speakers).collect();
            ThemeGroup {
                group_id,
                label,
                terms: as_before.map_or(terms, |known| known.terms.clone()),
                term_weights: as_before.map_or(weights, |known| known.term_weights.clone()),
                n_themes: members[group].len(),
                n_segments: n_segments(group),
                n_speakers: speakers.len(),
            }
        };
        let all = order.iter().map(group).collect();
        let group_of = arrangement.group_of.iter().map(|group| group.map(|group| rank[group])).collect();
        Self { all, group_of, next_group }
    }
}

/// The registry of the themes: the texts that vote with their vectors, and all other texts of this run and of earlier ones.
fn registry_of<'a>(
    mut parts: registry::Parts<'a>,
    options: &ThemeOptions,
    arrangement: &'a Arrangement,
    keys: &[Key],
    of_run: &BTreeMap<Key, Assignment>,
    rank: &[usize],
    prior: Option<&'a Registry>,
) -> Registry {
    let place = |assignment: &Assignment| {
        let theme = assignment.theme? as u32;
        Some(Place { theme, probability: assignment.probability, reason: assignment.reason })
    };
    // Where the themes of the registry are now; a theme that ended takes its texts with it.
    let continued = prior.filter(|prior| prior.is_continued(options));
    let again = |before: &Place| Place { theme: rank[before.theme as usize] as u32, ..*before };
    if let Some(registry) = continued {
        for ((key, before), vector) in registry.fitted().iter().zip(arrangement.base.rows()) {
            if let Some(vector) = vector.to_slice() {
                parts.fitted.insert(*key, (again(before), vector));
            }
        }
        parts.others.extend(registry.others().iter().map(|(key, before)| (*key, again(before))));
    }
    let first = continued.map_or(0, |registry| registry.fitted().len());
    for (row, node) in arrangement.own.iter().enumerate() {
        let Some(own) = place(&of_run[&keys[*node]]) else { continue };
        let is_founder =
            matches!(arrangement.placed[*node].theme.map(|theme| arrangement.themes[theme]), Some(Origin::New));
        match arrangement.base.row(first + row).to_slice() {
            Some(vector) if is_founder || parts.fitted.len() < FITTED_AT_MOST => {
                parts.fitted.insert(keys[*node], (own, vector));
            }
            _ => {
                parts.others.insert(keys[*node], own);
            }
        }
    }
    parts.others.extend(of_run.iter().filter_map(|(key, assignment)| Some((*key, place(assignment)?))));
    Registry::new(parts)
}

fn known_theme(theme: &Theme) -> KnownTheme {
    KnownTheme {
        theme_id: theme.theme_id.clone(),
        group: theme.group.map(|group| group as u32),
        label: theme.label.clone(),
        name: theme.name.clone(),
        description: theme.description.clone(),
        terms: theme.terms.clone(),
        term_weights: theme.term_weights.clone(),
        centroid: theme.centroid.clone(),
        cohesion: theme.cohesion,
        stability: theme.stability,
    }
}

fn known_group(group: &ThemeGroup) -> KnownGroup {
    KnownGroup {
        group_id: group.group_id.clone(),
        label: group.label.clone(),
        terms: group.terms.clone(),
        term_weights: group.term_weights.clone(),
    }
}

/// Where the assignment of a text comes from.
enum Source {
    /// A node of the sample.
    Sample(usize),
    /// The registry or the reserved theme, because the sample does not have the text; `described` is its position among the texts
    /// that describe the theme of procedure.
    Known { key: Key, assignment: Assignment, described: Option<usize> },
    /// The text is a fragment.
    Fragment(Key),
    /// The vote of its neighbours.
    Vote(Key),
}

fn speaker_key(speaker: &str) -> [u8; 16] {
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
    Assignment { theme: Some(member.theme), probability, reason }
}
