//! Compressed files and archives: a gzip file is read as what it holds, a ZIP archive member by member.
//!
//! Nothing is written to disk, so names of members lead nowhere. How far bytes may grow is bounded, in all and in
//! proportion to the compressed bytes; archives inside archives are refused. A corpus folder of ConvoKit inside a
//! ZIP archive is read as one.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::{Options, ReadError, Reading, convokit, detect, read_file};

/// No file grows to more than this, nor do all members of an archive together.
const LARGEST: u64 = 2 << 30;
/// Up to this size the proportion does not matter.
const SMALL: u64 = 32 << 20;
/// What the errors call a file in an archive.
const MEMBER: &str = "a member of an archive";

/// Text grows ten- to fiftyfold; what grows more is made to fill the memory.
const LARGEST_RATIO: u64 = 250;

/// Reads a file compressed with gzip as the file that it holds, under its name without `.gz`.
///
/// # Errors
/// As [`super::read_all`]; [`ReadError::Damaged`] where it ends early or its checksum is wrong.
pub fn gzip(path: &str, bytes: &[u8], options: &Options) -> Result<Reading, ReadError> {
    let inner = unpack(flate2::read::MultiGzDecoder::new(bytes), bytes.len() as u64, LARGEST)
        .map_err(|stop| stop.error(path, "a gzip file"))?;
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    let name = match (lower.strip_suffix(".gz"), lower.strip_suffix(".tgz")) {
        (Some(stem), _) | (None, Some(stem)) if name.is_char_boundary(stem.len()) => &name[..stem.len()],
        _ => name,
    };
    let path = format!("{path}/{name}");
    if let Some(found) = archive_name(&inner) {
        return Err(ReadError::Nested { path, found });
    }
    read_file(&path, &inner, options).map(|documents| Reading { documents, refused: Vec::new() })
}

/// Reads the members of a ZIP archive in the order of their names. Folders, hidden files and the records that macOS
/// adds (`__MACOSX`) are passed by.
///
/// # Errors
/// [`ReadError::Damaged`], [`ReadError::TooLarge`] or [`ReadError::NothingInside`] for the archive as a whole; what
/// is wrong with one member stands in the reading.
pub fn zip(path: &str, bytes: &[u8], options: &Options) -> Result<Reading, ReadError> {
    let damaged =
        |error: &ZipError| ReadError::Damaged { path: path.into(), what: "a ZIP archive", problem: error.to_string() };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let mut members: Vec<(String, usize)> = Vec::new();
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(|error| damaged(&error))?;
        let name = member.name().map_err(|error| damaged(&error))?.replace('\\', "/");
        let hidden = name.split('/').any(|part| part.starts_with('.') && part != ".." || part == "__MACOSX");
        if member.is_file() && !hidden {
            members.push((name, index));
        }
    }
    members.sort();
    let names: BTreeSet<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    let corpora: Vec<&str> = members
        .iter()
        .filter_map(|(name, _)| name.strip_suffix(convokit::UTTERANCES))
        .filter(|folder| {
            (folder.is_empty() || folder.ends_with('/'))
                && convokit::is_corpus(|file| names.contains(format!("{folder}{file}").as_str()))
        })
        .collect();
    let mut reading = Reading::default();
    let mut left = LARGEST;
    for folder in &corpora {
        let part = |file: &str| -> Result<Option<Vec<u8>>, ReadError> {
            let name = format!("{folder}{file}");
            let found = members.iter().find(|(member, _)| *member == name);
            found.map(|(name, index)| take(&mut archive, &format!("{path}/{name}"), *index, &mut left)).transpose()
        };
        let shown = format!("{path}/{folder}");
        match convokit::Parts::collect(part)
            .and_then(|parts| convokit::read(shown.trim_end_matches('/'), &parts, &options.columns))
        {
            Ok(documents) => reading.documents.extend(documents),
            Err(error) => reading.refused.push((shown, error)),
        }
    }
    for (name, index) in &members {
        if corpora.iter().any(|folder| name.strip_prefix(folder).is_some_and(convokit::is_part)) {
            continue;
        }
        let shown = format!("{path}/{name}");
        let read = match take(&mut archive, &shown, *index, &mut left) {
            // What grows beyond measure makes the whole archive suspect.
            Err(error @ ReadError::TooLarge { .. }) => return Err(error),
            Err(error) => Err(error),
            Ok(inner) => match archive_name(&inner) {
                Some(found) => Err(ReadError::Nested { path: shown.clone(), found }),
                None => read_file(&shown, &inner, options),
            },
        };
        match read {
            Ok(documents) => reading.documents.extend(documents),
            Err(error) => reading.refused.push((shown, error)),
        }
    }
    if reading.documents.is_empty() && reading.refused.is_empty() {
        return Err(ReadError::NothingInside { path: path.into() });
    }
    Ok(reading)
}

/// The bytes of one member; what it takes is drawn from `left`.
fn take(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    shown: &str,
    index: usize,
    left: &mut u64,
) -> Result<Vec<u8>, ReadError> {
    let member = archive.by_index(index).map_err(|error| match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            ReadError::Unsupported { path: shown.into(), found: "an encrypted member of an archive" }
        }
        ZipError::CompressionMethodNotSupported(_) | ZipError::UnsupportedArchive(_) => {
            ReadError::Unsupported { path: shown.into(), found: "a member that is compressed in a rare way" }
        }
        error => ReadError::Damaged { path: shown.into(), what: MEMBER, problem: error.to_string() },
    })?;
    let packed = member.compressed_size();
    let inner = unpack(member, packed, *left).map_err(|stop| stop.error(shown, MEMBER))?;
    *left -= inner.len() as u64;
    Ok(inner)
}

/// Whether a packed document format (XLSX) unpacks within the limits that hold for archives.
///
/// # Errors
/// [`ReadError::TooLarge`], or [`ReadError::Damaged`] where a member does not unpack.
pub fn check(path: &str, bytes: &[u8], what: &'static str) -> Result<(), ReadError> {
    let damaged = |problem: String| ReadError::Damaged { path: path.into(), what, problem };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(error.to_string()))?;
    let mut left = LARGEST;
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(|error| damaged(error.to_string()))?;
        let limit = limit(member.compressed_size(), left);
        let n = std::io::copy(&mut member.take(limit + 1), &mut std::io::sink())
            .map_err(|error| damaged(error.to_string()))?;
        if n > limit {
            return Err(Stop::TooLarge(limit).error(path, what));
        }
        left -= n;
    }
    Ok(())
}

enum Stop {
    TooLarge(u64),
    Damaged(String),
}

impl Stop {
    fn error(self, path: &str, what: &'static str) -> ReadError {
        let path = path.to_string();
        match self {
            Stop::TooLarge(limit) => {
                let problem = format!("unpacked, it grows beyond {} MiB, more than plenary unpacks", limit >> 20);
                ReadError::TooLarge { path, what, problem }
            }
            Stop::Damaged(problem) => ReadError::Damaged { path, what, problem },
        }
    }
}

fn unpack(reader: impl Read, packed: u64, left: u64) -> Result<Vec<u8>, Stop> {
    let limit = limit(packed, left);
    let mut out = Vec::new();
    match reader.take(limit + 1).read_to_end(&mut out) {
        Ok(_) if out.len() as u64 > limit => Err(Stop::TooLarge(limit)),
        Ok(_) => Ok(out),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Err(Stop::Damaged("it ends early".into())),
        Err(error) => Err(Stop::Damaged(error.to_string())),
    }
}

fn limit(packed: u64, left: u64) -> u64 {
    left.min(SMALL.max(packed.saturating_mul(LARGEST_RATIO)))
}

/// The name of the archive that the bytes are, if they are one.
fn archive_name(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(detect::GZIP) {
        Some("a gzip file")
    } else if bytes.starts_with(detect::ZIP) && detect::zip(bytes) == detect::Zip::Archive {
        Some("a ZIP archive")
    } else if bytes.get(257..262) == Some(b"ustar") {
        Some("a tar archive")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::{read, read_all};

    fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn all(path: &str, bytes: &[u8]) -> Result<Reading, ReadError> {
        read_all(path, bytes, &Options::default())
    }

    #[test]
    fn members_are_read_under_the_archives_name() {
        let csv = gzipped(b"speaker,text\nA,One.\n");
        let bytes = packed(&[
            ("b/talk.md", b"**Ann Lee**\n\nHello.\n"),
            ("a.csv", b"speaker,text\nA,One.\n"),
            ("../up.txt", b"ANN: hi\n"),
            (".hidden.txt", b"x"),
            ("__MACOSX/a.csv", b"x"),
            ("inner.gz", &csv),
            ("picture.png", b"\x89PNG...."),
        ]);
        let reading = all("c.zip", &bytes).unwrap();
        let paths: Vec<&str> = reading.documents.iter().map(|document| document.path.as_str()).collect();
        assert_eq!(paths, ["c.zip/../up.txt", "c.zip/a.csv", "c.zip/b/talk.md"]);
        let refused: Vec<&str> = reading.refused.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(refused, ["c.zip/inner.gz", "c.zip/picture.png"]);
        assert!(matches!(reading.refused[0].1, ReadError::Nested { .. }));
        assert_eq!(reading.documents[1].document_id, read("a.csv", b"speaker,text\nA,One.\n").unwrap().document_id);
    }

    #[test]
    fn gzip_is_read_as_what_it_holds() {
        let document = read("x/a.csv.gz", &gzipped(b"speaker,text\nA,One.\n")).unwrap();
        assert_eq!((document.path.as_str(), document.text.as_str()), ("x/a.csv.gz/a.csv", "One.\n"));
        let twice = gzipped(&gzipped(b"ANN: hi\n"));
        assert!(matches!(read("a.gz.gz", &twice), Err(ReadError::Nested { .. })));
    }

    #[test]
    fn truncated_and_damaged_files_are_refused() {
        let bytes = gzipped(&b"ANN: We go on and on. ".repeat(500));
        let message = read("a.txt.gz", &bytes[..bytes.len() - 20]).unwrap_err().to_string();
        assert!(message.contains("a gzip file, but it is damaged: it ends early"), "{message}");
        let mut wrong = bytes.clone();
        let last = wrong.len() - 6;
        wrong[last] ^= 0xFF;
        assert!(matches!(read("a.txt.gz", &wrong), Err(ReadError::Damaged { .. })));
        let bytes = packed(&[("a.txt", b"ANN: hi\n")]);
        assert!(matches!(read("a.zip", &bytes[..bytes.len() - 10]), Err(ReadError::Damaged { .. })));
        assert!(matches!(all("a.zip", &packed(&[(".x", b"y")])), Err(ReadError::NothingInside { .. })));
    }

    #[test]
    fn what_grows_beyond_measure_is_refused() {
        let zeros = vec![b' '; 48 << 20];
        for (path, bytes) in [("a.gz", gzipped(&zeros)), ("a.zip", packed(&[("a.txt", zeros.as_slice())]))] {
            let message = read(path, &bytes).unwrap_err().to_string();
            assert!(message.contains("too large: unpacked, it grows beyond 32 MiB"), "{message}");
        }
    }

    #[test]
    fn packed_document_formats_are_no_archives() {
        let word = packed(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>")]);
        assert!(matches!(detect::zip(&word), detect::Zip::Packed(_)));
        let writer = packed(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"<x/>")]);
        assert!(matches!(detect::zip(&writer), detect::Zip::Packed(_)));
    }

    #[test]
    fn a_corpus_folder_in_an_archive_is_a_corpus() {
        let bytes = packed(&[
            ("k/utterances.jsonl", b"{\"id\":\"1\",\"conversation_id\":\"c\",\"text\":\"Hi.\",\"speaker\":\"s\"}\n"),
            ("k/speakers.json", b"{\"s\":{\"meta\":{\"name\":\"Ann Lee\"}}}"),
        ]);
        let reading = all("k.zip", &bytes).unwrap();
        assert_eq!(reading.documents[0].path, "k.zip/k/c");
        assert!(reading.refused.is_empty());
    }
}
