#!/usr/bin/env python3
"""Logits of an inference model, and cosines, for labelled rows: what the decision layer (decide.py) and the tables read.

    predict.py MODEL SETS... --out FILE.npz [--embed EMBEDDING_FOLDER --cosines CACHE.json] [--limit N] [--plain]

MODEL: a folder with model.safetensors (torch, fp32) or model.onnx (onnxruntime). SETS: label files; rows with turns and probe or with context get
the premise of context.py, others their text alone; --plain leaves the context out. Rows with a `hypothesis` have no negation.
"""
import argparse, glob, gzip, json, os, random
import numpy as np
import context as form

NLI = ["entailment", "neutral", "contradiction"]
TO = {"favor": 0, "neither": 1, "against": 2, "entailment": 0, "neutral": 1, "contradiction": 2}


def load(path, limit=None):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as f:
        rows = [json.loads(line) for line in f]
    return random.Random(0).sample(rows, limit) if limit and len(rows) > limit else rows


class Model:
    def __init__(self, folder, threads=1, max_len=256):
        from tokenizers import Tokenizer
        self.tok = Tokenizer.from_file(f"{folder}/tokenizer.json"); self.tok.no_padding(); self.tok.enable_truncation(max_len, strategy="longest_first")
        names = json.load(open(f"{folder}/config.json")).get("id2label")
        self.order = [[names[str(i)] for i in range(3)].index(x) for x in NLI] if names and len(names) == 3 else None
        self.onnx = os.path.exists(f"{folder}/model.onnx")
        if self.onnx:
            import onnxruntime as ort
            so = ort.SessionOptions(); so.intra_op_num_threads = threads
            self.session = ort.InferenceSession(f"{folder}/model.onnx", so)
            self.inputs = [x.name for x in self.session.get_inputs()]
        else:
            import torch
            from transformers import AutoModelForSequenceClassification
            torch.set_num_threads(threads)
            self.torch, self.model = torch, AutoModelForSequenceClassification.from_pretrained(folder).float().eval()
            self.inputs = ["input_ids", "attention_mask"] + ["token_type_ids"] * hasattr(self.model.config, "type_vocab_size")

    def run(self, pairs):
        enc = [self.tok.encode(*p) for p in pairs]
        out = [None] * len(pairs)
        order = sorted(range(len(pairs)), key=lambda i: len(enc[i].ids))
        size = 1 if self.onnx else 32
        for a in range(0, len(order), size):
            idx = order[a : a + size]
            n = max(len(enc[i].ids) for i in idx)
            f = {k: np.array([list(getattr(enc[i], g)) + [0] * (n - len(enc[i].ids)) for i in idx], np.int64) for k, g in (("input_ids", "ids"), ("attention_mask", "attention_mask"), ("token_type_ids", "type_ids")) if k in self.inputs}
            if self.onnx:
                y = self.session.run(None, f)[0]
            else:
                with self.torch.no_grad():
                    y = self.model(**{k: self.torch.tensor(v) for k, v in f.items()}).logits.numpy()
            for j, i in enumerate(idx):
                out[i] = y[j]
        return out

    def logits(self, premises, hypotheses):
        return np.array(self.run(list(zip(premises, hypotheses))), np.float32)[:, self.order]

    def embed(self, texts):
        v = np.array([y.mean(0) for y in self.run([(t,) for t in texts])])
        return v / np.linalg.norm(v, axis=1, keepdims=True)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("model"); a.add_argument("sets", nargs="+"); a.add_argument("--out", required=True); a.add_argument("--embed"); a.add_argument("--cosines")
    a.add_argument("--limit", type=int); a.add_argument("--plain", action="store_true"); a.add_argument("--threads", type=int, default=1)
    o = a.parse_args()
    model = Model(o.model, o.threads)
    embedder, cache = None, json.load(open(o.cosines)) if o.cosines and os.path.exists(o.cosines) else {}
    out = {}
    for path in o.sets:
        name = os.path.basename(path).replace(".jsonl.gz", "").replace(".jsonl", "")
        rows = load(path, o.limit)
        premise, ctx, own = zip(*(form.of_row(r) for r in rows))
        if o.plain:
            premise = own
        hyp = [r.get("proposition") or r.get("hypothesis") for r in rows]
        out[f"{name}:p"] = model.logits(premise, hyp)
        if rows[0].get("negation"):
            out[f"{name}:n"] = model.logits(premise, [r["negation"] for r in rows])
        out[f"{name}:y"] = np.array([TO[r["label"]] for r in rows])
        groups = sorted(set(hyp)); out[f"{name}:g"] = np.array([groups.index(h) for h in hyp])
        out[f"{name}:c"] = np.array([len(c) for c in ctx])
        if o.cosines and "proposition" in rows[0]:
            key = f"{name}:{len(rows)}:{hash_of(rows)}"
            if key not in cache:
                embedder = embedder or Model(o.embed, o.threads)
                texts = sorted({t for c in ctx for t in c} | set(own) | set(hyp)); v = dict(zip(texts, embedder.embed(texts)))
                cache[key] = [[float(v[own[i]] @ v[hyp[i]]), max([float(v[t] @ v[hyp[i]]) for t in ctx[i]], default=0.0)] for i in range(len(rows))]
                json.dump(cache, open(o.cosines, "w"))
            out[f"{name}:r"] = np.array(cache[key], np.float32)
        print(name, len(rows), "argmax accuracy", round(float((out[f"{name}:p"].argmax(1) == out[f"{name}:y"]).mean()), 4), flush=True)
    np.savez_compressed(o.out, **out)


def hash_of(rows):
    import hashlib
    return hashlib.sha256(json.dumps([[r.get("text"), r.get("probe"), r.get("proposition")] for r in rows]).encode()).hexdigest()[:12]


if __name__ == "__main__":
    main()
