#!/usr/bin/env python3
"""Counts of dictionaries, computed again by other means.

    pip install polars uniseg
    evaluation/dictionaries.py                 # the examples of the manual of quanteda
    evaluation/dictionaries.py results/        # all dictionaries of results, segment by segment

The rules are those of `tokens_lookup` of quanteda, written down here once more: words by `uniseg` (UAX 29), hyphens join words, wildcards as
regular expressions, phrases before shorter ones, the words of a match taken for its category. Prints how many counts are equal, and fails if one
is not. Texts in scripts without blanks between words are left out, because their words come from dictionaries.
"""
import json
import re
import sys
import unicodedata
from pathlib import Path

from uniseg.wordbreak import words

# Texts, categories and counts as printed in the manual of quanteda 4: `dfm_lookup`, and `tokens_lookup` with nested categories.
PUBLISHED = [
    (["My Christmas was ruined by your opposition tax plan.", "Does the United_States or Sweden have more progressive taxation?"],
     {"christmas": ["Christmas", "Santa", "holiday"], "opposition": ["Opposition", "reject", "notincorpus"], "taxglob": ["tax*"],
      "taxregex": ["tax.+$"], "country": ["United_States", "Sweden"]},
     [[1, 1, 1, 0, 0], [0, 0, 1, 0, 2]]),
    (["The United States has the Atlantic Ocean and the Pacific Ocean.", "Britain and Ireland have the Irish Sea and the English Channel."],
     {"US.Countries": ["States"], "US.oceans": ["Atlantic", "Pacific"], "Europe.Countries": ["Britain", "Ireland"],
      "Europe.oceans.west": ["Irish Sea"], "Europe.oceans.east": ["English Channel"]},
     [[1, 2, 0, 0, 0], [0, 0, 2, 1, 1]]),
]


def compared(word, case_sensitive):
    word = unicodedata.normalize("NFC", word).replace("’", "'")
    return word if case_sensitive else word.lower()


def tokens(text):
    found = [piece for piece in words(text)]
    joined, at = [], 0
    is_word = lambda piece: any(c.isalnum() for c in piece)
    while at < len(found):
        token = found[at]
        at += 1
        while is_word(token) and at + 1 < len(found) and found[at] in "-\u2010\u2011" and is_word(found[at + 1]):
            token += found[at] + found[at + 1]
            at += 2
        if not token.isspace():
            joined.append(token)
    return joined


def expression(glob):
    return re.compile("".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in glob) + r"\Z", re.DOTALL)


class Category:
    def __init__(self, patterns, case_sensitive=False):
        self.case_sensitive = case_sensitive
        self.patterns = [[expression(compared(word, case_sensitive)) for word in pattern.split()] for pattern in patterns]
        self.patterns.sort(key=len, reverse=True)

    def count(self, text):
        own = [compared(token, self.case_sensitive) for token in tokens(text)]
        taken, n = [False] * len(own), 0
        for length in sorted({len(pattern) for pattern in self.patterns}, reverse=True):
            of_length = [pattern for pattern in self.patterns if len(pattern) == length]
            for at in range(len(own) - length + 1):
                fits = lambda pattern: all(word.match(token) for word, token in zip(pattern, own[at:at + length]))
                if not any(taken[at:at + length]) and any(map(fits, of_length)):
                    taken[at:at + length] = [True] * length
                    n += 1
        return n


def leaves(categories, path=""):
    for name, entry in categories.items():
        if isinstance(entry, dict):
            yield from leaves(entry, f"{path}{name}.")
        else:
            yield path + name, entry


def published():
    for texts, dictionary, expected in PUBLISHED:
        found = [[Category(patterns).count(text) for patterns in dictionary.values()] for text in texts]
        assert found == expected, (found, expected)
    print(f"{len(PUBLISHED)} published examples are equal")


def check(results):
    import polars as pl

    analysis = pl.read_parquet(results / "analysis.parquet")
    blankless = analysis["text"].str.contains(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
    analysis = analysis.filter(~blankless)
    n = n_matches = 0
    for dictionary in json.loads((results / "run.json").read_text())["study"]["dictionaries"]:
        for name, patterns in leaves(dictionary["categories"]):
            category = Category(patterns, dictionary["case_sensitive"])
            column = f"dictionary_{dictionary['name']}_{name}"
            for text, found in analysis.select("text", column).iter_rows():
                expected = category.count(text)
                assert found == expected, f"{column}: {found}, expected {expected}: {text}"
                n, n_matches = n + 1, n_matches + found
    print(f"{n} counts with {n_matches} matches are equal")
    return 0 if n_matches else 1


if __name__ == "__main__":
    published()
    if len(sys.argv) > 1:
        sys.exit(check(Path(sys.argv[1])))
