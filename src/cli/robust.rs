//! `plenary robust`: how far an estimate depends on choices that could have been made in another way.
//!
//! **Input**: a results folder and an estimate. **Output**: how often sign and significance hold, tables, and the specification curve.
//! **Refused**: groups that do not exist, existing files.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::Verbosity;
use super::output::{message, no_wrap, plural, print, table, wrapped};
use super::progress::{TerminalProgress, handle_ctrl_c};
use super::run::open_cache;
use crate::corpus::rounding::percent;
use crate::pipeline::all_cores;
use crate::robust::{Choice, Contrast, Estimated, Means, RobustOptions, Robustness, Shares, robustness};
use crate::study::Study;
use crate::table::made::{MadeFolder, MadeFrom, files_of};
use crate::table::{Check, Results};
use crate::validate::segments::Measure;

/// Show how far an estimate depends on the unit, wording, coder, floors, weights and other choices.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct RobustArgs {
    /// Results folder that a run wrote.
    #[arg(value_name = "RESULTS")]
    results: PathBuf,
    /// What is averaged: stance:TARGET, sentiment, or code:ID=LABEL for the share of a label of your own variable, without LABEL of its first
    /// one [default: the stance towards the only target].
    #[arg(long, value_name = "MEASURE")]
    measure: Option<String>,
    /// Column of `analysis`, `speakers` or `documents` whose values are groups, such as party; `year` is that of the date.
    #[arg(long, value_name = "COLUMN", requires = "of")]
    by: Option<String>,
    /// The group whose mean is estimated [default: all segments].
    #[arg(long, value_name = "VALUE", requires = "by")]
    of: Option<String>,
    /// Estimate the difference from the mean of this group.
    #[arg(long, value_name = "VALUE", requires = "of")]
    minus: Option<String>,
    /// The choices that are varied; the others are as in the study [default: all].
    #[arg(long, value_enum, value_name = "CHOICE,...", value_delimiter = ',')]
    vary: Vec<Varied>,
    /// Minimum of the largest probability of a label, beside that of the study [default: 0.5, 0.6, 0.7].
    #[arg(long, value_name = "FLOOR,...", value_delimiter = ',')]
    confidence_floors: Vec<f32>,
    /// Minimum of the relevance, beside that of the study [default: 0.1 and 0.2 above that of the study].
    #[arg(long, value_name = "FLOOR,...", value_delimiter = ',')]
    relevance_floors: Vec<f32>,
    /// Study with `paraphrases` of the target [default: the study of the results].
    #[arg(long, value_name = "FILE")]
    study: Option<PathBuf>,
    /// Coverage of the intervals, in per cent.
    #[arg(long, value_name = "PERCENT", default_value_t = 95.0, value_parser = super::percent)]
    level: f64,
    /// Folder for the tables `specifications` and `robustness` as Parquet and CSV, and for `specification_curve.svg`.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Replace the files if they exist.
    #[arg(long, requires = "out")]
    force: bool,
    /// Folder of models [default: the usual places]. They are needed for the choices unit and wording.
    #[arg(long, value_name = "DIR", env = crate::models::VARIABLE)]
    models: Option<PathBuf>,
    /// Cache folder, where earlier model results are looked up [default: PLENARY_CACHE, then your cache folder].
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Do not read or write the cache.
    #[arg(long, conflicts_with = "cache")]
    no_cache: bool,
}

const AFTER_HELP: &str = "Examples:
  plenary robust results --by party --of Labour --minus Conservative --out robust
                             A difference of two groups, under all combinations
  plenary robust results --measure sentiment --vary weight,chair
                             The mean tone, with two choices varied
  plenary robust results --vary wording --study study.toml
                             Only the paraphrases that the study gives";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Varied {
    /// Sentences or paragraphs as in the study, and whole turns
    Unit,
    /// The proposition, and its paraphrases in the study
    Wording,
    /// Each coder of the study
    Coder,
    /// Floors of the largest probability
    Confidence,
    /// Floors of the relevance
    Relevance,
    /// Probabilities or labels
    Score,
    /// Each segment, turn or person weighs the same
    Weight,
    /// With or without turns of the chair
    Chair,
    /// With or without segments that only conduct the meeting
    Procedure,
}

impl Varied {
    fn choice(self) -> Choice {
        match self {
            Varied::Unit => Choice::Unit,
            Varied::Wording => Choice::Wording,
            Varied::Coder => Choice::Coder,
            Varied::Confidence => Choice::ConfidenceFloor,
            Varied::Relevance => Choice::RelevanceFloor,
            Varied::Score => Choice::Score,
            Varied::Weight => Choice::Weight,
            Varied::Chair => Choice::Chair,
            Varied::Procedure => Choice::Procedure,
        }
    }
}

/// Name of the picture.
const CURVE: &str = "specification_curve.svg";

pub(crate) fn run(args: &RobustArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let results = Results::open(&args.results, Check::Full)?;
    let measure = Measure::of(&results, args.measure.as_deref())?;
    let contrast = match (args.by.clone(), args.of.clone(), args.minus.clone()) {
        (Some(by), Some(value), Some(minus)) => Contrast::Difference { by, value, minus },
        (Some(by), Some(value), None) => Contrast::Group { by, value },
        _ => Contrast::All,
    };
    let options = RobustOptions {
        vary: if args.vary.is_empty() {
            Choice::ALL.to_vec()
        } else {
            args.vary.iter().map(|varied| varied.choice()).collect()
        },
        confidence_floors: args.confidence_floors.clone(),
        relevance_floors: args.relevance_floors.clone(),
        confidence_level: args.level / 100.0,
        study: args.study.as_ref().map(|path| Study::load(path)).transpose()?,
        ..RobustOptions::new(measure, contrast)
    };
    let prepare = |out: &PathBuf| {
        let names = ["specifications", "robustness"].map(|name| [format!("{name}.parquet"), format!("{name}.csv")]);
        MadeFolder::prepare(out, "robust", &[&names.concat()[..], &[CURVE.to_owned()]].concat(), args.force)
    };
    let place = args.out.as_ref().map(prepare).transpose()?;
    let cache = if args.no_cache { None } else { open_cache(args.cache.as_deref())? };
    handle_ctrl_c();
    let progress = TerminalProgress::new(verbosity.quiet);
    let means = Means { models: args.models.as_deref(), threads: all_cores(), cache: cache.as_ref() };
    let robustness = robustness(&results, options, &means, &progress);
    progress.finish();
    let robustness = robustness?;
    print(&in_words(&robustness))?;
    if let (Some(out), Some(place)) = (&args.out, place) {
        let mut files = files_of(&robustness.tables())?;
        files.extend(robustness.curve().map(|curve| (CURVE.to_owned(), curve.into_bytes())));
        place.write(MadeFrom::results(&results), &files)?;
        if !verbosity.quiet {
            message(&format!("wrote the tables and the picture into {}", out.display()), "");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn in_words(robustness: &Robustness) -> String {
    let (n, has_sign) = (robustness.all.len(), robustness.has_sign());
    let number = |value: f64| number(value, has_sign);
    let mut text = format!("{}: {}\n", robustness.title(), plural(n, "specification"));
    let mut say = |line: String| text.push_str(&format!("{}\n", wrapped(&line, "  ", "    ")));
    if let Some(study) = robustness.study() {
        say(format!("As in the study: {}", estimated(study, has_sign)));
    }
    let Some(overall) = robustness.overall() else {
        say("No specification has an estimate: no segment of these groups has a label.".into());
        return text;
    };
    let Shares { n: n_estimated, n_same_sign, n_significant, n_opposite, lowest, median, highest } = overall;
    if n_estimated < n {
        say(format!(
            "{} without an estimate: no segment of a group has a label there",
            plural(n - n_estimated, "specification")
        ));
    }
    say(format!("All: median {}, from {} to {}", number(median), number(lowest), number(highest)));
    let of = |n: usize| format!("{n} of {n_estimated} ({})", percent(n as f64 / n_estimated as f64));
    let mut header = vec!["choice", "decision", "n", "median"];
    if has_sign {
        say(format!("The sign is that of the study in {}", of(n_same_sign)));
        say(format!("The same sign and an interval without 0: {}", of(n_significant)));
        say(format!("The other sign and an interval without 0: {}", of(n_opposite)));
        header.extend(["same sign", "and without 0"]);
    }
    let mut shown = table(&header, 2..header.len());
    no_wrap(&mut shown, &[0]);
    let rows = robustness.by_decision();
    let mut before = None;
    for (choice, decision, shares) in rows {
        let name = if before == Some(choice) { String::new() } else { choice.as_str().replace('_', " ") };
        before = Some(choice);
        let share = |of: fn(&Shares) -> usize| {
            shares.as_ref().map_or_else(|| "-".to_owned(), |shares| percent(of(shares) as f64 / shares.n as f64))
        };
        let n = shares.map_or(0, |shares| shares.n);
        let median = shares.map_or_else(|| "-".to_owned(), |shares| number(shares.median));
        let mut cells = vec![name, decision, n.to_string(), median];
        if has_sign {
            cells.extend([share(|shares| shares.n_same_sign), share(|shares| shares.n_significant)]);
        }
        shown.add_row(cells);
    }
    if before.is_some() {
        text.push_str(&format!("\n{}\n", shown.trim_fmt()));
    }
    if !robustness.not_varied.is_empty() {
        text.push_str("\nNot varied\n");
        for (choice, reason) in &robustness.not_varied {
            text.push_str(&format!("  {}: {reason}\n", choice.as_str().replace('_', " ")));
        }
    }
    text.push_str(&format!(
        "\n{}\n",
        wrapped(
            "The specifications share their data, so that these shares describe how far the estimate depends on the choices. They are not a \
             test, and they do not correct the errors of coders.",
            "",
            ""
        )
    ));
    text
}

fn estimated(one: &Estimated, has_sign: bool) -> String {
    let number = |value: f64| number(value, has_sign);
    match (one.estimate, one.interval) {
        (None, _) => "no estimate".into(),
        (Some(estimate), None) => format!("{}, without an interval", number(estimate)),
        (Some(estimate), Some((low, high))) => {
            let resampled = one.resampled.map(|level| format!(" ({} {level})", one.n_clusters)).unwrap_or_default();
            format!("{} [{}, {}]{resampled}", number(estimate), number(low), number(high))
        }
    }
}

/// A number with three decimals, and its sign where numbers can be on both sides of 0; a number that rounds to zero has no sign.
fn number(number: f64, has_sign: bool) -> String {
    let text = if has_sign { format!("{number:+.3}") } else { format!("{number:.3}") };
    if text == "-0.000" || text == "+0.000" { "0.000".into() } else { text }
}
