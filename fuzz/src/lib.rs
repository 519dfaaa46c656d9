//! What the fuzz targets have in common.
//!
//! **Input:** names and bytes of files. **Output:** nothing, or a panic if a reader or attribution panics, loses text, or
//! gives an error that does not name the file. Panics of other projects' parsers are caught by the readers and are no
//! findings: they are errors of the file.

// The checks of the integration tests name the façade.
extern crate self as plenary;
pub use plenary_corpus as corpus;

#[path = "../../tests/it/common/nothing_lost.rs"]
mod nothing_lost;

use std::io::{Cursor, Write};
use std::panic;
use std::sync::Once;

use plenary_attribute::attribute;
use plenary_read::{Options, Recognised};

/// Reads a file and checks the documents.
pub fn read(name: &str, bytes: &[u8]) {
    each_document(name, bytes, |_| {});
}

/// Reads and attributes a file and checks the transcripts.
pub fn read_and_attribute(name: &str, bytes: &[u8]) {
    each_document(name, bytes, |document| {
        let transcript = attribute(document, &plenary_attribute::Options::default());
        if let Err(problem) = nothing_lost::check(&transcript) {
            panic!("{name}: {problem}");
        }
    });
}

fn each_document(name: &str, bytes: &[u8], mut see: impl FnMut(plenary_corpus::Document)) {
    allow_panics_of_others();
    match Recognised::of(name, bytes).and_then(|file| file.read(&Options::default())) {
        Ok(reading) => {
            for document in reading.documents {
                if let Err(problem) = nothing_lost::check_lines(&document) {
                    panic!("{name}: {problem}");
                }
                see(document);
            }
        }
        Err(error) => {
            assert!(error.to_string().starts_with(name), "the file is not named: {error}");
            assert!(!error.hint().is_empty(), "no hint: {error}");
        }
    }
}

/// Packs members into a ZIP archive, as documents of Word and OpenDocument are.
pub fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in members {
        writer.start_file(*name, options).expect("a member can be added to an archive in memory");
        writer.write_all(bytes).expect("a member can be written to an archive in memory");
    }
    writer.finish().expect("an archive in memory can be finished").into_inner()
}

/// Replaces the hook of libFuzzer, which ends the process at every panic, also at those that are caught.
fn allow_panics_of_others() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let end = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let is_ours = |file: &str| file.contains("plenary-") || file.contains("fuzz");
            if info.location().is_none_or(|at| is_ours(at.file())) {
                end(info);
            }
        }));
    });
}
