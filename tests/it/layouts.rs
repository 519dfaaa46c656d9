//! One document for each way in which transcripts print who speaks, with the turns that a reader finds in it.
//!
//! `tests/layouts/` contains the documents and a snapshot beside each; `README.md` there explains how to add one.
//! `UPDATE_LAYOUTS=1 cargo test --release --test it layouts` rewrites the snapshots.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use plenary::attribute::attribute;
use plenary::corpus::{BlockKind, Speaker, Transcript, style_name};
use plenary::read::read;
use plenary::study::Study;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/layouts")
}

/// The documents by the path of their snapshots. If there is a file `NAME.toml`, it is the study of the document
/// `NAME`.
fn layouts() -> BTreeMap<PathBuf, PathBuf> {
    let mut layouts = BTreeMap::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let extension = path.extension().unwrap_or_default();
        if extension == "snap" || extension == "toml" || path.ends_with("README.md") {
            continue;
        }
        let other = layouts.insert(path.with_extension("snap"), path.clone());
        assert!(other.is_none(), "{} and {} share a snapshot: rename one", path.display(), other.unwrap().display());
    }
    layouts
}

fn transcribe(path: &Path) -> Result<Transcript, String> {
    let study = path.with_extension("toml");
    let study = if study.exists() { Study::load(&study).map_err(|error| error.to_string())? } else { Study::default() };
    let name = path.file_name().unwrap().to_string_lossy();
    let document = read(&name, &fs::read(path).unwrap()).map_err(|error| error.to_string())?;
    Ok(attribute(document, &study.attribution()))
}

/// Replaces each run of white space by one space.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What was found in a document: style, speakers, turns, and the blocks that are not speech.
fn snapshot(transcript: &Transcript) -> String {
    let mut out = format!("style: {}\n", style_name(transcript.style));
    out.push_str("\nSpeakers\n");
    for (at, speaker) in transcript.speakers.iter().enumerate() {
        writeln!(out, "  {}. {}", at + 1, speaker_line(speaker)).unwrap();
    }
    out.push_str("\nTurns\n");
    for utterance in &transcript.utterances {
        let speaker = utterance.speaker.map_or_else(|| "-".into(), |at| (at + 1).to_string());
        let label = utterance.label.as_deref().unwrap_or("-");
        let time = utterance.time_start_s.map(|seconds| format!(" at {seconds} s")).unwrap_or_default();
        let review = if utterance.needs_review { " (needs review)" } else { "" };
        writeln!(out, "  {label} [{speaker}]{time}{review}").unwrap();
        writeln!(out, "      {}", on_one_line(&utterance.text)).unwrap();
    }
    let not_spoken: Vec<_> = transcript
        .blocks
        .iter()
        .filter(|block| !block.kind.is_spoken() && block.kind != BlockKind::Byline)
        .map(|block| (block, on_one_line(block.span.of(&transcript.document.text))))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    if !not_spoken.is_empty() {
        out.push_str("\nNot spoken\n");
    }
    for (block, text) in not_spoken {
        writeln!(out, "  line {}, {}: {text}", block.line_start, block.kind.as_str()).unwrap();
    }
    out
}

/// Name and role of a speaker, then each detail that the document gives.
fn speaker_line(speaker: &Speaker) -> String {
    let mut line = format!("{} ({})", speaker.name, speaker.role.as_str());
    if speaker.label != speaker.name && !speaker.label.is_empty() {
        write!(line, "; label: {}", speaker.label).unwrap();
    }
    for (name, value) in [
        ("honorific", &speaker.details.honorific),
        ("title", &speaker.details.title),
        ("affiliation", &speaker.details.affiliation),
        ("country", &speaker.details.country),
        ("constituency", &speaker.details.constituency),
        ("party", &speaker.details.party),
    ] {
        if let Some(value) = value {
            write!(line, "; {name}: {value}").unwrap();
        }
    }
    line
}

/// The lines in which two snapshots differ; `None` if they are the same.
fn difference(expected: &str, found: &str) -> Option<String> {
    const SHOWN: usize = 6;
    if expected == found {
        return None;
    }
    let (expected, found): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    let mut text = String::new();
    let mut n_different = 0;
    for at in 0..expected.len().max(found.len()) {
        let (expected, found) = (expected.get(at), found.get(at));
        if expected == found {
            continue;
        }
        n_different += 1;
        if n_different <= SHOWN {
            writeln!(text, "  line {}", at + 1).unwrap();
            writeln!(text, "    expected {}", expected.unwrap_or(&"the end of the file")).unwrap();
            writeln!(text, "    found    {}", found.unwrap_or(&"the end of the file")).unwrap();
        }
    }
    if n_different > SHOWN {
        writeln!(text, "  and {} more lines", n_different - SHOWN).unwrap();
    }
    Some(text)
}

#[test]
fn each_layout_is_read_as_its_snapshot_says() {
    let update = std::env::var_os("UPDATE_LAYOUTS").is_some();
    let layouts = layouts();
    assert!(!layouts.is_empty());
    let mut problems = String::new();
    for (snapshot_path, path) in &layouts {
        let name = path.file_name().unwrap().to_string_lossy();
        let found = match transcribe(path) {
            Ok(transcript) => snapshot(&transcript),
            Err(error) => {
                writeln!(problems, "{name} was not read: {error}").unwrap();
                continue;
            }
        };
        if update {
            fs::write(snapshot_path, &found).unwrap();
        }
        match fs::read_to_string(snapshot_path) {
            Ok(expected) => {
                if let Some(lines) = difference(&expected, &found) {
                    writeln!(problems, "{name} differs from its snapshot\n{lines}").unwrap();
                }
            }
            Err(_) => writeln!(problems, "{name} has no snapshot").unwrap(),
        }
    }
    assert!(
        problems.is_empty(),
        "{problems}\nIf the new reading is right: UPDATE_LAYOUTS=1 cargo test --release --test it layouts"
    );
}

#[test]
fn each_snapshot_and_each_study_belongs_to_a_layout() {
    let layouts = layouts();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let extension = path.extension().unwrap_or_default();
        if extension == "snap" || extension == "toml" {
            assert!(layouts.contains_key(&path.with_extension("snap")), "{}: no layout of this name", path.display());
        }
    }
}

#[test]
fn a_snapshot_with_two_speakers_exchanged_differs() {
    let transcript = attribute(
        read("talk.txt", b"ANN LEE: The water was cold.\n\nBO HILL: Not so cold.\n\nANN LEE: It was.\n").unwrap(),
        &plenary::attribute::Options::default(),
    );
    let right = snapshot(&transcript);
    let mut exchanged = transcript.clone();
    exchanged.utterances[0].speaker = transcript.utterances[1].speaker;
    exchanged.utterances[1].speaker = transcript.utterances[0].speaker;
    assert_eq!(difference(&right, &right), None);
    let lines = difference(&right, &snapshot(&exchanged)).unwrap();
    assert!(lines.contains("expected   ANN LEE [1]") && lines.contains("found      ANN LEE [2]"), "{lines}");
    let mut moved = transcript;
    moved.utterances[0].text.push_str(" Not so cold.");
    assert!(difference(&right, &snapshot(&moved)).is_some());
}

#[test]
fn few_turns_of_the_layouts_need_review() {
    const MOST: usize = 40;
    let flagged: Vec<(String, usize)> = layouts()
        .into_values()
        .filter_map(|path| Some((path.display().to_string(), transcribe(&path).ok()?)))
        .map(|(path, transcript)| (path, transcript.utterances.iter().filter(|turn| turn.needs_review).count()))
        .filter(|(_, n)| *n > 0)
        .collect();
    let n: usize = flagged.iter().map(|(_, n)| n).sum();
    assert!(n <= MOST, "{n} turns of documents that are read well need review: {flagged:?}");
}
