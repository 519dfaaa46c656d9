//! `plenary agree`: how far people who coded the same segments agree.
//!
//! **Input**: files of hand codes. **Output**: coefficients with intervals and confusion tables, and a CSV file of the units with unequal
//! codes. **Refused**: repeated units and unknown labels, with the line; an existing file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{ArgGroup, Args};

use super::Verbosity;
use super::correct::write_whole;
use super::output::{message, plural, print, table, wrapped};
use crate::corpus::rounding::decimal;
use crate::table::made::{MadeFolder, MadeFrom, files_of};
use crate::validate::agree::{CompareOptions, Compared, compare, tables};
use crate::validate::coded::{CodedFile, Variable};
use crate::validate::drawn::{propositions_of, sample_of};
use crate::validate::sample::{SAMPLE_FILE, own_codebook};
use crate::validation::agreement::{AgreementOptions, Coefficient, Scale};

/// Measure how far people who coded the same segments agree.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("written").multiple(true)))]
pub(crate) struct AgreeArgs {
    /// Hand codes: CSV or XLSX files with the columns `segment_id`, `label`, and for several targets `target`. One file per coder, or a column
    /// `coder`.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The codes are of a variable of your own; if the files have a column `code`, its rows of this name are used. Without this
    /// option and --sentiment the labels show what was coded.
    #[arg(long, value_name = "NAME", conflicts_with = "sentiment")]
    code: Option<String>,
    /// The codes are of tone: negative, neutral or positive.
    #[arg(long)]
    sentiment: bool,
    /// Labels of a variable of your own from the lowest to the highest, with commas between them. Other labels are refused then.
    #[arg(long, value_name = "LABELS", value_delimiter = ',', conflicts_with = "sentiment")]
    order: Vec<String>,
    /// Folder that `plenary sample` wrote, with the codebook in sample.toml, or a codebook as TOML: its codes are the labels, in their
    /// order [default: the folder of the first file, if it has a sample.toml].
    #[arg(long, value_name = "PATH", conflicts_with = "order")]
    codebook: Option<PathBuf>,
    /// Draws of the bootstrap; 0 for no intervals.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    resamples: usize,
    /// Seed of the draws.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// CSV file for the segments with unequal codes, with a column for each coder.
    #[arg(long, value_name = "FILE", group = "written")]
    out: Option<PathBuf>,
    /// Folder for the tables `coefficients` and `disagreements` as Parquet and CSV; a report shows them (`plenary report --validation`).
    #[arg(long, value_name = "FOLDER", group = "written")]
    tables: Option<PathBuf>,
    /// Replace files that exist.
    #[arg(long, requires = "written")]
    force: bool,
}

pub(crate) fn run(args: &AgreeArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    if let Some(out) = args.out.as_ref().filter(|out| out.exists() && !args.force) {
        bail!("{} exists already; name another file, or pass --force to replace it", out.display());
    }
    let files: Vec<CodedFile> = args.files.iter().map(|path| CodedFile::load(path)).collect::<Result<_, _>>()?;
    let (of_codebook, codes) = codebook(args, &files)?;
    let options = CompareOptions {
        variable: match (&args.code, args.sentiment) {
            (Some(name), _) => Some(Variable::Code(name.clone())),
            (None, true) => Some(Variable::Sentiment),
            (None, false) => of_codebook,
        },
        order: if args.order.is_empty() { codes } else { args.order.clone() },
        bootstrap: AgreementOptions { resamples: args.resamples, seed: args.seed, ..AgreementOptions::default() },
    };
    let propositions = propositions_of(args.sample_folder(), &files)?;
    let compared = compare(&files, &options)?;
    let tables = tables(&compared);
    let prepare = |folder: &PathBuf| {
        let names: Vec<String> = tables.iter().flat_map(crate::table::export::Export::names).collect();
        MadeFolder::prepare(folder, "agree", &names, args.force)
    };
    let place = args.tables.as_ref().map(prepare).transpose()?;
    let texts: Vec<String> = compared.iter().map(in_words).collect();
    print(&texts.join("\n"))?;
    if let Some(out) = &args.out {
        let n = compared.iter().map(|one| one.disagreements.len()).sum();
        write_whole(out, &disagreements(&compared)?)?;
        if !verbosity.quiet {
            message(&format!("wrote {} into {}", plural(n, "segment"), out.display()), "");
        }
    }
    if let (Some(folder), Some(place)) = (&args.tables, place) {
        let coded = files.iter().flat_map(|file| &file.rows).filter(|row| !row.label.is_empty());
        let from = MadeFrom::codes(coded.map(|row| row.segment_id.as_str()), propositions);
        place.write(from, &files_of(&tables)?)?;
        if !verbosity.quiet {
            message(&format!("wrote coefficients and disagreements into {}", folder.display()), "");
        }
    }
    let none = compared.iter().all(|one| one.agreement.is_err());
    Ok(if none { ExitCode::from(2) } else { ExitCode::SUCCESS })
}

impl AgreeArgs {
    /// The folder or file that was named and is a sample, not a codebook.
    fn sample_folder(&self) -> Option<&Path> {
        self.codebook.as_deref().filter(|path| !is_codebook(path))
    }
}

/// Whether a path is a codebook, not a sample.
fn is_codebook(path: &Path) -> bool {
    path.is_file() && path.file_name().is_none_or(|name| name != SAMPLE_FILE)
}

/// What was coded, and the labels in their order, by the codebook that was named or lies beside the codes.
fn codebook(args: &AgreeArgs, files: &[CodedFile]) -> anyhow::Result<(Option<Variable>, Vec<String>)> {
    if let Some(path) = args.codebook.as_deref().filter(|path| is_codebook(path)) {
        let codes = own_codebook(path)?.codes.into_iter().map(|code| code.id).collect();
        return Ok((Some(Variable::Code(args.code.clone().unwrap_or_default())), codes));
    }
    let Some(sample) = sample_of(args.sample_folder(), files)? else { return Ok((None, Vec::new())) };
    let codes = match sample.design.variable {
        Variable::Code(_) => sample.questions.codes().into_iter().map(str::to_owned).collect(),
        Variable::Stance | Variable::Sentiment => Vec::new(),
    };
    Ok((Some(sample.design.variable), codes))
}

fn in_words(compared: &Compared) -> String {
    let name = match (&compared.variable, compared.item.as_str()) {
        (variable @ (Variable::Stance | Variable::Sentiment), "") => variable.to_string(),
        (Variable::Stance, item) => format!("stance towards {item}"),
        (_, "") => "codes".to_owned(),
        (_, item) => format!("code `{item}`"),
    };
    let found = match &compared.agreement {
        Err(error) => return format!("{name}: {error}\n"),
        Ok(found) => found,
    };
    let mut text = format!(
        "Agreement on {name}: {} of {} by at least two of {} coders ({})\n",
        found.n_pairable,
        plural(found.n_units, "segment"),
        compared.coders.len(),
        compared.coders.join(", ")
    );
    let mut rows = table(&["  coefficient", "value", "95 % interval"], 1..3);
    let mut row = |name: String, of: &Coefficient| {
        let value = of.value.map_or_else(|| "-".to_owned(), decimal);
        let interval =
            of.interval.map_or_else(|| "-".to_owned(), |(low, high)| format!("[{}, {}]", decimal(low), decimal(high)));
        rows.add_row([format!("  {name}"), value, interval]);
    };
    row("share of pairs that agree".into(), &found.percent);
    row("Fleiss' kappa".into(), &found.fleiss);
    row("Krippendorff's alpha, nominal".into(), &found.alpha_nominal);
    if let Some(alpha) = &found.alpha_ordinal {
        row("Krippendorff's alpha, ordinal".into(), alpha);
    }
    if let Some(alpha) = &found.alpha_interval {
        row("Krippendorff's alpha, interval".into(), alpha);
    }
    for pair in &found.pairs {
        let [first, second] = [pair.coders.0, pair.coders.1].map(|at| compared.coders[at].as_str());
        if found.pairs.len() > 1 {
            row(format!("share equal, {first} and {second} ({})", pair.n_units), &pair.percent);
        }
        row(format!("Cohen's kappa, {first} and {second} ({})", pair.n_units), &pair.cohen);
    }
    text.push_str(&format!("{}\n", rows.trim_fmt()));
    for pair in &found.pairs {
        let [first, second] = [pair.coders.0, pair.coders.1].map(|at| compared.coders[at].as_str());
        let mut header = vec![format!("  {first}")];
        header.extend(compared.labels.iter().map(|label| format!("{second}: {label}")));
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        let mut rows = table(&header, 1..header.len());
        for (label, counts) in compared.labels.iter().zip(&pair.confusion) {
            rows.add_row(std::iter::once(format!("  {label}")).chain(counts.iter().map(ToString::to_string)));
        }
        text.push_str(&format!("{}\n", rows.trim_fmt()));
    }
    if compared.scale == Scale::Nominal && compared.labels.len() > 2 {
        let note = format!("The labels have no order ({}). Pass --order to give them one.", compared.labels.join(", "));
        text.push_str(&format!("{}\n", wrapped(&note, "", "")));
    }
    text
}

fn disagreements(compared: &[Compared]) -> anyhow::Result<Vec<u8>> {
    let mut coders: Vec<&str> = compared.iter().flat_map(|one| one.coders.iter().map(String::as_str)).collect();
    coders.sort_unstable();
    coders.dedup();
    let mut rows = csv::Writer::from_writer(Vec::new());
    let header = ["segment_id", "target"].into_iter().chain(coders.iter().copied());
    rows.write_record(header).context("cannot write the segments")?;
    for one in compared {
        for unit in &one.disagreements {
            let label = |coder: &&str| {
                let at = one.coders.iter().position(|of| of == coder);
                at.and_then(|at| unit.labels[at].as_deref()).unwrap_or_default()
            };
            let row = [unit.segment_id.as_str(), one.item.as_str()].into_iter().chain(coders.iter().map(label));
            rows.write_record(row).context("cannot write the segments")?;
        }
    }
    rows.into_inner().context("cannot write the segments")
}
