//! Interviews whose questions have no label but a different typeface: bold, italics, capitals, headings, or bullets.
//!
//! **Input**: the page and the bylines that are printed on it. **Output**: a turn for each question and for the answer below it, if these
//! explain more of the page than the bylines. The people are those whom the head of the page introduces.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::candidate::{Candidate, Found, Origin, Place};
use crate::page::{Page, PageLine, Settled};
use crate::weights::Weights;
use plenary_corpus::{Layout, Reason, Role, Span, Style};
use plenary_names::bylines::{self, Byline, pieces};
use plenary_names::described;
use plenary_names::labels::LabelKind;
use plenary_names::lexicon::Lexicon;
use plenary_names::offices;
use plenary_names::text::{constant_regex, folded, is_in_capitals};

/// Confidence of turns without bylines.
const CONFIDENCE: f32 = 0.75;

/// Minimum number of questions in an interview.
const FEWEST: usize = 3;

const BULLETS: [char; 9] = ['•', '●', '▪', '■', '◆', '►', '▸', '‣', '⁃'];

/// What distinguishes questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Face {
    Bold,
    Italic,
    Heading(u8),
    Bullet,
    Capitals,
}

/// The number or the bullet before a question.
static LEAD: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^\s*(?:\d{1,3}[.)]|[•●▪■◆►▸‣⁃])\s+"));

/// Who asks and who answers, as far as the page introduces them.
#[derive(Debug, Default)]
pub(crate) struct Parties {
    pub(crate) asks: Option<Byline>,
    pub(crate) answers: Option<Byline>,
}

/// The turns of an interview whose questions are in a different typeface, if they explain more than the bylines `found`.
pub(crate) fn find(page: &Page<'_>, settled: &Settled, found: &Found) -> Option<Found> {
    let is_set = |line: &PageLine| {
        line.bold > 0
            || line.italic > 0
            || matches!(line.layout, Layout::Heading(_) | Layout::ListItem)
            || is_in_capitals(line.text())
    };
    page.lines.iter().filter(|line| is_set(line)).nth(FEWEST - 1)?;
    let paragraphs = settled.open_paragraphs(page);
    let mut faces: BTreeMap<Face, Vec<usize>> = BTreeMap::new();
    for (i, lines) in paragraphs.iter().enumerate() {
        if let Some(face) = face(page, lines) {
            faces.entry(face).or_default().push(i);
        }
    }
    let is_question = |i: usize| {
        page.join_at_most(paragraphs[i].clone(), 2_000)
            .text
            .trim_end_matches(['"', '”', '»', ' ', '*'])
            .ends_with(['?', '？', ';'])
    };
    let (face, asked) = faces
        .into_iter()
        .filter_map(|(face, of_face)| {
            let first = of_face.iter().position(|i| is_question(*i))?;
            let of_face = &of_face[first..];
            let answered: Vec<usize> = of_face
                .iter()
                .copied()
                .filter(|i| paragraphs.get(i + 1).is_some_and(|next| self::face(page, next).is_none()))
                .collect();
            let n_questions = answered.iter().filter(|i| is_question(**i)).count();
            let mostly = n_questions * 2 > of_face.len() && answered.len() * 5 >= of_face.len() * 4;
            (n_questions >= FEWEST && mostly).then_some((face, answered))
        })
        .max_by_key(|(_, asked)| asked.len())?;
    if found.bylines.len() * 2 > asked.len() {
        return None;
    }
    let first = paragraphs[*asked.first()?].start;
    let parties = parties(page, first);
    // Pages of advice also have questions as headings or behind bullets; an interview introduces a person.
    if matches!(face, Face::Heading(_) | Face::Bullet | Face::Capitals) && parties.answers.is_none() {
        return None;
    }
    let asks = Byline { role: Some(Role::Questioner), ..parties.asks.unwrap_or_else(|| nobody("Questioner")) };
    let answers = Byline { role: Some(Role::Speaker), ..parties.answers.unwrap_or_else(|| nobody("Unknown")) };
    // Labels that recur between questions: a third person who joins.
    let mut bylines: Vec<Candidate> = found
        .bylines
        .iter()
        .filter(|byline| byline.n_mentions >= 2 && byline.kind != LabelKind::Word)
        .cloned()
        .collect();
    let labelled: HashSet<usize> = bylines.iter().map(|byline| byline.line).collect();
    for i in asked {
        let question = paragraphs[i].start;
        let text = page.lines[question].text();
        let lead = LEAD.find(text).map_or(0, |found| found.end());
        let start = page.lines[question].mapped.source_start(0);
        let speech = page.lines[question].mapped.source_start(lead);
        bylines.push(turn(&asks, Origin::Asked, question, Span::new(start, speech)));
        let answer = paragraphs[i + 1].start;
        let start = page.lines[answer].mapped.source_start(0);
        if !labelled.contains(&answer) {
            bylines.push(turn(&answers, Origin::Answered, answer, Span::new(start, start)));
        }
    }
    bylines.sort_by_key(|byline| byline.byline.start);
    Some(Found { bylines, style: Some(Style::Questions), confidence: CONFIDENCE, ..Found::default() })
}

/// A person without a name.
pub(super) fn nobody(part: &str) -> Byline {
    Byline { name: part.to_string(), ..Byline::default() }
}

/// A turn without a label.
fn turn(parts: &Byline, origin: Origin, line: usize, byline: Span) -> Candidate {
    let place = Place { line, byline, speech_line: line, speech: byline.end };
    let weights = Weights::start(Reason::Typeface, CONFIDENCE);
    Candidate::implied(Style::Questions, origin, parts.clone(), LabelKind::Person, place, weights)
}

/// The typeface of a paragraph, if it is the same throughout.
fn face(page: &Page<'_>, lines: &Range<usize>) -> Option<Face> {
    let text: usize = lines.clone().map(|line| page.lines[line].text().len()).sum();
    let italic: usize = lines.clone().map(|line| page.lines[line].italic).sum();
    match page.lines[lines.start].layout {
        Layout::Heading(level) => Some(Face::Heading(level)),
        _ if page.bold_lead(lines.clone()) + lines.len() > text => Some(Face::Bold),
        _ if italic * 20 >= text * 19 && text > 0 => Some(Face::Italic),
        _ if page.lines[lines.start].text().trim_start().starts_with(BULLETS) => Some(Face::Bullet),
        _ if lines.clone().all(|line| is_in_capitals(page.lines[line].text())) => Some(Face::Capitals),
        _ => None,
    }
}

/// Who asks and who answers, from the lines above line `first`.
pub(crate) fn parties(page: &Page<'_>, first: usize) -> Parties {
    const HEAD: usize = 40;
    let lexicon = page.lexicon;
    let head: Vec<String> = paragraphs_of(page, 0..first.min(page.lines.len())).into_iter().take(HEAD).collect();
    let above = &page.lines[..first.min(page.lines.len())];
    let field = |is: &dyn Fn(&str) -> bool| above.iter().find_map(|line| field(lexicon, line.text(), is));
    let asks = field(&|word| lexicon.is_questioner(word));
    let asks = asks.or_else(|| head.iter().find_map(|text| interviewer(lexicon, text)));
    let mut parties = Parties { asks, answers: None };
    let asks = parties.asks.as_ref().map(|byline| byline.name.clone()).unwrap_or_default();
    let introduced = head
        .iter()
        .flat_map(|text| {
            lexicon
                .patterns()
                .interviewee
                .find_iter(text)
                .filter_map(|cue| described::person(lexicon, &text[cue.end()..]))
        })
        .find(|byline| byline.name != asks);
    parties.answers =
        field(&|word| lexicon.is_interviewee(word)).or(introduced).or_else(|| most_named(page, &head, &asks));
    if let Some(answers) = &mut parties.answers {
        describe(lexicon, answers, &head);
    }
    parties
}

/// The person in a field of the head, if its label is one of these: "Interviewee: Ann Lee, 61".
fn field(lexicon: &Lexicon, text: &str, is_label: &dyn Fn(&str) -> bool) -> Option<Byline> {
    const MOST_WORDS: usize = 5;
    let (label, person) = text.split_once([':', '：'])?;
    let name = pieces(person).into_iter().next()?;
    let fits = name.contains(char::is_alphabetic) && name.split_whitespace().count() <= MOST_WORDS;
    (fits && is_label(&folded(label.trim()))).then(|| bylines::split(lexicon, &name))
}

/// The texts of the paragraphs of some lines.
fn paragraphs_of(page: &Page<'_>, lines: Range<usize>) -> Vec<String> {
    let mut out: Vec<(usize, String)> = Vec::new();
    for line in page.lines[lines].iter().filter(|line| !line.is_empty()) {
        let text = line.text().trim();
        match out.last_mut() {
            Some((paragraph, so_far)) if *paragraph == line.paragraph => {
                so_far.push(' ');
                so_far.push_str(text);
            }
            _ => out.push((line.paragraph, text.to_string())),
        }
    }
    out.into_iter().map(|(_, text)| text).collect()
}

/// The person who asks: "Interview by Ann Lee", "Ann Lee spoke to him", "By Ann Lee".
fn interviewer(lexicon: &Lexicon, text: &str) -> Option<Byline> {
    let named = lexicon.patterns().interviewer.find_iter(text).find_map(|cue| {
        let rest = text[cue.end()..].trim_start();
        let (place, name) = described::names(lexicon, rest).into_iter().next()?;
        (place.start == 0).then(|| bylines::split(lexicon, &name))
    });
    named.or_else(|| {
        described::names(lexicon, text)
            .into_iter()
            .find(|(place, _)| lexicon.patterns().spoke.is_match(&text[place.end..]))
            .map(|(_, name)| bylines::split(lexicon, &name))
    })
}

/// The person whom the head names most often, in full or by surname; the full name counts below the head as well.
fn most_named(page: &Page<'_>, head: &[String], asks: &str) -> Option<Byline> {
    let lexicon = page.lexicon;
    let mut counts: Vec<(String, usize)> = Vec::new();
    for (_, name) in head.iter().flat_map(|text| described::names(lexicon, text)) {
        if name == asks {
            continue;
        }
        match counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, n)) => *n += 2,
            None => counts.push((name, 2)),
        }
    }
    for (name, n) in &mut counts {
        let surname = name.rsplit(' ').next().unwrap_or(name);
        *n += head.iter().map(|text| text.matches(surname).count()).sum::<usize>();
        *n += page.source.matches(name.as_str()).count();
    }
    // Ties go to the first.
    let best = counts.iter().map(|(_, n)| *n).max()?;
    counts.into_iter().find(|(_, n)| *n == best).map(|(name, _)| bylines::split(lexicon, &name))
}

/// Fills in the office that a sentence of the head gives: "Ann Lee is director of the Museum of Ships".
fn describe(lexicon: &Lexicon, person: &mut Byline, head: &[String]) {
    let surname = person.name.rsplit(' ').next().unwrap_or("").to_string();
    if person.details.title.is_some() || surname.is_empty() {
        return;
    }
    for text in head {
        for (at, _) in text.match_indices(surname.as_str()) {
            let after = &text[at + surname.len()..];
            if let Some(is) = lexicon.patterns().is.find(after)
                && let Some(office) = described::office(lexicon, &after[is.end()..])
            {
                offices::set_office(lexicon, person, office);
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::named_turns;

    #[test]
    fn questions_in_capitals_are_those_of_an_interview() {
        let text = "INTERVIEW 3\nInterviewer: Jo P. Lemos\nInterviewee: Waldo Reis, 61, retired\nLength: 48 min\n\nWHERE WERE YOU BORN?\n\nHere, in \
                    the house of my father.\n\nWe fished from the boat.\n\nHOW MANY FAMILIES LIVED HERE?\n\nSome forty.\n\nGOOD DAY, MRS. SOTO! AND \
                    YOU?\n\nMrs. Soto: I went there twice.\n\nAND WHAT HAPPENED?\n\nMrs. Soto: Nothing.\n\nTHE SAME NET, WALDO?\n\nThe same.\n";
        let found = named_turns(text);
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        let (jo, waldo) = ("Jo P. Lemos", "Waldo Reis");
        assert_eq!(names, [jo, waldo, jo, waldo, jo, "Soto", jo, "Soto", jo, waldo], "{found:?}");
        assert_eq!(found[1].1.lines().count(), 3, "an answer may have two paragraphs: {found:?}");
    }

    #[test]
    fn questions_behind_bullets_are_turns_if_a_person_is_introduced() {
        let talk = |who: &str| {
            format!(
                "Archive of the old mill\n\n{who}\n\nBorn: 1928\n\n • Where did you live?\n\nMy name is {who}. I lived by the mill.\n\n\
                 We had a pump.\n\n • And your father?\n\nHe set type.\n\n • Were you afraid?\n\nNo.\n\n • Who led you?\n\nNobody did.\n"
            )
        };
        let found = named_turns(&talk("Hanna Brook"));
        assert_eq!(found.len(), 8, "{found:?}");
        assert_eq!(found[0].1, "Where did you live?");
        assert_eq!(found[1].0, "Hanna Brook");
        assert!(found[1].1.ends_with("We had a pump."));
        assert!(named_turns(&talk("how to use this site")).len() < 8);
    }
}
