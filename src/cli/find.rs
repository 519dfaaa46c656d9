//! `plenary find`: words in context.
//!
//! **Input**: a pattern and a results folder. **Output**: every place where it occurs, as aligned lines, CSV or a page; or counts. **Refused**:
//! patterns and columns that are not valid.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::{Args, ValueEnum};
use plenary_report::find::{self, Counts, Hit, Kind, Order};
use plenary_report::{FindOptions, find as find_places};
use textwrap::core::display_width;

use super::Verbosity;
use super::correct::write_whole;
use super::output::{ignore_broken_pipe, message, one_line, plural, print, table, terminal_width};
use super::report::check_place;
use crate::table::{Check, Results};

/// Find words in context: every place with its speaker, document, page and line.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct FindArgs {
    /// Word or phrase, as it is written; with --regex a regular expression.
    #[arg(value_name = "PATTERN")]
    pattern: String,
    /// Results folder that a run wrote.
    #[arg(value_name = "RESULTS")]
    results: PathBuf,
    /// The pattern is a regular expression (syntax of the Rust crate `regex`).
    #[arg(long, conflicts_with = "stem")]
    regex: bool,
    /// Find all forms of the words, by the stemmer of each document's language: `tax` also finds `taxes` and `taxed`.
    #[arg(long, conflicts_with_all = ["case", "word"])]
    stem: bool,
    /// Capital and small letters differ.
    #[arg(long)]
    case: bool,
    /// Find whole words only: `tax` does not find `taxes`.
    #[arg(long)]
    word: bool,
    /// Search only segments with a value in a column of `analysis`, such as party=Labour; repeated for one column, either value. An empty value
    /// is a missing one, and a date may be a year or a month.
    #[arg(long = "where", value_name = "COLUMN=VALUE", value_parser = super::sample::condition)]
    conditions: Vec<(String, String)>,
    /// Order of the places.
    #[arg(long, value_enum, value_name = "ORDER", default_value_t)]
    sort: Sort,
    /// Words on each side; 0 for the whole segment.
    #[arg(long, value_name = "N", default_value_t = 10)]
    context: usize,
    /// Show also N segments before and after each place, in the same document, with their speakers.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = around, conflicts_with_all = ["context", "count", "by"])]
    around: usize,
    /// Print only how many places and segments there are.
    #[arg(long, conflicts_with_all = ["csv", "html", "sort"])]
    count: bool,
    /// Count by the values of a column of `analysis`, such as party.
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["html", "sort"])]
    by: Option<String>,
    /// Print CSV, with the whole segments.
    #[arg(long, conflicts_with = "context")]
    csv: bool,
    /// Write a page instead of printing. A page of plenary is replaced; another file is not.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["csv", "context"])]
    html: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Sort {
    /// As in the documents
    #[default]
    Text,
    /// By the words to the left
    Left,
    /// By the words to the right
    Right,
}

const AFTER_HELP: &str = "Examples:
  plenary find \"common standards\" results
                             Every place with the phrase
  plenary find --stem cooperate results --where role=speaker --sort right
                             All forms of a word, in the order of what follows
  plenary find --regex 'climate (change|crisis)' results --by party
                             Counts by party

Exit codes: 0 something was found; 1 nothing was found; 2 error";

/// Largest width of a speaker and of a document: on terminals that are narrower than `NARROW`, and elsewhere.
const MOST_WIDTH: (usize, usize) = (16, 30);
/// Columns of a terminal on which names are shortened more.
const NARROW: usize = 120;

fn around(text: &str) -> Result<usize, String> {
    let n = text.parse().ok().filter(|n| *n <= find::MOST_AROUND);
    n.ok_or_else(|| format!("expected a whole number up to {}", find::MOST_AROUND))
}

pub(crate) fn run(args: &FindArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    if let Some(out) = &args.html {
        check_place(out)?;
    }
    let results = Results::open(&args.results, Check::Quick)?;
    let mut options = FindOptions::default();
    options.pattern.clone_from(&args.pattern);
    options.kind = match (args.regex, args.stem) {
        (true, _) => Kind::Regex,
        (_, true) => Kind::Stem,
        _ => Kind::Phrase,
    };
    options.case = args.case;
    options.word = args.word;
    options.conditions.clone_from(&args.conditions);
    options.around = args.around;
    options.order = match args.sort {
        Sort::Text => Order::Text,
        Sort::Left => Order::Left,
        Sort::Right => Order::Right,
    };
    if args.count || args.by.is_some() {
        return print_counts(&results, &options, args);
    }
    let found = find_places(&results, &options)?;
    warn_of_stems(&found.without_stemmer);
    if let Some(out) = &args.html {
        let title = title(args, &results.study().name);
        write_whole(out, find::html(&found, &title).as_bytes())?;
        if !verbosity.quiet {
            message(&format!("wrote {} to {}", plural(found.hits.len(), "place"), out.display()), "");
        }
    } else if args.csv {
        let bytes = find::csv(&found).context("cannot write the places as CSV")?;
        let mut out = io::stdout().lock();
        ignore_broken_pipe(out.write_all(&bytes).and_then(|()| out.flush()))
            .context("cannot write to standard output")?;
    } else {
        if args.around > 0 {
            print_blocks(&found.hits)?;
        } else {
            print_lines(&found.hits, args.context)?;
        }
        if !verbosity.quiet {
            message(&format!("{} in {}", plural(found.hits.len(), "place"), plural(found.n_segments, "segment")), "");
        }
    }
    if !found.hits.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    explain_nothing(&results, &options)?;
    Ok(ExitCode::from(1))
}

/// Says which condition is the reason that nothing was found, if one is.
fn explain_nothing(results: &Results, options: &FindOptions) -> anyhow::Result<()> {
    let Some(unmet) = find::unmet(results, options)? else { return Ok(()) };
    let quoted = |values: &[String], with: &str| {
        let shown = values.iter().map(|value| if value.is_empty() { "(none)".into() } else { clean(&one_line(value)) });
        shown.collect::<Vec<_>>().join(with)
    };
    let has = if unmet.has.is_empty() {
        "the column is empty".to_owned()
    } else {
        format!("the column has, among others: {}", quoted(&unmet.has, "; "))
    };
    message(&format!("note: no segment has {} = {}; {has}", unmet.column, quoted(&unmet.values, " or ")), "      ");
    Ok(())
}

/// What was searched, how, and where: "“tax” (all forms; party=Hill) in Budget debates".
fn title(args: &FindArgs, study: &str) -> String {
    let chosen = [
        (args.regex, "regular expression"),
        (args.stem, "all forms"),
        (args.word, "whole words"),
        (args.case, "case as written"),
    ];
    let how = chosen.into_iter().filter(|(is_chosen, _)| *is_chosen).map(|(_, what)| what.to_owned());
    let conditions = args.conditions.iter().map(|(column, value)| format!("{column}={value}"));
    let how: Vec<String> = how.chain(conditions).collect();
    let how = if how.is_empty() { String::new() } else { format!(" ({})", how.join("; ")) };
    format!("“{}”{how} in {study}", args.pattern)
}

fn warn_of_stems(languages: &std::collections::BTreeSet<String>) {
    if !languages.is_empty() {
        let languages: Vec<&str> = languages.iter().map(String::as_str).collect();
        let text = format!(
            "note: no stemmer for {}; words of these documents are found only as they are",
            languages.join(", ")
        );
        message(&text, "      ");
    }
}

fn print_counts(results: &Results, options: &FindOptions, args: &FindArgs) -> anyhow::Result<ExitCode> {
    let counts = find::count(results, options, args.by.as_deref())?;
    warn_of_stems(&counts.without_stemmer);
    let n: usize = counts.rows.values().map(|count| count.matches).sum();
    match &args.by {
        None => {
            let segments: usize = counts.rows.values().map(|count| count.segments).sum();
            print(&format!("{} in {}\n", plural(n, "place"), plural(segments, "segment")))?;
        }
        Some(column) if args.csv => print(&counts_as_csv(&counts, column)?)?,
        Some(column) => {
            let mut shown = table(&[column, "places", "segments", "searched", "per 1000"], 1..5);
            for (value, count) in &counts.rows {
                let rate = 1000.0 * count.segments as f64 / count.searched.max(1) as f64;
                shown.add_row([
                    if value.is_empty() { "(none)".to_owned() } else { one_line(value).into_owned() },
                    count.matches.to_string(),
                    count.segments.to_string(),
                    count.searched.to_string(),
                    format!("{rate:.1}"),
                ]);
            }
            print(&format!("{}\n", shown.trim_fmt()))?;
        }
    }
    if n > 0 {
        return Ok(ExitCode::SUCCESS);
    }
    explain_nothing(results, options)?;
    Ok(ExitCode::from(1))
}

fn counts_as_csv(counts: &Counts, column: &str) -> anyhow::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([column, "places", "segments", "searched"])?;
    for (value, count) in &counts.rows {
        let numbers = [count.matches, count.segments, count.searched].map(|number| number.to_string());
        writer.write_record(std::iter::once(value.clone()).chain(numbers))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// Signs before and after a match: colours on a terminal.
fn emphasis() -> (&'static str, &'static str) {
    let colours = terminal_width().is_some() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    if colours { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") }
}

/// A text without control characters: those of a transcript must not reach the terminal.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Each place as a block: where it is, the segments before it, its segment, the segments after it. Speakers are named where they change.
fn print_blocks(hits: &[Hit]) -> anyhow::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for (at, hit) in hits.iter().enumerate() {
        let blank = if at > 0 { "\n" } else { "" };
        let written = out.write_all(format!("{blank}{}", block(hit, emphasis())).as_bytes());
        if written.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
            return Ok(());
        }
        written.context("cannot write to standard output")?;
    }
    ignore_broken_pipe(out.flush()).context("cannot write to standard output")
}

fn block(hit: &Hit, (start, end): (&str, &str)) -> String {
    let own = format!("{}{start}{}{end}{}", clean(hit.left()), clean(hit.matched()), clean(hit.right()));
    let neighbour = |of: &Arc<find::Neighbour>| (' ', of.speaker.clone(), clean(&of.text));
    let lines = hit.before.iter().map(neighbour);
    let lines = lines.chain([('>', hit.speaker.clone(), own)]).chain(hit.after.iter().map(neighbour));
    let [_, place, ..] = cells(hit, 0, usize::MAX);
    let mut shown = format!("{place}\n");
    let mut before: Option<Option<String>> = None;
    for (sign, speaker, text) in lines {
        let name = speaker.as_deref().map_or_else(|| "unknown speaker".to_owned(), clean);
        let name = if before.as_ref() == Some(&speaker) { String::new() } else { format!("{name}: ") };
        before = Some(speaker);
        shown.push_str(&format!("{sign} {name}{text}\n"));
    }
    shown
}

/// Aligned lines: who, where, left, match, right. Colours only on a terminal.
fn print_lines(hits: &[Hit], context: usize) -> anyhow::Result<()> {
    let terminal = terminal_width();
    let most = if terminal.is_some_and(|width| width < NARROW) { MOST_WIDTH.0 } else { MOST_WIDTH.1 };
    let rows: Vec<[String; 5]> = hits.iter().map(|hit| cells(hit, context, most)).collect();
    let widest = |column: usize| rows.iter().map(|row| display_width(&row[column])).max().unwrap_or(0);
    let widths = [widest(0), widest(1)];
    // The sides share what the terminal leaves; elsewhere they are as long as they are.
    let left = match terminal {
        Some(width) => widest(2).min(width.saturating_sub(widths[0] + widths[1] + 6) / 2).max(10),
        None => widest(2),
    };
    let (start, end) = emphasis();
    let mut out = io::BufWriter::new(io::stdout().lock());
    for [who, place, before, matched, after] in &rows {
        let before = last_columns(before, left);
        let mut after = after.clone();
        if let Some(width) = terminal {
            let used = widths[0] + widths[1] + 6 + left + display_width(matched);
            after = first_columns(&after, width.saturating_sub(used));
        }
        let line = format!(
            "{}  {}  {}{before}{start}{matched}{end}{after}\n",
            padded(who, widths[0]),
            padded(place, widths[1]),
            " ".repeat(left.saturating_sub(display_width(&before))),
        );
        let written = out.write_all(line.as_bytes());
        if written.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
            return Ok(());
        }
        written.context("cannot write to standard output")?;
    }
    ignore_broken_pipe(out.flush()).context("cannot write to standard output")
}

/// The cells of a line; names are at most `most` columns wide, dates and places are whole.
fn cells(hit: &Hit, context: usize, most: usize) -> [String; 5] {
    let speaker = hit.speaker.as_deref().unwrap_or("unknown speaker");
    let who = match &hit.party {
        Some(party) => format!("{speaker} ({party})"),
        None => speaker.to_owned(),
    };
    let date = hit.date.map(|date| format!("{date} ")).unwrap_or_default();
    let place = hit.place.map(|place| format!(", {}", place.in_words())).unwrap_or_default();
    let (left, right) = (clean(hit.left()), clean(hit.right()));
    [
        first_columns(&clean(&who), most),
        format!("{date}{}{place}", first_columns(&clean(&hit.document), most)),
        words(&left, context, Side::Left),
        clean(hit.matched()),
        words(&right, context, Side::Right),
    ]
}

#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
}

/// The words beside the match, with the blank between; all if `n` is 0.
fn words(text: &str, n: usize, side: Side) -> String {
    if n == 0 {
        return text.to_owned();
    }
    let starts: Vec<usize> =
        text.split_whitespace().map(|word| word.as_ptr() as usize - text.as_ptr() as usize).collect();
    if starts.len() <= n {
        return text.to_owned();
    }
    match side {
        Side::Left => format!("… {}", &text[starts[starts.len() - n]..]),
        Side::Right => format!("{} …", text[..starts[n]].trim_end()),
    }
}

/// The start of a text, as wide as fits.
fn first_columns(text: &str, width: usize) -> String {
    if display_width(text) <= width {
        return text.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let fits = |c: &char| {
        let fits = columns(*c) <= left;
        left = left.saturating_sub(columns(*c));
        fits
    };
    let start: String = text.chars().take_while(fits).collect();
    if width > 0 { start + "…" } else { start }
}

/// The end of a text, as wide as fits.
fn last_columns(text: &str, width: usize) -> String {
    if display_width(text) <= width {
        return text.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let mut start = text.len();
    for (at, c) in text.char_indices().rev() {
        if columns(c) > left {
            break;
        }
        left -= columns(c);
        start = at;
    }
    format!("…{}", &text[start..])
}

/// Columns that a character takes on a terminal.
fn columns(c: char) -> usize {
    display_width(c.encode_utf8(&mut [0; 4]))
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(display_width(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_is_that_many_words() {
        assert_eq!(words("one two three ", 2, Side::Left), "… two three ");
        assert_eq!(words(", four five six", 2, Side::Right), ", four …");
        assert_eq!(words(" a b", 2, Side::Right), " a b");
        assert_eq!(words("a b c d ", 0, Side::Left), "a b c d ");
        assert_eq!(words("", 3, Side::Left), "");
    }

    #[test]
    fn texts_are_cut_at_columns_of_the_terminal() {
        assert_eq!(first_columns("abcdef", 4), "abc…");
        assert_eq!(last_columns("abcdef", 4), "…def");
        assert_eq!(first_columns("日本語", 4), "日…");
        assert_eq!(display_width(&first_columns("日本語日本語", 5)), 5);
        assert_eq!(first_columns("abc", 0), "");
        assert_eq!(padded("ab", 4), "ab  ");
    }
}
