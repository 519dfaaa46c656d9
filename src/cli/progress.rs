//! Progress on standard error: a bar on a terminal, plain lines elsewhere, nothing when quiet.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use plenary::progress::Progress;

/// Set by the first Ctrl-C; the second ends the program at once.
static STOP: AtomicBool = AtomicBool::new(false);

/// Listens for Ctrl-C and termination.
pub fn listen() {
    let handler = || {
        if STOP.swap(true, Ordering::SeqCst) {
            std::process::exit(2);
        }
        super::say::say("\nstopping; once more ends at once", "");
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        tracing::warn!("Ctrl-C will end the program at once: {error}");
    }
}

/// Shows the stages of a run.
pub struct Shown {
    quiet: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Shown {
    pub fn new(quiet: bool) -> Self {
        Self { quiet, bar: Mutex::new(None) }
    }

    /// Takes the bar away, so that the summary has the terminal for itself.
    pub fn finish(&self) {
        if let Ok(mut bar) = self.bar.lock()
            && let Some(bar) = bar.take()
        {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Shown {
    fn begin(&self, stage: &str, total: u64) {
        if self.quiet || total == 0 {
            return;
        }
        self.finish();
        if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(total).with_message(stage.to_string());
            // The template is a constant that indicatif accepts; its default style serves if it ever did not.
            if let Ok(style) = ProgressStyle::with_template("{msg:<26} {bar:20} {pos:>8} of {len:<8} {eta:>4} left") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            if let Ok(mut slot) = self.bar.lock() {
                *slot = Some(bar);
            }
        } else {
            super::say::say(&format!("{stage}: {total}"), "");
        }
    }

    fn advance(&self, n: u64) {
        if let Ok(bar) = self.bar.lock()
            && let Some(bar) = bar.as_ref()
        {
            bar.inc(n);
        }
    }

    fn stop_requested(&self) -> bool {
        STOP.load(Ordering::Relaxed)
    }
}
