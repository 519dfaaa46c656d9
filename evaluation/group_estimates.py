"""The estimates by groups, computed independently, for the tests of plenary-measure.

Needs numpy, scipy and statsmodels. Writes crates/plenary-measure/src/groups_reference.json:

    python evaluation/group_estimates.py

Means and their standard errors are those of statsmodels: a weighted mean of clusters is a weighted regression on a constant, and the squares
of the jackknife are its HC3 variance. Differences and shares leave out one cluster after the other and compute the value again. Welch's test
and the paired test of scipy are exact special cases.
"""

import json
from pathlib import Path

import numpy as np
import statsmodels.api as sm
from scipy import stats

LEVELS = ["persons", "documents", "turns"]
LEAST = 5


def corpus(rng, n_documents, n_persons, n_groups, crossed):
    """Turns with their segments' values, in the order of the documents."""
    group_of = rng.integers(0, n_groups, n_persons)
    turns = []
    for document in range(n_documents):
        for _ in range(rng.integers(1, 9)):
            person = int(rng.integers(0, n_persons)) if crossed else int(document * 3 % n_persons + rng.integers(0, 3))
            person = person % n_persons if crossed else person
            values = [
                None if rng.random() < 0.2 else round(float(np.tanh(rng.normal(0.1 * document / n_documents, 0.5))), 6)
                for _ in range(rng.integers(1, 7))
            ]
            unknown = rng.random() < 0.05
            turns.append(
                {
                    "document": document,
                    "person": None if unknown else person,
                    "group": int(group_of[person % n_persons]),
                    "values": values,
                    "words": int(rng.integers(3, 200)),
                }
            )
    return turns


def segments(turns, weight):
    """Value, weight, group and clusters of every segment that counts."""
    rows = []
    for number, turn in enumerate(turns):
        if weight == "person" and turn["person"] is None:
            continue
        known = [value for value in turn["values"] if value is not None]
        person = f"p{turn['person']}" if turn["person"] is not None else f"unknown {turn['document']}"
        for value in known:
            rows.append((value, 1.0 / len(known), turn["group"], person, turn["document"], number))
    if weight == "segment":
        rows = [(row[0], 1.0, *row[2:]) for row in rows]
    if weight == "person":
        sizes = {}
        for row in rows:
            sizes[row[3], row[2]] = sizes.get((row[3], row[2]), 0) + 1
        rows = [(row[0], 1.0 / sizes[row[3], row[2]], *row[2:]) for row in rows]
    return rows


def cluster(row, level):
    return row[3 + LEVELS.index(level)]


def order(turns, of_persons):
    documents = {}
    for turn in turns:
        if turn["person"] is not None and any(value is not None for value in turn["values"]):
            documents.setdefault(turn["person"], set()).add(turn["document"])
    crossed = any(len(found) > 1 for found in documents.values())
    return LEVELS if crossed and of_persons else ["documents", "persons", "turns"]


def choose(levels, count):
    for level in levels:
        if count(level) >= LEAST:
            return level
    return "turns" if count("turns") >= 2 else None


def mean(rows):
    return sum(row[0] * row[1] for row in rows) / sum(row[1] for row in rows)


def of_clusters(rows, level):
    """Mean and weight of each cluster."""
    sums = {}
    for row in rows:
        value, weight = sums.get(cluster(row, level), (0.0, 0.0))
        sums[cluster(row, level)] = (value + row[0] * row[1], weight + row[1])
    return np.array([value / weight for value, weight in sums.values()]), np.array([w for _, w in sums.values()])


def estimate_means(turns, n_groups, weight, of_persons, coverage=0.95):
    rows = segments(turns, weight)
    levels = order(turns, of_persons)
    by_group = [[row for row in rows if row[2] == group] for group in range(n_groups)]
    count = lambda group, level: len({cluster(row, level) for row in by_group[group]})
    out = []
    for group in range(n_groups):
        level = choose(levels, lambda level: count(group, level))
        y, w = of_clusters(by_group[group], level)
        fit = sm.WLS(y, np.ones_like(y), weights=w).fit(cov_type="HC3")
        n = len(y)
        assert np.isclose(fit.params[0], mean(by_group[group]))
        half = stats.t.ppf(0.5 + coverage / 2, n - 1) * np.sqrt((n - 1) / n) * fit.bse[0]
        low, high = max(-1.0, fit.params[0] - half), min(1.0, fit.params[0] + half)
        out.append({"group": group, "other": None, "estimate": fit.params[0], "low": low, "high": high, "level": level, "n": n})
    for a in range(n_groups):
        for b in range(a + 1, n_groups):
            level = choose(levels, lambda level: min(count(a, level), count(b, level)))
            both = by_group[a] + by_group[b]
            full = mean(by_group[a]) - mean(by_group[b])
            names = {group: {cluster(row, level) for row in by_group[group]} for group in (a, b)}
            changes = {}
            for group in (a, b):
                for name in names[group]:
                    rest = [row for row in by_group[group] if cluster(row, level) != name]
                    changes[group, name] = mean(rest) - mean(by_group[group])
            n_a, n_b = len(names[a]), len(names[b])
            v_a = (n_a - 1) / n_a * sum(changes[a, name] ** 2 for name in names[a])
            v_b = (n_b - 1) / n_b * sum(changes[b, name] ** 2 for name in names[b])
            shared = names[a] & names[b]
            cov = np.sqrt((n_a - 1) / n_a * (n_b - 1) / n_b) * sum(changes[a, name] * changes[b, name] for name in shared)
            variance = v_a + v_b - 2 * cov
            df = min(n_a, n_b) - 1 if shared else (v_a + v_b) ** 2 / (v_a**2 / (n_a - 1) + v_b**2 / (n_b - 1))
            half = stats.t.ppf(0.5 + coverage / 2, df) * np.sqrt(variance)
            n = len({cluster(row, level) for row in both})
            out.append(
                {
                    "group": a,
                    "other": b,
                    "estimate": full,
                    "low": max(-2.0, full - half),
                    "high": min(2.0, full + half),
                    "level": level,
                    "n": n,
                }
            )
    return out


def estimate_shares(turns, n_groups, of_persons, coverage=0.95):
    rows = [
        (
            turn["words"],
            1.0,
            turn["group"],
            f"p{turn['person']}" if turn["person"] is not None else f"unknown {turn['document']}",
            turn["document"],
            number,
        )
        for number, turn in enumerate(turns)
    ]
    # Here every turn has a value, so that persons are crossed if they have turns in two documents.
    documents = {}
    for turn in turns:
        if turn["person"] is not None:
            documents.setdefault(turn["person"], set()).add(turn["document"])
    crossed = any(len(found) > 1 for found in documents.values())
    levels = LEVELS if crossed and of_persons else ["documents", "persons", "turns"]
    level = choose(levels, lambda level: len({cluster(row, level) for row in rows}))
    names = sorted({cluster(row, level) for row in rows}, key=str)
    share = lambda rows, group: sum(row[0] for row in rows if row[2] == group) / sum(row[0] for row in rows)
    rest = {name: [row for row in rows if cluster(row, level) != name] for name in names}
    out = []
    for group in range(n_groups):
        full = share(rows, group)
        n = len(names)
        variance = (n - 1) / n * sum((share(rest[name], group) - full) ** 2 for name in names)
        half = stats.t.ppf(0.5 + coverage / 2, n - 1) * np.sqrt(variance)
        out.append(
            {
                "group": group,
                "other": None,
                "estimate": full,
                "low": max(0.0, full - half),
                "high": min(1.0, full + half),
                "level": level,
                "n": n,
            }
        )
    return out


def special_cases(rng):
    """Samples in which every cluster has one segment: Welch's test and the paired test."""
    a, b = rng.normal(0.1, 0.2, 8).round(6), rng.normal(-0.1, 0.3, 13).round(6)
    welch = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    c = (a + rng.normal(0.0, 0.1, 8)).round(6)
    paired = stats.ttest_rel(a, c).confidence_interval(0.95)
    return {
        "welch": {"a": a.tolist(), "b": b.tolist(), "low": welch.low, "high": welch.high},
        "paired": {"a": a.tolist(), "b": c.tolist(), "low": paired.low, "high": paired.high},
    }


def main():
    rng = np.random.default_rng(20170528)
    cases = []
    for n_documents, n_persons, n_groups, crossed in [(30, 24, 2, True), (14, 40, 3, False), (4, 12, 2, True)]:
        turns = corpus(rng, n_documents, n_persons, n_groups, crossed)
        expected = []
        for of_persons in (True, False):
            for weight in ("segment", "turn", "person"):
                rows = estimate_means(turns, n_groups, weight, of_persons)
                expected.append({"of_persons": of_persons, "weight": weight, "means": rows})
            expected.append({"of_persons": of_persons, "shares": estimate_shares(turns, n_groups, of_persons)})
        cases.append({"n_groups": n_groups, "turns": turns, "expected": expected})
    out = {"script": "evaluation/group_estimates.py", "cases": cases, **special_cases(rng)}
    path = Path(__file__).parent.parent / "crates/plenary-measure/src/groups_reference.json"
    path.write_text(json.dumps(out) + "\n")


if __name__ == "__main__":
    main()
