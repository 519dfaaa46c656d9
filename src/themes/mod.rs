//! Vectors to themes: communities of segments, their labels, and how surely each segment belongs.
//!
//! One vector, one text and perhaps a speaker per segment come in; the themes and every segment's place among them go
//! out. The result depends on the set of segments, the options and the seed alone: not on the order of the segments and
//! not on the number of threads. Vectors that are not finite and options outside their range are refused. Where the
//! vectors come from and who reads the themes is left to others. `docs/themes.md` says how it works and what it cannot.

mod assign;
mod describe;
mod fit;
mod neighbours;

use std::collections::HashSet;

use ndarray::ArrayView2;

use crate::progress::Progress;
use crate::study::ThemeOptions;
use assign::Membership;
use fit::Nodes;
use neighbours::Neighbour;

/// Distinct texts that are fitted at the most; beyond, the rest is assigned by the vote of its neighbours.
pub const FITTED_AT_MOST: usize = 50_000;
/// Neighbours that a study may ask for at the most; the graph grows with them.
pub const NEIGHBOURS_AT_MOST: usize = 500;
/// Exemplars of a theme.
const EXEMPLARS: usize = 3;

/// A theme: a community of segments that speak of the same thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// `t01`, `t02`, ... from the largest theme to the smallest.
    pub theme_id: String,
    /// The first three terms, for people; the theme's id where its texts have no words.
    pub label: String,
    /// At most ten terms by falling class-based TF-IDF weight, no two of which share a word.
    pub terms: Vec<String>,
    /// Weight of each term; the largest is the most telling.
    pub term_weights: Vec<f32>,
    /// Segments of the theme, copies of a text and unsure ones included.
    pub n_segments: usize,
    /// Distinct speakers of these segments; segments without a speaker add none.
    pub n_speakers: usize,
    /// Rows of at most three segments with different texts, nearest to the theme's mean vector first; of copies of a
    /// text, the first row.
    pub exemplars: Vec<usize>,
    /// Mean cosine of the theme's fitted distinct texts to its mean vector, in [-1, 1].
    pub cohesion: f32,
    /// Cohesion minus the mean cosine of the same texts to the mean vector of the nearest other theme (the one whose
    /// mean vector is most like this one's), in [-2, 2]; `None` with a single theme.
    pub separation: Option<f32>,
    /// How often two texts of this theme were in one community, over all pairs of its fitted distinct texts and the
    /// ten starts before the consensus, in [0, 1].
    pub stability: f32,
}

/// How a segment came to its theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It was in the community that became the theme.
    Core,
    /// It joined the nearest theme: its own community was too small, or it was not among the texts that were fitted.
    Nearest,
    /// The probability is under the study's floor.
    LowConfidence,
}

impl Reason {
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Core => "core",
            Reason::Nearest => "nearest",
            Reason::LowConfidence => "low_confidence",
        }
    }
}

/// The theme of one segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assignment {
    /// Index into the themes.
    pub theme: usize,
    /// In [0, 1].
    pub probability: f32,
    pub reason: Reason,
}

/// All themes and the theme of every segment, in the order of the segments.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Themes {
    pub themes: Vec<Theme>,
    pub assignments: Vec<Assignment>,
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
/// stop words of the labels, English where `None`. The assignments come back in the order of the segments.
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
    check(vectors, texts, speakers, options)?;
    find_fitting(FITTED_AT_MOST, vectors, texts, speakers, language, options, seed, progress)
}

fn check(
    vectors: ArrayView2<f32>,
    texts: &[&str],
    speakers: &[Option<&str>],
    options: &ThemeOptions,
) -> Result<(), ThemeError> {
    if vectors.nrows() != texts.len() || speakers.len() != texts.len() {
        return Err(ThemeError::Mismatch { vectors: vectors.nrows(), texts: texts.len(), speakers: speakers.len() });
    }
    if let Some(row) = vectors.rows().into_iter().position(|row| row.iter().any(|v| !v.is_finite())) {
        return Err(ThemeError::NotFinite { row });
    }
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

/// [`find`] after the checks, with the number of texts that are fitted at the most.
#[allow(clippy::too_many_arguments)] // `find` and one number, so that a test can make a small sample
fn find_fitting(
    fitted_at_most: usize,
    vectors: ArrayView2<f32>,
    texts: &[&str],
    speakers: &[Option<&str>],
    language: Option<&str>,
    options: &ThemeOptions,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Themes, ThemeError> {
    if texts.is_empty() {
        return Ok(Themes::default());
    }
    // Canonical order is by hash: its first nodes are a sample that the content and the seed choose.
    let nodes = Nodes::new(vectors, texts, seed);
    let n_fitted = nodes.len().min(fitted_at_most);
    let unit = fit::unit_rows(vectors, &nodes.row[..n_fitted]);
    let unit = unit.view();

    let k = match options.neighbours {
        0 => fit::neighbours_for(n_fitted),
        pinned => pinned.min(n_fitted - 1),
    };
    progress.begin("comparing segments", n_fitted as u64);
    let near = neighbours::of_each(unit, k, progress)?;
    progress.begin("finding themes", (fit::ROUNDS * fit::STARTS + 1) as u64);
    let edges = fit::shared_neighbour_graph(&near);
    let fitted = fit::consensus(n_fitted, edges, options.resolution, seed, progress)?;

    let least = if options.min_segments == 0 { assign::least_size(n_fitted) } else { options.min_segments };
    let members = assign::memberships(unit, &fitted.community, least);
    let n_themes = members.iter().map(|m| m.theme + 1).max().unwrap_or(0);
    let mut placed = place(0..n_fitted, &near, options, n_themes, &members, |node, _| members[node]);
    drop(near);
    if n_fitted < nodes.len() {
        let rest = n_fitted..nodes.len();
        progress.begin("assigning other segments", rest.len() as u64);
        let block = |start: usize, end: usize| fit::unit_rows(vectors, &nodes.row[n_fitted + start..n_fitted + end]);
        let near = neighbours::of_queries(rest.len(), block, unit, assign::VOTERS, progress)?;
        placed.extend(place(rest, &near, options, n_themes, &members, |_, near| Membership {
            theme: assign::vote(near, &members, n_themes),
            core: false,
        }));
    }

    let mut sizes = vec![0; n_themes];
    for &node in &nodes.of_row {
        sizes[placed[node].theme] += 1;
    }
    let rank = rank_by_size(&sizes, &members);
    for assignment in &mut placed {
        assignment.theme = rank[assignment.theme];
    }
    sizes.sort_unstable_by_key(|&size| std::cmp::Reverse(size));

    let mut fitted_nodes: Vec<Vec<usize>> = vec![Vec::new(); n_themes];
    for (node, assignment) in placed[..n_fitted].iter().enumerate() {
        fitted_nodes[assignment.theme].push(node);
    }
    let assignments: Vec<Assignment> = nodes.of_row.iter().map(|&node| placed[node]).collect();
    let mut speakers_of: Vec<HashSet<&str>> = vec![HashSet::new(); n_themes];
    for (assignment, speaker) in assignments.iter().zip(speakers) {
        speakers_of[assignment.theme].extend(speaker);
    }
    let themed_texts: Vec<Vec<&str>> =
        fitted_nodes.iter().map(|theme| theme.iter().map(|&node| texts[nodes.row[node]]).collect()).collect();
    let descriptions = describe::describe(&themed_texts, language);
    let means = assign::mean_vectors(unit, placed[..n_fitted].iter().map(|a| Some(a.theme)), n_themes);

    let themes = descriptions
        .into_iter()
        .enumerate()
        .map(|(theme, description)| {
            let members = &fitted_nodes[theme];
            let theme_id = format!("t{:02}", theme + 1);
            let mut by_cosine: Vec<(usize, f64)> =
                members.iter().map(|&node| (node, assign::cosine(unit, node, &means, theme))).collect();
            let cohesion = mean(by_cosine.iter().map(|(_, cosine)| *cosine));
            let other = nearest_other(&means, theme);
            let to_other = other.map(|other| mean(members.iter().map(|&n| assign::cosine(unit, n, &means, other))));
            by_cosine.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            Theme {
                label: if description.label.is_empty() { theme_id.clone() } else { description.label },
                theme_id,
                terms: description.terms,
                term_weights: description.weights,
                n_segments: sizes[theme],
                n_speakers: speakers_of[theme].len(),
                exemplars: exemplars(&by_cosine, &nodes, texts),
                cohesion: cohesion as f32,
                separation: to_other.map(|to_other| (cohesion - to_other) as f32),
                stability: stability(members, &fitted.starts),
            }
        })
        .collect();
    Ok(Themes { themes, assignments })
}

/// The place of each theme from the largest to the smallest, of equals the one whose first text comes first in canonical
/// order.
fn rank_by_size(sizes: &[usize], members: &[Membership]) -> Vec<usize> {
    let mut first_node = vec![usize::MAX; sizes.len()];
    for (node, member) in members.iter().enumerate().rev() {
        first_node[member.theme] = node;
    }
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|&theme| (std::cmp::Reverse(sizes[theme]), first_node[theme]));
    let mut rank = vec![0; sizes.len()];
    for (place, theme) in order.into_iter().enumerate() {
        rank[theme] = place;
    }
    rank
}

/// The assignments of a stretch of nodes with their neighbours among the fitted ones.
fn place(
    stretch: std::ops::Range<usize>,
    near: &[Vec<Neighbour>],
    options: &ThemeOptions,
    n_themes: usize,
    members: &[Membership],
    membership: impl Fn(usize, &[Neighbour]) -> Membership,
) -> Vec<Assignment> {
    stretch
        .zip(near)
        .map(|(node, near)| {
            let Membership { theme, core } = membership(node, near);
            let probability = assign::probability(theme, near, members, n_themes);
            Assignment { theme, probability, reason: assign::reason(core, probability, options.confidence_floor) }
        })
        .collect()
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

fn exemplars(by_cosine: &[(usize, f64)], nodes: &Nodes, texts: &[&str]) -> Vec<usize> {
    let mut rows: Vec<usize> = Vec::with_capacity(EXEMPLARS);
    for &(node, _) in by_cosine {
        let row = nodes.row[node];
        if rows.len() < EXEMPLARS && rows.iter().all(|&other| texts[other] != texts[row]) {
            rows.push(row);
        }
    }
    rows
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
