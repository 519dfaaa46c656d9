//! Files of oTranscribe (`.otr`) to lines.
//!
//! **Input:** decoded JSON with a text in HTML, in which the times are links. **Output:** a line for each paragraph and line break;
//! the turns have no speaker but the time of the mark before them, which is no part of the text. Who speaks is left to
//! `plenary-attribute`, as for any text. **Refused**, with the place: broken JSON; JSON of another kind is left to
//! `recogniser`.

use ego_tree::NodeRef;
use ego_tree::iter::Edge;
use scraper::Node;
use serde_json::Value;

use super::error::{Problem, ReadErrorKind};
use super::file::File;
use super::html::nesting;
use super::parts::{Parts, Piece};
use super::{plain, recogniser};
use plenary_corpus::{Format, Layout, Turn, clock};
use plenary_names::lexicon::Lexicon;

/// Whether a file is one of oTranscribe: by its extension, or JSON with a text in HTML beside its medium.
pub(crate) fn is_otranscribe(file: &File<'_>) -> bool {
    let text = file.text().trim_start();
    file.has_extension_of(Format::OTranscribe)
        || (text.starts_with('{')
            && text.contains("\"media")
            && serde_json::from_str::<Value>(text).is_ok_and(|value| {
                value.get("media").is_some() && value.get("text").and_then(Value::as_str).is_some_and(has_tags)
            }))
}

fn has_tags(text: &str) -> bool {
    text.contains("<p") || text.contains("<br") || text.contains("class=\"timestamp\"") || text.contains("<div")
}

/// Reads a file of oTranscribe.
///
/// # Errors
/// [`ReadErrorKind::Json`] with the place; [`ReadErrorKind::OtherJson`] if there is no text.
pub(crate) fn read(text: &str, _lexicon: &Lexicon) -> Result<Parts, Problem> {
    let value: Value = serde_json::from_str(text).map_err(|error| recogniser::broken(text, &error))?;
    let Some(told) = value.get("text").and_then(Value::as_str) else {
        return Err(ReadErrorKind::OtherJson { found: "JSON without `text`, which oTranscribe writes".into() }.into());
    };
    let (page, too_deep) = nesting::parse(told);
    let mut writer = Writer::default();
    for edge in page.root_element().traverse() {
        match edge {
            Edge::Open(node) => writer.open(node),
            Edge::Close(node) => writer.close(node.value().as_element().map(scraper::node::Element::name)),
        }
    }
    writer.end_line();
    writer.parts.warnings.extend(too_deep);
    Ok(writer.parts)
}

/// Lines under construction.
#[derive(Default)]
struct Writer {
    parts: Parts,
    pieces: Vec<Piece>,
    bold: usize,
    italic: usize,
    /// Depth of elements whose text is not read: marks of time.
    skipped: usize,
    /// The turn of the lines from here on.
    turn: Option<usize>,
    /// The turn of the lines below the open one, where a mark follows the text of the line.
    next_turn: Option<usize>,
    is_paragraph_open: bool,
}

impl Writer {
    fn open(&mut self, node: NodeRef<'_, Node>) {
        match node.value() {
            Node::Text(text) if self.skipped == 0 => {
                let text = text.replace(['\u{A0}', '\n', '\r'], " ");
                self.pieces.push(Piece { text, bold: self.bold > 0, italic: self.italic > 0 });
            }
            Node::Element(element) if self.skipped > 0 || is_time(element) => {
                if self.skipped == 0 {
                    self.time(node, element);
                }
                self.skipped += 1;
            }
            Node::Element(element) => match element.name() {
                "p" | "div" | "li" | "ul" | "ol" | "h1" | "h2" | "h3" => {
                    self.end_line();
                    self.is_paragraph_open = false;
                }
                "br" => self.end_line(),
                "b" | "strong" => self.bold += 1,
                "i" | "em" => self.italic += 1,
                _ => {}
            },
            _ => {}
        }
    }

    fn close(&mut self, name: Option<&str>) {
        let Some(name) = name else { return };
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        match name {
            "p" | "div" | "li" | "ul" | "ol" | "h1" | "h2" | "h3" => {
                self.end_line();
                self.is_paragraph_open = false;
            }
            "b" | "strong" => self.bold = self.bold.saturating_sub(1),
            "i" | "em" => self.italic = self.italic.saturating_sub(1),
            _ => {}
        }
    }

    /// A mark of time begins a turn: on this line if it precedes the words, or only a label precedes it, and on the next
    /// line otherwise.
    fn time(&mut self, node: NodeRef<'_, Node>, element: &scraper::node::Element) {
        let shown: String = node.descendants().filter_map(|node| Some(node.value().as_text()?.to_string())).collect();
        let exact = element.attr("data-timestamp").and_then(|text| text.trim().parse::<f64>().ok());
        let seconds = exact.filter(|seconds| *seconds >= 0.0).or_else(|| clock::seconds(shown.trim()));
        let Some(seconds) = seconds else { return };
        self.parts.turns.push(Turn { time_start_s: Some(seconds), ..Turn::default() });
        let turn = Some(self.parts.turns.len() - 1);
        let mut before = self.pieces.iter().rev().flat_map(|piece| piece.text.chars().rev());
        if matches!(before.find(|c| !c.is_whitespace()), None | Some(':' | '：')) {
            self.turn = turn;
        } else {
            self.next_turn = turn;
        }
    }

    fn end_line(&mut self) {
        let mut pieces = std::mem::take(&mut self.pieces);
        if pieces.iter().any(|piece| !piece.text.trim().is_empty()) {
            if !self.is_paragraph_open {
                self.parts.new_paragraph();
            }
            self.is_paragraph_open = true;
            let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
            let layout = if plain::is_ornament(&text) { Layout::Ornament } else { plain::layout(text.trim()) };
            // Where a mark was taken out, two spaces would be left.
            for at in 1..pieces.len() {
                if pieces[at - 1].text.ends_with(' ') {
                    let rest = pieces[at].text.trim_start().to_string();
                    pieces[at].text = rest;
                }
            }
            self.parts.line(layout, self.turn, &pieces);
        } else if self.is_paragraph_open {
            self.parts.blank();
            self.is_paragraph_open = false;
        }
        self.turn = self.next_turn.take().or(self.turn);
    }
}

/// Whether an element is a mark of time.
fn is_time(element: &scraper::node::Element) -> bool {
    element.attr("data-timestamp").is_some() || element.classes().any(|class| class == "timestamp")
}

#[cfg(test)]
mod tests {
    use crate::read;

    const FILE: &str = r#"{"text":"<p><span class=\"timestamp\" contenteditable=\"false\" data-timestamp=\"3.25\">00:03</span>&nbsp;<b>Ann:</b> Good day.<br/>All of you. <span class=\"timestamp\">01:02</span></p><p>Bo: <span class=\"timestamp\" data-timestamp=\"70\">01:10</span> Yes &amp; no.</p>","media":"harbour.mp3","media-time":71.5}"#;

    #[test]
    fn marks_of_time_are_times_and_no_text() {
        let document = read("a.otr", FILE.as_bytes()).unwrap();
        assert_eq!(document.format.as_str(), "otranscribe");
        assert_eq!(document.text, "Ann: Good day.\nAll of you.\nBo: Yes & no.\n");
        let starts: Vec<_> =
            document.lines.iter().map(|line| line.turn.and_then(|turn| document.turns[turn].time_start_s)).collect();
        assert_eq!(starts, [Some(3.25), Some(3.25), Some(70.0)]);
        assert!(document.lines[0].runs[0].bold);
        assert_eq!(read("a.json", FILE.as_bytes()).unwrap().format.as_str(), "otranscribe");
    }

    #[test]
    fn broken_and_other_files_are_refused() {
        let error = |text: &str| read("a.otr", text.as_bytes()).unwrap_err().to_string();
        assert!(error(&FILE[..60]).contains("line 1, column 60"), "{}", error(&FILE[..60]));
        assert!(error("{\"media\": \"a\"}").contains("without `text`"));
    }
}
