//! Results for people: one HTML page about a run, words in context, and what changed between two runs.
//!
//! **Input:** opened results ([`Results`]); for the report also the tables that a validation wrote. **Output:** a
//! [`report()`] as one HTML file, the places of a pattern ([`find()`]), or a comparison of two runs ([`compare()`](compare::compare)). The
//! tables are read some thousand rows at a time, so that a corpus of any size fits in memory. **Refused:** results whose tables do not fit
//! each other, columns that do not exist, patterns that are not valid. **Left to others:** measuring, estimating (plenary-measure), where
//! files are and how a terminal prints them.
//!
//! `gather` reads what the report shows, `draw` turns it into HTML and SVG, `find` searches, `compare` sets two runs side by side, `place`
//! finds pages and lines, `embed` makes HTML files that refer to nothing outside them.

pub mod compare;
mod draw;
pub mod embed;
mod error;
pub mod find;
mod gather;
mod options;
mod place;
mod validation;

pub use error::ReportError;
pub use find::{FindOptions, Found, find};
pub use options::ReportOptions;
pub use place::Place;
pub use validation::Validation;

use plenary_tables::Results;

/// What the first lines of a report contain, so that a program can tell it from other files.
pub const MARK: &str = "<meta name=\"generator\" content=\"plenary report\">";

/// The report of results as one HTML file. Equal results and options give the same bytes.
///
/// # Errors
/// [`ReportError`] if the tables cannot be read or do not fit each other, an option is out of range, or tables of a validation were made
/// from another run.
pub fn report(results: &Results, validation: &[Validation], options: &ReportOptions) -> Result<String, ReportError> {
    options.check()?;
    validation.iter().try_for_each(|one| one.check(results))?;
    let gathered = gather::gather(results, options)?;
    Ok(draw::page(&gathered, validation))
}
