//! Sheets: turns in rows, with columns for the answers of a person.
//!
//! **Input**: rows, or a CSV file. **Output**: a CSV file that spreadsheet programs open, or rows. **Refused**: files without the
//! expected columns and rows that cannot be read, with the line.

use plenary_corpus::text::line_of_row;
use std::collections::HashMap;

use csv::{ReaderBuilder, WriterBuilder};
use plenary_attribute::{Anchor, anchor_words};

use super::html;

/// The columns of a sheet, in the order in which they are written.
pub(super) const COLUMNS: [&str; 16] = [
    "document",
    "lines",
    "speaker",
    "confidence",
    "why",
    "speaker_before",
    "before",
    "text",
    "answer",
    "correct_speaker",
    "from_words",
    "note",
    "n_words",
    "n_draws",
    "anchor_before",
    "anchor_words",
];

/// Turns for a person to review.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sheet {
    /// The turns, in the order of the documents.
    pub rows: Vec<SheetRow>,
}

/// A turn for a person to review, and the answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SheetRow {
    /// File name of the document.
    pub document: String,
    /// Lines of the turn: `12` or `12-15`.
    pub lines: String,
    /// Name of the speaker that was found; empty if the speaker is not known.
    pub speaker: String,
    /// Confidence of the turn, in [0, 1].
    pub confidence: String,
    /// Why the turn should be reviewed or, if nothing is in doubt, the evidence for it.
    pub why: String,
    /// Name of the speaker of the turn before.
    pub speaker_before: String,
    /// The last words of the turn before.
    pub before: String,
    /// The text of the turn.
    pub text: String,
    /// The answer: `right`, `speaker`, `join`, `not_speech`, `split` or `unsure`; empty if there is none yet.
    pub answer: String,
    /// For `speaker` and `split`: the name of the person.
    pub correct_speaker: String,
    /// For `split`: the first words of the other person.
    pub from_words: String,
    /// A note for readers.
    pub note: String,
    /// Number of words of the turn.
    pub n_words: usize,
    /// How often the turn was drawn for a random sample; 0 if the sheet holds no sample.
    pub n_draws: usize,
    /// The place of the turn.
    pub anchor: Anchor,
    /// Name of the sheet in messages.
    pub(super) path: String,
    /// Line of the sheet, from 1.
    pub(super) line: u64,
}

/// What is wrong with a sheet.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// A column is missing.
    #[error(
        "{path}: there is no column `{missing}`; expected a sheet that `plenary segment` wrote, with its columns unchanged"
    )]
    NoColumn {
        /// Path of the sheet.
        path: String,
        /// The column.
        missing: &'static str,
    },
    /// The file is a page and not the answers given on it.
    #[error(
        "{path}: this is the page with the turns; its button \"Save answers\" writes the CSV file that is expected here"
    )]
    Page {
        /// Path of the sheet.
        path: String,
    },
    /// A row cannot be used.
    #[error("{path}, line {line}: {problem}")]
    Row {
        /// Path of the sheet.
        path: String,
        /// Line, from 1.
        line: u64,
        /// What the problem is.
        problem: String,
    },
    /// The sheet holds no random sample.
    #[error("{path}: this sheet is not a random sample, so that nothing about other turns follows from it")]
    NoSample {
        /// Path of the sheet.
        path: String,
    },
    /// Turns of a sample have no answer.
    #[error(
        "{path}: {n} of the {of} turns of the sample have no answer (lines {lines}); answer them, with `unsure` where you cannot tell"
    )]
    Unanswered {
        /// Path of the sheet.
        path: String,
        /// Number of turns without an answer.
        n: usize,
        /// Number of turns.
        of: usize,
        /// Their lines in the sheet, the first few.
        lines: String,
    },
}

impl Sheet {
    /// The sheet as CSV in UTF-8 with a byte order mark, by which spreadsheet programs recognise the encoding.
    pub fn to_csv(&self) -> Vec<u8> {
        let mut rows = WriterBuilder::new().from_writer(b"\xEF\xBB\xBF".to_vec());
        // Writing into memory cannot fail, and all rows have as many fields as the header.
        let _ = rows.write_record(COLUMNS);
        for row in &self.rows {
            let _ = rows.write_record(row.fields().iter().map(String::as_str));
        }
        rows.into_inner().unwrap_or_default()
    }

    /// The sheet as a page on which a person answers in a browser. The page needs no network and saves the answers as CSV.
    pub fn to_html(&self, title: &str) -> String {
        html::page(self, title)
    }

    /// Reads a sheet; `path` names it in messages.
    ///
    /// # Errors
    /// [`SheetError`] names the line, what was found and what was expected.
    pub fn parse(bytes: &[u8], path: &str) -> Result<Sheet, SheetError> {
        let row_error = |line, problem: String| SheetError::Row { path: path.into(), line, problem };
        let content = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        if content.trim_ascii_start().starts_with(b"<!DOCTYPE") {
            return Err(SheetError::Page { path: path.into() });
        }
        // Spreadsheet programs of some countries save with semicolons.
        let header_end = content.iter().position(|byte| *byte == b'\n').unwrap_or(content.len());
        let delimiter = [b',', b';', b'\t']
            .into_iter()
            .max_by_key(|delimiter| content[..header_end].split(|byte| byte == delimiter).count())
            .unwrap_or(b',');
        let mut rows = ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(content);
        let line_at =
            |position: Option<&csv::Position>| position.map_or(1, |at| line_of_row(content, at.byte(), at.line()));
        let line_of = |error: &csv::Error| line_at(error.position());
        let header = rows.headers().map_err(|error| row_error(line_of(&error), error.to_string()))?.clone();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for column in COLUMNS {
            let place = header.iter().position(|name| name.trim() == column);
            places.insert(column, place.ok_or_else(|| SheetError::NoColumn { path: path.into(), missing: column })?);
        }
        let mut sheet = Sheet::default();
        for row in rows.records() {
            let row = row.map_err(|error| row_error(line_of(&error), error.to_string()))?;
            if row.iter().all(|field| field.trim().is_empty()) {
                continue;
            }
            let line = line_at(row.position());
            let field = |column: &str| places.get(column).and_then(|at| row.get(*at)).unwrap_or_default().trim();
            let number = |column: &str| match field(column) {
                "" => Ok(0),
                text => text.parse::<usize>().map_err(|_| {
                    row_error(line, format!("`{column}` is \"{text}\"; expected a whole number, as it was written"))
                }),
            };
            if field("anchor_words").is_empty() {
                let problem = "the column `anchor_words` is empty, so that the place cannot be found".into();
                return Err(row_error(line, problem));
            }
            let normal = |column: &str| anchor_words(field(column)).join(" ");
            sheet.rows.push(SheetRow {
                document: field("document").into(),
                lines: field("lines").into(),
                speaker: field("speaker").into(),
                confidence: field("confidence").into(),
                why: field("why").into(),
                speaker_before: field("speaker_before").into(),
                before: field("before").into(),
                text: field("text").into(),
                answer: field("answer").to_lowercase().replace(' ', "_"),
                correct_speaker: field("correct_speaker").into(),
                from_words: field("from_words").into(),
                note: field("note").into(),
                n_words: number("n_words")?,
                n_draws: number("n_draws")?,
                anchor: Anchor { before: normal("anchor_before"), words: normal("anchor_words") },
                path: path.into(),
                line,
            });
        }
        Ok(sheet)
    }
}

impl SheetRow {
    /// The fields, in the order of [`COLUMNS`].
    pub(super) fn fields(&self) -> [String; 16] {
        [
            self.document.clone(),
            self.lines.clone(),
            self.speaker.clone(),
            self.confidence.clone(),
            self.why.clone(),
            self.speaker_before.clone(),
            self.before.clone(),
            self.text.clone(),
            self.answer.clone(),
            self.correct_speaker.clone(),
            self.from_words.clone(),
            self.note.clone(),
            self.n_words.to_string(),
            self.n_draws.to_string(),
            self.anchor.before.clone(),
            self.anchor.words.clone(),
        ]
    }
}
