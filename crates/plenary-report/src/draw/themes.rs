//! What the themes are, who speaks of them, and when.

use plenary_corpus::findings::KeyGroups;
use plenary_corpus::rounding::percent;

use super::chart::{self, Point};
use super::html::{Cell, Grid, Note, figure, notice, sentences, tabulated};
use super::keyness;
use crate::embed::escaped;
use crate::gather::{Gathered, MOST_THEMES, Set, Theme};

/// Terms that are named.
const TERMS: usize = 10;
/// Typical sentences of a theme.
const EXEMPLARS: usize = 3;

pub(super) fn page(of: &Gathered) -> String {
    if of.themes.is_empty() {
        return notice("There are no themes: there is too little text.");
    }
    let mut page = map(of) + &table(of) + &by_group(of) + &over_time(of) + &history(of);
    let shown = [KeyGroups::Theme, KeyGroups::Period].map(KeyGroups::as_str);
    page.push_str(&keyness::figures(of, |by| shown.contains(&by)));
    page.push_str("<h3>Each theme</h3>\n");
    for (at, theme) in of.themes.iter().enumerate() {
        let terms: Vec<&str> = theme.terms.iter().take(TERMS).map(|(term, _)| term.as_str()).collect();
        let description = theme.description.as_deref().map(|text| format!("<p dir=\"auto\">{}</p>", escaped(text)));
        page.push_str(&format!(
            "<article class=\"theme\" id=\"theme-{0}\"><h4 dir=\"auto\">{0} {1}</h4>{2}<p class=\"terms\" dir=\"auto\">{3}</p>{4}</article>\n",
            escaped(&theme.id),
            escaped(&theme.name),
            description.unwrap_or_default(),
            escaped(&terms.join(" · ")),
            sentences(of, Set::Exemplars(at as u32), EXEMPLARS)
        ));
    }
    page
}

/// Id and name, once if they are the same, as those of the theme of procedure are.
fn title(theme: &Theme) -> String {
    if theme.id == theme.name { theme.id.clone() } else { format!("{} {}", theme.id, theme.name) }
}

fn map(of: &Gathered) -> String {
    let point = |theme: &Theme| Point { name: title(theme), place: theme.place, size: f64::from(theme.n_segments) };
    let mut grid = Grid::new("Places on the map", &["theme", "name", "#x", "#y", "#segments"]);
    for (at, theme) in of.themes.iter().enumerate() {
        grid.row(vec![
            Cell::text(&theme.id),
            Cell::text(&theme.name),
            Cell::decimal(Some(theme.place.0), 3),
            Cell::decimal(Some(theme.place.1), 3),
            Cell::counted(theme.n_segments, Set::Theme(at as u32), of),
        ]);
    }
    let points: Vec<Point> = of.themes.iter().map(point).collect();
    figure(
        "Map",
        "Themes that are near each other have similar sentences, as far as two dimensions can show it (principal components of the themes' mean \
         vectors). The areas are proportional to the numbers of segments.",
        &chart::map("Map of the themes", &points),
        &grid,
    )
}

fn table(of: &Gathered) -> String {
    let columns = ["theme", "name", "terms", "#segments", "#speakers", "#cohesion", "#separation", "#stability"];
    let mut grid = Grid::new("Themes", &columns);
    for (at, theme) in of.themes.iter().enumerate() {
        let terms: Vec<&str> = theme.terms.iter().take(TERMS).map(|(term, _)| term.as_str()).collect();
        grid.row(vec![
            Cell::text(&theme.id),
            Cell::text(&theme.name),
            Cell::text(terms.join(", ")),
            Cell::counted(theme.n_segments, Set::Theme(at as u32), of),
            Cell::counted_as(theme.n_speakers, "speaker", Set::ThemePeople(at as u32), of),
            Cell::decimal(Some(f64::from(theme.cohesion)), 2),
            Cell::decimal(theme.separation.map(f64::from), 2),
            Cell::decimal(theme.stability.map(f64::from), 2),
        ]);
    }
    let without = of.counts.n_without_theme;
    let mut note = Note::from("");
    if without > 0 {
        note = note.counted(without as usize, "segment", Set::WithoutTheme, of).text(" in no theme.");
    }
    tabulated("Themes", note, &grid)
}

fn by_group(of: &Gathered) -> String {
    let Some(grouping) = &of.corpus.grouping else { return String::new() };
    let names: Vec<String> = of.themes.iter().take(MOST_THEMES).map(title).collect();
    let share = |theme: usize, group: usize| {
        let all = f64::from(of.counts.groups[group]);
        if all == 0.0 { 0.0 } else { f64::from(of.counts.theme_groups[theme][group]) / all }
    };
    let shares: Vec<Vec<f64>> =
        (0..names.len()).map(|theme| (0..grouping.values.len()).map(|group| share(theme, group)).collect()).collect();
    let mut grid = Grid::new(
        "Themes by group",
        &["theme", grouping.column.as_str(), "#segments", "#share of the group's segments"],
    );
    for (theme, name) in names.iter().enumerate() {
        for (group, value) in grouping.values.iter().enumerate() {
            let n = of.counts.theme_groups[theme][group];
            let set = Set::ThemeGroup(theme as u32, group as u32);
            let share = Cell::share(f64::from(n), f64::from(of.counts.groups[group]));
            grid.row(vec![Cell::text(name), Cell::text(value), Cell::counted(n, set, of), share]);
        }
    }
    let mut note =
        "Share of each theme in the segments of the group; the columns sum to one over all themes.".to_owned();
    if of.themes.len() > MOST_THEMES {
        note.push_str(&format!(" The first {MOST_THEMES} themes."));
    }
    if grouping.n_others > 0 {
        note.push_str(&format!(" {} further values of `{}` are left out.", grouping.n_others, grouping.column));
    }
    let title = format!("By {}", grouping.column);
    figure(&title, &note, &chart::matrix(&title, &names, &grouping.values, &shares, &percent), &grid)
}

fn over_time(of: &Gathered) -> String {
    let periods: Vec<String> = of.counts.periods.iter().map(|period| period.name.clone()).collect();
    if periods.len() < 2 {
        return String::new();
    }
    let names: Vec<String> = of.themes.iter().take(MOST_THEMES).map(title).collect();
    let mut grid = Grid::new("Themes by date", &["theme", "date", "#segments", "#share of the segments"]);
    let mut shares = Vec::new();
    for (theme, name) in names.iter().enumerate() {
        let mut row = Vec::new();
        for (period, about) in of.counts.periods.iter().enumerate() {
            let n = of.counts.theme_periods[theme][period];
            row.push(f64::from(n) / f64::from(about.n_segments.max(1)));
            let set = Set::ThemePeriod(theme as u32, period as u32);
            let share = Cell::share(f64::from(n), f64::from(about.n_segments));
            grid.row(vec![Cell::text(name), Cell::text(&about.name), Cell::counted(n, set, of), share]);
        }
        shares.push(row);
    }
    let note = "Share of each theme in the segments of the date.";
    figure("Over time", note, &chart::matrix("Themes by date", &names, &periods, &shares, &percent), &grid)
}

fn history(of: &Gathered) -> String {
    if of.changes.is_empty() {
        return String::new();
    }
    let columns =
        ["theme", "earlier theme", "change", "#texts before", "#of them here now", "#new texts", "#overlap (Jaccard)"];
    let mut grid = Grid::new("Themes and those of the earlier results", &columns);
    for change in &of.changes {
        let name = |id: &Option<String>| id.as_ref().map_or(Cell::Empty, Cell::text);
        grid.row(vec![
            name(&change.theme_id),
            name(&change.previous_theme_id),
            Cell::text(&change.change),
            Cell::whole(change.n_before),
            Cell::whole(change.n_shared),
            Cell::whole(change.n_new),
            Cell::decimal(change.jaccard, 2),
        ]);
    }
    tabulated("Since the earlier results", "What became of the themes that the run continued.", &grid)
}
