#!/usr/bin/env python3
"""Extracts sentences from transcripts: sentences.py GOLD.jsonl[.gz]... [--n 5000] > texts.jsonl

GOLD has one turn per line, {"text": ...}. Sentences end at . ! or ? before a space. They are spread over all files, in
the order of the files, and each is used once.
"""
import argparse
import gzip
import json
import re
import sys
from pathlib import Path


def turns(path):
    data = Path(path).read_bytes()
    data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    for line in data.decode().splitlines():
        yield json.loads(line)["text"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="+")
    parser.add_argument("--n", type=int, default=5000)
    arguments = parser.parse_args()
    texts = [turn for path in arguments.gold for turn in turns(path)]
    sentences = (s.strip() for text in texts for s in re.split(r"(?<=[.!?])\s+", " ".join(text.split())))
    distinct = list(dict.fromkeys(s for s in sentences if re.search(r"\w", s)))
    step = max(1, len(distinct) // arguments.n)
    for sentence in distinct[::step][: arguments.n]:
        print(json.dumps({"text": sentence}, ensure_ascii=False))
    if len(distinct) < arguments.n:
        print(f"only {len(distinct)} distinct sentences", file=sys.stderr)


main()
