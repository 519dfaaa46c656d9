//! What all documents of one file share: its name, bytes and encoding.

use super::content_id;
use super::parts::Parts;
use plenary_corpus::{Document, Format};

/// A file that documents come from.
pub struct Source<'a> {
    pub path: &'a str,
    pub format: Format,
    pub encoding: &'a str,
    file_id: String,
    sha256: String,
    n_bytes: u64,
}

/// The name of a document in a file that holds several. It makes the document's id and stands behind the file's path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'a>(pub &'a str);

impl<'a> Source<'a> {
    pub fn new(path: &'a str, bytes: &[u8], format: Format, encoding: &'a str) -> Self {
        let (file_id, sha256) = content_id(bytes);
        Self { path, format, encoding, file_id, sha256, n_bytes: bytes.len() as u64 }
    }

    /// A document of this file. With a part the id is the file's id and 8 hex digits of the part's sha256.
    pub fn document(&self, part: Option<Part<'_>>, parts: Parts) -> Document {
        let (document_id, path) = match part {
            None => (self.file_id.clone(), self.path.to_string()),
            Some(Part(name)) => (
                format!("{}-{}", self.file_id, &content_id(name.as_bytes()).1[..8]),
                format!("{}/{}", self.path, name.split_whitespace().collect::<Vec<_>>().join(" ")),
            ),
        };
        Document {
            document_id,
            path,
            source: self.path.to_string(),
            format: self.format,
            encoding: self.encoding.into(),
            sha256: self.sha256.clone(),
            n_bytes: self.n_bytes,
            text: parts.text,
            lines: parts.lines,
            turns: parts.turns,
            front: parts.front,
            warnings: parts.warnings,
        }
    }
}
