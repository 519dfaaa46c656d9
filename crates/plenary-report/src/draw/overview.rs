//! The page that a reader sees first: what there is, and what needs a look.

use plenary_corpus::findings::Tone;
use plenary_corpus::rounding::chosen_percent;

use super::chart::{self, Bar};
use super::html::{Cell, Grid, Link, Note, counted, figure, grouped, linked, notice, plural, signed, tabulated};
use super::validated::unknown_origin;
use crate::Validation;
use crate::embed::escaped;
use crate::gather::{Gathered, MOST_BARS, MOST_ROWS, Set, by_length};

/// Documents that are named as needing a look.
const NAMED: usize = 8;

pub(super) fn page(of: &Gathered, validation: &[Validation]) -> String {
    let mut page = cards(of);
    let has_labels = !of.study.targets.is_empty() || of.study.scores_sentiment || !of.counts.codes.is_empty();
    if has_labels && !validation.iter().any(Validation::is_of_labels) {
        page.push_str(&notice(
            "Nothing was validated: the labels in this report are those of models that nobody compared with hand codes of these texts. Read \
             sentences behind the numbers before you rely on them.",
        ));
    }
    page.push_str(&unknown_origin(validation));
    page.push_str(&look_first(of));
    page.push_str(&over_time(of));
    page.push_str(&tone(of));
    page.push_str(&documents(of));
    page
}

fn cards(of: &Gathered) -> String {
    let corpus = &of.corpus;
    let card = |n: usize, noun: &str, set: Set| {
        format!("<li><b>{}</b> {noun}{}</li>", linked(n, noun, set, of), if n == 1 { "" } else { "s" })
    };
    let mut cards = vec![
        card(corpus.documents.len(), "document", Set::Documents),
        card(corpus.people.len(), "speaker", Set::People),
        card(of.counts.n_turns, "turn", Set::Turns),
        card(of.counts.n_segments, "segment", Set::All),
        card(of.counts.n_words as usize, "word", Set::All),
    ];
    if !of.themes.is_empty() {
        cards.push(card(of.themes.len(), "theme", Set::Themes));
    }
    let seconds: Vec<f64> = corpus.people.iter().filter_map(|person| person.seconds).collect();
    if !seconds.is_empty() {
        let link = Link::of_time(seconds.iter().sum(), Set::All, of);
        cards.extend(link.map(|link| format!("<li><b>{}</b> of speech</li>", link.html())));
    }
    if let (Some(first), Some(last)) = (of.counts.periods.first(), of.counts.periods.last()) {
        let dates =
            if first.name == last.name { first.name.clone() } else { format!("{} – {}", first.name, last.name) };
        let what = if first.name == last.name { "date" } else { "dates" };
        cards.push(format!("<li class=\"wide\"><b>{}</b> {what}</li>", escaped(&dates)));
    }
    format!("<ul class=\"cards\">{}</ul>\n", cards.concat())
}

/// What a person should check first.
fn look_first(of: &Gathered) -> String {
    let mut items: Vec<String> = Vec::new();
    let doubtful: Vec<_> = of.corpus.documents.iter().filter(|document| document.needs_review).collect();
    if !doubtful.is_empty() {
        let named: Vec<&str> = doubtful.iter().take(NAMED).map(|document| document.name.as_str()).collect();
        let more = if doubtful.len() > NAMED { format!(" and {} more", doubtful.len() - NAMED) } else { String::new() };
        items.push(format!(
            "{} a person should check, because speakers may be wrong: {}{more}",
            counted(doubtful.len(), "document", Set::DocumentsToCheck, of),
            escaped(&named.join("; "))
        ));
    }
    if of.counts.n_doubtful_turns > 0 {
        items.push(format!(
            "{} of {} have a doubtful beginning, end or speaker",
            linked(of.counts.n_doubtful_turns, "turn", Set::Doubtful, of),
            plural(of.counts.n_turns as u64, "turn")
        ));
    }
    if of.counts.n_unknown_turns > 0 {
        let n = counted(of.counts.n_unknown_turns, "turn", Set::UnknownTurns, of);
        items.push(format!("{n}: the document does not say who speaks"));
    }
    let mut warnings: Vec<(&str, Vec<&str>)> = Vec::new();
    for document in &of.corpus.documents {
        for warning in &document.warnings {
            match warnings.iter().position(|(known, _)| known == warning) {
                Some(at) => warnings[at].1.push(&document.name),
                None if warnings.len() < 2 * NAMED => warnings.push((warning, vec![&document.name])),
                None => {}
            }
        }
    }
    for (warning, documents) in warnings {
        let more = if documents.len() > 3 { format!(" and {} more", documents.len() - 3) } else { String::new() };
        let named: Vec<&str> = documents.iter().take(3).copied().collect();
        items.push(escaped(&format!("{}{more}: {warning}", named.join("; "))));
    }
    for (path, error) in of.study.failures.iter().take(NAMED) {
        items.push(escaped(&format!("not read: {path}: {error}")));
    }
    if of.study.failures.len() > NAMED {
        items.push(format!("{} further inputs were not read", of.study.failures.len() - NAMED));
    }
    for (kind, (n, messages)) in &of.study.issues {
        let first = messages.first().map_or("", String::as_str);
        let more = match n - 1 {
            0 => String::new(),
            more => format!(" ({} more of this kind: {})", grouped(more as u64), kind.replace('_', " ")),
        };
        items.push(escaped(&format!("{first}{more}")));
    }
    if items.is_empty() {
        return "<h3>What needs a look first</h3>\n<p>No document, turn or input was flagged.</p>\n".to_owned();
    }
    let items: String = items.iter().map(|item| format!("<li dir=\"auto\">{item}</li>\n")).collect();
    format!("<h3>What needs a look first</h3>\n<ul class=\"look\">\n{items}</ul>\n")
}

fn over_time(of: &Gathered) -> String {
    let periods = &of.counts.periods;
    let bar = |name: &str, words: u64| Bar { name: name.to_owned(), value: words as f64, shown: grouped(words) };
    if periods.len() > 1 {
        let mut grid = Grid::new("Words by date", &["date", "#words", "#segments"]);
        for (period, at) in periods.iter().zip(0..) {
            let set = Set::Period(at);
            let cells = [Cell::counted_as(period.n_words, "word", set, of), Cell::counted(period.n_segments, set, of)];
            grid.row(std::iter::once(Cell::text(&period.name)).chain(cells).collect());
        }
        let undated = of.corpus.documents.iter().filter(|document| document.date.is_none()).count();
        let mut note = Note::from("Only dates with documents are shown.");
        if undated > 0 {
            let of_undated = note.text(" ").counted(undated, "document", Set::DocumentsWithoutDate, of);
            note = of_undated.text(" without a date.");
        }
        let bars: Vec<Bar> = periods.iter().map(|period| bar(&period.name, period.n_words)).collect();
        return figure("Words over time", note, &chart::columns("Words by date", &bars), &grid);
    }
    if of.corpus.documents.len() < 2 {
        return String::new();
    }
    let mut grid = Grid::new("Words by document", &["document", "#words"]);
    let mut bars: Vec<Bar> = Vec::new();
    for at in by_length(&of.corpus.documents).into_iter().take(MOST_BARS) {
        let document = &of.corpus.documents[at];
        let words = Cell::counted_as(document.n_words, "word", Set::Document(at as u32), of);
        grid.row(vec![Cell::text(&document.name), words]);
        bars.push(bar(&document.name, u64::from(document.n_words)));
    }
    let undated = of.corpus.documents.iter().filter(|document| document.date.is_none()).count();
    let why = match undated {
        0 => Note::from("All documents have the same date."),
        n if n == of.corpus.documents.len() => Note::from("No document has a date."),
        n => Note::from("")
            .counted(n, "document", Set::DocumentsWithoutDate, of)
            .text(" without a date; all others have the same."),
    };
    let is_cut = of.corpus.documents.len() > MOST_BARS;
    let note = if is_cut { why.text(&format!(" The {MOST_BARS} longest documents.")) } else { why };
    figure("Words by document", note, &chart::bars("Words by document", &bars), &grid)
}

fn tone(of: &Gathered) -> String {
    if !of.study.scores_sentiment || of.counts.tones.iter().sum::<u32>() == 0 {
        return String::new();
    }
    let all: u32 = of.counts.tones.iter().sum();
    let mut grid = Grid::new("Segments by tone", &["tone", "#segments", "#share"]);
    for (tone, n) in Tone::ALL.iter().zip(of.counts.tones) {
        grid.row(vec![
            Cell::text(tone.as_str()),
            Cell::counted(n, Set::Tone(*tone), of),
            Cell::share(f64::from(n), f64::from(all)),
        ]);
    }
    let parts = [("negative", "c-against"), ("neutral", "c-neither"), ("positive", "c-favor")];
    let row = ("all segments".to_owned(), of.counts.tones.map(f64::from).to_vec());
    let mean = match &of.means.tone {
        Some(mean) => match (mean.value, mean.interval) {
            (Some(value), Some((low, high))) => format!(
                "Mean score {} with its {} interval [{}, {}], from −1 (negative) to +1 (positive).",
                signed(value),
                chosen_percent(of.study.confidence_level),
                signed(low),
                signed(high)
            ),
            (Some(value), None) => format!("Mean score {}, from −1 (negative) to +1 (positive).", signed(value)),
            _ => String::new(),
        },
        None => String::new(),
    };
    let chart = chart::stacked("Segments by tone", &parts, &[row]);
    figure("Tone", &mean, &chart, &grid)
}

fn documents(of: &Gathered) -> String {
    let all = of.corpus.documents.len();
    let mut grid =
        Grid::new("Documents", &["document", "date", "language", "#turns", "#segments", "#words", "check", "file"]);
    for (at, document) in of.corpus.documents.iter().enumerate().take(MOST_ROWS) {
        grid.row(vec![
            Cell::text(&document.name),
            document.date.map_or(Cell::Empty, |date| Cell::text(date.to_string())),
            document.language.as_ref().map_or(Cell::Empty, Cell::text),
            Cell::counted_as(document.n_turns, "turn", Set::DocumentTurns(at as u32), of),
            Cell::counted(document.n_segments, Set::Document(at as u32), of),
            Cell::counted_as(document.n_words, "word", Set::Document(at as u32), of),
            Cell::text(if document.needs_review { "yes" } else { "" }),
            Cell::text(&document.path),
        ]);
    }
    let note = if all > MOST_ROWS {
        format!("The first {MOST_ROWS} of {} in the order of their paths; `documents` has all.", grouped(all as u64))
    } else {
        String::new()
    };
    tabulated("Documents", &note, &grid)
}
