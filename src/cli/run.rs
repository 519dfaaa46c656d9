//! `plenary run`: transcripts to tables, with a summary.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use plenary::estimate::Estimate;
use plenary::pipeline::{self, Options, Report, RunError};
use plenary::study::Study;

use super::Verbosity;
use super::progress::{Shown, listen};

/// Read transcripts, measure them and write the tables.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Transcripts, or folders of them.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Study file; without one everything but stance is measured. `plenary init` writes one.
    #[arg(long, value_name = "FILE")]
    study: Option<PathBuf>,
    /// Folder for the tables: new, empty, or of an earlier run.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Folder of models; nothing is looked for elsewhere [else: your data folder, then where plenary was built].
    #[arg(long, value_name = "DIR", env = plenary::engine::VARIABLE)]
    models: Option<PathBuf>,
    /// Threads that work at a time [else: as many as there are cores]; the results do not depend on it.
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Tables to write: Parquet always, CSV beside it (without the vectors) if asked for.
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Parquet,
    Csv,
}

pub fn run(args: &RunArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let mut study = match &args.study {
        Some(path) => Study::load(path)?,
        None => Study::default(),
    };
    if let Some(format) = args.format {
        study.output.csv = format == Format::Csv;
    }
    let threads = args
        .threads
        .map_or_else(|| std::thread::available_parallelism().map_or(1, NonZeroUsize::get), NonZeroUsize::get);
    let options = Options { study, models: args.models.clone(), out: args.out.clone(), threads };
    listen();
    let progress = Shown::new(verbosity.quiet);
    let outcome = pipeline::run(&args.inputs, &options, &progress);
    progress.finish();
    match outcome {
        Ok(report) => {
            if !verbosity.quiet {
                print_summary(&report, &options);
            }
            super::report(&report.other_paths, &report.failures, &report.passed_over);
            Ok(super::exit_code(report.transcripts.len(), &report.failures))
        }
        Err(RunError::NothingRead { failures }) => {
            super::report(&Default::default(), &failures, &[]);
            bail!("no transcript could be read; nothing was written")
        }
        Err(error) => Err(error.into()),
    }
}

/// Rows of a table in the summary; the rest is in the tables.
const ROWS: usize = 15;

fn print_summary(report: &Report, options: &Options) {
    print_counts(report);
    print_speakers(report);
    print_stance(report, options);
    print_themes(report);
    print_notes(report);
    print_files(report, &options.out);
}

fn print_counts(report: &Report) {
    let transcripts = &report.transcripts;
    let count = |of: fn(&plenary::corpus::Transcript) -> usize| transcripts.iter().map(of).sum::<usize>();
    println!();
    println!(
        "{}, {}, {}, {}, {}",
        many(transcripts.len(), "document"),
        many(count(|t| t.speakers.len()), "speaker"),
        many(count(|t| t.utterances.len()), "utterance"),
        many(count(|t| t.segments.len()), "segment"),
        many(count(|t| t.n_words()), "word"),
    );
    for transcript in transcripts.iter().take(ROWS) {
        let front = &transcript.front;
        let parts: Vec<String> =
            [front.title.clone(), front.panel.clone(), front.session.clone(), front.date.map(|date| date.to_string())]
                .into_iter()
                .flatten()
                .collect();
        let what = if parts.is_empty() { "no title found".to_string() } else { parts.join(" | ") };
        println!("  {}: {what}", transcript.document.path);
    }
    if transcripts.len() > ROWS {
        println!("  ... and {} more", transcripts.len() - ROWS);
    }
}

fn many(n: usize, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

fn interval(estimate: Option<&Estimate>) -> String {
    let Some(estimate) = estimate else { return String::new() };
    match (estimate.mean, estimate.ci_low, estimate.ci_high) {
        (Some(mean), Some(low), Some(high)) => format!("{mean:+.2} [{low:+.2}, {high:+.2}]"),
        (Some(mean), ..) => format!("{mean:+.2}"),
        _ => "-".to_string(),
    }
}

fn print_speakers(report: &Report) {
    let mut speakers: Vec<_> = report.transcripts.iter().flat_map(|t| &t.speakers).collect();
    let n = speakers.len();
    if n > ROWS {
        speakers.sort_by_key(|speaker| std::cmp::Reverse(speaker.n_words));
    }
    let mut table = super::table(&["speaker", "role", "affiliation", "turns", "words", "sentiment"]);
    for speaker in speakers.iter().take(ROWS) {
        let tone = report
            .estimates
            .iter()
            .find(|e| e.level == "speaker" && e.speaker_id.as_ref() == Some(&speaker.speaker_id));
        table.add_row(vec![
            speaker.name.clone(),
            speaker.role.as_str().to_string(),
            speaker.affiliation.clone().unwrap_or_default(),
            speaker.n_utterances.to_string(),
            speaker.n_words.to_string(),
            interval(tone),
        ]);
    }
    println!(
        "\nWho speaks, and in which tone (mean sentiment from -1 to +1, with its interval over two or more turns)\n{table}"
    );
    if n > ROWS {
        println!("... and {} more, in speakers.parquet", n - ROWS);
    }
}

fn print_stance(report: &Report, options: &Options) {
    let Some(stance) = &report.stance else {
        println!(
            "\nNo stance: the study has no [[targets]]. `plenary init` writes a study that shows how to add them."
        );
        return;
    };
    let mut table = super::table(&["target", "proposition", "favor", "against", "neither", "no label", "mean stance"]);
    for (target, scores) in options.study.targets.iter().zip(&stance.scores) {
        let labelled = |label: &str| scores.iter().filter(|score| score.label == Some(label)).count().to_string();
        let mean =
            report.estimates.iter().find(|e| e.level == "corpus_target" && e.target_id.as_ref() == Some(&target.id));
        table.add_row(vec![
            target.id.clone(),
            target.proposition.clone(),
            labelled("favor"),
            labelled("against"),
            labelled("neither"),
            scores.iter().filter(|score| score.label.is_none()).count().to_string(),
            interval(mean),
        ]);
    }
    println!(
        "\nFor or against (segments by label; mean of favor - against over labelled segments, from -1 to +1)\n{table}"
    );
}

fn print_themes(report: &Report) {
    let themes = &report.themes.themes;
    if themes.is_empty() {
        println!("\nNo themes were found: there is too little text.");
        return;
    }
    let mut table = super::table(&["theme", "label", "segments", "speakers"]);
    for theme in themes.iter().take(ROWS) {
        table.add_row(vec![
            theme.theme_id.clone(),
            theme.label.clone(),
            theme.n_segments.to_string(),
            theme.n_speakers.to_string(),
        ]);
    }
    println!("\nWhat they speak about\n{table}");
    if themes.len() > ROWS {
        println!("... and {} more, in themes.parquet", themes.len() - ROWS);
    }
}

fn print_notes(report: &Report) {
    let mut notes: Vec<String> = report
        .transcripts
        .iter()
        .flat_map(|t| t.warnings.iter().map(|warning| format!("{}: {warning}", t.document.path)))
        .collect();
    let cut = report.embeddings.truncated.iter().filter(|cut| **cut).count();
    if cut > 0 {
        notes.push(format!(
            "{} longer than the embedding model takes; the ends were not seen (`truncated` in segments.parquet)",
            many(cut, "segment")
        ));
    }
    if notes.is_empty() {
        return;
    }
    println!("\nTo look at");
    for note in notes.iter().take(ROWS) {
        println!("  {note}");
    }
    if notes.len() > ROWS {
        println!("  ... and {} more, in documents.parquet", notes.len() - ROWS);
    }
}

fn print_files(report: &Report, out: &Path) {
    println!("\n{} in {}", many(report.written.files.len(), "file"), out.display());
    println!(
        "  begin with  {}   one row per segment with everything beside it",
        out.join("analysis.parquet").display()
    );
    println!("  columns     {}   what every column means", out.join("codebook.md").display());
    println!("  defence     {}   versions, models, study, sha256 of every table", out.join("run.json").display());
    println!(
        "The models are small and their labels are not validated on your text: read a sample by hand before you rest a finding on them."
    );
}
