#!/usr/bin/env python3
"""Fit the confidence of attribution, and measure it leaving whole kinds out.

    cargo build --release
    training/attribution/fit.py EVALUATION WORK [--plenary PROGRAM] [--cases FOLDER] [--write] [--adopt TERM ...]

EVALUATION is the folder of evaluation/segmentation.py; WORK keeps rendered documents. With --write, the weights go to
crates/plenary-attribute/src/confidence/weights.csv; otherwise only the figures are printed. With --adopt, only the weights of the named
terms are written, and all others and the thresholds stay as they are in the file. Needs numpy; about ten minutes on two cores.

Two log-linear models. Of a turn: the probability that it is right. Of a document: the probability that at least POOR of the
gold's words have the right speaker. Both are fitted by penalised likelihood (L2), with the sign of each weight as the file of weights
says. Documents weigh at most as much as TURNS turns; those of evaluation/unseen, which are varied in what surrounds the turns, weigh UNSEEN
times as much. Families of kinds are left out in turn, and each set of evaluation/unseen is a family; the predictions for left-out families
give the figures, the calibration (slope and intercept, folded into the weights) and the thresholds.
"""
import argparse
import csv
import json
import time
from pathlib import Path

import numpy as np

import data

ROOT = Path(__file__).resolve().parent.parent.parent
FILE = ROOT / "crates/plenary-attribute/src/confidence/weights.csv"
TURNS = 20
FOLDS = 12
SAMPLED = 40
WELL, POOR = 0.98, 0.8
UNSEEN = 5
FLAGGED, DETECTED = 0.035, 0.9


def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -30, 30)))


def fit(x, y, w, lower, upper, penalty, sweeps=60):
    """Weights that maximise the penalised likelihood within bounds: Newton steps, each solved by coordinate descent."""
    beta = np.zeros(x.shape[1])
    for _ in range(25):
        p = sigmoid(x @ beta)
        weight = w * np.maximum(p * (1 - p), 1e-4)
        hessian = (x * weight[:, None]).T @ x + np.diag(penalty)
        gradient = x.T @ (w * (y - p)) - penalty * beta
        step = np.zeros_like(beta)
        rest = gradient.copy()                              # gradient - hessian @ step
        for _ in range(sweeps):
            largest = 0.0
            for j in np.flatnonzero(np.diag(hessian) > 0):
                new = np.clip(beta[j] + step[j] + rest[j] / hessian[j, j], lower[j], upper[j]) - beta[j]
                change = new - step[j]
                if change:
                    rest -= hessian[:, j] * change
                    step[j] = new
                    largest = max(largest, abs(change))
            if largest < 1e-4:
                break
        beta = beta + step
        if np.abs(step).max() < 1e-3:
            break
    return beta


def calibration(z, y, w):
    """Slope and intercept of the log-odds."""
    x = np.column_stack([np.ones_like(z), z])
    intercept, slope = fit(x, y, w, np.array([-9.0, 0.05]), np.array([9.0, 3.0]), np.array([1e-3, 1e-3]))
    return slope, intercept


class Table:
    """The file of weights."""

    def __init__(self, path):
        rows = list(csv.DictReader(open(path, encoding="utf-8")))
        below = {row["term"]: row for row in rows if row["term"].startswith("review_")}
        rows = [row for row in rows if row["term"] not in below]
        self.names = [row["term"] for row in rows]
        self.scopes = [row["scope"] for row in rows]
        self.signs = [row["sign"] for row in rows]
        self.at = {name: k for k, name in enumerate(self.names)}
        self.lower = np.array([0.0 if sign == "raises" else -8.0 for sign in self.signs])
        self.upper = np.array([0.0 if sign == "lowers" else 8.0 for sign in self.signs])
        self.is_document = np.array([scope == "document" for scope in self.scopes])
        self.is_document[self.at["base"]] = True
        self.turn, self.document = (np.array([float(row[model]) for row in rows]) for model in ("turn", "document"))
        self.below = float(below["review_below"]["turn"]), float(below["review_below"]["document"]), float(below["review_all_below"]["document"])

    def adopt(self, terms, turn, document):
        """The weights of the file, with those of some terms replaced."""
        chosen = np.isin(self.names, terms)
        return np.where(chosen, turn, self.turn), np.where(chosen, document, self.document)

    def write(self, path, turn, document, turn_below, document_below, all_below):
        with open(path, "w", encoding="utf-8", newline="") as out:
            out.write("term,scope,sign,turn,document\n")
            for row in zip(self.names, self.scopes, self.signs, turn, document):
                out.write("{},{},{},{:.4f},{:.4f}\n".format(*row[:3], row[3] + 0.0, row[4] + 0.0).replace("-0.0000", "0.0000"))
            out.write(f"review_below,,,{turn_below:.4f},{document_below:.4f}\nreview_all_below,,,0.0000,{all_below:.4f}\n")


def matrices(documents, table):
    n = sum(len(d["turns"]) for d in documents)
    x, dx = np.zeros((n, len(table.names))), np.zeros((len(documents), len(table.names)))
    y, w, owner, k = np.zeros(n), np.zeros(n), np.zeros(n, dtype=int), 0
    for i, d in enumerate(documents):
        for name, value in d["terms"].items():
            dx[i, table.at[name]] = value
        for turn in d["turns"]:
            x[k] = dx[i]
            for name, value in turn["terms"].items():
                x[k, table.at[name]] = value
            x[k, table.at["mean_confidence"]] = 0.0                # computed from the confidence of the turns
            y[k], w[k], owner[k] = turn["right"], 1 / max(1.0, len(d["turns"]) / TURNS), i
            k += 1
    return x, y, w, owner, dx


def figures(p, right, flagged):
    """The figures of score_doubt.py."""
    wrong = ~right
    bins = np.minimum((p * 10).astype(int), 9)
    ece = sum(abs(p[bins == b].mean() - right[bins == b].mean()) * (bins == b).sum() for b in range(10) if (bins == b).any()) / max(1, len(p))
    both = (flagged & wrong).sum()
    return {"turns": len(p), "wrong": int(wrong.sum()), "flagged": float(flagged.mean()), "recall": both / max(1, wrong.sum()),
            "precision": both / max(1, flagged.sum()), "ece": float(ece)}


def line(name, f, well):
    falsely = f"{well.mean():.3f}" if len(well) else ""
    return f"| {name} | {f['turns']} | {f['wrong']} | {f['flagged']:.3f} | {f['recall']:.3f} | {f['precision']:.3f} | {falsely} | {f['ece']:.3f} |"


def family(kind):
    return kind.split("-")[0] if not kind.startswith(("set-", "committees")) else kind


def load(evaluation, work, plenary, cases=None, n_rendered=1600, seed=1, cached=False):
    """Judged documents; those whose format declares the turns, other than captions, are left out: the models are not applied to them."""
    work.mkdir(parents=True, exist_ok=True)
    cache = work / "judged.jsonl"
    if cached:
        documents = [json.loads(row) for row in open(cache, encoding="utf-8")]
    else:
        documents = data.collect(evaluation, work, plenary, cases or evaluation / "segmentation/cases/layouts", n_rendered, seed)
        with open(cache, "w", encoding="utf-8") as out:
            out.writelines(json.dumps(d, ensure_ascii=False) + "\n" for d in documents)
    return [d for d in documents if "declared" not in d["terms"] or "captions" in d["terms"]]


class Results:
    """Predictions for left-out families, thresholds, and the weights fitted on everything."""

    def __init__(self, documents, table, penalty=3.0):
        x, y, w, owner, dx = matrices(documents, table)
        share = np.array([d["share"] for d in documents])
        poor = share < POOR
        dx[:, table.at["base"]] = 1.0
        unseen = np.array([d["set"].startswith("unseen-") for d in documents])
        families = sorted({family(d["kind"]) for d in documents})
        rng = np.random.default_rng(1)
        is_set = lambda name: name.startswith("set-unseen-")
        fold_of = {name: k % FOLDS for k, name in enumerate(rng.permutation([name for name in families if not is_set(name)]))}
        fold_of |= {name: k % FOLDS for k, name in enumerate(filter(is_set, families))}
        fold = np.array([fold_of[family(d["kind"])] for d in documents])
        sizes = np.bincount(owner)
        used = rng.random(len(y)) < SAMPLED / np.maximum(SAMPLED, sizes[owner])
        w = w * np.maximum(SAMPLED, sizes[owner]) / SAMPLED          # each document keeps its weight
        counts = np.where(unseen, float(UNSEEN), 1.0)
        w = w * counts[owner]
        penalties = np.full(len(table.names), penalty)
        penalties[table.at["base"]] = 1e-3
        lower, upper = np.where(table.is_document, table.lower, 0.0), np.where(table.is_document, table.upper, 0.0)
        fit_turn = lambda rows: fit(x[rows & used], y[rows & used], w[rows & used], table.lower, table.upper, penalties)
        fit_document = lambda rows: fit(dx[rows], 1.0 - poor[rows], counts[rows], lower, upper, penalties / 2)
        z, dz = np.zeros(len(y)), np.zeros(len(documents))
        for k in range(FOLDS):
            rows = fold[owner] == k
            z[rows] = x[rows] @ fit_turn(~rows)
        slope, intercept = calibration(z[used], y[used], w[used])
        self.p = sigmoid(slope * z + intercept)
        # The model of documents sees the mean confidence of its turns, by words, as it is without their family.
        words = np.array([turn["words"] for d in documents for turn in d["turns"]], dtype=float)
        mean = np.bincount(owner, weights=words * self.p) / np.maximum(1.0, np.bincount(owner, weights=words))
        dx[:, table.at["mean_confidence"]] = mean
        for k in range(FOLDS):
            held = fold == k
            dz[held] = dx[held] @ fit_document(~held)
        document_slope, document_intercept = calibration(dz, 1.0 - poor, counts)
        self.calibration = slope, intercept, document_slope, document_intercept
        self.estimate = sigmoid(document_slope * dz + document_intercept)
        self.right, self.share, self.owner = y > 0.5, share, owner
        self.well = (share >= WELL)[owner]
        self.poor, self.unseen = poor, unseen
        # On the sets of evaluation/unseen, each predicted without itself: the pair of thresholds, of turns and of documents whose turns are
        # all flagged, that flags most wrong turns while it flags at most FLAGGED of the right turns of documents that are read well.
        # The estimate for a document needs review where that detects DETECTED of the documents under POOR.
        always = (x[:, table.at["no_speaker"]] > 0) | (x[:, table.at["link_ambiguous"]] > 0) | (x[:, table.at["misread"]] > 0)
        per_document = lambda flags: (np.bincount(owner, weights=flags) / sizes)
        flags = lambda below, all_below: (self.p < below) | (self.estimate < all_below)[owner] | always
        seen_well, seen_wrong = unseen[owner] & self.well & self.right, unseen[owner] & ~self.right
        pairs = [(t, d) for t in np.arange(0.3, 0.95, 0.01) for d in np.arange(0.0, 0.85, 0.05)]
        fits = [(flags(*pair)[seen_wrong].mean(), pair) for pair in pairs if flags(*pair)[seen_well].mean() <= FLAGGED]
        _, (self.turn_below, self.all_below) = max(fits, default=(0.0, (0.3, 0.0)))
        self.flagged = flags(self.turn_below, self.all_below)
        many = per_document(self.flagged) > 0.2
        detects = [t for t in np.arange(0.3, 0.98, 0.005) if ((self.estimate < t) | many)[self.poor].mean() >= DETECTED]
        self.document_below = max(float(min(detects or [0.97])), self.all_below)
        self.document_flagged = (self.estimate < self.document_below) | many
        base = table.at["base"]
        self.turn, self.document = fit_turn(np.ones(len(y), bool)) * slope, fit_document(np.ones(len(documents), bool)) * document_slope
        self.turn[base] += intercept
        self.document[base] += document_intercept
        self.per_document = per_document
        self.sets = np.array(["committees" if d["set"].startswith("committees") else d["set"] for d in documents])

    def report(self):
        """The figures in Markdown."""
        out = ["| set | turns | wrong | flagged | wrong turns flagged | flags right | right turns flagged where read well | ECE |", "|---|---|---|---|---|---|---|---|"]
        groups = [("all", np.ones(len(self.p), bool)), (f"documents with at least {WELL} of the words right", self.well), ("other documents", ~self.well), ("sets of evaluation/unseen", self.unseen[self.owner])]
        groups += [(name, (self.sets == name)[self.owner]) for name in dict.fromkeys(self.sets)]
        read_well = lambda rows: self.flagged[rows & self.well & self.right]
        out += [line(name, figures(self.p[rows], self.right[rows], self.flagged[rows]), read_well(rows)) for name, rows in groups]
        out += ["", "| confidence | turns | mean confidence | right |", "|---|---|---|---|"]
        out += [f"| {b / 10:.1f} to {(b + 1) / 10:.1f} | {n} | {mean:.3f} | {right:.3f} |" for b, n, mean, right in self.bins()]
        flagged, poor, good = self.document_flagged, self.poor, self.share >= WELL
        out += ["", f"Documents: {len(self.share)}. Under {POOR}: {poor.sum()}, of these flagged {flagged[poor].mean():.3f}. At least {WELL}: {good.sum()}, of these flagged "
                f"{flagged[good].mean():.3f}; mean share of their turns that is flagged {self.per_document(self.flagged)[good].mean():.3f}. ECE of the probability that at least {POOR} are right: "
                f"{figures(self.estimate, ~self.poor, self.document_flagged)['ece']:.3f}."]
        return "\n".join(out)

    def bins(self):
        """For each tenth of the confidence: number of turns, mean confidence, share that is right."""
        at = np.minimum((self.p * 10).astype(int), 9)
        return [(b, int((at == b).sum()), float(self.p[at == b].mean()), float(self.right[at == b].mean())) for b in range(10) if (at == b).any()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluation", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--plenary", type=Path, default=ROOT / "target/release/plenary")
    parser.add_argument("--cases", type=Path, help="folder with expected.jsonl and documents [EVALUATION/segmentation/cases/layouts]")
    parser.add_argument("--documents", type=int, default=1600, help="number of rendered documents")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--penalty", type=float, default=3.0)
    parser.add_argument("--cached", action="store_true", help="use the judged documents of the last call")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--adopt", nargs="+", metavar="TERM", help="with --write: replace the weights of these terms alone")
    options = parser.parse_args()
    began = time.time()
    table = Table(FILE)
    if options.adopt and set(options.adopt) - set(table.names):
        parser.error(f"unknown terms: {', '.join(sorted(set(options.adopt) - set(table.names)))}; {FILE.name} lists those that exist")
    documents = load(options.evaluation, options.work, options.plenary, options.cases, options.documents, options.seed, options.cached)
    print(f"{len(documents)} documents, {sum(len(d['turns']) for d in documents)} turns; collected in {time.time() - began:.0f} s\n", flush=True)
    results = Results(documents, table, options.penalty)
    print("Leaving families of kinds out\n\n" + results.report())
    print("\nCalibration, slope and intercept: turns {:.3f}, {:.3f}; documents {:.3f}, {:.3f}".format(*results.calibration))
    print(f"Turns need review below {results.turn_below:.2f}, documents below {results.document_below:.3f}, all turns of documents below {results.all_below:.2f}")
    for name, weights in (("turns", results.turn), ("documents", results.document)):
        print(f"Weights of {name}: " + ", ".join(f"{table.names[j]} {weights[j]:+.2f}" for j in np.argsort(-np.abs(weights))[:30]))
    if options.write and options.adopt:
        table.write(FILE, *table.adopt(options.adopt, results.turn, results.document), *table.below)
    elif options.write:
        table.write(FILE, results.turn, results.document, results.turn_below, results.document_below, results.all_below)
        print(f"Written: {FILE}")
    np.savez(options.work / "left_out.npz", p=results.p, right=results.right, flagged=results.flagged, owner=results.owner, estimate=results.estimate, share=results.share)
    print(f"{time.time() - began:.0f} s in all")


if __name__ == "__main__":
    main()
