#!/usr/bin/env python3
"""Weighted mean of weights that come from the same start: average.py OUT FOLDER=WEIGHT FOLDER=WEIGHT ... (Wortsman et al. 2022)."""
import shutil, sys
import torch
from transformers import AutoModelForSequenceClassification

out, parts = sys.argv[1], [x.rsplit("=", 1) for x in sys.argv[2:]]
total = sum(float(w) for _, w in parts)
models = [AutoModelForSequenceClassification.from_pretrained(f).float() for f, _ in parts]
state = {k: sum(m.state_dict()[k] * (float(w) / total) for m, (_, w) in zip(models, parts)) for k in models[0].state_dict()}
models[0].load_state_dict(state); models[0].save_pretrained(out)
for name in ("tokenizer.json", "tokenizer_config.json"):
    shutil.copy(f"{parts[0][0]}/{name}", out)
