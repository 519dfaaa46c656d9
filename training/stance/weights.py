#!/usr/bin/env python3
"""A model folder as exported (int8) back to weights that training can start from.

    weights.py MODEL_FOLDER OUT_FOLDER

Quantised weights are multiplied by their scales, and by the factors of the smoothing where there are any; the difference to the
weights before the export is the rounding.
"""
import json, sys
import onnx, torch
from onnx import numpy_helper
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast


def main():
    folder, out = sys.argv[1:3]
    c = json.load(open(f"{folder}/config.json"))
    c["id2label"] = {int(k): v for k, v in c["id2label"].items()}
    model = BertForSequenceClassification(BertConfig(**c)).eval()
    g = onnx.load(f"{folder}/model.onnx").graph
    init = {t.name: numpy_helper.to_array(t) for t in g.initializer}
    by_output = {o: n for n in g.node for o in n.output}
    state = {}
    for name, a in init.items():
        if name.startswith("model."):
            state[name[6:]] = torch.tensor(a)
    table = "model_bert_embeddings_word_embeddings_Gather"
    state["bert.embeddings.word_embeddings.weight"] = torch.tensor(init[f"{table}_table"].astype("float32") * init[f"{table}_scale"])
    for n in g.node:
        if n.op_type != "MatMulInteger":
            continue
        base = n.input[1].removesuffix("_weight")
        w = init[n.input[1]].astype("float32") * init[f"{base}_scale"]
        prefix = n.input[0].removesuffix("_u8")
        if f"{prefix}_inverse" in init:
            w = w * init[f"{prefix}_inverse"][:, None]
        path = base.removeprefix("model_").removesuffix("_MatMul")
        # bert_encoder_layer.0_attention_self_query -> bert.encoder.layer.0.attention.self.query
        state[path.replace("_", ".") + ".weight"] = torch.tensor(w.T.copy())
    missing, unexpected = model.load_state_dict(state, strict=False)
    missing = [m for m in missing if "position_ids" not in m]
    assert not missing and not unexpected, (missing, unexpected)
    model.save_pretrained(out)
    BertTokenizerFast(tokenizer_file=f"{folder}/tokenizer.json", do_lower_case=True, unk_token="[UNK]", sep_token="[SEP]", pad_token="[PAD]",
                      cls_token="[CLS]", mask_token="[MASK]").save_pretrained(out)


if __name__ == "__main__":
    main()
