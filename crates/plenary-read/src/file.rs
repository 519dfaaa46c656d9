//! A file before its format is known.
//!
//! **Input:** path and bytes. **Output:** the properties that recognition and reading need, each computed at most once:
//! the extension, the decoded text, the members of a ZIP archive. Nothing is refused here.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::decode::{self, Decoded};
use super::formats;
use plenary_corpus::Format;

/// First bytes of a ZIP archive, and of the document formats that are ZIP archives.
pub(crate) const ZIP: &[u8] = b"PK\x03\x04";

/// Longest media type that the `mimetype` member of an archive is read for, in bytes.
const LONGEST_MEDIA_TYPE: u64 = 100;

/// Path and bytes of a file, with what has been computed from them so far.
pub(crate) struct File<'a> {
    pub(crate) path: &'a str,
    pub(crate) bytes: &'a [u8],
    extension: String,
    decoded: OnceCell<Decoded>,
    members: OnceCell<Option<Members>>,
}

/// What recognition looks at in a ZIP archive.
struct Members {
    names: HashSet<String>,
    /// Content of the member `mimetype`, if there is one.
    media_type: Option<String>,
}

impl<'a> File<'a> {
    pub(crate) fn new(path: &'a str, bytes: &'a [u8]) -> Self {
        let extension = formats::extension(path);
        Self { path, bytes, extension, decoded: OnceCell::new(), members: OnceCell::new() }
    }

    /// Whether the extension is one of those of a format.
    pub(crate) fn has_extension_of(&self, format: Format) -> bool {
        formats::entry(format).has_extension(&self.extension)
    }

    /// The text, decoded without regard to what the file declares of its encoding.
    pub(crate) fn decoded(&self) -> &Decoded {
        self.decoded.get_or_init(|| decode::decode(self.bytes))
    }

    /// The decoded text.
    pub(crate) fn text(&self) -> &str {
        &self.decoded().text
    }

    /// The decoded text, without a copy.
    pub(crate) fn into_decoded(self) -> Decoded {
        let bytes = self.bytes;
        self.decoded.into_inner().unwrap_or_else(|| decode::decode(bytes))
    }

    /// Whether the bytes begin like a ZIP archive.
    pub(crate) fn begins_like_zip(&self) -> bool {
        self.bytes.starts_with(ZIP)
    }

    /// Whether the file is a ZIP archive with a member of this name.
    pub(crate) fn has_member(&self, name: &str) -> bool {
        self.members().is_some_and(|members| members.names.contains(name))
    }

    /// As [`File::has_member`]. In an archive that was cut off, and so has no list of members, the name is searched for in
    /// the bytes.
    pub(crate) fn may_have_member(&self, name: &str) -> bool {
        match self.members() {
            Some(members) => members.names.contains(name),
            None => self.bytes.windows(name.len()).any(|window| window == name.as_bytes()),
        }
    }

    /// The media type that the archive declares in its member `mimetype`.
    pub(crate) fn media_type(&self) -> Option<&str> {
        self.members()?.media_type.as_deref()
    }

    fn members(&self) -> Option<&Members> {
        self.members.get_or_init(|| self.read_members()).as_ref()
    }

    fn read_members(&self) -> Option<Members> {
        let mut archive = ZipArchive::new(Cursor::new(self.bytes)).ok()?;
        let names = archive.file_names().filter_map(Result::ok).map(std::borrow::Cow::into_owned).collect();
        let media_type = archive.by_name("mimetype").ok().and_then(|member| {
            let mut text = String::new();
            member.take(LONGEST_MEDIA_TYPE).read_to_string(&mut text).ok()?;
            Some(text.trim().to_string())
        });
        Some(Members { names, media_type })
    }
}
