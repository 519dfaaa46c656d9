//! `plenary check-study`: tests of a study's wording before anything runs.
//!
//! **Input**: a study file. **Output**: how many tests the wording of each target passed, and findings as advice, as text or JSON.
//! **Refused**: studies that cannot be used, and studies without targets.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use super::Verbosity;
use super::output::{no_wrap, plural, print, table, wrapped};
use super::progress::{TerminalProgress, handle_ctrl_c};
use super::run::open_cache;
use crate::check_study::{CheckedStudy, Finding, Severity, Test, check_study};
use crate::engine::Work;
use crate::models::{Models, places};
use crate::pipeline::all_cores;
use crate::study::Study;

/// Test the wording of a study's targets with the stance model, without labels and before anything runs.
#[derive(Debug, Args)]
pub(crate) struct CheckStudyArgs {
    /// Study file with targets.
    #[arg(value_name = "STUDY")]
    study: PathBuf,
    /// Print counts and findings as JSON.
    #[arg(long)]
    json: bool,
    /// End with exit code 1 if there is a warning.
    #[arg(long)]
    strict: bool,
    /// Folder of models [default: the usual places].
    #[arg(long, value_name = "DIR", env = crate::models::VARIABLE)]
    models: Option<PathBuf>,
    /// Cache folder, where earlier model results are looked up [default: PLENARY_CACHE, then your cache folder].
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    /// Do not read or write the cache.
    #[arg(long, conflicts_with = "cache")]
    no_cache: bool,
}

pub(crate) fn run(args: &CheckStudyArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let study = Study::load(&args.study)?;
    let folders = Models::find(&places(args.models.as_deref()), &study.models, true)?;
    let models = Models::load(&folders)?;
    let cache = if args.no_cache { None } else { open_cache(args.cache.as_deref())? };
    handle_ctrl_c();
    let progress = TerminalProgress::new(verbosity.quiet);
    let work = Work { threads: all_cores(), progress: &progress, cache: cache.as_ref() };
    let checked = check_study(&study, &models, work);
    progress.finish();
    let checked = checked?;
    let text = if args.json {
        serde_json::to_string_pretty(&checked).context("cannot write the findings as JSON")? + "\n"
    } else {
        in_words(&checked)
    };
    print(&text)?;
    Ok(if args.strict && checked.has_warnings() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn in_words(checked: &CheckedStudy) -> String {
    let made: Vec<Test> = Test::ALL
        .into_iter()
        .filter(|test| checked.targets.iter().any(|target| target.count(*test).is_some()))
        .collect();
    let mut header = vec!["target"];
    header.extend(made.iter().map(|test| test.as_str()));
    let mut shown = table(&header, 1..header.len());
    no_wrap(&mut shown, &[0]);
    for target in &checked.targets {
        let counts = made.iter().map(|test| {
            target.count(*test).map_or_else(|| "-".to_owned(), |count| format!("{}/{}", count.n_passed, count.n))
        });
        shown.add_row(std::iter::once(target.target_id.clone()).chain(counts));
    }
    let mut text = format!(
        "Tests of the wording of {} with {}: passed of all\n\n{}\n",
        plural(checked.targets.len(), "target"),
        checked.model_id,
        shown.trim_fmt()
    );
    for (severity, title) in
        [(Severity::Warning, "Warnings"), (Severity::Advice, "Advice"), (Severity::NotTested, "Not tested")]
    {
        let of_severity: Vec<&Finding> =
            checked.findings.iter().filter(|finding| finding.severity == severity).collect();
        if of_severity.is_empty() {
            continue;
        }
        text.push_str(&format!("\n{title}\n"));
        for Finding { target_id, test, message, advice, .. } in of_severity {
            text.push_str(&format!(
                "{}\n{}\n",
                wrapped(&format!("{target_id}, {}: {message}.", test.as_str()), "  ", "    "),
                wrapped(advice, "    ", "    ")
            ));
        }
    }
    if checked.findings.is_empty() {
        text.push_str("\nNothing was found.\n");
    }
    text.push_str(&format!(
        "\n{}\n",
        wrapped(
            "That a wording passes does not say that labels on your texts are right; code a sample by hand for that (`plenary sample`).",
            "",
            ""
        )
    ));
    text
}
