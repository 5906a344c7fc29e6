"""Log likelihood of a GARCH(1,1) model: a recurrence over a series."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(n):
    return np.array([0.1, 0.1, 0.8, 0.02]), np.random.default_rng(n).standard_normal(n)


@njit
def primal(p, returns):
    variance = p[0] / (1.0 - p[1] - p[2])
    total = 0.0
    for t in range(returns.size):
        e = returns[t] - p[3]
        total -= 0.5 * (np.log(variance) + e * e / variance)
        variance = p[0] + p[1] * e * e + p[2] * variance
    return total


PROBLEM = Problem("garch", primal, prepare, {"T=20": 20, "T=1e3": 1_000, "T=1e5": 100_000})
