//! Bylines on separate lines: a name in bold, in capitals, with a time, as a heading, or a plain name, with title and affiliation
//! beside or below it.
//!
//! **Input**: a paragraph and the claims around it. **Output**: a candidate, or none. Whether the name is one is
//! decided by `plenary_names::labels`; which style the document uses is left to `styles`.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::inline::{seconds, unreadable};
use crate::candidate::{Candidate, Place};
use crate::page::{Page, Settled};
use crate::weights::Weights;
use plenary_corpus::{Layout, Reason, Span, Style};
use plenary_names::bylines::{self, Reader};
use plenary_names::labels::{self, Judgement, LabelKind};
use plenary_names::lexicon::Lexicon;
use plenary_names::offices;
use plenary_names::text::constant_regex;

/// Maximum number of lines of a name with title and affiliation.
const BYLINE_LINES: usize = 8;

/// Maximum number of lines of a byline in bold; narrow columns break names and titles often.
const BOLD_LINES: usize = 16;

/// `Name (12:31)`, `Name 1:02:03 PM`.
static NAME_TIME: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"^(?P<name>.{1,80}?)[\s,]+[-–—]?\s*[\[(]?(?P<day>\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4},?\s+)?(?:(?P<h>\d{1,2}):)?(?P<m>\d{1,2}):(?P<s>\d{2})(?:[.,]\d{1,3})?(?P<half>\s?[AaPp]\.?[Mm]\.?)?[\])]?:?$",
    )
});

/// `12:31 Name`, `[00:12:31] Name:`.
static TIME_NAME: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"^[\[(]?(?P<day>\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4},?\s+)?(?:(?P<h>\d{1,2}):)?(?P<m>\d{1,2}):(?P<s>\d{2})(?:[.,]\d{1,3})?(?P<half>\s?[AaPp]\.?[Mm]\.?)?[\])]?\s*[-–—]?\s+(?P<name>\D.{0,80}?):?$",
    )
});

/// `2019-07-16 19:02:11 【群主】Lee(884120536)`: the rank of a member of a group, and the number or address of the account.
static TIME_ACCOUNT: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"^(?P<day>\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\s+)(?P<h>\d{1,2}):(?P<m>\d{2}):(?P<s>\d{2})(?P<half>\s?[AP]M)?\s+(?:【[^【】]*】)?(?P<name>[^:：<>]{1,60}?)(?:\(\d{5,12}\)|<[^<>@\s]+@[^<>@\s]+>)$",
    )
});

static NUMBER: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^\d{1,3}\.\s+"));

/// The lines that name who speaks by the account in a group chat, each above a message; none if there are only a few.
pub(crate) fn accounts(page: &Page<'_>) -> HashSet<usize> {
    const FEWEST: usize = 3;
    let of_account = |line: &usize| {
        let text = page.lines[*line].text().trim();
        text.starts_with(|c: char| c.is_ascii_digit()) && text.ends_with([')', '>']) && TIME_ACCOUNT.is_match(text)
    };
    let found: HashSet<usize> = (0..page.lines.len()).filter(of_account).collect();
    let has_message = |line: &&usize| {
        let below = *line + 1;
        page.lines.get(below).is_some_and(|text| !text.is_empty()) && !found.contains(&below)
    };
    let n = found.iter().filter(has_message).count();
    if n >= FEWEST && n * 5 >= found.len() * 4 { found } else { HashSet::new() }
}

/// A line that names who speaks by the account in a group chat.
pub(crate) fn by_account(
    page: &Page<'_>,
    settled: &Settled,
    line: usize,
    reader: &mut Reader<'_>,
) -> Option<Candidate> {
    let found = TIME_ACCOUNT.captures(page.lines[line].text().trim())?;
    own_lines(page, settled, line..line + 1, Style::NameTime, &found["name"], seconds(&found), reader)
}

/// A year: there is a date, not a name, beside the time.
static YEAR: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"\b(?:19|20)\d{2}\b"));

/// A byline on a separate line: in bold, in capitals, with a time, or a plain name.
pub(crate) fn alone(
    page: &Page<'_>,
    settled: &Settled,
    lines: &Range<usize>,
    reader: &mut Reader<'_>,
) -> Option<Candidate> {
    let lexicon = page.lexicon;
    let first = &page.lines[lines.start];
    let is_heading = matches!(first.layout, Layout::Heading(_));
    if first.bold > 0 && !is_heading {
        return in_bold(page, settled, lines, reader);
    }
    // "§ Mr. Lee": the sign of a speech in old debates.
    let text = first.text().trim().trim_start_matches('§').trim_start();
    if first.layout == Layout::ListItem {
        // "1. Ann Lee (North Farrow) (Ind)": the number of a question.
        let name = NUMBER.find(text).map(|number| &text[number.end()..]).filter(|_| lines.len() == 1)?;
        let byline = bylines::split(lexicon, name);
        let block = lines.start..lines.start + 1;
        return if byline.details.constituency.is_some() {
            below(page, settled, &block, name, Style::NameLine, reader)
        } else {
            None
        };
    }
    if text.len() > 200 || text.ends_with([',', ';']) && lines.len() > 1 {
        return None;
    }
    // A clause of a script without blanks, whose line is wrapped.
    if is_heading || text.contains(['，', '。', '；', '！', '？']) {
        return None;
    }
    if lines.len() == 1
        && text.contains(':')
        && let Some(found) = NAME_TIME.captures(text).or_else(|| TIME_NAME.captures(text))
        && !YEAR.is_match(&found["name"])
    {
        return own_lines(
            page,
            settled,
            lines.clone(),
            Style::NameTime,
            found["name"].trim_matches(['[', ']']),
            seconds(&found),
            reader,
        );
    }
    let block = lines.start..block_end(page, settled, lines.start);
    let (upper, cased) = text.chars().filter(|c| c.is_alphabetic()).fold((0, 0), |(upper, cased), c| {
        (upper + usize::from(c.is_uppercase()), cased + usize::from(c.is_uppercase() || c.is_lowercase()))
    });
    let mostly_capitals = cased >= 2 && (upper == cased || upper * 10 >= cased * 9 && cased >= 8);
    if lines.len() == 1
        && mostly_capitals
        && text.split_whitespace().count() <= 9
        && !ends_sentence(lexicon, text, &['.', '!', '?', ','])
    {
        return below(page, settled, &block, text, Style::Capitals, reader);
    }
    // A plain name: on a separate line, or on the first of a few short lines.
    if lines.len() == 1 && !ends_sentence(lexicon, text, &['.', '!', '?', ':', ';']) {
        return below(page, settled, &block, text, Style::NameLine, reader);
    }
    None
}

/// Whether a line ends like a sentence. The full stop of "JOHN DALE, JR." belongs to the name.
fn ends_sentence(lexicon: &Lexicon, text: &str, signs: &[char]) -> bool {
    let is_of_name = || {
        let last = text.rsplit([' ', ',']).next().unwrap_or("");
        text.split_whitespace().nth(1).is_some() && text.ends_with('.') && labels::is_post_nominal(lexicon, last)
    };
    text.ends_with(signs) && !is_of_name()
}

/// A byline in bold: a paragraph in bold, or one that begins in bold and continues with the person's office.
fn in_bold(page: &Page<'_>, settled: &Settled, lines: &Range<usize>, reader: &mut Reader<'_>) -> Option<Candidate> {
    let lexicon = page.lexicon;
    if lines.len() > BOLD_LINES {
        return None;
    }
    let text = page.join(lines.clone()).text;
    let bold = text.floor_char_boundary(page.bold_lead(lines.clone()));
    let rest = text[bold..].trim_matches([':', ' ', '.']);
    let n_bold = lines.clone().take_while(|line| page.lines[*line].bold >= page.lines[*line].text().len()).count();
    let printed = if let Some(printed) = name_below(page, lines).filter(|_| rest.is_empty()) {
        printed
    } else if rest.is_empty() {
        bold_lines(page, lines.clone())
    } else if is_office(rest) && (is_in_brackets(rest) || page.is_italic(lines.start + n_bold..lines.end)) {
        let joint = if rest.starts_with('(') { " " } else { ", " };
        format!("{}{joint}{rest}", text[..bold].trim_end())
    } else if let Some(office) = rest.strip_prefix([',', '|', '–', '—', '-']).map(str::trim)
        && is_office(office)
        && (rest.starts_with('|') || offices::is_telling(lexicon, office))
        && speaks_below(page, settled, lines.end)
    {
        format!("{}, {office}", text[..bold].trim_end())
    } else {
        return None;
    };
    own_lines(page, settled, lines.clone(), Style::Bold, &printed, None, reader)
}

/// Lines in bold of which the last is the name and the others the office: the same with the name first.
fn name_below(page: &Page<'_>, lines: &Range<usize>) -> Option<String> {
    const CLEAR: f32 = 0.8;
    let lexicon = page.lexicon;
    if lines.len() < 2 {
        return None;
    }
    let name = page.lines[lines.end - 1].text().trim();
    let first = page.lines[lines.start].text().trim();
    let is_person = labels::judge(lexicon, name)
        .is_some_and(|judgement| judgement.kind == LabelKind::Person && judgement.quality >= CLEAR)
        && !offices::is_telling(lexicon, name);
    let piece = first.split(',').next().unwrap_or(first);
    let is_office = offices::names_position(lexicon, piece)
        && !labels::words(piece).iter().any(|word| lexicon.is_chair(word))
        && !piece.contains(['|', '\t', '(']);
    (is_person && is_office).then(|| {
        let office = page.join(lines.start..lines.end - 1).text;
        format!("{name}, {}", office.trim().trim_end_matches([',', ':']))
    })
}

/// Lines in bold as one text. If each line has its own marks of emphasis, line breaks separate name and office; otherwise they are
/// the ends of a column.
fn bold_lines(page: &Page<'_>, lines: Range<usize>) -> String {
    let mut text = page.lines[lines.start].text().trim().to_string();
    for i in lines.start + 1..lines.end {
        let above = &page.lines[i - 1];
        let closed = ["**", "__"]
            .iter()
            .any(|mark| page.source[above.mapped.source_end(above.text().len())..above.span.end].contains(mark));
        let more = page.lines[i].text().trim();
        let parts =
            closed && !text.ends_with([',', '-', '–', '—', '|', ':']) && !more.starts_with(['(', '-', '–', '—']);
        text = format!("{text}{}{more}", if parts { ", " } else { " " });
    }
    text
}

/// Whether a text may be an office: it is short, begins with a capital or bracket and does not end like a sentence.
fn is_office(text: &str) -> bool {
    const LONGEST: usize = 160;
    let inner = text.trim_start_matches(['(', '[', '*', '_', ' ']);
    text.len() <= LONGEST
        && inner.starts_with(char::is_uppercase)
        && !text.trim_end_matches([')', ']']).ends_with(['.', '!', '?', ':', '"', '”'])
}

/// Whether the next line with text is plain, and so may be speech of the person named above.
fn speaks_below(page: &Page<'_>, settled: &Settled, end: usize) -> bool {
    let next = (end..page.lines.len()).find(|line| !page.lines[*line].is_empty());
    let is_plain = |line: usize| page.lines[line].bold == 0 && !matches!(page.lines[line].layout, Layout::Heading(_));
    next.is_some_and(|line| is_plain(line) && settled.is_open(line))
}

/// Whether a text is enclosed in one pair of brackets.
fn is_in_brackets(text: &str) -> bool {
    text.starts_with('(') && text.ends_with(')') && text.matches('(').count() == 1
}

/// The end of a byline whose office is on a line in italics below it.
fn office_below(page: &Page<'_>, settled: &Settled, end: usize) -> Option<usize> {
    let next = |from: usize| (from..page.lines.len()).find(|i| !page.lines[*i].is_empty());
    let at = next(end)?;
    let line = &page.lines[at];
    let fits = settled.is_open(at)
        && line.layout == Layout::Text
        && line.bold == 0
        && page.is_italic(at..at + 1)
        && !line.text().trim_start().starts_with(['(', '['])
        && is_office(line.text().trim());
    let speaks = next(at + 1).is_some_and(|below| !page.is_italic(below..below + 1));
    (fits && speaks).then_some(at + 1)
}

/// A byline as a heading, at a level whose headings are names.
pub(crate) fn heading(
    page: &Page<'_>,
    settled: &Settled,
    lines: &Range<usize>,
    reader: &mut Reader<'_>,
) -> Option<Candidate> {
    const FORM: f32 = 0.8;
    let mut candidate =
        own_lines(page, settled, lines.clone(), Style::Heading, &page.join(lines.clone()).text, None, reader)?;
    candidate.set_confidence(FORM.min(candidate.confidence()), Reason::InHeading);
    Some(candidate)
}

/// Levels of headings that are names of speakers, not subjects: most headings of the level have the form of a label, they name at
/// least two people, and at least half of them have a title or their words never occur in lower case.
pub(crate) fn name_levels(page: &Page<'_>, settled: &Settled) -> HashSet<u8> {
    const MOSTLY: f32 = 0.6;
    let lexicon = page.lexicon;
    let mut levels: BTreeMap<u8, Vec<Option<bylines::Byline>>> = BTreeMap::new();
    for lines in settled.open_paragraphs(page) {
        if let Layout::Heading(level) = page.lines[lines.start].layout {
            let byline = bylines::split(lexicon, &page.join(lines.clone()).text);
            let names = labels::judge(lexicon, &byline.label).is_some_and(|judgement| {
                judgement.quality >= 0.5 && matches!(judgement.kind, LabelKind::Person | LabelKind::Office)
            });
            levels.entry(level).or_default().push(names.then_some(byline));
        }
    }
    levels.retain(|_, headings| {
        let people: Vec<&bylines::Byline> = headings.iter().flatten().collect();
        let distinct: HashSet<&str> = people.iter().map(|byline| byline.label.as_str()).collect();
        let titled = people
            .iter()
            .filter(|byline| {
                byline.details.honorific.is_some()
                    || byline.details.title.is_some()
                    || byline.details.affiliation.as_deref().is_some_and(|text| offices::is_telling(lexicon, text))
            })
            .count();
        let words: HashSet<String> = people.iter().flat_map(|byline| labels::words(&byline.name)).collect();
        distinct.len() >= 2
            && people.len() as f32 >= MOSTLY * headings.len() as f32
            && (titled * 2 >= people.len()
                || page.in_small_letters(&words).iter().all(|word| lexicon.is_particle(word)))
    });
    levels.into_keys().collect()
}

/// The end of the block of lines without a blank line; for a block longer than a byline, any line in it.
fn block_end(page: &Page<'_>, settled: &Settled, start: usize) -> usize {
    let reach = (start + BYLINE_LINES + 1).min(page.lines.len());
    (start..reach).find(|i| page.lines[*i].is_empty() || !settled.is_open(*i)).unwrap_or(reach)
}

/// A byline with the name on the first line of a block, and with title and affiliation on the short lines below it if the block
/// contains nothing else.
fn below(
    page: &Page<'_>,
    settled: &Settled,
    block: &Range<usize>,
    name: &str,
    style: Style,
    reader: &mut Reader<'_>,
) -> Option<Candidate> {
    const LONGEST_LINE: usize = 70;
    let lexicon = page.lexicon;
    let mut end = block.start + 1;
    let translations = page.translations(block.start);
    let second = page.lines.get(end).filter(|_| end < block.end).map(|line| line.text().trim());
    if translations == 0 && second.is_some_and(|text| text.starts_with('(') && text.ends_with(')')) {
        end += 1;
    } else if translations == 0 && block.len() > 1 && block.len() <= BYLINE_LINES {
        let tail = block.start + 1..block.end;
        let short = tail.clone().all(|i| {
            let text = page.lines[i].text().trim();
            text.chars().count() <= LONGEST_LINE
                && !text.ends_with(['.', '!', '?', ':', ';'])
                && page.lines[i].layout == Layout::Text
        });
        let followed = (block.end..page.lines.len()).find(|i| !page.lines[*i].is_empty() && settled.is_open(*i));
        let speaks_below = followed.is_some_and(|i| {
            page.lines[i].text().split_whitespace().count() >= 4 || page.lines[i].text().ends_with(['.', '!', '?'])
        });
        if short && speaks_below {
            end = block.end;
        }
    }
    // Offices have no year and no share: these are lines of a title page.
    if page.lines[block.start..end].iter().any(|line| YEAR.is_match(line.text()) || line.text().contains('%')) {
        return None;
    }
    let mut text = name.to_string();
    for line in &page.lines[block.start + 1..end] {
        let more = line.text().trim();
        let joint = if text.ends_with(',') || more.starts_with('(') {
            " "
        } else if style == Style::Capitals || text == name {
            ", "
        } else {
            " "
        };
        text = format!("{text}{joint}{more}");
    }
    let mut candidate = own_lines(page, settled, block.start..end, style, &text, None, reader)?;
    // A line without markup is a byline only if there is more evidence than the name: an honorific, a title, a clear
    // separator, or that it recurs, which is considered later.
    if style == Style::NameLine {
        let byline = &candidate.parts;
        let has_more = byline.details.title.is_some()
            || byline.details.constituency.is_some()
            || byline.details.party.is_some()
            || byline.details.affiliation.as_deref().is_some_and(|text| offices::is_telling(lexicon, text))
            || byline.details.honorific.is_some();
        let separated = text.contains('|') || text.contains('\t');
        let base: f32 = match (candidate.kind, has_more, separated) {
            (_, _, true) => 0.85,
            (LabelKind::Word | LabelKind::Anonymous, _, _) => 0.2,
            (_, true, _) => 0.7,
            (_, false, false) => 0.45,
        };
        candidate.set_confidence(base.min(candidate.confidence() + 0.1), Reason::PlainLine);
    }
    if translations > 0 {
        candidate.raise(TRANSLATED, Reason::OfficeBeside);
    }
    Some(candidate)
}

/// Confidence of a name that is repeated in other scripts on the lines below it.
const TRANSLATED: f32 = 0.8;

/// A byline on separate lines, with an office in italics below it; the speech begins on the next line with text.
fn own_lines(
    page: &Page<'_>,
    settled: &Settled,
    lines: Range<usize>,
    style: Style,
    printed: &str,
    time_start_s: Option<f64>,
    reader: &mut Reader<'_>,
) -> Option<Candidate> {
    const LONGEST: usize = 260;
    if printed.chars().count() > LONGEST {
        return None;
    }
    let end = if style == Style::NameTime { None } else { office_below(page, settled, lines.end) };
    let printed = match end {
        Some(end) => format!("{}, {}", printed.trim_end_matches(':'), page.lines[end - 1].text().trim()),
        None => printed.to_string(),
    };
    let end_line = end.unwrap_or(lines.end);
    let (byline, judgement) = reader.read(&printed);
    let judgement = judgement
        .or_else(|| single_name(&byline, style == Style::Bold))
        .or_else(|| {
            // Beside a time there is a name, even if it has the form of a user name in a chat, and beside an account whatever its form.
            let has_account = || TIME_ACCOUNT.is_match(page.lines[lines.start].text().trim());
            (style == Style::NameTime && (labels::is_user_name(&byline.label) || has_account()))
                .then_some(Judgement { kind: LabelKind::Word, quality: 0.5 })
        })
        .or_else(|| numbered(&byline.label).filter(|_| style == Style::Capitals))
        .or_else(|| if matches!(style, Style::NameLine | Style::Heading) { None } else { unreadable(&byline.label) })?;
    let speech_line = (end_line..page.lines.len()).find(|i| !page.lines[*i].is_empty())?;
    let (first, last) = (&page.lines[lines.start], &page.lines[end_line - 1]);
    let start = first.mapped.source_start(0);
    let end = last.mapped.source_end(last.text().len());
    let mut weights = Weights::of_form(judgement.kind, judgement.quality);
    // A title or affiliation beside a name in bold or capitals is evidence of a byline.
    if weights.now() > 0.0 && (byline.details.title.is_some() || byline.details.affiliation.is_some()) {
        weights.to(Reason::OfficeBeside, (weights.now() + 0.15).min(1.0));
    }
    let place = Place {
        line: lines.start,
        byline: Span::new(start, end.max(start)),
        speech_line,
        speech: page.lines[speech_line].mapped.source_start(0),
    };
    Some(Candidate { time_start_s, ..Candidate::printed(style, byline, judgement.kind, place, weights) })
}

/// The judgement of a word with a number whose word is not that of a speaker: a heading, unless `company` finds that groups speak.
fn numbered(label: &str) -> Option<Judgement> {
    const UNLIKELY: f32 = 0.1;
    let (word, number) = label.rsplit_once(' ')?;
    let fits = (1..=3).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && word.chars().all(char::is_alphabetic);
    fits.then_some(Judgement { kind: LabelKind::Word, quality: UNLIKELY })
}

/// The judgement of one capitalised word in bold with a title beside it: a name.
fn single_name(byline: &bylines::Byline, is_bold: bool) -> Option<Judgement> {
    let is_word = byline.label.split_whitespace().count() == 1
        && byline.label.starts_with(char::is_uppercase)
        && byline.label.chars().all(char::is_alphabetic);
    (is_bold && is_word && byline.details.title.is_some()).then_some(Judgement { kind: LabelKind::Word, quality: 0.5 })
}

#[cfg(test)]
mod tests {
    use crate::testing::turns;

    #[test]
    fn accounts_in_a_group_chat_name_who_writes() {
        let chat = "2026-05-01 19:02:11 5-1202 林妈妈(884120536)\n电梯什么时候能修好？\n\n2026-05-01 19:04:05 【群主】张工(物业)(10229387)\n\
                    主板已经寄出了。\n\n2026-05-01 19:04:58 大橘已定(1562003918)\n上周三也是明天\n\n2026-05-01 19:11:47 【群主】张工(物业)(10229387)\n\
                    还没有动维修基金。\n";
        let labels: Vec<String> = turns(chat).into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels, ["5-1202 林妈妈", "张工", "大橘已定", "张工"]);
        let log = "2026-05-01 19:02:11 Ann Hill: call me (5551234)\n2026-05-01 19:02:51 Bo Lee: I will\n2026-05-01 19:03:11 Ann Hill: good\n\
                   2026-05-01 19:03:31 Bo Lee: bye\n";
        assert_eq!(turns(log).len(), 4, "{:?}", turns(log));
    }
}
