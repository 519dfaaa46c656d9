//! Where turns begin: the bylines that a document prints or, where it prints none, the evidence that replaces them.
//!
//! **Input**: the page and the claims on it. **Output**: [`Found`], the bylines in order with the style of the document
//! and its confidence. Linking bylines to people is left to `link`.

mod announced;
pub(crate) mod asked_by;
mod clauses;
mod comments;
mod company;
mod headed;
pub(crate) mod heads;
mod indented;
mod initials;
mod inline;
mod letters;
mod lifts;
pub(crate) mod marks;
mod misprinted;
mod openers;
pub(crate) mod own_line;
pub(crate) mod pattern;
mod prints;
mod questions;
mod quoted;
mod repeated;
mod run_in;
mod said;
mod signed;
mod styles;
pub(crate) mod template;
mod titled;
mod told;
mod unnamed;

use std::collections::HashSet;

use crate::candidate::Found;
use crate::options::people_list::PeopleList;
use crate::page::{Page, Settled};
use plenary_corpus::Style;

/// The bylines of a page or, if none are printed, the turns that its typefaces or its title indicate. `pinned` is the style that the
/// study asks for; `list` is its list of people.
pub(crate) fn turns(
    page: &Page<'_>,
    settled: &Settled,
    name_levels: &HashSet<u8>,
    pinned: Option<Style>,
    list: Option<&PeopleList>,
) -> Found {
    let mut printed = match pinned {
        Some(Style::Questions | Style::Titled | Style::Unnamed | Style::Signed | Style::Clauses) => Found::default(),
        _ => styles::find(page, settled, name_levels, pinned, list),
    };
    let fits = |style: Style| pinned.is_none_or(|pinned| pinned == style);
    if fits(Style::NameLine)
        && let Some(found) = repeated::find(page, settled, &printed)
    {
        printed = Found { legend: printed.legend, ..found };
    }
    let questions =
        || questions::find(page, settled, &printed).filter(|_| pinned.is_none_or(|style| style == Style::Questions));
    let titled = || titled::find(page, settled).filter(|_| pinned.is_none_or(|style| style == Style::Titled));
    let dashes = || unnamed::dashes(page, settled, &printed).filter(|_| fits(Style::Unnamed));
    // A name that is repeated in other scripts stands above what is said.
    let is_translated = || printed.bylines.iter().any(|byline| page.translations(byline.line) > 0);
    let signed = || signed::find(page, settled, &printed).filter(|_| fits(Style::Signed) && !is_translated());
    let cited = || quoted::cited(page, settled, &printed).filter(|_| fits(Style::Signed));
    let answers = || quoted::answers(page, settled, &printed).filter(|_| fits(Style::Questions));
    let clauses = || clauses::find(page, settled, &printed).filter(|_| fits(Style::Clauses));
    let comments = || comments::find(page, settled, &printed).filter(|_| fits(Style::NameTime));
    let indented = || indented::find(page, settled, &printed).filter(|_| fits(Style::Questions));
    let said = || said::find(page, settled, &printed).filter(|_| fits(Style::Clauses));
    let scripted = || run_in::scripted(page, settled, &printed).filter(|_| fits(Style::Template));
    let instead = comments()
        .or_else(scripted)
        .or_else(questions)
        .or_else(dashes)
        .or_else(cited)
        .or_else(answers)
        .or_else(clauses)
        .or_else(said)
        .or_else(indented)
        .or_else(signed);
    if let Some(found) = instead {
        return found;
    }
    if pinned.is_none() {
        told::drop_told(page.lexicon, &mut printed.bylines);
        headed::add(page, settled, &mut printed);
    }
    heads::introduce(page, &mut printed);
    if pinned.is_none_or(|style| style == Style::Template) {
        run_in::add_bracketed(page, settled, &mut printed);
        run_in::add_chairs(page, settled, &mut printed);
    }
    if pinned.is_none_or(|style| style == Style::Questions || !printed.bylines.is_empty()) {
        run_in::add_answers(page, settled, &mut printed);
    }
    if fits(Style::Unnamed) {
        unnamed::add_marked(page, settled, &mut printed);
        unnamed::add_dialogues(page, settled, &mut printed);
        openers::add(page, settled, &mut printed);
    }
    if printed.bylines.is_empty() { titled().unwrap_or(printed) } else { printed }
}
