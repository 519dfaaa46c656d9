#!/usr/bin/env python3
"""Shares of themes over time and their bursts: a reference for the tests, and how often bursts are found where there are none.

    theme_bursts.py --reference FILE      writes cases with their results (crates/plenary-measure/src/trends_reference.json)
    theme_bursts.py                       prints a table in Markdown

Needs numpy and scipy. A case has documents with a period, segments and words, and those of one theme. Shares are ratios of sums; the
interval leaves out one document after the other (CV3) with Student's t. Bursts: Kleinberg (2002, section 4), two states, on counts
divided by the design effect of Rao & Scott (1992). The reference tries all sequences of states, the table uses Viterbi's method.

The table simulates 30 themes of 3 % each in 24 months; five of them have four times their share in three months in a row. The shares
of documents are equal, follow a beta distribution, or are zero in five documents of six. Compared: Kleinberg's automaton on the
segments as they are, on adjusted counts, and a Welch test of each month against all others with CV3 variances and a false discovery
rate of 5 % (Benjamini & Hochberg 1995).
"""
import argparse
import itertools
import json

import numpy as np
from scipy import stats

RATIO = 2.0


def share(y, n, level=0.95):
    """Ratio of sums and its interval."""
    y, n = y[n > 0], n[n > 0]
    if not len(n):
        return None, None, None
    estimate = y.sum() / n.sum()
    g = len(n)
    if g < 2:
        return estimate, None, None
    without = (y.sum() - y) / (n.sum() - n)
    variance = (g - 1) / g * ((without - estimate) ** 2).sum()
    if variance <= 0:
        return estimate, None, None
    half = stats.t.ppf(0.5 + level / 2, g - 1) * np.sqrt(variance)
    return estimate, max(0.0, estimate - half), min(1.0, estimate + half)


def design_effect(y, n, period):
    found = expected = 0.0
    known = False
    for p in np.unique(period):
        of = period == p
        m = of.sum()
        if m < 2:
            continue
        known = True
        mean = y[of].sum() / n[of].sum()
        found += m / (m - 1) * ((y[of] - n[of] * mean) ** 2).sum()
        expected += n[of].sum() * mean * (1 - mean)
    if not known:
        return None
    return max(1.0, found / expected) if expected > 0 else 1.0


def costs(y, n, period, n_periods, effect):
    """The costs of the two states in each period; None where the share cannot double."""
    own, all_ = np.bincount(period, y, n_periods), np.bincount(period, n, n_periods)
    base = own.sum() / all_.sum()
    if not (base > 0 and RATIO * base < 1):
        return None
    return np.array([-(own * np.log(p) + (all_ - own) * np.log1p(-p)) / effect for p in (base, RATIO * base)])


def total(states, cost, up):
    rises = sum(b > a for a, b in zip((0, *states), states))
    return up * rises + sum(cost[state, at] for at, state in enumerate(states))


def viterbi(cost, up):
    n = cost.shape[1]
    totals, back = np.array([0.0, np.inf]), []
    for at in range(n):
        step = np.array([[totals[0], totals[1]], [totals[0] + up, totals[1]]])
        back.append(step.argmin(1))
        totals = step.min(1) + cost[:, at]
    state, states = int(totals.argmin()), []
    for at in range(n - 1, -1, -1):
        states.append(state)
        state = int(back[at][state])
    return states[::-1]


def reference(path):
    random = np.random.default_rng(7)
    cases = []
    for n_periods, most, mean in [(1, 3, 0.2), (4, 1, 0.1), (6, 4, 0.05), (10, 3, 0.08), (9, 6, 0.1), (10, 6, 0.3), (8, 5, 0.7), (5, 3, 0.0)]:
        documents = []
        for period in range(n_periods):
            for _ in range(random.integers(1, most + 1)):
                n = int(random.integers(5, 80))
                p = min(1.0, mean * (4 if period in (2, 3) else 1) * random.choice([0.7, 1, 1.3]))
                y = int(random.binomial(n, p))
                documents.append([period, n, n * 20 + int(random.integers(0, 9)), y, y * 20 + int(random.integers(0, 5)) * (y > 0)])
        d = np.array(documents, float)
        period = d[:, 0].astype(int)
        effect = design_effect(d[:, 3], d[:, 1], period)
        bursts = None
        if effect is not None:
            cost = costs(d[:, 3], d[:, 1], period, n_periods, effect)
            states = (0,) * n_periods
            if cost is not None:
                up = np.log(n_periods)
                states = min(itertools.product((0, 1), repeat=n_periods), key=lambda s: total(s, cost, up))
            bursts = []
            for at, state in enumerate(states):
                if not state:
                    bursts.append(None)
                    continue
                first = last = at
                while first and states[first - 1]:
                    first -= 1
                while last + 1 < n_periods and states[last + 1]:
                    last += 1
                bursts.append(float(sum(cost[0, i] - cost[1, i] for i in range(first, last + 1))))
        rows = []
        for p in range(n_periods):
            of = period == p
            rows.append({"segments": share(d[of, 3], d[of, 1]), "words": share(d[of, 4], d[of, 2])})
        cases.append({"n_periods": n_periods, "documents": documents, "rows": rows, "bursts": bursts})
    with open(path, "w") as file:
        json.dump({"cases": cases}, file, indent=None, separators=(",", ":"))
        file.write("\n")


def welch(y, n, period, n_periods):
    def of(y, n):
        mean, g = y.sum() / n.sum(), len(y)
        without = (y.sum() - y) / (n.sum() - n)
        return mean, (g - 1) / g * ((without - mean) ** 2).sum(), g

    out = np.ones(n_periods)
    for p in range(n_periods):
        (a, va, ga), (b, vb, gb) = of(y[period == p], n[period == p]), of(y[period != p], n[period != p])
        if va + vb > 0:
            df = (va + vb) ** 2 / (va**2 / (ga - 1) + vb**2 / (gb - 1))
            out[p] = stats.t.sf((a - b) / np.sqrt(va + vb), df)
    return out


def table(corpora):
    random = np.random.default_rng(1)
    months, themes, base, raised = 24, 30, 0.03, 5

    def drawn(kind, mean):
        if kind == "equal":
            return mean
        if kind == "beta":
            return random.beta(1.0, 1 / mean - 1)
        return np.where(random.random(len(mean)) < 1 / 6, np.minimum(1, mean * 6), 0)

    print("| shares of documents | documents a month | method | months of a burst found | themes without a burst that get one | other months marked |")
    print("|---|---|---|---|---|---|")
    for kind in ("equal", "beta", "sparse"):
        for per_month in (3, 8, 30):
            found = {name: np.zeros(3) for name in ("segments", "adjusted", "test")}
            for _ in range(corpora):
                period = np.repeat(np.arange(months), per_month)
                n = random.integers(40, 160, months * per_month)
                marks, truth, ps = {"segments": [], "adjusted": []}, [], []
                for theme in range(themes):
                    true = np.zeros(months, bool)
                    if theme < raised:
                        start = random.integers(0, months - 3)
                        true[start : start + 3] = True
                    y = random.binomial(n, drawn(kind, np.where(true[period], 4 * base, base)))
                    truth.append(true)
                    for name, effect in (("segments", 1.0), ("adjusted", design_effect(y, n, period))):
                        marks[name].append(viterbi(costs(y, n, period, months, effect), np.log(months)))
                    ps.append(welch(y, n, period, months))
                order = np.argsort(np.ravel(ps))
                passed = np.ravel(ps)[order] <= 0.05 * np.arange(1, len(order) + 1) / len(order)
                test = np.zeros(len(order), bool)
                if passed.any():
                    test[order[: passed.nonzero()[0].max() + 1]] = True
                marks["test"] = test.reshape(themes, months)
                truth = np.array(truth)
                for name, mark in marks.items():
                    mark = np.array(mark, bool)
                    found[name] += [mark[truth].mean(), mark[raised:].any(1).mean(), mark[~truth].mean()]
            for name, sums in found.items():
                hits, false, others = sums / corpora
                print(f"| {kind} | {per_month} | {name} | {hits:.2f} | {false:.2f} | {others:.3f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference")
    parser.add_argument("--corpora", type=int, default=20)
    args = parser.parse_args()
    if args.reference:
        reference(args.reference)
    else:
        table(args.corpora)


if __name__ == "__main__":
    main()
