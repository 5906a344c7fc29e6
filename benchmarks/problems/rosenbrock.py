"""Rosenbrock's valley: one loop, neighbours, a sum."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(n):
    return (np.random.default_rng(n).uniform(-1.0, 1.0, n),)


@njit
def primal(x):
    total = 0.0
    for i in range(x.size - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


def reference(x):
    valley = x[1:] - x[:-1] ** 2
    gradient = np.zeros_like(x)
    gradient[1:] += 200.0 * valley
    gradient[:-1] -= 400.0 * valley * x[:-1] + 2.0 * (1.0 - x[:-1])
    return (gradient,)


PROBLEM = Problem("rosenbrock", primal, prepare, {"n=2": 2, "n=1e3": 1_000, "n=1e6": 1_000_000}, reference=reference)
