//! BERT on libtorch, through rust-bert's own types, in fp32, on the processor or a graphics card.
//!
//! **Input**: the bytes of `model.safetensors` and `config.json`, then tokens. **Output**: hidden states or logits. Other
//! architectures, and configurations that rust-bert would silently compute in another way, are refused.
//!
//! A pass takes one text without padding and one thread. Several threads may read a tensor of libtorch, but its Rust types do
//! not express that: each thread that runs a pass takes a model from a pool, and all models share their weights.

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ::rust_bert::bert::{BertConfig, BertEmbeddings, BertForSequenceClassification, BertModel};
use ndarray::Array2;
use safetensors::SafeTensors;
use serde::Deserialize;
use tch::nn::VarStore;
use tch::{Cuda, Kind, Tensor};

use crate::choice::Device;
use crate::engine::{Engine, PassError};
use crate::error::UnavailableError;
use crate::task::Task;
use crate::tensors::floats;
use crate::tokens::Tokens;

/// The only epsilon of layer normalisation in rust-bert.
const LAYER_NORM_EPS: f64 = 1e-12;

thread_local! {
    /// libtorch computes a product on several threads, which changes the order of its sums; each thread switches that off once.
    static ONE_THREAD: () = tch::set_num_threads(1);
}

/// The device in libtorch's terms; an error if there is no such device.
pub(crate) fn torch_device(device: Device) -> Result<tch::Device, UnavailableError> {
    match device {
        Device::Cpu => Ok(tch::Device::Cpu),
        Device::Cuda if Cuda::is_available() => Ok(tch::Device::Cuda(0)),
        Device::Cuda => Err(UnavailableError::NoCuda),
    }
}

/// A loaded BERT.
pub(crate) struct RustBertEngine {
    config: BertConfig,
    task: Task,
    device: tch::Device,
    /// Weights by the names in rust-bert.
    weights: Mutex<HashMap<String, Tensor>>,
    /// Models that no thread is using.
    idle: Mutex<Vec<Bert>>,
}

enum Bert {
    Hidden(BertModel<BertEmbeddings>),
    Logits(BertForSequenceClassification),
}

/// Values of a config.json that rust-bert does not read but assumes.
#[derive(Deserialize)]
struct Assumed {
    #[serde(default)]
    model_type: Option<String>,
    #[serde(default)]
    layer_norm_eps: Option<f64>,
    #[serde(default)]
    position_embedding_type: Option<String>,
}

impl RustBertEngine {
    /// From the bytes of model.safetensors and config.json; the error is the reason in words.
    pub(crate) fn load(bytes: &[u8], config: &[u8], task: Task, device: tch::Device) -> Result<Self, String> {
        let config = checked_config(config)?;
        let weights = Mutex::new(HashMap::new());
        let mut engine = Self { config, task, device, weights, idle: Mutex::new(Vec::new()) };
        let tensors = SafeTensors::deserialize(bytes).map_err(|e| e.to_string())?;
        // The first model is built only to get the names and shapes that rust-bert needs.
        let (first, wanted) = engine.build()?;
        let mut weights = HashMap::new();
        for (name, variable) in wanted {
            weights.insert(name.clone(), engine.weight(&tensors, &name, &variable.size())?);
        }
        drop(first);
        engine.weights = Mutex::new(weights);
        let first = engine.another()?;
        engine.idle = Mutex::new(vec![first]);
        Ok(engine)
    }

    /// A model with random weights and its variables by name.
    fn build(&self) -> Result<(Bert, HashMap<String, Tensor>), String> {
        caught(|| {
            let mut variables = VarStore::new(self.device);
            let root = variables.root();
            let model = match self.task {
                Task::Embedding => Bert::Hidden(BertModel::new_with_optional_pooler(&root, &self.config, false)),
                Task::Inference | Task::Sentiment => {
                    Bert::Logits(BertForSequenceClassification::new(&root, &self.config).map_err(|e| e.to_string())?)
                }
            };
            variables.freeze();
            Ok((model, variables.variables()))
        })
    }

    /// The file's tensor with this name and the shape that the config implies.
    fn weight(&self, tensors: &SafeTensors, name: &str, wanted: &[i64]) -> Result<Tensor, String> {
        // The names of encoders are stored with and without the name of the surrounding module.
        let other = name.strip_prefix("bert.").map_or_else(|| format!("bert.{name}"), str::to_owned);
        let found = match floats(tensors, name)? {
            Some(found) => Some(found),
            None => floats(tensors, &other)?,
        };
        let (shape, numbers) =
            found.ok_or_else(|| format!("it has no tensor `{name}`, which the engine rust-bert needs"))?;
        let shape: Vec<i64> = shape.iter().map(|&n| i64::try_from(n).unwrap_or(i64::MAX)).collect();
        if shape != wanted {
            return Err(format!("its tensor `{name}` has the shape {shape:?}; config.json implies {wanted:?}"));
        }
        let tensor = Tensor::from_slice(&numbers).f_reshape(&shape).and_then(|t| t.f_to_device(self.device));
        tensor.map_err(|e| e.to_string())
    }

    /// A further model, whose variables share the memory of the weights.
    fn another(&self) -> Result<Bert, String> {
        let (model, variables) = self.build()?;
        let weights = locked(&self.weights);
        for (name, mut variable) in variables {
            let weight = weights.get(&name).ok_or_else(|| format!("it has no tensor `{name}`"))?;
            variable.f_set_data(weight).map_err(|e| e.to_string())?;
        }
        Ok(model)
    }

    fn pass(&self, model: &Bert, tokens: &Tokens) -> Result<Array2<f32>, String> {
        let row = |list: &[u32]| -> Result<Tensor, String> {
            let list: Vec<i64> = list.iter().map(|&n| i64::from(n)).collect();
            let row = Tensor::from_slice(&list).f_unsqueeze(0).and_then(|t| t.f_to_device(self.device));
            row.map_err(|e| e.to_string())
        };
        let (ids, mask, types) = (row(&tokens.ids)?, row(&tokens.attention_mask)?, row(&tokens.type_ids)?);
        let (ids, mask, types) = (Some(&ids), Some(&mask), Some(&types));
        let output = tch::no_grad(|| match model {
            Bert::Hidden(model) => {
                let output = model.forward_t(ids, mask, types, None, None, None, None, false);
                output.map(|o| o.hidden_state.squeeze_dim(0)).map_err(|e| e.to_string())
            }
            Bert::Logits(model) => Ok(model.forward_t(ids, mask, types, None, None, false).logits),
        })?;
        let &[rows, columns] = output.size().as_slice() else {
            return Err(format!("its output has {} dimensions, expected 2", output.dim()));
        };
        let flat = output.to_device(tch::Device::Cpu).to_kind(Kind::Float).contiguous().view([-1]);
        let numbers: Vec<f32> = flat.try_into().map_err(|e: tch::TchError| e.to_string())?;
        let size = |n: i64| usize::try_from(n).unwrap_or(0);
        Array2::from_shape_vec((size(rows), size(columns)), numbers).map_err(|e| e.to_string())
    }
}

impl Engine for RustBertEngine {
    fn name(&self) -> &'static str {
        if self.device == tch::Device::Cpu { "rust-bert" } else { "rust-bert-cuda" }
    }

    /// Increases with the version of libtorch too.
    fn version(&self) -> u32 {
        1
    }

    fn forward(&self, tokens: &Tokens) -> Result<Array2<f32>, PassError> {
        ONE_THREAD.with(|()| ());
        let idle = locked(&self.idle).pop();
        let model = idle.map_or_else(|| self.another(), Ok).map_err(PassError)?;
        let numbers = caught(|| self.pass(&model, tokens)).map_err(PassError)?;
        locked(&self.idle).push(model);
        Ok(numbers)
    }
}

/// The config; an error if rust-bert would compute something else.
fn checked_config(bytes: &[u8]) -> Result<BertConfig, String> {
    let unread = |e: serde_json::Error| format!("rust-bert cannot read its config.json: {e}");
    let assumed: Assumed = serde_json::from_slice(bytes).map_err(unread)?;
    if let Some(other) = assumed.model_type.filter(|kind| kind != "bert") {
        return Err(format!("its type is {other}; the engine rust-bert runs bert only, rten runs any graph"));
    }
    if let Some(other) = assumed.layer_norm_eps.filter(|eps| *eps != LAYER_NORM_EPS) {
        return Err(format!("its layer_norm_eps is {other:e}; rust-bert always uses {LAYER_NORM_EPS:e}"));
    }
    if let Some(other) = assumed.position_embedding_type.filter(|kind| kind != "absolute") {
        return Err(format!("its position_embedding_type is {other}; rust-bert has absolute positions only"));
    }
    // rust-bert requires these keys; only training uses them, and a config.json may lack them.
    let mut keys: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(bytes).map_err(unread)?;
    for key in ["attention_probs_dropout_prob", "hidden_dropout_prob", "initializer_range"] {
        keys.entry(key).or_insert_with(|| 0.0.into());
    }
    let config: BertConfig = serde_json::from_value(keys.into()).map_err(unread)?;
    let sizes = [
        config.hidden_size,
        config.intermediate_size,
        config.max_position_embeddings,
        config.num_attention_heads,
        config.num_hidden_layers,
        config.type_vocab_size,
        config.vocab_size,
    ];
    if sizes.iter().any(|size| *size < 1) || config.hidden_size % config.num_attention_heads != 0 {
        return Err("the sizes in its config.json contradict each other".into());
    }
    Ok(config)
}

/// rust-bert and tch panic if libtorch reports an error; the panic becomes an error again.
fn caught<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(panic_message(panic.as_ref())))
}

/// The first line of the message of a panic.
fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let line = text.and_then(|text| text.lines().next()).unwrap_or("for no stated reason");
    format!("libtorch failed: {line}")
}

/// A value is consistent also after a panic: each lock guards one push, pop or read.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
