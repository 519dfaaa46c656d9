//! Bylines by the study's own pattern: each line whose start matches opens a turn, and nothing else does.
//!
//! **Input**: the page, the claims on it (running headers and page numbers), and a checked pattern. **Output**: the
//! bylines. The pattern is applied to visible lines, without marks of emphasis and without white space at both ends.
//! The pattern itself is checked by `options::own_pattern`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::inline::seconds;
use crate::candidate::{Candidate, Found, Place};
use crate::options::own_pattern::Pattern;
use crate::page::{Page, Settled};
use crate::weights::Weights;
use plenary_corpus::text::collapse_white_space;
use plenary_corpus::{Details, Layout, Reason, Role, Span, Style, StyleScore};
use plenary_names::bylines::{Byline, split_honorific, tidy};
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;
use plenary_names::roles::role_named;
use plenary_names::text::constant_regex;

/// The bylines that a pattern matches.
pub(crate) fn find(page: &Page<'_>, settled: &Settled, pattern: &Pattern) -> Found {
    let mut bylines: Vec<Candidate> =
        (0..page.lines.len()).filter(|i| settled.is_open(*i)).filter_map(|i| byline(page, i, pattern)).collect();
    let mut mentions: HashMap<String, usize> = HashMap::new();
    for byline in &bylines {
        *mentions.entry(byline.label.clone()).or_default() += 1;
    }
    for byline in &mut bylines {
        byline.n_mentions = mentions.get(&byline.label).copied().unwrap_or(0);
    }
    if bylines.is_empty() {
        return Found::default();
    }
    let score = StyleScore { style: Style::Pattern, score: bylines.len() as f32, is_taken: true };
    Found { bylines, style: Some(Style::Pattern), confidence: 1.0, scores: vec![score], ..Found::default() }
}

/// The byline at the start of a line.
fn byline(page: &Page<'_>, i: usize, pattern: &Pattern) -> Option<Candidate> {
    let lexicon = page.lexicon;
    let line = &page.lines[i];
    if line.is_empty() || line.layout == Layout::Running {
        return None;
    }
    let lead = line.text().len() - line.text().trim_start().len();
    let text = line.text().trim();
    let found = pattern.at_start(text)?;
    let name = found.name("name").filter(|name| name.as_str().chars().any(char::is_alphanumeric))?;
    let whole = found.get(0)?;
    // The speech begins after the name: at its group or, without one, after the match.
    let speech = found.name("speech").map(|speech| speech.start()).filter(|start| *start >= name.end());
    let speech = speech.unwrap_or_else(|| whole.end());
    let speech = speech + (text[speech..].len() - text[speech..].trim_start().len());
    let parts = parts(lexicon, &found, &text[..speech]);
    let kind = labels::judge(lexicon, &parts.label).map_or(LabelKind::Word, |judgement| judgement.kind);
    let start = line.mapped.source_start(lead);
    let end = line.mapped.source_end(lead + speech);
    let (speech_line, speech) = if speech < text.len() {
        (i, line.mapped.source_start(lead + speech))
    } else {
        let below = (i + 1..page.lines.len()).find(|below| !page.lines[*below].is_empty());
        below.map_or((i, line.span.end), |below| (below, page.lines[below].mapped.source_start(0)))
    };
    let time_start_s = found.name("time").and_then(|time| time_of(time.as_str()));
    let place = Place { line: i, byline: Span::new(start, end.max(start)), speech_line, speech };
    let weights = Weights::start(Reason::Matches, 1.0);
    Some(Candidate { time_start_s, ..Candidate::printed(Style::Pattern, parts, kind, place, weights) })
}

/// The parts of a byline from the groups of a match. The name is used as matched, without honorifics, and not split further.
fn parts(lexicon: &Lexicon, found: &Captures<'_>, printed: &str) -> Byline {
    let group = |name: &str| {
        let text = collapse_white_space(found.name(name)?.as_str());
        (!text.is_empty()).then_some(text)
    };
    let name = group("name").unwrap_or_default();
    let (own_honorific, name) = split_honorific(lexicon, &name);
    let honorific = group("honorific").or(own_honorific);
    let label = honorific.as_ref().map_or_else(|| name.clone(), |honorific| format!("{honorific} {name}"));
    let role_text = group("role");
    let role = role_text.as_deref().and_then(|text| role_of(lexicon, text));
    // Words that do not name a role are an office.
    let office = role_text.filter(|_| role.is_none());
    let chair = labels::is_chair_label(lexicon, &label).then(|| name.clone());
    Byline {
        printed: tidy(printed),
        label,
        details: Details {
            honorific,
            title: group("title").or(office).or(chair),
            affiliation: group("affiliation"),
            country: group("country"),
            constituency: group("constituency"),
            party: group("party"),
            ..Details::default()
        },
        role,
        name,
        brackets: None,
        line: None,
    }
}

fn role_of(lexicon: &Lexicon, text: &str) -> Option<Role> {
    role_named(lexicon, text).or_else(|| labels::is_chair_label(lexicon, text).then_some(Role::Chair))
}

/// `75`, `1:15`, `[00:01:15.5]`; with a date before it or a.m. or p.m. after it, it is a time of day.
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"^[^\w\s]?(?P<day>\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4},?\s+)?(?:(?:(?P<h>\d{1,2}):)?(?P<m>\d{1,3}):)?(?P<s>\d{1,6})(?:[.,]\d{1,3})?(?P<half>\s?[AaPp]\.?[Mm]\.?)?[^\w\s]?$",
    )
});

/// Seconds from the start of the recording; `None` for a time of day and for other text.
fn time_of(text: &str) -> Option<f64> {
    seconds(&TIME.captures(text.trim())?)
}

/// Numbers of the paragraphs in which the pattern matched. Only headers may be claimed there, whatever else lines look like.
pub(crate) fn paragraphs(page: &Page<'_>, found: &Found) -> HashSet<usize> {
    found.bylines.iter().map(|byline| page.lines[byline.line].paragraph).collect()
}
