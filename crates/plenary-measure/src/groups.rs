//! Turns by group to means, shares and differences with intervals.
//!
//! **Input:** the sums of each turn with its group, person and document, in the order of the documents; they are read twice, so that only sums
//! per group and person are kept. **Output:** for each group, and each pair of groups if wanted, a value and an interval. The interval is that
//! of a jackknife that leaves out one cluster after the other, with Student's t. **Left to others:** which turn belongs to which group, and
//! names. `docs/explanation/estimates.md` has the formulas and their limits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use plenary_corpus::findings::{ClusterLevel, GroupEstimate, Weight};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Minimum number of clusters for which a level is chosen, if a lower level has clusters too.
pub const CLUSTERS_AT_LEAST: usize = 5;

/// What the estimates need to know of a turn, for one measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TurnSums {
    /// Position of the document. The turns of a document are adjacent.
    pub document: u32,
    /// The person; `None` if it is not known who speaks.
    pub person: Option<u32>,
    /// The group, below the number of groups.
    pub group: u32,
    /// Sum of the values of the turn's segments that have one.
    pub sum: f64,
    /// Number of these segments.
    pub n: u32,
    /// Number of all segments of the turn.
    pub n_all: u32,
}

/// How groups are estimated.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupOptions {
    /// What weighs the same in a mean.
    pub weight: Weight,
    /// Whether the differences of all pairs are estimated.
    pub differences: bool,
    /// Coverage of the intervals, in (0, 1).
    pub confidence_level: f64,
    /// Whether the groups are groups of persons, and not of documents alone.
    pub of_persons: bool,
    /// Smallest and largest possible value; ends of intervals are not outside.
    pub range: (f64, f64),
}

/// Passes every turn to a function, in the order of the documents.
pub type Turns<'t> = dyn Fn(&mut dyn FnMut(TurnSums)) + Sync + 't;

/// Key of a cluster of persons: the person or, where it is not known who speaks, the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum PersonKey {
    Known(u32),
    UnknownOf(u32),
}

impl PersonKey {
    fn of(turn: &TurnSums) -> Self {
        turn.person.map_or(PersonKey::UnknownOf(turn.document), PersonKey::Known)
    }
}

/// A weighted sum of values, and the sum of the weights.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Sums {
    value: f64,
    weight: f64,
}

impl Sums {
    fn add(&mut self, other: Sums) {
        self.value += other.value;
        self.weight += other.weight;
    }

    fn ratio(self) -> f64 {
        self.value / self.weight
    }

    /// How the ratio changes if a cluster is left out.
    fn without(self, cluster: Sums) -> f64 {
        (self.value - cluster.value) / (self.weight - cluster.weight) - self.ratio()
    }
}

/// Sums of the turns of one person in one group.
#[derive(Debug, Clone, Copy, Default)]
struct OfPerson {
    value: f64,
    n: f64,
    turn_means: f64,
    n_turns: f64,
}

impl OfPerson {
    fn sums(self, weight: Weight) -> Sums {
        match weight {
            Weight::Segment => Sums { value: self.value, weight: self.n },
            Weight::Turn => Sums { value: self.turn_means, weight: self.n_turns },
            Weight::Person => Sums { value: self.value / self.n, weight: 1.0 },
        }
    }
}

/// Something for each level of clusters.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct ByLevel<T> {
    person: T,
    document: T,
    turn: T,
}

impl<T> ByLevel<T> {
    fn of(&self, level: ClusterLevel) -> &T {
        match level {
            ClusterLevel::Person => &self.person,
            ClusterLevel::Document => &self.document,
            ClusterLevel::Turn => &self.turn,
        }
    }
}

/// What is known of a group after the first pass.
#[derive(Debug, Clone, Default)]
struct Group {
    all: Sums,
    n: usize,
    n_all: usize,
    n_clusters: ByLevel<usize>,
    n_persons: usize,
    n_documents: usize,
    last_document: Option<u32>,
    /// Sums of squared changes.
    squares: ByLevel<f64>,
}

impl Group {
    fn estimate(&self) -> Option<f64> {
        (self.all.weight > 0.0).then(|| self.all.ratio())
    }

    fn report(&self, group: usize) -> GroupEstimate {
        GroupEstimate {
            group,
            other: None,
            estimate: self.estimate(),
            ci_low: None,
            ci_high: None,
            level: None,
            n_clusters: 0,
            n_segments: self.n,
            n_turns: self.n_clusters.turn,
            n_persons: self.n_persons,
            n_documents: self.n_documents,
            share_abstained: if self.n_all == 0 { 0.0 } else { (self.n_all - self.n) as f64 / self.n_all as f64 },
        }
    }
}

/// The clusters that two groups share: their number, and the sum of the products of the changes.
#[derive(Debug, Clone, Copy, Default)]
struct Shared {
    n: usize,
    products: f64,
}

/// Means of groups and their differences.
///
/// The mean is `sum(w y) / sum(w)` over the segments that have a value. With `Weight::Segment` each weighs 1, with `Weight::Turn` 1 / (number of
/// such segments of its turn), with `Weight::Person` 1 / (number of such segments of its person in the group); segments without a known
/// speaker are then left out. The variance is that of the jackknife over clusters, `(G - 1) / G * sum((m_without_g - m)^2)` (Tukey 1958;
/// CV3 of `MacKinnon`, Nielsen & Webb 2023), the interval `m +- t(G - 1) * sqrt(variance)`. Two groups are left out together where they share a
/// cluster.
pub fn means(turns: &Turns, n_groups: usize, options: &GroupOptions) -> Vec<GroupEstimate> {
    let weight = options.weight;
    let mut groups: Vec<Group> = vec![Group::default(); n_groups];
    let mut persons: HashMap<(PersonKey, u32), OfPerson> = HashMap::new();
    let mut spread = Spread::default();
    turns(&mut |turn| {
        let Some(group) = groups.get_mut(turn.group as usize) else { return };
        if weight == Weight::Person && turn.person.is_none() {
            return;
        }
        group.n_all += turn.n_all as usize;
        if turn.n == 0 {
            return;
        }
        group.n += turn.n as usize;
        group.n_clusters.turn += 1;
        if group.last_document.replace(turn.document) != Some(turn.document) {
            group.n_clusters.document += 1;
        }
        spread.note(&turn);
        let own = persons.entry((PersonKey::of(&turn), turn.group)).or_default();
        own.value += turn.sum;
        own.n += f64::from(turn.n);
        own.turn_means += turn.sum / f64::from(turn.n);
        own.n_turns += 1.0;
    });
    let order = spread.order(options.of_persons);
    let mut sorted: BTreeMap<PersonKey, Vec<(u32, Sums)>> = BTreeMap::new();
    for ((person, group), own) in &persons {
        sorted.entry(*person).or_default().push((*group, own.sums(weight)));
    }
    for (person, of_person) in &mut sorted {
        of_person.sort_unstable_by_key(|(group, _)| *group);
        for (group, sums) in of_person {
            let group = &mut groups[*group as usize];
            group.all.add(*sums);
            group.n_clusters.person += 1;
            group.n_persons += usize::from(matches!(person, PersonKey::Known(_)));
        }
    }
    for group in &mut groups {
        group.n_documents = group.n_clusters.document;
    }
    let mut shared: ByLevel<BTreeMap<(u32, u32), Shared>> = ByLevel::default();
    let totals: Vec<Sums> = groups.iter().map(|group| group.all).collect();
    for of_person in sorted.values() {
        leave_out(of_person, &totals, &mut shared.person, options.differences, |group, square| {
            groups[group].squares.person += square;
        });
    }
    let mut document = DocumentSums::default();
    turns(&mut |turn| {
        if turn.n == 0 || turn.group as usize >= n_groups || weight == Weight::Person && turn.person.is_none() {
            return;
        }
        let n = f64::from(turn.n);
        let sums = match weight {
            Weight::Segment => Sums { value: turn.sum, weight: n },
            Weight::Turn => Sums { value: turn.sum / n, weight: 1.0 },
            Weight::Person => {
                let of_person = persons.get(&(PersonKey::of(&turn), turn.group)).map_or(n, |person| person.n);
                Sums { value: turn.sum / of_person, weight: n / of_person }
            }
        };
        let change = totals[turn.group as usize].without(sums);
        groups[turn.group as usize].squares.turn += change * change;
        if let Some(done) = document.add(turn.document, turn.group, sums) {
            leave_out(&done, &totals, &mut shared.document, options.differences, |group, square| {
                groups[group].squares.document += square;
            });
        }
    });
    leave_out(&document.take(), &totals, &mut shared.document, options.differences, |group, square| {
        groups[group].squares.document += square;
    });
    let mut estimates: Vec<GroupEstimate> =
        groups.iter().enumerate().map(|(at, group)| with_interval(at, group, order, options)).collect();
    if options.differences {
        for a in 0..n_groups {
            for b in a + 1..n_groups {
                estimates.push(difference((a, b), (&groups[a], &groups[b]), &shared, order, options));
            }
        }
    }
    estimates
}

/// The changes of all groups if a cluster is left out: their squares, and the products of pairs.
fn leave_out(
    cluster: &[(u32, Sums)],
    totals: &[Sums],
    shared: &mut BTreeMap<(u32, u32), Shared>,
    with_pairs: bool,
    mut take: impl FnMut(usize, f64),
) {
    let changes: Vec<(u32, f64)> =
        cluster.iter().map(|(group, sums)| (*group, totals[*group as usize].without(*sums))).collect();
    for (at, (group, change)) in changes.iter().enumerate() {
        take(*group as usize, change * change);
        if with_pairs {
            for (other, of_other) in &changes[at + 1..] {
                let pair = shared.entry((*group, *other)).or_default();
                pair.n += 1;
                pair.products += change * of_other;
            }
        }
    }
}

/// The sums of the groups of the document that is being read.
#[derive(Debug, Default)]
struct DocumentSums {
    document: Option<u32>,
    groups: BTreeMap<u32, Sums>,
}

impl DocumentSums {
    /// Adds a turn. Returns the sums of the document before, if the turn begins another one.
    fn add(&mut self, document: u32, group: u32, sums: Sums) -> Option<Vec<(u32, Sums)>> {
        let done = (self.document.replace(document) != Some(document)).then(|| self.take());
        self.groups.entry(group).or_default().add(sums);
        done
    }

    fn take(&mut self) -> Vec<(u32, Sums)> {
        std::mem::take(&mut self.groups).into_iter().collect()
    }
}

/// Whether persons speak in several documents.
#[derive(Debug, Default)]
struct Spread {
    document_of: HashMap<u32, u32>,
    is_crossed: bool,
}

impl Spread {
    fn note(&mut self, turn: &TurnSums) {
        if let Some(person) = turn.person {
            self.is_crossed |= *self.document_of.entry(person).or_insert(turn.document) != turn.document;
        }
    }

    /// The levels, the highest first. Documents contain persons if nobody speaks in two of them. Where neither contains the other, the level
    /// at which the groups are formed is the highest (Abadie, Athey, Imbens & Wooldridge 2023).
    fn order(&self, of_persons: bool) -> [ClusterLevel; 3] {
        if self.is_crossed && of_persons {
            [ClusterLevel::Person, ClusterLevel::Document, ClusterLevel::Turn]
        } else {
            [ClusterLevel::Document, ClusterLevel::Person, ClusterLevel::Turn]
        }
    }
}

/// The highest level with enough clusters; the turns if there is none, and at least two of them.
fn level_of(order: [ClusterLevel; 3], n_clusters: impl Fn(ClusterLevel) -> usize) -> Option<ClusterLevel> {
    let enough = order.into_iter().find(|level| n_clusters(*level) >= CLUSTERS_AT_LEAST);
    enough.or_else(|| Some(ClusterLevel::Turn).filter(|level| n_clusters(*level) >= 2))
}

fn with_interval(at: usize, group: &Group, order: [ClusterLevel; 3], options: &GroupOptions) -> GroupEstimate {
    let report = group.report(at);
    let Some(level) = level_of(order, |level| *group.n_clusters.of(level)) else { return report };
    let n = *group.n_clusters.of(level);
    let variance = jackknife(n, *group.squares.of(level));
    let interval = interval(report.estimate, variance, (n - 1) as f64, options.range, options.confidence_level);
    stated(report, interval, level, n)
}

fn stated(
    report: GroupEstimate,
    interval: Option<(f64, f64)>,
    level: ClusterLevel,
    n_clusters: usize,
) -> GroupEstimate {
    GroupEstimate {
        ci_low: interval.map(|(low, _)| low),
        ci_high: interval.map(|(_, high)| high),
        level: interval.map(|_| level),
        n_clusters,
        ..report
    }
}

/// A ratio of sums with its interval.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Share {
    /// The sum of the values over the sum of the weights; `None` if the weights sum to 0.
    pub estimate: Option<f64>,
    /// Ends of the interval, within [0, 1]; `None` with fewer than two clusters, or if all have the same ratio.
    pub interval: Option<(f64, f64)>,
}

/// The share `sum(value) / sum(weight)` of clusters, with the interval of [`means`] that leaves out one cluster after the other.
/// Clusters without weight do not count.
pub(crate) fn share(clusters: impl Iterator<Item = (f64, f64)> + Clone, confidence_level: f64) -> Share {
    let clusters = clusters.map(|(value, weight)| Sums { value, weight }).filter(|cluster| cluster.weight > 0.0);
    let mut all = Sums::default();
    let mut n = 0_usize;
    for cluster in clusters.clone() {
        all.add(cluster);
        n += 1;
    }
    if n == 0 {
        return Share::default();
    }
    let squares: f64 = clusters.map(|cluster| all.without(cluster).powi(2)).sum();
    let estimate = Some(all.ratio());
    Share {
        estimate,
        interval: interval(estimate, jackknife(n, squares), n as f64 - 1.0, (0.0, 1.0), confidence_level),
    }
}

/// The variance of a value from its changes as each of `n` clusters is left out.
fn jackknife(n: usize, squares: f64) -> f64 {
    (n as f64 - 1.0) / n as f64 * squares
}

fn interval(estimate: Option<f64>, variance: f64, df: f64, range: (f64, f64), level: f64) -> Option<(f64, f64)> {
    let estimate = estimate.filter(|_| variance > 0.0 && variance.is_finite() && df > 0.0)?;
    let quantile = StudentsT::new(0.0, 1.0, df).ok()?.inverse_cdf(0.5 + level / 2.0);
    let half = quantile * variance.sqrt();
    Some(((estimate - half).max(range.0), (estimate + half).min(range.1)))
}

fn difference(
    (a, b): (usize, usize),
    (one, other): (&Group, &Group),
    shared: &ByLevel<BTreeMap<(u32, u32), Shared>>,
    order: [ClusterLevel; 3],
    options: &GroupOptions,
) -> GroupEstimate {
    let n_all = one.n_all + other.n_all;
    let report = GroupEstimate {
        group: a,
        other: Some(b),
        estimate: one.estimate().zip(other.estimate()).map(|(one, other)| one - other),
        ci_low: None,
        ci_high: None,
        level: None,
        n_clusters: 0,
        n_segments: one.n + other.n,
        n_turns: one.n_clusters.turn + other.n_clusters.turn,
        n_persons: one.n_persons + other.n_persons - shared_of(&shared.person, a, b).n,
        n_documents: one.n_documents + other.n_documents - shared_of(&shared.document, a, b).n,
        share_abstained: if n_all == 0 { 0.0 } else { (n_all - one.n - other.n) as f64 / n_all as f64 },
    };
    let smaller = |level| (*one.n_clusters.of(level)).min(*other.n_clusters.of(level));
    let Some(level) = level_of(order, smaller) else { return report };
    let (n_a, n_b) = (*one.n_clusters.of(level), *other.n_clusters.of(level));
    let (v_a, v_b) = (jackknife(n_a, *one.squares.of(level)), jackknife(n_b, *other.squares.of(level)));
    let both = shared_of(shared.of(level), a, b);
    let share = |n: usize| (n as f64 - 1.0) / n as f64;
    let variance = v_a + v_b - 2.0 * (share(n_a) * share(n_b)).sqrt() * both.products;
    // Welch (1947) for independent groups; the smaller number of clusters where they share some.
    let df = if both.n > 0 {
        (n_a.min(n_b) - 1) as f64
    } else {
        (v_a + v_b).powi(2) / (v_a * v_a / (n_a as f64 - 1.0) + v_b * v_b / (n_b as f64 - 1.0))
    };
    let width = options.range.1 - options.range.0;
    let interval = interval(report.estimate, variance, df, (-width, width), options.confidence_level);
    stated(report, interval, level, n_a + n_b - both.n)
}

fn shared_of(shared: &BTreeMap<(u32, u32), Shared>, a: usize, b: usize) -> Shared {
    shared.get(&(a as u32, b as u32)).copied().unwrap_or_default()
}

/// Shares of groups in the sum of all groups' values, such as words. The interval leaves out one cluster of the whole corpus after the other.
/// Weight and differences do not count.
pub fn shares(turns: &Turns, n_groups: usize, options: &GroupOptions) -> Vec<GroupEstimate> {
    let mut groups: Vec<Group> = vec![Group::default(); n_groups];
    let mut persons: HashMap<PersonKey, BTreeMap<u32, f64>> = HashMap::new();
    let mut of_group: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); n_groups];
    let (mut n_turns, mut n_documents, mut last) = (0_usize, 0_usize, None);
    let mut spread = Spread::default();
    turns(&mut |turn| {
        let Some(group) = groups.get_mut(turn.group as usize) else { return };
        group.n_all += turn.n_all as usize;
        if turn.n == 0 {
            return;
        }
        n_turns += 1;
        n_documents += usize::from(last.replace(turn.document) != Some(turn.document));
        group.n += turn.n as usize;
        group.n_clusters.turn += 1;
        if group.last_document.replace(turn.document) != Some(turn.document) {
            group.n_documents += 1;
        }
        of_group[turn.group as usize].extend(turn.person);
        spread.note(&turn);
        *persons.entry(PersonKey::of(&turn)).or_default().entry(turn.group).or_default() += turn.sum;
    });
    let order = spread.order(options.of_persons);
    let persons: BTreeMap<PersonKey, BTreeMap<u32, f64>> = persons.into_iter().collect();
    let mut totals: Vec<f64> = vec![0.0; n_groups];
    for (group, value) in persons.values().flatten() {
        totals[*group as usize] += value;
    }
    let all: f64 = totals.iter().sum();
    let counts = ByLevel { person: persons.len(), document: n_documents, turn: n_turns };
    let level = level_of(order, |level| *counts.of(level)).filter(|_| all > 0.0);
    // The squares of the changes of all clusters without the group, and the corrections for those with it.
    let mut squares = vec![0.0; n_groups];
    let mut of_others = 0.0;
    let mut leave_out = |cluster: &BTreeMap<u32, f64>| {
        let weight: f64 = cluster.values().sum();
        let growth = weight / (all * (all - weight));
        of_others += growth * growth;
        for (group, value) in cluster {
            let total = totals[*group as usize];
            let change = (total - value) / (all - weight) - total / all;
            squares[*group as usize] += change * change - (total * growth) * (total * growth);
        }
    };
    match level {
        Some(ClusterLevel::Person) => persons.values().for_each(&mut leave_out),
        Some(ClusterLevel::Document) => {
            let (mut last, mut cluster) = (None, BTreeMap::new());
            turns(&mut |turn| {
                if turn.n == 0 || turn.group as usize >= n_groups {
                    return;
                }
                if last.replace(turn.document).is_some_and(|last| last != turn.document) {
                    leave_out(&std::mem::take(&mut cluster));
                }
                *cluster.entry(turn.group).or_default() += turn.sum;
            });
            leave_out(&cluster);
        }
        Some(ClusterLevel::Turn) => turns(&mut |turn| {
            if turn.n > 0 && (turn.group as usize) < n_groups {
                leave_out(&BTreeMap::from([(turn.group, turn.sum)]));
            }
        }),
        None => {}
    }
    let report = |(at, group): (usize, &Group)| {
        let share = (all > 0.0).then(|| totals[at] / all);
        let persons = of_group[at].len();
        let report = GroupEstimate { estimate: share, n_persons: persons, ..group.report(at) };
        let Some(level) = level else { return report };
        let n = *counts.of(level);
        let variance = jackknife(n, squares[at] + totals[at] * totals[at] * of_others);
        let interval = interval(share, variance, (n - 1) as f64, options.range, options.confidence_level);
        stated(report, interval, level, n)
    };
    groups.iter().enumerate().map(report).collect()
}

#[cfg(test)]
#[path = "groups_tests.rs"]
mod tests;
