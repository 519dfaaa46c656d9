//! Communities to themes: which communities become themes, which theme the others join, and how probable each assignment is.
//!
//! **Input:** communities and neighbours of the fitted nodes. **Output:** a theme, a probability and a reason for every node,
//! including nodes that were not fitted. Themes are numbered in the order in which they appear. **Left to others:** their final
//! order and their names.

use ndarray::{Array2, ArrayView2};

use super::neighbours::Neighbour;
use plenary_corpus::findings::AssignmentReason;
use serde::{Deserialize, Serialize};

/// Number of neighbours that vote on the theme of a node that was not fitted.
pub(super) const VOTERS: usize = 15;

/// Minimum number of nodes of a community that becomes a theme: a twentieth of all nodes, at least 3 and at most 10.
pub(super) fn least_size(n_nodes: usize) -> usize {
    (n_nodes / 20).clamp(3, 10)
}

/// The theme of a fitted node, and whether its own community became the theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Membership {
    pub theme: usize,
    pub core: bool,
}

/// Communities with fewer than `least` nodes are dissolved; their nodes join the theme with the nearest mean vector. If
/// no community is large enough, all nodes are one theme.
pub(super) fn memberships(vectors: ArrayView2<f32>, community: &[usize], least: usize) -> Vec<Membership> {
    let n_communities = community.iter().max().map_or(0, |last| last + 1);
    let mut sizes = vec![0; n_communities];
    for &c in community {
        sizes[c] += 1;
    }
    let mut n_themes = 0;
    let theme_of: Vec<Option<usize>> = sizes
        .iter()
        .map(|&size| {
            (size >= least).then(|| {
                n_themes += 1;
                n_themes - 1
            })
        })
        .collect();
    if n_themes == 0 {
        return vec![Membership { theme: 0, core: true }; community.len()];
    }
    let standing: Vec<Option<usize>> = community.iter().map(|&c| theme_of[c]).collect();
    let means = mean_vectors(vectors, standing.iter().copied(), n_themes);
    standing
        .iter()
        .enumerate()
        .map(|(node, theme)| match theme {
            Some(theme) => Membership { theme: *theme, core: true },
            None => Membership { theme: nearest_mean(vectors, node, &means), core: false },
        })
        .collect()
}

/// Mean vector of each theme, scaled to length 1; shape `[n_themes, dimensions]`.
pub(super) fn mean_vectors(
    vectors: ArrayView2<f32>,
    themes: impl Iterator<Item = Option<usize>>,
    n_themes: usize,
) -> Array2<f64> {
    let mut means = Array2::<f64>::zeros((n_themes, vectors.ncols()));
    for (row, theme) in vectors.rows().into_iter().zip(themes) {
        if let Some(theme) = theme {
            means.row_mut(theme).zip_mut_with(&row, |sum, &v| *sum += f64::from(v));
        }
    }
    for mut mean in means.rows_mut() {
        let norm = mean.iter().map(|v| v * v).sum::<f64>().sqrt();
        if norm > 0.0 {
            mean.mapv_inplace(|v| v / norm);
        }
    }
    means
}

/// Cosine of a node's vector and a mean vector, both of length 1.
pub(super) fn cosine(vectors: ArrayView2<f32>, node: usize, means: &Array2<f64>, theme: usize) -> f64 {
    vectors.row(node).iter().zip(means.row(theme)).map(|(&a, &b)| f64::from(a) * b).sum()
}

fn nearest_mean(vectors: ArrayView2<f32>, node: usize, means: &Array2<f64>) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for theme in 0..means.nrows() {
        let cosine = cosine(vectors, node, means, theme);
        if cosine > best.1 {
            best = (theme, cosine);
        }
    }
    best.0
}

/// The theme with the largest sum of the neighbours' cosines; ties go to the first theme. Without neighbours it is the
/// first theme.
pub(super) fn vote(neighbours: &[Neighbour], members: &[Membership], n_themes: usize) -> usize {
    let mut votes = vec![0.0_f64; n_themes];
    for neighbour in neighbours {
        votes[members[neighbour.node].theme] += f64::from(neighbour.cosine);
    }
    (1..n_themes).fold(0, |best, theme| if votes[theme] > votes[best] { theme } else { best })
}

/// Share of the neighbours that have the same theme, weighted by cosine, in [0, 1]. Without neighbours: 1 if there is
/// only one theme, else 0.
pub(super) fn probability(theme: usize, neighbours: &[Neighbour], members: &[Membership], n_themes: usize) -> f32 {
    if n_themes == 1 {
        return 1.0;
    }
    let (mut same, mut all) = (0.0_f64, 0.0_f64);
    for neighbour in neighbours {
        all += f64::from(neighbour.cosine);
        if members[neighbour.node].theme == theme {
            same += f64::from(neighbour.cosine);
        }
    }
    if all > 0.0 { ((same / all) as f32).clamp(0.0, 1.0) } else { 0.0 }
}

/// Why a node is in its theme; a probability below the threshold takes precedence.
pub(super) fn reason(core: bool, probability: f32, floor: f32) -> AssignmentReason {
    if probability < floor {
        AssignmentReason::LowConfidence
    } else if core {
        AssignmentReason::Core
    } else {
        AssignmentReason::Nearest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn member(theme: usize) -> Membership {
        Membership { theme, core: true }
    }

    #[test]
    fn a_small_community_joins_the_nearest_mean() {
        let vectors = array![[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [0.0, 1.0], [0.28, 0.96]];
        let members = memberships(vectors.view(), &[0, 0, 1, 1, 2], 2);
        assert_eq!(members[4], Membership { theme: 1, core: false });
        assert!(members[..4].iter().all(|m| m.core));
    }

    #[test]
    fn where_none_stands_all_are_one_theme() {
        let vectors = array![[1.0, 0.0], [0.0, 1.0]];
        assert_eq!(memberships(vectors.view(), &[0, 1], 3), [member(0), member(0)]);
    }

    #[test]
    fn probability_is_the_share_of_similarity() {
        let near = [(0, 0.9), (1, 0.6)].map(|(node, cosine)| Neighbour { node, cosine });
        let members = [member(0), member(1)];
        assert!((probability(0, &near, &members, 2) - 0.6).abs() < 1e-6);
        assert_eq!(vote(&near, &members, 2), 0);
        assert_eq!(probability(1, &[], &members, 2), 0.0);
        assert_eq!(reason(true, 0.2, 0.3), AssignmentReason::LowConfidence);
        assert_eq!(reason(false, 0.6, 0.3), AssignmentReason::Nearest);
    }

    #[test]
    fn the_least_size_follows_the_number_of_nodes() {
        assert_eq!([0, 30, 100, 160, 300, 9_000].map(least_size), [3, 3, 5, 8, 10, 10]);
    }
}
