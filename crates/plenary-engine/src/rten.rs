//! The engine for any graph: ONNX on `rten`, pure Rust, on the processor.
//!
//! **Input**: the bytes of a graph, then tokens. **Output**: hidden states or logits. A graph with inputs that plenary does not
//! have is refused. A pass runs on a single thread, so that the order of its sums, and with it the last digit of its numbers,
//! does not depend on other passes. Pooling and softmax are left to the model.

use std::sync::Arc;

use ndarray::Array2;
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView};
use rten_tensor::Layout;

use crate::engine::{Engine, PassError};
use crate::task::Task;
use crate::tokens::Tokens;

thread_local! {
    /// The one thread that rten uses for passes started from this thread.
    static POOL: Arc<ThreadPool> = Arc::new(ThreadPool::with_num_threads(1));
}

/// A loaded ONNX graph.
pub(crate) struct RtenEngine {
    model: Model,
    /// Inputs of the graph and the list of numbers that each takes.
    inputs: Vec<(NodeId, Input)>,
    output: NodeId,
}

#[derive(Clone, Copy)]
enum Input {
    Ids,
    AttentionMask,
    TypeIds,
}

impl RtenEngine {
    /// From the bytes of a graph; the error is the reason in words.
    ///
    /// Inputs are found by name (`input_ids`, and where the graph has them `attention_mask` and `token_type_ids`). The output
    /// is found by name (`last_hidden_state` or `logits`); without that name it is the first output.
    pub(crate) fn load(bytes: Vec<u8>, task: Task) -> Result<Self, String> {
        let model = ModelOptions::with_all_ops().prepack_weights(true).load(bytes).map_err(|e| e.to_string())?;
        let name_of =
            |id: NodeId| model.node_info(id).and_then(|node| node.name().map(str::to_owned)).unwrap_or_default();
        let inputs = model
            .input_ids()
            .iter()
            .map(|&id| match name_of(id).as_str() {
                "input_ids" => Ok((id, Input::Ids)),
                "attention_mask" => Ok((id, Input::AttentionMask)),
                "token_type_ids" => Ok((id, Input::TypeIds)),
                other => Err(format!(
                    "it needs the input `{other}`; plenary has input_ids, attention_mask and token_type_ids"
                )),
            })
            .collect::<Result<Vec<_>, _>>()?;
        if !inputs.iter().any(|(_, input)| matches!(input, Input::Ids)) {
            return Err("it has no input `input_ids`".into());
        }
        // Exports of sentence-transformers call the hidden states `token_embeddings`.
        let wanted: &[&str] = match task {
            Task::Embedding => &["last_hidden_state", "token_embeddings"],
            Task::Inference | Task::Sentiment => &["logits"],
        };
        let outputs = model.output_ids();
        let named = outputs.iter().copied().find(|&id| wanted.contains(&name_of(id).as_str()));
        let output = named.or(outputs.first().copied());
        let output = output.ok_or("it has no output")?;
        Ok(Self { model, inputs, output })
    }
}

impl Engine for RtenEngine {
    fn name(&self) -> &'static str {
        "rten"
    }

    fn version(&self) -> u32 {
        1
    }

    fn forward(&self, tokens: &Tokens) -> Result<Array2<f32>, PassError> {
        let mut inputs: Vec<(NodeId, ValueOrView)> = Vec::with_capacity(self.inputs.len());
        for &(id, input) in &self.inputs {
            let list = match input {
                Input::Ids => &tokens.ids,
                Input::AttentionMask => &tokens.attention_mask,
                Input::TypeIds => &tokens.type_ids,
            };
            let list: Vec<i32> = list.iter().map(|&n| i32::try_from(n)).collect::<Result<_, _>>().map_err(reason)?;
            inputs.push((id, Value::from_shape([1, list.len()], list).map_err(reason)?.into()));
        }
        let options = RunOptions::default().with_thread_pool(Some(POOL.with(Arc::clone)));
        let [output] = self.model.run_n(inputs, [self.output], Some(options)).map_err(reason)?;
        let rank = output.shape().len();
        let (rows, columns, numbers) = match rank {
            3 => {
                let ([texts, rows, columns], numbers) = output.into_shape_vec::<f32, 3>().map_err(reason)?;
                (texts * rows, columns, numbers)
            }
            2 => {
                let ([rows, columns], numbers) = output.into_shape_vec::<f32, 2>().map_err(reason)?;
                (rows, columns, numbers)
            }
            _ => return Err(PassError(format!("its output has {rank} dimensions, expected 2 or 3"))),
        };
        Array2::from_shape_vec((rows, columns), numbers).map_err(reason)
    }
}

fn reason(error: impl std::fmt::Display) -> PassError {
    PassError(error.to_string())
}
