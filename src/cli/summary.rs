//! What `plenary run` found, as text for a terminal. In: the report of a run. The numbers are the tables'.

use std::fmt::{Display, Write as _};
use std::path::Path;

use crate::corpus::Summary;
use crate::corpus::findings::{Estimate, Level, Resampled};
use crate::pipeline::{Options, Report};

use super::output::{no_wrap, plural, signed, table, terminal_width, wrapped};

/// Rows of a table in the summary; the rest is in the tables.
const ROWS: usize = 15;

pub(crate) fn summary(report: &Report, options: &Options) -> String {
    let mut out = String::new();
    documents(&mut out, report);
    speakers(&mut out, report, options);
    stance(&mut out, report, options);
    themes(&mut out, report);
    notes(&mut out, report);
    files(&mut out, report, &options.out);
    out
}

/// Writing to a `String` cannot fail.
fn line(out: &mut String, text: impl Display) {
    let _ = writeln!(out, "{text}");
}

/// A heading, and under it how the numbers are to be read.
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

fn documents(out: &mut String, report: &Report) {
    let documents = &report.documents;
    let count = |of: fn(&Summary) -> usize| documents.iter().map(of).sum::<usize>();
    let counts = [
        plural(documents.len(), "document"),
        plural(count(|d| d.speakers.len()), "speaker"),
        plural(count(|d| d.n_utterances), "turn"),
        plural(count(|d| d.n_segments), "segment"),
        plural(count(|d| d.n_words), "word"),
    ];
    line(out, format_args!("\n{}\n", counts.join(", ")));
    let mut shown = table(&["document", "what it is", "date", "turns", "words"], 3..5);
    for document in documents.iter().take(ROWS) {
        let front = &document.front;
        let parts: Vec<&str> =
            [&front.title, &front.panel, &front.session].into_iter().flatten().map(String::as_str).collect();
        shown.add_row([
            document.path.clone(),
            if parts.is_empty() { "no title found".to_string() } else { parts.join(" | ") },
            front.date.map_or("-".to_string(), |date| date.to_string()),
            document.n_utterances.to_string(),
            document.n_words.to_string(),
        ]);
    }
    line(out, shown.trim_fmt());
    more(out, documents.len(), "documents.parquet");
}

/// A mean with its interval, in round brackets where it was drawn from the segments of a single turn.
fn interval(estimate: Option<&Estimate>) -> String {
    match estimate.map(|e| (e.mean, e.ci_low, e.ci_high, e.resampled)) {
        Some((Some(mean), Some(low), Some(high), resampled)) => {
            let (open, close) = if resampled == Some(Resampled::Segments) { ('(', ')') } else { ('[', ']') };
            format!("{} {open}{}, {}{close}", signed(mean), signed(low), signed(high))
        }
        // As wide as the others, so that the means stand under each other.
        Some((Some(mean), ..)) => format!("{:<20}", signed(mean)),
        _ => format!("{:<20}", "-"),
    }
}

fn speakers(out: &mut String, report: &Report, options: &Options) {
    let of_document = |t| move |speaker| (t, speaker);
    let mut speakers: Vec<_> =
        report.documents.iter().flat_map(|t: &Summary| t.speakers.iter().map(of_document(t))).collect();
    if speakers.is_empty() {
        heading(out, "No speaker was found: every turn is without a name", "");
        return;
    }
    let n = speakers.len();
    if n > ROWS {
        speakers.sort_by_key(|(_, speaker)| std::cmp::Reverse(speaker.n_words));
    }
    let several = report.documents.len() > 1;
    let has_tone = options.study.models.scores_sentiment();
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
    for (document, speaker) in speakers.into_iter().take(ROWS) {
        let tone = report.estimates.iter().find(|e| {
            e.level == Level::Speaker && e.target_id.is_none() && e.speaker_id.as_ref() == Some(&speaker.speaker_id)
        });
        let mut row = vec![
            speaker.name.clone(),
            speaker.role.as_str().to_string(),
            speaker.details.affiliation.clone().unwrap_or("-".into()),
            speaker.n_utterances.to_string(),
            speaker.n_words.to_string(),
        ];
        if has_tone {
            row.push(interval(tone));
        }
        if several {
            row.insert(0, super::stem(&document.path).to_string());
        }
        shown.add_row(row);
    }
    let most = if n > ROWS { " most" } else { "" };
    if has_tone {
        let how = format!(
            "mean sentiment from -1 to +1 with its {}; in round brackets where there is one turn only, and the interval \
             says how steady the mean is within it",
            level(options)
        );
        heading(out, &format!("Who speaks{most}, and in which tone"), &how);
    } else {
        heading(out, &format!("Who speaks{most}"), "");
    }
    line(out, shown.trim_fmt());
    more(out, n, "speakers.parquet");
}

fn level(options: &Options) -> String {
    format!("{:.0} % interval", options.study.estimates.confidence_level * 100.0)
}

fn stance(out: &mut String, report: &Report, options: &Options) {
    if report.stance.is_empty() {
        let text = "No stance: no proposition was given. `plenary init` writes a study file with a place for them.";
        heading(out, &wrapped(text, "", ""), "");
        return;
    }
    // The propositions make the table hard to read where they would have to be wrapped into a narrow column.
    let wide = terminal_width().is_none_or(|width| width >= 110);
    let mut header = vec!["target", "favor", "against", "neither", "no label", "mean stance"];
    if wide {
        header.insert(1, "proposition");
    }
    let numbers = usize::from(wide) + 1;
    let mut shown = table(&header, numbers..numbers + 4);
    no_wrap(&mut shown, &[0, header.len() - 1]);
    for (target, counts) in options.study.targets.iter().zip(&report.stance) {
        let mean = report
            .estimates
            .iter()
            .find(|e| e.level == Level::CorpusTarget && e.target_id.as_ref() == Some(&target.id));
        let mut row = vec![
            target.id.clone(),
            counts.favor.to_string(),
            counts.against.to_string(),
            counts.neither.to_string(),
            counts.none.to_string(),
            interval(mean),
        ];
        if wide {
            row.insert(1, target.proposition.clone());
        }
        shown.add_row(row);
    }
    heading(
        out,
        "For or against",
        &format!(
            "segments by label (none where off the topic or unsure); mean of favor - against over those with a label, \
             from -1 to +1, with its {}",
            level(options)
        ),
    );
    line(out, shown.trim_fmt());
}

fn themes(out: &mut String, report: &Report) {
    let themes = &report.themes.themes;
    if themes.is_empty() {
        heading(out, "No themes: there is too little text", "");
        return;
    }
    let mut shown = table(&["theme", "label", "segments", "speakers"], 2..4);
    no_wrap(&mut shown, &[0]);
    for theme in themes.iter().take(ROWS) {
        shown.add_row([
            theme.theme_id.clone(),
            theme.label.clone(),
            theme.n_segments.to_string(),
            theme.n_speakers.to_string(),
        ]);
    }
    heading(out, "What they speak about", "");
    line(out, shown.trim_fmt());
    more(out, themes.len(), "themes.parquet");
}

fn notes(out: &mut String, report: &Report) {
    // What is to be said of many documents is said once.
    let mut warnings: Vec<(&str, Vec<&str>)> = Vec::new();
    for document in &report.documents {
        for warning in &document.warnings {
            match warnings.iter_mut().find(|(earlier, _)| earlier == warning) {
                Some((_, paths)) => paths.push(&document.path),
                None => warnings.push((warning, vec![&document.path])),
            }
        }
    }
    let named = |paths: &[&str]| match paths {
        [first, second, third, others @ ..] if !others.is_empty() => {
            format!("{first}, {second}, {third} and {}", plural(others.len(), "other document"))
        }
        few => few.join(", "),
    };
    let mut notes: Vec<String> =
        warnings.iter().map(|(warning, paths)| format!("{}: {warning}", named(paths))).collect();
    if report.n_split > 0 {
        notes.push(format!(
            "{} longer than a model takes and read in several windows (`n_windows` in segments.parquet)",
            plural(report.n_split, "segment")
        ));
    }
    if notes.is_empty() {
        return;
    }
    heading(out, "To look at", "");
    for note in notes.iter().take(ROWS) {
        line(out, wrapped(note, "  ", "    "));
    }
    if notes.len() > ROWS {
        line(out, format_args!("  ... and {} more: see `needs_review` in documents.parquet", notes.len() - ROWS));
    }
}

fn files(out: &mut String, report: &Report, folder: &Path) {
    // `run.json` lists the others.
    heading(out, &format!("{} in {}", plural(report.results.files().len() + 1, "file"), folder.display()), "");
    line(out, "  analysis.parquet   begin here: a row per segment, with everything beside it");
    line(out, "  codebook.md        what every column means");
    line(out, "  run.json           where they come from: study, models, version, sha256");
    if report.n_cached > 0 {
        let (found, computed) = (report.n_cached, report.n_computed);
        line(out, format_args!("\n{found} numbers of texts were found in the cache, {computed} were computed"));
    }
    let caution = "The models are small, and nobody has checked their labels on your text: read a sample by hand \
                   before you rest a finding on them.";
    line(out, format_args!("\n{}", wrapped(caution, "", "")));
}
