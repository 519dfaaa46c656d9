//! Text to transcripts.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for name in ["a.txt", "a.md"] {
        plenary_fuzz::read_and_attribute(name, bytes);
    }
});
