//! A comparison as one HTML file, in the style of the report.
//!
//! **Input:** a comparison. **Output:** HTML without a script that refers to nothing outside it; every text is escaped. Long tables are cut,
//! which they say; CSV and JSON have all rows.

use plenary_corpus::rounding::percent;

use super::{Comparison, Sheet, SheetCell, Value, sheets, summary};
use crate::draw::STYLE;
use crate::draw::chart;
use crate::draw::html::{Cell, Grid, figure, grouped, notice, paragraph, signed, tabulated};
use crate::embed::{self, escaped};
use crate::gather::Mean;

/// Rows of a table that are shown.
const MOST: usize = 200;
/// Rows of the chart of estimates: each estimate has two.
const MOST_IN_CHART: usize = 12;

/// The page; `title` says what is compared.
pub fn page(of: &Comparison, title: &str) -> String {
    let about = format!(
        "{} (run {}, plenary {}) and {} (run {}, plenary {})",
        of.old.study, of.old.run_id, of.old.plenary_version, of.new.study, of.new.run_id, of.new.plenary_version
    );
    let of_name = |name: &str| all(of).into_iter().find(|sheet| sheet.name == name);
    let table = |name: &str| of_name(name).map_or_else(String::new, |sheet| tabled(&sheet));
    let parts = [
        ("overview", "Overview", overview(of)),
        ("settings", "Settings", table("settings") + &table("columns")),
        ("documents", "Documents and people", table("documents") + &table("people")),
        ("labels", "Labels", labels(of) + &table("labels") + &table("examples")),
        ("themes", "Themes", themes(of) + &table("themes")),
        ("estimates", "Estimates", estimates(of) + &table("estimates")),
    ];
    let section = |(id, title, content): &(&str, &str, String)| {
        let content = if content.is_empty() { paragraph("Nothing differs.") } else { content.clone() };
        format!(
            "<section id=\"{id}\" aria-labelledby=\"{id}-title\"><h2 id=\"{id}-title\">{title}</h2>\n{content}</section>\n"
        )
    };
    embed::page(
        include_str!("page.html"),
        &[embed::BASE_STYLE, STYLE],
        "",
        &[
            ("TITLE", &escaped(title)),
            ("ABOUT", &escaped(&about)),
            ("PARTS", &parts.iter().map(section).collect::<String>()),
        ],
    )
}

/// The tables, with estimates that changed first.
fn all(of: &Comparison) -> Vec<Sheet> {
    let mut changed = of.clone();
    let size = |difference: Option<f64>| difference.map_or(-1.0, f64::abs);
    // Estimates of the corpus stay first.
    changed.estimates.sort_by(|a, b| {
        let of_corpus = |level: &str| !level.starts_with("corpus");
        of_corpus(&a.level).cmp(&of_corpus(&b.level)).then(size(b.difference).total_cmp(&size(a.difference)))
    });
    sheets(&changed)
}

fn overview(of: &Comparison) -> String {
    let card = |number: String, what: &str| format!("<li><b>{}</b> {}</li>", escaped(&number), escaped(what));
    let segments = &of.segments;
    let mut cards = vec![
        card(grouped(of.documents.iter().filter(|pair| pair.old.is_some()).count() as u64), "documents, old"),
        card(grouped(of.documents.iter().filter(|pair| pair.new.is_some()).count() as u64), "documents, new"),
        card(grouped(segments.n_both as u64), "segments in both"),
    ];
    for labels in &of.labels {
        let what = format!("labels changed: {}", labels.measure.in_words());
        cards.push(card(grouped(labels.n_changed as u64), &what));
    }
    let lines: String = summary(of).iter().map(|line| format!("<li dir=\"auto\">{}</li>\n", escaped(line))).collect();
    let same = if of.is_same() { notice("Nothing that was computed differs.") } else { String::new() };
    format!("<ul class=\"cards\">{}</ul>\n{same}<h3>In words</h3>\n<ul class=\"look\">\n{lines}</ul>\n", cards.concat())
}

fn labels(of: &Comparison) -> String {
    let bars: Vec<chart::Bar> = of
        .labels
        .iter()
        .map(|labels| {
            let share = labels.n_changed as f64 / labels.n_compared.max(1) as f64;
            chart::Bar { name: labels.measure.in_words(), value: share, shown: percent(share) }
        })
        .collect();
    if bars.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new("Share of segments whose label changed", &["label", "#changed", "#segments"]);
    for labels in &of.labels {
        grid.row(vec![
            Cell::text(labels.measure.in_words()),
            Cell::whole(labels.n_changed as u64),
            Cell::whole(labels.n_compared as u64),
        ]);
    }
    let title = "Segments whose label changed";
    figure(title, "Of the segments with the same text in both runs.", &chart::bars(title, &bars), &grid)
}

fn themes(of: &Comparison) -> String {
    let text = match of.theme_matching {
        _ if of.themes.is_empty() => return String::new(),
        super::ThemeMatching::Continued => {
            "The new run continues the themes of the old one: a theme keeps its id. `history` is what `theme_history` says, or whether the theme was \
             split off or merged by hand."
        }
        super::ThemeMatching::SharedSegments => {
            "The themes of the two runs were found apart. Two themes are the same if each has more of the other's segments than of any other \
             theme. A low `jaccard` says that they have little in common."
        }
    };
    paragraph(text)
}

fn estimates(of: &Comparison) -> String {
    // Means between -1 and 1 are the ones that the chart can show.
    let is_shown = |estimate: &&super::EstimateChange| {
        estimate.measure.ends_with("_score")
            && estimate.difference.is_some()
            && (estimate.level.starts_with("corpus") || estimate.level == "group")
    };
    let mean = |value: Option<Value>| Mean {
        value: value.and_then(|value| value.value),
        interval: value.and_then(|value| value.interval),
        clusters: None,
        within_turn: false,
        n: value.map_or(0, |value| value.n_segments as usize),
    };
    let mut rows = Vec::new();
    let mut grid = Grid::new("Estimates, old and new", &["estimate", "#old", "interval", "#new", "interval"]);
    for estimate in of.estimates.iter().filter(is_shown).take(MOST_IN_CHART) {
        let what = estimate.target.clone().unwrap_or_else(|| "tone".to_owned());
        let name = format!("{}, {what}", estimate.group);
        let (old, new) = (mean(estimate.old), mean(estimate.new));
        let interval = |mean: &Mean| {
            mean.interval.map_or(Cell::Empty, |(low, high)| Cell::text(format!("[{}, {}]", signed(low), signed(high))))
        };
        grid.row(vec![
            Cell::text(&name),
            Cell::signed(old.value),
            interval(&old),
            Cell::signed(new.value),
            interval(&new),
        ]);
        rows.push((format!("old: {name}"), old));
        rows.push((format!("new: {name}"), new));
    }
    if rows.is_empty() {
        return String::new();
    }
    let title = "Estimates of the corpus and of groups, old and new";
    figure(
        title,
        "With the intervals of both runs.",
        &chart::intervals(title, ("negative, against", "positive, favor"), &rows),
        &grid,
    )
}

/// A table, cut if it is long; nothing for an empty one.
fn tabled(sheet: &Sheet) -> String {
    if sheet.rows.is_empty() {
        return String::new();
    }
    let names: Vec<String> = sheet
        .columns
        .iter()
        .map(|(name, is_number)| {
            // `n_words_old` is "words old".
            let name = name.strip_prefix("n_").unwrap_or(name);
            format!("{}{}", if *is_number { "#" } else { "" }, name.replace('_', " "))
        })
        .collect();
    let mut grid = Grid::new(sheet.title, &names.iter().map(String::as_str).collect::<Vec<_>>());
    for row in sheet.rows.iter().take(MOST) {
        grid.row(row.iter().zip(&sheet.columns).map(|(value, (column, _))| cell(value, column)).collect());
    }
    let note = if sheet.rows.len() > MOST {
        format!(
            "The first {MOST} of {} rows; `plenary compare --csv` and `--json` have all.",
            grouped(sheet.rows.len() as u64)
        )
    } else {
        String::new()
    };
    tabulated(sheet.title, &note, &grid)
}

fn cell(of: &SheetCell, column: &str) -> Cell {
    match of {
        SheetCell::Text(text) => Cell::text(text),
        SheetCell::Whole(number) => Cell::whole(*number),
        SheetCell::Number(share) if column == "jaccard" => Cell::decimal(Some(*share), 2),
        SheetCell::Number(number) => Cell::signed(Some(*number)),
        SheetCell::Empty => Cell::Empty,
    }
}
