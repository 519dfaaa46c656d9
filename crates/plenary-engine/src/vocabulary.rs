//! The vocabulary of a tokenizer.
//!
//! **Input**: a tokenizer and its file. **Output**: the number of rows that a table of embeddings needs, and the tokens
//! without a meaning of their own.

use std::collections::HashSet;

use serde::Deserialize;

/// Rows that a table needs so that every token of the tokenizer has one: its largest id and one more.
pub(crate) fn rows_needed(tokenizer: &tokenizers::Tokenizer) -> usize {
    tokenizer.get_vocab(true).into_values().max().map_or(0, |id| id as usize + 1)
}

/// Ids of the special tokens and of the token for unknown words. Only `json`, the tokenizer's file, names the latter.
pub(crate) fn silent(tokenizer: &tokenizers::Tokenizer, json: &[u8]) -> HashSet<u32> {
    #[derive(Deserialize, Default)]
    struct File {
        #[serde(default)]
        model: Model,
    }
    #[derive(Deserialize, Default)]
    struct Model {
        #[serde(default)]
        unk_token: Option<String>,
        #[serde(default)]
        unk_id: Option<u32>,
    }
    let File { model } = serde_json::from_slice(json).unwrap_or_default();
    let added = tokenizer.get_added_vocabulary().get_added_tokens_decoder();
    let special = added.iter().filter(|(_, token)| token.special).map(|(id, _)| *id);
    let unknown = model.unk_token.and_then(|token| tokenizer.token_to_id(&token)).or(model.unk_id);
    special.chain(unknown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_and_unknown_tokens_are_silent_and_every_token_has_a_row() {
        let json = br###"{"version": "1.0", "added_tokens": [
            {"id": 3, "content": "[CLS]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
            "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": {"[UNK]": 0, "a": 1, "b": 2}}}"###;
        let tokenizer = tokenizers::Tokenizer::from_bytes(json).unwrap();
        assert_eq!(rows_needed(&tokenizer), 4);
        assert_eq!(silent(&tokenizer, json), HashSet::from([0, 3]));
    }
}
