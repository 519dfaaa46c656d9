//! Pieces of HTML: tables whose numbers lead to sentences, figures, lists of sentences.
//!
//! **Input:** texts and numbers. **Output:** HTML in which every text is escaped. **Left to others:** what is shown (the pages), charts.

use plenary_corpus::rounding::{percent, rounded};

use crate::embed::escaped;
use crate::gather::{Gathered, Mean, Set};

/// A cell of a table.
pub(crate) enum Cell {
    /// A text in any language.
    Text(String),
    /// A number, as it is shown and as it is copied.
    Number(String, String),
    /// A number that opens sentences.
    Sentences(String, String, usize),
    /// Nothing.
    Empty,
}

impl Cell {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn whole(number: impl Into<u64>) -> Self {
        let number = number.into();
        Self::Number(grouped(number), number.to_string())
    }

    pub(crate) fn decimal(number: Option<f64>, digits: usize) -> Self {
        match number {
            Some(number) => Self::Number(signless(number, digits), format!("{number}")),
            None => Self::Empty,
        }
    }

    /// A share as a percentage.
    pub(crate) fn share(part: f64, whole: f64) -> Self {
        if whole > 0.0 { Self::Number(percent(part / whole), format!("{}", part / whole)) } else { Self::Empty }
    }

    /// A share of segments that opens some of them.
    pub(crate) fn shared(part: f64, whole: f64, set: Set, of: &Gathered) -> Self {
        match (Self::share(part, whole), of.set(set).filter(|_| part > 0.0)) {
            (Self::Number(shown, raw), Some(at)) => Self::Sentences(shown, raw, at),
            (share, _) => share,
        }
    }

    /// A number of segments that opens some of them.
    pub(crate) fn counted(number: impl Into<u64>, set: Set, of: &Gathered) -> Self {
        let number = number.into();
        match of.set(set).filter(|_| number > 0) {
            Some(at) => Self::Sentences(grouped(number), number.to_string(), at),
            None => Self::whole(number),
        }
    }

    pub(crate) fn interval(mean: &Mean) -> Self {
        mean.interval.map_or(Self::Empty, |(low, high)| Self::Text(format!("[{}, {}]", signed(low), signed(high))))
    }

    pub(crate) fn signed(number: Option<f64>) -> Self {
        number.map_or(Self::Empty, |number| Self::Number(signed(number), format!("{number}")))
    }

    fn html(&self, is_number: bool) -> String {
        match self {
            Self::Text(text) => format!("<td dir=\"auto\">{}</td>", escaped(text)),
            Self::Number(shown, raw) => format!("<td class=\"number\" data-v=\"{raw}\">{shown}</td>"),
            Self::Sentences(shown, raw, set) => format!(
                "<td class=\"number\" data-v=\"{raw}\"><button type=\"button\" class=\"n\" data-set=\"{set}\">{shown}</button></td>"
            ),
            Self::Empty if is_number => "<td class=\"number\" data-v=\"\">–</td>".to_owned(),
            Self::Empty => "<td data-v=\"\">–</td>".to_owned(),
        }
    }
}

/// A table.
pub(crate) struct Grid {
    caption: String,
    columns: Vec<(String, bool)>,
    rows: Vec<Vec<Cell>>,
}

impl Grid {
    /// A table with these columns; those that begin with `#` hold numbers.
    pub(crate) fn new(caption: impl Into<String>, columns: &[&str]) -> Self {
        let column = |name: &&str| match name.strip_prefix('#') {
            Some(name) => (name.to_owned(), true),
            None => ((*name).to_owned(), false),
        };
        Self { caption: caption.into(), columns: columns.iter().map(column).collect(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn html(&self) -> String {
        let column = |(name, is_number): &(String, bool)| {
            format!("<th scope=\"col\"{}>{}</th>", if *is_number { " class=\"number\"" } else { "" }, escaped(name))
        };
        let row = |cells: &Vec<Cell>| {
            let cells = cells.iter().zip(&self.columns).map(|(cell, (_, is_number))| cell.html(*is_number));
            format!("<tr>{}</tr>\n", cells.collect::<String>())
        };
        format!(
            "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table: {0}\"><table><caption class=\"unseen\">{0}</caption>\
             <thead><tr>{1}</tr></thead>\n<tbody>\n{2}</tbody></table></div>",
            escaped(&self.caption),
            self.columns.iter().map(column).collect::<String>(),
            self.rows.iter().map(row).collect::<String>()
        )
    }
}

/// A chart with its table, which is folded up.
pub(crate) fn figure(title: &str, note: &str, chart: &str, grid: &Grid) -> String {
    format!(
        "<figure><figcaption><h3>{}</h3>{}</figcaption>\n{chart}\n<details><summary>The numbers</summary>{}</details>{COPY}</figure>\n",
        escaped(title),
        note_of(note),
        grid.html()
    )
}

/// A table without a chart.
pub(crate) fn tabulated(title: &str, note: &str, grid: &Grid) -> String {
    format!(
        "<figure><figcaption><h3>{}</h3>{}</figcaption>\n{}{COPY}</figure>\n",
        escaped(title),
        note_of(note),
        grid.html()
    )
}

/// Copies the table of its figure; shown only where scripts run.
const COPY: &str = "<button type=\"button\" class=\"copy\">Copy the data</button>";

fn note_of(note: &str) -> String {
    if note.is_empty() { String::new() } else { format!("<p>{}</p>", with_code(note)) }
}

pub(crate) fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", with_code(text))
}

/// A text of our own, in which names of commands and tables are between backticks.
fn with_code(text: &str) -> String {
    let piece =
        |(at, piece): (usize, &str)| if at % 2 == 1 { format!("<code>{piece}</code>") } else { piece.to_owned() };
    escaped(text).split('`').enumerate().map(piece).collect()
}

/// A notice in a frame.
pub(crate) fn notice(text: &str) -> String {
    format!("<p class=\"notice\">{}</p>\n", with_code(text))
}

/// Some sentences of a set with where they are.
pub(crate) fn sentences(of: &Gathered, set: Set, most: usize) -> String {
    let Some(at) = of.set(set) else { return String::new() };
    let item = |position: &u32| {
        let sentence = &of.sentences[*position as usize];
        format!(
            "<li data-s=\"{position}\"><blockquote dir=\"auto\">{}</blockquote><p class=\"where\" dir=\"auto\">{}</p></li>\n",
            escaped(&sentence.text),
            escaped(&place_of(of, *position as usize))
        )
    };
    let items: String = of.sets[at].1.rows.iter().take(most).map(item).collect();
    format!("<ul class=\"sentences\">\n{items}</ul>\n")
}

/// Speaker, document, date, page and lines of a sentence.
fn place_of(of: &Gathered, position: usize) -> String {
    let sentence = &of.sentences[position];
    let document = &of.corpus.documents[sentence.document as usize];
    let speaker = sentence.speaker.map(|speaker| &of.corpus.speakers[speaker as usize]);
    let mut parts = vec![speaker.map_or("unknown speaker".to_owned(), |speaker| speaker.name.clone())];
    parts.push(document.name.clone());
    parts.extend(document.date.map(|date| date.to_string()));
    parts.extend(sentence.place.map(|place| place.in_words()));
    parts.join(", ")
}

/// A whole number with narrow blanks between groups of three digits.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && digits.len() > 4 {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// `1 document`, `2 documents`.
pub(crate) fn plural(n: impl Into<u64>, noun: &str) -> String {
    let n = n.into();
    format!("{} {noun}{}", grouped(n), if n == 1 { "" } else { "s" })
}

/// A number with its sign and two decimals.
pub(crate) fn signed(number: f64) -> String {
    let text = format!("{:+.2}", rounded(number)).replace('-', "−");
    if text == "−0.00" || text == "+0.00" { "0.00".into() } else { text }
}

fn signless(number: f64, digits: usize) -> String {
    let number = if digits == 2 { rounded(number) } else { number };
    format!("{number:.digits$}").replace('-', "−")
}

/// Hours and minutes.
pub(crate) fn duration(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round() as u64;
    if minutes >= 60 { format!("{} h {:02} min", minutes / 60, minutes % 60) } else { format!("{minutes} min") }
}
