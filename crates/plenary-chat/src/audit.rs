//! The folder of answers: a cache that is also the record of what was asked and answered.
//!
//! **Input**: answers and failures as they arrive. **Output**: the answer to a request that was asked before, by any run. Every
//! line of a file `answers-*.jsonl` is one answer, with the request whose sha256 is its key. Files are only appended to, each by
//! the process that made it, so that several runs can share a folder; a last line that was cut off is skipped. If a request was
//! answered twice, the first answer in the order of file names and lines counts. **Refused**: other damage, and lines whose key
//! is not the sha256 of their request.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::budget::Usage;
use crate::error::{ChatError, Failure};
use crate::request::{Support, key};

/// The version of the lines.
const VERSION: u32 = 1;
/// How the names of files begin.
const PREFIX: &str = "answers-";

/// One answer or failure, as a line of JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// [`VERSION`].
    version: u32,
    /// The sha256 of `request`.
    pub(crate) key: String,
    /// When the answer arrived.
    time: Timestamp,
    /// The address that was asked.
    endpoint: String,
    /// Ids of the units that were asked for, those of the first call with this request.
    units: Vec<String>,
    /// What was sent of the parameters that not every server has.
    sent: Support,
    /// Model, messages and parameters, as JSON.
    request: String,
    #[serde(flatten)]
    pub(crate) outcome: Recorded,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Recorded {
    /// The server answered.
    Answer {
        /// The body as it arrived.
        body: String,
        /// The name that the server gives the model.
        model: Option<String>,
        /// The server's mark of its configuration.
        system_fingerprint: Option<String>,
        /// Tokens, if the server counts them.
        usage: Option<Usage>,
    },
    /// There was no answer.
    Failure(Failure),
}

impl Entry {
    /// A new line.
    pub(crate) fn new(endpoint: &str, units: Vec<String>, sent: Support, request: String, outcome: Recorded) -> Self {
        let (key, time, endpoint) = (key(&request), Timestamp::now(), endpoint.to_owned());
        Self { version: VERSION, key, time, endpoint, units, sent, request, outcome }
    }
}

/// An opened folder of answers.
pub(crate) struct Store {
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    answers: HashMap<String, Place>,
    failures: HashMap<String, Failure>,
    files: Vec<PathBuf>,
    /// The file of this process, its number and its length.
    writer: Option<(File, usize, u64)>,
}

/// Where a line is.
#[derive(Debug, Clone, Copy)]
struct Place {
    file: usize,
    offset: u64,
    len: usize,
}

impl Store {
    /// Reads a folder of answers; one that does not exist is empty, and is made with the first answer.
    ///
    /// # Errors
    /// [`ChatError::Folder`] and [`ChatError::Damaged`].
    pub(crate) fn open(folder: &Path) -> Result<Self, ChatError> {
        let mut state = State::default();
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries.collect::<Result<Vec<_>, _>>().map_err(folder_error(folder))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(folder_error(folder)(error)),
        };
        let is_ours = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with(PREFIX) && path.extension().is_some_and(|extension| extension == "jsonl")
        };
        state.files = entries.iter().map(fs::DirEntry::path).filter(is_ours).collect();
        state.files.sort();
        for number in 0..state.files.len() {
            state.read_file(number)?;
        }
        Ok(Self { folder: folder.to_owned(), state: Mutex::new(state) })
    }

    /// The body that answered a request.
    pub(crate) fn answer(&self, key: &str) -> Result<Option<String>, ChatError> {
        let found = {
            let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.answers.get(key).map(|place| (state.files[place.file].clone(), *place))
        };
        let Some((path, place)) = found else { return Ok(None) };
        let mut line = vec![0; place.len];
        let read = File::open(&path).and_then(|mut file| {
            file.seek(SeekFrom::Start(place.offset))?;
            file.read_exact(&mut line)
        });
        read.map_err(folder_error(&path))?;
        match serde_json::from_slice(&line) {
            Ok(Entry { outcome: Recorded::Answer { body, .. }, .. }) => Ok(Some(body)),
            _ => {
                let problem = io::Error::new(io::ErrorKind::InvalidData, "the file changed while it was read");
                Err(folder_error(&path)(problem))
            }
        }
    }

    /// The last failure of a request that was never answered.
    pub(crate) fn failure(&self, key: &str) -> Option<Failure> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).failures.get(key).cloned()
    }

    /// Appends a line.
    ///
    /// # Errors
    /// [`ChatError::Folder`].
    pub(crate) fn append(&self, entry: &Entry) -> Result<(), ChatError> {
        let mut line = serde_json::to_vec(entry)
            .map_err(|error| folder_error(&self.folder)(io::Error::new(io::ErrorKind::InvalidData, error)))?;
        line.push(b'\n');
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *state;
        if state.writer.is_none() {
            fs::create_dir_all(&self.folder).map_err(folder_error(&self.folder))?;
            let (file, path) = new_file(&self.folder).map_err(folder_error(&self.folder))?;
            state.files.push(path);
            state.writer = Some((file, state.files.len() - 1, 0));
        }
        let Some((file, number, length)) = &mut state.writer else { return Ok(()) };
        let path = &state.files[*number];
        file.write_all(&line).and_then(|()| file.sync_data()).map_err(folder_error(path))?;
        let place = Place { file: *number, offset: *length, len: line.len() - 1 };
        *length += line.len() as u64;
        state.note(entry, place);
        Ok(())
    }
}

impl State {
    fn read_file(&mut self, number: usize) -> Result<(), ChatError> {
        let path = self.files[number].clone();
        let bytes = fs::read(&path).map_err(folder_error(&path))?;
        let mut offset = 0_u64;
        for (i, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
            let ends = line.ends_with(b"\n");
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            match parse(text) {
                Ok(entry) => self.note(&entry, Place { file: number, offset, len: text.len() }),
                Err(found) if ends => return Err(ChatError::Damaged { path, line: i + 1, found }),
                Err(_) => tracing::warn!(file = %path.display(), "the last answer was cut off and is skipped"),
            }
            offset += line.len() as u64;
        }
        Ok(())
    }

    fn note(&mut self, entry: &Entry, place: Place) {
        match &entry.outcome {
            Recorded::Answer { .. } => {
                self.answers.entry(entry.key.clone()).or_insert(place);
            }
            Recorded::Failure(failure) => {
                self.failures.insert(entry.key.clone(), failure.clone());
            }
        }
    }
}

fn parse(line: &[u8]) -> Result<Entry, String> {
    let entry: Entry = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    if entry.version != VERSION {
        return Err(format!("an answer of version {}", entry.version));
    }
    if key(&entry.request) != entry.key {
        return Err("a key that is not the sha256 of the request".into());
    }
    Ok(entry)
}

/// A file that no other process has, named by the time so that files sort by age.
fn new_file(folder: &Path) -> io::Result<(File, PathBuf)> {
    let time = Timestamp::now().strftime("%Y%m%dT%H%M%S%6f").to_string();
    let mut n = 0_u32;
    loop {
        let path = folder.join(format!("{PREFIX}{time}-{}-{n}.jsonl", std::process::id()));
        match OpenOptions::new().append(true).create_new(true).open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => n += 1,
            Err(error) => return Err(error),
        }
    }
}

fn folder_error(path: &Path) -> impl Fn(io::Error) -> ChatError + use<> {
    let path = path.to_owned();
    move |problem| ChatError::Folder { path: path.clone(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::FailureReason;
    use crate::request::AnswerForm;

    fn entry(request: &str, outcome: Recorded) -> Entry {
        let sent = Support { answer_form: AnswerForm::Words, log_probabilities: false };
        Entry::new("http://localhost/v1", vec!["d:1".into()], sent, request.into(), outcome)
    }

    fn answer(body: &str) -> Recorded {
        Recorded::Answer { body: body.into(), model: None, system_fingerprint: None, usage: None }
    }

    fn failure() -> Recorded {
        Recorded::Failure(Failure::new(FailureReason::TimeOut, "slow"))
    }

    fn only_file(folder: &Path) -> PathBuf {
        fs::read_dir(folder).unwrap().next().unwrap().unwrap().path()
    }

    #[test]
    fn answers_are_found_again_by_this_and_the_next_run() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("made/when/needed");
        let store = Store::open(&folder).unwrap();
        assert!(!folder.exists());
        store.append(&entry("a", failure())).unwrap();
        store.append(&entry("a", answer("one\ntwo"))).unwrap();
        store.append(&entry("b", failure())).unwrap();
        for store in [store, Store::open(&folder).unwrap()] {
            assert_eq!(store.answer(&key("a")).unwrap().as_deref(), Some("one\ntwo"));
            assert_eq!(store.answer(&key("b")).unwrap(), None);
            assert_eq!(store.failure(&key("b")).unwrap().reason, FailureReason::TimeOut);
            assert_eq!(store.answer(&key("c")).unwrap(), None);
        }
    }

    #[test]
    fn a_last_line_that_was_cut_off_is_skipped_wherever_it_was_cut() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store.append(&entry("a", answer("1"))).unwrap();
        store.append(&entry("b", answer("2"))).unwrap();
        let file = only_file(folder.path());
        let whole = fs::read(&file).unwrap();
        let first = whole.iter().position(|&byte| byte == b'\n').unwrap() + 1;
        for cut in first..whole.len() - 1 {
            fs::write(&file, &whole[..cut]).unwrap();
            let store = Store::open(folder.path()).unwrap();
            let has = |request| store.answer(&key(request)).unwrap().is_some();
            assert!(has("a") && !has("b"), "{cut}");
        }
        fs::write(&file, [&whole[..first], &[0; 512]].concat()).unwrap();
        assert!(Store::open(folder.path()).unwrap().answer(&key("a")).unwrap().is_some());
        // The next answer goes to a file of its own, so that the torn line harms nothing.
        Store::open(folder.path()).unwrap().append(&entry("b", answer("3"))).unwrap();
        assert_eq!(Store::open(folder.path()).unwrap().answer(&key("b")).unwrap().as_deref(), Some("3"));
    }

    #[test]
    fn other_damage_is_reported_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        store.append(&entry("a", answer("1"))).unwrap();
        store.append(&entry("b", answer("2"))).unwrap();
        let file = only_file(folder.path());
        let text = fs::read_to_string(&file).unwrap();
        for damaged in [
            text.replacen("\"request\":\"b\"", "\"request\":\"c\"", 1),
            text.replacen("\"version\":1", "\"version\":2", 2).replacen("\"version\":2", "\"version\":1", 1),
            format!("{text}hello\n").replacen(text.lines().nth(1).unwrap(), "{}", 1),
        ] {
            assert_ne!(damaged, text);
            fs::write(&file, damaged).unwrap();
            let Err(ChatError::Damaged { line, .. }) = Store::open(folder.path()) else { panic!("not noticed") };
            assert_eq!(line, 2);
        }
    }

    #[test]
    fn several_processes_write_to_files_of_their_own_and_the_first_answer_counts() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (Store::open(folder.path()).unwrap(), Store::open(folder.path()).unwrap());
        std::thread::scope(|scope| {
            for (name, store) in [("first", &first), ("second", &second)] {
                for thread in 0..4 {
                    scope.spawn(move || {
                        for i in 0..20 {
                            store
                                .append(&entry(&format!("{name} {thread} {i}"), answer(&"x".repeat(i * 100))))
                                .unwrap();
                        }
                    });
                }
            }
        });
        first.append(&entry("same", answer("1"))).unwrap();
        second.append(&entry("same", answer("2"))).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        let read = |_| Store::open(folder.path()).unwrap().answer(&key("same")).unwrap();
        let both = [0, 1].map(read);
        assert!(both[0].is_some() && both[0] == both[1]);
        let store = Store::open(folder.path()).unwrap();
        for name in ["first", "second"] {
            for (thread, i) in (0..4).flat_map(|thread| (0..20).map(move |i| (thread, i))) {
                assert_eq!(store.answer(&key(&format!("{name} {thread} {i}"))).unwrap().unwrap().len(), i * 100);
            }
        }
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let store = Store::open(&file.join("below"));
        let failed = match store {
            Ok(store) => store.append(&entry("a", answer("1"))).is_err(),
            Err(_) => true,
        };
        assert!(failed);
    }
}
