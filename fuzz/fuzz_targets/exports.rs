//! Exports of programs that transcribe (RTF, JSON of recognisers, oTranscribe, CHAT) to turns, and their attribution.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for name in ["a.rtf", "a.json", "a.otr", "a.cha"] {
        plenary_fuzz::read_and_attribute(name, bytes);
    }
});
