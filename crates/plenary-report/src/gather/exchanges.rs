//! Who follows, answers, interrupts and names whom.
//!
//! **Input:** the table `exchanges`, some thousand rows at a time, and the turns. **Output:** the pairs of people with the most exchanges, the people
//! whose turns meet with the most reactions, and the sentences behind them. **Refused:** exchanges of turns that do not exist. **Left to
//! others:** the rules (plenary-measure).

use std::collections::{BTreeMap, BTreeSet};

use plenary_corpus::findings::ExchangeKind;
use plenary_tables::schema::ExchangeRow;
use plenary_tables::{OpenError, Results, column};

use super::counts::{Counts, Pair, Received, Segments, TurnRow, key};
use super::sets::{Set, Sets, hash};
use super::{Corpus, MOST_FOLLOWERS, MOST_PAIRS, RECEIVED};
use crate::ReportError;

/// An exchange with the row of its sentence.
struct Event {
    kind: ExchangeKind,
    /// `None` if the file does not say who.
    from: Option<u32>,
    to: u32,
    row: Option<u32>,
}

pub(super) fn read(
    results: &Results,
    corpus: &Corpus,
    (turns, keys): (&[TurnRow], &[u64]),
    segments: &Segments,
    counts: &mut Counts,
    sets: &mut Sets,
) -> Result<(), ReportError> {
    let (events, names_of_others) = events(results, corpus, (turns, keys), segments)?;
    counts.n_names_of_others = names_of_others.len();
    for row in names_of_others.into_iter().flatten() {
        sets.add(Set::NamesOfOthers, segments.hash[row as usize], row);
    }
    // By the other person first, who speaks first where one follows the other.
    let mut pairs: BTreeMap<(u32, u32), [usize; ExchangeKind::ALL.len()]> = BTreeMap::new();
    let mut received: BTreeMap<u32, [usize; RECEIVED.len()]> = BTreeMap::new();
    for event in &events {
        if let Some(from) = event.from {
            pairs.entry((event.to, from)).or_default()[event.kind as usize] += 1;
        }
        if let Some(at) = RECEIVED.iter().position(|kind| *kind == event.kind) {
            received.entry(event.to).or_default()[at] += 1;
        }
    }
    counts.received = received.into_iter().map(|(to, n)| Received { to, n }).collect();
    counts.received.sort_by_key(|of| std::cmp::Reverse(of.n.iter().sum::<usize>()));
    counts.received.truncate(MOST_PAIRS);
    let pairs: Vec<Pair> = pairs.into_iter().map(|((to, from), n)| Pair { from, to, n }).collect();
    let of_kind = |kind: ExchangeKind| {
        let mut sorted: Vec<&Pair> = pairs.iter().filter(|pair| pair.n(kind) > 0).collect();
        sorted.sort_by_key(|pair| std::cmp::Reverse(pair.n(kind)));
        sorted
    };
    let follows = of_kind(ExchangeKind::Follows);
    counts.n_pairs = follows.len();
    counts.n_changes = follows.iter().map(|pair| pair.n(ExchangeKind::Follows)).sum();
    counts.followers = followers(&follows);
    let top = |sorted: Vec<&Pair>| -> Vec<Pair> {
        sorted.into_iter().take(MOST_PAIRS).map(|pair| Pair { from: pair.from, to: pair.to, n: pair.n }).collect()
    };
    counts.exchanges = top(follows);
    counts.names = top(of_kind(ExchangeKind::Names));
    let shown: BTreeSet<(u32, u32)> =
        counts.exchanges.iter().chain(&counts.names).map(|pair| (pair.from, pair.to)).collect();
    let receivers: BTreeSet<u32> = counts.received.iter().map(|of| of.to).collect();
    let in_matrix: BTreeSet<u32> = counts.followers.0.iter().copied().collect();
    let is_shown = |kind: ExchangeKind, from: u32, to: u32| {
        let is_cell = kind == ExchangeKind::Follows && in_matrix.contains(&from) && in_matrix.contains(&to);
        is_cell || shown.contains(&(from, to))
    };
    for Event { kind, from, to, row } in events {
        let Some(row) = row else { continue };
        if kind == ExchangeKind::Follows && from.is_some() {
            sets.add(Set::Changes, segments.hash[row as usize], row);
        }
        if let Some(from) = from.filter(|from| is_shown(kind, *from, to)) {
            sets.add(Set::Exchange(kind, from, to), segments.hash[row as usize], row);
        }
        if RECEIVED.contains(&kind) && receivers.contains(&to) {
            sets.add(Set::Received(kind, to), segments.hash[row as usize], row);
        }
    }
    Ok(())
}

/// The exchanges of people who speak somewhere, and the rows of the sentences that name others.
fn events(
    results: &Results,
    corpus: &Corpus,
    (turns, keys): (&[TurnRow], &[u64]),
    segments: &Segments,
) -> Result<(Vec<Event>, Vec<Option<u32>>), ReportError> {
    let columns = ["utterance_id", "kind", "from_speaker_id", "to_person_id", "segment_id"];
    let mut events = Vec::new();
    let (mut turn, mut names_of_others) = (0, Vec::new());
    for group in results.groups(ExchangeRow::TABLE, Some(&columns))? {
        let frame = group?;
        let text = |name: &str| column::<&str>(&frame, name);
        let (utterances, kinds, ids) = (text("utterance_id")?, text("kind")?, text("segment_id")?);
        let (from, to) = (text("from_speaker_id")?, text("to_person_id")?);
        for at in 0..utterances.len() {
            let id = utterances[at].unwrap_or_default();
            let wanted = key(id);
            // Exchanges are in the order of their turns.
            while keys.get(turn).is_some_and(|key| *key != wanted) {
                turn += 1;
            }
            let Some(of_turn) = turns.get(turn) else {
                return Err(ReportError::Misfit { problem: format!("`utterances` has no turn `{id}` of `exchanges`") });
            };
            // The evidence, or the beginning of the turn if the evidence is in the turn before.
            let evidence = hash(ids[at].unwrap_or_default());
            let rows = of_turn.first_row..of_turn.first_row + of_turn.n_rows;
            let row = rows.clone().find(|row| segments.hash[*row as usize] == evidence).or(rows.into_iter().next());
            let name = kinds[at].unwrap_or_default();
            let kind = ExchangeKind::from_name(name).ok_or_else(|| {
                let known: Vec<&str> = ExchangeKind::ALL.iter().map(|kind| kind.as_str()).collect();
                OpenError::unknown_value(ExchangeRow::TABLE.name, "kind", name, &known)
            })?;
            let from = from[at].map(|id| Ok::<_, ReportError>(corpus.speakers[corpus.speaker(id)? as usize].person));
            let to_id = to[at].unwrap_or_default();
            let Some(to) = corpus.person(to_id) else {
                // Who is named may be only on the list of people, and in no other table.
                if kind == ExchangeKind::Names && !to_id.is_empty() {
                    names_of_others.push(row);
                    continue;
                }
                let problem = format!("`people` has no `{to_id}` of the turn `{id}` in `exchanges`");
                return Err(ReportError::Misfit { problem });
            };
            events.push(Event { kind, from: from.transpose()?, to, row });
        }
    }
    Ok((events, names_of_others))
}

/// The people of the most frequent pairs, and how often each (row) is followed by each (column).
fn followers(sorted: &[&Pair]) -> (Vec<u32>, Vec<Vec<usize>>) {
    let mut people: Vec<u32> = Vec::new();
    for person in sorted.iter().flat_map(|pair| [pair.to, pair.from]) {
        if people.len() < MOST_FOLLOWERS && !people.contains(&person) {
            people.push(person);
        }
    }
    let numbers: BTreeMap<(u32, u32), usize> =
        sorted.iter().map(|pair| ((pair.to, pair.from), pair.n(ExchangeKind::Follows))).collect();
    let count = |first: u32, then: u32| numbers.get(&(first, then)).copied().unwrap_or_default();
    let rows = people.iter().map(|first| people.iter().map(|then| count(*first, *then)).collect()).collect();
    (people, rows)
}
