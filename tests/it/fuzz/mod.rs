//! No file makes a reader crash: arbitrary bytes and damaged files of every format are either read, without losing
//! text, or refused with a message that names the file.
//!
//!     cargo test --release --test it fuzz                       # a fixed number of cases, always the same ones
//!     FUZZ_SECONDS=1200 FUZZ_SEED=7 cargo test --release --test it fuzz -- --nocapture
//!
//! A failure reports the seed; the file that failed is in the folder `tmp` of cargo's target folder. If a file ends the
//! whole process (out of memory, stack overflow), it is there as `fuzz-failed-under-way`, after a line with its name.

pub(crate) mod samples;
mod seeds;

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use crate::common::nothing_lost::{check, check_lines};
use plenary::attribute::attribute;
use plenary::read::{Options, ReadError, ReadErrorKind, Recognised, on_large_stack, read_all};
use samples::{Sample, samples};

/// Number of cases unless the environment sets a duration.
const CASES: u32 = 4_000;

/// Maximum size of the file of a case, so that no case takes long.
const LARGEST: usize = 64 << 10;

/// A case that takes longer counts as hanging.
const TOO_LONG: Duration = Duration::from_mins(1);

/// One kind of damage to some bytes.
#[derive(Debug, Clone)]
enum Damage {
    Flip(Index, u8),
    Put(Index, Vec<u8>),
    Truncate(Index),
    Cut(Index, usize),
    /// A part of the file is inserted at another place, once or many times.
    Repeat(Index, usize, Index, usize),
    /// A part of another file is inserted.
    Splice(Index, Index, Index, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let telling = prop::sample::select(vec![
        b"\0".to_vec(),
        b"\xFF\xFE".to_vec(),
        b"\xC3".to_vec(),
        b"\r".to_vec(),
        b"\x0C".to_vec(),
        b"\n\n".to_vec(),
        b"\"".to_vec(),
        b"-->".to_vec(),
        b"<".to_vec(),
        b"</".to_vec(),
        b"&#x110000;".to_vec(),
        b"**".to_vec(),
        b": ".to_vec(),
        b"(".to_vec(),
        b"-1".to_vec(),
        b"99999999999999999999".to_vec(),
        "\u{202E}\u{200D}é王".as_bytes().to_vec(),
    ]);
    prop_oneof![
        4 => (any::<Index>(), 0u8..8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        3 => (any::<Index>(), telling).prop_map(|(at, bytes)| Damage::Put(at, bytes)),
        2 => (any::<Index>(), prop::collection::vec(any::<u8>(), 1..9)).prop_map(|(at, bytes)| Damage::Put(at, bytes)),
        1 => any::<Index>().prop_map(Damage::Truncate),
        2 => (any::<Index>(), 1usize..200).prop_map(|(at, n)| Damage::Cut(at, n)),
        2 => (any::<Index>(), 1usize..200, any::<Index>(), prop_oneof![3 => Just(1usize), 1 => 2usize..300])
            .prop_map(|(from, n, to, times)| Damage::Repeat(from, n, to, times)),
        2 => (any::<Index>(), any::<Index>(), any::<Index>(), 1usize..200)
            .prop_map(|(at, which, from, n)| Damage::Splice(at, which, from, n)),
    ]
}

/// A file to read: one of the samples damaged before or after it is packed, or arbitrary bytes.
#[derive(Debug, Clone)]
enum Case {
    Damaged { which: Index, inside: Option<Index>, damages: Vec<Damage> },
    Arbitrary { name: &'static str, signature: &'static [u8], bytes: Vec<u8> },
}

fn case() -> impl Strategy<Value = Case> {
    let damaged = (any::<Index>(), prop::option::of(any::<Index>()), prop::collection::vec(damage(), 1..6))
        .prop_map(|(which, inside, damages)| Case::Damaged { which, inside, damages });
    let signatures: Vec<&'static [u8]> = vec![
        b"",
        b"",
        b"\x1F\x8B",
        b"PK\x03\x04",
        b"PAR1",
        b"%PDF-1.7\n",
        b"<?xml version=\"1.0\"?><TEI>",
        b"WEBVTT\n\n",
        b"<html>",
        b"\xFF\xFE",
        b"{\"text\":",
        b"{\\rtf1 ",
        b"@UTF8\n@Begin\n@Participants:\tA B\n*A:\t",
        b"text\n",
    ];
    let names = vec![
        "a.txt",
        "a.md",
        "a.html",
        "a.vtt",
        "a.srt",
        "a.sbv",
        "a.ass",
        "a.xml",
        "a.csv",
        "a.tsv",
        "a.jsonl",
        "a.json",
        "a.otr",
        "a.ttml",
        "a.eaf",
        "a.exb",
        "a.cha",
        "a.rtf",
        "a.xlsx",
        "a.parquet",
        "a.docx",
        "a.odt",
        "a.pdf",
        "a.zip",
        "a.gz",
        "a",
    ];
    let bytes = prop_oneof![prop::collection::vec(any::<u8>(), 0..600), "\\PC{0,120}".prop_map(String::into_bytes)];
    let arbitrary = (prop::sample::select(names), prop::sample::select(signatures), bytes)
        .prop_map(|(name, signature, bytes)| Case::Arbitrary { name, signature, bytes });
    prop_oneof![6 => damaged, 1 => arbitrary]
}

impl Case {
    /// Name and bytes of the file.
    fn file(&self, samples: &[Sample]) -> (String, Vec<u8>) {
        match self {
            Case::Arbitrary { name, signature, bytes } => (name.to_string(), [signature, bytes.as_slice()].concat()),
            Case::Damaged { which, inside, damages } => {
                let mut sample = which.get(samples).clone();
                let hurt = |bytes: &mut Vec<u8>| damages.iter().for_each(|damage| damage.apply(bytes, samples));
                match inside.and_then(|inside| sample.part(inside)) {
                    Some(part) => {
                        hurt(part);
                        (sample.name.to_string(), sample.packed())
                    }
                    None => {
                        let mut bytes = sample.packed();
                        hurt(&mut bytes);
                        (sample.name.to_string(), bytes)
                    }
                }
            }
        }
    }
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>, samples: &[Sample]) {
        if bytes.is_empty() {
            return;
        }
        let size = bytes.len();
        let stretch = |from: Index, n: usize| {
            let from = from.index(size);
            from..size.min(from + n)
        };
        match self {
            Damage::Flip(at, bit) => bytes[at.index(size)] ^= 1 << bit,
            Damage::Put(at, put) => insert(bytes, at.index(size), put),
            Damage::Truncate(at) => bytes.truncate(at.index(size)),
            Damage::Cut(at, n) => drop(bytes.drain(stretch(*at, *n))),
            Damage::Repeat(from, n, to, times) => {
                let taken = bytes[stretch(*from, *n)].repeat(*times);
                insert(bytes, to.index(size), &taken);
            }
            Damage::Splice(at, which, from, n) => {
                let other = which.get(samples).packed();
                let from = from.index(other.len());
                let taken = other[from..other.len().min(from + n)].to_vec();
                insert(bytes, at.index(size), &taken);
            }
        }
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, put: &[u8]) {
    if bytes.len() + put.len() <= LARGEST {
        bytes.splice(at..at, put.iter().copied());
    }
}

thread_local! {
    /// Location of the last panic of this thread.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
    /// Whether this thread is running a case: its panics are then caught and reported with the file.
    static TRYING: Cell<bool> = const { Cell::new(false) };
}

/// Reads and attributes a file, and checks what must be true of the result. The place of a panic is known only in its own
/// thread, so all is done in one.
fn try_file(name: &str, bytes: &[u8]) -> Result<(), TestCaseError> {
    on_large_stack(|| try_file_here(name, bytes))
}

fn try_file_here(name: &str, bytes: &[u8]) -> Result<(), TestCaseError> {
    PANIC.take();
    TRYING.set(true);
    let tried = catch_unwind(AssertUnwindSafe(|| {
        match Recognised::of(name, bytes).and_then(|file| file.read(&Options::default())) {
            Ok(reading) => {
                for (member, error) in &reading.refused {
                    check_error(member, error)?;
                }
                for document in reading.documents {
                    check_lines(&document)?;
                    check(&attribute(document, &plenary::attribute::Options::default()))?;
                }
            }
            Err(error) => check_error(name, &error)?,
        }
        Ok(())
    }));
    TRYING.set(false);
    tried.unwrap_or_else(|_| Err(TestCaseError::fail(format!("a panic at {:?}", PANIC.take()))))
}

fn check_error(name: &str, error: &ReadError) -> Result<(), TestCaseError> {
    let told = error.to_string();
    prop_assert!(told.starts_with(name), "the file is not named: {}", told);
    prop_assert!(!error.hint().is_empty());
    if matches!(error.kind, ReadErrorKind::Failed { .. }) {
        // The crates for PDF, Excel and Parquet may panic; their panics are caught. Our own code must not panic.
        let at = PANIC.take().unwrap_or_default();
        prop_assert!(!is_ours(&at), "a panic at {}: {}", at, told);
    }
    Ok(())
}

/// Whether a location `FILE:LINE` is in a crate of the workspace; other crates are outside its folder.
fn is_ours(at: &str) -> bool {
    at.starts_with("src/") || at.starts_with("crates/")
}

fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

fn failed_file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-failed-{}", name.replace('/', "-")))
}

/// The current case: its start time and its file.
static UNDER_WAY: Mutex<Option<(Instant, String, Vec<u8>)>> = Mutex::new(None);

/// Ends the tests when a case hangs; runs on a separate thread, because a hanging thread cannot check the time.
fn watch() {
    std::thread::spawn(|| {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let under_way = UNDER_WAY.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if let Some((since, name, bytes)) = &*under_way
                && since.elapsed() > TOO_LONG
            {
                let place = failed_file(name);
                let kept = std::fs::write(&place, bytes);
                eprintln!("{name} hangs; {} ({kept:?}) has the file", place.display());
                std::process::exit(101);
            }
        }
    });
}

/// Runs some cases and panics on the first that fails, after reducing it.
fn run(seed: u64, cases: u32, samples: &[Sample]) {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    let ended = TestRunner::new_with_rng(config, rng).run(&case(), |case| {
        let (name, bytes) = case.file(samples);
        // If the case ends the whole process, its file remains.
        let _ = std::fs::write(failed_file("under-way"), [name.as_bytes(), b"\n", bytes.as_slice()].concat());
        *UNDER_WAY.lock().unwrap() = Some((Instant::now(), name.clone(), bytes.clone()));
        let tried = try_file(&name, &bytes);
        *UNDER_WAY.lock().unwrap() = None;
        tried
    });
    let _ = std::fs::remove_file(failed_file("under-way"));
    match ended {
        Ok(()) => {}
        Err(TestError::Abort(reason)) => panic!("the run ended early: {reason}"),
        Err(TestError::Fail(reason, case)) => {
            let (name, bytes) = case.file(samples);
            let place = failed_file(&name);
            let kept = std::fs::write(&place, bytes);
            panic!(
                "seed {seed} (FUZZ_SEED={seed}): {reason}\n{} ({kept:?}) has the file; it was made by {case:?}",
                place.display()
            );
        }
    }
}

#[test]
fn no_file_brings_a_reader_down() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let at = info.location().map(|at| format!("{}:{}", at.file(), at.line()));
        PANIC.set(at);
        if !TRYING.get() {
            print(info);
        }
    }));
    watch();
    let samples = samples();
    let seed = setting("FUZZ_SEED").unwrap_or(1);
    let cases = setting("FUZZ_CASES").map_or(CASES, |n| u32::try_from(n).unwrap_or(u32::MAX));
    match setting("FUZZ_SECONDS") {
        None => run(seed, cases, &samples),
        Some(seconds) => {
            let end = Instant::now() + Duration::from_secs(seconds);
            for seed in seed.. {
                run(seed, cases, &samples);
                eprintln!("seed {seed}: {cases} cases passed");
                if Instant::now() > end {
                    break;
                }
            }
        }
    }
}

/// Files that made a reader fail in the past.
#[test]
fn known_crashes_stay_mended() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/crashes");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        try_file(&name, &std::fs::read(&path).unwrap()).unwrap_or_else(|problem| panic!("{name}: {problem}"));
    }
}

#[test]
fn the_samples_are_read_as_what_they_are() {
    for sample in samples() {
        let reading = read_all(sample.name, &sample.packed(), &Options::default());
        let reading = reading.unwrap_or_else(|error| panic!("{error}"));
        assert!(reading.refused.is_empty(), "{}: {:?}", sample.name, reading.refused);
        for document in reading.documents {
            assert!(document.text.contains("sea"), "{}: {}", document.path, document.text);
            let format = document.format;
            let transcript = attribute(document, &plenary::attribute::Options::default());
            assert_eq!(transcript.speakers.len(), 2, "{} ({format:?}): {:?}", sample.name, transcript.speakers);
        }
    }
}
