//! Delimited tables and JSON lines to turns, and their attribution.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for name in ["a.csv", "a.tsv", "a.jsonl"] {
        plenary_fuzz::read_and_attribute(name, bytes);
    }
});
