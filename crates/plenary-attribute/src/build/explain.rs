//! Why each turn begins where it does and is whose it is, from the steps that were recorded on the way.
//!
//! In: the bylines with their weights, and the bonds of bylines and people. Out: the explanations of the utterances,
//! and with them what links make doubtful. Decides nothing else.

use super::assemble::Assembled;
use crate::candidate::{Candidate, Found};
use crate::link::people::{Bond, Linked, Mention};
use crate::options::REVIEW_BELOW;
use crate::page::Page;
use crate::weights::{Weights, form};
use plenary_corpus::{Block, Explanation, Link, LinkRule, Reason, Utterance};

/// The blocks of a document, to look up those that a link rests on.
pub struct Places<'p> {
    pub page: &'p Page<'p>,
    pub bylines: &'p [Candidate],
    pub blocks: &'p [Block],
}

impl Places<'_> {
    /// The block that tells of a person, by its index.
    pub fn block_of(&self, mention: Mention) -> Option<usize> {
        let offset = match mention {
            Mention::Line(line) => self.page.lines.get(line)?.mapped.source_start(0),
            Mention::Byline(at) => self.bylines.get(at)?.byline.start,
        };
        self.blocks.partition_point(|block| block.span.start <= offset).checked_sub(1)
    }
}

/// Explains the utterances of a document whose bylines were found in its text.
pub fn explain(page: &Page<'_>, found: &Found, linked: &Linked, assembled: &mut Assembled) {
    let Assembled { blocks, utterances, bylines, .. } = assembled;
    let places = Places { page, bylines: &found.bylines, blocks };
    for (utterance, byline) in utterances.iter_mut().zip(bylines) {
        let Some((at, byline)) = byline.and_then(|at| Some((at, found.bylines.get(at)?))) else {
            utterance.explanation = Explanation::default();
            utterance.explanation.review = vec!["no byline says who speaks".to_string()];
            continue;
        };
        let own = places.block_of(Mention::Byline(at));
        utterance.byline = own;
        let link = linked.bonds.get(at).map(|bond| link(&places, bond, own, byline));
        utterance.needs_review |= link.as_ref().is_some_and(|link| !link.others.is_empty());
        utterance.explanation = Explanation {
            rule: byline.rule(),
            line: Some(byline.line + 1),
            byline: Some(byline.parts.printed.clone()),
            form: Some(form(byline.kind)),
            n_mentions: Some(byline.n_mentions),
            weights: weights(byline, found, utterance).steps(),
            rival: byline.rival.clone(),
            review: review(utterance, link.as_ref()),
            link,
        };
    }
}

/// The steps that made the confidence of a boundary. A change that no rule recorded is told as such.
fn weights(byline: &Candidate, found: &Found, utterance: &Utterance) -> Weights {
    byline
        .weights
        .clone()
        .then(Reason::Unrecorded, byline.confidence)
        .then(Reason::OfStyle(found.confidence), utterance.boundary_confidence)
}

fn link(places: &Places<'_>, bond: &Bond, own: Option<usize>, byline: &Candidate) -> Link {
    let is_misread = byline.parts.label != byline.label;
    let rule = match bond.rule {
        LinkRule::FirstMention | LinkRule::SameLabel if is_misread => LinkRule::OcrVariant,
        rule => rule,
    };
    let told = bond.rests_on.and_then(|mention| places.block_of(mention)).filter(|told| Some(*told) != own);
    Link {
        rule,
        confidence: rule.confidence(),
        blocks: told.into_iter().chain(own).collect(),
        others: bond.others.clone(),
    }
}

/// Why a person should look at a turn.
fn review(utterance: &Utterance, link: Option<&Link>) -> Vec<String> {
    let mut out = Vec::new();
    if utterance.boundary_confidence < REVIEW_BELOW {
        out.push(format!(
            "the confidence of the boundary, {:.2}, is under {REVIEW_BELOW:.2}",
            utterance.boundary_confidence
        ));
    }
    if let Some(link) = link.filter(|link| !link.others.is_empty()) {
        let label = utterance.label.as_deref().unwrap_or_default();
        out.push(format!("\"{label}\" may stand for {}", link.others.join(" or ")));
    }
    out
}
