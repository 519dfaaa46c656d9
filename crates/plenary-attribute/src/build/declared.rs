//! Documents whose format names the speakers: captions with voice tags, TEI, tables.
//!
//! **Input**: a document with marked turns. **Output**: its transcript. The text is not searched for bylines; lines outside turns are notes
//! or headings.

use std::collections::HashMap;

use jiff::civil::Date;

use super::accounting::account;
use super::assemble::{Assembled, Mark, Vocabulary, blocks, join};
use super::count::n_words;
use super::language::cut;
use super::speakers::speakers;
use super::times::set_times;
use super::warnings::{is_doubtful, outside_turns};
use crate::candidate::Found;
use crate::confidence::{self, Sources};
use crate::correct;
use crate::link::people::{self, Person};
use crate::options::Options;
use crate::options::people_list::PeopleList;
use crate::page::{MappedText, Page, Settled, append};
use crate::settle::front;
use crate::weights::Weights;
use plenary_corpus::{
    BlockKind, Declared, Document, Doubt, DoubtKind, Explanation, Format, Layout, Link, LinkRule, Pass, Reason, Role,
    Style, Transcript, Turn, TurnRule, Utterance, contradict, ids,
};
use plenary_names::bylines::Byline;
use plenary_names::lexicon::Lexicon;
use plenary_names::surname_first::split_surname_first;

/// Maximum number of contradictions between the turns of one person that are noted.
const MOST_DOUBTS: usize = 20;

/// Attributes the speech of a document whose turns name their speakers.
pub(crate) fn attribute(mut document: Document, options: &Options) -> Transcript {
    let corrected = correct::in_declared(&mut document, options);
    let lexicon = &options.lexicon;
    let page = Page::of(&document, lexicon);
    let first = document.lines.iter().position(|line| line.turn.is_some()).unwrap_or(document.lines.len());
    let mut front = document.front.clone();
    front.fill_from(front::front_matter(&page, &Settled::by_layout(&page), first, options.transcript.date_order));
    let (people, person_of) = people(lexicon, &document.turns, options.people.as_ref(), front.date);
    let mut assembled = assemble(&document, &page, &person_of);
    set_times(&document, &mut assembled);
    let (language, segments) = cut(&mut assembled, options, &document);
    explain(&people, &mut assembled);
    let mut assessment = confidence::assess(&Sources {
        page: &page,
        found: &Found::default(),
        blocks: &assembled.blocks,
        utterances: &assembled.utterances,
        bylines: &assembled.bylines,
        is_declared: true,
        is_captions: matches!(document.format, Format::WebVtt | Format::SubRip | Format::Sbv),
    });
    assessment.apply(&mut assembled.utterances);
    corrected.mark(&mut assembled.utterances);
    let speakers = speakers(&document, &people, 0, options, &mut assembled.utterances, |_| None);
    let unnamed = assembled.utterances.iter().filter(|utterance| utterance.speaker.is_none()).count();
    let mut warnings = document.warnings.clone();
    if unnamed > 0 {
        warnings.push(format!("{unnamed} of {} turns name no speaker", assembled.utterances.len()));
    }
    let (words, outside) = account(&page, &assembled.blocks, &assembled.utterances);
    warnings.extend(outside_turns(&words, &outside));
    warnings.extend(corrected.warnings);
    let needs_review =
        assessment.needs_review || unnamed * 5 > assembled.utterances.len() || is_doubtful(&words, &outside);
    drop(page);
    Transcript {
        front,
        language,
        style: Some(Style::Declared),
        style_confidence: 1.0,
        styles: Vec::new(),
        template: None,
        blocks: assembled.blocks,
        speakers,
        words,
        n_corrections: corrected.n_applied,
        estimate: assessment.into_estimate(),
        needs_review,
        utterances: assembled.utterances,
        segments,
        warnings,
        document,
    }
}

/// The people in the order of their first turn, and the person of each turn. Turns belong to one person if they name the same entry of
/// the study's list, or else have the same id, or else the same label. Of the list the rows that hold on `date` count.
fn people(
    lexicon: &Lexicon,
    turns: &[Turn],
    list: Option<&PeopleList>,
    date: Option<Date>,
) -> (Vec<Person>, Vec<Option<usize>>) {
    let mut known: HashMap<&Declared, usize> = HashMap::new();
    let mut keys: HashMap<Key<'_>, usize> = HashMap::new();
    let mut people: Vec<Person> = Vec::new();
    // What the first turns of the people declare, with variables that later turns add.
    let mut firsts: Vec<Declared> = Vec::new();
    let person_of = turns
        .iter()
        .enumerate()
        .map(|(i, turn)| {
            let declared = turn.speaker.as_ref()?;
            let at = *known.entry(declared).or_insert_with(|| {
                let mut person = person(lexicon, declared, i);
                person.listed = list.and_then(|list| people::listed(list, &person.byline));
                let key = match (person.listed, &declared.id) {
                    (Some(listed), _) => Key::Listed(listed),
                    (None, Some(id)) => Key::Id(id),
                    (None, None) => Key::Label(&declared.label),
                };
                let at = *keys.entry(key).or_insert_with(|| {
                    people.push(person);
                    firsts.push(declared.clone());
                    people.len() - 1
                });
                compare(&mut people[at], &mut firsts[at], declared);
                at
            });
            Some(at)
        })
        .collect();
    for (person, first) in people.iter_mut().zip(firsts) {
        person.variables = first.variables;
        people::overrule_by(person, list, date);
    }
    (people, person_of)
}

/// Notes where a later turn of a person contradicts the first, and adds variables that the first lacks.
fn compare(person: &mut Person, first: &mut Declared, later: &Declared) {
    let mut differ = |name: &str, used: &str, other: &str| {
        let doubt = Doubt {
            kind: DoubtKind::Turns,
            variable: Some(name.to_owned()),
            used: Some(used.to_owned()),
            other: Some(other.to_owned()),
            line: None,
        };
        if person.doubts.len() < MOST_DOUBTS && !person.doubts.contains(&doubt) {
            person.doubts.push(doubt);
        }
    };
    for (name, used, other) in first.details.contradictions(&later.details) {
        differ(name, used, other);
    }
    for (name, value) in &later.variables {
        let known = first.variables.entry(name.clone()).or_insert_with(|| value.clone());
        if contradict(known, value) {
            differ(name, known, value);
        }
    }
}

/// What the turns of one person have in common.
#[derive(PartialEq, Eq, Hash)]
enum Key<'t> {
    Listed(usize),
    Id(&'t str),
    Label(&'t str),
}

/// A person as the format declares them.
fn person(lexicon: &Lexicon, declared: &Declared, turn: usize) -> Person {
    let printed = split_surname_first(lexicon, &declared.label);
    let presides = declared.role.map_or_else(|| printed.presides(lexicon), |role| role == Role::Chair);
    let mut details = printed.details.clone();
    details.overrule_by(&declared.details);
    let byline = Byline {
        name: declared.name.clone().unwrap_or_else(|| printed.name.clone()),
        details,
        role: declared.role,
        ..printed
    };
    Person { presides, ..Person::new(lexicon, byline, 1.0, people::Mention::Byline(turn)) }
}

/// Sets the explanations: the format declares the turns and their people; people on the study's list are linked by the list.
fn explain(people: &[Person], assembled: &mut Assembled) {
    let mut first_blocks: Vec<Option<usize>> = vec![None; assembled.utterances.len()];
    for (at, block) in assembled.blocks.iter().enumerate().rev() {
        if let Some(first) = block.utterance.and_then(|at| first_blocks.get_mut(at)) {
            *first = Some(at);
        }
    }
    for (utterance, block) in assembled.utterances.iter_mut().zip(first_blocks) {
        let rule = match utterance.speaker.map(|at| people[at].listed) {
            None => None,
            Some(None) => Some(LinkRule::Declared),
            Some(Some(_)) => Some(LinkRule::PeopleList),
        };
        let unnamed = "the file does not name the speaker".to_string();
        utterance.explanation = Explanation {
            rule: TurnRule::Style(Style::Declared),
            line: block.map(|at| assembled.blocks[at].line_start),
            byline: utterance.label.clone(),
            weights: Weights::start(Reason::Declared, utterance.boundary_confidence).steps(),
            review: if rule.is_none() { vec![unnamed] } else { Vec::new() },
            link: rule.map(|rule| Link {
                rule,
                confidence: rule.confidence(),
                blocks: block.into_iter().collect(),
                others: Vec::new(),
            }),
            ..Explanation::default()
        };
    }
}

/// Blocks and utterances: one utterance for each turn that has words.
fn assemble<'d>(document: &Document, page: &Page<'d>, person_of: &[Option<usize>]) -> Assembled<'d> {
    let words = Vocabulary::of(page);
    let mut marks = Vec::new();
    let mut turns: Vec<(usize, MappedText<'d>)> = Vec::new();
    let mut last_line = None;
    for (i, (line, source)) in page.lines.iter().zip(&document.lines).enumerate() {
        let kind = match (line.is_empty(), source.turn, line.layout) {
            (true, ..) => {
                if marks.is_empty() {
                    let (kind, pass) = (BlockKind::Furniture, Some(Pass::Layout));
                    marks.push(Mark { start: line.span.start, kind, pass, turn: None, paragraph: 0 });
                }
                continue;
            }
            (false, None, Layout::Heading(_)) => BlockKind::Heading,
            // Headers, quoted lines and signatures of mail repeat from message to message.
            (false, None, _) if document.format == Format::Mail => BlockKind::Furniture,
            (false, None, _) => BlockKind::StageNote,
            (false, Some(_), Layout::ListItem) => BlockKind::ListItem,
            (false, Some(_), _) => BlockKind::Speech,
        };
        let mut place = None;
        if let Some(turn) = source.turn {
            if turns.last().is_none_or(|(last, _)| *last != turn) {
                turns.push((turn, MappedText::default()));
                last_line = None;
            }
            if let Some((_, mapped)) = turns.last_mut() {
                join(mapped, page, last_line, i, 0, &words);
                append(mapped, page.source, &line.mapped, 0..line.text().len());
            }
            last_line = Some(i);
            place = Some(turns.len() - 1);
        }
        let pass = place.is_none().then_some(Pass::Layout);
        marks.push(Mark { start: line.span.start, kind, pass, turn: place, paragraph: line.paragraph });
    }
    let document_id = &document.document_id;
    let mut utterances = Vec::new();
    let mut texts = Vec::new();
    let mut place = Vec::new();
    for (turn, mut mapped) in turns {
        mapped.trim_end();
        let text = mapped.take_text();
        if text.is_empty() {
            place.push(None);
            continue;
        }
        place.push(Some(utterances.len()));
        let declared = document.turns[turn].speaker.as_ref();
        utterances.push(Utterance {
            utterance_id: ids::utterance(document_id, utterances.len() + 1),
            position: utterances.len() + 1,
            speaker: person_of[turn],
            label: declared.map(|declared| split_surname_first(page.lexicon, &declared.label).label),
            span: mapped.source_span(0, text.len()),
            n_words: n_words(&text),
            text,
            time_start_s: None,
            time_end_s: None,
            boundary_confidence: 1.0,
            needs_review: declared.is_none(),
            evidence: "declared by the file".to_string(),
            ..Utterance::default()
        });
        texts.push(mapped);
    }
    let bylines = vec![None; utterances.len()];
    Assembled { blocks: blocks(page, document_id, &marks, &place), utterances, mapped: texts, bylines }
}
