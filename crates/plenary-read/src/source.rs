//! The file that documents are read from.
//!
//! **Input:** path, bytes, format and encoding. **Output:** documents with their ids and paths.

use super::content_id;
use super::parts::Parts;
use plenary_corpus::text::collapse_white_space;
use plenary_corpus::{Document, Format};

/// What all documents of one file have in common.
pub(crate) struct Source<'a> {
    path: &'a str,
    format: Format,
    encoding: &'a str,
    file_id: String,
    sha256: String,
    n_bytes: u64,
}

/// The name of a document in a file that holds several. The document's id and path are made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part<'a>(pub(crate) &'a str);

impl<'a> Source<'a> {
    pub(crate) fn new(path: &'a str, bytes: &[u8], format: Format, encoding: &'a str) -> Self {
        let (file_id, sha256) = content_id(bytes);
        Self { path, format, encoding, file_id, sha256, n_bytes: bytes.len() as u64 }
    }

    /// A document of this file. With a part the id is the file's id and 8 hex digits of the part's sha256.
    pub(crate) fn document(&self, part: Option<Part<'_>>, parts: Parts) -> Document {
        let (document_id, path) = match part {
            None => (self.file_id.clone(), self.path.to_string()),
            Some(Part(name)) => (
                format!("{}-{}", self.file_id, &content_id(name.as_bytes()).1[..8]),
                format!("{}/{}", self.path, collapse_white_space(name)),
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
            cues: parts.cues,
            reactions: parts.reactions,
            front: parts.front,
            warnings: parts.warnings,
        }
    }
}
