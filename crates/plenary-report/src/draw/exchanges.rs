//! Who follows, answers, interrupts and names whom.

use plenary_corpus::findings::ExchangeKind;

use super::chart;
use super::html::{Cell, Grid, Note, figure, grouped, notice, tabulated};
use crate::gather::{Gathered, RECEIVED, Set};

/// What is shown of a pair.
const OF_PAIR: [ExchangeKind; 4] =
    [ExchangeKind::Follows, ExchangeKind::Answers, ExchangeKind::Interrupts, ExchangeKind::Names];

/// What [`RECEIVED`] is called, in its order.
const RECEIVED_NAMES: [&str; RECEIVED.len()] = ["interruptions", "calls", "applause", "laughter"];

pub(super) fn page(of: &Gathered) -> String {
    let exchanges = &of.counts.exchanges;
    if exchanges.is_empty() {
        let others = received(of) + &naming(of);
        let what = if others.is_empty() { "There are no exchanges: no" } else { "No" };
        return notice(&format!("{what} known speaker speaks directly after another one.")) + &others;
    }
    let (people, followers) = &of.counts.followers;
    let name = |person: u32| of.corpus.people[person as usize].name.clone();
    let names: Vec<String> = people.iter().map(|person| name(*person)).collect();
    let columns = ["first", "then", "#turns", "#after a question", "#interrupting", "#naming the first"];
    let mut grid = Grid::new("Who follows whom", &columns);
    for pair in exchanges {
        let mut cells = vec![Cell::text(name(pair.to)), Cell::text(name(pair.from))];
        cells.extend(OF_PAIR.iter().map(|kind| {
            let set = Set::Exchange(*kind, pair.from, pair.to);
            Cell::counted(pair.n(*kind) as u64, set, of)
        }));
        grid.row(cells);
    }
    let mut matrix = Grid::new("Who follows whom, as a matrix", &["first", "then", "#turns"]);
    for (first, row) in people.iter().zip(followers) {
        for (then, n) in people.iter().zip(row).filter(|(_, n)| **n > 0) {
            let n = Cell::counted(*n as u64, Set::Exchange(ExchangeKind::Follows, *then, *first), of);
            matrix.row(vec![Cell::text(name(*first)), Cell::text(name(*then)), n]);
        }
    }
    let note = Note::from("Rows speak first, columns directly after them. ")
        .counted(of.counts.n_changes, "change", Set::Changes, of)
        .text(&format!(
            " of the speaker between {} pairs of people. The people of the most frequent pairs are shown.",
            grouped(of.counts.n_pairs as u64)
        ));
    let values: Vec<Vec<f64>> = followers.iter().map(|row| row.iter().map(|n| *n as f64).collect()).collect();
    let chart = chart::matrix("Who follows whom", &names, &names, &values, &|n| format!("{n:.0}"));
    let after = "After a question: the turn before ends with a question mark. Whether the second turn answers it is not known. Interrupting: the \
                 file marks it, or the turn before ends with a dash, or with an ellipsis and its speaker goes on directly after. The table `exchanges` \
                 has all, with the rule of each.";
    figure("Who follows whom", note, &chart, &matrix) + &tabulated("Pairs", after, &grid) + &received(of) + &naming(of)
}

fn received(of: &Gathered) -> String {
    if of.counts.received.is_empty() {
        return String::new();
    }
    // A kind that no file marks is not one that did not happen.
    let (occur, none): (Vec<usize>, Vec<usize>) =
        (0..RECEIVED.len()).partition(|at| of.counts.received.iter().any(|received| received.n[*at] > 0));
    let columns: Vec<String> = occur.iter().map(|at| format!("#{}", RECEIVED_NAMES[*at])).collect();
    let columns: Vec<&str> = std::iter::once("person").chain(columns.iter().map(String::as_str)).collect();
    let mut grid = Grid::new("Reactions during the turns of a person", &columns);
    for received in &of.counts.received {
        let mut cells = vec![Cell::text(of.corpus.people[received.to as usize].name.clone())];
        cells.extend(
            occur.iter().map(|at| Cell::counted(received.n[*at] as u64, Set::Received(RECEIVED[*at], received.to), of)),
        );
        grid.row(cells);
    }
    let mut note = "Interruptions that are marked or that the text suggests. Calls, applause and laughter are counted where the file marks them, \
                    whoever they are from."
        .to_owned();
    if !none.is_empty() {
        let none: Vec<&str> = none.iter().map(|at| RECEIVED_NAMES[*at]).collect();
        note.push_str(&format!(" None found: {}.", none.join(", ")));
    }
    tabulated("Reactions", &note, &grid)
}

fn naming(of: &Gathered) -> String {
    if of.counts.names.is_empty() {
        return String::new();
    }
    let name = |person: u32| of.corpus.people[person as usize].name.clone();
    let mut grid = Grid::new("Who names whom", &["speaker", "names", "#sentences"]);
    for pair in &of.counts.names {
        let n = Cell::counted(
            pair.n(ExchangeKind::Names) as u64,
            Set::Exchange(ExchangeKind::Names, pair.from, pair.to),
            of,
        );
        grid.row(vec![Cell::text(name(pair.from)), Cell::text(name(pair.to)), n]);
    }
    let mut note = Note::from(
        "By the pairs with the most sentences. People who do not speak in the document are found by names that only one person of the corpus has.",
    );
    let n = of.counts.n_names_of_others;
    if n > 0 {
        let of_others = note.text(" Not in this table: ").counted(n, "naming", Set::NamesOfOthers, of);
        note = of_others.text(" of people who speak in no document.");
    }
    tabulated("Who names whom", note, &grid)
}
