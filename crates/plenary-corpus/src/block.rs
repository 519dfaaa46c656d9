//! The blocks that partition a document's text.

use std::fmt;

use serde::Serialize;

use crate::span::Span;

/// What kind of text a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// Title of the document.
    Title,
    /// Heading or agenda item.
    Heading,
    /// Running headers, page numbers, rules, blank lines.
    Furniture,
    /// A line that names who conducts the meeting.
    Chair,
    /// The label that announces a turn.
    Byline,
    /// A list of people: those present, a roll call, a division.
    NameList,
    /// What a person says.
    Speech,
    /// An item of a list within a speech.
    ListItem,
    /// What happens in the room, or a statement of the record itself.
    StageNote,
    /// What minutes report between the turns.
    Minutes,
    /// A note of the editors, or a footnote.
    EditorialNote,
}

impl BlockKind {
    /// All kinds, in the order in which they are declared.
    pub const ALL: [BlockKind; 11] = [
        BlockKind::Title,
        BlockKind::Heading,
        BlockKind::Furniture,
        BlockKind::Chair,
        BlockKind::Byline,
        BlockKind::NameList,
        BlockKind::Speech,
        BlockKind::ListItem,
        BlockKind::StageNote,
        BlockKind::Minutes,
        BlockKind::EditorialNote,
    ];

    /// The name that the tables use.
    pub fn as_str(self) -> &'static str {
        match self {
            BlockKind::Title => "title",
            BlockKind::Heading => "heading",
            BlockKind::Furniture => "furniture",
            BlockKind::Chair => "chair",
            BlockKind::Byline => "byline",
            BlockKind::NameList => "name_list",
            BlockKind::Speech => "speech",
            BlockKind::ListItem => "list_item",
            BlockKind::StageNote => "stage_note",
            BlockKind::Minutes => "minutes",
            BlockKind::EditorialNote => "editorial_note",
        }
    }

    /// Whether the block is part of a speech.
    pub fn is_spoken(self) -> bool {
        matches!(self, BlockKind::Speech | BlockKind::ListItem)
    }
}

/// The pass of attribution that claimed a line, or part of one, as something other than speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pass {
    /// The layout of the file: running headers and footers, rules, pictures; for files that declare their turns, every line
    /// outside turns.
    Layout,
    /// Page numbers, clock times and repeated headers.
    Headers,
    /// Lists of people: divisions, roll calls, those present.
    Lists,
    /// Stage directions, editorial notes, footnotes and formulas of the record.
    Notes,
    /// Lines that name who conducts the meeting.
    Chairs,
    /// Title, headings and introduction above the first turn.
    Head,
    /// Headings, agenda items and notes between turns.
    Body,
    /// Brackets inside turns.
    Asides,
    /// A person says that nobody speaks there.
    Correction,
    /// No pass before: there is text above the first turn, or a byline without speech.
    Assembly,
}

impl fmt::Display for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Pass::Layout => "layout of the file",
            Pass::Headers => "page numbers, clock times and running headers",
            Pass::Lists => "lists of people",
            Pass::Notes => "stage directions and notes",
            Pass::Chairs => "lines that name the chair",
            Pass::Head => "head of the document",
            Pass::Body => "headings and notes between turns",
            Pass::Asides => "brackets inside turns",
            Pass::Correction => "correction by a person",
            Pass::Assembly => "what is left outside the turns",
        })
    }
}

/// A stretch of source text with one function. The blocks of a document partition its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Block {
    /// Id of the block.
    pub block_id: String,
    /// Position in the document, from 1.
    pub position: usize,
    /// What the block is.
    pub kind: BlockKind,
    /// Where it is.
    pub span: Span,
    /// First line, from 1.
    pub line_start: usize,
    /// Line of the last character that is not white space, from 1.
    pub line_end: usize,
    /// Page, from 1, if the source has pages.
    pub page: Option<u32>,
    /// Index into [`Transcript::utterances`](crate::Transcript::utterances) for speech and for the byline that announces it.
    pub utterance: Option<usize>,
    /// The passes that claimed parts of the block, in the order of the text; empty for bylines and speech.
    #[serde(skip)]
    pub claimed_by: Vec<Pass>,
}
