//! Why a reading process ended before it answered.
//!
//! **Input:** its exit status and what it wrote to standard error. **Output:** an error and a hint for people.

use std::process::ExitStatus;
use std::time::Duration;

use plenary_read::STACK_BYTES;

use super::message::{Refusal, RefusalKind};

const OPEN_AND_SAVE: &str = "the file is probably damaged: open it in the program that made it, save it again, and run \
                             again";

/// What happened to a process that read a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    /// It needed more memory than this limit in bytes.
    Memory(u64),
    /// It needed more time than this limit.
    Time(Duration),
    /// It overflowed its stack.
    Stack,
    /// It was ended by a signal.
    Signal(i32),
    /// It ended with an exit code, if any is known.
    Exit(Option<i32>),
    /// It sent something that is not an answer.
    Garbled(String),
    /// The user stopped the run.
    Stopped,
}

impl End {
    /// What the exit status and the last lines on standard error say. The standard library of Rust writes a line before it
    /// aborts a process that has no memory or stack left.
    pub(super) fn of(status: ExitStatus, errors: &str, memory_bytes: u64) -> Self {
        if errors.contains("has overflowed its stack") {
            return End::Stack;
        }
        if errors.contains("memory allocation of") && errors.contains("failed") {
            return End::Memory(memory_bytes);
        }
        match signal(status) {
            Some(signal) => End::Signal(signal),
            None => End::Exit(status.code()),
        }
    }

    /// The reason why the file at `path` was not read.
    pub(super) fn refusal(&self, path: &str) -> Refusal {
        let (problem, hint) = match self {
            End::Memory(limit) => (
                format!("reading it took more than {} MiB of memory, the limit for a file of its size", limit >> 20),
                "split it into smaller files, or allow more memory for reading",
            ),
            End::Time(limit) => (
                format!("reading it took longer than {} seconds, the limit for a file", limit.as_secs_f64()),
                "split it into smaller files, or allow more time for reading",
            ),
            End::Stack => (
                format!("it is nested too deeply: its reader used up its stack of {} MiB", STACK_BYTES >> 20),
                OPEN_AND_SAVE,
            ),
            End::Signal(signal) => (
                format!("its reader was ended by signal {signal}{}", name(*signal)),
                if *signal == KILL {
                    "see whether the machine ran out of memory, and run again"
                } else {
                    OPEN_AND_SAVE
                },
            ),
            End::Exit(Some(code)) => (format!("its reader ended with exit code {code} and no answer"), OPEN_AND_SAVE),
            End::Exit(None) => ("its reader ended without an answer".to_string(), OPEN_AND_SAVE),
            End::Garbled(problem) => {
                (format!("its reader gave an answer that cannot be read ({problem})"), OPEN_AND_SAVE)
            }
            End::Stopped => ("it was not read, because the run was stopped".to_string(), "run again"),
        };
        Refusal { path: path.into(), error: format!("{path}: {problem}"), hint: hint.into(), kind: RefusalKind::Failed }
    }
}

/// The signal that the system sends when memory runs out.
const KILL: i32 = 9;

/// The name of a signal in brackets.
#[cfg(unix)]
fn name(signal: i32) -> String {
    nix::sys::signal::Signal::try_from(signal).map_or_else(|_| String::new(), |signal| format!(" ({signal})"))
}

#[cfg(not(unix))]
fn name(_signal: i32) -> String {
    String::new()
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_status: ExitStatus) -> Option<i32> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn what_happened_is_said() {
        let aborted = ExitStatus::from_raw(6);
        for (status, errors, part) in [
            (
                aborted,
                "\nthread 'reader' has overflowed its stack\nfatal runtime error: stack overflow",
                "stack of 64 MiB",
            ),
            (aborted, "memory allocation of 4294967296 bytes failed", "more than 512 MiB of memory"),
            (aborted, "", "signal 6 (SIGABRT)"),
            (ExitStatus::from_raw(11), "", "signal 11 (SIGSEGV)"),
            (ExitStatus::from_raw(9), "", "signal 9 (SIGKILL)"),
            (ExitStatus::from_raw(3 << 8), "", "exit code 3"),
        ] {
            let refusal = End::of(status, errors, 512 << 20).refusal("a.pdf");
            assert!(refusal.error.starts_with("a.pdf: ") && refusal.error.contains(part), "{}", refusal.error);
            assert!(!refusal.hint.is_empty());
        }
        let slow = End::Time(Duration::from_millis(1500)).refusal("a.pdf");
        assert!(slow.error.contains("longer than 1.5 seconds"), "{}", slow.error);
    }
}
