//! PDF files with a text layer to lines: glyphs with their places, grouped to rows, columns and paragraphs.
//!
//! Comes in: the bytes of a PDF. Goes out: a text built line by line, a form feed between pages. Refuses encrypted and
//! damaged files, files without text (scans) and files whose fonts do not say which characters they draw. Running
//! headers and page numbers stay in the text for `attribute` to recognise.

mod glyphs;
mod layout;
mod marks;
mod unfold;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use super::ReadError;
use super::parts::Parts;
use glyphs::{Glyphs, LIMIT_REACHED};

/// What the errors call the format.
const WHAT: &str = "a PDF file";

/// What an encrypted file has in its trailer.
const ENCRYPTED: &[u8] = b"/Encrypt";

/// Larger files are refused: their compressed streams could unfold beyond what memory holds.
const LARGEST_PDF: usize = 512 << 20;

/// A text of which more than this share cannot be told is not handed out as one.
const MOST_UNKNOWN: f64 = 0.3;

pub fn read(path: &str, bytes: &[u8]) -> Result<Parts, ReadError> {
    if bytes.len() > LARGEST_PDF {
        let problem = format!("it has {} bytes; at most {LARGEST_PDF} are read", bytes.len());
        return Err(ReadError::TooLarge { path: path.into(), what: WHAT, problem });
    }
    unfold::check(bytes).map_err(|_| too_far(path))?;
    match catch_unwind(AssertUnwindSafe(|| pages(path, bytes))) {
        Ok(pages) => text(path, &pages?),
        Err(cause) if cause.is::<glyphs::LimitReached>() => {
            Err(ReadError::TooLarge { path: path.into(), what: WHAT, problem: LIMIT_REACHED.into() })
        }
        Err(cause) => resume_unwind(cause),
    }
}

fn too_far(path: &str) -> ReadError {
    ReadError::TooLarge { path: path.into(), what: WHAT, problem: unfold::PROBLEM.into() }
}

fn damaged(path: &str, problem: &str) -> ReadError {
    ReadError::Damaged { path: path.into(), what: WHAT, problem: problem.into() }
}

/// The glyphs of every page.
fn pages(path: &str, bytes: &[u8]) -> Result<Vec<Glyphs>, ReadError> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::InvalidEncryption | DecryptionError::MissingIDEntry) => {
            damaged(path, "its encryption is broken")
        }
        LoadPdfError::Decryption(_) => ReadError::Encrypted { path: path.into(), what: WHAT },
        LoadPdfError::Invalid if !has_end(bytes) => damaged(path, "its end is missing: it was cut off"),
        LoadPdfError::Invalid => damaged(path, "no table of its objects could be found"),
    })?;
    if bytes.windows(ENCRYPTED.len()).any(|window| window == ENCRYPTED) {
        unfold::check_decrypted(&pdf).map_err(|_| too_far(path))?;
    }
    let pages = glyphs::of(&pdf);
    if pages.is_empty() {
        return Err(damaged(
            path,
            if has_end(bytes) { "it has no pages" } else { "its end is missing: it was cut off" },
        ));
    }
    Ok(pages)
}

/// A whole PDF ends with `%%EOF`, give or take some bytes.
fn has_end(bytes: &[u8]) -> bool {
    bytes[bytes.len().saturating_sub(1024)..].windows(5).any(|window| window == b"%%EOF")
}

fn text(path: &str, pages: &[Glyphs]) -> Result<Parts, ReadError> {
    let n_glyphs: usize = pages.iter().map(|page| page.glyphs.len()).sum();
    if n_glyphs == 0 {
        return Err(ReadError::NoText { path: path.into(), n_pages: pages.len() });
    }
    let n_unknown: usize = pages.iter().map(|page| page.n_unknown).sum();
    if n_unknown as f64 > MOST_UNKNOWN * n_glyphs as f64 {
        return Err(ReadError::UnknownCharacters { path: path.into(), n_unknown, n_glyphs });
    }
    let mut out = Parts::default();
    layout::lay_out(pages, &mut out);
    if n_unknown > 0 {
        out.warnings.push(format!(
            "{n_unknown} of {n_glyphs} characters could not be told, because their fonts do not name them; they stand as \u{FFFD}"
        ));
    }
    let empty: Vec<String> =
        pages.iter().enumerate().filter(|(_, page)| page.glyphs.is_empty()).map(|(i, _)| (i + 1).to_string()).collect();
    if !empty.is_empty() {
        const SHOWN: usize = 12;
        let more = if empty.len() > SHOWN { ", ..." } else { "" };
        out.warnings.push(format!(
            "{} of {} pages hold no text ({}{more}): they are blank or pictures of text",
            empty.len(),
            pages.len(),
            empty[..empty.len().min(SHOWN)].join(", ")
        ));
    }
    Ok(out)
}

#[cfg(test)]
mod tests;
