//! Progress reporting and cancellation of long work.
//!
//! The stages report through [`Progress`]; how progress is shown, and what asks the work to stop, is left to the caller.

/// Receives the progress of a stage and can ask it to stop.
pub trait Progress: Sync {
    /// A stage with `total` units of work begins.
    fn begin(&self, stage: &str, total: u64);
    /// Another `n` units of the stage are done.
    fn advance(&self, n: u64);
    /// Another `n` forward passes of models are done or were found in the cache; a measure of speed, apart from progress.
    fn passes(&self, _n: u64) {}
    /// Whether the work should stop; asked between units of work.
    fn stop_requested(&self) -> bool;
}

/// Shows nothing and never stops the work.
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _stage: &str, _total: u64) {}
    fn advance(&self, _n: u64) {}
    fn stop_requested(&self) -> bool {
        false
    }
}
