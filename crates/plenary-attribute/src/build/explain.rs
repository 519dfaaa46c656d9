//! Explanations: why each turn begins where it does and belongs to its speaker.
//!
//! **Input**: the bylines with the recorded steps of their confidence, and the links of bylines to people. **Output**: the explanation of
//! each utterance, and `needs_review` for utterances whose label may belong to several people.

use std::collections::{HashMap, HashSet};

use super::assemble::Assembled;
use crate::candidate::{Candidate, Found};
use crate::link::people::{Linked, Mention, Owner};
use crate::page::Page;
use crate::weights::{Weights, form};
use plenary_corpus::{Block, Explanation, Link, LinkRule, Reason, Utterance};

/// The blocks of a document, to look up the evidence of a link.
pub(crate) struct Places<'p> {
    pub(crate) page: &'p Page<'p>,
    pub(crate) bylines: &'p [Candidate],
    pub(crate) blocks: &'p [Block],
}

impl Places<'_> {
    /// Index of the block that contains a mention of a person.
    pub(crate) fn block_of(&self, mention: Mention) -> Option<usize> {
        let offset = match mention {
            Mention::Line(line) => self.page.lines.get(line)?.mapped.source_start(0),
            Mention::Byline(at) => self.bylines.get(at)?.byline.start,
        };
        self.blocks.partition_point(|block| block.span.start <= offset).checked_sub(1)
    }
}

/// Sets the explanations of utterances whose bylines were found in the text.
pub(crate) fn explain(page: &Page<'_>, found: &Found, linked: &Linked, assembled: &mut Assembled) {
    let Assembled { blocks, utterances, bylines, .. } = assembled;
    let places = Places { page, bylines: &found.bylines, blocks };
    let correct = correct_prints(&found.bylines);
    for (utterance, byline) in utterances.iter_mut().zip(bylines) {
        let Some((at, byline)) = byline.and_then(|at| Some((at, found.bylines.get(at)?))) else {
            utterance.explanation = Explanation::default();
            utterance.explanation.review = vec!["no byline names the speaker".to_string()];
            continue;
        };
        let own = places.block_of(Mention::Byline(at));
        utterance.byline = own;
        let print = correct.get(byline.label.as_str()).copied();
        let link =
            linked.owners.get(at).and_then(Option::as_ref).map(|owner| link(&places, owner, (own, print), byline));
        utterance.needs_review |=
            byline.is_misread() || may_be_heading(byline) || link.as_ref().is_some_and(|link| !link.others.is_empty());
        utterance.explanation = Explanation {
            rule: byline.rule(),
            line: Some(byline.line + 1),
            byline: Some(byline.parts.printed.clone()),
            form: Some(form(byline.kind)),
            n_mentions: Some(byline.n_mentions),
            weights: weights(byline, found, utterance).steps(),
            rival: byline.rival.clone(),
            review: review(utterance, byline, link.as_ref()),
            link,
            ..Explanation::default()
        };
    }
}

/// The steps that led to the confidence of a boundary.
fn weights(byline: &Candidate, found: &Found, utterance: &Utterance) -> Weights {
    byline.weights.clone().then(Reason::OfStyle(found.confidence), utterance.boundary_confidence)
}

/// The first byline that prints each label as it is corrected, for labels that are also misread.
fn correct_prints(bylines: &[Candidate]) -> HashMap<&str, usize> {
    let misread: HashSet<&str> =
        bylines.iter().filter(|byline| byline.is_misread()).map(|byline| byline.label.as_str()).collect();
    let mut correct = HashMap::new();
    for (at, byline) in bylines.iter().enumerate() {
        if misread.contains(byline.label.as_str()) && byline.parts.label == byline.label {
            correct.entry(byline.label.as_str()).or_insert(at);
        }
    }
    correct
}

/// The link of a byline to its person. `own` is the block of the byline, `print` the byline that prints its label
/// correctly if it is misread. A link through a misread label is no stronger than the correction.
fn link(places: &Places<'_>, owner: &Owner, (own, print): (Option<usize>, Option<usize>), byline: &Candidate) -> Link {
    let is_misread = byline.is_misread();
    let rule = match owner.rule {
        rule if is_misread && rule.confidence() >= LinkRule::OcrVariant.confidence() => LinkRule::OcrVariant,
        rule => rule,
    };
    let print = print.filter(|_| is_misread).map(Mention::Byline);
    let mut blocks: Vec<usize> =
        owner.supported_by.into_iter().chain(print).filter_map(|mention| places.block_of(mention)).collect();
    blocks.retain(|block| Some(*block) != own);
    blocks.sort_unstable();
    blocks.dedup();
    Link {
        rule,
        confidence: rule.confidence(),
        blocks: blocks.into_iter().chain(own).collect(),
        others: owner.others.clone(),
    }
}

/// Whether a byline was accepted although it may be a heading.
fn may_be_heading(byline: &Candidate) -> bool {
    byline.weights.as_slice().iter().any(|step| step.reason == Reason::MayBeHeading)
}

/// Reasons why a person should check a turn.
fn review(utterance: &Utterance, byline: &Candidate, link: Option<&Link>) -> Vec<String> {
    let mut out = Vec::new();
    if byline.is_misread() {
        out.push(format!("\"{}\" is read as a misprint of \"{}\"", byline.parts.label, byline.label));
    }
    if may_be_heading(byline) {
        out.push(format!("\"{}\" occurs once, alone on a line, and may be a heading", byline.parts.label));
    }
    if let Some(link) = link.filter(|link| !link.others.is_empty()) {
        let label = utterance.label.as_deref().unwrap_or_default();
        out.push(format!("\"{label}\" may stand for {}", link.others.join(" or ")));
    }
    out
}
