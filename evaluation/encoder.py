#!/usr/bin/env python3
"""The Encoder of the Python package beside sentence-transformers: agreement, speed, the same bits, and BERTopic on top of it.

    python3 -m venv peers && peers/bin/pip install -r evaluation/compare/requirements.txt plenary_text-*.whl
    peers/bin/python evaluation/encoder.py ENCODER TEXTS.jsonl [--rounds 3]

ENCODER is a folder with the fp32 weights of all-MiniLM-L6-v2, TEXTS has one `{"text": ...}` per line (evaluation/compare/sentences.py
draws them). Both use two threads and take turns. Prints the cosines, medians of texts per second, and the topics that BERTopic finds.
"""
import argparse
import json
import os
import statistics
import time

os.environ.update(HF_HUB_OFFLINE="1", OMP_NUM_THREADS="2", TOKENIZERS_PARALLELISM="false")

import numpy as np
import torch
from bertopic import BERTopic
from plenary_text import Encoder
from plenary_text.bertopic import Embedder
from sentence_transformers import SentenceTransformer
from umap import UMAP


def rate(encode, texts):
    at = time.perf_counter()
    encode(texts)
    return len(texts) / (time.perf_counter() - at)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("encoder")
    parser.add_argument("texts")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with open(arguments.texts, encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    torch.set_num_threads(2)
    peer = SentenceTransformer(arguments.encoder, device="cpu")
    ours = Encoder(threads=2)
    reference, vectors = peer.encode(texts, normalize_embeddings=True), ours.encode(texts)
    cosines = (vectors * reference).sum(1)
    print(f"{len(texts)} texts: cosine at least {cosines.min():.4f}, mean {cosines.mean():.4f}; "
          f"{(cosines < 0.99).sum()} below 0.99")

    order = np.random.default_rng(0).permutation(len(texts))
    shuffled = ours.encode([texts[i] for i in order])
    same = [np.array_equal(shuffled, vectors[order])]
    for size in (1, 7, 32, 1000):
        some = texts[:1000]
        parts = [ours.encode(some[a:a + size]) for a in range(0, len(some), size)]
        same.append(np.array_equal(np.concatenate(parts), vectors[:1000]))
    alone = peer.encode(texts[:200], batch_size=1, normalize_embeddings=True)
    print(f"the same bits in another order and in batches of 1, 7, 32, 1000: {same}; "
          f"largest difference of sentence-transformers between batches of 1 and 32: {np.abs(alone - reference[:200]).max():.1e}")

    rates = {"plenary_text.Encoder": [], "sentence-transformers": []}
    for _ in range(arguments.rounds):
        rates["plenary_text.Encoder"].append(rate(ours.encode, texts))
        rates["sentence-transformers"].append(rate(lambda some: peer.encode(some, show_progress_bar=False), texts))
    ours_rate, peer_rate = (statistics.median(found) for found in rates.values())
    print(f"texts a second: {ours_rate:.0f} and {peer_rate:.0f}, {ours_rate / peer_rate:.1f} times")

    for name, model in (("plenary_text.Encoder", Embedder(ours)), ("sentence-transformers", peer)):
        topics, _ = BERTopic(embedding_model=model, umap_model=UMAP(random_state=0, metric="cosine")).fit_transform(texts)
        print(f"BERTopic on {name}: {len(set(topics) - {-1})} topics, {np.mean(np.array(topics) != -1):.0%} of the texts in one")


if __name__ == "__main__":
    main()
