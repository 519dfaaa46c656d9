//! Files that are not read: formats that are recognised and refused, encrypted files, and bytes that are not text.
//!
//! **Input:** a file. **Output:** the name of its format, or the reason why the file is not text. Formats that are read
//! are left to the registry.

use super::error::ReadErrorKind;
use super::file::File;

/// First bytes of formats that are not read, with their names.
const SIGNATURES: [(&[u8], &str); 9] = [
    (OLD_OFFICE, "an old Word or Excel file"),
    (b"BZh", "a bzip2 archive"),
    (b"\xFD7zXZ", "an xz archive"),
    (b"\x28\xB5\x2F\xFD", "a zstd archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xFF\xD8\xFF", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x7FELF", "a program"),
    (b"SQLite format 3", "an SQLite database"),
];

/// First characters of text formats that are not read, with their names.
const TEXT_SIGNATURES: [(&str, &str); 4] = [
    ("{1}{", "a file of MicroDVD captions (.sub)"),
    ("<SAMI>", "a file of SAMI captions (.smi)"),
    ("File type = \"ooTextFile", "a Praat file (.TextGrid)"),
    ("%!PS", "a PostScript file"),
];

/// First bytes of the container of old Office formats, in which new ones with a password are wrapped too.
const OLD_OFFICE: &[u8] = b"\xD0\xCF\x11\xE0";

/// Formats that are ZIP archives and are not read: the member that each must have, and its name.
const MEMBERS: [(&str, &str); 2] = [
    ("ppt/presentation.xml", "a PowerPoint presentation (.pptx)"),
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)"),
];

/// The member that packed Office formats have in common.
pub(crate) const OFFICE_MEMBER: &str = "[Content_Types].xml";

/// The name of a format that is recognised but not read.
pub(crate) fn not_read(file: &File<'_>) -> Option<&'static str> {
    if file.begins_like_zip() {
        return packed(file);
    }
    let by_bytes = SIGNATURES.iter().find(|(signature, _)| file.bytes.starts_with(signature)).map(|(_, name)| *name);
    by_bytes.or_else(|| {
        let text = file.text().trim_start();
        TEXT_SIGNATURES.iter().find(|(signature, _)| text.starts_with(signature)).map(|(_, name)| *name)
    })
}

/// The name of a format that says who speaks when and holds no words. RTTM has a record on each line: its type, the
/// recording, the channel, start, length and five further fields.
pub(crate) fn without_words(file: &File<'_>) -> Option<&'static str> {
    const SAMPLE: usize = 20;
    let lines =
        || file.text().lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(";;")).take(SAMPLE);
    let is_record = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_number = |at: usize| fields[at] == "<NA>" || fields[at].parse::<f64>().is_ok();
        let is_kind = |name: &str| {
            name.contains(char::is_uppercase) && name.chars().all(|c| c.is_ascii_uppercase() || matches!(c, '-' | '_'))
        };
        (9..=10).contains(&fields.len()) && is_kind(fields[0]) && is_number(3) && is_number(4)
    };
    (lines().next().is_some() && lines().all(is_record)).then_some("an RTTM file, which holds the times of speakers")
}

/// The name of a format that is a ZIP archive and is not read.
fn packed(file: &File<'_>) -> Option<&'static str> {
    if file.has_member(OFFICE_MEMBER)
        && let Some((_, name)) = MEMBERS.iter().find(|(member, _)| file.has_member(member))
    {
        return Some(name);
    }
    match file.media_type()? {
        "application/vnd.oasis.opendocument.text" => Some("an OpenDocument text in an unusual package"),
        "application/vnd.oasis.opendocument.spreadsheet" => Some("an OpenDocument spreadsheet (.ods)"),
        "application/epub+zip" => Some("an EPUB book"),
        other if other.starts_with("application/vnd.oasis.opendocument") => Some("an OpenDocument file"),
        _ => None,
    }
}

/// The name of an Office file with a password: such files are not ZIP archives but wrapped in the container of the old
/// formats.
pub(crate) fn encrypted(bytes: &[u8]) -> Option<&'static str> {
    const NAME: &str = "EncryptedPackage";
    let name: Vec<u8> = NAME.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let is_encrypted = bytes.starts_with(OLD_OFFICE) && bytes.windows(name.len()).any(|window| window == name);
    is_encrypted.then_some("a Word or Excel document")
}

/// Whether the bytes are a tar archive.
pub(crate) fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

/// Checks that decoded text is text: less than 2 % of its characters are control characters. `bytes` are those of the
/// file.
///
/// # Errors
/// [`ReadErrorKind::Binary`].
pub(crate) fn check_text(text: &str, bytes: &[u8]) -> Result<(), ReadErrorKind> {
    match binary(text, bytes) {
        Some((offset, byte, share)) => Err(ReadErrorKind::Binary { offset, byte, share }),
        None => Ok(()),
    }
}

/// Number of bytes for which `is_counted` holds. It is summed over short runs, which the compiler vectorises.
fn count(bytes: &[u8], is_counted: impl Fn(u8) -> bool) -> usize {
    const RUN: usize = 192;
    bytes.chunks(RUN).map(|run| usize::from(run.iter().map(|byte| u8::from(is_counted(*byte))).sum::<u8>())).sum()
}

/// Why decoded bytes are not text: offset and value of the first control byte, and the share of control characters in
/// per cent.
fn binary(text: &str, bytes: &[u8]) -> Option<(usize, u8, f64)> {
    // Counted in bytes: each character has one byte that is not a continuation byte. Control characters are one byte, or
    // two of which the first is C2.
    let utf8 = text.as_bytes();
    let is_control = |byte: u8| matches!(byte, 0x00..=0x08 | 0x0B | 0x0E..=0x1F | 0x7F);
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
