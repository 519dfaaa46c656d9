//! What kind of file this is, by its content first and its extension second.

use std::sync::LazyLock;

use regex::Regex;

use super::extracted::Extracted;
use super::{ReadError, docx, odt, pdf};
use crate::corpus::Format;

/// Beginnings of files that are not read yet, with their names.
const SIGNATURES: [(&[u8], &str); 13] = [
    (b"PK\x03\x04", "a ZIP archive (or a Word, Excel or OpenDocument file, which are ZIP archives)"),
    (b"\xD0\xCF\x11\xE0", "an old Word or Excel file"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xFD7zXZ", "an xz archive"),
    (b"\x28\xB5\x2F\xFD", "a zstd archive"),
    (b"{\\rtf", "a rich text (RTF) file"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xFF\xD8\xFF", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x7FELF", "a program"),
    (b"SQLite format 3", "an SQLite database"),
];

/// A PDF begins within so many bytes of its file; some servers put a few bytes before it.
const PDF_WITHIN: usize = 16;

/// Reads a file of one format: its name and bytes to the text of it.
type Extract = fn(&str, &[u8]) -> Result<Extracted, ReadError>;

/// Formats of bytes that are not text, with their readers.
pub fn container(bytes: &[u8]) -> Option<(Format, Extract)> {
    if bytes[..bytes.len().min(PDF_WITHIN)].windows(5).any(|window| window == b"%PDF-") {
        return Some((Format::Pdf, pdf::read));
    }
    if !bytes.starts_with(b"PK\x03\x04") {
        None
    } else if odt::is_odt(bytes) {
        Some((Format::Odt, odt::read))
    } else if docx::is_docx(bytes) {
        Some((Format::Docx, docx::read))
    } else {
        None
    }
}

/// Office files with a password are no ZIP archives: they are wrapped in the container of the old formats.
pub fn encrypted(bytes: &[u8]) -> Option<&'static str> {
    const NAME: &str = "EncryptedPackage";
    let name: Vec<u8> = NAME.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let is_old_container = bytes.starts_with(b"\xD0\xCF\x11\xE0");
    (is_old_container && bytes.windows(name.len()).any(|window| window == name)).then_some("a Word or Excel document")
}

pub fn unsupported(bytes: &[u8]) -> Option<&'static str> {
    SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature)).map(|(_, name)| *name)
}

/// Formats that are text but whose marks would be taken for speech.
pub fn unsupported_text(text: &str) -> Option<&'static str> {
    let start = text.trim_start();
    let head: String = start.chars().take(200).collect::<String>().to_ascii_lowercase();
    if head.starts_with("webvtt") {
        Some("a WebVTT caption file")
    } else if head.starts_with("<!doctype html") || head.starts_with("<html") {
        Some("an HTML page")
    } else if head.starts_with("<?xml") || head.starts_with("<tei") {
        Some("an XML file")
    } else if is_captions(start) {
        Some("a caption file (SubRip)")
    } else {
        None
    }
}

fn is_captions(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let (Some(counter), Some(times)) = (lines.next(), lines.next()) else { return false };
    counter.trim().chars().all(|c| c.is_ascii_digit()) && times.contains(" --> ")
}

/// Where the text is not text: the offset and value of the first control byte, and the share of control characters
/// in per cent.
pub fn binary(text: &str, bytes: &[u8]) -> Option<(usize, u8, f64)> {
    let is_control = |c: char| (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\x0C')) || c == '\u{FFFD}';
    let (mut n, mut control) = (0usize, 0usize);
    for c in text.chars() {
        n += 1;
        control += usize::from(is_control(c));
    }
    if control * 50 < n.max(1) {
        return None;
    }
    let offset = bytes.iter().position(|b| *b < 9 || *b >= 0x7F || (*b > 13 && *b < 32)).unwrap_or(0);
    Some((offset, bytes.get(offset).copied().unwrap_or(0), 100.0 * control as f64 / n as f64))
}

static MARKDOWN_MARK: LazyLock<Regex> = LazyLock::new(|| {
    // A heading of number signs, or a line that begins with strong emphasis which is closed.
    Regex::new(r"(?m)^ {0,3}(?:#{1,6}[ \t]+\S|\*\*[^*\s][^*\n]*(?:\*\*|\n[^*\n]+(?:\n[^*\n]+){0,8}\*\*))")
        .expect("the pattern is a constant that compiles")
});

/// Markdown when the extension says so or the text bears its marks; plain text otherwise.
pub fn format(path: &str, text: &str) -> Format {
    let extension = path.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
    if matches!(extension.as_str(), "md" | "markdown" | "mdown" | "qmd")
        || MARKDOWN_MARK.find_iter(text).nth(1).is_some()
    {
        Format::Markdown
    } else {
        Format::PlainText
    }
}
