//! The members of a document that is a ZIP archive.
//!
//! **Input:** the bytes of the document. **Output:** the text of its members. **Refused:** damaged and encrypted archives,
//! members that exceed 256 MiB when decompressed.

use std::borrow::Cow;
use std::io::{Cursor, ErrorKind, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::error::ReadErrorKind;

/// Largest decompressed size of a member, in bytes: hundreds of times the longest transcript.
const LARGEST_MEMBER: u64 = 256 << 20;

/// Largest number of members. A document has some dozens.
const MOST_MEMBERS: usize = 100_000;

/// A document that is a ZIP archive.
pub(crate) struct Archive<'b> {
    zip: ZipArchive<Cursor<&'b [u8]>>,
    /// What errors call the format.
    what: &'static str,
}

impl<'b> Archive<'b> {
    pub(crate) fn open(what: &'static str, bytes: &'b [u8]) -> Result<Self, ReadErrorKind> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| ReadErrorKind::Damaged {
            what,
            problem: format!("its table of contents at the end cannot be read, it may be cut off ({error})"),
        })?;
        if zip.len() > MOST_MEMBERS {
            let problem = format!("it holds {} parts; at most {MOST_MEMBERS} are read", zip.len());
            return Err(ReadErrorKind::TooLarge { what, problem });
        }
        Ok(Self { zip, what })
    }

    /// The text of a member; `None` if there is no member with that name.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, ReadErrorKind> {
        let what = self.what;
        let damaged = |problem: String| ReadErrorKind::Damaged { what, problem };
        let member = match self.zip.by_name(name) {
            Ok(member) => member,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => {
                return Err(ReadErrorKind::Encrypted { what });
            }
            Err(error) => return Err(damaged(format!("its part {name} cannot be read ({error})"))),
        };
        let mut bytes = Vec::new();
        if let Err(error) = member.take(LARGEST_MEMBER + 1).read_to_end(&mut bytes) {
            if error.kind() == ErrorKind::OutOfMemory {
                let problem = format!("its part {name} does not fit into the memory that reading may use");
                return Err(ReadErrorKind::TooLarge { what, problem });
            }
            return Err(damaged(format!("its part {name} cannot be decompressed ({error})")));
        }
        if bytes.len() as u64 > LARGEST_MEMBER {
            let problem = format!("its part {name} has more than {LARGEST_MEMBER} bytes when decompressed");
            return Err(ReadErrorKind::TooLarge { what, problem });
        }
        Ok(Some(super::decode::decode(&bytes).text))
    }

    /// Names of the members, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.zip.file_names().filter_map(Result::ok).map(Cow::into_owned).collect();
        names.sort();
        names
    }

    /// The error for a damaged document.
    pub(crate) fn damaged(&self, problem: String) -> ReadErrorKind {
        ReadErrorKind::Damaged { what: self.what, problem }
    }
}
