//! Progress on standard error: a bar on a terminal, plain lines elsewhere, nothing when quiet.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use plenary::corpus::progress::Progress;

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

/// Off a terminal a stage that takes long says how far it is this often.
const EVERY: Duration = Duration::from_secs(15);

/// Shows the stages of a run.
pub struct Shown {
    quiet: bool,
    stage: Mutex<Option<Stage>>,
}

/// The stage that is going on.
struct Stage {
    name: String,
    total: u64,
    done: u64,
    passes: u64,
    began: Instant,
    said: Instant,
    /// On a terminal.
    bar: Option<ProgressBar>,
}

impl Stage {
    /// Passes of models in a second, where there are any.
    fn rate(&self) -> String {
        let seconds = self.began.elapsed().as_secs_f64();
        if self.passes == 0 || seconds < 0.5 {
            String::new()
        } else {
            format!("{:.0} texts/s", self.passes as f64 / seconds)
        }
    }

    fn line(&self) -> String {
        let share = self.done as f64 / self.total.max(1) as f64;
        let left = self.began.elapsed().as_secs_f64() * (1.0 - share) / share.max(1e-9);
        let rate = self.rate();
        let rate = if rate.is_empty() { rate } else { format!(", {rate}") };
        let left = Duration::from_secs(if left < 1e9 { left as u64 } else { 0 });
        format!("{}: {:.0} %{rate}, about {} left", self.name, share * 100.0, HumanDuration(left))
    }
}

impl Shown {
    pub fn new(quiet: bool) -> Self {
        Self { quiet, stage: Mutex::new(None) }
    }

    /// Takes the bar away, so that the summary has the terminal for itself.
    pub fn finish(&self) {
        if let Some(bar) = self.stage().take().and_then(|stage| stage.bar) {
            bar.finish_and_clear();
        }
    }

    fn stage(&self) -> MutexGuard<'_, Option<Stage>> {
        // What a panic left behind is shown as it is.
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Shown {
    fn begin(&self, stage: &str, total: u64) {
        if self.quiet || total == 0 {
            return;
        }
        self.finish();
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(total).with_prefix(stage.to_string());
            // The template is a constant that indicatif accepts; its default style serves if it ever did not.
            if let Ok(style) = ProgressStyle::with_template("{prefix:<22} {bar:20} {percent:>3} % {eta:>4} left  {msg}")
            {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        if bar.is_none() {
            super::say::say(stage, "");
        }
        let now = Instant::now();
        *self.stage() = Some(Stage { name: stage.to_string(), total, done: 0, passes: 0, began: now, said: now, bar });
    }

    fn advance(&self, n: u64) {
        let mut stage = self.stage();
        let Some(stage) = stage.as_mut() else { return };
        stage.done += n;
        match &stage.bar {
            Some(bar) => bar.inc(n),
            None if stage.said.elapsed() >= EVERY => {
                stage.said = Instant::now();
                super::say::say(&stage.line(), "");
            }
            None => {}
        }
    }

    fn passes(&self, n: u64) {
        let mut stage = self.stage();
        let Some(stage) = stage.as_mut() else { return };
        stage.passes += n;
        if let Some(bar) = &stage.bar
            && stage.said.elapsed() >= Duration::from_millis(500)
        {
            stage.said = Instant::now();
            bar.set_message(stage.rate());
        }
    }

    fn stop_requested(&self) -> bool {
        STOP.load(Ordering::Relaxed)
    }
}
