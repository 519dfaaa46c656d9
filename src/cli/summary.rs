//! The summary of results as text for a terminal.
//!
//! **Input**: the figures of results, and for a run the use of the cache. **Output**: text. Computing the figures is
//! left to `figures`.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};
use std::path::Path;

use super::figures::{Figures, MeanFigures, ThresholdFigures, unassigned_in_words};
use super::output::{no_wrap, plural, signed, table, terminal_width, wrapped};
use crate::chat::Summary as ChatSummary;
use crate::corpus::findings::{Resampled, ThresholdSource};
use crate::corpus::rounding::{chosen_percent, decimal, percent};

/// Maximum number of rows of a table in the summary; the rest is in the tables.
const ROWS: usize = 15;

/// Number of model results (for texts and pairs of texts) that a run found in the cache, and number that it computed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CacheCounts {
    pub(crate) found: u64,
    pub(crate) computed: u64,
}

/// The summary; `cache` is `None` if results are shown again, because the use of the cache belongs to the run.
pub(crate) fn summary(figures: &Figures, folder: &Path, cache: Option<CacheCounts>) -> String {
    let mut out = String::new();
    documents(&mut out, figures);
    speakers(&mut out, figures);
    stance(&mut out, figures);
    codes(&mut out, figures);
    coders(&mut out, figures);
    themes(&mut out, figures);
    notes(&mut out, figures);
    files(&mut out, figures, folder, cache);
    out
}

/// What language models behind endpoints were asked in a run, one paragraph each.
pub(crate) fn language_models(chats: &[(String, ChatSummary)]) -> String {
    let mut out = String::new();
    for (coder, asked) in chats {
        let mut text = format!(
            "{coder}: {} made, {} answered from kept answers; {} tokens sent, {} received",
            plural(asked.n_asked, "call"),
            plural(asked.n_kept, "call"),
            asked.usage.prompt_tokens,
            asked.usage.completion_tokens
        );
        if asked.cost > 0.0 {
            text.push_str(&format!(", cost {:.4}", asked.cost));
        }
        if !asked.models.is_empty() {
            let models: Vec<&str> = asked.models.iter().map(String::as_str).collect();
            text.push_str(&format!("; the server names the model {}", models.join(", ")));
        }
        if let Some(share) = asked.agreement.share_unequal() {
            let alpha = asked.agreement.alpha().map_or("not defined".to_string(), decimal);
            let n = plural(asked.agreement.n_units, "unit");
            text.push_str(&format!("; repeated answers differ for {} of {n}, alpha {alpha}", percent(share)));
        }
        line(&mut out, format_args!("\n{}", wrapped(&text, "", "  ")));
    }
    out
}

/// Writing to a `String` cannot fail.
fn line(out: &mut String, text: impl Display) {
    let _ = writeln!(out, "{text}");
}

/// A heading, and under it how to read the numbers.
fn heading(out: &mut String, title: &str, explained: &str) {
    line(out, format_args!("\n{title}"));
    if !explained.is_empty() {
        line(out, wrapped(explained, "  ", "  "));
    }
}

fn more(out: &mut String, n: usize, file: &str) {
    if n > ROWS {
        line(out, format_args!(" ... and {} more in {file}", n - ROWS));
    }
}

fn documents(out: &mut String, figures: &Figures) {
    let counts = [
        plural(figures.documents.len(), "document"),
        plural(figures.n_speakers, "speaker"),
        plural(figures.n_utterances, "turn"),
        plural(figures.n_segments, "segment"),
        plural(figures.n_words, "word"),
    ];
    line(out, format_args!("\n{}\n", counts.join(", ")));
    let mut shown = table(&["document", "what it is", "date", "turns", "words"], 3..5);
    for document in figures.documents.iter().take(ROWS) {
        let parts: Vec<&str> =
            [&document.title, &document.panel, &document.session].into_iter().flatten().map(String::as_str).collect();
        shown.add_row([
            document.path.clone(),
            if parts.is_empty() { "no title found".to_string() } else { parts.join(" | ") },
            document.date.map_or("-".to_string(), |date| date.to_string()),
            document.n_utterances.to_string(),
            document.n_words.to_string(),
        ]);
    }
    line(out, shown.trim_fmt());
    more(out, figures.documents.len(), "documents.parquet");
    if figures.n_failures > 0 {
        let others = match figures.n_failures - figures.failures.len() {
            0 => String::new(),
            n => format!(" and {}", plural(n, "other input")),
        };
        let named = figures.failures.join(", ");
        let n = plural(figures.n_failures, "input");
        let text = format!("{n} could not be read: {named}{others} (failures.parquet says why)");
        line(out, format_args!("\n{}", wrapped(&text, "", "  ")));
    }
}

/// A mean with its interval, in round brackets where it was drawn from the segments of a single turn.
fn interval(mean: Option<&MeanFigures>) -> String {
    match mean.map(|mean| (mean.mean, mean.ci_low, mean.ci_high, mean.resampled)) {
        Some((Some(mean), Some(low), Some(high), resampled)) => {
            let (open, close) = if resampled == Some(Resampled::Segments) { ('(', ')') } else { ('[', ']') };
            format!("{} {open}{}, {}{close}", signed(mean), signed(low), signed(high))
        }
        // As wide as the other intervals, so that the means are aligned.
        Some((Some(mean), ..)) => format!("{:<20}", signed(mean)),
        _ => format!("{:<20}", "-"),
    }
}

fn speakers(out: &mut String, figures: &Figures) {
    let n = figures.speakers.len();
    if n == 0 {
        heading(out, "No speakers were found: no turn has a name", "");
        return;
    }
    let mut speakers: Vec<_> = figures.speakers.iter().collect();
    if n > ROWS {
        speakers.sort_by_key(|speaker| std::cmp::Reverse(speaker.n_words));
    }
    let several = figures.documents.len() > 1;
    let has_tone = figures.scores_sentiment;
    let mut header = vec!["speaker", "role", "affiliation", "turns", "words"];
    if has_tone {
        header.push("sentiment");
    }
    if several {
        header.insert(0, "document");
    }
    let numbers = usize::from(several) + 3;
    let mut shown = table(&header, numbers..numbers + 2);
    if has_tone {
        no_wrap(&mut shown, &[header.len() - 1]);
    }
    for speaker in speakers.into_iter().take(ROWS) {
        let mut row = vec![
            speaker.name.clone(),
            speaker.role.clone(),
            speaker.affiliation.clone().unwrap_or("-".into()),
            speaker.n_utterances.to_string(),
            speaker.n_words.to_string(),
        ];
        if has_tone {
            row.push(interval(speaker.sentiment.as_ref()));
        }
        if several {
            row.insert(0, super::stem(&speaker.document).to_string());
        }
        shown.add_row(row);
    }
    let title = if n > ROWS { "Speakers with the most words" } else { "Speakers" };
    if has_tone {
        let how = format!(
            "Mean sentiment from -1 to +1 with its {}. Round brackets: there is only one turn, and the interval describes the \
             variation within it.",
            level(figures)
        );
        heading(out, &format!("{title} and their sentiment"), &how);
    } else {
        heading(out, title, "");
    }
    line(out, shown.trim_fmt());
    more(out, n, "speakers.parquet");
}

fn level(figures: &Figures) -> String {
    format!("{} interval", chosen_percent(figures.confidence_level))
}

fn stance(out: &mut String, figures: &Figures) {
    if figures.targets.is_empty() {
        let text = "No stance: the study has no targets. `plenary init` writes a study file that explains them.";
        heading(out, &wrapped(text, "", ""), "");
        return;
    }
    // The propositions make the table hard to read where they would be wrapped into a narrow column.
    let wide = terminal_width().is_none_or(|width| width >= 110);
    let mut header = vec!["target", "favor", "against", "neither", "no label", "mean stance"];
    if wide {
        header.insert(1, "proposition");
    }
    let numbers = usize::from(wide) + 1;
    let mut shown = table(&header, numbers..numbers + 4);
    no_wrap(&mut shown, &[0, header.len() - 1]);
    for target in &figures.targets {
        let mut row = vec![
            target.target_id.clone(),
            target.favor.to_string(),
            target.against.to_string(),
            target.neither.to_string(),
            target.no_label.to_string(),
            interval(target.stance.as_ref()),
        ];
        if wide {
            row.insert(1, target.proposition.clone());
        }
        shown.add_row(row);
    }
    heading(
        out,
        "Stance by target",
        &format!(
            "Number of segments by label (no label: off topic or uncertain). Mean of the probability of favor minus that of \
             against (not of the labels) over the segments with a label, from -1 to +1, with its {}.",
            level(figures)
        ),
    );
    line(out, shown.trim_fmt());
    for text in thresholds(figures) {
        line(out, wrapped(&text, "  ", "    "));
    }
}

/// The study's own variables.
fn codes(out: &mut String, figures: &Figures) {
    if figures.codes.is_empty() {
        return;
    }
    let mut shown = table(&["code", "coder", "segments by label", "no label"], 3..4);
    no_wrap(&mut shown, &[0]);
    for code in &figures.codes {
        let all: usize = code.labels.iter().map(|(_, n)| n).sum();
        let share = |n: usize| percent(n as f64 / all.max(1) as f64);
        let labels: Vec<String> = code.labels.iter().map(|(label, n)| format!("{label} {n} ({})", share(*n))).collect();
        shown.add_row(vec![
            code.code_id.clone(),
            code.coder_id.clone(),
            labels.join(", "),
            code.n_unlabelled.to_string(),
        ]);
    }
    heading(out, "Own variables", "");
    line(out, shown.trim_fmt());
}

/// Where the thresholds of `neither` come from.
fn thresholds(figures: &Figures) -> Vec<String> {
    let all = &figures.neither_thresholds;
    let several = all.iter().any(|one| one.coder_id != all[0].coder_id);
    let name = |one: &ThresholdFigures| {
        if several { format!("{} for {}", one.coder_id, one.target_id) } else { format!("for {}", one.target_id) }
    };
    let of_source = |source: ThresholdSource| all.iter().filter(move |one| one.source == source);
    let mut texts: Vec<String> = Vec::new();
    texts.extend(of_source(ThresholdSource::StatedShare).map(|one| {
        let share = chosen_percent(one.stated_share.unwrap_or_default());
        format!("Threshold of neither {}: {:+.2}, for the stated share of {share}", name(one), one.threshold)
    }));
    texts.extend(of_source(ThresholdSource::HandCodes).map(|one| {
        let percent = |share: Option<f64>| share.map_or("-".to_owned(), percent);
        let decimal = |value: Option<f64>| value.map_or("-".to_owned(), decimal);
        format!(
            "Threshold of neither {}: {:+.2}, from {}. Of these {} are right instead of {} with the default, macro-F1 {} instead of {} \
             (each code with the threshold of the others)",
            name(one),
            one.threshold,
            plural(one.n_codes.unwrap_or_default() as usize, "hand code"),
            percent(one.accuracy),
            percent(one.accuracy_of_default),
            decimal(one.macro_f1),
            decimal(one.macro_f1_of_default)
        )
    }));
    if of_source(ThresholdSource::Default).next().is_some() {
        let which = if texts.is_empty() { "The threshold" } else { "The other thresholds" };
        texts.push(format!("{which} of neither: the default, not fitted to these texts"));
    }
    texts
}

fn themes(out: &mut String, figures: &Figures) {
    if figures.themes.is_empty() {
        heading(out, "No themes: there is too little text", "");
        return;
    }
    let continued = figures.themes.iter().any(|theme| theme.change.is_some());
    let columns = ["theme", "label", "segments", "speakers", "since the earlier results"];
    let mut shown = table(&columns[..if continued { 5 } else { 4 }], 2..4);
    no_wrap(&mut shown, &[0]);
    for theme in figures.themes.iter().take(ROWS) {
        let (n_segments, n_speakers) = (theme.n_segments.to_string(), theme.n_speakers.to_string());
        let cells = [theme.theme_id.clone(), theme.label.clone(), n_segments, n_speakers];
        shown.add_row(cells.into_iter().chain(theme.change.clone()));
    }
    let mut changes: BTreeMap<&str, usize> = BTreeMap::new();
    for change in figures.themes.iter().filter_map(|theme| theme.change.as_deref()) {
        *changes.entry(change).or_default() += 1;
    }
    let counted: Vec<String> = changes.iter().map(|(change, n)| format!("{n} {change}")).collect();
    let note = if counted.is_empty() {
        String::new()
    } else {
        format!("Earlier themes were continued: {}.", counted.join(", "))
    };
    heading(out, "Themes", &note);
    line(out, shown.trim_fmt());
    more(out, figures.themes.len(), "themes.parquet");
    if let Some(text) = unassigned_in_words(figures.n_unassigned) {
        line(out, format_args!("  {text}"));
    }
}

fn coders(out: &mut String, figures: &Figures) {
    if figures.agreement.is_empty() && !figures.coders.iter().any(|coder| coder.is_selective) {
        return;
    }
    let explained =
        "Share of equal labels, Cohen's kappa and Krippendorff's alpha on the segments that both coders labelled.";
    heading(out, "Coders", if figures.agreement.is_empty() { "" } else { explained });
    if !figures.agreement.is_empty() {
        let mut shown = table(&["target", "coders", "segments", "equal", "kappa", "alpha"], 2..6);
        no_wrap(&mut shown, &[0]);
        let number = |value: Option<f64>| value.map_or("-".to_string(), decimal);
        for pair in figures.agreement.iter().take(ROWS) {
            shown.add_row([
                pair.target_id.clone(),
                format!("{}, {}", pair.coder_a, pair.coder_b),
                pair.n_segments.to_string(),
                pair.share_equal.map_or("-".to_string(), percent),
                number(pair.kappa),
                number(pair.alpha),
            ]);
        }
        line(out, shown.trim_fmt());
        more(out, figures.agreement.len(), "agreement.parquet");
    }
    for coder in figures.coders.iter().filter(|coder| coder.is_selective) {
        let text = format!(
            "{} was asked for {} of {} of segment and target",
            coder.coder_id,
            coder.n_codings - coder.n_not_asked,
            plural(coder.n_codings, "pair")
        );
        line(out, wrapped(&text, "  ", "    "));
    }
}

fn notes(out: &mut String, figures: &Figures) {
    let named = |paths: &[String]| match paths {
        [first, second, third, others @ ..] if !others.is_empty() => {
            format!("{first}, {second}, {third} and {}", plural(others.len(), "other document"))
        }
        few => few.join(", "),
    };
    let warnings = figures.warnings.iter();
    let mut notes: Vec<String> =
        warnings.map(|warning| format!("{}: {}", named(&warning.documents), warning.warning)).collect();
    if figures.n_split > 0 {
        notes.push(format!(
            "{} longer than the maximum of a model, read in several windows (`n_windows` in segments.parquet)",
            plural(figures.n_split, "segment")
        ));
    }
    notes.extend(figures.coders.iter().filter(|coder| !coder.reasons.is_empty()).map(|coder| {
        let reasons: Vec<String> = coder.reasons.iter().map(|(reason, n)| format!("{reason} {n}")).collect();
        let n: usize = coder.reasons.values().sum();
        format!(
            "coder {}: {n} of {} have no label: {} (`reason` in codings.parquet)",
            coder.coder_id,
            plural(coder.n_codings - coder.n_not_asked, "coding"),
            reasons.join(", ")
        )
    }));
    notes.extend(figures.coder_inputs.iter().filter(|inputs| inputs.is_unusual == Some(true)).map(|inputs| {
        let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"));
        format!(
            "coder {}: the texts of {} differ from those that it was learned from: drift {}, and random draws of its own documents \
             are above {} in {} of cases. Its measured quality may not hold (coder_inputs.parquet)",
            inputs.coder_id,
            plural(inputs.n_documents as usize, "new document"),
            number(inputs.drift),
            number(inputs.threshold),
            percent(inputs.false_alarm_rate)
        )
    }));
    if !figures.issues.is_empty() {
        let kinds: Vec<String> = figures.issues.iter().map(|(kind, n)| format!("{kind} {n}")).collect();
        notes.push(format!("people, documents and variables: {} (issues.parquet has each)", kinds.join(", ")));
    }
    if notes.is_empty() {
        return;
    }
    heading(out, "To check", "");
    for note in notes.iter().take(ROWS) {
        line(out, wrapped(note, "  ", "    "));
    }
    if notes.len() > ROWS {
        line(out, format_args!("  ... and {} more: see `needs_review` in documents.parquet", notes.len() - ROWS));
    }
}

fn files(out: &mut String, figures: &Figures, folder: &Path, cache: Option<CacheCounts>) {
    heading(out, &format!("{} in {}", plural(figures.n_files, "file"), folder.display()), "");
    line(out, "  analysis.parquet   start here: one row per segment, with the values of the other tables");
    line(out, "  codebook.md        the meaning of every column");
    line(out, "  run.json           the origin of the numbers: study, models, version, sha256");
    if let Some(CacheCounts { found: found @ 1.., computed }) = cache {
        line(out, format_args!("\n{found} model results were found in the cache, {computed} were computed"));
    }
    let caution = "The labels are not validated: the models are small, and nobody has checked them on your text. Read a sample \
                   by hand before you rely on them.";
    line(out, format_args!("\n{}", wrapped(caution, "", "")));
}
