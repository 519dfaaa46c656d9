#!/usr/bin/env python3
"""Thresholds of `neither` in numpy: the reference that the tests compare the Rust code with.

    evaluation/thresholds_reference.py > crates/plenary-measure/src/threshold_reference.json

Writes made-up numbers with the thresholds that follow from them. `evaluation/thresholds.py` uses the functions on labelled texts. Needs numpy.
"""
import json

import numpy as np

FAVOR, AGAINST, NEITHER = range(3)


def evidence(probabilities):
    """ln(max(favor, against) / neither); shape [texts, 3] in the order favor, against, neither."""
    logs = np.log(np.maximum(probabilities, 1e-9))
    return np.maximum(logs[:, FAVOR], logs[:, AGAINST]) - logs[:, NEITHER]


def shifted(probabilities, threshold):
    """The probabilities after a threshold: the odds of neither are multiplied by its exponential."""
    after = np.maximum(probabilities, [0.0, 0.0, 1e-9]) * np.array([1.0, 1.0, np.exp(threshold)])
    return after / after.sum(axis=1, keepdims=True)


def of_share(values, share):
    """The threshold with which this share is neither; -inf is the evidence of texts that take no side in any case."""
    values = np.sort(values)
    known = np.flatnonzero(np.isfinite(values))
    if len(known) == 0:
        return None
    n_neither = int(np.floor(share * len(values) + 0.5))
    at = max(n_neither, known[0])
    if at == len(values):
        return float(values[-1] + 1)
    if n_neither <= known[0]:
        return float(values[at] - 1)
    return float((values[at - 1] + values[at]) / 2)


def fit(values, codes, weights):
    """The threshold for which the weight below it is nearest to that of the texts coded neither."""
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    wanted = weights[codes[order] == NEITHER].sum()
    best, threshold = np.inf, 0.0
    edges = np.concatenate([[-np.inf], values, [np.inf]])
    below = np.concatenate([[0.0], np.cumsum(weights)])
    for at in range(len(values) + 1):
        low, high = edges[at], edges[at + 1]
        if abs(below[at] - wanted) < best and high > low:
            best = abs(below[at] - wanted)
            if np.isfinite(low):
                threshold = (low + high) / 2 if np.isfinite(high) else low + 1
            else:
                threshold = high - 1 if np.isfinite(high) else 0.0
    return float(threshold)


def scores(codes, labels, weights):
    """Weighted accuracy, and macro-F1 over the labels that people gave."""
    f1 = []
    for label in np.unique(codes):
        hits = weights[(codes == label) & (labels == label)].sum()
        f1.append(2 * hits / (weights[codes == label].sum() + weights[labels == label].sum()))
    return float(weights[codes == labels].sum() / weights.sum()), float(np.mean(f1))


def of_codes(values, sides, codes, weights):
    """The threshold from coded texts, and their labels, each with the threshold of the others."""
    everything = np.ones(len(values), bool)
    left_out = []
    for at in range(len(values)):
        others = everything.copy()
        others[at] = False
        threshold = fit(values[others], codes[others], weights[others])
        left_out.append(NEITHER if values[at] < threshold else sides[at])
    return fit(values, codes, weights), np.array(left_out)


def main():
    random = np.random.default_rng(5)
    cases = []
    for n, weighted in ((30, False), (60, True), (200, True)):
        probabilities = random.dirichlet([0.6, 0.5, 1.2], n).astype(np.float32).astype(float)
        values = evidence(probabilities)
        values[::9] = -np.inf
        sides = np.where(probabilities[:, FAVOR] > probabilities[:, AGAINST], FAVOR, AGAINST)
        codes = np.where(random.random(n) < 0.6, sides, random.integers(0, 3, n))
        weights = np.round(random.uniform(0.5, 4, n), 2) if weighted else np.ones(n)
        threshold, left_out = of_codes(values, sides, codes, weights)
        by_default = np.where(values < 0, NEITHER, sides)
        cases.append({
            "probabilities": probabilities.tolist(),
            "without_evidence": [bool(np.isinf(value)) for value in values],
            "codes": codes.tolist(),
            "weights": weights.tolist(),
            "shares": [{"share": share, "threshold": of_share(values, share)} for share in (0.05, 0.2, 0.5, 0.83, 0.999)],
            "threshold": threshold,
            "shifted": shifted(probabilities, threshold).tolist(),
            "left_out": scores(codes, left_out, weights),
            "default": scores(codes, by_default, weights),
        })
    print(json.dumps(cases))


if __name__ == "__main__":
    main()
