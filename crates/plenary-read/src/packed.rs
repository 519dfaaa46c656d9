//! Members of a ZIP archive, each unfolded to a bounded size.

use std::borrow::Cow;
use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::ReadError;

/// A part of a document unfolds to at most so many bytes: hundreds of times the longest transcript.
const LARGEST_MEMBER: u64 = 256 << 20;

/// Archives with more members are refused: a document has some dozens.
const MOST_MEMBERS: usize = 100_000;

/// A document that is a ZIP archive, and its name for messages.
pub struct Archive<'b> {
    zip: ZipArchive<Cursor<&'b [u8]>>,
    path: String,
    what: &'static str,
}

impl<'b> Archive<'b> {
    pub fn open(path: &str, what: &'static str, bytes: &'b [u8]) -> Result<Self, ReadError> {
        let path = path.to_string();
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| ReadError::Damaged {
            path: path.clone(),
            what,
            problem: format!("its table of contents at the end cannot be read, it may be cut off ({error})"),
        })?;
        if zip.len() > MOST_MEMBERS {
            let problem = format!("it holds {} parts; at most {MOST_MEMBERS} are read", zip.len());
            return Err(ReadError::TooLarge { path, what, problem });
        }
        Ok(Self { zip, path, what })
    }

    /// The text of a member, `None` where there is none of that name.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, ReadError> {
        let (path, what) = (self.path.clone(), self.what);
        let damaged = |problem: String| ReadError::Damaged { path: path.clone(), what, problem };
        let member = match self.zip.by_name(name) {
            Ok(member) => member,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => {
                return Err(ReadError::Encrypted { path, what });
            }
            Err(error) => return Err(damaged(format!("its part {name} cannot be read ({error})"))),
        };
        let mut bytes = Vec::new();
        if let Err(error) = member.take(LARGEST_MEMBER + 1).read_to_end(&mut bytes) {
            return Err(damaged(format!("its part {name} cannot be unfolded ({error})")));
        }
        if bytes.len() as u64 > LARGEST_MEMBER {
            let problem = format!("its part {name} unfolds to more than {LARGEST_MEMBER} bytes");
            return Err(ReadError::TooLarge { path, what, problem });
        }
        Ok(Some(super::decode::decode(&bytes).text))
    }

    /// Names of the members, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.zip.file_names().filter_map(Result::ok).map(Cow::into_owned).collect();
        names.sort();
        names
    }

    pub fn damaged(&self, problem: String) -> ReadError {
        ReadError::Damaged { path: self.path.clone(), what: self.what, problem }
    }
}

/// Whether bytes are a ZIP archive with a member of this name; what is cut off is judged by the names in its headers.
pub fn holds(bytes: &[u8], name: &str) -> bool {
    match ZipArchive::new(Cursor::new(bytes)) {
        Ok(zip) => zip.index_for_name(name).is_some(),
        Err(_) => bytes.windows(name.len()).any(|window| window == name.as_bytes()),
    }
}
