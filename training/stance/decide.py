"""The decision layer: from logits of both wordings and cosines to probabilities of favor, neither, against.

    s[k]   = mean of the logits of the proposition and, sides exchanged, of the negation   (k = favor, neither, against)
    p      = softmax(s / T + (0, bias - slope * relevance, 0)),   relevance = max(own, share * context)
"""
import numpy as np


def mean_logits(p, n=None):
    return p if n is None else (p + n[:, ::-1]) / 2


def mean_probabilities(p, n=None):
    s = lambda z: np.exp(z - z.max(1, keepdims=True)) / np.exp(z - z.max(1, keepdims=True)).sum(1, keepdims=True)
    return s(p) if n is None else (s(p) + s(n)[:, ::-1]) / 2


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def probabilities(s, r, T, bias, slope, share):
    z = s / T
    z = z.copy(); z[:, 1] += bias - slope * (np.maximum(r[:, 0], share * r[:, 1]) if r is not None else 0.0)
    return softmax(z)


def scores(y, k):
    acc = float((y == k).mean())
    f = []
    for c in sorted(set(y.tolist())):
        tp = ((k == c) & (y == c)).sum(); f.append(2 * tp / max(1, (k == c).sum() + (y == c).sum()))
    said, side = k != 1, y != 1
    right = (said & (k == y)).sum()
    return {"acc": 100 * acc, "f1": 100 * float(np.mean(f)), "precision": 100 * right / max(1, said.sum()), "recall": 100 * right / max(1, side.sum()), "said": 100 * float(said.mean())}


def forced(s, y):
    m = y != 1
    return 100 * float(((s[m, 0] > s[m, 2]) == (y[m] == 0)).mean()) if m.any() else float("nan")


def ece(p, y, bins=10):
    c = p.max(1); right = p.argmax(1) == y; b = np.minimum((c * bins).astype(int), bins - 1)
    return float(sum(abs(right[b == i].mean() - c[b == i].mean()) * (b == i).mean() for i in range(bins) if (b == i).any()))
