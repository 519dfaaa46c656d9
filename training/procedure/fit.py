#!/usr/bin/env python3
"""Fits the classifier of procedure and writes it into the crate plenary-measure.

    fit.py [--vectors VECTORS.npy] [--write]

Reads excerpts/*.tsv. Prints figures by cross-validation over whole excerpts (ten folds: an excerpt has one setting and one language, and is
never in both parts): of the classifier that ships (`text and setting`), and for comparison of the text alone and, with --vectors (one row of 384 numbers per row of the excerpts, in their order, from
`plenary`'s example `embed_texts`), of logistic regression on the embedding alone and of combinations. --write replaces model.json, weights.bin and
reference.json. Needs numpy, scipy and scikit-learn.

Penalty and weights of blocks were chosen by the same cross-validation. The threshold is the lowest probability at which the precision
in cross-validation is at least PRECISION. A language is covered if it has ROWS rows or more and, at this threshold, a precision of
COVERED in cross-validation.
"""
import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, log_loss, precision_score, recall_score
from sklearn.model_selection import GroupKFold

import data
from features import BLOCKS, features

HERE = Path(__file__).resolve().parent
CRATE = HERE.parent.parent / "crates/plenary-measure/src/procedure"
N_BUCKETS = 1 << 16
BLOCK_WEIGHTS = (1.0, 1.0, 1.0, 0.5)
PENALTY = 15.0  # C of scikit-learn: the inverse of the penalty
PRECISION = 0.85
COVERED = 0.75
ROWS = 60
REFERENCE = [
    "Thank you, Madam Chair.", "The buses on the coast road were cut.", "Item 12, please.", "", "  ", "Yes.", "Vielen Dank, Herr Präsident!",
    "Ich erteile dem Abgeordneten Öztürk das Wort.", "Ὁ λόγος σας, κύριε ΠΡΟΕΔΡΕ.", "谢谢主席，下面请李委员发言。", "本日の会議を開きます。",
    "شكرا، السيد الرئيس.", "धन्यवाद, अध्यक्ष महोदय।", "Ce n’est pas vrai : 3,5 % de moins.", "İSTANBUL’da su yok.", "\u00a0I move\u2003that…",
    "“Order!” the Speaker said — twice.", "Můžete mluvit, pane poslanče?", "ขอบคุณครับ ท่านประธาน", "회의를 시작하겠습니다.", "a", "1 2 3 44",
    "He said: \"No.\"", "Fish/chips (and) [peas] | tea*", "Слово має народний депутат.", "The river rose by two metres in one night and took the bridge, the mill and the road to the school.",
]


def design(texts):
    values, columns, starts = [], [], [0]
    for text in texts:
        for buckets, weight in zip(features(text, N_BUCKETS), BLOCK_WEIGHTS):
            columns += buckets
            values += [weight / len(buckets) ** 0.5] * len(buckets)
        starts.append(len(columns))
    matrix = sp.csr_matrix((values, columns, starts), shape=(len(texts), N_BUCKETS))
    matrix.sum_duplicates()
    return matrix


def fitted(matrix, labels):
    return LogisticRegression(C=PENALTY, solver="liblinear", tol=1e-3, max_iter=300, random_state=0).fit(matrix, labels)


def out_of_fold(matrix, labels, folds):
    found = np.zeros(len(labels))
    for train, test in folds:
        found[test] = fitted(matrix[train], labels[train]).predict_proba(matrix[test])[:, 1]
    return found


def settings(rows):
    """What is known of the speaker and of the place in the turn, in the order of `of_setting` in features.rs."""
    last = [i + 1 == len(rows) or rows[i + 1]["position"] == 1 for i in range(len(rows))]
    columns = [
        [row["role"] in ("chair", "moderator") for row in rows], [row["role"] == "interviewer" for row in rows],
        [row["position"] == 1 for row in rows], [row["position"] == 2 for row in rows], last,
        [row["position"] == 1 and at_end for row, at_end in zip(rows, last)],
    ]
    return sp.csr_matrix(np.array(columns, dtype=float).T)


def figures(labels, probabilities, threshold):
    marked = probabilities >= threshold
    return precision_score(labels, marked, zero_division=0), recall_score(labels, marked), f1_score(labels, marked)


def threshold_of(labels, probabilities):
    for threshold in np.arange(0.3, 0.9, 0.01):
        if figures(labels, probabilities, threshold)[0] >= PRECISION:
            return round(float(threshold), 2)
    raise SystemExit("no threshold gives the precision")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    rows = [row for excerpt in data.excerpts(HERE / "excerpts") for row in excerpt]
    labels = np.array([row["procedural"] for row in rows])
    languages = np.array([row["language"] for row in rows])
    excerpts = np.array([row["excerpt"] for row in rows])
    matrix = design([row["text"] for row in rows])
    folds = list(GroupKFold(10).split(matrix, labels, excerpts))
    print(f"{excerpts.max()} excerpts, {len(rows)} sentences in {len(set(languages))} languages, {labels.mean():.2f} procedural\n")

    of_setting = settings(rows)
    shipped_design = sp.hstack([matrix, of_setting]).tocsr()
    variants = {"text": matrix, "text and setting": shipped_design}
    if args.vectors:
        vectors = sp.csr_matrix(4 * np.load(args.vectors))
        if vectors.shape[0] != len(rows):
            raise SystemExit(f"{args.vectors}: {vectors.shape[0]} rows; expected {len(rows)}")
        variants |= {
            "embedding": vectors, "text and embedding": sp.hstack([matrix, vectors / 2]).tocsr(),
            "embedding and setting": sp.hstack([vectors, of_setting]).tocsr(),
            "text, embedding and setting": sp.hstack([matrix, vectors / 2, of_setting]).tocsr(),
        }
    print("| features | log loss | precision | recall | F1 | F1 English | F1 other languages |\n|---|---|---|---|---|---|---|")
    for name, of_variant in variants.items():
        found = out_of_fold(of_variant, labels, folds)
        if name == "text and setting":
            shipped, threshold = found, threshold_of(labels, found)
        english = languages == "en"
        cells = [log_loss(labels, found), *figures(labels, found, 0.5), figures(labels[english], found[english], 0.5)[2], figures(labels[~english], found[~english], 0.5)[2]]
        print(f"| {name} | " + " | ".join(f"{cell:.3f}" for cell in cells) + " |", flush=True)

    print(f"\nThreshold {threshold}: precision, recall, F1 " + ", ".join(f"{f:.3f}" for f in figures(labels, shipped, threshold)))
    covered = []
    print("\n| language | sentences | precision | recall | F1 | covered |\n|---|---|---|---|---|---|")
    for language in sorted(set(languages), key=lambda name: (-(languages == name).sum(), name)):
        own = languages == language
        precision, recall, f1 = figures(labels[own], shipped[own], threshold)
        is_covered = own.sum() >= ROWS and precision >= COVERED
        covered += [language] if is_covered else []
        print(f"| {language} | {own.sum()} | {precision:.2f} | {recall:.2f} | {f1:.2f} | {'yes' if is_covered else 'no'} |")

    model = fitted(shipped_design, labels)
    weights, of_settings = model.coef_[0][:N_BUCKETS], model.coef_[0][N_BUCKETS:]
    unit = float(np.abs(weights).max() / 32767)
    whole = np.round(weights / unit).astype("<i2")
    raw = whole.tobytes()
    description = {
        "sha256": hashlib.sha256(raw).hexdigest(), "intercept": float(model.intercept_[0]), "unit": unit, "blocks": list(BLOCK_WEIGHTS),
        "setting": [float(weight) for weight in of_settings],
        "threshold": float(np.log(threshold / (1 - threshold))), "languages": sorted(covered),
    }
    assert len(BLOCKS) == len(BLOCK_WEIGHTS)

    def log_odds(text, setting):
        total = description["intercept"]
        for holds, weight in zip(setting, description["setting"]):
            if holds:
                total += weight
        for buckets, weight in zip(features(text, N_BUCKETS), BLOCK_WEIGHTS):
            if buckets:
                total += weight * unit * int(sum(int(whole[b]) for b in buckets)) / len(buckets) ** 0.5
        return total

    if args.write:
        (CRATE / "weights.bin").write_bytes(raw)
        (CRATE / "model.json").write_text(json.dumps(description, indent=1) + "\n", encoding="utf-8")
        reference = []
        for number, text in enumerate(REFERENCE):
            first, second, last = number % 3 == 0, number % 3 == 1, number % 4 == 0
            setting = [number % 2 == 0, number % 5 == 1, first, second, last, first and last]
            reference.append({"text": text, "buckets": features(text, N_BUCKETS), "setting": setting, "log_odds": log_odds(text, setting)})
        (CRATE / "reference.json").write_text(json.dumps(reference, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        print(f"\nWrote {len(raw):,} bytes of weights to {CRATE}")


if __name__ == "__main__":
    main()
