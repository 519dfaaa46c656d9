//! Many items to as many rows, over threads.
//!
//! Items come in, one row per item goes out, in the order of the items. Each item is worked on alone, so that its row
//! depends on nothing else; equal items are worked on once, and those that the cache knows not at all. Work stops soon after
//! the user asks for it, and at the first error. What an item is and what is done to it is the caller's.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::Model;
use super::cache::{Cache, Key};
use super::error::EngineError;
use plenary_corpus::progress::{Progress, Stopped};

/// How work is to be done.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// Threads that run a model, each on texts of its own; 0 counts as 1. The numbers do not depend on it.
    pub threads: usize,
    pub progress: &'a dyn Progress,
    /// Where numbers are looked up before, and kept after, they are computed.
    pub cache: Option<&'a Cache>,
}

/// A text, or a premise and a hypothesis.
pub type Input<'t> = (&'t str, Option<&'t str>);

/// What a model says of one input.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The vector or the probabilities.
    pub numbers: Vec<f32>,
    /// Tokens of the input, special tokens included.
    pub n_tokens: u32,
    /// Passes that it took to see all of them.
    pub n_windows: u32,
}

impl Row {
    /// The probabilities of a task's three labels; every model of such a task gives three.
    pub fn labels(&self) -> [f32; 3] {
        self.numbers.first_chunk().copied().unwrap_or([f32::NAN; 3])
    }
}

/// Inputs that are computed between two writes to the cache: a run that is killed loses no more.
const KEPT_TOGETHER: usize = 256;

/// What `model` says of each input, in the order of the inputs. Reports the stage as `stage`, with one unit per input.
pub fn rows(stage: &str, model: &Model, inputs: &[Input], work: Work) -> Result<Vec<Row>, EngineError> {
    let Some(cache) = work.cache.filter(|_| !model.engine.is_cheap()) else {
        work.progress.begin(stage, inputs.len() as u64);
        return spread(inputs, work, |&input| model.row(input));
    };
    work.progress.begin(stage, inputs.len() as u64);
    let all_keys = cache.keys(inputs);
    let mut place = HashMap::new();
    let mut distinct: Vec<usize> = Vec::new();
    for (at, key) in all_keys.iter().enumerate() {
        place.entry(*key).or_insert_with(|| {
            distinct.push(at);
            distinct.len() - 1
        });
    }
    let keys: Vec<Key> = distinct.iter().map(|&at| all_keys[at]).collect();
    let mut rows = cache.find(model, &keys);
    let missing: Vec<usize> = (0..keys.len()).filter(|&at| rows[at].is_none()).collect();
    work.progress.advance((inputs.len() - missing.len()) as u64);
    for part in missing.chunks(KEPT_TOGETHER) {
        let of_part: Vec<Input> = part.iter().map(|&at| inputs[distinct[at]]).collect();
        let computed = spread(&of_part, work, |&input| model.row(input))?;
        cache.keep(model, part.iter().map(|&at| &keys[at]).zip(&computed));
        for (&at, row) in part.iter().zip(computed) {
            rows[at] = Some(row);
        }
    }
    // Every row was found or computed: nothing is left out here.
    Ok(all_keys.iter().filter_map(|key| rows[place[key]].clone()).collect())
}

/// One row per item, in the order of the items.
///
/// Advances the progress by one unit per item. Of several errors the one of the earliest item is returned.
pub(super) fn spread<K, R>(
    items: &[K],
    work: Work,
    row_of: impl Fn(&K) -> Result<R, EngineError> + Sync,
) -> Result<Vec<R>, EngineError>
where
    K: Hash + Eq + Sync,
    R: Clone + Send,
{
    let mut distinct: Vec<(&K, u64)> = Vec::new();
    let mut seen: HashMap<&K, usize> = HashMap::new();
    let which: Vec<usize> = items
        .iter()
        .map(|item| {
            let position = *seen.entry(item).or_insert_with(|| {
                distinct.push((item, 0));
                distinct.len() - 1
            });
            distinct[position].1 += 1;
            position
        })
        .collect();

    let next = AtomicUsize::new(0);
    let halt = AtomicBool::new(false);
    let worker = || {
        let mut done: Vec<(usize, Result<R, EngineError>)> = Vec::new();
        while !halt.load(Ordering::Relaxed) {
            if work.progress.stop_requested() {
                halt.store(true, Ordering::Relaxed);
                break;
            }
            let position = next.fetch_add(1, Ordering::Relaxed);
            let Some((item, times)) = distinct.get(position) else {
                break;
            };
            let row = row_of(item);
            if row.is_err() {
                halt.store(true, Ordering::Relaxed);
            }
            done.push((position, row));
            work.progress.advance(*times);
        }
        done
    };

    let threads = work.threads.clamp(1, distinct.len().max(1));
    let mut done = Vec::with_capacity(distinct.len());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        for worker in workers {
            match worker.join() {
                Ok(part) => done.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    done.sort_by_key(|(position, _)| *position);
    let distinct_rows = done.into_iter().map(|(_, row)| row).collect::<Result<Vec<R>, _>>()?;
    if distinct_rows.len() < distinct.len() {
        return Err(Stopped.into());
    }
    Ok(which.into_iter().map(|position| distinct_rows[position].clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use plenary_corpus::progress::Silent;
    use std::sync::atomic::AtomicU64;

    fn work(threads: usize) -> Work<'static> {
        Work { threads, progress: &Silent, cache: None }
    }

    fn failed(text: &str) -> EngineError {
        EngineError::Pass { model: "m".into(), text: text.into(), reason: "test".into() }
    }

    #[test]
    fn rows_come_in_the_order_of_the_items_whatever_the_threads() {
        let items: Vec<u32> = (0..100).rev().collect();
        for threads in [0, 1, 3, 200] {
            let rows = spread(&items, work(threads), |n| Ok(n * 2)).unwrap();
            assert_eq!(rows, items.iter().map(|n| n * 2).collect::<Vec<_>>());
        }
        assert!(spread(&[] as &[u32], work(2), |n| Ok(*n)).unwrap().is_empty());
    }

    #[test]
    fn equal_items_are_worked_on_once() {
        let calls = AtomicUsize::new(0);
        let count = |item: &&str| {
            calls.fetch_add(1, Ordering::Relaxed);
            Ok(item.len())
        };
        assert_eq!(spread(&["yes", "no", "yes", "yes"], work(2), count).unwrap(), [3, 2, 3, 3]);
        assert_eq!(calls.into_inner(), 2);
    }

    #[test]
    fn the_error_of_the_earliest_item_is_returned() {
        let items: Vec<u32> = (0..50).collect();
        for threads in [1, 4] {
            let result = spread(&items, work(threads), |n| if *n < 20 { Ok(*n) } else { Err(failed(&n.to_string())) });
            let message = result.unwrap_err().to_string();
            assert!(message.contains("\"20\""), "{message}");
        }
    }

    struct Counter {
        advanced: AtomicU64,
        stop_after: u64,
    }

    impl Progress for Counter {
        fn begin(&self, _stage: &str, _total: u64) {}
        fn advance(&self, n: u64) {
            self.advanced.fetch_add(n, Ordering::Relaxed);
        }
        fn stop_requested(&self) -> bool {
            self.advanced.load(Ordering::Relaxed) >= self.stop_after
        }
    }

    #[test]
    fn progress_counts_every_item_and_stops_the_work_when_asked() {
        let counter = Counter { advanced: 0.into(), stop_after: u64::MAX };
        let through = |counter: &Counter| {
            let work = Work { threads: 2, progress: counter, cache: None };
            spread(&[1, 1, 2, 3, 3, 3, 4, 5, 6, 7], work, |n| Ok(*n)).map(|rows| rows.len())
        };
        assert_eq!(through(&counter).unwrap(), 10);
        assert_eq!(counter.advanced.into_inner(), 10);

        let counter = Counter { advanced: 0.into(), stop_after: 2 };
        assert!(matches!(through(&counter), Err(EngineError::Stopped(Stopped))));
        let counter = Counter { advanced: 0.into(), stop_after: 0 };
        assert!(matches!(through(&counter), Err(EngineError::Stopped(Stopped))));
    }
}
