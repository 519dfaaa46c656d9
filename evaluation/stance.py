#!/usr/bin/env python3
"""How right the coder of stance is: accuracy and macro-F1 on labelled sets, beside simple baselines.

    evaluation/stance.py EVALUATION [--behaviour FILE] [--models FOLDER] [--model ID] [--sets NAME ...] [--limit N] [--neither RULE]

EVALUATION is the folder of the evaluation data (`stance/*_dev.jsonl.gz`). Sets with conversations are coded in their context, the others
text by text. Where the coder abstains as off topic its answer counts as neither; where it abstains as unsure it counts as wrong and is
shown as `unsure`. Intervals are 95 % percentile bootstraps over propositions where a set has at least 15 of them, else over rows.

Baselines: the commonest label of the set; a lexicon of tone (positive words favor, negative words against); and, where `--train` names
the training rows, TF-IDF and logistic regression on text and proposition. Needs numpy (and scikit-learn for TF-IDF).
"""
import argparse
import gzip
import json
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

LABELS = ["favor", "against", "neither"]
ROOT = Path(__file__).resolve().parent.parent
LONGEST = 120  # words of a proposition; motions can be longer than the model takes
SHORT = {"f": "favor", "a": "against", "n": "neither"}


def read(path):
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
        return [as_unit(json.loads(line)) for line in lines if line.strip()]


def as_unit(row):
    """Rows whose context is a list of sentences, as turns with a probe."""
    if "context" in row and "turns" not in row:
        turns = []
        for said in [*row["context"], {"speaker": row["speaker"], "text": row["text"]}]:
            if turns and turns[-1]["speaker"] == said["speaker"]:
                turns[-1]["text"] += " " + said["text"]
            else:
                turns.append(dict(said))
        row = {**row, "turns": turns, "probe": {"turn": len(turns) - 1, "sentence": row["text"]}}
        del row["text"]
    return row


def behaviour(path):
    """The conversations of a text file in the form of `evaluation/stance/behaviour.txt`."""
    rows, proposition, row = [], None, None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("P: "):
            proposition = [part.strip() for part in line[3:].split("|")]
        elif line.startswith("# ") and "=" in line:
            phenomenon, label = line[2:].rsplit("=", 1)
            row = {"proposition": proposition[0], "negation": proposition[1], "turns": [],
                   "phenomenon": phenomenon.strip(), "label": SHORT[label.strip()]}
            rows.append(row)
        elif ":" in line and row is not None:
            speaker, text = line.split(":", 1)
            if "**" in text:
                before, sentence, after = text.split("**")
                row["probe"] = {"turn": len(row["turns"]), "sentence": sentence.strip()}
                text = before + sentence + after
            row["turns"].append({"speaker": speaker.strip(), "text": text.strip()})
    return rows


def sentence(row):
    return row["probe"]["sentence"] if "probe" in row else row["text"]


def code(rows, models, model, rule="model"):
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        for row in rows:
            row = {**row, **{key: " ".join(row[key].split()[:LONGEST]) for key in ("proposition", "negation") if row.get(key)}}
            kept = {key: row[key] for key in ("proposition", "negation", "text", "turns", "probe") if row.get(key) is not None}
            file.write(json.dumps(kept) + "\n")
        file.flush()
        command = ["cargo", "run", "--release", "--quiet", "--example", "stance", "--", str(models), file.name, "--model", model, "--neither", rule]
        out = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def macro_f1(gold, found):
    scores = []
    for label in sorted(set(gold)):
        hits = sum(g == f == label for g, f in zip(gold, found))
        scores.append(2 * hits / max(1, gold.count(label) + found.count(label)))
    return float(np.mean(scores))


def interval(gold, found, groups, measure, draws=500):
    rng = np.random.default_rng(1)
    members = defaultdict(list)
    for at, group in enumerate(groups):
        members[group].append(at)
    units = list(members.values()) if len(members) >= 15 else [[at] for at in range(len(gold))]
    scores = []
    for _ in range(draws):
        rows = [at for unit in rng.integers(0, len(units), len(units)) for at in units[unit]]
        scores.append(measure([gold[at] for at in rows], [found[at] for at in rows]))
    return np.percentile(scores, [2.5, 97.5])


def accuracy(gold, found):
    return float(np.mean([g == f for g, f in zip(gold, found)]))


def lexicon(rows):
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
    tone = SentimentIntensityAnalyzer()
    scores = [tone.polarity_scores(sentence(row))["compound"] for row in rows]
    return ["favor" if s > 0.05 else "against" if s < -0.05 else "neither" for s in scores]


def tfidf(train, rows):
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    texts = lambda rows: [sentence(row) + " " + row["proposition"] for row in rows]
    words, letters = TfidfVectorizer(ngram_range=(1, 2), min_df=2), TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), min_df=3)
    fitted = hstack([words.fit_transform(texts(train)), letters.fit_transform(texts(train))])
    model = LogisticRegression(max_iter=300, class_weight="balanced").fit(fitted, [row["label"] for row in train])
    return list(model.predict(hstack([words.transform(texts(rows)), letters.transform(texts(rows))])))


def calibration(gold, answers):
    """Expected calibration error of the largest probability, ten bins of equal width."""
    pairs = [(max(a["probabilities"].values()), max(a["probabilities"], key=a["probabilities"].get) == g)
             for g, a in zip(gold, answers) if a["probabilities"]]
    if not pairs:
        return None
    bins = defaultdict(list)
    for probability, right in pairs:
        bins[min(9, int(probability * 10))].append((probability, right))
    return sum(abs(np.mean([p for p, _ in b]) - np.mean([r for _, r in b])) * len(b) for b in bins.values()) / len(pairs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluation", type=Path)
    parser.add_argument("--behaviour", type=Path, default=ROOT / "evaluation" / "stance" / "behaviour.txt")
    parser.add_argument("--models", type=Path, default=ROOT / "models")
    parser.add_argument("--model", default="nli-minilm-l6")
    parser.add_argument("--sets", nargs="*")
    parser.add_argument("--limit", type=int, default=1000, help="rows of a set at most, drawn at random; 0 for all")
    parser.add_argument("--neither", default="model", choices=["model", "relevance"], help="what decides on neither; relevance with a floor of 0.25")
    parser.add_argument("--train", nargs="*", type=Path, default=[], help="training rows (JSONL) for TF-IDF")
    parser.add_argument("--phenomena", action="store_true", help="a table by phenomenon where a set has them")
    arguments = parser.parse_args()

    sets = {path.name.removesuffix(".jsonl.gz"): path for path in sorted((arguments.evaluation / "stance").glob("*_dev.jsonl.gz"))}
    if arguments.behaviour.exists():
        sets["behaviour"] = arguments.behaviour
    train = [row for path in arguments.train for row in read(path) if row.get("label") in LABELS]
    tables = []
    print("| set | rows | commonest | lexicon |" + (" TF-IDF |" if train else "") + " coder: accuracy | macro-F1 | sides right | sides: precision, recall | unsure | ECE |")
    print("|---|---|---|---|" + ("---|" if train else "") + "---|---|---|---|---|---|")
    for name, path in sets.items():
        if arguments.sets and name not in arguments.sets:
            continue
        rows = behaviour(path) if path.suffix == ".txt" else read(path)
        if arguments.limit and len(rows) > arguments.limit:
            rows = [rows[at] for at in sorted(np.random.default_rng(1).choice(len(rows), arguments.limit, replace=False))]
        answers = code(rows, arguments.models, arguments.model, arguments.neither)
        gold = [row["label"] for row in rows]
        found = [a["label"] or ("neither" if a["reason"] == "off_topic" else "unsure") for a in answers]
        groups = [row["proposition"] for row in rows]
        percent = lambda value: f"{100 * value:.0f}"
        both = lambda labels: f"{percent(accuracy(gold, labels))} / {percent(macro_f1(gold, labels))}"
        span = lambda measure: "–".join(percent(end) for end in interval(gold, found, groups, measure))
        sided = [(g, f) for g, f in zip(gold, found) if f in LABELS[:2]]
        n_gold = sum(g != "neither" for g in gold)
        forced = [g == max(LABELS[:2], key=a["probabilities"].get) for g, a in zip(gold, answers) if g != "neither" and a["probabilities"]]
        right = sum(g == f for g, f in sided)
        cells = [name, str(len(rows)), both([Counter(gold).most_common(1)[0][0]] * len(gold)), both(lexicon(rows))]
        cells += [both(tfidf(train, rows))] if train else []
        cells += [f"{percent(accuracy(gold, found))} ({span(accuracy)})", f"{percent(macro_f1(gold, found))} ({span(macro_f1)})",
                  percent(np.mean(forced)) if forced else "", f"{percent(right / max(1, len(sided)))}, {percent(right / max(1, n_gold))}",
                  percent(found.count("unsure") / len(found))]
        error = calibration(gold, answers)
        print("| " + " | ".join(cells + ["" if error is None else f"{error:.2f}"]) + " |", flush=True)
        if arguments.phenomena and any("phenomenon" in row for row in rows):
            tables.append((name, by_phenomenon(rows, found)))
    for name, table in tables:
        print(f"\n{name}, by phenomenon\n\n| phenomenon | rows | right |\n|---|---|---|")
        print("\n".join(f"| {phenomenon} | {n} | {100 * share:.0f} |" for phenomenon, n, share in table))


def by_phenomenon(rows, found):
    hits = defaultdict(list)
    for row, label in zip(rows, found):
        hits[row.get("phenomenon", "")].append(row["label"] == label)
    return sorted(((phenomenon, len(h), float(np.mean(h))) for phenomenon, h in hits.items()), key=lambda r: r[2])


if __name__ == "__main__":
    sys.exit(main())
