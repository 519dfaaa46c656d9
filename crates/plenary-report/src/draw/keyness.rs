//! The words that groups use more often than the others.

use plenary_corpus::rounding::chosen_percent;

use super::chart::{self, Bar};
use super::html::{Cell, Grid, figure};
use crate::gather::{Gathered, KeyGroups, Set, Where};

/// The figures of the kinds of groups that `is_shown` names, empty if there are none.
pub(super) fn figures(of: &Gathered, is_shown: impl Fn(&str) -> bool) -> String {
    of.keyness.iter().zip(0..).filter(|(kind, _)| is_shown(&kind.by)).map(|(kind, at)| words(of, kind, at)).collect()
}

fn words(of: &Gathered, kind: &KeyGroups, kind_at: u32) -> String {
    let title = match &kind.language {
        Some(language) => format!("Words by {} ({language})", kind.by),
        None => format!("Words by {}", kind.by),
    };
    let columns = [kind.by.as_str(), "word", "#times", "#elsewhere", "#log odds", "interval", "#z", "#q"];
    let mut grid = Grid::new(&title, &columns);
    let mut charted: Vec<(String, Vec<Bar>)> = Vec::new();
    for (group, group_at) in kind.groups.iter().zip(0..) {
        let bar = |word: &crate::gather::KeyWord| Bar {
            name: word.term.clone(),
            value: word.z,
            shown: format!("{:.1}", word.z),
        };
        charted.push((group.name.clone(), group.words.iter().map(bar).collect()));
        for (word, word_at) in group.words.iter().zip(0..) {
            let times =
                |n: u64, place| Cell::counted_as(n, "occurrence", Set::Word(kind_at, group_at, word_at, place), of);
            grid.row(vec![
                Cell::text(&group.name),
                Cell::text(&word.term),
                times(word.n, Where::InGroup),
                times(word.n_elsewhere, Where::Elsewhere),
                Cell::decimal(Some(word.log_odds), 2),
                Cell::text(format!("[{:.2}, {:.2}]", word.interval.0, word.interval.1).replace('-', "−")),
                Cell::decimal(Some(word.z), 1),
                Cell::decimal(Some(word.q_value), 4),
            ]);
        }
    }
    let more = if kind.n_groups > kind.groups.len() {
        format!(" The {} of {} groups with the most words; `keyness` has all.", kind.groups.len(), kind.n_groups)
    } else {
        String::new()
    };
    let note = format!(
        "Words that each group uses more often than all others, by z: the difference of the logarithms of the odds over its standard error, with a \
         Dirichlet prior (Monroe, Colaresi & Quinn 2008); intervals of {}. Words are not independent draws, so that z orders words and is no \
         test.{more}",
        chosen_percent(of.study.confidence_level)
    );
    figure(&title, &note, &chart::grouped_bars(&title, &charted), &grid)
}
