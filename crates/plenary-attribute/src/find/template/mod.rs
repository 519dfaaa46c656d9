//! The byline template that a document itself establishes: constant signs around a name, repeated at the beginning of lines.
//!
//! **Input**: the page, the claims on it, and the candidates of the styles. **Output**: candidates of the style `template`, or more
//! candidates of a known style if the template is one; which of them are used is decided by `styles`. A template must recur, its
//! names must recur and look like labels of speakers, and speech must follow them.

mod score;
mod shape;

use std::collections::{BTreeMap, HashMap, HashSet};

use super::inline::has_leaders;
use crate::candidate::{ACCEPT, Candidate, Place};
use crate::page::{Page, Settled};
use crate::weights::Weights;
use plenary_corpus::{Layout, Reason, Span, Style};
use plenary_names::bylines::Reader;
use plenary_names::directions::is_direction;
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;

use score::{Background, Evidence, evidence, is_possible};
pub(in crate::find) use shape::time_at;
use shape::{Clock, Line, Part, Reading, Template, is_dash, readings, time_alone};

/// Maximum number of lines from which a template is learned.
const SAMPLE: usize = 4_000;

/// Minimum number of names on separate lines, without any sign, that establish a template.
const FEWEST_BARE: usize = 5;

/// Maximum number of templates whose evidence is weighed.
const MOST_TEMPLATES: usize = 200;

/// Bits of the signs of a byline from which they hardly occur in prose.
const RARE: f64 = 6.0;

/// Confidence of a label that only the family of the other labels supports.
const OF_FAMILY: f32 = 0.55;

/// The same for a name on a separate line, from which a step is subtracted if it does not recur.
const OF_FAMILY_ALONE: f32 = 0.65;

fn of_family(style: Style) -> f32 {
    if matches!(style, Style::NameLine | Style::Capitals) { OF_FAMILY_ALONE } else { OF_FAMILY }
}

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
                if fits && !has_leaders(text) && !(text.len() < 40 && time_alone(text).is_some()) {
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
fn time_alone_of(page: &Page<'_>, line: usize) -> Option<Clock> {
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
    let learned = induce(&lines, settled, reader)?;
    // Lines that a style reads in the same way need not be read again.
    let same = style_of(&learned, all);
    let covered: HashMap<usize, &str> = all
        .iter()
        .filter(|known| Some(known.style) == same && known.confidence() >= of_family(known.style))
        .map(|known| (known.line, known.label.as_str()))
        .collect();
    let matching = matching(&lines, reader.lexicon, &learned, &covered);
    let accepted = accept(&lines, reader, &learned.evidence, matching, &covered);
    let n_lines = accepted.lines.len() + accepted.n_covered;
    if n_lines < 3 {
        return None;
    }
    let mut found: Vec<Candidate> =
        accepted.lines.iter().filter_map(|line| candidate(&lines, settled, reader, line, n_lines)).collect();
    match same {
        Some(style) => join(style, all, &mut found, accepted.is_throughout),
        None => replace(all, &found),
    }
    all.append(&mut found);
    all.sort_by_key(|candidate| candidate.byline.start);
    Some(plenary_corpus::Template { shape: learned.evidence.template.to_string(), n_lines })
}

/// The template of a page.
struct Learned {
    evidence: Evidence,
    scope: Scope,
    /// Where the speech begins in the lines from which the template was learned, as offsets in the source.
    speech: Vec<usize>,
}

/// The style whose candidates read at least half of the lines in the same way.
fn style_of(learned: &Learned, all: &[Candidate]) -> Option<Style> {
    let places: HashSet<usize> = learned.speech.iter().copied().collect();
    let mut same: BTreeMap<Style, usize> = BTreeMap::new();
    for known in all.iter().filter(|known| known.confidence() > 0.0 && places.contains(&known.speech)) {
        *same.entry(known.style).or_default() += 1;
    }
    let time_above = learned.evidence.template.before.starts_with(&[Part::Time, Part::LineEnd]);
    let (style, n) = same.into_iter().max_by_key(|(style, n)| (*n, std::cmp::Reverse(*style)))?;
    // The style leaves the time above the name in the speech of the turn before.
    (n * 2 >= learned.speech.len() && !time_above).then_some(style)
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
fn induce(lines: &Lines<'_, '_>, settled: &Settled, reader: &mut Reader<'_>) -> Option<Learned> {
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
struct Bylined {
    /// Index among the open lines.
    at: usize,
    reading: Reading,
    /// How much its label looks like that of a speaker.
    likeness: f64,
}

/// The lines that are taken as bylines.
struct Accepted {
    lines: Vec<Bylined>,
    /// Number of lines that a style reads in the same way.
    n_covered: usize,
    /// Nearly every line that may begin with the template does.
    is_throughout: bool,
}

/// The lines that have the shape of a template.
#[derive(Default)]
struct Matching {
    main: Vec<(usize, Reading)>,
    /// Lines with another form of the template.
    variants: Vec<(usize, Reading)>,
    /// Lines that are not in the scope of the template.
    inside: Vec<(usize, Reading)>,
    n_covered: usize,
    n_in_scope: usize,
}

fn matching(lines: &Lines<'_, '_>, lexicon: &Lexicon, learned: &Learned, covered: &HashMap<usize, &str>) -> Matching {
    /// A byline is shorter than this number of bytes.
    const LONGEST: usize = 600;
    let template = &learned.evidence.template;
    let sign = template.own_sign();
    let mut out = Matching::default();
    for at in 0..lines.open.len() {
        let is_in_scope = lines.is_in(learned.scope, at);
        out.n_in_scope += usize::from(is_in_scope);
        if covered.contains_key(&lines.open[at]) {
            out.n_covered += 1;
            continue;
        }
        let text = lines.page.lines[lines.open[at]].text();
        let head = &text[..text.floor_char_boundary(LONGEST)];
        // Recognisers break their lines anywhere, and begin each with the label.
        let is_possible = is_in_scope || learned.evidence.rarity >= RARE;
        if !is_possible || sign.is_some_and(|sign| !head.contains(sign)) {
            continue;
        }
        let mut found = readings(lexicon, &lines.line(at));
        if let Some(own) = found.iter().position(|reading| reading.template == *template) {
            let to = if is_in_scope { &mut out.main } else { &mut out.inside };
            to.push((at, found.swap_remove(own)));
        } else if is_in_scope
            && let Some(variant) = found.iter().position(|reading| is_variant(template, &reading.template))
        {
            out.variants.push((at, found.swap_remove(variant)));
        }
    }
    out
}

/// The lines of the shape whose labels belong to speakers.
fn accept(
    lines: &Lines<'_, '_>,
    reader: &mut Reader<'_>,
    best: &Evidence,
    matching: Matching,
    covered: &HashMap<usize, &str>,
) -> Accepted {
    let lexicon = reader.lexicon;
    let known: HashSet<&str> = best.labels.iter().map(String::as_str).collect();
    let families = score::families(best.labels.iter().map(String::as_str));
    let Matching { main, variants, inside, n_covered, n_in_scope } = matching;
    let text_of = |at: usize, reading: &Reading| &lines.page.lines[lines.open[at]].text()[reading.name.clone()];
    let mut counts: HashMap<String, usize> = HashMap::new();
    for label in covered.values() {
        *counts.entry((*label).to_string()).or_default() += 1;
    }
    let mut labels = Vec::with_capacity(main.len());
    for (at, reading) in &main {
        let label = score::label(reader, text_of(*at, reading));
        *counts.entry(label.clone()).or_default() += 1;
        labels.push(label);
    }
    // If nearly every paragraph begins in this way, the shape alone says who speaks.
    let is_throughout = (main.len() + n_covered) * 20 >= n_in_scope * 17 || best.rarity >= 12.0;
    let mut out = Vec::new();
    for ((at, reading), label) in main.into_iter().zip(labels) {
        let n = counts[&label];
        let likeness = best.likeness.get(&label).copied().unwrap_or_else(|| score::like(lexicon, &label, n, &families));
        let identifies = label.contains(|c: char| c.is_ascii_digit() || matches!(c, '_' | '@' | '*'));
        let has_brackets = reading.name.len() > label.len() && text_of(at, &reading).ends_with(')');
        let fits = likeness >= 0.5 && (likeness >= 0.8 || n >= 2 || is_throughout)
            || is_throughout && likeness > 0.0 && (identifies || n >= 2 || has_brackets);
        if fits {
            out.push(Bylined { at, reading, likeness });
        }
    }
    for (at, reading) in inside {
        let label = score::label(reader, text_of(at, &reading));
        if known.contains(label.as_str()) {
            out.push(Bylined { at, reading, likeness: best.likeness.get(&label).copied().unwrap_or(1.0) });
        }
    }
    for (at, reading) in variants {
        let (byline, judgement) = reader.read(text_of(at, &reading));
        let is_speaker = judgement
            .is_some_and(|judgement| judgement.quality >= 0.5 && judgement.kind != LabelKind::Word)
            || labels::is_unknown_label(lexicon, &byline.label) && !is_direction(lexicon, &byline.label);
        let in_family = score::stem(&byline.label).is_some_and(|stem| families.contains(&stem));
        if known.contains(byline.label.as_str()) || in_family || is_speaker {
            out.push(Bylined { at, reading, likeness: 1.0 });
        }
    }
    out.sort_by_key(|line| line.at);
    Accepted { lines: out, n_covered, is_throughout }
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
                    depth += 1;
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

impl Lines<'_, '_> {
    /// Where the byline and the speech of a line are, according to a reading.
    fn speech(&self, settled: &Settled, at: usize, reading: &Reading) -> Option<Place> {
        let page = self.page;
        let i = self.open[at];
        let line = &page.lines[i];
        let time_above = reading.template.before.starts_with(&[Part::Time, Part::LineEnd]);
        let first = if time_above { i - 1 } else { i };
        let lead = page.lines[first].text().len() - page.lines[first].text().trim_start().len();
        let start = page.lines[first].mapped.source_start(lead);
        let mut end = line.mapped.source_end(reading.speech);
        let (speech_line, speech) = if reading.speech < line.text().len() {
            (i, line.mapped.source_start(reading.speech))
        } else if matches!(reading.template.after.last(), Some(Part::Blank)) {
            // The dash that closes the byline is at the beginning of the line below.
            let below = page.lines.get(i + 1)?;
            let dash = below.text().len() - below.text().trim_start().trim_start_matches(is_dash).trim_start().len();
            end = below.mapped.source_end(dash);
            (i + 1, below.mapped.source_start(dash))
        } else {
            let below = next_line(page, settled, i + 1)?;
            if reading.template.after.ends_with(&[Part::LineEnd, Part::Time, Part::LineEnd]) {
                end = page.lines[i + 1].mapped.source_end(page.lines[i + 1].text().trim_end().len());
            }
            (below, page.lines[below].mapped.source_start(0))
        };
        Some(Place { line: first, byline: Span::new(start, end.max(start)), speech_line, speech })
    }
}

/// The candidate of an accepted line.
fn candidate(
    lines: &Lines<'_, '_>,
    settled: &Settled,
    reader: &mut Reader<'_>,
    accepted: &Bylined,
    n_lines: usize,
) -> Option<Candidate> {
    let reading = &accepted.reading;
    let text = lines.page.lines[lines.open[accepted.at]].text();
    let (byline, judgement) = reader.read(&text[reading.name.clone()]);
    let kind = judgement.map_or(LabelKind::Word, |judgement| judgement.kind);
    let place = lines.speech(settled, accepted.at, reading)?;
    let form = judgement.map_or(0.0, |judgement| judgement.quality);
    let n = u32::try_from(n_lines).unwrap_or(u32::MAX);
    let confidence = if accepted.likeness >= 0.9 && form >= 0.5 { form.max(0.8) } else { OF_FAMILY };
    let weights = Weights::of_form(kind, form).then(Reason::OfTemplate(n), confidence);
    let time_start_s = reading.time.and_then(|clock| clock.0);
    let inside = !lines.starts[accepted.at];
    Some(Candidate { time_start_s, inside, ..Candidate::printed(Style::Template, byline, kind, place, weights) })
}

/// Makes the candidates of a template candidates of the style that it is the same as, except where the style has a good one.
fn join(style: Style, all: &mut Vec<Candidate>, found: &mut Vec<Candidate>, is_throughout: bool) {
    const GOOD: f32 = 0.3;
    let n_found = u32::try_from(found.len()).unwrap_or(u32::MAX);
    let places: HashSet<usize> = all
        .iter()
        .filter(|known| known.style == style && known.confidence() >= GOOD)
        .map(|known| known.byline.start)
        .collect();
    // Where every paragraph begins in this way, the form of a label is not what makes it one.
    let all_places: HashSet<usize> = found.iter().map(|own| own.byline.start).collect();
    for known in all.iter_mut().filter(|known| is_throughout && known.style == style) {
        if all_places.contains(&known.byline.start) {
            known.raise(of_family(style), Reason::OfTemplate(n_found));
        }
    }
    found.retain(|own| !places.contains(&own.byline.start));
    let replaced: HashSet<usize> = found.iter().map(|own| own.byline.start).collect();
    all.retain(|known| known.style != style || !replaced.contains(&known.byline.start));
    for own in found.iter_mut() {
        own.style = style;
        own.raise(of_family(style), Reason::OfTemplate(n_found));
    }
}

/// Removes the candidates on the lines that a template reads better. A style with many bylines elsewhere may still win: its
/// candidates stay.
fn replace(all: &mut Vec<Candidate>, found: &[Candidate]) {
    let lines: HashSet<usize> = found.iter().flat_map(|own| own.line..=own.speech_line).collect();
    let n_replaced = all.iter().filter(|known| lines.contains(&known.line)).count();
    let n_elsewhere = all.iter().filter(|known| !lines.contains(&known.line) && known.confidence() >= ACCEPT).count();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, attribute};
    use plenary_corpus::Transcript;
    use plenary_read::read;
    use proptest::prelude::*;

    const NAMES: [&str; 8] =
        ["Ann Lee", "Bo Hill", "Cy Dale", "Dee Moss", "Dr. Ute Kern", "María Núñez", "Mr. Ed Nash", "Flo Orr"];

    const SENTENCES: [&str; 8] = [
        "The bridge has been closed since May.",
        "Nobody knows who painted it, and nobody asks.",
        "When will it be open again?",
        "I have said so in the committee, in the paper and at the river.",
        "It is always late, and we know why.",
        "We went home, because it was late and the rain had begun.",
        "That is what they told us last year!",
        "The river is high in the spring.",
    ];

    /// Signs before and after a name, and behind the signs the speech. None is a style that plenary has a rule for.
    const SIGNS: [(&str, &str); 14] = [
        ("[", "]: "),
        ("[", "] "),
        ("【", "】"),
        ("■ ", ": "),
        ("", "—"),
        ("", " ~ "),
        ("", " | "),
        ("{", "} "),
        ("<< speaker >> ", " "),
        ("@", ": "),
        ("◇", "\u{3000}"),
        ("", " [00:0T:12] "),
        ("00:0T:12 | ", " | "),
        ("=== ", " ===\n"),
    ];

    fn transcript(text: &str) -> Transcript {
        attribute(read("talk.txt", text.as_bytes()).expect("the text can be read"), &Options::default())
    }

    /// The label and the words of each turn.
    fn turns(transcript: &Transcript) -> Vec<(String, String)> {
        let turn = |utterance: &plenary_corpus::Utterance| {
            (utterance.label.clone().unwrap_or_default(), utterance.text.clone())
        };
        transcript.utterances.iter().map(turn).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_template_over_any_names_is_found(
            signs in 0..SIGNS.len(),
            first in 0..NAMES.len(),
            said in prop::collection::vec((0..3usize, 0..SENTENCES.len()), 6..14),
            blank_line in any::<bool>(),
        ) {
            let (before, after) = SIGNS[signs];
            // "<< speaker >> Name" is on a separate line.
            let after = if after == " " { "\n" } else { after };
            let speakers = [0, 1, 2].map(|k| NAMES[(first + k) % NAMES.len()]);
            let mut expected: Vec<(String, String)> = Vec::new();
            let mut text = String::new();
            for (k, (_, sentence)) in said.iter().enumerate() {
                let minute = (k % 10).to_string();
                let name = speakers[k % 3];
                let (before, after) = (before.replace('T', &minute), after.replace('T', &minute));
                let sentence = SENTENCES[*sentence];
                text.push_str(&format!("{before}{name}{after}{sentence}\n"));
                if blank_line || after == "\n" {
                    text.push('\n');
                }
                expected.push((name.to_string(), sentence.to_string()));
            }
            let found = transcript(&text);
            prop_assert_eq!(turns(&found), expected, "{}", text);
            prop_assert!(found.template.is_some());
        }

        #[test]
        fn prose_without_speakers_stays_without(
            paragraphs in prop::collection::vec(prop::collection::vec(0..SENTENCES.len(), 2..5), 3..12),
            dash in any::<bool>(),
        ) {
            let paragraph = |sentences: &Vec<usize>| {
                let text: Vec<&str> = sentences.iter().map(|at| SENTENCES[*at]).collect();
                let text = text.join(" ");
                if dash { text.replacen(", and", "—and", 1).replacen(" has been", "—an old one—has been", 1) } else { text }
            };
            let text: Vec<String> = paragraphs.iter().map(paragraph).collect();
            let found = transcript(&text.join("\n\n"));
            prop_assert!(found.utterances.iter().all(|utterance| utterance.label.is_none()), "{:?}", turns(&found));
        }
    }

    #[test]
    fn a_template_is_readable() {
        for (text, shape) in [
            ("[A B]: Yes.\n[C D]: No.\n[A B]: Why?\n[C D]: So.\n", "[NAME]: text"),
            (
                "Ann Lee [00:00:12] Yes.\nBo Hill [00:01:12] No.\nAnn Lee [00:02:12] Why?\nBo Hill [00:03:12] So.\n",
                "NAME [TIME] text",
            ),
            ("Mr. LEE—Yes.\n\nMr. HILL (Oakton)—No.\n\nMr. LEE—Why?\n\nMr. HILL—So.\n", "NAME—text"),
        ] {
            let found = transcript(text).template.map(|template| (template.shape, template.n_lines));
            assert_eq!(found, Some((shape.to_string(), 4)), "{text}");
        }
    }

    #[test]
    fn lists_that_count_and_bibliographies_are_not_bylines() {
        for text in [
            "Step 1: Wash the apples.\nStep 2: Boil the water.\nStep 3: Wait.\nStep 1: Roll the dough.\nStep 2: Bake it.\n\
             Step 3: Eat it.\n",
            "Lee, A. (2004) The river. Oakton: Mill.\nHill, B. (2011) Ferries. Oakton: Mill.\n\
             Lee, A. (2009) Paint. Oakton: Mill.\nHill, B. (2016) More ferries. Oakton: Mill.\n",
            "[Bridge] A way over a river.\n\n[Ferry] A boat that goes to and fro.\n\n[Mill] A house with a wheel.\n",
        ] {
            let found = transcript(text);
            assert!(found.utterances.iter().all(|turn| turn.label.is_none()), "{:?}", turns(&found));
        }
    }

    #[test]
    fn times_are_read_in_the_forms_of_recorders() {
        for (text, expected) in [
            ("00:00:12", Some((8, Some(12.0)))),
            ("1:02 text", Some((4, Some(62.0)))),
            ("#00:00:12-3#", Some((12, Some(12.3)))),
            ("00:01:12:05 - 00:01:14:22", Some((25, Some(72.0)))),
            ("00;00;31;00", Some((11, Some(31.0)))),
            ("2.05 pm)", Some((7, None))),
            ("12/05/2027 10:15:", Some((16, None))),
            ("12/05/2027 10:15 text", Some((16, None))),
            ("2.05", None),
            ("#12", None),
            ("3 May", None),
        ] {
            assert_eq!(time_at(text), expected, "{text}");
        }
    }
}
