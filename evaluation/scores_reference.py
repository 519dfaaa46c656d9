#!/usr/bin/env python3
"""Scores by scikit-learn: the numbers that the tests of `plenary_validate::scores` compare with.

    pip install numpy scikit-learn
    evaluation/scores_reference.py > crates/plenary-validate/src/scores/reference.json

Codes, labels, probabilities and weights are made up. The calibration error follows its definition (Naeini et al. 2015).
"""
import json

import numpy as np
from sklearn.metrics import accuracy_score, f1_score, precision_recall_fscore_support

random = np.random.default_rng(3)
n, k = 120, 3
truth = random.integers(0, k, n)
probabilities = random.dirichlet([1, 1, 1], n) + 0.8 * np.eye(k)[np.where(random.random(n) < 0.6, truth, random.integers(0, k, n))]
probabilities /= probabilities.sum(axis=1, keepdims=True)
label = probabilities.argmax(axis=1)
weight = random.choice([1.0, 2.5, 4.0], n)
precision, recall, f1, _ = precision_recall_fscore_support(truth, label, sample_weight=weight, labels=range(k))
confidence, right = probabilities.max(axis=1), truth == label
error = 0.0
for bin in range(10):
    here = np.minimum((confidence * 10).astype(int), 9) == bin
    if here.any():
        share = weight[here].sum() / weight.sum()
        error += share * abs(np.average(confidence[here], weights=weight[here]) - np.average(right[here], weights=weight[here]))
print(json.dumps({
    "truth": truth.tolist(),
    "label": label.tolist(),
    "probabilities": probabilities.tolist(),
    "weight": weight.tolist(),
    "accuracy": accuracy_score(truth, label, sample_weight=weight),
    "macro_f1": f1_score(truth, label, sample_weight=weight, average="macro"),
    "precision": precision.tolist(),
    "recall": recall.tolist(),
    "f1": f1.tolist(),
    "calibration_error": error,
    "precision_at_06": float(np.average(right[confidence >= 0.6], weights=weight[confidence >= 0.6])),
    "coverage_at_06": float(weight[confidence >= 0.6].sum() / weight.sum()),
}))
