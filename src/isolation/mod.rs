//! Reading files in processes of their own, so that a file cannot end the run.
//!
//! **Input:** a file, the options of reading, and [`Limits`]. **Output:** its documents, the same as those of
//! [`plenary_read::read_all`]. **Refused:** a file at which its reader crashes, overflows its stack or exceeds a limit, with
//! what happened; the next file gets a new process. **Left to others:** which files are read, to `inputs`, and their
//! formats, to `plenary-read`.
//!
//! A process is the program itself with the single argument [`READER_ARGUMENT`], or another command that calls [`serve`]
//! ([`set_reader`]). It reads one file after the other and
//! sends the documents back over a pipe ([`serve`]). It ends when its input ends, so that it never outlives the run.

mod child;
mod ended;
mod message;
mod pool;

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

pub use child::serve;
pub(crate) use message::{FileReading, Refusal, RefusalKind};
pub(crate) use pool::{Pool, read_here};

/// The argument with which the program reads files for another process. It is not a command for people.
pub const READER_ARGUMENT: &str = "read-files";

/// How files are read in processes of their own.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Isolation {
    /// The program `plenary`, of the same version as this library.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// What a process may use for one file.
    pub limits: Limits,
}

impl Isolation {
    /// Processes of a program, with the default limits.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), arguments: vec![READER_ARGUMENT.into()], limits: Limits::default() }
    }

    /// Processes of the command that [`set_reader`] named, or else of the program that is running, which is `plenary` then.
    ///
    /// # Errors
    /// The operating system does not say which file the program is.
    pub fn of_this_process() -> io::Result<Self> {
        match READER.get() {
            Some((program, arguments)) => Ok(Self { arguments: arguments.clone(), ..Self::new(program) }),
            None => std::env::current_exe().map(Self::new),
        }
    }
}

/// The command of processes that read files, where the library is not in the program `plenary`.
static READER: OnceLock<(PathBuf, Vec<OsString>)> = OnceLock::new();

/// Names the command that starts a process which calls [`serve`], for [`Isolation::of_this_process`]. A library of another language
/// calls it once; only the first call has an effect.
pub fn set_reader(program: impl Into<PathBuf>, arguments: Vec<OsString>) {
    let _ = READER.set((program.into(), arguments));
}

/// What a process may use to read one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Address space in bytes, in addition to [`Limits::MEMORY_PER_BYTE`] for each byte of the file. It is enforced on Linux.
    pub memory_bytes: u64,
    /// How long reading may take.
    pub time: Duration,
}

impl Limits {
    /// Address space for each byte of the file. A compressed document takes ten to fifty times its size when read.
    pub const MEMORY_PER_BYTE: u64 = 16;

    /// The limit in bytes for a file of this size.
    fn memory_for(self, n_bytes: usize) -> u64 {
        self.memory_bytes.saturating_add((n_bytes as u64).saturating_mul(Self::MEMORY_PER_BYTE))
    }
}

impl Default for Limits {
    /// 4 GiB and five minutes.
    fn default() -> Self {
        Self { memory_bytes: 4 << 30, time: Duration::from_mins(5) }
    }
}
