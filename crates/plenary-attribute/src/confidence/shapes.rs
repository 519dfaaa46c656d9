//! Line beginnings that look like bylines although they open no turn.
//!
//! **Input**: lines inside and outside turns. **Output**: for each line the shape of its beginning, and which shapes recur. A shape is
//! the sign before a name-like text, the sign after it, and its case; it knows nothing of the styles of `find`. Deciding
//! what a shape means is left to the model.

use std::collections::HashMap;

/// Number of bytes of a line that are read.
const ENOUGH: usize = 120;
/// Maximum number of words and characters of a name-like text.
const LONGEST_WORDS: usize = 6;
const LONGEST_CHARS: usize = 48;

/// The form of a line's beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Shape {
    opener: char,
    closer: char,
    is_capitals: bool,
}

/// The closer of a name-like text that is the whole line.
const END: char = '\n';

impl Shape {
    /// Whether the name-like text is the whole line.
    pub(crate) fn is_whole_line(self) -> bool {
        self.closer == END
    }

    /// Whether the name-like text is before a colon, or in capitals before a bracket or a full stop.
    pub(crate) fn introduces(self) -> bool {
        matches!(self.closer, ':' | '：') || self.is_capitals && matches!(self.closer, '(' | '（' | '[' | '.')
    }
}

/// The shape of a line's beginning and the name-like text in it; `None` for other lines. A name-like text that is the whole
/// line counts only if the line `stands_alone`.
pub(crate) fn shape(text: &str, stands_alone: bool) -> Option<(Shape, &str)> {
    let text = text[..text.floor_char_boundary(ENOUGH)].trim_start();
    let (opener, rest) = without_opener(text);
    if rest.starts_with(char::is_lowercase) {
        return None;
    }
    let (end, closer) = closer(rest)?;
    let name = rest[..end].trim();
    if closer == END && !stands_alone || !is_name_like(name) {
        return None;
    }
    let mut letters = name.chars().filter(|c| c.is_lowercase() || c.is_uppercase()).peekable();
    let is_capitals = letters.peek().is_some() && letters.all(char::is_uppercase);
    Some((Shape { opener, closer, is_capitals }, name))
}

/// The sign or number before the name, and the text from the name on.
fn without_opener(text: &str) -> (char, &str) {
    let rest = text.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '"' | '“' | '„' | '‘' | '\''));
    let sign = if rest.len() < text.len() { text.chars().next().unwrap_or(' ') } else { ' ' };
    if !rest.starts_with(|c: char| c.is_ascii_digit()) {
        return (sign, rest);
    }
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || !c.is_alphanumeric());
    (if sign == ' ' { '0' } else { sign }, after)
}

/// Where the text before a closing sign ends, and the sign.
fn closer(text: &str) -> Option<(usize, char)> {
    let mut before = ' ';
    let mut n_chars = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, next)| *next);
        let closes = match c {
            ':' => !next.is_ascii_digit(),
            '：' | '–' | '—' | '―' | ']' | '】' | '»' | '>' | '|' | '\t' | '=' | '(' | '（' | '[' | '<' => {
                true
            }
            '-' => before == ' ' && next == ' ',
            ' ' => next == ' ',
            '.' => at > 2 && next == ' ' && text[..at].chars().rev().take(3).all(char::is_uppercase),
            _ => false,
        };
        if closes {
            return Some((at, c));
        }
        n_chars += 1;
        if n_chars > LONGEST_CHARS {
            return None;
        }
        before = c;
    }
    let whole = text.trim_end();
    let ends_sentence = whole.ends_with(['.', '!', '?', '…', ',', ';', '。', '！', '？', '"', '”', '»']);
    (!ends_sentence).then_some((whole.len(), END))
}

/// Whether all words of a text begin like words of a name: with a capital, a digit or a letter without case; short words excepted.
fn is_name_like(text: &str) -> bool {
    const SHORT: usize = 3;
    const LONGEST_CASELESS: usize = 12;
    let mut n = 0;
    for word in text.split_whitespace() {
        n += 1;
        let Some(first) = word.chars().find(|c| c.is_alphanumeric()) else { continue };
        let is_low = first.is_lowercase() && (n == 1 || word.chars().count() > SHORT);
        let is_prose = !first.is_uppercase() && !first.is_lowercase() && word.chars().count() > LONGEST_CASELESS;
        if is_low || is_prose || n > LONGEST_WORDS {
            return false;
        }
    }
    n > 0 && text.chars().any(char::is_alphabetic)
}

/// The shapes of some lines, and how often each text occurs in them.
#[derive(Debug, Default)]
pub(crate) struct Shapes<'p> {
    counts: HashMap<Shape, HashMap<&'p str, usize>>,
}

impl<'p> Shapes<'p> {
    /// Counts a line.
    pub(crate) fn add(&mut self, shape: Shape, name: &'p str) {
        *self.counts.entry(shape).or_default().entry(name).or_default() += 1;
    }

    /// Whether texts of a shape recur as the names of speakers do: two of them, or one at least three times.
    pub(crate) fn recurs(&self, shape: Shape) -> bool {
        let Some(names) = self.counts.get(&shape) else { return false };
        names.values().filter(|n| **n >= 2).count() >= 2 || names.values().any(|n| *n >= 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<&str> {
        shape(text, true).map(|(_, name)| name)
    }

    #[test]
    fn names_before_a_closing_sign_have_a_shape() {
        assert_eq!(name("Ann Lee: yes"), Some("Ann Lee"));
        assert_eq!(name("【山田太郎】はい"), Some("山田太郎"));
        assert_eq!(name("[12:30] Ann Lee — yes"), Some("Ann Lee"));
        assert_eq!(name("14. ANN LEE (Docks): yes"), Some("ANN LEE"));
        assert_eq!(name("Mr. BYRD. I rise"), Some("Mr. BYRD"));
        assert_eq!(name("Ann Lee"), Some("Ann Lee"));
        assert_eq!(shape("Ann Lee", false), None);
    }

    #[test]
    fn prose_has_none() {
        for text in
            ["We went home: it rained.", "The quick brown fox jumps over the lazy dog", "and then", "", "12", "—"]
        {
            assert_eq!(name(text), None, "{text}");
        }
    }
}
