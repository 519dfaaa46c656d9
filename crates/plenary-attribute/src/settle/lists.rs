//! Lists of people: divisions, roll calls, those present.
//!
//! **Input**: the page and the claims on it. **Output**: claims on lines. They are made before styles are weighed, since
//! a list of names on separate lines looks like bylines. A list needs two signs: a word for a vote or for attendance, and
//! lines that are names alone. The people on the lists are left to `front`.

use std::collections::HashSet;
use std::ops::Range;

use crate::candidate::in_capitals;
use crate::page::{Page, Settled};
use plenary_corpus::{BlockKind, Layout, Pass};
use plenary_names::labels;
use plenary_names::lexicon::Lexicon;

/// Maximum length of a line of names in bytes.
const LONGEST_NAMES: usize = 160;

/// Maximum length of the names after a label in bytes.
const LONGEST_INLINE: usize = 1_200;

/// Number of lines above and below a division that may belong to its announcement.
const AROUND: usize = 8;

/// Divisions with their announcements, and lines such as "Ayes: Lee, Hill" and "Present: Ann Lee, Bo Hill".
pub(crate) fn lists(page: &Page<'_>, settled: &Settled) -> Settled {
    let mut claims = Settled::nothing(page);
    let open: Vec<usize> =
        (0..page.lines.len()).filter(|i| !page.lines[*i].is_empty() && settled.is_open(*i)).collect();
    for line in labelled(page, &open) {
        claims.claim(line..line + 1, BlockKind::NameList, Pass::Lists);
    }
    for list in columns_of_names(page, &open).into_iter().chain(labelled_below(page, &open)) {
        for line in list.filter(|line| settled.is_open(*line) && !page.lines[*line].is_empty()) {
            claims.claim(line..line + 1, BlockKind::NameList, Pass::Lists);
        }
    }
    for division in divisions(page, &open) {
        for line in division.filter(|line| !page.lines[*line].is_empty() && settled.is_open(*line)) {
            claims.claim(line..line + 1, BlockKind::NameList, Pass::Lists);
        }
    }
    claims
}

/// What follows the label of a list of people on its line; `None` for other lines.
pub(crate) fn listed<'t>(lexicon: &Lexicon, text: &'t str) -> Option<&'t str> {
    let text = text.trim();
    let label = lexicon.patterns().list_label.find(text)?;
    Some(text[label.end()..].trim())
}

/// Lines with a label of a list and names after it.
fn labelled(page: &Page<'_>, open: &[usize]) -> Vec<usize> {
    const LONG: usize = 40;
    let lexicon = page.lexicon;
    let label_of = |text: &str| text.split([':', '：']).next().unwrap_or("").trim().to_lowercase();
    let mut found: Vec<(usize, bool)> = Vec::new();
    let mut spoken: HashSet<String> = HashSet::new();
    for i in open {
        let text = page.lines[*i].text().trim();
        let Some(value) = listed(lexicon, text) else { continue };
        if value.len() <= LONGEST_INLINE && (is_nobody(lexicon, value) || are_names(lexicon, value)) {
            let is_plural = value.contains([',', ';', '、', '，']) || value.split_whitespace().nth(1).is_some();
            found.push((*i, is_plural));
        } else if !value.is_empty() {
            spoken.insert(label_of(text));
        }
    }
    found.retain(|(i, _)| !spoken.contains(&label_of(page.lines[*i].text().trim())));
    let lines: HashSet<usize> = found.iter().map(|(i, _)| *i).collect();
    let beside = |i: usize| {
        let at = open.partition_point(|line| *line < i);
        let near = [at.checked_sub(1), Some(at + 1)];
        near.into_iter().flatten().filter_map(|at| open.get(at)).any(|other| lines.contains(other))
    };
    let mut out = Vec::new();
    for (line, _) in found.iter().filter(|(i, is_plural)| *is_plural || beside(*i)) {
        out.push(*line);
        // The names continue on the next lines of the paragraph.
        let at = open.partition_point(|other| other <= line);
        out.extend(open[at..].iter().zip(line + 1..).map_while(|(other, next)| {
            let below = &page.lines[*other];
            let goes_on = *other == next && below.paragraph == page.lines[*line].paragraph;
            let is_long = page.lines[*line].text().trim().chars().count() >= LONG;
            (goes_on && is_long && listed(lexicon, below.text()).is_none() && are_names(lexicon, below.text()))
                .then_some(*other)
        }));
    }
    out
}

/// Divisions: headings such as "AYES--20" with names below them, and what announces them.
fn divisions(page: &Page<'_>, open: &[usize]) -> Vec<Range<usize>> {
    const FEWEST_OF_ONE: usize = 4;
    const FEWEST: usize = 2;
    let lexicon = page.lexicon;
    let text = |at: usize| page.lines[open[at]].text().trim();
    let is_heading = |at: usize| lexicon.patterns().vote_heading.is_match(text(at));
    let mut out = Vec::new();
    let mut at = 0;
    while at < open.len() {
        if !is_heading(at) {
            at += 1;
            continue;
        }
        let first = at;
        let (mut n_headings, mut items) = (0, Vec::new());
        while at < open.len() {
            if is_heading(at) {
                n_headings += 1;
            } else if is_announcement(lexicon, text(at)) {
                // "Members", "Total: 6", "Tellers for the Ayes: Mr Lee and Ms Hill".
            } else if text(at).len() <= LONGEST_NAMES && are_names(lexicon, text(at)) {
                items.push(at);
            } else {
                break;
            }
            at += 1;
        }
        // A name that looks different from the others is the byline of the next turn.
        while let (Some(name), Some(one)) = (items.last().copied(), items.first().copied())
            && name + 1 == at
            && name > one
            && is_unlike(page, open[name], open[one])
        {
            items.pop();
            at = name;
        }
        // A person votes once: a name that is already in the list is the byline of the next turn.
        if let Some(name) = items.last().copied()
            && name + 1 == at
            && items[..items.len() - 1].iter().any(|other| text(*other) == text(name))
        {
            items.pop();
            at = name;
        }
        let is_list = n_headings >= 2 && items.len() >= FEWEST || items.len() >= FEWEST_OF_ONE;
        if is_list {
            let list = with_announcements(page, open, first..at);
            at = list.end;
            out.push(open[list.start]..open[at - 1] + 1);
        } else {
            at = first + 1;
        }
    }
    out
}

/// A list with the lines that announce it: at most [`AROUND`] above, and all below. Ranges are positions in `open`.
fn with_announcements(page: &Page<'_>, open: &[usize], list: Range<usize>) -> Range<usize> {
    let announces = |at: &usize| is_announcement(page.lexicon, page.lines[open[*at]].text().trim());
    let n_above = (list.start.saturating_sub(AROUND)..list.start).rev().take_while(announces).count();
    let n_below = (list.end..open.len()).take_while(announces).count();
    list.start - n_above..list.end + n_below
}

/// Names in columns: at least two lines with at least three cells, all of them names.
fn columns_of_names(page: &Page<'_>, open: &[usize]) -> Vec<Range<usize>> {
    const FEWEST_LINES: usize = 2;
    const FEWEST_CELLS: usize = 3;
    let is_row = |line: usize| {
        let text = page.lines[line].text();
        let cells = if has_gap(text) { cells(text) } else { Vec::new() };
        cells.len() >= FEWEST_CELLS
            && cells.iter().all(|cell| {
                cell.split_whitespace().count() <= 3
                    && !cell.contains([':', ','])
                    && cell.chars().any(char::is_alphabetic)
                    && are_names(page.lexicon, cell)
            })
    };
    let rows: Vec<usize> = open.iter().copied().filter(|line| is_row(*line)).collect();
    let runs = rows.chunk_by(|above, below| above + 1 == *below);
    runs.filter(|run| run.len() >= FEWEST_LINES).map(|run| run[0]..run[run.len() - 1] + 1).collect()
}

/// Lists below labels that a colon closes: "Voting in favour:" above "Norland, Castor". There are at least two such
/// labels in a row, and one of the lists has at least three names.
fn labelled_below(page: &Page<'_>, open: &[usize]) -> Vec<Range<usize>> {
    const FEWEST_LABELS: usize = 2;
    const FEWEST_NAMES: usize = 3;
    const LONGEST_LABEL: usize = 6;
    let lexicon = page.lexicon;
    let text = |at: usize| page.lines[open[at]].text().trim();
    let is_label = |at: usize| {
        let text = text(at);
        text.ends_with([':', '：']) && (1..=LONGEST_LABEL).contains(&text.split_whitespace().count())
    };
    let is_list = |at: usize| {
        let text = text(at);
        text.len() <= LONGEST_INLINE
            && !text.ends_with(['!', '?', ':'])
            && (are_names(lexicon, text) || is_nobody(lexicon, text))
    };
    let n_names = |at: usize| cells(text(at)).iter().map(|cell| cell.split([',', ';', '、']).count()).sum::<usize>();
    let mut out = Vec::new();
    let mut at = 0;
    while at < open.len() {
        let first = at;
        let (mut n_labels, mut most) = (0, 0);
        while at + 1 < open.len() && is_label(at) && is_list(at + 1) {
            at += 1;
            n_labels += 1;
            while at < open.len() && is_list(at) && !is_label(at) {
                most = most.max(n_names(at));
                at += 1;
            }
        }
        // If text follows one of the labels elsewhere, they are names of people who speak.
        let labels: HashSet<&str> = (first..at).filter(|line| is_label(*line)).map(text).collect();
        let speaks = |line: &usize| {
            !(first..at).contains(line)
                && labels.iter().any(|label| text(*line).starts_with(label.trim_end_matches([':', '：'])))
        };
        if n_labels >= FEWEST_LABELS && most >= FEWEST_NAMES && !(0..open.len()).any(|line| speaks(&line)) {
            let list = with_announcements(page, open, first..at);
            at = list.end;
            out.push(open[list.start]..open[at - 1] + 1);
        }
        at = at.max(first + 1);
    }
    out
}

/// Whether a line has a wide gap.
pub(crate) fn has_gap(text: &str) -> bool {
    text.contains("  ") || text.contains(['\t', '\u{3000}'])
}

/// The parts of a line between wide gaps.
pub(crate) fn cells(text: &str) -> Vec<&str> {
    text.split(['\t', '\u{3000}'])
        .flat_map(|part| part.split("  "))
        .map(str::trim)
        .filter(|cell| !cell.is_empty())
        .collect()
}

/// Whether a line announces or closes a division: "Division No. 7]", "Ayes 3, Noes 2", "\[7.15 pm".
fn is_announcement(lexicon: &Lexicon, text: &str) -> bool {
    const LONGEST: usize = 160;
    let patterns = lexicon.patterns();
    text.len() <= LONGEST
        && (patterns.division.is_match(text) || patterns.vote_heading.is_match(text) || patterns.hour.is_match(text))
}

/// Whether two lines differ in typeface, in capitals or in being a heading.
fn is_unlike(page: &Page<'_>, line: usize, other: usize) -> bool {
    let form = |line: usize| {
        let line = &page.lines[line];
        (line.bold > 0, in_capitals(line.text()), matches!(line.layout, Layout::Heading(_)))
    };
    form(line) != form(other)
}

/// Whether the value of a list says that there is nobody: "None", "0".
fn is_nobody(lexicon: &Lexicon, text: &str) -> bool {
    let text = text.trim_end_matches('.').to_lowercase();
    lexicon.is_nobody(&text) || !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

/// A text without what is in brackets; `None` if the brackets do not match.
pub(crate) fn outside_brackets(text: &str) -> Option<String> {
    let mut depth = 0i32;
    let mut outside = String::new();
    for c in text.chars() {
        depth += i32::from(matches!(c, '(' | '[' | '（'));
        if depth == 0 {
            outside.push(c);
        }
        depth -= i32::from(matches!(c, ')' | ']' | '）'));
    }
    (depth == 0).then_some(outside)
}

/// Whether a text consists of names: every word is capitalised, is a particle or an initial, or is in brackets, and no
/// sentence ends in it.
pub(crate) fn are_names(lexicon: &Lexicon, text: &str) -> bool {
    const LONGEST_PIECE: usize = 12;
    const LONGEST_WITHOUT_BLANKS: usize = 12;
    let text = text.trim().trim_end_matches('.');
    if !text.chars().any(char::is_alphabetic) || text.contains(['?', '!', '。', '？', '！', '"', '“']) {
        return false;
    }
    let Some(outside) = outside_brackets(text).filter(|outside| !outside.contains([':', '：'])) else { return false };
    outside.split([',', ';', '、', '，']).all(|piece| {
        let words: Vec<&str> = piece.split_whitespace().collect();
        let is_caseless =
            piece.chars().any(char::is_alphabetic) && !piece.chars().any(|c| c.is_uppercase() || c.is_lowercase());
        if is_caseless {
            return piece.trim().chars().count() <= LONGEST_WITHOUT_BLANKS && words.len() <= 4;
        }
        let last = words.len().saturating_sub(1);
        // Columns of names on one line have wide gaps.
        let is_short = words.len() <= LONGEST_PIECE || piece.contains("   ");
        let mut n_capitals = 0;
        let fits = words.iter().enumerate().all(|(at, word)| {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            let lower = bare.to_lowercase();
            // A full stop inside closes an initial or an honorific.
            let stops = word.ends_with('.') && at < last;
            if stops && bare.chars().count() > 1 && !labels::is_honorific(lexicon, bare) && !bare.contains('.') {
                return false;
            }
            let is_capital = bare.starts_with(char::is_uppercase);
            n_capitals += usize::from(is_capital);
            is_capital
                || bare.is_empty()
                || lexicon.is_particle(&lower)
                || lexicon.is_and(&lower)
                || labels::is_honorific(lexicon, bare)
                || bare.chars().all(|c| c.is_ascii_digit())
        });
        is_short && fits && (n_capitals > 0 || words.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use plenary_read::read;

    fn claimed(text: &str) -> Vec<usize> {
        let document = read("a.txt", text.as_bytes()).expect("the text can be read");
        let page = Page::of(&document, Lexicon::builtin());
        let claims = lists(&page, &Settled::nothing(&page));
        (0..page.lines.len()).filter(|line| claims.kind(*line) == Some(BlockKind::NameList)).map(|i| i + 1).collect()
    }

    #[test]
    fn names_differ_from_sentences() {
        let lexicon = Lexicon::builtin();
        for text in [
            "Abner      Barlow     Corwin",
            "Galvin, G. Hadley, H. Irwin, I. (Teller) Jarvis, J.",
            "Abner, Ms Ada",
            "Mr Dalton and Ms Emmett",
            "陈明、李华、王大伟",
            "van der Berg, Jan",
            "Kendal (Mill Bay—Oakton)",
        ] {
            assert!(are_names(lexicon, text), "{text}");
        }
        for text in [
            "Mr. HILL. Mr. Chairman, I thank the House",
            "Yes. No.",
            "We were all there",
            "各位早上好，现在开会。",
            "The paint is wet",
            "Who?",
        ] {
            assert!(!are_names(lexicon, text), "{text}");
        }
    }

    #[test]
    fn a_division_has_headings_and_names() {
        let text = "Mr. Lee: We vote.\n\nThe House divided: Ayes 2, Noes 1.\n\nAYES\n\nAbner, Ada\nBarlow, Bo\n\nNOES\n\nCorwin, Cy\n\n\
                    Tellers for the Noes: Mr Dale and Ms Elm\n\nMr. Lee: So be it.\n";
        assert_eq!(claimed(text), [3, 5, 7, 8, 10, 12, 14]);
        // The byline below the list differs from its names.
        let again = "Ayes\n\nAnn Lee\n\nBo Hill\n\nNoes\n\nDee Moss\n\nAnn Lee\n\nI voted for it.\n";
        assert_eq!(claimed(again), [1, 3, 5, 7, 9]);
        assert_eq!(claimed("AYES\n\nAbner\nBarlow\n\nNOES\n\nCorwin\n\nMR LEE\n\nI thank you.\n"), [1, 3, 4, 6, 8]);
    }

    #[test]
    fn lists_stand_below_labels_and_in_columns() {
        let votes = "Chair: We vote.\n\nVoting in favour:\nNorland, Castor, Umland\n\nVoting against:\nNone\n\nChair: So be it.\n";
        assert_eq!(claimed(votes), [3, 4, 6, 7]);
        let roll = "Chair: Call the roll.\n\nBright      Calloway    Dunmore\nFenwick     Garrity     Holt\n\nChair: Carried.\n";
        assert_eq!(claimed(roll), [3, 4]);
        let talk = "Ann Lee:\nYes\n\nBo Hill:\nLee, Dahl, Moss\n\nAnn Lee:\nI thank you for that.\n";
        assert!(claimed(talk).is_empty(), "a label with speech elsewhere is that of a person");
    }

    #[test]
    fn answers_are_no_division() {
        assert!(claimed("Lee: Did you see it?\n\nYes\n\nHill\n\nI did, and so did she.\n").is_empty());
        assert!(claimed("Panel: Ann Lee, Bo Hill\n\nPanel: We are glad to be here.\n").is_empty());
        assert_eq!(claimed("Ayes: Abner, Barlow\nNoes: None\n\nLee: Carried.\n"), [1, 2]);
    }
}
