//! The marks of CHAT in an utterance.
//!
//! **Input:** the content of a main tier. **Output:** the words that were said, and the events beside them. As the manual
//! describes: codes in square brackets and the angle brackets of their scope are left out, with the repetitions and repairs kept
//! as they were said; `&-um` is a filled pause and `&+w` the beginning of a word, kept without their marks; `&=laughs` is an
//! event; `(be)cause` is said without its first syllable and written whole; pauses, lengthening, overlap and intonation
//! marks are left out; a special form loses its `@` and what follows. `xxx`, `yyy` and `www` stand for words that are
//! not transcribed, and stay. Nothing is refused.

use std::sync::LazyLock;

use regex::Regex;

use plenary_names::text::constant_regex;

/// `•0_4800•`, or `0_4800` at the end of a line that lost its bullets.
static TIMES: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(r#"•(?:%snd:)?(?:"[^"•]*"_)?\s*(\d{1,10})_(\d{1,10})-?\s*•|\s(\d{1,10})_(\d{1,10})\s*$|•[^•]*•"#)
});

/// A code in square brackets.
static CODE: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"\[[^\[\]]*\]"));

/// A pause: `(.)`, `(..)`, `(2.4)`, `(1:02.5)`.
static PAUSE: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"\((?:\.{1,3}|\d+(?:[.:]\d*)*)\)"));

/// An event: `&=laughs`, `&=imit:baby`, `&{n=event`.
static EVENT: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"&(?:=|[{}][nl]=)([^\s\[\]<>]+)"));

/// Words of a listener inside the utterance: `&*MOT:mhm`.
static LISTENER: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"&\*([A-Z0-9]{2,7}):([^\s\[\]<>]+)"));

/// Ends of an utterance and what is printed for them, the longest first.
const ENDS: [(&str, &str); 12] = [
    ("+//?", "–?"),
    ("+//.", "–"),
    ("+\"/.", "."),
    ("+..?", "...?"),
    ("+...", "..."),
    ("+/?", "–?"),
    ("+/.", "–"),
    ("+!?", "?!"),
    ("+\".", "."),
    ("+.", "."),
    ("\u{224B}", ""),
    ("\u{2248}", ""),
];

/// Words that link an utterance to the one before it.
const LINKERS: [&str; 7] = ["+\"", "+^", "+<", "+,", "++", "+\u{224B}", "+\u{2248}"];

/// Signs of overlap, intonation, volume and voice of conversation analysis.
fn is_sign(c: char) -> bool {
    matches!(
        c,
        '⌈' | '⌉'
            | '⌊'
            | '⌋'
            | '↑'
            | '↓'
            | '↗'
            | '↘'
            | '→'
            | '⇗'
            | '⇘'
            | '∞'
            | '≡'
            | '≋'
            | '≈'
            | '∆'
            | '∇'
            | '▔'
            | '▁'
            | '☺'
            | '☻'
            | '♋'
            | '⁎'
            | '⁑'
            | '◉'
            | '∬'
            | 'Ϋ'
            | '∮'
            | '↻'
            | '⤇'
            | '⤆'
            | '∲'
            | '§'
            | '↫'
            | '⁇'
            | '°'
            | '‹'
            | '›'
            | '〔'
            | '〕'
            | 'ˈ'
            | 'ˌ'
            | '≠'
            | '∙'
    )
}

/// The content without its times, and start and end in seconds: of the first and the last times if there are several.
pub(super) fn without_times(content: &str) -> (String, Option<(f64, f64)>) {
    let mut times: Option<(f64, f64)> = None;
    for found in TIMES.captures_iter(content) {
        let number = |at: usize| found.get(at).and_then(|text| text.as_str().parse::<u32>().ok()).map(f64::from);
        let (start, end) = (number(1).or(number(3)), number(2).or(number(4)));
        if let (Some(start), Some(end)) = (start, end) {
            let (start, end) = (start / 1000.0, end / 1000.0);
            times = Some(times.map_or((start, end), |(first, _)| (first, end)));
        }
    }
    (TIMES.replace_all(content, " ").into_owned(), times)
}

/// The words that were said, and the events.
pub(super) fn clean(content: &str) -> (String, Vec<String>) {
    let mut notes: Vec<String> = EVENT.captures_iter(content).map(|found| found[1].replace(['_', ':'], " ")).collect();
    let shown = |found: &regex::Captures<'_>| format!("{}: {}", &found[1], &found[2]);
    notes.extend(LISTENER.captures_iter(content).map(|found| shown(&found)));
    let mut text = EVENT.replace_all(content, " ").into_owned();
    text = LISTENER.replace_all(&text, " ").into_owned();
    text = CODE.replace_all(&text, " ").into_owned();
    text = PAUSE.replace_all(&text, " ").into_owned();
    let mut out = String::new();
    for word in text.split_whitespace() {
        let word = word.trim_matches(['<', '>']);
        if LINKERS.contains(&word) || matches!(word, "0" | "#" | "##" | "###" | "-" | "") {
            continue;
        }
        let (end, printed) = ENDS.iter().find(|(end, _)| *end == word).copied().unwrap_or(("", ""));
        if !end.is_empty() {
            out.push_str(printed);
            continue;
        }
        let word = spelled(word);
        let is_mark = !word.chars().any(char::is_alphanumeric);
        let is_opening = word.starts_with(['“', '‘', '«', '„', '¿', '¡']);
        if !out.is_empty() && (!is_mark || is_opening) && !out.ends_with(['“', '‘', '¿', '¡']) {
            out.push(' ');
        }
        out.push_str(&word);
    }
    if !out.contains(char::is_alphanumeric) {
        out.clear();
    }
    (out, notes)
}

/// A word as it is written without the marks in it.
fn spelled(word: &str) -> String {
    let word =
        word.strip_prefix("&-").or_else(|| word.strip_prefix("&+")).or_else(|| word.strip_prefix("&~")).unwrap_or(word);
    let word = word.strip_prefix('&').filter(|rest| rest.starts_with(char::is_alphabetic)).unwrap_or(word);
    // A word with an omitted beginning ("0is") was not said.
    if word.strip_prefix('0').is_some_and(|rest| rest.starts_with(char::is_alphabetic)) {
        return String::new();
    }
    let word = match word.find('@') {
        Some(at) if at > 0 => {
            let rest = &word[at..];
            let marks = rest.trim_end_matches(['.', ',', '?', '!', ';', '”', '>']);
            format!("{}{}", &word[..at], &rest[marks.len()..])
        }
        _ => word.to_string(),
    };
    let word = match word.as_str() {
        // Satellite markers, which stand for a comma.
        "„" | "‡" => return ",".to_string(),
        _ => word,
    };
    let letters: Vec<char> = word.chars().filter(|c| !is_sign(*c) && !matches!(c, '<' | '>')).collect();
    let mut out = String::new();
    for (at, c) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let is_letter = |c: Option<&char>| c.is_some_and(|c| c.is_alphabetic());
        match c {
            // "(be)cause", "no:", "Bo_Hill", "fire+man", "ba^na"
            '(' | ')' if letters.iter().any(|c| c.is_alphabetic()) => {}
            ':' | '^' if is_letter(before) || before == Some(&':') => {}
            '_' if is_letter(before) && is_letter(after) => out.push(' '),
            '+' if is_letter(before) && is_letter(after) => {}
            _ => out.push(*c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(content: &str) -> String {
        clean(content).0
    }

    #[test]
    fn the_marks_of_the_manual_are_left_out() {
        for (content, expected) in [
            ("so how did you come to the harbour ?", "so how did you come to the harbour?"),
            ("worked there [/] worked there and", "worked there worked there and"),
            ("and &-um did you <like it> [//] like that ?", "and um did you like it like that?"),
            ("not at first +...", "not at first..."),
            ("later I did (be)cause I had friends .", "later I did because I had friends."),
            ("xxx .", "xxx."),
            ("he wanna [: want to] go (.) no: (2.4) home +//.", "he wanna go no home–"),
            ("+\" I go to New_York , &=laughs please !", "I go to New York, please!"),
            ("that is a bunko@f and Hund@s:deu .", "that is a bunko and Hund."),
            ("0is he there [= at home] [+ bch] ?", "he there?"),
            ("<no no> [<] ⌈well⌉ ↑yes↓ .", "no no well yes."),
            ("0 [=! cries] .", ""),
        ] {
            assert_eq!(words(content), expected, "{content}");
        }
    }

    #[test]
    fn events_and_words_of_listeners_are_notes() {
        assert_eq!(clean("yes &=laughs &*MOT:mhm so .").1, ["laughs", "MOT: mhm"]);
    }

    #[test]
    fn times_are_milliseconds() {
        assert_eq!(without_times("yes . •0_4800•"), ("yes .  ".to_string(), Some((0.0, 4.8))));
        assert_eq!(without_times("yes . 0_4800").1, Some((0.0, 4.8)));
        assert_eq!(without_times("a •0_1000• b •1000_2500•").1, Some((0.0, 2.5)));
        assert_eq!(without_times("a . •%snd:\"harbour\"_1500_2500•").1, Some((1.5, 2.5)));
        assert_eq!(without_times("no times .").1, None);
    }
}
