//! Fetching models from a local hub: which files are written and locked, and what is refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::common::hub::Hub;
use plenary::corpus::Hint;
use plenary::corpus::progress::{Progress, Silent};
use plenary::engine::Task;
use plenary::models::{
    self, FetchError, FetchProblem, Fetched, FileError, FileProblem, FindError, Installed, Place, Request,
    UnusableError, Wanted,
};
use tempfile::TempDir;

const NAME: &str = "tiny/bert";
const ID: &str = "tiny--bert";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/architectures").join(name)
}

/// The files of a fixture, with another name for the graph.
fn files(name: &str, graph: &'static str) -> Vec<(&'static str, Vec<u8>)> {
    let read = |file: &str| fs::read(fixture(name).join(file)).unwrap();
    let mut files = vec![(graph, read("model.onnx"))];
    files.extend(["config.json", "tokenizer.json"].map(|file| (file, read(file))));
    if name == "bert" {
        files.push(("1_Pooling/config.json", read("1_Pooling/config.json")));
    }
    files
}

fn request(hub: &Hub, name: &str) -> Request {
    Request { name: name.to_owned(), endpoint: Some(hub.endpoint.clone()), ..Request::default() }
}

fn fetch(request: &Request, models: &TempDir) -> Result<Fetched, FetchError> {
    models::fetch(request, models.path(), &Silent)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_fetched_model_is_complete_pinned_and_ready() {
    let (hub, models) = (Hub::with(&files("bert", "onnx/model.onnx")), tempfile::tempdir().unwrap());
    let fetched = fetch(&request(&hub, NAME), &models).unwrap();
    assert_eq!((fetched.id.as_str(), fetched.outcome), (ID, Installed::Copied));
    assert!(fetched.problem.is_none(), "{:?}", fetched.problem);
    for file in ["model.onnx", "config.json", "tokenizer.json", "1_Pooling/config.json"] {
        assert!(fs::read(fixture("bert").join(file)).unwrap() == fs::read(fetched.path.join(file)).unwrap(), "{file}");
    }
    assert_eq!(names(models.path()), ["models.lock", ID], "nothing is left behind");

    let lock = fs::read_to_string(models.path().join(models::LOCK)).unwrap();
    for part in
        ["repository = \"tiny/bert\"", "revision = \"main\"", &fetched.commit, "\"onnx/model.onnx\"", "1_Pooling"]
    {
        assert!(lock.contains(part), "{part} is not in\n{lock}");
    }
    let folder = models::find(&[Place::new(models.path(), "test")], ID).unwrap();
    assert!(folder.is_pinned() && folder.facts.source.contains("tiny/bert at c0ffee"));
    assert_eq!(models::verify(&folder).iter().filter(|check| check.result.is_ok()).count(), 4);

    let path = fetched.path.join("1_Pooling/config.json");
    fs::write(&path, "{\"pooling_mode_mean_tokens\": true}").unwrap();
    let damaged: Vec<_> = models::verify(&folder).into_iter().filter(|check| check.result.is_err()).collect();
    assert!(matches!(damaged.as_slice(), [check] if check.file == "1_Pooling/config.json"), "{damaged:?}");
}

#[test]
fn an_interrupted_transfer_continues_where_it_stopped() {
    let (hub, models) = (Hub::with(&files("bert", "model.onnx")), tempfile::tempdir().unwrap());
    hub.change(|contents| contents.breaks_off = Some(("model.onnx".into(), 50_000)));
    let fetched = fetch(&request(&hub, NAME), &models).unwrap();
    assert!(fetched.problem.is_none());
    let asked = hub.asked();
    assert!(asked.iter().any(|path| path.ends_with("/model.onnx 50000-")), "{asked:#?}");
    assert!(
        fs::read(fixture("bert").join("model.onnx")).unwrap() == fs::read(fetched.path.join("model.onnx")).unwrap()
    );
}

#[test]
fn a_silent_hub_is_abandoned_and_the_next_fetch_continues() {
    let (hub, models) = (Hub::with(&files("bert", "model.onnx")), tempfile::tempdir().unwrap());
    hub.change(|contents| contents.stalls = Some(("model.onnx".into(), 50_000)));
    let impatient = Request { patience: Some(Duration::from_secs(3)), ..request(&hub, NAME) };
    let error = fetch(&impatient, &models).unwrap_err();
    assert_eq!(error.hint(), Some(Hint::WaitLonger));
    let message = error.to_string();
    assert!(message.contains("model.onnx: received nothing from") && message.contains("for 3 seconds"), "{message}");
    assert!(!models.path().join(ID).exists());
    hub.change(|contents| contents.stalls = None);
    hub.asked();
    assert!(fetch(&request(&hub, NAME), &models).unwrap().problem.is_none());
    let asked = hub.asked();
    assert!(asked.iter().any(|path| path.ends_with("/model.onnx 50000-")), "{asked:#?}");
}

#[test]
fn a_fetch_ends_on_request_while_the_hub_is_silent() {
    /// Asks for the work to end when the first bytes are received.
    struct Stops(AtomicBool);
    impl Progress for Stops {
        fn begin(&self, _stage: &str, _total: u64) {}
        fn advance(&self, _n: u64) {
            self.0.store(true, Ordering::Relaxed);
        }
        fn stop_requested(&self) -> bool {
            self.0.load(Ordering::Relaxed)
        }
    }
    let (hub, models) = (Hub::with(&files("bert", "model.onnx")), tempfile::tempdir().unwrap());
    hub.change(|contents| contents.stalls = Some(("config.json".into(), 10)));
    let stopped = models::fetch(&request(&hub, NAME), models.path(), &Stops(AtomicBool::new(false)));
    assert!(matches!(stopped, Err(FetchError::Stopped(_))), "{stopped:?}");
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_reported_and_leaves_no_incomplete_model() {
    let (hub, place) = (Hub::with(&files("bert", "model.onnx")), crate::common::Place::new());
    let mut command = place.command_without_space(8, &["models", "fetch", "tiny/bert"]);
    command.env("HF_ENDPOINT", &hub.endpoint).env("PLENARY_MODELS", place.path("models"));
    crate::common::ended(&mut command).says(2, &["no space is left in", "continues there"]);
    assert!(!place.path("models").join(ID).exists());
}

#[test]
fn complete_files_are_not_fetched_again() {
    let (hub, models) = (Hub::with(&files("bert", "model.onnx")), tempfile::tempdir().unwrap());
    fetch(&request(&hub, NAME), &models).unwrap();
    hub.asked();
    assert_eq!(fetch(&request(&hub, NAME), &models).unwrap().outcome, Installed::Unchanged);
    assert!(hub.asked().iter().all(|path| !path.contains("model.onnx")), "the graph is not asked for");

    fs::write(models.path().join(ID).join("model.onnx"), "damaged").unwrap();
    assert_eq!(fetch(&request(&hub, NAME), &models).unwrap().outcome, Installed::Replaced);
}

#[test]
fn other_bytes_of_a_locked_commit_are_refused_even_with_force() {
    let (hub, models) = (Hub::with(&files("bert", "model.onnx")), tempfile::tempdir().unwrap());
    fetch(&request(&hub, NAME), &models).unwrap();
    fs::remove_dir_all(models.path().join(ID)).unwrap();
    hub.change(|contents| contents.files.get_mut("tokenizer.json").unwrap().push(b' '));
    for force in [false, true] {
        let error = fetch(&Request { force, ..request(&hub, NAME) }, &models).unwrap_err();
        assert!(matches!(&error, FetchError::OtherBytes { file, .. } if file == "tokenizer.json"), "{error}");
        assert!(error.to_string().contains("do not trust this source"), "{error}");
    }
    assert!(!models.path().join(ID).exists());
}

#[test]
fn a_newer_commit_is_taken_only_on_request() {
    let (hub, models) = (Hub::with(&files("bert", "model.onnx")), tempfile::tempdir().unwrap());
    let before = fetch(&request(&hub, NAME), &models).unwrap();
    hub.change(|contents| {
        contents.commit = "beef".repeat(10);
        contents.files.get_mut("tokenizer.json").unwrap().push(b' ');
    });
    let error = fetch(&request(&hub, NAME), &models).unwrap_err();
    assert!(matches!(error, FetchError::OtherBytes { .. }), "{error}");
    assert_eq!(error.hint(), Some(Hint::AcceptNewerCommit));
    let after = fetch(&Request { force: true, ..request(&hub, NAME) }, &models).unwrap();
    assert_eq!(after.outcome, Installed::Replaced);
    assert!(after.commit != before.commit && after.problem.is_none());
}

#[test]
fn another_model_with_the_same_id_is_only_replaced_on_request() {
    let (hub, models) = (Hub::with(&files("bert", "model.onnx")), tempfile::tempdir().unwrap());
    let named = |name: &str| Request { id: Some("mine".into()), ..request(&hub, name) };
    fetch(&named("a/b"), &models).unwrap();
    let error = fetch(&named("c/d"), &models).unwrap_err();
    assert!(matches!(error, FetchError::File(FileError { problem: FileProblem::Occupied, .. })), "{error}");
}

#[test]
fn refusals_of_the_hub_say_what_to_do() {
    let (hub, models) = (Hub::with(&[]), tempfile::tempdir().unwrap());
    for (status, part) in [(401, "HF_TOKEN"), (403, "Accept its terms"), (404, "no such model"), (503, "status 503")] {
        hub.change(|contents| contents.status = Some(status));
        let error = fetch(&request(&hub, NAME), &models).unwrap_err();
        assert!(matches!(error, FetchError::Repository { .. }) && error.to_string().contains(part), "{error}");
    }
    let static_model = FetchProblem::StaticWithoutGraph;
    let error = FetchError::Repository { repository: NAME.into(), problem: static_model };
    assert_eq!(error.hint(), Some(Hint::OmitGraph));
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let request = Request { endpoint: Some(format!("http://{nowhere}")), ..request(&hub, NAME) };
    let message = fetch(&request, &models).unwrap_err().to_string();
    assert!(message.contains("cannot be reached") && message.contains("HF_ENDPOINT"), "{message}");
}

#[test]
fn a_repository_without_a_graph_is_reported_with_its_files() {
    let models = tempfile::tempdir().unwrap();
    let hub = Hub::with(&files("bert", "pytorch_model.bin"));
    let message = fetch(&request(&hub, NAME), &models).unwrap_err().to_string();
    assert!(message.contains("has no model.onnx; it has") && message.contains("pytorch_model.bin"), "{message}");
    let wanted = Wanted { quantised: true, ..Wanted::default() };
    let message = fetch(&Request { wanted, ..request(&hub, NAME) }, &models).unwrap_err().to_string();
    assert!(message.contains("has no quantised ONNX graph"), "{message}");
}

#[test]
fn bytes_with_another_sha256_than_the_hub_states_are_refused() {
    let (hub, models) = (Hub::with(&files("bert", "model.onnx")), tempfile::tempdir().unwrap());
    hub.change(|contents| {
        contents.named_sha256.insert("model.onnx".into(), "0".repeat(64));
    });
    let message = fetch(&request(&hub, NAME), &models).unwrap_err().to_string();
    assert!(message.contains("whose sha256 is not 0000"), "{message}");
    assert!(!models.path().join(ID).exists());
}

#[test]
fn placeholder_labels_can_be_explained_when_fetching() {
    let mut files = files("distilbert", "model.onnx");
    let config = String::from_utf8(files[1].1.clone()).unwrap();
    files[1].1 = config.replace("\"NEGATIVE\"", "\"LABEL_0\"").replace("\"POSITIVE\"", "\"LABEL_1\"").into_bytes();
    let (hub, models) = (Hub::with(&files), tempfile::tempdir().unwrap());
    let fetched = fetch(&request(&hub, "tiny/tone"), &models).unwrap();
    let problem = fetched.problem.unwrap();
    assert!(matches!(problem, UnusableError::Find(FindError::UnknownLabels { .. })), "{problem}");
    let explained = Request {
        task: Some(Task::Sentiment),
        labels: Some(["negative", "positive"].map(String::from).into()),
        ..request(&hub, "tiny/tone")
    };
    let fetched = fetch(&explained, &models).unwrap();
    assert_eq!(fetched.outcome, Installed::Unchanged);
    assert!(fetched.problem.is_none(), "{:?}", fetched.problem);
    let folder = models::find(&[Place::new(models.path(), "test")], "tiny--tone").unwrap();
    assert!(folder.is_pinned(), "the lock still contains its sha256");
}

#[test]
fn the_command_takes_the_endpoint_from_its_variable_and_the_lock_is_verified() {
    let (hub, place) = (Hub::with(&files("bert", "model.onnx")), crate::common::Place::new());
    let command = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        command.env("HF_ENDPOINT", &hub.endpoint).env("PLENARY_MODELS", place.path("models"));
        crate::common::ended(&mut command)
    };
    let fetched = command(&["models", "fetch", "tiny/bert@main"]);
    assert_eq!(fetched.code, Some(0), "{fetched:?}");
    assert!(fetched.out.contains("tiny--bert: fetched, commit c0ffee"), "{fetched:?}");
    let verified = command(&["models", "verify"]);
    assert!(verified.out.contains("tiny--bert/model.onnx: ok"), "{verified:?}");
    assert!(command(&["models", "list"]).out.contains("tiny--bert"));
    fs::write(place.path("models/tiny--bert/model.onnx"), "damaged").unwrap();
    assert_eq!(command(&["models", "verify"]).code, Some(2));
    command(&["models", "fetch", "no such name"]).says(2, &["not of the form ORG/NAME"]);
}
