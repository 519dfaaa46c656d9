//! Who speaks how much, and in which tone.

use std::collections::BTreeSet;

use plenary_corpus::findings::KeyGroups;
use plenary_corpus::rounding::{chosen_percent, percent};

use super::chart::{self, Bar};
use super::html::{Cell, Grid, figure, grouped, notice, tabulated};
use super::keyness;
use crate::gather::{Gathered, MOST_ROWS, Mean, Person, Set};

/// People in charts.
const SHOWN: usize = 20;

pub(super) fn page(of: &Gathered) -> String {
    let people = &of.corpus.people;
    if people.is_empty() {
        return notice(
            "No speakers were found: no turn has a name. Correct the turns, or name the style of the documents.",
        );
    }
    let all: u64 = people.iter().map(|person| u64::from(person.n_words)).sum();
    let has_tone = of.study.scores_sentiment;
    let has_times = people.iter().any(|person| person.seconds.is_some());
    let has = |values: fn(&Person) -> &BTreeSet<String>| people.iter().any(|person| !values(person).is_empty());
    let (has_party, has_affiliation) = (has(|person| &person.party), has(|person| &person.affiliation));
    let mut names = vec!["speaker", "role"];
    names.extend(has_party.then_some("party"));
    names.extend(has_affiliation.then_some("affiliation"));
    names.extend(["#documents", "#turns", "#segments", "#words", "#share of words"]);
    if has_times {
        names.push("#time");
    }
    if has_tone {
        names.extend(["#tone", "interval"]);
    }
    let mut grid = Grid::new("Speakers", &names);
    let joined =
        |values: &BTreeSet<String>| Cell::text(values.iter().map(String::as_str).collect::<Vec<_>>().join("; "));
    for (at, person) in people.iter().enumerate().take(MOST_ROWS) {
        let set = Set::Person(at as u32);
        let n_segments = of.set(set).map_or(0, |set| of.sets[set].1.n as u64);
        let mut cells = vec![Cell::text(&person.name), joined(&person.roles)];
        cells.extend(has_party.then(|| joined(&person.party)));
        cells.extend(has_affiliation.then(|| joined(&person.affiliation)));
        cells.extend([
            Cell::counted_as(person.n_documents, "document", Set::PersonDocuments(at as u32), of),
            Cell::counted_as(person.n_turns, "turn", Set::PersonTurns(at as u32), of),
            Cell::counted(n_segments, set, of),
            Cell::counted_as(person.n_words, "word", set, of),
            Cell::share(f64::from(person.n_words), all as f64),
        ]);
        if has_times {
            cells.push(person.seconds.map_or(Cell::Empty, |seconds| Cell::time(seconds, set, of)));
        }
        if has_tone {
            let mean = of.means.tone_people.get(at).copied().unwrap_or_default();
            cells.extend([Cell::signed(mean.value), Cell::interval(&mean)]);
        }
        grid.row(cells);
    }
    let mut page = words(of, all);
    if has_tone {
        page.push_str(&tone(of));
        page.push_str(&tone_of_groups(of));
    }
    let mut note = "Speakers of several documents are one person only where the study links them. ".to_owned();
    if people.len() > MOST_ROWS {
        note = format!(
            "The {MOST_ROWS} of {} with the most words; `people` has all. {note}",
            grouped(people.len() as u64)
        );
    }
    if has_tone {
        note.push_str(&intervals(of));
    }
    let of_themes = [KeyGroups::Theme, KeyGroups::Period].map(KeyGroups::as_str);
    page.push_str(&keyness::figures(of, |by| !of_themes.contains(&by)));
    page + &tabulated("All speakers", &note, &grid)
}

fn intervals(of: &Gathered) -> String {
    format!(
        "Intervals ({}) leave out one document or turn after the other; they describe how much a person's tone varies, and not the errors of \
         the model. Dotted intervals are those of people with a single turn: how much the tone varies within it.",
        chosen_percent(of.study.confidence_level)
    )
}

fn words(of: &Gathered, all: u64) -> String {
    let mut grid = Grid::new("Share of words by speaker", &["speaker", "#words", "#share"]);
    let mut bars = Vec::new();
    for (person, at) in of.corpus.people.iter().zip(0..).take(SHOWN) {
        let share = if all == 0 { 0.0 } else { f64::from(person.n_words) / all as f64 };
        let words = Cell::counted_as(person.n_words, "word", Set::Person(at), of);
        grid.row(vec![Cell::text(&person.name), words, Cell::share(share, 1.0)]);
        bars.push(Bar { name: person.name.clone(), value: share, shown: percent(share) });
    }
    let note = if of.corpus.people.len() > SHOWN {
        format!("The {SHOWN} speakers with the most words.")
    } else {
        String::new()
    };
    figure("Share of words", &note, &chart::bars("Share of words by speaker", &bars), &grid)
}

fn tone(of: &Gathered) -> String {
    let mut grid = Grid::new("Tone by speaker", &["speaker", "#tone", "interval", "#segments"]);
    let rows: Vec<(String, Mean)> = of
        .corpus
        .people
        .iter()
        .zip(&of.means.tone_people)
        .take(SHOWN)
        .map(|(person, mean)| (person.name.clone(), *mean))
        .collect();
    for (at, (name, mean)) in rows.iter().enumerate() {
        let n = Cell::counted(mean.n as u64, Set::Person(at as u32), of);
        grid.row(vec![Cell::text(name), Cell::signed(mean.value), Cell::interval(mean), n]);
    }
    let chart = chart::intervals("Mean tone by speaker", ("negative", "positive"), &rows);
    figure("Tone", intervals(of), &chart, &grid)
}

fn tone_of_groups(of: &Gathered) -> String {
    let Some(grouping) = &of.corpus.grouping else { return String::new() };
    let title = format!("Tone by {}", grouping.column);
    let mut grid = Grid::new(&title, &[grouping.column.as_str(), "#tone", "interval", "#segments"]);
    let rows: Vec<(String, Mean)> = grouping.values.iter().cloned().zip(of.means.tone_groups.iter().copied()).collect();
    for (at, (name, mean)) in rows.iter().enumerate() {
        let n = Cell::counted(mean.n as u64, Set::Group(at as u32), of);
        grid.row(vec![Cell::text(name), Cell::signed(mean.value), Cell::interval(mean), n]);
    }
    let note = format!(
        "Means over segments, with {} intervals that leave out one person, document or turn after the other.",
        chosen_percent(of.study.confidence_level)
    );
    figure(&title, &note, &chart::intervals(&title, ("negative", "positive"), &rows), &grid)
}
