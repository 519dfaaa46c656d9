//! A cache returns what was stored in it, and reports when it is damaged, newer, in use or read-only.

use ndarray::Array2;
use redb::ReadableTable;

use super::*;
use crate::{Engine, PassError, Tokens, Work, rows};
use plenary_corpus::progress::Silent;

/// Counts its passes; its numbers depend on the length of the text.
struct Counting(&'static AtomicU64);

impl Engine for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn version(&self) -> u32 {
        3
    }

    fn forward(&self, tokens: &Tokens) -> Result<Array2<f32>, PassError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Array2::from_shape_fn((tokens.ids.len(), 2), |(_, column)| (column + tokens.ids.len()) as f32))
    }
}

fn model(passes: &'static AtomicU64) -> Model {
    let mut model = Model::for_test(Task::Embedding, Box::new(Counting(passes)), crate::LabelMap::default(), 512);
    model.sha256.insert("model.onnx".into(), "a".repeat(64));
    model
}

fn counter() -> &'static AtomicU64 {
    Box::leak(Box::new(AtomicU64::new(0)))
}

const TEXTS: [Input; 4] = [("One.", None), ("Two of them.", None), ("One.", None), ("One.", Some("Two of them."))];

fn compute(model: &Model, cache: &Cache, inputs: &[Input]) -> Vec<Row> {
    rows("test", model, inputs, Work { threads: 2, progress: &Silent, cache: Some(cache) }).unwrap()
}

#[test]
fn a_row_that_was_stored_is_found_by_later_runs() {
    let (folder, passes) = (tempfile::tempdir().unwrap(), counter());
    let model = model(passes);
    let first = compute(&model, &Cache::open(folder.path()).unwrap(), &TEXTS);
    assert_eq!(passes.load(Ordering::Relaxed), 3, "equal inputs are computed once");
    let cache = Cache::open(folder.path()).unwrap();
    let more = [TEXTS[1], TEXTS[0], ("A third one.", None), TEXTS[3]];
    let again = compute(&model, &cache, &more);
    assert_eq!(passes.load(Ordering::Relaxed), 4, "only the new one");
    assert_eq!([&again[0], &again[1], &again[3]], [&first[1], &first[0], &first[3]]);
    assert_eq!(cache.counts(), (3, 1));
    let without = rows("test", &model, &TEXTS, Work { threads: 1, progress: &Silent, cache: None }).unwrap();
    assert_eq!(first, without);
}

#[test]
fn another_version_of_a_model_or_an_engine_finds_nothing() {
    let (folder, passes) = (tempfile::tempdir().unwrap(), counter());
    let cache = Cache::open(folder.path()).unwrap();
    compute(&model(passes), &cache, &TEXTS);
    let mut other = model(passes);
    other.sha256.insert("model.onnx".into(), "b".repeat(64));
    compute(&other, &cache, &TEXTS);
    assert_eq!(passes.load(Ordering::Relaxed), 6);
    let mut shorter = model(passes);
    shorter.max_tokens = 12;
    compute(&shorter, &cache, &TEXTS);
    assert_eq!(passes.load(Ordering::Relaxed), 9);
    let stats = stats(folder.path()).unwrap();
    assert_eq!(stats.shares.iter().map(|share| share.n_rows).sum::<u64>(), 9);
    assert_eq!((stats.shares[0].engine.as_str(), stats.shares[0].version), ("counting", 3));
}

#[test]
fn two_programs_share_a_cache() {
    let (folder, passes) = (tempfile::tempdir().unwrap(), counter());
    let model = model(passes);
    let (one, two) = (Cache::open(folder.path()).unwrap(), Cache::open(folder.path()).unwrap());
    std::thread::scope(|scope| {
        scope.spawn(|| compute(&model, &one, &TEXTS));
        scope.spawn(|| compute(&model, &two, &TEXTS));
    });
    let so_far = passes.load(Ordering::Relaxed);
    compute(&model, &two, &TEXTS);
    compute(&model, &one, &TEXTS);
    assert_eq!(passes.load(Ordering::Relaxed), so_far);
}

#[test]
fn an_entry_that_was_changed_is_computed_again() {
    let (folder, passes) = (tempfile::tempdir().unwrap(), counter());
    let model = model(passes);
    let cache = Cache::open(folder.path()).unwrap();
    let first = compute(&model, &cache, &TEXTS);
    let name = table_of(&model);
    let transaction = cache.database.begin_write().unwrap();
    {
        let mut table = transaction.open_table(Rows::new(&name)).unwrap();
        let entry = key(&TEXTS[0]);
        let mut stored = table.get(&entry).unwrap().unwrap().value().to_vec();
        *stored.last_mut().unwrap() ^= 1;
        table.insert(&entry, stored.as_slice()).unwrap();
        // The row of another input under this key has a wrong checksum.
        let other = table.get(&key(&TEXTS[1])).unwrap().unwrap().value().to_vec();
        table.insert(&key(&TEXTS[3]), other.as_slice()).unwrap();
    }
    transaction.commit().unwrap();
    assert_eq!(compute(&model, &cache, &TEXTS), first);
    assert_eq!(passes.load(Ordering::Relaxed), 5);
    assert_eq!(compute(&model, &cache, &TEXTS), first);
    assert_eq!(passes.load(Ordering::Relaxed), 5, "and stored again");
}

#[test]
fn bytes_changed_anywhere_in_the_file_never_change_a_number() {
    let passes = counter();
    let model = model(passes);
    let sentences: Vec<String> = (0..400).map(|n| format!("Sentence {n} of {}.", "them ".repeat(n % 7))).collect();
    let inputs: Vec<Input> = sentences.iter().map(|sentence| (sentence.as_str(), None)).collect();
    let whole = tempfile::tempdir().unwrap();
    let expected = compute(&model, &Cache::open(whole.path()).unwrap(), &inputs);
    let bytes = fs::read(whole.path().join(FILE)).unwrap();
    for trial in 0..24_u64 {
        let folder = tempfile::tempdir().unwrap();
        let mut damaged = bytes.clone();
        // Positions from a fixed sequence, some of them in the head of the file.
        let at = if trial < 4 { 16 * trial as usize } else { (trial * 7_919_317) as usize % damaged.len() };
        match trial % 3 {
            0 => damaged.truncate(at.max(1)),
            1 => damaged[at] ^= 0x41,
            _ => damaged.iter_mut().skip(at).take(5000).for_each(|byte| *byte = 0xa5),
        }
        fs::write(folder.path().join(FILE), &damaged).unwrap();
        let cache = Cache::open(folder.path()).unwrap_or_else(|error| panic!("trial {trial}: {error}"));
        assert_eq!(compute(&model, &cache, &inputs), expected, "trial {trial}");
        assert_eq!(compute(&model, &cache, &inputs), expected, "trial {trial}, again");
    }
}

#[test]
fn a_file_that_is_not_a_cache_is_renamed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FILE), "not a cache at all, but quite long enough to look at".repeat(200)).unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    compute(&model(counter()), &cache, &TEXTS);
    assert!(folder.path().join(DAMAGED).exists());
}

#[test]
fn a_cache_that_is_newer_or_in_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    let transaction = cache.database.begin_write().unwrap();
    transaction.open_table(ABOUT).unwrap().insert("format", FORMAT + 1).unwrap();
    transaction.commit().unwrap();
    drop(cache);
    let error = Cache::open(folder.path()).unwrap_err();
    assert_eq!(error.problem, CacheProblem::Newer { found: 2 });
    assert_eq!(error.hint(), Some(Hint::UseOtherCache));
    assert!(folder.path().join(FILE).exists(), "and is not changed");

    let folder = tempfile::tempdir().unwrap();
    let held = Database::create(folder.path().join(FILE)).unwrap();
    let error = Cache::open(folder.path()).unwrap_err();
    assert_eq!(error.problem, CacheProblem::Held);
    drop(held);
    Cache::open(folder.path()).unwrap();
}

#[test]
fn a_path_that_cannot_be_written_is_refused_with_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "a file").unwrap();
    let error = Cache::open(&file).unwrap_err();
    assert!(error.to_string().contains("cannot be read or written"), "{error}");
    assert_eq!(error.hint(), Some(Hint::UseOtherCache));
    assert_eq!(stats(folder.path()).unwrap_err().problem, CacheProblem::Missing);
    assert_eq!(clear(folder.path()).unwrap_err().problem, CacheProblem::Missing);
}

#[test]
fn rows_that_are_old_or_too_many_are_pruned_oldest_first() {
    let (folder, passes) = (tempfile::tempdir().unwrap(), counter());
    let model = model(passes);
    let cache = Cache::open(folder.path()).unwrap();
    compute(&model, &cache, &TEXTS);
    let name = table_of(&model);
    let transaction = cache.database.begin_write().unwrap();
    {
        let mut table = transaction.open_table(Rows::new(&name)).unwrap();
        let old = Row { numbers: vec![1.0, 2.0], n_tokens: 3, n_windows: 1 };
        for n in 0..10_u8 {
            let entry = [n; 16];
            table.insert(&entry, encode(&entry, &old, today() - 40).as_slice()).unwrap();
        }
    }
    transaction.commit().unwrap();
    drop(cache);
    let day = Duration::from_secs(DAY);
    assert_eq!(prune(folder.path(), Some(50 * day), None).unwrap(), (0, 13));
    // A row takes 44 bytes: the three of today fit, and one of the older rows.
    assert_eq!(prune(folder.path(), None, Some(180)).unwrap(), (9, 4));
    assert_eq!(prune(folder.path(), None, Some(150)).unwrap(), (1, 3));
    assert_eq!(prune(folder.path(), Some(30 * day), None).unwrap(), (0, 3));
    let cache = Cache::open(folder.path()).unwrap();
    let before = passes.load(Ordering::Relaxed);
    compute(&model, &cache, &TEXTS);
    assert_eq!(passes.load(Ordering::Relaxed), before);
    drop(cache);
    assert!(clear(folder.path()).unwrap() > 0);
    assert!(!folder.path().join(FILE).exists());
}
