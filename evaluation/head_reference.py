#!/usr/bin/env python3
"""The learned head in numpy: the reference that the tests compare the Rust code with.

    evaluation/head_reference.py > crates/plenary-measure/src/head/reference.json

Writes made-up numbers with what the head makes of them. `evaluation/head.py` uses the functions on labelled texts. Needs numpy.
"""
import json

import numpy as np

PENALTIES = 10.0 ** (np.arange(-12, 9) / 4)
PENALTY_OF_SCALING = 0.05
FOLDS = 10


def logits(p):
    """Logarithms of probabilities less their mean; shape [rows, classes]."""
    logs = np.log(np.maximum(p, 1e-6))
    return logs - logs.mean(axis=1, keepdims=True)


class Standardiser:
    """Blocks with rows of NaN where a unit does not have the block; each centred, scaled over the corpus and weighted."""

    def __init__(self, blocks, weights):
        self.parts = []
        for block, weight in zip(blocks, weights):
            there = block[~np.isnan(block).any(axis=1)]
            mean = there.mean(axis=0) if len(there) else np.zeros(block.shape[1])
            squares = (there**2).sum(axis=1).mean() if len(there) else 0.0
            spread = squares - (mean**2).sum()
            self.parts.append((mean, weight / np.sqrt(spread) if spread > 1e-12 * squares else 0.0))

    def features(self, blocks):
        return np.hstack([np.nan_to_num((b - mean) * scale) for b, (mean, scale) in zip(blocks, self.parts)])


def ridge(features, one_hot, weights):
    """Penalty, coefficients, offsets and leave-one-out scores of the ridge regression with the least leave-one-out error."""
    n = len(features)
    s = np.sqrt(weights)
    u = s / np.linalg.norm(s)
    projector = np.eye(n) - np.outer(u, u)
    values, q = np.linalg.eigh(projector @ (features @ features.T * np.outer(s, s)) @ projector)
    values = np.maximum(values, 0)
    y = one_hot * s[:, None]
    turned = q.T @ (projector @ y)
    best = None
    for penalty in PENALTIES:
        shrunk = values / (values + penalty)
        hat = u * u + (q * q) @ shrunk
        fitted = np.outer(u, u @ y) + q @ (shrunk[:, None] * turned)
        residuals = (y - fitted) / np.maximum(1 - hat, 1e-12)[:, None]
        error = (residuals**2).sum()
        if best is None or error < best[0]:
            best = error, penalty, residuals
    _, penalty, residuals = best
    sums = (weights[:, None] * one_hot).sum(axis=0)
    means_of_others = (sums - weights[:, None] * one_hot) / (weights.sum() - weights)[:, None]
    left_out = one_hot - residuals / s[:, None] - means_of_others
    dual = s[:, None] * (projector @ (q @ (turned / (values + penalty)[:, None])))
    coefficients = features.T @ dual
    offsets = -(weights[:, None] * (features @ coefficients)).sum(axis=0) / weights.sum()
    return penalty, coefficients, offsets, left_out


def softmax(x):
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def scaled(scores, coefficients):
    return softmax(np.hstack([scores, np.ones((len(scores), 1))]) @ coefficients)


def scaling(scores, one_hot, weights):
    """Coefficients of the penalised softmax regression of classes on scores, by Newton's method."""
    x = np.hstack([scores, np.ones((len(scores), 1))])
    d, k = x.shape[1], one_hot.shape[1]
    coefficients = np.zeros((d, k))

    def objective(c):
        z = x @ c
        top = z.max(axis=1)
        loss = np.log(np.exp(z - top[:, None]).sum(axis=1)) + top - (z * one_hot).sum(axis=1)
        return (weights * loss).sum() + PENALTY_OF_SCALING / 2 * (c**2).sum()

    value = objective(coefficients)
    for _ in range(100):
        p = softmax(x @ coefficients)
        gradient = x.T @ (weights[:, None] * (p - one_hot)) + PENALTY_OF_SCALING * coefficients
        hessian = np.zeros((d * k, d * k))
        for a in range(k):
            for b in range(k):
                of_rows = weights * p[:, a] * ((a == b) - p[:, b])
                hessian[a * d : (a + 1) * d, b * d : (b + 1) * d] = x.T @ (of_rows[:, None] * x)
        hessian += PENALTY_OF_SCALING * np.eye(d * k)
        step = np.linalg.solve(hessian, gradient.T.ravel()).reshape(k, d).T
        length = 1.0
        while objective(coefficients - length * step) > value and length >= 1e-6:
            length /= 2
        new = objective(coefficients - length * step)
        if new >= value:
            break
        coefficients, gained, value = coefficients - length * step, value - new, new
        if gained <= 1e-14 * max(abs(value), 1):
            break
    return coefficients


class Head:
    """A head learned from the features and classes of coded units."""

    def __init__(self, features, classes, n_classes, weights=None):
        n = len(features)
        weights = np.ones(n) if weights is None else weights * n / weights.sum()
        one_hot = np.eye(n_classes)[classes]
        self.penalty, self.coefficients, self.offsets, left_out = ridge(features, one_hot, weights)
        self.scaling = scaling(left_out, one_hot, weights)
        self.shares = (weights[:, None] * one_hot).sum(axis=0) / n
        self.left_out = np.zeros((n, n_classes))
        for fold in range(FOLDS):
            inside = np.arange(n) % FOLDS == fold
            of_others = scaling(left_out[~inside], one_hot[~inside], weights[~inside])
            self.left_out[inside] = scaled(left_out[inside], of_others)

    def scores(self, features):
        return features @ self.coefficients + self.offsets

    def probabilities(self, features):
        return scaled(self.scores(features), self.scaling)

    def labels(self, probabilities):
        """The classes with the largest ratio of probability and root of the class's share."""
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.where(self.shares > 0, probabilities / np.sqrt(self.shares), 0)
        return ratios.argmax(axis=1)


def case(seed, n_codes, n_classes, weighted):
    """Made-up numbers, rounded so that the file shows them exactly, and what the head makes of them."""
    random = np.random.default_rng(seed)
    n = n_codes + 20
    classes = random.integers(0, n_classes, n)
    classes[:n_classes] = np.arange(n_classes)
    centres = random.normal(size=(n_classes, 4))
    blocks = [centres[classes] + random.normal(size=(n, 4)), random.normal(size=(n, 2)) * 5 + classes[:, None], random.normal(size=(n, 3))]
    blocks = [np.round(block, 3) for block in blocks]
    blocks[2][::7] = np.nan
    block_weights = [1.0, 0.5, 0.25]
    weights = np.round(random.uniform(0.2, 3, n_codes), 2) if weighted else np.ones(n_codes)
    standardiser = Standardiser(blocks, block_weights)
    features = standardiser.features(blocks)
    head = Head(features[:n_codes], classes[:n_codes], n_classes, weights)
    new = features[n_codes:]
    probabilities = head.probabilities(new)
    rows = [[None if np.isnan(b[i]).any() else b[i].tolist() for b in blocks] for i in range(n)]
    return {
        "block_weights": block_weights,
        "n_classes": n_classes,
        "rows": rows,
        "classes": classes[:n_codes].tolist(),
        "weights": weights.tolist(),
        "penalty": float(head.penalty),
        "scores": head.scores(new).round(12).tolist(),
        "probabilities": probabilities.round(12).tolist(),
        "labels": head.labels(probabilities).tolist(),
        "left_out": head.left_out.round(12).tolist(),
        "left_out_labels": head.labels(head.left_out).tolist(),
    }


if __name__ == "__main__":
    cases = [case(1, 40, 3, False), case(2, 60, 2, True), case(3, 50, 4, True)]
    print("[\n" + ",\n".join(json.dumps(one) for one in cases) + "\n]")
