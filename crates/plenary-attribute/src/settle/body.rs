//! Text between turns that is not speech: headings, agenda items, reports of what was said, pull quotes.
//!
//! **Input**: the page, the claims on it, and the bylines. **Output**: claims on lines, and where the head of the
//! document ends. Brackets inside turns are left to `asides`.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::candidate::{Found, in_capitals};
use crate::page::{Page, PageLine, Settled};
use plenary_corpus::{BlockKind, Layout, Pass, Style};
use plenary_names::addresses::addresses;
use plenary_names::labels;
use plenary_names::lexicon::Lexicon;
use plenary_names::text::constant_regex;

/// Prose before the first byline is speech of an unknown person if it has this number of words and this share of the document.
const UNATTRIBUTED_WORDS: usize = 150;
const UNATTRIBUTED_SHARE: f32 = 0.3;

/// Number of bytes of a paragraph that are read to decide whether it is prose.
const HEAD_ENOUGH: usize = 2_000;

/// Maximum number of lines of a heading.
const HEADING_LINES: usize = 4;

static NUMBERED: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^(\d{1,3})[.)]\s+\S"));
/// Number of words of prose above the first byline; `None` if there are too few for speech.
pub(crate) fn speech_before(page: &Page<'_>, settled: &Settled, first_byline: usize, found: &Found) -> Option<usize> {
    if found.bylines.is_empty() {
        return None;
    }
    let words = |lines: &Range<usize>| -> usize {
        page.lines[lines.clone()].iter().map(|line| line.text().split_whitespace().count()).sum()
    };
    let paragraphs = settled.open_paragraphs(page);
    let above = paragraphs.iter().take_while(|lines| lines.start < first_byline);
    let before: usize = above.map(words).filter(|n| *n > 14).sum();
    if before < UNATTRIBUTED_WORDS {
        return None;
    }
    let all: usize = paragraphs.iter().map(words).sum();
    (before as f32 >= UNATTRIBUTED_SHARE * all as f32).then_some(before)
}

/// The line on which the head ends and speech without a byline begins: the first paragraph of prose.
pub(crate) fn head_end(page: &Page<'_>, settled: &Settled, limit: usize) -> usize {
    for lines in settled.open_paragraphs(page) {
        if lines.start >= limit {
            return limit;
        }
        let text = page.join_at_most(lines.clone(), HEAD_ENOUGH).text;
        let is_heading = matches!(page.lines[lines.start].layout, Layout::Heading(_));
        let words = text.split_whitespace().count();
        if !is_heading && (words > 14 || words > 3 && text.trim().ends_with(['.', '!', '?', '"', '”'])) {
            return lines.start;
        }
    }
    // Only headings and single words: all of it is speech.
    0
}

/// What is not speech below the first byline. `name_levels` are the levels of headings that are names of speakers.
pub(crate) fn body(page: &Page<'_>, settled: &Settled, found: &Found, name_levels: &HashSet<u8>) -> Settled {
    let lexicon = page.lexicon;
    let byline_lines: HashSet<usize> =
        found.bylines.iter().flat_map(|byline| byline.line..=byline.speech_line).collect();
    let speech_lines: HashSet<usize> = found.bylines.iter().map(|byline| byline.speech_line).collect();
    let byline_starts: HashSet<usize> = found.bylines.iter().map(|byline| byline.line).collect();
    let first = found.bylines.first().map_or(0, |byline| byline.line);
    let agenda = agenda(page, settled, &byline_lines, first);
    let is_minutes = page.lines.iter().any(|line| lexicon.patterns().minutes.is_match(line.text()));
    let known: Vec<String> = known_names(found);
    let quotes = pull_quotes(page, settled);
    let last = found.bylines.last().map_or(0, |byline| byline.line);
    let mut in_record = false;
    let shouts = is_in_capitals(page);
    let mut claims = if shouts { Settled::nothing(page) } else { capital_headings(page, settled, found) };
    claim_notices(page, settled, found, &mut claims);
    let is_indented = is_indented_script(page, found);
    let paragraphs = settled.with(&claims).open_paragraphs(page);
    let mut speaks = false;
    let mut between = false;
    let mut under = Under::Speech;
    let mut above = 0;
    let lowest_name_level = name_levels.iter().copied().max().unwrap_or(0);
    let unclosed = unclosed(page, &paragraphs, &byline_starts);
    for (i, lines) in paragraphs.iter().cloned().enumerate() {
        for line in std::mem::replace(&mut above, lines.end)..lines.start {
            under = under.below(page, line, settled.kind(line).or(claims.kind(line)));
        }
        if lines.start < first {
            continue;
        }
        if lines.clone().any(|line| byline_lines.contains(&line)) {
            in_record = false;
            under = Under::Speech;
            // The speech of the turn has begun, on the line of its byline or below it.
            between = false;
            speaks = found.bylines.binary_search_by_key(&lines.start, |byline| byline.line).is_err()
                || lines.clone().any(|line| speech_lines.contains(&line));
            continue;
        }
        let precedes_byline = paragraphs.get(i + 1).is_some_and(|next| byline_starts.contains(&next.start));
        let mapped = page.join(lines.clone());
        let text = mapped.text.trim();
        let numbered = NUMBERED.is_match(text);
        let all_bold = page.bold_lead(lines.clone()) >= mapped.text.trim_end().len();
        let level = match page.lines[lines.start].layout {
            Layout::Heading(level) => Some(level),
            _ => None,
        };
        // If headings name the speakers, a heading without a name ends the speech.
        if level.is_some_and(|level| found.style == Some(Style::Heading) && level <= lowest_name_level) {
            between = true;
        }
        let is_item = page.lines[lines.start].layout == Layout::ListItem;
        let kind = if is_item && under == Under::Field {
            Some(BlockKind::EditorialNote)
        } else if is_item && under == Under::Report && !addresses(lexicon, text) {
            Some(BlockKind::Minutes)
        } else if agenda.contains(&lines.start) || (all_bold && numbered && text.len() <= 120) {
            in_record = true;
            Some(BlockKind::Heading)
        } else if matches!(page.lines[lines.start].layout, Layout::Heading(_))
            || (all_bold && text.len() <= 100)
            || !shouts && is_capital_heading(page, &lines, text)
            || !shouts && speaks && precedes_byline && is_title_case(page, &lines, text)
            || speaks && unclosed.contains(&lines.start)
        {
            Some(BlockKind::Heading)
        } else if is_indented && lines.clone().all(|line| indent(page, line) == 0) {
            Some(BlockKind::StageNote)
        } else if between {
            Some(BlockKind::EditorialNote)
        } else if in_record {
            Some(BlockKind::Minutes)
        } else if page.is_italic(lines.clone()) && !found.bylines.is_empty() {
            Some(if lines.start > last && text.split_whitespace().count() > 8 && !lexicon.is_record_in_italics(text) {
                BlockKind::EditorialNote
            } else {
                BlockKind::StageNote
            })
        } else if quotes.contains(&lines.start) {
            Some(BlockKind::Furniture)
        } else if is_minutes && is_reported(lexicon, text, &known) {
            Some(BlockKind::Minutes)
        } else {
            None
        };
        if let Some(kind) = kind {
            for line in lines.clone() {
                under = under.below(page, line, Some(kind));
            }
            claims.claim(lines, kind, Pass::Body);
        }
    }
    claims
}

/// Number of blanks at the beginning of a line in the source.
fn indent(page: &Page<'_>, line: usize) -> usize {
    let text = page.lines[line].span.of(page.source);
    text.len() - text.trim_start_matches(' ').len()
}

/// Whether names and speech are indented throughout, as in scripts of plays and films: what begins at the margin is seen, not said.
fn is_indented_script(page: &Page<'_>, found: &Found) -> bool {
    const FEWEST: usize = 3;
    const INDENT: usize = 4;
    let is_deep = |line: usize| indent(page, line) >= INDENT;
    let of_script = |byline: &&crate::candidate::Candidate| {
        byline.speech_line > byline.line && is_deep(byline.line) && is_deep(byline.speech_line)
    };
    let n = found.bylines.iter().filter(of_script).count();
    n >= FEWEST && n * 10 >= found.bylines.len() * 9
}

/// A time of day or of the recording at the beginning of a line of a chat, and the signs that announce a notice.
static NOTICE: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^[\[(<]?\d{1,2}:\d{2}(?::\d{2})?[\])>]?\s+(?P<signs>[^\p{L}\p{N}\s]{1,4}\s)?"));

/// Claims the notices of a chat, `[12:02] --> ann has joined`: lines with the time of the others, but with signs in place of a name.
fn claim_notices(page: &Page<'_>, settled: &Settled, found: &Found, claims: &mut Settled) {
    const FEWEST: usize = 3;
    let Some(first) = found.bylines.first().map(|byline| byline.line) else { return };
    let is_timed = |line: usize| NOTICE.is_match(page.lines[line].text());
    let n = found.bylines.iter().filter(|byline| is_timed(byline.line)).count();
    if n < FEWEST || n * 10 < found.bylines.len() * 9 {
        return;
    }
    let starts: HashSet<usize> = found.bylines.iter().map(|byline| byline.line).collect();
    for line in (first..page.lines.len()).filter(|line| settled.is_open(*line) && !starts.contains(line)) {
        let is_notice = NOTICE.captures(page.lines[line].text()).is_some_and(|signs| signs.name("signs").is_some());
        if is_notice {
            claims.claim(line..line + 1, BlockKind::StageNote, Pass::Body);
        }
    }
}

/// What the lines below the last heading are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Under {
    /// Speech, if a turn is open.
    Speech,
    /// Results of an item of the agenda: "Conclusion".
    Report,
    /// Material for an item of the agenda, below who presents it: "Presenter: Ann Lee".
    Field,
}

impl Under {
    /// What the lines below a line of a kind are.
    fn below(self, page: &Page<'_>, line: usize, kind: Option<BlockKind>) -> Self {
        match kind {
            Some(BlockKind::Heading) => {
                let text = page.lines[line].text().trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
                if page.lexicon.is_report_heading(&text) { Under::Report } else { Under::Speech }
            }
            Some(BlockKind::NameList) => Under::Field,
            _ => self,
        }
    }
}

/// Whether most of the text is in capitals, so that capitals distinguish nothing.
fn is_in_capitals(page: &Page<'_>) -> bool {
    let (mut capital, mut small) = (0usize, 0usize);
    for c in page.lines.iter().flat_map(|line| line.text().chars()) {
        capital += usize::from(c.is_uppercase());
        small += usize::from(c.is_lowercase());
    }
    capital > small
}

/// Headings in capitals directly above a byline, on a page that is not mostly in capitals.
fn capital_headings(page: &Page<'_>, settled: &Settled, found: &Found) -> Settled {
    let mut claims = Settled::nothing(page);
    let is_capital = |line: &PageLine| {
        let text = line.text().trim();
        !text.chars().any(char::is_lowercase)
            && in_capitals(text)
            && text.chars().filter(|c| c.is_alphabetic()).count() >= 4
            && text.split_whitespace().count() <= 12
            && !text.ends_with(['.', '!', '?', ',', ';', ':'])
    };
    let (mut n, mut capital) = (0, 0);
    for line in page.lines.iter().filter(|line| !line.is_empty()) {
        n += 1;
        capital += usize::from(is_capital(line));
    }
    if capital * 2 > n {
        return claims;
    }
    let taken: HashSet<usize> = found.bylines.iter().flat_map(|byline| byline.line..=byline.speech_line).collect();
    for byline in &found.bylines {
        let is_open = |line: usize| !taken.contains(&line) && settled.is_open(line) && claims.is_open(line);
        let above = |line: &usize| is_open(*line) && is_capital(&page.lines[*line]);
        let heading: Vec<usize> = (0..byline.line).rev().take(HEADING_LINES + 1).take_while(above).collect();
        if heading.len() <= HEADING_LINES
            && let (Some(last), Some(first)) = (heading.first(), heading.last())
        {
            claims.claim(*first..last + 1, BlockKind::Heading, Pass::Body);
        }
    }
    claims
}

/// First lines of single numbered items whose numbers increase through the document: an agenda, not a list in a speech.
fn agenda(page: &Page<'_>, settled: &Settled, bylines: &HashSet<usize>, first: usize) -> HashSet<usize> {
    let paragraphs = settled.open_paragraphs(page);
    let number = |lines: &Range<usize>| -> Option<u32> {
        if bylines.contains(&lines.start) {
            return None;
        }
        NUMBERED.captures(page.lines[lines.start].text().trim()).and_then(|found| found[1].parse().ok())
    };
    let mut alone: Vec<(u32, usize)> = Vec::new();
    for (i, lines) in paragraphs.iter().enumerate() {
        let Some(n) = number(lines) else { continue };
        let beside = [i.checked_sub(1), Some(i + 1)].into_iter().flatten().filter_map(|at| paragraphs.get(at));
        let in_list = beside.clone().any(|other| number(other).is_some_and(|m| m.abs_diff(n) == 1));
        let short = lines.len() == 1 && page.lines[lines.start].text().trim().chars().count() <= 120;
        if short && !in_list {
            alone.push((n, lines.start));
        }
    }
    // Items in the head are already claimed and are looked up separately.
    let counts_on = alone.windows(2).all(|pair| pair[0].0 < pair[1].0);
    let several = alone.iter().filter(|(_, line)| *line >= first).count() >= 1
        && (alone.len() >= 2 || head_has_agenda(page, settled, first));
    if counts_on && several { alone.into_iter().map(|(_, line)| line).collect() } else { HashSet::new() }
}

fn head_has_agenda(page: &Page<'_>, settled: &Settled, first: usize) -> bool {
    (0..first.min(page.lines.len()))
        .filter(|line| matches!(settled.kind(*line), Some(BlockKind::Heading | BlockKind::Title)))
        .any(|line| NUMBERED.is_match(page.lines[line].text().trim()))
}

/// First lines of short paragraphs that do not end like a sentence, above a byline or at the end of the document, where nearly
/// all speech ends like a sentence: headings, and notes at the end.
fn unclosed(page: &Page<'_>, paragraphs: &[Range<usize>], byline_starts: &HashSet<usize>) -> HashSet<usize> {
    const FEWEST: usize = 4;
    const MOST: usize = 3;
    const LONGEST: usize = 10;
    let lexicon = page.lexicon;
    let text = |i: usize| page.lines[paragraphs[i].end - 1].text().trim_end();
    let is_closed = |i: usize| {
        text(i)
            .ends_with(['.', '!', '?', '…', '"', '”', '»', ')', ']', '。', '！', '？', '」', '।', '؟', '–', '—', '-'])
    };
    let opens = |i: usize| byline_starts.contains(&paragraphs[i].start);
    // The first paragraph of a turn is speech, whatever its end.
    let is_short = |i: usize| {
        let joined = page.join_at_most(paragraphs[i].clone(), 200).text;
        let joined = joined.trim();
        let is_blank = page.lines.get(paragraphs[i].start.wrapping_sub(1)).is_none_or(PageLine::is_empty);
        !opens(i)
            && !is_closed(i)
            && is_blank
            && page.lines[paragraphs[i].start].layout == Layout::Text
            && joined.split_whitespace().count() <= LONGEST
            && joined.starts_with(|c: char| c.is_uppercase() || c.is_alphabetic() && !c.is_lowercase())
            && joined.ends_with(|c: char| c.is_alphanumeric() || c == '\'' || c == '’')
            && !addresses(lexicon, joined)
    };
    let mut ends = 0;
    let (mut n, mut n_closed) = (0, 0);
    for i in (0..paragraphs.len()).filter(|i| opens(*i) && *i > 0) {
        let above = (ends..i).rev().find(|above| !is_short(*above));
        if let Some(above) = above.filter(|_| ends > 0) {
            n += 1;
            n_closed += usize::from(is_closed(above));
        }
        ends = i;
    }
    let mut out = HashSet::new();
    if n < FEWEST || n_closed * 10 < n * 9 {
        return out;
    }
    for i in (1..=paragraphs.len()).filter(|i| *i == paragraphs.len() || opens(*i)) {
        let run: Vec<usize> = (0..i).rev().take(MOST + 1).take_while(|above| is_short(*above)).collect();
        let above = i.checked_sub(run.len() + 1);
        if run.len() <= MOST && above.is_some_and(is_closed) {
            out.extend(run.into_iter().map(|above| paragraphs[above].start));
        }
    }
    out
}

/// Whether a paragraph is a short line between blank lines whose longer words begin with capitals and that does not end like a
/// sentence.
fn is_title_case(page: &Page<'_>, lines: &Range<usize>, text: &str) -> bool {
    if lines.len() != 1 || !is_alone(page, lines) {
        return false;
    }
    let words: Vec<&str> = text.split_whitespace().take(10).collect();
    (2..=9).contains(&words.len())
        && words.iter().all(|word| word.chars().count() <= 3 || word.starts_with(char::is_uppercase))
        && text.starts_with(char::is_uppercase)
        && text.ends_with(char::is_alphabetic)
}

/// Whether there are blank lines before and after some lines.
pub(super) fn is_alone(page: &Page<'_>, lines: &Range<usize>) -> bool {
    (lines.start == 0 || page.lines[lines.start - 1].is_empty())
        && page.lines.get(lines.end).is_none_or(PageLine::is_empty)
}

/// Whether a paragraph is part of a heading in capitals between blank lines.
fn is_capital_heading(page: &Page<'_>, lines: &Range<usize>, text: &str) -> bool {
    let is_capital = |line: &PageLine| in_capitals(line.text());
    let above = page.lines[..lines.start].iter().rev().take(HEADING_LINES).take_while(|line| is_capital(line)).count();
    let below = page.lines[lines.end..].iter().take(HEADING_LINES).take_while(|line| is_capital(line)).count();
    let heading = lines.start - above..lines.end + below;
    // "MR JASPER QUINT (sworn)" is in capitals as well.
    let letters = || text.split('(').next().unwrap_or("").chars().filter(|c| c.is_alphabetic());
    heading.len() <= HEADING_LINES
        && is_alone(page, &heading)
        && letters().all(char::is_uppercase)
        && letters().nth(3).is_some()
        && text.split_whitespace().count() <= 14 * lines.len()
        && !text.ends_with(['.', '!', '?'])
}

/// The labels of all bylines.
fn known_names(found: &Found) -> Vec<String> {
    let mut names: Vec<String> =
        found.bylines.iter().map(|byline| byline.label.clone()).filter(|label| !label.is_empty()).collect();
    names.sort();
    names.dedup();
    names
}

/// Whether a text reports what a person said: "Mrs. Crowe asked that ...".
fn is_reported(lexicon: &Lexicon, text: &str, known: &[String]) -> bool {
    let after = known.iter().find_map(|name| text.strip_prefix(name.as_str())).or_else(|| {
        let mut words = text.splitn(3, ' ');
        let (first, second) = (words.next()?, words.next()?);
        (labels::is_honorific(lexicon, first) && second.starts_with(char::is_uppercase)).then(|| words.next()).flatten()
    });
    after.is_some_and(|rest| lexicon.patterns().reporting.is_match(rest.trim_start()))
}

/// A quotation repeats the document if it shares this number of consecutive words with it.
const QUOTED_RUN: usize = 5;

/// First lines of block quotations that repeat speech from elsewhere in the document.
fn pull_quotes(page: &Page<'_>, settled: &Settled) -> HashSet<usize> {
    let normal = |text: &str| {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase()
    };
    let is_quote = |lines: &Range<usize>| page.lines[lines.start].layout == Layout::Quote;
    let (quotes, rest): (Vec<Range<usize>>, Vec<Range<usize>>) =
        settled.open_paragraphs(page).into_iter().partition(is_quote);
    let quoted: Vec<String> = quotes.iter().map(|lines| normal(&page.join(lines.clone()).text)).collect();
    let quoted: Vec<Vec<&str>> = quoted.iter().map(|text| text.split_whitespace().collect()).collect();
    // For each run of words, the quotations that contain it.
    let mut run_ids: HashMap<&[&str], usize> = HashMap::new();
    let mut holders: Vec<Vec<usize>> = Vec::new();
    for (at, words) in quoted.iter().enumerate() {
        for run in words.windows(QUOTED_RUN) {
            let id = *run_ids.entry(run).or_insert(holders.len());
            if id == holders.len() {
                holders.push(Vec::new());
            }
            holders[id].push(at);
        }
    }
    let mut repeated = HashSet::new();
    if run_ids.is_empty() {
        return repeated;
    }
    for lines in rest {
        let text = normal(&page.join(lines).text);
        let words: Vec<&str> = text.split_whitespace().collect();
        for id in words.windows(QUOTED_RUN).filter_map(|run| run_ids.get(run)) {
            // The quotations that contain a run need to be marked only once.
            let again = std::mem::take(&mut holders[*id]);
            repeated.extend(again.into_iter().map(|at| quotes[at].start));
        }
    }
    repeated
}
