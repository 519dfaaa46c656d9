//! Candidates checked against the other candidates of the page.
//!
//! **Input**: all candidates of a page. **Output**: the same with some removed or lowered (items of lists, rosters, single letters, clauses
//! of a speech), names put before their offices, and questions paired with answers. What speaks for a candidate is in `lifts`; which
//! style the document uses is left to `styles`.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::candidate::{ACCEPT, Candidate, in_capitals};
use crate::page::Page;
use plenary_corpus::{Reason, Role, Style};
use plenary_names::bylines::{self, Byline};
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;
use plenary_names::offices;
use plenary_names::text::folded;

/// Removes the items of a list inside a turn ("Treasurer: Ann Hill. Clerk: Leo Kane."): labels of one style that occur once
/// each, all between two bylines of a style whose labels recur.
pub(crate) fn drop_lists(all: &mut Vec<Candidate>) {
    const SHORTEST: usize = 3;
    let accepted = |style: Style| {
        all.iter()
            .filter(move |candidate| candidate.style == style && candidate.confidence() >= ACCEPT && !candidate.inside)
    };
    let labels = |style: Style| accepted(style).map(|candidate| candidate.label.as_str()).collect::<HashSet<_>>();
    let recurs = |style: Style| labels(style).len() < accepted(style).count();
    let lists: Vec<Style> = Style::ALL
        .into_iter()
        .filter(|style| labels(*style).len() >= SHORTEST && !recurs(*style))
        .filter(|style| {
            let Some((first, last)) =
                accepted(*style).map(|candidate| candidate.byline.start).fold(None, |ends, at| {
                    Some(ends.map_or((at, at), |(from, to): (usize, usize)| (from.min(at), to.max(at))))
                })
            else {
                return false;
            };
            Style::ALL.into_iter().filter(|other| other != style && recurs(*other)).any(|other| {
                let places = || accepted(other).map(|candidate| candidate.byline.start);
                places().any(|at| at < first)
                    && places().any(|at| at > last)
                    && !places().any(|at| (first..=last).contains(&at))
                    && labels(other).is_disjoint(&labels(*style))
            })
        })
        .collect();
    all.retain(|candidate| !lists.contains(&candidate.style));
}

/// Removes names on separate lines that form a list: one below the other, without speech between them. Returns the labels of the
/// lists.
pub(crate) fn drop_rosters(page: &Page<'_>, all: &mut Vec<Candidate>) -> HashSet<String> {
    let person = |candidate: &&Candidate| is_own_line(candidate) && candidate.kind == LabelKind::Person;
    let starts: HashSet<(usize, Style)> =
        all.iter().filter(person).map(|candidate| (candidate.line, candidate.style)).collect();
    let above = |candidate: &Candidate| (0..candidate.line).rev().find(|line| !page.lines[*line].is_empty());
    let in_list = |candidate: &Candidate| {
        let below = starts.contains(&(candidate.speech_line, candidate.style));
        let adjoins = above(candidate)
            .is_some_and(|line| line + 1 == candidate.line && starts.contains(&(line, candidate.style)));
        person(&candidate) && (below || adjoins)
    };
    let listed: HashMap<usize, String> = all
        .iter()
        .filter(|candidate| in_list(candidate))
        .map(|candidate| (candidate.line, candidate.label.clone()))
        .collect();
    let mut in_run = runs(page, all);
    in_run.extend(last_of_final_list(page, all, &listed));
    let listed = if listed.len() < 2 { HashMap::new() } else { listed };
    all.retain(|candidate| {
        !(is_own_line(candidate) && (listed.contains_key(&candidate.line) || in_run.contains(&candidate.line)))
    });
    listed.into_values().collect()
}

/// The line of the last name of a list with blank lines between the names, if it is the last name of the page: what stands below it
/// is notes, not its speech.
fn last_of_final_list(page: &Page<'_>, all: &[Candidate], listed: &HashMap<usize, String>) -> Option<usize> {
    const SHORTEST: usize = 3;
    let last = all.iter().filter(|candidate| is_own_line(candidate)).map(|candidate| candidate.line).max()?;
    let above = (0..last).rev().filter(|line| !page.lines[*line].is_empty());
    let n = above.take_while(|line| listed.contains_key(line)).count();
    (n >= SHORTEST).then_some(last)
}

/// The lines of columns of names: names on separate lines, of any kind, directly below each other.
fn runs(page: &Page<'_>, all: &[Candidate]) -> HashSet<usize> {
    const SHORTEST: usize = 4;
    let lines: BTreeSet<usize> =
        all.iter().filter(|candidate| is_own_line(candidate)).map(|candidate| candidate.line).collect();
    let mut out = HashSet::new();
    let mut run: Vec<usize> = Vec::new();
    let close = |run: &mut Vec<usize>, out: &mut HashSet<usize>| {
        if run.len() >= SHORTEST {
            out.extend(run.iter().copied());
        }
        run.clear();
    };
    for line in lines {
        let adjoins = run.last().is_some_and(|last| *last + 1 == line && !page.lines[line].is_empty());
        if !adjoins {
            close(&mut run, &mut out);
        }
        run.push(line);
    }
    close(&mut run, &mut out);
    out
}

/// Reads bylines with the name last, "Minister of Roads, Ann Lee:", as the same with the name first: a known office is before
/// the comma, a name is after it, and at least two bylines are of this form or none has the name first.
pub(crate) fn name_last(lexicon: &Lexicon, all: &mut [Candidate]) {
    const FEWEST: usize = 2;
    let turned: Vec<Option<Byline>> = all.iter().map(|candidate| with_name_first(lexicon, candidate)).collect();
    let n = turned.iter().flatten().count();
    if n < FEWEST {
        return;
    }
    for (candidate, turned) in all.iter_mut().zip(turned) {
        let Some(turned) = turned else { continue };
        let printed = std::mem::take(&mut candidate.parts.printed);
        candidate.parts = Byline { printed, ..turned };
        candidate.label.clone_from(&candidate.parts.label);
        candidate.kind = LabelKind::Person;
    }
}

fn with_name_first(lexicon: &Lexicon, candidate: &Candidate) -> Option<Byline> {
    if candidate.confidence() == 0.0 {
        return None;
    }
    let text = name_first(lexicon, &candidate.parts.printed)?;
    Some(bylines::split(lexicon, &text))
}

/// A byline with the name last, "Minister of Roads, Ann Lee", with the name first; `None` for other bylines.
pub(crate) fn name_first(lexicon: &Lexicon, printed: &str) -> Option<String> {
    const CLEAR: f32 = 0.8;
    let printed = printed.trim_end_matches([':', '：', ' ']);
    if printed.contains(['(', '[', '|', '\t']) {
        return None;
    }
    let (before, last) = printed.rsplit_once(", ")?;
    let pieces = bylines::pieces(before);
    let first = pieces.first().map_or(before, String::as_str);
    // "The Chair, Ann Lee" has an order of its own.
    if labels::is_chair_label(lexicon, first) {
        return None;
    }
    let judgement = labels::judge(lexicon, last)?;
    let is_person =
        judgement.kind == LabelKind::Person && judgement.quality >= CLEAR && !offices::is_telling(lexicon, last);
    let is_office = offices::is_telling(lexicon, first)
        && labels::judge(lexicon, first)
            .is_none_or(|judgement| judgement.kind != LabelKind::Person || offices::names_position(lexicon, first));
    (is_person && is_office).then(|| format!("{last}, {before}"))
}

/// Removes readings such as "A man came." if there are no questions that begin with "Q".
pub(crate) fn drop_letters(page: &Page<'_>, all: &mut Vec<Candidate>) {
    let lexicon = page.lexicon;
    let is_label = |word: &str| lexicon.is_question_label(word) || lexicon.is_answer_label(word);
    let bare = |candidate: &Candidate| {
        let byline = candidate.byline.of(page.source);
        let letter = byline.strip_suffix(' ').unwrap_or(byline);
        let is_capital = letter.chars().count() == 1 && letter.starts_with(char::is_uppercase);
        candidate.style == Style::Period && is_capital && is_label(&folded(letter))
    };
    let asks = |candidate: &Candidate| lexicon.is_question_label(&folded(&candidate.label));
    let n_questions = all.iter().filter(|candidate| bare(candidate) && asks(candidate) && !candidate.inside).count();
    if n_questions < 2 {
        all.retain(|candidate| !bare(candidate));
    }
}

/// Raises the labels of questions and answers if both occur, and marks interviewers as questioners.
pub(crate) fn pair_questions(lexicon: &Lexicon, all: &mut [Candidate]) {
    // "R. Hill" is a person, not an answer.
    let first = |candidate: &Candidate| match labels::words(&candidate.label).as_slice() {
        [initial, second, ..] if initial.chars().count() == 1 && second.starts_with(char::is_alphabetic) => {
            String::new()
        }
        [first, ..] => first.clone(),
        [] => String::new(),
    };
    let has = |is_label: &dyn Fn(&str) -> bool, all: &[Candidate]| {
        all.iter().any(|candidate| is_label(&first(candidate)) && !candidate.inside)
    };
    let asks = |word: &str| lexicon.is_question_label(word);
    let answers = |word: &str| lexicon.is_answer_label(word);
    if has(&asks, all) && has(&answers, all) {
        for candidate in all.iter_mut() {
            let first = first(candidate);
            if asks(&first) || answers(&first) {
                candidate.raise(0.9, Reason::QuestionsAndAnswers);
            }
        }
    }
    let interviews = |word: &str| lexicon.is_interviewer_label(word);
    if has(&interviews, all) && has(&|word: &str| lexicon.is_interviewee_label(word), all) {
        for candidate in all.iter_mut().filter(|candidate| interviews(&first(candidate))) {
            candidate.parts.role = Some(Role::Questioner);
        }
    }
}

/// Removes labels before a dash or a full stop that are seen once, above the first label that recurs, and are followed by a few words with
/// capitals and without a full stop: lines of the head, "SECOND CHAMBER - FULL COURT".
pub(crate) fn drop_head(page: &Page<'_>, all: &mut Vec<Candidate>) {
    const FEWEST: usize = 5;
    const LONGEST: usize = 8;
    let fits = |candidate: &Candidate| matches!(candidate.style, Style::Dash | Style::Period) && !candidate.inside;
    let recurring: Vec<usize> = all
        .iter()
        .filter(|candidate| fits(candidate) && candidate.n_mentions >= 2)
        .map(|candidate| candidate.line)
        .collect();
    if recurring.len() < FEWEST {
        return;
    }
    let first = recurring.into_iter().min().unwrap_or(0);
    let says_few_words = |candidate: &Candidate| {
        let line = &page.lines[candidate.speech_line];
        let end = page.lines.get(candidate.speech_line + 1);
        let ends = end.is_none_or(|below| below.is_empty() || below.paragraph != line.paragraph);
        let text = page.source.get(candidate.speech..line.span.end).unwrap_or("").trim_end();
        ends && text.ends_with(char::is_alphanumeric)
            && text.split_whitespace().count() <= LONGEST
            && !text.split_whitespace().any(|word| word.starts_with(char::is_lowercase))
    };
    let is_of_head = |candidate: &Candidate| {
        fits(candidate) && candidate.n_mentions < 2 && candidate.line < first && says_few_words(candidate)
    };
    all.retain(|candidate| !is_of_head(candidate));
}

/// Accepts labels in capitals with numbers, "TABLE 4", if they are those of groups that speak: one of them recurs, and their numbers do not
/// grow, as those of headings and captions do. Others whose word is not that of a speaker are removed.
pub(crate) fn settle_numbered(lexicon: &Lexicon, all: &mut Vec<Candidate>) {
    const ACCEPTED: f32 = 0.6;
    const FEWEST: usize = 4;
    let numbered = |candidate: &Candidate| {
        let (word, number) = candidate.label.rsplit_once(' ')?;
        let fits = candidate.style == Style::Capitals && !candidate.inside && in_capitals(word);
        Some((word.to_lowercase(), number.parse::<u32>().ok()?)).filter(|_| fits)
    };
    let mut numbers: HashMap<String, Vec<u32>> = HashMap::new();
    for (word, number) in all.iter().filter_map(numbered) {
        numbers.entry(word).or_default().push(number);
    }
    let are_groups = |word: &str| {
        let numbers = numbers.get(word).map_or(&[][..], Vec::as_slice);
        let n_distinct = numbers.iter().collect::<HashSet<_>>().len();
        numbers.len() >= FEWEST && n_distinct > 1 && n_distinct < numbers.len() && !numbers.is_sorted()
    };
    for candidate in all.iter_mut() {
        if numbered(candidate).is_some_and(|(word, _)| are_groups(&word)) {
            candidate.raise(ACCEPTED, Reason::LooksLikeOthers);
        }
    }
    let is_heading = |candidate: &Candidate| {
        numbered(candidate).is_some_and(|(word, _)| !are_groups(&word))
            && labels::judge(lexicon, &candidate.label).is_none()
    };
    all.retain(|candidate| !is_heading(candidate));
}

/// Lowers labels that are seen once and are clauses of a speech, "No question: we wait.": their text continues in lower case, which
/// is rare after the labels that recur. This holds in every language with capitals.
pub(crate) fn drop_clauses(page: &Page<'_>, all: &mut [Candidate]) {
    const FEWEST: usize = 3;
    const DOUBTFUL: f32 = 0.3;
    let shares_line = |candidate: &Candidate| candidate.line == candidate.speech_line && !candidate.inside;
    let goes_on = |candidate: &Candidate| {
        let text = page.source.get(candidate.speech..).unwrap_or("");
        text.trim_start().starts_with(char::is_lowercase)
    };
    let mut recurring: HashMap<Style, (usize, usize)> = HashMap::new();
    for candidate in all.iter().filter(|candidate| shares_line(candidate) && candidate.n_mentions >= 2) {
        let (n, small) = recurring.entry(candidate.style).or_default();
        *n += 1;
        *small += usize::from(goes_on(candidate));
    }
    let in_sentences = |style: Style| recurring.get(&style).is_some_and(|(n, small)| *n >= FEWEST && small * 10 <= *n);
    for candidate in all.iter_mut() {
        if candidate.n_mentions < 2
            && !candidate.marked
            && candidate.confidence() > DOUBTFUL
            && candidate.parts.brackets.is_none()
            && shares_line(candidate)
            && in_sentences(candidate.style)
            && goes_on(candidate)
        {
            candidate.set_confidence(DOUBTFUL, Reason::GoesOn);
        }
    }
}

/// Whether a sentence of at least four words follows a byline in its paragraph.
pub(super) fn says_sentence(page: &Page<'_>, candidate: &Candidate) -> bool {
    const SHORTEST: usize = 4;
    let line = &page.lines[candidate.speech_line];
    let end = page.lines[candidate.speech_line..]
        .iter()
        .take_while(|below| below.paragraph == line.paragraph && !below.is_empty())
        .last()
        .map_or(line.span.end, |last| last.span.end);
    let from = page.source.floor_char_boundary(candidate.speech.min(end));
    let text = page.source[from..end].trim();
    text.split_whitespace().nth(SHORTEST - 1).is_some()
        && text.ends_with(['.', '!', '?', '…', '"', '”', ')'])
        && text.split_whitespace().filter(|word| word.starts_with(char::is_lowercase)).count() * 2
            >= text.split_whitespace().count()
}

/// Whether a candidate is a name on a separate line.
pub(super) fn is_own_line(candidate: &Candidate) -> bool {
    matches!(candidate.style, Style::NameLine | Style::Capitals)
}

#[cfg(test)]
mod tests {
    use crate::testing::turns;

    #[test]
    fn dashes_in_the_head_make_no_labels() {
        let talk = "CHAIR - Good morning. Who is next?\nWITNESS HILL - I am. I keep the key of the mill.\n".repeat(4);
        let found = turns(&format!("COURT OF REEDS\nSECOND CHAMBER - FULL COURT\n\nMS COLE - Clerk\n\n{talk}"));
        assert_eq!(
            found.iter().map(|(label, _)| label.as_str()).take(3).collect::<Vec<_>>(),
            ["CHAIR", "WITNESS HILL", "CHAIR"]
        );
    }

    #[test]
    fn the_last_name_of_a_list_at_the_end_does_not_speak() {
        let talk =
            "Ann Lee -- Chair\n\nGood morning. Who is next?\n\nBo Hill -- Clerk\n\nI am. I keep the key.\n\n".repeat(3);
        let list = "Participants:\n\nAnn Lee -- Chair\n\nBo Hill -- Clerk\n\nCy Moor -- Guest\n\nAnn Lee -- Chair\n\nMore of our calls are on the page.\n";
        let found = turns(&format!("{talk}{list}"));
        assert_eq!(found.len(), 6, "{found:?}");
    }
}
