//! Which inputs a process works on, in a file, so that another process knows at which input it ended.
//!
//! **Input:** the names of the inputs that are read next. **Output:** [`Tries`], and which inputs are passed over. A process reads ahead, so
//! that several inputs are in flight; after a process has ended they are read one after the other, and an input at which a process ends
//! for the second time is passed over. **Left to others:** starting processes.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Batches that can be in flight: one is read while one waits, one is measured and one is written.
const BATCHES: usize = 4;
/// Deaths after which an input is passed over, or the work is given up if no input was in flight.
const DEATHS: u32 = 2;

/// What is known of the inputs of a process that may have ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tries {
    /// Inputs that are being read or measured.
    pub(crate) in_flight: Vec<String>,
    /// Whether the inputs are read one after the other.
    pub(crate) one_at_a_time: bool,
    /// How often a process ended while an input was in flight.
    deaths: BTreeMap<String, u32>,
    /// How often a process ended while no input was in flight.
    deaths_between: u32,
    /// Inputs that are not read any more, with the end of the process.
    pub(crate) passed_over: BTreeMap<String, String>,
}

impl Tries {
    /// Reads the file; without one, nothing was tried.
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        match fs::read(path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let new = path.with_extension("new");
        fs::write(&new, serde_json::to_vec(self)?)?;
        fs::rename(new, path)
    }

    /// Notes that the process ended, and how. Returns false if it should not be started again.
    pub(crate) fn note_end(&mut self, how: &str) -> bool {
        let in_flight = std::mem::take(&mut self.in_flight);
        let was_apart = std::mem::replace(&mut self.one_at_a_time, true);
        if in_flight.is_empty() {
            self.deaths_between += 1;
            return self.deaths_between < DEATHS;
        }
        for input in &in_flight {
            *self.deaths.entry(input.clone()).or_default() += 1;
        }
        if let [input] = in_flight.as_slice()
            && was_apart
            && self.deaths.get(input).is_some_and(|deaths| *deaths >= DEATHS)
        {
            self.passed_over.insert(input.clone(), how.to_owned());
        }
        true
    }
}

/// Writes which inputs are in flight.
#[derive(Debug)]
pub(crate) struct Watch {
    path: PathBuf,
    pub(super) tries: Tries,
    batches: VecDeque<Vec<String>>,
}

impl Watch {
    /// Writes to `path`, and continues what it holds.
    pub(crate) fn new(path: PathBuf) -> io::Result<Self> {
        Ok(Self { tries: Tries::read(&path)?, path, batches: VecDeque::new() })
    }

    /// Notes the inputs of the next batch before they are read.
    pub(super) fn begin(&mut self, inputs: Vec<String>) {
        self.batches.push_back(inputs);
        let kept = if self.tries.one_at_a_time { 1 } else { BATCHES };
        while self.batches.len() > kept {
            self.batches.pop_front();
        }
        self.tries.in_flight = self.batches.iter().flatten().cloned().collect();
        if let Err(error) = self.tries.write(&self.path) {
            tracing::warn!(
                "cannot note which input is read, so that none is passed over: {}: {error}",
                self.path.display()
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_flight(inputs: &[&str]) -> Vec<String> {
        inputs.iter().map(|input| (*input).to_owned()).collect()
    }

    #[test]
    fn an_input_at_which_a_process_ends_twice_is_passed_over() {
        let mut tries = Tries { in_flight: in_flight(&["a", "b"]), ..Tries::default() };
        assert!(tries.note_end("signal 9"));
        assert!(tries.one_at_a_time && tries.in_flight.is_empty() && tries.passed_over.is_empty());
        // Another input is in flight for the first time.
        tries.in_flight = in_flight(&["c"]);
        assert!(tries.note_end("signal 9"));
        assert!(tries.passed_over.is_empty());
        tries.in_flight = in_flight(&["b"]);
        assert!(tries.note_end("signal 11"));
        assert_eq!(tries.passed_over, BTreeMap::from([("b".to_owned(), "signal 11".to_owned())]));
    }

    #[test]
    fn a_process_that_ends_twice_without_an_input_is_given_up() {
        let mut tries = Tries::default();
        assert!(tries.note_end("exit code 101"));
        assert!(!tries.note_end("exit code 101"));
    }

    #[test]
    fn batches_in_flight_are_written_and_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tries.json");
        let mut watch = Watch::new(path.clone()).unwrap();
        for n in 0..6 {
            watch.begin(vec![n.to_string()]);
        }
        let mut tries = Tries::read(&path).unwrap();
        assert_eq!(tries.in_flight, ["2", "3", "4", "5"]);
        tries.note_end("signal 9");
        tries.write(&path).unwrap();
        let mut watch = Watch::new(path.clone()).unwrap();
        watch.begin(vec!["2".into()]);
        watch.begin(vec!["3".into()]);
        assert_eq!(Tries::read(&path).unwrap().in_flight, ["3"]);
    }
}
