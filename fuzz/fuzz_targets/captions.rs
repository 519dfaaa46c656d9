//! Captions to turns, and their attribution.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for name in ["a.vtt", "a.srt", "a.sbv", "a.ass"] {
        plenary_fuzz::read_and_attribute(name, bytes);
    }
});
