//! Measuring a part in a process of its own, so that a document that ends the process does not end the part.
//!
//! **Input:** the command of a process that measures a part, and the name of the attempt. **Output:** the exit code of the process. A process
//! that is ended by a signal or a panic is started again; the inputs that it was working on are then read one after the other, and an input
//! at which a process ends twice is passed over. **Refused:** a process that ends twice before it reads anything. If this process is killed,
//! nothing is held against an input: the other process ends with it ([`Worker`]).

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use plenary_corpus::progress::Progress;

use super::PartsError;
use super::folder::{Attempt, WorkFolder, io_error, unique};
use super::plan::Plan;
use crate::inputs::Tries;

/// The file of an attempt that holds its [`Tries`].
pub(super) const TRIES: &str = "tries.json";

/// How often the process is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// The command of processes of this program, where the library is not in the program `plenary`.
static PROGRAM: OnceLock<(PathBuf, Vec<OsString>)> = OnceLock::new();

/// Names the command that stands for the program `plenary`, for [`Worker`]. A library of another language calls it once; only the first
/// call has an effect.
pub fn set_program(program: impl Into<PathBuf>, arguments: Vec<OsString>) {
    let _ = PROGRAM.set((program.into(), arguments));
}

/// The command of a process that measures a part. The process must end when its standard input ends.
#[derive(Debug, Clone)]
pub struct Worker {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

impl Worker {
    /// The program that is running, or that [`set_program`] named, with these arguments.
    ///
    /// # Errors
    /// The operating system does not say which file the program is.
    pub fn of_this_program(arguments: Vec<OsString>) -> std::io::Result<Self> {
        Ok(match PROGRAM.get() {
            Some((program, first)) => Self { program: program.clone(), arguments: [first.clone(), arguments].concat() },
            None => Self { program: std::env::current_exe()?, arguments },
        })
    }
}

/// Measures a part in processes of `worker`, to which the name of the attempt is added as last argument. Returns the exit code of the last
/// process; `None` if the part was measured before.
///
/// # Errors
/// [`PartsError`] if no process can be started, or it ends twice before it reads an input.
pub fn supervise(
    folder: &Path,
    part: usize,
    worker: &Worker,
    progress: &dyn Progress,
) -> Result<Option<i32>, PartsError> {
    let work = WorkFolder::new(folder);
    Plan::read(folder)?.check_part(part)?;
    if work.has_part(part) {
        work.remove_ended_attempts(part);
        return Ok(None);
    }
    let attempt = unique(part);
    let held = Attempt::begin(&work, &attempt)?;
    let path = held.path.join(TRIES);
    loop {
        let status = run(worker, &attempt, progress)?;
        let how = match status.code() {
            Some(code @ 0..=2) => return Ok(Some(code)),
            Some(code) => format!("exit code {code}"),
            None => signal(status),
        };
        if work.has_part(part) {
            return Ok(Some(0));
        }
        let mut tries = Tries::read(&path).map_err(io_error(&path))?;
        tracing::warn!("part {part}: its process ended ({how}) at {}", shown(&tries.in_flight));
        let goes_on = tries.note_end(&how);
        if !goes_on {
            return Err(PartsError::Ended { part, how });
        }
        tries.write(&path).map_err(io_error(&path))?;
    }
}

/// Runs the process to its end. If the user stops the work, its standard input is closed, which ends it.
fn run(worker: &Worker, attempt: &str, progress: &dyn Progress) -> Result<ExitStatus, PartsError> {
    let failed = |source| PartsError::NotStarted { program: worker.program.clone(), source };
    let mut command = Command::new(&worker.program);
    command.args(&worker.arguments).arg(attempt).stdin(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    loop {
        match child.try_wait().map_err(failed)? {
            Some(status) => return Ok(status),
            None if progress.stop_requested() => drop(child.stdin.take()),
            None => {}
        }
        std::thread::sleep(LOOK);
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> String {
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    signal.map_or_else(|| "no exit code".to_owned(), |signal| format!("signal {signal}"))
}

#[cfg(not(unix))]
fn signal(_status: ExitStatus) -> String {
    "no exit code".to_owned()
}

/// The inputs in flight, for people.
fn shown(in_flight: &[String]) -> String {
    match in_flight {
        [] => "no input".to_owned(),
        [input] => input.clone(),
        [.., last] => format!("one of {} inputs, up to {last}", in_flight.len()),
    }
}
