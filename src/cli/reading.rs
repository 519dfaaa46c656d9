//! Options of how files are read.

use std::ffi::OsString;
use std::time::Duration;

use clap::Args;

use crate::isolation::{Isolation, Limits};

/// Options of how files are read. The results do not depend on them, unless a file exceeds a limit.
#[derive(Debug, Args)]
pub(crate) struct ReadingArgs {
    /// Read all files in this process. By default, files of formats that are packed or have a structure, such as PDF, Word and
    /// HTML, are read in processes of their own, so that a damaged file cannot end the run.
    #[arg(long)]
    no_isolation: bool,
    /// Maximum memory for reading one file, in MiB, in addition to 16 bytes for each byte of the file; at least 256, because the
    /// program itself takes half of that; enforced on Linux.
    #[arg(long, value_name = "MIB", default_value_t = Limits::default().memory_bytes >> 20,
        value_parser = clap::value_parser!(u64).range(256..=1 << 30))]
    reader_memory: u64,
    /// Maximum time for reading one file, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().time.as_secs(),
        value_parser = clap::value_parser!(u64).range(1..))]
    reader_time: u64,
}

impl ReadingArgs {
    /// The same options as arguments of another process.
    pub(crate) fn as_arguments(&self) -> Vec<OsString> {
        let memory = ["--reader-memory".to_owned(), self.reader_memory.to_string()];
        let time = ["--reader-time".to_owned(), self.reader_time.to_string()];
        let isolation = self.no_isolation.then(|| "--no-isolation".to_owned());
        isolation.into_iter().chain(memory).chain(time).map(OsString::from).collect()
    }

    /// The processes in which files are read; `None` if all are read in this process.
    pub(crate) fn isolation(&self) -> Option<Isolation> {
        if self.no_isolation {
            return None;
        }
        match Isolation::of_this_process() {
            Ok(mut isolation) => {
                isolation.limits =
                    Limits { memory_bytes: self.reader_memory << 20, time: Duration::from_secs(self.reader_time) };
                Some(isolation)
            }
            Err(error) => {
                tracing::warn!("the program does not find its own file ({error}); all files are read in this process");
                None
            }
        }
    }
}
