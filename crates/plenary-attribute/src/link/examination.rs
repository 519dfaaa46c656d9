//! Who asks and who answers in an examination: "Q" below "BY MS. ROWE:" is Ms. Rowe, "A" is the witness sworn.
//!
//! **Input**: the page and its bylines. **Output**: labels of questions and answers with the person that a line above
//! them names. A label without such a line above it keeps its own name. Finding the lines that are not speech is left to `settle`,
//! linking people to `people`.

use crate::candidate::{Candidate, Found, NOT_NAMED, Origin, in_capitals};
use crate::page::Page;
use crate::settle::record;
use plenary_corpus::Role;
use plenary_names::bylines::{Byline, split};
use plenary_names::labels;
use plenary_names::lexicon::Lexicon;
use plenary_names::offices::without_article;

/// A person whom a line of the page names.
struct Named {
    person: Byline,
    line: usize,
}

/// Replaces the names of bare labels of questions, answers and the witness by those of the people examining and examined.
pub(crate) fn introduce(page: &Page<'_>, found: &mut Found) {
    let lexicon = page.lexicon;
    let mut examiner: Option<Named> = None;
    let mut witness: Option<Named> = None;
    let mut line = 0;
    for byline in &mut found.bylines {
        while line < byline.line {
            read_line(page, line, (&mut examiner, &mut witness));
            line += 1;
        }
        if let Some(person) = examiner_in_speech(page, byline) {
            examiner = Some(Named { person, line: byline.line });
        }
        let (named, role) = match part(lexicon, byline) {
            Some(Part::Asks) => (&examiner, Some(Role::Questioner)),
            Some(Part::Answers) => (&witness, None),
            None => continue,
        };
        let Some(Named { person, line }) = named else { continue };
        if is_not_named(byline) {
            byline.label.clone_from(&person.label);
            byline.parts = Byline { role: byline.parts.role, line: Some(*line), ..person.clone() };
            continue;
        }
        let parts = &mut byline.parts;
        parts.name.clone_from(&person.name);
        parts.details.honorific.clone_from(&person.details.honorific);
        (parts.role, parts.line) = (parts.role.or(role), Some(*line));
    }
}

/// Whether a turn is an answer of a person whom no label names.
fn is_not_named(byline: &Candidate) -> bool {
    byline.origin == Origin::Answered && byline.parts.name == NOT_NAMED
}

/// The part in an examination that a label without a name means.
enum Part {
    Asks,
    Answers,
}

fn part(lexicon: &Lexicon, byline: &Candidate) -> Option<Part> {
    if is_not_named(byline) {
        return Some(Part::Answers);
    }
    let words = labels::words(&without_article(lexicon, &byline.label));
    let [only] = words.as_slice() else { return None };
    if lexicon.is_question_label(only) {
        Some(Part::Asks)
    } else if lexicon.is_answer_label(only) || lexicon.is_witness(only) {
        Some(Part::Answers)
    } else {
        None
    }
}

/// Notes the person whom a line names as examining or as examined.
fn read_line(page: &Page<'_>, line: usize, (examiner, witness): (&mut Option<Named>, &mut Option<Named>)) {
    let lexicon = page.lexicon;
    let text = page.lines[line].text().trim();
    if text.is_empty() {
        return;
    }
    if let Some(person) = announced_examiner(page, line) {
        *examiner = Some(Named { person, line });
    }
    if let Some(name) = record::introduced_witness(lexicon, text) {
        if let Some(person) = person(lexicon, name) {
            *witness = Some(Named { person, line });
        }
    } else if let Some(found) = lexicon.patterns().having_been.find(text) {
        let before = text[..found.start()].trim().trim_end_matches(',');
        let person = if before.is_empty() { above(page, line) } else { person(lexicon, before) };
        if let Some(person) = person {
            *witness = Some(Named { person, line });
        }
    } else if let Some(name) = sworn_in_brackets(lexicon, text) {
        if let Some(person) = person(lexicon, name) {
            *witness = Some(Named { person, line });
        }
    } else if record::is_examination(lexicon, text) {
        // "MRS JEAN TOLL (sworn)"
        if let Some((name, _)) = text.split_once(['(', '[']).filter(|_| text.ends_with([')', ']'])) {
            if let Some(person) = person(lexicon, name) {
                *witness = Some(Named { person, line });
            }
        } else if let Some(person) = examined_by(lexicon, text) {
            *examiner = Some(Named { person, line });
        }
    }
}

/// The name before a colon and a bracket that says nothing but that the person is sworn: "ANN LEE:   (duly sworn, states)".
fn sworn_in_brackets<'t>(lexicon: &Lexicon, text: &'t str) -> Option<&'t str> {
    const LONGEST: usize = 4;
    let (name, inside) = text.strip_suffix(')')?.split_once('(')?;
    let words = labels::words(inside);
    let is_sworn = words.len() <= LONGEST && words.iter().any(|word| lexicon.patterns().oath.is_match(word));
    name.trim_end().strip_suffix(':').filter(|_| is_sworn).map(str::trim)
}

/// The name on the next line with text above a formula such as "having been first duly sworn".
fn above(page: &Page<'_>, line: usize) -> Option<Byline> {
    const REACH: usize = 4;
    let lines = (line.saturating_sub(REACH)..line).rev();
    let near = lines.map(|above| page.lines[above].text().trim()).find(|text| !text.is_empty())?;
    person(page.lexicon, near.trim_end_matches(','))
}

/// The examiner in a line in capitals that says what follows, and may be broken: "MR. LEE, HAVING BEEN SWORN, WAS EXAMINED BY MS. ROWE, AS
/// FOLLOWS:".
fn announced_examiner(page: &Page<'_>, line: usize) -> Option<Byline> {
    let text = page.lines[line].text().trim();
    if !in_capitals(text) {
        return None;
    }
    let below = page.lines.get(line + 1).map_or("", |below| below.text().trim());
    let whole = if text.ends_with(':') { text.to_string() } else { format!("{text} {below}") };
    let found = page.lexicon.patterns().examined.find(&whole).filter(|found| found.start() < text.len())?;
    let name = whole[found.end()..].split(',').next().unwrap_or("");
    if in_capitals(&whole) && whole.ends_with(':') { examined_by(page.lexicon, name) } else { None }
}

/// The person at the end of "BY MS. ROWE:" or "Questions from MR LEE".
fn examined_by(lexicon: &Lexicon, text: &str) -> Option<Byline> {
    let text = text.split(['[', ':']).next().unwrap_or(text).trim_end_matches([':', '.', ' ']);
    let tokens: Vec<&str> = text.split_whitespace().collect();
    let at = tokens.iter().position(|token| lexicon.is_plain_honorific(&labels::words(token).concat()));
    let from = at.or_else(|| tokens.iter().position(|token| labels::is_honorific(lexicon, token)))?;
    person(lexicon, &tokens[from..].join(" "))
}

/// The examiner in brackets at the beginning of a question: "Q. (By Ms. Rowe) And then?"
fn examiner_in_speech(page: &Page<'_>, byline: &Candidate) -> Option<Byline> {
    const LONGEST: usize = 60;
    let speech = page.source.get(byline.speech..)?.trim_start().strip_prefix(['(', '['])?;
    let end = speech.find([')', ']']).filter(|end| *end <= LONGEST)?;
    let inside = &speech[..end];
    let is_examiner = page.lexicon.patterns().examined_in_brackets.is_match(inside);
    if is_examiner { examined_by(page.lexicon, inside) } else { None }
}

/// A person with a name: a surname after an honorific, or at least two words.
fn person(lexicon: &Lexicon, text: &str) -> Option<Byline> {
    const SURE: f32 = 0.5;
    let byline = split(lexicon, text);
    let judgement = labels::judge(lexicon, &byline.label)?;
    let is_person = judgement.kind == labels::LabelKind::Person && judgement.quality >= SURE;
    (is_person && !byline.name.is_empty()).then_some(byline)
}

#[cfg(test)]
mod tests {
    use crate::testing::named_turns;

    #[test]
    fn lines_in_capitals_name_who_is_examined_by_whom() {
        let text = "MR. LEO MOOR, HAVING BEEN SWORN, WAS EXAMINED BY\n\
                    MR. HART, AS FOLLOWS:\n\nQ. You were engineer of the harbour in those years, is that right?\n\
                    A. I was, from 1991 on.\nQ. Did you see the letters before they were opened?\nA. I saw two of them.\n\n\
                    MR. LEO MOOR WAS CROSS-EXAMINED BY MS. DEVLIN, AS FOLLOWS:\n\n\
                    Q. Who else was in the room when you saw them?\nA. Nobody that I know of.\n";
        let names: Vec<String> = named_turns(text).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["Hart", "Leo Moor", "Hart", "Leo Moor", "Devlin", "Leo Moor"].map(str::to_owned));
    }
}
