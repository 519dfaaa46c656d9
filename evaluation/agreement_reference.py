#!/usr/bin/env python3
"""Coefficients of agreement by published packages: the numbers that the tests of `plenary_validate::agreement` compare with.

    pip install krippendorff irrCAC statsmodels
    evaluation/agreement_reference.py > crates/plenary-validate/src/agreement/reference.json

Codes are made up: 3 to 5 coders of different accuracy, with missing codes. Percent agreement and Fleiss' kappa are those of
irrCAC 0.4.4, Cohen's kappa those of statsmodels 0.15.0, Krippendorff's alpha those of krippendorff 0.9.0.
"""
import json

import krippendorff
import numpy as np
import pandas as pd
from irrCAC.raw import CAC
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa

random = np.random.default_rng(20)
NUMBERS = [-1.0, 0.0, 0.5, 3.0, 4.0]


def case(n_units, n_coders, n_categories, missing):
    truth = random.integers(0, n_categories, n_units)
    codes = np.full((n_units, n_coders), np.nan)
    for coder in range(n_coders):
        right = random.random(n_units) < 0.5 + 0.1 * coder
        codes[:, coder] = np.where(right, truth, random.integers(0, n_categories, n_units))
    codes[random.random(codes.shape) < missing] = np.nan
    assert not np.isnan(codes).all(axis=1).any(), "irrCAC divides by the number of codes of each unit"
    cac = CAC(pd.DataFrame(codes), categories=list(range(n_categories)), digits=12)
    fleiss = cac.fleiss()["est"]
    pairs = []
    for second in range(n_coders):
        for first in range(second):
            both = codes[~np.isnan(codes[:, first]) & ~np.isnan(codes[:, second])]
            table = np.zeros((n_categories, n_categories))
            for a, b in both[:, [first, second]].astype(int):
                table[a, b] += 1
            cohen = cohens_kappa(table, return_results=False)
            pairs.append({"coders": [first, second], "n_units": len(both), "cohen": float(cohen), "confusion": table.astype(int).tolist()})
    alpha = lambda data, level: float(krippendorff.alpha(data.T, level_of_measurement=level, value_domain=list(range(n_categories))))
    numbers = np.full(codes.shape, np.nan)
    numbers[~np.isnan(codes)] = np.array(NUMBERS)[codes[~np.isnan(codes)].astype(int)]
    if missing == 0:
        counts = np.stack([(codes == c).sum(axis=1) for c in range(n_categories)], axis=1)
        assert abs(fleiss_kappa(counts) - fleiss["coefficient_value"]) < 1e-9
    return {
        "n_categories": n_categories,
        "numbers": NUMBERS[:n_categories],
        "codes": [[None if np.isnan(c) else int(c) for c in row] for row in codes],
        "percent": fleiss["pa"],
        "fleiss": fleiss["coefficient_value"],
        "nominal": alpha(codes, "nominal"),
        "ordinal": alpha(codes, "ordinal"),
        "interval": float(krippendorff.alpha(numbers.T, level_of_measurement="interval", value_domain=NUMBERS[:n_categories])),
        "pairs": sorted(pairs, key=lambda pair: pair["coders"]),
    }


print(json.dumps([case(40, 3, 3, 0.0), case(30, 4, 5, 0.15), case(25, 2, 2, 0.0)]))
