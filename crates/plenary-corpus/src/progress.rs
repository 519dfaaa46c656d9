//! How long work tells how far it is and learns that it should stop.
//!
//! The stages report through this trait and know nothing of terminals; the command line shows it.

/// Receives the progress of a stage and may ask it to stop.
pub trait Progress: Sync {
    /// A stage begins: `total` units of work are ahead.
    fn begin(&self, stage: &str, total: u64);
    /// `n` more units of the stage are done.
    fn advance(&self, n: u64);
    /// `n` more passes of models are done, or were found in the cache: how fast the work goes, beside how far it is.
    fn passes(&self, _n: u64) {}
    /// Whether the user wants the work to end; asked between units of work.
    fn stop_requested(&self) -> bool;
}

/// Shows nothing, never stops: for library use and tests.
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _stage: &str, _total: u64) {}
    fn advance(&self, _n: u64) {}
    fn stop_requested(&self) -> bool {
        false
    }
}
