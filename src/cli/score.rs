//! `plenary score`: how good the labels of coders are, compared with hand codes.
//!
//! **Input**: a results folder and a file of hand codes. **Output**: figures in words, and a folder of tables with a reliability diagram.
//! **Refused**: codes of other results, existing files.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::Verbosity;
use super::estimate::clusters_of;
use super::hand_codes::HandCodesArgs;
use super::output::{message, no_wrap, plural, print, table, wrapped};
use crate::corpus::rounding::{decimal, percent};
use crate::table::made::{MadeFolder, MadeFrom, files_of};
use crate::validate::score::{ValidateOptions, Validated, reliability_svg, tables, validate};
use crate::validate::segments::Measure;
use crate::validation::scores::{Score, ScoreOptions, Scores};

/// Measure how good the labels of coders are, compared with hand codes of a sample.
#[derive(Debug, Args)]
pub(crate) struct ScoreArgs {
    #[command(flatten)]
    hand: HandCodesArgs,
    /// What is scored: stance:TARGET, sentiment, or code:ID for a variable of your own [default: what `plenary sample` drew the
    /// segments for, or else the stance towards every target, and every variable, that has codes].
    #[arg(long, value_name = "MEASURE")]
    measure: Option<String>,
    /// Columns of `analysis`, `speakers` or `documents`, variables of the study among them, by whose values errors are counted. The commonest class of each value of the first
    /// one is a baseline.
    #[arg(long, value_name = "COLUMN,...", value_delimiter = ',', default_value = "party,document")]
    by: Vec<String>,
    /// Draws of the bootstrap; 0 for no intervals.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    resamples: usize,
    /// Seed of the draws, and of the folds of the baselines.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Folder for the tables `scores`, `confusion`, `calibration`, `floors` and `errors_by_group` as Parquet and CSV, and for
    /// `reliability.svg`.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: &ScoreArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let (results, files, sample) = args.hand.load()?;
    let options = ValidateOptions {
        measures: match args.measure.as_deref() {
            Some(name) => vec![Measure::of(&results, Some(name))?],
            None => Vec::new(),
        },
        by: args.by.iter().map(|name| name.trim().to_owned()).collect(),
        several: args.hand.several(),
        simple_random: args.hand.simple_random,
        sample,
        scores: ScoreOptions { resamples: args.resamples, seed: args.seed, ..ScoreOptions::default() },
    };
    let validated = validate(&results, &files, &options)?;
    let tables = tables(&validated);
    let diagram = reliability_svg(&validated);
    let mut files = files_of(&tables)?;
    files.extend(diagram.map(|diagram| ("reliability.svg".to_owned(), diagram.into_bytes())));
    let place = args.out.as_ref().map(|out| {
        let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
        MadeFolder::prepare(out, "score", &names, args.hand.force)
    });
    let place = place.transpose()?;
    print(&validated.iter().map(in_words).collect::<Vec<_>>().join("\n"))?;
    if let (Some(out), Some(place)) = (&args.out, place) {
        place.write(MadeFrom::results(&results), &files)?;
        if !verbosity.quiet {
            message(&format!("wrote {} into {}", plural(tables.len(), "table"), out.display()), "");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn in_words(of: &Validated) -> String {
    let name = of.measure.title();
    let abstained = match of.n_abstained {
        0 => String::new(),
        n if of.measure.code().is_some() => format!("; it has no label for {n} of them, which are left out"),
        n => format!("; it abstained on {n} of them, which count as {}", of.classes[of.classes.len() / 2]),
    };
    let codes = if of.scores.n == of.n_coded { String::new() } else { format!(" ({})", plural(of.scores.n, "code")) };
    let mut text = format!(
        "{}\n",
        wrapped(
            &format!(
                "{name} by {}: {} coded by hand{codes}{abstained}. Intervals draw {} ({}).",
                of.coder,
                plural(of.n_coded, "segment"),
                clusters_of(of.clusters, of.scores.n_clusters, of.n_turns_without_person),
                "95 %"
            ),
            "",
            "  "
        )
    );
    let mut shown = table(&["  labels", "accuracy", "macro-F1"], 0..0);
    no_wrap(&mut shown, &[1, 2]);
    let mut row = |name: &str, scores: &Scores| {
        shown.add_row([format!("  {name}"), cell(&scores.accuracy), cell(&scores.macro_f1)]);
    };
    row(&of.coder, &of.scores);
    for (name, scores) in &of.baselines {
        row(name, scores);
    }
    text.push_str(&format!("{}\n", shown.trim_fmt()));
    let mut shown = table(&["  class", "codes", "precision", "recall", "F1"], 1..2);
    no_wrap(&mut shown, &[2, 3, 4]);
    for (class, scores) in of.classes.iter().zip(&of.scores.classes) {
        let cells = [cell(&scores.precision), cell(&scores.recall), cell(&scores.f1)];
        shown.add_row([vec![format!("  {class}"), scores.n.to_string()], cells.to_vec()].concat());
    }
    text.push_str(&format!("{}\n", shown.trim_fmt()));
    if let Some(calibration) = &of.scores.calibration {
        text.push_str(&format!("  calibration error {}\n", decimal(calibration.error)));
        let mut shown = table(&["  confidence at least", "share of segments", "right"], 0..0);
        for floor in &calibration.floors {
            let share = percent(floor.coverage);
            shown.add_row([format!("  {}", floor.floor), share, cell(&floor.precision)]);
        }
        text.push_str(&format!("{}\n", shown.trim_fmt()));
    }
    let mut shown = table(&["  group", "codes", "accuracy"], 1..2);
    no_wrap(&mut shown, &[2]);
    for group in of.by.iter().filter(|group| group.n >= 10).take(20) {
        let value = if group.value.is_empty() { "(none)" } else { &group.value };
        shown.add_row([format!("  {}: {value}", group.column), group.n.to_string(), cell(&group.accuracy)]);
    }
    text + &format!("{}\n", shown.trim_fmt())
}

fn cell(score: &Score) -> String {
    match (score.value, score.interval) {
        (Some(value), Some((low, high))) => format!("{} [{}, {}]", decimal(value), decimal(low), decimal(high)),
        (Some(value), None) => decimal(value),
        _ => "-".to_owned(),
    }
}
