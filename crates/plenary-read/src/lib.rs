//! Bytes to [`Document`]: decodes the text and lays it out in lines and paragraphs.
//!
//! Comes in: the bytes of one file and its name. Goes out: the decoded text, its encoding and its lines, which
//! partition the text; several documents where a table or an archive holds them. Refuses empty files, binary data
//! and formats that are not read yet. Who speaks, and what is page furniture, is left to `attribute`.

mod archive;
mod captions;
pub mod convokit;
mod decode;
mod detect;
mod docx;
mod flow;
mod html;
mod markdown;
mod odt;
mod packed;
mod parts;
mod pdf;
mod plain;
mod source;
pub mod tabular;
mod tei;
mod xml;

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use parts::Parts;
use plenary_corpus::{Document, Format, Line};
use source::Source;

/// Why a file could not be read as a transcript.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("{path}: the file is empty")]
    Empty { path: String },
    #[error("{path}: this is {found}, which plenary does not read yet")]
    Unsupported { path: String, found: &'static str },
    #[error(
        "{path}: this is not text: byte {offset} is {byte:#04x} and {share:.0} % of its characters are control characters"
    )]
    Binary { path: String, offset: usize, byte: u8, share: f64 },
    #[error("{path}, line {line}: {problem}")]
    Malformed { path: String, line: usize, problem: String, hint: &'static str },
    #[error("{path}, line {line}, column {column}: {problem}")]
    Xml { path: String, line: usize, column: usize, problem: String },
    #[error("{path}, line {line}: the file declares entities of its own, which are never expanded")]
    Entities { path: String, line: usize },
    #[error("{path}: this is XML that is not TEI: its root element is `{root}`, expected `TEI` or `teiCorpus`")]
    NotTei { path: String, root: String },
    #[error("{path}: the file is TEI, and no text stands in it")]
    NothingSaid { path: String },
    #[error("{path}: no column with the text of the turns was found; {columns}")]
    NoTextColumn { path: String, columns: String },
    #[error("{path}: the study names the column `{column}` as `{key}`, and the table has none of this name; {columns}")]
    NoColumn { path: String, key: &'static str, column: String, columns: String },
    #[error("{path}, {place}: {problem}")]
    Row { path: String, place: String, problem: String },
    #[error("{path}: this is {what}, but it is damaged: {problem}")]
    Damaged { path: String, what: &'static str, problem: String },
    #[error("{path}: the reader of this format failed on the file: {problem}")]
    Failed { path: String, problem: String },
    #[error("{path}: this is {what} that asks for a password")]
    Encrypted { path: String, what: &'static str },
    #[error("{path}: this is {what} that is too large: {problem}")]
    TooLarge { path: String, what: &'static str, problem: String },
    #[error("{path}: this PDF file has no text layer: its {n_pages} pages are blank or pictures of text (a scan)")]
    NoText { path: String, n_pages: usize },
    #[error(
        "{path}: the fonts of this PDF file do not say which characters they draw ({n_unknown} of {n_glyphs} cannot be told)"
    )]
    UnknownCharacters { path: String, n_unknown: usize, n_glyphs: usize },
    #[error("{path}: this is {found} inside an archive; archives inside archives are not unpacked")]
    Nested { path: String, found: &'static str },
    #[error("{path}: the archive holds no transcripts")]
    NothingInside { path: String },
    #[error("{path}: the file holds {n} documents where one was asked for")]
    Several { path: String, n: usize },
}

impl ReadError {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            ReadError::Empty { .. } => "check the export that made the file, or take it out of the folder",
            ReadError::Unsupported { .. } => {
                "save it in a format that is read (docs/reference/formats.md lists them), such as plain text, and run again"
            }
            ReadError::Binary { .. } => {
                "save the transcript in a format that is read (docs/reference/formats.md lists them), such as plain text"
            }
            ReadError::Malformed { hint, .. } => hint,
            ReadError::Xml { .. } => "mend the XML at this place; an XML editor or `xmllint` shows it",
            ReadError::Entities { .. } => "write the characters themselves and take the entity declarations out",
            ReadError::NotTei { .. } => "convert it to TEI (Parla-CLARIN) or plain text and run again",
            ReadError::NothingSaid { .. } => "a corpus file that only includes others is not read; name those",
            ReadError::NoTextColumn { .. } => {
                "name the column under [columns] in the study, e.g. text = \"remarks\", or call it `text` in the file"
            }
            ReadError::NoColumn { .. } => "correct the name under [columns] in the study; capitals do not matter",
            ReadError::Row { .. } => "mend the row at this place, or export the table again",
            ReadError::Damaged { .. } => {
                "get the file again, the copy may have ended early; or open it in the program it was made with and save it anew"
            }
            ReadError::Failed { .. } => {
                "the file is probably damaged: open it in the program it was made with and save it anew; then run again"
            }
            ReadError::Encrypted { .. } => "save a copy without the password and run again",
            ReadError::TooLarge { .. } => {
                "split it into one file per document; if it is packed and you trust it, unpack it yourself and name what it holds"
            }
            ReadError::NoText { .. } => {
                "recognise its text first (OCR, for example with ocrmypdf), which adds a text layer; then run again"
            }
            ReadError::UnknownCharacters { .. } => {
                "take the text from another source, or recognise the pages as pictures (OCR) and run again"
            }
            ReadError::Nested { .. } => "unpack the inner archive and name what it holds",
            ReadError::NothingInside { .. } => "check what the archive holds",
            ReadError::Several { .. } => "use `read_all`, which returns all of them",
        }
    }
}

/// Which columns of a table (CSV, JSONL, XLSX, Parquet) mean what, by their names; capitals do not matter. An empty
/// name takes the column from its usual names, which `docs/reference/formats.md` lists.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Columns {
    /// What is said.
    pub text: String,
    /// Name or label of who speaks.
    pub speaker: String,
    /// What tells speakers of one name apart.
    pub speaker_id: String,
    /// Which document a row belongs to; the rows of one document need not stand together.
    pub document: String,
    /// Day of the event.
    pub date: String,
    /// Seconds from the start of the recording, or a clock time `h:mm:ss`.
    pub time_start: String,
    pub time_end: String,
    /// Part in the proceedings, e.g. `chair`.
    pub role: String,
    /// Office or position of the speaker.
    pub position: String,
    pub affiliation: String,
    pub party: String,
    pub country: String,
    /// Further columns to keep beside each utterance.
    pub carry: Vec<String>,
}

/// What reading depends on beside the bytes.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Which columns of a table mean what.
    pub columns: Columns,
}

/// What one file holds.
#[derive(Debug, Default)]
pub struct Reading {
    /// One document, or those of a table or an archive in their order.
    pub documents: Vec<Document>,
    /// Paths of members of an archive that could not be read, with the reason.
    pub refused: Vec<(String, ReadError)>,
}

/// First 12 hex digits of the sha256 of a file's bytes, and all 64.
pub fn content_id(bytes: &[u8]) -> (String, String) {
    let sha256 = format!("{:x}", Sha256::digest(bytes));
    (sha256[..12].to_string(), sha256)
}

/// Reads a file that holds one document, with the options' defaults. `path` names it in messages and, by its
/// extension, hints at the format.
///
/// # Errors
/// As [`read_all`], and [`ReadError::Several`] where the file holds more than one document.
pub fn read(path: &str, bytes: &[u8]) -> Result<Document, ReadError> {
    let Reading { mut documents, mut refused } = read_all(path, bytes, &Options::default())?;
    match (documents.len(), refused.len()) {
        (1, _) => Ok(documents.swap_remove(0)),
        (0, 1..) => Err(refused.swap_remove(0).1),
        (n, _) => Err(ReadError::Several { path: path.into(), n }),
    }
}

/// Reads one file with all documents that it holds: one each for most formats, several for a table with a column
/// of documents, a TEI corpus or an archive.
///
/// # Errors
/// [`ReadError`] when the bytes are empty, are not text, or belong to a format that is not read yet. What could not
/// be read inside an archive stands beside what could, in [`Reading::refused`].
pub fn read_all(path: &str, bytes: &[u8], options: &Options) -> Result<Reading, ReadError> {
    if bytes.starts_with(detect::GZIP) {
        return archive::gzip(path, bytes, options);
    }
    if bytes.starts_with(detect::ZIP)
        && detect::container(bytes).is_none()
        && detect::zip(bytes) == detect::Zip::Archive
    {
        return archive::zip(path, bytes, options);
    }
    read_file(path, bytes, options).map(|documents| Reading { documents, refused: Vec::new() })
}

/// Reads one file that is no archive. The crates that read PDF, Excel and Parquet may panic on bytes that nobody meant
/// them to see: that file fails then, and not the run.
fn read_file(path: &str, bytes: &[u8], options: &Options) -> Result<Vec<Document>, ReadError> {
    catch_unwind(AssertUnwindSafe(|| read_by_content(path, bytes, options))).unwrap_or_else(|cause| {
        let told = cause.downcast_ref::<String>().cloned();
        let told = told.or_else(|| cause.downcast_ref::<&str>().map(ToString::to_string));
        Err(ReadError::Failed { path: path.into(), problem: told.unwrap_or_else(|| "it does not say why".into()) })
    })
}

fn read_by_content(path: &str, bytes: &[u8], options: &Options) -> Result<Vec<Document>, ReadError> {
    if let Some(what) = detect::encrypted(bytes) {
        return Err(ReadError::Encrypted { path: path.into(), what });
    }
    if let Some((format, extract)) = detect::container(bytes) {
        // The characters that a reader extracts are Unicode already.
        return extract(path, bytes).map(|parts| vec![Source::new(path, bytes, format, "UTF-8").document(None, parts)]);
    }
    if let Some(kind) = tabular::kind(path, bytes) {
        return tabular::read(path, bytes, kind, &options.columns);
    }
    if tei::is_xml(path, bytes) {
        return tei::read(path, bytes);
    }
    read_text(path, bytes).map(|document| vec![document])
}

fn read_text(path: &str, bytes: &[u8]) -> Result<Document, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty { path: path.into() });
    }
    if let Some(found) = detect::unsupported(bytes) {
        return Err(ReadError::Unsupported { path: path.into(), found });
    }
    let decoded = decode::decode(bytes);
    if let Some((offset, byte, share)) = detect::binary(&decoded.text, bytes) {
        return Err(ReadError::Binary { path: path.into(), offset, byte, share });
    }
    if decoded.text.trim().is_empty() {
        return Err(ReadError::Empty { path: path.into() });
    }
    let format = detect::format(path, &decoded.text);
    let (encoding, parts) = match format {
        Format::Markdown => (decoded.encoding, of_source(decoded.text, markdown::lines)),
        Format::WebVtt => (decoded.encoding, captions::read(path, &decoded.text, captions::Kind::WebVtt)?),
        Format::SubRip => (decoded.encoding, captions::read(path, &decoded.text, captions::Kind::SubRip)?),
        Format::Html => {
            let decoded = html::decode(bytes);
            (decoded.encoding, html::read(&decoded.text))
        }
        Format::Sbv => (decoded.encoding, captions::read(path, &decoded.text, captions::Kind::Sbv)?),
        _ => (decoded.encoding, of_source(decoded.text, plain::lines)),
    };
    if parts.text.trim().is_empty() {
        return Err(ReadError::Empty { path: path.into() });
    }
    Ok(Source::new(path, bytes, format, encoding).document(None, parts))
}

/// A text that is shown as it stands in the file, laid out by `lines`.
fn of_source(text: String, lines: impl Fn(&str) -> Vec<Line>) -> Parts {
    let lines = lines(&text);
    Parts { text, lines, ..Parts::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_empty_file_is_refused() {
        assert!(matches!(read("a.txt", b""), Err(ReadError::Empty { .. })));
        assert!(matches!(read("a.txt", b" \n\n \t\n"), Err(ReadError::Empty { .. })));
    }

    #[test]
    fn formats_that_are_not_read_yet_are_named() {
        let error = read("talk.md", b"%PDF-1.7 ...").unwrap_err();
        assert!(error.to_string().contains("PDF"), "{error}");
    }

    #[test]
    fn binary_junk_is_refused() {
        let junk: Vec<u8> = (0..4096u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert!(matches!(read("a.txt", &junk), Err(ReadError::Binary { .. })));
    }

    #[test]
    fn encodings_are_decoded_and_recorded() {
        let utf16: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain("ANNA: Wörter\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let document = read("a.txt", &utf16).unwrap();
        assert_eq!((document.text.as_str(), document.encoding.as_str()), ("ANNA: Wörter\n", "UTF-16LE"));

        let document = read("a.txt", b"ANNA: na\xefve caf\xe9 \x96 said the r\xe9sum\xe9.\n").unwrap();
        assert_eq!(document.text, "ANNA: naïve café – said the résumé.\n");
        assert_eq!(document.encoding, "windows-1252");

        let document = read("a.txt", b"\xEF\xBB\xBFANNA: hello\n").unwrap();
        assert_eq!((document.text.as_str(), document.encoding.as_str()), ("ANNA: hello\n", "UTF-8"));
    }

    /// Lines follow each other from the first byte of the text to the last, and runs lie in their lines.
    fn check_partition(document: &Document) {
        let mut end = 0;
        for line in &document.lines {
            assert_eq!(line.span.start, end);
            end = line.span.end;
            let mut from = line.span.start;
            for run in &line.runs {
                assert!(run.span.start >= from && run.span.end <= line.span.end);
                assert!(document.text.is_char_boundary(run.span.start));
                from = run.span.end;
            }
            assert!(line.turn.is_none_or(|turn| turn < document.turns.len()));
        }
        assert_eq!(end, document.text.len());
    }

    /// Small good files of the formats that have a structure of their own.
    fn samples() -> Vec<(&'static str, Vec<u8>)> {
        let tei = b"<?xml version=\"1.0\"?><TEI xml:id=\"a\"><teiHeader><fileDesc/></teiHeader><text><body><div><head>H</head>\
            <note type=\"speaker\">Ann:</note><u who=\"#Ann\"><seg>Good <note>(a bell)</note> day, &amp; <w>so</w><pc>.</pc></seg></u>\
            </div></body></text></TEI>";
        let csv = b"speaker,text,start\nAnn,\"Good, day.\nYou.\",1:02\nBo,Yes.,\n";
        let json = b"{\"speaker\":\"Ann\",\"text\":\"Good\\n\\nday.\",\"meta\":{\"a\":[1]}}\n{\"text\":\"Yes.\"}\n";
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut gz, csv).unwrap();
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        zip.start_file("a.csv", zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, csv).unwrap();
        vec![
            ("a.xml", tei.to_vec()),
            ("a.csv", csv.to_vec()),
            ("a.jsonl", json.to_vec()),
            ("a.csv.gz", gz.finish().unwrap()),
            ("a.zip", zip.finish().unwrap().into_inner()),
            (
                "a.xlsx",
                tabular::tests::workbook(
                    "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>text</t></is></c></row>\
                <row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>Good day.</t></is></c></row>",
                ),
            ),
        ]
    }

    #[test]
    fn the_samples_are_good() {
        for (path, bytes) in samples() {
            let document = read(path, &bytes).unwrap_or_else(|error| panic!("{error}"));
            assert!(document.text.contains("Good"), "{path}");
            check_partition(&document);
        }
    }

    proptest! {
        #[test]
        fn lines_partition_any_text(text in "\\PC{0,20}|([a-zA-Z*_#>:. \\-\\n\\t\u{e9}]{0,200})") {
            for path in ["a.md", "a.txt"] {
                if let Ok(document) = read(path, text.as_bytes()) {
                    check_partition(&document);
                }
            }
            let cells = serde_json::json!({ "text": text, "speaker": "A" }).to_string();
            if let Ok(document) = read("a.jsonl", cells.as_bytes()) {
                check_partition(&document);
            }
        }

        #[test]
        fn nothing_panics_on_arbitrary_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            for path in ["a.md", "a.txt", "a.csv", "a.tsv", "a.jsonl", "a.xml"] {
                let _ = read(path, &bytes);
            }
            for signature in [detect::GZIP, detect::ZIP, b"<?xml version=\"1.0\"?><TEI>".as_slice()] {
                let _ = read("a", &[signature, &bytes].concat());
            }
        }

        #[test]
        fn nothing_panics_on_changed_files(which in 0usize..6, at in any::<proptest::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
            let (path, mut bytes) = samples().swap_remove(which);
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if cut {
                bytes.truncate(at);
            }
            if let Ok(reading) = read_all(path, &bytes, &Options::default()) {
                reading.documents.iter().for_each(check_partition);
            }
        }
    }
}
