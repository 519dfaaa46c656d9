//! Reads the lines of a page with its template.
//!
//! **Input**: the lines and the learned template. **Output**: the lines that are bylines of the template, or of another form of it,
//! with how much their labels look like those of speakers. Making candidates is left to `template`.

use std::collections::{HashMap, HashSet};

use super::learn::Learned;
use super::lines::Lines;
use super::score::{self, Evidence, is_possible};
use super::shape::{self, Part, Reading, Template, readings};
use crate::find::inline::ends_with_name;
use plenary_names::bylines::Reader;
use plenary_names::directions::is_direction;
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;

/// Bits of the signs of a byline from which they hardly occur in prose.
const RARE: f64 = 6.0;

/// A line that is taken as a byline of a template.
pub(super) struct Bylined {
    /// Index among the open lines.
    pub(super) at: usize,
    pub(super) reading: Reading,
    /// How much its label looks like that of a speaker.
    pub(super) likeness: f64,
}

/// The lines that are taken as bylines.
pub(super) struct Accepted {
    pub(super) lines: Vec<Bylined>,
    /// Number of lines that a style reads in the same way.
    pub(super) n_covered: usize,
    /// Nearly every line that may begin with the template does.
    pub(super) is_throughout: bool,
}

/// The lines that have the shape of a template.
#[derive(Default)]
pub(super) struct Matching {
    pub(super) main: Vec<(usize, Reading)>,
    /// Lines with another form of the template.
    pub(super) variants: Vec<(usize, Reading)>,
    /// Lines that are not in the scope of the template.
    pub(super) inside: Vec<(usize, Reading)>,
    pub(super) n_covered: usize,
    pub(super) n_in_scope: usize,
}

pub(super) fn matching(
    lines: &Lines<'_, '_>,
    lexicon: &Lexicon,
    learned: &Learned,
    covered: &HashMap<usize, &str>,
) -> Matching {
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
        let lacks =
            |sign: char| if shape::is_dash(sign) { !head.contains(shape::is_dash) } else { !head.contains(sign) };
        if !is_possible || sign.is_some_and(lacks) {
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
pub(super) fn accept(
    lines: &Lines<'_, '_>,
    reader: &mut Reader<'_>,
    best: &Evidence,
    matching: Matching,
    covered: &HashMap<usize, &str>,
) -> Accepted {
    /// Bits of the signs on both sides of a label from which they hardly occur in prose.
    const FRAMED: f64 = 8.0;
    /// Maximum number of words of a label that its signs alone make one.
    const LONGEST_LABEL: usize = 4;
    /// Minimum number of lines that surely name a speaker, for others of the same shape to be believed.
    const FEWEST_SURE: usize = 5;
    let lexicon = reader.lexicon;
    let known: HashSet<&str> = best.labels.iter().map(String::as_str).collect();
    let mut n_numbered: HashMap<String, usize> = HashMap::new();
    for label in best.labels.iter().filter_map(|label| numbered(label)) {
        *n_numbered.entry(label).or_default() += 1;
    }
    let known_numbers: HashSet<String> =
        n_numbered.into_iter().filter(|(_, n)| *n >= 3).map(|(label, _)| label).collect();
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
    // "Me Lee. – text": a full stop and a dash hardly occur in prose.
    let after = &best.template.after;
    let has_sign = |parts: &[Part]| parts.iter().any(|part| matches!(part, Part::Sign(_)));
    let is_stop_and_dash = after.contains(&Part::Sign('.'))
        && after.iter().any(|part| matches!(part, Part::Sign(sign) if shape::is_dash(*sign)));
    // "» Mme Lee | text": nor do two rare signs on both sides of a label.
    let is_framed = best.rarity >= FRAMED && has_sign(&best.template.before) && has_sign(after);
    let is_marking = best.mean_likeness >= 0.7 && (is_stop_and_dash || is_framed);
    let mut out = Vec::new();
    let mut others = Vec::new();
    let n_main = main.len();
    for ((at, reading), label) in main.into_iter().zip(labels) {
        let n = counts[&label];
        let likeness = best.likeness.get(&label).copied().unwrap_or_else(|| score::like(lexicon, &label, n, &families));
        let identifies = label.contains(|c: char| c.is_ascii_digit() || matches!(c, '_' | '@' | '*'));
        let has_brackets = reading.name.len() > label.len() && text_of(at, &reading).ends_with(')');
        let is_marked = is_marking && likeness > 0.0 && label.split_whitespace().count() <= LONGEST_LABEL;
        let is_known = || numbered(&label).is_some_and(|label| known_numbers.contains(&label));
        let fits = is_marked
            || n < 2 && is_known()
            || likeness >= 0.5 && (likeness >= 0.8 || n >= 2 || is_throughout)
            || is_throughout && likeness > 0.0 && (identifies || n >= 2 || has_brackets);
        if fits {
            out.push(Bylined { at, reading, likeness });
        } else if likeness > 0.0 && (has_brackets || ends_with_name(lexicon, &label)) {
            others.push(Bylined { at, reading, likeness });
        }
    }
    // Where nearly all lines of the shape name a speaker, "Secretary of the Office of Mills Ann Lee" does as well.
    if out.len() >= FEWEST_SURE && out.len() * 10 >= n_main * 8 {
        out.append(&mut others);
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
        // "CRIMINAL COURT - ROOM 4" beside "LEE – Yes.": another dash needs a label that is known.
        let has_own_dash = dashes(&reading.template) == dashes(&best.template);
        if known.contains(byline.label.as_str()) || in_family || is_speaker && has_own_dash {
            out.push(Bylined { at, reading, likeness: 1.0 });
        }
    }
    out.sort_by_key(|line| line.at);
    Accepted { lines: out, n_covered, is_throughout }
}

/// The sign for a dash of any length in another form of a template.
const DASH: char = '–';

fn dashes(template: &Template) -> Vec<Part> {
    template.parts().filter(|part| matches!(part, Part::Sign(sign) if shape::is_dash(*sign))).collect()
}

/// The letters and digits of a label with digits: "P/1" is also printed as "P1".
fn numbered(label: &str) -> Option<String> {
    let letters: String = label.chars().filter(|c| c.is_alphanumeric()).collect();
    (letters.starts_with(char::is_alphabetic) && letters.contains(|c: char| c.is_ascii_digit())).then_some(letters)
}

/// Whether a template is another form of the main one: with or without a number, a time or a bracket, or with another dash.
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
                Part::Sign(dash) if shape::is_dash(*dash) => out.push(Part::Sign(DASH)),
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
