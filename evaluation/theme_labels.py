#!/usr/bin/env python3
"""Compares the labels of themes with those that BERTopic gives the same clusters.

    cargo build --release -p plenary-measure --example cluster_vectors
    theme_labels.py BINARY RULER NAME=TEXTS:VECTORS... [--seed 0] [--show]

TEXTS and VECTORS as for evaluation/themes.py. BINARY clusters the texts and gives each theme up to ten terms. For the same clusters c-TF-IDF is
computed as BERTopic does (CountVectorizer over the joined texts of each cluster; term frequencies divided by their sum, times
log(1 + A / f)): `bertopic` with its default vectoriser (words), `bertopic, stop words` with scikit-learn's English stop words and n-grams of
one and two words. RULER is score_themes.py, whose C_NPMI (sliding windows of ten words) is printed.

Word intrusion (Chang et al. 2009), answered by co-occurrence instead of people (Lau, Newman & Baldwin 2014): the first five terms of a theme
and a first term of another theme that is not among this theme's ten are shuffled; the term with the lowest mean NPMI with the others is
taken for the intruder. NPMI is over texts. Twenty draws per theme; chance is 1/6. `same head`: themes whose first term begins the label of another theme too.
`forms`: themes with two words among their ten that look like forms of one word. Needs numpy and scikit-learn.
"""
import argparse
import gzip
import json
import math
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

import themes as ruler_of

WORD = re.compile(r"(?u)\b\w\w+\b")


def ctfidf(texts, clusters, vectorizer, top=10):
    """Terms of each cluster, as BERTopic's ClassTfidfTransformer weighs them."""
    names = sorted(set(clusters))
    joined = [" ".join(text for text, cluster in zip(texts, clusters) if cluster == name) for name in names]
    counts = vectorizer.fit_transform(joined).astype(float)
    frequency = np.asarray(counts.sum(axis=0)).ravel()
    mean_length = counts.sum() / len(names)
    idf = np.log(1 + mean_length / frequency)
    vocabulary = vectorizer.get_feature_names_out()
    found = {}
    for at, name in enumerate(names):
        row = np.asarray(counts[at].todense()).ravel()
        weights = row / row.sum() * idf
        found[name] = [str(vocabulary[i]) for i in np.argsort(-weights, kind="stable")[:top] if weights[i] > 0]
    return found


class Occurrences:
    """In which texts a term occurs."""

    def __init__(self, texts):
        self.texts = [" " + " ".join(WORD.findall(text.lower())) + " " for text in texts]
        self.of_term = {}

    def of(self, term):
        if term not in self.of_term:
            wanted = " " + " ".join(WORD.findall(term.lower())) + " "
            self.of_term[term] = {i for i, text in enumerate(self.texts) if wanted in text}
        return self.of_term[term]

    def npmi(self, a, b):
        a, b, n = self.of(a), self.of(b), len(self.texts)
        both = len(a & b)
        if not both:
            return -1.0
        if both == n:
            return 0.0
        return math.log(both * n / (len(a) * len(b))) / -math.log(both / n)


def intrusion(words, occurrences, rng, draws=20):
    """Share of intruders that are found."""
    found = []
    for theme, own in words.items():
        others = [terms for other, terms in words.items() if other != theme and terms]
        if len(own) < 5 or not others:
            continue
        for _ in range(draws):
            pool = [term for term in others[rng.integers(len(others))][:5] if term not in own]
            if not pool:
                continue
            shown = [*own[:5], pool[rng.integers(len(pool))]]
            fit = [np.mean([occurrences.npmi(term, other) for other in shown if other is not term]) for term in shown]
            found.append(int(np.argmin(fit)) == 5)
    return float(np.mean(found)) if found else float("nan")


def same_head(words):
    heads = [terms[0] for terms in words.values() if terms]
    return sum(heads.count(head) > 1 for head in heads)


def forms(words):
    """Themes with two words that look like forms of one word: they share all letters of the shorter one except possibly the last, and the
    longer one has at most three more."""

    def alike(a, b):
        common = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
        return min(len(a), len(b)) > 3 and common + 1 >= min(len(a), len(b)) and max(len(a), len(b)) - common <= 3

    single = [[term for term in terms if " " not in term] for terms in words.values()]
    return sum(any(alike(a, b) for i, a in enumerate(terms) for b in terms[:i]) for terms in single)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("ruler")
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    print("| set | labels | themes | C_NPMI | intruders found | same head | forms |\n|---|---|---|---|---|---|---|")
    for given in args.sets:
        name, _, paths = given.partition("=")
        texts_path, _, vectors_path = paths.partition(":")
        lines = ruler_of.unpacked(texts_path).splitlines()
        vectors = np.load(vectors_path).astype("f4")
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            gold, pred, own_words, _ = ruler_of.cluster(args.binary, folder, lines, vectors, "own", "--seed", args.seed)
            texts = [json.loads(line)["text"] for line in lines]
            clusters = [json.loads(line)["theme"] for line in pred.read_text().splitlines()]
            described = [json.loads(line) for line in own_words.read_text().splitlines()]
            variants = {"plenary": {row["theme"]: label_first(row) for row in described}}
            variants["bertopic"] = ctfidf(texts, clusters, CountVectorizer())
            variants["bertopic, stop words"] = ctfidf(texts, clusters, CountVectorizer(stop_words="english", ngram_range=(1, 2)))
            occurrences = Occurrences(texts)
            for variant, words in variants.items():
                file = folder / "words.jsonl"
                file.write_text("".join(json.dumps({"theme": t, "words": w}) + "\n" for t, w in words.items()), encoding="utf-8")
                scores = ruler_of.ruler(args.ruler, gold, pred, "--words", file)
                rng = np.random.default_rng(0)
                print(f"| {name} | {variant} | {len(words)} | {scores['c_npmi']:.3f} | {intrusion(words, occurrences, rng):.2f} | {same_head(words)} | {forms(words)} |", flush=True)
            if args.show:
                for row in described[:12]:
                    print("   ", row["theme"], row["label"], "|", ", ".join(variants["bertopic, stop words"][row["theme"]][:3]), file=sys.stderr)


def label_first(row):
    """Terms with those of the label first."""
    head = row["label"].split(" · ")
    return [*head, *(word for word in row["words"] if word not in head)]


if __name__ == "__main__":
    main()
