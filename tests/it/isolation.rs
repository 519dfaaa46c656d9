//! Files that end the process that reads them cost the run only these files; the others are read to the same bytes as
//! without processes of their own.

use std::path::PathBuf;
use std::time::Duration;

use crate::common::{OTHER_TALK, Place, TALK, assert_same};
use crate::fuzz::samples::samples;
use plenary::inputs::{Inputs, Sources, gather};
use plenary::isolation::{Isolation, READER_ARGUMENT};
use plenary::read::Options;
use plenary::{Progress, Silent};

fn isolation() -> Isolation {
    Isolation::new(env!("CARGO_BIN_EXE_plenary"))
}

/// A folder with one sample of each format.
fn all_formats() -> Place {
    let place = Place::new();
    for sample in samples() {
        place.write(&format!("talks/{}", sample.name), sample.packed());
    }
    place.write("talks/no-text.html", "<html><body></body></html>");
    place.write("talks/damaged.pdf", "%PDF-1.7\n");
    place
}

fn read(place: &Place, isolation: Option<&Isolation>) -> Inputs {
    gather(&[place.path("talks")], &Options::default(), isolation)
}

#[test]
fn processes_give_the_same_documents_and_failures() {
    let place = all_formats();
    let (here, apart) = (read(&place, None), read(&place, Some(&isolation())));
    assert!(here.documents.len() > 20 && here.skipped.failures.len() == 2, "{:?}", here.skipped);
    assert_eq!(format!("{here:?}"), format!("{apart:?}"));
}

#[test]
fn tables_are_the_same_with_and_without_processes() {
    let place = all_formats();
    let run = |out: &str, flags: &[&str]| place.run(&[&["run", "talks", "--no-cache", "--out", out], flags].concat());
    run("apart", &[]).says(1, &["failed: talks/damaged.pdf"]);
    run("here", &["--no-isolation"]).says(1, &["failed: talks/damaged.pdf"]);
    assert_same(&place.tables("apart"), &place.tables("here"), "with and without processes");
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_that_takes_too_much_memory_is_a_failure_and_the_others_are_read() {
    let place = Place::with(&[("talks/a.md", TALK), ("talks/c.md", OTHER_TALK)]);
    let page = format!("<html><body>{}</body></html>", "<p>ANN: Yes.</p>".repeat(200_000));
    place.write("talks/b.html", page);
    place.write("talks/d.html", "<html><body><p>BO: No.</p><p>ANN: But yes.</p></body></html>");
    let ended = place.run(&["run", "talks", "--reader-memory", "256", "--out", "results"]);
    ended.says(1, &["failed: talks/b.html: reading it took more than 30", "MiB of memory", "allow more memory"]);
    assert_eq!(place.texts("results/documents.parquet", "path"), ["talks/a.md", "talks/c.md", "talks/d.html"]);
    assert_eq!(place.texts("results/failures.parquet", "path"), ["talks/b.html"]);
    let enough = gather(&[place.path("talks/b.html")], &Options::default(), Some(&isolation()));
    assert_eq!((enough.documents.len(), enough.skipped.failures.len()), (1, 0));
}

/// A program that answers as plenary does when it starts, and then runs the rest of a script of the shell. In the script,
/// `$plenary` reads files.
#[cfg(unix)]
fn script(rest: &str) -> Isolation {
    let mut isolation = Isolation::new("sh");
    let version = env!("CARGO_PKG_VERSION");
    let plenary = env!("CARGO_BIN_EXE_plenary");
    let text =
        format!("hello() {{ echo 'plenary {version} reads files'; }}\nplenary='{plenary} {READER_ARGUMENT}'\n{rest}");
    isolation.arguments = vec!["-c".into(), text.into()];
    isolation
}

/// Two pages of HTML, and a text that is read in the process of the test.
#[cfg(unix)]
fn pages() -> Place {
    let page = |name: &str| format!("<html><body><p>{name}: Yes.</p><p>BO: No.</p></body></html>");
    Place::with(&[("talks/a.html", &page("ANN")), ("talks/b.html", &page("EVE")), ("talks/c.md", TALK)])
}

#[cfg(unix)]
fn paths(place: &Place, inputs: &Inputs) -> Vec<String> {
    let root = format!("{}/", place.path("talks").display());
    inputs.documents.iter().map(|document| document.path.replace(&root, "")).collect()
}

#[test]
#[cfg(unix)]
fn a_process_that_is_ended_by_a_signal_costs_one_file() {
    for (command, part) in [
        ("kill -SEGV $$", "its reader was ended by signal 11 (SIGSEGV)"),
        ("kill -KILL $$", "its reader was ended by signal 9 (SIGKILL)"),
        ("exit 3", "its reader ended with exit code 3"),
        ("echo 'memory allocation of 99 bytes failed' >&2; kill -ABRT $$", "MiB of memory"),
        ("echo \"thread 'reader' has overflowed its stack\" >&2; kill -ABRT $$", "used up its stack of 64 MiB"),
        ("printf '\\003\\000\\000\\000\\000\\000\\000\\000abc'", "an answer that cannot be read"),
    ] {
        let place = pages();
        let mark = place.path("mark");
        let mark = mark.display();
        // The first process ends when the first file has been sent.
        let isolation = script(&format!(
            "if mkdir '{mark}' 2>/dev/null; then hello; head -c 1 >/dev/null; {command}; else exec $plenary; fi"
        ));
        let inputs = one_thread(|| read(&place, Some(&isolation)));
        assert_eq!(paths(&place, &inputs), ["b.html", "c.md"], "{command}");
        let [failure] = inputs.skipped.failures.as_slice() else { panic!("{:?}", inputs.skipped) };
        assert!(failure.path.ends_with("a.html") && failure.error.contains(part), "{failure:?}");
        assert!(!failure.hint.is_empty());
    }
}

/// Does some work on one thread, so that files are read one after the other.
#[cfg(unix)]
fn one_thread<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(work)
}

#[test]
#[cfg(unix)]
fn a_process_that_hangs_is_ended_at_the_limit() {
    let place = pages();
    let mut isolation = script("hello; cat >/dev/null");
    isolation.limits.time = Duration::from_millis(100);
    let inputs = read(&place, Some(&isolation));
    assert_eq!(paths(&place, &inputs), ["c.md"]);
    let errors: Vec<&str> = inputs.skipped.failures.iter().map(|failure| failure.error.as_str()).collect();
    assert_eq!(errors.len(), 2);
    assert!(errors.iter().all(|error| error.contains("longer than 0.1 seconds")), "{errors:?}");
}

/// Progress of a run that the user has stopped.
#[cfg(unix)]
struct Stopping;

#[cfg(unix)]
impl Progress for Stopping {
    fn begin(&self, _stage: &str, _total: u64) {}
    fn advance(&self, _n: u64) {}
    fn stop_requested(&self) -> bool {
        true
    }
}

#[test]
#[cfg(unix)]
fn a_process_that_hangs_does_not_keep_a_stopped_run() {
    let place = pages();
    // Without the stop, the test would run into the limit of an hour.
    let mut isolation = script("hello; cat >/dev/null");
    isolation.limits.time = Duration::from_hours(1);
    let mut sources = Sources::find(&[place.path("talks")]).isolated(Some(&isolation));
    let documents = sources.read_some(&Options::default(), &Stopping).unwrap();
    assert_eq!(documents.len(), 1, "the text is read in this process");
}

#[test]
#[cfg(unix)]
fn without_the_program_files_are_read_here() {
    let missing = Isolation::new(PathBuf::from("no/such/program"));
    let other = script("echo 'another program'; exec cat >/dev/null");
    let older = script("echo 'plenary 0.0.1 reads files'; exec cat >/dev/null");
    for isolation in [missing, other, older, script("exit 1")] {
        let place = pages();
        let inputs = read(&place, Some(&isolation));
        assert_eq!(paths(&place, &inputs), ["a.html", "b.html", "c.md"]);
        assert!(inputs.skipped.failures.is_empty());
    }
}

#[test]
fn a_process_ends_with_its_input() {
    let place = Place::new();
    // The input of the program is empty.
    let ended = place.run(&[READER_ARGUMENT]);
    ended.says(0, &[]);
    assert_eq!(ended.out, format!("plenary {} reads files\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn processes_are_used_again_for_the_next_batch() {
    let place = all_formats();
    let mut sources = Sources::find(&[place.path("talks")]).isolated(Some(&isolation()));
    let mut n = 0;
    while let Some(documents) = sources.read_some(&Options::default(), &Silent) {
        n += documents.len();
    }
    assert_eq!(n, read(&place, None).documents.len());
}
