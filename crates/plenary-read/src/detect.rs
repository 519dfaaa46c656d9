//! What kind of file this is, by its content first and its extension second.

use std::io::{Cursor, Read};
use std::sync::LazyLock;

use regex::Regex;

use super::parts::Parts;
use super::{ReadError, captions, docx, html, odt, pdf};
use plenary_corpus::Format;

/// Beginnings of files that are not read yet, with their names.
const SIGNATURES: [(&[u8], &str); 10] = [
    (b"\xD0\xCF\x11\xE0", "an old Word or Excel file"),
    (b"BZh", "a bzip2 archive"),
    (b"\xFD7zXZ", "an xz archive"),
    (b"\x28\xB5\x2F\xFD", "a zstd archive"),
    (b"{\\rtf", "a rich text (RTF) file"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xFF\xD8\xFF", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x7FELF", "a program"),
    (b"SQLite format 3", "an SQLite database"),
];

/// A PDF begins within so many bytes of its file; some servers put a few bytes before it.
const PDF_WITHIN: usize = 16;

/// Reads a file of one format: its name and bytes to the text of it.
type Extract = fn(&str, &[u8]) -> Result<Parts, ReadError>;

/// Formats of bytes that are not text, with their readers.
pub fn container(bytes: &[u8]) -> Option<(Format, Extract)> {
    if bytes[..bytes.len().min(PDF_WITHIN)].windows(5).any(|window| window == b"%PDF-") {
        return Some((Format::Pdf, pdf::read));
    }
    if !bytes.starts_with(ZIP) {
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

pub const GZIP: &[u8] = b"\x1F\x8B";
pub const ZIP: &[u8] = b"PK\x03\x04";
pub const PARQUET: &[u8] = b"PAR1";

/// What a file that begins like a ZIP archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zip {
    /// An archive of files.
    Archive,
    /// An Excel workbook (.xlsx).
    Workbook,
    /// A document format that is packed as ZIP and is not read yet, with its name.
    Packed(&'static str),
}

/// Tells packed document formats from archives by the members that each must have.
pub fn zip(bytes: &[u8]) -> Zip {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return Zip::Archive };
    let has = |name: &str| archive.index_for_name(name).is_some();
    if has("[Content_Types].xml") {
        if has("xl/workbook.xml") {
            return Zip::Workbook;
        }
        for (member, name) in [
            ("word/document.xml", "a Word document (.docx)"),
            ("ppt/presentation.xml", "a PowerPoint presentation (.pptx)"),
            ("xl/workbook.bin", "a binary Excel workbook (.xlsb)"),
        ] {
            if has(member) {
                return Zip::Packed(name);
            }
        }
    }
    let Ok(member) = archive.by_name("mimetype") else { return Zip::Archive };
    let mut mime = String::new();
    if member.take(100).read_to_string(&mut mime).is_err() {
        return Zip::Archive;
    }
    match mime.trim() {
        "application/vnd.oasis.opendocument.text" => Zip::Packed("an OpenDocument text (.odt)"),
        "application/vnd.oasis.opendocument.spreadsheet" => Zip::Packed("an OpenDocument spreadsheet (.ods)"),
        "application/epub+zip" => Zip::Packed("an EPUB book"),
        mime if mime.starts_with("application/vnd.oasis.opendocument") => Zip::Packed("an OpenDocument file"),
        _ => Zip::Archive,
    }
}

pub fn unsupported(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(ZIP)
        && let Zip::Packed(name) = zip(bytes)
    {
        return Some(name);
    }
    SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature)).map(|(_, name)| *name)
}

/// How many bytes are of a kind; in short runs, which the compiler turns into instructions for many bytes at once.
fn count(bytes: &[u8], is_it: impl Fn(u8) -> bool) -> usize {
    const RUN: usize = 192;
    bytes.chunks(RUN).map(|run| usize::from(run.iter().map(|byte| u8::from(is_it(*byte))).sum::<u8>())).sum()
}

/// Where the text is not text: the offset and value of the first control byte, and the share of control characters
/// in per cent.
pub fn binary(text: &str, bytes: &[u8]) -> Option<(usize, u8, f64)> {
    // Counted in bytes: a character has one byte that goes on no other; control characters are one byte, or two of which
    // the first is C2.
    let utf8 = text.as_bytes();
    let is_control = |byte: u8| (byte < 0x20 && !matches!(byte, b'\n' | b'\r' | b'\t' | b'\x0C')) | (byte == 0x7F);
    let n = count(utf8, |byte| byte & 0xC0 != 0x80);
    let mut control = count(utf8, is_control);
    if n < utf8.len() && (control > 0 || utf8.contains(&0xC2) || text.contains('\u{FFFD}')) {
        control += utf8.windows(2).filter(|pair| pair[0] == 0xC2 && (0x80..0xA0).contains(&pair[1])).count();
        control += text.matches('\u{FFFD}').count();
    }
    if control * 50 < n.max(1) {
        return None;
    }
    let offset = bytes.iter().position(|b| *b < 9 || *b >= 0x7F || (*b > 13 && *b < 32)).unwrap_or(0);
    Some((offset, bytes.get(offset).copied().unwrap_or(0), 100.0 * control as f64 / n as f64))
}

static MARKDOWN_MARK: LazyLock<Regex> = LazyLock::new(|| {
    // A heading of number signs, or a line that begins with strong emphasis which is closed.
    Regex::new(r"^ {0,3}(?:#{1,6}[ \t]+\S|\*\*[^*\s][^*\n]*(?:\*\*|\n[^*\n]+(?:\n[^*\n]+){0,8}\*\*))")
        .expect("the pattern is a constant that compiles")
});

/// Lines that begin with a mark of Markdown.
fn markdown_marks(text: &str) -> impl Iterator<Item = usize> + '_ {
    let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    line_starts.filter(|start| {
        let line = &text[*start..];
        line.trim_start_matches(' ').starts_with(['#', '*']) && MARKDOWN_MARK.is_match(line)
    })
}

/// Captions and HTML by their content or name; Markdown when the extension says so or the text bears its marks; plain text otherwise.
pub fn format(path: &str, text: &str) -> Format {
    match captions::is_captions(path, text) {
        Some(captions::Kind::WebVtt) => return Format::WebVtt,
        Some(captions::Kind::SubRip) => return Format::SubRip,
        Some(captions::Kind::Sbv) => return Format::Sbv,
        None => {}
    }
    if html::is_html(text) {
        return Format::Html;
    }
    let extension = path.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
    if matches!(extension.as_str(), "md" | "markdown" | "mdown" | "qmd") || markdown_marks(text).nth(1).is_some() {
        Format::Markdown
    } else {
        Format::PlainText
    }
}
