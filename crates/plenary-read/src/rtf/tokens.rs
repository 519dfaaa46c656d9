//! The syntax of RTF.
//!
//! **Input:** bytes. **Output:** the starts and ends of groups, control words with their numbers, control symbols, escaped bytes and
//! runs of text; the encodings of code pages and character sets. Binary data is skipped by its declared length. Nothing is
//! refused.

use encoding_rs::Encoding;

/// A part of RTF.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token<'b> {
    Open,
    Close,
    /// `\*`: what follows may be ignored by programs that do not know it.
    Ignorable,
    Word(&'b str, Option<i32>),
    Symbol(u8),
    /// A byte of text written as `\'e4`.
    Byte(u8),
    Text(&'b [u8]),
    /// Binary data.
    Data,
}

/// The tokens of some bytes, in their order.
pub(super) struct Tokens<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Tokens<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        let start = bytes.iter().position(|byte| *byte == b'{').unwrap_or(bytes.len());
        Self { bytes, at: start }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn while_true(&mut self, is_part: impl Fn(u8) -> bool) -> &'b [u8] {
        let from = self.at;
        while self.peek().is_some_and(&is_part) {
            self.at += 1;
        }
        &self.bytes[from..self.at]
    }

    /// What follows a backslash.
    fn control(&mut self) -> Option<Token<'b>> {
        let first = self.peek()?;
        if first.is_ascii_alphabetic() {
            return Some(self.word());
        }
        self.at += 1;
        match first {
            b'*' => Some(Token::Ignorable),
            b'\'' => {
                let digit = |at: usize| char::from(*self.bytes.get(at)?).to_digit(16);
                let (Some(high), Some(low)) = (digit(self.at), digit(self.at + 1)) else {
                    return Some(Token::Symbol(0));
                };
                self.at += 2;
                Some(Token::Byte((high * 16 + low) as u8))
            }
            symbol => Some(Token::Symbol(symbol)),
        }
    }

    fn word(&mut self) -> Token<'b> {
        let name = self.while_true(|byte| byte.is_ascii_alphabetic());
        let is_negative = self.peek() == Some(b'-') && self.bytes.get(self.at + 1).is_some_and(u8::is_ascii_digit);
        self.at += usize::from(is_negative);
        let digits = self.while_true(|byte| byte.is_ascii_digit());
        let number = std::str::from_utf8(digits).ok().filter(|digits| !digits.is_empty()).map(|digits| {
            let value: i32 = digits.parse().unwrap_or(i32::MAX);
            if is_negative { -value } else { value }
        });
        // One blank after a control word belongs to it.
        self.at += usize::from(self.peek() == Some(b' '));
        let name = std::str::from_utf8(name).unwrap_or("");
        if name == "bin" {
            let length = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
            self.at = self.at.saturating_add(length).min(self.bytes.len());
            return Token::Data;
        }
        Token::Word(name, number)
    }
}

impl<'b> Iterator for Tokens<'b> {
    type Item = Token<'b>;

    fn next(&mut self) -> Option<Token<'b>> {
        self.while_true(|byte| matches!(byte, b'\n' | b'\r' | 0));
        match self.peek()? {
            b'{' => {
                self.at += 1;
                Some(Token::Open)
            }
            b'}' => {
                self.at += 1;
                Some(Token::Close)
            }
            b'\\' => {
                self.at += 1;
                self.control()
            }
            _ => Some(Token::Text(self.while_true(|byte| !matches!(byte, b'{' | b'}' | b'\\' | b'\n' | b'\r' | 0)))),
        }
    }
}

/// The encoding of a Windows code page.
pub(super) fn code_page(number: i32) -> Option<&'static Encoding> {
    let label = match number {
        874 => "windows-874".to_string(),
        932 => "shift_jis".to_string(),
        936 => "gbk".to_string(),
        949 => "euc-kr".to_string(),
        950 => "big5".to_string(),
        10_000 => "macintosh".to_string(),
        10_007 => "x-mac-cyrillic".to_string(),
        866 => "ibm866".to_string(),
        65_001 => "utf-8".to_string(),
        1250..=1258 => format!("windows-{number}"),
        28_591..=28_606 => format!("iso-8859-{}", number - 28_590),
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

/// The encoding of the character set of a font. Sets that say nothing of letters give `None`.
pub(super) fn charset(number: i32) -> Option<&'static Encoding> {
    let page = match number {
        0 => 1252,
        77 => 10_000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    };
    code_page(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_words_take_one_blank_and_a_number() {
        let tokens: Vec<Token<'_>> = Tokens::new(b"junk{\\b0 a\\u-10179?\\'e4\\bin3 x}y\\*\\~}").collect();
        assert_eq!(
            tokens,
            [
                Token::Open,
                Token::Word("b", Some(0)),
                Token::Text(b"a"),
                Token::Word("u", Some(-10179)),
                Token::Text(b"?"),
                Token::Byte(0xE4),
                Token::Data,
                Token::Ignorable,
                Token::Symbol(b'~'),
                Token::Close,
            ]
        );
        assert_eq!(Tokens::new(b"{\\'").count(), 2);
    }
}
