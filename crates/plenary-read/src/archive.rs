//! Compressed files and archives: a gzip file is read as the file in it, a ZIP archive member by member.
//!
//! **Input:** an archive. **Output:** the documents of its members; a folder of a `ConvoKit` corpus in a ZIP archive is
//! read as one corpus. **Refused:** archives inside archives, encrypted members, and archives that exceed the limits
//! when decompressed: in total size, or relative to the compressed size. Nothing is written to disk, so the names of
//! members need no check.

use std::collections::{BTreeSet, HashMap};
use std::io::{Cursor, Read};
use std::sync::Arc;

use zip::ZipArchive;
use zip::result::ZipError;

use super::error::{ReadError, ReadErrorKind};
use super::file::File;
use super::formats::{self, Content};
use super::{Companion, Options, Reading, convokit, detect};
use plenary_corpus::Document;

/// Largest size in bytes of a decompressed file, and of all members of an archive together.
const LARGEST: u64 = 2 << 30;

/// Up to this size in bytes the ratio to the compressed size is not limited.
const SMALL: u64 = 32 << 20;

/// Largest ratio of decompressed to compressed bytes. Text has ten to fifty; archives made to fill the memory have
/// more.
const LARGEST_RATIO: u64 = 250;

/// The names that errors use for the kinds of archives.
pub(crate) const NOUN_GZIP: &str = "a gzip file";
pub(crate) const NOUN_ZIP: &str = "a ZIP archive";

/// The name that errors use for a file in an archive.
const MEMBER: &str = "a member of an archive";

/// Reads a file compressed with gzip as the file in it, under its name without the extension of gzip.
///
/// # Errors
/// As [`super::read_all`]; [`ReadErrorKind::Damaged`] if the file ends early or its checksum is wrong.
pub(crate) fn gzip(file: &File<'_>, options: &Options) -> Result<Reading, ReadError> {
    let decoder = flate2::read::MultiGzDecoder::new(file.bytes);
    let inner = decompress(decoder, file.bytes.len() as u64, LARGEST)
        .map_err(|failure| ReadError::new(file.path, failure.into_error(NOUN_GZIP)))?;
    let path = format!("{}/{}", file.path, formats::without_gzip_extension(file.path));
    read_member(&path, &inner, options).map(|documents| Reading { documents, refused: Vec::new() })
}

/// Reads the members of a ZIP archive in the order of their names. Folders, hidden files and the records that macOS adds
/// (`__MACOSX`) are ignored.
///
/// # Errors
/// [`ReadErrorKind::Damaged`], [`ReadErrorKind::TooLarge`] or [`ReadErrorKind::NoMembers`] for the archive as a whole. The
/// errors of single members are in the reading.
pub(crate) fn zip(file: &File<'_>, options: &Options) -> Result<Reading, ReadError> {
    let path = file.path;
    let damaged =
        |error: &ZipError| ReadError::new(path, ReadErrorKind::Damaged { what: NOUN_ZIP, problem: error.to_string() });
    let mut archive = ZipArchive::new(Cursor::new(file.bytes)).map_err(|error| damaged(&error))?;
    let mut members: Vec<(String, usize)> = Vec::new();
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(|error| damaged(&error))?;
        let name = member.name().map_err(|error| damaged(&error))?.replace('\\', "/");
        let is_hidden = name.split('/').any(|part| part.starts_with('.') && part != ".." || part == "__MACOSX");
        if member.is_file() && !is_hidden {
            members.push((name, index));
        }
    }
    members.sort();
    let corpora = corpora(&members);
    let mut reading = Reading::default();
    let mut bytes_left = LARGEST;
    for folder in &corpora {
        let part = |file: &str| -> Result<Option<Vec<u8>>, ReadError> {
            let name = format!("{folder}{file}");
            let found = members.iter().find(|(member, _)| *member == name);
            found
                .map(|(name, index)| take(&mut archive, &format!("{path}/{name}"), *index, &mut bytes_left))
                .transpose()
        };
        let folder_path = format!("{path}/{folder}");
        match convokit::Parts::collect(part)
            .and_then(|parts| convokit::read(folder_path.trim_end_matches('/'), &parts, options))
        {
            Ok(documents) => reading.documents.extend(documents),
            Err(error) => reading.refused.push((folder_path, error)),
        }
    }
    let index_of: HashMap<&str, usize> = members.iter().map(|(name, index)| (name.as_str(), *index)).collect();
    let mut companions: HashMap<usize, Arc<[u8]>> = HashMap::new();
    for (name, index) in &members {
        if super::completes(name).is_some_and(|other| index_of.contains_key(beside(name, &other).as_str())) {
            continue;
        }
        if corpora.iter().any(|folder| name.strip_prefix(folder.as_str()).is_some_and(convokit::is_part)) {
            continue;
        }
        let member_path = format!("{path}/{name}");
        let read = match take(&mut archive, &member_path, *index, &mut bytes_left) {
            // A member that exceeds the limits makes the whole archive suspect.
            Err(error @ ReadError { kind: ReadErrorKind::TooLarge { .. }, .. }) => return Err(error),
            Err(error) => Err(error),
            Ok(inner) => {
                let mut found = Vec::new();
                for companion in super::companions(name) {
                    let Some(index) = index_of.get(beside(name, &companion).as_str()) else { continue };
                    if let std::collections::hash_map::Entry::Vacant(entry) = companions.entry(*index) {
                        entry.insert(take(&mut archive, &member_path, *index, &mut bytes_left)?.into());
                    }
                    let bytes = companions[index].clone();
                    found.push(Companion { name: companion.trim_start_matches("../").to_string(), bytes });
                }
                let own = (!found.is_empty()).then(|| Options { companions: found, ..options.clone() });
                read_member(&member_path, &inner, own.as_ref().unwrap_or(options))
            }
        };
        match read {
            Ok(documents) => reading.documents.extend(documents),
            Err(error) => reading.refused.push((member_path, error)),
        }
    }
    if reading.documents.is_empty() && reading.refused.is_empty() {
        return Err(ReadError::new(path, ReadErrorKind::NoMembers));
    }
    Ok(reading)
}

/// The name of a member in the folder of another one, or in the folder above.
fn beside(name: &str, other: &str) -> String {
    let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (folder, other) = match other.strip_prefix("../") {
        Some(other) => (folder.rsplit_once('/').map_or("", |(above, _)| above), other),
        None => (folder, other),
    };
    if folder.is_empty() { other.to_string() } else { format!("{folder}/{other}") }
}

/// The folders of an archive that are a `ConvoKit` corpus, each with a `/` at its end or empty.
fn corpora(members: &[(String, usize)]) -> Vec<String> {
    let names: BTreeSet<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    let folders = members.iter().filter_map(|(name, _)| name.strip_suffix(convokit::UTTERANCES));
    folders
        .filter(|folder| folder.is_empty() || folder.ends_with('/'))
        .filter(|folder| convokit::is_corpus(|file| names.contains(format!("{folder}{file}").as_str())))
        .map(str::to_string)
        .collect()
}

/// Reads a file in an archive.
fn read_member(path: &str, bytes: &[u8], options: &Options) -> Result<Vec<Document>, ReadError> {
    let nested = |found| Err(ReadError::new(path, ReadErrorKind::Nested { found }));
    if detect::is_tar(bytes) {
        return nested("a tar archive");
    }
    let file = File::new(path, bytes);
    let entry = super::recognise(&file)?;
    match &entry.content {
        Content::Archive(_) => nested(entry.noun),
        Content::Documents(format, reader) => super::read_documents(file, *format, reader, options),
    }
}

/// The bytes of a member. Their number is subtracted from `bytes_left`.
fn take(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    path: &str,
    index: usize,
    bytes_left: &mut u64,
) -> Result<Vec<u8>, ReadError> {
    let member = archive.by_index(index).map_err(|error| {
        let kind = match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
                ReadErrorKind::Unsupported { found: "an encrypted member of an archive" }
            }
            ZipError::CompressionMethodNotSupported(_) | ZipError::UnsupportedArchive(_) => {
                ReadErrorKind::Unsupported { found: "a member with a rare kind of compression" }
            }
            error => ReadErrorKind::Damaged { what: MEMBER, problem: error.to_string() },
        };
        ReadError::new(path, kind)
    })?;
    let compressed = member.compressed_size();
    let inner = decompress(member, compressed, *bytes_left)
        .map_err(|failure| ReadError::new(path, failure.into_error(MEMBER)))?;
    *bytes_left -= inner.len() as u64;
    Ok(inner)
}

/// Checks that a document format that is a ZIP archive keeps the limits of archives when decompressed.
///
/// # Errors
/// [`ReadErrorKind::TooLarge`], or [`ReadErrorKind::Damaged`] if a member cannot be decompressed.
pub(crate) fn check(bytes: &[u8], what: &'static str) -> Result<(), ReadErrorKind> {
    let damaged = |problem: String| ReadErrorKind::Damaged { what, problem };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(error.to_string()))?;
    let mut bytes_left = LARGEST;
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(|error| damaged(error.to_string()))?;
        let limit = limit(member.compressed_size(), bytes_left);
        let n = std::io::copy(&mut member.take(limit + 1), &mut std::io::sink())
            .map_err(|error| damaged(error.to_string()))?;
        if n > limit {
            return Err(DecompressFailure::TooLarge(limit).into_error(what));
        }
        bytes_left -= n;
    }
    Ok(())
}

/// Why an entry could not be decompressed.
enum DecompressFailure {
    /// It exceeds this number of bytes.
    TooLarge(u64),
    /// It does not fit into the memory.
    OutOfMemory,
    /// It is damaged in this way.
    Damaged(String),
}

impl DecompressFailure {
    fn into_error(self, what: &'static str) -> ReadErrorKind {
        match self {
            DecompressFailure::TooLarge(limit) => {
                let problem = format!("decompressed, it grows beyond {} MiB, more than plenary reads", limit >> 20);
                ReadErrorKind::TooLarge { what, problem }
            }
            DecompressFailure::OutOfMemory => {
                let problem = "decompressed, it does not fit into the memory that reading may use".into();
                ReadErrorKind::TooLarge { what, problem }
            }
            DecompressFailure::Damaged(problem) => ReadErrorKind::Damaged { what, problem },
        }
    }
}

fn decompress(reader: impl Read, compressed: u64, bytes_left: u64) -> Result<Vec<u8>, DecompressFailure> {
    let limit = limit(compressed, bytes_left);
    let mut out = Vec::new();
    match reader.take(limit + 1).read_to_end(&mut out) {
        Ok(_) if out.len() as u64 > limit => Err(DecompressFailure::TooLarge(limit)),
        Ok(_) => Ok(out),
        Err(error) if error.kind() == std::io::ErrorKind::OutOfMemory => Err(DecompressFailure::OutOfMemory),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Err(DecompressFailure::Damaged("it ends early".into()))
        }
        Err(error) => Err(DecompressFailure::Damaged(error.to_string())),
    }
}

/// Largest decompressed size, in bytes, for `compressed` bytes.
fn limit(compressed: u64, bytes_left: u64) -> u64 {
    bytes_left.min(SMALL.max(compressed.saturating_mul(LARGEST_RATIO)))
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

    fn kind(path: &str, bytes: &[u8]) -> ReadErrorKind {
        read(path, bytes).unwrap_err().kind
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
        assert!(matches!(reading.refused[0].1.kind, ReadErrorKind::Nested { .. }));
        assert_eq!(reading.documents[1].document_id, read("a.csv", b"speaker,text\nA,One.\n").unwrap().document_id);
    }

    #[test]
    fn members_are_completed_by_those_beside_and_above_them() {
        let bytes = packed(&[
            ("c/X_1.txt", b"X_1.u1\tOrder!\nX_1.u2\tYes.\n"),
            ("c/X_1-meta.tsv", b"ID\tSpeaker_name\nX_1.u1\tAnn Lee\nX_1.u2\tBo Hill\n"),
            (
                "c/C-listPerson.xml",
                b"<listPerson><person xml:id=\"a\"><persName>Cy Dahl</persName></person></listPerson>",
            ),
            ("c/2031/C_2.xml", b"<TEI><text><body><u who=\"#a\">We begin.</u></body></text></TEI>"),
        ]);
        let reading = all("c.zip", &bytes).unwrap();
        let turns = reading.documents.iter().flat_map(|document| &document.turns);
        let labels: Vec<&str> = turns.flat_map(|turn| &turn.speaker).map(|speaker| speaker.label.as_str()).collect();
        assert_eq!(labels, ["Cy Dahl", "Ann Lee", "Bo Hill"]);
    }

    #[test]
    fn gzip_is_read_as_what_it_holds() {
        let document = read("x/a.csv.gz", &gzipped(b"speaker,text\nA,One.\n")).unwrap();
        assert_eq!((document.path.as_str(), document.text.as_str()), ("x/a.csv.gz/a.csv", "One.\n"));
        let twice = gzipped(&gzipped(b"ANN: hi\n"));
        assert!(matches!(kind("a.gz.gz", &twice), ReadErrorKind::Nested { .. }));
    }

    #[test]
    fn truncated_and_damaged_files_are_refused() {
        let bytes = gzipped(&b"ANN: We go on and on. ".repeat(500));
        let message = read("a.txt.gz", &bytes[..bytes.len() - 20]).unwrap_err().to_string();
        assert!(message.contains("a gzip file, but it is damaged: it ends early"), "{message}");
        let mut wrong = bytes.clone();
        let last = wrong.len() - 6;
        wrong[last] ^= 0xFF;
        assert!(matches!(kind("a.txt.gz", &wrong), ReadErrorKind::Damaged { .. }));
        let bytes = packed(&[("a.txt", b"ANN: hi\n")]);
        assert!(matches!(kind("a.zip", &bytes[..bytes.len() - 10]), ReadErrorKind::Damaged { .. }));
        assert!(matches!(kind("a.zip", &packed(&[(".x", b"y")])), ReadErrorKind::NoMembers));
    }

    #[test]
    fn what_grows_beyond_measure_is_refused() {
        let zeros = vec![b' '; 48 << 20];
        for (path, bytes) in [("a.gz", gzipped(&zeros)), ("a.zip", packed(&[("a.txt", zeros.as_slice())]))] {
            let message = read(path, &bytes).unwrap_err().to_string();
            assert!(message.contains("too large: decompressed, it grows beyond 32 MiB"), "{message}");
        }
    }

    #[test]
    fn packed_document_formats_are_not_archives() {
        let word = packed(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>")]);
        let slides = packed(&[("[Content_Types].xml", b"<Types/>"), ("ppt/presentation.xml", b"<p/>")]);
        let sheet =
            packed(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<x/>")]);
        assert!(!matches!(kind("a.zip", &word), ReadErrorKind::Nested { .. } | ReadErrorKind::NoMembers));
        for (bytes, name) in [(&slides, "PowerPoint"), (&sheet, "spreadsheet")] {
            let message = read("a.zip", bytes).unwrap_err().to_string();
            assert!(message.contains(name) && message.contains("does not read yet"), "{message}");
        }
        let nested = packed(&[("inner.zip", &packed(&[("a.txt", b"ANN: hi\n")])), ("b.txt", b"ANN: hi\n")]);
        assert!(matches!(all("a.zip", &nested).unwrap().refused[0].1.kind, ReadErrorKind::Nested { .. }));
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
