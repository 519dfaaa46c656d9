//! Vectors to communities: an order of texts that does not depend on the order of the input, the shared-neighbour
//! graph, Leiden, and the consensus of several starts.
//!
//! **Input:** neighbours of each distinct text. **Output:** a community per text, with the result of every start. The
//! result does not depend on the order of the input or the number of threads: texts are sorted by content, and every
//! start has its own seed. **Left to others:** labels of communities, and texts that are assigned later.

use std::cmp::Ordering;

use leiden_rs::{GraphData, GraphDataBuilder, Leiden, LeidenConfig, Partition};
use ndarray::ArrayView1;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::ThemeError;
use super::neighbours::Neighbour;
use plenary_corpus::progress::Progress;
use plenary_engine::cache::{Cache, Stage};

/// Starts of the community search whose consensus is taken, and how often it is taken.
pub(super) const STARTS: usize = 10;
pub(super) const ROUNDS: usize = 2;
/// Maximum number of times that Leiden is repeated from its own result; it ends earlier if the quality no longer
/// increases.
const MAX_PASSES: usize = 20;

/// What a cache stores of the search. The version increases when the same graph gets other communities, for example by another version
/// of the library.
const SEARCH: Stage = Stage { name: "themes", method: "leiden", version: 1 };

/// The position of a text in canonical order: by hash of seed and text, then by text.
///
/// A text that occurs many times ("Thank you.") is one node, so that its copies cannot form a theme or fill each
/// other's neighbourhoods.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node {
    pub hash: [u8; 32],
    pub text: Box<str>,
}

impl Node {
    pub(super) fn of(text: &str, seed: u64) -> Self {
        let hash = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(text).finalize().into();
        Self { hash, text: text.into() }
    }
}

/// A vector scaled to length 1; a zero vector stays zero.
pub(super) fn unit(vector: ArrayView1<f32>) -> Vec<f32> {
    let norm = vector.iter().map(|&v| f64::from(v) * f64::from(v)).sum::<f64>().sqrt();
    let scaled = |&v: &f32| if norm > 0.0 { (f64::from(v) / norm) as f32 } else { 0.0 };
    vector.iter().map(scaled).collect()
}

/// Neighbours per node: 5 up to 30 nodes, 8 at 100, 15 from 300 on, with linear interpolation in between; never more
/// than the number of other nodes.
pub(super) fn neighbours_for(n_nodes: usize) -> usize {
    let between = |n: usize, (n0, k0): (usize, usize), (n1, k1): (usize, usize)| {
        k0 + ((n - n0) * (k1 - k0) + (n1 - n0) / 2) / (n1 - n0)
    };
    let k = match n_nodes {
        ..=30 => 5,
        31..=100 => between(n_nodes, (30, 5), (100, 8)),
        101..=300 => between(n_nodes, (100, 8), (300, 15)),
        _ => 15,
    };
    k.min(n_nodes.saturating_sub(1))
}

/// An undirected edge with its weight, in (0, 1].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edge {
    pub from: usize,
    pub to: usize,
    pub weight: f64,
}

/// Shared-nearest-neighbour graph (Jarvis & Patrick 1973): two nodes have an edge if one is among the other's
/// neighbours. Its weight is the Jaccard overlap of the two neighbourhoods, each including its own node.
pub(super) fn shared_neighbour_graph(neighbours: &[Vec<Neighbour>]) -> Vec<Edge> {
    let closed: Vec<Vec<usize>> = neighbours
        .par_iter()
        .enumerate()
        .map(|(node, list)| {
            let mut all: Vec<usize> = list.iter().map(|n| n.node).chain([node]).collect();
            all.sort_unstable();
            all
        })
        .collect();
    let mut edges: Vec<Edge> = (0..closed.len())
        .into_par_iter()
        .flat_map_iter(|a| {
            let closed = &closed;
            // A mutual pair is added by its first node only.
            let named = move |&&b: &&usize| b != a && (a < b || closed[b].binary_search(&a).is_err());
            closed[a].iter().filter(named).map(move |&b| {
                let shared = n_common(&closed[a], &closed[b]);
                let weight = shared as f64 / (closed[a].len() + closed[b].len() - shared) as f64;
                Edge { from: a.min(b), to: a.max(b), weight }
            })
        })
        .collect();
    edges.sort_unstable_by_key(|edge| (edge.from, edge.to));
    edges
}

/// Number of values that two ascending lists share.
fn n_common(a: &[usize], b: &[usize]) -> usize {
    let (mut i, mut j, mut n) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            Ordering::Less => i += 1,
            Ordering::Greater => j += 1,
            Ordering::Equal => (i, j, n) = (i + 1, j + 1, n + 1),
        }
    }
    n
}

/// What the searches of a run have in common.
#[derive(Clone, Copy)]
pub(super) struct Search<'s> {
    /// From which the seeds of the starts are counted.
    pub seed: u64,
    /// Where the results of earlier searches are.
    pub cache: Option<&'s Cache>,
    pub progress: &'s dyn Progress,
}

/// Result of the community search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fit {
    /// The community of each node, numbered from 0 in the order of appearance.
    pub community: Vec<usize>,
    /// The same for each start on the graph itself, before the consensus.
    pub starts: Vec<Vec<usize>>,
}

/// Communities by consensus of [`STARTS`] starts (Lancichinetti & Fortunato 2012, on the edges of the graph only): the
/// weight of an edge becomes the share of starts that put its two nodes into one community. This is done [`ROUNDS`]
/// times, followed by one more search. `progress` advances by one for each of the `ROUNDS * STARTS + 1` searches. Searches
/// begin with the communities `initial`, one per node, or with every node by itself. A search that the cache has is not made again.
pub(super) fn consensus(
    n_nodes: usize,
    edges: Vec<Edge>,
    initial: Option<&[usize]>,
    resolution: f64,
    how: Search<'_>,
) -> Result<Fit, ThemeError> {
    let Search { seed, cache, progress } = how;
    if n_nodes == 0 {
        return Ok(Fit { community: Vec::new(), starts: Vec::new() });
    }
    let Some(cache) = cache else { return search(n_nodes, edges, initial, resolution, seed, progress) };
    let input = hash_of_search(n_nodes, &edges, initial, resolution, seed);
    let known = cache.result(SEARCH, &input).and_then(|bytes| postcard::from_bytes::<Fit>(&bytes).ok());
    if let Some(fit) = known.filter(|fit| fit.is_of(n_nodes)) {
        progress.advance((ROUNDS * STARTS + 1) as u64);
        return Ok(fit);
    }
    let fit = search(n_nodes, edges, initial, resolution, seed, progress)?;
    if let Ok(bytes) = postcard::to_stdvec(&fit) {
        cache.keep_result(SEARCH, &input, &bytes);
    }
    Ok(fit)
}

impl Fit {
    /// Whether it has a community for each node in the search and in every start.
    fn is_of(&self, n_nodes: usize) -> bool {
        let whole = |communities: &Vec<usize>| communities.len() == n_nodes && communities.iter().all(|&c| c < n_nodes);
        self.starts.len() == STARTS && whole(&self.community) && self.starts.iter().all(whole)
    }
}

/// The sha256 of all that the result of a search depends on.
fn hash_of_search(n_nodes: usize, edges: &[Edge], initial: Option<&[usize]>, resolution: f64, seed: u64) -> [u8; 32] {
    let number = |n: usize| (n as u64).to_le_bytes();
    let mut hash = Sha256::new();
    for n in [n_nodes, STARTS, ROUNDS, MAX_PASSES, edges.len(), initial.map_or(0, <[usize]>::len)] {
        hash.update(number(n));
    }
    hash.update(resolution.to_bits().to_le_bytes());
    hash.update(seed.to_le_bytes());
    for edge in edges {
        hash.update(number(edge.from));
        hash.update(number(edge.to));
        hash.update(edge.weight.to_bits().to_le_bytes());
    }
    for community in initial.unwrap_or_default() {
        hash.update(number(*community));
    }
    hash.finalize().into()
}

fn search(
    n_nodes: usize,
    mut edges: Vec<Edge>,
    initial: Option<&[usize]>,
    resolution: f64,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Fit, ThemeError> {
    let mut first = None;
    for round in 0..ROUNDS {
        let graph = graph(n_nodes, &edges)?;
        let runs: Result<Vec<Vec<usize>>, ThemeError> = (0..STARTS)
            .into_par_iter()
            .map(|start| {
                progress.check_stop()?;
                let found =
                    communities(&graph, initial, resolution, seed.wrapping_add((round * STARTS + start) as u64));
                progress.advance(1);
                found
            })
            .collect();
        let runs = runs?;
        for edge in &mut edges {
            let together = runs.iter().filter(|run| run[edge.from] == run[edge.to]).count();
            edge.weight = together as f64 / STARTS as f64;
        }
        edges.retain(|edge| edge.weight > 0.0);
        first.get_or_insert(runs);
    }
    progress.check_stop()?;
    let seed = seed.wrapping_add((ROUNDS * STARTS) as u64);
    let community = communities(&graph(n_nodes, &edges)?, initial, resolution, seed)?;
    progress.advance(1);
    Ok(Fit { community, starts: first.unwrap_or_default() })
}

fn graph(n_nodes: usize, edges: &[Edge]) -> Result<GraphData, ThemeError> {
    let mut builder = GraphDataBuilder::new(n_nodes);
    for edge in edges {
        builder.add_edge(edge.from, edge.to, edge.weight)?;
    }
    Ok(builder.build()?)
}

/// One search: Leiden (Traag, Waltman & van Eck 2019) for modularity, repeated from its own result until the quality no
/// longer increases.
fn communities(
    graph: &GraphData,
    initial: Option<&[usize]>,
    resolution: f64,
    seed: u64,
) -> Result<Vec<usize>, ThemeError> {
    let leiden = Leiden::new(LeidenConfig { resolution, seed: Some(seed), ..LeidenConfig::default() });
    let mut best = match initial {
        Some(communities) => {
            leiden.run_with_initial_partition(graph, Partition::from_membership(communities.to_vec()))?
        }
        None => leiden.run(graph)?,
    };
    for _ in 1..MAX_PASSES {
        let again = leiden.run_with_initial_partition(graph, best.partition.clone())?;
        if again.quality <= best.quality + 1e-10 {
            break;
        }
        best = again;
    }
    Ok(best.partition.as_slice().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use plenary_corpus::progress::Silent;
    use plenary_engine::cache;

    #[test]
    fn neighbours_grow_with_the_number_of_segments() {
        let ks: Vec<usize> = [0, 1, 2, 5, 30, 65, 100, 200, 300, 50_000].map(neighbours_for).to_vec();
        assert_eq!(ks, [0, 0, 1, 4, 5, 7, 8, 12, 15, 15]);
        assert!((1..400).all(|n| neighbours_for(n) <= neighbours_for(n + 1)));
    }

    #[test]
    fn overlap_is_over_closed_neighbourhoods() {
        let list = |nodes: &[usize]| nodes.iter().map(|&node| Neighbour { node, cosine: 0.5 }).collect::<Vec<_>>();
        // 0 <-> 1 share {0, 1}; 2 has only the neighbour 0, which does not have 2: {0, 2} and {0, 1} share one of
        // three.
        let edges = shared_neighbour_graph(&[list(&[1]), list(&[0]), list(&[0])]);
        assert_eq!(edges, [Edge { from: 0, to: 1, weight: 1.0 }, Edge { from: 0, to: 2, weight: 1.0 / 3.0 }]);
    }

    #[test]
    fn two_cliques_with_a_bridge_are_two_communities_in_every_start() {
        let mut edges: Vec<Edge> = Vec::new();
        for base in [0, 5] {
            for a in base..base + 5 {
                edges.extend((a + 1..base + 5).map(|b| Edge { from: a, to: b, weight: 1.0 }));
            }
        }
        edges.push(Edge { from: 4, to: 5, weight: 0.1 });
        let fit = consensus(10, edges, None, 1.0, Search { seed: 7, cache: None, progress: &Silent }).unwrap();
        assert_eq!(fit.community, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
        assert_eq!(fit.starts.len(), STARTS);
        assert!(fit.starts.iter().all(|start| *start == fit.community));
    }

    #[test]
    fn a_search_that_the_cache_has_is_not_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path()).unwrap();
        let ring: Vec<Edge> = (0..30).map(|a| Edge { from: a, to: (a + 1) % 30, weight: 0.5 }).collect();
        let find = |edges: &[Edge], initial: Option<&[usize]>, resolution, seed, cache: Option<&Cache>| {
            consensus(30, edges.to_vec(), initial, resolution, Search { seed, cache, progress: &Silent }).unwrap()
        };
        let n_stored = || cache::stats(folder.path()).unwrap().shares.iter().map(|share| share.n_rows).sum::<u64>();
        let without = find(&ring, None, 1.0, 7, None);
        assert_eq!(find(&ring, None, 1.0, 7, Some(&cache)), without);
        assert_eq!(n_stored(), 1);
        // A search is found again by all that it depends on.
        let input = hash_of_search(30, &ring, None, 1.0, 7);
        let other = Fit { community: vec![3; 30], starts: vec![vec![3; 30]; STARTS] };
        cache.keep_result(SEARCH, &input, &postcard::to_stdvec(&other).unwrap());
        assert_eq!(find(&ring, None, 1.0, 7, Some(&cache)), other);
        let mut heavier = ring.clone();
        heavier[29].weight = 0.6;
        let first: Vec<usize> = (0..30).collect();
        for (at, (edges, initial, resolution, seed)) in [
            (&heavier, None, 1.0, 7),
            (&ring, Some(first.as_slice()), 1.0, 7),
            (&ring, None, 1.1, 7),
            (&ring, None, 1.0, 8),
        ]
        .into_iter()
        .enumerate()
        {
            let found = find(edges, initial, resolution, seed, Some(&cache));
            assert_eq!(found, find(edges, initial, resolution, seed, None));
            assert_eq!(n_stored(), at as u64 + 2);
        }
        // What does not fit the graph is not used.
        let damaged = Fit { community: vec![3; 29], starts: vec![vec![3; 30]; STARTS] };
        cache.keep_result(SEARCH, &input, &postcard::to_stdvec(&damaged).unwrap());
        assert_eq!(find(&ring, None, 1.0, 7, Some(&cache)), without);
    }
}
