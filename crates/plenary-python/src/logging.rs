//! Log lines of the library to the logging of Python.
//!
//! **Input:** events of the library, from any thread. **Output:** records of the logger `plenary_text`. Threads of the library do not call
//! Python: lines wait until the thread that called forwards them.

use std::fmt::{Debug, Write};
use std::sync::{Mutex, Once, PoisonError};

use pyo3::prelude::*;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// Lines that wait, with their levels.
static WAITING: Mutex<Vec<(Level, String)>> = Mutex::new(Vec::new());

/// Receives the events of the library.
struct Lines;

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let target = event.metadata().target();
        if target != "plenary" && !target.starts_with("plenary_") && !target.starts_with("plenary::") {
            return;
        }
        let mut message = Message::default();
        event.record(&mut message);
        let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push((*event.metadata().level(), message.0));
    }
}

/// The message of an event.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            // Writing into a string does not fail.
            let _ = write!(self.0, "{value:?}");
        }
    }
}

/// Receives events from now on. Where a subscriber exists already, as that of the program, events go there.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let lines = tracing_subscriber::registry().with(Lines.with_filter(LevelFilter::INFO));
        let _ = tracing::subscriber::set_global_default(lines);
    });
}

/// Gives the lines that wait to Python.
pub(crate) fn forward(py: Python<'_>) -> PyResult<()> {
    let lines = std::mem::take(&mut *WAITING.lock().unwrap_or_else(PoisonError::into_inner));
    if lines.is_empty() {
        return Ok(());
    }
    let logger = py.import("logging")?.call_method1("getLogger", ("plenary_text",))?;
    for (level, message) in lines {
        let method = match level {
            Level::ERROR => "error",
            Level::WARN => "warning",
            Level::INFO => "info",
            _ => "debug",
        };
        // As an argument, because the message may hold a `%`.
        logger.call_method1(method, ("%s", message))?;
    }
    Ok(())
}
