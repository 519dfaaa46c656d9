#!/usr/bin/env python3
"""Makes the tiny model folders of this directory and the numbers that transformers gives for them.

    python tests/architectures/export.py

Needs torch, transformers, tokenizers, onnx and numpy. Each model has random weights (seeded), two layers of width 32 and a
tokenizer of the kind that the architecture uses, trained on the sentences below; plenary is compared with what
transformers computes from the same folder. Last run with the versions that expected.json names.
"""
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import tokenizers
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (AutoModel, AutoModelForSequenceClassification, BertConfig, DebertaV2Config, DistilBertConfig,
                          MPNetConfig, PreTrainedTokenizerFast, RobertaConfig, XLMRobertaConfig)

HERE = Path(__file__).parent
TEXTS = [
    "The harbour must stay open in winter.",
    "We shall not vote for this budget, and we have said so since March.",
    "I thank the chair; nobody else spoke of the schools.",
    "Der Hafen muss im Winter offen bleiben. Wir stimmen dem Haushalt nicht zu.",
    "Le port doit rester ouvert en hiver, même si cela coûte cher.",
    "港口必须在冬天开放。",
    "Порт должен оставаться открытым зимой.",
    "Unseen words: zygote, quixotry, 12,345 and [SEP] </s>.",
    "x",
    "The longest of these goes on about the harbour, the schools and the budget, and then it ends.",
]
HYPOTHESES = ["The harbour should be open.", "The budget is good.", "Schools matter."]
CORPUS = TEXTS + HYPOTHESES + [
    "The speaker agrees with the proposal.", "The speaker is against the proposal.", "Some say yes, others say no.",
    "Der Vorsitzende dankt den Schulen.", "Les écoles ne sont pas ouvertes en mars.", "学校在三月开放。", "Школы открыты в марте.",
]
VOCABULARY = 260
SIZES = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48)


def word_piece(cls="[CLS]", sep="[SEP]", pad="[PAD]", unk="[UNK]", mask="[MASK]", pair="$A:0 {sep}:0 $B:1 {sep}:1"):
    tok = Tokenizer(models.WordPiece(unk_token=unk))
    tok.normalizer = normalizers.BertNormalizer(lowercase=True)
    tok.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tok.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=VOCABULARY, special_tokens=[cls, pad, sep, unk, mask]))
    ids = [(t, tok.token_to_id(t)) for t in (cls, sep)]
    tok.post_processor = processors.TemplateProcessing(single=f"{cls}:0 $A:0 {sep}:0", pair=f"{cls}:0 " + pair.format(sep=sep), special_tokens=ids)
    tok.decoder = decoders.WordPiece()
    return tok, dict(cls_token=cls, sep_token=sep, pad_token=pad, unk_token=unk, mask_token=mask)


def byte_pairs():
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tok.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=VOCABULARY + 60, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tok.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    return tok, dict(bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>", pad_token="<pad>", unk_token="<unk>", mask_token="<mask>")


def unigram(special, single, pair, names):
    tok = Tokenizer(models.Unigram())
    tok.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(tokenizers.Regex(" {2,}"), " ")])
    tok.pre_tokenizer = pre_tokenizers.Metaspace()
    tok.train_from_iterator(CORPUS, trainers.UnigramTrainer(vocab_size=VOCABULARY, special_tokens=special, unk_token=names["unk_token"], show_progress=False))
    ids = [(t, tok.token_to_id(t)) for t in special]
    tok.post_processor = processors.TemplateProcessing(single=single, pair=pair, special_tokens=ids)
    tok.decoder = decoders.Metaspace()
    return tok, names


def xlm_unigram():
    names = dict(bos_token="<s>", eos_token="</s>", cls_token="<s>", sep_token="</s>", pad_token="<pad>", unk_token="<unk>", mask_token="<mask>")
    return unigram(["<s>", "<pad>", "</s>", "<unk>", "<mask>"], "<s> $A </s>", "<s> $A </s> </s> $B </s>", names)


def deberta_unigram():
    names = dict(bos_token="[CLS]", eos_token="[SEP]", cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", unk_token="[UNK]", mask_token="[MASK]")
    return unigram(["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"], "[CLS]:0 $A:0 [SEP]:0", "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", names)


def labels(*names):
    return dict(id2label=dict(enumerate(names)), label2id={n: i for i, n in enumerate(names)}, num_labels=len(names))


DEBERTA = dict(relative_attention=True, pos_att_type=["p2c", "c2p"], max_relative_positions=24, type_vocab_size=0, **SIZES)

# name: task, tokenizer, config, further inputs of the graph, sentence-transformers' pooling
MODELS = {
    "bert": ("embedding", word_piece, lambda v, p: BertConfig(vocab_size=v, pad_token_id=p, max_position_embeddings=96, **SIZES), ["token_type_ids"], "cls"),
    "distilbert": ("sentiment", word_piece, lambda v, p: DistilBertConfig(vocab_size=v, pad_token_id=p, max_position_embeddings=96, dim=32, hidden_dim=48, n_layers=2, n_heads=4, **labels("NEGATIVE", "POSITIVE")), [], None),
    "mpnet": ("embedding", lambda: word_piece("<s>", "</s>", "<pad>", "[UNK]", "<mask>", "$A:0 {sep}:0 {sep}:0 $B:0 {sep}:0"), lambda v, p: MPNetConfig(vocab_size=v, pad_token_id=p, max_position_embeddings=98, **SIZES), [], "mean"),
    "roberta": ("inference", byte_pairs, lambda v, p: RobertaConfig(vocab_size=v, pad_token_id=p, max_position_embeddings=98, type_vocab_size=1, **SIZES, **labels("contradiction", "neutral", "entailment")), [], None),
    "xlm-roberta": ("sentiment", xlm_unigram, lambda v, p: XLMRobertaConfig(vocab_size=v, pad_token_id=p, max_position_embeddings=98, type_vocab_size=1, **SIZES, **labels("1 star", "2 stars", "3 stars", "4 stars", "5 stars")), [], None),
    "deberta-v2": ("inference", deberta_unigram, lambda v, p: DebertaV2Config(vocab_size=v, pad_token_id=p, max_position_embeddings=96, position_biased_input=True, share_att_key=False, conv_kernel_size=3, conv_act="gelu", **{**DEBERTA, "type_vocab_size": 2}, **labels("ENTAILMENT", "NEUTRAL", "CONTRADICTION")), ["token_type_ids"], None),
    "deberta-v3": ("inference", deberta_unigram, lambda v, p: DebertaV2Config(vocab_size=v, pad_token_id=p, max_position_embeddings=96, position_biased_input=False, share_att_key=True, position_buckets=16, norm_rel_ebd="layer_norm", **DEBERTA, **labels("entailment", "neutral", "contradiction")), [], None),
}


class Wrapped(torch.nn.Module):
    def __init__(self, model, names, key):
        super().__init__()
        self.model, self.names, self.key = model, names, key

    def forward(self, *inputs):
        return getattr(self.model(**dict(zip(self.names, inputs))), self.key)


def shorten(graph):
    """Shortens the names in the graph, which take half of a file of this size."""
    kept = {v.name for v in [*graph.input, *graph.output]} | {t.name for t in graph.initializer} | {""}
    short = {}
    for node in graph.node:
        node.name = node.doc_string = ""
        for names in (node.input, node.output):
            for i, n in enumerate(names):
                names[i] = n if n in kept else short.setdefault(n, f"v{len(short)}")
    del graph.value_info[:]


def export(name, task, tok, config, more, pooling):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    torch.manual_seed(20170528)
    tokenizer, special = tok()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special)
    config = config(len(fast), fast.pad_token_id)
    config.initializer_range = 0.3  # larger than usual, so that the numbers of different texts differ
    key = "last_hidden_state" if task == "embedding" else "logits"
    kind = AutoModel if task == "embedding" else AutoModelForSequenceClassification
    extra = {} if config.model_type in ("deberta-v2", "mpnet") else {"attn_implementation": "eager"}
    model = kind.from_config(config, **extra).eval()
    for n, p in model.named_parameters():
        if p.dim() > 1:
            torch.nn.init.normal_(p, std=0.3)
        elif n.endswith("bias"):
            torch.nn.init.normal_(p, std=0.05)
    names = ["input_ids", "attention_mask", *more]
    wrapped = Wrapped(model, names, key).eval()

    def encode(text, second=None):
        x = fast(text, second, return_tensors="pt", split_special_tokens=True)
        return tuple(x[n] if n in x else torch.zeros_like(x["input_ids"]) for n in names)

    axes = {n: {0: "batch", 1: "sequence"} for n in names}
    axes[key] = {0: "batch", 1: "sequence"} if task == "embedding" else {0: "batch"}
    sample = encode(TEXTS[0], HYPOTHESES[0] if task == "inference" else None)
    torch.onnx.export(wrapped, sample, str(folder / "model.onnx"), input_names=names, output_names=[key], dynamic_axes=axes,
                      opset_version=17, do_constant_folding=True)
    graph = onnx.load(str(folder / "model.onnx"))
    shorten(graph.graph)
    onnx.save(graph, str(folder / "model.onnx"))
    fast.backend_tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    saved = config.to_diff_dict()
    saved["architectures"] = [type(model).__name__]
    for needed in ("vocab_size", "pad_token_id", "max_position_embeddings", "dim" if config.model_type == "distilbert" else "hidden_size"):
        saved[needed] = getattr(config, needed)
    saved = {k: v for k, v in saved.items() if k not in ("transformers_version", "dtype", "torch_dtype")}
    (folder / "config.json").write_text(json.dumps(saved, indent=1) + "\n")
    if pooling:
        (folder / "1_Pooling").mkdir()
        modes = {"pooling_mode_cls_token": pooling == "cls", "pooling_mode_mean_tokens": pooling == "mean"}
        (folder / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 32, **modes}) + "\n")

    pairs = [(t, h) for t in TEXTS for h in HYPOTHESES] if task == "inference" else [(t, None) for t in TEXTS]
    rows = []
    with torch.no_grad():
        for text, second in pairs:
            out = wrapped(*encode(text, second))
            if task == "embedding":
                vector = out[0, 0] if pooling == "cls" else out[0].mean(0)
                numbers = torch.nn.functional.normalize(vector, dim=0)
            else:
                numbers = out[0].softmax(0)
            ids = encode(text, second)[0][0].tolist()
            rows.append({"text": text, **({"second": second} if second else {}), "ids": ids, "numbers": [round(float(x), 7) for x in numbers]})
    return {"task": task, "labels": list(config.id2label.values()) if task != "embedding" else [], "rows": rows}


def main():
    torch.set_num_threads(1)
    expected = {name: export(name, *facts) for name, facts in MODELS.items()}
    versions = {"torch": torch.__version__, "transformers": transformers.__version__, "tokenizers": tokenizers.__version__, "onnx": onnx.__version__}
    lines = [f' "made_with": {json.dumps(versions)}']
    for name, of_model in expected.items():
        rows = ",\n".join("   " + json.dumps(row, ensure_ascii=False) for row in of_model.pop("rows"))
        head = json.dumps(of_model)[1:-1]
        lines.append(f' "{name}": {{{head}, "rows": [\n{rows}]}}')
    (HERE / "expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    for folder in sorted(p for p in HERE.iterdir() if p.is_dir()):
        print(folder.name, sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()))


if __name__ == "__main__":
    main()
