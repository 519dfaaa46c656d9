//! `plenary export`: results as files of other programs.
//!
//! **Input**: a results folder. **Output**: a folder with a `ConvoKit` corpus, CSV, TEI or texts. **Refused**: results that are not complete
//! and undamaged, a folder with other files, an earlier export without `--force`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};

use super::Verbosity;
use super::output::{message, plural};
use crate::export::{CsvOptions, CsvStyle, DocsOptions, Form, Unit, export};
use crate::table::{Check, Results};

/// Write results for other programs: `ConvoKit`, CSV for Excel, TEI, or texts with a table of metadata.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ExportArgs {
    #[command(subcommand)]
    form: FormArgs,
}

const AFTER_HELP: &str = "Examples:
  plenary export convokit results --out corpus
  plenary export csv results --table analysis,codebook --out for-excel
  plenary export docs results --unit person --out texts";

#[derive(Debug, Subcommand)]
enum FormArgs {
    /// Write a corpus of `ConvoKit`: a conversation per document, with measures as metadata.
    Convokit(PlaceArgs),
    /// Write tables as CSV that Excel opens: with a byte order mark, CR LF at the ends of lines, and an apostrophe before texts that Excel
    /// would compute as formulas. Vectors are left out.
    Csv(CsvArgs),
    /// Write a TEI file per document, as Parla-CLARIN recommends it, with measures of segments.
    Tei(PlaceArgs),
    /// Write texts, and metadata.csv with a row for each, as quanteda and readtext read them.
    Docs(DocsArgs),
}

#[derive(Debug, Args)]
struct PlaceArgs {
    /// Results folder that a run wrote.
    #[arg(value_name = "RESULTS")]
    results: PathBuf,
    /// Folder for the files: a new or empty one.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Replace an earlier export in the folder. Other files in it are never replaced.
    #[arg(long)]
    force: bool,
    /// Check the sizes of all files of the results, but the content only of the tables that are read.
    #[arg(long)]
    quick: bool,
}

#[derive(Debug, Args)]
struct CsvArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// Write only these tables, such as analysis,speakers [default: all tables].
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    table: Vec<String>,
    /// For Excel in countries that write 0,5: semicolons between cells, commas in numbers.
    #[arg(long)]
    decimal_comma: bool,
    /// For programs: no byte order mark, LF at the ends of lines, every text as it is.
    #[arg(long, conflicts_with = "decimal_comma")]
    plain: bool,
}

#[derive(Debug, Args)]
struct DocsArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// What a text holds.
    #[arg(long, value_enum, value_name = "UNIT", default_value_t)]
    unit: TextUnit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum TextUnit {
    /// What a speaker says in a document
    #[default]
    Speaker,
    /// What a person says in all documents
    Person,
    /// All turns of a document
    Document,
    /// A turn
    Turn,
}

pub(crate) fn run(args: &ExportArgs, verbosity: Verbosity) -> anyhow::Result<ExitCode> {
    let (place, form) = match &args.form {
        FormArgs::Convokit(place) => (place, Form::ConvoKit),
        FormArgs::Tei(place) => (place, Form::Tei),
        FormArgs::Csv(csv) => {
            let style = match (csv.plain, csv.decimal_comma) {
                (true, _) => CsvStyle::Plain,
                (false, true) => CsvStyle::SpreadsheetDecimalComma,
                (false, false) => CsvStyle::Spreadsheet,
            };
            let tables = csv.table.iter().map(|name| name.trim().to_owned()).collect();
            (&csv.place, Form::Csv(CsvOptions { tables, style }))
        }
        FormArgs::Docs(docs) => {
            let unit = match docs.unit {
                TextUnit::Speaker => Unit::Speaker,
                TextUnit::Person => Unit::Person,
                TextUnit::Document => Unit::Document,
                TextUnit::Turn => Unit::Turn,
            };
            (&docs.place, Form::Docs(DocsOptions { unit }))
        }
    };
    let results = Results::open(&place.results, if place.quick { Check::Quick } else { Check::Full })?;
    let exported = export(&results, &form, &place.out, place.force)?;
    if !verbosity.quiet {
        for note in &exported.notes {
            message(&format!("note: {note}"), "      ");
        }
        let counts: Vec<String> = exported.counts.iter().map(|(n, noun)| plural(*n, noun)).collect();
        message(&format!("wrote {} into {}", counts.join(", "), place.out.display()), "");
    }
    Ok(ExitCode::SUCCESS)
}
