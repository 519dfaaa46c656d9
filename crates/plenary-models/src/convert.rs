//! The graph of an encoder to its weights in fp32, for engines that build the graph themselves.
//!
//! **Input**: a model folder with an ONNX graph. **Output**: a model folder with `model.safetensors` and the names of Hugging
//! Face's transformers. A quantised weight becomes its integer times its scale, divided by the smoothing factor of its input
//! (`training/export.py` makes them), so that the fp32 model differs from the int8 model only by the rounding of activations.
//! Graphs whose linear layers are stored in another way are refused.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use rten_onnx::onnx::{DataType, ModelProto, NodeProto, TensorProto};
use safetensors::Dtype;
use safetensors::tensor::{View, serialize};

use plenary_engine::{CONFIG, Form, GRAPH, TOKENIZER, WEIGHTS};

use crate::error::{FileError, FileProblem, FindError, MakeError};
use crate::facts::Facts;
use crate::folder::{ModelFolder, find};
use crate::install::{pin, put};
use crate::places::Place;
use crate::verify::checked_bytes;

/// The end of the id of a converted model.
pub const CONVERTED: &str = "-fp32";

/// Writes the folder `ID-fp32` under `target`: model.safetensors, config.json, tokenizer.json. Returns the folder.
///
/// # Errors
/// A file is missing or damaged, the graph has another form, or the folder exists and `force` is not set.
pub fn convert(folder: &ModelFolder, target: &Path, force: bool) -> Result<PathBuf, MakeError> {
    let facts = &folder.facts;
    let bad =
        |reason: String| FileError::of(&facts.id, folder.path.join(facts.form.files()[0]), FileProblem::Source(reason));
    if facts.form != Form::Onnx {
        return Err(bad("only a graph can be converted to weights".into()).into());
    }
    let [(graph, sha256), (tokenizer, _), (config, _)] =
        [checked_bytes(folder, GRAPH)?, checked_bytes(folder, TOKENIZER)?, checked_bytes(folder, CONFIG)?];
    let weights = weights(&graph).map_err(bad)?;
    let bytes = serialize(&weights, Some(HashMap::from([("format".to_owned(), "pt".to_owned())])))
        .map_err(|e| bad(e.to_string()))?;
    let id = format!("{}{CONVERTED}", facts.id);
    let path = put(target, &id, &[(WEIGHTS, &bytes), (TOKENIZER, &tokenizer), (CONFIG, &config)], force)?;
    let made_by = format!("plenary models convert: fp32 weights of the graph with sha256 {sha256}");
    pin(target, Facts { id, form: Form::Weights, made_by, sha256: BTreeMap::new(), ..facts.clone() })?;
    Ok(path)
}

/// The model with the weights that an engine without graphs needs: the model itself if it has them, else the model that
/// [`convert`] made from it.
///
/// # Errors
/// There is no such model ([`FindError::NotConverted`]), or as for [`find`].
pub fn find_weights(places: &[Place], id: &str) -> Result<ModelFolder, FindError> {
    let own = find(places, id)?;
    if own.facts.form == Form::Weights || own.path.join(WEIGHTS).is_file() {
        return Ok(own);
    }
    match find(places, &format!("{id}{CONVERTED}")) {
        Err(FindError::UnknownModel { id: converted, searched, .. }) => {
            Err(FindError::NotConverted { id: converted, model: id.to_owned(), searched })
        }
        other => other,
    }
}

/// A tensor of fp32 numbers.
#[derive(Debug, Clone, PartialEq)]
struct Weight {
    shape: Vec<usize>,
    numbers: Vec<f32>,
}

impl View for &Weight {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.numbers.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>().into()
    }

    fn data_len(&self) -> usize {
        4 * self.numbers.len()
    }
}

/// The weights of a graph by the names that transformers gives them; the error is the reason in words.
fn weights(bytes: &[u8]) -> Result<BTreeMap<String, Weight>, String> {
    let model = ModelProto::parse_buf(bytes).map_err(|e| e.to_string())?;
    let graph = model.graph.as_ref().ok_or("it has no graph")?;
    let walk = Walk::new(&graph.node, &graph.initializer);
    let mut found = BTreeMap::new();
    for node in &graph.node {
        match node.op_type.as_deref() {
            Some("MatMulInteger") => {
                let (name, weight) = walk.quantised_layer(node)?;
                found.insert(name, weight);
            }
            Some("MatMul") if walk.is_constant(node, 1) => {
                let (name, weight) = walk.plain_layer(node)?;
                found.insert(name, weight);
            }
            Some("Gather") if walk.constant(node, 0).is_ok_and(|table| table.data_type == Some(DataType::INT8)) => {
                let (name, weight) = walk.quantised_table(node)?;
                found.insert(name, weight);
            }
            _ => {}
        }
    }
    // Tensors that are not quantised have these names already.
    for tensor in &graph.initializer {
        let name = tensor.name.clone().unwrap_or_default();
        if name.rsplit_once('.').is_some_and(|(_, kind)| matches!(kind, "weight" | "bias")) {
            found.insert(name, Weight { shape: shape(tensor), numbers: floats(tensor)? });
        }
    }
    if found.is_empty() {
        return Err("it has no weights with known names".into());
    }
    // The name of the exported module precedes every name.
    let wrapped = found.keys().all(|name| name.starts_with("model."));
    let unwrap = |name: String| if wrapped { name["model.".len()..].to_owned() } else { name };
    Ok(found.into_iter().map(|(name, weight)| (unwrap(name), weight)).collect())
}

/// A graph with its nodes by the names that they read and write.
struct Walk<'g> {
    constants: HashMap<&'g str, &'g TensorProto>,
    writer: HashMap<&'g str, &'g NodeProto>,
    readers: HashMap<&'g str, Vec<&'g NodeProto>>,
}

impl<'g> Walk<'g> {
    fn new(nodes: &'g [NodeProto], constants: &'g [TensorProto]) -> Self {
        let mut walk = Self {
            constants: constants.iter().filter_map(|t| Some((t.name.as_deref()?, t))).collect(),
            writer: HashMap::new(),
            readers: HashMap::new(),
        };
        for node in nodes {
            walk.writer.extend(node.output.iter().map(|name| (name.as_str(), node)));
            for name in &node.input {
                walk.readers.entry(name).or_default().push(node);
            }
        }
        walk
    }

    fn is_constant(&self, node: &NodeProto, input: usize) -> bool {
        self.constant(node, input).is_ok()
    }

    fn constant(&self, node: &NodeProto, input: usize) -> Result<&'g TensorProto, String> {
        let name = node.input.get(input).map(String::as_str).unwrap_or_default();
        self.constants.get(name).copied().ok_or_else(|| format!("input {input} of {} is not a constant", named(node)))
    }

    /// The node that writes the first input of `node`; an error if it is of another kind.
    fn before(&self, node: &NodeProto, kind: &str) -> Result<&'g NodeProto, String> {
        let writer = node.input.first().and_then(|name| self.writer.get(name.as_str()));
        writer
            .copied()
            .filter(|writer| writer.op_type.as_deref() == Some(kind))
            .ok_or_else(|| format!("{kind} was expected before {}", named(node)))
    }

    /// The only node that reads the output of `node`; an error if it is of another kind.
    fn after(&self, node: &NodeProto, kind: &str) -> Result<&'g NodeProto, String> {
        let readers = node.output.first().and_then(|name| self.readers.get(name.as_str()));
        match readers.map(Vec::as_slice) {
            Some(&[reader]) if reader.op_type.as_deref() == Some(kind) => Ok(reader),
            _ => Err(format!("{kind} was expected after {}", named(node))),
        }
    }

    /// `MatMulInteger(quantised x, weight)`, `Cast`, `Mul` by a scale per column, `Mul` by a scale per row; x is quantised by
    /// `Div`, `Add`, `Sub`, `Cast`, and may have been smoothed by a `Mul` before.
    fn quantised_layer(&self, product: &NodeProto) -> Result<(String, Weight), String> {
        let weight = self.constant(product, 1)?;
        let columns = self.after(self.after(product, "Cast")?, "Mul")?;
        let scale = floats(self.constant(columns, 1)?)?;
        let rescaled = self.after(columns, "Mul")?;
        let quantised = self.before(product, "Cast")?;
        let divided = self.before(self.before(self.before(quantised, "Sub")?, "Add")?, "Div")?;
        let smoothing = match self.before(divided, "Mul").and_then(|smooth| self.constant(smooth, 1)) {
            Ok(inverse) => Some(floats(inverse)?),
            Err(_) => None,
        };
        let &[n_in, n_out] = shape(weight).as_slice() else {
            return Err(format!("the weight of {} is not a matrix", named(product)));
        };
        let integers = int8(weight)?;
        let fits = integers.len() == n_in * n_out && scale.len() == n_out;
        if !fits || smoothing.as_ref().is_some_and(|inverse| inverse.len() != n_in) {
            return Err(format!("the scales of {} do not fit its weight", named(product)));
        }
        let mut numbers = Vec::with_capacity(n_in * n_out);
        for column in 0..n_out {
            for row in 0..n_in {
                let smooth = smoothing.as_ref().map_or(1.0, |inverse| f64::from(inverse[row]));
                let exact = f64::from(integers[row * n_out + column]) * f64::from(scale[column]) * smooth;
                numbers.push(exact as f32);
            }
        }
        Ok((layer_name(rescaled)?, Weight { shape: vec![n_out, n_in], numbers }))
    }

    /// `MatMul(x, weight)` in fp32; the graph stores the weight transposed.
    fn plain_layer(&self, product: &NodeProto) -> Result<(String, Weight), String> {
        let weight = self.constant(product, 1)?;
        let &[n_in, n_out] = shape(weight).as_slice() else {
            return Err(format!("the weight of {} is not a matrix", named(product)));
        };
        let numbers = floats(weight)?;
        if numbers.len() != n_in * n_out {
            return Err(format!("the weight of {} is incomplete", named(product)));
        }
        let transposed = (0..n_out).flat_map(|column| (0..n_in).map(move |row| row * n_out + column));
        let numbers = transposed.map(|at| numbers[at]).collect();
        Ok((layer_name(product)?, Weight { shape: vec![n_out, n_in], numbers }))
    }

    /// `Gather` of int8 rows, `Cast`, `Mul` by a `Gather` of the rows' scales.
    fn quantised_table(&self, gather: &NodeProto) -> Result<(String, Weight), String> {
        let table = self.constant(gather, 0)?;
        let rescaled = self.after(self.after(gather, "Cast")?, "Mul")?;
        let scales = rescaled.input.get(1).and_then(|name| self.writer.get(name.as_str()));
        let scales = scales.ok_or_else(|| format!("the rows of {} have no scale", named(gather)))?;
        let scale = floats(self.constant(scales, 0)?)?;
        let &[n_rows, width] = shape(table).as_slice() else {
            return Err(format!("the table of {} is not a matrix", named(gather)));
        };
        let integers = int8(table)?;
        if integers.len() != n_rows * width || scale.len() != n_rows {
            return Err(format!("the scales of {} do not fit its table", named(gather)));
        }
        let numbers = integers.iter().enumerate().map(|(at, &n)| f32::from(n) * scale[at / width]).collect();
        Ok((layer_name(rescaled)?, Weight { shape: vec![n_rows, width], numbers }))
    }
}

/// `/encoder/layer.0/output/dense/MatMul_output_0` is the output of the module `encoder.layer.0.output.dense`.
fn layer_name(node: &NodeProto) -> Result<String, String> {
    let output = node.output.first().map(String::as_str).unwrap_or_default();
    let module = output.strip_prefix('/').and_then(|path| path.rsplit_once('/')).map(|(module, _)| module);
    let module = module.ok_or_else(|| format!("the name of the layer of {} is unknown", named(node)))?;
    Ok(format!("{}.weight", module.replace('/', ".")))
}

fn named(node: &NodeProto) -> &str {
    node.name.as_deref().filter(|name| !name.is_empty()).or(node.op_type.as_deref()).unwrap_or("a node")
}

fn shape(tensor: &TensorProto) -> Vec<usize> {
    tensor.dims.iter().map(|&n| usize::try_from(n).unwrap_or(0)).collect()
}

fn floats(tensor: &TensorProto) -> Result<Vec<f32>, String> {
    match (tensor.data_type, &tensor.raw_data) {
        (Some(DataType::FLOAT), Some(raw)) => {
            Ok(raw.borrow().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
        }
        (Some(DataType::FLOAT), None) => Ok(tensor.float_data.clone()),
        _ => Err(format!("the tensor {} does not hold fp32 numbers", tensor.name.as_deref().unwrap_or_default())),
    }
}

fn int8(tensor: &TensorProto) -> Result<Vec<i8>, String> {
    match (tensor.data_type, &tensor.raw_data) {
        (Some(DataType::INT8), Some(raw)) => Ok(raw.borrow().iter().map(|byte| byte.cast_signed()).collect()),
        _ => Err(format!("the tensor {} does not hold int8 numbers", tensor.name.as_deref().unwrap_or_default())),
    }
}
