//! Splits of themes: from segments of results, or a number of parts, to a decision.
//!
//! **Input:** results, a theme, and the segments that parts consist of or the number of parts. **Output:** the file `themes.toml` with
//! the split, and what the themes are then. **Refused:** segments that do not exist or are not of the theme. **Left to others:** the
//! clustering (`plenary_measure::themes`), and runs that apply the decision.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use plenary_corpus::progress::Progress;
use plenary_measure::themes::{EditError, Split, SplitPart, SplitProblem, ThemeEdits, ThemeOptions, text_id};
use plenary_tables::schema::SegmentRow;
use plenary_tables::{Check, Results};

use super::decisions::DecisionsFile;
use super::{EDITS, ThemeEditsError, registry_of};

/// Number of typical texts of each theme that are shown.
const SHOWN: usize = 3;

/// How a theme is split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SplitInto {
    /// Around segments.
    Segments {
        /// Ids of segments that stay; none if the rest of the theme stands for what stays.
        stays: Vec<String>,
        /// Ids of the segments of each new theme.
        parts: Vec<Vec<String>>,
    },
    /// Into at most this number of themes that its texts fall into.
    Number(usize),
}

/// What a theme is after a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitTheme {
    /// The theme.
    pub theme_id: String,
    /// Number of its distinct texts that were fitted.
    pub n_texts: usize,
    /// Typical texts.
    pub texts: Vec<String>,
}

/// A split that was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The file that holds the decision.
    pub file: PathBuf,
    /// The theme that was split, and the new ones.
    pub themes: Vec<SplitTheme>,
}

/// Adds a split to the file beside the registry of results.
///
/// # Errors
/// [`ThemeEditsError`] if the results cannot be read, or the split does not fit the themes.
pub fn split(
    results: &Path,
    theme: &str,
    into: &SplitInto,
    seed: u64,
    progress: &dyn Progress,
) -> Result<Decided, ThemeEditsError> {
    let floor = ThemeOptions::default().confidence_floor;
    // Splits come first, so that the new themes are known without names and merges.
    let splits = |edits: &ThemeEdits| ThemeEdits { split: edits.split.clone(), ..ThemeEdits::default() };
    let registry = registry_of(results)?;
    let mut decisions = DecisionsFile::read(&results.join(EDITS), &registry)?;
    let mut edits = splits(&decisions.edits);
    let before = registry.clone().edited(&edits, floor)?;
    let segments = Results::open(results, Check::Quick)?.frame(SegmentRow::TABLE)?;
    let rows = SegmentRow::rows(&segments)?;
    let decided = match into {
        SplitInto::Number(n) => before.propose_split(theme, *n, seed, progress)?,
        SplitInto::Segments { stays, parts } => {
            let text_of: HashMap<&str, &str> = rows.iter().map(|row| (row.segment_id, row.text)).collect();
            let ids = |segments: &[String]| {
                let id = |segment: &String| match text_of.get(segment.as_str()) {
                    Some(text) => Ok(text_id(text)),
                    None => {
                        Err(ThemeEditsError::NoSegment { id: segment.clone(), results: results.display().to_string() })
                    }
                };
                segments.iter().map(id).collect::<Result<Vec<_>, _>>()
            };
            let part = |segments: &Vec<String>| {
                let mut seeds = ids(segments)?;
                // Segments with the same text are one text.
                seeds.sort_unstable();
                seeds.dedup();
                Ok(SplitPart { seeds })
            };
            Split {
                theme: theme.to_owned(),
                stays: ids(stays)?,
                parts: parts.iter().map(part).collect::<Result<_, ThemeEditsError>>()?,
            }
        }
    };
    decisions.split(&decided);
    edits.split.push(decided);
    let segment_of: HashMap<String, &str> = rows.iter().map(|row| (text_id(row.text), row.segment_id)).collect();
    let after = registry.clone().edited(&edits, floor).map_err(|error| in_segments(error, &segment_of))?;
    let file = decisions.save(registry)?;
    let by_id: HashMap<String, &str> = rows.iter().map(|row| (text_id(row.text), row.text)).collect();
    let n_texts = after.n_texts();
    let is_new = |id: &str| before.themes().iter().all(|known| known.theme_id != id);
    let shown =
        after.themes().iter().enumerate().filter(|(_, known)| known.theme_id == theme || is_new(&known.theme_id));
    let themes = shown.map(|(at, known)| {
        let typical = after.typical(&known.theme_id, SHOWN)?;
        let texts = typical.iter().filter_map(|id| by_id.get(id)).map(|text| (*text).to_owned()).collect();
        Ok::<_, ThemeEditsError>(SplitTheme { theme_id: known.theme_id.clone(), n_texts: n_texts[at], texts })
    });
    Ok(Decided { file, themes: themes.collect::<Result<_, _>>()? })
}

/// The error with the id of a segment in place of the id of its text.
fn in_segments(mut error: EditError, segment_of: &HashMap<String, &str>) -> EditError {
    if let EditError::Split { problem: SplitProblem::Elsewhere { seed } | SplitProblem::Twice { seed }, .. } =
        &mut error
        && let Some(segment) = segment_of.get(seed)
    {
        *seed = format!("of the segment {segment}");
    }
    error
}
