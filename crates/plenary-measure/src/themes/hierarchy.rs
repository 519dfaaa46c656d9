//! Themes to groups of themes, which nest: hierarchical clustering of the graph of the texts.
//!
//! **Input:** the edges of the graph and the theme of each text. **Output:** the merges from all themes to one, and the groups of a cut.
//! The result depends on the numbers of the themes only where merges tie. **Left to others:** what the groups are called.
//!
//! The two clusters are merged whose edges are heaviest beside what is expected of their sizes, `p(i, j) / (p(i) p(j))`, where `p` are
//! shares of the weight of all edges (Bonald, Charpentier, Galland & Hollocou 2018). This ratio is the resolution at which
//! merging the two no longer increases modularity, so that a cut is a partition at a lower resolution than that of the themes.

use super::fit::Edge;

/// Resolution of the groups as a share of that of the themes.
pub(super) const OF_GROUPS: f64 = 0.25;

/// Two clusters that become one; it has the number of the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Merge {
    first: usize,
    second: usize,
    /// The resolution up to which they are one.
    resolution: f64,
}

/// Where the merges end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cut {
    /// Clusters are merged that are one at this resolution.
    Resolution(f64),
    /// There are as many clusters, or as few as there were.
    Number(usize),
}

/// The merges of themes, in their order. Clusters without a common edge are merged last, the smallest first.
pub(super) fn merges(edges: &[Edge], theme_of: &[usize], n_themes: usize) -> Vec<Merge> {
    let mut between = vec![vec![0.0; n_themes]; n_themes];
    for edge in edges {
        let (a, b) = (theme_of[edge.from], theme_of[edge.to]);
        between[a][b] += edge.weight;
        between[b][a] += edge.weight;
    }
    let mut sizes: Vec<f64> = between.iter().map(|row| row.iter().sum()).collect();
    let total = sizes.iter().sum::<f64>();
    let mut left: Vec<usize> = (0..n_themes).collect();
    let mut merges = Vec::with_capacity(n_themes.saturating_sub(1));
    while left.len() > 1 {
        let mut best: Option<(Merge, f64)> = None;
        for (place, &first) in left.iter().enumerate() {
            for &second in &left[place + 1..] {
                let product = sizes[first] * sizes[second];
                let resolution = if product > 0.0 { between[first][second] * total / product } else { 0.0 };
                let size = sizes[first] + sizes[second];
                // Ties go to the smaller clusters, then to the first.
                let is_better = best.is_none_or(|(known, of_known)| {
                    resolution.total_cmp(&known.resolution).then(of_known.total_cmp(&size)).is_gt()
                });
                if is_better {
                    best = Some((Merge { first, second, resolution }, size));
                }
            }
        }
        let Some((merge, _)) = best else { break };
        let Merge { first, second, .. } = merge;
        let moved = between[second].clone();
        for (other, moved) in moved.into_iter().enumerate() {
            between[first][other] += moved;
            between[other][first] = between[first][other];
        }
        sizes[first] += sizes[second];
        left.retain(|theme| *theme != second);
        merges.push(merge);
    }
    merges
}

/// The group of each theme, numbered from 0 in the order of their first themes.
pub(super) fn cut(merges: &[Merge], n_themes: usize, cut: Cut) -> Vec<usize> {
    let mut group: Vec<usize> = (0..n_themes).collect();
    let mut n_left = n_themes;
    for merge in merges {
        let goes_on = match cut {
            Cut::Resolution(resolution) => merge.resolution > resolution,
            Cut::Number(n) => n_left > n,
        };
        if !goes_on {
            break;
        }
        n_left -= 1;
        for place in &mut group {
            if *place == merge.second {
                *place = merge.first;
            }
        }
    }
    let mut kept: Vec<usize> = group.clone();
    kept.sort_unstable();
    kept.dedup();
    // The number of a group is that of its first theme, because the first of two clusters is the one with the smaller number.
    group.iter().map(|place| kept.binary_search(place).unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn edge(from: usize, to: usize, weight: f64) -> Edge {
        Edge { from, to, weight }
    }

    /// Themes of two texts each; 0 and 2 are close, 1 and 3 as well, and the two pairs are far from each other.
    fn four() -> (Vec<Edge>, Vec<usize>) {
        let inside = (0..4).map(|theme| edge(2 * theme, 2 * theme + 1, 1.0));
        let across = [edge(0, 4, 0.4), edge(2, 6, 0.3), edge(1, 3, 0.01)];
        (inside.chain(across).collect(), vec![0, 0, 1, 1, 2, 2, 3, 3])
    }

    #[test]
    fn close_themes_are_merged_first_and_groups_are_numbered_by_their_first_theme() {
        let (edges, themes) = four();
        let merges = merges(&edges, &themes, 4);
        assert!(merges.is_sorted_by(|a, b| a.resolution >= b.resolution), "{merges:?}");
        assert_eq!(cut(&merges, 4, Cut::Number(4)), [0, 1, 2, 3]);
        assert_eq!(cut(&merges, 4, Cut::Number(3)), [0, 1, 0, 2]);
        assert_eq!(cut(&merges, 4, Cut::Number(2)), [0, 1, 0, 1]);
        assert_eq!(cut(&merges, 4, Cut::Resolution(OF_GROUPS)), [0, 1, 0, 1]);
        assert_eq!(cut(&merges, 4, Cut::Number(0)), [0, 0, 0, 0]);
        assert_eq!(cut(&merges, 4, Cut::Resolution(f64::INFINITY)), [0, 1, 2, 3]);
    }

    #[test]
    fn themes_without_edges_are_merged_too() {
        assert!(merges(&[], &[], 0).is_empty() && merges(&[], &[0], 1).is_empty());
        let merges = merges(&[edge(0, 1, 1.0)], &[0, 0, 1, 2], 3);
        assert_eq!(cut(&merges, 3, Cut::Number(2)), [0, 1, 1]);
        assert_eq!(cut(&merges, 3, Cut::Resolution(0.0)), [0, 1, 2]);
    }

    proptest! {
        #[test]
        fn cuts_nest(weights in proptest::collection::vec((0..8_usize, 0..8_usize, 0.0..1.0_f64), 0..40)) {
            let edges: Vec<Edge> = weights.iter().filter(|(a, b, _)| a != b).map(|&(a, b, w)| edge(a.min(b), a.max(b), w)).collect();
            let themes: Vec<usize> = (0..8).collect();
            let merges = merges(&edges, &themes, 8);
            for n in 1..=8 {
                let (fine, coarse) = (cut(&merges, 8, Cut::Number(n)), cut(&merges, 8, Cut::Number(n / 2)));
                prop_assert_eq!(fine.iter().max().map(|last| last + 1), Some(n));
                for (a, b) in (0..8).flat_map(|a| (0..8).map(move |b| (a, b))) {
                    prop_assert!(fine[a] != fine[b] || coarse[a] == coarse[b]);
                }
            }
        }
    }
}
