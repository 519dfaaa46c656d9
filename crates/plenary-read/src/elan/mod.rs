//! ELAN annotation files (`.eaf`) to lines and turns.
//!
//! **Input:** decoded XML. **Output:** a line for each annotation of the tiers of speech, in the order of their times; the
//! speaker is the participant of the tier, or else its name. Tiers of speech are those that depend on no other; where such
//! a tier holds only numbers of its annotations, the tier that depends on it with the most words. **Refused**, with the place:
//! broken XML, a file without words. **Warned about:** tiers that were not read, references that lead nowhere, times that run
//! backwards. A tier without a participant beside tiers that have one holds comments: lines of no turn. **Left to others:**
//! tables that ELAN exports, to `tab`.

pub(crate) mod tab;

use std::collections::{HashMap, HashSet};

use super::error::{Place, Problem, ReadErrorKind};
use super::parts::Parts;
use super::spoken::{self, Counts, Spoken, rough_words};
use super::xml_tree::{Node, parse};
use plenary_corpus::FrontMatter;
use plenary_corpus::text::collapse_white_space;
use plenary_names::lexicon::Lexicon;

/// An annotation with its times.
#[derive(Debug, Clone)]
struct Annotation<'x> {
    id: &'x str,
    text: String,
    start_s: Option<f64>,
    end_s: Option<f64>,
    line: usize,
}

/// A tier.
struct Tier<'x> {
    id: &'x str,
    parent: Option<&'x str>,
    participant: Option<&'x str>,
    kind: &'x str,
    annotations: Vec<Annotation<'x>>,
}

impl Tier<'_> {
    fn n_words(&self) -> usize {
        self.annotations.iter().map(|annotation| rough_words(&annotation.text)).sum()
    }

    /// Whether the annotations are only numbered: single words with a digit.
    fn is_numbering(&self) -> bool {
        let told = || self.annotations.iter().filter(|annotation| !annotation.text.is_empty());
        let is_number = |text: &str| !text.contains(' ') && text.contains(|c: char| c.is_ascii_digit());
        told().count() > 0 && told().filter(|one| is_number(&one.text)).count() * 10 >= told().count() * 9
    }
}

/// Reads an ELAN file.
///
/// # Errors
/// [`ReadErrorKind::Xml`] with the place; [`ReadErrorKind::Malformed`] if no tier has words.
pub(crate) fn read(text: &str, _lexicon: &Lexicon) -> Result<Parts, Problem> {
    let root = parse(text)?;
    let mut warnings = Vec::new();
    let tiers = tiers(&root, &mut warnings);
    let read = choose(&tiers);
    let mut unread = Counts::default();
    for (at, tier) in tiers.iter().enumerate().filter(|(at, tier)| !read.contains(at) && !tier.annotations.is_empty()) {
        unread.add(tiers[at].id, tier.annotations.len());
    }
    let named = read.iter().any(|at| tiers[*at].participant.is_some());
    let mut spoken = Vec::new();
    for tier in read.iter().map(|at| &tiers[*at]) {
        for annotation in tier.annotations.iter().filter(|annotation| !annotation.text.is_empty()) {
            let place = format!("line {}", annotation.line);
            let (start_s, end_s) = (annotation.start_s, annotation.end_s);
            spoken.push(if named && tier.participant.is_none() {
                Spoken { start_s, end_s, notes: vec![annotation.text.clone()], place, ..Spoken::default() }
            } else {
                let speaker = Spoken::by(tier.participant.unwrap_or(tier.id));
                Spoken { speaker, start_s, end_s, text: annotation.text.clone(), place, ..Spoken::default() }
            });
        }
    }
    if spoken.iter().all(|one| one.text.is_empty()) {
        let problem = format!("the ELAN file has {} tiers and no annotation with words", tiers.len());
        let hint = "check the tiers in ELAN, or take the file out of the folder";
        return Err(ReadErrorKind::Malformed { problem, hint }.at(Place::Line(root.line)));
    }
    if let Some(listed) = unread.listed() {
        warnings.push(format!("tiers that were not read, with the number of their annotations: {listed}"));
    }
    spoken::sort(&mut spoken);
    let mut parts = spoken::parts(spoken);
    warnings.append(&mut parts.warnings);
    parts.warnings = warnings;
    let locale = root.all("LOCALE").find_map(|locale| locale.get("LANGUAGE_CODE")).and_then(spoken::language_code);
    let only = root.all("LOCALE").count() == 1;
    parts.front = FrontMatter { language: locale.filter(|_| only), ..FrontMatter::default() };
    Ok(parts)
}

/// How far references between tiers or annotations are followed.
const LONGEST_CHAIN: usize = 8;

/// The tiers with their annotations. An annotation that refers to another has its times.
fn tiers<'x>(root: &'x Node, warnings: &mut Vec<String>) -> Vec<Tier<'x>> {
    let mut slots: HashMap<&str, Option<f64>> = HashMap::new();
    for slot in root.descendants("TIME_SLOT") {
        if let Some(id) = slot.get("TIME_SLOT_ID") {
            slots.insert(id, slot.get("TIME_VALUE").and_then(|value| value.parse::<f64>().ok()).map(|ms| ms / 1000.0));
        }
    }
    let mut times: HashMap<&str, (Option<f64>, Option<f64>)> = HashMap::new();
    let mut lost = Vec::new();
    let mut tiers = Vec::new();
    for node in root.all("TIER") {
        let mut annotations = Vec::new();
        for annotation in node.all("ANNOTATION").flat_map(Node::elements) {
            let slot = |name: &str| slots.get(annotation.get(name)?).copied();
            let is_aligned = annotation.name == "ALIGNABLE_ANNOTATION";
            let (start, end) = (slot("TIME_SLOT_REF1"), slot("TIME_SLOT_REF2"));
            if is_aligned && (start.is_none() || end.is_none()) {
                lost.push(annotation.line);
            }
            let id = annotation.get("ANNOTATION_ID").unwrap_or("");
            let own = (start.flatten(), end.flatten());
            times.insert(id, own);
            let text = annotation.first("ANNOTATION_VALUE").map(Node::text).unwrap_or_default();
            let text = collapse_white_space(&text);
            annotations.push(Annotation { id, text, start_s: own.0, end_s: own.1, line: annotation.line });
        }
        let [id, kind] = ["TIER_ID", "LINGUISTIC_TYPE_REF"].map(|name| node.get(name).unwrap_or(""));
        let [parent, participant] = ["PARENT_REF", "PARTICIPANT"].map(|name| node.get(name));
        tiers.push(Tier { id, parent, participant, kind, annotations });
    }
    inherit_participants(&mut tiers);
    resolve(root, &mut tiers, times);
    if let Some(first) = lost.first() {
        warnings.push(format!(
            "line {first}: the annotation refers to a time slot that the file does not have ({} such annotations)",
            lost.len()
        ));
    }
    tiers
}

/// Gives tiers without a participant the participant of the tier on which they depend.
fn inherit_participants(tiers: &mut [Tier<'_>]) {
    let known: HashMap<_, _> = tiers.iter().map(|tier| (tier.id, (tier.parent, tier.participant))).collect();
    for tier in tiers.iter_mut() {
        let mut above = tier.parent;
        for _ in 0..LONGEST_CHAIN {
            let Some((parent, participant)) = above.and_then(|id| known.get(id)) else { break };
            tier.participant = tier.participant.or(*participant);
            above = *parent;
        }
    }
}

/// Gives annotations that refer to others the times of those. A chain of references is followed as far as tiers nest.
fn resolve<'x>(root: &'x Node, tiers: &mut [Tier<'x>], mut times: HashMap<&'x str, (Option<f64>, Option<f64>)>) {
    let mut refers: HashMap<&str, &str> = HashMap::new();
    for annotation in root.all("TIER").flat_map(|tier| tier.descendants("REF_ANNOTATION")) {
        if let (Some(id), Some(to)) = (annotation.get("ANNOTATION_ID"), annotation.get("ANNOTATION_REF")) {
            refers.insert(id, to);
        }
    }
    for annotation in tiers.iter_mut().flat_map(|tier| &mut tier.annotations) {
        let mut id = annotation.id;
        for _ in 0..LONGEST_CHAIN {
            match refers.get(id) {
                Some(to) => id = to,
                None => break,
            }
        }
        if let Some(found) = times.get(id).copied() {
            (annotation.start_s, annotation.end_s) = found;
            times.insert(annotation.id, found);
        }
    }
}

/// Positions of the tiers that are read.
fn choose(tiers: &[Tier<'_>]) -> Vec<usize> {
    let ids: HashSet<&str> = tiers.iter().map(|tier| tier.id).collect();
    // A tier whose parent is missing depends on none.
    let roots: Vec<usize> =
        (0..tiers.len()).filter(|at| tiers[*at].parent.is_none_or(|parent| !ids.contains(parent))).collect();
    let mut words_of_kind: HashMap<&str, usize> = HashMap::new();
    for tier in roots.iter().map(|at| &tiers[*at]) {
        *words_of_kind.entry(tier.kind).or_default() += tier.n_words();
    }
    let best = words_of_kind.iter().max_by_key(|(kind, n)| (**n, std::cmp::Reverse(**kind))).map(|(kind, _)| *kind);
    // Of several tiers of one participant, those of the kind with most words are the speech.
    let of_best = roots.iter().map(|at| &tiers[*at]).filter(|tier| Some(tier.kind) == best);
    let told_by_best: HashSet<&str> = of_best.filter_map(|tier| tier.participant).collect();
    let mut below: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, tier) in tiers.iter().enumerate() {
        below.entry(tier.parent.unwrap_or("")).or_default().push(at);
    }
    let mut chosen = Vec::new();
    for &at in &roots {
        let tier = &tiers[at];
        if Some(tier.kind) != best && tier.participant.is_some_and(|name| told_by_best.contains(name)) {
            continue;
        }
        let inside = below.get(tier.id).filter(|_| tier.is_numbering() && !tier.id.is_empty());
        let told = inside.and_then(|inside| inside.iter().copied().max_by_key(|other| tiers[*other].n_words()));
        chosen.push(told.filter(|other| tiers[*other].n_words() > 0).unwrap_or(at));
    }
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

#[cfg(test)]
mod tests;
