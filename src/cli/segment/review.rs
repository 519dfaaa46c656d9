//! `plenary segment --review` and `--audit`: sheets for a person, and what follows from the answers.

use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use serde_json::json;

use super::super::correct::{read_sheet, write_whole};
use super::super::output::{message, plural, print};
use crate::corpus::Transcript;
use crate::review;

/// Refuses a sheet that cannot be written or would be overwritten, before anything is read.
pub(super) fn check_place(sheet: &Path, force: bool) -> anyhow::Result<()> {
    if !is_page(sheet) && sheet.extension().is_none_or(|extension| extension != "csv") {
        bail!("{}: a sheet is a CSV or an HTML file; its name must end in .csv or .html", sheet.display());
    }
    if sheet.exists() && !force {
        bail!(
            "{}: there is a sheet already, perhaps with answers; choose another name, or pass --force to replace it",
            sheet.display()
        );
    }
    Ok(())
}

fn is_page(sheet: &Path) -> bool {
    sheet.extension().is_some_and(|extension| extension == "html" || extension == "htm")
}

/// Writes the doubtful turns, or a random sample of all turns: the number of draws and the seed.
pub(super) fn write(path: &Path, transcripts: &[Transcript], draws: Option<(usize, u64)>) -> anyhow::Result<()> {
    let sheet = match draws {
        Some((n, seed)) => review::sample(transcripts, n, seed),
        None => review::doubtful(transcripts),
    };
    let n_turns: usize = transcripts.iter().map(|transcript| transcript.utterances.len()).sum();
    if sheet.rows.is_empty() {
        message(
            &format!(
                "none of the {} needs review; no sheet was written. --sample 60 writes a random sample instead",
                plural(n_turns, "turn")
            ),
            "",
        );
        return Ok(());
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes = if is_page(path) { sheet.to_html(&name).into_bytes() } else { sheet.to_csv() };
    write_whole(path, &bytes)?;
    let what = if draws.is_some() { "a random sample" } else { "all that need review" };
    print(&format!("{}: {} of {n_turns}, {what}\n", path.display(), plural(sheet.rows.len(), "turn")))?;
    let next = match (draws.is_some(), is_page(path)) {
        (_, true) => "Open it in a browser, answer, and save the answers",
        (_, false) => "Answer in its column `answer`: right, speaker, join, split, not_speech or unsure",
    };
    let then = if draws.is_some() { "plenary segment --audit SHEET" } else { "plenary correct SHEET" };
    message(&format!("{next}; then run `{then}`"), "");
    Ok(())
}

/// Prints the estimate from the answers of a sample.
pub(super) fn audit(path: &Path, as_json: bool) -> anyhow::Result<ExitCode> {
    let found = review::audit(&read_sheet(path)?)?;
    if as_json {
        let value = json!({
            "share_wrong": found.share,
            "interval_low": found.interval.0,
            "interval_high": found.interval.1,
            "confidence_level": 0.95,
            "n_draws": found.n_draws,
            "n_turns": found.n_turns,
            "n_documents": found.n_documents,
            "n_wrong": found.n_wrong,
            "n_unsure": found.n_unsure,
        });
        print(&format!("{value}\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let percent = |share: f64| format!("{:.1} %", share * 100.0);
    let mut text = format!(
        "words with the wrong speaker  {} (95 % interval {} to {})\nsample                        {} of {}: {}\nwrong turns                   {}\n",
        percent(found.share),
        percent(found.interval.0),
        percent(found.interval.1),
        plural(found.n_turns, "turn"),
        plural(found.n_documents, "document"),
        plural(found.n_draws, "draw"),
        found.n_wrong,
    );
    if found.n_unsure > 0 {
        text.push_str(&format!("unsure, counted as wrong      {}\n", found.n_unsure));
    }
    text.push_str("The estimate is about words in turns. Speech outside all turns is not part of it.\n");
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}
