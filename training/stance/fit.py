#!/usr/bin/env python3
"""Fit and measure the decision layer on predictions of predict.py.

    fit.py --fit HELD.npz [--fit-sets NAME=WEIGHT ...] --test DEV.npz [--before OLD.npz]

Fitted by weighted log loss on rows of propositions that were kept out of training; printed: constants, then for each development set what
the argmax of the mean probabilities and the fitted layer give, with 95 % intervals (bootstrap over propositions where there are ten or more, else over rows).
"""
import argparse
import numpy as np
from scipy.optimize import minimize
import decide as d


def read(path):
    z = np.load(path); out = {}
    for k in z:
        n, f = k.rsplit(":", 1); out.setdefault(n, {})[f] = z[k]
    for v in out.values():
        v["s"] = d.mean_logits(v["p"], v.get("n")); v["P"] = d.mean_probabilities(v["p"], v.get("n"))
    return out


def interval(y, k, groups, what, n=400):
    rng = np.random.default_rng(1); u = np.unique(groups)
    idx = [np.flatnonzero(groups == g) for g in u] if len(u) >= 10 else [np.array([i]) for i in range(len(y))]
    v = [d.scores(y[j], k[j])[what] for j in (np.concatenate([idx[i] for i in rng.integers(0, len(idx), len(idx))]) for _ in range(n))]
    return np.percentile(v, 2.5), np.percentile(v, 97.5)


def fit(sets, weights, with_relevance=True):
    def loss(x):
        T, bias, slope, share = np.exp(x[0]), x[1], x[2] if with_relevance else 0.0, 1 / (1 + np.exp(-x[3]))
        total = 0.01 * (x[0] ** 2 + 0.01 * x[1] ** 2 + 0.01 * x[2] ** 2 + 0.1 * x[3] ** 2)
        for n, w in weights.items():
            v = sets[n]
            p = d.probabilities(v["s"], v["r"], T, bias, slope, share)
            total -= w * np.log(p[np.arange(len(p)), v["y"]] + 1e-9).mean()
        return total
    best = min((minimize(loss, x0, method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-4, "fatol": 1e-7}) for x0 in ([0, 0, 0, 0], [0.3, 1, 3, 1], [0, 1, 2, -2])), key=lambda r: r.fun)
    x = best.x
    return float(np.exp(x[0])), float(x[1]), float(x[2] if with_relevance else 0), float(1 / (1 + np.exp(-x[3])))


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--fit", required=True); a.add_argument("--fit-sets", nargs="*", default=["held_conversations=1", "held_speech=1"]); a.add_argument("--test", required=True)
    o = a.parse_args()
    held, test = read(o.fit), read(o.test)
    w = {k: float(v) for k, v in (x.split("=") for x in o.fit_sets)}
    c = fit(held, w)
    print("T %.3f bias %.3f slope %.3f share %.3f" % c)
    print(f"{'set':<28}{'rows':>6} {'argmax acc/F1':>15} {'fitted acc [95 %]':>22} {'F1 [95 %]':>20} {'P':>6}{'R':>6} {'said':>5} {'forced':>7} {'ECE':>12}")
    for n, v in {**held, **test}.items():
        if "n" not in v:
            continue
        b = d.scores(v["y"], v["P"].argmax(1)); p = d.probabilities(v["s"], v.get("r"), *c); k = p.argmax(1); s = d.scores(v["y"], k)
        ia, jf = interval(v["y"], k, v["g"], "acc"), interval(v["y"], k, v["g"], "f1")
        print(f"{n:<28}{len(k):>6} {b['acc']:>7.1f}/{b['f1']:<7.1f} {s['acc']:>7.1f} [{ia[0]:.0f}, {ia[1]:.0f}] {s['f1']:>9.1f} [{jf[0]:.0f}, {jf[1]:.0f}] {s['precision']:>8.1f}{s['recall']:>6.1f} {s['said']:>5.0f} {d.forced(v['s'], v['y']):>7.1f} {d.ece(v['P'], v['y']):.3f}>{d.ece(p, v['y']):.3f}")


if __name__ == "__main__":
    main()
