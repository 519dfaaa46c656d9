//! XML of all kinds to turns, and their attribution.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Which kind of XML it is depends on the content. The extension counts where the content says nothing.
    for name in ["a.xml", "a.ttml", "a.eaf", "a.exb"] {
        plenary_fuzz::read_and_attribute(name, bytes);
    }
});
