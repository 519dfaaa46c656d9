//! Messages of a mailing list, as a digest, an archive or a mailbox holds them, to lines and turns.
//!
//! **Input:** decoded text. **Output:** the lines of the file; each message is a turn of its sender, with the address as the id of the
//! person. Headers, quoted lines, the line that introduces a quotation, signatures and what a message repeats below itself are
//! lines of no turn. **Refused:** nothing. **Warned about:** messages whose text is encoded, which are lines of no turn as well.
//! **Left to others:** single messages and threads without headers, which are plain text.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::error::Problem;
use super::file::File;
use super::parts::Parts;
use super::plain::{is_ornament, source_lines};
use plenary_corpus::{Declared, Format, Span, Turn};
use plenary_names::lexicon::Lexicon;
use plenary_names::text::constant_regex;

/// A line of a header: "From: Ann Lee <ann@example.org>".
static HEADER: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^([A-Z][A-Za-z-]{1,40}):(?:\s+(.*))?$"));

/// A line that begins with a label of a speaker: "MS LAKE: Good morning."
static LABEL: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^\s*(\p{Lu}[^:]{0,40}):\s+\S"));

/// The line above a message in a mailbox: "From ann@example.org  Mon Feb  7 09:14:52 2005".
static FROM_LINE: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^From \S.{0,120} \d{2}:\d{2}(?::\d{2})? .{0,12}\d{4}$"));

/// A time of day or an address, as in the line that introduces a quotation.
static TIME_OR_ADDRESS: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"\d{1,2}:\d{2}|\S@\S"));

/// Headers that people do not write in a text: one of them is beside `From` in each message.
const OTHER_HEADERS: [&str; 4] = ["date", "sent", "subject", "message-id"];

/// Maximum number of lines of a signature and of an introduction of a quotation.
const SIGNATURE_LINES: usize = 4;
const INTRODUCTION_LINES: usize = 3;

/// Maximum number of labels of one address: an address with more is that of a list, which stands for many senders.
const MOST_LABELS: usize = 3;

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
    /// Words of the label.
    words: Vec<&'t str>,
}

/// Whether a file holds several messages with their headers, or has the extension of a mailbox.
pub(crate) fn is_mail(file: &File<'_>) -> bool {
    let text = file.text();
    let may_be = || text.contains("\nFrom: ") || text.starts_with("From: ");
    may_be() && (file.has_extension_of(Format::Mail) || are_messages(&lines(text)))
}

/// Whether a text consists of messages: there are two or more, and they are not quoted in a transcript or the heads of its sessions. In
/// these, lines that begin with a label that recurs outnumber the messages.
fn are_messages(lines: &[&str]) -> bool {
    let heads: Vec<Range<usize>> = messages(lines).collect();
    let (Some(first), true) = (heads.first(), heads.len() > 1) else { return false };
    let mut n_of_label: HashMap<&str, usize> = HashMap::new();
    let mut bounds = vec![0..first.start];
    bounds.extend(
        heads
            .iter()
            .zip(1..)
            .map(|(head, next)| head.end..heads.get(next).map_or(lines.len(), |next: &Range<usize>| next.start)),
    );
    for line in bounds.into_iter().flat_map(|bounds| &lines[bounds]) {
        if let Some(label) = LABEL.captures(line).and_then(|found| found.get(1)) {
            *n_of_label.entry(label.as_str()).or_default() += 1;
        }
    }
    n_of_label.values().filter(|n| **n > 1).sum::<usize>() <= heads.len()
}

/// Reads the messages of a mailing list.
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
    let names: HashSet<String> =
        all.iter().flat_map(|message| &message.sender.words).map(|word| word.to_lowercase()).collect();
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
    let from = start + usize::from(FROM_LINE.is_match(lines[start]));
    let is_header = |at: &usize| HEADER.is_match(lines[*at]) || *at > from && lines[*at].starts_with([' ', '\t']);
    let end = (from..lines.len()).take_while(is_header).last()? + 1;
    let keys = headers(&lines[from..end]);
    let is_message = keys.contains_key("from") && OTHER_HEADERS.iter().any(|key| keys.contains_key(*key));
    is_message.then_some(end)
}

/// The headers by their names in small letters. An indented line continues the one above.
fn headers(lines: &[&str]) -> HashMap<String, String> {
    let mut headers: HashMap<String, String> = HashMap::new();
    let mut last = String::new();
    for line in lines {
        if let Some(found) = HEADER.captures(line) {
            last = found[1].to_lowercase();
            let value = found.get(2).map_or("", |value| value.as_str()).to_string();
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
        let value = head.iter().find_map(|line| line.strip_prefix("From:")).unwrap_or("").trim();
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
            words: label.split([' ', '_', ',', '.']).filter(|word| word.chars().count() > 1).collect(),
        }
    }

    fn declared(&self) -> Option<Declared> {
        (!self.label.is_empty()).then(|| Declared {
            label: self.label.clone(),
            id: self.address.clone(),
            ..Declared::default()
        })
    }

    /// Whether each word of a line begins a word of the name: "Theo" for Theodora.
    fn is_signed_by(&self, line: &str) -> bool {
        const SHORTEST: usize = 2;
        const MOST_WORDS: usize = 4;
        let words: Vec<&str> = line.split([' ', '.', ',', '-', '~', '_']).filter(|word| !word.is_empty()).collect();
        let begins = |word: &&str| {
            let word = word.to_lowercase();
            let is_one = |own: &&str| own.to_lowercase().starts_with(&word);
            (word.chars().count() >= SHORTEST || words.len() > 1) && self.words.iter().any(is_one)
        };
        (1..=MOST_WORDS).contains(&words.len()) && words.iter().all(begins)
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
    let mut words: HashMap<String, Vec<&str>> = HashMap::new();
    for message in all.iter() {
        if let Some(address) = &message.sender.address {
            words.entry(address.clone()).or_default().extend(&message.sender.words);
        }
    }
    for message in all {
        if let Some(shared) = message.sender.address.as_ref().and_then(|address| words.get(address)) {
            message.sender.words.clone_from(shared);
        }
    }
}

/// Which lines of the text of a message its sender wrote in it.
fn spoken(lines: &[&str], message: &Message<'_>, names: &HashSet<String>, lexicon: &Lexicon) -> Vec<bool> {
    let text = &lines[message.text.clone()];
    let is_quote = |line: &str| line.starts_with(['>', '|']);
    let mut own: Vec<bool> = text.iter().map(|line| !is_quote(line) && !line.is_empty()).collect();
    // What a message repeats below itself has headers again.
    let repeats = |at: usize| HEADER.is_match(text[at]) && end_of_headers(text, at).is_some();
    let repeated = (0..text.len()).find(|at| repeats(*at));
    // "-- " opens the signature that a program adds; a line of signs ends the message in a digest.
    let ends = |line: &str| matches!(line, "--" | "__") || is_separator(line);
    let end = text.iter().position(|line| ends(line)).into_iter().chain(repeated).min().unwrap_or(text.len());
    own[end..].fill(false);
    introductions(text, end, names, &mut own);
    signature(text, end, &message.sender, lexicon, &mut own);
    own
}

/// Takes out the lines directly above quotations that say who wrote what is quoted: they end with a colon and hold a time, an address,
/// or the name of a sender.
fn introductions(text: &[&str], end: usize, names: &HashSet<String>, own: &mut [bool]) {
    for at in (1..end).filter(|at| text[*at].starts_with(['>', '|'])) {
        let Some(last) = (0..at).rev().find(|line| !text[*line].is_empty()).filter(|line| own[*line]) else { continue };
        if !text[last].ends_with(':') || at - last > 2 {
            continue;
        }
        let first = (0..=last).rev().take_while(|line| own[*line]).last().unwrap_or(last);
        let lines = if last - first < INTRODUCTION_LINES { first..last + 1 } else { last..last + 1 };
        let is_name = |word: &str| {
            let word = word.to_lowercase();
            word.chars().count() > 2 && names.iter().any(|name| name.starts_with(&word))
        };
        let words = || lines.clone().flat_map(|line| text[line].split(|c: char| !c.is_alphanumeric()));
        let quotes = lines.clone().any(|line| TIME_OR_ADDRESS.is_match(text[line])) || words().any(is_name);
        if quotes {
            own[lines].fill(false);
        }
    }
}

/// Takes out the last paragraph if it is the name of the sender, with lines about the sender below it, and a closing formula above it.
fn signature(text: &[&str], end: usize, sender: &Sender<'_>, lexicon: &Lexicon, own: &mut [bool]) {
    let Some(last) = (0..end).rev().find(|at| own[*at]) else { return };
    let first = (0..=last).rev().take_while(|at| own[*at]).last().unwrap_or(last);
    let from = first.max((last + 1).saturating_sub(SIGNATURE_LINES));
    let opens = |at: &usize| lexicon.is_letter_closing(text[*at]) || sender.is_signed_by(text[*at]);
    let Some(start) = (from..=last).find(opens).filter(|start| *start > 0) else { return };
    let above = (0..start).rev().find(|at| own[*at]);
    own[start..=last].fill(false);
    if let Some(above) = above.filter(|at| lexicon.is_letter_closing(text[*at])) {
        own[above] = false;
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

    #[test]
    fn other_texts_are_not_mail() {
        let letter = "From: Ann Lee\nTo: Bo Hill\n\nPlease come.\n\n--------------------\n\nFrom: Bo Hill\n\nI will.\n";
        assert_eq!(read("a.txt", letter.as_bytes()).unwrap().format.as_str(), "plain_text");
    }
}
