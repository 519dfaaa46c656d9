//! Explanations: why each turn begins where it does and belongs to its speaker.
//!
//! **Input**: the bylines with the recorded steps of their confidence, and the links of bylines to people. **Output**: the explanation of
//! each utterance, and `needs_review` for utterances whose label may belong to several people.

use super::assemble::Assembled;
use crate::candidate::{Candidate, Found};
use crate::link::people::{Linked, Mention, Owner};
use crate::options::REVIEW_BELOW;
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
    for (utterance, byline) in utterances.iter_mut().zip(bylines) {
        let Some((at, byline)) = byline.and_then(|at| Some((at, found.bylines.get(at)?))) else {
            utterance.explanation = Explanation::default();
            utterance.explanation.review = vec!["no byline names the speaker".to_string()];
            continue;
        };
        let own = places.block_of(Mention::Byline(at));
        utterance.byline = own;
        let link = linked.owners.get(at).map(|owner| link(&places, owner, own, byline));
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

/// The steps that led to the confidence of a boundary.
fn weights(byline: &Candidate, found: &Found, utterance: &Utterance) -> Weights {
    byline.weights.clone().then(Reason::OfStyle(found.confidence), utterance.boundary_confidence)
}

/// The link of a byline to its person. `own` is the block of the byline.
fn link(places: &Places<'_>, owner: &Owner, own: Option<usize>, byline: &Candidate) -> Link {
    let is_misread = byline.parts.label != byline.label;
    let rule = match owner.rule {
        LinkRule::FirstMention | LinkRule::SameLabel if is_misread => LinkRule::OcrVariant,
        rule => rule,
    };
    let evidence = owner.supported_by.and_then(|mention| places.block_of(mention)).filter(|block| Some(*block) != own);
    Link {
        rule,
        confidence: rule.confidence(),
        blocks: evidence.into_iter().chain(own).collect(),
        others: owner.others.clone(),
    }
}

/// Reasons why a person should check a turn.
fn review(utterance: &Utterance, link: Option<&Link>) -> Vec<String> {
    let mut out = Vec::new();
    if utterance.boundary_confidence < REVIEW_BELOW {
        out.push(format!(
            "the confidence of the boundary, {:.2}, is below {REVIEW_BELOW:.2}",
            utterance.boundary_confidence
        ));
    }
    if let Some(link) = link.filter(|link| !link.others.is_empty()) {
        let label = utterance.label.as_deref().unwrap_or_default();
        out.push(format!("\"{label}\" may stand for {}", link.others.join(" or ")));
    }
    out
}
