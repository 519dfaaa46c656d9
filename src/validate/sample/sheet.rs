//! The table that coders fill in.
//!
//! **Input:** drawn units and the results. **Output:** for each unit what a person needs to read, and one row per unit in the shared form of
//! coded files, as CSV. Columns after `sample` are for reading; readers of codes ignore them. **Refused:** results that cannot be read.
//! **Left to others:** spreadsheets and pages.

use std::collections::{BTreeMap, HashSet};

use csv::WriterBuilder;
use plenary_tables::schema::AnalysisRow;
use plenary_tables::{Results, column, text};

use super::{Drawn, SampleError, SampleUnit};

/// The columns of coded files; those after `sample` are for reading.
pub const COLUMNS: [&str; 14] = [
    "segment_id",
    "target",
    "label",
    "coder",
    "note",
    "inclusion_probability",
    "stratum",
    "sample",
    "speaker",
    "before",
    "text",
    "after",
    "document",
    "date",
];

/// How a note begins if the coder could not tell; `label` is empty then.
pub const CANNOT_TELL: &str = "[cannot tell]";

/// Words of context before and after a unit, in whole segments: as many as fit, and at least one segment.
const WORDS_BEFORE: usize = 120;
const WORDS_AFTER: usize = 60;

/// What somebody said: the speaker's name, empty if unknown, and the words.
pub(super) type Said = (String, String);

/// What a person reads of a segment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    pub(super) speaker: String,
    pub(super) text: String,
    pub(super) document: String,
    pub(super) date: String,
    pub(super) before: Vec<Said>,
    pub(super) after: Vec<Said>,
}

/// A segment as read from the tables.
struct Segment {
    id: String,
    utterance_id: String,
    document_id: String,
    speaker: String,
    text: String,
    document: String,
    date: String,
}

/// What people read of the drawn segments. One document is in memory at a time.
pub(super) fn readings(results: &Results, units: &[SampleUnit]) -> Result<BTreeMap<String, Reading>, SampleError> {
    let wanted: HashSet<&str> = units.iter().map(|unit| unit.segment_id.as_str()).collect();
    let names = ["segment_id", "utterance_id", "document_id", "text", "document", "date", "speaker"];
    let mut readings = BTreeMap::new();
    let mut of_document: Vec<Segment> = Vec::new();
    for frame in results.groups(AnalysisRow::TABLE, Some(&names))? {
        let frame = frame?;
        let of = |name: &str| column::<&str>(&frame, name);
        let dates = text::text_rows(&frame.select(["date"]).map_err(|error| table_error(results, &error.to_string()))?)
            .map_err(|error| table_error(results, &error.to_string()))?;
        let (ids, utterances, documents) = (of("segment_id")?, of("utterance_id")?, of("document_id")?);
        let (texts, titles, speakers) = (of("text")?, of("document")?, of("speaker")?);
        for (at, date) in dates.into_iter().enumerate() {
            let own = |cells: &[Option<&str>]| cells[at].unwrap_or_default().to_owned();
            let segment = Segment {
                id: own(&ids),
                utterance_id: own(&utterances),
                document_id: own(&documents),
                speaker: own(&speakers),
                text: own(&texts),
                document: own(&titles),
                date: date.into_iter().next().unwrap_or_default(),
            };
            if of_document.last().is_some_and(|last| last.document_id != segment.document_id) {
                read_document(&of_document, &wanted, &mut readings);
                of_document.clear();
            }
            of_document.push(segment);
        }
    }
    read_document(&of_document, &wanted, &mut readings);
    Ok(readings)
}

fn table_error(results: &Results, problem: &str) -> SampleError {
    SampleError::Table { results: super::error::shown(results), problem: problem.to_owned() }
}

fn read_document(segments: &[Segment], wanted: &HashSet<&str>, readings: &mut BTreeMap<String, Reading>) {
    for (at, segment) in segments.iter().enumerate().filter(|(_, segment)| wanted.contains(segment.id.as_str())) {
        let n_before = n_fitting(segments[..at].iter().rev(), WORDS_BEFORE);
        let n_after = n_fitting(segments[at + 1..].iter(), WORDS_AFTER);
        let reading = Reading {
            speaker: segment.speaker.clone(),
            text: segment.text.clone(),
            document: segment.document.clone(),
            date: segment.date.clone(),
            before: turns(&segments[at - n_before..at]),
            after: turns(&segments[at + 1..at + 1 + n_after]),
        };
        readings.insert(segment.id.clone(), reading);
    }
}

/// Number of the next segments that have at most this many words together; at least one.
fn n_fitting<'s>(segments: impl Iterator<Item = &'s Segment>, n_words: usize) -> usize {
    let mut words = 0;
    let fits = |(at, segment): &(usize, &Segment)| {
        words += segment.text.split_whitespace().count();
        *at == 0 || words <= n_words
    };
    segments.enumerate().take_while(fits).count()
}

/// Segments turn by turn.
fn turns(segments: &[Segment]) -> Vec<Said> {
    let turn = |of_turn: &[Segment]| {
        let texts: Vec<&str> = of_turn.iter().map(|segment| segment.text.as_str()).collect();
        (of_turn[0].speaker.clone(), texts.join(" "))
    };
    segments.chunk_by(|a, b| a.utterance_id == b.utterance_id).map(turn).collect()
}

/// Lines `Name: text`.
pub(super) fn lines(said: &[Said]) -> String {
    let line = |(speaker, text): &Said| if speaker.is_empty() { text.clone() } else { format!("{speaker}: {text}") };
    said.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The rows of a coder.
pub(super) fn rows(
    drawn: &Drawn,
    readings: &BTreeMap<String, Reading>,
    coder: &str,
    units: &[usize],
) -> Vec<[String; COLUMNS.len()]> {
    let row = |at: &usize| {
        let unit = &drawn.units[*at];
        let stratum = &drawn.sample.strata[unit.stratum];
        let target = drawn.sample.questions.all[unit.question].target.clone().unwrap_or_default();
        let reading = &readings[&unit.segment_id];
        [
            unit.segment_id.clone(),
            target,
            String::new(),
            coder.to_owned(),
            String::new(),
            stratum.inclusion_probability.to_string(),
            stratum.id.clone(),
            drawn.sample.id.clone(),
            reading.speaker.clone(),
            lines(&reading.before),
            reading.text.clone(),
            lines(&reading.after),
            reading.document.clone(),
            reading.date.clone(),
        ]
    };
    units.iter().map(row).collect()
}

/// Rows as CSV in UTF-8 with a byte order mark, by which spreadsheet programs recognise the encoding.
pub(super) fn csv(rows: &[[String; COLUMNS.len()]]) -> Vec<u8> {
    let terminator = csv::Terminator::CRLF;
    let mut writer = WriterBuilder::new().terminator(terminator).from_writer(b"\xEF\xBB\xBF".to_vec());
    // Writing into memory cannot fail, and all rows have as many cells as the header.
    let _ = writer.write_record(COLUMNS);
    for row in rows {
        let cells = COLUMNS.iter().zip(row);
        let _ = writer
            .write_record(cells.map(|(name, cell)| if is_for_reading(name) { plain(cell) } else { cell.clone() }));
    }
    writer.into_inner().unwrap_or_default()
}

/// Whether readers of codes ignore the column.
pub(super) fn is_for_reading(name: &str) -> bool {
    COLUMNS.iter().skip_while(|column| **column != "sample").skip(1).any(|column| *column == name)
}

/// A text that no spreadsheet program takes for a formula.
fn plain(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(id: &str, utterance: &str, speaker: &str, n_words: usize) -> Segment {
        Segment {
            id: id.into(),
            utterance_id: utterance.into(),
            document_id: "d".into(),
            speaker: speaker.into(),
            text: vec![id; n_words].join(" "),
            document: "Talk".into(),
            date: String::new(),
        }
    }

    #[test]
    fn context_is_as_many_whole_segments_as_fit() {
        let document = [
            segment("a", "u1", "Ann", 100),
            segment("b", "u1", "Ann", 60),
            segment("c", "u2", "", 50),
            segment("d", "u3", "Bo", 9),
            segment("e", "u3", "Bo", 500),
            segment("f", "u4", "Cy", 1),
        ];
        let mut readings = BTreeMap::new();
        read_document(&document, &["a", "d", "f"].into(), &mut readings);
        assert_eq!(readings.len(), 3);
        let names = |said: &[Said]| said.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(
            (names(&readings["d"].before), names(&readings["d"].after)),
            (vec!["Ann".into(), String::new()], vec!["Bo".to_owned()])
        );
        assert_eq!(readings["a"].before, []);
        assert_eq!(lines(&readings["d"].before).split('\n').nth(1).unwrap(), vec!["c"; 50].join(" "));
        assert_eq!(names(&readings["f"].before), ["Bo"], "one segment in any case");
    }

    #[test]
    fn texts_are_no_formulas() {
        assert_eq!(plain("=1+1"), "'=1+1");
        assert_eq!(plain("Yes = no"), "Yes = no");
        assert!(is_for_reading("text") && !is_for_reading("note") && !is_for_reading("sample"));
    }
}
