//! Many inputs to the same number of rows, on several threads.
//!
//! **Input**: a model and texts or pairs. **Output**: one row per input, in the order of the inputs. Each input is computed
//! alone, so that its row depends on nothing else; equal inputs are computed once, and inputs in the cache not at all. Work
//! ends early when the user asks for it and at the first error.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use plenary_corpus::progress::{Progress, Stopped};

use crate::cache::{Cache, Key};
use crate::error::EngineError;
use crate::model::{Input, Model, Row};

/// Options of a run of a model.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// Threads that run a model, each on different texts; 0 counts as 1. The numbers do not depend on it.
    pub threads: usize,
    /// Receives the progress, one unit per input.
    pub progress: &'a dyn Progress,
    /// Where numbers are looked up before they are computed and stored afterwards.
    pub cache: Option<&'a Cache>,
}

/// Number of inputs that are computed between two writes to the cache; a run that is killed loses no more than these.
const KEPT_TOGETHER: usize = 256;

/// The most inputs that a thread gives to a model at once, so that short ones can share a pass.
const TOGETHER: usize = 16;

/// The row of each input, in the order of the inputs. Reports the stage as `stage`, with one unit per input.
///
/// # Errors
/// A pass fails, a proposition is too long, or the user asks for the work to end. Of several errors, the one of the
/// earliest input is returned.
pub fn rows(stage: &str, model: &Model, inputs: &[Input], work: Work) -> Result<Vec<Row>, EngineError> {
    let Some(cache) = work.cache.filter(|_| !model.engine().is_cheap()) else {
        work.progress.begin(stage, inputs.len() as u64);
        return map_together(inputs, work, TOGETHER, |some| model.rows(some));
    };
    work.progress.begin(stage, inputs.len() as u64);
    let all_keys = Cache::keys(inputs);
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
        let computed = map_together(&of_part, work, TOGETHER, |some| model.rows(some))?;
        cache.keep(model, part.iter().map(|&at| &keys[at]).zip(&computed));
        for (&at, row) in part.iter().zip(computed) {
            rows[at] = Some(row);
        }
    }
    // Every row was found or computed, so that none is left out here.
    Ok(all_keys.iter().filter_map(|key| rows[place[key]].clone()).collect())
}

/// The result of `row_of` for each item, in the order of the items, on several threads. Equal items are computed once.
/// Advances the progress by one unit per item.
///
/// # Errors
/// `row_of` fails, or the user asks for the work to end. Of several errors, the one of the earliest item is returned.
pub fn map_distinct<K, R, E>(items: &[K], work: Work, row_of: impl Fn(&K) -> Result<R, E> + Sync) -> Result<Vec<R>, E>
where
    K: Hash + Eq + Copy + Sync,
    R: Clone + Send,
    E: From<Stopped> + Send,
{
    map_together(items, work, 1, |some| some.iter().map(&row_of).collect())
}

/// [`map_distinct`] by a function of up to `most` items, which gives a result for each.
fn map_together<K, R, E>(
    items: &[K],
    work: Work,
    most: usize,
    rows_of: impl Fn(&[K]) -> Vec<Result<R, E>> + Sync,
) -> Result<Vec<R>, E>
where
    K: Hash + Eq + Copy + Sync,
    R: Clone + Send,
    E: From<Stopped> + Send,
{
    let mut distinct: Vec<K> = Vec::new();
    let mut times: Vec<u64> = Vec::new();
    let mut seen: HashMap<&K, usize> = HashMap::new();
    let which: Vec<usize> = items
        .iter()
        .map(|item| {
            let position = *seen.entry(item).or_insert_with(|| {
                distinct.push(*item);
                times.push(0);
                distinct.len() - 1
            });
            times[position] += 1;
            position
        })
        .collect();

    let threads = work.threads.clamp(1, distinct.len().max(1));
    // Few items are shared evenly between the threads.
    let most = most.min(distinct.len().div_ceil(4 * threads)).max(1);
    let next = AtomicUsize::new(0);
    let halt = AtomicBool::new(false);
    let worker = || {
        let mut done: Vec<(usize, Result<R, E>)> = Vec::new();
        while !halt.load(Ordering::Relaxed) {
            if work.progress.stop_requested() {
                halt.store(true, Ordering::Relaxed);
                break;
            }
            let position = next.fetch_add(most, Ordering::Relaxed);
            if position >= distinct.len() {
                break;
            }
            let some = position..distinct.len().min(position + most);
            let rows = rows_of(&distinct[some.clone()]);
            if rows.iter().any(Result::is_err) {
                halt.store(true, Ordering::Relaxed);
            }
            work.progress.advance(times[some.clone()].iter().sum());
            done.extend(some.zip(rows));
        }
        done
    };

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
    use crate::error::ModelProblem;
    use plenary_corpus::progress::Silent;
    use std::sync::atomic::AtomicU64;

    fn work(threads: usize) -> Work<'static> {
        Work { threads, progress: &Silent, cache: None }
    }

    fn failed(text: &str) -> EngineError {
        let problem = ModelProblem::Pass { text: text.into(), reason: "test".into() };
        EngineError::Model { model: "m".into(), problem }
    }

    #[test]
    fn rows_come_in_the_order_of_the_items_whatever_the_threads() {
        let items: Vec<u32> = (0..100).rev().collect();
        for threads in [0, 1, 3, 200] {
            let rows = map_distinct(&items, work(threads), |n| Ok::<_, EngineError>(n * 2)).unwrap();
            assert_eq!(rows, items.iter().map(|n| n * 2).collect::<Vec<_>>());
        }
        assert!(map_distinct(&[] as &[u32], work(2), |n| Ok::<_, EngineError>(*n)).unwrap().is_empty());
    }

    #[test]
    fn equal_items_are_computed_once() {
        let calls = AtomicUsize::new(0);
        let count = |item: &&str| {
            calls.fetch_add(1, Ordering::Relaxed);
            Ok::<_, EngineError>(item.len())
        };
        assert_eq!(map_distinct(&["yes", "no", "yes", "yes"], work(2), count).unwrap(), [3, 2, 3, 3]);
        assert_eq!(calls.into_inner(), 2);
    }

    #[test]
    fn the_error_of_the_earliest_item_is_returned() {
        let items: Vec<u32> = (0..50).collect();
        for threads in [1, 4] {
            let result =
                map_distinct(&items, work(threads), |n| if *n < 20 { Ok(*n) } else { Err(failed(&n.to_string())) });
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
            map_distinct(&[1, 1, 2, 3, 3, 3, 4, 5, 6, 7], work, |n| Ok::<_, EngineError>(*n)).map(|rows| rows.len())
        };
        assert_eq!(through(&counter).unwrap(), 10);
        assert_eq!(counter.advanced.into_inner(), 10);

        let counter = Counter { advanced: 0.into(), stop_after: 2 };
        assert!(matches!(through(&counter), Err(EngineError::Stopped(Stopped))));
        let counter = Counter { advanced: 0.into(), stop_after: 0 };
        assert!(matches!(through(&counter), Err(EngineError::Stopped(Stopped))));
    }
}
