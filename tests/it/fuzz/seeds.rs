//! The samples as the files with which the targets in `fuzz/` begin.
//!
//!     FUZZ_SEEDS=fuzz/corpus cargo test --release --test it fuzz::seeds

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::samples::{Sample, samples};
use plenary::corpus::hash::sha256;

/// The targets that read a sample, or the part of it that they pack themselves, with these bytes.
fn seeds(sample: &Sample) -> Vec<(&'static str, Vec<u8>)> {
    let mut sample = sample.clone();
    let whole = sample.packed();
    let parts: Vec<Vec<u8>> = sample.parts().into_iter().map(std::mem::take).collect();
    let extension = Path::new(sample.name).extension().and_then(|extension| extension.to_str());
    let targets: &[&str] = match extension.unwrap() {
        "txt" | "md" => &["prose", "attribute"],
        "vtt" | "srt" | "sbv" | "ass" => &["captions"],
        "html" | "htm" => &["html"],
        "csv" | "tsv" | "jsonl" => &["tables"],
        "docx" | "odt" | "xlsx" => {
            let members = parts.into_iter().map(|part| ("office", part));
            return std::iter::once(("archive", whole)).chain(members).collect();
        }
        "pdf" => {
            let commands = parts.into_iter().map(|part| ("pdf", part));
            return std::iter::once(("pdf", whole)).chain(commands).collect();
        }
        "zip" | "gz" => &["archive"],
        "xml" | "ttml" | "eaf" | "exb" => &["xml"],
        "rtf" | "json" | "otr" | "cha" => &["exports"],
        "parquet" => &["parquet"],
        // A sample of a new format needs a target, or is read by one of these.
        other => panic!("no target in fuzz/ reads .{other}; add one, and name it here"),
    };
    targets.iter().map(|target| (*target, whole.clone())).collect()
}

#[test]
fn each_target_has_seeds() {
    let mut by_target: BTreeMap<&str, Vec<Vec<u8>>> = BTreeMap::new();
    for (target, bytes) in samples().iter().flat_map(seeds) {
        by_target.entry(target).or_default().push(bytes);
    }
    if let Some(folder) = std::env::var_os("FUZZ_SEEDS").map(PathBuf::from) {
        for (target, seeds) in &by_target {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(&folder).join(target);
            fs::create_dir_all(&folder).unwrap();
            for bytes in seeds {
                fs::write(folder.join(&sha256(bytes)[..16]), bytes).unwrap();
            }
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/fuzz_targets");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut targets: Vec<String> = names.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    targets.sort();
    assert_eq!(targets, by_target.into_keys().collect::<Vec<_>>());
}
