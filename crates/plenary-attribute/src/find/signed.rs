//! Letters and comments whose writer is named below the text: "Best regards, / Ann Lee", "Ann Lee, Oslo", "— Ann Lee".
//!
//! **Input**: the page, the claims on it, and the bylines that are printed on it. **Output**: a turn for each letter, and the
//! lines of signatures and headings. Names on separate lines are signatures if there is prose above the first and none below
//! the last; at least two are needed. Bylines above the text are left to `own_line`.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::unnamed::unnamed;
use crate::candidate::{Candidate, Found, Origin, Place};
use crate::page::{Page, Settled};
use crate::weights::Weights;
use plenary_corpus::{BlockKind, Layout, Reason, Role, Span, Style};
use plenary_names::bylines::{self, Byline};
use plenary_names::described;
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;
use plenary_names::text::constant_regex;

/// Confidence of a signed letter.
const CONFIDENCE: f32 = 0.75;

/// Minimum number of signatures with a sign, and of names without one.
const FEWEST: usize = 2;
const FEWEST_NAMES: usize = 3;

/// Names are not signatures if at least one in three has been printed before.
const RECURRING: usize = 3;

/// Maximum number of lines of a signature, and of words on each.
const SIGNATURE_LINES: usize = 5;
const SIGNATURE_WORDS: usize = 9;

/// Maximum length of a closing formula in bytes.
const LONGEST_CLOSING: usize = 80;

/// A signature of a wiki at the end of a paragraph: "--Ann (talk) 12:05, 4 March 2031 (UTC)".
static AT_END: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"^(?P<speech>.*[.!?…”)])\s*[-–—]{0,3}\s*(?P<name>[^\s.!?:()][^.!?:()]{0,40}?)\s\(\p{L}+\)\s\d{1,2}:\d{2}, [^()]{6,24}\(\p{Lu}{2,5}\)$",
    )
});

/// Lines between blank lines or claimed lines.
struct Part {
    lines: Range<usize>,
    kind: PartKind,
}

enum PartKind {
    /// Text of a letter.
    Prose,
    /// Text of a letter with the signature below it, from a line on or from an offset of the last line on.
    Signed(Signature),
    /// A heading, a number, an address.
    Other,
}

/// The name of a writer, and where it begins.
struct Signature {
    name: String,
    /// First line of the signature.
    line: usize,
    /// Where the signature begins inside its line; 0 if it has its own line.
    offset: usize,
    /// It has a closing formula, a dash or a date.
    is_clear: bool,
}

/// The letters of a page with several signatures, if these explain more of it than the bylines `found`.
pub(crate) fn find(page: &Page<'_>, settled: &Settled, found: &Found) -> Option<Found> {
    let recurs = |byline: &Candidate| byline.n_mentions >= 2 && byline.style != Style::NameLine;
    if found.bylines.iter().any(recurs) {
        return None;
    }
    let parts = parts(page, settled);
    let signatures: Vec<&Signature> = parts.iter().filter_map(signature).collect();
    let n_clear = signatures.iter().filter(|signature| signature.is_clear).count();
    let is_enough = n_clear >= FEWEST || signatures.len() >= FEWEST_NAMES;
    // In letters few people write twice, and nothing is below the last name; speakers recur, with their names above what they say.
    let n_people = signatures.iter().map(|signature| signature.name.as_str()).collect::<HashSet<_>>().len();
    let recur = n_clear < signatures.len() && (signatures.len() - n_people) * RECURRING >= signatures.len();
    let mut below = parts.iter().rev().take_while(|part| signature(part).is_none());
    let are_speakers = recur && below.any(|part| matches!(part.kind, PartKind::Prose));
    let of_signature = |line: usize| parts.iter().any(|part| part.lines.contains(&line) && signature(part).is_some());
    let n_others = found.bylines.iter().filter(|byline| !of_signature(byline.line)).count();
    if !is_enough || are_speakers || n_others * 2 > signatures.len() || !signs_what_is_above(page, &parts) {
        return None;
    }
    let mut out = Found { style: Some(Style::Signed), confidence: CONFIDENCE, ..Found::default() };
    let mut from = 0;
    for (at, part) in parts.iter().enumerate() {
        let Some(signature) = signature(part) else { continue };
        letter(page, &parts[from..=at], signature, from == 0, &mut out);
        from = at + 1;
    }
    // A letter below the last signature is nobody's, not that of the writer above.
    let rest = &parts[from..];
    let unsigned = rest.iter().position(|part| matches!(part.kind, PartKind::Prose));
    let others = rest.iter().enumerate().filter(|(_, part)| !matches!(part.kind, PartKind::Prose));
    out.around.extend(others.map(|(at, part)| {
        let kind = if unsigned.is_some_and(|first| at < first) { BlockKind::Heading } else { BlockKind::EditorialNote };
        (part.lines.clone(), kind)
    }));
    if let Some(first) = unsigned {
        out.bylines.push(unnamed(page, rest[first].lines.start, 0, 0));
    }
    (!out.bylines.is_empty()).then_some(out)
}

fn signature(part: &Part) -> Option<&Signature> {
    if let PartKind::Signed(signature) = &part.kind { Some(signature) } else { None }
}

/// Whether there is prose above each signature, and hardly any below the last.
fn signs_what_is_above(page: &Page<'_>, parts: &[Part]) -> bool {
    let n_words = |lines: &Range<usize>| -> usize {
        page.lines[lines.clone()].iter().map(|line| line.text().split_whitespace().count()).sum()
    };
    let (mut above, mut n_empty, mut n, mut all) = (0, 0, 0, 0);
    for part in parts {
        match &part.kind {
            PartKind::Other => {}
            PartKind::Prose => above += n_words(&part.lines),
            PartKind::Signed(signature) => {
                let own = n_words(&(part.lines.start..signature.line + usize::from(signature.offset > 0)));
                n_empty += usize::from(above + own == 0);
                n += 1;
                (above, all) = (0, all + above + own);
            }
        }
    }
    n_empty * 5 <= n && above * 6 <= all
}

/// Adds the turn of a letter: from its first line with prose to its signature.
fn letter(page: &Page<'_>, parts: &[Part], signature: &Signature, is_first: bool, out: &mut Found) {
    let lexicon = page.lexicon;
    let opens = |part: &&Part| lexicon.patterns().letter_opening.is_match(page.lines[part.lines.start].text().trim());
    let is_prose = |part: &&Part| !matches!(part.kind, PartKind::Other) && part.lines.start < signature.end_of_text();
    // What is above the first salutation introduces the letters.
    let salutation = if is_first { parts.iter().filter(is_prose).rfind(opens) } else { None };
    let Some(start) = salutation.or_else(|| parts.iter().find(is_prose)).map(|part| part.lines.start) else { return };
    for part in parts.iter().filter(|part| part.lines.start < start) {
        let kind = if matches!(part.kind, PartKind::Other) { BlockKind::Heading } else { BlockKind::EditorialNote };
        out.around.push((part.lines.clone(), kind));
    }
    let end = parts.last().map_or(signature.line, |part| part.lines.end);
    let line = &page.lines[signature.line];
    if signature.offset == 0 {
        out.around.push((signature.line..end, BlockKind::Byline));
    } else {
        out.repeated
            .push(Span::new(line.mapped.source_start(signature.offset), line.mapped.source_end(line.text().len())));
    }
    let at = page.lines[start].mapped.source_start(0);
    let place = Place { line: start, byline: Span::new(at, at), speech_line: start, speech: at };
    let parts = Byline { role: Some(Role::Speaker), ..writer(lexicon, &signature.name) };
    let weights = Weights::start(Reason::Signature, CONFIDENCE);
    out.bylines.push(Candidate::implied(Style::Signed, Origin::Signed, parts, LabelKind::Person, place, weights));
}

impl Signature {
    /// The line after the last one with text of the letter.
    fn end_of_text(&self) -> usize {
        self.line + usize::from(self.offset > 0)
    }
}

/// The writer, with the place or body behind the name as affiliation.
fn writer(lexicon: &Lexicon, text: &str) -> Byline {
    let text = text.trim().trim_end_matches([',', '.']);
    let (name, place) = text.split_once([',', ';']).unwrap_or((text, ""));
    let mut byline = bylines::split(lexicon, name.trim());
    let place = place.trim();
    if !place.is_empty() && byline.details.affiliation.is_none() {
        byline.details.affiliation = Some(place.to_string());
    }
    byline.printed = text.to_string();
    byline
}

fn parts(page: &Page<'_>, settled: &Settled) -> Vec<Part> {
    let is_open = |line: usize| settled.is_open(line) && !page.lines[line].is_empty();
    let mut blocks: Vec<Range<usize>> = Vec::new();
    for line in (0..page.lines.len()).filter(|line| is_open(*line)) {
        match blocks.last_mut() {
            Some(last) if last.end == line && !is_dated_signature(page.lines[line - 1].text()) => last.end = line + 1,
            _ => blocks.push(line..line + 1),
        }
    }
    let mut out: Vec<Part> = Vec::new();
    let mut at = 0;
    while at < blocks.len() {
        let lines = blocks[at].clone();
        let below = blocks.get(at + 1);
        let above = out.last().filter(|part| matches!(part.kind, PartKind::Prose)).map(|part| part.lines.end - 1);
        let found = at_end_of_paragraph(page, &lines)
            .map(|found| (found, lines.end))
            .or_else(|| closed(page, &lines, below))
            .or_else(|| by_name(page, &lines, above).map(|found| (found, lines.end)));
        if let Some((found, end)) = found {
            at += 1 + usize::from(below.is_some_and(|below| below.end == end));
            out.push(Part { lines: lines.start..end, kind: PartKind::Signed(found) });
            continue;
        }
        at += 1;
        let kind = if is_prose(page, &lines) { PartKind::Prose } else { PartKind::Other };
        out.push(Part { lines, kind });
    }
    out
}

/// Whether a block is text of a letter: a sentence, a salutation, or many words.
fn is_prose(page: &Page<'_>, lines: &Range<usize>) -> bool {
    const LONG: usize = 14;
    const SHORTEST: usize = 3;
    if matches!(page.lines[lines.start].layout, Layout::Heading(_)) {
        return false;
    }
    let text = page.join_at_most(lines.clone(), 1_000).text;
    let n_words = text.split_whitespace().count();
    let text = text.trim();
    n_words >= LONG
        || n_words >= SHORTEST && text.ends_with(['.', '!', '?', '…', '"', '”', '»', '。'])
        || text.ends_with([',', '!', ':']) && page.lexicon.patterns().letter_opening.is_match(text)
}

/// Whether a line ends with the signature of a wiki.
fn is_dated_signature(text: &str) -> bool {
    text.ends_with(')') && AT_END.is_match(text)
}

/// A wiki's signature at the end of a paragraph.
fn at_end_of_paragraph(page: &Page<'_>, lines: &Range<usize>) -> Option<Signature> {
    let line = lines.end - 1;
    if !page.lines[line].text().ends_with(')') {
        return None;
    }
    let found = AT_END.captures(page.lines[line].text())?;
    let offset = found.name("speech")?.end();
    Some(Signature { name: found["name"].to_string(), line, offset, is_clear: true })
}

/// A closing formula, and the name on the next line, which may be below a blank line. Also the end of the signature.
fn closed(page: &Page<'_>, lines: &Range<usize>, below: Option<&Range<usize>>) -> Option<(Signature, usize)> {
    let text = |line: usize| page.lines[line].text().trim();
    let closes = |line: &usize| text(*line).len() <= LONGEST_CLOSING && page.lexicon.is_letter_closing(text(*line));
    let line = lines.clone().skip(lines.len().saturating_sub(SIGNATURE_LINES)).find(closes)?;
    let (name, end) = match below {
        _ if line + 1 < lines.end => (line + 1, lines.end),
        Some(below) if below.len() <= SIGNATURE_LINES => (below.start, below.end),
        _ => return None,
    };
    let fits = (name..end).all(|line| is_short(text(line))) && may_be_name(text(name));
    fits.then(|| (Signature { name: text(name).to_string(), line, offset: 0, is_clear: true }, end))
}

/// Whether a line is short and does not end like a sentence.
fn is_short(text: &str) -> bool {
    text.split_whitespace().count() <= SIGNATURE_WORDS && !text.ends_with(['!', '?', ':', ';'])
}

fn may_be_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_uppercase() || c.is_alphabetic() && !c.is_lowercase())
}

/// A name at the end of a block, or on the lines of one below prose that ends at line `above`.
fn by_name(page: &Page<'_>, lines: &Range<usize>, above: Option<usize>) -> Option<Signature> {
    let lexicon = page.lexicon;
    let text = |line: usize| page.lines[line].text().trim();
    let ends = |line: usize| text(line).ends_with(['.', '!', '?', '…', '"', '”', '»', ')', '。']);
    let candidates = lines.clone().skip(lines.len().saturating_sub(SIGNATURE_LINES));
    for line in candidates {
        let follows = if line == lines.start { above.is_some_and(ends) } else { ends(line - 1) };
        if !follows || !(line..lines.end).all(|line| is_short(text(line)) && !text(line).ends_with('.')) {
            continue;
        }
        let name = text(line).trim_start_matches(['-', '–', '—', '―', '~']).trim_start();
        let is_clear = name.len() < text(line).len();
        let bare = name.split([',', ';', '(']).next().unwrap_or(name).trim();
        let is_name =
            described::is_name(lexicon, bare) || is_couple(lexicon, bare) || is_clear && judged(lexicon, bare);
        let is_bold = page.lines[line].bold > 0;
        if is_name && may_be_name(name) && !is_bold && page.lines[line].layout != Layout::Quote {
            return Some(Signature { name: name.to_string(), line, offset: 0, is_clear });
        }
    }
    None
}

/// "Ann and Bo Lee": several names of which the last is full.
fn is_couple(lexicon: &Lexicon, text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let Some(at) = words.iter().rposition(|word| lexicon.is_and(&word.to_lowercase()) || *word == "&") else {
        return false;
    };
    at > 0
        && described::is_name(lexicon, &words[at + 1..].join(" "))
        && words[..at].iter().all(|word| word.starts_with(char::is_uppercase) || lexicon.is_and(&word.to_lowercase()))
}

/// Whether a text behind a dash can be a name or a pseudonym.
fn judged(lexicon: &Lexicon, text: &str) -> bool {
    const LONGEST: usize = 5;
    text.split_whitespace().count() <= LONGEST && labels::judge(lexicon, text).is_some_and(|found| found.quality > 0.0)
}

#[cfg(test)]
mod tests {
    use crate::testing::named_turns as turns;

    fn of(name: &str, text: &str) -> (String, String) {
        (name.to_string(), text.to_string())
    }

    #[test]
    fn closing_formulas_are_followed_by_the_writer() {
        let text = "Responses to the consultation\n\nComment 1\n\nTo whom it may concern,\n\nI object to the height of it.\n\n\
                    Yours faithfully,\nRoland Fisk\n\nComment 2\n\nPlease move the gate or the hour.\n\nKind regards,\n\n\
                    Priya Nandakumar\nLittle Otters Nursery\n";
        assert_eq!(
            turns(text),
            [
                of("Roland Fisk", "To whom it may concern,\n\nI object to the height of it."),
                of("Priya Nandakumar", "Please move the gate or the hour."),
            ]
        );
    }

    #[test]
    fn names_below_letters_sign_them() {
        let text = "Letters\n\nThe bandstand\n\nI played in it on Saturday, and the dog stayed to the end.\n\nWilma Trent, Pellstow\n\n\
                    Buses\n\nI have waited for this bus for twenty years.\n\nOswald Perrin, Dunmere\n\n\
                    We have no internet. We have a clock.\n\nMabel Carraway, Dunmere\n";
        let speakers: Vec<_> = turns(text).into_iter().map(|(name, _)| name).collect();
        assert_eq!(speakers, ["Wilma Trent", "Oswald Perrin", "Mabel Carraway"]);
    }

    #[test]
    fn a_letter_without_a_signature_is_not_that_of_the_writer_above() {
        let text = "Comment 1\n\nI object to the height of it.\n\nYours faithfully,\nRoland Fisk\n\nComment 2\n\n\
                    Please move the gate or the hour, as we have asked twice before.\n\nKind regards,\nPriya Nandakumar\n\nComment 3\n\n\
                    They help themselves.\n";
        let found = turns(text);
        assert_eq!(found[2], of("", "They help themselves."));
    }

    #[test]
    fn names_above_the_speech_are_bylines() {
        let text = "Ann Lee\n\nI open the meeting of the board.\n\nBo Hill\n\nI thank you for it.\n\nAnn Lee\n\nWho else wants to speak?\n\n\
                    Bo Hill\n\nNobody does, as far as I see.\n\nAnn Lee\n\nThen we are done for today.\n";
        let found = turns(text);
        assert_eq!(found[0], of("Ann Lee", "I open the meeting of the board."));
        assert_eq!((found.len(), found[3].0.as_str()), (5, "Bo Hill"));
    }
}
