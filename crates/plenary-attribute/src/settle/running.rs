//! Running heads and footers of pages.
//!
//! **Input**: the page and the claims on it, with its page numbers. **Output**: claims on lines. That a line recurs is
//! not enough: short sentences of speech recur. A second sign is needed: the line shares its line with a number or with
//! other cells, is beside a page number or a page break throughout, is a heading, or recurs as part of a block of lines
//! with a date. The first occurrence is left open if it may be the title.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::candidate::in_capitals;
use crate::page::{Page, PageLine, Settled};
use crate::settle::dates::has_date;
use plenary_corpus::text::collapse_white_space;
use plenary_corpus::{BlockKind, Layout, Pass};
use plenary_names::labels;
use plenary_names::misreadings::skeleton;

/// Maximum length of a running header in bytes.
const LONGEST_HEADER: usize = 120;

/// The first occurrence of a running header is the title if it is among this number of lines at the top.
const TITLE_LINES: usize = 10;

/// All running heads and footers.
pub(crate) fn running(page: &Page<'_>, settled: &Settled, name_levels: &HashSet<u8>) -> Settled {
    let mut claims = recurring_cells(page, settled, name_levels);
    for pass in [numbered, blocks, beside_breaks, of_head, dates, footers, catchwords] {
        let more = pass(page, &settled.with(&claims));
        claims = claims.with(&more);
    }
    claims
}

/// Whether a text ends like a sentence: it is then not a running head because it recurs.
fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end().trim_end_matches(['"', '”', '’', '\'', ')', '»', '*', '_']);
    // "Inc." and "Vol. 3, No." close a word, not a sentence.
    let last = text.split_whitespace().next_back().unwrap_or("");
    let is_abbreviation =
        last.starts_with(char::is_uppercase) && last.chars().count() <= 4 && text.split_whitespace().nth(2).is_some();
    text.ends_with(['!', '?', '…', '。', '！', '？', ',', ';', '，', '—'])
        || text.ends_with('.') && !is_abbreviation
        || text.ends_with('.') && last.starts_with(char::is_lowercase)
}

/// Whether a line begins with a label and a wide gap: "Q.   And then?", "Ann Lee:   Welcome".
fn begins_with_label(text: &str) -> bool {
    let text = text.trim();
    let first = text.split("   ").next().unwrap_or("").split('\t').next().unwrap_or("").trim();
    let is_clock = first.contains(':') && first.ends_with(|c: char| c.is_ascii_digit() || c == ']');
    let is_letter = first.ends_with(['.', ':', ')']) && first.chars().filter(|c| c.is_alphabetic()).count() <= 2;
    first.len() < text.len()
        && (is_clock || first.ends_with([':', '：']) || is_letter && first.chars().any(char::is_alphabetic))
}

/// The lines at the top of a document that may hold its title.
fn head(page: &Page<'_>) -> Vec<usize> {
    (0..page.lines.len()).filter(|i| !page.lines[*i].is_empty()).take(TITLE_LINES).collect()
}

/// Lines of cells, or with a number, whose words recur; and headings that recur.
fn recurring_cells(page: &Page<'_>, settled: &Settled, name_levels: &HashSet<u8>) -> Settled {
    let mut claims = Settled::nothing(page);
    let mut seen: HashMap<String, (usize, Vec<usize>)> = HashMap::new();
    for i in 0..page.lines.len() {
        let is_name = matches!(page.lines[i].layout, Layout::Heading(level) if name_levels.contains(&level));
        if !settled.is_open(i) || is_name || !may_be_header(page, i) {
            continue;
        }
        for cell in cells(page.lines[i].text()) {
            let entry = seen.entry(cell).or_default();
            entry.0 += 1;
            entry.1.push(i);
        }
    }
    let recurs = |cell: &String| seen.get(cell).is_some_and(|(n, _)| *n >= 2);
    // The cells that recur have most letters of the line: a name that recurs beside different words is a label.
    let is_mostly_recurring = |line: usize| {
        let (mut n, mut all) = (0, 0);
        for cell in cells(page.lines[line].text()) {
            all += cell.len();
            n += if recurs(&cell) { cell.len() } else { 0 };
        }
        n * 10 >= all * 6
    };
    let mut header = vec![false; page.lines.len()];
    let head = head(page);
    let is_heading = |line: usize| matches!(page.lines[line].layout, Layout::Heading(_));
    let first_heading = (0..page.lines.len()).find(|line| is_heading(*line));
    // A heading below another one heads a part of the document.
    let may_be_title = |line: &usize| head.contains(line) && (!is_heading(*line) || first_heading == Some(*line));
    for (_, (_, lines)) in seen.iter().filter(|(_, (n, _))| *n >= 2) {
        let first_is_title = lines.first().is_some_and(may_be_title);
        for line in lines.iter().skip(usize::from(first_is_title)) {
            // A repeated label of a speaker is not a header: headers are headings, or share a line with a page number or
            // a second cell, or differ in one misread letter.
            header[*line] |= matches!(page.lines[*line].layout, Layout::Heading(_))
                || has_number_or_cells(page.lines[*line].text()) && is_mostly_recurring(*line);
        }
    }
    let titles: Vec<usize> = seen
        .values()
        .filter(|(n, lines)| {
            *n >= 2 && lines.first().is_some_and(may_be_title) && lines[1..].iter().any(|line| header[*line])
        })
        .filter_map(|(_, lines)| lines.first().copied())
        .min()
        .into_iter()
        .collect();
    for (i, is_header) in header.into_iter().enumerate() {
        // A heading that recurs inside the document heads a part of it, unless it repeats the title.
        let repeats_title =
            || titles.iter().any(|title| cells(page.lines[*title].text()) == cells(page.lines[i].text()));
        if is_header && matches!(page.lines[i].layout, Layout::Heading(_)) && !repeats_title() {
            claims.claim(i..i + 1, BlockKind::Heading, Pass::Headers);
        } else if is_header {
            claims.claim(i..i + 1, BlockKind::Furniture, Pass::Headers);
        } else if titles.contains(&i) {
            claims.claim(i..i + 1, BlockKind::Title, Pass::Headers);
        }
    }
    claims
}

/// Whether a line is a heading, or a short line between blank lines that does not end like a sentence.
fn may_be_header(page: &Page<'_>, i: usize) -> bool {
    let line = &page.lines[i];
    let text = line.text().trim();
    if text.is_empty() || text.len() > LONGEST_HEADER {
        return false;
    }
    if matches!(line.layout, Layout::Heading(_)) {
        return true;
    }
    let alone = (i == 0 || page.lines[i - 1].is_empty()) && page.lines.get(i + 1).is_none_or(PageLine::is_empty);
    line.layout == Layout::Text
        && line.bold == 0
        && !ends_sentence(text)
        && !begins_with_label(text)
        && (alone || (i == 0 && !text.ends_with(':')))
}

fn has_number_or_cells(text: &str) -> bool {
    let text = text.trim();
    text.contains("   ")
        || text.split_whitespace().next_back().is_some_and(|word| word.chars().all(|c| c.is_ascii_digit()))
        || text.split_whitespace().next().is_some_and(|word| word.chars().all(|c| c.is_ascii_digit()))
}

/// The parts of a header line between wide gaps, without page numbers and with misread letters unified.
fn cells(text: &str) -> Vec<String> {
    text.split("   ")
        .map(|cell| {
            let words: Vec<&str> = cell
                .split_whitespace()
                .filter(|word| !word.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '–' | '|')))
                .collect();
            skeleton(&words.join(" "))
        })
        .filter(|cell| cell.len() >= 4)
        .collect()
}

/// The open lines with text.
fn open_lines(page: &Page<'_>, settled: &Settled) -> Vec<usize> {
    (0..page.lines.len()).filter(|i| !page.lines[*i].is_empty() && settled.is_open(*i)).collect()
}

/// The text of a line with its numbers unified.
fn key(text: &str) -> String {
    let text = collapse_white_space(text);
    if !text.contains(char::is_numeric) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_numeric() {
            true if out.ends_with('#') => {}
            true => out.push('#'),
            false => out.push(c),
        }
    }
    out
}

/// The key of a line that may belong to a block; empty for a sentence. Lines with the same key end in the same way, except where the
/// number of digits decides how they end.
fn key_of_block_line(text: &str) -> String {
    let is_sentence = ends_sentence(text) && !text.contains(|c: char| c.is_numeric() || c == '#');
    if is_sentence { String::new() } else { key(text) }
}

/// Lines that end with a page number after a wide gap: the numbers count on, one for each page.
fn numbered(page: &Page<'_>, settled: &Settled) -> Settled {
    const SEVERAL: usize = 3;
    const SHORTEST_PAGE: usize = 5;
    let mut claims = Settled::nothing(page);
    let open = open_lines(page, settled);
    let number = |at: &usize| -> Option<(usize, u32)> {
        let text = page.lines[open[*at]].text().trim();
        let (words, number) = text.rsplit_once("   ")?;
        let fits = text.len() <= LONGEST_HEADER && !begins_with_label(text) && !ends_sentence(words);
        number.trim().parse().ok().filter(|_| fits).map(|number| (*at, number))
    };
    let numbers: Vec<(usize, u32)> = (0..open.len()).filter_map(|at| number(&at)).collect();
    let follows = |above: &(usize, u32), below: &(usize, u32)| {
        above.1.checked_add(1) == Some(below.1) && below.0 - above.0 >= SHORTEST_PAGE
    };
    for chain in numbers.chunk_by(follows).filter(|chain| chain.len() >= SEVERAL) {
        for (at, _) in chain {
            let kind = if *at == 0 { BlockKind::Title } else { BlockKind::Furniture };
            claims.claim(open[*at]..open[*at] + 1, kind, Pass::Headers);
        }
    }
    claims
}

/// Blocks of lines that recur together: the head of a part of the document that is printed again. A block has at least
/// three lines, one of them with a date, and each occurrence of its first line begins it.
fn blocks(page: &Page<'_>, settled: &Settled) -> Settled {
    const FEWEST: usize = 3;
    const LONGEST: usize = 40;
    const SEVERAL_PAGES: usize = 3;
    let mut claims = Settled::nothing(page);
    let open = open_lines(page, settled);
    let keys: Vec<String> = open.iter().map(|i| key_of_block_line(page.lines[*i].text())).collect();
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, key) in keys.iter().enumerate() {
        places.entry(key).or_default().push(at);
    }
    let is_line_of_block = |at: usize| !ends_sentence(page.lines[open[at]].text()) && keys[at] != "#";
    // "This is page 3 of 9 pages."
    let may_end_block =
        |at: usize| keys[at].contains('#') && keys[at] != "#" && !begins_with_label(page.lines[open[at]].text());
    let mut beyond = 0;
    for at in 0..open.len() {
        let all = &places[keys[at].as_str()];
        if at < beyond || all.len() < 2 || all[0] != at || !is_line_of_block(at) {
            continue;
        }
        let agrees = |length: usize| {
            all.windows(2).all(|pair| pair[1] - pair[0] > length)
                && all.iter().all(|start| keys.get(start + length) == keys.get(at + length))
                && at + length < open.len()
        };
        let n_lines = (0..LONGEST).take_while(|n| agrees(*n) && is_line_of_block(at + n)).count();
        let is_ended =
            n_lines >= FEWEST && all.len() >= SEVERAL_PAGES && agrees(n_lines) && may_end_block(at + n_lines);
        let length = n_lines + usize::from(is_ended);
        let is_dated = || open[at..at + length].iter().any(|line| is_dated(page, page.lines[*line].text()));
        if length < FEWEST || !is_dated() {
            continue;
        }
        beyond = at + length;
        for start in all {
            for (n, line) in open[*start..start + length].iter().enumerate() {
                // The first occurrence may be the head of the document.
                let kind = match (*start, n) {
                    (0, 0) => BlockKind::Title,
                    (start, _) if start == at && at < TITLE_LINES => BlockKind::Heading,
                    _ => BlockKind::Furniture,
                };
                claims.claim(*line..line + 1, kind, Pass::Headers);
            }
        }
    }
    claims
}

/// Whether a text has a date, or the name of a month and a number: "MAY 4".
fn is_dated(page: &Page<'_>, text: &str) -> bool {
    let has_number = text.chars().any(|c| c.is_ascii_digit());
    has_date(page.lexicon, text)
        || has_number && text.split_whitespace().any(|word| page.lexicon.month_of_short_date(word).is_some())
}

/// For each line whether a page begins or ends there: a page number, a form feed, a claimed running head.
fn breaks(page: &Page<'_>, settled: &Settled) -> Vec<bool> {
    let number = &page.lexicon.patterns().page_number;
    page.lines
        .iter()
        .enumerate()
        .map(|(i, line)| {
            line.layout == Layout::Running
                || settled.kind(i) == Some(BlockKind::Furniture)
                    && (number.is_match(line.text().trim()) || settled.pass(i) == Some(Pass::Headers))
        })
        .collect()
}

/// Whether the next line with text in a direction is a page break, or a form feed or the end of the text is before it.
fn is_beside(page: &Page<'_>, breaks: &[bool], line: usize, below: bool) -> bool {
    let has_feed = |i: usize| page.lines[i].span.of(page.source).contains('\u{0C}');
    let mut at = line;
    loop {
        if !below && has_feed(at) {
            return true;
        }
        let next = if below { Some(at + 1).filter(|next| *next < page.lines.len()) } else { at.checked_sub(1) };
        let Some(next) = next else { return below };
        at = next;
        if below && has_feed(at) || breaks[at] {
            return true;
        }
        if !page.lines[at].is_empty() {
            return false;
        }
    }
}

/// Whether a line may be the label of a speaker on a separate line.
fn may_be_label(page: &Page<'_>, text: &str) -> bool {
    !text.chars().any(|c| c.is_ascii_digit())
        && (in_capitals(text) || labels::judge(page.lexicon, text).is_some_and(|judgement| judgement.quality >= 0.5))
}

/// Lines that recur beside page numbers and page breaks, and almost nowhere else.
fn beside_breaks(page: &Page<'_>, settled: &Settled) -> Settled {
    const TOP: usize = 3;
    const MANY: usize = 5;
    let mut claims = Settled::nothing(page);
    let breaks = breaks(page, settled);
    let has_feed = |line: &PageLine<'_>| line.span.of(page.source).contains('\u{0C}');
    let is_break = |i: usize| breaks[i] || has_feed(&page.lines[i]);
    let is_first = |i: usize| !(0..i).rev().find(|above| !page.lines[*above].is_empty()).is_some_and(is_break);
    let n_breaks = (0..breaks.len()).filter(|i| is_break(*i) && is_first(*i)).count();
    if n_breaks == 0 {
        return claims;
    }
    let mut head = head(page);
    head.truncate(TOP);
    let mut places: HashMap<String, Vec<(usize, bool)>> = HashMap::new();
    let mut below_some: HashSet<String> = HashSet::new();
    for i in open_lines(page, settled) {
        let text = page.lines[i].text().trim();
        let n_letters = text.chars().filter(|c| c.is_alphabetic()).count();
        if text.len() > LONGEST_HEADER || n_letters < 4 || ends_sentence(text) || begins_with_label(text) {
            continue;
        }
        let above = is_beside(page, &breaks, i, true);
        let beside = above || is_beside(page, &breaks, i, false);
        if beside && !above && may_be_label(page, text) {
            below_some.insert(key(text));
        }
        places.entry(key(text)).or_default().push((i, beside));
    }
    for (key, lines) in &places {
        let n_beside = lines.iter().filter(|(_, beside)| *beside).count();
        let is_title = |line: usize| lines[0].0 == line && head.contains(&line);
        let n_elsewhere = lines.iter().filter(|(line, beside)| !beside && !is_title(*line)).count();
        if lines.len() < 2 || n_beside == 0 || n_elsewhere * 4 > n_beside || n_beside * 10 < n_breaks * 4 {
            continue;
        }
        // A page may begin with a byline. A head that looks like a label is on nearly all pages.
        if below_some.contains(key) && (n_beside < MANY || n_beside * 10 < n_breaks * 8) {
            continue;
        }
        for (line, _) in lines.iter().filter(|(line, beside)| *beside && !is_title(*line)) {
            claims.claim(*line..line + 1, BlockKind::Furniture, Pass::Headers);
        }
    }
    claims
}

/// Lines below a page number, or above one, nearly all of whose letters are of words in the head of the document, even if there are only
/// two pages.
fn of_head(page: &Page<'_>, settled: &Settled) -> Settled {
    const FEWEST_WORDS: usize = 2;
    const HEAD_LINES: usize = 20;
    const SHORTEST: usize = 4;
    let mut claims = Settled::nothing(page);
    let number = |line: &PageLine<'_>| {
        let text = line.text().trim();
        page.lexicon.patterns().page_number.is_match(text) && !text.contains(':')
    };
    let breaks: Vec<bool> = page
        .lines
        .iter()
        .enumerate()
        .map(|(i, line)| settled.kind(i) == Some(BlockKind::Furniture) && number(line))
        .collect();
    let Some(first_break) = breaks.iter().position(|is_break| *is_break) else { return claims };
    // The head ends where the first sentence does.
    let is_sentence = |i: &usize| page.lines[*i].text().trim_end().ends_with(['.', '!', '?', '"', '”']);
    let head: Vec<usize> = (0..first_break)
        .filter(|i| !page.lines[*i].is_empty())
        .take(HEAD_LINES)
        .take_while(|i| !is_sentence(i))
        .collect();
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    let of_head: HashSet<String> = head.iter().flat_map(|line| words(page.lines[*line].text())).collect();
    let n_chars = |words: &[String], all: bool| -> usize {
        words.iter().filter(|word| all || of_head.contains(*word)).map(|word| word.chars().count()).sum()
    };
    let repeats = |i: usize| {
        let text = page.lines[i].text().trim();
        let found = words(text);
        let is_telling = |word: &String| word.chars().count() >= SHORTEST && !page.lexicon.is_function_word(word);
        found.len() >= FEWEST_WORDS
            && found.iter().any(is_telling)
            && text.len() <= LONGEST_HEADER
            && n_chars(&found, false) * 10 >= n_chars(&found, true) * 8
            && !text.ends_with(['.', '!', '?', '…', '"', '”'])
            && (found.len() > FEWEST_WORDS || text.contains(|c: char| c.is_ascii_digit()))
            && labels::judge(page.lexicon, text.trim_start_matches(|c: char| !c.is_alphanumeric()))
                .is_none_or(|judgement| judgement.quality < 0.5)
            && !begins_with_label(text)
            && !head.contains(&i)
    };
    for i in open_lines(page, settled) {
        let goes_on = i > 0 && claims.kind(i - 1).is_some();
        if !goes_on && page.lines[i].text().trim_start().starts_with(char::is_lowercase) {
            continue;
        }
        if (goes_on || is_beside(page, &breaks, i, false) || is_beside(page, &breaks, i, true)) && repeats(i) {
            claims.claim(i..i + 1, BlockKind::Furniture, Pass::Headers);
        }
    }
    claims
}

/// Dates on separate lines that recur: the head of each page. The first may belong to the head of the document.
fn dates(page: &Page<'_>, settled: &Settled) -> Settled {
    const SEVERAL: usize = 3;
    const LONGEST: usize = 6;
    let mut claims = Settled::nothing(page);
    let head = head(page);
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for i in open_lines(page, settled) {
        let text = page.lines[i].text().trim();
        let in_numbers = text.matches(['/', '.', '-', '–']).count() >= 2
            && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '/' | '.' | '-' | '–' | ' '))
            && text.chars().any(|c| c.is_ascii_digit());
        let in_words =
            text.split_whitespace().count() <= LONGEST && !ends_sentence(text) && has_date(page.lexicon, text);
        if in_numbers || in_words {
            places.entry(collapse_white_space(text)).or_default().push(i);
        }
    }
    for (date, lines) in places {
        let in_numbers = !date.chars().any(char::is_alphabetic);
        if lines.len() < if in_numbers { 2 } else { SEVERAL } {
            continue;
        }
        let skipped = usize::from(head.iter().take(4).any(|line| *line == lines[0]));
        for line in lines.into_iter().skip(skipped) {
            claims.claim(line..line + 1, BlockKind::Furniture, Pass::Headers);
        }
    }
    claims
}

/// Paragraphs that recur word for word as the last of each page: notices on the printed version.
fn footers(page: &Page<'_>, settled: &Settled) -> Settled {
    const SEVERAL: usize = 3;
    const FEWEST_WORDS: usize = 6;
    let mut claims = Settled::nothing(page);
    let breaks = breaks(page, settled);
    let text = |lines: &Range<usize>| collapse_white_space(&page.join(lines.clone()).text);
    let (last, others): (Vec<Range<usize>>, Vec<Range<usize>>) =
        settled.open_paragraphs(page).into_iter().partition(|lines| is_beside(page, &breaks, lines.end - 1, true));
    if last.len() < SEVERAL {
        return claims;
    }
    let mut places: HashMap<String, Vec<Range<usize>>> = HashMap::new();
    for lines in last {
        let text = text(&lines);
        if text.split_whitespace().count() >= FEWEST_WORDS {
            places.entry(text).or_default().push(lines);
        }
    }
    places.retain(|_, paragraphs| paragraphs.len() >= SEVERAL);
    for lines in &others {
        if places.is_empty() {
            break;
        }
        places.remove(&text(lines));
    }
    for lines in places.into_values().flatten() {
        claims.claim(lines, BlockKind::Furniture, Pass::Headers);
    }
    claims
}

/// Labels that are printed again below the head of a page, without their colon and without speech: "Ms A DALE".
fn catchwords(page: &Page<'_>, settled: &Settled) -> Settled {
    let mut claims = Settled::nothing(page);
    let breaks = breaks(page, settled);
    let open = open_lines(page, settled);
    let labels: HashSet<&str> = open
        .iter()
        .filter_map(|i| page.lines[*i].text().split_once(':').map(|(label, _)| label.trim()))
        .filter(|label| !label.is_empty() && label.len() <= LONGEST_HEADER)
        .collect();
    for line in open {
        if labels.contains(page.lines[line].text().trim()) && is_beside(page, &breaks, line, false) {
            claims.claim(line..line + 1, BlockKind::Furniture, Pass::Headers);
        }
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::*;
    use plenary_names::lexicon::Lexicon;
    use plenary_read::read;

    fn furniture(text: &str) -> Vec<usize> {
        let document = read("a.txt", text.as_bytes()).expect("the text can be read");
        let page = Page::of(&document, Lexicon::builtin());
        let claims = {
            let numbers = crate::settle::furniture::numbers(&page);
            numbers.with(&running(&page, &numbers, &HashSet::new()))
        };
        (0..page.lines.len()).filter(|line| claims.kind(*line) == Some(BlockKind::Furniture)).map(|i| i + 1).collect()
    }

    #[test]
    fn speech_that_recurs_is_not_furniture() {
        let talk = "Q.   And then?\n\nA.   Yes.\n\n".repeat(6);
        assert!(furniture(&talk).is_empty());
        assert!(furniture(&"Ann Lee:   Welcome\n\nBo Hill:   Thank you\n\n".repeat(6)).is_empty());
        assert!(furniture(&"ANN LEE\n\nAgreed\n\nBO HILL\n\nAgreed\n\n".repeat(6)).is_empty());
        assert!(furniture(&"10:02   Ann Lee   hello there\n\n10:03   Ann Lee   and what now\n\n".repeat(2)).is_empty());
    }

    #[test]
    fn a_sentence_with_a_number_ends_the_head_of_a_page_but_one_without_stays() {
        let page = |n: usize, last: &str| {
            format!(
                "Inquiry into the Gate\nHall of Mills\n4 March 2031\n{last}\n\nMr. Lee: It was shut in {n}.\n\nMs. Hill: No, on day {n}{n}.\n\n"
            )
        };
        let numbered: String = (1..=4).map(|n| page(n, &format!("This is sheet {n} of 9 sheets."))).collect();
        assert_eq!(furniture(&numbered), [10, 11, 12, 13, 19, 20, 21, 22, 28, 29, 30, 31]);
        let spoken: String = (1..=4).map(|n| page(n, "We go on then.")).collect();
        assert_eq!(furniture(&spoken), [10, 11, 12, 19, 20, 21, 28, 29, 30]);
    }

    #[test]
    fn heads_and_footers_are_beside_page_numbers() {
        let page = |n: usize| {
            format!("{n}\nRiver Debates of 2027\n\nMr. Lee: This is page {n}.\n\nAcme Reporting, Inc.  555-0100\n")
        };
        let text: String = (1..=4).map(page).collect();
        assert_eq!(furniture(&text), [1, 6, 7, 8, 12, 13, 14, 18, 19, 20, 24]);
    }

    #[test]
    fn lines_below_a_page_number_with_words_of_the_head_are_heads_even_once() {
        let page = |below: &str| {
            format!(
                "PROJECT: Leaving the Land\nID: LTL-014\nWave 2\n\nINT: Who keeps it?\n\nR1: I never worked as hard as the year\n\n   1\n\n\n\
                 {below}\n\nafter it. I kept three fields.\n\nINT: And then?\n\nR1: I left.\n"
            )
        };
        assert_eq!(furniture(&page("LTL-014       Leaving the Land,\nwave 2")), [9, 12, 13]);
        assert_eq!(furniture(&page("and the land was wet")), [9]);
        assert_eq!(furniture(&page("Leaving the land.")), [9]);
    }

    #[test]
    fn bylines_at_the_top_of_pages_are_not_heads() {
        let page = |n: usize| {
            format!("- {n} -\n\nBIANCA HILL\n\nWe bake bread, and we sell it.\n\nANN LEE\n\nAt what price?\n\n")
        };
        let text: String = (1..=4).map(page).collect();
        assert_eq!(furniture(&text), [1, 11, 21, 31]);
    }

    #[test]
    fn dates_that_recur_are_heads_of_pages() {
        assert_eq!(furniture("A talk\n5/4/27\nMr. Lee: We\n5/4/27\nwent home\n5/4/27\nat noon.\n"), [4, 6]);
    }

    #[test]
    fn notices_at_the_foot_of_each_page_differ_from_repeated_speech() {
        let page = |n: usize| {
            format!(
                "{n}\n\nLee: This is said on each of the pages.\n\nThe printed version of this record is the only one.\n\n"
            )
        };
        let text: String = (1..=4).map(page).collect();
        assert_eq!(furniture(&text), [1, 5, 7, 11, 13, 17, 19, 23]);
    }
}
