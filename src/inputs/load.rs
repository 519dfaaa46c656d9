//! The bytes of inputs.
//!
//! **Input:** a file or a folder with a corpus. **Output:** its bytes and those of the files that complete it ([`Loaded`]). **Refused**, each
//! with a reason in [`Skipped`]: files that cannot be read, are larger than 2 GiB, or are not transcripts. **Left to others:** decoding.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use plenary_read::formats::has_transcript_extension;
use plenary_read::{Companion, content_id, convokit};

use super::{Pending, Share, Skipped, Sources, display_path, failure, unreadable};

/// Larger files are refused before they are read: a text of this size is a corpus, not a transcript.
const LARGEST_FILE: u64 = 2 << 30;

/// An input whose bytes are in memory and not decoded yet.
pub(super) enum Loaded {
    File {
        path: String,
        bytes: Arc<[u8]>,
        companions: Vec<Companion>,
        file_id: String,
        is_expected: bool,
        in_folder: bool,
        share: Option<Share>,
    },
    Corpus {
        path: String,
        parts: convokit::Parts,
        share: Option<Share>,
    },
}

impl Sources {
    /// Whether an input ended a process twice. It is listed.
    pub(super) fn passes_over(&mut self, input: &Pending) -> bool {
        let path = display_path(&input.path);
        let end = self.watch.as_ref().and_then(|watch| watch.tries.passed_over.get(&path));
        let Some(end) = end else { return false };
        self.skipped.failures.push(failure(
            &path,
            &format!("the process that read and measured it ended twice ({end}), so it was passed over"),
            "see whether the machine ran out of memory; split the file, or report it as a defect of plenary",
        ));
        true
    }

    /// Reads the bytes of a file; `None` if the file is skipped.
    pub(super) fn load_file(&mut self, input: &Pending) -> Option<Loaded> {
        let path = display_path(&input.path);
        let (in_folder, share) = (input.in_folder, input.share);
        if let Some(bytes) = &input.bytes {
            let (file_id, _) = content_id(bytes);
            let (bytes, companions) = (Arc::clone(bytes), Vec::new());
            return Some(Loaded::File { path, bytes, companions, file_id, is_expected: true, in_folder, share });
        }
        let extension = input.path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        let is_expected = !input.in_folder || has_transcript_extension(&path);
        if !is_expected && !extension.is_empty() {
            self.skipped.ignored.push(failure(
                &path,
                &format!("files with the extension .{extension} are not read yet"),
                "save it as plain text (UTF-8) or Markdown and run again",
            ));
            return None;
        }
        let place = self.base.join(&input.path);
        let is_completing = |name: &String| input.completes || place.with_file_name(name).is_file();
        if let Some(completed) = plenary_read::completes(&path).filter(is_completing) {
            self.skipped.ignored.push(failure(
                &path,
                &format!("this file completes `{completed}`, with which it is read"),
                "name the folder, or the other file",
            ));
            return None;
        }
        let bytes: Arc<[u8]> = self.skipped.bytes_of(&place, &path)?.into();
        let (file_id, _) = content_id(&bytes);
        let companions = self.companions(input);
        Some(Loaded::File { path, bytes, companions, file_id, is_expected, in_folder, share })
    }

    /// The files beside a file that complete it, and those in the folder above if the user named that too. They are kept, as
    /// many files may have the same.
    fn companions(&mut self, input: &Pending) -> Vec<Companion> {
        let mut companions = Vec::new();
        for (name, path) in companion_places(&self.base.join(&input.path), input.is_deep) {
            let bytes = self.companion_bytes.entry(path).or_insert_with_key(|path| {
                // A link may lead out of the folder.
                let is_file = fs::symlink_metadata(path).is_ok_and(|file| file.is_file());
                is_file.then(|| read_bytes(path).ok().flatten()).flatten().map(Into::into)
            });
            companions.extend(bytes.clone().map(|bytes| Companion { name, bytes }));
        }
        companions
    }

    /// Reads the bytes of the files of a `ConvoKit` corpus; `None` if one cannot be read.
    pub(super) fn load_corpus(&mut self, input: &Pending) -> Option<Loaded> {
        let folder = &input.path;
        let part = |file: &str| -> Result<Option<Vec<u8>>, ()> {
            let path = self.base.join(folder).join(file);
            if path.is_file() {
                self.skipped.bytes_of(&path, &display_path(&folder.join(file))).map(Some).ok_or(())
            } else {
                Ok(None)
            }
        };
        // `bytes_of` has listed the file that cannot be read.
        let parts = convokit::Parts::collect(part).ok()?;
        Some(Loaded::Corpus { path: display_path(folder), parts, share: input.share })
    }
}

impl Skipped {
    /// The bytes of a file; `None`, and an entry in `failures`, if it cannot be read.
    fn bytes_of(&mut self, path: &Path, name: &str) -> Option<Vec<u8>> {
        match read_bytes(path) {
            Ok(Some(bytes)) => Some(bytes),
            Ok(None) => {
                self.failures.push(failure(
                    name,
                    &format!("the file is larger than {LARGEST_FILE} bytes, and larger ones are not read"),
                    "split it into one file per document",
                ));
                None
            }
            Err(error) => {
                self.failures.push(unreadable(name, &error));
                None
            }
        }
    }
}

/// Names and paths of the files that could complete a file: beside it, and in the folder above if `is_deep`.
pub(super) fn companion_places(path: &Path, is_deep: bool) -> Vec<(String, PathBuf)> {
    let mut places = Vec::new();
    for name in plenary_read::companions(&display_path(path)) {
        let (folder, name) = match name.strip_prefix("../") {
            Some(_) if !is_deep => continue,
            Some(name) => (path.parent().and_then(Path::parent), name.to_owned()),
            None => (path.parent(), name),
        };
        if let Some(place) = folder.map(|folder| folder.join(&name)).filter(|place| place != path) {
            places.push((name, place));
        }
    }
    places
}

/// The bytes of a file, or `None` if there are more than [`LARGEST_FILE`]. The limit is checked while reading, because
/// pipes and devices do not report a length.
pub(super) fn read_bytes(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = File::open(path)?;
    if file.metadata()?.len() > LARGEST_FILE {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= LARGEST_FILE).then_some(bytes))
}
