#!/usr/bin/env python3
"""Compare rules for "neither" on development sets: rule.py PRED.npz ...

relevance = max(own, share * context) + w * (max(favor, against) - neither), in logits of both wordings (decide.py). A row under a threshold is neither, else the likelier side.
argmax: mean probabilities; cosine: relevance > 0.25 with w = 0; threshold from other sets: (w, threshold) that maximise mean macro-F1 + accuracy on all sets but the one shown; stated share:
threshold at the quantile of the set's true share of neither; 100 coded: threshold from 100 random rows of the set (mean over 20 draws, measured on the rest).
"""
import sys
import numpy as np
import decide as d
from fit import read

SHARE = 0.5


def rel(v, w):
    s = v["s"]
    return np.maximum(v["r"][:, 0], SHARE * v["r"][:, 1]) + w * (np.maximum(s[:, 0], s[:, 2]) - s[:, 1])


def label(v, x, t):
    return np.where(x < t, 1, np.where(v["s"][:, 0] > v["s"][:, 2], 0, 2))


def value(y, k):
    s = d.scores(y, k)
    return s["acc"] + s["f1"]


def best(x, v, rows=None):
    y = v["y"] if rows is None else v["y"][rows]; side = np.where(v["s"][:, 0] > v["s"][:, 2], 0, 2); side = side if rows is None else side[rows]; x = x if rows is None else x[rows]
    ts = np.concatenate([[-9], np.quantile(x, np.linspace(0, 1, 41))])
    return max(ts, key=lambda t: value(y, np.where(x < t, 1, side)))


def main():
    sets = {}
    for f in sys.argv[1:]:
        sets.update({n: v for n, v in read(f).items() if "r" in v and "n" in v})
    ws, ts = (0, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5), np.arange(-0.3, 0.9, 0.025)
    grid = {n: np.array([[value(v["y"], label(v, rel(v, w), t)) for t in ts] for w in ws]) for n, v in sets.items()}
    names = ("argmax", "cosine", "others", "stated", "100 coded")
    total = {k: [] for k in names}
    print(f"{'set':<28} {'always':>12}" + "".join(f"{k:>16}" for k in names) + "   chosen")
    rng = np.random.default_rng(0)
    for n, v in sets.items():
        y = v["y"]; out = {}
        out["argmax"] = v["P"].argmax(1)
        out["cosine"] = label(v, rel(v, 0), 0.25)
        g = sum(x for m, x in grid.items() if m != n); i, j = np.unravel_index(g.argmax(), g.shape)
        out["others"] = label(v, rel(v, ws[i]), ts[j])
        w = ws[i]; x = rel(v, w)
        out["stated"] = label(v, x, np.quantile(x, (y == 1).mean()) if (y == 1).any() else -9)
        a = [d.scores(y, k) for k in out.values()]
        draws = []
        for _ in range(20):
            p = rng.permutation(len(y)); t = best(x, v, p[:100]); draws.append(d.scores(y[p[100:]], label(v, x, t)[p[100:]]))
        a.append({q: float(np.mean([r[q] for r in draws])) for q in ("acc", "f1")})
        m = max(d.scores(y, np.full(len(y), c))["acc"] for c in range(3))
        for k, s in zip(names, a):
            total[k].append((s["acc"], s["f1"]))
        print(f"{n:<28} {m:>12.1f}" + "".join(f"{s['acc']:>9.1f}/{s['f1']:<6.1f}" for s in a) + f"   w {w} t {ts[j]:.3f}")
    print(f"{'mean':<28} {'':>12}" + "".join("{:>9.1f}/{:<6.1f}".format(*np.mean(total[k], axis=0)) for k in names))
    g = sum(grid.values()); i, j = np.unravel_index(g.argmax(), g.shape); print("on all sets: w", ws[i], "threshold", round(ts[j], 3))


if __name__ == "__main__":
    main()
