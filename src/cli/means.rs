//! `plenary means`: means by group of results, without a new run.
//!
//! **Input**: a results folder and columns. **Output**: a table, and `group_means` as files. **Refused**: unknown columns and measures,
//! existing files.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::Verbosity;
use super::output::{mean, message, no_wrap, print, table, wrapped};
use crate::corpus::findings;
use crate::corpus::rounding::{chosen_percent, percent};
use crate::means::{GroupMeans, MeansOptions, group_means};
use crate::table::made::{MadeFolder, MadeFrom, files_of};
use crate::table::{Check, Results};
use crate::validate::segments::Measure;

/// Estimate means by group from the labels of a run, without running it again.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct MeansArgs {
    /// Results folder.
    #[arg(value_name = "RESULTS")]
    results: PathBuf,
    /// Columns of `analysis`, `speakers` or `documents`, variables of the study among them, whose values are groups, such as party; `year` is
    /// that of the date [default: all segments are one group].
    #[arg(long, value_name = "COLUMN,...", value_delimiter = ',')]
    by: Vec<String>,
    /// What is averaged: stance:TARGET, sentiment, or code:ID=LABEL for the share of a label of your own variable, without LABEL of its first
    /// one [default: the stance towards the only target].
    #[arg(long, value_name = "MEASURE")]
    measure: Option<String>,
    /// Estimate the difference between each two groups.
    #[arg(long, requires = "by")]
    differences: bool,
    /// What weighs the same.
    #[arg(long, value_enum, value_name = "UNIT", default_value_t)]
    weights: Weight,
    /// Coverage of the intervals, in per cent.
    #[arg(long, value_name = "PERCENT", default_value_t = 95.0, value_parser = super::percent)]
    level: f64,
    /// Folder for the table `group_means`, as Parquet and CSV.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Replace the files if they exist.
    #[arg(long, requires = "out")]
    force: bool,
}

const AFTER_HELP: &str = "Examples:
  plenary means results --by party
                             The stance of every party towards the only target
  plenary means results --by party,year --measure sentiment --out means
                             Tone by party and year, also as a table
  plenary means results --by gender --differences --weights person
                             A difference in which every person weighs the same";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Weight {
    /// Every segment
    #[default]
    Segment,
    /// Every turn
    Turn,
    /// Every person
    Person,
}

/// Maximum number of rows on the terminal.
const ROWS: usize = 50;

pub(crate) fn run(args: &MeansArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let results = Results::open(&args.results, Check::Full)?;
    let options = MeansOptions {
        measure: Measure::of(&results, args.measure.as_deref())?,
        by: args.by.iter().map(|name| name.trim().to_owned()).collect(),
        weight: match args.weights {
            Weight::Segment => findings::Weight::Segment,
            Weight::Turn => findings::Weight::Turn,
            Weight::Person => findings::Weight::Person,
        },
        differences: args.differences,
        confidence_level: args.level / 100.0,
    };
    let means = group_means(&results, options)?;
    let export = means.table();
    let prepare = |out: &PathBuf| MadeFolder::prepare(out, "means", &export.names(), args.force);
    let place = args.out.as_ref().map(prepare).transpose()?;
    print(&in_words(&means))?;
    if let (Some(out), Some(place)) = (&args.out, place) {
        place.write(MadeFrom::results(&results), &files_of(&[export])?)?;
        if !verbosity.quiet {
            message(&format!("wrote group_means into {}", out.display()), "");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn in_words(means: &GroupMeans) -> String {
    let options = &means.options;
    let measure = options.measure.in_words();
    let mut text = format!("{measure}\n\n");
    let by = if options.by.is_empty() { "group".to_owned() } else { options.by.join(", ") };
    let level = format!("{} interval", chosen_percent(options.confidence_level));
    let mut rows = table(&[&by, "mean", &level, "segments", "persons", "documents", "without a label"], 1..7);
    let name = |group: usize| match means.groups[group].join(", ") {
        name if name.is_empty() => "all segments".to_owned(),
        name => name,
    };
    for one in means.estimates.iter().take(ROWS) {
        let group = match one.other {
            None => name(one.group),
            Some(other) => format!("{} - {}", name(one.group), name(other)),
        };
        let interval = one.ci_low.zip(one.ci_high);
        let number = |number: f64| mean(number, &options.measure, one.other.is_some());
        rows.add_row(vec![
            group,
            one.estimate.map_or_else(|| "-".into(), number),
            interval.map_or_else(|| "-".into(), |(low, high)| format!("{} to {}", number(low), number(high))),
            one.n_segments.to_string(),
            one.n_persons.to_string(),
            one.n_documents.to_string(),
            percent(one.share_abstained),
        ]);
    }
    no_wrap(&mut rows, &[2]);
    text.push_str(&format!("{rows}\n"));
    let mut say = |line: &str| text.push_str(&format!("\n{}\n", wrapped(line, "  ", "  ")));
    if means.estimates.len() > ROWS {
        say(&format!("{} more rows are in the table that --out writes.", means.estimates.len() - ROWS));
    }
    say("These are means of labels, with the errors of the coder. `plenary estimate` corrects them with hand codes.");
    text
}
