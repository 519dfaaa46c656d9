//! What was done, with which versions, in words that a paper can use.

use plenary_corpus::rounding::{chosen_percent, percent};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::html::{Cell, Grid, grouped, paragraph, plural, tabulated};
use crate::Validation;
use plenary_corpus::findings::ThresholdSource;
use plenary_tables::THEME_REGISTRY;

use crate::embed::escaped;
use crate::gather::Gathered;
use crate::validation::{TONE, code_in_words, of_unknown_origin, stance_in_words};

pub(super) fn page(of: &Gathered, validation: &[Validation]) -> String {
    let text = in_words(of, validation).join(" ");
    let mut page = format!("<h3>In words</h3>\n<p id=\"methods-text\" dir=\"auto\">{}</p>\n", escaped(&text));
    page.push_str("<button type=\"button\" class=\"copy-text\" data-of=\"methods-text\">Copy the paragraph</button>\n");
    let citation = citation(of);
    page.push_str(&format!("<h3>Citation</h3>\n<pre id=\"citation\" tabindex=\"0\">{}</pre>\n", escaped(&citation)));
    page.push_str("<button type=\"button\" class=\"copy-text\" data-of=\"citation\">Copy the citation</button>\n");
    page.push_str(&paragraph("Cite the models that were used as well."));
    page.push_str(&versions(of, validation));
    page.push_str(&files(of));
    page.push_str("<h3>About this file</h3>\n");
    page.push_str(&paragraph(&about(of)));
    page
}

fn setting(of: &Gathered, section: &str, name: &str) -> Option<String> {
    let value = &of.study.json[section][name];
    match value {
        serde_json::Value::Number(number) => number.as_f64().map(|number| format!("{}", (number * 1e4).round() / 1e4)),
        serde_json::Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        _ => None,
    }
}

fn in_words(of: &Gathered, validation: &[Validation]) -> Vec<String> {
    let (study, counts) = (&of.study, &of.counts);
    let mut formats: BTreeMap<&str, u64> = BTreeMap::new();
    for document in &of.corpus.documents {
        *formats.entry(&document.format).or_default() += 1;
    }
    let formats: Vec<String> = formats.iter().map(|(format, n)| format!("{n} {}", format.replace('_', " "))).collect();
    let unit = setting(of, "segments", "unit").unwrap_or("sentence".into());
    let mut text = vec![
        format!(
            "We read {} ({}) with plenary {} and attributed {} to {} in {}.",
            plural(of.corpus.documents.len() as u64, "document"),
            formats.join(", "),
            study.run.plenary_version,
            plural(counts.n_words, "word"),
            plural(of.corpus.people.len() as u64, "speaker"),
            plural(counts.n_turns as u64, "turn")
        ),
        format!(
            "{} of the turns ({}) were flagged for review by the estimated probability that their borders and speaker are right.",
            grouped(counts.n_doubtful_turns as u64),
            percent(counts.n_doubtful_turns as f64 / counts.n_turns.max(1) as f64)
        ),
        format!("The unit of analysis is the {unit} ({}).", plural(counts.n_segments as u64, "segment")),
    ];
    if let Some(model) = study.tone_model.as_ref().filter(|_| study.scores_sentiment) {
        text.push(format!(
            "Tone was scored by the model {model} as the probability of positive minus that of negative."
        ));
    }
    if !of.counts.codes.is_empty() {
        let codes: Vec<String> =
            of.counts.codes.iter().map(|counts| format!("{} by {}", counts.variable.id, counts.coder)).collect();
        text.push(format!("Own variables were coded: {}.", codes.join(", ")));
    }
    if !study.targets.is_empty() {
        let propositions: Vec<String> =
            study.targets.iter().map(|target| format!("“{}”", target.proposition)).collect();
        text.push(format!(
            "Stance towards {} ({}) was coded by {}.",
            plural(study.targets.len() as u64, "proposition"),
            propositions.join(", "),
            study.coders.join(", ")
        ));
        let floors = [("relevance", "relevance_floor"), ("confidence", "confidence_floor")];
        let floors: Vec<String> = floors
            .iter()
            .filter_map(|(what, name)| setting(of, "stance", name).map(|value| format!("{what} below {value}")))
            .collect();
        if !floors.is_empty() {
            text.push(format!("Segments got no label with {}.", floors.join(" or ")));
        }
    }
    text.extend(study.thresholds.iter().map(|(source, targets)| {
        let of = targets.join(", ");
        match source {
            ThresholdSource::Default => {
                format!("The threshold below which a segment takes no side is the default of the model, not fitted to these texts ({of}).")
            }
            ThresholdSource::StatedShare => {
                format!("The threshold below which a segment takes no side gives the share of such segments that the study states ({of}).")
            }
            ThresholdSource::HandCodes => {
                format!("The threshold below which a segment takes no side was fitted on hand codes ({of}).")
            }
        }
    }));
    if !of.themes.is_empty() {
        text.extend(themes_in_words(of));
    }
    text.push(format!(
        "Intervals have a level of {}; those of the corpus are percentile bootstraps over turns, those of people and groups jackknives that leave \
         out one person, document or turn after the other.",
        chosen_percent(study.confidence_level)
    ));
    text.push(validation_in_words(of, validation));
    text
}

/// Which labels were compared with hand codes.
fn validation_in_words(of: &Gathered, validation: &[Validation]) -> String {
    if !validation.iter().any(Validation::is_of_labels) {
        return "The labels were not validated.".to_owned();
    }
    if !of_unknown_origin(validation).is_empty() {
        return "Labels were compared with hand codes, but it is not known whether these were the labels of this run."
            .to_owned();
    }
    let compared: BTreeSet<String> = validation.iter().flat_map(Validation::compared).collect();
    if compared.is_empty() {
        return "Labels were compared with hand codes; the page Validation of the report has the figures.".to_owned();
    }
    let stances = of.study.targets.iter().map(|target| stance_in_words(&target.id));
    let tone = of.study.scores_sentiment.then(|| TONE.to_owned());
    let codes = of.counts.codes.iter().map(|counts| code_in_words(&counts.variable.id));
    let others: Vec<String> = stances.chain(tone).chain(codes).filter(|one| !compared.contains(one)).collect();
    let others = match others.as_slice() {
        [] => String::new(),
        others => format!(" The labels of {} were not.", others.join(", ")),
    };
    format!(
        "The labels of {} were compared with hand codes; the page Validation of the report has the figures.{others}",
        compared.into_iter().collect::<Vec<_>>().join(", ")
    )
}

fn themes_in_words(of: &Gathered) -> Vec<String> {
    let model = setting(of, "models", "embedding").map(|model| format!(" (model {model})")).unwrap_or_default();
    let method = format!(
        "as communities (Leiden) in a graph of the nearest neighbours of the segments' vectors{model}; terms are weighted by class-based TF-IDF."
    );
    let themes = plural(of.themes.len() as u64, "theme");
    let Some((file, continued)) = of.study.run.origin.continued_themes() else {
        return vec![format!("{themes} were found {method}")];
    };
    let mode = setting(of, "themes", "mode").unwrap_or_default();
    let meaning = match mode.as_str() {
        "freeze" => "texts of the earlier results kept their theme, and no new themes were looked for",
        "refit" => "themes were found anew, beginning from the earlier ones, and matched with them by their texts",
        _ => {
            "texts of the earlier results kept their theme, and new themes were looked for among texts that are unlike them"
        }
    };
    // The folder of the earlier results, without the way to it.
    let named = Path::new(&file.path);
    let folder = if named.ends_with(THEME_REGISTRY) { named.parent().unwrap_or(named) } else { named };
    let name = folder.file_name().unwrap_or(named.as_os_str()).to_string_lossy();
    let sha256 = continued.registry_sha256.get(..12).unwrap_or(&continued.registry_sha256);
    let count = |changes: &[&str]| {
        let rows = of.changes.iter().filter(|row| changes.contains(&row.change.as_str()));
        grouped(rows.count() as u64)
    };
    let decided = match (continued.n_named, continued.n_merged, continued.n_split) {
        (0, 0, 0) => "Nobody had named, merged or split the earlier themes by hand.".to_owned(),
        (named, merged, split) => format!(
            "By hand, {} had been named, {} merged into others and {} made.",
            plural(named as u64, "theme"),
            plural(merged as u64, "theme"),
            plural(split as u64, "split")
        ),
    };
    vec![
        format!(
            "{themes} continue those of earlier results (registry {name}, sha256 {sha256}) in the mode “{mode}”: {meaning}."
        ),
        format!(
            "Of the earlier themes {} remain and {} ended; {} are new.",
            count(&["kept", "grown", "absent"]),
            count(&["ended", "merged"]),
            count(&["new"])
        ),
        decided,
        format!("Themes were found {method}"),
    ]
}

fn citation(of: &Gathered) -> String {
    format!(
        "@software{{plenary,\n  title = {{plenary: transcripts of speech to tables}},\n  author = {{{{plenary maintainers}}}},\n  version = {{{}}},\n  \
         note = {{Run {}, study sha256 {}}}\n}}",
        of.study.run.plenary_version, of.study.run.run_id, of.study.run.study_sha256
    )
}

fn versions(of: &Gathered, validation: &[Validation]) -> String {
    let run = &of.study.run;
    let mut grid = Grid::new("Versions and hashes", &["what", "value"]);
    let mut row = |what: &str, value: &str| grid.row(vec![Cell::text(what), Cell::text(value)]);
    row("study", &of.study.name);
    row("run", &run.run_id);
    row("plenary", &run.plenary_version);
    row("started", &run.started_at.to_string());
    row("finished", &run.finished_at.to_string());
    row("engine", &run.engine);
    row("seed", &of.study.seed.to_string());
    row("study, sha256", &run.study_sha256);
    if let Some((file, continued)) = run.origin.continued_themes() {
        row("registry of the earlier themes, sha256", &continued.registry_sha256);
        row("the same with the decisions about them, sha256", &file.sha256);
    }
    for model in &run.models {
        row(&format!("model {}, sha256", model.id), &model.sha256);
    }
    for one in validation {
        let tables: Vec<&str> = one.tables.iter().map(|table| table.name).collect();
        let folder = one.folder.file_name().unwrap_or(one.folder.as_os_str());
        row("validation", &format!("{}: {}", folder.to_string_lossy(), tables.join(", ")));
    }
    tabulated("Versions and hashes", "", &grid)
}

fn files(of: &Gathered) -> String {
    let mut grid = Grid::new("Tables of the results", &["file", "#rows", "sha256"]);
    for (name, rows, sha256) in &of.study.files {
        let rows = rows.map_or(Cell::Empty, |rows| Cell::whole(rows as u64));
        grid.row(vec![Cell::text(name), rows, Cell::text(sha256)]);
    }
    tabulated("Tables of the results", "The report was made from these files.", &grid)
}

fn about(of: &Gathered) -> String {
    let sentences = plural(of.sentences.len() as u64, "sentence");
    let all = if of.sentences.len() == of.counts.n_segments {
        "all of them".to_owned()
    } else {
        format!("of {}", grouped(of.counts.n_segments as u64))
    };
    format!(
        "The file holds {sentences} ({all}). Behind a number are at most a few of its sentences: those with the smallest sha256 of their ids, a \
         draw that anybody can repeat. Numbers are counted over all segments. The file refers to nothing outside it, and nothing is sent anywhere. \
         Whoever has the file can read the sentences in it."
    )
}
