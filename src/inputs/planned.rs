//! Lists of files that are read later, on any machine, in parts.
//!
//! **Input:** the files that the user's paths name. **Output:** for each of them what is needed to read it elsewhere as this process would
//! read it ([`PlannedFile`]), and the part to which a document belongs ([`part_of`]): by its id, which is made of its content. **Refused:**
//! contents in memory. **Left to others:** where the lists are kept.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use plenary_corpus::hash::sha256;
use plenary_corpus::progress::{Progress, Stopped};
use plenary_read::formats::has_transcript_extension;
use plenary_read::{Recognised, content_id, convokit};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use super::load::{companion_places, read_bytes};
use super::{Pending, Skipped, Sources, display_path};

/// A file that a plan lists, or a folder that is one corpus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlannedFile {
    /// The path as the user named it.
    pub(crate) path: PathBuf,
    in_folder: bool,
    is_deep: bool,
    pub(crate) n_bytes: u64,
    /// sha256 of the content; `None` if it could not be read or is not going to be.
    pub(crate) sha256: Option<String>,
    /// Whether every part reads it: it can hold several documents, or it completes another file.
    pub(crate) is_shared: bool,
    /// Whether it completes another file, with which it is read.
    completes: bool,
}

/// The documents that a process reads of planned files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    /// Number of the part, from 0.
    pub(crate) part: usize,
    pub(crate) n_parts: usize,
}

impl Share {
    /// Whether a document belongs to the part.
    pub(super) fn has(self, document_id: &str) -> bool {
        part_of(document_id, self.n_parts) == self.part
    }
}

/// The part to which a document belongs, by the sha256 of its id.
pub(crate) fn part_of(document_id: &str, n_parts: usize) -> usize {
    let hash = sha256(document_id.as_bytes());
    // 16 hex digits, by construction.
    let number = hash.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_default();
    (number % n_parts.max(1) as u64) as usize
}

impl PlannedFile {
    /// The part that reads the file if it is not shared.
    pub(crate) fn part(&self, n_parts: usize) -> usize {
        match &self.sha256 {
            // The id of the document of a file that holds one.
            Some(sha256) => part_of(sha256.get(..12).unwrap_or(sha256), n_parts),
            None => part_of(&display_path(&self.path), n_parts),
        }
    }

    /// The files that a process needs to read this one, as the user would name them: the file, those that complete it, or those of a corpus
    /// folder. `base` is the folder from which relative paths begin.
    ///
    /// # Errors
    /// The folder of a corpus cannot be read.
    pub(crate) fn needed(&self, base: &Path) -> io::Result<BTreeSet<PathBuf>> {
        let place = base.join(&self.path);
        if place.is_dir() {
            let names = fs::read_dir(&place)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()?;
            let parts = names.into_iter().filter(|name| convokit::is_part(&name.to_string_lossy()));
            return Ok(parts.map(|name| self.path.join(name)).collect());
        }
        let companions = companion_places(&self.path, self.is_deep);
        let found = companions.into_iter().map(|(_, path)| path).filter(|path| base.join(path).is_file());
        Ok(std::iter::once(self.path.clone()).chain(found).collect())
    }

    /// Whether the file has still the content that it had when it was planned; files that could not be read then are not compared.
    pub(crate) fn is_unchanged(&self, base: &Path) -> bool {
        self.sha256.is_none() || content(&base.join(&self.path)).map(|(_, sha256)| sha256) == self.sha256
    }
}

/// Content of a file, if it is not a folder, and its sha256. That of a corpus folder is of the sha256 of its files.
fn content(path: &Path) -> Option<(Vec<u8>, String)> {
    if !path.is_dir() {
        let bytes = read_bytes(path).ok().flatten()?;
        let (_, sha256) = content_id(&bytes);
        return Some((bytes, sha256));
    }
    let mut text = String::new();
    for entry in WalkDir::new(path).max_depth(1).sort_by_file_name() {
        let entry = entry.ok()?;
        let name = entry.file_name().to_string_lossy();
        if convokit::is_part(&name) {
            let (_, sha256) = content_id(&read_bytes(entry.path()).ok().flatten()?);
            text.push_str(&format!("{name} {sha256}\n"));
        }
    }
    Some((Vec::new(), sha256(text.as_bytes())))
}

impl Sources {
    /// Lists all files, on the threads of the current pool, with what is known to be skipped. Every file is read once.
    ///
    /// # Errors
    /// [`Stopped`] if the user stops the work.
    pub(crate) fn plan(self, progress: &dyn Progress) -> Result<(Vec<PlannedFile>, Skipped), Stopped> {
        let Self { mut pending, skipped, .. } = self;
        pending.reverse();
        let planned: Result<Vec<PlannedFile>, Stopped> = pending
            .into_par_iter()
            .map(|input| {
                progress.check_stop()?;
                let n_bytes = input.n_bytes(Path::new(""));
                progress.advance(n_bytes);
                Ok(planned(input, n_bytes))
            })
            .collect();
        Ok((planned?, skipped))
    }

    /// The files of a plan, in any order, of which the documents of a part are read. `base` is the folder from which relative paths begin,
    /// `skipped` is what was skipped when the plan was made.
    pub(crate) fn planned(mut files: Vec<PlannedFile>, base: &Path, share: Share, skipped: Skipped) -> Self {
        files.sort_by_cached_key(|file| std::cmp::Reverse((display_path(&file.path), file.in_folder)));
        let n_bytes = files.iter().map(|file| file.n_bytes).sum();
        let pending = files
            .into_iter()
            .map(|file| Pending {
                in_folder: file.in_folder,
                is_deep: file.is_deep,
                completes: file.completes,
                share: file.is_shared.then_some(share),
                ..Pending::file(file.path)
            })
            .collect();
        Self { pending, base: base.to_owned(), skipped, n_bytes, ..Self::default() }
    }
}

fn planned(input: Pending, n_bytes: u64) -> PlannedFile {
    let Pending { path, in_folder, is_deep, .. } = input;
    let name = display_path(&path);
    let is_read = !in_folder || has_transcript_extension(&name) || path.extension().is_none();
    let completes = plenary_read::completes(&name).is_some_and(|other| path.with_file_name(other).is_file());
    let (sha256, is_shared) = if path.is_dir() {
        (content(&path).map(|(_, sha256)| sha256), true)
    } else if let Some((bytes, sha256)) = is_read.then(|| content(&path)).flatten() {
        let is_shared = completes || Recognised::of(&name, &bytes).is_ok_and(|it| it.entry.holds_several());
        (Some(sha256), is_shared)
    } else {
        (None, false)
    };
    PlannedFile { path, in_folder, is_deep, n_bytes, sha256, is_shared, completes }
}
