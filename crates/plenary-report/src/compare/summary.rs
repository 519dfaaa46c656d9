//! A comparison in sentences.

use super::{Change, Comparison, EstimateChange, Pair, ThemeMatching};
use crate::draw::html::{grouped, plural};

/// What changed, in sentences: inputs first, then what was computed of them.
pub fn summary(of: &Comparison) -> Vec<String> {
    let mut lines = vec![settings(of)];
    lines.extend(missing(of));
    lines.push(format!("Documents: {}.", changes(&of.documents)));
    lines.push(format!("People: {}.", changes(&of.people)));
    lines.push(format!(
        "Segments: {} in the old run, {} in the new one, {} with the same text in both.",
        grouped(of.segments.n_old as u64),
        grouped(of.segments.n_new as u64),
        grouped(of.segments.n_both as u64)
    ));
    for labels in &of.labels {
        lines.push(format!(
            "{}: {} of {} changed.",
            labels.measure.in_words(),
            grouped(labels.n_changed as u64),
            plural(labels.n_compared as u64, "segment")
        ));
    }
    lines.extend(themes(of));
    lines.push(estimates(of));
    lines
}

fn settings(of: &Comparison) -> String {
    let mut parts = Vec::new();
    if of.old.plenary_version != of.new.plenary_version {
        parts.push(format!("plenary {} and {}", of.old.plenary_version, of.new.plenary_version));
    }
    if of.old.engine != of.new.engine {
        parts.push(format!("engines {} and {}", of.old.engine, of.new.engine));
    }
    if !of.models.is_empty() {
        let verb = if of.models.len() == 1 { "differs" } else { "differ" };
        parts.push(format!("{} {verb}", plural(of.models.len() as u64, "model")));
    }
    if !of.settings.is_empty() {
        let noun = plural(of.settings.len() as u64, "setting");
        parts.push(format!("{noun} of the study {}", if of.settings.len() == 1 { "differs" } else { "differ" }));
    } else if of.old.study_sha256 != of.new.study_sha256 {
        parts.push("the study, or a file that it names, has another text with the same settings".to_owned());
    }
    if parts.is_empty() {
        return "Settings: the same study, models and version.".to_owned();
    }
    format!("Settings: {}.", parts.join("; "))
}

fn missing(of: &Comparison) -> Option<String> {
    let name = |column: &super::MissingColumn| {
        format!("{}.{} (missing in the {} run)", column.table, column.column, column.missing_in.as_str())
    };
    let names: Vec<String> = of.missing.iter().map(name).collect();
    (!names.is_empty()).then(|| format!("Not compared, as only one of the runs has it: {}.", names.join(", ")))
}

fn changes<T>(pairs: &[Pair<T>]) -> String {
    let count = |change: Change| {
        let n = pairs.iter().filter(|pair| pair.change == change).count();
        (n > 0).then(|| format!("{} {}", grouped(n as u64), in_words(change)))
    };
    let counts: Vec<String> = Change::ALL.into_iter().filter_map(count).collect();
    if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
}

fn in_words(change: Change) -> &'static str {
    match change {
        Change::Same => "the same",
        Change::Moved => "the same under another path",
        Change::Changed | Change::Added | Change::Removed => change.as_str(),
    }
}

fn themes(of: &Comparison) -> Option<String> {
    if of.themes.is_empty() {
        return None;
    }
    let count = |is: fn(bool, bool) -> bool| {
        let n = of.themes.iter().filter(|pair| is(pair.old.is_some(), pair.new.is_some())).count();
        grouped(n as u64)
    };
    let how = match of.theme_matching {
        ThemeMatching::Continued => "the new run continues those of the old one",
        ThemeMatching::SharedSegments => "matched by the segments that both runs have",
    };
    Some(format!(
        "Themes ({how}): {} in both, {} only in the old run, {} only in the new one.",
        count(|old, new| old && new),
        count(|old, new| old && !new),
        count(|old, new| !old && new)
    ))
}

fn estimates(of: &Comparison) -> String {
    let count =
        |is: &dyn Fn(&EstimateChange) -> bool| of.estimates.iter().filter(|estimate| is(estimate)).count() as u64;
    let both = count(&|estimate| estimate.old.is_some() && estimate.new.is_some());
    let only = count(&|estimate| estimate.old.is_some() != estimate.new.is_some());
    let differ = count(&|estimate| estimate.difference.is_some_and(|difference| difference != 0.0));
    let apart = count(&|estimate| estimate.overlap == Some(false));
    format!(
        "Estimates: {} in both runs, of which {} differ, {} with intervals that do not overlap; {} in one of the runs only.",
        grouped(both),
        grouped(differ),
        grouped(apart),
        grouped(only)
    )
}
