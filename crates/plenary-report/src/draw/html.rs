//! Pieces of HTML: tables whose numbers lead to sentences, figures, lists of sentences.
//!
//! **Input:** texts and numbers. **Output:** HTML in which every text is escaped. **Left to others:** what is shown (the pages), charts.
//!
//! Which numbers are links: every number that counts segments of this run, or turns, documents, speakers, themes, words or time of them, opens
//! these segments, on cards, in tables, and in notes that no table repeats. No links are
//! - numbers that are computed from counts in their row (shares, means, z, intervals, coordinates): the counts are links;
//! - numbers in charts, and in texts that repeat those of tables;
//! - numbers about what the results do not hold: hand codes and scores of a validation, themes of earlier results, inputs that were not read;
//! - numbers of rows (of tables, of pairs, of values that are left out), and of files: versions, hashes, seeds.

use plenary_corpus::rounding::{percent, rounded};

use crate::embed::escaped;
use crate::gather::{Gathered, Mean, Set};

/// A cell of a table.
pub(crate) enum Cell {
    /// A text in any language.
    Text(String),
    /// A number, as it is shown and as it is copied.
    Number(String, String),
    /// A number that opens sentences, as it is shown and as it is copied.
    Sentences(Link, String),
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
            (Self::Number(shown, raw), Some(set)) => Self::Sentences(Link { shown, set, counted: None }, raw),
            (share, _) => share,
        }
    }

    /// A number of segments that opens some of them.
    pub(crate) fn counted(number: impl Into<u64>, set: Set, of: &Gathered) -> Self {
        let number = number.into();
        match Link::new(number, "segment", set, of) {
            Some(link) => Self::Sentences(link, number.to_string()),
            None => Self::whole(number),
        }
    }

    /// A number of something else that opens the segments that hold it: words, or turns with their first segments.
    pub(crate) fn counted_as(number: impl Into<u64>, noun: &str, set: Set, of: &Gathered) -> Self {
        let number = number.into();
        match Link::new(number, noun, set, of) {
            Some(link) => Self::Sentences(link, number.to_string()),
            None => Self::whole(number),
        }
    }

    /// A time that opens the segments that were said in it.
    pub(crate) fn time(seconds: f64, set: Set, of: &Gathered) -> Self {
        match Link::of_time(seconds, set, of) {
            Some(link) => Self::Sentences(link, seconds.to_string()),
            None => Self::Number(duration(seconds), seconds.to_string()),
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
            Self::Sentences(link, raw) => format!("<td class=\"number\" data-v=\"{raw}\">{}</td>", link.html()),
            Self::Empty if is_number => "<td class=\"number\" data-v=\"\">–</td>".to_owned(),
            Self::Empty => "<td data-v=\"\">–</td>".to_owned(),
        }
    }
}

/// A number that opens sentences.
pub(crate) struct Link {
    shown: String,
    /// Number of the set in the data of the page.
    set: usize,
    /// What the number counts, in words, if it is not the segments of the set.
    counted: Option<String>,
}

impl Link {
    /// The link of a number of things to the segments of a set; `None` if the set is empty.
    pub(crate) fn new(number: u64, noun: &str, set: Set, of: &Gathered) -> Option<Self> {
        let set = of.set(set).filter(|_| number > 0)?;
        let counted = (of.sets[set].1.n as u64 != number).then(|| plural(number, noun));
        Some(Self { shown: grouped(number), set, counted })
    }

    /// The link of a time.
    pub(crate) fn of_time(seconds: f64, set: Set, of: &Gathered) -> Option<Self> {
        let shown = duration(seconds);
        of.set(set).map(|set| Self { counted: Some(shown.clone()), shown, set })
    }

    pub(crate) fn html(&self) -> String {
        let counted = self.counted.as_ref().map(|counted| format!(" data-counted=\"{}\"", escaped(counted)));
        let (shown, set, counted) = (&self.shown, self.set, counted.unwrap_or_default());
        format!("<button type=\"button\" class=\"n\" data-set=\"{set}\"{counted}>{shown}</button>")
    }
}

/// A number in a text, which opens sentences if there are any.
pub(crate) fn linked(number: usize, noun: &str, set: Set, of: &Gathered) -> String {
    let number = number as u64;
    Link::new(number, noun, set, of).map_or_else(|| grouped(number), |link| link.html())
}

/// The same with what it counts: `8 turns`.
pub(crate) fn counted(number: usize, noun: &str, set: Set, of: &Gathered) -> String {
    format!("{} {noun}{}", linked(number, noun, set, of), if number == 1 { "" } else { "s" })
}

/// What is said about a figure, as HTML.
pub(crate) struct Note(String);

impl<T: AsRef<str>> From<T> for Note {
    fn from(text: T) -> Self {
        Self(with_code(text.as_ref()))
    }
}

impl Note {
    /// Goes on with a number that opens sentences, and what it counts.
    pub(crate) fn counted(self, number: usize, noun: &str, set: Set, of: &Gathered) -> Self {
        Self(self.0 + &counted(number, noun, set, of))
    }

    /// Goes on with a text.
    pub(crate) fn text(self, text: &str) -> Self {
        Self(self.0 + &with_code(text))
    }

    fn html(&self) -> String {
        if self.0.is_empty() { String::new() } else { format!("<p>{}</p>", self.0) }
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
pub(crate) fn figure(title: &str, note: impl Into<Note>, chart: &str, grid: &Grid) -> String {
    format!(
        "<figure><figcaption><h3>{}</h3>{}</figcaption>\n{chart}\n<details><summary>The numbers</summary>{}</details>{COPY}</figure>\n",
        escaped(title),
        note.into().html(),
        grid.html()
    )
}

/// A table without a chart.
pub(crate) fn tabulated(title: &str, note: impl Into<Note>, grid: &Grid) -> String {
    format!(
        "<figure><figcaption><h3>{}</h3>{}</figcaption>\n{}{COPY}</figure>\n",
        escaped(title),
        note.into().html(),
        grid.html()
    )
}

/// Copies the table of its figure; shown only where scripts run.
const COPY: &str = "<button type=\"button\" class=\"copy\">Copy the data</button>";

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
fn duration(seconds: f64) -> String {
    let minutes = (seconds / 60.0).round() as u64;
    if minutes >= 60 { format!("{} h {:02} min", minutes / 60, minutes % 60) } else { format!("{minutes} min") }
}
