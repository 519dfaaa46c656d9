#!/usr/bin/env python3
"""Keyness by ConvoKit's FightingWords: numbers for a test, and a comparison with the table `keyness` of results.

    pip install --no-deps convokit==2.5.3 && pip install numpy scikit-learn pandas matplotlib polars uniseg
    evaluation/keyness.py > crates/plenary-measure/src/keyness_reference.json
    evaluation/keyness.py results/

For results the study has `[keyness] top = 0`, so that the table has all terms. Words are split again here, by `uniseg` (UAX 29), and counted
again; then `FightingWords` compares each group with the other texts of its language, with a uniform prior or with the corpus as prior, as the
study says. The largest difference of log odds and of z is printed, and it fails if one is above 1e-9. Texts in scripts without blanks between
words are not compared, because their words come from dictionaries.
"""
import contextlib
import importlib.util
import io
import json
import sys
import types
from collections import Counter
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

TOLERANCE = 1e-9


def fighting_words():
    """The class, without the modules of ConvoKit that it does not use and their dependencies."""
    package = importlib.util.find_spec("convokit").submodule_search_locations[0]
    for name, members in {"convokit": ["Transformer"], "convokit.model": ["Corpus", "CorpusComponent"], "cleantext": ["clean"]}.items():
        sys.modules[name] = types.ModuleType(name)
        for member in members:
            setattr(sys.modules[name], member, type(member, (), {}))
    spec = importlib.util.spec_from_file_location("fighting_words", Path(package) / "fighting_words" / "fightingWords.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FightingWords


def compare(FightingWords, own, elsewhere, vocabulary, prior):
    """Counts of a group and of the others, to z by term."""
    texts = [" ".join(word for word in vocabulary for _ in range(counts[word])) for counts in (own, elsewhere)]
    vectorizer = CountVectorizer(analyzer=str.split, vocabulary={word: at for at, word in enumerate(vocabulary)})
    model = FightingWords(cv=vectorizer, text_func=lambda text: text, prior=prior)
    with contextlib.redirect_stdout(io.StringIO()):
        return model._bayes_compare_language([texts[0]], [texts[1]])


def priors(totals, kind, weight):
    counts = np.array(totals, dtype=np.float64)
    return weight * len(counts) * counts / counts.sum() if kind == "corpus" else float(weight)


def reference(FightingWords):
    random = np.random.default_rng(7)
    words = [f"w{at:02}" for at in range(40)]
    rates = 1 / np.arange(1, 41)
    own = random.multinomial(600, rates / rates.sum())
    elsewhere = random.multinomial(2400, random.dirichlet(30 * rates))
    totals = own + elsewhere
    of = lambda kind: compare(FightingWords, Counter(dict(zip(words, own.tolist()))), Counter(dict(zip(words, elsewhere.tolist()))),
                              words, priors(totals, kind, 0.1))
    corpus, uniform = of("corpus"), of("uniform")
    print(json.dumps({"own": own.tolist(), "all": totals.tolist(), "z_corpus": [corpus[word] for word in words],
                      "z_uniform": [uniform[word] for word in words]}))


def words_of(text):
    from uniseg.wordbreak import words

    found = []
    for word in words(text):
        word = word.lower().replace("’", "'").removesuffix("'s")
        letters = sum(c.isalpha() for c in word)
        if letters >= 2 or (letters == 1 and (len(word) > 1 or not word.isascii())):
            found.append(word)
    return found


def check(FightingWords, results):
    import polars as pl

    record = json.loads((results / "run.json").read_text())
    options = record["study"]["keyness"]
    assert options["top"] == 0, "the study needs [keyness] top = 0"
    keyness = pl.read_parquet(results / "keyness.parquet")
    analysis = pl.read_parquet(results / "analysis.parquet")
    documents = pl.read_parquet(results / "documents.parquet").select("document_id", "language")
    analysis = analysis.join(documents, on="document_id", how="left", maintain_order="left")
    analysis = analysis.with_columns(period=pl.col("date").dt.strftime("%Y-%m"))
    tokens = [words_of(text) for text in analysis["text"]]
    columns = {"speaker": "person_id", "theme": "theme_id"}
    worst, n_terms, n_groups = 0.0, 0, 0
    for (by, language), table in keyness.group_by("by", "language"):
        in_language = analysis["language"].eq_missing(language).to_list()
        totals = Counter(word for own, here in zip(tokens, in_language) if here for word in own)
        vocabulary = sorted(word for word, n in totals.items() if n >= options["min_count"])
        prior = priors([totals[word] for word in vocabulary], options["prior"], options["prior_weight"])
        values = analysis[columns.get(by, by)].to_list()
        for (group,), rows in table.group_by("group_id"):
            own = Counter(word for of, here, value in zip(tokens, in_language, values) if here and value == group for word in of)
            z = compare(FightingWords, own, totals - own, vocabulary, prior)
            assert rows.height == len(vocabulary), f"{by} {group}: {rows.height} terms, expected {len(vocabulary)}"
            for row in rows.iter_rows(named=True):
                assert row["n"] == own[row["term"]], f"{by} {group}: {row['term']} {row['n']} times, expected {own[row['term']]}"
                worst = max(worst, abs(row["z"] - z[row["term"]]))
            n_terms, n_groups = n_terms + rows.height, n_groups + 1
    print(f"{n_groups} groups, {n_terms} terms, largest difference of z: {worst:.1e}")
    return 0 if worst <= TOLERANCE and n_terms else 1


if __name__ == "__main__":
    loaded = fighting_words()
    if len(sys.argv) > 1:
        sys.exit(check(loaded, Path(sys.argv[1])))
    reference(loaded)
