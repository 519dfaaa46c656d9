#!/usr/bin/env python3
"""Export a fine-tuned encoder (BERT, MPNet) to a plenary model folder: config.json, tokenizer.json, model.onnx (dynamic int8).

    export.py MODEL_DIR OUT_DIR --task embedding|classification --calibrate ROWS.jsonl.gz [--activations row|tensor|none]
              [--smooth ALPHA] [--f16 FILE]

How the weights are stored
- linear layers: int8, symmetric, one scale per output channel, chosen so that |w| <= 127 and |w| + |next w| <= 128 for the
  pairs (0, 1), (2, 3), ... of inputs: then no sum of two products with unsigned bytes exceeds 16 bits, and CPUs without VNNI, whose
  instruction saturates there, compute the same integers;
- token embedding table: int8, one scale per token; position, type and layer-norm weights, pooler and classifier: fp32;
- activations entering a linear layer are quantised at run time:
  row     one scale per token, 1..255 around 128 (default); a token's numbers do not depend on the size of its neighbours' numbers;
  tensor  DynamicQuantizeLinear, one scale and zero point for the whole text;
  none    fp32 graph, nothing quantised.
Before that, input channels are divided by s = max|x|^ALPHA / max|w|^(1-ALPHA) and the weights multiplied by it (Xiao et al.
2023, SmoothQuant), with max|x| taken over the first 96 texts of ROWS; the exact product is unchanged, and the rounding is finer.

Inputs input_ids, attention_mask and, where the model has them, token_type_ids (int64, [batch, sequence]); output last_hidden_state ([batch, sequence,
hidden]) or logits ([batch, labels]). The graph uses standard ONNX operators of opset 17 only.
--f16 also writes the weights as float16 safetensors to FILE.
"""
import argparse, gzip, itertools, json, os, tempfile
import numpy as np, onnx, torch
from onnx import TensorProto, helper, numpy_helper
from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer


class Wrapped(torch.nn.Module):
    def __init__(self, model, key, names):
        super().__init__()
        self.model, self.key, self.names = model, key, names

    def forward(self, *inputs):
        return getattr(self.model(**dict(zip(self.names, inputs))), self.key)


def to_onnx(model, tok, key, path):
    x = tok(["A short sentence.", "A second one that is somewhat longer."], padding=True, return_tensors="pt")
    names = model.names
    axes = {n: {0: "batch", 1: "sequence"} for n in names}
    axes[key] = {0: "batch", 1: "sequence"} if key == "last_hidden_state" else {0: "batch"}
    torch.onnx.export(model, tuple(x[n] for n in names), path, input_names=names, output_names=[key],
                      dynamic_axes=axes, opset_version=17, do_constant_folding=True, dynamo=False)


def channel_maxima(model, tok, path, n=96):
    """{module path: max |input| of each channel} of the linear layers, over the first `n` rows of `path`."""
    seen, hooks = {}, []

    def hook(name):
        def see(module, inputs, output):
            m = inputs[0].detach().abs().reshape(-1, inputs[0].shape[-1]).amax(0)
            seen[name] = torch.maximum(seen[name], m) if name in seen else m
        return see

    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear):
            hooks.append(module.register_forward_hook(hook(name)))
    with gzip.open(path, "rt", encoding="utf-8") as f, torch.no_grad():
        for r in map(json.loads, itertools.islice(f, n)):
            pair = [r["premise"], r["hypothesis"]] if "hypothesis" in r else [r["text"]]
            x = tok(*pair, truncation=True, max_length=128, return_tensors="pt")
            model.model(**{name: x[name] for name in model.names})
    for h in hooks:
        h.remove()
    return {k: v.numpy() for k, v in seen.items()}


def int8_columns(w, pairs=True):
    """w [inputs, outputs] -> int8 and one scale per output."""
    m = np.abs(w)
    scale = np.maximum(m.max(0), 1e-12) / 127
    if pairs and len(w) % 2 == 0:
        scale = np.maximum(scale, (m[0::2] + m[1::2]).max(0) / 127)  # 127, not 128: rounding may add one
    return np.rint(w / scale).astype(np.int8), scale.astype(np.float32)


def quantise(model, activations, alpha, maxima):
    g = model.graph
    init = {t.name: t for t in g.initializer}
    linear = [n for n in g.node if n.op_type == "MatMul" and n.input[1] in init and len(init[n.input[1]].dims) == 2]
    weights = {n.name: numpy_helper.to_array(init[n.input[1]]) for n in linear}
    smooth = {}
    if maxima:
        for n in linear:
            x = n.input[0]
            w = np.max([np.abs(weights[m.name]).max(1) for m in linear if m.input[0] == x], 0)
            seen = maxima[n.name.strip("/").rsplit("/", 1)[0].replace("/", ".")]
            s = np.maximum(seen, 1e-3) ** alpha / np.maximum(w, 1e-4) ** (1 - alpha)
            smooth[x] = (s / s.mean()).astype(np.float32)
    nodes, added, gone, done = [], {}, set(), {}

    def const(name, array):
        added.setdefault(name, numpy_helper.from_array(array, name))
        return name

    def node(op, inputs, output, **more):
        nodes.append(helper.make_node(op, inputs, output if isinstance(output, list) else [output], name=f"{op}_{len(nodes)}", **more))

    def quantised_input(x):
        """Names of the quantised activation, its scale and its zero point; shared by all layers that read `x`."""
        if x in done:
            return done[x]
        p, y = f"q{len(done)}", x
        if x in smooth:
            y = f"{p}_smooth"
            node("Mul", [x, const(f"{p}_inverse", 1 / smooth[x])], y)
        if activations == "tensor":
            node("DynamicQuantizeLinear", [y], [f"{p}_u8", f"{p}_scale", f"{p}_zero"])
            done[x] = (f"{p}_u8", f"{p}_scale", f"{p}_zero")
            return done[x]
        node("Abs", [y], f"{p}_abs")
        node("ReduceMax", [f"{p}_abs"], f"{p}_max", axes=[-1], keepdims=1)
        node("Mul", [f"{p}_max", const("q_step", np.array(1 / 127, np.float32))], f"{p}_scale0")
        node("Add", [f"{p}_scale0", const("q_tiny", np.array(1e-8, np.float32))], f"{p}_scale")
        node("Div", [y, f"{p}_scale"], f"{p}_div")
        # to the nearest integer, ties to even, plus 128: at 1.5 * 2^23 neighbouring float32 numbers are 1 apart, so the
        # sum rounds automatically; the same bits as Round and Add(128), which are slow in engines without a fast Round
        node("Add", [f"{p}_div", const("q_lift", np.array(12582912 + 128, np.float32))], f"{p}_lifted")
        node("Sub", [f"{p}_lifted", const("q_drop", np.array(12582912, np.float32))], f"{p}_shift")
        node("Cast", [f"{p}_shift"], f"{p}_u8", to=TensorProto.UINT8)
        done[x] = (f"{p}_u8", f"{p}_scale", const("q_zero", np.array(128, np.uint8)))
        return done[x]

    for n in list(g.node):
        base = n.name.strip("/").replace("/", "_")
        if n.name in weights:
            w = weights[n.name]
            if n.input[0] in smooth:
                w = w * smooth[n.input[0]][:, None]
            q, s = int8_columns(w)
            x, x_scale, x_zero = quantised_input(n.input[0])
            # the weights' zero point is explicit, because rten fuses the products with the scale only then
            node("MatMulInteger", [x, const(f"{base}_weight", q), x_zero, const("w_zero", np.array(0, np.int8))], f"{base}_i32")
            node("Cast", [f"{base}_i32"], f"{base}_f32", to=TensorProto.FLOAT)
            # first the constant scale, then the run-time one: some engines fuse Cast with the Mul that follows it and
            # accept a scale of one number or one per column
            node("Mul", [f"{base}_f32", const(f"{base}_scale", s)], f"{base}_columns")
            node("Mul", [f"{base}_columns", x_scale], n.output[0])
            gone.add(n.input[1])
        elif n.op_type == "Gather" and n.input[0] in init and init[n.input[0]].dims[0] > 1000:
            q, s = int8_columns(numpy_helper.to_array(init[n.input[0]]).T, pairs=False)
            node("Gather", [const(f"{base}_table", np.ascontiguousarray(q.T)), n.input[1]], f"{base}_i8", axis=0)
            node("Gather", [const(f"{base}_scale", s[:, None]), n.input[1]], f"{base}_row_scale", axis=0)
            node("Cast", [f"{base}_i8"], f"{base}_f32", to=TensorProto.FLOAT)
            node("Mul", [f"{base}_f32", f"{base}_row_scale"], n.output[0])
            gone.add(n.input[0])
        else:
            nodes.append(n)
    still = {i for n in nodes for i in n.input}
    keep = [t for t in g.initializer if t.name not in gone or t.name in still]
    graph = helper.make_graph(nodes, "plenary", g.input, g.output, initializer=keep + list(added.values()))
    out = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="plenary export.py")
    onnx.checker.check_model(out)
    return out


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("model"); a.add_argument("out")
    a.add_argument("--task", choices=["embedding", "classification"], required=True)
    a.add_argument("--activations", choices=["row", "tensor", "none"], default="row")
    a.add_argument("--calibrate", metavar="ROWS"); a.add_argument("--smooth", type=float, default=0.5)
    a.add_argument("--f16", metavar="FILE")
    o = a.parse_args()
    torch.set_num_threads(1)
    cls, key = (AutoModel, "last_hidden_state") if o.task == "embedding" else (AutoModelForSequenceClassification, "logits")
    model = cls.from_pretrained(o.model, attn_implementation="eager").float().eval()
    tok = AutoTokenizer.from_pretrained(o.model)
    names = ["input_ids", "attention_mask"] + ["token_type_ids"] * hasattr(model.config, "type_vocab_size")
    wrapped = Wrapped(model, key, names)
    os.makedirs(o.out, exist_ok=True)
    with tempfile.TemporaryDirectory() as t:
        to_onnx(wrapped, tok, key, f"{t}/fp32.onnx")
        graph = onnx.load(f"{t}/fp32.onnx")
    maxima = channel_maxima(wrapped, tok, o.calibrate) if o.calibrate else None
    onnx.save(graph if o.activations == "none" else quantise(graph, o.activations, o.smooth, maxima), f"{o.out}/model.onnx")
    j = json.loads(tok.backend_tokenizer.to_str())
    j["truncation"] = j["padding"] = None
    json.dump(j, open(f"{o.out}/tokenizer.json", "w", encoding="utf-8"), ensure_ascii=False)
    c = model.config.to_dict()
    keep = ["architectures", "model_type", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "hidden_act",
            "layer_norm_eps", "max_position_embeddings", "type_vocab_size", "vocab_size", "pad_token_id", "relative_attention_num_buckets"]
    keep += ["id2label", "label2id"] if o.task == "classification" else []
    json.dump({k: c[k] for k in keep if k in c}, open(f"{o.out}/config.json", "w"), indent=2)
    if o.f16:
        from safetensors.torch import save_file
        os.makedirs(os.path.dirname(o.f16) or ".", exist_ok=True)
        save_file({k: v.half().contiguous() for k, v in model.state_dict().items() if v.dtype.is_floating_point}, o.f16, metadata={"format": "pt"})
    print({f: os.path.getsize(f"{o.out}/{f}") for f in sorted(os.listdir(o.out)) if os.path.isfile(f"{o.out}/{f}")})


if __name__ == "__main__":
    main()
