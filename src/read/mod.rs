//! Bytes to [`Document`]: decodes the text and lays it out in lines and paragraphs.
//!
//! Comes in: the bytes of one file and its name. Goes out: the decoded text, its encoding and its lines, which
//! partition the text. Refuses empty files, binary data and formats that are not read yet. Who speaks, and what is
//! page furniture, is left to `attribute`.

mod archive;
mod decode;
mod detect;
mod docx;
mod extracted;
mod flow;
mod markdown;
mod odt;
mod pdf;
mod plain;
mod xml;

use sha2::{Digest, Sha256};

use crate::corpus::{Document, Format, FrontMatter};

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
    #[error("{path}: this is {what}, but it is damaged: {problem}")]
    Damaged { path: String, what: &'static str, problem: String },
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
}

impl ReadError {
    /// What the user can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            ReadError::Empty { .. } => "check the export that made the file, or take it out of the folder",
            ReadError::Unsupported { .. } => "save it as plain text (UTF-8) or Markdown and run again",
            ReadError::Binary { .. } => "save the transcript as plain text, Markdown, DOCX, ODT or PDF",
            ReadError::Damaged { .. } => {
                "open it in the program it was made with and save or download it again; then run again"
            }
            ReadError::Encrypted { .. } => "save a copy without the password and run again",
            ReadError::TooLarge { .. } => "split it into one file per document and run again",
            ReadError::NoText { .. } => {
                "recognise its text first (OCR, for example with ocrmypdf), which adds a text layer; then run again"
            }
            ReadError::UnknownCharacters { .. } => {
                "take the text from another source, or recognise the pages as pictures (OCR) and run again"
            }
        }
    }
}

/// First 12 hex digits of the sha256 of a file's bytes, and all 64.
pub fn content_id(bytes: &[u8]) -> (String, String) {
    let sha256: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    (sha256[..12].to_string(), sha256)
}

/// Reads one file. `path` names it in messages and, by its extension, hints at the format.
///
/// # Errors
/// [`ReadError`] when the bytes are empty, are not text, or belong to a format that is not read yet.
pub fn read(path: &str, bytes: &[u8]) -> Result<Document, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty { path: path.into() });
    }
    if let Some(what) = detect::encrypted(bytes) {
        return Err(ReadError::Encrypted { path: path.into(), what });
    }
    if let Some((format, extract)) = detect::container(bytes) {
        let extracted = extract(path, bytes)?;
        return Ok(document(path, bytes, format, extracted));
    }
    if let Some(found) = detect::unsupported(bytes) {
        return Err(ReadError::Unsupported { path: path.into(), found });
    }
    let decoded = decode::decode(bytes);
    if let Some(found) = detect::unsupported_text(&decoded.text) {
        return Err(ReadError::Unsupported { path: path.into(), found });
    }
    if let Some((offset, byte, share)) = detect::binary(&decoded.text, bytes) {
        return Err(ReadError::Binary { path: path.into(), offset, byte, share });
    }
    if decoded.text.trim().is_empty() {
        return Err(ReadError::Empty { path: path.into() });
    }
    let format = detect::format(path, &decoded.text);
    let lines = match format {
        Format::Markdown => markdown::lines(&decoded.text),
        _ => plain::lines(&decoded.text),
    };
    let (document_id, sha256) = content_id(bytes);
    Ok(Document {
        document_id,
        path: path.into(),
        format,
        encoding: decoded.encoding.into(),
        sha256,
        n_bytes: bytes.len() as u64,
        text: decoded.text,
        lines,
        turns: Vec::new(),
        front: FrontMatter::default(),
        warnings: Vec::new(),
    })
}

/// A document of a format whose text was extracted; its characters are Unicode already.
fn document(path: &str, bytes: &[u8], format: Format, extracted: extracted::Extracted) -> Document {
    let (document_id, sha256) = content_id(bytes);
    Document {
        document_id,
        path: path.into(),
        format,
        encoding: "UTF-8".into(),
        sha256,
        n_bytes: bytes.len() as u64,
        text: extracted.text,
        lines: extracted.lines,
        turns: Vec::new(),
        front: FrontMatter::default(),
        warnings: extracted.warnings,
    }
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
        let error = read("talk.md", b"PAR1 ...").unwrap_err();
        assert!(error.to_string().contains("Parquet"), "{error}");
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

    proptest! {
        #[test]
        fn lines_partition_any_text(text in "\\PC{0,20}|([a-zA-Z*_#>:. \\-\\n\\t\u{e9}]{0,200})") {
            for path in ["a.md", "a.txt"] {
                if let Ok(document) = read(path, text.as_bytes()) {
                    let mut end = 0;
                    for line in &document.lines {
                        prop_assert_eq!(line.span.start, end);
                        end = line.span.end;
                        let mut from = line.span.start;
                        for run in &line.runs {
                            prop_assert!(run.span.start >= from && run.span.end <= line.span.end);
                            prop_assert!(document.text.is_char_boundary(run.span.start));
                            from = run.span.end;
                        }
                    }
                    prop_assert_eq!(end, document.text.len());
                }
            }
        }

        #[test]
        fn nothing_panics_on_arbitrary_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read("a.md", &bytes);
            let _ = read("a.txt", &bytes);
        }
    }
}
