//! What the terms are computed from, and what is gathered in one pass over the lines.
//!
//! **Input**: the page and the assembled parts of a transcript. **Output**: facts about labels, and about the lines inside and
//! outside turns. Nothing is decided here.

use std::collections::{HashMap, HashSet};

use super::shapes::{Shape, Shapes, shape};
use crate::candidate::{Candidate, Found};
use crate::page::Page;
use plenary_corpus::{Block, BlockKind, Utterance};
use plenary_names::labels::{self, LabelKind};
use plenary_names::text::is_in_capitals;

/// The parts of a transcript before they are put together.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'s> {
    pub(crate) page: &'s Page<'s>,
    pub(crate) found: &'s Found,
    pub(crate) blocks: &'s [Block],
    pub(crate) utterances: &'s [Utterance],
    /// For each utterance the index of the byline that opens it.
    pub(crate) bylines: &'s [Option<usize>],
    /// Whether the format declares the turns.
    pub(crate) is_declared: bool,
    /// Whether the document is a file of captions in which labels are part of the text.
    pub(crate) is_captions: bool,
}

impl<'s> Sources<'s> {
    /// The byline that opens an utterance.
    pub(crate) fn byline(&self, utterance: usize) -> Option<&'s Candidate> {
        self.found.bylines.get((*self.bylines.get(utterance)?)?)
    }
}

/// What is known of a label.
#[derive(Debug, Clone, Default)]
pub(crate) struct LabelFacts {
    /// Number of turns with the label.
    pub(crate) n: usize,
    /// What the label looks like.
    pub(crate) kind: Option<LabelKind>,
    /// Share of its words that also occur in small letters on the page; 0 for offices and people without a name.
    pub(crate) common: f32,
    /// Whether the label is rare and differs from a frequent one in at most two letters: the same person, misread, or another.
    pub(crate) is_near: bool,
    /// Lines of its bylines, from 0.
    pub(crate) lines: Vec<usize>,
    /// How many of them adjoin a running header or footer.
    pub(crate) n_at_edge: usize,
}

/// The labels of a document.
pub(crate) fn labels<'s>(sources: &Sources<'s>) -> HashMap<&'s str, LabelFacts> {
    let lexicon = sources.page.lexicon;
    let edges = edges(sources);
    let mut facts: HashMap<&str, LabelFacts> = HashMap::new();
    for (at, utterance) in sources.utterances.iter().enumerate() {
        let Some(label) = utterance.label.as_deref() else { continue };
        let byline = sources.byline(at);
        let entry = facts.entry(label).or_insert_with(|| LabelFacts {
            kind: labels::judge(lexicon, label).map(|judgement| judgement.kind),
            ..LabelFacts::default()
        });
        entry.n += 1;
        if let Some(byline) = byline {
            entry.lines.push(byline.line);
            entry.n_at_edge += usize::from(edges.contains(&byline.line));
        }
    }
    mark_near(&mut facts);
    let words: HashSet<String> =
        facts.iter().filter(|(_, facts)| may_be_common(facts)).flat_map(|(label, _)| labels::words(label)).collect();
    let common = in_small_letters(sources.page, &words);
    for (label, facts) in facts.iter_mut().filter(|(_, facts)| may_be_common(facts)) {
        let words = labels::words(label);
        let n_common = words.iter().filter(|word| word.chars().count() > 1 && common.contains(word.as_str())).count();
        facts.common = n_common as f32 / words.len().max(1) as f32;
    }
    facts
}

/// Marks the rare labels that are near a frequent one.
fn mark_near(facts: &mut HashMap<&str, LabelFacts>) {
    const TIMES: usize = 3;
    const SHORTEST: usize = 6;
    const MOST: usize = 200;
    const LETTERS: usize = 2;
    let mut frequent: Vec<(&str, usize)> =
        facts.iter().filter(|(_, facts)| facts.n >= TIMES).map(|(label, facts)| (*label, facts.n)).collect();
    frequent.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    frequent.truncate(MOST);
    for (label, facts) in facts.iter_mut().filter(|(label, _)| label.chars().count() >= SHORTEST) {
        facts.is_near = frequent.iter().any(|(other, n)| {
            *n >= TIMES * facts.n
                && label.len().abs_diff(other.len()) <= 2 * LETTERS
                && label != other
                && strsim::levenshtein(label, other) <= LETTERS
        });
    }
}

/// The words of a set that occur in small letters in the first part of a page.
fn in_small_letters<'w>(page: &Page<'_>, words: &'w HashSet<String>) -> HashSet<&'w str> {
    const ENOUGH: usize = 60_000;
    let mut begins = [false; 256];
    words.iter().filter_map(|word| word.bytes().next()).for_each(|byte| begins[usize::from(byte)] = true);
    let mut found = HashSet::new();
    let mut n_bytes = 0;
    for line in page.lines.iter().take_while(|_| !words.is_empty()) {
        n_bytes += line.text().len();
        for word in line.text().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            if begins[usize::from(word.as_bytes()[0])]
                && let Some(word) = words.get(word)
            {
                found.insert(word.as_str());
            }
        }
        if n_bytes > ENOUGH || found.len() == words.len() {
            break;
        }
    }
    found
}

fn may_be_common(facts: &LabelFacts) -> bool {
    !matches!(facts.kind, Some(LabelKind::Office | LabelKind::Anonymous))
}

/// The lines with text next to running headers and footers.
fn edges(sources: &Sources<'_>) -> HashSet<usize> {
    let page = sources.page;
    let mut edges = HashSet::new();
    for block in sources.blocks.iter().filter(|block| block.kind == BlockKind::Furniture) {
        if block.span.of(page.source).chars().any(char::is_alphanumeric) {
            edges.extend((block.line_end..page.lines.len()).find(|line| !page.lines[*line].is_empty()));
        }
    }
    edges
}

/// A line that begins like a byline.
#[derive(Clone, Copy)]
struct Begins<'p> {
    /// The turn that contains the line; `None` if it is outside all turns.
    utterance: Option<usize>,
    shape: Shape,
    name: &'p str,
}

/// Numbers of lines with a property.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LineCounts {
    /// Lines that begin like bylines of a shape that recurs.
    pub(crate) recurring: usize,
    /// Lines that begin like bylines of other shapes.
    pub(crate) lone: usize,
    /// Lines that begin with the label of a speaker.
    pub(crate) known: usize,
    /// Short lines that look like headings.
    pub(crate) headings: usize,
    /// Lines in capitals.
    pub(crate) capitals: usize,
}

impl LineCounts {
    /// Adds other counts.
    pub(crate) fn add(&mut self, other: &LineCounts) {
        self.recurring += other.recurring;
        self.lone += other.lone;
        self.known += other.known;
        self.headings += other.headings;
        self.capitals += other.capitals;
    }
}

/// The lines of each utterance, and of the text outside turns below the first byline.
pub(crate) struct Lines {
    pub(crate) inside: Vec<LineCounts>,
    pub(crate) outside: LineCounts,
}

/// Number of bytes of lines that may be headings or names.
const SHORT_LINE: usize = 120;

/// Counts the lines by their beginnings.
pub(crate) fn lines<'s>(sources: &Sources<'s>, labels: &HashMap<&'s str, LabelFacts>) -> Lines {
    let page = sources.page;
    let mut inside = vec![LineCounts::default(); sources.utterances.len()];
    let mut outside = LineCounts::default();
    let (mut shapes_inside, mut shapes_outside) = (Shapes::default(), Shapes::default());
    let mut begins: Vec<Begins<'s>> = Vec::new();
    let mut has_begun = false;
    let mut last_turn = None;
    for block in sources.blocks {
        has_begun |= block.kind == BlockKind::Byline || block.kind.is_spoken();
        let utterance = block.utterance.filter(|_| block.kind.is_spoken());
        let is_lost = utterance.is_none() && has_begun && block.kind != BlockKind::Byline;
        if utterance.is_none() && !is_lost {
            continue;
        }
        let mut is_first = utterance.is_some() && utterance != last_turn;
        last_turn = utterance.or(last_turn);
        for at in block.line_start.saturating_sub(1)..block.line_end.min(page.lines.len()) {
            let line = &page.lines[at];
            if line.is_empty() {
                continue;
            }
            let opens_turn = std::mem::replace(&mut is_first, false);
            if line.span.start < block.span.start || opens_turn && !sources.found.bylines.is_empty() {
                continue;
            }
            let text = line.text().trim();
            let alone = text.len() <= SHORT_LINE && stands_alone(page, at);
            let counts = match utterance {
                Some(turn) => &mut inside[turn],
                None => &mut outside,
            };
            counts.headings += usize::from(alone && is_heading_like(text));
            counts.capitals += usize::from(is_in_capitals(text));
            if let Some((shape, name)) = shape(text, alone) {
                let shapes = if utterance.is_some() { &mut shapes_inside } else { &mut shapes_outside };
                shapes.add(shape, name);
                begins.push(Begins { utterance, shape, name });
            }
        }
    }
    let known: HashSet<String> = labels.keys().map(|label| label.to_lowercase()).collect();
    for begin in begins {
        let (counts, shapes) = match begin.utterance {
            Some(turn) => (&mut inside[turn], &shapes_inside),
            None => (&mut outside, &shapes_outside),
        };
        if known.contains(&begin.name.to_lowercase()) {
            counts.known += 1;
        }
        if shapes.recurs(begin.shape) {
            counts.recurring += 1;
        } else if !begin.shape.is_whole_line() {
            counts.lone += 1;
        }
    }
    Lines { inside, outside }
}

/// Whether a line begins a paragraph of its own or follows a line that ends a sentence.
fn stands_alone(page: &Page<'_>, at: usize) -> bool {
    let line = &page.lines[at];
    let adjoins = |other: usize| {
        page.lines.get(other).is_some_and(|other| !other.is_empty() && other.paragraph == line.paragraph)
    };
    let above = at > 0 && adjoins(at - 1);
    !above || ends_sentence(page.lines[at - 1].text())
}

/// Whether a text ends with a sign that ends a sentence, or with a closing sign.
pub(crate) fn ends_sentence(text: &str) -> bool {
    text.trim_end().ends_with([
        '.', '!', '?', '…', ':', ';', '"', '”', '“', '»', '«', '’', '\'', ')', ']', '—', '–', '-', '。', '？', '！',
        '」', '』', '؟', '।', '）', '*', '_',
    ])
}

/// A quick count of the words of a text outside turns: words between white space, and characters of scripts without spaces.
pub(crate) fn n_words(text: &str) -> usize {
    let is_wide = |c: &char| ('\u{2E80}'..'\u{AC00}').contains(c) && c.is_alphabetic();
    let of_word = |word: &str| match word.chars().filter(is_wide).count() {
        0 => usize::from(word.contains(char::is_alphanumeric)),
        n => n,
    };
    text.split_whitespace().map(of_word).sum()
}

fn is_heading_like(text: &str) -> bool {
    const LONGEST: usize = 8;
    !ends_sentence(text)
        && !text.ends_with(',')
        && text.chars().next().is_some_and(|c| !c.is_lowercase())
        && text.split_whitespace().nth(LONGEST).is_none()
        && text.chars().any(char::is_alphabetic)
}
