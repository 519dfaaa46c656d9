//! Rich text (RTF) to lines.
//!
//! **Input:** bytes. **Output:** the paragraphs of the text with bold and italic, tabs, rows of tables, footnotes below a
//! rule, and the title of the file; text in Unicode escapes and in the code pages of the file and of its fonts is decoded.
//! **Refused:** a file that is cut off, groups nested too deep, a file without words. Pictures, fields' instructions, hidden
//! text and the other destinations are skipped; headers and footers are named in a warning. **Left to others:** who speaks, to
//! `plenary-attribute`.

mod tokens;

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};

use super::error::{Problem, ReadErrorKind};
use super::file::File;
use super::flow::{Flow, Paragraph};
use super::parts::Parts;
use plenary_corpus::text::collapse_white_space;
use plenary_corpus::{FrontMatter, Layout};
use tokens::{Token, Tokens};

/// Name of the format in errors.
pub(crate) const NOUN: &str = "a rich text (RTF) file";

/// Deepest nesting of groups.
const DEEPEST: usize = 500;

/// Headers and footers that the warning shows.
const MOST_RUNNING: usize = 10;

/// Whether a file is RTF.
pub(crate) fn is_rtf(file: &File<'_>) -> bool {
    file.bytes.trim_ascii_start().starts_with(b"{\\rtf") || file.bytes.starts_with(b"\xEF\xBB\xBF{\\rtf")
}

/// What the text of a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Destination {
    Body,
    Skipped,
    Fonts,
    Title,
    /// A running header or footer, of which a warning tells.
    Running,
    Footnote,
}

/// The state that a group restores at its end.
#[derive(Debug, Clone)]
struct State {
    destination: Destination,
    bold: bool,
    italic: bool,
    hidden: bool,
    /// Characters that follow a Unicode escape for programs that do not read it.
    skip: usize,
    encoding: &'static Encoding,
    font: i32,
    in_table: bool,
    outline: Option<u8>,
}

/// Reads RTF.
///
/// # Errors
/// [`ReadErrorKind::Damaged`] if the file is cut off or nested too deep, [`ReadErrorKind::Empty`] if it holds no words.
pub(crate) fn read(bytes: &[u8]) -> Result<Parts, Problem> {
    let mut reader = Reader::new();
    for token in Tokens::new(bytes) {
        reader.take(token)?;
    }
    reader.finish()
}

struct Reader {
    flow: Flow,
    /// The body while a footnote or a running header is read.
    outer: Vec<Flow>,
    groups: Vec<State>,
    state: State,
    default_encoding: &'static Encoding,
    /// Encodings of the fonts that declare one.
    fonts: HashMap<i32, &'static Encoding>,
    default_font: i32,
    /// Bytes that wait for the others of their character.
    pending: Vec<u8>,
    /// Characters still to be skipped after a Unicode escape.
    to_skip: usize,
    /// First half of a character outside the basic plane.
    surrogate: Option<u16>,
    /// The control word before this token was `\*`.
    is_ignorable: bool,
    title: String,
    running: Vec<String>,
    /// Whether a row is open in each table.
    in_row: bool,
    in_cell: bool,
    has_ended: bool,
    opened: bool,
}

impl Reader {
    fn new() -> Self {
        let state = State {
            destination: Destination::Body,
            bold: false,
            italic: false,
            hidden: false,
            skip: 1,
            encoding: WINDOWS_1252,
            font: -1,
            in_table: false,
            outline: None,
        };
        Self {
            flow: Flow::default(),
            outer: Vec::new(),
            groups: Vec::new(),
            state,
            default_encoding: WINDOWS_1252,
            fonts: HashMap::new(),
            default_font: 0,
            pending: Vec::new(),
            to_skip: 0,
            surrogate: None,
            is_ignorable: false,
            title: String::new(),
            running: Vec::new(),
            in_row: false,
            in_cell: false,
            has_ended: false,
            opened: false,
        }
    }

    fn take(&mut self, token: Token<'_>) -> Result<(), Problem> {
        if self.has_ended {
            return Ok(());
        }
        if !matches!(token, Token::Byte(_) | Token::Text(_)) {
            self.flush();
        }
        match token {
            Token::Open => self.open()?,
            Token::Close => self.close(),
            Token::Ignorable => self.is_ignorable = true,
            Token::Word(word, number) => self.word(word, number),
            Token::Symbol(symbol) => self.symbol(symbol),
            Token::Byte(byte) => self.byte(byte),
            Token::Text(text) => text.iter().for_each(|byte| self.byte(*byte)),
            Token::Data => {}
        }
        Ok(())
    }

    fn open(&mut self) -> Result<(), Problem> {
        self.to_skip = 0;
        self.opened = true;
        if self.groups.len() >= DEEPEST {
            let problem = format!("its groups are nested more than {DEEPEST} deep");
            return Err(ReadErrorKind::Damaged { what: NOUN, problem }.into());
        }
        self.groups.push(self.state.clone());
        Ok(())
    }

    fn close(&mut self) {
        self.to_skip = 0;
        let Some(outer) = self.groups.pop() else { return };
        let inner = std::mem::replace(&mut self.state, outer);
        if inner.destination != self.state.destination {
            match inner.destination {
                Destination::Footnote => self.flow.end_note(),
                Destination::Running => {
                    if let Some(body) = self.outer.pop() {
                        let mut page = std::mem::replace(&mut self.flow, body);
                        page.end_paragraph();
                        let text = collapse_white_space(&page.text());
                        if !text.is_empty() && self.running.len() < MOST_RUNNING && !self.running.contains(&text) {
                            self.running.push(text);
                        }
                    }
                }
                _ => {}
            }
        }
        self.has_ended = self.groups.is_empty();
    }

    /// Begins a destination. Those that are not known and may be ignored are skipped.
    fn destination(&mut self, destination: Destination) {
        if self.state.destination == Destination::Skipped || self.state.destination == destination {
            return;
        }
        match destination {
            Destination::Footnote => self.flow.start_note(),
            Destination::Running => {
                let body = std::mem::take(&mut self.flow);
                self.outer.push(body);
            }
            _ => {}
        }
        self.state.destination = destination;
    }

    fn word(&mut self, word: &str, number: Option<i32>) {
        if std::mem::take(&mut self.is_ignorable) && !is_known_destination(word) {
            self.destination(Destination::Skipped);
            return;
        }
        let on = number != Some(0);
        match word {
            "par" | "sect" | "page" | "pagebb" => self.end_paragraph(),
            "line" | "lbr" | "softline" if self.shows() => self.paragraph().line_break(),
            "tab" => self.push("\t"),
            "cell" | "nestcell" => self.end_cell(),
            "row" | "nestrow" => self.end_row(),
            "intbl" => self.state.in_table = true,
            "pard" => (self.state.in_table, self.state.outline) = (false, None),
            "plain" => {
                (self.state.bold, self.state.italic, self.state.hidden) = (false, false, false);
                self.font(self.default_font);
            }
            "b" => self.state.bold = on,
            "i" => self.state.italic = on,
            "v" | "deleted" => self.state.hidden = on,
            "outlinelevel" => {
                self.state.outline = number.and_then(|level| u8::try_from(level).ok()).filter(|level| *level < 6);
            }
            "u" => self.unicode(number.unwrap_or(0)),
            "uc" => self.state.skip = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(1).min(8),
            "ansicpg" => self.code_page(number),
            "mac" => self.set_default(encoding_rs::MACINTOSH),
            "pc" | "pca" => self.set_default(encoding_rs::IBM866),
            "deff" => self.default_font = number.unwrap_or(0),
            "f" => self.font(number.unwrap_or(0)),
            "fcharset" => self.font_charset(number.unwrap_or(1)),
            "emdash" => self.push("—"),
            "endash" => self.push("–"),
            "emspace" | "enspace" | "qmspace" => self.push(" "),
            "bullet" => self.push("•"),
            "lquote" => self.push("‘"),
            "rquote" => self.push("’"),
            "ldblquote" => self.push("“"),
            "rdblquote" => self.push("”"),
            "fonttbl" => self.destination(Destination::Fonts),
            "title" if self.state.destination == Destination::Skipped && self.in_info() => {
                self.state.destination = Destination::Title;
            }
            "footnote" => self.destination(Destination::Footnote),
            "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr" | "footerf" => {
                self.destination(Destination::Running);
            }
            _ if is_skipped_destination(word) => self.destination(Destination::Skipped),
            _ => {}
        }
    }

    /// Whether the group is directly inside one that is skipped, as the title is inside the information about the file.
    fn in_info(&self) -> bool {
        self.groups.last().is_some_and(|outer| outer.destination == Destination::Skipped)
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'~' => self.push(" "),
            b'_' => self.push("-"),
            b'\n' | b'\r' => self.end_paragraph(),
            b'\t' => self.push("\t"),
            b'\\' | b'{' | b'}' => self.byte(symbol),
            _ => {}
        }
    }

    fn byte(&mut self, byte: u8) {
        if self.to_skip > 0 {
            self.to_skip -= 1;
            return;
        }
        self.pending.push(byte);
    }

    /// Decodes the bytes that wait.
    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.pending);
        let (text, _) = self.state.encoding.decode_without_bom_handling(&bytes);
        self.push(&text);
    }

    fn unicode(&mut self, number: i32) {
        let unit = (number & 0xFFFF) as u16;
        self.to_skip = self.state.skip;
        match (self.surrogate.take(), unit) {
            (_, 0xD800..=0xDBFF) => self.surrogate = Some(unit),
            (Some(first), 0xDC00..=0xDFFF) => {
                let text = String::from_utf16_lossy(&[first, unit]);
                self.push(&text);
            }
            (_, unit) => {
                let text = String::from_utf16_lossy(&[unit]);
                // Symbol fonts map their letters to this private range.
                let is_symbol = (0xF020..=0xF0FF).contains(&unit);
                self.push(if is_symbol { "\u{FFFD}" } else { &text });
            }
        }
    }

    fn shows(&self) -> bool {
        !self.state.hidden
            && matches!(self.state.destination, Destination::Body | Destination::Running | Destination::Footnote)
    }

    /// Adds text to the open paragraph, or to the title.
    fn push(&mut self, text: &str) {
        const LONGEST_TITLE: usize = 400;
        if self.state.destination == Destination::Title && self.title.len() < LONGEST_TITLE {
            self.title.push_str(text);
        }
        if !self.shows() {
            return;
        }
        let (bold, italic) = (self.state.bold, self.state.italic);
        self.paragraph().push(text, bold, italic);
    }

    fn paragraph(&mut self) -> &mut Paragraph {
        if self.state.in_table && !self.in_row {
            self.flow.start_row();
            self.in_row = true;
        }
        if self.in_row && self.state.in_table && !self.in_cell {
            self.flow.start_cell();
            self.in_cell = true;
        }
        let layout = self.state.outline.map_or(Layout::Text, |level| Layout::Heading(level + 1));
        if self.flow.open.is_none() {
            self.flow.start_paragraph(layout);
        }
        self.flow.open.get_or_insert_with(Paragraph::default)
    }

    fn end_paragraph(&mut self) {
        if !self.shows() {
            return;
        }
        // Text after a table ends its row, should the file not do so.
        if !self.state.in_table && self.in_row {
            self.end_row();
        }
        self.paragraph();
        self.flow.end_paragraph();
    }

    fn end_cell(&mut self) {
        if !self.shows() {
            return;
        }
        self.state.in_table = true;
        self.paragraph();
        self.flow.end_cell();
        self.in_cell = false;
    }

    fn end_row(&mut self) {
        if !self.shows() || !self.in_row {
            return;
        }
        if std::mem::take(&mut self.in_cell) {
            self.flow.end_cell();
        }
        self.flow.end_row();
        self.in_row = false;
    }

    fn set_default(&mut self, encoding: &'static Encoding) {
        self.default_encoding = encoding;
        self.state.encoding = encoding;
    }

    fn code_page(&mut self, number: Option<i32>) {
        if let Some(encoding) = number.and_then(tokens::code_page) {
            self.set_default(encoding);
        }
    }

    fn font(&mut self, number: i32) {
        self.state.font = number;
        if self.state.destination != Destination::Fonts {
            self.state.encoding = self.fonts.get(&number).copied().unwrap_or(self.default_encoding);
        }
    }

    fn font_charset(&mut self, number: i32) {
        if self.state.destination == Destination::Fonts
            && let Some(encoding) = tokens::charset(number)
        {
            self.fonts.insert(self.state.font, encoding);
        }
    }

    fn finish(mut self) -> Result<Parts, Problem> {
        self.flush();
        if !self.has_ended {
            let problem = if self.opened {
                format!("it ends inside {} open groups; it may be cut off", self.groups.len())
            } else {
                "it has no group".to_string()
            };
            return Err(ReadErrorKind::Damaged { what: NOUN, problem }.into());
        }
        self.flow.end_paragraph();
        if self.flow.is_blank() {
            return Err(ReadErrorKind::Empty.into());
        }
        let title = collapse_white_space(&self.title);
        let front = FrontMatter { title: (!title.is_empty()).then_some(title), ..FrontMatter::default() };
        let mut parts = Parts { front, ..Parts::default() };
        if !self.running.is_empty() {
            const SHOWN: usize = 200;
            let shown: String = self.running.join(" | ").chars().take(SHOWN).collect();
            parts.warnings.push(format!("headers and footers were not read: {shown}"));
        }
        self.flow.write(&mut parts);
        Ok(parts)
    }
}

/// Destinations that may be ignored by programs that do not know them, and are read.
fn is_known_destination(word: &str) -> bool {
    matches!(word, "footnote" | "fldrslt" | "shptxt" | "ud" | "shpinst" | "shprslt")
}

/// Destinations whose text is no text of the page.
fn is_skipped_destination(word: &str) -> bool {
    matches!(
        word,
        "colortbl"
            | "stylesheet"
            | "info"
            | "pict"
            | "fldinst"
            | "object"
            | "objdata"
            | "listtable"
            | "listoverridetable"
            | "revtbl"
            | "rsidtbl"
            | "generator"
            | "themedata"
            | "colorschememapping"
            | "latentstyles"
            | "datastore"
            | "xmlnstbl"
            | "filetbl"
            | "bkmkstart"
            | "bkmkend"
            | "annotation"
            | "atnid"
            | "atnauthor"
            | "atrfstart"
            | "atrfend"
            | "nonshppict"
            | "pntxta"
            | "pntxtb"
            | "xe"
            | "tc"
            | "mmathPr"
            | "private"
            | "shppict"
            | "sp"
            | "ftnsep"
            | "ftnsepc"
            | "ftncn"
            | "aftnsep"
            | "aftnsepc"
            | "aftncn"
            | "upr"
    )
}

#[cfg(test)]
mod tests;
