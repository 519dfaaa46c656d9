//! Parquet tables to turns.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| plenary_fuzz::read("a.parquet", bytes));
