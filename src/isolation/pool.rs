//! The reading processes of a run.
//!
//! **Input:** files, from any number of threads. **Output:** an [`Answer`] for each. As many processes are started as
//! threads ask at the same time, and each is used again. A process that ends at a file, or is ended because it exceeds a
//! limit or the user stops the run, costs this file only. If no process can be started, files are read in this process,
//! with a warning.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use plenary_corpus::progress::Progress;
use plenary_read::{Options, Recognised, on_large_stack};

use super::Isolation;
use super::ended::End;
use super::message::{self, Answer, FileReading, How, Refusal, Task};

/// How often a waiting thread looks whether the user has stopped the run.
const LOOK: Duration = Duration::from_millis(50);

/// How long a process may take to start.
const START: Duration = Duration::from_mins(1);

/// Bytes of standard error that are kept. The last lines say why a process ended.
const KEPT: usize = 4096;

/// Processes that wait for the next file.
#[derive(Debug)]
pub(crate) struct Pool {
    isolation: Isolation,
    idle: Mutex<Vec<Reader>>,
    /// No process can be started, and a warning says so.
    is_broken: AtomicBool,
}

/// A reading process.
#[derive(Debug)]
struct Reader {
    child: Child,
    /// `None` once the pipe is closed, which ends the process.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    errors: Option<JoinHandle<Vec<u8>>>,
}

impl Pool {
    pub(crate) fn new(isolation: &Isolation) -> Self {
        Self { isolation: isolation.clone(), idle: Mutex::default(), is_broken: AtomicBool::new(false) }
    }

    /// Reads a file: in a process of its own if its format needs one.
    pub(crate) fn read(&self, path: &str, bytes: &[u8], options: &Options, progress: &dyn Progress) -> Answer {
        let recognised = Recognised::of(path, bytes)?;
        if recognised.entry.needs_own_process() {
            match self.reader(progress) {
                Ok(reader) => return self.read_with(reader, path, bytes, options, progress),
                Err(error) => self.warn(&error),
            }
        }
        Ok(on_large_stack(|| recognised.read(options)).map(FileReading::from)?)
    }

    fn warn(&self, error: &io::Error) {
        if !self.is_broken.swap(true, Ordering::Relaxed) {
            let program = self.isolation.program.display();
            tracing::warn!(
                "cannot start {program} to read files ({error}); all files are read in this process, and a damaged file \
                 can end it"
            );
        }
    }

    /// A process that waits for a file.
    fn reader(&self, progress: &dyn Progress) -> io::Result<Reader> {
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(io::Error::other("it could not be started before"));
        }
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut reader) = idle else { return Reader::start(&self.isolation, progress) };
            // A process that was ended from outside while it waited is left.
            if matches!(reader.child.try_wait(), Ok(None)) {
                return Ok(reader);
            }
        }
    }

    fn read_with(
        &self,
        mut reader: Reader,
        path: &str,
        bytes: &[u8],
        options: &Options,
        progress: &dyn Progress,
    ) -> Answer {
        let limits = self.isolation.limits;
        let memory_bytes = limits.memory_for(bytes.len());
        let task = Task { path: path.into(), memory_bytes, how: How::of(options) };
        let end = match reader.wait_for(limits.time, progress, |input, output| exchange(&task, bytes, input, output)) {
            Ok(answer) => {
                self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
                return answer;
            }
            Err(Waiting::Stopped) => End::Stopped,
            Err(Waiting::TooLong) => End::Time(limits.time),
            Err(Waiting::Failed(error)) => reader.end(&error, memory_bytes),
        };
        Err(end.refusal(path))
    }
}

/// Why nothing was received from a process. It has been ended.
enum Waiting {
    Stopped,
    TooLong,
    Failed(io::Error),
}

/// Sends a file and receives the answer.
fn exchange(task: &Task, bytes: &[u8], input: &mut impl Write, output: &mut impl Read) -> io::Result<Answer> {
    message::write(input, &message::encode(task)?)?;
    message::write(input, bytes)?;
    input.flush()?;
    let answer = message::read(output)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    message::decode(&answer)
}

impl Reader {
    /// Starts a process and waits for its first line.
    fn start(isolation: &Isolation, progress: &dyn Progress) -> io::Result<Self> {
        let mut command = Command::new(&isolation.program);
        command.args(&isolation.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Each process reads one file at a time, and each reserve of memory for a thread counts against its limit.
        command.env("POLARS_MAX_THREADS", "1").env("RAYON_NUM_THREADS", "1").env("MALLOC_ARENA_MAX", "2");
        // Ctrl-C reaches this process, which ends the others.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn()?;
        let closed = || io::Error::other("a pipe is missing");
        let input = child.stdin.take().ok_or_else(closed)?;
        let output = BufReader::new(child.stdout.take().ok_or_else(closed)?);
        let mut errors = child.stderr.take().ok_or_else(closed)?;
        let errors = std::thread::spawn(move || last_bytes(&mut errors));
        let mut reader = Self { child, input: Some(input), output, errors: Some(errors) };
        let hello = reader.wait_for(START, progress, |_, output| {
            let mut line = Vec::new();
            // A line of another program may be long.
            output.take(200).read_until(b'\n', &mut line)?;
            Ok(line)
        });
        match hello {
            Ok(line) if line == message::hello().as_bytes() => Ok(reader),
            Ok(line) => {
                let line = String::from_utf8_lossy(&line);
                Err(io::Error::other(format!("it is not plenary {}: {:?}", env!("CARGO_PKG_VERSION"), line.trim_end())))
            }
            Err(Waiting::Failed(error)) => Err(error),
            Err(Waiting::TooLong) => Err(io::Error::other("it does not answer")),
            Err(Waiting::Stopped) => Err(io::ErrorKind::Interrupted.into()),
        }
    }

    /// Does some work with the pipes of the process. The process is ended when that takes too long, or the user stops the
    /// run.
    fn wait_for<T: Send>(
        &mut self,
        time: Duration,
        progress: &dyn Progress,
        work: impl FnOnce(&mut ChildStdin, &mut BufReader<ChildStdout>) -> io::Result<T> + Send,
    ) -> Result<T, Waiting> {
        let Self { child, input, output, .. } = self;
        let Some(input) = input else { return Err(Waiting::Failed(io::ErrorKind::BrokenPipe.into())) };
        let begun = Instant::now();
        let (sender, done) = channel();
        std::thread::scope(|scope| {
            scope.spawn(move || sender.send(work(input, output)));
            loop {
                let left = time.saturating_sub(begun.elapsed());
                let problem = match done.recv_timeout(left.min(LOOK)) {
                    Ok(result) => return result.map_err(Waiting::Failed),
                    Err(RecvTimeoutError::Disconnected) => Waiting::Failed(io::ErrorKind::BrokenPipe.into()),
                    Err(RecvTimeoutError::Timeout) if progress.stop_requested() => Waiting::Stopped,
                    Err(RecvTimeoutError::Timeout) if begun.elapsed() >= time => Waiting::TooLong,
                    Err(RecvTimeoutError::Timeout) => continue,
                };
                // Its pipes end with it, and then so does the work. If it has ended already there is nothing to do.
                let _ = child.kill();
                return Err(problem);
            }
        })
    }

    /// Why the process did not answer. It has ended, or has sent something that is not an answer.
    fn end(mut self, error: &io::Error, memory_bytes: u64) -> End {
        let is_cut_off = matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe);
        if !is_cut_off {
            let _ = self.child.kill();
            return End::Garbled(error.to_string());
        }
        self.input = None;
        let Some(status) = self.status() else { return End::Exit(None) };
        let errors = self.errors.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        End::of(status, &String::from_utf8_lossy(&errors), memory_bytes)
    }

    /// The exit status of a process that has closed its pipe; `None` if it does not end.
    fn status(&mut self) -> Option<ExitStatus> {
        let begun = Instant::now();
        while begun.elapsed() < START {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(1)),
                ended => return ended.ok().flatten(),
            }
        }
        None
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // A process that waits for a file has nothing to lose. Waiting for it leaves no dead process behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads to the end and returns the last bytes.
fn last_bytes(from: &mut impl Read) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut buffer = [0; 1024];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        kept.extend_from_slice(&buffer[..n]);
        let surplus = kept.len().saturating_sub(KEPT);
        kept.drain(..surplus);
    }
    kept
}

/// Reads a file in this process.
pub(crate) fn read_here(path: &str, bytes: &[u8], options: &Options) -> Answer {
    plenary_read::read_all(path, bytes, options).map(FileReading::from).map_err(Refusal::from)
}
