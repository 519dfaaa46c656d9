//! HTML to lines: the words of the page block by block, with headings, lists, bold and italic; `<pre>` and pages whose
//! blocks are visual lines get their paragraphs back by the rule of plain text.
//!
//! Comes in: the bytes or decoded text of a page. Goes out: extracted text with its lines. Leaves out scripts, styles,
//! form controls and, by their element, role or class, navigation and other furniture; says so where that held more
//! than a few words. Never refuses: the parser mends any text. Who speaks is left to `attribute`.

mod furniture;
mod looks;
mod rows;

use std::sync::LazyLock;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use regex::bytes::Regex;
use scraper::Html;

use super::decode::{self, Decoded};
use super::parts::{Parts, Piece};
use super::plain;
use plenary_corpus::{FrontMatter, Layout, Line};
use rows::{Row, rows};

/// Where a declaration of the encoding must stand; pages put more above it than the standard's 1024 bytes.
const DECLARED_WITHIN: usize = 8192;

static DECLARED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i-u)<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)"#)
        .expect("the pattern is a constant that compiles")
});

/// Decodes a page by its byte order mark, by what it declares in `<meta>`, or by its bytes. A declaration that the
/// bytes contradict does not count.
pub fn decode(bytes: &[u8]) -> Decoded {
    let head = &bytes[..bytes.len().min(DECLARED_WITHIN)];
    let declared = DECLARED.captures(head).and_then(|found| Encoding::for_label(found.get(1)?.as_bytes()));
    let is_utf8 = std::str::from_utf8(bytes).is_ok() && !bytes.is_ascii();
    match declared {
        Some(encoding)
            if Encoding::for_bom(bytes).is_none() && ![UTF_8, UTF_16BE, UTF_16LE].contains(&encoding) && !is_utf8 =>
        {
            let (text, encoding, _) = encoding.decode(bytes);
            Decoded { text: text.into_owned(), encoding: encoding.name() }
        }
        _ => decode::decode(bytes),
    }
}

/// Whether a text is an HTML page, by its beginning.
pub fn is_html(text: &str) -> bool {
    let mut start = text.trim_start();
    for _ in 0..20 {
        let skipped = match (start.strip_prefix("<!--"), start.strip_prefix("<?")) {
            (Some(comment), _) => comment.split_once("-->"),
            (_, Some(instruction)) => instruction.split_once('>'),
            _ => break,
        };
        let Some((_, rest)) = skipped else { return false };
        start = rest.trim_start();
    }
    let head: String = start.chars().take(16).collect::<String>().to_ascii_lowercase();
    ["<!doctype html", "<html", "<head", "<body", "<meta", "<title"].iter().any(|tag| head.starts_with(tag))
}

/// Reads a decoded page.
pub fn read(text: &str) -> Parts {
    let page = Html::parse_document(text);
    let (mut rows, left_out) = rows(&page);
    let is_visual = has_visual_lines(&rows);
    if is_visual {
        rows.retain(|row| !row.is_blank());
    }
    let mut parts = Parts { front: front(&page), ..Parts::default() };
    let mut above: Option<&Row> = None;
    for row in &rows {
        let apart = above.is_some_and(|above| {
            above.block != row.block
                && !(is_visual && above.is_prose() && row.is_prose())
                && !(above.layout == Layout::ListItem && row.layout == Layout::ListItem)
        });
        if apart {
            parts.blank();
        }
        // Notes stand below a rule, as in print.
        if row.is_note && above.is_some_and(|above| !above.is_note) {
            parts.line(Layout::Ornament, None, &[Piece::plain("____________")]);
        }
        let text = row.text();
        let layout = match row.layout {
            Layout::Text if plain::is_ornament(&text) => Layout::Ornament,
            Layout::Text if row.is_pre => plain::layout(text.trim()),
            layout => layout,
        };
        parts.indented_line(layout, None, &row.runs);
        above = Some(row);
    }
    plain::number_paragraphs(&parts.text, &mut parts.lines);
    if is_visual {
        join_lines(&parts.text, &mut parts.lines);
    }
    parts.warnings.extend(left_out);
    parts
}

/// What the page says of itself for catalogues. `<title>` names the site or the program as often as the event, so it
/// does not count.
fn front(page: &Html) -> FrontMatter {
    let metas = page.tree.nodes().filter_map(|node| node.value().as_element()).filter(|e| e.name() == "meta");
    let title = metas
        .filter(|meta| {
            let name = meta.attr("property").or(meta.attr("name")).unwrap_or("").to_ascii_lowercase();
            matches!(name.as_str(), "og:title" | "dc.title" | "dcterms.title" | "citation_title")
        })
        .filter_map(|meta| meta.attr("content"))
        .map(|content| content.split_whitespace().collect::<Vec<_>>().join(" "))
        .find(|title| !title.is_empty());
    FrontMatter { title, ..FrontMatter::default() }
}

/// Whether the blocks of a page are its printed lines, as converters from PDF write them: many end inside a sentence
/// that the next one goes on with.
fn has_visual_lines(rows: &[Row]) -> bool {
    const FULL: usize = 30;
    const ENOUGH: usize = 6;
    let prose: Vec<String> = rows.iter().filter(|row| row.is_prose() && !row.is_blank()).map(Row::text).collect();
    let full = prose.iter().filter(|text| text.chars().count() >= FULL).count();
    let cut = prose
        .windows(2)
        .filter(|pair| {
            pair[0].chars().count() >= FULL && !ends_sentence(&pair[0]) && pair[1].starts_with(char::is_lowercase)
        })
        .count();
    cut >= ENOUGH && cut * 3 >= full
}

fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(['"', '”', '’', ')', '\'', ']', ' ']).ends_with(['.', '!', '?', ':', ';', '…'])
}

/// Proportional letters make full lines of uneven length: a line that breaks off inside a sentence goes on below.
fn join_lines(text: &str, lines: &mut [Line]) {
    let shown = |line: &Line| line.runs.iter().map(|run| run.span.of(text)).collect::<String>();
    let mut lengths: Vec<usize> =
        lines.iter().filter(|line| line.layout == Layout::Text).map(|line| shown(line).chars().count()).collect();
    lengths.sort_unstable();
    let Some(width) = lengths.get(lengths.len() * 9 / 10).copied() else { return };
    let mut less = 0;
    for i in 1..lines.len() {
        let own = lines[i].paragraph;
        let (upper, lower) = (shown(&lines[i - 1]), shown(&lines[i]));
        let n = upper.chars().count();
        let goes_on = own - less != lines[i - 1].paragraph
            && lines[i - 1].layout == Layout::Text
            && lines[i].layout == Layout::Text
            && !ends_sentence(&upper)
            && (n * 10 >= width * 6 && lower.trim_start().starts_with(char::is_lowercase) || n * 10 >= width * 8);
        less += usize::from(goes_on);
        lines[i].paragraph = own - less;
    }
}

#[cfg(test)]
mod tests;
