//! The registry of formats: one entry for each format and each kind of archive that plenary reads.
//!
//! Everything that depends on the list of formats is derived from [`FORMATS`]: which files a folder is expected to hold,
//! how a file is recognised and by which function it is read, lists for people, and the table in the documentation.
//! `docs/development/adding-a-format.md` describes how to add an entry.

use plenary_corpus::{Document, Format, FormatFamily, Line};
use plenary_names::lexicon::Lexicon;

use super::debates::tree::Node;
use super::debates::{akoma_ntoso, australia, bundestag, canada, parlparse};
use super::decode::Decoded;
use super::error::{Problem, ReadError, ReadErrorKind};
use super::file::File;
use super::parts::Parts;
use super::{Columns, Options, Reading};
use super::{
    archive, captions, chat, decode, detect, docx, elan, events, exmaralda, html, mail, markdown, odt, otranscribe,
    parlamint, pdf, plain, recogniser, rtf, tabular, tei, xml_text,
};

/// A format, or a kind of archive, that plenary reads.
#[non_exhaustive]
pub struct FormatEntry {
    /// Name of the format in lists: `Word document`.
    pub title: &'static str,
    /// Name of a file of the format in errors, with its article: `a Word document`.
    pub noun: &'static str,
    /// Extensions, without the dot and in lower case, of the files that are read when a folder is named.
    pub extensions: &'static [&'static str],
    /// Further extensions of the format. A file in a folder with such an extension is not expected to be a transcript.
    pub other_extensions: &'static [&'static str],
    /// How a file is recognised, for people, in Markdown.
    pub recognised_by: &'static str,
    /// What becomes a document, for people, in Markdown.
    pub documents: &'static str,
    pub(crate) detect: Detect,
    pub(crate) content: Content,
}

/// How a file is recognised as one of a format. Entries are tried in the order of [`FORMATS`]: first those that check
/// bytes; then, if none of them matches and the file is not of a recognised but unsupported format, those that check
/// text.
pub(crate) enum Detect {
    /// By the bytes.
    Bytes(fn(&File<'_>) -> bool),
    /// By the text or the extension.
    Text(fn(&File<'_>) -> bool),
    /// A folder, recognised by the names of its files.
    Folder,
}

/// The content of a file of the entry, and the function that reads it.
pub(crate) enum Content {
    /// Files, each in its own format.
    Archive(fn(&File<'_>, &Options) -> Result<Reading, ReadError>),
    /// Documents of a format.
    Documents(Format, Reader),
}

/// The function that reads a format.
pub(crate) enum Reader {
    /// Bytes that are not text, to one document.
    Bytes(fn(&[u8]) -> Result<Parts, Problem>),
    /// Text that people read without conversion, to the lines of one document.
    Lines(fn(&str) -> Vec<Line>),
    /// Cues, in which names may precede what is said, to one document.
    Captions(fn(&str, Format, &Lexicon) -> Result<Parts, Problem>),
    /// Text that may declare its encoding, to one document: how it is decoded, and how it is read.
    DeclaredText(fn(&[u8]) -> Decoded, fn(&str) -> Parts),
    /// Text with marks that people do not read, to one document: how it is decoded, and how it is read.
    Text(fn(&[u8]) -> Decoded, fn(&str, &Lexicon) -> Result<Parts, Problem>),
    /// Rows of a table, to one document or several.
    Table(fn(&File<'_>, &Columns) -> Result<tabular::Table, Problem>),
    /// Rows of a table that is joined from two files, to one document or several.
    Joined(fn(&File<'_>, &Options) -> Result<tabular::Table, Problem>),
    /// Text to several documents.
    Several(fn(&File<'_>, &Options) -> Result<Vec<Document>, Problem>),
    /// The tree of an XML file, to one document.
    Debate(fn(&Node, &Lexicon) -> Result<Parts, ReadErrorKind>),
    /// The files of a folder: [`convokit`](super::convokit) reads it.
    Folder,
}

/// All formats and archives, in the order in which a file is compared with them.
pub static FORMATS: &[FormatEntry] = &[
    FormatEntry {
        title: "gzip file",
        noun: archive::NOUN_GZIP,
        extensions: &["gz"],
        other_extensions: &["tgz"],
        recognised_by: "its first bytes",
        documents: "those of the file in it",
        detect: Detect::Bytes(|file| file.bytes.starts_with(b"\x1F\x8B")),
        content: Content::Archive(archive::gzip),
    },
    FormatEntry {
        title: "PDF with a text layer",
        noun: pdf::NOUN,
        extensions: &["pdf"],
        other_extensions: &[],
        recognised_by: "`%PDF-` in its first 16 bytes",
        documents: "the file",
        detect: Detect::Bytes(pdf::is_pdf),
        content: Content::Documents(Format::Pdf, Reader::Bytes(pdf::read)),
    },
    FormatEntry {
        title: "OpenDocument text",
        noun: odt::NOUN,
        extensions: &["odt"],
        other_extensions: &[],
        recognised_by: "the media type at its start",
        documents: "the file",
        detect: Detect::Bytes(odt::is_odt),
        content: Content::Documents(Format::Odt, Reader::Bytes(odt::read)),
    },
    FormatEntry {
        title: "Word document",
        noun: docx::NOUN,
        extensions: &["docx"],
        other_extensions: &[],
        recognised_by: "a ZIP archive with `word/document.xml`",
        documents: "the file",
        detect: Detect::Bytes(docx::is_docx),
        content: Content::Documents(Format::Docx, Reader::Bytes(docx::read)),
    },
    FormatEntry {
        title: "rich text (RTF)",
        noun: rtf::NOUN,
        extensions: &["rtf"],
        other_extensions: &[],
        recognised_by: "its first bytes, `{\\rtf`",
        documents: "the file",
        detect: Detect::Bytes(rtf::is_rtf),
        content: Content::Documents(Format::Rtf, Reader::Bytes(rtf::read)),
    },
    FormatEntry {
        title: "Parquet file",
        noun: tabular::PARQUET_NOUN,
        extensions: &["parquet"],
        other_extensions: &[],
        recognised_by: "its first bytes, `PAR1`",
        documents: "the file, or each value of the document column",
        detect: Detect::Bytes(|file| file.bytes.starts_with(b"PAR1")),
        content: Content::Documents(Format::Parquet, Reader::Table(tabular::read_parquet)),
    },
    FormatEntry {
        title: "Excel workbook",
        noun: tabular::WORKBOOK_NOUN,
        extensions: &["xlsx"],
        other_extensions: &[],
        recognised_by: "a ZIP archive with `xl/workbook.xml`",
        documents: "the first sheet with a text column, or each value of its document column",
        detect: Detect::Bytes(tabular::is_workbook),
        content: Content::Documents(Format::Xlsx, Reader::Table(tabular::read_workbook)),
    },
    FormatEntry {
        title: "ZIP archive",
        noun: archive::NOUN_ZIP,
        extensions: &["zip"],
        other_extensions: &[],
        recognised_by: "its first bytes, unless its members make it a document of another format",
        documents: "those of each member",
        detect: Detect::Bytes(|file| file.begins_like_zip() && detect::not_read(file).is_none()),
        content: Content::Archive(archive::zip),
    },
    FormatEntry {
        title: "ConvoKit corpus",
        noun: "a ConvoKit corpus",
        extensions: &[],
        other_extensions: &[],
        recognised_by: "a folder with `utterances.jsonl` and one of the other files of a corpus",
        documents: "each conversation",
        detect: Detect::Folder,
        content: Content::Documents(Format::ConvoKit, Reader::Folder),
    },
    FormatEntry {
        title: "table exported by ELAN",
        noun: "a table exported by ELAN",
        extensions: &[],
        other_extensions: &[],
        recognised_by: "cells with tabs between them, of which two are start and end of each row, and their length or a row of names",
        documents: "the file",
        detect: Detect::Text(elan::tab::is_tab_export),
        content: Content::Documents(Format::ElanTab, Reader::Text(decode::decode, elan::tab::read)),
    },
    FormatEntry {
        title: "delimited text (CSV)",
        noun: "a CSV file",
        extensions: &["csv"],
        other_extensions: &[],
        recognised_by: "its extension",
        documents: "the file, or each value of the document column",
        detect: Detect::Text(|file| file.has_extension_of(Format::Csv)),
        content: Content::Documents(Format::Csv, Reader::Table(tabular::read_delimited)),
    },
    FormatEntry {
        title: "delimited text with tabs (TSV)",
        noun: "a TSV file",
        extensions: &["tsv", "tab"],
        other_extensions: &[],
        recognised_by: "its extension",
        documents: "the file, or each value of the document column",
        detect: Detect::Text(|file| file.has_extension_of(Format::Tsv)),
        content: Content::Documents(Format::Tsv, Reader::Table(tabular::read_delimited)),
    },
    FormatEntry {
        title: "JSON lines",
        noun: "a JSON lines file",
        extensions: &["jsonl", "ndjson"],
        other_extensions: &[],
        recognised_by: "its extension, two JSON objects on its first lines, or records with parallel lists of texts and speakers",
        documents: "the file, each value of the document column, or each record with lists",
        detect: Detect::Text(|file| {
            file.has_extension_of(Format::Jsonl) || tabular::is_json_lines(file) || tabular::are_records(file)
        }),
        content: Content::Documents(Format::Jsonl, Reader::Table(tabular::read_json_lines)),
    },
    FormatEntry {
        title: "oTranscribe",
        noun: "a file of oTranscribe",
        extensions: &["otr"],
        other_extensions: &[],
        recognised_by: "its extension, or JSON with a text in HTML and a medium",
        documents: "the file",
        detect: Detect::Text(otranscribe::is_otranscribe),
        content: Content::Documents(Format::OTranscribe, Reader::Text(decode::decode, otranscribe::read)),
    },
    FormatEntry {
        title: "JSON of a speech recogniser",
        noun: "a JSON file",
        extensions: &["json"],
        other_extensions: &[],
        recognised_by: "its extension, or being JSON as a whole",
        documents: "the file",
        detect: Detect::Text(recogniser::is_json),
        content: Content::Documents(Format::Recogniser, Reader::Text(decode::decode, recogniser::read)),
    },
    FormatEntry {
        title: "TTML captions (DFXP)",
        noun: "a TTML file",
        extensions: &["ttml", "dfxp"],
        other_extensions: &[],
        recognised_by: "its root element, `tt`",
        documents: "the file",
        detect: Detect::Text(|file| has_root(file, "tt")),
        content: Content::Documents(Format::Ttml, Reader::Text(decode::decode_xml, captions::ttml::read)),
    },
    FormatEntry {
        title: "ELAN annotations",
        noun: "an ELAN file",
        extensions: &["eaf"],
        other_extensions: &[],
        recognised_by: "its root element, `ANNOTATION_DOCUMENT`",
        documents: "the file",
        detect: Detect::Text(|file| has_root(file, "ANNOTATION_DOCUMENT")),
        content: Content::Documents(Format::Elan, Reader::Text(decode::decode_xml, elan::read)),
    },
    FormatEntry {
        title: "EXMARaLDA transcription",
        noun: "an EXMARaLDA file",
        extensions: &["exb"],
        other_extensions: &[],
        recognised_by: "its root element, `basic-transcription`",
        documents: "the file",
        detect: Detect::Text(|file| has_root(file, "basic-transcription")),
        content: Content::Documents(Format::Exmaralda, Reader::Text(decode::decode_xml, exmaralda::read)),
    },
    FormatEntry {
        title: "CHAT transcript",
        noun: "a CHAT transcript",
        extensions: &["cha"],
        other_extensions: &[],
        recognised_by: "its extension, or its first headers",
        documents: "the file",
        detect: Detect::Text(chat::is_chat),
        content: Content::Documents(Format::Chat, Reader::Text(chat::decode, chat::read)),
    },
    FormatEntry {
        title: "Akoma Ntoso debate",
        noun: akoma_ntoso::NOUN,
        extensions: &["akn"],
        other_extensions: &[],
        recognised_by: "its root element, `akomaNtoso`",
        documents: "the file",
        detect: Detect::Text(|file| has_root(file, "akomaNtoso")),
        content: Content::Documents(Format::AkomaNtoso, Reader::Debate(akoma_ntoso::read)),
    },
    FormatEntry {
        title: "UK debates of parlparse",
        noun: parlparse::NOUN,
        extensions: &[],
        other_extensions: &[],
        recognised_by: "its root element, `publicwhip`",
        documents: "the file",
        detect: Detect::Text(|file| has_root(file, "publicwhip")),
        content: Content::Documents(Format::Parlparse, Reader::Debate(parlparse::read)),
    },
    FormatEntry {
        title: "Canadian Hansard XML",
        noun: canada::NOUN,
        extensions: &[],
        other_extensions: &[],
        recognised_by: "its root element, `Hansard`",
        documents: "the file",
        detect: Detect::Text(|file| has_root(file, "Hansard")),
        content: Content::Documents(Format::HansardCanada, Reader::Debate(canada::read)),
    },
    FormatEntry {
        title: "Australian Hansard XML",
        noun: australia::NOUN,
        extensions: &[],
        other_extensions: &[],
        recognised_by: "its root element, `hansard`",
        documents: "the file",
        detect: Detect::Text(|file| has_root(file, "hansard")),
        content: Content::Documents(Format::HansardAustralia, Reader::Debate(australia::read)),
    },
    FormatEntry {
        title: "Minutes of the Bundestag",
        noun: bundestag::NOUN,
        extensions: &[],
        other_extensions: &[],
        recognised_by: "its root element, `dbtplenarprotokoll`",
        documents: "the file",
        detect: Detect::Text(|file| has_root(file, "dbtplenarprotokoll")),
        content: Content::Documents(Format::Bundestag, Reader::Debate(bundestag::read)),
    },
    FormatEntry {
        title: "XML with a text (OHMS)",
        noun: "an XML file with a text",
        extensions: &[],
        other_extensions: &[],
        recognised_by: "one element without others in it that has most of the words, on several lines",
        documents: "the file",
        detect: Detect::Text(xml_text::is_xml_with_text),
        content: Content::Documents(Format::XmlText, Reader::Text(decode::decode_xml, xml_text::read)),
    },
    FormatEntry {
        title: "TEI XML (ParlaMint, Parla-CLARIN)",
        noun: "a TEI file",
        extensions: &["xml", "tei"],
        other_extensions: &[],
        recognised_by: "an XML declaration, a root element of TEI, or its extension and a tag at its start",
        documents: "each `TEI` element with text",
        detect: Detect::Text(tei::is_xml),
        content: Content::Documents(Format::Tei, Reader::Several(tei::read)),
    },
    FormatEntry {
        title: "ParlaMint texts with metadata",
        noun: parlamint::NOUN,
        extensions: &[],
        other_extensions: &[],
        recognised_by: "an id and a tab at the start of each line",
        documents: "each value of `Text_ID`",
        detect: Detect::Text(|file| file.has_extension_of(Format::PlainText) && parlamint::is_text(file)),
        content: Content::Documents(Format::ParlaMint, Reader::Joined(parlamint::read)),
    },
    FormatEntry {
        title: "WebVTT captions",
        noun: "a WebVTT file",
        extensions: &["vtt"],
        other_extensions: &[],
        recognised_by: "`WEBVTT` on its first line, or its extension",
        documents: "the file",
        detect: Detect::Text(|file| captions::is_web_vtt(file.text()) || file.has_extension_of(Format::WebVtt)),
        content: Content::Documents(Format::WebVtt, Reader::Captions(captions::read)),
    },
    FormatEntry {
        title: "SubRip captions",
        noun: "a SubRip file",
        extensions: &["srt"],
        other_extensions: &[],
        recognised_by: "its extension, or the times of a cue at its start",
        documents: "the file",
        detect: Detect::Text(|file| {
            let is_named_otherwise = file.has_extension_of(Format::Sbv);
            file.has_extension_of(Format::SubRip) || (!is_named_otherwise && captions::is_sub_rip(file.text()))
        }),
        content: Content::Documents(Format::SubRip, Reader::Captions(captions::read)),
    },
    FormatEntry {
        title: "SBV captions",
        noun: "an SBV file",
        extensions: &["sbv"],
        other_extensions: &[],
        recognised_by: "its extension, or the times of a cue at its start",
        documents: "the file",
        detect: Detect::Text(|file| file.has_extension_of(Format::Sbv) || captions::is_sbv(file.text())),
        content: Content::Documents(Format::Sbv, Reader::Captions(captions::read)),
    },
    FormatEntry {
        title: "SubStation captions",
        noun: "a SubStation file",
        extensions: &["ass", "ssa"],
        other_extensions: &[],
        recognised_by: "`[Script Info]` on its first line, or its extension",
        documents: "the file",
        detect: Detect::Text(|file| captions::ass::is_ass(file.text()) || file.has_extension_of(Format::SubStation)),
        content: Content::Documents(Format::SubStation, Reader::Text(decode::decode, captions::ass::read)),
    },
    FormatEntry {
        title: "HTML page",
        noun: "an HTML page",
        extensions: &["html", "htm", "xhtml"],
        other_extensions: &[],
        recognised_by: "a tag of HTML at its start, or its extension and a tag",
        documents: "the file",
        detect: Detect::Text(html::is_html),
        content: Content::Documents(Format::Html, Reader::DeclaredText(html::decode, html::read)),
    },
    FormatEntry {
        title: "messages of a mailing list",
        noun: "a mailbox",
        extensions: &["mbox"],
        other_extensions: &[],
        recognised_by: "its extension and the headers of a message, or the headers of two",
        documents: "the file",
        detect: Detect::Text(mail::is_mail),
        content: Content::Documents(Format::Mail, Reader::Text(decode::decode, mail::read)),
    },
    FormatEntry {
        title: "Markdown",
        noun: "a Markdown file",
        extensions: &["md", "markdown", "mdown"],
        other_extensions: &["qmd"],
        recognised_by: "its extension, or two lines with marks of Markdown",
        documents: "the file",
        detect: Detect::Text(|file| file.has_extension_of(Format::Markdown) || markdown::has_marks(file.text())),
        content: Content::Documents(Format::Markdown, Reader::Lines(markdown::lines)),
    },
    FormatEntry {
        title: "plain text",
        noun: "a text file",
        extensions: &["txt", "text", "transcript"],
        other_extensions: &[],
        recognised_by: "being text of no other format",
        documents: "the file",
        detect: Detect::Text(|_| true),
        content: Content::Documents(Format::PlainText, Reader::Lines(plain::lines)),
    },
];

impl FormatEntry {
    /// Whether a lower-case extension, without the dot, is one of the format's.
    pub fn has_extension(&self, extension: &str) -> bool {
        self.extensions.iter().chain(self.other_extensions).any(|known| *known == extension)
    }

    /// The format of the documents; `None` for archives, whose members have their own formats.
    pub fn format(&self) -> Option<Format> {
        match self.content {
            Content::Archive(_) => None,
            Content::Documents(format, _) => Some(format),
        }
    }

    /// Whether a file of the format can end the process that reads it, or use memory and time out of proportion: it is
    /// decompressed, or a parser of another project builds its structure. The other formats are read line by line, or row
    /// by row, by code that cannot do so.
    pub fn needs_own_process(&self) -> bool {
        use Format::{ConvoKit, Csv, Jsonl, Markdown, PlainText, Sbv, SubRip, Tsv, WebVtt};
        let is_read_in_steps =
            matches!(self.format(), Some(PlainText | Markdown | WebVtt | SubRip | Sbv | Csv | Tsv | Jsonl | ConvoKit));
        !is_read_in_steps
    }

    /// Whether a file of the format can hold several documents.
    pub fn holds_several(&self) -> bool {
        match &self.content {
            Content::Archive(_) => true,
            Content::Documents(_, reader) => {
                matches!(reader, Reader::Table(_) | Reader::Joined(_) | Reader::Several(_) | Reader::Folder)
            }
        }
    }

    /// What kind of source this is, for people.
    fn kind(&self) -> &'static str {
        match self.format().map(Format::family) {
            None => "archive",
            Some(FormatFamily::Prose) => "prose",
            Some(FormatFamily::Captions) => "captions",
            Some(FormatFamily::Markup) => "markup",
            Some(FormatFamily::Table) => "table",
        }
    }
}

/// The entry of a format.
///
/// # Panics
/// When the registry has no entry for the format, which a test excludes.
pub fn entry(format: Format) -> &'static FormatEntry {
    FORMATS.iter().find(|entry| entry.format() == Some(format)).expect("every format has an entry, see the tests")
}

/// Whether the root element of an XML file has this name.
fn has_root(file: &File<'_>, name: &str) -> bool {
    events::root(file).is_some_and(|root| root == name)
}

/// The extension of a file name in lower case, without the dot; empty if there is none.
pub(crate) fn extension(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
}

/// The name of a file without the extension of gzip.
pub(crate) fn without_gzip_extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some((stem, extension)) = name.rsplit_once('.') else { return name };
    let gzip = FORMATS.iter().find(|entry| entry.noun == archive::NOUN_GZIP);
    if gzip.is_some_and(|gzip| gzip.has_extension(&extension.to_ascii_lowercase())) { stem } else { name }
}

/// Whether a folder is expected to hold files of this name as transcripts: their extension is one of a format that is
/// read.
pub fn has_transcript_extension(path: &str) -> bool {
    let extension = extension(path);
    FORMATS.iter().any(|entry| entry.extensions.contains(&extension.as_str()))
}

/// The entry of a file, or why it has none. Each file is recognised only once; the entry then reads it.
pub(crate) fn recognise(file: &File<'_>) -> Result<&'static FormatEntry, ReadErrorKind> {
    let by_bytes = |entry: &&FormatEntry| matches!(entry.detect, Detect::Bytes(detect) if detect(file));
    if let Some(entry) = FORMATS.iter().find(by_bytes) {
        return Ok(entry);
    }
    if let Some(what) = detect::encrypted(file.bytes) {
        return Err(ReadErrorKind::Encrypted { what });
    }
    if let Some(found) = detect::not_read(file) {
        return Err(ReadErrorKind::Unsupported { found });
    }
    if file.bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(ReadErrorKind::Empty);
    }
    if let Some(found) = detect::without_words(file) {
        return Err(ReadErrorKind::NoWords { found });
    }
    let by_text = |entry: &&FormatEntry| matches!(entry.detect, Detect::Text(detect) if detect(file));
    Ok(FORMATS.iter().find(by_text).unwrap_or_else(|| entry(Format::PlainText)))
}

/// Extensions of all files that a folder is expected to hold, with dots and in the order of the registry, for `--help`.
pub fn extensions_for_people() -> String {
    let extensions: Vec<String> =
        FORMATS.iter().flat_map(|entry| entry.extensions).map(|extension| format!(".{extension}")).collect();
    extensions.join(", ")
}

/// The table of formats in the documentation, in Markdown.
pub fn markdown_table() -> String {
    let mut out = String::from(
        "| format | kind | extensions | recognised by | documents | `documents.format` |\n|---|---|---|---|---|---|\n",
    );
    for entry in FORMATS {
        let extensions: Vec<String> = entry.extensions.iter().map(|extension| format!("`.{extension}`")).collect();
        let name = entry.format().map_or("that of the member".to_string(), |format| format!("`{}`", format.as_str()));
        let cells = [
            entry.title,
            entry.kind(),
            &if extensions.is_empty() { "none".into() } else { extensions.join(", ") },
            entry.recognised_by,
            entry.documents,
            &name,
        ];
        out.push_str("| ");
        out.push_str(&cells.join(" | "));
        out.push_str(" |\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_format_has_one_entry() {
        for format in Format::ALL {
            assert_eq!(FORMATS.iter().filter(|entry| entry.format() == Some(*format)).count(), 1, "{format:?}");
        }
    }

    #[test]
    fn no_extension_belongs_to_two_formats() {
        let all = FORMATS.iter().flat_map(|entry| entry.extensions.iter().chain(entry.other_extensions));
        let mut extensions: Vec<&str> = all.copied().collect();
        let n = extensions.len();
        extensions.sort_unstable();
        extensions.dedup();
        assert_eq!(extensions.len(), n);
    }

    #[test]
    fn extensions_say_which_files_a_folder_is_expected_to_hold() {
        for path in ["a.docx", "talks/b.VTT", "c.csv.gz", "d.tar.zip"] {
            assert!(has_transcript_extension(path), "{path}");
        }
        for path in ["docx", "talks.csv/README", "script.qmd", "a.tgz", "a.png", "a."] {
            assert!(!has_transcript_extension(path), "{path}");
        }
    }

    #[test]
    fn content_comes_before_the_extension() {
        let format = |path: &str, bytes: &[u8]| {
            recognise(&File::new(path, bytes))
                .map(|entry| entry.format().map(Format::as_str))
                .map_err(|e| e.to_string())
        };
        let cue = b"1\n00:00:01,000 --> 00:00:02,000\nHi.\n";
        for (path, bytes, expected) in [
            ("a.txt", b"%PDF-1.7".as_slice(), Some("pdf")),
            ("a.csv", b"\x1F\x8B\x08", None),
            ("a.csv", b"WEBVTT\n", Some("csv")),
            ("a.txt", b"WEBVTT\n", Some("web_vtt")),
            ("a.srt", b"WEBVTT\n", Some("web_vtt")),
            ("a.txt", cue, Some("sub_rip")),
            ("a.sbv", cue, Some("sbv")),
            ("a.txt", b"0:00:01.000,0:00:02.000\nHi.\n", Some("sbv")),
            ("a.md", b"{\"text\":\"a\"}\n{\"text\":\"b\"}\n", Some("jsonl")),
            ("a.txt", b"<TEI/>", Some("tei")),
            ("a.xml", b"<?xml version=\"1.0\"?><html/>", Some("html")),
            ("a.html", b"<?xml version=\"1.0\"?>\n<div><p>Hi.</p></div>", Some("html")),
            ("a.xml", b"<?xml version=\"1.0\"?>\n<div><p>Hi.</p></div>", Some("html")),
            ("a.xml", b"<?xml version=\"1.0\"?>\n<list><p>Hi.</p></list>", Some("tei")),
            ("a.html", b"<div><p>Hi.</p></div>", Some("html")),
            ("a.htm", b"Sitting of today<br>\nANN: Hi.<br>", Some("html")),
            ("a.txt", b"<!-- x -->\n<p>Hi.</p>\n<p>Ho.</p>", Some("html")),
            ("a.txt", b"<b>ANN:</b> Hi.<br>\n<b>BO:</b> Ho.<br>", Some("html")),
            ("a.txt", b"<p> is a tag of HTML", Some("plain_text")),
            ("a.txt", b"<Ann> Hi.\n<Bo> Ho.", Some("plain_text")),
            ("a.md", b"<div align=\"center\"><p>Hi.</p></div>\n\n**Ann:** Hi.", Some("markdown")),
            ("a.xml", b"<akomaNtoso><debate/></akomaNtoso>", Some("akoma_ntoso")),
            ("a", b"<!-- c --><publicwhip/>", Some("parlparse")),
            ("a.xml", b"<Hansard/>", Some("hansard_canada")),
            ("a.xml", b"<hansard/>", Some("hansard_australia")),
            ("a.xml", b"<!DOCTYPE dbtplenarprotokoll SYSTEM \"x.dtd\">\n<dbtplenarprotokoll/>", Some("bundestag")),
            ("a.html", b"ANN: Hi.\n", Some("plain_text")),
            ("a.qmd", b"ANN: Hi.\n", Some("markdown")),
            ("a", b"# One\n\n# Two\n", Some("markdown")),
            ("a", b"ANN: Hi.\n", Some("plain_text")),
        ] {
            assert_eq!(format(path, bytes), Ok(expected), "{path}");
        }
        assert!(format("a.txt", b"\x89PNG").is_err_and(|error| error.contains("a PNG picture")));
        assert!(format("a.txt", b" \n").is_err_and(|error| error.contains("empty")));
    }

    /// The page that contains the table of formats.
    const DOCS: &str = "docs/reference/formats.md";
    const BEGIN: &str =
        "<!-- formats: generated from the registry; UPDATE_DOCS=1 cargo test --release -p plenary-read formats -->\n";
    const END: &str = "<!-- end of formats -->\n";

    #[test]
    fn the_documentation_lists_the_registry() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(DOCS);
        let page = std::fs::read_to_string(&path).unwrap();
        let (above, rest) = page.split_once(BEGIN).expect("the page has the first marker");
        let (written, below) = rest.split_once(END).expect("the page has the second marker");
        let generated = format!("\n{}\n", markdown_table());
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, format!("{above}{BEGIN}{generated}{END}{below}")).unwrap();
        } else {
            assert!(
                written == generated,
                "{DOCS} does not list the formats of the registry; run: UPDATE_DOCS=1 cargo test --release -p plenary-read formats"
            );
        }
    }
}
