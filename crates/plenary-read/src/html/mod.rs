//! HTML to lines.
//!
//! **Input:** the bytes or decoded text of a page. **Output:** extracted text with its lines, block by block, with headings,
//! lists, bold and italic; in `<pre>`, and on pages whose blocks are printed lines, paragraphs are found as in plain text.
//! Scripts, styles, form controls and, by element, role or class, navigation and other furniture are omitted; a warning says
//! so where that is more than a few words. Nothing is refused: the parser accepts any text. Who speaks is left to
//! `plenary-attribute`.

mod furniture;
mod looks;
pub(crate) mod nesting;
mod rows;
mod turns;

use std::sync::LazyLock;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use regex::bytes::Regex;
use scraper::Html;

use super::decode::{self, Decoded};
use super::file::File;
use super::parts::{Parts, Piece};
use super::plain;
use plenary_corpus::text::{collapse_white_space, ends_sentence, ends_with_sign};
use plenary_corpus::{Format, FrontMatter, Layout, Line};
use plenary_names::text::{constant_byte_regex, constant_regex};
use rows::{Row, rows};

/// Bytes in which a declaration of the encoding is searched for; many pages have more than the standard's 1024 before it.
const DECLARED_WITHIN: usize = 8192;

static DECLARED: LazyLock<Regex> = LazyLock::new(|| {
    constant_byte_regex(r#"(?i-u)<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:.-]+)"#)
});

/// Decodes a page by its byte order mark, by what it declares in `<meta>`, or by its bytes. A declaration that the bytes
/// contradict is ignored.
pub(crate) fn decode(bytes: &[u8]) -> Decoded {
    let head = &bytes[..bytes.len().min(DECLARED_WITHIN)];
    let declared = DECLARED.captures(head).and_then(|found| Encoding::for_label(found.get(1)?.as_bytes()));
    let is_utf8 = std::str::from_utf8(bytes).is_ok() && !bytes.is_ascii();
    match declared {
        Some(encoding)
            if Encoding::for_bom(bytes).is_none() && ![UTF_8, UTF_16BE, UTF_16LE].contains(&encoding) && !is_utf8 =>
        {
            decode::decode_as(bytes, encoding)
        }
        _ => decode::decode(bytes),
    }
}

/// Bytes at the start of a file in which tags are searched for.
const TAGS_WITHIN: usize = 8192;

/// Number of ends of blocks that make a text that begins with a tag a piece of a page.
const ENOUGH_BLOCKS: usize = 2;

static TAG: LazyLock<regex::Regex> =
    LazyLock::new(|| constant_regex(r"<(/?)([A-Za-z][A-Za-z0-9:.-]*)(?:\s[^<>]*)?/?>"));

/// Tags of HTML inside lines.
const INLINE: [&str; 28] = [
    "a", "abbr", "acronym", "b", "bdo", "big", "br", "cite", "code", "em", "font", "i", "img", "ins", "mark", "q", "s",
    "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "wbr", "col", "colgroup",
];

/// Whether a file is an HTML page, or a piece of one: by the beginning of the page, or by tags at the start that are all tags
/// of HTML. With the extension of HTML one tag is enough.
pub(crate) fn is_html(file: &File<'_>) -> bool {
    let Some(start) = without_prolog(file.text()) else { return false };
    let head: String = start.chars().take(16).collect::<String>().to_ascii_lowercase();
    let is_page = |tag: &str| {
        head.strip_prefix(tag).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-'))
    };
    if ["<!doctype html", "<html", "<head", "<body", "<meta", "<title"].iter().any(|tag| is_page(tag)) {
        return true;
    }
    // Markdown may begin with HTML.
    if file.has_extension_of(Format::Markdown) {
        return false;
    }
    let mut end = start.len().min(TAGS_WITHIN);
    while !start.is_char_boundary(end) {
        end -= 1;
    }
    let tags: Vec<(bool, String, usize)> = TAG
        .captures_iter(&start[..end])
        .map(|tag| (!tag[1].is_empty(), tag[2].to_ascii_lowercase(), tag.get(0).map_or(0, |tag| tag.start())))
        .collect();
    let is_block = |name: &str| rows::BLOCKS.contains(&name);
    let is_known = |name: &str| is_block(name) || INLINE.contains(&name);
    if file.has_extension_of(Format::Html) {
        return tags.iter().any(|(_, name, _)| is_known(name));
    }
    let begins_with_tag = tags.first().is_some_and(|(is_end, _, at)| !is_end && *at == 0);
    let blocks = tags.iter().filter(|(is_end, name, _)| (*is_end && is_block(name)) || name == "br").count();
    begins_with_tag && blocks >= ENOUGH_BLOCKS && tags.iter().all(|(_, name, _)| is_known(name))
}

/// The text after declarations, instructions and comments at its start; `None` if one of them does not end.
fn without_prolog(text: &str) -> Option<&str> {
    let mut start = text.trim_start();
    for _ in 0..20 {
        let skipped = match (start.strip_prefix("<!--"), start.strip_prefix("<?")) {
            (Some(comment), _) => comment.split_once("-->"),
            (_, Some(instruction)) => instruction.split_once('>'),
            _ => break,
        };
        start = skipped?.1.trim_start();
    }
    Some(start)
}

/// Reads a decoded page.
pub(crate) fn read(text: &str) -> Parts {
    let (page, too_deep) = nesting::parse(text);
    let (mut rows, turns, omitted) = rows(&page);
    let is_visual = has_visual_lines(&rows);
    if is_visual {
        rows.retain(|row| !row.is_blank());
    }
    let mut parts = Parts { front: front(&page), turns, ..Parts::default() };
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
        // A rule separates notes from the text, as in print.
        if row.is_note && above.is_some_and(|above| !above.is_note) {
            parts.line(Layout::Ornament, None, &[Piece::plain("____________")]);
        }
        let text = row.text();
        let layout = match row.layout {
            Layout::Text if plain::is_ornament(&text) => Layout::Ornament,
            Layout::Text if row.is_pre => plain::layout(text.trim()),
            layout => layout,
        };
        if !row.beside.is_empty() {
            parts.margin(&row.beside);
        }
        parts.indented_line(layout, row.turn, &row.runs);
        above = Some(row);
    }
    plain::number_paragraphs(&parts.text, &mut parts.lines);
    if is_visual {
        join_lines(&parts.text, &mut parts.lines);
    }
    parts.warnings.extend(too_deep.into_iter().chain(omitted));
    parts
}

/// The title that the page declares for catalogues. `<title>` names the site or the program as often as the event, so it is
/// not read.
fn front(page: &Html) -> FrontMatter {
    let metas = page.tree.nodes().filter_map(|node| node.value().as_element()).filter(|e| e.name() == "meta");
    let title = metas
        .filter(|meta| {
            let name = meta.attr("property").or(meta.attr("name")).unwrap_or("").to_ascii_lowercase();
            matches!(name.as_str(), "og:title" | "dc.title" | "dcterms.title" | "citation_title")
        })
        .filter_map(|meta| meta.attr("content"))
        .map(collapse_white_space)
        .find(|title| !title.is_empty());
    FrontMatter { title, ..FrontMatter::default() }
}

/// Whether the blocks of a page are printed lines, as converters from PDF write them: many end inside a sentence that the
/// next block continues.
fn has_visual_lines(rows: &[Row]) -> bool {
    const FULL: usize = 30;
    const ENOUGH: usize = 6;
    let prose: Vec<String> = rows.iter().filter(|row| row.is_prose() && !row.is_blank()).map(Row::text).collect();
    let full = prose.iter().filter(|text| text.chars().count() >= FULL).count();
    let cut = prose
        .windows(2)
        .filter(|pair| {
            pair[0].chars().count() >= FULL && !ends_clause(&pair[0]) && pair[1].starts_with(char::is_lowercase)
        })
        .count();
    cut >= ENOUGH && cut * 3 >= full
}

/// Whether a text ends with the end of a sentence, a colon or a semicolon.
fn ends_clause(text: &str) -> bool {
    ends_sentence(text) || ends_with_sign(text, &[':', ';'])
}

/// Joins the printed lines of paragraphs. In proportional type full lines have uneven lengths, so a line that ends inside a
/// sentence is taken to continue below.
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
        let continues = own - less != lines[i - 1].paragraph
            && lines[i - 1].layout == Layout::Text
            && lines[i].layout == Layout::Text
            && !ends_clause(&upper)
            && (n * 10 >= width * 6 && lower.trim_start().starts_with(char::is_lowercase) || n * 10 >= width * 8);
        less += usize::from(continues);
        lines[i].paragraph = own - less;
    }
}

#[cfg(test)]
mod tests;
