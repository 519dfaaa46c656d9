//! Two letters, or a few abbreviated names, that a document itself establishes as labels: "D. Why? R. Because.", "Phil. Why?".
//!
//! **Input**: the page and the claims on it. **Output**: candidates for the lines that begin with one of two capitals, or with one
//! of a few abbreviated words, and a full stop, if these open most paragraphs and alternate. A stroke may stand behind the letter: "P/ Why?", and in
//! scripts without capitals as well. Lists ("A.", "B.", "C.") have more
//! letters, and names with an initial do not alternate. Letters before a colon are read as other labels.
//!
//! The same holds for labels that a closing bracket alone ends: "問）", "Q) Why?". They recur and alternate, and those of one letter
//! are the labels of questions and answers, so that lists ("a)", "ii)", "1)") are not read as turns.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::candidate::{Candidate, Place};
use crate::page::{Page, Settled};
use crate::weights::Weights;
use plenary_corpus::{Reason, Span, Style};
use plenary_names::bylines::{Byline, split};
use plenary_names::labels::LabelKind;
use plenary_names::text::{constant_regex, folded, is_caseless_letter};

/// Confidence of such a label.
const CONFIDENCE: f32 = 0.9;

/// A number, one or two words, and a colon before a text.
static NUMBERED: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^\s*(?P<label>(?P<number>\d{1,2})\.\s\p{L}{2,}(?:\s\p{L}{2,})?):\s+\S"));

/// Replaces other readings of the lines that begin with one of the two letters.
pub(crate) fn add(page: &Page<'_>, settled: &Settled, all: &mut Vec<Candidate>) {
    let mut found = find(page, settled);
    if found.is_empty() {
        found = names(page, settled);
    }
    replace(found, all);
}

/// The same for lines that begin with a label and a closing bracket, or with a number, a word and a colon.
pub(crate) fn add_closed(page: &Page<'_>, settled: &Settled, all: &mut Vec<Candidate>) {
    replace(closed(page, settled), all);
    replace(numbered(page, settled), all);
}

/// Replaces other readings of the lines of `found`.
pub(super) fn replace(found: Vec<Candidate>, all: &mut Vec<Candidate>) {
    if found.is_empty() {
        return;
    }
    let lines: HashSet<usize> = found.iter().map(|own| own.line).collect();
    all.retain(|candidate| !lines.contains(&candidate.line));
    all.extend(found);
    all.sort_by_key(|candidate| candidate.byline.start);
}

/// Labels before closing brackets: a few that recur and alternate.
fn closed(page: &Page<'_>, settled: &Settled) -> Vec<Candidate> {
    const FEWEST: usize = 4;
    const FEWEST_WORDS: usize = 6;
    const MOST_LABELS: usize = 6;
    let lexicon = page.lexicon;
    let mut lines: Vec<(usize, &str)> = Vec::new();
    for paragraph in settled.open_paragraphs(page) {
        lines.extend(paragraph.filter_map(|line| Some((line, closed_label(page.lines[line].text())?))));
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, label) in &lines {
        *counts.entry(label).or_default() += 1;
    }
    let has = |is: &dyn Fn(&str) -> bool| counts.keys().any(|label| is(&folded(label)));
    let are_questions = has(&|label| lexicon.is_question_label(label)) && has(&|label| lexicon.is_answer_label(label));
    let are_words = counts.keys().all(|label| label.chars().count() >= 2 && !is_roman(label));
    let n_recurring: usize = counts.values().filter(|n| **n >= 2).sum();
    let n_changes = lines.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
    let fits = lines.len() >= if are_questions { FEWEST } else { FEWEST_WORDS }
        && (are_questions || are_words)
        && (2..=MOST_LABELS).contains(&counts.len())
        && n_recurring * 4 >= lines.len() * 3
        && n_changes * 5 >= lines.len().saturating_sub(1) * 4;
    if !fits {
        return Vec::new();
    }
    let of = |(line, label): &(usize, &str)| {
        let is_part = lexicon.is_question_label(&folded(label)) || lexicon.is_answer_label(&folded(label));
        let kind = if is_part { LabelKind::Anonymous } else { LabelKind::Word };
        candidate(page, *line, label, (Style::Colon, kind))
    };
    lines.iter().map(of).collect()
}

/// People told apart by a number before a word: "2. man: Yes." Their labels recur and share a word, and the numbers do not run 1, 2, 3 as in
/// a list.
fn numbered(page: &Page<'_>, settled: &Settled) -> Vec<Candidate> {
    const FEWEST: usize = 4;
    const LONGEST: usize = 60;
    let mut lines: Vec<(usize, &str, u32)> = Vec::new();
    for line in settled.open_paragraphs(page).into_iter().flatten() {
        if let Some(found) = NUMBERED.captures(page.lines[line].text())
            && let (Some(label), Ok(number)) = (found.name("label"), found["number"].parse())
            && label.len() <= LONGEST
        {
            lines.push((line, label.as_str(), number));
        }
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, label, _) in &lines {
        *counts.entry(label).or_default() += 1;
    }
    let n_recurring: usize = counts.values().filter(|n| **n >= 2).sum();
    let words: HashSet<&str> = counts.keys().filter_map(|label| Some(label.split_once(' ')?.1)).collect();
    let shares_word = words.len() < counts.len();
    let counts_on = lines.windows(2).all(|pair| pair[1].2 == 1 || pair[1].2 == pair[0].2 + 1);
    let fits =
        lines.len() >= FEWEST && counts.len() >= 2 && n_recurring * 3 >= lines.len() * 2 && shares_word && !counts_on;
    let of = |(line, label, _): &(usize, &str, u32)| {
        let found = candidate(page, *line, label, (Style::Colon, LabelKind::Anonymous));
        let parts = Byline { label: (*label).to_string(), name: (*label).to_string(), ..found.parts };
        Candidate { label: (*label).to_string(), parts, ..found }
    };
    if fits { lines.iter().map(of).collect() } else { Vec::new() }
}

/// The label that a line begins with, before a closing bracket and a text. A word of a script with capitals begins with one.
fn closed_label(text: &str) -> Option<&str> {
    const LONGEST: usize = 12;
    let text = text.trim_start();
    let (label, rest) = text.split_once([')', '）'])?;
    let n_letters = label.chars().count();
    let is_caseless = label.chars().all(is_caseless_letter);
    let is_word = (1..=LONGEST).contains(&n_letters)
        && label.chars().all(char::is_alphabetic)
        && (is_caseless || label.starts_with(char::is_uppercase));
    let is_apart = is_caseless || rest.starts_with(char::is_whitespace);
    (is_word && is_apart && !rest.trim().is_empty()).then_some(label)
}

/// Whether a label is a number in Roman numerals.
fn is_roman(label: &str) -> bool {
    label.chars().all(|c| matches!(c, 'I' | 'V' | 'X' | 'L' | 'C'))
}

fn find(page: &Page<'_>, settled: &Settled) -> Vec<Candidate> {
    const FEWEST_OF_EACH: usize = 3;
    const MOST_BEFORE_STROKES: usize = 4;
    let mut lines: Vec<(usize, char)> = Vec::new();
    let mut n_paragraphs = 0;
    for paragraph in settled.open_paragraphs(page) {
        n_paragraphs += 1;
        lines.extend(paragraph.filter_map(|line| Some((line, letter(page.lines[line].text())?))));
    }
    let mut counts: BTreeMap<char, usize> = BTreeMap::new();
    for (_, letter) in &lines {
        *counts.entry(*letter).or_default() += 1;
    }
    let has_strokes = lines.iter().any(|line| behind_stroke(page, line).is_some());
    if has_strokes && !are_interview(page, &lines) {
        return Vec::new();
    }
    let most = if has_strokes { MOST_BEFORE_STROKES } else { 2 };
    let n_frequent = counts.values().filter(|n| **n >= FEWEST_OF_EACH).count();
    let are_two = (2..=most).contains(&counts.len()) && n_frequent >= 2;
    let n_changes = lines.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
    let alternate = n_changes * 5 >= lines.len().saturating_sub(1) * 4;
    // Most paragraphs begin in this way, or all lines are in a few paragraphs.
    if !are_two || !alternate || lines.len() * 2 < n_paragraphs {
        return Vec::new();
    }
    let of = |(line, letter): (usize, char)| {
        candidate(page, line, &letter.to_string(), (Style::Period, LabelKind::Anonymous))
    };
    lines.into_iter().map(of).collect()
}

/// The text behind a letter and a stroke.
fn behind_stroke<'p>(page: &'p Page<'_>, (line, letter): &(usize, char)) -> Option<&'p str> {
    page.lines[*line].text().trim()[letter.len_utf8()..].trim_start().strip_prefix('/')
}

/// Whether a stroke follows each of the letters, and one of them asks. Strokes also follow titles, which stand before another label, and the
/// items of lists.
fn are_interview(page: &Page<'_>, lines: &[(usize, char)]) -> bool {
    const LONGEST_LABEL: usize = 60;
    const FEWEST_QUESTIONS: usize = 2;
    let mut questions: BTreeMap<char, (usize, usize)> = BTreeMap::new();
    for line in lines {
        let Some(text) = behind_stroke(page, line) else { return false };
        if text.find([':', '：']).is_some_and(|at| at <= LONGEST_LABEL) {
            return false;
        }
        let (n_questions, n) = questions.entry(line.1).or_default();
        *n_questions += usize::from(text.contains(['?', '？', '؟', '\u{37E}']));
        *n += 1;
    }
    questions.values().any(|(n_questions, n)| n_questions * 2 >= *n && *n_questions >= FEWEST_QUESTIONS)
}

/// Abbreviated names before full stops: a few that recur, alternate, and begin most paragraphs.
fn names(page: &Page<'_>, settled: &Settled) -> Vec<Candidate> {
    const FEWEST: usize = 6;
    const MOST_NAMES: usize = 8;
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut n_paragraphs = 0;
    for paragraph in settled.open_paragraphs(page) {
        n_paragraphs += 1;
        lines.extend(paragraph.filter_map(|line| Some((line, name(page, line)?))));
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, name) in &lines {
        *counts.entry(name).or_default() += 1;
    }
    let n_recurring: usize = counts.values().filter(|n| **n >= 2).sum();
    let n_changes = lines.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
    let fits = lines.len() >= FEWEST
        && (2..=MOST_NAMES).contains(&counts.len())
        && n_recurring * 4 >= lines.len() * 3
        && n_changes * 10 >= lines.len().saturating_sub(1) * 9
        && lines.len() * 3 >= n_paragraphs * 2;
    let words: HashSet<String> = counts.keys().map(|name| name.to_lowercase()).collect();
    if !fits || !page.in_small_letters(&words).is_empty() {
        return Vec::new();
    }
    lines.iter().map(|(line, name)| candidate(page, *line, name, (Style::Period, LabelKind::Word))).collect()
}

/// The abbreviated word that a line begins with, before a full stop and a text.
fn name(page: &Page<'_>, line: usize) -> Option<String> {
    const LENGTHS: std::ops::RangeInclusive<usize> = 2..=8;
    let (word, rest) = page.lines[line].text().trim_start().split_once('.')?;
    let mut letters = word.chars();
    let is_word = letters.next().is_some_and(char::is_uppercase) && letters.all(char::is_lowercase);
    let lower = word.to_lowercase();
    let lexicon = page.lexicon;
    let is_other = lexicon.is_honorific(&lower) || lexicon.is_function_word(&lower) || lexicon.month(&lower).is_some();
    let fits = is_word && LENGTHS.contains(&word.chars().count()) && !is_other;
    (fits && rest.starts_with(char::is_whitespace) && !rest.trim().is_empty()).then(|| word.to_string())
}

/// The candidate for a label and the sign behind it at the beginning of a line.
pub(super) fn candidate(page: &Page<'_>, line: usize, label: &str, (style, kind): (Style, LabelKind)) -> Candidate {
    let own = &page.lines[line];
    let text = own.text();
    let lead = text.len() - text.trim_start().len();
    let mut behind = lead + label.len();
    if text[behind..].trim_start().starts_with('/') {
        behind += text[behind..].len() - text[behind..].trim_start().len();
    }
    let end = behind + text[behind..].chars().next().map_or(0, char::len_utf8);
    let speech = text.len() - text[end..].trim_start().len();
    let byline = Span::new(own.mapped.source_start(lead), own.mapped.source_end(end));
    let place = Place { line, byline, speech_line: line, speech: own.mapped.source_start(speech) };
    let weights = Weights::start(Reason::QuestionsAndAnswers, CONFIDENCE);
    let parts = Byline { printed: text[lead..end].to_string(), ..split(page.lexicon, label) };
    Candidate::printed(style, parts, kind, place, weights)
}

/// The capital, or the letter of a script without capitals, that a line begins with, before a full stop or a stroke and a text.
fn letter(text: &str) -> Option<char> {
    let text = text.trim_start();
    let letter = text.chars().next().filter(|c| c.is_uppercase() || is_caseless_letter(*c))?;
    let behind = &text[letter.len_utf8()..];
    let of_capital = behind.strip_prefix('.').filter(|_| letter.is_uppercase());
    let rest = of_capital.or_else(|| behind.trim_start().strip_prefix('/'))?;
    (rest.starts_with(char::is_whitespace) && !rest.trim().is_empty()).then_some(letter)
}

#[cfg(test)]
mod tests {
    use crate::testing::turns;

    #[test]
    fn letters_before_strokes_are_people() {
        let text = "P/ Since when do you bake?\n\nR/ Since May.\n\nP/ So late?\n\nR / I was away.\n\nM/ He was.\n\nP/ And now?\n\nR/ Daily.\n";
        let labels: Vec<String> = turns(text).into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels, ["P", "R", "P", "R", "M", "P", "R"]);
        let spoken: Vec<String> = turns(text).into_iter().map(|(_, text)| text).collect();
        assert_eq!(spoken[3], "I was away.");
    }

    #[test]
    fn titles_and_lists_before_strokes_are_not_people() {
        let titles = "المذيع: أهلا بكم.\n\nد/ أحمد حسن: هل نبدأ؟\n\nم/ سامي علي: نعم.\n\nد/ أحمد حسن: هل من أسئلة؟\n\nم/ سامي علي: لا.\n\n\
                      د/ أحمد حسن: شكرا.\n\nم/ سامي علي: شكرا.\n\nالمذيع: شكرا.\n";
        assert!(turns(titles).iter().all(|(label, _)| label.chars().count() > 1), "{:?}", turns(titles));
        let list = "Ann Hill: Two plans.\n\nA/ We sell the house.\n\nB/ We keep the house.\n\nA/ It is quick.\n\nB/ It is cheap.\n\nA/ It is final.\n\n\
                    B/ It is slow.\n\nBo Lee: I prefer the second.\n";
        assert!(turns(list).iter().all(|(label, _)| label.len() > 1), "{:?}", turns(list));
    }

    #[test]
    fn people_with_a_number_before_a_word_are_told_apart() {
        let text = "Moderator: Who bakes?\n\n1. woman: I do not.\n\n2. man: I do.\n\nModerator: Since when?\n\n2. man: Since May.\n\n\
                    1. woman: So late.\n\n1. man: I never did.\n\n2. man: True.\n";
        let labels: Vec<String> = turns(text).into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels, ["Moderator", "1. woman", "2. man", "Moderator", "2. man", "1. woman", "1. man", "2. man"]);
        let both = "Hill: Two points.\n\n1. Economy: We must build.\n\n2. Health: We need nurses.\n\nLee: I have two as well.\n\n\
                    1. Economy: We must save.\n\n2. Health: We need beds.\n";
        assert!(turns(both).iter().all(|(label, _)| !label.starts_with(['1', '2'])), "{:?}", turns(both));
        let list = "Hill: I have four points.\n\n1. time: it is short.\n\n2. money: there is none.\n\n3. time: it is late.\n\n4. money: none.\n";
        assert_eq!(turns(list).len(), 1);
    }
}
