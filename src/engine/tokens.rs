//! Text to token ids, cut to what a model takes.
//!
//! A text that is too long loses its end; of a pair the first text loses its end and the second stays whole, as the
//! inference models were trained. A cut is always told. Texts are data: `[SEP]` in a text is six ordinary signs, not
//! the mark between two texts.

use std::borrow::Cow;

use super::error::{EngineError, excerpt};

/// One text, or a pair of texts, as a model takes it. The three lists have the same length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    pub ids: Vec<u32>,
    /// 0 for the first text, 1 for the second.
    pub type_ids: Vec<u32>,
    /// 1 for every token that counts; all of them, as nothing is padded.
    pub attention_mask: Vec<u32>,
    /// Tokens before any cut, special tokens included.
    pub n_tokens: usize,
    /// Whether the end of the (first) text was cut off.
    pub truncated: bool,
}

/// A model's tokenizer and how many tokens the model takes.
pub struct Tokenizer {
    model: String,
    inner: tokenizers::Tokenizer,
    max_tokens: usize,
}

impl Tokenizer {
    /// From the bytes of a `tokenizer.json`; the error is the reason for people. Cuts and padding that the file asks for
    /// are switched off.
    pub(crate) fn from_bytes(model: &str, bytes: &[u8], max_tokens: usize) -> Result<Self, String> {
        let mut inner = tokenizers::Tokenizer::from_bytes(bytes).map_err(|e| e.to_string())?;
        inner.with_truncation(None).map_err(|e| e.to_string())?;
        inner.with_padding(None);
        inner.set_encode_special_tokens(true);
        Ok(Self { model: model.to_owned(), inner, max_tokens })
    }

    /// Tokens of one text.
    pub fn text(&self, text: &str) -> Result<Tokens, EngineError> {
        let encoding = self.inner.encode_fast(join_lines(text).as_ref(), true).map_err(|e| self.failed(text, e))?;
        // Every special token at the end stays, the tokens before it go.
        let special = encoding.get_special_tokens_mask();
        let end = special.iter().rposition(|&s| s == 0).map_or(0, |last| last + 1);
        if encoding.len() <= self.max_tokens {
            return Ok(self.whole(&encoding));
        }
        self.cut(&encoding, end).ok_or_else(|| self.failed(text, "its special tokens alone are too many".into()))
    }

    /// Tokens of a premise and a hypothesis. Fails where the hypothesis leaves no room for the premise.
    pub fn pair(&self, premise: &str, hypothesis: &str) -> Result<Tokens, EngineError> {
        let encoding = self
            .inner
            .encode_fast((join_lines(premise).as_ref(), join_lines(hypothesis).as_ref()), true)
            .map_err(|e| self.failed(premise, e))?;
        if encoding.len() <= self.max_tokens {
            return Ok(self.whole(&encoding));
        }
        let end = encoding.get_sequence_ids().iter().rposition(|&s| s == Some(0)).map_or(0, |last| last + 1);
        let n_premise = encoding.get_sequence_ids().iter().filter(|&&s| s == Some(0)).count();
        let cut = (n_premise > encoding.len() - self.max_tokens).then(|| self.cut(&encoding, end)).flatten();
        cut.ok_or_else(|| EngineError::PropositionTooLong {
            model: self.model.clone(),
            proposition: excerpt(hypothesis),
            n_tokens: encoding.len(),
            max_tokens: self.max_tokens,
        })
    }

    fn whole(&self, encoding: &tokenizers::Encoding) -> Tokens {
        Tokens {
            ids: encoding.get_ids().to_vec(),
            type_ids: encoding.get_type_ids().to_vec(),
            attention_mask: encoding.get_attention_mask().to_vec(),
            n_tokens: encoding.len(),
            truncated: false,
        }
    }

    /// Removes the tokens before `end` that are too many; `None` where fewer stand before it.
    fn cut(&self, encoding: &tokenizers::Encoding, end: usize) -> Option<Tokens> {
        let start = end.checked_sub(encoding.len() - self.max_tokens)?;
        let without = |all: &[u32]| [&all[..start], &all[end..]].concat();
        Some(Tokens {
            ids: without(encoding.get_ids()),
            type_ids: without(encoding.get_type_ids()),
            attention_mask: without(encoding.get_attention_mask()),
            n_tokens: encoding.len(),
            truncated: true,
        })
    }

    fn failed(&self, text: &str, reason: tokenizers::Error) -> EngineError {
        EngineError::Pass { model: self.model.clone(), text: excerpt(text), reason: reason.to_string() }
    }
}

/// The text with each run of spaces, tabs and line breaks as one space, none at the ends. BERT's tokenizers do not tell
/// the two apart; others may take a line break for a word of its own, which wrapped lines are not.
pub(crate) fn join_lines(text: &str) -> Cow<'_, str> {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r');
    let tidy = !text.starts_with(blank)
        && !text.ends_with(blank)
        && !text.contains(['\t', '\n', '\r'])
        && !text.contains("  ");
    if tidy {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split(blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKENIZER: &[u8] = include_bytes!("../../models/nli-minilm-l6/tokenizer.json");

    fn tokenizer(max_tokens: usize) -> Tokenizer {
        Tokenizer::from_bytes("test", TOKENIZER, max_tokens).unwrap()
    }

    #[test]
    fn a_long_text_loses_its_end_and_keeps_the_last_special_token() {
        let whole = tokenizer(512).text("one two three four five").unwrap();
        let cut = tokenizer(5).text("one two three four five").unwrap();
        assert_eq!((whole.n_tokens, whole.truncated), (7, false));
        assert_eq!((cut.n_tokens, cut.truncated), (7, true));
        assert_eq!(cut.ids, [&whole.ids[..4], &whole.ids[6..]].concat());
    }

    #[test]
    fn of_a_long_pair_the_premise_is_cut_and_the_hypothesis_stays() {
        let whole = tokenizer(512).pair("one two three four five", "six seven").unwrap();
        let cut = tokenizer(8).pair("one two three four five", "six seven").unwrap();
        assert_eq!(cut.ids, [&whole.ids[..4], &whole.ids[6..]].concat());
        assert_eq!(cut.type_ids, [0, 0, 0, 0, 0, 1, 1, 1]);
        assert_eq!((cut.n_tokens, cut.truncated), (10, true));
    }

    #[test]
    fn a_hypothesis_that_leaves_no_room_is_refused() {
        let error = tokenizer(5).pair("one two", "three four five").unwrap_err();
        assert!(matches!(error, EngineError::PropositionTooLong { n_tokens: 8, max_tokens: 5, .. }), "{error}");
    }

    #[test]
    fn line_breaks_and_runs_of_spaces_do_not_change_the_tokens() {
        let untidy = " My Lords,\n  I beg\r\n\tto move   the amendment. \n";
        let raw = tokenizer(512).inner.encode_fast(untidy, true).unwrap();
        assert_eq!(tokenizer(512).text(untidy).unwrap().ids, raw.get_ids());
        assert_eq!(join_lines(untidy), "My Lords, I beg to move the amendment.");
        assert_eq!(join_lines(" \n"), "");
    }

    #[test]
    fn signs_that_look_like_a_special_token_are_ordinary_text() {
        let separator = 102;
        let tokens = tokenizer(512).text("yes [SEP] no").unwrap();
        assert_eq!(tokens.ids.iter().filter(|&&id| id == separator).count(), 1);
    }

    #[test]
    fn an_empty_text_has_its_special_tokens_only() {
        let tokens = tokenizer(512).text(" \n ").unwrap();
        assert_eq!((tokens.ids.len(), tokens.n_tokens, tokens.truncated), (2, 2, false));
    }
}
