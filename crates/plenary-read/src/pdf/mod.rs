//! PDF files with a text layer to lines.
//!
//! **Input:** the bytes of a PDF. **Output:** text, line by line, with a form feed between pages: glyphs with their positions
//! are grouped to rows, columns and paragraphs. **Refused:** encrypted and damaged files, files without text (scans), files
//! whose fonts do not say which characters they draw. **Left to others:** running headers and page numbers stay in the text
//! for `plenary-attribute` to recognise.

mod columns;
mod glyphs;
mod layout;
mod marks;
mod running;
mod unfold;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use hayro_interpret::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use super::error::{Problem, ReadErrorKind};
use super::file::File;
use super::parts::Parts;
use glyphs::{Glyphs, LIMIT_REACHED};

/// What errors call the format.
pub(crate) const NOUN: &str = "a PDF file";

/// A PDF begins within this number of bytes of its file: some servers put a few bytes before it.
const BEGINS_WITHIN: usize = 16;

/// What an encrypted file has in its trailer.
const ENCRYPTED: &[u8] = b"/Encrypt";

/// Larger files, in bytes, are refused: their compressed streams could exceed the memory.
const LARGEST_PDF: usize = 512 << 20;

/// Largest share of unknown characters in a text that is read.
const MOST_UNKNOWN: f64 = 0.3;

/// Whether a file is a PDF.
pub(crate) fn is_pdf(file: &File<'_>) -> bool {
    file.bytes[..file.bytes.len().min(BEGINS_WITHIN)].windows(5).any(|window| window == b"%PDF-")
}

/// Reads a PDF.
pub(crate) fn read(bytes: &[u8]) -> Result<Parts, Problem> {
    if bytes.len() > LARGEST_PDF {
        let problem = format!("it has {} bytes; at most {LARGEST_PDF} are read", bytes.len());
        return Err(too_large(problem).into());
    }
    unfold::check(bytes).map_err(|_| too_large(unfold::PROBLEM))?;
    match catch_unwind(AssertUnwindSafe(|| pages(bytes))) {
        Ok(pages) => text(&pages?),
        Err(cause) if cause.is::<glyphs::LimitReached>() => Err(too_large(LIMIT_REACHED).into()),
        Err(cause) => resume_unwind(cause),
    }
}

fn too_large(problem: impl Into<String>) -> ReadErrorKind {
    ReadErrorKind::TooLarge { what: NOUN, problem: problem.into() }
}

fn damaged(problem: &str) -> ReadErrorKind {
    ReadErrorKind::Damaged { what: NOUN, problem: problem.into() }
}

/// The glyphs of every page.
fn pages(bytes: &[u8]) -> Result<Vec<Glyphs>, ReadErrorKind> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::InvalidEncryption | DecryptionError::MissingIDEntry) => {
            damaged("its encryption is broken")
        }
        LoadPdfError::Decryption(_) => ReadErrorKind::Encrypted { what: NOUN },
        LoadPdfError::Invalid if !has_end(bytes) => damaged("its end is missing: it was cut off"),
        LoadPdfError::Invalid => damaged("no table of its objects could be found"),
    })?;
    if bytes.windows(ENCRYPTED.len()).any(|window| window == ENCRYPTED) {
        unfold::check_decrypted(&pdf).map_err(|_| too_large(unfold::PROBLEM))?;
    }
    let pages = glyphs::of(&pdf);
    if pages.is_empty() {
        return Err(damaged(if has_end(bytes) { "it has no pages" } else { "its end is missing: it was cut off" }));
    }
    Ok(pages)
}

/// Whether the end of a PDF, `%%EOF`, is near the end of the bytes.
fn has_end(bytes: &[u8]) -> bool {
    bytes[bytes.len().saturating_sub(1024)..].windows(5).any(|window| window == b"%%EOF")
}

fn text(pages: &[Glyphs]) -> Result<Parts, Problem> {
    let n_glyphs: usize = pages.iter().map(|page| page.glyphs.len()).sum();
    if n_glyphs == 0 {
        return Err(ReadErrorKind::NoTextLayer { n_pages: pages.len() }.into());
    }
    let n_unknown: usize = pages.iter().map(|page| page.n_unknown).sum();
    if n_unknown as f64 > MOST_UNKNOWN * n_glyphs as f64 {
        return Err(ReadErrorKind::UnknownCharacters { n_unknown, n_glyphs }.into());
    }
    let mut out = Parts::default();
    layout::lay_out(pages, &mut out);
    if n_unknown > 0 {
        out.warnings.push(format!(
            "{n_unknown} of {n_glyphs} characters are unknown, because their fonts do not name them; they are written as \u{FFFD}"
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
