#!/usr/bin/env python3
"""Who speaks: plenary's attribution against gold turns, in one table.

    evaluation/segmentation.py EVALUATION [--plenary PROGRAM] [--work FOLDER] [--only WORD]

EVALUATION is a folder with `score.py`, `render.py` and `paginate.py` and a folder `segmentation` of gold turns and raw
transcripts (evaluation/quality.md says which). Gold turns are rendered in many styles, with damage, and laid out as pages;
`plenary segment --format jsonl` reads the result, and `score.py segmentation` compares. Prints Markdown: boundary F1,
speaker accuracy over turns and words to the right speaker (both lenient, as score.py defines them), words invented.
Needs Python 3 with numpy, and the program built with `cargo build --release`.
"""
import argparse
import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STYLES = ["bold", "bold-multiline", "colon", "colon-wrapped", "capitals", "timestamps", "europarl", "html", "vtt", "srt"]
TEXT_STYLES = STYLES[:7]
RAW = ["forum", "forum_long", "us_debates", "tei", "congressional_record_checked", "winnipeg_checked"]
FOLDERS = {"congressional_record_checked": "congressional_record", "winnipeg_checked": "winnipeg"}


def python(script, *arguments):
    subprocess.run([sys.executable, script, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def rendered(options, gold, style, noise=0.0):
    folder = options.work / f"{gold.name.split('.')[0]}-{style}-{noise}"
    if not folder.exists():
        python(options.evaluation / "render.py", gold, folder, "--style", style, "--noise", noise)
    return folder


def paged(options, source):
    folder = options.work / f"{source.name}-pages"
    if not folder.exists():
        python(options.evaluation / "paginate.py", source, folder, "--hyphens", "0.15", "--dropped", "0.5")
    return folder


def tasks(options):
    sets = options.evaluation / "segmentation"
    committees, debates = sets / "qmsum_committees.jsonl.gz", sets / "us_debates.jsonl.gz"
    for name in RAW:
        gold = next(path for path in (sets / f"{name}.jsonl", sets / f"{name}.jsonl.gz") if path.exists())
        with (gzip.open if gold.suffix == ".gz" else open)(gold, "rt", encoding="utf-8") as lines:
            documents = {json.loads(line)["document"] for line in lines}
        files = [path for path in sorted((sets / FOLDERS.get(name, name)).iterdir()) if path.stem in documents]
        kinds = sorted({path.suffix for path in files}) if name in FOLDERS else [None]
        for kind in kinds:
            shown = f"{name}, {kind[1:] if kind else 'as they stand'}"
            yield shown, gold, [path for path in files if kind in (None, path.suffix)]
    yield "us_debates, bold", debates, rendered(options, debates, "bold")
    for style in STYLES:
        yield f"committees, {style}", committees, rendered(options, committees, style)
    for style in ("colon-wrapped", "bold"):
        yield f"committees, {style}, paginated", committees, paged(options, rendered(options, committees, style))
    for style in TEXT_STYLES:
        yield f"committees, {style}, 2 % noise", committees, rendered(options, committees, style, 0.02)


def score(options, gold, inputs):
    """The numbers of score.py for a folder or a list of files, or None if none of them could be read."""
    inputs = inputs if isinstance(inputs, list) else [inputs]
    predicted = options.work / "predicted.jsonl"
    with open(predicted, "wb") as out:
        subprocess.run([options.plenary, "segment", *inputs, "--format", "jsonl"], stdout=out, stderr=subprocess.DEVNULL)
    if predicted.stat().st_size == 0:
        return None
    command = [sys.executable, options.evaluation / "score.py", "segmentation", gold, predicted, "--json", "--documents", "stem"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluation", type=Path)
    parser.add_argument("--plenary", type=Path, default=ROOT / "target/release/plenary")
    parser.add_argument("--work", type=Path, help="folder for rendered transcripts, kept [else: a temporary one]")
    parser.add_argument("--only", default="", help="only sets whose name holds this")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        options.work = options.work or Path(temporary)
        options.work.mkdir(parents=True, exist_ok=True)
        print("| set | boundary F1 | speaker accuracy | words to the right speaker | words invented |\n|---|---|---|---|---|")
        for name, gold, inputs in tasks(options):
            if options.only not in name:
                continue
            found = score(options, gold, inputs)
            keys = ("boundary_f1", "speaker_accuracy_turns_lenient", "words_to_right_speaker_lenient", "words_invented_share")
            cells = ["not read yet"] + [""] * 3 if found is None else [f"{found[key]:.4f}" for key in keys]
            print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
