#!/usr/bin/env python3
"""Whether other vectors make better themes: agreement with human labels after changes of the vectors, of neighbours and of resolution.

    cargo build --release -p plenary-measure --example cluster_vectors
    theme_vectors.py BINARY NAME=TEXTS:VECTORS...

TEXTS is JSONL (plain or .gz) with id, text and label; VECTORS a two-dimensional .npy, row for row. Prints the mean AMI and ARI over
the sets, and those of each set. Needs numpy and scikit-learn. One seed.
"""
import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score


def unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def as_they_are(x, texts):
    return x


def without_mean(x, texts):
    return unit(x - x.mean(0))


def without_directions(n):
    """Without the mean and the n directions of most variance (Mu & Viswanath 2018)."""
    def change(x, texts):
        centred = x - x.mean(0)
        directions = np.linalg.svd(centred, full_matrices=False)[2][:n]
        return unit(centred - centred @ directions.T @ directions)
    return change


def whitened(n, power):
    """n principal components, divided by a power of their singular values."""
    def change(x, texts):
        centred = x - x.mean(0)
        _, sizes, directions = np.linalg.svd(centred, full_matrices=False)
        return unit(centred @ directions[:n].T / sizes[:n] ** power)
    return change


def with_neighbours(share, k=10):
    """Each vector plus a share of the mean of its nearest neighbours."""
    def change(x, texts):
        near = np.concatenate([np.argpartition(-(x[a:a + 500] @ x.T), k + 1, axis=1)[:, :k + 1] for a in range(0, len(x), 500)])
        return unit(x + share * x[near].mean(1))
    return change


def with_words(share, n=100):
    """Beside n components of TF-IDF, which have a share of the squared length."""
    def change(x, texts):
        counts = TfidfVectorizer(sublinear_tf=True, min_df=3, max_df=0.2, stop_words="english").fit_transform(texts)
        words = unit(TruncatedSVD(n, random_state=0).fit_transform(counts))
        return np.hstack([x * (1 - share) ** 0.5, words * share ** 0.5])
    return change


TRIALS = {
    "as they are": (as_they_are, []),
    "less the mean": (without_mean, []),
    **{f"less the mean and {n} directions": (without_directions(n), []) for n in (1, 2, 3, 5)},
    **{f"{n} components, whitened by the power {p}": (whitened(n, p), []) for n, p in ((50, 0.5), (100, 0.5), (100, 0), (100, 1))},
    **{f"plus {s} of the neighbours": (with_neighbours(s), []) for s in (0.5, 1, 2)},
    **{f"words with a share of {s}": (with_words(s), []) for s in (0.3, 0.5)},
    **{f"{k} neighbours, resolution {r}": (as_they_are, ["--neighbours", k, "--resolution", r])
       for k in ("10", "20", "30") for r in ("0.7", "1", "1.4")},
}


def themes(binary, folder, rows, vectors, options):
    texts, numbers = folder / "texts.jsonl", folder / "vectors.f32"
    texts.write_text("".join(json.dumps({key: row[key] for key in ("id", "text", "label")}) + "\n" for row in rows), encoding="utf-8")
    numbers.write_bytes(np.ascontiguousarray(vectors, "<f4").tobytes())
    command = [binary, texts, numbers, "--words", folder / "words", "--seed", "0", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [str(json.loads(line)["theme"]) for line in done.stdout.splitlines()]


def main():
    binary, *given = sys.argv[1:]
    sets = {}
    for one in given:
        name, _, paths = one.partition("=")
        texts, _, vectors = paths.partition(":")
        with (gzip.open if texts.endswith(".gz") else open)(texts, "rt", encoding="utf-8") as lines:
            sets[name] = [json.loads(line) for line in lines], unit(np.load(vectors).astype("f8"))
    print(f"| vectors | AMI | ARI | themes | {' | '.join(sets)} |\n{'|---' * (4 + len(sets))}|")
    for name, (change, options) in TRIALS.items():
        found = []
        for rows, x in sets.values():
            with tempfile.TemporaryDirectory() as folder:
                themes_of = themes(binary, Path(folder), rows, change(x, [row["text"] for row in rows]), options)
            labels = [row["label"] for row in rows]
            found.append((adjusted_mutual_info_score(labels, themes_of), adjusted_rand_score(labels, themes_of), len(set(themes_of))))
        ami, ari, n = np.mean(found, axis=0)
        print(f"| {name} | {ami:.3f} | {ari:.3f} | {n:.0f} | {' | '.join(f'{a:.3f}, {r:.3f}' for a, r, _ in found)} |", flush=True)


if __name__ == "__main__":
    main()
