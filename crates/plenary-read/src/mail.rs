//! Messages of a mailing list, as a digest, an archive or a mailbox holds them, to lines and turns.
//!
//! **Input:** decoded text. **Output:** the lines of the file; each message is a turn of its sender, with the address as the id of the
//! person. Headers, quoted lines, the line that introduces a quotation, signatures, what a list adds below a message and what a
//! message repeats below itself are lines of no turn. **Refused:** nothing. **Warned about:** messages whose text is encoded, which are lines of no turn as well.
//! **Left to others:** single messages and threads without headers, which are plain text.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::error::Problem;
use super::file::File;
use super::parts::Parts;
use super::plain::{is_ornament, source_lines};
use plenary_corpus::{Declared, Format, Span, Turn};
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;
use plenary_names::text::constant_regex;

/// A line that may open headers: "From: Ann Lee <ann@example.org>".
static HEADER: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^[A-Z][A-Za-z-]{1,40}:(?:\s|$)"));

/// A line among headers, with any name that mail allows: "x-originating-ip:[10.0.0.1]". An address of a page is none.
static INNER_HEADER: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^([A-Za-z][!-9;-~]*):\s*((?:\s/|[^/\s]).*)?$"));

/// A line that begins with a label of a speaker: "MS LAKE: Good morning."
static LABEL: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^\s*(\p{Lu}[^:]{0,40}):\s+\S"));

/// The line above a message in a mailbox: "From ann@example.org  Mon Feb  7 09:14:52 2005".
static FROM_LINE: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^From \S.{0,120} \d{2}:\d{2}(?::\d{2})? .{0,12}\d{4}$"));

/// A time of day or an address, as in the line that introduces a quotation.
static TIME_OR_ADDRESS: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"\d{1,2}:\d{2}|\S@\S"));

/// An address of a list or of its page.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"\S@\S|\S at \S+\.\S|://|\bwww\."));

/// The sender's own line that begins with "From ", as a mailbox writes it.
static ESCAPED_FROM: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^>+From "));

/// Headers that people do not write in a text: one of them is beside `From` in each message.
const OTHER_HEADERS: [&str; 4] = ["date", "sent", "subject", "message-id"];

/// Maximum number of lines of a signature and of an introduction of a quotation.
const SIGNATURE_LINES: usize = 4;
const INTRODUCTION_LINES: usize = 3;

/// Maximum number of lines with words in what a list adds below a message.
const FOOTER_LINES: usize = 8;

/// Maximum number of labels of one address: an address with more is that of a list, which stands for many senders.
const MOST_LABELS: usize = 3;

/// Maximum number of words of a label that count as words of a name.
const MOST_WORDS_OF_NAME: usize = 10;

/// A message: the lines of its headers and of its text.
struct Message<'t> {
    head: Range<usize>,
    text: Range<usize>,
    headers: HashMap<String, String>,
    sender: Sender<'t>,
}

/// Who sent a message.
#[derive(Default)]
struct Sender<'t> {
    label: String,
    address: Option<String>,
    /// Words of the label, and of the other labels of the address.
    words: Vec<&'t str>,
}

/// Words of the names of all senders.
struct Names<'t> {
    written: HashSet<&'t str>,
    small: BTreeSet<String>,
}

impl<'t> Names<'t> {
    fn of(messages: &[Message<'t>]) -> Self {
        let written: HashSet<&str> = messages.iter().flat_map(|message| message.sender.words.iter().copied()).collect();
        let small = written.iter().map(|word| word.to_lowercase()).collect();
        Self { written, small }
    }

    /// Whether a word is part of a name, or a name in short: "Theo" for Theodora. Small letters must be those of the name, as
    /// "will" is not Will.
    fn has(&self, word: &str) -> bool {
        const SHORTEST: usize = 3;
        const SHORTEST_START: usize = 4;
        let n = word.chars().count();
        if n < SHORTEST || self.written.contains(word) {
            return n >= SHORTEST;
        }
        let small = word.to_lowercase();
        word.starts_with(char::is_uppercase)
            && (self.small.contains(&small)
                || n >= SHORTEST_START
                    && self.small.range(small.clone()..).next().is_some_and(|name| name.starts_with(&small)))
    }
}

/// Whether a file holds several messages with their headers, or one and has the extension of a mailbox.
pub(crate) fn is_mail(file: &File<'_>) -> bool {
    let text = file.text();
    let may_be = || text.contains("\nFrom: ") || text.starts_with("From: ");
    if !may_be() {
        return false;
    }
    let lines = lines(text);
    if file.has_extension_of(Format::Mail) { messages(&lines).next().is_some() } else { are_messages(&lines) }
}

/// Whether a text consists of messages: there are two or more, and they are not quoted in a transcript or the heads of its sessions. In
/// these, lines that begin with a label that recurs outnumber the messages.
fn are_messages(lines: &[&str]) -> bool {
    let heads: Vec<Range<usize>> = messages(lines).collect();
    let (Some(first), true) = (heads.first(), heads.len() > 1) else { return false };
    let mut n_of_label: HashMap<&str, usize> = HashMap::new();
    let ends = heads.iter().skip(1).map(|next| next.start).chain([lines.len()]);
    let texts = heads.iter().zip(ends).map(|(head, end)| head.end..end);
    for line in std::iter::once(0..first.start).chain(texts).flat_map(|text| &lines[text]) {
        if let Some(label) = LABEL.captures(line).and_then(|found| found.get(1)) {
            *n_of_label.entry(label.as_str()).or_default() += 1;
        }
    }
    n_of_label.values().filter(|n| **n > 1).sum::<usize>() <= heads.len()
}

/// Reads the messages of a mailing list.
#[expect(clippy::unnecessary_wraps, reason = "a reader among others, which may refuse a file")]
pub(crate) fn read(text: &str, lexicon: &Lexicon) -> Result<Parts, Problem> {
    let lines = lines(text);
    let heads: Vec<Range<usize>> = messages(&lines).collect();
    let mut all: Vec<Message<'_>> = Vec::new();
    for (at, head) in heads.iter().enumerate() {
        let end = heads.get(at + 1).map_or(lines.len(), |next| next.start);
        let headers = headers(&lines[head.clone()]);
        let sender = Sender::of(&lines[head.clone()]);
        all.push(Message { head: head.clone(), text: head.end..end, headers, sender });
    }
    drop_addresses_of_lists(&mut all);
    share_words(&mut all);
    let names = Names::of(&all);
    let mut parts = Parts::default();
    let mut n_encoded = 0;
    let spans: Vec<Span> = source_lines(text).collect();
    let slice = |lines: Range<usize>| -> &str {
        match (spans.get(lines.start), lines.end.checked_sub(1).and_then(|last| spans.get(last))) {
            (Some(first), Some(last)) if first.start < last.end => &text[first.start..last.end],
            _ => "",
        }
    };
    let add = |parts: &mut Parts, lines: Range<usize>, turn: Option<usize>| {
        if !lines.is_empty() {
            parts.plain(slice(lines), turn);
        }
    };
    add(&mut parts, 0..heads.first().map_or(lines.len(), |first| first.start), None);
    for message in &all {
        parts.front.date = parts.front.date.or_else(|| date(message.headers.get("date")?));
        add(&mut parts, message.head.clone(), None);
        if is_encoded(&message.headers) {
            n_encoded += 1;
            add(&mut parts, message.text.clone(), None);
            continue;
        }
        let spoken = spoken(&lines, message, &names, lexicon);
        let turn = spoken.contains(&true).then(|| {
            parts.turns.push(Turn { speaker: message.sender.declared(), ..Turn::default() });
            parts.turns.len() - 1
        });
        let mut from = message.text.start;
        while from < message.text.end {
            let is_spoken = spoken[from - message.text.start];
            let length = spoken[from - message.text.start..].iter().take_while(|own| **own == is_spoken).count();
            add(&mut parts, from..from + length, turn.filter(|_| is_spoken));
            from += length;
        }
    }
    if n_encoded > 0 {
        parts.warnings.push(format!(
            "{n_encoded} of {} messages are encoded or have several parts, and were not read as speech; save them as plain text",
            all.len()
        ));
    }
    Ok(parts)
}

/// The lines of a text without their breaks.
fn lines(text: &str) -> Vec<&str> {
    source_lines(text).map(|span| span.of(text).trim_end()).collect()
}

/// The lines of the headers of each message, from the line that separates it from the one above.
fn messages<'l>(lines: &'l [&'l str]) -> impl Iterator<Item = Range<usize>> + 'l {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < lines.len() {
            let start = at;
            at += 1;
            if is_start(lines, start)
                && let Some(end) = end_of_headers(lines, start)
            {
                at = end;
                return Some(start..end);
            }
        }
        None
    })
}

/// Whether a message may begin at a line: at the start of the text, below a line of signs, or with the line of a mailbox.
fn is_start(lines: &[&str], at: usize) -> bool {
    if FROM_LINE.is_match(lines[at]) {
        return at == 0 || lines[at - 1].is_empty();
    }
    if !HEADER.is_match(lines[at]) {
        return false;
    }
    let above = lines[..at].iter().rev().find(|line| !line.is_empty());
    above.is_none_or(|above| is_separator(above))
}

/// Whether a line of signs separates messages. The two dashes of a signature do not.
fn is_separator(line: &str) -> bool {
    const SHORTEST: usize = 20;
    line.len() >= SHORTEST && is_ornament(line.trim())
}

/// The line below the headers that begin at a line, if they are those of a message.
fn end_of_headers(lines: &[&str], start: usize) -> Option<usize> {
    let block = header_lines(lines, start);
    is_message(&lines[block.clone()]).then_some(block.end)
}

/// The lines of the headers that begin at a line, below the line of a mailbox.
fn header_lines(lines: &[&str], start: usize) -> Range<usize> {
    let from = start + usize::from(FROM_LINE.is_match(lines[start]));
    let is_header = |at: &usize| {
        let line = lines[*at];
        if *at == start {
            HEADER.is_match(line)
        } else {
            INNER_HEADER.is_match(line) || *at > from && line.starts_with([' ', '\t'])
        }
    };
    from..(from..lines.len()).take_while(is_header).last().map_or(from, |last| last + 1)
}

/// Whether headers are those of a message.
fn is_message(head: &[&str]) -> bool {
    let keys = headers(head);
    keys.contains_key("from") && OTHER_HEADERS.iter().any(|key| keys.contains_key(*key))
}

/// The headers by their names in small letters. An indented line continues the one above.
fn headers(lines: &[&str]) -> HashMap<String, String> {
    let mut headers: HashMap<String, String> = HashMap::new();
    let mut last = String::new();
    for line in lines {
        if let Some(found) = INNER_HEADER.captures(line) {
            last = found[1].to_lowercase();
            let value = found.get(2).map_or("", |value| value.as_str()).trim_start().to_string();
            headers.entry(last.clone()).or_insert(value);
        } else if line.starts_with([' ', '\t'])
            && let Some(value) = headers.get_mut(&last)
        {
            value.push(' ');
            value.push_str(line.trim());
        }
    }
    headers
}

/// The day on which a message was sent.
fn date(value: &str) -> Option<Date> {
    jiff::fmt::rfc2822::parse(value.trim()).ok().map(|time| time.date())
}

/// Whether the text of a message is not written as it is read.
fn is_encoded(headers: &HashMap<String, String>) -> bool {
    let is = |key: &str, value: &str| headers.get(key).is_some_and(|found| found.to_lowercase().contains(value));
    let has_marks = is("content-transfer-encoding", "quoted-printable");
    has_marks
        || is("content-transfer-encoding", "base64")
        || is("content-type", "multipart/")
        || is("content-type", "text/html")
}

impl<'t> Sender<'t> {
    /// The sender that the headers name: `Ann Lee <ann@example.org>`, `"Lee" <ann@example.org>`, `ann@example.org (Ann Lee)`.
    fn of(head: &[&'t str]) -> Self {
        const KEY: &str = "From:";
        let from = |line: &&'t str| {
            let line: &'t str = line;
            line.get(..KEY.len()).filter(|key| key.eq_ignore_ascii_case(KEY)).map(|_| &line[KEY.len()..])
        };
        let value = head.iter().find_map(from).unwrap_or("").trim();
        let (label, address) = match (value.split_once('<'), value.split_once('(')) {
            (Some((label, address)), _) => (label, Some(address.trim_end_matches('>'))),
            (None, Some((address, label))) => (label.trim_end_matches(')'), Some(address)),
            (None, None) => (value, None),
        };
        let label = label.trim().trim_matches(['"', '\'']).trim();
        let address = address.map(|address| address.trim().to_lowercase());
        // "=?utf-8?q?...?=" is an encoded name.
        let shown =
            if label.is_empty() || label.starts_with("=?") { address.as_deref().unwrap_or(value) } else { label };
        Self {
            label: shown.to_string(),
            address,
            words: label
                .split([' ', '_', ',', '.'])
                .filter(|word| word.chars().count() > 1)
                .take(MOST_WORDS_OF_NAME)
                .collect(),
        }
    }

    fn declared(&self) -> Option<Declared> {
        (!self.label.is_empty()).then(|| Declared {
            label: self.label.clone(),
            id: self.address.clone(),
            ..Declared::default()
        })
    }

    /// Whether each word of a line is one of the name, an initial, or the name in short: "Theo" for Theodora. "No." is an answer of
    /// Nora.
    fn is_signed_by(&self, line: &str) -> bool {
        const SHORTEST: usize = 3;
        const MOST_WORDS: usize = 4;
        let words: Vec<&str> = line.split([' ', '.', ',', '-', '~', '_']).filter(|word| !word.is_empty()).collect();
        let is_sentence = line.trim_end().ends_with('.');
        let is_one = |(at, word): (usize, &&str)| {
            let word = word.to_lowercase();
            let may_be_short = match word.chars().count() {
                1 => words.len() > 1,
                n => n >= SHORTEST && !(is_sentence && at + 1 == words.len()),
            };
            self.words
                .iter()
                .map(|own| own.to_lowercase())
                .any(|own| own == word || may_be_short && own.starts_with(&word))
        };
        (1..=MOST_WORDS).contains(&words.len()) && words.iter().enumerate().all(is_one)
    }
}

/// Removes addresses that several people share, as a list does that sends for others.
fn drop_addresses_of_lists(all: &mut [Message<'_>]) {
    let mut labels: HashMap<String, HashSet<String>> = HashMap::new();
    for message in all.iter() {
        if let Some(address) = &message.sender.address {
            labels.entry(address.clone()).or_default().insert(message.sender.label.clone());
        }
    }
    for message in all {
        let shared = |address: &String| labels.get(address).is_some_and(|labels| labels.len() > MOST_LABELS);
        message.sender.address = message.sender.address.take().filter(|address| !shared(address));
    }
}

/// Gives each sender the words of all names that belong to the address: "H. Brecht" signs as Hanna.
fn share_words(all: &mut [Message<'_>]) {
    let mut words: HashMap<String, BTreeSet<&str>> = HashMap::new();
    for message in all.iter() {
        if let Some(address) = &message.sender.address {
            words.entry(address.clone()).or_default().extend(&message.sender.words);
        }
    }
    for message in all {
        if let Some(shared) = message.sender.address.as_ref().and_then(|address| words.get(address)) {
            message.sender.words = shared.iter().copied().collect();
        }
    }
}

/// Which lines of the text of a message its sender wrote in it.
fn spoken(lines: &[&str], message: &Message<'_>, names: &Names<'_>, lexicon: &Lexicon) -> Vec<bool> {
    let text = &lines[message.text.clone()];
    // "-- " opens the signature that a program adds.
    let ends = |line: &str| matches!(line, "--" | "__");
    let end = text.iter().position(|line| ends(line)).into_iter().chain(repeated(text)).min().unwrap_or(text.len());
    let end = footer(&text[..end]).unwrap_or(end);
    let quoted = quoted(text);
    let is_own = |at: usize| at < end && !quoted[at] && !text[at].is_empty() && !is_separator(text[at]);
    let mut own: Vec<bool> = (0..text.len()).map(is_own).collect();
    introductions(text, end, &quoted, names, &mut own);
    signature(text, end, &message.sender, lexicon, &mut own);
    own
}

/// Where a text repeats a message with its headers.
fn repeated(text: &[&str]) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        let block = if HEADER.is_match(text[at]) { header_lines(text, at) } else { at..at };
        if is_message(&text[block.clone()]) {
            return Some(at);
        }
        at = block.end.max(at + 1);
    }
    None
}

/// Where what a list adds below a message begins: a line of signs with nothing below it, with a few lines that hold an address, or
/// with one line and more signs ("End of Weirs Digest"). Other lines of signs are inside the message.
fn footer(text: &[&str]) -> Option<usize> {
    let mut begins = None;
    let (mut n_lines, mut has_address) = (0, false);
    let is_closed = text.iter().rev().find(|line| !line.is_empty()).is_some_and(|line| is_separator(line));
    for (at, line) in text.iter().enumerate().rev().filter(|(_, line)| !line.is_empty()) {
        if !is_separator(line) {
            n_lines += 1;
            has_address |= ADDRESS.is_match(line);
        } else if n_lines == 0 || has_address || n_lines == 1 && is_closed {
            begins = Some(at);
        }
        if n_lines > FOOTER_LINES {
            break;
        }
    }
    begins
}

/// Which lines are quoted. A line that begins with "From " has a sign before it in a mailbox, also where the sender wrote it.
fn quoted(text: &[&str]) -> Vec<bool> {
    let has_sign = |line: &str| line.starts_with(['>', '|']);
    let is_quoted = |at: usize| {
        let beside = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(|line| has_sign(line));
        let is_escaped = || {
            let above = text[..at].iter().rev().find(|line| !line.is_empty());
            ESCAPED_FROM.is_match(text[at])
                && !beside(at.checked_sub(1))
                && !beside(Some(at + 1))
                && above.is_none_or(|above| !above.ends_with(':'))
        };
        has_sign(text[at]) && !is_escaped()
    };
    (0..text.len()).map(is_quoted).collect()
}

/// Takes out the lines directly above quotations that say who wrote what is quoted: they end with a colon and hold a time, an address,
/// or the name of a sender.
fn introductions(text: &[&str], end: usize, quoted: &[bool], names: &Names<'_>, own: &mut [bool]) {
    for at in (1..end).filter(|at| quoted[*at]) {
        let Some(last) = (0..at).rev().find(|line| !text[*line].is_empty()).filter(|line| own[*line]) else { continue };
        if !text[last].ends_with(':') || at - last > 2 {
            continue;
        }
        let first = (0..=last).rev().take_while(|line| own[*line]).last().unwrap_or(last);
        let lines = if last - first < INTRODUCTION_LINES { first..last + 1 } else { last..last + 1 };
        let mut words = lines.clone().flat_map(|line| text[line].split(|c: char| !c.is_alphanumeric()));
        let quotes =
            lines.clone().any(|line| TIME_OR_ADDRESS.is_match(text[line])) || words.any(|word| names.has(word));
        if quotes {
            own[lines].fill(false);
        }
    }
}

/// Takes out the last paragraph if it is the name of the sender, with lines about the sender below it, and a closing formula above it.
/// What is left must hold a line: "Thanks." alone is a message.
fn signature(text: &[&str], end: usize, sender: &Sender<'_>, lexicon: &Lexicon, own: &mut [bool]) {
    let Some(last) = (0..end).rev().find(|at| own[*at]) else { return };
    let first = (0..=last).rev().take_while(|at| own[*at]).last().unwrap_or(last);
    let from = first.max((last + 1).saturating_sub(SIGNATURE_LINES));
    // "Thanks" above other words than a name belongs to the message.
    let is_name = |line: &str| {
        sender.is_signed_by(line)
            || labels::judge(lexicon, line.trim()).is_some_and(|found| found.kind == LabelKind::Person)
    };
    let closes = |at: usize| lexicon.is_letter_closing(text[at]) && (at == last || is_name(text[at + 1]));
    let opens = |at: &usize| closes(*at) || sender.is_signed_by(text[*at]);
    let Some(start) = (from..=last).find(opens) else { return };
    let mut above = (0..start).rev().filter(|at| own[*at]);
    let (Some(closing), next) = (above.next(), above.next()) else { return };
    own[start..=last].fill(false);
    if next.is_some() && lexicon.is_letter_closing(text[closing]) {
        own[closing] = false;
    }
}

#[cfg(test)]
mod tests {
    use crate::read;
    use plenary_corpus::Document;

    fn turns(document: &Document) -> Vec<(String, Option<String>, String)> {
        let said = |at: usize| {
            let lines = document.lines.iter().filter(|line| line.turn == Some(at));
            lines
                .map(|line| line.span.of(&document.text).trim())
                .filter(|line| !line.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        };
        let of = |(at, turn): (usize, &plenary_corpus::Turn)| {
            let speaker = turn.speaker.clone().unwrap_or_default();
            (speaker.label, speaker.id, said(at))
        };
        document.turns.iter().enumerate().map(of).collect()
    }

    const MAILBOX: &str = "From ann at mill.example  Tue Mar  4 09:14:52 2031\nFrom: ann at mill.example (Ann Lee)\n\
        Date: Tue, 4 Mar 2031 09:14:52 +0000\nSubject: The sluice\n\nWho has the key?\n\nAnn Lee\nMiller\n\n\
        From bo at mill.example  Tue Mar  4 10:00:00 2031\nFrom: bo at mill.example (Bo Hill)\n\
        Date: Tue, 4 Mar 2031 10:00:00 +0000\nSubject: Re: The sluice\n\nOn Tue, 4 Mar 2031 at 09:14,\nAnn Lee wrote:\n\n\
        > Who has the key?\n\nI have it.\n\nYou said:\n\n> Miller\n\nStill?\n\nBest regards,\n\nBo\n";

    #[test]
    fn messages_that_a_transcript_quotes_do_not_make_it_a_mailbox() {
        let line = "-".repeat(30);
        let exhibit = |from: &str| {
            format!("{line}\nFrom: {from}\nDate: 4 March 2031\nSubject: The sluice\n\nWho has the key?\n{line}\n")
        };
        let hearing = format!(
            "CHAIR: We begin.\n\nMR BERG: I read two letters.\n\n{}\n{}\nMR BERG: That is all.\n\nCHAIR: Thank you.\n",
            exhibit("Ann Lake"),
            exhibit("Tom Berg")
        );
        assert_eq!(read("a.txt", hearing.as_bytes()).unwrap().format.as_str(), "plain_text");
        let letters = format!("{}\n{}", exhibit("Ann Lake"), exhibit("Tom Berg"));
        assert_eq!(read("a.txt", letters.as_bytes()).unwrap().format.as_str(), "mail");
    }

    #[test]
    fn each_message_is_a_turn_of_its_sender() {
        for path in ["a.txt", "a.mbox"] {
            let document = read(path, MAILBOX.as_bytes()).unwrap();
            assert_eq!(document.format.as_str(), "mail");
            assert_eq!(document.text, MAILBOX);
            let of = |label: &str, id: &str, text: &str| (label.to_string(), Some(id.to_string()), text.to_string());
            assert_eq!(
                turns(&document),
                [
                    of("Ann Lee", "ann at mill.example", "Who has the key?"),
                    of("Bo Hill", "bo at mill.example", "I have it. You said: Still?"),
                ]
            );
            assert_eq!(document.front.date, Some(jiff::civil::date(2031, 3, 4)));
        }
    }

    #[test]
    fn encoded_messages_are_no_speech_and_named() {
        let encoded = MAILBOX.replacen("Subject: The", "Content-Transfer-Encoding: base64\nSubject: The", 1);
        let document = read("a.txt", encoded.as_bytes()).unwrap();
        assert_eq!(turns(&document).len(), 1);
        assert!(document.warnings[0].starts_with("1 of 2 messages are encoded"), "{:?}", document.warnings);
    }

    #[test]
    fn a_list_that_sends_for_others_is_not_one_person() {
        let sent = |name: &str| format!("From: {name} via List <list@mill.example>\nSubject: The sluice\n\nYes.\n");
        let text = ["Ann Lee", "Bo Hill", "Cy Wood", "Di Mast"].map(sent).join("\n------------------------------\n\n");
        let ids: Vec<_> = turns(&read("a.txt", text.as_bytes()).unwrap()).into_iter().map(|turn| turn.1).collect();
        assert_eq!(ids, [None, None, None, None]);
    }

    /// A mailbox with a message of each sender.
    fn mailbox(messages: &[(&str, &str)]) -> String {
        let one = |(sender, body): &(&str, &str)| {
            format!(
                "From a at mill.example  Tue Mar  4 09:14:52 2031\nFrom: {sender}\nDate: Tue, 4 Mar 2031 09:14:52 +0000\n\n{body}\n"
            )
        };
        messages.iter().map(one).collect::<Vec<_>>().join("\n")
    }

    /// What the sender of a mailbox with one message wrote.
    fn said(sender: &str, body: &str) -> String {
        turns(&read("a.mbox", mailbox(&[(sender, body)]).as_bytes()).unwrap()).remove(0).2
    }

    #[test]
    fn headers_have_any_name() {
        let others = "X-MS-Exchange-CrossTenant-OriginalArrivalTime: 4 Mar\nx-originating-ip: [10.0.0.1]\nX-RH-0:1\n\tmore\n\
                      X_Path: /mill\nSubject: The";
        let document = read("a.txt", MAILBOX.replace("Subject: The", others).as_bytes()).unwrap();
        assert_eq!(turns(&document)[0].2, "Who has the key?");
        assert_eq!(said("Ann Lee <ann@mill.example>\nX-Url: a", "It broke."), "It broke.");
        let page = mailbox(&[("Ann Lee", "")]).replace("\n\n", "\nhttps://mill.example/a\n\n");
        assert_eq!(turns(&read("a.mbox", page.as_bytes()).unwrap())[0].2, "https://mill.example/a");
    }

    #[test]
    fn own_sentences_above_quotations_stay() {
        let own = "As you can see in the report:\n> It is wet.\n\nAs he will say:\n> It is wet.\n\nIt is.";
        let both = mailbox(&[("Theo Young <t@mill.example>", own), ("Will Moor <w@mill.example>", "Yes.")]);
        assert_eq!(
            turns(&read("a.mbox", both.as_bytes()).unwrap())[0].2,
            "As you can see in the report: As he will say: It is."
        );
        for introduction in ["Theo wrote:", "THEO said:", "Youn said:", "ploughman7 wrote:"] {
            let answer = format!("{introduction}\n> It is wet.\n\nIt is.");
            let both = mailbox(&[
                ("Bo Hill", answer.as_str()),
                ("Theo Young", "It is wet."),
                ("ploughman7 <p@mill.example>", "No."),
            ]);
            assert_eq!(turns(&read("a.mbox", both.as_bytes()).unwrap())[0].2, "It is.", "{introduction}");
        }
    }

    #[test]
    fn short_answers_are_not_signatures() {
        for (sender, body, expected) in [
            ("Nora Smith", "> Is it open?\n\nNo.", "No."),
            ("Nora Smith", "Is it open?\n\nNo.", "Is it open? No."),
            ("Nora Smith", "Is it open?\n\nnora", "Is it open?"),
            ("Nora Smith", "Is it open?\n\nNora S.", "Is it open?"),
            ("Theodora Moor", "Is it open?\n\nTheo", "Is it open?"),
            ("Nora Smith", "> It is open.\n\nThanks.", "Thanks."),
            ("Nora Smith", "> It is open.\n\nThanks.\n\nNora", "Thanks."),
        ] {
            assert_eq!(said(sender, body), expected, "{body}");
        }
    }

    #[test]
    fn words_below_thanks_are_not_a_signature() {
        for (body, expected) in [
            ("It is open.\n\nThanks\nI will bring the key.", "It is open. Thanks I will bring the key."),
            ("It is open.\n\nThanks,\nand do bring the key\nNora", "It is open. Thanks, and do bring the key"),
            ("It is open.\n\nThanks,\nNora\nMiller, Old Weir", "It is open."),
            ("It is open.\n\nBest regards,\nA. Moor\nMiller", "It is open."),
            ("It is open.\n\nThanks in advance for the key.\nNora", "It is open. Thanks in advance for the key."),
        ] {
            assert_eq!(said("Nora Smith", body), expected, "{body}");
        }
    }

    #[test]
    fn lines_of_signs_inside_a_message_do_not_end_it() {
        let line = "====================";
        for (body, expected) in [
            (format!("Agenda\n{line}\nThe weir.\nThe key."), "Agenda The weir. The key."),
            (format!("Yes.\n{line}\nWeirs mailing list\nweirs@mill.example\nhttps://mill.example/weirs"), "Yes."),
            (format!("Yes.\n{line}\nThe weirs list\n{line}\nweirs at mill.example"), "Yes."),
            (format!("Yes.\n\n{line}\n\nEnd of Weirs Digest\n{line}"), "Yes."),
            (
                format!("{line}\n{}a@mill.example", "More.\n".repeat(8)),
                "More. More. More. More. More. More. More. More. a@mill.example",
            ),
        ] {
            assert_eq!(said("Ann Lee", &body), expected, "{body}");
        }
    }

    #[test]
    fn a_line_that_a_mailbox_escapes_is_the_senders_own() {
        assert_eq!(
            said("Ann Lee", "It broke.\n>From the top it is dry.\nCome."),
            "It broke. >From the top it is dry. Come."
        );
        assert_eq!(said("Ann Lee", "You said:\n>From the top it is dry.\n\nYes."), "You said: Yes.");
        assert_eq!(said("Ann Lee", "Yes.\n> It broke.\n>From the top it is dry."), "Yes.");
    }

    #[test]
    fn a_large_mailbox_is_read_at_once() {
        let one = mailbox(&[("Ann Lee <ann@mill.example>", "Ann wrote:\n> Yes.\n\nNo.\n\nAnn")]);
        let many = vec![one; 10_000].join("\n");
        assert_eq!(read("a.mbox", many.as_bytes()).unwrap().turns.len(), 10_000);
        let lines = "Ab: c\n".repeat(100_000);
        assert_eq!(said("Ann Lee", &lines).len(), lines.len() - 1);
    }

    #[test]
    fn a_mailbox_without_readable_headers_is_text() {
        let text = "Notes\nFrom: Ann Lee\nThe weir has gone.\n";
        assert_eq!(read("a.mbox", text.as_bytes()).unwrap().format.as_str(), "plain_text");
    }

    #[test]
    fn other_texts_are_not_mail() {
        let letter = "From: Ann Lee\nTo: Bo Hill\n\nPlease come.\n\n--------------------\n\nFrom: Bo Hill\n\nI will.\n";
        assert_eq!(read("a.txt", letter.as_bytes()).unwrap().format.as_str(), "plain_text");
    }
}
