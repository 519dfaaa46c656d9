//! Comments copied from a page: the name of the writer, how long ago it was, the text, and the counts and buttons of the page.
//!
//! **Input**: the page, the claims on it, and the bylines that are printed on it. **Output**: a turn for each comment, if the ages are
//! in one form and a button recurs below the texts. Ages, counts and buttons are not speech. Left alone are messages with a time or a
//! date, which are read as other styles, and single lines with a number below a name.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::candidate::{Candidate, Found, Place};
use crate::page::{Page, Settled};
use crate::weights::Weights;
use plenary_corpus::text::ends_sentence;
use plenary_corpus::{BlockKind, Reason, Span, Style};
use plenary_names::bylines;
use plenary_names::labels::LabelKind;
use plenary_names::lexicon::Lexicon;

/// Confidence of a comment.
const CONFIDENCE: f32 = 0.85;

/// Minimum number of comments.
const FEWEST: usize = 4;

/// Maximum number of words and characters of a name, an age, a count or a button.
const MOST_WORDS: usize = 5;
const LONGEST: usize = 40;

/// The name and the age above a comment.
#[derive(Clone, Copy)]
struct Head {
    name: usize,
    age: usize,
}

/// The comments of a page, if they explain more of it than the bylines `found`.
pub(super) fn find(page: &Page<'_>, settled: &Settled, found: &Found) -> Option<Found> {
    let text = |line: usize| page.lines[line].text().trim();
    let lines: Vec<usize> = (0..page.lines.len()).filter(|line| !page.lines[*line].is_empty()).collect();
    let mut heads: Vec<Head> = (0..lines.len()).filter_map(|at| head(page, &lines[at..])).collect();
    // A page has names of people or of accounts; the others are lines of the page.
    let n_handles = heads.iter().filter(|head| is_handle(text(head.name))).count();
    let are_handles = n_handles * 2 > heads.len();
    heads.retain(|head| is_handle(text(head.name)) == are_handles);
    if heads.len() < FEWEST {
        return None;
    }
    let buttons = buttons(page, &lines, &heads);
    let mut names: HashMap<&str, usize> = HashMap::new();
    for head in &heads {
        *names.entry(text(head.name)).or_default() += 1;
    }
    // Bylines above the first comment are those of the page, and those on short lines are names of the comments.
    let is_other = |byline: &&Candidate| {
        let n_words = page.lines[byline.line].text().split_whitespace().count();
        byline.line >= heads[0].name && n_words > MOST_WORDS
    };
    let n_others = found.bylines.iter().filter(is_other).count();
    if buttons.is_empty() || names.len() < 2 || n_others > heads.len() {
        return None;
    }
    let mut out = Found { style: Some(Style::NameTime), confidence: CONFIDENCE, ..Found::default() };
    let n = u32::try_from(heads.len()).unwrap_or(u32::MAX);
    for (k, head) in heads.iter().enumerate() {
        let end = heads.get(k + 1).map_or(page.lines.len(), |next| next.name);
        let below = &lines[lines.partition_point(|line| *line <= head.age)..lines.partition_point(|line| *line < end)];
        let n_said = below.iter().take_while(|line| !buttons.contains(&shape(text(**line)))).count();
        let said = &below[..n_said];
        // The count above a button belongs to it.
        let n_counts = said.iter().rev().take_while(|line| is_count(text(**line))).count();
        let said = &said[..if n_counts < n_said { n_said - n_counts } else { n_said }];
        let (Some(first), Some(last)) = (said.first(), said.last()) else { continue };
        let start = page.lines[head.name].mapped.source_start(0);
        let place = Place {
            line: head.name,
            byline: Span::new(start, page.lines[head.age].mapped.source_end(page.lines[head.age].text().len())),
            speech_line: *first,
            speech: page.lines[*first].mapped.source_start(0),
        };
        let parts = bylines::split(page.lexicon, text(head.name));
        let weights = Weights::of_form(LabelKind::Word, CONFIDENCE).then(Reason::OfTemplate(n), CONFIDENCE);
        let n_mentions = names.get(text(head.name)).copied().unwrap_or(1);
        let candidate = Candidate::printed(Style::NameTime, parts, LabelKind::Word, place, weights);
        out.bylines.push(Candidate { n_mentions, ..candidate });
        out.around.push((head.name..*first, BlockKind::Byline));
        out.around.push((*last + 1..end, BlockKind::Furniture));
    }
    let n_open = out.bylines.iter().filter(|byline| settled.is_open(byline.speech_line)).count();
    (n_open >= FEWEST && n_open * 5 >= out.bylines.len() * 4).then_some(out)
}

/// The head of a comment at the beginning of some lines with text: a name, and an age below it. A line with a sign alone may be between
/// them.
fn head(page: &Page<'_>, lines: &[usize]) -> Option<Head> {
    let text = |at: usize| lines.get(at).map(|line| page.lines[*line].text().trim());
    let name = text(0).filter(|name| is_short(name) && !ends_sentence(name))?;
    let is_sign = |text: &str| text.chars().count() == 1 && !text.chars().any(char::is_alphanumeric);
    let at = 1 + usize::from(is_sign(text(1)?));
    let age = text(at).filter(|age| is_age(page.lexicon, age))?;
    // Without a sign between them, nothing is between the name and the age.
    let adjoins = at > 1 || lines[1] == lines[0] + 1;
    (adjoins && name.chars().any(char::is_alphabetic) && name != age && !is_age(page.lexicon, name))
        .then(|| Head { name: lines[0], age: lines[at] })
}

fn is_short(text: &str) -> bool {
    text.chars().count() <= LONGEST && text.split_whitespace().count() <= MOST_WORDS
}

/// Whether a text is the name of an account: `@ann_lee`.
fn is_handle(text: &str) -> bool {
    text.starts_with('@') && text.len() > 1 && !text.contains(char::is_whitespace)
}

/// Whether a text says how long ago something was: "2 years ago (edited)", "vor 3 Tagen", "2年前".
fn is_age(lexicon: &Lexicon, text: &str) -> bool {
    let bare = text.split(['(', '（', '·', '•']).next().unwrap_or("").trim();
    let has_number = bare.chars().any(char::is_numeric);
    has_number && is_short(bare) && !ends_sentence(bare) && lexicon.patterns().ago.is_match(bare)
}

/// Whether a text is a number with its unit at most: "387", "1.2K", "1.1천".
fn is_count(text: &str) -> bool {
    const LONGEST_UNIT: usize = 4;
    let unit = text.trim_start_matches(|c: char| c.is_numeric() || matches!(c, '.' | ',' | ' ' | '\u{a0}'));
    unit.len() < text.len() && unit.chars().count() <= LONGEST_UNIT && unit.chars().all(char::is_alphabetic)
}

/// A short line without its numbers: "4 replies" and "2 replies" are the same.
fn shape(text: &str) -> String {
    text.chars().filter(|c| !c.is_numeric()).collect::<String>().trim().to_lowercase()
}

/// The shapes of short lines that recur below the texts of at least half of the comments.
fn buttons(page: &Page<'_>, lines: &[usize], heads: &[Head]) -> HashSet<String> {
    const MOST_BUTTON_WORDS: usize = 4;
    let mut n_of: BTreeMap<String, usize> = BTreeMap::new();
    for (k, head) in heads.iter().enumerate() {
        let end = heads.get(k + 1).map_or(page.lines.len(), |next| next.name);
        let first = lines.partition_point(|line| *line <= head.age);
        // The first line below the head is what was written.
        let below = lines[first..].iter().skip(1).take_while(|line| **line < end);
        let mut own: HashMap<String, usize> = HashMap::new();
        for text in below.map(|line| page.lines[*line].text().trim()) {
            let fits = text.split_whitespace().count() <= MOST_BUTTON_WORDS && is_short(text) && !ends_sentence(text);
            if fits && text.chars().any(char::is_alphabetic) && !is_count(text) {
                *own.entry(shape(text)).or_default() += 1;
            }
        }
        for shape in own.into_keys() {
            *n_of.entry(shape).or_default() += 1;
        }
    }
    n_of.into_iter().filter(|(_, n)| *n * 2 >= heads.len() && *n >= 3).map(|(shape, _)| shape).collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::turns;

    fn comment(name: &str, age: &str, text: &str, foot: &str) -> String {
        format!("{name}\n{age}\n{text}\n\n{foot}\n\n")
    }

    #[test]
    fn counts_and_buttons_are_not_speech() {
        let text: String = [
            ("@ann_lee", "2 years ago", "The lamp is out."),
            ("@bo.hill", "1 year ago (edited)", "It was out last year too."),
            ("@ann_lee", "3 weeks ago", "12 lamps, and none is lit.\n\nNot one."),
            ("@cy", "5 days ago", "Bring a match."),
        ]
        .map(|(name, age, text)| comment(name, age, text, "1.2K\n\nReply\n\n2 replies"))
        .concat();
        let said: Vec<(String, String)> = turns(&text);
        assert_eq!(
            said.iter().map(|(label, _)| label.as_str()).collect::<Vec<_>>(),
            ["@ann_lee", "@bo.hill", "@ann_lee", "@cy"]
        );
        assert!(said.iter().all(|(_, text)| !text.contains("Reply") && !text.contains("1.2K")), "{said:?}");
        assert!(said[2].1.ends_with("Not one."), "{said:?}");
    }

    #[test]
    fn ages_in_prose_and_in_lists_are_not_heads_of_comments() {
        let prose = "The bridge\n\n2 years ago the bridge fell.\n\nThe ferry\n\n3 years ago the ferry sank.\n\nThe road\n\n\
                     4 years ago the road was closed.\n\nThe lamp\n\n5 years ago the lamp went out.\n";
        let list = "Bridge\n2 years ago\nFerry\n3 years ago\nRoad\n4 years ago\nLamp\n5 years ago\n";
        for text in [prose, list] {
            assert!(turns(text).iter().all(|(label, _)| label.is_empty()), "{:?}", turns(text));
        }
    }
}
