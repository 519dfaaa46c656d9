"""Turns of documents with their terms, and whether they are right.

Runs `plenary segment --explain --format jsonl` and judges each turn with the ruler `score_doubt.py` of the evaluation folder: a
turn is wrong if at most half of its words are its speaker's, or if it holds ten words or more of somebody else. The result is cached as
one JSON line per document.
"""
import gzip
import importlib.util
import json
import re
import subprocess
import sys
from functools import lru_cache
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
STYLES = ["bold", "bold-multiline", "colon", "colon-wrapped", "capitals", "timestamps", "europarl", "html", "vtt", "srt"]
NOISY = ["bold", "colon-wrapped", "capitals", "timestamps"]
RAW = ["forum", "forum_long", "us_debates", "tei", "congressional_record_checked", "winnipeg_checked"]
UNSEEN = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
BY_NAME = {"unseen-fifth"}                  # its labels are shortened: they are right if they are linked to the person
FOLDERS = {"congressional_record_checked": "congressional_record", "winnipeg_checked": "winnipeg"}


@lru_cache
def ruler(evaluation):
    spec = importlib.util.spec_from_file_location("score_doubt", evaluation / "score_doubt.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def script(path, *arguments):
    subprocess.run([sys.executable, path, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def read_gold(path):
    documents = {}
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            documents.setdefault(row["document"], []).append(row)
    return {key: sorted(rows, key=lambda row: row.get("order", 0)) for key, rows in documents.items()}


def sets(evaluation, work, cases, n_rendered, seed):
    """(name, gold, files, kind of a document) of each set. A kind is a layout or a source; kinds of one family begin alike."""
    rendered = work / f"rendered-{n_rendered}-{seed}"
    if not (rendered / "kinds.jsonl").exists():
        script(Path(__file__).with_name("render.py"), evaluation, rendered, "--documents", n_rendered, "--seed", seed)
    kinds = {row["document"]: row["kind"] for row in map(json.loads, open(rendered / "kinds.jsonl", encoding="utf-8"))}
    yield "rendered", read_gold(rendered / "gold.jsonl"), sorted((rendered / "documents").iterdir()), kinds.get
    if cases:
        yield "cases", read_gold(cases / "expected.jsonl"), [p for p in sorted(cases.iterdir()) if p.suffix not in (".py", ".jsonl", ".tmp")], lambda _: "cases"
    folder = evaluation / "segmentation"
    for name in RAW:
        gold = read_gold(next(p for p in (folder / f"{name}.jsonl", folder / f"{name}.jsonl.gz") if p.exists()))
        files = [p for p in sorted((folder / FOLDERS.get(name, name)).iterdir()) if p.stem in gold]
        for suffix in sorted({p.suffix for p in files}) if name in FOLDERS else [None]:
            yield f"{name}{suffix or ''}", gold, [p for p in files if suffix in (None, p.suffix)], lambda _, name=name: f"set-{name}"
    for name in UNSEEN:
        unseen = ROOT / "evaluation/unseen"
        files = sorted((unseen / name).iterdir())
        by_name = read_gold(unseen / f"{name}.jsonl")
        yield f"unseen-{name}", {f.stem: by_name[f.name] for f in files if f.name in by_name}, files, lambda _, name=name: f"set-unseen-{name}"
    committees = folder / "qmsum_committees.jsonl.gz"
    gold = read_gold(committees)
    for style, noise, paged in [(s, 0.0, False) for s in STYLES] + [(s, 0.02, False) for s in NOISY] + [("colon-wrapped", 0.0, True), ("bold", 0.0, True)]:
        out = work / f"committees-{style}-{noise}"
        if not out.exists():
            script(evaluation / "render.py", committees, out, "--style", style, "--noise", noise, "--limit", 8)
        if paged:
            pages = work / f"committees-{style}-pages"
            if not pages.exists():
                script(evaluation / "paginate.py", out, pages, "--hyphens", "0.15", "--dropped", "0.5")
            out = pages
        name = f"committees-{style}{'-noise' if noise else ''}{'-pages' if paged else ''}"
        yield name, gold, sorted(out.iterdir()), lambda _, style=style: f"committees_{style}"


def judged_despite_noise(module, gold, predicted):
    """As `judged` of the ruler, but words that recognition damaged beyond alignment do not count as words of somebody else."""
    core = module.S
    gold_words, gold_owner, gold_turns = core.flatten(gold, True)
    kept = [turn for turn in predicted if core.words_of(turn["text"])]
    words, owner = [], []
    for k, turn in enumerate(kept):
        tokens = core.words_of(turn["text"])
        words += tokens
        owner += [k] * len(tokens)
    right, others = [0] * len(kept), [0] * len(kept)
    for i, j in core.align(gold_words, words):
        agrees = core.names_agree(gold_turns[gold_owner[i]]["keys"], core.name_key(kept[owner[j]].get("speaker")), True)
        (right if agrees else others)[owner[j]] += 1
    sizes = [len(core.words_of(turn["text"])) for turn in kept]
    return [(None, None, right[k] * 2 <= sizes[k] or others[k] >= 10, turn, others[k]) for k, turn in enumerate(kept)]


def judge_document(job):
    evaluation, name, kind, gold, rows = job
    module = ruler(evaluation)
    judged = judged_despite_noise(module, gold, rows) if "noise" in name else module.judged(gold, rows)
    core = module.S
    n_gold = sum(len(core.words_of(turn["text"])) for turn in gold)
    turns, n_right = [], 0
    for _, flagged, wrong, turn, others in judged:
        n_words = len(core.words_of(turn["text"]))
        n_right += n_words - others
        explanation = turn["explanation"]
        turns.append({"right": int(not wrong), "words": n_words, "others": others, "speaker": turn["speaker"], "text": turn["text"][:60],
                      "terms": {t["term"]: t["value"] for t in explanation["terms"]},
                      "confidence": turn["boundary_confidence"], "flagged": turn["needs_review"]})
    first = rows[0]["explanation"]["document"]
    return {"document": rows[0]["path"].rsplit("/", 1)[-1], "set": name, "kind": kind, "share": n_right / max(1, n_gold), "turns": turns,
            "terms": {t["term"]: t["value"] for t in first["terms"]}, "estimate": first.get("mostly_right", 0.0), "flagged": first["needs_review"]}


# Kinds that a study can pin by a style.
PINNED_STYLES = {"colon": "colon", "capitals-colon": "colon", "body-colon": "colon", "colon-tab": "colon", "dash-spaced": "dash", "point": "period", "bold-line": "bold",
                 "heading": "heading", "line-capitals": "capitals", "line": "name_line", "time-line": "name_time", "bold-colon": "bold_inline"}
# Kinds that a study can give by a pattern: the visible text before the speech is the name and fixed signs.
PATTERNS = ["colon-space", "square-colon", "square", "angle", "corner", "double-angle", "chevrons", "dash-unspaced", "bar", "equals", "hash", "chevron",
            "arrow", "semicolon", "says", "hyphen", "double-hyphen", "slash"]


def studies(work):
    """(kind, study file) for documents that are read once more with the help of a study."""
    for kind, style in PINNED_STYLES.items():
        path = work / f"study-{kind}.toml"
        path.write_text(f'[transcript]\nstyle = "{style}"\n', encoding="utf-8")
        yield kind, path
    from render import KINDS
    for kind in PATTERNS:
        before = KINDS[kind].partition("{x}")[0].rstrip()
        sign, _, closer = before.partition("{n}")
        pattern = re.escape(sign).replace("\\ ", r"\s*") + r"(?P<name>[\p{Lu}\p{Lo}].{0,48}?)" + re.escape(closer).replace("\\ ", r"\s*")
        path = work / f"study-{kind}.toml"
        path.write_text(f"[transcript]\npattern = '''{pattern}'''\n", encoding="utf-8")
        yield kind, path


def segment(plenary, files, study=None):
    """Rows of `plenary segment` by document."""
    by_path = {}
    for start in range(0, len(files), 400):
        command = [plenary, "segment", *files[start:start + 400], "--explain", "--format", "jsonl", *(["--study", study] if study else [])]
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for line in run.stdout.decode("utf-8").splitlines():
            row = json.loads(line)
            by_path.setdefault(row["path"], []).append(row)
    return by_path


def collect(evaluation, work, plenary, cases, n_rendered=1600, seed=1, only=None):
    """All judged documents."""
    jobs = []
    for name, gold, files, kind_of in sets(evaluation, work, cases, n_rendered, seed):
        if only and only not in name or not files:
            continue
        passes = [(name, segment(plenary, files))]
        if name == "rendered":
            for kind, study in studies(work):
                passes.append(("rendered, pinned", segment(plenary, [f for f in files if kind_of(f.stem) == kind], study)))
        for shown, by_path in passes:
            for path, rows in by_path.items():
                stem = Path(path).stem
                if stem in gold:
                    if name in BY_NAME:
                        rows = [{**row, "speaker": row["name"]} for row in rows]
                    jobs.append((evaluation, shown, kind_of(stem), gold[stem], rows))
    with ProcessPoolExecutor(2) as pool:
        return list(pool.map(judge_document, jobs, chunksize=8))
