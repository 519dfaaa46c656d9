//! The tables and their columns. No other place names a column.
//!
//! **Input:** the declarations in the modules below, by subject. **Output:** for each table a row struct that `rows` fills (a column without a value, or
//! with one of another type, does not compile), the Parquet schema, and the text of the codebook. The doc comment of a
//! column is its description, `unit` is its unit, and a column is nullable exactly when it says what `null` means. The
//! columns that depend on the study are named by [`stance_column`], [`code_column`] and by [`Variable`]s. **Left to others:** how the values are computed.

mod added;
mod codings;
mod findings;
mod overview;
mod quality;
mod themes;
mod transcripts;

pub use added::*;
pub use codings::{CodingRow, EmbeddingRow, SentimentRow, StanceRow, VariableCodeRow};
pub use findings::{DictionaryTermRow, EstimateRow, ExchangeRow, GroupEstimateRow, GroupStanceRow, KeynessRow};
pub use overview::{AnalysisRow, CodebookRow, FailureRow};
pub use quality::{AgreementRow, CoderInputsRow, NeitherThresholdRow};
pub use themes::{SegmentThemeRow, ThemeCodeRow, ThemeGroupRow, ThemeHistoryRow, ThemePeriodRow, ThemeRow};
pub use transcripts::{BlockRow, DocumentRow, IssueRow, PersonRow, RunRow, SegmentRow, SpeakerRow, UtteranceRow};

use super::declare::Table;

/// The tables by subject, in the order in which they are described.
const SUBJECTS: [&[Table]; 6] =
    [transcripts::TABLES, codings::TABLES, themes::TABLES, findings::TABLES, quality::TABLES, overview::TABLES];

/// Number of tables.
const N_TABLES: usize = {
    let (mut n, mut at) = (0, 0);
    while at < SUBJECTS.len() {
        n += SUBJECTS[at].len();
        at += 1;
    }
    n
};

/// All tables, in the order in which they are described.
pub const TABLES: &[Table] = &{
    let mut all = [RunRow::TABLE; N_TABLES];
    let (mut n, mut subject) = (0, 0);
    while subject < SUBJECTS.len() {
        let mut at = 0;
        while at < SUBJECTS[subject].len() {
            all[n] = SUBJECTS[subject][at];
            n += 1;
            at += 1;
        }
        subject += 1;
    }
    all
};
