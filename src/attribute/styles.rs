//! How a document prints its speakers: every place that looks like a byline in some style, then the style that
//! explains the document best, then the bylines of that style.
//!
//! A style that recurs consistently beats a single hit, and a label that recurs beats one that does not.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::bylines::{Byline, Reader};
use super::inline::leading;
use super::labels::{self, LabelKind};
use super::own_line::{alone, heading};
use super::page::Page;
use super::people::canonical_labels;
use crate::corpus::{Layout, Span};

/// A way to print who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// A byline in bold on lines of its own.
    Bold,
    /// A byline in bold, the speech after it on the same line.
    BoldInline,
    /// `Name: text`, `Name (role): text`, `[00:12:03] Name: text`, `Q: text`, and a tab in the colon's place.
    Colon,
    /// `Name, role. - text`, `Name – text`.
    Dash,
    /// `Mr. BYRD. Text`, `The PRESIDING OFFICER. Text`, `Q. Text`.
    Period,
    /// `Name (12:31)` or `12:31 Name` on a line of its own.
    NameTime,
    /// A name as a heading of a level that holds names.
    Heading,
    /// A name in capitals on a line of its own.
    Capitals,
    /// A name on a line of its own, perhaps with title and affiliation beside or below it.
    NameLine,
}

impl Style {
    pub const ALL: [Style; 9] = [
        Style::Bold,
        Style::BoldInline,
        Style::Colon,
        Style::Dash,
        Style::Period,
        Style::NameTime,
        Style::Heading,
        Style::Capitals,
        Style::NameLine,
    ];

    /// The name that a study and the tables use.
    pub fn as_str(self) -> &'static str {
        match self {
            Style::Bold => "bold",
            Style::BoldInline => "bold_inline",
            Style::Colon => "colon",
            Style::Dash => "dash",
            Style::Period => "period",
            Style::NameTime => "name_time",
            Style::Heading => "heading",
            Style::Capitals => "capitals",
            Style::NameLine => "name_line",
        }
    }

    pub fn from_name(name: &str) -> Option<Style> {
        Style::ALL.into_iter().find(|style| style.as_str() == name)
    }
}

/// A place that looks like a byline.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub style: Style,
    /// Line the byline begins on.
    pub line: usize,
    /// The byline as printed, and its parts.
    pub parts: Byline,
    /// The label alone, misreadings mended.
    pub label: String,
    pub kind: LabelKind,
    /// From the byline's first character to the speech.
    pub byline: Span,
    /// Line and source offset where the speech begins; the same line where they share one.
    pub speech_line: usize,
    pub speech: usize,
    pub time_start_s: Option<f64>,
    /// The byline begins inside a paragraph.
    pub inside: bool,
    /// The label is an office, has an honorific or stands in capitals: marks that prose does not set by chance.
    pub marked: bool,
    pub confidence: f32,
}

/// The bylines of a document, in its order, and what its style is.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub bylines: Vec<Candidate>,
    pub style: Option<Style>,
    /// Confidence of the style, in [0, 1].
    pub confidence: f32,
}

/// From this confidence on a candidate is a byline.
const ACCEPT: f32 = 0.5;

/// Another style is taken along when it explains at least this share of what the main style explains.
const COMPANION: f32 = 0.25;
const OWN_LINE_COMPANION: f32 = 0.6;

/// Finds the bylines of a page, in the style pinned by the study or in the one the page shows.
pub fn find(page: &Page<'_>, pinned: Option<Style>) -> Found {
    let mut all = candidates(page);
    if let Some(style) = pinned {
        all.retain(|candidate| candidate.style == style);
    }
    mend_labels(&mut all);
    all.retain(|candidate| candidate.confidence > 0.0);
    take_lines_for_turns(&mut all);
    let mut counts: HashMap<(Style, &str), usize> = HashMap::new();
    for candidate in all.iter().filter(|candidate| !candidate.inside) {
        *counts.entry((candidate.style, candidate.label.as_str())).or_default() += 1;
    }
    let weights: Vec<f32> = all
        .iter()
        .map(|candidate| {
            let n = counts.get(&(candidate.style, candidate.label.as_str())).copied().unwrap_or(0);
            weigh(candidate, n, pinned.is_some())
        })
        .collect();
    for (candidate, weight) in all.iter_mut().zip(weights) {
        candidate.confidence = weight;
    }
    pair_questions(&mut all);
    if pinned.is_none() {
        drop_lists(&mut all);
    }
    lift_lone(page, &mut all);
    lift_throughout(page, &mut all);
    let mut scores: BTreeMap<Style, f32> = BTreeMap::new();
    for candidate in all.iter().filter(|candidate| candidate.confidence >= ACCEPT && !candidate.inside) {
        *scores.entry(candidate.style).or_default() += candidate.confidence;
    }
    // Of two styles that explain equally much the first of the enumeration is the more marked one.
    let Some((main, best)) = scores.iter().map(|(style, score)| (*style, *score)).fold(
        None,
        |best: Option<(Style, f32)>, next| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        },
    ) else {
        return Found::default();
    };
    let companions: Vec<Style> = scores
        .iter()
        .filter(|(style, score)| goes_with(main, **style) && **score >= share_needed(main, **style) * best)
        .map(|(style, _)| *style)
        .collect();
    let known: HashSet<String> = all
        .iter()
        .filter(|candidate| {
            (candidate.style == main || companions.contains(&candidate.style))
                && candidate.confidence >= ACCEPT
                && !candidate.inside
        })
        .map(|candidate| candidate.label.clone())
        .collect();
    // Where the main style marks its labels, others beside it do so too.
    let (n_main, n_marked) = all
        .iter()
        .filter(|candidate| candidate.style == main && candidate.confidence >= ACCEPT)
        .fold((0, 0), |(n, marked), candidate| (n + 1, marked + usize::from(candidate.marked)));
    let marks = n_marked >= CARRIERS && n_marked * 10 >= n_main * 8;
    let rivals: f32 =
        scores.iter().filter(|(style, _)| **style != main && !companions.contains(style)).map(|(_, score)| score).sum();
    let mut bylines: Vec<Candidate> = all
        .into_iter()
        .filter(|candidate| {
            candidate.style == main
                || companions.contains(&candidate.style)
                    && (candidate.marked || !marks || candidate.kind == LabelKind::Anonymous)
        })
        .filter(|candidate| candidate.confidence >= ACCEPT)
        .filter(|candidate| !candidate.inside || known.contains(&candidate.label) || candidate.confidence >= 0.9)
        .collect();
    bylines.sort_by(|a, b| {
        let key = |candidate: &Candidate| (candidate.byline.start, candidate.style != main, candidate.style);
        key(a).cmp(&key(b)).then(b.confidence.total_cmp(&a.confidence))
    });
    bylines.dedup_by(|later, earlier| {
        later.byline.start < earlier.speech.max(earlier.byline.end).max(earlier.byline.start + 1)
    });
    let mean = bylines.iter().map(|candidate| candidate.confidence).sum::<f32>() / bylines.len().max(1) as f32;
    let explained: f32 =
        scores.iter().filter(|(style, _)| **style == main || companions.contains(style)).map(|(_, score)| score).sum();
    Found { style: Some(main), confidence: mean * explained / (explained + rivals).max(f32::EPSILON), bylines }
}

/// Where most bylines of a style stand at the start of lines inside paragraphs and recur, each line is a turn, and the
/// paragraphs are only what the layout made of lines without blank lines between them.
fn take_lines_for_turns(all: &mut [Candidate]) {
    let mut prints: HashMap<(Style, &str), usize> = HashMap::new();
    for candidate in all.iter() {
        *prints.entry((candidate.style, candidate.label.as_str())).or_default() += 1;
    }
    let mut places: HashMap<Style, (usize, usize)> = HashMap::new();
    for candidate in all.iter() {
        let recurs = prints.get(&(candidate.style, candidate.label.as_str())).is_some_and(|n| *n >= 2);
        let (inside, outside) = places.entry(candidate.style).or_default();
        *inside += usize::from(candidate.inside && recurs);
        *outside += usize::from(!candidate.inside && (recurs || candidate.confidence >= ACCEPT));
    }
    for candidate in all.iter_mut().filter(|candidate| candidate.inside) {
        let (inside, outside) = places.get(&candidate.style).copied().unwrap_or_default();
        candidate.inside = inside <= outside;
    }
}

/// Gives misread prints of a label that label, its kind and its confidence.
fn mend_labels(all: &mut [Candidate]) {
    let is_label = |candidate: &Candidate| candidate.confidence > 0.0;
    let canonical = canonical_labels(all.iter().map(|candidate| (candidate.label.as_str(), is_label(candidate))));
    let targets: HashSet<&String> = canonical.values().collect();
    let forms: HashMap<String, (LabelKind, f32)> = all
        .iter()
        .filter(|candidate| is_label(candidate) && targets.contains(&candidate.label))
        .map(|candidate| (candidate.label.clone(), (candidate.kind, candidate.confidence)))
        .collect();
    for candidate in all.iter_mut() {
        let Some(label) = canonical.get(&candidate.label) else { continue };
        if let Some((kind, confidence)) = forms.get(label) {
            (candidate.kind, candidate.confidence) = (*kind, candidate.confidence.max(*confidence));
        }
        candidate.label.clone_from(label);
    }
}

/// Names on lines of their own beside labels in the line are mostly headings.
fn share_needed(main: Style, other: Style) -> f32 {
    let in_line = matches!(main, Style::Colon | Style::Period | Style::Dash);
    if in_line && matches!(other, Style::Capitals | Style::NameLine) { OWN_LINE_COMPANION } else { COMPANION }
}

/// Styles that print one conversation together: a bold question and a plain answer, bold and plain colons.
fn goes_with(main: Style, other: Style) -> bool {
    main != other
        && other != Style::Heading
        && !matches!((main, other), (Style::Bold | Style::Capitals, Style::NameLine) | (Style::NameLine, Style::Bold))
}

/// Confidence of a candidate: the form of its label, how often the label recurs in the style, where it stands.
fn weigh(candidate: &Candidate, n: usize, is_pinned: bool) -> f32 {
    let mut confidence = candidate.confidence;
    if n >= 2 {
        confidence = match candidate.kind {
            LabelKind::Word | LabelKind::Anonymous => confidence.max(0.7),
            LabelKind::Person | LabelKind::Office => confidence.max(0.8) + 0.1,
        };
    }
    if candidate.style == Style::NameLine && n < 2 {
        confidence -= 0.1;
    }
    if is_pinned {
        confidence += 0.3;
    }
    confidence.clamp(0.0, 1.0)
}

/// Takes away the items of a list inside somebody's turn ("Treasurer: Ann Hill. Clerk: Leo Kane."): labels of one
/// style that stand once each, all between two bylines of a style whose labels recur.
fn drop_lists(all: &mut Vec<Candidate>) {
    const SHORTEST: usize = 3;
    let accepted = |style: Style| {
        all.iter()
            .filter(move |candidate| candidate.style == style && candidate.confidence >= ACCEPT && !candidate.inside)
    };
    let labels = |style: Style| accepted(style).map(|candidate| candidate.label.as_str()).collect::<HashSet<_>>();
    let recurs = |style: Style| labels(style).len() < accepted(style).count();
    let lists: Vec<Style> = Style::ALL
        .into_iter()
        .filter(|style| labels(*style).len() >= SHORTEST && !recurs(*style))
        .filter(|style| {
            let Some((first, last)) =
                accepted(*style).map(|candidate| candidate.byline.start).fold(None, |ends, at| {
                    Some(ends.map_or((at, at), |(from, to): (usize, usize)| (from.min(at), to.max(at))))
                })
            else {
                return false;
            };
            Style::ALL.into_iter().filter(|other| other != style && recurs(*other)).any(|other| {
                let places = || accepted(other).map(|candidate| candidate.byline.start);
                places().any(|at| at < first)
                    && places().any(|at| at > last)
                    && !places().any(|at| (first..=last).contains(&at))
                    && labels(other).is_disjoint(&labels(*style))
            })
        })
        .collect();
    all.retain(|candidate| !lists.contains(&candidate.style));
}

/// Questions and answers vouch for each other.
fn pair_questions(all: &mut [Candidate]) {
    let first = |candidate: &Candidate| labels::words(&candidate.label).first().cloned().unwrap_or_default();
    let has = |letters: &[&str], all: &[Candidate]| {
        all.iter().any(|candidate| letters.contains(&first(candidate).as_str()) && !candidate.inside)
    };
    if has(&["q", "question"], all) && has(&["a", "answer"], all) {
        for candidate in all.iter_mut() {
            if matches!(first(candidate).as_str(), "q" | "a" | "question" | "answer") {
                candidate.confidence = candidate.confidence.max(0.9);
            }
        }
    }
}

/// So many accepted bylines of one look carry a label of that look that stands only once.
const CARRIERS: usize = 3;

/// People who speak once: their label does not recur, but looks as the labels look that do.
fn lift_lone(page: &Page<'_>, all: &mut [Candidate]) {
    const LIFTED: f32 = 0.55;
    let is_word = |candidate: &Candidate| matches!(candidate.kind, LabelKind::Word | LabelKind::Anonymous);
    let mut marked: HashMap<(Style, bool), usize> = HashMap::new();
    let mut words: HashMap<Style, HashSet<&str>> = HashMap::new();
    for candidate in all.iter().filter(|candidate| candidate.confidence >= ACCEPT && !candidate.inside) {
        if candidate.marked {
            *marked.entry((candidate.style, false)).or_default() += 1;
            *marked.entry((candidate.style, true)).or_default() += usize::from(in_capitals(&candidate.label));
        } else if candidate.kind == LabelKind::Word {
            words.entry(candidate.style).or_default().insert(candidate.label.as_str());
        }
    }
    let carried = |candidate: &Candidate| {
        candidate.marked && marked.get(&(candidate.style, is_word(candidate))).is_some_and(|n| *n >= CARRIERS)
    };
    let first_names: HashSet<Style> =
        words.into_iter().filter(|(_, labels)| labels.len() >= 2).map(|(style, _)| style).collect();
    // Lines in capitals and short lines alone are mostly headings.
    let lone = |candidate: &Candidate| {
        candidate.confidence < ACCEPT
            && !candidate.inside
            && !matches!(candidate.style, Style::Capitals | Style::NameLine | Style::Heading)
    };
    let in_doubt = |candidate: &Candidate| {
        lone(candidate)
            && !carried(candidate)
            && candidate.kind == LabelKind::Word
            && first_names.contains(&candidate.style)
    };
    let doubtful: HashSet<String> =
        all.iter().filter(|candidate| in_doubt(candidate)).map(|candidate| candidate.label.to_lowercase()).collect();
    // A word that the page also prints in small letters is no name.
    let common = page.in_small_letters(&doubtful);
    for candidate in all.iter_mut() {
        if lone(candidate) && carried(candidate)
            || in_doubt(candidate) && !common.contains(&candidate.label.to_lowercase())
        {
            candidate.confidence = candidate.confidence.max(LIFTED);
        }
    }
}

/// Where seven paragraphs in ten begin with a label of a style, single words are labels too, though doubtful ones.
fn lift_throughout(page: &Page<'_>, all: &mut [Candidate]) {
    const DOUBTFUL: f32 = ACCEPT;
    let n_paragraphs = page.open_paragraphs().len();
    let mut starts: HashMap<Style, usize> = HashMap::new();
    for candidate in all.iter().filter(|candidate| !candidate.inside) {
        *starts.entry(candidate.style).or_default() += 1;
    }
    let throughout = |style: Style| {
        matches!(style, Style::Colon | Style::BoldInline | Style::Dash)
            && starts.get(&style).is_some_and(|n| *n >= 2 && *n * 10 >= n_paragraphs * 7)
    };
    let lone = |candidate: &Candidate| {
        candidate.confidence < ACCEPT
            && !candidate.inside
            && candidate.kind == LabelKind::Word
            && throughout(candidate.style)
    };
    let words: HashSet<String> =
        all.iter().filter(|candidate| lone(candidate)).map(|candidate| candidate.label.to_lowercase()).collect();
    if words.is_empty() {
        return;
    }
    let common = page.in_small_letters(&words);
    for candidate in all.iter_mut() {
        if lone(candidate) && !common.contains(&candidate.label.to_lowercase()) {
            candidate.confidence = DOUBTFUL;
        }
    }
}

/// Whether a label bears a mark that prose does not set by chance.
pub fn is_marked(byline: &Byline, kind: LabelKind) -> bool {
    kind == LabelKind::Office || byline.honorific.is_some() || in_capitals(&byline.label)
}

/// All letters of a label are capitals, and there are at least two.
pub fn in_capitals(label: &str) -> bool {
    let mut n = 0;
    for c in label.chars().filter(|c| c.is_uppercase() || c.is_lowercase()) {
        if !c.is_uppercase() {
            return false;
        }
        n += 1;
    }
    n >= 2
}

/// Every place of the page that looks like a byline in some style, with the confidence its form alone gives.
fn candidates(page: &Page<'_>) -> Vec<Candidate> {
    let mut out = Vec::new();
    let mut reader = Reader::default();
    for lines in page.open_paragraphs() {
        match page.lines[lines.start].layout {
            Layout::Heading(level) if page.name_levels.contains(&level) => {
                out.extend(heading(page, &lines, &mut reader));
                continue;
            }
            Layout::Heading(_) | Layout::Quote => {
                out.extend(alone(page, &lines, &mut reader));
                continue;
            }
            _ => {}
        }
        let own = alone(page, &lines, &mut reader);
        // A name in bold with its office beside or below it is no label of what follows on the line.
        if own.as_ref().is_none_or(|own| own.style != Style::Bold || own.confidence == 0.0) {
            out.extend(leading(page, lines.clone(), false, &mut reader));
        }
        out.extend(own);
        for line in lines.clone().skip(1) {
            let above = page.lines[line - 1].text().trim_end();
            if above.ends_with(['.', '?', '!', ':', '"', '”', ')', ']', '…', '—', '–', '-', '’', '。', '？', '！'])
            {
                out.extend(leading(page, line..lines.end, true, &mut reader));
            }
        }
    }
    out
}
