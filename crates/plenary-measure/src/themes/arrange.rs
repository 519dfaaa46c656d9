//! The texts of a run to themes: found anew, or continued from a registry.
//!
//! **Input:** the distinct texts of a run with their vectors, and perhaps a registry of earlier themes. **Output:** an
//! [`Arrangement`]: which themes there are, the theme of every text, and the texts that vote on others. **Left to others:** words,
//! and texts outside the sample.
//!
//! Themes that are extended: the share of new texts among the nearest neighbours of a new text, over new and known texts together,
//! shows whether the text is unlike the known ones (the test statistic of Schilling 1986, one text at a time). If new texts were
//! drawn like the known ones, this share would be that of the new texts among all. Texts of the same document do not count, because
//! they resemble each other whatever they are about. It is averaged over the new texts nearest to the
//! text, and a text for which it is [`UNLIKE`] of the way from there to 1 is clustered with the others of its kind. Communities that
//! are large enough are new themes; all other texts join the theme of their neighbours.

use std::collections::BTreeMap;

use ndarray::{Array2, ArrayView2, Axis, concatenate};
use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;
use plenary_corpus::findings::{Assignment, AssignmentReason};
use plenary_corpus::progress::Progress;
use serde::{Deserialize, Serialize};

use super::assign::{self, Membership};
use super::fit::{self, Search};
use super::fitted::place;
use super::hierarchy::{self, Cut};
use super::neighbours::{self, Neighbour};
use super::registry::{Key, Registry};
use super::{NumberOfThemes, RegistryMode, ThemeError, ThemeOptions};

/// Share of the fitted texts of a registry that are farther from the others than a text that resembles them.
const OUTLIERS: f64 = 0.01;
/// How far from the share that is expected to 1 the share of new texts around a text is that is unlike the known ones.
const UNLIKE: f64 = 0.3;
/// Number of new texts near a text over which, with its own, this share is averaged.
const SMOOTHED: usize = 7;
/// How much stronger an edge between two texts of one earlier theme is when themes are found anew, and how much weaker one between
/// texts of two earlier themes (temporal smoothness: Chakrabarti, Kumar & Tomkins 2006).
const SMOOTHNESS: f64 = 0.5;
/// How much support its earlier theme needs, as a share of that of the theme in which it was found, so that a text stays in the earlier one
/// when themes are found anew. Support is the sum of the cosines of the neighbours in a theme.
const STAYS: f64 = 0.2;
/// Factor by which the resolution is raised while there are fewer themes than the study wants.
const RESOLUTION_STEP: f64 = 1.5;
/// How far it is raised, as a multiple of the study's resolution.
const RESOLUTION_AT_MOST: f64 = 50.0;
/// Factor from cosine overlaps to the whole numbers of the optimal assignment.
const SCALE: f64 = 1e9;

/// Where a theme comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Origin {
    /// Found in this run.
    New,
    /// The theme of procedure, which the registry does not have.
    Procedure,
    /// A theme of the registry, by its position there.
    Known(usize),
}

/// The themes of the texts of a sample.
#[derive(Debug)]
pub(super) struct Arrangement {
    pub themes: Vec<Origin>,
    /// Where the groups of themes come from; a known one is a group of the registry, by its position there.
    pub groups: Vec<Origin>,
    /// The group of each theme; `None` for that of procedure.
    pub group_of: Vec<Option<usize>>,
    /// Stability of each theme; `None` for that of procedure.
    pub stability: Vec<Option<f32>>,
    /// The assignment of each text of the sample.
    pub placed: Vec<Assignment>,
    /// Unit vectors that vote on other texts: those of the registry, then those of the sample that it does not have and that have
    /// a theme.
    pub base: Array2<f32>,
    /// The theme of each row of `base`.
    pub members: Vec<Membership>,
    /// Positions in the sample of the rows of `base` that are not the registry's.
    pub own: Vec<usize>,
    /// Mean cosine to the nearest texts below which a text resembles none of them.
    pub fit_floor: f32,
    /// Whether such a text stays without a theme.
    pub leaves_unassigned: bool,
}

/// Finds the themes of a sample without regard to earlier ones or, with a registry, beginning from its themes and giving
/// themes that mostly have the same texts the same identity.
pub(super) fn found(
    unit: Array2<f32>,
    keys: &[Key],
    registry: Option<&Registry>,
    options: &ThemeOptions,
    search: Search<'_>,
) -> Result<Arrangement, ThemeError> {
    let n = unit.nrows();
    let earlier = registry.map(|registry| {
        let found = |place: &super::registry::Place| Some(place.theme as usize) != registry.procedure();
        keys.iter().map(|key| registry.place(key).filter(found).map(|place| place.theme)).collect::<Vec<_>>()
    });
    let near = nearest(unit.view(), options, search.progress)?;
    let Communities { mut members, starts, group_of } =
        communities(unit.view(), &near, earlier.as_deref(), options, search)?;
    let n_themes = members.iter().map(|m| m.theme + 1).max().unwrap_or(0);
    if let (Some(registry), Some(earlier)) = (registry, &earlier) {
        let both =
            earlier.iter().zip(&members).filter_map(|(earlier, member)| Some((member.theme, (*earlier)? as usize)));
        let origins = matched(both, n_themes, registry.themes().len(), options.keep_above);
        stay(&mut members, &near, earlier, &origins, smallest(n, options));
    }
    let placed: Vec<Assignment> =
        (0..n).map(|node| place(members[node], &near[node], &members, n_themes, options)).collect();
    let stability = (0..n_themes)
        .map(|theme| Some(stability(&(0..n).filter(|&node| members[node].theme == theme).collect::<Vec<_>>(), &starts)))
        .collect();
    let n_groups = group_of.iter().map(|group| group + 1).max().unwrap_or(0);
    let (themes, groups) = match registry {
        None => (vec![Origin::New; n_themes], vec![Origin::New; n_groups]),
        Some(registry) => {
            let shared: Vec<(usize, usize)> = keys
                .iter()
                .zip(&placed)
                .filter_map(|(key, assignment)| Some((assignment.theme?, registry.place(key)?.theme as usize)))
                // The theme of procedure is not matched: its texts are not searched.
                .filter(|(_, earlier)| Some(*earlier) != registry.procedure())
                .collect();
            let known = registry.themes();
            let of_groups =
                shared.iter().filter_map(|(theme, earlier)| Some((group_of[*theme], known[*earlier].group? as usize)));
            (
                matched(shared.iter().copied(), n_themes, known.len(), options.keep_above),
                matched(of_groups, n_groups, registry.groups().len(), options.keep_above),
            )
        }
    };
    let fit_floor = fit_floor(&near);
    Ok(Arrangement {
        themes,
        groups,
        group_of: group_of.into_iter().map(Some).collect(),
        stability,
        placed,
        base: unit,
        members,
        own: (0..n).collect(),
        fit_floor,
        leaves_unassigned: false,
    })
}

/// Continues the themes of a registry: known texts keep their themes; others join them or, if `extend`, new ones.
pub(super) fn continued(
    unit: ArrayView2<f32>,
    keys: &[Key],
    documents: &[u64],
    registry: &Registry,
    options: &ThemeOptions,
    search: Search<'_>,
) -> Result<Arrangement, ThemeError> {
    let known: Vec<Option<Assignment>> =
        keys.iter().map(|key| registry.place(key).map(super::registry::Place::assignment)).collect();
    let own: Vec<usize> = (0..keys.len()).filter(|&node| known[node].is_none()).collect();
    let new = unit.select(Axis(0), &own);
    let mut themes: Vec<Origin> = (0..registry.themes().len()).map(Origin::Known).collect();
    let mut stability: Vec<Option<f32>> = registry.themes().iter().map(|theme| theme.stability).collect();
    let of_registry = registry
        .fitted()
        .iter()
        .map(|(_, place)| Membership { theme: place.theme as usize, core: place.reason == AssignmentReason::Core });
    let mut of_new: Vec<Option<Membership>> = vec![None; own.len()];
    if options.mode == RegistryMode::Extend && !own.is_empty() {
        let documents: Vec<u64> = own.iter().map(|&node| documents[node]).collect();
        let unlike_known = unlike_known(&new, &documents, registry, search.progress)?;
        let unlike = new.select(Axis(0), &unlike_known);
        let near = nearest(unlike.view(), options, search.progress)?;
        let Communities { members, starts, .. } = communities(unlike.view(), &near, None, options, search)?;
        let n_found = members.iter().map(|m| m.theme + 1).max().unwrap_or(0);
        for theme in 0..n_found {
            let core: Vec<usize> =
                (0..unlike_known.len()).filter(|&at| members[at] == Membership { theme, core: true }).collect();
            if core.len() < smallest(keys.len(), options) {
                continue;
            }
            for &at in &core {
                of_new[unlike_known[at]] = Some(Membership { theme: themes.len(), core: true });
            }
            themes.push(Origin::New);
            stability.push(Some(self::stability(&core, &starts)));
        }
    }

    let leaves_unassigned = options.mode == RegistryMode::Freeze;
    let reject_below = leaves_unassigned.then_some(registry.fit_floor());
    // The texts that are left join a theme by the vote of those that have one.
    let n_themes = themes.len();
    let founders: Vec<usize> = (0..own.len()).filter(|&at| of_new[at].is_some()).collect();
    let voting = both(registry.vectors(), new.select(Axis(0), &founders).view())?;
    let voters: Vec<Membership> = of_registry.chain(of_new.iter().copied().flatten()).collect();
    let near = neighbours::of_queries(
        own.len(),
        |start, end| new.slice(ndarray::s![start..end, ..]).to_owned(),
        voting.view(),
        assign::VOTERS + 1,
        search.progress,
    )?;
    let n_known = registry.fitted().len();
    let mut placed: Vec<Option<Assignment>> = known;
    let mut members: Vec<Membership> = voters[..n_known].to_vec();
    let mut joined = Vec::new();
    for (at, (near, node)) in near.into_iter().zip(&own).enumerate() {
        // A founder of a new theme is not its own neighbour.
        let itself = founders.binary_search(&at).ok().map(|place| n_known + place);
        let near: Vec<Neighbour> =
            near.into_iter().filter(|near| Some(near.node) != itself).take(assign::VOTERS).collect();
        let assignment = match of_new[at] {
            Some(member) => place(member, &near, &voters, n_themes, options),
            None => join(&near, &voters, n_themes, reject_below, options),
        };
        if let Some(theme) = assignment.theme {
            members.push(Membership { theme, core: of_new[at].is_some() });
            joined.push(at);
        }
        placed[*node] = Some(assignment);
    }
    let base = both(registry.vectors(), new.select(Axis(0), &joined).view())?;
    let (groups, group_of) = groups_with(&themes, base.view(), &members, registry);
    Ok(Arrangement {
        themes,
        groups,
        group_of,
        stability,
        placed: placed.into_iter().flatten().collect(),
        base,
        members,
        own: joined.iter().map(|&at| own[at]).collect(),
        fit_floor: registry.fit_floor(),
        leaves_unassigned,
    })
}

/// The rows of a registry, then further ones.
pub(super) fn both(of_registry: ArrayView2<f32>, more: ArrayView2<f32>) -> Result<Array2<f32>, ThemeError> {
    if of_registry.is_empty() {
        return Ok(more.to_owned());
    }
    if more.is_empty() {
        return Ok(of_registry.to_owned());
    }
    concatenate(Axis(0), &[of_registry, more]).map_err(|_| {
        let problem = "its vectors have another number of dimensions than those of the texts";
        super::RegistryError::Damaged(problem.into()).into()
    })
}

/// The assignment of a text that no theme has yet, by the vote of its neighbours. One whose mean cosine to them is below
/// `reject_below` stays without a theme, and so does every text if no text has a theme.
pub(super) fn join(
    near: &[Neighbour],
    members: &[Membership],
    n_themes: usize,
    reject_below: Option<f32>,
    options: &ThemeOptions,
) -> Assignment {
    if members.is_empty() || reject_below.is_some_and(|floor| mean_cosine(near) < f64::from(floor)) {
        return Assignment { theme: None, probability: 0.0, reason: AssignmentReason::Unassigned };
    }
    let member = Membership { theme: assign::vote(near, members, n_themes), core: false };
    place(member, near, members, n_themes, options)
}

struct Communities {
    members: Vec<Membership>,
    starts: Vec<Vec<usize>>,
    /// The group of each theme.
    group_of: Vec<usize>,
}

/// The groups of continued themes: known themes keep theirs. A new theme joins the group of the known theme whose mean vector is nearest to
/// its own, if it is as near as known themes are to the nearest one of their group; otherwise it is a group by itself.
fn groups_with(
    themes: &[Origin],
    base: ArrayView2<f32>,
    members: &[Membership],
    registry: &Registry,
) -> (Vec<Origin>, Vec<Option<usize>>) {
    let known = registry.themes();
    let mut groups: Vec<usize> = known.iter().filter_map(|theme| Some(theme.group? as usize)).collect();
    groups.sort_unstable();
    groups.dedup();
    let of_known: Vec<Option<usize>> =
        known.iter().map(|theme| groups.binary_search(&(theme.group? as usize)).ok()).collect();
    let means = assign::mean_vectors(base, members.iter().map(|member| Some(member.theme)), themes.len());
    let cosine = |a: usize, b: usize| means.row(a).dot(&means.row(b));
    // `max_by` keeps the last of equal elements: the order is reversed so that ties go to the first.
    let nearest = |theme: usize, may: &dyn Fn(usize) -> bool| {
        let others = (0..known.len()).rev().filter(|&other| other != theme && of_known[other].is_some() && may(other));
        others.map(|other| (other, cosine(theme, other))).max_by(|a, b| a.1.total_cmp(&b.1))
    };
    let in_groups = (0..known.len()).filter(|&theme| of_known[theme].is_some());
    let within = in_groups.filter_map(|theme| nearest(theme, &|other| of_known[other] == of_known[theme]));
    let floor = within.map(|(_, cosine)| cosine).min_by(f64::total_cmp);
    let mut origins: Vec<Origin> = groups.into_iter().map(Origin::Known).collect();
    let group_of = themes
        .iter()
        .enumerate()
        .map(|(theme, origin)| match origin {
            Origin::Known(at) => of_known[*at],
            Origin::Procedure => None,
            Origin::New => match nearest(theme, &|_| true).zip(floor) {
                Some(((other, cosine), floor)) if cosine >= floor => of_known[other],
                _ => {
                    origins.push(Origin::New);
                    Some(origins.len() - 1)
                }
            },
        })
        .collect();
    (origins, group_of)
}

/// The nearest rows of each row, as many as the graph needs.
fn nearest(
    unit: ArrayView2<f32>,
    options: &ThemeOptions,
    progress: &dyn Progress,
) -> Result<Vec<Vec<Neighbour>>, ThemeError> {
    let n = unit.nrows();
    let k = match options.neighbours {
        0 => fit::neighbours_for(n),
        pinned => pinned.min(n.saturating_sub(1)),
    };
    progress.begin("comparing segments", n as u64);
    neighbours::of_each(unit, k, progress)
}

/// The community of each row, numbered from 0, in at most `n` communities of these rows alone.
pub(super) fn communities_of(unit: ArrayView2<f32>, n: usize, search: Search<'_>) -> Result<Vec<usize>, ThemeError> {
    let options = ThemeOptions { n_themes: NumberOfThemes::Exactly(n), ..ThemeOptions::default() };
    let near = nearest(unit, &options, search.progress)?;
    let found = communities(unit, &near, None, &options, search)?;
    Ok(found.members.into_iter().map(|member| member.theme).collect())
}

fn communities(
    unit: ArrayView2<f32>,
    near: &[Vec<Neighbour>],
    earlier: Option<&[Option<u32>]>,
    options: &ThemeOptions,
    search: Search<'_>,
) -> Result<Communities, ThemeError> {
    let n = unit.nrows();
    let mut edges = fit::shared_neighbour_graph(near);
    if let Some(earlier) = earlier {
        for edge in &mut edges {
            if let (Some(a), Some(b)) = (earlier[edge.from], earlier[edge.to]) {
                edge.weight *= if a == b { 1.0 + SMOOTHNESS } else { 1.0 - SMOOTHNESS };
            }
        }
    }
    let first = earlier.map(first_partition);
    let mut resolution = options.resolution;
    let mut best: Option<(Vec<Membership>, Vec<Vec<usize>>)> = None;
    // Communities become smaller as the resolution is raised. In the end most are below the minimum size, and themes become fewer.
    let (members, starts) = loop {
        search.progress.begin("finding themes", (fit::ROUNDS * fit::STARTS + 1) as u64);
        let found = fit::consensus(n, edges.clone(), first.as_deref(), resolution, search)?;
        let members = assign::memberships(unit, &found.community, smallest(n, options));
        let n_found = n_themes_of(&members);
        let is_enough = options.n_themes.number().is_none_or(|wanted| n_found >= wanted);
        match best.take() {
            Some(most) if n_found < n_themes_of(&most.0) => break most,
            Some(most) if n_found == n_themes_of(&most.0) => best = Some(most),
            _ => best = Some((members, found.starts)),
        }
        if is_enough || resolution > RESOLUTION_AT_MOST * options.resolution {
            break best.unwrap_or_default();
        }
        resolution *= RESOLUTION_STEP;
    };
    let themes: Vec<usize> = members.iter().map(|member| member.theme).collect();
    let n_found = n_themes_of(&members);
    let merges = hierarchy::merges(&edges, &themes, n_found);
    let theme_of = match options.n_themes.number() {
        Some(wanted) => hierarchy::cut(&merges, n_found, Cut::Number(wanted)),
        None => (0..n_found).collect(),
    };
    let coarse = hierarchy::cut(&merges, n_found, Cut::Resolution(hierarchy::OF_GROUPS * options.resolution));
    let members: Vec<Membership> =
        members.into_iter().map(|member| Membership { theme: theme_of[member.theme], ..member }).collect();
    // Merging goes on from the themes to the groups, unless fewer themes than groups are wanted: then each theme is a group.
    let n_themes = n_themes_of(&members);
    let mut group_of: Vec<usize> = (0..n_themes).collect();
    if n_themes > coarse.iter().map(|group| group + 1).max().unwrap_or(0) {
        for (theme, group) in theme_of.iter().zip(&coarse) {
            group_of[*theme] = *group;
        }
    }
    Ok(Communities { members, starts, group_of })
}

fn n_themes_of(members: &[Membership]) -> usize {
    members.iter().map(|member| member.theme + 1).max().unwrap_or(0)
}

/// Minimum number of texts of a theme.
fn smallest(n_texts: usize, options: &ThemeOptions) -> usize {
    if options.min_segments == 0 { assign::least_size(n_texts) } else { options.min_segments }
}

/// The communities with which the search begins: the themes of known texts, and every other text by itself.
fn first_partition(earlier: &[Option<u32>]) -> Vec<usize> {
    let mut of_theme: BTreeMap<u32, usize> = BTreeMap::new();
    let mut next = 0..;
    earlier
        .iter()
        .filter_map(|theme| match theme {
            Some(theme) => match of_theme.get(theme) {
                Some(community) => Some(*community),
                None => next.next().inspect(|community| {
                    of_theme.insert(*theme, *community);
                }),
            },
            None => next.next(),
        })
        .collect()
}

/// The new texts that are unlike the known ones: those near which there are more new texts than there would be if new texts were
/// drawn like known ones.
fn unlike_known(
    new: &Array2<f32>,
    documents: &[u64],
    registry: &Registry,
    progress: &dyn Progress,
) -> Result<Vec<usize>, ThemeError> {
    let block = |start: usize, end: usize| new.slice(ndarray::s![start..end, ..]).to_owned();
    let to_known = neighbours::of_queries(new.nrows(), block, registry.vectors(), assign::VOTERS, progress)?;
    let apart = |a: usize, b: usize| documents[a] != documents[b];
    let to_new = neighbours::of_each_apart(new.view(), assign::VOTERS, apart, progress)?;
    let around = neighbours::of_each(new.view(), SMOOTHED, progress)?;
    let share = |(known, new): (&Vec<Neighbour>, &Vec<Neighbour>)| {
        let mut all: Vec<(f32, bool)> =
            known.iter().map(|near| (near.cosine, false)).chain(new.iter().map(|near| (near.cosine, true))).collect();
        // Of equally near texts, known ones come first.
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        all.truncate(assign::VOTERS);
        all.iter().filter(|(_, new)| *new).count() as f64 / all.len().max(1) as f64
    };
    let shares: Vec<f64> = to_known.iter().zip(&to_new).map(share).collect();
    let mut n_of_document: BTreeMap<u64, usize> = BTreeMap::new();
    for document in documents {
        *n_of_document.entry(*document).or_default() += 1;
    }
    let bound = |at: usize| {
        let n_apart = (new.nrows() - n_of_document[&documents[at]]) as f64;
        let expected = n_apart / (n_apart + registry.fitted().len() as f64).max(1.0);
        expected + UNLIKE * (1.0 - expected)
    };
    let smooth = |at: usize| {
        let sum: f64 = around[at].iter().map(|near| shares[near.node]).sum();
        (sum + shares[at]) / (around[at].len() + 1) as f64
    };
    Ok((0..new.nrows()).filter(|&at| smooth(at) > bound(at)).collect())
}

/// Returns texts to their earlier theme where it was found again and has at least [`STAYS`] of the support of their theme among their
/// neighbours. All texts are judged by the themes as they were found. A theme that would have fewer than `least` texts keeps all of its own.
fn stay(
    members: &mut [Membership],
    near: &[Vec<Neighbour>],
    earlier: &[Option<u32>],
    origins: &[Origin],
    least: usize,
) {
    let found: BTreeMap<usize, usize> = origins
        .iter()
        .enumerate()
        .filter_map(|(theme, origin)| match origin {
            Origin::Known(at) => Some((*at, theme)),
            Origin::New | Origin::Procedure => None,
        })
        .collect();
    let returns = |(node, member): (usize, &Membership)| {
        let theme = *found.get(&(earlier[node]? as usize))?;
        let support = |theme: usize| -> f64 {
            let same = near[node].iter().filter(|near| members[near.node].theme == theme);
            same.map(|near| f64::from(near.cosine)).sum()
        };
        let own = support(theme);
        (theme != member.theme && own > 0.0 && own >= STAYS * support(member.theme)).then_some((node, theme))
    };
    let returning: Vec<(usize, usize)> = members.iter().enumerate().filter_map(returns).collect();
    let mut n_left = vec![0_usize; origins.len()];
    for member in members.iter() {
        n_left[member.theme] += 1;
    }
    for (node, _) in &returning {
        n_left[members[*node].theme] -= 1;
    }
    for (node, theme) in returning {
        if n_left[members[node].theme] >= least {
            members[node] = Membership { theme, core: false };
        }
    }
}

/// The known theme of each theme that was found, or the same of groups: by optimal assignment (Kuhn 1955) on the Jaccard overlap of the texts
/// that both runs have, where the overlap is at least `keep_above`. `texts` has the theme and the known theme of each of these texts.
fn matched(
    texts: impl Iterator<Item = (usize, usize)>,
    n_themes: usize,
    n_known: usize,
    keep_above: f64,
) -> Vec<Origin> {
    let mut shared = Array2::<u64>::zeros((n_themes, n_known));
    for (theme, known) in texts {
        shared[[theme, known]] += 1;
    }
    let (of_theme, of_known) = (shared.sum_axis(Axis(1)), shared.sum_axis(Axis(0)));
    let jaccard = |theme: usize, known: usize| {
        let both = shared[[theme, known]];
        let either = of_theme[theme] + of_known[known] - both;
        if either == 0 { 0.0 } else { both as f64 / either as f64 }
    };
    if n_themes == 0 || n_known == 0 {
        return vec![Origin::New; n_themes];
    }
    // At least as many columns as rows; the columns beyond the known themes stand for no theme.
    let weights = Matrix::from_fn(n_themes, n_known.max(n_themes), |(theme, known)| {
        if known < n_known && jaccard(theme, known) >= keep_above { (jaccard(theme, known) * SCALE) as i64 } else { 0 }
    });
    let (_, columns) = kuhn_munkres(&weights);
    let origin = |(theme, known): (usize, usize)| {
        if known < n_known && jaccard(theme, known) >= keep_above && jaccard(theme, known) > 0.0 {
            Origin::Known(known)
        } else {
            Origin::New
        }
    };
    columns.into_iter().enumerate().map(origin).collect()
}

/// Mean cosine to the nearest [`assign::VOTERS`] texts; 0 without any.
fn mean_cosine(near: &[Neighbour]) -> f64 {
    let cosines = near.iter().take(assign::VOTERS).map(|near| f64::from(near.cosine));
    cosines.sum::<f64>() / near.len().clamp(1, assign::VOTERS) as f64
}

/// The [`OUTLIERS`] quantile of the mean cosines of the texts to their nearest ones.
fn fit_floor(near: &[Vec<Neighbour>]) -> f32 {
    let mut means: Vec<f64> = near.iter().map(|near| mean_cosine(near)).collect();
    means.sort_by(f64::total_cmp);
    means.get((means.len() as f64 * OUTLIERS) as usize).map_or(0.0, |floor| *floor as f32)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_return_to_an_earlier_theme_that_has_enough_support() {
        let member = |theme| Membership { theme, core: true };
        let members: Vec<Membership> = [0, 0, 0, 1, 1, 1, 1, 1].map(member).to_vec();
        let mut near: Vec<Vec<Neighbour>> = vec![Vec::new(); members.len()];
        let two = |a: (usize, f32), b: (usize, f32)| [a, b].map(|(node, cosine)| Neighbour { node, cosine }).to_vec();
        near[3] = two((0, 0.25), (5, 0.75));
        near[4] = two((0, 0.1), (5, 0.9));
        let mut earlier = vec![None; members.len()];
        (earlier[3], earlier[4], earlier[5]) = (Some(7), Some(7), Some(8));
        let themes = |least: usize| {
            let mut members = members.clone();
            stay(&mut members, &near, &earlier, &[Origin::Known(7), Origin::New], least);
            members.iter().map(|member| member.theme).collect::<Vec<_>>()
        };
        assert_eq!(themes(4), [0, 0, 0, 0, 1, 1, 1, 1]);
        assert_eq!(themes(5), [0, 0, 0, 1, 1, 1, 1, 1], "the theme would be too small");
    }
}
