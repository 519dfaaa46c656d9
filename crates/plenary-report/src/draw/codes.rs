//! The labels of the study's own variables, in all and by group.

use plenary_corpus::rounding::percent;

use super::chart::{self, Bar};
use super::html::{Cell, Grid, figure, notice, paragraph, plural, tabulated};
use crate::Validation;
use crate::embed::escaped;
use crate::gather::{CodeCounts, Gathered, LabelCounts, Set};

/// The link to the page; empty without variables.
pub(super) fn link(of: &Gathered) -> String {
    if of.counts.codes.is_empty() { String::new() } else { "  <a href=\"#codes\">Own variables</a>\n".to_owned() }
}

/// The page; empty without variables.
pub(super) fn section(of: &Gathered, validation: &[Validation]) -> String {
    if of.counts.codes.is_empty() {
        return String::new();
    }
    let mut page = String::from(
        "<section id=\"codes\" aria-labelledby=\"codes-title\" tabindex=\"-1\"><h2 id=\"codes-title\">Own variables</h2>\n",
    );
    for (counts, number) in of.counts.codes.iter().zip(0..) {
        let variable = &counts.variable;
        page.push_str(&format!(
            "<article class=\"target\"><h3 dir=\"auto\">{} <small>{}</small></h3>\n",
            escaped(&variable.definition),
            escaped(&variable.id)
        ));
        page.push_str(&checked(counts, validation));
        page.push_str(&distribution(of, number, counts));
        page.push_str(&groups(of, number, counts));
        page.push_str("</article>\n");
    }
    page + "</section>\n"
}

/// Whether anybody compared the labels with hand codes.
fn checked(counts: &CodeCounts, validation: &[Validation]) -> String {
    let id = counts.variable.id.as_str();
    let mut tables = validation.iter().flat_map(|one| &one.tables);
    if tables.any(|table| table.column("code_id").contains(&id)) {
        return paragraph(&format!("Labels of {}. The page Validation compares them with hand codes.", counts.coder));
    }
    let learned = if counts.validation == "leave_one_out" {
        " It was learned from hand codes; its folder has its figures on these codes."
    } else {
        ""
    };
    notice(&format!(
        "Unvalidated: labels of {}, which nobody compared with hand codes of these results.{learned} `plenary score` measures how many are \
         wrong, and `plenary estimate` corrects shares.",
        counts.coder
    ))
}

fn distribution(of: &Gathered, number: u32, counts: &CodeCounts) -> String {
    let LabelCounts { labels, unlabelled } = &counts.all;
    let all = f64::from(labels.iter().sum::<u32>());
    let title = format!("Segments by label: {}", counts.variable.id);
    let mut grid = Grid::new(&title, &["label", "#segments", "#share of labels"]);
    let mut bars = Vec::new();
    for ((label, n), at) in counts.variable.labels.iter().zip(labels).zip(0..) {
        let segments = Cell::counted(*n, Set::Code(number, Some(at)), of);
        grid.row(vec![Cell::text(label), segments, Cell::share(f64::from(*n), all)]);
        let share = if all > 0.0 { f64::from(*n) / all } else { 0.0 };
        bars.push(Bar { name: label.clone(), value: f64::from(*n), shown: percent(share) });
    }
    grid.row(vec![Cell::text("no label"), Cell::counted(*unlabelled, Set::Code(number, None), of), Cell::Empty]);
    let note = format!("Without a label: {}.", plural(*unlabelled, "segment"));
    figure("Segments by label", &note, &chart::bars(&title, &bars), &grid)
}

fn groups(of: &Gathered, number: u32, counts: &CodeCounts) -> String {
    let Some(grouping) = &of.corpus.grouping else { return String::new() };
    let names: Vec<String> = counts.variable.labels.iter().map(|label| format!("#{label}")).collect();
    let mut columns = vec![grouping.column.as_str()];
    columns.extend(names.iter().map(String::as_str));
    columns.extend(["#labels", "#no label"]);
    let mut grid = Grid::new(format!("{} by {}", counts.variable.id, grouping.column), &columns);
    for ((value, LabelCounts { labels, unlabelled }), group) in grouping.values.iter().zip(&counts.groups).zip(0..) {
        let all: u32 = labels.iter().sum();
        let mut cells = vec![Cell::text(value)];
        let set = |label: Option<u32>| Set::CodeGroup(number, label, group);
        let shares = labels.iter().zip(0..);
        cells.extend(shares.map(|(n, at)| Cell::shared(f64::from(*n), f64::from(all), set(Some(at)), of)));
        let labelled = Cell::counted(all, Set::CodedGroup(number, group), of);
        cells.extend([labelled, Cell::counted(*unlabelled, set(None), of)]);
        grid.row(cells);
    }
    if grid.is_empty() {
        return String::new();
    }
    let note = "Share of each label among the segments of the group that have one. With intervals they are in `group_estimates`, if the study \
                names the column under [[estimates.by]].";
    tabulated(&format!("By {}", grouping.column), note, &grid)
}
