//! The shapes of the beginning of a line: every way to read it as signs, a name and the signs that close the byline.
//!
//! **Input**: the visible text of a line, where its bold text ends, and the time on the line above or below it. **Output**:
//! [`Reading`]s, a bounded number for each line. Nothing is judged here: that a shape recurs, and that it contains names, is
//! left to `score`.

use std::fmt;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use plenary_corpus::clock;
use plenary_names::colon::ends_sentence;
use plenary_names::lexicon::Lexicon;
use plenary_names::text::constant_regex;

/// Maximum number of parts before or after the name.
const MOST_PARTS: usize = 10;

/// Maximum length of what precedes a name, in bytes.
const LONGEST_PREFIX: usize = 60;

/// Maximum length of a name with its brackets, in characters.
const LONGEST_NAME: usize = 140;

/// Maximum length of one bracket, in bytes.
const LONGEST_GROUP: usize = 120;

/// Maximum number of words of a name with what is printed beside it.
const MOST_WORDS: usize = 12;

/// One part of a byline beside the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Part {
    /// A punctuation mark or symbol.
    Sign(char),
    /// One blank beside a dash, or one that closes a name.
    Blank,
    /// Several blanks, a tab, or a wide blank.
    Gap,
    /// A time of the recording or of the day.
    Time,
    /// A number.
    Number,
    /// Words in brackets that begin with this sign.
    Group(char),
    /// The bold text begins or ends.
    Bold,
    /// The line ends.
    LineEnd,
}

/// What is constant in the bylines of a document: the parts before and after the name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Template {
    pub(super) before: Vec<Part>,
    pub(super) after: Vec<Part>,
}

impl Template {
    /// A sign that each line of this template has near its beginning.
    pub(super) fn own_sign(&self) -> Option<char> {
        self.parts().find_map(|part| match part {
            Part::Sign(sign) | Part::Group(sign) => Some(sign),
            _ => None,
        })
    }

    /// The parts before and after the name.
    pub(super) fn parts(&self) -> impl Iterator<Item = Part> + '_ {
        self.before.iter().chain(&self.after).copied()
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_parts(f, &self.before, true)?;
        f.write_str("NAME")?;
        write_parts(f, &self.after, false)?;
        let on_same_line = self.after.last() != Some(&Part::LineEnd);
        let joined = matches!(self.after.last(), Some(Part::Gap | Part::Blank))
            || matches!(self.after.last(), Some(Part::Sign(sign)) if is_dash(*sign));
        f.write_str(if on_same_line && !joined { " text" } else { "text" })
    }
}

fn write_parts(f: &mut fmt::Formatter<'_>, parts: &[Part], leads: bool) -> fmt::Result {
    let mut last: Option<Part> = None;
    for part in parts {
        let is_word = |part: &Part| matches!(part, Part::Time | Part::Number | Part::Group(_));
        let opens = matches!(part, Part::Sign(sign) if closing(*sign).is_some());
        let spaced = match last {
            None => !leads && (is_word(part) || opens && parts.contains(&Part::Time)),
            Some(Part::Time | Part::Number | Part::Group(_)) => is_word(part),
            Some(Part::Sign(sign)) => (is_word(part) || opens) && !is_open_sign(sign),
            _ => false,
        };
        if spaced {
            f.write_str(" ")?;
        }
        match part {
            Part::Sign(sign @ ('|' | '~' | '/' | '=' | '→' | '…')) if last != Some(*part) => write!(f, " {sign}")?,
            Part::Sign(sign) => write!(f, "{sign}")?,
            Part::Blank => f.write_str(" ")?,
            Part::Gap => f.write_str("   ")?,
            Part::Time => f.write_str("TIME")?,
            Part::Number => f.write_str("NUMBER")?,
            Part::Group(sign) => write!(f, "{sign}WORDS{}", closing(*sign).unwrap_or(*sign))?,
            Part::Bold => f.write_str("**")?,
            Part::LineEnd => f.write_str(" / ")?,
        }
        last = Some(*part);
    }
    let closes = matches!(last, Some(Part::Time | Part::Number | Part::Group(_)))
        || matches!(last, Some(Part::Sign(sign)) if !is_open_sign(sign) && (sign.is_ascii_punctuation() || is_dash(sign)));
    if leads && closes { f.write_str(" ") } else { Ok(()) }
}

/// A sign that is printed without a blank after it.
fn is_open_sign(sign: char) -> bool {
    closing(sign).is_some() || matches!(sign, '@' | '#' | '>' | '○' | '◯' | '〇' | '◎' | '●' | '■' | '□' | '◆' | '◇')
}

/// A time in or beside a byline: seconds from the start of the recording, or `None` for a time of day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Clock(pub(super) Option<f64>);

/// One way to read the beginning of a line as a byline.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub(super) template: Template,
    /// The name with what is printed beside it, in bytes of the line.
    pub(super) name: Range<usize>,
    /// Offset of the speech in the line; its length if the speech is on a line below.
    pub(super) speech: usize,
    /// The time in the byline.
    pub(super) time: Option<Clock>,
}

/// A line and its surroundings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t> {
    /// The visible text.
    pub(super) text: &'t str,
    /// Number of bytes at its start that are bold.
    pub(super) bold: usize,
    /// The line above consists of a time.
    pub(super) time_above: Option<Clock>,
    /// The line below consists of a time.
    pub(super) time_below: Option<Clock>,
    /// The line below begins with this dash.
    pub(super) dash_below: Option<char>,
}

static TIME: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"^(?P<day>\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4},?\s+)?(?:#(?P<fh>\d{1,2}):(?P<fm>\d{2}):(?P<fs>\d{2})(?:[-.,](?P<ff>\d{1,3}))?#|(?:(?P<h>\d{1,3})[:;](?P<m>\d{1,2})[:;](?P<s>\d{2})(?:[:;]\d{2})?|(?P<m2>\d{1,3}):(?P<s2>\d{2})|(?P<c>\d{1,2}\.\d{2}))(?:[.,](?P<f>\d{1,3}))?(?P<half>\s?[AaPp]\.?[Mm]\.?)?(?:\s*(?:-->|->|[-–—])\s*(?:\d{1,3}[:;])?\d{1,2}[:;]\d{2}(?:[:;]\d{2})?(?:[.,]\d{1,3})?)?)",
    )
});

/// The half of the day before a time, in scripts without capitals: `오전 7:02`, `午後3:10`.
static HALF_DAY: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^[\p{Hangul}\p{Han}]{2}\s?"));

/// A time at the start of a text: its length, and seconds from the start of the recording unless it is a time of day.
pub(in crate::find) fn time_at(text: &str) -> Option<(usize, Option<f64>)> {
    if !text.is_ascii()
        && let Some(half) =
            HALF_DAY.find(text).filter(|half| text[half.end()..].starts_with(|c: char| c.is_ascii_digit()))
    {
        return time_at(&text[half.end()..]).map(|(length, _)| (half.end() + length, None));
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || c == '#') {
        return None;
    }
    let found = TIME.captures(text)?;
    let number = |name: &str| found.name(name).and_then(|m| m.as_str().parse::<f64>().ok());
    let length = found[0].len();
    let mut behind = text[length..].chars();
    let goes_on = match behind.next() {
        Some(':' | ';') => behind.next().is_some_and(|c| c.is_ascii_digit()),
        next => next.is_some_and(char::is_alphanumeric),
    };
    // "2.05" is a time only with a.m. or p.m.
    if goes_on || found.name("c").is_some() && found.name("half").is_none() {
        return None;
    }
    let fraction = |name: &str| found.name(name).and_then(|m| format!("0.{}", m.as_str()).parse::<f64>().ok());
    let is_of_day = found.name("day").is_some() || found.name("half").is_some();
    let seconds =
        number("fs").or(number("s")).or(number("s2")).unwrap_or(0.0) + fraction("ff").or(fraction("f")).unwrap_or(0.0);
    let minutes = number("fm").or(number("m")).or(number("m2")).unwrap_or(0.0);
    let hours = number("fh").or(number("h")).unwrap_or(0.0);
    Some((length, (!is_of_day).then(|| clock::hms(hours, minutes, seconds))))
}

/// The time that a whole line consists of, with or without brackets.
pub(super) fn time_alone(text: &str) -> Option<Clock> {
    let inner = text.trim().trim_start_matches(['[', '(', '<']).trim_end_matches([']', ')', '>']);
    time_at(inner).filter(|(length, _)| *length == inner.len()).map(|(_, seconds)| Clock(seconds))
}

/// The sign that closes a bracket.
pub(super) fn closing(open: char) -> Option<char> {
    Some(match open {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        '<' => '>',
        '（' => '）',
        '［' => '］',
        '【' => '】',
        '〔' => '〕',
        '〈' => '〉',
        '《' => '》',
        _ => return None,
    })
}

fn is_closing(c: char) -> bool {
    matches!(c, ')' | ']' | '}' | '）' | '］' | '】' | '〕' | '〉' | '》')
}

pub(super) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '–' | '—' | '―' | '‒')
}

fn is_quote(c: char) -> bool {
    matches!(
        c,
        '"' | '“'
            | '”'
            | '„'
            | '«'
            | '»'
            | '‘'
            | '「'
            | '」'
            | '『'
            | '』'
            | '¿'
            | '¡'
            | '…'
            | '$'
            | '€'
            | '£'
            | '%'
    )
}

/// A pointed quotation mark, which also stands before items.
fn is_guillemet(c: char) -> bool {
    matches!(c, '»' | '«' | '›' | '‹')
}

/// Signs that end a sentence or clause, and so cannot be in a byline.
fn stops(c: char) -> bool {
    matches!(c, '?' | '!' | ';' | '।' | '॥' | '。' | '，' | '、' | '？' | '！' | '؟' | '،' | '；')
        || is_quote(c) && c != '"'
}

/// Signs that may be inside a name.
fn is_inside(c: char) -> bool {
    matches!(
        c,
        ',' | '\'' | '’' | '&' | '/' | '·' | '・' | '_' | '"' | '״' | '׳' | '+' | '*' | '#' | '@' | '‑' | '\u{ad}'
    ) || is_mark(c)
}

/// Whether a sign belongs to the letter before it: accents, and the vowel and tone signs of the scripts of India and South-East
/// Asia that are not letters by themselves.
fn is_mark(c: char) -> bool {
    !c.is_ascii()
        && matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}'
            | '\u{900}'..='\u{963}' | '\u{980}'..='\u{df3}' | '\u{e31}'..='\u{e4e}' | '\u{eb1}'..='\u{ecd}'
            | '\u{f71}'..='\u{fbc}' | '\u{102b}'..='\u{103e}' | '\u{1056}'..='\u{109d}' | '\u{17b4}'..='\u{17d3}'
            | '\u{200c}'..='\u{200f}')
}

/// The bracket at the start of a text: the range of its inner text, and its length. `<<` and `>>` are one bracket.
fn group(text: &str) -> Option<(Range<usize>, usize)> {
    let open = text.chars().next()?;
    let close = closing(open)?;
    let n_open = if open == '<' { text.chars().take_while(|c| *c == open).count() } else { 1 };
    let from = n_open * open.len_utf8();
    let mut depth = 1usize;
    for (at, c) in text[from..].char_indices().take_while(|(at, _)| *at <= LONGEST_GROUP) {
        depth += usize::from(c == open);
        depth -= usize::from(c == close);
        if depth == 0 {
            let after = &text[from + at..];
            let n_close = after.chars().take(n_open).take_while(|c| *c == close).count();
            return (n_close == n_open).then(|| (from..from + at, from + at + n_close * close.len_utf8()));
        }
    }
    None
}

/// Where a name may begin, with what precedes it.
struct Prefix {
    at: usize,
    parts: Vec<Part>,
    /// The bracket that encloses the name, and how often its sign is repeated.
    closes: Option<char>,
    time: Option<Clock>,
}

/// Every way to read the beginning of a line as a byline.
pub(super) fn readings(lexicon: &Lexicon, line: &Line<'_>) -> Vec<Reading> {
    let mut out = Vec::new();
    for prefix in prefixes(line) {
        for end in ends(lexicon, line, &prefix) {
            let name = line.text[prefix.at..end].trim_end();
            if name.is_empty() || !name.chars().any(char::is_alphanumeric) {
                continue;
            }
            let name = prefix.at..prefix.at + name.len();
            for (after, speech, time) in afters(line, name.end, &prefix) {
                let template = Template { before: prefix.parts.clone(), after };
                if out.len() < 24 && !out.iter().any(|known: &Reading| known.template == template) {
                    out.push(Reading { template, name: name.clone(), speech, time: time.or(prefix.time) });
                }
            }
        }
    }
    out
}

/// The places at which a name may begin: after the signs, numbers and times at the start, or after an opening bracket.
fn prefixes(line: &Line<'_>) -> Vec<Prefix> {
    let text = line.text;
    let mut out = Vec::new();
    let mut parts = Vec::new();
    let mut time = None;
    if let Some(above) = line.time_above {
        parts.extend([Part::Time, Part::LineEnd]);
        time = Some(above);
    }
    if line.bold > 0 {
        parts.push(Part::Bold);
    }
    let mut at = text.len() - text.trim_start().len();
    let start = at;
    while parts.len() < MOST_PARTS && at < text.len() && at - start <= LONGEST_PREFIX {
        let rest = &text[at..];
        let Some(c) = rest.chars().next() else { break };
        if let Some((length, seconds)) = time_at(rest) {
            parts.push(Part::Time);
            time = Some(Clock(seconds));
            at += length;
        } else if c.is_whitespace() {
            let length = rest.len() - rest.trim_start().len();
            if matches!(parts.last(), Some(Part::Sign(sign)) if is_dash(*sign)) {
                parts.push(Part::Blank);
            }
            at += length;
        } else if let Some(length) = number(rest) {
            parts.push(Part::Number);
            at += length;
        } else if c.is_alphanumeric() || c == '+' && rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
            out.push(Prefix { at, parts, closes: None, time });
            break;
        } else if is_guillemet(c) && rest[c.len_utf8()..].starts_with(' ') && parts.is_empty() {
            // "» Ann Lee | text": a quotation mark that opens a quotation has no blank behind it.
            parts.push(Part::Sign(c));
            at += c.len_utf8();
        } else if is_quote(c) || is_closing(c) {
            break;
        } else if let Some(close) = closing(c) {
            let Some((inner, length)) = group(rest) else { break };
            let words = &rest[inner.clone()];
            if let Some((of_time, seconds)) = time_at(words.trim())
                && of_time == words.trim().len()
            {
                time = Some(Clock(seconds));
                parts.extend([Part::Sign(c), Part::Time, Part::Sign(close)]);
            } else {
                if words.trim_start().starts_with(char::is_alphanumeric) {
                    let signs = rest[..inner.start].chars().map(Part::Sign);
                    let parts = parts.iter().copied().chain(signs).collect();
                    let blank = words.len() - words.trim_start().len();
                    out.push(Prefix { at: at + inner.start + blank, parts, closes: Some(close), time });
                }
                parts.push(Part::Group(c));
            }
            at += length;
        } else {
            parts.push(Part::Sign(c));
            at += c.len_utf8();
        }
    }
    out
}

/// The length of a number that is not the beginning of a word: "12", "T1" before a full stop.
fn number(text: &str) -> Option<usize> {
    let letters = text.bytes().take(2).take_while(u8::is_ascii_uppercase).count();
    let digits = text[letters..].bytes().take_while(u8::is_ascii_digit).count();
    let after = &text[letters + digits..];
    let ends = if letters > 0 { after.starts_with(". ") } else { !after.starts_with(char::is_alphanumeric) };
    (digits > 0 && ends).then_some(letters + digits)
}

/// Offsets at which the name that begins at a prefix may end.
fn ends(lexicon: &Lexicon, line: &Line<'_>, prefix: &Prefix) -> Vec<usize> {
    let text = line.text;
    let start = prefix.at;
    let mut out = Vec::new();
    let (mut skip_to, mut n_words, mut n_chars) = (start, 1usize, 0usize);
    let is_caseless = text[start..].starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase());
    let is_signed = prefix.parts.iter().any(|part| matches!(part, Part::Sign(sign) if !is_dash(*sign)));
    let mut push = |end: usize| {
        if !out.contains(&end) {
            out.push(end);
        }
    };
    let mut reached_end = true;
    for (offset, c) in text[start..].char_indices() {
        let at = start + offset;
        if at < skip_to {
            continue;
        }
        n_chars += 1;
        if n_chars > LONGEST_NAME || n_words > MOST_WORDS {
            reached_end = false;
            break;
        }
        if line.bold > 0 && at == line.bold {
            push(at);
        }
        let rest = &text[at..];
        let opens_token = at == start || text[..at].ends_with(char::is_whitespace);
        if opens_token && at > start && time_at(rest).is_some() {
            push(at);
            reached_end = false;
            break;
        }
        if prefix.closes == Some(c) {
            push(at);
            reached_end = false;
            break;
        }
        // "Ann Lee … text", "// ANN // text": signs that are also inside names close them after a blank.
        if opens_token && at > start && matches!(c, '…' | '/' | '*' | '#' | '=' | '_') {
            push(at);
            if c == '…' {
                reached_end = false;
                break;
            }
        }
        // "(speaker ?)": what a recogniser prints of a speaker whom it does not know.
        let is_not_known = c == '?' && opens_token && prefix.closes.is_some_and(|close| rest[1..].starts_with(close));
        if is_not_known {
            continue;
        }
        if stops(c) || is_closing(c) {
            reached_end = false;
            break;
        }
        if c.is_whitespace() {
            let blanks = rest.len() - rest.trim_start().len();
            let is_gap = blanks >= 2 && rest[..blanks].chars().count() >= 2 || matches!(c, '\t' | '\u{3000}');
            if is_gap && prefix.closes.is_none() && at + blanks < text.len() {
                push(at);
                reached_end = false;
                break;
            }
            if is_caseless && is_signed && n_words <= 3 {
                push(at);
            }
            n_words += 1;
            continue;
        }
        if let Some(close) = closing(c) {
            let Some((inner, length)) = group(rest) else {
                reached_end = false;
                break;
            };
            let words = rest[inner].trim();
            if opens_token && (time_at(words).is_some_and(|(length, _)| length == words.len()) || close == '>') {
                push(at);
            }
            skip_to = at + length;
            continue;
        }
        if c.is_alphanumeric() || is_inside(c) {
            continue;
        }
        let after = &rest[c.len_utf8()..];
        match c {
            ':' | '：' => {
                if c == ':' && after.starts_with(|c: char| c == '/' || c.is_ascii_digit()) {
                    continue;
                }
                push(at);
                reached_end = false;
                break;
            }
            '.' => {
                if after.is_empty() || after.starts_with(char::is_whitespace) {
                    push(at);
                    if ends_sentence(lexicon, text, at) {
                        reached_end = false;
                        break;
                    }
                }
            }
            '-' => {
                let is_spaced = opens_token || after.starts_with(char::is_whitespace) || after.starts_with('-');
                if is_spaced {
                    push(at);
                }
            }
            _ => push(at),
        }
    }
    if reached_end && prefix.closes.is_none() {
        push(text.len());
    }
    out
}

/// The signs after a name, the offset of the speech, and the time among the signs.
type After = (Vec<Part>, usize, Option<Clock>);

/// The ways to read what follows a name: all signs up to the speech, or those before a bracket.
fn afters(line: &Line<'_>, end: usize, prefix: &Prefix) -> Vec<After> {
    let text = line.text;
    let mut out: Vec<After> = Vec::new();
    let mut parts: Vec<Part> = Vec::new();
    let mut time = None;
    let mut at = end;
    let mut was_bold = false;
    let closes = |parts: &[Part]| parts.iter().any(|part| !matches!(part, Part::Blank | Part::Group(_) | Part::Number));
    while parts.len() < MOST_PARTS {
        if line.bold > 0 && !was_bold && at >= line.bold {
            was_bold = true;
            parts.push(Part::Bold);
        }
        let rest = &text[at..];
        if rest.trim().is_empty() {
            while parts.last() == Some(&Part::Blank) {
                parts.pop();
            }
            match (line.dash_below, line.time_below) {
                (Some(dash), _) if matches!(parts.last(), Some(Part::Sign('.'))) => {
                    parts.extend([Part::Blank, Part::Sign(dash), Part::Blank]);
                }
                (_, Some(below)) => {
                    time = Some(below);
                    parts.extend([Part::LineEnd, Part::Time, Part::LineEnd]);
                }
                _ => parts.push(Part::LineEnd),
            }
            out.push((parts, text.len(), time));
            return out;
        }
        let Some(c) = rest.chars().next() else { break };
        if c.is_whitespace() {
            let blanks = &rest[..rest.len() - rest.trim_start().len()];
            let is_gap = blanks.chars().count() >= 2 || matches!(c, '\t' | '\u{3000}');
            let next = rest.trim_start().chars().next().unwrap_or(' ');
            let beside_dash = is_dash(next) || matches!(parts.last(), Some(Part::Sign(sign)) if is_dash(*sign));
            if is_gap && !closes(&parts) {
                parts.push(Part::Gap);
            } else if beside_dash || parts.is_empty() && next.is_alphanumeric() {
                parts.push(Part::Blank);
            }
            at += blanks.len();
            // Between several blanks and the speech there may be a time only.
            continue;
        }
        if let Some((length, seconds)) = time_at(rest) {
            parts.retain(|part| *part != Part::Blank);
            parts.push(Part::Time);
            time = Some(Clock(seconds));
            at += length;
            continue;
        }
        let separates = c == '…' && parts.iter().all(|part| *part == Part::Blank);
        if c.is_alphanumeric() || is_quote(c) && !separates || matches!(c, '\'' | '’') {
            break;
        }
        if let Some(close) = closing(c) {
            let Some((inner, length)) = group(rest) else { break };
            let words = rest[inner].trim();
            if let Some((of_time, seconds)) = time_at(words)
                && of_time == words.len()
            {
                parts.retain(|part| *part != Part::Blank);
                parts.extend([Part::Sign(c), Part::Time, Part::Sign(close)]);
                time = Some(Clock(seconds));
            } else if words.chars().all(|c| !c.is_alphabetic()) {
                parts.extend([Part::Sign(c), Part::Number, Part::Sign(close)]);
            } else {
                if closes(&parts) {
                    out.push((parts.clone(), at, time));
                }
                parts.push(Part::Group(c));
            }
            at += length;
            continue;
        }
        parts.push(Part::Sign(c));
        at += c.len_utf8();
    }
    let is_blank = parts == [Part::Blank] && prefix.parts.iter().any(|part| matches!(part, Part::Sign(_)));
    if closes(&parts) || is_blank {
        out.push((parts, at, time));
    }
    out
}
