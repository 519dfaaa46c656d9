//! The bytes of an ONNX graph to packed weights.
//!
//! **Input**: a graph as `training/export.py` writes it: a BERT encoder (Devlin et al. 2019) with int8 word embeddings, int8
//! linear layers on activations quantised row by row, and exact GELU. **Output**: weights of a model that returns the hidden
//! states, or the logits of a classifier on the pooled first token. The graph is followed from its output back to its inputs,
//! and each operator and constant is checked; any difference is [`NotThisForm`].

use std::collections::HashMap;

use rten_onnx::onnx::{DataType, ModelProto, NodeProto, TensorProto};

use super::form::NotThisForm;
use super::weights::{Dense, Embeddings, Head, Layer, Linear, Norm, Order, Weights};

type Found<T> = Result<T, NotThisForm>;

fn not<T>(what: impl Into<String>) -> Found<T> {
    Err(NotThisForm(what.into()))
}

/// Parses a graph and packs its weights in the order that an instruction set needs.
pub(crate) fn read(bytes: &[u8], order: Order) -> Found<Weights> {
    let model = ModelProto::parse_buf(bytes).map_err(|e| NotThisForm(e.to_string()))?;
    let Some(graph) = model.graph else { return not("a file without a graph") };
    let [output] = graph.output.as_slice() else { return not("a graph with more than one output") };
    let walk = Walk {
        nodes: graph.node.iter().flat_map(|n| n.output.iter().map(move |o| (o.as_str(), n))).collect(),
        initializers: graph.initializer.iter().filter_map(|t| Some((t.name.as_deref()?, t))).collect(),
        order,
    };
    walk.model(output.name.as_deref().unwrap_or_default())
}

/// Nodes and constants of a graph by the names of their tensors.
struct Walk<'a> {
    nodes: HashMap<&'a str, &'a NodeProto>,
    initializers: HashMap<&'a str, &'a TensorProto>,
    order: Order,
}

/// An activation that enters linear layers: its name before and after quantisation.
#[derive(PartialEq)]
struct Quantised<'a> {
    source: &'a str,
    bytes: &'a str,
    scale: &'a str,
    inverse: Vec<f32>,
}

impl<'a> Walk<'a> {
    fn model(&self, output: &'a str) -> Found<Weights> {
        let (hidden, head) = match output {
            "logits" => {
                let (hidden, head) = self.head(output)?;
                (hidden, Some(head))
            }
            "last_hidden_state" => (output, None),
            other => return not(format!("an output `{other}`")),
        };
        let (mut layers, mut hidden, mut head_width) = (Vec::new(), hidden, None);
        let embeddings = loop {
            let (sum, norm) = self.norm(hidden)?;
            if let Ok(embeddings) = self.embeddings(sum, norm) {
                break embeddings;
            }
            let (input, layer, found) = self.layer(hidden)?;
            if head_width.replace(found).is_some_and(|before| before != found) {
                return not("layers with heads of different widths");
            }
            layers.push(layer);
            hidden = input;
        };
        layers.reverse();
        let width = embeddings.norm.weight.len();
        let Some(head_width) = head_width else { return not("a graph without layers") };
        if head_width == 0 || !head_width.is_multiple_of(8) || !width.is_multiple_of(head_width) {
            return not(format!("heads of {head_width} numbers at a width of {width}"));
        }
        let even = |layer: &Layer| {
            layer.context.outputs() == width
                && layer.context.inputs() == width
                && layer.attention.inputs() == width
                && layer.attention.outputs() == 3 * width
                && layer.inner.inputs() == width
                && layer.output.inputs() == layer.inner.outputs()
                && layer.output.outputs() == width
                && layer.context_norm.weight.len() == width
                && layer.output_norm.weight.len() == width
        };
        if !layers.iter().all(even) || head.as_ref().is_some_and(|head: &Head| head.pooler.inputs != width) {
            return not("layers of different widths");
        }
        Ok(Weights { width, head_width, embeddings, layers, head })
    }

    /// Pooler and classifier: `classifier(tanh(pooler(first token)))`.
    fn head(&self, logits: &'a str) -> Found<(&'a str, Head)> {
        let (pooled, classifier) = self.dense(logits)?;
        let (first, pooler) = self.dense(self.only_input(pooled, "Tanh")?)?;
        let gather = self.node(first, "Gather")?;
        let [hidden, position] = inputs(gather)?;
        if int(gather, "axis") != Some(1) || self.ints(position)? != [0] {
            return not("a pooler on other tokens than the first");
        }
        if pooler.bias.len() != classifier.inputs {
            return not("a pooler and a classifier that do not fit");
        }
        Ok((hidden, Head { pooler, classifier }))
    }

    fn dense(&self, output: &'a str) -> Found<(&'a str, Dense)> {
        let node = self.node(output, "Gemm")?;
        let [input, weights, bias] = inputs(node)?;
        let is_one = |name| attribute(node, name).and_then(|a| a.f).is_none_or(|f| f == 1.0);
        if int(node, "transB") != Some(1)
            || int(node, "transA").unwrap_or(0) != 0
            || !is_one("alpha")
            || !is_one("beta")
        {
            return not(format!("a Gemm of another kind, `{output}`"));
        }
        let (shape, weights) = self.table(weights)?;
        let bias = self.floats(bias)?;
        if shape[0] != bias.len() {
            return not(format!("a bias that does not fit, `{output}`"));
        }
        Ok((input, Dense { inputs: shape[1], weights, bias }))
    }

    /// A transformer layer from its output; its input, and the width of its heads.
    fn layer(&self, output: &'a str) -> Found<(&'a str, Layer, usize)> {
        let (sum, output_norm) = self.norm(output)?;
        let [dense, residual] = inputs(self.node(sum, "Add")?)?;
        let (activated, layer_output) = self.linear(dense)?;
        let inner = self.gelu(activated.source)?;
        let (normed, layer_inner) = self.linear(inner)?;
        if normed.source != residual {
            return not(format!("another residual at `{sum}`"));
        }
        let (sum, context_norm) = self.norm(residual)?;
        let [dense, residual] = inputs(self.node(sum, "Add")?)?;
        let (context, layer_context) = self.linear(dense)?;
        let heads = self.attention(context.source)?;

        let (input, mut attention) = self.linear(heads.query)?;
        for output in [heads.key, heads.value] {
            let (same, linear) = self.linear(output)?;
            if same != input {
                return not(format!("an input of its own at `{output}`"));
            }
            attention.append(linear)?;
        }
        if input.source != residual {
            return not(format!("another residual at `{sum}`"));
        }
        let layer = Layer {
            attention_inverse: input.inverse,
            attention,
            attention_scale: heads.scale,
            context_inverse: context.inverse,
            context: layer_context,
            context_norm,
            inner_inverse: normed.inverse,
            inner: layer_inner,
            output_inverse: activated.inverse,
            output: layer_output,
            output_norm,
        };
        Ok((residual, layer, heads.width))
    }

    /// `bias + (integer product * scale of the columns) * scale of the rows`.
    fn linear(&self, output: &'a str) -> Found<(Quantised<'a>, Linear)> {
        let [bias, product] = inputs(self.node(output, "Add")?)?;
        let [columns, row_scale] = inputs(self.node(product, "Mul")?)?;
        let [cast, scale] = inputs(self.node(columns, "Mul")?)?;
        let integers = self.cast(cast, DataType::FLOAT)?;
        let [bytes, weights, zero, weights_zero] = inputs(self.node(integers, "MatMulInteger")?)?;
        if self.bytes(zero, DataType::UINT8)? != [128] || self.bytes(weights_zero, DataType::INT8)? != [0] {
            return not(format!("other zero points at `{integers}`"));
        }
        let tensor = self.constant(weights)?;
        let [rows, columns] = shape(tensor)?;
        let weights: Vec<i8> = self.bytes(weights, DataType::INT8)?.iter().map(|&byte| byte as i8).collect();
        let linear = Linear::pack(&weights, [rows, columns], self.floats(scale)?, self.floats(bias)?, self.order)?;
        Ok((self.quantised(bytes, row_scale, rows)?, linear))
    }

    /// `y = x * inverse`, `scale = max|y| / 127 + 1e-8`, `bytes = round(y / scale) + 128` with the lift of export.py.
    fn quantised(&self, bytes: &'a str, scale: &'a str, channels: usize) -> Found<Quantised<'a>> {
        let shifted = self.cast(bytes, DataType::UINT8)?;
        let (lifted, drop) = self.with_number(shifted, "Sub")?;
        let (divided, lift) = self.with_number(lifted, "Add")?;
        let [smooth, divisor] = inputs(self.node(divided, "Div")?)?;
        let (scaled, tiny) = self.with_number(scale, "Add")?;
        let (largest, step) = self.with_number(scaled, "Mul")?;
        let reduce = self.node(largest, "ReduceMax")?;
        let axes = attribute(reduce, "axes").map(|a| a.ints.as_slice());
        let [sizes] = inputs(reduce)?;
        let numbers = [drop, lift, tiny, step] == [12_582_912.0, 12_583_040.0, 1e-8, 1.0 / 127.0];
        let last_axis = axes == Some([-1].as_slice()) && int(reduce, "keepdims") == Some(1);
        if divisor != scale || !numbers || !last_axis || self.only_input(sizes, "Abs")? != smooth {
            return not(format!("another quantisation at `{bytes}`"));
        }
        let [source, inverse] = inputs(self.node(smooth, "Mul")?)?;
        let inverse = self.floats(inverse)?;
        if inverse.len() != channels {
            return not(format!("another smoothing at `{smooth}`"));
        }
        Ok(Quantised { source, bytes, scale, inverse })
    }

    /// `(x * (erf(x / sqrt 2) + 1)) * 0.5`; returns x.
    fn gelu(&self, output: &'a str) -> Found<&'a str> {
        let (product, half) = self.with_number(output, "Mul")?;
        let [x, raised] = inputs(self.node(product, "Mul")?)?;
        let (erf, one) = self.with_number(raised, "Add")?;
        let (same, root) = self.with_number(self.only_input(erf, "Erf")?, "Div")?;
        if same != x || [half, one, root] != [0.5, 1.0, std::f32::consts::SQRT_2] {
            return not(format!("another activation at `{output}`"));
        }
        Ok(x)
    }

    /// `softmax(q k^T * scale + mask) v` of several heads (Vaswani et al. 2017).
    fn attention(&self, output: &'a str) -> Found<Heads<'a>> {
        let [mixed, _] = inputs(self.node(output, "Reshape")?)?;
        let [weights, value] = inputs(self.node(self.transposed(mixed, [0, 2, 1, 3])?, "MatMul")?)?;
        let softmax = self.node(weights, "Softmax")?;
        let [masked] = inputs(softmax)?;
        if !matches!(int(softmax, "axis"), Some(-1 | 3)) {
            return not(format!("a softmax over another axis, `{weights}`"));
        }
        // The mask hides padding; the encoder refuses padded texts.
        let [scaled, _mask] = inputs(self.node(masked, "Add")?)?;
        let (products, scale) = self.with_number(scaled, "Mul")?;
        let [query, key] = inputs(self.node(products, "MatMul")?)?;
        let (query, width) = self.heads(query, [0, 2, 1, 3])?;
        let (key, key_width) = self.heads(key, [0, 2, 3, 1])?;
        let (value, value_width) = self.heads(value, [0, 2, 1, 3])?;
        if (key_width, value_width) != (width, width) || !scale.is_finite() {
            return not(format!("heads of different widths at `{output}`"));
        }
        Ok(Heads { query, key, value, scale, width })
    }

    /// A tensor that is split into heads, and the width of a head.
    fn heads(&self, output: &'a str, order: [i64; 4]) -> Found<(&'a str, usize)> {
        let [whole, shape] = inputs(self.node(self.transposed(output, order)?, "Reshape")?)?;
        let [_, _, rest, width] = inputs(self.node(shape, "Concat")?)?;
        match (self.ints(rest)?.as_slice(), self.ints(width)?.as_slice()) {
            ([-1], [width]) => Ok((whole, usize::try_from(*width).map_err(|e| NotThisForm(e.to_string()))?)),
            _ => not(format!("heads of another shape at `{output}`")),
        }
    }

    /// Tables of words, types and positions; `sum` is the input of `norm`.
    fn embeddings(&self, sum: &'a str, norm: Norm) -> Found<Embeddings> {
        let [words_and_types, positions] = inputs(self.node(sum, "Add")?)?;
        let [words, types] = inputs(self.node(words_and_types, "Add")?)?;
        let [cast, row_scale] = inputs(self.node(words, "Mul")?)?;
        let words = self.looked_up(self.cast(cast, DataType::FLOAT)?, "input_ids")?;
        let [rows, width] = shape(self.constant(words)?)?;
        let word_scales = self.floats(self.looked_up(row_scale, "input_ids")?)?;
        let (types_shape, types) = self.table(self.looked_up(types, "token_type_ids")?)?;

        let gather = self.node(positions, "Gather")?;
        let [table, range] = inputs(gather)?;
        let [numbers, from, _to, axis, step] = inputs(self.node(range, "Slice")?)?;
        let (positions_shape, positions) = self.table(table)?;
        let counted = self.ints(numbers)?.into_iter().eq(0..positions_shape[0] as i64);
        let from_start = (self.ints(from)?, self.ints(axis)?, self.ints(step)?) == (vec![0], vec![1], vec![1]);
        if int(gather, "axis").unwrap_or(0) != 0 || !counted || !from_start {
            return not("positions that do not count from 0");
        }
        let fits = types_shape[1] == width && positions_shape[1] == width && norm.weight.len() == width;
        if !fits || word_scales.len() != rows {
            return not("embeddings of different widths");
        }
        Ok(Embeddings { words: self.bytes(words, DataType::INT8)?, word_scales, types, positions, norm })
    }

    /// Name of the table in which `ids` are looked up.
    fn looked_up(&self, output: &'a str, ids: &str) -> Found<&'a str> {
        let node = self.node(output, "Gather")?;
        let [table, found] = inputs(node)?;
        if found != ids || int(node, "axis").unwrap_or(0) != 0 {
            return not(format!("another look-up at `{output}`"));
        }
        Ok(table)
    }

    fn norm(&self, output: &'a str) -> Found<(&'a str, Norm)> {
        let node = self.node(output, "LayerNormalization")?;
        let [input, weight, bias] = inputs(node)?;
        let (weight, bias) = (self.floats(weight)?, self.floats(bias)?);
        let epsilon = attribute(node, "epsilon").and_then(|a| a.f).unwrap_or(1e-5);
        if !matches!(int(node, "axis"), None | Some(-1 | 2)) || weight.len() != bias.len() {
            return not(format!("another normalisation at `{output}`"));
        }
        Ok((input, Norm { weight, bias, epsilon }))
    }

    /// The node that writes `output`; an error if it is of another kind.
    fn node(&self, output: &str, kind: &str) -> Found<&'a NodeProto> {
        match self.nodes.get(output) {
            Some(node) if node.op_type.as_deref() == Some(kind) => Ok(node),
            Some(node) => {
                not(format!("`{output}` comes from {}, not {kind}", node.op_type.as_deref().unwrap_or("nothing")))
            }
            None => not(format!("`{output}` does not come from {kind}")),
        }
    }

    fn only_input(&self, output: &str, kind: &str) -> Found<&'a str> {
        let [input] = inputs(self.node(output, kind)?)?;
        Ok(input)
    }

    fn cast(&self, output: &str, to: DataType) -> Found<&'a str> {
        let node = self.node(output, "Cast")?;
        let [input] = inputs(node)?;
        if int(node, "to") == Some(i64::from(to.0)) { Ok(input) } else { not(format!("another type at `{output}`")) }
    }

    fn transposed(&self, output: &str, order: [i64; 4]) -> Found<&'a str> {
        let node = self.node(output, "Transpose")?;
        let [input] = inputs(node)?;
        match attribute(node, "perm") {
            Some(found) if found.ints == order => Ok(input),
            _ => not(format!("another order of axes at `{output}`")),
        }
    }

    /// The first input of a node whose second is a single number.
    fn with_number(&self, output: &str, kind: &str) -> Found<(&'a str, f32)> {
        let [input, number] = inputs(self.node(output, kind)?)?;
        match self.floats(number)?.as_slice() {
            [number] => Ok((input, *number)),
            _ => not(format!("not one number at `{output}`")),
        }
    }

    /// An initializer or the value of a `Constant`.
    fn constant(&self, name: &str) -> Found<&'a TensorProto> {
        if let Some(tensor) = self.initializers.get(name) {
            return Ok(tensor);
        }
        match attribute(self.node(name, "Constant")?, "value").and_then(|a| a.t.as_ref()) {
            Some(tensor) => Ok(tensor),
            None => not(format!("`{name}` is not a constant")),
        }
    }

    /// Finite float32 numbers.
    fn floats(&self, name: &str) -> Found<Vec<f32>> {
        let numbers: Vec<f32> = match self.constant(name)? {
            tensor if tensor.data_type == Some(DataType::FLOAT) && !tensor.float_data.is_empty() => {
                tensor.float_data.clone()
            }
            _ => self.raw(name, DataType::FLOAT)?.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
        };
        if numbers.iter().all(|x| x.is_finite()) { Ok(numbers) } else { not(format!("`{name}` is not finite")) }
    }

    /// A float32 table and its shape.
    fn table(&self, name: &str) -> Found<([usize; 2], Vec<f32>)> {
        let shape = shape(self.constant(name)?)?;
        let numbers = self.floats(name)?;
        if numbers.len() == shape[0] * shape[1] { Ok((shape, numbers)) } else { not(format!("`{name}` is cut off")) }
    }

    fn ints(&self, name: &str) -> Found<Vec<i64>> {
        let tensor = self.constant(name)?;
        if tensor.data_type == Some(DataType::INT64) && !tensor.int64_data.is_empty() {
            return Ok(tensor.int64_data.clone());
        }
        Ok(self.raw(name, DataType::INT64)?.as_chunks().0.iter().map(|b| i64::from_le_bytes(*b)).collect())
    }

    /// The bytes of an int8 or uint8 tensor; an error if their number is not that of its shape.
    fn bytes(&self, name: &str, data_type: DataType) -> Found<Vec<u8>> {
        let dims = &self.constant(name)?.dims;
        let bytes = self.raw(name, data_type)?;
        let wanted = dims.iter().try_fold(1i64, |product, &n| product.checked_mul(n));
        if wanted == i64::try_from(bytes.len()).ok() { Ok(bytes) } else { not(format!("`{name}` is cut off")) }
    }

    fn raw(&self, name: &str, data_type: DataType) -> Found<Vec<u8>> {
        let tensor = self.constant(name)?;
        match &tensor.raw_data {
            Some(raw) if tensor.data_type == Some(data_type) => Ok(raw.borrow().clone()),
            // Small constants may be stored in another field.
            None if tensor.data_type == Some(data_type) && matches!(data_type, DataType::INT8 | DataType::UINT8) => {
                Ok(tensor.int32_data.iter().map(|&n| n as u8).collect())
            }
            _ => not(format!("`{name}` has no plain data of the type {data_type}")),
        }
    }
}

/// The inputs of an attention, and the width of its heads.
struct Heads<'a> {
    query: &'a str,
    key: &'a str,
    value: &'a str,
    scale: f32,
    width: usize,
}

fn inputs<const N: usize>(node: &NodeProto) -> Found<[&str; N]> {
    let names: Vec<&str> = node.input.iter().map(String::as_str).collect();
    match names.try_into() {
        Ok(names) => Ok(names),
        Err(names) => not(format!("{} with {} inputs", node.op_type.as_deref().unwrap_or("a node"), names.len())),
    }
}

fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a rten_onnx::onnx::AttributeProto> {
    node.attribute.iter().find(|a| a.name.as_deref() == Some(name))
}

fn int(node: &NodeProto, name: &str) -> Option<i64> {
    attribute(node, name).and_then(|a| a.i)
}

fn shape(tensor: &TensorProto) -> Found<[usize; 2]> {
    let dims: Vec<usize> = tensor.dims.iter().filter_map(|&n| usize::try_from(n).ok()).collect();
    dims.try_into().map_err(|_| NotThisForm(format!("a tensor with {} dimensions", tensor.dims.len())))
}
