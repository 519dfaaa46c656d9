//! Word documents (DOCX) to lines.
//!
//! **Input:** the bytes of a DOCX. **Output:** a line for each paragraph or row of a table, with all changes accepted, notes at
//! the end. **Refused:** damaged and encrypted files, files without text. Headers, footers and comments are omitted, with a
//! warning. The dates in the file's properties are those of the file, not of the event, and are not read.

mod body;
mod lists;
mod styles;

use std::collections::HashMap;

use super::detect::OFFICE_MEMBER;
use super::error::{Problem, ReadErrorKind};
use super::file::File;
use super::flow::Flow;
use super::packed::Archive;
use super::parts::Parts;
use super::xml::{Seen, each};
use body::Body;
use lists::Lists;
use styles::Styles;

/// What errors call the format.
pub(crate) const NOUN: &str = "a Word document";

/// The part with the text, unless the file names another.
const MAIN: &str = "word/document.xml";

/// Longest text of a header or footer in a warning, in characters.
const LONGEST_SHOWN: usize = 200;

/// Whether a file is a Word document, whole or cut off.
pub(crate) fn is_docx(file: &File<'_>) -> bool {
    file.begins_like_zip()
        && (file.may_have_member(MAIN)
            || (file.may_have_member(OFFICE_MEMBER) && file.may_have_member("word/styles.xml")))
}

/// Reads a Word document.
pub(crate) fn read(bytes: &[u8]) -> Result<Parts, Problem> {
    let mut archive = Archive::open(NOUN, bytes)?;
    let main = main_part(&mut archive)?;
    let folder = main.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let styles = read_part(&mut archive, &format!("{folder}styles.xml"), styles::read)?.unwrap_or_default();
    let lists = read_part(&mut archive, &format!("{folder}numbering.xml"), lists::read)?.unwrap_or_default();
    let mut out = Parts::default();
    let mut body = Body::new(&styles, lists.clone());
    match read_part(&mut archive, &main, |xml| each(xml, |seen| body.see(seen)))? {
        Some(()) => {}
        None => return Err(archive.damaged(format!("its part {main} is missing")).into()),
    }
    let mut flow = body.flow;
    for (part, references) in [("footnotes", &body.footnotes), ("endnotes", &body.endnotes)] {
        let Some(mut notes) =
            read_part(&mut archive, &format!("{folder}{part}.xml"), |xml| notes(xml, &styles, &lists))?
        else {
            continue;
        };
        references.iter().filter_map(|id| notes.remove(id)).for_each(|note| flow.page_to_note(&note));
    }
    flow.end_paragraph();
    if flow.is_blank() {
        return Err(ReadErrorKind::Empty.into());
    }
    flow.write(&mut out);
    warn_about_omitted(&mut archive, &folder, body.n_comments, &styles, &mut out)?;
    Ok(out)
}

/// Reads a part with `read`; `None` if there is none of that name.
fn read_part<T>(
    archive: &mut Archive<'_>,
    name: &str,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, ReadErrorKind> {
    let Some(xml) = archive.text(name)? else { return Ok(None) };
    read(&xml).map(Some).map_err(|problem| archive.damaged(format!("in its part {name}, {problem}")))
}

/// The name of the part with the text: what the file's relations name, or the usual one.
fn main_part(archive: &mut Archive<'_>) -> Result<String, ReadErrorKind> {
    let mut target = None;
    read_part(archive, "_rels/.rels", |xml| {
        each(xml, |seen| {
            if let Seen::Start(element) = seen
                && element.name == "Relationship"
                && element.attribute("Type").is_some_and(|kind| kind.ends_with("/officeDocument"))
            {
                target = element.attribute("Target").map(|target| target.trim_start_matches('/').to_string());
            }
        })
    })?;
    Ok(target.unwrap_or_else(|| MAIN.to_string()))
}

/// Warns about headers, footers and comments, which are omitted.
fn warn_about_omitted(
    archive: &mut Archive<'_>,
    folder: &str,
    n_comments: usize,
    styles: &Styles,
    out: &mut Parts,
) -> Result<(), ReadErrorKind> {
    let mut shown: Vec<String> = Vec::new();
    for name in archive.names() {
        let part = name.strip_prefix(folder).unwrap_or("");
        let is_edge = part.starts_with("header") || part.starts_with("footer");
        if !is_edge || part.strip_suffix(".xml").is_none() {
            continue;
        }
        let mut body = Body::new(styles, Lists::default());
        read_part(archive, &name, |xml| each(xml, |seen| body.see(seen)))?;
        body.flow.end_paragraph();
        let text: String = body.flow.text().chars().take(LONGEST_SHOWN).collect();
        if !text.is_empty() && !shown.contains(&text) {
            shown.push(text);
        }
    }
    if !shown.is_empty() {
        let shown: Vec<String> = shown.iter().map(|text| format!("\"{text}\"")).collect();
        out.warnings.push(format!("headers and footers of the pages were omitted: {}", shown.join(", ")));
    }
    if n_comments > 0 {
        out.warnings.push(format!("{n_comments} comments in the margin were omitted"));
    }
    Ok(())
}

/// Notes by their id.
fn notes(xml: &str, styles: &Styles, lists: &Lists) -> Result<HashMap<String, Flow>, String> {
    let mut out = HashMap::new();
    let mut open: Option<(String, Body<'_>)> = None;
    each(xml, |seen| match seen {
        Seen::Start(element) if matches!(element.name.as_str(), "footnote" | "endnote") => {
            let id = element.attribute("id").unwrap_or("").to_string();
            open = Some((id, Body::new(styles, lists.clone())));
        }
        Seen::End(name) if matches!(name.as_str(), "footnote" | "endnote") => {
            if let Some((id, mut body)) = open.take() {
                body.flow.end_paragraph();
                out.insert(id, body.flow);
            }
        }
        seen => {
            if let Some((_, body)) = &mut open {
                body.see(seen);
            }
        }
    })?;
    Ok(out)
}

#[cfg(test)]
mod tests;
