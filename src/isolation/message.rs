//! What a process that reads files and the process that uses it say to each other.
//!
//! **Input:** a pipe. **Output:** messages, each preceded by its length: a request, which is a [`Task`] and the bytes of a
//! file, and the answer. The reading process first writes the line [`hello`]. **Refused:** messages that are cut off or
//! cannot be decoded.

use std::io::{self, Error, ErrorKind, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use plenary_corpus::{DateOrder, Document};
use plenary_names::lexicon::Lexicon;
use plenary_read::{Columns, Companion, Options, ReadError, ReadErrorKind, Reading};

/// The documents of a file, with the members of an archive that could not be read.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FileReading {
    pub(crate) documents: Vec<Document>,
    pub(crate) refused: Vec<Refusal>,
}

/// Why a file was not read.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Refusal {
    /// Path of the file, or of the member of an archive.
    pub(crate) path: String,
    /// What is wrong, with the path and the place.
    pub(crate) error: String,
    /// What the user can do about it.
    pub(crate) hint: String,
    pub(crate) kind: RefusalKind,
}

/// Whether a file that was not read may be something else than a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum RefusalKind {
    /// Of a format that is not read, or without text.
    NotATranscript,
    /// Bytes that are not text.
    Binary,
    /// A transcript that cannot be read.
    Failed,
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        let kind = match error.kind {
            ReadErrorKind::Unsupported { .. }
            | ReadErrorKind::NoWords { .. }
            | ReadErrorKind::OtherJson { .. }
            | ReadErrorKind::NoSpeech { .. }
            | ReadErrorKind::NotTei { .. }
            | ReadErrorKind::NoTextInTei
            | ReadErrorKind::NoTextColumn { .. } => RefusalKind::NotATranscript,
            ReadErrorKind::Binary { .. } => RefusalKind::Binary,
            _ => RefusalKind::Failed,
        };
        Self { error: error.to_string(), hint: error.hint().into(), path: error.path, kind }
    }
}

impl From<Reading> for FileReading {
    fn from(reading: Reading) -> Self {
        let refusal = |(path, error): (String, ReadError)| Refusal { path, ..Refusal::from(error) };
        Self { documents: reading.documents, refused: reading.refused.into_iter().map(refusal).collect() }
    }
}

/// The answer to a request.
pub(crate) type Answer = Result<FileReading, Refusal>;

/// What is to be read, and how. The bytes of the file follow.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) path: String,
    /// Limit of the address space in bytes.
    pub(crate) memory_bytes: u64,
    pub(crate) how: How,
}

/// Options of reading in a form that can be sent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct How {
    columns: Columns,
    date_order: DateOrder,
    /// The text of the user's lexicon.
    lexicon: Option<String>,
    /// Names and bytes of the files that complete the file.
    companions: Vec<(String, Vec<u8>)>,
}

impl How {
    pub(crate) fn of(options: &Options) -> Self {
        let Options { columns, date_order, lexicon, companions } = options;
        Self {
            columns: columns.clone(),
            date_order: *date_order,
            lexicon: lexicon.own_text().map(str::to_owned),
            companions: companions.iter().map(|other| (other.name.clone(), other.bytes.to_vec())).collect(),
        }
    }

    /// # Errors
    /// What is wrong with the lexicon, which was read before it was sent.
    pub(crate) fn options(self) -> Result<Options, String> {
        let lexicon = match self.lexicon {
            None => Lexicon::default(),
            Some(text) => {
                Lexicon::with_file(text.as_bytes(), "the lexicon of the study").map_err(|error| error.to_string())?
            }
        };
        let companion = |(name, bytes): (String, Vec<u8>)| Companion { name, bytes: bytes.into() };
        let companions = self.companions.into_iter().map(companion).collect();
        Ok(Options { columns: self.columns, date_order: self.date_order, lexicon, companions })
    }
}

/// The first line that a reading process writes. Processes of another version send other messages.
pub(crate) fn hello() -> String {
    format!("plenary {} reads files\n", env!("CARGO_PKG_VERSION"))
}

/// Bytes that are reserved at once for a message, so that a wrong length does not fill the memory.
const RESERVED: u64 = 16 << 20;

/// Writes a message.
pub(crate) fn write(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    out.write_all(&(bytes.len() as u64).to_le_bytes())?;
    out.write_all(bytes)
}

/// Reads a message; `None` if the pipe ended before it.
///
/// # Errors
/// If the pipe ends within it.
pub(crate) fn read(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 8];
    let mut n_read = 0;
    while n_read < length.len() {
        match from.read(&mut length[n_read..]) {
            Ok(0) if n_read == 0 => return Ok(None),
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(n) => n_read += n,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let length = u64::from_le_bytes(length);
    let mut bytes = Vec::with_capacity(length.min(RESERVED) as usize);
    if from.take(length).read_to_end(&mut bytes)? as u64 == length {
        Ok(Some(bytes))
    } else {
        Err(ErrorKind::UnexpectedEof.into())
    }
}

/// The bytes of a message.
pub(crate) fn encode(message: &impl Serialize) -> io::Result<Vec<u8>> {
    postcard::to_stdvec(message).map_err(Error::other)
}

/// The message of some bytes.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<T> {
    postcard::from_bytes(bytes).map_err(Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_arrive_whole_or_not_at_all() {
        let mut sent = Vec::new();
        write(&mut sent, b"one").unwrap();
        write(&mut sent, b"").unwrap();
        let mut pipe = sent.as_slice();
        assert_eq!(read(&mut pipe).unwrap().as_deref(), Some(b"one".as_slice()));
        assert_eq!(read(&mut pipe).unwrap().as_deref(), Some(b"".as_slice()));
        assert_eq!(read(&mut pipe).unwrap(), None);
        for cut in [1, 7, 8, 10] {
            assert!(read(&mut &sent[..cut]).is_err(), "{cut}");
        }
        let mut endless = u64::MAX.to_le_bytes().to_vec();
        endless.extend(b"short");
        assert!(read(&mut endless.as_slice()).is_err());
    }

    #[test]
    fn options_are_the_same_after_they_were_sent() {
        let columns = Columns { text: "remarks".into(), carry: vec!["id".into()], ..Columns::default() };
        let lexicon = Lexicon::with_file(b"", "own.toml").unwrap();
        for options in [Options::default(), Options { columns, lexicon, ..Options::default() }] {
            let sent: How = decode(&encode(&How::of(&options)).unwrap()).unwrap();
            let received = sent.options().unwrap();
            assert_eq!(received.columns, options.columns);
            assert!(received.lexicon == options.lexicon);
        }
    }
}
