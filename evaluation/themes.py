#!/usr/bin/env python3
"""Measures the themes: agreement with human labels, agreement of seeds and orders, time and memory.

    cargo build --release -p plenary-measure --example cluster_vectors
    themes.py BINARY RULER NAME=TEXTS:VECTORS...  [--seeds 3] [--neighbours N] [--resolution X]

RULER is a program that takes GOLD PRED [--words WORDS] --json and prints `ami`, `ari`, `nmi`, `purity` and the quality of
the words as JSON. TEXTS is JSONL (plain or .gz) with id, text, label; VECTORS a two-dimensional .npy (plain or .gz),
row for row. Needs numpy. Medians over seeds; seconds are for the search alone (wall clock), MB for the whole process.
"""
import argparse
import gzip
import io
import itertools
import json
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np


def unpacked(path):
    data = Path(path).read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def ruler(program, *arguments):
    done = subprocess.run([sys.executable, program, *map(str, arguments), "--json"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def cluster(binary, folder, lines, vectors, name, *options):
    """Writes texts and vectors and runs the binary; returns the paths of its output and the seconds that it reports."""
    texts, numbers, pred, words = (folder / f"{name}.{end}" for end in ("jsonl", "f32", "pred", "words"))
    texts.write_bytes(b"\n".join(lines) + b"\n")
    numbers.write_bytes(np.ascontiguousarray(vectors, "<f4").tobytes())
    done = subprocess.run([binary, texts, numbers, "--words", words, *options], capture_output=True, check=True)
    pred.write_bytes(done.stdout)
    return texts, pred, words, float(re.search(rb"in ([\d.]+) s", done.stderr)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("ruler")
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--neighbours", default="0")
    parser.add_argument("--resolution", default="1")
    args = parser.parse_args()
    options = ["--neighbours", args.neighbours, "--resolution", args.resolution]
    print("| set | documents | themes | NMI | AMI | ARI | purity | C_NPMI | C_V | diversity | ARI of seeds | ARI of orders | s | peak MB |")
    print("|" + "---|" * 14)
    for given in args.sets:
        name, _, paths = given.partition("=")
        texts, _, vectors = paths.partition(":")
        lines = unpacked(texts).splitlines()
        x = np.load(io.BytesIO(unpacked(vectors))).astype("f4")
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            runs = [cluster(args.binary, folder, lines, x, f"seed{s}", "--seed", str(s), *options) for s in range(args.seeds)]
            order = np.random.default_rng(101).permutation(len(x))
            shuffled = cluster(args.binary, folder, [lines[i] for i in order], x[order], "shuffled", "--seed", "0", *options)
            scores = [ruler(args.ruler, gold, pred, "--words", words) for gold, pred, words, _ in runs]
            between = [ruler(args.ruler, a[1], b[1])["ari"] for a, b in itertools.combinations(runs, 2)]
            orders = ruler(args.ruler, runs[0][1], shuffled[1])["ari"]
        middle = lambda key: statistics.median(s[key] for s in scores)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        figures = [f"{middle(k):.3f}" for k in ("nmi", "ami", "ari", "purity", "c_npmi", "c_v", "diversity")]
        seeds = f"{statistics.mean(between):.2f}" if between else ""
        seconds = statistics.median(run[3] for run in runs)
        print(f"| {name} | {len(x):,} | {middle('themes'):g} | " + " | ".join(figures) + f" | {seeds} | {orders:.2f} | {seconds:.1f} | {peak:.0f} |", flush=True)


if __name__ == "__main__":
    main()
