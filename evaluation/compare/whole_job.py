#!/usr/bin/env python3
"""The whole job as a plain script: whole_job.py FOLDER STUDY.toml MODELS OUT

FOLDER contains transcripts as `Name: text`, STUDY the propositions, MODELS the folders `encoder`, `sentiment` and
`nli`. Writes the central part of the tables of `plenary run`: a table of sentences with speaker, vector, sentiment,
stance and topic, and a table of topics.
"""
import os
import re
import sys
import tomllib
from pathlib import Path

os.environ.update(HF_HUB_OFFLINE="1", OMP_NUM_THREADS="2", TOKENIZERS_PARALLELISM="false")

import pandas as pd
import torch
from bertopic import BERTopic
from sentence_transformers import SentenceTransformer
from transformers import pipeline

torch.set_num_threads(2)
folder, study, models, out = map(Path, sys.argv[1:])

rows = []
for path in sorted(folder.iterdir()):
    speaker = None
    for line in path.read_text(encoding="utf-8").splitlines():
        label = re.match(r"([A-Z][^:]{1,60}):\s+(.*)", line)
        if label:
            speaker, line = label.groups()
        for sentence in re.split(r"(?<=[.!?])\s+", line.strip()):
            if sentence:
                rows.append({"document": path.name, "speaker": speaker, "text": sentence})
data = pd.DataFrame(rows)
texts = data["text"].tolist()

encoder = SentenceTransformer(str(models / "encoder"), device="cpu")
vectors = encoder.encode(texts, show_progress_bar=False)
data["vector"] = list(vectors)

tone = pipeline("text-classification", model=str(models / "sentiment"), device="cpu", top_k=None)
scores = tone(texts, batch_size=32, truncation=True)
by_label = [{score["label"]: score["score"] for score in of_text} for of_text in scores]
data["sentiment"] = [labels["positive"] - labels["negative"] for labels in by_label]

nli = pipeline("text-classification", model=str(models / "nli"), device="cpu", top_k=None)
for target in tomllib.loads(study.read_text(encoding="utf-8"))["targets"]:
    sides = []
    for hypothesis in (target["proposition"], target["negation"]):
        pairs = [{"text": text, "text_pair": hypothesis} for text in texts]
        scores = nli(pairs, batch_size=32, truncation=True)
        by_label = [{score["label"]: score["score"] for score in of_text} for of_text in scores]
        sides.append([labels["entailment"] - labels["contradiction"] for labels in by_label])
    data[f"stance_{target['id']}"] = [(favor - against) / 2 for favor, against in zip(*sides)]

topics = BERTopic()
data["topic"], _ = topics.fit_transform(texts, vectors)

out.mkdir(parents=True, exist_ok=True)
data.to_parquet(out / "analysis.parquet")
topics.get_topic_info().to_parquet(out / "topics.parquet")
means = data.groupby(["document", "speaker"], dropna=False)["sentiment"].agg(["mean", "count"])
means.reset_index().to_parquet(out / "estimates.parquet")
print(len(data), "sentences")
