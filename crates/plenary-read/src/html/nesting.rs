//! Parsing with a limit of nesting.
//!
//! **Input:** a decoded page. **Output:** its tree, and a warning if elements nest more than [`DEEPEST`] deep. The tags of
//! deeper elements are left out, and their text stays where it is; a line break takes the place of a block. The builder of
//! trees searches its open elements for every tag, so that without a limit its time grows with the square of the depth.
//! Browsers have the same limit.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use ego_tree::NodeId;
use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};
use html5ever::tree_builder::{TreeBuilder, TreeSink};
use html5ever::{LocalName, TokenizerResult};
use scraper::{Html, HtmlTreeSink};

use super::rows::BLOCKS;

/// Largest depth of nested elements.
pub(crate) const DEEPEST: usize = 512;

/// Elements after whose start tag the text is not markup. They contain no elements, so their depth is no concern.
const RAW: &[&str] = &["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "plaintext"];

/// Parses a page.
pub(crate) fn parse(text: &str) -> (Html, Option<String>) {
    let builder = TreeBuilder::new(HtmlTreeSink::new(Html::new_document()), <_>::default());
    let tokenizer = Tokenizer::new(Shallow::new(builder), <_>::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(text));
    // The tokenizer returns at each script, which would run now.
    while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
    tokenizer.end();
    let Shallow { builder, n_omitted, .. } = tokenizer.sink;
    let n_omitted = n_omitted.get();
    let warning = (n_omitted > 0).then(|| {
        format!("elements nest more than {DEEPEST} deep; the tags of {n_omitted} deeper elements were left out, and their text was kept")
    });
    (builder.sink.finish(), warning)
}

/// Passes tokens on to the builder of the tree, except the tags of elements that are too deep.
struct Shallow {
    builder: TreeBuilder<NodeId, HtmlTreeSink>,
    /// The depth is at most this.
    depth: Cell<usize>,
    /// End tags that were passed on since the newest node was made.
    n_ends: Cell<usize>,
    /// Start tags that were left out and not ended yet, by name.
    omitted: RefCell<HashMap<LocalName, usize>>,
    n_omitted: Cell<usize>,
}

impl Shallow {
    fn new(builder: TreeBuilder<NodeId, HtmlTreeSink>) -> Self {
        Self {
            builder,
            depth: Cell::new(0),
            n_ends: Cell::new(0),
            omitted: RefCell::default(),
            n_omitted: Cell::new(0),
        }
    }

    /// Whether an element that starts now would be too deep. The depth is that of the newest node, less the elements that
    /// were closed since; it is counted only when it may have reached the limit.
    fn is_full(&self) -> bool {
        if self.depth.get() >= DEEPEST {
            let page = self.builder.sink.0.borrow();
            let newest = page.tree.nodes().next_back();
            let depth = newest.map_or(0, |node| node.ancestors().take(2 * DEEPEST).count());
            self.depth.set(depth.saturating_sub(self.n_ends.get()));
        }
        self.depth.get() >= DEEPEST
    }

    /// The token to pass on in place of a tag; `None` leaves it out.
    fn shallow(&self, tag: Tag) -> Option<Tag> {
        let is_block = BLOCKS.contains(&&*tag.name);
        let line_break = |tag: Tag| {
            let name = LocalName::from("br");
            is_block.then(|| Tag { kind: TagKind::StartTag, name, attrs: Vec::new(), ..tag })
        };
        match tag.kind {
            TagKind::StartTag if !RAW.contains(&&*tag.name) && self.is_full() => {
                self.n_omitted.set(self.n_omitted.get() + 1);
                *self.omitted.borrow_mut().entry(tag.name.clone()).or_default() += 1;
                line_break(tag)
            }
            TagKind::StartTag => {
                self.depth.set(self.depth.get() + 1);
                self.n_ends.set(0);
                Some(tag)
            }
            TagKind::EndTag => {
                if let Some(n @ 1..) = self.omitted.borrow_mut().get_mut(&tag.name) {
                    *n -= 1;
                    return line_break(tag);
                }
                self.n_ends.set(self.n_ends.get() + 1);
                Some(tag)
            }
        }
    }
}

impl TokenSink for Shallow {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line_number: u64) -> TokenSinkResult<NodeId> {
        let token = match token {
            Token::TagToken(tag) => match self.shallow(tag) {
                Some(tag) => Token::TagToken(tag),
                None => return TokenSinkResult::Continue,
            },
            token => token,
        };
        self.builder.process_token(token, line_number)
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(page: &Html) -> usize {
        page.tree.nodes().map(|node| node.ancestors().count()).max().unwrap()
    }

    #[test]
    fn deep_elements_keep_their_text() {
        for (start, end) in
            [("<div>", "</div>"), ("<ul><li>", "</li></ul>"), ("<b><div>", "</div></b>"), ("<font>", "")]
        {
            let n = 3_000;
            let text = format!(
                "<html><body>{}deepest {}<p>last</p>",
                format!("{start}x ").repeat(n),
                format!("y {end}").repeat(n)
            );
            let (page, warning) = parse(&text);
            assert!(depth(&page) <= DEEPEST + 4, "{start}: {}", depth(&page));
            assert!(warning.is_some_and(|warning| warning.contains("more than 512 deep")));
            let words: String =
                page.tree.nodes().filter_map(|node| node.value().as_text().map(|text| text.to_string())).collect();
            assert_eq!(words.split_whitespace().filter(|word| *word == "x").count(), n, "{start}");
            assert_eq!(words.split_whitespace().filter(|word| *word == "y").count(), n, "{start}");
            assert!(words.contains("deepest") && words.contains("last"));
        }
    }

    #[test]
    fn what_follows_a_deep_element_is_beside_it() {
        let text =
            format!("<html><body><main>{}a{}</main><p id=after>b</p>", "<div>".repeat(2_000), "</div>".repeat(2_000));
        let (page, _) = parse(&text);
        let after =
            page.tree.nodes().find(|node| node.value().as_element().is_some_and(|e| e.attr("id") == Some("after")));
        let above = after.unwrap().parent().unwrap();
        assert_eq!(above.value().as_element().unwrap().name(), "body");
    }

    #[test]
    fn other_pages_are_parsed_as_before() {
        let text = "<!DOCTYPE html><title>a<b></title><script>if (a < b) {}</script><p>one<p>two<table>x<tr><td>c</table><svg><g/></svg>\
                    <textarea><b></textarea><b>bold<i>both</b>italic</i>".to_string() + &"<p>a<br>b</p>".repeat(2_000);
        assert_eq!(parse(&text), (Html::parse_document(&text), None));
    }

    #[test]
    fn ends_without_starts_do_not_move_the_limit() {
        let text = format!("<html><body>{}", "<div></x></x>".repeat(20_000));
        let (page, _) = parse(&text);
        assert!(depth(&page) < 2 * DEEPEST, "{}", depth(&page));
    }
}
