//! Why a file could not be read: which file, where in it, and what is wrong.
//!
//! Readers return a [`Problem`], which does not contain the path. `read_all` and the archive reader add the path once.

use std::fmt;

/// A file could not be read as a transcript.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReadError {
    /// Path of the file as the user gave it; members of archives follow after a `/`.
    pub path: String,
    /// Where in the file.
    pub place: Place,
    /// What is wrong.
    pub kind: ReadErrorKind,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, place, kind } = self;
        match place {
            Place::File => write!(f, "{path}: {kind}"),
            place => write!(f, "{path}, {place}: {kind}"),
        }
    }
}

impl std::error::Error for ReadError {}

impl ReadError {
    pub(crate) fn new(path: impl Into<String>, problem: impl Into<Problem>) -> Self {
        let Problem { place, kind } = problem.into();
        Self { path: path.into(), place, kind }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        self.kind.hint()
    }
}

/// Where in a file something is wrong. All numbers count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// The file as a whole.
    File,
    /// A line.
    Line(usize),
    /// A character of a line.
    Column {
        /// Number of the line.
        line: usize,
        /// Number of the character in the line.
        column: usize,
    },
    /// A row of a table.
    Row(usize),
    /// A row of one sheet of a workbook.
    SheetRow {
        /// Name of the sheet.
        sheet: String,
        /// Number of the row in the sheet.
        row: usize,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File => write!(f, "the whole file"),
            Place::Line(line) => write!(f, "line {line}"),
            Place::Column { line, column } => write!(f, "line {line}, column {column}"),
            Place::Row(row) => write!(f, "row {row}"),
            Place::SheetRow { sheet, row } => write!(f, "sheet `{sheet}`, row {row}"),
        }
    }
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// No bytes, or only white space.
    #[error("the file is empty")]
    Empty,
    /// A format that is recognised but not read.
    #[error("this is {found}, which plenary does not read yet")]
    Unsupported {
        /// The format, with its article.
        found: &'static str,
    },
    /// A format that holds no words.
    #[error("this is {found} and no words")]
    NoWords {
        /// The format, with its article, and what it holds.
        found: &'static str,
    },
    /// JSON that breaks the rules of JSON.
    #[error("this is not JSON: {problem}")]
    Json {
        /// What was found.
        problem: String,
    },
    /// JSON of another kind than that of a speech recogniser.
    #[error(
        "this is JSON without a transcript: {found}; expected the JSON of a speech recogniser, a list of objects with `text` and \
         `speaker` or `start`"
    )]
    OtherJson {
        /// What the file holds, for people.
        found: String,
    },
    /// Bytes that are not text and belong to no known format.
    #[error("this is not text: byte {offset} is {byte:#04x} and {share:.0} % of its characters are control characters")]
    Binary {
        /// Offset of the first byte that is not text, from 0.
        offset: usize,
        /// That byte.
        byte: u8,
        /// Control characters among all characters, in per cent.
        share: f64,
    },
    /// Captions that break the rules of their format.
    #[error("{problem}")]
    Malformed {
        /// What was found.
        problem: String,
        /// What to do about it.
        hint: &'static str,
    },
    /// XML that is not well-formed.
    #[error("{problem}")]
    Xml {
        /// What was found and what was expected.
        problem: String,
    },
    /// XML that declares entities.
    #[error("the file declares entities of its own, which are never expanded")]
    Entities,
    /// XML of a kind that is not read.
    #[error(
        "this is XML of a kind that is not read: its root element is `{root}`, expected `TEI` or `teiCorpus` (TEI), \
         `akomaNtoso` (Akoma Ntoso), `publicwhip` (parlparse), `Hansard` (Canada), `hansard` (Australia) \
         or `dbtplenarprotokoll` (Bundestag)"
    )]
    NotTei {
        /// Local name of the root element.
        root: String,
    },
    /// A record of debates in which nobody speaks.
    #[error("this is {what}, but nobody speaks in it; expected {expected}")]
    NoSpeech {
        /// The format, with its article.
        what: &'static str,
        /// The elements with speech, in Markdown.
        expected: &'static str,
    },
    /// TEI in which no `TEI` element has text.
    #[error("the file is TEI but contains no text")]
    NoTextInTei,
    /// A table without a recognised column of text.
    #[error("no column with the text of the turns was found; {columns}")]
    NoTextColumn {
        /// The columns that the table has, for people.
        columns: String,
    },
    /// A column that the study names and that was not read.
    #[error("the study names the column `{column}` as `{key}`, but no column of that name was read; {columns}")]
    NoColumn {
        /// Key under `[columns]` in the study.
        key: &'static str,
        /// Name that the study gives.
        column: String,
        /// The columns that the table has, for people.
        columns: String,
    },
    /// A file that another one completes, which is not there.
    #[error("this file holds ids and texts, and does not say who speaks; expected the file `{name}` beside it")]
    NoCompanion {
        /// Name of the missing file.
        name: String,
    },
    /// A row of a table that cannot be read.
    #[error("{problem}")]
    Row {
        /// What was found and what was expected.
        problem: String,
    },
    /// A file of a known format that is damaged.
    #[error("this is {what}, but it is damaged: {problem}")]
    Damaged {
        /// The format, with its article.
        what: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A reader stopped with a panic.
    #[error("the reader of this format failed on the file: {problem}")]
    Failed {
        /// Message of the panic.
        problem: String,
    },
    /// A file that needs a password.
    #[error("this is {what} that asks for a password")]
    Encrypted {
        /// The format, with its article.
        what: &'static str,
    },
    /// A file that would need more memory than the limits allow.
    #[error("this is {what} that is too large: {problem}")]
    TooLarge {
        /// The format, with its article.
        what: &'static str,
        /// Which limit it exceeds.
        problem: String,
    },
    /// A PDF file whose pages draw no characters.
    #[error("this PDF file has no text layer: its {n_pages} pages are blank or pictures of text (a scan)")]
    NoTextLayer {
        /// Number of pages.
        n_pages: usize,
    },
    /// A PDF file whose fonts do not map their glyphs to characters.
    #[error("the fonts of this PDF file do not say which characters they draw ({n_unknown} of {n_glyphs} are unknown)")]
    UnknownCharacters {
        /// Glyphs without a known character.
        n_unknown: usize,
        /// All glyphs.
        n_glyphs: usize,
    },
    /// An archive inside an archive.
    #[error("this is {found} inside an archive; archives inside archives are not unpacked")]
    Nested {
        /// The inner archive, with its article.
        found: &'static str,
    },
    /// An archive without files to read.
    #[error("the archive holds no transcripts")]
    NoMembers,
    /// Several documents where one was asked for.
    #[error("the file holds {n} documents where one was asked for")]
    Several {
        /// Number of documents.
        n: usize,
    },
}

impl ReadErrorKind {
    /// What the user can do about it.
    fn hint(&self) -> &'static str {
        use ReadErrorKind as Kind;
        match self {
            Kind::Empty => "check the export that made the file, or take it out of the folder",
            Kind::Unsupported { .. } => {
                "save it in a format that is read, such as plain text or a Word document, and run again"
            }
            Kind::NoWords { .. } => "name the transcript of the recording; many programs export it with the speakers",
            Kind::Json { .. } => "get the file again, the copy may be incomplete; or correct the JSON at this place",
            Kind::OtherJson { .. } => {
                "export the transcript as captions or text, or make JSON lines of it, one object with `speaker` and `text` per \
                 line"
            }
            Kind::Binary { .. } => "save the transcript in a format that is read, such as plain text, and run again",
            Kind::Malformed { hint, .. } => hint,
            Kind::Xml { .. } => "correct the XML at this place; an XML editor or `xmllint` shows it",
            Kind::Entities => "write the characters themselves and remove the entity declarations",
            Kind::NotTei { .. } => "convert it to one of these or to plain text and run again",
            Kind::NoCompanion { .. } => "put both files into one folder, and name the folder or the file of texts",
            Kind::NoSpeech { .. } => "check that the file is a record of debates and not of votes, members or laws",
            Kind::NoTextInTei => "a corpus file that only includes other files is not read; name those files",
            Kind::NoTextColumn { .. } => {
                "name the column under [columns] in the study, e.g. text = \"remarks\", or call it `text` in the file"
            }
            Kind::NoColumn { .. } => "correct the name under [columns] in the study; upper and lower case are the same",
            Kind::Row { .. } => "correct the row at this place, or export the table again",
            Kind::Damaged { .. } => {
                "get the file again, the copy may be incomplete; or open it in the program that made it and save it again"
            }
            Kind::Failed { .. } => {
                "the file is probably damaged: open it in the program that made it, save it again, and run again"
            }
            Kind::Encrypted { .. } => "save a copy without the password and run again",
            Kind::TooLarge { .. } => {
                "split it into one file per document; if it is compressed and you trust it, unpack it yourself and name \
                 the files in it"
            }
            Kind::NoTextLayer { .. } => {
                "recognise its text first (OCR, for example with ocrmypdf), which adds a text layer; then run again"
            }
            Kind::UnknownCharacters { .. } => {
                "take the text from another source, or recognise the pages as pictures (OCR) and run again"
            }
            Kind::Nested { .. } => "unpack the inner archive and name the files in it",
            Kind::NoMembers => "check what the archive holds; hidden files are ignored",
            Kind::Several { .. } => "call `read_all`, which returns all documents of a file",
        }
    }
}

/// What is wrong and where in the file, while the path is not known.
#[derive(Debug)]
pub(crate) struct Problem {
    place: Place,
    kind: ReadErrorKind,
}

impl From<ReadErrorKind> for Problem {
    fn from(kind: ReadErrorKind) -> Self {
        Self { place: Place::File, kind }
    }
}

impl ReadErrorKind {
    /// The problem at a place of the file.
    pub(crate) fn at(self, place: Place) -> Problem {
        Problem { place, kind: self }
    }
}
