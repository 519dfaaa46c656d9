//! What a model's folder says of itself: config.json, and beside it the files of sentence-transformers.
//!
//! In comes a folder, out go the width, the number of tokens, the labels, the pooling and the task as far as the files
//! tell them. What they say that plenary cannot do (a pooling it does not know, a layer after the pooling) is refused.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::error::EngineError;
use super::folder::{Pooling, read};

/// What plenary reads of a `config.json`.
#[derive(Debug, Deserialize)]
pub(crate) struct Config {
    #[serde(default)]
    model_type: Option<String>,
    #[serde(default)]
    architectures: Option<Vec<String>>,
    #[serde(default)]
    hidden_size: Option<usize>,
    /// What DistilBERT calls `hidden_size`.
    #[serde(default)]
    dim: Option<usize>,
    #[serde(default)]
    max_position_embeddings: Option<usize>,
    #[serde(default)]
    pad_token_id: Option<usize>,
    /// Rows of the table of token embeddings.
    #[serde(default)]
    pub vocab_size: Option<usize>,
    /// Tokens that a static model takes.
    #[serde(default)]
    pub seq_length: Option<usize>,
    #[serde(default)]
    id2label: BTreeMap<String, String>,
}

/// `model_type` of a static model, as Model2Vec writes it.
pub(crate) const MODEL2VEC: &str = "model2vec";

/// Encoders whose first position is the one after the padding token's, so that their table of positions has rows that no
/// text can use.
const COUNT_AFTER_PADDING: [&str; 7] =
    ["roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "roberta-prelayernorm", "data2vec-text", "mpnet"];

impl Config {
    pub fn from_bytes(model: &str, path: &Path, bytes: &[u8]) -> Result<Self, EngineError> {
        serde_json::from_slice(bytes).map_err(|e| bad_config(model, path, e.to_string()))
    }

    /// Labels in the order of the logits; an error where `id2label` does not count from 0.
    pub fn labels(&self, model: &str, path: &Path) -> Result<Vec<String>, EngineError> {
        (0..self.id2label.len())
            .map(|i| self.id2label.get(&i.to_string()).cloned())
            .collect::<Option<_>>()
            .ok_or_else(|| bad_config(model, path, "`id2label` does not number its labels from 0".into()))
    }

    /// Whether the file says that the model gives hidden states, whatever labels it may list.
    pub fn is_headless(&self) -> bool {
        self.architectures.iter().flatten().next().is_some_and(|name| {
            !name.contains("For") || name.ends_with("ForMaskedLM") || name.ends_with("ForPreTraining")
        })
    }

    /// Whether the file says that the model classifies.
    pub fn is_classifier(&self) -> bool {
        self.architectures.iter().flatten().any(|name| name.ends_with("ForSequenceClassification"))
    }

    pub fn is_static(&self) -> bool {
        self.model_type.as_deref() == Some(MODEL2VEC)
    }

    /// Width of the hidden states.
    pub fn width(&self, model: &str, path: &Path) -> Result<usize, EngineError> {
        self.hidden_size
            .or(self.dim)
            .ok_or_else(|| bad_config(model, path, "it has no `hidden_size`, the width of the hidden states".into()))
    }

    /// Tokens that the model has positions for, special tokens included.
    pub fn positions(&self, model: &str, path: &Path) -> Result<usize, EngineError> {
        let rows = self.max_position_embeddings.ok_or_else(|| {
            bad_config(model, path, "it has no `max_position_embeddings`, the number of tokens it takes".into())
        })?;
        let after_padding = self.model_type.as_deref().is_some_and(|t| COUNT_AFTER_PADDING.contains(&t));
        // Without a padding token of its own the first of these, RoBERTa, has number 1.
        let skipped = if after_padding { self.pad_token_id.unwrap_or(1) + 1 } else { 0 };
        Ok(rows.saturating_sub(skipped))
    }
}

/// Tokens at which the makers of the model cut texts, where they say so: sentence-transformers' `max_seq_length`, else the
/// tokenizer's `model_max_length`.
pub(crate) fn stated_max_tokens(model: &str, folder: &Path) -> Result<Option<usize>, EngineError> {
    #[derive(Deserialize)]
    struct Limits {
        #[serde(default)]
        max_seq_length: Option<f64>,
        #[serde(default)]
        model_max_length: Option<f64>,
    }
    for file in ["sentence_bert_config.json", "tokenizer_config.json"] {
        let limits: Option<Limits> = optional(model, &folder.join(file))?;
        let limit = limits.and_then(|limits| limits.max_seq_length.or(limits.model_max_length));
        // Where there is no limit a very large number stands for it, larger than any text.
        if let Some(limit) = limit.filter(|limit| *limit >= 1.0 && *limit < 1e9) {
            return Ok(Some(limit as usize));
        }
    }
    Ok(None)
}

/// How hidden states become a vector: what sentence-transformers' `modules.json` and `1_Pooling/config.json` say, the
/// mean where there is neither.
pub(crate) fn pooling(model: &str, folder: &Path) -> Result<Pooling, EngineError> {
    #[derive(Deserialize)]
    struct Module {
        #[serde(default)]
        path: String,
        #[serde(rename = "type")]
        kind: String,
    }
    let path = folder.join("modules.json");
    let modules: Vec<Module> = optional(model, &path)?.unwrap_or_default();
    for Module { path: folder, kind } in &modules {
        let name = kind.rsplit('.').next().unwrap_or(kind);
        if !["Transformer", "Pooling", "Normalize"].contains(&name) {
            let reason = format!(
                "it has the module {name} ({folder}), which plenary does not compute; of sentence-transformers' modules \
                 it knows Transformer, Pooling and Normalize"
            );
            return Err(bad_config(model, &path, reason));
        }
    }
    let path = folder.join("1_Pooling").join("config.json");
    let Some(keys) = optional::<BTreeMap<String, serde_json::Value>>(model, &path)? else {
        return Ok(Pooling::Mean);
    };
    let mut modes: Vec<&str> = keys
        .iter()
        .filter(|(key, value)| key.starts_with("pooling_mode_") && **value == serde_json::Value::Bool(true))
        .map(|(key, _)| key.trim_start_matches("pooling_mode_"))
        .collect();
    modes.extend(keys.get("pooling_mode").and_then(|mode| mode.as_str()));
    match modes.as_slice() {
        ["mean_tokens" | "mean"] => Ok(Pooling::Mean),
        ["cls_token" | "cls"] => Ok(Pooling::Cls),
        other => {
            let reason =
                format!("its pooling is {}; plenary knows mean_tokens and cls_token, one alone", other.join(" and "));
            Err(bad_config(model, &path, reason))
        }
    }
}

/// A JSON file that may be missing.
fn optional<T: for<'de> Deserialize<'de>>(model: &str, path: &Path) -> Result<Option<T>, EngineError> {
    match read(model, path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|e| bad_config(model, path, e.to_string())),
        Err(EngineError::MissingFile { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) fn bad_config(model: &str, path: &Path, reason: String) -> EngineError {
    EngineError::BadConfig { model: model.to_owned(), path: path.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(json: &str) -> Config {
        Config::from_bytes("m", Path::new("config.json"), json.as_bytes()).unwrap()
    }

    fn positions(json: &str) -> usize {
        config(json).positions("m", Path::new("config.json")).unwrap()
    }

    #[test]
    fn positions_before_the_first_token_do_not_count() {
        assert_eq!(positions(r#"{"model_type": "bert", "max_position_embeddings": 512, "pad_token_id": 0}"#), 512);
        assert_eq!(positions(r#"{"model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1}"#), 512);
        assert_eq!(positions(r#"{"model_type": "xlm-roberta", "max_position_embeddings": 514}"#), 512);
        assert_eq!(positions(r#"{"model_type": "mpnet", "max_position_embeddings": 514, "pad_token_id": 1}"#), 512);
    }

    #[test]
    fn distilbert_calls_its_width_dim() {
        let config = config(r#"{"model_type": "distilbert", "dim": 768, "hidden_dim": 3072}"#);
        assert_eq!(config.width("m", Path::new("config.json")).unwrap(), 768);
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn pooling_is_what_sentence_transformers_says() {
        let of = |text| pooling("m", folder(&[("1_Pooling/config.json", text)]).path());
        assert_eq!(pooling("m", folder(&[]).path()).unwrap(), Pooling::Mean);
        assert_eq!(of(r#"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"#).unwrap(), Pooling::Cls);
        assert_eq!(of(r#"{"pooling_mode_mean_tokens": true, "include_prompt": true}"#).unwrap(), Pooling::Mean);
        assert_eq!(of(r#"{"pooling_mode": "cls"}"#).unwrap(), Pooling::Cls);
        let error =
            of(r#"{"pooling_mode_max_tokens": true, "pooling_mode_mean_tokens": true}"#).unwrap_err().to_string();
        assert!(error.contains("max_tokens and mean_tokens"), "{error}");
        let modules = r#"[{"path": "", "type": "sentence_transformers.models.Transformer"},
                          {"path": "2_Dense", "type": "sentence_transformers.models.Dense"}]"#;
        let error = pooling("m", folder(&[("modules.json", modules)]).path()).unwrap_err().to_string();
        assert!(error.contains("Dense (2_Dense)"), "{error}");
    }

    #[test]
    fn the_makers_limit_comes_from_sentence_transformers_then_the_tokenizer() {
        let of = |files: &[(&str, &str)]| stated_max_tokens("m", folder(files).path()).unwrap();
        let unlimited = ("tokenizer_config.json", r#"{"model_max_length": 1000000000000000019884624838656}"#);
        let tokenizer = ("tokenizer_config.json", r#"{"model_max_length": 384}"#);
        let sentences = ("sentence_bert_config.json", r#"{"max_seq_length": 128, "do_lower_case": false}"#);
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[unlimited]), None);
        assert_eq!(of(&[tokenizer]), Some(384));
        assert_eq!(of(&[tokenizer, sentences]), Some(128));
    }
}
