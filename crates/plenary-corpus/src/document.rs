//! A file as read: its decoded text, its lines with their layout, and the turns that the format itself marks.

use serde::{Deserialize, Serialize};

use crate::details::Details;
use crate::format::Format;
use crate::span::Span;
use crate::speaker::Role;
use crate::variables::Variables;

/// What kind of line it is, judged from its layout alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layout {
    /// A heading with its level (1 to 6).
    Heading(u8),
    /// Running text.
    Text,
    /// Text of a list item, including its marker.
    ListItem,
    /// Text set off as a quotation.
    Quote,
    /// A running header or footer: printed at the same position on several pages.
    Running,
    /// A line without words: blank, a rule, an image, a row of underscores.
    Ornament,
}

/// Visible text of one line in one typeface, without markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextRun {
    /// Where the text is.
    pub span: Span,
    /// Whether it is set in bold.
    pub bold: bool,
    /// Whether it is set in italics.
    pub italic: bool,
}

/// One line of the source. The lines of a document partition its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The whole line with its line break.
    pub span: Span,
    /// What kind of line it is.
    pub layout: Layout,
    /// Number of the paragraph (heading, list item) that the line belongs to; numbers increase along the document.
    pub paragraph: usize,
    /// The visible text of the line, in order; empty for ornaments.
    pub runs: Vec<TextRun>,
    /// Index into [`Document::turns`] if the format itself says which turn or cue the line belongs to.
    pub turn: Option<usize>,
}

/// A turn or cue as the format itself marks it: a TEI `u`, a caption's cue, a row of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// The speaker, if the format names one; the text is then not searched for bylines.
    pub speaker: Option<Declared>,
    /// Start in seconds from the start of the recording.
    pub time_start_s: Option<f64>,
    /// End in seconds from the start of the recording.
    pub time_end_s: Option<f64>,
    /// Other values of the source that the study wants to keep: a JSON object of names and values.
    pub carried: Option<String>,
    /// What the format says of another turn that this one interrupts.
    pub interrupts: Option<Interrupts>,
}

/// That the format marks a turn as an interruption of another one, by the index of that turn into [`Document::turns`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Interrupts {
    /// The turn is marked as an interruption or interjection, or is between two parts of the other turn.
    Marked(usize),
    /// The turn is marked as beginning before the other one ends.
    Overlapping(usize),
}

/// What the listeners do while somebody speaks, as the format marks it: a `vocal` or `kinesic` of TEI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// Where the note is in the text; empty if it has no text.
    pub span: Span,
    /// What they do.
    pub kind: ReactionKind,
    /// Who does it, as in [`Declared::id`]. `None` if the format does not say.
    pub who: Option<String>,
}

/// What listeners do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReactionKind {
    /// They interrupt the speaker.
    Interruption,
    /// They say something without interrupting the speaker: a call, a question.
    Call,
    /// They applaud.
    Applause,
    /// They laugh.
    Laughter,
}

/// A cue of captions, or another stretch of the text whose times the format gives.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CueTime {
    /// Offset of its first character in [`Document::text`].
    pub start: usize,
    /// Start in seconds from the start of the recording.
    pub time_start_s: f64,
    /// End in seconds from the start of the recording.
    pub time_end_s: f64,
}

/// A speaker as the format declares them. What the format does not say is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Declared {
    /// The name or label as written, such as "Dr. Ann Smith"; it is split in the same way as a printed byline.
    pub label: String,
    /// The person's name, if the format gives it apart from the label, for example in a list of persons.
    pub name: Option<String>,
    /// Id in the file that distinguishes the person from others with the same name. `None`: the label does.
    pub id: Option<String>,
    /// Title, affiliation, country, constituency and party.
    pub details: Details,
    /// Role in the proceedings.
    pub role: Option<Role>,
    /// Further facts, such as the year of birth.
    pub variables: Variables,
}

/// What a page or a format says about the event as a whole. What it does not say is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrontMatter {
    /// Title of the document.
    pub title: Option<String>,
    /// Name of the event.
    pub event: Option<String>,
    /// Panel, round table or other part of the event.
    pub panel: Option<String>,
    /// Session or sitting.
    pub session: Option<String>,
    /// Date of the event.
    pub date: Option<jiff::civil::Date>,
    /// Time of day at which it began.
    pub time_start: Option<jiff::civil::Time>,
    /// Time of day at which it ended.
    pub time_end: Option<jiff::civil::Time>,
    /// Language that the format declares, as an ISO 639-1 code.
    pub language: Option<String>,
    /// Further facts about the document that the study or the format gives.
    pub variables: Variables,
}

impl FrontMatter {
    /// Fills in values that are missing here from `other`.
    pub fn fill_from(&mut self, other: FrontMatter) {
        let FrontMatter { title, event, panel, session, date, time_start, time_end, language, variables } = other;
        self.title = self.title.take().or(title);
        self.event = self.event.take().or(event);
        self.panel = self.panel.take().or(panel);
        self.session = self.session.take().or(session);
        self.date = self.date.or(date);
        self.time_start = self.time_start.or(time_start);
        self.time_end = self.time_end.or(time_end);
        self.language = self.language.take().or(language);
        for (name, value) in variables {
            self.variables.entry(name).or_insert(value);
        }
    }
}

/// A file as read: its decoded text and its layout.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Document {
    /// First 12 hex digits of the sha256 of the file's bytes. For a file that holds several documents, `-` and 8 hex
    /// digits of the sha256 of the document's name in the file are appended.
    pub document_id: String,
    /// The path as the user gave it, with `/` as separator. Inside an archive or a table the name of the member or
    /// document follows: `corpus.zip/a.txt`.
    pub path: String,
    /// The input that holds the document, as the user named it: `path` without the member of an archive or table.
    pub source: String,
    /// File format.
    pub format: Format,
    /// WHATWG name of the encoding from which the bytes were decoded, such as `UTF-8` or `windows-1252`.
    pub encoding: String,
    /// sha256 of the file's bytes, 64 hex digits.
    pub sha256: String,
    /// Length of the file in bytes.
    pub n_bytes: u64,
    /// The decoded text without a byte order mark, otherwise unchanged. For formats whose markup is not meant for
    /// readers (TEI, tables) the text that was extracted, line by line.
    pub text: String,
    /// The lines; they partition `text`.
    pub lines: Vec<Line>,
    /// Turns or cues that the format marks; empty if only the text says who speaks.
    pub turns: Vec<Turn>,
    /// The cues that have text, in order, if the format has cues; a turn may consist of many.
    pub cues: Vec<CueTime>,
    /// What listeners do, in the order of the text.
    pub reactions: Vec<Reaction>,
    /// What the format's own header says (title, date); it takes precedence over what is found in the text.
    pub front: FrontMatter,
    /// What was unusual about the file and how it was read, in full sentences.
    pub warnings: Vec<String>,
}
