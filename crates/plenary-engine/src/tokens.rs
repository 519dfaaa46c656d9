//! Text to token ids, in as many windows as a model needs to see all of it.
//!
//! A text longer than the model takes is split into windows at the starts of words; of a pair the first text is split
//! and the second stands whole beside every window. Nothing is cut. Texts are data: `[SEP]` in a text is six ordinary
//! signs, not the mark between two texts.

use std::borrow::Cow;
use std::ops::Range;

use super::error::{EngineError, excerpt};

/// One text, or a pair of texts, as a model takes it in one pass. The three lists have the same length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    pub ids: Vec<u32>,
    /// 0 for the first text, 1 for the second.
    pub type_ids: Vec<u32>,
    /// 1 for every token that counts; all of them, as nothing is padded.
    pub attention_mask: Vec<u32>,
}

/// A text, or a pair, in the passes it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windows {
    /// In the order of the text; at least one.
    pub passes: Vec<Tokens>,
    /// Tokens of the whole, special tokens included, as if the model had no limit.
    pub n_tokens: usize,
}

impl Tokens {
    /// One text that is tokens already.
    pub(crate) fn of(ids: Vec<u32>) -> Self {
        Self { type_ids: vec![0; ids.len()], attention_mask: vec![1; ids.len()], ids }
    }
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

    /// The tokenizer itself.
    pub(crate) fn inner(&self) -> &tokenizers::Tokenizer {
        &self.inner
    }

    /// Tokens of one text.
    pub fn text(&self, text: &str) -> Result<Windows, EngineError> {
        let encoding = self.encode(join_lines(text).as_ref()).map_err(|e| self.failed(text, e))?;
        let special = encoding.get_special_tokens_mask();
        let words = outer(special, |&s| s == 0);
        self.windows(&encoding, words).ok_or_else(|| self.failed(text, "its special tokens alone are too many".into()))
    }

    /// Tokens of a premise and a hypothesis. Fails where the hypothesis leaves no room for the premise.
    pub fn pair(&self, premise: &str, hypothesis: &str) -> Result<Windows, EngineError> {
        let (first, second) = (join_lines(premise), join_lines(hypothesis));
        let encoding = self.encode((first.as_ref(), second.as_ref())).map_err(|e| self.failed(premise, e))?;
        let words = outer(&encoding.get_sequence_ids(), |&s| s == Some(0));
        self.windows(&encoding, words).ok_or_else(|| EngineError::PropositionTooLong {
            model: self.model.clone(),
            proposition: excerpt(hypothesis),
            n_tokens: encoding.len(),
            max_tokens: self.max_tokens,
        })
    }

    /// The encoding; that of a text which has to be split knows its words, which takes longer.
    fn encode<'t>(
        &self,
        input: impl Into<tokenizers::EncodeInput<'t>> + Clone,
    ) -> Result<tokenizers::Encoding, tokenizers::Error> {
        let encoding = self.inner.encode_fast(input.clone(), true)?;
        if encoding.len() <= self.max_tokens { Ok(encoding) } else { self.inner.encode(input, true) }
    }

    /// The tokens `words` split to what the model takes, each part between the tokens before and behind them; `None`
    /// where those alone are too many.
    fn windows(&self, encoding: &tokenizers::Encoding, words: Range<usize>) -> Option<Windows> {
        let (ids, type_ids) = (encoding.get_ids(), encoding.get_type_ids());
        let around = |part: Range<usize>| {
            let pick = |all: &[u32]| [&all[..words.start], &all[part.clone()], &all[words.end..]].concat();
            let ids = pick(ids);
            Tokens { type_ids: pick(type_ids), attention_mask: vec![1; ids.len()], ids }
        };
        let n_tokens = encoding.len();
        let passes = if n_tokens <= self.max_tokens {
            vec![around(words.clone())]
        } else {
            let room = self.max_tokens.checked_sub(n_tokens - words.len()).filter(|room| *room > 0)?;
            split(encoding.get_word_ids(), words.clone(), room).into_iter().map(around).collect()
        };
        Some(Windows { passes, n_tokens })
    }

    fn failed(&self, text: &str, reason: tokenizers::Error) -> EngineError {
        EngineError::Pass { model: self.model.clone(), text: excerpt(text), reason: reason.to_string() }
    }
}

/// The range from the first to the last item that `is_word`; empty, at the first end, where there is none.
fn outer<T>(items: &[T], is_word: impl Fn(&T) -> bool) -> Range<usize> {
    let start = items.iter().position(&is_word).unwrap_or(items.len().min(1));
    let end = items.iter().rposition(&is_word).map_or(start, |last| last + 1);
    start..end
}

/// Parts of at most `room` tokens that begin where a word begins; a word longer than that is split inside.
fn split(word_of: &[Option<u32>], words: Range<usize>, room: usize) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = words.start;
    while words.end - start > room {
        let full = start + room;
        let begins_word = |at: &usize| word_of[*at].is_none() || word_of[*at] != word_of[*at - 1];
        let end = (start + 1..=full).rev().find(begins_word).unwrap_or(full);
        parts.push(start..end);
        start = end;
    }
    parts.push(start..words.end);
    parts
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

    const TOKENIZER: &[u8] = include_bytes!("../../../models/nli-minilm-l6/tokenizer.json");

    fn tokenizer(max_tokens: usize) -> Tokenizer {
        Tokenizer::from_bytes("test", TOKENIZER, max_tokens).unwrap()
    }

    /// The tokens of all windows between their first `before` and last `behind` ones.
    fn inner(windows: &Windows, before: usize, behind: usize) -> Vec<u32> {
        windows.passes.iter().flat_map(|p| p.ids[before..p.ids.len() - behind].to_vec()).collect()
    }

    #[test]
    fn a_long_text_is_split_at_words_and_loses_nothing() {
        let whole = tokenizer(512).text("one two three four five").unwrap();
        let parts = tokenizer(5).text("one two three four five").unwrap();
        assert_eq!((whole.n_tokens, whole.passes.len()), (7, 1));
        assert_eq!((parts.n_tokens, parts.passes.len()), (7, 2));
        assert_eq!(inner(&parts, 1, 1), whole.passes[0].ids[1..6]);
        assert!(parts.passes.iter().all(|p| p.ids[0] == whole.passes[0].ids[0] && p.ids.last() == Some(&102)));

        // "untranslatableness" has several pieces, which stay together while they fit.
        let word = tokenizer(512).text("untranslatableness").unwrap().passes[0].ids.len() - 2;
        assert!(word > 2);
        let parts = tokenizer(word + 3).text("one two untranslatableness").unwrap();
        assert_eq!(parts.passes.iter().map(|p| p.ids.len() - 2).collect::<Vec<_>>(), [2, word]);
        let parts = tokenizer(4).text("untranslatableness").unwrap();
        assert_eq!(inner(&parts, 1, 1).len(), word, "a word that fits nowhere is split");
    }

    #[test]
    fn of_a_long_pair_the_premise_is_split_and_the_hypothesis_stays() {
        let whole = tokenizer(512).pair("one two three four five", "six seven").unwrap();
        let parts = tokenizer(8).pair("one two three four five", "six seven").unwrap();
        assert_eq!(parts.n_tokens, 10);
        assert_eq!(parts.passes.len(), 2);
        assert_eq!(inner(&parts, 1, 4), whole.passes[0].ids[1..6]);
        assert!(parts.passes.iter().all(|p| p.ids[p.ids.len() - 4..] == whole.passes[0].ids[6..]));
        assert_eq!(parts.passes[0].type_ids, [0, 0, 0, 0, 0, 1, 1, 1]);
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
        assert_eq!(tokenizer(512).text(untidy).unwrap().passes[0].ids, raw.get_ids());
        assert_eq!(join_lines(untidy), "My Lords, I beg to move the amendment.");
        assert_eq!(join_lines(" \n"), "");
    }

    #[test]
    fn signs_that_look_like_a_special_token_are_ordinary_text() {
        let separator = 102;
        let tokens = tokenizer(512).text("yes [SEP] no").unwrap();
        assert_eq!(tokens.passes[0].ids.iter().filter(|&&id| id == separator).count(), 1);
    }

    #[test]
    fn an_empty_text_has_its_special_tokens_only() {
        let tokens = tokenizer(512).text(" \n ").unwrap();
        assert_eq!((tokens.passes.len(), tokens.passes[0].ids.len(), tokens.n_tokens), (1, 2, 2));
    }
}
