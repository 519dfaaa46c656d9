//! XML to turns, and their attribution.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| plenary_fuzz::read_and_attribute("a.xml", bytes));
