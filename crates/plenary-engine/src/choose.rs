//! Which files of a repository make a model folder.
//!
//! In comes the list of a repository's files, out goes what each file of the model is there. A graph that keeps its weights
//! in a file beside it is refused, as the engine reads one file.

use std::collections::BTreeMap;

use super::error::EngineError;
use super::folder::{CONFIG, GRAPH, TOKENIZER, WEIGHTS};

/// Which files are wanted beside those that every model has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// A graph with small integers for weights instead of the fp32 one.
    pub quantised: bool,
    /// The weights too (model.safetensors), for engines that build the graph themselves.
    pub weights: bool,
    /// This graph and no other, by its path in the repository.
    pub graph: Option<String>,
}

/// What each file of a model is in the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// From the name in the model's folder to the path in the repository.
    pub files: BTreeMap<String, String>,
}

impl Choice {
    /// Files that have another name in the repository.
    pub fn renamed(&self) -> BTreeMap<String, String> {
        self.files.iter().filter(|(to, from)| to != from).map(|(to, from)| (to.clone(), from.clone())).collect()
    }
}

/// What says how a model of sentence-transformers pools and where it cuts, and its card.
const BESIDE: [&str; 5] =
    ["1_Pooling/config.json", "modules.json", "sentence_bert_config.json", "tokenizer_config.json", "README.md"];

const PLAIN: [&str; 2] = ["model.onnx", "onnx/model.onnx"];

/// Names that exporters give quantised graphs; those for any processor first.
const QUANTISED: [&str; 5] =
    ["model_quantized", "model_int8", "model_uint8", "model_quint8_avx2", "model_qint8_avx512_vnni"];

pub(crate) fn choose(
    repository: &str,
    there: &[String],
    wanted: &Wanted,
    is_static: bool,
) -> Result<Choice, EngineError> {
    let has = |file: &str| there.iter().any(|name| name == file);
    let missing = |file: &str| EngineError::NoGraph {
        repository: repository.to_owned(),
        missing: file.to_owned(),
        files: there.to_vec(),
    };
    let mut files: BTreeMap<String, String> =
        BESIDE.into_iter().filter(|file| has(file)).map(|file| (file.to_owned(), file.to_owned())).collect();
    let mut needed = vec![CONFIG, TOKENIZER];
    if is_static || wanted.weights {
        needed.push(WEIGHTS);
    }
    for file in needed {
        if !has(file) {
            return Err(missing(file));
        }
        files.insert(file.to_owned(), file.to_owned());
    }
    if is_static && (wanted.graph.is_some() || wanted.quantised) {
        let reason = "it is a static model, which has no graph; leave --graph and --quantised out".to_owned();
        return Err(EngineError::Fetch { repository: repository.to_owned(), reason });
    }
    if !is_static {
        let graph = match (&wanted.graph, wanted.quantised) {
            (Some(graph), _) => has(graph).then(|| graph.clone()),
            (None, false) => PLAIN.into_iter().find(|file| has(file)).map(str::to_owned),
            (None, true) => {
                let names =
                    QUANTISED.into_iter().flat_map(|name| [format!("{name}.onnx"), format!("onnx/{name}.onnx")]);
                names.into_iter().find(|file| has(file))
            }
        };
        match graph {
            Some(graph) if has(&format!("{graph}_data")) || has(&format!("{graph}.data")) => {
                return Err(EngineError::Fetch {
                    repository: repository.to_owned(),
                    reason: format!("{graph} keeps its weights in a file beside it; plenary reads graphs of one file"),
                });
            }
            Some(graph) => {
                files.insert(GRAPH.to_owned(), graph);
            }
            // The weights alone do for an engine that builds the graph.
            None if wanted.weights && wanted.graph.is_none() && !wanted.quantised => {}
            None => {
                let what = if wanted.quantised { "quantised ONNX graph" } else { GRAPH };
                return Err(missing(wanted.graph.as_deref().unwrap_or(what)));
            }
        }
    }
    Ok(Choice { files })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(there: &[&str], wanted: &Wanted, is_static: bool) -> Result<Vec<(String, String)>, String> {
        let there: Vec<String> = there.iter().map(|f| (*f).to_owned()).collect();
        let choice = choose("org/name", &there, wanted, is_static).map_err(|e| e.to_string())?;
        Ok(choice.renamed().into_iter().collect())
    }

    fn graph(from: &str) -> Vec<(String, String)> {
        vec![("model.onnx".to_owned(), from.to_owned())]
    }

    #[test]
    fn the_graph_is_taken_from_its_usual_places() {
        let wanted = Wanted::default();
        let quantised = Wanted { quantised: true, ..Wanted::default() };
        let named = Wanted { graph: Some("onnx/model_O3.onnx".into()), ..Wanted::default() };
        let there =
            ["config.json", "tokenizer.json", "onnx/model.onnx", "onnx/model_O3.onnx", "onnx/model_quantized.onnx"];
        assert_eq!(chosen(&there, &wanted, false).unwrap(), graph("onnx/model.onnx"));
        assert_eq!(chosen(&there, &quantised, false).unwrap(), graph("onnx/model_quantized.onnx"));
        assert_eq!(chosen(&there, &named, false).unwrap(), graph("onnx/model_O3.onnx"));
        assert_eq!(chosen(&["config.json", "tokenizer.json", "model.onnx"], &wanted, false).unwrap(), []);
    }

    #[test]
    fn what_is_missing_is_told_with_what_is_there() {
        let there = ["config.json", "tokenizer.json", "pytorch_model.bin"];
        let error = chosen(&there, &Wanted::default(), false).unwrap_err();
        assert!(error.contains("model.onnx") && error.contains("pytorch_model.bin"), "{error}");
        let error = chosen(&["config.json", "model.onnx"], &Wanted::default(), false).unwrap_err();
        assert!(error.contains("has no tokenizer.json"), "{error}");
        let apart = ["config.json", "tokenizer.json", "model.onnx", "model.onnx_data"];
        assert!(chosen(&apart, &Wanted::default(), false).unwrap_err().contains("of one file"));
    }

    #[test]
    fn static_models_and_weights_need_no_graph() {
        let there = ["config.json", "tokenizer.json", "model.safetensors"];
        assert_eq!(chosen(&there, &Wanted::default(), true).unwrap(), []);
        let quantised = Wanted { quantised: true, ..Wanted::default() };
        assert!(chosen(&there, &quantised, true).unwrap_err().contains("has no graph"), "no option without effect");
        assert_eq!(chosen(&there, &Wanted { weights: true, ..Wanted::default() }, false).unwrap(), []);
        assert!(chosen(&there, &Wanted::default(), false).is_err());
    }
}
