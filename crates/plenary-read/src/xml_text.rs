//! XML files whose transcript is the text of one element, with labels in it, as archives of oral history store it (OHMS).
//!
//! **Input:** decoded XML. **Output:** the lines of that element, read like plain text; the title beside it. Notes in the double brackets
//! of OHMS are omitted with a warning, as is the text of all other elements. **Refused:** what `events` refuses. A file without such an
//! element is not recognised. Who speaks is left to `plenary-attribute`.

use std::sync::LazyLock;

use regex::Regex;

use super::error::{Problem, ReadErrorKind};
use super::events::{self, Element, Sink};
use super::file::File;
use super::parts::Parts;
use super::{decode, html};
use plenary_names::lexicon::Lexicon;
use plenary_names::text::constant_regex;

/// Smallest number of lines with text of a transcript.
const FEWEST_LINES: usize = 4;

/// Root elements of formats that say in other ways who speaks.
const OTHERS: [&str; 3] = ["TEI", "teiCorpus", "TEI.2"];

/// A reference to a note, and the list of the notes below the text.
static NOTE: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(r"(?s)\[\[footnote\]\].{0,20}?\[\[/footnote\]\]|\[\[footnotes\]\].*?\[\[/footnotes\]\]")
});

/// Whether a file is XML in which one element without others in it has most of the text, on several lines.
pub(crate) fn is_xml_with_text(file: &File<'_>) -> bool {
    if !file.text().trim_start().starts_with('<') || html::is_html(file) {
        return false;
    }
    let is_other = events::root(file).is_none_or(|root| OTHERS.contains(&root.as_str()));
    !is_other && longest(&decode::decode_xml(file.bytes).text).is_ok_and(|found| found.is_transcript())
}

/// Reads such a file.
///
/// # Errors
/// As [`events::walk`].
pub(crate) fn read(xml: &str, _: &Lexicon) -> Result<Parts, Problem> {
    let found = longest(xml)?;
    if !found.is_transcript() {
        return Err(ReadErrorKind::Empty.into());
    }
    let mut parts = Parts::default();
    let text = NOTE.replace_all(&found.best.text, "");
    let n_in_notes = n_words(&found.best.text) - n_words(&text).min(n_words(&found.best.text));
    parts.plain(text.trim(), None);
    parts.front.title = found.title.map(|title| title.trim().to_string()).filter(|title| !title.is_empty());
    if found.n_other > 0 {
        parts.warnings.push(format!(
            "only the text of `{}` was read; {} words of other elements were not",
            found.best.name, found.n_other
        ));
    }
    if n_in_notes > 0 {
        parts.warnings.push(format!("{n_in_notes} words of notes in double brackets were not read"));
    }
    Ok(parts)
}

/// The longest text of an element without others in it.
fn longest(xml: &str) -> Result<Longest, Problem> {
    let mut longest = Longest::default();
    events::walk(xml, &mut longest)?;
    longest.n_other = longest.n_words - n_words(&longest.best.text).min(longest.n_words);
    Ok(longest)
}

fn n_words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// An open element.
#[derive(Debug, Default)]
struct Open {
    name: String,
    text: String,
    has_elements: bool,
}

/// The elements of a file while it is read.
#[derive(Debug, Default)]
struct Longest {
    open: Vec<Open>,
    best: Open,
    /// The first title of the file.
    title: Option<String>,
    n_words: usize,
    /// Number of words outside the longest text.
    n_other: usize,
}

impl Longest {
    fn is_transcript(&self) -> bool {
        let n_lines = self.best.text.lines().filter(|line| !line.trim().is_empty()).count();
        n_lines >= FEWEST_LINES && self.n_other < self.n_words - self.n_other
    }
}

impl Sink for Longest {
    fn open(&mut self, element: Element, _: usize) -> Result<(), ReadErrorKind> {
        if let Some(parent) = self.open.last_mut() {
            parent.has_elements = true;
        }
        self.open.push(Open { name: element.name, ..Open::default() });
        Ok(())
    }

    fn close(&mut self) {
        let Some(closed) = self.open.pop() else { return };
        self.n_words += n_words(&closed.text);
        if closed.has_elements {
            return;
        }
        if closed.name == "title" && self.title.is_none() {
            self.title = Some(closed.text.clone());
        }
        if closed.text.len() > self.best.text.len() {
            self.best = closed;
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(open) = self.open.last_mut() {
            open.text.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::read;

    fn file(transcript: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<ROOT xmlns=\"https://archive.example/cache\"><record id=\"7\"><title>Ann Lee, 1978</title>\
             <interviewee>Ann Lee</interviewee><transcript>{transcript}</transcript><rights>Ask.</rights></record></ROOT>"
        )
    }

    const TRANSCRIPT: &str = "HILL:  Where were you born?\n\nLEE:  Here, in the mill.[[footnote]]1[[/footnote]] It\n\
                              stood on the hill.\n\nHILL:  And &quot;the&quot; gate?\n\nLEE:  It was shut &amp; locked.\n\n\
                              [[footnotes]]\n[[note]]It burned.[[/note]]\n[[/footnotes]]";

    #[test]
    fn the_longest_text_of_an_element_is_read_like_plain_text() {
        let document = read("a.xml", file(TRANSCRIPT).as_bytes()).unwrap();
        assert_eq!(document.format.as_str(), "xml_text");
        assert_eq!(document.front.title.as_deref(), Some("Ann Lee, 1978"));
        assert!(document.text.contains("in the mill. It\nstood"), "{}", document.text);
        assert!(document.text.contains("And \"the\" gate?"));
        assert!(!document.text.contains("burned"));
        assert!(document.warnings.iter().any(|warning| warning.contains("`transcript`")), "{:?}", document.warnings);
        assert!(document.warnings.iter().any(|warning| warning.contains("double brackets")));
    }

    #[test]
    fn other_xml_is_refused_as_before() {
        let error = |text: &str| read("a.xml", text.as_bytes()).unwrap_err().to_string();
        // Text in many elements, and text with elements in it.
        let many = format!("<?xml version=\"1.0\"?><feed>{}</feed>", "<item>One\ntwo\nthree\nfour</item>".repeat(9));
        let mixed = file("One\ntwo <i>three</i>\nfour\nfive\nsix seven eight nine ten eleven twelve");
        for text in [many, mixed] {
            assert!(error(&text).contains("TEI"), "{}", error(&text));
        }
        let outside =
            "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><a><b>One\ntwo\nthree\nfour\n&x;</b></a>";
        assert!(error(outside).contains("entit"), "{}", error(outside));
    }
}
