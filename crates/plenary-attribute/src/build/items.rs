//! Items of a list on one line: "1. the river 2. the rent", "a) one b) two".
//!
//! **Input**: a paragraph. **Output**: its items. A paragraph is such a list if it begins with a marker and contains the next marker of
//! the same kind; a single marker is not enough.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use plenary_names::text::constant_regex;

/// Languages (ISO 639-1) that write a full stop after ordinal numbers: in these languages, "2. Juni" is not an item of
/// a list.
pub(crate) const DOTTED_ORDINALS: [&str; 24] = [
    "bs", "cs", "da", "de", "et", "eu", "fi", "fo", "hr", "hu", "is", "lb", "lt", "lv", "me", "nb", "nn", "no", "pl",
    "sh", "sk", "sl", "sr", "tr",
];

/// A marker: an optional bullet, a number or letter, and the sign after it.
static MARKER: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(r"^[•▪‣⁃◦*–-]?[ \t]?\(?(?:(?P<number>\d{1,3})|(?P<letter>[a-z]))(?P<sign>\.\)|[.)])[ \t]+\S")
});

/// The kind of a marker; all markers of a list have the same kind.
#[derive(PartialEq, Eq)]
struct Kind<'t> {
    is_letter: bool,
    sign: &'t str,
}

/// The items of a paragraph; the whole paragraph if it is not a list.
pub(crate) fn items(text: &str, paragraph: Range<usize>, has_dotted_ordinals: bool) -> Vec<Range<usize>> {
    let part = &text[paragraph.clone()];
    let may_be_list = part.len() > 4
        && part.as_bytes().iter().take(12).any(|byte| matches!(byte, b'.' | b')'))
        && !part.starts_with(char::is_uppercase);
    let Some((mut last, kind)) = may_be_list.then(|| marker(part, 0)).flatten() else { return vec![paragraph] };
    if has_dotted_ordinals && kind.sign == "." && !kind.is_letter {
        return vec![paragraph];
    }
    let mut starts = vec![0];
    for (blank, _) in part.match_indices([' ', '\t']) {
        let at = blank + 1;
        if let Some((value, other)) = marker(part, at)
            && other == kind
            && value == last + 1
        {
            last = value;
            starts.push(at);
        }
    }
    let ends = starts.iter().skip(1).copied().chain([part.len()]);
    starts.iter().zip(ends).map(|(start, end)| paragraph.start + start..paragraph.start + end).collect()
}

/// The marker at an offset: its number, or the code of its letter, and its kind.
fn marker(text: &str, at: usize) -> Option<(u32, Kind<'_>)> {
    let rest = &text[at..];
    if !rest.starts_with(|c: char| c.is_ascii_digit() || c.is_ascii_lowercase() || !c.is_alphanumeric()) {
        return None;
    }
    let found = MARKER.captures(rest)?;
    let number = found.name("number").and_then(|number| number.as_str().parse().ok());
    let letter = found.name("letter").and_then(|letter| letter.as_str().chars().next()).map(u32::from);
    let sign = found.name("sign")?.as_str();
    Some((number.or(letter)?, Kind { is_letter: number.is_none(), sign }))
}
