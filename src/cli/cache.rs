//! `plenary cache`: the numbers that are stored for later runs, and how to remove them.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use crate::engine::cache;
use crate::models::cache_folder;
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use indicatif::HumanBytes;

use super::output::{plural, print, table};

/// Show, shrink or remove the cache of numbers from earlier runs.
#[derive(Debug, Args)]
pub(crate) struct CacheArgs {
    #[command(subcommand)]
    command: Command,
    /// Cache folder [default: PLENARY_CACHE, then your cache folder].
    #[arg(long, value_name = "DIR", global = true)]
    cache: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the path and size of the cache, and the number of rows by model or stage
    Stats,
    /// Remove rows that are old, or the oldest rows beyond a size
    Prune {
        /// Remove rows that were computed longer ago, such as `30d` or `12w`.
        #[arg(long, value_name = "AGE", value_parser = age)]
        older_than: Option<Duration>,
        /// Keep about this much, such as `500MB` or `2GB`; the oldest rows are removed first.
        #[arg(long, value_name = "SIZE", value_parser = size)]
        max_size: Option<u64>,
    },
    /// Remove the whole cache; later runs compute everything again
    Clear,
}

pub(crate) fn run(args: &CacheArgs) -> anyhow::Result<ExitCode> {
    let folder = cache_folder(args.cache.as_deref())?;
    match &args.command {
        Command::Stats => {
            let stats = cache::stats(&folder)?;
            let mut shown = table(&["model or stage", "engine", "rows", "sha256 of the model"], 2..3);
            for share in &stats.shares {
                shown.add_row([
                    share.model.clone(),
                    format!("{} {}", share.engine, share.version),
                    share.n_rows.to_string(),
                    share.sha256.chars().take(12).collect(),
                ]);
            }
            let size = HumanBytes(stats.bytes);
            print(&format!("{}, {size}\n\n{}\n", stats.path.display(), shown.trim_fmt()))?;
        }
        Command::Prune { older_than: None, max_size: None } => {
            bail!("nothing to remove was named; pass --older-than AGE, --max-size SIZE or both")
        }
        Command::Prune { older_than, max_size } => {
            let (gone, left) = cache::prune(&folder, *older_than, *max_size)?;
            let removed = plural(usize::try_from(gone).unwrap_or(usize::MAX), "row");
            print(&format!("{removed} removed, {left} left\n"))?;
        }
        Command::Clear => {
            let freed = cache::clear(&folder)?;
            print(&format!("removed {}\n", HumanBytes(freed)))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// `30d`, `12w`: days or weeks.
fn age(text: &str) -> anyhow::Result<Duration> {
    let days = match text.strip_suffix('w') {
        Some(weeks) => weeks.parse::<u64>().ok().and_then(|weeks| weeks.checked_mul(7)),
        None => text.strip_suffix('d').unwrap_or(text).parse::<u64>().ok(),
    };
    let seconds = days.and_then(|days| days.checked_mul(24 * 60 * 60));
    seconds.map(Duration::from_secs).context("expected days or weeks, such as 30d or 12w")
}

/// `500MB`, `2GB`: decimal units; a bare number is bytes.
fn size(text: &str) -> anyhow::Result<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let unit = match text[digits..].trim().to_lowercase().as_str() {
        "" | "b" => 1,
        "kb" | "k" => 1_000,
        "mb" | "m" => 1_000_000,
        "gb" | "g" => 1_000_000_000,
        _ => bail!("expected a size such as 500MB or 2GB"),
    };
    let n = text[..digits].parse::<u64>().ok().and_then(|n| n.checked_mul(unit));
    n.context("expected a size such as 500MB or 2GB")
}
