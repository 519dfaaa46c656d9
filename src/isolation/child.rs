//! A process that reads files for another one.
//!
//! **Input:** requests on standard input. **Output:** an answer for each on standard output. The process ends when its
//! input ends, also while it reads a file. Nothing is refused here: what is wrong with a file is in the answer.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::mpsc::sync_channel;

use plenary_read::{Options, read_all};

use super::message::{self, Answer, FileReading, How, Refusal, Task};

/// Reads files for the process that started this one, until it closes the pipe.
pub fn serve() -> ExitCode {
    let mut out = io::stdout();
    if out.write_all(message::hello().as_bytes()).and_then(|()| out.flush()).is_err() {
        // The other process has closed the pipe, and is told nothing.
        return ExitCode::FAILURE;
    }
    let (sender, tasks) = sync_channel::<(Task, Vec<u8>)>(0);
    // Input is read on a separate thread, so that its end is noticed at any time.
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Ok(Some((task, bytes))) = next(&mut input) {
            if sender.send((task, bytes)).is_err() {
                break;
            }
        }
        std::process::exit(0);
    });
    match answer_all(tasks.iter()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// The next request.
fn next(input: &mut impl io::Read) -> io::Result<Option<(Task, Vec<u8>)>> {
    let Some(task) = message::read(input)? else { return Ok(None) };
    let Some(bytes) = message::read(input)? else { return Ok(None) };
    Ok(Some((message::decode(&task)?, bytes)))
}

fn answer_all(tasks: impl Iterator<Item = (Task, Vec<u8>)>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    // Options are the same for all files of a run, and a lexicon takes time to read.
    let mut how_known = How::default();
    let mut options = Options::default();
    for (Task { path, memory_bytes, how }, bytes) in tasks {
        limit_memory(memory_bytes);
        if how != how_known {
            options = how.clone().options().map_err(io::Error::other)?;
            how_known = how;
        }
        let answer: Answer = read_all(&path, &bytes, &options).map(FileReading::from).map_err(Refusal::from);
        message::write(&mut out, &message::encode(&answer)?)?;
        out.flush()?;
    }
    Ok(())
}

/// Limits the address space of this process. An allocation beyond it ends the process.
#[cfg(target_os = "linux")]
fn limit_memory(bytes: u64) {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};

    // The limit that the user or the system has set stays in force. A limit that cannot be set is the system's decision:
    // the file is then read without it.
    if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_AS) {
        let _ = setrlimit(Resource::RLIMIT_AS, bytes.min(hard), hard);
    }
    // Nobody looks at the memory of a process that a file has ended.
    let _ = setrlimit(Resource::RLIMIT_CORE, 0, 0);
}

/// Other systems do not enforce limits of the address space.
#[cfg(not(target_os = "linux"))]
fn limit_memory(_bytes: u64) {}
