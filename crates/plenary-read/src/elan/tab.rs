//! Tables that ELAN exports as text with tabs, with or without a row of names.
//!
//! **Input:** decoded text. **Output:** a line for each row, in the order of their starts: the annotation, the participant or
//! else the tier, and the times, of which ELAN writes one to three forms (clock, seconds, milliseconds). **Refused**, with the
//! line: rows without a time or with another number of cells. Only tables in which nearly every row has a start and an end are
//! recognised. Times of a row that are not in milliseconds or as a clock time are seconds.

use crate::error::{Place, Problem, ReadErrorKind};
use crate::file::File;
use crate::parts::Parts;
use crate::spoken::{self, Counts, Spoken};
use plenary_corpus::clock;
use plenary_corpus::text::collapse_white_space;
use plenary_names::lexicon::Lexicon;

/// Number of rows that recognition looks at.
const SAMPLE: usize = 30;

/// A form of time in a column.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    /// `00:00:04.800`
    Clock,
    /// `4.8`
    Seconds,
    /// `4800`
    Milliseconds,
}

/// What the columns of a table hold.
#[derive(Debug, PartialEq)]
struct Columns {
    n_cells: usize,
    has_names: bool,
    tier: usize,
    participant: Option<usize>,
    start: (usize, Form),
    end: (usize, Form),
    text: usize,
}

/// Whether a file is such a table.
pub(crate) fn is_tab_export(file: &File<'_>) -> bool {
    let text = file.text();
    text.lines().find(|line| !line.trim().is_empty()).is_some_and(|line| line.matches('\t').count() >= 3)
        && columns(text).is_some()
}

fn rows(text: &str) -> impl Iterator<Item = (usize, Vec<&str>)> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| (at + 1, line.split('\t').map(str::trim).collect()))
}

/// What the columns hold, if the text is such a table.
fn columns(text: &str) -> Option<Columns> {
    let sample: Vec<Vec<&str>> = rows(text).map(|(_, cells)| cells).take(SAMPLE).collect();
    let named = sample.first().is_some_and(|cells| cells.iter().all(|cell| form(cell).is_none()));
    let data = &sample[usize::from(named)..];
    let n_cells = data.iter().map(Vec::len).max()?;
    if n_cells < 4 || (named && sample[0].len() + 1 < n_cells) || data.iter().any(|cells| cells.len() + 1 < n_cells) {
        return None;
    }
    let forms: Vec<Option<Form>> = (0..n_cells).map(|at| column_form(data, at)).collect();
    let times: Vec<(usize, Form)> = forms.iter().enumerate().filter_map(|(at, form)| Some((at, (*form)?))).collect();
    // ELAN writes all forms of the start, then all forms of the end, then those of the length.
    let pair = |form: Form| {
        let mut same = times.iter().filter(move |(_, known)| *known == form);
        Some((*same.next()?, *same.next()?))
    };
    let (start, end) = [Form::Milliseconds, Form::Clock, Form::Seconds].into_iter().find_map(pair)?;
    let is_interval = |cells: &&Vec<&str>| {
        let at = |(column, form): (usize, Form)| seconds(cells.get(column)?, form);
        at(start).zip(at(end)).is_some_and(|(start, end)| start <= end)
    };
    let first_time = times.iter().map(|(at, _)| *at).min()?;
    let text = (0..n_cells).rev().find(|at| forms[*at].is_none())?;
    // The tier, at least, precedes the times, and the annotation follows them.
    let fits = first_time > 0 && text > first_time && data.iter().filter(is_interval).count() * 10 >= data.len() * 9;
    let is_named = |at: usize| data.iter().any(|cells| cells.get(at).is_some_and(|cell| !cell.is_empty()));
    let participant = (first_time > 1 && is_named(1)).then_some(1);
    // Without a row of names, a third number must be the length, or the start must never go far back.
    let confirmed = named || lengths_fit(data, start, end, &times);
    (fits && confirmed).then_some(Columns { n_cells, has_names: named, tier: 0, participant, start, end, text })
}

/// Whether there is a column of lengths: in each row the end less the start.
fn lengths_fit(data: &[Vec<&str>], start: (usize, Form), end: (usize, Form), times: &[(usize, Form)]) -> bool {
    let at = |cells: &[&str], (column, form): (usize, Form)| seconds(cells.get(column)?, form);
    let fits = |column: (usize, Form)| {
        data.iter().all(|cells| match (at(cells, start), at(cells, end), at(cells, column)) {
            (Some(start), Some(end), Some(length)) => (end - start - length).abs() < 0.01,
            _ => false,
        })
    };
    let clocks = times.iter().filter(|(_, form)| *form == Form::Clock).count();
    clocks >= 2 || times.iter().any(|column| *column != start && *column != end && fits(*column))
}

/// The form of all cells of a column, if they are times.
fn column_form(data: &[Vec<&str>], at: usize) -> Option<Form> {
    let mut common = None;
    for cell in data.iter().filter_map(|cells| cells.get(at)) {
        let found = form(cell)?;
        common = match (common, found) {
            (None, found) => Some(found),
            (Some(Form::Milliseconds), Form::Seconds) | (Some(Form::Seconds), Form::Milliseconds) => {
                Some(Form::Seconds)
            }
            (Some(known), found) if known == found => Some(known),
            _ => return None,
        };
    }
    common
}

fn form(cell: &str) -> Option<Form> {
    let is_number = !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b':'));
    if !is_number || clock::seconds(cell).is_none() {
        return None;
    }
    Some(match (cell.contains(':'), cell.contains('.')) {
        (true, _) => Form::Clock,
        (false, true) => Form::Seconds,
        (false, false) => Form::Milliseconds,
    })
}

fn seconds(cell: &str, form: Form) -> Option<f64> {
    let value = clock::seconds(cell)?;
    Some(if form == Form::Milliseconds { value / 1000.0 } else { value })
}

/// Reads such a table.
///
/// # Errors
/// [`ReadErrorKind::Row`] with the line of a row whose cells or times do not fit the others.
pub(crate) fn read(text: &str, _lexicon: &Lexicon) -> Result<Parts, Problem> {
    let columns = columns(text).ok_or(ReadErrorKind::Empty)?;
    let mut tiers = Counts::default();
    let all: Vec<(usize, Vec<&str>)> = rows(text).skip(usize::from(columns.has_names)).collect();
    let by_tier = all
        .iter()
        .all(|(_, cells)| columns.participant.is_none_or(|at| cells.get(at).is_none_or(|cell| cell.is_empty())));
    let mut spoken = Vec::new();
    for (line, cells) in &all {
        let wrong = |problem: String| ReadErrorKind::Row { problem }.at(Place::Line(*line));
        if cells.len() + 1 < columns.n_cells || cells.len() > columns.n_cells {
            let problem = format!("found {} cells where the other rows have {}", cells.len(), columns.n_cells);
            return Err(wrong(problem));
        }
        let time = |(at, form): (usize, Form), which: &str| {
            let cell = cells.get(at).copied().unwrap_or("");
            seconds(cell, form).ok_or_else(|| wrong(format!("the {which} of the annotation, {cell:?}, is not a time")))
        };
        let (start_s, end_s) = (Some(time(columns.start, "start")?), Some(time(columns.end, "end")?));
        let cell = |at: usize| cells.get(at).copied().unwrap_or("");
        let (tier, participant) = (cell(columns.tier), columns.participant.map_or("", cell));
        tiers.add(tier, 1);
        let speaker = Spoken::by(if by_tier { tier } else { participant });
        let text = collapse_white_space(cell(columns.text));
        spoken.push(Spoken { speaker, start_s, end_s, text, place: format!("line {line}"), ..Spoken::default() });
    }
    spoken::sort(&mut spoken);
    let mut parts = spoken::parts(spoken);
    let listed = tiers.listed().unwrap_or_default();
    parts.warnings.push(format!("this is a table exported by ELAN; all its tiers were read as speech: {listed}"));
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use crate::read as read_file;

    fn turns(name: &str, text: &str) -> Vec<(String, f64, f64)> {
        let document = read_file(name, text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(document.format.as_str(), "elan_tab");
        let turn = |turn: &plenary_corpus::Turn| {
            let label = turn.speaker.as_ref().map_or("?", |speaker| &speaker.label).to_string();
            (label, turn.time_start_s.unwrap(), turn.time_end_s.unwrap())
        };
        document.turns.iter().map(turn).collect()
    }

    #[test]
    fn tables_without_names_are_told_by_their_lengths() {
        let text = "orth@INT\tInterviewer\t0\t4800\t4800\tso how?\northo@LM\tLena Mark\t4500\t7150\t2650\tmy father\n";
        assert_eq!(turns("a.txt", text), [("Interviewer".into(), 0.0, 4.8), ("Lena Mark".into(), 4.5, 7.15)]);
        let plain = "a\tb\t0\t48\t5\tone\na\tb\t45\t71\t9\ttwo\n";
        assert_eq!(read_file("a.txt", plain.as_bytes()).unwrap().format.as_str(), "plain_text");
    }

    #[test]
    fn tables_with_names_have_times_in_several_forms() {
        let text = "Tier\tParticipant\tBegin Time - hh:mm:ss.ms\tBegin Time - ss.msec\tEnd Time - hh:mm:ss.ms\tEnd Time - ss.msec\tAnnotation\n\
            ortho\t\t00:00:04.500\t4.5\t00:00:07.150\t7.15\tmy father\northo2\t\t00:00:00.000\t0.0\t00:00:04.800\t4.8\tso how?\n";
        assert_eq!(turns("a.tsv", text), [("ortho2".into(), 0.0, 4.8), ("ortho".into(), 4.5, 7.15)]);
    }

    #[test]
    fn a_row_that_does_not_fit_is_named() {
        let mut text = "t\tp\t0\t4800\t4800\tso how?\n".repeat(40);
        text.push_str("t\tp\t0\n");
        let error = read_file("a.txt", text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("line 41: found 3 cells where the other rows have 6"), "{error}");
    }
}
