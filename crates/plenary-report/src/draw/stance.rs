//! Who is for and against each proposition, with the sentences.

use plenary_corpus::findings::Stance;
use plenary_corpus::rounding::chosen_percent;

use super::html::{Cell, Grid, figure, notice, plural, sentences, signed, tabulated};
use super::{chart, corrected};
use crate::Validation;
use crate::embed::escaped;
use crate::gather::{Gathered, Mean, Set};

/// People in charts.
const SHOWN: usize = 15;

/// A name with its mean and its numbers of labels, in the order of [`Stance::ALL`].
type Row = (String, Mean, [u32; 3]);

/// The labels with the classes of the style.
const LABELS: [(Stance, &str); 3] =
    [(Stance::Favor, "c-favor"), (Stance::Neither, "c-neither"), (Stance::Against, "c-against")];

pub(super) fn page(of: &Gathered, validation: &[Validation]) -> String {
    if of.study.targets.is_empty() {
        return notice(
            "There is no stance: the study has no targets. A target is a proposition that speakers can be for or against.",
        );
    }
    let mut page = String::new();
    let is_corrected = validation.iter().flat_map(|one| &one.tables).any(|table| table.name == "corrected_estimates");
    page.push_str(&notice(if is_corrected {
        "Means and intervals by group and by speaker are raw: they do not know of the errors of the labels. Where hand codes were given, raw \
         and corrected means are side by side."
    } else {
        "Intervals on this page are raw: they do not know of the errors of the labels. `plenary estimate` corrects them with hand codes."
    }));
    for (at, target) in of.study.targets.iter().enumerate() {
        page.push_str(&format!(
            "<article class=\"target\"><h3 dir=\"auto\">{} <small>{}</small></h3>\n",
            escaped(&target.proposition),
            escaped(&target.id)
        ));
        if !validation.iter().any(|one| one.is_of_target(&target.id)) {
            page.push_str(&notice(
                "These labels are not validated: nobody compared them with hand codes of these texts, so that nobody knows how many are wrong.",
            ));
        }
        for text in [&target.definition, &target.note].into_iter().flatten() {
            page.push_str(&format!("<p dir=\"auto\">{}</p>\n", escaped(text)));
        }
        page.push_str(&one(of, at, &corrected::of_target(&target.id, validation)));
        page.push_str("</article>\n");
    }
    page
}

/// The page of one target; `corrected` has its means beside those that are corrected with hand codes.
fn one(of: &Gathered, at: usize, corrected: &str) -> String {
    let number = at as u32;
    let mut page = distribution(of, at);
    page.push_str(corrected);
    let labelled: u32 = of.counts.labels[at].iter().sum();
    if labelled > 0 {
        page.push_str(&groups(of, at));
        page.push_str(&people(of, at));
        for label in [Stance::Favor, Stance::Against] {
            let list = sentences(of, Set::Certain(number, label), 5);
            if !list.is_empty() {
                page.push_str(&format!("<h4>Most certain sentences: {label}</h4>\n{list}"));
            }
        }
    }
    page.push_str(&abstentions(of, at));
    page
}

fn mean_in_words(of: &Gathered, mean: Option<&Mean>) -> String {
    let Some((mean, value)) = mean.and_then(|mean| mean.value.map(|value| (mean, value))) else {
        return "No segment has a label.".to_owned();
    };
    let interval = mean.interval.map(|(low, high)| {
        format!(" with its {} interval [{}, {}]", chosen_percent(of.study.confidence_level), signed(low), signed(high))
    });
    format!(
        "Mean score {}{} over {} with a label, from −1 (against) to +1 (favor).",
        signed(value),
        interval.unwrap_or_default(),
        plural(mean.n as u64, "segment")
    )
}

fn distribution(of: &Gathered, at: usize) -> String {
    let counts = of.counts.labels[at];
    let unlabelled: u32 = of.counts.reasons[at].values().sum();
    let all = f64::from(counts.iter().sum::<u32>());
    let mut grid = Grid::new("Segments by label", &["label", "#segments", "#share of labels"]);
    for (label, _) in LABELS {
        let n = counts[label as usize];
        let cell = Cell::counted(n, Set::Label(at as u32, label), of);
        grid.row(vec![Cell::text(label.as_str()), cell, Cell::share(f64::from(n), all)]);
    }
    let none = Cell::counted(unlabelled, Set::Unlabelled(at as u32), of);
    grid.row(vec![Cell::text("no label"), none, Cell::Empty]);
    let parts = LABELS.map(|(label, class)| (label.as_str(), class));
    let shares = LABELS.map(|(label, _)| f64::from(counts[label as usize])).to_vec();
    let rows = if all > 0.0 { vec![(plural(all as u64, "label"), shares)] } else { Vec::new() };
    let note = format!(
        "{} Without a label: {} of {}.",
        mean_in_words(of, of.means.stance[at].as_ref()),
        super::html::grouped(unlabelled.into()),
        plural(of.counts.n_segments as u64, "segment")
    );
    let chart = if rows.is_empty() { String::new() } else { chart::stacked("Segments by label", &parts, &rows) };
    figure("Labels", &note, &chart, &grid)
}

/// Rows of means with the numbers of labels.
fn means(
    of: &Gathered,
    title: &str,
    note: &str,
    column: &str,
    rows: Vec<Row>,
    set: impl Fn(Stance, u32) -> Set,
) -> String {
    let columns = [column, "#mean", "interval", "#favor", "#against", "#neither", "interval leaves out"];
    let mut grid = Grid::new(title, &columns);
    for (at, (name, mean, counts)) in rows.iter().enumerate() {
        let count = |label: Stance| Cell::counted(counts[label as usize], set(label, at as u32), of);
        let clusters = match mean.clusters {
            Some((level, n)) => Cell::text(format!("one of {n} {level} at a time")),
            None if mean.within_turn => Cell::text("nothing: it draws the segments of the only turn"),
            None => Cell::Empty,
        };
        grid.row(vec![
            Cell::text(name),
            Cell::signed(mean.value),
            Cell::interval(mean),
            count(Stance::Favor),
            count(Stance::Against),
            count(Stance::Neither),
            clusters,
        ]);
    }
    let shown: Vec<(String, Mean)> = rows.into_iter().map(|(name, mean, _)| (name, mean)).collect();
    figure(title, note, &chart::intervals(title, ("against", "favor"), &shown), &grid)
}

fn groups(of: &Gathered, at: usize) -> String {
    let Some(grouping) = &of.corpus.grouping else { return String::new() };
    let counts = &of.counts.label_groups[at];
    let rows = grouping.values.iter().zip(&of.means.stance_groups[at]).zip(counts);
    let rows = rows.map(|((value, mean), counts)| (value.clone(), *mean, *counts)).collect();
    let note = format!(
        "Mean score of the segments with a label, with {} intervals.",
        chosen_percent(of.study.confidence_level)
    );
    let set = |label, group| Set::LabelGroup(at as u32, label, group);
    means(of, &format!("By {}", grouping.column), &note, &grouping.column, rows, set)
}

fn people(of: &Gathered, at: usize) -> String {
    let counts = &of.counts.label_people[at];
    let people = of.corpus.people.iter().zip(&of.means.stance_people[at]).zip(counts);
    // The people are sorted by words; their numbers lead to their sentences.
    let rows: Vec<(u32, Row)> = people
        .zip(0..)
        .map(|(((person, mean), counts), number)| (number, (person.name.clone(), *mean, *counts)))
        .filter(|(_, (_, mean, _))| mean.n > 0)
        .take(SHOWN)
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let numbers: Vec<u32> = rows.iter().map(|(number, _)| *number).collect();
    let note = format!(
        "The speakers with the most words who have a label, at most {SHOWN}, with {} intervals. Dotted intervals are those of speakers with a \
         single turn: how much the score varies within it.",
        chosen_percent(of.study.confidence_level)
    );
    let set = |label, row: u32| Set::LabelPerson(at as u32, label, numbers[row as usize]);
    means(of, "By speaker", &note, "speaker", rows.into_iter().map(|(_, row)| row).collect(), set)
}

fn abstentions(of: &Gathered, at: usize) -> String {
    let mut grid = Grid::new("Segments without a label", &["reason", "#segments", "#share of all segments"]);
    for (reason, n) in &of.counts.reasons[at] {
        grid.row(vec![
            Cell::text(reason.as_str().replace('_', " ")),
            Cell::counted(*n, Set::Reason(at as u32, *reason), of),
            Cell::share(f64::from(*n), of.counts.n_segments as f64),
        ]);
    }
    if grid.is_empty() { String::new() } else { tabulated("Without a label", "", &grid) }
}
