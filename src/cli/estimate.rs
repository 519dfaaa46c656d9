//! `plenary estimate`: means by group, corrected for the errors of a coder.
//!
//! **Input**: a results folder and a file of hand codes. **Output**: raw, hand-coded and corrected means side by side, and tables.
//! **Refused**: codes of other results, too few codings, existing files.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::Verbosity;
use super::hand_codes::HandCodesArgs;
use super::output::{mean, message, no_wrap, plural, print, table, wrapped};
use crate::corpus::rounding::chosen_percent;
use crate::table::made::{MadeFolder, MadeFrom, files_of};
use crate::validate::estimate::{
    CLUSTERS_AT_LEAST, Clusters, EstimateOptions, Estimates, LevelReason, Weights, estimate,
};
use crate::validate::hand::Several;
use crate::validate::segments::Measure;
use crate::validation::correct::{CorrectOptions, Estimator, GroupMeans, Outcome, Refusal};

/// Estimate means by group, corrected for the errors of a coder with hand codes of a sample.
#[derive(Debug, Args)]
pub(crate) struct EstimateArgs {
    #[command(flatten)]
    hand: HandCodesArgs,
    /// Columns of `analysis`, `speakers` or `documents`, variables of the study among them, whose values are groups, such as party; `year` is that of the date.
    #[arg(long, value_name = "COLUMN,...", value_delimiter = ',')]
    by: Vec<String>,
    /// What is averaged: stance:TARGET, sentiment, or code:ID=LABEL for the share of a label of your own variable, without LABEL of its first
    /// one [default: the stance towards the only target].
    #[arg(long, value_name = "MEASURE")]
    measure: Option<String>,
    /// Coder whose labels are corrected [default: the primary one].
    #[arg(long, value_name = "ID")]
    coder: Option<String>,
    /// Estimate the difference between each two groups.
    #[arg(long, requires = "by")]
    differences: bool,
    /// What is independent of each other.
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    clusters: Level,
    /// What the same weight is given to.
    #[arg(long, value_enum, value_name = "UNIT", default_value_t)]
    weights: Weight,
    /// Coverage of the intervals, in per cent.
    #[arg(long, value_name = "PERCENT", default_value_t = 95.0, value_parser = super::percent)]
    level: f64,
    /// Seed of the folds in which predictions are calibrated.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Folder for the tables `corrected_estimates` and `units`, as Parquet and CSV.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Level {
    /// The highest level at which every group with enough codings for an estimate has five clusters with codings, or turns
    #[default]
    Auto,
    /// Persons
    Speaker,
    /// Documents
    Document,
    /// Turns
    Turn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Weight {
    /// Every segment
    #[default]
    Segment,
    /// Every turn
    Turn,
    /// Every person
    Speaker,
}

/// Maximum number of rows of a table on the terminal.
const ROWS: usize = 30;

pub(crate) fn run(args: &EstimateArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let (results, files, sample) = args.hand.load()?;
    let options = EstimateOptions {
        measure: Measure::of(&results, args.measure.as_deref())?,
        by: args.by.iter().map(|name| name.trim().to_owned()).collect(),
        coder: args.coder.clone(),
        weights: match args.weights {
            Weight::Segment => Weights::Segment,
            Weight::Turn => Weights::Turn,
            Weight::Speaker => Weights::Speaker,
        },
        clusters: match args.clusters {
            Level::Auto => None,
            Level::Speaker => Some(Clusters::Speaker),
            Level::Document => Some(Clusters::Document),
            Level::Turn => Some(Clusters::Turn),
        },
        several: args.hand.several(),
        simple_random: args.hand.simple_random,
        sample,
        differences: args.differences,
        correct: CorrectOptions { confidence_level: args.level / 100.0, seed: args.seed, ..CorrectOptions::default() },
    };
    let estimates = estimate(&results, &files, options)?;
    let tables = [estimates.means(), estimates.units()];
    let place = args.out.as_ref().map(|out| {
        let names: Vec<String> = tables.iter().flat_map(crate::table::export::Export::names).collect();
        MadeFolder::prepare(out, "estimate", &names, args.hand.force)
    });
    let place = place.transpose()?;
    print(&in_words(&estimates))?;
    if let (Some(out), Some(place)) = (&args.out, place) {
        place.write(MadeFrom::results(&results), &files_of(&tables)?)?;
        if !verbosity.quiet {
            message(&format!("wrote corrected_estimates and units into {}", out.display()), "");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn in_words(estimates: &Estimates) -> String {
    let (options, hand, overall) = (&estimates.options, &estimates.hand, &estimates.corrected.overall);
    let measure = options.measure.in_words();
    let mut text = format!("{measure}\n");
    let mut say = |line: String| text.push_str(&format!("{}\n", wrapped(&line, "  ", "  ")));
    let n_segments = overall.n_units;
    let open = if hand.of_segment.len() < hand.n_drawn {
        format!(" ({} drawn; those without a label are taken for a random part)", hand.n_drawn)
    } else {
        String::new()
    };
    let several = match (&options.several, hand.n_several) {
        (_, 0) => String::new(),
        (Several::Averaged, n) => format!(", {n} by several people, whose codes are averaged"),
        (Several::Adjudicated(name), n) => format!(", {n} by several people, of which {name} decides"),
    };
    say(format!("{} of {} coded by hand{open}{several}", hand.of_segment.len(), plural(n_segments, "segment")));
    let (implied, _) = hand.population;
    if (implied - n_segments as f64).abs() > 0.01 * n_segments as f64 {
        say(format!(
            "The inclusion probabilities imply {implied:.0} segments. If the sample had a fixed size, rows of drawn segments are missing, such as \
             the file of another coder, and the corrected estimates are wrong"
        ));
    }
    if options.measure.code().is_some() && estimates.rows.iter().any(|row| row.prediction.probabilities.is_some()) {
        say(format!(
            "The uncorrected share averages the probabilities that {} gives the label; `plenary means` counts its labels, without the segments \
             that have none",
            estimates.coder
        ));
    }
    if estimates.n_abstained > 0 {
        let used = match options.measure.code() {
            Some(_) => "its prediction is 0 there",
            None => "its score by the probabilities is used, and 0 where the segment is off topic",
        };
        say(format!("{} has no label for {}: {used}", estimates.coder, plural(estimates.n_abstained, "segment")));
    }
    say(format!("Clusters of the intervals: {}", clusters_in_words(estimates)));
    text.push('\n');

    let level = chosen_percent(options.correct.confidence_level);
    let by = if options.by.is_empty() { "group".to_owned() } else { options.by.join(", ") };
    let raw = format!("raw, {level}");
    let header = [by.as_str(), "segments", "coded", &raw, "hand-coded", "corrected (DSL)"];
    let mut shown = table(&header, 1..3);
    no_wrap(&mut shown, &[3, 4, 5]);
    let cell = |outcome: &Outcome, is_difference| cell(outcome, |number| mean(number, &options.measure, is_difference));
    let mut row = |name: String, means: &GroupMeans| {
        let cells = [Estimator::Raw, Estimator::HandCoded, Estimator::Dsl].map(|one| cell(&means.of(one), false));
        shown.add_row([vec![name, means.n_units.to_string(), means.n_coded.to_string()], cells.to_vec()].concat());
    };
    row("all".into(), overall);
    if !options.by.is_empty() {
        for (values, means) in estimates.groups.iter().zip(&estimates.corrected.groups).take(ROWS) {
            row(name_of(values), means);
        }
    }
    text.push_str(&format!("{}\n", shown.trim_fmt()));
    if estimates.groups.len() > ROWS {
        text.push_str(&format!(" ... and {}\n", plural(estimates.groups.len() - ROWS, "more group")));
    }
    if !estimates.differences.is_empty() {
        let mut shown = table(&["difference", "raw", "hand-coded", "corrected (DSL)"], 0..0);
        no_wrap(&mut shown, &[1, 2, 3]);
        for one in estimates.differences.iter().take(ROWS) {
            let (first, second) = one.groups;
            let name = format!("{} - {}", name_of(&estimates.groups[first]), name_of(&estimates.groups[second]));
            shown.add_row([vec![name], one.of[..3].iter().map(|one| cell(one, true)).collect()].concat());
        }
        text.push_str(&format!("\n{}\n", shown.trim_fmt()));
        if estimates.differences.len() > ROWS {
            text.push_str(&format!(" ... and {}\n", plural(estimates.differences.len() - ROWS, "more difference")));
        }
    }
    if let Some(power) = overall.power {
        text.push('\n');
        let mut say = |line: String| text.push_str(&format!("{}\n", wrapped(&line, "", "")));
        say(format!(
            "Over all segments the corrected interval is as wide as that of {:.0} codings without the coder would be.",
            power.equivalent_codings
        ));
        say(match power.codings_to_halve {
            Some(n) => format!("It would be half as wide with about {n:.0} codings in all."),
            None => "More codings cannot make it half as wide: most of its width is the variation between segments and clusters."
                .to_owned(),
        });
    }
    text
}

/// What the clusters are and why they were chosen.
fn clusters_in_words(estimates: &Estimates) -> String {
    let (options, overall) = (&estimates.options, &estimates.corrected.overall);
    let clusters = clusters_of(estimates.clusters, overall.n_clusters, estimates.n_turns_without_person());
    let enough = format!("{CLUSTERS_AT_LEAST} clusters with codings");
    let large = format!("at least {} codings", options.correct.codings_at_least);
    match estimates.level_reason {
        LevelReason::Named => clusters,
        LevelReason::Highest { .. } if options.by.is_empty() => format!("{clusters} (the highest level with {enough})"),
        LevelReason::Highest { n_large: 0, .. } => {
            format!("{clusters} (the highest level with {enough} in all; no group has {large})")
        }
        LevelReason::Highest { n_small: 0, .. } => {
            format!("{clusters} (the highest level at which every group has {enough})")
        }
        LevelReason::Highest { .. } => {
            format!("{clusters} (the highest level at which every group with {large} has {enough})")
        }
        LevelReason::NoLevel if options.by.is_empty() => format!("{clusters} (no level has {enough})"),
        LevelReason::NoLevel => format!("{clusters} (no level has {enough} in all and in every group with {large})"),
    }
}

/// The number and kind of clusters; turns without a known person are clusters of their own beside persons.
pub(super) fn clusters_of(level: Clusters, n_clusters: usize, n_turns_without_person: usize) -> String {
    let named = plural(n_clusters - n_turns_without_person, level.as_str());
    match n_turns_without_person {
        0 => named,
        n => {
            let turns = format!("{} without a known person", plural(n, "turn"));
            if n == n_clusters { turns } else { format!("{named} and {turns}") }
        }
    }
}

fn name_of(values: &[String]) -> String {
    let shown = |value: &String| if value.is_empty() { "(none)".to_owned() } else { value.clone() };
    values.iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn cell(outcome: &Outcome, number: impl Fn(f64) -> String) -> String {
    match outcome {
        Ok(estimate) => format!("{} [{}, {}]", number(estimate.value), number(estimate.low), number(estimate.high)),
        Err(Refusal::TooFewCodings) => "too few codings".into(),
        Err(Refusal::OneValue) => "all codings equal".into(),
        Err(Refusal::OneCluster) => "one cluster".into(),
        Err(Refusal::NoUnits) => "no segments".into(),
    }
}
