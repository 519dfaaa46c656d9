//! Progress reporting and cancellation.
//!
//! **Input**: calls of the stages. **Output**: whether the user asked for the work to end, and [`Stopped`] if so.
//! How progress is shown is left to the program.

use std::fmt;

/// Receives the progress of a stage and can ask it to stop.
pub trait Progress: Sync {
    /// A stage with `total` units of work begins.
    fn begin(&self, stage: &str, total: u64);
    /// `n` further units of the stage are done.
    fn advance(&self, n: u64);
    /// `n` further forward passes of models are done or were found in the cache; a measure of speed, separate from
    /// progress.
    fn passes(&self, _n: u64) {}
    /// Whether the work should stop; asked between units of work.
    fn stop_requested(&self) -> bool;
    /// Returns [`Stopped`] if the user wants the work to end.
    fn check_stop(&self) -> Result<(), Stopped> {
        if self.stop_requested() { Err(Stopped) } else { Ok(()) }
    }
}

/// Work ended early because the user asked for it; nothing has failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("stopped before the end, as requested")
    }
}

impl std::error::Error for Stopped {}

/// Shows nothing, never stops: for library use and tests.
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _stage: &str, _total: u64) {}
    fn advance(&self, _n: u64) {}
    fn stop_requested(&self) -> bool {
        false
    }
}
