//! The files of a repository that make a model folder.
//!
//! **Input**: the list of a repository's files. **Output**: the path in the repository of each file of the model. A graph that
//! stores its weights in a separate file is refused, as the engines read one file.

use std::collections::BTreeMap;

use plenary_engine::{CONFIG, GRAPH, TOKENIZER, WEIGHTS};

use crate::error::FetchProblem;

/// Which files to take in addition to those that every model has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// A quantised graph in place of the fp32 graph.
    pub quantised: bool,
    /// Also the weights (model.safetensors), for engines that build the graph themselves.
    pub weights: bool,
    /// This graph, by its path in the repository.
    pub graph: Option<String>,
}

/// The path in the repository of each file of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Path in the repository by name in the model's folder.
    pub(crate) files: BTreeMap<String, String>,
}

impl Choice {
    /// Files that have another name in the repository.
    pub(crate) fn renamed(&self) -> BTreeMap<String, String> {
        self.files.iter().filter(|(to, from)| to != from).map(|(to, from)| (to.clone(), from.clone())).collect()
    }
}

/// Files that say how a model of sentence-transformers pools and how many tokens it takes, and the model card.
const BESIDE: [&str; 5] =
    ["1_Pooling/config.json", "modules.json", "sentence_bert_config.json", "tokenizer_config.json", "README.md"];

/// Paths of graphs that are not quantised.
const PLAIN: [&str; 2] = ["model.onnx", "onnx/model.onnx"];

/// Names of quantised graphs by usual exporters; graphs for any processor first.
const QUANTISED: [&str; 5] =
    ["model_quantized", "model_int8", "model_uint8", "model_quint8_avx2", "model_qint8_avx512_vnni"];

/// Chooses the files of a model among those of a repository.
pub(crate) fn choose(
    repository: &str,
    there: &[String],
    wanted: &Wanted,
    is_static: bool,
) -> Result<Choice, FetchProblem> {
    let has = |file: &str| there.iter().any(|name| name == file);
    let missing = |file: &str| FetchProblem::MissingFile {
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
        return Err(FetchProblem::StaticWithoutGraph);
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
                return Err(FetchProblem::GraphInParts { graph });
            }
            Some(graph) => {
                files.insert(GRAPH.to_owned(), graph);
            }
            // Weights are enough for an engine that builds the graph.
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
    fn a_missing_file_is_reported_with_the_existing_ones() {
        let there = ["config.json", "tokenizer.json", "pytorch_model.bin"];
        let error = chosen(&there, &Wanted::default(), false).unwrap_err();
        assert!(error.contains("model.onnx") && error.contains("pytorch_model.bin"), "{error}");
        let error = chosen(&["config.json", "model.onnx"], &Wanted::default(), false).unwrap_err();
        assert!(error.contains("it has no tokenizer.json"), "{error}");
        let apart = ["config.json", "tokenizer.json", "model.onnx", "model.onnx_data"];
        assert!(chosen(&apart, &Wanted::default(), false).unwrap_err().contains("of one file"));
    }

    #[test]
    fn static_models_and_weights_need_no_graph() {
        let there = ["config.json", "tokenizer.json", "model.safetensors"];
        assert_eq!(chosen(&there, &Wanted::default(), true).unwrap(), []);
        let quantised = Wanted { quantised: true, ..Wanted::default() };
        assert!(chosen(&there, &quantised, true).unwrap_err().contains("has no graph"), "no option is ignored");
        assert_eq!(chosen(&there, &Wanted { weights: true, ..Wanted::default() }, false).unwrap(), []);
        assert!(chosen(&there, &Wanted::default(), false).is_err());
    }
}
