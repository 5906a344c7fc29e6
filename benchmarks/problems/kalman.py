"""Log likelihood of a local linear trend by the Kalman filter: two states, scalars through time."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(n):
    rng = np.random.default_rng(n)
    return np.array([0.3, 0.1, 0.5]), np.cumsum(0.1 * rng.standard_normal(n)) + 0.5 * rng.standard_normal(n)


@njit
def primal(sigma, y):
    level, slope = 0.0, 0.0
    a, b, d = 10.0, 0.0, 1.0
    total = 0.0
    for t in range(y.size):
        level = level + slope
        a, b, d = a + 2.0 * b + d + sigma[0] * sigma[0], b + d, d + sigma[1] * sigma[1]
        f = a + sigma[2] * sigma[2]
        e = y[t] - level
        total -= 0.5 * (np.log(f) + e * e / f)
        g, h = a / f, b / f
        level, slope = level + g * e, slope + h * e
        a, b, d = a - g * a, b - g * b, d - h * b
    return total


PROBLEM = Problem("kalman", primal, prepare, {"T=20": 20, "T=1e3": 1_000, "T=5e4": 50_000}, argnums=(0, 1))
