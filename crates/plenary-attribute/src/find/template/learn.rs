//! Learns the template of a page.
//!
//! **Input**: the lines of the page. **Output**: the template that explains most, and the lines that it may begin; `None` if no
//! template has enough evidence. Which lines are bylines of it is left to `accept`.

use std::collections::{HashMap, HashSet};

use super::lines::{Lines, next_line};
use super::score::{Background, Evidence, evidence, is_possible};
use super::shape::{Part, Reading, Template, readings};
use crate::page::Settled;
use plenary_names::bylines::Reader;

/// Maximum number of lines from which a template is learned.
const SAMPLE: usize = 4_000;

/// Minimum number of names on separate lines, without any sign, that establish a template.
const FEWEST_BARE: usize = 5;

/// Maximum number of templates whose evidence is weighed.
const MOST_TEMPLATES: usize = 200;

/// A line that a template matches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Match {
    /// Index of the line.
    pub(super) line: usize,
    /// Index among the readings of the line.
    pub(super) reading: usize,
}

/// The template of a page.
pub(super) struct Learned {
    pub(super) evidence: Evidence,
    pub(super) scope: Scope,
    /// Where the speech begins in the lines from which the template was learned, as offsets in the source.
    pub(super) speech: Vec<usize>,
}

/// The lines that a template may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Lines below a blank line.
    Blocks,
    /// The first lines of paragraphs.
    Paragraphs,
    /// All lines.
    Lines,
}

impl Lines<'_, '_> {
    pub(super) fn is_in(&self, scope: Scope, at: usize) -> bool {
        match scope {
            Scope::Blocks => self.open[at].checked_sub(1).is_none_or(|above| self.page.lines[above].is_empty()),
            Scope::Paragraphs => self.starts[at],
            Scope::Lines => true,
        }
    }

    /// The lines that most matches of a template belong to.
    fn scope_of(&self, template: &Template, matches: &[Match]) -> Scope {
        if is_bare(template) {
            return Scope::Blocks;
        }
        let n_at_start = matches.iter().filter(|found| self.starts[found.line]).count();
        if n_at_start * 10 >= matches.len() * 8 { Scope::Paragraphs } else { Scope::Lines }
    }
}

/// Whether a template consists of a name on a separate line, without any sign.
fn is_bare(template: &Template) -> bool {
    template.before.iter().all(|part| *part == Part::Bold)
        && template.after.iter().all(|part| matches!(part, Part::Bold | Part::LineEnd))
}

/// The template that explains most, from a sample of the lines, and the lines that it may begin.
pub(super) fn induce(lines: &Lines<'_, '_>, settled: &Settled, reader: &mut Reader<'_>) -> Option<Learned> {
    let n_sample = lines.open.len().min(SAMPLE);
    let of_line: Vec<Vec<Reading>> = (0..n_sample).map(|at| readings(reader.lexicon, &lines.line(at))).collect();
    let background = Background::of((0..n_sample).map(|at| lines.line(at).text));
    let n_in = |scope: Scope| (0..n_sample).filter(|at| lines.is_in(scope, *at)).count();
    let (n_blocks, n_paragraphs) = (n_in(Scope::Blocks), n_in(Scope::Paragraphs));
    let mut best: Option<Learned> = None;
    for (template, matches) in groups(&of_line) {
        let scope = lines.scope_of(template, &matches);
        let matches: Vec<Match> = matches.into_iter().filter(|found| lines.is_in(scope, found.line)).collect();
        let n_lines = match scope {
            Scope::Blocks => n_blocks,
            Scope::Paragraphs => n_paragraphs,
            Scope::Lines => n_sample,
        };
        let too_few = scope == Scope::Blocks && (matches.len() < FEWEST_BARE || matches.len() * 10 < n_blocks * 8);
        if too_few || !speaks(lines, settled, &of_line, &matches) {
            continue;
        }
        let names: Vec<&str> =
            matches.iter().map(|at| &lines.line(at.line).text[of_line[at.line][at.reading].name.clone()]).collect();
        let Some(found) = evidence(&background, reader, template.clone(), &names, n_lines) else { continue };
        if best.as_ref().is_none_or(|best| found.value() > best.evidence.value()) {
            let speech = matches.iter().filter_map(|at| lines.speech(settled, at.line, &of_line[at.line][at.reading]));
            best = Some(Learned { evidence: found, scope, speech: speech.map(|place| place.speech).collect() });
        }
    }
    best
}

/// The matches of each template that occurs several times, the most frequent first.
fn groups(of_line: &[Vec<Reading>]) -> Vec<(&Template, Vec<Match>)> {
    const FEWEST: usize = 3;
    let mut groups: HashMap<&Template, Vec<Match>> = HashMap::new();
    for (line, readings) in of_line.iter().enumerate() {
        for (reading, of_line) in readings.iter().enumerate() {
            groups.entry(&of_line.template).or_default().push(Match { line, reading });
        }
    }
    let mut groups: Vec<(&Template, Vec<Match>)> =
        groups.into_iter().filter(|(template, matches)| matches.len() >= FEWEST && is_possible(template)).collect();
    groups.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(b.0)));
    groups.truncate(MOST_TEMPLATES);
    groups
}

/// Whether speech follows most matches of a template.
fn speaks(lines: &Lines<'_, '_>, settled: &Settled, of_line: &[Vec<Reading>], matches: &[Match]) -> bool {
    const MOSTLY: usize = 6;
    let matched: HashSet<usize> = matches.iter().map(|found| found.line).collect();
    let speaks = |found: &&Match| {
        let text = lines.page.lines[lines.open[found.line]].text();
        let speech = of_line[found.line][found.reading].speech;
        let here = text[speech.min(text.len())..].trim();
        if !here.is_empty() {
            return is_prose(here);
        }
        let below = next_line(lines.page, settled, lines.open[found.line] + 1);
        below.is_some_and(|below| {
            let is_byline = lines.open.binary_search(&below).is_ok_and(|at| matched.contains(&at));
            !is_byline && is_prose(lines.page.lines[below].text().trim())
        })
    };
    matches.iter().filter(speaks).count() * 10 >= matches.len() * MOSTLY
}

/// Whether a text looks like the beginning of speech.
fn is_prose(text: &str) -> bool {
    let ends = text
        .ends_with(['.', '?', '!', '…', '"', '”', '»', ')', '—', '–', '-', ',', '。', '？', '！', '，', '؟', '#', ']']);
    let n_words = text.split_whitespace().count();
    let small = text.split_whitespace().filter(|word| word.starts_with(char::is_lowercase)).count();
    let caseless = text.chars().filter(|c| c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase()).count();
    let n_letters = text.chars().filter(|c| c.is_alphabetic()).count();
    n_letters > 0 && (ends && !text.starts_with('(') || n_words >= 4 && small * 3 >= n_words || caseless >= 4)
}
