//! Work of the library that Python waits for.
//!
//! **Input:** a task, and a function that receives its progress. **Output:** the value of the task, or the exception that ended it:
//! that of the function, or that of a signal such as Ctrl-C. The task has a thread of its own; the thread that called waits without the
//! lock of the interpreter and returns to it some times a second. **Refused:** work in a forked process.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use plenary::Progress;
use pyo3::prelude::*;

use crate::errors::{Class, Raised};
use crate::logging;

/// How long the calling thread waits before it looks for signals and reports progress.
const TICK: Duration = Duration::from_millis(50);

/// The process that used the library first; 0 before that.
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// A task as the calling thread sees it.
#[derive(Debug, Default)]
struct Watched {
    stage: Mutex<Stage>,
    done: AtomicU64,
    stop: AtomicBool,
    is_finished: Mutex<bool>,
    finished: Condvar,
}

/// A stage of the work.
#[derive(Debug, Clone, Default, PartialEq)]
struct Stage {
    name: String,
    total: u64,
}

/// The value of a lock, also after a panic: what these locks hold is replaced as a whole.
fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Progress for Watched {
    fn begin(&self, stage: &str, total: u64) {
        *locked(&self.stage) = Stage { name: stage.to_owned(), total };
        self.done.store(0, Ordering::Relaxed);
    }

    fn advance(&self, n: u64) {
        self.done.fetch_add(n, Ordering::Relaxed);
    }

    fn stop_requested(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Watched {
    fn finish(&self) {
        *locked(&self.is_finished) = true;
        self.finished.notify_all();
    }

    /// Waits until the task has finished, at most a [`TICK`]; whether it has.
    fn wait(&self) -> bool {
        let waiting = self.finished.wait_timeout_while(locked(&self.is_finished), TICK, |finished| !*finished);
        *waiting.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Calls the function of the user if something changed since the last call.
    fn report(&self, py: Python<'_>, function: Option<&Py<PyAny>>, last: &mut (Stage, u64)) -> PyResult<()> {
        let Some(function) = function else { return Ok(()) };
        let now = (locked(&self.stage).clone(), self.done.load(Ordering::Relaxed));
        if now.0.name.is_empty() || now == *last {
            return Ok(());
        }
        last.clone_from(&now);
        let (Stage { name, total }, done) = now;
        function.call1(py, (name, done.min(total), total))?;
        Ok(())
    }
}

/// Refuses work in a process that was forked after the library was used: threads and locks of the parent do not exist in it.
fn check_fork(py: Python<'_>) -> PyResult<()> {
    let own = std::process::id();
    match PROCESS.compare_exchange(0, own, Ordering::Relaxed, Ordering::Relaxed) {
        Err(first) if first != own => {
            let message = "this process was forked from one that used plenary, whose threads do not exist here; start \
                           processes by \"spawn\" or \"forkserver\": multiprocessing.get_context(\"spawn\")";
            Err(Raised::new(Class::Fork, message).into_py(py))
        }
        _ => Ok(()),
    }
}

/// Does a task without the lock of the interpreter.
pub(crate) fn work<T: Send>(
    py: Python<'_>,
    progress: Option<&Py<PyAny>>,
    task: impl FnOnce(&dyn Progress) -> T + Send,
) -> PyResult<T> {
    check_fork(py)?;
    logging::install();
    let watched = Watched::default();
    std::thread::scope(|scope| {
        let worker = std::thread::Builder::new().spawn_scoped(scope, || {
            let value = catch_unwind(AssertUnwindSafe(|| task(&watched)));
            watched.finish();
            value
        })?;
        let mut last = (Stage::default(), 0);
        let mut ended: Option<PyErr> = None;
        loop {
            let is_finished = py.detach(|| watched.wait());
            let looked = py
                .check_signals()
                .and_then(|()| logging::forward(py))
                .and_then(|()| if ended.is_none() { watched.report(py, progress, &mut last) } else { Ok(()) });
            if let Err(error) = looked {
                watched.stop.store(true, Ordering::Relaxed);
                ended.get_or_insert(error);
            }
            if is_finished {
                break;
            }
        }
        // The thread has nothing left to do.
        let value = worker.join().unwrap_or_else(Err);
        match (ended, value) {
            (Some(error), _) => Err(error),
            (None, Ok(value)) => Ok(value),
            (None, Err(panic)) => resume_unwind(panic),
        }
    })
}
