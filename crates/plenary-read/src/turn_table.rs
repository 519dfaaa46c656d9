//! Tables in documents and pages whose rows are turns, as programs for transcripts export them.
//!
//! **Input:** the texts of the cells of a table. **Output:** which column holds the speaker, which the speech, which the times,
//! and whether the first row names them; `None` if the rows are not turns, or if a name before its speech is all there is, which
//! attribution reads as well. Nothing is refused.

use std::collections::HashMap;

use super::tabular;
use plenary_corpus::clock;
use plenary_corpus::text::ends_sentence;
use plenary_corpus::{Declared, Turn};

/// Smallest number of rows, without a row of names, of a table whose columns are known only by what they hold.
const FEWEST_ROWS: usize = 4;

/// Longest name of a speaker, in characters and words.
const LONGEST_NAME: (usize, usize) = (60, 6);

/// The columns of a table of turns, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TurnColumns {
    speaker: usize,
    pub(crate) text: usize,
    /// Columns of a time, or of the start and the end.
    times: Vec<usize>,
    /// Number of the row that names the columns, if there is one. Rows above it are not turns either.
    pub(crate) names: Option<usize>,
    /// Whether a row without a name continues the turn above it.
    pub(crate) continues: bool,
    n_columns: usize,
}

impl TurnColumns {
    /// The columns of a table of turns.
    pub(crate) fn of(rows: &[Vec<String>]) -> Option<Self> {
        let n_columns = usual_length(rows)?;
        let even: Vec<&Vec<String>> = rows.iter().filter(|row| row.len() == n_columns).collect();
        Self::by_names(rows, n_columns).or_else(|| Self::by_content(rows, &even, n_columns))
    }

    /// Whether a row is a turn, by its number in the table.
    pub(crate) fn is_turn(&self, at: usize, n_cells: usize) -> bool {
        n_cells == self.n_columns && self.names.is_none_or(|names| at > names)
    }

    /// The turn of a row below the turns `above`.
    pub(crate) fn turn(&self, cells: &[String], above: &[Turn]) -> Turn {
        let label = cells.get(self.speaker).map_or("", |cell| cell.trim().trim_end_matches(':').trim());
        let own = (!label.is_empty()).then(|| Declared { label: label.to_string(), ..Declared::default() });
        let speaker = own.or_else(|| above.last().filter(|_| self.continues)?.speaker.clone());
        let mut times = self.times.iter().filter_map(|at| times(cells.get(*at)?));
        let (start, end) = times.next().unwrap_or_default();
        let end = end.or_else(|| times.next().and_then(|(start, _)| start));
        Turn { speaker, time_start_s: start, time_end_s: end, ..Turn::default() }
    }

    /// The cells beside the speech, as they stand.
    pub(crate) fn beside(&self, cells: &[String]) -> String {
        let beside = cells.iter().enumerate().filter(|(at, cell)| *at != self.text && !cell.trim().is_empty());
        beside.map(|(_, cell)| cell.trim()).collect::<Vec<_>>().join("\t")
    }

    fn by_names(rows: &[Vec<String>], n_columns: usize) -> Option<Self> {
        const ABOVE_NAMES: usize = 3;
        rows.iter().take(ABOVE_NAMES).enumerate().find_map(|(at, names)| {
            let (speaker, text, times) = tabular::turn_columns(names)?;
            let below = rows.get(at + 1..)?.iter().filter(|row| row.len() == n_columns);
            let fits = names.len() == n_columns && below.count() > 0;
            fits.then_some(Self { speaker, text, times, names: Some(at), continues: false, n_columns })
        })
    }

    /// The columns by what they hold. The first row may name them in any language.
    fn by_content(rows: &[Vec<String>], even: &[&Vec<String>], n_columns: usize) -> Option<Self> {
        let below = even.get(1..)?;
        if below.len() < FEWEST_ROWS {
            return None;
        }
        let column = |at: usize| below.iter().map(move |row| row[at].trim()).filter(|cell| !cell.is_empty());
        let n_words = |at: usize| column(at).map(|cell| cell.split_whitespace().count()).sum::<usize>();
        let are_times = |at: usize| {
            let n = column(at).count();
            n * 5 >= below.len() * 3 && column(at).filter(|cell| times(cell).is_some()).count() * 5 >= n * 4
        };
        let columns_of_times: Vec<usize> = (0..n_columns).filter(|at| are_times(*at)).take(2).collect();
        // Most cells of another column are sentences.
        let is_prose = |names: usize, at: usize| {
            const SHORTEST: usize = 10;
            let is_sentence = |cell: &&str| ends_sentence(cell) && cell.chars().count() >= SHORTEST;
            at != names && column(at).filter(is_sentence).count() * 5 >= below.len() * 3
        };
        let are_speakers = |at: usize| {
            let mut distinct: HashMap<&str, usize> = HashMap::new();
            for cell in column(at) {
                *distinct.entry(cell).or_default() += 1;
            }
            let n: usize = distinct.values().sum();
            let recurs =
                distinct.len() * 2 <= n || distinct.len() < n && (0..n_columns).any(|other| is_prose(at, other));
            n * 5 >= below.len() * 3 && distinct.len() > 1 && recurs && distinct.keys().all(|cell| is_like_name(cell))
        };
        let mut speakers = (0..n_columns).filter(|at| !columns_of_times.contains(at) && are_speakers(*at));
        let speaker = speakers.next().filter(|_| speakers.next().is_none())?;
        let others = (0..n_columns).filter(|at| *at != speaker && !columns_of_times.contains(at));
        let text = others.max_by_key(|at| n_words(*at)).filter(|at| n_words(*at) >= 2 * n_words(speaker))?;
        let first = even.first()?;
        let names_columns = columns_of_times.iter().all(|at| times(&first[*at]).is_none())
            && column(speaker).all(|cell| cell != first[speaker].trim())
            && !first[speaker].trim().is_empty()
            && is_like_name(first[text].trim())
            && column(text).all(|cell| cell != first[text].trim());
        let names = names_columns.then(|| rows.iter().position(|row| row.len() == n_columns)).flatten();
        // A name and then its speech is a label like others, unless names are missing where a turn continues.
        let continues = speaker == 0 && is_prose(speaker, text) && !first[speaker].trim().is_empty();
        let has_gaps = continues && column(speaker).count() < below.len();
        let is_told_apart = speaker > 0 || !columns_of_times.is_empty() || names.is_some() || has_gaps;
        is_told_apart.then_some(Self { speaker, text, times: columns_of_times, names, continues, n_columns })
    }
}

/// The number of cells that most rows have: at least two, in four of five rows.
fn usual_length(rows: &[Vec<String>]) -> Option<usize> {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    for row in rows {
        *counts.entry(row.len()).or_default() += 1;
    }
    let (length, n) = counts.into_iter().max_by_key(|(length, n)| (*n, *length))?;
    (length > 1 && n * 5 >= rows.len() * 4).then_some(length)
}

/// Whether a cell has the form of a name or short label, not of a sentence or number.
fn is_like_name(cell: &str) -> bool {
    let (most_characters, most_words) = LONGEST_NAME;
    cell.chars().count() <= most_characters
        && cell.split_whitespace().count() <= most_words
        && cell.contains(char::is_alphabetic)
        && !cell.ends_with(['?', '!', ';', ',', '\u{3002}', '\u{ff1f}'])
}

/// The start and perhaps the end that a cell gives: `0:07.2`, `[00:01:02]`, `0:00.0 - 0:07.2`, `00:01 --> 00:05`. Numbers
/// without a colon are not times here.
fn times(cell: &str) -> Option<(Option<f64>, Option<f64>)> {
    let cell = cell.trim().trim_matches(['[', ']', '(', ')', '#']).trim();
    let separators = ["-->", " - ", "\u{2013}", "\u{2014}", "-"];
    let (start, end) =
        separators.iter().find_map(|separator| cell.split_once(separator)).map_or((cell, None), |(a, b)| (a, Some(b)));
    let time = |text: &str| text.contains(':').then(|| clock::seconds(text)).flatten();
    let start = time(start)?;
    match end {
        None => Some((Some(start), None)),
        Some(end) => Some((Some(start), Some(time(end)?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|line| line.split('|').map(|cell| cell.trim().to_string()).collect()).collect()
    }

    fn found(text: &str) -> Option<(usize, usize, Vec<usize>, Option<usize>)> {
        TurnColumns::of(&rows(text)).map(|found| (found.speaker, found.text, found.times, found.names))
    }

    #[test]
    fn columns_are_found_by_their_names() {
        let named =
            "Timespan|Content|Speaker\n0:00.0 - 0:07.2|How did you come?|Interviewer\n0:07.2 - 0:09.0|By ship.|Lena";
        assert_eq!(found(named), Some((2, 1, vec![0], Some(0))));
        assert_eq!(found("Speaker|Transcript\nA|Hello.\nB|Yes."), Some((0, 1, vec![], Some(0))));
        assert_eq!(found("Start|End|Name|Text\n0:01|0:02|A|Hello."), Some((2, 3, vec![0, 1], Some(0))));
        assert_eq!(found("Speaker|Transcript"), None, "a table of names alone has no turns");
    }

    #[test]
    fn columns_are_found_by_what_they_hold() {
        let german = "Nr|Inhalt|Wer\n1|Wie sind Sie an den Hafen gekommen?|Frau Berg\n2|Mein Vater war dort.|Herr Tal\n\
                      3|Und dann?|Frau Berg\n4|Dann blieb ich da, und mein Bruder auch.|Herr Tal";
        assert_eq!(found(german), Some((2, 1, vec![], Some(0))));
        let bare = "0:01|A|We begin with the bridge.\n0:05|B|It is closed to all of us.\n0:09|A|Since when is it?\n\
                    0:12|B|Since March, as far as I know.\n0:15|A|Thank you for that.";
        assert_eq!(found(bare), Some((1, 2, vec![0], None)));
    }

    #[test]
    fn a_speaker_who_speaks_once_and_rows_without_a_name() {
        let last = "#|What was said|Who is it\n1|We come to order.|Lee\n2|I was there all day.|Hill\n3|Then we are done.|Lee\n\
                    4|Not yet, if you please.|Wood\n5|Ask it, then.|Lee";
        assert_eq!(found(last), Some((2, 1, vec![], Some(0))));
        let gaps = "ANN LEE|We come to order. Who was there?\nBO HILL|I was there all day.\n|And then it rained.\n\
                    ANN LEE|Then we are done.\nBO HILL|Not yet, if you please.";
        let columns = TurnColumns::of(&rows(gaps)).expect("turns");
        assert!(columns.continues && columns.names.is_none() && columns.text == 1);
    }

    #[test]
    fn other_tables_are_not_turns() {
        let prices = "Year|Fish|Crab\n2031|12|13\n2032|14|15\n2033|16|17\n2034|18|19\n2035|20|21";
        assert_eq!(found(prices), None);
        let plain =
            "A|We begin with the bridge.\nB|It is closed.\nA|Since when?\nB|Since March.\nA|Thank you.\nB|Well.";
        assert_eq!(found(plain), None, "attribution reads names before speech");
        let parts = "Roof|Slate, from the quarry.\nDoor|Oak, with iron bands.\nWall|Stone, laid without mortar.\n\
                     Floor|Clay and straw, as before.\nHearth|Brick, built in 1911.";
        assert_eq!(found(parts), None);
        let contents = "Chapter one|5\nChapter two|9\nChapter three|12\nChapter four|15\nChapter five|20";
        assert_eq!(found(contents), None);
        assert_eq!(found(""), None);
    }

    #[test]
    fn times_of_a_cell() {
        assert_eq!(times("0:00.0 - 0:07.2"), Some((Some(0.0), Some(7.2))));
        assert_eq!(times("[00:01:02]"), Some((Some(62.0), None)));
        assert_eq!(times("00:01 --> 00:05"), Some((Some(1.0), Some(5.0))));
        for text in ["12", "2031-03-04", "soon", "0:05 - later", ""] {
            assert_eq!(times(text), None, "{text}");
        }
    }
}
