//! One row per segment with everything, what could not be read, and the columns of all tables.

use jiff::civil::Date;

use crate::declare::{Table, cell, field, filled, optional, tables};

tables! {
    /// segment, with the values that most analyses need
    analysis: AnalysisRow<'a> {
        /// Segment (`segments`).
        segment_id: &'a str;
        /// Utterance (`utterances`).
        utterance_id: &'a str;
        /// Document (`documents`).
        document_id: &'a str;
        /// Speaker (`speakers`).
        speaker_id: &'a str, null "the document does not say who speaks";
        /// Person (`people`).
        person_id: &'a str, null "the document does not say who speaks";
        /// Text of the segment.
        text: &'a str;
        /// Number of words of the segment, as in `segments`.
        n_words: u32, unit "words";
        /// Title of the document, or its file name where it has no title.
        document: &'a str;
        /// Date of the event.
        date: Date, null "the document gives none";
        /// Speaker as printed in the document.
        speaker: &'a str, null "the document does not say who speaks";
        /// Speaker's name.
        name: &'a str, null "the document does not say who speaks";
        /// Speaker's role in the proceedings, as in `speakers`.
        role: &'a str, null "the document does not say who speaks";
        /// Speaker's office or position.
        title: &'a str, null "the document gives none";
        /// Speaker's organisation.
        affiliation: &'a str, null "the document gives none";
        /// Speaker's party or parliamentary group.
        party: &'a str, null "the document gives none";
        /// Country that the speaker represents.
        country: &'a str, null "the document gives none";
        /// Theme (`themes`).
        theme_id: &'a str, null "no themes were found, or the segment is unassigned";
        /// Id and name (or label) of the theme, unique per theme; useful in plots.
        theme: String, null "no themes were found, or the segment is unassigned";
        /// Name of the theme, or its label if it has none.
        theme_label: &'a str, null "no themes were found, or the segment is unassigned";
        /// Probability that the segment belongs to the theme.
        theme_probability: f32, unit "probability", null "no themes were found, or the segment is unassigned";
        /// Whether the segment conducts the meeting, as in `segment_themes`.
        procedural: bool, null "the study leaves procedure out, or its classifier does not cover the language";
        /// Sentiment score, `positive - negative`.
        sentiment_score: f32, unit "score, -1 to 1", null "the study leaves sentiment out";
        /// Sentiment label: `negative`, `neutral` or `positive`.
        sentiment_label: &'a str, null "the study leaves sentiment out";
    }

    /// input that could not be used, in whole or in part
    failures: FailureRow<'a> {
        /// Path as the user gave it.
        path: &'a str;
        /// Stage that failed: `read`.
        stage: &'a str;
        /// What went wrong.
        error: &'a str;
        /// What the user can do about it.
        hint: &'a str;
    }

    /// column of a table
    codebook: CodebookRow<'a> {
        /// Name of the table.
        table: &'a str;
        /// Name of the column.
        column: String;
        /// Type of the values.
        r#type: &'a str;
        /// Unit of the values.
        unit: &'a str, null "the values are names, texts, ids, positions or yes/no";
        /// What a missing value means.
        null_means: &'a str, null "no value is ever missing";
        /// Description of the column.
        description: String;
    }
}
