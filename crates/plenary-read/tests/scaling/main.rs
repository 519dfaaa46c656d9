//! What a reader and attribution allocate grows with the size of a file, not with its square, whatever the file holds.
//!
//! Each hostile file is read and attributed at one, two and four times its size. Allocations and allocated bytes are
//! counted, so the result does not depend on the machine. Work that allocates nothing is not seen here: the depth of
//! nesting, with which such work grows, is limited in the readers and tested there.

mod files;

use std::alloc::System;

use plenary_attribute::attribute;
use plenary_read::{Options, Recognised};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What four times the size may cost at most, relative to the size itself. Linear growth costs 4, and somewhat more where a
/// buffer happens to be doubled; growth with the square costs 16.
const MOST: f64 = 6.0;

/// What was allocated.
#[derive(Debug, Clone, Copy)]
struct Cost {
    allocations: usize,
    bytes: usize,
}

/// The cost of reading and attributing a file, and the size of what was read.
fn cost(name: &str, bytes: &[u8]) -> (Cost, usize) {
    let region = Region::new(ALLOCATOR);
    let mut n_read = 0;
    // A file may be refused, but only at a cost in proportion.
    if let Ok(reading) = Recognised::of(name, bytes).and_then(|file| file.read(&Options::default())) {
        for document in reading.documents {
            n_read += document.text.len();
            drop(attribute(document, &plenary_attribute::Options::default()));
        }
    }
    let change = region.change();
    let allocations = change.allocations + change.reallocations;
    (Cost { allocations, bytes: change.bytes_allocated }, n_read)
}

#[test]
fn cost_grows_with_the_size_and_not_with_its_square() {
    let mut problems = Vec::new();
    for &files::Hostile { name, what, make, refused } in files::HOSTILE {
        // Expressions and lexicons are built at their first use.
        cost(name, &make(1));
        let costs = [100, 200, 400].map(|n| cost(name, &make(n)));
        let [(one, _), (two, _), (four, n_read)] = costs;
        if refused != (n_read == 0) {
            problems.push(format!("{name} ({what}): {n_read} bytes were read"));
        }
        let growth = |get: fn(Cost) -> usize| get(four) as f64 / get(one).max(1) as f64;
        let (allocations, bytes) = (growth(|cost| cost.allocations), growth(|cost| cost.bytes));
        println!("{name:<16} {what:<45} allocations x{allocations:<5.1} bytes x{bytes:<5.1} {one:?} {two:?} {four:?}");
        if allocations > MOST || bytes > MOST {
            problems.push(format!("{name} ({what}): allocations x{allocations:.1}, bytes x{bytes:.1}: {costs:?}"));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}
