//! Progress on standard error, and Ctrl-C.
//!
//! **Input**: the events of a run. **Output**: a bar on a terminal, plain lines elsewhere, nothing with `--quiet`.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::corpus::progress::Progress;
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

/// Set by the first Ctrl-C; the second one stops the program immediately.
static STOP: AtomicBool = AtomicBool::new(false);

/// Handles Ctrl-C and termination signals.
pub(crate) fn handle_ctrl_c() {
    let handler = || {
        if STOP.swap(true, Ordering::SeqCst) {
            std::process::exit(2);
        }
        super::output::message("\nstopping; press Ctrl-C again to stop immediately", "");
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        tracing::warn!("Ctrl-C will stop the program immediately: {error}");
    }
}

/// Lets the process that started this one decide what Ctrl-C does, which reaches both.
pub(crate) fn leave_ctrl_c() {
    if let Err(error) = ctrlc::set_handler(|| {}) {
        tracing::warn!("Ctrl-C will stop the program immediately: {error}");
    }
}

/// How often a long stage reports its progress when standard error is not a terminal.
const REPORT_INTERVAL: Duration = Duration::from_secs(15);

/// Progress reporting for a person at a terminal or for a log file.
pub(crate) struct TerminalProgress {
    quiet: bool,
    stage: Mutex<Option<Stage>>,
}

/// The current stage.
struct Stage {
    name: String,
    total: u64,
    done: u64,
    passes: u64,
    started: Instant,
    reported: Instant,
    /// Present on a terminal only.
    bar: Option<ProgressBar>,
}

impl Stage {
    /// Model passes per second; empty if the stage has none.
    fn rate(&self) -> String {
        let seconds = self.started.elapsed().as_secs_f64();
        if self.passes == 0 || seconds < 0.5 {
            String::new()
        } else {
            format!("{:.0} texts/s", self.passes as f64 / seconds)
        }
    }

    fn line(&self) -> String {
        let share = self.done as f64 / self.total.max(1) as f64;
        let left = self.started.elapsed().as_secs_f64() * (1.0 - share) / share.max(1e-9);
        let rate = self.rate();
        let rate = if rate.is_empty() { rate } else { format!(", {rate}") };
        let left = Duration::from_secs(if left < 1e9 { left as u64 } else { 0 });
        format!("{}: {:.0} %{rate}, about {} left", self.name, share * 100.0, HumanDuration(left))
    }
}

impl TerminalProgress {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet, stage: Mutex::new(None) }
    }

    /// Removes the bar before the summary is printed.
    pub(crate) fn finish(&self) {
        if let Some(bar) = self.stage().take().and_then(|stage| stage.bar) {
            bar.finish_and_clear();
        }
    }

    fn stage(&self) -> MutexGuard<'_, Option<Stage>> {
        // The state stays usable after a panic in another thread.
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for TerminalProgress {
    fn begin(&self, stage: &str, total: u64) {
        if self.quiet || total == 0 {
            return;
        }
        self.finish();
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(total).with_prefix(stage.to_string());
            // The template is a constant that indicatif accepts; otherwise the default style is used.
            if let Ok(style) = ProgressStyle::with_template("{prefix:<22} {bar:20} {percent:>3} % {eta:>4} left  {msg}")
            {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        if bar.is_none() {
            super::output::message(stage, "");
        }
        let now = Instant::now();
        *self.stage() =
            Some(Stage { name: stage.to_string(), total, done: 0, passes: 0, started: now, reported: now, bar });
    }

    fn advance(&self, n: u64) {
        let mut stage = self.stage();
        let Some(stage) = stage.as_mut() else { return };
        stage.done += n;
        match &stage.bar {
            Some(bar) => bar.inc(n),
            None if stage.reported.elapsed() >= REPORT_INTERVAL => {
                stage.reported = Instant::now();
                super::output::message(&stage.line(), "");
            }
            None => {}
        }
    }

    fn passes(&self, n: u64) {
        let mut stage = self.stage();
        let Some(stage) = stage.as_mut() else { return };
        stage.passes += n;
        if let Some(bar) = &stage.bar
            && stage.reported.elapsed() >= Duration::from_millis(500)
        {
            stage.reported = Instant::now();
            bar.set_message(stage.rate());
        }
    }

    fn stop_requested(&self) -> bool {
        STOP.load(Ordering::Relaxed)
    }
}
