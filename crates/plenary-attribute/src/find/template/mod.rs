//! The byline template that a document itself establishes: constant signs around a name, repeated at the beginning of lines.
//!
//! **Input**: the page, the claims on it, and the candidates of the styles. **Output**: candidates of the style `template`, or more
//! candidates of a known style if the template is one; which of them are used is decided by `styles`. A template must recur, its
//! names must recur and look like labels of speakers, and speech must follow them.

mod accept;
mod learn;
mod lines;
mod score;
mod shape;

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::candidate::{ACCEPT, Candidate};
use crate::page::{Page, Settled};
use crate::weights::Weights;
use plenary_corpus::{Reason, Span, Style};
use plenary_names::bylines::Reader;
use plenary_names::labels::LabelKind;

use accept::{Bylined, accept, matching};
use learn::{Learned, induce};
use lines::Lines;
use shape::Part;
pub(in crate::find) use shape::time_at;

/// Confidence of a label that only the family of the other labels supports.
const OF_FAMILY: f32 = 0.55;

/// The same for a name on a separate line, from which a step is subtracted if it does not recur.
const OF_FAMILY_ALONE: f32 = 0.65;

fn of_family(style: Style) -> f32 {
    if matches!(style, Style::NameLine | Style::Capitals) { OF_FAMILY_ALONE } else { OF_FAMILY }
}

/// Adds the candidates of the document's own template to those of the styles. Returns the template, if there is one.
pub(crate) fn add(
    page: &Page<'_>,
    settled: &Settled,
    account_lines: &HashSet<usize>,
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
    let mut accepted = accept(&lines, reader, &learned.evidence, matching, &covered);
    // The rank before the name in "【群主】Lee(884120536)" is not a label.
    accepted.lines.retain(|line| !account_lines.contains(&lines.open[line.at]));
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
mod tests;
