//! The nouns of the corpus: documents, blocks, speakers, utterances, segments, their ids and spans.
//!
//! Plain data with public fields; the stages are functions over them. Nothing here reads, guesses or measures.
//! Positions count from 1, as people count; spans count bytes from 0, as the decoded text does.

use serde::Serialize;

mod details;
pub mod disk;
mod evidence;
mod failure;
pub mod findings;
pub mod hash;
mod hint;
mod options;
pub mod progress;
mod style;

pub use details::Details;
pub use evidence::{Explanation, Form, Link, LinkRule, PersonRule, Reason, Rival, StyleScore, Weight};
pub use failure::{Failure, Stage};
pub use hint::Hint;
pub use options::OptionError;
pub use style::{Style, TurnRule, style_name};

/// A half-open range of bytes `[start, end)` of a document's decoded text, on character boundaries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end, "span {start}..{end} ends before it starts");
        Self { start, end }
    }

    /// The stretch of `text` that the span names.
    ///
    /// # Panics
    /// When the span does not lie in `text` on character boundaries: it then belongs to another document.
    pub fn of<'t>(&self, text: &'t str) -> &'t str {
        &text[self.start..self.end]
    }

    pub fn len(&self) -> usize {
        self.end - self.start
    }

    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    pub fn contains(&self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// The container a document came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Docx,
    Markdown,
    Odt,
    Pdf,
    PlainText,
    Html,
    WebVtt,
    SubRip,
    Sbv,
    Tei,
    Csv,
    Tsv,
    Jsonl,
    Xlsx,
    Parquet,
    #[serde(rename = "convokit")]
    ConvoKit,
}

impl Format {
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Docx => "docx",
            Format::Markdown => "markdown",
            Format::Odt => "odt",
            Format::Pdf => "pdf",
            Format::PlainText => "plain_text",
            Format::Html => "html",
            Format::WebVtt => "web_vtt",
            Format::SubRip => "sub_rip",
            Format::Sbv => "sbv",
            Format::Tei => "tei",
            Format::Csv => "csv",
            Format::Tsv => "tsv",
            Format::Jsonl => "jsonl",
            Format::Xlsx => "xlsx",
            Format::Parquet => "parquet",
            Format::ConvoKit => "convokit",
        }
    }

    /// Captions mark where turns begin even where they name nobody.
    pub fn is_captions(self) -> bool {
        matches!(self, Format::WebVtt | Format::SubRip | Format::Sbv)
    }
}

/// What a line of the page is, seen from its layout alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// A heading with its level (1 to 6).
    Heading(u8),
    /// Running text.
    Text,
    /// Text of a list item, its marker included.
    ListItem,
    /// Text set off as a quotation.
    Quote,
    /// A running header or footer: printed at the same place of several pages.
    Running,
    /// A line that carries no words: blank, a rule, an image, a row of underscores.
    Ornament,
}

/// Visible text of one line in one typeface, without the marks that set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextRun {
    pub span: Span,
    pub bold: bool,
    pub italic: bool,
}

/// One line of the source. The lines of a document partition its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The whole line with its line break.
    pub span: Span,
    pub layout: Layout,
    /// Lines of one paragraph (heading, list item) share a number; numbers rise along the document.
    pub paragraph: usize,
    /// What is to be read on the line, in order; empty for ornaments.
    pub runs: Vec<TextRun>,
    /// Index into `Document::turns` where the format itself says whose turn or which cue the line belongs to.
    pub turn: Option<usize>,
}

/// A turn or cue as the format itself marks it: a TEI `u`, a caption's cue, a row of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Turn {
    /// Who speaks, where the format says so; the text is not searched for bylines then.
    pub speaker: Option<Declared>,
    /// Seconds from the start of the recording.
    pub time_start_s: Option<f64>,
    pub time_end_s: Option<f64>,
    /// What else the source says of the turn and the study wants to keep: a JSON object of names and values.
    pub carried: Option<String>,
}

/// A speaker as the format declares them. What it does not say is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Declared {
    /// The name or label as written, e.g. "Dr. Ann Smith"; it is split like a printed byline.
    pub label: String,
    /// The person's name where the format knows it apart from the label, e.g. from a list of persons.
    pub name: Option<String>,
    /// What tells the person from others of that name: an id in the file. `None`: the label does.
    pub id: Option<String>,
    pub details: Details,
    pub role: Option<Role>,
}

/// A file as read: its decoded text and its layout.
#[derive(Debug, Clone)]
pub struct Document {
    /// First 12 hex digits of the sha256 of the file's bytes; where a file holds several documents, `-` and 8 hex
    /// digits of the sha256 of the document's name in the file follow.
    pub document_id: String,
    /// The path as the user gave it, with `/` between its parts; inside an archive or a table the name of the member
    /// or document follows: `corpus.zip/a.txt`.
    pub path: String,
    pub format: Format,
    /// WHATWG name of the encoding the bytes were decoded from, e.g. `UTF-8`, `windows-1252`.
    pub encoding: String,
    /// sha256 of the file's bytes, 64 hex digits.
    pub sha256: String,
    /// Length of the file in bytes.
    pub n_bytes: u64,
    /// The decoded text, without a byte order mark, otherwise as it stands in the file. For formats whose marks
    /// people do not read (TEI, tables) the text that was extracted, line by line.
    pub text: String,
    pub lines: Vec<Line>,
    /// Turns or cues that the format marks; empty where only the text says who speaks.
    pub turns: Vec<Turn>,
    /// What the format's own header says (title, date); it wins over what the text is searched for.
    pub front: FrontMatter,
    /// What was odd about the file and how it was read, in plain sentences.
    pub warnings: Vec<String>,
}

/// What a block of source text turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    Title,
    Heading,
    Furniture,
    Chair,
    Byline,
    Speech,
    ListItem,
    StageNote,
    EditorialNote,
}

impl BlockKind {
    pub const ALL: [BlockKind; 9] = [
        BlockKind::Title,
        BlockKind::Heading,
        BlockKind::Furniture,
        BlockKind::Chair,
        BlockKind::Byline,
        BlockKind::Speech,
        BlockKind::ListItem,
        BlockKind::StageNote,
        BlockKind::EditorialNote,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            BlockKind::Title => "title",
            BlockKind::Heading => "heading",
            BlockKind::Furniture => "furniture",
            BlockKind::Chair => "chair",
            BlockKind::Byline => "byline",
            BlockKind::Speech => "speech",
            BlockKind::ListItem => "list_item",
            BlockKind::StageNote => "stage_note",
            BlockKind::EditorialNote => "editorial_note",
        }
    }

    /// Whether the block is part of what somebody said.
    pub fn is_spoken(self) -> bool {
        matches!(self, BlockKind::Speech | BlockKind::ListItem)
    }
}

/// A stretch of source text with one function. The blocks of a document partition its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Block {
    pub block_id: String,
    pub position: usize,
    pub kind: BlockKind,
    pub span: Span,
    /// First line and the line of the last character that is not white space, counted from 1.
    pub line_start: usize,
    pub line_end: usize,
    /// Page, counted from 1, where the source has pages.
    pub page: Option<u32>,
    /// Index into `Transcript::utterances` for what is spoken and for the byline that announces it.
    pub utterance: Option<usize>,
}

/// The part a person plays in the proceedings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Chair,
    Speaker,
    Questioner,
    Interjector,
    Unknown,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Chair => "chair",
            Role::Speaker => "speaker",
            Role::Questioner => "questioner",
            Role::Interjector => "interjector",
            Role::Unknown => "unknown",
        }
    }

    /// The part that a word names, capitals or not; `None` for words that name an office or nothing.
    pub fn from_word(word: &str) -> Option<Role> {
        match word.trim().to_lowercase().as_str() {
            "chair" | "chairman" | "chairwoman" | "chairperson" | "moderator" | "presiding" => Some(Role::Chair),
            "speaker" | "regular" | "member" | "guest" | "participant" | "panelist" | "panellist" => {
                Some(Role::Speaker)
            }
            "questioner" | "audience" => Some(Role::Questioner),
            "interjector" => Some(Role::Interjector),
            "unknown" => Some(Role::Unknown),
            _ => None,
        }
    }
}

/// A person (or a printed role that stands for one) in one document. What the page does not say is `None`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Speaker {
    pub speaker_id: String,
    /// The same for the same person. Across documents only where the study asks for that or its people list gives ids.
    pub person_id: String,
    /// Why the person is known across documents, or is kept apart; `None` where no other document came into it.
    pub person_rule: Option<PersonRule>,
    /// The first byline of the person, line breaks and marks of emphasis removed.
    pub name_as_printed: String,
    /// The printed label without title and brackets: "Dr. Ann Smith", "The Acting Chair".
    pub label: String,
    pub name: String,
    #[serde(flatten)]
    pub details: Details,
    pub role: Role,
    pub n_utterances: usize,
    pub n_words: usize,
    /// How sure the attribution is that this is a speaker, in [0, 1].
    pub confidence: f32,
    /// The weakest of the links that hold the person's prints together.
    pub link_rule: LinkRule,
    /// How sure that link is, in [0, 1].
    pub link_confidence: f32,
    /// The blocks that the links rest on, in the order of the text.
    pub evidence_block_ids: Vec<String>,
}

/// A turn at speech.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Utterance {
    pub utterance_id: String,
    pub position: usize,
    /// Index into `Transcript::speakers`; `None` where the page does not say who speaks.
    pub speaker: Option<usize>,
    /// How the speaker is printed here, without title and brackets, misreadings mended: "The Chair", "Mr Lee".
    pub label: Option<String>,
    /// What was said: the source between `span.start` and `span.end` without the blocks of other kinds in between,
    /// wrapped lines joined, divided words rejoined, marks of emphasis removed.
    pub text: String,
    pub span: Span,
    /// Seconds from the start of the recording, where the source has times.
    pub time_start_s: Option<f64>,
    pub time_end_s: Option<f64>,
    pub n_words: usize,
    /// How sure the attribution is that a turn begins here and whose it is, in [0, 1].
    pub boundary_confidence: f32,
    pub needs_review: bool,
    /// Why the turn begins here: the rule and the printed evidence, for people.
    pub evidence: String,
    /// The byline that opens it, as an index into `Transcript::blocks`; `None` where none does.
    pub byline: Option<usize>,
    /// The same at length: every step of the weighing, and why the turn is whose it is.
    pub explanation: Explanation,
}

/// A unit of analysis: a sentence, a paragraph or a whole utterance, as the study says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Segment {
    pub segment_id: String,
    /// Index into `Transcript::utterances`.
    pub utterance: usize,
    /// Position within the utterance.
    pub position: usize,
    pub text: String,
    pub span: Span,
    pub n_words: usize,
}

/// What the page says of the event as a whole. What it does not say is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FrontMatter {
    pub title: Option<String>,
    pub event: Option<String>,
    pub panel: Option<String>,
    pub session: Option<String>,
    pub date: Option<jiff::civil::Date>,
    pub time_start: Option<jiff::civil::Time>,
    pub time_end: Option<jiff::civil::Time>,
    /// ISO 639-1 code of the language that the format declares.
    pub language: Option<String>,
}

/// A document with its speech attributed.
#[derive(Debug, Clone)]
pub struct Transcript {
    pub document: Document,
    pub front: FrontMatter,
    /// ISO 639-1 code, `None` where it could not be told.
    pub language: Option<String>,
    /// The speaker style that the document was read in; `None` where no speaker was found.
    pub style: Option<Style>,
    /// How consistent the document is with that style, in [0, 1].
    pub style_confidence: f32,
    /// How much of the document each style explains, the best first; empty where nothing was weighed.
    pub styles: Vec<StyleScore>,
    pub blocks: Vec<Block>,
    pub speakers: Vec<Speaker>,
    pub utterances: Vec<Utterance>,
    pub segments: Vec<Segment>,
    pub needs_review: bool,
    /// What a person should know about the reading, in plain sentences.
    pub warnings: Vec<String>,
}

/// What is kept of a transcript when its text has been dealt with: everything but text, blocks and utterances.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    pub document_id: String,
    pub path: String,
    pub format: Format,
    pub encoding: String,
    pub sha256: String,
    pub n_bytes: u64,
    pub front: FrontMatter,
    pub language: Option<String>,
    pub style: Option<Style>,
    pub style_confidence: f32,
    pub speakers: Vec<Speaker>,
    pub n_utterances: usize,
    pub n_segments: usize,
    pub n_words: usize,
    pub needs_review: bool,
    pub warnings: Vec<String>,
}

impl Transcript {
    pub fn summary(&self) -> Summary {
        let document = &self.document;
        Summary {
            document_id: document.document_id.clone(),
            path: document.path.clone(),
            format: document.format,
            encoding: document.encoding.clone(),
            sha256: document.sha256.clone(),
            n_bytes: document.n_bytes,
            front: self.front.clone(),
            language: self.language.clone(),
            style: self.style,
            style_confidence: self.style_confidence,
            speakers: self.speakers.clone(),
            n_utterances: self.utterances.len(),
            n_segments: self.segments.len(),
            n_words: self.n_words(),
            needs_review: self.needs_review,
            warnings: self.warnings.clone(),
        }
    }

    /// The speaker of a segment, where known.
    pub fn speaker_of(&self, segment: &Segment) -> Option<&Speaker> {
        self.utterances[segment.utterance].speaker.map(|s| &self.speakers[s])
    }

    /// The turn of the source in which an utterance begins, where the format marks turns.
    pub fn turn_of(&self, utterance: &Utterance) -> Option<&Turn> {
        let lines = &self.document.lines;
        let from = lines.partition_point(|line| line.span.end <= utterance.span.start);
        let turn = lines.get(from).filter(|line| line.span.start <= utterance.span.start)?.turn?;
        self.document.turns.get(turn)
    }

    /// Words of all utterances together.
    pub fn n_words(&self) -> usize {
        self.utterances.iter().map(|u| u.n_words).sum()
    }
}

/// Ids of things in a document: the document's id and zero-padded positions, so that they depend on that file alone.
pub mod ids {
    pub fn block(document_id: &str, position: usize) -> String {
        format!("{document_id}-b{position:05}")
    }

    pub fn speaker(document_id: &str, position: usize) -> String {
        format!("{document_id}-p{position:03}")
    }

    pub fn utterance(document_id: &str, position: usize) -> String {
        format!("{document_id}-u{position:04}")
    }

    pub fn segment(utterance_id: &str, position: usize) -> String {
        format!("{utterance_id}-s{position:03}")
    }
}
