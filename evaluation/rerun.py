#!/usr/bin/env python3
"""Measures what becomes of themes when a study is rerun with more texts.

    cargo build --release --example cluster_vectors --example embed_texts
    rerun.py EXAMPLES [--meetings FILE.jsonl.gz] [--topics FILE.jsonl.gz ...] [--seeds 3] [--models DIR]

EXAMPLES is the folder of the two examples. --meetings: JSONL with `document`, `order`, `text` (one row per turn), cut into sentences
here; the first batch is 20 (and 12) of 24 documents drawn at random, the second all of them. --topics: JSONL with `id`, `text`, `label`;
a fifth of the labels is held back from the first batch, which has two thirds of the other texts; the second batch is everything.

Printed for each mode: themes of the first and second run, share of the old texts that keep their theme's id, share in another theme,
ARI of the old texts in both runs, and for --topics precision, recall and F1 of "in a new theme" for the texts of labels that were held
back (medians over seeds). `none` is a second run without a registry. Needs numpy.
"""
import argparse, gzip, json, re, statistics, subprocess, sys, tempfile
from collections import Counter
from pathlib import Path

import numpy as np


def rows_of(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def ari(a, b):
    """Adjusted Rand index (Hubert & Arabie 1985)."""
    pairs = lambda counts: sum(n * (n - 1) / 2 for n in counts)
    both, of_a, of_b, n = pairs(Counter(zip(a, b)).values()), pairs(Counter(a).values()), pairs(Counter(b).values()), len(a) * (len(a) - 1) / 2
    expected = of_a * of_b / n
    return (both - expected) / ((of_a + of_b) / 2 - expected)


class Program:
    def __init__(self, folder, models):
        self.folder, self.models = Path(folder), models

    def embed(self, texts, where):
        lines = where / "texts.jsonl"
        lines.write_text("".join(json.dumps({"text": t}) + "\n" for t in texts), encoding="utf-8")
        models = ["--models", self.models] if self.models else []
        subprocess.run([self.folder / "embed_texts", lines, "all-minilm-l6-v2", where / "out.npy", *models], check=True, capture_output=True)
        return np.load(where / "out.npy")

    def themes(self, texts, documents, vectors, where, *options):
        lines, numbers = where / "t.jsonl", where / "t.f32"
        lines.write_text("".join(json.dumps({"id": i, "text": t, "document": d}) + "\n" for i, (t, d) in enumerate(zip(texts, documents))), encoding="utf-8")
        numbers.write_bytes(np.ascontiguousarray(vectors, "<f4").tobytes())
        done = subprocess.run([self.folder / "cluster_vectors", lines, numbers, *map(str, options)], check=True, capture_output=True, text=True)
        return [json.loads(line)["theme"] for line in done.stdout.splitlines()]


def compare(program, texts, documents, vectors, first, held, seed):
    """first: positions of the first batch; held: whether each text is of a label that was held back. Rows by mode."""
    with tempfile.TemporaryDirectory() as where:
        where = Path(where)
        registry = where / "themes.registry"
        before = program.themes([texts[i] for i in first], [documents[i] for i in first], vectors[first], where, "--seed", seed, "--save", registry)
        out = {}
        for mode in ("none", "freeze", "extend", "refit"):
            options = [] if mode == "none" else ["--registry", registry, "--mode", mode]
            now = program.themes(texts, documents, vectors, where, "--seed", seed, *options)
            kept = [now[i] for i in first]
            old = {t for t in before}
            new = [t is not None and t not in old for t in now]
            row = {"before": len(old), "now": len({t for t in now if t}), "kept": np.mean([a == b for a, b in zip(before, kept)]),
                   "ari": ari(before, kept), "unassigned": np.mean([t is None for t in now]), "in new": np.mean([new[i] for i in range(len(texts)) if i not in set(first)])}
            if held is not None:
                hit = sum(n and h for n, h in zip(new, held))
                p, r = hit / max(1, sum(new)), hit / max(1, sum(held))
                row.update(precision=p, recall=r, f1=2 * p * r / max(1e-9, p + r))
            if mode == "freeze":
                again = program.themes([texts[i] for i in first], [documents[i] for i in first], vectors[first], where, "--seed", seed, *options)
                row["same corpus"] = np.mean([a == b for a, b in zip(before, again)])
            out[mode] = row
        return out


def drawn(documents, n, seed):
    """Positions of the rows of n documents drawn at random."""
    rank = np.random.default_rng(seed).permutation(max(documents) + 1)
    return [i for i, d in enumerate(documents) if rank[d] < n]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("examples"); parser.add_argument("--models"); parser.add_argument("--meetings"); parser.add_argument("--topics", nargs="*", default=[])
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    program = Program(args.examples, args.models)
    cases = []
    with tempfile.TemporaryDirectory() as where:
        where = Path(where)
        if args.meetings:
            turns = rows_of(args.meetings)
            documents = sorted({r["document"] for r in turns})[:24]
            texts, of = [], []
            for r in turns:
                if r["document"] in documents:
                    for sentence in re.split(r"(?<=[.!?])\s+", r["text"]):
                        if sentence.strip():
                            texts.append(sentence.strip()); of.append(documents.index(r["document"]))
            vectors = program.embed(texts, where)
            for n in (20, 12):
                cases.append((f"meetings {n} then {len(documents)}", texts, of, vectors, lambda seed, n=n, of=of: (drawn(of, n, seed), None)))
        for path in args.topics:
            rows = [r for r in rows_of(path) if r.get("label")]
            texts, labels = [r["text"] for r in rows], [r["label"] for r in rows]
            vectors = program.embed(texts, where)

            def split(seed, labels=labels):
                rng = np.random.default_rng(seed)
                names = sorted(set(labels))
                held = set(rng.choice(names, max(1, len(names) // 5), replace=False))
                first = [i for i, l in enumerate(labels) if l not in held and rng.random() < 2 / 3]
                return first, [l in held for l in labels]

            cases.append((Path(path).name.split(".")[0], texts, range(len(texts)), vectors, split))
    columns = ["before", "now", "kept", "ari", "unassigned", "in new", "same corpus", "precision", "recall", "f1"]
    print("| set | mode | " + " | ".join(columns) + " |")
    print("|" + "---|" * (len(columns) + 2))
    for name, texts, documents, vectors, split in cases:
        results = [compare(program, texts, documents, vectors, *split(seed), seed) for seed in range(args.seeds)]
        for mode in results[0]:
            middle = lambda key: statistics.median(r[mode][key] for r in results) if key in results[0][mode] else None
            shown = ["" if middle(k) is None else f"{middle(k):g}" if k in ("before", "now") else f"{middle(k):.3f}" for k in columns]
            print(f"| {name} | {mode} | " + " | ".join(shown) + " |", flush=True)


if __name__ == "__main__":
    main()
