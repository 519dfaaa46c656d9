//! `plenary segment`: who speaks, without a model.

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use comfy_table::Row;
use serde::Serialize;

use crate::corpus::{BlockKind, Role, Transcript, style_name};
use crate::inputs::gather;
use crate::pipeline;
use crate::study::Study;

mod explain;
mod review;

use super::output::{ignore_broken_pipe, plural, table, wrapped};
use super::reading::ReadingArgs;
use super::{Verbosity, print_skipped};

/// Show who speaks in transcripts, without a model: lines, speaker, confidence, first words.
#[derive(Debug, Args)]
pub(crate) struct SegmentArgs {
    /// Transcripts, or folders that contain them.
    #[arg(required_unless_present = "audit", value_name = "FILE", long_help = super::inputs_help())]
    inputs: Vec<PathBuf>,
    /// Study file; only its sections on transcripts, columns and segments are used.
    #[arg(long, value_name = "FILE")]
    study: Option<PathBuf>,
    /// Output format.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Show for each turn the rule and evidence behind its boundary and its speaker.
    #[arg(long)]
    explain: bool,
    /// Show only turns that need review.
    #[arg(long)]
    doubtful: bool,
    /// Write the turns that need review to a sheet, CSV or HTML by its extension, for a person to answer.
    #[arg(long, value_name = "SHEET", conflicts_with_all = ["explain", "doubtful", "format"])]
    review: Option<PathBuf>,
    /// With --review: write a random sample of all turns instead, drawn N times in proportion to their words.
    #[arg(long, value_name = "N", requires = "review", value_parser = clap::value_parser!(u32).range(1..))]
    sample: Option<u32>,
    /// With --sample: seed of the random draws [default: the seed of the study].
    #[arg(long, value_name = "SEED", requires = "sample")]
    seed: Option<u64>,
    /// With --review: replace a sheet that exists, with the answers in it.
    #[arg(long, requires = "review")]
    force: bool,
    /// Estimate the share of words with the wrong speaker from a sheet of a random sample with answers.
    #[arg(long, value_name = "SHEET", conflicts_with_all = ["inputs", "study", "explain", "doubtful", "review"])]
    audit: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for people
    Text,
    /// One JSON object per turn and line
    Jsonl,
}

/// A turn, as one line of JSON.
#[derive(Serialize)]
struct Turn<'t> {
    document: &'t str,
    document_id: &'t str,
    path: &'t str,
    order: usize,
    /// As printed at this turn, without title and brackets; null if no speaker is named.
    speaker: Option<&'t str>,
    /// The person's name, as complete as the document gives it.
    name: Option<&'t str>,
    honorific: Option<&'t str>,
    title: Option<&'t str>,
    affiliation: Option<&'t str>,
    country: Option<&'t str>,
    constituency: Option<&'t str>,
    party: Option<&'t str>,
    role: Option<Role>,
    speaker_id: Option<&'t str>,
    person_id: Option<&'t str>,
    utterance_id: &'t str,
    line_start: usize,
    line_end: usize,
    start: usize,
    end: usize,
    time_start_s: Option<f64>,
    time_end_s: Option<f64>,
    boundary_confidence: f32,
    needs_review: bool,
    evidence: &'t str,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<explain::ExplanationJson<'t>>,
    text: &'t str,
}

/// Shown when a turn has no speaker.
const NO_NAME: &str = "(no speaker named)";

impl Turn<'_> {
    /// First and last line, or the only line.
    fn lines(&self) -> String {
        match (self.line_start, self.line_end) {
            (start, end) if start == end => start.to_string(),
            (start, end) => format!("{start}-{end}"),
        }
    }
}

pub(crate) fn run(args: &SegmentArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    if let Some(sheet) = &args.audit {
        return review::audit(sheet, args.format == Format::Jsonl);
    }
    if let Some(sheet) = &args.review {
        review::check_place(sheet, args.force)?;
    }
    let study = match &args.study {
        Some(path) => Study::load(path)?,
        None => Study::default(),
    };
    let inputs = gather(&args.inputs, &study.reading(), args.reading.isolation().as_ref());
    let transcripts = pipeline::transcribe_corpus(inputs.documents, &study);
    super::warn_of_corrections(
        study.corrections.as_ref(),
        transcripts.iter().map(|transcript| transcript.document.path.as_str()),
    );
    if let Some(sheet) = &args.review {
        print_skipped(&inputs.skipped, verbosity);
        if transcripts.is_empty() {
            bail!("no transcript could be read");
        }
        let seed = args.seed.unwrap_or(study.study.seed);
        review::write(sheet, &transcripts, args.sample.map(|n| (n as usize, seed)))?;
        return Ok(super::exit_code(transcripts.len(), &inputs.skipped.failures));
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    let printed = transcripts
        .iter()
        .try_for_each(|transcript| match args.format {
            Format::Text if args.explain => explain::print(&mut out, transcript, args.doubtful),
            Format::Text => print_text(&mut out, transcript, args.doubtful),
            Format::Jsonl => print_jsonl(&mut out, transcript, args),
        })
        .and_then(|()| out.flush());
    ignore_broken_pipe(printed).context("cannot write to standard output")?;
    print_skipped(&inputs.skipped, verbosity);
    if transcripts.is_empty() {
        bail!("no transcript could be read");
    }
    Ok(super::exit_code(transcripts.len(), &inputs.skipped.failures))
}

fn turns(transcript: &Transcript) -> impl Iterator<Item = Turn<'_>> {
    let document = &transcript.document;
    let stem = super::stem(&document.path);
    let mut lines = vec![(usize::MAX, 0); transcript.utterances.len()];
    for block in &transcript.blocks {
        if let Some((from, to)) = block.utterance.and_then(|at| lines.get_mut(at)) {
            (*from, *to) = ((*from).min(block.line_start), (*to).max(block.line_end));
        }
    }
    transcript.utterances.iter().zip(lines).map(move |(utterance, (line_start, line_end))| {
        let speaker = utterance.speaker.map(|at| &transcript.speakers[at]);
        Turn {
            document: stem,
            document_id: &document.document_id,
            path: &document.path,
            order: utterance.position,
            speaker: utterance.label.as_deref(),
            name: speaker.map(|speaker| speaker.name.as_str()),
            honorific: speaker.and_then(|speaker| speaker.details.honorific.as_deref()),
            title: speaker.and_then(|speaker| speaker.details.title.as_deref()),
            affiliation: speaker.and_then(|speaker| speaker.details.affiliation.as_deref()),
            country: speaker.and_then(|speaker| speaker.details.country.as_deref()),
            constituency: speaker.and_then(|speaker| speaker.details.constituency.as_deref()),
            party: speaker.and_then(|speaker| speaker.details.party.as_deref()),
            role: speaker.map(|speaker| speaker.role),
            speaker_id: speaker.map(|speaker| speaker.speaker_id.as_str()),
            person_id: speaker.map(|speaker| speaker.person_id.as_str()),
            utterance_id: &utterance.utterance_id,
            line_start,
            line_end,
            start: utterance.span.start,
            end: utterance.span.end,
            time_start_s: utterance.time_start_s,
            time_end_s: utterance.time_end_s,
            boundary_confidence: utterance.boundary_confidence,
            needs_review: utterance.needs_review,
            evidence: &utterance.evidence,
            explanation: None,
            text: &utterance.text,
        }
    })
}

fn print_jsonl(out: &mut impl Write, transcript: &Transcript, args: &SegmentArgs) -> std::io::Result<()> {
    for mut turn in turns(transcript).filter(|turn| turn.needs_review || !args.doubtful) {
        turn.explanation = args
            .explain
            .then(|| explain::ExplanationJson::of(transcript, &transcript.utterances[turn.order - 1].explanation));
        serde_json::to_writer(&mut *out, &turn)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn print_text(out: &mut impl Write, transcript: &Transcript, only_doubtful: bool) -> std::io::Result<()> {
    print_head(out, transcript)?;
    if transcript.utterances.iter().any(|utterance| utterance.needs_review) {
        writeln!(out, "  ?        turns that need review; --explain shows why")?;
    }
    let mut table = table(&["", "lines", "speaker", "role", "confidence", "words", "first words"], 4..6);
    for turn in turns(transcript).filter(|turn| turn.needs_review || !only_doubtful) {
        let words: usize = transcript.utterances[turn.order - 1].n_words;
        let mut row = Row::from(vec![
            if turn.needs_review { "?".to_string() } else { String::new() },
            turn.lines(),
            turn.speaker.unwrap_or(NO_NAME).to_string(),
            turn.role.map_or(String::new(), |role| role.as_str().to_string()),
            format!("{:.2}", turn.boundary_confidence),
            words.to_string(),
            first_words(turn.text),
        ]);
        // One line per turn.
        row.max_height(1);
        table.add_row(row);
    }
    writeln!(out, "\n{}", table.trim_fmt())?;
    let silent: Vec<&str> = transcript
        .speakers
        .iter()
        .filter(|speaker| speaker.n_utterances == 0)
        .map(|speaker| speaker.name.as_str())
        .collect();
    if !silent.is_empty() {
        let names = silent.join(", ");
        writeln!(out, "{}", wrapped(&names, "  named, but without a turn: ", "    "))?;
    }
    writeln!(out)
}

/// Prints what is known about the document, its style, counts and warnings.
fn print_head(out: &mut impl Write, transcript: &Transcript) -> std::io::Result<()> {
    let front = &transcript.front;
    writeln!(out, "{}", transcript.document.path)?;
    for (name, value) in
        [("title", &front.title), ("event", &front.event), ("panel", &front.panel), ("session", &front.session)]
    {
        if let Some(value) = value {
            writeln!(out, "{}", wrapped(value, &format!("  {name:<9}"), "           "))?;
        }
    }
    if let Some(date) = front.date {
        writeln!(out, "  date     {date}")?;
    }
    writeln!(out, "  style    {} (confidence {:.2})", style_name(transcript.style), transcript.style_confidence)?;
    let counts = [
        plural(transcript.speakers.len(), "speaker"),
        plural(transcript.utterances.len(), "turn"),
        plural(transcript.segments.len(), "segment"),
        plural(transcript.n_words(), "word"),
    ];
    writeln!(out, "  counts   {}", counts.join(", "))?;
    writeln!(out, "{}", wrapped(&spoken_share(transcript), "  spoken   ", "           "))?;
    for warning in &transcript.warnings {
        writeln!(out, "{}", wrapped(warning, "  warning  ", "           "))?;
    }
    Ok(())
}

/// The share of the words that are in turns, and what the other words are in.
fn spoken_share(transcript: &Transcript) -> String {
    let words = &transcript.words;
    let Some(share) = words.spoken_share() else { return "no words".to_string() };
    let mut rest: Vec<(BlockKind, usize)> =
        BlockKind::ALL.into_iter().filter(|kind| !kind.is_spoken()).map(|kind| (kind, words.of(kind))).collect();
    rest.retain(|(_, n)| *n > 0);
    rest.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let rest: Vec<String> = rest.iter().map(|(kind, n)| format!("{} {n}", kind.as_str().replace('_', " "))).collect();
    let all = plural(words.total(), "word");
    if rest.is_empty() {
        format!("{:.1} % of {all}", 100.0 * share)
    } else {
        format!("{:.1} % of {all}; not spoken: {}", 100.0 * share, rest.join(", "))
    }
}

fn first_words(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().take(9).collect();
    let more = text.split_whitespace().nth(9).is_some();
    format!("{}{}", words.join(" "), if more { " ..." } else { "" })
}
