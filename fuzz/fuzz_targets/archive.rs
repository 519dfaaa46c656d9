//! ZIP archives, the documents that are ZIP archives, and gzip files, byte by byte.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for name in ["a.zip", "a.docx", "a.gz"] {
        plenary_fuzz::read(name, bytes);
    }
});
