//! Bylines with the speech after them on the same line: `Name: text`, `Name. text`, `Name – text`, `**Name** text`.
//!
//! **Input**: the start of a paragraph or line. **Output**: candidates with their label and the place where the speech begins. Whether
//! the label is one of a speaker is decided by `plenary_names::labels`; which style the document uses is left to `styles`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::candidate::{Candidate, Place, in_capitals};
use crate::page::Page;
use crate::weights::Weights;
use plenary_corpus::{Reason, Span, Style, clock};
use plenary_names::bylines::{Byline, Reader};
use plenary_names::colon::{LONGEST_BYLINE, colon_label, ends_sentence, is_glued_colon, label_before_colon};
use plenary_names::labels::{self, Judgement, LabelKind};
use plenary_names::lexicon::Lexicon;
use plenary_names::text::constant_regex;

/// Maximum number of lines of a byline that shares a paragraph with its speech.
const BYLINE_LINES: usize = 8;

/// Maximum confidence of a form that also occurs in prose; it needs a label that recurs or looks like others.
const NEEDS_COMPANY: f32 = 0.45;

/// Maximum confidence of a label after a number, which may be an item of a list.
const NUMBERED: f32 = 0.55;

/// One way to read the start of a paragraph as a byline.
struct Reading {
    style: Style,
    /// The byline as printed.
    printed: String,
    /// Offset of the speech.
    speech: usize,
    /// Maximum confidence of this form without other evidence.
    trust: f32,
}

impl Reading {
    fn of(style: Style, printed: String, speech: usize, trust: f32) -> Self {
        Self { style, printed, speech, trust }
    }
}

/// A reading with the parts of its byline and the judgement of its label.
type Labelled = (Reading, Byline, Judgement);

/// Bylines at the start of some lines, with the speech after them on the same line. `inside` says that the lines are inside a
/// paragraph.
pub(crate) fn leading(page: &Page<'_>, lines: Range<usize>, inside: bool, reader: &mut Reader<'_>) -> Vec<Candidate> {
    let lexicon = page.lexicon;
    let head = lines.start..lines.end.min(lines.start + BYLINE_LINES);
    let mapped = page.join_at_most(head.clone(), LONGEST_BYLINE * 4);
    let text = &*mapped.text;
    let bold = page.bold_lead(head);
    let mut prefix = prefix(lexicon, text);
    prefix.emphasis = page.lines[lines.start].spaced_lead;
    let rest = &text[prefix.length..];
    if has_leaders(page.lines[lines.start].text()) {
        return Vec::new();
    }
    // "§ *Mr. Lee* asked": in old debates the sign of a speech is before a label in italics.
    let italic = if text.trim_start().starts_with('§') { page.lines[lines.start].italic_lead } else { 0 };
    let found = if italic > prefix.length && italic < text.len() && text.is_char_boundary(italic) {
        let printed = text[prefix.length..italic].trim().to_string();
        let speech = text.len() - text[italic..].trim_start().len();
        labelled(vec![Reading::of(Style::BoldInline, printed, speech, 1.0)], &prefix, reader)
    } else if bold > 0 {
        labelled(bold_label(lexicon, text, bold, prefix.length).into_iter().collect(), &prefix, reader)
    } else {
        plain(rest, &prefix, reader)
    };
    let start_offset = text.len() - text.trim_start().len();
    let candidate = |(reading, byline, judgement): Labelled| {
        let start = mapped.source_start(start_offset);
        let end = mapped.source_end(reading.speech.min(text.len()).max(start_offset));
        let speech = if reading.speech < text.len() { mapped.source_start(reading.speech) } else { end };
        let form = judgement.quality;
        let mut weights = Weights::of_form(judgement.kind, form).then(Reason::ChanceMark, form.min(reading.trust));
        if prefix.is_numbered {
            weights.to(Reason::Numbered, weights.now().min(NUMBERED));
        }
        let place = Place {
            line: lines.start,
            byline: Span::new(start, end.max(start)),
            speech_line: page.line_of(speech).clamp(lines.start, lines.end - 1),
            speech,
        };
        let time_start_s = prefix.time_start_s;
        let printed = Candidate::printed(reading.style, byline, judgement.kind, place, weights);
        Candidate { time_start_s, inside, ..printed }
    };
    found.into_iter().map(candidate).collect()
}

/// Quality of a label whose letters have blanks between them, and its maximum number of words.
const EMPHASISED: f32 = 0.6;
const MOST_EMPHASISED_WORDS: usize = 4;

/// The readings with a label of a speaker; if there is none, the first whose label may be a misread one.
fn labelled(readings: Vec<Reading>, prefix: &Prefix, reader: &mut Reader<'_>) -> Vec<Labelled> {
    let lexicon = reader.lexicon;
    let mut out = Vec::new();
    let mut misread = None;
    for reading in readings {
        let to = prefix.is_addressed.then(|| reader.lexicon.patterns().chat_to.find(&reading.printed)).flatten();
        let from = to.map_or(reading.printed.as_str(), |to| &reading.printed[..to.start()]);
        let (byline, judgement) = reader.read(from);
        let judgement = judgement.or_else(|| {
            // Between a time and a colon there is a name, even if it has the form of a user name in a chat.
            (prefix.has_time && reading.style == Style::Colon && labels::is_user_name(&byline.label))
                .then_some(Judgement { kind: LabelKind::Word, quality: 0.5 })
        });
        // In print of the time, blanks between letters are what bold type is today.
        let is_emphasised = reading.style == Style::Colon
            && prefix.emphasis > prefix.length
            && prefix.emphasis < reading.speech
            && byline.label.split_whitespace().count() <= MOST_EMPHASISED_WORDS;
        let judgement = if is_emphasised && !labels::is_not_speaker(lexicon, &byline.label) {
            let form = judgement.unwrap_or(Judgement { kind: LabelKind::Word, quality: EMPHASISED });
            Some(Judgement { quality: form.quality.max(EMPHASISED), ..form })
        } else {
            judgement
        };
        match judgement {
            // "Well. I think so": before a full stop, plain words are labels only if they are in capitals.
            Some(Judgement { kind: LabelKind::Word, .. })
                if reading.style == Style::Period && !in_capitals(&byline.label) => {}
            Some(_) if is_vocative(lexicon, &reading.printed) => {}
            Some(judgement) => out.push((reading, byline, judgement)),
            None if matches!(reading.style, Style::Colon | Style::BoldInline)
                && ends_with_name(lexicon, &byline.label) =>
            {
                let quality = if reading.style == Style::BoldInline { 0.5 } else { UNKNOWN_OFFICE };
                out.push((reading, byline, Judgement { kind: LabelKind::Person, quality }));
            }
            None if misread.is_none() => {
                misread = unreadable(&byline.label).map(|judgement| (reading, byline, judgement));
            }
            None => {}
        }
    }
    if out.is_empty() { misread.into_iter().collect() } else { out }
}

/// Confidence of a label that ends with a name behind an office that the lexicon does not know; it needs a document whose paragraphs
/// begin with labels throughout.
pub(super) const UNKNOWN_OFFICE: f32 = 0.3;

/// Whether a label may be an office that the lexicon does not know, with the full name of its holder at the end: "Místopředseda vlády
/// a ministr lesů Bo Hill".
pub(super) fn ends_with_name(lexicon: &Lexicon, label: &str) -> bool {
    const FEWEST: usize = 4;
    const MOST: usize = 12;
    let words: Vec<&str> = label.split_whitespace().collect();
    if !(FEWEST..=MOST).contains(&words.len()) || label.contains([',', '"', '“', '„', '«', ';', '?', '!', '%']) {
        return false;
    }
    let begins = |word: &&str| word.starts_with(char::is_uppercase);
    let is_plain = |word: &str| word.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’' | '.'));
    let is_name_word = |word: &&str| {
        let lower = word.to_lowercase();
        let is_other = lexicon.is_function_word(&lower) || labels::is_honorific(lexicon, &lower);
        begins(word) && !is_other && word.chars().nth(1).is_some()
    };
    begins(&words[0])
        && words.iter().all(|word| is_plain(word))
        && words[words.len() - 2..].iter().all(is_name_word)
        && !words.iter().any(|word| lexicon.is_clause_opener(&word.to_lowercase()))
        && labels::judge(lexicon, &words[words.len() - 2..].join(" "))
            .is_some_and(|found| found.kind == LabelKind::Person)
}

/// Whether a text begins by addressing the chair and continues with a clause: "Mr. Speaker, the keeper of the mill has left us".
fn is_vocative(lexicon: &Lexicon, printed: &str) -> bool {
    const SHORTEST: usize = 4;
    let Some((head, rest)) = printed.split_once([',', '，']) else { return false };
    let rest = rest.trim_start();
    let n_small = rest.split_whitespace().filter(|word| word.starts_with(char::is_lowercase)).count();
    labels::is_chair_label(lexicon, head)
        && rest.starts_with(char::is_lowercase)
        && !rest.contains(['(', '['])
        && n_small >= SHORTEST
        && n_small * 10 >= rest.split_whitespace().count() * 6
}

/// Readings of a start in one typeface: the more reliable ones or, if those find no label, the others.
fn plain(rest: &str, prefix: &Prefix, reader: &mut Reader<'_>) -> Vec<Labelled> {
    let mut misread = Vec::new();
    let lexicon = reader.lexicon;
    // Some languages end sentences with a colon, so a dash directly behind a name in capitals is read first.
    let loud = labelled(loud_dash_reading(lexicon, rest, prefix.length).into_iter().collect(), prefix, reader);
    if loud.iter().any(|(_, _, judgement)| judgement.quality > 0.0) {
        return loud;
    }
    let colon = if prefix.has_time { timed_readings } else { colon_readings };
    for readings in [colon, marked_readings, chance_readings] {
        let found = labelled(readings(lexicon, rest, prefix.length), prefix, reader);
        if found.iter().any(|(_, _, judgement)| judgement.quality > 0.0) {
            return found;
        }
        if misread.is_empty() {
            misread = found;
        }
    }
    misread
}

fn colon_readings(lexicon: &Lexicon, rest: &str, from: usize) -> Vec<Reading> {
    colon_readings_of(rest, from, colon_label(lexicon, rest))
}

/// After a time there is a label in any case, so short words before a full stop are abbreviations.
fn timed_readings(lexicon: &Lexicon, rest: &str, from: usize) -> Vec<Reading> {
    const SHORT: usize = 4;
    let word = |at: usize| rest[..at].rsplit(char::is_whitespace).next().map_or(0, |word| word.chars().count());
    let found = label_before_colon(rest, |text, at| {
        ends_sentence(lexicon, text, at) && (word(at) > SHORT || !text[at..].starts_with('.'))
    });
    colon_readings_of(rest, from, found)
}

fn colon_readings_of(rest: &str, from: usize, found: Option<(String, usize)>) -> Vec<Reading> {
    if rest.starts_with(['○', '◯', '〇', '◎', '◆'])
        && let Some(found) = CIRCLED.captures(rest)
    {
        return vec![Reading::of(Style::Colon, found[1].to_string(), from + found[0].len(), 1.0)];
    }
    // "O Sr. Presidente: — Está aberta a sessão."
    let behind_dash = |speech: usize| {
        let after = rest[speech..].trim_start_matches(['—', '–']);
        if after.starts_with(' ') { rest.len() - after.trim_start().len() } else { speech }
    };
    let trust = |printed: &str| if is_glued_colon(rest, printed.len()) { NEEDS_COMPANY } else { 1.0 };
    found
        .map(|(printed, speech)| (trust(&printed), printed, speech))
        .map(|(trust, printed, speech)| Reading::of(Style::Colon, printed, from + behind_dash(speech), trust))
        .into_iter()
        .collect()
}

/// `NAME-Text`: a name in capitals, and a dash without blanks on both sides.
fn loud_dash_reading(lexicon: &Lexicon, rest: &str, from: usize) -> Option<Reading> {
    const LONGEST_LABEL: usize = 60;
    if !has_dash(rest) || !rest.starts_with(char::is_uppercase) {
        return None;
    }
    let found = LOUD_DASH.captures(rest)?;
    let (label, dash, speech) = (found.name("label")?, found.name("dash")?, found.name("speech")?);
    if label.as_str().chars().count() > LONGEST_LABEL {
        return None;
    }
    let is_spaced = dash.start() > label.end() && speech.start() > dash.end();
    // "ANNA-Maria: Yes."
    let is_label = NAME_AND_COLON.is_match(&rest[speech.start()..]);
    // "EU-Kommissar Hahn: Danke.": a hyphen also joins words.
    let is_joined = || {
        let n_words = label.as_str().split([' ', '.']).filter(|word| !word.is_empty()).count();
        // "A.PETROSYAN-Shnorhakalutyun": behind an initial there is a name.
        let has_initial = label.as_str().contains('.');
        let is_longer = || colon_label(lexicon, rest).is_some_and(|(printed, _)| printed.len() > label.end());
        n_words < 2 || !has_initial && is_longer()
    };
    let is_excluded = is_spaced || is_label || dash.as_str() == "-" && is_joined();
    (!is_excluded).then(|| Reading::of(Style::Dash, label.as_str().to_string(), from + speech.start(), NEEDS_COMPANY))
}

/// Readings whose signs are rare in prose.
fn marked_readings(lexicon: &Lexicon, rest: &str, from: usize) -> Vec<Reading> {
    let mut out = Vec::new();
    let found = lexicon.patterns().label_and_period.captures(rest);
    out.extend(found.filter(|found| !is_initial(lexicon, rest, found[0].len())).map(|found| {
        let printed = found[0].trim_end().trim_end_matches('.').to_string();
        Reading::of(Style::Period, printed, from + found[0].len(), 1.0)
    }));
    // "MR. LEE (Leeds) said, that": the verb belongs to the speech.
    let begins_loud = rest.chars().take(3).all(|c| c.is_uppercase() || c == '.') && rest.len() > 3;
    let indirect = if begins_loud { lexicon.patterns().indirect.captures(rest) } else { None };
    out.extend(indirect.map(|found| {
        let speech = rest.len() - rest[found[1].len()..].trim_start_matches([',', ' ']).len();
        Reading::of(Style::Period, found[1].trim_end().to_string(), from + speech, 1.0)
    }));
    if has_dash(rest) {
        let found = DASH.captures(rest);
        out.extend(found.map(|found| Reading::of(Style::Dash, found[1].to_string(), from + found[0].len(), 1.0)));
    }
    out
}

/// Whether the letter and full stop that end at an offset are the initial of a name with something in brackets, and not the letter of a
/// question or answer: "R. BERG (LŽP). Thank you."
fn is_initial(lexicon: &Lexicon, rest: &str, end: usize) -> bool {
    let is_letter = rest[..end].chars().filter(|c| c.is_alphabetic()).count() == 1;
    is_letter && period_label(lexicon, rest).is_some_and(|(printed, _)| printed.len() > end && printed.ends_with(')'))
}

/// Readings that fit many sentences.
fn chance_readings(lexicon: &Lexicon, rest: &str, from: usize) -> Vec<Reading> {
    let reading =
        |style, printed: &str, speech: usize| Reading::of(style, printed.to_string(), from + speech, NEEDS_COMPANY);
    let mut out = Vec::new();
    // "Q Did you see it?": single letters are checked against the other candidates later.
    let is_letter = rest.chars().nth(1) == Some(' ');
    let letter = if is_letter { lexicon.patterns().letter.captures(rest) } else { None };
    out.extend(letter.map(|found| reading(Style::Period, &found[1], found[1].len() + 1)));
    out.extend(period_label(lexicon, rest).map(|(printed, speech)| reading(Style::Period, &printed, speech)));
    out.extend(INITIALS.captures(rest).map(|found| reading(Style::Period, found[1].trim(), found[1].len())));
    let dash = if has_dash(rest) { PLAIN_DASH.captures(rest) } else { None };
    out.extend(
        dash.filter(|found| is_speech(&rest[found[0].len()..]))
            .map(|found| reading(Style::Dash, &found[1], found[0].len())),
    );
    let tab = TAB.captures(rest).filter(|found| !rest[found[0].len()..].contains('\t'));
    out.extend(tab.map(|found| reading(Style::Colon, &found[1], found[0].len())));
    out
}

/// Whether there may be a dash within the length of a byline.
fn has_dash(text: &str) -> bool {
    // The first byte of the dashes of Latin and of Arabic scripts.
    text.bytes().take(LONGEST_BYLINE).any(|byte| matches!(byte, b'-' | 0xE2 | 0xD9))
}

/// Whether the text after a name and a dash is speech and not an office: it ends like a sentence or is long.
fn is_speech(text: &str) -> bool {
    text.trim_end().ends_with(['.', '!', '?', '…', '"', '”', '»', ')', '؟', '。'])
        || text.split_whitespace().nth(12).is_some()
}

/// Whether a line has rows of dots, as between an entry of a list and its page or person.
pub(super) fn has_leaders(text: &str) -> bool {
    text.contains(". . .") || text.contains(".....")
}

/// What precedes a label: signs of a new speaker, a number, a time.
#[derive(Default)]
struct Prefix {
    /// Length in bytes.
    length: usize,
    is_numbered: bool,
    has_time: bool,
    /// The label also names the recipient: "From Ann Lee to Everyone".
    is_addressed: bool,
    /// Seconds from the start of the recording; `None` for a time of day.
    time_start_s: Option<f64>,
    /// Offset at which words with blanks between their letters end, if a line begins with some; 0 otherwise.
    emphasis: usize,
}

static MARKS: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^\s*(?:>{1,3}\s*|§\s*|[-–—•▪‣●►]\s+)"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^\s*(?:\d{1,4}[.)]|\d{1,3}(?:\.\d{1,3})+\.?)\s+"));
/// A speech with its number: "Anf. 12 Ann Lee (S):", "#12 Ann Lee:".
static NUMBERED_SPEECH: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^(?:\p{Lu}\p{L}{1,7}\.\s*|#\s?|№\s*)\d{1,4}[.)]?\s+"));
/// The number of a question before the person who asks it: "Q12 Ann Lee:".
static NUMBERED_QUESTION: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^\p{Lu}\d{1,4}\s+(?:\p{Lu}[^:.?!]{1,60}:)"));
/// The number of a question before its letter, "12   Q.  Why?", or both before the person who asks it: "12   Q.   MR. LEE: Why?".
static QUESTION: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"^(?:(?P<named>(?:\d{1,4}\s+)?(?P<letter>\p{Lu})\.?\s+)(?P<who>\p{Lu}[\p{Lu}\p{M}.'’ -]{2,}):\s|(?P<number>\d{1,4}\s{2,})(?P<number_letter>\p{Lu})\.\s)",
    )
});
/// "○Name　text" in Japanese minutes.
static CIRCLED: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^[○◯〇◎◆]\s*([^\s　：:]{2,24})[　\s]+"));

/// Whether a label in capitals names who asks. "BY MR. LEE" announces an examination.
fn names_somebody(lexicon: &Lexicon, label: &str) -> bool {
    let first = label.split_whitespace().next().unwrap_or("").to_lowercase();
    let is_speaker = |found: Judgement| found.kind != LabelKind::Word && found.quality >= 0.5;
    !lexicon.is_function_word(&first) && labels::judge(lexicon, label).is_some_and(is_speaker)
}

fn prefix(lexicon: &Lexicon, text: &str) -> Prefix {
    const LONGEST_NUMBER: usize = 16;
    const LONGEST_NAME: usize = 100;
    let mut prefix = Prefix { length: text.len() - text.trim_start().len(), ..Prefix::default() };
    let has_number = text[prefix.length..].bytes().take(LONGEST_NUMBER).any(|byte| byte.is_ascii_digit());
    if has_number && let Some(number) = NUMBERED_SPEECH.find(&text[prefix.length..]) {
        prefix.length += number.end();
        prefix.is_numbered = true;
        return prefix;
    }
    if has_number && NUMBERED_QUESTION.is_match(&text[prefix.length..]) {
        let rest = &text[prefix.length..];
        prefix.length = text.len() - rest.trim_start_matches(|c: char| !c.is_whitespace()).trim_start().len();
        prefix.is_numbered = true;
        return prefix;
    }
    if let Some(question) = QUESTION.captures(&text[prefix.length..])
        && let Some(letter) = question.name("letter").or(question.name("number_letter"))
        && lexicon.is_question_label(&letter.as_str().to_lowercase())
        && question.name("who").is_none_or(|who| who.len() <= LONGEST_NAME && names_somebody(lexicon, who.as_str()))
    {
        prefix.length += question.name("named").or(question.name("number")).map_or(0, |before| before.end());
        return prefix;
    }
    if text[prefix.length..].starts_with(char::is_alphabetic) {
        return prefix;
    }
    if let Some(marks) = MARKS.find(&text[prefix.length..]) {
        prefix.length += marks.end();
    }
    if let Some(number) = NUMBER.find(&text[prefix.length..]) {
        prefix.length += number.end();
        prefix.is_numbered = true;
    }
    if let Some(time) = TIME.captures(&text[prefix.length..]) {
        prefix.length += time[0].len();
        prefix.has_time = true;
        prefix.time_start_s = seconds(&time);
        // Exported chats: "10:02:11 From Ann Lee to Everyone : text".
        if let Some(from) = lexicon.patterns().chat_from.find(&text[prefix.length..]) {
            let behind = &text[prefix.length + from.end()..];
            prefix.length = text.len() - behind.trim_start().len();
            prefix.is_addressed = true;
        }
    }
    prefix
}

/// A time before a label, with an optional date before it and an optional a.m. or p.m. or end after it.
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"^[\[(<#]?(?P<day>\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4},?\s+)?(?:(?P<h>\d{1,2}):)?(?P<m>\d{1,2}):(?P<s>\d{2})(?:[.,]\d{1,3}|-\d{1,3}#)?(?P<half>\s?[AaPp]\.?[Mm]\.?)?(?:\s*(?:-->|[-–—])\s*(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?)?[\])>#]?\s*[-–—]?\s+",
    )
});

/// Seconds from the start of the recording; `None` for a time of day, which has a date or a.m. or p.m.
pub(crate) fn seconds(found: &regex::Captures<'_>) -> Option<f64> {
    if found.name("day").is_some() || found.name("half").is_some() {
        return None;
    }
    let number = |name: &str| found.name(name).and_then(|m| m.as_str().parse::<f64>().ok()).unwrap_or(0.0);
    Some(clock::hms(number("h"), number("m"), number("s")))
}

/// `Name. - text`, as in the European Parliament.
static DASH: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"^([^.:!?\n]{2,110}?(?:[.][^.:!?\n]{1,60}?){0,5}(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?)\.\s+[–—-]\s+(?:\([A-Z]{2}\)\s+)?",
    )
});

/// `NAME-Text`, `NAME –Text`: no small letter before the dash, and a capital with another sign than a capital behind it.
static LOUD_DASH: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"^(?P<label>[^\p{Ll}:!?;\d]*?\p{Lu}\p{M}*\p{Lu}\p{M}*)\s?(?P<dash>[–—―-])\s?(?P<speech>[\x22“«„¿¡(…]*\p{Lu}(?:[^\p{Lu}\p{Nd}]|$))",
    )
});
static NAME_AND_COLON: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^\p{L}+:\s+\S"));

/// `SURNAME I. Text`: the full stop of an initial ends the label.
static INITIALS: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^(\p{Lu}[\p{L}'’]+(?:-\p{Lu}[\p{L}'’]+)?\s+(?:\p{Lu}\.\s?){2}\s*)\p{Lu}"));

/// `Name – text`. Persian records print the sign that lengthens words (U+0640) as a dash.
static PLAIN_DASH: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^([^:!?;–—\t]{2,70}?)\s+[–—\x{640}-]\s+"));

/// `Name<tab>text`.
static TAB: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^([^\t.:!?;]{1,40}?)\s*\t\s*"));

/// The mark of a note after the full stop of a label: `MR. HART.[1]`.
static NOTE_MARK: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^\[\d{1,3}\](?:\s|$)"));

/// A label that ends at the first full stop, and the offset of the speech.
fn period_label(lexicon: &Lexicon, text: &str) -> Option<(String, usize)> {
    const LONGEST: usize = 100;
    let mut depth = 0usize;
    for (at, c) in text.char_indices().take_while(|(at, _)| *at < LONGEST) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '!' | '?' | ';' | ':' | '–' | '—' if depth == 0 => return None,
            '.' if depth == 0 && is_shortened_in_capitals(text, at) => {}
            '.' if depth == 0 && (ends_sentence(lexicon, text, at) || NOTE_MARK.is_match(&text[at + 1..])) => {
                let mark = NOTE_MARK.find(&text[at + 1..]).map_or(0, |mark| mark.end());
                let rest = text[at + 1 + mark..].trim_start();
                let speaks = rest.starts_with(|c: char| !c.is_lowercase() && !matches!(c, '–' | '—' | '-'));
                // "SEC. 2. Definitions" is a numbered section.
                let is_number = NUMBER.is_match(rest);
                return (speaks && !is_number && !rest.is_empty())
                    .then(|| (text[..at].to_string(), text.len() - rest.len()));
            }
            _ => {}
        }
    }
    None
}

/// Whether the full stop at an offset ends a shortened first name in capitals before a surname with something in brackets: "JUST. BERG
/// (LŽP). Thank you."
fn is_shortened_in_capitals(text: &str, at: usize) -> bool {
    const LONGEST: usize = 5;
    let is_loud = |text: &str| text.chars().count() > 1 && text.chars().all(char::is_uppercase);
    let mut words = text[at + 1..].split_whitespace();
    text[..at].chars().count() <= LONGEST
        && is_loud(&text[..at])
        && words.next().is_some_and(is_loud)
        && words.next().is_some_and(|word| word.starts_with('('))
}

/// A label in bold at the start of `text`, with the speech after it or in bold too ("**Q: Why?**").
fn bold_label(lexicon: &Lexicon, text: &str, bold: usize, from: usize) -> Option<Reading> {
    let bold = text.floor_char_boundary(bold).max(from);
    let label = &text[from..bold];
    let rest = &text[bold..];
    if let Some((inner, speech)) = colon_label(lexicon, label)
        && from + speech < bold
        && !label[speech..].trim().is_empty()
    {
        return Some(Reading { style: Style::Colon, printed: inner, speech: from + speech, trust: 1.0 });
    }
    if label.chars().count() > 240 {
        return None;
    }
    if rest.trim().is_empty() {
        return None;
    }
    let trimmed = rest.trim_start();
    let skip = trimmed.len() - trimmed.trim_start_matches([':', '：', '.', '-', '–', '—', ',']).trim_start().len();
    let mut speech = bold + (rest.len() - trimmed.len()) + skip;
    let mut printed = label.to_string();
    let has_mark = label.trim_end().ends_with([':', '.', '：']) || skip > 0;
    // "**Ann Lee** (Acme): text": the text between bold and colon belongs to the byline.
    if !has_mark
        && let Some((between, at)) = colon_label(lexicon, trimmed)
        && (between.trim_start().starts_with('(') || between.trim_start().starts_with(','))
    {
        printed = format!("{label} {between}");
        speech = bold + (rest.len() - trimmed.len()) + at;
    } else if !has_mark && trimmed.starts_with(char::is_lowercase) {
        return None;
    }
    Some(Reading { style: Style::BoldInline, printed, speech, trust: 1.0 })
}

/// The judgement of a short text that does not have the form of a label but may be a misread one: its confidence is 0 unless it
/// resembles a label that recurs.
pub(crate) fn unreadable(label: &str) -> Option<Judgement> {
    const LONGEST: usize = 48;
    let n_words = label.split_whitespace().count();
    let fits = (1..=6).contains(&n_words)
        && label.len() <= LONGEST
        && label.chars().filter(|c| c.is_alphabetic()).count() >= 5;
    fits.then_some(Judgement { kind: LabelKind::Word, quality: 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_ends_at_the_first_colon_outside_brackets() {
        assert_eq!(
            colon_label(Lexicon::builtin(), "The Chair (Hon. A. Hill (Simcoe, Lib.)): Order."),
            Some(("The Chair (Hon. A. Hill (Simcoe, Lib.))".into(), 41))
        );
        assert_eq!(
            colon_label(Lexicon::builtin(), "We met at 10:30 and left: nobody came."),
            Some(("We met at 10:30 and left".into(), 26))
        );
        assert_eq!(colon_label(Lexicon::builtin(), "I said so. Note: it was late."), None);
        assert_eq!(colon_label(Lexicon::builtin(), "Mr. J. Hill: yes"), Some(("Mr. J. Hill".into(), 13)));
    }

    #[test]
    fn numbers_and_letters_before_prose_and_announcements_are_no_questions() {
        let skipped = |text: &str| prefix(Lexicon::builtin(), text).length;
        assert_eq!(skipped("12   Q.  Why was it shut?"), 5);
        assert_eq!(skipped("12   Q.   MR. LEE: Why was it shut?"), 10);
        for text in ["Q.  BY MR. LEE: Why?", "Q.  NOTE: it was late.", "B.   MR. LEE: Why?"] {
            assert_eq!(skipped(text), 0, "{text}");
        }
    }

    #[test]
    fn dashes_and_full_stops_end_bylines() {
        assert_eq!(&DASH.captures("Ann Hill (PPE). – (DE) Herr Präsident").unwrap()[1], "Ann Hill (PPE)");
        assert_eq!(&DASH.captures("Ann Hill, rapporteur. - Mr President").unwrap()[1], "Ann Hill, rapporteur");
        assert_eq!(
            &Lexicon::builtin().patterns().label_and_period.captures("Mr. BYRD. Mr. President, I").unwrap()[1],
            "Mr. BYRD"
        );
        assert_eq!(
            &Lexicon::builtin()
                .patterns()
                .label_and_period
                .captures("The PRESIDING OFFICER (Mr. Hill). Without objection")
                .unwrap()[1],
            "The PRESIDING OFFICER (Mr. Hill)"
        );
        assert!(Lexicon::builtin().patterns().label_and_period.captures("Mr. President, I rise.").is_none());
    }
}
