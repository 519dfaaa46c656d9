//! Small functions over text that several stages need.

/// The text with each run of white space replaced by one space, and none at its ends.
pub fn collapse_white_space(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Signs at the end of a sentence.
pub const SENTENCE_ENDS: &[char] =
    &['.', '!', '?', '…', '。', '！', '？', '｡', '．', '؟', '۔', '।', '॥', '։', '။', '።', '፧', '។', '៕'];

/// Quotation marks and brackets that may follow the sign at the end of a sentence.
const CLOSING: &[char] = &['"', '”', '’', '»', '\'', ')', ']', '」', '』', '）', '》', '】', '“'];

/// Whether a character is of a script that writes no blanks between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese, or the
/// full-width signs of these scripts.
pub fn is_blankless(c: char) -> bool {
    matches!(c,
        '\u{0E01}'..='\u{0EFF}'
        | '\u{1000}'..='\u{109F}'
        | '\u{1780}'..='\u{17FF}'
        | '\u{3000}'..='\u{30FF}'
        | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FF01}'..='\u{FF65}'
        | '\u{20000}'..='\u{323AF}')
}

/// Whether a text ends with one of `signs`. Closing quotation marks, closing brackets and white space after the sign do
/// not count.
pub fn ends_with_sign(text: &str, signs: &[char]) -> bool {
    text.trim_end_matches(|c: char| c.is_whitespace() || CLOSING.contains(&c)).ends_with(signs)
}

/// Whether a text ends with a sign of [`SENTENCE_ENDS`], as defined by [`ends_with_sign`].
pub fn ends_sentence(text: &str) -> bool {
    ends_with_sign(text, SENTENCE_ENDS)
}

/// The line of a row of a table, from 1. A reader of CSV says where it stood before the row, at `byte` in `line`: with `\r\n` that is before the
/// `\n` of the row above, and there may be empty lines between.
pub fn line_of_row(content: &[u8], byte: u64, line: u64) -> u64 {
    let rest = usize::try_from(byte).ok().and_then(|byte| content.get(byte..)).unwrap_or_default();
    let breaks = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    line + breaks.filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_collapsed() {
        assert_eq!(collapse_white_space(" a \t\n b\u{A0}c "), "a b c");
        assert_eq!(collapse_white_space(" \n"), "");
    }

    #[test]
    fn closing_signs_do_not_hide_the_end_of_a_sentence() {
        assert!(ends_sentence("So he said.") && ends_sentence("\"Really?\" ") && ends_sentence("(yes!)]"));
        assert!(!ends_sentence("and then") && !ends_sentence("(yes)") && !ends_sentence(""));
        assert!(ends_with_sign("as follows:", &[':']) && !ends_sentence("as follows:"));
    }

    #[test]
    fn rows_begin_after_the_break_of_the_row_above() {
        assert_eq!(line_of_row(b"a\nb", 2, 2), 2);
        assert_eq!(line_of_row(b"a\r\nb", 2, 1), 2);
        assert_eq!(line_of_row(b"a\r\n\r\nb", 2, 1), 3);
        assert_eq!(line_of_row(b"a", 9, 1), 1);
    }
}
