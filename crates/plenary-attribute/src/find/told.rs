//! Dialogue inside a speech, with labels of its own: "Man: I believe you have my cello. Me: Can you describe it?"
//!
//! **Input**: the bylines of a document. **Output**: the same bylines without those of such dialogues, whose text then belongs to the speaker.
//! A dialogue is part of a speech if one of its labels means the speaker ("Me"), if its people speak nowhere else, and if somebody spoke
//! before it. If a label that means the speaker also stands elsewhere in the document, it belongs to a participant: an interviewer called
//! "Me", or a person called "Mina", which means "me" in another language. Then no byline is dropped.

use std::collections::{HashMap, HashSet};

use crate::candidate::Candidate;
use plenary_names::lexicon::Lexicon;
use plenary_names::text::folded;

/// Minimum number of bylines of a told conversation.
const FEWEST: usize = 2;

/// Drops the bylines of told conversations. They are fewer than a half of all.
pub(super) fn drop_told(lexicon: &Lexicon, bylines: &mut Vec<Candidate>) {
    let is_teller = |byline: &Candidate| is_teller(lexicon, &byline.label);
    let Some(first) = bylines.iter().position(is_teller) else { return };
    let all = bylines.as_slice();
    let n_of = counted(all);
    let mut from = first;
    let mut is_told = vec![false; all.len()];
    while from < all.len() {
        let Some(at) = all[from..].iter().position(is_teller).map(|at| from + at) else { break };
        let (start, end) = conversation(all, at, &n_of, is_teller);
        if start > 0 && end - start >= FEWEST {
            is_told[start..end].fill(true);
        }
        from = end;
    }
    let is_told_by_all = all.iter().zip(&is_told).all(|(byline, told)| *told || !is_teller(byline));
    if is_told_by_all && is_told.iter().filter(|told| **told).count() * 2 < all.len() {
        let mut told = is_told.into_iter();
        bylines.retain(|_| !told.next().unwrap_or(false));
    }
}

/// The bylines around the one of a teller whose labels occur nowhere else.
fn conversation(
    bylines: &[Candidate],
    at: usize,
    n_of: &HashMap<&str, usize>,
    is_teller: impl Fn(&Candidate) -> bool,
) -> (usize, usize) {
    let (mut start, mut end) = (at, at + 1);
    // The other labels alternate with the teller's, so that each step takes one of them and the teller behind it.
    while end < bylines.len() && (is_teller(&bylines[end]) || bylines.get(end + 1).is_some_and(&is_teller)) {
        end += 1;
    }
    let inner: HashSet<&str> = bylines[start..end].iter().map(|byline| byline.label.as_str()).collect();
    let is_inner = |byline: &Candidate| inner.contains(byline.label.as_str());
    let surrounds = start > 0 && end < bylines.len() && bylines[start - 1].label == bylines[end].label;
    let opens = start > 0 && (surrounds || is_inner(&bylines[start - 1]));
    let closes = end < bylines.len() && (surrounds || is_inner(&bylines[end]));
    (start, end) = (start - usize::from(opens), end + usize::from(closes));
    let n_inside = counted(&bylines[start..end]);
    let occurs_outside = |byline: &Candidate| n_inside.get(byline.label.as_str()) != n_of.get(byline.label.as_str());
    let is_closed = bylines[start..end].iter().all(|byline| is_teller(byline) || !occurs_outside(byline));
    if is_closed { (start, end) } else { (at, at + 1) }
}

/// How often each label occurs.
fn counted(bylines: &[Candidate]) -> HashMap<&str, usize> {
    let mut n_of: HashMap<&str, usize> = HashMap::new();
    for byline in bylines {
        *n_of.entry(byline.label.as_str()).or_default() += 1;
    }
    n_of
}

/// Whether a label is a word for who speaks: "Me", "Ich". A single letter is the label of an interviewer.
fn is_teller(lexicon: &Lexicon, label: &str) -> bool {
    label.chars().nth(1).is_some() && lexicon.is_first_or_second_person(&folded(label))
}
