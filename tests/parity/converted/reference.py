#!/usr/bin/env python3
"""Reference numbers for the engine rust-bert: ../texts.jsonl through transformers, on the weights that plenary converts.

    plenary models --models models convert ID --to FOLDER        (each of the three models)
    reference.py FOLDER

Writes beside itself embeddings.npy (float32, [texts, width]: mean of the last hidden states, divided by its length),
sentiment_logits.json and nli_logits.json. Needs torch, transformers and tokenizers; one thread, one text per pass.
"""
import json
import sys
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertForSequenceClassification, BertModel

torch.set_num_threads(1)
here, folder = Path(__file__).parent, Path(sys.argv[1])
rows = [json.loads(line) for line in (here.parent / "texts.jsonl").read_text(encoding="utf-8").splitlines()]


def outputs(name, kind, pairs=False):
    tokenizer = Tokenizer.from_file(str(folder / name / "tokenizer.json"))
    model = kind.from_pretrained(folder / name, attn_implementation="eager").float().eval()
    for row in rows:
        encoding = tokenizer.encode(row["text"], row["hypothesis"]) if pairs else tokenizer.encode(row["text"])
        with torch.no_grad():
            yield model, model(input_ids=torch.tensor([encoding.ids]), token_type_ids=torch.tensor([encoding.type_ids]))


means = [y.last_hidden_state[0].double().mean(0).numpy() for _, y in outputs("all-minilm-l6-v2-fp32", BertModel)]
np.save(here / "embeddings.npy", np.array([mean / np.linalg.norm(mean) for mean in means], np.float32))
for task, name, pairs in [("sentiment", "sentiment-minilm-l6-fp32", False), ("nli", "nli-minilm-l6-fp32", True)]:
    logits = []
    for model, y in outputs(name, BertForSequenceClassification, pairs):
        logits.append([round(float(x), 6) for x in y.logits[0]])
    labels = [model.config.id2label[i] for i in range(len(logits[0]))]
    (here / f"{task}_logits.json").write_text(json.dumps({"labels": labels, "logits": logits}) + "\n", encoding="utf-8")
