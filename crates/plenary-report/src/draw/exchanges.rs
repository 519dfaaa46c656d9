//! Who speaks directly after whom.

use super::chart;
use super::html::{Cell, Grid, figure, grouped, notice, tabulated};
use crate::gather::{Gathered, Set};

pub(super) fn page(of: &Gathered) -> String {
    let exchanges = &of.counts.exchanges;
    if exchanges.is_empty() {
        return notice("There are no exchanges: no known speaker speaks directly after another one.");
    }
    let (people, followers) = &of.counts.followers;
    let name = |person: u32| of.corpus.people[person as usize].name.clone();
    let names: Vec<String> = people.iter().map(|person| name(*person)).collect();
    let mut grid = Grid::new("Who follows whom", &["first", "then", "#turns", "#after a question"]);
    for exchange in exchanges {
        grid.row(vec![
            Cell::text(name(exchange.from)),
            Cell::text(name(exchange.to)),
            Cell::counted(exchange.n as u64, Set::Pair(exchange.from, exchange.to), of),
            Cell::whole(exchange.n_after_question as u64),
        ]);
    }
    let mut matrix = Grid::new("Who follows whom, as a matrix", &["first", "then", "#turns"]);
    for (from, row) in people.iter().zip(followers) {
        for (to, n) in people.iter().zip(row).filter(|(_, n)| **n > 0) {
            let n = Cell::counted(*n as u64, Set::Pair(*from, *to), of);
            matrix.row(vec![Cell::text(name(*from)), Cell::text(name(*to)), n]);
        }
    }
    let note = format!(
        "Rows speak first, columns directly after them. {} changes of the speaker between {} pairs of people. The people of the most \
         frequent pairs are shown.",
        grouped(of.counts.n_changes as u64),
        grouped(of.counts.n_pairs as u64)
    );
    let values: Vec<Vec<f64>> = followers.iter().map(|row| row.iter().map(|n| *n as f64).collect()).collect();
    let chart = chart::matrix("Who follows whom", &names, &names, &values, &|n| format!("{n:.0}"));
    let after =
        "After a question: the turn before ends with a question mark. Whether the second turn answers it is not known.";
    figure("Who follows whom", &note, &chart, &matrix) + &tabulated("Pairs", after, &grid)
}
