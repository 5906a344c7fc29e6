"""The heat equation on a square, explicit steps between two buffers that are swapped: linear in time."""

from __future__ import annotations

import numpy as np
from numba import njit

from benchmarks.problem import Problem


def prepare(size):
    n, steps = size
    return np.random.default_rng(n).standard_normal((n, n)), steps


@njit
def primal(u0, steps):
    n, m = u0.shape
    u, w = u0.copy(), u0.copy()
    for _ in range(steps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                w[i, j] = u[i, j] + 0.2 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - 4.0 * u[i, j])
        u, w = w, u
    total = 0.0
    for i in range(n):
        for j in range(m):
            total += u[i, j] * u[i, j]
    return total


PROBLEM = Problem("heat2d", primal, prepare, {"6x6x6": (6, 6), "64x64x100": (64, 100), "256x256x50": (256, 50)})
