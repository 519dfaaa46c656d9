//! Who asks, in brackets behind the label of a question: "Q: (Ann Lee – Harbour News) Why?"
//!
//! **Input**: the page and its bylines. **Output**: the bylines, with the person in brackets in place of the label. Brackets without the full
//! name of a person are left to `settle::asides`.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::candidate::{Candidate, Found};
use crate::page::Page;
use plenary_corpus::Role;
use plenary_names::bylines::{Byline, pieces, split};
use plenary_names::directions::is_direction;
use plenary_names::labels::{self, LabelKind};
use plenary_names::text::{constant_regex, folded};

/// Brackets at the beginning of a speech.
static BRACKETS: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^\s*[(\[](?P<inner>[^()\[\]\n]{5,100})[)\]]:?\s*"));

/// Names the people who ask.
pub(crate) fn name(page: &Page<'_>, found: &mut Found) {
    let others: HashSet<String> = found.bylines.iter().map(|byline| byline.label.clone()).collect();
    for byline in &mut found.bylines {
        if page.lexicon.is_question_label(&folded(&byline.label)) && name_one(page, byline).is_some() {
            // Who also answers is not only a questioner.
            byline.parts.role = Some(Role::Questioner).filter(|_| !others.contains(&byline.label));
        }
    }
}

fn name_one(page: &Page<'_>, byline: &mut Candidate) -> Option<()> {
    const CLEAR: f32 = 0.8;
    let speech = page.source.get(byline.speech..)?;
    let found = BRACKETS.captures(speech)?;
    let inner = &found["inner"];
    let pieces = pieces(inner);
    let name = pieces.first()?;
    let judgement = labels::judge(page.lexicon, name)?;
    let is_person = judgement.kind == LabelKind::Person && judgement.quality >= CLEAR && name.contains(' ');
    // An outlet stands behind the name, or the name stands elsewhere as well.
    let is_known = pieces.len() > 1 || page.source.matches(name.as_str()).nth(1).is_some();
    if !is_person || !is_known || is_direction(page.lexicon, inner) || found[0].len() == speech.len() {
        return None;
    }
    let printed = format!("{} ({inner})", byline.parts.printed);
    byline.parts = Byline { printed, ..split(page.lexicon, inner) };
    byline.label.clone_from(&byline.parts.label);
    byline.kind = LabelKind::Person;
    byline.speech += found[0].len();
    byline.byline.end = byline.speech;
    byline.speech_line = page.line_of(byline.speech).max(byline.speech_line);
    Some(())
}

#[cfg(test)]
mod tests {
    use crate::testing::named_turns;

    #[test]
    fn who_asks_may_be_in_brackets_behind_the_label() {
        let text = "Q: (Ann Lee – Harbour News) Bo, is it late?\n\nBo Hill: It is.\n\nQ: (Cy Moor, Reed Post) Why?\n\nBo Hill: It rained.\n\n\
                    Q: (Off Mike) And now?\n\nBo Hill: It still rains.\n\nQ: (Ann Lee – Harbour News) Thank you.\n";
        let found = named_turns(text);
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names[..5], ["Ann Lee", "Bo Hill", "Cy Moor", "Bo Hill", "Q"], "{found:?}");
        assert_eq!(names[6], "Ann Lee");
        assert_eq!(found[0].1, "Bo, is it late?");
    }
}
