//! `config.json` of a model's folder, and the files of sentence-transformers beside it.
//!
//! **Input**: a folder. **Output**: width, number of tokens, labels and pooling, as far as the files say. What plenary cannot
//! compute (another pooling, a layer after the pooling) is refused.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::Deserialize;

use plenary_engine::{EMBEDDINGS, Pooling, StanceTraining};

use crate::error::{FileError, FileProblem};
use crate::files::{read, read_error};

/// The keys of a `config.json` that plenary reads.
#[derive(Debug, Deserialize)]
pub(crate) struct Config {
    #[serde(default)]
    model_type: Option<String>,
    #[serde(default)]
    architectures: Option<Vec<String>>,
    #[serde(default)]
    hidden_size: Option<usize>,
    /// DistilBERT's name for `hidden_size`.
    #[serde(default)]
    dim: Option<usize>,
    #[serde(default)]
    max_position_embeddings: Option<usize>,
    #[serde(default)]
    pad_token_id: Option<usize>,
    /// Rows of the table of token embeddings.
    #[serde(default)]
    pub(crate) vocab_size: Option<usize>,
    /// Tokens that a static model takes.
    #[serde(default)]
    pub(crate) seq_length: Option<usize>,
    #[serde(default)]
    id2label: BTreeMap<String, String>,
    /// What a model was trained for beyond its architecture; a key of plenary's own.
    #[serde(default)]
    pub(crate) plenary: StanceTraining,
}

/// `model_type` of a static model, as Model2Vec writes it.
pub(crate) const MODEL2VEC: &str = "model2vec";

/// Types of encoders whose first position is the one after the padding token's, so that their table of positions has rows
/// that no text can use.
const COUNT_AFTER_PADDING: [&str; 7] =
    ["roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "roberta-prelayernorm", "data2vec-text", "mpnet"];

impl Config {
    /// Parses the bytes of a `config.json`.
    pub(crate) fn from_bytes(model: &str, path: &Path, bytes: &[u8]) -> Result<Self, FileError> {
        serde_json::from_slice(bytes).map_err(|e| bad_config(model, path, e.to_string()))
    }

    /// Labels in the order of the logits; an error if `id2label` does not number them from 0.
    pub(crate) fn labels(&self, model: &str, path: &Path) -> Result<Vec<String>, FileError> {
        (0..self.id2label.len())
            .map(|i| self.id2label.get(&i.to_string()).cloned())
            .collect::<Option<_>>()
            .ok_or_else(|| bad_config(model, path, "`id2label` does not number its labels from 0".into()))
    }

    /// Whether the model has no classifier according to the file, even if the file lists labels.
    pub(crate) fn is_headless(&self) -> bool {
        self.architectures.iter().flatten().next().is_some_and(|name| {
            !name.contains("For") || name.ends_with("ForMaskedLM") || name.ends_with("ForPreTraining")
        })
    }

    /// Whether the model classifies according to the file.
    pub(crate) fn is_classifier(&self) -> bool {
        self.architectures.iter().flatten().any(|name| name.ends_with("ForSequenceClassification"))
    }

    /// Whether the model is static according to the file.
    pub(crate) fn is_static(&self) -> bool {
        self.model_type.as_deref() == Some(MODEL2VEC)
    }

    /// Width of the hidden states.
    pub(crate) fn width(&self, model: &str, path: &Path) -> Result<usize, FileError> {
        self.hidden_size
            .or(self.dim)
            .ok_or_else(|| bad_config(model, path, "it has no `hidden_size`, the width of the hidden states".into()))
    }

    /// Tokens that the model has positions for, special tokens included.
    pub(crate) fn positions(&self, model: &str, path: &Path) -> Result<usize, FileError> {
        let rows = self.max_position_embeddings.ok_or_else(|| {
            bad_config(model, path, "it has no `max_position_embeddings`, the number of tokens it takes".into())
        })?;
        let after_padding = self.model_type.as_deref().is_some_and(|t| COUNT_AFTER_PADDING.contains(&t));
        // Where the file does not say it, the padding token has number 1, as in RoBERTa.
        let skipped = if after_padding { self.pad_token_id.unwrap_or(1) + 1 } else { 0 };
        Ok(rows.saturating_sub(skipped))
    }
}

/// The maximum number of tokens that the makers of the model state: sentence-transformers' `max_seq_length`, else the
/// tokenizer's `model_max_length`.
pub(crate) fn stated_max_tokens(model: &str, folder: &Path) -> Result<Option<usize>, FileError> {
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
        // A very large number means that there is no limit.
        if let Some(limit) = limit.filter(|limit| *limit >= 1.0 && *limit < 1e9) {
            return Ok(Some(limit as usize));
        }
    }
    Ok(None)
}

/// The pooling in sentence-transformers' `modules.json` and `1_Pooling/config.json`; the mean if there is neither.
pub(crate) fn pooling(model: &str, folder: &Path) -> Result<Pooling, FileError> {
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
                "it has the module {name} ({folder}), which plenary does not compute; it computes the modules Transformer, \
                 Pooling and Normalize of sentence-transformers"
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
            let reason = format!("its pooling is {}; expected either mean_tokens or cls_token", other.join(" and "));
            Err(bad_config(model, &path, reason))
        }
    }
}

/// The content of a JSON file; `None` if there is no file.
fn optional<T: for<'de> Deserialize<'de>>(model: &str, path: &Path) -> Result<Option<T>, FileError> {
    match read(model, path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|e| bad_config(model, path, e.to_string())),
        Err(FileError { problem: FileProblem::Missing, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) fn bad_config(model: &str, path: &Path, reason: String) -> FileError {
    FileError::of(model, path, FileProblem::Config(reason))
}

/// A header of a safetensors file is never longer than this, in bytes.
const LONGEST_HEADER: u64 = 100_000_000;

/// Width of the vectors in a static model's table. Reads only the header of the file.
pub(crate) fn static_width(model: &str, path: &Path) -> Result<usize, FileError> {
    let failed = |source: std::io::Error| read_error(model, path, source);
    let bad = |reason: &str| bad_config(model, path, reason.to_owned());
    let mut file = File::open(path).map_err(failed)?;
    let mut length = [0; 8];
    file.read_exact(&mut length).map_err(failed)?;
    let length = u64::from_le_bytes(length);
    if length > LONGEST_HEADER {
        return Err(bad("it is not a safetensors file"));
    }
    let mut header = Vec::new();
    file.take(length).read_to_end(&mut header).map_err(failed)?;
    let header: serde_json::Value = serde_json::from_slice(&header).map_err(|_| bad("it is not a safetensors file"))?;
    header[EMBEDDINGS]["shape"][1]
        .as_u64()
        .and_then(|width| usize::try_from(width).ok())
        .filter(|width| *width > 0)
        .ok_or_else(|| bad("it has no tensor `embeddings` with a row per token"))
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
    fn positions_before_the_first_token_are_not_counted() {
        assert_eq!(positions(r#"{"model_type": "bert", "max_position_embeddings": 512, "pad_token_id": 0}"#), 512);
        assert_eq!(positions(r#"{"model_type": "roberta", "max_position_embeddings": 514, "pad_token_id": 1}"#), 512);
        assert_eq!(positions(r#"{"model_type": "xlm-roberta", "max_position_embeddings": 514}"#), 512);
        assert_eq!(positions(r#"{"model_type": "mpnet", "max_position_embeddings": 514, "pad_token_id": 1}"#), 512);
    }

    #[test]
    fn the_width_of_distilbert_is_dim() {
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
    fn the_stated_limit_comes_from_sentence_transformers_then_the_tokenizer() {
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
