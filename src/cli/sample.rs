//! `plenary sample`: units to code by hand.
//!
//! **Input**: a results folder and a design. **Output**: a folder to code in, and what was drawn in words. **Refused**: designs that the
//! results cannot fill, and a folder that is not empty.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::Verbosity;
use super::output::{message, plural, print, table};
use crate::learn::Variable;
use crate::table::{Check, Results};
use crate::validate::sample::{Allocation, Condition, Design, Drawn, Questions, check_place, draw, own_codebook};

/// Draw segments to code by hand, with known probabilities, and write pages and tables to code in.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct SampleArgs {
    /// Results folder that a run wrote.
    #[arg(value_name = "RESULTS")]
    results: PathBuf,
    /// Folder for the sample: a new or empty one.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Number of segments to code; with --relevance for each target.
    #[arg(long, value_name = "N", default_value_t = 200)]
    size: usize,
    /// Columns of `analysis` whose values are strata, such as `role`; several are separated by commas, and their combinations are strata.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    by: Vec<String>,
    /// How the sample is divided among the values of --by.
    #[arg(long, value_enum, value_name = "HOW", default_value_t, requires = "by")]
    allocation: HowDivided,
    /// Minimum of each stratum; a smaller stratum is drawn whole.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    at_least: u32,
    /// For rare targets: draw segments more often that are relevant for a target, apart for each target. The top 5 %, the next 15 %, the
    /// next 30 % and the rest get 40, 25, 20 and 15 % of the sample.
    #[arg(long)]
    relevance: bool,
    /// The coders, separated by commas. The units are divided among them.
    #[arg(long, value_name = "NAME", value_delimiter = ',', default_value = "coder")]
    coders: Vec<String>,
    /// Share of the segments that every coder codes, for agreement: 0 to 1 [default: 0.1 with several coders].
    #[arg(long, value_name = "SHARE")]
    twice: Option<f64>,
    /// Targets to code, separated by commas [default: all targets of the study].
    #[arg(long, value_name = "ID", value_delimiter = ',', conflicts_with_all = ["sentiment", "code"])]
    targets: Vec<String>,
    /// Code tone instead of stance: negative, neutral or positive.
    #[arg(long, conflicts_with_all = ["code", "relevance"])]
    sentiment: bool,
    /// Code a variable of your own, such as `claims_credit`, instead of stance. Its rules are those of `[[codes]]` in the study of the results, or
    /// of the file of --codebook.
    #[arg(long, value_name = "NAME", conflicts_with = "relevance")]
    code: Option<String>,
    /// Codebook of the variable of --code: TOML with `definition`, `[[codes]]` with `id` and `definition`, and if wanted `[[examples]]` and
    /// `edge_cases`.
    #[arg(long, value_name = "FILE", requires = "code")]
    codebook: Option<PathBuf>,
    /// Draw only from segments with a value in a column of `analysis`; repeated for one column, either value. An empty value is a missing
    /// one.
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = condition)]
    only: Vec<(String, String)>,
    /// Do not draw from segments with a value in a column of `analysis`, such as `role=chair`.
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = condition)]
    without: Vec<(String, String)>,
    /// Seed of the draw [default: that of the study].
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

const AFTER_HELP: &str = "Examples:
  plenary sample results --out sample
                             200 segments, drawn at random
  plenary sample results --out sample --coders ann,ben --twice 0.2
                             Two coders; both code a fifth of the segments
  plenary sample results --out sample --by role --allocation equal
                             As many segments of each role
  plenary sample results --out sample --relevance --size 300
                             More segments that concern a rare target";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum HowDivided {
    /// In proportion to their numbers of segments
    #[default]
    Proportional,
    /// The same number for each, to compare them
    Equal,
}

/// A column and a value.
pub(super) fn condition(text: &str) -> Result<(String, String), String> {
    let (column, value) = text.split_once('=').ok_or("expected COLUMN=VALUE, such as role=chair")?;
    if column.trim().is_empty() {
        return Err("expected the name of a column before `=`".into());
    }
    Ok((column.trim().to_owned(), value.trim().to_owned()))
}

/// Conditions by column.
fn conditions(given: &[(String, String)]) -> Vec<Condition> {
    let mut conditions: Vec<Condition> = Vec::new();
    for (column, value) in given {
        match conditions.iter_mut().find(|one| one.column == *column) {
            Some(known) => known.values.push(value.clone()),
            None => conditions.push(Condition { column: column.clone(), values: vec![value.clone()] }),
        }
    }
    conditions
}

pub(crate) fn run(args: &SampleArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    check_place(&args.out)?;
    if args.coders.len() == 1 && args.twice.is_some_and(|share| share > 0.0) {
        anyhow::bail!(
            "--twice needs several coders, who code the same segments; name them with --coders, such as ann,ben"
        );
    }
    let results = Results::open(&args.results, Check::Full)?;
    let (variable, questions) = match (&args.code, &args.codebook) {
        (Some(name), Some(path)) => (Variable::Code(name.clone()), Questions::of_variable(name, own_codebook(path)?)),
        (Some(name), None) => (Variable::Code(name.clone()), Questions::of_code(results.study(), name)?),
        _ if args.sentiment => (Variable::Sentiment, Questions::of_sentiment()),
        _ => (Variable::Stance, Questions::of_stance(results.study(), &args.targets)?),
    };
    let design = Design {
        variable,
        size: args.size,
        seed: args.seed.unwrap_or(results.study().seed),
        by: args.by.iter().map(|column| column.trim().to_owned()).collect(),
        allocation: match args.allocation {
            HowDivided::Proportional => Allocation::Proportional,
            HowDivided::Equal => Allocation::Equal,
        },
        at_least: args.at_least as usize,
        relevance: args.relevance,
        only: conditions(&args.only),
        without: conditions(&args.without),
        twice: args.twice.unwrap_or(if args.coders.len() > 1 { 0.1 } else { 0.0 }),
        coders: args.coders.iter().map(|name| name.trim().to_owned()).collect(),
    };
    let drawn = draw(&results, design, questions)?;
    let files = drawn.write(&results, &args.out)?;
    print(&summary(&drawn))?;
    if !verbosity.quiet {
        let pages: Vec<&str> = files.iter().map(String::as_str).filter(|name| name.starts_with("coding")).collect();
        message(
            &format!(
                "wrote {} into {}. Open {} in a browser, or fill in the column `label` of the table; keep sample.toml",
                plural(files.len(), "file"),
                args.out.display(),
                pages.join(" or ")
            ),
            "",
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// What was drawn, in words.
fn summary(drawn: &Drawn) -> String {
    let sample = &drawn.sample;
    let mut text = format!("Sample {}: {} to code\n", sample.id, plural(drawn.units.len(), "unit"));
    let with_targets = sample.strata.iter().any(|stratum| !stratum.target.is_empty());
    let mut header = vec!["stratum"];
    if with_targets {
        header.push("target");
    }
    header.extend(["segments", "drawn", "probability", "meaning"]);
    let first = header.len() - 4;
    let mut rows = table(&header, first..first + 3);
    for stratum in &sample.strata {
        let mut row = vec![format!("  {}", stratum.id)];
        if with_targets {
            row.push(stratum.target.clone());
        }
        row.extend([
            stratum.n_population.to_string(),
            stratum.n_sample.to_string(),
            format!("{:.4}", stratum.inclusion_probability),
            stratum.meaning.clone(),
        ]);
        rows.add_row(row);
    }
    text.push_str(&format!("{}\n", rows.trim_fmt()));
    let coders = &sample.design.coders;
    if coders.len() > 1 {
        let n_of = |coder: usize| drawn.coders.iter().filter(|of| of.contains(&coder)).count();
        let each: Vec<String> = coders.iter().enumerate().map(|(at, name)| format!("{name} {}", n_of(at))).collect();
        let by_all = drawn.coders.iter().filter(|of| of.len() == coders.len()).count();
        text.push_str(&format!("Units by coder: {}; {by_all} by all\n", each.join(", ")));
    }
    text
}
