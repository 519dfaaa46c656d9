#!/usr/bin/env python3
"""Corrected estimates by published packages: the numbers that the tests of `plenary_validate::correct` compare with.

    pip install numpy scipy statsmodels ppi-python
    evaluation/corrected_reference.py > crates/plenary-validate/src/correct/reference.json

Units are made up, in two groups and in clusters. The pseudo-outcomes are the formula of Egami et al. 2023; means are regressions on
a constant, and coefficients regressions, by statsmodels 0.15.0 with its cluster-robust covariance. PPI++ is that of ppi-python 0.2.3,
on a simple random sample.
"""
import json

import numpy as np
import statsmodels.api as sm
from ppi_py import ppi_mean_ci, ppi_mean_pointestimate
from ppi_py.ppi import _calc_lam_glm
from scipy import stats

random = np.random.default_rng(41)


def units(n, n_clusters, equal):
    cluster = random.integers(0, n_clusters, n)
    group = (cluster % 3 == 0).astype(int)
    effect = random.normal(0, 0.5, n_clusters)[cluster]
    truth = np.clip(np.round(effect + 0.4 * group + random.normal(0, 0.8, n)), -1, 1)
    prediction = np.where(random.random(n) < 0.7, truth, random.integers(-1, 2, n)) * 0.9 + random.normal(0, 0.05, n)
    weight = np.ones(n) if equal else random.choice([0.5, 1.0, 2.0], n)
    probability = np.full(n, 0.4) if equal else np.where(prediction > 0.5, 0.8, 0.3)
    if equal:
        coded = np.zeros(n, bool)
        coded[random.choice(n, int(0.4 * n), replace=False)] = True
    else:
        coded = random.random(n) < probability
    return cluster, group, truth, prediction, weight, probability, coded


def mean(values, weights, clusters):
    fit = sm.WLS(values, np.ones(len(values)), weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": clusters, "use_correction": False}
    )
    n = len(set(clusters))
    return [float(fit.params[0]), float(fit.bse[0] * np.sqrt(n / (n - 1)))]


def case(n, n_clusters, equal):
    cluster, group, truth, prediction, weight, probability, coded = units(n, n_clusters, equal)
    g = 0.8 * prediction + 0.1
    pseudo = g + np.where(coded, (truth - g) / probability, 0.0)
    means = []
    for members in [np.ones(n, bool), group == 0, group == 1]:
        c = members & coded
        means.append({
            "raw": mean(prediction[members], weight[members], cluster[members]),
            "hand_coded": mean(truth[c], weight[c] / probability[c], cluster[c]),
            "dsl": mean(pseudo[members], weight[members], cluster[members]),
            "n_coded_clusters": len(set(cluster[c])),
            "design": float(np.sqrt((((1 - probability) / probability**2 * (weight * (truth - g)) ** 2)[c]).sum()) / weight[members].sum()),
        })
    x = np.column_stack([np.ones(n), group, prediction])
    fit = sm.WLS(pseudo, x, weights=weight).fit(cov_type="cluster", cov_kwds={"groups": cluster})
    made = {
        "units": [
            {"group": int(a), "cluster": int(b), "weight": float(c), "prediction": float(d), "code": [float(e), float(f)] if h else None}
            for a, b, c, d, e, f, h in zip(group, cluster, weight, prediction, truth, probability, coded)
        ],
        "calibrated": g.tolist(),
        "pseudo": pseudo.tolist(),
        "means": means,
        "coefficients": [[float(a), float(b)] for a, b in zip(fit.params, fit.bse)],
        "t_of_9": float(stats.t.ppf(0.975, 9)),
    }
    if equal:
        y, p, others = truth[coded], prediction[coded], prediction[~coded]
        start = others.mean() + (y - p).mean()
        lam = _calc_lam_glm(y - start, p - start, others - start, np.eye(1), clip=True)
        low, high = ppi_mean_ci(y, p, others, alpha=0.05, lam=lam)
        # Plain PPI, with the predictions of all units: DSL without a calibration is the same number.
        plain = ppi_mean_pointestimate(y, p, prediction, lam=1)
        made["ppi"] = {
            "mean": float(np.squeeze(ppi_mean_pointestimate(y, p, others))),
            "lambda": float(lam),
            "standard_error": float(np.squeeze(high - low)) / 2 / float(stats.norm.ppf(0.975)),
            "plain": float(np.squeeze(plain)),
        }
    return made


print(json.dumps([case(150, 20, True), case(180, 25, False)]))
