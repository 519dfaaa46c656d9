//! The byline template that a document itself establishes: constant signs around a name, repeated at the beginning of lines.
//!
//! **Input**: the page, the claims on it, and the candidates of the styles. **Output**: candidates of the style `template`, or more
//! candidates of a known style if the template is one; which of them are used is decided by `styles`. A template must recur, its
//! names must recur and look like labels of speakers, and speech must follow them.

mod score;
mod shape;

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::candidate::{Candidate, Place};
use crate::page::{Page, Settled};
use crate::weights::Weights;
use plenary_corpus::{Layout, Reason, Span, Style};
use plenary_names::bylines::Reader;
use plenary_names::directions::is_direction;
use plenary_names::labels::{self, LabelKind};

use score::{Background, Evidence, evidence, is_possible};
pub(in crate::find) use shape::time_at;
use shape::{Line, Part, Reading, Template, is_dash, readings, time_alone};

/// Maximum number of lines from which a template is learned.
const SAMPLE: usize = 20_000;

/// Minimum number of names on separate lines, without any sign, that establish a template.
const FEWEST_BARE: usize = 5;

/// Maximum number of templates whose evidence is weighed.
const MOST_TEMPLATES: usize = 200;

/// Bits of the signs of a byline from which they hardly occur in prose.
const RARE: f64 = 6.0;

/// Confidence of a label that only the family of the other labels supports.
const OF_FAMILY: f32 = 0.65;

/// The lines of a page that may begin with a byline.
struct Lines<'p, 'd> {
    page: &'p Page<'d>,
    /// Indices of the lines, in order.
    open: Vec<usize>,
    /// Whether the line is the first of its paragraph.
    starts: Vec<bool>,
}

impl<'p, 'd> Lines<'p, 'd> {
    fn of(page: &'p Page<'d>, settled: &Settled) -> Self {
        let (mut open, mut starts) = (Vec::new(), Vec::new());
        for lines in settled.open_paragraphs(page) {
            for i in lines.clone() {
                let line = &page.lines[i];
                let fits = matches!(line.layout, Layout::Text | Layout::ListItem | Layout::Quote);
                let text = line.text();
                if fits && !(text.len() < 40 && time_alone(text).is_some()) {
                    open.push(i);
                    let above = lines.start..i;
                    starts.push(above.clone().all(|above| time_alone_of(page, above).is_some()));
                }
            }
        }
        Self { page, open, starts }
    }

    /// A line with what is around it.
    fn line(&self, at: usize) -> Line<'p> {
        let i = self.open[at];
        let page = self.page;
        let below = page.lines.get(i + 1);
        let dash_below = below.and_then(|line| {
            let mut chars = line.text().trim_start().chars();
            chars.next().filter(|c| is_dash(*c) && chars.next() == Some(' '))
        });
        Line {
            text: page.lines[i].text(),
            bold: page.lines[i].bold,
            time_above: i.checked_sub(1).and_then(|above| time_alone_of(page, above)),
            time_below: below.and_then(|_| time_alone_of(page, i + 1)),
            dash_below,
        }
    }
}

/// A line that a template matches.
#[derive(Debug, Clone, Copy)]
struct Match {
    /// Index of the line.
    line: usize,
    /// Index among the readings of the line.
    reading: usize,
}

/// The time that a line of the page consists of.
fn time_alone_of(page: &Page<'_>, line: usize) -> Option<Option<f64>> {
    const LONGEST: usize = 40;
    let text = page.lines[line].text();
    (!text.is_empty() && text.len() <= LONGEST).then(|| time_alone(text)).flatten()
}

/// Adds the candidates of the document's own template to those of the styles. Returns the template, if there is one.
pub(crate) fn add(
    page: &Page<'_>,
    settled: &Settled,
    reader: &mut Reader<'_>,
    all: &mut Vec<Candidate>,
) -> Option<plenary_corpus::Template> {
    let lines = Lines::of(page, settled);
    let (best, scope) = induce(&lines, settled, reader)?;
    let (accepted, is_throughout) = accept(&lines, reader, &best, scope);
    if accepted.len() < 3 {
        return None;
    }
    let mut found: Vec<Candidate> =
        accepted.iter().filter_map(|accepted| candidate(&lines, settled, reader, accepted)).collect();
    let learned = plenary_corpus::Template { shape: best.template.to_string(), n_lines: found.len() };
    reconcile(all, &mut found, is_throughout);
    all.append(&mut found);
    all.sort_by_key(|candidate| candidate.byline.start);
    Some(learned)
}

/// The lines that a template may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Lines below a blank line.
    Blocks,
    /// The first lines of paragraphs.
    Paragraphs,
    /// All lines.
    Lines,
}

impl Lines<'_, '_> {
    fn is_in(&self, scope: Scope, at: usize) -> bool {
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
fn induce(lines: &Lines<'_, '_>, settled: &Settled, reader: &mut Reader<'_>) -> Option<(Evidence, Scope)> {
    let n_sample = lines.open.len().min(SAMPLE);
    let of_line: Vec<Vec<Reading>> = (0..n_sample).map(|at| readings(reader.lexicon, &lines.line(at))).collect();
    let background = Background::of((0..n_sample).map(|at| lines.line(at).text));
    let n_in = |scope: Scope| (0..n_sample).filter(|at| lines.is_in(scope, *at)).count();
    let (n_blocks, n_paragraphs) = (n_in(Scope::Blocks), n_in(Scope::Paragraphs));
    let mut best: Option<(Evidence, Scope)> = None;
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
        if best.as_ref().is_none_or(|(best, _)| found.value() > best.value()) {
            best = Some((found, scope));
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

/// The next line with text that may be speech, below a byline. A time alone is part of the byline.
fn next_line(page: &Page<'_>, settled: &Settled, from: usize) -> Option<usize> {
    (from..page.lines.len())
        .find(|line| !page.lines[*line].is_empty() && time_alone_of(page, *line).is_none())
        .filter(|line| settled.is_open(*line))
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

/// A line that is taken as a byline of a template.
struct Accepted {
    /// Index among the open lines.
    at: usize,
    reading: Reading,
    /// How much its label looks like that of a speaker.
    likeness: f64,
    n_lines: usize,
}

/// All lines that match a template or a variant of it with the same names.
fn accept(lines: &Lines<'_, '_>, reader: &mut Reader<'_>, best: &Evidence, scope: Scope) -> (Vec<Accepted>, bool) {
    let lexicon = reader.lexicon;
    let known: HashSet<String> = best.labels.iter().cloned().collect();
    let families = score::families(best.labels.iter().map(String::as_str));
    let mut main = Vec::new();
    let mut variants = Vec::new();
    let mut inside = Vec::new();
    let mut n_starts = 0usize;
    for at in 0..lines.open.len() {
        if !lines.is_in(scope, at) {
            // Recognisers break their lines anywhere, and begin each with the label.
            if best.rarity >= RARE {
                let mut found = readings(lexicon, &lines.line(at));
                if let Some(own) = found.iter().position(|reading| reading.template == best.template) {
                    inside.push((at, found.swap_remove(own)));
                }
            }
            continue;
        }
        n_starts += 1;
        let mut found = readings(lexicon, &lines.line(at));
        if let Some(own) = found.iter().position(|reading| reading.template == best.template) {
            main.push((at, found.swap_remove(own)));
        } else if let Some(variant) = found.iter().position(|reading| is_variant(&best.template, &reading.template)) {
            variants.push((at, found.swap_remove(variant)));
        }
    }
    let n_lines = main.len();
    let text_of =
        |at: usize, reading: &Reading| lines.page.lines[lines.open[at]].text()[reading.name.clone()].to_string();
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut labels = Vec::with_capacity(main.len());
    for (at, reading) in &main {
        let label = score::label(reader, &text_of(*at, reading));
        *counts.entry(label.clone()).or_default() += 1;
        labels.push(label);
    }
    // If nearly every paragraph begins in this way, the shape alone says who speaks.
    let is_throughout = n_lines * 20 >= n_starts * 17 || best.rarity >= 12.0;
    let mut out = Vec::new();
    for ((at, reading), label) in main.into_iter().zip(labels) {
        let likeness = best.likeness.get(&label).copied().unwrap_or_else(|| {
            let n = counts[&label];
            score::like(lexicon, &label, n, &families)
        });
        let identifies = label.contains(|c: char| c.is_ascii_digit() || matches!(c, '_' | '@' | '*'));
        let recurs = counts[&label] >= 2;
        let has_brackets = reading.name.len() > label.len() && text_of(at, &reading).ends_with(')');
        let fits = likeness >= 0.5 && (likeness >= 0.8 || recurs || is_throughout)
            || is_throughout && likeness > 0.0 && (identifies || recurs || has_brackets);
        if fits {
            out.push(Accepted { at, reading, likeness, n_lines });
        }
    }
    for (at, reading) in inside {
        let label = score::label(reader, &text_of(at, &reading));
        if known.contains(&label) {
            out.push(Accepted { at, reading, likeness: best.likeness.get(&label).copied().unwrap_or(1.0), n_lines });
        }
    }
    for (at, reading) in variants {
        let name = text_of(at, &reading);
        let (byline, judgement) = reader.read(&name);
        let is_speaker = judgement
            .is_some_and(|judgement| judgement.quality >= 0.5 && judgement.kind != LabelKind::Word)
            || labels::is_unknown_label(lexicon, &byline.label) && !is_direction(lexicon, &byline.label);
        let in_family = score::stem(&byline.label).is_some_and(|stem| families.contains(&stem));
        if known.contains(&byline.label) || in_family || is_speaker {
            out.push(Accepted { at, reading, likeness: 1.0, n_lines });
        }
    }
    out.sort_by_key(|accepted| accepted.at);
    (out, is_throughout)
}

/// Whether a template is another form of the main one: with or without a number, a time or a bracket.
fn is_variant(main: &Template, other: &Template) -> bool {
    let essential = |parts: &[Part]| -> Vec<Part> {
        let mut out = Vec::new();
        let mut depth = 0usize;
        for (k, part) in parts.iter().enumerate() {
            let closes_number = matches!(part, Part::Sign('.' | ')')) && k > 0 && parts[k - 1] == Part::Number;
            match part {
                Part::Time | Part::Number | Part::Group(_) | Part::Blank | Part::Bold => {}
                Part::Sign(open) if shape::closing(*open).is_some() && parts.get(k + 1) == Some(&Part::Time) => {
                    depth += 1
                }
                Part::Sign(_) if depth > 0 && parts[k - 1] == Part::Time => depth -= 1,
                _ if closes_number => {}
                part => out.push(*part),
            }
        }
        out
    };
    if other.before.len() == 1
        && main.before.is_empty()
        && let Some(Part::Sign(open)) = other.before.first()
        && let Some(close) = shape::closing(*open)
        && other.after.first() == Some(&Part::Sign(close))
    {
        // "(UNKNOWN): text" beside "HILL: text".
        return other.after[1..] == main.after && main.after.iter().any(|part| matches!(part, Part::Sign(_)));
    }
    is_possible(other)
        && essential(&main.before) == essential(&other.before)
        && essential(&main.after) == essential(&other.after)
        && !essential(&main.after).is_empty()
}

/// The candidate of an accepted line.
fn candidate(
    lines: &Lines<'_, '_>,
    settled: &Settled,
    reader: &mut Reader<'_>,
    accepted: &Accepted,
) -> Option<Candidate> {
    let page = lines.page;
    let i = lines.open[accepted.at];
    let line = &page.lines[i];
    let reading = &accepted.reading;
    let (byline, judgement) = reader.read(&line.text()[reading.name.clone()]);
    let kind = judgement.map_or(LabelKind::Word, |judgement| judgement.kind);
    let time_above = reading.template.before.starts_with(&[Part::Time, Part::LineEnd]);
    let first = if time_above { i - 1 } else { i };
    let start = page.lines[first]
        .mapped
        .source_start(page.lines[first].text().len() - page.lines[first].text().trim_start().len());
    let mut end = line.mapped.source_end(reading.speech);
    let (speech_line, speech) = if reading.speech < line.text().len() {
        (i, line.mapped.source_start(reading.speech))
    } else if matches!(reading.template.after.last(), Some(Part::Blank)) {
        // The dash that closes the byline is at the beginning of the line below.
        let below = &page.lines[i + 1];
        let dash = below.text().len() - below.text().trim_start().trim_start_matches(is_dash).trim_start().len();
        end = below.mapped.source_end(dash);
        (i + 1, below.mapped.source_start(dash))
    } else {
        let below = next_line(page, settled, i + 1)?;
        if reading.template.after.contains(&Part::Time)
            && reading.template.after.last() == Some(&Part::LineEnd)
            && time_alone_of(page, i + 1).is_some()
        {
            end = page.lines[i + 1].mapped.source_end(page.lines[i + 1].text().trim_end().len());
        }
        (below, page.lines[below].mapped.source_start(0))
    };
    let place = Place { line: first, byline: Span::new(start, end.max(start)), speech_line, speech };
    let form = judgement.map_or(0.0, |judgement| judgement.quality);
    let weights = Weights::of_form(kind, form);
    let n = u32::try_from(accepted.n_lines).unwrap_or(u32::MAX);
    let confidence = if accepted.likeness >= 0.9 && form >= 0.5 { form.max(0.8) } else { OF_FAMILY };
    let weights = weights.then(Reason::OfTemplate(n), confidence);
    let time_start_s = reading.time.flatten();
    let inside = !lines.starts[accepted.at];
    Some(Candidate { time_start_s, inside, ..Candidate::printed(Style::Template, byline, kind, place, weights) })
}

/// Compares the template with the styles: candidates that read the same place in the same way stay as they are, and the others of the
/// template become candidates of that style; readings of the same lines that the template replaces are removed.
fn reconcile(all: &mut Vec<Candidate>, found: &mut Vec<Candidate>, is_throughout: bool) {
    let n_found = u32::try_from(found.len()).unwrap_or(u32::MAX);
    let mut same: BTreeMap<Style, usize> = BTreeMap::new();
    let by_line: HashMap<usize, &Candidate> =
        found.iter().map(|candidate| (candidate.speech_line, candidate)).collect();
    let twin = |known: &Candidate| {
        by_line
            .get(&known.speech_line)
            .copied()
            .filter(|own| own.speech == known.speech && own.byline.start == known.byline.start)
    };
    for known in all.iter().filter(|known| known.confidence() > 0.0 && twin(known).is_some()) {
        *same.entry(known.style).or_default() += 1;
    }
    let style = same.iter().max_by_key(|(style, n)| (**n, std::cmp::Reverse(**style))).map(|(style, n)| (*style, *n));
    if let Some((style, _)) = style.filter(|(_, n)| n * 2 >= found.len()) {
        let places: HashSet<usize> = all
            .iter()
            .filter(|known| known.style == style && known.confidence() >= 0.3)
            .map(|known| known.byline.start)
            .collect();
        // Where every paragraph begins in this way, the form of a label is not what makes it one.
        let all_places: HashSet<usize> = found.iter().map(|own| own.byline.start).collect();
        for known in all.iter_mut().filter(|known| is_throughout && known.style == style) {
            if all_places.contains(&known.byline.start) {
                known.raise(OF_FAMILY, Reason::OfTemplate(n_found));
            }
        }
        found.retain(|own| !places.contains(&own.byline.start));
        let replaced: HashSet<usize> = found.iter().map(|own| own.byline.start).collect();
        all.retain(|known| known.style != style || !replaced.contains(&known.byline.start));
        for own in found.iter_mut() {
            own.style = style;
        }
        return;
    }
    let lines: HashSet<usize> = found.iter().flat_map(|own| own.line..=own.speech_line).collect();
    let n_replaced = all.iter().filter(|known| lines.contains(&known.line)).count();
    let n_elsewhere = all.iter().filter(|known| !lines.contains(&known.line) && known.confidence() >= 0.5).count();
    // A style with many bylines elsewhere may still win; both readings are kept then.
    if n_elsewhere <= found.len() || n_replaced * 2 >= n_elsewhere {
        all.retain(|known| !lines.contains(&known.line));
    }
}

/// Removes bylines that only repeat the label of the line above, where a recogniser breaks lines within sentences and begins
/// each with the label. Returns their places.
pub(crate) fn drop_repeated(page: &Page<'_>, bylines: &mut Vec<Candidate>) -> Vec<Span> {
    const FEWEST: usize = 2;
    let continues = |above: &Candidate, own: &Candidate| {
        above.style == Style::Template
            && own.style == Style::Template
            && above.label == own.label
            && (above.line..own.line).all(|line| !page.lines[line].is_empty())
            && own.line <= above.speech_line + 1
    };
    let breaks_sentence = |own: &Candidate| {
        let above = own.line.checked_sub(1).map_or("", |above| page.lines[above].text().trim_end());
        !above.ends_with(['.', '?', '!', '…', '"', '”', ')', '。', '？', '！', '؟'])
    };
    let pairs = || bylines.windows(2).filter(|pair| continues(&pair[0], &pair[1]));
    let n_broken = pairs().filter(|pair| breaks_sentence(&pair[1])).count();
    if n_broken < FEWEST || n_broken * 4 < pairs().count() {
        return Vec::new();
    }
    let repeats: Vec<bool> =
        std::iter::once(false).chain(bylines.windows(2).map(|pair| continues(&pair[0], &pair[1]))).collect();
    let mut repeats = repeats.into_iter();
    let mut places = Vec::new();
    bylines.retain(|byline| {
        let is_repeated = repeats.next().unwrap_or(false);
        if is_repeated {
            places.push(byline.byline);
        }
        !is_repeated
    });
    places
}
