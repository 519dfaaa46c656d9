//! Text to token ids, in as many windows as a model needs to read the whole text.
//!
//! **Input**: a text or a pair of texts. **Output**: [`Windows`]. A text longer than the model takes is split at the starts
//! of words; of a pair the first text is split and each window contains the whole second text. No text is cut off. A second
//! text that leaves no tokens for the first is refused. Special tokens that are spelled out in a text, such as `[SEP]`, are
//! ordinary characters.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use crate::error::{BuildError, ModelProblem, excerpt};
use crate::vocabulary;

/// One text, or a pair of texts, as a model takes it in one pass. The three lists have the same length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Positions in the model's vocabulary.
    pub ids: Vec<u32>,
    /// 0 for the first text, 1 for the second.
    pub type_ids: Vec<u32>,
    /// 1 for every token that is not padding; always 1, as nothing is padded.
    pub attention_mask: Vec<u32>,
}

/// A text, or a pair, split into passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windows {
    /// In the order of the text; at least one.
    pub passes: Vec<Tokens>,
    /// Number of tokens of the whole text or pair, special tokens included, as if the model had no limit.
    pub n_tokens: usize,
}

impl Tokens {
    /// One text of these tokens, without a second text.
    pub fn of(ids: Vec<u32>) -> Self {
        Self { type_ids: vec![0; ids.len()], attention_mask: vec![1; ids.len()], ids }
    }
}

/// A model's tokenizer and how many tokens the model takes. Cheap to clone.
#[derive(Clone)]
pub struct Tokenizer {
    file: Arc<File>,
    max_tokens: usize,
}

/// What a `tokenizer.json` says.
struct File {
    inner: tokenizers::Tokenizer,
    n_rows: usize,
    silent: HashSet<u32>,
}

impl Tokenizer {
    /// From the bytes of a `tokenizer.json`, for a model that takes `max_tokens` tokens in a pass. Truncation and padding
    /// that the file asks for are switched off.
    ///
    /// # Errors
    /// The bytes are not a tokenizer.
    pub fn from_bytes(bytes: &[u8], max_tokens: usize) -> Result<Self, BuildError> {
        let bad = |e: tokenizers::Error| BuildError(e.to_string());
        let mut inner = tokenizers::Tokenizer::from_bytes(bytes).map_err(bad)?;
        inner.with_truncation(None).map_err(bad)?;
        inner.with_padding(None);
        inner.set_encode_special_tokens(true);
        let (n_rows, silent) = (vocabulary::rows_needed(&inner), vocabulary::silent(&inner, bytes));
        Ok(Self { file: Arc::new(File { inner, n_rows, silent }), max_tokens })
    }

    /// The same tokenizer, for a model that takes `max_tokens` tokens in a pass.
    #[must_use]
    pub fn with_limit(self, max_tokens: usize) -> Self {
        Self { max_tokens, ..self }
    }

    /// Rows that a table of embeddings needs so that every token has one: the largest id and one more.
    pub fn n_rows(&self) -> usize {
        self.file.n_rows
    }

    /// Ids of the special tokens and of the token for unknown words, which have no meaning.
    pub fn silent(&self) -> &HashSet<u32> {
        &self.file.silent
    }

    /// Every token with its id.
    pub fn vocabulary(&self) -> HashMap<String, u32> {
        self.file.inner.get_vocab(true)
    }

    /// The token with this id.
    pub fn token(&self, id: u32) -> Option<String> {
        self.file.inner.id_to_token(id)
    }

    /// The special tokens before and after a text.
    ///
    /// # Errors
    /// The tokenizer cannot encode a text.
    pub fn frame(&self) -> Result<(Vec<u32>, Vec<u32>), ModelProblem> {
        let encoding = self.file.inner.encode("a", true).map_err(|e| failed("a", &e))?;
        let (ids, words) = (encoding.get_ids(), outer(encoding.get_special_tokens_mask(), |&s| s == 0));
        Ok((ids[..words.start].to_vec(), ids[words.end..].to_vec()))
    }

    /// Tokens of one text.
    ///
    /// # Errors
    /// The tokenizer fails, or the special tokens alone are too many for the model.
    pub fn text(&self, text: &str) -> Result<Windows, ModelProblem> {
        let encoding = self.encode(join_lines(text).as_ref()).map_err(|e| failed(text, &e))?;
        let special = encoding.get_special_tokens_mask();
        let words = outer(special, |&s| s == 0);
        let windows = self.windows(&encoding, words);
        windows.ok_or_else(|| ModelProblem::Pass {
            text: excerpt(text),
            reason: "its special tokens alone are too many".into(),
        })
    }

    /// Tokens of a premise and a hypothesis.
    ///
    /// # Errors
    /// The tokenizer fails, or the hypothesis leaves no tokens for the premise.
    pub fn pair(&self, premise: &str, hypothesis: &str) -> Result<Windows, ModelProblem> {
        let (first, second) = (join_lines(premise), join_lines(hypothesis));
        let encoding = self.encode((first.as_ref(), second.as_ref())).map_err(|e| failed(premise, &e))?;
        let words = outer(&encoding.get_sequence_ids(), |&s| s == Some(0));
        self.windows(&encoding, words).ok_or_else(|| ModelProblem::PropositionTooLong {
            proposition: excerpt(hypothesis),
            n_tokens: encoding.len(),
            max_tokens: self.max_tokens,
        })
    }

    /// The encoding. Only the encoding of a text that has to be split contains its words, which takes longer.
    fn encode<'t>(
        &self,
        input: impl Into<tokenizers::EncodeInput<'t>> + Clone,
    ) -> Result<tokenizers::Encoding, tokenizers::Error> {
        let encoding = self.file.inner.encode_fast(input.clone(), true)?;
        if encoding.len() <= self.max_tokens { Ok(encoding) } else { self.file.inner.encode(input, true) }
    }

    /// Windows of at most as many tokens as the model takes. Each has a part of the tokens `words` and all tokens before and
    /// after `words`; `None` if those alone are too many.
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
}

fn failed(text: &str, reason: &tokenizers::Error) -> ModelProblem {
    ModelProblem::Pass { text: excerpt(text), reason: reason.to_string() }
}

/// The range from the first to the last item that `is_word`; an empty range after the first item if there is none.
fn outer<T>(items: &[T], is_word: impl Fn(&T) -> bool) -> Range<usize> {
    let start = items.iter().position(&is_word).unwrap_or(items.len().min(1));
    let end = items.iter().rposition(&is_word).map_or(start, |last| last + 1);
    start..end
}

/// Parts of at most `room` tokens, each beginning where a word begins; a word longer than that is split.
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

/// The text with each run of spaces, tabs and line breaks replaced by one space, and none at the ends. BERT's tokenizers do
/// not distinguish the two; others may treat a line break as a word.
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
        Tokenizer::from_bytes(TOKENIZER, max_tokens).unwrap()
    }

    /// The tokens of all windows without their first `before` and last `behind` tokens.
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
        assert_eq!(inner(&parts, 1, 1).len(), word, "a word longer than a window is split");
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
    fn a_hypothesis_that_leaves_no_tokens_is_refused() {
        let error = tokenizer(5).pair("one two", "three four five").unwrap_err();
        assert!(matches!(error, ModelProblem::PropositionTooLong { n_tokens: 8, max_tokens: 5, .. }), "{error}");
    }

    #[test]
    fn line_breaks_and_runs_of_spaces_do_not_change_the_tokens() {
        let untidy = " My Lords,\n  I beg\r\n\tto move   the amendment. \n";
        let raw = tokenizer(512).file.inner.encode_fast(untidy, true).unwrap();
        assert_eq!(tokenizer(512).text(untidy).unwrap().passes[0].ids, raw.get_ids());
        assert_eq!(join_lines(untidy), "My Lords, I beg to move the amendment.");
        assert_eq!(join_lines(" \n"), "");
    }

    #[test]
    fn characters_that_spell_a_special_token_are_ordinary_text() {
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
